"""How the land of a race is looked at: as a map, from straight above, or as a block of land, aslant."""

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from ....descent.problem import Problem
from ....surface.points import Array, Mask, norm
from ....surface.protocol import Window
from ...drawing.camera import FLAT, Camera, Pose
from ...drawing.canvas import Pixel
from ...drawing.contours import GRID, losses
from ...drawing.relief.draped import drape, height_at, heights_at
from ...drawing.relief.paints import paints
from ...drawing.relief.picture import Relief, relief
from ...drawing.relief.view import block_camera, first_camera, heights_over, levels_over
from ...style.cache import cached
from ...style.theme import Theme
from .batch import batch_heights

SHORT = 4e-3  # In diagonals of the window, about a cell of the grid: over which the slope of land is taken.


class Site(Protocol):
    """Where on the screen things are that lie on the land, counted from the upper left corner of its picture."""

    @property
    def camera(self) -> Camera:
        """What looks at it."""
        ...

    def project(self, points: Array) -> Array:
        """The pixels (..., 2) of points (..., 2) of the plane, on the land."""
        ...

    def hidden(self, points: Array) -> Mask:
        """Whether land stands before points (..., 2), or they lie beside it: (...)."""
        ...

    def beside(self, points: Array) -> Mask:
        """Whether points (..., 2) lie beside all land that there is to see: (...)."""
        ...

    def pixel(self, x: float, y: float) -> Pixel:
        """The pixel of one point."""
        ...

    def hides(self, x: float, y: float) -> bool:
        """Whether land stands before one point, or it lies beside it."""
        ...

    def vector(self, vectors: Array, at: Array) -> Array:
        """Vectors (..., 2) of the plane as they lie on the land at a point (2,), in pixels (..., 2) across and down."""
        ...

    def front(self, across: Array) -> Array:
        """How far down (...) land is seen at places across (...), in pixels: below are the sides of a block."""
        ...

    def back(self, across: Array) -> Array:
        """How far down (...) land begins to be seen at places across (...), in pixels: above it is none."""
        ...

    def under(self, pixels: Array) -> Array:
        """The points (..., 2) that pixels (..., 2) show; NaN where they show no land."""
        ...


@dataclass(frozen=True, slots=True)
class Map:
    """Land from straight above: nothing is hidden, and it goes on beyond the picture."""

    camera: Camera

    def project(self, points: Array) -> Array:
        """As `Site` has it."""
        return self.camera.project(points)

    def hidden(self, points: Array) -> Mask:
        """As `Site` has it."""
        return np.zeros(points.shape[:-1], dtype=np.bool_)

    def beside(self, points: Array) -> Mask:
        """As `Site` has it."""
        return np.zeros(points.shape[:-1], dtype=np.bool_)

    def pixel(self, x: float, y: float) -> Pixel:
        """As `Site` has it."""
        return self.camera.pixel(x, y)

    def hides(self, x: float, y: float) -> bool:  # noqa: ARG002  Nothing is hidden.
        """As `Site` has it."""
        return False

    def vector(self, vectors: Array, at: Array) -> Array:  # noqa: ARG002  A map is the same everywhere.
        """As `Site` has it."""
        return self.camera.vector(vectors)

    def front(self, across: Array) -> Array:
        """As `Site` has it."""
        return np.full(across.shape, np.inf)

    def back(self, across: Array) -> Array:
        """As `Site` has it."""
        return np.full(across.shape, -np.inf)

    def under(self, pixels: Array) -> Array:
        """As `Site` has it."""
        return self.camera.unproject(pixels)


@dataclass(frozen=True, eq=False, slots=True)
class LandBlock:
    """A block of land, aslant."""

    relief: Relief

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self.relief.nbytes

    @property
    def camera(self) -> Camera:
        """What looks at it."""
        return self.relief.camera

    def project(self, points: Array) -> Array:
        """As `Site` has it; what lies beside the block, at the height of its edge."""
        return self.camera.project(points, heights_at(self.relief, points))

    def hidden(self, points: Array) -> Mask:
        """As `Site` has it."""
        return np.asarray(drape(self.relief, points).hidden | self.beside(points))

    def beside(self, points: Array) -> Mask:
        """As `Site` has it."""
        return ~self.camera.window.contains(points)

    def pixel(self, x: float, y: float) -> Pixel:
        """As `Site` has it."""
        return self.camera.pixel(x, y, height_at(self.relief, x, y))

    def hides(self, x: float, y: float) -> bool:
        """As `Site` has it."""
        window = self.camera.window
        if not (window.x0 <= x <= window.x1 and window.y0 <= y <= window.y1):
            return True
        return self.relief.hides(x, y, height_at(self.relief, x, y))

    def vector(self, vectors: Array, at: Array) -> Array:
        """As `Site` has it: along the land's tangent plane."""
        step, (x, y), relief = SHORT * self.camera.window.diagonal, at.tolist(), self.relief
        along = height_at(relief, x + step, y) - height_at(relief, x - step, y)
        up = height_at(relief, x, y + step) - height_at(relief, x, y - step)
        with np.errstate(all="ignore"):
            return self.camera.vector(vectors, vectors @ (np.array([along, up]) / (2 * step)))

    def front(self, across: Array) -> Array:
        """As `Site` has it."""
        return self.relief.front(across)

    def back(self, across: Array) -> Array:
        """As `Site` has it."""
        return self.relief.back(across)

    def under(self, pixels: Array) -> Array:
        """As `Site` has it."""
        return self.relief.under(pixels)


