"""Adam."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Epsilon, KeptShare, Letter, Slope, StepLength


class AdamState(NamedTuple):
    mean: Annotated[Array, Letter("m")]
    """m, the running average of gradients."""

    mean_square: Annotated[Array, Letter("v")]
    """v, the running average of squared gradients, per axis."""

    updates: Annotated[int, Letter("t")]
    """t, how many were done."""


@dataclass(frozen=True, slots=True)
class Adam(DecayedRule):
    """Adam (Kingma and Ba 2015, Algorithm 1).

        t ← t + 1,               t₀ = 0
        m ← β₁ m + (1 − β₁) g,   m₀ = 0
        v ← β₂ v + (1 − β₂) g²,  v₀ = 0
        m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
        θ ← θ − η m̂ / (√v̂ + ε)

    All per axis. Dividing by 1 − βᵗ makes up for the start at 0, so under a steady gradient every
    movement, the first one too, is η along each axis.

    This is torch.optim.Adam(lr=η, betas=(β₁, β₂), eps=ε, weight_decay=w), in exact arithmetic: it puts the two
    corrections elsewhere, but ε is outside the root and uncorrected in both.

    learning_rate: η.
    beta1: β₁, how much of the average gradient is kept.
    beta2: β₂, how much of the average square is kept.
    epsilon: ε, in units of the gradient.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.

    >>> from three_marbles.descent.update import ConstantGradient, one_update
    >>> rule, theta = Adam(learning_rate=0.5), np.zeros(2)
    >>> _, movement, _ = one_update(rule, ConstantGradient(np.array([30.0, -0.1])), theta, None, rule.init(theta))
    >>> movement.round(6).tolist()
    [-0.5, 0.5]
    """

    name: ClassVar[str] = "adam"
    title: ClassVar[str] = "Adam"
    recurrence: ClassVar[tuple[str, ...]] = (
        "t ← t + 1",
        "m ← β₁ m + (1 − β₁) g",
        "v ← β₂ v + (1 − β₂) g²",
        "m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)",
        "θ ← θ − η m̂ / (√v̂ + ε)",
    )

    learning_rate: StepLength = 1e-3
    beta1: Annotated[KeptShare, Letter("β₁")] = 0.9
    beta2: Annotated[KeptShare, Letter("β₂")] = 0.999
    epsilon: Epsilon = 1e-8

    def init(self, theta: Array) -> AdamState:
        return AdamState(np.zeros_like(theta), np.zeros_like(theta), 0)

    def step(self, theta: Array, slope: Slope, state: AdamState) -> tuple[Array, AdamState]:
        gradient = self.prepared(slope.here, theta)
        updates = state.updates + 1
        mean = self.beta1 * state.mean + (1 - self.beta1) * gradient
        mean_square = self.beta2 * state.mean_square + (1 - self.beta2) * gradient * gradient
        corrected_mean = mean / (1 - self.beta1**updates)
        corrected_square = mean_square / (1 - self.beta2**updates)
        movement = -self.learning_rate * corrected_mean / (np.sqrt(corrected_square) + self.epsilon)
        return movement, AdamState(mean, mean_square, updates)
