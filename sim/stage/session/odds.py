"""Messages about the odds: what is asked for, and what the processes that compute them have found."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...scene import Scene
from ...study.odds.tally import Tally
from ..style.numbers import percent
from ..style.theme import say
from .session import SHEETS, Session

if TYPE_CHECKING:
    from ...study.odds.contrast import Speed
    from ...study.work.ensemble import Outcomes


def computing(session: Session) -> Tally | None:
    """What is to be computed on: nothing while nobody looks."""
    tally = session.tally
    return tally if session.sheet and tally and not tally.complete and not tally.failed else None


@dataclass(frozen=True, slots=True)
class ShowOdds:
    """Lay a sheet over the maps and go on counting, or put the sheet away."""

    def apply(self, session: Session) -> Session:
        return PutAway().apply(session) if session.sheet else ChooseSheet(SHEETS[0]).apply(session)


@dataclass(frozen=True, slots=True)
class TurnSheet:
    """The next of the sheets; the last one, if none was there."""

    def apply(self, session: Session) -> Session:
        place = SHEETS.index(session.sheet) + 1 if session.sheet else -1
        return ChooseSheet(SHEETS[place % len(SHEETS)]).apply(session)


@dataclass(frozen=True, slots=True)
class ChooseSheet:
    """One of SHEETS. What had been counted before counts; after a failure it is tried again."""

    name: str

    def apply(self, session: Session) -> Session:
        tally = session.tally or Tally(session.scene)
        if not session.sheet and tally.failed:
            tally = replace(tally, failed=False)
        return replace(session, sheet=self.name, tally=tally, notice="")


@dataclass(frozen=True, slots=True)
class PutAway:
    """Put the sheet away, and count no further."""

    def apply(self, session: Session) -> Session:
        notice, tally = "", computing(session)
        if tally is not None:
            share = percent(tally.share)
            notice = say(session.language, "Stopped at {share} %; what has been counted is kept.", share=share)
        return replace(session, sheet="", notice=notice)


@dataclass(frozen=True, slots=True)
class Counted:
    """A job of a scene's tally is done."""

    scene: Scene
    place: int
    outcomes: "Outcomes"

    def apply(self, session: Session) -> Session:
        tally = session.tally
        if tally is None or tally.scene != self.scene or self.place not in tally.missing:
            return session
        return replace(session, tally=replace(tally, results=(*tally.results, (self.place, self.outcomes))))


@dataclass(frozen=True, slots=True)
class Timed:
    """The updates of a scene have been timed."""

    scene: Scene
    speeds: "tuple[Speed, Speed]"

    def apply(self, session: Session) -> Session:
        tally = session.tally
        if tally is None or tally.scene != self.scene:
            return session
        return replace(session, tally=replace(tally, speeds=self.speeds))


@dataclass(frozen=True, slots=True)
class Failed:
    """No more of a scene's tally can be computed."""

    scene: Scene

    def apply(self, session: Session) -> Session:
        tally = session.tally
        if tally is None or tally.scene != self.scene:
            return session
        return replace(session, tally=replace(tally, failed=True))
