"""A run of many marbles that is judged, and of which only the last moments are kept."""

import numpy as np

from ..surface.basins import NO_BASIN, Labels
from ..surface.points import Array, norm
from .batches import Seeds
from .judge import Judge, show
from .problem import Problem
from .progress import Progress, lookback
from .run import Run
from .sight import Mask, Moments, Spells, sights
from .track import Lane

CHUNK = 256
"""Most updates that are made before the judges look."""


def moments_kept(problem: Problem, lane: Lane) -> int:
    """How many moments of each marble's run are in memory at a time, at most."""
    return lookback(problem.train.count, lane.batch_size) + CHUNK


class Crowd:
    """The runs of M marbles, one seed each, and a judge for every one.

    A run is in every bit, and is judged in every word, as it would be alone. Only the moments that may be
    needed once more are remembered, so memory does not grow with the updates. The eigenvalues of ∇²L
    are computed only where a judge asks for them.
    """

    def __init__(self, problem: Problem, lane: Lane, starts: Array, seeds: Seeds) -> None:
        self.run = Run(problem, lane, starts, seeds, moments_kept(problem, lane))
        """As far as it has been judged."""
        self.basins: Labels = np.full(len(seeds), NO_BASIN, dtype=np.intp)
        """The label of the basin in which each is, or last was before its numbers overflowed; shape (M,)."""
        self.judges = [Judge(problem, lane, (x, y)) for x, y in starts.tolist()]
        self._progress = Progress(problem.train.count, lane.batch_size, len(seeds))
        self._spells = Spells.none(len(seeds))
        self._observe(0)

    def extend(self, updates: int) -> None:
        """Go on until so many updates are made and judged, or until every marble's numbers have overflowed."""
        run = self.run
        while run.updates < updates and (run.ends < 0).any():
            begun = run.updates
            run.extend(min(begun + CHUNK, updates))
            self._observe(begun + 1)

    def _observe(self, first: int) -> None:
        """Let the judges see the moments from `first` on."""
        run, begin = self.run, first - self.run.first
        steps = norm(run.movement[begin - 1 :]) if first else np.zeros((1, len(self.judges)))
        theta = run.theta[begin:]

        def curvatures(wanted: Mask) -> Array:
            return run.curvatures_at(theta[wanted])

        moments = Moments(
            theta,
            steps,
            run.loss[begin:],
            run.full_gradient[begin:],
            curvatures,
            self._progress.read(run, run.first, range(first, run.updates + 1)),
        )
        seen, self._spells = sights(run.problem, moments, self._spells)
        last = run.made - first  # Negative where a run had ended before.
        show(self.judges, seen, np.maximum(last + 1, 0).tolist())
        self.basins = np.where(last < 0, self.basins, seen.basin[np.maximum(last, 0), np.arange(len(last))])
        on_surface = np.isfinite(run.full_gradient[-1]).all(axis=-1)
        for marble in np.flatnonzero(run.ends >= 0):
            self.judges[marble].conclude_overflow(int(run.ends[marble]) + 1, bool(on_surface[marble]))
