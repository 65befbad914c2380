"""Squares around the origin, each twice as wide as the one before: up to the one that holds what matters."""

import numpy as np

from ...protocol import ClosedForm
from .rays import first_bottom
from .square import NOTHING, Square, square_around

LADDER = tuple(2.0**step for step in range(10))  # Half sides of the squares around the origin that are searched.
# How many times as wide the next square is where a floor leaves one, or where nothing is in one that is FAR wide.
ENDS, FAR = 4.0, 8.0
MANY = 16  # A surface with more critical points in a square may have them everywhere, as ripples have.
GROWTH = 1.3  # Where each square has so many times the points of the one before, the first tells as much as the last.
FAINT = 0.05  # The first tells too little if its critical points differ by a smaller share of what the last one's do.
PATIENCE = 3  # How many wider squares are searched for a minimum where there are other critical points.
WIDER = 1.25  # The square in which a bottom farther away is looked for, over what reaches to it.


def telling_square(surface: ClosedForm) -> Square:
    """The first square that seems to hold what matters."""
    kept, growing, steady, last = NOTHING, list[Square](), 0, 0.0
    for half in LADDER:
        if half < ENDS * last and (kept.cut or (last >= FAR and not kept.count)):
            continue
        square, last = square_around(surface, half), half
        growing = [*growing, square] if growing and square.count >= GROWTH * growing[-1].count else [square]
        if square.count > MANY:
            telling = (one for one in growing if one.bottoms and one.relief >= FAINT * square.relief)
            return next(telling, square)
        if _tells_more(square, kept):
            kept, steady = square, 0
        elif kept.count:
            steady += 1
            if kept.cut and not square.cut and square.whole and square.count <= kept.count:
                return square
            on = square.bent and square.count == kept.count
            alone = kept.count == 1 or kept.count >= 2 * kept.bottoms  # Behind a saddle there may be another bottom.
            if steady >= (PATIENCE if not kept.bottoms else 2 if on or alone else 1):
                break
    return kept if kept.bottoms else _farther(surface, kept)


def _tells_more(square: Square, kept: Square) -> bool:
    """Whether a square tells more than the one kept so far: of the first bottom, or of more critical points.

    Or that what seemed to be a single one at the border is on a floor.
    """
    if square.bottoms and not kept.bottoms and kept.count:
        return square.whole or square.walled
    if kept.cut:
        return square.count > kept.count and not square.cut
    return square.count > kept.count or (square.cut and square.count == kept.count)


def _farther(surface: ClosedForm, kept: Square) -> Square:
    """The square that also holds the bottoms to which straight ways lead down from what is kept, if there are such."""
    radius = first_bottom(surface, kept.places)
    if radius is None:
        return kept
    reach = WIDER * (float(np.abs(kept.places).max()) + radius)
    half = next((half for half in LADDER if half >= reach), None)
    square = NOTHING if half is None else square_around(surface, half)
    return square if square.whole else kept
