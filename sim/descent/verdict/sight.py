"""What a judge sees of many runs at the ends of blocks: where they are on the surface, and how they move on it.

Every length is held against one of the surface where the marble is: the way to its minimum, the reach of a saddle.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...surface.basins import NO_BASIN, Labels
from ...surface.critical.bottoms import level_between
from ...surface.critical.newton import apart
from ...surface.critical.point import CriticalKind
from ...surface.points import Array, Mask, dot, eigenvalues, eigenvectors, norm, pair
from ...surface.protocol import value_and_gradient
from ..examples.chance import Indices
from ..problem import Problem
from .blocks import Progress

REST_DISTANCE = 2e-3  # How far a marble at rest may still come, in window diagonals: a pixel or two of a panel.
REST_WAY = 1e-4  # The longest way of a block that begins a rest, in window diagonals.
# The longest way of such a block on a slope, where a rule with weight decay may rest as well; others must stand still.
BALANCED_WAY = 5e-6
# The way of a block that goes on with a rest, over the first one's; of one at a minimum it may be of any length.
RESTLESS = 10.0
AT_HAND = 5e-3  # How far it may be from the critical point at which it rests.
# Most that any curvature changes over a step of Newton's method that leads to a minimum, as a share of itself. By the
# theorem of Newton and Kantorovich (Deuflhard 2004, Theorem 2.1) it arrives up to a half; but at a half, it may creep
# towards a point of inflection.
SURE = 0.25
# Radii of rings around where one has lately been, over how far one was from the middle; and where on them one looks.
RINGS = np.array([1.0, 2.0, 4.0])
_TURNS = np.linspace(0.0, 2 * np.pi, 32, endpoint=False)
RING = np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=-1)
ROUNDING = 1e-15  # Length of a movement that is no more than rounding, in window diagonals.
FLAT_CURVATURE = 1e-4  # |eigenvalue| that counts as zero, over the scale of curvatures.
ROUNDED_CURVATURE = 1e-7  # The same over the other eigenvalue: on the floor of a valley it is rounding.
# How far to all four sides of a critical point the loss must rise or fall as the curvatures say, in diagonals, and by
# which share of what they say at least: little in a well that is narrower, but nothing where there is a floor. In one
# that is narrower yet it does so nearer to the point.
ASIDE, SHARE = 1e-3 * np.array([1.0, 0.1, 0.01, 1e-3, 1e-4]), 1e-3
EQUAL_LOSS = 1e-6  # Difference of two losses that counts as none, over the scale of losses.
AS_LOW = 1e-8  # Difference of two minima's losses that counts as none, over the scale of losses.
LAST_STEPS = 4  # Of Newton's method, from where one rests to a minimum of which nothing was known.
# Most of a height, over what the slope would come to on the way down from it. Of d^p that is 1/p, at a cusp as well; on
# a plateau the slope comes to next to nothing.
LOW = 10.0
LEVEL_LOSS = 1e-3  # What ‖∇L‖ on level ground comes to over a window diagonal, over the scale of losses.
NEAR_SADDLE = 0.05  # How far the influence of a saddle or a maximum reaches at most, in window diagonals.
# How far it reaches at most, as a share of the distance to the next critical point; the smaller counts.
NEAR_SADDLE_SHARE = 0.25
LINGERING = 0.05  # The way of a block that lingers at a saddle, over the saddle's reach.
GENTLE = 1.0  # Most of ‖∇L‖ · d on a plateau, over the height above the minimum at the distance d.
# Most of the part of ∇L in the minimum's direction, times d, over that height.
ASKEW = 0.25
FAR_AWAY = 1e6  # Distance from the window's centre, in diagonals, below which nothing counts as diverging.
BESIDE = 1.0  # Distance from the window's centre, in diagonals, below which a marble may still be in sight.
GROWING = 1.1  # By which factor a diverging marble's movements grow from block to block.
# Least curvature where a marble diverges, over that halfway to the window.
AS_STEEP = 0.99
OUTSIDE = 1e3  # Distance, in diagonals, from which on numbers that are not finite are too large rather than undefined.
HUGE = 1e200  # Of a loss: what leaves no room for its derivatives and for what is next to it.
AROUND = 1e-6  # How far from an infinite loss one looks whether it is infinite around it, in diagonals,
POLE = 0.125  # and at which share of the places there it is at most at a pole.
EDGE_HALVINGS = 64  # How often a way is halved to find where the loss ceases to have a value.
LEAVING = 2.0  # What has begun goes on until its quantity exceeds the tolerance by this factor.
# How often a segment is halved, to see whether the gradient jumps in it.
HALVINGS = 40
# What is left of the gradient's change after these halvings, at a crease.
JUMP = 0.5
STRAIGHT = 0.1  # What is left of a height at the foot of such a line; of a parabola's it is a quarter.
CORE = 0.5  # The core of a basin: the disc around its minimum with this share of its certain disc's radius.

BOWL_RINGS, BOWL_ANGLES = 16, 64  # How many points of a disc tell whether there can be a plateau in it.
MOST_BOWLS = 64  # Of how many minima, at most, that is found out.

NO_SADDLE = -1
BLOCK = 1 << 16  # Most pairs of a point and a critical point whose distances are computed at once.

# On what a marble rests.
MOVING, MINIMUM, SADDLE, MAXIMUM, LEVEL, SLOPE = range(6)


class Sight(NamedTuple):
    """What is seen of M runs at the ends of K blocks; each part of shape (K, M), or one look's of shape (M,)."""

    basin: Labels
    """The label of the basin."""
    rest: Labels
    """On what it has come to rest, or MOVING."""
    stays: Labels
    """On what one that has come to rest still does."""
    lowest: Mask
    """Whether the minimum on which it has come to rest, if it has, is as low as the lowest known."""
    stays_lowest: Mask
    """The same of the minimum on which it still rests."""
    at: Labels
    """Index of the saddle at which it lingers."""
    still_at: Labels
    """Index of the saddle at which one that has lingered still does."""
    plateau: Mask
    """Whether it crosses a plateau."""
    still_plateau: Mask
    """Whether one that has been crossing a plateau still does."""
    bouncing: tuple[Mask, ...]
    """Whether it swings to and fro and no less than before, over each of BOUNCES."""
    crease: Mask
    """Whether the gradient jumps where one turns that swings to and fro."""
    longest: Array
    """The longest of the last 40 movements."""
    swelling: Mask
    """Whether it is outside of the window and gets farther at a growing pace: that is no bounce which might stay."""
    diverging: Mask
    """Whether it does so far away."""
    unmoved: Mask
    """Whether it has taken no step lately that is more than rounding."""
    ended: Mask
    """Whether it is known that it takes none any more."""

    def at_look(self, index: int | tuple[int, Indices]) -> "Sight":
        """What is seen at the end of one of the blocks, of all runs or of some."""
        parts = (tuple(one[index] for one in part) if isinstance(part, tuple) else part[index] for part in self)
        return Sight._make(parts)


