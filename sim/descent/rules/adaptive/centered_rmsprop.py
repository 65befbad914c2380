"""Centered RMSprop, with momentum."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Decay, Epsilon, KeptShare, Letter, Slope, StepLength


class CenteredRMSpropState(NamedTuple):
    mean_square: Annotated[Array, Letter("v")]
    """v, the running average of squared gradients, per axis."""

    mean: Annotated[Array, Letter("m")]
    """m, the running average of gradients."""

    buffer: Annotated[Array, Letter("b")]
    """b, the sum of past scaled gradients, each λ times as much as at the update before."""


@dataclass(frozen=True, slots=True)
class CenteredRMSprop(DecayedRule):
    """RMSprop by the variance of the gradient, with momentum (Graves 2013, equations 38 to 41).

        v ← α v + (1 − α) g²,  v₀ = 0
        m ← α m + (1 − α) g,  m₀ = 0
        b ← λ b + g / (√(v − m²) + ε),  b₀ = 0
        θ ← θ − η b

    All per axis. v − m² is the running variance: where gradients hardly change, the denominator shrinks and steps grow
    longer, so that it rushes down steady slopes and is slow where batches disagree. Where rounding makes v − m² less
    than 0, it is 0.

    This is torch.optim.RMSprop(lr=η, alpha=α, eps=ε, momentum=λ, centered=True, weight_decay=w), but for that
    rounding: there the root is no number. The paper has ε inside the root.

    learning_rate: η.
    decay: λ, how much of the sum lives on; 0 as in torch.
    alpha: α, how much of the averages is kept.
    epsilon: ε, in units of the gradient, outside the root.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "centered rmsprop"
    title: ClassVar[str] = "RMSprop (centered)"
    recurrence: ClassVar[tuple[str, ...]] = (
        "v ← α v + (1 − α) g²",
        "m ← α m + (1 − α) g",
        "b ← λ b + g / (√(v − m²) + ε)",
        "θ ← θ − η b",
    )

    learning_rate: StepLength = 1e-2
    decay: Decay = 0.0
    alpha: Annotated[KeptShare, Letter("α")] = 0.99
    epsilon: Epsilon = 1e-8

    def init(self, theta: Array) -> CenteredRMSpropState:
        return CenteredRMSpropState(np.zeros_like(theta), np.zeros_like(theta), np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: CenteredRMSpropState) -> tuple[Array, CenteredRMSpropState]:
        gradient = self.prepared(slope.here, theta)
        mean_square = self.alpha * state.mean_square + (1 - self.alpha) * gradient * gradient
        mean = self.alpha * state.mean + (1 - self.alpha) * gradient
        deviation = np.sqrt(np.maximum(mean_square - mean * mean, 0.0))
        buffer = self.decay * state.buffer + gradient / (deviation + self.epsilon)
        return -self.learning_rate * buffer, CenteredRMSpropState(mean_square, mean, buffer)
