"""Bowls with a regular ripple: as many local minima as there are waves."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..points import Array, norm, pair, symmetric
from ..protocol import Window

_TURN = 2 * np.pi


@dataclass(frozen=True, slots=True)
class Rastrigin:
    """f = 20 + Σ (t² − 10 cos 2πt) over t = x, y.

    L. A. Rastrigin, Systems of Extremal Control (1974). The global minimum 0 at (0, 0); a local one near
    every point of integers. Each axis has 21 roots of 2t + 20π sin 2πt = 0 in ±5.12, so that its
    usual window holds 21² = 441 critical points: 121 minima, 100 maxima, 220 saddles.
    """

    usual_window: ClassVar[Window] = Window(-5.12, 5.12, -5.12, 5.12)

    def lower_bound(self) -> float:
        """0: it is Σ (t² + 20 sin² πt)."""
        return 0.0

    def value(self, points: Array) -> Array:
        """Σ (t² + 20 sin² πt), which keeps its digits near the minimum."""
        sines = np.sin(np.pi * points)
        heights = points * points + 20 * sines * sines
        return np.asarray(heights[..., 0] + heights[..., 1])

    def gradient(self, points: Array) -> Array:
        """2t + 20π sin 2πt along each axis."""
        return np.asarray(2 * points + 10 * _TURN * np.sin(_TURN * points))

    def hessian(self, points: Array) -> Array:
        """2 + 40π² cos 2πt along each axis."""
        bends = 2 + 10 * _TURN * _TURN * np.cos(_TURN * points)
        return symmetric(bends[..., 0], np.zeros(points.shape[:-1]), bends[..., 1])


@dataclass(frozen=True, slots=True)
class Ackley:
    """f = 20 + e − 20 exp(−ρ/5) − exp(½ (cos 2πx + cos 2πy)), ρ = √(½ (x² + y²)).

    D. H. Ackley, A Connectionist Machine for Genetic Hillclimbing (1987). The global minimum 0 at (0, 0)
    is the tip of a cone of slope 2√2. There the gradient is given as 0, a subgradient, as befits a
    minimum; the curvature across the cone grows like 1/r, and is cut off at r = 1e-100.
    """

    usual_window: ClassVar[Window] = Window(-5.0, 5.0, -5.0, 5.0)

    def lower_bound(self) -> float:
        """0: neither exponential is more than its value at the origin."""
        return 0.0

    @staticmethod
    def _radial(points: Array) -> tuple[Array, Array, Array]:
        """r, and the unit vector away from the origin (0 there)."""
        radius = np.maximum(norm(points), 1e-100)
        return radius, points[..., 0] / radius, points[..., 1] / radius

    @staticmethod
    def _waves(points: Array) -> Array:
        """exp(½ (cos 2πx + cos 2πy))."""
        cosines = np.cos(_TURN * points)
        return np.asarray(np.exp(0.5 * (cosines[..., 0] + cosines[..., 1])))

    def value(self, points: Array) -> Array:
        """20 (1 − exp(−ρ/5)) + e (1 − exp(−sin² πx − sin² πy)), which keeps its digits near the tip."""
        sines = np.sin(np.pi * points)
        squares = sines * sines
        cone = -20 * np.expm1(-np.sqrt(0.02) * norm(points))
        return np.asarray(cone - np.e * np.expm1(-(squares[..., 0] + squares[..., 1])))

    def gradient(self, points: Array) -> Array:
        """√8 exp(−ρ/5) θ/r + π exp(½ (…)) sin 2πθ."""
        radius, x, y = self._radial(points)
        cone = np.sqrt(8.0) * np.exp(-np.sqrt(0.02) * radius)
        waves = np.pi * self._waves(points)
        sines = np.sin(_TURN * points)
        return pair(cone * x + waves * sines[..., 0], cone * y + waves * sines[..., 1])

    def hessian(self, points: Array) -> Array:
        """The cone's ((I − uuᵀ)/r − √0.02 uuᵀ) √8 exp(−ρ/5), and the waves'."""
        radius, x, y = self._radial(points)
        cone = np.sqrt(8.0) * np.exp(-np.sqrt(0.02) * radius)
        across, along = cone / radius, -np.sqrt(0.02) * cone
        waves = np.pi * np.pi * self._waves(points)
        angles = _TURN * points
        sines, cosines = np.sin(angles), np.cos(angles)
        sx, sy = sines[..., 0], sines[..., 1]
        return symmetric(
            across * (1 - x * x) + along * x * x + waves * (2 * cosines[..., 0] - sx * sx),
            (along - across) * x * y - waves * sx * sy,
            across * (1 - y * y) + along * y * y + waves * (2 * cosines[..., 1] - sy * sy),
        )
