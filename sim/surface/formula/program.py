"""Expressions as a list of steps that NumPy takes, one after the other, for many points at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from sim.surface.formula.graph import OPERATIONS, Graph
from sim.surface.points import Array

BLOCK = 1 << 12  # Points that are computed at once: what is in between stays in the processor's cache.


@dataclass(frozen=True, slots=True)
class Program:
    """Steps that compute some expressions in x and y.

    A cell of its memory holds x, y, a constant or the result of a step; a step may overwrite what no later one needs.
    """

    steps: tuple[tuple[Callable[..., Any], Callable[[list[Any]], tuple[Any, ...]]], ...]
    """What to do, and how to take from the memory what to do it with and where to put the result."""
    constants: tuple[float, ...]
    """They follow x and y in the memory,"""
    room: int
    """and then come so many results."""
    results: tuple[int, ...]
    """Where the expressions are in the end."""

    def run(self, x: Array, y: Array) -> Array:
        """The expressions at n points, shape (results, n), from contiguous coordinates x and y of shape (n,).

        No warning is given where a result is not finite.
        """
        out = np.empty((len(self.results), len(x)))
        workspace = np.empty((self.room, min(len(x), BLOCK)))
        with np.errstate(all="ignore"):
            for first in range(0, len(x), BLOCK):
                here = slice(first, first + BLOCK)
                a, b = x[here], y[here]
                memory = [a, b, *self.constants, *workspace[:, : len(a)]]
                for function, places in self.steps:
                    function(*places(memory))
                for row, place in enumerate(self.results):
                    out[row, here] = memory[place]
        return out


class _Writer:
    """A program in the making. Each result has a number of its own until `finished` shares out the memory."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.steps: list[tuple[str, tuple[int, ...], int]] = []
        self.constants: dict[float, int] = {}
        self.count = 0
        self._powers: dict[tuple[int, int], int] = {}
        self._places: dict[int, int] = {}
'''
'''
