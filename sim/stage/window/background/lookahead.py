"""A race is computed ahead of what is shown, for as long as a frame can spare, and words on maps are laid out."""

import time
from dataclasses import replace

from ....descent.race import Race
from ....scene import Scene
from ...picture.picture import lay_out
from ...picture.setting import setting
from ...picture.snapshot import Snapshot
from ...picture.views.context import MOMENTS
from ...session.session import SPEEDS, Session
from ...views import ViewName

FRAMES_A_SECOND = 60
COMPUTING = 0.003
"""Seconds of a frame that go into computing ahead."""
CATCHING_UP = 0.012
"""Seconds of a frame that go into computing where playing waits for it."""
CHUNK = 8
"""Updates computed at once, where there is time for them; the more, the cheaper each."""
LEAP = 40
"""The most updates computed at once where the picture waits for them: few enough for a flag to follow the mouse."""

LAID_OUT_UP_TO = 100.0
"""Updates a second up to which words are laid out ahead: faster, there is not a frame for each lane."""


class Lookahead:
    """Computes on the race that is shown, and knows how long an update of it takes."""

    def __init__(self) -> None:
        self._race: Race | None = None
        self._each: float | None = None  # Seconds an update, as far as is known.

    def follow(self, race: Race) -> None:
        """The race that is shown is this one from now on."""
        if self._race is not None and self._race.problem is not race.problem:
            self._each = None
        self._race = race

    def go_on(self, session: Session) -> None:
        """Compute on, up to the session's horizon, for as long as a frame can spare."""
        if self._race is not None:
            self._each = compute_ahead(self._race, session, self._each)

    def each(self, scene: Scene, shown: Scene) -> float | None:
        """How many seconds an update of a scene takes, where that is known: in the one shown, from another start."""
        if self._race is None:
            return None
        return self._each if replace(scene, start=shown.start, seed=shown.seed) == shown else None


def compute_ahead(race: Race, session: Session, each: float | None = None) -> float | None:
    """Compute a race on, up to the session's horizon, for as long as a frame can spare; says how long an update took.

    each: seconds an update, if that is known.
    """
    steps = updates_a_frame(session) if session.playing else 1
    wanted = session.tick + steps
    goal = max(session.horizon, session.tick) + 1
    begun = time.perf_counter()
    spent = 0.0
    while race.updates < goal:
        limit = COMPUTING if race.updates > wanted else CATCHING_UP
        if spent > limit:
            break
        most = max(CHUNK, steps, min(LEAP, wanted - race.updates))
        chunk = 1 if each is None else max(1, min(most, int((limit - spent) / each)))
        race.extend(min(goal, race.updates + chunk))
        before, spent = spent, time.perf_counter() - begun
        each = max((spent - before) / chunk, 1e-9)
    return each


def moves(session: Session, running: Race) -> bool:
    """Whether something happens in a session without an event: it plays, land turns, or its race is computed ahead."""
    return session.playing or session.goal is not None or running.updates <= session.horizon


def updates_a_frame(session: Session) -> int:
    """How many updates a frame plays, with some to spare."""
    return int(SPEEDS[session.speed] / FRAMES_A_SECOND) + 2


class WordsAhead:
    """Has the words of views laid out for the next moments of each lane, one lane in a frame, while a race plays."""

    def __init__(self) -> None:
        self._of: tuple[Race, frozenset[ViewName], tuple[int, int]] | None = None
        self._done: set[tuple[int, int]] = set()  # Lanes, and blocks of moments.

    def go_on(self, shown: Snapshot, size: tuple[int, int]) -> None:
        """Lay out those of one more lane, if any comes into other moments before long."""
        session, race = shown.session, shown.race
        if not session.playing or session.sheet or not session.views or SPEEDS[session.speed] > LAID_OUT_UP_TO:
            return
        of = race, session.views, size
        if self._of != of:
            self._of, self._done = of, set()
        if setting(session, size).more.together:  # There words depend on the moments of all lanes.
            return
        timing = session.scene.timing(session.clock)
        for lane, track in enumerate(race.tracks):
            block, place = divmod(timing.updates(lane, shown.tick), MOMENTS)
            known = track.updates >= MOMENTS * (block + 2)
            if place >= MOMENTS // 2 and known and (lane, block) not in self._done:
                self._done.add((lane, block))
                lay_out(shown, size, lane, block + 1)
                return
