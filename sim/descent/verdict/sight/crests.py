"""Crests of ridges: lines to whose sides the loss falls, and along which it need not bend at all."""

from typing import NamedTuple

import numpy as np

from ....surface.points import Array, Mask, dot, eigenvalues, eigenvectors, norm
from ...problem import Problem
from .newton import SURE, bends_so

# How far along a crest one looks to both sides, in diagonals; the nearest at which both rise or both fall tell.
ALONG = (0.01, 0.02, 0.04)
CORRECTIONS = 4  # Of Newton's method across the crest, from beside it.
# How far they lead at most, over how far one has gone along it: what is farther aside may be another crest.
SIDEWAYS = 0.25
# What a loss must rise or fall by to tell, over its size and the scale of losses: less may be rounding.
ROUNDED_LOSS = 1e-12


class Crests(NamedTuple):
    """What is found of n points."""

    there: Mask
    """Whether a crest is next to it."""
    rises: Mask
    """Whether that rises both ways, as at a saddle,"""
    falls: Mask
    """or falls both ways, as at a maximum."""


def crests(problem: Problem, theta: Array, hessian: Array, gradient: Array, at_hand: float) -> Crests:
    """Whether a crest is next to the points (n, 2) with these derivatives, and how the loss goes on along it.

    The loss there bends down one way, as the smaller eigenvalue says, and is as good as level the other way.
    """
    axes, bend = eigenvectors(hessian), eigenvalues(hessian)[:, 0]
    across, along = axes[:, 0], axes[:, 1]
    step = -dot(gradient, across) / bend
    place = theta + step[:, None] * across
    there = (np.abs(step) <= at_hand) & (np.abs(_bend(problem, place, across) - bend) <= SURE * np.abs(bend))
    there[there] = bends_so(problem, place[there], across[there, None], bend[there, None])
    rises, falls = np.zeros_like(there), np.zeros_like(there)
    middle = problem.train.value(_on_crest(problem, place, across))
    for share in ALONG:
        far = share * problem.units.length
        ends = [place + way * far * along for way in (1.0, -1.0)]
        found = [_on_crest(problem, end, across) for end in ends]
        near = [norm(crest - end) <= SIDEWAYS * far for crest, end in zip(found, ends, strict=True)]
        heights = np.array([problem.train.value(crest) for crest in found]) - middle
        least = ROUNDED_LOSS * (np.abs(middle) + problem.units.loss)
        open_ = there & ~(rises | falls) & near[0] & near[1]
        rises |= open_ & (heights > least).all(axis=0)
        falls |= open_ & (heights < -least).all(axis=0)
    return Crests(there, rises, falls)


def _bend(problem: Problem, theta: Array, across: Array) -> Array:
    """The loss' curvature at the points (n, 2) in these directions (n, 2)."""
    return dot((problem.train.hessian(theta) @ across[..., None])[..., 0], across)


def _on_crest(problem: Problem, theta: Array, across: Array) -> Array:
    """Where the loss is level in these directions (n, 2), from the points (n, 2) on; NaN where it does not bend down.

    Up to rounding: what is left of the slope is squared in how high that is.
    """
    for _ in range(CORRECTIONS):
        bend = _bend(problem, theta, across)
        step = np.where(bend < 0, -dot(problem.train.gradient(theta), across) / bend, np.nan)
        theta = theta + step[:, None] * across
    return theta
