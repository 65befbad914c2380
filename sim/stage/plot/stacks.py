"""Shares of a whole as one bar, one upon the other, with the intervals of the edges beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pygame import Rect

from ...study.statistics.end_kind import EndKind
from ...study.statistics.figure import Layer, Stack
from ..drawing.canvas import Canvas
from ..drawing.strokes import draw_whisker
from ..style import text
from ..style.color import readable
from ..style.numbers import interval, percent
from ..style.style import Style
from ..style.theme import Theme
from ..style.tints import end_color
from ..style.wrapping import complete, wrapped
from .axes import Direction
from .words import Label, pitch, spoken, stacked

FILL = 0.74  # Of the room of a place, what its bar fills.
WIDEST = 10.0  # Em: no bar is wider.
BESIDE = 0.1  # Em: what words in a part leave free on either side.
ASIDE, COLUMN, COLUMNS = 0.45, 0.6, 2  # Em from a bar to its first whisker, from column to column, and how many.
CAP = 0.2  # Em: half the width of a whisker's ends.
SHORTEST = 2.5  # Widths of a whisker's line: of an interval that is shorter, the ends cannot be told apart.
HATCH = 0.6  # Em: from one line of the hatching to the next.
HATCHED = {EndKind.DIVERGED: (1,), EndKind.OFF_SURFACE: (-1,), EndKind.FAILED: (1, -1)}
"""The parts that are hatched, so that no grey is taken for another: by lines that rise (1), fall (-1), or both."""
FOOT = 0.22  # Em: the height of the line in the lane's colour on which a bar stands.
NAME_LINES, INTERVAL_LINES = 3, 3


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval on the screen."""

    x: float
    low: float
    """The pixels of its ends."""
    high: float
    closed: tuple[bool, bool]
    """Whether they are within the frame."""


@dataclass(frozen=True, slots=True)
class StackedBar:
    """One bar on the screen."""

    stack: Stack
    rect: Rect
    boxes: tuple[tuple[Layer, Rect], ...]
    """Its parts, from the bottom to the top."""
    whiskers: tuple[Whisker, ...]
    """The whiskers of the edges between these parts for which there is room."""


def stacked_bars(marks: Sequence[Stack], x: Direction, y: Direction, style: Style) -> tuple[StackedBar, ...]:
    """Where all bars stand; a mark without parts, or with one that has no place, has none."""
    return tuple(bar for mark in marks if mark.layers and (bar := _bar(mark, x, y, style)) is not None)


def _bar(mark: Stack, x: Direction, y: Direction, style: Style) -> StackedBar | None:
    width = max(1, round(min(FILL * x.pitch, WIDEST * style.em)))
    middle = float(x.at([mark.place])[0])
    pixels = y.at(np.clip(np.cumsum([0.0, *(layer.share for layer in mark.layers)]), 0.0, 1.0))
    if not (np.isfinite(middle) and np.isfinite(pixels).all()):
        return None
    left, edges = round(middle - width / 2), np.rint(pixels).astype(int).tolist()
    boxes = tuple(
        (layer, Rect(left, high, width, low - high))
        for layer, low, high in zip(mark.layers, edges, edges[1:], strict=False)
    )
    rect = Rect(left, edges[-1], width, edges[0] - edges[-1])
    return StackedBar(mark, rect, boxes, tuple(_whiskers(mark, rect.right, y, style)))


def _whiskers(mark: Stack, right: int, y: Direction, style: Style) -> Iterator[Whisker]:
    """The intervals that can be seen, in columns, so that none lies on another; what finds no column is left out."""
    lows, highs, closed = y.spans(mark.low, mark.high, len(mark.layers) - 1)
    free = [np.inf] * COLUMNS  # Down to where each column is still empty: pixels of the lower end come first.
    for low, high, (below, above) in zip(lows.tolist(), highs.tolist(), closed.tolist(), strict=True):
        if not low - high >= SHORTEST * style.thin:
            continue
        column = next((k for k, end in enumerate(free) if low < end), None)
        if column is not None:
            free[column] = high - 2 * style.thin
            yield Whisker(right + (ASIDE + column * COLUMN) * style.em, low, high, (below, above))


