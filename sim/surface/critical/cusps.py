"""Minima without a gradient that vanishes: tips of cusps, creases that are level along themselves, and flat bottoms."""

import numpy as np

from ..points import Array
from ..protocol import Surface, Window
from .bottoms import tips_by_bottom
from .ground import ROUGHLY, WIDEST, Ground, grounds, settled
from .newton import CIRCLE, SAME_POINT, first_of_each, nearest_within
from .point import CriticalKind, CriticalPoint, Scales

COMPASS_STEPS = 100  # At most, from each point.
RING = 1e-4  # In diagonals of the window: the radius of the ring on which a cusp is told from a parabola.

SHARP = 0.5  # A parabola's mean slope to a ring falls with its radius; a cusp's keeps at least this share of it.
# The least share where Newton's method has found nothing: that of a curve that bends ever more towards its bottom, as
# |x|^1.5 does. A parabola's is the hundredth part.
STEEP = 0.0125
TIPS = 512  # So many places that seem to be cusps are looked at at most, the lowest.
# Nearer to a cusp there is less to rise; at a pole, where there is no bottom, the way up is as long from everywhere.
BOTTOMLESS = 0.75

_COMPASS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1], [1, -1], [-1, 1]], float)


def compass(surface: Surface, window: Window, points: Array, reach: float) -> Array:
    """Walk from points (n, 2) downhill in the best of eight directions, halving the stride where none leads down."""
    stride = np.full(len(points), reach)
    values = surface.value(points)
    for _ in range(COMPASS_STEPS):
        if not len(points):
            break
        trials = points[:, None] + stride[:, None, None] * _COMPASS
        heights = surface.value(trials)
        heights[np.isnan(heights)] = np.inf
        best = heights.argmin(axis=1)
        rows = np.arange(len(points))
        down = heights[rows, best] < values
        points = np.where(down[:, None], trials[rows, best], points)
        values = np.where(down, heights[rows, best], values)
        stride = np.where(down, stride, 0.5 * stride)
        inside = window.contains(points)
        points, values, stride = points[inside], values[inside], stride[inside]
    return points


def sharp_minima(
    surface: Surface, window: Window, scales: Scales, smooth: Array, lowest: Array, reach: float
) -> tuple[dict[CriticalPoint, Ground | None], bool]:
    """Minima without a gradient, and what they lie on: tips of cusps, and creases that are level along themselves.

    And whether all are among them: of very many places that seem to be such minima only the lowest are looked at.

    Where compass search has ended on a crease that does not lead along one of its directions, the way on is along it.
    A flat bottom with creases around, smaller than the grid's cells, is found at many places: one stands for it.
    """
    near = SAME_POINT * window.diagonal
    stuck = lowest[nearest_within(lowest, smooth, near) == np.inf]
    rough = settled(surface, window, stuck, 0.5 * reach)
    least = np.repeat([SHARP, STEEP], [len(smooth), len(rough)])
    tips = _cusps(surface, np.concatenate([smooth, rough]), least, window)
    all_, tips = len(tips) <= TIPS, tips[:TIPS]
    found = zip(tips, grounds(surface, window, tips, scales.relief, 0.5 * reach, sharp=True), strict=True)
    minima = [(tip, ground) for tip, ground in found if ground is not None and ground.certain]
    alone = np.array([tip for tip, ground in minima if not ground.valley]).reshape(-1, 2)
    step, equal = 0.5 * reach, ROUGHLY * scales.relief
    lie = [(tip, ground) for tip, ground in minima if ground.valley]
    for part in tips_by_bottom(surface, alone, 2 * WIDEST * reach, step, equal):
        ground = Ground(part, step, equal) if len(part) > 1 else Ground(part)
        lie.append((part[0], ground))
    return {describe_sharp(tip, float(surface.value(tip)), ground.valley): ground for tip, ground in lie}, all_


def describe_sharp(tip: Array, height: float, level: bool) -> CriticalPoint:
    """A minimum without a gradient at a place (2,), alone or on a level crease."""
    (x, y), kind, low = (
        (tip + 0.0).tolist(),
        CriticalKind.DEGENERATE if level else CriticalKind.MINIMUM,
        0.0 if level else np.inf,
    )
    return CriticalPoint((x, y), height, kind, (low, np.inf), ((1.0, 0.0), (0.0, 1.0)))


def _cusps(surface: Surface, points: Array, least: Array, window: Window) -> Array:
    """The cusps among the points (n, 2), lowest first: rings around them rise, and from ring to ring as a cusp's do.

    least: the share (n,) of the outer ring's mean slope that the inner one's is at least.
    """
    if not len(points):
        return points
    radii = RING * window.diagonal * np.array([1.0, 0.01])
    rises = surface.value(points[:, None, None] + radii[:, None, None] * CIRCLE) - surface.value(points)[:, None, None]
    heights = rises.mean(axis=-1)
    slopes = heights / radii
    sharp = (heights.min(axis=1) > 0) & (slopes[:, 1] >= least * slopes[:, 0])
    sharp &= np.isfinite(heights[:, 0]) & (heights[:, 1] <= BOTTOMLESS * heights[:, 0])
    points = points[sharp]
    return first_of_each(points[np.argsort(surface.value(points), kind="stable")], RING * window.diagonal)
