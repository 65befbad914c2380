"""What the marks on the map are: kind, loss and eigenvalues of each critical point.

The words stand close to their marks, where they leave the others room to do so, and keep off marbles.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pygame

from .....surface.points import Array
from ....drawing.canvas import Canvas
from ....drawing.glyphs import draw_dashed
from ....style.cache import cached
from ....views import LAID_OUT_BY, STANDING, ViewName
from ...map.numbers import named_minima
from ..context import MOMENTS, ViewContext
from ..formula.places import formula_places
from ..momentum import sum_places
from ..words.captions import PLATE
from ..words.still import StillMap, still_map_of
from ..words.stretch import AGAIN, Line, Stretch, stretch_of
from .layout import Label, Stand, laid_out, stand_at
from .leaders import leader_of, runs_over
from .words import CROWD, step_of

SHORTEST = 16
"""Moments that are not looked at by halves."""


def draw_labels(canvas: Canvas, context: ViewContext) -> None:
    """Two lines at each critical point, the lowest first; none where they would lie over another's.

    Where there is no room for all, numbers have fewer digits, and then the first of each kind comes before the others,
    and among many those that are spoken of beside the map.

    Where a marble, its arrows or what another view says lies on them in these moments, they are at another side of
    their point, if there is room.
    """
    labels = _standing(context)
    for label in labels:
        if label.stand.led:
            _draw_leader(canvas, context, label)
    for label in labels:
        place = label.stand.place
        canvas.rect(place, context.theme.panel, opacity=PLATE)
        for row, line in enumerate(label.lines):
            y = place.top + (row + 0.5) * step_of(label.size)
            canvas.text(line, (place.centerx, y), label.size, context.theme.text, align=0.5)


def words_here(context: ViewContext) -> tuple[list[pygame.Rect], list[Line]]:
    """What words about the moment cover of the map: those at critical points, the formula and momentum; and the lines
    that lead to these points.
    """
    labels = _standing(context) if ViewName.LABELS in context.views else ()
    places = [label.stand.place for label in labels]
    return [*places, *_words(context)], _leaders([(label.mark, label.stand) for label in labels])


def _standing(context: ViewContext) -> Sequence[Label]:
    """The words as they stand at the moment: where ground moves they go with their marks, unless a line leads there."""
    still_map, block = still_map_of(context, LAID_OUT_BY), context.moment // MOMENTS
    named = _named(context) if len(context.problem.critical) > CROWD else ()
    found = _in_block(still_map, context.index, block, context.beside, named)
    labels = next(labels for first, labels in reversed(found) if first <= context.moment)
    if not context.passing:
        return labels
    rest = still_map.at(context.index, context.moment)
    return [_moved(label, context, rest) for label in labels]


def _named(context: ViewContext) -> tuple[int, ...]:
    """The minima that are spoken of beside the map."""
    judge = context.race.judges[context.index]
    return named_minima(judge.basin(context.moment), judge.events_until(context.moment))


def _moved(label: Label, context: ViewContext, rest: ViewContext) -> Label:
    """The label on ground that is not where it rests."""
    point = np.array(label.point)
    (x, y), (left, top), (place, led) = context.pixel(point), rest.pixel(point), label.stand
    by = round(x - left), round(y - top)
    place = place if led else place.move(by).clamp(context.area)
    return label._replace(mark=label.mark.move(by), stand=Stand(place, led))


@cached
def _in_block(
    still_map: StillMap, index: int, block: int, beside: tuple[tuple[int, int], ...], named: tuple[int, ...]
) -> tuple[tuple[int, tuple[Label, ...]], ...]:
    """The words as they stand in a block of moments, and from which of these on: rather under a marble than nowhere,
    but upon no others.
    """
    words = _words(still_map.at(index, MOMENTS * block, beside))
    return tuple(
        (first, tuple(each for each in labels if each.stand.place.collidelist(words) < 0))
        for first, labels in _in_any_room(still_map, index, block, beside, named)
    )


@cached
def _in_any_room(
    still_map: StillMap, index: int, block: int, beside: tuple[tuple[int, int], ...], named: tuple[int, ...]
) -> tuple[tuple[int, tuple[Label, ...]], ...]:
    """The words as they stand in a block of moments, with those that are left only places upon other words.

    All stay where they were in the block before while they hide nothing there; but every so many blocks they stand
    first where they would without marbles, so that not all blocks before must be looked at.
    """
    labels, others = laid_out(still_map._replace(views=still_map.views & STANDING), named)
    if block % AGAIN:
        earlier = tuple((lane, max(0, each - 1)) for lane, each in beside)
        _, labels = _in_any_room(still_map, index, block - 1, earlier, named)[-1]
    context = still_map.at(index, MOMENTS * block, beside)
    own, words = stretch_of(context, index, block), _words(context)
    marbles = [place for each in beside for place in stretch_of(context, *each).marbles]
    found = _kept_off(labels, [*others, *words], own, marbles, (0, MOMENTS), words)
    return tuple((own.first + first, tuple(placed)) for first, placed in found)


def _kept_off(
    labels: Sequence[Label],
    others: Sequence[pygame.Rect],
    own: Stretch,
    marbles: Sequence[pygame.Rect],
    part: tuple[int, int],
    words: Sequence[pygame.Rect],
) -> Iterator[tuple[int, Sequence[Label]]]:
    """From which moment of a block on each of the words stands where, in this part of it.

    Where the marble or its arrows cannot but be hidden for a time, each half of the part is looked at alone, and what
    hides them stays for the first one.
    """
    first, last = part
    passing, middle = _passing(own, marbles, first, last), (first + last) // 2
    way = own.trodden(own.first + first, own.first + last, np.inf)
    halved = last - first >= SHORTEST and middle < len(own.marbles)
    placed, left = list(labels), 0
    for turn, label in enumerate(labels):
        upon = label.stand.place.collidelist(list(words)) >= 0
        hidden = _hides(label.stand.place, passing)
        if not hidden and not upon:
            continue
        rest = [(each.mark, each.stand) for each in placed if each.mark is not label.mark]
        places, leaders = [stand.place for _, stand in rest], _leaders(rest)
        taken, crossed = [*others, *places], [*places, *(mark for mark, _ in rest)]
        free = [stand for stand in map(stand_at, label.places) if _is_free(label.mark, stand, taken, crossed, leaders)]
        if not upon or not free:
            free.insert(0, label.stand)
        under = [_hides(stand.place, passing) for stand in free]
        left += min(under)
        if not (halved and min(under)):
            least = [stand for stand, hides in zip(free, under, strict=True) if hides == min(under)]
            placed[turn] = label._replace(stand=min(least, key=lambda stand: _trail_under(stand.place, way)))
    if not left or not halved:
        yield first, placed
        return
    for half in ((first, middle), (middle, last)):
        found = list(_kept_off(placed, others, own, marbles, half, words))
        placed = list(found[-1][1])
        yield from found


class Passing(NamedTuple):
    """What words may hide in some moments in a row."""

    marbles: list[pygame.Rect]
    arrows: list[Line]
    boxes: list[pygame.Rect]
    """Around each of the arrows: most are nowhere near, and that is seen sooner than where they end."""


def _passing(own: Stretch, marbles: Sequence[pygame.Rect], first: int, last: int) -> Passing:
    """What words may hide of a lane and of others' marbles, from a moment of its block to the one before another."""
    arrows = [arrow for each in own.arrows[first:last] for arrow in each]
    return Passing([*marbles, *own.marbles[first:last]], arrows, _boxes(arrows))


