"""From a run to its verdicts and events: each moment is seen once, in order."""

import math
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from sim.descent.batches import updates_per_epoch
from sim.descent.problem import Problem
from sim.descent.sight import (
    NO_SADDLE,
    Moments,
    Sight,
    Sights,
    holding_saddle,
    nearest_saddle,
    sight,
    sights,
)
from sim.descent.track import Lane, Record
from sim.descent.verdict import (
    BOUNCES,
    DAMPED,
    DAMPING,
    DWELL,
    DWELL_IN_NOISE,
    DWELL_OUTSIDE,
    FLAT_CURVATURE,
    LEAVING,
    NO_PROGRESS,
    NOISE,
    REST_DISTANCE,
    REST_GRADIENT,
    REST_MOVEMENT,
    RESTLESS,
    SETTLING,
    SLOW_GRADIENT,
    SLOW_MOVEMENT,
    SLOWED,
    UNDAMPED,
    WANDERING_SPANS,
    Event,
    Kind,
    Verdict,
)
from sim.surface.basins import NO_BASIN, Labels
from sim.surface.points import Array, eigenvectors, norm

BASIN = Sight._fields.index("basin")
SPELLS = [Sight._fields.index("slow"), Sight._fields.index("near")]

_OVER = (Kind.DIVERGED, Kind.OFF_SURFACE)
_RESTS = (Kind.SETTLED, Kind.STUCK, Kind.LEVEL, Kind.BALANCED)


@dataclass(slots=True)
class State:
    """What the judge remembers from one moment to the next. Counts are in moments."""

    kind: Kind = Kind.DESCENDING
    since: int = 0
    resting: int = 0  # How long it has been where it could rest,
    fastest: float = 0.0  # its longest movement there,
    rested: bool = False  # and whether it has come to rest there,
    lingering: int = 0  # how long on a gentle slope in a saddle's reach.
    home: int = NO_BASIN  # The basin that it is in, beyond doubt,
    arrived: int = 0  # and since when.
    guest: int = NO_BASIN  # Another basin that it has entered, perhaps for good,
    entered: int = 0  # and when.
    saddle: int = NO_SADDLE  # The saddle that it is visiting,
    visit: int = 0  # how long,
    touched: bool = False  # and whether the slope was gentle there.
    held: int = NO_SADDLE  # The saddle in which the full-batch descent from the start ends.
    longest: float = 0.0  # The longest of the movements before it began to bounce.


