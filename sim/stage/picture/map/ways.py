"""The whole way of a lane, as it was before a slider was taken and as it will be: what turning it does."""

import numpy as np

from ....descent.run import Run
from ....scene import Scene
from ....surface.points import Array
from ....surface.protocol import Window
from ...style.cache import cached

FARTHEST = 600
"""Updates of a way that are drawn ahead: as many as can be computed before a hand that drags notices."""
BEYOND = 1.0
"""A way is followed so many windows' widths beyond the window."""


@cached
def way(scene: Scene, lane: int, updates: int) -> Array:
    """Where the lane's marble is after each of so many updates, (n, 2): until it is gone, or far beyond the window."""
    run = Run(scene.problem(), scene.lanes[lane], np.array([scene.start]), np.array([scene.seed]))
    run.extend(min(updates, FARTHEST))
    theta = run.theta[: int(run.made[0]) + 1, 0]
    near = _wide(scene.window).contains(theta) & np.isfinite(theta).all(axis=1)
    return np.array(theta[: len(theta) if near.all() else int(np.argmin(near))])


def _wide(window: Window) -> Window:
    x, y = BEYOND * window.width, BEYOND * window.height
    return Window(window.x0 - x, window.x1 + x, window.y0 - y, window.y1 + y)
