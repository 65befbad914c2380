"""The judge of a track, which can be asked about any of its moments."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...surface.basins import NO_BASIN
from ...surface.points import Array, eigenvectors, norm
from ..examples.chance import Indices
from ..problem import Problem
from ..track import Track
from .blocks import DWELL, SWING, UNDAMPED
from .events import Event
from .judge import LOOKBACK, Judge
from .kinds import Place, VerdictKind
from .plan import Plan
from .sight.rests import elsewhere, level_with
from .sight.saddles import nearest_saddle
from .sight.sight import ROUNDING
from .sight.tolerances import LEAVING
from .stays import LONGEST_LULL
from .verdict import Verdict

BENT = (Place.SADDLE, Place.MAXIMUM, Place.RIDGE)
"""Where a way of negative curvature leads down."""


class TrackJudge:
    """Follows a track, and tells the verdict with its evidence at any moment that it has seen.

    `observe` takes in what has been recorded since the last call, and must be called once before the first
    question; how the calls are spaced makes no difference.
    """

    def __init__(self, track: Track) -> None:
        self.track = track
        self.events: list[Event] = []
        """What has happened, in the order in which it became certain."""
        self.changes: list[tuple[int, VerdictKind]] = []
        """Every verdict with the update from which on it held, the first at 0."""
        self._judge = Judge(track.problem, track.lane, track.theta[:1])
        self._basins: list[int] = []

    @property
    def seen(self) -> int:
        """How many moments of the track it has judged."""
        return self._judge.seen

    def observe(self) -> None:
        """Judge the moments that have been recorded since the last call."""
        track, judge = self.track, self._judge
        if judge.seen <= track.updates:
            first = max(0, judge.seen - LOOKBACK)
            columns = _OneRun(*(getattr(track, name)[first:, None] for name in _OneRun._fields))
            self._basins += judge.read(columns, first, track.updates + 1, np.array([track.updates]))[:, 0].tolist()
        if track.overflow is not None:
            end = np.array([track.overflow])
            failed = np.array([bool(track.failure)])
            judge.overflow(np.array([0]), end, track.theta[-1:], track.full_gradient[-1:], failed)
        self.events, self.changes = judge.log.events(), judge.log.changes()

    def verdict(self, update: int) -> Verdict:
        """The verdict at the moment `update`, which must have been recorded, or at the track's end."""
        change = bisect_right(self.changes, update, key=lambda entry: entry[0]) - 1
        since, kind = self.changes[change]
        track, problem = self.track, self.track.problem
        plan = Plan(track.lane, problem.train.count)
        moment = min(update, track.updates)
        theta, basin = track.theta[moment], self.basin(moment)
        lower, upper = track.curvatures[moment].tolist()
        bounces = kind.place is Place.WALLS
        swing, before = self._swing(moment, since) if bounces else (0.0, 0.0)
        found = self._found(theta, basin) if kind.place is Place.MINIMUM else None
        return Verdict(
            kind=kind,
            since=since,
            gradient_norm=float(norm(track.full_gradient[moment])),
            curvatures=(lower, upper),
            basin=None if found else basin,
            height=None if problem.lowest is None else float(track.loss[moment]) - problem.lowest,
            saddle=_saddle(problem, theta) if kind.place is Place.SADDLE else None,
            way_down=_way_down(problem, theta) if kind.place in BENT else None,
            loss=float(track.loss[moment]),
            swing=swing if bounces else None,
            fades=bounces and swing < UNDAMPED * before,
            found=found,
            lower=_lower(problem, *found) if found and kind is VerdictKind.STUCK else None,
            proved=kind is VerdictKind.SETTLED and _proved(problem, float(track.loss[moment])),
            decays=plan.decays and not plan.fades(update),
            penalty=plan.penalty,
            failure=track.failure if kind is VerdictKind.FAILED else "",
        )

    def basin(self, update: int) -> int | None:
        """In the basin of which known minimum the marble is at the moment `update`, or at the track's end."""
        basin = self._basins[min(update, self.track.updates)]
        return None if basin == NO_BASIN else basin

    def _found(self, theta: Array, basin: int | None) -> tuple[float, float] | None:
        """The minimum at which it rests at θ, if that is none of those known."""
        problem, label = self.track.problem, np.array([NO_BASIN if basin is None else basin])
        return _unknown(problem, *theta.tolist()) if elsewhere(problem, theta[None], label)[0] else None

    def _swing(self, moment: int, since: int) -> tuple[float, float]:
        """How far one that bounces does so at this moment, and did before; in a lull, before that began."""
        swing, before = self._longest(moment - SWING, moment), self._longest(moment - 2 * SWING, moment - SWING)
        if swing > ROUNDING * self.track.problem.units.length:
            return swing, before
        return self._longest(max(since, moment - LONGEST_LULL * DWELL) - SWING, moment), np.inf

    def _longest(self, first: int, last: int) -> float:
        """The longest of the movements from one moment to another."""
        return float(norm(self.track.movement[max(0, first) : max(0, last)]).max(initial=0.0))

    def events_until(self, update: int) -> list[Event]:
        """The events that are certain at the moment `update`, in the order in which they became so."""
        return self.events[: bisect_right(self.events, update, key=lambda event: event.seen)]


class _OneRun(NamedTuple):
    """A track's columns as those of a single run among many: (rows, 1, …)."""

    theta: Array
    loss: Array
    full_gradient: Array
    gradient: Array
    movement: Array

    def ground(self, rows: Indices, runs: Indices | slice) -> tuple[Array, Array]:
        """As `Columns` has it."""
        return self.loss[rows, runs], self.full_gradient[rows, runs]


def observe_all(judges: Iterable[TrackJudge]) -> None:
    """`observe` of several judges."""
    for judge in judges:
        judge.observe()


@lru_cache(maxsize=16)  # A problem is large, and lives for as long as it is in here.
def _unknown(problem: Problem, x: float, y: float) -> tuple[float, float] | None:
    """The minimum at (x, y) that is none of those known; asked for at every picture of a marble at rest."""
    place = np.array([[x, y]])
    if level_with(problem, place, problem.train.value(place))[0] > -np.inf:
        return None  # It is on the same floor as a known one.
    (found,) = problem.lookup(place)
    return None if found is None or found.point in problem.minima else found.point.position


def _saddle(problem: Problem, theta: Array) -> int | None:
    """Which saddle is at θ, if that is a known one."""
    (saddle,), (distance,) = nearest_saddle(problem, theta[None])
    return int(saddle) if distance <= LEAVING else None


@lru_cache(maxsize=16)
def _lower(problem: Problem, x: float, y: float) -> float | None:
    """How much lower a minimum is that is found around that at (x, y), if no known one is lower; else None."""
    place = np.array([[x, y]])
    loss = float(problem.train.value(place)[0])
    floor = loss - float(problem.rounding(place)[0])
    if problem.lowest is not None and problem.as_low < floor:
        return None
    lower = float(problem.lowest_about(place)[0])
    return loss - lower if lower < floor else None


def _proved(problem: Problem, loss: float) -> bool:
    """Whether the lowest known minimum is proved to be the lowest there is, and a loss that was seen is no lower."""
    return problem.lowest is not None and problem.proof is not None and loss >= 2 * problem.lowest - problem.as_low


def _way_down(problem: Problem, theta: Array) -> tuple[float, float]:
    """The eigenvector of the Hessian's smaller eigenvalue, its larger component positive."""
    direction = eigenvectors(problem.train.hessian(theta))[0]
    x, y = (direction * np.sign(direction[np.argmax(np.abs(direction))])).tolist()
    return x, y
