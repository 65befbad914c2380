"""Clocks: what a race looks like by updates, epochs and machine time."""

import pytest

from sim.descent.clock import CLOCKS, Machine, timing
from sim.descent.lane import Lane
from sim.descent.rules.plain.gradient_descent import GradientDescent

LANES = [Lane("", GradientDescent(), size) for size in (20, 1, 7)]
MACHINE = Machine(overhead=2.0, example=0.5, width=8)


def test_by_updates_all_lanes_keep_pace() -> None:
    assert timing("updates", LANES, 20, MACHINE).paces == (1.0, 1.0, 1.0)


def test_twenty_against_one() -> None:
    """With 20 examples B = 20 makes one update an epoch, and B = 1 twenty; B = 7 makes three, the last one short."""
    by_epochs = timing("epochs", LANES, 20, MACHINE)
    assert by_epochs.unit == 1 / 20
    for epoch in range(1, 50):
        moments = [by_epochs.updates(lane, 20 * epoch) for lane in range(3)]
        assert moments == [epoch, 20 * epoch, 3 * epoch]
    assert by_epochs.updates(0, 19) == 0


def test_a_serial_machine_makes_large_batches_wait() -> None:
    serial = timing("serial", LANES, 20, MACHINE)
    assert serial.unit == 2.5
    assert serial.paces == pytest.approx((2.5 / 12, 1.0, 2.5 / 5.5))


def test_a_parallel_machine_does_not_until_the_batch_is_wider_than_it() -> None:
    parallel = timing("parallel", [Lane("", GradientDescent(), size) for size in (1, 8, 9, 20)], 20, MACHINE)
    assert parallel.paces == pytest.approx((1.0, 1.0, 2.5 / 3.0, 2.5 / 3.5))


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_fastest_lane_sets_the_tick_and_time_never_runs_back(clock: str) -> None:
    run = timing(clock, LANES, 20, MACHINE)
    assert max(run.paces) == 1.0
    for lane in range(3):
        moments = [run.updates(lane, tick) for tick in range(200)]
        assert moments == sorted(moments)
        assert moments[0] == 0
        assert all(moment <= tick for tick, moment in enumerate(moments))


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("count", [7, 20, 99, 1000])
def test_the_tick_of_an_update_is_the_first_by_which_it_was_made(clock: str, count: int) -> None:
    run = timing(clock, [Lane("", GradientDescent(), size) for size in range(1, count + 1)], count, MACHINE)
    for lane in range(0, count, 3):
        for update in [*range(50), 10**6 + 1]:
            tick = run.tick(lane, update)
            assert run.updates(lane, tick) >= update
            assert tick == 0 or run.updates(lane, tick - 1) < update
