"""What a view is, and what it is given to draw one moment of one lane."""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple, TypeVar, cast

import numpy as np
import pygame

from ....descent.problem import Problem
from ....descent.race import Race
from ....descent.track import Track
from ....surface.points import Array
from ...drawing.camera import Camera, within_reach
from ...drawing.canvas import Canvas, Pixel
from ...drawing.strokes import pieces
from ...style import text
from ...style.color import Color
from ...style.style import stroke_of
from ...style.theme import Theme
from ..map.site import Shaken, Site, clear_of_land

T = TypeVar("T")
MOMENTS = 32
"""For so many moments in a row numbers are worked out at once: that takes little longer than for one."""
ARROW_SCALE = 4.0
"""Arrows show movements so many times as long as they are."""
LONGEST_ARROW = 0.4
"""Where that of the movement would be longer than this share of the map's height, both are shorter by as much, but not
shorter than they are. That of the gradient goes on where it would still be longer."""
SHORTEST_ARROW = 48.0
"""Beside an arrow that is longer than so many strokes the other one is as long as that at least, so that one sees from
under the marble where it leads; its length is then not in proportion."""
SAME = 0.02
"""The arrow of the gradient is left out if it differs from the other by less than this share."""
EDGE = 6.0  # Room that arrows leave at a map's edge, in strokes.
CHECKS = 65  # Places along an arrow at which it may be found to leave land.
CAPTIONED = ("moving ground", "gradients", "batch surface", "test surface", "hessian")
"""Views with a line of text at the map's upper left, in the order of their rows."""
SCALE = 5.0
"""Room that such a line leaves for the scale of the loss, in ems."""
CAPTION, SMALLER = 0.9, 0.75
"""Height of their type, and where there is little room, in ems."""
COVERED = 0.34
"""Share of a map's height down to which they reach, at most, unless there is only one."""
RIM = 0.2
"""From the letters of such a line to the lower edge of its plate, which may touch land, in ems."""
ABOVE, ROW = 0.25, 1.25
"""From the map's upper edge to the first of these lines, and from one to the next, in ems."""
INDENT = 0.4  # Of what is written at a map's left edge, in ems.
PLATE = 200
"""Opacity, of 255, of what lies behind words on a map: contours shine through, and no letter is lost in them."""


class Layer(Enum):
    """Where a view is drawn, in this order."""

    GROUND = "on the map"
    """Once for all lanes and moments: it depends on neither."""
    UNDER = "under the last stretch of the trail"
    WORDS = "over the trail, under all else that is over it"
    OVER = "over the trail, under the marble"
    STRIP = "in the strip below the map"


class Arrow(NamedTuple):
    """An arrow from the marble."""

    tip: Pixel
    goes_on: bool
    """Whether it would be longer if the map was larger."""


