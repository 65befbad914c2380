"""Basins against brute force: a great many tiny steps of plain gradient descent."""

import gc
import tracemalloc
from collections.abc import Callable
from functools import partial
from weakref import ref

import numpy as np
import pytest
from critical import critical_points
from numpy.testing import assert_allclose, assert_array_equal

from sim.descent.examples.recipes import RegressionExamples, TiltedExamples
from sim.descent.problem import Problem
from sim.scene import load_scene
from sim.surface import basins as basins_module
from sim.surface.basins import FAR, NO_BASIN, Basins, Labels, find_basins, flow_step
from sim.surface.critical.point import CriticalKind
from sim.surface.functions import SURFACES
from sim.surface.functions.formula import Formula
from sim.surface.functions.polynomial import DoubleWellSaddle, Himmelblau, Quadratic
from sim.surface.points import Array, norm
from sim.surface.protocol import Surface, Window


def basins_of(surface: Surface, window: Window) -> Basins:
    minima = [point for point in critical_points(surface, window) if point.kind is CriticalKind.MINIMUM]
    return find_basins(surface, window, minima)


def some_points(window: Window, count: int, seed: int = 0) -> Array:
    generator = np.random.default_rng(seed)
    low, high = (window.x0, window.y0), (window.x1, window.y1)
    return generator.uniform(low, high, (count, 2))


def brute_force(surface: Surface, points: Array, step: float, updates: int) -> Array:
    for _ in range(updates):
        points = points - step * surface.gradient(points)
    return points


def test_himmelblaus_basins_are_those_of_many_tiny_steps() -> None:
    surface = Himmelblau()
    basins = basins_of(surface, Himmelblau.usual_window)
    assert len(basins.minima) == 4
    points = some_points(Himmelblau.usual_window, 400)
    ends = brute_force(surface, points, 2e-4, 8000)
    gaps = norm(ends[:, None] - basins.minima)
    assert gaps.min(axis=1).max() < 1e-6
    assert_array_equal(basins.labels(points), gaps.argmin(axis=1))


def test_the_opening_scenes_basins_are_those_of_many_tiny_steps() -> None:
    problem = load_scene("local-minimum").problem()
    points = some_points(problem.window, 60)
    ends = brute_force(problem.train, points, 0.02, 2500)
    gaps = norm(ends[:, None] - problem.basins.minima)
    assert gaps.min(axis=1).max() < 1e-3
    assert_array_equal(problem.basins.labels(points), gaps.argmin(axis=1))


@pytest.mark.parametrize("scene", ["sharp-and-flat", "muller-brown"])
def test_what_is_known_of_a_cell_changes_no_label(scene: str) -> None:
    problem = load_scene(scene).problem()
    points = some_points(problem.window, 60)
    followed = problem.basins.follow(points)[0]
    assert_array_equal(problem.basins.labels(points), followed)
    other_order = find_basins(problem.train, problem.window, problem.minima)
    for part in np.split(np.arange(60)[::-1], 3):
        assert_array_equal(other_order.labels(points[part]), followed[part])


def test_points_outside_the_window_are_followed_into_it() -> None:
    problem = load_scene("local-minimum").problem()
    window = problem.window
    outside = np.array([[window.x1 + 0.5, 0.0], [window.x0 - 0.1, 0.2], [0.0, window.y1 + 1.0], [np.nan, 0.0]])
    assert_array_equal(problem.basins.labels(outside), problem.basins.follow(outside)[0])
    assert problem.basins.labels(outside).tolist()[-1] == NO_BASIN


def test_a_ridge_belongs_to_no_basin() -> None:
    window = DoubleWellSaddle.usual_window
    basins = basins_of(DoubleWellSaddle(), window)
    x = np.linspace(-3, 3, 101)
    assert (basins.labels(np.stack([x, np.zeros_like(x)], axis=-1)) == NO_BASIN).all()
    upper, lower = (basins.labels(np.stack([x, np.full_like(x, y)], axis=-1)) for y in (1e-9, -1e-9))
    assert_array_equal(basins.minima[upper][:, 1], np.ones(101))
    assert_array_equal(basins.minima[lower][:, 1], -np.ones(101))


