"""The way a marble came: a dot an update, so that spacing shows speed, from faint to strong.

It fades with the length of the way, not with time: a marble that lies still keeps its last stretch in
full strength, and the cloud of a restless one pales where it has not been lately.
"""

from bisect import bisect_right
from functools import lru_cache

import numpy as np
import pygame

from sim.descent.track import Track
from sim.stage.camera import Camera, visible
from sim.stage.theme import Color, mix

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
        self._tones = tones
        self._pixels = np.empty((0, 2))
        self._points: list[tuple[float, float]] = []  # Where the way bends, in pixels,
        self._updates: list[int] = []  # after which update,
        self._lengths: list[float] = []  # and how long it was by then.
        self._painted = 0  # How many of the points are on the ground for good.

    def draw(self, target: pygame.Surface, position: tuple[int, int], update: int) -> tuple[float, float]:
        """Draw map and way up to the update, the map's upper left corner at `position`; returns `marble(update)`.

        The target is expected to be clipped to the map.
        """
        self._follow(update)
        end = bisect_right(self._updates, update)
        tail = self._lengths[end - 1] - TAIL * self._stroke
        start = max(0, min(bisect_right(self._lengths, tail, hi=end) - 1, end - 1))
        start = self._paint(start)
        target.blit(self._ground, position)
        x, y = self.marble(update)
        points = [*self._points[start:end], (x, y)]
        tones = [_tone(length - tail, self._stroke) for length in (*self._lengths[start:end], self._lengths[end - 1])]
        self._line(target, points, tones, position)
        return x, y

    def marble(self, update: int) -> tuple[float, float]:
        """The pixel of the marble at that update, from the map's corner."""
        x, y = self._pixels[min(update, len(self._pixels) - 1)].tolist()
        return x, y

    def _follow(self, update: int) -> None:
        """Take in what the track has recorded up to the update."""
        first, last = len(self._pixels), min(update, self._track.updates) + 1
        if last <= first:
            return
        rect = self._terrain.get_rect()
        new = visible(self._camera.project(self._track.theta[first:last]), rect)
        self._pixels = np.concatenate([self._pixels, new])
        for number, (x, y) in enumerate(new.tolist(), start=first):
            if self._points:
                (px, py), length = self._points[-1], self._lengths[-1]
                way = float(np.hypot(x - px, y - py))
                if way < LEAST:
                    continue
                self._lengths.append(length + way)
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
            self._ground.blit(self._terrain, (0, 0))
            self._painted = 0
        for block in range(self._painted, wanted, BLOCK):
            points = self._points[block : block + BLOCK + 1]
            self._line(self._ground, points, [0] * len(points), (0, 0))
        self._painted = wanted
        return wanted

    def _line(
        self, target: pygame.Surface, points: list[tuple[float, float]], tones: list[int], offset: tuple[int, int]
    ) -> None:
        width, radius = max(1, round(1.3 * self._stroke)), 2.3 * self._stroke
        dx, dy = offset
        moved = [(x + dx, y + dy) for x, y in points]
        for start, end, tone in zip(moved, moved[1:], tones[1:], strict=False):
            pygame.draw.aaline(target, mix(self._tones[tone], self._tones[0], 0.35), start, end, width)
        dots = [dot(radius, tone) for tone in self._tones]
        half = dots[0].get_width() / 2
        target.fblits([(dots[tone], (x - half, y - half)) for (x, y), tone in zip(moved, tones, strict=True)])


@lru_cache(maxsize=256)
def dot(radius: float, color: Color) -> pygame.Surface:
    """A smooth disc on transparent ground; shared, so not to be drawn upon."""
    size = 2 * int(np.ceil(radius)) + 2
    picture = pygame.Surface((size, size), pygame.SRCALPHA)
    picture.fill((*color, 0))
    pygame.draw.aacircle(picture, color, (size / 2 - 0.5, size / 2 - 0.5), radius)
    return picture


def _tone(length: float, stroke: float) -> int:
    """The tone of a point at that length along the fading stretch."""
    share = length / (TAIL * stroke)
    return int(min(max(share, 0.0), 1.0) * (TONES - 1))
