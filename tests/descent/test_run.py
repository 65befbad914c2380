"""A run of many marbles: its last moments are those of one that keeps all; what costs much waits to be asked for."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from runs import alone, run_of

from sim.descent.examples.recipes import Recipe, RegressionExamples, ShiftedExamples, TiltedExamples
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.run import COLUMNS, DERIVED, Run
from sim.descent.track import Track
from sim.surface.functions.polynomial import Himmelblau
from sim.surface.points import Array
from sim.surface.protocol import Window, value_and_gradient

OF_UPDATES = ("gradient", "movement", "batch_loss")
SEEDS = np.array([5, 4, 2**53 - 1])
STARTS = np.array([[0.5, -1.0], [1.0, 2.0], [400.0, -300.0]])  # The last one overflows, if examples are shifted.


def problem(recipe: Recipe) -> Problem:
    return Problem(*recipe.sums(None if isinstance(recipe, RegressionExamples) else Himmelblau()), Window(-5, 5, -5, 5))


PROBLEMS = {
    "shifted": problem(ShiftedExamples(0.2, count=7, test_shift=(0.1, 0.1))),
    "tilted": problem(TiltedExamples(5.0, count=7)),
    "regression": problem(RegressionExamples("tanh unit", 0.3, (1.0, 1.0), count=7)),
}
LANES = {
    "full": Lane("", GradientDescent(0.01), 7),
    "one": Lane("", GradientDescent(0.01), 1),
    "three, one left over": Lane("", Momentum(0.002), 3),
}
every_problem = pytest.mark.parametrize("posed", PROBLEMS.values(), ids=PROBLEMS)
every_lane = pytest.mark.parametrize("way", LANES.values(), ids=LANES)


def columns(run: Run, moments: slice = slice(None)) -> dict[str, bytes]:
    """The bits of the columns at some moments."""
    told = {}
    for name in (*COLUMNS, *DERIVED):
        column: Array = getattr(run, name)
        assert len(column) == len(run.loss) - (name in OF_UPDATES)
        assert column.shape[1:] == (len(SEEDS), *{**COLUMNS, **DERIVED}[name])
        told[name] = np.ascontiguousarray(column[moments]).tobytes()
    return told


@every_problem
@every_lane
def test_the_last_moments_are_the_same_whether_all_are_kept_or_not(posed: Problem, way: Lane) -> None:
    everything = run_of(posed, way, STARTS, SEEDS, 200)
    for kept, stops in ((2, [200]), (9, [1, 2, 3, 50, 52, 200]), (30, [29, 30, 31, 199, 200]), (500, [3, 200])):
        run = run_of(posed, way, STARTS, SEEDS, *stops, kept=kept)
        assert (run.updates, run.first) == (200, max(0, 201 - kept))
        assert run.ends.tolist() == everything.ends.tolist()
        assert columns(run) == columns(everything, slice(run.first, None))


@every_problem
@every_lane
def test_columns_have_the_same_bits_however_often_they_are_asked_for(posed: Problem, way: Lane) -> None:
    at_once = columns(run_of(posed, way, STARTS, SEEDS, 150))
    for kept in (None, 151, 200):
        run = run_of(posed, way, STARTS, SEEDS, kept=kept)
        for stop in (1, 2, 64, 65, 131, 150):
            run.extend(stop)
            told = columns(run)
        assert told == at_once


def test_a_run_that_keeps_few_moments_forgets_what_it_derived_from_others() -> None:
    posed, way = PROBLEMS["shifted"], LANES["one"]
    everything, run = (run_of(posed, way, STARTS, SEEDS, kept=kept) for kept in (None, 12))
    for stop in range(0, 60, 5):
        everything.extend(stop)
        run.extend(stop)
        assert columns(run) == columns(everything, slice(run.first, None))


@every_lane
def test_what_costs_much_is_computed_where_it_is_asked_for_and_once(way: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    posed, asked = PROBLEMS["shifted"], []
    kind: Any = type(posed.train)
    for name in ("value", "hessian"):
        inside = getattr(kind, name)

        def heard(loss: Any, theta: Array, batch: Any = None, name: str = name, inside: Any = inside) -> Array:
            asked.append((name, loss is posed.test, batch is not None, theta.size // 2))
            result: Array = inside(loss, theta, batch)
            return result

        monkeypatch.setattr(kind, name, heard)
    run = run_of(posed, way, STARTS, SEEDS, 30, 40)
    assert asked == []  # The loss comes with its gradient.
    for name, expected in (("curvatures", ("hessian", False)), ("test_loss", ("value", True))):
        for stop, fresh in ((40, 41), (40, 0), (45, 5)):
            run.extend(stop)
            getattr(run, name)
            assert sum(points for *what, _, points in asked if tuple(what) == expected) == 3 * fresh
            asked.clear()
        run = run_of(posed, way, STARTS, SEEDS, 40)
    asked.clear()
    assert len(run.batch_loss) == 40
    points = sum(points for what, test, batch, points in asked if (what, test, batch) == ("value", False, True))
    assert points == (0 if way.batch_size == 7 else 3 * 40)


def test_the_loss_is_computed_once_for_each_moment_or_for_those_that_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points = []

    def heard(loss: Any, theta: Array) -> tuple[Array, Array]:
        points.append(theta.size // 2)
        return value_and_gradient(loss, theta)

    monkeypatch.setattr("sim.descent.run.value_and_gradient", heard)
    everything = run_of(PROBLEMS["tilted"], LANES["one"], STARTS[:2], SEEDS[:2], 1, 30, 30, 90)
    assert sum(points) == 2 * 91
    points.clear()
    run = run_of(PROBLEMS["tilted"], LANES["one"], STARTS[:2], SEEDS[:2], 1, 30, 30, 90, kept=20)
    assert points == [2]  # At the start.
    loss, gradient = run.ground(np.array([[3], [7]]), np.array([1]))
    assert_array_equal(loss, everything.loss[[[run.first + 3], [run.first + 7]], 1])
    assert_array_equal(gradient, everything.full_gradient[[[run.first + 3], [run.first + 7]], 1])
    assert points == [2, 2]
    run.ground(np.array([2, 3]), slice(None))
    assert points == [2, 2, 3]
    assert_array_equal(run.loss, everything.loss[run.first :])
    assert_array_equal(run.full_gradient, everything.full_gradient[run.first :])
    assert sum(points) == 2 + 2 * 20
    run.extend(100)
    assert np.isfinite(run.loss).all()
    assert sum(points) == 2 + 2 * 30


def test_memory_does_not_grow_with_the_updates_where_the_last_moments_are_kept() -> None:
    posed, way, marbles = PROBLEMS["tilted"], LANES["one"], 300
    starts, seeds = np.tile([0.5, -1.0], (marbles, 1)), np.arange(marbles)
    run = run_of(posed, way, starts, seeds, 100, kept=20)
    tracemalloc.start()
    run.extend(120)
    before, _ = tracemalloc.get_traced_memory()
    run.extend(1_000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(run.theta) == 20
    assert after - before < 8 * marbles  # Not as much as a single column grows by at one update.


def test_a_marble_that_overflows_ends_and_the_others_go_on() -> None:
    posed, way = PROBLEMS["shifted"], LANES["one"]
    run = run_of(posed, way, STARTS, SEEDS, 100)
    gone = Track(run, 2)
    assert run.made.tolist() == [100, 100, gone.updates]
    assert gone.overflow == gone.updates + 1 < 100
    assert len(gone.theta) == gone.updates + 1
    assert len(gone.batch_loss) == gone.updates
    assert np.isfinite(gone.theta).all()
    assert not np.isfinite(gone.theta[-1] + run.movement[gone.updates, 2]).all()
    single = alone(posed, way, (400.0, -300.0), int(SEEDS[2]), 100)
    assert_array_equal(single.theta, gone.theta)
    assert (single.updates, single.overflow) == (gone.updates, gone.overflow)
    assert single.run.updates == gone.overflow
