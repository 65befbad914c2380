"""The colours of places where marbles end: the basins of minima, and what is none."""

import colorsys

from ...study.statistics.end_kind import EndKind
from .color import Color, mix
from .theme import Theme

TINTS = (
    *((0.43, 0.0, 0.55), (0.812, 0.0, 0.55), (0.194, 0.0, 0.55), (0.68, 0.2, 0.7)),
    *((0.0, 0.0, 0.7), (0.14, 0.3, 0.7), (0.06, 0.3, 0.7), (0.78, 0.3, 0.4)),
    *((0.24, 0.1, 0.7), (0.84, 0.2, 0.7), (0.72, 0.0, 0.7), (0.98, 0.3, 0.7)),
    *((0.4, 0.3, 0.7), (0.52, 0.26, 0.4), (0.12, 0.0, 0.4), (0.2, 0.2, 0.7)),
)
"""The first basins' colours: the hue, how much farther the lightness is from the panel's, and the saturation.

Of hues in a few lightnesses each from the fourth on is the one that is farthest from those before it, from the greys
of other ends and from the panel: in bars of either theme, by CIELAB, for people with all cones and, by the model of
Machado, Oliveira and Fernandes (2009), for those who lack one kind. Hues alone would not do for them.
"""
GOLDEN_ANGLE = 0.381966  # Of a turn: so many hues one after the other are as different as they can be.
DEPTHS = (0.0, 0.26, 0.1, 0.2)
"""By how much lightnesses of the others are farther from the panel's, in turn."""
QUIET = 0.6
"""How far the colours of basins in bars are on the way from the panel's to their own."""


def basin_color(theme: Theme, index: int) -> Color:
    """The colour of a basin, of the same strength in each theme."""
    hue, away, saturation = TINTS[index] if index < len(TINTS) else _other_tint(index)
    lightness, panel = (
        colorsys.rgb_to_hls(*(part / 255 for part in color))[1]
        for color in (mix(theme.low, theme.mark, 0.3), theme.panel)
    )
    lightness += away if panel < lightness else -away
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return round(255 * red), round(255 * green), round(255 * blue)


def _other_tint(index: int) -> tuple[float, float, float]:
    return index * GOLDEN_ANGLE % 1.0, DEPTHS[index % len(DEPTHS)], TINTS[0][2]


def quiet_basin_color(theme: Theme, index: int) -> Color:
    """The colour of a basin in a bar, so quiet that words can be read on it."""
    return mix(theme.panel, basin_color(theme, index), QUIET)


def end_color(theme: Theme, kind: EndKind, minimum: int) -> Color:
    """The colour of who ends there: in a basin its own; in none a grey, of which who is under way has the lightest.

    kind, minimum: as of a part of a lane's ends.
    """
    if kind is EndKind.MINIMUM:
        return quiet_basin_color(theme, minimum)
    colors = {
        EndKind.OTHERS: mix(theme.panel, theme.muted, 0.25),
        EndKind.ELSEWHERE: mix(theme.panel, theme.muted, 0.25),
        EndKind.STALLED: mix(theme.panel, theme.muted, 0.5),
        EndKind.BOUNCING: mix(theme.panel, theme.muted, 0.58),
        EndKind.DIVERGED: theme.faint,
        EndKind.OFF_SURFACE: mix(theme.panel, theme.muted, 0.38),
        EndKind.FAILED: mix(theme.panel, theme.muted, 0.64),
        EndKind.UNDER_WAY: mix(theme.panel, theme.border, 0.6),
    }
    return colors[kind]
