"""Polynomials of two variables that the literature tests optimizers on."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..points import Array, pair, symmetric
from ..protocol import Window


@dataclass(frozen=True, slots=True)
class Himmelblau:
    """f = (x² + y − 11)² + (x + y² − 7)².

    D. M. Himmelblau, Applied Nonlinear Programming (1972). Four minima of height 0: (3, 2),
    (−2.805118, 3.131312), (−3.779310, −3.283186), (3.584428, −1.848126); a maximum of 181.617 at
    (−0.270845, −0.923039); four saddles between them.
    """

    usual_window: ClassVar[Window] = Window(-5.0, 5.0, -5.0, 5.0)

    def lower_bound(self) -> float:
        """0: it is a sum of squares."""
        return 0.0

    def value(self, points: Array) -> Array:
        """u² + v² with u = x² + y − 11, v = x + y² − 7."""
        x, y = points[..., 0], points[..., 1]
        u, v = x * x + y - 11, x + y * y - 7
        return np.asarray(u * u + v * v)

    def gradient(self, points: Array) -> Array:
        """(4xu + 2v, 2u + 4yv)."""
        x, y = points[..., 0], points[..., 1]
        u, v = x * x + y - 11, x + y * y - 7
        return pair(4 * x * u + 2 * v, 2 * u + 4 * y * v)

    def hessian(self, points: Array) -> Array:
        """12x² + 4y − 42, 4(x + y), 4x + 12y² − 26."""
        x, y = points[..., 0], points[..., 1]
        return symmetric(12 * x * x + 4 * y - 42, 4 * (x + y), 4 * x + 12 * y * y - 26)


@dataclass(frozen=True, slots=True)
class SixHumpCamel:
    """f = (4 − 2.1 x² + x⁴/3) x² + x y + (4 y² − 4) y².

    L. C. W. Dixon and G. P. Szegö, Towards Global Optimisation 2 (1978). Six minima in three pairs
    ±θ, the two global ones −1.0316 at ±(0.0898, −0.7126); fifteen critical points in all.
    """

    usual_window: ClassVar[Window] = Window(-2.0, 2.0, -1.2, 1.2)

    def lower_bound(self) -> float:
        """The lowest of its critical points, for it grows without bound on all sides.

        These are the common zeros of two polynomials of degrees 5 and 3, of which there are at most 15 (Bézout), and
        15 are known.
        """
        return -1.0316284534898776

    def value(self, points: Array) -> Array:
        """The formula above, by Horner's rule."""
        x, y = points[..., 0], points[..., 1]
        xx, yy = x * x, y * y
        return np.asarray((4 + (xx / 3 - 2.1) * xx) * xx + x * y + (4 * yy - 4) * yy)

    def gradient(self, points: Array) -> Array:
        """(8x − 8.4x³ + 2x⁵ + y, x − 8y + 16y³)."""
        x, y = points[..., 0], points[..., 1]
        xx, yy = x * x, y * y
        return pair((8 + (2 * xx - 8.4) * xx) * x + y, x + (16 * yy - 8) * y)

    def hessian(self, points: Array) -> Array:
        """8 − 25.2x² + 10x⁴, 1, −8 + 48y²."""
        x, y = points[..., 0], points[..., 1]
        xx, yy = x * x, y * y
        return symmetric(8 + (10 * xx - 25.2) * xx, np.ones_like(x), 48 * yy - 8)


@dataclass(frozen=True, slots=True)
class Rosenbrock:
    """f = (1 − x)² + 100 (y − x²)².

    H. H. Rosenbrock, The Computer Journal 3 (1960) 175: a banana-shaped valley, easy to reach and hard
    to follow. One critical point, the minimum 0 at (1, 1), where the eigenvalues are 0.399 and 1001.6.
    """

    usual_window: ClassVar[Window] = Window(-2.0, 2.0, -1.0, 3.0)

    def lower_bound(self) -> float:
        """0: it is a sum of squares."""
        return 0.0

    def value(self, points: Array) -> Array:
        """(1 − x)² + 100u² with u = y − x²."""
        x, y = points[..., 0], points[..., 1]
        u = y - x * x
        return np.asarray((1 - x) * (1 - x) + 100 * u * u)

    def gradient(self, points: Array) -> Array:
        """(−2(1 − x) − 400xu, 200u)."""
        x, y = points[..., 0], points[..., 1]
        u = y - x * x
        return pair(-2 * (1 - x) - 400 * x * u, 200 * u)

    def hessian(self, points: Array) -> Array:
        """2 + 1200x² − 400y, −400x, 200."""
        x, y = points[..., 0], points[..., 1]
        return symmetric(2 + 1200 * x * x - 400 * y, -400 * x, np.full_like(x, 200.0))


