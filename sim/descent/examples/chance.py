"""All that is drawn by chance in a run: a function of a seed and a number, and of nothing else.

Every seed has its own counters of the counter-based generator Philox (Salmon et al. 2011, "Parallel random numbers:
as easy as 1, 2, 3"), and what is drawn each time its own key. Consecutive seeds take one call: thousands of
marbles cost little more than one, and get the same bits as each would alone.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ...surface.points import Array, pair

Indices = npt.NDArray[np.intp]
Seeds = npt.NDArray[np.int64]

WORDS_PER_BLOCK = 4  # Philox 4×64 makes four 64-bit words a counter value.
ONE_BY_ONE = 1 << 64
"""Added to the key of an epoch whose examples are drawn one by one: its words are other ones than a permutation's."""
PAINTED = 1 << 65
"""Added to the key of an update that noise is painted on."""


def epoch_orders(seeds: Seeds, epoch: int, count: int) -> Indices:
    """For each of the seeds (M,) a permutation of range(count), shape (M, count).

    Sorting random words gives a uniform permutation.
    """
    # An example's number takes the place of its word's last bits: sorting is some three times faster than argsort.
    words, bits = random_words(seeds, epoch, count), np.uint64((1 << (count - 1).bit_length()) - 1)
    words &= ~bits
    words |= np.arange(count, dtype=np.uint64)
    words.sort(axis=1)
    words &= bits
    return words.T.astype(np.intp, order="C").T  # In memory place after place, as batches are taken.


def drawn_from_all(seeds: Seeds, epoch: int, count: int, size: int) -> Indices:
    """For each of the seeds (M,) so many examples, each of them drawn from all N: shape (M, size).

    The upper half of a word, times N, over 2³²: no example is more likely than another by more than N/2³².
    """
    halves = random_words(seeds, epoch + ONE_BY_ONE, size) >> np.uint64(32)
    drawn = (halves * np.uint64(count)) >> np.uint64(32)
    return drawn.T.astype(np.intp, order="C").T


def random_words(seeds: Seeds, key: int, count: int) -> npt.NDArray[np.uint64]:
    """For each of the seeds (M,) so many random words, a function of the seed and the key alone; (M, count)."""
    blocks = -(-count // WORDS_PER_BLOCK)
    words = np.empty((len(seeds), blocks * WORDS_PER_BLOCK), dtype=np.uint64)
    breaks = np.flatnonzero(np.diff(seeds) != 1) + 1
    for first, last in pairwise([0, *breaks.tolist(), len(seeds)]):
        generator = np.random.Philox(key=key, counter=int(seeds[first]) * blocks)
        words[first:last] = generator.random_raw(words[first:last].size).reshape(last - first, -1)
    return words[:, :count]


class Noises:
    """The noise of every update of M marbles, a function of each one's seed and the update's number alone."""

    def __init__(self, seeds: Seeds) -> None:
        """seeds: shape (M,)."""
        self._seeds = seeds

    def at(self, update: int) -> Callable[[], Array]:
        """What draws the standard normal numbers (M, 2) of the update that is made after so many others."""
        return lambda: normals(self._seeds, update)


def normals(seeds: Seeds, update: int) -> Array:
    """Two independent standard normal numbers for each of the seeds (M,), shape (M, 2), by Box and Muller (1958).

    >>> bool(abs(normals(np.arange(10_000), 7).std() - 1) < 0.02)
    True
    """
    words = random_words(seeds, PAINTED + update, 2) >> np.uint64(11)
    first, second = (words.T + 0.5) * 2.0**-53  # Above 0, and below 1.
    radius, angle = np.sqrt(-2 * np.log(first)), 2 * np.pi * second
    return pair(radius * np.cos(angle), radius * np.sin(angle))
