"""What the library is asked for wrongly, in sentences; and numbers, names and choices that are checked."""

import math
import os
from collections.abc import Collection, Mapping, Set
from decimal import Decimal
from numbers import Real
from operator import index
from pathlib import Path
from typing import Any

import numpy as np

from ..base.limits import THEMES
from ..scene import did_you_mean
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


def number(name: str, value: Any, least: float, most: float, unit: str = "") -> float:
    """A number between two others, NumPy's too.

    unit: what is said of it in a message, such as " of degrees".

    Raises:
        UseError: it is none.

    >>> number("sigma", 1, 0.0, 2.0)
    1.0
    """
    found = real(value)
    if not least <= found <= most:
        raise UseError(f"{name} must be a number{unit} from {least:,.10g} to {most:,.10g}, not {shown(value)}")
    return found


def real(value: Any) -> float:
    """A number of Python's, of NumPy's or of another library's without an axis; NaN if it is none, or True or False."""
    found = plain(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return math.nan
    try:
        return float(found)
    except OverflowError:
        return math.nan


def plain(value: Any) -> Any:
    """A number without an axis, of another kind or library, as an int or a float of Python's; all else as it is.

    >>> from fractions import Fraction
    >>> plain(Fraction(1, 4)), plain("0.25")
    (0.25, '0.25')
    """
    if getattr(value, "shape", None) == () and not isinstance(value, np.ma.MaskedArray):  # Whose item may be no number.
        value = value.item()
    if isinstance(value, int | float) or not isinstance(value, Real | Decimal):
        return value
    try:
        return float(value)
    except OverflowError:
        return value


def truth(name: str, value: Any) -> bool:
    """True or False, NumPy's too.

    Raises:
        UseError: it is neither.
    """
    found = plain(value)
    if not isinstance(found, bool):
        raise UseError(f"{name} must be True or False, not {shown(value)}")
    return found


def known_name(kind: str, value: Any, known: Collection[str]) -> str:
    """The name of one of those that there are, of such a kind.

    Raises:
        UseError: there is none of that name.
    """
    if not isinstance(value, str):
        raise UseError(f"a {kind} is meant by its name, not by {shown(value)}")
    if value not in known:
        raise UseError(f"there is no {kind} {did_you_mean(value, known)}")
    return value


def one_of(name: str, value: Any, known: tuple[str, ...]) -> str:
    """One of several words.

    Raises:
        UseError: it is none of them.
    """
    if not isinstance(value, str) or value not in known:
        raise UseError(f"{name} must be {', '.join(map(repr, known[:-1]))} or {known[-1]!r}, not {shown(value)}")
    return value


def known_theme(theme: str) -> str:
    """One of the themes.

    Raises:
        UseError: there is no such theme.
    """
    return one_of("theme", theme, THEMES)


def picture_size(size: Any, least: tuple[int, int] = (160, 120)) -> tuple[int, int]:
    """Width and height of a picture, in pixels, at least such ones.

    Raises:
        UseError: it is something else, or too small or large.
    """
    pair = two(size)
    if pair is None:
        raise UseError(f"size must be (width, height) in pixels, not {shown(size)}")
    width, height = pair
    return whole_number("the width", width, least[0], 7680), whole_number("the height", height, least[1], 4320)


def point(name: str, value: Any) -> tuple[float, float]:
    """A point of the plane, from two numbers.

    Raises:
        UseError: these are not two numbers, or one is beyond LARGEST, which no scene file may hold either.
    """
    x, y = map(real, two(value) or (math.nan, math.nan))
    if not (abs(x) <= LARGEST and abs(y) <= LARGEST):
        wanted = f"two numbers, such as (-1.5, 0.5), none beyond ±{LARGEST:,.0f}"
        raise UseError(f"{name} must be {wanted}, not {shown(value)}")
    return x, y


def two(value: Any) -> tuple[Any, Any] | None:
    """Both items of a pair; None if it is none, or a text, or has no order of its own, as dictionaries and sets."""
    if isinstance(value, str | bytes | bytearray | Mapping | Set):
        return None
    try:
        one, other = value
    except (TypeError, ValueError):
        return None
    return one, other


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
