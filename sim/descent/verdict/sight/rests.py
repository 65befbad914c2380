"""On what marbles have come to rest, and in whose basin."""

import numpy as np

from ....surface.basins import NO_BASIN, Labels
from ....surface.critical.bottoms import level_between
from ....surface.points import Array, Mask, eigenvalues, norm
from ....surface.protocol import value_and_gradient
from ...problem import Problem
from .creases import beside_crease
from .crests import crests
from .ends import Ends
from .newton import leads_on, newton_step
from .saddles import beside_saddle, pivots
from .tolerances import AT_HAND, EQUAL_LOSS, FLAT_CURVATURE, LEAVING, ROUNDED_CURVATURE

LAST_STEPS = 4  # Of Newton's method, from where one rests to a minimum of which nothing was known.
# Most of a height, over what the slope would come to on the way down from it. Of d^p that is 1/p, at a cusp as well; on
# a plateau the slope comes to next to nothing.
LOW = 10.0
LEVEL_LOSS = 1e-3  # What ‖∇L‖ on level ground comes to over a window diagonal, over the scale of losses,
LEVEL_HEIGHT = 1e-2  # and over what there is to go down, or what critical points are apart in height.
CORE = 0.5  # The core of a basin: the disc around its minimum with this share of its certain disc's radius.
# On what a marble rests.
MOVING, MINIMUM, SADDLE, MAXIMUM, RIDGE, LEVEL, SLOPE = range(7)


def places(problem: Problem, theta: Array) -> tuple[Labels, Labels]:
    """In whose basin, and in whose core each of the points (n, 2) is, or NO_BASIN; both (n,).

    Cores as in milestoning (Schütte, Noé, Lu, Sarich and Vanden-Eijnden 2011, "Markov state models based on
    milestoning", J. Chem. Phys. 134, 204105): who reaches another one has made a passage, and who only crosses the
    ridge has not. A valley of equal minima has no disc: it is its own core.
    """
    nearest, inner = problem.basins.discs(theta, CORE)
    basin = problem.basins.labels(theta, nearest)
    return basin, np.where(_cored(problem, basin, inner), basin, NO_BASIN)


def _cored(problem: Problem, basin: Labels, inner: Mask) -> Mask:
    """Whether points with these labels (n,) are in the core: so far inside of a certain disc, or in a valley; (n,)."""
    valleys = problem.basins.valleys
    return inner | (valleys[basin] & (basin != NO_BASIN)) if valleys.any() else inner


