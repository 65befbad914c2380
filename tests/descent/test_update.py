"""One function makes every update: rules that ask for more than a gradient go through all of the program."""

import ast
import json
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pygame
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from outside import Newton, Sharpness, Sometimes
from runs import alone

from sim import report
from sim.descent.clock import Machine, timing
from sim.descent.crowd import Crowd
from sim.descent.examples.chance import epoch_orders
from sim.descent.examples.finite_sum import Tilted
from sim.descent.lane import Lane, descend
from sim.descent.race import Race
from sim.descent.rules import RULES, rule_name
from sim.descent.rules.plain.gradient_descent import GradientDescent, NoState
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.protocol import Rule, Slope
from sim.descent.update import CURVATURE, ConstantGradient, evaluations_of, one_update
from sim.scene import Scene, SceneError, load_scene
from sim.scene.writing import scene_text
from sim.stage.picture.views import VIEWS
from sim.stage.picture.views.momentum import next_movement
from sim.stage.session.lanes import NextRule
from sim.stage.session.session import Session, begin
from sim.stage.style.numbers import settings
from sim.stage.window.window import MainWindow
from sim.study.cost import cost
from sim.study.cost.serial import InTurn
from sim.study.maps.basin_map import RuleDescent, kept_share
from sim.study.maps.swarm import Swarm, starts
from sim.study.odds import contrast
from sim.study.work.ensemble import Job
from sim.surface.functions.polynomial import Quadratic
from sim.surface.points import Array, norm

OUTSIDE: tuple[Rule[Any], ...] = (Sharpness(0.1, 0.05), Newton(0.3), Sometimes(0.1))
EVALUATIONS = (2.0, 1.0 + CURVATURE, 1.75)
every_outside = pytest.mark.parametrize("rule", OUTSIDE, ids=rule_name)
UPDATES = 60


def house() -> Iterator[Path]:
    return (Path(report.__file__).parent).rglob("*.py")


def with_rule(rule: Rule[Any], name: str = "local-minimum") -> Scene:
    scene = load_scene(name)
    lanes = tuple(Lane(f"B = {size}", rule, size) for size in (20, 3, 1))
    return replace(scene, lanes=lanes, claims=(None,) * 3, captions=(), question=None)


# The seam itself.


def test_a_rule_is_asked_for_its_movement_in_one_place() -> None:
    asked = []
    for path in house():
        parts = path.relative_to(Path(report.__file__).parent).parts
        if {"rules", "checking", "adapters"}.intersection(parts):  # A rule may ask another, and be tried.
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(attr="step", value=ast.Name(id=owner) | ast.Attribute(attr=owner)) if (
                    "rule" in owner
                ):
                    asked.append(path.name)
    assert asked == ["update.py"]


def test_what_is_asked_is_answered_from_the_batch_and_counted() -> None:
    train, theta = load_scene("himmelblau").problem().train, np.array([[0.5, -1.0], [1.0, 2.0]])
    batch, seen = np.array([[3, 5], [4, 19]]), []
    state = NoState()

    class Curious(GradientDescent):
        def step(self, theta: Array, slope: Slope, state: Any) -> Any:
            seen.extend([slope.here, slope.at(theta + 1), slope.at(np.stack([theta, theta - 1])), slope.curvature()])
            return super().step(theta, slope, state)

    slope, movement, _ = one_update(Curious(0.1), train, theta, batch, state)
    here, there, both, curvature = seen
    assert_array_equal(slope.here, train.gradient(theta, batch))
    assert_array_equal(here, slope.here)
    assert_array_equal(there, train.gradient(theta + 1, batch))
    assert_array_equal(both, [here, train.gradient(theta - 1, batch)])
    assert_array_equal(curvature, train.hessian(theta, batch))
    assert_array_equal(movement, -0.1 * here)
    assert slope.evaluations == 1 + 1 + 2 + CURVATURE
    slope, _, _ = one_update(GradientDescent(0.1), train, theta, batch, state)
    assert slope.evaluations == 1


@pytest.mark.parametrize("kind", RULES.values(), ids=RULES)
def test_the_program_s_own_rules_ask_once_but_for_those_that_say_so(kind: type[Rule[Any]]) -> None:
    more = {"sam": 2, "lookahead nesterov": 2, "newton": 1 + CURVATURE, "saddle free newton": 1 + CURVATURE}
    assert evaluations_of(kind()) == more.get(rule_name(kind()), 1)


