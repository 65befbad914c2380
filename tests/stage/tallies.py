"""Odds of so few seeds that a test need not wait for them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sim.study.odds import tally
from sim.study.odds.contrast import Speed

SPEEDS = (Speed(1e-6, 2e-6), Speed(3e-6, 4e-6))
"""Of updates with a small and with a large batch; invented."""


@contextmanager
def few_seeds(seeds: int) -> Iterator[None]:
    """So many seeds of each lane are counted, in two jobs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tally, "SEEDS", seeds)
        patch.setattr(tally, "BLOCKS", (seeds // 2,))
        tally.work.cache_clear()
        try:
            yield
        finally:
            tally.work.cache_clear()