def resting(problem: Problem, ends: Ends, still: Mask, at_hand: float) -> tuple[Labels, Mask]:
    """On what those rest that are still, and whether that is a minimum as low as the lowest known.

    Where a marble rests at no known minimum, the loss' own Taylor series there tells whether there is one, and a search
    around it whether there is a lower one.
    """
    rest, lowest = np.full(still.shape, MOVING), np.zeros(still.shape, dtype=np.bool_)
    if not still.any():
        return rest, lowest
    theta, basin, scale = ends.theta[still], ends.basin[still], problem.units
    loss, gradient = ends.ground(still)
    hessian = problem.train.hessian(theta)
    lower, upper = eigenvalues(hessian).T
    slope, step = norm(gradient), newton_step(hessian, gradient)
    rounded = ROUNDED_CURVATURE * np.maximum(np.abs(lower), np.abs(upper))
    flat = np.maximum(FLAT_CURVATURE * scale.curvature, rounded)
    level = slope * scale.length <= LEVEL_LOSS * scale.loss
    away = _from_minimum(problem, theta, basin, np.where(upper > 0, slope / upper, np.inf))
    cored = _cored(problem, basin, problem.basins.discs(theta, CORE)[1])
    near_minimum = (away <= at_hand) | (level & cored)  # The floor of a degenerate one is wide.
    near_minimum &= loss - _floors(problem)[basin] <= np.fmax(LOW * slope * away, EQUAL_LOSS * scale.loss)
    near_minimum |= beside_crease(problem, theta, basin, loss, gradient) <= at_hand
    floor = _floors(problem)[basin]
    apart = np.flatnonzero(level & ~near_minimum & (basin == NO_BASIN))
    if len(apart):  # Where a floor reaches a minimum from one side alone, no descent leads along it.
        floor[apart] = level_with(problem, theta[apart], loss[apart])
        near_minimum[apart] = floor[apart] > -np.inf
    near_other = norm(step) <= at_hand
    # Of a known basin a narrow well may be a part that the search has overlooked.
    unknown = near_other & (lower > flat) & ~near_minimum & (_gaps(problem, theta, basin) > 2 * norm(step))
    unknown[unknown] = leads_on(problem, theta[unknown], hessian[unknown], step[unknown])
    # How much the loss bends elsewhere says nothing of what bends down here, if a saddle or a maximum is found there.
    bent = near_other & (lower < -rounded)
    bent[bent] = pivots(problem, theta[bent], hessian[bent], step[bent], at_hand)
    ground, bends = np.full(loss.shape, LEVEL), level & (lower < -flat)
    ground[bends] = _along_crests(problem, theta[bends], hessian[bends], gradient[bends], at_hand)
    rest[still] = np.select(
        [bent & (upper < -rounded), bent, near_minimum, unknown, level & _gentle(problem, loss, slope)],
        [MAXIMUM, SADDLE, MINIMUM, MINIMUM, ground],
        SLOPE,
    )
    rest[still] = np.where(np.isnan(loss), MOVING, rest[still])
    floor[~near_minimum] = loss[~near_minimum]
    known = np.full(loss.shape, np.inf if problem.lowest is None else problem.as_low)
    found = np.flatnonzero(unknown & (rest[still] == MINIMUM) & ~near_minimum)
    if len(found):
        places = _descended(problem, theta[found])
        floor[found] = problem.train.value(places) - problem.rounding(places)
        open_ = floor[found] <= known[found]  # Where a lower one is known, none is looked for.
        known[found[open_]] = np.minimum(known[found[open_]], problem.lowest_about(places[open_]))
    lowest[still] = floor <= known
    return rest, lowest


def _along_crests(problem: Problem, theta: Array, hessian: Array, gradient: Array, at_hand: float) -> Labels:
    """On what those rest at the points (n, 2) where there is next to no slope, but the loss bends down; (n,).

    Where it does so one way alone, no Newton step tells of a saddle or a maximum: only the loss along the crest does.
    """
    if not len(theta):
        return np.empty(0, dtype=np.intp)
    with np.errstate(all="ignore"):
        found = crests(problem, theta, hessian, gradient, at_hand)
    known = [found.there & found.rises, found.there & found.falls, found.there]
    return np.select(known, [SADDLE, MAXIMUM, RIDGE], LEVEL)


def _gentle(problem: Problem, loss: Array, slope: Array) -> Mask:
    """Whether slopes (n,) at these losses are slight beside what is there to go down, or between critical points; (n,).

    Between walls that are much higher than all that, one may be slight beside these, and lead down as any other.
    """
    if problem.lowest is None:
        return np.ones(loss.shape, dtype=np.bool_)
    passes = max(point.value for point in problem.critical) - problem.lowest
    return np.asarray(slope * problem.units.length <= LEVEL_HEIGHT * np.fmax(np.abs(loss - problem.lowest), passes))


def _floors(problem: Problem) -> Array:
    """The losses of the minima, by the labels of their basins; behind them −∞, which that of none points at."""
    return np.array([*(point.value for point in problem.minima), -np.inf])