def test_how_often_rules_ask_is_what_they_ask_in_a_run() -> None:
    problem = load_scene("local-minimum").problem()
    for rule, expected in zip(OUTSIDE, EVALUATIONS, strict=True):
        theta, counted = np.array([[-1.0, 0.5]]), 0
        state = rule.init(theta)
        for batch in np.arange(20).reshape(20, 1, 1):
            slope, movement, state = one_update(rule, problem.train, theta, batch, state)
            theta, counted = theta + movement, counted + slope.evaluations
        assert counted / 20 == evaluations_of(rule) == expected


# Closed forms.


def test_sharpness_awareness_on_a_quadratic_is_its_closed_form() -> None:
    """∇L(θ + ρ g/‖g‖) = K (θ + ρ Kθ/‖Kθ‖), with K the curvatures, written out."""
    curvatures, rate, radius = np.array([1.0, 4.0]), 0.05, 0.3
    train = Tilted(Quadratic((1.0, 4.0)), np.zeros((4, 2)))
    run = descend(train, Lane("", Sharpness(rate, radius), 4), np.array([[2.0, -1.0]]), np.array([0]))
    theta = np.array([2.0, -1.0])
    for update in islice(run, 40):
        pull = curvatures * theta
        theta = theta - rate * curvatures * (theta + radius * pull / np.sqrt(pull @ pull))
        assert_allclose(update.gradient[0], pull, atol=1e-12)
        assert_allclose(update.theta[0], theta, atol=1e-12)


def test_newton_is_at_the_minimum_of_a_quadratic_after_one_update_and_of_each_batch() -> None:
    """∇ℓ = K θ + n: a batch's minimum is −K⁻¹ n̄."""
    tilts = np.array([[1.0, -2.0], [0.5, 3.0], [-1.5, -1.0]])
    train = Tilted(Quadratic((1.0, 4.0)), tilts)
    for size in (1, 3):
        run = descend(train, Lane("", Newton(), size), np.array([[2.0, -1.0]]), np.array([7]))
        for update in islice(run, 6):
            mean = tilts[update.batch.reshape(size)].mean(axis=0)
            assert_allclose(update.theta[0], -mean / (1.0, 4.0), atol=1e-12)


# Through all of the program.


@every_outside
def test_a_rule_from_outside_runs_alike_alone_in_a_crowd_and_in_a_swarm(rule: Rule[Any]) -> None:
    scene = with_rule(rule)
    problem, marbles = scene.problem(), 5
    places = starts(problem.window, scene.start, scene.seed, marbles, "around it")
    seeds = scene.seed + np.arange(marbles)
    swarm = Swarm(problem, scene.lanes, places, scene.seed, scene.timing("updates"))
    swarm.follow(UPDATES, 60.0)
    for index, lane in enumerate(scene.lanes):
        crowd = Crowd(problem, lane, places, seeds)
        crowd.extend(UPDATES)
        assert np.ptp(crowd.run.theta[-1], axis=0).max() > 0
        assert_array_equal(swarm.glimpse.clouds[index].theta, crowd.run.theta[-1])
        for marble, (x, y) in enumerate(places.tolist()):
            race = Race(problem, [lane], (x, y), int(seeds[marble]))
            race.extend(UPDATES)
            assert_array_equal(race.tracks[0].theta[-1], crowd.run.theta[-1][marble])
            assert race.judges[0].changes == crowd.judge.log.changes(marble)


@every_outside
def test_odds_and_reports_take_a_rule_from_outside(rule: Rule[Any]) -> None:
    scene = with_rule(rule)
    told = Job(scene.experiment, 2, scene.seed, 4, UPDATES).run()
    race = scene.race()
    race.extend(UPDATES)
    assert_array_equal(told.theta[0], race.tracks[2].theta[-1])
    lanes = json.loads(json.dumps(report.summary(scene, race, UPDATES)))["lanes"]
    assert {lane["rule"] for lane in lanes} == {type(rule).__name__}
    assert lanes[0]["learning_rate"] == rule.learning_rate


def test_basins_of_rules_from_outside_are_where_their_marbles_are_found_later() -> None:
    """Newton's from where the surface curves upwards: elsewhere it seeks saddles, too."""
    problem = load_scene("himmelblau").problem()
    window, minima = problem.window, problem.basins.minima
    around = np.random.default_rng(2).uniform((window.x0, window.y0), (window.x1, window.y1), (60, 2))
    near = (minima[:, None] + 0.4 * np.random.default_rng(3).uniform(-1, 1, (4, 10, 2))).reshape(-1, 2)
    for rule, points in ((Sharpness(0.005, 0.01), around), (Newton(0.5), near)):
        labels = RuleDescent(problem, rule).labels(points)
        assert set(labels.tolist()) == {0, 1, 2, 3}
        run = descend(problem.train, Lane("", rule, problem.train.count), points, np.arange(len(points)))
        *_, last = islice(run, 2000)
        assert (norm(last.theta - minima[labels]) < 0.05).all()


