"""What has become of many seeds by each update: escaped, ended otherwise, or neither yet, which together are all.

All are watched equally long. A run that has diverged, left the surface or had its rule fail will never escape, but
neither is it lost from sight: it counts as what it is, and not as one that might still have escaped.
"""

from dataclasses import dataclass, replace

import numpy as np

from ...descent.examples.chance import Indices
from ...surface.points import Mask
from ..work.ensemble import NEVER
from .intervals import score_interval


@dataclass(frozen=True, slots=True)
class ShareCurve:
    """A share of the seeds at several updates, with Wilson's intervals."""

    counts: tuple[int, ...]
    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def certain(self) -> "ShareCurve":
        """The curve without an interval."""
        return replace(self, low=self.shares, high=self.shares)


@dataclass(frozen=True, slots=True)
class Quantile:
    """The update by which a share of the seeds had escaped, and its 95 % interval."""

    update: int
    low: int
    high: int | None
    """None: it may be later than one has watched."""


@dataclass(frozen=True, slots=True)
class Fates:
    """Three curves that add up to one at every update.

    Entry i holds from `updates[i]` until before `updates[i + 1]`, the last one until `until`. The first is the update
    0, the others are those at which something happened. All are empty where there are no seeds.
    """

    updates: tuple[int, ...]
    escaped: ShareCurve
    """The seeds that had left a basin or a saddle."""
    waiting: ShareCurve
    """The seeds that had not left any, but went on."""
    ended: ShareCurve
    """The seeds that had diverged, left the surface or had their rule fail without having escaped before."""
    until: int
    """How many updates were watched."""

    def quantile(self, share: float) -> Quantile | None:
        """The first update by which this share of all had escaped; None if that was not to be seen.

        Its interval is the curve's own, read across: from where the upper ends have come to this share to where
        the lower ends have (Brookmeyer & Crowley 1982, "A confidence interval for the median survival time",
        Biometrics 38, 29–41).
        """
        escaped = self.escaped
        update, low, high = (self._reaches(curve, share) for curve in (escaped.shares, escaped.high, escaped.low))
        return None if update is None or low is None else Quantile(update, low, high)

    def certain(self) -> "Fates":
        """The fates of seeds that are bound to be alike, so that nothing is uncertain."""
        curves = (self.escaped.certain(), self.waiting.certain(), self.ended.certain())
        return Fates(self.updates, *curves, self.until)

    def _reaches(self, curve: tuple[float, ...], share: float) -> int | None:
        return next((update for update, height in zip(self.updates, curve, strict=True) if height >= share), None)


def otherwise(escapes: Indices, ends: Indices) -> Mask:
    """Which runs ended without having escaped, given the updates of both or NEVER; shape (M,)."""
    return np.asarray((ends != NEVER) & (escapes == NEVER))


def fates(escapes: Indices, ends: Indices, until: int) -> Fates:
    """The three shares by each update.

    Args:
        escapes: the update at which each escaped, or NEVER; shape (M,).
        ends: the update at which each diverged, left the surface or had its rule fail, or NEVER; shape (M,).
        until: how many updates were watched.
    """
    return fates_of(times(escapes[escapes != NEVER]), times(ends[otherwise(escapes, ends)]), len(escapes), until)


@dataclass(frozen=True, eq=False, slots=True)
class Times:
    """When something happened, and how often then."""

    updates: Indices
    """Each once, ascending, (k,)."""
    counts: Indices
    """How often, (k,)."""

    def by(self, updates: Indices) -> Indices:
        """How often it had happened by each of these updates, (n,)."""
        sums = np.concatenate([np.zeros(1, dtype=np.intp), np.cumsum(self.counts)])
        found: Indices = sums[np.searchsorted(self.updates, updates, side="right")]
        return found


def times(updates: Indices) -> Times:
    """The times of what happened at these updates (n,)."""
    return Times(*np.unique(updates, return_counts=True))


def fates_of(escaped: Times, ended: Times, count: int, until: int) -> Fates:
    """The three shares of so many runs, if it is known when how many escaped, and ended otherwise."""
    updates = np.union1d(np.union1d(escaped.updates, ended.updates), np.zeros(1 if count else 0, dtype=np.intp))
    gone = [moments.by(updates) for moments in (escaped, ended)]

    def curve(counts: Indices) -> ShareCurve:
        if not count:
            return ShareCurve((), (), (), ())
        return ShareCurve(*(tuple(part.tolist()) for part in (counts, counts / count, *score_interval(counts, count))))

    return Fates(
        updates=tuple(updates.tolist()),
        escaped=curve(gone[0]),
        waiting=curve(count - gone[0] - gone[1]),
        ended=curve(gone[1]),
        until=until,
    )
