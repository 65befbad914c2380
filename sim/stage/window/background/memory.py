"""Memory that is free is given back: the C library of Linux else keeps what was once taken for arrays and pictures.

What refers to itself, as widgets do, is freed by Python only when it looks for such. It seldom does, since it counts
objects and not their size: a few widgets may hold megabytes of pictures.
"""

import ctypes
import gc
import sys
import time
from typing import Any

PERIOD = 2.0
"""Seconds, at least, from one time to the next."""
LARGE = 1 << 17
"""Bytes from which on anything is taken from the system by itself, and given back with it."""
MMAP_THRESHOLD = -3
"""The name, a number, of that size among the options of GNU's C library."""

_last = -PERIOD


def _library(name: str) -> Any:
    """A function of the C library; None where there is none of that name, as elsewhere than with GNU's."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None


def keep_little() -> None:
    """Keep no large pieces of memory for later use: pictures and arrays come in so many sizes that few would fit.

    What has been loaded by now stays: Python need not look through it, which would hold up a frame.
    """
    gc.freeze()
    set_option = _library("mallopt")
    if set_option is not None:
        set_option(MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Free what only refers to itself, and give memory back to the system, if that has not been done just now.

    Not in a frame, for it takes a while.
    """
    global _last  # noqa: PLW0603  The process has one memory.
    now = time.monotonic()
    if now - _last < PERIOD:
        return
    _last = now
    gc.collect()
    trim = _library("malloc_trim")
    if trim is not None:
        trim(0)
