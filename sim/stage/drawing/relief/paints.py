"""The colours of a block of land, as one table: for every height, light, and share of a contour."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ....surface.points import Array
from ...style.color import Color
from ...style.theme import Theme

TINTS, SHADES, LINES = 128, 128, 8  # Steps of height, of light, and of how much of a pixel a contour covers.
LEVEL = 0.765  # The light on level ground, of the most that there can be.
# Light brings out the tint of what is so much higher.
UPWARDS = 0.5
BRIGHT = 0.6
"""How far light brings it out at most: white beyond the highest tint would be none of the theme's."""
# What would be higher than the highest tint goes towards the glow instead, this far at most.
GLOW = 0.25
DARK = 0.62  # How far the darkest goes towards the shadow.
LINE = 0.30  # How far a contour goes from the ground towards its own colour.
SIDES = (1.0, 0.86)  # How bright the two sides of the block are: the right one, and the left one.


@dataclass(frozen=True, eq=False)
class Paints:
    """Colours of pixels: red, green, blue and 255, as four bytes in one number."""

    table: npt.NDArray[np.uint32]
    """By height, light and contour (TINTS · SHADES · LINES), then of the two sides, then of the panel behind."""
    behind: Color

    @property
    def sides(self) -> int:
        """Where the two sides are in the table."""
        return TINTS * SHADES * LINES

    @property
    def nothing(self) -> int:
        """Where the panel behind is in the table."""
        return self.sides + len(SIDES)


@lru_cache(maxsize=8)
def paints(theme: Theme, bright: float = BRIGHT) -> Paints:
    """The colours of a theme: the lowest land has the first of its tints, and the highest the last.

    bright: how far light brings out the tint of what is higher than it, at most.
    """
    heights, light = np.linspace(0, 1, TINTS), np.linspace(0, 1, SHADES)[:, None]
    tints, higher = level_colors(theme, heights), level_colors(theme, heights + UPWARDS)
    higher += (np.array(theme.glow) - higher) * (GLOW * np.clip(heights + UPWARDS - 1, 0, 1) / UPWARDS)[:, None]
    brighter = bright * np.clip((light - LEVEL) / (1 - LEVEL), 0, 1) ** 2  # The power leaves no edge at level ground.
    darker = DARK * np.clip((LEVEL - light) / LEVEL, 0, 1)
    lit = tints[:, None] + (higher - tints)[:, None] * brighter
    lit += (np.array(theme.shadow) - lit) * darker
    drawn = lit[:, :, None] + (np.array(theme.level) - lit[:, :, None]) * np.linspace(0, LINE, LINES)[:, None]
    sides = np.outer(SIDES, theme.cut)
    every = np.concatenate([drawn.reshape(-1, 3), sides, [theme.panel]])
    opaque = np.concatenate([np.rint(every), np.full((len(every), 1), 255.0)], axis=-1)
    return Paints(np.ascontiguousarray(opaque.astype(np.uint8)).view(np.uint32)[:, 0], theme.panel)


def level_colors(theme: Theme, heights: Array) -> Array:
    """The colours (n, 3) of level land at heights (n,), from 0 to 255 each: as on a scale beside the picture."""
    stops = np.array(theme.land, dtype=float)
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(heights, at, part) for part in stops.T], axis=-1)
