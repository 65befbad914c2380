"""Where the gradient of a surface vanishes: its minima, maxima and saddles.

Newton's method on ∇f = 0 runs from the nodes of a grid, all at once, where a critical point is in
reach. It cannot find the tip of a cusp, where there is no gradient to vanish: so the grid's
lowest nodes that nothing found so far explains are walked down by compass search as well.

What is narrower than a cell of the grid (1/64 of the window) may be overlooked.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from .points import Array, eigenvalues, eigenvectors, norm
from .protocol import Surface, Window

Mask = npt.NDArray[np.bool_]

# A power of two, so that the nodes of a symmetric window lie exactly on its axes.
CELLS = 64
# Newton starts where it promises to arrive within so many cell diagonals, and never steps further.
REACH = 2.0
# The grid is computed in as many parts: small ones stay in the processor's cache.
PARTS = 8
NEWTON_STEPS = 48
COMPASS_STEPS = 100

# Lengths, relative to the window's diagonal.
ARRIVED = 1e-9
SAME_POINT = 1e-7
RING = 1e-4
# Slopes, relative to the steepest half a reach away.
NO_GRADIENT = 1e-8
# Slopes, relative to the steepest on the grid: no more than what rounding leaves of it.
PLATEAU = 1e-16
# Curvatures, relative to the larger of the point's own and the median on the grid.
FLAT = 1e-7
# Heights, relative to their range on the grid.
LEVEL = 1e-9
# |det H| / ‖H‖² below which a Hessian has one direction only.
SINGULAR = 1e-14
# A parabola's mean slope to a ring falls with its radius; a cusp's keeps at least this share of it.
SHARP = 0.5
# Nearer to a cusp there is less to rise; at a pole, where there is no bottom, the way up is as long from everywhere.
BOTTOMLESS = 0.75

_TINY = float(np.finfo(float).tiny)
_RING = np.stack([np.cos(np.arange(16) * np.pi / 8), np.sin(np.arange(16) * np.pi / 8)], axis=-1)
# Rings around a point at 1, 1/2, 1/4 … 1/64 of the reach.
_WEB = (np.exp2(-np.arange(7.0))[:, None, None] * _RING).reshape(-1, 2)
_COMPASS = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1], [1, -1], [-1, 1]], float)


class Kind(Enum):
    """What a critical point is, by the signs of its eigenvalues."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    SADDLE = "saddle"
    DEGENERATE = "degenerate"


@dataclass(frozen=True, slots=True)
class CriticalPoint:
    """A point where ∇f = 0, or the tip of a cusp, with the curvature f has there.

    Eigenvalues ascend; row i of `eigenvectors` belongs to eigenvalue i. A cusp has no curvature:
    its eigenvalues are (inf, inf), the limit of parabolas that get sharper and sharper.
    """

    position: tuple[float, float]
    value: float
    kind: Kind
    eigenvalues: tuple[float, float]
    eigenvectors: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Survey:
    """The grid, and the scales of the surface that the tolerances above refer to."""

    nodes: Array
    steps: Array
    slopes: Array
    values: Array
    steepest: float
    typical_curvature: float
    relief: float


def critical_points(surface: Surface, window: Window, cells: int = CELLS) -> tuple[CriticalPoint, ...]:
    """Every critical point of the surface in the window, the lowest first.

    The kinds follow from the eigenvalues of the Hessian; one that is zero, up to FLAT, makes the
    point DEGENERATE. Of a whole curve of critical points, such as w1·w2 = const for a product of
    two weights, one is reported: that of least curvature. A plateau, flat all around, has none.
    """
    with np.errstate(all="ignore"):
        reach = REACH * window.diagonal / cells
        survey = _survey(surface, window, cells)
        found = _newton(surface, window, survey.nodes[_promising(survey, reach)], reach)
        lowest = _compass(surface, window, _unexplained(survey, found, reach), reach)
        # A well narrower than a cell may have slipped through, and the saddles of its rim with it.
        slipped = _newton(surface, window, lowest, reach)
        slipped = slipped[_distances(slipped, found) > SAME_POINT * window.diagonal]
        rim = _newton(surface, window, (slipped[:, None] + reach * _WEB).reshape(-1, 2), reach)
        everything = np.concatenate([found, slipped, rim, lowest])
        cusps = _cusps(surface, everything, window)
        smooth = _distinct(surface, np.concatenate([found, slipped, rim]), window)
        smooth = smooth[_distances(smooth, cusps) > SAME_POINT * window.diagonal]
        smooth = _thinned(surface, window, survey, smooth, reach)
        points = [*_describe(surface, survey, smooth), *_describe_cusps(surface, cusps)]
        return tuple(sorted(points, key=lambda point: (point.value, point.position)))


