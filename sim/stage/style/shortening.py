"""Names that are shortened so that they can still be told apart."""

import re
from collections.abc import Sequence

from . import text

NUMBER = re.compile(r"[\d.]{2}")
"""Two characters of which a number may consist."""
HEADS = (0.5, 0.25, 0.0)
"""Which share of what is left of a name is its beginning where another name would else read the same."""


def told_apart(names: Sequence[str], size: int, rooms: Sequence[int], bold: bool = False) -> list[str]:
    """The names, each as wide as its room at most; of those that begin alike, the ends are kept as well.

    Where nothing tells them apart that there is room for, their beginnings stay.
    """
    found = [text.fitted(name, size, room, bold) for name, room in zip(names, rooms, strict=True)]
    for shown in dict.fromkeys(found):
        alike = [index for index, each in enumerate(found) if each == shown]
        if len({names[index] for index in alike}) > 1:
            ways = ([_shortened(names[index], size, rooms[index], bold, head) for index in alike] for head in HEADS)
            apart = (way for way in ways if all(way) and len(set(way)) == len(alike))
            for index, each in zip(alike, next(apart, [shown] * len(alike)), strict=True):
                found[index] = each
    return found


def _shortened(name: str, size: int, room: int, bold: bool, head: float) -> str:
    """The name with an ellipsis in it, of which that share is before it: the longest that has room.

    No number is cut: another one would be read. Nothing, where there is no such name.
    """
    for count in range(len(name) - 1, 1, -1):
        before = round(head * count)
        after = len(name) - count + before
        shown = f"{name[:before].rstrip()}…{name[after:].lstrip()}"
        whole = not any(NUMBER.fullmatch(name[end - 1 : end + 1]) for end in (before, after))
        if whole and text.width(shown, size, bold) <= room:
            return shown
    return ""
