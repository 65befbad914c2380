"""What is to be seen of a marble in a row of moments: words that stand still for as long keep off all of it.

It is the same however much of the race is recorded: what is not yet is computed aside.
"""

from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from pygame import Rect

from .....descent.lane import descend
from .....descent.race import Race
from .....surface.points import Array, components, vectors
from ....drawing.camera import FAR, visible
from ....drawing.canvas import Pixel
from ....drawing.glyphs import WEDGE_RIM, wedge_middle
from ....style.cache import cached
from ....views import LAID_OUT_BY, ViewName
from ...map.site import along
from ..arrows import tips
from ..context import MOMENTS, ViewContext
from ..hessian import bars
from ..momentum import sum_places
from .captions import COVERED, captions_height
from .still import StillMap, still_map_of

MARBLE = 10.5
"""Half the width of what a marble takes up, with the ring around its next place, in strokes."""
ROLLS = 0.5
"""As many ems a marble may be above or below where it would be if the ground did not move."""
UPDATES = 256
"""How many updates of a trail's last stretch words make room for, at most."""
SAMPLES = 5
"""Places on each piece of a trail at which it is looked whether it is covered,"""
SHARES = ((np.arange(SAMPLES) + 0.5) / SAMPLES)[:, None]
"""and how far along it they are."""
AGAIN = 8
"""Blocks of moments after which words are placed anew, wherever they were: who leaps there waits for all of these."""

Line = tuple[Pixel, Pixel]


class Steps(NamedTuple):
    """Some updates of a lane, n of them or as many as there are."""

    theta: Array
    """Where the marble was before each of them, and after the last, (n + 1, 2)."""
    gradient: Array
    """What it met, (n, 2),"""
    movement: Array
    """and how it moved, (n, 2)."""


@dataclass(frozen=True, eq=False, slots=True)
class Stretch:
    """What is to be seen of a marble at the moments from `first` on, on ground at rest."""

    first: int
    marbles: tuple[Rect, ...]
    """What it takes up at each of them, and at the next one,"""
    arrows: tuple[tuple[Line, ...], ...]
    """and the arrows from it, and the bars of curvature."""
    way: Array
    """SAMPLES places on each piece of its way from the moment `since` on, (n, 2),"""
    lengths: Array
    """how long a part of it each stands for, in pixels, (n,),"""
    walked: Array
    """and how far it has come at each moment."""
    since: int

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return self.way.nbytes + self.lengths.nbytes + self.walked.nbytes + 400 * len(self.marbles)

    def trodden(self, first: int, last: int, tail: float) -> tuple[Array, Array]:
        """Places (n, 2) along the last stretch of the way, so many pixels, at all moments from `first` to the one
        before `last`; and how much of it each stands for (n,).
        """
        here, there = first - self.since, min(last, self.since + len(self.walked)) - 1 - self.since
        begun = int(np.searchsorted(self.walked[: here + 1], self.walked[here] - tail))
        part = slice(SAMPLES * max(begun, here - UPDATES), SAMPLES * there)
        return self.way[part], self.lengths[part]


def steps(race: Race, index: int, first: int, last: int) -> Steps:
    """The lane's updates from that of number `first` to the one before `last`; fewer, if the marble comes to its end.

    Those that are not recorded are computed, but not recorded: whoever draws does not go on with a race.
    """
    track = race.tracks[index]
    known = min(last, track.updates)
    made = track.theta[first : known + 1], track.gradient[first:known], track.movement[first:known]
    if known == last or track.overflow is not None:
        return Steps(*made)
    run, further = track.run, list[tuple[Array, Array, Array]]()
    start = run.theta[known], run.seeds, run.state(known), known
    for update in islice(descend(run.problem.train, run.lane, *start), last - known):
        if not update.alive[track.marble]:
            break
        further.append((update.theta, update.gradient, update.movement))
    if not further:
        return Steps(*made)
    columns = (np.stack(column)[:, track.marble] for column in zip(*further, strict=True))
    return Steps(*(np.concatenate([column, more]) for column, more in zip(made, columns, strict=True)))


def stretch_of(context: ViewContext, index: int, block: int) -> Stretch:
    """The stretch of a lane in a block of MOMENTS moments, on the map of this context."""
    return _stretch(still_map_of(context, LAID_OUT_BY | {ViewName.MOVING_GROUND}), index, MOMENTS * block)


@cached
def _stretch(still_map: StillMap, index: int, first: int) -> Stretch:
    context, since, race = still_map.at(index, first), max(0, first - UPDATES), still_map.race
    way = steps(race, index, since, first + MOMENTS)
    made = Steps(*(each[first - since :] for each in way))
    pixels = visible(context.pixels(way.theta), context.area)
    pieces = np.diff(pixels, axis=0)
    lengths = np.hypot(pieces[:, 0], pieces[:, 1])
    places = (pixels[:-1, None] + SHARES * pieces[:, None]).reshape(-1, 2)
    return Stretch(
        first,
        _marbles(context, made.theta, pixels[first - since :]),
        _arrows(context, made, pixels[first - since :]),
        vectors(components(places)),
        np.repeat(lengths / SAMPLES, SAMPLES),
        np.concatenate([[0.0], np.cumsum(lengths)]),
        since,
    )


def _marbles(context: ViewContext, theta: Array, pixels: Array) -> tuple[Rect, ...]:
    """What a marble takes up at each of some points (n, 2), which are at such pixels: higher where the ground moves."""
    away = context.site.beside(theta).tolist()
    found = [marble_place(context, (x, y), gone) for (x, y), gone in zip(pixels.tolist(), away, strict=True)]
    if ViewName.MOVING_GROUND in context.views and not context.camera.flat:
        found = [place.inflate(0, round(2 * ROLLS * context.em)) for place in found]
    return tuple(found)


def _arrows(context: ViewContext, made: Steps, pixels: Array) -> tuple[tuple[Line, ...], ...]:
    """The arrows from the marble at each moment, as long as they are where there is room for all, and the bars."""
    lines, count = [list[Line]() for _ in pixels], len(made.movement)
    ends = np.full((len(pixels), 6, 2), np.nan)
    if count:
        rates = np.array([context.track.rate(context.moment + n) for n in range(count)])
        with np.errstate(all="ignore"):
            ends[:count, :2] = tips(context, made.theta[:-1], -rates[:, None] * made.gradient, made.movement)
    if ViewName.HESSIAN in context.views:
        ends[:, 2:] = bars(context, made.theta, lambda ways: along(context.site, made.theta, ways))
    known = np.isfinite(ends).all(axis=-1)
    there = pixels[:, None] + np.clip(np.where(known[..., None], ends, 0.0), -FAR, FAR)
    for own, center, told, places in zip(lines, pixels.tolist(), known.tolist(), there.tolist(), strict=True):
        if context.holds((center[0], center[1])):
            own += [((center[0], center[1]), (x, y)) for (x, y), some in zip(places, told, strict=True) if some]
    return tuple(map(tuple, lines))


def marble_place(context: ViewContext, pixel: Pixel, away: bool = False) -> Rect:
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
    sums = context.once(sum_places) if ViewName.MOMENTUM in views else []
    below = min(sums[0].height, round(COVERED * area.height)) if sums else 0
    return Rect(area.left, area.top + above, area.width, area.height - above - below)
