"""The critical points that are known, all of them and no others."""

import tracemalloc
import warnings
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import ClassVar, cast

import numpy as np
import pytest
from critical import critical_points
from numpy.testing import assert_array_equal

from sim.surface.basins import NO_BASIN, find_basins
from sim.surface.critical.cells import cells_of
from sim.surface.critical.ground import Ground, settled
from sim.surface.critical.newton import nearest_within, newton_steps
from sim.surface.critical.point import CriticalKind, CriticalPoint
from sim.surface.critical.search import CROWD, search
from sim.surface.functions.formula import Formula
from sim.surface.functions.gaussian import Bowl, Landscape, MullerBrown, Well
from sim.surface.functions.polynomial import (
    Beale,
    DoubleWellSaddle,
    Himmelblau,
    MonkeySaddle,
    Quadratic,
    Rosenbrock,
    SixHumpCamel,
    StyblinskiTang,
)
from sim.surface.functions.ripple import Ackley, Rastrigin
from sim.surface.points import Array, norm, pair, symmetric, total
from sim.surface.protocol import ClosedForm, Window
from sim.surface.surroundings import with_surroundings

TWO_WELLS = Landscape(Bowl((1.6, 0.0), (0.25, 0.35)), (Well((-1.2, 0.0), 0.7, 0.35), Well((1.6, -0.1), 1.2, 0.9)))
HILLS = Landscape(
    Bowl((0.0, 0.0), (0.3, 0.2)),
    (
        Well((-1.2, 0.3), 0.7, 0.35),
        Well((1.6, -0.1), 1.2, 0.9),
        Well((0.2, 1.4), 0.9, 0.45),
        Well((0.1, -0.9), -0.8, 0.5),
    ),
)


@dataclass(frozen=True)
class Shifted:
    """The mean of twenty copies of a surface, each seen from a slightly different place."""

    surface: ClosedForm
    spread: float = 0.2

    usual_window: ClassVar[Window] = TWO_WELLS.usual_window

    def _places(self, points: Array) -> Array:
        half = np.random.default_rng(5).normal(scale=self.spread, size=(10, 2))
        shifts = np.concatenate([half, -half])
        return np.asarray(points - shifts.reshape(20, *(1,) * (points.ndim - 1), 2))

    def value(self, points: Array) -> Array:
        return total(self.surface.value(self._places(points))) / 20

    def gradient(self, points: Array) -> Array:
        return total(self.surface.gradient(self._places(points))) / 20

    def hessian(self, points: Array) -> Array:
        return total(self.surface.hessian(self._places(points))) / 20


