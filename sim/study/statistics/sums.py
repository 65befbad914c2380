"""How many numbers there are, their sum and that of their squares, without any rounding.

Sums of floating-point numbers depend on the order in which they are added. These are whole numbers of the smallest unit
there is, as long as it takes; so they are the same in any order and however the numbers are cut into blocks, and what
follows from them is rounded once.
"""

import math
from dataclasses import dataclass

import numpy as np

from ...descent.examples.chance import Indices
from ...surface.points import Array

DIGITS = 53  # Bits of a number's significand.
UNIT = 1127  # All sums count multiples of 2^-UNIT: the smallest number's significand has its last bit there, or before.
PART = 26  # Bits of the lower part of a significand. Both parts and their products can be added up exactly.
PIECE = 27  # Bits of the lower part of such a product.
ROOT = 128  # Bits of a quotient of which the square root is taken: twice as many as a number has, and some more.


@dataclass(frozen=True, slots=True)
class Moments:
    """What is known of numbers of which none is kept."""

    count: int = 0
    total: int = 0
    """Their sum, in units of 2^-UNIT."""
    squares: int = 0
    """The sum of their squares, in units of 4^-UNIT."""

    def __add__(self, other: "Moments") -> "Moments":
        """The moments of both together."""
        return Moments(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def __mul__(self, times: int) -> "Moments":
        """The moments of so many times the same numbers."""
        return Moments(times * self.count, times * self.total, times * self.squares)

    @property
    def mean(self) -> float:
        """The mean of one or more numbers, rounded once: so divides Python, however long whole numbers are."""
        return self.total / (self.count << UNIT)

    @property
    def standard_error(self) -> float:
        """How far the mean of two or more may be from the true one: their standard deviation (n − 1) over √n."""
        spread = self.count * self.squares - self.total * self.total
        return _root(spread, self.count * self.count * (self.count - 1) << 2 * UNIT)


def moments(values: Array) -> Moments:
    """The moments of the finite ones among the values (n,).

    >>> moments(np.array([0.1, 1e300, -1e300, np.nan])).total / (1 << UNIT)
    0.1
    """
    finite = values[np.isfinite(values)]
    significands, exponents = np.frexp(finite)
    whole = np.ldexp(significands, DIGITS).astype(np.int64)
    powers, which = np.unique(exponents, return_inverse=True)
    high, low = whole >> PART, whole & ((1 << PART) - 1)
    parts = [_sums(each, which, len(powers)) for each in (high, low, high * high, high * low, low * low)]
    total = squares = 0
    for power, one, none, two, mixed, rest in zip(powers.tolist(), *parts, strict=True):
        shift = power - DIGITS + UNIT
        total += ((one << PART) + none) << shift
        squares += ((two << 2 * PART) + (mixed << PART + 1) + rest) << 2 * shift
    return Moments(len(finite), total, squares)


def _sums(numbers: Indices, which: Indices, groups: int) -> list[int]:
    """The sums of whole numbers below 2^54 in each of so many groups; of fewer than 2^25 numbers they are exact."""
    high, low = numbers >> PIECE, numbers & ((1 << PIECE) - 1)
    sums = (np.bincount(which, part, groups).tolist() for part in (high, low))
    return [(int(one) << PIECE) + int(other) for one, other in zip(*sums, strict=True)]


def _root(one: int, other: int) -> float:
    """The square root of a quotient."""
    if not one:
        return 0.0
    shift = ROOT - one.bit_length() + other.bit_length()
    shift += shift % 2
    root = math.isqrt((one << shift) // other if shift >= 0 else one // (other << -shift))
    try:
        return math.ldexp(root, -shift // 2)
    except OverflowError:
        return math.inf