@dataclass(frozen=True, slots=True)
class Beale:
    """f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)².

    E. M. L. Beale (1958); number 5 of Moré, Garbow and Hillstrom, ACM TOMS 7 (1981) 17. The minimum
    0 at (3, 0.5) lies in a flat valley below steep cliffs; a saddle of 14.203125 at (0, 1).
    """

    usual_window: ClassVar[Window] = Window(-4.5, 4.5, -4.5, 4.5)

    def lower_bound(self) -> float:
        """0: it is a sum of squares."""
        return 0.0

    @staticmethod
    def _residuals(points: Array) -> tuple[Array, list[tuple[Array, Array, Array, Array]]]:
        """x, and for each i the residual c − x(1 − yⁱ), its factor yⁱ − 1, and two derivatives of yⁱ."""
        x, y = points[..., 0], points[..., 1]
        one, powers = np.ones_like(y), (y, y * y, y * y * y)
        slopes = (one, 2 * y, 3 * powers[1])
        bends = (0 * y, 2 * one, 6 * y)
        return x, [
            (c + x * (power - 1), power - 1, slope, bend)
            for c, power, slope, bend in zip((1.5, 2.25, 2.625), powers, slopes, bends, strict=True)
        ]

    def value(self, points: Array) -> Array:
        """Σ r²."""
        _, ((r1, *_), (r2, *_), (r3, *_)) = self._residuals(points)
        return np.asarray(r1 * r1 + r2 * r2 + r3 * r3)

    def gradient(self, points: Array) -> Array:
        """2 Σ r (yⁱ − 1, x (yⁱ)′)."""
        x, ((r1, p1, s1, _), (r2, p2, s2, _), (r3, p3, s3, _)) = self._residuals(points)
        return pair(2 * (r1 * p1 + r2 * p2 + r3 * p3), 2 * x * (r1 * s1 + r2 * s2 + r3 * s3))

    def hessian(self, points: Array) -> Array:
        """2 Σ (p², (r + xp) s, x² s² + r x s′) with p = yⁱ − 1, s = (yⁱ)′."""
        x, ((r1, p1, s1, b1), (r2, p2, s2, b2), (r3, p3, s3, b3)) = self._residuals(points)
        return symmetric(
            2 * (p1 * p1 + p2 * p2 + p3 * p3),
            2 * ((r1 + x * p1) * s1 + (r2 + x * p2) * s2 + (r3 + x * p3) * s3),
            2 * x * (x * (s1 * s1 + s2 * s2 + s3 * s3) + (r1 * b1 + r2 * b2 + r3 * b3)),
        )


@dataclass(frozen=True, slots=True)
class StyblinskiTang:
    """f = ½ Σ (t⁴ − 16 t² + 5 t) over t = x, y.

    M. A. Styblinski and T.-S. Tang, Neural Networks 3 (1990) 467. The global minimum −78.33233 at
    (−2.903534, −2.903534); three more minima, four saddles and a maximum on the grid of the cubic's
    roots −2.903534, 0.156731, 2.746803.
    """

    usual_window: ClassVar[Window] = Window(-5.0, 5.0, -5.0, 5.0)

    def lower_bound(self) -> float:
        """Twice the least of ½ (t⁴ − 16 t² + 5 t), which is at the least root of 2t³ − 16t + 2.5, near −2.9035.

        The roots −2.9035, 0.1567 and 2.7468 are all that a cubic has; the values there are −39.17, 0.20 and −25.03.
        """
        t = -2.9035
        for _ in range(4):
            t -= ((2 * t * t - 16) * t + 2.5) / (6 * t * t - 16)
        return t**4 - 16 * t * t + 5 * t

    def value(self, points: Array) -> Array:
        """½ ((t² − 16) t² + 5t), summed over both axes."""
        squares = points * points
        halves = 0.5 * ((squares - 16) * squares + 5 * points)
        return np.asarray(halves[..., 0] + halves[..., 1])

    def gradient(self, points: Array) -> Array:
        """2t³ − 16t + 2.5 along each axis."""
        return np.asarray((2 * points * points - 16) * points + 2.5)

    def hessian(self, points: Array) -> Array:
        """6t² − 16 along each axis."""
        bends = 6 * points * points - 16
        return symmetric(bends[..., 0], np.zeros(points.shape[:-1]), bends[..., 1])


