"""Gradient descent with momentum."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Decay, LearningRate, Letter, Slope


class MomentumState(NamedTuple):
    movement: Annotated[Array, Letter("m")]
    """m, the last movement."""


@dataclass(frozen=True, slots=True)
class Momentum(DecayedRule):
    """Heavy-ball momentum (Polyak 1964), in the lecture's form.

        m ← λ m − η g,  m₀ = 0
        θ ← θ + m

    Unrolled, the movement is −η (g_t + λ g_{t−1} + λ² g_{t−2} + …), a weighted sum of all gradients
    so far. Under a steady gradient it grows to −η g / (1 − λ), and where the gradient vanishes it
    still carries on: so it coasts over plateaus and through shallow minima.

    With a constant η this is torch.optim.SGD(lr=η, momentum=λ), whose buffer is −m/η. There η
    multiplies the whole buffer at each update, so a change of η scales what was gathered before;
    here it scales only the gradients still to come. `TorchMomentum` is that form.

    learning_rate: η.
    decay: λ; 0 is plain gradient descent.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "momentum"
    recurrence: ClassVar[tuple[str, ...]] = ("m ← λ m − η g", "θ ← θ + m")

    learning_rate: LearningRate = 1e-3
    decay: Decay = 0.9

    def init(self, theta: Array) -> MomentumState:
        return MomentumState(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: MomentumState) -> tuple[Array, MomentumState]:
        movement = self.decay * state.movement - self.learning_rate * self.prepared(slope.here, theta)
        return movement, MomentumState(movement)
