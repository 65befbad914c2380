"""Many marbles a lane on the map itself: marble i runs with the scene's seed + i, so that the first is the race's own.

A swarm follows the clock of the race as fast as it can be computed in the time that frames can spare: it lags
rather than holds them up. It remembers where its marbles were, so that going back is as quick as in the race,
at every so manieth tick where that would take too much memory; from there the way is run again.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ...descent.clock import Timing
from ...descent.examples.chance import Seeds
from ...descent.lane import Lane, Update, descend
from ...descent.problem import Problem
from ...descent.verdict.sight.leaving import overflown
from ...scene import Scene
from ...surface.basins import NO_BASIN, Basins, Labels
from ...surface.points import Array, norm
from ...surface.protocol import Window

SIZES = (0, 100, 1_000, 10_000)
"""Marbles a lane; 0 is no swarm."""

SPREADS = {"at one point": 0.0, "close together": 0.02, "around it": 0.1, "all over the map": math.inf}
"""Where the marbles of a swarm start, and how far from the scene's start that is.

They are normally distributed around it with that standard deviation, in diagonals of the scene's window; if it
is infinite, they are uniformly distributed over the window.
"""

Ends: TypeAlias = npt.NDArray[np.int8]
"""How each of some marbles has ended, one of the next four."""
_GOING, _DIVERGED, _OFF_SURFACE, _FAILED = range(4)

PIECE = 1 << 14  # Pairs of marble and example that are computed at once: a millisecond or two.
ORDERS = 1 << 16  # Examples that are put in order at once, when an epoch begins.
MOST_ORDERS = 30_000_000  # Examples of all marbles' epochs that are held in memory.
MOST_BYTES = 16 << 20  # What may be remembered of a swarm.
PATIENCE = 16  # Pieces after which a swarm that lags shows where it is.


@dataclass(frozen=True, eq=False, slots=True)
class Cloud:
    """The marbles of one lane at one moment."""

    theta: Array
    """Positions, shape (m, 2)."""
    each: int
    """How many marbles each of the positions stands for: more than one where all are bound to be the same."""
    counts: tuple[int, ...]
    """How many are in the certain disc of each of the problem's minima."""
    elsewhere: int
    """How many are in the race, and in none of these discs."""
    diverged: int
    """How many are out of the race, since their numbers overflowed,"""
    off_surface: int
    """how many, since they came to where the loss has no slope,"""
    failed: int
    """and how many, since their rule failed."""

    @property
    def size(self) -> int:
        """M."""
        return self.each * len(self.theta)


