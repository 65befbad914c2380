"""What a judge sees: the moments of many runs in the problem's own units, computed together."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.descent.problem import Problem
from sim.descent.verdict import (
    DWELL,
    EQUAL_LOSS,
    FAR_AWAY,
    FLAT_CURVATURE,
    LEAVING,
    NEAR_SADDLE,
    NEAR_SADDLE_SHARE,
    REST_DISTANCE,
    REST_GRADIENT,
    REST_MOVEMENT,
    RESTLESS,
    SLOW_GRADIENT,
    SLOW_LEVEL,
    Kind,
)
from sim.surface.basins import NO_BASIN, Labels
from sim.surface.points import Array, norm

NO_SADDLE = -1
BLOCK = 1 << 16  # Most (point, saddle) pairs whose distances are computed at once.

Mask = npt.NDArray[np.bool_]


class Sight(NamedTuple):
    """What the judge sees of one moment."""

    slope: float  # ‖∇L‖.
    step: float  # Length of the last movement.
    lower: float  # Smaller eigenvalue of ∇²L, known where the slope is gentle.
    upper: float  # The larger one.
    level: float  # Loss above the lowest known minimum; in a minimum's certain disc, that of the minimum.
    basin: int  # Label of the basin.
    certain: int  # Label of the minimum in whose certain disc it is.
    ahead: float  # Distance from the critical point that it can come to rest at, known where it is all but at rest.
    saddle: int  # Index of the nearest saddle.
    reaches: float  # Distance from that saddle, in the saddle's reaches.
    far: bool  # Gone for good.
    slow: int  # How many moments it has been on a gentle slope,
    near: int  # and how many near a saddle.

    @property
    def arriving(self) -> bool:
        """Whether it slows down because it arrives."""
        return self.level <= SLOW_LEVEL or (self.certain != NO_BASIN and self.lower > FLAT_CURVATURE)

    def kind_of_rest(self) -> Kind:
        """What it would rest on, by the signs of the Hessian's eigenvalues."""
        if self.lower < -FLAT_CURVATURE:
            return Kind.BALANCED if self.upper < -FLAT_CURVATURE else Kind.STALLED
        if self.level <= EQUAL_LOSS:
            return Kind.SETTLED
        return Kind.STUCK if self.certain != NO_BASIN or self.lower > FLAT_CURVATURE else Kind.LEVEL


def sight(row: list[float]) -> Sight:
    """One moment of one run, from a row of `Sights.by_run`."""
    slope, step, lower, upper, level, basin, certain, ahead, saddle, reaches, far, slow, near = row
    basin, certain, saddle = int(basin), int(certain), int(saddle)
    return Sight(
        slope, step, lower, upper, level, basin, certain, ahead, saddle, reaches, bool(far), int(slow), int(near)
    )


class Moments(NamedTuple):
    """K moments of M runs, as recorded."""

    theta: Array
    """Shape (K, M, 2)."""
    steps: Array
    """Lengths of the movements that led to them, shape (K, M)."""
    loss: Array
    """Shape (K, M)."""
    gradient: Array
    """∇L, shape (K, M, 2)."""
    curvatures: Array
    """Eigenvalues of ∇²L, shape (K, M, 2); they are looked at only where the slope is `gentle`."""


class Sights(NamedTuple):
    """The same moments as the judges see them, each part of `Sight` as an array (K, M)."""

    slope: Array
    step: Array
    lower: Array
    upper: Array
    level: Array
    basin: Labels
    certain: Labels
    ahead: Array
    saddle: Labels
    reaches: Array
    far: Mask
    slow: Labels
    near: Labels

    def by_run(self) -> Array:
        """The parts side by side as numbers, run after run in memory: shape (M, K, parts). For `sight`."""
        rows = np.empty((*self.slope.shape[::-1], len(self)))
        for place, part in enumerate(self):
            rows[:, :, place] = part.T
        return rows

    def eventful(self) -> Mask:
        """Where something other than the passing of time may change a marble's state; shape (K, M).

        It may be at rest, near a saddle, far away or crossing a plateau, or has come from one basin into another.
        """
        lively = (
            (self.slope > RESTLESS * REST_GRADIENT)
            | (self.step > RESTLESS * REST_MOVEMENT)
            | (self.ahead > RESTLESS * REST_DISTANCE)
        )
        arriving = (self.level <= SLOW_LEVEL) | ((self.certain != NO_BASIN) & (self.lower > FLAT_CURVATURE))
        crossing = (self.slow >= DWELL) & ~arriving
        eventful = ~lively | (self.near > 0) | self.far | crossing
        eventful[1:] |= self.basin[1:] != self.basin[:-1]
        return np.asarray(eventful)


def gentle(problem: Problem, gradient: Array) -> Mask:
    """Where a slope with this gradient (..., 2) may count as gentle, so that curvatures matter; shape (...)."""
    return np.asarray(norm(gradient) <= LEAVING * SLOW_GRADIENT * problem.scale.gradient)


