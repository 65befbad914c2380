"""Sums of Gaussians: the landscapes built here, and the Müller–Brown surface of chemistry."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from annotated_types import Ge, Le

from ..critical.proof import Bends
from ..points import Array, components, matrices, total, total_of, vectors
from ..protocol import LARGEST, Number, Point, Window

NARROWEST = 1e-3
STEEPEST = 0.60654  # No less than exp(−½), the most of t exp(−t²/2).
SHARPEST = 1.3802  # No less than the most of |t³ − 3t| exp(−t²/2), which is at t² = 3 − √6.
TOGETHER = 1 << 13  # Most (well, point) pairs that are evaluated at once; more would leave the cache.

Curvature = Annotated[float, Ge(0), Le(LARGEST)]
Width = Annotated[float, Ge(NARROWEST), Le(LARGEST)]
_MULLER_BROWN = (
    #  A     a     b      c     x0    y0
    (-200.0, -1.0, 0.0, -10.0, 1.0, 0.0),
    (-100.0, -1.0, 0.0, -10.0, 0.0, 0.5),
    (-170.0, -6.5, 11.0, -6.5, -0.5, 1.5),
    (15.0, 0.7, 0.6, 0.7, -1.0, 1.0),
)
"""The terms of the surface of Müller and Brown, as they gave them."""


@dataclass(frozen=True, slots=True)
class Bowl:
    """½ kx (x − cx)² + ½ ky (y − cy)²: keeps the marbles from rolling out of the picture."""

    center: Point = (0.0, 0.0)
    curvature: tuple[Curvature, Curvature] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Well:
    """−depth · exp(−|θ − c|² / 2 width²); a negative depth makes it a hill."""

    center: Point
    depth: Number
    width: Width


class _Arrays(NamedTuple):
    """A landscape's numbers, shaped to broadcast against (wells, 2, ...) and (wells, ...)."""

    bottom: Array
    curvature: Array
    centers: Array
    exponents: Array
    depths: Array
    slopes: Array
    narrowness: Array


@lru_cache(maxsize=512)
def _arrays(bowl: Bowl, wells: tuple[Well, ...], axes: int) -> _Arrays:
    """The parameters of a landscape for points with so many leading axes."""
    ones = (1,) * axes
    depths = np.array([well.depth for well in wells], float).reshape(-1, *ones)
    squares = np.array([well.width * well.width for well in wells], float).reshape(-1, *ones)
    arrays = _Arrays(
        bottom=np.array(bowl.center, float).reshape(2, *ones),
        curvature=np.array(bowl.curvature, float).reshape(2, *ones),
        centers=np.array([well.center for well in wells], float).reshape(-1, 2, *ones),
        exponents=-0.5 / squares,
        depths=-depths,
        slopes=depths / squares,
        narrowness=-1.0 / squares,
    )
    for array in arrays:
        array.flags.writeable = False
    return arrays


