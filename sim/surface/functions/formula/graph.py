"""Expressions in x and y as a graph that shares what they have in common, and their derivatives.

Nodes are numbered, each after those that it is made of, and equal ones are one: so a derivative has a number of
nodes in proportion to its expression's, however deeply products and quotients are nested, and nothing here
recurses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ...points import Array

Node = tuple[str | float, ...]
"""The name of an operation and the numbers of its operands; X or Y; or ("constant", its value)."""
Function = Callable[..., Array]

X: Node = ("x",)
Y: Node = ("y",)


def _step(numbers: Array, out: Array | None = None) -> Array:
    """1 above 0, 0 below; at 0, where |u| and max(u, 0) have no derivative, not a number."""
    return np.heaviside(numbers, np.nan, out=out)


def _lesser(numbers: Array, others: Array, out: Array | None = None) -> Array:
    return np.minimum(numbers, others, out=out)


def _greater(numbers: Array, others: Array, out: Array | None = None) -> Array:
    return np.maximum(numbers, others, out=out)


ARITHMETIC: dict[str, Function] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "negative": np.negative,
    "step": _step,
}
FUNCTIONS: dict[str, Function] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "abs": np.abs,
    "min": _lesser,
    "max": _greater,
}
"""What a formula may call, by the names that it has there."""
PAIRED = ("min", "max")
"""The functions that take two values."""
OPERATIONS = ARITHMETIC | FUNCTIONS
PARTIAL = ("/", "asin", "acos", "acosh", "atanh", "log", "sqrt", "cbrt", "abs", "min", "max")
"""Operations without a value or a derivative at some numbers; so are powers, but for whole exponents from 0 on."""


class Graph:
    """Expressions, each known by its number.

    `put` writes an operation as it is. The other methods, which derivatives are made with, leave out what
    does nothing: 0·u is 0 there, even where u is not finite. So a derivative may be finite where
    its expression is not, and must not be believed there.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._numbers: dict[Node, int] = {}
        self.x, self.y = self._number(X), self._number(Y)

    def _number(self, node: Node) -> int:
        if node not in self._numbers:
            self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[node]

    def put(self, operation: str, *operands: int) -> int:
        """One of OPERATIONS on these expressions. "^" has a constant exponent."""
        return self._number((operation, *operands))

    def constant(self, value: float) -> int:
        """A finite number."""
        return self._number(("constant", value + 0.0))  # No negative zero, which would not be equal to itself in bits.

    def value(self, number: int) -> float | None:
        """The number that an expression is, if it is a constant."""
        operation, *values = self.nodes[number]
        return float(values[0]) if operation == "constant" else None

    def operands(self, number: int) -> tuple[int, ...]:
        """The numbers of what an expression is made of."""
        operation, *operands = self.nodes[number]
        return tuple(map(int, operands)) if operation in OPERATIONS else ()

    def below(self, roots: Iterable[int]) -> list[int]:
        """The numbers of these expressions and of all that they are made of, ascending."""
        needed = set(roots)
        for number in range(max(needed), -1, -1):
            if number in needed:
                needed.update(self.operands(number))
        return sorted(needed)

    def partial(self, root: int) -> bool:
        """Whether there may be places where an expression has no value or no derivative, overflow aside."""

        def whole(exponent: float | None) -> bool:
            return exponent is not None and exponent >= 0 and exponent % 1 == 0

        return any(
            self.nodes[number][0] in PARTIAL
            or (self.nodes[number][0] == "^" and not whole(self.value(self.operands(number)[1])))
            for number in self.below([root])
        )

    def derivative(self, root: int, variable: int) -> int:
        """∂/∂variable of an expression, by the chain rule from its leaves upwards."""
        zero, one = self.constant(0.0), self.constant(1.0)
        slopes: dict[int, int] = {}
        for number in self.below([root]):
            operation, operands = self.nodes[number][0], self.operands(number)
            inner = [slopes[operand] for operand in operands]
            if all(slope == zero for slope in inner):
                slopes[number] = one if number == variable else zero
            else:
                rule = _RULES[str(operation)]
                slopes[number] = rule(_Step(self, number, operands), *inner)
        return slopes[root]

    def plus(self, a: int, b: int) -> int:
        """a + b."""
        if self.value(a) == 0:
            return b
        if self.value(b) == 0:
            return a
        if self.nodes[b][0] == "negative":
            return self.minus(a, *self.operands(b))
        return self._folded("+", a, b)

    def minus(self, a: int, b: int) -> int:
        """a − b."""
        if self.value(b) == 0:
            return a
        if self.value(a) == 0:
            return self.negative(b)
        if self.nodes[b][0] == "negative":
            return self.plus(a, *self.operands(b))
        return self._folded("-", a, b)

    def times(self, a: int, b: int) -> int:
        """a·b, a constant in front."""
        if self.value(b) is not None:
            a, b = b, a
        factor = self.value(a)
        if factor in (0, 1):
            return b if factor else a
        if factor == -1:
            return self.negative(b)
        if factor is not None and self.nodes[b][0] == "*":
            first, second = self.operands(b)
            if self.value(first) is not None:
                return self.times(self._folded("*", a, first), second)
        return self._folded("*", a, b)

    def over(self, a: int, b: int) -> int:
        """a / b."""
        return a if self.value(a) == 0 or self.value(b) == 1 else self._folded("/", a, b)

    def negative(self, a: int) -> int:
        """−a."""
        if self.nodes[a][0] == "negative":
            return self.operands(a)[0]
        if self.nodes[a][0] == "*":
            first, second = self.operands(a)
            if self.value(first) is not None:
                return self.times(self._folded("negative", first), second)
        return self._folded("negative", a)

    def power(self, a: int, exponent: float) -> int:
        """a to a constant power."""
        if exponent == 1:
            return a
        return self.constant(1.0) if exponent == 0 else self._folded("^", a, self.constant(exponent))

    def _folded(self, operation: str, *operands: int) -> int:
        """As `put`, but a constant where that makes one."""
        values = [self.value(operand) for operand in operands]
        if None not in values:
            with np.errstate(all="ignore"):
                result = float(OPERATIONS[operation](*values))
            if np.isfinite(result):
                return self.constant(result)
        return self.put(operation, *operands)


