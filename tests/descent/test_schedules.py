"""Schedules: torch's learning rates at every update, closed forms, and what a run makes of them."""

import math
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pydantic import TypeAdapter, ValidationError

from sim.descent.lane import Lane
from sim.descent.race import Race
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.run import Run
from sim.descent.schedules import (
    CONSTANT,
    SCHEDULES,
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    OneCycle,
    Polynomial,
    Schedule,
    StepDecay,
    WarmRestarts,
)
from sim.descent.track import Track
from sim.scene import load_scene

UPDATES = 60
RATE = 0.3


def factors(schedule: Schedule, updates: int = UPDATES, per_epoch: int = 1) -> list[float]:
    """The factors of as many updates."""
    return [schedule.factor(update, per_epoch) for update in range(updates)]


def torch_schedulers() -> list[tuple[Schedule, Callable[[Any, Any], Any]]]:
    """Schedules beside what makes torch's for an optimizer."""
    return [
        (StepDecay(every=7, gamma=0.3), lambda kind, opt: kind.StepLR(opt, 7, 0.3)),
        (Exponential(gamma=0.93), lambda kind, opt: kind.ExponentialLR(opt, 0.93)),
        (Polynomial(length=40, power=1.7), lambda kind, opt: kind.PolynomialLR(opt, 40, 1.7)),
        (InverseTime(decay_rate=0.2), lambda kind, opt: kind.LambdaLR(opt, lambda t: 1 / (1 + 0.2 * t))),
        (Cosine(length=25, floor=0.1), lambda kind, opt: kind.CosineAnnealingLR(opt, 25, 0.1 * RATE)),
        (Cosine(length=200), lambda kind, opt: kind.CosineAnnealingLR(opt, 200)),
        (WarmRestarts(length=9), lambda kind, opt: kind.CosineAnnealingWarmRestarts(opt, 9)),
        (
            WarmRestarts(length=5, stretch=2, floor=0.05),
            lambda kind, opt: kind.CosineAnnealingWarmRestarts(opt, 5, 2, 0.05 * RATE),
        ),
        (
            OneCycle(length=UPDATES, rise=0.25, start_divisor=10, end_divisor=100),
            lambda kind, opt: kind.OneCycleLR(
                opt, RATE, UPDATES, pct_start=0.25, div_factor=10, final_div_factor=100, cycle_momentum=False
            ),
        ),
        (
            Constant(warmup=12, warmup_from=0.25),
            lambda kind, opt: kind.LinearLR(opt, 0.25, 1.0, 12),
        ),
        (
            Cosine(length=30, warmup=10, warmup_from=0.1),
            lambda kind, opt: kind.SequentialLR(
                opt, [kind.LinearLR(opt, 0.1, 1.0, 10), kind.CosineAnnealingLR(opt, 30)], milestones=[10]
            ),
        ),
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("place", range(len(torch_schedulers())))
def test_the_learning_rates_are_those_of_torch_at_every_update(place: int) -> None:
    torch = pytest.importorskip("torch")
    schedule, make = torch_schedulers()[place]
    optimizer = torch.optim.SGD([torch.zeros(1, dtype=torch.float64)], lr=RATE)
    scheduler, rates = make(torch.optim.lr_scheduler, optimizer), []
    for update in range(UPDATES):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if update < UPDATES - 1:
            scheduler.step()
    assert_allclose(RATE * np.array(factors(schedule)), rates, rtol=1e-10, atol=1e-15)


def test_closed_forms() -> None:
    assert factors(StepDecay(every=2, gamma=0.5), 6) == [1, 1, 0.5, 0.5, 0.25, 0.25]
    assert_allclose(factors(Exponential(gamma=0.9)), 0.9 ** np.arange(UPDATES), rtol=1e-12)
    assert factors(Polynomial(length=4), 6) == [1, 0.75, 0.5, 0.25, 0, 0]
    assert factors(InverseTime(decay_rate=1.0), 4) == [1, 1 / 2, 1 / 3, 1 / 4]
    fall = [1, 0.8535533905932737, 0.5, 0.14644660940672627]
    assert_allclose(
        factors(Cosine(length=4), 9),
        [*fall, 0, *fall[::-1]],
        atol=1e-15,
    )
    assert_allclose(factors(Cosine(length=2, floor=0.2), 3), [1, 0.6, 0.2], rtol=1e-12)


def test_warm_restarts_begin_anew_and_each_cycle_is_longer() -> None:
    found = factors(WarmRestarts(length=4, stretch=2), 28)
    assert [update for update, factor in enumerate(found) if factor == 1] == [0, 4, 12]
    assert_allclose(found[4:12:2], found[:4], rtol=1e-12)
    alike = factors(WarmRestarts(length=5), 20)
    assert alike[:5] == alike[5:10] == alike[15:]


def test_one_cycle_rises_falls_and_stays_where_it_ends() -> None:
    found = factors(OneCycle(length=40, rise=0.25, start_divisor=20, end_divisor=50), 60)
    assert found[0] == pytest.approx(1 / 20)
    assert np.argmax(found) == 9
    assert found[9] == 1
    assert found[39:] == pytest.approx([1 / 1000] * 21)
    assert (np.diff(found[:10]) > 0).all()
    assert (np.diff(found[9:40]) < 0).all()
    for rise in (0.01, 0.025, 0.5, 1.0):
        assert np.isfinite(factors(OneCycle(length=40, rise=rise))).all()


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("warmup", [0, 7])
def test_what_a_factor_is_never_above_is_its_own_unless_it_rises_again(name: str, warmup: int) -> None:
    numbers = {"length", "every"} & {field.name for field in fields(SCHEDULES[name])}
    kind: Any = SCHEDULES[name]
    schedule: Schedule = kind(warmup=warmup, **dict.fromkeys(numbers, 40))
    factors = [schedule.factor(update, 1) for update in range(400)]
    for update in range(200):
        rises = any(after > before for before, after in pairwise(factors[update:]))
        assert schedule.never_above(update, 1) == (np.inf if rises else factors[update])


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("per_epoch", [1, 4])
@pytest.mark.parametrize("warmup", [0, 7])
@pytest.mark.parametrize("numbers", [{}, {"gamma": 1.0}, {"floor": 1.0}, {"rise": 1.0}, {"floor": 0.3}])
def test_a_factor_falls_if_one_of_the_later_ones_is_less(
    name: str, per_epoch: int, warmup: int, numbers: dict[str, float]
) -> None:
    known = {field.name for field in fields(SCHEDULES[name])}
    kind: Any = SCHEDULES[name]
    lengths = {"length": 40, "every": 40} | numbers
    own = {number: value for number, value in lengths.items() if number in known}
    schedule: Schedule = kind(warmup=warmup, per="update" if per_epoch == 1 else "epoch", **own)
    factor = factors(schedule, 6000, per_epoch)
    for update in range(0, 400, 3):
        assert schedule.falls_after(update, per_epoch) == (min(factor[update:]) < factor[update])


@pytest.mark.parametrize("warmup", [0, 5])
@pytest.mark.parametrize("per_epoch", [1, 4])
@pytest.mark.parametrize(
    "schedule",
    [
        StepDecay(every=7, gamma=0.3),
        Exponential(gamma=0.9),
        Polynomial(length=40, power=1.7),
        Polynomial(length=9, power=0.2),
        Polynomial(length=30, power=20),
    ],
)
def test_what_is_to_come_is_no_less_than_the_sum_of_all_later_factors_and_little_more(
    schedule: Schedule, per_epoch: int, warmup: int
) -> None:
    """It counts the present unit of time as a whole one, and of a polynomial that one twice."""
    timed = replace(schedule, warmup=warmup, per="update" if per_epoch == 1 else "epoch")
    factor = np.array(factors(timed, 3000, per_epoch))
    for update in range(0, 60 * per_epoch, 3):
        to_come, later = timed.to_come(update, per_epoch), factor[update:].sum()
        if update < warmup * per_epoch:
            assert to_come == math.inf
        else:
            assert later - 1e-12 <= to_come <= later + 2 * per_epoch * factor[update] + 1e-12


@pytest.mark.parametrize("name", [name for name in SCHEDULES if name not in {"step", "exponential", "polynomial"}])
def test_what_is_to_come_has_no_end_where_the_factors_add_up_to_no_number(name: str) -> None:
    assert {SCHEDULES[name]().to_come(update, 2) for update in (0, 7, 500)} == {math.inf}
    assert StepDecay(gamma=1.0).to_come(3, 1) == Exponential(gamma=1.0).to_come(3, 1) == math.inf


def test_a_warm_up_comes_first_and_the_schedules_time_begins_after_it() -> None:
    later = Exponential(gamma=0.5, warmup=4, warmup_from=0.2)
    assert_allclose(factors(later, 7), [0.2, 0.4, 0.6, 0.8, 1, 0.5, 0.25], rtol=1e-12)


def test_time_in_epochs_is_that_of_whole_ones() -> None:
    assert factors(Exponential(gamma=0.5, per="epoch"), 7, per_epoch=3) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_a_run_has_the_learning_rate_of_the_schedule_at_every_update() -> None:
    scene = load_scene("local-minimum")
    schedule = Cosine(length=4, floor=0.1, per="epoch")
    lane = Lane("", GradientDescent(0.05), 5, schedule)
    run = Run(scene.problem(), lane, np.array([scene.start]), np.array([3]))
    run.extend(40)
    rates = 0.05 * np.array(factors(schedule, 40, per_epoch=4))
    assert len(set(rates)) > 4
    assert_allclose(run.movement[:, 0], -rates[:, None] * run.gradient[:, 0], rtol=1e-13)
    assert Track(run, 0).rule(17).learning_rate == rates[17]


@pytest.mark.parametrize("name", SCHEDULES)
def test_what_a_rule_remembers_is_found_again_under_any_schedule(name: str) -> None:
    scene, schedule = load_scene("local-minimum"), replace(SCHEDULES[name](), warmup=3)
    run = Run(scene.problem(), Lane("", Adam(0.05), 2, schedule), np.array([scene.start] * 2), np.array([3, 4]))
    run.extend(40)
    state, theta = run.state(30), run.theta[30]
    for update in range(30, 40):
        rule = run.lane.rule_at(update, scene.examples.count)
        assert rule.learning_rate == 0.05 * schedule.factor(update, 10)
        movement, state = rule.step(theta, Slope(run.gradient[update]), state)
        assert_array_equal(movement, run.movement[update])
        theta = theta + movement
    for found, expected in zip(run.state(40), state, strict=True):
        assert_array_equal(found, expected)


class Slope:
    """A gradient that is known, as a rule is shown it."""

    def __init__(self, here: Any) -> None:
        self.here = here

    def at(self, points: Any, /) -> Any:
        raise NotImplementedError

    def curvature(self) -> Any:
        raise NotImplementedError

    def noise(self) -> Any:
        raise NotImplementedError


def test_momentum_keeps_what_it_gathered_when_the_learning_rate_falls() -> None:
    """In the lecture's form a change of η is about the gradients still to come, and none about the last movement."""
    scene = load_scene("local-minimum")
    lane = Lane("", Momentum(0.01, 0.9), scene.examples.count, StepDecay(every=10, gamma=1e-6))
    run = Run(scene.problem(), lane, np.array([scene.start]), np.array([0]))
    run.extend(12)
    assert_allclose(run.movement[10], 0.9 * run.movement[9], rtol=1e-4)


def test_a_constant_schedule_leaves_the_rule_as_it_is() -> None:
    lane = Lane("", GradientDescent(0.1), 1)
    assert lane.schedule == CONSTANT
    assert lane.rule_at(7, 20) is lane.rule


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_number_of_a_schedule_is_bounded(name: str) -> None:
    kind = SCHEDULES[name]
    assert kind.name == name
    adapter = TypeAdapter(kind)
    defaults = {field.name: field.default for field in fields(kind)}
    assert adapter.validate_python(defaults) == kind()
    for number, usual in defaults.items():
        if not isinstance(usual, str):
            for outside in (-1, 1e12, math.inf, math.nan):
                with pytest.raises(ValidationError):
                    adapter.validate_python({**defaults, number: outside})


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_factor_is_a_number_from_0_to_1_at_any_time(name: str) -> None:
    for update in (0, 1, 399, 400, 401, 10_000_000):
        assert 0 <= SCHEDULES[name](warmup=1).factor(update, 3) <= 1


def test_the_judge_looks_at_a_scheduled_run_as_at_any_other() -> None:
    """With η = 0 from the tenth update on, a marble on a slope stays where it is, and is at rest in no minimum."""
    scene = load_scene("local-minimum")
    lane = Lane("", GradientDescent(0.02), scene.examples.count, Polynomial(length=10))
    race = Race(scene.problem(), [lane], scene.start, 0)
    race.extend(400)
    verdict = race.judges[0].verdict(400)
    assert verdict.kind.code not in ("settled", "stuck", "stalled")
    assert_array_equal(race.tracks[0].theta[400], race.tracks[0].theta[10])
