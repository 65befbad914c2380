"""NAdam: Adam with Nesterov's momentum."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from annotated_types import Ge, Le

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Epsilon, KeptShare, Letter, Slope, StepLength

GROWTH = 0.96
"""By which the share that is kept of the mean grows from half of β₁ to β₁ (Dozat 2016, section 3)."""


class NAdamState(NamedTuple):
    mean: Annotated[Array, Letter("m")]
    """m, the running average of gradients."""

    mean_square: Annotated[Array, Letter("v")]
    """v, the running average of squared gradients, per axis."""

    product: Annotated[float, Letter("p")]
    """p, the product of all μ so far."""

    updates: Annotated[int, Letter("t")]
    """t, how many were done."""


@dataclass(frozen=True, slots=True)
class NAdam(DecayedRule):
    """NAdam (Dozat 2016, Algorithm 2).

        t ← t + 1,  t₀ = 0
        μ = β₁ (1 − 0.96^(t ψ) / 2),  μ′ = β₁ (1 − 0.96^((t + 1) ψ) / 2)
        p ← p μ,  p₀ = 1
        m ← β₁ m + (1 − β₁) g,  m₀ = 0
        v ← β₂ v + (1 − β₂) g²,  v₀ = 0
        m̂ = (1 − μ) g / (1 − p) + μ′ m / (1 − p μ′),  v̂ = v / (1 − β₂ᵗ)
        θ ← θ − η m̂ / (√v̂ + ε)

    All per axis. As Nesterov's momentum does, it answers the newest gradient at once, besides by the mean. μ grows from
    half of β₁ to β₁, the more slowly the smaller ψ.

    This is torch.optim.NAdam(lr=η, betas=(β₁, β₂), eps=ε, weight_decay=w, momentum_decay=ψ), whose average m keeps β₁,
    where the paper's keeps μ.

    learning_rate: η.
    beta1: β₁, how much of the average gradient is kept.
    beta2: β₂, how much of the average square is kept.
    epsilon: ε, in units of the gradient.
    momentum_decay: ψ, how fast μ grows; at 0 it is half of β₁ for good.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "nadam"
    title: ClassVar[str] = "NAdam"
    recurrence: ClassVar[tuple[str, ...]] = (
        "t ← t + 1",
        "μ = β₁ (1 − 0.96^(t ψ) / 2),  μ′ = β₁ (1 − 0.96^((t + 1) ψ) / 2)",
        "p ← p μ",
        "m ← β₁ m + (1 − β₁) g",
        "v ← β₂ v + (1 − β₂) g²",
        "m̂ = (1 − μ) g / (1 − p) + μ′ m / (1 − p μ′),  v̂ = v / (1 − β₂ᵗ)",
        "θ ← θ − η m̂ / (√v̂ + ε)",
    )

    learning_rate: StepLength = 2e-3
    beta1: Annotated[KeptShare, Letter("β₁")] = 0.9
    beta2: Annotated[KeptShare, Letter("β₂")] = 0.999
    epsilon: Epsilon = 1e-8
    momentum_decay: Annotated[float, Ge(0), Le(1e3), Letter("ψ")] = 4e-3

    def init(self, theta: Array) -> NAdamState:
        return NAdamState(np.zeros_like(theta), np.zeros_like(theta), 1.0, 0)

    def step(self, theta: Array, slope: Slope, state: NAdamState) -> tuple[Array, NAdamState]:
        gradient = self.prepared(slope.here, theta)
        updates = state.updates + 1
        kept, next_kept = self._kept(updates), self._kept(updates + 1)
        product = state.product * kept
        mean = self.beta1 * state.mean + (1 - self.beta1) * gradient
        mean_square = self.beta2 * state.mean_square + (1 - self.beta2) * gradient * gradient
        newest, past = (1 - kept) / (1 - product), next_kept / (1 - product * next_kept)
        root = np.sqrt(mean_square / (1 - self.beta2**updates))
        movement = -self.learning_rate * (newest * gradient + past * mean) / (root + self.epsilon)
        return movement, NAdamState(mean, mean_square, product, updates)

    def _kept(self, updates: int) -> float:
        """μ of that update."""
        share: float = 1 - 0.5 * GROWTH ** (updates * self.momentum_decay)
        return self.beta1 * share
