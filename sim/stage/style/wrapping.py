"""Text on several lines, broken where its script allows it."""

import re
from functools import lru_cache

from . import text
from .numbers import NO_BREAK

OPENING, CLOSING = "“（《", "，。；：、？！”）》"
"""Marks that cling to what comes after them, and those that cling to what stands before."""
HAN = "⺀-鿿＀-￯"
CUT = ",;:·，；：、"
"""Marks that no line ends with before an ellipsis."""
UNITS = "%|µs|ms|s|kB"
HELD = rf"(?<=\d) (?=(?:{UNITS})(?!\w))|(?<=\d) (?=… )|(?<= …) (?=[−\-\d])"
"""Spaces at which no line is broken: between a number and its unit, and within an interval."""
SPACES = rf"[^\S{NO_BREAK}]*"
PIECE = re.compile(
    rf"[{OPENING}]*(?:(?![{OPENING}{CLOSING}])[{HAN}]|(?:[^\s{HAN}{OPENING}{CLOSING}]|{NO_BREAK}|{HELD})+)"
    rf"[{CLOSING}]*{SPACES}"
    rf"|\S{SPACES}"
)
"""What a line is not broken within: a word, or a Chinese character, with the marks that cling to it."""


def held(words: str) -> str:
    """The words with spaces at which no browser breaks a line either, where no line is to be broken."""
    return re.sub(HELD, NO_BREAK, words)


@lru_cache(maxsize=2048)
def wrapped(words: str, size: int, room: int, most: int, bold: bool = False) -> tuple[str, ...]:
    """The words on at most so many lines, none wider than the room; what does not go in ends with an ellipsis.

    No word is cut but one that is wider than the room.
    """
    pieces = PIECE.findall(words.strip())
    lines: list[str] = []
    while pieces and len(lines) < most - 1:
        count = 1
        while count < len(pieces) and text.width("".join(pieces[: count + 1]).rstrip(), size, bold) <= room:
            count += 1
        lines.append(text.fitted("".join(pieces[:count]).rstrip(), size, room, bold))
        pieces = pieces[count:]
    if pieces:
        lines.append(_last(pieces, size, room, bold))
    return tuple(line for line in lines if line)


def _last(pieces: list[str], size: int, room: int, bold: bool) -> str:
    """What the last line says: all of it, or as many whole words as there is room for, and an ellipsis."""
    words = "".join(pieces).rstrip()
    if text.width(words, size, bold) <= room:
        return words
    told = ""
    for count in range(1, len(pieces)):
        longer = f"{''.join(pieces[:count]).rstrip().rstrip(CUT)} …"
        if text.width(longer, size, bold) > room:
            break
        told = longer
    return told or text.fitted(words, size, room, bold)


def complete(lines: tuple[str, ...], label: str) -> bool:
    """Whether nothing has been left out."""
    return "".join("".join(lines).split()) == "".join(label.split())


@lru_cache(maxsize=2048)
def balanced(label: str, size: int, room: int, most: int) -> tuple[str, ...]:
    """The label in lines that are about equally long, for words that stand in the middle."""
    best = wrapped(label, size, room, most)
    for narrower in range(room - 1, room // 2, -max(1, size // 3)):
        lines = wrapped(label, size, narrower, most)
        if len(lines) > len(best) or not complete(lines, label):
            break
        best = lines
    return best
