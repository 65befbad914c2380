"""The rule's formula: its numbers satisfy it, worked out by hand, and it covers no more of a map than it may."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pygame
import pytest
from recording_canvas import RecordingCanvas
from recordings import section

from sim.descent.examples.chance import normals
from sim.descent.lane import Lane
from sim.descent.race import Race
from sim.descent.rules import RULES, recurrence
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.nesterov import Nesterov
from sim.descent.rules.protocol import Rule
from sim.descent.track import Track
from sim.descent.update import BatchSlope
from sim.scene import Scene, load_scene
from sim.scene.view import USUAL_VIEW, LandView
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.map.site import Map
from sim.stage.picture.panel.course import course_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views.arrows import step_and_movement
from sim.stage.picture.views.context import MOMENTS, ViewContext
from sim.stage.picture.views.formula.formula import draw_formula
from sim.stage.picture.views.formula.places import formula_places
from sim.stage.picture.views.formula.plans import planned
from sim.stage.picture.views.formula.rows import rows_of
from sim.stage.picture.views.momentum import sum_places
from sim.stage.picture.views.words.room import CELL, Seen, Still, least_covering, seen, summed_area
from sim.stage.picture.views.words.stretch import steps
from sim.stage.session.session import begin
from sim.stage.style import text
from sim.stage.style.numbers import number
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName
from sim.surface.points import Array

RATES = {
    **{"momentum": 0.05, "nesterov": 0.05, "lookahead nesterov": 0.05, "adagrad": 0.3, "adadelta": 1.0},
    **{"torch momentum": 0.05, "torch nesterov": 0.05, "rmsprop": 0.05, "rmsprop momentum": 0.01},
}
OWN = {name: replace(kind(), learning_rate=RATES.get(name, 0.1)) for name, kind in RULES.items()}
OWN["adamw"] = replace(OWN["adamw"], weight_decay=0.5)
OWN["torch momentum"] = replace(OWN["torch momentum"], dampening=0.2)
OWN["centered rmsprop"] = replace(OWN["centered rmsprop"], decay=0.4)
OWN["lion"] = replace(OWN["lion"], weight_decay=0.5)
OWN["newton"] = replace(OWN["newton"], damping=4.0)
OWN["saddle free newton"] = replace(OWN["saddle free newton"], damping=0.5)
LARGE = (1600, 900)
State = dict[str, Any]


class Reckless(GradientDescent):
    """As somebody may hand it in, without a word."""


class Typed(GradientDescent):
    """As somebody may type it."""

    recurrence = ("θ ← θ - η g",)


def with_rules(*rules: Rule[Any], name: str = "local-minimum", batch_size: int = 3) -> Scene:
    """The scene as a map with these rules."""
    scene = load_scene(name)
    lanes = tuple(Lane(f"lane {index}", rule, batch_size) for index, rule in enumerate(rules))
    return replace(scene, lanes=lanes, claims=(None,) * len(lanes), captions=(), question=None, view=USUAL_VIEW)


def recording(scene: Scene, update: int, size: tuple[int, int] = LARGE, *views: ViewName, **more: Any) -> list[str]:
    """What is drawn as formula, of each lane."""
    running = race(scene)
    running.extend(update + 2)
    canvas = RecordingCanvas(size)
    shown = {"playing": False, "progress": float(update), "views": frozenset({ViewName.FORMULA, *views}), **more}
    draw(canvas, snapshot_of(replace(begin(scene), **shown), running))
    lanes = [section(canvas.recording, f"lane {index + 1}") for index in range(len(scene.lanes))]
    return [section(lane, "formula") for lane in lanes]


def written(drawn: str) -> list[str]:
    """What is written, from above, and from left to right."""
    return re.findall(r'text "(.*?)" ', drawn)


# By hand: what becomes of what is remembered, and the movement, as the field's papers have them.


Slope = BatchSlope


def plain(rule: Any, _theta: Array, slope: Slope, _was: State) -> tuple[State, Array]:
    return {}, -rule.learning_rate * slope.here


def heavy_ball(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    m = rule.decay * was["m"] - rule.learning_rate * slope.here
    return {"m": m}, m


def torch_heavy_ball(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    b = slope.here if was["t"] == 0 else rule.decay * was["b"] + (1 - rule.dampening) * slope.here
    return {"b": b, "t": was["t"] + 1}, -rule.learning_rate * b


def nesterov(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    m = rule.decay * was["m"] - rule.learning_rate * slope.here
    return {"m": m}, rule.decay * m - rule.learning_rate * slope.here


def torch_nesterov(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    b = rule.decay * was["b"] + slope.here
    return {"b": b}, -rule.learning_rate * (slope.here + rule.decay * b)


def looking_ahead(rule: Any, theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    m = rule.decay * was["m"] - rule.learning_rate * slope.at(theta + rule.decay * was["m"])
    return {"m": m}, m


def summed(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    s = was["s"] + slope.here**2
    return {"s": s}, -rule.learning_rate * slope.here / (s**0.5 + rule.epsilon)


def own_length(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    v = rule.rho * was["v"] + (1 - rule.rho) * slope.here**2
    d = slope.here * ((was["u"] + rule.epsilon) / (v + rule.epsilon)) ** 0.5
    return {"v": v, "u": rule.rho * was["u"] + (1 - rule.rho) * d**2}, -rule.learning_rate * d


def averaged(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    v = rule.alpha * was["v"] + (1 - rule.alpha) * slope.here**2
    return {"v": v}, -rule.learning_rate * slope.here / (v**0.5 + rule.epsilon)


def averaged_and_summed(rule: Any, theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    state, movement = averaged(rule, theta, slope, was)
    b = rule.decay * was["b"] - movement / rule.learning_rate
    return {**state, "b": b}, -rule.learning_rate * b


def centered(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    v = rule.alpha * was["v"] + (1 - rule.alpha) * slope.here**2
    m = rule.alpha * was["m"] + (1 - rule.alpha) * slope.here
    b = rule.decay * was["b"] + slope.here / ((v - m**2) ** 0.5 + rule.epsilon)
    return {"v": v, "m": m, "b": b}, -rule.learning_rate * b


def moments(rule: Any, slope: Slope, was: State) -> tuple[State, Array, Array]:
    """What is remembered, and both averages corrected."""
    t = was["t"] + 1
    m = rule.beta1 * was["m"] + (1 - rule.beta1) * slope.here
    v = rule.beta2 * was["v"] + (1 - rule.beta2) * slope.here**2
    return {"t": t, "m": m, "v": v}, m / (1 - rule.beta1**t), v / (1 - rule.beta2**t)


def both(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    state, first, second = moments(rule, slope, was)
    return state, -rule.learning_rate * first / (second**0.5 + rule.epsilon)


def decayed(rule: Any, theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    state, movement = both(rule, theta, slope, was)
    return state, movement - rule.learning_rate * rule.weight_decay * theta


def by_the_largest(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    state, first, _ = moments(rule, slope, {**was, "v": 0.0})
    u = np.maximum(rule.beta2 * was["u"], abs(slope.here) + rule.epsilon)
    return {"t": state["t"], "m": state["m"], "u": u}, -rule.learning_rate * first / u


def unforgetting(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    state, first, _ = moments(rule, slope, was)
    u = np.maximum(was["u"], state["v"])
    root = (u / (1 - rule.beta2 ** state["t"])) ** 0.5
    return {**state, "u": u}, -rule.learning_rate * first / (root + rule.epsilon)


def nesterov_and_both(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    state, _, second = moments(rule, slope, was)
    now, then = (rule.beta1 * (1 - 0.96 ** (t * rule.momentum_decay) / 2) for t in (state["t"], state["t"] + 1))
    p = was["p"] * now
    first = (1 - now) * slope.here / (1 - p) + then * state["m"] / (1 - p * then)
    return {**state, "p": p}, -rule.learning_rate * first / (second**0.5 + rule.epsilon)


def rectified(rule: Any, _theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    state, first, _ = moments(rule, slope, was)
    t, most = state["t"], 2 / (1 - rule.beta2) - 1
    rho = most - 2 * t * rule.beta2**t / (1 - rule.beta2**t)
    scale: Any = 1.0
    if rho > 5:
        r = ((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)) ** 0.5
        scale = r * (1 - rule.beta2**t) ** 0.5 / (state["v"] ** 0.5 + rule.epsilon)
    return state, -rule.learning_rate * first * scale


def painted(rule: Any, _theta: Array, slope: Slope, _before: State) -> tuple[State, Array]:
    return {}, -rule.learning_rate * slope.here + np.sqrt(2 * rule.learning_rate * rule.temperature) * slope.noise()


def by_sign(rule: Any, _theta: Array, slope: Slope, _was: State) -> tuple[State, Array]:
    return {}, -rule.learning_rate * np.sign(slope.here)


def by_sign_of_averages(rule: Any, theta: Array, slope: Slope, was: State) -> tuple[State, Array]:
    sign = np.sign(rule.beta1 * was["m"] + (1 - rule.beta1) * slope.here)
    m = rule.beta2 * was["m"] + (1 - rule.beta2) * slope.here
    return {"m": m}, -rule.learning_rate * (rule.weight_decay * theta + sign)


def uphill(rule: Any, theta: Array, slope: Slope, _was: State) -> tuple[State, Array]:
    return {}, -rule.learning_rate * slope.at(theta + rule.radius * slope.here / np.linalg.norm(slope.here))


def parabola(rule: Any, _theta: Array, slope: Slope, _was: State) -> tuple[State, Array]:
    hessian = slope.curvature()[0] + rule.damping * np.eye(2)
    return {}, -rule.learning_rate * np.linalg.solve(hessian, slope.here[0])[None]


def turned_parabola(rule: Any, _theta: Array, slope: Slope, _was: State) -> tuple[State, Array]:
    values, vectors = np.linalg.eigh(slope.curvature()[0])
    return {}, -rule.learning_rate * (vectors / (abs(values) + rule.damping) @ vectors.T @ slope.here[0])[None]


BY_HAND: dict[str, Callable[[Any, Array, Slope, State], tuple[State, Array]]] = {
    "gradient descent": plain,
    "momentum": heavy_ball,
    "torch momentum": torch_heavy_ball,
    "nesterov": nesterov,
    "lookahead nesterov": looking_ahead,
    "torch nesterov": torch_nesterov,
    "adagrad": summed,
    "adadelta": own_length,
    "rmsprop": averaged,
    "rmsprop momentum": averaged_and_summed,
    "centered rmsprop": centered,
    "adam": both,
    "adamax": by_the_largest,
    "amsgrad": unforgetting,
    "nadam": nesterov_and_both,
    "radam": rectified,
    "adamw": decayed,
    "sign sgd": by_sign,
    "lion": by_sign_of_averages,
    "sam": uphill,
    "newton": parabola,
    "saddle free newton": turned_parabola,
    "langevin": painted,
}
BEFORE: State = {**dict.fromkeys("mvsbu", np.zeros(2)), "t": 0, "p": 1.0}
"""What is remembered before the first update, by its letter."""


def slope_of(track: Track, update: int) -> Slope:
    """What the rule was answered in that update."""
    theta, batch = track.theta[update], track.batch(update)
    noise = partial(normals, np.array([track.seed]), update)
    return BatchSlope(track.problem.train, theta[None], batch[:, None], noise)


TINY = {"adadelta", "rmsprop momentum"}
"""Rules whose numbers may be so small, and so wide, that those before the update make way."""
every_rule = pytest.mark.parametrize("name", RULES)


def numbers(words: str) -> list[str]:
    """The numbers of a line, as they are written."""
    return re.findall(r"−?\d+(?:\.\d+)?(?:e−?\d+)?", words)


def agree(words: list[str], values: Any) -> bool:
    """Whether these are the values, as far as they are written out: to half a unit of the last digit, or a bit more."""
    for word, value in zip(words, np.ravel(values).tolist(), strict=True):
        digits, _, power = word.replace("−", "-").partition("e")
        unit = 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))
        if abs(float(word.replace("−", "-")) - value) > 0.500001 * unit:
            return False
    return True


@every_rule
@pytest.mark.parametrize("update", [0, 1, 130])
def test_what_is_written_satisfies_the_recurrence_worked_out_by_hand_from_the_start(name: str, update: int) -> None:
    rule, by_hand = OWN[name], BY_HAND[name]
    scene = with_rules(rule)
    drawn = written(recording(scene, update)[0])
    track = race(scene).tracks[0]
    was: State = {}
    now: State = BEFORE
    movement = np.zeros(2)
    for done in range(update + 1):
        was, (now, movement) = now, by_hand(rule, track.theta[done][None], slope_of(track, done), now)
    told = {first.partition(" ←")[0]: second for first, second in pairwise(drawn)}
    assert agree(numbers(told["g"]), track.gradient[update])
    assert told["θ"].startswith("Δθ ")
    assert agree(numbers(told["θ"]), movement)
    assert now.keys() == told.keys() & BEFORE.keys()
    for sign in now:
        old, arrow, new = told[sign].rpartition("→ ")
        assert bool(arrow) == bool(old), "an arrow leads from what was before"
        assert agree(numbers(new), now[sign]), sign
        if old or name not in TINY:
            assert agree(numbers(old), was[sign]), sign


@every_rule
def test_one_step_by_hand_from_what_is_held_makes_what_is_held_next(name: str) -> None:
    rule = OWN[name]
    running = race(with_rules(rule))
    running.extend(259)
    track = running.tracks[0]
    signs = [row.formula.partition(" ←")[0] for row in rows_of(track, 0) if "→" in row.whole]
    for update in (0, 1, 77, 255, 256, 257):
        held = [dict(zip(IN_ORDER.get(name, "m"), track.state(at), strict=True)) for at in (update, update + 1)]
        assert sorted(held[0]) == sorted(signs)
        now, movement = BY_HAND[name](rule, track.theta[update][None], slope_of(track, update), held[0])
        np.testing.assert_allclose(np.ravel(movement), track.movement[update], rtol=1e-9, atol=1e-15)
        for sign, value in now.items():
            np.testing.assert_allclose(np.squeeze(value), held[1][sign], rtol=1e-12, atol=1e-300)


IN_ORDER = {
    **dict.fromkeys(("gradient descent", "sign sgd", "sam", "newton", "saddle free newton", "langevin"), ""),
    **dict.fromkeys(("adam", "adamw", "radam"), "mvt"),
    **{"torch momentum": "bt", "torch nesterov": "b", "adagrad": "s", "adadelta": "vu", "rmsprop": "v"},
    **{"rmsprop momentum": "vb", "centered rmsprop": "vmb", "adamax": "mut", "amsgrad": "mvut", "nadam": "mvpt"},
}
"""The letters of a rule's state, in the order of its fields; m where it is not told."""


