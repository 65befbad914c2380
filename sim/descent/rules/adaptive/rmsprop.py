"""RMSprop."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Epsilon, KeptShare, Letter, Slope, StepLength


class RMSpropState(NamedTuple):
    mean_square: Annotated[Array, Letter("v")]
    """v, the running average of squared gradients, per axis."""


@dataclass(frozen=True, slots=True)
class RMSprop(DecayedRule):
    """RMSprop (Tieleman and Hinton 2012, lecture 6 of "Neural Networks for Machine Learning").

        v ← α v + (1 − α) g²,  v₀ = 0
        θ ← θ − η g / (√v + ε)

    All per axis: Adagrad that forgets. v starts at 0 and is not corrected for it, so the first
    movement is η/√(1 − α) along each axis, ten times η with the default α; under a steady gradient
    the steps then shrink to η.

    This is torch.optim.RMSprop(lr=η, alpha=α, eps=ε), neither centered nor with momentum. The lecture
    has α = 0.9 and no ε.

    learning_rate: η.
    alpha: α, how much of the average is kept.
    epsilon: ε, in units of the gradient, outside the root.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "rmsprop"
    title: ClassVar[str] = "RMSprop"
    recurrence: ClassVar[tuple[str, ...]] = ("v ← α v + (1 − α) g²", "θ ← θ − η g / (√v + ε)")

    learning_rate: StepLength = 1e-2
    alpha: Annotated[KeptShare, Letter("α")] = 0.99
    epsilon: Epsilon = 1e-8

    def init(self, theta: Array) -> RMSpropState:
        return RMSpropState(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: RMSpropState) -> tuple[Array, RMSpropState]:
        gradient = self.prepared(slope.here, theta)
        mean_square = self.alpha * state.mean_square + (1 - self.alpha) * gradient * gradient
        movement = -self.learning_rate * gradient / (np.sqrt(mean_square) + self.epsilon)
        return movement, RMSpropState(mean_square)