def sights(problem: Problem, moments: Moments, slow: Labels, near: Labels) -> Sights:
    """What the judges see of these moments.

    slow, near: for how many moments before them each of the runs has been on a gentle slope, or near a saddle; (M,).
    """
    shape, scale = moments.steps.shape, problem.scale
    theta, gradient = moments.theta.reshape(-1, 2), moments.gradient.reshape(-1, 2)
    with np.errstate(all="ignore"):
        slope, step = norm(gradient) / scale.gradient, moments.steps.reshape(-1) / scale.length
        certain, labels = problem.basins.nearest(theta), problem.basins.labels(theta)
        saddle, reaches = nearest_saddle(problem, theta)
        ahead = np.full(len(theta), np.inf)
        still = (slope <= RESTLESS * REST_GRADIENT) & (step <= RESTLESS * REST_MOVEMENT)
        if still.any():
            ahead[still] = _ahead(problem, theta[still], labels[still], gradient[still])
        columns = (
            slope,
            step,
            *(moments.curvatures.reshape(-1, 2) / scale.curvature).T,
            _level(problem, certain, moments.loss.reshape(-1)),
            labels,
            certain,
            ahead,
            saddle,
            reaches,
            norm(theta - problem.window.center) > FAR_AWAY * scale.length,
        )
        slope, reaches = slope.reshape(shape), reaches.reshape(shape)
        slow = _spells(slope <= SLOW_GRADIENT, ~(slope <= LEAVING * SLOW_GRADIENT), slow)
        near = _spells(reaches <= 1, ~(reaches <= LEAVING), near)
    return Sights._make([*(column.reshape(shape) for column in columns), slow, near])


def _spells(begins: Mask, ends: Mask, before: Labels) -> Labels:
    """How long the spell has lasted at each of K moments of M runs: 0 outside of one; shape (K, M).

    It begins at a moment that `begins` (K, M) and goes on until one that `ends` it. before: how long it had lasted
    before the first, shape (M,).
    """
    count = len(begins)
    number = np.arange(1, count + 1)[:, None]
    last_end = np.maximum.accumulate(np.where(ends, number, 0), axis=0)
    next_beginning = np.full((count + 1, begins.shape[1]), count + 1)
    next_beginning[:-1] = np.minimum.accumulate(np.where(begins, number, count + 1)[::-1], axis=0)[::-1]
    since_beginning = number - np.take_along_axis(next_beginning, last_end, axis=0) + 1
    carried_on = (last_end == 0) & (before > 0)
    return np.where(carried_on, before + number, np.maximum(since_beginning, 0))


def _level(problem: Problem, certain: Labels, loss: Array) -> Array:
    """Level as in `Sight`, for points with these labels and losses (n,)."""
    if problem.lowest is None:
        return np.full(len(loss), np.nan)
    level = loss - problem.lowest
    for index, minimum in enumerate(problem.minima):
        level[certain == index] = minimum.value - problem.lowest
    return level / problem.scale.loss


def _ahead(problem: Problem, theta: Array, labels: Labels, gradient: Array) -> Array:
    """How far the points (n, 2) in these basins are from a critical point, in diagonals; shape (n,).

    In the basin of a known minimum that is the distance from it, or from a saddle or maximum if one is
    nearer; in a valley, which is level, nothing. Elsewhere Newton's step tells: the window does not
    show every critical point.
    """
    ahead = np.empty(len(theta))
    known = labels != NO_BASIN
    if known.any():
        positions = np.array([point.position for point in problem.critical])
        ahead[known] = norm(theta[known, None] - positions).min(axis=1) * ~problem.basins.valleys[labels[known]]
    if not known.all():
        ahead[~known] = _newton_length(problem.train.hessian(theta[~known]), gradient[~known])
    return ahead / problem.scale.length


def _newton_length(hessian: Array, gradient: Array) -> Array:
    """‖H⁻¹g‖, and 0 where g is: without curvature there is nowhere to go either."""
    x, y = gradient[:, 0], gradient[:, 1]
    xx, xy, yy = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    length = np.hypot(yy * x - xy * y, xx * y - xy * x) / np.abs(xx * yy - xy * xy)
    return np.where((x == 0) & (y == 0), 0.0, np.where(np.isnan(length), np.inf, length))


def nearest_saddle(problem: Problem, theta: Array) -> tuple[Labels, Array]:
    """Index of the saddle nearest to each of the points (n, 2), and the distance in the saddle's reaches.

    A saddle reaches NEAR_SADDLE diagonals, but no farther than a share of the way to the next critical
    point. Without saddles: NO_SADDLE, infinitely far.
    """
    saddles, reach = _saddles(problem)
    if not len(saddles):
        return np.full(len(theta), NO_SADDLE, dtype=np.intp), np.full(len(theta), np.inf)
    index = np.empty(len(theta), dtype=np.intp)
    block = max(1, BLOCK // len(saddles))
    for first in range(0, len(theta), block):
        x, y = theta[first : first + block].T
        squares = np.square(x - saddles[:, 0, None]) + np.square(y - saddles[:, 1, None])
        index[first : first + block] = np.argmin(squares, axis=0)
    return index, norm(theta - saddles[index]) / reach[index]


@lru_cache(maxsize=64)
def holding_saddle(problem: Problem, x: float, y: float) -> int:
    """The saddle in which the full-batch descent from (x, y) ends, if it ends in one."""
    labels, ends = problem.basins.follow(np.array([[x, y]]))
    saddle, reaches = nearest_saddle(problem, ends)
    return int(saddle[0]) if labels[0] == NO_BASIN and reaches[0] <= 1 else NO_SADDLE


@lru_cache(maxsize=8)
def _saddles(problem: Problem) -> tuple[Array, Array]:
    """The saddles' positions (n, 2) and reaches (n,)."""
    saddles = np.array([saddle.position for saddle in problem.saddles]).reshape(-1, 2)
    others = np.array([point.position for point in problem.critical]).reshape(-1, 2)
    gaps = norm(saddles[:, None] - others[None])
    nearest = np.min(gaps, axis=1, initial=np.inf, where=gaps > 0)
    return saddles, np.minimum(NEAR_SADDLE * problem.scale.length, NEAR_SADDLE_SHARE * nearest)