def _survey(surface: Surface, window: Window, cells: int) -> _Survey:
    nodes = window.grid(cells + 1, cells + 1)
    values, gradients, hessians = (
        np.concatenate([function(part) for part in np.array_split(nodes, PARTS)])
        for function in (surface.value, surface.gradient, surface.hessian)
    )
    slopes, curvatures = norm(gradients), _size(hessians)
    return _Survey(
        nodes=nodes,
        steps=_newton_steps(gradients, hessians),
        slopes=slopes,
        values=values,
        steepest=float(_finite(slopes).max()),
        typical_curvature=float(np.median(_finite(curvatures))),
        relief=float(np.ptp(_finite(values))),
    )


def _finite(numbers: Array) -> Array:
    finite: Array = numbers[np.isfinite(numbers)]
    return finite if finite.size else np.zeros(1)


def _size(hessians: Array) -> Array:
    """The Frobenius norm ‖H‖, shape (...)."""
    return np.asarray(np.hypot(np.hypot(hessians[..., 0, 0], hessians[..., 1, 1]), np.sqrt(2) * hessians[..., 0, 1]))


def _newton_steps(gradients: Array, hessians: Array) -> Array:
    """−H⁻¹∇f; of a singular H its pseudo-inverse, which for H = λ v vᵀ is H / ‖H‖².

    By Cramer's rule, so that what lies exactly on an axis of symmetry stays there.
    """
    size = np.maximum(_size(hessians), _TINY)
    x, y = gradients[..., 0] / size, gradients[..., 1] / size
    xx, xy, yy = hessians[..., 0, 0] / size, hessians[..., 0, 1] / size, hessians[..., 1, 1] / size
    determinant = xx * yy - xy * xy
    singular = np.abs(determinant) < SINGULAR
    steps = np.where(
        singular,
        [xx * x + xy * y, xy * x + yy * y],
        np.divide([yy * x - xy * y, xx * y - xy * x], np.where(singular, 1.0, determinant)),
    )
    return np.moveaxis(-steps, 0, -1)


def _promising(survey: _Survey, reach: float) -> Mask:
    """Nodes from which Newton's first step is short, or where the slope is least; none amid a plateau."""
    return np.asarray(((norm(survey.steps) <= reach) | _lowest_around(survey.slopes)) & ~_plateau(survey))


def _plateau(survey: _Survey) -> Mask:
    """Nodes around which there is no slope."""
    steepest_around = _neighbourhoods(survey.slopes, -np.inf).max(axis=0)
    return np.asarray(steepest_around <= PLATEAU * survey.steepest)


def _neighbourhoods(numbers: Array, border: float) -> Array:
    """Each node of a grid and its eight neighbours, shape (9, ...)."""
    rows, columns = numbers.shape
    padded = np.pad(numbers, 1, constant_values=border)
    return np.stack([padded[i : rows + i, j : columns + j] for i in range(3) for j in range(3)])


def _lowest_around(numbers: Array) -> Mask:
    """Nodes inside the grid that no neighbour is below."""
    around = _neighbourhoods(numbers, -np.inf)
    return np.asarray(np.isfinite(numbers) & ~(around < numbers).any(axis=0))


def _newton(surface: Surface, window: Window, starts: Array, reach: float) -> Array:
    """The critical points (n, 2) in the window that Newton's method reaches from the starts."""
    arrived = ARRIVED * window.diagonal
    done = [np.empty((0, 2))]
    points = starts
    for _ in range(NEWTON_STEPS):
        if not len(points):
            break
        steps = _newton_steps(surface.gradient(points), surface.hessian(points))
        lengths = norm(steps)
        steps *= np.minimum(1.0, reach / np.maximum(lengths, _TINY))[:, None]
        points = points + steps
        there = lengths <= arrived
        done.append(points[there])
        points = points[~there & _near(window, points, reach)]
    points = _distinct(surface, np.concatenate(done), window)
    critical = norm(surface.gradient(points)) <= NO_GRADIENT * _slopes_around(surface, points, reach)
    critical &= np.isfinite(_size(surface.hessian(points)))
    return _distinct(surface, points[critical & _near(window, points, arrived)], window)


def _slopes_around(surface: Surface, points: Array, reach: float) -> Array:
    """The steepest slope on a ring of half the reach around each point (n, 2); shape (n,)."""
    slopes = norm(surface.gradient(points[:, None] + 0.5 * reach * _RING))
    return np.asarray(np.where(np.isfinite(slopes), slopes, 0.0).max(axis=1, initial=0.0))


def _near(window: Window, points: Array, margin: float) -> Mask:
    wider = Window(window.x0 - margin, window.x1 + margin, window.y0 - margin, window.y1 + margin)
    return wider.contains(points)


def _distinct(surface: Surface, points: Array, window: Window) -> Array:
    """One of each group of points that agree within SAME_POINT: the one with the least gradient."""
    return _first_of_each(points[np.argsort(norm(surface.gradient(points)), kind="stable")], window)


