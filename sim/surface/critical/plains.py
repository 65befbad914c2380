"""Wide bottoms: what is level over several cells of a fine grid, and lower than all around, is one minimum.

They are told by their shape on the grid, be it that of a disc, of a ring or of a bent band.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..points import Array, Indices, Mask, norm
from ..protocol import Surface, Window
from .bottoms import BETWEEN, THIN, level_between, united
from .ground import ROUGHLY, Ground
from .newton import CIRCLE, first_of_each
from .point import frobenius
from .survey import Survey
from .tails import fading

FINER = 4  # How many times finer than the survey's grid it is, at most.
FINE = 256  # Cells of the grid along each side of the window, or less where a surface takes long to evaluate.
MOST = 1 << 19  # Pairs of an example and a point that are evaluated for that at most, about.
BEYOND = 8  # The grid reaches this part of the window beyond it at each side.
TOGETHER = 1 << 18  # So many pairs of points are compared at once.
EVERY = 4  # Of what lies amid a bottom, every so manyth node along each side of the grid is remembered.
HEIGHTS = 64  # At so many heights bottoms are looked for at most, at the lowest ones.
ODD = (0.41, 0.37)  # Where a cell, in its sides, is looked at once more: waves may agree with the grid.

_CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
_AROUND = ((0, 1), (1, 0), (1, 1), (1, -1), (0, -1), (-1, 0), (-1, -1), (-1, 1))


@dataclass(frozen=True, eq=False)
class WideBottoms:
    """The wide bottoms that a window shows."""

    grounds: list[Ground]
    """What each is, its middle first."""
    nodes: Array
    """The nodes of the grid, shape (n, n, 2)."""
    labels: Indices
    """On which of the bottoms each lies, or −1; shape (n, n)."""
    doubtful: bool = False
    """Whether there may be others: something leaves it at one side only that is level not by rounding alone."""

    def hold(self, surface: Surface, points: Array) -> Mask:
        """Which of the points (n, 2) lie on one of the bottoms: level with a corner of their cell that does; (n,)."""
        lie = np.zeros(len(points), np.bool_)
        if not self.grounds:
            return lie
        side = self.nodes[1, 1] - self.nodes[0, 0]
        column, row = np.floor((points - self.nodes[0, 0]) / side).astype(np.intp).T
        most = len(self.nodes) - 1
        for i, j in _CORNERS:
            rows = np.flatnonzero(~lie)
            node = np.clip(row[rows] + i, 0, most), np.clip(column[rows] + j, 0, most)
            on = self.labels[node] >= 0
            starts = self.nodes[node][on]
            lie[rows[on]] = level_between(surface, starts, points[rows[on]], self.grounds[0].equal)
        return lie

    def beside(self, surface: Surface, points: Array) -> Mask:
        """From which of the points (n, 2) a straight level way, shorter than a step, leads to one of them; (n,)."""
        lie = np.zeros(len(points), np.bool_)
        if not self.grounds:
            return lie
        floor, one = np.concatenate([ground.floor for ground in self.grounds]), self.grounds[0]
        for rows in np.array_split(np.arange(len(points)), len(points) * len(floor) // TOGETHER + 1):
            gaps = norm(points[rows, None] - floor)
            near = gaps.min(axis=1) <= one.step
            lie[rows] = near & level_between(surface, floor[gaps.argmin(axis=1)], points[rows], one.equal)
        return lie


def wide_bottoms(surface: Surface, window: Window, survey: Survey, smooth: Array, step: float) -> WideBottoms:
    """The minima that are level over at least a cell of a fine grid, as far as is seen that they are minima.

    The grid reaches a little beyond the window, so that it shows all of what the window's border cuts. They lie within
    it; or they leave it at several sides, and all that is seen beside them is higher. Of what leaves it at one side
    only, nothing is certain: so do the tails of functions. Nor is it of what leaves it and is level by rounding alone:
    unseen, that may lead on down.

    smooth: where else than on the survey's grid no gradient is known to be, (n, 2). step: as `Ground` has it.
    """
    side, wide, count = _grid(surface, window, len(survey.nodes) - 1)
    if not (_whole(survey.slopes == 0).any() or _level_beside(surface, smooth, side).any()):
        return WideBottoms([], np.empty((0, 0, 2)), np.empty((0, 0), np.intp))
    nodes = wide.grid(count + 1, count + 1)
    found = WideBottoms([], nodes, np.full(nodes.shape[:2], -1))
    flat = _no_gradient(surface, nodes)
    cells = _whole(flat)
    cells[cells] = _no_gradient(surface, nodes[:-1, :-1][cells] + ODD * side)
    core = np.zeros_like(flat)
    for i, j in _CORNERS:
        core[i : count + i, j : count + j] |= cells
    core[core] = (frobenius(surface.hessian(nodes[core])) == 0) & window.contains(nodes[core])
    values, equal = surface.value(nodes), ROUGHLY * survey.scales.relief
    doubtful = False
    for height in _heights(values[core], equal):
        labels = _labels(surface, nodes, np.abs(values - height) <= equal, equal)
        edges, beyond, sides, down = _edges(surface, nodes, labels, height, equal)
        minima, unseen = np.setdiff1d(labels[core & (labels >= 0)], down), list[int]()
        once = _leaving_once(labels)
        for part in np.intersect1d(minima, _border(labels)).tolist():
            here = sides == part
            share = fading(surface, edges[here], beyond[here], height, survey.scales.relief)
            doubtful |= part in once and share <= 0.5
            if part in once or share > 0.5:
                unseen.append(part)
        minima = np.setdiff1d(minima, unseen)
        labels[~np.isin(labels, minima)] = -1
        amid, outer = _amid(nodes[core], labels[core], minima), _by_label(edges, sides, minima)
        inner = _by_label(nodes[::EVERY, ::EVERY].reshape(-1, 2), labels[::EVERY, ::EVERY].reshape(-1), minima)
        order = np.searchsorted(minima, labels[labels >= 0])
        found.labels[labels >= 0] = len(found.grounds) + order
        for lead, within, edge in zip(amid, inner, outer, strict=True):
            floor = np.concatenate([lead[None], within, first_of_each(edge, THIN * step)])
            found.grounds.append(Ground(floor, step, equal, wide=True))
    return replace(found, doubtful=doubtful)


def _grid(surface: Surface, window: Window, least: int) -> tuple[Array, Window, int]:
    """The cells' width and height (2,), what is cut into cells, and into how many along each side.

    As many as the surface's number of examples allows, and at least so many along each side of the window.
    """
    count = min(FINE, FINER * least)
    while count > least and int(getattr(surface, "evaluations", 1)) * count**2 > MOST:
        count //= 2
    side, beyond = np.array([window.width, window.height]) / count, count // BEYOND
    across, up = (beyond * side).tolist()
    wide = Window(window.x0 - across, window.x1 + across, window.y0 - up, window.y1 + up)
    return side, wide, count + 2 * beyond


def _no_gradient(surface: Surface, points: Array) -> Mask:
    return np.asarray((surface.gradient(points) == 0).all(axis=-1))


def _whole(nodes: Mask) -> Mask:
    """The cells (n, n) all of whose corners are among the nodes (n + 1, n + 1)."""
    return np.asarray(nodes[:-1, :-1] & nodes[1:, :-1] & nodes[:-1, 1:] & nodes[1:, 1:])


def _level_beside(surface: Surface, points: Array, side: Array) -> Mask:
    """Around which of the points (n, 2) there is no gradient, a cell of these sides away; (n,)."""
    flat = _no_gradient(surface, points)
    flat[flat] = _no_gradient(surface, points[flat, None] + CIRCLE * side).all(axis=1)
    return flat


def _heights(values: Array, equal: float) -> list[float]:
    """The lowest of the different heights among the values (n,)."""
    ordered = np.sort(values)
    parts = np.split(ordered, np.flatnonzero(np.diff(ordered) > equal) + 1)
    return [float(part[0]) for part in parts[:HEIGHTS] if part.size]


def _labels(surface: Surface, nodes: Array, level: Mask, equal: float) -> Indices:
    """Labels of the level ones of the nodes (n, n, 2), alike where these hang together; −1 at the others; (n, n)."""
    places, pairs = nodes[level], [np.zeros((2, 0), np.intp)]
    index = np.full(level.shape, -1)
    index[level] = np.arange(len(places))
    for neighbours in _beside(index)[:4]:
        rows = np.flatnonzero(neighbours >= 0)
        pairs.append(np.stack([rows, neighbours[rows]]))
    ones, others = np.concatenate(pairs, axis=1)
    between = surface.value(places[ones] + ODD[0] * (places[others] - places[ones]))
    joined = np.stack([ones, others])[:, np.abs(between - surface.value(places[ones])) <= equal]
    labels = np.full(level.shape, -1)
    labels[level] = united(np.concatenate([joined, joined[::-1]], axis=1), len(places))
    return labels


def _beside(index: Indices) -> list[Indices]:
    """What the eight neighbours have of each node of a grid (n, n) that has a number, −1 outside of it; (8, m)."""
    rows, columns = np.nonzero(index >= 0)
    padded = np.pad(index, 1, constant_values=-1)
    return [padded[rows + 1 + i, columns + 1 + j] for i, j in _AROUND]


def _edges(
    surface: Surface, nodes: Array, labels: Indices, height: float, equal: float
) -> tuple[Array, Array, Indices, Indices]:
    """The last places (n, 2) of this height towards what lies around and the ways on from there (n, 2), a cell long.

    Then of which part each is, (n,), and which parts lead down.

    labels: of the part to which each of the nodes belongs, or −1.
    """
    rows, columns = np.nonzero(labels >= 0)
    starts, ends, own = list[Array](), list[Array](), list[Indices]()
    for (i, j), neighbours in zip(_AROUND, _beside(labels), strict=True):
        row, column = rows + i, columns + j
        outer = (neighbours != labels[rows, columns]) & (np.minimum(row, column) >= 0)
        outer &= np.maximum(row, column) < len(labels)
        starts.append(nodes[rows[outer], columns[outer]])
        ends.append(nodes[row[outer], column[outer]])
        own.append(labels[rows[outer], columns[outer]])
    start, end, label = np.concatenate(starts), np.concatenate(ends), np.concatenate(own)
    ways = start + np.linspace(0.0, 1.0, BETWEEN)[:, None, None] * (end - start)
    rises = surface.value(ways) - height
    last = np.logical_and.accumulate(np.abs(rises) <= equal).sum(axis=0) - 1
    index = np.arange(len(label))
    down = rises[np.minimum(last + 1, BETWEEN - 1), index] < -equal
    return ways[last, index], end - start, label, np.unique(label[down])


def _leaving_once(labels: Indices) -> Indices:
    """The parts of a grid (n, n) that come to its border at one stretch of it."""
    border = _border(labels)
    first = border != np.roll(border, 1)
    found, times = np.unique(border[first] if first.any() else border[:1], return_counts=True)
    return np.asarray(found[times == 1])


def _border(labels: Indices) -> Indices:
    """The nodes' numbers all around a grid (n, n)."""
    return np.concatenate([labels[0, :-1], labels[:-1, -1], labels[-1, :0:-1], labels[:0:-1, 0]])


def _by_label(points: Array, labels: Indices, wanted: Indices) -> list[Array]:
    """The points (n, 2) with each of the labels that are wanted, which ascend."""
    order = np.argsort(labels, kind="stable")
    first, last = (np.searchsorted(labels[order], wanted, side) for side in ("left", "right"))
    return [points[order[one:end]] for one, end in zip(first.tolist(), last.tolist(), strict=True)]


def _amid(points: Array, labels: Indices, wanted: Indices) -> list[Array]:
    """The point (2,) that is nearest to the middle of the points (n, 2) with each of these labels."""
    parts = _by_label(points, labels, wanted)
    return [part[np.argmin(norm(part - part.mean(axis=0)))] for part in parts]
