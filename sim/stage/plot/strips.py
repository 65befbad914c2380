"""Shares that add up to a whole, one upon the other: a strip for each, the lowest share solid, the highest hatched."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pygame import Rect

from ...study.statistics.figure import Parts
from ...surface.points import Array
from ..drawing.canvas import Canvas
from ..drawing.ticks import per_cent
from ..style import text
from ..style.color import Color, mix, readable
from ..style.style import Style
from ..style.theme import Theme
from .axes import Direction
from .words import Label, label

FILL = 0.84  # Of the room of a strip's name, what the strip fills.
TINT = 0.2  # Of a lane's colour, in what of a strip is neither solid nor hatched.
HATCH = 0.5  # Em: from one line of the hatching to the next.
BAND = 90  # How dense an interval is, of 255.
ASIDE = 0.4  # Em, from a number to the strip's end.
HEAD = 1.25  # Heights of the type that a share needs for its number to stand in it.


@dataclass(frozen=True, eq=False, slots=True)
class Strip:
    """One strip on the screen; all arrays have one entry a step, the last of which ends it."""

    parts: Parts
    rect: Rect
    x: Array
    edges: tuple[Array, Array]
    """The pixels of the edges between the lowest share and the middle one, and between that and the highest."""
    bands: tuple[tuple[Array, Array], ...]
    """The pixels of the lower and upper end of the interval at each edge, if intervals are known."""


def strips(marks: Sequence[Parts], x: Direction, y: Direction) -> tuple[Strip, ...]:
    """Where all strips lie that have a place; what of one is not finite is left out."""
    return tuple(strip for mark in marks if (strip := _strip(mark, x, y)) is not None)


def _strip(mark: Parts, x: Direction, y: Direction) -> Strip | None:
    ends = y.at([mark.place - FILL / 2, mark.place + FILL / 2])
    across, shares = x.at(mark.x), np.array(mark.shares, dtype=float)
    good = np.isfinite(across) & np.isfinite(shares).all(axis=0)
    if np.count_nonzero(good) < 2 or not np.isfinite(ends).all():
        return None
    bottom, top = np.rint(ends).astype(int).tolist()
    left, right = np.rint(across[good][[0, -1]]).astype(int).tolist()

    def pixels(values: Array) -> Array:
        return np.asarray(bottom + np.clip(values[good], 0, 1) * (top - bottom))

    bands: tuple[tuple[Array, Array], ...] = ()
    if mark.low and mark.high:
        low, high = (np.array(side, dtype=float) for side in (mark.low, mark.high))
        bands = ((pixels(low[0]), pixels(high[0])), (pixels(1 - high[2]), pixels(1 - low[2])))
    rect = Rect(left, top, max(1, right - left), max(1, bottom - top))
    return Strip(mark, rect, across[good], (pixels(shares[0]), pixels(1 - shares[2])), bands)


def numbers(drawn: Sequence[Strip], style: Style) -> tuple[Label, ...]:
    """The shares at last, each at the end of its own part of the strip if that is high enough."""
    found = []
    for strip in drawn:
        lower, upper = (float(edge[-1]) for edge in strip.edges)
        stretches = ((strip.rect.bottom, lower), (lower, upper), (upper, strip.rect.top))
        colors = fills(style.theme, style.theme.lane(strip.parts.hue))
        told = _told([shares[-1] for shares in strip.parts.shares])
        for words, (bottom, top), color in zip(told, stretches, colors, strict=True):
            if bottom - top < HEAD * style.tiny:
                continue
            place = (strip.rect.right - ASIDE * style.em, (bottom + top) / 2)
            if text.width(words, style.tiny) < strip.rect.width / 3:
                found.append(label(words, place, style.tiny, readable(color), 1.0))
    return tuple(found)


def _told(shares: Sequence[float]) -> list[str]:
    """The shares in per cent, rounded so that they add up to a hundred as they do."""
    whole = [math.floor(100 * share) for share in shares]
    order = sorted(range(len(shares)), key=lambda part: whole[part] - 100 * shares[part])
    for part in order[: 100 - sum(whole)]:
        whole[part] += 1
    return [
        f"{number}%" if 0.005 <= share < 0.995 else per_cent(share) for number, share in zip(whole, shares, strict=True)
    ]


def fills(theme: Theme, color: Color) -> tuple[Color, Color, Color]:
    """The colours of the three shares in a lane's strip; of the highest, that between the hatching."""
    return color, mix(theme.panel, color, TINT), theme.panel


def draw_strips(canvas: Canvas, drawn: Sequence[Strip], shown: Sequence[Label], plot: Rect, style: Style) -> None:
    """Draw all strips, and the ground of the numbers that are shown on them."""
    theme = style.theme
    for strip in drawn:
        with canvas.clip(strip.rect.clip(plot.inflate(2 * style.hair, 2 * style.hair))):
            color, middle, _ = fills(theme, theme.lane(strip.parts.hue))
            hatch(canvas, strip.rect, theme, style.em)
            lower, upper = strip.edges
            _fill(canvas, strip.x, upper, lower, middle)
            _fill(canvas, strip.x, lower, np.full_like(lower, strip.rect.bottom), color)
            below = np.full_like(lower, strip.rect.bottom)
            for low, high in strip.bands:
                _fill(canvas, strip.x, high, np.minimum(low, below), theme.muted, BAND)
                below = np.minimum(high, below)
            for words in shown:
                if strip.rect.contains(words.rect) and words.rect.centery < upper[-1]:
                    canvas.rect(words.rect.inflate(round(0.3 * style.em), 0), theme.panel)
            canvas.rect(strip.rect, theme.faint, width=style.hair)


def hatch(canvas: Canvas, box: Rect, theme: Theme, em: int) -> None:
    """Cover a box with slanting lines."""
    apart = max(4, round(HATCH * em))
    with canvas.clip(box):
        canvas.rect(box, theme.panel)
        for start in range(box.left - box.height, box.right, apart):
            canvas.rule((start, box.bottom), (start + box.height, box.top), theme.muted, max(1, round(0.1 * em)))


def _fill(canvas: Canvas, x: Array, top: Array, bottom: Array, color: Color, opacity: int = 255) -> None:
    """Fill what is between two curves that stay as they are until the next x."""
    columns = np.rint(x).astype(int).tolist()
    for left, right, high, low in zip(
        columns, columns[1:], np.rint(top).tolist(), np.rint(bottom).tolist(), strict=False
    ):
        if right > left and low > high:
            canvas.rect((left, int(high), right - left, int(low - high)), color, opacity=opacity)
