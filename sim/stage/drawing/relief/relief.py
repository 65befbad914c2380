"""The picture of a block of land: which part of it each pixel shows, and in what colour."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ....surface.points import Array, pair
from ..camera import Camera
from .paints import LINES, SHADES, TINTS, Paints
from .sightlines import Floats, Index, Sightlines

FINE = 1 << 16  # Steps of height for which contours are looked up.
CROWDED = (0.22, 0.42)  # Levels a pixel from which contours fade, and at which there are none any more.
STEEPNESS = 1.6  # How much steeper than it is the land is lit.
LIGHT = (-0.52, 0.26, 0.813)  # Where the light comes from: right, away and up; of length 1.
SPLITS = 8  # Parts of a pixel's width for which the outline is reckoned.
STEEPEST = 24  # Rows on either side of the outline that a column of pixels may share in.
COVER = 1.0  # Rows by which the land must stand above a point that it hides.
NOWHERE = np.float32(-1e6)


@dataclass(frozen=True, eq=False)
class Relief:
    """A picture of a block of land, and what each of its pixels shows."""

    lines: Sightlines
    heights: Array
    pixels: npt.NDArray[np.uint8]
    """Red, green, blue and 255 (height, width, 4), the uppermost row first."""
    away: Floats
    """How far what is seen lies behind the window's centre, in pixels on the ground (height, width); NaN: nothing."""
    highest: Floats
    """The highest row that is covered by the near part of each line of sight (depths + 1, columns)."""

    @property
    def camera(self) -> Camera:
        """From where it is seen."""
        return self.lines.camera

    @property
    def rgb(self) -> npt.NDArray[np.uint8]:
        """Red, green and blue (height, width, 3), the uppermost row first."""
        return self.pixels[..., :3]


def relief(lines: Sightlines, heights: Array, levels: Array, paints: Paints) -> Relief:
    """The picture of a grid of heights (rows, columns), row 0 at y0, with contours at levels (n,) of height."""
    camera = lines.camera
    known = np.isfinite(heights)
    blank = None if known.all() else lines.sampled(known) < 0.5
    grid = heights if blank is None else _filled(heights, known)
    grid = grid.astype(np.float32)
    stands, light = lines.sampled(grid), lines.sampled(_lit(grid, camera))
    samples = np.empty((len(stands) + 1, camera.width), dtype=np.float32)
    foot = lines.ground - np.float32(lines.depth)
    np.multiply(stands, np.float32(lines.lift), out=samples[1:])
    samples[1:] += lines.ground
    if blank is not None:
        np.copyto(samples[1:], foot, where=blank)
    samples[0] = foot[0]
    np.copyto(samples, NOWHERE, where=~lines.seen)
    highest = _running_maximum(samples)
    first = _first(highest, camera.height)
    return _painted(lines, heights, levels, paints, blank, (stands, light), samples, highest, first)


def _painted(lines, heights, levels, paints, blank, fields, samples, highest, first) -> Relief:
    camera = lines.camera
    count, width, height = len(samples), camera.width, camera.height
    columns = np.arange(width)
    here = np.minimum(first, count - 1) * width + columns
    before = np.maximum(here - width, columns)
    row = (np.arange(height, dtype=np.float32) + np.float32(0.5))[:, None]
    low, high = samples.take(before, mode='clip'), samples.take(here, mode='clip')
    high -= low
    np.maximum(high, np.float32(1e-3), out=high)
    share = row - low
    share /= high
    np.clip(share, 0, 1, out=share)
    # fields have one row fewer than samples: sample k of them is k+1 here
    h, l = (_between(field, here, before, share, width) for field in fields)
    surface = (first >= 2) & (first < count)
    level = _level_numbers(levels).take((h * np.float32(FINE - 1)).astype(np.intp), mode='clip')
    cover = _contours(level)
    index = (h * np.float32(TINTS - 0.01)).astype(np.int32)
    index *= SHADES
    index += (l * np.float32(SHADES - 0.01)).astype(np.int32)
    index *= LINES
    index += (cover * np.float32(LINES - 0.01)).astype(np.int32)
    nothing = (first == 0) | (first == count)
    np.copyto(index, paints.nothing, where=nothing)
    np.copyto(index, paints.sides + lines.side.astype(np.int32), where=first == 1)
    if blank is not None:
        pass
    table = np.empty((height, width), np.uint32)
    paints.table.take(index[::-1].astype(np.intp), out=table, mode='clip')
    pixels = table.view(np.uint8).reshape(height, width, 4)
    _smooth_ridges(pixels[::-1], samples, highest, first, before)
    _smooth_outline(pixels[::-1], lines, highest, paints)
    steps = np.float32(1 / (count - 2)) * (lines.far - lines.near)
    away = (first - 2 + share) * steps + lines.near
    np.copyto(away, np.float32(np.nan), where=nothing)
    return Relief(lines, heights, pixels, away[::-1].astype(np.float32), highest)


