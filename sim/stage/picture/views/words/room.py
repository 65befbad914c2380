"""Where on a map words lie that may lie anywhere: they cover as little as may be of what is to be seen there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pygame import Rect

from .....surface.points import Array
from ....style.cache import cached
from ....views import STANDING, ViewName
from ...map.site import Site
from ...map.trail import TAIL
from ..context import MOMENTS, ViewContext
from ..ground.loss_scale import scale_place
from .still import StillMap, mark_places, still_map_of, still_places
from .stretch import Line, stretch_of

CLOSE = 0.25
"""From an arrow to words, in ems."""
SIDES = ("bottomleft", "bottomright", "topleft", "topright", "midbottom", "midtop", "midleft", "midright")
"""Where in their room words may lie: the first of those that cover the same."""
MARK, LAND = 8.0, 0.15
"""As so many ems of the trail counts a mark or a number that words cover, and a square em of a block."""
LINE = 1000.0
"""As so many ems counts an arrow or a flag that is hidden: more than all that may lie on a map beside,"""
ONCE = 4.0
"""and an arrow at one of many moments: it is not to be seen for long."""
MANY = 8
"""So many moments are many."""
KEEPS = 15.0
"""So many ems more may be hidden where words have been before."""
CELL = 8
"""Side of the cells by which it is counted what words cover, in pixels."""


@dataclass(frozen=True, eq=False, slots=True)
class Still:
    """What is to be seen on a map at all moments."""

    flag: Rect
    marks: tuple[Rect, ...] = ()
    """What the marks of critical points and the numbers of minima take up."""
    land: "SummedArea | None" = None
    """How many square ems of a block of land lie where; None on a map, which is land all over."""


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What is to be seen on a map at a moment."""

    marbles: list[Rect]
    """Marbles, and what else is to be hidden no more than these."""
    arrows: Sequence[Line]
    still: Still
    way: Array
    """Places all along the last stretch of the trail, in pixels, (n, 2),"""
    lengths: Array
    """and how long a piece of it each stands for, in ems, (n,)."""
    gap: int
    """From an arrow to words, in pixels."""
    arrow: float = LINE
    """As how many ems it counts that one is hidden."""


