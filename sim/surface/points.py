"""Points, vectors and symmetric 2×2 matrices as arrays with free leading axes.

A point is the last axis of an array of shape (..., 2), a Hessian the last two of (..., 2, 2).
One marble, a swarm of marbles and a picture's grid take the same path, and every operation here
works element by element: a result never depends on how many points are computed at once.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

FEW = 512


# Orders of axes, by how many there are; a table is quicker than numpy.moveaxis.
_LAST_FIRST = [(), *((count, *range(count)) for count in range(16))]
_FIRST_LAST = [(), *((*range(1, count + 1), 0) for count in range(16))]


def components(points: Array) -> Array:
    """The components of points or vectors (..., 2) on the first axis, contiguous: shape (2, ...).

    Loops over them are long and go through memory in order; and the layout being always the same, so
    are the bits of functions whose vectorised code rounds differently.
    """
    return np.ascontiguousarray(points.transpose(_LAST_FIRST[points.ndim]))


def vectors(components: Array) -> Array:
    """Points or vectors (..., 2) whose components are given on the first axis (2, ...); a view."""
    return components.transpose(_FIRST_LAST[components.ndim])


def pair(x: Array, y: Array) -> Array:
    """Points or vectors of shape (..., 2) from their two components of shape (...)."""
    x, y = np.broadcast_arrays(x, y)
    out = np.empty((2, *x.shape))
    out[0] = x
    out[1] = y
    return vectors(out)


def matrices(entries: Array) -> Array:
    """Symmetric matrices (..., 2, 2) from their entries xx, xy, yy on the first axis, (3, ...)."""
    return entries[[0, 1, 1, 2]].reshape(2, 2, *entries.shape[1:]).transpose(*range(2, entries.ndim + 1), 0, 1)


def symmetric(xx: Array, xy: Array, yy: Array) -> Array:
    """Symmetric matrices of shape (..., 2, 2) from their three entries of shape (...)."""
    xx, xy, yy = np.broadcast_arrays(xx, xy, yy)
    out = np.empty((2, 2, *xx.shape))
    out[0, 0] = xx
    out[0, 1] = xy
    out[1, 0] = xy
    out[1, 1] = yy
    return out.transpose(*range(2, out.ndim), 0, 1)


def dot(one: Array, other: Array) -> Array:
    """Inner products (...) of vectors (..., 2)."""
    return np.asarray(one[..., 0] * other[..., 0] + one[..., 1] * other[..., 1])


def norm(vectors: Array) -> Array:
    """Euclidean length (...) of vectors (..., 2); np.hypot, unlike `dot`, neither over- nor underflows, but is slow."""
    return np.asarray(np.hypot(vectors[..., 0], vectors[..., 1]))


def group_indices(counts: Indices) -> tuple[Indices, Indices]:
    """For groups of so many items (n,), one after the other: each item's group, and its index within that, from 0.

    >>> [each.tolist() for each in group_indices(np.array([2, 0, 3]))]
    [[0, 0, 2, 2, 2], [0, 1, 0, 1, 2]]
    """
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


def total(terms: Array) -> Array:
    """The sum over the first axis, first half onto second half, again and again.

    This order of additions is fixed by the length alone, unlike numpy.sum's, which follows the
    memory layout: so a batch of marbles gets the bits that each would get alone. And it adds term i
    to term i + ⌈n/2⌉ first: terms that come as ± pairs in that arrangement sum to exactly zero.

    >>> total(np.array([1e20, 3.0, -1e20, 4.0])).item()
    7.0
    """
    count = len(terms)
    if count == 1:
        return np.asarray(terms[0])
    half = count // 2
    count -= half
    sums = terms[:count].copy(order="C" if terms.size <= FEW else "K")  # Few numbers are quickest in one piece.
    sums[:half] += terms[count:]
    while count > 1:
        half = count // 2
        count -= half
        upper = sums[:half]
        upper += sums[count : count + half]
    return np.asarray(sums[0])


def total_of(term: Callable[[int], Array], count: int) -> Array:
    """`total` of term(0) … term(count − 1), to the same bits, with no more than log₂(count) + 1 in memory.

    Each call must return a new array.
    """
    counts = [count]
    while counts[-1] > 1:
        counts.append(counts[-1] - counts[-1] // 2)

    return _partial(term, counts, len(counts) - 1, 0)


def _partial(term: Callable[[int], Array], counts: Sequence[int], rounds: int, index: int) -> Array:
    """The sum at this index after so many rounds of adding one half onto the other.

    No function within `total_of`: one that calls itself would keep itself alive, and with it what the terms are of.
    """
    if not rounds:
        return term(index)
    result, other = _partial(term, counts, rounds - 1, index), index + counts[rounds]
    if other < counts[rounds - 1]:
        result += _partial(term, counts, rounds - 1, other)
    return result


def eigenvalues(hessians: Array) -> Array:
    """Both eigenvalues (..., 2), the smaller first, of symmetric matrices (..., 2, 2)."""
    mean = 0.5 * (hessians[..., 0, 0] + hessians[..., 1, 1])
    spread = np.hypot(0.5 * (hessians[..., 0, 0] - hessians[..., 1, 1]), hessians[..., 0, 1])
    return pair(mean - spread, mean + spread)


def eigenvectors(hessians: Array) -> Array:
    """Unit eigenvectors as rows (..., 2, 2), in the order of `eigenvalues`; for a multiple of I, the axes.

    The major axis of the ellipse xᵀHx makes the angle ½·atan2(2b, a − c) with the x axis.
    """
    angle = 0.5 * np.arctan2(2 * hessians[..., 0, 1], hessians[..., 0, 0] - hessians[..., 1, 1])
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.stack([pair(-sine, cosine), pair(cosine, sine)], axis=-2)
