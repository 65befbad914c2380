"""The way a marble came: a dot an update, so that spacing shows speed, from faint to strong.

It fades with the length of the way, not with time: a marble that lies still keeps its last stretch in
full strength, and the cloud of a restless one pales where it has not been lately. What is older is drawn thin where
it would hide the land, and not at all where thin lines hide it, too; and of what is drawn anew with each picture, what
leads where it has often been is left out first.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import groupby, pairwise
from typing import NamedTuple, TypeVar

import numpy as np
import pygame

from ....descent.track import Track
from ....surface.points import Array
from ....surface.protocol import Window
from ...drawing.camera import visible
from ...drawing.canvas import Backdrop, Canvas, Pixel
from ...drawing.replay import draw_ground
from ...drawing.screen import Screen, painted
from ...style.color import Color, mix
from ...style.theme import Theme
from .covering import Covering
from .site import Site

T = TypeVar("T")

TAIL = 420.0
"""Length of the fading stretch, in strokes."""
APART = 5.0
"""How far apart movements that only pass are drawn at least, in strokes."""
BLOCK = 64
"""Points painted together."""
LEAST = 1.5
"""A way shorter than this, in pixels, would not show: it waits for the next update."""
MOST = 1024
"""Movements of an older way that are drawn anew with each picture, at most,"""
FIRST = 256
"""and how many of the first are always among them: these show where the marble came from."""
TONES = 8
"""Steps from faint to strong."""
FAINT = 0.12
"""How far the oldest stretch has faded into the map."""
CASING = 0.5
"""How far the casing has faded into the map, from the colour of halos."""
WIDTH, THIN = 2.0, 1.0
"""Width of the line, and where it is thin, in strokes."""
RIM = 1.0
"""How much wider the casing is than the line on either side, in pixels."""
RADIUS, SMALL = 2.3, 1.5
"""Radius of the dots, and where the line is thin, in strokes."""
FULL = 0.42
"""The share of the land around an older movement that the way hides up to there, from which on that one is thin."""
PACKED = 0.5
"""The share of it that thin lines fill up to there, from which on an older movement is left out: it shows nothing."""
PASSING = 0.6
"""How far a movement has faded that begins and ends out of sight: of a marble that is thrown out they fill the map."""


class Weight(IntEnum):
    """How an older movement is drawn."""

    WIDE, THIN, NONE = range(3)


class Tones(NamedTuple):
    """The colours of a trail."""

    steps: tuple[Color, ...]
    """From the faintest to that of the marble."""
    passing: Color
    """The colour of movements that begin and end out of sight."""
    casing: Color
    """Below the lines, so that they are seen on land of any tint."""


def fading(color: Color, theme: Theme) -> Tones:
    """The tones of a trail of that colour on a map."""
    steps = tuple(mix(color, theme.high, FAINT * (1 - i / (TONES - 1))) for i in range(TONES))
    return Tones(steps, mix(color, theme.high, PASSING), mix(theme.halo, theme.high, CASING))


class Place(NamedTuple):
    """A place where a way bends, and whether it is to be seen."""

    covered: bool
    gone: bool
    """Beside the land."""
    outside: bool
    """Beyond the picture's edges."""
    crowded: bool = False
    """Whether the movement that leads there only passes, so close to one that is drawn that it is left out."""
    edge: bool = False
    """Whether no update ends there: a movement crosses the edge of the land."""


class Stretch(NamedTuple):
    """The last part of a way, in points."""

    start: int
    """Before it, all is faint."""
    end: int
    bounds: tuple[int, ...]
    """Where each next tone begins."""
    marble: Pixel
    """Where it ends, from the map's corner."""
    length: float
    """Length of the whole way up to there, in pixels."""


