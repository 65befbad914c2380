"""How much of the land lines hide that lead over it."""

from collections import Counter

import numpy as np

from ....surface.points import Array, Indices

ACROSS = 6
"""How many lines side by side fill a square."""
SPAN = 1 << 24
"""More than there are places from one side of a picture to the other."""
MOST = 256
"""Places on one straight line at which it is looked at, at most."""


class Covering:
    """Lines of one width on a picture, as places so wide; which share of a square they fill depends on no order."""

    def __init__(self, width: float) -> None:
        """None yet."""
        self._width = width
        self._filled: set[tuple[int, int]] = set()
        self._counts: Counter[tuple[int, int]] = Counter()  # Of each square, how many of its places are filled.

    def add(self, lines: Array) -> float:
        """Add straight lines, (n, 2, 2), from points to points; which share of the squares on their way is filled.

        >>> there = np.array([[[0.0, 5.0], [60.0, 5.0]]])
        >>> covering = Covering(10.0)
        >>> f"{covering.add(there):.2f} {covering.add(there):.2f} {covering.add(there + [0, 20]):.2f}"
        '0.17 0.17 0.33'
        """
        starts, moves = lines[:, 0], lines[:, 1] - lines[:, 0]
        ways = np.hypot(moves[:, 0], moves[:, 1])
        if not ways.any():
            return 0.0
        counts = np.clip(np.ceil(ways / self._width).astype(int), 1, MOST)
        shares = np.concatenate([(np.arange(count) + 0.5) / count for count in counts.tolist()])
        points = np.repeat(starts, counts, axis=0) + shares[:, None] * np.repeat(moves, counts, axis=0)
        places, squares = (np.floor(points / side).astype(int) for side in (self._width, ACROSS * self._width))
        fresh = set(_different(places)[0]) - self._filled
        self._filled |= fresh
        self._counts.update((x // ACROSS, y // ACROSS) for x, y in fresh)
        passed, which = _different(squares)
        filled = np.array([self._counts[square] for square in passed])[which]
        return float(np.average(filled, weights=np.repeat(ways / counts, counts))) / ACROSS**2


def _different(places: Indices) -> tuple[list[tuple[int, int]], Indices]:
    """The places among these, (n, 2), each once, and which of them each is."""
    _, first, which = np.unique(places @ (SPAN, 1), return_index=True, return_inverse=True)
    return [(x, y) for x, y in places[first].tolist()], which
