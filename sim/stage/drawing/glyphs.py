"""Arrows, dashes and other small marks on maps."""

import math
from collections.abc import Sequence

import numpy as np
from pygame import Rect

from ...surface.points import Array, norm
from ..style.color import Color, mix
from ..style.theme import Theme
from .canvas import Canvas, Pixel

# Where the dots are of an arrow that goes on, in lengths of the head that it would have.
DOTS = (0.35, 0.85, 1.35)
# They are as large as of an arrow of so many strokes at least, or they would be lost.
DOTTED = 1.0

# Length of a dash of a thin line, in strokes; of the gap to the next, in such lengths.
DASH, GAP = 4.0, 1.5
WEDGE_RIM = 12.0
"""From the middle of a wedge to the edge that it stands at, in strokes."""
WEDGE = ((10.0, 0.0), (-10.0, 7.0), (-5.0, 0.0), (-10.0, -7.0))
"""Corners of a wedge, along and across its direction, in strokes: slender and notched, it has but one tip."""
SHAPES: tuple[tuple[tuple[float, float], ...], ...] = (
    (),
    ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    ((0.0, -1.1), (1.05, 0.8), (-1.05, 0.8)),
    ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
    ((0.0, 1.1), (-1.05, -0.8), (1.05, -0.8)),
    (
        (-0.4, -1.1),
        (0.4, -1.1),
        (0.4, -0.4),
        (1.1, -0.4),
        (1.1, 0.4),
        (0.4, 0.4),
        (0.4, 1.1),
        (-0.4, 1.1),
        (-0.4, 0.4),
        (-1.1, 0.4),
        (-1.1, -0.4),
        (-0.4, -0.4),
    ),
)
"""The lanes' badges, in units of their radius: a disc, a square, triangles, a diamond, a cross."""
POLE = 15.0  # Height of the flag, in strokes.


def draw_arrow(
    canvas: Canvas,
    start: Pixel,
    tip: Pixel,
    color: Color,
    halo: Color,
    stroke: float,
    goes_on: bool = False,
) -> None:
    """An arrow with a rim of the halo's colour; none where it would be hidden under the marble.

    One that goes on beyond its tip has three dots there instead of a head.
    """
    dx, dy = tip[0] - start[0], tip[1] - start[1]
    length = math.hypot(dx, dy)
    if not length >= 8 * stroke:
        return
    ux, uy = dx / length, dy / length
    marked = max(stroke, DOTTED) if goes_on else stroke
    head = min(8 * marked, 0.5 * length)
    neck = (tip[0] - head * ux, tip[1] - head * uy)
    corners = [tip, (neck[0] - 0.5 * head * uy, neck[1] + 0.5 * head * ux)]
    corners.append((neck[0] + 0.5 * head * uy, neck[1] - 0.5 * head * ux))
    canvas.line((start, neck), halo, max(3, round(4.5 * stroke)))
    if not goes_on:
        draw_rimmed(canvas, corners, color, halo, stroke)
    canvas.line((start, neck), color, max(1, round(2.2 * stroke)))
    if goes_on:
        dots = [(neck[0] + share * head * ux, neck[1] + share * head * uy) for share in DOTS]
        for tone, radius in ((halo, 2.3), (color, 1.4)):
            canvas.dots(dots, radius * marked, tone)


def draw_rimmed(canvas: Canvas, corners: Sequence[Pixel], color: Color, halo: Color, stroke: float) -> None:
    """A polygon with a rim of the halo's colour, which lies under it: nothing of it is cut off or dotted."""
    for side in zip(corners, [*corners[1:], corners[0]], strict=True):
        canvas.line(side, halo, max(4, round(3.2 * stroke)))
    canvas.polygon(corners, color)
    canvas.curve(corners, color, closed=True)


def thin_arrows(offsets: Array, barb: float) -> Array:
    """Thin lines to offsets (..., 2) with two barbs of that length, as paths (..., 5, 2) from where they begin: many of
    them may lie upon each other.
    """
    lengths = norm(offsets)
    back = offsets * (np.minimum(barb, 0.4 * lengths) / np.maximum(lengths, 1e-9))[..., None]
    across = 0.5 * np.stack([-back[..., 1], back[..., 0]], axis=-1)
    return np.stack(
        [np.zeros_like(offsets), offsets, offsets - back + across, offsets, offsets - back - across], axis=-2
    )


