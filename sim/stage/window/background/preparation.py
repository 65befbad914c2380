"""What takes long is made ready beside the window: a thread computes and draws it aside, while frames go on.

A scene's first picture asks for all there is to compute: critical points, basins, contours, a race. So that picture is
drawn once, aside, whatever it takes; the window shows it when it is done, and has all that the next ones need.
What the window drew itself meanwhile would be made by two at once: while the thread is at it, it shows what it showed
before.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING

import pygame

from ....descent.race import Race
from ....scene import SceneError
from ....study.odds.tally import Tally
from ....study.odds.tally import work as work_of
from ....surface.cancellation import Cancelled, cancel_when
from ...drawing.camera import FLAT, Pose
from ...drawing.screen import Screen
from ...export.png import load_library
from ...input.controls import fitting
from ...picture.help import help_layout
from ...picture.picture import draw
from ...picture.setting import Setting, setting
from ...picture.snapshot import Snapshot, snapshot_of
from ...session.session import Message, Session, Sheet, update
from ...session.view import Notify
from ...sheets.scenes import Card
from ...style.theme import say
from ...views import ViewName
from ..files.rules import RulesRun
from . import ends_counter
from .lookahead import compute_ahead
from .memory import give_back
from .worker_thread import failure, taking_turns

if TYPE_CHECKING:
    from ...input.widgets import ControlPanel

DIRECTLY = 0.028
"""Seconds for which a frame waits for what is being made ready: what is quick comes without a sign."""
AT_FIRST = 0.5
"""Seconds for which a frame waits before the first picture, when there is nothing else to see."""
PANEL_LINES = 45
"""Heights of type that the panel of controls needs at least for all its rows."""
ASLANT = Pose(0.0, 45.0)
"""Stands for all poses in which land is seen as a block."""
CATCHING_UP = 1.0
"""Seconds, at most, in which lanes that were changed come to the moment at which the others are."""
STRIDE = 64
"""Updates made at once then: the time is looked at in between."""
YOUNG = 0.15
"""Seconds for which something is not given up for the next of its kind: a flag that is carried is seen."""


@dataclass(frozen=True, slots=True)
class Aim:
    """All that a picture has to be made ready for: what else changes from picture to picture is quick to draw."""

    setting: Setting
    views: frozenset[ViewName]
    swarm: tuple[int, str, str] | None
    """How many marbles, where they start and by which clock they run, if there is a swarm."""
    sheet: Sheet


def aim(session: Session, size: tuple[int, int]) -> Aim:
    """What a picture of that size has to be made ready for, to show a session."""
    marbles = (session.swarm, session.spread, session.clock) if session.swarm else None
    here = setting(session, size)
    if here.pose != FLAT:  # Land that has been seen aslant is drawn from any side in no time.
        here = replace(here, pose=ASLANT)
    return Aim(here, session.views, marbles, session.sheet)


@dataclass(frozen=True, eq=False, slots=True)
class Inquiry:
    """Something that takes long to find out, such as what is in a file: what to say, or rules that are to join."""

    find: Callable[[], Message | RulesRun]


Goal = Aim | Inquiry
"""What is made ready: a picture, or a message and the picture that comes of it."""


@dataclass(frozen=True, eq=False, slots=True)
class Prepared:
    """What has been made ready."""

    session: Session
    """Whose picture it is."""
    aim: Aim
    race: Race
    snapshot: Snapshot
    """What is on the picture."""
    picture: pygame.Surface
    answer: Message | RulesRun | None = None
    """What was to be found out."""
    panel: "ControlPanel | None" = None
    """The controls, where they are open and the window has none that would do."""


def prepared(
    session: Session,
    size: tuple[int, int],
    known: Race | None,
    tally: Tally | None = None,
    cards: tuple[Card, ...] = (),
    panel: tuple[object, ...] | None = None,
    each: float | None = None,
    former: Race | None = None,
) -> Prepared:
    """A session's picture of that size, with all it takes.

    known: the scene's race, if it has been begun; it is not computed on.
    tally: what the sheet shows.
    cards: what the sheet of scenes tells.
    panel: what the panel of controls that is there was made for, if there is one.
    each: seconds an update takes, if that is known.
    former: the race that is shown, of which lanes are taken over that are the same.
    """
    race = known or session.scene.race(former)
    if known is None and race.reach:
        _catch_up(race, session)
    elif known is None:
        compute_ahead(race, session, each)
    if session.sheet and session.tally is not None:
        work_of(session.scene)  # Loads what counts.
    here = setting(session, size)
    made = controls_of(session, here) if here.controls and here.frame != panel else None
    now = replace(snapshot_of(session, race), tally=tally, cards=cards)
    picture = pygame.Surface(size, depth=32)
    draw(Screen(picture), now)
    return Prepared(session, aim(session, size), race, now, picture, panel=made)


def _catch_up(race: Race, session: Session) -> None:
    """Bring a race's new lanes to the moment that is shown, so that the others need not be seen earlier than they were.

    Those are not computed on: giving up in the middle of an update would end the race that is shown.
    """
    begun, goal = time.perf_counter(), min(session.tick + 1, race.reach)
    while race.updates < goal and time.perf_counter() - begun < CATCHING_UP:
        race.extend(int(min(goal, race.updates + STRIDE)))


def controls_of(session: Session, here: Setting) -> "ControlPanel":
    """The panel of controls of a session; making its widgets takes longer than a frame may."""
    from ...input.widgets import ControlPanel  # noqa: PLC0415  Not needed for the first frame.

    em = min(here.places.em, here.places.controls.height // PANEL_LINES)
    panel = ControlPanel(here.places.controls, here.size, here.theme, em)
    panel.show(fitting(session, here.theme, panel.lines))
    return panel


def inquired(
    inquiry: Inquiry,
    session: Session,
    size: tuple[int, int],
    make: Callable[[], Prepared],
    cards: tuple[Card, ...] = (),
    panel: tuple[object, ...] | None = None,
) -> Prepared:
    """What was to be found out, and the picture that will come of it.

    make: makes the picture of the session as it is.
    cards, panel: as of `prepared`.
    """
    answer = inquiry.find()
    if isinstance(answer, RulesRun):  # Its rules join the others in the window's own thread; then there is more to see.
        return replace(make(), answer=answer)
    try:
        there = update(session, answer)
    except SceneError as error:
        answer = Notify(str(error))
        there = update(session, answer)
    known = cards if there.picking is not None else ()
    return replace(prepared(there, size, None, cards=known, panel=panel), answer=answer)


def loaded(here: Setting) -> None:
    """Load what counts, and what the first sheet of keys and the first picture that is saved take."""
    with taking_turns():
        ends_counter.load()
        help_layout(here.places, here.theme)
        load_library()


class Preparation:
    """The one thing that is being made ready, if anything is."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="preparing")
        self._unwanted = Event()
        self._work: list[Future[Prepared | None]] = []  # The last is what is wanted; the others have been given up.
        self._loading: Future[None] | None = None
        self._told = False  # Whether what has come of that was told.
        self._begun = 0.0  # When that was asked for.
        self._patience = 0.0  # For how long a frame waits for it.
        self.goal: Goal | None = None
        """What is wanted; None if nothing is."""

    @property
    def busy(self) -> bool:
        """Whether the thread is still at something, wanted or not."""
        return not all(work.done() for work in self._work)

    @property
    def young(self) -> bool:
        """Whether what is wanted has been asked for just now: it may be done before something else is begun."""
        return self.goal is not None and time.perf_counter() - self._begun < YOUNG

    def begin(self, goal: Goal, make: Callable[[], Prepared], patience: float) -> None:
        """Make this ready, and nothing else; the first call of `found` waits for it for so many seconds."""
        self.give_up()
        self.goal, self._unwanted = goal, Event()
        self._begun, self._patience = time.perf_counter(), patience
        self._work = [work for work in self._work if not work.done()]
        self._work.append(self._thread.submit(_made, make, self._unwanted))

    def load(self, what: Callable[[], None]) -> None:
        """Have something loaded that may be wanted before long; only the first time."""
        if self._loading is None:
            self._loading = self._thread.submit(what)

    @property
    def failed(self) -> bool:
        """Whether that has failed, and was not told."""
        return not self._told and self._loading is not None and self._loading.done() and bool(self._loading.exception())

    def told(self, language: str) -> Message | None:
        """What there is to say of that, once."""
        error = self._loading.exception() if self._loading is not None and self.failed else None
        if error is None:
            return None
        self._told = True
        sentence = say(language, "Not all that may be wanted later could be loaded: {why}", why=failure(error))
        return Notify(sentence)

    def give_up(self) -> None:
        """Let it be; the thread stops soon."""
        self._unwanted.set()
        for work in self._work:
            work.cancel()
        self.goal = None

    def found(self) -> Prepared | None:
        """What is wanted, if it is there; it is given once."""
        patience, self._patience = self._patience, 0.0
        work = self._work[-1]
        wait([work], patience)
        if not work.done():
            return None
        self.goal = None
        self._work.remove(work)  # It would hold what it has made.
        return work.result()

    def close(self) -> None:
        """Let it be, and wait until the thread has ended."""
        self.give_up()
        self._thread.shutdown()


def _made(make: Callable[[], Prepared], unwanted: Event) -> Prepared | None:
    """What is made; None if it was given up: the exception would hold all that was there when it came."""
    try:
        with taking_turns(), cancel_when(unwanted.is_set):
            return make()
    except Cancelled:
        return None
    finally:
        give_back()
