"""Without parallel hardware: the examples of a batch one after the other."""

from dataclasses import dataclass

import numpy as np

from ..descent.batches import Indices
from ..descent.examples import FiniteSum
from ..surface.points import Array


@dataclass(frozen=True, eq=False, slots=True)
class InTurn:
    """A finite sum whose derivatives take a call for each example of the batch, at a single point (1, 2).

    What a rule asks of it takes as long as it would without parallel hardware; the numbers are the same but for
    the order of additions.
    """

    train: FiniteSum

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇L_B(θ), shape (1, 2)."""
        examples, total = self._examples(batch), np.zeros_like(theta)
        for example in examples:
            total += self.train.gradient(theta, np.reshape(example, (1, 1)))
        return np.asarray(total / len(examples))

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇²L_B(θ), shape (1, 2, 2)."""
        examples, total = self._examples(batch), np.zeros((*theta.shape, 2))
        for example in examples:
            total += self.train.hessian(theta, np.reshape(example, (1, 1)))
        return np.asarray(total / len(examples))

    def _examples(self, batch: Indices | None) -> Indices:
        return np.arange(self.train.count) if batch is None else batch