@pytest.mark.parametrize(
    ("formula", "start"),
    [
        ("x^4 - 2*x^2 + y^4", (0.0, 1.0)),
        ("x^4 - 2*x^2 + y^4", (0.0, -0.5)),
        ("y^4 - 2*y^2 + x^6", (1.0, 0.0)),
        ("(x - y)^4 - 2*(x - y)^2 + (x + y)^4", (0.5, 0.5)),
        ("(x + y)^4 - 2*(x + y)^2 + (x - y)^4", (0.5, -0.5)),
        ("x^4 - 2*x^2 + abs(y)^3", (0.0, 1.0)),
    ],
)
def test_down_a_ridge_to_a_saddle_that_is_flat_along_it_few_steps_lead(
    formula: str, start: tuple[float, float]
) -> None:
    """Long steps come to Newton's: of the way to a bottom of fourth order one leaves 2/3, to one of sixth order 4/5."""
    window = Window(-2, 2, -2, 2)
    surface = Formula(formula)
    labels, ends = find_basins(surface, window, critical_points(surface, window)[:2]).follow(np.array([start]), 150)
    assert labels.tolist() == [NO_BASIN]
    assert norm(ends).max() < 1e-3


def test_on_an_axis_of_symmetry_no_step_is_longer_than_may_be_and_none_leaves_it() -> None:
    """On a ridge, along a valley, and on a hill that repels along the axis, too."""
    for formula in (
        "y^2 - 2*x^2",
        "2*x^2 - y^2",
        "-2*x^2 - y^2",
        "-x^2 - 2*y^2",
        "2*x*y",
        "-x^4 - y^4",
        "x*y - x^2 - y^2",
    ):
        for start in ((0.0, 1.0), (0.0, 1e-6), (1.0, 0.0), (1.0, 1.0), (1.0, -1.0), (1e-9, 1e-9)):
            (step,) = flow_step(Formula(formula), np.array([start]), 0.05)
            assert norm(step) <= 0.05 * (1 + 1e-12)
            (slope,) = Formula(formula).gradient(np.array([start]))
            assert step @ slope < 0 or norm(slope) == 0
            if 0 in start and "x*y" not in formula:
                assert step[start.index(0)] == 0


def test_what_flows_out_of_sight_belongs_to_no_basin() -> None:
    basins = basins_of(Quadratic((1.0, -1.0)), Quadratic.usual_window)
    assert (basins.labels(some_points(Quadratic.usual_window, 50)) == NO_BASIN).all()


@pytest.mark.parametrize("name", ["himmelblau", "six-hump camel", "muller-brown", "beale", "rosenbrock"])
def test_what_starts_in_a_certain_disc_ends_in_its_minimum(name: str) -> None:
    """The flow comes nearer all the time: seen with steps of at most a hundredth of the disc's radius."""
    surface = SURFACES[name]()
    basins = basins_of(surface, SURFACES[name].usual_window)
    generator = np.random.default_rng(4)
    assert len(basins.minima)
    for minimum, radius in zip(basins.minima, basins.radii, strict=True):
        angle = generator.uniform(0, 2 * np.pi, 40)
        share = np.append(np.ones(20), np.sqrt(generator.uniform(0, 1, 20)))
        points = minimum + radius * (share * np.stack([np.cos(angle), np.sin(angle)])).T
        before = norm(points - minimum)
        for _ in range(150):
            points = points + flow_step(surface, points, 0.01 * float(radius))
            after = norm(points - minimum)
            assert (after <= before + 1e-12).all()
            before = after
        assert (before < 0.75 * radius).all()
        others = norm(basins.minima - minimum)
        assert (others[others > 0] > radius).all()


