"""From a track to its verdicts and events: each moment is seen once, in order."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import numpy as np

from sim.descent.problem import Problem
from sim.descent.track import Track
from sim.descent.verdict import (
    BOUNCES,
    DAMPED,
    DAMPING,
    DWELL,
    DWELL_IN_NOISE,
    DWELL_OUTSIDE,
    EQUAL_LOSS,
    FAR_AWAY,
    FLAT_CURVATURE,
    LEAVING,
    NEAR_SADDLE,
    NEAR_SADDLE_SHARE,
    NO_PROGRESS,
    NOISE,
    REST_DISTANCE,
    REST_GRADIENT,
    REST_MOVEMENT,
    RESTLESS,
    SETTLING,
    SLOW_GRADIENT,
    SLOW_LEVEL,
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

NO_SADDLE = -1

_RESTS = (Kind.SETTLED, Kind.STUCK, Kind.LEVEL, Kind.BALANCED)


class Sight(NamedTuple):
    """What the judge sees of one moment, in the problem's own units."""

    slope: float  # ‖∇L‖.
    step: float  # Length of the last movement.
    lower: float  # Smaller eigenvalue of ∇²L.
    upper: float  # The larger one.
    level: float  # Loss above the lowest known minimum; in a minimum's certain disc, that of the minimum.
    basin: int  # Label of the basin.
    certain: int  # Label of the minimum in whose certain disc it is.
    ahead: float  # How far it is from the critical point that it can come to rest at.
    saddle: int  # Index of the nearest saddle.
    reaches: float  # Distance from that saddle, in the saddle's reaches.
    far: bool  # Gone for good.