class Ends(NamedTuple):
    """Where M runs are at the ends of K blocks, and how they came there."""

    theta: Array
    """Shape (K, M, 2)."""
    ground: Callable[[Mask], tuple[Array, Array]]
    """L (n,) and ∇L (n, 2) there, of those n of (K, M) of whom that is asked."""
    basin: Labels
    """Shape (K, M)."""
    way: Callable[[Mask], Array]
    """The points of the last block, the one before it included, of those n of (K, M) of whom that is asked:
    (DWELL + 1, n, 2)."""
    restless: Mask
    """Who has moved too far for a rest in each of many blocks in a row; (K, M)."""


class Held(NamedTuple):
    """What may hold the marbles of a lane on a slope."""

    factors: Array | None
    """Of a rule that shrinks θ besides, so that this and the gradient may balance: η over the lane's own; (K, 1)."""
    for_good: bool | Mask
    """Who takes no step for long never will: the rule answers the same at the same place, or η rises no more; or (K, 1)
    """
    ended: Mask
    """Whose η is next to nothing from then on, and who has taken no step any more; (K, M)."""


def see(problem: Problem, ends: Ends, progress: Progress, held: Held) -> Sight:
    """What is seen of these runs."""
    length = problem.units.length
    with np.errstate(all="ignore"):
        unmoved = (progress.longest <= ROUNDING * length) | held.ended
        arriving = (progress.remaining <= REST_DISTANCE * length) | unmoved
        still = (arriving & (progress.path <= REST_WAY * length)) | held.ended
        rest, lowest = _rest(problem, ends, still, AT_HAND * length)
        slow = (progress.path <= RESTLESS * REST_WAY * length) | held.ended
        stays, stays_lowest = _stays(problem, ends, slow, LEAVING * AT_HAND * length)
        for part, slack in ((rest, 1.0), (stays, RESTLESS)):
            stands = held.for_good & unmoved
            if held.factors is not None:  # A way is short as well where η is: it must be without that, to begin with.
                stands |= progress.path <= slack * BALANCED_WAY * length * (held.factors if slack == 1 else 1.0)
            part[(part == SLOPE) & ~stands] = MOVING
        at, still_at = _linger(problem, ends, progress.path)
        plateau, still_plateau = _plateau(problem, ends)
        swinging = progress.bouncing[0] | progress.bouncing[1]
        swelling = _swelling(problem, ends.theta, progress.grown)
        far = norm(ends.theta - problem.window.center) > FAR_AWAY * length
        crease = np.zeros(still.shape, dtype=np.bool_)
        if swinging.any():
            crease[swinging] = _creased(problem, ends.way(swinging))
        return Sight(
            basin=ends.basin,
            rest=rest,
            stays=stays,
            lowest=lowest,
            stays_lowest=stays_lowest,
            at=at,
            still_at=still_at,
            plateau=plateau,
            still_plateau=still_plateau,
            bouncing=progress.bouncing,
            crease=crease,
            longest=progress.longest,
            swelling=swelling,
            diverging=swelling & (progress.growing >= GROWING) & far,
            unmoved=unmoved,
            ended=held.ended,
        )


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


