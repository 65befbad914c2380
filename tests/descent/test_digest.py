"""A race's digest tells where another computer's race departs from it."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from sim.descent.digest import DIGEST, Departure, Digest, departure, digest, digest_text, parse_digest
from sim.descent.race import Race
from sim.descent.rules.plain.momentum import Momentum
from sim.scene import load_scene
from sim.surface.points import Array


def race(updates: int, name: str = "local-minimum") -> Race:
    made = load_scene(name).race()
    made.extend(updates)
    return made


def departing(monkeypatch: pytest.MonkeyPatch, update: int) -> Race:
    """The race of a computer whose numbers have other last bits from that update on."""
    step: Callable[..., tuple[Array, object]] = Momentum.step
    taken = {"updates": 0}

    def other(rule: Momentum, theta: Array, gradient: Array, state: object) -> tuple[Array, object]:
        taken["updates"] += 1
        movement, state = step(rule, theta, gradient, state)
        return movement + 2**-40 * (taken["updates"] >= update), state

    with monkeypatch.context() as patch:
        patch.setattr(Momentum, "step", other)
        return race(300)


def test_the_same_race_has_the_same_digest_however_it_was_computed() -> None:
    one, other = race(300), race(10)
    for updates in (11, 200, 400):
        other.extend(updates)
    assert digest(one, 300) == digest(other, 300)
    assert departure(other, digest(one, 300)) is None


def test_the_last_update_is_told_and_every_one_of_the_first() -> None:
    told = [update for update, _ in digest(race(300), 300)]
    assert told[:33] == [*range(33)]
    assert told[-1] == 300
    assert len(told) < 60
    assert all(after - before <= 1 + before // 10 for before, after in pairwise(told))
    assert [update for update, _ in digest(race(20), 300)] == [*range(21)]


@pytest.mark.parametrize("update", [1, 5, 31])
def test_a_departure_is_told_to_the_update(monkeypatch: pytest.MonkeyPatch, update: int) -> None:
    other = departing(monkeypatch, update)
    assert departure(other, digest(race(300), 300)) == Departure(update - 1, update)


def test_a_late_departure_lies_between_two_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = departure(departing(monkeypatch, 150), digest(race(300), 300))
    assert found is not None
    assert found.same < 150 <= found.other <= found.same * 1.1


def test_what_is_not_computed_yet_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    told = digest(race(300), 300)
    other = departing(monkeypatch, 150)
    short = load_scene("local-minimum").race()
    short.extend(20)
    assert departure(short, told) is None
    assert departure(other, told[:20]) is None
    assert departure(short, ()) is None


def test_a_diverged_lane_has_a_digest_too() -> None:
    one = race(2_200, "learning-rate-ladder")
    assert any(track.overflow is not None for track in one.tracks)
    assert departure(race(2_200, "learning-rate-ladder"), digest(one, 2_200)) is None


def test_a_digest_is_a_text_and_back() -> None:
    told = digest(race(300), 300)
    assert re.fullmatch(DIGEST, digest_text(told))
    assert parse_digest(digest_text(told)) == told
    empty: Digest = ()
    assert re.fullmatch(DIGEST, digest_text(empty))
    assert parse_digest("") == empty
    assert not re.fullmatch(DIGEST, "12:xyz")
