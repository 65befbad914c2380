"""Processes that stand by: they wait for jobs that are to be done soon, and give up what is not wanted any more.

To start a process takes longer than some jobs do. These stay, each with all that it has found out about a landscape.
"""

from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import Connection, wait
from pickle import loads
from typing import Any, cast

from ...surface.cancellation import Cancelled
from .workers import Work, Worker, end


class Interruption:
    """A job that ends at once, for which whoever is at another one gives that up."""

    marble_updates = 0

    def run(self) -> None:
        """Do nothing."""


class Standby:
    """Some processes, each of which does one job at a time. Those that die are not replaced."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = {worker: deque[int]() for worker in workers}  # With what each is to tell of, in this order.
        self._names: dict[int, Any] = {}  # Those of what is wanted, by its number.
        self._count = 0

    @property
    def idle(self) -> list[Worker]:
        """The workers that have nothing to do."""
        return [worker for worker, numbers in self._workers.items() if not numbers]

    @property
    def alive(self) -> list[Worker]:
        """All that are left."""
        return list(self._workers)

    @property
    def wanted(self) -> list[Any]:
        """The names of what is being done and wanted."""
        return list(self._names.values())

    def begin(self, worker: Worker, name: Any, job: Work[Any]) -> None:
        """Have one of them that is idle do this."""
        self._send(worker, job)
        self._names[self._count] = name

    def _send(self, worker: Worker, job: Work[Any]) -> None:
        self._count += 1
        self._workers[worker].append(self._count)
        worker.begin(0, job)

    def give_up(self) -> None:
        """Nothing that is being done is wanted."""
        self._names.clear()
        for worker, numbers in self._workers.items():
            if len(numbers) == 1:
                self._send(worker, Interruption())

    def found(self, patience: float = 0.0) -> list[tuple[Any, Any, Worker]]:
        """What has been done since the last call, by its name, and who did it; waits for so many seconds at most.

        What a job raises is raised here.
        """
        busy = {worker.connection: worker for worker, numbers in self._workers.items() if numbers}
        done = []
        for connection in cast(list[Connection], wait(list(busy), max(patience, 0.0)) if busy else []):
            worker = busy[connection]
            answer, number = worker.answer(), self._workers[worker].popleft()
            if answer is None:
                self._bury(worker, number)
                continue
            wanted, (well, outcome) = number in self._names, loads(answer)
            if not well and (wanted or not isinstance(outcome, Cancelled)):
                self._names.pop(number, None)
                raise outcome
            if wanted:
                done.append((self._names.pop(number), outcome, worker))
        return done

    def _bury(self, worker: Worker, number: int) -> None:
        """It has died, and with it what it was to do."""
        for lost in (number, *self._workers.pop(worker)):
            self._names.pop(lost, None)
        end([worker])

    def close(self) -> None:
        """Leave no process behind."""
        end(list(self._workers))
        self._workers.clear()
        self._names.clear()
