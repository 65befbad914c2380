"""Basins of attraction: in which minimum the descent from a point ends.

The descent meant is gradient flow dθ/dt = −∇L, which gradient descent follows with a small learning
rate. It is integrated by the exponential Rosenbrock–Euler method (Hochbruck & Ostermann 2010,
"Exponential integrators", Acta Numerica 19, 209–286): each step solves the flow of the local quadratic model exactly,
so a stiff valley costs no more steps than a round bowl. It is of first order where the curvature changes: beside flows
of fourth order in tiny steps, the ridge of the opening scene is off by up to 3e-4 of the window's diagonal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .critical.bottoms import level_between
from .critical.ground import Ground, lowest_around, walks
from .critical.newton import apart, first_of_each, nearest_within
from .critical.point import CriticalPoint
from .critical.search import grounds_of
from .discs import Tiles
from .points import Array, Mask, components, dot, eigenvalues, eigenvectors, norm, pair
from .protocol import Surface, Window

NO_BASIN = -1
"""The label of a point whose descent ends in none of the known minima: on a ridge, or outside."""

_UNSURE = -2  # Not to be told without following the flow farther.
_UNKNOWN = -3  # Not asked for yet.

STEP = 0.01  # Longest step of the flow, in window diagonals, or in distances from the centre where these are longer.
FAR = 10.0  # Where a flow is given up, in window diagonals from the centre.
AT_REST = 1e-9  # A flow whose next step is this short, in diagonals, has arrived.
MOST_STEPS = 2000
# A flow goes downhill and does not turn back. Steps that do so often, a tenth as long as the longest or more, have
# lost it: they jump about in a terrain that is finer than they are, or across a pole.
MOST_TURNS, TURN = 20, 0.1
# Candidate radii of the certain disc, in diagonals, and in how many directions each is looked at.
_WIDE = np.geomspace(0.01, 0.25, 18)
RINGS = (
    (np.geomspace(1e-5, 0.01, 20, endpoint=False), 64),
    (_WIDE[_WIDE <= 0.1], 128),
    (_WIDE[_WIDE > 0.1], 256),
)

SPARSE = 8  # Every so manyth direction is looked at first.
ASIDE = 1e-6  # How far from a circle, in radii, heights are compared where there is no gradient on it.
FEW = 1 << 12  # Pairs of points and minima that are compared at once.
MANY = 128  # Minima of which only those are looked at that are near.
NEAR = 1 << 13  # Points that are held against one minimum after the other while they are at hand.
POINTS = 1 << 16  # On circles of all minima, that are looked at at once.

CELLS = 128  # Along each side of the window; a flow that enters a cell well inside one basin need go no farther.
MARGIN = 3  # Cells around those that are asked for, which are looked at with them.

LEVEL_FLOOR = 1e-6  # A valley's curvature along its floor, over that across.
BEYOND = FAR  # How far beyond the window floors of valleys are followed, in diagonals.

# On a crease a flow jumps from side to side. From there on it slides from the lowest place around to the next.
SLIDES = 200  # How often it does at most.
STRIDE = 0.02  # How far at a time, in diagonals.
SHORTER = 0.25  # What is left of that where the next place would not be lower.
DOWNHILL = 1e-4  # What leads down on a crease, over what leads up beside it.
SLID = 1e-4  # How near to a tip, in diagonals, it has arrived.
SLID_LEVEL = 1e3  # How near to a floor's height it must come for that, in what counts as equal there.

Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Basins:
    """The minima of a surface, each with a disc around it that certainly belongs to its basin."""

    surface: Surface
    window: Window
    minima: Array
    """Positions, shape (K, 2)."""
    radii: Array
    """Radii of the certain discs, shape (K,)."""
    valleys: Mask
    """Which of the minima stand for a whole valley of equal ones, shape (K,)."""
    grounds: tuple[Ground, ...]
    """What each lies on: itself, or the floor of its valley."""

    def nearest(self, points: Array) -> Labels:
        """The minimum in whose certain disc each of the points (n, 2) lies, or NO_BASIN; shape (n,)."""
        if len(points) * len(self.minima) > FEW:
            return self.discs(points)[0]
        with np.errstate(over="ignore"):
            offsets = points.T[..., None] - self.minima.T[:, None]
            offsets *= offsets
            inside = offsets[0] + offsets[1] <= self.radii * self.radii
        last = inside.shape[1] - 1 - inside[:, ::-1].argmax(axis=1) if inside.shape[1] else np.intp(0)
        return np.where(inside.any(axis=1), last, NO_BASIN)

    def discs(self, points: Array, share: float = 1.0) -> tuple[Labels, Mask]:
        """As `nearest`, and whether each is no farther from that minimum than this share of the radius; both (n,)."""
        if len(self.minima) > MANY:
            return self._tiles.last(points, share, NO_BASIN)
        labels, inner = np.full(len(points), NO_BASIN, dtype=np.intp), np.zeros(len(points), dtype=np.bool_)
        x, y = points.T
        with np.errstate(over="ignore"):
            for part in (slice(first, first + NEAR) for first in range(0, len(points), NEAR)):
                for index, ((center_x, center_y), radius) in enumerate(zip(self.minima, self.radii, strict=True)):
                    square, along = x[part] - center_x, y[part] - center_y
                    square *= square
                    along *= along
                    square += along
                    inside, core = square <= radius * radius, share * radius
                    np.copyto(labels[part], index, where=inside)
                    np.copyto(inner[part], square <= core * core, where=inside)
        return labels, inner

    def labels(self, points: Array, nearest: Labels | None = None) -> Labels:
        """The index of the minimum in which the descent from each point (n, 2) ends, or NO_BASIN; shape (n,).

        nearest: what `nearest` says of the points, if it is known already.
        """
        labels = self.nearest(points) if nearest is None else nearest.copy()
        outside = np.flatnonzero(labels == NO_BASIN)
        if len(outside) and len(self.minima):
            labels[outside] = self._flow(points[outside], self._by_cells)[0]
        return labels

    def follow(self, points: Array, most: int = MOST_STEPS) -> tuple[Labels, Array]:
        """The labels (n,) of the points (n, 2), and where their flows ended: at rest, or in a certain disc.

        most: steps of a flow, after which it is given up.
        """
        return self._flow(points, self._by_discs, most)

    def at_rest(self, points: Array) -> Labels:
        """The valley on whose floor each of the points (n, 2) lies, in the window or near it, or NO_BASIN; (n,)."""
        return self._rest(points)

    def _flow(self, points: Array, known: Callable[[Array], Labels], most: int = MOST_STEPS) -> tuple[Labels, Array]:
        """Labels (n,) and ends (n, 2) of flows that go on until the label of the place they have come to is known."""
        diagonal = self.window.diagonal
        still = AT_REST * diagonal
        labels, ends = known(points), points.copy()
        before, turns = np.zeros_like(ends), np.zeros(len(ends), dtype=np.intp)
        moving = np.flatnonzero(labels == _UNSURE)
        for _ in range(most):
            if not len(moving):
                break
            places = ends[moving]
            longest = STEP * np.clip(norm(places - self.window.center), diagonal, FAR * diagonal)
            step = flow_step(self.surface, places, longest)
            places += step
            ends[moving] = places
            turns[moving] += ~(dot(step, before[moving]) >= -((TURN * longest) ** 2))
            before[moving] = step
            found = labels[moving] = known(places)
            unsure, far = found == _UNSURE, norm(step) > still
            arrived = moving[unsure & ~far]
            if len(arrived):
                labels[arrived] = self._rest(ends[arrived])
            near = norm(places - self.window.center) < FAR * diagonal
            moving = moving[unsure & far & near & (turns[moving] <= MOST_TURNS)]
        creased = turns > MOST_TURNS
        creased[labels == NO_BASIN] |= self._without_gradient(ends[labels == NO_BASIN])
        self._slide(labels, ends, np.flatnonzero(creased & (labels < 0)), known)
        labels[labels == _UNSURE] = NO_BASIN
        return labels, ends

    def _without_gradient(self, points: Array) -> Mask:
        """Where the surface is, but has no gradient: on a crease; (n,)."""
        with np.errstate(all="ignore"):
            gradients = self.surface.gradient(points)
            return np.asarray(np.isfinite(self.surface.value(points)) & np.isnan(gradients).any(axis=-1))

    def _slide(self, labels: Labels, ends: Array, sliding: Labels, known: Callable[[Array], Labels]) -> None:
        """Go on along creases from some of the ends (n, 2), and write down where that leads and the labels (n,)."""
        stride, last = np.full(len(ends), STRIDE * self.window.diagonal), AT_REST * self.window.diagonal
        labels[sliding] = _UNSURE
        for _ in range(SLIDES):
            if not len(sliding):
                break
            with np.errstate(all="ignore"):
                heights = self.surface.value(ends[sliding])
                ahead, least, most = lowest_around(self.surface, ends[sliding], stride[sliding], bottoms=2, closer=4)
            down = heights - least > DOWNHILL * (most - heights)
            ends[sliding[down]] = ahead[down]
            stride[sliding[~down]] *= SHORTER
            labels[sliding] = known(ends[sliding])
            arrived = sliding[(labels[sliding] == _UNSURE) & (stride[sliding] <= last)]
            labels[arrived] = self._rest(ends[arrived], SLID * self.window.diagonal)
            near = norm(ends[sliding] - self.window.center) < FAR * self.window.diagonal
            sliding = sliding[(labels[sliding] == _UNSURE) & near]

    def _by_discs(self, points: Array) -> Labels:
        """The labels of the points in certain discs, _UNSURE elsewhere."""
        labels = self.nearest(points)
        labels[labels == NO_BASIN] = _UNSURE
        return labels

    def _by_cells(self, points: Array) -> Labels:
        """The labels of the points in certain discs and in cells well inside one basin, _UNSURE elsewhere."""
        labels = self._by_discs(points)
        unsure = np.flatnonzero(labels == _UNSURE)
        if len(unsure):
            labels[unsure] = self._cells.labels(points[unsure], self._ends_in)
        return labels

    @property
    def nbytes(self) -> int:
        """Bytes of what has been found out by now."""
        known: list[_Cells | Tiles] = [self.__dict__[name] for name in ("_cells", "_tiles") if name in self.__dict__]
        return sum(each.nbytes for each in known)

    @cached_property
    def _tiles(self) -> Tiles:
        return Tiles(self.minima, self.radii)

    @cached_property
    def _cells(self) -> "_Cells":
        return _Cells(self.window)

    def _ends_in(self, points: Array) -> Labels:
        return self.follow(points)[0]

    def _rest(self, ends: Array, around: float = 0.0) -> Labels:
        """Labels (n,) of flows that came to rest outside every certain disc: in a valley, on a saddle, on a crease.

        around: how near to a minimum a flow along a crease has arrived in it; 0 if it was none.
        """
        labels = np.full(len(ends), NO_BASIN, dtype=np.intp)
        if not len(ends) or not len(self.minima):
            return labels
        with np.errstate(all="ignore"):
            heights = self.surface.value(ends)
            lower, upper = eigenvalues(self.surface.hessian(ends)).T
        if around:
            gaps = norm(ends[:, None] - self.minima)
            labels[:] = np.where(gaps.min(axis=1) <= around, gaps.argmin(axis=1), NO_BASIN)
        # On a crease there are no curvatures.
        open_ = np.flatnonzero((labels == NO_BASIN) & (bool(around) | ~(lower < -LEVEL_FLOOR * upper)))
        slack = SLID_LEVEL if around else 1.0
        labels[open_] = self._on_floors([ground.floor for ground in self.grounds], ends[open_], heights[open_], slack)
        outside = np.flatnonzero((labels == NO_BASIN) & ~self.window.contains(ends))
        outside = np.intersect1d(open_, outside)
        if len(outside) and self.valleys.any():
            labels[outside] = self._on_floors(self._longer_floors, ends[outside], heights[outside], slack)
            open_ = outside[labels[outside] == NO_BASIN]
            labels[open_] = self._straight_on(ends[open_], heights[open_])
        return labels

    def _on_floors(self, floors: Sequence[Array], ends: Array, heights: Array, slack: float) -> Labels:
        """The nearest valley on whose floor, at its height, each of the ends (n, 2) lies, or NO_BASIN; shape (n,)."""
        labels, least = np.full(len(ends), NO_BASIN, dtype=np.intp), np.full(len(ends), np.inf)
        for index in np.flatnonzero(self.valleys).tolist():
            ground, height = self.grounds[index], float(self._heights[index])
            gaps = nearest_within(ends, floors[index], ground.step)
            nearer = (gaps < least) & (np.abs(heights - height) <= slack * ground.equal)
            labels[nearer], least[nearer] = index, gaps[nearer]
        return labels

    def _straight_on(self, ends: Array, heights: Array) -> Labels:
        """The valley whose floor goes straight on, past where it was followed to, to each of the ends (n, 2); (n,)."""
        labels = np.full(len(ends), NO_BASIN, dtype=np.intp)
        hessians = self.surface.hessian(ends)
        lower, upper = eigenvalues(hessians).T
        across = eigenvectors(hessians)[:, 1]
        level = np.abs(lower) <= LEVEL_FLOOR * upper
        for index in np.flatnonzero(self.valleys).tolist():
            ground, floor = self.grounds[index], self._longer_floors[index]
            rows = np.flatnonzero(level & (np.abs(heights - self._heights[index]) <= ground.equal))
            tips = floor[[norm(floor - end).argmin() for end in ends[rows]]]
            along = np.abs(dot(tips - ends[rows], across[rows])) <= ground.step
            rows, tips = rows[along], tips[along]
            labels[rows[level_between(self.surface, ends[rows], tips, ground.equal)]] = index
        return labels

    @cached_property
    def _heights(self) -> Array:
        return np.asarray(self.surface.value(self.minima))

    @cached_property
    def _longer_floors(self) -> list[Array]:
        """The floors of valleys with what lies beyond the window."""
        wide = self.window.wider(BEYOND * self.window.diagonal)
        longer = [ground.floor for ground in self.grounds]
        indices = np.flatnonzero(self.valleys)
        steps = max(self.grounds[index].step for index in indices)
        equal = np.array([self.grounds[index].equal for index in indices])
        with np.errstate(all="ignore"):
            walked = walks(self.surface, wide, self.minima[indices], equal, steps)
            for index, walk, level in zip(indices.tolist(), walked, equal, strict=True):
                ends = self._other_ends(longer[index], walk, steps)
                more = walks(self.surface, wide, ends, np.full(len(ends), level), steps)
                longer[index] = np.concatenate([longer[index], walk, *more])
        return longer

    def _other_ends(self, floor: Array, walk: Array, step: float) -> Array:
        """Where a floor (n, 2) comes to the window's border that is not on the walk (m, 2) along it; (k, 2)."""
        x, y = components(floor)
        across, up = (
            np.minimum(x - self.window.x0, self.window.x1 - x),
            np.minimum(y - self.window.y0, self.window.y1 - y),
        )
        ends = floor[np.minimum(across, up) < 2 * step]
        return first_of_each(ends[nearest_within(ends, walk, step) == np.inf], 2 * step)


