"""RAdam: Adam that waits until its average square can be relied on."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Epsilon, KeptShare, Letter, Slope, StepLength
from .adam import AdamState

RELIABLE = 5.0
"""As long must the average be, in gradients, that the variance of its root can be told; torch's, the paper has 4."""


@dataclass(frozen=True, slots=True)
class RAdam(DecayedRule):
    """Rectified Adam (Liu, Jiang, He, Chen, Liu, Gao and Han 2020, Algorithm 2).

        t ← t + 1,  t₀ = 0
        m ← β₁ m + (1 − β₁) g,  m₀ = 0
        v ← β₂ v + (1 − β₂) g²,  v₀ = 0
        ρ∞ = 2 / (1 − β₂) − 1,  ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)
        r = √((ρ − 4) (ρ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρ))
        m̂ = m / (1 − β₁ᵗ),  l = √(1 − β₂ᵗ) / (√v + ε)
        θ ← θ − η m̂ r l, but θ − η m̂ while ρ ≤ 5

    All per axis. ρ is how many gradients the average square is as good as: of few, its root says little, and the
    first updates are plain descent with momentum; then r grows from little to 1, and the rule becomes Adam.

    This is torch.optim.RAdam(lr=η, betas=(β₁, β₂), eps=ε, weight_decay=w). The paper has no ε, and 4 for 5.

    learning_rate: η.
    beta1: β₁, how much of the average gradient is kept.
    beta2: β₂, how much of the average square is kept; up to 2/3 the average is never relied on.
    epsilon: ε, in units of the gradient.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "radam"
    title: ClassVar[str] = "RAdam"
    recurrence: ClassVar[tuple[str, ...]] = (
        "t ← t + 1",
        "m ← β₁ m + (1 − β₁) g",
        "v ← β₂ v + (1 − β₂) g²",
        "ρ∞ = 2 / (1 − β₂) − 1,  ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)",
        "r = √((ρ − 4) (ρ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρ))",
        "m̂ = m / (1 − β₁ᵗ),  l = √(1 − β₂ᵗ) / (√v + ε)",
        "θ ← θ − η m̂ r l, but θ − η m̂ while ρ ≤ 5",
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
        movement = -self.learning_rate * (mean / (1 - self.beta1**updates))
        length = self._length(updates)
        if length > RELIABLE:
            scale = self._rectified(length) * (1 - self.beta2**updates) ** 0.5
            movement = movement * (scale / (np.sqrt(mean_square) + self.epsilon))
        return movement, AdamState(mean, mean_square, updates)

    @property
    def _longest(self) -> float:
        """ρ∞."""
        return 2 / (1 - self.beta2) - 1

    def _length(self, updates: int) -> float:
        """ρ of that update."""
        left = self.beta2**updates
        return self._longest - 2 * updates * left / (1 - left)

    def _rectified(self, length: float) -> float:
        """r of that ρ, from 0 to 1."""
        longest = self._longest
        share: float = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
        return share
