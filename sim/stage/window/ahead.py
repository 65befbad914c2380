"""A race is computed ahead of what is shown, for as long as a frame can spare."""

import time

from ...descent.race import Race
from ..session.session import SPEEDS, Session

FRAMES_A_SECOND = 60
COMPUTING = 0.003
"""Seconds of a frame that go into computing ahead."""
CATCHING_UP = 0.012
"""Seconds of a frame that go into computing where playing waits for it."""
CHUNK = 8
"""Updates computed at once, where there is time for them; the more, the cheaper each."""
LEAP = 40
"""The most updates computed at once where the picture waits for them: few enough for a flag to follow the mouse."""


class Ahead:
    """Computes a race on, and knows how long an update of it takes."""

    def __init__(self, race: Race, each: float | None = None) -> None:
        self.race = race
        self.each = each
        """Seconds an update, as far as is known."""

    def go_on(self, session: Session) -> None:
        """Compute on, up to the session's horizon, for as long as a frame can spare."""
        race, steps = self.race, updates_a_frame(session) if session.playing else 1
        wanted = session.tick + steps
        goal = max(session.horizon, session.tick) + 1
        begun = time.perf_counter()
        spent = 0.0
        while race.updates < goal:
            limit = COMPUTING if race.updates > wanted else CATCHING_UP
            if spent > limit:
                break
            most = max(CHUNK, steps, min(LEAP, wanted - race.updates))
            chunk = 1 if self.each is None else max(1, min(most, int((limit - spent) / self.each)))
            race.extend(min(goal, race.updates + chunk))
            before, spent = spent, time.perf_counter() - begun
            self.each = max((spent - before) / chunk, 1e-9)


def updates_a_frame(session: Session) -> int:
    """How many updates a frame plays, with some to spare."""
    return int(SPEEDS[session.speed] / FRAMES_A_SECOND) + 2