class _Cells:
    """The window in cells, each known to lie well inside one basin or not.

    A cell does if the flows from its own four corners and from those of all its neighbours, sixteen
    nodes, end in the same minimum. Nodes are followed when a cell is first asked for, and remembered: a cell's
    label depends on nothing but the surface, whatever was asked before.
    """

    def __init__(self, window: Window) -> None:
        self._corner = np.array([window.x0, window.y0])
        self._size = np.array([window.width, window.height]) / CELLS
        self._cells = np.full((CELLS, CELLS), _UNKNOWN, dtype=np.int32)
        # The neighbours of the outermost cells have corners outside: node (i, j) lies at (i − 1, j − 1).
        self._nodes = np.full((CELLS + 3, CELLS + 3), _UNKNOWN, dtype=np.int32)

    @property
    def nbytes(self) -> int:
        """Bytes of all that is remembered."""
        return self._cells.nbytes + self._nodes.nbytes

    def labels(self, points: Array, follow: Callable[[Array], Labels]) -> Labels:
        """The label of each point's cell, _UNSURE where it lies near a ridge or the point outside; shape (n,).

        follow: in which minimum the flow from each of some points ends. It is no part of the cells, for that would
        be part of what they are a part of, and both would outlive their use.
        """
        labels = np.full(len(points), _UNSURE, dtype=np.intp)
        places = np.floor((points - self._corner) / self._size)
        inside = np.flatnonzero(((places >= 0) & (places < CELLS)).all(axis=1))
        i, j = places[inside].astype(np.intp).T
        fresh = self._cells[i, j] == _UNKNOWN
        if fresh.any():
            self._explore(*self._around(i[fresh], j[fresh]), follow)
        labels[inside] = self._cells[i, j]
        return labels

    def _around(self, i: Labels, j: Labels) -> tuple[Labels, Labels]:
        """The cells (i, j) and those around them that are not known: many flows at once take hardly longer than few.

        What comes next is often near.
        """
        wanted = np.zeros((CELLS, CELLS), dtype=np.bool_)
        wanted[i, j] = True
        for _ in range(MARGIN):
            wider = wanted.copy()
            wider[1:] |= wanted[:-1]
            wider[:-1] |= wanted[1:]
            wanted = wider.copy()
            wanted[:, 1:] |= wider[:, :-1]
            wanted[:, :-1] |= wider[:, 1:]
        rows, columns = np.nonzero(wanted & (self._cells == _UNKNOWN))
        return rows, columns

    def _explore(self, i: Labels, j: Labels, follow: Callable[[Array], Labels]) -> None:
        """Find the labels of the cells (i, j)."""
        across, along = (axis.reshape(-1) for axis in np.mgrid[:4, :4])
        rows, columns = i[:, None] + across, j[:, None] + along
        fresh = np.zeros(self._nodes.shape, dtype=np.bool_)
        fresh[rows, columns] = True
        wanted = np.argwhere(fresh & (self._nodes == _UNKNOWN))
        if len(wanted):
            self._nodes[tuple(wanted.T)] = follow(self._corner + (wanted - 1) * self._size)
        nodes = self._nodes[rows, columns]
        self._cells[i, j] = np.where((nodes == nodes[:, :1]).all(axis=1), nodes[:, 0], _UNSURE)


