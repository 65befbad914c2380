"""What lies on land: points and lines of the plane at the height of the land there, as pixels, seen or hidden."""

import math
from dataclasses import dataclass

import numpy as np

from ....surface.points import Array, Mask
from ..canvas import Pixel
from .picture import Relief


@dataclass(frozen=True, eq=False)
class Draped:
    """Points on land."""

    heights: Array
    """Heights of the land there (...); beyond the block's edges as at the edge."""
    pixels: Array
    """From the panel's upper left corner (..., 2)."""
    hidden: Mask
    """Whether land stands before them (...)."""


def drape(relief: Relief, points: Array) -> Draped:
    """Points (..., 2) of the plane, laid on land."""
    heights = heights_at(relief, points)
    return Draped(heights, relief.camera.project(points, heights), relief.hidden(points, heights))


def heights_at(relief: Relief, points: Array) -> Array:
    """How high land stands (...) at points (..., 2), along straight lines between the nodes of its grid.

    NaN at points that are none.
    """
    rows, columns = relief.heights.shape
    view = relief.camera.view
    x = np.clip((points[..., 0] - view.x0) / view.width, 0, 1) * (columns - 1)
    y = np.clip((points[..., 1] - view.y0) / view.height, 0, 1) * (rows - 1)
    known = np.isfinite(x) & np.isfinite(y)
    column = np.minimum(np.where(known, x, 0.0).astype(np.intp), columns - 2)
    row = np.minimum(np.where(known, y, 0.0).astype(np.intp), rows - 2)
    x, y, grid = x - column, y - row, relief.heights
    low = grid[row, column] * (1 - x) + grid[row, column + 1] * x
    high = grid[row + 1, column] * (1 - x) + grid[row + 1, column + 1] * x
    return np.asarray(low * (1 - y) + high * y)


def height_at(relief: Relief, x: float, y: float) -> float:
    """How high land stands at one point, in plain numbers: a marble asks for a few with each picture."""
    rows, columns = relief.heights.shape
    view, height = relief.camera.view, relief.heights.item
    across = min(max((x - view.x0) / view.width, 0.0), 1.0) * (columns - 1)
    up = min(max((y - view.y0) / view.height, 0.0), 1.0) * (rows - 1)
    column, row = min(int(across), columns - 2), min(int(up), rows - 2)
    across, up = across - column, up - row
    low = height(row, column) * (1 - across) + height(row, column + 1) * across
    high = height(row + 1, column) * (1 - across) + height(row + 1, column + 1) * across
    return float(low * (1 - up) + high * up)


def upright(relief: Relief, x: float, y: float) -> tuple[float, float, float]:
    """The unit vector upright on land at a point: along the plane's axes, and up."""
    view, (rows, columns), rise = relief.camera.view, relief.heights.shape, relief.camera.rise
    step, other = view.width / (columns - 1), view.height / (rows - 1)
    along = rise * (height_at(relief, x + step, y) - height_at(relief, x - step, y)) / (2 * step)
    up = rise * (height_at(relief, x, y + other) - height_at(relief, x, y - other)) / (2 * other)
    length = math.sqrt(1 + along * along + up * up)
    return -along / length, -up / length, 1 / length


def resting(relief: Relief, x: float, y: float, radius: float) -> Pixel:
    """The pixel of the middle of a ball of that radius, in pixels, that touches land at a point."""
    camera, height = relief.camera, height_at(relief, x, y)
    if camera.rise == 0:
        return camera.pixel(x, y, height)
    along, up, above = upright(relief, x, y)
    reach = radius / camera.scale
    return camera.pixel(x + reach * along, y + reach * up, height + reach * above / camera.rise)
