"""Messages about time: playing, stepping, scrubbing, speed and clock.

And how it slows down: at the first updates, which are the longest, and for an instant where something happens.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from ...descent.clock import CLOCKS, Timing
from ...descent.race import Race
from ...descent.verdict.events import EventKind
from ..drawing.camera import Pose
from ..style.theme import say
from .session import SPEEDS, Message, Session, onward

TURNING = 0.45  # Seconds that it takes to go over from a map to a block of land, or back.
CLOSE = 0.5  # Degrees: nearer than this it is there.

# Updates after which time goes as fast as it is wanted.
OPENING = 10.0
# How fast time goes at first, over how fast it is wanted.
FIRST = 0.25
# Updates around an event within which time goes more slowly.
NEAR = 1.5
# How fast time goes at the event itself, over how fast it is wanted.
SLOWEST = 0.2
FASTEST = 30.0  # Updates a second up to which there is any drama.


@dataclass(frozen=True, slots=True)
class Play(Message):
    """Play, or pause. At the horizon, play on for as long again."""

    def apply(self, session: Session) -> Session:
        at_end = session.tick >= session.horizon and not session.playing
        horizon = session.horizon + (session.scene.updates if at_end else 0)
        # A pause is at an update: what is said is said of it.
        return replace(session, playing=not session.playing, progress=float(session.tick), horizon=horizon)


@dataclass(frozen=True, slots=True)
class Step(Message):
    """Pause, and go so many updates forward, or back."""

    updates: int

    def apply(self, session: Session) -> Session:
        progress = min(max(session.tick + self.updates, 0), session.horizon)
        return replace(session, playing=False, progress=float(progress))


@dataclass(frozen=True, slots=True)
class GoToStart(Message):
    """Pause at the start."""

    def apply(self, session: Session) -> Session:
        return replace(session, playing=False, progress=0.0)


@dataclass(frozen=True, slots=True)
class GoToEnd(Message):
    """Pause at the horizon."""

    def apply(self, session: Session) -> Session:
        return replace(session, playing=False, progress=float(session.horizon))


@dataclass(frozen=True, slots=True)
class Restart(Message):
    """Play the same race from its start, as far as at first: also if it was played on beyond its end."""

    def apply(self, session: Session) -> Session:
        return replace(session, progress=0.0, playing=True, horizon=session.scene.updates)


@dataclass(frozen=True, slots=True)
class Scrub(Message):
    """Pause, and go to a tick."""

    tick: int

    def apply(self, session: Session) -> Session:
        progress = min(max(self.tick, 0), session.horizon)
        return replace(session, playing=False, progress=float(progress))


@dataclass(frozen=True, slots=True)
class ChangeSpeed(Message):
    """So many steps faster, or slower."""

    steps: int

    def apply(self, session: Session) -> Session:
        return ChooseSpeed(session.speed + self.steps).apply(session)


@dataclass(frozen=True, slots=True)
class ChooseSpeed(Message):
    """One of SPEEDS, by its place."""

    index: int

    def apply(self, session: Session) -> Session:
        return replace(session, speed=min(max(self.index, 0), len(SPEEDS) - 1))


@dataclass(frozen=True, slots=True)
class ChooseClock(Message):
    """One of the CLOCKS, at the same tick."""

    name: str

    def apply(self, session: Session) -> Session:
        return replace(session, clock=self.name)


@dataclass(frozen=True, slots=True)
class ChangeClock(Message):
    """So many clocks on in their circle, or back, at the same tick."""

    steps: int = 1

    def apply(self, session: Session) -> Session:
        return ChooseClock(onward(CLOCKS, session.clock, self.steps)).apply(session)


@dataclass(frozen=True, slots=True)
class ToggleDrama(Message):
    """Let time slow down by itself where something happens, or not."""

    def apply(self, session: Session) -> Session:
        even, slow = (
            say(session.language, "time goes evenly"),
            say(session.language, "time slows down where something happens"),
        )
        return replace(session, drama=not session.drama, notice=even if session.drama else slow)


@dataclass(frozen=True, slots=True)
class ToggleMotion(Message):
    """Reduce motion, or not: nothing glides from update to update, turns by and by, grows, or slows down by itself."""

    def apply(self, session: Session) -> Session:
        less, usual = (
            say(session.language, "less motion: from update to update at once"),
            say(session.language, "motion as usual"),
        )
        return replace(session, steady=not session.steady, notice=usual if session.steady else less)


@dataclass(frozen=True, slots=True)
class Elapsed(Message):
    """So many seconds have passed, and the race has been computed so far."""

    clears_notice = False

    seconds: float
    computed: int
    pace: float = 1.0
    """How fast time goes now, over what is wanted."""

    def apply(self, session: Session) -> Session:
        session = _turned(session, self.seconds)
        if not session.playing or session.picking is not None:
            return session
        ahead = session.progress + self.seconds * self.pace * SPEEDS[session.speed]
        progress = max(session.progress, min(ahead, float(self.computed), float(session.horizon)))
        return replace(session, progress=progress, playing=progress < session.horizon)


def _turned(session: Session, seconds: float) -> Session:
    """The session with its maps so many seconds nearer to the pose that they are turning to."""
    goal, pose = session.goal, session.pose
    if goal is None:
        return session
    if session.steady:
        return replace(session, pose=goal, goal=None)
    share = 1 - math.exp(-4 * seconds / TURNING)
    yaw, tilt = (start + share * (end - start) for start, end in zip(pose, goal, strict=True))
    if max(abs(goal.yaw - yaw), abs(goal.tilt - tilt)) < CLOSE:
        return replace(session, pose=goal, goal=None)
    return replace(session, pose=Pose(yaw, tilt))


def tempo(session: Session, race: Race) -> float:
    """How fast time goes now, over how fast it is wanted; 1 without drama, or with reduced motion."""
    if not session.drama or session.steady or SPEEDS[session.speed] > FASTEST:
        return 1.0
    return tempo_at(race, session.scene.timing(session.clock), session.progress)


def tempo_at(race: Race, timing: Timing, progress: float) -> float:
    """How fast time goes at any progress in ticks, with drama, over how fast it is wanted."""
    opening = FIRST + (1 - FIRST) * min(progress / OPENING, 1.0)
    gaps = (abs(progress - tick) / NEAR for tick in _ticks(race, timing, _known(race)))
    nearest = min(gaps, default=1.0)
    return min(opening, SLOWEST + (1 - SLOWEST) * min(nearest, 1.0))


def _known(race: Race) -> tuple[int, ...]:
    return tuple(len(judge.events) for judge in race.judges)


@lru_cache(maxsize=4)
def _ticks(race: Race, timing: Timing, known: tuple[int, ...]) -> tuple[int, ...]:
    """The ticks at which something momentous happened first in a lane, as far as so many events of each are known."""
    found = set[int]()
    for lane, count in enumerate(known):
        firsts: dict[EventKind, int] = {}
        for event in race.judges[lane].events[:count]:
            if event.kind.momentous:
                firsts.setdefault(event.kind, event.update)
        found |= {timing.tick(lane, update) for update in firsts.values()}
    return tuple(sorted(found))
