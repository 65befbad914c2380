"""Time that slows down: where it does, by how much, and that it always arrives."""

from dataclasses import replace

import pytest

from sim.scene import load_scene
from sim.stage.export.film.films import course, slowed
from sim.stage.picture.races import race
from sim.stage.session.playback import FIRST, NEAR, OPENING, SLOWEST, Elapsed, ToggleDrama, tempo
from sim.stage.session.session import SPEEDS, Session, begin, update

SCENE = load_scene("local-minimum")


@pytest.fixture
def playing() -> Session:
    race(SCENE).extend(SCENE.updates + 1)
    return begin(SCENE)


def at(session: Session, progress: float) -> float:
    return tempo(replace(session, progress=progress), race(session.scene))


def test_the_first_updates_go_slowly(playing: Session) -> None:
    assert at(playing, 0.0) == FIRST
    assert at(playing, 2.0) < at(playing, 3.0) < 1


def test_an_instant_is_slow_at_an_escape_and_nowhere_else(playing: Session) -> None:
    judges = race(SCENE).judges
    told = {event.update for judge in judges for event in judge.events if event.kind.momentous}
    [escape] = [event.update for event in judges[1].events if event.kind == "escaped"]
    assert at(playing, float(escape)) == SLOWEST
    assert SLOWEST < at(playing, escape + 0.5 * NEAR) < 1
    quiet = [tick for tick in range(int(OPENING) + 1, SCENE.updates) if all(abs(tick - one) >= NEAR for one in told)]
    assert len(quiet) > 0.9 * SCENE.updates
    assert {at(playing, float(tick)) for tick in quiet} == {1.0}


def test_it_can_be_switched_off_and_fast_play_has_none(playing: Session) -> None:
    assert at(update(playing, ToggleDrama()), 0.0) == 1
    assert at(replace(playing, speed=SPEEDS.index(50.0)), 0.0) == 1


def test_time_passes_at_that_pace(playing: Session) -> None:
    assert update(playing, Elapsed(1.0, 10**6, 0.25)).progress == 0.25 * update(playing, Elapsed(1.0, 10**6)).progress


def test_a_film_with_drama_shows_the_same_from_end_to_end_and_more_of_what_happens() -> None:
    running = race(SCENE)
    running.extend(SCENE.updates + 1)
    even = list(course(0, 80, 121, 30))
    slow = slowed(even, running, SCENE.timing("updates"))
    assert (slow[0], slow[-1]) == (0.0, 80.0)
    assert slow == sorted(slow)
    assert len(slow) > len(even)
    [escape] = [event.update for event in running.judges[1].events if event.kind == "escaped"]

    def near(pictures: list[float]) -> int:
        return sum(abs(progress - escape) < 1 for progress in pictures)

    assert near(slow) >= 2 * near(even)


@pytest.mark.parametrize("count", [2, 40, 121])
def test_a_film_with_drama_can_last_as_long_as_one_wants(count: int) -> None:
    running = race(SCENE)
    running.extend(SCENE.updates + 1)
    shown = slowed(list(course(0, 80, count, 30)), running, SCENE.timing("updates"), count)
    assert len(shown) == count
    assert (shown[0], shown[-1]) == (0.0, 80.0)
    assert shown == sorted(shown)
