"""What updates come to, ten at a time: the numbers from which a judge tells how a run goes on.

A block is DWELL updates. A judge looks at a run at the end of each, and at nothing shorter.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...surface.points import Array, Mask, dot, norm, total
from ..examples.chance import Indices

DWELL = 10  # Updates of a block.
SETTLING = 40  # Over how many updates a marble must make no progress to rattle, or two epochs if they are longer.
BOUNCES = ((40, 0.75), (400, 0.1))
"""Over how many updates a bounce must be undamped, and the share of movements against their predecessors in it.

Gradient descent, with momentum or without, becomes unstable by a step that overshoots to the other
side, every time: so does a bounce. A chaotic one does it less often, and takes longer to tell from an
oscillation that momentum damps slowly.
"""
UNDAMPED = 0.999  # Longest movement of a quarter of a bounce over that of the quarter before.
QUARTERS = 4
NO_PROGRESS = 0.5  # Decline of the mean loss between a span's halves, in its standard deviations.
NOISE = 0.2  # Batch gradients' deviation from the full one while rattling, over the full one: root mean squares.
UNSURE_SPANS = 2  # Over how many spans it must make no progress if it has not been in any basin yet.
# Over how many spans it must make no progress if it has changed its basin meanwhile.
WANDERING_SPANS = 4
PATIENCE = 2  # Blocks whose movements are compared with those of as many before, to tell how they shrink.
# Blocks that are compared in a lane with small batches, or an epoch of them if that is longer.
PATIENCE_IN_NOISE = 5
SLOWED = 0.5  # Noise that is shrinking, over that of as many blocks before.
TRACE = 1e-9  # Noise that counts as none, over the scale of gradients.


class Columns(Protocol):
    """What is recorded of M runs, moment by moment: rows as in a track, (rows, M) or (rows, M, 2)."""

    @property
    def theta(self) -> Array: ...
    @property
    def loss(self) -> Array: ...
    @property
    def full_gradient(self) -> Array: ...
    @property
    def gradient(self) -> Array: ...
    @property
    def movement(self) -> Array: ...


class Blocks(NamedTuple):
    """K blocks of M runs; each part of shape (K, M)."""

    longest: Array
    """The longest movement."""
    path: Array
    """All movements' lengths together."""
    turns: Array
    """How many movements go back against the one before."""
    loss: Array
    """The mean loss after the updates."""
    spread: Array
    """The mean of the squared deviation of that loss."""
    slopes: Array
    """The mean of ‖∇L‖² before the updates."""
    noises: Array
    """The mean of ‖∇L_B − ∇L‖² before the updates."""


class Progress(NamedTuple):
    """How M runs go on, as seen at the ends of K blocks; each part of shape (K, M)."""

    longest: Array
    """The longest of the last 40 movements, or of as many as there are."""
    path: Array
    """The length of the way of the last block."""
    remaining: Array
    """How far it will still come, if its movements go on to shrink as they do. Infinite if they do not."""
    growing: Array
    """By which factor the longest movement has grown from block to block, at least, over the last four."""
    calm: tuple[Mask, Mask, Mask]
    """Whether the loss has not fallen though batches were noisy: over 1, UNSURE_SPANS and WANDERING_SPANS spans."""
    bouncing: tuple[Mask, ...]
    """Whether it has swung to and fro and no less than before, over each of BOUNCES."""


Rates = Callable[[Indices], Array]
"""The learning rates of updates, by their numbers."""


