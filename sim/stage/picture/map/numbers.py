"""The numbers of minima on a map: of all where they are few, and of many those that are spoken of beside it."""

from collections.abc import Iterator, Sequence

import numpy as np
from pygame import Rect

from ....descent.problem import Problem
from ....descent.verdict.kinds import Event
from ....study.odds.ends import MINIMUM, LaneEnds
from ....surface.points import Array
from ...drawing.canvas import Canvas, Pixel
from ...style import text
from ...style.kept import kept
from ...style.theme import Theme
from .site import Site
from .terrain import CROWDED, MANY_MARKS, SMALL_MARK, thinned

MOST_NUMBERS = 9  # Minima have their numbers, the lowest first, unless there are more: then those that are named.
TYPE = 12.0  # Height of the type, in strokes.
MARK = 6.5  # Half of what the mark of a critical point takes up, in strokes.
AWAY = (11.0, 14.0, 18.0, 25.0)
"""How far from a minimum its number may begin, in strokes: beside a marble that rests there, and the first at which it
hides nothing else."""
SIDES = ((1, -1), (-1, -1), (1, 1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1))
"""On which side of it, across and down: the first choice first."""
BLANK = 0.3  # Of the height of a line, what is above and below its digits.


def named_minima(basin: int | None, events: Sequence[Event], ends: LaneEnds | None = None) -> tuple[int, ...]:
    """Which minima are spoken of beside a lane's map: the basin it is in, the ends of its escapes, the last one first,
    and those in which its seeds end, as far as there is room for so many numbers.
    """
    named = [] if basin is None else [basin]
    for event in reversed(events):
        if event.kind == "escaped":
            named += [place for place in (event.source, event.target) if place is not None]
    if ends is not None:
        parts = sorted(ends.parts, key=lambda part: -part.share.count)
        named += [part.minimum for part in parts if part.kind == MINIMUM]
    return tuple(dict.fromkeys(named))[:MOST_NUMBERS]


def draw_numbers(
    canvas: Canvas,
    problem: Problem,
    site: Site,
    theme: Theme,
    stroke: float,
    area: Rect,
    named: Sequence[int] = (),
    taken: Sequence[Rect] = (),
    moves: bool = True,
    passing: bool = False,
) -> None:
    """Draw the numbers of those minima that are seen on the map in that area; those that are named find room first.

    They stand where they stand at all moments: none hops out of the way of a marble.

    taken: what else stands still on the map; moves: whether a number makes room for it, which it does not where words
    keep off the usual places; passing: whether there is no such land twice.
    """
    height, find = round(TYPE * stroke), _standing if passing else _kept_standing
    boxes = tuple(map(tuple, taken)) if moves else None
    for words, place in find(problem, site, stroke, tuple(area), tuple(named), boxes):
        canvas.label(words, place.topleft, height, theme.mark, theme.halo, bold=True)


def _standing(
    problem: Problem,
    site: Site,
    stroke: float,
    area: tuple[int, ...],
    named: tuple[int, ...],
    taken: tuple[tuple[int, ...], ...] | None,
) -> tuple[tuple[str, Rect], ...]:
    """The numbers of minima that are seen in that area, and where; all at their usual places if nothing is taken."""
    numbers, shown, found = _numbers(problem, site, stroke, named), Rect(area), list[tuple[str, Rect]]()
    if not numbers:
        return ()
    marks = _pixels(site, np.array([point.position for point in problem.critical]), shown)
    half = MARK * stroke * (1.0 if len(problem.critical) <= MANY_MARKS else SMALL_MARK)
    occupied = [Rect(round(x - half), round(y - half), round(2 * half), round(2 * half)) for x, y in marks.tolist()]
    occupied += [Rect(*box) for box in taken or ()]
    places = _pixels(site, np.array([problem.minima[number].position for number in numbers]), shown)
    for number, (x, y) in zip(numbers, places.tolist(), strict=True):
        if not shown.collidepoint(x, y):
            continue
        words = str(number + 1)
        place = number_place(words, (x, y), stroke)
        if taken is not None:
            place = _best(_places(place, (x, y), stroke), occupied, shown)
        occupied.append(place)
        found.append((words, place))
    return tuple(found)


_kept_standing = kept(_standing)


def number_place(words: str, minimum: Pixel, stroke: float) -> Rect:
    """What the number of a minimum takes up where nothing else is in its way: above it and to the right."""
    (x, y), (wide, tall) = minimum, text.label_size(words, round(TYPE * stroke), bold=True)
    return Rect(round(x + AWAY[0] * stroke), round(y - tall), wide, tall)


def _numbers(problem: Problem, site: Site, stroke: float, named: Sequence[int]) -> list[int]:
    """The places in the list of minima of those that have their numbers; land before them hides none."""
    minima, usual = problem.minima, list[int]()
    if len(minima) <= MOST_NUMBERS:
        marked = thinned(minima, site, CROWDED * stroke)
        usual = [number for number, minimum in enumerate(minima) if minimum in marked]
    wanted = [number for number in dict.fromkeys((*named, *usual)) if number < len(minima)]
    places = np.array([minima[number].position for number in wanted]).reshape(-1, 2)
    return [number for number, hidden in zip(wanted, site.hidden(places).tolist(), strict=True) if not hidden]


def _pixels(site: Site, points: Array, area: Rect) -> Array:
    """Where points (n, 2) are in a picture with the map in that area."""
    return np.asarray(site.project(points) + area.topleft)


def _places(usual: Rect, minimum: Pixel, stroke: float) -> Iterator[Rect]:
    """Where a number may stand, the usual place first."""
    yield usual
    x, y = minimum
    for away in AWAY:
        for across, down in SIDES:
            place, gap = usual.copy(), away * stroke
            place.centerx = round(x + across * (gap + 0.5 * usual.width))
            place.centery = round(y + down * (0.5 * gap + 0.5 * usual.height if across else gap + 0.5 * usual.height))
            yield place


def _best(places: Iterator[Rect], taken: Sequence[Rect], area: Rect) -> Rect:
    """The first place that is free; else that of which the least is hidden."""
    crowded = list[tuple[int, Rect]]()
    for place in places:
        hidden = _hidden(place, taken, area)
        if not hidden:
            return place
        crowded.append((hidden, place))
    return min(crowded, key=lambda each: each[0])[1]


def _hidden(place: Rect, taken: Sequence[Rect], area: Rect) -> int:
    """How much a number there hides, or is hidden of it, in pixels."""
    box = place.inflate(0, -round(BLANK * place.height))
    within = box.clip(area)
    hidden = 2 * (box.width * box.height - within.width * within.height)
    for index in box.collidelistall(list(taken)):
        under = box.clip(taken[index])
        hidden += under.width * under.height
    return hidden
