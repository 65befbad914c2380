"""Counting in processes of their own: the same results as here, and no process left behind."""

import gc
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pygame
import pytest
from driver import click, press, screen
from tallies import SPEEDS, few_seeds
from waiting import until

from sim.scene import Scene, load_scene
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.session.odds import Counted, Failed, Timed, computing
from sim.stage.session.session import Message, begin
from sim.stage.sheets.sheets import sheet_layout
from sim.stage.window.background import seed_counter as counter_of
from sim.stage.window.background.seed_counter import SeedCounter
from sim.stage.window.window import MainWindow
from sim.study.odds.tally import Tally, work


@pytest.fixture
def scene() -> Iterator[Scene]:
    with few_seeds(8):
        gc.collect()
        yield replace(load_scene("local-minimum"), updates=20)


@pytest.fixture
def endless(scene: Scene) -> Scene:
    """A scene whose jobs nobody waits for."""
    return replace(scene, updates=2_000_000)


def gathered(counter: SeedCounter, found: list[Message]) -> list[Message]:
    """All that the counter has found, if `found` is what it had found before."""
    found += counter.messages()
    return found


def test_what_the_processes_find_is_what_is_found_here(scene: Scene) -> None:
    known = ((0, work(scene)[0].run()),)
    gc.collect()
    counter, found = SeedCounter(Tally(scene, known)), list[Message]()
    until(lambda: len(gathered(counter, found)) == 6)
    counter.close()
    assert isinstance(found[0], Timed)
    assert all(speed.serial > 0 for speed in found[0].speeds)
    counted = [message for message in found if isinstance(message, Counted)]
    assert sorted(message.place for message in counted) == [1, 2, 3, 4, 5]
    for message in counted:
        here = work(scene)[message.place].run()
        assert message.scene == scene
        assert np.array_equal(message.outcomes.theta, here.theta)
        assert np.array_equal(message.outcomes.verdicts, here.verdicts)
    until(lambda: not multiprocessing.active_children())


def test_stopping_does_not_wait_for_what_is_being_computed(endless: Scene) -> None:
    counter = SeedCounter(Tally(endless, speeds=None))
    until(lambda: any(isinstance(message, Timed) for message in counter.messages()))
    assert multiprocessing.active_children()
    counter.close()
    assert not counter._thread.is_alive()
    until(lambda: not multiprocessing.active_children())
    assert counter.messages() == []


def test_processes_that_die_time_and_again_are_a_failure(endless: Scene) -> None:
    counter, found = SeedCounter(Tally(endless, speeds=SPEEDS)), list[Message]()

    def failed() -> bool:
        for process in multiprocessing.active_children():
            process.kill()
        return bool(gathered(counter, found))

    until(failed)
    assert found == [Failed(endless)]
    counter.close()


def test_processes_that_cannot_be_started_are_a_failure(endless: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refuse)
    counter, found = SeedCounter(Tally(endless, speeds=SPEEDS)), list[Message]()
    until(lambda: gathered(counter, found))
    assert found == [Failed(endless)]
    assert counter.ready
    counter.close()


class Failing:
    """A job that fails as nobody has foreseen."""

    marble_updates = 1

    def run(self) -> None:
        raise MemoryError("of a worker")


def test_a_job_that_fails_is_a_failure_and_it_is_said_which(endless: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counter_of, "work", lambda _scene: (Failing(),) * 6)
    counter, found = SeedCounter(Tally(endless, speeds=SPEEDS)), list[Message]()
    until(lambda: gathered(counter, found))
    assert found == [Failed(endless, "MemoryError: of a worker")]
    assert counter.ready
    counter.close()


def test_a_process_that_dies_is_replaced(scene: Scene) -> None:
    counter, found = SeedCounter(Tally(scene, speeds=SPEEDS)), list[Message]()
    until(multiprocessing.active_children)
    for process in multiprocessing.active_children():
        process.kill()
    until(lambda: len(gathered(counter, found)) == 6)
    assert sorted(message.place for message in found if isinstance(message, Counted)) == list(range(6))
    counter.close()


