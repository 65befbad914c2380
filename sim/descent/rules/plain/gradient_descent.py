"""Gradient descent."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from ....surface.points import Array
from ..protocol import LearningRate, Slope


class NoState(NamedTuple):
    """Nothing is remembered."""


@dataclass(frozen=True, slots=True)
class GradientDescent:
    """Gradient descent (Cauchy 1847); with a batch's gradient, stochastic (Robbins and Monro 1951).

        θ ← θ − η g

    On a quadratic of curvature k, θ shrinks by the factor 1 − ηk at every update: slow where ηk is
    small, from side to side where ηk > 1, away for ever where ηk > 2.

    This is torch.optim.SGD(lr=η).

    learning_rate: η.
    """

    name: ClassVar[str] = "gradient descent"
    recurrence: ClassVar[tuple[str, ...]] = ("θ ← θ − η g",)

    learning_rate: LearningRate = 1e-3

    def init(self, _theta: Array) -> NoState:
        return NoState()

    def step(self, _theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        return -self.learning_rate * slope.here, state
