"""Where on a map words lie that may lie anywhere: they cover as little as may be of what is to be seen there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pygame import Rect

from ....descent.race import Race
from ....surface.points import Array, components, vectors
from ...drawing.camera import visible
from ...drawing.canvas import Pixel
from ...drawing.glyphs import flag_place
from ...style.kept import kept
from ..map.site import Site
from ..map.trail import TAIL
from .context import ViewContext
from .ground.loss_scale import scale_place

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


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """What is to be seen on a map at a moment."""

    marbles: tuple[Rect, ...]
    arrows: tuple[tuple[Pixel, Pixel], ...]
    flag: Rect
    way: Array
    """Places all along the last stretch of the trail, in pixels, (n, 2),"""
    lengths: Array
    """and how long a piece of it each stands for, in ems, (n,)."""
    gap: int
    """From an arrow to words, in pixels."""

    def hidden(self, place: Rect) -> tuple[int, int]:
        """What words hide that lie there: how many marbles or scales, and how many arrows and flags."""
        about = place.inflate(2 * self.gap, 2 * self.gap)
        lines = sum(bool(about.clipline(*arrow)) for arrow in self.arrows)
        return len(place.collidelistall(list(self.marbles))), lines + place.colliderect(self.flag)

    def trodden(self, place: Rect) -> int:
        """How much of the trail words cover that lie there, in ems."""
        x, y = self.way[:, 0], self.way[:, 1]
        under = (x >= place.left) & (x < place.right) & (y >= place.top) & (y < place.bottom)
        return round(float(self.lengths[under].sum()))


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


def seen(context: ViewContext) -> Seen:
    """What is to be seen on the map beside words: marbles, the next movement, the flag and the trail's last stretch."""
    em, stroke = context.em, context.stroke
    next_step, ends = context.track.theta[min(context.moment + 1, context.track.updates)], context.arrows
    marbles = marble_places(context)
    if "next step" in context.views and context.holds(context.pixel(next_step)):
        marbles.append(_about(context.pixel(next_step), context))
    if "loss scale" in context.views:
        marbles.append(scale_place(context))
    way, lengths = _last_stretch(context)
    return Seen(
        tuple(marbles),
        tuple((context.center, arrow.tip) for arrow in ends if arrow is not None),
        flag_place(context.pixel(np.array(context.race.start)), stroke),
        way,
        lengths / em,
        round(CLOSE * em),
    )


def marble_places(context: ViewContext) -> list[Rect]:
    """What the marbles on the map take up."""
    return [_about(pixel, context) for pixel in (context.center, *context.others)]


def _about(pixel: Pixel, context: ViewContext) -> Rect:
    """What a marble there takes up: a ball stands on its place, and a sign at the edge points to one that is away."""
    half, area = round(MARBLE * context.stroke), context.area
    place = Rect(0, 0, 2 * half, 2 * half if context.camera.flat else 3 * half)
    place.midbottom = (round(pixel[0]), round(pixel[1]) + half)
    return place.clamp(area)


def _places(room: Rect, size: tuple[int, int]) -> Iterator[Rect]:
    """Where words of that size may lie in a room, the first choice first."""
    for side in SIDES:
        place = Rect((0, 0), size)
        setattr(place, side, getattr(room, side))
        yield place


def least_covering(room: Rect, sizes: Sequence[tuple[int, int]], here: Seen) -> tuple[int, Rect]:
    """Which of the sizes words have and where: the first that hides no more than the trail, else the first size."""
    for index, size in enumerate(sizes):
        free = list[tuple[int, Rect]]()
        for place in _places(room, size):
            if here.hidden(place) != (0, 0):
                continue
            covered = here.trodden(place)
            if not covered:
                return index, place
            free.append((covered, place))
        if free:
            return index, min(free, key=lambda each: each[0])[1]
    return 0, min(_places(room, sizes[0]), key=lambda place: (here.hidden(place), here.trodden(place)))
