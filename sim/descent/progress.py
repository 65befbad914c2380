"""Whether a run makes progress: what its updates come to, block by block.

Over a span of several blocks a run makes none if its loss no longer falls though the batches make noise enough
to keep the marble going, or if it swings from wall to wall and no less than before.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..surface.points import Array, dot, norm, total
from .batches import Indices, updates_per_epoch
from .verdict import (
    BOUNCES,
    DAMPING,
    NO_PROGRESS,
    NOISE,
    SETTLING,
    UNDAMPED,
    UNSURE_SPANS,
    WANDERING_SPANS,
)

QUARTERS = 4  # Blocks of a span.
MOVES = min(DAMPING, *(span for span, _ in BOUNCES)) // QUARTERS  # Movements that are summed up at a time.
SPANS = (1, UNSURE_SPANS, WANDERING_SPANS)  # Over how many spans at a time; powers of two, so that sums tell which.

Updates = Indices


class Columns(Protocol):
    """What is recorded of M runs, moment by moment: rows as in a track, (rows, M) or (rows, M, 2)."""

    @property
    def loss(self) -> Array: ...
    @property
    def full_gradient(self) -> Array: ...
    @property
    def gradient(self) -> Array: ...
    @property
    def movement(self) -> Array: ...


class Signs(NamedTuple):
    """What is to be seen at K moments of M runs; nothing but at those at which a block is complete. Shape (K, M)."""

    calm: Indices
    """Over how many spans the loss has not fallen, and the batches were noisy: the sum of those of SPANS that apply."""
    bouncing: Indices
    """Over which of BOUNCES the marble has bounced: the sum of 1 for the first and 2 for the second."""
    longest: Array
    """The longest of the last DAMPING movements."""


def span_of(count: int, batch_size: int) -> int:
    """Over how many updates a marble that rattles makes no progress: four blocks."""
    shortest = max(SETTLING, 2 * updates_per_epoch(count, batch_size))
    return -(-shortest // QUARTERS) * QUARTERS


def lookback(count: int, batch_size: int) -> int:
    """How many of the moments seen are needed once more when new ones come."""
    return max(span_of(count, batch_size) // QUARTERS, MOVES + 1)


class Progress:
    """Follows M runs of a lane that draws `batch_size` of N = `count` examples, and remembers their last blocks.

    What is seen of a run does not depend on how many others are followed, for sums go by `total`.
    """

    def __init__(self, count: int, batch_size: int, marbles: int) -> None:
        self._noisy = batch_size < count
        self._losses = _Blocks(span_of(count, batch_size) // QUARTERS, QUARTERS * max(SPANS), 4, marbles)
        self._moves = _Blocks(MOVES, max(span for span, _ in BOUNCES) // MOVES, 2, marbles)

    def read(self, columns: Columns, first: int, moments: range) -> Signs:
        """The signs at the next K moments of runs whose rows begin with the moment `first`."""
        shape = (len(moments), columns.loss.shape[1])
        signs = Signs(np.zeros(shape, dtype=np.intp), np.zeros(shape, dtype=np.intp), np.zeros(shape))
        with np.errstate(all="ignore"):
            rows = self._moves.add(moments, lambda updates: _moves(columns.movement, first, updates))
            if len(rows):
                self._see_moves(signs, rows)
            if self._noisy:
                rows = self._losses.add(moments, lambda updates: _losses(columns, first, updates))
                if len(rows):
                    self._see_losses(signs, rows)
        return signs

    def _see_moves(self, signs: Signs, rows: Indices) -> None:
        longest, _ = self._moves.windows(DAMPING // MOVES, len(rows))
        signs.longest[_last(rows, longest)] = longest.max(axis=0)
        for index, (span, reversals) in enumerate(BOUNCES):
            longest, turns = self._moves.windows(span // MOVES, len(rows))
            quarters = longest.reshape(QUARTERS, len(longest) // QUARTERS, *longest.shape[1:]).max(axis=1)
            undamped = (quarters[0] > 0) & (quarters[1:] >= UNDAMPED * quarters[:-1]).all(axis=0)
            bouncing = undamped & (turns.sum(axis=0) >= reversals * span)
            signs.bouncing[_last(rows, longest)] += bouncing << index

    def _see_losses(self, signs: Signs, rows: Indices) -> None:
        for spans in SPANS:
            means, squares, slopes, noises = self._losses.windows(QUARTERS * spans, len(rows))
            count, half = len(means), len(means) // 2
            deviations = means - total(means) / count
            variance = total(squares) / count + total(deviations * deviations) / count
            decline = total(means[:half]) / half - total(means[half:]) / half
            calm = (decline <= NO_PROGRESS * np.sqrt(variance)) & (total(noises) > NOISE * NOISE * total(slopes))
            signs.calm[_last(rows, means)] += spans * calm


class _Blocks:
    """What updates come to, summed up in blocks of `length`: several parts for each of M runs."""

    def __init__(self, length: int, most: int, parts: int, marbles: int) -> None:
        self._length = length
        self._most = most
        self._count = 0  # Blocks that are complete.
        self._sums = np.empty((parts, 0, marbles))  # Of the last of them, `most` or more.

    def add(self, moments: range, sums: Callable[[Updates], Array]) -> Indices:
        """Sum up the blocks that become complete at these moments; at which of the moments they do.

        sums: the parts (parts, length, n, M) of n blocks, given their updates (length, n).
        """
        complete = moments[-1] // self._length
        blocks = np.arange(self._count, complete)
        if len(blocks):
            updates = blocks * self._length + np.arange(self._length)[:, None]
            self._sums = np.concatenate([self._sums[:, 1 - self._most :], sums(updates)], axis=1)
            self._count = complete
        return (blocks + 1) * self._length - moments[0]

    def windows(self, size: int, fresh: int) -> Array:
        """The parts of `size` blocks in a row that end with one of the last `fresh`, (parts, size, n, M).

        n is smaller than `fresh` where there are not as many blocks before.
        """
        known = self._sums[:, -(size + fresh - 1) :]
        if known.shape[1] < size:
            return np.empty((len(known), size, 0, known.shape[2]))
        return sliding_window_view(known, size, axis=1).transpose(0, 3, 1, 2)


def _last(rows: Indices, windows: Array) -> Indices:
    """Those of the rows at which the windows (size, n, M) end."""
    return rows[len(rows) - windows.shape[1] :]


def _moves(movement: Array, first: int, updates: Updates) -> Array:
    """Of blocks of movements: the longest, and how many go back against the one before; (2, n, M)."""
    moves, before = movement[updates - first], movement[np.maximum(updates - 1, 0) - first]
    turns = dot(moves, before) < 0
    return np.stack([norm(moves).max(axis=0), turns.sum(axis=0)])


def _losses(columns: Columns, first: int, updates: Updates) -> Array:
    """Of blocks: the means of loss, of its squared deviation, of ‖∇L‖² and of ‖∇L_B − ∇L‖²; (4, n, M)."""
    losses, slopes = columns.loss[updates + 1 - first], columns.full_gradient[updates - first]
    noises = columns.gradient[updates - first] - slopes
    mean = total(losses) / len(updates)
    deviations = losses - mean
    squares = (deviations * deviations, dot(slopes, slopes), dot(noises, noises))
    return np.stack([mean, *(total(square) / len(updates) for square in squares)])
