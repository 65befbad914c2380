"""Saddles and maxima near to marbles, and who lingers there."""

from functools import lru_cache

import numpy as np

from ....surface.basins import NO_BASIN, Labels
from ....surface.critical.newton import apart
from ....surface.critical.point import CriticalKind
from ....surface.points import Array, Mask, eigenvalues, norm
from ...problem import Problem
from .ends import Ends
from .newton import leads_on
from .tolerances import FLAT_CURVATURE, LEAVING

NEAR_SADDLE = 0.05  # How far the influence of a saddle or a maximum reaches at most, in window diagonals.
# How far it reaches at most, as a share of the distance to the next critical point; the smaller counts.
NEAR_SADDLE_SHARE = 0.25
LINGERING = 0.05  # The way of a block that lingers at a saddle, over the saddle's reach.
# ‖∇L‖ of one who begins to linger, over what it comes to as far away as the saddle reaches, where the loss bends most.
SLIGHT = 0.25
NO_SADDLE = -1
BLOCK = 1 << 16  # Most pairs of a point and a critical point whose distances are computed at once.


def pivots(problem: Problem, theta: Array, hessian: Array, step: Array, at_hand: float) -> Mask:
    """Whether a saddle or a maximum is next to the points (n, 2), known or told by Newton's steps (n, 2); (n,)."""
    _, gaps = _nearest_place(problem, theta, (CriticalKind.SADDLE, CriticalKind.MAXIMUM))
    found = gaps <= at_hand
    rows = np.flatnonzero(~found)
    found[rows] = leads_on(problem, theta[rows], hessian[rows], step[rows])
    return found


def lingering(problem: Problem, ends: Ends, path: Array) -> tuple[Labels, Labels]:
    """Index of the saddle at which each lingers, and at which it still does if it has; or NO_SADDLE.

    Who comes there slowly because of a tiny learning rate alone does not linger before the slope is slight. Beyond the
    reach one still does who flutters about, but not who gets farther from it with every step of a block.
    """
    at, still_at = np.full(path.shape, NO_SADDLE), np.full(path.shape, NO_SADDLE)
    slow = path <= LEAVING * LINGERING * NEAR_SADDLE * problem.units.length
    if problem.saddles and slow.any():
        saddle, distance = nearest_saddle(problem, ends.theta[slow])
        reach = _tops(problem, (CriticalKind.SADDLE,))[1][saddle]
        curvatures = eigenvalues(problem.train.hessian(ends.theta[slow]))
        unstable = curvatures[:, 0] < -FLAT_CURVATURE * problem.units.curvature
        for part, slack in ((at, 1.0), (still_at, LEAVING)):
            lingers = unstable & (distance <= slack) & (path[slow] <= slack * LINGERING * reach)
            part[slow] = np.where(lingers, saddle, NO_SADDLE)
        here = at != NO_SADDLE
        if here.any():
            steepest = (np.abs(curvatures).max(axis=-1) * reach)[here[slow]]
            at[here] = np.where(norm(ends.ground(here)[1]) <= SLIGHT * steepest, at[here], NO_SADDLE)
        beyond = (still_at != NO_SADDLE) & (at == NO_SADDLE)
        if beyond.any():
            ways = reaches(problem, ends.way(beyond), still_at[beyond])
            leaves = (ways[-1] > 1) & (np.diff(ways, axis=0) > 0).all(axis=0)
            still_at[beyond] = np.where(leaves, NO_SADDLE, still_at[beyond])
    return at, still_at


def nearest_saddle(problem: Problem, theta: Array) -> tuple[Labels, Array]:
    """Index of the saddle nearest to each of the points (n, 2), and the distance in the saddle's reaches.

    A saddle reaches NEAR_SADDLE diagonals, but no farther than a share of the way to the next critical
    point. Without saddles: NO_SADDLE, infinitely far.
    """
    return nearest_of(problem, theta, (CriticalKind.SADDLE,))


def nearest_of(problem: Problem, theta: Array, kinds: tuple[CriticalKind, ...]) -> tuple[Labels, Array]:
    """As `nearest_saddle`, of all critical points of these kinds."""
    index, gap = _nearest_place(problem, theta, kinds)
    reach = _tops(problem, kinds)[1]
    return index, gap / reach[index] if len(reach) else gap


def _nearest_place(problem: Problem, theta: Array, kinds: tuple[CriticalKind, ...]) -> tuple[Labels, Array]:
    """As `nearest_of`, and the distance in the plane."""
    tops, _ = _tops(problem, kinds)
    if not len(tops):
        return np.full(len(theta), NO_SADDLE, dtype=np.intp), np.full(len(theta), np.inf)
    index, square = np.empty(len(theta), dtype=np.intp), np.empty(len(theta))
    block = max(1, BLOCK // len(tops))
    for first in range(0, len(theta), block):
        x, y = theta[first : first + block].T
        squares = np.square(x - tops[:, 0, None]) + np.square(y - tops[:, 1, None])
        index[first : first + block] = np.argmin(squares, axis=0)
        square[first : first + block] = np.min(squares, axis=0)
    return index, np.sqrt(square)


def beside_saddle(problem: Problem, theta: Array) -> Array:
    """The distance of the points (n, 2) from the nearest saddle, in the plane; (n,)."""
    return _nearest_place(problem, theta, (CriticalKind.SADDLE,))[1]


def reaches(problem: Problem, theta: Array, saddle: Labels) -> Array:
    """The distance of the points (..., n, 2) from these saddles (n,), in the saddles' reaches; shape (..., n)."""
    saddles, reach = _tops(problem, (CriticalKind.SADDLE,))
    return np.asarray(norm(theta - saddles[saddle]) / reach[saddle])


@lru_cache(maxsize=16)
def _tops(problem: Problem, kinds: tuple[CriticalKind, ...]) -> tuple[Array, Array]:
    """The positions (n, 2) and reaches (n,) of the critical points of these kinds."""
    tops = np.array([point.position for point in problem.critical if point.kind in kinds]).reshape(-1, 2)
    others = np.array([point.position for point in problem.critical]).reshape(-1, 2)
    return tops, np.minimum(NEAR_SADDLE * problem.units.length, NEAR_SADDLE_SHARE * apart(tops, others))


def holding_saddles(problem: Problem, starts: Array) -> Labels:
    """The saddle in which the full-batch descent from each of the starts (M, 2) ends, if it ends in one; shape (M,)."""
    labels, ends = problem.basins.follow(starts)
    saddle, reaches = nearest_saddle(problem, ends)
    return np.where((labels == NO_BASIN) & (reaches <= 1), saddle, NO_SADDLE)
