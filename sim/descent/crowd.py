"""Many runs of one lane at once, of which only the last moments are remembered."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..surface.basins import NO_BASIN, Labels
from ..surface.points import Array, eigenvalues, norm
from ..surface.protocol import value_and_gradient
from .batches import Indices, Seeds
from .judge import Judge, show
from .problem import Problem
from .progress import Progress, lookback
from .sight import Mask, Moments, Spells, sights
from .track import Lane, Update, descend

CHUNK = 256
"""Most updates that are made before the judges look."""


def moments_kept(problem: Problem, lane: Lane) -> int:
    """How many moments of each marble's run are in memory at a time, at most."""
    return lookback(problem.train.count, lane.batch_size) + CHUNK


@dataclass(frozen=True, eq=False, slots=True)
class _Columns:
    """The moments that are remembered: arrays (rows, M, …) as in a track, component by component in memory."""

    theta: Array
    loss: Array
    full_gradient: Array
    gradient: Array
    movement: Array


class Crowd:
    """The runs of M marbles, one seed each, and a judge for every one.

    A run is in every bit, and is judged in every word, as it would be alone. Only the moments that may be
    needed once more are remembered, so memory does not grow with the updates. The eigenvalues of ∇²L
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
        self.basins: Labels = np.full(len(seeds), NO_BASIN, dtype=np.intp)
        """The label of the basin in which each is, or last was before its numbers overflowed; shape (M,)."""
        self.judges = [Judge(problem, lane, (x, y)) for x, y in starts.tolist()]
        self._run = descend(problem.train, lane, starts, seeds)
        self._lookback = lookback(problem.train.count, lane.batch_size)
        self._progress = Progress(problem.train.count, lane.batch_size, len(seeds))
        self._spells = Spells.none(len(seeds))
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

    def pending(self) -> Mask:
        """Which are in another basin than the one they belong to, so that it is open whether they escape; shape (M,)."""
        return np.array([judge.pending for judge in self.judges], dtype=np.bool_)

    def _empty(self, rows: int) -> _Columns:
        marbles = len(self.ends)
        vectors = (np.empty((rows, 2, marbles)).transpose(0, 2, 1) for _ in range(4))
        theta, full_gradient, gradient, movement = vectors
        return _Columns(theta, np.empty((rows, marbles)), full_gradient, gradient, movement)

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
        with np.errstate(all="ignore"):
            loss, gradient = value_and_gradient(self.problem.train, self.columns.theta[rows])
        self.columns.loss[rows], self.columns.full_gradient[rows] = loss, gradient

    def _observe(self, first: int) -> None:
        """Let the judges see the moments from `first` on."""
        columns, begin, end = self.columns, first - self.first, self.updates + 1 - self.first
        steps = norm(columns.movement[begin - 1 : end - 1]) if first else np.zeros((1, len(self.judges)))
        theta = columns.theta[begin:end]

        def curvatures(wanted: Mask) -> Array:
            with np.errstate(all="ignore"):
                return eigenvalues(self.problem.train.hessian(theta[wanted]))

        moments = Moments(
            theta,
            steps,
            columns.loss[begin:end],
            columns.full_gradient[begin:end],
            curvatures,
            self._progress.read(columns, self.first, range(first, self.updates + 1)),
        )
        seen, self._spells = sights(self.problem, moments, self._spells)
        last = self.made() - first  # Negative where a run had ended before.
        show(self.judges, seen, np.maximum(last + 1, 0).tolist())
        self.basins = np.where(last < 0, self.basins, seen.basin[np.maximum(last, 0), np.arange(len(last))])
        on_surface = np.isfinite(columns.full_gradient[end - 1]).all(axis=-1)
        for marble in np.flatnonzero(self.ends >= 0):
            self.judges[marble].conclude_overflow(int(self.ends[marble]) + 1, bool(on_surface[marble]))
