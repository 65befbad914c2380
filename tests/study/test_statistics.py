"""Shares, waiting times and means against numbers that others have printed."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.statistics import Survival, kaplan_meier, mean, shares, wilson

# Weeks in remission of 42 children with leukaemia (Freireich et al. 1963, Blood 21, 699-716), as in any textbook on
# survival: with 6-mercaptopurine some were censored, with placebo nobody was. The second column is the curve, the
# third Greenwood's standard error, as R's survfit and SAS print them.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
TREATED_CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
TREATED_CURVE = [
    (6, 0.857, 0.0764, 21),
    (7, 0.807, 0.0869, 17),
    (10, 0.753, 0.0963, 15),
    (13, 0.690, 0.1068, 12),
    (16, 0.627, 0.1141, 11),
    (22, 0.538, 0.1282, 7),
    (23, 0.448, 0.1346, 6),
]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
PLACEBO_CURVE = [
    (1, 0.9048, 0.0641),
    (2, 0.8095, 0.0857),
    (3, 0.7619, 0.0929),
    (4, 0.6667, 0.1029),
    (5, 0.5714, 0.1080),
    (8, 0.3810, 0.1060),
    (11, 0.2857, 0.0986),
    (12, 0.1905, 0.0857),
    (15, 0.1429, 0.0764),
    (17, 0.0952, 0.0641),
    (22, 0.0476, 0.0465),
    (23, 0.0000, math.nan),
]

Z = 1.96


def curve(happened: list[int], censored: list[int]) -> Survival:
    return kaplan_meier(np.array(happened + censored), np.arange(len(happened) + len(censored)) < len(happened))


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


def test_no_trials_tell_nothing() -> None:
    estimate = wilson(0, 0).estimate
    assert math.isnan(estimate.value)
    assert (estimate.low, estimate.high) == (0, 1)


@pytest.mark.parametrize("trials", [0, 7])
def test_many_shares_in_one_go_are_the_shares_one_by_one(trials: int) -> None:
    counts = np.array([0, 0, 0]) if trials == 0 else np.array([0, 3, 7])
    told = shares(counts, trials)
    assert repr(told) == repr(tuple(wilson(int(count), trials) for count in counts))


# Waiting times.


def test_the_published_curve_with_censored_cases() -> None:
    found = curve(TREATED, TREATED_CENSORED)
    times, heights, errors, at_risk = zip(*TREATED_CURVE, strict=True)
    assert found.times == (0, *times)
    assert found.shares == pytest.approx((1, *heights), abs=5e-4)
    assert found.errors == pytest.approx((0, *errors), abs=5e-5)
    assert found.at_risk == (21, *at_risk)
    assert found.end == 35


def test_the_published_curve_without_censored_cases() -> None:
    found = curve(PLACEBO, [])
    times, heights, errors = zip(*PLACEBO_CURVE, strict=True)
    assert found.times == (0, *times)
    assert found.shares == pytest.approx((1, *heights), abs=5e-5)
    assert found.errors == pytest.approx((0, *errors), abs=5e-5, nan_ok=True)
    assert found.shares[-1] == 0


def test_published_quartiles() -> None:
    treated, placebo = curve(TREATED, TREATED_CENSORED), curve(PLACEBO, [])
    assert [treated.quantile(share) for share in (0.25, 0.5, 0.75)] == [13, 23, None]
    assert [placebo.quantile(share) for share in (0.25, 0.5, 0.75)] == [4, 8, 12]


def test_the_median_has_the_interval_that_sas_prints() -> None:
    assert curve(TREATED, TREATED_CENSORED).quantile_interval(0.5) == (13, None)


def test_a_level_that_is_met_exactly_counts_as_reached() -> None:
    """Half of 2,000 by update 1,000, though the curve is a product of 1,000 rounded quotients."""
    found = curve(list(range(1, 2001)), [])
    assert [found.quantile(share) for share in (0.25, 0.5, 0.75, 1.0)] == [500, 1000, 1500, 2000]


def test_intervals_are_score_intervals_with_greenwoods_variance() -> None:
    """Rothman (1978): both ends p solve (S − p)² = z² p(1 − p)/n with n = S(1 − S)/V, here of the printed S and V."""
    found = curve(TREATED, TREATED_CENSORED)
    for i, (_, height, error, _) in enumerate(TREATED_CURVE, 1):
        trials = height * (1 - height) / error**2
        for end in found.low[i], found.high[i]:
            assert (height - end) ** 2 == pytest.approx(Z * Z * end * (1 - end) / trials, rel=0.02)
        assert found.low[i] < height < found.high[i]


def test_without_censored_cases_the_intervals_are_those_of_shares() -> None:
    found = curve(PLACEBO, [])
    for i, time in enumerate(found.times):
        estimate = wilson(sum(each > time for each in PLACEBO), len(PLACEBO)).estimate
        assert (found.low[i], found.high[i]) == pytest.approx((estimate.low, estimate.high))


def test_even_before_the_first_event_the_interval_says_how_many_were_watched() -> None:
    few, many = curve([], [9] * 10), curve([], [9] * 1000)
    assert few.times == many.times == (0,)
    assert (few.end, many.end) == (9, 9)
    assert few.low[0] == pytest.approx(0.72247, abs=5e-6)  # n/(n + 3.8415).
    assert many.low[0] == pytest.approx(0.99617, abs=5e-6)


def test_all_at_once() -> None:
    found = curve([6] * 2000, [])
    assert (found.times, found.shares) == ((0, 6), (1, 0))
    assert (found.low[1], found.high[1]) == pytest.approx((0, 0.00192), abs=5e-6)
    assert found.quantile(0.25) == found.quantile(0.75) == 6


def test_who_is_censored_at_a_time_was_watched_at_it() -> None:
    assert curve([2], [2]).shares == (1, 0.5)
    assert curve([2], [1]).shares == (1, 0)


def test_nobody_watched() -> None:
    found = curve([], [])
    assert found.times == found.shares == found.low == found.high == ()
    assert found.quantile(0.5) is None
    assert found.quantile_interval(0.5) == (None, None)


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=60))
def test_curves_fall_within_their_intervals(cases: list[tuple[int, bool]]) -> None:
    found = curve([time for time, known in cases if known], [time for time, known in cases if not known])
    assert all(before > after for before, after in pairwise(found.shares))
    for low, share, high in zip(found.low, found.shares, found.high, strict=True):
        assert 0 <= low <= share + 1e-12
        assert share - 1e-12 <= high <= 1


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Exponential times censored at exponential times half as often, 2,000 samples of 40, at the true median."""
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(2000):
        times, ends = generator.exponential(1.0, 40), generator.exponential(2.0, 40)
        found = kaplan_meier(np.minimum(times, ends), times <= ends)
        place = sum(time <= math.log(2) for time in found.times) - 1
        held += found.low[place] <= 0.5 <= found.high[place]
    assert 0.935 < held / 2000 < 0.965


