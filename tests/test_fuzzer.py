"""Strange input of every kind, the same each time."""

import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NoReturn

import fuzzer
import pytest

CASES = 64  # Of each kind; whoever changes what is read, tries more by hand.
PATIENCE = 60.0  # Seconds for all of them, or until a fault must have been found, on a machine that has much to do.


@pytest.mark.parametrize("kind", fuzzer.KINDS)
def test_what_is_strange_is_understood_or_refused_in_a_sentence(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    told = fuzzer.outcomes(kind, seed=0, seconds=PATIENCE, cases=CASES)
    assert capfd.readouterr() == ("", "")
    assert set(told) == {"understood", "refused"}
    assert told.total() == CASES


@pytest.mark.parametrize("kind", fuzzer.KINDS)
def test_a_case_follows_from_its_number(kind: str) -> None:
    make, _ = fuzzer.KINDS[kind]
    cases = [make(Random(number // 2)) for number in range(20)]
    assert cases[::2] == cases[1::2]
    assert cases[0] != cases[2]


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        ("formulas", "fuzzer.Formula"),
        ("scenes", "sim.scene.reading.oddities"),
        ("carriers", "sim.scene.reading.carrier_of"),
        ("commands", "sim.command.console.terminal.escaped"),
    ],
)
def test_a_fault_is_told_with_how_to_have_it_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kind: str, broken: str
) -> None:
    def fail(*_: object) -> NoReturn:
        raise LookupError("a fault")

    for suffix in fuzzer.CARRIERS:
        fuzzer.carrier(suffix)  # While all is well.
    monkeypatch.setattr(broken, fail)
    assert fuzzer.outcomes(kind, seed=0, seconds=PATIENCE, faults=1)["faults"] == 1
    printed = capsys.readouterr().out
    assert f"python -m tests.fuzzer --seed 0 --only {kind} --case " in printed
    assert "LookupError: a fault" in printed


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("", 2),
        ("two\nlines", 2),
        ("main.py: error: one\nmain.py: error: two\n", 2),
        ("main.py: error: \x1b[31m\n", 2),
        ("error: whose?\n", 2),
        ("main.py: error: fine\n", 1),
        ("Warning: x\n", 0),
    ],
)
def test_what_no_command_may_say_is_a_fault(monkeypatch: pytest.MonkeyPatch, said: str, status: int) -> None:
    def obey(_: object) -> int:
        sys.stderr.write(said)
        return status

    monkeypatch.setattr("sim.command.entry.obey", obey)
    with fuzzer.alone(), pytest.raises(fuzzer.Fault):
        fuzzer.judge_command_line([])


def test_what_takes_its_time_or_leaves_something_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(fuzzer.Fault, match="took"), fuzzer.timed(0.0):
        sum(range(100_000))

    def obey(_: object) -> int:
        Path("left.csv").touch()
        sys.stderr.write("main.py: error: it cannot be\n")
        return 2

    monkeypatch.setattr("sim.command.entry.obey", obey)
    with fuzzer.alone(), pytest.raises(fuzzer.Fault, match="files have changed"):
        fuzzer.judge_command_line([])


def test_a_carrier_that_opens_as_another_scene_is_a_fault() -> None:
    content, saved = fuzzer.carrier(".png")
    with fuzzer.alone():
        assert fuzzer.judge_scene(content, "ravine.png", saved) == "understood"
        with pytest.raises(fuzzer.Fault, match="another scene"):
            fuzzer.judge_scene(content, "ravine.png", replace(saved, tick=7))
