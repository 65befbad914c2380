"""The search for a lane's learning rate beside the window: what `tune` finds, and no process left behind."""

import gc
import json
import multiprocessing
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Event

import pygame
import pytest
from command_line import output
from driver import press, screen
from waiting import until

from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.scene import Scene, load_scene
from sim.scene.writing import scene_text
from sim.stage.picture.races import race
from sim.stage.session.lanes import ScaleLearningRate, SelectLane
from sim.stage.session.session import Message, Retuned, Search, begin, update
from sim.stage.session.setup import NewSeed
from sim.stage.session.tuning import NotTuned, Searched, Tune, Tuned
from sim.stage.window.background import tuner
from sim.stage.window.background.tuner import SearchThread
from sim.stage.window.window import MainWindow

SEEDS = 20
MINIBATCH = 1


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """The opening scene, cut short, in which small steps of one lane lead nowhere."""
    monkeypatch.setattr(tuner, "SEEDS", SEEDS)
    monkeypatch.setattr(tuner, "STAFF", 1)
    gc.collect()
    opening = load_scene("local-minimum")
    lanes = tuple(replace(lane, rule=replace(lane.rule, learning_rate=0.02)) for lane in opening.lanes)
    return replace(opening, updates=30, lanes=lanes, claims=(None,) * len(lanes))


@pytest.fixture
def window(scene: Scene) -> Iterator[MainWindow]:
    race(scene).extend(scene.updates + 1)
    with screen():
        window = MainWindow(update(replace(begin(scene), playing=False), SelectLane(MINIBATCH)))
        yield window
        window.close()
        until(lambda: not multiprocessing.active_children())


def all_of(quest: SearchThread) -> list[Message]:
    """All that it tells until it has come to its end."""
    told = list[Message]()

    def ended() -> bool:
        told.extend(quest.messages())
        return bool(told) and isinstance(told[-1], Tuned | NotTuned)

    until(ended)
    quest.close()
    return told


@lru_cache(maxsize=2)
def found(scene: Scene, lane: int) -> list[Message]:
    """All that a search in that lane tells, from first to last, each time the same."""
    search = update(update(begin(scene), SelectLane(lane)), Tune()).tuning
    assert isinstance(search, Search)
    quest = SearchThread(search)
    told = all_of(quest)
    until(lambda: not multiprocessing.active_children())
    return told


def tune(window: MainWindow) -> None:
    press(window, pygame.K_u, "U", pygame.KMOD_LSHIFT)


def on(window: MainWindow) -> bool:
    """Whether the search goes on, a frame later."""
    window.advance([], 0.01)
    return isinstance(window.session.tuning, Search)


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("lane", [0, MINIBATCH])
def test_it_finds_what_the_command_finds(scene: Scene, lane: int, capsys: pytest.CaptureFixture[str]) -> None:
    """With chance in the lane and without."""
    Path("mine.toml").write_text(scene_text(scene), encoding="utf-8")
    name = scene.lanes[lane].name
    words = (
        "tune",
        "mine.toml",
        "--lane",
        name,
        "--seeds",
        f"{SEEDS}",
        "--workers",
        "1",
        "--json",
        "--results",
        "kept",
    )
    summary = json.loads(output(capsys, *words))
    *way, last = found(scene, lane)
    assert isinstance(last, Tuned)
    assert summary["by"] == last.by == "escaped"
    assert summary["told_of"] == {"first_seed": SEEDS, "seeds": last.seeds}
    (there,) = summary["lanes"]
    for told, trial in ((there["best"], last.found.best), (there["own"], last.found.own)):
        assert told["values"] == dict(trial.values)
        assert list(told["mean"].values()) == [trial.estimate.value, trial.estimate.low, trial.estimate.high]
        assert list(told["behind"].values()) == [trial.behind.value, trial.behind.low, trial.behind.high]
    assert last.better
    assert there["all_seeds_alike"] is (lane == 0)
    shares = [message.share for message in way if isinstance(message, Searched)]
    assert len(shares) == len(way) > 5
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.3
    assert 0.85 < shares[-1] < 1
    assert isinstance(way[-1], Searched)
    assert way[-1].rate == last.found.best.values["learning_rate"]


def test_a_key_gives_the_lane_what_was_found_and_the_same_key_takes_it_back(window: MainWindow) -> None:
    before = window.session.scene
    tune(window)
    until(lambda: not on(window), 0.02)
    made, scene = window.session.tuning, window.session.scene
    assert isinstance(made, Retuned)
    rate = scene.lanes[MINIBATCH].rule.learning_rate
    assert rate > 0.02
    assert window.session.notice.startswith(f"η = {rate:g}: ")
    assert f" on {SEEDS} fresh seeds, L −1.0" in window.session.notice
    assert (scene.lanes[0], scene.lanes[2]) == (before.lanes[0], before.lanes[2])
    until(lambda: not multiprocessing.active_children())
    tune(window)
    assert window.session.scene.lanes == before.lanes
    assert window.session.tuning is None


