"""The painter in words: what was drawn as lines of text, for people and tests to compare."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from zlib import crc32

import numpy as np
import pygame

from sim.stage.drawing.canvas import Backdrop, Box, Corners, Pixel
from sim.stage.style import text
from sim.stage.style.color import Color

FEW = 4
"""Points that are written out; of more there are the first, the last, and a sum by which they are known again."""

SHADED = 256  # A picture of more colours than this is shaded.
# The cells of a shaded picture, across and down, whose tones are written down.
CELLS = (24, 8)
# How much brighter a tone is, of 255, from one hexadecimal digit to the next.
TONE = 255 / 15


class RecordingCanvas:
    """A canvas that writes down what is drawn upon it, a line a verb, parts of it indented."""

    raster = False
    drawn_state = None

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        """Width and height, in pixels."""
        self.lines: list[str] = []
        """What was drawn, in order."""
        self._depth = 0
        self._corner = (0.0, 0.0)
        self._backdrops: dict[Backdrop, int] = {}

    @property
    def recording(self) -> str:
        """All of it."""
        return "\n".join(self.lines) + "\n"

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What is drawn within it belongs to what is so called."""
        self._write(name)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def clip(self, box: Box) -> Iterator[None]:
        """Within it nothing is drawn outside of the box."""
        with self.part(f"clip {self._box(box)}"):
            yield

    def rect(self, box: Box, color: Color, *, width: int = 0, corner: Corners = 0, opacity: int = 255) -> None:
        """A box with round corners of that radius; filled, or its outline of that width inside of it."""
        more = [f"width {width}"] * bool(width) + [f"corner {corner}"] * bool(corner) + _veil(opacity)
        self._write("rect", self._box(box), _hex(color), *more)

    def line(self, points: Sequence[Pixel], color: Color, width: int = 1) -> None:
        """Straight pieces from point to point."""
        self._write("line", self._points(points), _hex(color), f"width {width}")

    def segments(self, segments: Sequence[tuple[Pixel, Pixel]], color: Color, width: int = 1) -> None:
        """Straight pieces, each by itself: smooth dashes."""
        self._write("segments", self._points(list(chain(*segments))), _hex(color), f"width {width}")

    def curve(self, points: Sequence[Pixel], color: Color, *, width: int = 1, closed: bool = False) -> None:
        """A smooth line through points between which it turns little."""
        more = [f"width {width}"] * (width > 1) + ["closed"] * closed
        self._write("curve", self._points(points), _hex(color), *more)

    def outline(self, corners: Sequence[Pixel], color: Color, width: int) -> None:
        """A closed line with sharp edges."""
        self._write("outline", self._points(corners), _hex(color), f"width {width}")

    def rule(self, start: Pixel, end: Pixel, color: Color, width: int = 1) -> None:
        """A sharp line."""
        self._write("rule", self._points((start, end)), _hex(color), f"width {width}")

    def polygon(self, corners: Sequence[Pixel], color: Color, *, opacity: int = 255) -> None:
        """A filled polygon; opacity: of 255."""
        self._write("polygon", self._points(corners), _hex(color), *_veil(opacity))

    def disc(self, center: Pixel, radius: float, color: Color) -> None:
        """A filled circle."""
        self._write("disc", self._points((center,)), f"radius {_number(radius)}", _hex(color))

    def ring(self, center: Pixel, radius: float, color: Color, width: int) -> None:
        """A circle; its line of that width lies inside of the radius."""
        self._write("ring", self._points((center,)), f"radius {_number(radius)}", _hex(color), f"width {width}")

    def dots(self, centers: Sequence[Pixel], radius: float, color: Color, *, opacity: float = 1.0) -> None:
        """Many equal discs."""
        self._write(
            "dots", self._points(centers), f"radius {_number(radius)}", _hex(color), *_veil(round(255 * opacity))
        )

    def text(
        self, words: str, position: Pixel, size: int, color: Color, *, bold: bool = False, align: float = 0.0
    ) -> int:
        """A line of text whose middle height is at y; align 0 puts its left end at x, 1 its right end.

        Returns the x at which it ends.
        """
        if words:
            more = ["bold"] * bold + [f"align {align:g}"] * bool(align)
            self._write(f'text "{words}"', self._points((position,)), f"size {size}", _hex(color), *more)
        width = text.width(words, size, bold)
        return round(position[0] - align * width) + width

    def label(self, words: str, corner: Pixel, size: int, color: Color, halo: Color, *, bold: bool = False) -> None:
        """A line of text with a rim of the halo's colour, its upper left corner there."""
        more = (f"size {size}", _hex(color), f"on {_hex(halo)}", *["bold"] * bold)
        self._write(f'label "{words}"', self._points((corner,)), *more)

    def image(self, picture: pygame.Surface, corner: Pixel) -> None:
        """A picture, its upper left corner there."""
        self._write("image", self._points((corner,)), "{}x{}".format(*picture.get_size()), _content(picture))

    def backdrop(self, backdrop: Backdrop, corner: Pixel, part: Box | None = None) -> None:
        """A picture that stands for a while, its upper left corner there; part: what of it is drawn, if not all."""
        known = backdrop in self._backdrops
        number = self._backdrops.setdefault(backdrop, len(self._backdrops) + 1)
        shown = "" if part is None else f", of it {_number(part[2])}x{_number(part[3])}"
        name = f"backdrop {number} at {self._points((corner,))}{shown}"
        if known:
            self._write(f"{name}, as before")
            return
        outer, self._corner = self._corner, (self._corner[0] + corner[0], self._corner[1] + corner[1])
        with self.part(name):
            depth = self._depth
            for written in _written(backdrop, self._corner):
                if isinstance(written, _Within):
                    self._depth = depth + written.depth
                    self.backdrop(*written.asked)
                    self._depth = depth
                else:
                    self._write(written)
        self._corner = outer

    def _write(self, *words: str) -> None:
        self.lines.append("  " * self._depth + " ".join(words))

    def _box(self, box: Box) -> str:
        left, top, width, height = box
        return f"{self._points(((left, top),))} {_number(width)}x{_number(height)}"

    def _points(self, points: Sequence[Pixel]) -> str:
        written = [f"{_number(x + self._corner[0])},{_number(y + self._corner[1])}" for x, y in points]
        if len(written) <= FEW:
            return " ".join(written)
        return f"{written[0]} … {written[-1]} ({len(written)} points, sum {crc32(' '.join(written).encode()):08x})"


