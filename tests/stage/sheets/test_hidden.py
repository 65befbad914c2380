"""A sheet whose answer is hidden says so, and takes a guess where maps would: whole at any size, in any language."""

import math
from dataclasses import replace
from itertools import islice

import pygame
import pytest
from driver import click, press, screen
from recording_canvas import RecordingCanvas

from sim.base.languages import LANGUAGES
from sim.scene import load_scene
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.odds import ChooseSheet
from sim.stage.session.playback import GoToEnd, Step
from sim.stage.session.session import SHEETS, Session, Sheet, ask, begin, update
from sim.stage.session.setup import Guess, SkipQuestion
from sim.stage.session.tour import GoToStep
from sim.stage.sheets.hidden import Hiding, hiding
from sim.stage.sheets.sheets import lane_offered, sheet_layout
from sim.stage.style import text
from sim.stage.window.window import MainWindow
from sim.study.odds.tally import Tally, work

SIZES = [(960, 600), (1366, 768), (1560, 800), (3840, 2160)]
ODDS_STEP, TABLE_STEP = 6, 12
HIDDEN = "The answer is hidden"


def waiting(sheet: Sheet = "odds", **changes: object) -> Session:
    """The opening scene with its question, below a sheet."""
    session = ask(begin(load_scene("local-minimum")))
    return replace(update(session, ChooseSheet(sheet)), **changes)  # type: ignore[arg-type]


def hidden(session: Session, size: tuple[int, int] = (960, 600)) -> Hiding | None:
    here = setting(session, size)
    return hiding(sheet_layout(here.places, here.theme).body, here.places.em, here.theme, session)


def drawn(session: Session) -> str:
    running, canvas = race(session.scene), RecordingCanvas((1560, 800))
    running.extend(session.horizon + 1)
    draw(canvas, snapshot_of(session, running))
    return canvas.recording


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("larger", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("presenter", [False, True])
def test_what_is_said_is_whole_and_stays_on_its_sheet(
    size: tuple[int, int], language: str, larger: float, presenter: bool
) -> None:
    look = {"language": language, "larger": larger, "presenter": presenter}
    scenes = [waiting(sheet, **look) for sheet in SHEETS]
    steps = [update(scenes[0], GoToStep(step)) for step in (ODDS_STEP, TABLE_STEP)]
    for session in (*scenes, update(scenes[0], Guess(1)), *steps):
        here, told = setting(session, size), hidden(session, size)
        assert told is not None
        assert sheet_layout(here.places, here.theme).body.contains(told.box)
        assert not any("…" in line for line in told.lines)
        assert all(text.width(line, told.size, bold=True) <= told.box.width for line in told.lines)
        assert all(told.box.contains(button) for button in told.buttons)
        for number, button in enumerate(told.buttons):
            assert lane_offered(here.places, here.theme, session, button.center) == number
            assert button.collidelist(list(told.buttons[:number])) < 0


@pytest.mark.parametrize("sheet", SHEETS)
def test_an_open_question_is_told_to_hide_the_answer_until_it_is_known(sheet: Sheet) -> None:
    session = waiting(sheet)
    told = drawn(session)
    assert all(words in told for words in (HIDDEN, "click a lane", "Enter"))
    names = session.scene.texts("en").lanes
    assert all(f'text "{name}"' in told for name in names)
    guessed = drawn(replace(update(session, Guess(1)), playing=False))
    assert f"You guessed {names[1]};" in guessed
    assert "click a lane" not in guessed
    for message in (SkipQuestion(), GoToEnd(), Step(1)):
        assert HIDDEN not in drawn(replace(update(session, message), playing=False))


def test_no_figure_is_drawn_before_it_may_be_known() -> None:
    session = waiting()
    tally = Tally(session.scene)
    for place, job in islice(enumerate(work(session.scene)), len(session.scene.lanes)):
        tally = tally.with_result(place, job.run())
    assert drawn(replace(session, tally=tally)) == drawn(session)


def test_a_step_about_where_lanes_end_takes_a_guess_and_one_about_a_table_does_not() -> None:
    ends, table = (update(waiting(), GoToStep(step)) for step in (ODDS_STEP, TABLE_STEP))
    there, other = hidden(ends), hidden(table)
    assert there is not None
    assert other is not None
    assert len(there.buttons) == len(ends.scene.lanes)
    assert not other.buttons
    assert hidden(replace(update(ends, GoToEnd()), seen=ends.scene.updates)) is None
    under_way = hidden(replace(ends, progress=20.0))
    assert under_way is not None
    assert not under_way.buttons
    assert hidden(replace(ends, live=False)) is None


@pytest.fixture
def no_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.stage.window.background.odds_sheet.computing", lambda _session: None)


@pytest.mark.usefixtures("no_counting")
def test_a_click_on_a_lane_s_button_guesses_it_and_nothing_else_on_the_sheet_does() -> None:
    with screen():
        window = MainWindow(waiting())
        window.advance([], 0.0)
        told = hidden(window.session)
        assert told is not None
        click(window, (told.box.left + 3, told.box.top + 3))
        assert window.session.waiting
        click(window, told.buttons[2].center)
        assert (window.session.guess, window.session.waiting, window.session.playing) == (2, False, True)
        assert window.session.sheet == "odds"


@pytest.mark.usefixtures("no_counting")
@pytest.mark.parametrize("step", [None, ODDS_STEP, TABLE_STEP])
def test_enter_shows_the_answer_on_a_sheet(step: int | None) -> None:
    with screen():
        session = waiting()
        window = MainWindow(session if step is None else update(session, GoToStep(step)))
        window.advance([], 0.0)
        assert hidden(window.session) is not None
        press(window, pygame.K_RETURN)
        race(window.session.scene).extend(window.session.scene.updates + 1)
        for _ in range(3):
            window.advance([], 0.0)
        assert hidden(window.session) is None
        assert window.session.guess is None
        assert math.isclose(window.session.progress, 0.0 if step is None else window.session.horizon, abs_tol=1.0)
