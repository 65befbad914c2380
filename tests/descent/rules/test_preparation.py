"""Clipping and L2 weight decay: off they are nowhere, on they do to a gradient what torch does before a step."""

from dataclasses import fields, replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from runs import alone

from sim.descent.examples.finite_sum import Tilted
from sim.descent.lane import Lane, descend
from sim.descent.problem import Problem
from sim.descent.rules import RULES, preparations, recurrence
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.adaptive.adamw import AdamW
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.preparation import ClippedRule, DecayedRule
from sim.descent.rules.protocol import Rule, letters, settings_of
from sim.descent.update import ConstantGradient, one_update
from sim.descent.verdict.track_judge import TrackJudge
from sim.report import lane_lines
from sim.scene import load_scene
from sim.stage.picture.views.momentum import next_movement
from sim.stage.style.numbers import hyperparameters
from sim.surface.functions.polynomial import Quadratic
from sim.surface.points import Array, norm

AnyRule = Rule[Any]
CLIPPED = {name: kind for name, kind in RULES.items() if issubclass(kind, ClippedRule)}
DECAYED = {name: kind for name, kind in RULES.items() if issubclass(kind, DecayedRule)}
every_clipped = pytest.mark.parametrize("kind", CLIPPED.values(), ids=CLIPPED)
every_decayed = pytest.mark.parametrize("kind", DECAYED.values(), ids=DECAYED)


def some_gradients(marbles: int, updates: int = 12) -> Array:
    rng = np.random.default_rng(4)
    return np.asarray(rng.standard_normal((updates, marbles, 2)) * 10 ** rng.uniform(-2, 2, (updates, marbles, 2)))


def path_of(rule: AnyRule, start: Array, gradients: Array) -> Array:
    theta, state, path = start, rule.init(start), []
    for gradient in gradients:
        _, movement, state = one_update(rule, ConstantGradient(gradient), theta, None, state)
        theta = theta + movement
        path.append(theta)
    return np.array(path)


def test_who_has_which() -> None:
    """As torch.optim's classes have weight_decay; AdamW and Lion have one of their own, and the rest none."""
    assert set(CLIPPED) - set(DECAYED) == {"adamw", "lion"}
    assert set(RULES) - set(CLIPPED) == {
        *("lookahead nesterov", "sign sgd", "sam", "newton", "saddle free newton", "langevin")
    }


@every_clipped
def test_off_they_are_nowhere(kind: type[AnyRule]) -> None:
    rule: Any = kind()
    gradient = some_gradients(5)[0]
    assert rule.prepared(gradient, gradient) is gradient
    assert preparations(rule) == ()
    assert recurrence(rule) == kind.__dict__["recurrence"]
    options = {name for name, letter in letters(kind).items() if letter.option}
    assert options == {"clip_value", "clip_norm"} | ({"weight_decay"} if issubclass(kind, DecayedRule) else set())
    assert not options & settings_of(rule).keys()
    assert not any("clip" in line for line in lane_lines(Lane("", rule, 1), 20))
    told = replace(rule, clip_norm=0.25)
    assert settings_of(told) == {**settings_of(rule), "clip_norm": 0.25}
    assert "clip norm 0.25" in list(lane_lines(Lane("", told, 1), 20))
    assert hyperparameters(told) == [*hyperparameters(rule), "c₂ 0.25"]


def test_a_gradient_is_cut_per_axis_then_shortened_then_pulled_to_the_origin() -> None:
    gradient, theta = np.array([[30.0, -4.0], [0.3, 0.4]]), np.array([[1.0, 2.0], [-1.0, 5.0]])
    rule = GradientDescent(0.1, clip_value=3.0, clip_norm=2.0, weight_decay=0.5)
    long = np.array([3.0, -3.0]) * 2.0 / (np.sqrt(18) + 1e-6) + (0.5, 1.0)
    short = np.array([0.3 - 0.5, 0.4 + 2.5])
    assert_allclose(rule.prepared(gradient, theta), [long, short], rtol=1e-14)
    lines = ("g ← min(max(g, −c∞), c∞)", "g ← g min(1, c₂ / (‖g‖ + 1e−6))", "g ← g + w θ")
    assert recurrence(rule) == (*lines, "θ ← θ − η g")
    assert recurrence(replace(rule, clip_value=0.0)) == (*lines[1:], "θ ← θ − η g")
    assert recurrence(replace(rule, weight_decay=0.0)) == (*lines[:2], "θ ← θ − η g")


def test_clipping_by_norm_keeps_the_direction_and_what_is_short_to_the_last_bit() -> None:
    gradients = some_gradients(400)[0]
    clipped = GradientDescent(clip_norm=1.0).prepared(gradients, gradients)
    long = norm(gradients) > 1
    assert 0 < long.sum() < 400
    assert_array_equal(clipped[~long], gradients[~long])
    assert_allclose(norm(clipped[long]), 1, rtol=1e-5)
    assert_allclose(clipped[long, 0] * gradients[long, 1], clipped[long, 1] * gradients[long, 0], rtol=1e-12)