class _Within(NamedTuple):
    """A backdrop within a backdrop: which number it has, and whether it was drawn before, the whole picture says."""

    place: int
    """How many lines are before it."""
    depth: int
    asked: tuple[Backdrop, Pixel, Box | None]


class _Draft(RecordingCanvas):
    """What is drawn as one backdrop."""

    def __init__(self, size: tuple[int, int], corner: tuple[float, float]) -> None:
        super().__init__(size)
        self._corner = corner
        self.within: list[_Within] = []

    def backdrop(self, backdrop: Backdrop, corner: Pixel, part: Box | None = None) -> None:
        """Left to who writes down the whole."""
        self.within.append(_Within(len(self.lines), self._depth, (backdrop, corner, part)))


@lru_cache(maxsize=128)
def _written(backdrop: Backdrop, corner: tuple[float, float]) -> tuple[str | _Within, ...]:
    """What a backdrop draws, its upper left corner there: the same in all pictures, and maps take long."""
    draft = _Draft(backdrop.size, corner)
    backdrop.draw(draft, *backdrop.args)
    written: list[str | _Within] = list(draft.lines)
    for each in reversed(draft.within):
        written.insert(each.place, each)
    return tuple(written)


def _hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _veil(opacity: int) -> list[str]:
    return [] if opacity == 255 else [f"opacity {opacity}"]


def _number(value: float) -> str:
    """A length to the tenth of a pixel."""
    return f"{round(value, 1) + 0.0:g}"


def _content(picture: pygame.Surface) -> str:
    """What is on a picture: a sum over its bytes or, if it is shaded, the tones of coarse cells.

    The last bit of a shade may be another one on another processor.
    """
    pixels = np.frombuffer(pygame.image.tobytes(picture, "RGBA"), dtype=np.uint8).reshape(-1, 4)
    if len(np.unique(pixels.view(np.uint32))) <= SHADED:
        return f"sum {crc32(pixels.tobytes()):08x}"
    cells = pygame.transform.smoothscale(picture, CELLS)
    tones = np.rint(pygame.surfarray.array3d(cells).mean(axis=-1) / TONE).astype(int)
    return "tones " + " ".join("".join(f"{tone:x}" for tone in row) for row in tones.T.tolist())