def numbers(drawn: Sequence[StackedBar], style: Style) -> tuple[Label, ...]:
    """What is said in the parts: name, share and interval, as far as there is room."""
    found: list[Label] = []
    for bar in drawn:
        for layer, box in bar.boxes:
            color = readable(end_color(style.theme, layer.end, layer.minimum))
            room = box.width - 2 * BESIDE * style.em
            lines = next(filter(lambda lines: _fit(lines, box, room, style), _wordings(layer, int(room), style)), ())
            top = box.centery - len(lines) * pitch(style.tiny) / 2
            found += stacked(lines, (box.centerx, top), style.tiny, color, 0.5)
    return tuple(found)


def _fit(lines: tuple[str, ...], box: Rect, room: float, style: Style) -> bool:
    low = len(lines) * pitch(style.tiny) <= box.height
    return low and all(text.width(line, style.tiny) <= room for line in lines)


def _wordings(layer: Layer, room: int, style: Style) -> Iterator[tuple[str, ...]]:
    """What can be said in a part, the best first: of a minimum rather its number than no interval."""
    share, interval = f"{percent(layer.share)} %", interval_in_words(layer, style.theme)
    numbered = layer.minimum >= 0
    name = _lines(spoken(style.theme, layer.name), room, 1 if numbered else NAME_LINES, style)
    uncertain = _lines(interval, room, INTERVAL_LINES, style)
    short = f"{layer.minimum + 1}: {share}"
    if name:
        yield (*name, share, *uncertain)
    if len(name) == 1:
        yield f"{name[0]}: {share}", *uncertain
        yield (f"{name[0]}: {share} ({interval})" if interval else f"{name[0]}: {share}",)
    if numbered:
        yield short, *uncertain
    if name:
        yield (f"{name[0]}: {share}",) if len(name) == 1 else (*name, share)
    if numbered:
        yield (short,)
    yield share, *uncertain
    yield (share,)


def _lines(words: str, room: int, most: int, style: Style) -> tuple[str, ...]:
    """The words on as many lines as they need; none where they do not fit."""
    lines = wrapped(words, style.tiny, room, most)
    return lines if complete(lines, words) else ()


def interval_in_words(layer: Layer, theme: Theme) -> str:
    """The interval of a share in per cent; that all seeds are alike, where nothing is left to chance."""
    if layer.low == layer.high:
        return theme.say("every seed alike")
    if not layer.low < layer.high:
        return ""
    low, high = interval(layer.low, layer.high)
    return theme.say("{low} to {high}", low=low, high=high)


def draw_layer(canvas: Canvas, box: Rect, layer: Layer, style: Style) -> None:
    """Fill a box as a part of a bar is, and hatch it where the part is HATCHED."""
    theme = style.theme
    canvas.rect(box, end_color(theme, layer.end, layer.minimum))
    ways = HATCHED.get(layer.end, ())
    if not ways:
        return
    apart, width = max(4, round(HATCH * style.em)), max(1, round(0.1 * style.em))
    with canvas.clip(box):
        for way in ways:
            low, high = (box.bottom, box.top)[::way]
            for start in range(box.left - box.height, box.right, apart):
                canvas.rule((start, low), (start + box.height, high), theme.panel, width)


def draw_stacks(canvas: Canvas, drawn: Sequence[StackedBar], shown: Sequence[Label], style: Style) -> None:
    """Draw all bars, on a line in the colour of the lane, the ground of what is said in them, and the intervals."""
    theme = style.theme
    for bar in drawn:
        for layer, box in bar.boxes:
            draw_layer(canvas, box, layer, style)
            inside = [words for words in shown if layer.end in HATCHED and box.collidepoint(words.rect.center)]
            for words in inside:
                ground = words.rect.inflate(style.hair, 0).clip(box)
                canvas.rect(ground, end_color(theme, layer.end, layer.minimum))
        for _, box in bar.boxes[:-1]:
            canvas.rect((box.left, box.top, box.width, style.hair), theme.panel)
        canvas.rect(bar.rect, theme.faint, width=style.hair)
        foot = max(2, round(FOOT * style.em))
        canvas.rect((bar.rect.left, bar.rect.bottom, bar.rect.width, foot), theme.lane(bar.stack.hue))
        for whisker in bar.whiskers:
            low, high = (whisker.x, whisker.low), (whisker.x, whisker.high)
            draw_whisker(canvas, low, high, theme.muted, style.thin, CAP * style.em, whisker.closed)
