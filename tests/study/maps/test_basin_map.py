"""Maps of basins: each pixel against a descent that is followed to the very end, and the command that draws them."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import mistake, output, status
from numpy.testing import assert_array_equal

from sim.command.studies import basins as command
from sim.descent.examples.finite_sum import Tilted
from sim.descent.problem import Problem
from sim.descent.rules import RULES, all_letters
from sim.descent.rules.adaptive.adagrad import Adagrad
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.adaptive.adamw import AdamW
from sim.descent.rules.adaptive.rmsprop import RMSprop
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.nesterov import Nesterov
from sim.descent.rules.protocol import Rule
from sim.descent.update import one_update
from sim.scene import load_scene
from sim.study.maps import basin_map as module
from sim.study.maps.basin_map import (
    DIVERGED,
    MOVING,
    USUAL_UPDATES,
    RuleDescent,
    basin_cells,
    basin_map,
    kept_share,
    summary,
)
from sim.study.work.steps import finished
from sim.surface.basins import NO_BASIN, Labels
from sim.surface.functions.gaussian import Bowl, Landscape, Well
from sim.surface.functions.polynomial import DoubleWellSaddle, Quadratic
from sim.surface.points import Array, norm
from sim.surface.protocol import ClosedForm, Window

ALL_RULES: tuple[Rule[Any], ...] = (
    GradientDescent(0.005),
    Momentum(0.005, 0.9),
    Nesterov(0.005, 0.9),
    Adagrad(0.5),
    RMSprop(0.05),
    Adam(0.3),
    AdamW(0.3),
)


def plain(surface: ClosedForm, window: Window | None = None) -> Problem:
    """A problem whose training loss is the surface itself."""
    train = Tilted(surface, np.zeros((1, 2)))
    return Problem(train, train, window or surface.usual_window)


def some_points(window: Window, count: int, seed: int = 0) -> Array:
    low, high = (window.x0, window.y0), (window.x1, window.y1)
    return np.random.default_rng(seed).uniform(low, high, (count, 2))


def middles(window: Window, rows: int, columns: int) -> Array:
    """Written again, with other words."""
    step = np.array([window.width / columns, window.height / rows])
    places = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
    return np.asarray(np.array([window.x0, window.y0]) + (places + 0.5) * step)


def brute_force(problem: Problem, rule: Rule[Any], points: Array, updates: int) -> Labels:
    """Where the marbles are at last: in whose basin, or beyond everything."""
    theta, state = points, rule.init(points)
    with np.errstate(all="ignore"):
        for _ in range(updates):
            _, movement, state = one_update(rule, problem.train, theta, None, state)
            theta = theta + movement
    away = ~(norm(theta - problem.window.center) < 1e3 * problem.window.diagonal)
    return np.where(away, DIVERGED, problem.basins.labels(np.where(away[:, None], 0.0, theta)))


# A rule's descent.


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: type(rule).__name__)
def test_a_rule_s_labels_are_where_its_marbles_are_found_much_later(rule: Rule[Any]) -> None:
    problem = load_scene("himmelblau").problem()
    points = some_points(problem.window, 300)
    labels = RuleDescent(problem, rule).labels(points)
    assert set(labels.tolist()) == {0, 1, 2, 3}
    assert_array_equal(labels, brute_force(problem, rule, points, USUAL_UPDATES))


@pytest.mark.parametrize("name", ["local-minimum", "muller-brown", "on-the-saddle", "two-weights", "egg-box"])
def test_momentum_s_labels_are_where_its_marbles_are_found_much_later(name: str) -> None:
    scene = load_scene(name)
    problem, rule = scene.problem(), scene.lanes[2].rule
    assert isinstance(rule, Momentum)
    points = some_points(problem.window, 120)
    labels = RuleDescent(problem, rule).labels(points)
    final = brute_force(problem, rule, points, 1000)
    assert_array_equal(labels[labels != MOVING], final[labels != MOVING])
    assert np.mean(labels == MOVING) < 0.02


def test_a_marble_that_passes_through_a_minimum_is_not_caught_there() -> None:
    """The claim of the opening scene: full batch stays in the dip, momentum comes through it."""
    scene = load_scene("local-minimum")
    start = np.array([scene.start])
    found = [RuleDescent(scene.problem(), lane.rule).labels(start).item() for lane in scene.lanes]
    assert found == [1, 1, 0]
    assert scene.problem().basins.labels(start) == 1


def test_what_is_slow_for_a_wide_minimum_is_not_slow_for_a_narrow_one() -> None:
    """Marbles roll down a wide bowl and through a dip in its wall, no faster than they may be at its bottom."""
    surface = Landscape(Bowl((0.0, 0.0), (0.25, 0.25)), (Well((3.0, 0.0), 0.31, 0.15),))
    problem, rule = plain(surface, Window(-5.0, 5.0, -3.0, 3.0)), Momentum(0.005, 0.9)
    points = np.stack([np.linspace(2.5, 4.9, 60), np.zeros(60)], axis=-1)
    labels = RuleDescent(problem, rule).labels(points)
    assert set(labels.tolist()) == {0, 1}
    assert_array_equal(labels, brute_force(problem, rule, points, 1000))


def test_three_rules_lead_to_three_minima_as_the_scene_says() -> None:
    scene = load_scene("himmelblau")
    labels = [RuleDescent(scene.problem(), lane.rule).labels(np.array([scene.start])).item() for lane in scene.lanes]
    assert len({*labels}) == 3
    assert min(labels) >= 0


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        (GradientDescent(0.02), 0),
        (GradientDescent(0.49), 0),
        (GradientDescent(0.5), MOVING),
        (GradientDescent(0.51), DIVERGED),
        (Momentum(0.9, 0.9), 0),
        (Momentum(0.96, 0.9), DIVERGED),
        (Adagrad(1e-6), MOVING),
    ],
)
def test_a_bowl_of_curvature_4_holds_what_is_stable_there(rule: Rule[Any], label: int) -> None:
    """Plain descent up to η = 2/k, momentum up to 2 (1 + λ)/k = 0.95; Adagrad with tiny steps arrives nowhere."""
    problem = plain(Quadratic((4.0, 4.0)))
    assert (RuleDescent(problem, rule).labels(some_points(problem.window, 50)) == label).all()


def test_a_rule_that_is_unstable_at_a_minimum_is_not_caught_there() -> None:
    """In a sharp and a flat bowl, steps that are too long for the sharp one are not too long for the other."""
    surface = Landscape(Bowl((0.0, 0.0), (0.1, 0.1)), (Well((-2.0, 0.0), 0.5, 0.15), Well((1.5, 0.0), 2.0, 1.0)))
    problem = plain(surface, Window(-4.0, 4.0, -3.0, 3.0))
    sharp = int(np.argmin(problem.basins.minima[:, 0]))
    held = RuleDescent(problem, GradientDescent(0.05)).inner
    assert (held > 0).all()
    assert (RuleDescent(problem, GradientDescent(0.2)).inner > 0).tolist() == [index != sharp for index in (0, 1)]
    start = problem.basins.minima[[sharp]] + 0.02
    assert RuleDescent(problem, GradientDescent(0.05)).labels(start) == sharp
    assert RuleDescent(problem, GradientDescent(0.2)).labels(start) != sharp


def test_what_rests_on_a_saddle_is_in_no_basin() -> None:
    problem = plain(DoubleWellSaddle())
    ridge = np.stack([np.linspace(-2.5, 2.5, 11), np.zeros(11)], axis=-1)
    for rule in (GradientDescent(0.1), Momentum(0.1, 0.9), Adam(0.1)):
        assert (RuleDescent(problem, rule).labels(ridge) == NO_BASIN).all()
        beside = RuleDescent(problem, rule).labels(ridge + np.array([0.0, 0.01]))
        assert (problem.basins.minima[beside][:, 1] > 0).all()


def test_what_rests_on_the_floor_of_a_valley_is_in_the_valley_s_basin() -> None:
    problem = load_scene("two-weights").problem()
    assert problem.basins.valleys.all()
    points = some_points(problem.window, 100)
    labels = RuleDescent(problem, GradientDescent(0.03)).labels(points)
    assert_array_equal(np.sign(problem.basins.minima[labels].sum(axis=1)), np.sign(points.sum(axis=1)))


def test_a_plateau_is_no_place_of_rest() -> None:
    """Momentum hardly moves there at first, but would not stay: it falls in, and stops on the far side or nowhere."""
    scene = load_scene("plateau")
    problem = scene.problem()
    far = np.array([scene.start])
    rule = Momentum(0.1, 0.9)
    assert RuleDescent(problem, rule, 40).labels(far) == MOVING
    assert RuleDescent(problem, rule).labels(far) == 0


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: type(rule).__name__)
def test_labels_do_not_depend_on_company(rule: Rule[Any]) -> None:
    descent = RuleDescent(load_scene("himmelblau").problem(), rule)
    points = some_points(descent.problem.window, 12)
    assert descent.labels(points).tolist() == [descent.labels(point[None]).item() for point in points]


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        (GradientDescent(0.1), 0.0),
        (Momentum(0.1, 0.9), 0.9),
        (Momentum(3.0, 0.0), 0.0),
        (Nesterov(0.1, 0.8), 0.8),
        (Adagrad(0.1), 0.0),
        (RMSprop(0.1), 0.0),
        (Momentum(0.1, 1 - 1e-12), module.LONGEST_MEMORY),
    ],
)
def test_what_lives_on_of_a_movement(rule: Rule[Any], share: float) -> None:
    assert kept_share(rule) == pytest.approx(share, abs=1e-12)


def test_adam_remembers_its_mean_gradient() -> None:
    assert 0.9 < kept_share(Adam(0.1)) < 0.92
    assert 0.5 < kept_share(Adam(0.1, 0.5)) < 0.52


def test_how_often_one_looks_makes_no_difference_to_where_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    descent = RuleDescent(load_scene("himmelblau").problem(), Momentum(0.005, 0.9))
    points = some_points(descent.problem.window, 200, seed=3)
    usual = descent.labels(points)
    monkeypatch.setattr(module, "LOOK", 1)
    assert_array_equal(descent.labels(points), usual)


def test_the_last_update_is_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, rule, start = plain(Quadratic((4.0, 4.0))), GradientDescent(0.02), np.array([[1.5, 1.0]])
    monkeypatch.setattr(module, "LOOK", 7)
    ends = [RuleDescent(problem, rule, updates).labels(start).item() for updates in range(1, 30)]
    assert ends == sorted(ends)
    assert (ends.index(0) + 1) % 7
    assert (ends[0], ends[-1]) == (MOVING, 0)


# Maps.


def test_a_map_of_the_flow_is_the_basins_pixel_by_pixel() -> None:
    problem = load_scene("himmelblau").problem()
    found = finished(basin_map(problem, (57, 83)))
    exact = problem.basins.labels(middles(problem.window, 57, 83).reshape(-1, 2)).reshape(57, 83)
    assert found.labels.shape == exact.shape
    assert np.mean(found.labels != exact) < 0.002
    assert_array_equal(finished(basin_map(problem, (57, 83), exact=True)).labels, exact)


def test_a_map_of_momentum_misses_little_and_computes_less() -> None:
    problem, rule = load_scene("himmelblau").problem(), Momentum(0.005, 0.9)
    shape = (150, 180)
    found, exact = (finished(basin_map(problem, shape, rule, exact=exact)) for exact in (False, True))
    assert_array_equal(
        exact.labels, RuleDescent(problem, rule).labels(middles(problem.window, *shape).reshape(-1, 2)).reshape(shape)
    )
    assert np.mean(found.labels != exact.labels) < 0.01
    assert found.followed < 0.8 * exact.followed


@pytest.mark.parametrize("rule", [None, Momentum(0.005, 0.9)])
def test_quarters_differ_at_edges_only_and_are_followed_there(rule: Rule[Any] | None) -> None:
    problem, (rows, columns) = load_scene("himmelblau").problem(), (60, 72)
    found = finished(basin_map(problem, (rows, columns), rule, exact=True))
    descent = problem.basins if rule is None else RuleDescent(problem, rule)
    exact = descent.labels(middles(problem.window, 2 * rows, 2 * columns).reshape(-1, 2)).reshape(2 * rows, -1)
    edge = np.zeros((rows, columns), dtype=bool)
    for row in range(rows):
        for column in range(columns):
            around = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
            labels = [found.labels[i, j] for i, j in around if 0 <= i < rows and 0 <= j < columns]
            edge[row, column] = any(label != found.labels[row, column] for label in labels)
    assert 0 < edge.mean() < 0.5
    by_pixel = found.quarters.reshape(rows, 2, columns, 2).swapaxes(1, 2)
    exact_by_pixel = exact.reshape(rows, 2, columns, 2).swapaxes(1, 2)
    assert_array_equal(by_pixel[edge], exact_by_pixel[edge])
    assert (by_pixel[~edge] == found.labels[~edge][:, None, None]).all()
    assert found.followed == rows * columns + 4 * edge.sum()


def test_no_small_basin_falls_through_the_first_cells() -> None:
    surface = Landscape(Bowl((0.0, 0.0), (0.5, 0.5)), (Well((3.5, 2.5), 0.65, 0.15),))
    problem = plain(surface, Window(-4.0, 4.0, -3.0, 3.0))
    (small,) = np.flatnonzero(problem.basins.minima[:, 0] > 1)
    cells = finished(basin_cells(problem.basins, problem.window, (3, 4), 5, problem.basins.minima))
    exact = problem.basins.labels(middles(problem.window, 96, 128).reshape(-1, 2)).reshape(96, 128)
    assert 0 < np.sum(exact == small) < 200
    assert_array_equal(cells.labels == small, exact == small)
    assert cells.followed < 0.1 * exact.size
    careless = finished(basin_cells(problem.basins, problem.window, (3, 4), 5, np.empty((0, 2))))
    assert not (careless.labels == small).any()


def test_cells_stay_large_where_too_many_would_have_to_be_followed() -> None:
    problem = load_scene("himmelblau").problem()
    for most in (12, 100, 200):
        cells = finished(basin_cells(problem.basins, problem.window, (3, 4), 6, problem.basins.minima, most))
        assert 12 <= cells.followed <= most
        assert cells.labels.shape[1] * 3 == cells.labels.shape[0] * 4


def test_progress_goes_from_0_to_1_and_never_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 500)
    shares = list(basin_map(load_scene("himmelblau").problem(), (90, 100), Momentum(0.005, 0.9)))
    assert shares[0] == 0
    assert shares == sorted(shares)
    assert 0.8 < shares[-1] < 1
    assert len(shares) > 10


def test_how_the_computing_is_cut_makes_no_difference_to_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, rule = load_scene("himmelblau").problem(), Momentum(0.005, 0.9)
    whole = finished(basin_map(problem, (20, 24), rule))
    monkeypatch.setattr(module, "BLOCK", 37)
    assert_array_equal(finished(basin_map(problem, (20, 24), rule)).quarters, whole.quarters)


def test_shares_are_of_the_window_and_add_up() -> None:
    problem = plain(DoubleWellSaddle())
    found = finished(basin_map(problem, (41, 30), Momentum(0.1, 0.9), exact=True))
    told = summary(problem, found)
    assert told["pixels"] == [30, 41]
    assert [minimum["share"] for minimum in told["minima"]] == [20 / 41, 20 / 41]
    assert told["none_of_them"] == 1 / 41  # The row of pixels on the ridge.
    assert told["still_moving"] == told["diverged"] == 0


# The command.


@pytest.mark.usefixtures("_elsewhere")
def test_the_command_saves_a_picture_and_prints_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        text = output(capsys, "basins", "himmelblau", "--lane", "momentum", "--size", "320x240")
    assert "Himmelblau · momentum, learning rate 0.005, decay 0.9" in text
    assert "(3.584, -1.848)" in text
    assert text.endswith("saved himmelblau-basins-2.png\n")
    first, second = sorted(tmp_path.iterdir())
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {"rule": "gradient flow"}),
        (["--lane", "Adam"], {"rule": "adam", "learning_rate": 0.5, "beta1": 0.9}),
        (["--lane", "Adam", "--beta1", "0.5"], {"rule": "adam", "learning_rate": 0.5, "beta1": 0.5}),
        (["--rule", "momentum", "--decay", "0.5"], {"rule": "momentum", "learning_rate": 0.005, "decay": 0.5}),
        (["--rule", "adam"], {"rule": "adam", "learning_rate": 0.5}),
        (["--rule", "Nesterov"], {"rule": "nesterov", "learning_rate": 0.005, "decay": 0.9}),
        (["--rule", "gradient-descent", "--learning-rate", "1e-3"], {"learning_rate": 0.001}),
    ],
)
def test_which_rule_is_followed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], expected: dict[str, Any]
) -> None:
    asked: list[Any] = []

    def look(*arguments: Any, **options: Any) -> Any:
        asked.append(arguments[2])
        return basin_map(*arguments, **options)

    monkeypatch.setattr(module, "basin_map", look)
    usual = ("basins", "himmelblau", "--size", "320x240", "--updates", "50", "--json", "-o", "a.png")
    data = json.loads(output(capsys, *usual, *words))
    assert data.items() >= expected.items()
    assert data["updates"] == 50
    (rule,) = asked
    names = expected.keys() - {"rule"}
    assert {name: getattr(rule, name) for name in names} == {name: expected[name] for name in names}
    shares = [data[name] for name in ("none_of_them", "still_moving", "diverged")]
    assert sum(shares) + sum(minimum["share"] for minimum in data["minima"]) == pytest.approx(1)


FLAT = """
title = "Down and down"
look = "x"
start = [0.0, 1.0]
surface = { kind = "quadratic", curvature = [1.0, -1.0] }
examples = { kind = "tilted", sigma = 0.0 }
[lane.one]
rule = "gradient descent"
learning_rate = 0.1
batch_size = "full"
"""


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["flat.toml"], "there is no minimum in the window of flat"),
        (["--lane", "momentun"], "did you mean momentum?"),
        (["--rule", "momentun"], "did you mean momentum or torch momentum"),
        (["--rule", "momentum", "--lane", "momentum"], "not allowed with"),
        (["--decay", "0.5"], "--decay needs a rule"),
        (["--rule", "adam", "--decay", "0.5"], "adam has no --decay; it has --learning-rate, --beta1"),
        (["--rule", "momentum", "--decay", "1"], "--decay must be less than 1, not 1.0"),
        (["--rule", "momentum", "--learning-rate", "0"], "--learning-rate must be greater than 0"),
        (["--rule", "momentum", "--learning-rate", "1e7"], "--learning-rate must be at most 1000000"),
        (["--rule", "momentum", "--learning-rate", "nan"], "must be a number, not 'nan'"),
        (["--rule", "momentum", "--learning-rate", "fast"], "must be a number, not 'fast'"),
        (["--rule", "x" * 5000], "there is no rule"),
        (["--updates", "0"], "a whole number from 1 to 100,000"),
        (["-o", "none/a.png"], "there is no folder none"),
        (["-o", "a.jpg"], "must end in .png"),
        (["nowhere"], "there is no scene"),
    ],
)
def test_a_mistake_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    (tmp_path / "flat.toml").write_text(FLAT, encoding="utf-8")
    sentence = mistake(capsys, "basins", *words)
    assert reason in sentence
    assert len(sentence) < 400


@pytest.mark.usefixtures("_elsewhere")
def test_an_unwritable_path_is_found_before_the_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "basin_map", lambda *_, **__: pytest.fail("computed"))
    assert status("basins", "-o", "none/a.png") == 2


@pytest.mark.usefixtures("_elsewhere")
def test_an_interrupted_map_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> Labels:
        raise KeyboardInterrupt

    monkeypatch.setattr(RuleDescent, "labels", interrupt)
    with pytest.raises(KeyboardInterrupt):
        status("basins", "--lane", "momentum")
    assert not list(tmp_path.iterdir())


def test_every_hyperparameter_has_its_option() -> None:
    assert set(all_letters()) == {field.name for rule in RULES.values() for field in fields(rule)}
    assert command.USUAL_UPDATES == USUAL_UPDATES
    words = command.parser().format_help()
    assert all(name in " ".join(words.split()) for name in RULES)
