"""Between which numbers a formula's values lie, wherever in the plane: by the arithmetic of intervals.

Every expression is given the widest range that its operands' ranges allow, as though these had nothing to do with one
another. So the bounds hold, but need not be reached. Where an expression has no value it has none to be bounded.
"""

import math
from collections.abc import Callable

import numpy as np

from .graph import Graph

Bounds = tuple[float, float]

EVERYTHING: Bounds = (-math.inf, math.inf)
SLACK = 4 * float(np.finfo(float).eps)  # What rounding may have taken from a bound, over its magnitude.


def bounds(graph: Graph, root: int) -> Bounds:
    """The least and the greatest that an expression can be, if not less and more."""
    ranges: dict[int, Bounds] = {}
    with np.errstate(all="ignore"):
        for number in graph.below([root]):
            value, operands = graph.value(number), graph.operands(number)
            if value is not None:
                ranges[number] = value, value
            elif not operands:
                ranges[number] = EVERYTHING
            else:
                ranges[number] = _widened(_range(graph, number, operands, ranges))
    return ranges[root]


def _range(graph: Graph, number: int, operands: tuple[int, ...], ranges: dict[int, Bounds]) -> Bounds:
    operation = str(graph.nodes[number][0])
    first, *others = (ranges[operand] for operand in operands)
    if operation == "^":
        return _power(first, graph.value(operands[1]) or 0.0)
    if operation == "*" and operands[0] == operands[1]:
        return _power(first, 2.0)
    if operation in _PAIRED:
        return _PAIRED[operation](first, others[0])
    return _RANGES[operation](first) if operation in _RANGES else EVERYTHING


def _widened(range_: Bounds) -> Bounds:
    """A range with what rounding may have taken from it; 0 is exact."""
    low, high = range_
    low, high = low - SLACK * abs(low) if math.isfinite(low) else low, high + SLACK * abs(high)
    return (-math.inf if math.isnan(low) else low), (math.inf if math.isnan(high) else high)


def _sum(u: Bounds, v: Bounds) -> Bounds:
    return u[0] + v[0], u[1] + v[1]


def _difference(u: Bounds, v: Bounds) -> Bounds:
    return u[0] - v[1], u[1] - v[0]


def _product(u: Bounds, v: Bounds) -> Bounds:
    """0 times what is unbounded is 0: it is never infinite."""
    products = [a * b if a and b else 0.0 for a in u for b in v]
    return min(products), max(products)


def _inverse(u: Bounds) -> Bounds:
    low, high = u
    if low < 0 < high or low == high == 0:
        return EVERYTHING
    return (1 / high if high else -math.inf), (1 / low if low else math.inf)


def _quotient(u: Bounds, v: Bounds) -> Bounds:
    return _product(u, _inverse(v))


def _power(u: Bounds, exponent: float) -> Bounds:
    if exponent < 0:
        return _inverse(_power(u, -exponent))
    if exponent % 2 == 0:
        return _even(lambda number: number**exponent)(u)
    if exponent % 1 == 0:
        return _rising(lambda number: math.copysign(abs(number) ** exponent, number))(u)
    return _rising(lambda number: number**exponent, 0.0)(u)


def _safe(function: Callable[[float], float], number: float) -> float:
    """A function that grows, where it may overflow."""
    try:
        return float(function(number))
    except OverflowError:
        return math.copysign(math.inf, number)


def _rising(
    function: Callable[[float], float], low: float = -math.inf, high: float = math.inf
) -> Callable[[Bounds], Bounds]:
    """The range of a function that never falls, which is there between low and high."""

    def ranged(u: Bounds) -> Bounds:
        least, most = max(u[0], low), min(u[1], high)
        return (_safe(function, least), _safe(function, most)) if least <= most else EVERYTHING

    return ranged


def _even(function: Callable[[float], float]) -> Callable[[Bounds], Bounds]:
    """The range of a function of the magnitude, which never falls."""

    def ranged(u: Bounds) -> Bounds:
        least = 0.0 if u[0] <= 0 <= u[1] else min(map(abs, u))
        return _safe(function, least), _safe(function, max(map(abs, u)))

    return ranged


def _always(low: float, high: float) -> Callable[[Bounds], Bounds]:
    return lambda _: (low, high)


_PAIRED: dict[str, Callable[[Bounds, Bounds], Bounds]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "min": lambda u, v: (min(u[0], v[0]), min(u[1], v[1])),
    "max": lambda u, v: (max(u[0], v[0]), max(u[1], v[1])),
}
_RANGES: dict[str, Callable[[Bounds], Bounds]] = {
    "negative": lambda u: (-u[1], -u[0]),
    "step": _always(0.0, 1.0),
    "sin": _always(-1.0, 1.0),
    "cos": _always(-1.0, 1.0),
    "asin": _always(-math.pi / 2, math.pi / 2),
    "acos": _always(0.0, math.pi),
    "atan": _rising(math.atan),
    "sinh": _rising(math.sinh),
    "cosh": _even(math.cosh),
    "tanh": _rising(math.tanh),
    "asinh": _rising(math.asinh),
    "acosh": _rising(math.acosh, 1.0),
    "atanh": _rising(lambda number: math.copysign(math.inf, number) if abs(number) == 1 else math.atanh(number), -1, 1),
    "exp": _rising(math.exp),
    "log": _rising(lambda number: math.log(number) if number else -math.inf, 0.0),
    "sqrt": _rising(math.sqrt, 0.0),
    "cbrt": _rising(lambda number: math.copysign(abs(number) ** (1 / 3), number)),
    "abs": _even(abs),
}