def _within(problem: Problem, theta: Array, basin: Labels, radii: Array) -> Mask:
    """Whether each of the points (..., 2) is so near (K,) to the minimum of its basin, if it is in one; (...)."""
    if not len(radii):
        return np.zeros(basin.shape, dtype=np.bool_)
    x, y = problem.basins.minima.T
    across, along = theta[..., 0] - x[basin], theta[..., 1] - y[basin]  # Of any minimum where there is no basin.
    return np.asarray((across * across + along * along <= (radii * radii)[basin]) & (basin != NO_BASIN))


def _rest(problem: Problem, ends: Ends, still: Mask, at_hand: float) -> tuple[Labels, Mask]:
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
    slope, step = norm(gradient), _newton_step(hessian, gradient)
    flat = np.maximum(FLAT_CURVATURE * scale.curvature, ROUNDED_CURVATURE * np.maximum(np.abs(lower), np.abs(upper)))
    level = slope * scale.length <= LEVEL_LOSS * scale.loss
    away = _from_minimum(problem, theta, basin, np.where(upper > 0, slope / upper, np.inf))
    cored = _cored(problem, basin, problem.basins.discs(theta, CORE)[1])
    near_minimum = (away <= at_hand) | (level & cored)  # The floor of a degenerate one is wide.
    near_minimum &= loss - _floors(problem)[basin] <= np.fmax(LOW * slope * away, EQUAL_LOSS * scale.loss)
    near_minimum |= _beside_crease(problem, theta, basin, loss, gradient) <= at_hand
    floor = _floors(problem)[basin]
    apart = np.flatnonzero(level & ~near_minimum & (basin == NO_BASIN))
    if len(apart):  # Where a floor reaches a minimum from one side alone, no descent leads along it.
        floor[apart] = level_with(problem, theta[apart], loss[apart])
        near_minimum[apart] = floor[apart] > -np.inf
    near_other = norm(step) <= at_hand
    # Of a known basin a narrow well may be a part that the search has overlooked.
    unknown = near_other & (lower > flat) & ~near_minimum & (_gaps(problem, theta, basin) > 2 * norm(step))
    unknown[unknown] = _leads(problem, theta[unknown], hessian[unknown], step[unknown])
    bent = near_other & (lower < -flat)
    bent[bent] = _pivots(problem, theta[bent], hessian[bent], step[bent], at_hand)
    rest[still] = np.select(
        [bent & (upper < -flat), bent, near_minimum, unknown, level],
        [MAXIMUM, SADDLE, MINIMUM, MINIMUM, LEVEL],
        SLOPE,
    )
    rest[still] = np.where(np.isnan(loss), MOVING, rest[still])
    floor[~near_minimum] = loss[~near_minimum]
    known = np.full(loss.shape, np.inf if problem.lowest is None else problem.lowest)
    found = np.flatnonzero(unknown & (rest[still] == MINIMUM) & ~near_minimum)
    if len(found):
        places = _descended(problem, theta[found])
        floor[found] = problem.train.value(places)
        open_ = floor[found] <= known[found] + AS_LOW * scale.loss  # Where a lower one is known, none is looked for.
        known[found[open_]] = np.minimum(known[found[open_]], problem.lowest_about(places[open_]))
    lowest[still] = floor <= known + AS_LOW * scale.loss
    return rest, lowest


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
        theta = theta + _newton_step(problem.train.hessian(theta), problem.train.gradient(theta))
    return theta


