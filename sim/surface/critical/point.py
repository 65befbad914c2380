"""What a critical point is, by the curvature of the surface there."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from ..points import Array, eigenvalues, eigenvectors
from ..protocol import Surface

FLAT = 1e-7
"""A smaller curvature is none: over the larger of the point's own ‖H‖ and its median on the grid."""

UNDERFLOW = 1e-290
"""Nor is one so small that its digits are lost."""

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


def frobenius(hessians: Array) -> Array:
    """The Frobenius norm ‖H‖, shape (...)."""
    return np.asarray(np.hypot(np.hypot(hessians[..., 0, 0], hessians[..., 1, 1]), np.sqrt(2) * hessians[..., 0, 1]))


def kinds(scales: Scales, hessians: Array) -> npt.NDArray[np.object_]:
    """The kind of each critical point with these Hessians (n, 2, 2); shape (n,)."""
    low, high = np.moveaxis(eigenvalues(hessians), -1, 0)
    flat = np.maximum(FLAT * np.maximum(frobenius(hessians), scales.typical_curvature), UNDERFLOW)
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
        kinds(scales, hessians),
        eigenvalues(hessians).tolist(),
        eigenvectors(hessians).tolist(),
        strict=True,
    )
    return [
        CriticalPoint((x, y), value, kind, (low, high), ((a, b), (c, d)))
        for (x, y), value, kind, (low, high), ((a, b), (c, d)) in columns
    ]
