"""Adamax."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Epsilon, KeptShare, Letter, Slope, StepLength


class AdamaxState(NamedTuple):
    mean: Annotated[Array, Letter("m")]
    """m, the running average of gradients."""

    largest: Annotated[Array, Letter("u")]
    """u, the largest of the gradients' sizes, each β₂ times as much as at the update before; per axis."""

    updates: Annotated[int, Letter("t")]
    """t, how many were done."""


@dataclass(frozen=True, slots=True)
class Adamax(DecayedRule):
    """Adamax (Kingma and Ba 2015, Algorithm 2): Adam with the largest gradient in the place of the root mean square.

        t ← t + 1,  t₀ = 0
        m ← β₁ m + (1 − β₁) g,  m₀ = 0
        u ← max(β₂ u, |g| + ε),  u₀ = 0
        θ ← θ − η m / ((1 − β₁ᵗ) u)

    All per axis. No movement is longer than η along an axis by much, and one large gradient shortens the next ones
    until it is forgotten.

    This is torch.optim.Adamax(lr=η, betas=(β₁, β₂), eps=ε, weight_decay=w). The paper has no ε.

    learning_rate: η.
    beta1: β₁, how much of the average gradient is kept.
    beta2: β₂, how much of the largest size is kept.
    epsilon: ε, in units of the gradient.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "adamax"
    title: ClassVar[str] = "Adamax"
    recurrence: ClassVar[tuple[str, ...]] = (
        "t ← t + 1",
        "m ← β₁ m + (1 − β₁) g",
        "u ← max(β₂ u, |g| + ε)",
        "θ ← θ − η m / ((1 − β₁ᵗ) u)",
    )

    learning_rate: StepLength = 2e-3
    beta1: Annotated[KeptShare, Letter("β₁")] = 0.9
    beta2: Annotated[KeptShare, Letter("β₂")] = 0.999
    epsilon: Epsilon = 1e-8

    def init(self, theta: Array) -> AdamaxState:
        return AdamaxState(np.zeros_like(theta), np.zeros_like(theta), 0)

    def step(self, theta: Array, slope: Slope, state: AdamaxState) -> tuple[Array, AdamaxState]:
        gradient = self.prepared(slope.here, theta)
        updates = state.updates + 1
        mean = self.beta1 * state.mean + (1 - self.beta1) * gradient
        largest = np.maximum(self.beta2 * state.largest, np.abs(gradient) + self.epsilon)
        movement = -self.learning_rate / (1 - self.beta1**updates) * mean / largest
        return movement, AdamaxState(mean, largest, updates)
