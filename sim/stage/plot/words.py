"""Words in a figure: in which language, and where they stand."""

from dataclasses import dataclass

import pygame

from ...base.languages import words
from ..drawing.canvas import Canvas
from ..style import text
from ..style.color import Color
from ..style.theme import Theme


def pitch(size: int) -> int:
    """The height of a line of type of that size, in pixels."""
    return round(1.45 * size)


def spoken(theme: Theme, label: str) -> str:
    """A label in the theme's language if it is one of its sentences, else as it is: it may be somebody's own word."""
    return words(theme.language).get(label, label)


@dataclass(frozen=True, eq=False, slots=True)
class Label:
    """A line of text where it stands."""

    text: str
    rect: pygame.Rect
    size: int
    color: Color
    bold: bool = False

    def draw(self, canvas: Canvas) -> None:
        """Draw it."""
        middle = self.rect.top + self.rect.height / 2
        canvas.text(self.text, (self.rect.left, middle), self.size, self.color, bold=self.bold)


def label(
    words: str, position: tuple[float, float], size: int, color: Color, align: float = 0.0, bold: bool = False
) -> Label:
    """A line of text whose middle height is at y; align 0 puts its left end at x, 1 its right end."""
    width, height = text.rendered(words, size, color, bold).get_size()
    left, top = round(position[0] - align * width), round(position[1] - height / 2)
    return Label(words, pygame.Rect(left, top, width, height), size, color, bold)


def stacked(
    lines: tuple[str, ...],
    position: tuple[float, float],
    size: int,
    color: Color,
    align: float = 0.0,
    bold: bool = False,
) -> list[Label]:
    """Lines of text one below the other, the first below y."""
    x, top = position
    heights = (top + (number + 0.5) * pitch(size) for number in range(len(lines)))
    return [label(line, (x, y), size, color, align, bold) for line, y in zip(lines, heights, strict=True) if line]
