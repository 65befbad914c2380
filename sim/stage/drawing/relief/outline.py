"""Where a picture of land changes from one part to another: pixels there get their share of both colours."""

import numpy as np
import numpy.typing as npt

from ....surface.points import Array, Mask
from ...style.color import Color
from .grids import Floats

PARTS = 8  # Of a pixel's width, for each of which it is reckoned where an edge crosses it.
REACH = (
    40  # Rows that an edge may climb in a column: where it climbs more, it is the end of one and another one begins.
)

ColumnParts = npt.NDArray[np.int8]
Pixels = npt.NDArray[np.uint8]


def smooth_ridges(pixels: Pixels, samples: Floats, highest: Floats, parts: ColumnParts | None) -> None:
    """Mix colours where a ridge hides what is behind it, and at the edges of holes.

    Rows ascend; samples (n, columns) and their running maximum are in rows, and `parts` says what a pixel shows that is
    between a sample and the one before, if that is not land everywhere. The row of an edge falls into one of two
    pixels, the lower of the near part or the upper of the far part, and that one gets its share of the other's colour.
    """
    edge = samples[2:] > highest[1:-1]
    changes = samples[1:-1] < highest[1:-1]
    if parts is not None:
        changes |= parts[2:] != parts[1:-1]
    edge &= changes
    edge[0] = False  # The block's own near edge is smoothed otherwise.
    before, columns = np.nonzero(edge)
    row = highest[before + 1, columns]
    far = np.floor(row + np.float32(0.5)).astype(np.intp)  # The first pixel whose middle is above.
    within = (far > 0) & (far < len(pixels))
    row, far, columns = row[within], far[within], columns[within]
    upper = row >= far
    share = np.where(upper, row - far, row - far + 1)[:, None]
    one, other = (pixels[place, columns, :3].astype(np.float32) for place in (far - 1, far))
    pixels[np.where(upper, far, far - 1), columns, :3] = np.rint(other + (one - other) * share)


def smooth_edge(pixels: Pixels, edge: Floats, seen: Mask) -> None:
    """Mix the colours below and above an edge that runs through the picture (columns,), however steep it is.

    Rows ascend. Every pixel of the edge gets the colours that are found in its column just below and just above.
    """
    columns = np.flatnonzero(seen)
    if len(columns) < 2:
        return
    height, parts = len(pixels), _parts(edge[columns].astype(np.float64))
    middle = edge[columns]
    low = np.clip(np.ceil(middle - 0.5).astype(np.intp) - 1, 0, height - 1)  # The last pixel whose middle is below.
    high = np.minimum(low + 1, height - 1)  # The first one above.
    below, above = (pixels[row, columns, :3].astype(np.float64) for row in (low, high))
    steep = np.ptp(parts, axis=0)
    smooth = steep <= REACH
    reach = int(np.ceil(steep[smooth].max(initial=0.0))) + 1
    rows = np.floor(middle).astype(np.intp) + np.arange(-reach, reach + 1)[:, None]
    cover = np.clip(parts[:, None] - rows, 0, 1).mean(axis=0)
    row, column = np.nonzero(smooth & (cover > 0) & (cover < 1) & (rows >= 0) & (rows < height))
    share = cover[row, column][:, None]
    mixed = above[column] + (below[column] - above[column]) * share
    pixels[rows[row, column], columns[column], :3] = np.rint(mixed)


def smooth_sides(pixels: Pixels, within: Floats, behind: Color) -> None:
    """Mix columns of pixels of which only a part (columns,) is within the picture with what is behind."""
    columns = np.flatnonzero((within > 0) & (within < 1))
    part = pixels[:, columns, :3].astype(np.float32)
    pixels[:, columns, :3] = np.rint(np.array(behind) + (part - np.array(behind)) * within[columns][:, None])


def _parts(edge: Array) -> Array:
    """The rows of an edge at the parts of each column (PARTS, columns), along straight lines between their middles."""
    columns = len(edge)
    ends = np.concatenate([[2 * edge[0] - edge[1]], edge, [2 * edge[-1] - edge[-2]]])
    places = np.arange(columns) + ((np.arange(PARTS) + 0.5) / PARTS + 0.5)[:, None]
    return np.asarray(np.interp(places, np.arange(columns + 2), ends))
