"""Where words might stand on a map: around their mark, and not as if they were those of another one."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pygame

from .....surface.critical.point import CriticalPoint
from ...map.terrain import marks_of
from ..context import ViewContext
from .leaders import leader_of, runs_over

WIDE = 0.9  # Of the least that a mark takes up, in ems.
TOUCHED = 6  # Of the width and height of a mark or a number, in pixels, what a line may touch.
FARTHEST = 3  # Marks by which words stand away from theirs, where there is no room closer to it.
NEAR = 2.0
"""How far around another mark than their own words seem to be those of that one, in marks on both sides together."""
SIDES = (
    ("midtop", "midbottom"),
    ("midbottom", "midtop"),
    ("midleft", "midright"),
    ("midright", "midleft"),
    ("topleft", "bottomright"),
    ("topright", "bottomleft"),
    ("bottomleft", "topright"),
    ("bottomright", "topleft"),
)
"""Which place of the words stands at which of the mark,"""
SLID = (
    ("topleft", "midbottom"),
    ("topright", "midbottom"),
    ("bottomleft", "midtop"),
    ("bottomright", "midtop"),
)
"""and last, where there is room for them nowhere else as close."""

Place = tuple[int, pygame.Rect]
"""How far away from their mark words may stand, and where; close to it is 0."""


class Around(NamedTuple):
    """The marks of all points, and how far around each of them words that are close to it reach."""

    marks: tuple[pygame.Rect, ...]
    reaches: list[pygame.Rect]


def around_of(marks: tuple[pygame.Rect, ...]) -> Around:
    return Around(marks, [mark.inflate(NEAR * mark.width, NEAR * mark.height) for mark in marks])


def strays(place: pygame.Rect, mark: pygame.Rect, around: Around) -> bool:
    """Whether words there seem to be those of another of the marks than their own: of one that is as close to their
    middle, or at an end of their lines, as a bullet is, where their own is above or below them.
    """
    own, beside = math.dist(place.center, mark.center), _beside(place, mark)
    close = (around.marks[number] for number in place.collidelistall(around.reaches))
    return any(
        math.dist(place.center, other.center) <= own or (_beside(place, other) and not beside)
        for other in close
        if other != mark
    )


def _beside(place: pygame.Rect, mark: pygame.Rect) -> bool:
    """Whether a mark is as high as words there."""
    return place.top <= mark.centery < place.bottom


def places_for(mark: pygame.Rect, size: tuple[int, int], around: Around, farthest: int = FARTHEST) -> list[Place]:
    """How far away, and where: below the mark, above it, beside it and aslant; first close to it, and then farther.

    Last come the places at which words would seem to be those of another of the marks.
    """
    places = list[Place]()
    for away in range(farthest + 1):
        about, place = mark.inflate(2 * away * mark.width, 2 * away * mark.height), pygame.Rect((0, 0), size)
        for own, its in (*SIDES, *SLID):
            setattr(place, own, getattr(about, its))
            astray = strays(place, mark, around)
            places.append((away + (farthest + 1) * astray, place.copy()))
    return sorted(places, key=lambda each: each[0])


def on_map(places: Iterable[Place], area: pygame.Rect) -> tuple[Place, ...]:
    """The places that are whole on the map."""
    return tuple(each for each in places if area.contains(each[1]))


def free_of(places: Iterable[Place], others: Sequence[pygame.Rect]) -> tuple[Place, ...]:
    """The places that no others are at."""
    taken = list(others)
    return tuple(each for each in places if each[1].collidelist(taken) < 0)


def unled_through(places: Iterable[Place], mark: pygame.Rect, others: Sequence[pygame.Rect]) -> tuple[Place, ...]:
    """The places to which no line would lead from the mark through any of the others, or to which none leads."""
    near = [other.inflate(-TOUCHED, -TOUCHED) for other in others if not other.collidepoint(mark.center)]
    return tuple(each for each in places if not (each[0] and runs_over(leader_of(mark, each[1]), near, [])))


def marked_places(context: ViewContext) -> dict[CriticalPoint, pygame.Rect]:
    """What the marks of critical points take up that are drawn on ground at rest, with the bars of a cross."""
    marks = marks_of(context.problem, context.camera, context.theme, context.stroke)
    told = zip(context.problem.critical, marks, strict=True)
    drawn = ((point, mark.place.move(context.area.topleft)) for point, mark in told if mark.drawn)
    return {point: _about(place, context.em) for point, place in drawn if context.area.collidepoint(place.center)}


def _about(mark: pygame.Rect, em: int) -> pygame.Rect:
    """A mark, enlarged to what it takes up at least."""
    rect = pygame.Rect(0, 0, round(WIDE * em), round(WIDE * em))
    rect.center = mark.center
    return rect.union(mark)
