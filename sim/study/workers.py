"""Who computes the jobs of a study: this process, or one process a core.

Nothing here loads numpy, so that a worker process can say how many threads it wants before numpy asks.
"""

import os
import signal
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager, suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import Protocol, TypeVar

MOST_WORKERS = 61  # What Windows can wait for at once.
AHEAD = 3  # Jobs a worker that are handed out at once: none waits for the next, and few are lost if a worker dies.
MOST_DEATHS = 3  # Times in a row that workers may die before any of them has completed a job.
WORTH_PROCESSES = 1_000_000
"""Marble-updates from which on worker processes pay.

To start them takes 0.5 s to 1 s, for each loads numpy and analyses the landscape anew. One core makes 500,000
to 1,000,000 marble-updates a second, verdicts included: from here on, two processes save as much as that.
"""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

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
    or there is too little to do. A process that dies costs its jobs a second try. Close the generator
    (`contextlib.closing`) where it may be left early: then no process is left behind, nor is one after Ctrl-C or when
    this process is killed.

    Raises:
        StudyError: no processes can be started, or they die time and again.
    """
    most = min(available_workers() if workers is None else workers, len(jobs), MOST_WORKERS)
    if most <= 1 or sum(job.marble_updates for job in jobs) < WORTH_PROCESSES:
        for index, job in enumerate(jobs):
            yield index, job.run()
        return
    missing = dict.fromkeys(range(len(jobs)))
    deaths = 0
    while missing:
        try:
            with closing(_pooled(jobs, list(missing), most)) as results:
                for index, outcome in results:
                    del missing[index]
                    deaths = 0
                    yield index, outcome
        except BrokenProcessPool:
            deaths += 1
            if deaths == MOST_DEATHS:
                raise StudyError(
                    f"the worker processes died {deaths} times in a row, as they do where memory is short; "
                    "--workers 1 needs the least"
                ) from None


def _pooled(jobs: Sequence[Work[T]], wanted: Iterable[int], workers: int) -> Generator[tuple[int, T], None, None]:
    """The wanted jobs' outcomes from one pool of processes.

    Raises:
        BrokenProcessPool: one of them died; what was completed has been handed out before.
    """
    waiting = iter(wanted)
    running: dict[Future[T], int] = {}
    with processes(workers) as pool:
        while True:
            for index in islice(waiting, AHEAD * workers - len(running)):
                running[submitted(pool, jobs[index])] = index
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=_failed):
                yield running.pop(future), future.result()


@contextmanager
def processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of processes, started anew rather than forked, so that it is safe beside threads and a window.

    They live as long as the writing end of a pipe that they all read is open: however this process ends, they end too.
    """
    context = get_context("spawn")
    try:
        reader, writer = context.Pipe(duplex=False)
        pool = ProcessPoolExecutor(workers, context, _prepare, (reader,))
    except OSError as error:
        raise _no_processes(error) from None
    try:
        yield pool
        pool.shutdown()
    finally:
        writer.close()
        pool.shutdown(cancel_futures=True)
        reader.close()


def submitted(pool: ProcessPoolExecutor, job: Work[T]) -> Future[T]:
    """The job, handed to the pool.

    Raises:
        StudyError: no process can be started for it.
    """
    try:
        with _interrupts_held():
            return pool.submit(_run, job)
    except OSError as error:
        raise _no_processes(error) from None


def _no_processes(error: OSError) -> StudyError:
    why = (error.strerror or str(error)).lower()
    return StudyError(f"cannot start worker processes: {why}; --workers 1 needs none")


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits: a process started meanwhile does not know it, not even before `_prepare`."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare(stop: Connection) -> None:
    """What a worker process does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(dict.fromkeys(THREADS, "1"))
    Thread(target=_leave_with, args=(stop,), daemon=True).start()


def _leave_with(stop: Connection) -> None:
    """End this process when nobody holds the other end of the pipe any more, whatever it is at."""
    with suppress(EOFError, OSError):
        stop.recv_bytes()
    os._exit(1)


def _run(job: Work[T]) -> T:
    return job.run()


def _failed(future: Future[T]) -> bool:
    return future.exception() is not None
