"""Two samples that belong together member by member: the difference, and its 95 % interval.

Lanes of a scene run with the same seeds, and so with the same examples in the same order: what one seed makes easy for
one lane it often makes easy for another. The difference within each pair is then known better than two intervals side
by side would say; and where it is not, that is told as well.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ...descent.examples.chance import Indices
from ...surface.points import Array, Mask
from .intervals import UNKNOWN, Estimate, Z, mean_of, score_interval
from .sums import Moments, moments

CONFIDENCE = 0.95
ALIKE = 1e-9
"""Numbers that differ by no more, over the unit in which they are measured, are alike: that is what rounding makes."""


def mean_difference(one: Array, other: Array, among: int = 1) -> Estimate:
    """How much larger the one's values (n,) are than the other's (n,), on average, with Student's interval.

    among: of so many differences each has an interval that is wider, so that all hold together with 95 % confidence
    (Bonferroni); 1: it is the only one that is looked at.

    Differences that are all equal have an interval of no width; a single one has an infinite interval.

    >>> harder = np.array([1.0, 2.0, 3.0, 4.0])
    >>> mean_difference(harder + 0.5, harder)
    Estimate(value=0.5, low=0.5, high=0.5)
    """
    with np.errstate(over="ignore", invalid="ignore"):
        differences = one - other
    return mean_difference_of(moments(differences), len(differences), among)


def mean_difference_of(known: Moments, count: int, among: int = 1) -> Estimate:
    """The mean of so many differences, by their moments, with Student's interval; none where not all are finite."""
    return mean_of(known, _quantile(among)) if known.count == count else UNKNOWN


def beyond_rounding(difference: Estimate, level: float) -> Estimate:
    """The difference, but none at all if rounding makes as much: if all of its interval is within ±level.

    >>> beyond_rounding(Estimate(1e-17, 0.0, 2e-17), ALIKE)
    Estimate(value=0.0, low=0.0, high=0.0)
    """
    return Estimate(0.0, 0.0, 0.0) if max(abs(difference.low), abs(difference.high)) <= level else difference


def share_difference(one: Mask, other: Mask, among: int = 1, sure: tuple[bool, bool] = (False, False)) -> Estimate:
    """By how much the one's share (n,) is above the other's (n,), with Newcombe's interval for pairs.

    It is made of both shares' score intervals and of how they go together, and says something even where no pair
    differs (Newcombe 1998, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17, 2635–2650, method 10).

    among: as in `mean_difference`.
    sure: of which of the two it is known that all that could be drawn are alike, so that its share is exact.

    >>> told = share_difference(np.arange(50) < 48, np.arange(50) < 38)
    >>> f"{told.value:.2f}, from {told.low:.2f} to {told.high:.2f}"
    '0.20, from 0.08 to 0.33'
    """
    return share_difference_of(fourfold(one, other), among, sure)


@dataclass(frozen=True, slots=True)
class Fourfold:
    """How many pairs have both, only the one, only the other, or neither."""

    both: int
    one: int
    other: int
    neither: int

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return self.both + self.one + self.other + self.neither

    def __add__(self, more: "Fourfold") -> "Fourfold":
        """The table of both together."""
        return Fourfold(
            self.both + more.both, self.one + more.one, self.other + more.other, self.neither + more.neither
        )

    def __mul__(self, times: int) -> "Fourfold":
        """The table of so many times the same pairs."""
        return Fourfold(times * self.both, times * self.one, times * self.other, times * self.neither)


def fourfold(one: Mask, other: Mask) -> Fourfold:
    """The fourfold table of pairs (n,)."""
    both, only, neither = int((one & other).sum()), int((one & ~other).sum()), int((~one & ~other).sum())
    return Fourfold(both, only, len(one) - both - only - neither, neither)


def share_difference_of(table: Fourfold, among: int = 1, sure: tuple[bool, bool] = (False, False)) -> Estimate:
    """By how much the one's share is above the other's, if no more is known than how many pairs are alike."""
    count, both, only, rest, neither = table.count, table.both, table.one, table.other, table.neither
    if not count:
        return UNKNOWN
    shares = np.array([both + only, both + rest]) / count
    low, high = score_interval(_counts(both + only, both + rest), count, _quantile(among))
    certain = np.array(sure)
    below, above = np.where(certain, 0.0, shares - low), np.where(certain, 0.0, high - shares)
    together = _correlation(both, only, rest, neither)
    value = float(shares[0] - shares[1])
    return Estimate(
        value,
        value - _length(float(below[0]), float(above[1]), together),
        value + _length(float(above[0]), float(below[1]), together),
    )


def all_pairs(count: int) -> int:
    """How many differences there are between so many samples, for `among`.

    That is as many as one has looked at where one asks which of them are behind the best: which is the best is seen on
    the same samples.
    """
    return max(1, count * (count - 1) // 2)


def _counts(*numbers: int) -> Indices:
    return np.array(numbers, dtype=np.intp)


def _length(one: float, other: float, together: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * together * one * other + other * other))


def _correlation(both: int, only: int, rest: int, neither: int) -> float:
    """φ of the fourfold table, with Newcombe's correction for continuity where it is above 0."""
    sides = (both + only) * (rest + neither) * (both + rest) * (only + neither)
    if not sides:
        return 0.0
    product = both * neither - only * rest
    count = both + only + rest + neither
    corrected = max(product - count / 2, 0.0) if product > 0 else float(product)
    return corrected / math.sqrt(sides)


def _quantile(among: int) -> float:
    return Z if among == 1 else NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / among)
