"""Land that moves, from straight above: the map of a batch's own loss, on the scale of the training loss."""

from collections import defaultdict

import numpy as np

from ....descent.problem import Problem
from ....surface.points import Array, norm, pair
from ...drawing.camera import Camera
from ...drawing.canvas import Canvas
from ...drawing.contours import FEWEST, Contours, lines_by_level, map_levels, rings, rings_apart
from ...style.cache import cached
from ...style.theme import Theme
from .site import Map, Shaken, moving_grid
from .terrain import draw_flat


def draw_moving_map(
    canvas: Canvas, problem: Problem, camera: Camera, theme: Theme, stroke: float, shaken: Shaken
) -> None:
    """Draw the map of a batch's own loss all over the canvas: shades and lines as of the same training loss.

    The critical points are those of the training loss.
    """
    grid, site = moving_grid(problem, camera, shaken), Map(camera)
    fine, lines = camera.at_pixels(grid, shaken.stride), moving_contours(problem, camera, grid)
    draw_flat(canvas, problem, site, theme, stroke, fine, lines, shaken.stride)


def moving_contours(problem: Problem, camera: Camera, grid: Array) -> list[Array]:
    """The contours (n, 2) of losses on a map's grid (rows, columns), at the losses at which the map has its own.

    The close ones that a shallow minimum has go with it: they run around those lows that are nearer to it than to any
    other minimum, as far as they keep apart.
    """
    levels, closer = map_levels(problem, camera), _closer(problem, camera)
    lines = lines_by_level(grid, camera, [*levels.tolist(), *(level for _, level in closer)])
    drawn = [line for around in lines[: len(levels)] for line in around]
    if not closer:
        return drawn
    places, found = np.array([minimum.position for minimum in problem.minima]), lows(camera, grid)
    owner = norm(found[:, None] - places).argmin(axis=1)
    own: dict[int, list[Array]] = defaultdict(list)
    for (number, _), around in zip(closer, lines[len(levels) :], strict=True):
        own[number] += around
    whole = Contours(drawn, camera)
    theirs = {number: Contours(around, camera) for number, around in own.items()}
    rings_around = (
        rings_apart(theirs[number].around(low), whole.around(low))
        for low, number in zip(found, owner.tolist(), strict=True)
        if number in theirs
    )
    return drawn + list({id(ring): ring for several in rings_around for ring in several}.values())


@cached
def _closer(problem: Problem, camera: Camera) -> list[tuple[int, float]]:
    """The losses of contours that belong to single minima, each with its minimum's number."""
    lows = enumerate(problem.minima)
    return [(number, level) for number, low in lows for level in rings(problem, camera, low, FEWEST)]


def lows(camera: Camera, grid: Array) -> Array:
    """The nodes (n, 2) of a map's grid (rows, columns) that are lower than all eight around them."""
    inner = grid[1:-1, 1:-1]
    lower = np.ones(inner.shape, dtype=np.bool_)
    for down in range(3):
        for right in range(3):
            if (down, right) != (1, 1):
                lower &= inner < grid[down : down + inner.shape[0], right : right + inner.shape[1]]
    (rows, columns), (row, column), view = grid.shape, np.nonzero(lower), camera.view
    x, y = (column + 1) / (columns - 1), (row + 1) / (rows - 1)
    return pair(view.x0 + x * view.width, view.y0 + y * view.height)
