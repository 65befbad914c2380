"""Whether the lowest known minimum is the lowest of all: said only where it is proved, up to rounding.

A search tells what there is where it has looked. That nothing lower is anywhere else takes a reason that holds on the
whole plane: surfaces that have one give it as `lower_bound`, `convex` or `bends`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, cast

import numpy as np

from ..points import Array, Mask, eigenvalues, norm
from ..protocol import Surface
from .point import CriticalPoint

FIRST_CELLS = 32  # Along each side of a box that is searched exhaustively.
HALVINGS = 10  # How often such a cell is halved at most.
MOST = 1 << 19  # Pairs of an example and a point that are evaluated for that at most.
SINGLE = 1.9  # In lengths λ/M: below twice that, a critical point is the only one. See `exhausted`.


class Proof(Enum):
    """Why no loss anywhere is less than that of the lowest known minimum. The value completes "because …"."""

    BOUND = "the loss can be no lower"
    CONVEX = "the loss is convex"
    EXHAUSTED = "the loss rises on all sides, and no other place can be as low"


@dataclass(frozen=True, slots=True)
class Bends:
    """Bounds on a surface that is a bowl ½ kx (x − cx)² + ½ ky (y − cy)² and something else."""

    center: tuple[float, float]
    curvature: tuple[float, float]
    """kx and ky."""
    depth: float
    """What is not the bowl is nowhere below minus this."""
    pull: float
    """No gradient of what is not the bowl is longer than this."""
    third: float
    """No third derivative of what is not the bowl, along any direction, is larger than this."""


class Reasoned(Protocol):
    """A surface of which something is known everywhere; it may have any of these."""

    def lower_bound(self) -> float:
        """A number that it is nowhere below, the larger the better; −inf if none is known."""
        ...

    def convex(self) -> bool:
        """Whether it is convex, so that each of its minima is as low as every other."""
        ...

    def bends(self) -> Bends | None:
        """Its bounds as a bowl and something else; None if it is no such surface."""
        ...


def lower_bound(surface: object) -> float:
    """A number that the surface is nowhere below; −inf if it knows none."""
    return cast(Reasoned, surface).lower_bound() if hasattr(surface, "lower_bound") else -np.inf


def lower_bound_of_mean(surface: object, shifts: Array) -> float:
    """A number that the mean of copies of the surface, moved by the shifts (N, 2), is nowhere below.

    A surface that knows more than its own bound, below which no mean of its values can be, says so itself.
    """
    if hasattr(surface, "lower_bound_of_mean"):
        return float(surface.lower_bound_of_mean(shifts))
    return lower_bound(surface)


def convex(surface: object) -> bool:
    """Whether the surface knows that it is convex."""
    return hasattr(surface, "convex") and cast(Reasoned, surface).convex()


def bends(surface: object) -> Bends | None:
    """What the surface knows of itself as a bowl and something else."""
    return cast(Reasoned, surface).bends() if hasattr(surface, "bends") else None


def proof(surface: Surface, critical: Sequence[CriticalPoint], lowest: float, equal: float) -> Proof | None:
    """Why the surface is nowhere lower than its lowest known minimum; None if it is not proved.

    critical: the critical points that are known. equal: by how much the lowest loss may be off, for rounding.
    """
    if lowest <= lower_bound(surface) + equal:
        return Proof.BOUND
    if convex(surface):
        return Proof.CONVEX
    bounds = bends(surface)
    if bounds is not None and exhausted(surface, bounds, critical, lowest - equal):
        return Proof.EXHAUSTED
    return None


def exhausted(surface: Surface, bounds: Bends, critical: Sequence[CriticalPoint], lowest: float) -> bool:
    """Whether the surface, a bowl and something else, can have no critical point lower than this but the known ones.

    The least value of such a surface is at a critical point, and it lies in the box outside which the bowl's slope is
    more than the longest gradient of the rest, and in that outside which the bowl is higher than the rest is deep. In a
    part of it, at no more than r from its middle, there
    is none that is lower where by Taylor's theorem the gradient is longer than 0 or the height more than the lowest,
    with M the largest third derivative:

        ‖∇f‖ ≥ ‖g‖ − ‖H‖ r − ½ M r²,    f ≥ f₀ − ‖g‖ r − ½ ‖H‖ r² − M r³/6.

    Nor is there another one within 2 λ/M of a known one, λ the least of the magnitudes of its Hessian's eigenvalues.
    """
    k, third = np.array(bounds.curvature), bounds.third
    if not (k > 0).all():
        return False
    known = [point for point in critical if np.isfinite(point.eigenvalues).all()]
    places = np.array([point.position for point in known]).reshape(-1, 2)
    single = np.array([min(map(abs, point.eigenvalues)) for point in known]) * SINGLE / max(third, np.finfo(float).tiny)
    high = np.sqrt(2 * max(lowest + bounds.depth, 0.0) / k)
    half = np.minimum(bounds.pull / k, high) / FIRST_CELLS
    steps = np.arange(1 - FIRST_CELLS, FIRST_CELLS, 2)
    middles = bounds.center + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) * half
    spent, each = 0, int(getattr(surface, "evaluations", 1))
    for _ in range(HALVINGS):
        spent += each * len(middles)
        if spent > MOST:
            return False
        radius = float(norm(half))
        with np.errstate(all="ignore"):
            possible = _possible(surface, middles, radius, third, lowest)
        middles = middles[possible]
        inside = (norm(middles[:, None] - places) + radius < single).any(axis=1)
        middles = middles[~inside]
        if not len(middles):
            return True
        half = 0.5 * half
        middles = (middles[:, None] + half * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])).reshape(-1, 2)
    return False


def _possible(surface: Surface, middles: Array, radius: float, third: float, lowest: float) -> Mask:
    """Within this radius of which of the middles (n, 2) there may be a critical point below the lowest, (n,)."""
    slope = norm(surface.gradient(middles))
    steepness = np.abs(eigenvalues(surface.hessian(middles))).max(axis=-1)
    possible: Mask = ~(slope > steepness * radius + 0.5 * third * radius**2)
    fall = slope * radius + 0.5 * steepness * radius**2 + third * radius**3 / 6
    possible[possible] = ~(surface.value(middles[possible]) - fall[possible] > lowest)
    return possible
