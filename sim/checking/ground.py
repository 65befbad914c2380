"""Where rules are tried: a smooth loss without symmetries, another batch of it in every update, and paths on it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import repeat
from typing import Any

import numpy as np

from ..descent.examples.chance import Indices, Seeds, normals
from ..descent.rules.guard import asked, check_state, checked, with_arrays, with_rate
from ..descent.rules.protocol import Rule
from ..descent.update import BatchSlope, ConstantGradient
from ..surface.points import Array

MATRIX = np.array([[2.0, 0.3], [0.3, 0.7]])
STEEPER = 0.2
"""A and s of the loss ½ xᵀ A x + s Σ log cosh xᵢ about the middle of a batch, which lies elsewhere in every update.

It grows no faster than a square, so that a rule that climbs stays among the numbers for a while.
"""

STARTS = np.array([[1.3, -0.8], [-0.4, 0.9], [0.05, 1.7], [-1.1, -0.6], [2.2, 0.3]])


class Writable(ConstantGradient):
    """A constant slope, in arrays that may be written to: whether a rule writes to them is a question of its own."""

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """The slope at each of the points."""
        return super().gradient(theta, batch).copy()

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """The unit matrix at each of the points."""
        return super().hessian(theta, batch).copy()


@dataclass(frozen=True)
class Batch:
    """The loss of the batch of one update."""

    update: int

    @property
    def middle(self) -> Array:
        """Where it is lowest."""
        return 0.5 * np.array([np.sin(1.7 * self.update + 0.4), np.cos(2.3 * self.update)])

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """Shape (..., 2), marble by marble in the same steps."""
        del batch
        x = theta - self.middle
        slope: Array = x[..., :1] * MATRIX[0] + x[..., 1:] * MATRIX[1] + STEEPER * np.tanh(x)
        return slope

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """Shape (..., 2, 2)."""
        del batch
        return MATRIX + STEEPER * (1 - np.tanh(theta - self.middle)[..., None] ** 2) * np.eye(2)


class Path:
    """Marbles that a rule moves, update by update. Of the rule nothing is believed, but it may write to what it gets.

    rates: its learning rate in each update, if that changes.
    """

    def __init__(self, rule: Rule[Any], starts: Array, seeds: Sequence[int] | None = None) -> None:
        self.rule, self.theta = rule, starts.copy()
        self.seeds: Seeds = np.array(range(len(starts)) if seeds is None else seeds, dtype=np.int64)
        self.updates = 0
        self.state: Any = asked(rule, "init", lambda: rule.init(starts.copy()))
        check_state(rule, "init", starts, self.state)

    def step(self, rule: Rule[Any] | None = None) -> Array:
        """The movement of the next update, by the rule or by one like it.

        Raises:
            RuleFailure: it fails.
        """
        used = self.rule if rule is None else rule
        theta, state = self.theta.copy(), with_arrays(self.state, np.copy)
        with np.errstate(all="ignore"):
            slope = _slope(self.updates, self.theta, self.seeds)
            answer: Any = asked(used, "step", lambda: used.step(theta, slope, state))
            fresh = _slope(self.updates, self.theta, self.seeds)
            movement, self.state = checked(used, self.theta, fresh, self.state, answer)
        movement = movement.copy()
        self.theta, self.updates = self.theta + movement, self.updates + 1
        return movement


def _slope(update: int, theta: Array, seeds: Seeds) -> BatchSlope:
    return BatchSlope(Batch(update), theta, None, lambda: normals(seeds, update))


def path(rule: Rule[Any], starts: Array, updates: int) -> Array:
    """The movements (updates, M, 2) of marbles from these starts (M, 2).

    Raises:
        RuleFailure: the rule fails.
    """
    way = Path(rule, starts)
    return np.array([way.step() for _ in range(updates)])


def movements(rule: Any, updates: int, rates: Sequence[float] = (), slope: Array | None = None) -> Array:
    """The movements (updates, 2) of one marble, up to the first that is no number; the rule is believed.

    rates: factors of the learning rate, update by update; slope: a steady gradient (2,) instead of the ground's.
    """
    theta, found = STARTS[:1].copy(), []
    with np.errstate(all="ignore"):
        state: Any = rule.init(theta.copy())
        for update, factor in zip(range(updates), rates or repeat(1.0), strict=False):
            used = rule if factor == 1.0 else with_rate(rule, factor * rule.learning_rate)
            loss: Any = Batch(update) if slope is None else Writable(slope)
            given = BatchSlope(loss, theta.copy(), None, lambda: np.zeros((1, 2)))
            movement, state = used.step(theta.copy(), given, state)
            found.append(np.array(movement, dtype=np.float64)[0])
            theta = theta + movement
            if not np.isfinite(theta).all():
                break
    return np.array(found)


def names_of(rule: Any) -> list[str]:
    """The rule's hyperparameters."""
    return [field.name for field in fields(rule)]
