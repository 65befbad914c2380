"""Where the words at the critical points stand if no marble is there: as many of them as have room."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count as counted
from itertools import groupby, islice
from typing import NamedTuple

import pygame

from .....surface.critical.point import CriticalKind, CriticalPoint
from ....style import text
from ....style.cache import cached
from ...map.terrain import RANKS
from ..words.still import StillMap, mark_places, still_places
from ..words.stretch import Line
from .leaders import leader_of, runs_over
from .places import Place, around_of, free_of, marked_places, on_map, places_for, unled_through
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

    points: tuple[CriticalPoint, ...]
    """The points whose marks are drawn,"""
    marks: tuple[pygame.Rect, ...]
    """the mark of each of them,"""
    signs: tuple[pygame.Rect, ...]
    """what no line leads through: marks, the numbers of minima and the flag;"""
    others: tuple[pygame.Rect, ...]
    """and these with all else that takes room on the map."""


class Wording(NamedTuple):
    """What may be said of all points, in one size of type."""

    told: tuple[tuple[str, str], ...]
    extents: tuple[tuple[int, int], ...]
    """Width and height of each one's words,"""
    places: tuple[tuple[Place, ...], ...]
    """where on the map they might stand,"""
    free: tuple[tuple[Place, ...], ...]
    """and where nothing is that stands still."""


class Form(NamedTuple):
    """What may be said of all points, in one size of type and so many digits."""

    size: int
    """Height of the type, in pixels."""
    wordings: tuple[Wording, ...]
    """What is said where there is room for it, and then the same in fewer words."""


@cached
def _surroundings(still_map: StillMap) -> Surroundings:
    context = still_map.at()
    own, still = marked_places(context), still_places(context)
    marks, signs = tuple(own.values()), (*mark_places(context), still[0])
    return Surroundings(tuple(own), marks, signs, (*marks, *signs, *still))


@cached
def _form(still_map: StillMap, which: int) -> Form | None:
    """The first one, or those after it; None after the last."""
    context, here = still_map.at(), _surroundings(still_map)
    form = next(islice(forms(context, here.points), which, None), None)
    return None if form is None else Form(form[1], tuple(_wording(still_map, told, form[1]) for told in form[0]))


def _wording(still_map: StillMap, told: Sequence[tuple[str, str]], size: int) -> Wording:
    _, marks, signs, others = _surroundings(still_map)
    extents = tuple((max(text.width(line, size) for line in lines) + size, 2 * step_of(size)) for lines in told)
    around, board = around_of(marks), pygame.Rect(still_map.area)
    places = tuple(
        unled_through(on_map(places_for(mark, extent, around), board), mark, signs)
        for mark, extent in zip(marks, extents, strict=True)
    )
    return Wording(tuple(told), extents, places, tuple(free_of(each, others) for each in places))


@cached
def laid_out(still_map: StillMap, named: tuple[int, ...]) -> tuple[tuple[Label, ...], tuple[pygame.Rect, ...]]:
    """The words of all points that are marked where they stand if no marble is there, and what else takes room on the
    map.
    """
    points, minima = _surroundings(still_map).points, still_map.race.problem.minima
    first = {minima[number].position for number in named if number < len(minima)}
    kinds, order = [point.kind for point in points], list(range(len(points)))
    if len(points) > CROWD:
        order.sort(key=lambda turn: (points[turn].position not in first, kinds.index(kinds[turn]) != turn))
        placed = _laid_out(still_map, order, sum(point.position in first for point in points))
    else:
        placed = _laid_out(still_map, order)
    return tuple(placed.values()), _surroundings(still_map).others


def _laid_out(still_map: StillMap, order: Sequence[int], named: int = 0) -> Mapping[int, Label]:
    """The words of as many of the points as have room, the first ones first, by the points' numbers.

    Of so many of the first ones is spoken beside the map: a line leads to their words wherever there is room.
    """
    labels, worth, board = dict[int, Label](), tuple[int, ...](), pygame.Rect(still_map.area)
    points, marks, signs, others = _surroundings(still_map)
    around, kinds = around_of(marks), [points[number].kind for number in order]
    known = (_form(still_map, which) for which in counted())
    while (form := next(known)) is not None:
        free = [[wording.free[number] for wording in form.wordings] for number in order]
        for turn, own in enumerate(order[:named]):
            far = on_map(places_for(marks[own], form.wordings[0].extents[own], around, FAR), board)
            free[turn] = [free_of(unled_through(far, marks[own], signs), others)]
        theirs, told = [marks[index] for index in order], [form.wordings[0].told[index] for index in order]
        placed = _best_placed(free, theirs, told, kinds)
        if _worth(placed, kinds) > worth:
            worth = _worth(placed, kinds)
            found = {order[turn]: (form.wordings[which], place) for turn, (which, place) in placed.items()}
            labels = {
                n: Label(points[n].position, marks[n], said.told[n], form.size, stand_at(place), said.places[n])
                for n, (said, place) in found.items()
            }
        if worth == _most(kinds):
            break
    return labels


