"""Colours, from assets/themes.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ASSETS = Path(__file__).parents[2] / "assets"
THEMES = ("light", "dark")

Color = tuple[int, int, int]


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
    contour: Color
    mark: Color
    """Critical points and other marks on the map."""
    halo: Color
    """Under everything that lies on the map."""
    lanes: tuple[Color, ...]

    def lane(self, index: int) -> Color:
        """The colour of a lane, the same in its panel, chip, chart line and legend."""
        return self.lanes[index % len(self.lanes)]


@cache
def load_theme(name: str) -> Theme:
    """The theme of that name, one of THEMES."""
    with (ASSETS / "themes.toml").open("rb") as file:
        table = tomllib.load(file)[name]
    lanes = tuple(_color(text) for text in table.pop("lanes"))
    return Theme(lanes=lanes, **{key: _color(text) for key, text in table.items()})


def _color(text: str) -> Color:
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def mix(start: Color, end: Color, share: float) -> Color:
    """The colour that lies the given share of the way from start to end."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue
