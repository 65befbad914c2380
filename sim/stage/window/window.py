"""The window: events become messages, messages a new session, and the session a picture."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pygame

from ...descent.race import Race
from ...scene import SceneError
from ...scene.reading import Saved
from ...study.maps.swarm import swarm
from ...study.odds.tally import Tally
from ..drawing.layout import SMALLEST
from ..drawing.screen import Screen
from ..input import keys
from ..input.controls import controls
from ..input.mouse import Act, Hand, Mouse, answer
from ..picture.picture import TITLE, Moment, draw, moment
from ..picture.setting import Setting, setting
from ..session.odds import ChooseSheet, computing
from ..session.playback import Tick
from ..session.session import SPEEDS, Message, Session, race, update
from ..session.setup import Guess
from ..session.view import Close, Notify, Point
from ..sheets.sheets import pieces, places_of, tab_at
from ..style.theme import THEMES
from . import display, documents
from .counter import Counter
from .recording import Filming

if TYPE_CHECKING:
    from ..input.widgets import ControlPanel

TYPING = (pygame.KEYDOWN, pygame.KEYUP, pygame.TEXTINPUT, pygame.TEXTEDITING)
FRAMES_A_SECOND = 60
COMPUTING = 0.003  # Seconds of a frame that go into computing ahead,
CATCHING_UP = 0.012  # or, where playing waits for it, this many.
CHUNK = 8  # Fewest updates computed at once; the more, the cheaper each.
LEAP = 40  # The most, where the picture waits for them: few enough for a flag to follow the mouse.
NAP = 30  # Milliseconds between looks for an event while nothing moves.
LIVELY = 1.0  # Seconds after an event for which open controls are drawn on: tooltips come late.
SWARMING = (0.002, 0.008)  # Fewest and most seconds of a frame that go into a swarm: what the drawing leaves
IN_TIME = 0.014  # of so many.
LONGEST_FRAME = 0.1  # Seconds that a frame may count for: after a pause of the machine nothing leaps ahead.


def open_window(saved: Saved) -> None:
    """Show the scene, at the moment at which it was left, until the user closes the window.

    Raises:
        NoDisplay: there is none.
    """
    with display.opened():
        window = Window(documents.resume(saved, THEMES[0]))
        try:
            while window.session.open:
                window.frame()
        finally:
            window.close()


class Window:
    """One window on one session; `frame` does all that happens in a frame."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._clock = pygame.time.Clock()
        self._shown: tuple[Moment, tuple[int, int]] | None = None
        self._drawing = 0.0  # How many seconds the last drawing took.
        self._hand = Hand()
        self._filming = Filming()
        self._panel: ControlPanel | None = None
        self._setting: Setting | None = None  # What the panel was made for.
        self._stirred = -LIVELY  # When the last event came, in seconds of SDL's clock.
        self._counter: Counter | None = None  # Who computes the session's tally.
        self._tally: Tally | None = None  # What of it the sheet shows: the last that has been made ready,
        self._making: tuple[Tally, Iterator[None]] | None = None  # and what makes the next one ready.

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
            self._stirred = display.now()
            self._answer(event)
        running = race(self.session.scene)
        self._compute(running)
        self._tell(documents.compared(self.session, running))
        self.send(Tick(seconds, running.updates - 1))
        self._compute_swarm(running)
        self._count()
        self._make_ready()
        self._show(running, seconds)
        self._film_on()

    def close(self) -> None:
        """Leave nothing behind, and no film unfinished."""
        self._filming.finish(self.session)
        if self._counter is not None:
            self._counter.close()

    def send(self, message: Message) -> None:
        """Let the session answer a message."""
        try:
            self.session = update(self.session, message)
        except SceneError as error:
            self.session = update(self.session, Notify(str(error)))

    def _busy(self) -> bool:
        """Whether something happens without an event: playing, computing ahead, a picture to be drawn."""
        ahead = race(self.session.scene).updates <= self.session.horizon
        moving = self.session.playing or self._shown is None or ahead
        return moving or self._lively() or self._lagging() or self._counting()

    def _lagging(self) -> bool:
        """Whether the swarm has still to come to what is shown."""
        now = moment(self.session, race(self.session.scene))
        return now.glimpse is not None and not self.session.sheet and now.glimpse.tick != now.tick

    def _counting(self) -> bool:
        """Whether the sheet's tally grows, or has to be made ready."""
        session = self.session
        return computing(session) is not None or (bool(session.sheet) and self._tally is not session.tally)

    def _lively(self) -> bool:
        """Whether open controls may still change by themselves."""
        return self._panel is not None and display.now() - self._stirred < LIVELY

    def _answer(self, event: pygame.Event) -> None:
        if event.type == pygame.QUIT:
            self.send(Close())
        elif self._panel is not None and self._panel.typing and event.type in TYPING:
            self._type(event)
        elif event.type == pygame.KEYDOWN:
            self._answer_key(event)
        elif event.type == pygame.DROPFILE:
            self.send(documents.open_file(event.file))
        elif event.type == pygame.DROPTEXT:
            self.send(documents.open_text(event.text))
        elif self._answer_controls(event) or self._answer_sheet(event):
            self.send(Point(None))
        elif self.session.waiting and event.type == pygame.MOUSEBUTTONDOWN:
            self._take_guess(self._on_canvas(event.pos))
        elif (mouse := self._mouse(event)) is not None:
            self._hand, messages = answer(self._hand, mouse, self.session, self._canvas_size())
            for message in messages:
                self.send(message)
        elif event.type in (pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED, pygame.WINDOWSIZECHANGED):
            self._shown = None

    def _take_guess(self, pixel: tuple[int, int]) -> None:
        """The lane in whose panel the pixel is answers the scene's question."""
        panels = setting(self.session, self._canvas_size()).places.panels
        for lane, place in enumerate(panels):
            if place.frame.collidepoint(pixel):
                self.send(Guess(lane))

    def _mouse(self, event: pygame.Event) -> Mouse | None:
        """What the event says of the mouse, if anything that matters here."""
        now = display.now()
        if event.type == pygame.MOUSEMOTION:
            return Mouse(Act.MOVE, self._on_canvas(event.pos), now, held=bool(event.buttons[0]))
        if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP) and event.button == pygame.BUTTON_LEFT:
            act = Act.DOWN if event.type == pygame.MOUSEBUTTONDOWN else Act.UP
            return Mouse(act, self._on_canvas(event.pos), now)
        if event.type == pygame.MOUSEWHEEL and self.session.pointer is not None:
            return Mouse(Act.WHEEL, self.session.pointer, now, event.precise_y)
        if event.type in (pygame.WINDOWLEAVE, pygame.WINDOWFOCUSLOST):
            return Mouse(Act.LEAVE, held=event.type == pygame.WINDOWLEAVE)
        return None

    def _answer_controls(self, event: pygame.Event) -> bool:
        """Let the panel of controls answer an event; says whether the maps need not."""
        if self._panel is None:
            return False
        message = self._panel.answer(event)
        if message is not None:
            self.send(message)
        mouse = event.type in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)
        return mouse and not self._hand.busy and self._panel.holds(event.pos)

    def _answer_sheet(self, event: pygame.Event) -> bool:
        """Let the sheet over the maps answer an event; says whether the maps need not."""
        mouse = event.type in (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)
        if not self.session.sheet or not mouse or self._hand.busy:
            return False
        here, pixel = setting(self.session, self._canvas_size()), self._on_canvas(event.pos)
        if event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            name = tab_at(here.places, here.theme, pixel)
            if name is not None:
                self.send(ChooseSheet(name))
        return places_of(here.places, here.theme).whole.collidepoint(pixel)

    def _type(self, event: pygame.Event) -> None:
        """Keys write into a line of text, until Enter takes it or Esc leaves it."""
        assert self._panel is not None
        if event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE:
            self._panel.leave()
        else:
            self._tell(self._panel.answer(event))

    def _answer_key(self, event: pygame.Event) -> None:
        if not event.mod & keys.COMMANDS and event.key == pygame.K_s:
            self.send(documents.save_picture(self.session, self._canvas_size()))
        elif not event.mod & (keys.COMMANDS | pygame.KMOD_SHIFT) and event.key == pygame.K_v:
            self._film_on()  # What was still until now has lasted.
            self._tell(self._filming.toggle(self.session, display.screen().get_size(), display.now()))
            pygame.display.set_caption(f"{TITLE} ●" if self._filming.running else TITLE)
        elif event.mod & keys.COPYING and event.key == pygame.K_c:
            self.send(documents.copy_scene(self.session))
        elif event.mod & keys.COPYING and event.key == pygame.K_v:
            self.send(documents.paste_scene(self.session))
        elif not event.mod & keys.COMMANDS and event.key == pygame.K_f:
            pygame.display.toggle_fullscreen()
            self._shown = None
        else:
            message = keys.message(event.key, event.unicode, event.mod)
            if message is not None:
                self.send(message)

    def _compute(self, running: Race) -> None:
        """Compute ahead, up to the horizon, for as long as a frame can spare."""
        session = self.session
        pace = int(SPEEDS[session.speed] / FRAMES_A_SECOND) + 2 if session.playing else 1
        wanted = session.update + pace
        goal = max(session.horizon, session.update) + 1
        begun = time.perf_counter()
        while running.updates < goal:
            behind = min(LEAP, wanted - running.updates)
            running.extend(min(goal, running.updates + max(CHUNK, pace, behind)))
            spent = time.perf_counter() - begun
            if spent > (COMPUTING if running.updates > wanted else CATCHING_UP):
                break

    def _compute_swarm(self, running: Race) -> None:
        """Let the swarm come nearer to the moment, for as long as a frame can spare: it may lag, frames may not."""
        session, now = self.session, moment(self.session, running)
        if now.glimpse is not None and not session.sheet:
            marbles = swarm(session.scene, session.swarm, session.spread, session.clock)
            fewest, most = SWARMING
            marbles.follow(now.tick, min(max(IN_TIME - self._drawing, fewest), most))

    def _count(self) -> None:
        """Have what the session wants to know computed by other processes, and tell it what they have found."""
        tally, counter = computing(self.session), self._counter
        if counter is not None and (tally is None or counter.scene != tally.scene):
            counter.stop()
            self._counter = None
        if tally is not None and self._counter is None:
            self._counter = Counter(tally)
        for message in self._counter.messages() if self._counter is not None else ():
            self.send(message)

    def _make_ready(self) -> None:
        """Draw what the sheet is to show next, a piece a frame: all at once takes longer than a frame may."""
        session = self.session
        if not session.sheet or session.tally is None:
            self._tally = self._making = None
            return
        if self._making is None and self._tally is not session.tally and (self._counter is None or self._counter.ready):
            here = setting(session, self._canvas_size())
            size = places_of(here.places, here.theme).body.size
            self._making = session.tally, pieces(session.sheet, session.tally, here.theme, here.places.em, size)
        if self._making is not None:
            tally, steps = self._making
            if next(steps, self) is self:  # Nothing is left to do.
                self._tally, self._making = tally, None

    def _film_on(self) -> None:
        """Let the film that is being made, if one is, see what the window shows."""
        self._tell(self._filming.see(self.session, display.screen(), display.now()))

    def _tell(self, message: Message | None) -> None:
        if message is not None:
            self.send(message)

    def _show(self, running: Race, seconds: float) -> None:
        """Draw the moment, if it is not the one shown already."""
        screen = display.screen()
        now, size = replace(moment(self.session, running), tally=self._tally), screen.get_size()
        if self._shown == (now, size) and not self._lively():
            return
        begun, canvas_size = time.perf_counter(), self._canvas_size()
        if canvas_size == size:
            # An open menu or a tooltip may have covered any part of the picture.
            known = self._shown and self._shown[1] == size and self._panel is None
            draw(Screen(screen), now, self._shown[0] if self._shown and known else None)
            self._show_controls(screen, now, seconds)
        else:
            canvas = pygame.Surface(canvas_size, depth=32)
            draw(Screen(canvas), now)
            pygame.transform.smoothscale(canvas, size, screen)
        self._drawing = time.perf_counter() - begun
        pygame.display.flip()
        self._shown = (now, size)

    def _show_controls(self, screen: pygame.Surface, now: Moment, seconds: float) -> None:
        """Draw the panel of controls, if it is open; widgets are made when they are first needed."""
        here = setting(now.session, screen.get_size())
        if not here.controls:
            self._panel = None
            return
        if self._panel is None or self._setting is None or self._setting.frame != here.frame:
            from ..input.widgets import ControlPanel  # noqa: PLC0415  Not needed for the first frame.

            self._panel = ControlPanel(here.places.controls, here.size, here.theme, here.places.em)
            self._setting = here
        self._panel.show(controls(now.session, here.theme))
        self._panel.draw(screen, seconds)

    @staticmethod
    def _canvas_size() -> tuple[int, int]:
        """The size that is drawn: a window smaller than SMALLEST shows a reduced picture."""
        width, height = display.screen().get_size()
        return max(width, SMALLEST[0]), max(height, SMALLEST[1])

    def _on_canvas(self, pixel: tuple[int, int]) -> tuple[int, int]:
        screen, canvas = display.screen().get_size(), self._canvas_size()
        return pixel[0] * canvas[0] // screen[0], pixel[1] * canvas[1] // screen[1]
