"""What a view is, and what it is given to draw one moment of one lane."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeVar, cast

import pygame

from ....descent.problem import Problem
from ....descent.race import Race
from ....descent.track import Track
from ....surface.points import Array
from ...drawing.camera import Camera, within_reach
from ...drawing.canvas import Canvas, Pixel
from ...drawing.strokes import pieces
from ...style.color import Color
from ...style.style import stroke_of
from ...style.theme import Theme
from ...views import ViewName
from ..map.site import Shaken, Site

T = TypeVar("T")
MOMENTS = 32
"""For so many moments in a row numbers are worked out at once: that takes little longer than for one."""


class Layer(Enum):
    """Where a view is drawn, in this order."""

    GROUND = "on the map"
    """Once for all lanes and moments: it depends on neither."""
    UNDER = "under the last stretch of the trail"
    WORDS = "over the trail, under all else that is over it: words, and what they may hide a part of"
    OVER = "over the trail, under the marble"
    STRIP = "in the strip below the map"


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
    views: frozenset[ViewName] = frozenset()
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

    def lines(self, line: Array) -> list[Array]:
        """What is seen of a line (n, 2) of the plane: pieces in pixels (m, 2)."""
        return [self.pixels(piece) for piece in pieces(line, ~self.site.hidden(line))]

    def holds(self, pixel: Pixel) -> bool:
        """Whether a pixel is on the map, or so close to it that a part of a marble there would show."""
        return bool(self.area.inflate(self.em, self.em).collidepoint(pixel))


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
    last: bool = False
    """Whether it is drawn over the other views of its layer."""
