"""Who computes the jobs of a study: this process, or one process a core.

Each worker process has a pipe of its own and one job at a time: it reads the next when it has sent what came of the
last, so that nobody ever waits for a pipe that is full, and one that dies takes nothing with it but its own job.
There are neither locks nor threads between them and this process, so that it may end at any moment, however it does.

Nothing here loads numpy, so that a worker process can say how many threads it wants before numpy asks.
"""

import os
import pickle
import signal
import sys
import traceback
from collections import deque
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Lock, Thread, current_thread, main_thread
from types import ModuleType
from typing import Any, Protocol, TypeVar, cast

from ...base.files import FOLDER_GONE, why
from ...base.limits import MOST_WORKERS
from ...surface.cancellation import cancel_when

MOST_DEATHS = 3  # Times in a row that a worker may die before any of them has completed a job.
WORTH_PROCESSES = 1_000_000
"""Marble-updates from which on worker processes pay.

To start them takes some 0.4 s, for each loads numpy and analyses the landscape anew. One core makes 500,000
to 3,000,000 marble-updates a second, verdicts included: from here on, two processes save as much as that.
"""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
HELD = ("SIGHUP", "SIGTERM", "SIGINT")
"""The signals that wait while a worker is started; last the one that is an exception where nothing else is said."""

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class StudyError(RuntimeError):
    """A study that cannot be computed; the message is one sentence for the user."""


class Work(Protocol[T_co]):
    """What can be sent to a worker: a value that pickles, such as `ensemble.Job`."""

    @property
    def marble_updates(self) -> int:
        """How often it moves a marble, whichever."""
        ...

    def run(self) -> T_co:
        """Compute it; the same bits wherever that is."""
        ...


