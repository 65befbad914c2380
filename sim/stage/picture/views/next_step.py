"""Where the marble will be after the next update."""

from ...drawing.canvas import Canvas
from .context import ViewContext


def draw_next_step(canvas: Canvas, context: ViewContext) -> None:
    """A ring in the lane's colour at the next position, and a thin line that leads there."""
    if not context.goes_on:
        return
    stroke, theme = context.stroke, context.theme
    here, there = context.center, context.pixel(context.track.theta[context.moment + 1])
    canvas.line((here, there), theme.halo, max(3, round(3 * stroke)))
    canvas.line((here, there), context.color, max(1, round(stroke)))
    if context.holds(there):
        # Wider than the marble, so that it shows around one that hardly moves.
        canvas.ring(there, 10.5 * stroke, theme.halo, max(3, round(5 * stroke)))
        canvas.ring(there, 9.5 * stroke, context.color, max(1, round(2 * stroke)))
