"""Computing that may be given up: whatever evaluates a surface is asked, each time, whether it is still wanted.

Long computing consists of evaluations, and nothing is half-written in the middle of one: what is given up there leaves
nothing behind but what it had finished.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_unwanted: ContextVar[Callable[[], bool] | None] = ContextVar("unwanted", default=None)


class Cancelled(Exception):
    """What was being computed is not wanted any more."""


@contextmanager
def cancel_when(unwanted: Callable[[], bool]) -> Iterator[None]:
    """Within it, and in this thread alone, computing is given up as soon as `unwanted` says so.

    Raises:
        GivenUp: it has said so.
    """
    token = _unwanted.set(unwanted)
    try:
        yield
    finally:
        _unwanted.reset(token)


def raise_if_cancelled() -> None:
    """Go on, if this is still wanted; to be called wherever much is about to be computed.

    Raises:
        GivenUp: it is not.
    """
    unwanted = _unwanted.get()
    if unwanted is not None and unwanted():
        raise Cancelled
