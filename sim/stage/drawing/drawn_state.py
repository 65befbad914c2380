"""What stands on a canvas on which one picture after another is drawn, as far as it is known."""

from collections.abc import Hashable
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from pygame import Rect, Surface

TILE = 160
"""Pixels along the sides of the squares in which ground that has been drawn upon is laid again."""


class _Ground(NamedTuple):
    """A picture on which others are drawn."""

    picture: Surface
    version: Hashable
    since: int
    """How many places had been drawn upon when it was laid."""


class DrawnState:
    """What stands on a canvas, and where something has been drawn over it.

    A box is one of pixels, from the canvas's upper left corner.
    """

    def __init__(self) -> None:
        self._touched: list[Rect] = []  # Where something was drawn, in order.
        self._keys: dict[Hashable, Hashable] = {}
        self._grounds: dict[tuple[int, ...], _Ground] = {}

    def clear(self) -> None:
        """Nothing of it is known to stand there any more."""
        self._touched.clear()
        self._keys.clear()
        self._grounds.clear()

    def holds(self, place: Hashable, key: Hashable) -> bool:
        """Whether what that key determines stands in a place so called; from now on it does."""
        if self._keys.get(place) == key:
            return True
        self._keys[place] = key
        return False

    def begun(self) -> list[Rect]:
        """A picture is begun: the list to which each place is to be added in which something is drawn."""
        oldest = min((ground.since for ground in self._grounds.values()), default=len(self._touched))
        del self._touched[:oldest]  # What lay under all ground that is still there.
        self._grounds = {box: each._replace(since=each.since - oldest) for box, each in self._grounds.items()}
        return self._touched

    def uncovered(self, box: Rect, picture: Surface, version: Hashable) -> list[Rect]:
        """The parts of a box in which such a version of a picture is not to be seen as it is: all of it, if it was not
        laid there last.
        """
        ground = self._grounds.get(tuple(box))
        if ground is None or ground.picture is not picture or ground.version != version:
            return [box]
        touched = self._touched[ground.since :]
        over = [touched[index] for index in box.collidelistall(touched)]
        return [tile for tile in _tiles(*box) if tile.collidelist(over) >= 0]

    def laid(self, box: Rect, picture: Surface, version: Hashable) -> None:
        """Such a version of a picture is to be seen in a box."""
        self._grounds[tuple(box)] = _Ground(picture, version, len(self._touched))


@lru_cache(maxsize=32)
def _tiles(left: int, top: int, width: int, height: int) -> tuple[Rect, ...]:
    """Squares that cover a box; those at its far sides are smaller."""
    box = Rect(left, top, width, height)
    corners = product(range(box.left, box.right, TILE), range(box.top, box.bottom, TILE))
    return tuple(Rect(x, y, TILE, TILE).clip(box) for x, y in corners)
