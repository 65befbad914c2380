"""Wide bottoms: what is level over several cells of a fine grid, and lower than all around, is one minimum.

They are told by their shape on the grid, be it that of a disc, of a ring or of a bent band.
"""

from dataclasses import dataclass

import numpy as np

from ..points import Array, Mask, norm
from ..protocol import Surface, Window
from .bottoms import BETWEEN, THIN, Indices, level_between, united
from .ground import ROUGHLY, Ground
from .newton import CIRCLE, first_of_each
from .point import frobenius
from .survey import Survey

FINE = 256  # Cells of the grid along each side of the window, or less where a surface takes long to evaluate.
MOST = 1 << 19  # Pairs of an example and a point that are evaluated for that at most, about.
EVERY = 4  # Of what lies amid a bottom, every so manyth node along each side of the grid is remembered.
HEIGHTS = 64  # At so many heights bottoms are looked for at most, at the lowest ones.
ODD = (0.41, 0.37)  # Where a cell, in its sides, is looked at once more: waves may agree with the grid.

_AROUND = np.array([[0, 1], [1, 0], [1, 1], [1, -1], [0, -1], [-1, 0], [-1, -1], [-1, 1]])


@dataclass(frozen=True, eq=False)
class WideBottoms:
    """Those that a window shows."""

    grounds: list[Ground]
    """What each is, its middle first."""
    nodes: Array
    """Those of the grid, shape (n, n, 2)."""
    labels: Indices
    """On which of the bottoms each lies, or −1; shape (n, n)."""

    def hold(self, surface: Surface, points: Array) -> Mask:
        """Which of the points (n, 2) lie on one of the bottoms: level with a corner of their cell that does; (n,)."""
        lie = np.zeros(len(points), np.bool_)
        if not self.grounds:
            return lie
        count = len(self.nodes) - 1
        corner, side = self.nodes[0, 0], (self.nodes[-1, -1] - self.nodes[0, 0]) / count
        column, row = np.clip(np.floor((points - corner) / side), 0, count - 1).astype(np.intp).T
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
            rows = np.flatnonzero(~lie & (self.labels[row + i, column + j] >= 0))
            corners = self.nodes[row[rows] + i, column[rows] + j]
            lie[rows] = level_between(surface, corners, points[rows], self.grounds[0].equal)
        return lie


def wide_bottoms(surface: Surface, window: Window, survey: Survey, smooth: Array, step: float) -> WideBottoms:
    """The minima that are level over at least a cell of a fine grid, as far as the window shows that they are minima.

    They lie within the window; or they leave it at several sides, and all that is seen beside them is higher. Of what
    leaves it at one side only, nothing is certain: so do the tails of functions.

    smooth: where else than on the survey's grid no gradient is known to be, (n, 2). step: as `Ground` has it.
    """
    count = _cells(surface, len(survey.nodes) - 1)
    side = np.array([window.width, window.height]) / count
    found = WideBottoms([], window.grid(count + 1, count + 1), np.full((count + 1, count + 1), -1))
    if not (_whole(survey.slopes == 0).any() or _level_beside(surface, smooth, side).any()):
        return found
    flat = _no_gradient(surface, found.nodes)
    cells = _whole(flat)
    cells[cells] = _no_gradient(surface, found.nodes[:-1, :-1][cells] + ODD * side)
    core = np.zeros_like(flat)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        core[i : count + i, j : count + j] |= cells
    core[core] = frobenius(surface.hessian(found.nodes[core])) == 0
    values, equal = surface.value(found.nodes), ROUGHLY * survey.scales.relief
    for height in _heights(values[core], equal):
        level = np.abs(values - height) <= equal
        labels = _labels(surface, found.nodes, level, equal)
        for label in np.unique(labels[core & level]).tolist():
            part = labels == label
            edge = _edge(surface, found.nodes, part, height, equal)
            if edge is not None and _leaves(part) != 1:
                amid = [_amid(found.nodes, part & core), found.nodes[::EVERY, ::EVERY][part[::EVERY, ::EVERY]]]
                found.labels[part] = len(found.grounds)
                found.grounds.append(
                    Ground(np.concatenate([*amid, first_of_each(edge, THIN * step)]), step, equal, wide=True)
                )
    return found


def _cells(surface: Surface, least: int) -> int:
    """Along each side, as many as the surface's number of examples allows, and at least so many."""
    count = FINE
    while count > least and int(getattr(surface, "evaluations", 1)) * count**2 > MOST:
        count //= 2
    return count


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
    return [
        float(part[0])
        for part in np.split(ordered, np.flatnonzero(np.diff(ordered) > equal) + 1)[:HEIGHTS]
        if part.size
    ]


def _labels(surface: Surface, nodes: Array, level: Mask, equal: float) -> Indices:
    """Of the nodes (n, n, 2) that are level, which of them hang together; −1 at the others; (n, n)."""
    rows, columns = np.nonzero(level)
    index = np.full(np.add(level.shape, 2), -1)
    index[rows + 1, columns + 1] = np.arange(len(rows))
    pairs = [np.zeros((2, 0), np.intp)]
    for i, j in _AROUND[:4].tolist():
        other = index[rows + 1 + i, columns + 1 + j]
        one = np.flatnonzero(other >= 0)
        pairs.append(np.stack([one, other[one]]))
    ones, others = np.concatenate(pairs, axis=1)
    places = nodes[rows, columns]
    between = surface.value(places[ones] + ODD[0] * (places[others] - places[ones]))
    joined = np.stack([ones, others])[:, np.abs(between - surface.value(places[ones])) <= equal]
    labels = np.full(level.shape, -1)
    labels[rows, columns] = united(np.concatenate([joined, joined[::-1]], axis=1), len(rows))
    return labels


def _edge(surface: Surface, nodes: Array, part: Mask, height: float, equal: float) -> Array | None:
    """The last places (n, 2) of this height towards what lies around a part of the grid; None if the way leads down."""
    rows, columns = np.nonzero(part)
    row, column = (axis[:, None] + offset for axis, offset in zip((rows, columns), _AROUND.T, strict=True))
    inside = (row >= 0) & (row < len(part)) & (column >= 0) & (column < len(part))
    inside[inside] = ~part[row[inside], column[inside]]
    starts = np.broadcast_to(nodes[rows, columns][:, None], (*inside.shape, 2))[inside]
    ends = nodes[row[inside], column[inside]]
    shares = np.linspace(0.0, 1.0, BETWEEN)[:, None, None]
    ways = starts + shares * (ends - starts)
    rises = surface.value(ways) - height
    level = np.abs(rises) <= equal
    last = np.logical_and.accumulate(level).sum(axis=0) - 1
    index = np.arange(len(starts))
    if (rises[np.minimum(last + 1, BETWEEN - 1), index] < -equal).any():
        return None
    return np.asarray(ways[last, index])


def _leaves(part: Mask) -> int:
    """At how many stretches of the border a part of the grid (n, n) leaves the window."""
    border = np.concatenate([part[0, :-1], part[:-1, -1], part[-1, :0:-1], part[:0:-1, 0]])
    return int(border.all()) + int((border & ~np.roll(border, 1)).sum())


def _amid(nodes: Array, part: Mask) -> Array:
    """The one (1, 2) of the nodes of a part of the grid that is nearest to their middle."""
    places = nodes[part]
    return np.asarray(places[np.argmin(norm(places - places.mean(axis=0)))][None])
