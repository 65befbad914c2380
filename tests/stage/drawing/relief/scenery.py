"""Land to try pictures on, and slow ways to find what they must show, which share nothing with the quick one."""

import numpy as np
import numpy.typing as npt

from sim.stage.drawing.camera import Camera
from sim.surface.points import Array
from sim.surface.protocol import Window

WINDOW = Window(-1.0, 2.0, -1.0, 1.0)
STEPS = 4000  # On each line of sight.

Mask = npt.NDArray[np.bool_]


def aslant(width: int = 60, height: int = 44, yaw: float = -20.0, tilt: float = 50.0, rise: float = 0.8) -> Camera:
    """A camera that looks at the window from the side."""
    return Camera(WINDOW, width, height, yaw, tilt, rise, 0.1)


def hills(columns: int = 49, rows: int = 33, deep: float = 1.0) -> Array:
    """Heights of two hills and a well on a slope."""
    points = WINDOW.grid(columns, rows)
    x, y = points[..., 0], points[..., 1]

    def bump(cx: float, cy: float, wide: float) -> Array:
        return np.asarray(np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * wide**2)))

    heights = 0.45 + 0.1 * x + 0.4 * bump(0.0, -0.4, 0.25) + 0.3 * bump(1.2, 0.5, 0.3)
    return np.asarray(np.clip(heights - 0.5 * deep * bump(1.0, -0.3, 0.25), 0, 1))


def within(points: Array) -> Mask:
    """Which points (..., 2) lie in the window."""
    x, y = points[..., 0], points[..., 1]
    return np.asarray((WINDOW.x0 <= x) & (x <= WINDOW.x1) & (WINDOW.y0 <= y) & (y <= WINDOW.y1))


def height_at(heights: Array, points: Array) -> Array:
    """The heights at points (..., 2) of the window: straight between the nodes of its cell, along x, then along y."""
    last = np.array(heights.shape)[::-1] - 1
    across, up = np.moveaxis((points - [WINDOW.x0, WINDOW.y0]) / [WINDOW.width, WINDOW.height] * last, -1, 0)
    column, row = (np.minimum(place.astype(int), most - 1) for place, most in zip((across, up), last, strict=True))
    lower, upper = (
        heights[edge, column] + (across - column) * (heights[edge, column + 1] - heights[edge, column])
        for edge in (row, row + 1)
    )
    return np.asarray(lower + (up - row) * (upper - lower))


def traced(camera: Camera, heights: Array, x: float, y: float) -> tuple[float, float] | None:
    """The point of the plane that one sees through a place on the screen: along its ray, until it is below the land.

    None: the ray passes by the block, or meets its side.
    """
    yaw, tilt = np.radians([camera.yaw, camera.tilt])
    away_axis, right_axis = np.array([-np.sin(yaw), np.cos(yaw)]), np.array([np.cos(yaw), np.sin(yaw)])
    middle = np.array([(WINDOW.x0 + WINDOW.x1) / 2, (WINDOW.y0 + WINDOW.y1) / 2])
    ox, oy = camera.project(middle).tolist()
    away = np.linspace(-3.0, 3.0, STEPS)
    ray = middle + right_axis * (x - ox) / camera.scale + away_axis * away[:, None]
    above = ((oy - y) / camera.scale - np.cos(tilt) * away) / np.sin(tilt)
    inside = within(ray)
    below = np.flatnonzero(inside)[above[inside] <= camera.rise * height_at(heights, ray[inside])]
    if not below.size or below[0] == 0 or not inside[below[0] - 1]:
        return None
    px, py = ray[below[0]].tolist()
    return px, py


def covered(camera: Camera, heights: Array, point: Array, height: float, spare: float) -> bool:
    """Whether the way from a point to the eye leads through land, deeper than that in units of the plane."""
    yaw, tilt = np.radians([camera.yaw, camera.tilt])
    way = np.linspace(0.0, 4.0, STEPS)[1:]
    ray = point - way[:, None] * np.array([-np.sin(yaw), np.cos(yaw)])
    inside = within(ray)  # The window is convex: who has left it does not come back.
    above = camera.rise * height + way[inside] * np.cos(tilt) / np.sin(tilt)
    return bool((camera.rise * height_at(heights, ray[inside]) > above + spare).any())
