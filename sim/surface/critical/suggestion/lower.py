"""Bottoms farther out that are lower than all that a square shows: no way need lead down to them from there."""

from dataclasses import replace

import numpy as np

from ...points import Array
from ...protocol import ClosedForm, Window
from ..cusps import compass
from ..newton import CIRCLE, first_of_each
from ..survey import finite
from .square import CELLS, MANY, Square

WIDER = (4.0, 16.0, 64.0)  # Half sides of the grids around the origin, over that of what is known,
WIDEST = 512.0  # or this.
NODES = 129  # Along each side of a grid.
FEW = 4  # Where there are more lower bottoms, as on a slope with ripples, each tells as much as what is known.
MOST = 64  # Nodes of a grid from which ways are followed down, the lowest.
LOWER = 1e-6  # By how much they are lower at least, over how high it rises around the lowest that is known.


def with_lower_bottoms(surface: ClosedForm, square: Square) -> Square:
    """The square, and the few bottoms that are lower than all of its own, as far as wider grids show them."""
    if not square.bottoms or square.count > MANY:
        return square
    reach = max(0.5 * CELLS * square.cell, float(np.abs(square.places).max()))
    heights = surface.value(square.places)
    lowest, height = square.places[heights.argmin()], float(heights.min())
    rise = float(np.median(np.abs(finite(surface.value(lowest + square.cell * CIRCLE) - height))))
    sides = sorted({min(reach * wider, WIDEST) for wider in WIDER})
    found = np.concatenate([_lower(surface, side, height - LOWER * rise) for side in sides])
    found = first_of_each(found, square.cell)
    if len(found) > FEW:
        return square
    return replace(
        square,
        places=np.concatenate([square.places, found]),
        count=square.count + len(found),
        bottoms=square.bottoms + len(found),
    )


def _lower(surface: ClosedForm, side: float, level: float) -> Array:
    """The bottoms (n, 2) lower than this level to which ways lead down from the lowest nodes of a grid."""
    window, cell = Window(-side, side, -side, side), 2 * side / (NODES - 1)
    nodes = window.grid(NODES, NODES)
    values = surface.value(nodes)
    values[np.isnan(values)] = np.inf
    around = np.lib.stride_tricks.sliding_window_view(values, (3, 3))
    inner, low = values[1:-1, 1:-1], values[1:-1, 1:-1] < level
    low[low] = inner[low] <= around[low].min(axis=(-2, -1))
    starts = nodes[1:-1, 1:-1][low][np.argsort(inner[low], kind="stable")[:MOST]]
    found = compass(surface, window, starts, cell)
    return first_of_each(found[np.argsort(surface.value(found), kind="stable")], cell)
