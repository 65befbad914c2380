"""RMSprop with momentum."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Decay, Epsilon, KeptShare, Letter, Slope, StepLength


class RMSpropMomentumState(NamedTuple):
    mean_square: Annotated[Array, Letter("v")]
    """v, the running average of squared gradients, per axis."""

    buffer: Annotated[Array, Letter("b")]
    """b, the sum of past scaled gradients, each λ times as much as at the update before."""


@dataclass(frozen=True, slots=True)
class RMSpropMomentum(DecayedRule):
    """RMSprop (Tieleman and Hinton 2012, lecture 6 of "Neural Networks for Machine Learning") with momentum.

        v ← α v + (1 − α) g²,  v₀ = 0
        b ← λ b + g / (√v + ε),  b₀ = 0
        θ ← θ − η b

    All per axis. Gradients are scaled first and added up then: under a steady gradient the movement grows to
    η / (1 − λ) along each axis.

    This is torch.optim.RMSprop(lr=η, alpha=α, eps=ε, momentum=λ, weight_decay=w), whose η multiplies all that was
    added up.

    learning_rate: η.
    decay: λ, how much of the sum lives on; 0 is RMSprop.
    alpha: α, how much of the average is kept.
    epsilon: ε, in units of the gradient, outside the root.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "rmsprop momentum"
    title: ClassVar[str] = "RMSprop (momentum)"
    recurrence: ClassVar[tuple[str, ...]] = ("v ← α v + (1 − α) g²", "b ← λ b + g / (√v + ε)", "θ ← θ − η b")

    learning_rate: StepLength = 1e-2
    decay: Decay = 0.9
    alpha: Annotated[KeptShare, Letter("α")] = 0.99
    epsilon: Epsilon = 1e-8

    def init(self, theta: Array) -> RMSpropMomentumState:
        return RMSpropMomentumState(np.zeros_like(theta), np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: RMSpropMomentumState) -> tuple[Array, RMSpropMomentumState]:
        gradient = self.prepared(slope.here, theta)
        mean_square = self.alpha * state.mean_square + (1 - self.alpha) * gradient * gradient
        buffer = self.decay * state.buffer + gradient / (np.sqrt(mean_square) + self.epsilon)
        return -self.learning_rate * buffer, RMSpropMomentumState(mean_square, buffer)