class State(NamedTuple):
    """What the judge remembers from one moment to the next. Counts are in moments."""

    kind: Kind = Kind.DESCENDING
    since: int = 0
    resting: int = 0  # How long it has been where it could rest,
    fastest: float = 0.0  # its longest movement there,
    rested: bool = False  # and whether it has come to rest there,
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

    `observe` takes in what the track has recorded since the last call, and must be called once before the
    first question; how the calls are spaced makes no difference.
    """

    def __init__(self, track: Track) -> None:
        self.track = track
        self.events: list[Event] = []
        self._problem = track.problem
        self._noisy = track.lane.batch_size < track.problem.train.count
        self._patience = max(DWELL_IN_NOISE, track.updates_per_epoch) if self._noisy else DWELL
        self._span = max(SETTLING, 2 * track.updates_per_epoch)
        self._state = State()
        self.seen = 0
        """How many moments of the track it has judged."""
        self.changes: list[tuple[int, Kind]] = []
        """Every verdict with the update from which on it held, the first at 0."""
        self._basins: list[int] = []

    def observe(self) -> None:
        """Judge the moments that the track has recorded since the last call."""
        observe_all([self])

    def _observe(self, sights: Iterable[Sight]) -> None:
        for sight in sights:
            self._basins.append(sight.basin)
            self._judge(sight)
            self.seen += 1
        overflow = self.track.overflow
        if overflow is not None and self._state.kind is not Kind.DIVERGED:
            self._conclude(self._state._replace(kind=Kind.DIVERGED), overflow)

    def verdict(self, update: int) -> Verdict:
        """The verdict at the moment `update`, which must have been recorded, or at the track's end."""
        change = bisect_right(self.changes, update, key=lambda entry: entry[0]) - 1
        since, kind = self.changes[change]
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
        state = self._follow_basin(self._follow_saddle(_count(self._state, sight, self._patience), sight), sight)
        kind = self._kind(state, sight)
        self._conclude(state if kind is state.kind else state._replace(kind=kind), self.seen)

    def _conclude(self, state: State, update: int) -> None:
        held = update - self._state.since < DWELL and state.kind is not Kind.DIVERGED and self._state.since > 0
        if held:
            state = state._replace(kind=self._state.kind)
        if state.kind is not self._state.kind or not self.changes:
            state = state._replace(since=update)
            self.changes.append((update, state.kind))
            if state.kind is not Kind.DESCENDING:
                home = None if state.home == NO_BASIN else state.home
                self.events.append(Event(update, update, state.kind.code, target=home))
        self._state = state

    def _kind(self, state: State, sight: Sight) -> Kind:
        if sight.far or state.kind is Kind.DIVERGED:
            return Kind.DIVERGED
        if state.rested:
            return state.kind if state.kind in _RESTS else _kind_of_rest(sight)
        if state.lingering >= DWELL:
            return Kind.STALLED
        if self._lasts(state):
            return state.kind
        arriving = sight.level <= SLOW_LEVEL or (sight.certain != NO_BASIN and sight.lower > FLAT_CURVATURE)
        if state.slow >= DWELL and sight.reaches > 1 and not arriving:
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
        now, then = (norm(self.track.movement[max(end - DAMPING, 0) : end]).max() for end in (self.seen, state.since))
        return bool(now >= DAMPED * then)

    def _rattles(self, span: int) -> bool:
        """The loss has stopped falling, and the batches make enough noise to be what keeps the marble going."""
        first, last = self.seen - span, self.seen
        losses = self.track.loss[first + 1 : last + 1]
        decline = losses[: span // 2].mean() - losses[span // 2 :].mean()
        slopes = self.track.full_gradient[first:last]
        noise = self.track.gradient[first:last] - slopes
        return bool(
            decline <= NO_PROGRESS * losses.std() and np.sum(noise * noise) > NOISE * NOISE * np.sum(slopes * slopes)
        )

    def _bounces(self, span: int, reversals: float) -> bool:
        """Most movements undo the one before, and no quarter's longest is shorter than that of the quarter before."""
        moves = self.track.movement[self.seen - span : self.seen]
        if np.mean(np.sum(moves[1:] * moves[:-1], axis=-1) < 0) < reversals:
            return False
        longest = norm(moves).reshape(4, -1).max(axis=1)
        return bool(longest[0] > 0 and (longest[1:] >= UNDAMPED * longest[:-1]).all())

    def _follow_basin(self, state: State, sight: Sight) -> State:
        """Escape: into another basin, deep enough or for long enough not to be a hop over the ridge."""
        update = self.seen
        if update == 0:
            held = (
                _holding_saddle(self._problem, *self.track.theta[0].tolist()) if sight.basin == NO_BASIN else NO_SADDLE
            )
            return state._replace(home=sight.basin, held=held)
        if sight.basin in (state.home, NO_BASIN):
            return state if state.guest == NO_BASIN else state._replace(guest=NO_BASIN)
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
            self.events.append(Event(self.seen, self.seen, "left_saddle", source=state.saddle))
            state = state._replace(held=NO_SADDLE)
        return state._replace(saddle=NO_SADDLE)


def observe_all(judges: Sequence[Judge]) -> None:
    """`observe` of judges on one problem, the basins of all their moments computed together."""
    news = [(judge.track, judge.seen, judge.track.updates + 1) for judge in judges]
    sights = _sights(judges[0].track.problem, news) if judges else iter(())
    for judge, (_, first, last) in zip(judges, news, strict=True):
        judge._observe(islice(sights, last - first))


def judge_all(tracks: Sequence[Track]) -> list[Judge]:
    """The judges of many tracks on one problem, which have seen all that is recorded."""
    judges = [Judge(track) for track in tracks]
    observe_all(judges)
    return judges


def _sights(problem: Problem, spans: Sequence[tuple[Track, int, int]]) -> Iterator[Sight]:
    """The moments first … last − 1 of each (track, first, last), one track after the other."""

    def gather(column: Callable[[Track], Array]) -> Array:
        return np.concatenate([column(track)[first:last] for track, first, last in spans])

    theta = gather(lambda track: track.theta)
    if not len(theta):
        return
    gradient = gather(lambda track: track.full_gradient)
    steps = np.concatenate([_steps(*span) for span in spans])
    scale, basins = problem.scale, problem.basins
    with np.errstate(all="ignore"):
        certain, labels = basins.nearest(theta), basins.labels(theta)
        saddle, reaches = nearest_saddle(problem, theta)
        columns = (
            norm(gradient) / scale.gradient,
            steps / scale.length,
            *(gather(lambda track: track.curvatures) / scale.curvature).T,
            _level(problem, certain, gather(lambda track: track.loss)),
            labels,
            certain,
            _ahead(problem, theta, labels, gradient),
            saddle,
            reaches,
            norm(theta - problem.window.center) > FAR_AWAY * scale.length,
        )
    yield from map(Sight._make, zip(*(column.tolist() for column in columns), strict=True))


def _steps(track: Track, first: int, last: int) -> Array:
    """Lengths of the movements that led to the moments first … last − 1; none led to the start."""
    lengths = norm(track.movement[max(first, 1) - 1 : last - 1])
    return lengths if first else np.concatenate([np.zeros(1), lengths])


def _count(state: State, sight: Sight, patience: int) -> State:
    """Lengthen or end the spells of rest, gentle slope and lingering.

    To have come to rest, a marble must also have become slower since the spell began: one that swings
    through a minimum is at its fastest there.
    """
    slack = RESTLESS if state.rested else LEAVING if state.resting else 1.0
    resting = (
        sight.slope <= slack * REST_GRADIENT
        and sight.step <= slack * REST_MOVEMENT
        and sight.ahead <= slack * REST_DISTANCE
    )
    fastest = max(state.fastest, sight.step) if resting else 0.0
    slowed = sight.step <= SLOWED * fastest
    long = state.resting + 1
    slack = LEAVING if state.slow else 1.0
    slow = sight.slope <= slack * SLOW_GRADIENT
    lingers = (
        slow
        and sight.lower < -FLAT_CURVATURE
        and sight.step <= slack * SLOW_MOVEMENT
        and sight.reaches <= (LEAVING if state.lingering else 1.0)
    )
    return state._replace(
        resting=long if resting else 0,
        fastest=fastest,
        rested=resting and (state.rested or (long >= patience and slowed)),
        slow=state.slow + 1 if slow else 0,
        lingering=state.lingering + 1 if lingers else 0,
    )


def _kind_of_rest(sight: Sight) -> Kind:
    """What it rests on, by the signs of the Hessian's eigenvalues."""
    if sight.lower < -FLAT_CURVATURE:
        return Kind.BALANCED if sight.upper < -FLAT_CURVATURE else Kind.STALLED
    if sight.level <= EQUAL_LOSS:
        return Kind.SETTLED
    return Kind.STUCK if sight.certain != NO_BASIN or sight.lower > FLAT_CURVATURE else Kind.LEVEL


def _level(problem: Problem, certain: Labels, loss: Array) -> Array:
    """Level as in `Sight`, for points with these labels and losses (n,)."""
    if problem.lowest is None:
        return np.full(len(loss), np.nan)
    level = loss - problem.lowest
    for index, minimum in enumerate(problem.minima):
        level[certain == index] = minimum.value - problem.lowest
    return level / problem.scale.loss


def _ahead(problem: Problem, theta: Array, labels: Labels, gradient: Array) -> Array:
    """How far the points (n, 2) in these basins are from a critical point, in diagonals; shape (n,).

    In the basin of a known minimum that is the distance from it, or from a saddle or maximum if one is
    nearer; in a valley, which is level, nothing. Elsewhere Newton's step tells: the window does not
    show every critical point.
    """
    ahead = np.empty(len(theta))
    known = labels != NO_BASIN
    if known.any():
        positions = np.array([point.position for point in problem.critical])
        ahead[known] = norm(theta[known, None] - positions).min(axis=1) * ~problem.basins.valleys[labels[known]]
    if not known.all():
        ahead[~known] = _newton_length(problem.train.hessian(theta[~known]), gradient[~known])
    return ahead / problem.scale.length


def _newton_length(hessian: Array, gradient: Array) -> Array:
    """‖H⁻¹g‖, and 0 where g is: without curvature there is nowhere to go either."""
    x, y = gradient[:, 0], gradient[:, 1]
    xx, xy, yy = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    length = np.hypot(yy * x - xy * y, xx * y - xy * x) / np.abs(xx * yy - xy * xy)
    return np.where((x == 0) & (y == 0), 0.0, np.where(np.isnan(length), np.inf, length))


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


@lru_cache(maxsize=64)
def _holding_saddle(problem: Problem, x: float, y: float) -> int:
    """The saddle in which the full-batch descent from (x, y) ends, if it ends in one."""
    labels, ends = problem.basins.follow(np.array([[x, y]]))
    saddle, reaches = nearest_saddle(problem, ends)
    return int(saddle[0]) if labels[0] == NO_BASIN and reaches[0] <= 1 else NO_SADDLE


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
