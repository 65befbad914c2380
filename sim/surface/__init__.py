"""What lies under the marbles: a new surface is one class, and one line here."""

from sim.surface.gaussian import Landscape, MullerBrown
from sim.surface.polynomial import (
    Beale,
    DoubleWellSaddle,
    Himmelblau,
    MonkeySaddle,
    Quadratic,
    Rosenbrock,
    SixHumpCamel,
    StyblinskiTang,
)
from sim.surface.protocol import ClosedForm
from sim.surface.ripple import Ackley, Rastrigin

SURFACES: dict[str, type[ClosedForm]] = {
    "landscape": Landscape,
    "muller-brown": MullerBrown,
    "himmelblau": Himmelblau,
    "six-hump camel": SixHumpCamel,
    "rosenbrock": Rosenbrock,
    "beale": Beale,
    "styblinski-tang": StyblinskiTang,
    "rastrigin": Rastrigin,
    "ackley": Ackley,
    "monkey saddle": MonkeySaddle,
    "double-well saddle": DoubleWellSaddle,
    "quadratic": Quadratic,
}