def _between(field, here, before, share, width):
    flat = field.reshape(-1)
    low = flat.take(before - width, mode='clip')
    high = flat.take(here - width, mode='clip')
    high -= low
    high *= share
    high += low
    return high


def _filled(heights, known):
    """Heights with those that are not known taken from their neighbours."""
    filled = np.where(known, heights, 0.0)
    weights = known.astype(float)
    padded, amount = np.pad(filled, 1), np.pad(weights, 1)
    def around(a): return sum(a[1+i:a.shape[0]-1+i, 1+j:a.shape[1]-1+j] for i in (-1,0,1) for j in (-1,0,1))
    total, n = around(padded), around(amount)
    return np.where(known, heights, total / np.maximum(n, 1))


def _lit(grid: Floats, camera: Camera) -> Floats:
    rows, columns = grid.shape
    turn, view = camera.turn, camera.view
    gain = STEEPNESS * camera.rise
    x = _slopes(grid, 1) * np.float32(gain * (columns - 1) / view.width)
    y = _slopes(grid, 0) * np.float32(gain * (rows - 1) / view.height)
    right, away, up = LIGHT
    lx = turn.yaw_cosine * right - turn.yaw_sine * away
    ly = turn.yaw_sine * right + turn.yaw_cosine * away
    lit = np.float32(up) - np.float32(lx) * x - np.float32(ly) * y
    lit /= np.sqrt(1 + x * x + y * y)
    return np.clip(0.16 + 0.84*lit, 0, 1)


def _slopes(grid, axis):
    out = np.empty_like(grid)
    g = np.moveaxis(grid, axis, 0); o = np.moveaxis(out, axis, 0)
    o[1:-1] = 0.5 * (g[2:] - g[:-2])
    o[0] = g[1] - g[0]; o[-1] = g[-1] - g[-2]
    return out


def _running_maximum(samples):
    highest = samples.copy()
    for nearer, row in zip(highest[:-1], highest[1:]):
        np.maximum(row, nearer, out=row)
    return highest


def _first(highest, height):
    """Of each pixel the first sample that stands as high as its middle (height, width), lowest row first."""
    count, width = highest.shape
    rows = highest + np.float32(0.5)
    np.clip(rows, 0, height, out=rows)
    at = rows.astype(np.intp)
    at *= width
    at += np.arange(width)
    counts = np.bincount(at.reshape(-1), minlength=(height + 1) * width).reshape(height + 1, width)
    return np.cumsum(counts, axis=0)[:height]


def _level_numbers(levels):
    h = np.linspace(0, 1, FINE)
    if not len(levels):
        return np.full(FINE, 0.5, np.float32)
    n = np.arange(len(levels), dtype=float)
    gap = np.diff(levels) if len(levels) > 1 else np.array([0.1])
    ends = [levels[0] - 0.5*gap[0], *levels, levels[-1] + 0.5*gap[-1]]
    return np.interp(h, ends, [-0.5, *n, n[-1] + 0.5]).astype(np.float32)


