"""Curves of critical points, such as the floor of a valley: one point stands for each."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..cancellation import raise_if_cancelled
from ..points import Array, Indices, Mask, dot, eigenvalues, eigenvectors, norm
from ..protocol import Surface, Window
from .bottoms import level_way, united
from .ground import Ground, same_floor, tolerances, with_branches
from .newton import neighbours, slopes_around
from .point import NONE, TINY, CriticalKind, CriticalPoint, Scales, frobenius, kinds
from .survey import PLATEAU

LEVEL = 1e-9
"""Heights that differ by no more, over the surface's relief, are one level."""

NEARER = np.exp2(np.arange(-5.0, 1.0))  # How near points are that are joined one after the other, over the farthest.
THIN = 0.25  # In such lengths: the size of squares in which points of one chain tell no more than one of them.
MOST = 50_000  # Of more points than this on one level curves are not told apart.
# Where it is looked whether two points are on one curve, over their distance: ripples may agree with even shares.
BETWEEN = np.sort((0.5 + np.arange(16) * 0.618034) % 1)
ACROSS = 6  # Newton's steps from there at most.


def thinned(
    surface: Surface, window: Window, scales: Scales, points: Array, reach: float
) -> tuple[Array, list[Array], bool]:
    """Without plateaus, and with one point for each curve of critical points on one level; and these curves' points.

    And whether the curves are told apart: of too many points on one level they are not, and are taken for one.

    There is one point, too, for the cloud that Newton's method leaves around a point without curvature, where it
    halves the distance at best.
    """
    flat = np.flatnonzero(kinds(surface, scales, points) == CriticalKind.DEGENERATE)
    plateau = slopes_around(surface, points[flat], reach) <= PLATEAU * scales.steepest
    removed: list[int] = flat[plateau].tolist()
    flat = flat[~plateau]
    # Least curvature first, then least gradient, then nearest to the middle.
    curvatures = frobenius(surface.hessian(points[flat])) / max(NONE * scales.typical_curvature, TINY)
    slopes = norm(surface.gradient(points[flat])) / max(PLATEAU * scales.steepest, TINY)
    middle = norm(points[flat] - window.center)
    flat = flat[np.lexsort([middle, np.round(slopes), np.round(curvatures)])]
    chains, told = _chains(surface, points[flat], 2 * reach, LEVEL * scales.relief)
    curves = [points[index : index + 1] for index in range(len(points))]
    for first in np.unique(chains).tolist():
        curves[flat[first]] = points[flat[chains == first]]
    removed += np.delete(flat, np.unique(chains)).tolist()
    kept = np.delete(np.arange(len(points)), np.array(removed, int))
    return points[kept], [curves[index] for index in kept.tolist()], told


def _chains(surface: Surface, points: Array, near: float, level: float) -> tuple[Indices, bool]:
    """The first of the chain of points (n, 2), as near and level with the next as that, that each is in; (n,).

    And whether these are told apart.

    Those that are nearest to each other are joined first, so that of long curves beside each other few pairs are asked.
    """
    values = surface.value(points)
    order = np.argsort(values, kind="stable")
    chains, told = np.arange(len(points)), True
    for level_ones in np.split(order, np.flatnonzero(np.diff(values[order]) > level) + 1):
        group = np.sort(level_ones)
        if len(group) > MOST:
            chains[group], told = group[0], False
            continue
        joined = np.arange(len(group))
        for within in near * NEARER if len(group) > 1 else ():
            raise_if_cancelled()
            joined = _joined(surface, points[group], joined, within, level)
        chains[group] = group[joined]
    return chains, told


def _joined(surface: Surface, points: Array, chains: Indices, near: float, level: float) -> Indices:
    """The first of the chain that each of the points (n, 2) is in, (n,), where those are joined that are one curve.

    Of each two chains two points are asked that are as near to each other as any, about.
    """
    squares = np.column_stack([np.floor(points / (THIN * near)), chains])
    firsts = np.sort(np.unique(squares, axis=0, return_index=True)[1])
    one, other = (firsts[some] for some in neighbours(points[firsts], points[firsts], near))
    apart = chains[one] < chains[other]
    one, other = one[apart], other[apart]
    order = np.argsort(norm(points[one] - points[other]), kind="stable")
    one, other = one[order], other[order]
    _, nearest = np.unique(chains[one] * len(points) + chains[other], return_index=True)
    one, other = one[nearest], other[nearest]
    same = _on_one_curve(surface, points[one], points[other], level)
    pairs = np.stack([chains[one[same]], chains[other[same]]])
    pairs = np.concatenate([pairs, np.stack([np.arange(len(points)), chains])], axis=1)
    return united(np.concatenate([pairs, pairs[::-1]], axis=1), len(points))


def checked(surface: Surface, ground: Ground, level: float) -> Ground:
    """A ground, and whether the walk along its floor stayed on it: it strays where others are nearer than its steps."""
    return replace(ground, clear=bool(_on_one_curve(surface, ground.floor[:-1], ground.floor[1:], level).all()))


def _on_one_curve(surface: Surface, starts: Array, ends: Array, level: float) -> Mask:
    """Whether places between the starts (n, 2) and ends are level with both, or next to places that are; (n,).

    Between two curves there is a ridge, or a valley: Newton's method across it comes to its crest or floor.
    """
    ways = starts + BETWEEN[:, None, None] * (ends - starts)
    heights = surface.value(starts)
    left = np.flatnonzero(np.abs(surface.value(ends) - heights) <= level)
    same = np.zeros(len(starts), np.bool_)
    for _ in range(ACROSS):
        there = (np.abs(surface.value(ways[:, left]) - heights[left]) <= level).all(axis=0)
        same[left[there]] = True
        left = left[~there]
        if not len(left):
            break
        ways[:, left] += _across(surface, ways[:, left])
    return same


def _across(surface: Surface, points: Array) -> Array:
    """Newton's step (..., 2) along that axis only in which the surface bends most."""
    hessians = surface.hessian(points)
    curvatures, axes = eigenvalues(hessians), eigenvectors(hessians)
    first = np.abs(curvatures[..., 0]) > np.abs(curvatures[..., 1])
    axis = np.where(first[..., None], axes[..., 0, :], axes[..., 1, :])
    most = np.where(first, curvatures[..., 0], curvatures[..., 1])
    return np.asarray(-(dot(surface.gradient(points), axis) / most)[..., None] * axis)


def one_a_valley(
    surface: Surface,
    window: Window,
    known: Mapping[CriticalPoint, Ground | None],
    near: float,
    relief: float,
    branching: bool,
) -> dict[CriticalPoint, Ground | None]:
    """The points and what they lie on, the lowest first, without those that lie on the floor of another one's valley.

    Floors that meet are one if branching is asked for and all floors are told apart, and what lies on them is nothing
    besides. Wide bottoms are told from all others already.
    """
    equal = LEVEL * relief
    order = {point: known[point] for point in sorted(known, key=lambda point: (point.value, point.position))}
    valleys = dict[CriticalPoint, Ground]()
    meeting = branching and all(ground is None or ground.clear for ground in known.values())
    for point, ground in order.items():
        if ground is None or not ground.valley or ground.wide or _beside(point, valleys, near, equal):
            continue
        valleys[point] = ground
        if meeting:
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
