"""Processes that stand by: they do what comes, give up what is not wanted, and nobody waits for the dead."""

import multiprocessing
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from errands import Mistaken, Revocable, Square
from waiting import until

from sim.study.work.standby import Standby
from sim.study.work.workers import started


@pytest.fixture
def standby(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standby]:
    """Two of them."""
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    made = Standby(started(2))
    yield made
    made.close()
    assert multiprocessing.active_children() == []


def done(standby: Standby) -> dict[str, int]:
    return {name: outcome for name, outcome, _ in until(lambda: standby.found(0.1))}


def test_they_do_one_job_after_the_other(standby: Standby) -> None:
    one, other = standby.idle
    standby.begin(one, "three", Square(3))
    standby.begin(other, "four", Square(4))
    assert standby.idle == []
    assert sorted(standby.wanted) == ["four", "three"]
    found: dict[str, int] = {}
    while len(found) < 2:
        found |= done(standby)
    assert found == {"three": 9, "four": 16}
    assert standby.wanted == []
    standby.begin(one, "five", Square(5))
    assert done(standby) == {"five": 25}


def test_what_is_not_wanted_is_given_up_and_never_told(standby: Standby, tmp_path: Path) -> None:
    one, other = standby.idle
    diary = tmp_path / "diary"
    standby.begin(one, "endless", Revocable(1, str(diary)))
    until(diary.exists)
    standby.give_up()
    assert standby.wanted == []
    until(lambda: standby.found(0.05) or len(standby.idle) == 2)
    standby.begin(one, "six", Square(6))
    assert done(standby) == {"six": 36}
    assert other in standby.idle


def test_who_dies_is_not_waited_for(standby: Standby) -> None:
    one, other = standby.idle
    standby.begin(one, "endless", Revocable(1))
    one.process.kill()
    until(lambda: standby.found(0.05) or standby.alive == [other])
    assert standby.wanted == []
    standby.begin(other, "seven", Square(7))
    assert done(standby) == {"seven": 49}


def test_a_mistake_in_a_job_is_told(standby: Standby) -> None:
    standby.begin(standby.idle[0], "wrong", Mistaken(1))
    with pytest.raises(LookupError, match="number 1 is nowhere"):
        until(lambda: standby.found(0.1))
    assert standby.wanted == []