@every_rule
def test_where_there_is_room_all_lines_stand_there_in_order_with_all_hyperparameters(name: str) -> None:
    drawn = written(recording(with_rules(OWN[name]), 20)[0])
    assert [line for line in drawn if line in recurrence(OWN[name])] == list(recurrence(OWN[name]))
    assert drawn[0] == "g"
    values = [f"{value:g}".replace("-", "−") for value in vars_of(OWN[name])]
    assert numbers(re.sub("[₁₂]", "", drawn[-1].replace("-", "−"))) == values


def vars_of(rule: Any) -> list[float]:
    return [getattr(rule, field.name) for field in fields(rule) if not field.kw_only]  # Options are off.


def test_of_a_rule_without_a_recurrence_gradient_and_movement_are_told() -> None:
    scene = with_rules(Reckless(0.3))
    drawn = written(recording(scene, 5)[0])
    gradient, movement = pairs(race(scene).tracks[0], 5)
    assert drawn == ["g", gradient, f"Δθ {movement}"]


def pairs(track: Track, moment: int) -> list[str]:
    """The batch's gradient and the movement, as they are written."""
    return [
        f"({number(x)}, {number(y)})" for x, y in (track.gradient[moment].tolist(), track.movement[moment].tolist())
    ]


def test_where_the_next_update_is_not_known_nothing_is_told() -> None:
    scene = with_rules(Momentum(1e200), Adam(0.1))
    first, second = recording(scene, 60)
    assert race(scene).tracks[0].overflow is not None
    assert not written(first)
    assert written(second)


