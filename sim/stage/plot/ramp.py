"""The colours of a heat map: from a breath above the panel to the strongest there is.

Their lightness (CIELAB's L*) goes one way in equal steps: the map reads in grey, too, and with any colour vision.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from ..style.color import Color, mix
from ..style.theme import Theme

STEPS = 255
"""Colours of a ramp; one is left of a palette of 256, for what is blank."""
SAMPLES = 400  # Mixtures tried between two of the theme's colours.


@lru_cache(maxsize=8)
def ramp(theme: Theme) -> tuple[Color, ...]:
    """The colours, the faintest first."""
    stops = (
        mix(theme.panel, theme.lane(2), 0.12),
        mix(theme.panel, mix(theme.lane(2), theme.lane(0), 0.4), 0.62),
        theme.lane(0),
        mix(mix(theme.lane(0), theme.lane(3), 0.4), theme.text, 0.6),
    )
    mixtures = [mix(one, other, k / SAMPLES) for one, other in pairwise(stops) for k in range(SAMPLES)] + [stops[-1]]
    light = np.array([lightness(color) for color in mixtures])
    wanted = np.linspace(light[0], light[-1], STEPS)
    nearest = np.abs(light[None, :] - wanted[:, None]).argmin(axis=1)
    return tuple(mixtures[index] for index in nearest.tolist())


def lightness(color: Color) -> float:
    """CIELAB's L* of an sRGB colour, from 0 to 100 (CIE 15, IEC 61966-2-1)."""
    parts = [part / 255 for part in color]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 116 * luminance ** (1 / 3) - 16 if luminance > 216 / 24389 else luminance * 24389 / 27
