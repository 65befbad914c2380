"""Hands that are obeyed: on a slow machine too, a press acts once, and Esc puts one thing away at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from driver import click, computed, pixels, press, screen, written
from scenes import flat_scene

from sim.stage.input.key_repeat import DELAY, PERIOD, SLOW
from sim.stage.picture.around.transport import knobs
from sim.stage.picture.picture import draw
from sim.stage.picture.setting import setting
from sim.stage.session.lanes import SetBatchSize
from sim.stage.session.odds import ShowOdds
from sim.stage.session.session import begin
from sim.stage.session.setup import Drop
from sim.stage.session.view import Hover, ShowHelp
from sim.stage.style.theme import Theme
from sim.stage.window import display, showing
from sim.stage.window.confirmation import ASKING
from sim.stage.window.events.pointer import RESTING
from sim.stage.window.window import MainWindow

SIZE = (960, 600)
FRAME = 1 / 60


@dataclass
class Machine:
    """A window on a machine whose clock and keyboard are the test's."""

    window: MainWindow
    clock: float = 0.0
    down: frozenset[int] = frozenset()
    drawing: float = 0.0
    """How long each frame takes to draw."""

    def frame(self, *events: pygame.Event, after: float = FRAME) -> None:
        """What happens in the next frame, with these events waiting."""
        self.clock += after
        for event in events:
            pygame.event.post(event)
        self.window.frame()

    def rate(self) -> float:
        return self.window.session.scene.lanes[0].rule.learning_rate


class Ticking:
    """A clock of frames that are drawn on time; nobody waits for them."""

    def __init__(self) -> None:
        self.rates = list[float]()

    def tick(self, rate: float) -> int:
        self.rates.append(rate)
        return round(1000 / rate) if rate else 0


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.chdir(tmp_path)
    with screen(SIZE):
        made = Machine(MainWindow(replace(begin(flat_scene("local-minimum")), playing=False)))
        monkeypatch.setattr(display, "now", lambda: made.clock)
        monkeypatch.setattr(display, "is_down", lambda code, _place: code in made.down)
        computed(made.window)
        made.window._clock = Ticking()  # type: ignore[assignment]
        made.frame(key(pygame.KEYUP, pygame.K_a))
        monkeypatch.setattr(showing, "draw", slow(draw, made))
        yield made
        made.window.close()


def slow(drawing: Callable[..., None], machine: Machine) -> Callable[..., None]:
    """Drawing that takes as long as the machine says."""

    def drawn(*arguments: object) -> None:
        machine.clock += machine.drawing
        drawing(*arguments)

    return drawn


def key(kind: int, code: int, character: str = "", mod: int = 0) -> pygame.Event:
    if kind == pygame.KEYUP:
        return pygame.Event(kind, key=code, mod=mod, scancode=0)
    return pygame.Event(kind, key=code, unicode=character, mod=mod, scancode=0)


def test_nobody_waits_for_the_first_frame() -> None:
    clock = Ticking()
    with screen(SIZE):
        window = MainWindow(begin(flat_scene("local-minimum")))
        window._clock = clock  # type: ignore[assignment]
        for _ in range(3):
            window.frame()
        window.close()
    assert clock.rates == [0, 60, 60]


def button(kind: int, number: int, pixel: tuple[int, int]) -> pygame.Event:
    return pygame.Event(kind, button=number, pos=pixel)


def both(code: int, character: str = "") -> list[pygame.Event]:
    return [key(pygame.KEYDOWN, code, character), key(pygame.KEYUP, code)]


# A press acts once.


def test_a_short_press_in_a_frame_of_a_second_acts_once(machine: Machine) -> None:
    before = machine.rate()
    machine.drawing = 1.0
    machine.frame(*both(pygame.K_RIGHTBRACKET, "]"))
    for _ in range(5):
        machine.frame(key(pygame.KEYUP, pygame.K_a))
    assert machine.rate() == pytest.approx(1.25 * before, rel=0.02)