def find_basins(
    surface: Surface, window: Window, minima: Sequence[CriticalPoint], grounds: Sequence[Ground] | None = None
) -> Basins:
    """The basins of these minima of the surface.

    grounds: what each lies on, as `Search` has it, which is looked for if it is not given.
    """
    positions = np.array([minimum.position for minimum in minima]).reshape(-1, 2)
    lies = tuple(grounds_of(surface, window, minima) if grounds is None else grounds)
    valleys = np.array([ground.valley for ground in lies], dtype=np.bool_)
    radii = _certain_radii(surface, window, positions)
    radii[valleys] = 0.0  # No disc around a single point of it says where in the valley a flow ends.
    return Basins(surface, window, positions, radii, valleys, lies)


def _certain_radii(surface: Surface, window: Window, minima: Array) -> Array:
    """The largest radius up to which the flow everywhere comes nearer to each minimum m (K, 2): (θ − m)·∇L > 0; (K,).

    Such a disc cannot be left by the flow and holds no other critical point, such as the next minimum.
    Checked on a fine polar grid; a few directions at first, which tell of most circles that they are too wide.
    """
    gap = apart(minima, minima)
    certain = np.full(len(minima), RINGS[0][0][0])
    widening = np.arange(len(minima))
    for rings, count in RINGS:
        inside = rings * window.diagonal < gap[widening, None]
        for every in (SPARSE, 1):
            angles = np.linspace(0, 2 * np.pi, count, endpoint=False)[::every]
            rows, columns = np.nonzero(inside)
            outward, together = np.zeros_like(inside), max(1, POINTS // len(angles))
            for first in range(0, len(rows), together):
                row, column = rows[first : first + together], columns[first : first + together]
                outward[row, column] = _outward(surface, minima[widening[row]], rings[column] * window.diagonal, angles)
            inside = np.logical_and.accumulate(outward, axis=1)
        certain[widening] = np.maximum(certain[widening], np.where(inside, rings, 0.0).max(axis=1, initial=0.0))
        widening = widening[inside.all(axis=1)]
    return certain * window.diagonal


def _outward(surface: Surface, centers: Array, radii: Array, angles: Array) -> Mask:
    """Whether the surface rises outwards everywhere on circles around the centers (n, 2), (n,).

    Where it has no gradient, on a crease that leads outwards, heights on both sides of the circle tell.
    """
    directions = pair(np.cos(angles), np.sin(angles))
    arms = radii[:, None, None] * directions
    with np.errstate(all="ignore"):
        slopes = dot(surface.gradient(centers[:, None] + arms), directions)
        rows, columns = np.nonzero(np.isnan(slopes))
        if len(rows):
            center, arm = centers[rows], arms[rows, columns]
            outer = surface.value(center + (1 + ASIDE) * arm)
            slopes[rows, columns] = outer - surface.value(center + (1 - ASIDE) * arm)
    return np.asarray((slopes > 0).all(axis=-1))


def flow_step(surface: Surface, theta: Array, longest: Array | float) -> Array:
    """One step of gradient flow from the points (n, 2), at most `longest` (n,) long; shape (n, 2).

    For a time h the flow of the local quadratic model moves by −h φ(hH)∇L with φ(z) = (1 − e⁻ᶻ)/z. The
    time is chosen so that even the most repelling direction moves no farther than `longest`. On a ridge that is an
    axis of symmetry nothing is repelled: there a flow is as fast as if there was no such direction.
    """
    with np.errstate(all="ignore"):
        gradient, hessian = surface.gradient(theta), surface.hessian(theta)
        slope = norm(gradient)
        lower, upper = curvatures = components(eigenvalues(hessian))
        on_axis = _on_axis(gradient, hessian)
        time = _log1p_ratio(np.maximum(-np.where(on_axis, upper, lower), 0.0), longest / slope)
        along_lower, along_upper = time * _phi(curvatures * time)
        along_lower = np.where(on_axis, along_upper, along_lower)
        spread = upper - lower
        mixed = np.where(spread > 0, (along_upper - along_lower) / np.where(spread > 0, spread, 1.0), 0.0)
        mean = 0.5 * (lower + upper)
        x, y = gradient[:, 0], gradient[:, 1]
        even = 0.5 * (along_lower + along_upper)
        across = hessian[:, 0, 1]
        step = -pair(
            even * x + mixed * ((hessian[:, 0, 0] - mean) * x + across * y),
            even * y + mixed * (across * x + (hessian[:, 1, 1] - mean) * y),
        )
    return np.where(np.isfinite(step), step, 0.0)


def _on_axis(gradient: Array, hessian: Array) -> Mask:
    """Whether gradients (n, 2) are exactly across the direction of least curvature, which is an axis or a diagonal."""
    x, y = gradient[:, 0], gradient[:, 1]
    xx, xy, yy = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    straight = (xy == 0) & (((xx < yy) & (x == 0)) | ((yy < xx) & (y == 0)))
    return np.asarray(straight | ((xx == yy) & (((xy > 0) & (x == y)) | ((xy < 0) & (x == -y)))))


def _phi(z: Array) -> Array:
    """(1 − e⁻ᶻ)/z, 1 at 0."""
    small = np.abs(z) < 1e-12
    return np.where(small, 1.0, -np.expm1(-z) / np.where(small, 1.0, z))


def _log1p_ratio(rate: Array, reach: Array) -> Array:
    """log(1 + rate·reach)/rate, which is reach where rate is 0: the time in which e^(rate·t) − 1 gets there."""
    product = rate * reach
    return np.where(product > 1e-9, np.log1p(product) / np.where(rate > 0, rate, 1.0), reach)
