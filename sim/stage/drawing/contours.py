"""Contours: the losses at which a map has them, and the lines."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import contourpy
import numpy as np

from ...descent.problem import Problem
from ...surface.critical.point import CriticalPoint
from ...surface.points import Array
from ...surface.protocol import Window
from ..style.cache import cached
from .camera import Camera

GRID = 128  # Nodes along the map's longer side.
# Contour levels over the whole map.
BANDS = 18
# Contours around a shallow minimum, besides those over the whole map, at least and at most.
FEWEST, MOST = 3, 10
APART = 5.0  # Pixels from one contour around a shallow minimum to the next, where there is room.
NEAREST = 3.0  # Pixels from one contour around a shallow minimum to the next, on the average, at least.
HIGHEST = 0.8  # Share of the way from a shallow minimum to its pass up to which it has contours of its own.
CROWDED = 0.01  # Levels closer than this share of the whole height make way for one through a pass.
RIM = 0.995  # The highest level leaves out this share of the map: corners of steep surfaces say little.
BOTTOMLESS = 3.0  # How far the lowest losses must lie below nearly all others, over the range of these, for a pole.
FOOT = 2e-3  # Where the logarithm turns into a straight line, over the median height.
LEVEL, MUCH = 1e-6, 0.2  # So near to a contour, in shares of the whole height, no more of the map may lie than this.
FEW = 9  # About how many of the map's levels are drawn again for another loss.
MANY = 200
"""Minima up to which each has contours of its own: of more, there would be no telling one from another."""


@cached
def loss_grid(problem: Problem, camera: Camera) -> Array:
    """The training loss at the nodes of a grid over what the camera sees (rows, columns), row 0 at the bottom."""
    return losses(problem, camera.grid(GRID))


def losses(problem: Problem, points: Array) -> Array:
    """The training loss at points (..., 2), nan where it is not finite or has no gradient; shape (...)."""
    with np.errstate(all="ignore"):
        losses = problem.train.value(points)
        known = np.isfinite(losses)
        if not problem.smooth:
            known &= np.isfinite(problem.train.gradient(points)).all(axis=-1)
    return np.where(known, losses, np.nan)


@cached
def map_levels(problem: Problem, camera: Camera) -> Array:
    """The losses at which the map has contours, those close around single minima aside."""
    return contour_levels(loss_grid(problem, camera), problem, floor_in(problem, camera.view))


def floor_in(problem: Problem, window: Window) -> float | None:
    """The loss of the lowest minimum in a window that is known; None if none is."""
    return min((low.value for low in problem.minima if window.contains(np.array(low.position))), default=None)


def contour_levels(heights: Array, problem: Problem, floor: float | None) -> Array:
    """Losses (n,) of contours on land of heights (...), ascending: log-spaced, and one through each minimum's pass.

    Logarithms make narrow rings at the bottom and wide ones on the walls. Where there is no bottom, as at a pole, bands
    of equal areas take their place; but none is where a known minimum, whose loss is the floor, is as low as all else.
    """
    heights = heights[np.isfinite(heights)]
    if not heights.size:
        return heights
    grounded = floor is not None and floor <= heights.min()
    if floor is not None and grounded:
        heights = np.append(heights, floor)
    low, high = np.quantile(heights, [1 - RIM, RIM])
    if low - heights.min() > BOTTOMLESS * (high - low) and not grounded:
        return np.unique(np.quantile(heights, np.linspace(0, 1, BANDS + 2)[1:-1]))
    bottom, top = float(heights.min()), float(np.quantile(heights, RIM))
    foot = FOOT * max(float(np.median(heights)) - bottom, np.finfo(float).tiny)
    reach = np.log1p(max(top - bottom, 0.0) / foot)
    levels = bottom + foot * np.expm1(np.linspace(0.0, reach, BANDS + 1)[1:])
    several = problem.minima if len(problem.minima) <= MANY else ()
    passes = np.array([height for minimum in several if (height := _pass(problem, minimum)) is not None])
    crowded = np.abs(levels[:, None] - passes) < CROWDED * (top - bottom)
    levels = np.concatenate([levels[~crowded.any(axis=1)], passes])
    levels = np.unique(levels[(levels > bottom) & (levels <= top)])
    lies = np.searchsorted(np.sort(heights), levels[:, None] + LEVEL * (top - bottom) * np.array([-1.0, 1.0]))
    return np.asarray(levels[np.diff(lies)[:, 0] < MUCH * heights.size])


def rings(problem: Problem, camera: Camera, minimum: CriticalPoint, most: int = MOST) -> list[float]:
    """More losses for contours around one minimum, if it has few: a shallow one high up would fall between the levels.

    Their square roots are equally far from each other, so that rings around a bowl are. A map that moves has fewer:
    where one batch's dip is deep, they all lie on its rim.
    """
    height = _pass(problem, minimum) if len(problem.minima) <= MANY else None
    if height is None:
        return []
    levels, rise = map_levels(problem, camera), height - minimum.value
    room = _room(problem, camera, minimum, minimum.value + HIGHEST * rise) / APART
    count = min(max(round(room), FEWEST), MOST)
    if np.sum((levels > minimum.value) & (levels < height)) >= count:
        return []
    shares = HIGHEST * (np.arange(1, min(count, most) + 1) / min(count, most)) ** 2
    return [float(minimum.value + share * rise) for share in shares]


def _room(problem: Problem, camera: Camera, minimum: CriticalPoint, level: float) -> float:
    """Radius in pixels of a circle as large as the ground around a minimum that lies below a loss; 0 if it is open."""
    around = contour_lines(loss_grid(problem, camera), camera, [level])
    return min((ring.radius for ring in Contours(around, camera).around(np.array(minimum.position))), default=0.0)


class Ring(NamedTuple):
    """A contour that runs around a place."""

    line: Array
    """(n, 2)."""
    radius: float
    """The radius of a circle that encloses as much, in pixels."""


class Contours:
    """Contours with the boxes that they fill: of many, few can run around a place."""

    def __init__(self, lines: Sequence[Array], camera: Camera) -> None:
        """Lines (n, 2) of the plane, as a camera sees them."""
        self._lines = tuple(lines)
        starts = np.cumsum([0, *map(len, lines)], dtype=np.intp)[:-1]
        points = np.concatenate([np.empty((0, 2)), *lines])
        self._least = np.minimum.reduceat(points, starts) if lines else points
        self._most = np.maximum.reduceat(points, starts) if lines else points
        x, y = camera.project(points).T
        crossed = x * np.roll(y, -1) - np.roll(x, -1) * y
        crossed[starts - 1] = 0.0  # From the end of each line to the beginning of the next one.
        self._radii = np.sqrt(np.abs(np.add.reduceat(crossed, starts) if lines else crossed) / (2 * np.pi))

    def around(self, place: Array) -> list[Ring]:
        """Rings around a place (2,), in the order of the lines."""
        near = np.flatnonzero(((self._least <= place) & (place <= self._most)).all(axis=1)).tolist()
        found = [number for number in near if encloses(self._lines[number], place)]
        return [Ring(self._lines[number], float(self._radii[number])) for number in found]


def rings_apart(rings: Sequence[Ring], drawn: Sequence[Ring]) -> list[Array]:
    """Rings around one place, given by ascending loss, as far as they keep apart, also from those that are drawn there.

    Close to each other, as on the rim of a batch's steep dip, they would look like one that is thick.
    """
    taken, found = [ring.radius for ring in drawn], list[Array]()
    for line, radius in reversed(rings):
        if all(abs(radius - other) >= NEAREST for other in taken):
            taken.append(radius)
            found.append(line)
    return found


def _pass(problem: Problem, minimum: CriticalPoint) -> float | None:
    """The loss of the lowest saddle above the minimum."""
    return min((saddle.value for saddle in problem.saddles if saddle.value > minimum.value), default=None)


def encloses(line: Array, point: Array) -> bool:
    """Whether a closed line (n, 2) runs around the point (2,): a ray from there crosses it an odd number of times."""
    if not np.array_equal(line[0], line[-1]):
        return False
    (x0, y0), (x1, y1) = line[:-1].T, line[1:].T
    across = (y0 > point[1]) != (y1 > point[1])
    at = x0[across] + (point[1] - y0[across]) / (y1 - y0)[across] * (x1 - x0)[across]
    return bool(np.sum(at > point[0]) % 2)


@lru_cache(maxsize=8)
def few_levels(problem: Problem, camera: Camera) -> tuple[float, ...]:
    """Some of the map's levels, so that equal lines mean equal losses."""
    levels = map_levels(problem, camera)
    return tuple(levels[:: max(1, round(len(levels) / FEW))].tolist())


def contour_lines(heights: Array, camera: Camera, levels: Iterable[float]) -> list[Array]:
    """Lines (n, 2) of the plane; the heights (rows, columns) are those at a grid over what the camera sees."""
    return [line for lines in lines_by_level(heights, camera, levels) for line in lines]


def lines_by_level(heights: Array, camera: Camera, levels: Iterable[float]) -> list[list[Array]]:
    """Lines (n, 2) of the plane, level by level, through heights (rows, columns) as `contour_lines` has them."""
    if not np.isfinite(heights).any():
        return [[] for _ in levels]
    fine, view = camera.fine_enough(heights), camera.view
    known = np.where(np.isfinite(fine), fine, np.nan)
    generator = contourpy.contour_generator(z=known, line_type=contourpy.LineType.Separate)
    rows, columns = fine.shape
    corner, step = (view.x0, view.y0), (view.width / (columns - 1), view.height / (rows - 1))
    return [[np.asarray(line) * step + corner for line in generator.lines(level) if len(line) > 1] for level in levels]
