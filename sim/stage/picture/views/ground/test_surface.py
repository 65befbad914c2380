"""The test loss over the training loss: it is the same landscape, moved and bent by other examples."""

import numpy as np

from .....descent.problem import Problem
from .....surface.points import Array
from ....drawing.camera import Camera
from ....drawing.canvas import Canvas
from ....drawing.contours import contour_lines, few_levels
from ....drawing.glyphs import draw_dashes, draw_diamond
from ....style.cache import cached
from ....style.color import Color, mix
from ....views import ViewName
from ...map.minima import moved_minima
from ..context import ViewContext
from ..words.sentences import draw_view_caption

GRID = 96  # Nodes along the map's longer side.


def draw_test_surface(canvas: Canvas, context: ViewContext) -> None:
    """Dashed contours of the test loss at the map's levels, and diamonds at its minima."""
    theme, stroke, color = context.theme, context.stroke, tone(context)
    lines, minima = _surface(context.problem, context.camera)
    for line in lines:
        for piece in context.lines(line):
            draw_dashes(canvas, piece, color, 5 * stroke)
    for minimum in minima:
        pixel = context.pixel(minimum)
        if context.area.collidepoint(pixel):
            draw_diamond(canvas, pixel, 6 * stroke, ((theme.halo, round(5 * stroke)), (color, round(2 * stroke) or 1)))
    sentence, shorter = theme.say("dashed: test loss, ◇ its minima"), theme.say("dashed: test loss")
    draw_view_caption(canvas, context, ViewName.TEST_SURFACE, sentence, theme.text, shorter)


@cached
def _surface(problem: Problem, camera: Camera) -> tuple[list[Array], Array]:
    """Contours in the plane, and the minima, of the test loss."""
    with np.errstate(all="ignore"):
        heights = problem.test.value(camera.grid(GRID))
    return contour_lines(heights, camera, few_levels(problem, camera)), moved_minima(problem, problem.test)


def tone(context: ViewContext) -> Color:
    """A tone that is neither that of the contours nor a lane's."""
    return mix(context.theme.mark, context.theme.low, 0.45)
