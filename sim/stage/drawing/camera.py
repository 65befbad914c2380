"""From the parameter plane to the screen and back: the one place that knows that y points down there."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pygame

from ...surface.points import Array, pair
from ...surface.protocol import Window
from .canvas import Pixel

MARGIN = 0.02  # Of the panel's shorter side, left free all around a block that is seen aslant.
APART = 5.0  # Pixels from one node of a grid to the next, at most, where lines of equal value are drawn.
DIGITS = 12  # Of sines and cosines: the last ones may differ from computer to computer.
FAR = 1e4
"""Pixels around a place up to which another one may lie: SDL takes them as 32-bit integers."""
LOST = 1e300
"""As which infinitely many pixels count beside each other."""


class Pose(NamedTuple):
    """How a camera stands, in degrees: how far the ground is turned clockwise, and how far it looks aslant."""

    yaw: float = 0.0
    tilt: float = 0.0


FLAT = Pose()
"""Straight down: a map."""


class Rotation(NamedTuple):
    """Sines and cosines of a camera's two angles."""

    yaw_cosine: float
    yaw_sine: float
    tilt_cosine: float
    tilt_sine: float


@lru_cache(maxsize=256)
def _turn(yaw: float, tilt: float) -> Rotation:
    angles = math.radians(yaw), math.radians(tilt)
    return Rotation(*(round(function(angle), DIGITS) for angle in angles for function in (math.cos, math.sin)))


