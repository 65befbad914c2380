"""Arrows from the marble: how long they are, and how far on the map they go."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ....surface.points import Array, norm
from ...drawing.canvas import Pixel
from ..map.site import along
from .context import ViewContext

ARROW_SCALE = 4.0
"""Arrows show movements so many times as long as they are."""
LONGEST_ARROW = 0.4
"""Where that of the movement would be longer than this share of the map's height, both are shorter by as much, but not
shorter than they are. That of the gradient goes on where it would still be longer."""
SHORTEST_ARROW = 48.0
"""Beside an arrow that is longer than so many strokes the other one is as long as that at least, so that one sees from
under the marble where it leads; its length is then not in proportion."""
SAME = 0.02
"""The arrow of the gradient is left out if it differs from the other by less than this share."""
EDGE = 6.0  # Room that arrows leave at a map's edge, in strokes.
CHECKS = 65  # Places along an arrow at which it may be found to leave land.


class Arrow(NamedTuple):
    """An arrow from the marble."""

    tip: Pixel
    goes_on: bool
    """Whether it would be longer if the map was larger."""


def step_and_movement(context: ViewContext) -> tuple[Arrow | None, Arrow | None]:
    """The arrows of the step −η∇L_B that the coming batch asks for, and of the next movement, enlarged alike.

    That of the movement ends where it does, or beyond. One that would be too short to be seen beside the other
    tells its direction alone. What of one does not lie on the map is left out; the first is None where both are the
    same, and both are where the next update is not known, or too large for numbers.
    """
    if not context.goes_on:
        return None, None
    track, moment, (x, y) = context.track, context.moment, context.center
    with np.errstate(all="ignore"):
        vectors = np.stack([-track.rate(moment) * track.gradient[moment], track.movement[moment]])
        shown = context.vector(vectors).tolist()
    if not all(math.isfinite(part) for each in shown for part in each):
        return None, None
    lengths = [max(math.hypot(*each), 1e-300) for each in shown]
    longest, most = max(lengths), LONGEST_ARROW * context.area.height
    alike = min(ARROW_SCALE, max(1.0, most / lengths[1]))
    least = SHORTEST_ARROW * context.stroke if alike * longest > SHORTEST_ARROW * context.stroke else 0.0
    scales = [max(alike, least / length) if length > SAME * longest else alike for length in lengths]
    rooms = rooms_for(context, vectors[:, None])
    rooms[0] = min(rooms[0], max(most, alike * lengths[1]) / lengths[0])
    step, movement = (
        Arrow((x + dx * min(scale, room), y + dy * min(scale, room)), scale > room)
        for (dx, dy), scale, room in zip(shown, scales, rooms, strict=True)
    )
    return None if math.dist(*shown) <= SAME * longest else step, movement


def tips(context: ViewContext, theta: Array, steps: Array, movements: Array) -> Array:
    """From marbles at points (n, 2) to the tips of the arrows of their steps and movements (n, 2, 2), in pixels, as
    `step_and_movement` has them where there is room.
    """
    most, short = LONGEST_ARROW * context.area.height, SHORTEST_ARROW * context.stroke
    with np.errstate(all="ignore"):
        asked = along(context.site, theta, steps), along(context.site, theta, movements)
        shown = np.stack(asked, axis=1)
        lengths = np.maximum(norm(shown), 1e-300)
        alike, longest = np.clip(most / lengths[:, 1], 1.0, ARROW_SCALE), lengths.max(axis=1)
        least = np.where(alike * longest > short, short, 0.0)[:, None] / lengths
        scales = np.where(lengths > SAME * longest[:, None], np.maximum(alike[:, None], least), alike[:, None])
        scales[:, 0] = np.minimum(scales[:, 0], np.maximum(most, alike * lengths[:, 1]) / lengths[:, 0])
        shown *= scales[..., None]
        shown[norm(asked[0] - asked[1]) <= SAME * longest, 0] = np.nan
    return shown


def room_for(context: ViewContext, vectors: Array) -> float:
    """How many times as long vectors (n, 2) of the plane may be, drawn from the marble, to end on the map.

    On a block of land they are to end above its ground, too, and not before its sides.
    """
    return rooms_for(context, vectors[None])[0]


def rooms_for(context: ViewContext, groups: Array) -> list[float]:
    """As `room_for`, for vectors in groups (k, n, 2): k numbers."""
    rim, window, center = EDGE * context.stroke, context.camera.view, context.center
    shown = context.area.inflate(-2 * rim, -2 * rim)
    with np.errstate(all="ignore"):
        lying = context.vector(groups)
    theta: Pixel = tuple(context.theta.tolist())
    rooms = []
    for vectors, pixels in zip(groups.tolist(), lying.tolist(), strict=True):
        ground = _reach(theta, vectors, (window.x0, window.y0), (window.x1, window.y1))
        picture = _reach(center, pixels, shown.topleft, shown.bottomright)
        rooms.append(max(0.0, min(ground, picture)))
    if context.camera.flat:
        return rooms
    return [
        room * _before_the_edge(context, np.array(center), room * pixels) if math.isfinite(room) else room
        for room, pixels in zip(rooms, lying, strict=True)
    ]


def _before_the_edge(context: ViewContext, center: Array, vectors: Array) -> float:
    """The share of vectors (n, 2) in pixels after which the first of them leaves land across its near edge."""
    shares = np.linspace(0.0, 1.0, CHECKS)
    places = center - context.area.topleft + shares[:, None, None] * vectors
    above = context.site.front(places[..., 0]) - places[..., 1]
    gone = (above < np.minimum(above[0], EDGE * context.stroke)).any(axis=1)
    return float(shares[max(0, int(np.argmax(gone)) - 1)]) if gone.any() else 1.0


def _reach(start: Pixel, offsets: Sequence[Pixel], low: Pixel, high: Pixel) -> float:
    """How many times offsets lead from a start up to the nearest side of a box; of what is not finite, none."""
    (x, y), (left, top), (right, bottom), reach = start, low, high, math.inf
    for dx, dy in offsets:
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(dx) and math.isfinite(dy)):
            return 0.0
        if dx:
            reach = min(reach, ((right if dx > 0 else left) - x) / dx)
        if dy:
            reach = min(reach, ((bottom if dy > 0 else top) - y) / dy)
    return reach
