"""Where marbles end over many seeds, counted while the window has time to spare: for the bars under the maps.

It is counted by processes that stand by, which let the window go first. Until they do, it is counted here in slices, at
the end of a frame that has been drawn, and only when the race has been computed ahead. What is counted is the session's
tally, the same that the sheet of odds goes on with.
"""
# ruff: noqa: PLC0415  The window's first frame does not wait for what counts.

import time
from collections.abc import Generator
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING

from ....descent.race import Race
from ....scene import Scene
from ....study.odds.tally import work
from ...session.odds import Counted, CountEnds, Failed, uncounted
from ...session.session import Message, Session
from ...session.tuning import searching
from .worker_thread import FAILURES, FAREWELL, STAFF, failure_of_processes, taking_turns

if TYPE_CHECKING:
    from ....descent.problem import Problem
    from ....study.odds.tally import Tally
    from ....study.work.ensemble import Outcomes
    from ....study.work.standby import Standby
    from ....study.work.workers import Worker

SLICE = 0.002
"""Seconds of a slice, about."""
NEEDED = (
    "....scene.writing",
    "....study.odds.contrast",
    "....study.odds.ends",
    "....study.work.standby",
    "....study.work.low_priority",
)
"""What has to be loaded to count."""

_loaded = Event()


def load() -> None:
    """Load what it takes, which takes longer than a frame may; to be called beside the window."""
    for name in NEEDED:
        import_module(name, __package__)
    _loaded.set()


def wanted(session: Session) -> bool:
    """Whether there is something to count, what it takes is there, and no learning rate is being looked for."""
    if not session.ends or session.sheet or not _loaded.is_set() or searching(session) is not None:
        return False
    return session.tally is None or (not session.tally.failed and bool(uncounted(session)))


def idle(session: Session, running: Race) -> bool:
    """Whether the race has been computed ahead, so that the window itself has time to count."""
    return running.updates > session.horizon


