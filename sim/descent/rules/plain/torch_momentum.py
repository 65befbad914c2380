"""Gradient descent with momentum, as torch.optim has it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from annotated_types import Ge, Le

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Decay, LearningRate, Letter, Slope


class TorchMomentumState(NamedTuple):
    buffer: Annotated[Array, Letter("b")]
    """b, the sum of past gradients, each λ times as much as at the update before; torch's momentum_buffer."""

    updates: Annotated[int, Letter("t")]
    """t, how many were done."""


@dataclass(frozen=True, slots=True)
class TorchMomentum(DecayedRule):
    """Heavy-ball momentum (Polyak 1964), in torch's form.

        t ← t + 1,  t₀ = 0
        b ← λ b + (1 − τ) g, but b = g at t = 1
        θ ← θ − η b

    What is remembered is made of gradients, and η multiplies all of it at each update: lower η, and what was gathered
    before counts for less at once. The lecture's form (`Momentum`) remembers movements, and η scales only the gradients
    still to come. With a constant η and τ = 0 the two are the same, with m = −η b; where η changes over time they
    are not.

    This is torch.optim.SGD(lr=η, momentum=λ, dampening=τ, weight_decay=w); with τ = 0 also optax.sgd(η, momentum=λ).
    As there, the first gradient is not dampened.

    learning_rate: η.
    decay: λ; 0 is, without dampening, plain gradient descent.
    dampening: τ, how much of each later gradient is kept out of the sum.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "torch momentum"
    title: ClassVar[str] = "momentum (torch)"
    recurrence: ClassVar[tuple[str, ...]] = ("t ← t + 1", "b ← λ b + (1 − τ) g, but b = g at t = 1", "θ ← θ − η b")

    learning_rate: LearningRate = 1e-3
    decay: Decay = 0.9
    dampening: Annotated[float, Ge(0), Le(1), Letter("τ")] = 0.0

    def init(self, theta: Array) -> TorchMomentumState:
        return TorchMomentumState(np.zeros_like(theta), 0)

    def step(self, theta: Array, slope: Slope, state: TorchMomentumState) -> tuple[Array, TorchMomentumState]:
        gradient, updates = self.prepared(slope.here, theta), state.updates + 1
        buffer = gradient if updates == 1 else self.decay * state.buffer + (1 - self.dampening) * gradient
        return -self.learning_rate * buffer, TorchMomentumState(buffer, updates)
