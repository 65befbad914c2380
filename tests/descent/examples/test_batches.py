"""Batches: an epoch is a partition, a function of (seed, epoch), and no order is more likely than another."""

import math
from itertools import chain, islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sim.descent.examples.batches import Draw, batch_of
from sim.descent.examples.chance import drawn_from_all, epoch_orders

LARGEST_SEED = 2**53 - 1

counts = st.integers(1, 60)
seeds = st.integers(0, LARGEST_SEED)
epochs = st.integers(0, 10_000)


@given(seeds, counts, st.integers(1, 70))
def test_an_epoch_is_a_partition_and_keeps_its_short_batch(seed: int, count: int, batch_size: int) -> None:
    size = min(batch_size, count)
    per_epoch = Draw(size).updates_per_epoch(count)
    assert per_epoch == math.ceil(count / size)
    run = Draw(size).batches(np.array([seed]), count)
    for _ in range(3):
        epoch = [batch.reshape(-1).tolist() for batch in islice(run, per_epoch)]
        assert sorted(chain.from_iterable(epoch)) == list(range(count))
        assert [len(batch) for batch in epoch[:-1]] == [size] * (per_epoch - 1)
        assert len(epoch[-1]) == count - size * (per_epoch - 1)
        assert all(batch == sorted(batch) for batch in epoch)


@given(st.lists(seeds, min_size=1, max_size=8), epochs, counts)
def test_many_seeds_at_once_are_as_one_by_one(several: list[int], epoch: int, count: int) -> None:
    several += [several[0], LARGEST_SEED, LARGEST_SEED - 1, LARGEST_SEED - 2, 5, 6, 7, 9]
    together = epoch_orders(np.array(several), epoch, count)
    for seed, order in zip(several, together, strict=True):
        assert_array_equal(order, epoch_orders(np.array([seed]), epoch, count)[0])


def test_seeds_and_epochs_have_orders_of_their_own() -> None:
    orders = np.concatenate([epoch_orders(np.arange(100), epoch, 20) for epoch in range(100)])
    assert len(np.unique(orders, axis=0)) == 10_000  # of 20! there are


def test_another_epochs_order_does_not_depend_on_how_far_a_run_has_come() -> None:
    run = list(islice(Draw(3).batches(np.array([3, 8]), 7), 12))
    for epoch in (3, 1):
        orders = epoch_orders(np.array([3, 8]), epoch, 7)
        for place in range(3):
            assert_array_equal(run[3 * epoch + place], batch_of(orders, place, 3))


@pytest.mark.parametrize("by", ["seed", "epoch"])
@pytest.mark.parametrize("count", [2, 5, 8, 20])
def test_every_example_is_equally_often_in_every_place(by: str, count: int) -> None:
    """χ² over places and examples has (N − 1)² degrees of freedom, so it stays within five of its deviations."""
    draws = 4000
    if by == "seed":
        orders = epoch_orders(np.arange(draws), 0, count)
    else:
        orders = np.concatenate([epoch_orders(np.array([11]), epoch, count) for epoch in range(draws)])
    table = np.stack([np.bincount(place, minlength=count) for place in orders.T])
    expected = draws / count
    statistic = np.sum((table - expected) ** 2) / expected
    freedom = (count - 1) ** 2
    assert abs(statistic - freedom) < 5 * math.sqrt(2 * freedom)


def test_every_order_is_equally_likely() -> None:
    draws = 24_000
    orders = epoch_orders(np.arange(draws), 1, 4)
    _, times = np.unique(orders, axis=0, return_counts=True)
    assert len(times) == 24
    statistic = np.sum((times - draws / 24) ** 2) / (draws / 24)
    assert abs(statistic - 23) < 5 * math.sqrt(2 * 23)


@pytest.mark.parametrize("batch_size", [6, 7])
def test_the_full_batch_is_ascending_and_shared(batch_size: int) -> None:
    for batch in islice(Draw(batch_size).batches(np.array([1, 2, 3]), 6), 3):
        assert_array_equal(batch, np.arange(6))


# Other ways to draw


def test_with_a_fixed_order_every_epoch_is_as_the_first() -> None:
    run = list(islice(Draw(3, "fixed").batches(np.array([3, 8]), 7), 9))
    for place, batch in enumerate(run):
        assert_array_equal(batch, run[place % 3])
    assert_array_equal(run[0], next(Draw(3).batches(np.array([3, 8]), 7)))


@given(seeds, st.integers(2, 30), st.integers(1, 29))
def test_a_dropped_last_batch_leaves_out_what_does_not_fill_one(seed: int, count: int, batch_size: int) -> None:
    draw = Draw(min(batch_size, count - 1), drop_last=True)
    rounds = draw.updates_per_epoch(count)
    assert rounds == count // draw.batch_size
    run = [batch[:, 0].tolist() for batch in islice(draw.batches(np.array([seed]), count), 2 * rounds)]
    assert {len(batch) for batch in run} == {draw.batch_size}
    for epoch in (run[:rounds], run[rounds:]):
        assert len(set(chain.from_iterable(epoch))) == rounds * draw.batch_size


@given(st.lists(seeds, min_size=1, max_size=8), st.integers(2, 50), st.integers(1, 49), st.integers(0, 40))
def test_drawn_from_all_any_update_is_found_alone(several: list[int], count: int, batch_size: int, first: int) -> None:
    draw = Draw(min(batch_size, count - 1), "replacement")
    run = list(islice(draw.batches(np.array(several), count), first + 3))
    for row, seed in enumerate(several):
        for later, batch in zip(run[first:], draw.batches(np.array([seed]), count, first), strict=False):
            assert later.shape == (draw.batch_size, len(several))
            assert_array_equal(later[:, row], batch[:, 0])


def test_drawn_from_all_every_pair_of_examples_is_equally_likely_the_same_one_twice_too() -> None:
    """χ² over N² pairs has N² − 1 degrees of freedom, so it stays within five of its deviations."""
    count, trials = 6, 60_000
    drawn = drawn_from_all(np.arange(trials), 3, count, 2)
    counts = np.bincount(drawn[:, 0] * count + drawn[:, 1], minlength=count * count)
    expected, freedom = trials / count**2, count**2 - 1
    assert abs(np.sum((counts - expected) ** 2 / expected) - freedom) < 5 * math.sqrt(2 * freedom)


def test_all_examples_at_once_are_each_of_them_once_however_they_are_drawn() -> None:
    for sampling in ("reshuffled", "fixed", "replacement"):
        assert next(Draw(5, sampling, True).batches(np.array([1]), 5)).tolist() == [0, 1, 2, 3, 4]
        assert Draw(5, sampling, True).updates_per_epoch(5) == 1
