"""Saddle-free Newton."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ....surface.points import Array
from ..plain.gradient_descent import NoState
from ..protocol import Slope, StepShare
from .spectrum import Damping, applied, inverse


@dataclass(frozen=True, slots=True)
class SaddleFreeNewton:
    """Saddle-free Newton (Dauphin, Pascanu, Gulcehre, Cho, Ganguli and Bengio 2014, Algorithm 1), in both dimensions.

        H = ∇²L(θ)
        θ ← θ − η (|H| + δ I)⁻¹ g

    |H| has the eigenvectors of H, and the sizes of its eigenvalues. So steps are Newton's where the surface curves
    upwards, and turned round where it curves downwards: saddles and maxima push it away, the faster the nearer
    it is in terms of their own curvature. Exactly on the line that runs into a saddle the gradient has no part to
    be pushed by, and it runs in. In a direction in which |H| + δ I is 0 it does not move.

    Neither torch.optim nor optax has it. An update takes a gradient and a Hessian, which is charged for as two
    gradients more.

    learning_rate: η, the share of the whole step.
    damping: δ, in units of curvature, the paper's λ; it bounds steps at an inflection, where |H| is small.
    """

    name: ClassVar[str] = "saddle free newton"
    title: ClassVar[str] = "saddle-free Newton"
    recurrence: ClassVar[tuple[str, ...]] = ("H = ∇²L(θ)", "θ ← θ − η (|H| + δ I)⁻¹ g")

    learning_rate: StepShare = 1.0
    damping: Damping = 0.0

    def init(self, _theta: Array) -> NoState:
        return NoState()

    def step(self, _theta: Array, slope: Slope, state: NoState) -> tuple[Array, NoState]:
        whole = applied(lambda curvature: inverse(np.abs(curvature) + self.damping), slope.curvature(), slope.here)
        return -self.learning_rate * whole, state
