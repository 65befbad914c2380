"""A rule and a surface as a student may write them, in a module that worker processes find."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.descent.rules.protocol import Slope
from sim.surface.points import Array


class Memory(NamedTuple):
    mean: Array


@dataclass(frozen=True)
class Lion:
    """The sign of an average of gradients (Chen et al. 2023)."""

    learning_rate: float = 0.02

    def init(self, theta: Array) -> Memory:
        return Memory(np.zeros_like(theta))

    def step(self, _theta: Array, slope: Slope, state: Memory) -> tuple[Array, Memory]:
        gradient = slope.here
        movement = -self.learning_rate * np.sign(0.9 * state.mean + 0.1 * gradient)
        return movement, Memory(0.99 * state.mean + 0.01 * gradient)


@dataclass(frozen=True)
class Signs:
    """The sign of the gradient, and nothing is remembered."""

    learning_rate: float = 0.05

    def init(self, _theta: Array) -> tuple[()]:
        return ()

    def step(self, _theta: Array, slope: Slope, state: tuple[()]) -> tuple[Array, tuple[()]]:
        return -self.learning_rate * np.sign(slope.here), state


def eggs(x: Array, y: Array) -> Array:
    """A bowl with dips."""
    return np.asarray(np.sin(2 * x) * np.cos(2 * y) + 0.1 * (x**2 + y**2))
