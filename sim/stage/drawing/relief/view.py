"""From where a block of land is seen at first: so that it fills its panel, and one sees what lies in its wells."""

import math
from dataclasses import replace

import numpy as np

from ....surface.points import Array
from ....surface.protocol import Window
from ..camera import MARGIN, Camera

YAW = -16.0
TILT = 48.0
RISE = 0.50  # How high the highest may stand, over the geometric mean of the window's sides.
FOOT = 0.06
WIDEST = 1.7
SEEN = 0.995


def overlook(window: Window, width: int, height: int, yaw: float = YAW, tilt: float = TILT) -> Camera:
    size = math.sqrt(window.width * window.height)
    camera = Camera(window, width, height, yaw, tilt, RISE * size, FOOT * size)
    return replace(camera, window=_filling(camera))


def visible_rise(camera: Camera, heights: Array) -> float:
    """The rise at which nearly none of the land falls away from the eye more steeply than it looks."""
    rows, columns = heights.shape
    known = np.where(np.isfinite(heights), heights, np.nan)
    gy = np.diff(known, axis=0)[:, :-1] * (rows - 1) / camera.window.height
    gx = np.diff(known, axis=1)[:-1] * (columns - 1) / camera.window.width
    turn = camera.turn
    falls = np.nan_to_num(turn.yaw_sine * gx - turn.yaw_cosine * gy)
    steep = float(np.quantile(falls, SEEN))
    line = turn.tilt_cosine / max(turn.tilt_sine, 1e-9)
    return min(camera.rise, line / max(steep, 1e-9))


def _filling(camera: Camera) -> Window:
    """The window, widened along one side until the block is as wide and high as the panel."""
    window, turn = camera.window, camera.turn
    cosine, sine, lower = abs(turn.yaw_cosine), abs(turn.yaw_sine), turn.tilt_cosine
    margin = 2 * MARGIN * min(camera.width, camera.height)
    aspect = (camera.width - margin) / (camera.height - margin)
    stand = (camera.rise + camera.foot) * turn.tilt_sine
    across, up = camera.extent
    w, d = window.width, window.height
    if across < aspect * up:
        bottom = cosine - aspect * sine * lower
        wide = (aspect * (d * cosine * lower + stand) - d * sine) / bottom if bottom > 0 else w
        w = min(max(w, wide), WIDEST * w)
    else:
        bottom = aspect * cosine * lower - sine
        deep = (w * cosine - aspect * (w * sine * lower + stand)) / bottom if bottom > 0 else d
        d = min(max(d, deep), WIDEST * d)
    x, y = window.center.tolist()
    return Window(x - w / 2, x + w / 2, y - d / 2, y + d / 2)
