"""What lies around a point where curvature does not tell: the least height on a circle, and the floor of a valley.

Nothing here asks for a derivative, so that it holds on a crease too, where there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..points import Array, Mask, dot, eigenvalues, eigenvectors, norm, pair
from ..protocol import Surface, Window
from .newton import first_of_each, nearest_within, neighbours
from .tails import fading

DIRECTIONS = 32  # In which a circle is looked at first.
# How many of the lowest directions of a circle are looked around more closely.
BOTTOMS = 4
CLOSER = 9  # How many times it is looked at more closely.
SAMPLES = 17  # Points of each such look: eight times as closely each time, to 1e-9 in the end.

NOISE_RADIUS = 1e-10  # In diagonals: heights that differ so near to a critical point differ by rounding alone.
NOISE = 8.0  # Heights are equal that differ by no more than so many times what rounding alone makes.
LEVEL = 1e-12  # Heights are equal that differ by no more than this share of the surface's relief.
# What falls by more on circles about it than the ground beside it differs at this distance, in diagonals, and than this
# share of the circle's own height, is no minimum, however high the surface is elsewhere. On those circles, in steps.
BESIDE, SHARE, NEAR_ENOUGH = 1e-9, 1e-15, (0.125, 1.0)
SLOPING = 0.5  # If the slope at it comes to this share of how steeply it falls there, it is not even critical.
CLEAR = 1e-7  # Of a floor whose height is known no better than to this share of the relief, nothing is known.

WIDEST = 4.0  # In steps: the widest circle around a point.
# Heights at which descents have come to rest are equal that differ by no more than this share of the relief.
ROUGHLY = 1e-9
HALVINGS = 14  # Circles, each half as wide as the one before, that are searched for one that is higher all around.
PLAIN = 0.25  # The share of a circle that is level where the ground is no valley but a plain.
WALL = 0.01  # How high the wall at the end of a short floor is at least, over those beside it.

SETTLING = 200  # Steps downhill that a point on a crease takes at most.
SHORTEN = 0.25  # What is left of a step's length where the one before would not lead down.
SETTLED = 1e-10  # Length of a step, in diagonals, at which the point has come to rest.
DOWN = 1e-8  # What leads down on a crease, over what leads up beside it.

BRANCHES = 4  # How often others are looked for that meet a floor, or those that do.
ASIDE = 0.6  # In steps: what is so near to a floor is no other one's.
MET = 0.2  # In steps: how near to each other two floors come that meet,
CLOSE = 8  # at so many places from each of a floor's to its next one,
FARTHEST = 1.5  # which is no farther away than so many steps.
LONGEST = 2_000  # Places of a floor to which no more are added: where valleys are a net it may have no end.
# In steps: how far apart places are from which others are followed that meet a floor. First from few, then from those
# that are left beside all that these have come along: of a net, each valley is met in many places.
WAVES = 6.0, 3.0, 2.0, ASIDE
MOST_STEPS = 256  # Along a floor, each way.
FEW = 4  # On a floor of fewer points nothing is said of its slope.
MANY = 16  # In so many places rounding does not lead down one way by chance.
TAIL = 4.0  # Steps of a floor that make a cell where it is looked for how it rises at its end, if it may be a tail.
CLOSED = 0.75  # How near, in steps, a floor comes back to where it began if it is closed.
AWAY = 3  # Steps before which no floor has come back.

_TURN = 2 * np.pi


@dataclass(frozen=True, eq=False)
class Ground:
    """What a point without slope lies on if it is a minimum."""

    floor: Array
    """Points (n, 2) along the floor of equal minima that it stands for; itself alone if it is the only one, and none at
    all if nothing is certain."""
    step: float = 0.0
    """The most by which neighbours on the floor are apart."""
    equal: float = 0.0
    """Up to which difference heights count as equal."""
    wide: bool = False
    """Whether the floor is that of a bottom that is level over a part of the plane, several cells of a grid wide."""
    clear: bool = True
    """Whether the floor is told apart from others beside it."""

    @property
    def certain(self) -> bool:
        """Whether the slope vanishes there, rather than being too small on a tail or a plain."""
        return len(self.floor) > 0

    @property
    def valley(self) -> bool:
        """Whether it stands for many."""
        return len(self.floor) > 1

    def along(self, curve: Array) -> "Ground":
        """The ground with the points (n, 2) added to its floor."""
        return replace(self, floor=np.concatenate([self.floor, curve]))


DOUBTFUL = Ground(np.empty((0, 2)))
"""What points lie on of which nothing is certain."""


def lowest_around(
    surface: Surface,
    centers: Array,
    radii: Array,
    ahead: Array | None = None,
    bottoms: int = BOTTOMS,
    closer: int = CLOSER,
    level: tuple[Array, Array] | None = None,
) -> tuple[Array, Array, Array]:
    """The lowest points on circles around the centers (n, 2), their heights (n,) and those of the highest, (n,).

    ahead: angles (n,); then only the half of the circle is looked at that lies in this direction.
    bottoms, closer: around how many of the lowest directions it is looked at more closely, and how often.
    level: heights (n,) and up to which difference others are equal to them; of several lowest points that are, where
        valleys cross, that counts which is the most straight ahead.
    """
    if ahead is None:
        angles = np.broadcast_to(np.arange(DIRECTIONS) * (_TURN / DIRECTIONS), (len(centers), DIRECTIONS))
    else:
        angles = ahead[:, None] + np.linspace(-0.25 * _TURN, 0.25 * _TURN, DIRECTIONS // 2 + 1)
    heights = _heights(surface, _on_circles(centers, radii, angles))
    highest = np.where(np.isfinite(heights), heights, -np.inf).max(axis=1, initial=-np.inf)
    angle, low = _bottoms(angles, heights)
    angle, low = angle[:, :bottoms], low[:, :bottoms]
    points, heights = np.full((*low.shape, 2), np.nan), np.full(low.shape, np.inf)
    rows = np.nonzero(low)[0]
    points[low], heights[low] = _closely(surface, centers[rows], radii[rows], angle[low], closer)
    best = heights.argmin(axis=1)
    row = np.arange(len(centers))
    if ahead is not None and level is not None:
        equal = np.abs(heights - level[0][:, None]) <= level[1][:, None]
        onward = dot(points - centers[:, None], pair(np.cos(ahead), np.sin(ahead))[:, None])
        best = np.where(equal[row, best], np.where(equal, onward, -np.inf).argmax(axis=1), best)
    return points[row, best], heights[row, best], highest


def _closely(surface: Surface, centers: Array, radii: Array, angle: Array, closer: int = CLOSER) -> tuple[Array, Array]:
    """The lowest points (n, 2) on circles about each of some directions (n,), and their heights (n,)."""
    width = _TURN / DIRECTIONS
    offsets = np.linspace(-1.0, 1.0, SAMPLES)
    rows = np.arange(len(angle))
    for _ in range(closer):
        nearby = angle[:, None] + width * offsets
        best = _heights(surface, _on_circles(centers, radii, nearby)).argmin(axis=-1)
        angle, width = nearby[rows, best], width * 2 / (SAMPLES - 1)
    points = _on_circles(centers, radii, angle[:, None])[:, 0]
    return points, _heights(surface, points)


def _bottoms(angles: Array, heights: Array) -> tuple[Array, Mask]:
    """The angles (n, BOTTOMS) of the lowest of those directions (n, k) that are lower than both of their neighbours.

    And which are any: most circles have fewer.
    """
    beside = np.minimum(np.roll(heights, 1, axis=1), np.roll(heights, -1, axis=1))
    low = heights <= beside
    order = np.argsort(np.where(low, heights, np.inf), axis=1, kind="stable")[:, :BOTTOMS]
    return np.take_along_axis(angles, order, axis=1), np.take_along_axis(low, order, axis=1)


def _on_circles(centers: Array, radii: Array, angles: Array) -> Array:
    """Points (..., k, 2) in the directions (..., k) of centers (..., 2)."""
    return np.asarray(centers[..., None, :] + radii[..., None, None] * pair(np.cos(angles), np.sin(angles)))


def _heights(surface: Surface, points: Array) -> Array:
    heights = surface.value(points)
    return np.where(np.isnan(heights), np.inf, heights)


def tolerances(surface: Surface, window: Window, points: Array, relief: float) -> Array:
    """Up to which differences heights near the critical points (n, 2) count as equal, (n,)."""
    return NOISE * _differences(surface, points, NOISE_RADIUS * window.diagonal) + LEVEL * relief


def _differences(surface: Surface, points: Array, radius: float) -> Array:
    """The most by which heights on a circle of this radius about the points (n, 2) differ from theirs, (n,)."""
    angles = np.broadcast_to(np.arange(DIRECTIONS) * (_TURN / DIRECTIONS), (len(points), DIRECTIONS))
    near = _heights(surface, _on_circles(points, np.full(len(points), radius), angles))
    center = _heights(surface, points)[:, None]
    return np.asarray(np.abs(near - center).max(axis=1, initial=0.0))


def grounds(
    surface: Surface, window: Window, points: Array, relief: float, step: float, sharp: bool = False
) -> list[Ground | None]:
    """What each of the critical points (n, 2) lies on; None where it is no minimum.

    One that is alone is lower than all of a circle around it, and nothing within the circle is lower than it. One that
    stands for a valley lies on a floor that is as high as it all along: until it closes, or leaves the window, or has
    walls at its ends. Of one that falls, or is level at one end and rises at the other as tails do, nothing is certain.

    sharp: whether the points are where it is steep, so that heights beside them differ by more than rounding makes; of
        a floor whose height is known no better for that, it is certain that it is one if it is level all along.
    """
    with np.errstate(all="ignore"):
        equal = tolerances(surface, window, points, relief)
        beside = NOISE * _differences(surface, points, BESIDE * window.diagonal)
        alone, level, within, steep = _rings(surface, points, step, equal, beside)
        found: list[Ground | None] = [Ground(points[i : i + 1]) if alone[i] else None for i in range(len(points))]
        for i in np.flatnonzero(alone & (within > 0) & ~_plain(surface, points, 0.5 * within, equal)).tolist():
            floor = _short_floor(surface, window, points[i], equal[i], within[i])
            found[i] = Ground(floor, step, ROUGHLY * relief) if len(floor) > 1 else found[i]
        unclear = equal > CLEAR * relief
        doubtful = level & (
            (unclear & (not sharp)) | _plain(surface, points, np.full(len(points), WIDEST * step), equal)
        )
        doubtful |= (steep > 0) & (norm(surface.gradient(points)) >= SLOPING * steep)
        found = [DOUBTFUL if doubt else ground for ground, doubt in zip(found, doubtful.tolist(), strict=True)]
        others = np.flatnonzero(level & ~doubtful)
        for index, floor in zip(
            others.tolist(), floors(surface, window, points[others], equal[others], step), strict=True
        ):
            apart = np.abs(surface.value(floor) - surface.value(points[index])).max(initial=0.0)
            sloping = unclear[index] and not apart <= CLEAR * relief
            found[index] = DOUBTFUL if sloping else Ground(floor, step, ROUGHLY * relief)
    return found


def _rings(
    surface: Surface, points: Array, step: float, equal: Array, beside: Array
) -> tuple[Mask, Mask, Array, Array]:
    """Around which of the points (n, 2) a circle is higher and nothing within lower; and where none is either; (n,).

    And the radius of the widest circle around each that is as high as the point somewhere, but nowhere lower; or 0. And
    how steeply it falls about one that is no minimum for all that; or 0.

    equal: up to which difference heights count as equal; beside: by how much those right beside each of them differ.
    """
    heights = surface.value(points)
    higher, lower, rises = np.zeros((3, len(points)), np.bool_)
    within, steep = np.zeros((2, len(points)))
    for radius in WIDEST * step * np.exp2(-np.arange(HALVINGS)[::-1]) if len(points) else ():
        _, least, most = lowest_around(surface, points, np.full(len(points), radius))
        apart = beside + SHARE * (most - heights)
        falls = ~rises & (least < heights - apart) & (NEAR_ENOUGH[0] * step <= radius <= NEAR_ENOUGH[1] * step)
        steep[falls] = ((heights - least) / radius)[falls]
        rises |= least > heights + apart
        higher |= ~lower & (least > heights + equal)
        lower |= ~higher & (least < heights - equal) & (radius <= step)
        within[np.abs(least - heights) <= equal] = radius
    falls = (steep > 0) & ~lower
    return higher & ~falls, ~higher & ~lower & ~falls, within, np.where(falls, steep, 0.0)


def _short_floor(surface: Surface, window: Window, point: Array, equal: float, within: float) -> Array:
    """The floor (m, 2) on which a point (2,) lies that reaches no farther than twice as far, or none at all.

    What only seems to be one, for it rises as little as x⁸ does, has hardly risen where the walls beside it are high.
    """
    here, radius = point[None], np.array([WIDEST * within])
    _, least, most = lowest_around(surface, here, radius)
    if not least - surface.value(here) > WALL * (most - surface.value(here)):
        return np.empty((0, 2))
    return floors(surface, window, here, np.array([equal]), within / WIDEST)[0]


def _plain(surface: Surface, points: Array, radii: Array, equal: Array) -> Mask:
    """Which of the points (n, 2) have level ground in too many directions for a floor between two walls, (n,)."""
    angles = np.broadcast_to(np.arange(DIRECTIONS) * (_TURN / DIRECTIONS), (len(points), DIRECTIONS))
    around = _heights(surface, _on_circles(points, radii, angles))
    level = np.abs(around - surface.value(points)[:, None]) <= equal[:, None]
    return np.asarray(level.mean(axis=1) > PLAIN)


def floors(surface: Surface, window: Window, points: Array, equal: Array, step: float) -> list[Array]:
    """The floors (m, 2) on which the points (n, 2) lie, from end to end in such steps, as `_joined` has them."""
    ways = _ways(surface, window, points, equal, step)
    each = zip(points, *ways, equal.tolist(), strict=True)
    return [_joined(surface, point, ahead, back, level) for point, ahead, back, level in each]


def is_tail(surface: Surface, window: Window, point: Array, equal: float, step: float) -> bool:
    """Whether the floor on which a point (2,) lies is seen to be a tail: where it ends in the window, it fades out."""
    (ahead,), (back,) = _ways(surface, window, point[None], np.array([equal]), step)
    if not (ahead.points or back.points):
        return False
    ends = [each for each in ((ahead, back), (back, ahead)) if each[0].end == "rise"]
    return any(_fading(surface, point, *each, equal, TAIL) > 0.5 for each in ends)


def with_branches(
    surface: Surface, window: Window, floor: Array, equal: float, step: float, others: Sequence[Array], most: int
) -> tuple[Array, list[Array], int]:
    """A floor (n, 2) with those that cross it or branch off from it, (m, 2).

    And the floors that were found not to meet it; and how many were followed for all that.

    On a circle about a place where others meet it, there are more than two directions that are lower than those beside.
    So there are beside the floors of other valleys: one that is known not to meet it is not followed again.

    others: floors (k, 2) that are known.
    most: how many are followed at most. Where more would have to be, their number is larger than that.
    """
    fresh, alone, followed = floor, list[Array](), 0
    for _ in range(BRANCHES):
        starts, met = _off(surface, window, fresh, equal, step), list[Array]()
        starts = starts[nearest_within(starts, floor, ASIDE * step) == np.inf]
        starts = starts[~_elsewhere(starts, floor, [*others, *alone], step)]
        for apart in WAVES:
            starts = starts[nearest_within(starts, floor, ASIDE * step) == np.inf]
            first = first_of_each(starts, apart * step)
            followed += len(first)
            if len(floor) > LONGEST or followed > most:
                return floor, alone, followed
            for more in floors(surface, window, first, np.full(len(first), equal), step):
                new = nearest_within(more, floor, ASIDE * step) == np.inf
                if new.any() and len(floor) <= LONGEST and _meet(more, floor, step):
                    floor = np.concatenate([floor, more])
                    met.append(more)
                elif new.all() and len(more):
                    alone.append(more)
        if not met:
            break
        fresh = np.concatenate(met)
    return floor, alone, followed


def _elsewhere(points: Array, floor: Array, others: Sequence[Array], step: float) -> Mask:
    """Which of the points (n, 2) lie on one of the other floors (k, 2) that does not meet this one, (m, 2); (n,)."""
    lie = np.zeros(len(points), np.bool_)
    if not len(points) or not others:
        return lie
    places = [_closed_up(other, step) for other in others]
    number = np.repeat(np.arange(len(places)), [len(some) for some in places])
    point, place = neighbours(points, np.concatenate(places), MET * step)
    for which in np.unique(number[place]).tolist():
        if not _meet(others[which], floor, step):
            lie[point[number[place] == which]] = True
    return lie


def _meet(one: Array, other: Array, step: float) -> bool:
    """Whether two floors (n, 2), (m, 2) come so near to each other that they meet between their places."""
    one = one[nearest_within(one, other, FARTHEST * step) < np.inf]
    other = other[nearest_within(other, one, FARTHEST * step) < np.inf]
    return bool((nearest_within(_closed_up(one, step), _closed_up(other, step), MET * step) < np.inf).any())


def _closed_up(floor: Array, step: float) -> Array:
    """A floor (n, 2) with places between neighbours, (m, 2)."""
    starts, ways = floor[:-1], np.diff(floor, axis=0)
    near = norm(ways) <= FARTHEST * step
    between = starts[near] + np.linspace(0.0, 1.0, CLOSE, endpoint=False)[:, None, None] * ways[near]
    return np.concatenate([between.reshape(-1, 2), floor])


def _off(surface: Surface, window: Window, floor: Array, equal: float, step: float) -> Array:
    """Level places (m, 2) in the window a step away from those of a floor (n, 2) around which several ways are low."""
    angles = np.broadcast_to(np.arange(DIRECTIONS) * (_TURN / DIRECTIONS), (len(floor), DIRECTIONS))
    radii = np.full(len(floor), step)
    heights = _heights(surface, _on_circles(floor, radii, angles))
    low = (heights < np.roll(heights, 1, axis=1)) & (heights <= np.roll(heights, -1, axis=1))
    meeting = low.sum(axis=1) > 2
    angle, real = _bottoms(angles[meeting], heights[meeting])
    rows = np.nonzero(real)[0]
    points, heights = _closely(surface, floor[meeting][rows], radii[meeting][rows], angle[real])
    return points[(np.abs(heights - surface.value(floor[:1])) <= equal) & window.contains(points)]


def _ways(
    surface: Surface, window: Window, points: Array, equal: Array, step: float, straight: bool = True
) -> "tuple[list[_Way], list[_Way]]":
    """The walks from the points (n, 2) to both sides."""
    if not len(points):
        return [], []
    first, _, _ = lowest_around(surface, points, np.full(len(points), step))
    out, heights = first - points, surface.value(points)
    angles = np.arctan2(out[:, 1], out[:, 0])
    both = np.tile(points, (2, 1)), np.tile(heights, 2), np.tile(equal, 2)
    ways = _walk(surface, window, *both, np.concatenate([angles, angles + 0.5 * _TURN]), step, straight)
    return ways[: len(points)], ways[len(points) :]


def walks(surface: Surface, window: Window, points: Array, equal: Array, step: float) -> list[Array]:
    """As `floors`, but as far as each floor is level in the window (m, 2), whatever its ends.

    Where floors cross these turn as rounding has it: so they come along some that are met nowhere else.
    """
    ways = _ways(surface, window, points, equal, step, straight=False)
    return [
        np.array([*back.points[::-1], point, *ahead.points]) for point, ahead, back in zip(points, *ways, strict=True)
    ]


@dataclass(slots=True)
class _Way:
    """A walk along a floor, and how it ended."""

    points: list[Array]
    end: str = "endless"


def _walk(
    surface: Surface,
    window: Window,
    points: Array,
    heights: Array,
    equal: Array,
    angles: Array,
    step: float,
    straight: bool,
) -> list[_Way]:
    """From each point (n, 2) in a direction (n,), always to the lowest point a step ahead.

    straight: whether one goes straight on where floors cross, and several such points are level.
    """
    ways = [_Way([]) for _ in points]
    here, angle = points.copy(), angles.copy()
    going = np.arange(len(points))
    for number in range(MOST_STEPS):
        if not len(going):
            break
        radii, level = np.full(len(going), step), (heights[going], equal[going]) if straight else None
        ahead, least, _ = lowest_around(surface, here[going], radii, angle[going], level=level)
        moved = ahead - here[going]
        here[going], angle[going] = ahead, np.arctan2(moved[:, 1], moved[:, 0])
        inside = window.contains(ahead)
        back = (norm(ahead - points[going]) < CLOSED * step) & (number >= AWAY)
        rise = least - heights[going]
        ends = np.select(
            [~inside, ~(rise <= equal[going]), rise < -equal[going], back],
            ["border", "rise", "fall", "closed"],
            default="",
        )
        for index, end, point in zip(going.tolist(), ends.tolist(), ahead, strict=True):
            if end:
                ways[index].end = end
            else:
                ways[index].points.append(point)
        going = going[ends == ""]
    return ways


def _joined(surface: Surface, point: Array, forward: _Way, backward: _Way, equal: float) -> Array:
    """The whole floor, if it is one of minima; no points, if it leads down, or may: as a tail does.

    equal: up to which difference heights count as equal.
    """
    ends = {forward.end, backward.end}
    if "closed" in ends:
        return np.array([point, *(forward if forward.end == "closed" else backward).points])
    floor = np.array([*backward.points[::-1], point, *forward.points])
    if ends == {"rise"} or (ends == {"border"} and not _slopes(surface, floor)):
        return floor
    if ends == {"rise", "border"} and len(floor) > 1:
        rising, other = (backward, forward) if backward.end == "rise" else (forward, backward)
        if _fading(surface, point, rising, other, equal) <= 0.5 and not _slopes(surface, floor):
            return floor
    return np.empty((0, 2))


def _fading(surface: Surface, point: Array, way: _Way, other: _Way, equal: float, cell: float = 1.0) -> float:
    """As `fading` has it, where a way from a point (2,) along its floor ends, of which another is the other side.

    cell: in steps of the way.
    """
    before, end = [*other.points[:1], point, *way.points][-2:]
    return fading(surface, end[None], cell * (end - before)[None], float(surface.value(point)), equal / LEVEL)


def _slopes(surface: Surface, floor: Array) -> bool:
    """Whether a floor goes down all along, too little for its heights to tell: as tails do.

    Along the floor is where curvature is least. What is left of a slope on level floors is rounding: up here and down
    there; or up all along, but no more than a place's last digit makes aside of the floor, and not steadily less so.
    """
    if len(floor) < FEW:
        return False
    parts = -(-MANY // len(floor))
    index = np.arange((len(floor) - 1) * parts + 1) / parts
    floor = pair(*(np.interp(index, np.arange(len(floor)), side) for side in floor.T))
    for polish in (True, True, False):
        gradients, hessians = surface.gradient(floor), surface.hessian(floor)
        curvatures, axes = eigenvalues(hessians), eigenvectors(hessians)
        flatter = (np.abs(curvatures[:, 0]) <= np.abs(curvatures[:, 1]))[:, None]
        along, across = np.where(flatter, axes[:, 0], axes[:, 1]), np.where(flatter, axes[:, 1], axes[:, 0])
        steepness = np.where(flatter[:, 0], curvatures[:, 1], curvatures[:, 0])
        if polish:
            floor = floor - (dot(gradients, across) / steepness)[:, None] * across
    along = along * np.sign(dot(along, np.gradient(floor, axis=0)))[:, None]
    slopes, rises = dot(gradients, along), np.diff(surface.value(floor[::parts]))
    changes = np.diff(np.abs(slopes))
    steady = (changes < 0).all() or (changes > 0).all()
    if not steady and (np.abs(slopes) <= np.abs(steepness) * np.spacing(np.abs(floor).max())).all():
        return False
    up, down = (slopes > 0).all() and (rises >= 0).all(), (slopes < 0).all() and (rises <= 0).all()
    return bool(up or down)


def settled(surface: Surface, window: Window, points: Array, step: float) -> Array:
    """Where the points (n, 2) come to rest that always go to the lowest place around, (m, 2): along creases too.

    Those that leave the window are left out. Where it is level all around, one rests.
    """
    points, strides = points.copy(), np.full(len(points), step)
    for _ in range(SETTLING):
        going = np.flatnonzero(strides > SETTLED * window.diagonal)
        if not len(going):
            break
        here = surface.value(points[going])
        ahead, least, most = lowest_around(surface, points[going], strides[going])
        down = here - least > DOWN * (most - here)
        points[going[down]] = ahead[down]
        strides[going[~down]] *= SHORTEN
        strides[going[(least == here) & (most == here)]] = 0.0
        inside = window.contains(points)
        points, strides = points[inside], strides[inside]
    return points


def same_floor(points: Array, heights: Array, floor: Array, height: float, near: float, equal: float) -> Mask:
    """Which of the points (n, 2) of these heights (n,) are this near to the floor (m, 2), and level with it; (n,)."""
    gaps = norm(points[:, None] - floor[None]).min(axis=1, initial=np.inf)
    return np.asarray((gaps <= near) & (np.abs(heights - height) <= equal))
