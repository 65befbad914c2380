"""Curvature at the marble: both eigenvectors of ∇²L, and the way out where the eigenvalue of one is negative."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from ....descent.race import Race
from ....surface.points import Array, eigenvalues, eigenvectors, norm
from ...drawing.canvas import Canvas, Pixel
from ...drawing.glyphs import draw_arrow
from ...style.cache import cached
from ...style.color import mix
from ...style.numbers import number
from ...views import ViewName
from .arrows import rooms_for
from .context import ViewContext
from .words.sentences import draw_view_caption

REACH = 0.22  # Half the length of a bar of boundless curvature, in map heights.


def draw_hessian(canvas: Canvas, context: ViewContext) -> None:
    """A cross along the eigenvectors; the longer, the more curved. Negative curvature has arrow heads both ways.

    What does not end on land has no ends: dots instead of a head, no bar across.
    """
    lower, upper = context.track.curvatures[context.moment].tolist()
    theme, told = context.theme, {"lower": number(lower), "upper": number(upper)}
    sentence = shorter = theme.say("curvatures {lower} and {upper}", **told)
    if lower < 0:
        sentence = theme.say("curvatures {lower} and {upper}: the arrows lead down", **told)
    draw_view_caption(canvas, context, ViewName.HESSIAN, sentence, mix(context.color, theme.mark, 0.55), shorter)
    center = context.center
    if not (math.isfinite(lower) and math.isfinite(upper) and context.holds(center)):
        return
    first, last = context.block()
    axes = _axes(context.race, context.index, first, last)[context.moment - first]
    rooms, along = rooms_for(context, np.concatenate([axes, -axes])[:, None]), context.vector(axes).tolist()
    for each, curvature in enumerate((upper, lower)):
        _draw_bar(canvas, context, curvature, along[each], rooms[each::2])


@cached
def _axes(race: Race, index: int, first: int, last: int) -> Array:
    """The directions of most and of least curvature (moments, 2, 2), from the moment `first` to that before `last`."""
    with np.errstate(all="ignore"):
        return eigenvectors(race.problem.train.hessian(race.tracks[index].theta[first:last]))[:, ::-1]


def bar_length(context: ViewContext, curvature: float) -> float:
    """Half the bar's length in pixels: half the reach at the problem's typical curvature, the reach at most."""
    size = abs(curvature)
    return REACH * context.area.height * size / (size + context.problem.units.curvature)


def bars(context: ViewContext, theta: Array, along: Callable[[Array], Array]) -> Array:
    """From marbles at points (n, 2) to both ends of both bars, if there is room for all: in pixels (n, 4, 2).

    along: vectors of the plane at these points (n, 2) as they lie on the land, in pixels (n, 2).
    """
    with np.errstate(all="ignore"):
        hessians = context.problem.train.hessian(theta)
        sizes, axes = np.abs(eigenvalues(hessians)), eigenvectors(hessians)
        ends = np.stack([along(axes[:, each]) for each in (0, 1)], axis=1)
        lengths = REACH * context.area.height * sizes / (sizes + context.problem.units.curvature)
        ends *= (lengths / np.maximum(norm(ends), 1e-300))[..., None]
    return np.concatenate([ends, -ends], axis=1)


def _draw_bar(canvas: Canvas, context: ViewContext, curvature: float, along: Pixel, rooms: Sequence[float]) -> None:
    """A bar both ways along an eigenvector in pixels, no farther than there is room: for so many times its length."""
    (x, y), (dx, dy), theme, stroke = context.center, along, context.theme, context.stroke
    color, length = mix(context.color, theme.mark, 0.55), max(math.hypot(dx, dy), 1e-300)
    asked = bar_length(context, curvature) / length
    reached = [sign * min(asked, room) for sign, room in zip((1, -1), rooms, strict=True)]
    ends = [(x + share * dx, y + share * dy) for share in reached]
    if curvature < 0:
        for end, room in zip(ends, rooms, strict=True):
            draw_arrow(canvas, context.center, end, color, theme.halo, 1.25 * stroke, goes_on=asked > room)
        return
    dx, dy = 4 * stroke / length * dx, 4 * stroke / length * dy
    whole = [end for end, room in zip(ends, rooms, strict=True) if asked <= room]
    ticks = [((x - dy, y + dx), (x + dy, y - dx)) for x, y in whole]
    for tone, width in ((theme.halo, 4.5 * stroke), (color, 2 * stroke)):
        canvas.segments([(ends[0], ends[1]), *ticks], tone, max(1, round(width)))
