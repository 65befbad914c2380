"""Sums of numbers that are not kept are exact: fractions know what they must be, whatever the order and the blocks."""

import math
from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import pytest

from sim.study.statistics.intervals import mean, mean_of
from sim.study.statistics.sums import UNIT, Moments, moments

generator = np.random.default_rng(3)
SAMPLES = {
    "usual": generator.standard_normal(1_000) + 1e6,
    "of all sizes": generator.standard_normal(500) * 10.0 ** generator.integers(-300, 300, 500),
    "that cancel": np.array([1e308, 1.0, -1e308, 1e-300]),
    "the largest and the smallest": np.array([np.finfo(float).max, -np.finfo(float).max, 5e-324, -5e-324, 5e-324]),
    "significands of ones": np.full(700, 2.0 - 2**-52),
    "zeros": np.array([0.0, -0.0]),
}


@pytest.mark.parametrize("values", SAMPLES.values(), ids=SAMPLES)
def test_sums_and_sums_of_squares_are_those_of_fractions(values: np.ndarray) -> None:
    exact = [Fraction(value) for value in values.tolist()]
    known = moments(values)
    assert Fraction(known.total, 1 << UNIT) == sum(exact)
    assert Fraction(known.squares, 1 << 2 * UNIT) == sum(value * value for value in exact)
    assert known.count == len(values)


@pytest.mark.parametrize("values", SAMPLES.values(), ids=SAMPLES)
def test_blocks_in_any_order_have_the_same_sums(values: np.ndarray) -> None:
    shuffled = generator.permutation(values)
    parts = [moments(part) for part in np.array_split(shuffled, 7)]
    assert reduce(add, parts) == moments(values)
    assert moments(np.tile(values, 3)) == moments(values) * 3
    assert moments(values[:0]) == Moments()


def test_what_is_not_finite_is_left_out() -> None:
    assert moments(np.array([1.5, np.nan, np.inf, -np.inf])) == moments(np.array([1.5]))


def test_the_mean_is_rounded_once_and_its_error_is_that_of_the_definition() -> None:
    values = SAMPLES["usual"]
    exact = [Fraction(value) for value in values.tolist()]
    middle = sum(exact, Fraction()) / len(exact)
    variance = sum((value - middle) ** 2 for value in exact) / (len(exact) - 1)
    known = moments(values)
    assert known.mean == float(middle)
    assert known.standard_error == pytest.approx(math.sqrt(variance / len(exact)), rel=1e-15)
    assert mean_of(known) == mean(values)


def test_numbers_that_are_all_equal_have_themselves_as_their_mean() -> None:
    for value in (0.1, -1e308, 5e-324, 1 / 3):
        known = moments(np.full(1_001, value))
        assert (known.mean, known.standard_error) == (value, 0.0)


def test_far_from_zero_no_digit_of_the_deviation_is_lost() -> None:
    assert moments(1e15 + np.array([0.0, 1.0, 2.0])).standard_error == pytest.approx(1 / math.sqrt(3), rel=1e-15)


def test_a_deviation_that_no_number_can_hold_has_no_end() -> None:
    largest = np.finfo(float).max
    assert moments(np.array([largest, -largest])).standard_error == largest
    assert mean(np.array([largest, -largest])).high == math.inf
    tiny = moments(np.array([5e-324, -5e-324]))
    assert (tiny.mean, tiny.standard_error) == (0.0, 5e-324)
