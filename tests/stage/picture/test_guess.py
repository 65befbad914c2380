"""The guess: panels that wait for a click, what marks the one that was guessed, and how many were right."""

from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest
from driver import click, computed, pixels, press, screen
from messages import after
from pictures import drawn_in_turn
from recording_canvas import RecordingCanvas
from scenes import flat_scene

from sim.base.languages import LANGUAGES
from sim.scene.lesson import revealed_at
from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.around.caption import badge, draw_guess, offered, score
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.scenes import ShowScenes
from sim.stage.session.session import Session, ask, begin, update
from sim.stage.session.setup import Guess, Judged, NewSeed, OpenScene, judgement
from sim.stage.session.view import Hover
from sim.stage.style.theme import load_theme
from sim.stage.window import display
from sim.stage.window.events.pointer import RESTING
from sim.stage.window.window import MainWindow

SCENE = flat_scene("local-minimum")
RIGHT, WRONG = 0, 1
ENGLISH = load_theme("light")


@pytest.fixture
def asked() -> Session:
    race(SCENE).extend(SCENE.updates + 1)
    return ask(begin(SCENE))


@pytest.fixture
def answered() -> int:
    """The tick at which the answer is known."""
    race(SCENE).extend(SCENE.updates + 1)
    moment = revealed_at(SCENE, race(SCENE), SCENE.timing("updates"), SCENE.updates)
    assert moment is not None
    return moment


def at(session: Session, tick: int) -> Session:
    return replace(session, playing=False, progress=float(tick), seen=tick)


def told(session: Session) -> str:
    running = race(session.scene)
    running.extend(session.scene.updates + 1)
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(session, running))
    return canvas.recording


def count(session: Session) -> Session:
    """What the window does with every picture."""
    running = race(session.scene)
    running.extend(session.scene.updates + 1)
    message = judgement(session, running)
    return session if message is None else update(session, message)


def test_a_guess_stays_marked_on_its_panel_and_is_judged_when_the_answer_is_known(
    asked: Session, answered: int
) -> None:
    for lane, words in ((RIGHT, "your guess: right"), (WRONG, "your guess: not this one")):
        guessed = after(asked, Guess(lane))
        before, then = told(at(guessed, answered - 1)), told(at(guessed, answered))
        assert 'text "your guess"' in before
        assert f'text "{words}"' in then
        assert f'text "{words}"' in told(at(guessed, SCENE.updates))
        line = next(line for line in then.splitlines() if words in line)
        x = float(line.split('" ')[1].split(",")[0])
        frame = setting(guessed, SMALLEST).places.panels[lane].frame
        assert frame.left < x < frame.right
    assert "your guess" not in told(at(asked, answered))


@pytest.mark.parametrize("size", [(960, 600), (1560, 800), (1600, 900)])
def test_a_mark_does_not_even_touch_another_panel_where_they_stand_one_below_the_other(
    size: tuple[int, int],
) -> None:
    session = replace(begin(flat_scene("batch-ladder")), together=True)
    places, canvas = setting(session, size).places, RecordingCanvas(size)
    draw_guess(canvas, places, ENGLISH, (RIGHT, True))
    own, other, *_ = (panel.frame for panel in places.panels)
    corner, extent = canvas.recording.splitlines()[0].split()[1:3]
    mark = pygame.Rect(*map(int, corner.split(",")), *map(int, extent.split("x")))
    assert own.left == other.left
    assert mark.colliderect(own)
    assert mark.bottom < other.top


def test_a_mark_comes_goes_and_changes_without_a_trace(asked: Session, answered: int) -> None:
    guessed, running = after(asked, Guess(WRONG)), race(SCENE)
    sessions = [at(asked, 3), at(guessed, 3), replace(guessed, playing=True, progress=3.5), at(guessed, answered)]
    pictures = drawn_in_turn([snapshot_of(session, running) for session in (*sessions, at(asked, 3))])
    assert np.array_equal(pictures[0], pictures[-1])
    assert not np.array_equal(pictures[0], pictures[1])


def test_beside_the_pictures_of_scenes_the_count_begins_with_no_separator(asked: Session, answered: int) -> None:
    counted = count(at(after(asked, Guess(WRONG)), answered))
    picking = after(replace(counted, presenter=True, live=True), ShowScenes())
    assert 'text "0 of 1 guessed right"' in told(picking)


def test_a_guess_is_counted_once_when_its_answer_is_seen(asked: Session, answered: int) -> None:
    guessed = after(asked, Guess(RIGHT))
    assert count(at(guessed, answered - 1)).judged == ()
    counted = count(at(guessed, answered))
    assert [right for _, right in counted.judged] == [True]
    assert count(counted) is counted
    assert score(counted, ENGLISH) == "1 of 1 guessed right"
    again = count(at(after(counted, OpenScene(0), Guess(WRONG)), answered))
    assert again.judged == counted.judged  # The program's own scene stands aslant, but its race is the same.