class SummedArea(NamedTuple):
    """How much of something lies where, added up so that it is known at once for any rectangle."""

    corner: tuple[int, int]
    """The upper left corner of the first cell, in pixels."""
    total: Array
    """How much lies above and to the left of each cell's corner (across, down)."""

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self.total.nbytes

    def over(self, place: Rect) -> float:
        """How much lies in the cells that the place reaches into."""
        (x, y), (across, down) = self.corner, self.total.shape
        left, right = (
            min(max(0, cell), across - 1) for cell in ((place.left - x) // CELL, -((x - place.right) // CELL))
        )
        top, bottom = (min(max(0, cell), down - 1) for cell in ((place.top - y) // CELL, -((y - place.bottom) // CELL)))
        total = self.total
        return float(total[right, bottom] - total[left, bottom] - total[right, top] + total[left, top])


def summed_area(pixels: Array, weights: Array) -> SummedArea:
    """The summed-area table of weights (n,) at pixels (n, 2), of which there is at least one."""
    x, y = pixels[:, 0], pixels[:, 1]
    left, top = math.floor(x.min()), math.floor(y.min())
    column, row = ((x - left) / CELL).astype(np.intp), ((y - top) / CELL).astype(np.intp)
    across, down = int(column.max()) + 1, int(row.max()) + 1
    counted = np.bincount(column * down + row, weights, across * down).reshape(across, down)
    total = np.zeros((across + 1, down + 1))
    np.cumsum(counted.cumsum(axis=0), axis=1, out=total[1:, 1:])
    return SummedArea((left, top), total)


def seen(context: ViewContext, first: int, last: int, others: Sequence[Rect] = ()) -> Seen:
    """What is to be seen on the map beside words at moments of one block, from `first` to the one before `last`: the
    marble, its movements, the flag and the last stretch of the trail; of marbles that share the map, their own blocks.

    others: what else is to be hidden no more than marbles.
    """
    em, marbles = context.em, list(others)
    if ViewName.LOSS_SCALE in context.views:
        marbles.append(scale_place(context))
    for lane in context.beside:
        marbles += stretch_of(context, *lane).marbles
    arrows, ways = list[Line](), list[tuple[Array, Array]]()
    for block in range(first // MOMENTS, (last - 1) // MOMENTS + 1):
        own = stretch_of(context, context.index, block)
        begun, ended = max(first, own.first), min(last, own.first + MOMENTS)
        part = slice(begun - own.first, ended - own.first)
        marbles += own.marbles[part.start : part.stop + (ViewName.NEXT_STEP in context.views)]
        arrows += (arrow for each in own.arrows[part] for arrow in each)
        ways.append(own.trodden(begun, ended, TAIL * context.stroke if begun == first else 0.0))
    way, lengths = map(np.concatenate, zip(*ways, strict=True))
    there = ((way >= context.area.topleft) & (way < context.area.bottomright)).all(axis=1)
    return Seen(
        marbles,
        arrows,
        _still(still_map_of(context, STANDING)),
        way[there],
        lengths[there] / em,
        round(CLOSE * em),
        LINE if last - first < MANY else ONCE,
    )


@cached
def _still(still_map: StillMap) -> Still:
    """What is to be seen at all moments on a map."""
    context = still_map.at()
    flag, *_ = still_places(context)
    land = None if still_map.camera.flat else _land_sums(context.site, still_map.area, still_map.em)
    return Still(flag, tuple(mark_places(context)), land)


def _land_sums(site: Site, area: tuple[int, ...], em: int) -> SummedArea:
    """How many square ems of land lie where."""
    across, down = (CELL * np.arange(0.5, side / CELL) for side in area[2:])
    pixels = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    land = ~np.isnan(site.under(pixels)).any(axis=-1)
    return summed_area(pixels + area[:2], np.where(land, (CELL / em) ** 2, 0.0))


class Choice(NamedTuple):
    """Where words may lie."""

    cost: float
    """As how many ems of the trail it counts what they cover there at all moments, and what they leave untold."""
    size: int
    """Which of their sizes they have."""
    place: Rect


@cached
def _choices(
    room: tuple[int, ...], sizes: tuple[tuple[int, int], ...], untold: tuple[float, ...], still: Still
) -> list[Choice]:
    """The choices that words of such sizes have in a room, what counts least first."""
    found = list[Choice]()
    for index, (size, lack) in enumerate(zip(sizes, untold, strict=True)):
        for side in SIDES:
            place = Rect((0, 0), size)
            setattr(place, side, getattr(Rect(room), side))
            cost = lack + LINE * place.colliderect(still.flag) + MARK * len(place.collidelistall(list(still.marks)))
            found.append(Choice(cost if still.land is None else cost + LAND * still.land.over(place), index, place))
    return sorted(found, key=lambda choice: choice.cost)


def least_covering(
    room: Rect, sizes: tuple[tuple[int, int], ...], untold: tuple[float, ...], here: Seen, before: Choice | None = None
) -> Choice | None:
    """Which of their sizes words have and where; None if they would lie on a marble anywhere.

    untold: as how many covered ems of the trail it counts what words of that size do not tell; before: where they have
    been, and stay unless they would hide an arrow there, or much more than elsewhere. Where there is room, no arrow and
    no flag is hidden; then that is best which covers least and leaves least untold.
    """
    trail, least, stays = summed_area(here.way, here.lengths) if len(here.way) else None, None, None
    for cost, size, place in _choices(tuple(room), sizes, untold, here.still):
        was = before is not None and stays is None and (size, place) == before[1:]
        if least is not None and cost >= least.cost and (before is None or cost >= least.cost + KEEPS):
            break  # So it is with all that come after it.
        if not was and least is not None and cost >= least.cost:
            continue
        if place.collidelist(here.marbles) >= 0:
            continue
        about = place.inflate(2 * here.gap, 2 * here.gap)
        total = cost + here.arrow * sum(bool(about.clipline(*arrow)) for arrow in here.arrows)
        total += round(trail.over(place)) if trail else 0
        if was:
            stays = Choice(total, size, place)
        if least is None or total < least.cost:
            least = Choice(total, size, place)
    return stays if stays is not None and least is not None and stays.cost < least.cost + KEEPS else least
