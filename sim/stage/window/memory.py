"""Memory that is free is given back: the C library of Linux else keeps what was taken for arrays and pictures."""

import ctypes
import sys
import time

PERIOD = 5.0  # Seconds, at least, from one time to the next.

_last = -PERIOD


def give_back() -> None:
    """Give free memory back to the system, if that has not been done just now; not beside a frame: it takes a while."""
    global _last  # noqa: PLW0603  The process has one memory.
    now = time.monotonic()
    if not sys.platform.startswith("linux") or now - _last < PERIOD:
        return
    _last = now
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # Other C libraries than GNU's have none, or need none.
    if trim is not None:
        trim(0)
