"""From the parameter plane to the screen and back: the one place that knows that y points down there."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pygame

from ...surface.points import Array, pair
from ...surface.protocol import Window


@dataclass(frozen=True, slots=True)
class Camera:
    """Looks straight down on a window from a panel of the given size, with the same scale along both axes.

    The window fits in; what the panel has more of on one side is shown too, so that no marble
    disappears behind an empty margin.

    >>> camera = Camera(Window(-2.0, 2.0, -1.0, 1.0), width=400, height=200)
    >>> camera.project(np.array([0.0, 1.0])).tolist()
    [200.0, 0.0]
    """

    window: Window
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Pixels a unit."""
        return min(self.width / self.window.width, self.height / self.window.height)

    @property
    def view(self) -> Window:
        """All that the panel shows."""
        (x, y), scale = self.window.center.tolist(), self.scale
        across, up = 0.5 * self.width / scale, 0.5 * self.height / scale
        return Window(x - across, x + across, y - up, y + up)

    def project(self, points: Array) -> Array:
        """Pixels (..., 2) of points (..., 2), from the panel's upper left corner."""
        view, scale = self.view, self.scale
        return pair((points[..., 0] - view.x0) * scale, (view.y1 - points[..., 1]) * scale)

    def unproject(self, pixels: Array) -> Array:
        """Points (..., 2) at pixels (..., 2)."""
        view, scale = self.view, self.scale
        return pair(view.x0 + pixels[..., 0] / scale, view.y1 - pixels[..., 1] / scale)

    def vector(self, vectors: Array) -> Array:
        """Vectors (..., 2) of the plane in pixels (..., 2), across and down."""
        return np.asarray(vectors * (self.scale, -self.scale))

    def direction(self, vector: Array) -> Array:
        """The unit vector (2,) along which a vector (2,) of the plane points on the screen."""
        return np.asarray(self.vector(vector) / np.hypot(*self.vector(vector)))

    def grid(self, longer: int) -> Array:
        """Points of a grid over what is seen (rows, columns, 2), the lowest first, so many along the longer side."""
        side = max(self.width, self.height)
        return self.view.grid(max(2, longer * self.width // side), max(2, longer * self.height // side))

    def on_grid(self, places: Array, shape: tuple[int, int]) -> Array:
        """Pixels (n, 2) of places (n, 2) on a grid of that shape, counted in columns and rows."""
        rows, columns = shape
        return places * (self.width / (columns - 1), -self.height / (rows - 1)) + (0, self.height)

    def pixels(self) -> Array:
        """The points at all pixels (height, width, 2), the uppermost row first."""
        return self.unproject(pair(*np.meshgrid(np.arange(float(self.width)), np.arange(float(self.height)))))

    def at_pixels(self, grid: Array) -> Array:
        """The values of a grid (rows, columns) at all pixels (height, width), along straight lines between nodes."""
        rows, columns = grid.shape
        across = np.arange(self.width) * ((columns - 1) / self.width)
        up = (self.height - np.arange(self.height)) * ((rows - 1) / self.height)
        return interpolated(grid, up, across)


def interpolated(grid: Array, rows: Array, columns: Array) -> Array:
    """The values of a grid at fractional rows (n,) and columns (m,), along straight lines between nodes; (n, m)."""

    def split(places: Array, count: int) -> tuple[Array, npt.NDArray[np.intp]]:
        low = np.minimum(places.astype(np.intp), count - 2)
        return places - low, low

    share, low = split(columns, grid.shape[1])
    wide = grid[:, low] * (1 - share) + grid[:, low + 1] * share
    share, low = split(rows, grid.shape[0])
    return np.asarray(wide[low] * (1 - share[:, None]) + wide[low + 1] * share[:, None])


def visible(pixels: Array, rect: pygame.Rect, margin: float = 1e4) -> Array:
    """Pixels brought back to within a margin around the rectangle, along the line to its centre.

    SDL takes coordinates as 32-bit integers; a marble on its way to infinity still points the right way.
    """
    center = np.array(rect.center, dtype=np.float64)
    offset = pixels - center
    reach = np.max(np.abs(offset), axis=-1, keepdims=True)
    return np.asarray(center + offset * np.minimum(1.0, margin / np.maximum(reach, 1.0)))
