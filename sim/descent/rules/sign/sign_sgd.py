"""signSGD."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....surface.points import Array
from ..plain.gradient_descent import NoState
from ..protocol import Slope, StepLength


@dataclass(frozen=True, slots=True)
class SignSGD:
    """signSGD (Bernstein, Wang, Azizzadenesheli and Anandkumar 2018, Algorithm 1).

        θ ← θ − η sign(g)

    Per axis: every step is η along each axis, however steep it is, and 0 only where the gradient is exactly 0. So it
    crosses plateaus and ravines alike, and never comes to rest: at a minimum it goes to and fro.

    This is optax.sign_sgd(η). Scaling a gradient does not change its sign: so it is not clipped.

    learning_rate: η, the length of a step along an axis.
    """

    name: ClassVar[str] = "sign sgd"
    title: ClassVar[str] = "signSGD"
    recurrence: ClassVar[tuple[str, ...]] = ("θ ← θ − η sign(g)",)

    learning_rate: StepLength = 1e-3

    def init(self, _theta: Array) -> NoState:
        return NoState()

    def step(self, _theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        return -self.learning_rate * np.sign(slope.here), state
