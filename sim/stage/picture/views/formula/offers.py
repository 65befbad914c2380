"""What may be written of a lane: plans with their sizes, and what each leaves untold; in one size of type for all."""

from functools import lru_cache
from itertools import compress
from typing import NamedTuple

import numpy as np
from pygame import Rect

from .....descent.race import Race
from ....drawing.camera import Camera
from ....style.cache import cached
from ....style.theme import Theme
from ....views import LAID_OUT_BY, ViewName
from ..context import ViewContext
from ..momentum import sum_places
from ..words.captions import captions_height
from ..words.still import StillMap
from .plans import PAD, Plan, merit, planned
from .rows import Row, Tells, bare_rows, rows_of, vectors

SMALL = 1 / 8
"""Where all lanes' formulas with their hyperparameters cover less than this share, these are told; else in no lane."""
SIZES = (0.85, 0.78, 0.72, 0.66, 0.6)
"""Heights of the type in ems: a smaller one is taken where by it any lane has the movement's formula, or tells of more
vectors.
"""
SMALLEST = 10
"""Height of the smallest type, in pixels."""
COUNTS, BARE = (8.0, 3.0, 2.0, 0.2), 60.0
"""As how many ems of the trail that is covered counts one less of each of a plan's merits, and a missing formula."""
ALIKE = 8
"""Pixels: maps of lanes whose sides differ by less are offered the same."""


class Taken(NamedTuple):
    """What other views have of a map's height."""

    above: int
    """How many pixels, above,"""
    both: int
    """and above and below;"""
    places: list[Rect]
    """what lies below, and beside it."""


def taken_of(context: ViewContext) -> Taken:
    """What the other views that are shown take."""
    places = context.once(sum_places) if ViewName.MOMENTUM in context.views else []
    above = round(captions_height(context.views) * context.em)
    return Taken(above, above + (places[0].height if places else 0), places)


class Offers(NamedTuple):
    """What may be written, the best first."""

    plans: tuple[tuple[bool, Plan], ...]
    """Whether the movement is without its formula, in each plan."""
    sizes: tuple[tuple[int, int], ...]
    """Width and height of its ground,"""
    untold: tuple[float, ...]
    """and as how many ems of the trail it counts what it leaves untold."""


def offered(context: ViewContext) -> Offers:
    """What may be written of a lane, at all moments alike."""
    place = context.theme, context.area.size, context.em, context.views & LAID_OUT_BY
    return _offers_of(context.race, context.index, *place)


@cached
def _offers_of(
    race: Race, index: int, theme: Theme, size: tuple[int, int], em: int, views: frozenset[ViewName]
) -> Offers:
    """In one size of type for all lanes: the largest in which each has the movement's formula that has it in any,
    and tells as many vectors by it as it can in any.
    """
    (width, height), camera, own = size, Camera(race.problem.window, *size), 0
    around = width // ALIKE * ALIKE, height // ALIKE * ALIKE
    told = list[tuple[tuple[Row, ...], int]]()
    for lane, track in enumerate(race.tracks):
        if track.updates:
            context = StillMap(race, camera, theme, (0, 0, *size), em, views).at(lane)
            own = len(told) if lane == index else own
            told.append((tuple(row.usual for row in rows_of(track, 0)), taken_of(context).both))
    sizes = list(dict.fromkeys(max(SMALLEST, round(share * em)) for share in SIZES))
    tells = [[_telling(rows, around, em, size, taken) for rows, taken in told] for size in sizes]
    most = [max(each) for each in zip(*tells, strict=True)]
    fitting = (size for size, each in zip(sizes, tells, strict=True) if each == most)
    chosen = next(fitting, sizes[-1])
    offers = [_offers(rows, around, em, taken, chosen) for rows, taken in told]
    small = SMALL * around[0] * around[1]
    alike = all(
        any(
            _constants_in(lane[0], *plan) and wide * tall <= small for plan, (wide, tall) in zip(*each[:2], strict=True)
        )
        for each, lane in zip(offers, told, strict=True)
    )
    return _with_constants(offers[own], told[own][0], alike)


def _with_constants(offers: Offers, rows: tuple[Row, ...], told: bool) -> Offers:
    """The offers with the constants, or those without; and the movement alone."""
    those = [bare or _constants_in(rows, bare, plan) == told for bare, plan in offers.plans]
    plans, sizes, untold = offers
    return Offers(tuple(compress(plans, those)), tuple(compress(sizes, those)), tuple(compress(untold, those)))


def _constants_in(rows: tuple[Row, ...], bare: bool, plan: Plan) -> bool:
    return not bare and any(rows[row].tells == Tells.CONSTANTS for row in plan.shown)


def _telling(rows: tuple[Row, ...], size: tuple[int, int], em: int, type_size: int, taken: int) -> tuple[bool, int]:
    """Whether the movement's formula can be told, and of how many vectors beside it; or else without."""
    plans = _offers(rows, size, em, taken, type_size).plans
    return max(((not bare, vectors(rows[row] for row in plan.shown)) for bare, plan in plans), default=(False, 0))


@lru_cache(maxsize=256)
def _offers(rows: tuple[Row, ...], size: tuple[int, int], em: int, taken: int, type_size: int) -> Offers:
    """The offers for a map of that size, of whose height other views have taken so much: none that is no better than
    another that is as small.
    """
    pad, told = 2 * round(PAD * em), [(False, plan, rows) for plan in planned(rows, size, em, type_size, taken)]
    told += [(True, plan, bare_rows(rows)) for plan in planned(bare_rows(rows), size, em, type_size, taken)]
    best = vectors(rows), 1, len(rows), 0
    lacks = [np.subtract(best, merit(plan, its)) @ COUNTS + bare * BARE for bare, plan, its in told]
    order, sizes = list[int](), list[tuple[int, int]]()
    for n in np.argsort(lacks, kind="stable").tolist():
        wide, tall = told[n][1].width + pad, told[n][1].height + pad
        if not any(wide >= width and tall >= height for width, height in sizes):
            order.append(n)
            sizes.append((wide, tall))
    return Offers(tuple(told[n][:2] for n in order), tuple(sizes), tuple(float(lacks[n]) for n in order))
