"""Several lanes on one problem, from one start: all that their runs depend on, and a race that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..surface.protocol import ClosedForm, Window
from .examples.recipes import Recipe
from .lane import Lane
from .problem import Problem
from .run import Run
from .track import Track
from .verdict.track_judge import TrackJudge, observe_all

BASIN = 8  # Bytes of what the judge keeps of a moment.


@dataclass(frozen=True, slots=True)
class Experiment:
    """All of a scene that its runs depend on: what is minimised, from where, and how.

    A process that computes runs gets no more: it need not load what reads and tells scenes, which takes long.
    """

    surface: ClosedForm | None
    examples: Recipe
    window: Window
    start: tuple[float, float]
    lanes: tuple[Lane, ...]

    def problem(self) -> Problem:
        """What is minimised; the same object for experiments that differ in nothing that matters to it."""
        return _problem(self.surface, self.examples, self.window)


@lru_cache(maxsize=8)
def _problem(surface: ClosedForm | None, examples: Recipe, window: Window) -> Problem:
    return Problem(*examples.sums(surface), window)


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
        """About how many bytes it takes by now, with its problem."""
        return self.problem.nbytes + sum(run.nbytes + run.updates * BASIN for run in self._runs)

    def extend(self, updates: int) -> None:
        """Compute on until `updates` are recorded in every lane that has not diverged."""
        for run in self._runs:
            run.extend(updates)
        observe_all(self.judges)
        self.updates = max(self.updates, updates)
