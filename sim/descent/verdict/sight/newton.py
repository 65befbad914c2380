"""Newton's steps to critical points, and whether they lead there."""

import numpy as np

from ....surface.points import Array, Mask, eigenvalues, eigenvectors, pair
from ...problem import Problem
from .tolerances import EQUAL_LOSS, ROUNDED_CURVATURE

# Most that any curvature changes over a step of Newton's method that leads to a minimum, as a share of itself. By the
# theorem of Newton and Kantorovich (Deuflhard 2004, Theorem 2.1) it arrives up to a half; but at a half, it may creep
# towards a point of inflection.
SURE = 0.25
# How far to all sides of a critical point the loss must rise or fall as the curvatures say, in diagonals, and by
# which share of what they say at least: little in a well that is narrower, but nothing where there is a floor. In one
# that is narrower yet it does so nearer to the point.
ASIDE, SHARE = 1e-3 * np.array([1.0, 0.1, 0.01, 1e-3, 1e-4]), 1e-3


def newton_step(hessian: Array, gradient: Array) -> Array:
    """−H⁻¹g, the step to the critical point of the local quadratic model; endless if there is none, 0 where g is."""
    x, y = gradient[:, 0], gradient[:, 1]
    xx, xy, yy = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    step = pair(xy * y - yy * x, xy * x - xx * y) / (xx * yy - xy * xy)[:, None]
    return np.where((x == 0) & (y == 0), 0.0, np.where(np.isnan(step), np.inf, step).T).T


def leads_on(problem: Problem, theta: Array, hessian: Array, step: Array) -> Mask:
    """Whether such steps (n, 2) lead from the points (n, 2) on to a critical point with such curvatures; (n,).

    Next to a point of inflection, or to where the slope only comes close to 0, H is positive, too, and there is no
    minimum; and on the tail of a well, or beside the floor of a valley, it may be as at a saddle or a maximum. At a
    kink it speaks of one side alone: so the loss itself must rise and fall to all four as it says, at some distance.
    Where one curvature is rounding, it says nothing of that way.
    """
    sizes = np.abs(eigenvalues(hessian))
    scales = np.sqrt(sizes)
    whitened = eigenvectors(hessian) / scales[..., None]  # Along these, all curvatures are 1 or −1.
    change = whitened @ (problem.train.hessian(theta + step) - hessian) @ whitened.swapaxes(-1, -2)
    leads = np.abs(eigenvalues(change)).max(axis=-1) <= SURE
    leads &= sizes.min(axis=-1) > ROUNDED_CURVATURE * sizes.max(axis=-1)
    places, axes = theta[leads] + step[leads], eigenvectors(hessian[leads])
    leads[leads] = bends_so(problem, places, axes, eigenvalues(hessian[leads]))
    return np.asarray(leads)


def bends_so(problem: Problem, places: Array, axes: Array, curvatures: Array) -> Mask:
    """Whether the loss at places (n, 2) rises and falls to both sides along k axes (n, k, 2) as curvatures (n, k) say.

    At some distance from it; (n,).
    """
    place, aside = places[:, None], (ASIDE * problem.units.length)[:, None, None]
    ways, expected = aside[..., None] * axes, 0.5 * aside**2 * curvatures
    rises = problem.train.value(np.stack([place + ways, place - ways])) - problem.train.value(place)
    telling = np.abs(expected).min(axis=-1) > EQUAL_LOSS * problem.units.loss  # What is no more may be rounding,
    telling[0] = True  # so near.
    so = (rises * np.sign(expected) >= SHARE * np.abs(expected)).all(axis=(0, 3))
    return np.asarray((so & telling).any(axis=0))
