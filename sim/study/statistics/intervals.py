"""What a sample says about all that could have been drawn: shares and means, with 95 % intervals."""

import math
from dataclasses import dataclass

import numpy as np

from ...descent.examples.chance import Indices
from ...surface.points import Array
from .sums import Moments, moments

Z = 1.959963984540054  # A standard normal number is within ± this with a probability of 95 %.
STUDENT = (
    *(12.7062047362, 4.3026527297, 3.1824463053, 2.7764451052, 2.5705818356),
    *(2.4469118511, 2.3646242516, 2.3060041352, 2.2621571628, 2.2281388520),
)
"""Student's t with one to ten degrees of freedom is within ± these with a probability of 95 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was measured on a sample, and the interval that holds the true one with 95 % confidence.

    NaN where the sample says nothing about it.
    """

    value: float
    low: float
    high: float

    @property
    def numbers(self) -> tuple[float, float, float]:
        """The number, and the ends of the interval, as tables have them."""
        return self.value, self.low, self.high


UNKNOWN = Estimate(math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a sample there were, and the share of all that this speaks for."""

    count: int
    estimate: Estimate


def wilson(count: int, trials: int) -> Share:
    """The share of `count` in so many trials, with the score interval (Wilson 1927).

    It stays within 0 and 1, and says something even where none or all of the trials succeeded (Newcombe
    1998, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 857–872).

    >>> told = wilson(9, 10).estimate
    >>> f"{told.value:.0%}, and with a confidence of 95 % from {told.low:.0%} to {told.high:.0%}"
    '90%, and with a confidence of 95 % from 60% to 98%'
    """
    return shares(np.array([count]), trials)[0]


def shares(counts: Indices, trials: int) -> tuple[Share, ...]:
    """`wilson` of each of several counts (n,) in the same trials, in one go."""
    if not trials:
        return tuple(Share(0, Estimate(math.nan, 0.0, 1.0)) for _ in counts)
    ends = (end.tolist() for end in score_interval(counts, trials))
    estimates = zip((counts / trials).tolist(), *ends, strict=True)
    return tuple(Share(n, Estimate(*estimate)) for n, estimate in zip(counts.tolist(), estimates, strict=True))


def score_interval(counts: Indices, trials: int, z: float = Z) -> tuple[Array, Array]:
    """Both ends of `wilson`'s interval for each of several counts (n,) in the same trials, 1 or more.

    z: how far a standard normal number may be away; that of 95 %.
    """
    share = counts / trials
    spread = z * z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = z * np.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    low, high = np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
    return np.where(share > 0, low, 0.0), np.where(share < 1, high, 1.0)


def exact(count: int, trials: int) -> Share:
    """The share of a sample whose members are all alike: nothing about it is uncertain."""
    value = count / trials if trials else math.nan
    return Share(count, Estimate(value, value, value))


def mean(values: Array) -> Estimate:
    """`mean_of` finite values (n,)."""
    return mean_of(moments(values))


def mean_of(known: Moments, z: float = Z) -> Estimate:
    """The mean of finite values of which this is known, with Student's t interval (1908).

    It supposes that the mean of so many is normally distributed. That it is for more than a few dozen values (the
    central limit theorem) even where these have two humps, one for each basin; but not where a few outweigh all
    others, as the losses of marbles that are about to diverge do: then the interval holds far less often. One value
    has an infinite interval. Equal values have their own mean to the last bit, and an interval of no width. Nothing
    depends on the order of the values.

    z: how far a standard normal number may be away; that of 95 %.
    """
    if not known.count:
        return UNKNOWN
    middle = known.mean
    half = student(known.count - 1, z) * known.standard_error if known.count > 1 else math.inf
    return Estimate(middle, middle - half, middle + half)


def student(freedom: int, z: float = Z) -> float:
    """The quantile of Student's t that goes with a standard normal one: that of 97.5 %, if no other is given.

    Beyond the table it is the expansion in 1/freedom of Abramowitz & Stegun, 26.7.5. For 97.5 % it is right to one part
    in a hundred thousand or better; further out, at 99.9 %, to one in two thousand. Of few degrees of freedom the
    distribution itself is looked through.
    """
    if freedom <= len(STUDENT):
        return STUDENT[freedom - 1] if z == Z else _student_of_few(freedom, z)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))


def _student_of_few(freedom: int, z: float) -> float:
    """The quantile by bisection of how much lies within ±t, a sum for whole degrees of freedom (26.7.3, 26.7.4)."""
    within, low, high = math.erf(z / math.sqrt(2)), 0.0, math.pi / 2
    for _ in range(60):
        angle = (low + high) / 2
        low, high = (angle, high) if _within(freedom, angle) < within else (low, angle)
    return math.sqrt(freedom) * math.tan(low)


def _within(freedom: int, angle: float) -> float:
    """How much of Student's distribution lies within ±√freedom tan(angle)."""
    cosine, term = math.cos(angle), 1.0
    if freedom % 2:
        term = cosine
    total = term if freedom > 1 else 0.0
    for k in range(2 + freedom % 2, freedom - 1, 2):
        term *= (k - 1) / k * cosine * cosine
        total += term
    total *= math.sin(angle)
    return 2 / math.pi * (angle + total) if freedom % 2 else total
