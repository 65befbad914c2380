"""Which examples are in which batch: a function of (seed, epoch) and of nothing else.

An epoch is one pass over a fresh permutation of the N examples, cut into batches of B; the last one
is short where B does not divide N, and is kept, as common data loaders do. Lanes with the same B see
the same batches, and any update can be replayed without its predecessors.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]
Seeds = npt.NDArray[np.int64]

WORDS_PER_BLOCK = 4  # Philox 4×64 makes four 64-bit words a counter value.


def updates_per_epoch(count: int, batch_size: int) -> int:
    """⌈N/B⌉: how many updates one pass over N examples takes."""
    return -(-count // batch_size)


def epoch_orders(seeds: Seeds, epoch: int, count: int) -> Indices:
    """For each of the seeds (M,) a permutation of range(count), shape (M, count).

    Every seed has its own counters of the counter-based generator Philox (Salmon et al. 2011,
    "Parallel random numbers: as easy as 1, 2, 3"), every epoch its own key. Sorting the words it
    makes gives a uniform permutation, and consecutive seeds take one call: thousands of marbles cost
    little more than one and get the same bits as each would alone.
    """
    blocks = -(-count // WORDS_PER_BLOCK)
    words = np.empty((len(seeds), blocks * WORDS_PER_BLOCK), dtype=np.uint64)
    breaks = np.flatnonzero(np.diff(seeds) != 1) + 1
    for first, last in pairwise([0, *breaks.tolist(), len(seeds)]):
        generator = np.random.Philox(key=epoch, counter=int(seeds[first]) * blocks)
        words[first:last] = generator.random_raw(words[first:last].size).reshape(last - first, -1)
    # An example's number takes the place of its word's last bits: sorting is some three times faster than argsort.
    words, bits = words[:, :count], np.uint64((1 << (count - 1).bit_length()) - 1)
    words &= ~bits
    words |= np.arange(count, dtype=np.uint64)
    words.sort(axis=1)
    words &= bits
    return words.T.astype(np.intp, order="C").T  # In memory place after place, as batches are taken.


def batch_of(orders: Indices, place: int, batch_size: int) -> Indices:
    """The batch number `place` of an epoch with these orders (M, N): example indices (B, M), ascending.

    Ascending, because the order within a batch has no meaning; so the full batch is always
    0 … N − 1, and its mean adds the ± pairs first (`points.total`).
    """
    return np.sort(orders.T[place * batch_size : (place + 1) * batch_size], axis=0)