@dataclass(frozen=True, slots=True)
class MonkeySaddle:
    """f = x³ − 3 x y²: three valleys and three ridges, one more for the monkey's tail.

    D. Hilbert and S. Cohn-Vossen, Anschauliche Geometrie (1932). One critical point, (0, 0), where
    the Hessian vanishes: curvature cannot tell there which way is down.
    """

    usual_window: ClassVar[Window] = Window(-2.0, 2.0, -2.0, 2.0)

    def value(self, points: Array) -> Array:
        """x (x² − 3y²)."""
        x, y = points[..., 0], points[..., 1]
        return np.asarray(x * (x * x - 3 * y * y))

    def gradient(self, points: Array) -> Array:
        """(3x² − 3y², −6xy)."""
        x, y = points[..., 0], points[..., 1]
        return pair(3 * (x * x - y * y), -6 * x * y)

    def hessian(self, points: Array) -> Array:
        """6x, −6y, −6x."""
        x, y = points[..., 0], points[..., 1]
        return symmetric(6 * x, -6 * y, -6 * x)


@dataclass(frozen=True, slots=True)
class DoubleWellSaddle:
    """f = ½ x² + ¼ y⁴ − ½ y²: two minima of −¼ at (0, ±1), and the saddle (0, 0) between them.

    The normal form of symmetry breaking, after Landau (1937). ∂f/∂y is odd in y to the last bit, so
    that whoever starts on the axis y = 0 runs into the saddle and stays.
    """

    usual_window: ClassVar[Window] = Window(-3.0, 3.0, -2.0, 2.0)

    def lower_bound(self) -> float:
        """−¼: it is ½ x² + ¼ (y² − 1)² − ¼."""
        return -0.25

    def lower_bound_of_mean(self, shifts: Array) -> float:
        """Along x the least of a mean of parabolas; along y that of a quartic, at one of its derivative's zeros."""
        x, y = shifts.T
        m1, m2, m3, m4 = (float(np.mean(y**power)) for power in (1, 2, 3, 4))
        places = np.roots([1.0, -3 * m1, 3 * m2 - 1, m1 - m3]).real
        heights = np.polyval([0.25, -m1, 1.5 * m2 - 0.5, m1 - m3, 0.25 * m4 - 0.5 * m2], places)
        return float(0.5 * np.var(x) + heights.min())

    def value(self, points: Array) -> Array:
        """½x² + (¼y² − ½)y²."""
        x, y = points[..., 0], points[..., 1]
        yy = y * y
        return np.asarray(0.5 * x * x + (0.25 * yy - 0.5) * yy)

    def gradient(self, points: Array) -> Array:
        """(x, y³ − y)."""
        x, y = points[..., 0], points[..., 1]
        return pair(x, y * y * y - y)

    def hessian(self, points: Array) -> Array:
        """1, 0, 3y² − 1."""
        y = points[..., 1]
        return symmetric(np.ones_like(y), np.zeros_like(y), 3 * y * y - 1)


@dataclass(frozen=True, slots=True)
class Quadratic:
    """f = ½ (k1 x² + k2 y²): a bowl, a ravine where k2 ≫ k1, a saddle where they differ in sign.

    B. T. Polyak (1964): gradient descent needs a learning rate below 2/k2 and then creeps along x;
    momentum is what its condition number k2/k1 calls for. One critical point, (0, 0).
    """

    curvature: tuple[float, float] = (1.0, 50.0)

    usual_window: ClassVar[Window] = Window(-3.0, 3.0, -2.0, 2.0)

    def convex(self) -> bool:
        """Whether no curvature is negative."""
        return min(self.curvature) >= 0

    def value(self, points: Array) -> Array:
        """½ (k1 x² + k2 y²)."""
        x, y = points[..., 0], points[..., 1]
        k1, k2 = self.curvature
        return np.asarray(0.5 * (k1 * x * x + k2 * y * y))

    def gradient(self, points: Array) -> Array:
        """(k1 x, k2 y)."""
        return np.asarray(self.curvature * points)

    def hessian(self, points: Array) -> Array:
        """k1, 0, k2 everywhere."""
        k1, k2 = self.curvature
        shape = points.shape[:-1]
        return symmetric(np.full(shape, k1), np.zeros(shape), np.full(shape, k2))