def _stays(problem: Problem, ends: Ends, slow: Mask, at_hand: float) -> tuple[Labels, Mask]:
    """On what those stay that have come to rest, as `_rest` has it: if slow, or still at hand of their minimum.

    A rule that divides by the size of its last gradients never rests quite: at a minimum, where these fade, it starts
    up now and then, and is back before long. One who swings about it on and on is at rest no more.
    """
    stays, lowest = _rest(problem, ends, slow, at_hand)
    theta, basin = ends.theta.reshape(-1, 2), ends.basin.reshape(-1)
    near = (_from_minimum(problem, theta, basin, np.full(basin.shape, np.inf)) <= at_hand).reshape(slow.shape)
    near &= (stays == MOVING) & ~ends.restless
    stays[near], lowest[near] = MINIMUM, _lows(problem)[ends.basin[near]]
    return stays, lowest


def _lows(problem: Problem) -> Mask:
    """Which of the minima are as low as the lowest known."""
    values = np.array([point.value for point in problem.minima])
    return np.asarray(values <= np.min(values, initial=np.inf) + AS_LOW * problem.units.loss)


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
            step = _newton_step(problem.train.hessian(theta[rows]), gradient)
            height = np.abs(loss - _floors(problem)[basin[rows]])
            far[rows] = height > np.fmax(LOW * norm(gradient) * norm(step), EQUAL_LOSS * problem.units.loss)
    return far


