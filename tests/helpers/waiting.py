"""Waiting for what other processes and threads do, and for what this one computes."""

import time
from collections.abc import Callable
from typing import TypeVar

WAIT = 60.0  # Seconds after which something that must happen has not happened, even on a busy machine.

TRIES = 3

T = TypeVar("T")


def until(happened: Callable[[], T], pause: float = 0.002) -> T:
    """What is told of it as soon as it has happened, by looking again after so many seconds."""
    deadline = time.monotonic() + WAIT
    while not (told := happened()):
        assert time.monotonic() < deadline, "it has not happened"
        time.sleep(pause)
    return told


def at_once(action: Callable[[], object], seconds: float) -> None:
    """See that it takes less computing than that; on a busy machine, on which caches are shared, once of some times."""
    taken: list[float] = []
    while not taken or (taken[-1] >= seconds and len(taken) < TRIES):
        begun = time.process_time()
        action()
        taken.append(time.process_time() - begun)
    assert min(taken) < seconds
