"""One lane's run, update by update: a generator underneath, a record on top."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from ..surface.points import Array, eigenvalues
from .batches import Indices, Seeds, batch_of, epoch_orders, updates_per_epoch
from .examples import FiniteSum
from .problem import Problem
from .rules.protocol import Rule
from .update import ask


@dataclass(frozen=True, slots=True)
class Lane:
    """How one marble moves: a rule with its hyperparameters, and a batch size B."""

    name: str
    rule: Rule[Any]
    batch_size: int


class Update(NamedTuple):
    """One update of M marbles: θ ← θ + movement, with what caused it."""

    batch: Indices
    """Example indices (B, M), or (N,) for the full batch, which all marbles share."""
    gradient: Array
    """Batch gradient ∇L_B before the update, shape (M, 2)."""
    movement: Array
    """Shape (M, 2)."""
    theta: Array
    """θ after the update, shape (M, 2). A marble that overflowed stays where it last was finite."""
    alive: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """Which marbles have not overflowed, shape (M,)."""


def descend(train: FiniteSum, lane: Lane, start: Array, seeds: Seeds) -> Iterator[Update]:
    """Run M marbles down the training loss from start (M, 2), one seed each (M,), for as long as asked.

    Every marble gets the bits that it would get alone. A marble whose numbers overflow stops there; when
    none is left the run ends.
    """
    theta = np.array(start, dtype=np.float64)
    alive = np.ones(len(theta), dtype=np.bool_)
    state = lane.rule.init(theta)
    for batch in batches(seeds, train.count, lane.batch_size):
        with np.errstate(all="ignore"):  # Not around the yield: the caller has settings of its own.
            shared = batch.ndim == 1
            gradient, movement, state, _ = ask(lane.rule, train, theta, None if shared else batch, state)
            moved = theta + movement
        finite = np.isfinite(moved)
        alive = alive & finite[:, 0] & finite[:, 1]
        theta = moved if alive.all() else np.where(alive[:, None], moved, theta)
        yield Update(batch, gradient, movement, theta, alive)
        if not alive.any():
            return


def batches(seeds: Seeds, count: int, batch_size: int) -> Iterator[Indices]:
    """The batches of these seeds (M,), one after the other, epoch after epoch, without end."""
    if batch_size >= count:
        everything = np.arange(count)
        while True:
            yield everything
    epoch = 0
    while True:
        orders = epoch_orders(seeds, epoch, count)
        for place in range(updates_per_epoch(count, batch_size)):
            yield batch_of(orders, place, batch_size)
        epoch += 1


@lru_cache(maxsize=64)
def _order(seed: int, epoch: int, count: int) -> Indices:
    return epoch_orders(np.array([seed]), epoch, count)


COLUMNS: dict[str, tuple[int, ...]] = {
    "theta": (2,),
    "loss": (),
    "test_loss": (),
    "full_gradient": (2,),
    "curvatures": (2,),
    "batch_loss": (),
    "gradient": (2,),
    "movement": (2,),
}
"""What a track records of every moment, and the shape of one entry."""

Columns = dict[str, Array]


class Recorded(NamedTuple):
    """What is known of a run already: the columns, how many updates they hold, and which one overflowed."""

    columns: Columns
    updates: int
    overflow: int | None


class Track:
    """The record of one marble's run, computed as far as asked and kept.

    Index u stands for the moment after u updates, 0 being the start. Rows of `gradient`, `batch_loss`
    and `movement` belong to the update that leaves moment u for u + 1. The arrays are views that grow
    when the track does: take them anew from the track, do not keep them.
    """

    def __init__(
        self,
        problem: Problem,
        lane: Lane,
        start: tuple[float, float],
        seed: int,
        recorded: Recorded | None = None,
    ) -> None:
        self.problem = problem
        self.lane = lane
        self.seed = seed
        self.updates = 0
        """How many updates are recorded."""
        self.overflow: int | None = None
        """The number of the update whose numbers overflowed: there the track ends."""
        self._run: Iterator[Update] | None = None
        if recorded is None:
            self._columns = _empty_columns(64)
            self._columns["theta"][0] = start
            _diagnose(problem, self._columns, slice(0, 1))
        else:
            self._columns, self.updates, self.overflow = recorded

    def extend(self, updates: int) -> None:
        """Compute on until `updates` are recorded, or until the numbers overflow."""
        first = self.updates
        if updates <= first or self.overflow is not None:
            return
        self._reserve(updates + 1)
        run = self._run = self._run or self._resumed()
        theta, gradient, movement = (self._columns[name] for name in ("theta", "gradient", "movement"))
        batches: list[Indices] = []
        for u in range(first, updates):
            step = next(run)
            if not step.alive[0]:
                self.overflow = u + 1
                break
            batches.append(step.batch)
            gradient[u] = step.gradient[0]
            movement[u] = step.movement[0]
            theta[u + 1] = step.theta[0]
            self.updates = u + 1
        _diagnose(self.problem, self._columns, slice(first + 1, self.updates + 1))
        _record_batch_losses(self.problem.train, self._columns, first, batches)

    def _resumed(self) -> Iterator[Update]:
        """The run from here on: the rule's state is not recorded, but the same updates lead to it again."""
        run = descend(self.problem.train, self.lane, self.theta[:1], np.array([self.seed]))
        return islice(run, self.updates, None)

    def _reserve(self, rows: int) -> None:
        for name, column in self._columns.items():
            if rows > len(column):
                grown = np.empty((max(rows, 2 * len(column)), *column.shape[1:]))
                grown[: len(column)] = column
                self._columns[name] = grown

    @property
    def theta(self) -> Array:
        """Positions, shape (U + 1, 2)."""
        return self._columns["theta"][: self.updates + 1]

    @property
    def loss(self) -> Array:
        """Training loss L, shape (U + 1,)."""
        return self._columns["loss"][: self.updates + 1]

    @property
    def test_loss(self) -> Array:
        """Mean loss over the test examples, shape (U + 1,)."""
        return self._columns["test_loss"][: self.updates + 1]

    @property
    def full_gradient(self) -> Array:
        """∇L of the training loss, shape (U + 1, 2)."""
        return self._columns["full_gradient"][: self.updates + 1]

    @property
    def curvatures(self) -> Array:
        """Both eigenvalues of ∇²L, the smaller first, shape (U + 1, 2)."""
        return self._columns["curvatures"][: self.updates + 1]

    @property
    def batch_loss(self) -> Array:
        """L_B of the batch that makes the next update, shape (U,)."""
        return self._columns["batch_loss"][: self.updates]

    @property
    def gradient(self) -> Array:
        """∇L_B of the batch that makes the next update, shape (U, 2)."""
        return self._columns["gradient"][: self.updates]

    @property
    def movement(self) -> Array:
        """θ[u + 1] − θ[u] as the rule gave it, shape (U, 2)."""
        return self._columns["movement"][: self.updates]

    @property
    def updates_per_epoch(self) -> int:
        """⌈N/B⌉."""
        return updates_per_epoch(self.problem.train.count, self.lane.batch_size)

    def batch(self, update: int) -> Indices:
        """The examples of the batch that leads from moment `update` to the next, ascending, shape (B,)."""
        count, batch_size = self.problem.train.count, self.lane.batch_size
        if batch_size >= count:
            return np.arange(count)
        epoch, place = divmod(update, self.updates_per_epoch)
        return batch_of(_order(self.seed, epoch, count), place, batch_size)[:, 0]