def test_certain_discs_and_their_inner_parts_are_those_of_every_distance() -> None:
    basins = basins_of(Himmelblau(), Himmelblau.usual_window)
    points = some_points(Himmelblau.usual_window, 2 * basins_module.NEAR + 100)  # More than are at hand at a time.
    labels, inner = basins.discs(points, 0.5)
    gaps = norm(points[:, None] - basins.minima)
    nearest = gaps.argmin(axis=1)
    near = gaps.min(axis=1)
    assert_array_equal(labels, np.where(near <= basins.radii[nearest], nearest, NO_BASIN))
    assert_array_equal(inner, near <= 0.5 * basins.radii[nearest])
    assert set(labels.tolist()) == {NO_BASIN, 0, 1, 2, 3}


def test_the_certain_discs_are_of_use() -> None:
    basins = basins_of(Himmelblau(), Himmelblau.usual_window)
    assert (basins.radii > 0.5).all()


def test_a_long_flow_is_the_exact_one_where_that_is_known() -> None:
    """On a quadratic y = c·x^(k₂/k₁) holds along every flow, whatever the steps."""
    surface, points = Quadratic((1.0, 3.0)), np.array([[2.0, 1.5], [-1.0, 2.0], [0.5, -0.1]])
    invariant = points[:, 1] / np.abs(points[:, 0]) ** 3
    for _ in range(200):
        points = points + flow_step(surface, points, 0.05)
        assert_allclose(points[:, 1], invariant * np.abs(points[:, 0]) ** 3, rtol=1e-9, atol=1e-12)


def test_labels_do_not_depend_on_company() -> None:
    basins = basins_of(Himmelblau(), Himmelblau.usual_window)
    points = some_points(Himmelblau.usual_window, 60)
    alone = [int(basins.labels(point[None])[0]) for point in points]
    assert basins.labels(points).tolist() == alone


def test_a_valley_has_a_basin_around_all_of_it() -> None:
    train, test = RegressionExamples("product", 0.3, (1.5, 0.8)).sums(None)
    problem = Problem(train, test, Window(-3.0, 3.0, -3.0, 3.0))
    assert problem.basins.valleys.any()
    points = some_points(problem.window, 40)
    labels = problem.basins.labels(points)
    assert (labels != NO_BASIN).all()
    # Two branches of w₁·w₂ = 1.2, apart at w₁ + w₂ = 0: there the flow ends in the saddle between them.
    minima = problem.basins.minima[labels]
    assert_array_equal(np.sign(minima.sum(axis=1)), np.sign(points.sum(axis=1)))
    diagonal = np.linspace(-2, 2, 5)
    assert (problem.basins.labels(np.stack([diagonal, -diagonal], axis=-1)) == NO_BASIN).all()


def test_without_minima_there_are_no_basins() -> None:
    basins = find_basins(DoubleWellSaddle(), DoubleWellSaddle.usual_window, [])
    assert (basins.labels(some_points(DoubleWellSaddle.usual_window, 20)) == NO_BASIN).all()


# Degenerate minima, valleys and creases.

SQUARE = Window(-2.0, 2.0, -2.0, 2.0)


def problem_of(formula: str, window: Window = SQUARE) -> Problem:
    return Problem(*TiltedExamples(0.0, count=1).sums(Formula(formula)), window)


@pytest.mark.parametrize("formula", ["(x^2 + y^2)^2", "x^4 + y^2", "x^6 + y^6", "(x^2 + y^2)^4", "(x - 0.3)^4 + y^4"])
def test_a_minimum_without_curvature_has_a_certain_disc(formula: str) -> None:
    basins = problem_of(formula).basins
    assert basins.radii.shape == (1,)
    assert basins.radii[0] > 1.0
    points = some_points(SQUARE, 200)
    assert (basins.labels(points) == 0).all()
    assert_array_equal(basins.nearest(points) == 0, norm(points - basins.minima[0]) <= basins.radii[0])


