"""Small against large batch: which lanes they are, and that every row is what it says."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from readers import printed, through_json

from sim.descent.lane import Lane
from sim.descent.rules.plain.gradient_descent import GradientDescent, NoState
from sim.descent.rules.protocol import Slope
from sim.descent.verdict.kinds import VerdictKind
from sim.scene import OPENING, Scene, load_scene, parse_scene, scene_files
from sim.study.odds.contrast import (
    MICROSECONDS,
    SHARE,
    Contrast,
    Speed,
    contrast,
    measured,
    sides,
    summary,
    table,
    texts,
    with_sides,
)
from sim.study.odds.odds import odds
from sim.study.statistics.intervals import UNKNOWN, Estimate, exact, wilson
from sim.study.work.ensemble import NEVER, NO_OUTCOMES, VERDICTS, Outcomes
from sim.surface.points import Array

LONG_NAME = "a name of forty characters, not one less"
SPEEDS = Speed(2e-6, 1e-6), Speed(9e-6, 3e-6)

SEVEN = """
title = "Seven examples"
look = "Nothing."
start = [-2.6, -0.4]
window = [[-3.4, 3.6], [-2.1, 2.1]]
[surface]
kind = "landscape"
bowl = { center = [1.6, 0.0], curvature = [0.25, 0.35] }
wells = [{ center = [-1.2, 0.0], depth = 0.7, width = 0.35 }, { center = [1.6, -0.1], depth = 1.2, width = 0.9 }]
[examples]
kind = "shifted"
count = 7
sigma = 0.2
"""


def scene(**batches: int) -> Scene:
    """Gradient descent with these batch sizes, by the lanes' names."""
    lanes = "".join(
        f'[lane."{name}"]\nrule = "gradient descent"\nlearning_rate = 0.15\nbatch_size = {size}\n'
        for name, size in batches.items()
    )
    return parse_scene(SEVEN + lanes, "seven")


def outcomes(basins: Sequence[int], escapes: Sequence[int], end: tuple[float, float]) -> Outcomes:
    count = len(basins)
    return Outcomes(
        seeds=np.arange(count),
        updates=np.full(count, 30),
        verdicts=np.full(count, VERDICTS.index(VerdictKind.STUCK)),
        basins=np.array(basins),
        escapes=np.array(escapes),
        ends=np.full(count, NEVER),
        undecided=np.zeros(count, dtype=np.bool_),
        theta=np.tile(end, (count, 1)),
        losses=np.linspace(0, 1, count),
        test_losses=np.linspace(0.5, 2.5, count),
    )


SMALL = outcomes([0, 0, 0, 1, -1], [3, 4, 5, NEVER, NEVER], (1.5, 0.0))
LARGE = outcomes([1] * 5, [NEVER] * 5, (-0.9, 0.1))


def entries(told: Contrast | None) -> dict[str, tuple[Estimate, Estimate]]:
    assert told is not None
    return {row.code: (row.small, row.large) for row in told.rows}


# The two sides.


def test_the_opening_scene_has_both_sides() -> None:
    opening = load_scene(OPENING)
    both = sides(opening)
    assert both == (opening.lanes[1], opening.lanes[0])
    assert with_sides(opening) == opening


def test_the_smallest_batch_meets_the_full_batch_of_its_own_rule() -> None:
    several = scene(five=5, two=2, three=3)
    small, large = sides(several) or (None, None)
    assert small == several.lanes[1]
    assert large == Lane("two, B = 7", several.lanes[1].rule, 7)
    assert with_sides(several).lanes == (*several.lanes, large)
    other = replace(several, lanes=(replace(several.lanes[0], batch_size=7), *several.lanes[1:]))
    assert sides(other) == (small, other.lanes[0])
    slower = replace(other.lanes[0], rule=GradientDescent(0.1))
    assert sides(replace(other, lanes=(slower, *several.lanes[1:]))) == (small, large)


def test_a_full_batch_meets_single_examples() -> None:
    full = scene(full=7, again=7)
    assert sides(full) == (Lane("full, B = 1", full.lanes[0].rule, 1), full.lanes[0])


@pytest.mark.parametrize("name", scene_files())
def test_sides_that_were_added_are_sides(name: str) -> None:
    whole = with_sides(load_scene(name))
    assert len(whole.lanes) == len(whole.claims)
    assert set(sides(whole) or ()) <= set(whole.lanes)
    assert sides(whole) == sides(load_scene(name))
    assert with_sides(whole) == whole


