"""SAM: sharpness-aware minimization."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from annotated_types import Ge, Le

from ....surface.points import Array, norm
from ..plain.gradient_descent import NoState
from ..protocol import LearningRate, Letter, Slope


@dataclass(frozen=True, slots=True)
class SAM:
    """Sharpness-aware minimization (Foret, Kleiner, Mobahi and Neyshabur 2021, equations 2 and 3), by plain descent.

        e = ρ g / ‖g‖
        θ ← θ − η ∇L(θ + e)

    The gradient is taken a step of length ρ uphill, by the same batch: where the loss is the largest nearby, to first
    order. So it descends the worst loss within ρ, which a sharp minimum has more of than a flat one. At a minimum of
    curvature k it goes to and fro, by about ½ η k ρ to either side. Where g is exactly 0, so is e.

    This is optax.contrib.sam(optax.sgd(η), optax.chain(optax.contrib.normalize(), optax.sgd(ρ))), of which two updates
    are one here; torch.optim has none. An update takes two gradients, and is charged for both.

    learning_rate: η.
    radius: ρ, in units of θ; 0 is plain gradient descent.
    """

    name: ClassVar[str] = "sam"
    title: ClassVar[str] = "SAM"
    recurrence: ClassVar[tuple[str, ...]] = ("e = ρ g / ‖g‖", "θ ← θ − η ∇L(θ + e)")

    learning_rate: LearningRate = 1e-3
    radius: Annotated[float, Ge(0), Le(1e3), Letter("ρ", always=True)] = 0.05

    def init(self, _theta: Array) -> NoState:
        return NoState()

    def step(self, theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        length = norm(slope.here)[..., None]
        uphill = slope.here / (length + (length == 0))
        return -self.learning_rate * slope.at(theta + self.radius * uphill), state