@dataclass(frozen=True)
class Camera:
    """Looks on a window from a panel of the given size: straight down, as on a map, or aslant, as on a block of land.

    It looks from infinitely far away, so that equal lengths stay equal wherever they lie: there is no perspective.

    A map has the same scale along both axes. The window fits in; what the panel has more of on one side is shown too,
    so that no marble disappears behind an empty margin. Aslant, the window is the block, and all of it is shown: its
    ground, what rises to a height of 1, and its foot.

    >>> camera = Camera(Window(-2.0, 2.0, -1.0, 1.0), width=400, height=200)
    >>> camera.project(np.array([0.0, 1.0])).tolist()
    [200.0, 0.0]
    """

    window: Window
    width: int
    height: int
    yaw: float = 0.0
    """Degrees by which the ground is turned clockwise, seen from above."""
    tilt: float = 0.0
    """Degrees by which it is looked at aslant: 0 is straight down; it must be less than 90, which is from the edge."""
    rise: float = 0.0
    """How high a height of 1 stands, in units of the plane."""
    foot: float = 0.0
    """How far the block reaches down below a height of 0, in units of the plane."""

    @property
    def flat(self) -> bool:
        """Whether this is a map: heights do not show, and up on the screen is up in the plane."""
        return self.yaw == 0 and self.tilt == 0

    # What follows from these is reckoned once: every point asks for it.

    @cached_property
    def turn(self) -> Rotation:
        """Sines and cosines of yaw and tilt."""
        return _turn(self.yaw, self.tilt)

    @cached_property
    def extent(self) -> tuple[float, float]:
        """How far the block reaches across and up on the screen, in units of the plane."""
        turn, window = self.turn, self.window
        cosine, sine = abs(turn.yaw_cosine), abs(turn.yaw_sine)
        across = window.width * cosine + window.height * sine
        away = window.width * sine + window.height * cosine
        return across, away * turn.tilt_cosine + (self.rise + self.foot) * turn.tilt_sine

    @cached_property
    def scale(self) -> float:
        """Pixels a unit."""
        if self.flat:
            return min(self.width / self.window.width, self.height / self.window.height)
        (across, up), margin = self.extent, 2 * MARGIN * min(self.width, self.height)
        return min((self.width - margin) / across, (self.height - margin) / up)

    @cached_property
    def origin(self) -> tuple[float, float]:
        """The pixel of the window's centre, at a height of 0."""
        if self.flat:
            return 0.5 * self.width, 0.5 * self.height
        return 0.5 * self.width, 0.5 * (self.height + self.scale * (self.rise - self.foot) * self.turn.tilt_sine)

    @cached_property
    def view(self) -> Window:
        """All that the panel shows of the plane; aslant, the block."""
        if not self.flat:
            return self.window
        (x, y), scale = self.window.center.tolist(), self.scale
        across, up = 0.5 * self.width / scale, 0.5 * self.height / scale
        return Window(x - across, x + across, y - up, y + up)

    def project(self, points: Array, heights: Array | float = 0.0) -> Array:
        """Pixels (..., 2) of points (..., 2) at heights (...), from the panel's upper left corner."""
        view, scale = self.view, self.scale
        with np.errstate(all="ignore"):  # Of marbles on their way to infinity.
            if self.flat:
                return pair((points[..., 0] - view.x0) * scale, (view.y1 - points[..., 1]) * scale)
            (across, up), (x, y) = self._across_and_up(points - self.window.center, heights), self.origin
            return pair(x + scale * across, y - scale * up)

    def pixel(self, x: float, y: float, height: float = 0.0) -> Pixel:
        """The pixel of one point, in plain numbers: a marble asks for a few with each picture."""
        view, scale = self.view, self.scale
        if self.flat:
            return (x - view.x0) * scale, (view.y1 - y) * scale
        turn, window, (left, down) = self.turn, self.window, self.origin
        x, y = x - 0.5 * (window.x0 + window.x1), y - 0.5 * (window.y0 + window.y1)
        away = turn.yaw_cosine * y - turn.yaw_sine * x
        up = turn.tilt_cosine * away + self.rise * turn.tilt_sine * height
        return left + scale * (turn.yaw_cosine * x + turn.yaw_sine * y), down - scale * up

    def unproject(self, pixels: Array, heights: Array | float = 0.0) -> Array:
        """Points (..., 2) at pixels (..., 2), if they lie at heights (...)."""
        view, scale = self.view, self.scale
        if self.flat:
            return pair(view.x0 + pixels[..., 0] / scale, view.y1 - pixels[..., 1] / scale)
        turn, (x, y) = self.turn, self.origin
        across = (pixels[..., 0] - x) / scale
        away = ((y - pixels[..., 1]) / scale - self.rise * turn.tilt_sine * np.asarray(heights)) / turn.tilt_cosine
        return self.point(across, away)

    def point(self, across: Array, away: Array) -> Array:
        """The point (..., 2) that lies so far (...) to the right of the window's centre, and so far behind it."""
        turn, center = self.turn, self.window.center
        x = turn.yaw_cosine * across - turn.yaw_sine * away
        return pair(center[0] + x, center[1] + (turn.yaw_sine * across + turn.yaw_cosine * away))

    def away(self, points: Array) -> Array:
        """How far (...) points (..., 2) lie behind the window's centre, in units of the plane: what is nearer hides."""
        turn, center = self.turn, self.window.center
        return np.asarray(turn.yaw_cosine * (points[..., 1] - center[1]) - turn.yaw_sine * (points[..., 0] - center[0]))

    def depth(self, x: float, y: float) -> float:
        """How far one point lies behind the window's centre, in units of the plane."""
        turn, window = self.turn, self.window
        return turn.yaw_cosine * (y - 0.5 * (window.y0 + window.y1)) - turn.yaw_sine * (
            x - 0.5 * (window.x0 + window.x1)
        )

    def vector(self, vectors: Array, rises: Array | float = 0.0) -> Array:
        """Vectors (..., 2) of the plane that rise by heights (...) in pixels (..., 2), across and down."""
        if self.flat:
            return np.asarray(vectors * (self.scale, -self.scale))
        across, up = self._across_and_up(vectors, rises)
        return self.scale * pair(across, -up)

    def _across_and_up(self, vectors: Array, rises: Array | float) -> tuple[Array, Array]:
        """Vectors (..., 2) of the plane that rise by heights (...), across and up on the screen, in its units."""
        turn, x, y = self.turn, vectors[..., 0], vectors[..., 1]
        away = turn.yaw_cosine * y - turn.yaw_sine * x
        up = turn.tilt_cosine * away + self.rise * turn.tilt_sine * np.asarray(rises)
        return turn.yaw_cosine * x + turn.yaw_sine * y, up

    def grid(self, longer: int) -> Array:
        """Points of a grid over what is seen (rows, columns, 2), the lowest first, so many along the longer side."""
        if self.flat:
            side = max(self.width, self.height)
            return self.view.grid(max(2, longer * self.width // side), max(2, longer * self.height // side))
        unit = longer / max(self.window.width, self.window.height)
        return self.view.grid(max(2, round(unit * self.window.width)), max(2, round(unit * self.window.height)))

    def screen(self) -> Array:
        """All pixels (height, width, 2), the uppermost row first."""
        return pair(*np.meshgrid(np.arange(float(self.width)), np.arange(float(self.height))))

    def pixels(self) -> Array:
        """The points at all pixels (height, width, 2) at a height of 0, the uppermost row first."""
        return self.unproject(self.screen())

    def at_pixels(self, grid: Array, stride: int = 1) -> Array:
        """A map's grid (rows, columns) at all pixels (height, width), along curves without kinks through the nodes.

        On straight lines slopes would jump from node to node, and show as blocks where the map is lit. Close to nodes
        without a number lines are straight. With a stride, it is told at the middles of cells of so many pixels a side,
        counted from the lower left corner.
        """
        rows, columns = grid.shape
        wide, high = (math.ceil(side / stride) for side in (self.width, self.height))
        across = (np.arange(wide) * stride + 0.5 * (stride - 1)) * ((columns - 1) / self.width)
        up = (np.arange(high, 0, -1) * stride - 0.5 * (stride - 1)) * ((rows - 1) / self.height)
        return smoothed(grid, up, across)

    def fine_enough(self, grid: Array) -> Array:
        """A grid over what is seen (rows, columns), with nodes enough that lines of equal value have no corners in the
        picture: refined along the same curves where nodes lie farther apart than APART.
        """
        rows, columns = grid.shape
        times = math.ceil(max(self.width, self.height) / (APART * (max(rows, columns) - 1)))
        if times == 1:
            return grid
        return smoothed(grid, *(np.arange((count - 1) * times + 1) / times for count in (rows, columns)))


def smoothed(grid: Array, rows: Array, columns: Array) -> Array:
    """The values of a grid at fractional rows (n,) and columns (m,), along curves, but close to nodes without a number
    along straight lines; (n, m).
    """
    curved = along_curves(grid, rows, columns)
    if np.isfinite(grid).all():
        return curved
    return np.where(np.isfinite(curved), curved, interpolated(grid, rows, columns))


def along_curves(grid: Array, rows: Array, columns: Array) -> Array:
    """The values of a grid at fractional rows (n,) and columns (m,), by cubic convolution; (n, m).

    The weights are those of Keys 1981 ("Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP
    29, 1153–1160) with a = −1/2: slopes are continuous, and parabolas are kept. Beyond its border the grid goes on
    straight.
    """

    def along_rows(values: Array, places: Array) -> Array:
        count = len(values)
        beyond = np.concatenate([2 * values[:1] - values[1:2], values, 2 * values[-1:] - values[-2:-1]])
        low = np.minimum(places.astype(np.intp), count - 2)
        t = (places - low)[:, None]
        weights = (
            ((2 - t) * t - 1) * t / 2,
            ((3 * t - 5) * t * t + 2) / 2,
            ((4 - 3 * t) * t + 1) * t / 2,
            (t - 1) * t * t / 2,
        )
        found = weights[0] * beyond[low]
        for tap, weight in enumerate(weights[1:], start=1):
            found += weight * beyond[low + tap]
        return np.asarray(found)

    with np.errstate(all="ignore"):
        return along_rows(along_rows(grid.T, columns).T, rows)


def interpolated(grid: Array, rows: Array, columns: Array) -> Array:
    """The values of a grid at fractional rows (n,) and columns (m,), along straight lines between nodes; (n, m)."""

    def split(places: Array, count: int) -> tuple[Array, npt.NDArray[np.intp]]:
        low = np.minimum(places.astype(np.intp), count - 2)
        return places - low, low

    share, low = split(columns, grid.shape[1])
    wide = grid[:, low] * (1 - share) + grid[:, low + 1] * share
    share, low = split(rows, grid.shape[0])
    return np.asarray(wide[low] * (1 - share[:, None]) + wide[low + 1] * share[:, None])


def within_reach(pixel: Pixel, place: pygame.Rect) -> Pixel:
    """A pixel, brought back as `visible` does it if it is far away."""
    (x, y), (left, top) = pixel, place.center
    if abs(x - left) <= FAR and abs(y - top) <= FAR:
        return pixel
    across, down = visible(np.array(pixel), place).tolist()
    return across, down


def visible(pixels: Array, rect: pygame.Rect) -> Array:
    """Pixels (..., 2) brought back to within FAR of the rectangle's centre, along the line to it.

    SDL takes coordinates as 32-bit integers, and does not end with what is no number; a marble on its way to infinity
    still points the right way, unless even that is lost.
    """
    center = np.array(rect.center, dtype=np.float64)
    offset = pixels - center
    if not np.isfinite(offset).all():
        offset = np.nan_to_num(offset, nan=FAR, posinf=LOST, neginf=-LOST)
    reach = np.max(np.abs(offset), axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        return np.asarray(center + offset * np.minimum(1.0, FAR / np.maximum(reach, 1.0)))
