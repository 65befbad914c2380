"""Where the gradient of a surface vanishes: its minima, maxima and saddles.

Newton's method on ∇f = 0 runs from the nodes of a grid, all at once, where a critical point is in
reach. It cannot find the tip of a cusp, where there is no gradient to vanish: so the grid's
lowest nodes that nothing found so far explains are walked down by compass search as well.

Where the grid is too coarse for the terrain, its cells are halved, as far down as 1/1024 of the window; what is
narrower still may be overlooked, and so may be what lies on a crease; and of a crowd only the lowest are kept. Then the
search says of itself that it is not complete.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..points import Array, Mask, norm
from ..protocol import Surface, Window
from . import cells as grids
from .bottoms import NEXT, flat_bottoms
from .curves import LEVEL, checked, one_a_valley, rejoined, thinned
from .cusps import compass, describe_sharp, sharp_minima
from .ground import ROUGHLY, Ground, grounds, is_tail, tolerances
from .newton import (
    CIRCLE,
    SAME_POINT,
    distinct,
    first_of_each,
    nearest_within,
    newton,
    newton_steps,
    nudged,
    slopes_around,
)
from .plains import WideBottoms, wide_bottoms
from .point import CriticalKind, CriticalPoint, Scales, describe, kinds
from .survey import PLATEAU, Survey, finite, promising, surveyed, unexplained

CELLS = 64  # A power of two, so that the nodes of a symmetric window lie exactly on its axes.
REACH = 2.0  # Newton starts where it promises to arrive within so many cell diagonals, and never steps further.
STRIDE = 0.25  # With a share of the reach compass search begins: with more it would step over rims.
CROWD = 5000
"""Critical points that are kept at most, the lowest; that there may be more is said."""
OTHERWISE = 0.1  # Where it rises by such a share of what it should fall by, or falls, a curvature is not what is there.
CLOSER = (1.0, 0.1, 0.01)  # How near one looks for that, as shares of how near one looks first.
FEWER_STEPS = 16  # Of Newton's, from where it is all but there.

# Rings around a point at 1, 1/2, 1/4 … 1/64 of the reach.
_WEB = (np.exp2(-np.arange(7.0))[:, None, None] * CIRCLE).reshape(-1, 2)


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


def search(surface: Surface, window: Window, cells: int = CELLS, halvings: int = grids.HALVINGS) -> Search:
    """Look for every critical point of the surface in the window.

    The kinds follow from the eigenvalues of the Hessian; one that is zero, up to FLAT, makes the
    point DEGENERATE. Of a whole curve of critical points, such as w1·w2 = const for a product of
    two weights, one is reported: that of least curvature. A plateau, flat all around, has none.

    halvings: how often cells that are too coarse are halved at most; with none, floors that meet are told one by one,
        and so are the parts into which the window's border cuts one.

    >>> from three_marbles.surface.functions.polynomial import Rosenbrock
    >>> surface = Rosenbrock()
    >>> found = search(surface, surface.usual_window)
    >>> [point.kind.name for point in found.points], found.complete
    (['MINIMUM'], True)
    """
    with np.errstate(all="ignore"):
        reach = REACH * window.diagonal / cells
        survey, wide, smooth, sharp, complete = _seen(surface, window, cells, halvings)
        smooth, curves, told = thinned(surface, window, survey.scales, smooth, reach)
        if len(smooth) > 2 * CROWD:  # No more of them are asked what they are than may be kept, and as many again.
            x, y = smooth.T
            kept = np.sort(np.lexsort((y, x, surface.value(smooth)))[: 2 * CROWD])
            smooth, curves = smooth[kept], [curves[index] for index in kept.tolist()]
        known = sharp | _described(surface, window, survey.scales, smooth, curves, reach)
        minima = [point for point, ground in known.items() if ground is not None]
        places = np.array([point.position for point in minima]).reshape(-1, 2)
        doubles = wide.hold(surface, places) | wide.beside(surface, places)
        for index in np.flatnonzero(doubles).tolist():
            del known[minima[index]]
        leads = np.array([bottom.floor[0] for bottom in wide.grounds]).reshape(-1, 2)
        known |= zip(describe(surface, survey.scales, leads), wide.grounds, strict=True)
        known = one_a_valley(surface, window, known, 0.5 * reach, survey.scales.relief, branching=halvings > 0)
        if halvings:
            known = rejoined(surface, window, known, 0.5 * reach, survey.scales.relief)
        complete &= told and not wide.doubtful and all(ground is None or ground.clear for ground in known.values())
        points = tuple(known)
        if len(points) > CROWD:  # Of more, basins would take all the memory there is.
            points, complete = points[:CROWD], False
        return Search(points, tuple(known[point] for point in points), complete, survey.scales)


def lone_minima(surface: Surface, window: Window, cells: int) -> Array:
    """The minima (n, 2) that are alone, the lowest first, as far as so few cells show them; valleys are left out."""
    reach = REACH * window.diagonal / cells
    with np.errstate(all="ignore"):
        survey, _, smooth, sharp, _ = _seen(surface, window, cells, halvings=0)
        smooth = smooth[kinds(surface, survey.scales, smooth) != CriticalKind.DEGENERATE]
        x, y = smooth.T
        smooth = smooth[np.lexsort((y, x, surface.value(smooth)))[: 2 * CROWD]]
        known = sharp | _described(surface, window, survey.scales, smooth, list(smooth[:, None]), reach)
    lone = sorted((point.value, point.position) for point in known if point.kind is CriticalKind.MINIMUM)
    return np.array([position for _, position in lone]).reshape(-1, 2)


def _seen(
    surface: Surface, window: Window, cells: int, halvings: int
) -> tuple[Survey, WideBottoms, Array, dict[CriticalPoint, Ground | None], bool]:
    """What a grid shows: itself, wide bottoms, where else the gradient vanishes (n, 2), and minima where it does not.

    And whether no cell hides any more.
    """
    reach = REACH * window.diagonal / cells
    survey = surveyed(surface, window, cells)
    found = newton(surface, window, survey.nodes[promising(survey, reach)], reach)
    lowest = compass(surface, window, unexplained(surface, survey, found, reach), STRIDE * reach)
    # A well narrower than a cell may have slipped through, and the saddles of its rim with it.
    slipped = newton(surface, window, nudged(surface, window, lowest), reach)
    slipped = slipped[nearest_within(slipped, found, SAME_POINT * window.diagonal) == np.inf]
    rim = newton(surface, window, (slipped[:, None] + reach * _WEB).reshape(-1, 2), reach)
    smooth = distinct(surface, np.concatenate([found, slipped, rim]), window)
    smooth, complete = _finer(surface, window, survey, smooth, reach, halvings)
    wide = wide_bottoms(surface, window, survey, smooth, 0.5 * reach)
    smooth, lowest = (points[~wide.hold(surface, points)] for points in (smooth, lowest))
    sharp, all_sharp = sharp_minima(surface, window, survey.scales, smooth, lowest, reach)
    tips = np.array([point.position for point in sharp]).reshape(-1, 2)
    smooth = smooth[nearest_within(smooth, tips, SAME_POINT * window.diagonal) == np.inf]
    return survey, wide, smooth, sharp, complete and all_sharp


def reach_of(window: Window) -> float:
    """How far Newton's method reaches in a window, from the nodes of the coarsest grid."""
    return REACH * window.diagonal / CELLS


