"""What was computed for pictures and may be wanted again: kept while all of it fits into one stated sum of bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from threading import RLock
from types import FunctionType
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
import pygame

LIMIT = 64 << 20
"""Bytes of all that is kept, at most."""
OBJECT = 64  # Bytes of a small object, or of a list without what is in it.
HELD = 1 << 18
"""Bytes that a key weighs at most: many that name old races are to go, but not all that name a long one in use."""
NEAR = 256
"""Results of a function that are at hand, besides what is kept of them."""
LEAST = 512  # Bytes that anything weighs: its key, and its place among the others.
LIGHT = frozenset({int, float, bool, str, bytes, FunctionType})
"""Parts of keys that hold nothing more: they are most of all parts, and need not be asked."""

P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@runtime_checkable
class Heavy(Protocol):
    """What knows by itself how much it holds."""

    @property
    def nbytes(self) -> int:
        """Bytes."""
        ...


class Cache:
    """Values by their keys, those that were wanted last, up to a sum of bytes. Threads may share it."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit
        self.weight = 0
        """Bytes of all values."""
        self.made = 0
        """How many values have been made, at all."""
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = RLock()  # Held while something is looked up or put down, not while it is made.

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of that key, made if it is not there; a value that is heavier than the limit is not kept.

        Of threads that want the same at once, each may make it; the first one's is kept.
        """
        with self._lock:
            entry = self._values.get(key)
            if entry is not None:
                self._values.move_to_end(key)
                found: T = entry[0]
                return found
        value = make()
        with self._lock:
            self.made += 1
            self.keep(key, value)
        return value

    def find(self, key: Hashable) -> Any:
        """The value of that key, if it is there; it has been wanted now."""
        with self._lock:
            entry = self._values.get(key)
            if entry is None:
                return None
            self._values.move_to_end(key)
            return entry[0]

    def keep(self, key: Hashable, value: object) -> None:
        """Keep a value that has been made elsewhere, unless there is one, or it is heavier than the limit."""
        weight = weight_of(value) + min(weight_held(key), HELD)
        with self._lock:
            if weight <= self.limit and key not in self._values:
                self._values[key] = value, weight
                self.weight += weight
            while self.weight > self.limit:
                _, (_, least) = self._values.popitem(last=False)
                self.weight -= least

    def put(self, key: Hashable, value: object) -> None:
        """Keep a value instead of any other of that key."""
        with self._lock:
            self.take(key)
            self.keep(key, value)

    def take(self, key: Hashable) -> Any:
        """Give away the value of that key, which is kept no longer; None if there is none."""
        with self._lock:
            value, weight = self._values.pop(key, (None, 0))
            self.weight -= weight
            return value

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._values.clear()
            self.weight = 0


CACHE = Cache()
"""The one that pictures share."""


def cached(function: Callable[P, T]) -> Callable[P, T]:
    """A function whose results are kept in CACHE; its arguments must be hashable, and its results are shared."""

    @wraps(function)
    def wanted(*args: P.args, **kwargs: P.kwargs) -> T:
        key = (function, args, tuple(sorted(kwargs.items()))) if kwargs else (function, args)
        return CACHE.get(key, lambda: function(*args, **kwargs))

    return wanted


def hot_cached(function: Callable[P, T]) -> Callable[P, T]:
    """A function whose results are kept in CACHE, and the last NEAR at hand: small ones, asked for by dozens."""
    return cast(Callable[P, T], lru_cache(maxsize=NEAR)(cached(function)))


class Recent(Generic[K, T]):
    """Values that grow while they are in use: the few that were wanted last, whatever they weigh.

    The others grow no more. They are kept in CACHE, with all else, for as long as there is room.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._values: list[tuple[K, T]] = []  # The last wanted is the last.

    def find(self, key: K) -> T | None:
        """The value of that key, if there is one; it has been wanted now."""
        for place, (known, value) in enumerate(self._values):
            if known is key or known == key:  # A key's hash may take longer than to see that it is the same.
                self._values.append(self._values.pop(place))
                return value
        value = CACHE.take((self, key))
        if value is not None:
            self.keep(key, value)
        return value

    def get(self, key: K, make: Callable[[], T]) -> T:
        """The value of that key, made if it is not there."""
        found = self.find(key)
        if found is None:
            self.keep(key, found := make())
        return found

    def keep(self, key: K, value: T) -> None:
        """Have a value that has been made elsewhere, instead of any other of that key."""
        self._values = [entry for entry in self._values if entry[0] != key]
        self._values.append((key, value))
        while len(self._values) > self._count:
            old, least = self._values.pop(0)
            CACHE.keep((self, old), least)

    def clear(self) -> None:
        """Forget all, and all that CACHE has."""
        self._values.clear()
        CACHE.clear()


def weight_held(key: object) -> int:
    """About how many bytes stay in memory with a key: what it names lives for as long as it does.

    What several keys name counts with each of them.
    """
    if isinstance(key, tuple):
        return sum(weight_held(part) for part in key if type(part) not in LIGHT)
    held = getattr(key, "nbytes", 0)
    return held if isinstance(held, int) else 0


def weight_of(value: object) -> int:
    """About how many bytes a value takes: of pictures and arrays their content, of others those of their parts."""
    match value:
        case pygame.Surface():
            return LEAST + value.get_pitch() * value.get_height()
        case np.ndarray():
            return LEAST + value.nbytes
        case list() | tuple():
            return OBJECT + (len(value) * weight_of(value[0]) if value else 0)
        case int() | float() | str() | None:
            return OBJECT
        case Heavy():  # The last, since it takes longest to find out.
            return LEAST + value.nbytes
    return LEAST
