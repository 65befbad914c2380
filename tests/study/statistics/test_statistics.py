"""Shares and means against numbers that others have printed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.statistics.intervals import mean, shares, wilson

# The 97.5 % quantiles of Student's t with so many degrees of freedom: from one to thirty as in Fisher & Yates,
# Statistical Tables (1938), table III, column 5 %; and some of them with more digits, as R's qt(0.975, n) prints them.
FISHER = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
LARGER = {40: 2.021, 60: 2.000, 120: 1.980}
PRECISE = {
    **{1: 12.7062047, 2: 4.3026527, 3: 3.1824463, 4: 2.7764451, 5: 2.5705818},
    **{10: 2.2281389, 20: 2.0859634, 30: 2.0422725, 100: 1.9839715},
}


# Shares.


@pytest.mark.parametrize(
    ("count", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_newcombe_1998_table_1_method_3(count: int, trials: int, low: float, high: float) -> None:
    for n, ends in (count, (low, high)), (trials - count, (1 - high, 1 - low)):
        share = wilson(n, trials)
        assert share.count == n
        assert share.estimate.value == pytest.approx(n / trials)
        assert (share.estimate.low, share.estimate.high) == pytest.approx(ends, abs=5e-5)


@given(st.integers(1, 10**6), st.data())
def test_an_interval_stays_within_0_and_1_and_around_the_share(trials: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, trials))
    estimate = wilson(count, trials).estimate
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert (estimate.low == 0) == (count == 0)
    assert (estimate.high == 1) == (count == trials)


@pytest.mark.parametrize("trials", [10, 40, 200])
def test_on_average_over_all_true_shares_an_interval_holds_as_often_as_it_says(trials: int) -> None:
    """Exactly, from the binomial distribution; at single true shares it swings about that."""
    told = [wilson(count, trials).estimate for count in range(trials + 1)]
    held = [
        sum(
            math.comb(trials, count) * true**count * (1 - true) ** (trials - count)
            for count, estimate in enumerate(told)
            if estimate.low <= true <= estimate.high
        )
        for true in np.linspace(0.0025, 0.9975, 200).tolist()
    ]
    assert float(np.mean(held)) == pytest.approx(0.95, abs=0.006)


def test_no_trials_tell_nothing() -> None:
    estimate = wilson(0, 0).estimate
    assert math.isnan(estimate.value)
    assert (estimate.low, estimate.high) == (0, 1)


@pytest.mark.parametrize("trials", [0, 7])
def test_many_shares_in_one_go_are_the_shares_one_by_one(trials: int) -> None:
    counts = np.array([0, 0, 0]) if trials == 0 else np.array([0, 3, 7])
    told = shares(counts, trials)
    assert repr(told) == repr(tuple(wilson(int(count), trials) for count in counts))


# Means.


def test_the_interval_of_a_published_mean() -> None:
    """The NIST/SEMATECH e-Handbook, 1.3.5.2: 195 measurements (ZARR13), here others with their mean and deviation."""
    values = np.random.default_rng(0).normal(size=195)
    values = 9.261460 + 0.022789 * (values - values.mean()) / values.std(ddof=1)
    estimate = mean(values)
    assert estimate.value == pytest.approx(9.261460, abs=1e-9)
    assert (estimate.low, estimate.high) == pytest.approx((9.258242, 9.264679), abs=1e-6)


def standardised(freedom: int) -> float:
    """How far the interval of a mean reaches whose standard error is 1."""
    values = np.linspace(-1, 1, freedom + 1)
    values *= math.sqrt(len(values)) / values.std(ddof=1)
    return mean(values).high


@pytest.mark.parametrize(("freedom", "quantile"), [*enumerate(FISHER, 1), *LARGER.items()])
def test_few_values_take_students_quantiles_as_printed(freedom: int, quantile: float) -> None:
    assert standardised(freedom) == pytest.approx(quantile, abs=5.1e-4)


@pytest.mark.parametrize(("freedom", "quantile"), PRECISE.items())
def test_students_quantiles_are_right_to_one_part_in_a_hundred_thousand(freedom: int, quantile: float) -> None:
    assert standardised(freedom) == pytest.approx(quantile, rel=1e-5)


def central(t: float, freedom: int) -> float:
    """The probability that Student's t is within ± t: Abramowitz & Stegun, 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    term = math.cos(angle) if freedom % 2 else 1.0
    total = 0.0 if freedom == 1 else term
    for k in range(3 if freedom % 2 else 2, freedom - 1, 2):
        term *= math.cos(angle) ** 2 * (k - 1) / k
        total += term
    return 2 / math.pi * (angle + math.sin(angle) * total) if freedom % 2 else math.sin(angle) * total


@pytest.mark.parametrize("freedom", [*range(1, 41), 99, 500, 1999])
def test_students_interval_holds_as_often_as_it_says(freedom: int) -> None:
    density = (central(2.01, freedom) - central(2.0, freedom)) / 0.01  # About that at the quantile, or more.
    assert central(standardised(freedom), freedom) == pytest.approx(0.95, abs=1e-5 * 2 * density)


def test_equal_values_have_their_own_mean_to_the_last_bit() -> None:
    estimate = mean(np.full(1000, 0.1))
    assert estimate.low == estimate.value == estimate.high == 0.1


def test_one_value_says_nothing_of_the_spread_and_none_nothing_at_all() -> None:
    one = mean(np.array([3.0]))
    assert (one.value, one.low, one.high) == (3, -math.inf, math.inf)
    assert all(map(math.isnan, (mean(np.array([])).value, mean(np.array([])).low, mean(np.array([])).high)))
