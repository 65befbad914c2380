"""What is to be seen at one moment of a session."""

from dataclasses import dataclass, field, replace

from ...descent.clock import Timing
from ...descent.race import Race
from ...study.maps.swarm import Cloud, Glimpse, swarm
from ...study.odds.tally import Tally
from ..session.odds import counted_for
from ..session.playback import tempo
from ..session.session import SPEEDS, Session
from ..sheets.scenes import Card
from ..views import ViewName
from .views.moving_ground import LANDED

GLIDING = 30.0
"""Updates a second up to which one sees a marble glide from one to the next; faster ones are shown as they are."""
SHARP = 8.0
"""Updates a second up to which one looks at ground that moves."""
COARSE = 2
"""Pixels along the side of what is computed of ground that moves on at once."""
PHASES = 24
"""Places on the way from one update to the next, at most."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is to be seen: a session, at its update."""

    session: Session
    race: Race = field(compare=False)
    computed: int
    """Up to which tick the chart's axes have been fitted to the race."""
    glimpse: Glimpse | None = None
    """The swarm, if there is one, as far as it has come."""
    phase: float = 0.0
    """Which part of the way to the next tick the marbles have glided: nothing that is said depends on it."""
    tally: Tally | None = None
    """What the sheet over the maps shows, if there is one: not always the session's own, which may be newer."""
    cards: tuple[Card, ...] = ()
    """What the sheet of all scenes tells of each, if it is open, as far as it is known by now."""
    stride: int = 1
    """One of so many by so many pixels of ground that moves is computed: more than 1 where it will not be looked at
    for long."""

    @property
    def tick(self) -> int:
        """The time that is shown, in updates of the fastest lane: of everything the same.

        It is the time that is wanted or, where there is a swarm, the time that this has come to.
        """
        if self.glimpse is None or self.session.sheet:
            return self.wanted
        return min(self.glimpse.tick, max(self.computed, 0))

    @property
    def wanted(self) -> int:
        """The time that the session is at; no later than has been computed."""
        return min(self.session.tick, max(self.computed, 0))

    def glide(self, lane: int, timing: Timing) -> tuple[int, float]:
        """The lane's update, and which part of its next movement the marble has made."""
        update = timing.updates(lane, self.tick)
        return update, self.phase if timing.updates(lane, self.tick + 1) > update else 0.0

    def cloud(self, lane: int) -> Cloud | None:
        """The marbles of a lane's swarm, if there is one and it is at the time that is shown."""
        return self.glimpse.clouds[lane] if self.glimpse and self.glimpse.tick == self.tick else None


def snapshot_of(session: Session, race: Race) -> Snapshot:
    """What is to be seen of a session whose race has been computed as far as it has."""
    # The update after the one that is shown must be known, too: its gradient is drawn as an arrow.
    computed = max(0, min(race.updates - 1, session.horizon))
    glimpse, tick = seen(session), session.tick
    glides = glimpse is None and tick < computed and SPEEDS[session.speed] <= GLIDING and not session.steady
    phase = round((session.progress - tick) * PHASES) / PHASES if glides else 0.0
    return Snapshot(replace(session, progress=float(tick)), race, computed, glimpse, phase, counted_for(session))


def ground_stride(now: Snapshot) -> int:
    """One of how many by how many pixels of moving ground is computed: 1 where it is looked at, COARSE where the next
    picture shows it otherwise at once.

    It is looked at while time goes slowly; of several lanes, which take long, only between movements at a low speed.
    """
    session = now.session
    if not session.playing or ViewName.MOVING_GROUND not in session.views:
        return 1
    speed = SPEEDS[session.speed]
    if sum(not lane.sees_all(now.race.problem.train.count) for lane in session.scene.lanes) > 1:
        return COARSE if speed > SHARP or now.phase > LANDED else 1
    return COARSE if speed * tempo(replace(session, progress=now.tick + now.phase), now.race) > SHARP else 1


def seen(session: Session) -> Glimpse | None:
    """What there is to be seen of the session's swarm, if it has one."""
    if not session.swarm:
        return None
    return swarm(session.scene, session.swarm, session.spread, session.clock).glimpse