MANY = ("adam", "adamw", "rmsprop", "momentum", "adagrad", "nesterov")


IN_SIZES = (SMALLEST, (1366, 768), LARGE, (960, 1600))
BESIDE: tuple[dict[str, Any], ...] = ({}, {"numbers": True}, {"presenter": True}, {"views": (ViewName.MOMENTUM,)})
"""What else may be on the picture."""
PAIRS = [(count, size, BESIDE[(count + at) % 4]) for count in range(1, 7) for at, size in enumerate(IN_SIZES)]
"""Every count in every size, and each of both with whatever else there is."""


@pytest.mark.parametrize(("count", "size", "more"), PAIRS, ids=str)
def test_it_lies_within_the_map_covers_no_more_than_a_third_and_is_not_cut(
    count: int, size: tuple[int, int], more: dict[str, Any]
) -> None:
    if "presenter" in more and size == SMALLEST and count >= 5:
        pytest.skip("type for a projector leaves no room for it there")
    scene = with_rules(*(OWN[name] for name in MANY[:count]), name="adaptive-rules")
    views, others = more.get("views", ()), {key: value for key, value in more.items() if key != "views"}
    places = setting(replace(begin(scene), **others), size).places.panels
    for drawn, place in zip(recording(scene, 40, size, *views, **others), places, strict=True):
        box = re.search(r"rect (\S+),(\S+) (\S+)x(\S+) ", drawn)
        assert box is not None
        left, top, width, height = map(float, box.groups())
        assert width * height <= place.map.width * place.map.height / 3
        assert place.map.left <= left <= left + width <= place.map.right
        assert place.map.top <= top <= top + height <= place.map.bottom
        assert min(left - place.map.left, place.map.right - left - width) < 12
        for words, x, y, em, end in re.findall(r'text "(.*?)" (\S+),(\S+) size (\d+) \S+( align 1)?', drawn):
            wide = text.width(words, int(em))
            assert left <= float(x) - wide * bool(end)
            assert float(x) + wide * (not end) <= left + width
            assert top + int(em) / 2 <= float(y) <= top + height - int(em) / 2
            assert "…" not in words
        assert "Δθ" in drawn
        assert '"g"' in drawn
        assert '"θ ← ' in drawn or count > 1


