"""What is said of the critical points, in how large a type and to how many digits."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from .....surface.critical.point import CriticalPoint
from ....style.numbers import brief, number
from ..context import ViewContext

ROUNDING = 1e-12
TYPE = 0.8  # Height of the type, in ems.
SMALLER = 0.75  # Of it, where else there would not be room for all words,
LEAST_TYPE = 9  # and in pixels.
CROWD = 20  # Points; if there are more, not all have room in any type.
FEW = (3, 2)  # Digits of numbers, where there is not room for all words with more: rather than smaller type.
LINE = 1.25  # From one line to the next, in heights of the type.


Wording = list[tuple[str, str]]
"""Two lines about each of the points."""


def forms(context: ViewContext, points: Sequence[CriticalPoint]) -> Iterator[tuple[list[Wording], int]]:
    """What may be said of the points, and in which type: what is wanted most comes first.

    Where there are two wordings, the second is for points where there is no room for the first: their mark says of
    which kind they are.
    """
    digits: list[Callable[[float], str]] = [number]
    digits += [partial(rounded_to, count) for count in FEW if len(points) <= CROWD]
    ways = [[[_lines(context, point, told) for point in points]] for told in digits]
    if len(points) <= CROWD:
        ways.append([*ways[-1], [_lines(context, point, digits[-1], kind=False) for point in points]])
    yield from ((way, size) for size in sizes_of(context.em, len(points)) for way in ways)


def _lines(
    context: ViewContext, point: CriticalPoint, told: Callable[[float], str], kind: bool = True
) -> tuple[str, str]:
    theme = context.theme
    lower, upper = (told(value) for value in point.eigenvalues)
    loss = told(_rounded(context, point.value))
    curvatures = f"κ = {lower}, {upper}"
    if not kind:
        return f"L = {loss}", curvatures
    return theme.say("{kind}, L = {loss}", kind=theme.say(point.kind.value), loss=loss), curvatures


def _rounded(context: ViewContext, loss: float) -> float:
    """The loss without what rounding has left of a zero."""
    return 0.0 if abs(loss) < ROUNDING * context.problem.units.loss else loss


def rounded_to(digits: int, value: float) -> str:
    """To so many digits, but no whole number to tens: it would be another one."""
    return brief(float(f"{value:.{digits}g}" if abs(value) < 10.0**digits else f"{value:.0f}"))


def sizes_of(em: int, count: int) -> Sequence[int]:
    """Heights that the type of so many words may have, in pixels, the largest first."""
    usual = round(TYPE * em)
    if count > CROWD:
        return (usual,)
    return range(usual, min(usual, max(LEAST_TYPE, round(SMALLER * usual))) - 1, -1)


def step_of(size: int) -> int:
    """From one line to the next, in pixels."""
    return round(LINE * size)