def camera_on(problem: Problem, window: Window, size: tuple[int, int], pose: Pose) -> Camera:
    """What looks at a window on a problem from a panel of that size, in that pose."""
    width, height = size
    if pose == FLAT:
        return Camera(window, width, height)
    return replace(first_camera(problem, window, width, height), yaw=pose.yaw, tilt=pose.tilt)


class Shaken(NamedTuple):
    """Land that moves: from the loss of one batch to that of the next one."""

    batch: bytes
    """The examples of the batch, as the bytes of their numbers,"""
    coming: bytes
    """of the one after it,"""
    share: float
    """and how far from the one to the other."""
    stride: int = 1
    """One of so many by so many pixels is computed: more than 1 for a picture that gives way to another at once."""


@cached
def moving_site(problem: Problem, camera: Camera, theme: Theme, shaken: Shaken) -> LandBlock:
    """The land of a batch's own loss, as high as the training loss would stand where it is the same."""
    return _block(problem, camera, theme, moving_grid(problem, block_camera(camera.window), shaken), shaken.stride)


def moving_grid(problem: Problem, camera: Camera, shaken: Shaken) -> Array:
    """The loss of land that moves, on the nodes of a grid over what the camera sees (rows, columns)."""
    grid = _batch_grid(problem, camera, shaken.batch)
    if shaken.share:
        grid = grid + shaken.share * (_batch_grid(problem, camera, shaken.coming) - grid)
    return grid


def _batch_grid(problem: Problem, camera: Camera, batch: bytes) -> Array:
    return batch_heights(problem, camera, np.frombuffer(batch, np.intp), GRID)


def site_of(problem: Problem, camera: Camera, theme: Theme) -> Site:
    """The land of the training loss, as that camera sees it."""
    return Map(camera) if camera.flat else _still(problem, camera, theme)


@cached
def _still(problem: Problem, camera: Camera, theme: Theme) -> LandBlock:
    return _block(problem, camera, theme, _block_losses(problem, camera.window))


@cached
def _block_losses(problem: Problem, window: Window) -> Array:
    """The training loss on the nodes of a block's grid, from wherever it is seen."""
    return losses(problem, block_camera(window).grid(GRID))


@cached
def _nodes(problem: Problem, camera: Camera) -> Array:
    """The pixels (rows, columns, 2) of a block's grid; NaN where there is no land."""
    window = camera.window
    heights = heights_over(problem, window).of(_block_losses(problem, window))
    return camera.project(block_camera(window).grid(GRID), heights)


@cached
def clear_of_land(problem: Problem, camera: Camera, down: int) -> int:
    """How far from the left a block of the training loss leaves a picture empty down to there, in pixels."""
    across, below = np.moveaxis(_nodes(problem, camera), -1, 0)
    return int(np.clip(across[below < down].min(initial=camera.width), 0, camera.width))


def lies_on_land(problem: Problem, camera: Camera, low: Pixel, high: Pixel) -> bool:
    """Whether any of a block of the training loss is seen between two corners of a part of the picture."""
    nodes = _nodes(problem, camera)
    return bool(((nodes > low) & (nodes < high)).all(axis=-1).any())


def _block(problem: Problem, camera: Camera, theme: Theme, grid: Array, stride: int = 1) -> LandBlock:
    """A block of such losses on the nodes of its grid (rows, columns)."""
    window = camera.window
    stands = heights_over(problem, window).of(grid)
    return LandBlock(relief(camera, stands, levels_over(problem, window), paints(theme), stride))


def along(site: Site, points: Array, ways: Array) -> Array:
    """Vectors of the plane (n, 2) as they lie on the land at as many points (n, 2), in pixels (n, 2)."""
    short, sizes = SHORT * site.camera.window.diagonal, np.maximum(norm(ways), 1e-300)[:, None]
    half = short * ways / sizes
    ahead, behind = site.project(np.stack([points + half, points - half]))
    return np.asarray((ahead - behind) * (sizes / (2 * short)))


def nearest(site: Site, points: Array, pixel: Array) -> tuple[int, float]:
    """Which of the points (n, 2) is nearest to a pixel (2,) among those that are seen, and how near in pixels."""
    gaps = np.where(site.hidden(points), np.inf, norm(site.project(points) - pixel))
    found = int(np.argmin(gaps))
    return found, float(gaps[found])
