"""What the marks on the map are: kind, loss and eigenvalues of each critical point.

The words stand close to their marks, where they leave the others room to do so, and keep off marbles.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pygame

from ....descent.race import Race
from ....surface.critical.point import CriticalPoint
from ...drawing.canvas import Canvas
from ...drawing.glyphs import flag_place
from ...style import text
from ...style.kept import kept
from ...style.numbers import number
from ...style.theme import Theme
from ..map.site import Site
from .context import CAPTIONED, PLATE, ViewContext, captions_height
from .formula import formula_place
from .ground.loss_scale import scale_place
from .momentum import sum_height
from .room import marble_places

ROUNDING = 1e-12
TYPE = 0.8  # Height of the type, in ems.
SMALLER = 0.75  # Of it, where else there would not be room for all words,
LEAST_TYPE = 9  # and in pixels.
CROWD = 20  # Points; if there are more, not all have room in any type.
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
NUMBERED = 9  # Minima carry their numbers on the map unless there are more of them.


class Label(NamedTuple):
    """What is said of a critical point."""

    mark: pygame.Rect
    lines: tuple[str, str]
    size: int
    """Height of the type, in pixels."""
    place: pygame.Rect


def draw_labels(canvas: Canvas, context: ViewContext) -> None:
    """Two lines at each critical point, the lowest first; none where they would lie over another's.

    Where a marble or what another view says lies on them, they go to another side of their point, if there is room.
    """
    stands = _standing(context)
    for label in stands:
        _draw_leader(canvas, context, label)
    for label in stands:
        canvas.rect(label.place, context.theme.panel, opacity=PLATE)
        for row, line in enumerate(label.lines):
            y = label.place.top + (row + 0.5) * _step(label.size)
            canvas.text(line, (label.place.centerx, y), label.size, context.theme.text, align=0.5)


def _standing(context: ViewContext) -> list[Label]:
    """The words as they stand at the moment: rather under a marble than nowhere, but upon no others."""
    area, views = tuple(context.area), context.views & _LAID_OUT_BY
    labels, others = _labels(context.race, context.site, area, context.em, context.theme, views)
    marbles, words = marble_places(context), _words(context)
    places = [label.place for label in labels]
    for index, label in enumerate(labels):
        if label.place.collidelist([*marbles, *words]) >= 0:
            taken = [*others, *marbles, *words, *places[:index], *places[index + 1 :]]
            free = (place for _, place in _places(label.mark, label.place.size) if context.area.contains(place))
            places[index] = next((place for place in free if place.collidelist(taken) < 0), label.place)
    told = (label._replace(place=place) for label, place in zip(labels, places, strict=True))
    return [label for label in told if label.place.collidelist(words) < 0]


def _words(context: ViewContext) -> list[pygame.Rect]:
    """What the formula covers, and momentum as a sum."""
    area, formula = context.area, formula_place(context) if "formula" in context.views else None
    tall = round(sum_height(context) * context.em) if "momentum" in context.views else 0
    sums = [pygame.Rect(area.left, area.bottom - tall, area.width, tall)] if tall else []
    return sums if formula is None else [*sums, formula]


def _draw_leader(canvas: Canvas, context: ViewContext, label: Label) -> None:
    """A thin line from words to their mark, where they do not stand beside it."""
    mark, place = label.mark, label.place
    if place.colliderect(mark.inflate(BESIDE, BESIDE)):
        return
    x, y = mark.center
    end = min(max(x, place.left), place.right), min(max(y, place.top), place.bottom)
    canvas.line((mark.center, end), context.theme.halo, max(3, round(3 * context.stroke)))
    canvas.line((mark.center, end), context.theme.text, max(1, round(context.stroke)))


def _sizes(em: int, count: int) -> Sequence[int]:
    """Heights that the type of so many words may have, in pixels, the largest first."""
    usual = round(TYPE * em)
    if count > CROWD:
        return (usual,)
    return range(usual, min(usual, max(LEAST_TYPE, round(SMALLER * usual))) - 1, -1)


def _step(size: int) -> int:
    """From one line to the next, in pixels."""
    return round(LINE * size)


_LAID_OUT_BY = frozenset((*CAPTIONED, "loss scale"))
"""Views that stand on maps at all moments, and take room from the words."""


@kept
def _labels(
    race: Race, site: Site, area: tuple[int, ...], em: int, theme: Theme, views: frozenset[str]
) -> tuple[tuple[Label, ...], tuple[pygame.Rect, ...]]:
    """The words of all points where they stand if no marble is there, and what else takes room on the map."""
    context = ViewContext(race, 0, 0, site, pygame.Rect(area), pygame.Rect(0, 0, 0, 0), theme, em, views)
    marks = [mark(context, point) for point in context.problem.critical]
    others = list(marks)
    if len(context.problem.minima) <= NUMBERED:
        others += [
            rect.move(rect.width, -rect.height // 2) for rect in (mark(context, m) for m in context.problem.minima)
        ]
    others += [flag_place(context.pixel(np.array(race.start)), context.stroke), _captions(context)]
    others += [scale_place(context)] if "loss scale" in views else []
    told, labels = [_lines(context, point) for point in context.problem.critical], tuple[Label, ...]()
    for size in _sizes(context.em, len(told)):
        extents = [(max(text.width(line, size) for line in lines) + size, 2 * _step(size)) for lines in told]
        free = [
            [
                (away, place)
                for away, place in _places(own, extent)
                if context.area.contains(place) and place.collidelist(others) < 0
            ]
            for own, extent in zip(marks, extents, strict=True)
        ]
        placed = _placed(free)
        if len(placed) > len(labels):
            labels = tuple(Label(marks[n], told[n], size, place) for n, place in placed.items())
        if len(labels) == len(told):
            break
    return labels, tuple(others)


def _placed(free: Sequence[Sequence[tuple[int, pygame.Rect]]]) -> Mapping[int, pygame.Rect]:
    """Which of its free places each has, in order, by its number; those that are left none are left out.

    Of places that are equally far away, it is the first of those that leave the fewest of the later ones no close one.
    """
    rest, placed = [list(places) for places in free], dict[int, pygame.Rect]()
    for index in range(len(rest)):
        if not rest[index]:
            continue
        _, nearest = next(groupby(rest[index], key=lambda each: each[0]))
        later = [[place for away, place in places if not away] for places in rest[index + 1 :]]
        placed[index] = min(
            (place for _, place in nearest), key=lambda place: sum(_starved(places, place) for places in later)
        )
        for places in rest[index + 1 :]:
            places[:] = [each for each in places if not each[1].colliderect(placed[index])]
    return placed


def _starved(places: Sequence[pygame.Rect], taken: pygame.Rect) -> bool:
    """Whether all of these places, of which there are some, are lost if that is taken."""
    return bool(places) and all(place.colliderect(taken) for place in places)


def _captions(context: ViewContext) -> pygame.Rect:
    """What the lines at the upper edge take up."""
    return pygame.Rect(context.area.topleft, (context.area.width, round(captions_height(context.views) * context.em)))


def mark(context: ViewContext, point: CriticalPoint) -> pygame.Rect:
    """What the point's own mark takes up."""
    rect = pygame.Rect(0, 0, round(0.9 * context.em), round(0.9 * context.em))
    rect.center = tuple(round(part) for part in context.pixel(np.array(point.position)))
    return rect


def _places(mark: pygame.Rect, size: tuple[int, int]) -> Iterator[tuple[int, pygame.Rect]]:
    """How far away, and where: below the mark, above it, beside it and aslant; first close to it, and then farther."""
    for away in range(FARTHEST + 1):
        about, place = mark.inflate(2 * away * mark.width, 2 * away * mark.height), pygame.Rect((0, 0), size)
        for own, its in CORNERS:
            setattr(place, own, getattr(about, its))
            yield away, place.copy()


def _rounded(context: ViewContext, loss: float) -> float:
    """The loss without what rounding has left of a zero."""
    return 0.0 if abs(loss) < ROUNDING * context.problem.units.loss else loss


def _lines(context: ViewContext, point: CriticalPoint) -> tuple[str, str]:
    theme = context.theme
    lower, upper = (number(value) for value in point.eigenvalues)
    loss = number(_rounded(context, point.value))
    return theme.say("{kind}, L = {loss}", kind=theme.say(point.kind.value), loss=loss), f"κ = {lower}, {upper}"