class TwoWeights:
    """(x y − 1)²: a saddle, and two whole curves of minima."""

    usual_window: ClassVar[Window] = Window(-2.0, 2.0, -2.0, 2.0)

    def value(self, points: Array) -> Array:
        u = points[..., 0] * points[..., 1] - 1
        return np.asarray(u * u)

    def gradient(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return pair(2 * (x * y - 1) * y, 2 * (x * y - 1) * x)

    def hessian(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return symmetric(2 * y * y, 4 * x * y - 2, 2 * x * x)


@dataclass(frozen=True)
class Roof:
    """|x − a| + (y − b)²: a cusp across x only."""

    a: float
    b: float

    usual_window: ClassVar[Window] = Window(-2.0, 2.0, -2.0, 2.0)

    def value(self, points: Array) -> Array:
        return np.asarray(np.abs(points[..., 0] - self.a) + (points[..., 1] - self.b) ** 2)

    def gradient(self, points: Array) -> Array:
        return pair(np.sign(points[..., 0] - self.a), 2 * (points[..., 1] - self.b))

    def hessian(self, points: Array) -> Array:
        zeros = np.zeros(points.shape[:-1])
        return symmetric(zeros, zeros, zeros + 2)


class Logarithm:
    """x² − log x + y²: nothing but nan where x < 0, infinite where x = 0."""

    usual_window: ClassVar[Window] = Window(-1.0, 3.0, -1.0, 1.0)

    def value(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return np.asarray(x * x - np.log(x) + y * y)

    def gradient(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return pair(2 * x - 1 / np.where(x < 0, np.nan, x), 2 * y)

    def hessian(self, points: Array) -> Array:
        x = points[..., 0]
        zeros = np.zeros_like(x)
        return symmetric(2 + 1 / np.where(x < 0, np.nan, x * x), zeros, zeros + 2)


SMOOTH: dict[str, tuple[ClosedForm, dict[str, int]]] = {
    "himmelblau": (Himmelblau(), {"minimum": 4, "saddle": 4, "maximum": 1}),
    "muller-brown": (MullerBrown(), {"minimum": 3, "saddle": 2}),
    "camel": (SixHumpCamel(), {"minimum": 6, "saddle": 7, "maximum": 2}),
    "rosenbrock": (Rosenbrock(), {"minimum": 1}),
    "beale": (Beale(), {"minimum": 1, "saddle": 2}),
    "styblinski-tang": (StyblinskiTang(), {"minimum": 4, "saddle": 4, "maximum": 1}),
    "rastrigin": (Rastrigin(), {"minimum": 121, "saddle": 220, "maximum": 100}),
    "monkey": (MonkeySaddle(), {"degenerate": 1}),
    "double well": (DoubleWellSaddle(), {"minimum": 2, "saddle": 1}),
    "ravine": (Quadratic(), {"minimum": 1}),
    "pass": (Quadratic((-1.0, 3.0)), {"saddle": 1}),
    "summit": (Quadratic((-1.0, -3.0)), {"maximum": 1}),
    "two wells": (TWO_WELLS, {"minimum": 2, "saddle": 1}),
    "hills": (HILLS, {"minimum": 3, "saddle": 3, "maximum": 1}),
    "shifted wells": (Shifted(TWO_WELLS), {"minimum": 2, "saddle": 1}),
    "shifted pass": (Shifted(DoubleWellSaddle()), {"minimum": 2, "saddle": 1}),
}
every_smooth = pytest.mark.parametrize(("surface", "kinds"), SMOOTH.values(), ids=SMOOTH)


@cache
def searched(surface: Hashable) -> tuple[CriticalPoint, ...]:
    return critical_points(cast(ClosedForm, surface), cast(ClosedForm, surface).usual_window)


def usual(surface: ClosedForm) -> tuple[CriticalPoint, ...]:
    return searched(cast(Hashable, surface))


def positions(points: tuple[CriticalPoint, ...], kind: CriticalKind | None = None) -> Array:
    return np.array([point.position for point in points if kind in (None, point.kind)])


def winding(surface: ClosedForm, window: Window) -> int:
    """How often the gradient turns along the border: by Poincaré and Hopf, extrema minus saddles inside."""
    x = np.linspace(window.x0, window.x1, 4_001)
    y = np.linspace(window.y0, window.y1, 4_001)
    border = np.concatenate(
        [
            pair(x, np.array(window.y0)),
            pair(np.array(window.x1), y),
            pair(x[::-1], np.array(window.y1)),
            pair(np.array(window.x0), y[::-1]),
        ]
    )
    gradient = surface.gradient(border)
    turns = np.diff(np.unwrap(np.arctan2(gradient[:, 1], gradient[:, 0])))
    return round(float(turns.sum()) / (2 * np.pi))


@every_smooth
def test_how_many_of_each_kind(surface: ClosedForm, kinds: dict[str, int]) -> None:
    assert Counter(point.kind.value for point in usual(surface)) == kinds


@every_smooth
def test_the_topology_is_complete(surface: ClosedForm, kinds: dict[str, int]) -> None:
    index = kinds.get("minimum", 0) + kinds.get("maximum", 0) - kinds.get("saddle", 0)
    index -= 2 * kinds.get("degenerate", 0)  # the monkey's: its gradient turns twice, backwards
    assert winding(surface, surface.usual_window) == index


@every_smooth
def test_each_is_what_it_says(surface: ClosedForm, kinds: dict[str, int]) -> None:
    points = usual(surface)
    window = surface.usual_window
    places = positions(points)
    steepest = norm(surface.gradient(window.grid(33, 33))).max()
    assert len(points) == sum(kinds.values())
    assert norm(surface.gradient(places)).max() <= 1e-12 * steepest
    assert window.contains(places).all()
    assert [point.value for point in points] == surface.value(places).tolist()
    assert [point.value for point in points] == sorted(point.value for point in points)
    hessians = surface.hessian(places)
    rows, values = (
        np.array([point.eigenvectors for point in points]),
        np.array([point.eigenvalues for point in points]),
    )
    images = np.einsum("nij,nkj->nki", hessians, rows)
    assert np.allclose(images, values[..., None] * rows, rtol=0, atol=1e-14 * np.abs(hessians).max())
    for point in points:
        low, high = point.eigenvalues
        assert low <= high
        sign = {
            CriticalKind.MINIMUM: low > 0,
            CriticalKind.MAXIMUM: high < 0,
            CriticalKind.SADDLE: low < 0 < high,
            CriticalKind.DEGENERATE: True,
        }
        assert sign[point.kind]


@every_smooth
def test_none_is_named_twice(surface: ClosedForm, kinds: dict[str, int]) -> None:
    places = positions(usual(surface))
    distances = norm(places[:, None] - places[None]) + 1e9 * np.eye(len(places))
    assert distances.min() > 1e-3 * surface.usual_window.diagonal
    assert sum(kinds.values()) == len(places)


@pytest.mark.parametrize(
    "surface", [MullerBrown(), Himmelblau(), SixHumpCamel(), StyblinskiTang(), HILLS, TWO_WELLS], ids=repr
)
def test_the_window_hardly_matters(surface: ClosedForm) -> None:
    usually = positions(usual(surface))
    rng = np.random.default_rng(1)
    for _ in range(5):
        low = usually.min(axis=0) - rng.uniform(0.1, 0.8, size=2)
        high = usually.max(axis=0) + rng.uniform(0.1, 0.8, size=2)
        window = Window(float(low[0]), float(high[0]), float(low[1]), float(high[1]))
        found = critical_points(surface, window)
        places = positions(found)
        apart = norm(usually[:, None] - places[None]).min(axis=1)
        assert apart.max() < 1e-9
        extrema = sum(point.kind in (CriticalKind.MINIMUM, CriticalKind.MAXIMUM) for point in found)
        assert 2 * extrema - len(found) == winding(surface, window)


def test_muller_brown_as_printed() -> None:
    lines = [
        f"{point.kind.value} {point.value:.3f} ({point.position[0]:.3f}, {point.position[1]:.3f})"
        for point in usual(MullerBrown())
    ]
    assert lines == [
        "minimum -146.700 (-0.558, 1.442)",
        "minimum -108.167 (0.623, 0.028)",
        "minimum -80.768 (-0.050, 0.467)",
        "saddle -72.249 (0.212, 0.293)",
        "saddle -40.665 (-0.822, 0.624)",
    ]


def test_himmelblau_as_printed() -> None:
    points = usual(Himmelblau())
    minima = positions(points, CriticalKind.MINIMUM)
    printed = [(3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)]
    # The literature cuts digits off rather than rounding.
    assert norm(minima[:, None] - np.array(printed)).min(axis=1).max() < 1.5e-6
    assert len(minima) == 4
    assert (3.0, 2.0) in [point.position for point in points]
    (top,) = (point for point in points if point.kind is CriticalKind.MAXIMUM)
    assert top.position == pytest.approx((-0.270845, -0.923039), abs=5e-7)
    assert top.value == pytest.approx(181.617, abs=5e-4)
    saddles = [(-3.073, -0.081), (-0.128, -1.954), (0.087, 2.884), (3.385, 0.074)]
    assert sorted(positions(points, CriticalKind.SADDLE).round(3).tolist()) == sorted(map(list, saddles))


def test_the_camel_as_printed() -> None:
    points = usual(SixHumpCamel())
    printed = {-1.0316: (0.0898, -0.7127), -0.2155: (1.7036, -0.7961), 2.1043: (1.6071, 0.5687)}
    for value, position in printed.items():
        twins = [point for point in points if round(point.value, 4) == value and point.kind is CriticalKind.MINIMUM]
        assert sorted(np.round(point.position, 4).tolist() for point in twins) == sorted(
            [list(position), [-position[0], -position[1]]]
        )
    assert (0.0, 0.0) in [point.position for point in points]


def test_rastrigin_is_a_product_of_roots() -> None:
    grid = np.linspace(-5.12, 5.12, 4097)

    def force(t: Array) -> Array:
        return np.asarray(2 * t + 20 * np.pi * np.sin(2 * np.pi * t))

    signs = np.sign(force(grid))
    roots = [float(t) for t in grid[signs == 0]]
    for i in np.flatnonzero(signs[:-1] * signs[1:] < 0):
        low, high = grid[i], grid[i + 1]
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if force(middle) * force(low) > 0 else (low, middle)
        roots.append(float(low))
    assert len(roots) == 21
    expected = np.array(list(product(roots, roots)))
    found = positions(usual(Rastrigin()))
    assert len(found) == 441
    assert norm(expected[:, None] - found[None]).min(axis=1).max() < 1e-11
    assert usual(Rastrigin())[0].position == (0.0, 0.0)


@pytest.mark.parametrize("window", [Window(-2, 2, -2, 2), Window(-1.3, 2.0, -1.7, 1.9), Window(-0.7, 5, -9, 4)])
def test_the_monkey_saddle_is_one_point_from_wherever_seen(window: Window) -> None:
    (point,) = critical_points(MonkeySaddle(), window)
    assert point.kind is CriticalKind.DEGENERATE
    assert np.hypot(*point.position) < 1e-8 * window.diagonal


def test_symmetric_places_are_exact() -> None:
    assert [(p.position, p.value) for p in usual(DoubleWellSaddle())] == [
        ((0.0, -1.0), -0.25),
        ((0.0, 1.0), -0.25),
        ((0.0, 0.0), 0.0),
    ]
    (saddle,) = (point for point in usual(Shifted(DoubleWellSaddle())) if point.kind is CriticalKind.SADDLE)
    assert saddle.position == (0.0, 0.0)


@pytest.mark.parametrize("window", [Ackley.usual_window, Window(-4.1, 5.0, -4.9, 3.3), Window(-1.3, 1.2, -1.1, 1.4)])
def test_ackley_has_its_tip(window: Window) -> None:
    points = critical_points(Ackley(), window)
    tip = points[0]
    assert tip.kind is CriticalKind.MINIMUM
    assert tip.position == pytest.approx((0.0, 0.0), abs=1e-12)
    assert tip.value == pytest.approx(0.0, abs=1e-11)
    assert tip.eigenvalues == (np.inf, np.inf)
    assert all(np.isfinite(point.eigenvalues).all() for point in points[1:])
    # The tip counts as an extremum: the gradient points away from it all around.
    extrema = sum(point.kind in (CriticalKind.MINIMUM, CriticalKind.MAXIMUM) for point in points)
    assert 2 * extrema - len(points) == winding(Ackley(), window)


@pytest.mark.parametrize("a", [0.0, 0.1234567, -1.51])
def test_a_cusp_across_one_direction_only(a: float) -> None:
    (point,) = critical_points(Roof(a, 0.3), Roof.usual_window)
    assert point.kind is CriticalKind.MINIMUM
    assert point.position == pytest.approx((a, 0.3), abs=1e-7)
    assert point.eigenvalues == (np.inf, np.inf)


@pytest.mark.parametrize(
    ("formula", "place"),
    [
        ("max(x^2, y^2)", (0.0, 0.0)),
        ("max((x - 0.3)^2, (y + 0.2)^2)", (0.3, -0.2)),
        ("max(abs(x)^1.5, y^2)", (0.0, 0.0)),
        ("abs(x)^1.5 + y^2", (0.0, 0.0)),
        ("abs(x)^1.2 + y^2", (0.0, 0.0)),
        ("abs(x - 0.31)^1.5 + abs(y - 0.12)^1.75", (0.31, 0.12)),
        ("(x^2 + y^2)^0.75", (0.0, 0.0)),
        ("(x^2 + y^2)^0.6", (0.0, 0.0)),
        ("abs(x - 0.3*y)^1.5 + (x + y - 0.1)^2", (3 / 130, 1 / 13)),  # Where both terms are 0.
        ("cbrt(x^4) + y^2", (0.0, 0.0)),
    ],
)
@pytest.mark.parametrize("window", [Window(-2, 2, -2, 2), Window(-1.3, 2.1, -0.9, 1.7)], ids=["symmetric", "not"])
def test_at_a_kink_and_where_curvature_is_infinite_a_minimum_is_one(
    formula: str, place: tuple[float, float], window: Window
) -> None:
    (found,) = (point for point, ground in _known(Formula(formula), window) if ground)
    assert found.position == pytest.approx(place, abs=1e-6)
    assert found.value == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    "formula", ["-(x^2 + y^2)^0.75", "abs(x)^1.5 - y^2", "abs(x)^1.5 + y", "max(x^2, y^2) - 3*x^2"]
)
def test_of_infinite_curvature_or_kinks_alone_no_minimum_is_made_up(formula: str) -> None:
    assert not any(ground for _, ground in _known(Formula(formula), Window(-2, 2, -2, 2)))


def _known(surface: ClosedForm, window: Window) -> list[tuple[CriticalPoint, bool]]:
    """What a search finds, and which of it are minima."""
    found = search(surface, window)
    return [(point, ground is not None) for point, ground in zip(found.points, found.grounds, strict=True)]


def test_a_well_narrower_than_the_grid_is_found_with_its_rim() -> None:
    pit = Landscape(Bowl((0.0, 0.0), (0.3, 0.3)), (Well((0.512, 0.333), 0.5, 0.02),))
    points = critical_points(pit, pit.usual_window)
    assert [point.kind for point in points] == [CriticalKind.MINIMUM, CriticalKind.MINIMUM, CriticalKind.SADDLE]
    assert points[0].position == pytest.approx((0.512, 0.333), abs=1e-3)
    assert winding(pit, pit.usual_window) == 1


@pytest.mark.parametrize(
    ("surface", "window"),
    [
        (Quadratic(), Window(1.0, 2.0, 1.0, 2.0)),
        (Quadratic((1.0, 1.0)), Window(0.01, 1.0, -1.0, 1.0)),
        (Rosenbrock(), Window(-2.0, 0.9, -1.0, 3.0)),
        (Roof(2.5, 0.0), Window(-2.0, 2.0, -2.0, 2.0)),
        (Landscape(), Landscape.usual_window),
        (Landscape(wells=(Well((9.0, 0.0), 1.0, 0.1),)), Window(-3.0, 3.0, -2.0, 2.0)),
    ],
    ids=str,
)
def test_no_minimum_is_made_up_on_a_slope_a_border_or_a_plateau(surface: ClosedForm, window: Window) -> None:
    assert critical_points(surface, window) == ()


def test_the_border_belongs_to_the_window() -> None:
    points = critical_points(DoubleWellSaddle(), Window(0.0, 3.0, -2.0, 0.0))
    assert [point.position for point in points] == [(0.0, -1.0), (0.0, 0.0)]


@pytest.mark.parametrize("window", [Window(-4, 4, -3, 3), Window(-15, 12, -10, 11)])
def test_plains_around_wells_hold_nothing(window: Window) -> None:
    wells = Landscape(wells=TWO_WELLS.wells)
    assert Counter(point.kind for point in critical_points(wells, window)) == {
        CriticalKind.MINIMUM: 2,
        CriticalKind.SADDLE: 1,
    }


def test_where_exp_underflows_there_is_a_plateau_and_no_crowd_of_critical_points() -> None:
    (pit,) = critical_points(Landscape(wells=(Well((0.0, 0.0), 1.0, 0.3),)), Window(-14.0, 14.0, -2.0, 2.0))
    assert (pit.position, pit.kind) == ((0.0, 0.0), CriticalKind.MINIMUM)


def test_a_curve_of_minima_is_one_degenerate_point_a_branch() -> None:
    points = critical_points(TwoWeights(), TwoWeights.usual_window)
    assert [(point.position, point.kind) for point in points] == [
        ((-1.0, -1.0), CriticalKind.DEGENERATE),
        ((1.0, 1.0), CriticalKind.DEGENERATE),
        ((0.0, 0.0), CriticalKind.SADDLE),
    ]
    (trough,) = critical_points(Quadratic((0.0, 1.0)), Quadratic.usual_window)
    assert (trough.position, trough.kind, trough.eigenvalues) == ((0.0, 0.0), CriticalKind.DEGENERATE, (0.0, 1.0))


def test_what_is_not_a_number_is_passed_over_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (point,) = critical_points(Logarithm(), Logarithm.usual_window)
        critical_points(MullerBrown(), Window(-400.0, 400.0, -400.0, 400.0))
    assert point.kind is CriticalKind.MINIMUM
    assert point.position == pytest.approx((np.sqrt(0.5), 0.0), abs=1e-12)


def test_the_same_call_gives_the_same_bits() -> None:
    assert critical_points(HILLS, HILLS.usual_window) == critical_points(HILLS, HILLS.usual_window)


# What the literature counts, and what brute force finds.

LEVY = "sin(3*pi*x)^2 + (x - 1)^2*(1 + sin(3*pi*y)^2) + (y - 1)^2*(1 + sin(2*pi*y)^2)"
EGGHOLDER = "-(y + 47)*sin(sqrt(abs(x/2 + y + 47))) - x*sin(sqrt(abs(x - (y + 47))))"
GOLDSTEIN_PRICE = (
    "(1 + (x + y + 1)^2*(19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2))"
    "*(30 + (2*x - 3*y)^2*(18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2))"
)
COUNTED: dict[str, tuple[str, Window, dict[str, int]]] = {
    "goldstein-price": (GOLDSTEIN_PRICE, Window(-2, 2, -2, 2), {"minimum": 4, "saddle": 4, "maximum": 1}),
    "three-hump camel": ("2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2", Window(-5, 5, -5, 5), {"minimum": 3, "saddle": 2}),
    "branin": (
        "(y - 5.1/(4*pi^2)*x^2 + 5/pi*x - 6)^2 + 10*(1 - 1/(8*pi))*cos(x) + 10",
        Window(-5, 10, 0, 15),
        {"minimum": 3, "saddle": 2},
    ),
    # Products of what one variable does: 5 minima and 4 maxima along x, and along y.
    "bohachevsky": (
        "x^2 + 2*y^2 - 0.3*cos(3*pi*x) - 0.4*cos(4*pi*y) + 0.7",
        Window(-10, 10, -10, 10),
        {"minimum": 25, "saddle": 40, "maximum": 16},
    ),
    "waves": ("sin(20*x)*cos(20*y)", Window(-2.9, 2.9, -2.9, 2.9), {}),
    "hölder table": ("-abs(sin(x)*cos(y)*exp(abs(1 - sqrt(x^2 + y^2)/pi)))", Window(-10, 10, -10, 10), {"minimum": 42}),
    "schwefel": ("-x*sin(sqrt(abs(x))) - y*sin(sqrt(abs(y)))", Window(-500, 500, -500, 500), {"minimum": 49}),
}


def found_by(formula: str, window: Window) -> Counter[str]:
    return Counter(point.kind.value for point in critical_points(Formula(formula), window))


@pytest.mark.parametrize(("formula", "window", "kinds"), COUNTED.values(), ids=COUNTED)
def test_as_many_as_are_known(formula: str, window: Window, kinds: dict[str, int]) -> None:
    found = found_by(formula, window)
    for kind, count in kinds.items():
        assert found[kind] == count, kind


def test_waves_shorter_than_two_cells_are_all_found() -> None:
    """Of sin 20x · cos 20y: extrema where both are ±1, saddles where both are 0."""
    formula, window, _ = COUNTED["waves"]
    found = search(Formula(formula), window)
    assert found.complete
    crests = [(k + 0.5) * np.pi / 20 for k in range(-40, 40) if abs((k + 0.5) * np.pi / 20) <= 2.9]
    zeros = [k * np.pi / 20 for k in range(-40, 40) if abs(k * np.pi / 20) <= 2.9]
    expected = np.array([*product(crests, zeros), *product(zeros, crests)])
    places = positions(found.points)
    assert len(places) == len(expected)
    order, wanted = np.lexsort(places.round(6).T), np.lexsort(expected.round(6).T)
    assert norm(places[order] - expected[wanted]).max() < 1e-9


def test_eggholder_has_its_minima_next_to_the_creases_too() -> None:
    """It is odd about (0, −47): each maximum there is a minimum on the other side."""
    found = search(Formula(EGGHOLDER), Window(-512, 512, -512, 512))
    kinds = Counter(point.kind.value for point in found.points)
    assert kinds == {"minimum": 75, "saddle": 148, "maximum": 72}
    assert not found.complete  # Nobody knows what lies on a crease.
    assert found.points[0].value == pytest.approx(-956.9182316)
    inside = [point for point in found.points if abs(point.position[1] + 47) < 464.9]
    mirrored = np.array([(-x, -94 - y) for x, y in (point.position for point in inside)])
    gaps = norm(mirrored[:, None] - positions(tuple(inside))).min(axis=1)
    assert gaps.max() < 1e-6


def test_eggholder_by_brute_force() -> None:
    """Nodes of a fine grid that are lower than all around them, each followed down by tiny steps, far from creases."""
    surface, window = Formula(EGGHOLDER), Window(-512, 512, -512, 512)
    heights = surface.value(window.grid(1025, 1025))
    inner = heights[1:-1, 1:-1]
    beside = [heights[1 + i : 1024 + i, 1 + j : 1024 + j] for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    low = window.grid(1025, 1025)[1:-1, 1:-1][np.all([inner < other for other in beside], axis=0)]
    x, y = low.T
    low = low[(np.abs(x / 2 + y + 47) > 4) & (np.abs(x - y - 47) > 4)]
    minima = positions(critical_points(surface, window), CriticalKind.MINIMUM)
    gaps = norm(low[:, None] - minima).min(axis=1)
    assert len(low) > 50
    assert gaps.max() < 1.5


@pytest.mark.parametrize("cells", [64])
def test_levy_number_13_is_complete_where_waves_nearly_agree_with_the_cells(cells: int) -> None:
    found = search(Formula(LEVY), Window(-10, 10, -10, 10), cells)
    assert Counter(point.kind.value for point in found.points) == {"minimum": 1179, "saddle": 1826, "maximum": 648}
    assert found.complete
    assert found.points[0].position == pytest.approx((1, 1), abs=1e-9)


def test_rings_of_drop_wave_are_one_valley_each_be_it_that_only_corners_show_them() -> None:
    """cos 12r over a bowl: a valley near every r = kπ/6, of which each corner has a piece where r is above 5.12."""
    found = search(Formula("-(1 + cos(12*sqrt(x^2 + y^2)))/(0.5*(x^2 + y^2) + 2)"), Window(-5.12, 5.12, -5.12, 5.12))
    valleys = [(point, ground) for point, ground in zip(found.points, found.grounds, strict=True) if ground]
    radii = [float(np.hypot(*point.position)) for point, _ in valleys]
    whole = [radius for radius in radii if radius < 5.12]
    assert whole == pytest.approx(sorted(whole))
    assert len(whole) == 1 + 9
    assert Counter(round(radius / (np.pi / 6)) for radius in radii if radius >= 5.12) == {10: 1, 11: 1, 12: 1, 13: 1}
    for point, ground in valleys:
        assert norm(ground.floor) == pytest.approx(np.hypot(*point.position), abs=1e-6)


# Which points without curvature are minima.

ALONE = ["(x^2 + y^2)^2", "x^4 + y^2", "x^6 + y^6", "(x - 0.3)^4 + (y + 0.2)^4 + 2", "cosh(x) - x^2/2 + y^2"]
TAILS: list[tuple[str, Window]] = [
    ("exp(-x) + y^2", Window(-2, 100, -3, 3)),
    ("exp(-x) + y^2", Window(40, 100, -3, 3)),
    ("exp(-x) + y^2 + 1", Window(40, 100, -3, 3)),
    ("exp(-x) + y^2", Window(-5, 40, -20, 20)),
    ("exp(-x^2) + y^2", Window(-30, 30, -3, 3)),
    ("tanh(x) + y^2", Window(-50, 50, -3, 3)),
    ("log(1 + exp(-x)) + y^2", Window(-3, 80, -3, 3)),
    ("(y - sin(x))^2 + exp(-x)", Window(-2, 100, -3, 3)),
    ("exp(-x^2 - y^2)", Window(-20, 20, -3, 3)),
    ("(x*y - 1)^2 + 1e-13*x", Window(-2, 2, -2, 2)),
    ("y^2 + 0.001*x^3", Window(-2, 2, -2, 2)),
    ("x^2*y", Window(-2, 2, -2, 2)),
    ("100*sqrt(abs(y - 0.01*x^2)) + 0.01*abs(x + 10)", Window(-15, -11, -3, 3)),
    ("-log(x^2 + y^2)", Window(-2, 2, -2, 2)),
]
SQUARE = Window(-2, 2, -2, 2)


def minima_of(formula: str, window: Window) -> list[CriticalPoint]:
    found = search(Formula(formula), window)
    return [point for point, ground in zip(found.points, found.grounds, strict=True) if ground is not None]


@pytest.mark.parametrize("formula", ALONE)
@pytest.mark.parametrize("window", [SQUARE, Window(-1.7, 2.3, -2.1, 1.6)], ids=["symmetric", "not"])
def test_a_minimum_without_curvature_is_one(formula: str, window: Window) -> None:
    found = search(Formula(formula), window)
    ((point, ground),) = zip(found.points, found.grounds, strict=True)
    assert point.kind is CriticalKind.DEGENERATE
    assert ground is not None
    assert not ground.valley


@pytest.mark.parametrize(("formula", "window"), TAILS)
def test_no_minimum_is_made_up_on_a_tail_or_in_rounding(formula: str, window: Window) -> None:
    assert minima_of(formula, window) == []


CUT: list[tuple[str, Window, int]] = [
    ("(x^2 + y^2 - 11)^2", Window(-3.1, 3.0, -2.9, 3.05), 1),
    ("(x^2 + y^2 - 4)^2", Window(-1.9, 1.9, -1.9, 1.9), 1),
    ("(x^2/4 + y^2 - 1)^2", Window(-1.9, 1.9, -1.2, 1.2), 1),
    ("(y - x^2)^2", Window(-2, 2, 1, 3), 1),
    ("(y - 2*sin(2*x))^2", Window(-6, 6, -1.5, 1.5), 1),
    ("(y - 2*sin(2*x))^2", Window(-24, 22, -14, 14), 1),
    ("((x^2 + y^2 - 11)*(x^2 + y^2 - 8))^2", Window(-3.1, 3.0, -2.9, 3.05), 2),
    ("(x*y - 1)^2", Window(-2, 2, -2, 2), 2),
    ("(y^2 - 1)^2", Window(-2, 2, -2, 2), 2),
    ("((y - x^2)*(y - x^2 - 0.5))^2", Window(-2, 2, 1, 3), 2),
]


@pytest.mark.parametrize(("formula", "window", "count"), CUT)
def test_a_valley_that_the_window_cuts_into_parts_is_one(formula: str, window: Window, count: int) -> None:
    surface = Formula(formula)
    found = with_surroundings(surface, window, search(surface, window), 0.5)
    assert len([ground for ground in found.grounds if ground is not None]) == count


@pytest.mark.parametrize("u", ["y", "x", "(x + y)", "(2*x - 0.3*y)", "(0.7*y - 1.3*x)"])
@pytest.mark.parametrize("half", [2.0, 3.0, 10.0])
def test_valleys_beside_each_other_are_minima_each_at_its_height(u: str, half: float) -> None:
    """What rounding leaves of a slope is alike all along a straight one, so it does not go up here and down there."""
    found = minima_of(f"({u}^2 - 1)^2 + 0.2*{u}", Window(-half, half, -half, half))
    lowest, other, _ = sorted(np.polyval([1.0, 0.0, -2.0, 0.2, 1.0], np.roots([4.0, 0.0, -4.0, 0.2]).real))
    assert [point.value for point in found] == pytest.approx([lowest, other])


@pytest.mark.parametrize("half", [2.0, 8.0, 64.0])
@pytest.mark.parametrize("walls", ["(10*y)^8", "(30*y)^6", "cosh(6*y)"])
def test_how_high_the_walls_are_makes_no_difference_to_what_lies_between_them(walls: str, half: float) -> None:
    found = search(Formula(f"(x^2 - 1)^2 + 0.1*x + y^2 + {walls}"), Window(-half, half, -half, half))
    assert [point.kind for point in found.points] == [CriticalKind.MINIMUM, CriticalKind.MINIMUM, CriticalKind.SADDLE]
    assert [ground is not None for ground in found.grounds] == [True, True, False]


@pytest.mark.parametrize("half", [0.1, 2.0, 30.0])
def test_where_a_narrow_floor_goes_down_no_minimum_is_made_up(half: float) -> None:
    """That of Beale in its own units of 1/64 does, between walls that are higher by many orders; but for (3, 1/2)."""
    terms = ("(1.5 - u + u*v)^2", "(2.25 - u + u*v^2)^2", "(2.625 - u + u*v^3)^2")
    formula = " + ".join(terms).replace("u", "(64*x)").replace("v", "(64*y)")
    for point in minima_of(formula, Window(-half, half, -half, half)):
        assert point.position == pytest.approx((3 / 64, 0.5 / 64))


def test_between_two_tails_there_is_a_minimum() -> None:
    (point,) = minima_of("exp(-x) + exp(x - 60) + y^2", Window(-5, 65, -5, 5))
    assert point.position == pytest.approx((30, 0), abs=1e-6)


@pytest.mark.parametrize(
    ("formula", "half", "branches", "crests"),
    [
        # xy = kπ for k from −7 to 7, the axes are one and each other k has two branches; crests lie between.
        ("sin(x*y)^2", 5, 29, 32),
        ("sin(x*y)^2", 7, 61, 64),
        # Minima where r² is 3π/2 and so on, crests at π/2: four rings each are whole, of others there are four corners,
        # which are one valley each; the minimum in the middle is the ninth.
        ("sin(x^2 + y^2)", 5, 9, 20),
        ("cos(10*x)", 5, 16, 15),
    ],
)
def test_curves_that_do_not_touch_in_the_window_are_told_apart(
    formula: str, half: float, branches: int, crests: int
) -> None:
    found = search(Formula(formula), Window(-half, half, -half, half))
    assert found.complete
    assert Counter(ground is not None for ground in found.grounds) == {True: branches, False: crests}


def test_a_search_of_valleys_closer_than_its_steps_says_that_it_is_not_complete() -> None:
    """Beside the corners valleys of sin²(xy) are 0.22 apart, less than a cell of the grid."""
    assert not search(Formula("sin(x*y)^2"), Window(-10, 10, -10, 10)).complete


def test_valleys_at_different_heights_are_different_minima() -> None:
    low, high = minima_of("(x^2 - 1)^2 + 0.3*x", SQUARE)
    assert low.position[0] == pytest.approx(-1.0356, abs=1e-4)
    assert high.position[0] == pytest.approx(0.9601, abs=1e-4)
    assert high.value - low.value == pytest.approx(0.5996, abs=1e-4)


@pytest.mark.parametrize(
    ("formula", "count"),
    [
        ("(x^2 + y^2 - 1)^2", 1),
        ("(x*y - 1)^2", 2),
        ("(y - sin(x))^2", 1),
        ("(x^2 - 1)^2", 2),
        ("x^2*y^2", 1),
        ("abs(x^2 + y^2 - 1)", 1),
        ("abs(x*y - 1)", 2),
        ("abs(y - sin(3*x))", 1),
    ],
)
def test_a_valley_of_equal_minima_is_one_and_its_floor_is_level(formula: str, count: int) -> None:
    found = search(Formula(formula), SQUARE)
    valleys = [ground for ground in found.grounds if ground is not None]
    assert len(valleys) == count
    for ground in valleys:
        assert ground.valley
        assert np.abs(Formula(formula).value(ground.floor)).max() < 1e-7
        assert np.ptp(ground.floor, axis=0).max() > 1.3


@pytest.mark.parametrize(
    ("formula", "arms"),
    [
        ("x^2*y^2", [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]),
        ("(x^2 - y^2)^2", [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (2.3, -2.3)]),
        ("(x*(x - 1)*y)^2", [(0.0, 1.0), (1.0, 1.0), (1.7, 0.0), (-0.6, 0.0)]),  # Two meet a third one.
        ("(x*(y - x^2))^2", [(0.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]),
        ("((x^2 + y^2 - 1)*y)^2", [(0.0, 1.0), (0.0, -1.0), (0.6, -0.8), (1.6, 0.0)]),
        ("abs(x*y)", [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)]),
        ("abs(x)*abs(y - 0.2)", [(1.0, 0.2), (0.0, 1.0), (0.0, -1.0)]),
    ],
)
@pytest.mark.parametrize("window", [SQUARE, Window(-1.3, 2.1, -1.7, 1.9)], ids=["symmetric", "not"])
def test_valleys_that_cross_are_one_minimum_with_all_their_arms(
    formula: str, arms: list[tuple[float, float]], window: Window
) -> None:
    """Where they cross there is no saddle, nor another minimum: nothing is lower than 0, and the arms are level."""
    found = search(Formula(formula), window)
    known = [(p, g) for p, g in zip(found.points, found.grounds, strict=True) if p.kind is not CriticalKind.MAXIMUM]
    assert len(known) == 1
    basins = find_basins(Formula(formula), window, [known[0][0]], [cast(Ground, known[0][1])])
    assert_array_equal(basins.at_rest(np.array(arms)), np.zeros(len(arms)))


@pytest.mark.parametrize(
    ("formula", "turned", "half", "points"),
    [
        ("(sin(x)*sin(y))^2", False, 10.0, 37),
        ("(sin(x)*sin(y))^2", False, 20.0, 145),
        ("sin(x + y)^2*sin(x - y)^2", True, 15.0, 181),
        ("abs(sin(x)*sin(y))", False, 12.0, 65),
    ],
)
def test_a_net_of_valleys_is_one_minimum_with_every_valley_of_it(
    formula: str, turned: bool, half: float, points: int
) -> None:
    """The valleys are where x or y, or their sum or difference, is a multiple of π; between them there are tops."""
    surface, window = Formula(formula), Window(-half, half, -half, half)
    found = search(surface, window)
    assert len(found.points) == points
    ((minimum, ground),) = ((p, g) for p, g in zip(found.points, found.grounds, strict=True) if g is not None)
    number, place = np.meshgrid(np.arange(-20.0, 21.0), np.linspace(-60.0, 60.0, 500))
    on = np.concatenate([pair(np.pi * number, place), pair(place, np.pi * number)]).reshape(-1, 2)
    if turned:
        on = 0.5 * pair(on[:, 0] + on[:, 1], on[:, 0] - on[:, 1])
    on = on[(np.abs(on) < 0.95 * half).all(axis=1)]
    assert nearest_within(on, ground.floor, ground.step).max() <= ground.step
    assert np.abs(surface.value(ground.floor)).max() < 1e-9 + minimum.value


@pytest.mark.parametrize("near", [0.01, 0.3, 2.0])
def test_what_is_nearest_within_a_distance_is_found_as_by_comparing_all(near: float) -> None:
    """On a grid, too, where many are just as far away as that."""
    random = np.random.default_rng(4)
    for points, others in [
        (random.normal(0, 2, (200, 2)), random.normal(1, 1, (150, 2))),
        (0.1 * random.integers(-30, 30, (200, 2)), 0.1 * random.integers(-9, 9, (40, 2))),
        (np.array([(1e300, 0.0), (0.0, 0.0), (-np.inf, 3.0), (np.nan, 0.0)]), np.array([(0.0, near)])),
        (np.zeros((0, 2)), np.zeros((3, 2))),
        (np.zeros((2, 2)), np.zeros((0, 2))),
    ]:
        gaps = norm(points[:, None] - others).min(axis=1, initial=np.inf)
        assert_array_equal(nearest_within(points, others, near), np.where(gaps <= near, gaps, np.inf))


@pytest.mark.parametrize("curve", ["sin(x)", "sin(2*x)", "x^2", "x^3", "0.5*x"])
@pytest.mark.parametrize("end", ["max(0, abs(x) - 1)", "max(0, abs(x) - 1)^2", "max(0, abs(x) - 1)^4"])
@pytest.mark.parametrize("window", [SQUARE, Window(-1.7, 1.9, -1.1, 2.1)], ids=["symmetric", "not"])
def test_a_bent_floor_of_some_length_is_one_minimum_with_its_ends(curve: str, end: str, window: Window) -> None:
    """It is level for |x| ≤ 1, whatever curvature there is at its ends."""
    (ground,) = (ground for ground in search(Formula(f"(y - {curve})^2 + {end}"), window).grounds if ground)
    assert np.ptp(ground.floor[:, 0]) == pytest.approx(2.0, abs=0.15)


def test_a_kink_at_which_every_way_leads_up_is_no_saddle() -> None:
    """The larger square less half of the smaller one is half the larger one at least; on either side one falls."""
    (point,) = minima_of("max(x^2, y^2) - 0.5*min(x^2, y^2)", SQUARE)
    assert point.position == pytest.approx((0, 0), abs=1e-9)


@pytest.mark.parametrize(
    ("formula", "kinds"),
    [
        ("-abs(x*y)", []),
        ("-abs(x^2 - y^2)", []),
        ("-abs(x*y) - x^2", []),
        ("-max(x*y, -3*x*y)", []),
        ("x*abs(x) + y^2", []),
        ("x^2 - y^2 + 3*max(0, y)^2", []),
        ("x^2 - y^2 - 3*max(0, x)^2", []),
        ("x*abs(y)", [CriticalKind.SADDLE]),
        ("x^2*1000 - y^2 + abs(x*y)/2", [CriticalKind.SADDLE]),
        ("x*abs(x) - y*abs(y)", [CriticalKind.SADDLE]),
        ("x*y - abs(x*y)/2", [CriticalKind.SADDLE]),
        ("-x^2 - y^2 - 3*max(0, x)^2", [CriticalKind.MAXIMUM]),
        ("x^2 + y^2 + 3*max(0, x)^2", [CriticalKind.MINIMUM]),
    ],
)
def test_at_a_kink_a_point_is_only_what_both_sides_of_it_say(formula: str, kinds: list[CriticalKind]) -> None:
    """The first four are 0 at most; the next three look like a minimum or a maximum from one side alone."""
    for window in (Window(-1.3, 2.1, -0.9, 1.7), Window(-1.9, 1.1, -1.5, 2.7)):
        assert [point.kind for point in critical_points(Formula(formula), window)] == kinds


def test_where_a_product_of_waves_has_its_highest_lines_there_is_no_saddle() -> None:
    """Hölder's table is 0 at most, and 0 along all of them."""
    formula = "-abs(sin(x)*cos(y)*exp(abs(1 - sqrt(x^2 + y^2)/pi)))"
    points = critical_points(Formula(formula), Window(-2.4, 2.4, -2.8, 2.8))
    assert {point.kind for point in points} == {CriticalKind.MINIMUM}


# Creases.


@pytest.mark.parametrize(
    ("formula", "places"),
    [
        ("abs(y - sin(3*x)) + 0.1*x^2", [(0.0, 0.0)]),
        ("abs(x^2 + y^2 - 1) + 0.1*x", [(-1.0, 0.0)]),
        ("max(abs(x - 0.1), abs(y + 0.3))", [(0.1, -0.3)]),
        ("abs(x - 0.3) + (y - 0.2)^2", [(0.3, 0.2)]),
        ("abs(abs(x) - 1) + y^2", [(-1.0, 0.0), (1.0, 0.0)]),
        ("max(max(x, y), -x - y)", [(0.0, 0.0)]),
        ("abs(y - 0.3*x) + 0.2*x", []),
    ],
)
def test_no_minimum_is_made_up_on_a_crease_and_its_own_is_found(
    formula: str, places: list[tuple[float, float]]
) -> None:
    window = Window(-2.43, 2.6, -2.71, 2.3)
    found = sorted(point.position for point in minima_of(formula, window))
    assert len(found) == len(places)
    assert np.allclose(np.array(found).reshape(-1, 2), np.array(places).reshape(-1, 2), atol=1e-5)
    assert not search(Formula(formula), window).complete


def mean_of(formula: str, *pairs: tuple[float, float]) -> str:
    """The mean of a formula with these numbers in its blanks."""
    return f"({' + '.join(formula.format(*pair) for pair in pairs)})/{len(pairs)}"


def trough(left: float, right: float) -> str:
    """Flat from left to right, and from −0.03 to 0.03, with walls all around."""
    return f"abs(x - {left}) + abs(x - {right}) + abs(y + 0.03) + abs(y - 0.03) - {right - left}"


@pytest.mark.parametrize(
    ("formula", "bottoms"),
    [
        (trough(-0.02, 0.02), [(-0.02, 0.02)]),
        (f"min({trough(-0.98, -0.92)}, {trough(0.51, 0.52)})", [(-0.98, -0.92), (0.51, 0.52)]),
        ("max(x^2 + y^2, 0.0008)", [(-0.0283, 0.0283)]),
        (
            mean_of("abs(x - {}) + abs(y - {})", (-0.2, -0.03), (-0.02, -0.01), (0.03, 0.03), (0.1, 0.3)),
            [(-0.02, 0.03)],
        ),
    ],
)
def test_a_flat_bottom_smaller_than_a_cell_is_one_minimum_and_all_that_comes_to_rest_on_it_is_in_it(
    formula: str, bottoms: list[tuple[float, float]]
) -> None:
    surface = Formula(formula)
    found = search(surface, SQUARE)
    minima = {point: ground for point, ground in zip(found.points, found.grounds, strict=True) if ground is not None}
    floors = sorted((ground.floor for ground in minima.values()), key=lambda floor: floor[0, 0])
    assert len(floors) == len(bottoms)
    for floor, (left, right) in zip(floors, bottoms, strict=True):
        assert floor[:, 0].min() == pytest.approx(left, abs=0.02)
        assert floor[:, 0].max() == pytest.approx(right, abs=0.02)
        assert np.ptp(surface.value(floor)) < 1e-9
    places = np.random.default_rng(3).uniform(-1.9, 1.9, (50, 2))
    assert (find_basins(surface, SQUARE, list(minima), list(minima.values())).labels(places) != NO_BASIN).all()


@pytest.mark.parametrize(
    ("formula", "count"),
    [
        ("max(sin(5*x)*sin(5*y), -0.9)", 18),
        ("max(sqrt(x^2 + y^2) - 0.06, 0)*max(sqrt((x - 0.4)^2 + y^2) - 0.06, 0)", 2),
        ("min(abs(y), 10000*(x^4 + (y - 0.08)^4))", 2),
    ],
)
def test_bottoms_and_valleys_of_one_height_with_a_rim_between_are_minima_each(formula: str, count: int) -> None:
    assert len(minima_of(formula, SQUARE)) == count


# Level bottoms of any shape.


BESIDE = "min(max(sqrt(x^2 + y^2) - {}, 0), 2*sqrt((x - {})^2 + y^2) - {})"  # A dish, and a lower cone there.


def minima_and_lost(surface: Formula, window: Window, cells: int = 64) -> tuple[list[tuple[Array, float]], float]:
    """The floors of the minima with their heights, and the share of starts all over the window that have no basin."""
    found = search(surface, window, cells)
    minima = {point: ground for point, ground in zip(found.points, found.grounds, strict=True) if ground is not None}
    x, y = np.random.default_rng(8).uniform(-0.99, 0.99, (2, 60))
    starts = pair(0.5 * window.width * x, 0.5 * window.height * y) + window.center
    labels = find_basins(surface, window, list(minima), list(minima.values())).follow(starts)[0]
    return [(ground.floor, point.value) for point, ground in minima.items()], float((labels == NO_BASIN).mean())


@pytest.mark.parametrize(
    ("formula", "half", "low", "high"),
    [
        *(("max(x^2 + y^2 - 1, 0)", half, (-1, -1), (1, 1)) for half in (1.2, 3, 8, 30)),
        ("max((x - 1)^2 + (y - 0.5)^2 - 1, 0)^2", 3, (0, -0.5), (2, 1.5)),
        ("max(abs(x) - 0.5, 0) + max(abs(y) - 0.7, 0)", 2, (-0.5, -0.7), (0.5, 0.7)),
        ("max(abs(x^2 + y^2 - 1) - 0.1, 0)", 2, (-(1.1**0.5), -(1.1**0.5)), (1.1**0.5, 1.1**0.5)),
        ("max(abs(y - x^2) - 0.05, 0) + max(abs(x) - 1, 0)", 2, (-1, -0.05), (1, 1.05)),
        ("max(abs(y - sin(3*x)) - 0.05, 0) + max(abs(x) - 1.5, 0)", 2, (-1.5, -1.05), (1.5, 1.05)),
    ],
)
def test_a_wide_level_bottom_is_one_minimum_of_that_extent_whatever_its_shape_at_any_zoom(
    formula: str, half: float, low: tuple[float, float], high: tuple[float, float]
) -> None:
    ((floor, value),), lost = minima_and_lost(Formula(formula), Window(-half, half, -half, half))
    assert (value, lost) == (0, 0)
    assert floor.min(axis=0) == pytest.approx(low, abs=half / 64)
    assert floor.max(axis=0) == pytest.approx(high, abs=half / 64)


@pytest.mark.parametrize(
    ("formula", "low", "high"),
    [
        ("max(abs(x) - 0.3, 0) + abs(y)", (-0.3, 0), (0.3, 0)),
        *((f"abs(y) + max(abs(x) - {half}, 0)", (-half, 0), (half, 0)) for half in (0.05, 0.1, 0.2, 0.5, 1)),
        ("max(abs(x - 1) - 0.3, 0) + abs(y)", (0.7, 0), (1.3, 0)),
        ("max(abs(x + 2*y) - 0.4, 0) + abs(y - 0.3*x)", (-0.25, -0.075), (0.25, 0.075)),
        ("max(abs(x) - 0.3, 0) + y^2", (-0.3, 0), (0.3, 0)),
        ("max(abs(x) - 0.3, 0) + (y - x^2)^2", (-0.3, 0), (0.3, 0.09)),
        ("max(abs(x) - 0.3, 0) + abs(y - x^2)", (-0.3, 0), (0.3, 0.09)),
    ],
)
def test_a_short_level_crease_or_trough_is_one_minimum_from_end_to_end(
    formula: str, low: tuple[float, float], high: tuple[float, float]
) -> None:
    ((floor, value),), lost = minima_and_lost(Formula(formula), SQUARE)
    assert lost == 0
    assert value == pytest.approx(0, abs=1e-9)
    assert floor.min(axis=0) == pytest.approx(low, abs=0.09)  # A step along a floor.
    assert floor.max(axis=0) == pytest.approx(high, abs=0.09)


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        (BESIDE.format(0.3, 0.4, 0.1), [-0.1, 0]),
        (BESIDE.format(0.2, 0.32, 0.1), [-0.1, 0]),
        (BESIDE.format(1, 1.3, 0.3), [-0.3, 0]),
        (BESIDE.format(1, 1, 0.5), [-0.5]),
        ("min(max(abs(x) + abs(y) - 0.3, 0), 2*sqrt((x - 0.8)^2 + y^2) - 0.5)", [-0.5, 0]),
        ("max(abs(abs(x) - 0.3) - 0.28, 0) + max(abs(y) - 0.5, 0)", [0, 0]),
        ("max(abs(abs(x - 0.0065) - 0.3) - 0.297, 0) + max(abs(y) - 0.5, 0)", [0, 0]),  # A rim between two nodes.
        ("max((x - 1.5)^2 + y^2 - 0.36, 0)", [0]),  # The window ends at 2, the dish at 2.1.
        ("max(sin(5*x)*sin(5*y), -0.5)", [-0.5] * 30),
        ("max(abs(x*y) - 0.05, 0)", [0]),
    ],
)
def test_a_lower_cone_beside_a_dish_is_seen_and_a_dish_that_leads_down_into_it_is_no_minimum(
    formula: str, values: list[float]
) -> None:
    assert [point.value for point in minima_of(formula, SQUARE)] == pytest.approx(values)


@pytest.mark.parametrize("formula", ["max(x - 0.5, 0)", "min(x^2 + y^2, 1) - 1", "max(1 - x^2 - y^2, 0)", "0*x"])
def test_level_ground_that_leaves_the_window_at_one_side_is_a_plateau(formula: str) -> None:
    assert all(point.value < 0 for point in minima_of(formula, SQUARE))


@pytest.mark.parametrize(
    "formula",
    [
        "max(x - 0.5, 0)",
        "max(1 - x^2 - y^2, 0)",
        "max(1 - x*y, 0)^2",
        "max(1 - x, 0)^2 + max(1 - y, 0)^2",
        "max(y, 0)^2",
    ],
)
def test_where_such_a_plateau_may_be_a_minimum_the_search_is_not_complete(formula: str) -> None:
    found = search(Formula(formula), SQUARE)
    assert (not any(found.grounds), found.complete) == (True, False)


@pytest.mark.parametrize(
    ("formula", "end", "border"),
    [
        ("max(x, 0)^2 + y^2", (0, 0), (-2, 0)),
        ("max(x, 0) + abs(y)", (0, 0), (-2, 0)),
        ("max(x, 0)^3 + y^2", (0, 0), (-2, 0)),
        ("max(y, 0)^2 + 0.1*(x - 1)^2", (1, 0), (1, -2)),
        ("max(x + 0.3*y, 0)^2 + (y - 0.1)^2", (-0.03, 0.1), (-2, 0.1)),
        ("max(x, 0)^2 + (y - 0.3*x^2)^2", (0, 0), (-2, 1.2)),
        ("(y^2 - x^3)^2", (0, 0), (2 ** (2 / 3), 2)),  # Two of them that meet at a cusp.
    ],
)
def test_a_floor_that_ends_at_one_side_and_leaves_the_window_at_the_other_is_one(
    formula: str, end: tuple[float, float], border: tuple[float, float]
) -> None:
    found = search(Formula(formula), SQUARE)
    (ground,) = found.grounds
    assert ground is not None
    assert norm(ground.floor - end).min() < 0.1
    assert norm(ground.floor - border).min() < 0.1


@pytest.mark.parametrize("rise", ["log(1 + exp(30*x))", "exp(40*x)", "tanh(40*x)", "1000 + log(1 + exp(60*x))"])
def test_a_tail_that_leaves_the_window_is_none(rise: str) -> None:
    assert minima_of(f"{rise} + y^2", SQUARE) == []


@pytest.mark.parametrize(("height", "steepness"), [(0, 60), (1000, 60), (0, 200)])
@pytest.mark.parametrize("step", ["tanh({})", "1/(1 + exp(-2*{}))", "log(1 + exp(2*{}))"])
def test_what_rounding_has_levelled_around_a_saddle_is_no_minimum(step: str, height: int, steepness: int) -> None:
    """Each step rises with x² − y², which has a saddle and no minimum: farther along y, it is lower still."""
    formula = step.format(f"({steepness}*(x^2 - y^2 - 0.5))")
    assert minima_of(f"{height} + {formula}", SQUARE) == []


def test_where_all_digits_of_curvatures_are_lost_no_minimum_is_made_up() -> None:
    """Where exp has all but underflown, what is left of curvatures is noise."""
    assert minima_of("log(1 + exp(1200*(x^2 - y^2 - 0.5)))", SQUARE) == []


@pytest.mark.parametrize("formula", ["sqrt(abs(x*y))", "abs(x*y)^0.7"])
def test_creases_that_are_as_steep_as_can_be_are_a_minimum_with_all_their_arms(formula: str) -> None:
    found = search(Formula(formula), SQUARE)
    (ground,) = found.grounds
    assert ground is not None
    arms = np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
    assert nearest_within(arms, ground.floor, ground.step).max() <= ground.step
    assert not found.complete  # Of creases that are not known, nothing is.


def test_of_a_crease_that_is_too_steep_to_tell_whether_it_is_level_no_minimum_is_made_up() -> None:
    assert minima_of("sqrt(abs(y - x/3)) + 0.000001*x", SQUARE) == []


@pytest.mark.parametrize("power", [1, 2, 3, 6])
def test_what_is_level_and_leaves_the_window_at_both_sides_is_a_minimum_however_gently_it_ends(power: int) -> None:
    (point,) = minima_of(f"max(0, x^2 - y^2 - 0.5)^{power} + 5", SQUARE)
    assert point.value == 5


def test_what_rounding_has_levelled_within_a_window_holds_a_minimum() -> None:
    (point,) = minima_of("tanh(60*(x^2 + y^2 - 0.5))", SQUARE)
    assert np.hypot(*point.position) < 0.1


@pytest.mark.parametrize("floor", [0, 0.1])
def test_tips_and_bottoms_closer_than_two_cells_are_a_minimum_each(floor: float) -> None:
    """At every multiple of π/4.5, from −2 to 2 along each axis, on a grid of cells of 0.25."""
    found, _ = minima_and_lost(Formula(f"max(abs(sin(4.5*x)) + abs(sin(4.5*y)), {floor})"), SQUARE, 16)
    places = sorted(tuple(np.rint(points[0] * 4.5 / np.pi).astype(int).tolist()) for points, _ in found)
    assert places == list(product(range(-2, 3), repeat=2))
    assert [value for _, value in found] == pytest.approx([floor] * 25, abs=1e-9)


@pytest.mark.parametrize("surface", [Rosenbrock(), Beale(), Himmelblau(), Ackley(), MonkeySaddle(), HILLS], ids=repr)
def test_a_search_of_what_is_smooth_says_that_it_is_complete(surface: ClosedForm) -> None:
    assert search(surface, surface.usual_window).complete


@pytest.mark.parametrize("formula", ["x*sin(1/x) + y^2", "sin(exp(4*x)) + y^2"])
def test_a_search_of_what_is_too_fine_says_that_it_is_not(formula: str) -> None:
    assert not search(Formula(formula), Window(-3, 3, -3, 3)).complete


def test_of_a_crowd_the_lowest_are_known_and_it_is_said_that_there_may_be_more() -> None:
    surface, window = Formula("sin(120*x)*sin(120*y) + 0.01*x"), Window(-1.02, 1.02, -0.75, 0.75)
    found = search(surface, window)
    assert len(found.points) <= CROWD
    assert not found.complete
    lowest = min(point.value for point in found.points)
    assert lowest == pytest.approx(-1 + 0.01 * min(point.position[0] for point in found.points), abs=1e-4)


def test_many_cells_are_looked_at_in_little_more_memory_than_they_take() -> None:
    numbers, count = np.random.default_rng(5), 256
    nodes = (count + 1, count + 1)
    cells = cells_of(Window(-1, 1, -1, 1), numbers.normal(size=(*nodes, 2)), numbers.normal(size=(*nodes, 2, 2)))
    tracemalloc.start()
    try:
        found = cells.too_coarse(), cells.turning(), cells.promises(newton_steps)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [len(each) for each in found[:2]] == [count**2, count**2]
    assert 0 < len(found[2]) < count**2
    assert most < 16 << 20


def test_a_search_compares_each_of_many_points_only_with_those_beside_it() -> None:
    """On the slopes beside the saddle, gradients underflow: Newton's method ends there in 65 thousand places."""
    tracemalloc.start()
    try:
        search(Formula("1/(1 + exp(-1200*(x^2 - y^2 - 0.5)))"), Window(-2, 2, -2, 2))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 256 << 20


def test_where_it_is_level_all_around_a_point_rests_at_once() -> None:
    evaluated = 0

    class Counted(TwoWeights):
        def value(self, points: Array) -> Array:
            nonlocal evaluated
            evaluated += points[..., 0].size
            return np.maximum(norm(points), 1.0)

    points = np.array([[0.1, 0.2], [0.8, 0.0], [2.0, 1.0]])
    rest = settled(Counted(), Window(-3, 3, -3, 3), points, 0.1)
    assert_array_equal(rest[:2], points[:2])
    assert norm(rest[2]) == pytest.approx(1.0, abs=0.1)  # Downhill, to the edge of what is level.
    alone = evaluated
    evaluated = 0
    settled(Counted(), Window(-3, 3, -3, 3), points[2:], 0.1)
    assert alone - evaluated < 4000


def test_a_cell_is_told_the_same_alone_and_among_many() -> None:
    numbers, count = np.random.default_rng(6), 128
    nodes = (count + 1, count + 1)
    gradients, hessians = numbers.normal(4.0, size=(*nodes, 2)), numbers.normal(size=(*nodes, 2, 2))
    cells = cells_of(Window(-1, 1, -1, 1), gradients, hessians)
    few = np.arange(count**2) % 997 == 0
    assert_array_equal(cells.turning()[few], cells.chosen(few).turning())
    coarse = replace(cells, count=10 * count)  # Of so many, some may be too coarse, and the others are not.
    assert_array_equal(coarse.too_coarse()[few], coarse.chosen(few).too_coarse())
    assert 0 < coarse.too_coarse().sum() < count**2


@pytest.mark.parametrize(
    ("formula", "most"),
    [
        ("(x*y - 1)^2 + 0.00000000001*x", 1),  # A saddle.
        ("x^2 + 0.00000000001*y", 0),
        ("x^2*(1 + y^2) + 0.0000000001*y", 0),
        ("(y - x^2)^2 + 0.000000001*x", 0),
        ("max(x^2 + y^2 - 1, 0)^2 + 0.0000000001*(x^2 + y^2)", 1),  # The minimum amid it.
    ],
)
def test_on_a_floor_that_slopes_ever_so_little_nothing_is_critical(formula: str, most: int) -> None:
    assert len(search(Formula(formula), Window(-3.0, 3.0, -3.0, 3.0)).points) == most
