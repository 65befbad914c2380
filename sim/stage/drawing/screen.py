"""The painter in pixels: what a window, a still and a film show."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import pairwise
from math import ceil

import numpy as np
import numpy.typing as npt
import pygame

from ..style import text
from ..style.cache import cached, hot_cached
from ..style.color import Color
from .canvas import Backdrop, Box, Corners, Pixel
from .drawn_state import DrawnState

NOTHING = nullcontext()
SMALL, FINER = 4.0, 8
"""Discs of a smaller radius are drawn so many times as large, and reduced: pygame's own would look like crosses."""


class Screen:
    """A canvas that is a pygame surface: where it is known what stands on it, one for each picture."""

    raster = True

    def __init__(self, surface: pygame.Surface, drawn_state: DrawnState | None = None) -> None:
        self.surface = surface
        self.drawn_state = drawn_state
        self._touched: list[pygame.Rect] = [] if drawn_state is None else drawn_state.begun()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        return self.surface.get_size()

    def rect(self, box: Box, color: Color, *, width: int = 0, corner: Corners = 0, opacity: int = 255) -> None:
        """A box with round corners of that radius; filled, or its outline of that width inside of it."""
        if opacity < 255:
            touched = self.surface.blit(_veil(pygame.Rect(box).size, color, opacity), box)
        elif isinstance(corner, tuple):
            touched = pygame.draw.rect(self.surface, color, box, width, -1, *corner)
        elif width or corner:
            touched = pygame.draw.rect(self.surface, color, box, width, border_radius=corner)
        else:
            touched = self.surface.fill(color, box)
        self._touched.append(touched)

    def line(self, points: Sequence[Pixel], color: Color, width: int = 1) -> None:
        """Straight pieces from point to point, smooth."""
        self.segments(pairwise(points), color, width)

    def segments(self, segments: Iterable[tuple[Pixel, Pixel]], color: Color, width: int = 1) -> None:
        """Straight pieces, each by itself: smooth dashes."""
        aaline, surface, touched = pygame.draw.aaline, self.surface, self._touched
        even = not width % 2  # Of an even width pygame draws half a pixel off: right of a steep line, else below it.
        for start, end in segments:
            if even:
                (x0, y0), (x1, y1) = start, end
                wide, high = abs(x1 - x0), abs(y1 - y0)
                if wide and high:  # An upright or level one stays there, and sharp.
                    right, down = (0.5, 0.0) if wide < high else (0.0, 0.5)
                    start, end = (x0 - right, y0 - down), (x1 - right, y1 - down)  # noqa: PLW2901
            touched.append(aaline(surface, color, start, end, width))

    def curve(self, points: Sequence[Pixel], color: Color, *, width: int = 1, closed: bool = False) -> None:
        """A smooth line through points between which it turns little.

        A wide one is several thin ones side by side: pygame draws pieces of wide lines with teeth where they meet.
        """
        for beside in _side_by_side(points, width) if width > 1 else (points,):
            self._thin_curve(beside, color, closed)

    def _thin_curve(self, points: Sequence[Pixel], color: Color, closed: bool) -> None:
        if len(points) == 2:  # Of two, pygame's own `aalines` reads memory that is not theirs: no bits would be sure.
            touched = pygame.draw.aaline(self.surface, color, points[0], points[1])
        else:
            touched = pygame.draw.aalines(self.surface, color, closed, points)
        self._touched.append(touched)

    def outline(self, corners: Sequence[Pixel], color: Color, width: int) -> None:
        """A closed line with sharp edges."""
        self._touched.append(pygame.draw.lines(self.surface, color, True, corners, width))

    def rule(self, start: Pixel, end: Pixel, color: Color, width: int = 1) -> None:
        """A sharp line."""
        self._touched.append(pygame.draw.line(self.surface, color, start, end, width))

    def polygon(self, corners: Sequence[Pixel], color: Color, *, opacity: int = 255) -> None:
        """A filled polygon; opacity: of 255."""
        if opacity == 255:
            self._touched.append(pygame.draw.polygon(self.surface, color, corners))
            return
        x, y = zip(*corners, strict=True)
        box = pygame.Rect(int(min(x)), int(min(y)), 0, 0)
        box.size = (ceil(max(x)) - box.left + 2, ceil(max(y)) - box.top + 2)
        layer = pygame.Surface(box.size, pygame.SRCALPHA)
        layer.fill((*color, 0))
        pygame.draw.polygon(layer, (*color, opacity), [(x - box.left, y - box.top) for x, y in corners])
        self._touched.append(self.surface.blit(layer, box))

    def disc(self, center: Pixel, radius: float, color: Color) -> None:
        """A filled circle."""
        x, y = center
        self._touched.append(pygame.draw.aacircle(self.surface, color, (round(x), round(y)), radius))

    def ring(self, center: Pixel, radius: float, color: Color, width: int) -> None:
        """A circle; its line of that width lies inside of the radius."""
        x, y = center
        self._touched.append(pygame.draw.aacircle(self.surface, color, (round(x), round(y)), radius, width))

    def dots(self, centers: Sequence[Pixel], radius: float, color: Color, *, opacity: float = 1.0) -> None:
        """Many equal discs."""
        picture = _dot(radius, color, opacity)
        half = picture.get_width() // 2 - 0.5  # What is cut off of a pixel's place rounds it.
        self._touched += self.surface.blits([(picture, (x - half, y - half)) for x, y in centers], True) or ()

    def text(
        self, words: str, position: Pixel, size: int, color: Color, *, bold: bool = False, align: float = 0.0
    ) -> int:
        """A line of text whose middle height is at y; align 0 puts its left end at x, 1 its right end.

        Returns the x at which it ends.
        """
        picture = text.rendered(words, size, color, bold)
        width, height = picture.get_size()
        left = round(position[0] - align * width)
        self._touched.append(self.surface.blit(picture, (left, round(position[1] - height / 2))))
        return left + width

    def label(self, words: str, corner: Pixel, size: int, color: Color, halo: Color, *, bold: bool = False) -> None:
        """A line of text with a rim of the halo's colour, its upper left corner there."""
        self._touched.append(self.surface.blit(text.haloed(words, size, color, halo, bold), corner))

    def image(self, picture: pygame.Surface, corner: Pixel) -> None:
        """A picture, its upper left corner there."""
        self._touched.append(self.surface.blit(picture, corner))

    def part(self, _name: str) -> AbstractContextManager[None]:
        """What is drawn within it belongs to what is so called: nothing to see."""
        return NOTHING

    @contextmanager
    def clip(self, box: Box) -> Iterator[None]:
        """Within it nothing is drawn outside of the box."""
        before = self.surface.get_clip()
        self.surface.set_clip(pygame.Rect(box).clip(before))
        try:
            yield
        finally:
            self.surface.set_clip(before)

    def backdrop(self, backdrop: Backdrop, corner: Pixel, part: Box | None = None) -> None:
        """A picture that stands for a while, its upper left corner there; part: what of it is drawn, if not all."""
        if backdrop.passing and part is None:
            place = pygame.Rect(corner, backdrop.size)
            if self.surface.get_clip().contains(place):
                backdrop.draw(Screen(self.surface.subsurface(place)), *backdrop.args)
                self._touched.append(place)
                return
        picture = painted(backdrop)
        if part is None:
            touched = self.surface.blit(picture, corner)
        else:
            left, top = part[:2]
            touched = self.surface.blit(picture, (corner[0] + left, corner[1] + top), part)
        self._touched.append(touched)