def test_what_lies_behind_a_frame_of_a_second_is_answered_once_a_key(machine: Machine) -> None:
    before, seed = machine.rate(), machine.window.session.scene.seed
    waiting = [*both(pygame.K_RIGHTBRACKET, "]") * 7, *both(pygame.K_n, "n") * 3, *both(pygame.K_PAGEDOWN) * 4]
    machine.frame(*waiting, after=1.0)
    assert machine.window.session.scene.name == "on-the-saddle"
    machine.frame(*both(pygame.K_BACKSPACE), after=1.0)
    assert machine.rate() == pytest.approx(1.25 * before, rel=0.02)
    assert machine.window.session.scene.seed == seed + 1


def test_a_quick_frame_answers_all_that_was_pressed(machine: Machine) -> None:
    machine.frame(*both(pygame.K_RIGHT) * 4, after=SLOW / 2)
    assert machine.window.session.tick == 4


def test_clicks_behind_a_slow_frame_are_one_click_and_leave_nothing_in_the_hand(machine: Machine) -> None:
    here = setting(machine.window.session, SIZE)
    first, second = here.places.panels[0].map.center, here.places.panels[0].map.move(20, 10).center
    events = [
        button(kind, 1, pixel) for pixel in (first, second) for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)
    ]
    machine.frame(*events, after=1.0)
    x, y = here.camera.unproject(_local(first, here.places.panels[0].map.topleft)).tolist()
    assert machine.window.session.scene.start == pytest.approx((x, y))
    assert not machine.window._answers.pointer.busy


def test_a_release_behind_a_slow_frame_ends_what_was_dragged(machine: Machine) -> None:
    places = setting(machine.window.session, SIZE).places
    pixel = places.panels[0].map.center
    machine.frame(button(pygame.MOUSEBUTTONDOWN, 1, pixel))
    assert machine.window._answers.pointer.busy
    kinds = (pygame.MOUSEBUTTONUP, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)
    machine.frame(*[button(kind, 1, pixel) for kind in kinds], after=1.0)
    assert not machine.window._answers.pointer.busy


def _local(pixel: tuple[int, int], corner: tuple[int, int]) -> npt.NDArray[np.float64]:
    return np.array(pixel, dtype=np.float64) - corner


def test_text_gets_every_character_behind_a_slow_frame(machine: Machine) -> None:
    window = machine.window
    machine.frame(*both(pygame.K_TAB))
    assert window._controls.panel is not None
    entry = window._controls.panel._widgets["formula"]
    window._controls.panel._manager.set_focus_set(entry)
    typed = [pygame.Event(pygame.TEXTINPUT, text=character) for character in "xx+yyy"]
    pressed = [key(pygame.KEYDOWN, ord(character), character) for character in "xx+yyy"]
    machine.frame(*[event for pair in zip(pressed, typed, strict=True) for event in pair], after=1.0)
    assert entry.get_text() == "xx+yyy"
    assert pygame.key.get_repeat() == (0, 0)
    machine.frame(*both(pygame.K_BACKSPACE) * 3, after=1.0)
    assert entry.get_text() == "xx+"


# A held key.


def test_a_held_step_acts_again_by_our_clock_and_stops_with_the_key(machine: Machine) -> None:
    machine.down = frozenset({pygame.K_RIGHT})
    machine.frame(key(pygame.KEYDOWN, pygame.K_RIGHT))
    assert machine.window.session.tick == 1
    machine.frame(after=DELAY - 0.01)
    assert machine.window.session.tick == 1
    for _ in range(10):
        machine.frame(after=PERIOD)
    assert machine.window.session.tick == 11
    machine.down = frozenset()
    for _ in range(5):
        machine.frame(key(pygame.KEYUP, pygame.K_a), after=PERIOD)
    assert machine.window.session.tick == 11


def test_a_held_step_acts_once_a_slow_frame(machine: Machine) -> None:
    machine.drawing, machine.down = 1.0, frozenset({pygame.K_RIGHT})
    machine.frame(key(pygame.KEYDOWN, pygame.K_RIGHT))
    for _ in range(4):
        machine.frame()
    assert machine.window.session.tick == 5


def test_time_that_a_slow_frame_has_lost_is_not_made_up_for(machine: Machine) -> None:
    machine.down = frozenset({pygame.K_RIGHT})
    machine.frame(key(pygame.KEYDOWN, pygame.K_RIGHT))
    machine.frame(after=DELAY + 2.0)
    for _ in range(5):
        machine.frame(after=PERIOD / 6)
    assert machine.window.session.tick == 2


