"""Vectors and 2×2 matrices, element by element."""

import gc
from weakref import ref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.surface.points import (
    Array,
    components,
    eigenvalues,
    eigenvectors,
    norm,
    pair,
    symmetric,
    total,
    total_of,
    vectors,
)
from sim.surface.protocol import Window

RNG = np.random.default_rng(20)
NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
EPS = float(np.finfo(float).eps)


def matrices(count: int) -> Array:
    xx, xy, yy = RNG.normal(size=(3, count)) * 10.0 ** RNG.integers(-3, 4, size=(3, count))
    return symmetric(xx, xy, yy)


def test_pair_and_symmetric_put_each_component_in_its_place() -> None:
    x, y = np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3) + 10
    assert pair(x, y).shape == (2, 3, 2)
    assert (pair(x, y)[..., 0] == x).all()
    assert (pair(x, y)[..., 1] == y).all()
    matrix = symmetric(np.array(1.0), np.array(2.0), np.array(3.0))
    assert matrix.tolist() == [[1.0, 2.0], [2.0, 3.0]]


def test_pair_and_symmetric_broadcast() -> None:
    assert pair(np.zeros((1, 3)), np.zeros((4, 1))).shape == (4, 3, 2)
    assert symmetric(np.zeros(5), np.zeros((2, 1)), np.array(1.0)).shape == (2, 5, 2, 2)


def test_norm_neither_overflows_nor_underflows() -> None:
    assert norm(np.array([[3.0, 4.0], [3e300, 4e300], [3e-300, 4e-300]])) == pytest.approx(
        [5.0, 5e300, 5e-300], rel=1e-15
    )
    assert norm(np.array([3.0, 4.0])).shape == ()


@given(halves=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=40))
@settings(deadline=None, derandomize=True)
def test_plus_minus_pairs_sum_to_exactly_zero(halves: list[tuple[float, float]]) -> None:
    terms = np.array(halves)
    assert not total(np.concatenate([terms, -terms])).any()


@given(halves=st.lists(NUMBERS, min_size=1, max_size=20), middle=NUMBERS)
@settings(deadline=None, derandomize=True)
def test_a_term_of_its_own_survives_among_pairs(halves: list[float], middle: float) -> None:
    assert total(np.array([*halves, middle, *(-half for half in halves)])) == middle


@pytest.mark.parametrize("count", range(1, 34))
def test_total_is_the_sum(count: int) -> None:
    terms = RNG.integers(-1000, 1000, size=(count, 3)).astype(float)
    kept = terms.copy()
    assert (total(terms) == terms.sum(axis=0)).all()
    assert (terms == kept).all()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 19, 20, 100])
def test_total_has_the_same_bits_in_any_layout_and_company(count: int) -> None:
    terms = RNG.normal(size=(count, 6, 4)) * 10.0 ** RNG.integers(-8, 9, size=(count, 6, 4))
    together = total(terms)
    assert (total(np.asfortranarray(terms)) == together).all()
    assert (total(np.repeat(terms, 2, axis=2)[:, :, ::2]) == together).all()
    assert (total(terms[:, ::-1])[::-1] == together).all()
    alone = [[total(terms[:, i, j]) for j in range(4)] for i in range(6)]
    assert (np.array(alone) == together).all()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 19, 20, 100])
def test_total_of_terms_made_one_by_one_has_the_bits_of_total(count: int) -> None:
    terms = RNG.normal(size=(count, 50)) * 10.0 ** RNG.integers(-8, 9, size=(count, 50))
    made: list[int] = []

    def term(index: int) -> Array:
        made.append(index)
        return np.array(terms[index])

    assert (total_of(term, count) == total(terms)).all()
    assert sorted(made) == list(range(count))


def test_components_come_first_in_memory_and_back() -> None:
    points = RNG.normal(size=(5, 3, 2))
    first = components(points)
    assert first.shape == (2, 5, 3)
    assert first.flags.c_contiguous
    assert (vectors(first) == points).all()
    assert (components(points[0, 0]) == points[0, 0]).all()


def test_eigenvalues_agree_with_lapack() -> None:
    hessians = matrices(500)
    sizes = np.abs(hessians).max(axis=(-2, -1))
    expected, _ = np.linalg.eigh(hessians)
    assert (np.abs(eigenvalues(hessians) - expected).max(axis=-1) <= 8 * EPS * sizes).all()
    assert (eigenvalues(hessians)[:, 0] <= eigenvalues(hessians)[:, 1]).all()
    assert eigenvalues(hessians.reshape(20, 25, 2, 2)).shape == (20, 25, 2)


def test_eigenvectors_are_orthonormal_and_belong_to_their_eigenvalues() -> None:
    hessians = matrices(500)
    sizes = np.abs(hessians).max(axis=(-2, -1))
    rows, values = eigenvectors(hessians), eigenvalues(hessians)
    images = np.einsum("nij,nkj->nki", hessians, rows)
    assert (np.abs(images - values[..., None] * rows).max(axis=(-2, -1)) <= 16 * EPS * sizes).all()
    assert np.allclose(np.einsum("nij,nkj->nik", rows, rows), np.eye(2), rtol=0, atol=8 * EPS)
    _, columns = np.linalg.eigh(hessians)
    low, high = np.moveaxis(values, -1, 0)
    apart = high - low > 1e-3 * sizes
    alignment = np.abs(np.einsum("nij,nji->ni", rows, columns))[apart]
    assert np.allclose(alignment, 1.0, rtol=0, atol=1e-9)


def test_multiples_of_the_identity_have_the_axes() -> None:
    rows = eigenvectors(symmetric(np.array(3.0), np.array(0.0), np.array(3.0)))
    assert np.abs(rows[::-1]).tolist() == [[1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize(("xx", "yy"), [(1.0, 2.0), (2.0, 1.0), (-1.0, 1.0), (1.0, -1.0)])
def test_eigenvectors_of_a_diagonal_matrix(xx: float, yy: float) -> None:
    rows = np.abs(eigenvectors(symmetric(np.array(xx), np.array(0.0), np.array(yy))))
    assert np.allclose(rows, np.eye(2)[[0, 1] if xx < yy else [1, 0]], rtol=0, atol=EPS)


def test_window() -> None:
    window = Window(-1.0, 2.0, 0.0, 4.0)
    assert (window.width, window.height, window.diagonal) == (3.0, 4.0, 5.0)
    assert window.center.tolist() == [0.5, 2.0]
    grid = window.grid(4, 5)
    assert grid.shape == (5, 4, 2)
    assert grid[0, 0].tolist() == [-1.0, 0.0]
    assert grid[0, -1].tolist() == [2.0, 0.0]
    assert grid[-1, 0].tolist() == [-1.0, 4.0]
    assert window.contains(grid).all()
    assert not window.contains(np.array([[2.1, 1.0], [0.0, -0.1], [np.nan, 1.0]])).any()


def test_what_terms_are_made_of_is_freed_with_the_sum() -> None:
    def summed() -> ref[Array]:
        points = RNG.normal(size=(3, 5))
        assert total_of(lambda index: points[index] + 0.0, 3).shape == (5,)
        return ref(points)

    gc.disable()
    try:
        assert summed()() is None
    finally:
        gc.enable()