class EndsCounter:
    """Counts what a session's tally lacks."""

    def __init__(self) -> None:
        self._scene: Scene | None = None  # That of the tally that is being counted.
        self._place = -1  # Where the job that is done here stands in the list of work.
        self._steps: Generator[None, None, Outcomes] | None = None  # What is left of that job.
        self._staff: Standby | None = None  # The processes that stand by, from when they have been welcomed.
        self._coming: SimpleQueue[Standby] = SimpleQueue()  # Brings those processes when they have been started.
        self._starting: Thread | None = None  # Starts those processes.
        self._at_home: dict[Worker, Problem] = {}  # Whose landscape each process has looked into.

    def look(self, session: Session) -> None:
        """Let be what is not wanted any more."""
        tally = session.tally
        counted = None if tally is None or session.sheet or not session.ends else tally.scene
        if self._scene is not None and self._scene is not counted:
            self._scene = None
            self._give_up()

    def begin(self, session: Session) -> None:
        """Have the processes begin with what a tally lacks, while the picture is being made. Nothing is told yet."""
        tally = session.tally
        if tally is not None:
            self.look(session)
            self._scene = tally.scene
            with suppress(*FAILURES):  # What fails does so again, when it can be told.
                self._hand_out(tally)

    def go_on(self, session: Session, until: float, here: bool) -> list[Message]:
        """Count until that time on the clock of `time.perf_counter`; something to tell ends it early.

        here: whether the window itself may, and not only the processes.
        """
        tally = session.tally
        if tally is None:
            return [CountEnds()]
        self.look(session)
        self._scene = tally.scene
        try:
            return self._counted(tally, until, here)
        except FAILURES as error:
            self._give_up()
            return [Failed(tally.scene, failure_of_processes(error))]

    def _give_up(self) -> None:
        self._steps = None
        if self._staff is not None:
            self._staff.give_up()

    def _counted(self, tally: "Tally", until: float, here: bool) -> list[Message]:
        self._hire()
        self._hand_out(tally)
        found = [*copies(tally), *self._told(tally, 0.0)]
        while not found and (left := until - time.perf_counter()) > 0:
            if here and self._counts_here(tally):
                found = [*self._step(tally), *self._told(tally, 0.0)]
            elif self._staff is not None and self._staff.wanted:
                found = self._told(tally, left)
            else:
                break
        return found

    def close(self) -> None:
        """Leave no process behind."""
        if self._starting is not None:
            self._starting.join(FAREWELL)
            self._meet()
        if self._staff is not None:
            self._staff.close()

    # Who counts.

    def _hire(self) -> None:
        """Have processes started, once, beside the window; welcome them when they have been."""
        from ....study.work.workers import available_workers

        if self._starting is None:
            count = min(available_workers(), STAFF)
            self._starting = Thread(target=_start, args=(count, self._coming), name="starting", daemon=True)
            self._starting.start()
        elif self._staff is None:
            self._meet()

    def _meet(self) -> None:
        with suppress(Empty):
            self._staff = self._coming.get_nowait()

    def _is_at_home(self, worker: "Worker", tally: "Tally") -> bool:
        return self._at_home.get(worker) is tally.scene.problem()

    def _hand_out(self, tally: "Tally") -> None:
        """Give those who have nothing to do the job that comes next, or to a newcomer the one that comes last."""
        from ....study.work.low_priority import LowPriority

        if self._staff is None or not _can_be_sent(tally.scene):
            return
        for worker in self._staff.idle:
            at_home = self._is_at_home(worker, tally)
            if at_home:  # It is quicker.
                self._steps, self._place = None, -1
            free = self._free(tally)
            if not free:
                return
            place = free[0 if at_home else -1]
            self._staff.begin(worker, place, LowPriority(work(tally.scene)[place]))

    def _free(self, tally: "Tally") -> list[int]:
        """The jobs that nobody does, without those of which the outcomes can be copied."""
        scene, jobs = tally.scene, work(tally.scene)
        taken = {self._place} if self._steps is not None else set[int]()
        taken.update(self._staff.wanted if self._staff is not None else ())
        return [
            place
            for place in tally.own_missing
            if place not in taken
            and (jobs[place].first_seed == scene.seed or scene.lanes[jobs[place].lane].chance(scene.examples.count))
        ]

    def _told(self, tally: "Tally", patience: float) -> list[Message]:
        """What the processes have found; waits for so many seconds at most."""
        if self._staff is None:
            return []
        told: list[Message] = []
        for place, outcomes, worker in self._staff.found(patience):
            self._at_home[worker] = tally.scene.problem()
            told.append(Counted(tally.scene, place, outcomes))
        return told

    def _counts_here(self, tally: "Tally") -> bool:
        """Whether there is something to do for the window itself: no process knows the landscape yet."""
        if self._steps is not None:
            return True
        busy = self._staff is not None and any(self._is_at_home(worker, tally) for worker in self._staff.alive)
        return not busy and bool(self._free(tally))

    def _step(self, tally: "Tally") -> list[Message]:
        """Count one slice more here."""
        if self._steps is None:
            self._place = self._free(tally)[0]
            self._steps = work(tally.scene)[self._place].in_slices(SLICE)
        try:
            next(self._steps)
        except StopIteration as end:
            self._steps = None
            return [Counted(tally.scene, self._place, end.value)]
        return []


@lru_cache(maxsize=2)
def _can_be_sent(scene: Scene) -> bool:
    """Whether another process knows all that the scene consists of: not what only this one's script has made."""
    from ....scene.writing import outsiders

    return not outsiders(scene)


def copies(tally: "Tally") -> list[Message]:
    """The outcomes of missing seeds that do what another one did, since there is no chance in their lane."""
    from ....study.work.ensemble import alike

    scene, jobs = tally.scene, work(tally.scene)
    known = {
        jobs[place].lane: outcomes
        for place, outcomes in tally.results
        if jobs[place].lane < len(scene.lanes) and not scene.lanes[jobs[place].lane].chance(scene.examples.count)
    }
    return [
        Counted(scene, place, alike(known[jobs[place].lane], jobs[place].seeds))
        for place in tally.own_missing
        if jobs[place].lane in known
    ]


def _start(count: int, ready: "SimpleQueue[Standby]") -> None:
    """Start processes. Where that cannot be, the window counts by itself."""
    from ....study.work.standby import Standby
    from ....study.work.workers import started

    with taking_turns(), suppress(*FAILURES):
        ready.put(Standby(started(count)))
