"""Many seeds of one lane, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from ..descent import judge
from ..descent.batches import Indices, Seeds
from ..descent.crowd import MOMENTS_KEPT, Crowd
from ..descent.problem import Problem
from ..descent.track import Lane
from ..descent.verdict import KINDS
from ..scene import Scene
from ..surface.basins import Labels
from ..surface.points import Array

NEVER = judge.NEVER
"""The update of an escape that did not happen."""

VERDICTS = KINDS

MARBLES = 1 << 11  # Most that are computed at once,
MOMENTS = 1 << 18  # and most of their moments: some 100 MB.


@dataclass(frozen=True, eq=False, slots=True)
class Outcomes:
    """What became of M marbles of one lane, in the order of their seeds."""

    seeds: Seeds
    """Shape (M,)."""
    updates: Indices
    """How many updates each made, fewer than asked for where the numbers overflowed; shape (M,)."""
    verdicts: Indices
    """The last verdict, as an index into VERDICTS; shape (M,)."""
    basins: Labels
    """The minimum in whose basin each is at last, or NO_BASIN; shape (M,)."""
    escapes: Indices
    """The update at which each first left a basin or a saddle, or NEVER; shape (M,)."""
    theta: Array
    """Where each is at last, shape (M, 2)."""
    losses: Array
    """The training loss there, shape (M,)."""
    test_losses: Array
    """The test loss there, shape (M,)."""


def join(parts: Sequence[Outcomes]) -> Outcomes:
    """The outcomes of several ensembles of one lane, one after the other."""
    return Outcomes(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Outcomes)))


def ensemble(problem: Problem, lane: Lane, start: tuple[float, float], seeds: Seeds, updates: int) -> Outcomes:
    """What becomes of a marble of this lane with each of the seeds (M,), after so many updates.

    Each outcome is in every bit that of the race with this seed. Marbles of a full batch, which know no
    chance, are computed once.
    """
    chance = lane.batch_size < problem.train.count
    some = seeds if chance else seeds[:1]
    block = max(1, min(MARBLES, MOMENTS // min(MOMENTS_KEPT, updates + 1)))
    parts = [_block(problem, lane, start, some[i : i + block], updates) for i in range(0, len(some), block)]
    if chance:
        return join(parts)
    (one,) = parts
    return replace(
        Outcomes(*(np.repeat(getattr(one, field.name), len(seeds), axis=0) for field in fields(Outcomes))), seeds=seeds
    )


def _block(problem: Problem, lane: Lane, start: tuple[float, float], seeds: Seeds, updates: int) -> Outcomes:
    crowd = Crowd(problem, lane, np.tile(start, (len(seeds), 1)), seeds)
    crowd.extend(updates)
    theta = crowd.run.theta[-1]
    with np.errstate(all="ignore"):
        losses, test_losses = problem.train.value(theta), problem.test.value(theta)
    return Outcomes(
        seeds=seeds,
        updates=crowd.run.made,
        verdicts=crowd.judge.kinds,
        basins=crowd.judge.basins,
        escapes=crowd.judge.escapes,
        theta=np.ascontiguousarray(theta),
        losses=losses,
        test_losses=test_losses,
    )


@dataclass(frozen=True, slots=True)
class Job:
    """Consecutive seeds of one lane of a scene: what one worker computes at a time."""

    scene: Scene
    lane: int
    """Its place among the scene's lanes."""
    first_seed: int
    count: int
    """How many seeds."""
    updates: int

    @property
    def marble_updates(self) -> int:
        """How many updates are computed; where no chance is in it, those of one marble stand for all."""
        chance = self.scene.lanes[self.lane].batch_size < self.scene.examples.count
        return self.updates * (self.count if chance else 1)

    def run(self) -> Outcomes:
        """Compute it, here and now."""
        seeds = np.arange(self.first_seed, self.first_seed + self.count)
        return ensemble(self.scene.problem(), self.scene.lanes[self.lane], self.scene.start, seeds, self.updates)
