"""Lion."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import ClippedRule
from ..protocol import KeptShare, Letter, Slope, StepLength, WeightDecay


class LionState(NamedTuple):
    mean: Annotated[Array, Letter("m")]
    """m, the running average of gradients."""


@dataclass(frozen=True, slots=True)
class Lion(ClippedRule):
    """Lion (Chen et al. 2023, Algorithm 2), found by a search among programs.

        θ ← θ − η w θ − η sign(β₁ m + (1 − β₁) g)
        m ← β₂ m + (1 − β₂) g,  m₀ = 0

    Per axis: every step is η along each axis, by the sign of two averages at once, of which the one that is kept
    remembers longer. The m in the first line is that before the second. Weight decay is decoupled, as AdamW's.

    This is optax.lion(η, b1=β₁, b2=β₂, weight_decay=w), and the authors' own, whose w is 0 unless asked for;
    torch.optim has none. The paper writes λ for w.

    learning_rate: η, the length of a step along an axis.
    beta1: β₁, how much of the average counts for the step.
    beta2: β₂, how much of the average is kept.
    weight_decay: w.
    clip_value, clip_norm: what is done to g before, as `ClippedRule` says.
    """

    name: ClassVar[str] = "lion"
    title: ClassVar[str] = "Lion"
    recurrence: ClassVar[tuple[str, ...]] = ("θ ← θ − η w θ − η sign(β₁ m + (1 − β₁) g)", "m ← β₂ m + (1 − β₂) g")

    learning_rate: StepLength = 1e-4
    beta1: Annotated[KeptShare, Letter("β₁")] = 0.9
    beta2: Annotated[KeptShare, Letter("β₂")] = 0.99
    weight_decay: WeightDecay = 0.0

    def init(self, theta: Array) -> LionState:
        return LionState(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: LionState) -> tuple[Array, LionState]:
        gradient = self.prepared(slope.here, theta)
        direction = np.sign(self.beta1 * state.mean + (1 - self.beta1) * gradient)
        mean = self.beta2 * state.mean + (1 - self.beta2) * gradient
        return -self.learning_rate * (direction + self.weight_decay * theta), LionState(mean)
