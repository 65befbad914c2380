"""In which wells marbles are, be they known or not."""

import numpy as np

from ....surface.basins import flow_step
from ....surface.points import Array, Indices, norm
from ...problem import Problem
from .leaving import RING
from .tolerances import EQUAL_LOSS

STEP = 0.01  # Longest step of a descent, in diagonals;
STEPS = 150  # it takes so many of these, and then shorter ones, as on a crease none would ever be short.
SHORTER, SHORT_STEPS = 0.85, 60
STILL = 1e-6  # A descent whose step is this short, in diagonals, has arrived.
AROUND = 3e-3  # Radius of a ring of higher losses around the bottom of a well, in diagonals.


def changes(problem: Problem, places: Array) -> Indices:
    """How often the well changes from one of the places (k, n, 2) to the next; (n,).

    Where a ring of higher losses lies around the end of a descent, there is a minimum within; around two ends whose
    rings do not touch, there are two. All else is no sign: a bounce goes down a valley, too, or has no end.
    """
    theta, radius = places.reshape(-1, 2), AROUND * problem.units.length
    with np.errstate(all="ignore"):
        ends = _descended(problem, theta)
        around = problem.train.value(ends[:, None] + radius * RING).min(axis=1)
        bottom = around > problem.train.value(ends) + EQUAL_LOSS * problem.units.loss
    ends[~bottom] = np.nan
    ends = ends.reshape(places.shape)
    return np.asarray((norm(ends[1:] - ends[:-1]) > 2 * radius).sum(axis=0))


def _descended(problem: Problem, theta: Array) -> Array:
    """Where descents from the points (n, 2) end, or have come to."""
    ends, longest = theta.copy(), STEP * problem.units.length
    moving = np.flatnonzero(np.isfinite(theta).all(axis=-1))
    for number in range(STEPS + SHORT_STEPS):
        if not len(moving):
            break
        step = flow_step(problem.train, ends[moving], longest)
        ends[moving] += step
        moving = moving[norm(step) > STILL * problem.units.length]
        if number >= STEPS:
            longest *= SHORTER
    return ends
