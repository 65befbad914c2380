"""Which examples are in which batch: a function of (seed, epoch) and of nothing else.

An epoch is one pass over a fresh permutation of the N examples, cut into batches of B; the last one
is short where B does not divide N, and is kept, as common data loaders do. Other ways to draw are that every epoch has
the first one's order, that each example of a batch is drawn from all N, and that a short last batch is dropped.
Lanes that draw alike see the same batches, and any update can be replayed without its predecessors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from .chance import Indices, Seeds, drawn_from_all, epoch_orders

Sampling = Literal["reshuffled", "fixed", "replacement"]
"""Whether every epoch has an order of its own, all have that of the first, or each example is drawn from all."""
SAMPLINGS: tuple[Sampling, ...] = get_args(Sampling)


@dataclass(frozen=True, slots=True)
class Draw:
    """How batches of B examples are drawn. A batch of all examples is all of them once, whatever the sampling.

    As `torch.utils.data.DataLoader` does with shuffle=True; "replacement" is its RandomSampler(replacement=True).
    """

    batch_size: int
    """B."""
    sampling: Sampling = "reshuffled"
    drop_last: bool = False
    """Whether the examples that are left over where B does not divide N have no turn in that epoch."""

    def sees_all(self, count: int) -> bool:
        """Whether each batch is all of so many examples."""
        return self.batch_size >= count

    def updates_per_epoch(self, count: int) -> int:
        """How many batches an epoch of N examples has: ⌈N/B⌉, or ⌊N/B⌋ where the last one is dropped."""
        if self.sees_all(count):
            return 1
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def orders(self, seeds: Seeds, epoch: int, count: int) -> Indices:
        """An epoch's examples in the order of their turns, for each of the seeds (M,): (M, N).

        Drawn one by one they are as many as fill its batches, (M, B · updates per epoch).
        """
        if self.sampling == "replacement":
            return drawn_from_all(seeds, epoch, count, self.updates_per_epoch(count) * self.batch_size)
        return epoch_orders(seeds, 0 if self.sampling == "fixed" else epoch, count)

    def batches(self, seeds: Seeds, count: int, first: int = 0) -> Iterator[Indices]:
        """The batches (B, M) of these seeds (M,) from that of update `first` on, epoch after epoch, without end.

        The batch of all examples is (N,), and shared.
        """
        if self.sees_all(count):
            everything = np.arange(count)
            while True:
                yield everything
        rounds = self.updates_per_epoch(count)
        epoch, begin = divmod(first, rounds)
        while True:
            orders = self.orders(seeds, epoch, count).astype(np.min_scalar_type(count))  # Held for a whole epoch.
            for place in range(begin, rounds):
                yield batch_of(orders, place, self.batch_size).astype(np.intp)
            epoch, begin = epoch + 1, 0


def batch_of(orders: Indices, place: int, batch_size: int) -> Indices:
    """The batch number `place` of an epoch with these orders (M, N): example indices (B, M), ascending.

    Ascending, because the order within a batch has no meaning; so the full batch is always
    0 … N − 1, and its mean adds the ± pairs first (`points.total`).
    """
    return np.sort(orders.T[place * batch_size : (place + 1) * batch_size], axis=0)