class Trail:
    """One marble's way on one map. Where there are pixels, its older part is painted once, onto a copy of the map."""

    def __init__(
        self,
        track: Track,
        site: Site,
        tones: Tones,
        stroke: float,
        lasting: bool = True,
        like: "Trail | None" = None,
        before: int = 0,
    ) -> None:
        """A trail on a site, lasting or not.

        like: the trail of the same way on the land at rest, where this is on land that moves: it is thin where that is,
            or it would flicker. Nothing is taken in of what that one leaves out before its point number `before`.
        """
        self._track = track
        self._site = site
        self._like = like
        # Updates: taken in, those of these and the next that no line leads to, and the next.
        self._taken, self._lone, self._next = ([], frozenset[int](), 0) if like is None else like.drawn_before(before)
        self._lasting = lasting
        self._stroke = stroke
        self._tail = TAIL * stroke
        self._tones = tones.steps
        self._lines = [mix(tone, tones.steps[0], 0.35) for tone in tones.steps]  # A little paler than the dots.
        self._passing, self._casing = tones.passing, tones.casing
        self._pixels: list[Pixel] = []  # Where it was after each update, from the first on.
        self._points: list[Pixel] = []  # Where the way bends, in pixels.
        self._places: list[Place] = []  # What is seen of each of these points.
        self._updates: list[int] = []  # After which update each of these points was reached.
        self._lengths: list[float] = []  # How long the way was at each of these points.
        size = (site.camera.width, site.camera.height)
        self._covering, self._packing = Covering(size, WIDTH * stroke + 2 * RIM), Covering(size, 2 * THIN * stroke)
        self._weights: list[Weight] = []  # Of the line from each of the points on, as far as that is asked.
        self._behind = Covering(size, WIDTH * stroke + 2 * RIM)  # What land hides lies over no other part of the way.
        self._drawn: list[int] = []  # The numbers of the points from which a line is drawn,
        self._before: list[float] = []  # and the share of each that lies where the way had led before.
        self._ends: tuple[int, list[int]] = 0, []  # The points at the ends of lines before one, as last asked for.
        self._passed: Pixel | None = None  # The middle of the last movement that only passes and is drawn.
        self._under: Backdrop | None = None  # The map under the way.
        self._ground = pygame.Surface((0, 0))  # A copy of the map, with the way drawn on it as far as it stays.
        self._painted = 0  # How many of the points are drawn on that copy.

    def draw_past(self, canvas: Canvas, map_: Backdrop, corner: Pixel, stretch: Stretch, moves: bool = False) -> None:
        """Draw the map, its upper left corner there, and the way before its last stretch.

        On a map that moves, which will look otherwise before long, nothing is kept of it as pixels.
        """
        if canvas.raster and self._lasting and not moves:
            if not stretch.start:  # There is no older part, as where a start is carried: no copy is needed for it.
                draw_ground(canvas, painted(map_), corner, 0)
                return
            self._paint(map_, stretch.start)
            draw_ground(canvas, self._ground, corner, self._painted)
        else:
            canvas.backdrop(map_, corner)
            self._line(canvas, self._older(stretch), (), corner)

    def draw_whole(self, canvas: Canvas, corner: Pixel, stretch: Stretch) -> None:
        """Draw the way alone, on a map that is there."""
        if stretch.start:
            self._line(canvas, self._older(stretch), (), corner)
        self.draw_last(canvas, corner, stretch)

    def draw_last(self, canvas: Canvas, corner: Pixel, stretch: Stretch) -> None:
        """Draw the last stretch of the way."""
        start, bounds = stretch.start, [bound - stretch.start for bound in stretch.bounds]
        self._line(canvas, range(start, stretch.end), bounds, corner, stretch.marble)

    def _older(self, stretch: Stretch) -> Sequence[int]:
        """The numbers of the points before a last stretch, without those that no line is drawn to or from."""
        if self._like is not None:
            return range(stretch.start + 1)
        self._look(stretch.start)
        return [*self._drawn_to(stretch.start), stretch.start]

    def drawn_before(self, point: int) -> tuple[list[int], frozenset[int], int]:
        """The updates at both ends of the lines that are drawn before the point of that number, and its own update; and
        which of all these no line leads to.
        """
        self._look(point)
        numbers = self._drawn_to(point)
        lone = [
            after for number, after in pairwise([*numbers, point]) if after > number + 1
        ]  # Points, as all of these.
        made = self._updates
        return [made[each] for each in numbers], frozenset(made[each] for each in lone), made[point] if point else 0

    def _drawn_to(self, point: int) -> list[int]:
        """The numbers of the points before that one to or from which a line is drawn, in order.

        Of more lines than MOST those after the FIRST are left out that most of all lie where the way had led before: so
        the way out of a dip stays when the marble has long been rattling elsewhere.
        """
        if self._ends[0] != point:
            lines = np.array(self._drawn[: bisect_left(self._drawn, point)], np.intp)
            if len(lines) > MOST:
                least = np.argsort(self._before[FIRST : len(lines)], kind="stable")[: MOST - FIRST]
                lines = np.concatenate([lines[:FIRST], lines[FIRST:][least]])
            self._ends = point, np.union1d(lines, lines[lines < point - 1] + 1).tolist()
        return self._ends[1]

    def stretch(self, update: int, share: float = 0.0) -> Stretch:
        """The last stretch of the way up to the update, and such a part of the next movement.

        It begins with a whole block, so that a step back seldom paints anew, and the picture of a moment does not
        depend on how one came to it.
        """
        self._follow(update + 1 if share else update)
        end = bisect_right(self._updates, update)
        full = self._lengths[end - 1]
        # The tones begin at equal steps along the last stretch; before it, all is of the first tone.
        steps = [full - self._tail * (1 - i / TONES) for i in range(1, TONES)]
        bounds = tuple(bisect_right(self._lengths, step, hi=end) for step in steps)
        start = max(0, bounds[0] - 1)
        here = bisect_right(self._taken, update) - 1
        marble = self._pixels[here]
        if share and here + 1 < len(self._pixels):
            marble = self._between(update, share)
        return Stretch(start - start % BLOCK, end, bounds, marble, full)

    def _between(self, update: int, share: float) -> Pixel:
        """Where the marble is on its way from one update to the next."""
        start, end = self._track.theta[update : update + 2]
        (pixel,) = self._seen(start[None] + share * (end - start))
        return pixel

    def _seen(self, points: Array) -> list[Pixel]:
        """The pixels of points (n, 2)."""
        whole = pygame.Rect(0, 0, self._site.camera.width, self._site.camera.height)
        return [(x, y) for x, y in visible(self._site.project(points), whole).tolist()]

    def _follow(self, update: int) -> None:
        """Take in what the track has recorded, once the update is beyond what was taken in before.

        A trail that does not last takes in no more than it is asked for.
        """
        first, last = self._next, self._track.updates + 1
        if min(update, last - 1) < first:
            return
        last = last if self._lasting else min(last, update + 1)
        self._taken += range(first, last)
        self._next, numbers = last, self._taken[len(self._pixels) :]
        new = self._track.theta[numbers]
        pixels = self._seen(new)
        places = zip(pixels, self._site.hidden(new).tolist(), self._site.beside(new).tolist(), strict=True)
        self._pixels += pixels
        wide, high = self._site.camera.width, self._site.camera.height
        px, py, length = (*self._points[-1], self._lengths[-1]) if self._points else (math.inf, math.inf, -math.inf)
        edges = self._edges(numbers, new)
        for number, ((x, y), covered, gone) in zip(numbers, places, strict=True):
            for ex, ey, covers in edges.get(number, ()):
                length = length + math.hypot(ex - px, ey - py) if self._points else 0.0
                self._lengths.append(length)
                self._points.append((ex, ey))
                passes = bool(self._places) and self._places[-1].edge and self._crowds((px, py), (ex, ey))
                self._places.append(Place(covers, False, True, passes, edge=True))
                px, py = ex, ey
                self._updates.append(number)
            way = math.hypot(x - px, y - py)
            if way < LEAST:
                continue
            length = length + way if self._points else 0.0
            self._lengths.append(length)
            self._points.append((x, y))
            outside = not (0 <= x <= wide and 0 <= y <= high)
            crowded = outside and bool(self._places) and self._places[-1].outside and self._crowds((px, py), (x, y))
            self._places.append(Place(covered, gone, outside, crowded or number in self._lone))
            px, py = x, y
            self._updates.append(number)

    def _edges(self, numbers: Sequence[int], new: Array) -> dict[int, list[tuple[float, float, bool]]]:
        """Where the movements up to these points (n, 2), of updates of these numbers, cross the edge of the land.

        By their updates, in pixels, and whether land stands before it.
        """
        before = self._taken[-len(numbers) - 1 : -len(numbers)]
        ways, numbers = np.concatenate([self._track.theta[before], new]), [*before, *numbers]
        beside = self._site.beside(ways)
        found = {}
        for index in np.flatnonzero(beside[1:] | beside[:-1]).tolist():
            shares = crossings(self._site.camera.window, ways[index].tolist(), ways[index + 1].tolist())
            if shares and numbers[index + 1] not in self._lone:
                at = ways[index] + np.array(shares)[:, None] * (ways[index + 1] - ways[index])
                hides = self._site.hidden(np.clip(at, *_within(self._site.camera.window)))
                pixels = self._seen(at)
                found[numbers[index + 1]] = [(x, y, hid) for (x, y), hid in zip(pixels, hides.tolist(), strict=True)]
        return found

    def _crowds(self, start: Pixel, end: Pixel) -> bool:
        """Whether a movement that only passes is close to the last such one that is drawn; else it is the last now."""
        across = pygame.Rect(0, 0, self._site.camera.width, self._site.camera.height).clipline(start, end)
        if not across:
            return False
        (x0, y0), (x1, y1) = across
        middle = (x0 + x1) / 2, (y0 + y1) / 2
        if self._passed is not None and math.dist(middle, self._passed) < APART * self._stroke:
            return True
        self._passed = middle
        return False

    def _paint(self, map_: Backdrop, start: int) -> None:
        """Have the way up to the point number `start` on the ground."""
        if map_ != self._under:
            self._under, self._ground, self._painted = map_, painted(map_).copy(), 0
        if start < self._painted:
            self._ground.blit(painted(map_), (0, 0))
            self._painted = 0
        for block in range(self._painted, start, BLOCK):
            self._line(Screen(self._ground), range(block, block + BLOCK + 1), (), (0, 0))
        self._painted = start

    def _line(
        self, canvas: Canvas, part: Sequence[int], bounds: Sequence[int], corner: Pixel, marble: Pixel | None = None
    ) -> None:
        """Lines from point to point of these numbers, and a dot on each; the next tone begins at each of the bounds.

        What land stands before is a thin line without dots, what lies beside it is left out, what only passes is pale.
        """
        dx, dy = corner
        points, places = [self._points[number] for number in part], [self._places[number] for number in part]
        weights = self._weights_of(part, marble is None)
        if marble is not None:
            points, places, weights = [*points, marble], [*places, places[-1]], [*weights, Weight.WIDE]
        moved = [(x + dx, y + dy) for x, y in points]
        ends = [min(max(bound, 0), len(moved)) for bound in bounds] + [len(moved)]
        tones = [tone for tone, (first, last) in enumerate(pairwise([0, *ends])) for _ in range(first, last)]
        width = self._width(WIDTH)
        with canvas.part("trail"):
            movements = list(zip(tones[1:], weights[:-1], *_movements(places), strict=True))
            for cased, way in _alike([not any(kinds) for _, *kinds in movements], moved):
                if cased:
                    canvas.line(way, self._casing, width + round(2 * RIM))
            for (tone, weight, hides, beside, passes), way in _alike(movements, moved):
                if not beside and weight is not Weight.NONE:
                    color = self._passing if passes else self._lines[tone]
                    canvas.line(way, color, 1 if hides else self._width(THIN) if weight else width)
            dotted = [
                not (place.covered or place.edge or weight is Weight.NONE)
                for place, weight in zip(places, weights, strict=True)
            ]
            kinds = zip(tones, weights, strict=True)
            seen = [(kind, pixel) for kind, pixel, dot in zip(kinds, moved, dotted, strict=True) if dot]
            for (tone, weight), dots in groupby(seen, key=lambda dot: dot[0]):
                radius = (SMALL if weight else RADIUS) * self._stroke
                canvas.dots([pixel for _, pixel in dots], radius, self._tones[tone])

    def _width(self, strokes: float) -> int:
        return max(1, round(strokes * self._stroke))

    def _weights_of(self, numbers: Sequence[int], past: bool) -> list[Weight]:
        """How the line is drawn from each point of a part of the way on, as it may be where that is past."""
        if not past or len(numbers) < 2:
            return [Weight.WIDE] * len(numbers)
        if self._like is not None:
            return self._like.weights_from([self._updates[number] for number in numbers])
        self._look(numbers[-1])
        found = [self._weights[number] for number in numbers[:-1]]
        if not isinstance(numbers, range):
            follows = (after == number + 1 for number, after in pairwise(numbers))
            found = [weight if next_ else Weight.NONE for weight, next_ in zip(found, follows, strict=True)]
        return [*found, found[-1]]

    def weights_from(self, updates: Sequence[int]) -> list[Weight]:
        """How the line is drawn from each of these updates on, in order, as far as blocks end before the last."""
        self._follow(updates[-1])
        known = bisect_right(self._updates, updates[-1]) - 1
        known -= known % BLOCK
        self._look(known)
        points = np.searchsorted(self._updates, updates, side="right") - 1
        return [self._weights[point] if point < known else Weight.WIDE for point in points.tolist()]

    def _look(self, count: int) -> None:
        """Find out how the line is drawn from so many points on: of whole blocks."""
        for first in range(len(self._weights), count, BLOCK):
            block = slice(first, first + BLOCK + 1)
            hidden, gone, passing = map(np.array, _movements(self._places[block]))
            seen = ~(hidden | gone | passing)
            moves = np.stack([self._points[block][:-1], self._points[block][1:]], axis=1)
            weights, before = np.full(len(moves), Weight.WIDE), np.zeros(len(moves))
            around, before[seen] = self._covering.add(moves[seen])
            before[hidden & ~gone] = self._behind.add(moves[hidden & ~gone]).before
            weights[seen] = np.where(around > FULL, Weight.THIN, Weight.WIDE)
            packed = self._packing.add(moves[seen]).around > PACKED
            weights[seen] += packed & (weights[seen] == Weight.THIN)
            self._weights += map(Weight, weights.tolist())
            drawn = np.flatnonzero((weights != Weight.NONE) & ~gone)
            self._drawn += (first + drawn).tolist()
            self._before += before[drawn].tolist()


