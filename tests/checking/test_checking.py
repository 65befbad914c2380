"""Right rules pass, however they are written; of wrong ones the mistake is named, with the line that differs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import students

from sim.checking import assert_rule, check_rule
from sim.checking.ground import movements
from sim.checking.likeness import alike, compared
from sim.checking.mutations import mutations
from sim.checking.recurrence import Unreadable, Written, read, text
from sim.descent.rules import RULES, recurrence
from sim.descent.rules.adaptive.rmsprop import RMSprop
from sim.descent.rules.protocol import Slope, letters
from sim.scene.words import did_you_mean
from sim.surface.points import Array

adaptive = students.adaptive

every_rule = pytest.mark.parametrize("name", RULES)


@every_rule
def test_every_rule_of_the_program_is_one_and_moves_as_it_says(name: str) -> None:
    assert_rule(RULES[name], like=name)


def test_a_rule_that_asks_again_passes() -> None:
    assert_rule(students.Newtonian())


@pytest.mark.parametrize(
    ("kind", "like"),
    [
        (students.TorchSGD, "momentum"),
        (students.TorchAdam, "adam"),
        (students.LookAhead, "nesterov"),
        (students.Averaging, "momentum"),
        (students.Adaptive, "adamw"),
        (adaptive("Plain", decoupled=False, coupled=True), "adam"),
    ],
)
def test_right_rules_pass_that_are_written_otherwise(kind: Any, like: str) -> None:
    report = check_rule(kind, like)
    assert report.ok, report.problems


def test_what_is_like_another_only_while_the_learning_rate_is_constant_is_noted() -> None:
    (note,) = check_rule(students.TorchSGD, "momentum").notes
    assert note.startswith("where the learning rate changes on the way it moves otherwise than momentum")
    assert note.endswith(": η stands elsewhere, as in torch.optim, where it multiplies all that was gathered")
    (note,) = check_rule(students.Averaging, "torch momentum").notes
    assert note.startswith("where the learning rate changes on the way it moves otherwise than torch momentum")
    assert note.endswith(": η multiplies only the gradients still to come, as in the lecture's momentum")
    assert check_rule(students.TorchSGD, "torch momentum").notes == ()
    assert check_rule(students.Averaging, "momentum").notes == ()


def test_without_a_rule_to_compare_with_it_is_told_which_it_is_like() -> None:
    assert check_rule(students.TorchAdam).notes == ("it moves as adam does in 24 updates",)
    assert check_rule(students.TorchSGD).notes == ("it moves as torch momentum does in 24 updates",)
    assert check_rule(students.Newtonian()).notes == ()


WRONG: list[tuple[Any, str, str, str]] = [
    (students.Uphill, "momentum", "the sign of η g is flipped", "m ← λ m − η g"),
    (students.Dampened, "momentum", "η g is multiplied by 1 − λ, as in a running average", "m ← λ m − η g"),
    (students.TwiceEta, "momentum", "η multiplies m once more", "θ ← θ + m"),
    (students.RateOnAll, "momentum", "η multiplies λ m as well", "m ← λ m − η g"),
    (students.NoRate, "momentum", "the factor η is forgotten", "m ← λ m − η g"),
    (students.Late, "momentum", "θ moves by what was remembered before this update", "θ ← θ + m"),
    (students.NoMemory, "momentum", "λ m is missing", "m ← λ m − η g"),
    (
        adaptive("A", correct=(False, False)),
        "adamw",
        "correction 1 − β₁ᵗ is forgotten, and the bias",
        "m̂ = m / (",
    ),
    (adaptive("B", correct=(True, False)), "adamw", "the bias correction 1 − β₂ᵗ is forgotten", "v̂ = v / (1 − β₂ᵗ)"),
    (adaptive("C", inside=True), "adamw", "ε stands inside the root", "θ ← θ − η w θ − η m̂ / (√v̂ + ε)"),
    (adaptive("D", shares=(False, True)), "adamw", "the factor 1 − β₁ is forgotten", "m ← β₁ m + (1 − β₁) g"),
    (
        adaptive("E", shares=(False, False)),
        "adamw",
        "1 − β₁ is forgotten, and the factor 1 − β₂",
        "m ← β₁ m + (1 − ",
    ),
    (adaptive("F", rooted=False), "adamw", "the root of v̂ is not taken", "θ ← θ − η w θ − η m̂ / (√v̂ + ε)"),
    (adaptive("G", coupled=True, decoupled=False), "adamw", "weight decay is coupled: w θ is added to", "θ ← θ − η w"),
    (adaptive("H", decoupled=False), "adamw", "η w θ is missing", "θ ← θ − η w θ − η m̂ / (√v̂ + ε)"),
    (students.Doubled, "momentum", "g is doubled", "m ← λ m − η g"),
    (adaptive("I", swapped=True), "adamw", "β₁ and β₂ are swapped", "m ← β₁ m + (1 − β₁) g, v ← "),
    (adaptive("J", squares=False), "adamw", "|g| stands in place of g²", "v ← β₂ v + (1 − β₂) g²"),
    (adaptive("K", gradients=2.0), "adamw", "g is doubled, wherever it stands", "m ← β₁ m + (1 − β₁) g"),
    (adaptive("L", counts_first=2), "adamw", "one too large", "m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)"),
    (students.Gathering, "adagrad", "s is multiplied by 0.9 in every update: it should keep all", "s ← s + g²"),
    (
        students.gathering("M", kept=0.95, new=0.05),
        "adagrad",
        "0.95 in every update, and what is new multiplied by 0.05",
        "s ←",
    ),
    (students.gathering("N", kept=1.0, together=True), "adagrad", "g² is summed over both axes", "s ← s + g²"),
]
"""A rule, the one that it should be, the mistake, and the line."""


@pytest.mark.parametrize(("kind", "like", "mistake", "line"), WRONG, ids=[kind.__name__ for kind, *_ in WRONG])
def test_a_wrong_rule_is_told_its_mistake_and_the_line(kind: Any, like: str, mistake: str, line: str) -> None:
    report = check_rule(kind, like)
    (problem,) = [each.problem for each in report.findings if each.name == "path"]
    assert f"it moves as {like} does where " in problem
    assert mistake in problem
    assert f"; the line that differs is {line}" in problem
    assert problem.startswith(f"{students.__file__}, line ")


def test_a_wrong_rule_fails_a_test_with_the_line() -> None:
    with pytest.raises(AssertionError, match="the line that differs is"):
        assert_rule(students.Uphill, "momentum")


def test_a_rule_that_is_another_one_is_told_which() -> None:
    for kind, like, other, line in (
        (students.Averaging, "nesterov", "momentum", "θ ← θ + λ m − η g"),
        (students.LookAhead, "momentum", "nesterov", "θ ← θ + m"),
    ):
        problem = check_rule(kind, like).problems[-1]
        assert problem.endswith(f": it moves as {other} does; the line that differs is {line}")


def test_of_a_mistake_that_is_not_known_the_first_movement_that_differs_is_told() -> None:
    problem = check_rule(students.Squared, "rmsprop").problems[-1]
    assert "it moves by (" in problem
    assert "in update 1, and rmsprop by (" in problem
    assert problem.endswith("; none of the usual mistakes moves like this")


def test_two_movements_that_differ_are_told_with_the_digits_in_which_they_do() -> None:
    kind = students.gathering("Nearly", kept=1.0, small=1e-9)
    first, path = (problem.split("it moves by (")[1] for problem in check_rule(kind, "adagrad").problems)
    for told in (first, path):
        own, right = told.split(")")[0], told.split("adagrad by (")[1].split(")")[0]
        assert own != right
        assert np.allclose([float(x) for x in own.split(", ")], [float(x) for x in right.split(", ")])


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [(students.LateNaN, "moves by nan, from finite numbers"), (students.LateError, "IndexError: too late")],
)
def test_what_goes_wrong_late_is_found(kind: Any, sentence: str) -> None:
    (problem,) = check_rule(kind).problems
    assert problem.endswith(f"{sentence}, in update 51")


def test_a_count_that_begins_at_0_is_told_where_it_fails() -> None:
    report = check_rule(adaptive("FromZero", counts_first=0), "adamw")
    assert report.problems[0].endswith("step moves by nan, from finite numbers, in update 1")
    assert report.notes == ("it moves as adamw does once its count begins at 1: its bias correction counts from t = 0",)
    assert check_rule(students.LateNaN, "adamw").notes == ()


def test_first_steps_are_held_against_closed_forms() -> None:
    first, _ = check_rule(students.Uphill, "momentum").problems
    assert "under a steady gradient (0.8, -0.3) it moves by (0.08, -0.03) in update 1" in first
    assert first.endswith(", and momentum by (-0.08, 0.03)")


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        (students.Writing, "reads", "writes to what it was given, which a rule only reads"),
        (students.Clipped, "alone", "among 5 marbles one moves otherwise than alone, in update 1: it mixes marbles"),
        (students.Hiding, "state", "while another one like it runs it moves otherwise: it remembers something outside"),
        (students.Hiding, "replay", "from a state that was kept it goes on otherwise than it did"),
        (students.NoEpsilon, "rests", "where the gradient is exactly 0 it moves by nan"),
        (students.Single, "answers", "step answers with a movement of float32, not of float64"),
        (students.NoMemoryAtAll, "answers", "init answers with nothing for a state, not with a tuple"),
        (students.Silent, "rests", "nothing, not with a movement and a state, where the gradient is exactly 0"),
        (students.Wordy, "rests", "str for a movement, not with an array, where the gradient is exactly 0"),
        (students.OneRow, "rests", "a movement of shape (2,), and θ has (1, 2), where the gradient is exactly 0"),
    ],
)
def test_what_no_rule_may_do_is_found(kind: Any, name: str, sentence: str) -> None:
    students.HIDDEN.clear()
    problems = {each.name: each.problem for each in check_rule(kind).findings}
    assert sentence in problems[name]
    assert f"{students.__file__}, line " in problems[name]


def test_a_rule_that_only_writes_to_its_state_is_still_compared() -> None:
    report = check_rule(students.Writing, "momentum")
    assert [each.name for each in report.findings if each.problem] == ["reads"]


def test_settings_of_other_names_are_matched() -> None:
    report = check_rule(students.TorchAdam(eps=0.3), "adam")
    assert report.ok, report.problems


def test_a_hyperparameter_is_known_by_what_a_scene_may_call_it_by_mistake() -> None:
    """As α is called "smoothing" by the one and by the other."""

    @dataclass(frozen=True)
    class Smoothed:
        learning_rate: float = 0.01
        smoothing: float = 0.8

        def init(self, theta: Array) -> students.One:
            return students.One(np.zeros_like(theta))

        def step(self, _theta: Array, slope: Slope, state: students.One) -> tuple[Array, students.One]:
            mean = self.smoothing * state.m + (1 - self.smoothing) * slope.here**2
            return -self.learning_rate * slope.here / (np.sqrt(mean) + 1e-8), students.One(mean)

    assert did_you_mean("smoothing", ["learning_rate", "alpha"]).endswith("did you mean alpha?")
    assert compared(Smoothed(), RMSprop()).path == ""


def test_a_setting_out_of_the_range_of_the_rule_that_it_is_compared_with_is_told() -> None:
    assert check_rule(students.Boundless).notes == ("it moves as momentum does in 24 updates",)
    assert check_rule(students.Boundless, "momentum").notes == ()
    assert ": it moves as adam does where " in check_rule(students.Boundless, "adam").problems[-1]
    outside = "its decay of 1 is out of the range that decay has in momentum"
    report = check_rule(students.Averaging(decay=1.0), "momentum")
    assert (report.ok, report.notes) == (True, (f"{outside}; with other settings it moves alike",))
    (problem,) = check_rule(students.Stubborn, "momentum").problems
    assert problem.endswith(f": it cannot be compared with momentum: {outside}")
    assert check_rule(students.Stubborn).ok


def test_no_such_rule() -> None:
    with pytest.raises(KeyError):
        check_rule(students.TorchAdam, "nadam?")


# Recurrences.


def readable(name: str) -> bool:
    try:
        read(recurrence(RULES[name]()))
    except Unreadable:
        return False
    return True


READABLE = [name for name in RULES if readable(name)]
every_read_rule = pytest.mark.parametrize("name", READABLE)


def test_of_the_rules_that_students_write_every_recurrence_is_read() -> None:
    """Others ask for the slope elsewhere, or say more than arithmetic: they are compared by their paths."""
    assert {"gradient descent", "momentum", "nesterov", "torch nesterov", "adagrad"} <= set(READABLE)
    assert {"adadelta", "rmsprop", "rmsprop momentum", "centered rmsprop", "adam", "adamw"} <= set(READABLE)


@every_read_rule
def test_a_recurrence_that_is_read_moves_as_its_rule(name: str) -> None:
    rule: Any = RULES[name](learning_rate=0.05)  # type: ignore[call-arg]
    signs = letters(type(rule))
    numbers = tuple((letter.sign, getattr(rule, field)) for field, letter in signs.items())
    assert alike(movements(Written(0.05, numbers, read(recurrence(rule))), 30), movements(rule, 30))


@every_read_rule
def test_a_recurrence_is_written_as_it_was_read(name: str) -> None:
    lines = read(RULES[name].recurrence)  # type: ignore[attr-defined]
    parts = [part.strip() for line in recurrence(RULES[name]()) for part in line.split(",")]
    assert [each.line for each in lines] == parts
    assert [text(each.value) for each in lines] == [part.split(maxsplit=2)[2] for part in parts]


@every_read_rule
def test_every_mutation_is_another_recurrence(name: str) -> None:
    lines = read(recurrence(RULES[name]()))
    found = list(mutations(lines))
    assert len(found) >= 3
    assert all(each.lines != lines for each in found)


@pytest.mark.parametrize("line", ["θ ← θ − η ∇L(θ)", "m ← λ m", "θ ← (θ", "θ ← θ − ", "θ ←", "x", "θ ← θ) + g"])
def test_what_is_no_recurrence_of_this_kind_is_not_read(line: str) -> None:
    with pytest.raises(Unreadable):
        read((line,))


def test_paths_are_alike_but_for_rounding() -> None:
    path = np.array([[1.0, 2.0], [3.0, 1e-3]])
    assert alike(path, path * (1 + 1e-14))
    assert not alike(path, path * (1 + 1e-8))
    assert not alike(path, path[:1])
    assert not alike(path * np.nan, path * np.nan)
    assert not alike(path, np.where(path == 2, np.nan, path))