def draw_dashes(canvas: Canvas, line: Array, color: Color, dash: float) -> None:
    """A line (n, 2) in dashes of that length, with gaps almost as long."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    starts = np.arange(0.0, lengths[-1], 1.8 * dash)
    marks = np.stack([starts, np.minimum(starts + dash, lengths[-1])], axis=-1)
    ends = np.stack([np.interp(marks, lengths, line[:, axis]) for axis in (0, 1)], axis=-1)
    canvas.segments([(tuple(start), tuple(end)) for start, end in ends.tolist()], color)


def draw_dashed(canvas: Canvas, line: tuple[Pixel, Pixel], color: Color, halo: Color, stroke: float) -> None:
    """A thin straight line in dashes with a rim of the halo's colour, one at either end: at least two."""
    (x, y), (right, below) = line
    gaps = max(1, round(math.dist(*line) / ((1 + GAP) * DASH * stroke)))
    firsts = [(1 + GAP) * dash for dash in range(gaps + 1)]
    shares = [(first / (firsts[-1] + 1), (first + 1) / (firsts[-1] + 1)) for first in firsts]
    dashes = [tuple((x + share * (right - x), y + share * (below - y)) for share in dash) for dash in shares]
    for tone, width in ((halo, max(3, round(3 * stroke))), (color, max(1, round(stroke)))):
        canvas.segments([(start, end) for start, end in dashes], tone, width)


def draw_diamond(canvas: Canvas, pixel: Pixel, radius: float, colors: Sequence[tuple[Color, int]]) -> None:
    """A hollow diamond, in each of the colours with its width, the rim first."""
    (x, y), r = pixel, radius
    corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
    for color, width in colors:
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            canvas.line((start, end), color, width)


def draw_badge(canvas: Canvas, center: Pixel, radius: float, lane: int, color: Color) -> None:
    """What a lane is told by besides its colour."""
    corners = SHAPES[lane % len(SHAPES)]
    if not corners:
        canvas.disc(center, radius, color)
        return
    x, y = center
    outline = [(x + radius * across, y + radius * down) for across, down in corners]
    canvas.polygon(outline, color)
    canvas.curve(outline, color, closed=True)


def draw_marble(canvas: Canvas, center: Pixel, color: Color, halo: Color, stroke: float) -> None:
    """A marble with a rim and a shine."""
    canvas.disc(center, 7.5 * stroke, halo)
    canvas.disc(center, 6 * stroke, color)
    canvas.disc((center[0] - 2 * stroke, center[1] - 2 * stroke), 1.6 * stroke, mix(color, (255, 255, 255), 0.55))


def wedge_middle(area: Rect, beyond: Pixel, stroke: float) -> Pixel:
    """The middle of the wedge at the area's edge that points to a marble out of sight."""
    (x, y), rim = area.center, WEDGE_RIM * stroke
    across, down = beyond[0] - x, beyond[1] - y
    width, height = (max(side / 2 - rim, 1.0) for side in area.size)
    reach = max(abs(across) / width, abs(down) / height, 1e-9)
    return x + across / reach, y + down / reach


def draw_wedge(canvas: Canvas, area: Rect, beyond: Pixel, color: Color, halo: Color, stroke: float) -> None:
    """A wedge at the area's edge that points to a marble out of sight."""
    offset, middle = np.array(beyond) - area.center, np.array(wedge_middle(area, beyond, stroke))
    along = offset / np.hypot(*offset) * stroke
    across = np.array([-along[1], along[0]])
    corners = [tuple((middle + ahead * along + aside * across).tolist()) for ahead, aside in WEDGE]
    draw_rimmed(canvas, corners, color, halo, stroke)


def from_flag(foot: Pixel, pixel: Pixel, stroke: float) -> float:
    """How far a pixel is from the pole of a flag that stands there, in pixels."""
    along = min(max(foot[1] - pixel[1], 0.0), POLE * stroke)
    return math.hypot(pixel[0] - foot[0], pixel[1] - foot[1] + along)


def flag_place(foot: Pixel, stroke: float) -> Rect:
    """What a flag takes up that stands there."""
    left, top = foot[0] - 2 * stroke, foot[1] - POLE * stroke
    return Rect(round(left), round(top), round(12 * stroke), round((POLE + 2) * stroke))


def draw_flag(canvas: Canvas, foot: Pixel, theme: Theme, stroke: float) -> None:
    """A small flag where all lanes begin."""
    x, y = foot
    top = y - POLE * stroke
    cloth = [(x, top), (x + 9 * stroke, top + 3.5 * stroke), (x, top + 7 * stroke)]
    for color, width in ((theme.halo, 4 * stroke), (theme.mark, 1.5 * stroke)):
        canvas.line(((x, y), (x, top)), color, max(1, round(width)))
    canvas.polygon(cloth, theme.mark)
    canvas.curve(cloth, theme.mark, closed=True)
