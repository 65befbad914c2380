"""AMSGrad: Adam that never forgets a large gradient."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Epsilon, KeptShare, Letter, Slope, StepLength


class AMSGradState(NamedTuple):
    mean: Annotated[Array, Letter("m")]
    """m, the running average of gradients."""

    mean_square: Annotated[Array, Letter("v")]
    """v, the running average of squared gradients, per axis."""

    largest: Annotated[Array, Letter("u")]
    """u, the largest that v ever was, per axis."""

    updates: Annotated[int, Letter("t")]
    """t, how many were done."""


@dataclass(frozen=True, slots=True)
class AMSGrad(DecayedRule):
    """AMSGrad (Reddi, Kale and Kumar 2018, Algorithm 2), with Adam's corrections.

        t ← t + 1,  t₀ = 0
        m ← β₁ m + (1 − β₁) g,  m₀ = 0
        v ← β₂ v + (1 − β₂) g²,  v₀ = 0
        u ← max(u, v),  u₀ = 0
        m̂ = m / (1 − β₁ᵗ),  û = u / (1 − β₂ᵗ)
        θ ← θ − η m̂ / (√û + ε)

    All per axis. Adam's denominator forgets a rare, large gradient, and then steps grow again, away from where it
    pointed; this one only grows, but for the correction.

    This is torch.optim.Adam(lr=η, betas=(β₁, β₂), eps=ε, weight_decay=w, amsgrad=True): the largest is that of the
    averages before their correction. The paper corrects neither; optax.amsgrad takes the largest of those corrected.

    learning_rate: η.
    beta1: β₁, how much of the average gradient is kept.
    beta2: β₂, how much of the average square is kept.
    epsilon: ε, in units of the gradient.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "amsgrad"
    title: ClassVar[str] = "AMSGrad"
    recurrence: ClassVar[tuple[str, ...]] = (
        "t ← t + 1",
        "m ← β₁ m + (1 − β₁) g",
        "v ← β₂ v + (1 − β₂) g²",
        "u ← max(u, v)",
        "m̂ = m / (1 − β₁ᵗ),  û = u / (1 − β₂ᵗ)",
        "θ ← θ − η m̂ / (√û + ε)",
    )

    learning_rate: StepLength = 1e-3
    beta1: Annotated[KeptShare, Letter("β₁")] = 0.9
    beta2: Annotated[KeptShare, Letter("β₂")] = 0.999
    epsilon: Epsilon = 1e-8

    def init(self, theta: Array) -> AMSGradState:
        return AMSGradState(np.zeros_like(theta), np.zeros_like(theta), np.zeros_like(theta), 0)

    def step(self, theta: Array, slope: Slope, state: AMSGradState) -> tuple[Array, AMSGradState]:
        gradient = self.prepared(slope.here, theta)
        updates = state.updates + 1
        mean = self.beta1 * state.mean + (1 - self.beta1) * gradient
        mean_square = self.beta2 * state.mean_square + (1 - self.beta2) * gradient * gradient
        largest = np.maximum(state.largest, mean_square)
        corrected_mean = mean / (1 - self.beta1**updates)
        corrected_square = largest / (1 - self.beta2**updates)
        movement = -self.learning_rate * corrected_mean / (np.sqrt(corrected_square) + self.epsilon)
        return movement, AMSGradState(mean, mean_square, largest, updates)
