"""How much of the land lines hide that lead over it."""

from typing import NamedTuple

import numpy as np

from ....surface.points import Array, Indices

AROUND = 3
"""How many lines side by side there is room for on either side of a place that is looked at."""
MOST = 256
"""Places on one straight line that are looked at, at most."""


class Covered(NamedTuple):
    """What lines hid that were there before each of n straight ones, and these themselves."""

    around: Array
    """The share that is filled around it, (n,)."""
    before: Array
    """The share of its own places that was filled before these lines were added, (n,)."""


class Covering:
    """Lines of one width on a picture, as those of its places that they fill, each as wide as a line."""

    def __init__(self, size: tuple[int, int], width: float) -> None:
        """None yet. The size of the picture and the width are in pixels."""
        self._width = width
        across, down = (int(side // width) + 1 + 2 * AROUND for side in size)
        self._filled = np.zeros((across, down), np.bool_)  # With room around for what is looked at on its edge.

    def add(self, lines: Array) -> Covered:
        """Add straight lines, (n, 2, 2), from points to points. What lies out of the picture is filled by nothing.

        >>> there = np.array([[[0.0, 50.0], [100.0, 50.0]]])
        >>> covering = Covering((110, 110), 10.0)
        >>> added = [covering.add(there + [0, down]) for down in (0, 0, 20, 10)]
        >>> [round(float(around[0]), 2) for around, _ in added]
        [0.12, 0.12, 0.24, 0.36]
        >>> [float(before[0]) for _, before in added]
        [0.0, 1.0, 0.0, 0.0]
        """
        starts, moves = lines[:, 0], lines[:, 1] - lines[:, 0]
        counts = np.clip(np.ceil(np.hypot(*moves.T) / self._width).astype(int), 1, MOST)
        shares = np.concatenate([(np.arange(count) + 0.5) / count for count in [*counts.tolist(), 0]])
        points = np.repeat(starts, counts, axis=0) + shares[:, None] * np.repeat(moves, counts, axis=0)
        x, y = np.floor(points / self._width).astype(int).T + AROUND
        across, down = self._filled.shape
        seen = (x >= AROUND) & (x < across - AROUND) & (y >= AROUND) & (y < down - AROUND)
        if not seen.any():
            return Covered(np.zeros(len(lines)), np.zeros(len(lines)))
        around, before = np.zeros((2, len(points)))
        before[seen] = self._filled[x[seen], y[seen]]
        around[seen] = self._around(x[seen], y[seen])
        owners = np.repeat(np.arange(len(lines)), counts)
        return Covered(*(np.bincount(owners, each, len(lines)) / counts for each in (around, before)))

    def _around(self, x: Indices, y: Indices) -> Array:
        """Fill places; the share of those around each that are filled then, (n,)."""
        self._filled[x, y] = True
        left, top = x.min() - AROUND, y.min() - AROUND
        part = self._filled[left : x.max() + AROUND + 1, top : y.max() + AROUND + 1]
        sums = np.zeros((part.shape[0] + 1, part.shape[1] + 1))
        sums[1:, 1:] = part.cumsum(axis=0).cumsum(axis=1)
        side, a, b = 2 * AROUND + 1, x - left - AROUND, y - top - AROUND
        filled = sums[a + side, b + side] - sums[a, b + side] - sums[a + side, b] + sums[a, b]
        return np.asarray(filled / side**2)
