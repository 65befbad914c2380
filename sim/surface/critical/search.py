"""Where the gradient of a surface vanishes: its minima, maxima and saddles.

Newton's method on ∇f = 0 runs from the nodes of a grid, all at once, where a critical point is in
reach. It cannot find the tip of a cusp, where there is no gradient to vanish: so the grid's
lowest nodes that nothing found so far explains are walked down by compass search as well.

Where the grid is too coarse for the terrain, its cells are halved, as far down as 1/1024 of the window; what is
narrower still may be overlooked, and so may be what lies on a crease. Then the search says of itself that it is not
complete.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from ..points import Array, dot, eigenvalues, eigenvectors, norm
from ..protocol import Surface, Window
from . import cells as grids
from .ground import Ground, grounds, same_floor, settled

Mask = npt.NDArray[np.bool_]

# A power of two, so that the nodes of a symmetric window lie exactly on its axes.
CELLS = 64
# Newton starts where it promises to arrive within so many cell diagonals, and never steps further.
REACH = 2.0
# The grid is computed in as many parts: small ones stay in the processor's cache.
PARTS = 8
# So many pairs of points are compared at once.
TOGETHER = 1 << 18
NEWTON_STEPS = 48
FEWER_STEPS = 16  # From where it is all but there.
COMPASS_STEPS = 100

# Lengths, relative to the window's diagonal.
ARRIVED = 1e-9
SAME_POINT = 1e-7
NUDGE = 1e-13
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
class Scales:
    """What the tolerances above refer to, over a window."""

    steepest: float
    typical_curvature: float
    relief: float


@dataclass(frozen=True, slots=True)
class _Survey:
    """The grid, and the scales of the surface on it."""

    nodes: Array
    gradients: Array
    hessians: Array
    steps: Array
    slopes: Array
    values: Array
    scales: Scales


@dataclass(frozen=True, slots=True)
class Search:
    """What a search of a window has found."""

    points: tuple[CriticalPoint, ...]
    """Critical points, the lowest first."""
    grounds: tuple[Ground | None, ...]
    """What each lies on if it is a minimum: itself, or the floor of a valley; None where it is none."""
    complete: bool
    """Whether no cell of the finest grid can hide another one, as far as gradients and Hessians at its nodes tell."""
    scales: Scales


def critical_points(surface: Surface, window: Window, cells: int = CELLS) -> tuple[CriticalPoint, ...]:
    """Every critical point of the surface in the window, the lowest first; see `search`."""
    return search(surface, window, cells).points


def search(surface: Surface, window: Window, cells: int = CELLS, halvings: int = grids.HALVINGS) -> Search:
    """Look for every critical point of the surface in the window.

    The kinds follow from the eigenvalues of the Hessian; one that is zero, up to FLAT, makes the
    point DEGENERATE. Of a whole curve of critical points, such as w1·w2 = const for a product of
    two weights, one is reported: that of least curvature. A plateau, flat all around, has none.

    halvings: how often cells that are too coarse are halved at most.
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
        smooth = _distinct(surface, np.concatenate([found, slipped, rim]), window)
        smooth, complete = _finer(surface, window, survey, smooth, reach, halvings)
        sharp = _sharp(surface, window, survey.scales, smooth, lowest, reach)
        tips = np.array([point.position for point in sharp]).reshape(-1, 2)
        smooth = smooth[_distances(smooth, tips) > SAME_POINT * window.diagonal]
        smooth, curves = _thinned(surface, window, survey.scales, smooth, reach)
        known = sharp | _described(surface, window, survey.scales, smooth, curves, reach)
        points = _one_a_valley(known, 0.5 * reach, LEVEL * survey.scales.relief)
        return Search(points, tuple(known[point] for point in points), complete, survey.scales)


def look_up(
    surface: Surface, window: Window, scales: Scales, point: Array, cells: int = CELLS
) -> tuple[CriticalPoint, Ground | None] | None:
    """The critical point (and what it lies on if it is a minimum) at or next to a point (2,), in the window or outside.

    Newton's method runs from there, no farther than a reach; where it does not arrive, there may be the tip of a cusp.
    scales: those of the window, as its `search` has them.
    """
    reach = REACH * window.diagonal / cells
    x, y = point.tolist()
    half = 0.5 * window.width, 0.5 * window.height
    around = Window(x - half[0], x + half[0], y - half[1], y + half[1])
    with np.errstate(all="ignore"):
        smooth = _newton(surface, around, point[None], reach)
        smooth = smooth[norm(smooth - point) <= reach]
        known = _sharp(surface, around, scales, smooth, point[None], reach)
        if not known and len(smooth):
            steep = _slopes_around(surface, smooth, reach) > PLATEAU * scales.steepest
            known = _described(surface, around, scales, smooth[steep], [smooth], reach)
    gaps = {one: float(np.hypot(*(one.position - point))) for one in known}
    nearest = min(known.items(), key=lambda item: gaps[item[0]], default=None)
    return nearest if nearest and gaps[nearest[0]] <= reach else None


