"""Many runs of one lane at once, of which only the last moments are remembered."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from sim.descent.batches import Indices, Seeds, updates_per_epoch
from sim.descent.judge import Judge, lookback, show, spells
from sim.descent.problem import Problem
from sim.descent.sight import Moments, gentle, sights
from sim.descent.track import Lane, Update, descend
from sim.surface.points import Array, eigenvalues, norm
from sim.surface.protocol import value_and_gradient

CHUNK = 256
"""Most updates that are made before the judges look."""


def moments_kept(problem: Problem, lane: Lane) -> int:
    """How many moments of each marble's run are in memory at a time, at most."""
    return lookback(problem, lane) + CHUNK


@dataclass(frozen=True, eq=False, slots=True)
class _Columns:
    """The moments that are remembered: arrays (rows, M, …) as in a track, component by component in memory."""

    theta: Array
    loss: Array
    full_gradient: Array
    curvatures: Array
    gradient: Array
    movement: Array


class Crowd:
    """The runs of M marbles, one seed each, and a judge for every one.

    A run is in every bit, and is judged in every word, as it would be alone. How far a judge may look
    back is all that is remembered, so memory does not grow with the updates. The eigenvalues of ∇²L
    are computed only where a judge asks for them.
    """

    def __init__(self, problem: Problem, lane: Lane, starts: Array, seeds: Seeds) -> None:
        self.problem = problem
        self.lane = lane
        self.updates = 0
        """How many updates have been made."""
        self.first = 0
        """The first moment that is remembered."""
        self.ends = np.full(len(seeds), -1, dtype=np.intp)
        """How many updates a marble made before its numbers overflowed, −1 where they have not; shape (M,)."""
        self.judges = [Judge(_Run(self, marble)) for marble in range(len(seeds))]
        self._run = descend(problem.train, lane, starts, seeds)
        self._lookback = lookback(problem, lane)
        self.columns = self._empty(1)
        self.columns.theta[0] = starts
        self._diagnose(slice(0, 1))
        self._observe(0)

    def extend(self, updates: int) -> None:
        """Go on until so many updates are made and judged, or until every marble's numbers have overflowed."""
        while self.updates < updates and (self.ends < 0).any():
            begun = self.updates
            steps = min(CHUNK, updates - begun)
            self._make_room(steps, updates)
            for step in islice(self._run, steps):
                self._record(step)
            self._diagnose(slice(begun + 1 - self.first, self.updates + 1 - self.first))
            self._observe(begun + 1)

    def theta(self) -> Array:
        """Where each is, or last was before its numbers overflowed; shape (M, 2)."""
        theta: Array = self.columns.theta[self.updates - self.first]
        return theta

    def made(self) -> Indices:
        """How many updates each has made, shape (M,)."""
        return np.where(self.ends < 0, self.updates, self.ends)

    def _empty(self, rows: int) -> _Columns:
        marbles = len(self.ends)
        vectors = (np.empty((rows, 2, marbles)).transpose(0, 2, 1) for _ in range(5))
        theta, full_gradient, curvatures, gradient, movement = vectors
        return _Columns(theta, np.empty((rows, marbles)), full_gradient, curvatures, gradient, movement)

    def _make_room(self, steps: int, updates: int) -> None:
        """Let go of what no judge will look back to, if there is no room for so many more moments."""
        known, rows = self.updates + 1 - self.first, len(self.columns.theta)
        if known + steps <= rows:
            return
        kept = min(known, self._lookback)
        columns = self.columns
        if rows < moments_kept(self.problem, self.lane):
            columns = self._empty(min(moments_kept(self.problem, self.lane), updates + 1))
        for name in _Columns.__slots__:
            getattr(columns, name)[:kept] = getattr(self.columns, name)[known - kept : known]
        self.columns = columns
        self.first += known - kept

    def _record(self, step: Update) -> None:
        row = self.updates - self.first
        self.columns.gradient[row] = step.gradient
        self.columns.movement[row] = step.movement
        self.columns.theta[row + 1] = step.theta
        self.ends[(self.ends < 0) & ~step.alive] = self.updates
        self.updates += 1

    def _diagnose(self, rows: slice) -> None:
        columns, train = self.columns, self.problem.train
        theta = columns.theta[rows]
        with np.errstate(all="ignore"):
            columns.loss[rows], gradient = value_and_gradient(train, theta)
            columns.full_gradient[rows] = gradient
            matters = gentle(self.problem, gradient)
            columns.curvatures[rows] = np.nan
            columns.curvatures[rows][matters] = eigenvalues(train.hessian(theta[matters]))

    def _observe(self, first: int) -> None:
        """Let the judges see the moments from `first` on."""
        columns, begin, end = self.columns, first - self.first, self.updates + 1 - self.first
        steps = norm(columns.movement[begin - 1 : end - 1]) if first else np.zeros((1, len(self.judges)))
        now = slice(begin, end)
        moments = Moments(
            columns.theta[now], steps, columns.loss[now], columns.full_gradient[now], columns.curvatures[now]
        )
        show(self.judges, sights(self.problem, moments, *spells(self.judges)))


class _Run:
    """One marble of a crowd, as a `Record`."""

    __slots__ = ("_crowd", "_marble")

    def __init__(self, crowd: Crowd, marble: int) -> None:
        self._crowd = crowd
        self._marble = marble

    @property
    def problem(self) -> Problem:
        return self._crowd.problem

    @property
    def lane(self) -> Lane:
        return self._crowd.lane

    @property
    def updates(self) -> int:
        end = int(self._crowd.ends[self._marble])
        return self._crowd.updates if end < 0 else end

    @property
    def overflow(self) -> int | None:
        end = int(self._crowd.ends[self._marble])
        return None if end < 0 else end + 1

    @property
    def first(self) -> int:
        return self._crowd.first

    @property
    def updates_per_epoch(self) -> int:
        return updates_per_epoch(self.problem.train.count, self.lane.batch_size)

    @property
    def theta(self) -> Array:
        return self._crowd.columns.theta[:, self._marble]

    @property
    def loss(self) -> Array:
        return self._crowd.columns.loss[:, self._marble]

    @property
    def full_gradient(self) -> Array:
        return self._crowd.columns.full_gradient[:, self._marble]

    @property
    def curvatures(self) -> Array:
        return self._crowd.columns.curvatures[:, self._marble]

    @property
    def gradient(self) -> Array:
        return self._crowd.columns.gradient[:, self._marble]

    @property
    def movement(self) -> Array:
        return self._crowd.columns.movement[:, self._marble]