def look_up(
    surface: Surface, window: Window, scales: Scales, point: Array
) -> tuple[CriticalPoint, Ground | None] | None:
    """The critical point (and what it lies on if it is a minimum) at or next to a point (2,), in the window or outside.

    Newton's method runs from there, no farther than a reach; where it does not arrive, there may be the tip of a cusp.
    scales: those of the window, as its `search` has them.
    """
    reach = reach_of(window)
    x, y = point.tolist()
    half = 0.5 * window.width, 0.5 * window.height
    around = Window(x - half[0], x + half[0], y - half[1], y + half[1])
    with np.errstate(all="ignore"):
        smooth = newton(surface, around, point[None], reach)
        smooth = smooth[norm(smooth - point) <= reach]
        known, _ = sharp_minima(surface, around, scales, smooth, point[None], reach)
        if not known and len(smooth):
            steep = slopes_around(surface, smooth, reach) > PLATEAU * scales.steepest
            known = _described(surface, around, scales, smooth[steep], [smooth], reach)
    gaps = {one: float(np.hypot(*(one.position - point))) for one in known}
    nearest = min(known, key=lambda one: gaps[one], default=None)
    if nearest is None or gaps[nearest] > reach:
        return None
    ground = known[nearest]
    return nearest, None if ground and _tail(surface, window, scales.relief, around, point, ground) else ground


