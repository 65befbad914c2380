"""Curves of critical points, such as the floor of a valley: one point stands for each."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..points import Array, dot, norm
from ..protocol import Surface, Window
from ..wanted import raise_if_unwanted
from .bottoms import level_way, united
from .ground import Ground, same_floor, tolerances, with_branches
from .newton import slopes_around
from .point import FLAT, TINY, CriticalKind, CriticalPoint, Scales, frobenius, kinds
from .survey import PLATEAU

TOGETHER = 1 << 18  # So many pairs of points are compared at once.
MOST = 4_000  # Of more points than this on one level nobody sees the curves: they are taken for one.
LEVEL = 1e-9
"""Heights that differ by no more, over the surface's relief, are one level."""


def thinned(surface: Surface, window: Window, scales: Scales, points: Array, reach: float) -> tuple[Array, list[Array]]:
    """Without plateaus, and with one point for each curve of critical points on one level; and these curves' points.

    The same for the cloud that Newton's method leaves around a point without curvature, where it
    halves the distance at best.
    """
    flat = np.flatnonzero(kinds(scales, surface.hessian(points)) == CriticalKind.DEGENERATE)
    plateau = slopes_around(surface, points[flat], reach) <= PLATEAU * scales.steepest
    removed: list[int] = flat[plateau].tolist()
    flat = flat[~plateau]
    # Least curvature first, then least gradient, then nearest to the middle.
    curvatures = frobenius(surface.hessian(points[flat])) / max(FLAT * scales.typical_curvature, TINY)
    slopes = norm(surface.gradient(points[flat])) / max(PLATEAU * scales.steepest, TINY)
    middle = norm(points[flat] - window.center)
    flat = flat[np.lexsort([middle, np.round(slopes), np.round(curvatures)])]
    chains = _chains(points[flat], surface.value(points[flat]), 2 * reach, LEVEL * scales.relief)
    curves = [points[index : index + 1] for index in range(len(points))]
    for first in np.unique(chains).tolist():
        curves[flat[first]] = points[flat[chains == first]]
    removed += np.delete(flat, np.unique(chains)).tolist()
    kept = np.delete(np.arange(len(points)), np.array(removed, int))
    return points[kept], [curves[index] for index in kept.tolist()]


def _chains(points: Array, values: Array, near: float, level: float) -> npt.NDArray[np.intp]:
    """The first of the chain of points, each as near and level with the next as that, that each is in; (n,)."""
    order = np.argsort(values, kind="stable")
    chains = np.arange(len(points))
    for level_ones in np.split(order, np.flatnonzero(np.diff(values[order]) > level) + 1):
        group = np.sort(level_ones)
        linked = len(group) <= MOST
        chains[group] = group[_linked(points[group], values[group], near, level)] if linked else group[0]
    return chains


def _linked(points: Array, values: Array, near: float, level: float) -> npt.NDArray[np.intp]:
    """The chains of points, as `_chains` has them, few enough that each can be compared with each."""
    pairs = [np.zeros((2, 0), np.intp)]
    rows = max(1, TOGETHER // max(len(points), 1))
    for first in range(0, len(points), rows):
        raise_if_unwanted()
        here = slice(first, first + rows)
        offsets = points[here, None] - points
        linked = (dot(offsets, offsets) <= near * near) & (np.abs(values[here, None] - values) <= level)
        one, other = np.nonzero(linked)
        pairs.append(np.stack([one + first, other]))
    return united(np.concatenate(pairs, axis=1), len(points))


def one_a_valley(
    surface: Surface,
    window: Window,
    known: Mapping[CriticalPoint, Ground | None],
    near: float,
    relief: float,
    branching: bool,
) -> dict[CriticalPoint, Ground | None]:
    """The points and what they lie on, the lowest first, without those that lie on the floor of another one's valley.

    Floors that meet are one if branching is asked for, and what lies on them is nothing besides. Wide bottoms are told
    from all others already.
    """
    equal = LEVEL * relief
    order = {point: known[point] for point in sorted(known, key=lambda point: (point.value, point.position))}
    valleys = dict[CriticalPoint, Ground]()
    for point, ground in order.items():
        if ground is None or not ground.valley or ground.wide or _beside(point, valleys, near, equal):
            continue
        valleys[point] = ground
        if branching:
            level = tolerances(surface, window, np.array([point.position]), relief)[0]
            floor = with_branches(surface, window, ground.floor, float(level), ground.step)
            valleys[point] = replace(ground, floor=floor)
    doubles = {
        point for point, ground in order.items() if point not in valleys and ground is not None and ground.valley
    }
    doubles -= {point for point, ground in order.items() if ground is not None and ground.wide}
    for point, ground in order.items():
        if ground is None or not ground.valley:
            here = np.array([point.position])
            ways = (floor[np.argmin(norm(floor - here))] for floor in _beside(point, valleys, near, equal))
            if any(level_way(surface, nearest, here[0], equal) for nearest in ways):
                doubles.add(point)
    return {point: valleys.get(point, ground) for point, ground in order.items() if point not in doubles}


def _beside(point: CriticalPoint, valleys: Mapping[CriticalPoint, Ground], near: float, equal: float) -> list[Array]:
    """The floors (n, 2) of those of the valleys to which a point is this near, and level with them."""
    here, height = np.array([point.position]), np.array([point.value])
    return [
        ground.floor
        for lead, ground in valleys.items()
        if same_floor(here, height, ground.floor, lead.value, near, equal)[0]
    ]
