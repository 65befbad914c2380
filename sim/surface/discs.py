"""In which of many discs points lie, without a look at most of them."""

import numpy as np

from .points import Array, Indices, Mask, group_indices

SLACK = 1e-9  # By what discs are taken to reach farther than they do, of their radii and coordinates: for rounding.
LEAST = 1e-150  # And at least by so much: the squares of shorter gaps are 0.
TOGETHER = 1 << 13  # Points that are looked at together.


class Tiles:
    """The plane in tiles, and the discs that reach into each.

    As many discs have their centers in each row of tiles, and in each column, however crowded they are in places; the
    outermost tiles have no end.
    """

    def __init__(self, centers: Array, radii: Array) -> None:
        """Tiles for the discs around the centers (K, 2) with the radii (K,)."""
        self._centers, self._radii = centers, radii
        shares = np.linspace(0.0, 1.0, int(np.sqrt(len(centers))) + 2)[1:-1]
        self._edges = [np.unique(np.quantile(axis, shares)) for axis in centers.T]
        reach = radii[:, None] + SLACK * (radii[:, None] + np.abs(centers)) + LEAST
        column, row = self._places(centers - reach)
        wide, tall = self._places(centers + reach) - (column, row) + 1
        disc, cell = group_indices(wide * tall)
        tiles = self._tiles(column[disc] + cell // tall[disc], row[disc] + cell % tall[disc])
        order = np.argsort(tiles, kind="stable")
        self._discs = disc[order]
        count = (len(self._edges[0]) + 1) * (len(self._edges[1]) + 1)
        self._begins = np.searchsorted(tiles[order], np.arange(count + 1))

    @property
    def nbytes(self) -> int:
        """Bytes of what is remembered of the tiles."""
        return self._discs.nbytes + self._begins.nbytes

    def last(self, points: Array, share: float, nowhere: int) -> tuple[Indices, Mask]:
        """The last disc in which each of the points (n, 2) lies, and if within this share of its radius; both (n,).

        nowhere: what stands for the discs if it is in none.
        """
        labels, inner = np.full(len(points), nowhere, dtype=np.intp), np.zeros(len(points), dtype=np.bool_)
        for first in range(0, len(points), TOGETHER):
            part = slice(first, first + TOGETHER)
            point, disc, within = self._inside(points[part], share)
            labels[part][point], inner[part][point] = disc, within
        return labels, inner

    def _inside(self, points: Array, share: float) -> tuple[Indices, Indices, Mask]:
        """Which of the points (n, 2) lie in discs, in which one last, and how far inside; each (k,)."""
        tiles = self._tiles(*self._places(points))
        begins = self._begins[tiles]
        point, number = group_indices(self._begins[tiles + 1] - begins)
        disc = self._discs[begins[point] + number]
        with np.errstate(over="ignore", invalid="ignore"):
            x, y = (points[point] - self._centers[disc]).T
            squares = x * x + y * y
        inside = np.flatnonzero(squares <= (self._radii * self._radii)[disc])
        inside = inside[np.diff(point[inside], append=-1) != 0]
        disc, core = disc[inside], share * self._radii
        return point[inside], disc, squares[inside] <= (core * core)[disc]

    def _places(self, points: Array) -> Indices:
        """The columns and the rows of tiles in which the points (n, 2) lie; (2, n)."""
        places = zip(self._edges, points.T, strict=True)
        return np.stack([np.searchsorted(edges, axis, "right") for edges, axis in places])

    def _tiles(self, columns: Indices, rows: Indices) -> Indices:
        """The numbers of the tiles in these columns and rows (n,); (n,)."""
        return columns * (len(self._edges[1]) + 1) + rows
