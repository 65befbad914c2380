"""When verdicts begin, and for how long they last: questions to an observation, answered for every marble in it.

Each is harder to begin than to go on, so that no verdict flickers.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ....surface.points import Mask
from ..blocks import BOUNCES, COMING, DWELL, UNSURE_SPANS, WANDERING_SPANS
from ..sight.rests import MINIMUM, SADDLE
from ..sight.saddles import NO_SADDLE
from .observation import Observation

# A bounce ends once its longest movement is below this share of the longest at its beginning; without noise, not while
# it goes to and fro, nor in a lull: some rules swing in bursts, and others by as much as their learning rate has fallen
# to.
DAMPED = 0.5


class Condition(NamedTuple):
    """A question to an observation: of whom a verdict comes true, and for how long."""

    begins: Callable[[Observation], Mask]
    """Whose it is from now on,"""
    lasts: Callable[[Observation], Mask]
    """and whose it still is of those whose it was."""


def rests(place: int) -> Condition:
    """Who rests in such a place."""
    return Condition(lambda seen: seen.sight.rest == place, lambda seen: seen.sight.stays == place)


def rests_at(place: int) -> Condition:
    """Who rests where nothing is known that one rests in: who moves on, however slowly, has not come to rest there."""
    begins, lasts = rests(place)
    return Condition(begins, lambda seen: lasts(seen) & ~seen.strayed)


def rests_in_minimum(lowest: bool) -> Condition:
    """Who rests in the lowest known minimum, or in another one."""
    begins, lasts = rests(MINIMUM)
    return Condition(
        lambda seen: begins(seen) & (seen.sight.lowest == lowest),
        lambda seen: lasts(seen) & (seen.sight.stays_lowest == lowest),
    )


def swings(crease: bool) -> Condition:
    """Who goes to and fro without being damped, about a crease or from wall to wall."""
    return Condition(lambda seen: _swings(seen) & (seen.sight.crease == crease), _still_swings)


def _never(seen: Observation) -> Mask:
    return np.zeros(seen.stay.shape, dtype=np.bool_)


def _always(seen: Observation) -> Mask:
    return np.ones(seen.stay.shape, dtype=np.bool_)


def _lingers(seen: Observation) -> Mask:
    return np.asarray((seen.sight.at != NO_SADDLE) | (seen.sight.rest == SADDLE))


def _still_lingers(seen: Observation) -> Mask:
    return np.asarray((seen.sight.still_at != NO_SADDLE) | (seen.sight.stays == SADDLE))


def _rattles(seen: Observation) -> Mask:
    steady = ~(seen.straying | seen.falling | seen.sight.adrift)
    inside = seen.inside & seen.reached & (seen.dwelt >= seen.span) & steady
    unsure = ~seen.inside & (seen.stay >= UNSURE_SPANS * seen.span) & steady
    spans = max(UNSURE_SPANS, -(-COMING // seen.span))
    coming = seen.inside & ~seen.reached & (seen.dwelt >= spans * seen.span) & steady
    return np.asarray(seen.calm(1, inside) | seen.calm(UNSURE_SPANS, unsure) | seen.calm(spans, coming))


def _still_rattles(seen: Observation) -> Mask:
    return np.asarray((seen.stay >= DWELL) & ~seen.straying & ~seen.falling & ~seen.sight.adrift)


def _wanders(seen: Observation) -> Mask:
    """Thrown about by noise, or by itself: what overshoots from basin to basin bounces in none of them."""
    comes_and_goes = seen.moved & (seen.stay < seen.span)
    return np.asarray((comes_and_goes & seen.sight.bouncing[-1]) | seen.calm(WANDERING_SPANS, comes_and_goes))


def _still_wanders(seen: Observation) -> Mask:
    return np.asarray((seen.stay < WANDERING_SPANS * seen.span) | (seen.roams & _swings_on(seen)))


def _swings(seen: Observation) -> Mask:
    spans = zip(seen.sight.bouncing, BOUNCES, strict=True)
    swings = np.any([swinging & (seen.stay >= span) for swinging, (span, _) in spans], axis=0)
    return np.asarray(swings & ~_leaves(seen))


def _still_swings(seen: Observation) -> Mask:
    return np.asarray((seen.stay >= DWELL) & _swings_on(seen))


def _swings_on(seen: Observation) -> Mask:
    swings = (seen.sight.longest >= DAMPED * seen.swing) | seen.sight.turning | seen.lull
    return np.asarray(swings & ~_leaves(seen))


def _leaves(seen: Observation) -> Mask:
    return np.asarray(seen.sight.swelling | seen.sight.adrift | seen.straying)


NONE = Condition(_never, _never)
"""True of nobody: it is what is left over."""
TOLD = Condition(_never, _always)
"""True once for all of those of whom the judge is told it."""
LINGERS = Condition(_lingers, _still_lingers)
"""Who is at a saddle for long."""
CROSSES_PLATEAU = Condition(lambda seen: seen.sight.plateau, lambda seen: seen.sight.still_plateau)
RATTLES = Condition(_rattles, _still_rattles)
WANDERS = Condition(_wanders, _still_wanders)
DIVERGES = Condition(lambda seen: seen.sight.diverging, _always)
