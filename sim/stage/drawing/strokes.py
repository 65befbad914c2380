"""Lines, whiskers and points, smooth and of a given width."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

import numpy as np

from ...surface.points import Array, Mask
from ..style.color import Color
from ..style.style import Style
from .canvas import Canvas, Pixel

DASH = 3.2  # Length of a dash, in widths of the line.
KNEE = 4  # Pixels: wider lines need their corners filled.


def pieces(points: Array, shows: Mask) -> list[Array]:
    """The stretches of a line (n, 2) all of whose points show (n,), those of a single point aside."""
    if shows.all():
        return [points]
    turns = np.flatnonzero(np.diff(shows)) + 1
    parts = zip(np.split(points, turns), np.split(shows, turns), strict=True)
    return [part for part, there in parts if there[0] and len(part) > 1]


def first_pixel(middle: float, width: int) -> int:
    """Where a sharp line of that width begins whose middle is there."""
    return round(middle) - width // 2


def draw_segment(canvas: Canvas, start: Pixel, end: Pixel, color: Color, width: int) -> None:
    """A straight line; upright and level ones are sharp."""
    (x0, y0), (x1, y1) = start, end
    if y0 == y1:  # As long as the line is wide on either side, so that the corners of steps are filled.
        left, right = first_pixel(min(x0, x1), width), first_pixel(max(x0, x1), width)
        canvas.rect((left, first_pixel(y0, width), right - left + width, width), color)
    elif x0 == x1:
        top, bottom = first_pixel(min(y0, y1), width), first_pixel(max(y0, y1), width)
        canvas.rect((first_pixel(x0, width), top, width, bottom - top + width), color)
    else:
        canvas.line((start, end), color, width)


def draw_path(canvas: Canvas, points: Sequence[Pixel], color: Color, width: int, dashed: bool = False) -> None:
    """A line through points, the dashes of one length all along it."""
    if not dashed:
        for start, end in pairwise(points):
            draw_segment(canvas, start, end, color, width)
        if width >= KNEE:
            for point in points[1:-1]:
                canvas.disc(point, width / 2, color)
        return
    way, length = 0.0, DASH * width
    for (x0, y0), (x1, y1) in pairwise(points):
        step = hypot(x1 - x0, y1 - y0)
        for share0, share1 in dashes(way, way + step, length):
            start = (x0 + share0 * (x1 - x0), y0 + share0 * (y1 - y0))
            end = (x0 + share1 * (x1 - x0), y0 + share1 * (y1 - y0))
            draw_segment(canvas, start, end, color, width)
        way += step


def draw_dot(canvas: Canvas, center: Pixel, color: Color, rim: Color, style: Style) -> None:
    """A point with a rim that sets it off from lines below it."""
    canvas.disc(center, style.dot + max(1.0, 0.09 * style.em), rim)
    canvas.disc(center, style.dot, color)


def draw_whisker(
    canvas: Canvas, start: Pixel, end: Pixel, color: Color, width: int, cap: float, closed: tuple[bool, bool]
) -> None:
    """An upright interval; a closed end has a cap, an open one goes on beyond the frame."""
    ends, side, reach = (start[1], end[1]), first_pixel(start[0], width), round(cap)
    first, last = (first_pixel(pixel, width) for pixel in sorted(ends))
    boxes = [(side, first, width, last + width - first)]
    boxes += [
        (side - reach, first_pixel(pixel, width), width + 2 * reach, width)
        for pixel, capped in zip(ends, closed, strict=True)
        if capped
    ]
    for box in boxes:
        canvas.rect(box, color)


def dashes(start: float, end: float, length: float) -> list[tuple[float, float]]:
    """The parts of the way from start to end that are drawn, as shares of it; all of it if length is 0."""
    if not length or end <= start:
        return [(0.0, 1.0)] if not length or int(start // length) % 2 == 0 else []
    first, last = int(start // length), int(end // length)
    spans = ((max(start, i * length), min(end, (i + 1) * length)) for i in range(first, last + 1) if i % 2 == 0)
    return [((a - start) / (end - start), (b - start) / (end - start)) for a, b in spans if b > a]
