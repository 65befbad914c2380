"""The coming batch's own loss over that of all examples: what the marble goes by at this update.

A small batch's loss may slope where the full one is flat: so a marble that follows it moves on.
"""

from itertools import accumulate

import numpy as np

from ....descent.problem import Problem
from ....surface.points import Array, norm
from ...drawing.camera import Camera
from ...drawing.canvas import Canvas, Pixel
from ...drawing.contours import contour_lines, few_levels
from ...drawing.glyphs import draw_diamond
from ...style.cache import cached
from ...style.color import mix
from ...views import ViewName
from ..map.batch import batch_heights
from ..map.minima import EXAMPLES, example_minima, moved_minima
from .context import ViewContext
from .words.sentences import draw_view_caption

FINE = 72  # Nodes along the map's longer side for the loss of all examples.


def draw_batch_surface(canvas: Canvas, context: ViewContext) -> None:
    """Contours of the coming batch's loss at the map's levels."""
    track, theme = context.track, context.theme
    color = mix(context.color, theme.text, 0.15)
    if track.lane.sees_all(context.problem.train.count):
        sentence = theme.say("the batch is all examples: its loss is the map's")
        shorter = theme.say("loss of all {count} examples", count=context.problem.train.count)
        draw_view_caption(canvas, context, ViewName.BATCH_SURFACE, sentence, color, shorter)
        return
    batch = track.batch(context.moment)
    pale = mix(context.color, theme.high, 0.25)
    for piece in _seen(context, batch.tobytes()):
        canvas.curve(piece, pale)
    if len(batch) == 1:
        sentence = theme.say("loss of example {number} alone", number=int(batch[0]) + 1)
        longest = theme.say("loss of example {number} alone", number=context.problem.train.count)
    else:
        sentence = longest = theme.say("loss of the batch's {count} examples alone", count=len(batch))
    draw_view_caption(canvas, context, ViewName.BATCH_SURFACE, sentence, color, others=[(longest, longest)])


def draw_batch_minimum(canvas: Canvas, context: ViewContext) -> None:
    """A diamond at the minimum of the coming batch's loss that is nearest to the marble, if it is on the map."""
    if context.track.lane.sees_all(context.problem.train.count):
        return
    minima = _minima(context.problem, context.track.batch(context.moment).tobytes())
    if not len(minima):
        return
    nearest = context.pixel(minima[np.argmin(norm(minima - context.theta))])
    if context.area.collidepoint(nearest):
        stroke = context.stroke
        colors = ((context.theme.halo, round(5 * stroke)), (context.color, max(1, round(2.2 * stroke))))
        draw_diamond(canvas, nearest, 6.5 * stroke, colors)


def _seen(context: ViewContext, batch: bytes) -> list[list[Pixel]]:
    """What is seen of the contours of a batch's loss, in pixels."""
    if context.camera.flat:
        return _on_map(context.problem, context.camera, batch, context.area.topleft)
    lines = _surface(context.problem, context.camera, batch)
    return [piece.tolist() for line in lines for piece in context.lines(line)]


@cached
def _on_map(problem: Problem, camera: Camera, batch: bytes, corner: Pixel) -> list[list[Pixel]]:
    """All of the contours on a map, its upper left corner there."""
    lines = _surface(problem, camera, batch)
    if not lines:
        return []
    pixels = (camera.project(np.concatenate(lines)) + corner).tolist()
    return [pixels[end - len(line) : end] for line, end in zip(lines, accumulate(map(len, lines)), strict=True)]


@cached
def _surface(problem: Problem, camera: Camera, batch: bytes) -> list[Array]:
    """Contours in the plane of the loss of one batch given by its bytes."""
    heights = batch_heights(problem, camera, np.frombuffer(batch, dtype=np.intp), FINE)
    return contour_lines(heights, camera, few_levels(problem, camera))


@cached
def _minima(problem: Problem, batch: bytes) -> Array:
    """The minima of that loss."""
    examples = np.frombuffer(batch, dtype=np.intp)
    if len(examples) > 1:
        return moved_minima(problem, problem.train, examples)
    block, place = divmod(int(examples[0]), EXAMPLES)
    return example_minima(problem, block)[place]