def _described(
    surface: Surface, window: Window, scales: Scales, points: Array, curves: Sequence[Array], reach: float
) -> dict[CriticalPoint, Ground | None]:
    """What the points (n, 2) are, and what they lie on; of those on curves of critical points these are known too."""
    described = _describe(surface, scales, points)
    flat = [index for index, point in enumerate(described) if point.kind is Kind.DEGENERATE]
    known = {point: _itself(point) for point in described}
    for index, ground in zip(flat, grounds(surface, window, points[flat], scales.relief, 0.5 * reach), strict=True):
        if ground is not None and not ground.certain:
            del known[described[index]]
        else:
            known[described[index]] = ground and ground.along(_first_of_each(curves[index], 0.25 * reach))
    return known


def grounds_of(surface: Surface, window: Window, minima: Sequence[CriticalPoint], cells: int = CELLS) -> list[Ground]:
    """What these minima lie on."""
    with np.errstate(all="ignore"):
        relief = float(np.ptp(_finite(surface.value(window.grid(cells + 1, cells + 1)))))
    flat = np.array([minimum.position for minimum in minima if minimum.kind is Kind.DEGENERATE]).reshape(-1, 2)
    found = iter(grounds(surface, window, flat, relief, 0.5 * REACH * window.diagonal / cells))
    ground = (next(found) if minimum.kind is Kind.DEGENERATE else None for minimum in minima)
    return [one or Ground(np.array([minimum.position])) for one, minimum in zip(ground, minima, strict=True)]


def _itself(point: CriticalPoint) -> Ground | None:
    return Ground(np.array([point.position])) if point.kind is Kind.MINIMUM else None


def _one_a_valley(known: Mapping[CriticalPoint, Ground | None], near: float, equal: float) -> tuple[CriticalPoint, ...]:
    """The points, the lowest first, without those that lie on the floor of an earlier one's valley."""
    kept, valleys = list[CriticalPoint](), list[tuple[float, Array]]()
    for point in sorted(known, key=lambda point: (point.value, point.position)):
        ground = known[point]
        if ground is not None and ground.valley:
            here, height = np.array([point.position]), np.array([point.value])
            if any(same_floor(here, height, floor, level, near, equal)[0] for level, floor in valleys):
                continue
            valleys.append((point.value, ground.floor))
        kept.append(point)
    return tuple(kept)


def _finer(
    surface: Surface, window: Window, survey: _Survey, found: Array, reach: float, halvings: int
) -> tuple[Array, bool]:
    """The critical points found (n, 2) and those that finer cells show, (m, 2); and whether no cell hides any more."""
    cells = grids.cells_of(window, survey.gradients, survey.hessians)
    each = grids.NODES * int(getattr(surface, "evaluations", 1))
    spent = 0
    for halving in range(halvings + 1):
        coarse = cells.too_coarse()
        if halving:
            promised = cells.chosen(~coarse).promises(_newton_steps)
            found = _with(found, _newton(surface, window, promised, reach, FEWER_STEPS), window)
        # Where the gradient turns around a cell, there is a critical point, or a valley so narrow that corners mislead.
        odd = ~coarse & (cells.turning() != 0)
        odd[odd] = ~cells.chosen(odd).beside(found)
        if odd.any():
            found = _with(found, _newton(surface, window, cells.chosen(odd).middles, reach), window)
            odd[odd] = ~cells.chosen(odd).beside(found)
        cells = cells.chosen(coarse | odd)
        spent += each * len(cells.places)
        if not len(cells.places) or halving == halvings or spent > grids.MOST:
            break
        cells = cells.halved(surface)
        reach *= 0.5
    found = _with(found, _newton(surface, window, cells.promises(_newton_steps), reach, FEWER_STEPS), window)
    return found, bool(cells.beside(found).all())


def _with(found: Array, more: Array, window: Window) -> Array:
    """Those found (n, 2) and more (m, 2) that are none of them."""
    return _first_of_each(np.concatenate([found, more]), SAME_POINT * window.diagonal)


