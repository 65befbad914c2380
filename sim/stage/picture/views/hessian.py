"""Curvature at the marble: both eigenvectors of ∇²L, and the way out where one of them is negative."""

import numpy as np

from ....surface.points import Array, eigenvectors
from ...drawing.canvas import Canvas, Pixel
from ...drawing.glyphs import draw_arrow
from ...style.color import mix
from ...style.numbers import number
from .context import ViewContext, draw_view_caption

REACH = 0.22  # Half the length of a bar of boundless curvature, in map heights.


def draw_hessian(canvas: Canvas, context: ViewContext) -> None:
    """A cross along the eigenvectors; the longer, the more curved. Negative curvature has arrow heads both ways.

    What does not end on land has no ends: dots instead of a head, no bar across.
    """
    lower, upper = context.track.curvatures[context.moment].tolist()
    theme, told = context.theme, {"lower": number(lower), "upper": number(upper)}
    sentence = theme.say("curvatures {lower} and {upper}", **told)
    if lower < 0:
        sentence = theme.say("curvatures {lower} and {upper}: the arrows lead down", **told)
    draw_view_caption(canvas, context, "hessian", sentence, mix(context.color, theme.mark, 0.55))
    center = context.center
    if not (np.isfinite((lower, upper)).all() and context.holds(center)):
        return
    with np.errstate(all="ignore"):
        axes = eigenvectors(context.problem.train.hessian(context.theta))
    for curvature, axis in zip((upper, lower), axes[::-1], strict=True):
        _draw_bar(canvas, context, center, axis, curvature)


def bar_length(context: ViewContext, curvature: float) -> float:
    """Half the bar's length in pixels: half the reach at the problem's typical curvature, the reach at most."""
    size = abs(curvature)
    return REACH * context.area.height * size / (size + context.problem.units.curvature)


def _draw_bar(canvas: Canvas, context: ViewContext, center: Pixel, axis: Array, curvature: float) -> None:
    length, theme, stroke = bar_length(context, curvature), context.theme, context.stroke
    along, color = context.vector(axis), mix(context.color, theme.mark, 0.55)
    asked = length / max(float(np.hypot(*along)), 1e-300)
    rooms = [context.room(sign * axis[None]) for sign in (1, -1)]
    reached = [sign * min(asked, room) * along for sign, room in zip((1, -1), rooms, strict=True)]
    ends = [(center[0] + dx, center[1] + dy) for dx, dy in np.array(reached).tolist()]
    if curvature < 0:
        for end, room in zip(ends, rooms, strict=True):
            draw_arrow(canvas, center, end, color, theme.halo, 1.25 * stroke, goes_on=asked > room)
        return
    dx, dy = (4 * stroke * along / max(float(np.hypot(*along)), 1e-300)).tolist()
    whole = [end for end, room in zip(ends, rooms, strict=True) if asked <= room]
    ticks = [((x - dy, y + dx), (x + dy, y - dx)) for x, y in whole]
    for tone, width in ((theme.halo, 4.5 * stroke), (color, 2 * stroke)):
        for start, end in ((ends[0], ends[1]), *ticks):
            canvas.line((start, end), tone, max(1, round(width)))