def _side_by_side(points: Sequence[Pixel], width: int) -> Iterator[list[Pixel]]:
    """Thin curves, half a pixel from one to the next, that together cover one of that width through the points."""
    places = np.array(points)
    meets = len(places) > 2 and bool((places[0] == places[-1]).all())
    first, last = (places[-2], places[1]) if meets else (places[0], places[-1])
    ends = np.concatenate([first[None], places, last[None]])
    ahead = ends[2:] - ends[:-2]
    sizes = np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    aside = ahead[:, ::-1] * (1.0, -1.0) / sizes
    for shift in 0.5 * np.arange(1 - width, width):
        yield (places + shift * aside).tolist()


@cached
def painted(backdrop: Backdrop) -> pygame.Surface:
    """A backdrop in pixels; shared, so not to be drawn upon."""
    picture = pygame.Surface(backdrop.size, pygame.SRCALPHA if backdrop.holes else 0, 32)
    backdrop.draw(Screen(picture), *backdrop.args)
    return picture


@hot_cached
def _veil(size: tuple[int, int], color: Color, opacity: int) -> pygame.Surface:
    """A translucent box: of a few sizes, it lies behind words in picture after picture."""
    veil = pygame.Surface(size, pygame.SRCALPHA)
    veil.fill((*color, opacity))
    return veil


@hot_cached
def _dot(radius: float, color: Color, opacity: float) -> pygame.Surface:
    """A smooth disc on transparent ground; shared, so not to be drawn upon."""
    size = 2 * ceil(radius) + 3
    picture = pygame.Surface((size, size), pygame.SRCALPHA)
    picture.fill((*color, 0))
    if radius < SMALL:
        large = pygame.Surface((FINER * size, FINER * size), pygame.SRCALPHA)
        large.fill((*color, 0))
        pygame.draw.circle(large, color, (FINER * size / 2, FINER * size / 2), FINER * radius)
        picture = pygame.transform.smoothscale(large, (size, size))
    else:
        pygame.draw.aacircle(picture, color, (size // 2, size // 2), radius)
    if opacity < 1:
        picture.fill((255, 255, 255, round(255 * opacity)), special_flags=pygame.BLEND_RGBA_MULT)
    return picture


def image(pixels: npt.NDArray[np.uint8]) -> pygame.Surface:
    """A picture of colours (width, height, 3), or of colours and opacities (width, height, 4)."""
    if pixels.shape[-1] == 3:
        return pygame.surfarray.make_surface(pixels)
    picture = pygame.Surface(pixels.shape[:2], pygame.SRCALPHA)
    pygame.surfarray.blit_array(picture, pixels[..., :3])
    pygame.surfarray.pixels_alpha(picture)[:] = pixels[..., 3]
    return picture
