"""Squares around the origin, each twice as wide as the one before: up to the one that holds what matters."""

from dataclasses import replace

import numpy as np

from ...points import Array
from ...protocol import ClosedForm
from ..newton import CIRCLE
from .rays import first_bottom, ring_around
from .square import MANY, NOTHING, Square, square_around

LADDER = tuple(2.0**step for step in range(10))  # Half sides of the squares around the origin that are searched.
# How many times as wide the next square is where a floor leaves one, or where nothing is in one that is FAR wide.
ENDS, FAR = 4.0, 8.0
GROWTH = 1.2  # Where each square has so many times the points of the one before, the first tells as much as the last.
FAINT = 0.05  # The first tells too little if its critical points differ by a smaller share of what the last one's do.
PATIENCE = 3  # How many wider squares are searched for a minimum where there are other critical points.
# How far from the origin a bottom is looked for, and how exactly, if nothing is, and if then nothing is seen there.
FARTHEST, PRECISE, EXACT = 2.0**20, 2.0**4, 2.0**-5
STEPS = 100  # Of a walk down to it, at most.
WIDER = 1.25  # The square in which a bottom farther away is looked for, over what reaches to it.
LONGER = 3  # Squares for a floor that is longer than rays from amid it show, each twice as wide as the one before.


def telling_square(surface: ClosedForm) -> Square:
    """The first square that seems to hold what matters."""
    kept = square = NOTHING
    growing, steady, last = list[Square](), 0, 0.0
    for half in LADDER:
        ends = kept.cut and square.count <= 0.5 * MANY  # Of ripples, a much wider square may show thousands.
        if half < ENDS * last and (ends or (last >= FAR and not kept.count)):
            continue
        square, last = square_around(surface, half), half
        growing = [*growing, square] if growing and square.count >= GROWTH * growing[-1].count else [square]
        if square.count > MANY:
            # One critical point tells nothing of ripples.
            telling = [one for one in growing if one.bottoms and one.count > 1 and one.relief >= FAINT * square.relief]
            return next((one for one in telling if not one.cut), next(iter(telling), square))
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
    if kept.cut or not kept.bottoms:
        around = ring_around(surface, np.concatenate([kept.tops, square.tops]))
        if len(around):
            return _closed(surface, kept, around)
    return kept if kept.bottoms else _farther(surface, kept)


def _tells_more(square: Square, kept: Square) -> bool:
    """Whether a square tells more than the one kept so far: of the first bottom, or of more critical points.

    Or that what seemed to be a single one at the border is on a floor.
    """
    if square.bottoms and not kept.bottoms and kept.count:
        return square.whole or square.walled
    if kept.cut:
        return square.met > kept.met or (square.count > kept.count and not square.cut)
    return square.count > kept.count or (square.cut and square.count == kept.count)


def _closed(surface: ClosedForm, kept: Square, around: Array) -> Square:
    """The square that holds a floor whole that surrounds a top of the one kept, by places on it; or that one with them.

    around: these places (n, 2).
    """
    low, high = around.min(axis=0), around.max(axis=0)
    reach = 0.5 * WIDER * float((high - low).max())
    for half in (reach * np.exp2(np.arange(LONGER))).tolist():
        square = square_around(surface, half, 0.5 * (low + high))
        if square.whole:
            return square
    return replace(kept, places=np.concatenate([kept.places, around]))


def _farther(surface: ClosedForm, kept: Square) -> Square:
    """The square that also holds the bottoms to which ways lead down from what is kept, if there are such."""
    rest = None if kept.count else _downhill(surface)
    if kept.count:
        radius, widest = first_bottom(surface, kept.places), LADDER[-1]
        reach = None if radius is None else float(np.abs(kept.places).max()) + radius
    else:
        reach, widest = None if rest is None else float(np.abs(rest).max()), 2 * FARTHEST
    if reach is None or WIDER * reach > widest:
        return kept
    square = square_around(surface, max(LADDER[0], float(np.exp2(np.ceil(np.log2(WIDER * reach))))))
    if not square.whole and rest is not None:  # Walls that rise by many orders hide it from all but narrow squares.
        rest = _walk(surface, rest, PRECISE, EXACT)
        square = square if rest is None else square_around(surface, LADDER[0], rest)
    return square if square.whole else kept


def _downhill(surface: ClosedForm) -> Array | None:
    """Where a walk down from the origin comes to rest, (2,), all around being higher; or None."""
    rest = _walk(surface, np.zeros(2), 2 * LADDER[-1], PRECISE)
    if rest is None or not (surface.value(rest + 2 * PRECISE * CIRCLE) > surface.value(rest)).all():
        return None
    return rest


def _walk(surface: ClosedForm, place: Array, stride: float, least: float) -> Array | None:
    """Where a walk down from a place (2,) comes to rest; None if it has not after some steps, or has gone too far.

    Each step is twice as long as the one before, or half as long as one that would not lead down, to the least length.
    """
    height = surface.value(place)
    for _ in range(STEPS):
        around = place + stride * CIRCLE
        heights = surface.value(around)
        best = np.where(np.isnan(heights), np.inf, heights).argmin()
        if heights[best] < height:
            place, height, stride = around[best], heights[best], 2 * stride
        elif stride > least:
            stride *= 0.5
        else:
            return place
        if np.abs(place).max() > FARTHEST:
            break
    return None
