"""Nesterov's momentum with the gradient of where momentum alone would lead."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..protocol import Decay, LearningRate, Letter, Slope


class LookaheadState(NamedTuple):
    movement: Annotated[Array, Letter("m")]
    """m, the last movement."""


@dataclass(frozen=True, slots=True)
class LookaheadNesterov:
    """Nesterov's accelerated gradient as Sutskever, Martens, Dahl and Hinton write it (2013, equations 3 and 4).

        m ← λ m − η ∇L(θ + λ m),  m₀ = 0
        θ ← θ + m

    The gradient is taken where momentum alone would lead to, by the same batch. `Nesterov` is the same descent, told
    of the point of looking ahead: its θ is this one's θ + λ m. So this marble is where the published method says
    that the parameters are, and that one where their gradient is taken.

    Neither torch.optim nor optax has this form. What is recorded as the batch's gradient is g at θ, which the rule
    does not use: an update is charged for two gradients, though one would do.

    learning_rate: η.
    decay: λ; 0 is plain gradient descent.
    """

    name: ClassVar[str] = "lookahead nesterov"
    title: ClassVar[str] = "Nesterov (ahead)"
    recurrence: ClassVar[tuple[str, ...]] = ("m ← λ m − η ∇L(θ + λ m)", "θ ← θ + m")

    learning_rate: LearningRate = 1e-3
    decay: Decay = 0.9

    def init(self, theta: Array) -> LookaheadState:
        return LookaheadState(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: LookaheadState) -> tuple[Array, LookaheadState]:
        carried = self.decay * state.movement
        movement = carried - self.learning_rate * slope.at(theta + carried)
        return movement, LookaheadState(movement)
