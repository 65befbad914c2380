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
    however the computing was spread over calls, and whichever lanes it has from a former race.
    """

    def __init__(
        self,
        problem: Problem,
        lanes: Sequence[Lane],
        start: tuple[float, float],
        seed: int,
        former: "Race | None" = None,
    ) -> None:
        """A race at its start.

        former: one whose lanes are taken over, as far as they are the same in every respect. They belong to both races,
            and are computed on in either.
        """
        self.problem = problem
        self.start = start
        self.seed = seed
        alike = former is not None and former.problem is problem and (former.start, former.seed) == (start, seed)
        kept = [judge for judge in former.judges if judge.track.lane in lanes] if former is not None and alike else []
        self.judges: tuple[TrackJudge, ...] = tuple(
            next((judge for judge in kept if judge.track.lane == lane), None) or self._new(lane) for lane in lanes
        )
        self.tracks = tuple(judge.track for judge in self.judges)
        self._runs = tuple(track.run for track in self.tracks)
        self.reach = min((_made(judge.track) for judge in kept), default=0.0)
        """How many updates the lanes that were taken over had made then, or ended before; 0 if there are none."""
        self.updates: int = former.updates if former is not None and len(kept) == len(lanes) else 0
        """How many updates every lane has either recorded or ended before."""

    def _new(self, lane: Lane) -> TrackJudge:
        run = Run(self.problem, lane, np.array([self.start]), np.array([self.seed]))
        judge = TrackJudge(Track(run, 0))
        judge.observe()
        return judge

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes by now, with its problem."""
        return self.problem.nbytes + sum(run.nbytes + run.updates * BASIN for run in self._runs)

    def extend(self, updates: int) -> None:
        """Compute on until `updates` are recorded in every lane whose numbers do not overflow, nor its rule fails."""
        for run in self._runs:
            run.extend(updates)
        observe_all(self.judges)
        self.updates = max(self.updates, updates)


def _made(track: Track) -> float:
    """How many updates a track has; infinitely many, if it has come to its end."""
    return np.inf if track.overflow is not None else track.updates
