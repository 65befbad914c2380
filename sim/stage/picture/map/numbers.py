"""The numbers of minima on a map: of all where they are few, and of many those that are spoken of beside it."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

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
AWAY = (7.0, 12.0, 18.0, 25.0)
"""How far from a minimum its number may begin, in strokes: the first at which neither hides anything, nor is hidden."""
SIDES = ((1, -1), (-1, -1), (1, 1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1))
"""On which side of it, across and down: the first choice first."""
SHAFT = 4.0  # Width of an arrow, in strokes.
BLANK = 0.3  # Of the height of a line, what is above and below its digits.


class Around(NamedTuple):
    """What numbers make room for, in pixels of the map."""

    taken: tuple[Rect, ...] = ()
    arrows: tuple[tuple[Pixel, Pixel], ...] = ()
    moves: bool = True
    """Whether a number may stand elsewhere than where it usually does: not where words keep off that place."""


NOTHING = Around()
"""There is nothing else on the map."""


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
    around: Around = NOTHING,
) -> None:
    """Draw the numbers of those minima that are seen on the map in that area; those that are named find room first."""
    standing = _standing(problem, site, stroke, tuple(area), tuple(named))
    taken, height = [*standing.marks, *around.taken], round(TYPE * stroke)
    for number in standing.numbers:
        place = number.usual
        if around.moves:
            near = [taken[index] for index in number.about.collidelistall(taken)]
            place = _best(_places(place, number.minimum, stroke), near, around.arrows, area, stroke)
        taken.append(place)
        canvas.label(number.words, place.topleft, height, theme.mark, theme.halo, bold=True)


class Number(NamedTuple):
    """The number of a minimum."""

    words: str
    minimum: Pixel
    usual: Rect
    about: Rect
    """All places where it may stand."""


class Standing(NamedTuple):
    """What is the same on a map at all moments."""

    numbers: tuple[Number, ...]
    marks: tuple[Rect, ...]
    """What the marks of critical points take up."""


@kept
def _standing(problem: Problem, site: Site, stroke: float, area: tuple[int, ...], named: tuple[int, ...]) -> Standing:
    """The numbers of minima that are seen in that area, in the order in which they find room."""
    numbers, map_area, found = _numbers(problem, site, stroke, named), Rect(area), list[Number]()
    if not numbers:
        return Standing((), ())
    marks = _pixels(site, np.array([point.position for point in problem.critical]), map_area)
    places = _pixels(site, np.array([problem.minima[number].position for number in numbers]), map_area)
    half = MARK * stroke * (1.0 if len(problem.critical) <= MANY_MARKS else SMALL_MARK)
    for number, (x, y) in zip(numbers, places.tolist(), strict=True):
        if map_area.collidepoint(x, y):
            usual, reach = number_place(str(number + 1), (x, y), stroke), 2 * round(AWAY[-1] * stroke)
            about = usual.inflate(2 * usual.width + 2 * reach, 2 * usual.height + 2 * reach)
            found.append(Number(str(number + 1), (x, y), usual, about))
    taken = (Rect(round(x - half), round(y - half), round(2 * half), round(2 * half)) for x, y in marks.tolist())
    return Standing(tuple(found), tuple(taken))


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


def _best(
    places: Iterator[Rect],
    taken: Sequence[Rect],
    arrows: Sequence[tuple[Pixel, Pixel]],
    area: Rect,
    stroke: float,
) -> Rect:
    """The first place that is free; else that of which the least is hidden."""
    crowded = list[tuple[float, Rect]]()
    for place in places:
        hidden = _hidden(place, taken, arrows, area, stroke)
        if not hidden:
            return place
        crowded.append((hidden, place))
    return min(crowded, key=lambda each: each[0])[1]


def _hidden(
    place: Rect, taken: Sequence[Rect], arrows: Sequence[tuple[Pixel, Pixel]], area: Rect, stroke: float
) -> float:
    """How much a number there hides, or is hidden of it, in pixels."""
    box = place.inflate(0, -round(BLANK * place.height))
    within = box.clip(area)
    hidden = float(2 * (box.width * box.height - within.width * within.height))
    for index in box.collidelistall(list(taken)):
        under = box.clip(taken[index])
        hidden += under.width * under.height
    for start, tip in arrows:
        crossed = box.clipline(start, tip)
        hidden += SHAFT * stroke * math.dist(*crossed) if crossed else 0.0
    return hidden