def _beside_crease(problem: Problem, theta: Array, basin: Labels, loss: Array, gradient: Array) -> Array:
    """How far points (n, 2) are from the floor of the valley in whose basin they are, if that is a crease; else inf.

    Beside a crease the loss rises as along a line: where that comes to the floor's height, the floor is.
    """
    distance, equal = np.full(len(theta), np.inf), EQUAL_LOSS * problem.units.loss
    rows = np.flatnonzero(basin != NO_BASIN)
    rows = rows[problem.basins.valleys[basin[rows]]]
    if len(rows):
        floor = np.array([point.value for point in problem.minima])[basin[rows]]
        height, slope = loss[rows] - floor, norm(gradient[rows])
        there = height <= equal
        way = np.where(there, 0.0, height / slope)
        foot = theta[rows] - np.where(there, 0.0, way / slope * gradient[rows].T).T
        left = problem.train.value(foot) - floor
        distance[rows] = np.where(left <= np.maximum(equal, STRAIGHT * height), way, np.inf)
    return distance


def _newton_step(hessian: Array, gradient: Array) -> Array:
    """−H⁻¹g, the step to the critical point of the local quadratic model; endless if there is none, 0 where g is."""
    x, y = gradient[:, 0], gradient[:, 1]
    xx, xy, yy = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    step = pair(xy * y - yy * x, xy * x - xx * y) / (xx * yy - xy * xy)[:, None]
    return np.where((x == 0) & (y == 0), 0.0, np.where(np.isnan(step), np.inf, step).T).T


def _leads(problem: Problem, theta: Array, hessian: Array, step: Array) -> Mask:
    """Whether such steps (n, 2) lead from the points (n, 2) on to a critical point with such curvatures; (n,).

    Next to a point of inflection, or to where the slope only comes close to 0, H is positive, too, and there is no
    minimum; and on the tail of a well, or beside the floor of a valley, it may be as at a saddle or a maximum. At a
    kink it speaks of one side alone: so the loss itself must rise and fall to all four as it says, at some distance.
    """
    scales = np.sqrt(np.abs(eigenvalues(hessian)))
    whitened = eigenvectors(hessian) / scales[..., None]  # Along these, all curvatures are 1 or −1.
    change = whitened @ (problem.train.hessian(theta + step) - hessian) @ whitened.swapaxes(-1, -2)
    leads = np.abs(eigenvalues(change)).max(axis=-1) <= SURE
    place, aside = (theta[leads] + step[leads])[:, None], (ASIDE * problem.units.length)[:, None, None]
    ways, expected = aside[..., None] * eigenvectors(hessian[leads]), 0.5 * aside**2 * eigenvalues(hessian[leads])
    rises = problem.train.value(np.stack([place + ways, place - ways])) - problem.train.value(place)
    telling = np.abs(expected).min(axis=-1) > EQUAL_LOSS * problem.units.loss  # What is no more may be rounding,
    telling[0] = True  # so near.
    so = (rises * np.sign(expected) >= SHARE * np.abs(expected)).all(axis=(0, 3))
    leads[leads] = (so & telling).any(axis=0)
    return np.asarray(leads)


def _pivots(problem: Problem, theta: Array, hessian: Array, step: Array, at_hand: float) -> Mask:
    """Whether a saddle or a maximum is next to the points (n, 2), known or told by Newton's steps (n, 2); (n,)."""
    _, gaps = _nearest_place(problem, theta, (CriticalKind.SADDLE, CriticalKind.MAXIMUM))
    found = gaps <= at_hand
    rows = np.flatnonzero(~found)
    found[rows] = _leads(problem, theta[rows], hessian[rows], step[rows])
    return found


