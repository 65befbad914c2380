"""A number for each pair of values, as colours."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pygame import Rect

from ...study.statistics.figure import Axis, HeatMap
from ...surface.points import Array
from ..drawing.canvas import Canvas
from ..drawing.screen import image
from ..drawing.ticks import AxisScale, per_cent, round_step, scale, tick_text
from ..style.color import readable
from ..style.style import Style
from .axes import Direction
from .ramp import STEPS, ramp
from .words import Label, label

DIGITS = 50  # Numbers are told apart that differ by this part of the scale.
SEAMS = 9  # Pixels: cells that are larger have a seam between them.
BLANK = 0  # The colour of the palette for what is not known.

Shades = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False, slots=True)
class HeatCells:
    """A heat map on the screen."""

    values: Array
    """Row 0 at the bottom; NaN: blank."""
    columns: tuple[int, ...]
    """The pixels between columns, the outer edges too."""
    rows: tuple[int, ...]
    """The pixels between rows, from the bottom up, the outer edges too."""


def cells(heat: HeatMap, x: Direction, y: Direction) -> HeatCells:
    """Where the cells are; rows of unequal length are filled up with blanks."""
    width = max((len(row) for row in heat.rows), default=0)
    values = np.full((len(heat.rows), width), np.nan)
    for full, row in zip(values, heat.rows, strict=True):
        full[: len(row)] = row
    values[~np.isfinite(values)] = np.nan
    return HeatCells(values, _edges(x, width), _edges(y, len(heat.rows)))


def stretch(heat: HeatMap) -> AxisScale:
    """The numbers from the faintest colour to the strongest."""
    return scale(Axis(heat.name, heat.low, heat.high), np.zeros(0))


def shades(values: Array, heat: HeatMap) -> Shades:
    """Which colour of the palette each value (…) has: 1 the faintest, STEPS the strongest."""
    share = stretch(heat).share(values)
    return np.where(np.isnan(share), BLANK, 1 + np.rint(np.clip(share, 0, 1) * (STEPS - 1))).astype(np.uint8)


def numbers(heat: HeatMap, drawn: HeatCells, style: Style) -> tuple[Label, ...]:
    """The numbers in the cells, if all have room."""
    values, size = drawn.values, style.tiny
    if not values.size or not np.isfinite(values).any():
        return ()
    room = min(np.diff(drawn.columns), default=0), min(-np.diff(drawn.rows), default=0)
    if room[0] < 2 * size or room[1] < 1.3 * size:
        return ()
    known = values[np.isfinite(values)].tolist()
    whole = stretch(heat)
    step = round_step((whole.high - whole.low) / DIGITS)
    colors, tones = ramp(style.theme), shades(values, heat)
    found = []
    for row, bottom, top in zip(range(len(values)), drawn.rows, drawn.rows[1:], strict=False):
        for column, left, right in zip(range(values.shape[1]), drawn.columns, drawn.columns[1:], strict=False):
            value = float(values[row, column])
            if np.isfinite(value):
                words = per_cent(value) if heat.percent else tick_text(value, step, known)
                color = readable(colors[tones[row, column] - 1])
                found.append(label(words, ((left + right) / 2, (top + bottom) / 2), size, color, 0.5))
    widest = max(words.rect.width for words in found)
    return tuple(found) if widest <= room[0] - 0.4 * size else ()


def draw_cells(canvas: Canvas, heat: HeatMap, drawn: HeatCells, style: Style) -> None:
    """Draw the colours, and seams between cells that are large enough."""
    left, right, bottom, top = drawn.columns[0], drawn.columns[-1], drawn.rows[0], drawn.rows[-1]
    if not drawn.values.size or right <= left or bottom <= top:
        return
    widths, heights = np.diff(drawn.columns), -np.diff(drawn.rows)
    tones = shades(drawn.values, heat)[::-1].T.repeat(widths, axis=0).repeat(heights[::-1], axis=1)
    palette = np.array([style.theme.panel, *ramp(style.theme)], dtype=np.uint8)
    canvas.image(image(palette[tones]), (left, top))
    canvas.rect(Rect(left, top, right - left, bottom - top).inflate(2, 2), style.theme.grid, width=1)
    if min(*widths, *heights) >= SEAMS:
        for x in drawn.columns[1:-1]:
            canvas.rect((x, top, 1, bottom - top), style.theme.panel)
        for y in drawn.rows[1:-1]:
            canvas.rect((left, y, right - left, 1), style.theme.panel)


def draw_scale(canvas: Canvas, place: Rect, style: Style) -> None:
    """Draw the colours from the faintest at the bottom to the strongest at the top."""
    colors = ramp(style.theme)
    for y in range(place.height):
        color = colors[round((place.height - 1 - y) / max(1, place.height - 1) * (STEPS - 1))]
        canvas.rect((place.left, place.top + y, place.width, 1), color)


def _edges(direction: Direction, count: int) -> tuple[int, ...]:
    ends = (-0.5, count - 0.5) if direction.axis.names else (direction.scale.low, direction.scale.high)
    start, end = direction.at(ends).tolist()
    return tuple(round(start + (end - start) * k / max(1, count)) for k in range(count + 1))
