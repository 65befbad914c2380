"""Langevin dynamics: gradient descent with noise that is painted on."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Le

from ....surface.points import Array
from ..protocol import LearningRate, Letter, Slope
from .gradient_descent import NoState

Temperature = Annotated[float, Ge(0), Le(1e6), Letter("T", always=True)]
"""How strong the painted noise is, in units of the loss."""


@dataclass(frozen=True, slots=True)
class Langevin:
    """Gradient descent with painted noise: the unadjusted Langevin algorithm (Roberts and Tweedie 1996, section 1.4.1).

        θ ← θ − η g + √(2 η T) ξ

    ξ is a standard normal number along each axis, drawn anew at each update: it comes from nowhere, and knows nothing
    of the examples. It is here to be compared with the noise of batches, which is not the same at every place, nor in
    every direction, and is paid back within an epoch. At small η a marble spends its time at θ in proportion to
    exp(−L/T) (Gibbs); on L = ½ k θ² its variance is 2 T/(k (2 − η k)), exactly.

    With T = 0 this is gradient descent. With random numbers of its own it is optax.noisy_sgd(η, eta=2 T/η, gamma=0).

    learning_rate: η.
    temperature: T.
    """

    name: ClassVar[str] = "langevin"
    title: ClassVar[str] = "Langevin (painted noise)"
    recurrence: ClassVar[tuple[str, ...]] = ("θ ← θ − η g + √(2 η T) ξ",)

    learning_rate: LearningRate = 1e-3
    temperature: Temperature = 0.01

    @property
    def noisy(self) -> bool:
        """Whether chance is in it even where all examples are seen."""
        return self.temperature > 0

    def init(self, _theta: Array) -> NoState:
        return NoState()

    def step(self, _theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        size = np.sqrt(2 * self.learning_rate * self.temperature)
        return size * slope.noise() - self.learning_rate * slope.here, state
