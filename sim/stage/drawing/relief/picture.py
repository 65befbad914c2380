"""The picture of a block of land: what each pixel shows of it, and in which colour.

Along each column of pixels the land is sampled from near to far. A sample is seen if it stands higher on the screen
than all nearer ones, so a pixel shows the first sample at which their running maximum reaches it. The number of that
sample is a count of those that do not reach it, and counts of all pixels are one histogram, added up.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ....surface.points import Array, Mask
from ..camera import Camera
from .grids import Floats, filled, fine_enough, slopes, softened
from .outline import ColumnParts, smooth_edge, smooth_ridges, smooth_sides
from .paints import LINES, SHADES, TINTS, Paints
from .sightlines import Index, Sightlines, sightlines

STEPS = 1 << 16  # Of height, for which the place between two contours is looked up.
APART = (0.22, 0.42)  # Contours a pixel from which they fade, as they crowd, and at which there are none any more.
LOST = (1.5e-3, 4e-3)  # Contours a pixel up to which there are none, on ground as good as level, and from which all.
STEEPER = 1.6  # How much steeper than it is land is lit.
LIGHT = (-0.58, 0.28, 0.765)  # Where light comes from, in a vector of length 1: to the right, away from the eye, up.
COVER = 1.0  # Rows by which land must stand above a point, in the picture, to hide it.
OUT = np.float32(-1e6)  # A row at which nothing can be seen.
HALF = np.float32(0.5)
BOLD = 1.4  # How much darker contours are in a picture of wide cells, where they look paler than they are.
BAND = 50_000  # Cells that are painted at once.

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Relief:
    """A picture of a block of land, with what is needed to put things on it."""

    camera: Camera
    heights: Floats
    """On the nodes of a grid over the block (rows, columns), row 0 at y0."""
    pixels: Pixels
    """Red, green, blue and 255 of all cells (rows, columns, 4), the uppermost row first."""
    highest: Floats
    """The highest row, from the lower edge, that the near part of a line of sight covers (samples + 1, columns): the
    foot of the near edge, this and the first sample, these and the second, and so on."""
    blank: Mask | None
    """At which samples there is no land (samples, columns); None if at none."""
    stride: int = 1
    """Pixels along the side of a cell: 1 where the picture is as fine as can be."""

    @cached_property
    def _lines(self) -> Sightlines:
        return sightlines(self.camera, self.heights.shape, self.stride)

    @cached_property
    def away(self) -> Floats:
        """How far behind the window's centre lies what a cell shows, in units of the plane (rows, columns).

        It is NaN where it shows no land: beside the block, on its sides, and where there are no heights. Only
        what the mouse points at needs it, so it is computed when it is asked for.
        """
        lines = self._lines
        samples = _rows(lines, lines.sampled(self.heights), self.blank)
        parts = None if self.blank is None else _parts(self.blank)
        columns, rows = lines.size
        away = np.full((rows, columns), np.nan, dtype=np.float32)
        for low, _, seen, inner in _bands(samples, self.highest, rows, parts):
            found = _away(lines, seen)[inner]
            away[::-1][low : low + len(found)] = found
        return away

    @property
    def nbytes(self) -> int:
        """How much memory it takes, with what may still be computed."""
        away = self.pixels.nbytes  # As many numbers, of four bytes each.
        return sum(part.nbytes for part in (self.heights, self.pixels, self.highest)) + away

    def hidden(self, points: Array, heights: Array) -> Mask:
        """Whether land stands before points (..., 2) at heights (...), so that the camera does not see them; (...)."""
        lines = self._lines
        pixels = self.camera.project(points, heights)
        column = np.floor(pixels[..., 0])
        inside = (column >= 0) & (column < self.camera.width)
        column = np.where(inside, column, 0).astype(np.intp) // self.stride
        near, far = lines.near[column], lines.far[column]
        with np.errstate(all="ignore"):
            share = (self.camera.scale * self.camera.away(points) - near) / np.maximum(far - near, np.float32(1e-6))
        samples = len(self.highest) - 1
        nearer = np.where(share < 0, 0, 1 + np.floor(np.clip(share, 0, 1) * (samples - 1))).astype(np.intp)
        covered = self.highest[nearer, column] * self.stride - COVER > self.camera.height - pixels[..., 1]
        return np.asarray(covered & inside & lines.seen[column] & (share >= 0))

    def hides(self, x: float, y: float, height: float) -> bool:
        """Whether land stands before one point at that height, in plain numbers."""
        lines, camera = self._lines, self.camera
        across, down = camera.pixel(x, y, height)
        if not 0 <= across < camera.width:
            return False
        column = int(across) // self.stride
        near, far = lines.near.item(column), lines.far.item(column)
        share = (camera.scale * camera.depth(x, y) - near) / max(far - near, 1e-6)
        if share < 0 or not lines.seen.item(column):
            return False
        nearer = 1 + int(min(share, 1.0) * (len(self.highest) - 2))
        return self.highest.item(nearer, column) * self.stride - COVER > camera.height - down

    def front(self, across: Array) -> Array:
        """How far down (...) the block's near edge is at places across (...), in pixels."""
        return self._down(1, across)

    def back(self, across: Array) -> Array:
        """How far down (...) the uppermost of the block is that is seen at places across (...), in pixels."""
        return self._down(-1, across)

    def _down(self, sample: int, across: Array) -> Array:
        column = np.clip(across, 0, self.camera.width - 1).astype(np.intp) // self.stride
        return np.asarray(self.camera.height - self.stride * self.highest[sample, column].astype(np.float64))

    def under(self, pixels: Array) -> Array:
        """The points (..., 2) of the plane that pixels (..., 2) show; NaN where they show no land."""
        column, row = (np.floor(pixels[..., axis]) for axis in (0, 1))
        inside = (column >= 0) & (column < self.camera.width) & (row >= 0) & (row < self.camera.height)
        column, row = (np.where(inside, place, 0).astype(np.intp) for place in (column, row))
        column, row = column // self.stride, -1 - (self.camera.height - 1 - row) // self.stride
        away = np.where(inside, self.away[row, column], np.nan)
        across = (pixels[..., 0] - self.camera.origin[0]) / self.camera.scale
        return self.camera.point(np.where(np.isnan(away), np.nan, across), away)


