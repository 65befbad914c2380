"""Several lanes on one problem, from one start, with one seed: computed as far as asked, and kept."""

from collections.abc import Sequence

import numpy as np

from .lane import Lane
from .problem import Problem
from .run import Run
from .track import Track
from .verdict.track_judge import TrackJudge, observe_all

BASIN = 8  # Bytes of what the judge keeps of a moment.


class Race:
    """The tracks of all lanes, and the judge of each.

    Going back is instant, since nothing is forgotten; a race with the same arguments has the same bits,
    however the computing was spread over calls.
    """

    def __init__(self, problem: Problem, lanes: Sequence[Lane], start: tuple[float, float], seed: int) -> None:
        self.problem = problem
        self.start = start
        self.seed = seed
        self._runs = tuple(Run(problem, lane, np.array([start]), np.array([seed])) for lane in lanes)
        self.tracks = tuple(Track(run, 0) for run in self._runs)
        self.judges = tuple(TrackJudge(track) for track in self.tracks)
        observe_all(self.judges)
        self.updates = 0
        """How many updates every lane has either recorded or diverged before."""

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes by now, the problem aside."""
        return sum(run.nbytes + run.updates * BASIN for run in self._runs)

    def extend(self, updates: int) -> None:
        """Compute on until `updates` are recorded in every lane that has not diverged."""
        for run in self._runs:
            run.extend(updates)
        observe_all(self.judges)
        self.updates = max(self.updates, updates)