@pytest.mark.parametrize(("tilt", "offset"), [(0.3, -0.0765), (0.0, 0.0)])
def test_what_comes_to_rest_in_a_valley_gets_the_valley_that_it_is_in(tilt: float, offset: float) -> None:
    """(x² − 1)² + 0.3 x: two parallel valleys, the ridge between them where 4x³ − 4x + 0.3 = 0."""
    problem = problem_of(f"(x^2 - 1)^2 + {tilt}*x")
    assert len(problem.minima) == 2
    points = some_points(SQUARE, 300)
    ridge = min((root.real for root in np.roots([4.0, 0.0, -4.0, tilt])), key=abs)
    assert ridge == pytest.approx(-offset, abs=2e-3)
    right = problem.basins.labels(points)
    left_valley = int(problem.basins.minima[0, 0] > 0)
    assert_array_equal(right, np.where(points[:, 0] < ridge, left_valley, 1 - left_valley))


def test_the_nearest_valley_is_not_always_the_one_that_a_flow_ends_in() -> None:
    """Two rings of minima, the inner one higher: what rests on the inner one is nearer to the outer one's point."""
    problem = problem_of("((x^2 + y^2)^2 - 2.5*(x^2 + y^2) + 1)^2 - 0.1*(x^2 + y^2)", Window(-2.0, 2.0, -2.0, 2.0))
    radii = norm(np.array([minimum.position for minimum in problem.minima]))
    assert len(radii) == 2
    points = some_points(problem.window, 300)
    labels, ends = problem.basins.follow(points)
    assert_allclose(norm(ends), radii[labels], atol=1e-4)
    assert set(labels.tolist()) == {0, 1}


def test_beside_a_floor_but_above_it_is_not_in_the_valley() -> None:
    basins = problem_of("(x^2 - 1)^2 + 0.3*x").basins
    (x, y), (other, _) = basins.minima
    places = np.array([[x, y + 0.5], [x + 0.03, y], [other, y - 1.0], [other - 0.03, y], [0.0, 0.0]])
    assert basins.at_rest(places).tolist() == [0, NO_BASIN, 1, NO_BASIN, NO_BASIN]


def test_what_rests_in_a_valley_outside_the_window_is_in_it() -> None:
    problem = problem_of("(x*y - 1)^2")
    outside = np.array([[3.0, 0.5], [-4.0, -0.1], [0.2, 3.5], [2.5, 2.5]])
    labels, ends = problem.basins.follow(outside)
    assert not SQUARE.contains(ends[:2]).any()
    positions = np.array([minimum.position for minimum in problem.minima])
    assert_array_equal(np.sign(positions[labels, 0]), np.sign(outside[:, 0]))


@pytest.mark.parametrize("formula", ["sin(2*x)", "sin(x + 0.5*y)", "(y - sin(x))^2"])
def test_a_floor_that_goes_on_past_the_window_is_the_same_valley_there(formula: str) -> None:
    """As far as flows are followed, if it is straight; a third as far, if it winds."""
    problem = problem_of(formula)
    length, waves = problem.window.diagonal, formula.startswith("(")
    ways = np.linspace(-0.9 * FAR, 0.9 * FAR, 41) * length * (0.35 if waves else 1.0)
    along = {"sin(2*x)": (0.0, 1.0), "sin(x + 0.5*y)": (-0.5 / 1.25**0.5, 1 / 1.25**0.5)}.get(formula, (1.0, 0.0))
    for label, minimum in enumerate(problem.minima):
        floor = np.array(minimum.position) + ways[:, None] * along
        if waves:
            floor[:, 1] = np.sin(floor[:, 0])
        assert (problem.basins.labels(floor + np.array([0.02, 0.0])) == label).all()


def test_what_is_level_with_a_floor_past_the_window_but_not_on_it_is_in_no_known_valley() -> None:
    basins = problem_of("sin(2*x)").basins
    last = float(basins.minima[:, 0].max())
    others = np.array([[last + turns * np.pi, y] for turns in (1, 2, 16) for y in (0.0, 8.0, -40.0)])
    assert (basins.labels(others) == NO_BASIN).all()


def test_a_flow_on_a_crease_finds_its_minimum() -> None:
    problem = problem_of("abs(x - 0.3) + (y - 0.2)^2")
    assert problem.basins.radii[0] > 1.0
    points = np.concatenate([some_points(SQUARE, 100), [[0.31, 0.2], [0.3, 1.5], [0.3, 0.2], [0.3001, -1.9]]])
    assert (problem.basins.labels(points) == 0).all()