def test_one_example_has_no_two_sides() -> None:
    single = parse_scene(
        SEVEN.replace("count = 7", "count = 1")
        + '[lane.a]\nrule = "gradient descent"\nlearning_rate = 0.1\nbatch_size = 1\n',
        "one",
    )
    assert sides(single) is None
    assert with_sides(single) == single
    assert contrast(single, [SMALL], 30, measured(single)) is None


# What the rows say.


def test_times_are_those_that_were_measured() -> None:
    told = entries(contrast(scene(two=2, full=7), [SMALL, LARGE], 30, SPEEDS))
    for code, small, large in (
        ("update_serial", 2, 9),
        ("update_parallel", 1, 3),
        ("epoch_serial", 4 * 2, 9),  # Seven examples make four batches of two.
        ("epoch_parallel", 4 * 1, 3),
    ):
        assert [side.value for side in told[code]] == pytest.approx([small, large])
        assert all(math.isnan(side.low) for side in told[code])


@pytest.mark.parametrize("batch_size", [1, 2, 3, 6])
def test_noise_is_that_of_all_batches_there_are(batch_size: int) -> None:
    """Every combination of so many of seven examples, one by one."""
    chosen = scene(small=batch_size, full=7)
    told = entries(contrast(chosen, [SMALL, LARGE], 30, SPEEDS))
    train = chosen.problem().train
    signal = math.hypot(*train.gradient(np.array([chosen.start]))[0])
    for code, place in ("noise_at_start", chosen.start), ("noise_at_end", (-0.9, 0.1)):
        point = np.array([place])
        full = train.gradient(point)
        batches = [np.array(batch)[:, None] for batch in combinations(range(7), batch_size)]
        squares = [np.sum((train.gradient(point, batch) - full) ** 2) for batch in batches]
        small, large = told[code]
        assert small.value == pytest.approx(math.sqrt(np.mean(squares)) / signal)
        assert large.value == 0


def test_optimization_and_generalization_are_those_of_the_odds() -> None:
    chosen = scene(two=2, full=7)
    told = entries(contrast(chosen, [SMALL, LARGE], 30, SPEEDS))
    assert told["in_global_basin"] == (wilson(3, 5).estimate, exact(0, 5).estimate)
    assert told["escaped"] == (wilson(3, 5).estimate, exact(0, 5).estimate)
    small, large = odds(chosen, [SMALL, LARGE], 30).lanes
    assert told["test_loss"] == (small.test_loss.estimate, large.test_loss.estimate)
    assert told["gap"] == (small.gap.estimate, large.gap.estimate)
    assert small.gap.estimate.value == pytest.approx(1.0)


def test_the_sides_are_found_wherever_they_stand() -> None:
    ordered, turned, made = (
        repr(entries(contrast(chosen, parts, 30, SPEEDS)))  # As text, for no NaN equals another.
        for chosen, parts in (
            (scene(two=2, full=7), [SMALL, LARGE]),
            (scene(full=7, two=2), [LARGE, SMALL]),
            (scene(two=2, three=3), [SMALL, NO_OUTCOMES, LARGE]),
        )
    )
    assert ordered == turned == made


def test_minima_that_are_equally_low_are_all_global() -> None:
    four = load_scene("himmelblau")
    whole = with_sides(four)
    parts = [NO_OUTCOMES for _ in whole.lanes]
    places = [whole.lanes.index(side) for side in sides(four) or ()]
    parts[places[0]] = outcomes([0, 1, 2, 3, -1], [NEVER] * 5, (3.0, 2.0))
    told = entries(contrast(four, parts, 30, SPEEDS))
    assert told["in_global_basin"][0] == wilson(4, 5).estimate


def test_who_wanders_through_the_lowest_basin_at_last_does_not_end_there() -> None:
    wandering = SMALL.seeds == 0
    one = replace(SMALL, verdicts=np.where(wandering, VERDICTS.index(VerdictKind.WANDERING), SMALL.verdicts))
    told = entries(contrast(scene(two=2, full=7), [one, LARGE], 30, SPEEDS))
    assert told["in_global_basin"][0] == wilson(2, 5).estimate


def test_what_is_not_known_yet_is_left_open() -> None:
    told = contrast(scene(two=2, full=7), [NO_OUTCOMES, NO_OUTCOMES], 30, SPEEDS)
    assert told is not None
    rows = entries(told)
    assert rows["noise_at_end"] == (UNKNOWN, UNKNOWN)
    assert rows["noise_at_start"][0].value > 0
    assert math.isnan(rows["in_global_basin"][0].value)
    assert printed(table(told)).count("–") == 2 * 5


