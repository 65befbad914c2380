"""What was computed for pictures and may be wanted again: kept while all of it fits into one stated sum of bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, runtime_checkable

import numpy as np
import pygame

LIMIT = 96 << 20
"""Bytes of all that is kept, at most."""
OBJECT = 64  # Bytes of a small object, or of a list without what is in it.
LEAST = 512  # Bytes that anything weighs: its key, and its place among the others.

P = ParamSpec("P")
T = TypeVar("T")


@runtime_checkable
class Heavy(Protocol):
    """What tells how much memory it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes."""
        ...


class Store:
    """Values by their keys, those that were wanted last, up to a sum of bytes."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.weight = 0
        """Bytes of all values."""
        self.made = 0
        """How many values have been made, at all."""
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of that key, made if it is not there; a value that is heavier than the limit is not kept."""
        try:
            self._values.move_to_end(key)
        except KeyError:
            return self._made(key, make)
        found: T = self._values[key][0]
        return found

    def _made(self, key: Hashable, make: Callable[[], T]) -> T:
        value = make()
        self.made += 1
        weight = weight_of(value)
        if weight <= self.limit:
            self._values[key] = value, weight
            self.weight += weight
        while self.weight > self.limit:
            _, (_, least) = self._values.popitem(last=False)
            self.weight -= least
        return value

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()
        self.weight = 0


STORE = Store()
"""The one that pictures share."""


def kept(function: Callable[P, T]) -> Callable[P, T]:
    """A function whose results are kept in STORE; its arguments must be hashable, and its results are shared."""

    @wraps(function)
    def wanted(*args: P.args, **kwargs: P.kwargs) -> T:
        key = (function, args, tuple(sorted(kwargs.items()))) if kwargs else (function, args)
        return STORE.get(key, lambda: function(*args, **kwargs))

    return wanted


def weight_of(value: object) -> int:
    """About how many bytes a value takes: of pictures and arrays their content, else what it or its parts tell."""
    match value:
        case pygame.Surface():
            return LEAST + value.get_pitch() * value.get_height()
        case np.ndarray():
            return LEAST + value.nbytes
        case list() | tuple():
            return OBJECT + (len(value) * weight_of(value[0]) if value else 0)
        case int() | float() | str() | None:
            return OBJECT
        case Heavy():
            return LEAST + value.nbytes
    return LEAST
