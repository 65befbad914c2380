"""Whether a grid shows all of a surface: its cells, those that are too coarse halved again and again.

In a cell that shows it, the gradient changes from corner to corner as the Hessian says. Where it does not, and the
gradient may vanish within, there is more to see: what is finer than the cell, or a crease.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..points import Array, Mask, norm
from ..protocol import Surface, Window

Integers = npt.NDArray[np.intp]

CROOKED = 0.15  # How much of the gradient's change along a side the Hessian may leave unexplained.
WITHIN = 2.0  # The gradient may vanish in a cell if at a corner it is no more than so many times its change.
MANY = 0.1  # If so large a share of all cells is too coarse, all are halved: waves may agree with the cells.
HALVINGS = 4  # How often a cell is halved at most.
MOST = 1 << 19  # Pairs of an example and a point that are evaluated for that at most, about.
NODES = 5  # How many nodes a halved cell has that are new.
TOGETHER = 1 << 13  # Cells that are looked at at once: what is computed of one takes many times its own memory.
BESIDE = 0.5  # How far beside a cell, in its sides, Newton's steps from its corners may lead and still speak of it.
_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
_THIRDS = np.array([[i, j] for j in range(3) for i in range(3)])
_QUARTERS = np.array([[0, 1, 4, 3], [1, 2, 5, 4], [3, 4, 7, 6], [4, 5, 8, 7]])


@dataclass(frozen=True, eq=False)
class Cells:
    """Some of the cells into which a window is cut, corners counterclockwise from the lower left."""

    window: Window
    count: int
    """How many the window has along each side."""
    places: Integers
    """Column and row of each, shape (n, 2)."""
    corners: Integers
    """Which of the nodes are at its corners, shape (n, 4)."""
    gradients: Array
    """At the nodes, shape (m, 2)."""
    hessians: Array
    """Shape (m, 2, 2)."""

    @property
    def size(self) -> Array:
        """Width and height."""
        return np.array([self.window.width, self.window.height]) / self.count

    def chosen(self, which: Mask) -> "Cells":
        """Some of these."""
        return replace(self, places=self.places[which], corners=self.corners[which])

    @property
    def middles(self) -> Array:
        """Shape (n, 2)."""
        return np.array([self.window.x0, self.window.y0]) + (self.places + 0.5) * self.size

    def _parts(self) -> Iterator["Cells"]:
        """The cells, few at a time: one part without cells if there are none."""
        for first in range(0, max(1, len(self.places)), TOGETHER):
            here = slice(first, first + TOGETHER)
            yield replace(self, places=self.places[here], corners=self.corners[here])

    def too_coarse(self) -> Mask:
        """In which cells the gradient may vanish unseen, (n,)."""
        coarse = np.concatenate([part._crooked() for part in self._parts()])
        return np.asarray(coarse | (coarse.sum() > MANY * self.count**2))

    def _crooked(self) -> Mask:
        sides = np.roll(_CORNERS, -1, axis=0) - _CORNERS
        gradients, hessians = self.gradients[self.corners], self.hessians[self.corners]
        turned = np.roll(hessians, -1, axis=1)
        change = np.roll(gradients, -1, axis=1) - gradients
        along, up = (sides * self.size).T[..., None]
        before, after = (some[..., 0] * along + some[..., 1] * up for some in (hessians, turned))
        surprise = norm(change - 0.5 * (before + after)).max(axis=1, initial=0.0)
        most = np.maximum(np.maximum(norm(before), norm(after)), norm(change)).max(axis=1, initial=0.0)
        finite = np.isfinite(gradients[..., 0] + gradients[..., 1])
        within = ~(norm(gradients).min(axis=1, initial=np.inf) > WITHIN * most)
        return np.asarray(finite.any(axis=1) & within & ~(surprise <= CROOKED * most))

    def turning(self) -> Integers:
        """How often the gradient turns around each, counterclockwise: maxima and minima less saddles, (n,)."""
        return np.concatenate([part._turns() for part in self._parts()])

    def _turns(self) -> Integers:
        x, y = (self.gradients[self.corners, axis] for axis in (0, 1))
        ahead = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
        turns = np.arctan2(x * ahead[1] - y * ahead[0], x * ahead[0] + y * ahead[1]).sum(axis=1)
        return np.asarray(np.rint(np.where(np.isfinite(turns), turns, 0.0) / (2 * np.pi)).astype(np.intp))

    def beside(self, points: Array) -> Mask:
        """Which cells one of the points (m, 2) lies in or beside, (n,)."""
        if not len(points):
            return np.zeros(len(self.places), np.bool_)
        places = np.floor((points - (self.window.x0, self.window.y0)) / self.size).astype(np.intp)
        around = (places[:, None] + np.array([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)])).reshape(-1, 2)
        wide = self.count + 4
        return np.isin(self.places @ (1, wide), around @ (1, wide))

    def promises(self, steps: Callable[[Array, Array], Array]) -> Array:
        """Where Newton's step from a corner of a cell leads, for each cell in or beside which one ends; (n, 2).

        steps: Newton's steps from gradients and Hessians.
        """
        return np.concatenate([part._ends(steps) for part in self._parts()])

    def _ends(self, steps: Callable[[Array, Array], Array]) -> Array:
        ends = _CORNERS + steps(self.gradients[self.corners], self.hessians[self.corners]) / self.size
        beside = np.abs(ends - 0.5).max(axis=-1)
        best = np.where(np.isnan(beside), np.inf, beside).argmin(axis=1)
        rows = np.flatnonzero(beside[np.arange(len(best)), best] <= 0.5 + BESIDE)
        ends = self.places[rows] + ends[rows, best[rows]]
        return np.asarray(ends * self.size + (self.window.x0, self.window.y0))

    def halved(self, surface: Surface) -> "Cells":
        """Four of each."""
        places = 2 * self.places[:, None] + _THIRDS
        flat = places.reshape(-1, 2)
        _, first, back = np.unique(flat @ (1, 4 * self.count), return_index=True, return_inverse=True)
        nodes = np.array([self.window.x0, self.window.y0]) + flat[first] * (self.size / 2)
        gradients, hessians = surface.gradient(nodes), surface.hessian(nodes)
        index = back.reshape(len(places), 9)[:, _QUARTERS].reshape(-1, 4)
        quarters = places[:, _QUARTERS[:, 0]].reshape(-1, 2)
        return Cells(self.window, 2 * self.count, quarters, index, gradients, hessians)


def cells_of(window: Window, gradients: Array, hessians: Array) -> Cells:
    """All cells of a grid, given what it is at the nodes: shapes (n + 1, n + 1, 2) and (n + 1, n + 1, 2, 2)."""
    count = len(gradients) - 1
    rows, columns = np.indices((count, count)).reshape(2, -1)
    corners = [(rows + j) * (count + 1) + columns + i for i, j in _CORNERS.tolist()]
    places = np.stack([columns, rows], axis=-1)
    return Cells(
        window, count, places, np.stack(corners, axis=-1), gradients.reshape(-1, 2), hessians.reshape(-1, 2, 2)
    )
