"""A run of many marbles that is judged, and of which only the last moments are kept."""

import numpy as np

from ..surface.points import Array
from .examples.chance import Seeds
from .lane import Lane
from .problem import Problem
from .run import Run
from .verdict.judge import LOOKBACK, Judge

CHUNK = 256
"""Most updates that are made before the judge looks."""

MOMENTS_KEPT = LOOKBACK + CHUNK
"""How many moments of each marble's run are in memory at a time, at most."""


class Crowd:
    """The runs of M marbles, one seed each, and the judge of all.

    A run is in every bit, and is judged in every word, as it would be alone. Only the moments that may be
    needed once more are remembered, so memory does not grow with the updates.
    """

    def __init__(self, problem: Problem, lane: Lane, starts: Array, seeds: Seeds) -> None:
        self.run = Run(problem, lane, starts, seeds, MOMENTS_KEPT)
        """As far as it has been judged."""
        self.judge = Judge(problem, lane, starts)
        self._observe()

    def extend(self, updates: int) -> None:
        """Go on until so many updates are made and judged, or until every marble's numbers have overflowed."""
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
        self.judge.overflow(ended, run.ends[ended] + 1, run.theta[-1, ended], run.full_gradient[-1, ended], failed)
