"""`check` as its users meet it."""

import json
from pathlib import Path

import pytest
import students
from command_line import mistake, status

from sim.foreign.rules_file import MOST_SETTINGS, RulesError, load_rules

STUDENTS = Path(students.__file__).read_text(encoding="utf-8")
RIGHT = "mine.py:TorchSGD"
PLAIN = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Plain:
    learning_rate: float = 0.1
    {fields}
    {name}

    def init(self, theta):
        return ()

    def step(self, theta, slope, state):
        return -self.learning_rate * slope.here, state
"""

pytestmark = pytest.mark.usefixtures("_elsewhere")


@pytest.fixture(autouse=True)
def _mine(_elsewhere: None) -> None:
    Path("mine.py").write_text(STUDENTS, encoding="utf-8")


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    ended = status("check", *words)
    captured = capsys.readouterr()
    assert captured.err == "main.py: check runs the code of mine.py\n"
    return ended, captured.out


def test_a_right_rule_passes(capsys: pytest.CaptureFixture[str]) -> None:
    ended, told = checked(capsys, RIGHT, "--like", "momentum")
    assert ended == 0
    assert "TorchSGD, like momentum" in told
    assert "✓" in told
    assert "✗" not in told
    assert "η stands elsewhere" in " ".join(told.split())


def test_a_wrong_one_ends_with_1_and_its_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    ended, told = checked(capsys, "mine.py:Uphill", "--like", "momentum")
    assert ended == 1
    words = " ".join(told.split())
    assert "✗ it moves as momentum does in 24 updates mine.py, line " in words
    assert "where the sign of η g is flipped; the line that differs is m ← λ m − η g" in words


def test_programs_read_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    ended, told = checked(capsys, "mine.py:Uphill", "--like", "Momentum", "--json")
    (report,) = json.loads(told)
    assert (ended, report["rule"], report["like"], report["ok"]) == (1, "Uphill", "momentum", False)
    found = {each["name"]: each["ok"] for each in report["findings"]}
    assert found == {**dict.fromkeys(found, True), "first steps": False, "path": False}
    assert "the sign of η g is flipped" in report["findings"][-1]["problem"]


def test_without_a_name_all_rules_of_the_file_are_tested(capsys: pytest.CaptureFixture[str]) -> None:
    ended, told = checked(capsys, "mine.py", "--json")
    reports = json.loads(told)
    assert ended == 1
    assert {"TorchSGD", "Writing", "Clipped"} <= {report["rule"] for report in reports}
    assert {report["rule"] for report in reports if not report["ok"]} >= {"Writing", "Clipped", "NoEpsilon", "Single"}


def test_a_class_that_is_no_rule_fails(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(STUDENTS.replace("    def init", "    def begin"), encoding="utf-8")
    ended, told = checked(capsys, RIGHT)
    assert ended == 1
    assert "TorchSGD has no init(theta), which a rule has" in " ".join(told.split())


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("friction: float = float('inf')", ""),
        ("friction: float = float('nan')", ""),
        ("_friction: float = 0.9", ""),
        ("friction: str = 'a\\tb'", ""),
        ("friction: str = 'ab' * 101", ""),
        ("friction: object = None", ""),
        ("learning_rate: float = -0.1", ""),
        ("batch_size: int = 1", ""),
        ("; ".join(f"number{index}: float = 0.5" for index in range(MOST_SETTINGS)), ""),
        ("friction: float = 0.9", f"name = {'n' * 41!r}"),
    ],
)
def test_what_no_scene_file_holds_fails_with_the_sentence_that_refuses_the_file(
    capsys: pytest.CaptureFixture[str], fields: str, name: str
) -> None:
    Path("mine.py").write_text(PLAIN.format(fields=fields, name=name), encoding="utf-8")
    with pytest.raises(RulesError) as refused:
        load_rules("mine.py")
    ended, told = checked(capsys, "mine.py", "--json")
    (report,) = json.loads(told)
    assert (ended, report["ok"]) == (1, False)
    problems = {each["name"]: each["problem"] for each in report["findings"] if not each["ok"]}
    assert problems["settings"] == str(refused.value)


def test_a_rule_may_be_called_as_the_one_that_it_should_be(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(STUDENTS.replace("class TorchAdam", "class Adam"), encoding="utf-8")
    assert checked(capsys, "mine.py:Adam", "--like", "adam")[0] == 0


def test_what_cannot_be_tested_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert 'mine.py has no rule "TorchSDG"; did you mean TorchSGD' in mistake(capsys, "check", "mine.py:TorchSDG")
    assert "cannot read the rules in yours.py: no such file" in mistake(capsys, "check", "yours.py:Mine")
    assert 'argument --like: there is no rule "adm"' in mistake(capsys, "check", RIGHT, "--like", "adm")
    Path("mine.py").write_text("x = (", encoding="utf-8")
    assert "mine.py, line 1: '(' was never closed" in mistake(capsys, "check", RIGHT)
    Path("mine.py").write_text("x = 1", encoding="utf-8")
    assert "mine.py has no rule" in mistake(capsys, "check", "mine.py")
