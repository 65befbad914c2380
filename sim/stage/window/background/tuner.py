"""Looking for a lane's learning rate beside the window: processes of their own compute, a thread plans and waits.

What to compute next follows from what has been found, and to plan that takes longer than a frame may. So the thread
does it, and lets go of the interpreter often. The processes stand by from one step of the search to the next, each
with the landscape that it has looked into, and let the window go first.
"""
# ruff: noqa: PLC0415  The window's first frame does not wait for what searches.

from collections import deque
from contextlib import closing
from importlib import import_module
from typing import TYPE_CHECKING

from ....scene import SceneError
from ...session.session import Message, Search, Session
from ...session.tuning import NotTuned, Searched, Tuned, searching
from .worker_thread import PAUSE, STAFF, WorkerThread, taking_turns

if TYPE_CHECKING:
    from ....study.sweep.sweep import Result
    from ....study.tuning.search import Tuning
    from ....study.work.standby import Standby

SEEDS = 200
"""With which the learning rate is chosen, and as many fresh ones of which it is told."""
NEEDED = ("....study.tuning.progress", "....study.work.low_priority", "....study.work.standby")
"""What has to be loaded to search."""


class Tuner:
    """Has the search that a session wants done, and no other."""

    def __init__(self) -> None:
        self._quest: SearchThread | None = None

    def go_on(self, session: Session) -> list[Message]:
        """Begin what is wanted and let be what is not any more; what has been found since the last call."""
        search = searching(session)
        if self._quest is not None and (search is None or self._quest.scene != search.scene):
            self._quest.stop()
            self._quest = None
        if search is None:
            return []
        if self._quest is None:
            self._quest = SearchThread(search)
        return self._quest.messages()

    def close(self) -> None:
        """Leave no process behind."""
        if self._quest is not None:
            self._quest.close()


class SearchThread(WorkerThread):
    """One search, until it is told to stop."""

    def __init__(self, search: Search, seeds: int | None = None) -> None:
        super().__init__(self._run, "tuning", lambda failed: NotTuned(search.scene, failed=failed))
        self.scene = search.scene
        self._by, self._seeds = search.by, SEEDS if seeds is None else seeds
        self._thread.start()

    def _run(self) -> None:
        with taking_turns():
            for name in NEEDED:
                import_module(name, __package__)
            from ....study.work.workers import StudyError

            try:
                tuning = self._planned()
            except (StudyError, SceneError) as error:
                self._found.put(NotTuned(self.scene, str(error)))
                return
            self._search(tuning)

    def _planned(self) -> "Tuning":
        from ....scene.writing import outsiders
        from ....study.tuning.budget import Budget
        from ....study.tuning.search import plan
        from ....study.work.workers import StudyError

        scene = self.scene
        if places := outsiders(scene):
            raise StudyError(f"no η is found, since {places[0]} is known to no other process")
        return plan(scene, [scene.lanes[0].name], (), Budget(scene.updates, "updates"), self._by, self._seeds)

    def _search(self, tuning: "Tuning") -> None:
        """Compute what is wanted, and what is wanted then, until nothing is."""
        from ....study.tuning.progress import Going, going, is_better
        from ....study.tuning.tuned import tuned
        from ....study.work.standby import Standby
        from ....study.work.workers import available_workers, started

        results: dict[int, Result] = {}
        missing, now = tuning.missing(results), Going(0.0, None)
        with closing(Standby(started(min(available_workers(), STAFF)))) as staff:
            while missing:
                waiting = deque(missing)
                while waiting or staff.wanted:
                    if self._unwanted.is_set():
                        return
                    if self._compute(tuning, staff, waiting, results):
                        now = going(tuning, results, now)
                        self._found.put(Searched(self.scene, now.share, now.rate))
                missing = tuning.missing(results)
        (lane,) = tuned(tuning, results).lanes
        self._found.put(Tuned(self.scene, self._by, self._seeds, lane, is_better(tuning, lane)))

    def _compute(self, tuning: "Tuning", staff: "Standby", waiting: deque[int], results: "dict[int, Result]") -> bool:
        """Hand out what waits, and take what has been computed; says whether something has."""
        from ....study.sweep.sweep import Result
        from ....study.work.low_priority import LowPriority
        from ....study.work.workers import StudyError

        for worker in staff.idle:
            if waiting:
                place = waiting.popleft()
                staff.begin(worker, place, LowPriority(tuning.blocks[place].job))
        found = staff.found(PAUSE)
        for place, outcomes, _ in found:  # No search asks for the minima that basins are named after.
            results[place] = Result(outcomes, (), 0)
        if not staff.alive:  # If only one has died, what it was at is found missing in the end.
            raise StudyError("all worker processes have died")
        return bool(found)
