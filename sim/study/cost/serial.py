"""Without parallel hardware: the examples of a batch one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...descent.examples.chance import Indices
from ...descent.examples.finite_sum import FiniteSum
from ...surface.points import Array


@dataclass(frozen=True, eq=False, slots=True)
class InTurn:
    """A finite sum whose derivatives take a call for each example of the batch, at a single point (1, 2).

    What a rule asks of it takes as long as it would without parallel hardware; the numbers are the same but for
    the order of additions.
    """

    train: FiniteSum

    def gradient(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇L_B(θ), shape (1, 2)."""
        return self._mean(self.train.gradient, theta, batch)

    def hessian(self, theta: Array, batch: Indices | None = None) -> Array:
        """∇²L_B(θ), shape (1, 2, 2)."""
        return self._mean(self.train.hessian, theta, batch)

    def _mean(self, of: Callable[[Array, Indices], Array], theta: Array, batch: Indices | None) -> Array:
        examples = np.arange(self.train.count) if batch is None else batch
        first, *others = (of(theta, examples[place : place + 1]) for place in range(len(examples)))
        return sum(others, first) / len(examples)
