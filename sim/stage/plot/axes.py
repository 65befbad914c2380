"""Axes on the screen: where their numbers and names stand, so that none touches another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...base.languages import grouped
from ...study.statistics.figure import Axis
from ...surface.points import Array, Mask
from ..drawing.ticks import AxisScale, choices
from ..style import text
from ..style.style import Style
from ..style.wrapping import balanced, complete, wrapped
from .words import pitch, spoken

BEYOND = 4.0  # Plots: what is farther outside is drawn there.
# Lines on which a name below the plot may stand.
NAME_LINES = 3
# Lines on which a name on its left may stand.
NAME_LINES_LEFT = 2
# The least space between two names beside each other, in heights of the type.
BETWEEN = 0.4
# The least space between two numbers beside each other, in heights of the type.
APART = 1.3
# The least space between two numbers each of which is a round one of its own decade.
APART_LOG = 0.7
# Lines from a number to the next one above it, at least.
ROOMY = 2.0
# Lines from a number to the next one above it on a logarithmic axis, at least.
ROOMY_LOG = 1.2
# The most numbers along an axis, upwards and across: more would not be read.
MOST_UP, MOST_ACROSS = 6.2, 9.0
# The most numbers along a logarithmic axis.
MOST_LOG = 9.0
LEAST_NAME = 3.0  # Em: where a category is narrower, not every one has its name.


@dataclass(frozen=True, eq=False, slots=True)
class Direction:
    """One axis on the screen."""

    axis: Axis
    scale: AxisScale
    start: float
    """The pixel of the scale's low end."""
    end: float

    def at(self, values: Array | Sequence[float]) -> Array:
        """The pixels of values (…); NaN where they have no place."""
        shares = np.clip(self.scale.share(np.asarray(values, dtype=float)), -BEYOND, 1 + BEYOND)
        return np.asarray(self.start + shares * (self.end - self.start))

    def spans(self, low: Sequence[float], high: Sequence[float], count: int) -> tuple[Array, Array, Mask]:
        """The pixels of both ends of `count` intervals, NaN where there is none, and which ends are in the frame.

        The last has the shape (count, 2).
        """
        ends = np.full((2, count), np.nan)
        for row, side in zip(ends, (low, high), strict=True):
            row[: len(side)] = side[:count]
        ends[:, np.isnan(ends).any(axis=0)] = np.nan
        slack = 1e-9 * (self.scale.high - self.scale.low)
        inside = (ends >= self.scale.low - slack) & (ends <= self.scale.high + slack)
        pixels = self.at(self.scale.clipped(ends))
        return pixels[0], pixels[1], inside.T

    @property
    def pitch(self) -> float:
        """Pixels from one named place to the next."""
        return abs(self.end - self.start) / max(1, len(self.axis.names))


@dataclass(frozen=True, eq=False, slots=True)
class TickLabel:
    """A number or name along an axis: the pixel it belongs to, and its lines."""

    value: float
    pixel: float
    lines: tuple[str, ...]


def tick_labels_left(direction: Direction, style: Style, room: float) -> tuple[TickLabel, ...]:
    """What stands on the left of the plot, in a column that is at most `room` pixels wide."""
    size, line = style.small, pitch(style.small)
    if not direction.axis.names:
        roomy, most = (ROOMY_LOG, MOST_LOG) if direction.scale.log else (ROOMY, MOST_UP)
        apart = max(line * roomy, abs(direction.end - direction.start) / most)
        return _first(direction, style, lambda labels: _spaced(labels, apart))
    every = int(np.ceil(line / max(direction.pitch, 1e-9)))
    most = min(NAME_LINES_LEFT, max(1, int(direction.pitch // line)))
    names = [spoken(style.theme, name) for name in direction.axis.names]
    return _named(direction, [wrapped(name, size, int(room), most) for name in names], every)


def tick_labels_below(direction: Direction, style: Style, within: tuple[int, int]) -> tuple[TickLabel, ...]:
    """What stands below the plot, between these pixels."""
    size = style.small
    if not direction.axis.names:
        apart = size * (APART_LOG if direction.scale.log else APART)
        least = abs(direction.end - direction.start) / (MOST_LOG if direction.scale.log else MOST_ACROSS)
        told = _told(direction, style)
        if told and _clear(told, size, within, apart):
            return told
        return _first(direction, style, lambda labels: _spaced(labels, least) and _clear(labels, size, within, apart))
    names = [spoken(style.theme, name) for name in direction.axis.names]
    room = direction.pitch - BETWEEN * size
    if all(map(_is_number, names)):  # The reader knows what lies between.
        widest = max(text.width(name, size) for name in names)
        every = int(np.ceil(widest / max(room, 1.0)))
        return _named(direction, [(name,) for name in names], every)
    every = int(np.ceil(LEAST_NAME * size / max(direction.pitch, 1e-9)))
    room += (every - 1) * direction.pitch
    lines = [balanced(name, size, int(room), NAME_LINES) for name in names]
    if every == 1 and not all(map(complete, lines, names)):
        # Every second name a line lower, so that each has the room of two.
        lower = [
            ("",) * (place % 2) + wrapped(name, size, int(room + direction.pitch), 1)
            for place, name in enumerate(names)
        ]
        lines = lower if all(map(complete, lower, names)) else lines
    return _named(direction, lines, every)


def placed(label: TickLabel, size: int, within: tuple[int, int]) -> tuple[float, float]:
    """The left and right end of a mark below the plot: it stands under its pixel unless that leads out."""
    width = max((text.width(line, size) for line in label.lines), default=0)
    left = max(min(label.pixel - width / 2, within[1] - width), within[0])
    return left, left + width


def _named(direction: Direction, lines: list[tuple[str, ...]], every: int) -> tuple[TickLabel, ...]:
    pixels = direction.at(range(len(lines))).tolist()
    labels = (TickLabel(float(place), pixel, lines[place]) for place, pixel in enumerate(pixels))
    return tuple(label for place, label in enumerate(labels) if place % every == 0)


def _first(direction: Direction, style: Style, fits: Callable[[tuple[TickLabel, ...]], bool]) -> tuple[TickLabel, ...]:
    language = style.theme.language
    for ticks in choices(direction.scale, direction.axis.percent, direction.axis.counts):
        pixels = direction.at([tick.value for tick in ticks]).tolist()
        labels = tuple(
            TickLabel(tick.value, pixel, (grouped(language, tick.label),))
            for tick, pixel in zip(ticks, pixels, strict=True)
        )
        if fits(labels):
            return labels
    return ()


def _told(direction: Direction, style: Style) -> tuple[TickLabel, ...]:
    """The numbers that the axis names itself."""
    values = direction.axis.told
    texts = (grouped(style.theme.language, f"{value:.6g}") for value in values)
    return tuple(
        TickLabel(value, pixel, (words,))
        for value, pixel, words in zip(values, direction.at(values).tolist(), texts, strict=True)
    )


def _spaced(labels: tuple[TickLabel, ...], apart: float) -> bool:
    """Whether all are so far from each other, up to rounding."""
    return all(abs(other.pixel - one.pixel) >= apart - 1e-6 for one, other in pairwise(labels))


def _clear(labels: tuple[TickLabel, ...], size: int, within: tuple[int, int], apart: float) -> bool:
    ends = [placed(label, size, within) for label in labels]
    return all(left - right >= apart for (_, right), (left, _) in pairwise(ends))


def _is_number(name: str) -> bool:
    try:
        float(name.replace("−", "-").replace(",", ""))
    except ValueError:
        return False
    return True
