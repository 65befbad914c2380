"""What may be done to a gradient before a rule answers it: clipping and L2 weight decay, off unless asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

import numpy as np
from annotated_types import Ge, Le

from ...surface.points import Array, norm
from .protocol import LearningRate, Letter

ClipNorm = Annotated[float, Ge(0), Le(1e6), Letter("c₂", option=True)]
"""The longest gradient, in its own units; 0 clips none."""

ClipValue = Annotated[float, Ge(0), Le(1e6), Letter("c∞", option=True)]
"""The largest component of a gradient, in its own units; 0 clips none."""

Penalty = Annotated[float, Ge(0), Le(1e3), Letter("w", option=True)]
"""The curvature of an L2 penalty ½ w ‖θ‖² that is added to the loss; 0 adds none."""

MARGIN = 1e-6
"""What torch.nn.utils.clip_grad_norm_ adds to the length of a gradient that it divides by."""

Preparation: TypeAlias = tuple[str, Callable[[Array, Array], Array]]
"""A line of the recurrence, and what it makes of a gradient (..., 2) at θ (..., 2)."""


@dataclass(frozen=True, slots=True)
class ClippedRule:
    """A rule whose gradient can be clipped, as torch.nn.utils does before an optimizer's step.

        g ← min(max(g, −c∞), c∞)             clip_grad_value_(params, c∞), per axis: g may turn
        g ← g min(1, c₂ / (‖g‖ + 1e−6))      clip_grad_norm_(params, c₂): g keeps its direction

    In this order where both are asked for. What is recorded as the batch's gradient is g as it was before.

    learning_rate: η, which every rule has.
    clip_value: c∞, in units of the gradient; 0 does not clip.
    clip_norm: c₂, in units of the gradient; 0 does not clip.
    """

    learning_rate: LearningRate = 1e-3
    clip_value: ClipValue = field(default=0.0, kw_only=True)
    clip_norm: ClipNorm = field(default=0.0, kw_only=True)

    def preparations(self) -> tuple[Preparation, ...]:
        """The preparations of the gradient that are asked for, in order."""
        by_value = (("g ← min(max(g, −c∞), c∞)", self._within),) if self.clip_value else ()
        by_norm = (("g ← g min(1, c₂ / (‖g‖ + 1e−6))", self._shortened),) if self.clip_norm else ()
        return by_value + by_norm

    def prepared(self, gradient: Array, theta: Array) -> Array:
        """The gradient (..., 2) at θ (..., 2) that the rule answers."""
        for _, work in self.preparations():
            gradient = work(gradient, theta)
        return gradient

    def _within(self, gradient: Array, _theta: Array) -> Array:
        return np.minimum(np.maximum(gradient, -self.clip_value), self.clip_value)

    def _shortened(self, gradient: Array, _theta: Array) -> Array:
        share: Array = np.minimum(1.0, self.clip_norm / (norm(gradient) + MARGIN))
        return gradient * share[..., None]


@dataclass(frozen=True, slots=True)
class DecayedRule(ClippedRule):
    """A rule whose gradient can be clipped, and then have L2 weight decay added to it.

        g ← g + w θ

    That is the gradient of ½ w ‖θ‖², a penalty in the loss: it passes through all that the rule does to gradients, and
    an adaptive rule divides it like any other. Weight decay that stays out of that is AdamW's and Lion's.

    It is the weight_decay of torch.optim's classes, which add it in step(), after clipping.

    weight_decay: w, in units of curvature; 0 adds nothing.
    """

    weight_decay: Penalty = field(default=0.0, kw_only=True)

    def preparations(self) -> tuple[Preparation, ...]:
        """The preparations of the gradient that are asked for, in order."""
        clipping = ClippedRule.preparations(self)  # The bare super() knows nothing of classes with slots.
        return (*clipping, ("g ← g + w θ", self._decayed)) if self.weight_decay else clipping

    def _decayed(self, gradient: Array, theta: Array) -> Array:
        return gradient + self.weight_decay * theta
