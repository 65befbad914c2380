"""The window: events become messages, messages a new session, and the session a picture."""

import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import pygame

from ...scene import SceneError
from ..input.clipboard import pasted
from ..input.key_repeat import SLOW, FirstPresses
from ..picture.picture import pointed
from ..picture.races import race
from ..picture.setting import setting
from ..picture.snapshot import snapshot_of
from ..session.bindings import Deed, Errand, LoadRules
from ..session.playback import Elapsed
from ..session.playback import tempo as pace_of
from ..session.problem import SetFormula
from ..session.session import Message, Session, update
from ..session.setup import judgement
from ..session.tuning import searching
from ..session.view import Back, Close, Follow, Hover, Notify, Rest, ridden
from ..style.theme import say
from . import display
from .background import swarming
from .background.ends_counter import EndsCounter, idle
from .background.ends_counter import wanted as to_count
from .background.gallery import Gallery
from .background.lookahead import FRAMES_A_SECOND, Lookahead, WordsAhead, moves
from .background.odds_sheet import OddsSheet
from .background.preparation import Inquiry, Prepared
from .background.readiness import Known, Readiness, inquiry_of
from .background.tuner import Tuner
from .background.worker_thread import wait_for_all
from .confirmation import Confirmation, prompt
from .controls import OpenControls
from .enlarging import enlarged
from .events.answers import Answers
from .events.layers import invites
from .files import documents
from .files.recording import Filming
from .files.rules import RulesRun
from .files.saving import Saving
from .notices import Boxes, told_of_left, told_of_ride
from .showing import Showing

UNCOVERING = (pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED, pygame.WINDOWSIZECHANGED)
"""Events after which nothing that was drawn need still be on the screen."""
NAP = 15
"""Milliseconds between looks for an event while nothing moves."""
SPARE = 0.003
"""Seconds at the end of a frame in which nothing more is begun."""
STEPS = {Errand.LARGER: 1, Errand.SMALLER: -1, Errand.USUAL_SIZE: 0}
"""By how many steps type and strokes are enlarged; 0 for their usual size."""
LONGEST_FRAME = 0.1
"""Seconds that a frame may count for: after a pause of the machine nothing leaps ahead."""


