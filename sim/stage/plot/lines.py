"""Lines through points, with their intervals as whiskers or as a band."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pygame import Rect

from ...study.statistics.figure import Line
from ...surface.points import Array, Mask
from ..drawing.canvas import Canvas, Pixel
from ..drawing.strokes import draw_dot, draw_path, draw_whisker
from ..style.color import mix
from ..style.style import Style
from .axes import Direction
from .legend import draw_lane_badge

# Points that are nearer to each other, in ems, are not marked.
CROWDED = 0.75
# Intervals that are nearer to each other, in ems, make a band.
CROWDED_WHISKERS = 1.1
BAND = 46  # How dense a band is, of 255.
CAP = 0.2  # Em: half the width of a whisker's ends.
# How far lines with whiskers at the same places step aside, in ems.
ASIDE = 0.32
# All of them step aside by at most this share of the room between two places.
MOST_ASIDE = 0.5
DENSE = 2  # Points a pixel from which only the least and the greatest of each pixel are drawn.


@dataclass(frozen=True, eq=False, slots=True)
class Polyline:
    """One line on the screen; all arrays have one entry a point."""

    line: Line
    x: Array
    y: Array
    low: Array
    high: Array
    closed: Mask
    """Which ends of the intervals are in the frame, shape (points, 2)."""
    dots: bool
    banded: bool


def polylines(lines: Sequence[Line], x: Direction, y: Direction, style: Style) -> tuple[Polyline, ...]:
    """Where all lines run."""
    found = []
    for line in lines:
        count = min(len(line.x), len(line.y))
        across, up = x.at(line.x[:count]), y.at(line.y[:count])
        low, high, closed = y.spans(line.low, line.high, count)
        steps = np.abs(np.diff(across[np.isfinite(across)]))
        between = float(np.median(steps)) if len(steps) else np.inf
        banded = line.steps or not line.dots or between < CROWDED_WHISKERS * style.em
        found.append(Polyline(line, across, up, low, high, closed, line.dots and between >= CROWDED * style.em, banded))
    return _aside(found, style.em)


def draw_lines(canvas: Canvas, drawn: Sequence[Polyline], plot: Rect, style: Style) -> None:
    """Draw bands, then lines, then whiskers and points."""
    with canvas.clip(plot.inflate(2 * style.line, 2 * style.line)):
        for path in drawn:
            if path.banded:
                _draw_band(canvas, path, plot, style)
        for path in sorted(drawn, key=lambda path: path.line.dashed):  # Where two are one, both are seen.
            _draw_line(canvas, path, plot, style)
    for path in drawn:
        color = style.theme.lane(path.line.hue)
        inside = (path.x >= plot.left - 1) & (path.x <= plot.right + 1)
        if not path.banded:
            shown = inside & np.isfinite(path.low) & np.isfinite(path.y)
            closed = path.closed.tolist()
            for k in np.flatnonzero(shown).tolist():
                start, end = (path.x[k], path.low[k]), (path.x[k], path.high[k])
                draw_whisker(canvas, start, end, color, style.thin, CAP * style.em, (closed[k][0], closed[k][1]))
        inside = inside & (path.y >= plot.top - 1) & (path.y <= plot.bottom + 1)
        for k in np.flatnonzero(inside if path.dots else inside & _alone(path)).tolist():
            draw_dot(canvas, (path.x[k], path.y[k]), color, style.theme.panel, style)
    for number, path in enumerate(drawn):
        center = _badge_place(path, plot, (number + 0.5) / len(drawn))
        if path.line.badge and center is not None:
            draw_lane_badge(canvas, center, path.line.hue, style)


def _badge_place(path: Polyline, plot: Rect, share: float) -> Pixel | None:
    """Where a line is after that share of the plot's width: each at its own, so that all are told that lie as one."""
    good = np.isfinite(path.x) & np.isfinite(path.y)
    if not good.any():
        return None
    x, along, up = plot.left + share * plot.width, path.x[good], path.y[good]
    place = max(int(np.searchsorted(along, x, side="right")) - 1, 0)
    y = float(up[place]) if path.line.steps else float(np.interp(x, along, up))
    return x, min(max(y, plot.top), plot.bottom)


