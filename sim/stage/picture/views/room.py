"""Where on a map words lie that may lie anywhere: they cover as little as may be of what is to be seen there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pygame import Rect

from ....descent.race import Race
from ....surface.points import Array, components, vectors
from ...drawing.camera import Camera, visible
from ...drawing.canvas import Pixel
from ...drawing.glyphs import WEDGE_RIM, flag_place, wedge_middle
from ...style.kept import kept
from ...style.theme import Theme
from ..map.minima import test_minima
from ..map.numbers import number_stands
from ..map.site import Site, site_of
from ..map.terrain import mark_place, mark_stroke
from ..map.trail import TAIL
from .context import CAPTIONED, COVERED, ViewContext, captions_height
from .ground.loss_scale import scale_place
from .momentum import sum_places

MARBLE = 10.5
"""Half the width of what a marble takes up, with the ring around its next place, in strokes."""
UPDATES = 256
"""Of the last stretch of a trail that words make room for, at most."""
CLOSE = 0.5
"""From an arrow to words, in ems."""
SAMPLES = 5
"""Places on each piece of a trail at which it is looked whether it is covered,"""
SHARES = ((np.arange(SAMPLES) + 0.5) / SAMPLES)[:, None]
"""and how far along it they are."""
SIDES = ("bottomleft", "bottomright", "topleft", "topright", "midbottom", "midtop", "midleft", "midright")
"""Where in their room words may lie: the first of those that cover the same."""
MARK, LAND = 8.0, 0.15
"""As so many ems of the trail counts a mark or number of a minimum that words cover, and a square em of a block."""
LINE = 1000.0
"""As so many ems counts an arrow or a flag that is hidden: more than all that may lie on a map beside."""
DIAMOND = 8.5
"""Half of what the mark of a minimum of the test loss takes up, in strokes."""
CELL = 8
"""Side of the cells by which it is counted what words cover, in pixels."""


LAID_OUT_BY = frozenset((*CAPTIONED, "loss scale"))
"""Views that stand on maps at all moments, and take room from words."""


@dataclass(frozen=True, eq=False, slots=True)
class Still:
    """What is to be seen on a map at all moments."""

    flag: Rect
    marks: tuple[Rect, ...] = ()
    """What the marks and numbers of minima take up."""
    land: "Sums | None" = None
    """How many square ems of a block of land lie where; None on a map, which is land all over."""


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What is to be seen on a map at a moment."""

    marbles: list[Rect]
    """Marbles, and what else is to be hidden no more than these."""
    arrows: tuple[tuple[Pixel, Pixel], ...]
    still: Still
    way: Array
    """Places all along the last stretch of the trail, in pixels, (n, 2),"""
    lengths: Array
    """and how long a piece of it each stands for, in ems, (n,)."""
    gap: int
    """From an arrow to words, in pixels."""


class Sums(NamedTuple):
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


def sums(pixels: Array, weights: Array) -> Sums:
    """Of what lies at pixels (n, 2), of which there are some, and counts as much as that (n,)."""
    x, y = pixels[:, 0], pixels[:, 1]
    left, top = math.floor(x.min()), math.floor(y.min())
    column, row = ((x - left) / CELL).astype(np.intp), ((y - top) / CELL).astype(np.intp)
    across, down = int(column.max()) + 1, int(row.max()) + 1
    counted = np.bincount(column * down + row, weights, across * down).reshape(across, down)
    total = np.zeros((across + 1, down + 1))
    np.cumsum(counted.cumsum(axis=0), axis=1, out=total[1:, 1:])
    return Sums((left, top), total)


class Way(NamedTuple):
    """Where a marble has been before some moments."""

    places: Array
    """SAMPLES places on each piece of it, in pixels, (n, 2),"""
    lengths: Array
    """and how long a part of it each stands for, (n,)."""
    walked: Array
    """How far the marble has come at each moment, in pixels."""
    first: int
    """The moment at which it begins."""


