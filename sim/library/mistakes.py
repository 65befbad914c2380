"""What the library is asked for wrongly, in sentences; and numbers that are checked."""

import math
import os
from operator import index
from pathlib import Path
from typing import Any

from ..surface.protocol import LARGEST


class UseError(ValueError):
    """Something that cannot be asked for so; the message is one sentence for who wrote the call."""


def whole_number(name: str, value: Any, least: int, most: int) -> int:
    """A whole number between two others, NumPy's too.

    Raises:
        UseError: it is none.

    >>> whole_number("seed", 3, 0, 10)
    3
    """
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        raise UseError(f"{name} must be a whole number from {least} to {most:,}, not {shown(value)}")
    return number


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """One of several words.

    Raises:
        UseError: it is none of them.
    """
    if value not in known:
        raise UseError(f"{name} must be {', '.join(map(repr, known[:-1]))} or {known[-1]!r}, not {shown(value)}")
    return value


def known_theme(theme: str) -> str:
    """One of the themes.

    Raises:
        UseError: there is no such theme.
    """
    return one_of("theme", theme, ("light", "dark"))


def picture_size(size: Any, least: tuple[int, int] = (160, 120)) -> tuple[int, int]:
    """Width and height of a picture, in pixels, at least such ones.

    Raises:
        UseError: it is something else, or too small or large.
    """
    try:
        width, height = size
    except (TypeError, ValueError):
        raise UseError(f"size must be (width, height) in pixels, not {shown(size)}") from None
    return whole_number("the width", width, least[0], 7680), whole_number("the height", height, least[1], 4320)


def point(name: str, value: Any) -> tuple[float, float]:
    """A point of the plane, from two numbers.

    Raises:
        UseError: these are not two numbers, or one is beyond LARGEST, which no scene file may hold either.
    """
    try:
        x, y = (float(each) for each in value)
    except (TypeError, ValueError, OverflowError):
        x, y = math.nan, math.nan
    if not (abs(x) <= LARGEST and abs(y) <= LARGEST):
        wanted = f"two numbers, such as (-1.5, 0.5), none beyond ±{LARGEST:,.0f}"
        raise UseError(f"{name} must be {wanted}, not {shown(value)}")
    return x, y


def file_path(name: str, value: Any) -> Path:
    """The path of a file.

    Raises:
        UseError: it is something else, or what no file can be called.

    >>> file_path("path", "race.png").name
    'race.png'
    """
    try:
        path = Path(value)
        possible = b"\0" not in os.fsencode(path)
    except (TypeError, UnicodeEncodeError):
        possible = False
    if not possible:
        raise UseError(f"{name} must be the path of a file, not {shown(value)}")
    return path


def png_path(value: Any) -> Path:
    """The path of a PNG file to be written, which ends so or has no ending, as the command line takes them.

    Raises:
        UseError: it is something else.
    """
    path = file_path("path", value)
    if path.suffix.lower() not in ("", ".png"):
        raise UseError(f"what is saved is a PNG, whose file ends in .png, not as {path.name} does")
    return path


def shown(value: object) -> str:
    """A value as messages quote it, cut where it is long; what would fill lines, by its kind."""
    text = repr(value)
    if "\n" in text:
        return f"{type(value).__name__}(…)"
    return text if len(text) <= 60 else f"{text[:59]}…"
