"""Lanes from Python are held to the same bounds as those of scene files, and what is wrong is told in one sentence."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from own import Lion

import sim as tm
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.schedules import Cosine, Schedule, StepDecay
from sim.library.lanes import with_rules
from sim.scene import load_scene

PLAIN = GradientDescent(0.1)


def taken(added: Any) -> tm.Lane:
    """The lane that is made of what is added."""
    return with_rules(load_scene("local-minimum"), {"mine": added}).lanes[-1]


def refusal(added: Any) -> str:
    """What is said of it."""
    with pytest.raises(tm.UseError) as caught:
        taken(added)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        ("cosine", "must be a schedule, such as SCHEDULES[\"cosine\"](length=200), not 'cosine'"),
        (None, 'must be a schedule, such as SCHEDULES["cosine"](length=200), not None'),
        (Lion(), 'must be a schedule, such as SCHEDULES["cosine"](length=200), not Lion('),
        (Cosine, "is the class Cosine; make a schedule of it, such as Cosine()"),
    ],
)
def test_what_is_no_schedule_is_told(schedule: Any, sentence: str) -> None:
    told = refusal(tm.Lane("mine", PLAIN, 2, schedule))
    assert told.startswith(f"the schedule of rules['mine'] {sentence}")


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        ("cosine", {"length": "x"}, 'length of … must be a whole number, not "x"'),
        ("cosine", {"length": 0}, "length of … must be at least 1, not 0"),
        ("cosine", {"length": -1}, "length of … must be at least 1, not -1"),
        ("cosine", {"length": 10.5}, "length of … must be a whole number, not 10.5"),
        ("cosine", {"length": nan}, "length of … must be a whole number, not NaN"),
        ("cosine", {"length": True}, "length of … must be a whole number, not true"),
        ("cosine", {"length": 10**7}, "length of … must be at most 1000000, not 10000000"),
        ("cosine", {"floor": 5}, "floor of … must be at most 1, not 5"),
        ("cosine", {"floor": np.array([0.1, 0.2])}, 'floor of … must be a number, not "[0.1 0.2]"'),
        ("cosine", {"warmup": -3}, "warmup of … must be at least 0, not -3"),
        ("cosine", {"per": "day"}, "per of … must be 'update' or 'epoch', not \"day\""),
        ("step", {"every": 0}, "every of … must be at least 1, not 0"),
        ("step", {"gamma": nan}, "gamma of … must be a finite number, not NaN"),
    ],
)
def test_a_schedule_out_of_bounds_is_told(kind: str, settings: dict[str, Any], sentence: str) -> None:
    told = refusal(tm.Lane("mine", PLAIN, 2, tm.SCHEDULES[kind](**settings)))
    assert told == "the " + sentence.replace("…", "the schedule of rules['mine']")


def test_what_every_schedule_has_is_looked_at_in_one_of_ones_own() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Halved(Schedule):
        curve: np.random.Generator | None = None  # Of which a validator knows nothing.

        def at(self, time: int) -> float:
            return 0.5**time

    own = Halved(curve=np.random.default_rng(0))
    assert taken(tm.Lane("mine", PLAIN, 2, own)).schedule is own
    told = refusal(tm.Lane("mine", PLAIN, 2, Halved(warmup=-3)))
    assert told == "the warmup of the schedule of rules['mine'] must be at least 0, not -3"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"sampling": "nope"}, "the sampling of … must be one of reshuffled, fixed, replacement, not 'nope'"),
        ({"sampling": []}, "the sampling of … must be one of reshuffled, fixed, replacement, not []"),
        ({"drop_last": "yes"}, "the drop_last of … must be True or False, not 'yes'"),
        ({"batch_size": 0}, "the batch size of … must be a whole number from 1 to 20, not 0"),
        ({"batch_size": True}, "the batch size of … must be a whole number from 1 to 20, not True"),
    ],
)
def test_how_batches_are_drawn_is_looked_at(settings: dict[str, Any], sentence: str) -> None:
    assert refusal(replace(tm.Lane("mine", PLAIN, 2), **settings)) == sentence.replace("…", "rules['mine']")


@pytest.mark.parametrize(
    ("rate", "problem"),
    [
        (-1, "must be greater than 0, not -1"),
        (0.0, "must be greater than 0, not 0.0"),
        (nan, "must be a finite number, not NaN"),
        (inf, "must be a finite number, not Infinity"),
        (True, "must be a number, not true"),
        (np.True_, "must be a number, not true"),
        ("0.1", 'must be a number, not "0.1"'),
        (None, "must be a number, not null"),
        (np.float32(-1), "must be greater than 0, not -1.0"),
        (1e7, "must be at most 1000000, not 10000000.0"),
    ],
)
def test_a_learning_rate_out_of_bounds_is_told(rate: Any, problem: str) -> None:
    for added in (GradientDescent(rate), (GradientDescent(rate), 2), tm.Lane("mine", GradientDescent(rate), 2)):
        assert refusal(added) == f"the learning_rate of rules['mine'] {problem}"
    with pytest.raises(tm.UseError, match=f"^the learning_rate of rule {re.escape(problem)}$"):
        tm.basins("muller-brown", rule=GradientDescent(rate))


def test_the_other_numbers_of_the_programs_rules_are_looked_at() -> None:
    assert refusal(tm.RULES["adam"](0.1, beta1=1.0)) == "the beta1 of rules['mine'] must be less than 1, not 1.0"


@pytest.mark.parametrize("rate", [nan, inf, True, np.float32(0.1), "0.1"])
def test_a_rule_from_outside_needs_a_finite_learning_rate(rate: Any) -> None:
    told = refusal(Lion(rate))
    assert told == f"the learning_rate of rules['mine'] must be a finite number of Python's, not {rate!r}"


@pytest.mark.parametrize("rate", [np.float32(0.5), np.array(0.5), Fraction(1, 2), Decimal("0.5")])
def test_numbers_of_other_kinds_become_pythons(rate: Any) -> None:
    added = tm.Lane("mine", GradientDescent(rate), 2, StepDecay(every=np.int64(7)))  # type: ignore[arg-type]
    lane = taken(added)
    assert lane == tm.Lane("mine", GradientDescent(0.5), 2, StepDecay(every=7))
    assert type(lane.rule.learning_rate) is float
    assert type(vars_of(lane.schedule)["every"]) is int


def vars_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


@pytest.mark.parametrize("name", [*tm.RULES])
def test_every_rule_as_usual_is_taken(name: str) -> None:
    rule = tm.RULES[name]()
    assert taken(rule).rule is rule


@pytest.mark.parametrize("name", [*tm.SCHEDULES])
def test_every_schedule_as_usual_is_taken(name: str) -> None:
    schedule = tm.SCHEDULES[name]()
    assert taken(tm.Lane("mine", PLAIN, 2, schedule, "replacement", drop_last=True)).schedule is schedule


def test_a_lane_goes_by_the_dictionarys_name_and_takes_the_place_of_one_of_that_name() -> None:
    race = tm.race("local-minimum", updates=5, rules={"full batch": tm.Lane("else", PLAIN, 3)})
    assert race.names == ("full batch", "minibatch", "momentum")
    assert race["full batch"].lane.batch_size == 3


@pytest.mark.parametrize("ties", [5, [5], None, "lane.minibatch.learning_rate~lane.minibatch.batch_size"])
def test_ties_that_are_no_list_of_texts_are_told(ties: Any) -> None:
    with pytest.raises(tm.UseError) as caught:
        tm.sweep("local-minimum", {"lane.minibatch.batch_size": [1, 2]}, seeds=2, updates=2, ties=ties)
    example = '["lane.minibatch.learning_rate~lane.minibatch.batch_size"]'
    assert str(caught.value).startswith(f"ties must be a list of texts, such as {example}, not {ties!r}"[:110])


@pytest.mark.parametrize("name", ["", "  "])
def test_a_scene_without_a_name_is_told_what_would_be_right(name: str) -> None:
    for ask in (tm.race, tm.load):
        with pytest.raises(tm.UseError) as caught:
            ask(name)
        told = f'a scene is named by its name, such as "local-minimum", or by a path to a file, not by {name!r}'
        assert str(caught.value) == told


def test_what_cannot_be_written_is_an_output_error_by_the_packages_name(tmp_path: Any) -> None:
    with pytest.raises(tm.OutputError, match=r"^cannot write .*: there is no folder "):
        tm.figure("ravine", tmp_path / "none" / "x.png", update=1)


def test_a_study_that_cannot_be_is_a_study_error_by_the_packages_name() -> None:
    with pytest.raises(tm.StudyError, match=r"^updates are swept already"):
        tm.sweep("local-minimum", {"updates": [5, 10]}, seeds=2, updates=5)
