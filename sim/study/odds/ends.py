"""Where the marbles of one lane end over many seeds: parts that add up to all, and the seeds that are in each.

A marble ends in the basin of a minimum where its last verdict says that it stays there, at rest or rattled by noise.
Who bounces for ever has not come to any minimum, in whichever basin that is. Elsewhere a marble has diverged or left
the surface, or its rule has failed; or it rests where it should not, or is still under way when the last update has
been made.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...descent.examples.chance import Indices, Seeds
from ...descent.verdict.kinds import KINDS, Place
from ...surface.basins import NO_BASIN
from ..statistics.end_kind import EndKind
from ..statistics.intervals import Share, exact, shares

if TYPE_CHECKING:
    from ..statistics.fates import Times
    from ..work.ensemble import Outcomes

PLACELESS: tuple[EndKind, ...] = tuple(kind for kind in EndKind if kind not in (EndKind.MINIMUM, EndKind.OTHERS))
"""The kinds that are in no known minimum, in the order in which they stand behind the minima."""

_AT = {
    Place.MINIMUM: EndKind.ELSEWHERE,
    Place.BASIN: EndKind.ELSEWHERE,
    Place.WALLS: EndKind.BOUNCING,
    Place.SADDLE: EndKind.STALLED,
    Place.MAXIMUM: EndKind.STALLED,
    Place.RIDGE: EndKind.STALLED,
    Place.GROUND: EndKind.STALLED,
    Place.WAY: EndKind.UNDER_WAY,
}
"""Where those end that are there at last, if that is in the basin of no known minimum; who is gone has an end of that
verdict's name."""

_PLACES = np.array(
    [PLACELESS.index(EndKind[kind.name] if kind.place is Place.GONE else _AT[kind.place]) for kind in KINDS]
)


@dataclass(frozen=True, eq=False, slots=True)
class EndPart:
    """The seeds of a lane that end in the same place."""

    kind: EndKind
    """MINIMUM, or one of PLACELESS."""
    minimum: int
    """Which minimum it is; NO_BASIN for the other kinds."""
    share: Share
    seeds: Seeds
    """The seeds that end there, ascending, (k,); none where they were only counted."""

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
    """The parts that are not empty: the lowest minimum first, and then those that end in none."""
    escaped: Share
    """The share that has ever left a basin or a saddle."""
    updates: tuple[int, ...]
    """The updates at which seeds escape,"""
    curve: tuple[float, ...]
    """and the share of those that have by then."""
    alike: bool
    """Whether every seed does the same, so that nothing is left to chance."""
    moment: int | None = None
    """After how many updates that is, where it is to be told: else the race ends then."""

    @property
    def largest(self) -> EndPart:
        """Where the most end."""
        return max(self.parts, key=lambda part: part.share.count)


def lane_ends(outcomes: "Outcomes", minima: int, alike: bool) -> LaneEnds:
    """The ends of one lane, from what became of its marbles, one or more.

    minima: how many are known.
    alike: whether every seed is bound to do the same.
    """
    from ..statistics.fates import times  # noqa: PLC0415  The window's first frame does not wait for what counts.
    from ..work.ensemble import NEVER  # noqa: PLC0415

    where = places(outcomes, minima)
    told = counted_ends(
        np.bincount(where, minlength=minima + len(PLACELESS)), times(outcomes.escapes[outcomes.escapes != NEVER]), alike
    )
    seeds = [np.sort(outcomes.seeds[where == place]) for place in np.unique(where).tolist()]
    parts = (replace(part, seeds=some) for part, some in zip(told.parts, seeds, strict=True))
    return replace(told, parts=tuple(parts))


def counted_ends(counts: Indices, escapes: "Times", alike: bool) -> LaneEnds:
    """The ends of one lane, if it is only known how many of its seeds are at each of the `places`, and escape when."""
    minima, seeds = len(counts) - len(PLACELESS), int(counts.sum())
    named = [(EndKind.MINIMUM, index) for index in range(minima)]
    named += [(kind, NO_BASIN) for kind in PLACELESS]
    together = np.append(counts, escapes.counts.sum())
    *found, escaped = (exact(int(n), seeds) for n in together) if alike else shares(together, seeds)
    parts = tuple(
        EndPart(kind, minimum, share, np.zeros(0, dtype=np.int64))
        for (kind, minimum), share in zip(named, found, strict=True)
        if share.count
    )
    curve = (np.cumsum(escapes.counts) / max(seeds, 1)).tolist()
    return LaneEnds(seeds, parts, escaped, tuple(escapes.updates.tolist()), tuple(curve), alike)


def places(outcomes: "Outcomes", minima: int) -> Seeds:
    """The place of each marble in the list of all places, (M,): the known minima, and PLACELESS behind them."""
    found = _PLACES[outcomes.verdicts]
    settled = (found == PLACELESS.index(EndKind.ELSEWHERE)) & (outcomes.basins != NO_BASIN)
    return np.where(settled, outcomes.basins, minima + found).astype(np.intp)
