"""Messages about the odds: what is asked for, and what has been found by whoever computes them."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ...scene import Scene
from ...study.odds.tally import Tally, ends_of
from ..style.numbers import percent
from ..style.theme import say
from .playback import Restart
from .session import SHEETS, Message, Session, Sheet, onward
from .setup import is_open
from .tour import answered, asked

if TYPE_CHECKING:
    from ...study.odds.contrast import Speed
    from ...study.odds.ends import EndPart, LaneEnds
    from ...study.work.ensemble import Outcomes


def computing(session: Session) -> Tally | None:
    """What is to be computed on: nothing while nobody looks."""
    tally = session.tally
    return tally if session.sheet and tally and not tally.complete and not tally.failed else None


def counted_for(session: Session) -> Tally | None:
    """What the sheet shows: while a question is to be thought about, nothing of what has been counted."""
    tally = session.tally
    return nothing_of(tally.scene) if tally is not None and untold(session) else tally


def untold(session: Session) -> bool:
    """Whether what has been counted answers a question that is still to be thought about: a step's, or the scene's."""
    return asked(session) or session.waiting or is_open(session)


@lru_cache(maxsize=2)
def nothing_of(scene: Scene) -> Tally:
    """A tally of which nothing has been counted; of a scene, there is one such."""
    return Tally(scene)


def uncounted(session: Session) -> tuple[int, ...]:
    """What of the session's tally the bars under the maps still lack: its places in the list of work."""
    return session.tally.own_missing if session.ends and session.tally is not None else ()


def withheld(session: Session) -> bool:
    """Whether where marbles end is not told yet: it is the answer to a question that is to be thought about.

    Whoever has guessed waits for the race to tell, and so does who is asked by the tour.
    """
    return untold(session) or (session.tour is not None and not answered(session))


def ends_seen(session: Session) -> "tuple[LaneEnds | None, ...]":
    """What the bars under the maps show, for each lane; nothing while it is withheld."""
    tally = session.tally
    if not session.ends or withheld(session) or tally is None or not tally.results:
        return (None,) * len(session.scene.lanes)
    as_counted = session.horizon <= tally.scene.updates and set(session.scene.timing(session.clock).paces) == {1.0}
    return ends_of(tally) if as_counted else _at_their_moment(tally)


@lru_cache(maxsize=2)
def _at_their_moment(tally: Tally) -> "tuple[LaneEnds | None, ...]":
    """The ends where the race ends when lanes have made fewer updates than are counted, or more."""
    return tuple(None if ends is None else replace(ends, moment=tally.scene.updates) for ends in ends_of(tally))


@dataclass(frozen=True, slots=True)
class CountEnds(Message):
    """Count where marbles end, for the bars under the maps."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return session if session.tally is not None else replace(session, tally=Tally(session.counted))


@dataclass(frozen=True, slots=True)
class TakeSeed(Message):
    """Watch the race with the next seed with which that lane ends there."""

    lane: int
    part: "EndPart"

    def apply(self, session: Session) -> Session:
        if not 0 <= self.lane < len(session.scene.lanes):
            return session
        seed = self.part.seed_after(session.scene.seed)
        there = Restart().apply(replace(session, scene=replace(session.scene, seed=seed), lane=self.lane, chosen=True))
        return replace(there, notice=say(session.language, "With seed {seed} it ends there.", seed=seed))


@dataclass(frozen=True, slots=True)
class ShowOdds(Message):
    """Lay a sheet over the maps and go on counting, or put the sheet away."""

    def apply(self, session: Session) -> Session:
        return PutAway().apply(session) if session.sheet else ChooseSheet(SHEETS[0]).apply(session)


@dataclass(frozen=True, slots=True)
class TurnSheet(Message):
    """The next of the sheets; the last one, if none was there."""

    def apply(self, session: Session) -> Session:
        return ChooseSheet(onward(SHEETS, session.sheet) if session.sheet else SHEETS[-1]).apply(session)


@dataclass(frozen=True, slots=True)
class ChooseSheet(Message):
    """One of SHEETS. What had been counted before counts; after a failure it is tried again."""

    name: Sheet

    def apply(self, session: Session) -> Session:
        tally = session.tally or Tally(session.counted)
        tally = tally if session.sheet else _hopeful(tally)
        return replace(session, sheet=self.name, tally=tally)


def _hopeful(tally: Tally) -> Tally:
    """The tally as if nothing had failed."""
    return replace(tally, failed=False, why="") if tally.failed else tally


@dataclass(frozen=True, slots=True)
class PutAway(Message):
    """Put the sheet away, and count no further. What bars under the maps lack is tried again after a failure."""

    def apply(self, session: Session) -> Session:
        notice, tally = "", computing(session)
        if tally is not None:
            share = percent(tally.share)
            notice = say(session.language, "Stopped at {share} %; what has been counted is kept.", share=share)
        return replace(session, sheet="", notice=notice, tally=session.tally and _hopeful(session.tally))


@dataclass(frozen=True, slots=True)
class Counted(Message):
    """A job of a scene's tally is done."""

    clears_notice = False

    scene: Scene
    place: int
    outcomes: "Outcomes"

    def apply(self, session: Session) -> Session:
        tally = session.tally
        if tally is None or tally.scene != self.scene or self.place not in tally.missing:
            return session
        return replace(session, tally=tally.with_result(self.place, self.outcomes))


@dataclass(frozen=True, slots=True)
class Timed(Message):
    """The updates of a scene have been timed."""

    clears_notice = False

    scene: Scene
    speeds: "tuple[Speed, Speed]"

    def apply(self, session: Session) -> Session:
        tally = session.tally
        if tally is None or tally.scene != self.scene:
            return session
        return replace(session, tally=replace(tally, speeds=self.speeds))


@dataclass(frozen=True, slots=True)
class Failed(Message):
    """No more of a scene's tally can be computed. The sheet says so; where none is open, a notice does."""

    clears_notice = False

    scene: Scene
    why: str = ""

    def apply(self, session: Session) -> Session:
        tally = session.tally
        if tally is None or tally.scene != self.scene:
            return session
        notice = session.notice if session.sheet else sentence_of_failure(self.why, session.language)
        return replace(session, tally=replace(tally, failed=True, why=self.why), notice=notice)


def sentence_of_failure(why: str, language: str) -> str:
    """What is told of a tally of which no more can be computed."""
    if why:
        return say(language, "The odds cannot be computed: {why}", why=why)
    return say(language, "The processes that compute the odds could not be started, or died.")