@dataclass(frozen=True)
class ViewContext:
    """One moment of one lane, and the place on the screen where it is looked at.

    One is made for each picture, and asked by each view for much the same: it keeps what it has answered.
    """

    race: Race
    index: int
    moment: int
    """How many updates the lane has made; no more than its track has recorded."""
    site: Site
    """The land under the marble."""
    area: pygame.Rect
    """The map."""
    strip: pygame.Rect
    """The strip; empty where there is no room."""
    theme: Theme
    em: int
    views: frozenset[str] = frozenset()
    """All views that are shown: their captions stand in rows."""
    shaken: Shaken | None = None
    """What the land is at the moment, if it moves."""
    beside: tuple[tuple[int, int], ...] = ()
    """Which other lanes' marbles share the map, and in which block of MOMENTS moments they are."""

    @cached_property
    def key(self) -> Hashable:
        """All that views go by, as far as it may change."""
        places = (tuple(self.area), tuple(self.strip), self.em, self.theme)
        moment = (self.race, self.index, self.moment, self.goes_on, self.site, self.shaken is not None)
        return *places, *moment, self.views, self.beside

    @cached_property
    def track(self) -> Track:
        """The lane's track."""
        return self.race.tracks[self.index]

    @property
    def problem(self) -> Problem:
        """What is minimised."""
        return self.race.problem

    @cached_property
    def color(self) -> Color:
        """The lane's colour."""
        return self.theme.lane(self.index)

    @cached_property
    def stroke(self) -> float:
        """Width of thin lines."""
        return stroke_of(self.em)

    @cached_property
    def theta(self) -> Array:
        """Where the marble is, shape (2,)."""
        position: Array = self.track.theta[self.moment]
        return position

    @cached_property
    def center(self) -> Pixel:
        """Where that is on the canvas; if it is far away, in its direction only."""
        return self.pixel(self.theta)

    @property
    def camera(self) -> Camera:
        """What looks at the land."""
        return self.site.camera

    @cached_property
    def goes_on(self) -> bool:
        """Whether the next update is known: not if its numbers overflow."""
        return self.moment < self.track.updates

    @cached_property
    def _answers(self) -> dict[object, object]:
        return {}

    def once(self, answer: "Callable[[ViewContext], T]") -> T:
        """What that says of the context; views that ask for the same are told what was found for the first."""
        if answer not in self._answers:
            self._answers[answer] = answer(self)
        return cast(T, self._answers[answer])

    @property
    def passing(self) -> bool:
        """Whether there is no such land twice, so that nothing that lies on it need be kept."""
        return self.shaken is not None and not self.camera.flat

    def block(self, size: int = MOMENTS) -> tuple[int, int]:
        """The first of the moments around this one for which numbers are worked out at once, and the one after the
        last: about as many as that, no more than MOMENTS, and none that are not recorded. On land that is passing, that
        is this moment alone.
        """
        count = 1 if self.passing else min(max(size, 1), MOMENTS)
        first = self.moment - self.moment % count
        return first, min(first + count, self.track.updates + 1)

    def pixel(self, point: Array) -> Pixel:
        """Where a point (2,) is on the canvas; if it is far away, in its direction only."""
        x, y = point.tolist()
        (across, down), (left, top) = self.site.pixel(x, y), self.area.topleft
        return within_reach((across + left, down + top), self.area)

    def pixels(self, points: Array) -> Array:
        """Where points (..., 2) are on the canvas (..., 2)."""
        return self.site.project(points) + self.area.topleft

    def vector(self, vectors: Array) -> Array:
        """Vectors (..., 2) of the plane as they lie on the land under the marble, in pixels (..., 2)."""
        return self.site.vector(vectors, self.theta)

    @cached_property
    def arrows(self) -> tuple[Arrow | None, Arrow | None]:
        """The arrows of the step −η∇L_B that the coming batch asks for, and of the next movement, enlarged alike.

        That of the movement ends where it does, or beyond. One that would be too short to be seen beside the other
        tells its direction alone. What of one does not lie on the map is left out; the first is None where both are the
        same, and both are where the next update is not known, or too large for numbers.
        """
        if not self.goes_on:
            return None, None
        track, moment, (x, y) = self.track, self.moment, self.center
        with np.errstate(all="ignore"):
            vectors = np.stack([-track.rate(moment) * track.gradient[moment], track.movement[moment]])
            shown = self.vector(vectors).tolist()
        if not all(math.isfinite(part) for each in shown for part in each):
            return None, None
        lengths = [max(math.hypot(*each), 1e-300) for each in shown]
        longest, most = max(lengths), LONGEST_ARROW * self.area.height
        alike = min(ARROW_SCALE, max(1.0, most / lengths[1]))
        least = SHORTEST_ARROW * self.stroke if alike * longest > SHORTEST_ARROW * self.stroke else 0.0
        scales = [max(alike, least / length) if length > SAME * longest else alike for length in lengths]
        rooms = self.rooms(vectors[:, None])
        rooms[0] = min(rooms[0], max(most, alike * lengths[1]) / lengths[0])
        step, movement = (
            Arrow((x + dx * min(scale, room), y + dy * min(scale, room)), scale > room)
            for (dx, dy), scale, room in zip(shown, scales, rooms, strict=True)
        )
        return None if math.dist(*shown) <= SAME * longest else step, movement

    def room(self, vectors: Array) -> float:
        """How many times as long vectors (n, 2) of the plane may be, drawn from the marble, to end on the map.

        On a block of land they are to end above its ground, too, and not before its sides.
        """
        return self.rooms(vectors[None])[0]

    def rooms(self, groups: Array) -> list[float]:
        """As `room`, for vectors in groups (k, n, 2): k numbers."""
        rim, window, center = EDGE * self.stroke, self.camera.view, self.center
        shown = self.area.inflate(-2 * rim, -2 * rim)
        with np.errstate(all="ignore"):
            along = self.vector(groups)
        theta: Pixel = tuple(self.theta.tolist())
        rooms = []
        for vectors, pixels in zip(groups.tolist(), along.tolist(), strict=True):
            ground = _reach(theta, vectors, (window.x0, window.y0), (window.x1, window.y1))
            picture = _reach(center, pixels, shown.topleft, shown.bottomright)
            rooms.append(max(0.0, min(ground, picture)))
        if self.camera.flat:
            return rooms
        return [
            room * self._before_the_edge(np.array(center), room * pixels) if math.isfinite(room) else room
            for room, pixels in zip(rooms, along, strict=True)
        ]

    def _before_the_edge(self, center: Array, vectors: Array) -> float:
        """The share of vectors (n, 2) in pixels after which the first of them leaves land across its near edge."""
        shares = np.linspace(0.0, 1.0, CHECKS)
        places = center - self.area.topleft + shares[:, None, None] * vectors
        above = self.site.front(places[..., 0]) - places[..., 1]
        gone = (above < np.minimum(above[0], EDGE * self.stroke)).any(axis=1)
        return float(shares[max(0, int(np.argmax(gone)) - 1)]) if gone.any() else 1.0

    def lines(self, line: Array) -> list[Array]:
        """What is seen of a line (n, 2) of the plane: pieces in pixels (m, 2)."""
        return [self.pixels(piece) for piece in pieces(line, ~self.site.hidden(line))]

    def holds(self, pixel: Pixel) -> bool:
        """Whether a pixel is on the map, or so close to it that a part of a marble there would show."""
        return bool(self.area.inflate(self.em, self.em).collidepoint(pixel))


