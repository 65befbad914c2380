"""The window: events become messages, messages a new session, and the session a picture."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pygame

from sim.descent.race import Race
from sim.files import OutputError, free_path
from sim.scene import Scene, SceneError
from sim.stage import StageError
from sim.stage.export import save_png
from sim.stage.layout import SMALLEST, USUAL
from sim.stage.picture import Moment, draw, moment, setting
from sim.stage.session import (
    SPEEDS,
    Back,
    ChangeClock,
    ChangeLanguage,
    ChangeSpeed,
    ChangeTheme,
    Close,
    Drop,
    GoToEnd,
    GoToStart,
    Message,
    NewSeed,
    NextScene,
    Notify,
    OpenScene,
    Play,
    Present,
    Restart,
    Session,
    ShowControls,
    ShowHelp,
    Step,
    Tick,
    begin,
    race,
    update,
)

FRAMES_A_SECOND = 60
COMPUTING = 0.003  # Seconds of a frame that go into computing ahead,
CATCHING_UP = 0.012  # or, where playing waits for it, this many.
CHUNK = 8  # Fewest updates computed at once; the more, the cheaper each.
NAP = 20  # Milliseconds between looks for an event while nothing moves.
LONGEST_FRAME = 0.1  # Seconds that a frame may count for: after a pause of the machine nothing leaps ahead.
UNSEEN = ("dummy", "offscreen")  # SDL's drivers that show nothing; SDL falls back on them in silence.

KEYS: dict[int, Message] = {
    pygame.K_SPACE: Play(),
    pygame.K_HOME: GoToStart(),
    pygame.K_END: GoToEnd(),
    pygame.K_r: Restart(),
    pygame.K_n: NewSeed(),
    pygame.K_PAGEUP: NextScene(-1),
    pygame.K_PAGEDOWN: NextScene(1),
    pygame.K_KP_PLUS: ChangeSpeed(1),
    pygame.K_KP_MINUS: ChangeSpeed(-1),
    pygame.K_t: ChangeTheme(),
    pygame.K_c: ChangeClock(),
    pygame.K_l: ChangeLanguage(),
    pygame.K_p: Present(),
    pygame.K_TAB: ShowControls(),
    pygame.K_h: ShowHelp(),
    pygame.K_F1: ShowHelp(),
    pygame.K_ESCAPE: Back(),
}
CHARACTERS: dict[str, Message] = {
    "+": ChangeSpeed(1),
    "=": ChangeSpeed(1),
    "-": ChangeSpeed(-1),
    "?": ShowHelp(),
    **{str(number): OpenScene(number - 1) for number in range(1, 10)},
}
"""Keys whose place depends on the keyboard go by what they write."""


class NoDisplay(StageError):
    """There is no display to open a window on."""


def open_window(scene: Scene) -> None:
    """Show the scene until the user closes the window.

    Raises:
        NoDisplay: there is none.
    """
    with _display():
        window = Window(begin(scene))
        while window.session.open:
            window.frame()


@contextmanager
def _display() -> Iterator[None]:
    # SDL itself finds no display only after its libraries have complained on standard error.
    chosen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if sys.platform.startswith("linux") and not chosen:
        raise NoDisplay("there is no display to open a window on")
    try:
        pygame.display.init()
        driver = pygame.display.get_driver()
        if driver in UNSEEN and os.environ.get("SDL_VIDEODRIVER") != driver:
            raise NoDisplay("there is no display to open a window on")
        pygame.display.set_caption("Three Marbles")
        pygame.display.set_mode(_first_size(), pygame.RESIZABLE)
        pygame.key.set_repeat(300, 40)
        yield
    except pygame.error as error:
        raise NoDisplay(f"no window can be opened: {error}") from None
    finally:
        pygame.display.quit()


def _first_size() -> tuple[int, int]:
    """The usual size, or what the desktop has room for."""
    width, height = pygame.display.get_desktop_sizes()[0]
    return min(USUAL[0], max(SMALLEST[0], width - 40)), min(USUAL[1], max(SMALLEST[1], height - 100))


def _screen() -> pygame.Surface:
    """The window's surface, which SDL replaces when its size changes."""
    screen = pygame.display.get_surface()
    assert screen is not None
    return screen


