"""Nothing freezes: what takes long is made ready beside the window, which goes on drawing and answering keys."""

import gc
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event, current_thread, main_thread
from typing import Any
from weakref import ref

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from driver import click, computed, pixels, press, screen, written
from waiting import WAIT, until

from sim.descent import problem as descent_problem
from sim.descent.rules import RULES
from sim.descent.rules.registry import Registry
from sim.scene import load_scene, scene_files
from sim.stage.drawing.camera import FLAT
from sim.stage.drawing.screen import Screen
from sim.stage.input.widgets import ControlPanel
from sim.stage.picture.panel.sliders import draw_sliders, sliders
from sim.stage.picture.picture import draw
from sim.stage.picture.races import RACES, race
from sim.stage.picture.setting import setting
from sim.stage.session.bindings import LoadRules
from sim.stage.session.lanes import SetHyperparameter
from sim.stage.session.playback import GoToEnd
from sim.stage.session.problem import SetCount, SetFormula, SetSigma
from sim.stage.session.session import Session, begin
from sim.stage.session.setup import DraftRules, MoveStart, NewSeed, OpenScene
from sim.stage.session.view import ChooseSwarm, Notify, ShowHelp, ToggleView
from sim.stage.style import text
from sim.stage.style.cache import CACHE
from sim.stage.views import ViewName
from sim.stage.window import display, showing
from sim.stage.window.background import preparation, readiness
from sim.stage.window.files import documents
from sim.stage.window.window import MainWindow
from sim.surface.cancellation import raise_if_cancelled
from sim.surface.critical.search import Search, search

SIZE = (960, 600)
NAMES = list(scene_files())
NUMBERS = count(1)
Pixels = npt.NDArray[np.uint8]
MINE = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Mine:
    learning_rate: float = 0.1

    def init(self, theta):
        return ()

    def step(self, theta, slope, state):
        return -self.learning_rate * slope.here, state
"""
"""A file with a rule."""


def test_what_the_sheet_of_keys_takes_is_loaded_once_the_race_is_computed() -> None:
    CACHE.clear()
    for known in (text._outlines, text._font, text._run_width, text.width):
        known.cache_clear()
    with screen(SIZE):
        window = MainWindow(begin(load_scene(NAMES[0])))
        computed(window)
        loading = window._readiness._preparing._loading
        assert loading is not None
        loading.result(timeout=60)  # Raises what has gone wrong.
        loaded = text._outlines.cache_info().misses
        window.send(ShowHelp())
        window.advance([], 0.0)
        assert text._outlines.cache_info().misses == loaded
        window.close()


def test_what_cannot_be_loaded_is_told_once_and_the_window_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ImportError("none")

    monkeypatch.setattr(readiness, "loaded", broken)
    with screen(SIZE):
        window = MainWindow(replace(begin(load_scene(NAMES[0])), playing=False))
        computed(window)
        told = "Not all that may be wanted later could be loaded: ImportError: none"

        def is_told() -> bool:
            window.advance([], 0.0)
            return window.session.notice == told

        until(is_told)
        window.send(Notify(""))
        window.advance([], 0.0)
        assert (window.session.notice, window._busy(), window._readiness.failed) == ("", False, False)
        window.close()


@dataclass
class Slow:
    """A search of critical points that takes until the test lets it end."""

    window: MainWindow
    gate: Event
    begun: int = 0
    """How many searches have been begun."""

    def search(self, surface: object, window: object) -> Search:
        self.begun += 1
        while not self.gate.wait(0.002):
            raise_if_cancelled()
        return search(surface, window)  # type: ignore[arg-type]

    def wait(self, frames: int = 3) -> None:
        """Let some frames pass."""
        for _ in range(frames):
            self.window.advance([], 0.02)

    def finish(self) -> None:
        """Let the search end, and see what comes of it."""
        self.gate.set()
        until(self.ready, 0.01)

    def ready(self) -> bool:
        self.window.advance([], 0.0)
        return not self.window.waiting


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.chdir(tmp_path)
    with screen(SIZE, patience=0.01):
        window = MainWindow(replace(begin(load_scene(NAMES[0])), playing=False))
        window.advance([], 0.0)
        made = Slow(window, Event())
        monkeypatch.setattr(descent_problem, "search", made.search)
        yield made
        made.gate.set()
        window.close()


def new_scene(session: Session) -> Session:
    """The session's scene with examples that nobody has looked at before."""
    return SetSigma(0.2 + next(NUMBERS) * 1e-4).apply(session)


