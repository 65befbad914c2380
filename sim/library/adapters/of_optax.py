"""Gradient transformations of optax as rules.

Each marble is a parameter of its own, of two numbers: a transformation is mapped over them, so that norms are those of
a marble. They are computed in blocks of BLOCK, the last filled up: every block is the same program for the same shapes,
and each marble goes through the same instructions whatever stands beside it.
"""

from collections import namedtuple
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ...descent.rules.protocol import LearningRate, Slope
from ...descent.update import ConstantGradient, one_update
from ...surface.points import Array
from ..mistakes import UseError, real, shown
from . import FOREIGN, needed, told

BLOCK = 256
"""Marbles that are computed at once."""


@dataclass(frozen=True)
class Made:
    """A function that makes a transformation, and its arguments."""

    maker: Any
    settings: tuple[tuple[str, Any], ...]

    def transformation(self) -> Any:
        """It, made."""
        return self.maker(**dict(self.settings))


@dataclass(frozen=True)
class OptaxRule:
    """A gradient transformation as a rule; `adapters.optax` makes it.

    learning_rate: by which its updates are as they are if it is `stated`, else in proportion.
    origin: the transformation, or what makes it.
    stated: the learning rate that it has by itself.
    """

    learning_rate: LearningRate
    origin: Any
    stated: float

    @property
    def name(self) -> str:
        """What it is called on screen and in tables."""
        return f"optax {self.origin.maker.__name__}" if isinstance(self.origin, Made) else "optax"

    def told(self) -> dict[str, Any]:
        """Its settings, for tables."""
        others = dict(self.origin.settings) if isinstance(self.origin, Made) else {}
        return {**others, "learning_rate": self.learning_rate}

    def init(self, theta: Array) -> tuple[Any, ...]:
        """What the transformation begins with."""
        program = _program(self.origin)
        places = theta.reshape(-1, 2)
        with _double():
            return _joined([program.begin(block) for block in _blocks(places)], len(places))

    def step(self, theta: Array, slope: Slope, state: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
        """The transformation's updates of the gradient."""
        program, places = _program(self.origin), theta.reshape(-1, 2)
        blocks = zip(
            _blocks(slope.here.reshape(-1, 2)),
            zip(*map(_blocks, state), strict=True) if state else [()] * max(1, -(-len(places) // BLOCK)),
            _blocks(places),
            strict=True,
        )
        with _double():
            done = [program.update(gradient, parts, here) for gradient, parts, here in blocks]
        updates = np.concatenate([update for update, _ in done])[: len(places)].reshape(theta.shape)
        factor = self.learning_rate / self.stated
        return updates if factor == 1 else factor * updates, _joined([parts for _, parts in done], len(places))


def optax_rule(made: Any, learning_rate: float | None, settings: Mapping[str, Any]) -> OptaxRule:
    """The rule that a transformation is; it is tried.

    Raises:
        UseError: it cannot be one.
    """
    kind = needed("optax").GradientTransformation
    if isinstance(made, kind):
        if settings:
            raise UseError(f"what is made already takes no {next(iter(settings))}: give the function that makes it")
        origin: Any = made
    elif callable(made):
        others = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
        rate = {} if learning_rate is None else {"learning_rate": learning_rate}
        origin = Made(made, tuple((rate | others).items()))
    else:
        raise UseError(f"adapters.optax takes a transformation such as optax.adam(0.1), not {shown(made)}")
    stated = 1.0 if learning_rate is None else real(learning_rate)
    if not 0 < stated < np.inf:
        raise UseError(f"learning_rate must be a number above 0, not {shown(learning_rate)}")
    rule = OptaxRule(stated, origin, stated)
    try:
        hash(rule)
        theta = np.zeros((1, 2))
        one_update(rule, ConstantGradient(np.ones(2)), theta, None, rule.init(theta))
    except FOREIGN as error:
        raise UseError(f"{rule.name} cannot update a parameter of two numbers: {told(error)}") from error
    return rule


class _Program:
    """A transformation of one block of marbles, compiled when it is first asked."""

    def __init__(self, transformation: Any) -> None:
        jax = needed("jax")
        self._tree: Any = None
        self._init = jax.jit(jax.vmap(transformation.init))
        self._update = jax.jit(jax.vmap(transformation.update))
        self._trees = jax.tree_util

    def begin(self, places: Array) -> list[Array]:
        """What is remembered of marbles at θ (BLOCK, 2) before their first update: arrays (BLOCK, …)."""
        leaves, self._tree = self._trees.tree_flatten(self._init(places))
        self._shapes = [leaf.shape for leaf in leaves]
        return _arrays(leaves)

    def update(self, gradient: Array, parts: tuple[Array, ...], places: Array) -> tuple[Array, list[Array]]:
        """The updates (BLOCK, 2) that answer the gradients, and what is remembered after them."""
        if self._tree is None:
            self.begin(places)
        leaves = [part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True)]
        state = self._trees.tree_unflatten(self._tree, leaves)
        updates, state = self._update(gradient, state, places)
        return np.array(updates), _arrays(self._trees.tree_leaves(state))


@lru_cache(maxsize=16)
def _program(origin: Any) -> _Program:
    return _Program(origin.transformation() if isinstance(origin, Made) else origin)


def _double() -> AbstractContextManager[Any]:
    """Within it, in this thread, jax computes in double precision."""
    jax = needed("jax")
    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else needed("jax.experimental").enable_x64
    found: AbstractContextManager[Any] = enable(True)
    return found


def _blocks(rows: Array) -> list[Array]:
    """Rows (M, …) in blocks of BLOCK, the last filled up with zeros."""
    count = max(1, -(-len(rows) // BLOCK))
    filled = np.zeros((count * BLOCK, *rows.shape[1:]), dtype=rows.dtype)
    filled[: len(rows)] = rows
    return [*filled.reshape(count, BLOCK, *rows.shape[1:])]


def _arrays(leaves: list[Any]) -> list[Array]:
    """What jax has, as arrays with an axis behind the marbles'."""
    found = [np.array(leaf) for leaf in leaves]
    return [each[:, None] if each.ndim == 1 else each for each in found]


def _joined(blocks: list[list[Array]], count: int) -> tuple[Any, ...]:
    parts = [np.concatenate(each)[:count] for each in zip(*blocks, strict=True)]
    found: tuple[Any, ...] = _kind(len(parts))(*parts)
    return found


@lru_cache(maxsize=64)
def _kind(count: int) -> Any:
    """The NamedTuple of so many arrays."""
    return namedtuple("OptaxState", [f"leaf_{place}" for place in range(count)])