def _linger(problem: Problem, ends: Ends, path: Array) -> tuple[Labels, Labels]:
    """Index of the saddle at which each lingers, and at which it still does if it has; or NO_SADDLE.

    Beyond its reach one still does who flutters about, but not who gets farther from it with every step of a block.
    """
    at, still_at = np.full(path.shape, NO_SADDLE), np.full(path.shape, NO_SADDLE)
    slow = path <= LEAVING * LINGERING * NEAR_SADDLE * problem.units.length
    if problem.saddles and slow.any():
        saddle, distance = nearest_saddle(problem, ends.theta[slow])
        reach = _tops(problem, (CriticalKind.SADDLE,))[1][saddle]
        lower = eigenvalues(problem.train.hessian(ends.theta[slow]))[:, 0]
        unstable = lower < -FLAT_CURVATURE * problem.units.curvature
        for part, slack in ((at, 1.0), (still_at, LEAVING)):
            lingers = unstable & (distance <= slack) & (path[slow] <= slack * LINGERING * reach)
            part[slow] = np.where(lingers, saddle, NO_SADDLE)
        beyond = (still_at != NO_SADDLE) & (at == NO_SADDLE)
        if beyond.any():
            ways = reaches(problem, ends.way(beyond), still_at[beyond])
            leaves = (ways[-1] > 1) & (np.diff(ways, axis=0) > 0).all(axis=0)
            still_at[beyond] = np.where(leaves, NO_SADDLE, still_at[beyond])
    return at, still_at


def _plateau(problem: Problem, ends: Ends) -> tuple[Mask, Mask]:
    """Whether each is on a plateau, and whether it still is if it has been.

    Where a loss is convex, ∇L · (θ − m) is at least h, the height above a minimum m. On a plateau the slope says
    nothing of a way down: kept up all the way to m it would not come to h, and little of it leads there. Nor does it
    close to a saddle or a maximum, but there the ground is not level for long. In a bowl nobody needs to look.
    """
    begins, lasts = np.zeros((2, *ends.basin.shape), dtype=np.bool_)
    outside = ~_within(problem, ends.theta, ends.basin, _bowls(problem))
    if outside.any():
        theta, (loss, gradient) = ends.theta[outside], ends.ground(outside)
        height, offset = _way_down(problem, theta, loss, ends.basin[outside])
        gentle = norm(gradient) * norm(offset) / (GENTLE * height)
        askew = dot(gradient, offset) / (ASKEW * height)
        least = np.maximum(gentle, askew)
        still = (height > EQUAL_LOSS * problem.units.loss) & (least <= LEAVING)
        if still.any():
            _, distance = _nearest(problem, theta[still], (CriticalKind.SADDLE, CriticalKind.MAXIMUM))
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


def _creased(problem: Problem, way: Array) -> Mask:
    """Whether the gradient jumps where these points (DWELL + 1, n, 2), one after the other, turn back the most."""
    gradients = problem.train.gradient(way)
    turns = dot(gradients[1:], gradients[:-1]) / (norm(gradients[1:]) * norm(gradients[:-1]))
    sharpest = np.argmin(np.nan_to_num(turns, nan=1.0), axis=0)
    runs = np.arange(way.shape[1])
    one, other = way[sharpest, runs], way[sharpest + 1, runs]
    slope, beyond = gradients[sharpest, runs], gradients[sharpest + 1, runs]
    change = norm(beyond - slope)
    for _ in range(HALVINGS):
        middle = 0.5 * (one + other)
        between = problem.train.gradient(middle)
        left = (norm(between - slope) >= norm(beyond - between))[:, None]
        one, slope = np.where(left, one, middle), np.where(left, slope, between)
        other, beyond = np.where(left, middle, other), np.where(left, between, beyond)
    return np.asarray(norm(beyond - slope) >= JUMP * change) & (change > 0)


def _swelling(problem: Problem, theta: Array, growing: Array) -> Mask:
    """Whether each is outside, gets farther at a growing pace, and comes to no flatter ground on the way out.

    The ground gets no flatter if the steepest curvature at the marble is no smaller than halfway to the window.
    """
    offsets, scale = theta - problem.window.center, problem.units
    swelling = (growing >= GROWING) & (norm(offsets) > BESIDE * scale.length)
    if swelling.any():
        nearer = problem.window.center + 0.5 * offsets[swelling]
        here, before = (
            np.abs(eigenvalues(problem.train.hessian(points))).max(axis=-1) for points in (theta[swelling], nearer)
        )
        swelling[swelling] = (here >= AS_STEEP * before) & (here > 0)
    return np.asarray(swelling)


