"""Bars side by side, with their intervals and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pygame import Rect

from ...study.statistics.figure import Bars
from ..drawing.canvas import Canvas
from ..drawing.strokes import draw_whisker
from ..drawing.ticks import per_cent
from ..style import text
from ..style.color import mix
from ..style.numbers import short
from ..style.style import Style
from .axes import Direction
from .words import Label, label

GROUP = 0.8  # Of the room of a category, what its bars fill.
WIDEST = 5.0  # Em: no bar is wider.
SLIVER = 2  # Pixels: a bar that is not nothing is no lower.
SHORTEST = 0.3  # Em: an interval that is shorter cannot be seen.
CAP = 0.2  # Em: half the width of a whisker's ends.
TIGHT = 1.1  # Heights of the type: numbers need no more from line to line.
LONGEST = 0.2  # Of the axis of heights, what numbers beside lying bars may take.
AWAY = 0.35  # Em, from such a bar to its number.


@dataclass(frozen=True, eq=False, slots=True)
class Bar:
    """One bar, in its place."""

    rect: Rect
    middle: float
    """Its middle along the axis of categories, in pixels."""
    low: float
    """The pixels of its interval's ends; NaN: none."""
    high: float
    closed: tuple[bool, bool]
    """Whether the interval's ends are within the frame."""
    end: float
    """The pixel where all of it ends, away from zero."""


BarGroup = tuple[Bar | None, ...]
"""The bars of one mark, one a place; None where there is nothing to show."""


def slot(x: Direction, count: int, em: int) -> float:
    """The pixels that each of `count` bars side by side has."""
    return min(GROUP * x.pitch / max(1, count), WIDEST * em)


def bar_groups(marks: Sequence[Bars], x: Direction, y: Direction, turned: bool, style: Style) -> tuple[BarGroup, ...]:
    """Where all bars stand."""
    width = slot(x, len(marks), style.em)
    gap = 0.0 if width < 3 else max(1.0, 0.08 * width)
    zero = y.start if y.scale.log else float(y.at(y.scale.clipped(np.zeros(1)))[0])
    found = []
    for number, mark in enumerate(marks):
        count = min(len(mark.heights), len(x.axis.names))
        middles = x.at(range(count)) + (number + 0.5 - len(marks) / 2) * width * (1 if x.end >= x.start else -1)
        heights = np.array(mark.heights[:count], dtype=float)
        ends = y.at(np.where(np.isfinite(heights), y.scale.clipped(heights), np.nan))
        lows, highs, closed = y.spans(mark.low, mark.high, count)
        bars: list[Bar | None] = []
        for place, (middle, end) in enumerate(zip(middles.tolist(), ends.tolist(), strict=True)):
            if not np.isfinite(end):
                bars.append(None)
                continue
            first, last = round(middle - (width - gap) / 2), round(middle + (width - gap) / 2)
            begin, finish = sorted((round(zero), round(end)))
            if heights[place] > 0 and finish - begin < SLIVER:
                begin, finish = (finish - SLIVER, finish) if y.end < y.start else (begin, begin + SLIVER)
            rect = Rect(first, begin, max(1, last - first), finish - begin)
            if turned:
                rect = Rect(rect.top, rect.left, rect.height, rect.width)
            low, high = float(lows[place]), float(highs[place])
            farthest = [end] if np.isnan(low) else [end, low, high]
            tip = max(farthest) if y.end > y.start else min(farthest)
            bars.append(Bar(rect, middle, low, high, (bool(closed[place, 0]), bool(closed[place, 1])), tip))
        found.append(tuple(bars))
    return tuple(found)


def captions(marks: Sequence[Bars], x: Direction, y: Direction, turned: bool, style: Style) -> list[tuple[str, ...]]:
    """The numbers of all bars, for each mark: those that it brings, else their heights; none if they do not fit."""
    if any(height < 0 for mark in marks for height in mark.heights):
        return []
    width, length = slot(x, len(marks), style.em), abs(y.end - y.start)
    brought = [mark.labels for mark in marks if len(mark.labels) >= len(mark.heights)]
    told = [tuple(_height(height, y.axis.percent) for height in mark.heights) for mark in marks]
    for words in ([] if len(brought) < len(marks) else brought, told):
        widest = max((text.width(word, style.tiny) for row in words for word in row), default=0)
        if turned:
            fits = width >= TIGHT * style.tiny and widest <= LONGEST * length
        else:
            fits = width >= widest + 0.3 * style.tiny and length >= 5 * style.tiny
        if words and fits:
            return words
    return []


def headroom(rows: Sequence[BarGroup], words: list[tuple[str, ...]], y: Direction, turned: bool, style: Style) -> float:
    """By how many pixels the axis of heights must end earlier for the numbers to stay in the frame."""
    length, most = abs(y.end - y.start), 0.0
    for row, row_words in zip(rows, words, strict=True):
        for bar, word in zip(row, row_words, strict=False):
            if bar is not None:
                share = (bar.end - y.start) / (y.end - y.start)
                need = text.width(word, style.tiny) + AWAY * style.em if turned else 1.3 * style.tiny
                most = max(most, length - (length - need) / max(share, 1e-9))
    return min(most, 0.5 * length)


def numbers(rows: Sequence[BarGroup], words: list[tuple[str, ...]], turned: bool, style: Style) -> tuple[Label, ...]:
    """The numbers at the ends of the bars."""
    found = []
    for row, row_words in zip(rows, words, strict=True):
        for bar, word in zip(row, row_words, strict=False):
            if bar is None:
                continue
            color = style.theme.text if bar.rect.width and bar.rect.height else style.theme.muted
            x, y = bar.rect.center
            if turned:
                found.append(label(word, (bar.end + AWAY * style.em, y), style.tiny, color))
            else:
                found.append(label(word, (x, bar.end - 0.72 * style.tiny), style.tiny, color, 0.5))
    return tuple(found)


def draw_bars(canvas: Canvas, marks: Sequence[Bars], rows: Sequence[BarGroup], turned: bool, style: Style) -> None:
    """Draw all bars, then all intervals: dark on the ground and light on the bars, or the other way round."""
    for mark, row in zip(marks, rows, strict=True):
        color = style.theme.lane(mark.hue)
        for bar in row:
            if bar is not None and bar.rect.width and bar.rect.height:
                radius = min(round(0.14 * style.em), min(bar.rect.size) // 3)
                ends = (0, radius, 0, radius) if turned else (radius, radius, 0, 0)
                canvas.rect(bar.rect, color, corner=ends)
    for mark, row in zip(marks, rows, strict=True):
        color = mix(style.theme.lane(mark.hue), style.theme.text, 0.5)
        for bar in row:
            if bar is None or not abs(bar.high - bar.low) >= SHORTEST * style.em:
                continue
            middle = bar.rect.centery if turned else bar.rect.centerx
            start, end = ((bar.low, middle), (bar.high, middle)) if turned else ((middle, bar.low), (middle, bar.high))
            thickness = bar.rect.height if turned else bar.rect.width
            cap = min(CAP * style.em, 0.3 * thickness)
            draw_whisker(canvas, start, end, color, style.thin, cap, bar.closed)
            with canvas.clip(bar.rect):
                draw_whisker(canvas, start, end, style.theme.panel, style.thin, cap, bar.closed)


def _height(height: float, percent: bool) -> str:
    """A height in words: a share in per cent, another number in three digits."""
    if not np.isfinite(height):
        return ""
    return per_cent(height) if percent else short(float(f"{height:.3g}"))
