"""What is ready to be seen, and what the picture waits for: another picture, or something that is to be found out.

While it waits, the picture of the session as it was stays on the screen.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ....study.odds.tally import Tally
from ...picture.races import RACES
from ...picture.setting import Setting
from ...session.bindings import LoadRules
from ...session.problem import SetFormula
from ...session.session import Message, Session
from ...sheets.scenes import Card
from .. import display
from ..files.rules import run
from . import preparation
from .own_thread import in_own_thread
from .preparation import Aim, Goal, Inquiry, Preparation, Prepared, aim, inquired, loaded, prepared

CARRIED = 0.3
"""Seconds after which it is said, of something that is dragged too, that it is still being computed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the window has already of that which a picture takes."""

    tally: Tally | None
    """What the sheet shows."""
    cards: tuple[Card, ...]
    """What the sheet of scenes tells."""
    panel: tuple[object, ...] | None
    """What the panel of controls was made for, if there is one."""
    each: float | None
    """Seconds an update takes, if that is known."""


class Readiness:
    """Knows what is ready of what a session asks for, and has the rest made ready, one thing at a time."""

    def __init__(self) -> None:
        self._preparing = Preparation()
        self._ready: Aim | None = None  # What has been made ready: more there is not to draw.
        self._inquiry: Inquiry | None = None  # What is being found out beside pictures.
        self._since = 0.0  # Since when the picture has stayed, or the last one came.
        self.standing: Session | None = None
        """The session as it was when its picture was last drawn."""
        self.waiting = False
        """Whether the picture stays until something has been made ready."""

    @property
    def tells(self) -> bool:
        """Whether it is said that something is being computed, while the picture stays."""
        return self._preparing.goal is not None and not self._is_carried()

    def _is_carried(self) -> bool:
        """Whether what is prepared follows something that is dragged: pictures that come soon are sign enough."""
        return display.is_pressed() and time.perf_counter() - self._since < CARRIED

    def inquire(self, inquiry: Inquiry) -> None:
        """Have this found out, and no more what was to be found out before."""
        self._inquiry = inquiry

    def forget(self) -> None:
        """Nothing need be found out any more."""
        self._inquiry = None

    def lacks(self, session: Session, size: tuple[int, int]) -> Goal | None:
        """What a session's picture of that size still waits for; None where it can be drawn, or will be soon."""
        work = self._preparing
        if not self.waiting:
            self._since = time.perf_counter()
        goal = self._inquiry or aim(session, size)
        if goal != self._ready:
            return goal
        if work.goal is not None:  # It has been thought better of.
            work.give_up()
        self.waiting = work.busy
        return None

    def may_begin(self, goal: Goal) -> bool:
        """Whether it is not being made ready yet, and what is may be given up for it."""
        work = self._preparing
        stale = isinstance(work.goal, Inquiry) and work.goal != self._inquiry  # What it finds is asked for no more.
        return work.goal != goal and (stale or not work.young)

    def begin(self, goal: Goal, session: Session, size: tuple[int, int], known: Known) -> None:
        """Begin to make it ready."""
        self._preparing.begin(goal, _maker(goal, session, size, known, self.standing), self._patience())

    def _patience(self) -> float:
        """How long a frame waits for what is begun: not at all where the picture stands still already."""
        if self.standing is None:
            return preparation.AT_FIRST
        return 0.0 if self.waiting else preparation.DIRECTLY

    def found(self) -> Prepared | None:
        """What has been made ready, and is to be kept; None while the picture has to wait for it."""
        found = self._preparing.found()
        if found is None:
            self.waiting = True
        elif found.answer is not None:
            self._inquiry = None
        return found

    def keep(self, found: Prepared) -> None:
        """Have it: it is to be seen now."""
        self._since = time.perf_counter()
        RACES.keep(found.session.scene, found.race)
        self._ready, self.standing = found.aim, found.session

    # What is loaded for later, and the thread that does it all.

    def load(self, here: Setting) -> None:
        """Have loaded, once, what may be wanted before long, in a picture like this."""
        self._preparing.load(partial(loaded, here))

    @property
    def failed(self) -> bool:
        """Whether that has failed, and was not told."""
        return self._preparing.failed

    def told(self, language: str) -> Message | None:
        """What there is to say of that, once."""
        return self._preparing.told(language)

    @property
    def busy(self) -> bool:
        """Whether the thread is at something, wanted or not."""
        return self._preparing.busy

    def close(self) -> None:
        """Let all be, and wait until the thread has ended."""
        self._preparing.close()


def _maker(
    goal: Goal, session: Session, size: tuple[int, int], known: Known, standing: Session | None
) -> Callable[[], Prepared]:
    """What makes it ready.

    standing: the session whose picture is to be seen.
    """
    former = None if standing is None else RACES.find(standing.scene)
    begun = RACES.find(session.scene)
    make = partial(prepared, session, size, begun, known.tally, known.cards, known.panel, known.each, former)
    return partial(inquired, goal, session, size, make, known.cards, known.panel) if isinstance(goal, Inquiry) else make


def inquiry_of(deed: SetFormula | LoadRules) -> Inquiry:
    """What such a deed asks for that takes long."""
    if isinstance(deed, SetFormula):
        return Inquiry(lambda: deed)
    return Inquiry(partial(in_own_thread, partial(run, deed.path)))  # Its code may run for ever.
