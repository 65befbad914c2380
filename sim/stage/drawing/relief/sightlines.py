"""Where a camera's lines of sight run over a block of land: all that does not depend on how high it stands."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ....surface.points import Array, Mask
from ...style.cache import cached
from ..camera import Camera
from .grids import Floats

SAMPLES = 0.65
"""On each line of sight, for each row of pixels that the block takes up."""

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sightlines:
    """Samples of the block along the line of sight of each column of cells, from the near edge to the far one.

    A cell is a square of pixels, one pixel where the picture is as fine as can be. Columns are counted from the panel's
    left edge, and rows from its lower one.
    """

    camera: Camera
    stride: int
    """Pixels along the side of a cell."""
    shape: tuple[int, int]
    """Rows and columns of the grid of heights."""
    seen: Mask
    """In which columns there is a part of the block (columns,)."""
    within: Floats
    """How much of them it takes up (columns,)."""
    near: Floats
    """How far its near edge lies behind the window's centre, in pixels on the ground (columns,)."""
    far: Floats
    """How far its far edge lies behind it."""
    left: Mask
    """Whether it is the block's left side that is seen (columns,), else its right one."""
    corner: Index
    """The lower left node, as a flat index, of the grid's cell in which a sample lies (samples, columns)."""
    across: Floats
    """The sample's place in the cell along the grid's rows, from 0 to 1 (samples, columns)."""
    up: Floats
    """The sample's place in the cell along the grid's columns."""
    ground: Floats
    """The row at which a sample stands if its height is 0 (samples, columns)."""
    lift: float
    """Rows for a height of 1."""
    foot: float
    """Rows from a height of 0 down to the block's foot."""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of cells, which together are as large as the panel or a little larger."""
        return -(-self.camera.width // self.stride), -(-self.camera.height // self.stride)

    @property
    def nbytes(self) -> int:
        """How much memory its samples take."""
        return sum(samples.nbytes for samples in (self.corner, self.across, self.up, self.ground))

    def sampled(self, grid: Floats) -> Floats:
        """A grid's values (rows, columns) at all samples (samples, columns), along straight lines between nodes."""
        flat = np.ascontiguousarray(grid).reshape(-1)
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


@cached
def sightlines(camera: Camera, shape: tuple[int, int], stride: int = 1) -> Sightlines:
    """The lines of sight of a camera over a grid of that shape, one for so many columns of pixels."""
    turn, scale, window, (rows, columns) = camera.turn, camera.scale, camera.view, shape
    middle, bottom = camera.origin
    edges = stride * np.arange(-(-camera.width // stride) + 1) - middle
    reach = 0.5 * scale * camera.extent[0] if not camera.flat else 0.5 * camera.width
    inner = np.clip(edges, -reach, reach)
    within = np.diff(inner) / stride
    right = 0.5 * (inner[1:] + inner[:-1]) / scale
    near_x, far_x = _crossing(turn.yaw_cosine * right, -turn.yaw_sine, 0.5 * window.width)
    near_y, far_y = _crossing(turn.yaw_sine * right, turn.yaw_cosine, 0.5 * window.height)
    near, far = np.maximum(near_x, near_y), np.minimum(far_x, far_y)
    seen = (within > 0) & (far > near)
    near, far = np.where(seen, near, 0.0), np.where(seen, far, 0.0)
    samples = max(2, round(SAMPLES * min(scale * camera.extent[1], camera.height) / stride))
    away = near + (far - near) * np.linspace(0.0, 1.0, samples)[:, None]
    x = (right * (turn.yaw_cosine / window.width) + 0.5) - away * (turn.yaw_sine / window.width)
    y = (right * (turn.yaw_sine / window.height) + 0.5) + away * (turn.yaw_cosine / window.height)
    (column, across), (row, up) = _cells(x, columns), _cells(y, rows)
    row *= columns
    row += column
    return Sightlines(
        camera,
        stride,
        shape,
        seen,
        within.astype(np.float32),
        (scale * near).astype(np.float32),
        (scale * far).astype(np.float32),
        (near_x > near_y) == (turn.yaw_sine * turn.yaw_cosine < 0),
        row,
        across,
        up,
        ((scale * turn.tilt_cosine * away + (camera.height - bottom)) / stride).astype(np.float32),
        scale * camera.rise * turn.tilt_sine / stride,
        scale * camera.foot * turn.tilt_sine / stride,
    )


def _cells(shares: Array, nodes: int) -> tuple[Index, Floats]:
    """The cells in which shares of a side with so many nodes lie, and the places in these from 0 to 1."""
    shares *= nodes - 1
    np.clip(shares, 0.0, nodes - 1, out=shares)
    cells = np.minimum(shares.astype(np.intp), nodes - 2)
    shares -= cells
    return cells, shares.astype(np.float32)


def _crossing(start: Array, slope: float, reach: float) -> tuple[Array, Array]:
    """From and to where the lines start + slope · way (n,) are within ±reach; from beyond to, if nowhere."""
    if slope == 0:
        never = np.where(np.abs(start) <= reach, -np.inf, np.inf)
        return never, -never
    one, other = (-reach - start) / slope, (reach - start) / slope
    return np.minimum(one, other), np.maximum(one, other)
