"""From a track to its verdicts and events: each moment is seen once, in order."""

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sim.descent.problem import Problem
from sim.descent.track import Track
from sim.descent.verdict import (
    DAMPED,
    DWELL,
    DWELL_OUTSIDE,
    EQUAL_LOSS,
    FAR_AWAY,
    FLAT_CURVATURE,
    LEAVING,
    NEAR_SADDLE,
    NEAR_SADDLE_SHARE,
    NO_PROGRESS,
    REST_DISTANCE,
    REST_GRADIENT,
    REST_MOVEMENT,
    REVERSALS,
    SETTLING,
    SLOW_GRADIENT,
    SLOW_LEVEL,
    SLOW_MOVEMENT,
    UNDAMPED,
    Event,
    Kind,
    Verdict,
)
from sim.surface.basins import NO_BASIN, Labels
from sim.surface.points import Array, eigenvectors, norm

NO_SADDLE = -1


class Sight(NamedTuple):
    """What the judge sees of one moment, in the problem's own units."""

    slope: float  # ‖∇L‖.
    step: float  # Length of the last movement.
    lower: float  # Smaller eigenvalue of ∇²L.
    upper: float  # The larger one.
    level: float  # Loss above the lowest known minimum; in a minimum's certain disc, that of the minimum.
    basin: int  # Label of the basin.
    certain: int  # Label of the minimum in whose certain disc it is.
    distance: float  # From that minimum.
    saddle: int  # Index of the nearest saddle.
    reaches: float  # Distance from that saddle, in the saddle's reaches.
    far: bool  # Gone for good.


class State(NamedTuple):
    """What the judge remembers from one moment to the next. Counts are in moments."""

    kind: Kind = Kind.DESCENDING
    since: int = 0
    resting: int = 0  # How long it has been at rest,
    slow: int = 0  # how long on a gentle slope,
    lingering: int = 0  # how long on a gentle slope in a saddle's reach.
    home: int = NO_BASIN  # The basin that it is in, beyond doubt,
    arrived: int = 0  # and since when.
    guest: int = NO_BASIN  # Another basin that it has entered, perhaps for good,
    entered: int = 0  # and when.
    saddle: int = NO_SADDLE  # The saddle that it is visiting,
    visit: int = 0  # how long,
    touched: bool = False  # and whether the slope was gentle there.
    held: int = NO_SADDLE  # The saddle in which the full-batch descent from the start ends.


