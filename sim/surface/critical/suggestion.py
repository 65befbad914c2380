"""Where to look at a surface of which nothing is known yet."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..points import Array, norm, pair
from ..protocol import ClosedForm, Point, Window
from .newton import CIRCLE
from .point import CriticalKind
from .search import search

LADDER = tuple(2.0**step for step in range(10))  # Half sides of the squares around the origin that are searched.
CELLS = 32  # Along each side of the grid by which a square is searched.
MANY = 16  # A surface with more critical points in a square may have them everywhere, as ripples have.
GROWTH = 1.3  # Where each square has so many times the points of the one before, the first tells as much as the last.
FAINT = 0.05  # The first tells too little if its critical points differ by a smaller share of what the last one's do.
PATIENCE = 3  # How many wider squares are searched for a minimum where there are other critical points.
# How many times as wide the next square is where a floor leaves one, or where nothing is in one that is FAR wide.
ENDS, FAR = 4.0, 8.0
SMALL = 1.0  # A floor of fewer cells than this is seen as a point.
BENT = 0.3  # Radians by which a floor turns that may come back in a still wider square.
WALL = 0.1  # Curvature across a floor that has walls, over what is typical of its square.
SHARPEST = 1.0  # At a corner as sharp as this another arm begins.
WHOLE = 1.5  # Cells between a whole floor and the square's border.
APART = 4.0  # Cells between a place on a floor that leaves the square and other places.
ALONE = 1e-4  # A cell around a degenerate point that is alone, no slope is a smaller share of the steepest.
SINGLE = 2.0  # Half side around a single one near the origin; the window around one farther away reaches back to it.
MARGIN = 0.35  # Around several critical points, in lengths of the longer side of what holds them all.
NARROW = 0.05  # The margin around points that are only to be seen, in such lengths.
ROUNDING = 1e-6  # A side beyond a round number by no more than this share of their distance is that number.

RADII = np.exp2(np.arange(-80.0, 73.0) / 8)  # At which rays from a place are looked at: eight to the octave.
DIP = 1e-9  # A ray that has gone down has come to a bottom if it rises by this share of that again.
WIDER = 1.25  # The square in which that bottom is looked for, over what reaches to it.
SHOULDER = 0.5  # A wall ends where it is no longer this share as steep as it has been,
ROUND = 1.6  # or this many times as far out as where it is steepest;
CREST = 2.0  # or at its crest, if that is at most so many times farther out.
HIGHER = 8.0  # A wall that rises so many times higher again, two octaves farther out, has not ended;
STILL = 0.7  # nor one that rises by this share as much in an octave as in the one before, as a logarithm does.
LEVEL = 1e-12  # A ray is level that rises by no more than this share of what others rise.
SHARP = 1e-3  # Its end is one if an octave farther out it has risen by this share of what others have.
CLOSED = (
    5.0  # Where all walls end, those are the bottom's own that end at most so many times farther away than another;
)
OPEN = 1.5  # where some do not, those.

EDGE = 0.06  # How near to the edge no minimum lies, within or without, in lengths of the longer side.
WITHIN = 1.5  # How far within the edge such a one comes to lie, as many times as far.
WIDEST = 1.5  # How many times as wide it may become for that.
TIMES = 4  # How often that is tried: where minima stand close together an edge is near to one wherever it is.
SLIMMEST = 0.6  # The shorter side over the longer one.
SMALLEST = 1e-3  # Half side of a window.
DIGITS = 20.0  # The longer side over the unit of which the sides are multiples.


@dataclass(frozen=True, eq=False)
class _Square:
    """What the search of a square around the origin has found."""

    places: Array
    """Of critical points, and floors as far as they lie whole in the square; (n, 2)."""
    count: int
    """How many critical points those are."""
    bottoms: int
    """How many of them are minima."""
    whole: bool
    """Whether one of these lies whole in the square."""
    sharp: bool
    """Whether one of these has curvature all around, or is a tip."""
    cut: bool
    """Whether all that there is of bottoms are floors that leave the square,"""
    bent: bool
    """and one of them is bent."""
    walled: bool
    """Whether there are walls on both sides of a floor that leaves it, as there are none of a tail."""
    relief: float
    """By how much the losses of its critical points differ."""


NOTHING = _Square(np.empty((0, 2)), 0, 0, whole=False, sharp=False, cut=False, bent=False, walled=False, relief=0.0)


@lru_cache(maxsize=64)
def suggest_window(surface: ClosedForm, *seen: Point) -> Window:
    """A window around critical points of the surface that also shows the points `seen`, its sides at round numbers.

    Squares around the origin are searched, each twice as wide as the one before, until a square that holds a
    minimum whole holds all that the next one does, or so many critical points that there may be no end to them. Around
    a single minimum, it reaches as far as that one's walls rise, if they end somewhere.
    """
    with np.errstate(all="ignore"):
        found = _found(surface)
        low, high = _around(surface, found)
        if found.sharp:
            low, high = _clear(surface, low, high)
    if seen:
        pad = NARROW * (high - low).max()
        low = np.minimum(low, np.min(seen, axis=0) - pad)
        high = np.maximum(high, np.max(seen, axis=0) + pad)
    longest = max((high - low).max(), 2 * SMALLEST / SLIMMEST)
    middle, half = 0.5 * (low + high), 0.5 * np.maximum(high - low, SLIMMEST * longest)
    unit = _round_number(longest / DIGITS)
    (x0, y0), (x1, y1) = (
        np.floor((middle - half) / unit + ROUNDING).tolist(),
        np.ceil((middle + half) / unit - ROUNDING).tolist(),
    )
    return Window(*(float(f"{side * unit:.12g}") for side in (x0, x1, y0, y1)))


def _found(surface: ClosedForm) -> _Square:
    """The first square that seems to hold what matters."""
    kept, growing, steady, last = NOTHING, list[_Square](), 0, 0.0
    for half in LADDER:
        if half < ENDS * last and (kept.cut or (last >= FAR and not kept.count)):
            continue
        square, last = _searched(surface, half), half
        growing = [*growing, square] if growing and square.count >= GROWTH * growing[-1].count else [square]
        if square.count > MANY:
            telling = (one for one in growing if one.bottoms and one.relief >= FAINT * square.relief)
            return next(telling, square)
        if _tells_more(square, kept):
            kept, steady = square, 0
        elif kept.count:
            steady += 1
            if kept.cut and not square.cut and square.whole and square.count <= kept.count:
                return square
            on = square.bent and square.count == kept.count
            alone = kept.count == 1 or kept.count >= 2 * kept.bottoms  # Behind a saddle there may be another bottom.
            if steady >= (PATIENCE if not kept.bottoms else 2 if on or alone else 1):
                break
    return kept if kept.bottoms else _farther(surface, kept)


def _farther(surface: ClosedForm, kept: _Square) -> _Square:
    """The square that also holds the bottoms to which straight ways lead down from what is kept, if there are such."""
    ways = kept.places[:, None, None] + RADII[:, None, None] * CIRCLE
    rises = surface.value(ways) - surface.value(kept.places)[:, None, None]
    falls = np.minimum.accumulate(rises, axis=1)
    dips = (falls < 0) & (rises - falls > DIP * np.abs(falls))
    place, ray = np.nonzero(dips.any(axis=1))
    if not len(place):
        return kept
    first = dips[place, :, ray].argmax(axis=1)
    radius = RADII[first[np.argmin(falls[place, first, ray])]]
    reach = WIDER * (float(np.abs(kept.places).max()) + float(radius))
    half = next((half for half in LADDER if half >= reach), None)
    square = NOTHING if half is None else _searched(surface, half)
    return square if square.whole else kept


def _tells_more(square: _Square, kept: _Square) -> bool:
    """Whether a square tells more than the one kept so far: of the first bottom, or of more critical points.

    Or that what seemed to be a single one at the border is on a floor.
    """
    if square.bottoms and not kept.bottoms and kept.count:
        return square.whole or square.walled
    if kept.cut:
        return square.count > kept.count and not square.cut
    return square.count > kept.count or (square.cut and square.count == kept.count)


def _searched(surface: ClosedForm, half: float) -> _Square:
    """What there is to see in the square around the origin with such a half side."""
    found = search(surface, Window(-half, half, -half, half), CELLS, halvings=0)
    cell = 2 * half / CELLS
    places, cut = list[Array](), list[Array]()
    for point, ground in zip(found.points, found.grounds, strict=True):
        place = np.array([point.position])
        if ground is None or not ground.valley:
            if ground or point.kind is not CriticalKind.DEGENERATE or _alone(surface, place[0], cell):
                places.append(place)
        elif np.abs(ground.floor).max() > half - WHOLE * cell:
            nearest = ground.floor[np.argmin(norm(ground.floor))]
            cut.append(np.where(norm(nearest) < cell, 0.0, nearest)[None])
        elif np.ptp(ground.floor, axis=0).max() > SMALL * cell:
            places.append(ground.floor)
        else:
            places.append(ground.floor.mean(axis=0)[None])
    known = np.concatenate([np.empty((0, 2)), *places])
    whole = sum(ground is not None for ground in found.grounds) > len(cut)
    values = [point.value for point in found.points]
    if not whole:
        places += [place for place in cut if not (norm(known - place) <= APART * cell).any()]
    return _Square(
        places=np.concatenate([np.empty((0, 2)), *places]),
        count=len(places),
        bottoms=sum(ground is not None for ground in found.grounds),
        whole=whole,
        sharp=any(point.kind is CriticalKind.MINIMUM for point in found.points),
        cut=bool(cut) and not whole,
        bent=not whole
        and any(_turn(ground.floor) > BENT for ground in found.grounds if ground is not None and ground.valley),
        walled=any(
            point.eigenvalues[1] > WALL * found.scales.typical_curvature
            for point, ground in zip(found.points, found.grounds, strict=True)
            if ground is not None and ground.valley and not ground.wide
        ),
        relief=max(values, default=0.0) - min(values, default=0.0),
    )


def _turn(floor: Array) -> float:
    """By how much a floor (n, 2) turns from its first places to the last, jumps from one arm to another left out."""
    steps = np.diff(floor, axis=0)
    lengths = norm(steps)
    steps = steps[lengths <= 2 * np.median(lengths)]
    ahead = np.arctan2(
        steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0], (steps[:-1] * steps[1:]).sum(axis=1)
    )
    return abs(float(ahead[np.abs(ahead) < SHARPEST].sum()))


def _alone(surface: ClosedForm, place: Array, cell: float) -> bool:
    """Whether it is steep all around a place (2,) without curvature: not so on a tail or a crest, or beside a plain."""
    angles, width, steepest = np.linspace(0.0, 2 * np.pi, 65), 2 * np.pi / 64, 0.0
    for _ in range(4):
        slopes = norm(surface.gradient(place + cell * pair(np.cos(angles), np.sin(angles))))
        steepest, least = max(steepest, float(slopes.max())), float(slopes.min())
        angles = angles[np.argmin(slopes)] + np.linspace(-width, width, 17)
        width /= 8
    return least > ALONE * steepest


def _around(surface: ClosedForm, found: _Square) -> tuple[Array, Array]:
    """The lower and upper corner (2,) of a window around what is found; of the usual one if nothing is."""
    usual = surface.usual_window
    if not len(found.places):
        return np.array([usual.x0, usual.y0]), np.array([usual.x1, usual.y1])
    places = found.places
    if len(places) == found.bottoms == 1:
        places = np.concatenate([places, _walls(surface, places[0])])
    low, high = places.min(axis=0), places.max(axis=0)
    pad = MARGIN * float((high - low).max()) or max(SINGLE, float(np.abs(places).max()))
    return low - pad, high + pad


def _walls(surface: ClosedForm, place: Array) -> Array:
    """Where the walls around a minimum (2,) end, and level ways from it, in the directions in which they do; (n, 2)."""
    heights = surface.value(place + RADII[:, None, None] * CIRCLE) - surface.value(place)
    around = np.fmax.reduce(heights, axis=1)
    radii = np.array([_end(rises, around) for rises in heights.T])
    farthest = CLOSED * radii.min()
    if radii.max() == np.inf:  # Those that end on both sides of it: where a valley bends, one side has a crest.
        both = np.maximum(radii, np.roll(radii, len(radii) // 2))
        radii[both == np.inf], farthest = np.inf, OPEN * both.min()
    ends = [radius * ray for radius, ray in zip(radii, CIRCLE, strict=True) if radius <= farthest < np.inf]
    return np.asarray(place + np.array(ends).reshape(-1, 2))


def _end(heights: Array, around: Array) -> float:
    """The radius at which a ray of these heights (n,) at the RADII ends, the highest of all being (n,); inf if nowhere.

    A tip's walls are steepest at once: they have no end.
    """
    rising = ~(heights <= LEVEL * around)
    if not rising.any():
        return np.inf
    level = int(np.argmax(rising))
    octave = min(level + 8, len(RADII) - 1)
    if level and heights[octave] > SHARP * around[octave]:
        return float(RADII[level])
    steepness = np.diff(heights) / np.diff(RADII)
    most = np.fmax.accumulate(steepness)
    rounded = (most > 0) & (steepness[0] < SHOULDER * most)
    falling = np.flatnonzero(rounded & (steepness < SHOULDER * most))
    if not len(falling):
        return np.inf
    steepest = RADII[np.argmax(steepness[: falling[0]])]
    end = min(float(RADII[falling[0]]), ROUND * float(steepest))
    octaves = heights[np.minimum(int(falling[0]) + np.arange(0, 32, 8), len(RADII) - 1)]
    _, rise, next_rise = np.diff(octaves).tolist()
    if octaves[2] > HIGHER * octaves[0] or next_rise > STILL * rise > 0:
        return np.inf
    crests = RADII[:-1][rounded & (steepness <= 0) & (RADII[:-1] <= CREST * end)]
    return float(crests[0]) if len(crests) else end


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
