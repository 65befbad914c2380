"""What the marks on the map are: kind, loss and eigenvalues of each critical point.

The words stand close to their marks, where they leave the others room to do so, and keep off marbles.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pygame

from ....descent.race import Race
from ....surface.critical.point import CriticalPoint
from ...drawing.canvas import Canvas, Pixel
from ...style import text
from ...style.kept import kept
from ...style.numbers import number, short
from ...style.theme import Theme
from ..map.site import Site
from ..map.terrain import foremost
from .context import PLATE, ViewContext
from .formula import formula_place
from .momentum import sum_places
from .room import LAID_OUT_BY, marble_places, minima_places, still_places

ROUNDING = 1e-12
TYPE = 0.8  # Height of the type, in ems.
SMALLER = 0.75  # Of it, where else there would not be room for all words,
LEAST_TYPE = 9  # and in pixels.
ATTEMPTS = 3  # At another order, where words are left without room.
CROWD = 20  # Points; if there are more, not all have room in any type.
FEW = 3  # Digits of numbers, where there is not room for all words with more: rather than smaller type.
LINE = 1.25  # From one line to the next, in heights of the type.
FARTHEST = 3  # Marks by which words stand away from theirs, where there is no room closer to it.
CORNERS = (
    ("midtop", "midbottom"),
    ("midbottom", "midtop"),
    ("midleft", "midright"),
    ("midright", "midleft"),
    ("topleft", "bottomright"),
    ("topright", "bottomleft"),
    ("bottomleft", "topright"),
    ("bottomright", "topleft"),
)
"""Which place of the words stands at which of the mark."""
BESIDE = 2
"""Pixels by which a mark is enlarged, to tell whether words stand beside it."""
NEAR = 1.5
"""How far around another mark than their own words seem to be those of that one, in marks on both sides together."""


Line = tuple[Pixel, Pixel]


class Stand(NamedTuple):
    """Where words may stand."""

    place: pygame.Rect
    led: bool
    """Whether a line leads there from their mark: they are not beside it, or beside another one, too."""


class Label(NamedTuple):
    """What is said of a critical point."""

    mark: pygame.Rect
    lines: tuple[str, str]
    size: int
    """Height of the type, in pixels."""
    stand: Stand
    stands: tuple[Stand, ...]
    """All places for it on the map, the first choice first."""


def draw_labels(canvas: Canvas, context: ViewContext) -> None:
    """Two lines at each critical point, the lowest first; none where they would lie over another's.

    Where there is no room for all, numbers have fewer digits, and then the first of each kind comes before the others.

    Where a marble, its arrows or what another view says lies on them, they go to another side of their point, if there
    is room.
    """
    labels = _standing(context)
    for label in labels:
        if label.stand.led:
            _draw_leader(canvas, context, label)
    for label in labels:
        place = label.stand.place
        canvas.rect(place, context.theme.panel, opacity=PLATE)
        for row, line in enumerate(label.lines):
            y = place.top + (row + 0.5) * _step(label.size)
            canvas.text(line, (place.centerx, y), label.size, context.theme.text, align=0.5)


def _standing(context: ViewContext) -> list[Label]:
    """The words as they stand at the moment: rather under a marble than nowhere, but upon no others."""
    area, views = tuple(context.area), context.views & LAID_OUT_BY
    labels, others = _labels(context.race, context.site, area, context.em, context.theme, views)
    marbles, words, arrows = context.once(marble_places), _words(context), _arrows(context)
    stands = [label.stand for label in labels]
    for index, label in enumerate(labels):
        if _lies_on(label.stand.place, [*marbles, *words], arrows):
            left = [(each.mark, stand) for each, stand in zip(labels, stands, strict=True) if each is not label]
            taken = [*others, *marbles, *words, *(stand.place for _, stand in left)]
            leaders = [*arrows, *(_leader(own, stand.place) for own, stand in left if stand.led)]
            free = [stand for stand in label.stands if not _lies_on(stand.place, taken, arrows)]
            clear = (stand for stand in free if not (stand.led and _crosses(_leader(label.mark, stand.place), leaders)))
            stands[index] = next(clear, free[0] if free else label.stand)
    told = (label._replace(stand=stand) for label, stand in zip(labels, stands, strict=True))
    return [label for label in told if label.stand.place.collidelist(words) < 0]


def _lies_on(place: pygame.Rect, others: list[pygame.Rect], arrows: Sequence[Line]) -> bool:
    """Whether words there lie on any of these."""
    return place.collidelist(others) >= 0 or any(place.clipline(*arrow) for arrow in arrows)


def _arrows(context: ViewContext) -> list[Line]:
    """The arrows from the marble, if they are on the map."""
    if not context.holds(context.center):
        return []
    return [(context.center, arrow.tip) for arrow in context.arrows if arrow is not None]


def _words(context: ViewContext) -> list[pygame.Rect]:
    """What the formula covers, and momentum as a sum."""
    formula = formula_place(context) if "formula" in context.views else None
    sums = context.once(sum_places) if "momentum" in context.views else []
    return sums if formula is None else [*sums, formula]


def _leader(mark: pygame.Rect, place: pygame.Rect) -> Line:
    """From a mark to words there; the mark itself is to be seen."""
    x, y = mark.center
    end = min(max(x, place.left), place.right), min(max(y, place.top), place.bottom)
    short = min(1.0, 0.5 * mark.width / max(math.dist(end, (x, y)), 1.0))
    return (x + short * (end[0] - x), y + short * (end[1] - y)), end


def _cross(one: Line, other: Line) -> bool:
    """Whether two lines cross: the ends of each are on both sides of the other."""
    return _parts(one, other) and _parts(other, one)


def _parts(line: Line, other: Line) -> bool:
    (x, y), (right, below) = line
    sides = [(right - x) * (down - y) - (below - y) * (across - x) for across, down in other]
    return sides[0] * sides[1] < 0


def _draw_leader(canvas: Canvas, context: ViewContext, label: Label) -> None:
    """A thin line from words to their mark."""
    line = _leader(label.mark, label.stand.place)
    canvas.line(line, context.theme.halo, max(3, round(3 * context.stroke)))
    canvas.line(line, context.theme.text, max(1, round(context.stroke)))


def _beside(place: pygame.Rect, mark: pygame.Rect) -> bool:
    """Whether words there stand beside a mark."""
    return place.colliderect(mark.inflate(BESIDE, BESIDE))


def _strays(place: pygame.Rect, mark: pygame.Rect, marks: Sequence[pygame.Rect]) -> bool:
    """Whether words there seem to be those of another of the marks than their own."""
    own = math.dist(place.center, mark.center)
    return any(
        place.colliderect(other.inflate(NEAR * other.width, NEAR * other.height))
        and math.dist(place.center, other.center) <= own
        for other in marks
        if other != mark
    )


def _apart(marks: Sequence[pygame.Rect]) -> Sequence[pygame.Rect]:
    """Those of the marks that words must not seem to belong to unless they are theirs: in a crowd, none."""
    return marks if len(marks) <= CROWD else ()


def _sizes(em: int, count: int) -> Sequence[int]:
    """Heights that the type of so many words may have, in pixels, the largest first."""
    usual = round(TYPE * em)
    if count > CROWD:
        return (usual,)
    return range(usual, min(usual, max(LEAST_TYPE, round(SMALLER * usual))) - 1, -1)


def _step(size: int) -> int:
    """From one line to the next, in pixels."""
    return round(LINE * size)


@kept
def _labels(
    race: Race, site: Site, area: tuple[int, ...], em: int, theme: Theme, views: frozenset[str]
) -> tuple[tuple[Label, ...], tuple[pygame.Rect, ...]]:
    """The words of all points where they stand if no marble is there, and what else takes room on the map."""
    context = ViewContext(race, 0, 0, site, pygame.Rect(area), pygame.Rect(0, 0, 0, 0), theme, em, views)
    points = context.problem.critical
    others = [mark(context, point) for point in points]
    others += [*minima_places(context), *still_places(context)]
    labels = _laid_out(context, points, others)
    stand = [label.mark for label in labels]
    told = {point.kind for point, own in zip(points, others, strict=False) if own in stand}
    if any(point.kind not in told for point in points):
        labels = _laid_out(context, foremost(points), others)
    return labels, tuple(others)


def _laid_out(
    context: ViewContext, points: Sequence[CriticalPoint], others: Sequence[pygame.Rect]
) -> tuple[Label, ...]:
    """The words of as many of the points as have room, the first ones first, beside what else takes it."""
    marks, labels = [mark(context, point) for point in points], tuple[Label, ...]()
    apart = _apart(marks)
    for told, size in _forms(context, points):
        extents = [(max(text.width(line, size) for line in lines) + size, 2 * _step(size)) for lines in told]
        free = [
            [
                (away, place)
                for away, place in _places(own, extent, apart)
                if context.area.contains(place) and place.collidelist(others) < 0
            ]
            for own, extent in zip(marks, extents, strict=True)
        ]
        placed = _best_placed(free, marks)
        if len(placed) > len(labels):
            labels = tuple(
                Label(marks[n], told[n], size, *_stands(context, marks[n], extents[n], place, apart))
                for n, place in placed.items()
            )
        if len(labels) == len(points):
            break
    return labels


def _stands(
    context: ViewContext, mark: pygame.Rect, size: tuple[int, int], place: pygame.Rect, marks: Sequence[pygame.Rect]
) -> tuple[Stand, tuple[Stand, ...]]:
    """Where words of that size stand, and where on the map they might."""
    places = [each for _, each in _places(mark, size, marks) if context.area.contains(each)]
    here, *stands = (Stand(each, not _beside(each, mark) or _strays(each, mark, marks)) for each in (place, *places))
    return here, tuple(stands)


def _best_placed(
    free: Sequence[Sequence[tuple[int, pygame.Rect]]], marks: Sequence[pygame.Rect]
) -> Mapping[int, pygame.Rect]:
    """Which of its free places each has, by its number.

    Where some are left none, these come first in another attempt, unless there is a crowd: no order has room for all.
    """
    order = list(range(len(marks)))
    best = placed = _placed(free, marks, order)
    for _ in range(ATTEMPTS if len(marks) <= CROWD else 0):
        if len(best) == len(marks):
            break
        order.sort(key=lambda number: number in placed)
        placed = _placed(free, marks, order)
        best = max(best, placed, key=len)
    return {number: best[number] for number in sorted(best)}


def _placed(
    free: Sequence[Sequence[tuple[int, pygame.Rect]]], marks: Sequence[pygame.Rect], order: Sequence[int]
) -> Mapping[int, pygame.Rect]:
    """Which of its free places each has, in order, by its number; those that are left none are left out.

    Of places that are equally far away, it is the first of those that leave the fewest of the later ones no close one.
    No two leaders cross.
    """
    rest, placed, leaders = [list(places) for places in free], dict[int, pygame.Rect](), list[Line]()
    for turn, index in enumerate(order):
        own, others = marks[index], [rest[number] for number in order[turn + 1 :]]
        open_ = (each for each in rest[index] if not (each[0] and _crosses(_leader(own, each[1]), leaders)))
        away, nearest = next(((away, list(each)) for away, each in groupby(open_, key=lambda each: each[0])), (0, []))
        if not nearest:
            continue
        later = [[place for far, place in places if not far] for places in others]
        placed[index] = min(
            (place for _, place in nearest), key=lambda place: sum(_starved(places, place) for places in later)
        )
        if away:
            leaders.append(_leader(own, placed[index]))
        for places in others:
            places[:] = [each for each in places if not each[1].colliderect(placed[index])]
    return placed


def _crosses(line: Line, others: Sequence[Line]) -> bool:
    """Whether a line crosses any of the others."""
    return any(_cross(line, other) for other in others)


def _starved(places: Sequence[pygame.Rect], taken: pygame.Rect) -> bool:
    """Whether all of these places, of which there are some, are lost if that is taken."""
    return bool(places) and all(place.colliderect(taken) for place in places)


def mark(context: ViewContext, point: CriticalPoint) -> pygame.Rect:
    """What the point's own mark takes up."""
    rect = pygame.Rect(0, 0, round(0.9 * context.em), round(0.9 * context.em))
    rect.center = tuple(round(part) for part in context.pixel(np.array(point.position)))
    return rect


