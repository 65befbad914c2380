"""A surface that is typed: f(x, y) as a text, with derivatives derived from it symbolically.

What reads a formula and derives from it is imported by the first one that there is.
"""
# ruff: noqa: PLC0415

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...cancellation import raise_if_cancelled
from ...points import Array, components, matrices, vectors
from ...protocol import Window
from .error import FormulaError as FormulaError

if TYPE_CHECKING:
    from .program import Program

KEPT = 256  # Programs that are remembered, up to four of a formula.


@dataclass(frozen=True, slots=True)
class Formula:
    """f(x, y) as it is typed, for instance 0.5*x^2 + 0.25*y^4 - 0.5*y^2; `reading` tells the language.

    Where f is not a finite real number, its value is nan or infinite, and its derivatives are nan. Where a step of
    it has no derivative, as |u| at u = 0 has not, they are not finite either.

    Raises:
        FormulaError: the text is no formula.

    >>> Formula("x^2 + sin(x*y)").gradient(np.array([1.0, 0.0])).tolist()
    [2.0, 1.0]
    """

    formula: str

    usual_window: ClassVar[Window] = Window(-3.0, 3.0, -3.0, 3.0)
    """The usual window of formulas of which nothing is known; `surface.usual_window` knows better."""

    def __post_init__(self) -> None:
        from .reading import parse

        parse(self.formula)

    def value(self, points: Array) -> Array:
        """f."""
        return np.asarray(self._compute(points, 0)[0])

    def gradient(self, points: Array) -> Array:
        """∇f."""
        return vectors(self._compute(points, 1))

    def hessian(self, points: Array) -> Array:
        """∇²f."""
        return matrices(self._compute(points, 2))

    def value_and_gradient(self, points: Array) -> tuple[Array, Array]:
        """f and ∇f."""
        together = self._compute(points, 1, lower=True)
        return together[2], vectors(together[:2])

    def lower_bound(self) -> float:
        """What it is nowhere below, as far as the ranges of its parts tell."""
        from .bounds import bounds
        from .reading import parse

        return bounds(*parse(self.formula))[0]

    def _compute(self, points: Array, order: int, lower: bool = False) -> Array:
        """All derivatives of an order on the first axis, and, if asked for, the lower ones after these."""
        raise_if_cancelled()
        x, y = components(points).reshape(2, -1)
        program, partial = _program(self.formula, order, lower)
        results = program.run(x, y)
        if partial:
            results[: order + 1, ~np.isfinite(results[order + 1 :]).all(axis=0)] = np.nan
        count = len(results) if lower else order + 1
        return results[:count].reshape(count, *points.shape[:-1])


@lru_cache(maxsize=KEPT)
def _program(formula: str, order: int, lower: bool) -> "tuple[Program, bool]":
    """How to compute all derivatives of an order, and whether there may be places where they mean nothing.

    Those are where one of the lower derivatives, which then come after them, is not finite: the derivative of log(x),
    for instance, is 1/x for positive x alone.
    """
    from .program import program_of
    from .reading import parse

    graph, f = parse(formula)
    partial = order > 0 and graph.partial(f)
    roots, before = [f], list[int]()
    for _ in range(order):
        before += roots
        roots = [graph.derivative(roots[0], graph.x), *(graph.derivative(root, graph.y) for root in roots)]
    return program_of(graph, roots + before if partial or lower else roots), partial
