"""Batches: an epoch is a partition, a function of (seed, epoch), and no order is more likely than another."""

import math
from itertools import chain, islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from sim.descent.examples.batches import batch_of, epoch_orders, updates_per_epoch
from sim.descent.lane import batches

LARGEST_SEED = 2**53 - 1

counts = st.integers(1, 60)
seeds = st.integers(0, LARGEST_SEED)
epochs = st.integers(0, 10_000)


@given(seeds, counts, st.integers(1, 70))
def test_an_epoch_is_a_partition_and_keeps_its_short_batch(seed: int, count: int, batch_size: int) -> None:
    size = min(batch_size, count)
    per_epoch = updates_per_epoch(count, size)
    assert per_epoch == math.ceil(count / size)
    run = batches(np.array([seed]), count, size)
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
    run = list(islice(batches(np.array([3, 8]), 7, 3), 12))
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
    for batch in islice(batches(np.array([1, 2, 3]), 6, batch_size), 3):
        assert_array_equal(batch, np.arange(6))