def available_workers() -> int:
    """How many cores this process may use."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    if sys.platform != "win32" and hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def completed(jobs: Sequence[Work[T]], workers: int | None = None) -> Generator[tuple[int, T], None, None]:
    """The jobs' places in the list with their outcomes, as they come, which may be in any order.

    At most `workers` processes compute, as many as there are cores if it is None; this one alone where it is 1
    or there is too little to do. A process that dies costs its job a second try. What a job raises is raised here.
    Close the generator (`contextlib.closing`) where it may be left early: then no process is left behind, nor is one
    after Ctrl-C or when this process is killed.

    Raises:
        StudyError: no processes can be started, or they die time and again.
    """
    most = min(available_workers() if workers is None else workers, len(jobs), MOST_WORKERS)
    if most <= 1 or sum(job.marble_updates for job in jobs) < WORTH_PROCESSES:
        for index, job in enumerate(jobs):
            yield index, job.run()
        return
    with closing(shared(jobs, most)) as results:
        for found in results:
            if found is not None:
                yield found


def shared(
    jobs: Sequence[Work[T]], workers: int, pause: float | None = None
) -> Generator[tuple[int, T] | None, None, None]:
    """What `completed` gives, by so many processes, however little there is to do; they begin jobs in the list's order.

    With a `pause`, None comes whenever nothing else has for so many seconds: a moment to think better of it.

    Raises:
        StudyError: processes have died several times in a row, as they do where memory is short.
    """
    waiting = deque(range(len(jobs)))
    busy: dict[Connection, Worker] = {}
    deaths = 0
    _check_folder()
    try:
        while waiting or busy:
            while waiting and len(busy) < workers:
                with _signals_held():
                    worker = Worker()
                    busy[worker.connection] = worker
                worker.begin(place := waiting.popleft(), jobs[place])
            answers: list[tuple[int, bytes]] = []
            for connection in cast(list[Connection], wait(list(busy), pause)):  # Those that tell something, or died.
                worker = busy[connection]
                answer = worker.answer()
                if answer is None:
                    deaths += 1
                    waiting.append(worker.place)  # Last, so that a job that kills whoever does it stops no other.
                else:
                    deaths = 0
                    answers.append((worker.place, answer))
                if answer is None or not waiting:
                    end([worker])
                    del busy[connection]
                else:
                    worker.begin(place := waiting.popleft(), jobs[place])
            yield from _outcomes(answers)
            if pause is not None and not answers:
                yield None
            if deaths >= MOST_DEATHS:
                raise StudyError(
                    f"the worker processes died {MOST_DEATHS} times in a row, as they do where memory is short; "
                    "a single worker needs the least"
                )
    finally:
        end(busy.values())


def started(workers: int) -> "list[Worker]":
    """So many processes that have nothing to do yet.

    Raises:
        StudyError: they cannot be started.
    """
    _check_folder()
    made: list[Worker] = []
    try:
        for _ in range(workers):
            with _signals_held():
                made.append(Worker())
    except StudyError:
        end(made)
        raise
    return made


def _outcomes(answers: Sequence[tuple[int, bytes]]) -> Iterator[tuple[int, Any]]:
    """What came of jobs; first of those of which something did, and then the exception of one that failed."""
    known = [(place, *pickle.loads(answer)) for place, answer in answers]
    for place, well, outcome in sorted(known, key=lambda each: not each[1]):
        if not well:
            raise outcome
        yield place, outcome


class Worker:
    """A process, started anew rather than forked, so that it is safe beside threads and a window.

    It lives no longer than the end of its pipe that this process has, and nobody else.
    """

    def __init__(self) -> None:
        context = get_context("spawn")
        try:
            self.connection, there = context.Pipe()
        except OSError as error:
            raise _no_processes(error) from None
        with closing(there):
            self.process = context.Process(target=_serve, args=(there,), daemon=True)
            try:
                with _without_main():
                    self.process.start()
            except OSError as error:
                self.connection.close()
                raise _no_processes(error) from None
        self.place = 0

    def begin(self, place: int, job: Work[Any]) -> None:
        """Have it do the job with that place in the list; it must not be at another."""
        self.place = place
        data = pickle.dumps(job)
        try:
            self.connection.send_bytes(data)
        except OSError:  # It has died, as it seems; certainly now.
            self.process.kill()

    def answer(self) -> bytes | None:
        """What it has to tell of its job, or None if it has died."""
        try:
            return self.connection.recv_bytes()
        except (EOFError, OSError):
            return None


_starting = Lock()


@contextmanager
def _without_main() -> Iterator[None]:
    """A process that is started meanwhile does not run this one's script anew, as Python would have it do.

    It would, in a script that calls the library, come to that call again. What a worker does is found by its module.
    Threads that start processes do so one after the other: none may take for the script what stands in for it.
    """
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def end(workers: "Collection[Worker]") -> None:
    """End processes, whatever they are at, and wait until they are gone."""
    for worker in workers:
        worker.process.kill()
        worker.connection.close()
    for worker in workers:
        worker.process.join()


def _check_folder() -> None:
    """Processes begin where this one is; in a folder that is gone, Python does not even start."""
    try:
        os.getcwd()
    except OSError as error:
        raise _no_processes(error) from None


def _no_processes(error: OSError) -> StudyError:
    reason = FOLDER_GONE if isinstance(error, FileNotFoundError) else why(error)
    return StudyError(f"cannot start worker processes: {reason}; a single worker needs none")


@contextmanager
def _signals_held() -> Iterator[None]:
    """Signals wait: a process that is started meanwhile does not know them, nor does it lose its parent half-told.

    To block them does not do: there may be other threads, such as those of numpy, to which they go instead. Handlers
    run in the main thread; if this is another one, the worst is that a worker complains of having lost its parent.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415  Windows has none.

    resource_tracker.ensure_running()  # As every start does; but if it begins to run then, it lets signals through.
    came: list[int] = []
    handlers = {number: signal.getsignal(number) for number in _held()} if current_thread() is main_thread() else {}
    heeded = {number: handler for number, handler in handlers.items() if handler not in (signal.SIG_IGN, None)}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _held())
    try:
        for number in heeded:
            signal.signal(number, lambda number, _: came.append(number))
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number, handler in heeded.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


def _held() -> list[int]:
    return [number for name in HELD if (number := getattr(signal, name, None)) is not None]


# In a worker.


def _serve(connection: Connection) -> None:
    """Be a worker: do one job after the other, until the other end of the pipe is closed.

    A job is given up when another one comes before it is done, and that is what is told of it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _held())
    os.environ.update(dict.fromkeys(THREADS, "1"))
    sys.stdout = sys.stderr  # What jobs print is no result of the program's.
    jobs: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(connection, jobs), daemon=True).start()
    while True:
        job = jobs.get()
        with cancel_when(lambda: not jobs.empty()):
            answer = _answer(job)
        try:
            connection.send_bytes(answer)
        except OSError:
            os._exit(1)


def _listen(connection: Connection, jobs: "SimpleQueue[bytes]") -> None:
    """Take the jobs; end this process when nobody holds the other end of the pipe any more, whatever it is at."""
    try:
        while True:
            jobs.put(connection.recv_bytes())
    except (EOFError, OSError):
        os._exit(1)


def _answer(data: bytes) -> bytes:
    """What is told of a job: whether it went well, and the outcome or the exception."""
    try:
        return pickle.dumps((True, pickle.loads(data).run()))
    except BaseException as error:
        return pickle.dumps((False, _portable(error)))


def _portable(error: BaseException) -> BaseException:
    """The exception with its traceback as a note; another one that says the same if it cannot be sent."""
    told = "".join(traceback.format_exception(error))
    error.add_note(f"In a worker process:\n{told}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # Whatever its class does to be pickled.
        return RuntimeError(f"a job failed in a worker process:\n{told}")
    return error
