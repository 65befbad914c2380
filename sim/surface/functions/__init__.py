"""Loss surfaces in closed form, each with gradient, Hessian and a source: a new one is one class, and one line here."""

from ..protocol import ClosedForm, Point, Window
from .formula import Formula
from .gaussian import Landscape, MullerBrown
from .polynomial import (
    Beale,
    DoubleWellSaddle,
    Himmelblau,
    MonkeySaddle,
    Quadratic,
    Rosenbrock,
    SixHumpCamel,
    StyblinskiTang,
)
from .ripple import Ackley, Rastrigin

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
    "formula": Formula,
}


def usual_window(surface: ClosedForm, *seen: Point) -> Window:
    """Where surfaces of its kind are drawn; one that is typed, around what is found on it and points to be `seen`."""
    if not isinstance(surface, Formula):
        return surface.usual_window
    from ..critical.suggestion import suggest_window  # noqa: PLC0415  Only formulas wait for it.

    return suggest_window(surface, *seen)
