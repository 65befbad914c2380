"""The bars under the maps: counted beside everything else, thrown away at a change, and a way to each end."""

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pygame
import pytest
from driver import click, computed, screen
from scenes import flat_scene
from tallies import few_seeds
from waiting import until

from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.verdict.judge import STAYING
from sim.scene import Scene, load_scene
from sim.stage.picture.panel.ends import ends_bar
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.tips.box import TipContext
from sim.stage.picture.tips.tooltip import ends_tip
from sim.stage.session.lanes import ScaleLearningRate
from sim.stage.session.odds import ShowOdds, TakeSeed, ends_seen, uncounted
from sim.stage.session.session import Guided, begin
from sim.stage.session.setup import MoveStart, NewSeed
from sim.stage.session.view import Notify, ShowHelp, Toggle
from sim.stage.window import display
from sim.stage.window.background import ends_counter
from sim.stage.window.files.exported import as_exported
from sim.stage.window.window import MainWindow
from sim.study.odds.tally import work
from sim.study.statistics.end_kind import EndKind
from sim.study.work.ensemble import VERDICTS

SOON = 0.01

SEEDS = 10


@pytest.fixture
def scene() -> Iterator[Scene]:
    with few_seeds(SEEDS):
        yield replace(flat_scene("local-minimum"), updates=40)