def _last_stretch(context: ViewContext) -> tuple[Array, Array]:
    """Places (n, 2) along the last stretch of the trail, and how much of it each stands for (n,), in pixels."""
    (first, last), find = context.block(), _way if context.passing else _kept_way
    way = find(context.race, context.index, context.site, tuple(context.area), first, last)
    here = context.moment - way.first
    begun = np.searchsorted(way.walked[: here + 1], way.walked[here] - TAIL * context.stroke)
    stretch = slice(SAMPLES * max(int(begun), here - UPDATES), SAMPLES * here)
    return way.places[stretch], way.lengths[stretch]


def _way(race: Race, index: int, site: Site, area: tuple[int, ...], first: int, last: int) -> Way:
    """The way of a lane's marble on a map in that area up to the moments from `first` to the one before `last`."""
    since, place = max(0, first - UPDATES), Rect(area)
    pixels = visible(site.project(race.tracks[index].theta[since:last]) + place.topleft, place)
    pieces = np.diff(pixels, axis=0)
    lengths = np.hypot(pieces[:, 0], pieces[:, 1])
    places = (pixels[:-1, None] + SHARES * pieces[:, None]).reshape(-1, 2)
    walked = np.concatenate([[0.0], np.cumsum(lengths)])
    return Way(vectors(components(places)), np.repeat(lengths / SAMPLES, SAMPLES), walked, since)


_kept_way = kept(_way)


def seen(context: ViewContext, others: Sequence[Rect] = ()) -> Seen:
    """What is to be seen on the map beside words: marbles, the next movement, the flag and the trail's last stretch.

    others: what else is to be hidden no more than marbles.
    """
    em = context.em
    next_step, ends = context.track.theta[min(context.moment + 1, context.track.updates)], context.arrows
    marbles = [*context.once(marble_places), *others]
    if "next step" in context.views and context.holds(context.pixel(next_step)):
        marbles.append(_about(context.pixel(next_step), context))
    if "loss scale" in context.views:
        marbles.append(scale_place(context))
    way, lengths = _last_stretch(context)
    return Seen(
        marbles,
        tuple((context.center, arrow.tip) for arrow in ends if arrow is not None),
        _still(context.race, context.camera, context.theme, tuple(context.area), em, context.views & LAID_OUT_BY),
        way,
        lengths / em,
        round(CLOSE * em),
    )


def marble_places(context: ViewContext) -> list[Rect]:
    """What the marbles on the map take up."""
    own = _about(context.center, context, away=bool(context.site.beside(context.theta)))
    return [own, *(_about(pixel, context) for pixel in context.others)]


def _about(pixel: Pixel, context: ViewContext, away: bool = False) -> Rect:
    """What a marble there takes up: a ball stands on its place, and a sign at the edge points to one that is away."""
    stroke = context.stroke
    half = round(MARBLE * stroke)
    if away or not context.holds(pixel):
        x, y = wedge_middle(wedge_area(context), pixel, stroke)
        half = round(WEDGE_RIM * stroke)
        return Rect(round(x) - half, round(y) - half, 2 * half, 2 * half)
    place = Rect(0, 0, 2 * half, 2 * half if context.camera.flat else 3 * half)
    place.midbottom = (round(pixel[0]), round(pixel[1]) + half)
    return place.clamp(context.area)


def wedge_area(context: ViewContext) -> Rect:
    """The map without the rows of sentences that views have at its edges: a wedge does not stand on these."""
    area, em, views = context.area, context.em, context.views
    above = round(min(captions_height(views) * em, COVERED * area.height))
    sums = context.once(sum_places) if "momentum" in views else []
    below = min(sums[0].height, round(COVERED * area.height)) if sums else 0
    return Rect(area.left, area.top + above, area.width, area.height - above - below)


@kept
def _still(
    race: Race, camera: Camera, theme: Theme, area: tuple[int, ...], em: int, views: frozenset[str] = frozenset()
) -> Still:
    """What is to be seen at all moments on a map in that area."""
    site = site_of(race.problem, camera, theme)
    context = ViewContext(race, 0, 0, site, Rect(area), Rect(0, 0, 0, 0), theme, em, views)
    flag, *_ = still_places(context)
    return Still(flag, tuple(minima_places(context)), None if camera.flat else _land_sums(site, area, em))