def test_a_formula_that_was_typed_with_hyphens_is_told_with_minus_signs() -> None:
    running = race(with_rules(Typed(0.1)))
    running.extend(2)
    assert [row.formula for row in rows_of(running.tracks[0], 0)][1] == "θ ← θ − η g"


def test_three_lanes_in_the_smallest_window_are_told_all_of_it() -> None:
    rules = [OWN[name] for name in ("adam", "adamw", "rmsprop")]
    for rule, drawn in zip(rules, recording(with_rules(*rules), 40, SMALLEST), strict=True):
        lines = written(drawn)
        assert set(recurrence(rule)) <= set(lines)
        assert sum(" → (" in line for line in lines) == (2 if "adam" in type(rule).__name__.lower() else 1)
        assert min(map(int, re.findall(r"size (\d+)", drawn))) >= 10


@pytest.mark.parametrize("size", [SMALLEST, LARGE])
@pytest.mark.parametrize("count", [3, 6])
def test_no_two_things_are_written_over_each_other(size: tuple[int, int], count: int) -> None:
    for drawn in recording(with_rules(*(OWN[name] for name in MANY[:count])), 40, size):
        assert apart(drawn)


def test_where_numbers_are_wider_than_usual_those_before_the_update_make_way() -> None:
    scene, wide = with_rules(*[OWN["adam"]] * 3, name="adaptive-rules", batch_size=20), 0
    for update in range(140, 200, 4):
        drawn = recording(scene, update, SMALLEST)[0]
        assert apart(drawn)
        wide += any(re.match(r"[mv] ← ", one) and "→" not in other for one, other in pairwise(written(drawn)))
    assert 0 < wide < 15


def apart(drawn: str) -> bool:
    """Whether no two things are written over each other."""
    spans = []
    for words, x, y, em, end in re.findall(r'text "(.*?)" (\S+),(\S+) size (\d+) \S+( align 1)?', drawn):
        wide = text.width(words, int(em))
        spans.append((float(y), float(x) - wide * bool(end), float(x) + wide * (not end), int(em)))
    return all(
        y2 - y >= em if y2 != y else last < first for (y, _, last, em), (y2, first, _, _) in pairwise(sorted(spans))
    )