def level_with(problem: Problem, theta: Array, loss: Array) -> Array:
    """The loss of the nearest minimum that is as low as the points (n, 2), if a straight level way leads to it.

    Else −∞; (n,).
    """
    floor, equal = np.full(loss.shape, -np.inf), EQUAL_LOSS * problem.units.loss
    values = _floors(problem)[:-1]
    if len(values):
        gaps = norm(theta[:, None] - problem.basins.minima)
        gaps[np.abs(loss[:, None] - values) > equal] = np.inf
        nearest = np.argmin(gaps, axis=1)
        rows = np.flatnonzero(gaps.min(axis=1) < np.inf)
        ends = problem.basins.minima[nearest[rows]]
        rows = rows[level_between(problem.train, theta[rows], ends, equal)]
        floor[rows] = values[nearest[rows]]
    return floor


def _descended(problem: Problem, theta: Array) -> Array:
    """The minima to which Newton's steps lead from the points (n, 2), of which it is known that they do."""
    for _ in range(LAST_STEPS):
        theta = theta + newton_step(problem.train.hessian(theta), problem.train.gradient(theta))
    return theta


def still_resting(problem: Problem, ends: Ends, slow: Mask, at_hand: float) -> tuple[Labels, Mask]:
    """On what those stay that have come to rest, as `resting` has it: if slow, or still at hand of their minimum.

    A rule that divides by the size of its last gradients never rests quite: at a minimum, where these fade, it starts
    up now and then, and is back before long; at a saddle, too. One who swings about it on and on is at rest no more.
    """
    stays, lowest = resting(problem, ends, slow, at_hand)
    theta, basin = ends.theta.reshape(-1, 2), ends.basin.reshape(-1)
    near = (_from_minimum(problem, theta, basin, np.full(basin.shape, np.inf)) <= at_hand).reshape(slow.shape)
    near &= (stays == MOVING) & ~ends.restless
    stays[near], lowest[near] = MINIMUM, _lows(problem)[ends.basin[near]]
    moving = (stays == MOVING) & ~ends.restless
    if problem.saddles and moving.any():
        moving[moving] = beside_saddle(problem, ends.theta[moving]) <= at_hand
        stays[moving] = SADDLE
    return stays, lowest


def _lows(problem: Problem) -> Mask:
    """Which of the minima are as low as the lowest known."""
    return np.array([point.value <= problem.as_low for point in problem.minima], dtype=np.bool_)


def _from_minimum(problem: Problem, theta: Array, basin: Labels, across: Array) -> Array:
    """The distance of the points (n, 2) from the minima of their basins; of a valley, `across` it."""
    distance, known = _gaps(problem, theta, basin), np.flatnonzero(basin != NO_BASIN)
    floors = known[problem.basins.valleys[basin[known]]]
    distance[floors] = np.fmin(distance[floors], across[floors])
    return distance


def _gaps(problem: Problem, theta: Array, basin: Labels) -> Array:
    """The distance of the points (n, 2) from where the minima of their basins are marked; infinite if in none; (n,)."""
    gaps, known = np.full(len(theta), np.inf), basin != NO_BASIN
    gaps[known] = norm(theta[known] - problem.basins.minima[basin[known]])
    return gaps


def elsewhere(problem: Problem, theta: Array, basin: Labels) -> Mask:
    """Who of those that rest in a minimum, at the points (n, 2), does so in none that is known; (n,).

    The floor of a known one may be wide; but there the height is what the slope comes to on the way of a Newton step.
    """
    gaps = _from_minimum(problem, theta, basin, np.zeros(len(theta)))
    far: Mask = np.asarray(gaps > LEAVING * AT_HAND * problem.units.length)
    rows = np.flatnonzero(far & (basin != NO_BASIN))
    if len(rows):
        with np.errstate(all="ignore"):
            loss, gradient = value_and_gradient(problem.train, theta[rows])
            step = newton_step(problem.train.hessian(theta[rows]), gradient)
            height = np.abs(loss - _floors(problem)[basin[rows]])
            far[rows] = height > np.fmax(LOW * norm(gradient) * norm(step), EQUAL_LOSS * problem.units.loss)
    return far
