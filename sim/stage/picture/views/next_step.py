"""Where the marble will be after the next update."""

from ...drawing.canvas import Canvas
from .look import Look


def draw_next_step(canvas: Canvas, look: Look) -> None:
    """A ring in the lane's colour at the next position, and a thin line that leads there."""
    if not look.goes_on:
        return
    stroke, theme = look.stroke, look.theme
    here, there = look.pixel(look.theta), look.pixel(look.track.theta[look.moment + 1])
    canvas.line((here, there), theme.halo, max(3, round(3 * stroke)))
    canvas.line((here, there), look.color, max(1, round(stroke)))
    if look.holds(there):
        # Wider than the marble, so that it shows around one that hardly moves.
        canvas.ring(there, 10.5 * stroke, theme.halo, max(3, round(5 * stroke)))
        canvas.ring(there, 9.5 * stroke, look.color, max(1, round(2 * stroke)))
