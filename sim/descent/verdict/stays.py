"""Where runs belong from moment to moment: in which basin each is, whose core it was in last, how far it strays.

And for how long they lie still between two bursts.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ...surface.basins import NO_BASIN, Labels
from ...surface.points import Array, Mask
from ..examples.chance import Indices
from .blocks import DWELL, SWING
from .log import NEVER

LULLS = 2
"""How many times as long as its longest lull so far one must lie still that has once started up from a rest, to rest
again."""
LONGEST_LULL = 30
"""In how many blocks at most that is waited for: who lies still for longer rests, whatever will start it up again."""


class Stays(NamedTuple):
    """Where M runs stay at K moments; each part of shape (K, M), or of one moment (M,)."""

    basin: Labels
    """The basin that it is in."""
    cored: Mask
    """Whether it is in the core of that basin."""
    home: Labels
    """Its home: the basin whose core it was in last."""
    before: Labels
    """Its home a moment before."""
    reached: Indices
    """When it first came to a core, or NEVER: at first its home is the basin in which it starts."""
    arrived: Indices
    """When it came to the core of its home."""
    entered: Indices
    """When it came into the basin that it is in."""

    def at(self, row: int | Indices) -> "Stays":
        """Where they belong at one of the moments, or at some."""
        return Stays._make(part[row] for part in self)

    def followed(self, begin: int, basins: Labels, core: Labels) -> "Stays":
        """What follows from the basins and cores (K, M) of the moments from `begin` on, after this one moment."""
        moments = range(begin, begin + len(basins))
        home = _last_values(self.home, core, core != NO_BASIN)
        arrived = _last_values(self.arrived, moments, home[1:] != home[:-1])
        moved = basins != np.concatenate([self.basin[None], basins[:-1]])
        entered = _last_values(self.entered, moments, moved)
        had = np.logical_or.accumulate(np.concatenate([self.reached[None] != NEVER, core != NO_BASIN]))
        reached = _last_values(self.reached, moments, had[1:] & ~had[:-1])
        return Stays(
            basin=basins,
            cored=core != NO_BASIN,
            home=home[1:],
            before=home[:-1],
            reached=reached[1:],
            arrived=arrived[1:],
            entered=entered[1:],
        )


class Straying(NamedTuple):
    """How far M runs have got from the window at K moments; each part of shape (K, M), or of one moment (M,)."""

    blocks: Indices
    """For how many blocks in a row each has got farther than ever, outside of it."""
    farthest: Array
    """How far from its centre each has ever been."""

    def at(self, row: int) -> "Straying":
        """How far they had got at one of the moments."""
        return Straying(self.blocks[row], self.farthest[row])

    def followed(self, away: Array, outside: Mask) -> "Straying":
        """What follows from the distances (K, M) at the ends of blocks, after this one moment."""
        farthest = np.maximum.accumulate(np.concatenate([self.farthest[None], away]))
        return Straying(in_a_row(self.blocks, (away > farthest[:-1]) & outside), farthest[1:])


class Lulls(NamedTuple):
    """For how long M runs lie still, and have lain still between two bursts; each part of shape (M,)."""

    blocks: Indices
    """For how many blocks in a row each has moved so little that it may rest,"""
    awake: Indices
    """or so much that it may not."""
    basin: Labels
    """The basin in which it has rested last at a minimum."""
    longest: Indices
    """The most blocks after which it moved on, since it was first said to rest there no more."""
    resting: Mask
    """Whether it rests there,"""
    woken: Mask
    """and whether it was ever said to do so no more."""

    def followed(self, blocks: Indices, awake: Indices, basin: Labels, resting: Mask) -> "Lulls":
        """What follows at the next look from these, as they are then."""
        moved = resting & (basin != self.basin)
        woken = (self.woken | (self.resting & ~resting)) & ~moved
        over, longest = self.woken & (blocks == 0), np.where(moved, 0, self.longest)
        longest = np.where(over, np.maximum(longest, self.blocks), longest)
        return Lulls(blocks, awake, np.where(resting, basin, self.basin), longest, resting, woken)

    def brief(self, basin: Labels) -> Mask:
        """Who has once started up from a rest in its present basin, and lies still again for not long enough yet to
        rest, or did so before its last swing.
        """
        here = self.woken & (basin == self.basin)
        wait = np.minimum(LULLS * self.longest, LONGEST_LULL)
        return np.asarray(here & (self.blocks <= wait) & (self.awake < SWING // DWELL))


def begun(basins: Labels) -> Stays:
    """The stays of M runs that have just begun in these basins (M,), which count as their homes."""
    start, nowhere = np.zeros(len(basins), dtype=np.intp), np.zeros(len(basins), dtype=np.bool_)
    never = np.full(len(basins), NEVER)
    return Stays(basin=basins, cored=nowhere, home=basins, before=basins, reached=never, arrived=start, entered=start)


def _last_values(first: Indices, values: Iterable[Indices | int], happens: Mask) -> Indices:
    """The value (M,) that came last with what happens (K, M), up to each row; before any, the first; (K + 1, M).

    Row by row: two that follow one another are in the processor's own memory, many are not.
    """
    last = np.empty((len(happens) + 1, len(first)), dtype=np.intp)
    last[0] = first
    for before, row, value, here in zip(last, last[1:], values, happens, strict=False):
        row[:] = before
        np.copyto(row, value, where=here)
    return last


def in_a_row(before: Indices, happens: Mask) -> Indices:
    """How many times in a row it has happened up to each row (K, M), if it had so often before (M,)."""
    counts = np.empty(happens.shape, dtype=np.intp)
    for now, here in zip(counts, happens, strict=True):
        before = np.where(here, before + 1, 0)
        now[:] = before
    return counts
