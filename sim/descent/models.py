"""Models of two parameters for least-squares scenes: m(x; θ) with derivatives by θ."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.surface.points import Array, pair, symmetric


class Model(Protocol):
    """A function of x and of θ = (w₁, w₂); x (...) and θ (..., 2) broadcast."""

    def value(self, x: Array, theta: Array) -> Array:
        """m(x; θ), shape (...)."""
        ...

    def gradient(self, x: Array, theta: Array) -> Array:
        """∂m/∂θ, shape (..., 2)."""
        ...

    def hessian(self, x: Array, theta: Array) -> Array:
        """∂²m/∂θ², shape (..., 2, 2)."""
        ...


@dataclass(frozen=True, slots=True)
class Product:
    """m = w₁·w₂·x: the smallest deep network, two linear layers of one unit each, and the lecture's own.

    Its loss has a saddle at the origin and a valley of minima along w₁·w₂ = const.
    """

    def value(self, x: Array, theta: Array) -> Array:
        """w₁ w₂ x."""
        return np.asarray(theta[..., 0] * theta[..., 1] * x)

    def gradient(self, x: Array, theta: Array) -> Array:
        """(w₂ x, w₁ x)."""
        return pair(theta[..., 1] * x, theta[..., 0] * x)

    def hessian(self, x: Array, theta: Array) -> Array:
        """x off the diagonal, 0 on it."""
        x = np.broadcast_to(x, np.broadcast_shapes(x.shape, theta.shape[:-1]))
        zero = np.zeros_like(x)
        return symmetric(zero, x, zero)


@dataclass(frozen=True, slots=True)
class TanhUnit:
    """m = w₂·tanh(w₁·x): one hidden unit. (w₁, w₂) and (−w₁, −w₂) are the same function: two equal valleys."""

    def value(self, x: Array, theta: Array) -> Array:
        """w₂ tanh(w₁ x)."""
        return np.asarray(theta[..., 1] * np.tanh(theta[..., 0] * x))

    def gradient(self, x: Array, theta: Array) -> Array:
        """(w₂ x s, t) with t = tanh(w₁ x) and s = 1 − t²."""
        t = np.tanh(theta[..., 0] * x)
        return pair(theta[..., 1] * x * (1 - t * t), t)

    def hessian(self, x: Array, theta: Array) -> Array:
        """w₂ x² (−2 t s), x s, and 0."""
        t = np.tanh(theta[..., 0] * x)
        slope = x * (1 - t * t)
        return symmetric(-2 * theta[..., 1] * x * t * slope, slope, np.zeros_like(slope))


MODELS: dict[str, type[Model]] = {
    "product": Product,
    "tanh unit": TanhUnit,
}
