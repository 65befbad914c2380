"""Minima of losses other than the training loss."""

import numpy as np

from ....descent.examples.chance import Indices
from ....descent.examples.finite_sum import FiniteSum
from ....descent.problem import Problem
from ....surface.points import Array, Mask, dot, eigenvalues, eigenvectors, norm
from ...style.cache import cached

STEPS = 16  # Newton steps from a minimum of the training loss to that of the other loss.
STRIDE = 0.03  # Longest of them, in window diagonals.
ARRIVED = 1e-5  # A step so short, in diagonals, has arrived.
MOST = 16  # Minima that are followed, the lowest first.
EXAMPLES = 64  # Of so many, the minima of each one's own loss are found at once.


def moved_minima(problem: Problem, loss: FiniteSum, batch: Indices | None = None) -> Array:
    """Where the minima of the training loss have moved to in another loss, shape (n, 2), n at most their number.

    What has no counterpart is left out: the other loss is without that minimum.
    """
    found, there = _followed(problem, loss, _starts(problem), batch)
    return found[there]


@cached
def test_minima(problem: Problem) -> Array:
    """Where they have moved to in the test loss, (n, 2)."""
    return moved_minima(problem, problem.test)


@cached
def example_minima(problem: Problem, block: int) -> list[Array]:
    """Where the minima have moved to in the losses of the examples in a block of EXAMPLES: found at once, they take
    little more time than those of one, and each example has its turn before long.
    """
    starts, count = _starts(problem), problem.train.count
    examples = np.arange(block * EXAMPLES, min((block + 1) * EXAMPLES, count))
    several, each = np.tile(starts, (len(examples), 1)), np.repeat(examples, len(starts))[None]
    found, there = _followed(problem, problem.train, several, each)
    shape = len(examples), len(starts)
    return [one[stays] for one, stays in zip(found.reshape(*shape, 2), there.reshape(shape), strict=True)]


def _starts(problem: Problem) -> Array:
    """The minima of the training loss (n, 2) that are followed."""
    return np.array([minimum.position for minimum in problem.minima[:MOST]]).reshape(-1, 2)


def _followed(problem: Problem, loss: FiniteSum, starts: Array, batch: Indices | None) -> tuple[Array, Mask]:
    """Where minima (n, 2) have moved to in another loss, and whether they are there, (n,).

    Newton's method with the curvatures' absolute values, which goes downhill. What goes far or does not arrive has no
    counterpart.
    """
    diagonal, theta = problem.window.diagonal, starts.copy()
    if not len(theta):
        return theta, np.zeros(0, dtype=np.bool_)
    step = np.full_like(theta, np.inf)
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            step = _newton_step(loss, theta, batch, STRIDE * diagonal)
            theta = theta + step
            if np.all(norm(step) < ARRIVED * diagonal):
                break
        bowl = eigenvalues(loss.hessian(theta, batch))[:, 0] > 0
    return theta, bowl & (norm(step) < ARRIVED * diagonal)


def _newton_step(loss: FiniteSum, theta: Array, batch: Indices | None, longest: float) -> Array:
    hessian = loss.hessian(theta, batch)
    curvatures, axes = np.abs(eigenvalues(hessian)), eigenvectors(hessian)
    slopes = dot(axes, loss.gradient(theta, batch)[:, None])
    step = -np.sum((slopes / curvatures)[..., None] * axes, axis=1)
    length = norm(step)[:, None]
    step = step * np.minimum(1.0, longest / np.maximum(length, np.finfo(float).tiny))
    return np.asarray(np.where(np.isfinite(step), step, 0.0))
