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


def height_at(heights: Array, x: float, y: float) -> float:
    """The height at a point: straight between the nodes of its cell, along x, then along y."""
    rows, columns = heights.shape
    across, up = (x - WINDOW.x0) / WINDOW.width * (columns - 1), (y - WINDOW.y0) / WINDOW.height * (rows - 1)
    column, row = min(int(across), columns - 2), min(int(up), rows - 2)
    lower = np.interp(across, [column, column + 1], heights[row, column : column + 2])
    upper = np.interp(across, [column, column + 1], heights[row + 1, column : column + 2])
    return float(np.interp(up, [row, row + 1], [lower, upper]))


def traced(camera: Camera, heights: Array, x: float, y: float) -> tuple[float, float] | None:
    """The point of the plane that one sees through a place on the screen: along its ray, until it is below the land.

    None: the ray passes by the block, or meets its side.
    """
    yaw, tilt = np.radians([camera.yaw, camera.tilt])
    away_axis, right_axis = np.array([-np.sin(yaw), np.cos(yaw)]), np.array([np.cos(yaw), np.sin(yaw)])
    middle = np.array([(WINDOW.x0 + WINDOW.x1) / 2, (WINDOW.y0 + WINDOW.y1) / 2])
    ox, oy = camera.project(middle).tolist()
    before: tuple[float, float] | None = None
    for away in np.linspace(-3.0, 3.0, STEPS):
        px, py = (middle + right_axis * (x - ox) / camera.scale + away_axis * away).tolist()
        if not (WINDOW.x0 <= px <= WINDOW.x1 and WINDOW.y0 <= py <= WINDOW.y1):
            before = None
            continue
        above = ((oy - y) / camera.scale - np.cos(tilt) * away) / np.sin(tilt)
        if above <= camera.rise * height_at(heights, px, py):
            return None if before is None else (px, py)
        before = px, py
    return None


def covered(camera: Camera, heights: Array, point: Array, height: float, spare: float) -> bool:
    """Whether the way from a point to the eye leads through land, deeper than that in units of the plane."""
    yaw, tilt = np.radians([camera.yaw, camera.tilt])
    for way in np.linspace(0.0, 4.0, STEPS)[1:]:
        px, py = (point - way * np.array([-np.sin(yaw), np.cos(yaw)])).tolist()
        if not (WINDOW.x0 <= px <= WINDOW.x1 and WINDOW.y0 <= py <= WINDOW.y1):
            return False
        above = camera.rise * height + way * np.cos(tilt) / np.sin(tilt)
        if camera.rise * height_at(heights, px, py) > above + spare:
            return True
    return False
