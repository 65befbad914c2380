"""Axes as numbers: which stretch an axis shows, and which round numbers are written along it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...study.statistics.figure import Axis
from ...surface.points import Array

SMALLEST, LARGEST = 1e-150, 1e150
"""Sizes beyond which numbers are cut off: their differences and ratios must stay finite."""
MARGIN = 0.03  # Of the stretch, on either side of the data, where the axis says nothing else.
DENSEST = 12  # As many ticks a stretch has at most.
CLOSE = 1e-12  # Numbers that differ by a smaller part of themselves are one.
LONG = 6.0  # Decades: on longer ones nothing is marked between them.
NARROW = 0.7  # Decades: on shorter logarithmic axes the round numbers are those of a straight one.
DECADES = (1, 2, 3, 4, 5, 10, 20, 50, 100)
"""How many decades there may be from mark to mark, where marks crowd."""
PLAIN = (1e-3, 1e5)
"""Numbers of a logarithmic axis that are written without a power of ten: from the one to below the other."""
HUGE, TINY = 1e6, 1e-4
"""Numbers of a straight axis without a power of ten: its largest is below the one, its step not below the other."""
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class AxisScale:
    """A stretch of numbers, straight or logarithmic."""

    low: float
    high: float
    log: bool = False

    def share(self, values: Array | Sequence[float]) -> Array:
        """Where the values (…) lie, from 0 at the low end to 1 at the high one; NaN where they have no place."""
        values = np.asarray(values, dtype=float)
        good = np.isfinite(values) & ((values > 0) | (not self.log))
        cut = np.clip(np.where(good, values, 1.0), SMALLEST if self.log else -LARGEST, LARGEST)
        low, high = self.low, self.high
        if self.log:
            cut, low, high = np.log10(cut), math.log10(low), math.log10(high)
        return np.where(good, (cut - low) / (high - low), np.nan)

    def clipped(self, values: Array | Sequence[float]) -> Array:
        """The values (…), those beyond an end moved there, even from infinity; NaN stays."""
        return np.clip(values, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Tick:
    """A number that is written along an axis."""

    value: float
    label: str


def scale(axis: Axis, values: Array, margin: bool = True) -> AxisScale:
    """What the axis shows: what it says itself, else the values (n,) that have a place on it and a margin."""
    if axis.names:
        return AxisScale(-0.5, len(axis.names) - 0.5)
    values = np.asarray(values, dtype=float)
    if axis.log:
        good = np.log10(np.clip(values[np.isfinite(values) & (values > 0)], SMALLEST, LARGEST))
    else:
        good = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    fixed = [None if end is None else _end(end, axis.log) for end in (axis.low, axis.high)]
    known = [end for end in fixed if end is not None]
    good = np.concatenate([good, known]) if len(good) or known else np.array([0.0, 1.0])
    low = fixed[0] if fixed[0] is not None else float(good.min())
    high = fixed[1] if fixed[1] is not None else float(good.max())
    if not high - low > CLOSE * max(abs(low), abs(high)):  # A single point, or ends the wrong way round.
        middle = (low + high) / 2
        half = 0.5 if axis.log else max(0.5 * abs(middle), 0.5 if middle == 0 else SMALLEST)
        low, high = middle - half, middle + half
    elif margin:
        pad = MARGIN * (high - low)
        low, high = low - pad * (fixed[0] is None), high + pad * (fixed[1] is None)
    return AxisScale(10.0**low, 10.0**high, True) if axis.log else AxisScale(low, high)


def _end(end: float, log: bool) -> float | None:
    """An end that an axis says itself, or its logarithm; None if it cannot be one."""
    if math.isnan(end) or (log and end <= 0):
        return None
    return math.log10(min(max(end, SMALLEST), LARGEST)) if log else min(max(end, -LARGEST), LARGEST)


def rounded(whole: AxisScale, axis: Axis, count: float) -> AxisScale:
    """A straight scale whose free ends lie on ticks, of which there are to be about `count`; others as they are."""
    if whole.log or axis.names:
        return whole
    step = round_step((whole.high - whole.low) / count)
    low = whole.low if axis.low is not None else step * math.floor(whole.low / step + 1e-9)
    high = whole.high if axis.high is not None else step * math.ceil(whole.high / step - 1e-9)
    return AxisScale(low, high)


@lru_cache(maxsize=64)
def choices(whole: AxisScale, percent: bool = False, counts: bool = False) -> tuple[tuple[Tick, ...], ...]:
    """Ticks to choose from, from many to few, each in ascending order; at last one or none. Counts are whole."""
    if whole.log and math.log10(whole.high) - math.log10(whole.low) > NARROW:
        return tuple(_logarithmic(whole, percent))
    return tuple(_straight(whole, percent, 1.0 if counts else 0.0))


def minor(whole: AxisScale) -> list[float]:
    """The numbers between the decades of a logarithmic scale that is not too long for them."""
    if not whole.log or math.log10(whole.high) - math.log10(whole.low) > LONG:
        return []
    first, last = math.floor(math.log10(whole.low)), math.ceil(math.log10(whole.high))
    values = [digit * 10.0**power for power in range(first, last) for digit in range(2, 10)]
    return [value for value in values if whole.low <= value <= whole.high]


def round_step(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is no smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= least * (1 - 1e-9))


def multiples(low: float, high: float, step: float) -> list[float]:
    """The multiples of a step from low to high; an end that is one but for rounding counts."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _straight(whole: AxisScale, percent: bool, least: float) -> Iterator[tuple[Tick, ...]]:
    step = max(round_step((whole.high - whole.low) / DENSEST), least)
    while True:
        values = multiples(whole.low, whole.high, step)
        yield tuple(Tick(value, tick_text(value, step, values, percent)) for value in values)
        if len(values) < 2:
            return
        step = round_step(1.5 * step)