def test_a_rule_that_answers_no_slope_with_no_number_is_caught_only_at_rest() -> None:
    class Rootless(GradientDescent):
        def step(self, _theta: Array, slope: Slope, state: Any) -> Any:
            return -0.005 * slope.here / (slope.here / slope.here), state

    assert kept_share(Rootless()) == pytest.approx(1 - 1e-6)
    assert kept_share(Sharpness()) == kept_share(Newton()) == 0


class Listening:
    """Hears of which examples a sum's gradients and Hessians are taken."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type[Any]) -> None:
        self.heard: list[tuple[str, int]] = []
        for name in ("gradient", "hessian"):
            monkeypatch.setattr(kind, name, self._heard(name, getattr(kind, name)))

    def _heard(self, name: str, inside: Any) -> Any:
        def method(loss: Any, theta: Array, batch: Any = None) -> Any:
            self.heard.append((name, np.size(batch)))
            return inside(loss, theta, batch)

        return method


@pytest.mark.parametrize(("rule", "asks"), [(Sharpness(), ["gradient"] * 2), (Newton(), ["gradient", "hessian"])])
def test_without_parallel_hardware_all_that_is_asked_goes_example_by_example(
    rule: Rule[Any], asks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = with_rule(rule)
    train = scene.problem().train
    at_once, in_turn = [(ask, 7) for ask in asks], [(ask, 1) for ask in asks for _ in range(7)]
    orders = epoch_orders(np.array([0]), 0, 20)
    whole, parts = (cost.update_action(scene, train, orders, 7, in_turn=way) for way in (False, True))
    listening = Listening(monkeypatch, type(train))
    whole()
    assert listening.heard == at_once
    listening.heard.clear()
    parts()
    assert listening.heard == in_turn

    def once(actions: list[Callable[[], object]], *_: object) -> Generator[float, None, list[list[float]]]:
        yield 0.0
        for action in actions:
            listening.heard.clear()
            action()
            heard.append(list(listening.heard))
        return [[1.0]] * len(actions)

    heard = list[list[tuple[str, int]]]()
    monkeypatch.setattr(contrast, "timed", once)
    contrast.measured(replace(scene, lanes=(Lane("", rule, 7),), claims=(None,)))
    assert heard[:2] == [in_turn, at_once]


@every_outside
def test_both_ways_of_measuring_move_alike(rule: Rule[Any]) -> None:
    train = load_scene("two-weights").problem().train
    theta, batch = np.array([[0.7, 0.4]]), np.array([2, 3, 11])
    state = rule.init(theta)
    (slope, movement, _), (other_slope, other_movement, _) = (
        one_update(rule, loss, theta, batch, state) for loss in (train, InTurn(train))
    )
    assert_allclose(other_slope.here, slope.here, rtol=1e-9)
    assert_allclose(other_movement, movement, rtol=1e-9)
    assert other_slope.evaluations == slope.evaluations


# Clocks, and the model that is fitted for them.


@pytest.mark.parametrize("clock", ["serial", "parallel"])
def test_who_asks_twice_takes_twice_the_machine_s_time(clock: str) -> None:
    machine = Machine(overhead=2.0, example=0.5, width=8)
    rules = (GradientDescent(), *OUTSIDE)
    for size in (1, 7, 20):
        found = timing(clock, [Lane("", rule, size) for rule in rules], 20, machine)
        assert found.paces == pytest.approx((1.0, *(1 / evaluations for evaluations in EVALUATIONS)))
    for other in ("updates", "epochs"):
        assert set(timing(other, [Lane("", rule, 7) for rule in rules], 20, machine).paces) == {1.0}


def test_the_model_of_the_cost_is_that_of_one_evaluation() -> None:
    """A rule that asks twice, and takes twice as long, has the machine of one that asks once."""
    machine = Machine(3e-5, 2e-6, 32)
    sizes = cost.ladder(1000)
    once = tuple(machine.overhead + machine.example * -(-size // 32) for size in sizes)
    twice = cost.TimeCurve(sizes, tuple(2 * second for second in once), (), ())
    fitted = cost.fit(sizes, once, (32,))
    costs = cost.Costs("x", 1000, 5, 0.0, twice, fitted, twice, fitted, 2.0)
    assert [costs.model(fitted, size) for size in sizes] == pytest.approx(list(twice.seconds))
    model = dict(cost._facts(costs))["model"]
    assert model == "2 · (30 µs + 2 µs · ⌈B/32⌉)"


def test_cost_measures_a_rule_that_asks_twice_and_says_so() -> None:
    now = 0.0

    def steady() -> float:
        nonlocal now
        now += 1e-3
        return now

    measuring = cost.measure(with_rule(Sharpness()), 20, steady, budget=0.01)
    while True:
        try:
            next(measuring)
        except StopIteration as end:
            costs: cost.Costs = end.value
            break
    assert costs.evaluations == 2
    assert cost.summary(costs)["evaluations"] == 2
    assert costs.at_once_fit.machine.overhead == pytest.approx(0.5e-3)


def test_the_window_shows_and_replaces_a_rule_from_outside() -> None:
    pygame.display.init()
    pygame.display.set_mode((960, 600))
    window = MainWindow(Session(with_rule(Sharpness()), 20.0, horizon=60, views=frozenset(VIEWS), clock="serial"))
    for key, character in ((None, ""), (pygame.K_TAB, "\t"), (None, ""), (pygame.K_y, "y"), (None, "")):
        pressed = [] if key is None else [pygame.Event(pygame.KEYDOWN, key=key, mod=0, unicode=character, scancode=0)]
        window.advance(pressed, 0.1)
    assert [rule_name(lane.rule) for lane in window.session.scene.lanes] == ["gradient descent", *["Sharpness"] * 2]


# Names.


def test_a_rule_from_outside_goes_by_the_name_of_its_class() -> None:
    assert rule_name(Sharpness()) == "Sharpness"
    assert settings(Lane("", Newton(0.5), 3), 20) == "Newton · η 0.5 · B 3 of 20"
    track = alone(load_scene("local-minimum").problem(), Lane("", Sharpness(), 3), (-1.0, 0.5), 4, 2)
    assert next_movement(track, 1) is None


def test_a_rule_from_outside_goes_by_a_name_of_its_own_if_it_has_one() -> None:
    @dataclass(frozen=True, slots=True)
    class Patient(Momentum):
        """Made from a rule of the program's, whose name it does not take."""

    @dataclass(frozen=True, slots=True)
    class Named(Momentum):
        name: ClassVar[str] = "sharpness-aware"

    @dataclass(frozen=True, slots=True)
    class Signed(Sharpness):
        name: str = "a hyperparameter"

    assert [rule_name(rule) for rule in (Patient(), Named(), Signed())] == ["Patient", "sharpness-aware", "Signed"]


