"""What a sweep found, compared seed by seed: lane with lane at each point, and each setting of a lane with its leader.

All cases of a sweep run with the same seeds. So two of them are pairs, seed by seed, and their difference is known
better than two intervals side by side would say: see `statistics.paired`. The leader of a lane is its setting with the
largest share, or with the lowest mean; which one that is, is seen on the same seeds.

Who looks through a whole sweep looks at many differences. Their intervals are so wide that all differences between
lanes, whatever the setting, hold at once with 95 % confidence, and so do all between settings (Bonferroni). Points at
which nothing about two lanes is new, since no number touches them, bring no new difference.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from ...surface.points import Array
from ..statistics.intervals import UNKNOWN, Estimate
from ..statistics.paired import ALIKE, beyond_rounding, mean_difference, share_difference
from .measures import Measure
from .sweep import Sweep

NONE = Estimate(0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """What a measure is made of in one case."""

    each: Array | None
    """One a seed (n,), a NaN where a seed does not count, of a share 1 or 0; None: nothing is known."""
    sure: bool
    """Whether all seeds are alike, since no chance is in the case."""
    value: float
    """The share or the mean; NaN: nothing is known."""


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one case has more than another, on average over the same seeds."""

    estimate: Estimate
    seeds: int
    """How many seeds count: of a mean, those with which neither run was lost."""


@dataclass(frozen=True, slots=True)
class Compared:
    """All differences of a sweep in one measure."""

    measure: str
    lanes: tuple[tuple[Difference, ...], ...]
    """At each point, of every two lanes in the order of `pairs_of`, the later one's less the earlier one's."""
    lanes_at_once: int
    """How many different ones there are, which hold at once."""
    leaders: tuple[int | None, ...]
    """The point that leads for each lane; None: no number touches it, or nothing is known of it."""
    settings: tuple[tuple[Difference | None, ...], ...]
    """At each point, of each lane, what it has there less what it has at its leader; None: it has no leader."""
    settings_at_once: int
    """How many differences there are between two settings of a lane, of which those to the leaders are a choice."""


def pairs_of(lanes: int) -> list[tuple[int, int]]:
    """Every two of so many lanes: the later, and the earlier, which is taken away from it.

    >>> pairs_of(3)
    [(1, 0), (2, 0), (2, 1)]
    """
    return [(later, earlier) for earlier, later in combinations(range(lanes), 2)]


def compared(sweep: Sweep, name: str, measure: Measure, samples: Mapping[int, Sample]) -> Compared:
    """The differences of a measure that is a share or a mean.

    samples: what each case has, by its number.
    """
    cases = [point.cases for point in sweep.points]
    pairs = pairs_of(len(sweep.lanes))
    level = ALIKE * (1.0 if measure.percent else sweep.scene.problem().units.loss)
    both = (frozenset((at[one], at[other])) for at in cases for one, other in pairs)
    between_lanes = sum(len(pair) > 1 for pair in {*both})
    of_lanes = [*zip(*cases, strict=True)]
    between_settings = sum(len(own) * (len(own) - 1) // 2 for own in {*map(frozenset, of_lanes)})
    leaders = [_leader([samples[case] for case in own], measure.percent, level) for own in of_lanes]

    @cache
    def difference(one: int, other: int, among: int) -> Difference:
        return _difference(samples[one], samples[other], measure.percent, among, level)

    return Compared(
        name,
        tuple(tuple(difference(at[one], at[other], between_lanes) for one, other in pairs) for at in cases),
        between_lanes,
        tuple(leaders),
        tuple(
            tuple(
                None if leader is None else difference(at[lane], cases[leader][lane], between_settings)
                for lane, leader in enumerate(leaders)
            )
            for at in cases
        ),
        between_settings,
    )


def _leader(samples: Sequence[Sample], largest: bool, level: float) -> int | None:
    """Which one has the largest share, or the lowest mean; of those that are alike the first; None if all are one."""
    values = [(each.value if largest else -each.value) for each in samples]
    known = [value for value in values if math.isfinite(value)]
    if not known or len({*map(id, samples)}) == 1:
        return None
    return next(place for place, value in enumerate(values) if value >= max(known) - level)


def _difference(one: Sample, other: Sample, percent: bool, among: int, level: float) -> Difference:
    """The first one's less the other's; `among` so many."""
    if one.each is None or other.each is None:
        return Difference(UNKNOWN, 0)
    counts = np.isfinite(one.each) & np.isfinite(other.each)
    seeds = int(counts.sum())
    if one is other and seeds:
        return Difference(NONE, seeds)
    if percent:
        return Difference(share_difference(one.each > 0, other.each > 0, among, (one.sure, other.sure)), seeds)
    told = mean_difference(one.each[counts], other.each[counts], among)
    if one.sure and other.sure:
        told = Estimate(told.value, told.value, told.value)
    return Difference(beyond_rounding(told, level), seeds)