def _reach(start: Pixel, offsets: Sequence[Pixel], low: Pixel, high: Pixel) -> float:
    """How many times offsets lead from a start up to the nearest side of a box; of what is not finite, none."""
    (x, y), (left, top), (right, bottom), reach = start, low, high, math.inf
    for dx, dy in offsets:
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(dx) and math.isfinite(dy)):
            return 0.0
        if dx:
            reach = min(reach, ((right if dx > 0 else left) - x) / dx)
        if dy:
            reach = min(reach, ((bottom if dy > 0 else top) - y) / dy)
    return reach


Draw = Callable[[Canvas, ViewContext], None]


@dataclass(frozen=True, slots=True)
class View:
    """Something more to be seen in a panel, drawn alike however one came to the moment."""

    label: str
    """Its name in a menu, in English."""
    tip: str
    """What it shows, in English."""
    layer: Layer
    draw: Draw
    over: Draw | None = None
    """What of it lies over the trail, if the rest lies under it."""


def _captions(views: frozenset[str], before: int = len(CAPTIONED)) -> int:
    """How many of the captioned views are shown, of those before one."""
    return sum(name in views for name in CAPTIONED[:before])


def captions_height(views: frozenset[str]) -> float:
    """Height of the lines of all captioned views that are shown, from the map's upper edge, in ems."""
    rows = _captions(views)
    return ABOVE + ROW * rows if rows else 0.0


def draw_view_caption(
    canvas: Canvas,
    context: ViewContext,
    name: str,
    sentence: str,
    color: Color,
    shorter: str = "",
    others: Sequence[tuple[str, str]] = (),
) -> None:
    """The line of a captioned view, below those of the views before it; a shorter one where that has no room.

    Where there is no room for either, it is written smaller; if even that is too long, it is cut on a map, and left out
    where it would hide land aslant.
    others: what other lanes say meanwhile, and shorter; all of them say it alike.
    """
    down = ABOVE + ROW * _captions(context.views, CAPTIONED.index(name))
    room = _room(context, down)
    if not room:
        return
    sizes = [round(share * context.em) for share in (CAPTION, SMALLER)]
    lines = [(sentence, shorter or sentence), *others]
    fitting = (
        (form, size) for size in sizes for form in (0, 1) if all(text.width(each[form], size) <= room for each in lines)
    )
    found = next(fitting, (1, sizes[-1]) if context.camera.flat else None)
    if found is not None:
        form, size = found
        draw_line(canvas, context, text.fitted(lines[0][form], size, room), down, size, color)


def _room(context: ViewContext, down: float) -> int:
    """How wide words may be so many ems below a map's upper edge; nothing where they would hide too much of the land.

    Maps are land from edge to edge, of whose height all lines together take a part; beside a block there is room.
    """
    em, area = context.em, context.area
    room = area.width - round((SCALE if "loss scale" in context.views else 1.0) * em)
    if context.camera.flat:
        return room if down <= ABOVE or (down + ROW) * em <= COVERED * area.height else 0
    clear = clear_of_land(context.problem, context.camera, round((down + ROW - RIM) * em))
    return min(room, clear - round(INDENT * em))


def draw_line(canvas: Canvas, context: ViewContext, words: str, down: float, size: int, color: Color) -> None:
    """A line of a map's left edge on a plate, so many ems below the upper one: the plates of several join."""
    top, bottom = (context.area.top + round(edge * context.em) for edge in (down, down + ROW))
    plate = pygame.Rect(context.area.left, top, text.width(words, size) + round(2 * INDENT * context.em), bottom - top)
    canvas.rect(plate, context.theme.panel, opacity=PLATE)
    canvas.text(words, (plate.left + round(INDENT * context.em), plate.centery), size, color)