def _boxes(lines: Sequence[Line]) -> list[pygame.Rect]:
    """A box that holds it of each line, in whole pixels."""
    ends = np.array(lines).reshape(-1, 2, 2)
    low, high = np.floor(ends.min(axis=1)) - 1, np.ceil(ends.max(axis=1)) + 1
    return [pygame.Rect(corner, size) for corner, size in zip(low.tolist(), (high - low).tolist(), strict=True)]


def _hides(place: pygame.Rect, passing: Passing) -> int:
    """At how many moments words there lie on a marble, which counts most, or on an arrow."""
    marbles, arrows, boxes = passing
    under = len(place.collidelistall(marbles))
    return (len(arrows) + 1) * under + sum(bool(place.clipline(*arrows[n])) for n in place.collidelistall(boxes))


def _trail_under(place: pygame.Rect, way: tuple[Array, Array]) -> int:
    """How much of a trail words hide there, as the parts of their own width: to hide hardly any is as good as none."""
    (points, lengths), (left, top, right, bottom) = way, (place.left, place.top, place.right, place.bottom)
    under = ((points > (left, top)) & (points < (right, bottom))).all(axis=1)
    return int(lengths[under].sum() / (0.25 * place.width))


def _is_free(
    mark: pygame.Rect,
    stand: Stand,
    taken: Sequence[pygame.Rect],
    places: Sequence[pygame.Rect],
    leaders: Sequence[Line],
) -> bool:
    """Whether words may stand there: upon nothing that is taken, upon no leader, and their own one runs through nothing
    at these places, such as other words, and over no other leader.
    """
    if stand.place.collidelist(list(taken)) >= 0 or any(stand.place.clipline(*leader) for leader in leaders):
        return False
    return not (stand.led and runs_over(leader_of(mark, stand.place), places, leaders))


def _leaders(stands: Sequence[tuple[pygame.Rect, Stand]]) -> list[Line]:
    """The leaders of words, of which the marks are known."""
    return [leader_of(mark, stand.place) for mark, stand in stands if stand.led]


def _words(context: ViewContext) -> list[pygame.Rect]:
    """What the formula covers in a block of moments, and momentum as a sum."""
    formula = formula_places(context) if ViewName.FORMULA in context.views else []
    return [*context.once(sum_places), *formula] if ViewName.MOMENTUM in context.views else formula


def _draw_leader(canvas: Canvas, context: ViewContext, label: Label) -> None:
    """A thin line from words to their mark, in dashes and quiet, as no arrow is."""
    line = leader_of(label.mark, label.stand.place)
    draw_dashed(canvas, line, context.theme.muted, context.theme.halo, context.stroke)