def test_the_rule_after_one_from_outside_is_the_first() -> None:
    session = begin(with_rule(Sharpness(0.07)))
    rules = [session.scene.lanes[0].rule]
    for _ in range(len(RULES) + 1):
        session = NextRule().apply(session)
        rules.append(session.scene.lanes[session.lane].rule)
    assert [rule_name(rule) for rule in rules] == ["Sharpness", *RULES, next(iter(RULES))]
    assert rules[1] == GradientDescent(0.07)


def test_a_scene_file_names_no_rule_from_outside() -> None:
    with pytest.raises(SceneError) as caught:
        scene_text(with_rule(Newton()))
    assert str(caught.value) == (
        f'lane."B = 20".rule cannot be written to a file, which may name {", ".join(RULES)}, but not "Newton"'
    )


def test_a_scene_file_takes_no_rule_from_outside_for_one_of_the_programs() -> None:
    @dataclass(frozen=True, slots=True)
    class Other(GradientDescent):
        name: ClassVar[str] = "momentum"

    with pytest.raises(SceneError, match=r'but not "Other"$'):
        scene_text(with_rule(Other()))


def test_a_scene_file_names_no_surface_from_outside() -> None:
    @dataclass(frozen=True, slots=True)
    class Bowl(Quadratic):
        """Another one to those who know it."""

    with pytest.raises(SceneError, match=r'^surface\.kind cannot be written .* quadratic, formula, but not "Bowl"$'):
        scene_text(replace(load_scene("himmelblau"), surface=Bowl()))


def test_an_even_slope_is_the_same_everywhere() -> None:
    even = ConstantGradient(np.array([1.0, -2.0]))
    assert_array_equal(even.gradient(np.zeros((3, 4, 2))), np.broadcast_to([1.0, -2.0], (3, 4, 2)))
    assert_array_equal(even.hessian(np.zeros((3, 2))), np.broadcast_to(np.eye(2), (3, 2, 2)))
