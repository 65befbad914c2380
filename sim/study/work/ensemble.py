"""Many seeds of one lane, and what became of each.

All that is told of a run is told as of its last update, but for one thing that only time can tell: whether a marble
that is just then in another basin has left its own, or turns back. Such runs go on, unseen, until that is decided.
So an escape counts by the update at which it happened, however long one watches.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from time import perf_counter

import numpy as np

from ...descent.crowd import CHUNK, Crowd, moments_kept
from ...descent.examples.chance import Indices, Seeds
from ...descent.lane import Lane
from ...descent.problem import Problem
from ...descent.race import Experiment
from ...descent.run import Run
from ...descent.verdict import log
from ...descent.verdict.blocks import DWELL
from ...descent.verdict.kinds import KINDS, Rank, VerdictKind
from ...surface.basins import NO_BASIN, Labels
from ...surface.points import Array, Mask
from .steps import finished

NEVER = log.NEVER
"""The update of what did not happen."""

VERDICTS = KINDS

UNJUDGED = -1
"""The verdict of marbles on which nobody has passed one; that a rule has failed is told all the same."""

MARBLES = 1 << 11  # Most that are computed at once.
MOMENTS = 1 << 20  # Most moments of all marbles that are computed at once: some 100 MB.

OVER = tuple(kind for kind in VERDICTS if kind.rank is Rank.FOR_GOOD)
"""The verdicts after which nothing more can happen."""

_OVER = [VERDICTS.index(kind) for kind in OVER]

FOLLOWED, LEAST_FOLLOWED = 4, 500
"""Runs in which it is open whether they have escaped go on for up to so many times the updates, or up to this one."""
FIRST_STEP = 4  # Updates of the first step of what is cut into slices, before it is known how long one takes.
FULL_SLICE = 0.5  # How much of a slice is used by what it is reckoned to hold: some updates take longer than others.
TOGETHER = (DWELL, 3 * DWELL)
"""For so many updates all marbles of a block go on; for one that takes longer, its run is made anew, alone."""


@dataclass(frozen=True, eq=False, slots=True)
class Outcomes:
    """What became of M marbles of one lane, in the order of their seeds."""

    seeds: Seeds
    """Shape (M,)."""
    updates: Indices
    """How many updates each made, fewer than asked for where the numbers overflowed or the rule failed; (M,)."""
    verdicts: Indices
    """The last verdict, as an index into VERDICTS, or UNJUDGED; shape (M,)."""
    basins: Labels
    """The minimum in whose basin each is at last; NO_BASIN in none, and of those for whom all is OVER; shape (M,)."""
    escapes: Indices
    """The update at which each first left a basin or a saddle, or NEVER; shape (M,). It may be certain only later."""
    ends: Indices
    """The update at which each diverged, left the surface or had its rule fail, escaped before or not; NEVER; (M,)."""
    undecided: Mask
    """Which had not escaped for all that is known, and may be about to, when they had run on to the limit; (M,)."""
    theta: Array
    """Where each is at last, shape (M, 2)."""
    losses: Array
    """The training loss there, shape (M,)."""
    test_losses: Array
    """The test loss there, shape (M,)."""

    @property
    def over(self) -> Mask:
        """For whom all is OVER, (M,): where they are at last, and how high, says nothing of where they belong."""
        return np.isin(self.verdicts, _OVER)


NO_OUTCOMES = Outcomes(
    seeds=np.zeros(0, dtype=np.int64),
    updates=np.zeros(0, dtype=np.intp),
    verdicts=np.zeros(0, dtype=np.intp),
    basins=np.zeros(0, dtype=np.intp),
    escapes=np.zeros(0, dtype=np.intp),
    ends=np.zeros(0, dtype=np.intp),
    undecided=np.zeros(0, dtype=np.bool_),
    theta=np.zeros((0, 2)),
    losses=np.zeros(0),
    test_losses=np.zeros(0),
)
"""The outcomes of no seeds."""


def join(parts: Sequence[Outcomes]) -> Outcomes:
    """The outcomes of several ensembles of one lane, one after the other."""
    return Outcomes(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Outcomes)))


def first_of(found: Outcomes, count: int) -> Outcomes:
    """The outcomes of so many marbles, the first."""
    return Outcomes(*(getattr(found, field.name)[:count] for field in fields(Outcomes)))


def ensemble(problem: Problem, lane: Lane, start: tuple[float, float], seeds: Seeds, updates: int) -> Outcomes:
    """What becomes of a marble of this lane with each of the seeds (M,), after so many updates.

    Each outcome is in every bit that of the race with this seed. Marbles that know no chance, such as those of
    a full batch, are computed once.

    >>> from three_marbles.scene import load_scene
    >>> scene = load_scene("local-minimum")
    >>> outcomes = ensemble(scene.problem(), scene.lanes[1], scene.start, np.arange(50), 200)
    >>> int((outcomes.escapes != NEVER).sum())
    49
    """
    if not lane.chance(problem.train.count):
        return alike(_any(problem, lane, start, updates), seeds)
    return finished(ensemble_in_slices(problem, lane, start, seeds, updates))


def ends(problem: Problem, lane: Lane, start: tuple[float, float], seeds: Seeds, updates: int) -> Outcomes:
    """Where a marble of this lane is at last with each of the seeds (M,), and its losses; but no verdict, no escape.

    That takes a small part of the time. All that is told has the bits that `ensemble` tells.
    """
    some = seeds if lane.chance(problem.train.count) else seeds[:1]
    parts = [
        _ends(problem, lane, start, some[first : first + MARBLES], updates) for first in range(0, len(some), MARBLES)
    ]
    return join(parts) if len(some) == len(seeds) else alike(parts[0], seeds)


def _ends(problem: Problem, lane: Lane, start: tuple[float, float], seeds: Seeds, updates: int) -> Outcomes:
    run = Run(problem, lane, np.tile(start, (len(seeds), 1)), seeds, kept=CHUNK)
    run.extend(updates)
    theta = np.array(run.theta[-1], order="C")
    with np.errstate(all="ignore"):
        losses, test_losses = problem.train.value(theta), problem.test.value(theta)
    never, none = np.full(len(seeds), NEVER, dtype=np.intp), np.zeros(len(seeds), dtype=np.bool_)
    verdicts = np.full(len(seeds), UNJUDGED, dtype=np.intp)
    verdicts[list(run.failures)] = VERDICTS.index(VerdictKind.FAILED)  # That is known without looking.
    return Outcomes(
        seeds=seeds,
        updates=run.made,
        verdicts=verdicts,
        basins=np.full(len(seeds), NO_BASIN, dtype=np.intp),
        escapes=never,
        ends=never,
        undecided=none,
        theta=theta,
        losses=losses,
        test_losses=test_losses,
    )


@lru_cache(maxsize=16)
def _any(problem: Problem, lane: Lane, start: tuple[float, float], updates: int) -> Outcomes:
    """What becomes of any marble of a lane that knows no chance, however many jobs its seeds are cut into."""
    return finished(ensemble_in_slices(problem, lane, start, np.zeros(1, dtype=np.int64), updates))


def ensemble_in_slices(
    problem: Problem, lane: Lane, start: tuple[float, float], seeds: Seeds, updates: int, slice_: float = np.inf
) -> Generator[None, None, Outcomes]:
    """An ensemble in steps, between which one may think better of it: none takes much longer than so many seconds."""
    chance = lane.chance(problem.train.count)
    some = seeds if chance else seeds[:1]
    moments = min(moments_kept(lane, problem.train.count), updates + 1)
    block = max(1, min(MARBLES, MOMENTS // moments))
    parts = []
    for first in range(0, len(some), block):
        part = yield from _block(problem, lane, start, some[first : first + block], updates, slice_)
        parts.append(part)
    return join(parts) if chance else alike(parts[0], seeds)


def alike(one: Outcomes, seeds: Seeds) -> Outcomes:
    """The outcomes of marbles that know no chance, with these seeds (M,), from those of any of them."""
    repeated = (np.repeat(getattr(one, field.name)[:1], len(seeds), axis=0) for field in fields(Outcomes))
    return replace(Outcomes(*repeated), seeds=seeds)


def last_followed(updates: int) -> int:
    """Up to which update at most a run goes on if it is still open whether it escaped within so many updates."""
    return max(FOLLOWED * updates, LEAST_FOLLOWED)


def _block(
    problem: Problem, lane: Lane, start: tuple[float, float], seeds: Seeds, updates: int, slice_: float
) -> Generator[None, None, Outcomes]:
    crowd = _crowd(problem, lane, start, seeds)
    yield from _extended(crowd, updates, slice_)
    theta = np.array(crowd.run.theta[-1], order="C")  # Copies, since the crowd may have to go on.
    verdicts = crowd.judge.kinds.copy()
    basins = np.where(np.isin(verdicts, _OVER), NO_BASIN, crowd.judge.basins)
    with np.errstate(all="ignore"):
        losses, test_losses = problem.train.value(theta), problem.test.value(theta)
    made, ends = crowd.run.made, crowd.judge.log.ends
    escapes, undecided = yield from decided(crowd, start, seeds, updates, slice_)
    return Outcomes(
        seeds=seeds,
        updates=made,
        verdicts=verdicts,
        basins=basins,
        escapes=np.where((ends != NEVER) & (escapes >= ends), NEVER, escapes),
        ends=ends,
        undecided=undecided,
        theta=theta,
        losses=losses,
        test_losses=test_losses,
    )


def _crowd(problem: Problem, lane: Lane, start: tuple[float, float], seeds: Seeds) -> Crowd:
    return Crowd(problem, lane, np.tile(start, (len(seeds), 1)), seeds)


def _extended(crowd: Crowd, updates: int, slice_: float) -> Generator[None, None, None]:
    """Let the crowd go on until so many updates are made, if any of it does; each time by what fits into a slice."""
    step = CHUNK if slice_ == np.inf else FIRST_STEP
    while crowd.run.updates < updates and (crowd.run.ends < 0).any():
        before, begun = crowd.run.updates, perf_counter()
        crowd.extend(min(before + step, updates))
        each = (perf_counter() - begun) / max(crowd.run.updates - before, 1)
        step = int(min(max(FULL_SLICE * slice_ / each, 1), 2 * step, CHUNK))
        yield


def decided(
    crowd: Crowd, start: tuple[float, float], seeds: Seeds, updates: int, slice_: float
) -> Generator[None, None, tuple[Indices, Mask]]:
    """The first escapes within so many updates, which a crowd has made, and which runs stay undecided at the limit.

    The crowd goes on meanwhile.
    """
    for more in TOGETHER:
        if not crowd.judge.undecided(updates).any():
            break
        yield from _extended(crowd, updates + more, slice_)
    escapes, pending = crowd.judge.log.escaped(updates), crowd.judge.undecided(updates)
    left, last = np.flatnonzero(pending), last_followed(updates)
    if len(left):
        alone, more = _crowd(crowd.run.problem, crowd.run.lane, start, seeds[left]), TOGETHER[-1]
        while alone.run.updates < last and (alone.run.updates <= updates or alone.judge.undecided(updates).any()):
            more *= 2
            yield from _extended(alone, min(updates + more, last), slice_)
        escapes[left], pending[left] = alone.judge.log.escaped(updates), alone.judge.undecided(updates)
    return escapes, pending & (escapes == NEVER)


@dataclass(frozen=True, slots=True)
class Job:
    """Consecutive seeds of one lane of a scene: what one worker computes at a time."""

    experiment: Experiment
    """The scene's."""
    lane: int
    """Its place among the scene's lanes."""
    first_seed: int
    count: int
    """How many seeds."""
    updates: int
    judged: bool = True
    """Whether verdicts are wanted, and not only where the marbles are at last."""

    @property
    def marble_updates(self) -> int:
        """How many updates are computed; where no chance is in it, those of one marble stand for all."""
        chance = self.experiment.lanes[self.lane].chance(self.experiment.examples.count)
        return self.updates * (self.count if chance else 1)

    @property
    def seeds(self) -> Seeds:
        """Which they are, (M,)."""
        return np.arange(self.first_seed, self.first_seed + self.count)

    def run(self) -> Outcomes:
        """Compute it, here and now."""
        experiment, compute = self.experiment, ensemble if self.judged else ends
        return compute(experiment.problem(), experiment.lanes[self.lane], experiment.start, self.seeds, self.updates)

    def in_slices(self, slice_: float = np.inf) -> Generator[None, None, Outcomes]:
        """Compute it in steps, as `ensemble_in_slices` has them."""
        experiment = self.experiment
        return ensemble_in_slices(
            experiment.problem(), experiment.lanes[self.lane], experiment.start, self.seeds, self.updates, slice_
        )
