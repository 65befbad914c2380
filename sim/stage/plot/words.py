"""Words in a figure: in which language, on how many lines, and where they stand."""

import re
from dataclasses import dataclass
from functools import lru_cache

import pygame

from ...languages import words
from .. import text
from ..theme import Color, Theme

PARTS = re.compile(r"[⺀-鿿＀-￯][，。；：、？！）]*|[^\s⺀-鿿＀-￯]+|\s+")
"""What stays on one line: a word, or a Chinese character with the punctuation after it."""


def pitch(size: int) -> int:
    """The height of a line of type of that size, in pixels."""
    return round(1.45 * size)


def spoken(theme: Theme, label: str) -> str:
    """A label in the theme's language if it is one of its sentences, else as it is: it may be somebody's own word."""
    return words(theme.language).get(label, label)


@lru_cache(maxsize=2048)
def wrapped(label: str, size: int, room: int, most: int, bold: bool = False) -> tuple[str, ...]:
    """The label on at most so many lines, none wider than the room; what does not go in ends with an ellipsis."""
    lines: list[str] = []
    rest = label.strip()
    while rest and len(lines) < most - 1:
        line = ""
        for part in PARTS.findall(rest):
            if line and text.width((line + part).rstrip(), size, bold) > room:
                break
            line += part
        lines.append(text.fitted(line.rstrip(), size, room, bold))
        rest = rest[len(line) :].lstrip()
    if rest:
        lines.append(text.fitted(rest, size, room, bold))
    return tuple(line for line in lines if line)


def complete(lines: tuple[str, ...], label: str) -> bool:
    """Whether nothing has been left out."""
    return "".join("".join(lines).split()) == "".join(label.split())


@lru_cache(maxsize=2048)
def balanced(label: str, size: int, room: int, most: int) -> tuple[str, ...]:
    """The same with lines about equally long, for words that stand in the middle."""
    best = wrapped(label, size, room, most)
    for narrower in range(room - 1, room // 2, -max(1, size // 3)):
        lines = wrapped(label, size, narrower, most)
        if len(lines) > len(best) or not complete(lines, label):
            break
        best = lines
    return best


@dataclass(frozen=True, eq=False, slots=True)
class Label:
    """A line of text where it stands."""

    text: str
    rect: pygame.Rect
    size: int
    color: Color
    bold: bool = False

    def draw(self, target: pygame.Surface) -> None:
        """Draw it."""
        target.blit(text.rendered(self.text, self.size, self.color, self.bold), self.rect)


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
