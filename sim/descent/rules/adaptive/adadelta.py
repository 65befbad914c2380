"""Adadelta."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, NamedTuple

import numpy as np

from ....surface.points import Array
from ..preparation import DecayedRule
from ..protocol import Epsilon, KeptShare, Letter, Slope, StepShare


class AdadeltaState(NamedTuple):
    mean_square: Annotated[Array, Letter("v")]
    """v, the running average of squared gradients, per axis."""

    moved_square: Annotated[Array, Letter("u")]
    """u, the running average of squared steps, per axis."""


@dataclass(frozen=True, slots=True)
class Adadelta(DecayedRule):
    """Adadelta (Zeiler 2012, Algorithm 1).

        v ← ρ v + (1 − ρ) g²,  v₀ = 0
        d = g √(u + ε) / √(v + ε)
        u ← ρ u + (1 − ρ) d²,  u₀ = 0
        θ ← θ − η d

    All per axis. The step d has the unit of θ by itself: it is as long as recent steps were, u, and so the paper has no
    learning rate. It begins with steps of about √ε and has to lengthen them first; the larger ε, the sooner.

    This is torch.optim.Adadelta(lr=η, rho=ρ, eps=ε, weight_decay=w). The paper has η = 1.

    learning_rate: η, a factor without a unit.
    rho: ρ, how much of both averages is kept.
    epsilon: ε, inside both roots: in units of the squared gradient, and of the squared step.
    clip_value, clip_norm, weight_decay: what is done to g before, as `DecayedRule` says.
    """

    name: ClassVar[str] = "adadelta"
    title: ClassVar[str] = "Adadelta"
    recurrence: ClassVar[tuple[str, ...]] = (
        "v ← ρ v + (1 − ρ) g²",
        "d = g √(u + ε) / √(v + ε)",
        "u ← ρ u + (1 − ρ) d²",
        "θ ← θ − η d",
    )

    learning_rate: StepShare = 1.0
    rho: Annotated[KeptShare, Letter("ρ")] = 0.9
    epsilon: Epsilon = 1e-6

    def init(self, theta: Array) -> AdadeltaState:
        return AdadeltaState(np.zeros_like(theta), np.zeros_like(theta))

    def step(self, theta: Array, slope: Slope, state: AdadeltaState) -> tuple[Array, AdadeltaState]:
        gradient = self.prepared(slope.here, theta)
        mean_square = self.rho * state.mean_square + (1 - self.rho) * gradient * gradient
        step = gradient * (np.sqrt(state.moved_square + self.epsilon) / np.sqrt(mean_square + self.epsilon))
        moved_square = self.rho * state.moved_square + (1 - self.rho) * step * step
        return -self.learning_rate * step, AdadeltaState(mean_square, moved_square)
