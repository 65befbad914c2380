"""Minima of losses other than the training loss."""

import numpy as np

from ....descent.examples.chance import Indices
from ....descent.examples.finite_sum import FiniteSum
from ....descent.problem import Problem
from ....surface.points import Array, dot, eigenvalues, eigenvectors, norm

STEPS = 16  # Newton steps from a minimum of the training loss to that of the other loss.
STRIDE = 0.03  # Longest of them, in window diagonals.
ARRIVED = 1e-5  # A step so short, in diagonals, has arrived.
MOST = 16  # Minima that are followed, the lowest first.


def moved_minima(problem: Problem, loss: FiniteSum, batch: Indices | None = None) -> Array:
    """Where the minima of the training loss have moved to in another loss, shape (n, 2), n at most their number.

    Newton's method with the curvatures' absolute values, which goes downhill. What goes far or does not
    arrive has no counterpart: the other loss is without that minimum.
    """
    starts = np.array([minimum.position for minimum in problem.minima[:MOST]]).reshape(-1, 2)
    if not len(starts):
        return starts
    diagonal, theta = problem.window.diagonal, starts.copy()
    step = np.full_like(theta, np.inf)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            step = _newton_step(loss, theta, batch, STRIDE * diagonal)
            theta = theta + step
            if np.all(norm(step) < ARRIVED * diagonal):
                break
        bowl = eigenvalues(loss.hessian(theta, batch))[:, 0] > 0
    return theta[bowl & (norm(step) < ARRIVED * diagonal)]


def _newton_step(loss: FiniteSum, theta: Array, batch: Indices | None, longest: float) -> Array:
    hessian = loss.hessian(theta, batch)
    curvatures, axes = np.abs(eigenvalues(hessian)), eigenvectors(hessian)
    slopes = dot(axes, loss.gradient(theta, batch)[:, None])
    step = -np.sum((slopes / curvatures)[..., None] * axes, axis=1)
    length = norm(step)[:, None]
    step = step * np.minimum(1.0, longest / np.maximum(length, np.finfo(float).tiny))
    return np.asarray(np.where(np.isfinite(step), step, 0.0))