@pytest.fixture
def window(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """One that counts by itself."""
    monkeypatch.setattr(ends_counter, "_start", lambda *_: None)
    ends_counter.load()
    with screen():
        window = MainWindow(replace(begin(scene), playing=False, ends=True))
        computed(window)
        yield window
        window.close()


def count(window: MainWindow) -> None:
    """Let the window count until nothing is left."""

    def done() -> bool:
        window._count_ends(time.perf_counter() + SOON)
        return not window._has_to_count()

    until(done)


def test_what_has_been_counted_is_what_becomes_of_these_seeds(window: MainWindow, scene: Scene) -> None:
    count(window)
    tally = window.session.tally
    assert tally is not None
    assert tally.own_missing == ()
    for place, outcomes in tally.results:
        alone = work(scene)[place].run()
        for name in ("seeds", "verdicts", "basins", "escapes", "theta"):
            assert np.array_equal(getattr(outcomes, name), getattr(alone, name))
    assert [ends.seeds for ends in ends_seen(window.session) if ends is not None] == [SEEDS] * 3


def test_no_part_of_it_is_counted_where_nobody_wants_to_see_it(window: MainWindow) -> None:
    window.send(Toggle("ends"))
    count(window)
    assert window.session.tally is None


def test_the_window_itself_counts_nothing_while_the_race_is_computed(window: MainWindow) -> None:
    window.send(ScaleLearningRate(1.25))
    window.advance([], 0.0)
    assert race(window.session.scene).updates <= window.session.horizon
    for _ in range(3):
        window._count_ends(time.perf_counter() + SOON)
    assert window._ends._steps is None
    assert window.session.tally is not None
    assert window.session.tally.results == ()
    computed(window)
    count(window)
    assert window.session.tally.results != ()


class Hired:
    """A process that stands by, and what it has been given."""

    def __init__(self) -> None:
        self.idle = [self]
        self.alive = self.idle
        self.wanted: list[int] = []

    def begin(self, _worker: object, place: int, _job: object) -> None:
        self.wanted.append(place)
        self.idle = []

    def give_up(self) -> None:
        self.wanted.clear()

    def found(self, _patience: float) -> list[object]:
        return []

    def close(self) -> None:
        self.idle = []


def test_processes_begin_with_what_a_change_asks_for_before_its_picture_is_there(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(window)
    staff = Hired()
    monkeypatch.setattr(window._ends, "_staff", staff)
    monkeypatch.setattr(window._readiness._preparing, "found", lambda: None)
    window.send(ScaleLearningRate(1.25))
    window.advance([], 0.0)
    assert window.waiting
    tally = window.session.tally
    assert tally is not None
    assert [work(tally.scene)[place].lane for place in staff.wanted] == [0]
    assert staff.wanted[0] in tally.own_missing


class Failing(Hired):
    """A process in which a job fails."""

    def found(self, _patience: float) -> list[object]:
        raise MemoryError("of a worker")


@pytest.mark.parametrize("where", ["in a process", "here"])
def test_what_fails_is_told_once_and_given_up_until_something_changes(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    staff = Failing() if where == "in a process" else None
    monkeypatch.setattr(window._ends, "_staff", staff)
    if staff is None:
        monkeypatch.setattr(window._ends, "_step", lambda _tally: Failing().found(0.0))
    count(window)
    assert window.session.notice == "The odds cannot be computed: MemoryError: of a worker"
    assert staff is None or staff.wanted == []
    window.send(Notify(""))
    window.advance([], 0.0)
    window._count_ends(time.perf_counter() + SOON)
    assert (window.session.notice, window._busy(), window._has_to_count()) == ("", False, False)
    window.send(ScaleLearningRate(1.25))
    computed(window)
    assert window._has_to_count()


@pytest.mark.parametrize(
    ("change", "kept"), [(ScaleLearningRate(1.25), (False, True, True)), (MoveStart((0.1, 0.1)), (False, False, False))]
)
def test_a_change_throws_away_what_does_not_hold_any_more_and_it_is_counted_anew(
    window: MainWindow, change: object, kept: tuple[bool, ...]
) -> None:
    count(window)
    old = window.session.tally
    window.send(change)  # type: ignore[arg-type]
    assert tuple(ends is not None for ends in ends_seen(window.session)) == kept
    computed(window)
    count(window)
    assert window.session.tally is not None
    assert old is not None
    assert window.session.tally.scene != old.scene


def test_another_seed_of_the_race_changes_nothing_about_it(window: MainWindow) -> None:
    count(window)
    before = window.session.tally
    window.send(NewSeed())
    assert window.session.tally is before


def test_the_sheet_goes_on_with_what_the_bars_have(window: MainWindow) -> None:
    count(window)
    before = window.session.tally
    window.session = ShowOdds().apply(window.session)
    assert window.session.tally is before
    assert not ends_counter.wanted(window.session)


def test_half_a_job_of_a_scene_that_is_left_is_let_be(window: MainWindow) -> None:
    window._count_ends(time.perf_counter() + SOON)
    begun = window._ends
    while begun._steps is None and window._has_to_count():
        for message in begun.go_on(window.session, time.perf_counter() + 0.001, here=True):
            window.send(message)
    window.send(MoveStart((0.2, 0.1)))
    begun.look(window.session)
    assert begun._steps is None
    assert begun._scene is None


def test_a_click_on_a_part_shows_a_race_that_ends_there(window: MainWindow) -> None:
    count(window)
    places, theme = setting(window.session, (960, 600)).places, setting(window.session, (960, 600)).theme
    lane, ends = 1, ends_seen(window.session)[1]
    assert ends is not None
    laid = ends_bar(places.panels[lane].ends, ends, theme, places.em)
    taken = 0
    for part, box in laid.boxes:
        if box.width < 2:
            continue
        click(window, box.center)
        scene = window.session.scene
        assert scene.seed in part.seeds
        alone = scene.race()
        alone.extend(scene.updates + 1)
        verdict = alone.judges[lane].verdict(scene.updates)
        assert STAYING[VERDICTS.index(verdict.kind)] == (part.kind is EndKind.MINIMUM)
        if part.kind is EndKind.MINIMUM:
            last = alone.tracks[lane].theta[scene.updates][None]
            assert scene.problem().basins.labels(last)[0] == part.minimum
        taken += 1
    assert taken
    assert window.session.tally is not None


def test_a_click_beside_the_parts_shows_the_sheet(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    count(window)
    monkeypatch.setattr(window._counting, "go_on", lambda *_: [])
    row = setting(window.session, (960, 600)).places.panels[1].ends
    click(window, (row.left + 2, row.centery))
    assert window.session.sheet == "odds"


def test_before_the_question_is_answered_nothing_is_given_away(window: MainWindow) -> None:
    count(window)
    window.session = replace(window.session, asking=True, progress=0.0)
    assert window.session.waiting
    assert ends_seen(window.session) == ends_seen(as_exported(window.session)) == (None, None, None)


def test_on_the_tour_bars_wait_for_what_was_measured(window: MainWindow) -> None:
    count(window)
    asked = replace(window.session, tour=Guided(5, window.session), seen=5)
    assert ends_seen(asked) == (None, None, None)
    told = replace(asked, seen=asked.scene.updates)
    assert ends_seen(told) == ends_seen(window.session) != (None, None, None)
    for session in (window.session, asked, told):
        assert ends_seen(as_exported(session)) == ends_seen(session)


def test_taking_a_seed_of_a_lane_that_is_gone_does_nothing(window: MainWindow) -> None:
    count(window)
    ends = ends_seen(window.session)[1]
    assert ends is not None
    assert TakeSeed(7, ends.largest).apply(window.session) is window.session


def test_processes_that_stand_by_count_and_are_gone_with_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends_counter, "STAFF", 1)
    ends_counter.load()
    with few_seeds(SEEDS), screen():
        scene = replace(load_scene("on-the-saddle"), updates=30)
        window = MainWindow(replace(begin(scene), playing=False, ends=True))
        computed(window)

        def complete() -> bool:
            window._count_ends(time.perf_counter() + SOON)
            return bool(window._ends._at_home) and not uncounted(window.session)

        def rounds() -> bool:
            if complete():
                return True
            if not uncounted(window.session):  # The window was quicker: once more.
                window.send(ScaleLearningRate(1.01))
                computed(window)
            return False

        until(rounds)
        assert multiprocessing.active_children()
        for place, outcomes in window.session.tally.results if window.session.tally else ():
            assert np.array_equal(outcomes.theta, work(window.session.scene)[place].run().theta)
        window.close()
    until(lambda: not multiprocessing.active_children())


class Own(GradientDescent):
    """A rule that no other process knows."""


def test_what_no_other_process_knows_is_counted_by_the_window_itself(window: MainWindow) -> None:
    sent: list[object] = []

    class Staff:
        idle = alive = (object(),)
        wanted: tuple[int, ...] = ()

        def begin(self, *job: object) -> None:
            sent.append(job)

        def found(self, _patience: float) -> list[object]:
            return []

        def give_up(self) -> None:
            pass

        close = give_up

    window._ends._staff = Staff()  # type: ignore[assignment]
    scene = window.session.scene
    foreign = replace(scene.lanes[1], rule=Own(0.15))
    window.session = replace(window.session, scene=replace(scene, lanes=(scene.lanes[0], foreign, scene.lanes[2])))
    computed(window)
    count(window)
    assert sent == []
    assert not uncounted(window.session)


def test_a_paused_window_wakes_to_count(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    naps = iter(range(1_000))
    monkeypatch.setattr(pygame.time, "wait", lambda _milliseconds: next(naps))  # It ends, were nobody to wake.
    pygame.event.clear()
    for _ in range(200):
        if not window._has_to_count() and not window._busy():
            break
        window.frame()
    assert not uncounted(window.session)
    assert window.session.tally is not None


def test_over_a_bar_the_pointer_is_a_hand_and_beside_it_an_arrow(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(window)
    hands = list[bool]()
    monkeypatch.setattr(display, "show_hand", hands.append)
    row = setting(window.session, (960, 600)).places.panels[1].ends
    for pixel in (row.center, (row.centerx, row.bottom + 60)):
        window.advance([pygame.Event(pygame.MOUSEMOTION, pos=pixel, rel=(0, 0), buttons=(0, 0, 0))], 0.0)
    assert hands[-2:] == [True, False]
    window.send(ShowHelp())
    window.advance([pygame.Event(pygame.MOUSEMOTION, pos=row.center, rel=(0, 0), buttons=(0, 0, 0))], 0.0)
    assert hands[-1] is False


def test_all_bars_are_equally_long_and_go_on_to_the_end_of_the_row(window: MainWindow) -> None:
    count(window)
    here = setting(window.session, (960, 600))
    laid = [
        ends_bar(panel.ends, ends, here.theme, here.places.em)
        for panel, ends in zip(here.places.panels, ends_seen(window.session), strict=True)
    ]
    assert {bar.words for bar in laid} == {"every seed alike", "of 10 seeds"}
    assert len({bar.bar.width for bar in laid}) == 1
    apart = ends_seen(replace(window.session, clock="epochs"))
    words = {
        ends_bar(panel.ends, ends, here.theme, here.places.em).words
        for panel, ends in zip(here.places.panels, apart, strict=True)
    }
    assert words == {f"after {window.session.scene.updates} updates"}
    row, context = here.places.panels[1].ends, TipContext(here.theme, here.places)
    for seen, moment in ((ends_seen(window.session)[1], "at the end"), (apart[1], words.pop())):
        told = [line.cells[0] for line in ends_tip(seen, row, row.center, context).rows]
        assert f"{moment}; at a minimum: marbles that stay there" in told
    for panel, bar in zip(here.places.panels, laid, strict=True):
        assert bar.boxes[-1][1].right == panel.ends.right