def _land_sums(site: Site, area: tuple[int, ...], em: int) -> Sums:
    """How many square ems of land lie where."""
    across, down = (CELL * np.arange(0.5, side / CELL) for side in area[2:])
    pixels = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    land = ~np.isnan(site.under(pixels)).any(axis=-1)
    return sums(pixels + area[:2], np.where(land, (CELL / em) ** 2, 0.0))


def still_places(context: ViewContext) -> tuple[Rect, ...]:
    """What stands still on a map, and has its place before all words: flag, sentences, scale, and minima of the test
    loss.
    """
    area, stroke, site = context.area, context.stroke, site_of(context.problem, context.camera, context.theme)
    x, y = site.pixel(*context.race.start)
    found = [flag_place((x + area.left, y + area.top), stroke)]
    found.append(Rect(area.topleft, (area.width, round(captions_height(context.views) * context.em))))
    if "loss scale" in context.views:
        found.append(scale_place(context))
    if "test surface" in context.views:
        half, places = round(DIAMOND * stroke), site.project(test_minima(context.problem)) + area.topleft
        found += [Rect(round(x) - half, round(y) - half, 2 * half, 2 * half) for x, y in places.tolist()]
    return tuple(found)


def minima_places(context: ViewContext) -> list[Rect]:
    """What the marks of minima take up that are seen on ground at rest, and their numbers, if all have them."""
    problem, camera, theme, stroke = context.problem, context.camera, context.theme, context.stroke
    site, size = site_of(problem, camera, theme), mark_stroke(problem, stroke)
    seen = [point for point in problem.minima if not site.hides(*point.position)]
    places = [mark_place(site, point, size).move(context.area.topleft) for point in seen]
    taken = tuple(map(tuple, context.once(still_places)))
    stands = number_stands(problem, camera, theme, stroke, tuple(context.area), (), taken)
    return [*places, *(stand.place for stand in stands if not site.hides(*problem.minima[stand.number].position))]


class Choice(NamedTuple):
    """Where words may lie."""

    cost: float
    """As how many ems of the trail it counts what they cover there at all moments, and what they leave untold."""
    size: int
    """Which of their sizes they have."""
    place: Rect


@kept
def _choices(
    room: tuple[int, ...], sizes: tuple[tuple[int, int], ...], untold: tuple[float, ...], still: Still
) -> list[Choice]:
    """Those that words of such sizes have in a room, what counts least first."""
    found = list[Choice]()
    for index, (size, lack) in enumerate(zip(sizes, untold, strict=True)):
        for side in SIDES:
            place = Rect((0, 0), size)
            setattr(place, side, getattr(Rect(room), side))
            cost = lack + LINE * place.colliderect(still.flag) + MARK * len(place.collidelistall(list(still.marks)))
            found.append(Choice(cost if still.land is None else cost + LAND * still.land.over(place), index, place))
    return sorted(found, key=lambda choice: choice.cost)


def least_covering(
    room: Rect, sizes: tuple[tuple[int, int], ...], untold: tuple[float, ...], here: Seen
) -> tuple[int, Rect] | None:
    """Which of the sizes words have and where; None if they would lie on a marble anywhere.

    untold: as how many covered ems of the trail it counts what words of that size do not tell. Where there is room, no
    arrow and no flag is hidden; then that is best which covers least and leaves least untold.
    """
    trail = sums(here.way, here.lengths) if len(here.way) else None
    least, chosen = math.inf, None
    for cost, size, place in _choices(tuple(room), sizes, untold, here.still):
        if cost >= least:  # So it is with all that come after it.
            break
        if place.collidelist(here.marbles) >= 0:
            continue
        about = place.inflate(2 * here.gap, 2 * here.gap)
        total = cost + LINE * sum(bool(about.clipline(*arrow)) for arrow in here.arrows)
        total += round(trail.over(place)) if trail else 0
        if total < least:
            least, chosen = total, (size, place)
    return chosen