def _logarithmic(whole: AxisScale, percent: bool) -> Iterator[tuple[Tick, ...]]:
    first, last = math.ceil(math.log10(whole.low) - 1e-9), math.floor(math.log10(whole.high) + 1e-9)
    fine = [digit * 10.0**power for power in range(first - 1, last + 1) for digit in (1, 2, 5)]
    rows = [[value for value in fine if whole.low * (1 - 1e-9) <= value <= whole.high * (1 + 1e-9)]]
    rows += [[10.0**power for power in range(first, last + 1) if power % every == 0] for every in DECADES]
    for values in rows:
        yield tuple(Tick(value, power_of_ten(value, percent)) for value in values)


def tick_text(value: float, step: float, fellows: list[float], percent: bool = False) -> str:
    """A multiple of a step as its fellows along the axis are written: with as many digits as tell them apart."""
    if percent:
        return tick_text(100 * value, 100 * step, [100 * fellow for fellow in fellows]) + " %"
    largest = max(abs(fellow) for fellow in fellows)
    if abs(value) < 1e-9 * step and largest < TINY:
        return "0"
    if largest < HUGE and (step >= TINY or largest > 100 * TINY):
        return _signed(f"{value:,.{_decimals(step)}f}")
    power = math.floor(math.log10(largest) + 1e-9)
    mantissa = _signed(f"{value / 10.0**power:.{_decimals(step / 10.0**power)}f}")
    return "0" if abs(value) < 1e-9 * step else f"{mantissa}·10{str(power).translate(RAISED)}"


def power_of_ten(value: float, percent: bool = False) -> str:
    """One of the round numbers of a logarithmic axis: 0.01, 0.5, 10,000, 10⁵, 2·10⁵."""
    if percent:
        return power_of_ten(100 * value) + " %"
    if PLAIN[0] * (1 - 1e-9) <= value < PLAIN[1] * (1 - 1e-9):
        return f"{value:,g}"
    power = math.floor(math.log10(value) + 1e-9)
    digit = round(value / 10.0**power)
    return f"{'' if digit == 1 else f'{digit}·'}10{str(power).translate(RAISED)}"


def per_cent(share: float) -> str:
    """A share in as few signs as there can be, but neither nothing nor all of it where that is not so."""
    if 0 < share < 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{math.floor(100 * share + 0.5)} %"


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _signed(text: str) -> str:
    zero = not text.strip("-0.,")
    return text.lstrip("-") if zero else text.replace("-", "−")
