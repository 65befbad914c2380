"""Gradient descent with Nesterov's momentum."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Decay, LearningRate, Letter, Slope


class NesterovState(NamedTuple):
    velocity: Annotated[Array, Letter("m")]
    """m; unlike heavy-ball momentum's, not itself the last movement."""


@dataclass(frozen=True, slots=True)
class Nesterov(DecayedRule):
    """Nesterov's accelerated gradient (Nesterov 1983), with a constant λ and the gradient taken at θ.

        m ← λ m − η g,  m₀ = 0
        θ ← θ + λ m − η g

    Sutskever, Martens, Dahl and Hinton (2013, equations 3 and 4) write it with a look ahead:
    v ← λ v − η ∇L(φ + λ v), φ ← φ + v. With θ = φ + λ v and m = v the two are the same; the θ here
    is their point of looking ahead. The step answers the newest gradient by η (1 + λ), where
    heavy-ball momentum answers it by η: it brakes earlier.

    With a constant η this is torch.optim.SGD(lr=η, momentum=λ, nesterov=True), whose buffer is −m/η.
    Where η changes over time the two are not the same: there, and in `TorchNesterov`, η multiplies what was gathered
    before, too. `LookaheadNesterov` is the marble at φ.

    learning_rate: η.
    decay: λ; 0 is plain gradient descent.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "nesterov"
    title: ClassVar[str] = "Nesterov"
    recurrence: ClassVar[tuple[str, ...]] = ("m ← λ m − η g", "θ ← θ + λ m − η g")

    learning_rate: LearningRate = 1e-3
    decay: Decay = 0.9

    def init(self, theta: Array) -> NesterovState:
        return NesterovState(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: NesterovState) -> tuple[Array, NesterovState]:
        downhill = -self.learning_rate * self.prepared(slope.here, theta)
        velocity = self.decay * state.velocity + downhill
        return self.decay * velocity + downhill, NesterovState(velocity)
