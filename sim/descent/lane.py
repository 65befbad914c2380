"""How a lane's marbles move, update by update."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count as counted
from typing import Any, NamedTuple

import numpy as np

from ..surface.points import Array, Mask
from .examples.batches import Draw, Sampling
from .examples.chance import Indices, Noises, Seeds
from .examples.finite_sum import FiniteSum
from .rules.protocol import Rule, makes_noise
from .schedules import CONSTANT, Schedule
from .update import one_update


@dataclass(frozen=True, slots=True)
class Lane:
    """How one marble moves: a rule with its hyperparameters, how its η changes, and how batches of B are drawn."""

    name: str
    rule: Rule[Any]
    batch_size: int
    schedule: Schedule = CONSTANT
    sampling: Sampling = "reshuffled"
    drop_last: bool = False

    @property
    def draw(self) -> Draw:
        """How its batches are drawn."""
        return Draw(self.batch_size, self.sampling, self.drop_last)

    def sees_all(self, count: int) -> bool:
        """Whether each batch is all of so many examples, so that its loss is the training loss."""
        return self.batch_size >= count

    def chance(self, count: int) -> bool:
        """Whether runs with other seeds are other runs: by what is drawn of so many examples, or by painted noise."""
        return not self.sees_all(count) or makes_noise(self.rule)

    def updates_per_epoch(self, count: int) -> int:
        """How many updates an epoch of N examples has."""
        return self.draw.updates_per_epoch(count)

    def rule_at(self, update: int, count: int) -> Rule[Any]:
        """The rule with the learning rate that the update has which is made after so many others, of N examples."""
        if self.schedule == CONSTANT:
            return self.rule
        factor = self.schedule.factor(update, self.updates_per_epoch(count))
        rule: Any = self.rule
        scheduled: Rule[Any] = replace(rule, learning_rate=rule.learning_rate * factor)
        return scheduled


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
    state, noises = lane.rule.init(theta), Noises(seeds)
    for update, batch in enumerate(lane.draw.batches(seeds, train.count)):
        with np.errstate(all="ignore"):  # Not around the yield: the caller has settings of its own.
            rule, drawn = lane.rule_at(update, train.count), None if batch.ndim == 1 else batch
            slope, movement, state = one_update(rule, train, theta, drawn, state, noises.at(update))
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
    noises, drawn = Noises(seeds), lane.draw.batches(seeds, train.count, first)
    for update, here, batch in zip(counted(first), theta, drawn, strict=False):
        with np.errstate(all="ignore"):
            rule, some = lane.rule_at(update, train.count), None if batch.ndim == 1 else batch
            _, _, state = one_update(rule, train, here, some, state, noises.at(update))
        yield state
