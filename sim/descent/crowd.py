"""A run of many marbles that is judged, and of which only the last moments are kept."""

import numpy as np

from ..surface.points import Array
from .examples.chance import Seeds
from .lane import Lane
from .problem import Problem
from .run import Run
from .verdict.blocks import reach_of
from .verdict.judge import LOOKBACK, Judge
from .verdict.sketch import sketch_of

CHUNK = 256
"""Most updates that are made before the judge looks."""

FARTHEST = 400
"""How many updates a judge may go back, at most, to see what a verdict turns on.

In lanes with longer epochs, whose judge may ask for what lies farther back, all of it is computed at once.
"""

MANY = 200
"""Marbles from which on a sketch of the training loss pays: fewer do not come to the same cells often enough."""


def moments_kept(lane: Lane, count: int) -> int:
    """How many moments of each marble's run are in memory at a time, at most, with N examples."""
    return lookback(lane, count) + CHUNK


def lookback(lane: Lane, count: int) -> int:
    """How many of the moments that have been judged are in memory with those that are new."""
    reach = reach_of(lane.updates_per_epoch(count))
    return LOOKBACK + (reach if lane.chance(count) and reach <= FARTHEST else 0)


class Crowd:
    """The runs of M marbles, one seed each, and the judge of all.

    A run is in every bit, and is judged in every word, as it would be alone. Only the moments that may be
    needed once more are remembered, so memory does not grow with the updates.
    """

    def __init__(self, problem: Problem, lane: Lane, starts: Array, seeds: Seeds) -> None:
        count = problem.train.count
        self.run = Run(problem, lane, starts, seeds, moments_kept(lane, count))
        """As far as it has been judged."""
        sketch = sketch_of(problem) if len(starts) >= MANY else None
        self.judge = Judge(problem, lane, starts, lookback(lane, count), sketch)
        self._observe()

    def extend(self, updates: int) -> None:
        """Go on until so many updates are made and judged, or until every marble has overflowed or its rule failed."""
        run = self.run
        while run.updates < updates and (run.ends < 0).any():
            run.extend(min(run.updates + CHUNK, updates))
            self._observe()

    def _observe(self) -> None:
        """Let the judge see the moments that it has not seen."""
        run = self.run
        self.judge.read(run, run.first, run.updates + 1, run.made)
        ended = np.flatnonzero(run.ends >= 0)
        failed = np.isin(ended, list(run.failures))
        last = np.full(len(ended), run.updates - run.first)
        theta, (_, gradient) = run.theta[-1, ended], run.ground(last, ended)
        self.judge.overflow(ended, run.ends[ended] + 1, theta, gradient, failed)
