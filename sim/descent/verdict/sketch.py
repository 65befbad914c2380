"""The training loss and its gradient, roughly: what costs a few products where the loss itself is a sum of many terms.

Where an answer does not turn on the error, the loss need not be computed. How large that is at most is known.
"""

from functools import lru_cache

import numpy as np

from ...surface.critical.proof import Bends, bends
from ...surface.points import Array, norm, vectors
from ...surface.protocol import value_and_gradient
from ..examples.chance import Indices
from ..problem import Problem

CELLS = 128
"""Along each side of the window: their numbers are few enough for a processor's own memory."""
ROUNDING = 1e-9
"""An error of the floating-point numbers themselves, over the largest of them: many times what there is."""


class Sketch:
    """The second-order Taylor polynomials of the training loss about the middles of the window's cells.

    At a distance r from the middle, the remainder of the loss is at most T r³/6 and that of its gradient T r²/2, if no
    third derivative along any direction is larger than T: then none is in different directions either (Banach 1938,
    "Über homogene Polynome in (L²)", Studia Mathematica 7, 36–44). A cell is computed when it is first asked for.
    """

    def __init__(self, problem: Problem, known: Bends) -> None:
        """A sketch of the training loss, of which this is known."""
        window = self._window = problem.window
        self._train = problem.train
        self._corner = np.array([window.x0, window.y0])
        self._size = np.array([window.width, window.height]) / CELLS
        self._terms = np.full((6, CELLS * CELLS), np.nan)  # Loss, both slopes, and the entries xx, xy, yy.
        with np.errstate(all="ignore"):
            losses, slopes = value_and_gradient(self._train, window.grid(2, 2))
            farthest = 0.5 * norm(self._size)
            largest = np.max(np.abs(losses)) + 2 * known.pull * window.diagonal
            steepest = np.max(norm(slopes)) + 2 * known.pull
            self.loss_error = float(known.third * farthest**3 / 6 + ROUNDING * largest)
            """By how much the loss is off at most."""
            self.slope_error = float(known.third * farthest**2 / 2 + ROUNDING * steepest)
            """How long the difference of the gradients is at most."""

    def at(self, theta: Array) -> tuple[Array, Array]:
        """About L (...) and ∇L (..., 2) at points (..., 2); NaN outside the window."""
        x, y = theta[..., 0] - self._corner[0], theta[..., 1] - self._corner[1]
        column, row = np.floor(x / self._size[0]), np.floor(y / self._size[1])
        inside = (column >= 0) & (column < CELLS) & (row >= 0) & (row < CELLS)
        cell = np.where(inside, row * CELLS + column, 0).astype(np.intp)
        self._explore(cell[np.isnan(self._terms[0, cell])])
        x -= (column + 0.5) * self._size[0]
        y -= (row + 0.5) * self._size[1]
        loss, slope_x, slope_y, xx, xy, yy = self._terms.take(cell, axis=1)
        xx *= x
        yy *= y
        loss += x * (slope_x + 0.5 * xx + xy * y) + y * (slope_y + 0.5 * yy)
        slope_x += xx + xy * y
        slope_y += xy * x + yy
        loss[~inside] = np.nan
        return loss, vectors(np.stack([slope_x, slope_y]))

    def _explore(self, cells: Indices) -> None:
        """Compute what is to be known of these cells."""
        if len(cells):
            fresh = np.unique(cells)
            middles = self._corner + (vectors(np.stack([fresh % CELLS, fresh // CELLS])) + 0.5) * self._size
            loss, slope = value_and_gradient(self._train, middles)
            bend = self._train.hessian(middles)
            self._terms[:, fresh] = loss, *slope.T, bend[:, 0, 0], bend[:, 0, 1], bend[:, 1, 1]


@lru_cache(maxsize=16)
def sketch_of(problem: Problem) -> Sketch | None:
    """The sketch of a problem's training loss; None where no bound of third derivatives is known."""
    known = bends(problem.train)
    return None if known is None else Sketch(problem, known)
