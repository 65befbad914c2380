"""Threads that compute beside the window let it have its turn soon."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

SHARING = 0.0005  # Seconds after which threads take turns while one of them computes.

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
