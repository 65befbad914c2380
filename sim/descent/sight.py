"""What a judge sees: the moments of many runs in the problem's own units, computed together."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..surface.basins import NO_BASIN, Labels
from ..surface.points import Array, components, dot, norm, vectors
from .problem import Problem
from .progress import Signs
from .verdict import (
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
    SLOW_MOVEMENT,
    Kind,
)

NO_SADDLE = -1
BLOCK = 1 << 16  # Most (point, saddle) pairs whose distances are computed at once.

Mask = npt.NDArray[np.bool_]


class Sight(NamedTuple):
    """What the judge sees of one moment."""

    slope: float  # ‖∇L‖.
    step: float  # Length of the last movement.
    lower: float  # Smaller eigenvalue of ∇²L, known where it matters.
    upper: float  # The larger one.
    level: float  # Loss above the lowest known minimum; in a minimum's certain disc, that of the minimum.
    basin: int  # Label of the basin.
    certain: int  # Label of the minimum in whose certain disc it is.
    ahead: float  # Distance from the critical point that it can come to rest at, known where it is all but at rest.
    reaches: float  # Distance from the nearest saddle, in the saddle's reaches.
    far: bool  # Gone for good.
    slow: int  # How many moments it has been on a gentle slope.
    left: int  # Index of the saddle that it has just left, after a stay on a gentle slope.
    calm: int  # Over how many spans it has made no progress, and
    bouncing: int  # over which of them it has bounced, as in `Signs`,
    longest: float  # and the longest of its last movements.

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
    slope, step, lower, upper, level, basin, certain, ahead, reaches, far, slow, left, calm, bouncing, longest = row
    basin, certain, slow, left, calm, bouncing = map(int, (basin, certain, slow, left, calm, bouncing))
    return Sight(
        slope, step, lower, upper, level, basin, certain, ahead, reaches, far > 0, slow, left, calm, bouncing, longest
    )


class Moments(NamedTuple):
    """K moments of M runs, as recorded, and what they are signs of."""

    theta: Array
    """Shape (K, M, 2)."""
    steps: Array
    """Lengths of the movements that led to them, shape (K, M)."""
    loss: Array
    """Shape (K, M)."""
    gradient: Array
    """∇L, shape (K, M, 2)."""
    curvatures: Callable[[Mask], Array]
    """The eigenvalues of ∇²L (n, 2), given which of the moments (K, M) they are asked for."""
    signs: Signs


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
    reaches: Array
    far: Mask
    slow: Labels
    left: Labels
    calm: Labels
    bouncing: Labels
    longest: Array

    def by_run(self) -> Array:
        """The parts side by side as numbers, run after run in memory: shape (M, K, parts). For `sight`."""
        rows = np.empty((*self.slope.shape[::-1], len(self)))
        for place, part in enumerate(self):
            rows[:, :, place] = part.T
        return rows

    def eventful(self) -> Mask:
        """Where something other than the passing of time may change a marble's state; shape (K, M).

        It may be at rest, linger at a saddle or have left it, be far away or crossing a plateau, or has come from one
        basin into another.
        """
        arriving = (self.level <= SLOW_LEVEL) | ((self.certain != NO_BASIN) & (self.lower > FLAT_CURVATURE))
        eventful = self.far | (self.left != NO_SADDLE) | ((self.slow >= DWELL) & ~arriving)
        eventful |= _still(self.slope, self.step) & (self.ahead <= RESTLESS * REST_DISTANCE)
        eventful |= _may_linger(self.slow, self.step, self.reaches) & (self.lower < -FLAT_CURVATURE)
        eventful[1:] |= self.basin[1:] != self.basin[:-1]
        return np.asarray(eventful)

    def signalled(self) -> Mask:
        """Where a marble may begin to rattle, to wander or to bounce; shape (K, M)."""
        return np.asarray((self.calm > 0) | (self.bouncing > 0))


class Spells(NamedTuple):
    """How long each of M runs has been where it is, in moments; each part of shape (M,)."""

    slow: Labels
    """On a gentle slope,"""
    near: Labels
    """and near a saddle:"""
    saddle: Labels
    """the one with this index,"""
    touched: Mask
    """where the slope has been gentle meanwhile."""

    @classmethod
    def none(cls, runs: int) -> "Spells":
        """Those of runs that have not begun."""
        zero = np.zeros(runs, dtype=np.intp)
        return cls(zero, zero, np.full(runs, NO_SADDLE), zero > 0)


def sights(problem: Problem, moments: Moments, before: Spells) -> tuple[Sights, Spells]:
    """What the judges see of these moments. Of the spells `before` them, and after."""
    shape, scale = moments.steps.shape, problem.scale
    theta, gradient = (vectors(components(part).reshape(2, -1)) for part in (moments.theta, moments.gradient))
    with np.errstate(all="ignore"):
        slope, step = norm(gradient).reshape(shape) / scale.gradient, moments.steps / scale.length
        labels = problem.basins.nearest(theta)
        certain, basin = labels.reshape(shape), problem.basins.labels(theta, labels).reshape(shape)
        saddles, distances = nearest_saddle(problem, theta)
        saddle, reaches = saddles.reshape(shape), distances.reshape(shape)
        level = _level(problem, certain, moments.loss)
        offsets, farthest = theta - problem.window.center, FAR_AWAY * scale.length
        far = (dot(offsets, offsets) > farthest * farthest).reshape(shape)
        slow = _spells(slope <= SLOW_GRADIENT, ~(slope <= LEAVING * SLOW_GRADIENT), before.slow)
        left, after = _visits(saddle, reaches, slope <= SLOW_GRADIENT, before)
        ahead = np.full(shape, np.inf)
        still = _still(slope, step)
        if still.any():
            place = still.reshape(-1)
            ahead[still] = _ahead(problem, theta[place], basin[still], gradient[place])
        lower, upper = np.full(shape, np.nan), np.full(shape, np.nan)
        crossing = (slow >= DWELL) & (certain != NO_BASIN) & ~(level <= SLOW_LEVEL)
        matters = still | crossing | _may_linger(slow, step, reaches)
        if matters.any():
            lower[matters], upper[matters] = moments.curvatures(matters).T / scale.curvature
    seen = Sights(slope, step, lower, upper, level, basin, certain, ahead, reaches, far, slow, left, *moments.signs)
    return seen, after._replace(slow=slow[-1])


def _still(slope: Array, step: Array) -> Mask:
    """Where a marble may be at rest, if there is a critical point."""
    return np.asarray((slope <= RESTLESS * REST_GRADIENT) & (step <= RESTLESS * REST_MOVEMENT))


def _may_linger(slow: Labels, step: Array, reaches: Array) -> Mask:
    """Where a marble may linger at a saddle, if the curvatures are those of one."""
    return np.asarray((slow > 0) & (step <= LEAVING * SLOW_MOVEMENT) & (reaches <= LEAVING))


def _visits(saddle: Labels, reaches: Array, gentle: Mask, before: Spells) -> tuple[Labels, Spells]:
    """Which saddle has just been left, after a stay there on a gentle slope, or NO_SADDLE (K, M); and the visits after.

    saddle, reaches: the nearest one and its distance in reaches, (K, M).
    """
    earlier = np.concatenate([before.saddle[None], saddle])
    near = _spells(reaches <= 1, ~(reaches <= LEAVING) | (saddle != earlier[:-1]), before.near)
    number = np.arange(1, len(near) + 1)[:, None]
    last_touch = np.maximum.accumulate(np.where(gentle, number, 0), axis=0)
    begun = number - near  # The number of the last moment before the visit; negative if it began before all these.
    touched = (near > 0) & ((last_touch > np.maximum(begun, 0)) | ((begun < 0) & before.touched))
    stay = np.concatenate([(before.near * before.touched)[None], near * touched])[:-1]
    left = np.where((stay >= DWELL) & (near != stay + 1), earlier[:-1], NO_SADDLE)
    return left, Spells(before.slow, near[-1], saddle[-1], touched[-1])


def _spells(begins: Mask, ends: Mask, before: Labels) -> Labels:
    """How long the spell has lasted at each of K moments of M runs: 0 outside of one; shape (K, M).

    It begins at a moment that `begins` (K, M) and goes on until one that `ends` it, at which another may begin.
    before: how long it had lasted before the first, shape (M,).
    """
    count = len(begins)
    number = np.arange(1, count + 1)[:, None]
    last_end = np.maximum.accumulate(np.where(ends, number - begins, 0), axis=0)
    next_beginning = np.full((count + 1, begins.shape[1]), count + 1)
    next_beginning[:-1] = np.minimum.accumulate(np.where(begins, number, count + 1)[::-1], axis=0)[::-1]
    since_beginning = number - np.take_along_axis(next_beginning, last_end, axis=0) + 1
    carried_on = ~np.logical_or.accumulate(ends, axis=0) & (before > 0)
    return np.where(carried_on, before + number, np.maximum(since_beginning, 0))


def _level(problem: Problem, certain: Labels, loss: Array) -> Array:
    """Level as in `Sight`, for points with these labels and losses."""
    if problem.lowest is None:
        return np.full(loss.shape, np.nan)
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
    index, square = np.empty(len(theta), dtype=np.intp), np.empty(len(theta))
    block = max(1, BLOCK // len(saddles))
    for first in range(0, len(theta), block):
        x, y = theta[first : first + block].T
        squares = np.square(x - saddles[:, 0, None]) + np.square(y - saddles[:, 1, None])
        index[first : first + block] = np.argmin(squares, axis=0)
        square[first : first + block] = np.min(squares, axis=0)
    return index, np.sqrt(square) / reach[index]


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
