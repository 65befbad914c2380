"""Computing in steps, between which one may look on or think better of it."""

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")


def finished(steps: Generator[Any, None, T]) -> T:
    """What comes of it, computed without a stop."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
