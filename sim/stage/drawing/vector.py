"""The painter in lines and type: an SVG 1.1 of plain elements and attributes, sharp at any size."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, tostring

import pygame

from ..style import text
from ..style.color import Color
from .canvas import Backdrop, Box, Corners, Pixel

FONTS = "Noto Sans, Noto Sans SC, Helvetica, Arial, DejaVu Sans, sans-serif"
BASELINE = 0.355
"""How far the baseline of type is below the middle of its line, over the size of the type."""


class Vector:
    """A canvas that is an SVG.

    A line of text is as wide as on the screen, whatever fonts the reader has. Pictures are embedded as PNG.
    """

    raster = False
    drawn_state = None

    def __init__(
        self, size: tuple[int, int], title: str = "", metadata: str = "", without: Color | None = None
    ) -> None:
        """without: the colour of the ground, if that is to be left out."""
        self._without = without
        self.size = size
        """Width and height, in units of the drawing."""
        width, height = size
        self._root = Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "xmlns:xlink": "http://www.w3.org/1999/xlink",
                "version": "1.1",
                "viewBox": f"0 0 {width} {height}",
                "font-family": FONTS,
            },
        )
        self._root.text = "\n"
        self._clips: dict[tuple[float, ...], str] = {}
        self._backdrops: dict[Backdrop, str] = {}
        self._into = self._root
        if metadata:
            self._add("metadata", metadata)
        if title:
            self._add("title", title)
        self._defs = self._add("defs")
        self._defs.text = "\n"

    def written(self, scale: float = 1.0) -> bytes:
        """The file, every unit of the drawing `scale` pixels wide; the same bytes for the same drawing."""
        width, height = self.size
        self._root.set("width", _number(scale * width))
        self._root.set("height", _number(scale * height))
        return bytes(tostring(self._root, encoding="utf-8", xml_declaration=True))

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What is drawn within it is a group of that class."""
        with self._within(class_=name.replace(" ", "-")):
            yield

    @contextmanager
    def clip(self, box: Box) -> Iterator[None]:
        """Within it nothing is drawn outside of the box."""
        key = tuple(pygame.Rect(box))
        if key not in self._clips:
            self._clips[key] = f"clip{len(self._clips) + 1}"
            left, top, width, height = key
            clip = _new(self._defs, "clipPath", id=self._clips[key])
            _new(clip, "rect", x=left, y=top, width=width, height=height)
        with self._within(clip_path=f"url(#{self._clips[key]})"):
            yield

    def rect(self, box: Box, color: Color, *, width: int = 0, corner: Corners = 0, opacity: int = 255) -> None:
        """A box with round corners of that radius; filled, or its outline of that width inside of it."""
        if color == self._without and not width:
            return
        left, top, wide, high = box
        if isinstance(corner, tuple):
            self._add("path", d=_rounded(left, top, wide, high, corner), fill=color)
            return
        inset = width / 2
        place = {"x": left + inset, "y": top + inset, "width": wide - width, "height": high - width}
        round_ = {"rx": max(corner - inset, 0)} if corner else {}
        if width:
            self._add("rect", **place, **round_, fill="none", stroke=color, stroke_width=width)
        else:
            self._add("rect", **place, **round_, fill=color, **_veil("fill_opacity", opacity))

    def line(self, points: Sequence[Pixel], color: Color, width: int = 1) -> None:
        """Straight pieces from point to point."""
        self._add("path", d=_path(points), fill="none", stroke=color, stroke_width=width, stroke_linejoin="round")

    def segments(self, segments: Sequence[tuple[Pixel, Pixel]], color: Color, width: int = 1) -> None:
        """Straight pieces, each by itself: smooth dashes."""
        self._add("path", d="".join(map(_path, segments)), fill="none", stroke=color, stroke_width=width)

    def curve(self, points: Sequence[Pixel], color: Color, *, width: int = 1, closed: bool = False) -> None:
        """A smooth line through points between which it turns little."""
        wide = {"stroke_width": width} if width > 1 else {}
        self._add("path", d=_path(points, closed), fill="none", stroke=color, **wide, stroke_linejoin="round")

    def outline(self, corners: Sequence[Pixel], color: Color, width: int) -> None:
        """A closed line."""
        self._add("path", d=_path(corners, True), fill="none", stroke=color, stroke_width=width)

    def rule(self, start: Pixel, end: Pixel, color: Color, width: int = 1) -> None:
        """A sharp line."""
        # A screen fills whole pixels, the middles of which lie half a pixel from their corners.
        (x0, y0), (x1, y1) = start, end
        shift = 0.5 * (width % 2)
        points = [
            (x0 + shift * (x0 == x1), y0 + shift * (y0 == y1)),
            (x1 + shift * (x0 == x1), y1 + shift * (y0 == y1)),
        ]
        self._add("path", d=_path(points), fill="none", stroke=color, stroke_width=width)

    def polygon(self, corners: Sequence[Pixel], color: Color, *, opacity: int = 255) -> None:
        """A filled polygon; opacity: of 255."""
        self._add("path", d=_path(corners, True), fill=color, **_veil("fill_opacity", opacity))

    def disc(self, center: Pixel, radius: float, color: Color) -> None:
        """A filled circle."""
        self._add("circle", cx=center[0], cy=center[1], r=radius, fill=color)

    def ring(self, center: Pixel, radius: float, color: Color, width: int) -> None:
        """A circle; its line of that width lies inside of the radius."""
        middle = radius - width / 2
        self._add("circle", cx=center[0], cy=center[1], r=middle, fill="none", stroke=color, stroke_width=width)

    def dots(self, centers: Sequence[Pixel], radius: float, color: Color, *, opacity: float = 1.0) -> None:
        """Many equal discs: nothing but the round ends of lines without length."""
        ends = "".join(f"M{_number(x)} {_number(y)}h0" for x, y in centers)
        veil = _veil("stroke_opacity", round(255 * opacity))
        self._add("path", d=ends, fill="none", stroke=color, stroke_width=2 * radius, stroke_linecap="round", **veil)

    def text(
        self, words: str, position: Pixel, size: int, color: Color, *, bold: bool = False, align: float = 0.0
    ) -> int:
        """A line of text whose middle height is at y; align 0 puts its left end at x, 1 its right end.

        Returns the x at which it ends.
        """
        width = text.width(words, size, bold)
        left = round(position[0] - align * width)
        self._write(words, (left, position[1] + BASELINE * size), size, width, bold, fill=color)
        return left + width

    def label(self, words: str, corner: Pixel, size: int, color: Color, halo: Color, *, bold: bool = False) -> None:
        """A line of text with a rim of the halo's colour, its upper left corner there."""
        rim, (_, height) = max(1, size // 10), text.label_size(words, size, bold)
        place = (corner[0] + rim, corner[1] + height / 2 + BASELINE * size)
        width = text.width(words, size, bold)
        around = {"fill": halo, "stroke": halo, "stroke_width": 2 * rim, "stroke_linejoin": "round"}
        self._write(words, place, size, width, bold, **around)
        self._write(words, place, size, width, bold, fill=color)

    def image(self, picture: pygame.Surface, corner: Pixel) -> None:
        """A picture, its upper left corner there."""
        width, height = picture.get_size()
        content = f"data:image/png;base64,{b64encode(_png(picture)).decode()}"
        self._add("image", x=corner[0], y=corner[1], width=width, height=height, xlink_href=content)

    def backdrop(self, backdrop: Backdrop, corner: Pixel, part: Box | None = None) -> None:
        """A picture that stands for a while, its upper left corner there; part: what of it is drawn, if not all."""
        place = f"translate({_number(corner[0])} {_number(corner[1])})"
        with self._within(transform=place), self.clip(part or (0, 0, *backdrop.size)):
            if backdrop in self._backdrops:
                self._add("use", xlink_href=f"#{self._backdrops[backdrop]}")
                return
            self._backdrops[backdrop] = f"backdrop{len(self._backdrops) + 1}"
            size = self.size
            with self._within(id=self._backdrops[backdrop]):
                self.size = backdrop.size
                backdrop.draw(self, *backdrop.args)
                self.size = size

    def _write(self, words: str, place: Pixel, size: int, width: int, bold: bool, /, **attributes: object) -> None:
        if words.strip():
            weight = {"font_weight": "bold"} if bold else {}
            where = {"x": place[0], "y": place[1], "font_size": size, **weight, "textLength": width}
            self._add("text", words, **where, lengthAdjust="spacingAndGlyphs", **attributes)

    @contextmanager
    def _within(self, **attributes: object) -> Iterator[None]:
        """What is drawn within it is in a group of its own."""
        outer = self._into
        self._into = self._add("g", **attributes)
        self._into.text = "\n"
        try:
            yield
        finally:
            self._into = outer

    def _add(self, tag: str, content: str = "", /, **attributes: object) -> Element:
        return _new(self._into, tag, content, **attributes)


def _new(parent: Element, tag: str, content: str = "", /, **attributes: object) -> Element:
    """A new last child; the names of its attributes have _ where SVG has -, and colours are triples."""
    child = SubElement(parent, tag)
    for name, value in attributes.items():
        child.set("xlink:href" if name == "xlink_href" else name.rstrip("_").replace("_", "-"), _value(value))
    child.text, child.tail = content or None, "\n"
    return child


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "#{:02x}{:02x}{:02x}".format(*value)
    return _number(value) if isinstance(value, int | float) else str(value)


def _png(picture: pygame.Surface) -> bytes:
    stream = BytesIO()
    pygame.image.save(picture, stream, "picture.png")
    return stream.getvalue()


def _veil(name: str, opacity: int) -> dict[str, object]:
    return {} if opacity == 255 else {name: f"{opacity / 255:.3f}"}


def _path(points: Sequence[Pixel], closed: bool = False) -> str:
    """Straight lines through points."""
    return f"M{'L'.join(f'{_number(x)} {_number(y)}' for x, y in points)}{'Z' if closed else ''}"


def _rounded(left: float, top: float, width: float, height: float, radii: tuple[int, int, int, int]) -> str:
    """A box whose corners (upper left, upper right, lower left, lower right) have these radii."""
    upper_left, upper_right, lower_left, lower_right = radii
    right, bottom = left + width, top + height
    return (
        f"M{_number(left + upper_left)} {_number(top)}H{_number(right - upper_right)}"
        f"A{upper_right} {upper_right} 0 0 1 {_number(right)} {_number(top + upper_right)}"
        f"V{_number(bottom - lower_right)}A{lower_right} {lower_right} 0 0 1 "
        f"{_number(right - lower_right)} {_number(bottom)}"
        f"H{_number(left + lower_left)}A{lower_left} {lower_left} 0 0 1 "
        f"{_number(left)} {_number(bottom - lower_left)}"
        f"V{_number(top + upper_left)}A{upper_left} {upper_left} 0 0 1 {_number(left + upper_left)} {_number(top)}Z"
    )


def _number(value: float) -> str:
    """A length to the hundredth, as short as it can be written."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written