def test_a_flow_follows_a_crooked_crease_down() -> None:
    """Along y = sin 3x, with x² / 10 left of the loss: to the origin from everywhere."""
    problem = problem_of("abs(y - sin(3*x)) + 0.1*x^2", Window(-3.0, 3.0, -3.0, 3.0))
    assert len(problem.minima) == 1
    labels, ends = problem.basins.follow(some_points(problem.window, 60))
    assert (labels == 0).all()
    assert (norm(ends) <= problem.basins.radii[0] + 1e-9).all()


def test_on_a_level_crease_everything_is_in_one_valley() -> None:
    problem = problem_of("abs(x^2 + y^2 - 1)")
    assert problem.basins.valleys.tolist() == [True]
    points = some_points(SQUARE, 60)
    labels, ends = problem.basins.follow(points[norm(points) > 0.1])
    assert (labels == 0).all()
    assert_allclose(norm(ends), 1.0, atol=1e-6)


def test_what_slides_out_of_sight_belongs_to_no_basin() -> None:
    problem = problem_of("abs(y - 0.3*x) + 0.2*x + 0*y")
    assert problem.minima == ()
    problem = problem_of("min(abs(y - 0.3*x) + 0.2*x, 5) + 3*abs(x - 1.5)")
    labels = problem.basins.labels(some_points(SQUARE, 20))
    assert len(problem.minima) == 1
    assert (labels == 0).all()


def counted(flows: list[int], follow: Callable[[Array], Labels], points: Array) -> Labels:
    flows.append(len(points))
    return follow(points)


@pytest.mark.parametrize("name", ["on-the-saddle"])
def test_cells_are_what_they_are_whether_those_around_were_looked_at_with_them(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = load_scene(name)
    train, test = scene.examples.sums(scene.surface)
    found, asked = list[Labels](), list[int]()
    for margin in (0, basins_module.MARGIN):
        monkeypatch.setattr(basins_module, "MARGIN", margin)
        basins, flows = Problem(train, test, scene.window).basins, list[int]()
        monkeypatch.setattr(basins_module.Basins, "_ends_in", staticmethod(partial(counted, flows, basins._ends_in)))
        basins.labels(np.array([scene.start]))
        asked.append(len(flows))
        found.append(basins.labels(some_points(scene.window, 40)))
    assert_array_equal(found[0], found[1])
    assert 2 * asked[1] < asked[0]


def test_basins_are_freed_with_their_last_use() -> None:
    surface = DoubleWellSaddle()
    basins = basins_of(surface, surface.usual_window)
    basins.labels(some_points(surface.usual_window, 50))
    gone = ref(basins)
    gc.disable()
    try:
        del basins
        assert gone() is None
    finally:
        gc.enable()


def test_a_crowd_of_minima_is_looked_around_a_few_at_a_time() -> None:
    surface, window = Formula("sin(20*x)*sin(20*y)"), Window(-2, 2, -2, 2)
    minima = [point for point in critical_points(surface, window) if point.kind is CriticalKind.MINIMUM]
    assert len(minima) > 300
    tracemalloc.start()
    try:
        basins = find_basins(surface, window, minima)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert basins.radii.min() > 0
    assert most < 16 << 20


def test_a_flow_that_leaves_for_ever_is_given_up_after_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten diagonals away it is: with steps of a hundredth of one that would take a thousand."""
    basins, steps = basins_of(Formula("-exp(-x^2 - y^2) - 0.3*y"), Window(-3.0, 3.0, -3.0, 3.0)), []

    def counted(surface: Surface, theta: Array, longest: Array | float) -> Array:
        steps.append(len(theta))
        return flow_step(surface, theta, longest)

    monkeypatch.setattr(basins_module, "flow_step", counted)
    labels, ends = basins.follow(np.array([[0.0, 2.5], [0.1, 0.1]]))
    assert labels.tolist() == [NO_BASIN, 0]
    assert ends[0, 1] > 0.99 * FAR * basins.window.diagonal
    assert len(steps) < 350
