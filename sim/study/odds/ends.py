"""Where the marbles of one lane end over many seeds: parts that add up to all, and the seeds that are in each.

A marble ends in the basin of a minimum where its last verdict says that it stays there, at rest or not. Elsewhere it
has diverged, or rests where it should not, or is still under way when the last update has been made.
"""

from dataclasses import dataclass

import numpy as np

from ...descent.examples.chance import Seeds
from ...descent.verdict.judge import STAYING
from ...descent.verdict.kinds import VerdictKind
from ...scene import Scene
from ...surface.basins import NO_BASIN
from ..statistics.intervals import Share, exact, shares
from ..work.ensemble import VERDICTS, Outcomes
from .odds import LaneOdds

MINIMUM, STALLED, DIVERGED, UNDER_WAY = "minimum", "stalled", "diverged", "under way"
"""Where a marble can end: in a minimum's basin; at a saddle or on a plateau; nowhere; not yet."""

_AT_REST = np.array(
    [
        kind in (VerdictKind.STALLED, VerdictKind.BALANCED, VerdictKind.LEVEL, VerdictKind.HELD, VerdictKind.PLATEAU)
        for kind in VERDICTS
    ]
)
_GONE = np.array([kind in (VerdictKind.DIVERGED, VerdictKind.OFF_SURFACE, VerdictKind.FAILED) for kind in VERDICTS])


@dataclass(frozen=True, eq=False, slots=True)
class EndPart:
    """The seeds of a lane that end in the same place."""

    kind: str
    """MINIMUM, STALLED, DIVERGED or UNDER_WAY."""
    minimum: int
    """Which minimum it is; NO_BASIN for the other kinds."""
    share: Share
    seeds: Seeds
    """Those that end there, ascending, (k,)."""

    def seed_after(self, seed: int) -> int:
        """The next seed that ends there, round and round."""
        later = self.seeds[self.seeds > seed]
        return int(later[0] if len(later) else self.seeds[0])


@dataclass(frozen=True, eq=False, slots=True)
class LaneEnds:
    """Where the seeds of a lane end, as far as they have been counted."""

    seeds: int
    """How many have been."""
    parts: tuple[EndPart, ...]
    """Those that are not empty: the lowest minimum first, and then those that end in none."""
    escaped: Share
    """Those that have ever left a basin or a saddle."""
    updates: tuple[int, ...]
    """When the share of those that have escaped by then changes,"""
    curve: tuple[float, ...]
    """and what it is from then on."""
    alike: bool
    """Whether every seed does the same, so that nothing is left to chance."""

    @property
    def largest(self) -> EndPart:
        """Where the most end."""
        return max(self.parts, key=lambda part: part.share.count)


def lane_ends(scene: Scene, told: LaneOdds, named: Outcomes, minima: int) -> LaneEnds:
    """The ends of one lane.

    Args:
        scene: the lane's.
        told: the lane's odds,
        named: the outcomes that they were made of, with basins as `odds.named_outcomes` names them,
        minima: among so many.
    """
    places = [(MINIMUM, index) for index in range(minima)]
    places += [(kind, NO_BASIN) for kind in (STALLED, DIVERGED, UNDER_WAY)]
    where = _places(named, minima)
    counts, alike = np.bincount(where, minlength=len(places)), not told.lane.chance(scene.examples.count)
    certain = (exact(int(count), told.seeds) for count in counts)
    parts = tuple(
        EndPart(kind, minimum, share, np.sort(named.seeds[where == place]))
        for place, ((kind, minimum), share) in enumerate(
            zip(places, certain if alike else shares(counts, told.seeds), strict=True)
        )
        if share.count
    )
    fates = told.fates
    return LaneEnds(told.seeds, parts, told.escaped, fates.updates, fates.escaped.shares, alike)


def _places(named: Outcomes, minima: int) -> Seeds:
    """The place of each marble in the list of all places, (M,)."""
    stays = STAYING[named.verdicts] & (named.basins != NO_BASIN)
    conditions = [_GONE[named.verdicts], _AT_REST[named.verdicts], stays]
    return np.select(conditions, [minima + 1, minima, named.basins], minima + 2).astype(np.intp)