@dataclass(frozen=True, eq=False, slots=True)
class Glimpse:
    """All lanes of a swarm at one tick."""

    tick: int
    clouds: tuple[Cloud, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _State:
    """Where the marbles of a few consecutive seeds are."""

    theta: Array
    ends: Ends


class _Flock:
    """Marbles of one lane that are computed together: few enough for one update to be a small piece of work."""

    def __init__(self, problem: Problem, lane: Lane, start: Array, seeds: Seeds) -> None:
        self.state = _State(start, np.full(len(start), _GOING, dtype=np.int8))
        self.updates = 0
        self._problem = problem
        self._run: Iterator[Update] = descend(problem.train, lane, start, seeds)

    def step(self) -> None:
        """Make one update; without marbles that go on, nothing changes."""
        self.updates += 1
        update = next(self._run, None)
        if update is not None:
            self.state = _State(update.theta, self._ends(update))

    def _ends(self, update: Update) -> Ends:
        """How each has ended by the update; the same array again where no more of them did."""
        before = self.state.ends
        ended = np.flatnonzero((before == _GOING) & ~update.alive)
        if not len(ended):
            return before
        ends, theta = before.copy(), update.theta[ended]
        with np.errstate(all="ignore"):
            gradient = self._problem.train.gradient(theta)
        ends[ended] = np.where(overflown(self._problem, theta, gradient), _DIVERGED, _OFF_SURFACE)
        ends[ended[np.isin(ended, list(update.failures))]] = _FAILED
        return ends


_States = tuple[tuple[_State, ...], ...]
"""The states of every flock, by lanes."""


class Swarm:
    """The marbles of all lanes, as far as they have been computed."""

    def __init__(
        self, problem: Problem, lanes: Sequence[Lane], starts: Array, seed: int, timing: Timing, same: bool = False
    ) -> None:
        """The marbles start from (M, 2); `same` says that these are all the same point."""
        self._course = _Course(problem, lanes, starts, seed, timing, same)
        self._pieces = self._course.work()  # Which the course must not know: together they are freed at once.

    @property
    def size(self) -> int:
        """Marbles a lane, M."""
        return self._course.size

    @property
    def glimpse(self) -> Glimpse:
        """What there is to be seen now: of the tick that was asked for, or the last one before it that is known."""
        return self._course.glimpse

    def follow(self, tick: int, seconds: float) -> None:
        """Work for about so long on seeing that tick; a piece of work at least."""
        self._course.wanted = tick
        deadline = time.perf_counter() + seconds
        while self.glimpse.tick != tick:
            next(self._pieces)
            if time.perf_counter() > deadline:
                break


class _Course:
    """The way of the marbles: where they are, and where they have been."""

    def __init__(
        self, problem: Problem, lanes: Sequence[Lane], starts: Array, seed: int, timing: Timing, same: bool
    ) -> None:
        self.size = len(starts)
        self.wanted = 0
        """The tick that is to be seen."""
        self._problem = problem
        self._lanes = tuple(lanes)
        self._starts = starts
        self._seeds = seed + np.arange(len(starts))
        self._timing = timing
        self._same = same
        self._flocks = self._begin()
        self._tick = 0  # Which all flocks have reached.
        self._past: dict[int, _States] = {0: self._states()}
        self._every = 1  # How many ticks apart the remembered ones are.
        self._bytes = 0
        found = problem.basins.nearest(starts[:1] if same else starts)
        self._labels = [np.resize(found, self._rows(lane)) for lane in self._lanes]
        self.glimpse = self._look(0, self._past[0])
        """What there is to be seen."""

    def work(self) -> Iterator[None]:
        """What there is to do to see the tick that is wanted, in small pieces, without end."""
        while True:
            if self.wanted < self._tick and self.wanted not in self._past:
                self._flocks, self._tick = self._begin(), 0
            done = 0
            while self._tick < self.wanted and self.wanted not in self._past and done < PATIENCE:
                for _ in self._go_on():
                    done += 1
                    yield
            tick, states = self._latest()
            for lane, states_of_lane in enumerate(states):
                yield from self._find(lane, states_of_lane)
            self.glimpse = self._look(tick, states)
            yield

    def _go_on(self) -> Iterator[None]:
        """All flocks go on to the next tick."""
        for lane, flocks in enumerate(self._flocks):
            goal = self._timing.updates(lane, self._tick + 1)
            for flock in flocks:
                while flock.updates < goal:
                    flock.step()
                    yield
        self._tick += 1
        if self._tick % self._every == 0 and self._tick not in self._past:
            self._remember()
        yield

    def _remember(self) -> None:
        before, now = self._past.get(self._tick - self._every), self._states()
        self._past[self._tick] = now
        self._bytes += _bytes(now, before)
        while self._bytes > MOST_BYTES and len(self._past) > 2:
            self._every *= 2
            self._past = {tick: states for tick, states in self._past.items() if tick % self._every == 0}
            kept = [self._past[tick] for tick in sorted(self._past)]
            self._bytes = sum(_bytes(later, earlier) for earlier, later in pairwise(kept))

    def _latest(self) -> tuple[int, _States]:
        """The tick that is wanted, or the last one before it that is known."""
        place = max(tick for tick in self._past if tick <= self.wanted)
        if place < self._tick <= self.wanted:
            return self._tick, self._states()
        return place, self._past[place]

    def _states(self) -> _States:
        return tuple(tuple(flock.state for flock in flocks) for flocks in self._flocks)

    def _find(self, lane: int, states: Sequence[_State]) -> Iterator[None]:
        """Find in which of the certain discs the marbles of a lane are."""
        first = 0
        for state in states:
            rows = slice(first, first + len(state.theta))
            self._labels[lane][rows] = found_again(self._problem.basins, state.theta, self._labels[lane][rows])
            first = rows.stop
            yield

    def _look(self, tick: int, states: _States) -> Glimpse:
        """What there is to be seen, once all marbles have been found."""
        return Glimpse(tick, tuple(self._cloud(lane, states[lane]) for lane in range(len(self._lanes))))

    def _cloud(self, lane: int, states: Sequence[_State]) -> Cloud:
        each = self.size // self._rows(self._lanes[lane])
        theta, ends = (np.concatenate([getattr(state, name) for state in states]) for name in ("theta", "ends"))
        labels = self._labels[lane][ends == _GOING]
        elsewhere, *settled = (each * np.bincount(labels + 1, minlength=len(self._problem.minima) + 1)).tolist()
        _, diverged, off, failed = (each * np.bincount(ends, minlength=4)).tolist()
        return Cloud(theta, each, tuple(settled), elsewhere, diverged, off, failed)

    def _rows(self, lane: Lane) -> int:
        """How many of a lane's marbles have to be computed: from one start, the full batch leads all the same way."""
        return self.size if lane.chance(self._problem.train.count) or not self._same else 1

    def _begin(self) -> tuple[tuple[_Flock, ...], ...]:
        """All flocks at the start."""
        return tuple(tuple(self._flocks_of(lane)) for lane in self._lanes)

    def _flocks_of(self, lane: Lane) -> Iterator[_Flock]:
        count = self._problem.train.count
        full = lane.sees_all(count)
        most = PIECE // min(lane.batch_size, count) if full else min(PIECE // lane.batch_size, ORDERS // count)
        rows = self._rows(lane)
        parts = -(-rows // max(most, 1))
        ends = [rows * part // parts for part in range(parts + 1)]
        for first, last in pairwise(ends):
            yield _Flock(self._problem, lane, self._starts[first:last], self._seeds[first:last])


def found_again(basins: Basins, theta: Array, before: Labels) -> Labels:
    """In which certain disc each of the points (m, 2) is, as `basins.nearest` says, shape (m,).

    `before` is where they were a moment ago: most are still there, and only the others are looked for.
    """
    labels = before.copy()
    lost = labels == NO_BASIN
    if not lost.all():
        lost |= ~(norm(theta - basins.minima[labels]) <= basins.radii[labels])
    labels[lost] = basins.nearest(theta[lost])
    return labels


def starts(window: Window, start: tuple[float, float], seed: int, size: int, spread: str) -> Array:
    """Where so many marbles start, shape (size, 2): the first where the race does, the others by the seed.

    The first hundred of a thousand are those of a hundred.
    """
    center, radius = np.array(start), SPREADS[spread]
    generator = np.random.default_rng(seed)
    if math.isinf(radius):
        places = generator.uniform((window.x0, window.y0), (window.x1, window.y1), (size, 2))
    else:
        places = center + radius * window.diagonal * generator.standard_normal((size, 2))
    places[0] = center
    return places


def most_marbles(scene: Scene) -> int:
    """How many marbles a lane there is memory for: of each, the order of the examples in its epoch is held."""
    count = scene.examples.count
    orders = count * sum(not lane.sees_all(count) for lane in scene.lanes)
    return MOST_ORDERS // orders if orders else SIZES[-1]


def swarm(scene: Scene, size: int, spread: str, clock: str) -> Swarm:
    """The swarm of a scene: for equal ones the same, with all that it remembers. Words do not count."""
    marbles = min(size, most_marbles(scene))
    return _swarm(scene.problem(), scene.lanes, scene.start, scene.seed, scene.timing(clock), marbles, spread)


@lru_cache(maxsize=2)
def _swarm(
    problem: Problem,
    lanes: tuple[Lane, ...],
    start: tuple[float, float],
    seed: int,
    timing: Timing,
    size: int,
    spread: str,
) -> Swarm:
    return Swarm(problem, lanes, starts(problem.window, start, seed, size, spread), seed, timing, SPREADS[spread] == 0)


def _bytes(states: _States, before: _States | None) -> int:
    """What the states take in memory beside those before them."""
    known = {id(state) for flocks in before or () for state in flocks}
    flat = [state for flocks in states for state in flocks if id(state) not in known]
    return sum(state.theta.nbytes + state.ends.nbytes for state in flat)
