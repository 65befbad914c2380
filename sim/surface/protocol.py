"""What every loss surface offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Protocol, cast

import numpy as np
from annotated_types import Ge, Le

from .points import Array, Mask, pair

LARGEST = 1e6
"""Magnitude of any number that describes a problem: beyond it, squares of squares lose their digits."""

ROUNDING = 1e-12
"""Coordinates smaller than this, in diagonals of the window, are told as 0."""

Number = Annotated[float, Ge(-LARGEST), Le(LARGEST)]
Point = tuple[Number, Number]


@dataclass(frozen=True, slots=True)
class Window:
    """The rectangle of parameter space that is looked at and searched: x0 < x1, y0 < y1."""

    x0: float
    x1: float
    y0: float
    y1: float

    @property
    def width(self) -> float:
        """Extent along x."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Extent along y."""
        return self.y1 - self.y0

    @property
    def diagonal(self) -> float:
        """The window's own length scale: tolerances on positions are relative to it."""
        return float(np.hypot(self.width, self.height))

    @property
    def center(self) -> Array:
        """The middle point, shape (2,)."""
        return np.array([0.5 * (self.x0 + self.x1), 0.5 * (self.y0 + self.y1)])

    def wider(self, margin: float) -> "Window":
        """The window with a margin on all sides."""
        return Window(self.x0 - margin, self.x1 + margin, self.y0 - margin, self.y1 + margin)

    def contains(self, points: Array) -> Mask:
        """Which of the points (..., 2) lie in the window, border included; shape (...)."""
        x, y = points[..., 0], points[..., 1]
        return np.asarray((self.x0 <= x) & (x <= self.x1) & (self.y0 <= y) & (y <= self.y1))

    def spot(self, position: Sequence[float]) -> str:
        """The coordinates of a place, to four figures; what is but rounding on the window's scale is 0.

        >>> Window(-2.0, 2.0, -1.0, 1.0).spot((1.0, -4.5e-18))
        '(1, 0)'
        """
        x, y = (0.0 if abs(each) < ROUNDING * self.diagonal else each for each in position)
        return f"({x:.4g}, {y:.4g})"

    def grid(self, columns: int, rows: int) -> Array:
        """Regular points from border to border, shape (rows, columns, 2), row 0 at y0."""
        x = np.linspace(self.x0, self.x1, columns)
        y = np.linspace(self.y0, self.y1, rows)
        return pair(x[None, :], y[:, None])


class Surface(Protocol):
    """A twice differentiable function of two variables.

    Implementations never write to their input, and each point's result is independent of the others'.
    """

    def value(self, points: Array) -> Array:
        """f at points (..., 2); shape (...)."""
        ...

    def gradient(self, points: Array) -> Array:
        """∇f = (∂f/∂x, ∂f/∂y) at points (..., 2); shape (..., 2)."""
        ...

    def hessian(self, points: Array) -> Array:
        """∇²f at points (..., 2); shape (..., 2, 2)."""
        ...


class SharedWork(Protocol):
    """A surface that has value and gradient together for less than one after the other."""

    def value_and_gradient(self, points: Array) -> tuple[Array, Array]:
        """f (...) and ∇f (..., 2) at points (..., 2), to the bits of `value` and `gradient`."""
        ...


def value_and_gradient(surface: Surface, points: Array) -> tuple[Array, Array]:
    """f (...) and ∇f (..., 2) at points (..., 2), by the cheapest way that the surface has."""
    if hasattr(surface, "value_and_gradient"):  # Quicker than isinstance.
        return cast("SharedWork", surface).value_and_gradient(points)
    return surface.value(points), surface.gradient(points)


class ClosedForm(Surface, Protocol):
    """A surface given by a formula: a frozen dataclass whose fields are the formula's parameters."""

    usual_window: ClassVar[Window]
    """Where the literature, or good taste, draws it."""

    def __hash__(self) -> int:
        """By value: results are cached by surface."""
        ...