def test_no_guess_counts_twice_for_the_same_race_and_another_race_is_another_guess(
    asked: Session, answered: int
) -> None:
    counted = count(at(after(asked, Guess(WRONG)), answered))
    again = count(at(after(ask(replace(counted, progress=0.0)), Guess(RIGHT)), answered))
    assert [right for _, right in again.judged] == [False]
    assert after(again, Judged(True)) == again
    seeded = after(again, NewSeed())
    assert count(at(seeded, SCENE.updates)).judged == again.judged  # The guess was about the other seed.
    fresh = count(at(after(ask(replace(seeded, playing=False)), Guess(RIGHT)), SCENE.updates))
    assert len(fresh.judged) == 2


def test_how_many_were_right_is_told_below_the_maps_and_nothing_before_the_first(asked: Session, answered: int) -> None:
    assert "guessed right" not in told(at(asked, answered))
    counted = count(at(after(asked, Guess(RIGHT)), answered))
    assert "1 of 1 guessed right" in told(counted)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("controls", [False, True])
def test_the_count_leaves_room_for_the_rest(asked: Session, answered: int, language: str, controls: bool) -> None:
    counted = count(at(after(asked, Guess(RIGHT)), answered))
    session = replace(counted, language=language, controls=controls, clock="parallel")
    places = setting(session, SMALLEST).places
    running, canvas = race(SCENE), pygame.Surface(SMALLEST, depth=32)
    ends: list[int] = []
    told: list[str] = []

    class Noted(RecordingCanvas):
        def text(self, words: str, position: tuple[float, float], *rest: Any, **how: Any) -> int:
            end = super().text(words, position, *rest, **how)
            if position[1] == places.footer.centery and not how.get("align"):
                ends.append(end)
                told.append(words)
            return end

    draw(Noted(canvas.get_size()), snapshot_of(session, running))
    assert max(ends) <= places.footer.right
    assert all("…" not in words for words in told)  # Nothing has been cut to make room for it.


def test_only_a_panel_that_waits_for_a_guess_offers_itself(asked: Session) -> None:
    places = setting(asked, SMALLEST).places
    inside, outside = places.panels[2].frame.center, places.chart.center
    assert offered(asked, places, inside) == 2
    for session, pixel in [
        (asked, outside),
        (asked, None),
        (after(asked, Guess(1)), inside),
        (replace(asked, help=True), inside),
        (replace(asked, sheet="odds"), inside),
        (replace(asked, captions=False), inside),
    ]:
        assert offered(session, places, pixel) is None


def test_a_panel_that_can_be_clicked_is_outlined_and_the_pointer_is_a_hand(
    asked: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    hands: list[bool] = []
    monkeypatch.setattr(display, "show_hand", hands.append)
    with screen(SMALLEST):
        window = MainWindow(asked)
        computed(window)
        places = setting(asked, SMALLEST).places
        frame = places.panels[1].frame
        edge = (frame.centerx, frame.top + 1)
        before = tuple(pixels()[edge])
        motion = pygame.Event(pygame.MOUSEMOTION, pos=(frame.left + 3, frame.centery), rel=(0, 0), buttons=(0, 0, 0))
        window.advance([motion], 0.0)
        assert hands[-2:] == [False, True]
        assert tuple(pixels()[edge]) == ENGLISH.lane(1) != before
        click(window, frame.center)
        window.advance([], 0.0)
        assert (hands[-1], window.session.guess) == (False, 1)
        assert tuple(pixels()[edge]) == before
        window.close()


def test_after_a_guess_no_tooltip_comes_until_the_mouse_moves(asked: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr(display, "now", lambda: clock)
    with screen(SMALLEST):
        window = MainWindow(asked)
        computed(window)
        middle = setting(asked, SMALLEST).places.panels[1].map.center
        motion = pygame.Event(pygame.MOUSEMOTION, pos=middle, rel=(0, 0), buttons=(0, 0, 0))
        window.advance([motion], 0.0)
        clock += RESTING
        window.advance([], 0.0)
        assert window.session.rests
        click(window, middle)
        clock += RESTING
        window.advance([], 0.0)
        assert (window.session.guess, window.session.pointer) == (1, None)
        window.advance([motion], 0.0)
        assert window.session.pointer == middle
        window.close()


def test_the_window_counts_by_itself(asked: Session) -> None:
    with screen(SMALLEST):
        window = MainWindow(asked)
        computed(window)
        window.send(Guess(RIGHT))
        press(window, pygame.K_END)
        computed(window)
        assert [right for _, right in window.session.judged] == [True]
        window.send(Hover(None))
        press(window, pygame.K_HOME)
        press(window, pygame.K_END)
        assert len(window.session.judged) == 1
        window.close()


def test_the_mark_is_of_the_time_that_is_shown(asked: Session, answered: int) -> None:
    guessed = after(asked, Guess(WRONG))
    assert [badge(guessed, race(SCENE), tick) for tick in (0, answered - 1, answered)] == [
        (WRONG, None),
        (WRONG, None),
        (WRONG, False),
    ]
    assert badge(replace(guessed, sheet="odds"), race(SCENE), answered) is None
