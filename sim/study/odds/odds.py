"""The odds: what becomes of every lane over many seeds, each number with its uncertainty.

They are computed anew from whatever outcomes there are, so that they can be shown while the rest is
still being computed.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, repeat

import numpy as np

from ...descent.examples.chance import Indices
from ...descent.lane import Lane
from ...descent.problem import Problem
from ...descent.run import Run
from ...scene import Scene
from ...scene.words import excerpt
from ...surface.critical.point import CriticalPoint
from ..statistics.fates import Fates, fates_of
from ..statistics.intervals import Estimate, Share, exact, mean_of, shares, wilson
from ..statistics.sums import Moments
from ..work.ensemble import NO_OUTCOMES, Job, Outcomes, alike, join
from .counts import LaneCounts, all_basins, counted, knowing, named_basins
from .ends import LaneEnds, counted_ends, lane_ends

BLOCK = 2_000  # Most seeds of a job; with more, numbers leave the cache.
BLOCK_WORK, FEWEST = 4_000_000, 50
"""Marble-updates of a block, about, so that little is lost when it is stopped, but for no fewer seeds than those."""
LEAST, SHARES = 500, 4  # Of fewer than that, a job is a quarter of all seeds, so that cores can share, or this many.

GROWING = (50, 150, 300, 500)
"""How many seeds are added each time where odds are to be seen at once, and to become sharper; the last ever again."""
SLICE = 0.01  # Seconds for which whoever watches that can wait.


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of a sample's finite values, of marbles that have not ended for good, with Student's interval."""

    estimate: Estimate
    finite: int
    """How many values it is the mean of."""
    not_finite: int
    """How many were left out."""


@dataclass(frozen=True, slots=True)
class LaneOdds:
    """What becomes of one lane."""

    lane: Lane
    seeds: int
    """How many seeds this is known of so far."""
    verdicts: tuple[Share, ...]
    """The share of each of VERDICTS at last."""
    basins: tuple[Share, ...]
    """The share at last in the basin of each minimum, and, as the last entry, in none."""
    escaped: Share
    """The share that has left a basin or a saddle by the last update."""
    waiting: Share
    """The share that has not escaped, but goes on."""
    ended: Share
    """The share that ended otherwise, as by diverging, without having escaped before; the three together are all."""
    undecided: int
    """How many of those that have not escaped were perhaps about to when they had run on to the limit."""
    fates: Fates
    """The shares `escaped`, `waiting` and `ended` at every update."""
    train_loss: Average
    test_loss: Average
    gap: Average
    """Test loss minus training loss."""
    ends: LaneEnds = field(compare=False)
    """Where the seeds end, in the same parts as the bars under the maps; they follow from the rest of the outcomes."""
    alike: bool = False
    """Whether every seed does the same, since all see the full batch; then nothing is uncertain."""

    def ending_at(self, minima: Iterable[int], known: int) -> Share:
        """The share that end at these of `Odds.minima`, of which the problem knows so many, as the bars count it.

        A marble that wanders through a minimum's basin when the last update has been made does not end there. At a
        minimum that the problem does not know, only those are counted that have come to stay.
        """
        staying = {part.minimum: part.share.count for part in self.ends.parts}
        count = sum(staying.get(place, 0) if place < known else self.basins[place].count for place in minima)
        return (exact if self.alike else wilson)(count, self.seeds)


@dataclass(frozen=True, slots=True)
class Odds:
    """What becomes of a scene's lanes over many seeds, from the scene's own seed on."""

    scene: Scene
    updates: int
    lanes: tuple[LaneOdds, ...]
    minima: tuple[CriticalPoint, ...]
    """The minima that basins are named after: the known ones, and behind them those that marbles have found."""


def jobs(scene: Scene, seeds: int, updates: int, block: int | None = None) -> list[Job]:
    """The work for that many seeds of every lane, from the scene's own seed on, all lanes of the first seeds first.

    It is cut into blocks of `block` seeds, by default as many as computing likes best; the results are the same.
    """
    size = block_size(seeds, updates) if block is None else block
    return [
        Job(scene.experiment, lane, scene.seed + first, min(size, seeds - first), updates)
        for first in range(0, seeds, size)
        for lane in range(len(scene.lanes))
    ]