def _contours(level):
    dx = np.zeros_like(level); dy = np.zeros_like(level)
    np.subtract(level[:, 2:], level[:, :-2], out=dx[:, 1:-1])
    np.subtract(level[2:], level[:-2], out=dy[1:-1])
    dx *= dx; dy *= dy; dx += dy
    steep = np.sqrt(dx, out=dx)
    steep *= np.float32(0.5)
    distance = np.rint(level)
    distance -= level
    np.abs(distance, out=distance)
    np.maximum(steep, np.float32(1e-4), out=dy)
    distance /= dy
    np.subtract(np.float32(1.05), distance, out=distance)
    np.clip(distance, 0, 1, out=distance)
    start, end = CROWDED
    np.subtract(np.float32(end), steep, out=steep)
    steep *= np.float32(1 / (end - start))
    np.clip(steep, 0, 1, out=steep)
    distance *= steep
    np.multiply(dy, np.float32(400), out=dy)   # fade where nearly level
    dy -= np.float32(0.6)
    np.clip(dy, 0, 1, out=dy)
    distance *= dy
    return distance


def _smooth_ridges(pixels, samples, highest, first, before):
    count, width = samples.shape
    height = len(pixels)
    top = highest.take(before, mode='clip')
    hides = (top - samples.take(before, mode='clip')) > 1e-3
    hides &= top >= (np.arange(height, dtype=np.float32) - np.float32(0.5))[:, None]
    hides &= first < count
    hides[0] = False
    rows, columns = np.nonzero(hides)
    edge = top[rows, columns]
    upper = pixels[rows, columns, :3].astype(np.float32); lower = pixels[rows - 1, columns, :3].astype(np.float32)
    within = edge - rows   # in [-.5,.5)
    above = within >= 0
    cover = np.where(above, within, within + 1)[:, None]
    mixed = np.rint(cover * lower + (1 - cover) * upper).astype(np.uint8)
    pixels[rows - ~above, columns, :3] = mixed


def _smooth_outline(pixels, lines, highest, paints):
    height, width = pixels.shape[:2]
    seen = lines.seen
    if not seen.any():
        return
    first, last = np.flatnonzero(seen)[[0, -1]]
    cols = np.arange(first, last + 1)
    camera = lines.camera
    across = camera.extent[0] * camera.scale
    left, right = camera.origin[0] - across / 2, camera.origin[0] + across / 2
    parts = (np.arange(SPLITS) + 0.5) / SPLITS
    x = cols[None, :] + parts[:, None]
    inside = (x > left) & (x < right)
    top = _split(highest[-1, cols].astype(float), parts)
    base = _split(highest[0, cols].astype(float), parts)
    for edge, sign in ((top, 1), (base, -1)):
        middle = np.floor(highest[-1 if sign > 0 else 0, cols]).astype(int)
        reach = int(min(STEEPEST, np.ceil(np.max(edge.max(axis=0) - edge.min(axis=0))) + 1))
        rows = middle + np.arange(-reach, reach + 1)[:, None]
        if sign > 0:
            cover = np.clip(edge[:, None] - rows, 0, 1)
        else:
            cover = np.clip(rows + 1 - edge[:, None], 0, 1)
        cover = (cover * inside[:, None]).mean(axis=0)
        mid = (highest[-1 if sign > 0 else 0, cols])
        own = np.clip(np.where((rows + 0.5 <= mid) if sign > 0 else (rows + 0.5 >= mid), rows, (np.ceil(mid - 0.5) - 1 if sign > 0 else np.ceil(mid - 0.5))), 0, height - 1).astype(int)
        ok = (cover < 1) & (rows >= 0) & (rows < height) & ((cover > 0) | (own == rows))
        r, c = np.nonzero(ok)
        col = pixels[own[r, c], cols[c], :3].astype(float)
        a = cover[r, c][:, None]
        pixels[rows[r, c], cols[c], :3] = np.rint(a * col + (1 - a) * np.array(paints.behind)).astype(np.uint8)


def _split(edge, parts):
    padded = np.concatenate([[2 * edge[0] - edge[1]], edge, [2 * edge[-1] - edge[-2]]])
    x = np.arange(len(edge)) + 1
    return np.stack([np.interp(x + p - 0.5, np.arange(len(padded)), padded) for p in parts])
