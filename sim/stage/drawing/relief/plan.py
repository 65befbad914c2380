"""Land from straight above: tinted and lit as a block of land is, so that a map shows depth, too."""

import math
from dataclasses import replace

import numpy as np

from ....surface.points import Array
from ..camera import Camera
from .grids import filled
from .paints import LINES, SHADES, TINTS, Paints
from .picture import Pixels, lit
from .view import RISE


def plan_view(camera: Camera, heights: Array, paints: Paints) -> Pixels:
    """Red, green, blue and 255 of all pixels (height, width, 4) whose land has these heights (height, width).

    The uppermost row comes first. Where a height is not finite, there is as good as level ground.
    """
    known = np.isfinite(heights)
    if not known.any():
        return np.full((*heights.shape, 4), (*paints.behind, 255), dtype=np.uint8)
    stands = np.asarray(heights, dtype=np.float32)[::-1]
    if not known.all():
        stands = filled(stands, known[::-1])
    view = camera.view
    light = lit(stands, replace(camera, rise=RISE * math.sqrt(view.width * view.height)))
    tint = np.clip(stands, 0, 1) * np.float32(TINTS - 0.01)
    shade = light * np.float32(SHADES - 0.01)
    index = (tint.astype(np.intp) * SHADES + shade.astype(np.intp)) * LINES
    return paints.table.take(index[::-1], mode="clip").view(np.uint8).reshape(*heights.shape, 4)