@pytest.mark.parametrize("held", [(pygame.K_s, "s"), (pygame.K_v, "v"), (pygame.K_n, "n"), (pygame.K_ESCAPE, "")])
def test_nothing_else_acts_again(machine: Machine, held: tuple[int, str], tmp_path: Path) -> None:
    machine.down = frozenset({held[0]})
    machine.frame(key(pygame.KEYDOWN, *held))
    for _ in range(20):
        machine.frame(key(pygame.KEYUP, pygame.K_a), after=0.1)
    window = machine.window
    written(window)
    pictures = len(list(tmp_path.glob("*.png")))
    assert (pictures, window._filming.running, window.session.scene.seed, window.session.open) == (
        int(held[1] == "s"),
        held[1] == "v",
        int(held[1] == "n"),
        True,
    )


# Esc.


def escape(machine: Machine, after: float = FRAME) -> None:
    machine.frame(*both(pygame.K_ESCAPE), after=after)


def test_escape_puts_away_one_layer_at_a_time_and_then_asks(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    window = machine.window
    machine.frame(*both(pygame.K_TAB))
    assert window._controls.panel is not None
    panel = window._controls.panel
    monkeypatch.setattr(window._counting, "go_on", lambda *_: [])
    window.send(ShowOdds())
    machine.frame(*both(pygame.K_h, "h"))
    menu = panel._widgets["rule"]
    menu.current_state.should_transition = True
    menu.update(0.0)

    def layers() -> tuple[bool, ...]:
        unfolded, session = menu.current_state is menu.menu_states["expanded"], window.session
        return unfolded, session.help, bool(session.sheet), session.controls

    seen = [layers()]
    for _ in range(4):
        escape(machine)
        seen.append(layers())
    assert [sum(each) for each in seen] == [4, 3, 2, 1, 0]
    assert seen[1] == (False, True, True, True)
    assert seen[3] == (False, False, False, True)
    assert window.session.open
    escape(machine)
    assert (window.session.open, window.session.notice) == (True, "Esc again to quit.")
    escape(machine)
    assert not window.session.open


def test_escape_leaves_a_line_of_text_and_keeps_what_was_typed(machine: Machine) -> None:
    window = machine.window
    machine.frame(*both(pygame.K_TAB))
    assert window._controls.panel is not None
    window._controls.panel._manager.set_focus_set(window._controls.panel._widgets["formula"])
    machine.frame(*[pygame.Event(pygame.TEXTINPUT, text=character) for character in "x^2"])
    escape(machine)
    machine.frame()
    assert (window._controls.panel.typing, window.session.controls) == (False, True)
    assert (window.session.formula.text, window._controls.panel._widgets["formula"].get_text()) == ("x^2", "x^2")


def test_escape_takes_the_tooltip_away_first_and_the_wheel_still_zooms(machine: Machine) -> None:
    window = machine.window
    pixel = setting(window.session, SIZE).places.panels[1].map.center
    motion = pygame.Event(pygame.MOUSEMOTION, pos=pixel, rel=(0, 0), buttons=(0, 0, 0))
    machine.frame(motion)
    machine.frame(key(pygame.KEYUP, pygame.K_a), after=RESTING)
    machine.frame(*both(pygame.K_h, "h"))
    machine.frame(*both(pygame.K_h, "h"))
    pointed = [window.session.pointer]
    escape(machine)
    assert [*pointed, window.session.pointer] == [pixel, None]
    assert window.session.notice == ""
    machine.frame(pygame.Event(pygame.MOUSEWHEEL, x=0, y=1, precise_x=0.0, precise_y=1.0, flipped=False))
    assert window.session.focus is not None
    assert window.session.open


def test_a_mouse_over_which_the_window_opens_has_not_moved(machine: Machine) -> None:
    window = machine.window
    pixel = setting(window.session, SIZE).places.panels[1].map.center
    motion = pygame.Event(pygame.MOUSEMOTION, pos=pixel, rel=(0, 0), buttons=(0, 0, 0))
    machine.frame(pygame.Event(pygame.WINDOWENTER), motion)
    assert window.session.pointer is None
    machine.frame(motion)
    assert window.session.pointer == pixel


def test_presenter_and_full_screen_come_before_the_question(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    window, full = machine.window, [True]
    monkeypatch.setattr(display, "is_full", lambda: full[0])
    monkeypatch.setattr(pygame.display, "toggle_fullscreen", lambda: full.__setitem__(0, not full[0]))
    machine.frame(*both(pygame.K_p, "p"))
    escape(machine)
    assert (window.session.presenter, full[0]) == (False, True)
    escape(machine)
    assert (full[0], window.session.notice) == (False, "")
    escape(machine)
    assert (window.session.open, window.session.notice) == (True, "Esc again to quit.")


def test_after_two_seconds_escape_asks_again(machine: Machine) -> None:
    escape(machine)
    machine.frame(after=ASKING + 0.1)
    assert machine.window.session.notice == ""
    escape(machine)
    assert machine.window.session.open
    escape(machine, after=ASKING - 0.1)
    assert not machine.window.session.open


def test_another_key_between_takes_the_question_back(machine: Machine) -> None:
    escape(machine)
    machine.frame(*both(pygame.K_RIGHT))
    escape(machine)
    assert machine.window.session.open


def test_what_is_put_away_between_takes_the_question_back_but_a_tooltip_does_not(machine: Machine) -> None:
    window = machine.window
    escape(machine)
    window.send(ShowHelp())
    escape(machine)
    assert not window.session.help
    escape(machine)
    assert (window.session.open, window.session.notice) == (True, "Esc again to quit.")
    pixel = setting(window.session, SIZE).places.panels[1].map.center
    machine.frame(pygame.Event(pygame.MOUSEMOTION, pos=pixel, rel=(0, 0), buttons=(0, 0, 0)))
    machine.frame(key(pygame.KEYUP, pygame.K_a), after=RESTING)
    escape(machine)
    assert not window.session.open


def test_a_tooltip_waits_until_the_mouse_rests_and_goes_when_it_moves(machine: Machine) -> None:
    window = machine.window
    x, y = setting(window.session, SIZE).places.panels[1].map.center

    def shows(to: tuple[int, int] | None, after: float) -> bool:
        motion = pygame.Event(pygame.MOUSEMOTION, pos=to, rel=(0, 0), buttons=(0, 0, 0))
        machine.frame(motion if to else key(pygame.KEYUP, pygame.K_a), after=after)
        return not np.array_equal(pixels(), plain)

    plain = pixels()
    assert not shows((x, y), FRAME)
    assert window._busy()  # It comes without an event.
    assert not shows(None, RESTING - 2 * FRAME)
    assert shows(None, 3 * FRAME)
    assert not window._busy()
    assert not shows((x + 30, y), FRAME)
    assert shows(None, RESTING)
    assert not shows((5, 5), FRAME)  # Where nothing is to be told.
    assert not shows(None, 2 * RESTING)


def test_two_presses_behind_a_slow_frame_do_not_quit(machine: Machine) -> None:
    machine.frame(*both(pygame.K_ESCAPE) * 2, after=1.0)
    assert machine.window.session.open


def test_while_recording_the_second_press_ends_and_keeps_the_film(machine: Machine, tmp_path: Path) -> None:
    window = machine.window
    machine.frame(*both(pygame.K_v, "v"))
    machine.frame(*both(pygame.K_RIGHT))
    escape(machine)
    assert window.session.notice == "Esc again to end the film and keep it."
    assert window._filming.running
    escape(machine)
    assert (window._filming.running, window.session.open) == (False, True)
    assert [path.suffix for path in tmp_path.iterdir()] == [".mp4"]


def test_what_was_changed_is_not_lost_without_a_word(machine: Machine) -> None:
    window = machine.window
    window.send(Drop((0.5, 0.5)))
    escape(machine)
    assert "not saved" in window.session.notice
    machine.frame(*both(pygame.K_s, "s"))
    written(window)
    escape(machine)
    assert window.session.notice == "Esc again to quit."
    window.send(SetBatchSize(3))
    machine.frame(*both(pygame.K_2, "2"))
    assert "Backspace goes back" in window.session.notice


def test_closing_the_window_is_immediate(machine: Machine) -> None:
    machine.window.send(Drop((0.5, 0.5)))
    machine.frame(pygame.Event(pygame.QUIT))
    assert not machine.window.session.open


# The mouse.


def question() -> MainWindow:
    window = MainWindow(replace(begin(flat_scene("local-minimum")), playing=False, asking=True))
    assert window.session.waiting
    return window


@pytest.mark.parametrize("number", [2, 3, 4, 5, 6])
def test_only_the_left_button_guesses(number: int) -> None:
    with screen(SIZE):
        window = question()
        pixel = setting(window.session, SIZE).places.panels[1].map.center
        for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
            window.advance([button(kind, number, pixel)], 0.0)
        assert (window.session.guess, window.session.waiting) == (None, True)
        click(window, pixel)
        assert window.session.guess == 1


def test_the_wheel_zooms_and_does_nothing_else_while_a_question_waits() -> None:
    with screen(SIZE):
        window = question()
        pixel = setting(window.session, SIZE).places.panels[1].map.center
        window.advance([pygame.Event(pygame.MOUSEMOTION, pos=pixel, rel=(0, 0), buttons=(0, 0, 0))], 0.0)
        turn = [
            pygame.Event(pygame.MOUSEBUTTONDOWN, button=4, pos=pixel),
            pygame.Event(pygame.MOUSEBUTTONUP, button=4, pos=pixel),
            pygame.Event(pygame.MOUSEWHEEL, x=0, y=1, precise_x=0.0, precise_y=1.0, flipped=False),
        ]
        window.advance(turn, 0.0)
        focus = window.session.focus
        assert focus is not None
        assert focus.width == pytest.approx(window.session.scene.window.width / 1.25)
        assert (window.session.waiting, window.session.guess) == (True, None)


def test_buttons_below_the_maps_play_step_and_open_what_there_is() -> None:
    with screen(SIZE):
        window = question()

        def push(name: str) -> None:
            found = knobs(setting(window.session, SIZE).places, window.session, window_theme(window))
            click(window, next(knob for knob in found if knob.name == name).place.center)

        push("play")
        assert (window.session.playing, window.session.waiting) == (True, False)
        push("pause")
        push("forward")
        push("forward")
        push("back")
        assert (window.session.playing, window.session.tick) == (False, 1)
        push("seed")
        assert window.session.scene.seed == flat_scene("local-minimum").seed + 1
        push("start")
        push("controls")
        push("help")
        assert (window.session.controls, window.session.help, window.session.tick) == (True, True, 0)
        window.send(Hover(None))
        press(window, pygame.K_h, "h")
        push("restart")
        assert window.session.playing


def window_theme(window: MainWindow) -> Theme:
    return setting(window.session, SIZE).theme


@pytest.mark.parametrize(
    "frames",
    [("y^2\r",), ("y^2", "\r"), ("y^2", "", "\r"), ("y^", "2", "\r"), ("y", "^", "2", "\r"), ("y^", "2\r")],
)
def test_what_is_typed_after_a_refusal_counts_in_whatever_frames_it_comes(
    machine: Machine, frames: tuple[str, ...]
) -> None:
    def happen(words: str) -> None:
        events = [
            both(pygame.K_RETURN) if sign == "\r" else (pygame.Event(pygame.TEXTINPUT, text=sign),) for sign in words
        ]
        machine.frame(*(event for each in events for event in each))

    machine.frame(*both(pygame.K_TAB))
    panel = machine.window._controls.panel
    assert panel is not None
    panel._manager.set_focus_set(panel._widgets["formula"])
    for words in ("x^2+", "", "\r", "", "", ""):
        happen(words)
    assert machine.window.session.formula.refused
    for words in frames:
        happen(words)
    for _ in range(4):
        computed(machine.window)
        machine.frame()
    session = machine.window.session
    assert session.scene.title == "f = x^2+y^2"
    assert (session.formula.text, session.formula.refused) == ("", "")
    panel = machine.window._controls.panel
    assert panel is not None
    assert panel._widgets["formula"].get_text() == "x^2+y^2"
