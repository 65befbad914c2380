"""Where to look at a surface of which nothing is known yet."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ..points import Array
from ..protocol import ClosedForm, Point, Window
from .point import CriticalKind, CriticalPoint
from .search import Search, search

LADDER = tuple(2.0**step for step in range(10))  # Half sides of the squares around the origin that are searched.
CELLS = 32  # Along each side of the grid by which a square is searched.
MANY = 16  # A surface with more critical points in a square may have them everywhere, as ripples have.
PATIENCE = 3  # How many wider squares are searched for a minimum where there are other critical points.
SINGLE = 2.0  # Half side around a single one near the origin; the window around one farther away reaches back to it.
MARGIN = 0.35  # Around several critical points, in lengths of the longer side of what holds them all.
# The margin around points that are only to be seen, in lengths of the longer side of what holds them all.
NARROW = 0.05
WIDER = (1.0, 2.0, 4.0)  # Half sides of squares in which valleys are looked for, over the extent of what is known.
EDGE = 0.06  # How near to the edge no minimum lies, within or without, in lengths of the longer side.
WITHIN = 1.5  # How far within the edge such a one comes to lie, as many times as far.
WIDEST = 1.5  # How many times as wide it may become for that.
TIMES = 4  # How often that is tried: where minima stand close together an edge is near to one wherever it is.
SLIMMEST = 0.6  # The shorter side over the longer one.
SMALLEST = 1e-3  # Half side of a window.
DIGITS = 20.0  # The longer side over the unit of which the sides are multiples.


@lru_cache(maxsize=64)
def suggest_window(surface: ClosedForm, *seen: Point) -> Window:
    """A window around critical points of the surface that also shows the points `seen`, its sides at round numbers.

    Squares around the origin are searched, each twice as wide as the one before, until a square that holds a
    minimum holds all that the next one does, or so many critical points that there may be no end to them.
    """
    low, high = _clear(surface, *_around(_found(surface), surface.usual_window))
    if seen:
        pad = NARROW * (high - low).max()
        low = np.minimum(low, np.min(seen, axis=0) - pad)
        high = np.maximum(high, np.max(seen, axis=0) + pad)
    longest = max((high - low).max(), 2 * SMALLEST / SLIMMEST)
    middle, half = 0.5 * (low + high), 0.5 * np.maximum(high - low, SLIMMEST * longest)
    unit = _round_number(longest / DIGITS)
    (x0, y0), (x1, y1) = np.floor((middle - half) / unit).tolist(), np.ceil((middle + half) / unit).tolist()
    return Window(*(float(f"{side * unit:.12g}") for side in (x0, x1, y0, y1)))


def _found(surface: ClosedForm) -> Array:
    """Critical points (n, 2) of the first square that seems to hold what matters, and valleys around them."""
    kept: Sequence[CriticalPoint] = ()
    steady = 0
    for half in LADDER:
        points = _searched(surface, (0.0, 0.0), half).points
        if len(points) > MANY:
            kept = kept or points
            break
        if len(points) > len(kept):
            kept, steady = points, 0
        elif kept:
            steady += 1
            if _has_bottom(kept) or steady == PATIENCE:
                break
    positions = np.array([point.position for point in kept]).reshape(-1, 2)
    if not any(point.kind is CriticalKind.DEGENERATE for point in kept):
        return positions
    return np.concatenate([positions, _valleys_around(surface, positions)])


def _searched(surface: ClosedForm, middle: Point, half: float) -> Search:
    x, y = middle
    return search(surface, Window(x - half, x + half, y - half, y + half), CELLS, halvings=0)


def _valleys_around(surface: ClosedForm, positions: Array) -> Array:
    """Floors (m, 2) of valleys that lie whole in a square around the positions (n, 2): rings are to be seen."""
    x, y = (0.5 * (positions.min(axis=0) + positions.max(axis=0))).tolist()
    nearest = max(float(np.ptp(positions, axis=0).max()), SMALLEST)
    for half in nearest * np.array(WIDER):
        square = Window(x - half, x + half, y - half, y + half)
        floors = _valleys_within(_searched(surface, (x, y), half), square)
        if len(floors):
            return floors
    return np.empty((0, 2))


def _valleys_within(found: Search, square: Window) -> Array:
    """The floors (n, 2) of the valleys that do not come near the border."""
    margin = square.diagonal / CELLS
    inner = Window(square.x0 + margin, square.x1 - margin, square.y0 + margin, square.y1 - margin)
    floors = [ground.floor for ground in found.grounds if ground is not None and ground.valley]
    return np.concatenate([np.empty((0, 2)), *(floor for floor in floors if inner.contains(floor).all())])


def _has_bottom(points: Sequence[CriticalPoint]) -> bool:
    """Whether a marble may come to rest at one of the points."""
    return any(point.kind in (CriticalKind.MINIMUM, CriticalKind.DEGENERATE) for point in points)


def _around(positions: Array, usual: Window) -> tuple[Array, Array]:
    """The lower and upper corner (2,) of a window around these positions (n, 2); of the usual one if there are none."""
    if not len(positions):
        return np.array([usual.x0, usual.y0]), np.array([usual.x1, usual.y1])
    low, high = positions.min(axis=0), positions.max(axis=0)
    pad = MARGIN * (high - low).max() or max(SINGLE, np.abs(positions).max())
    return low - pad, high + pad


def _clear(surface: ClosedForm, low: Array, high: Array) -> tuple[Array, Array]:
    """The corners (2,), moved outwards until no minimum is near to the window's edge, if a few times do it."""
    near = EDGE * float((high - low).max())
    lower, upper = low, high
    for _ in range(TIMES):
        minima = _minima(surface, lower - near, upper + near)
        below, above = (minima < lower + near).any(axis=1), (minima > upper - near).any(axis=1)
        if not (below | above).any():
            return (lower, upper) if (upper - lower).max() <= WIDEST * (high - low).max() else (low, high)
        lower = np.minimum(lower, minima[below].min(axis=0, initial=np.inf) - WITHIN * near)
        upper = np.maximum(upper, minima[above].max(axis=0, initial=-np.inf) + WITHIN * near)
    return low, high


def _minima(surface: ClosedForm, low: Array, high: Array) -> Array:
    """The minima (n, 2) in the window with these corners (2,)."""
    (x0, y0), (x1, y1) = low.tolist(), high.tolist()
    points = search(surface, Window(x0, x1, y0, y1), CELLS, halvings=0).points
    return np.array([point.position for point in points if point.kind is CriticalKind.MINIMUM]).reshape(-1, 2)


def _round_number(size: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no greater."""
    power = 10.0 ** np.floor(np.log10(size))
    return float(power * max(factor for factor in (1, 2, 5) if factor * power <= size * (1 + 1e-9)))
