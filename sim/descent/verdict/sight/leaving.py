"""Who gets away from the window, off the surface, or not at all."""

import numpy as np

from ....surface.points import Array, Mask, eigenvalues, norm
from ...problem import Problem
from .tolerances import EQUAL_LOSS

# Radii of rings around where one has lately been, over how far one was from the middle; and where on them one looks.
RINGS = np.array([1.0, 2.0, 4.0])
_TURNS = np.linspace(0.0, 2 * np.pi, 32, endpoint=False)
RING = np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=-1)
BESIDE = 1.0  # Distance from the window's centre, in diagonals, below which a marble may still be in sight.
GROWING = 1.1  # By which factor a diverging marble's movements grow from block to block.
# Least curvature where a marble diverges, over that halfway to the window.
AS_STEEP = 0.99
OUTSIDE = 1e3  # Distance, in diagonals, from which on numbers that are not finite are too large rather than undefined.
HUGE = 1e200  # Of a loss: what leaves no room for its derivatives and for what is next to it.
AROUND = 1e-6  # How far from an infinite loss one looks whether it is infinite around it, in diagonals,
POLE = 0.125  # and at which share of the places there it is at most at a pole.
MOST_GROWTH = float(np.log(np.finfo(np.float64).max))  # By the logarithm of which factor any number overflows.
EDGE_HALVINGS = 64  # How often a way is halved to find where the loss ceases to have a value.


def swells(problem: Problem, theta: Array, growing: Array) -> Mask:
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


def grows_on(problem: Problem, theta: Array, unstable: Array, to_come: Array) -> Mask:
    """Whether marbles that swell, at these points (n, 2), do so until they overflow, though their η is to fall; (n,).

    Too steep a wall throws one ever farther by the least η that is to come; `unstable` is the curvature of such walls.
    Where the loss falls outwards and bends down by κ, no η leads back: all that are to come, of the sum S, stretch a
    way by exp(S |κ|) at most, which is a number or none. And where the loss is none any more, it has come to pass.
    """
    loss, nearer = problem.train.value(theta), 0.5 * (theta + problem.window.center)
    lower, upper = eigenvalues(problem.train.hessian(theta)).T
    falls = (loss < problem.train.value(nearer)) & (lower < 0)
    return np.asarray(~np.isfinite(loss) | (upper >= unstable) | (falls & (-lower * to_come >= MOST_GROWTH)))


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
