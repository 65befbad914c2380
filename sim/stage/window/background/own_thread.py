"""What may never end runs in a thread of its own, which nobody has to wait for."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

from ....surface.cancellation import raise_if_cancelled
from .worker_thread import taking_turns

PAUSE = 0.02
"""Seconds after which it is looked whether it is still wanted."""

T = TypeVar("T")


def in_own_thread(find: Callable[[], T]) -> T:
    """What comes of it, or what it raises. Given up, it goes on unheard, and ends with the process at the latest.

    Raises:
        GivenUp: it is not wanted any more.
    """
    outcome: Future[T] = Future()
    Thread(target=_told, args=(find, outcome), name="own thread", daemon=True).start()
    while not outcome.done():
        raise_if_cancelled()
        wait([outcome], PAUSE)
    return outcome.result()


def _told(find: Callable[[], T], outcome: "Future[T]") -> None:
    try:
        with taking_turns():
            outcome.set_result(find())
    except BaseException as error:
        outcome.set_exception(error)