def block_size(seeds: int, updates: int) -> int:
    """How many seeds of a lane are computed at a time, if there are so many of them to make so many updates each."""
    worth_stopping = max(FEWEST, BLOCK_WORK // max(1, updates))
    return min(BLOCK, max(LEAST, -(-seeds // SHARES)), worth_stopping)


def growing_jobs(scene: Scene, seeds: int, updates: int, sizes: Sequence[int] = GROWING) -> list[Job]:
    """The jobs for so many seeds, begun with few; the last of these sizes is that of all further blocks."""
    return [
        Job(scene.experiment, lane, scene.seed + first, count, updates)
        for first, count in _growing_blocks(seeds, sizes)
        for lane in range(len(scene.lanes))
    ]


def growing(scene: Scene, seeds: int, updates: int, slice_: float = SLICE) -> Generator[Odds | None, None, None]:
    """The odds of few seeds at once, then of more and more, and last of so many: the same as if computed in one go.

    Between two of them None comes at least every so many seconds, about: a moment to draw, or to think better of it
    and close the generator. What of the scene's problem is not known yet is found out in one step.

    >>> from three_marbles.scene import load_scene
    >>> told = [odds for odds in growing(load_scene("local-minimum"), 100, 60) if odds is not None]
    >>> [odds.lanes[1].seeds for odds in told]
    [50, 100]
    """
    parts: list[list[Outcomes]] = [[] for _ in scene.lanes]
    for job in growing_jobs(scene, seeds, updates):
        known = parts[job.lane]
        if known and not scene.lanes[job.lane].chance(scene.examples.count):
            known.append(alike(known[0], job.seeds))
        else:
            known.append((yield from job.in_slices(slice_)))
        if job.lane == len(scene.lanes) - 1:
            yield odds(scene, [join(known) for known in parts], updates)


def _growing_blocks(seeds: int, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first of some seeds and how many they are: few at first."""
    first = 0
    for size in chain(sizes, repeat(sizes[-1])):
        if first >= seeds:
            return
        yield first, min(size, seeds - first)
        first += size


def gather(scene: Scene, work: Sequence[Job], results: Mapping[int, Outcomes]) -> tuple[Outcomes, ...]:
    """The outcomes of every lane, in the order of the seeds, of what is there of the results of `jobs`.

    `results` are found by the job's place in `work`; in which order they came makes no difference.
    """
    parts: list[list[Outcomes]] = [[] for _ in scene.lanes]
    for place in sorted(results):
        parts[work[place].lane].append(results[place])
    return tuple(join(part) if part else NO_OUTCOMES for part in parts)


def odds(scene: Scene, outcomes: Sequence[Outcomes], updates: int) -> Odds:
    """The odds that follow from the outcomes of the scene's lanes after so many updates.

    >>> from three_marbles.scene import load_scene
    >>> scene = load_scene("local-minimum")
    >>> work = jobs(scene, seeds=50, updates=200)
    >>> told = odds(scene, gather(scene, work, {place: job.run() for place, job in enumerate(work)}), 200)
    >>> [f"{lane.lane.name}: {lane.escaped.count} of {lane.seeds}" for lane in told.lanes]
    ['full batch: 0 of 50', 'minibatch: 49 of 50', 'momentum: 50 of 50']
    """
    told, known = odds_of(scene, counted(scene, outcomes), updates), len(scene.problem().minima)
    with_seeds = (
        replace(lane, ends=lane_ends(found, known, lane.ends.alike))
        for lane, found in zip(told.lanes, outcomes, strict=True)
    )
    return replace(told, lanes=tuple(with_seeds))


def odds_of(scene: Scene, lanes: Sequence[LaneCounts], updates: int) -> Odds:
    """The odds that follow from what was counted of the scene's lanes after so many updates."""
    problem, count = scene.problem(), scene.examples.count
    known = knowing(problem, lanes)
    told = (
        _lane_odds(lane, found, all_basins(problem, known, found), updates, lane.chance(count))
        for lane, found in zip(scene.lanes, lanes, strict=True)
    )
    return Odds(scene, updates, tuple(told), known.minima)


def named_outcomes(
    problem: Problem, outcomes: Sequence[Outcomes]
) -> tuple[tuple[CriticalPoint, ...], tuple[Outcomes, ...]]:
    """The minima that are known where marbles have come to rest, and the outcomes with basins named after them all."""
    lanes = [LaneCounts(problem) for _ in outcomes]
    for lane, found in zip(lanes, outcomes, strict=True):
        lane.look_beyond(found)
    known = knowing(problem, lanes)
    return known.minima, tuple(replace(each, basins=named_basins(problem, known, each)) for each in outcomes)


def _certain(told: LaneOdds) -> LaneOdds:
    """The odds of a lane in which every seed is alike: what one does, all others would, so nothing is uncertain."""
    return replace(
        told,
        alike=True,
        verdicts=tuple(exact(share.count, told.seeds) for share in told.verdicts),
        basins=tuple(exact(share.count, told.seeds) for share in told.basins),
        escaped=exact(told.escaped.count, told.seeds),
        waiting=exact(told.waiting.count, told.seeds),
        ended=exact(told.ended.count, told.seeds),
        fates=told.fates.certain(),
    )


def _lane_odds(lane: Lane, found: LaneCounts, basins: Indices, updates: int, chance: bool) -> LaneOdds:
    seeds, escapes, endings = found.seeds, found.escapes, found.endings
    escaped, ended = int(escapes.counts.sum()), int(endings.counts.sum())
    three = shares(np.array([escaped, seeds - escaped - ended, ended]), seeds)
    told = LaneOdds(
        lane=lane,
        seeds=seeds,
        verdicts=shares(found.verdicts, seeds),
        basins=shares(basins, seeds),
        escaped=three[0],
        waiting=three[1],
        ended=three[2],
        undecided=found.undecided,
        fates=fates_of(escapes, endings, seeds, updates),
        train_loss=_average(found.losses, seeds),
        test_loss=_average(found.test_losses, seeds),
        gap=_average(found.gaps, seeds),
        ends=counted_ends(found.places, escapes, not chance),
    )
    return told if chance else _certain(told)


def _average(known: Moments, seeds: int) -> Average:
    return Average(mean_of(known), known.count, seeds - known.count)


def failures(scene: Scene, lanes: Sequence[LaneCounts]) -> Iterator[str]:
    """A sentence for each lane whose rule failed: how often, and how with the first of these seeds, which runs anew."""
    for lane, found in zip(scene.lanes, lanes, strict=True):
        if found.failed:
            seed, made = found.first_failure
            run = Run(scene.problem(), lane, np.array([scene.start]), np.array([seed]), kept=2)
            run.extend(made + 1)
            seeds = f"{found.failed:,} of {found.seeds:,} seeds, first with {seed}"
            yield f"the rule of lane {excerpt(lane.name)} failed with {seeds}: {run.failures[0]}"
