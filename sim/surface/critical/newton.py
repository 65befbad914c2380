"""Newton's method on ∇f = 0, from many points at once, and which of the points that it reaches are one and the same."""

import numpy as np

from ..points import Array, Indices, Mask, group_indices, norm
from ..protocol import Surface, Window
from .point import TINY, frobenius

NEWTON_STEPS = 48  # At most, from each start.

ARRIVED = 1e-9  # In diagonals of the window: a step as short as this has arrived.

SAME_POINT = 1e-7
"""Points as near as this, in diagonals of the window, are one."""

# In diagonals: how far a point is moved at which a formula has no derivative; off the axes and the lines between them,
# along which it may have none either.
NUDGE = 1e-13 * np.array([1.0, 0.6])

NO_GRADIENT = 1e-8  # A slope as small as this, over the steepest half a reach away, is none.

SINGULAR = 1e-14  # |det H| / ‖H‖² below which a Hessian has one direction only.

SQUARES = 1.001  # By what squares are larger than what lies in two that touch may be apart, for rounding.

FEW = 128  # Points each of which is held against all others.
SPACING = 2.0  # How near one looks for a neighbour at first, in spacings of as many points that fill a square evenly.
# Of how many points one looks at once, and how near at least, over how far apart they are: squares need be numbered.
TOGETHER, LEAST_NEAR = 256, 1e-5

CIRCLE = np.stack([np.cos(np.arange(16) * np.pi / 8), np.sin(np.arange(16) * np.pi / 8)], axis=-1)
"""Sixteen unit vectors all around, shape (16, 2)."""


def newton(surface: Surface, window: Window, starts: Array, reach: float, most: int = NEWTON_STEPS) -> Array:
    """The critical points (n, 2) in the window that Newton's method reaches from the starts."""
    arrived = ARRIVED * window.diagonal
    done = [np.empty((0, 2))]
    points = starts
    for _ in range(most):
        if not len(points):
            break
        steps = newton_steps(surface.gradient(points), surface.hessian(points))
        lengths = norm(steps)
        steps *= np.minimum(1.0, reach / np.maximum(lengths, TINY))[:, None]
        points = points + steps
        there = lengths <= arrived
        done.append(points[there])
        points = points[~there & _near(window, points, reach)]
    points = np.concatenate(done)
    points = nudged(surface, window, points)
    points = distinct(surface, points, window)
    critical = norm(surface.gradient(points)) <= NO_GRADIENT * slopes_around(surface, points, reach)
    critical &= np.isfinite(frobenius(surface.hessian(points))) & np.isfinite(surface.value(points))
    return distinct(surface, points[critical & _near(window, points, arrived)], window)


def nudged(surface: Surface, window: Window, points: Array) -> Array:
    """The points (n, 2), those moved a little at which a formula has no derivative.

    It may have none where its function has one, as cos(sqrt(x^2 + y^2)) at the origin.
    """
    without = ~np.isfinite(surface.gradient(points)).all(axis=-1, keepdims=True)
    return np.asarray(points + NUDGE * window.diagonal * without)


def newton_steps(gradients: Array, hessians: Array) -> Array:
    """−H⁻¹∇f; of a singular H its pseudo-inverse, which for H = λ v vᵀ is H / ‖H‖².

    By Cramer's rule, so that what lies exactly on an axis of symmetry stays there.
    """
    size = np.maximum(frobenius(hessians), TINY)
    x, y = gradients[..., 0] / size, gradients[..., 1] / size
    xx, xy, yy = hessians[..., 0, 0] / size, hessians[..., 0, 1] / size, hessians[..., 1, 1] / size
    determinant = xx * yy - xy * xy
    singular = np.abs(determinant) < SINGULAR
    steps = np.where(
        singular,
        [xx * x + xy * y, xy * x + yy * y],
        np.divide([yy * x - xy * y, xx * y - xy * x], np.where(singular, 1.0, determinant)),
    )
    return np.moveaxis(-steps, 0, -1)


