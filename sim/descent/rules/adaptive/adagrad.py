"""Adagrad."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Epsilon, Letter, Slope, StepLength


class AdagradState(NamedTuple):
    square_sum: Annotated[Array, Letter("s")]
    """s, the sum of all squared gradients, per axis."""


@dataclass(frozen=True, slots=True)
class Adagrad(DecayedRule):
    """Adagrad (Duchi, Hazan and Singer 2011), with a diagonal matrix and no constraint.

        s ← s + g²,  s₀ = 0
        θ ← θ − η g / (√s + ε)

    All per axis: the first movement is η along each axis, whatever the gradient's length. The sum
    only grows, so the steps only shrink: under a steady gradient the t-th is η/√t.

    This is torch.optim.Adagrad(lr=η, eps=ε, weight_decay=w), with its lr_decay and initial accumulator left at 0.
    ε is the paper's δ, outside the root.

    learning_rate: η.
    epsilon: ε, in units of the gradient.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "adagrad"
    title: ClassVar[str] = "Adagrad"
    recurrence: ClassVar[tuple[str, ...]] = ("s ← s + g²", "θ ← θ − η g / (√s + ε)")

    learning_rate: StepLength = 1e-2
    epsilon: Epsilon = 1e-10

    def init(self, theta: Array) -> AdagradState:
        return AdagradState(np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: AdagradState) -> tuple[Array, AdagradState]:
        gradient = self.prepared(slope.here, theta)
        square_sum = state.square_sum + gradient * gradient
        movement = -self.learning_rate * gradient / (np.sqrt(square_sum) + self.epsilon)
        return movement, AdagradState(square_sum)
