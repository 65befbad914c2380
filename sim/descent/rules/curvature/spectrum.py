"""Functions of a symmetric 2×2 matrix, by its eigenvalues in closed form."""

from collections.abc import Callable
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le

from ....surface.points import Array, pair
from ..protocol import Letter

Damping = Annotated[float, Ge(0), Le(1e6), Letter("δ", always=True)]
"""δ, in units of curvature: what is added to each before the gradient is divided by it."""

UNSURE = 4 * np.finfo(np.float64).eps
"""Rounding of the smaller eigenvalue, at most, in units of the two products whose difference it is made of."""


def applied(function: Callable[[Array], Array], matrices: Array, vectors: Array) -> Array:
    """f(H) v, for vectors (..., 2) and symmetric matrices (..., 2, 2): f of an eigenvalue along its own eigenvector.

    Element by element, and without angles: what the marbles beside it are does not change a marble's bits, and
    where H is diagonal the axes do not touch each other.
    """
    a, b, d = matrices[..., 0, 0], matrices[..., 0, 1], matrices[..., 1, 1]
    mean, half = 0.5 * (a + d), 0.5 * (a - d)
    spread = np.hypot(half, b)
    high, low = _eigenvalues(a, b, d, mean, spread)
    above, below = function(high), function(low)
    cosine, sine = _direction(half, b, spread)
    x, y = vectors[..., 0], vectors[..., 1]
    along, across = above * (cosine * x + sine * y), below * (cosine * y - sine * x)
    return pair(cosine * along - sine * across, sine * along + cosine * across)


def _direction(half: Array, b: Array, spread: Array) -> tuple[Array, Array]:
    """Cosine and sine of the angle of the larger eigenvalue's eigenvector.

    Twice that angle has the cosine half/spread and the sine b/spread. Of the two by half of it, the larger is the root,
    so that neither loses digits. For a multiple of I it is the x axis.
    """
    apart = spread + (spread == 0)
    double_cosine, double_sine = np.where(spread == 0, 1.0, half / apart), b / apart
    larger = np.sqrt(0.5 * (1 + np.abs(double_cosine)))
    smaller = 0.5 * double_sine / larger
    flat = double_cosine >= 0
    return np.where(flat, larger, np.abs(smaller)), np.where(flat, smaller, np.copysign(larger, double_sine))


def _eigenvalues(a: Array, b: Array, d: Array, mean: Array, spread: Array) -> tuple[Array, Array]:
    """The larger and the smaller one; that nearer to 0 is 0 where rounding leaves not even its sign.

    It is the determinant over the other one, and not a difference of two large numbers: so a diagonal matrix, however
    stretched, has its own entries.
    """
    far = np.where(mean < 0, mean - spread, mean + spread)
    divisor = far + (far == 0)
    one, other = a / divisor * d, b / divisor * b
    near = one - other
    near = np.where(np.abs(near) > UNSURE * (np.abs(one) + np.abs(other)), near, 0.0)
    return np.where(mean < 0, near, far), np.where(mean < 0, far, near)


def inverse(values: Array) -> Array:
    """1/x, and 0 for 0: where there is no curvature, there is no telling how far to go, and nobody goes.

    Numbers below the smallest normal one are 0 as well: they have lost their digits, and 1/x may overflow.
    """
    flat = np.abs(values) < np.finfo(np.float64).tiny
    return np.where(flat, 0.0, 1 / np.where(flat, 1.0, values))