# Times.


@dataclass(frozen=True)
class Listener:
    """A rule that writes down the gradients that it is given, and does not move."""

    learning_rate: float = 0.1
    heard: list[Array] = field(default_factory=list, compare=False)

    def init(self, theta: Array) -> NoState:
        assert theta.shape == (1, 2)
        return NoState()

    def step(self, theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        del theta
        self.heard.append(slope.here)
        return np.zeros((1, 2)), state


def test_what_is_measured_is_an_update_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both compute the batch's gradient; one example by example, the other in one call."""
    chosen, rule = scene(three=3), Listener()
    listening = replace(chosen, lanes=(Lane("three", rule, 3),))
    train = type(chosen.problem().train)
    inside, calls = train.gradient, []

    def gradient(self: Any, theta: Array, batch: Any = None) -> Array:
        calls.append(np.size(batch))
        return inside(self, theta, batch)

    monkeypatch.setattr(train, "gradient", gradient)

    def once(actions: Sequence[Callable[[], object]], *_: object) -> Any:
        yield 0.0
        for action in actions:
            calls.clear()
            rule.heard.clear()
            action()
            heard.extend(rule.heard)
            each.append(tuple(calls))
        return [[9.0, float(number), 8.0] for number in range(1, len(actions) + 1)]

    heard, each = list[Array](), list[tuple[int, ...]]()
    monkeypatch.setattr("sim.study.odds.contrast.timed", once)
    assert measured(listening) == (Speed(1.0, 2.0), Speed(3.0, 4.0))  # Of each, the least.
    assert each == [(1, 1, 1), (3,), (1,) * 7, (7,)]
    three, at_once, seven, all_at_once = heard
    here = np.array([chosen.start])
    assert three == pytest.approx(at_once)
    assert seven == pytest.approx(all_at_once)
    assert all_at_once == pytest.approx(inside(chosen.problem().train, here))


@dataclass(frozen=True)
class Failing(Listener):
    """Fails once it has been asked a few times."""

    def step(self, theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        if len(self.heard) >= 9:
            raise ValueError("no more")
        return super().step(theta, slope, state)


def test_of_a_rule_that_fails_while_it_is_measured_the_gradient_is() -> None:
    chosen, rule = scene(three=3), Failing()
    small, large = measured(replace(chosen, lanes=(Lane("three", rule, 3),)))
    assert len(rule.heard) == 9
    assert all(0 < time < 1 for speed in (small, large) for time in (speed.serial, speed.parallel))


def test_a_single_example_is_one_at_a_time_and_all_at_once() -> None:
    small, large = measured(scene(one=1, full=7))
    assert small.serial == small.parallel > 0
    assert large.serial > large.parallel > 0


# For programs and people.


def test_the_summary_holds_every_row() -> None:
    told = contrast(scene(two=2, full=7), [SMALL, LARGE], 30, SPEEDS)
    assert told is not None
    data = through_json(summary(told))
    assert data["small"] == {"lane": "two", "batch_size": 2}
    assert data["large"] == {"lane": "full", "batch_size": 7}
    rows = {row["row"]: row for row in data["rows"]}
    assert list(rows) == [row.code for row in told.rows]
    assert rows["update_serial"] == {
        "row": "update_serial",
        "unit": "µs",
        "small": {"value": pytest.approx(2), "low": None, "high": None},
        "large": {"value": pytest.approx(9), "low": None, "high": None},
    }
    assert rows["escaped"]["small"]["value"] == 0.6


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_and_says_all(width: int) -> None:
    told = contrast(scene(**{LONG_NAME: 2, "[red]full": 7}), [SMALL, LARGE], 30, SPEEDS)
    assert told is not None
    text = printed(table(told), width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    for part in (
        "[red]full",
        "batch 2 of 7 batch 7 of 7",
        "update, one example at a time 2.0 µs 9.0 µs",
        "epoch, all at once 4.0 µs 3.0 µs",
        "ends in the lowest known basin 60 % 0 % 23 … 88",
    ):
        assert part in words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (8.25, MICROSECONDS, "8.2 µs"),
        (99.4, MICROSECONDS, "99.4 µs"),
        (25340.7, MICROSECONDS, "25,341 µs"),
        (0.0751, SHARE, "7.51 %"),
        (math.nan, SHARE, "–"),
        (math.nan, MICROSECONDS, "–"),
    ],
)
def test_numbers_as_people_read_them(value: float, unit: str, text: str) -> None:
    assert texts(Estimate(value, math.nan, math.nan), unit)[0] == text