def _tail(surface: Surface, window: Window, relief: float, around: Window, point: Array, ground: Ground) -> bool:
    """Whether a point's (2,) floor that leaves the window around it is but a tail in one that holds the `window`, too.

    Far out, tails are level by rounding; where they come from, they rise.
    """
    ends = np.abs(ground.floor - around.center) + 2 * ground.step >= 0.5 * np.array([around.width, around.height])
    if not ground.valley or not ends.any():
        return False
    each = window, around
    whole = Window(
        min(one.x0 for one in each),
        max(one.x1 for one in each),
        min(one.y0 for one in each),
        max(one.y1 for one in each),
    )
    step = 0.5 * REACH * whole.diagonal / CELLS
    with np.errstate(all="ignore"):
        (equal,) = tolerances(surface, whole, point[None], relief).tolist()
        return is_tail(surface, whole, point, equal, step)


def _described(
    surface: Surface, window: Window, scales: Scales, points: Array, curves: Sequence[Array], reach: float
) -> dict[CriticalPoint, Ground | None]:
    """What the points (n, 2) are, and what they lie on; of those on curves of critical points these are known too."""
    described = describe(surface, scales, points)
    flat = [index for index, point in enumerate(described) if point.kind is CriticalKind.DEGENERATE]
    known = {point: _itself(point) for point in described}
    for index, ground in zip(flat, grounds(surface, window, points[flat], scales.relief, 0.5 * reach), strict=True):
        if ground is not None and not ground.certain:
            del known[described[index]]
        elif ground is None:
            known[described[index]] = None
        elif ground.valley:
            valley = checked(surface, ground, LEVEL * scales.relief)
            known[described[index]] = valley.along(first_of_each(curves[index], 0.25 * reach))
        else:
            del known[described[index]]
            known |= _on_bottoms(surface, window, scales, curves[index], 0.5 * reach)
    for point, ground in _at_kinks(surface, window, scales, described, 0.5 * reach):
        del known[point]
        if ground is not None and ground.certain:
            known[describe_sharp(np.array(point.position), point.value, ground.valley)] = ground
    return known


def _at_kinks(
    surface: Surface, window: Window, scales: Scales, points: Sequence[CriticalPoint], step: float
) -> Iterator[tuple[CriticalPoint, Ground | None]]:
    """The points that are not what their Hessians say, which speak of one side only, and what they lie on.

    A saddle may be a minimum; or nothing of it rises. To a side of a minimum it may fall, and rise to one of a maximum.
    """
    bent = [point for point in points if point.kind is not CriticalKind.DEGENERATE]
    if not bent:
        return
    near = NEXT * step
    places, heights = np.array([point.position for point in bent]), np.array([point.value for point in bent])
    ways = near * np.array([point.eigenvectors for point in bent])
    sides = surface.value(places[:, None] + np.stack([ways, -ways])) - heights[:, None]
    expected = 0.5 * near**2 * np.array([point.eigenvalues for point in bent])
    sides *= np.sign(expected)
    wrong = (sides <= -OTHERWISE * np.abs(expected)).any(axis=(0, 2))
    flat = ~(sides >= OTHERWISE * np.abs(expected)).any(axis=0).all(axis=1)
    flat &= [point.kind is CriticalKind.SADDLE for point in bent]
    flat[flat] = ~_pass(surface, places[flat], heights[flat], ways[flat], expected[flat])
    doubtful = np.flatnonzero(wrong | flat)
    found = grounds(surface, window, places[doubtful], scales.relief, step)
    for index, ground in zip(doubtful.tolist(), found, strict=True):
        kept = {CriticalKind.MINIMUM: ground is not None, CriticalKind.SADDLE: ground is None and not flat[index]}
        if not kept.get(bent[index].kind, False):
            yield bent[index], ground


