"""The critical points that are known, all of them and no others."""

import warnings
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import ClassVar, cast

import numpy as np
import pytest

from sim.surface.critical import CriticalPoint, Kind, critical_points
from sim.surface.gaussian import Bowl, Landscape, MullerBrown, Well
from sim.surface.points import Array, norm, pair, symmetric, total
from sim.surface.polynomial import (
    Beale,
    DoubleWellSaddle,
    Himmelblau,
    MonkeySaddle,
    Quadratic,
    Rosenbrock,
    SixHumpCamel,
    StyblinskiTang,
)
from sim.surface.protocol import ClosedForm, Window
from sim.surface.ripple import Ackley, Rastrigin

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


def positions(points: tuple[CriticalPoint, ...], kind: Kind | None = None) -> Array:
    return np.array([point.position for point in points if kind in (None, point.kind)])


def winding(surface: ClosedForm, window: Window) -> int:
    """How often the gradient turns along the border: by Poincaré and Hopf, extrema minus saddles inside."""
    x = np.linspace(window.x0, window.x1, 20_001)
    y = np.linspace(window.y0, window.y1, 20_001)
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
            Kind.MINIMUM: low > 0,
            Kind.MAXIMUM: high < 0,
            Kind.SADDLE: low < 0 < high,
            Kind.DEGENERATE: True,
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
        extrema = sum(point.kind in (Kind.MINIMUM, Kind.MAXIMUM) for point in found)
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
    minima = positions(points, Kind.MINIMUM)
    printed = [(3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)]
    # The literature cuts digits off rather than rounding.
    assert norm(minima[:, None] - np.array(printed)).min(axis=1).max() < 1.5e-6
    assert len(minima) == 4
    assert (3.0, 2.0) in [point.position for point in points]
    (top,) = (point for point in points if point.kind is Kind.MAXIMUM)
    assert top.position == pytest.approx((-0.270845, -0.923039), abs=5e-7)
    assert top.value == pytest.approx(181.617, abs=5e-4)
    saddles = [(-3.073, -0.081), (-0.128, -1.954), (0.087, 2.884), (3.385, 0.074)]
    assert sorted(positions(points, Kind.SADDLE).round(3).tolist()) == sorted(map(list, saddles))


def test_the_camel_as_printed() -> None:
    points = usual(SixHumpCamel())
    printed = {-1.0316: (0.0898, -0.7127), -0.2155: (1.7036, -0.7961), 2.1043: (1.6071, 0.5687)}
    for value, position in printed.items():
        twins = [point for point in points if round(point.value, 4) == value and point.kind is Kind.MINIMUM]
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
    assert point.kind is Kind.DEGENERATE
    assert np.hypot(*point.position) < 1e-8 * window.diagonal


def test_symmetric_places_are_exact() -> None:
    assert [(p.position, p.value) for p in usual(DoubleWellSaddle())] == [
        ((0.0, -1.0), -0.25),
        ((0.0, 1.0), -0.25),
        ((0.0, 0.0), 0.0),
    ]
    (saddle,) = (point for point in usual(Shifted(DoubleWellSaddle())) if point.kind is Kind.SADDLE)
    assert saddle.position == (0.0, 0.0)


@pytest.mark.parametrize("window", [Ackley.usual_window, Window(-4.1, 5.0, -4.9, 3.3), Window(-1.3, 1.2, -1.1, 1.4)])
def test_ackley_has_its_tip(window: Window) -> None:
    points = critical_points(Ackley(), window)
    tip = points[0]
    assert tip.kind is Kind.MINIMUM
    assert tip.position == pytest.approx((0.0, 0.0), abs=1e-12)
    assert tip.value == pytest.approx(0.0, abs=1e-11)
    assert tip.eigenvalues == (np.inf, np.inf)
    assert all(np.isfinite(point.eigenvalues).all() for point in points[1:])
    # The tip counts as an extremum: the gradient points away from it all around.
    extrema = sum(point.kind in (Kind.MINIMUM, Kind.MAXIMUM) for point in points)
    assert 2 * extrema - len(points) == winding(Ackley(), window)


@pytest.mark.parametrize("a", [0.0, 0.1234567, -1.51])
def test_a_cusp_across_one_direction_only(a: float) -> None:
    (point,) = critical_points(Roof(a, 0.3), Roof.usual_window)
    assert point.kind is Kind.MINIMUM
    assert point.position == pytest.approx((a, 0.3), abs=1e-7)
    assert point.eigenvalues == (np.inf, np.inf)


def test_a_well_narrower_than_the_grid_is_found_with_its_rim() -> None:
    pit = Landscape(Bowl((0.0, 0.0), (0.3, 0.3)), (Well((0.512, 0.333), 0.5, 0.02),))
    points = critical_points(pit, pit.usual_window)
    assert [point.kind for point in points] == [Kind.MINIMUM, Kind.MINIMUM, Kind.SADDLE]
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
    assert Counter(point.kind for point in critical_points(wells, window)) == {Kind.MINIMUM: 2, Kind.SADDLE: 1}


def test_where_exp_underflows_there_is_a_plateau_and_no_crowd_of_critical_points() -> None:
    (pit,) = critical_points(Landscape(wells=(Well((0.0, 0.0), 1.0, 0.3),)), Window(-20.0, 20.0, -20.0, 20.0))
    assert (pit.position, pit.kind) == ((0.0, 0.0), Kind.MINIMUM)


def test_a_curve_of_minima_is_one_degenerate_point_a_branch() -> None:
    points = critical_points(TwoWeights(), TwoWeights.usual_window)
    assert [(point.position, point.kind) for point in points] == [
        ((-1.0, -1.0), Kind.DEGENERATE),
        ((1.0, 1.0), Kind.DEGENERATE),
        ((0.0, 0.0), Kind.SADDLE),
    ]
    (trough,) = critical_points(Quadratic((0.0, 1.0)), Quadratic.usual_window)
    assert (trough.position, trough.kind, trough.eigenvalues) == ((0.0, 0.0), Kind.DEGENERATE, (0.0, 1.0))


def test_what_is_not_a_number_is_passed_over_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (point,) = critical_points(Logarithm(), Logarithm.usual_window)
        critical_points(MullerBrown(), Window(-400.0, 400.0, -400.0, 400.0))
    assert point.kind is Kind.MINIMUM
    assert point.position == pytest.approx((np.sqrt(0.5), 0.0), abs=1e-12)


def test_the_same_call_gives_the_same_bits() -> None:
    assert critical_points(HILLS, HILLS.usual_window) == critical_points(HILLS, HILLS.usual_window)
