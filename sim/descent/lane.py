"""How a lane's marbles move, update by update."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..surface.points import Array, Mask
from .examples.batches import Indices, Seeds, batch_of, epoch_orders, updates_per_epoch
from .examples.finite_sum import FiniteSum
from .rules.protocol import Rule
from .update import one_update


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
    alive: Mask
    """Which marbles have not overflowed, shape (M,); the same array again where no more of them did."""
    state: tuple[Any, ...]
    """What the rule remembers after the update."""


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
        yield Update(batch, slope.here, movement, theta, alive, state)
        if not intact and not alive.any():
            return


def remembered(
    train: FiniteSum, lane: Lane, theta: Array, seeds: Seeds, state: tuple[Any, ...], first: int
) -> Iterator[tuple[Any, ...]]:
    """What the rule of a run remembers after each update from that of number `first` on: the run's own, bit for bit.

    theta: where the marbles were before each of these updates (U, M, 2); state: what was remembered before them.
    """
    for here, batch in zip(theta, batches(seeds, train.count, lane.batch_size, first), strict=False):
        with np.errstate(all="ignore"):
            _, _, state = one_update(lane.rule, train, here, None if batch.ndim == 1 else batch, state)
        yield state


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
