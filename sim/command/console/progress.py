"""A progress bar for what tells itself how far it is."""

from collections.abc import Generator
from typing import TypeVar

from .terminal import watched

STEPS = 100

T = TypeVar("T")


def result_of(progress: Generator[float, None, T]) -> T:
    """What a generator that yields the share of its work that is done returns in the end; meanwhile, a bar."""
    with watched(range(STEPS)) as steps:
        bar, shown = iter(steps), 0
        while True:
            try:
                share = next(progress)
            except StopIteration as end:
                result: T = end.value
                return result
            while shown < share * STEPS:
                next(bar, None)
                shown += 1
