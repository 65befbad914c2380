"""Grids of heights: finer ones, their slopes, and what stands where there is no height."""

import numpy as np
import numpy.typing as npt

from ....surface.points import Mask

Floats = npt.NDArray[np.float32]

WIDEST = 6  # Pixels from one node to the next, at most: wider, lines of equal height would have corners.


def fine_enough(grid: Floats, width: int) -> Floats:
    """A grid (rows, columns), refined until it has nodes enough for a picture of that width."""
    while (grid.shape[1] - 1) * WIDEST < width:
        grid = _refined(_refined(grid).T).T
    return grid


def _refined(grid: Floats) -> Floats:
    """A grid with a row between any two: on the cubic through the four around it, at the ends the parabola of three."""
    rows, columns = grid.shape
    fine = np.empty((2 * rows - 1, columns), dtype=np.float32)
    fine[::2] = grid
    if rows < 4:
        fine[1::2] = 0.5 * (grid[1:] + grid[:-1])
        return fine
    fine[3:-2:2] = (9 * (grid[1:-2] + grid[2:-1]) - (grid[:-3] + grid[3:])) / 16
    fine[1] = (3 * grid[0] + 6 * grid[1] - grid[2]) / 8
    fine[-2] = (3 * grid[-1] + 6 * grid[-2] - grid[-3]) / 8
    return fine


def slopes(grid: Floats) -> tuple[Floats, Floats]:
    """How much a grid rises from one node to the next, along rows and along columns, each (rows, columns)."""
    along, up = np.empty_like(grid), np.empty_like(grid)
    np.subtract(grid[:, 2:], grid[:, :-2], out=along[:, 1:-1])
    np.subtract(grid[2:], grid[:-2], out=up[1:-1])
    along[:, 1:-1] *= 0.5
    up[1:-1] *= 0.5
    along[:, 0], along[:, -1] = grid[:, 1] - grid[:, 0], grid[:, -1] - grid[:, -2]
    up[0], up[-1] = grid[1] - grid[0], grid[-1] - grid[-2]
    return along, up


def softened(grid: Floats) -> Floats:
    """A grid whose nodes are mixed with their neighbours, one part of each to two: narrow creases get no beads."""
    padded = np.pad(grid, 1, mode="edge")
    wide = padded[:, :-2] + padded[:, 2:]
    wide += 2 * padded[:, 1:-1]
    return np.asarray((wide[:-2] + wide[2:] + 2 * wide[1:-1]) / np.float32(16))


def filled(grid: Floats, known: Mask) -> Floats:
    """A grid that has the mean of its known neighbours where it is not known itself, two nodes far; beyond, 0."""
    grid = np.where(known, grid, np.float32(0))
    for _ in range(2):
        sums, count = _around(grid), _around(known.astype(np.float32))
        grid = np.where(known, grid, sums / np.maximum(count, np.float32(1)))
        known = known | (count > 0)
    return grid


def _around(grid: Floats) -> Floats:
    """The sum of each node and its eight neighbours, of those that there are."""
    padded = np.pad(grid, 1)
    wide = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    return np.asarray(wide[:-2] + wide[1:-1] + wide[2:])
