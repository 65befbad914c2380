"""Rules that the program does not have, as somebody may hand them in: one that asks twice, one for the curvature."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.descent.rules.protocol import Slope
from sim.surface.points import Array, norm, pair


class Nothing(NamedTuple):
    """Neither of the rules remembers anything."""


@dataclass(frozen=True)
class Sharpness:
    """Sharpness-aware minimization (Foret et al. 2021): the gradient is taken a step of length ρ uphill.

    θ ← θ − η ∇L_B(θ + ρ g/‖g‖)
    """

    learning_rate: float = 0.1
    radius: float = 0.05

    def init(self, _theta: Array) -> Nothing:
        return Nothing()

    def step(self, theta: Array, slope: Slope, state: Nothing) -> tuple[Array, Nothing]:
        uphill = slope.here / (norm(slope.here)[..., None] + 1e-12)
        return -self.learning_rate * slope.at(theta + self.radius * uphill), state


@dataclass(frozen=True)
class Newton:
    """Newton's method on the batch, with a share of the whole step: θ ← θ − η (∇²L_B)⁻¹ g."""

    learning_rate: float = 1.0

    def init(self, _theta: Array) -> Nothing:
        return Nothing()

    def step(self, _theta: Array, slope: Slope, state: Nothing) -> tuple[Array, Nothing]:
        hessian, (x, y) = slope.curvature(), np.moveaxis(slope.here, -1, 0)
        (a, b), (_, d) = np.moveaxis(hessian, (-2, -1), (0, 1))
        return -self.learning_rate * pair(d * x - b * y, a * y - b * x) / (a * d - b * b)[..., None], state


@dataclass(frozen=True)
class Blind:
    """Plain descent that has no answer far from the origin."""

    learning_rate: float = 0.1

    def init(self, _theta: Array) -> Nothing:
        return Nothing()

    def step(self, theta: Array, slope: Slope, state: Nothing) -> tuple[Array, Nothing]:
        if (np.abs(theta) > 0.5).any():
            raise LookupError("too far out")
        return -self.learning_rate * slope.here, state


class Count(NamedTuple):
    updates: int


@dataclass(frozen=True)
class Sometimes:
    """Asks again in every fourth update, at three points at once."""

    learning_rate: float = 0.1

    def init(self, _theta: Array) -> Count:
        return Count(0)

    def step(self, theta: Array, slope: Slope, state: Count) -> tuple[Array, Count]:
        gradient = slope.here
        if state.updates % 4 == 3:
            gradient = slope.at(theta + np.array([-0.1, 0.0, 0.1]).reshape(3, *(1,) * theta.ndim)).mean(axis=0)
        return -self.learning_rate * gradient, Count(state.updates + 1)
