"""Arrows, dashes and other small marks on maps."""

import math
from collections.abc import Sequence

import numpy as np
import pygame

from ...surface.points import Array
from ..style.color import Color

Pixel = tuple[float, float]


def draw_arrow(
    target: pygame.Surface,
    start: Pixel,
    tip: Pixel,
    color: Color,
    halo: Color,
    stroke: float,
) -> None:
    """An arrow with a rim of the halo's colour; none where it would be hidden under the marble."""
    dx, dy = tip[0] - start[0], tip[1] - start[1]
    length = math.hypot(dx, dy)
    if not length >= 8 * stroke:
        return
    ux, uy = dx / length, dy / length
    head = min(8 * stroke, 0.5 * length)
    neck = (tip[0] - head * ux, tip[1] - head * uy)
    corners = [tip, (neck[0] - 0.5 * head * uy, neck[1] + 0.5 * head * ux)]
    corners.append((neck[0] + 0.5 * head * uy, neck[1] - 0.5 * head * ux))
    pygame.draw.aaline(target, halo, start, neck, max(3, round(4.5 * stroke)))
    pygame.draw.aaline(target, color, start, neck, max(1, round(2.2 * stroke)))
    pygame.draw.polygon(target, color, corners)
    pygame.draw.aalines(target, color, True, corners)


def draw_thin_arrows(target: pygame.Surface, start: Pixel, tips: Array, colors: Sequence[Color], barb: float) -> None:
    """Thin lines with two barbs of that length, from one start to tips (n, 2): many of them may lie upon each other."""
    offsets = tips - start
    lengths = np.hypot(*offsets.T)
    back = offsets * (np.minimum(barb, 0.4 * lengths) / np.maximum(lengths, 1e-9))[:, None]
    across = 0.5 * np.stack([-back[:, 1], back[:, 0]], axis=-1)
    starts = np.broadcast_to(start, tips.shape)
    paths = np.stack([starts, tips, tips - back + across, tips, tips - back - across], axis=1)
    for path, length, color in zip(paths.tolist(), lengths.tolist(), colors, strict=True):
        if length >= 1:
            pygame.draw.aalines(target, color, False, path)


def draw_dashes(target: pygame.Surface, line: Array, color: Color, dash: float) -> None:
    """A line (n, 2) in dashes of that length, with gaps almost as long."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    starts = np.arange(0.0, lengths[-1], 1.8 * dash)
    marks = np.stack([starts, np.minimum(starts + dash, lengths[-1])], axis=-1)
    ends = np.stack([np.interp(marks, lengths, line[:, axis]) for axis in (0, 1)], axis=-1)
    for start, end in ends.tolist():
        pygame.draw.aaline(target, color, start, end)


def draw_diamond(target: pygame.Surface, pixel: Pixel, radius: float, colors: Sequence[tuple[Color, int]]) -> None:
    """A hollow diamond, in each of the colours with its width, the rim first."""
    (x, y), r = pixel, radius
    corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
    for color, width in colors:
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            pygame.draw.aaline(target, color, start, end, width)