class Window:
    """One window on one session; `frame` does all that happens in a frame."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._clock = pygame.time.Clock()
        self._shown: tuple[Moment, tuple[int, int]] | None = None

    def frame(self) -> None:
        """Wait for the next frame, or for an event where nothing moves, and go on."""
        events = pygame.event.get()
        while not (events or self._busy()):
            pygame.time.wait(NAP)  # Some of SDL's drivers would wait for an event by asking all the time.
            events = pygame.event.get()
        seconds = self._clock.tick(FRAMES_A_SECOND) / 1000
        self.advance(events, min(seconds, LONGEST_FRAME))

    def advance(self, events: Iterable[pygame.Event], seconds: float) -> None:
        """Answer the events, compute on, let the time pass, and draw."""
        for event in events:
            self._answer(event)
        running = race(self.session.scene)
        self._compute(running)
        self.send(Tick(seconds, running.updates - 1))
        self._show(running)

    def send(self, message: Message) -> None:
        """Let the session answer a message."""
        try:
            self.session = update(self.session, message)
        except SceneError as error:
            self.session = update(self.session, Notify(str(error)))

    def _busy(self) -> bool:
        """Whether something happens without an event: playing, computing ahead, a picture to be drawn."""
        return self.session.playing or self._shown is None or race(self.session.scene).updates <= self.session.horizon

    def _answer(self, event: pygame.Event) -> None:
        if event.type == pygame.QUIT:
            self.send(Close())
        elif event.type == pygame.KEYDOWN:
            self._answer_key(event)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            self._drop(self._on_canvas(event.pos))
        elif event.type in (pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED, pygame.WINDOWSIZECHANGED):
            self._shown = None

    def _drop(self, pixel: tuple[int, int]) -> None:
        """Drop all marbles at the point that a map shows at the pixel, if one does."""
        here = setting(self.session, self._canvas_size())
        for place in here.places.panels:
            if place.map.collidepoint(pixel):
                x, y = here.camera.unproject(np.array(pixel, dtype=np.float64) - place.map.topleft).tolist()
                self.send(Drop((x, y)))

    def _answer_key(self, event: pygame.Event) -> None:
        if event.mod & (pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META):
            return
        if event.key in (pygame.K_LEFT, pygame.K_RIGHT):
            stride = 10 if event.mod & pygame.KMOD_SHIFT else 1
            self.send(Step(stride if event.key == pygame.K_RIGHT else -stride))
        elif event.key == pygame.K_s:
            self._save()
        elif event.key == pygame.K_f:
            pygame.display.toggle_fullscreen()
            self._shown = None
        else:
            message = KEYS.get(event.key) or CHARACTERS.get(event.unicode)
            if message is not None:
                self.send(message)

    def _save(self) -> None:
        """Save what is to be seen, under a name that is not taken."""
        session = self.session
        path = free_path(Path(f"{session.scene.name}-{session.update}.png"))
        picture = pygame.Surface(self._canvas_size(), depth=32)
        draw(picture, moment(session, race(session.scene)))
        try:
            save_png(picture, path)
        except OutputError as error:
            self.send(Notify(str(error)))
        else:
            self.send(Notify(f"Saved {path.resolve()}"))

    def _compute(self, running: Race) -> None:
        """Compute ahead, up to the horizon, for as long as a frame can spare."""
        session = self.session
        pace = int(SPEEDS[session.speed] / FRAMES_A_SECOND) + 2 if session.playing else 1
        wanted = session.update + pace
        goal = max(session.horizon, session.update) + 1
        begun = time.perf_counter()
        while running.updates < goal:
            running.extend(min(goal, running.updates + max(CHUNK, pace)))
            spent = time.perf_counter() - begun
            if spent > (COMPUTING if running.updates > wanted else CATCHING_UP):
                break

    def _show(self, running: Race) -> None:
        """Draw the moment, if it is not the one shown already."""
        screen = _screen()
        now, size = moment(self.session, running), screen.get_size()
        if self._shown == (now, size):
            return
        canvas_size = self._canvas_size()
        if canvas_size == size:
            draw(screen, now, self._shown[0] if self._shown and self._shown[1] == size else None)
        else:
            canvas = pygame.Surface(canvas_size, depth=32)
            draw(canvas, now)
            pygame.transform.smoothscale(canvas, size, screen)
        pygame.display.flip()
        self._shown = (now, size)

    @staticmethod
    def _canvas_size() -> tuple[int, int]:
        """The size that is drawn: a window smaller than SMALLEST shows a reduced picture."""
        width, height = _screen().get_size()
        return max(width, SMALLEST[0]), max(height, SMALLEST[1])

    def _on_canvas(self, pixel: tuple[int, int]) -> tuple[int, int]:
        screen, canvas = _screen().get_size(), self._canvas_size()
        return pixel[0] * canvas[0] // screen[0], pixel[1] * canvas[1] // screen[1]