class MainWindow:
    """One window on one session; `frame` does all that happens in a frame."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._clock = pygame.time.Clock()
        self._readiness = Readiness()
        self._errand: Errand | None = None  # What is to be done when the picture that is waited for has come.
        self._ahead = Lookahead()  # Computes the race that is shown.
        self._words_ahead = WordsAhead()
        self._filming = Filming()
        self._controls = OpenControls()
        self._showing = Showing(self._controls, self._filming)
        self._saving = Saving()
        self._gallery = Gallery()
        self._boxes = Boxes()
        self._looked = display.now()  # When events were last looked for.
        self._asking = Confirmation()
        self._answers = Answers(lambda: self.session, self._do, self._controls, self._readiness, self._asking)
        self._counting = OddsSheet()
        self._ends = EndsCounter()  # Counts where marbles end.
        self._tuner = Tuner()  # Looks for the learning rate of a lane.
        self._due = 0.0  # When the next frame is.
        self._follows = False  # Whether maps that follow a marble have moved on since they were drawn.

    @property
    def waiting(self) -> bool:
        """Whether the picture stays until something has been made ready."""
        return self._readiness.waiting

    def frame(self) -> None:
        """Wait for the next frame, or for an event where nothing moves, and go on."""
        events, late = self._events()
        if not (events or self._busy()):  # Nothing but an event changes that, or something to count.
            while not (events or self._has_to_count() or self._readiness.failed):
                pygame.time.wait(NAP)  # Some of SDL's drivers would wait for an event by asking all the time.
                events, late = self._events()
        seconds = self._clock.tick(FRAMES_A_SECOND if self._due else 0) / 1000  # The first frame is due at once.
        self._due = time.perf_counter() + 1 / FRAMES_A_SECOND
        self.advance(events, min(seconds, LONGEST_FRAME), late)
        if self._showing.moment is not None and not self.waiting:
            self._words_ahead.go_on(self._showing.moment, display.canvas_size())
        self._count_ends(self._due - SPARE)

    def _events(self) -> tuple[list[pygame.Event], bool]:
        """What has happened since the last look, and whether that is so long ago that some of it is out of date."""
        events, now = pygame.event.get(), display.now()
        late, self._looked = now - self._looked > SLOW, now
        return events, late

    def advance(self, events: Iterable[pygame.Event], seconds: float, late: bool = False) -> None:
        """Answer the events, compute on, let the time pass, and draw.

        Of events that come late, behind a slow frame, only those are answered that are not out of date.
        """
        once = FirstPresses() if late else None
        for event in events:
            self._controls.stir()
            if once is None or self._controls.types(event) or once.admits(event):
                self._answer(event)
        self._answers.hold_on()
        if self._answers.pointer.comes_to_rest(self.session):
            self.send(Rest())
        if self._asking.is_late(display.now()):
            self._asking.forget()
            self.send(Notify(""))
        if not self.waiting:  # A large picture that is being computed comes first.
            self._tell(self._gallery.go_on(self.session))
        self._prepare()
        for message in self._counting.go_on(self.session, self.waiting):
            self.send(message)
        for message in self._tuner.go_on(self.session):
            self.send(message)
        if self.waiting:
            self._showing.show_still(self.session, self._readiness.standing, self._readiness.tells, seconds)
        else:
            self._go_on(seconds)
        pointer = self._answers.pointer
        free = not (self.waiting or pointer.busy)
        display.show_hand(free and invites(self.session, pointer.at, display.canvas_size()))
        self._film_on()

    def _go_on(self, seconds: float) -> None:
        """Compute on, let the time pass, and draw: all is ready for that."""
        self._showing.go_on()
        errand, self._errand = self._errand, None
        self._do(errand)
        running = race(self.session.scene)
        self._ahead.follow(running)
        if not self._showing.waits:  # A picture that has just been made ready is shown at once.
            self._ahead.go_on(self.session)
        self._tell(documents.compared(self.session, running))
        self._tell(self._saving.told())
        self._tell(judgement(self.session, running))
        self._tell(self._boxes.told(self.session))
        self.send(Elapsed(seconds, swarming.reached(self.session, running), pace_of(self.session, running)))
        swarming.follow(self.session, running, self._showing.drawing)
        self._counting.make_ready(self.session, display.canvas_size())
        if running.updates > self.session.horizon:  # A moment at which nothing else is computed.
            self._readiness.load(setting(self.session, display.canvas_size()))
            self._tell(self._readiness.told(self.session.language))
        now, cards = snapshot_of(self.session, running), self._gallery.cards(self.session)
        self._showing.show(replace(now, tally=self._counting.shown, cards=cards), seconds)
        self._readiness.standing = self.session
        if self.session.riding:  # What it asks for is made ready before the next picture.
            focus = self.session.focus
            self.send(Follow(ridden(self.session, running)))
            self._follows = self.session.focus != focus

    def close(self) -> None:
        """Leave nothing behind, and no film unfinished."""
        self._readiness.close()
        self._gallery.close()
        self._saving.close()
        self._filming.finish(self.session)
        self._ends.close()
        self._tuner.close()
        self._counting.close()
        wait_for_all()  # Those that were told to stop before may still be at it.

    def send(self, message: Message) -> None:
        """Let the session answer a message."""
        before = self.session
        try:
            self.session = update(self.session, message)
        except SceneError as error:
            self.session = update(self.session, Notify(str(error)))
        if self.session.pointer != before.pointer:
            self._answers.pointer.stir()
        if self.session.scene is not before.scene:
            self._readiness.forget()  # Another change takes the place of one that is still to be found out.
        if self.session.riding and not (before.riding and _ridden(before) == _ridden(self.session)):
            self.session = update(self.session, told_of_ride(self.session))
        left, guided = self.session.left, self.session.tour is not None
        if left is not None and left is not before.left and not guided:  # Guided, the same key leads back to the step.
            self.session = update(self.session, told_of_left(self.session, left))

    def _prepare(self) -> None:
        """Have all that is to be seen made ready, beside the window if it takes long."""
        size, readiness = display.canvas_size(), self._readiness
        while (goal := readiness.lacks(self.session, size)) is not None:
            if readiness.may_begin(goal):
                readiness.begin(goal, self.session, size, self._known())
                if to_count(self.session):  # Other processes need not wait for the picture.
                    self._ends.begin(self.session)
            found = readiness.found()
            if found is None:
                return
            self._take(found, size)  # What was found out, or asked for meanwhile, may need more.

    def _known(self) -> Known:
        """What is there already for the next picture."""
        shown = self._readiness.standing
        each = None if shown is None else self._ahead.each(self.session.scene, shown.scene)
        return Known(self._counting.shown, self._gallery.cards(self.session), self._controls.frame, each)

    def _take(self, found: Prepared, size: tuple[int, int]) -> None:
        """Show what has been made ready."""
        answer = found.answer
        if answer is not None:
            self.send(answer.joined() if isinstance(answer, RulesRun) else answer)
        self._readiness.keep(found)
        if self._showing.take(found, size) and found.panel is not None:
            self._controls.take(found.panel, found.aim.setting.frame)

    def _give_up(self, standing: Session) -> None:
        """Go back to what is still to be seen: what is being made ready for is not wanted any more."""
        self._errand = None
        self._readiness.forget()
        self.session = replace(standing, help=self.session.help, tuning=None, pointer=None, notice="")

    def _busy(self) -> bool:
        """Whether something happens without an event: playing, computing ahead, a picture to be drawn."""
        session = self.session
        drawn = self._showing.moment is not None and not (session.riding and self._follows)
        if self.waiting or not drawn or (session.picking is not None and self._gallery.busy):
            return True
        saving = self._filming.running or self._saving.running
        timed = saving or self._showing.unsettled or self._answers.holds_key or self._asking.waits
        resting = session.pointer is not None and not session.rests
        found_out = searching(session) is not None or self._counting.lasts(session)
        running = race(session.scene)
        return (
            (timed or resting or found_out or self._controls.lively)
            or moves(session, running)
            or swarming.lags(session, running)
        )

    def _has_to_count(self) -> bool:
        """Whether the bars under the maps lack something, and nobody waits for anything else."""
        return not (self.waiting or self._gallery.busy) and to_count(self.session)

    def _answer(self, event: pygame.Event) -> None:
        """Do what an event is for."""
        match event.type:
            case pygame.QUIT:
                self.send(Close())
            case pygame.DROPFILE:
                self._readiness.inquire(Inquiry(partial(documents.open_file, event.file)))
            case pygame.DROPTEXT:
                self._readiness.inquire(Inquiry(partial(documents.open_text, event.text)))
            case _:
                self._answers.answer(event)
        if event.type in UNCOVERING:
            self._showing.forget_all()

    def _do(self, deed: Deed | None) -> None:
        """Do what a key or a button is for."""
        match deed:
            case None:
                pass
            case Errand.PICTURE | Errand.FILM | Errand.COPY if self.waiting:
                self._errand = deed  # It is about what is still to come.
            case LoadRules() | SetFormula(can_be_read=True):  # What is wrong with another is said before the next key.
                self._readiness.inquire(inquiry_of(deed))
            case Errand.PICTURE:
                self._showing.show_saving(self.session)
                self._saving.begin(self.session, display.canvas_size(), self._gallery.cards(self.session))
            case Errand.FILM:
                self._begin_or_end_film()
            case Errand.COPY:
                self.send(documents.copy_scene(self.session))
            case Errand.PASTE:
                self._paste()
            case Errand.FULL_SCREEN:
                if not display.fill():
                    self.send(Notify(say(self.session.language, "The screen cannot be filled here.")))
                self._showing.forget()
            case Errand.BACK:
                self._go_back()
            case Errand.LARGER | Errand.SMALLER | Errand.USUAL_SIZE:
                self.send(enlarged(self.session, display.canvas_size(), STEPS[deed]))
            case _:
                self.send(deed)

    def _begin_or_end_film(self) -> None:
        """Begin a film, or end the one that runs."""
        self._film_on()  # What was still until now has lasted.
        self._tell(self._filming.toggle(self.session, display.canvas_size(), display.now()))

    def _paste(self) -> None:
        """Open what is on the clipboard."""
        text = pasted(self.session.language)
        if isinstance(text, Notify):
            self.send(text)
        else:
            self._readiness.inquire(Inquiry(partial(documents.open_text, text)))

    def _go_back(self) -> None:
        """Stop what is being computed, or put away what lies on top, a layer at a time, and in the end the window."""
        standing = self._readiness.standing
        if self.waiting and standing is not None and not self.session.help:
            self._give_up(standing)
        elif self._put_away():
            self._asking.forget()
        else:
            self._ask_to_end()

    def _put_away(self) -> bool:
        """Put away the one thing that lies on top; says whether there was one."""
        if self._controls.fold():
            return True
        # One that has come back, since the mouse has trembled, does not keep from answering what is asked.
        if (
            not self._asking.waits
            and not self.waiting
            and pointed(self.session, race(self.session.scene), display.canvas_size())
        ):
            self.send(Hover(None))
            return True
        there = update(self.session, Back())
        if there is not self.session:
            self.session = there
            return True
        if display.is_full():
            self._do(Errand.FULL_SCREEN)
            return True
        return False

    def _ask_to_end(self) -> None:
        """End the film or quit, when asked a second time; the first time say that it takes another."""
        film = self._filming.running
        if self._asking.ask(film, display.now()):
            self._do(Errand.FILM if film else Close())
        else:
            self.send(Notify(prompt(self.session, film)))

    def _count_ends(self, until: float) -> None:
        """Have counted what the bars under the maps lack, until that time at most."""
        self._ends.look(self.session)
        while self._has_to_count():
            here = idle(self.session, race(self.session.scene))
            found = self._ends.go_on(self.session, until, here)
            for message in found:
                self.send(message)
            if not found or time.perf_counter() >= until:
                return

    def _film_on(self) -> None:
        """Let the film that is being made, if one is, see what the window shows; the window's title says so."""
        moment = None if self.waiting else self._showing.moment
        self._tell(self._filming.see(self.session, moment, display.canvas_size(), display.now()))
        self._showing.tell_of_film(self.session)

    def _tell(self, message: Message | None) -> None:
        if message is not None:
            self.send(message)


def _ridden(session: Session) -> tuple[int, int]:
    """Which marble the maps follow where they do, of how many: another one may come to its place."""
    return session.lane, len(session.scene.lanes)