def ask(slow: Slow) -> Session:
    """Ask for such a scene, by keys; the session as it was before."""
    before = slow.window.session
    slow.window.session = new_scene(before)
    slow.window.advance([], 0.02)
    assert slow.window.waiting
    return before


def sign(before: Pixels, after: Pixels) -> npt.NDArray[np.bool_]:
    """Where two pictures differ."""
    return np.asarray((before != after).any(axis=-1))


def test_a_key_that_asks_for_much_is_answered_by_a_sign_over_the_picture_that_stays(slow: Slow) -> None:
    before = pixels()
    ask(slow)
    title = setting(slow.window.session, SIZE).places.title
    changed = sign(before, pixels())
    assert changed.any()
    changed[title.left : title.right + 1, title.top - 5 : title.bottom + 5] = False
    assert not changed.any()
    slow.finish()
    assert sign(before, pixels())[:, title.bottom + 5 :].any()


def test_the_sign_speaks_the_sessions_language(slow: Slow) -> None:
    ask(slow)
    shown = {pixels().tobytes()}
    for code in ("de", "zh"):
        slow.window.session = replace(slow.window.session, language=code)
        slow.wait()
        shown.add(pixels().tobytes())
    assert len(shown) == 3


def test_what_is_dragged_needs_no_sign_unless_it_takes_long(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    signs = []
    monkeypatch.setattr(showing, "draw_computing", lambda *_: signs.append(1))
    monkeypatch.setattr(display, "is_pressed", lambda: True)
    monkeypatch.setattr(readiness, "CARRIED", 1e9)
    ask(slow)
    slow.wait()
    assert not signs
    monkeypatch.setattr(readiness, "CARRIED", 0.0)
    slow.wait()
    assert signs


def row(session: Session, shown: Session, lane: int) -> Pixels:
    """A lane's sliders, which end as in the picture that is shown."""
    here, surface = setting(shown, SIZE), pygame.Surface(SIZE, depth=32)
    place, em = here.places.panels[lane], here.places.em
    surface.fill(here.theme.panel)
    found = sliders(session.scene, lane, place, em, shown.scene.problem())
    draw_sliders(Screen(surface), found, here.theme.lane(lane), here.theme, em)
    return pygame.surfarray.array3d(surface.subsurface(place.sliders))


def drag(slow: Slow, lane: int) -> None:
    """Take the first of a lane's sliders and drag it to and fro: knob and number keep up in every frame."""
    window, shown = slow.window, slow.window._readiness.standing
    assert shown is not None
    place = setting(shown, SIZE).places.panels[lane]
    taken = sliders(shown.scene, lane, place, setting(shown, SIZE).places.em)[0]
    x, y = round(taken.bar.left + taken.dial.position * taken.bar.width), taken.place.centery
    events = [pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(x, y))]
    for share in (0.3, 0.6, 0.2, 0.9):
        x = round(taken.bar.left + share * taken.bar.width)
        events.append(pygame.Event(pygame.MOUSEMOTION, pos=(x, y), rel=(0, 0), buttons=(1, 0, 0)))
    rates = set()
    for event in events:
        window.advance([event], 0.02)
        assert window.waiting
        assert (
            pixels()[place.sliders.left : place.sliders.right, place.sliders.top : place.sliders.bottom]
            == row(window.session, shown, lane)
        ).all()
        rates.add(window.session.scene.lanes[lane].rule.learning_rate)
    assert len(rates) == len(events)
    window.advance([pygame.Event(pygame.MOUSEBUTTONUP, button=1, pos=(x, y))], 0.02)


