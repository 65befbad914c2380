"""Many seeds of one lane, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from sim.descent.batches import Indices, Seeds
from sim.descent.judge import judge_all
from sim.descent.problem import Problem
from sim.descent.track import Lane, record
from sim.descent.verdict import ESCAPES, Kind
from sim.scene import Scene
from sim.surface.basins import NO_BASIN, Labels
from sim.surface.points import Array

NEVER = -1
"""The update of an escape that did not happen."""

VERDICTS = tuple(Kind)


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

    Each outcome is in every bit that of the race with this seed.
    """
    judges = judge_all(record(problem, lane, np.tile(start, (len(seeds), 1)), seeds, updates))
    verdicts = [judge.verdict(updates) for judge in judges]
    escapes = [
        next((event.update for event in judge.events_until(updates) if event.kind in ESCAPES), NEVER)
        for judge in judges
    ]
    tracks = [judge.track for judge in judges]
    return Outcomes(
        seeds=seeds,
        updates=np.array([track.updates for track in tracks], dtype=np.intp),
        verdicts=np.array([VERDICTS.index(verdict.kind) for verdict in verdicts], dtype=np.intp),
        basins=np.array([NO_BASIN if verdict.basin is None else verdict.basin for verdict in verdicts], dtype=np.intp),
        escapes=np.array(escapes, dtype=np.intp),
        theta=np.array([track.theta[-1] for track in tracks]),
        losses=np.array([track.loss[-1] for track in tracks]),
        test_losses=np.array([track.test_loss[-1] for track in tracks]),
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

    def run(self) -> Outcomes:
        """Compute it, here and now."""
        seeds = np.arange(self.first_seed, self.first_seed + self.count)
        return ensemble(self.scene.problem(), self.scene.lanes[self.lane], self.scene.start, seeds, self.updates)
