"""A surface on a grid: where a critical point is in reach, where there is none, and the scales of it all."""

from dataclasses import dataclass

import numpy as np

from ..points import Array, Mask, norm
from ..protocol import Surface, Window
from .newton import SAME_POINT, newton_steps
from .point import Scales, frobenius

PARTS = 8  # In which the grid is computed: small ones stay in the processor's cache.

TOGETHER = 1 << 18  # So many pairs of points are compared at once.

PLATEAU = 1e-16
"""Slopes as small as this, over the steepest on the grid, are a plateau's: rounding leaves no more of them."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The nodes of a grid, the surface at each, Newton's first step and the slope there, and the scales of it all."""

    nodes: Array
    gradients: Array
    hessians: Array
    steps: Array
    slopes: Array
    values: Array
    scales: Scales


def surveyed(surface: Surface, window: Window, cells: int) -> Survey:
    """The surface on a grid of so many cells along each side of the window."""
    nodes = window.grid(cells + 1, cells + 1)
    values, gradients, hessians = (
        np.concatenate([function(part) for part in np.array_split(nodes, PARTS)])
        for function in (surface.value, surface.gradient, surface.hessian)
    )
    slopes, curvatures = norm(gradients), frobenius(hessians)
    return Survey(
        nodes=nodes,
        gradients=gradients,
        hessians=hessians,
        steps=newton_steps(gradients, hessians),
        slopes=slopes,
        values=values,
        scales=Scales(
            steepest=float(finite(slopes).max()),
            typical_curvature=float(np.median(finite(curvatures))),
            relief=float(np.ptp(finite(values))),
            near=SAME_POINT * window.diagonal,
        ),
    )


def finite(numbers: Array) -> Array:
    """The finite ones of the numbers (...), shape (n,); one zero if there are none."""
    found: Array = numbers[np.isfinite(numbers)]
    return found if found.size else np.zeros(1)


def promising(survey: Survey, reach: float) -> Mask:
    """Nodes from which Newton's first step is short, or where the slope is least; none amid a plateau."""
    return np.asarray(((norm(survey.steps) <= reach) | _lowest_around(survey.slopes)) & ~_plateau(survey))


def _plateau(survey: Survey) -> Mask:
    """Nodes around which there is no slope."""
    steepest_around = _neighbourhoods(survey.slopes).max(axis=0)
    return np.asarray(steepest_around <= PLATEAU * survey.scales.steepest)


def _neighbourhoods(numbers: Array) -> Array:
    """Each node of a grid and its eight neighbours, those outside the grid below all, shape (9, ...)."""
    rows, columns = numbers.shape
    padded = np.pad(numbers, 1, constant_values=-np.inf)
    return np.stack([padded[i : rows + i, j : columns + j] for i in range(3) for j in range(3)])


def _lowest_around(numbers: Array) -> Mask:
    """Nodes inside the grid that no neighbour is below."""
    around = _neighbourhoods(numbers)
    return np.asarray(np.isfinite(numbers) & ~(around < numbers).any(axis=0))


def unexplained(surface: Surface, survey: Survey, found: Array, reach: float) -> Array:
    """The grid's lowest nodes (n, 2) far from every critical point found that is no higher than they are."""
    lowest = _lowest_around(survey.values) & ~_plateau(survey)
    nodes, heights, others = survey.nodes[lowest], survey.values[lowest], surface.value(found)
    parts = len(nodes) * len(found) // TOGETHER + 1
    far = [np.empty(0, np.bool_)]
    for some, height in zip(np.array_split(nodes, parts), np.array_split(heights, parts), strict=True):
        gaps = norm(some[:, None] - found)
        gaps[others > height[:, None]] = np.inf
        far.append(gaps.min(axis=1, initial=np.inf) > reach)
    return np.asarray(nodes[np.concatenate(far)])
