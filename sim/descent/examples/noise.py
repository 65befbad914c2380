"""The noise of a batch's gradient, exactly: what varies with the examples that are drawn.

The mean of a batch of B of N examples, drawn without putting back, has the covariance of one example's
gradient times (N − B)/(N − 1)/B: none for the full batch (Cochran 1977, "Sampling Techniques", theorem 2.2). Where each
example is drawn from all, it is 1/B of one example's.
"""

from typing import NamedTuple

import numpy as np

from ...surface.points import Array, norm
from .batches import Draw
from .finite_sum import FiniteSum

ROUNDING = 1e-12  # Noise that is this much smaller than the signal is none.


class Noise(NamedTuple):
    """How gradients of batches vary at one point, or at several ones."""

    mean: Array
    """∇L, shape (..., 2)."""
    example: Array
    """Covariance of one example's gradient, shape (..., 2, 2)."""
    batch: Array
    """Covariance of a batch's gradient, shape (..., 2, 2)."""

    def at(self, place: int) -> "Noise":
        """The noise at one of several points."""
        return Noise(self.mean[place], self.example[place], self.batch[place])

    @property
    def deviation(self) -> float:
        """The root mean square of ‖∇L_B − ∇L‖ over all batches, at the one point."""
        return float(np.sqrt(np.trace(self.batch)))

    @property
    def signal_to_noise(self) -> float:
        """‖∇L‖ over `deviation`; infinite where there is no noise."""
        signal = float(norm(self.mean))
        return np.inf if self.deviation <= ROUNDING * signal or self.deviation == 0 else signal / self.deviation


def example_gradients(loss: FiniteSum, theta: Array) -> Array:
    """∇ℓ_i(θ) of all examples, shape (..., N, 2), at points (..., 2)."""
    points, count = theta.reshape(-1, 2), loss.count
    examples = np.tile(np.arange(count), len(points))
    with np.errstate(all="ignore"):
        return loss.gradient(points.repeat(count, axis=0), examples[None]).reshape(*theta.shape[:-1], count, 2)


def noise(gradients: Array, draw: Draw) -> Noise:
    """The noise of batches that are drawn so, of examples with these gradients (..., N, 2)."""
    count = gradients.shape[-2]
    size = min(draw.batch_size, count)
    with np.errstate(all="ignore"):
        mean = gradients.mean(axis=-2)
        deviation = gradients - mean[..., None, :]
        covariance = deviation.swapaxes(-1, -2) @ deviation / count
        apart = draw.sampling != "replacement" or draw.sees_all(count)
        share = (count - size) / max(count - 1, 1) / size if apart else 1 / size
        return Noise(mean, covariance, covariance * share if share else np.zeros_like(covariance))
