"""What is recorded of one marble of a run, moment by moment."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..surface.points import Array
from .examples.batches import Draw, batch_of
from .examples.chance import Indices
from .lane import Lane
from .problem import Problem
from .rules.guard import RuleFailure
from .rules.protocol import Rule, with_parts
from .run import Run


@lru_cache(maxsize=64)
def order_of(draw: Draw, seed: int, epoch: int, count: int) -> Indices:
    """As `Draw.orders`, of one seed; (1, N), or (1, B · updates per epoch)."""
    return draw.orders(np.array([seed]), epoch, count)


@dataclass(frozen=True, eq=False, slots=True)
class Track:
    """What there is of one marble of a run that keeps all moments.

    Index u stands for the moment after u updates, 0 being the start. Rows of `gradient`, `batch_loss`
    and `movement` belong to the update that leaves moment u for u + 1. The arrays are views that grow
    when the run does: take them anew from the track, do not keep them. A marble's track ends before
    the update whose numbers overflow, or in which its rule fails.

    >>> from three_marbles.scene import load_scene
    >>> race = load_scene("local-minimum").race()
    >>> race.extend(100)
    >>> minibatch = race.tracks[1]
    >>> minibatch.theta.shape, minibatch.gradient.shape, minibatch.batch(7).shape
    ((101, 2), (100, 2), (1,))
    """

    run: Run
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
        """The seed by which its batches are drawn."""
        return int(self.run.seeds[self.marble])

    @property
    def updates(self) -> int:
        """How many updates are recorded."""
        end = int(self.run.ends[self.marble])
        return self.run.updates if end < 0 else end

    @property
    def overflow(self) -> int | None:
        """The number of the update whose numbers overflowed, or in which the rule failed: there the track ends."""
        end = int(self.run.ends[self.marble])
        return None if end < 0 else end + 1

    @property
    def failure(self) -> str:
        """How the rule failed in that update, with its file and line; empty if it did not."""
        return self.run.failures.get(self.marble, "")

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

    def between(self, update: int, share: float) -> Array:
        """Where it is (2,) after so many updates and such a part of the next movement, as far as that is known."""
        here: Array = self.theta[update]
        return here + share * self.movement[update] if share and update < self.updates else here

    @property
    def updates_per_epoch(self) -> int:
        """⌈N/B⌉, or ⌊N/B⌋ where the short last batch is dropped."""
        return self.lane.updates_per_epoch(self.problem.train.count)

    def rule(self, update: int) -> Rule[Any]:
        """The lane's rule with the learning rate of the update that leads from moment `update` to the next.

        A rule that refuses that has made no such update: it is then the lane's own.
        """
        try:
            return self.lane.rule_at(update, self.problem.train.count)
        except RuleFailure:
            return self.lane.rule

    def rate(self, update: int) -> float:
        """The learning rate of that update."""
        return self.lane.rate_at(update, self.problem.train.count)

    def state(self, moment: int) -> tuple[Any, ...]:
        """What the rule remembers at that moment: a NamedTuple of arrays (2,) and plain numbers, to be read."""
        state = self.run.state(moment)
        return with_parts(state, (part[self.marble] if isinstance(part, np.ndarray) else part for part in state))

    def batch(self, update: int) -> Indices:
        """The examples of the batch that leads from moment `update` to the next, ascending, shape (B,)."""
        count, batch_size = self.problem.train.count, self.lane.batch_size
        if batch_size >= count:
            return np.arange(count)
        epoch, place = divmod(update, self.updates_per_epoch)
        return batch_of(order_of(self.lane.draw, self.seed, epoch, count), place, batch_size)[:, 0]
