"""One update: a rule is asked for its movement, here and nowhere else, and what it asks in return is counted."""

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import numpy as np

from ..surface.points import Array
from ..surface.protocol import Surface
from .examples.chance import Indices
from .rules import OWN
from .rules.guard import RuleFailure, guarded_init, guarded_step
from .rules.protocol import Rule

S = TypeVar("S", bound=tuple[Any, ...])

CURVATURE = 2
"""What a Hessian costs, in evaluations of the gradient.

It has two columns, and each of them is the derivative of the gradient in one direction: by differences of the
gradient, or by Pearlmutter's exact way (1994), a column costs about as much as a gradient more.
"""

Noise = Callable[[], Array]

TRIED = 64  # Updates over which it is counted how often a rule asks.


class Differentiable(Protocol):
    """What a rule's questions are answered from; every `FiniteSum` is one."""

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇L_B(θ), shape (..., 2)."""
        ...

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇²L_B(θ), shape (..., 2, 2)."""
        ...


class BatchSlope:
    """A `Slope`: answers from one batch, and counts.

    Attributes:
        here: ∇L_B(θ), shape (..., 2).
        evaluations: what has been asked for, in evaluations of the batch's gradient: 1 if no more than `here`.
    """

    __slots__ = ("_batch", "_loss", "_noise", "_theta", "evaluations", "here")

    def __init__(
        self,
        loss: Differentiable,
        theta: Array,
        batch: Indices | None,
        noise: Noise | None = None,
        here: Array | None = None,
    ) -> None:
        self._loss, self._theta, self._batch, self._noise = loss, theta, batch, noise
        self.here = loss.gradient(theta, batch) if here is None else here
        self.evaluations = 1

    def at(self, points: Array) -> Array:
        """As `Slope` has it."""
        self.evaluations += math.prod(points.shape[: points.ndim - self._theta.ndim])
        return self._loss.gradient(points, self._batch)

    def curvature(self) -> Array:
        """As `Slope` has it."""
        self.evaluations += CURVATURE
        return self._loss.hessian(self._theta, self._batch)

    def noise(self) -> Array:
        """As `Slope` has it."""
        return np.zeros_like(self._theta) if self._noise is None else self._noise()


def one_update(
    rule: Rule[S],
    loss: Differentiable,
    theta: Array,
    batch: Indices | None,
    state: S,
    noise: Noise | None = None,
    here: Array | None = None,
) -> tuple[BatchSlope, Array, S]:
    """The rule's answer to a batch of the loss at θ (..., 2).

    Args:
        rule: which is asked.
        loss: what it is asked about.
        theta: where the marbles are.
        batch: as `FiniteSum` takes it; None for all examples.
        state: what the rule remembers.
        noise: what the rule gets that asks for noise, shape (..., 2); none for a rule's mean.
        here: ∇L_B(θ), shape (..., 2), where it is known already.

    Returns:
        The slope with what was asked of it, the movement (..., 2), by which the caller does θ ← θ + movement, and
        the rule's state after it.

    Raises:
        RuleFailure: a rule from outside does what no rule may.

    >>> from three_marbles.descent.rules.plain.momentum import Momentum
    >>> rule, theta = Momentum(learning_rate=0.5, decay=0.5), np.zeros(2)
    >>> state = rule.init(theta)
    >>> for _ in range(3):
    ...     slope, movement, state = one_update(rule, ConstantGradient(np.array([2.0, 0.0])), theta, None, state)
    ...     theta = theta + movement
    >>> theta.tolist()
    [-4.25, 0.0]
    """
    slope = BatchSlope(loss, theta, batch, noise, here)
    if type(rule) in OWN:
        movement, state = rule.step(theta, slope, state)
    else:
        movement, state = guarded_step(rule, theta, slope, state)
    return slope, movement, state


def first_state(rule: Rule[S], theta: Array) -> S:
    """What the rule remembers before the first update of marbles at θ (..., 2).

    Raises:
        RuleFailure: a rule from outside does what no rule may.
    """
    return rule.init(theta) if type(rule) in OWN else guarded_init(rule, theta)


@dataclass(frozen=True, eq=False, slots=True)
class ConstantGradient:
    """A loss whose gradient is the same everywhere, to try a rule on.

    Its curvature is said to be that of ½‖θ‖², and not 0, so that a rule can divide by it.
    """

    slope: Array
    """∇L, shape (2,), or one for each point that is asked of."""

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """The slope at each of the points."""
        del batch
        return np.broadcast_to(self.slope, theta.shape)

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """The unit matrix at each of the points."""
        del batch
        return np.broadcast_to(np.eye(2), (*theta.shape, 2))


@lru_cache(maxsize=256)
def evaluations_of(rule: Rule[Any]) -> float:
    """How many evaluations of the batch's gradient an update by this rule takes: counted, and their mean.

    How often a rule asks depends on nothing but the update's number, as `Rule` says: so it can be tried out. One that
    fails is counted up to there.
    """
    theta, ground, counts = np.ones((1, 2)), ConstantGradient(np.ones(2)), []
    with np.errstate(all="ignore"), suppress(RuleFailure):
        state = first_state(rule, theta)
        for _ in range(TRIED):
            slope, _, state = one_update(rule, ground, theta, None, state)
            counts.append(slope.evaluations)
    return sum(counts) / len(counts) if counts else 1.0


@dataclass(frozen=True, eq=False, slots=True)
class SurfaceLoss:
    """The loss of a surface without examples. On a crease, where it has no slope, one stays."""

    surface: Surface

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇L(θ), 0 where there is none."""
        del batch
        slope = self.surface.gradient(theta)
        return np.where(np.isfinite(slope), slope, 0.0)

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇²L(θ)."""
        del batch
        return self.surface.hessian(theta)


def trajectory(rule: Rule[Any], surface: Surface, theta: Array) -> Iterator[Array]:
    """Positions (n, 2) of marbles that begin at θ, after each update on the whole surface, until the rule fails."""
    loss = SurfaceLoss(surface)
    with np.errstate(all="ignore"), suppress(RuleFailure):
        state = first_state(rule, theta)
        while True:
            _, movement, state = one_update(rule, loss, theta, None, state)
            theta = theta + movement
            yield theta


def plain_rate(rule: Rule[Any]) -> float:
    """The η by which a rule's first step is η times as long as the gradient.

    0 if it does not grow with the gradient, or goes by curvatures as well.

    >>> from three_marbles.descent.rules.adaptive.adam import Adam
    >>> from three_marbles.descent.rules.plain.momentum import Momentum
    >>> plain_rate(Momentum(learning_rate=0.5, decay=0.9)), plain_rate(Adam(learning_rate=0.5))
    (0.5, 0.0)
    """
    theta, rates = np.zeros((1, 2)), list[float]()
    with np.errstate(all="ignore"), suppress(RuleFailure):
        for slope in (1.0, 2.0):
            even = ConstantGradient(np.array([slope, 0.0]))
            asked, movement, _ = one_update(rule, even, theta, None, first_state(rule, theta))
            rates += [float(-movement[0, 0] / slope)] if asked.evaluations <= CURVATURE else []
    return rates[0] if len(rates) == 2 and math.isclose(rates[0], rates[1]) else 0.0
