"""What lies on land: points and lines of the plane at the height of the land there, as pixels, seen or hidden."""

from dataclasses import dataclass

import numpy as np

from ....surface.points import Array, Mask
from .picture import Relief


@dataclass(frozen=True, eq=False)
class Draped:
    """Points on land."""

    heights: Array
    """Of the land there (...); beyond the block's edges as at the edge."""
    pixels: Array
    """From the panel's upper left corner (..., 2)."""
    hidden: Mask
    """Whether land stands before them (...)."""


def drape(relief: Relief, points: Array) -> Draped:
    """Points (..., 2) of the plane, laid on land."""
    heights = heights_at(relief, points)
    return Draped(heights, relief.camera.project(points, heights), relief.hidden(points, heights))


def heights_at(relief: Relief, points: Array) -> Array:
    """How high land stands (...) at points (..., 2), along straight lines between the nodes of its grid."""
    rows, columns = relief.heights.shape
    view = relief.camera.view
    x = np.clip((points[..., 0] - view.x0) / view.width, 0, 1) * (columns - 1)
    y = np.clip((points[..., 1] - view.y0) / view.height, 0, 1) * (rows - 1)
    column, row = np.minimum(x.astype(np.intp), columns - 2), np.minimum(y.astype(np.intp), rows - 2)
    x, y, grid = x - column, y - row, relief.heights
    low = grid[row, column] * (1 - x) + grid[row, column + 1] * x
    high = grid[row + 1, column] * (1 - x) + grid[row + 1, column + 1] * x
    return np.asarray(low * (1 - y) + high * y)


def upright(relief: Relief, points: Array) -> Array:
    """The unit vectors (..., 3) upright on land at points (..., 2): along the plane's axes, and up."""
    view, (rows, columns) = relief.camera.view, relief.heights.shape
    steps = np.array([view.width / (columns - 1), view.height / (rows - 1)])
    along, up = (
        (heights_at(relief, points + step) - heights_at(relief, points - step)) / (2 * np.max(step))
        for step in steps * np.eye(2)
    )
    rise = relief.camera.rise
    length = np.sqrt(1 + (rise * along) ** 2 + (rise * up) ** 2)
    return np.stack([-rise * along / length, -rise * up / length, 1 / length], axis=-1)


def resting(relief: Relief, points: Array, radius: float) -> Array:
    """The pixels (..., 2) of the middles of balls of that radius, in pixels, that touch land at points (..., 2)."""
    camera, heights = relief.camera, heights_at(relief, points)
    normal = upright(relief, points) * (radius / camera.scale)
    if camera.rise == 0:
        return camera.project(points, heights)
    return camera.project(points + normal[..., :2], heights + normal[..., 2] / camera.rise)