@pytest.mark.parametrize(
    ("name", "signs", "whole"), [("adam", "θgmvt", 6), ("momentum", "θgm", 3), ("adagrad", "θgs", 3)]
)
@pytest.mark.parametrize("width", [304, 225])
def test_with_less_room_the_last_things_go_first_and_no_letter_is_left_unexplained(
    width: int, name: str, signs: str, whole: int
) -> None:
    running = race(with_rules(OWN[name]))
    running.extend(5)
    rows = tuple(row.usual for row in rows_of(running.tracks[0], 3))
    ranked = [next(i for i, row in enumerate(rows) if row.formula.startswith(sign)) for sign in signs]
    ranked += [i for i, row in enumerate(rows) if row.formula.startswith("m̂")] + [len(rows) - 1]
    seen = set()
    for height in range(20, 700, 4):
        plans = planned(rows, (width, height), 12, 10)
        assert {plan.size for plan in plans} <= {10}
        shown = set(plans[0].shown) if plans else set()
        assert shown == set(ranked[: len(shown)])
        seen.add(len(shown))
    assert {0, len(ranked)} <= seen <= {0, whole, len(ranked)}, "m̂ is told with t, and m with the line that makes it"


@pytest.mark.parametrize("presenter", [False, True])
@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), LARGE])
def test_six_lanes_have_one_size_of_type_and_the_lines_of_all_their_letters(
    size: tuple[int, int], presenter: bool
) -> None:
    if presenter and size == SMALLEST:
        pytest.skip("type for a projector leaves no room for it there")
    sizes, whole = set[int](), 0
    scene = with_rules(*(OWN[name] for name in MANY))
    for drawn in recording(scene, 40, size, presenter=presenter):
        lines = written(drawn)
        sizes |= set(map(int, re.findall(r"size (\d+)", drawn)))
        formulas = [line for line in lines if "←" in line or "= " in line]
        told = {line.split(" ")[0] for line in formulas} | ({"v̂"} if any("v̂ =" in line for line in formulas) else set())
        for line in formulas:
            used = set(re.findall(r"(?<!\w)[mvsbt](?:\u0302)?(?!\w)", line))
            assert used <= told, (line, lines)
            whole += line.startswith("θ")
    assert len(sizes) == 1
    assert min(sizes) >= 10
    assert whole > 1


@pytest.mark.parametrize("name", ["sharp-and-flat", "himmelblau", "muller-brown", "plateau"])
def test_hyperparameters_are_told_in_all_lanes_or_in_none(name: str) -> None:
    for update in (40, 100):
        lanes = [written(drawn) for drawn in recording(load_scene(name), update, SMALLEST)]
        told = {any(line.startswith("η ") for line in lines) for lines in lanes if any("θ ←" in line for line in lines)}
        assert len(told) == 1


def test_type_is_as_large_from_block_to_block() -> None:
    sizes = set[str]()
    for update in (31, 32, 64):
        drawn = "".join(recording(load_scene("ravine"), update, (1366, 768), presenter=True))
        sizes |= set(re.findall(r"size (\d+)", drawn))
    assert len(sizes) == 1


@pytest.mark.parametrize("view", [USUAL_VIEW, load_scene("himmelblau").view], ids=["map", "relief"])
@pytest.mark.parametrize("name", ["muller-brown", "two-weights", "local-minimum", "himmelblau"])
def test_rather_in_small_type_before_an_audience_than_without_the_movement_s_formula(name: str, view: LandView) -> None:
    scene = replace(load_scene(name), view=view)
    lanes = [written(drawn) for drawn in recording(scene, 20, SMALLEST, presenter=True)]
    assert sum(any(line.startswith("θ ←") for line in lines) for lines in lanes) >= 2


@pytest.mark.parametrize("size", [(960, 600), (1366, 768)])
def test_numbers_of_a_diverging_rule_are_whole(size: tuple[int, int]) -> None:
    rules = (GradientDescent(9.0), *(OWN[name] for name in MANY[:5]))
    scene, long = with_rules(*rules), 0
    race(scene).extend(400)
    last = race(scene).tracks[0].updates
    for update in range(last - 40, last, 8):
        drawn = written(recording(scene, update, size)[0])
        assert not any("…" in line or "+" in line for line in drawn)
        found = race(scene).tracks[0]
        for line, vector in (("g", found.gradient[update]), ("Δθ", found.movement[update])):
            words = next(second for first, second in pairwise(drawn) if first == line) if line == "g" else drawn[-1]
            words = next(each for each in drawn if each.startswith("Δθ")) if line == "Δθ" else words
            assert agree(numbers(words), vector), words
            long += bool(re.search(r"e\d{3}", words))
    assert long > 4


def test_where_there_is_no_room_for_the_formula_the_movement_is_told_all_the_same() -> None:
    running, area = race(with_rules(OWN["adamw"])), pygame.Rect(10, 20, 134, 104)
    running.extend(6)
    assert planned(tuple(row.usual for row in rows_of(running.tracks[0], 3)), area.size, 12, 10) == ()
    site, canvas = Map(Camera(running.problem.window, *area.size)), RecordingCanvas(LARGE)
    draw_formula(canvas, ViewContext(running, 0, 3, site, area, pygame.Rect(0, 0, 0, 0), load_theme("light"), 12))
    gradient, movement = pairs(running.tracks[0], 3)
    assert written(canvas.recording) == ["g", gradient, f"Δθ {movement}"]


