"""What it takes to draw the loss of any batch: how each example's loss differs from that of all, on a coarse grid.

A batch's loss is the training loss and the mean of its examples' differences: so the page needs no formula, and shows
the ground that the window shows, which is computed alike and on the same nodes.
"""

from dataclasses import dataclass

import numpy as np

from ....descent.problem import Problem
from ....surface.points import Array
from ....surface.protocol import Window
from ...drawing.camera import interpolated
from ...drawing.relief.view import block_camera, heights_over
from ...picture.map.batch import COARSE, FEWEST, PAIRS

MOST_GRIDS = 48
"""How many grids the differences are mixed from at most, where there are more examples than that."""
STRAIGHT = 1e-9  # Differences that leave a plane by less than this share of the largest one lie on it.
STEPS = 32_767  # Of the largest value of a grid: the numbers of two bytes.
UNKNOWN = -32_768  # Stands for no finite value.
ERROR = 1e-3
"""How far mixing and rounding may move any example's land, over the whole height; what would more is not rounded."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The differences of all examples, ℓ_i − L."""

    grids: Array
    """Over the ground (k, rows, columns), row 0 at the bottom."""
    weights: Array | None
    """How much of each grid there is in each example (N, k); None: grid i is that of example i."""

    def differences(self) -> Array:
        """The differences of each example (N, rows, columns)."""
        return self.grids if self.weights is None else np.tensordot(self.weights, self.grids, axes=1)


def nodes_for(count: int) -> int:
    """Nodes along either side for so many examples, as the window has them."""
    return int(np.clip(np.sqrt(PAIRS // count), FEWEST, COARSE))


def parts_of(problem: Problem, ground: Window) -> Parts:
    """The differences of all examples.

    Where all of them are planes, as tilts are, grids have two nodes a side: straight lines between these are all of it.
    """
    train = problem.train
    grid = block_camera(ground).grid(nodes_for(train.count))
    with np.errstate(all="ignore"):
        whole = train.value(grid)
        found = np.stack([train.value(grid, np.array([example])) - whole for example in range(train.count)])
    corners = found[:, [0, -1]][:, :, [0, -1]]
    if _straight(found, corners):
        found = corners
    if len(found) <= MOST_GRIDS or not np.isfinite(found).all():
        return Parts(found, None)
    return _mixed(problem, ground, found)


def _straight(found: Array, corners: Array) -> bool:
    """Whether straight lines between the corners (N, 2, 2) are all of the differences (N, rows, columns)."""
    if not np.isfinite(found).all():
        return False
    up, across = (np.linspace(0.0, 1.0, nodes) for nodes in found.shape[1:])
    plane = np.stack([interpolated(each, up, across) for each in corners])
    return bool(np.abs(plane - found).max() <= STRAIGHT * np.abs(found).max())


def _mixed(problem: Problem, ground: Window, found: Array) -> Parts:
    """The differences from as few grids as do: their principal components, since examples of a kind differ in few ways.

    (y − w₁w₂x)², for one, is mixed from 1, w₁w₂ and its square, whatever x and y are.
    """
    left, sizes, right = np.linalg.svd(found.reshape(len(found), -1), full_matrices=False)
    most = min(MOST_GRIDS, len(sizes))
    for count in (*range(1, most, 3), most):
        parts = Parts((sizes[:count, None] * right[:count]).reshape(-1, *found.shape[1:]), left[:, :count])
        if moved(problem, ground, found, parts.differences()) <= 0.5 * ERROR:
            break
    return parts


def steps_of(grids: Array) -> tuple[Array, Array]:
    """Grids as whole steps from −STEPS to STEPS (k, rows, columns), and how large a step is in each."""
    known = np.isfinite(grids)
    largest = np.abs(np.where(known, grids, 0.0)).max(axis=(1, 2))
    size = np.where(largest > 0, largest / STEPS, 1.0)
    with np.errstate(invalid="ignore"):
        return np.where(known, np.rint(grids / size[:, None, None]), UNKNOWN), size


def rounded(parts: Parts) -> Parts:
    """The parts with their grids rounded to whole steps."""
    steps, size = steps_of(parts.grids)
    return Parts(np.where(steps == UNKNOWN, np.nan, steps * size[:, None, None]), parts.weights)


def moved(problem: Problem, ground: Window, found: Array, told: Array) -> float:
    """How far land of any example alone is from where it should be (both (N, rows, columns)), at most."""
    rows, columns = found.shape[1:]
    with np.errstate(all="ignore"):
        whole = problem.train.value(ground.grid(columns, rows))
        heights = heights_over(problem, ground)
        gaps = np.abs(heights.of(whole + told) - heights.of(whole + found))
    return float(gaps[np.isfinite(gaps)].max(initial=0.0))