def span_of(updates_per_epoch: int) -> int:
    """Over how many updates a marble that rattles makes no progress: four quarters of whole blocks."""
    shortest, quarters = max(SETTLING, 2 * updates_per_epoch), QUARTERS * DWELL
    return -(-shortest // quarters) * quarters


class History:
    """Sums up the blocks of M runs of a lane.

    Remembers the last of them, as many as are needed to tell how the runs go on. What is told of a run does not
    depend on how many others there are, nor on how many blocks come at a time.
    """

    def __init__(
        self, updates_per_epoch: int, chance: bool, marbles: int, no_noise: float, painted: Rates | None = None
    ) -> None:
        """What is told of a lane whose epochs are so long.

        Args:
            updates_per_epoch: of its batches.
            chance: whether it has any noise.
            marbles: M.
            no_noise: ‖∇L_B − ∇L‖ that counts as none.
            painted: the learning rates of a rule that adds noise of its own to plain descent: what it took for the
                gradient was −movement/η.
        """
        self._noisy = chance
        self._painted = painted
        self._no_noise = no_noise
        self._span = span_of(updates_per_epoch) // DWELL
        epoch = -(-updates_per_epoch // DWELL)
        self._patience = max(PATIENCE_IN_NOISE, epoch) if self._noisy else PATIENCE
        longest = max(span for span, _ in BOUNCES) // DWELL
        size = max(WANDERING_SPANS * self._span, longest, 2 * self._patience)
        nothing = np.full((size, marbles), np.nan)  # Before the start there is nothing, and it is no sign of anything.
        self._known = Blocks._make(nothing for _ in Blocks._fields)

    def add(self, columns: Columns, first: int, ends: Indices) -> Progress:
        """How the runs go on at the ends (K,) of the next blocks; `first` is the moment of the columns' first row."""
        fresh = _blocks(columns, first, ends, self._noisy, self._painted)
        blocks = Blocks._make(map(np.concatenate, zip(self._known, fresh, strict=True)))
        self._known = Blocks._make(part[len(ends) :] for part in blocks)

        def last(size: int) -> Blocks:
            """The last `size` blocks at each of the ends, the earliest first: each part (size, K, M)."""
            begin = len(blocks.path) - len(ends) - size + 1
            return Blocks._make(sliding_window_view(part[begin:], size, axis=0).transpose(2, 0, 1) for part in blocks)

        with np.errstate(all="ignore"):
            recent = last(QUARTERS + 1)
            one, two, four = (self._calm(last(spans * self._span)) for spans in (1, UNSURE_SPANS, WANDERING_SPANS))
            return Progress(
                longest=np.fmax.reduce(recent.longest[1:]),
                path=fresh.path,
                remaining=self._remaining(last(2 * self._patience)),
                growing=np.nan_to_num((recent.longest[1:] / recent.longest[:-1]).min(axis=0), nan=0.0),
                calm=(one, two, four),
                bouncing=tuple(_undamped(last(span // DWELL), share) for span, share in BOUNCES),
            )

    def _remaining(self, blocks: Blocks) -> Array:
        """The sum of the geometric series that goes on as the longest movements of these blocks' halves do."""
        before = np.fmax.reduce(blocks.longest[: self._patience])
        after = np.fmax.reduce(blocks.longest[self._patience :])
        way = self._patience * DWELL * after * after / (before - after)
        way = np.where(after < before, way, np.inf)
        if self._noisy:
            noise_before, noise = total(blocks.noises[: self._patience]), total(blocks.noises[self._patience :])
            fading = noise <= NOISE * NOISE * total(blocks.slopes[self._patience :])
            fading |= noise <= np.fmax(SLOWED**2 * noise_before, self._patience * self._no_noise * self._no_noise)
            way = np.where(fading, way, np.inf)
        return np.where(after == 0, 0.0, way)

    def _calm(self, blocks: Blocks) -> Mask:
        """Whether the loss has not fallen over these blocks, though the batches were noisy."""
        if not self._noisy:
            return np.zeros(blocks.path.shape[1:], dtype=np.bool_)
        means, count, half = blocks.loss, len(blocks.loss), len(blocks.loss) // 2
        deviations = means - total(means) / count
        variance = total(blocks.spread) / count + total(deviations * deviations) / count
        decline = total(means[:half]) / half - total(means[half:]) / half
        noisy = total(blocks.noises) > NOISE * NOISE * total(blocks.slopes)
        return np.asarray((decline <= NO_PROGRESS * np.sqrt(variance)) & noisy)


def _undamped(blocks: Blocks, share: float) -> Mask:
    """Whether every quarter of these blocks has as long a movement as the one before, and this share of them turn."""
    longest = blocks.longest.reshape(QUARTERS, len(blocks.longest) // QUARTERS, *blocks.longest.shape[1:]).max(axis=1)
    undamped = (longest[0] > 0) & (longest[1:] >= UNDAMPED * longest[:-1]).all(axis=0)
    return np.asarray(undamped & (total(blocks.turns) >= share * DWELL * len(blocks.turns)))


def _blocks(columns: Columns, first: int, ends: Indices, noisy: bool, painted: Rates | None) -> Blocks:
    """The blocks that end with these moments (K,)."""
    updates = ends + np.arange(-DWELL, 0)[:, None]  # (DWELL, K)
    with np.errstate(all="ignore"):
        moves, before = columns.movement[updates - first], columns.movement[np.maximum(updates - 1, 0) - first]
        lengths = norm(moves)
        longest, path, turns = lengths.max(axis=0), total(lengths), (dot(moves, before) < 0).sum(axis=0)
        if not noisy:
            return Blocks(longest, path, turns.astype(np.float64), *[np.zeros_like(path)] * 4)
        losses, slopes = columns.loss[updates + 1 - first], columns.full_gradient[updates - first]
        felt = columns.gradient[updates - first] if painted is None else -moves / painted(updates)[..., None, None]
        noises = felt - slopes
        mean = total(losses) / DWELL
        deviations = losses - mean
        squares = (deviations * deviations, dot(slopes, slopes), dot(noises, noises))
        return Blocks(longest, path, turns.astype(np.float64), mean, *(total(square) / DWELL for square in squares))