# Means.


def test_the_interval_of_a_published_mean() -> None:
    """The NIST/SEMATECH e-Handbook, 1.3.5.2: 195 measurements (ZARR13), here others with their mean and deviation."""
    values = np.random.default_rng(0).normal(size=195)
    values = 9.261460 + 0.022789 * (values - values.mean()) / values.std(ddof=1)
    estimate = mean(values)
    assert estimate.value == pytest.approx(9.261460, abs=1e-9)
    assert (estimate.low, estimate.high) == pytest.approx((9.258242, 9.264679), abs=1e-6)


@pytest.mark.parametrize(
    ("count", "quantile"),
    [(2, 12.706), (3, 4.303), (4, 3.182), (5, 2.776), (6, 2.571), (11, 2.228), (31, 2.042), (101, 1.984)],
)
def test_few_values_take_students_quantiles(count: int, quantile: float) -> None:
    values = np.linspace(-1, 1, count)
    values *= math.sqrt(count) / values.std(ddof=1)  # So that the mean's standard error is 1.
    assert mean(values).high == pytest.approx(quantile, rel=1.5e-3)


def test_equal_values_have_their_own_mean_to_the_last_bit() -> None:
    estimate = mean(np.full(1000, 0.1))
    assert estimate.low == estimate.value == estimate.high == 0.1


def test_one_value_says_nothing_of_the_spread_and_none_nothing_at_all() -> None:
    one = mean(np.array([3.0]))
    assert (one.value, one.low, one.high) == (3, -math.inf, math.inf)
    assert all(map(math.isnan, (mean(np.array([])).value, mean(np.array([])).low, mean(np.array([])).high)))