def overflown(problem: Problem, theta: Array, gradient: Array) -> Mask:
    """Whether numbers overflow at these points (n, 2) because they are too large; else there is no surface."""
    return np.asarray(np.isfinite(gradient).all(axis=-1) | _too_large(problem, theta))


def off_surface(problem: Problem, theta: Array, loss: Array) -> Mask:
    """Whether the loss has no value at these points (n, 2), where it is computed so; (n,)."""
    lost = np.isnan(loss)
    if lost.any():
        lost[lost] = ~_too_large(problem, theta[lost])
    return lost


def _too_large(problem: Problem, theta: Array) -> Mask:
    """Whether numbers are so large at these points (n, 2) that they overflow, or would soon; (n,).

    They are far outside. Nearer, they are where the loss is next to the largest number, or infinite all around: at a
    pole it is so at a point or along lines. And they are where it has no value, as ∞ − ∞ has none, but just before it
    ceases to have one on the way from the window's middle, it is as large.
    """
    large = norm(theta - problem.window.center) > OUTSIDE * problem.units.length
    with np.errstate(all="ignore"):
        near = np.flatnonzero(~large)
        loss = problem.train.value(theta[near])
        valued = near[~np.isnan(loss)]
        around = theta[valued, None] + AROUND * problem.units.length * RING
        high = (np.abs(problem.train.value(around)) >= HUGE).mean(axis=1) > POLE
        large[valued] = (np.abs(loss[~np.isnan(loss)]) >= HUGE) & high
        without = near[np.isnan(loss)]
        inner, outer = np.broadcast_to(problem.window.center, (len(without), 2)), theta[without]
        for _ in range(EDGE_HALVINGS if len(without) else 0):
            middle = 0.5 * (inner + outer)
            valueless = np.isnan(problem.train.value(middle))[:, None]
            inner, outer = np.where(valueless, inner, middle), np.where(valueless, middle, outer)
        if len(without):
            back = problem.window.center - inner
            before = inner + AROUND * problem.units.length * (back.T / norm(back)).T
            large[without] = np.abs(problem.train.value(before)) >= HUGE
    return np.asarray(large)


def walled(problem: Problem, block: Array) -> Mask:
    """Whether a ring of higher losses lies around the middle of the last points (DWELL, n, 2) of each; (n,).

    Then there is a minimum within it, whatever its kind, as of every continuous function on a disc: one at a cusp, too,
    to which no descent leads. The ring is seen at as many places as RING has.
    """
    middle = block.mean(axis=0)
    reach = norm(block - middle).max(axis=0)
    with np.errstate(all="ignore"):
        within = problem.train.value(middle)
        rings = middle + RINGS[:, None, None, None] * reach[:, None] * RING[:, None]
        around = problem.train.value(rings).min(axis=1)
        return np.asarray((around > within + EQUAL_LOSS * problem.units.loss).any(axis=0))


def nearest_saddle(problem: Problem, theta: Array) -> tuple[Labels, Array]:
    """Index of the saddle nearest to each of the points (n, 2), and the distance in the saddle's reaches.

    A saddle reaches NEAR_SADDLE diagonals, but no farther than a share of the way to the next critical
    point. Without saddles: NO_SADDLE, infinitely far.
    """
    return _nearest(problem, theta, (CriticalKind.SADDLE,))


def _nearest(problem: Problem, theta: Array, kinds: tuple[CriticalKind, ...]) -> tuple[Labels, Array]:
    """As `nearest_saddle`, of all critical points of these kinds."""
    index, gap = _nearest_place(problem, theta, kinds)
    reach = _tops(problem, kinds)[1]
    return index, gap / reach[index] if len(reach) else gap


def _nearest_place(problem: Problem, theta: Array, kinds: tuple[CriticalKind, ...]) -> tuple[Labels, Array]:
    """As `_nearest`, and the distance in the plane."""
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
