"""The colours of places where marbles end: the basins of minima, and what is none."""

import colorsys

from ...study.odds.ends import BOUNCING, DIVERGED, ELSEWHERE, MINIMUM, OTHERS, STALLED, UNDER_WAY
from .color import Color, mix
from .theme import Theme

GOLDEN_ANGLE = 0.381966  # Of a turn: so many hues one after the other are as different as they can be.
FIRST_HUE = 0.43
QUIET = 0.6
"""How far the colours of basins in bars are on the way from the panel's to their own."""


def basin_color(theme: Theme, index: int) -> Color:
    """The colour of a basin, of the same strength in each theme."""
    lightness = colorsys.rgb_to_hls(*(part / 255 for part in mix(theme.low, theme.mark, 0.3)))[1]
    red, green, blue = colorsys.hls_to_rgb((FIRST_HUE + index * GOLDEN_ANGLE) % 1.0, lightness, 0.55)
    return round(255 * red), round(255 * green), round(255 * blue)


def quiet_basin_color(theme: Theme, index: int) -> Color:
    """The same in a bar, so quiet that words can be read on it."""
    return mix(theme.panel, basin_color(theme, index), QUIET)


def end_color(theme: Theme, kind: str, minimum: int) -> Color:
    """The colour of who ends there: in a basin its own; in none a grey, of which who is under way has the lightest.

    kind, minimum: as of a part of a lane's ends.
    """
    if kind == MINIMUM:
        return quiet_basin_color(theme, minimum)
    colors = {
        OTHERS: mix(theme.panel, theme.muted, 0.25),
        ELSEWHERE: mix(theme.panel, theme.muted, 0.25),
        STALLED: mix(theme.panel, theme.muted, 0.5),
        BOUNCING: mix(theme.panel, theme.muted, 0.58),
        DIVERGED: theme.faint,
        UNDER_WAY: mix(theme.panel, theme.border, 0.6),
    }
    return colors[kind]
