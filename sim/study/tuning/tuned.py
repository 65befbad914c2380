"""What a search has come to: for each lane its best, what that is worth on fresh seeds, and which differences count."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from ...descent.verdict.kinds import VerdictKind
from ...scene import MOST_LANES, Scene
from ...surface.points import Array
from ..statistics.intervals import Estimate, exact, mean, wilson
from ..statistics.paired import ALIKE, all_pairs, beyond_rounding, mean_difference, share_difference
from ..sweep.settings import Value
from ..sweep.sweep import certain
from ..work.ensemble import VERDICTS
from .candidates import RATE, changed_scene, scene_without_words, with_lanes
from .search import CRITERIA, Found, Results, Tuning


@dataclass(frozen=True, slots=True)
class Trial:
    """One combination of values, on the fresh seeds."""

    values: Mapping[str, Value]
    estimate: Estimate
    """The mean of what is made small."""
    behind: Estimate
    """How much more than the best of its lane that is, on the same seeds."""
    loss: Estimate
    """The mean loss at last, of the test where that is made small: who escapes may do so to bounce for ever."""
    above: int
    """With how many of the seeds it ends above the loss at the start, or with none: in means that one counts for them.

    Where that is so with all of them, a mean is no loss that any marble has had at last."""


@dataclass(frozen=True, slots=True)
class LaneTuned:
    """What has become of one lane."""

    lane: str
    updates: int
    """How many the budget is for it."""
    certain: bool
    """Whether all seeds are alike."""
    best: Trial
    own: Trial
    """As the scene has it."""
    curve: tuple[Trial, ...]
    """Over the learning rates that were looked at."""
    alike: tuple[float, float]
    """From which to which learning rate of the curve, around the best, nothing is known to be worse."""
    at_end: bool
    """Whether there are no learning rates beyond the best that could be looked at."""
    nowhere: bool
    """Whether even the best ends no better than where it began: then it was chosen for nothing but being the own."""
    tried: int
    behind: Estimate
    """How much more its best has than the best of all lanes, on the same seeds; such that all of these hold at once."""

    failed: int
    """With how many seeds of all that were tried the rule failed, as one from outside may."""

    @property
    def tied(self) -> bool:
        """Whether it is not known to be worse than the best of all."""
        return self.behind.low <= 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lanes, each at its best, compared on the same fresh seeds."""

    lane: str
    """The one that is further behind, as far as the sample tells."""
    than: str
    behind: Estimate
    """How much more of what is made small the first has than the other; such that all pairs hold at once."""

    @property
    def tied(self) -> bool:
        """Whether it is not known which of them is better."""
        return self.behind.low <= 0 <= self.behind.high


@dataclass(frozen=True, slots=True)
class Tuned:
    """A search and what it has come to."""

    tuning: Tuning
    lanes: tuple[LaneTuned, ...]
    """The best first."""
    pairs: tuple[Pair, ...]
    """Every two lanes, those with the best first."""

    @property
    def scene(self) -> Scene:
        """The scene in which each lane has the best of its numbers; of more lanes than a scene may have, the best.

        It lasts as long as the lane that makes the most updates. What was said and promised of other numbers is left
        out, and what to look at is that it is tuned.

        Raises:
            SceneError: they are such that no file can hold them.
        """
        changed = self.tuning.scene
        if len(changed.lanes) > MOST_LANES:
            changed = with_lanes(changed, [lane.lane for lane in self.lanes[:MOST_LANES]])
        for lane in self.lanes:
            if lane.lane in [each.name for each in changed.lanes]:
                changed = changed_scene(changed, lane.lane, lane.best.values)
        told = f"Tuned, each lane for itself: {CRITERIA[self.tuning.by]}, {self.tuning.budget.text}."
        return replace(
            scene_without_words(changed),
            look=told,
            claims=(None,) * len(changed.lanes),
            updates=max(lane.updates for lane in self.lanes),
        )


