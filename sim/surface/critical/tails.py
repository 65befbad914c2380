"""Whether what is level is so by rounding alone, as the tails of functions are."""

import numpy as np

from ..points import Array
from ..protocol import Surface

# From which to which height over a bottom, as shares of the surface's relief, it is told whether it fades out.
FADING = (1e-12, 1e-4)
ROUNDED = 100.0  # Heights of fewer times what numbers of a bottom's own height can tell apart, tell nothing.
SHALLOW = 1e-3  # And nothing is told where the lowest height is a larger share of the highest.
FARTHEST = 8.0  # Cells beyond the edge in which it is looked for these heights, and within it.
HALVINGS = 40
STEEPEST = 500.0  # An exponent as great as this is none.
SAME = 0.7  # The exponent beyond is less than this share of that within where no power rises.


def fading(surface: Surface, edges: Array, ways: Array, height: float, relief: float) -> float:
    """At which share of these edges (n, 2) it is level within by rounding alone: beyond, it rises as exponentials do.

    NaN where that is not seen.

    Where powers rise, each of two heights that are so many times as high as the one before comes so many times as far
    out, and the exponent is the same farther in; where exponentials do, it is greater there, or there is none.

    ways: out of each of the edges, (n, 2), a cell long.
    """
    lowest = max(FADING[0] * relief, ROUNDED * float(np.spacing(abs(height))))
    if not lowest < SHALLOW * FADING[1] * relief:
        return np.nan
    heights = np.geomspace(lowest, FADING[1] * relief, 5)
    above = surface.value(edges + np.arange(1.0, FARTHEST + 1)[:, None, None] * ways) - height > heights[-1]
    seen = above.any(axis=0)
    if not seen.any():
        return np.nan
    edges, ways, outside = edges[seen], ways[seen], above[:, seen].argmax(axis=0) + 1.0
    low, high = np.full((5, len(edges)), -FARTHEST), np.tile(outside, (5, 1))
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        higher = surface.value(edges + middle[..., None] * ways) - height > heights[:, None]
        low, high = np.where(higher, low, middle), np.where(higher, middle, high)
    apart = np.diff(high, axis=0)
    within, beyond = (np.log(apart[i + 1] / apart[i]) / np.log(heights[1] / heights[0]) for i in (0, 2))
    return float((~(beyond > 1 / STEEPEST) | (within < SAME * beyond)).mean())
