"""What there is to see in a square around the origin: critical points, and floors as far as they lie whole in it."""

from dataclasses import dataclass, replace

import numpy as np

from ...points import Array, norm, pair
from ...protocol import ClosedForm, Window
from ..newton import CIRCLE, first_of_each, nearest_within
from ..point import CriticalKind, frobenius
from ..search import search

CELLS = 32
"""Along each side of the grid by which a square is searched."""

SMALL = 1.0  # A floor of fewer cells than this is seen as a point.
WHOLE = 1.5  # Cells between a whole floor and the square's border.
APART = 4.0  # Cells between a place on a floor that leaves the square and other places.
BENT = 0.3  # Radians by which a floor turns that may come back in a still wider square.
SHARPEST = 1.0  # At a corner as sharp as this another arm begins.
WALL = 0.1  # Curvature across a floor that has walls, over what is typical of its square.
# Curvature near to where floors meet, and there, over what it typically is across them.
NEARLY, MET = 0.2, 1e-6
CLOSER = 20  # How many times it is looked for more closely, half a cell and less around.
ALONE = 1e-4  # A cell around a degenerate point that is alone, no slope is a smaller share of the steepest.

MANY = 16
"""A surface with more critical points in a square may have them everywhere, as ripples have."""

COARSE = 6.0  # A square's cells are too coarse for floors if all that it shows is no more than so many cells wide,
FINEST = 1 / 16  # and for what seems to be a single place if they are wider than this.
AROUND = 2.0  # Of these cells around all that it shows, for a closer look;
CLOSEST = 4  # that is taken so many times at most.

_HERE_AND_AROUND = np.concatenate([np.zeros((1, 2)), CIRCLE])


@dataclass(frozen=True, eq=False)
class Square:
    """What the search of a square around the origin, or around another place, has found."""

    places: Array
    """Places of critical points, and of floors as far as they lie whole in the square; (n, 2)."""
    tops: Array
    """Places of critical points that are no minima; (m, 2)."""
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
    met: int
    """At how many places such floors meet."""
    round: bool
    """Whether all bottoms are: what is not may be a floor of which it shows no more than its cells allow."""
    cell: float
    """The side of its cells."""
    relief: float
    """By how much the losses of its critical points differ."""


ORIGIN = np.zeros(2)
NOTHING = Square(
    np.empty((0, 2)),
    np.empty((0, 2)),
    0,
    0,
    whole=False,
    sharp=False,
    cut=False,
    bent=False,
    walled=False,
    met=0,
    round=True,
    cell=0.0,
    relief=0.0,
)


def square_around(surface: ClosedForm, half: float, middle: Array = ORIGIN) -> Square:
    """What there is to see in the square around the origin, or another place (2,), with such a half side."""
    x, y = middle.tolist()
    found = search(surface, Window(x - half, x + half, y - half, y + half), CELLS, halvings=0)
    cell = 2 * half / CELLS
    places, tops, cut, met = list[Array](), list[Array](), list[Array](), 0
    for point, ground in zip(found.points, found.grounds, strict=True):
        place = np.array([point.position])
        edge = float(np.abs(place - middle if ground is None else ground.floor - middle).max()) > half - WHOLE * cell
        if ground and not ground.valley and edge and point.kind is CriticalKind.DEGENERATE:
            cut.append(place)  # Of a floor that goes on outside it shows no more than this.
        elif ground is None or not ground.valley:
            if ground or point.kind is not CriticalKind.DEGENERATE or _alone(surface, place[0], cell):
                places.append(place)
                tops += [] if ground else [place]
        elif edge:
            meetings = _meetings(surface, ground.floor, cell)
            met += len(meetings)
            nearest = ground.floor[np.argmin(norm(ground.floor))]
            cut.append(meetings if len(meetings) else np.where(norm(nearest) < cell, 0.0, nearest)[None])
        elif np.ptp(ground.floor, axis=0).max() > SMALL * cell:
            places.append(ground.floor)
        else:
            places.append(ground.floor.mean(axis=0)[None])
    known = np.concatenate([np.empty((0, 2)), *places])
    whole = sum(ground is not None for ground in found.grounds) > len(cut)
    values = [point.value for point in found.points]
    if not whole:
        places += [some for some in cut if not (nearest_within(some, known, APART * cell) < np.inf).all()]
    return Square(
        places=np.concatenate([np.empty((0, 2)), *places]),
        tops=np.concatenate([np.empty((0, 2)), *tops]),
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
        met=met,
        round=all(
            point.kind is CriticalKind.MINIMUM and point.eigenvalues[1] < np.inf
            for point, ground in zip(found.points, found.grounds, strict=True)
            if ground is not None
        ),
        cell=cell,
        relief=max(values, default=0.0) - min(values, default=0.0),
    )


def seen_closer(surface: ClosedForm, square: Square) -> Square:
    """The square, seen in smaller ones around all its places as long as its cells may be too coarse for its floors.

    Several bottoms within a cell that none of these shows apart are one.
    """
    first = square
    for _ in range(CLOSEST):
        if square.round or not square.whole or square.count > MANY:
            return square
        low, high = square.places.min(axis=0), square.places.max(axis=0)
        extent = float((high - low).max())
        if extent > COARSE * square.cell or (not extent and square.cell <= FINEST):
            return square
        closer = square_around(surface, 0.5 * extent + AROUND * square.cell, 0.5 * (low + high))
        if not closer.whole:
            break
        square = closer
    if np.ptp(square.places, axis=0).max() > square.cell:
        return square
    return replace(first, places=first.places[:1], count=1, bottoms=1)


def _meetings(surface: ClosedForm, floor: Array, cell: float) -> Array:
    """The places (m, 2) next to those of a floor (n, 2) at which others meet it: there it does not bend at all."""
    bends = frobenius(surface.hessian(floor))
    order, typical = np.argsort(bends, kind="stable"), np.median(bends)
    places = first_of_each(floor[order[bends[order] < NEARLY * typical]], cell)
    for stride in cell * np.exp2(-np.arange(CLOSER)):
        around = places[:, None] + stride * _HERE_AND_AROUND
        places = around[np.arange(len(places)), frobenius(surface.hessian(around)).argmin(axis=1)]
    around = places + cell * CIRCLE[:, None]
    least = frobenius(surface.hessian(around)).min(axis=0)
    heights = surface.value(floor[:1])
    level = surface.value(places) - heights <= MET * (surface.value(around) - heights).max(axis=0)
    there = level & (frobenius(surface.hessian(places)) < MET * np.minimum(typical, least))
    return first_of_each(places[there], APART * cell)


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
