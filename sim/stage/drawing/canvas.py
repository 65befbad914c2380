"""A canvas: the few verbs in which everything is drawn, whatever paints them.

Pixels are counted from the upper left corner, x to the right and y down; a box is (left, top, width, height).
"""

from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple, Protocol

from pygame import Rect, Surface

from ..style.color import Color
from .drawn_state import DrawnState

Pixel = tuple[float, float]
Box = Rect | tuple[float, float, float, float]
Corners = int | tuple[int, int, int, int]


class Backdrop(NamedTuple):
    """What stands in a picture for a while: it depends on nothing but this, so that pixels of it may be kept."""

    draw: Callable[..., None]
    """Draws it all over an opaque canvas, or on a clear one if it has holes: `draw(canvas, *args)`."""
    args: tuple[Hashable, ...]
    size: tuple[int, int]
    passing: bool = False
    """Whether it will not be wanted again, so that its pixels need not be kept."""
    holes: bool = False
    """Whether what it lies on shows where nothing is drawn; all else is opaque, with sharp edges."""


class Canvas(Protocol):
    """What can be drawn upon."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        ...

    @property
    def raster(self) -> bool:
        """Whether it is made of pixels, so that what was drawn once may be kept as such."""
        ...

    @property
    def drawn_state(self) -> DrawnState | None:
        """What is known to stand on it, if anything may be."""
        ...

    def rect(self, box: Box, color: Color, *, width: int = 0, corner: Corners = 0, opacity: int = 255) -> None:
        """A box with round corners of that radius; filled, or its outline of that width inside of it.

        corner: one radius, or those of the upper left, upper right, lower left and lower right one; opacity: of 255.
        """
        ...

    def line(self, points: Sequence[Pixel], color: Color, width: int = 1) -> None:
        """Straight pieces from point to point, smooth."""
        ...

    def segments(self, segments: Sequence[tuple[Pixel, Pixel]], color: Color, width: int = 1) -> None:
        """Straight pieces, each by itself: smooth dashes."""
        ...

    def curve(self, points: Sequence[Pixel], color: Color, *, width: int = 1, closed: bool = False) -> None:
        """A smooth line through points between which it turns little."""
        ...

    def outline(self, corners: Sequence[Pixel], color: Color, width: int) -> None:
        """A closed line with sharp edges."""
        ...

    def rule(self, start: Pixel, end: Pixel, color: Color, width: int = 1) -> None:
        """A sharp line."""
        ...

    def polygon(self, corners: Sequence[Pixel], color: Color, *, opacity: int = 255) -> None:
        """A filled polygon; opacity: of 255."""
        ...

    def disc(self, center: Pixel, radius: float, color: Color) -> None:
        """A filled circle."""
        ...

    def ring(self, center: Pixel, radius: float, color: Color, width: int) -> None:
        """A circle; its line of that width lies inside of the radius."""
        ...

    def dots(self, centers: Sequence[Pixel], radius: float, color: Color, *, opacity: float = 1.0) -> None:
        """Many equal discs."""
        ...

    def text(
        self, words: str, position: Pixel, size: int, color: Color, *, bold: bool = False, align: float = 0.0
    ) -> int:
        """A line of text whose middle height is at y; align 0 puts its left end at x, 1 its right end.

        Returns the x at which it ends.
        """
        ...

    def label(self, words: str, corner: Pixel, size: int, color: Color, halo: Color, *, bold: bool = False) -> None:
        """A line of text with a rim of the halo's colour, its upper left corner there."""
        ...

    def image(self, picture: Surface, corner: Pixel) -> None:
        """A picture, its upper left corner there."""
        ...

    def part(self, name: str) -> AbstractContextManager[None]:
        """What is drawn within it belongs to what is so called: groups in a file, nothing to see."""
        ...

    def clip(self, box: Box) -> AbstractContextManager[None]:
        """Within it nothing is drawn outside of the box."""
        ...

    def backdrop(self, backdrop: Backdrop, corner: Pixel, part: Box | None = None) -> None:
        """A picture that stands for a while, its upper left corner there; part: what of it is drawn, if not all."""
        ...


class Unseen:
    """A canvas on which nothing is to be seen: whoever draws on it finds out what there would be, and keeps that."""

    size = (1, 1)
    raster = False
    drawn_state = None

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        return _ANSWERS.get(verb, lambda *_, **__: None)


_ANSWERS: dict[str, Callable[..., Any]] = {
    "text": lambda *_, **__: 0,
    "part": lambda *_, **__: nullcontext(),
    "clip": lambda *_, **__: nullcontext(),
}
"""What verbs of it answer that are asked for an answer."""
