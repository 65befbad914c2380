"""The numbers of minima on a map: of all where they are few, and of many those that are spoken of beside it."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from pygame import Rect

from ....descent.problem import Problem
from ....descent.verdict.events import Escape, Event
from ....study.odds.ends import LaneEnds
from ....study.statistics.end_kind import EndKind
from ....surface.points import Array
from ...drawing.camera import Camera
from ...drawing.canvas import Canvas, Pixel
from ...style import text
from ...style.cache import cached
from ...style.theme import Theme
from .site import Site, site_of
from .terrain import Mark, marks_of

MOST_NUMBERS = 9  # Minima have their numbers, the lowest first, unless there are more: then those that are named.
TYPE = 12.0  # Height of the type, in strokes.
AWAY = (11.0, 14.0, 18.0, 25.0)
"""How far from a minimum its number may begin, in strokes: beside a marble that rests there, and the first at which it
hides nothing else."""
SIDES = ((1, -1), (-1, -1), (1, 1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1))
"""On which side of it, across and down: the first choice first."""
CLOSER, AROUND = (6.5, 8.5, 11.0), 16
"""How far where other marks crowd it, in strokes, and at how many places all around it."""
REACH = 160.0
"""Side of a square around a minimum, in strokes, in which all marks lie to which its number may be nearer."""
PLAINLY = 1.2  # So many times as far as from its own mark a number is from those of other minima, at least.
LIES = 10.0  # How far above a minimum the middle of a marble is seen that lies in it on land aslant, in strokes.
MIDDLE = 1.5  # How far the middle of a mark may be from its minimum, in pixels, by rounding.
BLANK = 0.3  # Of the height of a line, what is above and below its digits.


def named_minima(basin: int | None, events: Sequence[Event], ends: LaneEnds | None = None) -> tuple[int, ...]:
    """Which minima are spoken of beside a lane's map: the basin it is in, the ends of its escapes, the last one first,
    and those in which its seeds end, as far as there is room for so many numbers.
    """
    named = [] if basin is None else [basin]
    for event in reversed(events):
        if event.kind is Escape.BASIN:
            named += [place for place in (event.source, event.target) if place is not None]
    if ends is not None:
        parts = sorted(ends.parts, key=lambda part: -part.share.count)
        named += [part.minimum for part in parts if part.kind is EndKind.MINIMUM]
    return tuple(dict.fromkeys(named))[:MOST_NUMBERS]


class Stand(NamedTuple):
    """Where the number of a minimum stands on ground at rest."""

    number: int
    """The place of the minimum in the list of all."""
    foot: Pixel
    """Where the minimum is."""
    place: Rect
    hidden: bool
    """Whether land stands before it."""

    @property
    def words(self) -> str:
        """What is written there."""
        return str(self.number + 1)


def draw_numbers(
    canvas: Canvas,
    problem: Problem,
    site: Site,
    theme: Theme,
    stroke: float,
    area: Rect,
    named: Sequence[int] = (),
    taken: Sequence[Rect] = (),
) -> None:
    """Draw the numbers of those minima that are seen on the map in that area, and go with these where ground moves.

    They stand on the same side of them at all moments: none hops out of the way of a marble, or of a batch.

    taken: what else stands still on the map.
    """
    height = round(TYPE * stroke)
    stands = number_stands(problem, site.camera, theme, stroke, tuple(area), tuple(named), tuple(map(tuple, taken)))
    for stand, (x, y), under in _on(site, problem, theme, stands, area):
        if not under:
            corner = stand.place.left + round(x - stand.foot[0]), stand.place.top + round(y - stand.foot[1])
            canvas.label(stand.words, corner, height, theme.mark, theme.halo, bold=True)


def digits_of(stands: Sequence[Stand]) -> list[Rect]:
    """What the digits of these numbers cover."""
    return [_digits(stand.place) for stand in stands if not stand.hidden]


def _on(
    site: Site, problem: Problem, theme: Theme, stands: Sequence[Stand], area: Rect
) -> Iterator[tuple[Stand, Pixel, bool]]:
    """Each number with where its minimum is on that ground, and whether land stands before it."""
    if site is site_of(problem, site.camera, theme):  # At rest, as where they have been placed.
        yield from ((stand, stand.foot, stand.hidden) for stand in stands)
        return
    places = np.array([problem.minima[stand.number].position for stand in stands]).reshape(-1, 2)
    yield from zip(stands, _pixels(site, places, area).tolist(), site.hidden(places).tolist(), strict=True)


@cached
def number_stands(
    problem: Problem,
    camera: Camera,
    theme: Theme,
    stroke: float,
    area: tuple[int, ...],
    named: tuple[int, ...] = (),
    taken: tuple[tuple[int, ...], ...] = (),
) -> tuple[Stand, ...]:
    """The numbers of minima on a map in that area, and where they stand on the ground of the training loss.

    Those that all lanes have find room first, then those that are named, and last what land hides as long as it rests.
    One that could not but stand as if it were that of another mark, on other numbers or beside the land is left out.
    """
    site, shown, found = site_of(problem, camera, theme), Rect(area), list[Stand]()
    marks = marks_of(problem, camera, theme, stroke)
    numbers = _numbers(problem, site, marks, named)
    if not numbers:
        return ()
    at = np.array([problem.minima[number].position for number in numbers])
    drawn = [mark.place.move(shown.topleft) for mark in marks if mark.drawn]
    rings = [point in problem.minima for point, mark in zip(problem.critical, marks, strict=True) if mark.drawn]
    others = [Other(place.center, ring) for place, ring in zip(drawn, rings, strict=True)]
    still = [Rect(*box) for box in taken]
    occupied = [*drawn, *still]
    for number, (x, y), hidden in zip(
        numbers, _pixels(site, at, shown).tolist(), site.hidden(at).tolist(), strict=True
    ):
        if shown.collidepoint(x, y):
            usual = _usual_place(str(number + 1), (x, y), stroke)
            places = _on_land(site, list(_places(usual, (x, y), stroke)), shown)
            near = Rect(0, 0, round(REACH * stroke), round(REACH * stroke))
            near.center = round(x), round(y)
            around = [other for other in others if near.collidepoint(other.middle)]
            lies = 0.0 if camera.flat else LIES * stroke
            own = [place for place in places if not _strays(place, (x, y), around, lies)]
            own = [place for place in own if not _cut_off(place, (x, y), still)]
            place = _best(own, (x, y), around, digits_of(found), occupied, shown)
            if place is not None:
                occupied.append(place)
                found.append(Stand(number, (x, y), place, hidden))
    return tuple(found)


class Other(NamedTuple):
    """A mark to which a number may be nearer than to its own."""

    middle: tuple[int, int]
    ring: bool
    """Whether it is that of a minimum: then it is easily taken for the one that the number is of."""


def _usual_place(words: str, minimum: Pixel, stroke: float) -> Rect:
    """What the number of a minimum takes up where nothing else is in its way: above it and to the right."""
    (x, y), (wide, tall) = minimum, text.label_size(words, round(TYPE * stroke), bold=True)
    return Rect(round(x + AWAY[0] * stroke), round(y - tall), wide, tall)


def _numbers(problem: Problem, site: Site, marks: Sequence[Mark], named: Sequence[int]) -> list[int]:
    """The places in the list of minima of those that have their numbers, in the order in which they find room."""
    minima, usual = problem.minima, list[int]()
    hidden: list[bool] = site.hidden(np.array([minimum.position for minimum in minima]).reshape(-1, 2)).tolist()
    if len(minima) <= MOST_NUMBERS:
        drawn = [point for point, mark in zip(problem.critical, marks, strict=True) if mark.drawn]
        usual = [number for number, minimum in enumerate(minima) if hidden[number] or minimum in drawn]
    wanted = [number for number in dict.fromkeys((*usual, *named)) if number < len(minima)]
    return sorted(wanted, key=hidden.__getitem__)


def _pixels(site: Site, points: Array, area: Rect) -> Array:
    """Where points (n, 2) are in a picture with the map in that area."""
    return np.asarray(site.project(points) + area.topleft)


def _places(usual: Rect, minimum: Pixel, stroke: float) -> Iterator[Rect]:
    """Where a number may stand, the usual place first, and last all around its minimum, where others crowd it."""
    yield usual
    (x, y), place = minimum, usual.copy()
    for away in AWAY:
        for across, down in SIDES:
            gap = away * stroke
            place.centerx = round(x + across * (gap + 0.5 * usual.width))
            place.centery = round(y + down * (0.5 * gap + 0.5 * usual.height if across else gap + 0.5 * usual.height))
            yield place.copy()
    for away in CLOSER:
        for turn in range(AROUND):
            angle, gap = math.tau * turn / AROUND, away * stroke
            place.centerx = round(x + math.cos(angle) * (gap + 0.5 * usual.width))
            place.centery = round(y + math.sin(angle) * (gap + (0.5 - BLANK / 2) * usual.height))
            yield place.copy()


def _on_land(site: Site, places: Sequence[Rect], area: Rect) -> list[Rect]:
    """The places at which all of the digits would lie on land and in the area, of some."""
    boxes = [_digits(place) for place in places]
    sides = np.array([[box.left, box.centerx, box.right] for box in boxes], float) - area.left
    above, below = site.back(sides).max(axis=1) + area.top, site.front(sides).min(axis=1) + area.top
    found = zip(places, boxes, above.tolist(), below.tolist(), strict=True)
    return [
        place for place, box, top, bottom in found if top <= box.top and box.bottom <= bottom and area.contains(box)
    ]


def _best(
    places: Sequence[Rect],
    minimum: Pixel,
    others: Sequence[Other],
    numbers: Sequence[Rect],
    taken: Sequence[Rect],
    area: Rect,
) -> Rect | None:
    """The first of the places that is free and has no mark and no number nearer than the minimum; else of those that
    have none, that of which least is hidden. Where all have one, of all. No number stands upon others.
    """
    crowded = list[tuple[bool, int, Rect]]()
    for place in places:
        if _digits(place).collidelist(list(numbers)) < 0:
            own, hidden = math.dist(place.center, minimum) - 1, _hidden(place, taken, area)
            middles = [*(other.middle for other in others), *(number.center for number in numbers)]
            nearer = any(math.dist(place.center, middle) < own for middle in middles)
            if not (nearer or hidden):
                return place
            crowded.append((nearer, hidden, place))
    return min(crowded, key=lambda each: each[:2])[2] if crowded else None


def _strays(place: Rect, minimum: Pixel, others: Sequence[Other], lies: float) -> bool:
    """Whether a number there seems to be that of another minimum: it is hardly farther from that one's ring, or from a
    marble that lies in it, its middle so many pixels above.
    """
    near = PLAINLY * math.dist(place.center, minimum)
    return any(
        min(math.dist(place.center, (x, y)), math.dist(place.center, (x, y - lies))) < near
        for (x, y), ring in others
        if ring and math.dist((x, y), minimum) > MIDDLE
    )


def _cut_off(place: Rect, minimum: Pixel, still: Sequence[Rect]) -> bool:
    """Whether something that stands still, such as the flag, lies between a number there and its minimum."""
    between = ((place.center, minimum), (place.midleft, minimum), (place.midright, minimum))
    return any(all(box.clipline(*line) for line in between) and not box.collidepoint(minimum) for box in still)


def _digits(place: Rect) -> Rect:
    """What the digits of a number cover there."""
    return place.inflate(0, -round(BLANK * place.height))


def _hidden(place: Rect, taken: Sequence[Rect], area: Rect) -> int:
    """How much a number there hides, or is hidden of it, in pixels."""
    box = _digits(place)
    within = box.clip(area)
    hidden = 2 * (box.width * box.height - within.width * within.height)
    for index in box.collidelistall(list(taken)):
        under = box.clip(taken[index])
        hidden += under.width * under.height
    return hidden