class Judge:
    """Follows one track and keeps its verdicts and events.

    `observe` takes in what the track has recorded since the last call; how the calls are spaced makes
    no difference.
    """

    def __init__(self, track: Track) -> None:
        self.track = track
        self.events: list[Event] = []
        self._problem = track.problem
        self._noisy = track.lane.batch_size < track.problem.train.count
        self._patience = max(DWELL, track.updates_per_epoch)
        self._span = max(SETTLING, 2 * track.updates_per_epoch)
        self._state = State()
        self._seen = 0
        self._changes: list[tuple[int, Kind]] = []
        self._basins: list[int] = []
        self.observe()

    def observe(self) -> None:
        """Judge the moments that the track has recorded since the last call."""
        for sight in self._sights(self._seen, self.track.updates + 1):
            self._basins.append(sight.basin)
            self._judge(sight)
            self._seen += 1
        overflow = self.track.overflow
        if overflow is not None and self._state.kind is not Kind.DIVERGED:
            self._conclude(self._state._replace(kind=Kind.DIVERGED), overflow)

    def verdict(self, update: int) -> Verdict:
        """The verdict at the moment `update`, which must have been recorded, or at the track's end."""
        change = bisect_right(self._changes, update, key=lambda entry: entry[0]) - 1
        since, kind = self._changes[change]
        track, problem = self.track, self._problem
        moment = min(update, track.updates)
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
        )

    def events_until(self, update: int) -> list[Event]:
        """The events that are certain at the moment `update`, in the order in which they became so."""
        return self.events[: bisect_right(self.events, update, key=lambda event: event.seen)]

    def _judge(self, sight: Sight) -> None:
        state = self._follow_basin(self._follow_saddle(_count(self._state, sight), sight), sight)
        self._conclude(state._replace(kind=self._kind(state, sight)), self._seen)

    def _conclude(self, state: State, update: int) -> None:
        if state.kind is not self._state.kind or not self._changes:
            state = state._replace(since=update)
            self._changes.append((update, state.kind))
            if state.kind is not Kind.DESCENDING:
                home = None if state.home == NO_BASIN else state.home
                self.events.append(Event(update, update, state.kind.code, target=home))
        self._state = state

    def _kind(self, state: State, sight: Sight) -> Kind:
        if sight.far or state.kind is Kind.DIVERGED:
            return Kind.DIVERGED
        if state.resting >= self._patience:
            return _kind_of_rest(sight)
        if state.lingering >= DWELL:
            return Kind.STALLED
        if state.kind in (Kind.RATTLING, Kind.BOUNCING) and state.arrived < self._seen:
            return self._reconsider(state)
        arriving = sight.level <= SLOW_LEVEL or (sight.certain != NO_BASIN and sight.lower > FLAT_CURVATURE)
        if state.slow >= DWELL and not arriving:
            return Kind.PLATEAU
        return self._progress(state)

    def _progress(self, state: State) -> Kind:
        """Descending, unless the loss has stopped falling over a whole span spent in one basin."""
        span = self._span if state.home != NO_BASIN else 2 * self._span
        stay = self._seen - state.arrived
        if stay < span or stay % max(1, span // 4):
            return Kind.DESCENDING
        if self._noisy:
            return Kind.RATTLING if self._stagnant(span) else Kind.DESCENDING
        return Kind.BOUNCING if self._undamped(span, UNDAMPED) else Kind.DESCENDING

    def _reconsider(self, state: State) -> Kind:
        """Rattling lasts until the marble rests or escapes; bouncing also ends when it is damped."""
        span = self._span
        if state.kind is Kind.BOUNCING and (self._seen - state.since) % span == 0:
            return Kind.BOUNCING if self._undamped(span, DAMPED) else Kind.DESCENDING
        return state.kind

    def _stagnant(self, span: int) -> bool:
        losses = self.track.loss[self._seen - span + 1 : self._seen + 1]
        decline = losses[: span // 2].mean() - losses[span // 2 :].mean()
        return bool(decline <= NO_PROGRESS * losses.std())

    def _undamped(self, span: int, least: float) -> bool:
        moves = self.track.movement[self._seen - span : self._seen]
        reversals = np.mean(np.sum(moves[1:] * moves[:-1], axis=-1) < 0)
        lengths = norm(moves)
        return bool(reversals >= REVERSALS and lengths[span // 2 :].max() >= least * lengths[: span // 2].max() > 0)

    def _follow_basin(self, state: State, sight: Sight) -> State:
        """Escape: into another basin, deep enough or for long enough not to be a hop over the ridge."""
        update = self._seen
        if update == 0:
            return state._replace(home=sight.basin, held=self._holding_saddle())
        if sight.basin in (state.home, NO_BASIN):
            return state._replace(guest=NO_BASIN)
        if sight.basin != state.guest:
            return state._replace(guest=sight.basin, entered=update)
        stay = update - state.entered + 1
        if stay < (DWELL if sight.certain == sight.basin else DWELL_OUTSIDE):
            return state
        if state.home != NO_BASIN:
            self.events.append(Event(state.entered, update, "escaped", state.home, sight.basin))
        elif state.held != NO_SADDLE:
            self.events.append(Event(state.entered, update, "left_saddle", state.held, sight.basin))
        return state._replace(home=sight.basin, guest=NO_BASIN, arrived=update)

    def _follow_saddle(self, state: State, sight: Sight) -> State:
        """Left saddle: out of its reach again, after a stay there on a gentle slope."""
        if state.saddle == NO_SADDLE:
            inside = sight.saddle != NO_SADDLE and sight.reaches <= 1
            return (
                state._replace(saddle=sight.saddle, visit=1, touched=sight.slope <= SLOW_GRADIENT) if inside else state
            )
        if sight.saddle == state.saddle and sight.reaches <= LEAVING:
            return state._replace(visit=state.visit + 1, touched=state.touched or sight.slope <= SLOW_GRADIENT)
        if state.visit >= DWELL and state.touched:
            self.events.append(Event(self._seen, self._seen, "left_saddle", source=state.saddle))
            state = state._replace(held=NO_SADDLE)
        return state._replace(saddle=NO_SADDLE)

    def _holding_saddle(self) -> int:
        """The saddle in which the full-batch descent from the start ends, if it ends in one."""
        labels, ends = self._problem.basins.follow(self.track.theta[:1])
        saddle, reaches = nearest_saddle(self._problem, ends)
        return int(saddle[0]) if labels[0] == NO_BASIN and reaches[0] <= 1 else NO_SADDLE

    def _sights(self, first: int, last: int) -> Iterator[Sight]:
        """The moments first … last − 1, all computed at once."""
        if last <= first:
            return
        track, problem = self.track, self._problem
        scale, basins = problem.scale, problem.basins
        theta = track.theta[first:last]
        steps = np.zeros(last - first)
        moved = slice(max(first, 1) - 1, last - 1)
        steps[len(steps) - (moved.stop - moved.start) :] = norm(track.movement[moved])
        with np.errstate(all="ignore"):
            certain = basins.nearest(theta)
            saddle, reaches = nearest_saddle(problem, theta)
            level, distance = _relative_to_minimum(problem, theta, certain, track.loss[first:last])
            columns = (
                norm(track.full_gradient[first:last]) / scale.gradient,
                steps / scale.length,
                *(track.curvatures[first:last] / scale.curvature).T,
                level,
                basins.labels(theta),
                certain,
                distance,
                saddle,
                reaches,
                norm(theta - problem.window.center) > FAR_AWAY * scale.length,
            )
        yield from map(Sight._make, zip(*(column.tolist() for column in columns), strict=True))


def _count(state: State, sight: Sight) -> State:
    """Lengthen or end the spells of rest, gentle slope and lingering."""
    slack = LEAVING if state.resting else 1.0
    resting = (
        sight.slope <= slack * REST_GRADIENT
        and sight.step <= slack * REST_MOVEMENT
        and sight.distance <= slack * REST_DISTANCE
    )
    slack = LEAVING if state.slow else 1.0
    slow = sight.slope <= slack * SLOW_GRADIENT
    lingers = (
        slow
        and sight.lower < -FLAT_CURVATURE
        and sight.step <= slack * SLOW_MOVEMENT
        and sight.reaches <= (LEAVING if state.lingering else 1.0)
    )
    return state._replace(
        resting=state.resting + 1 if resting else 0,
        slow=state.slow + 1 if slow else 0,
        lingering=state.lingering + 1 if lingers else 0,
    )


def _kind_of_rest(sight: Sight) -> Kind:
    """What it rests on, by the signs of the Hessian's eigenvalues."""
    if sight.lower < -FLAT_CURVATURE:
        return Kind.BALANCED if sight.upper < -FLAT_CURVATURE else Kind.STALLED
    lowest = sight.level <= EQUAL_LOSS
    if sight.lower <= FLAT_CURVATURE and not lowest:
        return Kind.LEVEL
    return Kind.SETTLED if lowest else Kind.STUCK


def _relative_to_minimum(problem: Problem, theta: Array, certain: Labels, loss: Array) -> tuple[Array, Array]:
    """Level and distance as in `Sight`, for points (n, 2) with their labels and losses (n,)."""
    lowest = np.nan if problem.lowest is None else problem.lowest
    level, distance = loss - lowest, np.zeros(len(theta))
    for index, minimum in enumerate(problem.minima):
        here = certain == index
        level[here] = minimum.value - lowest
        distance[here] = norm(theta[here] - minimum.position)
    return level / problem.scale.loss, distance / problem.scale.length


def nearest_saddle(problem: Problem, theta: Array) -> tuple[Labels, Array]:
    """Index of the saddle nearest to each of the points (n, 2), and the distance in the saddle's reaches.

    A saddle reaches NEAR_SADDLE diagonals, but no farther than a share of the way to the next critical
    point. Without saddles: NO_SADDLE, infinitely far.
    """
    saddles, reach = _saddles(problem)
    if not len(saddles):
        return np.full(len(theta), NO_SADDLE, dtype=np.intp), np.full(len(theta), np.inf)
    distances = norm(theta[:, None] - saddles[None])
    index = np.argmin(distances, axis=1)
    return index, distances[np.arange(len(theta)), index] / reach[index]


@lru_cache(maxsize=8)
def _saddles(problem: Problem) -> tuple[Array, Array]:
    """The saddles' positions (n, 2) and reaches (n,)."""
    saddles = np.array([saddle.position for saddle in problem.saddles]).reshape(-1, 2)
    others = np.array([point.position for point in problem.critical]).reshape(-1, 2)
    gaps = norm(saddles[:, None] - others[None])
    nearest = np.min(gaps, axis=1, initial=np.inf, where=gaps > 0)
    return saddles, np.minimum(NEAR_SADDLE * problem.scale.length, NEAR_SADDLE_SHARE * nearest)


def _way_down(problem: Problem, theta: Array) -> tuple[float, float]:
    """The eigenvector of the Hessian's smaller eigenvalue, its larger component positive."""
    direction = eigenvectors(problem.train.hessian(theta))[0]
    x, y = (direction * np.sign(direction[np.argmax(np.abs(direction))])).tolist()
    return x, y