@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), LARGE])
def test_momentum_as_a_sum_stands_below_it(size: tuple[int, int]) -> None:
    scene = with_rules(*(OWN[name] for name in MANY))
    running = race(scene)
    running.extend(42)
    canvas, views, summed = RecordingCanvas(size), frozenset({ViewName.FORMULA, ViewName.MOMENTUM}), list[bool]()
    draw(canvas, snapshot_of(replace(begin(scene), playing=False, progress=40.0, views=views), running))
    for index in range(len(scene.lanes)):
        lane = section(canvas.recording, f"lane {index + 1}")
        box = re.search(r"rect \S+,(\S+) \S+x(\S+) ", section(lane, "formula"))
        assert box is not None
        below = section(lane, "momentum")
        plates = re.findall(r"rect \S+,(\S+) .* opacity", below)
        assert sum(map(float, box.groups())) <= min(map(float, plates), default=size[1])
        assert "movement" not in below, "the formula tells it"
        summed.append("Δθ = (" in below)
    rules = [lane.rule for lane in scene.lanes]
    assert summed == [isinstance(rule, Momentum | Nesterov) for rule in rules]


def test_what_stands_below_it_takes_from_its_room() -> None:
    running = race(with_rules(OWN["adam"]))
    running.extend(5)
    rows = tuple(row.usual for row in rows_of(running.tracks[0], 3))
    heights = [(tall, plans) for tall in range(40, 300, 4) if (plans := planned(rows, (900, tall), 12, 10, 50))]
    assert heights
    assert all(plan.height + 50 < tall for tall, plans in heights for plan in plans)
    assert planned(rows, (900, 120), 12, 10)
    assert heights[0][0] > 70
    for tall in range(60, 140, 4):
        site, area = Map(Camera(running.problem.window, 300, tall)), pygame.Rect(10, 20, 300, tall)
        context = ViewContext(running, 0, 3, site, area, area.move(0, tall), load_theme("light"), 12)
        draw_formula(canvas := RecordingCanvas(LARGE), replace(context, views=frozenset({ViewName.MOMENTUM})))
        assert all(float(top) >= area.top for top in re.findall(r"rect \S+,(\S+) ", canvas.recording))


@pytest.mark.parametrize("name", MANY)
def test_it_takes_as_much_room_while_numbers_change(name: str) -> None:
    running = race(with_rules(OWN[name]))
    running.extend(62)
    rows = [tuple(row.usual for row in rows_of(running.tracks[0], update)) for update in range(12, 60, 7)]
    assert len({planned(each, (300, 190), 12, 10) for each in rows}) == 1


# Where it lies.

FORMULA = frozenset({ViewName.FORMULA})


def looked_at(
    scene: Scene,
    update: int,
    size: tuple[int, int] = LARGE,
    views: frozenset[ViewName] = FORMULA,
    presenter: bool = False,
) -> list[tuple[pygame.Rect, ViewContext]]:
    """What the formula covers of each lane's map, and the moment of it."""
    session = replace(begin(scene), playing=False, progress=float(update), views=views, presenter=presenter)
    running, here = race(scene), setting(session, size)
    running.extend(update + 2)
    draw(canvas := RecordingCanvas(size), snapshot_of(session, running))
    found = []
    for index, place in enumerate(here.places.panels):
        drawn = section(section(canvas.recording, f"lane {index + 1}"), "formula")
        box = re.search(r"rect (\S+),(\S+) (\S+)x(\S+) ", drawn)
        assert box is not None
        areas, em = (place.map, place.strip), here.places.em
        course = course_of(running, index, areas, em, here.theme, here.camera)
        found.append((pygame.Rect(*(round(float(side)) for side in box.groups())), course.context(update, views)))
    return found


@pytest.mark.parametrize("update", [0, 12, 30, 60, 120])
@pytest.mark.parametrize("view", [USUAL_VIEW, load_scene("adaptive-rules").view], ids=["map", "relief"])
def test_it_covers_neither_marble_nor_movement_nor_flag(update: int, view: LandView) -> None:
    scene = replace(load_scene("adaptive-rules"), view=view)
    for ground, context in looked_at(scene, update):
        assert not ground.collidepoint(context.center), context.track.lane.name
        assert not ground.collidepoint(context.pixel(np.array(scene.start))), context.track.lane.name
        for arrow in filter(None, step_and_movement(context)):
            assert not ground.clipline(context.center, arrow.tip), context.track.lane.name


ROOM, FAR = pygame.Rect(0, 0, 400, 200), pygame.Rect(900, 900, 2, 2)
NOTHING = Seen([], (), Still(FAR), np.zeros((0, 2)), np.zeros(0), 4)
SIZES = ((150, 80), (120, 60))


def lies(here: Seen, untold: tuple[float, ...] = (0.0, 3.0)) -> tuple[int, pygame.Rect]:
    """Which of the sizes is chosen, and where."""
    found = least_covering(ROOM, SIZES, untold, here)
    assert found is not None
    return found[1:]


