"""Finite sums against difference quotients and arithmetic; what ± pairs promise, to the last bit."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sim.descent.examples.chance import Indices
from sim.descent.examples.finite_sum import FiniteSum, Shifted, Tilted, paired_normal
from sim.descent.examples.models import MODELS
from sim.descent.examples.recipes import (
    EXAMPLES,
    MeasuredExamples,
    Recipe,
    RegressionExamples,
    ShiftedExamples,
    TiltedExamples,
)
from sim.scene import load_scene, scene_files
from sim.surface.functions import SURFACES
from sim.surface.functions.formula import Formula
from sim.surface.functions.polynomial import DoubleWellSaddle, Himmelblau
from sim.surface.points import Array
from sim.surface.protocol import value_and_gradient

STEP = float(np.finfo(float).eps ** (1 / 3))

DrawnRecipe = ShiftedExamples | TiltedExamples | RegressionExamples

DRAWN: dict[str, DrawnRecipe] = {
    "shifted": ShiftedExamples(0.3, test_shift=(0.2, -0.1)),
    "tilted": TiltedExamples(2.0, test_tilt=(1.0, 0.5)),
    **{f"regression, {name}": RegressionExamples(name, 0.4, (1.2, 0.8), test_truth=(1.0, 1.0)) for name in MODELS},
}
RECIPES: dict[str, DrawnRecipe | MeasuredExamples] = {
    **DRAWN,
    "measured": MeasuredExamples("line", *(tuple((0.1 * i, k * i * i) for i in range(20)) for k in (0.3, 0.4))),
}
drawn_recipe = pytest.mark.parametrize("recipe", DRAWN.values(), ids=DRAWN)
every_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)


def sums(recipe: Recipe) -> tuple[FiniteSum, FiniteSum]:
    return recipe.sums(Himmelblau() if recipe.needs_surface else None)


def some_points(count: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).uniform(-2, 2, (count, 2))


def difference_quotient(function: Callable[[Array], Array], points: Array) -> Array:
    """Central differences along both axes, on a new last axis."""
    columns = [(function(points + STEP * axis) - function(points - STEP * axis)) / (2 * STEP) for axis in np.eye(2)]
    return np.stack(columns, axis=-1)


def test_all_kinds_of_examples_are_tested() -> None:
    assert {type(recipe) for recipe in RECIPES.values()} == set(EXAMPLES.values())


@every_recipe
@pytest.mark.parametrize("batch", [None, np.array([4]), np.array([1, 5, 17])], ids=["full", "one", "three"])
def test_derivatives_are_those_of_the_value(recipe: Recipe, batch: Indices | None) -> None:
    points = some_points(50)
    for part in sums(recipe):
        for function, derivative in ((part.value, part.gradient), (part.gradient, part.hessian)):
            exact, quotient = derivative(points, batch), difference_quotient(partial(function, batch=batch), points)
            assert_allclose(exact, quotient, rtol=1e-6, atol=1e-7 * float(np.abs(exact).max()))


@every_recipe
@pytest.mark.parametrize("batch_size", [1, 2, 5])
def test_equal_batches_average_to_the_full_batch(recipe: Recipe, batch_size: int) -> None:
    points = some_points(9)
    order = np.random.default_rng(2).permutation(20).reshape(-1, batch_size)
    for part in sums(recipe):
        for function in (part.value, part.gradient, part.hessian):
            mean = np.mean([function(points, batch) for batch in order], axis=0)
            assert_allclose(mean, function(points), rtol=1e-12, atol=1e-12 * np.abs(mean).max())


@every_recipe
def test_a_batch_is_the_mean_of_its_examples(recipe: Recipe) -> None:
    points, batch = some_points(9), np.array([2, 3, 11])
    train = sums(recipe)[0]
    for function in (train.value, train.gradient, train.hessian):
        alone = [function(points, np.array([i])) for i in batch]
        assert_allclose(function(points, batch), np.mean(alone, axis=0), rtol=1e-13, atol=1e-13)


@every_recipe
def test_many_points_get_the_bits_of_each_alone(recipe: Recipe) -> None:
    points = some_points(7001)  # More than one block, and not a whole number of them.
    train = sums(recipe)[0]
    for function in (train.value, train.gradient, train.hessian):
        together = function(points.reshape(-1, 1, 2))[:, 0]
        for i in (0, 1, 3275, 3276, 3277, 6552, 6999, 7000):
            assert_array_equal(together[i], function(points[i]))
            assert_array_equal(together[i], function(points[i : i + 1])[0])


@every_recipe
@pytest.mark.parametrize("batch_size", [1, 3, 8, 19])
def test_a_batch_for_every_point_gives_the_bits_of_each_alone(recipe: Recipe, batch_size: int) -> None:
    points = some_points(60)
    generator = np.random.default_rng(3)
    batch = np.stack([np.sort(generator.permutation(20)[:batch_size]) for _ in points], axis=1)
    train = sums(recipe)[0]
    for function in (train.value, train.gradient, train.hessian):
        together = function(points, batch)
        for i, point in enumerate(points):
            assert_array_equal(together[i], function(point[None], batch[:, i : i + 1])[0])
            assert_array_equal(together[i], function(point, batch[:, i]))


@drawn_recipe
@pytest.mark.parametrize("count", [1, 2, 3, 20, 21])
def test_training_and_test_set_are_as_large_as_asked_and_differ(recipe: DrawnRecipe, count: int) -> None:
    train, test = sums(replace(recipe, count=count))
    assert train.count == test.count == count
    if count > 1 or recipe.needs_surface:  # A single x is 0, and so is its y.
        assert (train.value(some_points(5)) != test.value(some_points(5))).all()


@pytest.mark.parametrize("count", [1, 2, 3, 19, 20, 100])
def test_on_the_axis_of_symmetry_shifted_examples_cancel_exactly(count: int) -> None:
    train, _ = ShiftedExamples(0.2, count=count, seed=count).sums(DoubleWellSaddle())
    x = np.random.default_rng(5).uniform(-3, 3, 5000)
    gradient = train.gradient(np.stack([x, np.zeros_like(x)], axis=-1))
    assert (gradient[:, 1] == 0.0).all()
    assert (gradient[:, 0] != 0.0).all()


@pytest.mark.parametrize("name", SURFACES)
def test_tilted_examples_leave_the_full_loss_as_it_is(name: str) -> None:
    surface = Formula("x^2 + sin(x*y)") if name == "formula" else SURFACES[name]()
    for count in (1, 2, 3, 20, 21):
        train, _ = TiltedExamples(3.0, count=count).sums(surface)
        points = some_points(500)
        assert_array_equal(train.value(points), surface.value(points))
        assert_array_equal(train.gradient(points), surface.gradient(points))
        assert_array_equal(train.hessian(points), surface.hessian(points))


def test_one_example_of_each_kind_is_what_its_formula_says() -> None:
    surface, points = Himmelblau(), some_points(20)
    moved, z = np.array([[0.3, -0.2], [-0.3, 0.2]]), np.array([0])
    assert_array_equal(Shifted(surface, moved).value(points, z), surface.value(points - moved[0]))
    assert_allclose(Tilted(surface, moved).value(points, z), surface.value(points) + points @ moved[0], rtol=1e-14)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 20, 21, 1000])
@pytest.mark.parametrize("sigma", [0.0, 0.2, 5.0])
def test_paired_draws_have_mean_zero_and_the_covariance_asked_for(count: int, sigma: float) -> None:
    draw = paired_normal(np.random.default_rng(7), count, sigma)
    half = count // 2
    assert draw.shape == (count, 2)
    assert_array_equal(draw[:half], -draw[count - half :])
    assert (draw[half : count - half] == 0).all()
    covariance = draw.T @ draw / count
    if half >= 2:
        assert_allclose(covariance, sigma**2 * np.eye(2), rtol=1e-9, atol=1e-12 * sigma**2)
    elif half:  # One pair lies on a line: the two variances' sum is all that can be kept.
        assert_allclose(np.trace(covariance), 2 * sigma**2, rtol=1e-12)


def test_paired_draws_follow_their_generator() -> None:
    first, again, other = (paired_normal(np.random.default_rng(seed), 20, 1.0) for seed in (1, 1, 2))
    assert_array_equal(first, again)
    assert not np.any(first == other)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("count", [2, 3, 20, 21])
def test_the_least_squares_fit_of_a_regression_is_the_truth(name: str, count: int) -> None:
    truth = (1.3, -0.7)
    train, test = RegressionExamples(name, 0.5, truth, count=count, test_truth=(0.5, 1.1)).sums(None)
    assert_allclose(train.gradient(np.array(truth)), 0, atol=1e-14)
    assert_allclose(test.gradient(np.array([0.5, 1.1])), 0, atol=1e-14)
    assert train.value(np.array(truth)) > 0.01  # There is noise to fit.
    nearby = np.array(truth) + np.random.default_rng(1).normal(0, 0.3, (200, 2))
    assert (train.value(nearby) >= train.value(np.array(truth)) - 1e-14).all()


def test_the_product_of_two_weights_has_a_saddle_at_the_origin_and_a_valley() -> None:
    train, _ = RegressionExamples("product", 0.3, (1.5, 0.8)).sums(None)
    origin = np.zeros(2)
    assert_array_equal(train.gradient(origin), 0)
    assert np.linalg.det(train.hessian(origin)) < 0
    w = np.array([0.4, 1.0, 2.5])
    assert_allclose(train.gradient(np.stack([w, 1.2 / w], axis=-1)), 0, atol=1e-14)


@pytest.mark.parametrize("name", [*scene_files()])
def test_value_and_gradient_together_have_the_bits_of_each(name: str) -> None:
    problem = load_scene(name).problem()
    window = problem.window
    theta = np.random.default_rng(3).uniform((window.x0, window.y0), (window.x1, window.y1), (700, 2))
    for surface in (problem.train, getattr(problem.train, "surface", problem.train)):
        for points in (theta, theta[:1], theta.reshape(7, 100, 2)):
            value, gradient = value_and_gradient(surface, points)
            assert_array_equal(value, surface.value(points))
            assert_array_equal(gradient, surface.gradient(points))
