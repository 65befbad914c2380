"""How a lane's marbles move, update by update, and what is recorded of one of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..surface.points import Array
from .batches import Indices, Seeds, batch_of, epoch_orders, updates_per_epoch
from .examples import FiniteSum
from .problem import Problem
from .rules.protocol import Rule
from .update import one_update

if TYPE_CHECKING:
    from .run import Run


@dataclass(frozen=True, slots=True)
class Lane:
    """How one marble moves: a rule with its hyperparameters, and a batch size B."""

    name: str
    rule: Rule[Any]
    batch_size: int

    def sees_all(self, count: int) -> bool:
        """Whether each batch is all of so many examples, so that no chance is in it."""
        return self.batch_size >= count


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
    """Which marbles have not overflowed, shape (M,); the same array again where no more of them did."""


def descend(train: FiniteSum, lane: Lane, start: Array, seeds: Seeds) -> Iterator[Update]:
    """Run M marbles down the training loss from start (M, 2), one seed each (M,), for as long as asked.

    Every marble gets the bits that it would get alone. A marble whose numbers overflow stops there; when
    none is left the run ends.
    """
    theta = np.array(start, dtype=np.float64)
    alive, intact = np.ones(len(theta), dtype=np.bool_), True
    state = lane.rule.init(theta)
    for batch in batches(seeds, train.count, lane.batch_size):
        with np.errstate(all="ignore"):  # Not around the yield: the caller has settings of its own.
            shared = batch.ndim == 1
            slope, movement, state = one_update(lane.rule, train, theta, None if shared else batch, state)
            moved = theta + movement
        axes = np.isfinite(moved)
        finite = axes[:, 0] & axes[:, 1]
        intact = intact and bool(finite.all())
        if not intact and (alive & ~finite).any():
            alive = alive & finite
        theta = moved if intact else np.where(alive[:, None], moved, theta)
        yield Update(batch, slope.here, movement, theta, alive)
        if not intact and not alive.any():
            return


def batches(seeds: Seeds, count: int, batch_size: int, first: int = 0) -> Iterator[Indices]:
    """The batches of these seeds (M,) from that of update `first` on, epoch after epoch, without end."""
    if batch_size >= count:
        everything = np.arange(count)
        while True:
            yield everything
    rounds = updates_per_epoch(count, batch_size)
    epoch, begin = divmod(first, rounds)
    while True:
        orders = epoch_orders(seeds, epoch, count).astype(np.min_scalar_type(count))  # Held for a whole epoch.
        for place in range(begin, rounds):
            yield batch_of(orders, place, batch_size).astype(np.intp)
        epoch, begin = epoch + 1, 0


@lru_cache(maxsize=64)
def _order(seed: int, epoch: int, count: int) -> Indices:
    return epoch_orders(np.array([seed]), epoch, count)


@dataclass(frozen=True, eq=False, slots=True)
class Track:
    """What there is of one marble of a run that keeps all moments.

    Index u stands for the moment after u updates, 0 being the start. Rows of `gradient`, `batch_loss`
    and `movement` belong to the update that leaves moment u for u + 1. The arrays are views that grow
    when the run does: take them anew from the track, do not keep them. A marble's track ends before
    the update whose numbers overflow.
    """

    run: "Run"
    marble: int

    @property
    def problem(self) -> Problem:
        """What is minimised."""
        return self.run.problem

    @property
    def lane(self) -> Lane:
        """How the marble moves."""
        return self.run.lane

    @property
    def seed(self) -> int:
        """Of its batches."""
        return int(self.run.seeds[self.marble])

    @property
    def updates(self) -> int:
        """How many updates are recorded."""
        end = int(self.run.ends[self.marble])
        return self.run.updates if end < 0 else end

    @property
    def overflow(self) -> int | None:
        """The number of the update whose numbers overflowed: there the track ends."""
        end = int(self.run.ends[self.marble])
        return None if end < 0 else end + 1

    @property
    def theta(self) -> Array:
        """Positions, shape (U + 1, 2)."""
        return self.run.theta[: self.updates + 1, self.marble]

    @property
    def loss(self) -> Array:
        """Training loss L, shape (U + 1,)."""
        return self.run.loss[: self.updates + 1, self.marble]

    @property
    def test_loss(self) -> Array:
        """Mean loss over the test examples, shape (U + 1,)."""
        return self.run.test_loss[: self.updates + 1, self.marble]

    @property
    def full_gradient(self) -> Array:
        """∇L of the training loss, shape (U + 1, 2)."""
        return self.run.full_gradient[: self.updates + 1, self.marble]

    @property
    def curvatures(self) -> Array:
        """Both eigenvalues of ∇²L, the smaller first, shape (U + 1, 2)."""
        return self.run.curvatures[: self.updates + 1, self.marble]

    @property
    def batch_loss(self) -> Array:
        """L_B of the batch that makes the next update, shape (U,)."""
        return self.run.batch_loss[: self.updates, self.marble]

    @property
    def gradient(self) -> Array:
        """∇L_B of the batch that makes the next update, shape (U, 2)."""
        return self.run.gradient[: self.updates, self.marble]

    @property
    def movement(self) -> Array:
        """θ[u + 1] − θ[u] as the rule gave it, shape (U, 2)."""
        return self.run.movement[: self.updates, self.marble]

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