def tuned(tuning: Tuning, results: Results) -> Tuned:
    """What follows from the results when nothing is missing."""
    found = tuning.found(results)
    samples = [_sample(tuning, lane, each.best, results) for lane, each in enumerate(found)]
    leader = min(range(len(found)), key=lambda lane: (float(samples[lane].values.mean()), lane))
    among = all_pairs(len(found))
    lanes = [
        _lane(tuning, lane, each, results, _difference(tuning, samples[lane], samples[leader], among))
        for lane, each in enumerate(found)
    ]
    order = sorted(range(len(lanes)), key=lambda lane: (lanes[lane].best.estimate.value, lane != leader, lane))
    pairs = tuple(
        Pair(lanes[one].lane, lanes[other].lane, _difference(tuning, samples[one], samples[other], among))
        for other, one in combinations(order, 2)
    )
    return Tuned(tuning, tuple(lanes[lane] for lane in order), pairs)


@dataclass(frozen=True, eq=False, slots=True)
class _Sample:
    """What is made small with every fresh seed (n,), where one may stand for all."""

    values: Array
    ends: Array
    """The losses at last, none above that at the start, shaped alike."""
    above: int
    """With how many they were above it."""
    sure: bool
    """Whether one stands for all, since no chance is in the lane."""
    updates: int


def _sample(tuning: Tuning, lane: int, candidate: tuple[int, ...], results: Results) -> _Sample:
    block = tuning.blocks[tuning.blocks.of(lane, candidate, fresh=True)[0]]
    values, ends = (
        np.broadcast_to(each(lane, candidate, results), (tuning.seeds,)) for each in (tuning.values, tuning.ends)
    )
    above = np.count_nonzero(np.broadcast_to(tuning.above(lane, candidate, results), (tuning.seeds,)))
    return _Sample(values, ends, int(above), certain(block.job.experiment), block.job.updates)


def _difference(tuning: Tuning, one: _Sample, other: _Sample, among: int = 1) -> Estimate:
    if tuning.by == "escaped":
        return share_difference(one.values > 0, other.values > 0, among, (one.sure, other.sure))
    return beyond_rounding(mean_difference(one.values, other.values, among), level_of(tuning))


def _estimate(tuning: Tuning, sample: _Sample) -> Estimate:
    if tuning.by != "escaped":
        return mean(sample.values)
    return (exact if sample.sure else wilson)(int(sample.values.sum()), len(sample.values)).estimate


def _lane(tuning: Tuning, lane: int, found: Found, results: Results, behind: Estimate) -> LaneTuned:
    among, best = tuning.lanes[lane], _sample(tuning, lane, found.best, results)

    def trial(candidate: tuple[int, ...]) -> Trial:
        sample = _sample(tuning, lane, candidate, results)
        behind = _difference(tuning, sample, best)
        return Trial(among.values(candidate), _estimate(tuning, sample), behind, mean(sample.ends), sample.above)

    curve = tuple(map(trial, found.curve))
    return LaneTuned(
        lane=among.lane,
        updates=best.updates,
        certain=best.sure,
        best=trial(found.best),
        own=trial(among.own),
        curve=curve,
        alike=_alike(curve, found.curve.index(found.best), level_of(tuning)),
        at_end=among.is_last(found.best),
        nowhere=_is_nowhere(tuning, best),
        tried=found.tried,
        behind=behind,
        failed=_failed(tuning, lane, results),
    )


def _is_nowhere(tuning: Tuning, best: _Sample) -> bool:
    if tuning.by == "escaped" and not best.values.all():
        return False
    return not float(best.ends.mean()) < tuning.at_start - level_of(tuning)


def _failed(tuning: Tuning, lane: int, results: Results) -> int:
    known = (results[place].outcomes for place in tuning.blocks.of_lane(lane) if place in results)
    return sum(int(np.count_nonzero(each.verdicts == VERDICTS.index(VerdictKind.FAILED))) for each in known)


def level_of(tuning: Tuning) -> float:
    """What makes no difference: a billionth of the surface's own unit of loss, or of all seeds."""
    return ALIKE * (1.0 if tuning.by == "escaped" else tuning.scene.problem().units.loss)


def _alike(curve: tuple[Trial, ...], best: int, level: float) -> tuple[float, float]:
    """The learning rates around the best one, up to the first on each side that is known to be worse."""
    low = high = best
    while low > 0 and curve[low - 1].behind.low <= level:
        low -= 1
    while high < len(curve) - 1 and curve[high + 1].behind.low <= level:
        high += 1
    return float(curve[low].values[RATE]), float(curve[high].values[RATE])
