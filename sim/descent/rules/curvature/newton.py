"""Newton's method."""

from dataclasses import dataclass
from typing import ClassVar

from ....surface.points import Array
from ..plain.gradient_descent import NoState
from ..protocol import Slope, StepShare
from .spectrum import Damping, applied, inverse


@dataclass(frozen=True, slots=True)
class Newton:
    """Newton's method, damped by δ as Levenberg has it (1944); with a batch's gradient and Hessian, stochastic.

        H = ∇²L(θ)
        θ ← θ − η (H + δ I)⁻¹ g

    With η = 1 and δ = 0 it goes to where the gradient of the parabola that fits at θ is 0: at once to the minimum of a
    quadratic, however stretched. Whether that is a minimum it does not ask: where the surface curves downwards
    it climbs, and saddles and maxima attract it as minima do. In a direction in which H + δ I is 0 it does not move.

    Neither torch.optim nor optax has it. An update takes a gradient and a Hessian, which is charged for as two
    gradients more.

    learning_rate: η, the share of the whole step.
    damping: δ, in units of curvature; 0 is the pure method, much is plain descent with steps of η/δ.
    """

    name: ClassVar[str] = "newton"
    title: ClassVar[str] = "Newton"
    recurrence: ClassVar[tuple[str, ...]] = ("H = ∇²L(θ)", "θ ← θ − η (H + δ I)⁻¹ g")

    learning_rate: StepShare = 1.0
    damping: Damping = 0.0

    def init(self, _theta: Array) -> NoState:
        return NoState()

    def step(self, _theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        whole = applied(lambda curvature: inverse(curvature + self.damping), slope.curvature(), slope.here)
        return -self.learning_rate * whole, state
