"""How far the search of one lane has come while it goes on, and which learning rate is ahead."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..sweep.sweep import Result
from .candidates import FINE, RATE
from .search import LEAST, Candidate, Tuning, ranked
from .tuned import LaneTuned, level_of

NEARLY = 0.99
"""The largest share of a search that is not done."""


@dataclass(frozen=True, slots=True)
class Going:
    """What can be told of it."""

    share: float
    """How much of it is done, about, from 0 to 1: how much there is to do turns out only on the way."""
    rate: float | None
    """The best learning rate so far, of those with the most seeds; None before any has run."""


def going(tuning: Tuning, results: Mapping[int, Result], before: Going | None = None) -> Going:
    """How far a search of a single lane has come with these results; it never goes back."""
    done, known = _done(tuning, results)
    share = max(min(done / _work(tuning), NEARLY), before.share if before is not None else 0.0)
    rate = _ahead(tuning, results, known)
    return Going(share, rate if rate is not None or before is None else before.rate)


def is_better(tuning: Tuning, lane: LaneTuned) -> bool:
    """Whether the best that was found is known to be better than what the lane has, on the fresh seeds."""
    return lane.own.behind.low > level_of(tuning)


def _done(tuning: Tuning, results: Mapping[int, Result]) -> tuple[int, list[Candidate]]:
    """How many seeds have run, and of which candidates."""
    blocks, shape = tuning.blocks, tuning.lanes[0].shape
    some = [blocks[place] for place in results]
    cases = {block.case for block in some}
    known = [tuple(int(index) for index in np.unravel_index(case, shape)) for case in sorted(cases)]
    return sum(block.job.count for block in some), known


def _work(tuning: Tuning) -> int:
    """How many seeds run in a search in which nothing lies at an end of the grid."""
    among, blocks = tuning.lanes[0], tuning.blocks
    alive = among.begin()
    finer = 2 * (FINE - 1)
    if len(blocks.of(0, among.own)) == 1 == blocks[blocks.of(0, among.own)[0]].job.count:
        return len(alive) + finer
    count, added = len(alive), [sum(number for _, number in rung) for rung in blocks.rungs]
    seeds = count * added[0]
    for number in added[1:]:
        count = min(count, max(LEAST, -(-count // 2)))
        seeds += count * number
    return seeds + (finer + len(alive) + 1) * tuning.seeds


def _ahead(tuning: Tuning, results: Mapping[int, Result], known: list[Candidate]) -> float | None:
    """The learning rate of the best candidate, among those with the most seeds."""
    blocks = tuning.blocks
    for rung in range(len(blocks.rungs), 0, -1):
        there = [each for each in known if all(place in results for place in blocks.of(0, each, rung))]
        if there:
            best, *_ = ranked(tuning, 0, there, results, rung)
            return float(tuning.lanes[0].values(best)[RATE])
    return None
