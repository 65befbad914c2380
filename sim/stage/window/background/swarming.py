"""A swarm comes to the moment that is shown, a piece a frame: it may lag behind the race, frames may not."""

from ....descent.race import Race
from ....study.maps.swarm import Swarm, swarm
from ...picture.snapshot import snapshot_of
from ...session.session import Session
from .lookahead import updates_a_frame

SWARMING = (0.002, 0.008)
"""Fewest and most seconds of a frame that go into a swarm, whatever the drawing takes."""
IN_TIME = 0.014
"""Seconds of a frame that drawing and swarm may take together."""


def reached(session: Session, running: Race) -> int:
    """The tick that may be played to: the race is there, and the swarm, if there is one, not far behind."""
    computed = running.updates - 1
    if not session.swarm or session.sheet:
        return computed
    return min(computed, _swarm_of(session).glimpse.tick + updates_a_frame(session))


def lags(session: Session, running: Race) -> bool:
    """Whether there is a swarm to be seen that is not where the race is."""
    now = snapshot_of(session, running)
    return now.glimpse is not None and not session.sheet and now.glimpse.tick != now.wanted


def follow(session: Session, running: Race, drawing: float) -> None:
    """Let the swarm that is to be seen, if there is one, come nearer to the moment, for as long as a frame can spare.

    drawing: how many seconds the picture takes.
    """
    now = snapshot_of(session, running)
    if now.glimpse is not None and not session.sheet:
        fewest, most = SWARMING
        _swarm_of(session).follow(now.wanted, min(max(IN_TIME - drawing, fewest), most))


def _swarm_of(session: Session) -> Swarm:
    return swarm(session.scene, session.swarm, session.spread, session.clock)