def _survey(surface: Surface, window: Window, cells: int) -> _Survey:
    nodes = window.grid(cells + 1, cells + 1)
    values, gradients, hessians = (
        np.concatenate([function(part) for part in np.array_split(nodes, PARTS)])
        for function in (surface.value, surface.gradient, surface.hessian)
    )
    slopes, curvatures = norm(gradients), _size(hessians)
    return _Survey(
        nodes=nodes,
        gradients=gradients,
        hessians=hessians,
        steps=_newton_steps(gradients, hessians),
        slopes=slopes,
        values=values,
        scales=Scales(
            steepest=float(_finite(slopes).max()),
            typical_curvature=float(np.median(_finite(curvatures))),
            relief=float(np.ptp(_finite(values))),
        ),
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
    return np.asarray(steepest_around <= PLATEAU * survey.scales.steepest)


def _neighbourhoods(numbers: Array, border: float) -> Array:
    """Each node of a grid and its eight neighbours, shape (9, ...)."""
    rows, columns = numbers.shape
    padded = np.pad(numbers, 1, constant_values=border)
    return np.stack([padded[i : rows + i, j : columns + j] for i in range(3) for j in range(3)])


def _lowest_around(numbers: Array) -> Mask:
    """Nodes inside the grid that no neighbour is below."""
    around = _neighbourhoods(numbers, -np.inf)
    return np.asarray(np.isfinite(numbers) & ~(around < numbers).any(axis=0))


def _newton(surface: Surface, window: Window, starts: Array, reach: float, most: int = NEWTON_STEPS) -> Array:
    """The critical points (n, 2) in the window that Newton's method reaches from the starts."""
    arrived = ARRIVED * window.diagonal
    done = [np.empty((0, 2))]
    points = starts
    for _ in range(most):
        if not len(points):
            break
        steps = _newton_steps(surface.gradient(points), surface.hessian(points))
        lengths = norm(steps)
        steps *= np.minimum(1.0, reach / np.maximum(lengths, _TINY))[:, None]
        points = points + steps
        there = lengths <= arrived
        done.append(points[there])
        points = points[~there & _near(window, points, reach)]
    points = np.concatenate(done)
    # A formula may have no derivative where its function has one, as cos(sqrt(x^2 + y^2)) at the origin.
    points[~np.isfinite(surface.gradient(points)).all(axis=-1)] += NUDGE * window.diagonal
    points = _distinct(surface, points, window)
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
    order = np.argsort(norm(surface.gradient(points)), kind="stable")
    return _first_of_each(points[order], SAME_POINT * window.diagonal)


def _first_of_each(points: Array, near: float) -> Array:
    """The points (n, 2) without those that are as near as this to an earlier one.

    Whatever is so near shares a square of twice that size, in one of four tilings shifted by half a square.
    """
    squares = points / (2 * near)
    for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        _, first = np.unique(np.floor(squares + shift), axis=0, return_index=True)
        first.sort()
        points, squares = points[first], squares[first]
    return points


def _distances(points: Array, others: Array) -> Array:
    """From each point (n, 2) to the nearest of the others, inf if there are none."""
    return np.asarray(norm(points[:, None] - others[None]).min(axis=1, initial=np.inf))


def _thinned(
    surface: Surface, window: Window, scales: Scales, points: Array, reach: float
) -> tuple[Array, list[Array]]:
    """Without plateaus, and with one point for each curve of critical points on one level; and these curves' points.

    The same for the cloud that Newton's method leaves around a point without curvature, where it
    halves the distance at best.
    """
    flat = np.flatnonzero(_kinds(scales, surface.hessian(points)) == Kind.DEGENERATE)
    plateau = _slopes_around(surface, points[flat], reach) <= PLATEAU * scales.steepest
    removed: list[int] = flat[plateau].tolist()
    flat = flat[~plateau]
    # Least curvature first, then least gradient, then nearest to the middle.
    curvatures = _size(surface.hessian(points[flat])) / max(FLAT * scales.typical_curvature, _TINY)
    slopes = norm(surface.gradient(points[flat])) / max(PLATEAU * scales.steepest, _TINY)
    middle = norm(points[flat] - window.center)
    flat = flat[np.lexsort([middle, np.round(slopes), np.round(curvatures)])]
    chains = _chains(points[flat], surface.value(points[flat]), 2 * reach, LEVEL * scales.relief)
    curves = [points[index : index + 1] for index in range(len(points))]
    for first in np.unique(chains).tolist():
        curves[flat[first]] = points[flat[chains == first]]
    removed += np.delete(flat, np.unique(chains)).tolist()
    kept = np.delete(np.arange(len(points)), np.array(removed, int))
    return points[kept], [curves[index] for index in kept.tolist()]


def _chains(points: Array, values: Array, near: float, level: float) -> npt.NDArray[np.intp]:
    """The first of the chain of points, each as near and level with the next as that, that each is in; (n,)."""
    order = np.argsort(values, kind="stable")
    chains = np.arange(len(points))
    for level_ones in np.split(order, np.flatnonzero(np.diff(values[order]) > level) + 1):
        group = np.sort(level_ones)
        chains[group] = group[_linked(points[group], values[group], near, level)]
    return chains


def _linked(points: Array, values: Array, near: float, level: float) -> npt.NDArray[np.intp]:
    """The chains of points, as `_chains` has them, few enough that each can be compared with each."""
    pairs = [np.zeros((2, 0), np.intp)]
    rows = max(1, TOGETHER // max(len(points), 1))
    for first in range(0, len(points), rows):
        here = slice(first, first + rows)
        offsets = points[here, None] - points
        linked = (dot(offsets, offsets) <= near * near) & (np.abs(values[here, None] - values) <= level)
        one, other = np.nonzero(linked)
        pairs.append(np.stack([one + first, other]))
    ones, others = np.concatenate(pairs, axis=1)
    chains, before = np.arange(len(points)), np.full(len(points), -1)
    while (chains != before).any():
        before = chains.copy()
        np.minimum.at(chains, ones, chains[others])
        chains = chains[chains]
    return chains


def _kinds(scales: Scales, hessians: Array) -> npt.NDArray[np.object_]:
    low, high = np.moveaxis(eigenvalues(hessians), -1, 0)
    flat = FLAT * np.maximum(_size(hessians), scales.typical_curvature)
    kinds = np.full(low.shape, Kind.SADDLE, object)
    kinds[low > 0] = Kind.MINIMUM
    kinds[high < 0] = Kind.MAXIMUM
    kinds[np.minimum(np.abs(low), np.abs(high)) <= flat] = Kind.DEGENERATE
    return kinds


def _describe(surface: Surface, scales: Scales, points: Array) -> list[CriticalPoint]:
    hessians = surface.hessian(points)
    columns = zip(
        (points + 0.0).tolist(),  # no negative zeros
        surface.value(points).tolist(),
        _kinds(scales, hessians),
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


def _sharp(
    surface: Surface, window: Window, scales: Scales, smooth: Array, lowest: Array, reach: float
) -> dict[CriticalPoint, Ground | None]:
    """Minima without a gradient, and what they lie on: tips of cusps, and creases that are level along themselves.

    Where compass search has ended on a crease that does not lead along one of its directions, the way on is along it.
    """
    near = SAME_POINT * window.diagonal
    stuck = lowest[_distances(lowest, smooth) > near]
    tips = _cusps(surface, np.concatenate([smooth, settled(surface, window, stuck, 0.5 * reach)]), window)
    found = grounds(surface, window, tips, scales.relief, 0.5 * reach)
    return {
        _describe_sharp(tip, height, ground.valley): ground
        for tip, height, ground in zip(tips, surface.value(tips).tolist(), found, strict=True)
        if ground is not None and ground.certain
    }


def _describe_sharp(tip: Array, height: float, level: bool) -> CriticalPoint:
    (x, y), kind, low = (tip + 0.0).tolist(), Kind.DEGENERATE if level else Kind.MINIMUM, 0.0 if level else np.inf
    return CriticalPoint((x, y), height, kind, (low, np.inf), ((1.0, 0.0), (0.0, 1.0)))


def _cusps(surface: Surface, points: Array, window: Window) -> Array:
    """Those of the points (n, 2) around which rings do not rise as those of a parabola do, the lowest first."""
    if not len(points):
        return points
    radii = RING * window.diagonal * np.array([1.0, 0.01])
    rises = surface.value(points[:, None, None] + radii[:, None, None] * _RING) - surface.value(points)[:, None, None]
    heights = rises.mean(axis=-1)
    slopes = heights / radii
    sharp = (heights.min(axis=1) > 0) & (slopes[:, 1] >= SHARP * slopes[:, 0])
    sharp &= np.isfinite(heights[:, 0]) & (heights[:, 1] <= BOTTOMLESS * heights[:, 0])
    points = points[sharp]
    return _first_of_each(points[np.argsort(surface.value(points), kind="stable")], RING * window.diagonal)
