"""AdamW: Adam with decoupled weight decay."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from ....surface.points import Array
from ..preparation import ClippedRule
from ..protocol import Epsilon, KeptShare, Letter, Slope, StepLength, WeightDecay
from .adam import Adam, AdamState


@dataclass(frozen=True, slots=True)
class AdamW(ClippedRule):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019, Algorithm 2).

        t ← t + 1,               t₀ = 0
        m ← β₁ m + (1 − β₁) g,   m₀ = 0
        v ← β₂ v + (1 − β₂) g²,  v₀ = 0
        m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
        θ ← θ − η w θ − η m̂ / (√v̂ + ε)

    All but the decay is Adam's. It shrinks the θ before the update and stays out of the averages; an
    L2 penalty in the loss would pass through them and be divided by √v̂ like any gradient. Where the
    gradient is 0 and Adam has come to rest, θ still drifts towards the origin, by the factor 1 − η w
    at every update.

    This is torch.optim.AdamW(lr=η, betas=(β₁, β₂), eps=ε, weight_decay=w). The paper's λ stands for
    the product η w: there the learning rate α does not multiply the decay.

    learning_rate: η.
    beta1, beta2, epsilon: as in Adam.
    weight_decay: w; 0 is Adam.
    clip_value, clip_norm: what is done to g before, as `ClippedRule` says.
    """

    name: ClassVar[str] = "adamw"
    title: ClassVar[str] = "AdamW"
    recurrence: ClassVar[tuple[str, ...]] = (*Adam.recurrence[:-1], "θ ← θ − η w θ − η m̂ / (√v̂ + ε)")

    learning_rate: StepLength = 1e-3
    beta1: Annotated[KeptShare, Letter("β₁")] = 0.9
    beta2: Annotated[KeptShare, Letter("β₂")] = 0.999
    epsilon: Epsilon = 1e-8
    weight_decay: WeightDecay = 1e-2

    @property
    def adam(self) -> Adam:
        """The rule without the decay."""
        return Adam(
            self.learning_rate,
            self.beta1,
            self.beta2,
            self.epsilon,
            clip_value=self.clip_value,
            clip_norm=self.clip_norm,
        )

    def init(self, theta: Array) -> AdamState:
        return self.adam.init(theta)

    def step(self, theta: Array, slope: Slope, state: AdamState) -> tuple[Array, AdamState]:
        movement, state = self.adam.step(theta, slope, state)
        return movement - self.learning_rate * self.weight_decay * theta, state
