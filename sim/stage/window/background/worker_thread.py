"""Threads that compute beside the window let it have its turn soon, and take nothing with them if they fail.

What fails is given up and told once, in one sentence; the window goes on. Only what a picture is made of has to be
there: where that fails, so does the window.
"""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

from ....descent.rules.one_line import error_text
from ....surface.cancellation import Cancelled, cancel_when
from ...session.session import Message

SHARING = 0.0005
"""Seconds after which threads take turns while one of them computes."""

FAREWELL = 5.0
"""Seconds in which a thread has to end."""

PAUSE = 0.05
"""Seconds after which a thread looks whether what it waits for is still wanted."""

STAFF = 2
"""Processes that one thread has compute, at most: each takes some 60 MB."""

FAILURES = (Exception, SystemExit)
"""What comes of a failure; the latter of code that is not ours, and what else there is to the user's wish to end."""

_lock = Lock()
_computing: list[float] = []  # For each thread that does, how long turns lasted before the first of them began.


@contextmanager
def taking_turns() -> Iterator[None]:
    """Let other threads wait for less long than they usually do."""
    with _lock:
        _computing.append(_computing[0] if _computing else sys.getswitchinterval())
        sys.setswitchinterval(SHARING)
    try:
        yield
    finally:
        with _lock:
            before = _computing.pop()
            if not _computing:
                sys.setswitchinterval(before)


def failure(error: BaseException) -> str:
    """What to tell of a failure, in one line; all there is to know goes to where the program's mistakes are told."""
    traceback.print_exception(error)
    return error_text(error)


def failure_of_processes(error: BaseException) -> str:
    """What to tell of a failure where processes compute; nothing if it is for want of these."""
    from ....study.work.workers import StudyError  # noqa: PLC0415  The window's first frame needs none.

    return "" if isinstance(error, StudyError | OSError) else failure(error)


class Beside(Thread):
    """A thread that computes beside the window."""


def wait_for_all() -> None:
    """Wait until all threads that compute beside the window have ended, once they have been told to stop.

    One that goes on while the interpreter ends may take the process down, out of the midst of a library.
    """
    last = time.monotonic() + FAREWELL
    for thread in threading.enumerate():
        if isinstance(thread, Beside):
            thread.join(max(0.0, last - time.monotonic()))


class WorkerThread:
    """A thread that finds something out beside the window, until it is told to stop."""

    def __init__(self, run: Callable[[], None], name: str, failed: Callable[[str], Message]) -> None:
        """failed: what is told where it fails, by what `failure_of_processes` says of that."""
        self._found: SimpleQueue[Message] = SimpleQueue()
        self._unwanted = Event()
        self._thread = Beside(target=self._go, args=(run, failed), name=name, daemon=True)

    def _go(self, run: Callable[[], None], failed: Callable[[str], Message]) -> None:
        try:
            with cancel_when(self._unwanted.is_set):
                run()
        except Cancelled:
            pass
        except BaseException as error:
            self._found.put(failed(failure_of_processes(error)))

    def messages(self) -> list[Message]:
        """What has been found since the last call."""
        found = []
        while True:
            try:
                found.append(self._found.get_nowait())
            except Empty:
                return found

    def stop(self) -> None:
        """Let it be; what it has started ends soon."""
        self._unwanted.set()

    def close(self) -> None:
        """Let it be, and wait until no process is left."""
        self.stop()
        self._thread.join(FAREWELL)
