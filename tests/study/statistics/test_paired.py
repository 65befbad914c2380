"""Differences within pairs, against what others have published and against how often an interval should hold."""

from math import comb
from statistics import NormalDist

import numpy as np
import pytest

from sim.study.statistics.intervals import mean, student, wilson
from sim.study.statistics.paired import mean_difference, share_difference

SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
"""Student 1908, "The Probable Error of a Mean": hours of sleep gained by one drug more than by another."""


def table(both: int, only: int, rest: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of which so many have both, one or none."""
    one = np.repeat([True, True, False, False], [both, only, rest, neither])
    other = np.repeat([True, False, True, False], [both, only, rest, neither])
    return one, other


def test_students_sleep_has_the_interval_that_is_printed() -> None:
    """As R's t.test(…, paired = TRUE) prints it: 1.58, from 0.7001142 to 2.4598858."""
    told = mean_difference(SLEEP + 7.0, np.full(10, 7.0))
    assert (told.value, told.low, told.high) == pytest.approx((1.58, 0.7001142, 2.4598858), abs=1e-6)


def test_pairs_know_more_than_two_samples_side_by_side() -> None:
    rng = np.random.default_rng(0)
    luck = rng.normal(0, 10, 200)
    one, other = luck + rng.normal(0.5, 0.1, 200), luck + rng.normal(0, 0.1, 200)
    told = mean_difference(one, other)
    assert 0.4 < told.low < told.high < 0.6
    assert mean(one).low < mean(other).high


def test_approval_of_a_minister_fell_by_four_in_a_hundred() -> None:
    """Agresti 2002, "Categorical Data Analysis", 10.1: 794, 150, 86, 570; there ± 1.96 · 0.0095 by Wald's formula,
    which for so many is as good as any other."""
    told = share_difference(*table(794, 150, 86, 570))
    assert told.value == pytest.approx(0.04)
    assert (told.low, told.high) == pytest.approx((0.0213, 0.0587), abs=2e-4)


def test_the_other_way_round_is_the_opposite() -> None:
    one, other = table(20, 9, 3, 8)
    there, back = share_difference(one, other), share_difference(other, one)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))


def test_where_no_pair_differs_there_is_still_an_interval() -> None:
    told = share_difference(*table(30, 0, 0, 0))
    assert told.value == 0
    assert -0.2 < told.low < -0.05 < 0.05 < told.high < 0.2


@pytest.mark.parametrize("chances", [(0.4, 0.2, 0.1, 0.3), (0.85, 0.05, 0.05, 0.05), (0.1, 0.3, 0.3, 0.3)])
def test_the_interval_of_shares_holds_as_often_as_it_says(chances: tuple[float, float, float, float]) -> None:
    """Over all tables of 20 pairs, each with its probability."""
    count, held, truth = 20, 0.0, chances[1] - chances[2]
    for both in range(count + 1):
        for only in range(count - both + 1):
            for rest in range(count - both - only + 1):
                neither = count - both - only - rest
                ways = comb(count, both) * comb(count - both, only) * comb(count - both - only, rest)
                chance = ways * np.prod(np.power(chances, (both, only, rest, neither)))
                told = share_difference(*table(both, only, rest, neither))
                held += chance * (told.low <= truth <= told.high)
    assert 0.94 < held < 0.999


def test_several_at_once_are_wider() -> None:
    """Bonferroni: of five, each has the quantile of 99 %; with nine degrees of freedom 3.249836, as tables print it."""
    alone, among = mean_difference(SLEEP, np.zeros(10)), mean_difference(SLEEP, np.zeros(10), among=5)
    half = SLEEP.std(ddof=1) / np.sqrt(10)
    assert (among.high - among.value) / half == pytest.approx(3.249836, rel=1e-3)
    assert alone.high < among.high
    one, other = table(20, 9, 3, 8)
    assert share_difference(one, other, among=5).low < share_difference(one, other).low


def test_of_nothing_nothing_is_known() -> None:
    assert np.isnan(mean_difference(np.zeros(0), np.zeros(0)).value)
    assert np.isnan(share_difference(np.zeros(0, bool), np.zeros(0, bool)).low)
    single = mean_difference(np.ones(1), np.zeros(1))
    assert (single.value, single.low, single.high) == (1, -np.inf, np.inf)


@pytest.mark.parametrize(("freedom", "printed"), [(1, 63.65674), (2, 9.924843), (3, 5.840909), (5, 4.032143)])
def test_of_few_pairs_the_quantile_is_as_tables_print_it(freedom: int, printed: float) -> None:
    assert student(freedom, NormalDist().inv_cdf(0.995)) == pytest.approx(printed, rel=1e-6)


def test_a_share_that_is_known_for_sure_adds_nothing_to_the_interval() -> None:
    one, other = table(10, 20, 0, 0)[0], np.zeros(30, bool)
    both_sure = share_difference(one, other, sure=(True, True))
    assert (both_sure.low, both_sure.high) == (1, 1)
    half = np.arange(30) < 15
    beside = share_difference(half, other, sure=(False, True))
    told = wilson(15, 30).estimate
    assert (beside.low, beside.high) == pytest.approx((told.low, told.high))


def test_differences_too_large_to_be_squared_as_numbers_have_the_interval_of_smaller_ones() -> None:
    told, small = (mean_difference(np.array([size, 0.0, 0.0]), np.zeros(3)) for size in (1e200, 1.0))
    for number, other in zip((told.value, told.low, told.high), (small.value, small.low, small.high), strict=True):
        assert number == pytest.approx(1e200 * other, rel=1e-12)
