"""Where the formula stands, moment by moment: at the map's lower left, or where it covers least."""

from collections.abc import Iterator
from functools import partial

from pygame import Rect

from ....style.cache import cached
from ....views import LAID_OUT_BY
from ..context import MOMENTS, ViewContext
from ..words.room import LINE as HIDDEN
from ..words.room import Choice, least_covering, seen
from ..words.still import StillMap, still_map_of
from ..words.stretch import AGAIN, stretch_of
from .offers import Offers, offered, taken_of
from .plans import MARGIN

SHORTEST = 4
"""Moments for which it stays at least, whatever arrows it hides; not over a marble."""

Stands = tuple[tuple[int, Choice | None], ...]
"""From which moment on it has which of its sizes, and where; or neither."""


def formula_places(context: ViewContext) -> list[Rect]:
    """What the formula covers of the map in the block of moments around this one."""
    return [stand.place for _, stand in context.once(stands_here) if stand is not None] if context.goes_on else []


def stands_here(context: ViewContext) -> Stands:
    """From which moments on it stands where, in the block of moments around this one."""
    still_map = still_map_of(context, LAID_OUT_BY)
    return _stands(still_map, context.index, context.moment // MOMENTS, context.beside)


@cached
def _stands(still_map: StillMap, index: int, block: int, beside: tuple[tuple[int, int], ...]) -> Stands:
    """Where the formula stands in a block of moments: all the time at one place, if there is one that hides nothing.

    It is where it was in the block before, if that is as good, or else where it can stay in the next one, too. Every
    so many blocks it is placed anew, so that not all before must be looked at.
    """
    first, before = MOMENTS * block, None
    if block % AGAIN:
        earlier = tuple((lane, max(0, each - 1)) for lane, each in beside)
        _, before = _stands(still_map, index, block - 1, earlier)[-1]
    context = still_map.at(index, first, beside)
    updates = len(stretch_of(context, index, block).marbles) - 1
    further = len(stretch_of(context, index, block + 1).marbles) - 1 if updates == MOMENTS else 0
    return tuple(_placed(context, offered(context), (first, first + updates), further, before))


def _placed(
    context: ViewContext, offers: Offers, part: tuple[int, int], further: int, before: Choice | None
) -> Iterator[tuple[int, Choice | None]]:
    """Where it stands from one moment to the one before another: where no place is free all the time, each half of it
    is looked at alone.

    further: so many moments after these it is to have its place, too, if it needs another one.
    """
    (first, last), taken, margin = part, taken_of(context), round(MARGIN * context.em)
    room = Rect(context.area.left, context.area.top + taken.above, context.area.width, context.area.height - taken.both)
    find = partial(least_covering, room.inflate(-2 * margin, -2 * margin), offers.sizes, offers.untold)
    found = find(seen(context, first, last, taken.places), before)
    hides = found is None or (found.cost >= HIDDEN and last - first > SHORTEST)
    if hides and last - first >= 2:
        middle = (first + last) // 2
        for each, more in (((first, middle), 0), ((middle, last), further)):
            for placed in _placed(context, offers, each, more, before):
                yield placed
                _, before = placed
        return
    if found is not None and further and (before is None or found[1:] != before[1:]):
        lasting = find(seen(context, first, last + further, taken.places), before)
        if lasting is not None and lasting.cost < HIDDEN:
            found = lasting
    yield first, found
