"""Several lanes on one problem, from one start, with one seed: computed as far as asked, and kept."""

from collections.abc import Sequence

from .problem import Problem
from .track import Lane, Track
from .track_judge import TrackJudge, observe_all


class Race:
    """The tracks of all lanes, and the judge of each.

    Going back is instant, since nothing is forgotten; a race with the same arguments has the same bits,
    however the computing was spread over calls.
    """

    def __init__(self, problem: Problem, lanes: Sequence[Lane], start: tuple[float, float], seed: int) -> None:
        self.problem = problem
        self.start = start
        self.seed = seed
        self.tracks = tuple(Track(problem, lane, start, seed) for lane in lanes)
        self.judges = tuple(TrackJudge(track) for track in self.tracks)
        observe_all(self.judges)
        self.updates = 0
        """How many updates every lane has either recorded or diverged before."""

    def extend(self, updates: int) -> None:
        """Compute on until `updates` are recorded in every lane that has not diverged."""
        for track in self.tracks:
            track.extend(updates)
        observe_all(self.judges)
        self.updates = max(self.updates, updates)
