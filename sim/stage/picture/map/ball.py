"""A marble as a ball on land: it rolls, has light and shadow, and shows through where land stands before it."""

import numpy as np

from ....descent.track import Track
from ....surface.points import Array
from ...drawing.canvas import Canvas, Pixel
from ...drawing.relief.ball import Pixels, ball, roll, shadow
from ...drawing.relief.draped import resting
from ...drawing.screen import image
from ...style.color import Color
from .site import LandBlock

RADIUS = 10.0  # Of a ball, in strokes,
OWN = 0.022  # and as far as its rolling goes, in diagonals of the window: it is small, and rolls fast.
ANEW = 512  # Updates after which the turning of a ball is counted anew.
GHOST = 1.5  # Width of the ring that stands for a ball behind land, in strokes.


class Rolling:
    """How the ball of a track is turned: as one that has rolled along its way without slipping."""

    def __init__(self, track: Track, diagonal: float) -> None:
        self._track = track
        self._radius = OWN * diagonal
        self._first = 0
        self._turns = [np.eye(3)]  # After each update from the first on.

    def turned(self, update: int, share: float) -> Array:
        """How it is turned (3, 3) after so many updates and such a part of the next movement."""
        first = update - update % ANEW
        if first != self._first:
            self._first, self._turns = first, [np.eye(3)]
        while len(self._turns) <= update - first:
            at = first + len(self._turns)
            self._turns.append(self._roll(self._turns[-1], self._track.theta[at] - self._track.theta[at - 1]))
        here = self._turns[update - first]
        if not share or update >= self._track.updates:
            return here
        return self._roll(here, share * self._track.movement[update])

    def _roll(self, turned: Array, movement: Array) -> Array:
        x, y = movement.tolist()
        return roll(turned, np.array([x, y, 0.0]), self._radius) if np.isfinite(movement).all() else turned


def draw_ball(
    canvas: Canvas,
    site: LandBlock,
    theta: Array,
    turned: Array,
    corner: Pixel,
    color: Color,
    halo: Color,
    stroke: float,
) -> None:
    """Draw the ball at θ (2,) on a site whose upper left corner is there; behind land, a ring in its place."""
    radius = RADIUS * stroke
    x, y = (resting(site.relief, theta[None], radius)[0] + corner).tolist()
    if site.hidden(theta[None])[0]:
        canvas.ring((x, y), radius, halo, max(2, round(2 * GHOST * stroke)))
        canvas.ring((x, y), radius - 0.5 * GHOST * stroke, color, max(1, round(GHOST * stroke)))
        return
    _draw_centered(canvas, shadow(radius, site.camera), (site.project(theta) + corner).tolist())
    _draw_centered(canvas, ball(radius, color, site.camera, turned), (x, y))


def _draw_centered(canvas: Canvas, pixels: Pixels, center: Pixel) -> None:
    height, width = pixels.shape[:2]
    canvas.image(image(np.ascontiguousarray(pixels.swapaxes(0, 1))), (center[0] - width / 2, center[1] - height / 2))
