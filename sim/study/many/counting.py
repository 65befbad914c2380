"""What is counted of a plan as its blocks come, in whatever order; and its seeds one by one, in theirs."""

from collections.abc import Callable, Iterator

import numpy as np

from ...descent.examples.chance import Seeds
from ..odds.counts import SceneCounts
from ..odds.odds import BLOCK
from ..sweep.sweep import Result
from ..work.ensemble import Outcomes, alike
from .plan import Many


class CountAccumulator:
    """Counts of all lanes of a plan, and of its first lanes two by two; it grows as results come."""

    def __init__(self, plan: Many, paired: int) -> None:
        self.plan = plan
        self.counts = SceneCounts(plan.scene, plan.seeds, paired)

    def add(self, place: int, result: Result) -> None:
        """Count the result of a block, once."""
        self.counts.add(self.plan.blocks[place].case, result.outcomes)


def seed_by_seed(plan: Many, lanes: int, outcomes: Callable[[int], Outcomes]) -> Iterator[tuple[int, Outcomes]]:
    """The outcomes of the first so many lanes, one after the other, each with the place of its lane.

    Those of a block are found by its place, and only those of one block are in memory at a time.
    """
    for lane in range(lanes):
        for place in plan.places_of(lane):
            found = outcomes(place)
            if plan.certain(lane):
                yield from ((lane, alike(found, seeds)) for seeds in _seeds(plan))
            else:
                yield lane, found


def _seeds(plan: Many) -> Iterator[Seeds]:
    """All seeds in order, some at a time."""
    first, last = plan.scene.seed, plan.scene.seed + plan.seeds
    return (np.arange(at, min(at + BLOCK, last)) for at in range(first, last, BLOCK))