LAND, SIDE, NOTHING = range(3)


class _Seen(NamedTuple):
    """What pixels show; arrays (rows, width), the lowest row first."""

    first: Index
    """The first sample that reaches its middle, counted from 1: 0 is below the block, and one too many above."""
    before: Index
    """The place of the sample before it among all samples, flat."""
    share: Floats
    """How far from that one to the first."""
    side: Mask
    """Whether it is land that was cut off."""
    nothing: Mask
    """Whether there is no land."""


def relief(camera: Camera, heights: Array, levels: tuple[float, ...], paints: Paints, stride: int = 1) -> Relief:
    """The picture of heights (rows, columns) over the camera's view, row 0 at y0, with contours at heights (n,).

    Of so many by so many pixels but one is computed: a picture of half the size takes a quarter of the time.
    Where heights are not finite, there is no land: one looks through the block.
    """
    known = np.isfinite(heights)
    whole = bool(known.all())
    coarse = heights.astype(np.float32)
    grid = fine_enough(coarse if whole else filled(coarse, known), camera.width // stride)
    lines = sightlines(camera, grid.shape, stride)
    blank = None
    if not whole:  # Softened, as the edge of what is known would go up and down by whole nodes.
        share = softened(softened(known.astype(np.float32)))
        blank = lines.sampled(fine_enough(share, camera.width // stride)) < HALF
    stands = lines.sampled(grid)
    parts = None if blank is None else _parts(blank)
    samples = _rows(lines, stands, blank)
    highest = _running_maximum(samples)
    pixels = _shown(lines, samples, highest, parts, (stands, lines.sampled(lit(grid, camera))), levels, paints)
    upward = pixels[::-1]
    smooth_ridges(upward, samples, highest, parts)
    for edge in (highest[1], highest[-1], highest[0]):
        smooth_edge(upward, edge, lines.seen)
    smooth_sides(upward, lines.within, paints.behind)
    return Relief(camera, grid, pixels, highest, blank, stride)


def _rows(lines: Sightlines, stands: Floats, blank: Mask | None) -> Floats:
    """The rows at which the foot of the near edge, then all samples are (samples + 1, columns)."""
    rows = np.empty((len(stands) + 1, stands.shape[1]), dtype=np.float32)
    np.multiply(stands, np.float32(lines.lift), out=rows[1:])
    rows[1:] += lines.ground
    rows[0] = lines.ground[0] - np.float32(lines.foot)
    if blank is not None:
        np.copyto(rows[1:], lines.ground - np.float32(lines.foot), where=blank)
    np.copyto(rows, OUT, where=~lines.seen)
    return rows


def _parts(blank: Mask) -> ColumnParts:
    """What is between a sample and the one before it (samples + 1, columns), where some are blank."""
    parts = np.full((len(blank) + 1, blank.shape[1]), LAND, dtype=np.int8)
    parts[2:][blank[:-1]] = SIDE
    parts[1] = SIDE
    parts[1:][blank] = NOTHING
    return parts


def _running_maximum(rows: Floats) -> Floats:
    """The running maximum of each column (samples, columns); numpy.maximum.accumulate is slower across rows."""
    highest = rows.copy()
    for nearer, row in pairwise(highest):
        np.maximum(row, nearer, out=row)
    return highest


def _shown(
    lines: Sightlines,
    samples: Floats,
    highest: Floats,
    parts: ColumnParts | None,
    fields: tuple[Floats, Floats],
    levels: tuple[float, ...],
    paints: Paints,
) -> Pixels:
    """The colours of all cells (height, width, 4), the uppermost row first."""
    width, height = lines.size
    colors = np.full((height, width), paints.table[paints.nothing], dtype=np.uint32)
    for low, high, seen, inner in _bands(samples, highest, height, parts):
        colors[::-1][low:high] = _painted(lines, seen, fields, levels, paints)[inner]
    return colors.view(np.uint8).reshape(height, width, 4)


def _bands(
    samples: Floats, highest: Floats, height: int, parts: ColumnParts | None
) -> Iterator[tuple[int, int, _Seen, slice]]:
    """What pixels show, band by band from the lowest row that shows something of the block up to the highest.

    For each band its rows, from the one to below the other, what they show, and where in that they are: it has a row
    more on either side, as contours are told by their neighbours. Small arrays stay in the processor's cache.
    """
    there = samples[0] > OUT
    if not there.any():
        return
    lowest = min(max(math.floor(float(samples[0][there].min())) - 1, 0), height)
    uppermost = min(max(math.ceil(float(highest[-1].max())) + 1, 0), height)
    first = _counts(highest, lowest, uppermost)
    rows = max(BAND // highest.shape[1], 1)
    for low in range(lowest, uppermost, rows):
        high = min(low + rows, uppermost)
        start, end = max(low - 1, lowest), min(high + 1, uppermost)
        seen = _seen(samples, first[start - lowest : end - lowest], start, parts)
        yield low, high, seen, slice(low - start, high - start)


def _seen(samples: Floats, first: Index, start: int, parts: ColumnParts | None) -> _Seen:
    """What pixels show whose lowest row is number `start`, and of which each has that first sample (rows, width)."""
    (count, width), rows = samples.shape, len(first)
    before = np.minimum(first, count - 1)
    before *= width
    before += np.arange(width)
    upper = samples.take(before, mode="clip")
    if parts is None:
        side, nothing = first == 1, (first == 0) | (first == count)
    else:
        shown = parts.take(before, mode="clip")
        nothing = (shown == NOTHING) | (first == 0) | (first == count)
        side = (shown == SIDE) & ~nothing
    before -= width
    low = samples.take(before, mode="clip")
    upper -= low
    np.maximum(upper, np.float32(1e-3), out=upper)
    share = np.arange(start, start + rows, dtype=np.float32)[:, None] + HALF - low
    share /= upper
    np.clip(share, 0, 1, out=share)
    np.copyto(share, np.float32(1), where=side)  # So that contours end at the edge as they come to it.
    return _Seen(first, before, share, side, nothing)


def _counts(highest: Floats, low: int, high: int) -> Index:
    """How many samples do not reach the middle of a pixel in rows from the one to below the other (rows, width)."""
    width, height = highest.shape[1], high - low
    rows = highest + (HALF - np.float32(low))
    np.clip(rows, 0, height, out=rows)
    bins = rows.astype(np.intp)
    bins *= width
    bins += np.arange(width)
    counts = np.bincount(bins.reshape(-1), minlength=(height + 1) * width)[: height * width].reshape(height, width)
    for lower, row in pairwise(counts):  # As in `_running_maximum`, faster than numpy.cumsum across the rows.
        row += lower  # noqa: PLW2901  In place.
    return counts


def _painted(
    lines: Sightlines, seen: _Seen, fields: tuple[Floats, Floats], levels: tuple[float, ...], paints: Paints
) -> npt.NDArray[np.uint32]:
    """The colours of pixels (rows, width), from samples' heights and light."""
    stands, light = (_between(field, seen) for field in fields)
    steps = np.asarray(stands * np.float32(STEPS - 1)).astype(np.intp)
    contours = _contours(_numbers(levels).take(steps, mode="clip"), lines.stride)
    stands *= np.float32(TINTS - 0.01)
    light *= np.float32(SHADES - 0.01)
    contours *= np.float32(LINES - 0.01)
    index = stands.astype(np.intp)
    index *= SHADES
    index += light.astype(np.int16)
    index *= LINES
    index += contours.astype(np.int16)
    np.copyto(index, paints.sides + lines.left.astype(np.intp), where=seen.side)
    np.copyto(index, paints.nothing, where=seen.nothing)
    return paints.table.take(index, mode="clip")


def _between(field: Floats, seen: _Seen) -> Floats:
    """What each pixel shows of a field of samples (samples, columns), from 0 to 1."""
    flat, width = field.reshape(-1), field.shape[1]
    there = flat.take(seen.before, mode="clip")  # The foot of the near edge is no sample, so it is one row further.
    low = flat.take(seen.before - width, mode="clip")
    there -= low
    there *= seen.share
    there += low
    np.clip(there, 0, 1, out=there)
    return there


def lit(grid: Floats, camera: Camera) -> Floats:
    """How bright land is on the nodes of a grid (rows, columns), from 0 to 1: the cosine of light and upright."""
    (along, up), (rows, columns), turn = slopes(grid), grid.shape, camera.turn
    along *= np.float32(STEEPER * camera.rise * (columns - 1) / camera.view.width)
    up *= np.float32(STEEPER * camera.rise * (rows - 1) / camera.view.height)
    right, away, above = LIGHT
    light = np.float32(above) - along * np.float32(turn.yaw_cosine * right - turn.yaw_sine * away)
    light -= up * np.float32(turn.yaw_sine * right + turn.yaw_cosine * away)
    along *= along
    up *= up
    along += up
    along += np.float32(1)
    light /= np.sqrt(along, out=along)
    return softened(np.clip(light, 0, 1, out=light))


@lru_cache(maxsize=8)
def _numbers(levels: tuple[float, ...]) -> Floats:
    """For each step of height its place among levels (n,): 0, 1, 2 … at these, half a one more beyond."""
    if not levels:
        return np.full(STEPS, HALF)
    gaps = np.diff(levels) if len(levels) > 1 else np.array([1.0])
    knots = [levels[0] - 0.5 * gaps[0], *levels, levels[-1] + 0.5 * gaps[-1]]
    places = np.concatenate([[-0.5], np.arange(len(levels)), [len(levels) - 0.5]])
    return np.asarray(np.interp(np.linspace(0, 1, STEPS), knots, places), dtype=np.float32)


def _contours(places: Floats, stride: int) -> Floats:
    """How much of each cell a contour covers (height, width), where heights have places among the levels.

    A contour is one cell wide wherever it runs: its distance in cells is that in levels, over levels a cell. Of a cell
    of so many pixels a side it covers about as much as if it were one pixel wide.
    """
    steep, down = np.zeros_like(places), np.zeros_like(places)
    np.subtract(places[:, 2:], places[:, :-2], out=steep[:, 1:-1])
    np.subtract(places[2:], places[:-2], out=down[1:-1])
    steep *= steep
    down *= down
    steep += down
    np.sqrt(steep, out=steep)
    steep *= HALF
    cover = np.rint(places)
    cover -= places
    np.abs(cover, out=cover)
    cover /= np.maximum(steep, np.float32(1e-6), out=down)
    np.subtract(np.float32(1), cover, out=cover)
    np.maximum(cover, 0, out=cover)
    if stride > 1:
        cover *= np.float32(BOLD / stride)
        steep *= np.float32(1 / stride)
    cover *= _ramp(steep, APART[1], APART[0], down)
    cover *= _ramp(steep, LOST[0], LOST[1], down)
    return cover


def _ramp(values: Floats, nothing: float, everything: float, out: Floats) -> Floats:
    """From 0 at the one value to 1 at the other."""
    np.subtract(values, np.float32(nothing), out=out)
    out *= np.float32(1 / (everything - nothing))
    return np.clip(out, 0, 1, out=out)


def _away(lines: Sightlines, seen: _Seen) -> Floats:
    """How far behind the window's centre lies what each pixel shows, in units of the plane; NaN where it is no land."""
    samples = len(lines.ground)
    away = (seen.first - 2).astype(np.float32)
    away += seen.share
    away *= (lines.far - lines.near) * np.float32(1 / (samples - 1))
    away += lines.near
    away *= np.float32(1 / lines.camera.scale)
    np.copyto(away, np.float32(np.nan), where=seen.nothing | seen.side)
    return away
