"""Models of two parameters for least-squares scenes: m(x; θ) with derivatives by θ."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...surface.points import Array, pair, symmetric, total


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

    def linear(self) -> bool:
        """Whether it is linear in θ, so that its loss is convex."""
        ...

    def least_loss(self, data: Array) -> float:
        """A mean squared residual for the data (N, 2) that no θ can go below; 0 will always do."""
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

    def linear(self) -> bool:
        """No."""
        return False

    def least_loss(self, data: Array) -> float:
        """The mean squared residual at the best slope w₁ w₂: the loss depends on this product alone, as a parabola."""
        x, y = data.T
        squares = float(total(x * x))
        residuals = y - (float(total(x * y)) / squares if squares else 0.0) * x
        return float(total(residuals * residuals)) / len(data)


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

    def linear(self) -> bool:
        """No."""
        return False

    def least_loss(self, data: Array) -> float:
        """0: no more is known in general."""
        del data
        return 0.0


@dataclass(frozen=True, slots=True)
class StraightLine:
    """m = w₁·x + w₂: a straight line. Its loss is a bowl, a long ravine where the mean of x is far from 0."""

    def value(self, x: Array, theta: Array) -> Array:
        """w₁ x + w₂."""
        return np.asarray(theta[..., 0] * x + theta[..., 1])

    def gradient(self, x: Array, theta: Array) -> Array:
        """(x, 1)."""
        x = np.broadcast_to(x, np.broadcast_shapes(x.shape, theta.shape[:-1]))
        return pair(x, np.ones_like(x))

    def hessian(self, x: Array, theta: Array) -> Array:
        """0: the line is linear in θ."""
        zero = np.zeros(np.broadcast_shapes(x.shape, theta.shape[:-1]))
        return symmetric(zero, zero, zero)

    def linear(self) -> bool:
        """Yes."""
        return True

    def least_loss(self, data: Array) -> float:
        """0: no more is known in general."""
        del data
        return 0.0


@dataclass(frozen=True, slots=True)
class LogisticCurve:
    """m = 1/(1 + exp(−(w₁ x + w₂))), for y between 0 and 1. By least squares its loss is flat far from the minimum."""

    def value(self, x: Array, theta: Array) -> Array:
        """σ(z) with z = w₁ x + w₂, as ½ (1 + tanh ½z), which does not overflow."""
        return np.asarray(0.5 * (1 + np.tanh(0.5 * (theta[..., 0] * x + theta[..., 1]))))

    def gradient(self, x: Array, theta: Array) -> Array:
        """(x s, s) with s = σ(z) (1 − σ(z))."""
        value = self.value(x, theta)
        slope = value * (1 - value)
        return pair(x * slope, slope)

    def hessian(self, x: Array, theta: Array) -> Array:
        """s (1 − 2 σ(z)) times (x², x, 1)."""
        value = self.value(x, theta)
        bend = value * (1 - value) * (1 - 2 * value)
        return symmetric(x * x * bend, x * bend, bend)

    def linear(self) -> bool:
        """No."""
        return False

    def least_loss(self, data: Array) -> float:
        """0: no more is known in general."""
        del data
        return 0.0


MODELS: dict[str, type[Model]] = {
    "line": StraightLine,
    "logistic curve": LogisticCurve,
    "product": Product,
    "tanh unit": TanhUnit,
}
