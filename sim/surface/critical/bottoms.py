"""Flat bottoms: minima that are level over a part of the plane, and are found at many places of it."""

import numpy as np

from ..cancellation import raise_if_cancelled
from ..points import Array, Indices, Mask, norm
from ..protocol import Surface
from .ground import Ground
from .newton import CIRCLE, first_of_each

BETWEEN = 17  # Places between two others at which it is level if both are on one bottom.
BENT = 0.5  # How far aside of a straight way, over its length, one looks for a level one.
CLOSER = 9  # How many times it is looked at more closely, eight times as closely each time.
NEXT = 0.01  # In steps: how near to a point one looks whether it lies on a bottom.
THIN = 0.125  # In steps: how near to each other places on a bottom are that tell no more than one of them.
BESIDE = 0.5  # In steps: how far apart neighbours on a bottom are at most.
TOGETHER = 1 << 16  # So many pairs of points are compared at once.


def level_between(surface: Surface, starts: Array, ends: Array, equal: float) -> Mask:
    """Whether the surface is as high as at the start all the way from each of the starts (n, 2) to its end, (n,)."""
    shares = np.linspace(0.0, 1.0, BETWEEN)[:, None, None]
    heights = surface.value(starts + shares * (ends - starts))
    return np.asarray((np.abs(heights - heights[0]) <= equal).all(axis=0))


def level_way(surface: Surface, start: Array, end: Array, equal: float) -> bool:
    """Whether a level way leads from the start (2,) to the end (2,), be it straight or bent a little.

    Its places are the lowest ones across the straight way.
    """
    if level_between(surface, start[None], end[None], equal)[0]:
        return True
    straight = start + np.linspace(0.0, 1.0, BETWEEN)[:, None] * (end - start)
    across = (end - start) @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    aside, width = np.zeros((BETWEEN, 1)), BENT
    for _ in range(CLOSER):
        trials = aside + width * np.linspace(-1.0, 1.0, BETWEEN)
        heights = surface.value(straight[:, None] + trials[..., None] * across)
        best = np.where(np.isnan(heights), np.inf, heights).argmin(axis=1)[:, None]
        aside, width = np.take_along_axis(trials, best, axis=1), width * 2 / (BETWEEN - 1)
    way = np.concatenate([start[None], (straight + aside * across)[1:-1], end[None]])
    level = np.abs(surface.value(way) - surface.value(start)) <= equal
    return bool(level.all() and level_between(surface, way[:-1], way[1:], equal).all())


def tips_by_bottom(surface: Surface, tips: Array, widest: float, step: float, equal: float) -> list[Array]:
    """The tips (n, 2) in parts (m, 2) that lie on one bottom each, the one nearest to their middle first.

    Of a bottom's edge few may be known, and far apart.

    widest: how far apart two on one bottom are at most. equal: up to which difference heights count as equal.
    """
    heights, left, group = surface.value(tips), np.arange(len(tips)), np.arange(len(tips))
    while len(left):
        first = left[0]
        near = (norm(tips[left] - tips[first]) <= widest) & (np.abs(heights[left] - heights[first]) <= equal)
        ends = tips[left[near]]
        near[near] = level_between(surface, np.broadcast_to(tips[first], ends.shape), ends, equal)
        near[0] = True
        group[left[near]] = first
        left = left[~near]
    return [_middle_first(part) for part in _parts(surface, tips, group, step, equal)]


def flat_bottoms(surface: Surface, points: Array, step: float, equal: float) -> list[Ground]:
    """The bottoms on which critical points (n, 2) of one level lie, the first of which is a minimum.

    It lies on a bottom if there is no gradient at all there nor beside it, and so may others; else it is alone.

    step, equal: as `Ground` has them.
    """
    beside = points[0] + NEXT * step * CIRCLE
    places = np.concatenate([points[:1], beside, first_of_each(points[1:], THIN * step)])
    flat = (surface.gradient(places) == 0).all(axis=1)
    flat &= np.abs(surface.value(places) - surface.value(points[:1])) <= equal
    if not (flat[0] and flat[1 : len(beside) + 1].any()):
        return [Ground(points[:1])]
    places = places[flat]
    own, *others = _parts(surface, places, np.arange(len(places)), BESIDE * step, equal)
    return [Ground(own, step, equal), *(Ground(part, step, equal) for part in _with_area(surface, others, step))]


def _with_area(surface: Surface, parts: list[Array], step: float) -> list[Array]:
    """The parts (m, 2) that have several points or, if only one is known, no gradient beside it either."""
    single = [part for part in parts if len(part) == 1]
    beside = np.array(single).reshape(-1, 1, 2) + NEXT * step * CIRCLE
    flat = (surface.gradient(beside) == 0).all(axis=2)
    found = [np.concatenate([part, around[level]]) for part, around, level in zip(single, beside, flat, strict=True)]
    return [_middle_first(part) for part in (*(part for part in parts if len(part) > 1), *found) if len(part) > 1]


def _parts(surface: Surface, points: Array, groups: Indices, near: float, equal: float) -> list[Array]:
    """The points (n, 2) in parts (m, 2): groups whose neighbours are level with each other all the way are one.

    groups: the index of a point (n,) for those of each group. The first part is that of the first point.
    """
    heights, pairs = surface.value(points), [np.zeros((2, 0), np.intp)]
    rows = max(1, TOGETHER // max(len(points), 1))
    for first in range(0, len(points), rows):
        raise_if_cancelled()
        here = slice(first, first + rows)
        close = (norm(points[here, None] - points) <= near) & (np.abs(heights[here, None] - heights) <= equal)
        one, other = np.nonzero(close & (groups[here, None] < groups))
        one += first
        level = level_between(surface, points[one], points[other], equal)
        pairs.append(np.stack([one[level], other[level]]))
    pairs.append(np.stack([np.arange(len(points)), groups]))
    joined = np.concatenate(pairs, axis=1)
    labels = united(np.concatenate([joined, joined[::-1]], axis=1), len(points))
    return [points[labels == label] for label in np.unique(labels).tolist()]


def united(pairs: Indices, count: int) -> Indices:
    """The first of those that each of so many things hangs together with, (count,), by pairs (2, n) given both ways."""
    ones, others = pairs
    firsts, before = np.arange(count), np.full(count, -1)
    while (firsts != before).any():
        raise_if_cancelled()
        before = firsts.copy()
        np.minimum.at(firsts, ones, firsts[others])
        firsts = firsts[firsts]
    return firsts


def _middle_first(points: Array) -> Array:
    """The points (n, 2), the one nearest to their middle first."""
    middle = int(np.argmin(norm(points - points.mean(axis=0))))
    return np.concatenate([points[middle : middle + 1], np.delete(points, middle, axis=0)])
