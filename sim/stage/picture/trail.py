"""The way a marble came: a dot an update, so that spacing shows speed, from faint to strong.

It fades with the length of the way, not with time: a marble that lies still keeps its last stretch in
full strength, and the cloud of a restless one pales where it has not been lately.
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import pygame

from ...descent.track import Track
from ..drawing.camera import Camera, visible
from ..style.color import Color, mix

TAIL = 420.0  # Length of the fading stretch, in strokes.
BLOCK = 64  # Points painted together.
LEAST = 1.5  # A way shorter than this, in pixels, would not show: it waits for the next update.
TONES = 8  # Steps from faint to strong.
FAINT = 0.5  # How far the oldest stretch has faded into the map.


Tones = tuple[Color, ...]


def fading(color: Color, ground: Color) -> Tones:
    """The tones of a trail of that colour on a map of that ground, the faintest first."""
    return tuple(mix(color, ground, FAINT * (1 - i / (TONES - 1))) for i in range(TONES))


class Trail:
    """One marble's way on one map. Its older part is painted once, onto a copy of the map."""

    def __init__(self, track: Track, camera: Camera, terrain: pygame.Surface, tones: Tones, stroke: float) -> None:
        self._track = track
        self._camera = camera
        self._terrain = terrain
        self._stroke = stroke
        self._ground = terrain.copy()
        self._tail = TAIL * stroke
        self._tones = tones
        self._lines = [mix(tone, tones[0], 0.35) for tone in tones]  # A little paler than the dots.
        self._pixels: list[tuple[float, float]] = []
        self._points: list[tuple[float, float]] = []  # Where the way bends, in pixels,
        self._updates: list[int] = []  # after which update,
        self._lengths: list[float] = []  # and how long it was by then.
        self._painted = 0  # How many of the points are on the ground for good.

    def lay(self, terrain: pygame.Surface) -> None:
        """Put another map of the same size under the way."""
        if terrain is not self._terrain:
            self._terrain = terrain
            self._clear()

    def _clear(self) -> None:
        self._ground.blit(self._terrain, (0, 0))
        self._painted = 0

    def draw(
        self,
        target: pygame.Surface,
        position: tuple[int, int],
        update: int,
        under: Callable[[], None] | None = None,
    ) -> tuple[float, float]:
        """Draw map and way up to the update, the map's upper left corner at `position`; returns `marble(update)`.

        What `under` draws comes between the older part of the way and the last stretch. The target is
        expected to be clipped to the map.
        """
        self._follow(update)
        end = bisect_right(self._updates, update)
        full = self._lengths[end - 1]
        # The tones begin at equal steps along the last stretch; before it, all is of the first tone.
        steps = [full - self._tail * (1 - i / TONES) for i in range(1, TONES)]
        bounds = [bisect_right(self._lengths, step, hi=end) for step in steps]
        start = self._paint(max(0, bounds[0] - 1))
        target.blit(self._ground, position)
        if under is not None:
            under()
        x, y = self.marble(update)
        points = [*self._points[start:end], (x, y)]
        self._line(target, points, [bound - start for bound in bounds], position)
        return x, y

    def marble(self, update: int) -> tuple[float, float]:
        """The pixel of the marble at that update, from the map's corner."""
        return self._pixels[min(update, len(self._pixels) - 1)]

    def _follow(self, update: int) -> None:
        """Take in what the track has recorded, once the update is beyond what was taken in before."""
        first, last = len(self._pixels), self._track.updates + 1
        if min(update, last - 1) < first:
            return
        new = visible(self._camera.project(self._track.theta[first:last]), self._terrain.get_rect())
        for number, (x, y) in enumerate(new.tolist(), start=first):
            self._pixels.append((x, y))
            if self._points:
                px, py = self._points[-1]
                way = math.hypot(x - px, y - py)
                if way < LEAST:
                    continue
                self._lengths.append(self._lengths[-1] + way)
            else:
                self._lengths.append(0.0)
            self._points.append((x, y))
            self._updates.append(number)

    def _paint(self, start: int) -> int:
        """Have the way up to about the point number `start` on the ground; returns where the rest begins.

        Whole blocks only, so that a step back seldom starts anew, and the picture of a moment does not
        depend on how one came to it.
        """
        wanted = start - start % BLOCK
        if wanted < self._painted:
            self._clear()
        for block in range(self._painted, wanted, BLOCK):
            self._line(self._ground, self._points[block : block + BLOCK + 1], [], (0, 0))
        self._painted = wanted
        return wanted

    def _line(
        self, target: pygame.Surface, points: list[tuple[float, float]], bounds: list[int], offset: tuple[int, int]
    ) -> None:
        """Lines from point to point, and a dot on each; the next tone begins at each of the bounds."""
        width, radius = max(1, round(1.3 * self._stroke)), 2.3 * self._stroke
        dx, dy = offset
        moved = [(x + dx, y + dy) for x, y in points]
        ends = [min(max(bound, 0), len(moved)) for bound in bounds] + [len(moved)]
        spans = [(tone, span) for tone, span in enumerate(pairwise([0, *ends])) if span[1] > span[0]]
        for tone, (first, last) in spans:
            color = self._lines[tone]
            for end in range(max(first, 1), last):
                pygame.draw.aaline(target, color, moved[end - 1], moved[end], width)
        for tone, (first, last) in spans:
            picture = dot(radius, self._tones[tone])
            half = picture.get_width() / 2
            target.fblits([(picture, (x - half, y - half)) for x, y in moved[first:last]])


@lru_cache(maxsize=256)
def dot(radius: float, color: Color) -> pygame.Surface:
    """A smooth disc on transparent ground; shared, so not to be drawn upon."""
    size = 2 * math.ceil(radius) + 2
    picture = pygame.Surface((size, size), pygame.SRCALPHA)
    picture.fill((*color, 0))
    pygame.draw.aacircle(picture, color, (size / 2 - 0.5, size / 2 - 0.5), radius)
    return picture