def _pass(surface: Surface, points: Array, heights: Array, ways: Array, expected: Array) -> Mask:
    """Whether it both rises and falls around these saddles (n, 2), as it should by so much (n, 2) at these ways; (n,).

    One that is narrower does so nearer to it. ways: along both axes, (n, 2, 2).
    """
    both, reach = np.zeros(len(points), np.bool_), norm(ways[:, :1])[..., None]
    around = np.concatenate([ways, -ways, reach * CIRCLE], axis=1)
    for share in CLOSER:
        rises = surface.value(points[:, None] + share * around) - heights[:, None]
        least = OTHERWISE * share**2 * expected
        both |= (np.fmin.reduce(rises, axis=1) <= least[:, 0]) & (np.fmax.reduce(rises, axis=1) >= least[:, 1])
    return both


def _on_bottoms(
    surface: Surface, window: Window, scales: Scales, points: Array, step: float
) -> dict[CriticalPoint, Ground | None]:
    """The minima that critical points (n, 2) of one level tell of, the first of which is one, and what they lie on."""
    bottoms = flat_bottoms(surface, points, step, ROUGHLY * scales.relief)
    leads = np.array([bottom.floor[0] for bottom in bottoms])
    lie = grounds(surface, window, leads, scales.relief, step)
    return {
        point: bottom
        for point, bottom, ground in zip(describe(surface, scales, leads), bottoms, lie, strict=True)
        if ground is not None and ground.certain
    }


def grounds_of(surface: Surface, window: Window, minima: Sequence[CriticalPoint]) -> list[Ground]:
    """What these minima lie on."""
    with np.errstate(all="ignore"):
        relief = float(np.ptp(finite(surface.value(window.grid(CELLS + 1, CELLS + 1)))))
    flat = np.array([minimum.position for minimum in minima if minimum.kind is CriticalKind.DEGENERATE]).reshape(-1, 2)
    found = iter(grounds(surface, window, flat, relief, 0.5 * REACH * window.diagonal / CELLS))
    ground = (next(found) if minimum.kind is CriticalKind.DEGENERATE else None for minimum in minima)
    return [one or Ground(np.array([minimum.position])) for one, minimum in zip(ground, minima, strict=True)]


def _itself(point: CriticalPoint) -> Ground | None:
    return Ground(np.array([point.position])) if point.kind is CriticalKind.MINIMUM else None


def _finer(
    surface: Surface, window: Window, survey: Survey, found: Array, reach: float, halvings: int
) -> tuple[Array, bool]:
    """The critical points found (n, 2) and those that finer cells show, (m, 2); and whether no cell hides any more."""
    cells = grids.cells_of(window, survey.gradients, survey.hessians)
    each = grids.NODES * int(getattr(surface, "evaluations", 1))
    spent = 0
    for halving in range(halvings + 1):
        coarse = cells.too_coarse()
        if halving:
            promised = cells.chosen(~coarse).promises(newton_steps)
            found = _with(found, newton(surface, window, promised, reach, FEWER_STEPS), window)
        # Where the gradient turns around a cell, there is a critical point, or a valley so narrow that corners mislead.
        odd = ~coarse & (cells.turning() != 0)
        odd[odd] = ~cells.chosen(odd).beside(found)
        if odd.any():
            found = _with(found, newton(surface, window, cells.chosen(odd).middles, reach), window)
            odd[odd] = ~cells.chosen(odd).beside(found)
        cells = cells.chosen(coarse | odd)
        spent += each * len(cells.places)
        if not len(cells.places) or halving == halvings or spent > grids.MOST:
            break
        cells = cells.halved(surface)
        reach *= 0.5
    found = _with(found, newton(surface, window, cells.promises(newton_steps), reach, FEWER_STEPS), window)
    return found, bool(cells.beside(found).all())


def _with(found: Array, more: Array, window: Window) -> Array:
    """The points found (n, 2), and more (m, 2) that are none of them."""
    return first_of_each(np.concatenate([found, more]), SAME_POINT * window.diagonal)