def test_a_slider_that_is_dragged_stays_under_the_mouse_while_the_race_takes_long(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = preparation.prepared

    def late(*arguments: Any) -> preparation.Prepared:
        while not slow.gate.wait(0.002):
            raise_if_cancelled()
        return made(*arguments)

    monkeypatch.setattr(readiness, "prepared", late)
    press(slow.window, pygame.K_RIGHTBRACKET, "]")
    drag(slow, 2)
    rate = slow.window.session.scene.lanes[2].rule.learning_rate
    slow.finish()
    assert slow.window.session.scene.lanes[2].rule.learning_rate == rate


def test_a_slider_is_dragged_while_examples_that_nobody_has_looked_at_are_looked_into(slow: Slow) -> None:
    slow.gate.set()
    slow.window.session = replace(slow.window.session, pose=FLAT)
    until(slow.ready, 0.01)
    slow.gate.clear()
    ask(slow)
    drag(slow, 2)


def test_open_controls_say_what_is_set_while_the_next_picture_is_waited_for(slow: Slow) -> None:
    slow.window.session = replace(slow.window.session, controls=True)
    slow.gate.set()
    until(slow.ready, 0.01)
    slow.gate.clear()
    ask(slow)
    panel = slow.window._controls.panel
    assert panel is not None
    for message in (SetHyperparameter("learning_rate", 0.123), SetSigma(0.345), SetCount(7)):
        slow.window.send(message)
        slow.wait(1)
    assert slow.window.waiting
    assert {value for _, value, _ in panel._labels} >= {"0.123", "0.345", "7"}


def test_frames_are_drawn_and_keys_act_meanwhile(slow: Slow) -> None:
    ask(slow)
    begun = time.perf_counter()
    slow.wait(20)
    assert time.perf_counter() - begun < 5.0  # Not one of them has waited.
    without = pixels()
    press(slow.window, pygame.K_h, "h")
    assert sign(without, pixels()).mean() > 0.2  # The sheet of keys.
    press(slow.window, pygame.K_ESCAPE)
    assert np.array_equal(pixels(), without)
    assert slow.window.waiting
    press(slow.window, pygame.K_t, "t")
    press(slow.window, pygame.K_RIGHT)
    slow.finish()
    assert (slow.window.session.theme, slow.window.session.tick) == ("dark", 1)


def test_time_stands_still_until_it_is_there(slow: Slow) -> None:
    slow.window.session = replace(slow.window.session, playing=True, drama=False)
    ask(slow)
    slow.wait(20)
    assert slow.window.session.tick == 0
    slow.finish()
    slow.wait(3)
    assert slow.window.session.tick >= 1


def test_escape_gives_it_up_and_the_former_scene_is_there(slow: Slow) -> None:
    until(partial(rests, slow.window))
    before, picture = slow.window.session, pixels()
    ask(slow)
    press(slow.window, pygame.K_ESCAPE)
    until(partial(rests, slow.window))
    assert slow.window.session == before
    assert np.array_equal(pixels(), picture)
    assert not slow.gate.is_set()  # The search has not ended by itself.
    assert not slow.window._asking.waits
    press(slow.window, pygame.K_RIGHT)
    assert slow.window.session.tick == 1


def test_another_scene_that_is_chosen_meanwhile_wins(slow: Slow) -> None:
    ask(slow)
    first = slow.window.session.scene
    press(slow.window, pygame.K_UNKNOWN, "8")
    time.sleep(preparation.YOUNG)
    slow.wait()
    slow.finish()
    assert slow.window.session.scene.name == "himmelblau"
    assert RACES.find(slow.window.session.scene) is not None
    assert RACES.find(first) is None


def test_changes_add_up_while_none_of_them_is_there(slow: Slow) -> None:
    rate = slow.window.session.scene.lanes[0].rule.learning_rate
    ask(slow)
    for _ in range(3):
        press(slow.window, pygame.K_RIGHTBRACKET, "]")
    slow.finish()
    assert slow.window.session.scene.lanes[0].rule.learning_rate == pytest.approx(rate * 1.25**3, rel=0.05)


def test_clicks_on_a_map_that_is_no_longer_meant_do_nothing(slow: Slow) -> None:
    slow.window.session = new_scene(OpenScene(2).apply(slow.window.session))
    slow.window.advance([], 0.02)
    assert slow.window.waiting
    start = slow.window.session.scene.start
    places = setting(begin(load_scene(NAMES[0])), SIZE).places
    click(slow.window, places.panels[0].map.center)
    assert slow.window.session.scene.start == start
    slow.finish()
    assert slow.window.session.scene.start == start


def test_a_picture_asked_for_meanwhile_is_saved_when_it_is_there(slow: Slow, tmp_path: Path) -> None:
    ask(slow)
    press(slow.window, pygame.K_s, "s")
    slow.wait()
    assert not list(tmp_path.iterdir())
    slow.finish()
    written(slow.window)
    assert [path.name for path in tmp_path.iterdir()] == [f"{NAMES[0]}-0.png"]


def test_what_is_given_up_saves_no_picture(slow: Slow, tmp_path: Path) -> None:
    ask(slow)
    press(slow.window, pygame.K_s, "s")
    press(slow.window, pygame.K_ESCAPE)
    until(slow.ready)
    slow.wait()
    assert not list(tmp_path.iterdir())


def test_the_window_may_change_its_size_meanwhile(slow: Slow) -> None:
    ask(slow)
    pygame.display.set_mode((1100, 700), pygame.RESIZABLE)
    slow.window.advance([pygame.Event(pygame.WINDOWSIZECHANGED, x=1100, y=700)], 0.02)
    assert pixels().shape[:2] == (1100, 700)
    assert len(np.unique(pixels())) > 20
    slow.finish()
    assert len(np.unique(pixels())) > 20


def test_a_formula_is_read_beside_the_window_and_another_scene_takes_its_place(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, read = slow.window, Event()

    def endless(*_: object) -> None:
        read.set()
        while True:
            raise_if_cancelled()
            time.sleep(0.002)

    monkeypatch.setattr("sim.stage.session.problem.beginning", endless)
    before = window.session.scene
    window._do(SetFormula("x^2 + y^2/7"))
    window.advance([], 0.02)
    until(read.is_set)
    assert window.waiting
    assert window.session.scene is before
    press(window, pygame.K_UNKNOWN, "8")
    slow.finish()
    assert window.session.scene.name == "himmelblau"


def test_a_formula_that_was_read_beside_the_window_is_shown(slow: Slow) -> None:
    slow.gate.set()
    slow.window._do(SetFormula("x^2 + y^2/9"))
    slow.window.advance([], 0.0)
    slow.finish()
    assert slow.window.session.scene.title == "f = x^2 + y^2/9"
    slow.window._do(SetFormula("x^2 +"))
    slow.window.advance([], 0.0)
    slow.finish()
    assert slow.window.session.formula.refused


def test_a_formula_that_is_found_when_another_scene_has_been_asked_for_does_not_come_upon_that(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "YOUNG", 60.0)
    monkeypatch.setattr(preparation, "DIRECTLY", 0.0)
    slow.gate.set()
    slow.window._do(SetFormula("x^2 + y^2/11"))
    slow.window._prepare()
    assert slow.window.waiting
    until(lambda: not slow.window._readiness.busy)
    slow.window.send(OpenScene(2))
    slow.window._prepare()
    monkeypatch.setattr(preparation, "YOUNG", 0.0)
    slow.finish()
    assert slow.window.session.scene.name == "sharp-and-flat"


def test_a_file_that_is_dropped_is_read_beside_the_window(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, opened = Event(), documents.open_file

    def late(path: str) -> object:
        gate.wait()
        return opened(path)

    monkeypatch.setattr(documents, "open_file", late)
    slow.gate.set()
    slow.window.advance([pygame.Event(pygame.DROPFILE, file="none.toml")], 0.0)
    slow.wait()
    assert slow.window.waiting
    gate.set()
    until(slow.ready)
    assert "no such file" in slow.window.session.notice


ENDLESS = """
import time
while True:
    time.sleep(0.002)
"""


def waits_for(name: str, text: str) -> str:
    """Code that waits until there is such a file, but not for ever."""
    return (
        f"import pathlib, time\nfor _ in range(5000):\n    pathlib.Path({name!r}).exists() or time.sleep(0.002)\n{text}"
    )


@pytest.mark.usefixtures("_own_rules_after")
def test_the_code_of_a_file_of_rules_runs_beside_the_window_and_its_rules_join_here(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined, exchange = list[bool](), Registry.exchange

    def noted(*arguments: Any) -> None:
        joined.append(current_thread() is main_thread())
        exchange(*arguments)

    monkeypatch.setattr(Registry, "exchange", noted)
    Path("mine.py").write_text(waits_for("go", MINE), encoding="utf-8")
    known = race(slow.window.session.scene)
    slow.window._do(LoadRules("mine.py"))
    slow.wait(20)
    assert slow.window.waiting
    assert "Mine" not in RULES
    Path("go").touch()
    until(slow.ready)
    assert "Mine" in RULES
    assert joined == [True]
    assert slow.window.session.notice == "The code of mine.py was run; its rules: Mine."
    assert race(slow.window.session.scene) is known
    before = slow.window.session
    Path("mine.py").write_text(waits_for("go", "1 / 0"), encoding="utf-8")
    slow.window._do(LoadRules("mine.py"))
    until(slow.ready)
    assert slow.window.session.rules.refused == "mine.py, line 4: ZeroDivisionError: division by zero"
    assert slow.window.session.scene is before.scene
    assert "Mine" in RULES


@pytest.mark.usefixtures("_own_rules_after")
def test_a_file_of_rules_that_never_ends_is_given_up_and_another_is_run(slow: Slow) -> None:
    Path("endless.py").write_text(ENDLESS, encoding="utf-8")
    Path("mine.py").write_text(MINE, encoding="utf-8")
    slow.window._do(LoadRules("endless.py"))
    slow.wait()
    assert slow.window.waiting
    press(slow.window, pygame.K_ESCAPE)
    until(slow.ready)
    assert (slow.window.session.rules.text, slow.window.session.open) == ("", True)
    slow.window._do(LoadRules("mine.py"))
    until(slow.ready)
    assert "Mine" in RULES


@pytest.mark.usefixtures("_own_rules_after")
def test_what_is_typed_while_a_file_of_rules_is_run_stays(slow: Slow) -> None:
    Path("mine.py").write_text(waits_for("go", MINE), encoding="utf-8")
    Path("other.py").write_text(waits_for("go", "1 / 0"), encoding="utf-8")
    Path("go").touch()
    for path in ("mine.py", "other.py"):
        slow.window.send(DraftRules(path))
        slow.window._do(LoadRules(path))
        slow.window.send(DraftRules(f"{path}x"))
        until(slow.ready)
        assert (slow.window.session.rules.text, slow.window.session.rules.refused) == (f"{path}x", "")
    assert "Mine" in RULES
    assert slow.window.session.notice.startswith("other.py, line 4: ZeroDivisionError")


def test_what_runs_apart_and_is_given_up_does_not_keep_the_process() -> None:
    code = (
        "from sim.stage.window.background.own_thread import in_own_thread\n"
        "from sim.surface.cancellation import Cancelled, cancel_when\n"
        "def endless():\n"
        "    while True: pass\n"
        "try:\n"
        "    with cancel_when(lambda: True): in_own_thread(endless)\n"
        "except Cancelled: print('given up')\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=WAIT)
    assert told.stdout.splitlines()[-1] == "given up"


def test_a_mistake_of_ours_is_not_hidden_in_the_thread(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(preparation, "draw", broken)
    slow.gate.set()
    slow.window.send(NewSeed())
    with pytest.raises(ZeroDivisionError):
        until(slow.ready)


def test_a_slow_machine_whose_frames_take_a_second_holds_all_this(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, window = [0.0], slow.window

    def drawing(*arguments: object) -> None:
        clock[0] += 1.0
        draw(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(display, "now", lambda: clock[0])
    monkeypatch.setattr(showing, "draw", drawing)

    def frame(*events: pygame.Event) -> bool:
        clock[0] += 1.0
        for event in events:
            pygame.event.post(event)
        window.frame()
        return not window.waiting

    def key(code: int, character: str = "") -> pygame.Event:
        return pygame.Event(pygame.KEYDOWN, key=code, unicode=character, mod=0, scancode=0)

    before = ask(slow)
    frame(*[key(pygame.K_RIGHTBRACKET, "]")] * 3)
    assert window.waiting
    frame(key(pygame.K_ESCAPE))
    until(lambda: frame(pygame.Event(pygame.USEREVENT)))
    assert window.session.scene == before.scene
    ask(slow)
    frame(key(pygame.K_UNKNOWN, "8"))
    slow.gate.set()
    until(lambda: frame(pygame.Event(pygame.USEREVENT)))
    assert window.session.scene.name == "himmelblau"


def rests(window: MainWindow) -> bool:
    window.advance([], 0.0)
    return not window._busy()


@pytest.mark.parametrize("message", [MoveStart((-1.0, 0.5)), ToggleView(ViewName.MOMENTUM), ChooseSwarm(100)])
def test_the_picture_is_the_same_whichever_way_it_was_made(message: object) -> None:
    pictures = []
    for patience in (60.0, 0.0):
        RACES.clear()
        with screen((640, 400), patience):
            window = MainWindow(replace(begin(replace(load_scene(NAMES[0]), updates=20)), playing=False))
            window.advance([], 0.0)
            window.send(message)  # type: ignore[arg-type]
            window.session = replace(window.session, playing=False)
            until(partial(rests, window), 0.02)
            pictures.append(pixels())
            tracks = [track.theta.tobytes() for track in race(window.session.scene).tracks]
            pictures.append(np.frombuffer(b"".join(tracks), dtype=np.uint8))
            window.close()
    assert np.array_equal(pictures[0], pictures[2])
    assert np.array_equal(pictures[1], pictures[3])


def test_a_race_that_the_window_has_begun_is_not_computed_on_beside_it() -> None:
    session = begin(load_scene(NAMES[0]))
    known = session.scene.race()
    known.extend(2)
    assert preparation.prepared(session, SIZE, known).race is known
    assert known.updates == 2
    assert preparation.prepared(session, SIZE, None).race is not known


def test_a_changed_lane_is_brought_to_the_moment_at_which_the_others_stay() -> None:
    session = replace(begin(load_scene(NAMES[0])), playing=False, progress=400.0)
    shown = session.scene.race()
    shown.extend(401)
    changed = replace(SetHyperparameter("learning_rate", 0.123).apply(session), progress=400.0, playing=False)
    made = preparation.prepared(changed, SIZE, None, former=shown)
    assert made.snapshot.tick == 400
    assert made.race.tracks[0] is not shown.tracks[0]
    assert made.race.tracks[1:] == shown.tracks[1:]
    assert {track.updates for track in shown.tracks} == {401}  # Nothing of what is shown was computed on.
    assert preparation.prepared(changed, SIZE, None).snapshot.tick < 400


def test_the_window_takes_over_the_lanes_that_it_shows() -> None:
    with screen(SIZE, patience=60.0):
        window = MainWindow(begin(replace(load_scene(NAMES[0]), updates=60)))
        computed(window)
        window.send(GoToEnd())
        window.advance([], 0.0)
        shown = race(window.session.scene)
        window.send(SetHyperparameter("learning_rate", 0.123))
        window.advance([], 0.0)
        now = race(window.session.scene)
        assert now is not shown
        assert now.judges[1:] == shown.judges[1:]
        assert window._showing.moment is not None
        assert window._showing.moment.tick == 60
        window.close()


def test_what_is_quick_comes_without_a_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    signs = []
    with screen(SIZE):
        window = MainWindow(replace(begin(load_scene(NAMES[0])), playing=False))
        window.advance([], 0.0)
        monkeypatch.setattr(showing, "draw_computing", lambda *_: signs.append(1))
        before = window.session.scene
        press(window, pygame.K_n, "n")
        assert window.session.scene.seed == before.seed + 1
        assert not window.waiting
        assert not signs
        window.close()


def test_no_thread_is_left_when_the_window_is_closed(slow: Slow) -> None:
    ask(slow)
    slow.window.close()
    assert not slow.window._readiness.busy


def test_what_was_given_up_leaves_nothing_behind(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    held = list[ref[Pixels]]()

    def large(surface: object, window: object) -> Search:
        much = np.zeros(100_000, dtype=np.uint8)
        held.append(ref(much))
        return slow.search(surface, window)

    monkeypatch.setattr(descent_problem, "search", large)
    gc.disable()
    try:
        ask(slow)
        until(lambda: bool(held))
        press(slow.window, pygame.K_ESCAPE)
        until(lambda: not slow.window._readiness.busy)
        slow.wait()
        assert [gone() for gone in held] == [None]
    finally:
        gc.enable()


def test_widgets_are_made_beside_the_window_and_only_where_there_are_none_that_would_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, build = list[bool](), ControlPanel.__init__

    def noted(*args: Any) -> None:
        made.append(current_thread() is main_thread())
        build(*args)

    monkeypatch.setattr(ControlPanel, "__init__", noted)
    with screen(SIZE):
        window = MainWindow(replace(begin(load_scene(NAMES[0])), playing=False))
        for _ in range(2):
            press(window, pygame.K_TAB)
            window.advance([], 0.0)
        assert made == [False]
        press(window, pygame.K_TAB)
        window.session = new_scene(window.session)
        window.advance([], 0.0)
        press(window, pygame.K_t, "t")
        window.advance([], 0.0)
        assert made == [False] * 3
        window.close()


def test_a_window_that_is_smaller_than_the_picture_shows_controls_reduced_and_they_answer() -> None:
    with screen((480, 300)):
        window = MainWindow(replace(begin(load_scene(NAMES[0])), playing=False))
        window.advance([], 0.0)
        before = pixels()
        press(window, pygame.K_TAB)
        window.advance([], 0.0)
        panel = window._controls.panel
        assert panel is not None
        left, top, width, height = (side // 2 for side in panel.place)
        shown = (pixels() != before)[left : left + width, top : top + height].any(axis=-1)
        assert shown.mean() > 0.7
        x, y = panel._widgets["formula"].rect.center
        click(window, (x // 2, y // 2))
        assert panel.typing
        click(window, (left // 2, top + height // 2))  # On a map.
        assert not panel.typing
        window.close()
