"""A loss surface that is a Python function, with derivatives that are given or found by central differences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..surface.points import Array, components, matrices, vectors
from ..surface.protocol import LARGEST, Window
from .mistakes import UseError, shown

Function = Callable[[Array, Array], Any]
"""Of two arrays of one shape, x and y: numbers for each of their places."""

STEP = 2e-4
"""The usual step of differences, in sides of the window: with waves a fifth of it long, ten digits are right."""

NEAR = (-2.0, -1.0, 1.0, 2.0)
"""Where a difference of fourth order looks, in steps, but for the middle."""
SLOPE = (1.0, -8.0, 8.0, -1.0)
"""With which weights it sums up to a slope, over 12 steps."""
BEND = (-1.0, 16.0, 16.0, -1.0)
"""With which to a curvature, over 12 squares of steps, less 30 times the middle."""

TRIED = 5  # Places along each side of the window at which a function is tried before it is used.
ALIKE = 1e-9  # Of the largest number there: by so much may a place alone differ from one among others.
AGREE = 1e-3  # Of the largest: by so much may a derivative that is given differ from differences.


@dataclass(frozen=True, repr=False, init=False)
class Surface:
    """f(x, y) as a Python function of two arrays of the same shape, with what it is at each of their places.

    gradient: (∂f/∂x, ∂f/∂y), and hessian: (∂²f/∂x², ∂²f/∂x∂y, ∂²f/∂y²), of x and y as f is. What is not given is found
    by central differences of fourth order, of the gradient if there is one.

    window: where it is looked at, ((x0, x1), (y0, y1)).
    step: of the differences, in sides of the window.

    The function is to be one of arrays, such as NumPy's operations make, each place independent of the others; for one
    that asks `if`, take numpy.where, or numpy.vectorize(f). No file holds a function, so that none holds such a scene.

    Raises:
        UseError: it is no such function; the message says why.

    >>> bowl = Surface(lambda x, y: x**2 + 3 * y**2, window=((-2, 2), (-1, 1)))
    >>> bowl.gradient(np.array([1.0, 0.5])).round(9).tolist()
    [2.0, 3.0]
    >>> bowl
    Surface(<lambda>, gradient and Hessian by central differences with a step of 0.0002 of the window's sides)
    """

    function: Function
    given_gradient: Function | None
    given_hessian: Function | None
    usual_window: Window
    """Where it is looked at."""
    step: float

    def __init__(
        self,
        value: Function,
        gradient: Function | None = None,
        hessian: Function | None = None,
        *,
        window: Any,
        step: float = STEP,
    ) -> None:
        seen = _window(window)
        if not isinstance(step, int | float | np.floating) or not 0 < step < 0.1:
            raise UseError(f"step must be a number above 0 and below 0.1, in sides of the window, not {shown(step)}")
        parts = (value, gradient, hessian, seen, float(step))
        for name, part in zip(self.__dataclass_fields__, parts, strict=True):
            object.__setattr__(self, name, part)
        _try(self)

    @property
    def name(self) -> str:
        """What the function is called."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    @property
    def derivatives(self) -> str:
        """How its derivatives are known."""
        told = {"gradient": self.given_gradient, "Hessian": self.given_hessian}
        found = [name for name, given in told.items() if given is None]
        known = [name for name, given in told.items() if given is not None]
        parts = [f"{' and '.join(known)} given"] if known else []
        if found:
            step = f"with a step of {self.step:g} of the window's sides"
            parts.append(f"{' and '.join(found)} by central differences {step}")
        return ", ".join(parts)

    @property
    def by_differences(self) -> bool:
        """Whether any of them is not given."""
        return self.given_gradient is None or self.given_hessian is None

    def __repr__(self) -> str:
        return f"Surface({self.name}, {self.derivatives})"

    def value(self, points: Array) -> Array:
        """f at points (..., 2); shape (...)."""
        if points.ndim == 1:  # Functions of arrays need not be ones of numbers.
            return np.asarray(self.value(points[None])[0])
        x, y = components(points)
        return self._value(x, y)

    def gradient(self, points: Array) -> Array:
        """∇f at points (..., 2); shape (..., 2)."""
        if points.ndim == 1:
            return np.asarray(self.gradient(points[None])[0])
        x, y = components(points)
        return vectors(self._gradient(x, y))

    def hessian(self, points: Array) -> Array:
        """∇²f at points (..., 2); shape (..., 2, 2)."""
        if points.ndim == 1:
            return np.asarray(self.hessian(points[None])[0])
        x, y = components(points)
        if self.given_hessian is not None:
            return matrices(_parts(self.given_hessian(x, y), 3, x.shape, "hessian"))
        found = self._bends(x, y) if self.given_gradient is None else self._slopes_of_slopes(x, y)
        return matrices(np.stack(found))

    def _value(self, x: Array, y: Array) -> Array:
        return _numbers(self.function(x, y), x.shape, "value")

    def _gradient(self, x: Array, y: Array) -> Array:
        """Shape (2, ...)."""
        if self.given_gradient is not None:
            return _parts(self.given_gradient(x, y), 2, x.shape, "gradient")
        (dx, dy) = self._steps
        return np.stack([_sum(SLOPE, self._along(x, y, dx, 0.0)) / dx, _sum(SLOPE, self._along(x, y, 0.0, dy)) / dy])

    @property
    def _steps(self) -> tuple[float, float]:
        return self.step * self.usual_window.width, self.step * self.usual_window.height

    def _along(self, x: Array, y: Array, dx: float, dy: float) -> Array:
        """f at so many steps from each place, shape (4, ...)."""
        return self._value(np.stack([x + k * dx for k in NEAR]), np.stack([y + k * dy for k in NEAR]))

    def _bends(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Second derivatives from values alone; the mixed one is a quarter of what both diagonals' bends differ in."""
        dx, dy = self._steps
        middle = 2.5 * self._value(x, y)
        across, up = (_sum(BEND, self._along(x, y, *way)) - middle for way in ((dx, 0.0), (0.0, dy)))
        one, other = (_sum(BEND, self._along(x, y, dx, side * dy)) for side in (1.0, -1.0))
        return across / (dx * dx), (one - other) / (4 * dx * dy), up / (dy * dy)

    def _slopes_of_slopes(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Second derivatives from the gradient that is given; the mixed one is the mean of both ways to it."""
        dx, dy = self._steps
        xx, xy = (_sum(SLOPE, part) / dx for part in self._slopes_along(x, y, dx, 0.0))
        yx, yy = (_sum(SLOPE, part) / dy for part in self._slopes_along(x, y, 0.0, dy))
        return xx, 0.5 * (xy + yx), yy

    def _slopes_along(self, x: Array, y: Array, dx: float, dy: float) -> Array:
        """Both parts of ∇f at so many steps from each place, shape (2, 4, ...)."""
        return self._gradient(np.stack([x + k * dx for k in NEAR]), np.stack([y + k * dy for k in NEAR]))


def _sum(weights: tuple[float, ...], values: Array) -> Array:
    """The weighted sum over the first axis, in pairs from the outside in, over 12: even functions cancel exactly."""
    far, near = weights[0] * values[0] + weights[3] * values[3], weights[1] * values[1] + weights[2] * values[2]
    return np.asarray((near + far) / 12.0)


def _numbers(found: Any, shape: tuple[int, ...], what: str) -> Array:
    """What a function has answered, as a number for each place; what is masked is none."""
    numbers = np.asarray(found)
    if isinstance(found, np.ma.MaskedArray):
        numbers = np.where(np.ma.getmaskarray(found), np.nan, numbers)
    if numbers.dtype.kind not in "biu" and numbers.dtype != np.float64:
        raise UseError(f"{what} must give numbers of double precision (float64), not {numbers.dtype}")
    if numbers.shape not in (shape, ()):
        raise UseError(f"{what} must give a number for each place, shape {shape}, but gives shape {numbers.shape}")
    return np.broadcast_to(numbers.astype(np.float64), shape)


def _parts(found: Any, count: int, shape: tuple[int, ...], what: str) -> Array:
    """The same of several arrays, which are put together on a first axis."""
    try:
        parts = [*found]
    except TypeError:
        parts = []
    if len(parts) != count:
        wanted = "(df/dx, df/dy)" if count == 2 else "(d2f/dx2, d2f/dxdy, d2f/dy2)"
        raise UseError(f"{what} must give {count} arrays, {wanted}, not {shown(found)}")
    return np.stack([_numbers(part, shape, what) for part in parts])


def _window(sides: Any) -> Window:
    if isinstance(sides, Window):
        return sides
    try:
        (x0, x1), (y0, y1) = ((float(low), float(high)) for low, high in sides)
    except (TypeError, ValueError):
        raise UseError(f"window must be ((x0, x1), (y0, y1)), not {shown(sides)}") from None
    if not (-LARGEST <= x0 < x1 <= LARGEST and -LARGEST <= y0 < y1 <= LARGEST):
        raise UseError(f"window must have x0 < x1 and y0 < y1, none beyond ±{LARGEST:,.0f}, not {shown(sides)}")
    return Window(x0, x1, y0, y1)


def _try(surface: Surface) -> None:
    """Find out whether it is a function of arrays, and whether the derivatives that are given are its own."""
    window = surface.usual_window
    inner = Window(*(0.9 * side + 0.1 * middle for side, middle in _sides(window)))
    grid = inner.grid(TRIED, TRIED)
    with np.errstate(all="ignore"):
        whole = _answer(surface, grid, "value")
        for row, column in ((0, 0), (1, 3), (4, 2)):
            alone = float(_answer(surface, grid[row : row + 1, column], "value")[0])
            among = float(whole[row, column])
            if np.isfinite(among) and not abs(alone - among) <= ALIKE * np.nanmax(np.abs(whole)):
                place = window.spot(grid[row, column])
                raise UseError(
                    f"value gives {alone:.6g} at {place} alone, but {among:.6g} there among other places: "
                    "what it gives for a place must not depend on the others"
                )
        _compare(surface, grid)


def _sides(window: Window) -> list[tuple[float, float]]:
    x, y = window.center.tolist()
    return [(window.x0, x), (window.x1, x), (window.y0, y), (window.y1, y)]


def _answer(surface: Surface, points: Array, what: str) -> Array:
    """Its value or a derivative there; that of a function that is none of arrays gets a sentence."""
    try:
        found: Array = getattr(surface, what)(points)
    except UseError:
        raise
    except (TypeError, ValueError) as error:
        raise UseError(
            f"{what} must be a function of two arrays, x and y, but says: {error}; numpy.vectorize makes one of a "
            "function of two numbers"
        ) from error
    return found


def _compare(surface: Surface, grid: Array) -> None:
    """Refuse what is given if it disagrees with differences of what it follows from at most of the places.

    Raises:
        UseError: of a gradient or a Hessian.
    """
    if surface.given_gradient is not None:
        _agree(surface, _bare(surface, None), grid, "gradient")
    if surface.given_hessian is not None:
        _agree(surface, _bare(surface, surface.given_gradient), grid, "hessian")


def _agree(surface: Surface, bare: Surface, grid: Array, what: str) -> None:
    own, other = (_answer(each, grid, what).reshape(TRIED * TRIED, -1) for each in (surface, bare))
    gaps = np.abs(own - other).max(axis=1)
    gaps[np.isfinite(other).all(axis=1) & ~np.isfinite(own).all(axis=1)] = np.inf
    if np.count_nonzero(gaps > AGREE * np.nanmax(np.abs(other), initial=0.0)) > len(gaps) // 2:
        worst = int(np.nanargmax(gaps))
        place = surface.usual_window.spot(grid.reshape(-1, 2)[worst])
        told, found = (np.array2string(each[worst], precision=4) for each in (own, other))
        raise UseError(f"{what} is not that of value: at {place} it gives {told}, and differences {found}")


def _bare(surface: Surface, gradient: Function | None) -> Surface:
    """The surface with no more than that given, as it is: nothing is tried."""
    bare = object.__new__(Surface)
    parts = (surface.function, gradient, None, surface.usual_window, surface.step)
    for name, part in zip(surface.__dataclass_fields__, parts, strict=True):
        object.__setattr__(bare, name, part)
    return bare