@every_clipped
def test_a_rule_answers_the_prepared_gradient_and_no_other(kind: type[AnyRule]) -> None:
    """With decoupled weight decay away, no gradient of the whole length comes through."""
    rule: Any = replace(kind(), learning_rate=0.1)
    gradients, start = some_gradients(6), np.linspace(-2, 3, 12).reshape(6, 2)
    by_hand = gradients * np.minimum(1, 0.5 / (np.hypot(*np.moveaxis(gradients, -1, 0)) + 1e-6))[..., None]
    clipped = path_of(replace(rule, clip_norm=0.5), start, gradients)
    assert_allclose(clipped, path_of(rule, start, by_hand), rtol=1e-12)
    assert not np.allclose(clipped, path_of(rule, start, gradients), rtol=1e-3)


@every_decayed
def test_weight_decay_is_a_penalty_in_the_loss(kind: type[AnyRule]) -> None:
    """On L + ½ w ‖θ‖² the rule goes as with weight decay on L."""
    rule: Any = replace(kind(), learning_rate=0.05)
    tilts = np.random.default_rng(1).standard_normal((6, 2))
    alone, summed = (Tilted(Quadratic(curvatures), tilts) for curvatures in ((1.0, 4.0), (1.75, 4.75)))
    start, seeds = np.array([[2.0, -1.0], [-0.5, 3.0]]), np.array([3, 4])
    ways = [
        np.array([update.theta for update in islice(descend(train, Lane("", each, 2), start, seeds), 30)])
        for train, each in ((alone, replace(rule, weight_decay=0.75)), (summed, rule))
    ]
    assert_allclose(ways[0], ways[1], rtol=1e-9, atol=1e-12)


def test_the_recorded_gradient_is_the_batch_s_own() -> None:
    train = load_scene("himmelblau").problem().train
    start = np.array([[1.6, -4.5]])
    run = descend(train, Lane("", GradientDescent(0.1, clip_norm=1.0), 20), start, np.array([0]))
    update = next(run)
    assert_array_equal(update.gradient, train.gradient(start))
    assert norm(update.movement).item() == pytest.approx(0.1, rel=1e-6)


@every_clipped
def test_a_marble_has_the_same_bits_alone_and_among_others_with_all_options(kind: type[AnyRule]) -> None:
    options = {name: 0.3 for name, letter in letters(kind).items() if letter.option}
    rule = replace(kind(), learning_rate=0.1, **options)
    gradients, starts = some_gradients(1001), np.random.default_rng(7).standard_normal((1001, 2))
    together = path_of(rule, starts, gradients)
    transposed = path_of(rule, np.asfortranarray(starts), np.asfortranarray(gradients))
    assert together.tobytes() == transposed.tobytes()
    for marble in range(0, 1001, 50):
        assert path_of(rule, starts[marble], gradients[:, marble]).tobytes() == together[:, marble].tobytes()


def test_where_the_gradient_balances_weight_decay_a_marble_has_stopped_on_a_slope() -> None:
    train = Tilted(Quadratic((1.0, 4.0)), np.array([[3.0, 0.0]]))
    problem = Problem(train, train, Quadratic().usual_window)
    verdicts = []
    for decay in (0.5, 0.0):
        track = alone(problem, Lane("", GradientDescent(0.1, weight_decay=decay), 1), (1.0, 1.0), 0, 400)
        judge = TrackJudge(track)
        judge.observe()
        verdicts.append(judge.verdict(400).sentence)
        assert_allclose(track.theta[-1], (-3 / (1 + decay), 0), atol=1e-9)
    assert "slope" in verdicts[0]
    assert "slope" not in verdicts[1]


def test_momentum_is_shown_as_a_sum_of_the_recorded_gradients_only_where_it_is_one() -> None:
    problem = load_scene("local-minimum").problem()
    for rule, shown in ((Momentum(0.05), True), (Momentum(0.05, weight_decay=0.1), False)):
        track = alone(problem, Lane("", rule, 20), (-1.0, 0.5), 0, 8)
        assert (next_movement(track, 5) is not None) is shown


def test_options_are_given_by_name() -> None:
    for kind in (Momentum, Adam, AdamW):
        assert {field.name for field in fields(kind) if field.kw_only} >= {"clip_value", "clip_norm"}
    assert AdamW(0.1, 0.8, 0.9, 1e-3, 0.3, clip_norm=2.0).adam == Adam(0.1, 0.8, 0.9, 1e-3, clip_norm=2.0)