@dataclass(frozen=True, slots=True)
class _Step:
    """An expression whose derivative is to be told from those of its operands."""

    graph: Graph
    itself: int
    operands: tuple[int, ...]


def _sum(step: _Step, du: int, dv: int) -> int:
    return step.graph.plus(du, dv)


def _difference(step: _Step, du: int, dv: int) -> int:
    return step.graph.minus(du, dv)


def _product(step: _Step, du: int, dv: int) -> int:
    g, (u, v) = step.graph, step.operands
    return g.plus(g.times(du, v), g.times(dv, u))


def _quotient(step: _Step, du: int, dv: int) -> int:
    g, (_, v) = step.graph, step.operands
    return g.over(g.minus(du, g.times(dv, step.itself)), v)


def _power(step: _Step, du: int, _: int) -> int:
    g, (u, exponent) = step.graph, step.operands
    p = g.value(exponent)
    assert p is not None
    return g.times(g.times(exponent, g.power(u, p - 1)), du)


def _negative(step: _Step, du: int) -> int:
    return step.graph.negative(du)


def _flat(step: _Step, _: int) -> int:
    return step.graph.constant(0.0)


def _lower(step: _Step, du: int, dv: int) -> int:
    g, (u, v) = step.graph, step.operands
    return _either(g, g.put("-", v, u), du, dv)


def _higher(step: _Step, du: int, dv: int) -> int:
    g, (u, v) = step.graph, step.operands
    return _either(g, g.put("-", u, v), du, dv)


def _either(g: Graph, balance: int, above: int, below: int) -> int:
    """One of two where the balance is above 0, the other where it is below."""
    opposite = g.put("negative", balance)
    return g.plus(g.times(above, g.put("step", balance)), g.times(below, g.put("step", opposite)))


def _by_value(rule: Callable[[Graph, int, int], int]) -> Callable[..., int]:
    """The rule of a function f(u) whose derivative is told from (graph, u, u′)."""
    return lambda step, du: rule(step.graph, step.operands[0], du)


def _by_result(rule: Callable[[Graph, int, int], int]) -> Callable[..., int]:
    """The rule of a function f(u) whose derivative is told from (graph, f(u), u′)."""
    return lambda step, du: rule(step.graph, step.itself, du)


def _square(g: Graph, a: int) -> int:
    return g.power(a, 2)


def _root(g: Graph, a: int) -> int:
    return g.put("sqrt", a)


def _one_plus(g: Graph, a: int) -> int:
    return g.plus(g.constant(1.0), a)


def _one_minus(g: Graph, a: int) -> int:
    return g.minus(g.constant(1.0), a)


def _minus_one(g: Graph, a: int) -> int:
    return g.minus(a, g.constant(1.0))


def _scaled(g: Graph, factor: float, a: int) -> int:
    return g.times(g.constant(factor), a)


_RULES: dict[str, Callable[..., int]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "^": _power,
    "negative": _negative,
    "step": _flat,
    "min": _lower,
    "max": _higher,
    "sin": _by_value(lambda g, u, du: g.times(g.put("cos", u), du)),
    "cos": _by_value(lambda g, u, du: g.negative(g.times(g.put("sin", u), du))),
    "tan": _by_result(lambda g, f, du: g.times(_one_plus(g, _square(g, f)), du)),
    "asin": _by_value(lambda g, u, du: g.over(du, _root(g, _one_minus(g, _square(g, u))))),
    "acos": _by_value(lambda g, u, du: g.negative(g.over(du, _root(g, _one_minus(g, _square(g, u)))))),
    "atan": _by_value(lambda g, u, du: g.over(du, _one_plus(g, _square(g, u)))),
    "sinh": _by_value(lambda g, u, du: g.times(g.put("cosh", u), du)),
    "cosh": _by_value(lambda g, u, du: g.times(g.put("sinh", u), du)),
    "tanh": _by_result(lambda g, f, du: g.times(_one_minus(g, _square(g, f)), du)),
    "asinh": _by_value(lambda g, u, du: g.over(du, _root(g, _one_plus(g, _square(g, u))))),
    "acosh": _by_value(lambda g, u, du: g.over(du, _root(g, _minus_one(g, _square(g, u))))),
    "atanh": _by_value(lambda g, u, du: g.over(du, _one_minus(g, _square(g, u)))),
    "exp": _by_result(lambda g, f, du: g.times(f, du)),
    "log": _by_value(lambda g, u, du: g.over(du, u)),
    "sqrt": _by_result(lambda g, f, du: g.over(du, _scaled(g, 2.0, f))),
    "cbrt": _by_result(lambda g, f, du: g.over(du, _scaled(g, 3.0, _square(g, f)))),
    "abs": _by_value(lambda g, u, du: _either(g, u, du, g.negative(du))),
}
