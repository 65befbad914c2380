"""The finite sum: N examples z_i, a loss ℓ(θ; z_i) for each, and the mean over any batch of them.

Noise is never painted on a gradient. It comes from which examples are in the batch.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ...surface.cancellation import raise_if_cancelled
from ...surface.critical.proof import Bends, bends, convex, lower_bound, lower_bound_of_mean
from ...surface.points import Array, components, norm, total, vectors
from ...surface.protocol import Surface, value_and_gradient
from .chance import Indices
from .models import Model

BLOCK = 1 << 13  # How many (example, point) pairs are evaluated at once: temporaries stay in the cache.


class FiniteSum(Protocol):
    """Mean loss over a batch of examples, with its derivatives.

    `batch` holds example indices: (B,) for one batch shared by all points, (B, ...) for one batch a
    point, None for all N examples: the full batch. Points θ have shape (..., 2). Called without a
    batch, it is a `Surface`: the training loss, or the test loss.
    """

    @property
    def count(self) -> int:
        """N, the number of examples."""
        ...

    @property
    def evaluations(self) -> int:
        """How much of a surface must be computed for the full batch at one point."""
        ...

    def value(self, theta: Array, batch: Indices | None = None) -> Array:
        """L_B(θ), shape (...)."""
        ...

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇L_B(θ), shape (..., 2)."""
        ...

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇²L_B(θ), shape (..., 2, 2)."""
        ...


def _chosen(examples: Array, batch: Indices | None, axes: int) -> Array:
    """The batch's examples (B, ..., k), with unit axes put in so that they broadcast against θ (..., 2).

    In memory their components come first, as `components` has them.
    """
    chosen = examples.T if batch is None else examples.T.take(batch, axis=1)
    missing = axes - (chosen.ndim - 1)
    return vectors(chosen.reshape(*chosen.shape[:2], *(1,) * missing, *chosen.shape[2:]) if missing else chosen)


def _mean(per_example: Callable[[Array, Array], Array], theta: Array, examples: Array, batch: Indices | None) -> Array:
    """The mean of per_example(θ, z) over the batch, in blocks of points where there are many."""
    raise_if_cancelled()
    count = len(examples) if batch is None else len(batch)
    block = max(1, BLOCK // count)
    if theta.size <= 2 * block or (batch is not None and batch.ndim > 1 and theta.ndim != 2):
        return total(per_example(theta, _chosen(examples, batch, theta.ndim))) / count
    points = theta.reshape(-1, 2)
    parts = [
        _mean(per_example, points[part], examples, batch if batch is None or batch.ndim == 1 else batch[:, part])
        for part in (slice(first, first + block) for first in range(0, len(points), block))
    ]
    means = np.concatenate(parts)
    return means.reshape(*theta.shape[:-1], *means.shape[1:])


def _shifted(theta: Array, shift: Array) -> Array:
    """θ − δ, components first in memory."""
    return vectors(components(theta)[:, None] - components(shift))


@dataclass(frozen=True, eq=False)
class Shifted:
    """ℓ(θ; δ) = f(θ − δ): every example sees the landscape f from a slightly different place.

    Noise grows with curvature, so sharp minima are restless and flat ones calm, one batch's minimum
    is not the next one's, and test examples with another mean shift move the surface.

    >>> from three_marbles.surface.functions.polynomial import Quadratic
    >>> loss = Shifted(Quadratic((1.0, 1.0)), np.array([[-1.0, 0.0], [1.0, 0.0]]))
    >>> loss.gradient(np.zeros(2)).tolist(), loss.gradient(np.zeros(2), np.array([1])).tolist()
    ([0.0, 0.0], [-1.0, 0.0])
    """

    surface: Surface
    shifts: Array
    """δ_i, shape (N, 2)."""

    @property
    def count(self) -> int:
        """N."""
        return len(self.shifts)

    @property
    def evaluations(self) -> int:
        """N: each example is the surface at another place."""
        return self.count

    def value(self, theta: Array, batch: Indices | None = None) -> Array:
        """Mean of f(θ − δ_i)."""
        return _mean(lambda t, d: self.surface.value(_shifted(t, d)), theta, self.shifts, batch)

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """Mean of ∇f(θ − δ_i)."""
        return _mean(lambda t, d: self.surface.gradient(_shifted(t, d)), theta, self.shifts, batch)

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """Mean of ∇²f(θ − δ_i)."""
        return _mean(lambda t, d: self.surface.hessian(_shifted(t, d)), theta, self.shifts, batch)

    def value_and_gradient(self, theta: Array) -> tuple[Array, Array]:
        """L (...) and ∇L (..., 2), to the bits of `value` and `gradient`."""

        def both(theta: Array, shifts: Array) -> Array:
            value, gradient = value_and_gradient(self.surface, _shifted(theta, shifts))
            return vectors(np.concatenate([value[None], components(gradient)]))

        means = _mean(both, theta, self.shifts, None)
        return means[..., 0], means[..., 1:]

    def lower_bound(self) -> float:
        """What the surface says of a mean of its copies."""
        return lower_bound_of_mean(self.surface, self.shifts)

    def convex(self) -> bool:
        """Whether the surface is: so are its copies, and their mean."""
        return convex(self.surface)

    def bends(self) -> Bends | None:
        """The surface's, about the mean of the shifted centres: the mean of bowls is a bowl."""
        bounds = bends(self.surface)
        if bounds is None:
            return None
        (x, y), (dx, dy) = bounds.center, (total(self.shifts) / len(self.shifts)).tolist()
        return replace(bounds, center=(x + dx, y + dy))


