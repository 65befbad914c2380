"""Where the words at the critical points stand if no marble is there: as many of them as have room."""

from collections.abc import Mapping, Sequence
from itertools import count as counted
from itertools import groupby, islice
from typing import NamedTuple

import pygame

from .....surface.critical.point import CriticalKind
from ....style import text
from ....style.cache import cached
from ..words.room import mark_places, still_places
from ..words.stretch import Line, StillMap
from .leaders import leader_of, runs_over
from .places import Place, around_of, free_of, marked_places, on_map, places_for
from .words import CROWD, forms, step_of

ATTEMPTS = 3  # At another order, where words are left without room.
FAR = 16  # Marks by which words about minima that are spoken of beside the map stand away from theirs, in a crowd.


class Stand(NamedTuple):
    """Where words stand."""

    place: pygame.Rect
    led: bool
    """Whether a line leads there from their mark: they are not beside it, or beside another one, too."""


class Label(NamedTuple):
    """What is said of a critical point."""

    point: tuple[float, float]
    mark: pygame.Rect
    lines: tuple[str, str]
    size: int
    """Height of the type, in pixels."""
    stand: Stand
    places: tuple[Place, ...]
    """All places for it on the map, the first choice first."""


class Surroundings(NamedTuple):
    """What the words are about, and what they keep off."""

    marks: tuple[pygame.Rect, ...]
    """The mark of each point,"""
    others: tuple[pygame.Rect, ...]
    """and these with all else that takes room on the map."""


class Form(NamedTuple):
    """What may be said of all points, in one size of type and so many digits."""

    told: tuple[tuple[str, str], ...]
    size: int
    """Height of the type, in pixels."""
    extents: tuple[tuple[int, int], ...]
    """Width and height of each one's words,"""
    places: tuple[tuple[Place, ...], ...]
    """where on the map they might stand,"""
    free: tuple[tuple[Place, ...], ...]
    """and where nothing is that stands still."""


@cached
def _surroundings(still_map: StillMap) -> Surroundings:
    context = still_map.at()
    own = marked_places(context)
    return Surroundings(own, (*own, *mark_places(context), *still_places(context)))


@cached
def _form(still_map: StillMap, which: int) -> Form | None:
    """The first one, or those after it; None after the last."""
    context = still_map.at()
    told, size = next(islice(forms(context, context.problem.critical), which, None), ([], 0))
    if not told:
        return None
    marks, others = _surroundings(still_map)
    extents = tuple((max(text.width(line, size) for line in lines) + size, 2 * step_of(size)) for lines in told)
    around, board = around_of(marks), pygame.Rect(still_map.area)
    places = tuple(on_map(places_for(*each, around), board) for each in zip(marks, extents, strict=True))
    return Form(tuple(told), size, extents, places, tuple(free_of(each, others) for each in places))


@cached
def laid_out(still_map: StillMap, named: tuple[int, ...]) -> tuple[tuple[Label, ...], tuple[pygame.Rect, ...]]:
    """The words of all points where they stand if no marble is there, and what else takes room on the map."""
    points, minima = still_map.race.problem.critical, still_map.race.problem.minima
    first = {minima[number].position for number in named if number < len(minima)}
    kinds = [point.kind for point in points]
    ranked = ((point.position not in first, kinds.index(point.kind) != turn) for turn, point in enumerate(points))
    order = [turn for _, turn in sorted((rank, turn) for turn, rank in enumerate(ranked))]
    if len(points) <= CROWD:
        placed = _laid_out(still_map, range(len(points)))
        if {kinds[number] for number in placed} == set(kinds):
            return tuple(placed.values()), _surroundings(still_map).others
    placed = _laid_out(still_map, order, len(first))
    return tuple(placed.values()), _surroundings(still_map).others


def _laid_out(still_map: StillMap, order: Sequence[int], named: int = 0) -> Mapping[int, Label]:
    """The words of as many of the points as have room, the first ones first, by the points' numbers.

    Of so many of the first ones is spoken beside the map: a line leads to their words wherever there is room.
    """
    labels, points, board = dict[int, Label](), still_map.race.problem.critical, pygame.Rect(still_map.area)
    marks, others = _surroundings(still_map)
    around, kinds = around_of(marks), [points[number].kind for number in order]
    known = (_form(still_map, which) for which in counted())
    while (form := next(known)) is not None:
        free = [form.free[number] for number in order]
        for turn, own in enumerate(order[:named]):
            free[turn] = free_of(on_map(places_for(marks[own], form.extents[own], around, FAR), board), others)
        theirs, told = [marks[index] for index in order], [form.told[index] for index in order]
        placed = {order[turn]: place for turn, place in _best_placed(free, theirs, told, kinds).items()}
        if len(placed) > len(labels):
            labels = {
                n: Label(points[n].position, marks[n], form.told[n], form.size, stand_at(place), form.places[n])
                for n, place in placed.items()
            }
        if len(labels) == len(points):
            break
    return labels


def stand_at(place: Place) -> Stand:
    """A place with or without a leader."""
    away, rect = place
    return Stand(rect, away > 0)


def _best_placed(
    free: Sequence[Sequence[Place]],
    marks: Sequence[pygame.Rect],
    told: Sequence[tuple[str, str]],
    kinds: Sequence[CriticalKind],
) -> Mapping[int, Place]:
    """Which of its free places each has, by its number: as many kinds have one as may be, and then as many points.

    Where some are left none, these come first in another attempt, unless there is a crowd: no order has room for all.
    """
    order = list(range(len(marks)))
    if len(marks) > CROWD:  # What is said of one is not said of others again.
        return _placed(free, marks, [turn for turn in order if told.index(told[turn]) == turn])
    best = placed = _placed(free, marks, order)
    for _ in range(ATTEMPTS):
        if len(best) == len(marks):
            break
        order.sort(key=lambda number: number in placed)
        placed = _placed(free, marks, order)
        best = max(best, placed, key=lambda each: (len({kinds[number] for number in each}), len(each)))
    return {number: best[number] for number in sorted(best)}


def _placed(free: Sequence[Sequence[Place]], marks: Sequence[pygame.Rect], order: Sequence[int]) -> Mapping[int, Place]:
    """Which of its free places each has, in order, by its number; those that are left none are left out.

    Of places that are equally far away, it is the first of those that leave the fewest of the later ones no close one.
    No leader crosses another, or runs through words.
    """
    rest, placed, leaders = [list(places) for places in free], dict[int, Place](), list[Line]()
    for turn, index in enumerate(order):
        own, others = marks[index], [rest[number] for number in order[turn + 1 :]]
        taken = [place for _, place in placed.values()]
        open_ = (each for each in rest[index] if not (each[0] and runs_over(leader_of(own, each[1]), taken, leaders)))
        away, nearest = next(((away, list(each)) for away, each in groupby(open_, key=lambda each: each[0])), (0, []))
        if not nearest:
            continue
        later = [[place for far, place in places if not far] for places in others]
        chosen = min((place for _, place in nearest), key=lambda place: sum(_starved(each, place) for each in later))
        placed[index], leader = (away, chosen), leader_of(own, chosen) if away else None
        if leader is not None:
            leaders.append(leader)
        for places in others:
            places[:] = [
                each
                for each in places
                if not each[1].colliderect(chosen) and not (leader and each[1].clipline(*leader))
            ]
    return placed


def _starved(places: Sequence[pygame.Rect], taken: pygame.Rect) -> bool:
    """Whether all of these places, of which there are some, are lost if that is taken."""
    return bool(places) and all(place.colliderect(taken) for place in places)
