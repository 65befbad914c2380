"""At which saddles runs are, and when they leave them."""

from typing import NamedTuple

import numpy as np

from ...surface.basins import NO_BASIN, Labels
from ...surface.points import Array, Mask
from ..examples.chance import Indices
from ..problem import Problem
from .blocks import DWELL
from .log import NOWHERE
from .sight.saddles import NO_SADDLE, holding_saddles, reaches
from .sight.tolerances import LEAVING


class Departures(NamedTuple):
    """Who leaves the saddle at which it had stalled, each part of shape (n,)."""

    runs: Indices
    updates: Indices
    """When it came out of the saddle's reach."""
    saddles: Labels
    basins: Labels
    """The basin whose core it has reached by then, or NOWHERE."""


class Saddles(NamedTuple):
    """The saddles at which M runs are, until it is told that they have left them; each part of shape (M,)."""

    held: Labels
    """The saddle in which the full-batch descent from the start ends, or NO_SADDLE."""
    stalled: Labels
    """The saddle at which it has stalled, or NO_SADDLE."""
    freed: Labels
    """The basin whose core it has reached from there while it is still within that one's reach, or NOWHERE."""

    def with_stalled(self, runs: Indices, saddles: Labels) -> "Saddles":
        """What follows once these runs (n,) stall at these saddles."""
        return self._replace(stalled=_with(self.stalled, runs, saddles))

    def with_freed(self, runs: Indices, basins: Labels) -> "Saddles":
        """What follows once these runs (n,) have reached these basins' cores."""
        return self._replace(freed=_with(self.freed, runs, basins))

    def without(self, runs: Indices) -> "Saddles":
        """What follows once it is told that these runs (n,) have left their saddles."""
        parts = ((self.held, NO_SADDLE), (self.stalled, NO_SADDLE), (self.freed, NOWHERE))
        return Saddles._make(_with(part, runs, none) for part, none in parts)

    def departures(self, problem: Problem, update: int, block: Array, alive: Mask) -> Departures:
        """Who of those alive (M,) is out of its saddle's reach at the end of a block (DWELL, M, 2), or in a core."""
        runs = np.flatnonzero(alive & (self.stalled != NO_SADDLE))
        if len(runs):
            out = reaches(problem, block[-1, runs], self.stalled[runs]) > LEAVING
            runs = runs[out | (self.freed[runs] != NOWHERE)]
        updates = runs
        if len(runs):
            outside = reaches(problem, block[:, runs], self.stalled[runs]) > LEAVING
            outside[-1] = True  # Where the core of a basin is within that reach.
            updates = update - DWELL + 1 + np.argmax(outside, axis=0)
        return Departures(runs, updates, self.stalled[runs], self.freed[runs])


def saddles_held(problem: Problem, starts: Array, basins: Labels) -> Saddles:
    """The saddles of M runs that have not moved yet: of those that start in no basin, on a ridge."""
    none = np.full(len(starts), NO_SADDLE)
    on_ridge = np.flatnonzero(basins == NO_BASIN)
    saddles = _with(none, on_ridge, holding_saddles(problem, starts[on_ridge])) if len(on_ridge) else none
    return Saddles(held=saddles, stalled=none, freed=np.full(len(starts), NOWHERE))


def _with(part: Labels, runs: Indices, values: Labels | int) -> Labels:
    """A part with other values for these runs; itself, if there are none."""
    if not len(runs):
        return part
    changed = part.copy()
    changed[runs] = values
    return changed
