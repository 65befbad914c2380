"""The colours of a block of land, as one table: for every height, lighting and share of a contour."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ...style.color import Color
from ...style.theme import Theme

TINTS, SHADES, LINES = 128, 128, 8  # Steps of height, of light, and of how much of a pixel a contour covers.
PLAIN = 0.78  # The light on level ground, of the most there can be.
GAIN, LIGHT, DARK = 0.35, 0.10, 0.62
LINE = 0.34  # How far a contour goes from the ground towards its own colour.
FACES = (1.0, 0.86)  # How bright the two sides of the block are, of the colour of its cut.

Paint = npt.NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Paints:
    """Colours of pixels, each as four bytes in one number."""

    table: Paint
    """By height, light and contour (TINTS · SHADES · LINES,), then of the two sides, then of the panel behind."""
    behind: Color

    @property
    def sides(self) -> int:
        """Where the two sides are in the table."""
        return TINTS * SHADES * LINES

    @property
    def nothing(self) -> int:
        """Where the panel behind is in the table."""
        return self.sides + 2


@lru_cache(maxsize=8)
def paints(theme: Theme) -> Paints:
    """The colours of a theme: what is low has the first of its tints of land, and what is high the last."""
    stops = np.array(theme.land, dtype=float)
    at = np.linspace(0, 1, TINTS)
    tints = np.stack([np.interp(at, np.linspace(0, 1, len(stops)), stops[:, part]) for part in range(3)], axis=-1)
    light = np.linspace(0, 1, SHADES)
    brighter = np.clip((light - PLAIN) / (1 - PLAIN), 0, 1)[:, None]
    darker = DARK * np.clip((PLAIN - light) / PLAIN, 0, 1)[:, None]
    lit = tints[:, None] * (1 + GAIN * brighter)
    lit = lit + (np.array(theme.glow) - lit) * (LIGHT * brighter)
    lit = lit + (np.array(theme.shadow) - lit) * darker
    lit = np.clip(lit, 0, 255)
    line = LINE * np.linspace(0, 1, LINES)[:, None]
    drawn = lit[:, :, None] + (np.array(theme.level) - lit[:, :, None]) * line
    sides = np.array(theme.cut, dtype=float)[None] * np.array(FACES)[:, None]
    every = np.concatenate([drawn.reshape(-1, 3), sides, [theme.panel]])
    opaque = np.concatenate([np.rint(every), np.full((len(every), 1), 255.0)], axis=-1)
    return Paints(np.ascontiguousarray(opaque.astype(np.uint8)).view(np.uint32)[:, 0], theme.panel)
