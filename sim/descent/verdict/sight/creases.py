"""Creases of a surface: lines across which its gradient jumps."""

import numpy as np

from ....surface.basins import NO_BASIN, Labels
from ....surface.points import Array, Mask, dot, norm
from ...problem import Problem
from .tolerances import EQUAL_LOSS

# How often a segment is halved, to see whether the gradient jumps in it.
HALVINGS = 40
# What is left of the gradient's change after these halvings, at a crease.
JUMP = 0.5
STRAIGHT = 0.1  # What is left of a height at the foot of a straight slope; of a parabola's it is a quarter.


def beside_crease(problem: Problem, theta: Array, basin: Labels, loss: Array, gradient: Array) -> Array:
    """How far points (n, 2) are from the floor of the valley in whose basin they are, if that is a crease; else inf.

    Beside a crease the loss rises as along a line: where that comes to the floor's height, the floor is.
    """
    distance, equal = np.full(len(theta), np.inf), EQUAL_LOSS * problem.units.loss
    rows = np.flatnonzero(basin != NO_BASIN)
    rows = rows[problem.basins.valleys[basin[rows]]]
    if len(rows):
        floor = np.array([point.value for point in problem.minima])[basin[rows]]
        height, slope = loss[rows] - floor, norm(gradient[rows])
        there = height <= equal
        way = np.where(there, 0.0, height / slope)
        foot = theta[rows] - np.where(there, 0.0, way / slope * gradient[rows].T).T
        left = problem.train.value(foot) - floor
        distance[rows] = np.where(left <= np.maximum(equal, STRAIGHT * height), way, np.inf)
    return distance


def creased(problem: Problem, way: Array) -> Mask:
    """Whether the gradient jumps where these points (DWELL + 1, n, 2), one after the other, turn back the most."""
    gradients = problem.train.gradient(way)
    turns = dot(gradients[1:], gradients[:-1]) / (norm(gradients[1:]) * norm(gradients[:-1]))
    sharpest = np.argmin(np.nan_to_num(turns, nan=1.0), axis=0)
    runs = np.arange(way.shape[1])
    one, other = way[sharpest, runs], way[sharpest + 1, runs]
    slope, beyond = gradients[sharpest, runs], gradients[sharpest + 1, runs]
    change = norm(beyond - slope)
    for _ in range(HALVINGS):
        middle = 0.5 * (one + other)
        between = problem.train.gradient(middle)
        left = (norm(between - slope) >= norm(beyond - between))[:, None]
        one, slope = np.where(left, one, middle), np.where(left, slope, between)
        other, beyond = np.where(left, middle, other), np.where(left, between, beyond)
    return np.asarray(norm(beyond - slope) >= JUMP * change) & (change > 0)
