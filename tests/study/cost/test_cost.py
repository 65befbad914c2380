"""The cost of an update: fits recover known machines, times come from the clock that is given, no test waits."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import mistake, output
from numpy.testing import assert_allclose
from readers import rows, through_json

from sim.descent.clock import Machine, parallel_evaluation
from sim.descent.examples.chance import epoch_orders
from sim.descent.examples.finite_sum import Shifted
from sim.descent.examples.recipes import of_count
from sim.descent.lane import Lane
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.protocol import Slope
from sim.scene import load_scene
from sim.study.cost import cost as module
from sim.study.cost import timing
from sim.study.cost.cost import (
    COLUMNS,
    Costs,
    TimeCurve,
    curve,
    doubled,
    duration,
    epoch_seconds,
    fit,
    ladder,
    measure,
    page,
    possible_widths,
    summary,
    update_action,
    write_csv,
)
from sim.study.cost.timing import timed
from sim.study.statistics.figure import Line
from sim.surface.points import Array

MNIST = 60_000


def times_of(machine: Machine, sizes: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(parallel_evaluation(size, machine) for size in sizes)


@dataclass
class FakeClock:
    """Stands still unless an action takes its time."""

    now: float = 0.0
    log: list[int] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def action(self, number: int, seconds: float) -> Callable[[], None]:
        def act() -> None:
            self.log.append(number)
            self.now += seconds

        return act


def result(progress: Any) -> tuple[list[float], Any]:
    shares = []
    while True:
        try:
            shares.append(next(progress))
        except StopIteration as end:
            return shares, end.value


# What is measured.


@pytest.mark.parametrize(
    ("most", "sizes"),
    [
        (1, (1,)),
        (2, (1, 2)),
        (3, (1, 2, 3)),
        (20, (1, 2, 5, 10, 20)),
        (60, (1, 2, 5, 10, 20, 50, 60)),
        (100, (1, 2, 5, 10, 20, 50, 100)),
    ],
)
def test_the_ladder_of_batch_sizes(most: int, sizes: tuple[int, ...]) -> None:
    assert ladder(most) == sizes


def test_the_ladder_of_mnist() -> None:
    assert ladder(MNIST)[-3:] == (20_000, 50_000, 60_000)
    assert len(ladder(MNIST)) == 16


def test_times_are_those_of_the_clock() -> None:
    clock, seconds = FakeClock(), [3e-6, 0.01, 0.4]
    shares, samples = result(timed([clock.action(i, s) for i, s in enumerate(seconds)], clock, budget=30.0))
    for second, each in zip(seconds, samples, strict=True):
        assert_allclose(each, second, rtol=1e-9)
    assert len({len(each) for each in samples}) == 1
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.9 < shares[-1] <= 1


def test_actions_take_turns_and_every_other_round_runs_backwards() -> None:
    clock = FakeClock()
    _, samples = result(timed([clock.action(i, 1.0) for i in range(3)], clock, budget=1.0))
    assert clock.log == [0, 0, 1, 1, 2, 2] + [0, 1, 2, 2, 1, 0] * 2 + [0, 1, 2]
    assert [len(each) for each in samples] == [5, 5, 5]


def test_a_budget_ends_the_measuring_and_so_does_enough_of_it() -> None:
    clock = FakeClock()
    actions = [clock.action(i, 0.05) for i in range(4)]
    result(timed(actions, clock, budget=3.0))
    assert 3.0 <= clock.now < 3.0 + 3 * 4 * 0.05
    _, samples = result(timed(actions, clock, budget=1e9))
    assert len(samples[0]) == timing.MOST


def test_what_is_short_is_repeated_until_a_clock_can_tell_it() -> None:
    clock = FakeClock()
    result(timed([clock.action(0, timing.SHORTEST / 40.5), clock.action(1, 2 * timing.SHORTEST)], clock, budget=1e-9))
    assert clock.log.count(0) == 2 + 41 * timing.FEWEST
    assert clock.log.count(1) == 2 + timing.FEWEST


def test_a_curve_is_medians_and_quartiles() -> None:
    found = curve((1, 10), [[5.0, 1.0, 2.0, 4.0, 3.0], [7.0]])
    assert found == TimeCurve((1, 10), (3.0, 7.0), (2.0, 7.0), (4.0, 7.0))


# What is fitted.


@pytest.mark.parametrize("machine", [Machine(5e-5, 4e-5, 256), Machine(0.0, 3e-4, 64), Machine(2e-3, 1e-6, 8)])
def test_a_fit_finds_a_machine_that_works_in_blocks(machine: Machine) -> None:
    sizes = ladder(MNIST)
    found = fit(sizes, times_of(machine, sizes), possible_widths(MNIST))
    assert found.machine.width == machine.width
    assert_allclose(
        (found.machine.overhead, found.machine.example), (machine.overhead, machine.example), rtol=1e-6, atol=1e-12
    )
    assert found.error < 1e-9
    assert found.largest_error < 1e-8


def test_a_fit_finds_a_serial_machine() -> None:
    sizes = ladder(1000)
    found = fit(sizes, times_of(Machine(3e-5, 4e-5, 1), sizes), (1,))
    assert_allclose((found.machine.overhead, found.machine.example), (3e-5, 4e-5), rtol=1e-9)
    assert found.widths == (1, 1)


def test_where_nothing_shows_a_width_all_that_fit_are_told() -> None:
    """A straight line that begins high: what is known are its beginning and its slope."""
    sizes = ladder(MNIST)
    found = fit(sizes, times_of(Machine(1e-4, 1e-7, 1), sizes), possible_widths(MNIST))
    least, most = found.widths
    assert least == 1
    assert 4 <= most <= 64
    for width in (least, most):
        same = fit(sizes, times_of(Machine(1e-4, 1e-7, 1), sizes), (width,))
        assert_allclose(same.machine.overhead + same.machine.example, 1e-4, rtol=0.01)
        assert_allclose(same.further, 1e-7, rtol=0.02)


def test_a_step_that_shows_excludes_other_widths() -> None:
    sizes = ladder(MNIST)
    found = fit(sizes, times_of(Machine(1e-5, 1e-4, 1024), sizes), possible_widths(MNIST))
    assert found.widths == (1024, 1024)


def test_a_fit_bears_noise() -> None:
    sizes, machine = ladder(MNIST), Machine(6e-5, 2e-5, 256)
    noise = np.exp(0.05 * np.random.default_rng(3).standard_normal(len(sizes)))
    found = fit(sizes, tuple(np.array(times_of(machine, sizes)) * noise), possible_widths(MNIST))
    assert_allclose(found.machine.overhead + found.machine.example, 8e-5, rtol=0.08)
    assert_allclose(found.further, 2e-5 / 256, rtol=0.08)
    assert 0.02 < found.error < 0.07
    assert found.error < found.largest_error < 0.2


def test_small_and_large_batches_count_alike() -> None:
    """By absolute errors the largest batch alone would decide; here a tenth too much there moves little."""
    sizes = ladder(MNIST)
    seconds = [*times_of(Machine(1e-4, 1e-7, 1), sizes)]
    seconds[-1] *= 1.1
    found = fit(sizes, seconds, (1,))
    assert_allclose(found.machine.overhead, 1e-4, rtol=0.01)
    assert 0.05 < found.largest_error < 0.11


def test_no_overhead_is_below_zero_and_no_example_is_for_nothing() -> None:
    growing = fit((1, 10, 100), (1e-6, 2e-5, 4e-4), (1,)).machine
    assert growing.overhead == 0
    assert growing.example > 0
    falling = fit((1, 10, 100), (3e-4, 2e-4, 1e-4), (1,)).machine
    assert falling.overhead > 1e-4
    assert 0 < falling.example < 1e-12


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_examples_can_be_fitted_too(count: int) -> None:
    sizes = ladder(count)
    found = fit(sizes, [1e-4] * len(sizes), possible_widths(count))
    assert found.error < 1e-8
    assert found.machine.example > 0


def test_widths_are_powers_of_two_that_leave_a_second_block() -> None:
    assert possible_widths(MNIST)[:3] == (1, 2, 4)
    assert possible_widths(MNIST)[-1] == 2**14
    for count in (1, 2, 3, 4, 1000, 1024):
        assert max(possible_widths(count)) <= max(1, count / 2)


@pytest.mark.parametrize("machine", [Machine(5.0, 1.0, 1), Machine(0.0, 1.0, 8), Machine(7.3, 2.1, 32)])
def test_up_to_which_batch_an_update_costs_at_most_twice_as_much(machine: Machine) -> None:
    limit = 2 * parallel_evaluation(1, machine)
    assert parallel_evaluation(doubled(machine), machine) <= limit < parallel_evaluation(doubled(machine) + 1, machine)


def test_an_epoch_is_its_updates_the_short_last_one_and_the_shuffle() -> None:
    times = TimeCurve((1, 4, 10), (1.0, 4.0, 10.0), (), ())
    assert epoch_seconds(times, times.seconds, 10, 0.5) == (10.5, 4.0 + 4.0 + 2.0 + 0.5, 10.5)
    assert epoch_seconds(times, (1.0, 1.0, 1.0), 10, 0.0) == (10.0, 3.0, 1.0)


# What an update is.


@dataclass(frozen=True)
class Recorder(GradientDescent):
    """Keeps the gradients that it answers."""

    seen: list[Array] = field(default_factory=list)

    def step(self, theta: Array, slope: Slope, state: Any) -> Any:
        self.seen.append(slope.here)
        return super().step(theta, slope, state)


@pytest.mark.parametrize("name", ["local-minimum", "himmelblau", "two-weights"])
@pytest.mark.parametrize("size", [1, 7, 20])
def test_both_ways_compute_the_gradients_of_a_run(name: str, size: int) -> None:
    scene = load_scene(name)
    train = scene.problem().train
    recorders = [Recorder(0.1), Recorder(0.1)]
    for recorder, in_turn in zip(recorders, (False, True), strict=True):
        alone = replace(scene, lanes=(Lane("", recorder, 1),))
        action = update_action(alone, train, epoch_orders(np.array([scene.seed]), 0, 20), size, in_turn=in_turn)
        for _ in range(3):
            action()
    at_once, in_turn_gradients = (recorder.seen for recorder in recorders)
    assert_allclose(at_once, in_turn_gradients, rtol=1e-9, atol=1e-9)
    lane = Lane("", GradientDescent(1e-300), size)
    running = replace(scene, lanes=(lane,)).race()
    running.extend(2)
    assert_allclose(np.concatenate(at_once)[: 20 // size][:2], running.tracks[0].gradient[: 20 // size][:2], rtol=1e-12)


def fake_costs(count: int = MNIST) -> Costs:
    sizes, few = ladder(count), ladder(min(count, 1000))
    parallel, serial = Machine(5e-5, 4e-5, 256), Machine(1e-5, 4e-5, 1)
    curves = []
    for each, machine in ((sizes, parallel), (few, serial)):
        seconds = times_of(machine, each)
        curves.append(TimeCurve(each, seconds, tuple(0.9 * s for s in seconds), tuple(1.2 * s for s in seconds)))
    at_once, in_turn = curves
    widths = possible_widths(count)
    return Costs(
        "x", count, 20, 3e-3, at_once, fit(sizes, at_once.seconds, widths), in_turn, fit(few, in_turn.seconds, (1,))
    )


def test_measuring_takes_every_size_both_ways() -> None:
    clock = FakeClock()

    def steady() -> float:
        clock.now += 1e-3
        return clock.now

    shares, found = result(measure(load_scene("local-minimum"), 250, steady, budget=0.01))
    assert (found.count, found.rounds, found.scene) == (250, timing.FEWEST, "local-minimum")
    assert found.at_once.sizes == found.in_turn.sizes == (1, 2, 5, 10, 20, 50, 100, 200, 250)
    # By this clock whatever is done takes a millisecond.
    assert_allclose([found.shuffle, *found.at_once.seconds, *found.in_turn.seconds], 1e-3)
    assert shares[-1] <= 1


def test_measured_examples_are_taken_again_where_there_are_not_so_many() -> None:
    clock = FakeClock()

    def steady() -> float:
        clock.now += 1e-3
        return clock.now

    scene = load_scene("stopping-distances")
    _, found = result(measure(scene, 120, steady, budget=0.01))
    assert (found.count, found.at_once.sizes[-1]) == (120, 120)
    own = scene.examples.count
    again = of_count(scene.examples, own + 1)
    assert again == replace(scene.examples, train=(*scene.examples.train, scene.examples.train[0]))  # type: ignore[type-var, attr-defined]


def test_each_time_is_that_of_its_action(monkeypatch: pytest.MonkeyPatch) -> None:
    gradients: list[int] = []
    shuffles: list[int] = []
    work: list[tuple[int, int]] = []
    gradient, orders = Shifted.gradient, epoch_orders

    def counted(self: Shifted, theta: Array, batch: Any) -> Array:
        gradients.append(len(batch))
        return gradient(self, theta, batch)

    def shuffled(*arguments: Any) -> Any:
        shuffles.append(1)
        return orders(*arguments)

    def in_turn(actions: list[Callable[[], None]], *_: object) -> Any:
        yield 0.0
        for action in actions:
            gradients.clear()
            shuffles.clear()
            action()
            work.append((len(shuffles), len(gradients)))
        return [[float(index)] for index in range(len(actions))]

    monkeypatch.setattr(Shifted, "gradient", counted)
    monkeypatch.setattr(module, "epoch_orders", shuffled)
    monkeypatch.setattr(module, "timed", in_turn)
    _, found = result(measure(load_scene("local-minimum"), 1500))
    assert work == [(1, 0), *[(0, 1)] * 11, *[(0, size) for size in ladder(1000)]]
    assert found.shuffle == 0
    assert found.at_once.seconds == tuple(range(1, 12))
    assert found.in_turn.seconds == tuple(range(12, 22))
    assert found.in_turn.sizes == ladder(1000)


# What is told.


def test_the_summary_is_json_and_the_csv_its_rows() -> None:
    costs = fake_costs()
    told = through_json(summary(costs))
    assert told["all_at_once"]["model"]["width"] == 256
    assert told["one_after_the_other"]["model"]["widths_as_good"] == [1, 1]
    found = rows(write_csv, costs)
    assert list(found[0]) == list(COLUMNS)
    assert [row["way"] for row in found] == ["all at once"] * 16 + ["one after the other"] * 10
    for row, entry in zip(found, told["all_at_once"]["updates"], strict=False):
        assert {name: float(row[name]) for name in COLUMNS[1:]} == entry
        assert float(row["low"]) < float(row["seconds"]) < float(row["high"])
        assert float(row["model"]) == pytest.approx(float(row["seconds"]))
    assert float(found[0]["epoch_seconds"]) == pytest.approx(MNIST * 9e-5 + 3e-3)


def test_the_page_shows_updates_and_epochs_with_the_model_carried_on() -> None:
    costs = fake_costs()
    updates, epochs = page(costs).figures
    for figure in (updates, epochs):
        assert figure.x.log
        assert figure.y.log
        lines = [mark for mark in figure.marks if isinstance(mark, Line)]
        assert [line.dashed for line in lines] == [False, True, False, True]
        assert [line.hue for line in lines] == [0, 0, 1, 1]
        measured, model, serial, carried = lines
        assert measured.x == ladder(MNIST)
        assert serial.x == ladder(1000)
        assert (model.x[0], model.x[-1], carried.x[-1]) == (1, MNIST, MNIST)
        for line in (measured, serial):
            assert len(line.low) == len(line.high) == len(line.x)
            assert all(a < b < c for a, b, c in zip(line.low, line.y, line.high, strict=True))
        for line in (model, carried):
            assert not line.dots
            assert all(math.isfinite(value) and value > 0 for value in line.y)
    first, last = updates.marks[0], epochs.marks[1]
    assert isinstance(first, Line)
    assert isinstance(last, Line)
    assert first.y[0] == pytest.approx(0.09)
    assert last.y[0] == pytest.approx(MNIST * 9e-5 + 3e-3)
    assert last.y[-1] == pytest.approx(5e-5 + 235 * 4e-5 + 3e-3)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (4.12e-5, "41.2 µs"),
        (2.5e-9, "2.5 ns"),
        (0.0032, "3.2 ms"),
        (0.0015, "1.5 ms"),
        (2.4, "2.4 s"),
        (0.9999, "1,000 ms"),
        (1234.5, "1,234 s"),
        (0.0, "0 ns"),
    ],
)
def test_durations_as_people_read_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


# The command.


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "MOST", timing.FEWEST)


@pytest.mark.usefixtures("_elsewhere", "_quick")
def test_the_command_prints_a_table_and_writes_what_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = output(capsys, "cost", "--examples", "60", "--csv", "a.csv", "-o", "a.png", "--size", "640x480")
    assert "local-minimum · 60 examples" in text
    assert max(map(len, text.splitlines())) <= 80
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 1 + 2 * 7
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("_elsewhere", "_quick")
@pytest.mark.parametrize("scene", ["thousand-examples", "two-weights"])
def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], scene: str) -> None:
    told = json.loads(output(capsys, "cost", scene, "--examples", "1", "--json"))
    assert (told["scene"], told["examples"], told["rounds"]) == (scene, 1, timing.FEWEST)
    assert [entry["batch_size"] for entry in told["all_at_once"]["updates"]] == [1]
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("_elsewhere", "_quick")
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--examples", "0"], "a whole number from 1 to 1,000,000"),
        (["--examples", "1000001"], "a whole number from 1 to 1,000,000"),
        (["--csv", "none/a.csv"], "there is no folder none"),
        (["-o", "none/a.png"], "there is no folder none"),
        (["-o", "a.png", "--csv", "./a.png"], "name the same file"),
        (["himelblau"], "did you mean himmelblau?"),
    ],
)
def test_a_mistake_is_one_sentence_before_the_measuring(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], reason: str
) -> None:
    monkeypatch.setattr(module, "measure", lambda *_: pytest.fail("measured"))
    assert reason in mistake(capsys, "cost", *words)
