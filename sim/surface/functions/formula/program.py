"""Expressions as a list of steps that NumPy takes, one after the other, for many points at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from ...points import Array
from .graph import OPERATIONS, Graph

BLOCK = 1 << 12  # Points that are computed at once: what is in between stays in the processor's cache.

_X, _Y = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Steps that compute some expressions in x and y.

    Its memory has cells for x and y, then for constants, then for what the steps make; a step may overwrite
    what no later one needs.
    """

    steps: tuple[tuple[Callable[..., Any], Callable[[list[Any]], tuple[Any, ...]]], ...]
    """What to call, and how to take from the memory what to call it with: its operands, and where the result goes."""
    constants: tuple[Array, ...]
    """Arrays without axes, which NumPy takes up faster than Python's numbers."""
    cells: int
    """How many cells the results of steps need."""
    results: tuple[int, ...]
    """The cells in which the expressions are in the end."""

    def run(self, x: Array, y: Array) -> Array:
        """The expressions at n points, shape (results, n), from contiguous coordinates of shape (n,).

        No warning is given where one is not finite.
        """
        out = np.empty((len(self.results), len(x)))
        cells = np.empty((self.cells, min(len(x), BLOCK)))
        with np.errstate(all="ignore"):
            for first in range(0, len(x), BLOCK):
                here = slice(first, first + BLOCK)
                memory = [x[here], y[here], *self.constants, *cells[:, : len(x) - first]]
                for function, places in self.steps:
                    function(*places(memory))
                for row, cell in enumerate(self.results):
                    out[row, here] = memory[cell]
        return out


def program_of(graph: Graph, roots: Sequence[int]) -> Program:
    """How to compute these expressions of a graph."""
    writer = _Writer()
    places = {graph.x: _X, graph.y: _Y}
    for number in graph.below(roots):
        value, operands = graph.value(number), graph.operands(number)
        if value is not None:
            places[number] = writer.constant(value)
        elif operands:
            operation = str(graph.nodes[number][0])
            first, *others = (places[operand] for operand in operands)
            exponent = graph.value(operands[-1]) if operation == "^" else None
            places[number] = (
                writer.step(operation, first, *others) if exponent is None else writer.power(first, exponent)
            )
    return writer.finished([places[root] for root in roots])


class _Writer:
    """A program in the making: every constant and every result has a place of its own until it is finished."""

    def __init__(self) -> None:
        self._count = 2
        self._steps: list[tuple[str, tuple[int, ...], int]] = []
        self._constants: dict[float, int] = {}
        self._powers: dict[tuple[int, float], int] = {}

    def _place(self) -> int:
        self._count += 1
        return self._count - 1

    def constant(self, value: float) -> int:
        """The place of a constant."""
        if value not in self._constants:
            self._constants[value] = self._place()
        return self._constants[value]

    def step(self, operation: str, *operands: int) -> int:
        """The place of a step's result."""
        self._steps.append((operation, operands, self._place()))
        return self._steps[-1][-1]

    def power(self, base: int, exponent: float) -> int:
        """The place of a power: of products where the exponent is a whole number, which are exactly even or odd."""
        if exponent == 1:
            return base
        key = base, exponent
        if key not in self._powers:
            if exponent < 0:
                result = self.step("/", self.constant(1.0), self.power(base, -exponent))
            elif exponent % 1 == 0.5:
                result = self.power(self.power(base, 0.5), 2 * exponent) if exponent > 1 else self.step("sqrt", base)
            elif exponent % 1:
                result = self.step("^", base, self.constant(exponent))
            elif exponent % 2:
                result = self.step("*", self.power(base, exponent - 1), base)
            else:
                half = self.power(base, exponent / 2)
                result = self.step("*", half, half)
            self._powers[key] = result
        return self._powers[key]

    def finished(self, results: Sequence[int]) -> Program:
        """The program, with as few cells as its steps can do with."""
        last_use = {place: number for number, (_, operands, _) in enumerate(self._steps) for place in operands}
        last_use |= dict.fromkeys(results, len(self._steps))
        cells = {_X: _X, _Y: _Y} | {place: 2 + i for i, place in enumerate(self._constants.values())}
        mine = first = len(cells)
        free: list[int] = []
        steps = []
        for number, (operation, operands, place) in enumerate(self._steps):
            taken = [cells[operand] for operand in operands]
            free += {cells[operand] for operand in operands if last_use[operand] == number and cells[operand] >= mine}
            if not free:
                free.append(first)
                first += 1
            cells[place] = free.pop()
            steps.append((OPERATIONS[operation], itemgetter(*taken, cells[place])))
        constants = tuple(np.array(value) for value in self._constants)
        return Program(tuple(steps), constants, first - mine, tuple(cells[place] for place in results))
