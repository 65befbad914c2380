"""Threads that compute beside the window let it have its turn soon."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

from ...session.session import Message

SHARING = 0.0005
"""Seconds after which threads take turns while one of them computes."""

FAREWELL = 5.0
"""Seconds in which a thread has to end."""

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


class Beside:
    """A thread that finds something out beside the window, until it is told to stop."""

    def __init__(self, run: Callable[[], None], name: str) -> None:
        self._found: SimpleQueue[Message] = SimpleQueue()
        self._unwanted = Event()
        self._thread = Thread(target=run, name=name, daemon=True)

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