@dataclass(frozen=True, slots=True)
class Landscape:
    """f(θ) = ½ kx (x − cx)² + ½ ky (y − cy)² − Σ_j depth_j · exp(−|θ − c_j|² / 2 width_j²).

    With ε_j = depth_j/width_j² · exp(…) and d_j = θ − c_j, a well adds ε_j d_j to the gradient and
    ε_j (I − d_j d_jᵀ/width_j²) to the Hessian: at its centre the curvature is depth/width². Alone, it
    pulls hardest at one width from its centre and has no inside beyond.

    Wells that come as mirror images in the order of `points.total` (well i and well i + ⌈n/2⌉)
    cancel exactly on the mirror's axis.
    """

    bowl: Bowl = Bowl()
    wells: tuple[Well, ...] = ()

    usual_window: ClassVar[Window] = Window(-3.5, 3.5, -2.5, 2.5)

    def convex(self) -> bool:
        """Whether there is nothing but the bowl."""
        return not self.wells

    def bends(self) -> Bends:
        """The bowl, and what depth, gradient and third derivatives of the wells can be at most.

        At t widths from a centre they are t exp(−t²/2) depth/width and, along a line, at most
        |t³ − 3t| exp(−t²/2) depth/width³.
        """
        pulls = [abs(well.depth) / well.width for well in self.wells]
        thirds = [abs(well.depth) / well.width**3 for well in self.wells]
        depth = sum(max(well.depth, 0.0) for well in self.wells)
        return Bends(self.bowl.center, self.bowl.curvature, depth, STEEPEST * sum(pulls), SHARPEST * sum(thirds))

    def value(self, points: Array) -> Array:
        """The height of the landscape."""
        xy = components(points)
        the = _arrays(self.bowl, self.wells, xy.ndim - 1)
        offsets = xy - the.bottom
        halves = the.curvature * offsets * offsets
        height = 0.5 * (halves[0] + halves[1])

        def depths(wells: slice) -> Array:
            offsets = xy - the.centers[wells]
            offsets *= offsets
            depths = offsets[:, 0] + offsets[:, 1]
            depths *= the.exponents[wells]
            np.exp(depths, out=depths)
            depths *= the.depths[wells]
            return depths

        return height + self._total(depths, height.size) if self.wells else np.asarray(height)

    def gradient(self, points: Array) -> Array:
        """K (θ − c) + Σ ε_j d_j."""
        xy = components(points)
        the = _arrays(self.bowl, self.wells, xy.ndim - 1)
        slope = xy - the.bottom
        slope *= the.curvature

        def slopes(wells: slice) -> Array:
            offsets = xy - the.centers[wells]
            squares = offsets * offsets
            pulls = squares[:, 0] + squares[:, 1]
            pulls *= the.exponents[wells]
            np.exp(pulls, out=pulls)
            pulls *= the.slopes[wells]
            offsets *= pulls[:, None]
            return offsets

        if self.wells:
            slope += self._total(slopes, slope[0].size)
        return vectors(slope)

    def value_and_gradient(self, points: Array) -> tuple[Array, Array]:
        """Both, to the same bits, for little more than one of them: the exponentials are shared."""
        xy = components(points)
        the = _arrays(self.bowl, self.wells, xy.ndim - 1)
        offsets = xy - the.bottom
        slope = the.curvature * offsets
        offsets *= slope
        height = offsets[0] + offsets[1]
        height *= 0.5

        def depths_and_slopes(wells: slice) -> Array:
            terms = np.empty((len(the.centers[wells]), 3, *xy.shape[1:]))
            offsets = np.subtract(xy, the.centers[wells], out=terms[:, 1:])
            squares = offsets * offsets
            pulls = squares[:, 0] + squares[:, 1]
            pulls *= the.exponents[wells]
            np.exp(pulls, out=pulls)
            np.multiply(pulls, the.depths[wells], out=terms[:, 0])
            pulls *= the.slopes[wells]
            offsets *= pulls[:, None]
            return terms

        if self.wells:
            sums = self._total(depths_and_slopes, height.size)
            height += sums[0]
            slope += sums[1:]
        return np.asarray(height), vectors(slope)

    def hessian(self, points: Array) -> Array:
        """K + Σ ε_j (I − d_j d_jᵀ/width_j²)."""
        xy = components(points)
        the = _arrays(self.bowl, self.wells, xy.ndim - 1)
        entries = np.zeros((3, *xy.shape[1:]))
        entries[::2] = the.curvature

        def curvatures(wells: slice) -> Array:
            offsets = xy - the.centers[wells]
            terms = np.empty((len(offsets), 3, *xy.shape[1:]))
            np.multiply(offsets, offsets, out=terms[:, ::2])
            np.multiply(offsets[:, 0], offsets[:, 1], out=terms[:, 1])
            pulls = terms[:, 0] + terms[:, 2]
            pulls *= the.exponents[wells]
            np.exp(pulls, out=pulls)
            pulls *= the.slopes[wells]
            terms *= the.narrowness[wells][:, None]
            terms[:, ::2] += 1.0
            terms *= pulls[:, None]
            return terms

        if self.wells:
            entries += self._total(curvatures, entries[0].size)
        return matrices(entries)

    def _total(self, terms: Callable[[slice], Array], points: int) -> Array:
        """The sum of the wells' terms at so many points: all at once, or one by one where all would crowd the cache."""
        count = len(self.wells)
        if count * points <= TOGETHER:
            return total(terms(slice(None)))
        return total_of(lambda index: terms(slice(index, index + 1))[0], count)


@lru_cache(maxsize=8)
def _muller_brown(axes: int) -> tuple[Array, Array, Array]:
    """A (4, ...), the centres (4, 2, ...) and the exponents' second derivatives 2a, b, 2c (4, 3, ...)."""
    table = np.array(_MULLER_BROWN)
    ones = (1,) * axes
    arrays = (
        table[:, 0].reshape(4, *ones),
        table[:, 4:].reshape(4, 2, *ones),
        (table[:, 1:4] * (2.0, 1.0, 2.0)).reshape(4, 3, *ones),
    )
    for array in arrays:
        array.flags.writeable = False
    return arrays


@dataclass(frozen=True, slots=True)
class MullerBrown:
    """V = Σ_k A_k exp(a_k (x − x_k)² + b_k (x − x_k)(y − y_k) + c_k (y − y_k)²), four terms.

    K. Müller and L. D. Brown, Theoretica Chimica Acta 53 (1979) 75–93: the test bench of every method
    that looks for the pass between two valleys. Minima −146.700 at (−0.558, 1.442), −108.167 at
    (0.623, 0.028), −80.768 at (−0.050, 0.467); saddles −40.665 at (−0.822, 0.624), −72.249 at (0.212, 0.293).
    Outside its window the fourth term, whose exponent is positive, grows without bound.
    """

    usual_window: ClassVar[Window] = Window(-1.5, 1.2, -0.2, 2.0)

    @staticmethod
    def _terms(points: Array) -> tuple[Array, Array, Array]:
        """The terms (4, ...), their exponents' gradients (4, 2, ...) and second derivatives (4, 3, ...)."""
        xy = components(points)
        scales, centers, curvatures = _muller_brown(xy.ndim - 1)
        offsets = xy - centers
        slopes = curvatures[:, ::2] * offsets
        slopes += curvatures[:, 1:2] * offsets[:, ::-1]
        halves = slopes * offsets  # A quadratic form is half of its gradient times the offset.
        return scales * np.exp(0.5 * (halves[:, 0] + halves[:, 1])), slopes, curvatures

    def value(self, points: Array) -> Array:
        """The energy V."""
        terms, _, _ = self._terms(points)
        return total(terms)

    def gradient(self, points: Array) -> Array:
        """Each term times the gradient ∇e of its exponent."""
        terms, slopes, _ = self._terms(points)
        slopes *= terms[:, None]
        return vectors(total(slopes))

    def hessian(self, points: Array) -> Array:
        """Each term times ∇e ∇eᵀ + ∇²e."""
        terms, slopes, curvatures = self._terms(points)
        entries = slopes[:, [0, 0, 1]] * slopes[:, [0, 1, 1]]
        entries += curvatures
        entries *= terms[:, None]
        return matrices(total(entries))