@dataclass(frozen=True, eq=False)
class Tilted:
    """ℓ(θ; n) = f(θ) + n·θ with Σ n_i = 0: L is f itself, so that a classic function keeps its minima.

    The noise is the same everywhere and its covariance is that of the n_i: the textbook setting for
    escape rates.
    """

    surface: Surface
    tilts: Array
    """n_i, shape (N, 2)."""

    @property
    def count(self) -> int:
        """N."""
        return len(self.tilts)

    @property
    def evaluations(self) -> int:
        """One: all examples share the surface."""
        return 1

    def _tilt(self, batch: Indices | None, axes: int) -> Array:
        raise_if_cancelled()
        tilts = _chosen(self.tilts, batch, axes)
        return np.asarray(total(tilts) / len(tilts))

    def value(self, theta: Array, batch: Indices | None = None) -> Array:
        """f(θ) + n̄·θ with n̄ the batch's mean tilt."""
        tilt = self._tilt(batch, theta.ndim)
        return self.surface.value(theta) + (tilt[..., 0] * theta[..., 0] + tilt[..., 1] * theta[..., 1])

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇f(θ) + n̄."""
        return self.surface.gradient(theta) + self._tilt(batch, theta.ndim)

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇²f(θ), whatever the batch."""
        del batch
        return self.surface.hessian(theta)

    def lower_bound(self) -> float:
        """The surface's, if the tilts cancel to the last bit."""
        return lower_bound(self.surface) if not self._tilt(None, 1).any() else -np.inf

    def convex(self) -> bool:
        """Whether the surface is: tilting does not change that."""
        return convex(self.surface)

    def bends(self) -> Bends | None:
        """The surface's, the tilt pulling too."""
        bounds = bends(self.surface)
        tilt = float(norm(self._tilt(None, 1)))
        return bounds and replace(bounds, depth=np.inf if tilt else bounds.depth, pull=bounds.pull + tilt)


@dataclass(frozen=True, eq=False)
class Regression:
    """ℓ(θ; x, y) = (y − m(x; θ))²: least squares with a model m of two parameters."""

    model: Model
    data: Array
    """(x_i, y_i), shape (N, 2)."""

    @property
    def count(self) -> int:
        """N."""
        return len(self.data)

    @property
    def evaluations(self) -> int:
        """N."""
        return self.count

    def value(self, theta: Array, batch: Indices | None = None) -> Array:
        """Mean of r², with the residual r = y − m(x; θ)."""

        def squares(theta: Array, data: Array) -> Array:
            residual = data[..., 1] - self.model.value(data[..., 0], theta)
            return np.asarray(residual * residual)

        return _mean(squares, theta, self.data, batch)

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """Mean of −2 r ∇m."""

        def slopes(theta: Array, data: Array) -> Array:
            residual = data[..., 1] - self.model.value(data[..., 0], theta)
            return np.asarray(-2.0 * residual[..., None] * self.model.gradient(data[..., 0], theta))

        return _mean(slopes, theta, self.data, batch)

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """Mean of 2 (∇m ∇mᵀ − r ∇²m)."""

        def curvatures(theta: Array, data: Array) -> Array:
            x = data[..., 0]
            residual = data[..., 1] - self.model.value(x, theta)
            slope = self.model.gradient(x, theta)
            outer = slope[..., :, None] * slope[..., None, :]
            return np.asarray(2.0 * (outer - residual[..., None, None] * self.model.hessian(x, theta)))

        return _mean(curvatures, theta, self.data, batch)

    def lower_bound(self) -> float:
        """The least loss that the model allows: a mean of squares."""
        return self.model.least_loss(self.data)

    def convex(self) -> bool:
        """Whether the model is linear: then its loss is a sum of squares of linear functions."""
        return self.model.linear()


def paired_normal(generator: np.random.Generator, count: int, sigma: float) -> Array:
    """`count` normal vectors in ± pairs (i, i + ⌈N/2⌉), shape (count, 2); an odd one out is zero.

    The pairs make the mean exactly zero. The draw is then scaled to the covariance σ²·I (as far as
    its rank allows), so that two draws differ in their shape but not in how noisy they are.
    """
    half = count // 2
    draw = generator.standard_normal((half, 2))
    if half >= 2:
        second_moment = draw.T @ draw * (2 / count)
        draw = np.linalg.solve(np.linalg.cholesky(second_moment), draw.T).T
    elif half:
        draw *= np.sqrt(count / np.sum(draw * draw))
    draw *= sigma
    return np.concatenate([draw, np.zeros((count % 2, 2)), -draw])
