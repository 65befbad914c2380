"""How things look and read: colours from assets/themes.toml, what it says in a language of assets/locale/."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from ...base.languages import ENGLISH, grouped, words
from ...base.resources import asset
from .color import Color


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of colours."""

    background: Color
    panel: Color
    border: Color
    text: Color
    muted: Color
    faint: Color
    grid: Color
    low: Color
    """Tint of the lowest loss on the map."""
    high: Color
    """Tint of the highest."""
    mark: Color
    """Critical points and other marks on the map."""
    glow: Color
    """What light on land seen aslant goes towards."""
    shadow: Color
    """What shadow on such land goes towards."""
    level: Color
    """What contours on it go towards."""
    cut: Color
    """Its sides, where it is cut off."""
    halo: Color
    """Under everything that lies on the map."""
    lanes: tuple[Color, ...]
    land: tuple[Color, ...]
    """Tints of land seen aslant, from the lowest loss to the highest."""
    language: str = ENGLISH

    def lane(self, index: int) -> Color:
        """The colour of a lane, the same in its panel, chip, chart line and legend."""
        return self.lanes[index % len(self.lanes)]

    def say(self, sentence: str, **values: object) -> str:
        """An English sentence in the theme's language, its {names} filled in; English where it is missing."""
        return say(self.language, sentence, **values)

    def count(self, number: int) -> str:
        """How many there are, as the theme's language writes it."""
        return grouped(self.language, f"{number:,}")


NUMBER = re.compile(r"[-−+]?[\d,]+(\.\d+)?")


@cache
def load_theme(name: str, language: str = ENGLISH) -> Theme:
    """The theme of that name, one of THEMES, in the language of that code."""
    with asset("themes.toml").open("rb") as file:
        table = tomllib.load(file)[name]
    lanes, land = (tuple(_color(text) for text in table.pop(name)) for name in ("lanes", "land"))
    return Theme(lanes=lanes, land=land, language=language, **{key: _color(text) for key, text in table.items()})


def say(language: str, sentence: str, **values: object) -> str:
    """An English sentence in the language of that code, its {names} filled in; English where it is missing.

    Where nothing is to be filled in, braces stay as they are. Of what is filled in, numbers have the language's own
    sign between thousands; names are as they are.
    """
    told = {name: _written(language, value) for name, value in values.items()}
    said = words(language).get(sentence, sentence)
    return said.format(**told) if told else said


def _written(language: str, value: object) -> object:
    """A value that is filled in: numbers, as programs write them, are written as the language has them."""
    return grouped(language, value) if isinstance(value, str) and NUMBER.fullmatch(value) else value


def _color(text: str) -> Color:
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue
