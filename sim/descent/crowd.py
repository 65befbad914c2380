"""Many runs of one lane at once, of which only the last moments are remembered."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..surface.points import Array
from ..surface.protocol import value_and_gradient
from .batches import Indices, Seeds
from .judge import LOOKBACK, Judge
from .problem import Problem
from .track import Lane, Update, descend

CHUNK = 256
"""Most updates that are made before the judge looks."""


MOMENTS_KEPT = LOOKBACK + CHUNK
"""How many moments of each marble's run are in memory at a time, at most."""


@dataclass(frozen=True, eq=False, slots=True)
class _Columns:
    """The moments that are remembered: arrays (rows, M, …) as in a track, component by component in memory."""

    theta: Array
    loss: Array
    full_gradient: Array
    gradient: Array
    movement: Array


class Crowd:
    """The runs of M marbles, one seed each, and the judge of all.

    A run is in every bit, and is judged in every word, as it would be alone. Only the moments that may be
    needed once more are remembered, so memory does not grow with the updates.
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
        self.judge = Judge(problem, lane, starts)
        self._run = descend(problem.train, lane, starts, seeds)
        self.columns = self._empty(1)
        self.columns.theta[0] = starts
        self._diagnose(slice(0, 1))
        self._observe()

    def extend(self, updates: int) -> None:
        """Go on until so many updates are made and judged, or until every marble's numbers have overflowed."""
        while self.updates < updates and (self.ends < 0).any():
            begun = self.updates
            steps = min(CHUNK, updates - begun)
            self._make_room(steps, updates)
            for step in islice(self._run, steps):
                self._record(step)
            self._diagnose(slice(begun + 1 - self.first, self.updates + 1 - self.first))
            self._observe()

    def theta(self) -> Array:
        """Where each is, or last was before its numbers overflowed; shape (M, 2)."""
        theta: Array = self.columns.theta[self.updates - self.first]
        return theta

    def made(self) -> Indices:
        """How many updates each has made, shape (M,)."""
        return np.where(self.ends < 0, self.updates, self.ends)

    def _empty(self, rows: int) -> _Columns:
        marbles = len(self.ends)
        vectors = (np.empty((rows, 2, marbles)).transpose(0, 2, 1) for _ in range(4))
        theta, full_gradient, gradient, movement = vectors
        return _Columns(theta, np.empty((rows, marbles)), full_gradient, gradient, movement)

    def _make_room(self, steps: int, updates: int) -> None:
        """Let go of what the judge will not look back to, if there is no room for so many more moments."""
        known, rows = self.updates + 1 - self.first, len(self.columns.theta)
        if known + steps <= rows:
            return
        kept = min(known, LOOKBACK)
        columns = self.columns
        if rows < MOMENTS_KEPT:
            columns = self._empty(min(MOMENTS_KEPT, updates + 1))
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
        with np.errstate(all="ignore"):
            loss, gradient = value_and_gradient(self.problem.train, self.columns.theta[rows])
        self.columns.loss[rows], self.columns.full_gradient[rows] = loss, gradient

    def _observe(self) -> None:
        """Let the judge see the moments that it has not seen."""
        self.judge.read(self.columns, self.first, self.updates + 1, self.made())
        ended = np.flatnonzero(self.ends >= 0)
        row = self.updates - self.first
        last = self.columns.theta[row, ended], self.columns.full_gradient[row, ended]
        self.judge.overflow(ended, self.ends[ended] + 1, *last)
