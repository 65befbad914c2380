"""From what is seen of a run to its verdicts and events: each moment once, in order."""

import sys
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..surface.basins import NO_BASIN
from ..surface.points import Array
from .batches import updates_per_epoch
from .problem import Problem
from .progress import span_of
from .sight import NO_SADDLE, Mask, Sight, Sights, holding_saddle, sight
from .track import Lane
from .verdict import (
    BOUNCES,
    DAMPED,
    DAMPING,
    DWELL,
    DWELL_IN_NOISE,
    DWELL_OUTSIDE,
    FLAT_CURVATURE,
    LEAVING,
    REST_DISTANCE,
    REST_GRADIENT,
    REST_MOVEMENT,
    RESTLESS,
    SLOW_MOVEMENT,
    SLOWED,
    UNSURE_SPANS,
    WANDERING_SPANS,
    Event,
    Kind,
)

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
    held: int = NO_SADDLE  # The saddle in which the full-batch descent from the start ends.
    longest: float = 0.0  # The longest of the movements before it began to bounce.


class Judge:
    """Follows one run, moment by moment, and keeps its verdicts and events.

    How many moments it is shown at a time makes no difference.
    """

    def __init__(self, problem: Problem, lane: Lane, start: tuple[float, float]) -> None:
        count = problem.train.count
        self._problem = problem
        self._start = start
        noisy = lane.batch_size < count
        self._patience = max(DWELL_IN_NOISE, updates_per_epoch(count, lane.batch_size)) if noisy else DWELL
        self._span = span_of(count, lane.batch_size)
        self._state = State()
        self.seen = 0
        """How many moments of the run it has judged."""
        self.events: list[Event] = []
        """What has happened, in the order in which it became certain."""
        self.changes: list[tuple[int, Kind]] = []
        """Every verdict with the update from which on it held, the first at 0."""

    @property
    def kind(self) -> Kind:
        """The verdict at the last moment seen."""
        return self._state.kind

    @property
    def pending(self) -> bool:
        """Whether it is in another basin than the one it belongs to, so that it is open whether it escapes."""
        return self._state.guest != NO_BASIN and self.kind not in _OVER

    def take(self, rows: Array, eventful: list[int], signalled: list[int]) -> None:
        """Judge the next K moments: rows of `Sights.by_run` (K, parts), and which are `eventful` and `signalled`.

        Elsewhere nothing but time can change the state, and the judge looks only when it could.
        """
        first, moment, count = self.seen, 0, len(rows)
        numbers = rows.tolist() if len(eventful) > count // 4 else None  # All at once is cheaper, if most are needed.
        while moment < count:
            self.seen = first + moment
            self._judge(sight(numbers[moment] if numbers else rows[moment].tolist()))
            event = _from(eventful, moment)
            if event == moment:
                moment += 1  # What has just ended is undone in the first moment without an event.
            else:
                sign = _from(signalled, moment + 1) if self.kind is not Kind.RATTLING else count
                moment = min(event, sign, self._due() - first)
        self.seen = first + count

    def conclude_overflow(self, update: int, on_surface: bool) -> None:
        """Say of a run whose numbers overflowed in this update that it diverged, or came to where no surface is."""
        if self.kind not in _OVER:
            self._conclude(Kind.DIVERGED if on_surface else Kind.OFF_SURFACE, update)

    def _due(self) -> int:
        """The next moment at which time alone may change the verdict, as `_kind` and `_conclude` have it."""
        state, now = self._state, self.seen
        dues = [state.since + DWELL] if now < state.since + DWELL else []
        if state.guest != NO_BASIN:
            dues.append(max(now + 1, state.entered + DWELL - 1))
        if state.kind is Kind.WANDERING:
            dues.append(max(now + 1, state.arrived + WANDERING_SPANS * self._span))
        if state.kind is Kind.BOUNCING:
            dues.append(now + DAMPING - (now - state.since) % DAMPING)
        return min(dues, default=sys.maxsize)

    def _judge(self, sight: Sight) -> None:
        state = self._state
        _count(state, sight, self._patience)
        if sight.left != NO_SADDLE:
            self.events.append(Event(self.seen, self.seen, "left_saddle", source=sight.left))
            state.held = NO_SADDLE
        self._follow_basin(state, sight)
        self._conclude(self._kind(state, sight), self.seen, sight.longest)

    def _conclude(self, kind: Kind, update: int, longest: float = 0.0) -> None:
        """Change the verdict, unless it has only just been changed."""
        state = self._state
        held = update - state.since < DWELL and kind not in _OVER and state.since > 0
        if (held or kind is state.kind) and self.changes:
            return
        state.kind, state.since, state.longest = kind, update, longest
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
        if self._lasts(state, sight):
            return state.kind
        if sight.slow >= DWELL and sight.reaches > 1 and not sight.arriving:
            return Kind.PLATEAU
        return self._stagnation(state, sight)

    def _stagnation(self, state: State, sight: Sight) -> Kind:
        """Descending, unless there has been no progress over whole spans, in one basin or in several."""
        stay = self.seen - state.arrived
        unsure = 1 if state.home != NO_BASIN else UNSURE_SPANS
        if sight.calm & unsure and stay >= unsure * self._span:
            return Kind.RATTLING
        if sight.calm & WANDERING_SPANS and state.arrived > 0 and stay < self._span and self.seen % self._span == 0:
            return Kind.WANDERING
        if any(sight.bouncing & 1 << index and stay >= span for index, (span, _) in enumerate(BOUNCES)):
            return Kind.BOUNCING
        return Kind.DESCENDING

    def _lasts(self, state: State, sight: Sight) -> bool:
        """Rattling lasts until an escape, wandering until a long stay; bouncing until it has become much less."""
        if state.kind is Kind.RATTLING:
            return state.arrived < self.seen
        if state.kind is Kind.WANDERING:
            return self.seen - state.arrived < WANDERING_SPANS * self._span
        if state.kind is not Kind.BOUNCING or state.arrived == self.seen:
            return False
        return (self.seen - state.since) % DAMPING > 0 or sight.longest >= DAMPED * state.longest

    def _follow_basin(self, state: State, sight: Sight) -> None:
        """Escape: into another basin, deep enough or for long enough not to be a hop over the ridge."""
        update = self.seen
        if update == 0:
            state.home = sight.basin
            if sight.basin == NO_BASIN:
                state.held = holding_saddle(self._problem, *self._start)
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


def show(judges: Sequence[Judge], seen: Sights, counts: Sequence[int]) -> None:
    """Let the judges of M runs judge the moments (K, M) that they see, as many as it has of them."""
    places = [_places(mask, len(judges)) for mask in (seen.eventful(), seen.signalled())]
    for judge, rows, count, *marked in zip(judges, seen.by_run(), counts, *places, strict=True):
        judge.take(rows[:count], *marked)


def _places(mask: Mask, runs: int) -> list[list[int]]:
    """At which of the moments the mask (K, M) holds, run by run."""
    run, moment = np.nonzero(mask.T)
    begins = np.searchsorted(run, np.arange(runs + 1)).tolist()
    moments = moment.tolist()
    return [moments[begin:end] for begin, end in pairwise(begins)]


def _from(places: list[int], moment: int) -> int:
    """The first of the places that is not before the moment."""
    index = bisect_left(places, moment)
    return places[index] if index < len(places) else sys.maxsize


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
