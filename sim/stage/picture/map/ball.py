"""A marble as a ball on land: it rolls, has light and shadow, and shows through where land stands before it."""

from threading import Lock

import numpy as np

from ....descent.track import Track
from ....surface.points import Array
from ...drawing.canvas import Canvas, Pixel
from ...drawing.relief.ball import ball, draw_centered, roll, shadow
from ...drawing.relief.draped import resting
from ...style.cache import cached
from ...style.color import Color
from .site import LandBlock

RADIUS = 10.0  # Of a ball, in strokes.
OWN = 0.022  # Of a ball as far as its rolling goes, in diagonals of the window: it is small, and rolls fast.
ANEW = 512  # Updates after which the turning of a ball is counted anew.
TURN = 200  # Bytes of how it is turned after one of them.
GHOST = 1.5  # Width of the ring that stands for a ball behind land, in strokes.


class Rolling:
    """How the ball of a track is turned: as one that has rolled along its way without slipping."""

    def __init__(self, track: Track, diagonal: float) -> None:
        self._track = track
        self._radius = OWN * diagonal
        self._lock = Lock()  # Of threads that draw, several may ask.
        self._first = 0
        self._turns = [np.eye(3)]  # After each update from the first on.

    @property
    def nbytes(self) -> int:
        """How much memory it may come to take."""
        return ANEW * TURN

    def turned(self, update: int, share: float) -> Array:
        """How it is turned (3, 3) after so many updates and such a part of the next movement."""
        with self._lock:
            return self._turned(update, share)

    def _turned(self, update: int, share: float) -> Array:
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


@cached
def rolling(track: Track, diagonal: float) -> Rolling:
    """How the ball of a track is turned, from wherever it is seen."""
    return Rolling(track, diagonal)


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
    (place, up), (left, top) = theta.tolist(), corner
    x, y = resting(site.relief, place, up, radius)
    x, y = x + left, y + top
    if site.hides(place, up):
        canvas.ring((x, y), radius, halo, max(2, round(2 * GHOST * stroke)))
        canvas.ring((x, y), radius - 0.5 * GHOST * stroke, color, max(1, round(GHOST * stroke)))
        return
    foot, floor = site.pixel(place, up)
    draw_centered(canvas, shadow(radius, site.camera), (foot + left, floor + top))
    draw_centered(canvas, ball(radius, color, site.camera, turned), (x, y))