def _first_of_each(points: Array, window: Window) -> Array:
    """The points (n, 2) without those that agree within SAME_POINT with an earlier one.

    Whatever agrees shares a square of twice that size, in one of four tilings shifted by half a square.
    """
    squares = points / (2 * SAME_POINT * window.diagonal)
    for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        _, first = np.unique(np.floor(squares + shift), axis=0, return_index=True)
        first.sort()
        points, squares = points[first], squares[first]
    return points


def _distances(points: Array, others: Array) -> Array:
    """From each point (n, 2) to the nearest of the others, inf if there are none."""
    return np.asarray(norm(points[:, None] - others[None]).min(axis=1, initial=np.inf))


def _thinned(surface: Surface, window: Window, survey: _Survey, points: Array, reach: float) -> Array:
    """Without plateaus, and with one point for each curve of critical points on one level.

    The same for the cloud that Newton's method leaves around a point without curvature, where it
    halves the distance at best.
    """
    flat = np.flatnonzero(_kinds(survey, surface.hessian(points)) == Kind.DEGENERATE)
    plateau = _slopes_around(surface, points[flat], reach) <= PLATEAU * survey.steepest
    removed: list[int] = flat[plateau].tolist()
    flat = flat[~plateau]
    # Least curvature first, then least gradient, then nearest to the middle.
    curvatures = _size(surface.hessian(points[flat])) / max(FLAT * survey.typical_curvature, _TINY)
    slopes = norm(surface.gradient(points[flat])) / max(PLATEAU * survey.steepest, _TINY)
    middle = norm(points[flat] - window.center)
    flat = flat[np.lexsort([middle, np.round(slopes), np.round(curvatures)])]
    values = surface.value(points[flat])
    linked = norm(points[flat, None] - points[None, flat]) <= 2 * reach
    linked &= np.abs(values[:, None] - values) <= LEVEL * survey.relief
    waiting = np.ones(len(flat), bool)
    for first in range(len(flat)):
        if waiting[first]:
            chain = linked[first] & waiting
            while (longer := linked[chain].any(axis=0) & waiting).sum() > chain.sum():
                chain = longer
            waiting &= ~chain
            chain[first] = False
            removed += flat[chain].tolist()
    return np.delete(points, np.array(removed, int), axis=0)


def _kinds(survey: _Survey, hessians: Array) -> npt.NDArray[np.object_]:
    low, high = np.moveaxis(eigenvalues(hessians), -1, 0)
    flat = FLAT * np.maximum(_size(hessians), survey.typical_curvature)
    kinds = np.full(low.shape, Kind.SADDLE, object)
    kinds[low > 0] = Kind.MINIMUM
    kinds[high < 0] = Kind.MAXIMUM
    kinds[np.minimum(np.abs(low), np.abs(high)) <= flat] = Kind.DEGENERATE
    return kinds


def _describe(surface: Surface, survey: _Survey, points: Array) -> list[CriticalPoint]:
    hessians = surface.hessian(points)
    columns = zip(
        (points + 0.0).tolist(),  # no negative zeros
        surface.value(points).tolist(),
        _kinds(survey, hessians),
        eigenvalues(hessians).tolist(),
        eigenvectors(hessians).tolist(),
        strict=True,
    )
    return [
        CriticalPoint((x, y), value, kind, (low, high), ((a, b), (c, d)))
        for (x, y), value, kind, (low, high), ((a, b), (c, d)) in columns
    ]


def _unexplained(survey: _Survey, found: Array, reach: float) -> Array:
    """The grid's lowest nodes (n, 2) far from every critical point found."""
    lowest: Array = survey.nodes[_lowest_around(survey.values) & ~_plateau(survey)]
    return np.asarray(lowest[_distances(lowest, found) > reach])


def _compass(surface: Surface, window: Window, points: Array, reach: float) -> Array:
    """Walk downhill in the best of eight directions, halving the stride where none leads down."""
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


def _cusps(surface: Surface, points: Array, window: Window) -> Array:
    """Those of the points (n, 2) that are lower than a ring around them, and not by a parabola."""
    if not len(points):
        return points
    radii = RING * window.diagonal * np.array([1.0, 0.01])
    rises = surface.value(points[:, None, None] + radii[:, None, None] * _RING) - surface.value(points)[:, None, None]
    heights = rises.mean(axis=-1)
    slopes = heights / radii
    sharp = (rises.min(axis=(1, 2)) > 0) & (slopes[:, 1] >= SHARP * slopes[:, 0])
    sharp &= np.isfinite(heights[:, 0]) & (heights[:, 1] <= BOTTOMLESS * heights[:, 0])
    points = points[sharp]
    return _first_of_each(points[np.argsort(surface.value(points), kind="stable")], window)


def _describe_cusps(surface: Surface, points: Array) -> list[CriticalPoint]:
    return [
        CriticalPoint((x, y), value, Kind.MINIMUM, (np.inf, np.inf), ((1.0, 0.0), (0.0, 1.0)))
        for (x, y), value in zip((points + 0.0).tolist(), surface.value(points).tolist(), strict=True)
    ]
