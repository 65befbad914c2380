"""Where marbles end over many seeds, counted while the window has time to spare: for the bars under the maps.

It is counted in slices, at the end of a frame that has been drawn, and only when the race is computed ahead and nobody
waits for anything else. What is counted is the session's tally, the same that the sheet of odds goes on with.
"""

import time
from collections.abc import Generator
from importlib import import_module
from threading import Event
from typing import TYPE_CHECKING

from ...descent.race import Race
from ...study.odds.tally import ends_of, work
from ..session.odds import Counted, CountEnds, uncounted
from ..session.session import Message, Session

if TYPE_CHECKING:
    from ...study.odds.tally import Tally
    from ...study.work.ensemble import Outcomes

SLICE = 0.002  # Seconds of a slice, about.
NEEDED = ("...study.odds.contrast", "...study.odds.ends")
"""What has to be loaded to count."""

_loaded = Event()


def load() -> None:
    """Load what it takes, which takes longer than a frame may; to be called beside the window."""
    for name in NEEDED:
        import_module(name, __package__)
    _loaded.set()


def wanted(session: Session, running: Race) -> bool:
    """Whether there is something to count, and nothing that comes before it."""
    if not session.ends or session.sheet or running.updates <= session.horizon or not _loaded.is_set():
        return False
    return session.tally is None or bool(uncounted(session))


class Standing:
    """Counts the job that comes next in a session's tally, a slice at a time."""

    def __init__(self) -> None:
        self._tally: Tally | None = None  # Of which the job is,
        self._place = 0  # where it stands in the list of work,
        self._steps: Generator[None, None, Outcomes] | None = None  # and what is left to do of it.

    def go_on(self, session: Session, until: float) -> Message | None:
        """Count until that time on the clock of `time.perf_counter`; something to tell ends it early."""
        tally = session.tally
        if tally is None:
            return CountEnds()
        while time.perf_counter() < until:
            found = self._step(tally)
            if found is not None:
                return found
        return None

    def give_up(self) -> None:
        """Let be what has been begun."""
        self._tally = self._steps = None

    def _step(self, tally: "Tally") -> Message | None:
        """Count one slice more; says so when a job is done."""
        if self._tally is not tally or self._steps is None:
            self._begin(tally)
        assert self._steps is not None
        try:
            next(self._steps)
        except StopIteration as end:
            self.give_up()
            outcomes: Outcomes = end.value
            ends_of(tally.with_result(self._place, outcomes))  # Finds out what it takes to draw them.
            return Counted(tally.scene, self._place, outcomes)
        return None

    def _begin(self, tally: "Tally") -> None:
        self._tally, self._place = tally, tally.own_missing[0]
        self._steps = _steps(tally, self._place)


def _steps(tally: "Tally", place: int) -> Generator[None, None, "Outcomes"]:
    """The job at that place in slices; of a lane without chance, all seeds do what has been counted of the first."""
    from ...study.work.ensemble import alike  # noqa: PLC0415  The window's first frame does not wait for it.

    job, scene = work(tally.scene)[place], tally.scene
    if not scene.lanes[job.lane].chance(scene.examples.count):
        for known, outcomes in tally.results:
            if work(scene)[known].lane == job.lane:
                return alike(outcomes, job.seeds)
    return (yield from job.in_slices(SLICE))
