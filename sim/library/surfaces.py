"""A loss surface that is a Python function, with derivatives that are given or found by central differences."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..surface.cancellation import Cancelled
from ..surface.points import Array, components, matrices, vectors
from ..surface.protocol import LARGEST, Window
from .mistakes import UseError, real, shown, two

Function = Callable[[Array, Array], Any]
"""A function of two arrays of one shape, x and y, which gives numbers for each of their places."""

STEP = 2e-4
"""The usual step of differences, in sides of the window: with waves a fifth of it long, ten digits are right."""

NEAR = (-2.0, -1.0, 1.0, 2.0)
"""Where a difference of fourth order looks, in steps, but for the middle."""
FAR = 1e-10
"""The least step of differences, over the distance from 0: of a smaller one rounding would leave few digits."""
SLOPE = (1.0, -8.0, 8.0, -1.0)
"""With which weights it sums up to a slope, over 12 steps."""
BEND = (-1.0, 16.0, 16.0, -1.0)
"""With which to a curvature, over 12 squares of steps, less 30 times the middle."""

TRIED = 5  # Places along each side of the window at which a function is tried before it is used.
ALIKE = 1e-9  # Of the largest number there: by so much may a place alone differ from one among others.
AGREE = 1e-3  # Of the largest: by so much may a derivative that is given differ from differences.
EPSILON = float(np.finfo(np.float64).eps)
LEFT = EPSILON ** (1 / 3)
"""How much of a derivative may be rounding, over the largest curvature or over all that the loss varies: 6e-6."""
SLOPED, BENT = 1.5, 16 / 3
"""By how much the weights of SLOPE and BEND, all taken positive, enlarge the rounding of what they sum up."""


@dataclass(frozen=True, repr=False, init=False)
class Surface:
    """f(x, y) as a Python function of two arrays of the same shape, with what it is at each of their places.

    gradient: (∂f/∂x, ∂f/∂y), and hessian: (∂²f/∂x², ∂²f/∂x∂y, ∂²f/∂y²), of x and y as f is. What is not given is found
    by central differences of fourth order, of the gradient if there is one.

    window: where it is looked at, ((x0, x1), (y0, y1)).
    step: of the differences, in sides of the window. There is a least one. Values of size F are rounded by εF,
        ε = 2.2e-16, so that a curvature from them is wrong by some εF/h², and one from slopes of size G by εG/h
        (Nocedal and Wright, Numerical Optimization, 2nd edition, section 8.1); where x is large against the window's
        side, its own rounding, ε|x|, comes in as well. No more than ∛ε of the largest curvature may be wrong, or of
        all that the loss varies: of values about as large as they vary, h is at least some ∛ε = 6e-6.

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
        wide = real(step)
        if not 0 < wide < 0.1:
            raise UseError(f"step must be a number above 0 and below 0.1, in sides of the window, not {shown(step)}")
        parts = (value, gradient, hessian, seen, wide)
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
            return matrices(_called(self.given_hessian, x, y, "hessian", 3))
        found = self._bends(x, y) if self.given_gradient is None else self._slopes_of_slopes(x, y)
        return matrices(np.stack(found))

    def _value(self, x: Array, y: Array) -> Array:
        return _called(self.function, x, y, "value")

    def _gradient(self, x: Array, y: Array) -> Array:
        """Shape (2, ...)."""
        if self.given_gradient is not None:
            return _called(self.given_gradient, x, y, "gradient", 2)
        dx, dy = self._steps(x, y)
        return np.stack([_sum(SLOPE, self._along(x, y, dx, 0.0)) / dx, _sum(SLOPE, self._along(x, y, 0.0, dy)) / dy])

    def _steps(self, x: Array, y: Array) -> tuple[Array, Array]:
        """The steps at each place: so far out that they would be lost to rounding, they are longer."""
        sides = self.usual_window.width, self.usual_window.height
        across, up = (np.maximum(self.step * side, FAR * np.abs(at)) for side, at in zip(sides, (x, y), strict=True))
        return across, up

    def _along(self, x: Array, y: Array, dx: Array | float, dy: Array | float) -> Array:
        """f at so many steps from each place, shape (4, ...)."""
        return self._value(np.stack([x + k * dx for k in NEAR]), np.stack([y + k * dy for k in NEAR]))

    def _bends(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Second derivatives from values alone; the mixed one is a quarter of what both diagonals' bends differ in."""
        dx, dy = self._steps(x, y)
        middle = 2.5 * self._value(x, y)
        across, up = (_sum(BEND, self._along(x, y, *way)) - middle for way in ((dx, 0.0), (0.0, dy)))
        one, other = (_sum(BEND, self._along(x, y, dx, side * dy)) for side in (1.0, -1.0))
        return across / (dx * dx), (one - other) / (4 * dx * dy), up / (dy * dy)

    def _slopes_of_slopes(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Second derivatives from the gradient that is given; the mixed one is the mean of both ways to it."""
        dx, dy = self._steps(x, y)
        xx, xy = (_sum(SLOPE, part) / dx for part in self._slopes_along(x, y, dx, 0.0))
        yx, yy = (_sum(SLOPE, part) / dy for part in self._slopes_along(x, y, 0.0, dy))
        return xx, 0.5 * (xy + yx), yy

    def _slopes_along(self, x: Array, y: Array, dx: Array | float, dy: Array | float) -> Array:
        """Both parts of ∇f at so many steps from each place, shape (2, 4, ...)."""
        return self._gradient(np.stack([x + k * dx for k in NEAR]), np.stack([y + k * dy for k in NEAR]))


def _sum(weights: tuple[float, ...], values: Array) -> Array:
    """The weighted sum over the first axis, in pairs from the outside in, over 12: even functions cancel exactly."""
    far, near = weights[0] * values[0] + weights[3] * values[3], weights[1] * values[1] + weights[2] * values[2]
    return np.asarray((near + far) / 12.0)


def _called(function: Function, x: Array, y: Array, what: str, parts: int = 0) -> Array:
    """What a function answers, as a number for each place, or as so many of them on a first axis.

    Raises:
        UseError: it raises something, or answers something else.
    """
    try:
        found = function(x, y)
        return _parts(found, parts, x.shape, what) if parts else _numbers(found, x.shape, what)
    except (UseError, Cancelled):
        raise
    except Exception as error:
        problem = " ".join(str(error).split())
        right = f"{what} must be a function of two arrays, x and y, but"
        if isinstance(error, TypeError | ValueError):
            told = f"says: {problem}; numpy.vectorize makes one of a function of two numbers"
        else:
            told = f"raises {type(error).__name__}{f': {problem}' if problem else ''}"
        raise UseError(f"{right} {told}") from error


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
    """What a function has answered as several arrays, put together on a first axis."""
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
        return _window(((sides.x0, sides.x1), (sides.y0, sides.y1)))
    pairs = [two(side) for side in two(sides) or ()]
    if not pairs or None in pairs:
        raise UseError(f"window must be ((x0, x1), (y0, y1)), not {shown(sides)}")
    (x0, x1), (y0, y1) = (map(real, pair or ()) for pair in pairs)
    if not (-LARGEST <= x0 < x1 <= LARGEST and -LARGEST <= y0 < y1 <= LARGEST):
        raise UseError(f"window must have x0 < x1 and y0 < y1, none beyond ±{LARGEST:,.0f}, not {shown(sides)}")
    return Window(x0, x1, y0, y1)


def _try(surface: Surface) -> None:
    """Find out whether it is a function of arrays, and whether the derivatives that are given are its own."""
    window = surface.usual_window
    inner = Window(*(0.9 * side + 0.1 * middle for side, middle in _sides(window)))
    grid = inner.grid(TRIED, TRIED)
    with np.errstate(all="ignore"):
        whole = surface.value(grid)
        for row, column in ((0, 0), (1, 3), (4, 2)):
            alone = float(surface.value(grid[row : row + 1, column])[0])
            among = float(whole[row, column])
            if np.isfinite(among) and not abs(alone - among) <= ALIKE * np.nanmax(np.abs(whole)):
                place = window.spot(grid[row, column])
                raise UseError(
                    f"value gives {alone:.6g} at {place} alone, but {among:.6g} there among other places: "
                    "what it gives for a place must not depend on the others"
                )
        least = _least_step(surface, grid) if surface.step < STEP else 0.0
        if surface.step < least:
            raise UseError(
                f"step must be at least {least:g}, in sides of the window, not {shown(surface.step)}: below that, "
                "rounding spoils the differences"
            )
        _compare(surface, grid)


def _least_step(surface: Surface, grid: Array) -> float:
    """The least step, in sides of the window, of which rounding leaves differences right to LEFT.

    How the function bends is found with the usual step, which is never too small: on a plain whose features are small
    too little is known.
    """
    window, usual = surface.usual_window, _bare(surface, surface.given_gradient, STEP)
    sides = np.array([window.width, window.height])
    values = usual.value(grid)
    finite = values[np.isfinite(values)]
    slope = _largest(usual.gradient(grid) * sides)
    bend = _largest(usual.hessian(grid) * np.outer(sides, sides))
    far = max(max(map(abs, pair)) / (pair[1] - pair[0]) for pair in ((window.x0, window.x1), (window.y0, window.y1)))
    allowed = LEFT * (max(np.ptp(finite) if finite.size else 0.0, bend) or _largest(values) or 1.0)
    rounded = EPSILON * (_largest(values) + far * slope)
    if surface.given_gradient is not None:
        step = SLOPED * max(rounded, EPSILON * (slope + far * bend)) / allowed
    else:
        step = float(np.sqrt(BENT * rounded / allowed))
    return min(STEP, _rounded_up(max(step, EPSILON * far / LEFT)))


def _rounded_up(number: float) -> float:
    """The least number of two figures that is not below it."""
    figure = 10.0 ** (np.floor(np.log10(number)) - 1)
    return float(f"{np.ceil(number / figure) * figure:.2g}")


def _largest(numbers: Array) -> float:
    """The largest magnitude among those that are finite; 0 without any."""
    return float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))


def _sides(window: Window) -> list[tuple[float, float]]:
    x, y = window.center.tolist()
    return [(window.x0, x), (window.x1, x), (window.y0, y), (window.y1, y)]


def _compare(surface: Surface, grid: Array) -> None:
    """Refuse what is given if it disagrees with differences of what it follows from at most of the places.

    Raises:
        UseError: of a gradient or a Hessian.
    """
    if surface.given_gradient is not None:
        _agree(surface, _bare(surface, None, surface.step), grid, "gradient")
    if surface.given_hessian is not None:
        _agree(surface, _bare(surface, surface.given_gradient, surface.step), grid, "hessian")


def _agree(surface: Surface, bare: Surface, grid: Array, what: str) -> None:
    own, other = (getattr(each, what)(grid).reshape(TRIED * TRIED, -1) for each in (surface, bare))
    gaps = np.abs(own - other).max(axis=1)
    gaps[np.isfinite(other).all(axis=1) & ~np.isfinite(own).all(axis=1)] = np.inf
    if np.count_nonzero(gaps > AGREE * np.nanmax(np.abs(other), initial=0.0)) > len(gaps) // 2:
        worst = int(np.nanargmax(gaps))
        place = surface.usual_window.spot(grid.reshape(-1, 2)[worst])
        told, found = (np.array2string(each[worst], precision=4) for each in (own, other))
        raise UseError(f"{what} is not that of value: at {place} it gives {told}, and differences {found}")


def _bare(surface: Surface, gradient: Function | None, step: float) -> Surface:
    """The surface with no more than that given, and differences of that step, as it is: nothing is tried."""
    bare = object.__new__(Surface)
    parts = (surface.function, gradient, None, surface.usual_window, step)
    for name, part in zip(surface.__dataclass_fields__, parts, strict=True):
        object.__setattr__(bare, name, part)
    return bare
