"""Where a camera's lines of sight run over a block of land: all that does not depend on how high it is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ....surface.points import Array
from ..camera import Camera

Floats = npt.NDArray[np.float32]
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sightlines:
    """Samples of the block behind each column of pixels, from its near edge to its far one.

    Rows are counted from the panel's lower edge, in pixels, and places from the window's centre.
    """

    camera: Camera
    shape: tuple[int, int]
    """Of the grid of heights: rows and columns."""
    seen: npt.NDArray[np.bool_]
    """In which columns of pixels there is a part of the block (columns,)."""
    near: Floats
    """How far its near edge lies behind the centre, in pixels on the ground (columns,);"""
    far: Floats
    """and its far one."""
    side: npt.NDArray[np.bool_]
    """Whether the near edge belongs to the side that looks along the grid's rows (columns,)."""
    corner: Index
    """The lower left node of the grid's cell in which a sample lies (depths, columns), as a flat index,"""
    across: Floats
    """and the sample's place in the cell from 0 to 1, along rows (depths, columns)"""
    up: Floats
    """and along columns."""
    ground: Floats
    """The row at which a sample stands if its height is 0 (depths, columns)."""
    lift: float
    """Rows for a height of 1."""
    depth: float
    """Rows from a height of 0 down to the block's foot."""

    def sampled(self, grid: Array | Floats) -> Floats:
        """A grid's values (rows, columns) at all samples (depths, columns), along straight lines between nodes."""
        flat = np.ascontiguousarray(grid, dtype=np.float32).reshape(-1)
        low, high = self._along_rows(flat, 0), self._along_rows(flat, self.shape[1])
        high -= low
        high *= self.up
        high += low
        return high

    def _along_rows(self, flat: Floats, beyond: int) -> Floats:
        """Values at the samples' places along rows, on the cells' lower edges, or on those so many nodes beyond."""
        left = flat[beyond:].take(self.corner, mode="clip")
        right = flat[beyond + 1 :].take(self.corner, mode="clip")
        right -= left
        right *= self.across
        right += left
        return right


def sightlines(camera: Camera, shape: tuple[int, int], depths: int) -> Sightlines:
    """The lines of sight of a camera over a grid of that shape, with so many samples on each."""
    turn, scale, window = camera.turn, camera.scale, camera.view
    middle, bottom = camera.origin
    right = (np.arange(camera.width) + 0.5 - middle) / scale
    near_x, far_x = _crossing(turn.yaw_cosine * right, -turn.yaw_sine, 0.5 * window.width)
    near_y, far_y = _crossing(turn.yaw_sine * right, turn.yaw_cosine, 0.5 * window.height)
    near, far = np.maximum(near_x, near_y), np.minimum(far_x, far_y)
    seen = far > near
    near, far = np.where(seen, near, 0.0), np.where(seen, far, 0.0)
    away = near + (far - near) * np.linspace(0.0, 1.0, depths)[:, None]
    rows, columns = shape
    x = (turn.yaw_cosine * right - turn.yaw_sine * away) / window.width + 0.5
    y = (turn.yaw_sine * right + turn.yaw_cosine * away) / window.height + 0.5
    x, y = np.clip(x, 0.0, 1.0) * (columns - 1), np.clip(y, 0.0, 1.0) * (rows - 1)
    column, row = np.minimum(x.astype(np.intp), columns - 2), np.minimum(y.astype(np.intp), rows - 2)
    return Sightlines(
        camera,
        shape,
        seen,
        (scale * near).astype(np.float32),
        (scale * far).astype(np.float32),
        near_x > near_y,
        row * columns + column,
        (x - column).astype(np.float32),
        (y - row).astype(np.float32),
        (camera.height - bottom + scale * turn.tilt_cosine * away).astype(np.float32),
        scale * camera.rise * turn.tilt_sine,
        scale * camera.foot * turn.tilt_sine,
    )


def _crossing(start: Array, slope: float, reach: float) -> tuple[Array, Array]:
    """Between which ways the lines start + slope · way (n,) stay within ±reach; the first is larger if they never do."""
    if slope == 0:
        inside = np.abs(start) < reach
        return np.where(inside, -np.inf, np.inf), np.where(inside, np.inf, -np.inf)
    one, other = (-reach - start) / slope, (reach - start) / slope
    return np.minimum(one, other), np.maximum(one, other)
