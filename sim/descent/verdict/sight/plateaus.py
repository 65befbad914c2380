"""Plateaus: ground whose slope says nothing of a way down."""

from functools import lru_cache

import numpy as np

from ....surface.basins import NO_BASIN, Labels
from ....surface.critical.point import CriticalKind
from ....surface.points import Array, Mask, dot, norm, pair
from ....surface.protocol import value_and_gradient
from ...problem import Problem
from .ends import Ends
from .saddles import BLOCK, nearest_of
from .tolerances import EQUAL_LOSS, LEAVING

GENTLE = 1.0  # Most of ‖∇L‖ · d on a plateau, over the height above the minimum at the distance d.
# The same where ‖∇L‖, over the scale of gradients, is more than SLIGHT: beside a deep minimum a ridge is gentle, but
# it may be as steep as other slopes.
LEVEL, SLIGHT = 0.25, 0.05
# Most of the part of ∇L in the minimum's direction, times d, over that height.
ASKEW = 0.25
BOWL_RINGS, BOWL_ANGLES = 16, 64  # How many points of a disc tell whether there can be a plateau in it.
MOST_BOWLS = 64  # Of how many minima, at most, that is found out.


def _within(problem: Problem, theta: Array, basin: Labels, radii: Array) -> Mask:
    """Whether each of the points (..., 2) is so near (K,) to the minimum of its basin, if it is in one; (...)."""
    if not len(radii):
        return np.zeros(basin.shape, dtype=np.bool_)
    x, y = problem.basins.minima.T
    across, along = theta[..., 0] - x[basin], theta[..., 1] - y[basin]  # Of any minimum where there is no basin.
    return np.asarray((across * across + along * along <= (radii * radii)[basin]) & (basin != NO_BASIN))


def on_plateaus(problem: Problem, ends: Ends) -> tuple[Mask, Mask]:
    """Whether each is on a plateau, and whether it still is if it has been.

    Where a loss is convex, ∇L · (θ − m) is at least h, the height above a minimum m. On a plateau the slope says
    nothing of a way down: kept up all the way to m it would not come to h, and little of it leads there; nor is it as
    steep as slopes are elsewhere. Nor does it say anything close to a saddle or a maximum, but there the ground is not
    level for long. In a bowl nobody needs to look.
    """
    begins, lasts = np.zeros((2, *ends.basin.shape), dtype=np.bool_)
    outside = ~_within(problem, ends.theta, ends.basin, _bowls(problem))
    if outside.any():
        theta, (loss, gradient) = ends.theta[outside], ends.ground(outside)
        height, offset = _way_down(problem, theta, loss, ends.basin[outside])
        slope = norm(gradient)
        gentle = slope * norm(offset) / height
        steep = np.minimum(gentle / LEVEL, slope / (SLIGHT * problem.units.gradient))
        askew = dot(gradient, offset) / (ASKEW * height)
        least = np.maximum(np.maximum(gentle / GENTLE, askew), steep)
        still = (height > EQUAL_LOSS * problem.units.loss) & (least <= LEAVING)
        if still.any():
            _, distance = nearest_of(problem, theta[still], (CriticalKind.SADDLE, CriticalKind.MAXIMUM))
            still[still] = distance > 1
        begins[outside], lasts[outside] = still & (least <= 1), still
    return begins, lasts


@lru_cache(maxsize=16)
def _bowls(problem: Problem) -> Array:
    """The radii (K,) of discs about the minima in which the slope leads down so plainly that there is no plateau.

    It does so twice as plainly as it must, at many points of each disc, which is no larger than the certain one.
    """
    basins, count = problem.basins, len(problem.minima)
    if not 0 < count <= MOST_BOWLS:
        return np.zeros(count)
    angles = np.linspace(0, 2 * np.pi, BOWL_ANGLES, endpoint=False)
    rings = np.arange(1, BOWL_RINGS + 1) / BOWL_RINGS
    offsets = (basins.radii[:, None] * rings)[:, :, None, None] * pair(np.cos(angles), np.sin(angles))
    values = np.array([point.value for point in problem.minima])[:, None, None]
    with np.errstate(all="ignore"):
        loss, gradient = value_and_gradient(problem.train, basins.minima[:, None, None] + offsets)
        plain = (dot(gradient, offsets) >= 2 * LEAVING * ASKEW * (loss - values)).all(axis=-1)
    return np.asarray(basins.radii * np.logical_and.accumulate(plain, axis=1).sum(axis=1) / BOWL_RINGS)


def _way_down(problem: Problem, theta: Array, loss: Array, basin: Labels) -> tuple[Array, Array]:
    """How far each is above its basin's minimum, and its offset from it: else of the nearest lower one."""
    height, offset = np.full(loss.shape, np.nan), np.full(theta.shape, np.inf)
    values = np.array([point.value for point in problem.minima])
    known = basin != NO_BASIN
    if known.any():
        np.subtract(loss, values[basin], out=height, where=known)
        np.subtract(theta, problem.basins.minima[basin], out=offset, where=known[..., None])
    unknown = np.flatnonzero(~known) if len(values) else np.empty(0, dtype=np.intp)
    block = max(1, BLOCK // max(1, len(values)))
    for some in (unknown[first : first + block] for first in range(0, len(unknown), block)):
        gaps = norm(theta[some, None] - problem.basins.minima)
        gaps[~((values < loss[some, None]) & (gaps < np.inf))] = np.inf
        lower = np.flatnonzero(gaps.min(axis=1) < np.inf)
        rows, nearest = some[lower], np.argmin(gaps[lower], axis=1)
        height[rows], offset[rows] = loss[rows] - values[nearest], theta[rows] - problem.basins.minima[nearest]
    return height, offset