def _draw_line(canvas: Canvas, path: Polyline, plot: Rect, style: Style) -> None:
    color = style.theme.lane(path.line.hue)
    for run in _runs(np.isfinite(path.x) & np.isfinite(path.y)):
        x, y = path.x[run], path.y[run]
        if path.line.steps:
            x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
        if len(x) > DENSE * plot.width:
            kept = _extremes(x, y)
            x, y = x[kept], y[kept]
        draw_path(canvas, list(zip(x.tolist(), y.tolist(), strict=True)), color, style.line, path.line.dashed)


def _draw_band(canvas: Canvas, path: Polyline, plot: Rect, style: Style) -> None:
    color = style.theme.lane(path.line.hue)
    for run in _runs(np.isfinite(path.x) & np.isfinite(path.y) & np.isfinite(path.low)):
        x, low, high = path.x[run], path.low[run], path.high[run]
        if path.line.steps:
            x, low, high = np.repeat(x, 2)[1:], np.repeat(low, 2)[:-1], np.repeat(high, 2)[:-1]
        if len(x) > DENSE * plot.width:
            x, high, low = _columns(x, high, low)
        if len(x) < 2:
            continue
        outline = np.concatenate([np.stack([x, low], axis=-1), np.stack([x, high], axis=-1)[::-1]])
        left, top = np.floor(outline.min(axis=0)).astype(int).tolist()
        width, height = (np.ceil(outline.max(axis=0)).astype(int) - (left, top) + 1).tolist()
        if not plot.colliderect((left, top, width, height)):
            continue
        with canvas.clip(plot):
            canvas.polygon(outline.tolist(), color, opacity=BAND)
        rim = mix(style.theme.panel, color, 0.45)
        for edge in (low, high):
            points = np.stack([x, edge], axis=-1).tolist()
            if path.line.steps:
                for start, end in pairwise(points):
                    canvas.rule(start, end, rim)
            else:
                canvas.curve(points, rim)


def _aside(found: list[Polyline], em: int) -> tuple[Polyline, ...]:
    """The lines, those with whiskers at the same places moved apart a little, as far as there is room."""
    places = [set(np.round(path.x[np.isfinite(path.x) & np.isfinite(path.low)]).tolist()) for path in found]
    crowd = [k for k, path in enumerate(found) if not path.banded and places[k]]
    shared = [k for k in crowd if any(places[k] & places[other] for other in crowd if other != k)]
    if not shared:
        return tuple(found)
    columns = sorted(set().union(*(places[k] for k in shared)))
    room = min(np.diff(columns), default=np.inf)
    step = min(ASIDE * em, MOST_ASIDE * float(room) / len(shared))
    for number, k in enumerate(shared):
        path = found[k]
        x = path.x + (number - (len(shared) - 1) / 2) * step
        found[k] = Polyline(path.line, x, path.y, path.low, path.high, path.closed, path.dots, path.banded)
    return tuple(found)


def _runs(good: Mask) -> Iterator[slice]:
    """Where something holds without a gap."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    for first, last in zip(ends[::2].tolist(), ends[1::2].tolist(), strict=True):
        yield slice(first, last)


def _alone(path: Polyline) -> Mask:
    """Which points have no neighbour to be joined with."""
    good = np.concatenate([[False], np.isfinite(path.x) & np.isfinite(path.y), [False]])
    return np.asarray(good[1:-1] & ~good[:-2] & ~good[2:])


def _extremes(x: Array, y: Array) -> npt.NDArray[np.intp]:
    """The places of the least and the greatest y in each column of pixels, in their order."""
    columns = np.floor(x)
    order = np.lexsort((y, columns))
    ends = np.flatnonzero(np.diff(columns[order])) if len(order) else order
    return np.unique(np.concatenate([order[:1], order[ends], order[ends + 1], order[-1:]]))


def _columns(x: Array, low: Array, high: Array) -> tuple[Array, Array, Array]:
    """For each column of pixels its x, the least of one array and the greatest of another."""
    columns = np.floor(x)
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
    return columns[starts], np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
