"""The judge of a track, which can be asked about any of its moments."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ..surface.basins import NO_BASIN
from ..surface.points import Array, eigenvectors, norm
from .judge import Judge, show
from .problem import Problem
from .progress import Progress, Signs
from .sight import Mask, Moments, Spells, nearest_saddle, sights
from .track import Track
from .verdict import Event, Kind, Verdict


class TrackJudge(Judge):
    """Follows a track, and tells the verdict with its evidence at any moment that it has seen.

    `observe` takes in what has been recorded since the last call, and must be called once before the first
    question; how the calls are spaced makes no difference.
    """

    def __init__(self, track: Track) -> None:
        x, y = track.theta[0].tolist()
        super().__init__(track.problem, track.lane, (x, y))
        self.track = track
        self._progress = Progress(track.problem.train.count, track.lane.batch_size, 1)
        self._spells = Spells.none(1)
        self._basins: list[int] = []

    def observe(self) -> None:
        """Judge the moments that have been recorded since the last call."""
        observe_all([self])

    def verdict(self, update: int) -> Verdict:
        """The verdict at the moment `update`, which must have been recorded, or at the track's end."""
        change = bisect_right(self.changes, update, key=lambda entry: entry[0]) - 1
        since, kind = self.changes[change]
        track, problem = self.track, self.track.problem
        moment = min(update, track.updates)
        theta, basin = track.theta[moment], self._basins[moment]
        lower, upper = track.curvatures[moment].tolist()
        return Verdict(
            kind=kind,
            since=since,
            gradient_norm=float(norm(track.full_gradient[moment])),
            curvatures=(lower, upper),
            basin=None if basin == NO_BASIN else basin,
            height=None if problem.lowest is None else float(track.loss[moment]) - problem.lowest,
            saddle=int(nearest_saddle(problem, theta[None])[0][0]) if kind is Kind.STALLED else None,
            way_down=_way_down(problem, theta) if kind in (Kind.STALLED, Kind.BALANCED) else None,
            loss=float(track.loss[moment]),
        )

    def events_until(self, update: int) -> list[Event]:
        """The events that are certain at the moment `update`, in the order in which they became so."""
        return self.events[: bisect_right(self.events, update, key=lambda event: event.seen)]

    def _signs(self, moments: range) -> Signs:
        """Of the track's next moments."""
        track = self.track
        columns = (track.loss, track.full_gradient, track.gradient, track.movement)
        return self._progress.read(_OneRun(*(column[:, None] for column in columns)), 0, moments)

    def _conclude_end(self) -> None:
        track = self.track
        if track.overflow is not None:
            self.conclude_overflow(track.overflow, bool(np.isfinite(track.full_gradient[-1]).all()))


class _OneRun(NamedTuple):
    """A track's columns as those of a single run among many: (rows, 1, …)."""

    loss: Array
    full_gradient: Array
    gradient: Array
    movement: Array


def observe_all(judges: Iterable[TrackJudge]) -> None:
    """`observe` of judges on one problem, the moments of all that have as many to see computed together."""

    def news(judge: TrackJudge) -> tuple[int, int]:
        return judge.seen, judge.track.updates + 1

    for (first, last), group in groupby(sorted(judges, key=news), key=news):
        alike = list(group)
        if last > first:
            _show(alike, range(first, last))
        for judge in alike:
            judge._conclude_end()


def _show(judges: Sequence[TrackJudge], moments: range) -> None:
    """Let the judges see these moments of their tracks."""
    spells = Spells._make(map(np.concatenate, zip(*(judge._spells for judge in judges), strict=True)))
    seen, after = sights(judges[0].track.problem, _moments(judges, moments), spells)
    show(judges, seen, [len(moments)] * len(judges))
    for run, judge in enumerate(judges):
        judge._spells = Spells._make(part[run : run + 1] for part in after)
        judge._basins += seen.basin[:, run].tolist()


def _moments(judges: Sequence[TrackJudge], moments: range) -> Moments:
    """These moments of the judges' tracks."""
    rows = slice(moments.start, moments.stop)

    def column(name: str) -> Array:
        return np.stack([getattr(judge.track, name)[rows] for judge in judges], axis=1)

    def curvatures(wanted: Mask) -> Array:
        return column("curvatures")[wanted]

    steps = np.zeros((len(moments), len(judges)))
    led = max(moments.start, 1)  # No movement led to the start.
    for run, judge in enumerate(judges):
        steps[led - moments.start :, run] = norm(judge.track.movement[led - 1 : moments.stop - 1])
    signs = [judge._signs(moments) for judge in judges]
    return Moments(
        column("theta"),
        steps,
        column("loss"),
        column("full_gradient"),
        curvatures,
        Signs._make(np.concatenate(part, axis=1) for part in zip(*signs, strict=True)),
    )


def _way_down(problem: Problem, theta: Array) -> tuple[float, float]:
    """The eigenvector of the Hessian's smaller eigenvalue, its larger component positive."""
    direction = eigenvectors(problem.train.hessian(theta))[0]
    x, y = (direction * np.sign(direction[np.argmax(np.abs(direction))])).tolist()
    return x, y
