"""Curves of critical points, such as the floor of a valley: one point stands for each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..cancellation import raise_if_cancelled
from ..points import Array, Indices, Mask, dot, eigenvalues, eigenvectors, norm
from ..protocol import Surface, Window
from .bottoms import level_way, united
from .ground import ROUGHLY, Ground, same_floor, tolerances, walks, with_branches
from .newton import nearest_within, neighbours, slopes_around
from .point import NONE, TINY, CriticalKind, CriticalPoint, Scales, frobenius, kinds
from .survey import PLATEAU

LEVEL = 1e-9
"""Heights that differ by no more, over the surface's relief, are one level."""

NEARER = np.exp2(np.arange(-5.0, 1.0))  # How near points are that are joined one after the other, over the farthest.
THIN = 0.25  # In such lengths: the size of squares in which points of one chain tell no more than one of them.
MOST = 50_000  # Of more points than this on one level curves are not told apart;
ASKED = 1 << 16  # nor where it would have to be asked of more pairs of points, times the surface's examples,
LEAST = 1 << 12  # (but of so many at least) whether they are on one curve;
COMPARED = 1 << 20  # nor where more pairs share a square of the size of what is near.
# Where it is looked whether two points are on one curve, over their distance: ripples may agree with even shares.
BETWEEN = np.sort((0.5 + np.arange(16) * 0.618034) % 1)
MIDDLE = slice(6, 10)  # Those of these that lie on a ridge between two curves soonest: they are looked at first.
OUTSIDE = 4.0  # So many diagonals beyond the window a valley is followed that its border cuts, at most.
PARTS = 64  # Of so many valleys at most it is asked whether they are one,
FOLLOWED = 24  # and so many of these at most are followed,
SHORTER = (1.0, 0.25)  # in steps of such lengths, over those on their floors: short ones stray less.
MEETING = 256  # Of more floors it is not asked which of them meet;
BRANCHES = 128  # and so many besides at most are followed in search of those that do.
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
    left = max(LEAST, ASKED // int(getattr(surface, "evaluations", 1)))
    for level_ones in np.split(order, np.flatnonzero(np.diff(values[order]) > level) + 1):
        group = np.sort(level_ones)
        if len(group) > MOST:
            chains[group], told = group[0], False
            continue
        joined = np.arange(len(group))
        for within in near * NEARER if len(group) > 1 else ():
            raise_if_cancelled()
            pairs = _asked(points[group], joined, within, left)
            if pairs is None:
                joined, told = np.zeros_like(joined), False
                break
            left -= len(pairs[0])
            joined = _joined(surface, points[group], joined, pairs, level)
        chains[group] = group[joined]
    return chains, told


def _asked(points: Array, chains: Indices, near: float, most: int) -> Indices | None:
    """Which pairs (2, m) of the points (n, 2) are asked whether they are on one curve; None if more than so many are.

    Of each two chains two points are asked that are as near to each other as any, about.
    """
    squares = np.column_stack([np.floor(points / (THIN * near)), chains])
    firsts = np.sort(np.unique(squares, axis=0, return_index=True)[1])
    _, crowds = np.unique(np.floor(points[firsts] / near), axis=0, return_counts=True)
    if (crowds**2).sum() > COMPARED:
        return None
    one, other = (firsts[some] for some in neighbours(points[firsts], points[firsts], near))
    apart = chains[one] < chains[other]
    one, other = one[apart], other[apart]
    order = np.argsort(norm(points[one] - points[other]), kind="stable")
    one, other = one[order], other[order]
    _, nearest = np.unique(chains[one] * len(points) + chains[other], return_index=True)
    return np.stack([one[nearest], other[nearest]]) if len(nearest) <= most else None


def _joined(surface: Surface, points: Array, chains: Indices, asked: Indices, level: float) -> Indices:
    """The first of the chain that each of the points (n, 2) is in, (n,), where those are joined that are one curve.

    asked: the pairs (2, m) of points that tell.
    """
    one, other = asked
    same = _on_one_curve(surface, points[one], points[other], level)
    pairs = np.stack([chains[one[same]], chains[other[same]]])
    pairs = np.concatenate([pairs, np.stack([np.arange(len(points)), chains])], axis=1)
    return united(np.concatenate([pairs, pairs[::-1]], axis=1), len(points))


def checked(surface: Surface, ground: Ground, level: float) -> Ground:
    """A ground, and whether the walk along its floor stayed on it: it strays where others are nearer than its steps."""
    return replace(ground, clear=bool(_on_one_curve(surface, ground.floor[:-1], ground.floor[1:], level).all()))


def _on_one_curve(surface: Surface, starts: Array, ends: Array, level: float) -> Mask:
    """Whether places between the starts (n, 2) and ends are level with both, or next to places that are; (n,).

    Between two curves there is a ridge, or a valley: Newton's method across it comes to its crest or floor. Where the
    middle ones of these places never are, the others are not asked.
    """
    heights = surface.value(starts)
    same = np.abs(surface.value(ends) - heights) <= level
    for between in (BETWEEN[MIDDLE], BETWEEN):
        left = np.flatnonzero(same)
        same[left] = _level_between(surface, starts[left], ends[left], between, heights[left], level)
    return same


def _level_between(surface: Surface, starts: Array, ends: Array, between: Array, heights: Array, level: float) -> Mask:
    """Whether at these shares of the ways from the starts (n, 2) to the ends all places come to these heights (n,)."""
    ways = starts + between[:, None, None] * (ends - starts)
    left, same = np.arange(len(starts)), np.zeros(len(starts), np.bool_)
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
    besides. Where too many would have to be followed for that, some are no longer told apart. Wide bottoms are told
    from all others already.
    """
    equal = LEVEL * relief
    order = {point: known[point] for point in sorted(known, key=lambda point: (point.value, point.position))}
    valleys = dict[CriticalPoint, Ground]()
    meeting = branching and all(ground is None or ground.clear for ground in known.values())
    floors = [ground.floor for ground in order.values() if ground and ground.valley and not ground.wide]
    left = BRANCHES if len(floors) <= MEETING else -1
    for point, ground in order.items():
        if ground is None or not ground.valley or ground.wide or _beside(point, valleys, near, equal):
            continue
        valleys[point] = ground
        if meeting and left < 0:
            valleys[point] = replace(ground, clear=False)
        elif meeting:
            level = tolerances(surface, window, np.array([point.position]), relief)[0]
            others = [floor for floor in floors if floor is not ground.floor]
            floor, alone, followed = with_branches(
                surface, window, ground.floor, float(level), ground.step, others, left
            )
            floors += alone
            left -= followed
            valleys[point] = replace(ground, floor=floor, clear=left >= 0)
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


def rejoined(
    surface: Surface, window: Window, known: Mapping[CriticalPoint, Ground | None], step: float, relief: float
) -> dict[CriticalPoint, Ground | None]:
    """The points and what they lie on, where parts of one valley are one, also those into which the border cuts it.

    Each part is followed beyond the window, and what it comes along is no other valley. Of many parts only the lowest
    are: others stay apart, unless one of these comes along them.

    step: as `Ground` has it.
    """
    equal = LEVEL * relief
    flat = [(point, ground) for point, ground in known.items() if point.kind is CriticalKind.DEGENERATE and ground]
    flat = [(point, ground) for point, ground in flat if not ground.wide]
    heights = np.array([point.value for point, _ in flat])
    alike = (np.abs(heights[:, None] - heights) <= equal).sum(axis=1) > 1
    parts = [part for part, several in zip(flat, alike.tolist(), strict=True) if several][:PARTS]
    if not parts:
        return dict(known)
    leads = np.array([point.position for point, _ in parts[:FOLLOWED]])
    wide, level = window.wider(OUTSIDE * window.diagonal), tolerances(surface, window, leads, relief)
    ways = [ground.floor for _, ground in parts]
    for share in SHORTER:
        for number, walk in enumerate(walks(surface, wide, leads, level, share * step)):
            ways[number] = np.concatenate([ways[number], _as_far_as_sure(surface, walk, leads[number], equal)])
    near = [_owners(way, [ground.floor for _, ground in parts], step) for way in ways]
    pairs = [
        (one, other)
        for one, (lead, _) in enumerate(parts)
        for other, (point, ground) in enumerate(parts)
        if one != other and abs(lead.value - point.value) <= equal and (near[one] == other).any()
        if _comes_along(surface, ways[one], ground.floor, step, equal)
    ]
    ends = np.array([*pairs, *((number, number) for number in range(len(parts)))]).T
    whole = dict(known)
    for number, first in enumerate(united(np.concatenate([ends, ends[::-1]], axis=1), len(parts)).tolist()):
        (lead, _), (point, part) = parts[first], parts[number]
        valley = whole[lead]
        if number != first and valley is not None:
            floor = np.concatenate([valley.floor, part.floor])
            whole[lead] = Ground(floor, step, ROUGHLY * relief, clear=valley.clear and part.clear)
            del whole[point]
    return whole


def _as_far_as_sure(surface: Surface, walk: Array, lead: Array, level: float) -> Array:
    """What of a walk along a floor (n, 2) is sure to be on that of the point (2,) where it began, to both sides."""
    begin = int(norm(walk - lead).argmin())
    strays = np.flatnonzero(~_on_one_curve(surface, walk[:-1], walk[1:], level))
    before, after = strays[strays < begin], strays[strays >= begin]
    return walk[before.max(initial=-1) + 1 : after.min(initial=len(walk) - 1) + 1]


def _comes_along(surface: Surface, walk: Array, floor: Array, step: float, level: float) -> bool:
    """Whether a walk along a floor (n, 2) comes along another one (m, 2)."""
    near = walk[nearest_within(walk, floor, step) < np.inf]
    there = [floor[np.argmin(norm(floor - place))] for place in near]
    return bool(len(near)) and bool(_on_one_curve(surface, near, np.array(there), level).any())


def _owners(walk: Array, floors: Sequence[Array], near: float) -> Indices:
    """The numbers of those of the floors (m, 2) that have places so near to some of a walk (n, 2)."""
    number = np.repeat(np.arange(len(floors)), [len(floor) for floor in floors])
    _, other = neighbours(walk, np.concatenate(floors), near)
    return np.unique(number[other])


def _beside(point: CriticalPoint, valleys: Mapping[CriticalPoint, Ground], near: float, equal: float) -> list[Array]:
    """The floors (n, 2) of those of the valleys to which a point is this near, and level with them."""
    here, height = np.array([point.position]), np.array([point.value])
    return [
        ground.floor
        for lead, ground in valleys.items()
        if same_floor(here, height, ground.floor, lead.value, near, equal)[0]
    ]
