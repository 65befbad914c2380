"""The axes of the chart: between which losses, on which scale, and how losses and times are written beside it."""

import math
import sys
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ....descent.clock import Timing
from ....descent.lane import Lane
from ....descent.problem import Problem
from ....descent.race import Race
from ....descent.schedules import CONSTANT
from ....surface.points import Array
from ...drawing.relief.heights import SPARE
from ...drawing.relief.view import heights_over
from ...drawing.ticks import multiples, round_step
from ...style.numbers import brief, rounded
from ...style.theme import Theme

UNITS = {"updates": "update", "epochs": "epoch", "serial": "time, serial", "parallel": "time, parallel"}
HEADROOM = 0.06
"""Share of the axis that is left free above and below the lines."""
LOGARITHMIC = 30.0
"""Ratio of largest to smallest positive loss from which a logarithm helps."""
MOST_RATES = 400
"""At as many times, at most, the learning rate is looked at."""
DECADES = 10
"""As far as a logarithmic axis goes down: below is rounding."""
FEWEST_DIGITS, MOST_DIGITS = 6, 9
"""Digits of a loss beside the chart: the more tell apart what differs by little."""
SIGNS = 9
"""Signs of a loss beside the chart, at most: there is room for no more."""
LARGE = 1e100
"""A loss from which on a power of ten has three digits."""
FEW = 1
"""Decimals of a number that others beside it need not have: 0, 0.5, 1."""
TALLEST = 1.25
"""How far above the start, in heights of the start, a line is followed."""
STAY = 0.1
"""Share of the chart's time that a line spends in the lower half of its fall, unless it falls without a floor."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The learning rates of one lane at equal distances of the clock, from its begin to its end."""

    lane: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Axes:
    """What the chart's frame stands for."""

    ticks: int
    timing: Timing
    clock: str
    low: float
    high: float
    logarithmic: bool
    rates: tuple["Rates", ...] = ()
    """The learning rates of all lanes, if any of them has a schedule."""

    def height(self, losses: Array) -> Array:
        """Losses as shares of the frame's height, from the bottom; what is beyond runs out of the frame."""
        with np.errstate(all="ignore"):
            values = np.log10(np.maximum(losses, np.finfo(float).tiny)) if self.logarithmic else losses
            shares = (values - self.low) / (self.high - self.low)
        return np.clip(shares, -0.5, 1.5)

    def clock_name(self, theme: Theme) -> str:
        """What the clock counts."""
        return theme.say(UNITS[self.clock])

    def marks(self) -> list[tuple[float, str]]:
        """Round losses and how they are written."""
        if self.logarithmic:
            first, last = math.ceil(self.low), math.floor(self.high)
            every = max(1, (last - first + 4) // 4)
            powers = range(first, min(last, sys.float_info.max_10_exp) + 1, every)
            return [(10.0**power, _written(10.0**power, FEWEST_DIGITS)) for power in powers]
        return loss_marks(self.low, self.high)


def axes(race: Race, timing: Timing, clock: str, ticks: int, computed: int) -> Axes:
    """Axes for so many ticks that hold the losses of the first `computed` ones, unless beyond all measure.

    A line is followed upwards as far as TALLEST tells, and downwards as far as it goes; but one that has not stayed low
    for so long as STAY tells, only to the lowest loss of the map and of the minima that are known.
    """
    columns = [
        (column[: timing.updates(lane, computed) + 1], STAY * timing.updates(lane, ticks))
        for lane, track in enumerate(race.tracks)
        for column in (track.loss, track.test_loss)
    ]
    columns = [(known, stay) for column, stay in columns if len(known := column[np.isfinite(column)])]
    scheduled = any(track.lane.schedule != CONSTANT for track in race.tracks)
    rates = tuple(
        _rates(lane, track.lane, track.problem.train.count, timing, ticks)
        for lane, track in enumerate(race.tracks)
        if scheduled
    )
    if not columns:  # There is no surface where the marbles lie.
        return Axes(ticks, timing, clock, 0.0, 1.0, False, rates)
    start = max(float(column[0]) for column, _ in columns)
    lowest = min(_lowest(column, stay, race.problem) for column, stay in columns)
    ceiling = start + (TALLEST - 1) * max(start - lowest, 1e-12)
    tallest = max(float(column[column <= ceiling].max(initial=lowest)) for column, _ in columns)
    tallest = max(tallest, start)
    logarithmic = lowest > 0 and tallest / lowest > LOGARITHMIC
    low, high = lowest, tallest
    if logarithmic:
        low, high = max(math.log10(lowest), math.log10(tallest) - DECADES), math.log10(tallest)
    margin = HEADROOM * max(high - low, 1e-9 * max(abs(high), 1.0))
    return Axes(ticks, timing, clock, low - margin, high + margin, logarithmic, rates)


def _lowest(losses: Array, stay: float, problem: Problem) -> float:
    """How far down the losses (n,) of a lane are followed, if it stays low for at least so many updates, or else."""
    start, lowest = float(losses[0]), float(losses.min())
    if np.count_nonzero(losses <= start / 2 + lowest / 2) >= stay:
        return lowest
    map_lowest = float(heights_over(problem, problem.window).loss(np.array(SPARE)))
    return max(lowest, min(start, map_lowest, *(minimum.value for minimum in problem.minima)))


@lru_cache(maxsize=64)
def _rates(place: int, lane: Lane, count: int, timing: Timing, ticks: int) -> Rates:
    """The learning rates of a lane all along the clock."""
    times = np.linspace(0, ticks, min(ticks, MOST_RATES) + 1)
    updates = [timing.updates(place, int(tick)) for tick in times.tolist()]
    return Rates(place, tuple(float(lane.rate_at(update, count)) for update in updates))


def loss_marks(low: float, high: float) -> list[tuple[float, str]]:
    """Round losses on a straight axis, and how they are written: with as many digits as tell them apart.

    Where these would be more than there is room for, the losses are all alike, and the one in the middle is written.
    """
    step = round_step(high / 4 - low / 4)  # The difference itself may be too large for a number.
    losses = [loss if abs(loss) > 1e-9 * step else 0.0 for loss in multiples(low, high, step)]
    ways = [(_written, FEWEST_DIGITS), *((_in_full, digits) for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1))]
    for written, digits in ways:
        labels = _alike([written(loss, digits) for loss in losses])
        if len(set(labels)) == len(labels) and max(map(len, labels), default=0) <= SIGNS:
            return list(zip(losses, labels, strict=True))
    middle = losses[len(losses) // 2]
    shorter = (_written(middle, digits) for digits in range(FEWEST_DIGITS, 0, -1))
    return [(middle, next(label for label in shorter if len(label) <= SIGNS))]


def _alike(labels: list[str]) -> list[str]:
    """The labels with as many decimals each, if some have more than FEW of them."""
    places = [len(label.partition(".")[2]) for label in labels]
    if max(places, default=0) <= FEW or any("e" in label for label in labels):
        return labels
    return [
        f"{label if '.' in label else f'{label}.'}{(max(places) - own) * '0'}"
        for label, own in zip(labels, places, strict=True)
    ]


def _written(loss: float, digits: int) -> str:
    """A loss to so many digits; a large power of ten without its sign, for which there is no room."""
    return brief(loss, digits).replace("e+", "e") if abs(loss) >= LARGE else brief(loss, digits)


def _in_full(loss: float, digits: int) -> str:
    """A loss without a power of ten where so many digits tell all of it: that tells apart what differs by little."""
    return f"{loss:z.{digits}g}".replace("-", "−") if abs(loss) < LARGE else _written(loss, digits)


def time_at(axes: Axes, tick: float, theme: Theme) -> str:
    """The time at a tick by the chart's clock, in words."""
    time = rounded(round(tick * axes.timing.unit, 2), theme.language)
    return theme.say("{unit} {time}", unit=axes.clock_name(theme), time=time)