class Judge:
    """Follows one run and keeps its verdicts and events.

    `observe` takes in what has been recorded since the last call, and must be called once before the first
    question; how the calls are spaced makes no difference.
    """

    def __init__(self, track: Record) -> None:
        self.track = track
        self.events: list[Event] = []
        self._problem = track.problem
        self._noisy = track.lane.batch_size < track.problem.train.count
        self._patience = max(DWELL_IN_NOISE, track.updates_per_epoch) if self._noisy else DWELL
        self._span = _span(track.updates_per_epoch)
        self._state = State()
        self.seen = 0
        """How many moments of the run it has judged."""
        self.changes: list[tuple[int, Kind]] = []
        """Every verdict with the update from which on it held, the first at 0."""
        self.slow = 0
        """How many moments it has been on a gentle slope,"""
        self.near = 0
        """and how many near a saddle."""
        self._basins: list[int] = []  # Of the moments that the record still holds.

    @property
    def kind(self) -> Kind:
        """The verdict at the last moment seen."""
        return self._state.kind

    @property
    def basin(self) -> int:
        """The label of the basin at the last moment seen."""
        return self._basins[-1]

    def observe(self) -> None:
        """Judge the moments that have been recorded since the last call."""
        observe_all([self])

    def take(self, rows: Array, eventful: Sequence[int]) -> None:
        """Judge the next K moments: rows of `Sights.by_run` (K, parts), and which of them are `Sights.eventful`.

        Elsewhere nothing but time can change the state, and the judge looks only when it could.
        """
        count = min(len(rows), self.track.updates + 1 - self.seen)
        first, moment, coming = self.seen, 0, 0
        numbers = rows.tolist() if len(eventful) > count // 4 else None  # All at once is cheaper, if most are needed.
        while moment < count:
            self.seen = first + moment
            self._judge(sight(numbers[moment] if numbers else rows[moment].tolist()))
            while coming < len(eventful) and eventful[coming] < moment:
                coming += 1
            if coming < len(eventful) and eventful[coming] == moment:
                moment += 1  # What has just ended is undone in the first moment without an event.
            else:
                place = eventful[coming] if coming < len(eventful) else count
                moment = min(place, self._due() - first)
        self.seen = first + count
        if count:
            self.slow, self.near = (int(number) for number in rows[count - 1, SPELLS])
            self._basins += rows[:count, BASIN].astype(int).tolist()
            del self._basins[: len(self._basins) - (self.seen - self.track.first)]

    def conclude_overflow(self) -> None:
        """Say of a run whose numbers have overflowed that it diverged, or that it came to where there is no surface."""
        overflow = self.track.overflow
        if overflow is not None and self._state.kind not in _OVER:
            slope = norm(self.track.full_gradient[self.track.updates - self.track.first])
            self._conclude(Kind.DIVERGED if np.isfinite(slope) else Kind.OFF_SURFACE, overflow)

    def _due(self) -> int:
        """The next moment at which time alone may change the verdict, as `_kind` and `_conclude` have it."""
        state, now = self._state, self.seen
        dues = [state.since + DWELL] if now < state.since + DWELL else []
        if state.guest != NO_BASIN:
            dues.append(max(now + 1, state.entered + DWELL - 1))
        if state.kind is not Kind.RATTLING:
            quarter, stay = max(1, self._span // 4), now - state.arrived
            shortest = min(self._span, *(span for span, _ in BOUNCES))
            dues.append(now + max(quarter - stay % quarter, shortest - stay))
            if self._noisy and state.arrived > 0:
                dues.append(now + self._span - now % self._span)
            if state.kind is Kind.WANDERING:
                dues.append(max(now + 1, state.arrived + WANDERING_SPANS * self._span))
            if state.kind is Kind.BOUNCING:
                dues.append(now + DAMPING - (now - state.since) % DAMPING)
        return min(dues, default=sys.maxsize)

    def verdict(self, update: int) -> Verdict:
        """The verdict at the moment `update`, which must have been recorded, or at the track's end."""
        change = bisect_right(self.changes, update, key=lambda entry: entry[0]) - 1
        since, kind = self.changes[change]
        track, problem = self.track, self._problem
        moment = min(update, track.updates) - track.first
        theta = track.theta[moment]
        basin = self._basins[moment]
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

    def _judge(self, sight: Sight) -> None:
        state = self._state
        _count(state, sight, self._patience)
        self._follow_saddle(state, sight)
        self._follow_basin(state, sight)
        self._conclude(self._kind(state, sight), self.seen)

    def _conclude(self, kind: Kind, update: int) -> None:
        """Change the verdict, unless it has only just been changed."""
        state = self._state
        held = update - state.since < DWELL and kind not in _OVER and state.since > 0
        if (held or kind is state.kind) and self.changes:
            return
        state.kind, state.since = kind, update
        state.longest = self._longest(update) if kind is Kind.BOUNCING else 0.0
        self.changes.append((update, kind))
        if kind is not Kind.DESCENDING:
            self.events.append(Event(update, update, kind.code, target=None if state.home == NO_BASIN else state.home))

    def _kind(self, state: State, sight: Sight) -> Kind:
        if sight.far or state.kind is Kind.DIVERGED:
            return Kind.DIVERGED
        if state.rested:
            return state.kind if state.kind in _RESTS else sight.kind_of_rest()
        if state.lingering >= DWELL:
            return Kind.STALLED
        if self._lasts(state):
            return state.kind
        if sight.slow >= DWELL and sight.reaches > 1 and not sight.arriving:
            return Kind.PLATEAU
        return self._progress(state)

    def _progress(self, state: State) -> Kind:
        """Descending, unless there has been no progress over a whole span, in one basin or in several."""
        unsure = 1 if state.home != NO_BASIN else 2
        stay = self.seen - state.arrived
        long = WANDERING_SPANS * self._span
        if self._noisy and state.arrived > 0 and stay < self._span and self.seen % self._span == 0:
            return Kind.WANDERING if self.seen >= long and self._rattles(long) else Kind.DESCENDING
        if stay % max(1, self._span // 4):
            return Kind.DESCENDING
        if self._noisy and stay >= unsure * self._span and self._rattles(unsure * self._span):
            return Kind.RATTLING
        if any(stay >= span and self._bounces(span, reversals) for span, reversals in BOUNCES):
            return Kind.BOUNCING
        return Kind.DESCENDING

    def _lasts(self, state: State) -> bool:
        """Rattling lasts until an escape, wandering until a long stay; bouncing until it has become much less."""
        if state.kind is Kind.RATTLING:
            return state.arrived < self.seen
        if state.kind is Kind.WANDERING:
            return self.seen - state.arrived < WANDERING_SPANS * self._span
        if state.kind is not Kind.BOUNCING or state.arrived == self.seen:
            return False
        if (self.seen - state.since) % DAMPING:
            return True
        return self._longest(self.seen) >= DAMPED * state.longest

    def _past(self, column: Array, first: int, last: int) -> Array:
        """The rows of a column that belong to the moments first … last − 1."""
        return column[first - self.track.first : last - self.track.first]

    def _longest(self, update: int) -> float:
        """The longest of the last movements up to that update."""
        return float(norm(self._past(self.track.movement, max(update - DAMPING, 0), update)).max())

    def _rattles(self, span: int) -> bool:
        """The loss has stopped falling, and the batches make enough noise to be what keeps the marble going."""
        first, last = self.seen - span, self.seen
        losses = np.array(self._past(self.track.loss, first + 1, last + 1))
        mean, half = losses.sum() / span, span // 2
        before, after = losses[:half].sum() / half, losses[half:].sum() / (span - half)
        losses -= mean
        if not before - after <= NO_PROGRESS * math.sqrt(losses.dot(losses) / span):
            return False
        slopes = self._past(self.track.full_gradient, first, last)
        noise = self._past(self.track.gradient, first, last) - slopes
        return bool(np.sum(noise * noise) > NOISE * NOISE * np.sum(slopes * slopes))

    def _bounces(self, span: int, reversals: float) -> bool:
        """Most movements undo the one before, and no quarter's longest is shorter than that of the quarter before."""
        moves = self._past(self.track.movement, self.seen - span, self.seen)
        if np.mean(np.sum(moves[1:] * moves[:-1], axis=-1) < 0) < reversals:
            return False
        longest = norm(moves).reshape(4, -1).max(axis=1)
        return bool(longest[0] > 0 and (longest[1:] >= UNDAMPED * longest[:-1]).all())

    def _follow_basin(self, state: State, sight: Sight) -> None:
        """Escape: into another basin, deep enough or for long enough not to be a hop over the ridge."""
        update = self.seen
        if update == 0:
            state.home = sight.basin
            if sight.basin == NO_BASIN:
                state.held = holding_saddle(self._problem, *self.track.theta[0].tolist())
        elif sight.basin in (state.home, NO_BASIN):
            state.guest = NO_BASIN
        elif sight.basin != state.guest:
            state.guest, state.entered = sight.basin, update
        elif update - state.entered + 1 >= (DWELL if sight.certain == sight.basin else DWELL_OUTSIDE):
            if state.home != NO_BASIN:
                self.events.append(Event(state.entered, update, "escaped", state.home, sight.basin))
            elif state.held != NO_SADDLE:
                self.events.append(Event(state.entered, update, "left_saddle", state.held, sight.basin))
            state.home, state.guest, state.arrived = sight.basin, NO_BASIN, update

    def _follow_saddle(self, state: State, sight: Sight) -> None:
        """Left saddle: out of its reach again, after a stay there on a gentle slope."""
        if state.saddle == NO_SADDLE:
            if sight.saddle != NO_SADDLE and sight.reaches <= 1:
                state.saddle, state.visit, state.touched = sight.saddle, 1, sight.slope <= SLOW_GRADIENT
        elif sight.saddle == state.saddle and sight.reaches <= LEAVING:
            state.visit += 1
            state.touched = state.touched or sight.slope <= SLOW_GRADIENT
        else:
            if state.visit >= DWELL and state.touched:
                self.events.append(Event(self.seen, self.seen, "left_saddle", source=state.saddle))
                state.held = NO_SADDLE
            state.saddle = NO_SADDLE


def lookback(problem: Problem, lane: Lane) -> int:
    """How many moments back the judge of such a run may look."""
    spans = WANDERING_SPANS * _span(updates_per_epoch(problem.train.count, lane.batch_size))
    return max(spans, DAMPING, *(span for span, _ in BOUNCES)) + 1


def _span(updates_per_epoch: int) -> int:
    """Over how many updates a marble must make no progress to rattle."""
    return max(SETTLING, 2 * updates_per_epoch)


def observe_all(judges: Iterable[Judge]) -> None:
    """`observe` of judges on one problem, the moments of all that have as many to see computed together."""

    def news(judge: Judge) -> tuple[int, int]:
        return judge.seen, judge.track.updates + 1

    for (first, last), group in groupby(sorted(judges, key=news), key=news):
        alike = list(group)
        if last > first or not alike[0].changes:
            moments = _moments([judge.track for judge in alike], first, last)
            show(alike, sights(alike[0].track.problem, moments, *spells(alike)))
        else:
            for judge in alike:
                judge.conclude_overflow()


def spells(judges: Sequence[Judge]) -> tuple[Labels, Labels]:
    """For how many moments each of M runs has been on a gentle slope, and near a saddle; both (M,). For `sights`."""
    return np.array([judge.slow for judge in judges]), np.array([judge.near for judge in judges])


def show(judges: Sequence[Judge], seen: Sights) -> None:
    """Let the judges of M runs judge the moments (K, M) that they see."""
    runs, moments = np.nonzero(seen.eventful().T)
    begins = np.searchsorted(runs, np.arange(len(judges) + 1)).tolist()
    for judge, rows, (begin, end) in zip(judges, seen.by_run(), pairwise(begins), strict=True):
        judge.take(rows, moments[begin:end].tolist())
        judge.conclude_overflow()


def judge_all(tracks: Sequence[Record]) -> list[Judge]:
    """The judges of many runs on one problem, which have seen all that is recorded."""
    judges = [Judge(track) for track in tracks]
    observe_all(judges)
    return judges


def _moments(tracks: Sequence[Record], first: int, last: int) -> Moments:
    """The moments first … last − 1 of these runs."""

    def column(name: str) -> Array:
        return np.stack([getattr(track, name)[first - track.first : last - track.first] for track in tracks], axis=1)

    steps = np.zeros((last - first, len(tracks)))
    led = max(first, 1)  # No movement led to the start.
    for run, track in enumerate(tracks):
        steps[led - first :, run] = norm(track.movement[led - 1 - track.first : last - 1 - track.first])
    return Moments(column("theta"), steps, column("loss"), column("full_gradient"), column("curvatures"))


def _count(state: State, sight: Sight, patience: int) -> None:
    """Lengthen or end the spells of rest and lingering.

    To have come to rest, a marble must also have become slower since the spell began: one that swings
    through a minimum is at its fastest there.
    """
    slack = RESTLESS if state.rested else LEAVING if state.resting else 1.0
    if (
        sight.slope <= slack * REST_GRADIENT
        and sight.step <= slack * REST_MOVEMENT
        and sight.ahead <= slack * REST_DISTANCE
    ):
        state.resting += 1
        state.fastest = max(state.fastest, sight.step)
        slowed = sight.step <= SLOWED * state.fastest
        state.rested = state.rested or (state.resting >= patience and slowed)
    else:
        state.resting, state.fastest, state.rested = 0, 0.0, False
    slack = LEAVING if sight.slow > 1 else 1.0
    lingers = (
        sight.slow > 0
        and sight.lower < -FLAT_CURVATURE
        and sight.step <= slack * SLOW_MOVEMENT
        and sight.reaches <= (LEAVING if state.lingering else 1.0)
    )
    state.lingering = state.lingering + 1 if lingers else 0


def _way_down(problem: Problem, theta: Array) -> tuple[float, float]:
    """The eigenvector of the Hessian's smaller eigenvalue, its larger component positive."""
    direction = eigenvectors(problem.train.hessian(theta))[0]
    x, y = (direction * np.sign(direction[np.argmax(np.abs(direction))])).tolist()
    return x, y
