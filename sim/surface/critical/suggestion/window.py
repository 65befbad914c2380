"""The window that is suggested: around what is found, and as far as it is seen best."""

from functools import lru_cache

import numpy as np

from ...points import Array, norm
from ...protocol import ClosedForm, Point, Window
from ..newton import CIRCLE
from ..point import frobenius
from ..search import lone_minima
from .ladder import telling_square
from .lower import with_lower_bottoms
from .square import CELLS, Square, seen_closer
from .walls import steep_end, walls

SINGLE = 2.0  # Half side around a single one near the origin; the window around one farther away reaches back to it.
ALIKE = 0.5  # By what share of itself curvature differs from that half as far from a single one, wherever it is far,
BENDS = 8.0  # and the half side around such a one over how far from it that ends, where that is less.
MARGIN = 0.35  # Around several critical points, in lengths of the longer side of what holds them all.
REACH = 0.3  # How far around the window the minimum nearest to such a point is looked for, in such lengths.
NARROW = 0.05  # The margin around points that are only to be seen, in such lengths.
ROOM = 0.15  # The margin around what is found where such points make the window wider, in lengths of its longer side.
SLIMMEST = 0.6  # The shorter side over the longer one.
SMALLEST = 1e-3  # Half side of a window.
HALVINGS = 16  # How many times that is looked for closer by.
DIGITS = 20.0  # The longer side over the unit of which the sides are multiples.
ROUNDING = 1e-6  # A side beyond a round number by no more than this share of their distance is that number.

EDGE = 0.06  # How near to the edge no minimum lies, within or without, in lengths of the longer side.
WITHIN = 1.5  # How far within the edge such a one comes to lie, as many times as far.
WIDEST = 1.5  # How many times as wide it may become for that.
TIMES = 4  # How often that is tried: where minima stand close together an edge is near to one wherever it is.


@lru_cache(maxsize=64)
def suggest_window(surface: ClosedForm, *seen: Point) -> Window:
    """A window around critical points of the surface that also shows the points `seen`, its sides at round numbers.

    Squares around the origin are searched, each twice as wide as the one before, until a square that holds a
    minimum whole holds all that the next one does, or so many critical points that there may be no end to them. Around
    a single minimum, it reaches as far as that one's walls rise, if they end somewhere.
    """
    found, low, high = bounds(surface)
    if seen:
        with np.errstate(all="ignore"):
            low, high = _widened(surface, found, (low, high), np.array(seen))
    longest = max((high - low).max(), 2 * SMALLEST / SLIMMEST)
    middle, half = 0.5 * (low + high), 0.5 * np.maximum(high - low, SLIMMEST * longest)
    unit = _round_number(longest / DIGITS)
    (x0, y0), (x1, y1) = (
        np.floor((middle - half) / unit + ROUNDING).tolist(),
        np.ceil((middle + half) / unit - ROUNDING).tolist(),
    )
    return Window(*(float(f"{side * unit:.12g}") for side in (x0, x1, y0, y1)))


@lru_cache(maxsize=64)
def bounds(surface: ClosedForm) -> tuple[Square, Array, Array]:
    """What there is to see, and the corners (2,) of what shows it best."""
    with np.errstate(all="ignore"):
        found = with_lower_bottoms(surface, seen_closer(surface, telling_square(surface)))
        low, high = _around(surface, found)
        return found, *(_clear(surface, low, high) if found.sharp else (low, high))


def _around(surface: ClosedForm, found: Square) -> tuple[Array, Array]:
    """The lower and upper corner (2,) of a window around what is found; of the usual one if nothing is."""
    usual = surface.usual_window
    if not len(found.places):
        return np.array([usual.x0, usual.y0]), np.array([usual.x1, usual.y1])
    places, alone = found.places, len(found.places) == found.bottoms == 1
    if alone:
        places = np.concatenate([places, walls(surface, places[0])])
    low, high = places.min(axis=0), places.max(axis=0)
    pad = MARGIN * float((high - low).max()) or max(SINGLE, float(np.abs(places).max()))
    if alone and len(places) == 1:
        bent = max(_bending(surface, places[0]), float(np.abs(places).max()))
        pad = min(steep_end(surface, places[0], pad), bent)
    return low - pad, high + pad


def _bending(surface: ClosedForm, place: Array) -> float:
    """The half side of a window around a single critical point (2,) within which the curvature around it ends.

    Where it is one and the same far out, as that of a bowl is, it tells of no length, whatever there is at the bottom.
    """
    inner = surface.hessian(place + SINGLE * CIRCLE)
    for stride in (SINGLE * np.exp2(-np.arange(HALVINGS))).tolist():
        outer, inner = inner, surface.hessian(place + 0.5 * stride * CIRCLE)
        if not np.median(frobenius(outer - inner)) > ALIKE * np.median(frobenius(inner)):
            return float(min(BENDS * stride, SINGLE))
    return SINGLE


def _widened(surface: ClosedForm, found: Square, corners: tuple[Array, Array], seen: Array) -> tuple[Array, Array]:
    """The corners (2,), moved outwards as far as it takes to show points (n, 2), and the minimum nearest to each."""
    low, high = corners
    pad = NARROW * (high - low).max()
    low, high = np.minimum(low, seen.min(axis=0) - pad), np.maximum(high, seen.max(axis=0) + pad)
    longest, places = (high - low).max(), found.places
    if found.sharp:
        minima = _minima(surface, low - REACH * longest, high + REACH * longest)
        places = np.concatenate([places, _nearest(minima, seen)])
    low = np.minimum(low, places.min(axis=0, initial=np.inf) - ROOM * longest)
    high = np.maximum(high, places.max(axis=0, initial=-np.inf) + ROOM * longest)
    moved = (low < corners[0]).any() or (high > corners[1]).any()
    return _clear(surface, low, high) if found.sharp and moved else (low, high)


def _nearest(places: Array, points: Array) -> Array:
    """The nearest of places (m, 2) to each of the points (n, 2): (n, 2), or none if there are no places."""
    return places[norm(points[:, None] - places).argmin(axis=1)] if len(places) else places


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
    """The minima (n, 2), alone each, in the window with these corners (2,)."""
    (x0, y0), (x1, y1) = low.tolist(), high.tolist()
    return lone_minima(surface, Window(x0, x1, y0, y1), CELLS)


def _round_number(size: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is no greater."""
    power = 10.0 ** np.floor(np.log10(size))
    return float(power * max(factor for factor in (1, 2, 5) if factor * power <= size * (1 + 1e-9)))