def _places(
    mark: pygame.Rect, size: tuple[int, int], marks: Sequence[pygame.Rect]
) -> Iterator[tuple[int, pygame.Rect]]:
    """How far away, and where: below the mark, above it, beside it and aslant; first close to it, and then farther.

    Last come the places at which words would seem to be those of another of the marks.
    """
    places = list[tuple[int, pygame.Rect]]()
    for away in range(FARTHEST + 1):
        about, place = mark.inflate(2 * away * mark.width, 2 * away * mark.height), pygame.Rect((0, 0), size)
        for own, its in CORNERS:
            setattr(place, own, getattr(about, its))
            strays = _strays(place, mark, marks)
            places.append((away + (FARTHEST + 1) * strays, place.copy()))
    yield from sorted(places, key=lambda each: each[0])


def _rounded(context: ViewContext, loss: float) -> float:
    """The loss without what rounding has left of a zero."""
    return 0.0 if abs(loss) < ROUNDING * context.problem.units.loss else loss


def _forms(context: ViewContext, points: Sequence[CriticalPoint]) -> Iterator[tuple[list[tuple[str, str]], int]]:
    """What may be said of the points, and in which type: what is wanted most comes first."""
    digits = (number, _few_digits) if len(points) <= CROWD else (number,)
    forms = [[_lines(context, point, told) for point in points] for told in digits]
    yield from ((told, size) for size in _sizes(context.em, len(points)) for told in forms)


def _few_digits(value: float) -> str:
    return short(float(f"{value:.{FEW}g}"))


def _lines(context: ViewContext, point: CriticalPoint, told: Callable[[float], str]) -> tuple[str, str]:
    theme = context.theme
    lower, upper = (told(value) for value in point.eigenvalues)
    loss = told(_rounded(context, point.value))
    return theme.say("{kind}, L = {loss}", kind=theme.say(point.kind.value), loss=loss), f"κ = {lower}, {upper}"