def slopes_around(surface: Surface, points: Array, reach: float) -> Array:
    """The steepest slope on a ring of half the reach around each point (n, 2); shape (n,)."""
    slopes = norm(surface.gradient(points[:, None] + 0.5 * reach * CIRCLE))
    return np.asarray(np.where(np.isfinite(slopes), slopes, 0.0).max(axis=1, initial=0.0))


def _near(window: Window, points: Array, margin: float) -> Mask:
    wider = Window(window.x0 - margin, window.x1 + margin, window.y0 - margin, window.y1 + margin)
    return wider.contains(points)


def distinct(surface: Surface, points: Array, window: Window) -> Array:
    """One of each group of points (n, 2) that agree within SAME_POINT: the one with the least gradient."""
    order = np.argsort(norm(surface.gradient(points)), kind="stable")
    return first_of_each(points[order], SAME_POINT * window.diagonal)


def first_of_each(points: Array, near: float) -> Array:
    """The points (n, 2) without those that are as near as this to an earlier one.

    Whatever is so near shares a square of twice that size, in one of four tilings shifted by half a square.
    """
    if len(points) < 2:
        return points
    squares = points / (2 * near)
    for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        rows = np.ascontiguousarray(np.floor(squares + shift))
        square = rows.view(np.complex128)[:, 0]  # Numbers are sorted sooner than rows.
        _, first = np.unique(square, return_index=True, equal_nan=False)
        first.sort()
        points, squares = points[first], squares[first]
    return points


def nearest_within(points: Array, others: Array, near: float) -> Array:
    """From each of the points (n, 2) to the nearest of the others (m, 2), inf if it is farther than `near`; (n,)."""
    gaps = np.full(len(points), np.inf)
    one, other = neighbours(points, others, near)
    if len(one):
        starts = np.flatnonzero(np.diff(one, prepend=-1))
        gaps[one[starts]] = np.minimum.reduceat(norm(points[one] - others[other]), starts)
    return gaps


def apart(points: Array, others: Array) -> Array:
    """From each of the points (n, 2) to the nearest of the others (m, 2) at another place, inf if there is none; (n,).

    Of many, only those are compared that are near; and all, if there is none so near.
    """
    gaps = np.full(len(points), np.inf)
    if len(others) > FEW:
        (low, high), spread = np.quantile(others, (0.1, 0.9), axis=0), np.ptp(others, axis=0).max()
        near = max(SPACING * (high - low).max() / np.sqrt(len(others)), LEAST_NEAR * spread)
        for first in range(0, len(points) if near > 0 else 0, TOGETHER):
            part = points[first : first + TOGETHER]
            one, other = neighbours(part, others, near)
            gap = norm(part[one] - others[other])
            np.minimum.at(gaps, first + one[gap > 0], gap[gap > 0])
    lonely = np.flatnonzero(gaps == np.inf)
    for first in range(0, len(lonely), TOGETHER):
        some = lonely[first : first + TOGETHER]
        all_gaps = norm(points[some, None] - others)
        gaps[some] = np.min(all_gaps, axis=1, initial=np.inf, where=all_gaps > 0)
    return gaps


def neighbours(points: Array, others: Array, near: float) -> tuple[Indices, Indices]:
    """Which of the points (n, 2) are no farther than `near` from which of the others (m, 2): (k,) and (k,).

    The former ascend. Only those are compared that lie in one square of a little more than this size, or in two that
    touch.
    """
    if not len(points) or not len(others):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    corner, size = others.min(axis=0), SQUARES * near
    rows, columns = np.floor((others - corner) / size).T
    tall = columns.max() + 3  # Rows are kept apart by two empty squares.
    squares = rows * tall + columns
    order = np.argsort(squares, kind="stable")
    squares = squares[order]
    row, column = np.floor((points - corner) / size).T
    middles = (row[:, None] + [-1, 0, 1]) * tall + column[:, None]
    first, last = np.searchsorted(squares, middles - 1, "left"), np.searchsorted(squares, middles + 1, "right")
    middle, number = group_indices((last - first).ravel())
    one, other = middle // 3, order[first.ravel()[middle] + number]
    close = norm(points[one] - others[other]) <= near
    return one[close], other[close]
