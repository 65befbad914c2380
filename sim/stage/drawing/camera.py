"""From the parameter plane to the screen and back: the one place that knows that y points down there."""

from dataclasses import dataclass

import numpy as np
import pygame

from ...surface.points import Array, pair
from ...surface.protocol import Window


@dataclass(frozen=True, slots=True)
class Camera:
    """Looks straight down on a window from a panel of the given size, with the same scale along both axes.

    The window fits in; what the panel has more of on one side is shown too, so that no marble
    disappears behind an empty margin.
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


def visible(pixels: Array, rect: pygame.Rect, margin: float = 1e4) -> Array:
    """Pixels brought back to within a margin around the rectangle, along the line to its centre.

    SDL takes coordinates as 32-bit integers; a marble on its way to infinity still points the right way.
    """
    center = np.array(rect.center, dtype=np.float64)
    offset = pixels - center
    reach = np.max(np.abs(offset), axis=-1, keepdims=True)
    return np.asarray(center + offset * np.minimum(1.0, margin / np.maximum(reach, 1.0)))
