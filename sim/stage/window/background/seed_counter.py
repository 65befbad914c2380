"""Counting beside the window: processes of their own compute, a thread waits for them, frames go on.

A thread alone would not do: whoever computes in Python keeps all other threads of the process waiting. Even
loading what is needed takes longer than a frame may: the thread does that, too, and lets go of the interpreter often.
"""
# ruff: noqa: PLC0415

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from threading import Event
from typing import TYPE_CHECKING, Any

from ....scene import Scene
from ....study.odds.tally import Tally, work
from ...session.odds import Counted, Failed, Timed
from ...session.session import Message
from .worker_thread import PAUSE, WorkerThread, taking_turns

if TYPE_CHECKING:
    from ....study.odds.contrast import Speed
    from ....study.work.workers import Work

NEEDED = (
    "....study.work.workers",
    "....study.work.low_priority",
    "....study.odds.contrast",
    "...sheets.odds",
    "...sheets.contrast",
)
"""What has to be loaded to count, and to show what has been counted."""


@dataclass(frozen=True, slots=True)
class SpeedTest:
    """Measures how fast updates are on this computer: not beside frames that are being drawn."""

    scene: Scene
    marble_updates: int = 1

    def run(self) -> "tuple[Speed, Speed]":
        """Measure it."""
        from ....study.odds.contrast import measured

        return measured(self.scene)


class SeedCounter(WorkerThread):
    """Computes what a tally still lacks, until it is told to stop."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(partial(self._run, tally), "counting", partial(Failed, tally.scene))
        self.scene = tally.scene
        self._settled = Event()
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether all is loaded that it takes to show what has been counted, and the thread has become quiet."""
        return self._settled.is_set()

    def _run(self, tally: Tally) -> None:
        try:
            with taking_turns():
                for name in NEEDED:
                    import_module(name, __package__)
            self._compute(tally)
        finally:
            self._settled.set()

    def _compute(self, tally: Tally) -> None:
        from ....study.work.low_priority import LowPriority
        from ....study.work.workers import available_workers, shared

        scene, jobs = tally.scene, work(tally.scene)
        wanted: list[tuple[Work[Any], Callable[[Any], Message]]] = []
        if tally.speeds is None:  # Comes first, while the computer has little else to do.
            wanted.append((SpeedTest(scene), partial(Timed, scene)))
        wanted += [(LowPriority(jobs[place]), partial(Counted, scene, place)) for place in tally.missing]
        with closing(shared([job for job, _ in wanted], max(1, available_workers() - 1), PAUSE)) as results:
            for found in results:
                self._settled.set()
                if self._unwanted.is_set():
                    return
                if found is not None:
                    index, outcome = found
                    self._found.put(wanted[index][1](outcome))