def test_it_lies_where_it_hides_least() -> None:
    at = {place: getattr(ROOM, place) for place in ("bottomleft", "bottomright", "topleft", "topright")}
    marbles = {place: pygame.Rect(at[place], (2, 2)).clamp(ROOM) for place in at}
    free = lies(NOTHING)
    assert (free[0], free[1].bottomleft, free[1].size) == (0, ROOM.bottomleft, SIZES[0])
    hidden = replace(NOTHING, marbles=[marbles["bottomleft"]])
    assert lies(hidden)[1].bottomright == ROOM.bottomright
    pointed = replace(hidden, arrows=((at["bottomright"], (380, 120)),))
    assert lies(pointed)[1].topleft == ROOM.topleft
    flagged = replace(pointed, still=Still(marbles["topleft"]))
    assert lies(flagged)[1].topright == ROOM.topright
    trodden = replace(NOTHING, way=np.array([[20.0, 180.0], [390.0, 190.0]]), lengths=np.array([5.0, 2.0]))
    assert lies(trodden)[1].topleft == ROOM.topleft
    marked = replace(trodden, still=Still(FAR, (marbles["topleft"],)))
    assert lies(marked)[1].topright == ROOM.topright
    low = np.stack(np.meshgrid(np.arange(3, 400, 6.0), np.arange(3, 100, 6.0)), axis=-1).reshape(-1, 2)
    aslant = replace(marked, still=replace(marked.still, land=summed_area(low, np.full(len(low), 0.25))))
    assert lies(aslant)[1].midbottom == ROOM.midbottom, "beside the block"


def test_it_tells_less_where_only_then_it_hides_nothing() -> None:
    middle = pygame.Rect(140, 70, 120, 60)  # Each place of the larger one reaches into it.
    for here in (replace(NOTHING, marbles=[middle]), replace(NOTHING, still=Still(middle))):
        chosen, place = lies(here)
        assert (chosen, place.size, place.bottomleft) == (1, SIZES[1], ROOM.bottomleft)
    way = np.array([(x, y) for x in (145.0, 255.0) for y in (75.0, 125.0)])
    for length, chosen in ((2.0, 0), (5.0, 1)):
        assert lies(replace(NOTHING, way=way, lengths=np.full(len(way), length)))[0] == chosen
    beside = replace(NOTHING, marbles=[middle], arrows=(((0, 100), (400, 100)),))
    assert lies(beside, (0.0, 9.0))[0] == 1, "rather over an arrow than over a marble"
    assert least_covering(ROOM, SIZES, (0.0, 3.0), replace(NOTHING, marbles=[ROOM])) is None


def test_how_much_lies_under_words_is_added_up() -> None:
    rng = np.random.default_rng(4)
    points, weights = rng.uniform(20, 380, (300, 2)), rng.uniform(0, 2, 300)
    counted, found = summed_area(points, weights), list[bool]()
    for corner in (counted.corner + CELL * rng.integers(-3, 50, (40, 2))).tolist():
        place = pygame.Rect(corner, CELL * rng.integers(1, 30, 2))
        within = ((points >= place.topleft) & (points < place.bottomright)).all(axis=-1)
        assert counted.over(place) == pytest.approx(weights[within].sum(), abs=1e-9)
        found.append(bool(within.any()))
    assert sum(found) > 20


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (960, 600)])
@pytest.mark.parametrize(("name", "update", "covered"), [("adaptive-rules", 30, 0.5), ("learning-rate-ladder", 25, 20)])
def test_before_an_audience_it_hides_neither_marble_nor_flag_nor_much_of_the_way(
    size: tuple[int, int], name: str, update: int, covered: float
) -> None:
    for ground, context in looked_at(load_scene(name), update, size, presenter=True):
        here = seen(context, update, update + 1)
        assert ground.collidelist([*here.marbles, here.still.flag]) < 0
        trodden = ((here.way >= ground.topleft) & (here.way < ground.bottomright)).all(axis=-1)
        assert here.lengths[trodden].sum() <= covered


def test_below_a_block_of_land_it_lies_beside_the_weights() -> None:
    scene = load_scene("two-weights")
    views = frozenset({ViewName.FORMULA, ViewName.MOMENTUM})
    for ground, context in looked_at(scene, 300, LARGE, views):
        marks = seen(context, 300, 301).still.marks
        assert len(marks) == 5
        assert ground.collidelist([*marks, *sum_places(context)]) < 0


def test_marbles_that_share_the_map_and_the_scale_of_the_loss_are_seen() -> None:
    scene = load_scene("himmelblau")
    running = race(scene)
    running.extend(20)
    area = pygame.Rect(10, 20, 600, 500)
    site = Map(Camera(running.problem.window, *area.size))
    context = ViewContext(running, 0, 9, site, area, area.move(0, 500), load_theme("light"), 15)
    assert len(seen(context, 9, 10).marbles) == 1
    assert len(seen(context, 4, 12).marbles) == 8
    sharing = seen(replace(context, beside=((1, 0),)), 9, 10).marbles
    assert len(sharing) > 30
    other = context.pixel(running.tracks[1].theta[9])
    assert any(marble.collidepoint(other) for marble in sharing[:-1])
    scaled = seen(replace(context, views=frozenset({ViewName.LOSS_SCALE})), 9, 10).marbles
    assert scaled[0].topright == area.topright