def record(problem: Problem, lane: Lane, starts: Array, seeds: Seeds, updates: int) -> list[Track]:
    """The tracks of M marbles from starts (M, 2), one seed each, computed together as far as `updates`.

    Each is in every bit the track that the marble would have alone, and can be extended like it.
    """
    columns = _empty_columns(updates + 1, len(starts))
    columns["theta"][0] = starts
    ends = np.full(len(starts), updates)
    batches: list[Indices] = []
    for u, step in enumerate(islice(descend(problem.train, lane, starts, seeds), updates)):
        ends = np.where(step.alive, ends, np.minimum(ends, u))
        batches.append(step.batch)
        columns["gradient"][u] = step.gradient
        columns["movement"][u] = step.movement
        columns["theta"][u + 1] = step.theta
    _diagnose(problem, columns, slice(0, len(batches) + 1))
    _record_batch_losses(problem.train, columns, 0, batches)
    tracks = []
    for i, (x, y) in enumerate(starts.tolist()):
        end = int(ends[i])
        recorded = Recorded(
            {name: column[:, i] for name, column in columns.items()}, end, end + 1 if end < updates else None
        )
        tracks.append(Track(problem, lane, (x, y), int(seeds[i]), recorded))
    return tracks


def _empty_columns(rows: int, *marbles: int) -> Columns:
    return {name: np.empty((rows, *marbles, *shape)) for name, shape in COLUMNS.items()}


def _diagnose(problem: Problem, columns: Columns, moments: slice) -> None:
    """The numbers of these moments that do not depend on a batch, all at once."""
    theta, train = columns["theta"][moments], problem.train
    with np.errstate(all="ignore"):
        columns["loss"][moments] = train.value(theta)
        columns["test_loss"][moments] = problem.test.value(theta)
        columns["full_gradient"][moments] = train.gradient(theta)
        columns["curvatures"][moments] = eigenvalues(train.hessian(theta))


def _record_batch_losses(train: FiniteSum, columns: Columns, first: int, batches: list[Indices]) -> None:
    """L_B of the moments from `first` on, those with equally long batches all at once."""
    last = first + len(batches)
    if batches and batches[0].ndim == 1:  # The full batch, shared by all marbles.
        columns["batch_loss"][first:last] = columns["loss"][first:last]
        return
    sizes = np.array([len(batch) for batch in batches])
    theta = columns["theta"]
    for size in np.unique(sizes):
        rows = first + np.flatnonzero(sizes == size)
        batch = np.stack([batches[row - first] for row in rows], axis=1).reshape(size, *theta[rows].shape[:-1])
        with np.errstate(all="ignore"):
            columns["batch_loss"][rows] = train.value(theta[rows], batch)