def _alike(movements: Iterable[T], pixels: Sequence[Pixel]) -> Iterator[tuple[T, Sequence[Pixel]]]:
    """What movements in a row are alike in, and the pixels from the first one's start to the last one's end."""
    first = 0
    for kind, those in groupby(movements):
        last = first + len(list(those))
        yield kind, pixels[first : last + 1]
        first = last


def crossings(window: Window, start: Pixel, end: Pixel) -> list[float]:
    """After which shares of a movement from a start to an end it crosses the edge of a window, in order."""
    low, high = 0.0, 1.0
    sides = ((window.x0, window.x1), (window.y0, window.y1))
    for a, b, (least, most) in zip(start, end, sides, strict=True):
        if not (math.isfinite(a) and math.isfinite(b - a)):
            return []
        if a == b:
            if not least <= a <= most:
                return []
            continue
        one, other = sorted(((least - a) / (b - a), (most - a) / (b - a)))
        low, high = max(low, one), min(high, other)
    return [share for share in (low, high) if 0 < share < 1] if low < high else []


def _within(window: Window) -> tuple[tuple[float, float], tuple[float, float]]:
    """The corners of all that lies on land, and not beside it by rounding alone."""
    return (window.x0, window.y0), (window.x1, window.y1)


def _movements(places: Sequence[Place]) -> tuple[list[bool], list[bool], list[bool]]:
    """Which of the movements from place to place land hides, which are left out, and which begin and end outside."""
    pairs = list(pairwise(places))
    return (
        [one.covered or other.covered for one, other in pairs],
        [one.gone or other.gone or other.crowded for one, other in pairs],
        [one.outside and other.outside for one, other in pairs],
    )