def stand_at(place: Place) -> Stand:
    """A place with or without a leader."""
    away, rect = place
    return Stand(rect, away > 0)


Placed = Mapping[int, tuple[int, Place]]
"""In which of their wordings words are said, and at which place, by number."""


def _worth(placed: Placed, kinds: Sequence[CriticalKind]) -> tuple[int, ...]:
    """How many minima have words, how many saddles, how many others; and how many kinds are named."""
    ranks = [RANKS.get(kinds[number], len(RANKS)) for number in placed]
    named = {kinds[number] for number, (which, _) in placed.items() if which == 0}
    return *(ranks.count(rank) for rank in range(len(RANKS) + 1)), len(named)


def _most(kinds: Sequence[CriticalKind]) -> tuple[int, ...]:
    """What it is worth if all have words, and each kind is named."""
    ranks = [RANKS.get(kind, len(RANKS)) for kind in kinds]
    return *(ranks.count(rank) for rank in range(len(RANKS) + 1)), len(set(kinds))


def _best_placed(
    free: Sequence[Sequence[Sequence[Place]]],
    marks: Sequence[pygame.Rect],
    told: Sequence[tuple[str, str]],
    kinds: Sequence[CriticalKind],
) -> Placed:
    """Which of its free places each has: as many minima have one as may be, then as many saddles, and then the rest.

    Where some are left none, these come first in another attempt, unless there is a crowd: no order has room for all.
    Where a kind is not named, the first of each kind come first.
    """
    order, best = list(range(len(marks))), dict[int, tuple[int, Place]]()
    if len(marks) > CROWD:  # What is said of one is not said of others again.
        return _placed(free, marks, [turn for turn in order if told.index(told[turn]) == turn])
    for begun in (order, sorted(order, key=lambda number: kinds.index(kinds[number]) != number)):
        for _ in range(ATTEMPTS + 1):
            placed = _placed(free, marks, begun)
            best = max(best, placed, key=lambda each: _worth(each, kinds))
            if len(placed) == len(marks):
                break
            begun.sort(key=placed.__contains__)
        if _worth(best, kinds) == _most(kinds):
            break
    return {number: best[number] for number in sorted(best)}


def _placed(
    free: Sequence[Sequence[Sequence[Place]]], marks: Sequence[pygame.Rect], order: Sequence[int]
) -> dict[int, tuple[int, Place]]:
    """Which of its free places each has, in order; those that are left none are left out. A shorter wording has one
    where the longer ones are left none.

    Of places that are equally far away, it is the first of those that leave the fewest of the later ones no close one.
    No leader crosses another, or runs through words.
    """
    rest = [[list(places) for places in wordings] for wordings in free]
    placed, leaders = dict[int, tuple[int, Place]](), list[Line]()
    for turn, index in enumerate(order):
        own, others = marks[index], [rest[number] for number in order[turn + 1 :]]
        taken = [place for _, (_, place) in placed.values()]
        nearest = (
            (which, away, [place for _, place in equally])
            for which, places in enumerate(rest[index])
            for away, equally in groupby(_clear(places, own, taken, leaders), key=lambda each: each[0])
        )
        which, away, open_ = next(nearest, (0, 0, []))
        if not open_:
            continue
        later = [[place for far, place in wordings[0] if not far] for wordings in others]
        chosen = min(open_, key=lambda place: sum(_starved(each, place) for each in later))
        placed[index], leader = (which, (away, chosen)), leader_of(own, chosen) if away else None
        if leader is not None:
            leaders.append(leader)
        for places in (places for wordings in others for places in wordings):
            places[:] = [
                each
                for each in places
                if not each[1].colliderect(chosen) and not (leader and each[1].clipline(*leader))
            ]
    return placed


def _clear(
    places: Sequence[Place], own: pygame.Rect, taken: Sequence[pygame.Rect], leaders: Sequence[Line]
) -> Iterator[Place]:
    """The places to which no leader from their mark runs through words that are placed, or over a leader."""
    return (each for each in places if not (each[0] and runs_over(leader_of(own, each[1]), taken, leaders)))


def _starved(places: Sequence[pygame.Rect], taken: pygame.Rect) -> bool:
    """Whether all of these places, of which there are some, are lost if that is taken."""
    return bool(places) and all(place.colliderect(taken) for place in places)
