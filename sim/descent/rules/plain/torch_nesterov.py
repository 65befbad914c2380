"""Gradient descent with Nesterov's momentum, as torch.optim has it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Decay, LearningRate, Letter, Slope


class TorchNesterovState(NamedTuple):
    buffer: Annotated[Array, Letter("b")]
    """b, the sum of past gradients, each λ times as much as at the update before; torch's momentum_buffer."""


@dataclass(frozen=True, slots=True)
class TorchNesterov(DecayedRule):
    """Nesterov's accelerated gradient (Nesterov 1983) with a constant λ, in torch's form.

        b ← λ b + g,  b₀ = 0
        θ ← θ − η (g + λ b)

    What is remembered is made of gradients, and η multiplies all of it at each update. With a constant η this is
    `Nesterov`, with m = −η b; where η changes over time it is not: there η scales only the gradients still to come.

    This is torch.optim.SGD(lr=η, momentum=λ, nesterov=True, weight_decay=w), and optax.sgd(η, momentum=λ,
    nesterov=True).

    learning_rate: η.
    decay: λ; 0 is plain gradient descent.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "torch nesterov"
    title: ClassVar[str] = "Nesterov (torch)"
    recurrence: ClassVar[tuple[str, ...]] = ("b ← λ b + g", "θ ← θ − η (g + λ b)")

    learning_rate: LearningRate = 1e-3
    decay: Decay = 0.9

    def init(self, theta: Array) -> TorchNesterovState:
        return TorchNesterovState(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: TorchNesterovState) -> tuple[Array, TorchNesterovState]:
        gradient = self.prepared(slope.here, theta)
        buffer = self.decay * state.buffer + gradient
        return -self.learning_rate * (gradient + self.decay * buffer), TorchNesterovState(buffer)
