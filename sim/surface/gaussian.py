"""Sums of Gaussians: the landscapes built here, and the Müller–Brown surface of chemistry."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from annotated_types import Ge, Le

from sim.surface.points import Array, total
from sim.surface.protocol import LARGEST, Number, Point, Window

NARROWEST = 1e-3

Curvature = Annotated[float, Ge(0), Le(LARGEST)]
Width = Annotated[float, Ge(NARROWEST), Le(LARGEST)]


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


def _components(points: Array) -> Array:
    """Points (..., 2) as one contiguous array (2, ...), the other axes in reverse.

    Long inner loops for large arrays; and since the layout is always the same, so are the bits.
    """
    return np.ascontiguousarray(points.T)


def _matrices(entries: Array) -> Array:
    """Symmetric matrices (..., 2, 2) from entries xx, xy, yy on the first axis, other axes in reverse."""
    return entries[[0, 1, 1, 2]].reshape(2, 2, *entries.shape[1:]).T


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

    def value(self, points: Array) -> Array:
        """The height of the landscape."""
        xy = _components(points)
        the = _arrays(self.bowl, self.wells, xy.ndim - 1)
        offsets = xy - the.bottom
        halves = the.curvature * offsets * offsets
        height = 0.5 * (halves[0] + halves[1])
        if self.wells:
            offsets = xy - the.centers
            squares = offsets * offsets
            height = height + total(the.depths * np.exp((squares[:, 0] + squares[:, 1]) * the.exponents))
        return np.asarray(height).T

    def gradient(self, points: Array) -> Array:
        """K (θ − c) + Σ ε_j d_j."""
        xy = _components(points)
        the = _arrays(self.bowl, self.wells, xy.ndim - 1)
        slope = the.curvature * (xy - the.bottom)
        if self.wells:
            offsets = xy - the.centers
            squares = offsets * offsets
            pulls = np.exp((squares[:, 0] + squares[:, 1]) * the.exponents)
            pulls *= the.slopes
            offsets *= pulls[:, None]
            slope += total(offsets)
        return slope.T

    def hessian(self, points: Array) -> Array:
        """K + Σ ε_j (I − d_j d_jᵀ/width_j²)."""
        xy = _components(points)
        the = _arrays(self.bowl, self.wells, xy.ndim - 1)
        entries = np.zeros((3, *xy.shape[1:]))
        entries[::2] = the.curvature
        if self.wells:
            offsets = xy - the.centers
            terms = np.empty((len(self.wells), 3, *xy.shape[1:]))
            np.multiply(offsets, offsets, out=terms[:, ::2])
            np.multiply(offsets[:, 0], offsets[:, 1], out=terms[:, 1])
            pulls = np.exp((terms[:, 0] + terms[:, 2]) * the.exponents)
            pulls *= the.slopes
            terms *= the.narrowness[:, None]
            terms[:, ::2] += 1.0
            terms *= pulls[:, None]
            entries += total(terms)
        return _matrices(entries)


_MULLER_BROWN = (
    #  A     a     b      c     x0    y0
    (-200.0, -1.0, 0.0, -10.0, 1.0, 0.0),
    (-100.0, -1.0, 0.0, -10.0, 0.0, 0.5),
    (-170.0, -6.5, 11.0, -6.5, -0.5, 1.5),
    (15.0, 0.7, 0.6, 0.7, -1.0, 1.0),
)


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
        xy = _components(points)
        scales, centers, curvatures = _muller_brown(xy.ndim - 1)
        offsets = xy - centers
        slopes = curvatures[:, ::2] * offsets
        slopes += curvatures[:, 1:2] * offsets[:, ::-1]
        halves = slopes * offsets  # a quadratic form is half of its gradient times the offset
        return scales * np.exp(0.5 * (halves[:, 0] + halves[:, 1])), slopes, curvatures

    def value(self, points: Array) -> Array:
        """The energy V."""
        terms, _, _ = self._terms(points)
        return total(terms).T

    def gradient(self, points: Array) -> Array:
        """Each term times the gradient ∇e of its exponent."""
        terms, slopes, _ = self._terms(points)
        slopes *= terms[:, None]
        return total(slopes).T

    def hessian(self, points: Array) -> Array:
        """Each term times ∇e ∇eᵀ + ∇²e."""
        terms, slopes, curvatures = self._terms(points)
        entries = slopes[:, [0, 0, 1]] * slopes[:, [0, 1, 1]]
        entries += curvatures
        entries *= terms[:, None]
        return _matrices(total(entries))