@pytest.fixture
def endless(window: MainWindow) -> MainWindow:
    """A window in which a search has begun that nobody would wait for."""
    window.session = replace(window.session, scene=replace(window.session.scene, updates=900_000))
    tune(window)
    until(lambda: on(window) and multiprocessing.active_children())
    return window


@pytest.mark.parametrize("key", [(pygame.K_u, "U", pygame.KMOD_LSHIFT), (pygame.K_ESCAPE, "", 0)])
def test_the_same_key_and_escape_stop_it_and_leave_no_process(endless: MainWindow, key: tuple[int, str, int]) -> None:
    lanes = endless.session.scene.lanes
    press(endless, *key)
    assert endless.session.tuning is None
    assert endless.session.open
    assert endless.session.notice == "Stopped: the lane keeps its η."
    until(lambda: not multiprocessing.active_children())
    assert endless.session.scene.lanes == lanes


def test_a_window_that_closes_waits_for_one_that_was_stopped_before(endless: MainWindow) -> None:
    """One that goes on while the interpreter ends could take the process down."""
    press(endless, pygame.K_u, "U", pygame.KMOD_LSHIFT)
    assert endless.session.tuning is None
    endless.close()
    assert "tuning" not in {thread.name for thread in threading.enumerate()}


def test_another_learning_rate_stops_it(endless: MainWindow) -> None:
    press(endless, pygame.K_RIGHTBRACKET, "]")
    assert endless.session.tuning is None
    until(lambda: not multiprocessing.active_children())


def test_what_matters_nothing_to_the_lane_lets_it_go_on(endless: MainWindow) -> None:
    quest = endless._tuner._quest
    for message in (SelectLane(0), ScaleLearningRate(2.0), NewSeed()):
        endless.send(message)
        endless.advance([], 0.0)
    assert isinstance(endless.session.tuning, Search)
    assert endless._tuner._quest is quest
    endless.close()
    until(lambda: not multiprocessing.active_children())


def test_no_frame_waits_for_it(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes to plan: frames go on, and what is told comes as soon as it is there."""
    go, planned = Event(), SearchThread._planned

    def slowly(quest: SearchThread) -> object:
        assert go.wait(60)
        return planned(quest)

    monkeypatch.setattr(SearchThread, "_planned", slowly)
    tune(window)
    for _ in range(20):
        assert on(window)
    go.set()
    until(lambda: not on(window) or window.session.tuning.share > 0)  # type: ignore[union-attr]
    assert isinstance(window.session.tuning, Search | Retuned)


def test_a_process_that_dies_costs_nothing_but_time(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuner, "STAFF", 2)
    monkeypatch.setattr("sim.study.work.workers.available_workers", lambda: 2)
    search = update(update(begin(scene), SelectLane(MINIBATCH)), Tune()).tuning
    assert isinstance(search, Search)
    quest = SearchThread(search)
    until(lambda: len(multiprocessing.active_children()) > 1)
    multiprocessing.active_children()[0].kill()
    assert all_of(quest)[-1] == found(scene, MINIBATCH)[-1]


def test_what_no_other_process_knows_is_not_tuned_and_a_sentence_says_so(scene: Scene) -> None:
    @dataclass(frozen=True)
    class Mine(GradientDescent):
        """A rule that only this test has."""

    mine = replace(scene, lanes=(replace(scene.lanes[0], rule=Mine(0.1)), *scene.lanes[1:]))
    (told,) = found(mine, 0)
    assert isinstance(told, NotTuned)
    assert told.why == 'no η is found, since lane."full batch".rule is known to no other process'


def test_if_all_processes_die_a_sentence_says_so(endless: MainWindow) -> None:
    def ended() -> bool:
        for process in multiprocessing.active_children():
            process.kill()
        return not on(endless)

    until(ended)
    assert endless.session.notice.startswith("No η was found: ")


def test_if_a_job_fails_a_sentence_says_so(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("of a worker")

    monkeypatch.setattr(SearchThread, "_search", fail)
    tune(window)
    until(lambda: not on(window))
    assert window.session.notice == "No η was found: MemoryError: of a worker"


def test_without_processes_a_sentence_says_so(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refuse)
    tune(window)
    until(lambda: not on(window))
    assert window.session.tuning is None
    assert window.session.notice.startswith("No η was found: ")
