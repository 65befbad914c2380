"""What a sample says about all that could have been drawn: shares, waiting times and means, with 95 % intervals."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..descent.batches import Indices
from ..surface.basins import Mask
from ..surface.points import Array

Z = 1.959963984540054  # A standard normal number is within ± this with a probability of 95 %.
STUDENT = (12.706204736432095, 4.302652729696142)  # The same for Student's t with one and two degrees of freedom.
ROUNDING = 1e-9  # A share this little above another counts as equal: it is a product of many quotients.


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was measured on a sample, and the interval that holds the true one with 95 % confidence.

    NaN where the sample says nothing about it.
    """

    value: float
    low: float
    high: float


UNKNOWN = Estimate(math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a sample there were, and the share of all that this speaks for."""

    count: int
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Survival:
    """The probability that something has not happened yet, as a curve that falls in steps.

    Entry i holds from `times[i]` until before `times[i + 1]`, the last one until `end`. The first time is 0,
    the others are those at which it happened. All are empty where nothing was watched.
    """

    times: tuple[float, ...]
    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    errors: tuple[float, ...]
    """Greenwood's standard errors of the shares; 0 before the first event, NaN where the curve is at 0."""
    at_risk: tuple[int, ...]
    """How many were still watched, and had not had it happen, just before that time."""
    end: float
    """Until when the longest was watched."""

    def quantile(self, share: float) -> float | None:
        """The first time by which it had happened to this share of all; None if it was not watched for so long."""
        return self._falls(self.shares, share)

    def quantile_interval(self, share: float) -> tuple[float | None, float | None]:
        """The 95 % interval of that time, by the curve's own (Brookmeyer & Crowley 1982); None where it is open."""
        return self._falls(self.low, share), self._falls(self.high, share)

    def _falls(self, curve: tuple[float, ...], share: float) -> float | None:
        level = 1 - share + ROUNDING
        return next((time for time, height in zip(self.times, curve, strict=True) if height <= level), None)


def wilson(count: int, trials: int) -> Share:
    """The share of `count` in so many trials, with the score interval (Wilson 1927).

    It stays within 0 and 1, and says something even where none or all of the trials succeeded (Newcombe
    1998, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 857–872).
    """
    return shares(np.array([count]), trials)[0]


def shares(counts: Indices, trials: int) -> tuple[Share, ...]:
    """`wilson` of each of several counts (n,) in the same trials, in one go."""
    if not trials:
        return tuple(Share(0, Estimate(math.nan, 0.0, 1.0)) for _ in counts)
    values = counts / trials
    estimates = zip(values.tolist(), *(end.tolist() for end in _score_interval(values, float(trials))), strict=True)
    return tuple(Share(n, Estimate(*estimate)) for n, estimate in zip(counts.tolist(), estimates, strict=True))


def _score_interval(share: Array, trials: Array | float) -> tuple[Array, Array]:
    """Both ends of Wilson's interval of shares (n,) of so many trials, (n,) or the same for all."""
    spread = Z * Z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = Z * np.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    low, high = np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
    return np.where(share > 0, low, 0.0), np.where(share < 1, high, 1.0)


def exact(count: int, trials: int) -> Share:
    """The share of a sample whose members are all alike: nothing about it is uncertain."""
    value = count / trials if trials else math.nan
    return Share(count, Estimate(value, value, value))


def kaplan_meier(times: Indices | Array, happened: Mask) -> Survival:
    """The product-limit estimator (Kaplan & Meier 1958) of the probability that it has not happened yet.

    Args:
        times: until when each was watched, shape (n,): when it happened, later than 0, or when the watching
            ended before it did, which is called censored. Who is censored at a time counts as watched at it.
        happened: whether it did, shape (n,).

    The pointwise 95 % intervals are Wilson's, for as many trials as would have the variance that Greenwood (1926)
    gives (Rothman 1978, "Estimation of confidence limits for the cumulative probability of survival in life
    table analysis", Journal of Chronic Diseases 31, 557–560). Like the log-log form they stay within 0
    and 1; but they also tell how little is known before the first event and after the last, and where
    nobody is censored they are those of the plain share.
    """
    count = len(times)
    if not count:
        return Survival((), (), (), (), (), (), 0.0)
    moments, places = np.unique(times, return_inverse=True)
    leaving = np.bincount(places)
    events = np.bincount(places, weights=happened)
    at_risk = count - np.cumsum(leaving) + leaving
    falls = np.flatnonzero(events)
    moments, events, at_risk = moments[falls], events[falls], at_risk[falls]
    heights = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (at_risk * (at_risk - events)))
        errors = heights * np.sqrt(greenwood)
        trials = (1 - heights) / (heights * greenwood)
    if len(falls) and heights[-1] == 0:
        trials[-1] = trials[-2] if len(falls) > 1 else at_risk[-1]
    heights, trials = _from_start(1.0, heights), _from_start(count, trials)
    low, high = _score_interval(heights, trials)
    return Survival(
        times=_numbers(_from_start(0.0, moments)),
        shares=_numbers(heights),
        low=_numbers(low),
        high=_numbers(high),
        errors=_numbers(_from_start(0.0, errors)),
        at_risk=(count, *map(int, at_risk)),
        end=float(np.max(times)),
    )


def _from_start(first: float, rest: npt.NDArray[np.generic]) -> Array:
    return np.concatenate([[first], rest])


def _numbers(values: Array) -> tuple[float, ...]:
    return tuple(values.tolist())


def mean(values: Array) -> Estimate:
    """The mean of finite values (n,), with Student's t interval (1908).

    It supposes that the mean of so many is normally distributed, as it is for more than a few dozen (the
    central limit theorem) even where single values have two humps, one for each basin. One value has an
    infinite interval. Equal values have their own mean to the last bit, and an interval of no width.
    """
    count = len(values)
    if not count:
        return UNKNOWN
    with np.errstate(over="ignore", invalid="ignore"):
        rest = values - values[0]
        middle = float(values[0] + rest.mean())
        half = _student(count - 1) * float(rest.std(ddof=1)) / math.sqrt(count) if count > 1 else math.inf
    return Estimate(middle, middle - half, middle + half)


def _student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t: from three degrees of freedom on, to one part in a thousand and better.

    The expansion in 1/freedom is Abramowitz & Stegun, 26.7.5.
    """
    if freedom <= len(STUDENT):
        return STUDENT[freedom - 1]
    z = Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))
