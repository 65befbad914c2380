"""Waiting for what other processes and threads do."""

import time
from collections.abc import Callable
from typing import TypeVar

WAIT = 60.0  # Seconds after which something that must happen has not happened, even on a busy machine.

T = TypeVar("T")


def until(happened: Callable[[], T]) -> T:
    """What is told of it as soon as it has happened."""
    deadline = time.monotonic() + WAIT
    while not (told := happened()):
        assert time.monotonic() < deadline, "it has not happened"
        time.sleep(0.002)
    return told