@pytest.fixture
def window(scene: Scene) -> Iterator[MainWindow]:
    race(scene).extend(scene.updates + 1)
    with screen():
        window = MainWindow(replace(begin(scene), playing=False))
        yield window
        window.close()


def shown() -> bytes:
    surface = pygame.display.get_surface()
    assert surface is not None
    return surface.get_buffer().raw


def test_a_key_counts_in_the_background_and_the_sheet_fills(window: MainWindow) -> None:
    window.advance([], 0.0)
    before = shown()
    press(window, pygame.K_j, "j")
    pictures = {shown()}

    def complete() -> bool:
        window.advance([], 0.01)
        pictures.add(shown())
        tally = window.session.tally
        return tally is not None and tally.complete and window._counting.shown is tally

    until(complete, 0.02)
    assert before not in pictures
    assert len(pictures) > 3
    assert computing(window.session) is None
    window.advance([], 0.0)
    assert window._counting.counter is None
    press(window, pygame.K_j, "J", pygame.KMOD_LSHIFT)
    assert window.session.sheet == "contrast"
    assert shown() not in pictures
    press(window, pygame.K_ESCAPE)
    assert window.session.open
    assert shown() == before
    press(window, pygame.K_j, "j")
    assert window.session.tally is not None
    assert window.session.tally.complete
    assert window._counting.counter is None


def test_after_a_failure_the_sheet_says_so_and_nothing_goes_on_until_it_is_opened_anew(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(*_: object) -> None:
        tries.append(1)
        raise MemoryError

    monkeypatch.setattr(SeedCounter, "_compute", fail)
    for count in (1, 2):
        press(window, pygame.K_j, "j")

        def rests() -> bool:
            window.advance([], 0.0)
            return not window._busy()

        until(rests, 0.02)
        assert window.session.tally is not None
        assert (window.session.tally.failed, window.session.tally.why) == (True, "MemoryError")
        assert (window.session.notice, len(tries)) == ("", count)
        press(window, pygame.K_j, "j")


def test_the_same_key_stops_it(window: MainWindow, endless: Scene) -> None:
    window.session = replace(window.session, scene=endless)
    press(window, pygame.K_j, "j")

    until(multiprocessing.active_children)
    counter = window._counting.counter
    assert counter is not None
    press(window, pygame.K_j, "j")
    assert (window.session.sheet, window._counting.counter) == ("", None)
    assert window.session.notice
    until(lambda: not counter._thread.is_alive())
    until(lambda: not multiprocessing.active_children())


def test_another_scene_stops_it(window: MainWindow, endless: Scene) -> None:
    window.session = replace(window.session, scene=endless)
    press(window, pygame.K_j, "j")
    counter = window._counting.counter
    press(window, pygame.K_RIGHTBRACKET, "]")
    assert counter is not None
    assert (window.session.sheet, window.session.tally, window._counting.counter) == ("", None, None)
    until(lambda: not counter._thread.is_alive())


def test_a_click_on_a_sheet_turns_it_or_does_nothing(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sim.stage.window.background.odds_sheet.SeedCounter", lambda _tally: _Idle(window.session.scene)
    )
    press(window, pygame.K_j, "j")
    here = setting(window.session, (960, 600))
    places = sheet_layout(here.places, here.theme)
    start = window.session.scene.start
    for pixel in (places.body.center, places.tabs["contrast"].center):
        click(window, pixel)
    window.advance([pygame.Event(pygame.MOUSEWHEEL, precise_y=1.0, y=1, x=0)], 0.0)
    assert window.session.sheet == "contrast"
    assert (window.session.scene.start, window.session.focus) == (start, None)
    window.advance([pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=here.places.timeline.center)], 0.0)
    assert window.session.tick > 0


class _Idle:
    """Counts nothing."""

    ready = False

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def messages(self) -> list[object]:
        return []

    def stop(self) -> None:
        pass

    close = stop
