"""Where a picture of land changes from one part to another: pixels there get their share of both colours."""

import numpy as np
import numpy.typing as npt

from ....surface.points import Array
from ...style.color import Color
from .grids import Floats, Mask

PARTS = 8  # Of a pixel's width, for each of which it is reckoned where an edge crosses it.
REACH = 40  # Rows on either side of an edge that it may share in: an edge as steep as twice that gets steps.
LEAST = np.float32(1e-3)  # Rows by which a near sample stands out, for a ridge that hides what is behind it.

Index = npt.NDArray[np.intp]
Pixels = npt.NDArray[np.uint8]


def smooth_ridges(
    pixels: Pixels, samples: Floats, highest: Floats, first: Index, before: Index, nothing: Mask, side: Mask
) -> None:
    """Mix colours where a ridge hides what is behind it, and at the edges of holes.

    Rows of all pictures ascend. The row of an edge falls into one of two pixels: the lower one is of the near part, or the
    upper one of the far part, and gets its share of the other's colour.
    """
    top = highest.take(before, mode="clip")
    edge = (top - samples.take(before, mode="clip")) > LEAST
    edge[1:] |= (nothing[1:] != nothing[:-1]) | (side[1:] != side[:-1])
    edge &= top >= (np.arange(len(pixels), dtype=np.float32) - np.float32(0.5))[:, None]
    edge &= (first > 0) & (first < len(samples))
    edge[0] = False
    edge[1:] &= first[:-1] > 1  # The block's own edges are smoothed otherwise.
    rows, columns = np.nonzero(edge)
    reach = top[rows, columns] - rows
    upper = reach >= 0
    share = np.where(upper, reach, reach + 1)[:, None]
    near, far = (pixels[row, columns, :3].astype(np.float32) for row in (rows - 1, rows))
    pixels[np.where(upper, rows, rows - 1), columns, :3] = np.rint(far + (near - far) * share)


def smooth_edge(pixels: Pixels, edge: Floats, seen: Mask) -> None:
    """Mix the colours below and above an edge that runs through the picture (columns,), however steep it is.

    Rows ascend. Of each column that is seen, a pixel of the edge gets colours that are found below and above all of them.
    """
    columns = np.flatnonzero(seen)
    if len(columns) < 2:
        return
    height, parts = len(pixels), _parts(edge[columns].astype(np.float64))
    middle = edge[columns]
    low = np.clip(np.ceil(middle - 0.5).astype(np.intp) - 1, 0, height - 1)  # The last pixel whose middle is below,
    high = np.minimum(low + 1, height - 1)  # and the first one above.
    below, above = (pixels[row, columns, :3].astype(np.float64) for row in (low, high))
    reach = int(min(REACH, np.ceil(np.ptp(parts, axis=0).max()) + 1))
    rows = np.floor(middle).astype(np.intp) + np.arange(-reach, reach + 1)[:, None]
    cover = np.clip(parts[:, None] - rows, 0, 1).mean(axis=0)
    row, column = np.nonzero((cover > 0) & (cover < 1) & (rows >= 0) & (rows < height))
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
    return np.interp(places, np.arange(columns + 2), ends)