def test_a_race_of_its_own_tells_the_numbers_of_its_own_batches() -> None:
    scene = with_rules(OWN["momentum"])
    other = replace(scene, seed=scene.seed + 1)
    races = [Race(each.problem(), each.lanes, each.start, each.seed) for each in (scene, other)]
    for each in races:
        each.extend(20)
    one, two = (rows_of(each.tracks[0], 12) for each in races)
    assert [row.formula for row in one] == [row.formula for row in two]
    assert [row.whole for row in one] != [row.whole for row in two]


def test_what_is_done_to_a_gradient_stands_first_with_what_becomes_of_it() -> None:
    rule = Momentum(0.05, clip_value=0.4, clip_norm=0.45, weight_decay=0.5)
    scene = with_rules(rule)
    drawn = written(recording(scene, 12)[0])
    track = race(scene).tracks[0]
    theta, gradient = track.theta[12], track.gradient[12]
    cut = np.clip(gradient, -0.4, 0.4)
    shortened = cut * min(1, 0.45 / (np.hypot(*cut) + 1e-6))
    assert not np.array_equal(cut, gradient)
    assert not np.allclose(shortened, cut)
    assert [line for line in drawn if line in recurrence(rule)] == list(recurrence(rule))
    told = list(pairwise(drawn))
    for line, value in zip(recurrence(rule), (cut, shortened, shortened + 0.5 * theta), strict=False):
        assert agree(numbers(next(second for first, second in told if first == line)), value), line
    assert drawn[:2] == ["g", f"({number(gradient[0])}, {number(gradient[1])})"]
    assert drawn[-1] == "η 0.05 · λ 0.9 · c∞ 0.4 · c₂ 0.45 · w 0.5"


# How long it stays.


def boxes(name: str, updates: range, **more: Any) -> list[list[tuple[Any, ...]]]:
    """What the formula covers in each lane after so many updates, with the lines of its letters and its type."""
    found = list[list[tuple[Any, ...]]]()
    for update in updates:
        scene = load_scene(name)
        drawn = recording(replace(scene, view=USUAL_VIEW), update, (1366, 768), **more)
        letters = [re.findall(r'text "([^"]*[←=].*?)" .*?(size \d+)', lane) for lane in drawn]
        found.append([(*re.findall(r"rect \S+ \S+", lane), *told) for lane, told in zip(drawn, letters, strict=True)])
    return found


@pytest.mark.parametrize("name", ["himmelblau", "adaptive-rules", "ravine"])
def test_it_stays_where_it_is_while_marbles_are_fast(name: str) -> None:
    there = boxes(name, range(0, 32, 3))
    hops = sum(one != other for before, after in pairwise(there) for one, other in zip(before, after, strict=True))
    assert len(there[0]) >= 3
    assert hops <= 1, "where no place is free all the time"


@pytest.mark.parametrize(("name", "most"), [("himmelblau", 0), ("ravine", 0), ("adaptive-rules", 2)])
def test_from_block_to_block_it_stays_while_it_is_free(name: str, most: int) -> None:
    scene, hops = load_scene(name), 0
    running, here = race(scene), setting(begin(scene), (960, 600))
    running.extend(scene.updates + 1)
    for index, place in enumerate(here.places.panels):
        course = course_of(running, index, (place.map, place.strip), here.places.em, here.theme, here.camera)
        contexts = [course.context(update, FORMULA) for update in range(0, running.tracks[index].updates, MOMENTS)]
        places = [tuple(place) for context in contexts for place in formula_places(context)]
        hops += sum(one != other for one, other in pairwise(places))
    assert hops <= most, "where first there is no room for all"


def test_where_marbles_share_a_map_it_stays_though_they_move() -> None:
    scene, found = load_scene("himmelblau"), set[str]()
    running = race(scene)
    running.extend(70)
    for update in range(33, 63, 3):
        session = replace(begin(scene), playing=False, progress=float(update), together=True, views=FORMULA)
        draw(canvas := RecordingCanvas((1366, 768)), snapshot_of(session, running))
        found |= set(re.findall(r"rect \S+ \S+", section(canvas.recording, "formula")))
    assert len(found) == 1


def test_it_is_the_same_however_much_of_the_race_is_recorded() -> None:
    scene = replace(load_scene("himmelblau"), view=USUAL_VIEW)
    first = None
    for known in (41, 60, 221):
        running = Race(scene.problem(), scene.lanes, scene.start, scene.seed)
        running.extend(known)
        session = replace(
            begin(scene), playing=False, progress=40.0, views=frozenset({ViewName.FORMULA, ViewName.LABELS})
        )
        draw(canvas := RecordingCanvas((1366, 768)), snapshot_of(session, running))
        told = [
            section(section(canvas.recording, f"lane {index}"), what) for index in (1, 2, 3) for what in session.views
        ]
        assert all(told)
        first = first or told
        assert told == first


@pytest.mark.parametrize("name", RULES)
def test_updates_that_are_not_recorded_have_the_same_bits(name: str) -> None:
    scene = with_rules(OWN[name])
    short, long = (Race(scene.problem(), scene.lanes, scene.start, scene.seed) for _ in range(2))
    short.extend(9)
    long.extend(60)
    for one, other in zip(steps(short, 0, 4, 40), steps(long, 0, 4, 40), strict=True):
        np.testing.assert_array_equal(one, other)
    assert short.tracks[0].updates == 9
