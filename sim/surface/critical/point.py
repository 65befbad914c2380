"""What a critical point is, by the curvature of the surface there."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from ..points import Array, eigenvalues, eigenvectors
from ..protocol import Surface

FLAT = 1e-7
"""A smaller curvature is none: over the point's own ‖H‖."""

NONE = 1e-7
"""Nor is one, over the median ‖H‖ on the grid, that is no more than what H changes by as near as a point is known."""

UNDERFLOW = 1e-290
"""Nor is one so small that its digits are lost."""

_BESIDE = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])

TINY = float(np.finfo(float).tiny)
"""The least normal number: what is divided by is at least this."""


class CriticalKind(Enum):
    """What a critical point is, by the signs of its eigenvalues."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    SADDLE = "saddle"
    DEGENERATE = "degenerate"


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """A point where ∇f = 0, or the tip of a cusp, with the curvature f has there.

    Eigenvalues ascend; row i of `eigenvectors` belongs to eigenvalue i. A cusp has no curvature:
    its eigenvalues are (inf, inf), the limit of parabolas that get sharper and sharper.
    """

    position: tuple[float, float]
    value: float
    kind: CriticalKind
    eigenvalues: tuple[float, float]
    eigenvectors: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Scales:
    """What tolerances refer to, over a window."""

    steepest: float
    """The largest ‖∇f‖ that is finite on the grid."""
    typical_curvature: float
    """The median of those ‖H‖ that are finite on the grid."""
    relief: float
    """The range of f where it is finite on the grid."""
    near: float
    """Points as near as this are one."""


def frobenius(hessians: Array) -> Array:
    """The Frobenius norm ‖H‖, shape (...)."""
    return np.asarray(np.hypot(np.hypot(hessians[..., 0, 0], hessians[..., 1, 1]), np.sqrt(2) * hessians[..., 0, 1]))


def kinds(surface: Surface, scales: Scales, points: Array) -> npt.NDArray[np.object_]:
    """The kind of each of the critical points (n, 2); shape (n,)."""
    hessians = surface.hessian(points)
    low, high = np.moveaxis(eigenvalues(hessians), -1, 0)
    flat = np.maximum(FLAT * frobenius(hessians), UNDERFLOW)
    slight = np.flatnonzero(np.minimum(np.abs(low), np.abs(high)) <= NONE * scales.typical_curvature)
    beside = surface.hessian(points[slight, None] + scales.near * _BESIDE)
    changes = frobenius(beside - hessians[slight, None]).max(axis=1, initial=0.0)
    flat[slight] = np.fmax(flat[slight], np.fmin(changes, NONE * scales.typical_curvature))
    found = np.full(low.shape, CriticalKind.SADDLE, object)
    found[low > 0] = CriticalKind.MINIMUM
    found[high < 0] = CriticalKind.MAXIMUM
    found[np.minimum(np.abs(low), np.abs(high)) <= flat] = CriticalKind.DEGENERATE
    return found


def describe(surface: Surface, scales: Scales, points: Array) -> list[CriticalPoint]:
    """The critical points at these places (n, 2), in their order."""
    hessians = surface.hessian(points)
    columns = zip(
        (points + 0.0).tolist(),  # No negative zeros.
        surface.value(points).tolist(),
        kinds(surface, scales, points),
        eigenvalues(hessians).tolist(),
        eigenvectors(hessians).tolist(),
        strict=True,
    )
    return [
        CriticalPoint((x, y), value, kind, (low, high), ((a, b), (c, d)))
        for (x, y), value, kind, (low, high), ((a, b), (c, d)) in columns
    ]
