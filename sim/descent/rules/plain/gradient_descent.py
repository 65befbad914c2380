"""Gradient descent."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import LearningRate, Slope


class NoState(NamedTuple):
    """Nothing is remembered."""


@dataclass(frozen=True, slots=True)
class GradientDescent(DecayedRule):
    """Gradient descent (Cauchy 1847); with a batch's gradient, stochastic (Robbins and Monro 1951).

        θ ← θ − η g

    On a quadratic of curvature k, θ shrinks by the factor 1 − ηk at every update: slow where ηk is
    small, from side to side where ηk > 1, away for ever where ηk > 2.

    This is torch.optim.SGD(lr=η, weight_decay=w).

    learning_rate: η.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "gradient descent"
    recurrence: ClassVar[tuple[str, ...]] = ("θ ← θ − η g",)

    learning_rate: LearningRate = 1e-3

    def init(self, _theta: Array) -> NoState:
        return NoState()

    def step(self, theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        return -self.learning_rate * self.prepared(slope.here, theta), state
