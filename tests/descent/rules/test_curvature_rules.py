"""Rules that ask twice, or for the Hessian, against linear algebra and their papers' formulas, worked out here."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest
from foreign import OPTAX, TORCH
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sim.descent.examples.finite_sum import Tilted
from sim.descent.lane import Lane, descend
from sim.descent.rules import RULES, rule_name
from sim.descent.rules.curvature.newton import Newton
from sim.descent.rules.curvature.saddle_free_newton import SaddleFreeNewton
from sim.descent.rules.curvature.sam import SAM
from sim.descent.rules.curvature.spectrum import applied, inverse
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.lookahead_nesterov import LookaheadNesterov
from sim.descent.rules.plain.nesterov import Nesterov
from sim.descent.rules.protocol import Rule
from sim.descent.update import Differentiable, one_update
from sim.scene import load_scene
from sim.surface.functions.polynomial import Quadratic
from sim.surface.points import Array, symmetric

AnyRule = Rule[Any]


class Parabola:
    """½ θᵀHθ + gᵀθ, as a rule is asked about it: any Hessian (2, 2), and the gradient at θ."""

    def __init__(self, hessian: Array, gradient: Array) -> None:
        self._hessian, self._gradient = hessian, gradient

    def gradient(self, theta: Array, batch: Any = None) -> Array:
        del batch
        return np.asarray(np.broadcast_to(self._gradient, theta.shape) + theta @ self._hessian)

    def hessian(self, theta: Array, batch: Any = None) -> Array:
        del batch
        return np.broadcast_to(self._hessian, (*theta.shape, 2))


def movement_of(rule: AnyRule, loss: Differentiable, theta: Array) -> Array:
    """The first movement."""
    _, movement, _ = one_update(rule, loss, theta, None, rule.init(theta))
    return movement


def some_matrices(count: int, stretch: float) -> Array:
    """Symmetric ones (count, 2, 2), of either sign, one eigenvalue up to 10^stretch times the other."""
    rng = np.random.default_rng(5)
    angles, sizes = rng.uniform(0, np.pi, count), 10 ** rng.uniform(0, stretch, (count, 2))
    values = sizes * rng.choice([-1, 1], (count, 2))
    turns = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])
    return np.asarray(np.einsum("ijn,nj,kjn->nik", turns, values, turns))


# The papers' formulas, in other words.


def newton(rule: Any, loss: Differentiable, theta: Array, _past: Array) -> Array:
    hessian = loss.hessian(theta) + rule.damping * np.eye(2)
    return np.asarray(-rule.learning_rate * np.linalg.solve(hessian, loss.gradient(theta)))


def saddle_free(rule: Any, loss: Differentiable, theta: Array, _past: Array) -> Array:
    values, vectors = np.linalg.eigh(loss.hessian(theta))
    size = vectors @ np.diag(np.abs(values)) @ vectors.T + rule.damping * np.eye(2)
    return np.asarray(-rule.learning_rate * np.linalg.solve(size, loss.gradient(theta)))


def sharpness_aware(rule: Any, loss: Differentiable, theta: Array, _past: Array) -> Array:
    gradient = loss.gradient(theta)
    return np.asarray(-rule.learning_rate * loss.gradient(theta + rule.radius * gradient / np.linalg.norm(gradient)))


def looking_ahead(rule: Any, loss: Differentiable, theta: Array, past: Array) -> Array:
    """v ← μ v − ε ∇f(θ + μ v), θ ← θ + v: Sutskever et al. (2013), equations 3 and 4."""
    return np.asarray(rule.decay * past - rule.learning_rate * loss.gradient(theta + rule.decay * past))


FORMULAS: dict[str, Callable[[Any, Differentiable, Array, Array], Array]] = {
    "newton": newton,
    "saddle free newton": saddle_free,
    "sam": sharpness_aware,
    "lookahead nesterov": looking_ahead,
}
EACH = (
    *(Newton(), Newton(0.3, 2.0), SaddleFreeNewton(), SaddleFreeNewton(0.3, 2.0)),
    *(SAM(), SAM(0.01, 0.5), LookaheadNesterov(), LookaheadNesterov(0.003, 0.7)),
)


BY_THEIR_MOMENTS = ("langevin",)
"""Rules of chance, which are held against what is known of many marbles: in test_painted_noise.py."""


def test_every_rule_is_held_against_others_or_against_a_formula_worked_out_here() -> None:
    assert {*TORCH, *OPTAX, *FORMULAS, *BY_THEIR_MOMENTS} == set(RULES)
    assert {rule_name(rule) for rule in EACH} == set(FORMULAS)


@pytest.mark.parametrize("rule", EACH, ids=repr)
def test_a_rule_goes_as_its_paper_says(rule: AnyRule) -> None:
    train = load_scene("himmelblau").problem().train
    worked_out = FORMULAS[rule_name(rule)]
    for start in ([1.6, -4.5], [0.3, 0.2], [-2.0, 2.0]):
        theta, past = np.array(start), np.zeros(2)
        run = descend(train, Lane("", rule, train.count), theta[None], np.array([0]))
        for update in islice(run, 8):
            past = worked_out(rule, train, theta, past)
            assert_allclose(update.movement[0], past, rtol=1e-9, atol=1e-12)
            theta = update.theta[0]


# A function of a matrix.


def test_a_function_of_a_matrix_is_that_of_its_eigenvalues() -> None:
    matrices = some_matrices(500, 3)
    vectors = np.random.default_rng(6).standard_normal((500, 2))
    for function in (inverse, np.abs, np.square, lambda x: x, np.ones_like):
        values, turns = np.linalg.eigh(matrices)
        expected = np.einsum("nij,nj,nkj,nk->ni", turns, function(values), turns, vectors)
        assert_allclose(applied(function, matrices, vectors), expected, rtol=1e-9, atol=1e-12)


@given(numbers=st.lists(st.floats(-1e60, 1e60), min_size=5, max_size=5))
@example(numbers=[151.0, 1.0, 0.0, 3.0, 0.0])
@settings(deadline=None)
def test_it_is_solved_as_well_as_rounding_allows(numbers: list[float]) -> None:
    """H x = v within the rounding of H and x: the error a stable solver has, whatever the scale."""
    a, b, d, *vector = numbers
    matrix, v = symmetric(np.array(a), np.array(b), np.array(d)), np.array(vector)
    with np.errstate(all="ignore"):
        x = applied(inverse, matrix, v)
    largest = np.abs(matrix).max()
    if largest < 1e-200 or 0 < np.abs(v).max() < 1e-200 or np.linalg.cond(matrix / largest) > 1e15:
        return  # Some of it underflows, or the matrix is singular but for rounding.
    assert_allclose(matrix @ x, v, rtol=1e-13, atol=1e-14 * float(largest * np.abs(x).max() + np.abs(v).max()))


@pytest.mark.parametrize("stretch", [1e-3, 1e-9, 1e-15, 1e-100])
def test_the_axes_of_a_diagonal_hessian_do_not_touch_each_other(stretch: float) -> None:
    for a, d in ((1.0, stretch), (stretch, 1.0), (-stretch, 1.0), (stretch, -1.0), (-1.0, -stretch)):
        matrix, gradient = symmetric(np.array(a), np.array(0.0), np.array(d)), np.array([0.3, 0.7])
        assert_allclose(applied(inverse, matrix, gradient), gradient / (a, d), rtol=4e-16)
        for axis in range(2):
            alone = gradient * (np.arange(2) == axis)
            assert applied(inverse, matrix, alone)[1 - axis] == 0


SINGULAR = (
    [[0.0, 0.0], [0.0, 0.0]],
    [[1.0, 0.0], [0.0, 0.0]],
    [[0.0, 0.0], [0.0, -3.0]],
    [[1.0, 1.0], [1.0, 1.0]],
    [[-1.0, 2.0], [2.0, -4.0]],
    [[0.1 * 0.1, 0.1 * 0.3], [0.1 * 0.3, 0.3 * 0.3]],
    [[-0.0, -0.0], [-0.0, -0.0]],
)


@pytest.mark.parametrize("entries", SINGULAR)
def test_where_there_is_no_curvature_nobody_goes(entries: list[list[float]]) -> None:
    """As by the pseudo-inverse; and nothing is warned of."""
    matrix, gradient = np.array(entries), np.array([0.4, -1.1])
    expected = np.linalg.pinv(matrix) @ gradient
    loss = Parabola(matrix, gradient)
    assert_allclose(movement_of(Newton(0.5), loss, np.zeros(2)), -0.5 * expected, rtol=1e-12, atol=1e-12)
    values, vectors = np.linalg.eigh(matrix)
    values = np.where(np.abs(values) < 1e-12, 0.0, np.abs(values))
    size = vectors @ np.diag(values) @ vectors.T
    expected = np.linalg.pinv(size, rcond=1e-12) @ gradient
    assert_allclose(movement_of(SaddleFreeNewton(0.5), loss, np.zeros(2)), -0.5 * expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("kind", [Newton, SaddleFreeNewton])
def test_much_damping_is_plain_descent_with_short_steps(kind: type[Any]) -> None:
    loss, theta = Parabola(np.array([[2.0, 1.0], [1.0, -3.0]]), np.array([0.4, -1.1])), np.array([0.2, 0.1])
    damped = movement_of(kind(1.0, 1e6), loss, theta)
    assert_allclose(damped, movement_of(GradientDescent(1e-6), loss, theta), rtol=1e-5)


# What they are for.


def test_newton_is_at_the_stationary_point_of_any_parabola_at_once_and_saddle_free_newton_only_if_it_is_a_minimum() -> (
    None
):
    theta, gradient = np.array([1.5, -0.5]), np.array([0.4, -1.1])
    for matrix in some_matrices(60, 2):
        loss = Parabola(matrix, gradient)
        there = theta + movement_of(Newton(), loss, theta)
        assert_allclose(loss.gradient(there), 0, atol=1e-9)
        values, vectors = np.linalg.eigh(matrix)
        before, after = (
            vectors.T @ (point - there) for point in (theta, theta + movement_of(SaddleFreeNewton(), loss, theta))
        )
        assert_allclose(after, np.where(values > 0, 0.0, 2 * before), atol=1e-9)


def test_a_saddle_s_line_is_kept_to_the_last_bit() -> None:
    """Where the gradient has no part to either side, no rule that asks for the curvature makes one."""
    scene = load_scene("on-the-saddle")
    train = scene.problem().train
    for rule in (Newton(), SaddleFreeNewton()):
        run = descend(train, Lane("", rule, train.count), np.array([scene.start]), np.array([0]))
        theta = np.array([update.theta[0] for update in islice(run, 60)])
        assert not theta[:, 1].any()


def test_at_a_minimum_sharpness_awareness_goes_to_and_fro_as_far_as_its_docstring_says() -> None:
    rate, radius, curvature = 0.01, 0.5, 3.0
    train = Tilted(Quadratic((curvature, curvature)), np.zeros((1, 2)))
    run = descend(train, Lane("", SAM(rate, radius), 1), np.array([[1.0, 0.0]]), np.array([0]))
    late = np.array([update.theta[0, 0] for update in islice(run, 2000)])[-100:]
    assert_array_equal(np.sign(late[1:]), -np.sign(late[:-1]))
    assert_allclose(np.abs(late), 0.5 * rate * curvature * radius, rtol=0.1)


def test_where_the_gradient_is_exactly_0_nobody_is_pushed() -> None:
    assert_array_equal(movement_of(SAM(0.1, 0.5), Parabola(np.eye(2), np.zeros(2)), np.zeros((3, 2))), np.zeros((3, 2)))


@pytest.mark.parametrize("batch_size", [1, 20])
def test_looking_ahead_is_nesterov_seen_from_where_its_gradient_is_taken(batch_size: int) -> None:
    train, start = load_scene("himmelblau").problem().train, np.array([[1.6, -4.5], [3.0, 3.0]])
    seeds = np.array([2, 5])
    ahead, plain = (
        descend(train, Lane("", rule, batch_size), start, seeds)
        for rule in (LookaheadNesterov(0.004, 0.8), Nesterov(0.004, 0.8))
    )
    for one, other in islice(zip(ahead, plain, strict=False), 40):
        assert_allclose(one.theta + 0.8 * one.state[0], other.theta, rtol=1e-10)


def test_curvature_without_digits_is_none_and_no_step_overflows() -> None:
    tiny = np.finfo(np.float64).tiny
    assert_array_equal(inverse(np.array([0.0, tiny / 4, -tiny / 4, tiny, 2.0])), [0.0, 0.0, 0.0, 1 / tiny, 0.5])
