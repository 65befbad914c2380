"""Where the walls around a minimum end: how far one looks if it is all that there is."""

import numpy as np

from ...points import Array
from ...protocol import ClosedForm
from ..newton import CIRCLE
from .rays import RADII, rises_along_rays

SHOULDER = 0.5  # A wall ends where it is no longer this share as steep as it has been,
ROUND = 1.6  # or this many times as far out as where it is steepest;
CREST = 2.0  # or at its crest, if that is at most so many times farther out.
HIGHER = 8.0  # A wall that rises so many times higher again, two octaves farther out, has not ended;
STILL = 0.7  # nor one that rises by this share as much in an octave as in the one before, as a logarithm does.
LEVEL = 1e-12  # A ray is level that rises by no more than this share of what others rise.
SHARP = 1e-3  # Its end is one if an octave farther out it has risen by this share of what others have.
# A wall rises by too much where it does so as this power of the distance and began as no more than that one,
STEEP, BEGIN = 8.0, 4.0
ORDERS = 1e3  # and comes to rise so many times higher;
CERTAIN = 1e-9  # where it has risen by this share of the bottom's own height, no less.
# Where all walls end, those are the bottom's own that end at most so many times farther away than another;
CLOSED = 5.0
OPEN = 1.5  # where some do not, those.


def walls(surface: ClosedForm, place: Array) -> Array:
    """Where the walls around a minimum (2,) end, and level ways from it, in the directions in which they do; (n, 2)."""
    heights = rises_along_rays(surface, place[None])[0]
    around = np.fmax.reduce(heights, axis=1)
    radii = np.array([_end(rises, around) for rises in heights.T])
    farthest = CLOSED * radii.min()
    if radii.max() == np.inf:  # Those that end on both sides of it: where a valley bends, one side has a crest.
        both = np.maximum(radii, np.roll(radii, len(radii) // 2))
        radii[both == np.inf], farthest = np.inf, OPEN * both.min()
    ends = [radius * ray for radius, ray in zip(radii, CIRCLE, strict=True) if radius <= farthest < np.inf]
    return np.asarray(place + np.array(ends).reshape(-1, 2))


def steep_end(surface: ClosedForm, place: Array, farthest: float) -> float:
    """How far one looks around a minimum (2,) at most, where walls rise by many orders until then, as exponentials do.

    To where one of those is steeper, on logarithmic scales, than it began.
    """
    heights = rises_along_rays(surface, place[None])[0]
    least = np.maximum(LEVEL * np.fmax.reduce(heights, axis=1)[:, None], CERTAIN * np.abs(surface.value(place)))
    seen = (heights > least) & np.isfinite(heights) & (farthest >= RADII)[:, None]
    powers = np.diff(np.log(np.where(seen, heights, np.nan)), axis=0) / np.log(RADII[1] / RADII[0])
    began, fallen = (np.logical_or.accumulate(powers < power, axis=0) for power in (BEGIN, 0.0))
    steep = began & ~fallen & (np.minimum.accumulate(np.nan_to_num(powers, nan=np.inf)[::-1], axis=0)[::-1] > STEEP)
    ends, most = steep.argmax(axis=0), np.where(seen, heights, -np.inf).max(axis=0)
    orders = steep.any(axis=0) & (most > ORDERS * heights[ends, np.arange(len(CIRCLE))])
    return float(min(RADII[ends[orders]].min(initial=np.inf), farthest))


def _end(heights: Array, around: Array) -> float:
    """The radius at which a ray of these heights (n,) at the RADII ends, the highest of all being (n,); inf if nowhere.

    A tip's walls are steepest at once: they have no end.
    """
    rising = ~(heights <= LEVEL * around)
    if not rising.any():
        return np.inf
    level = int(np.argmax(rising))
    octave = min(level + 8, len(RADII) - 1)
    if level and heights[octave] > SHARP * around[octave]:
        return float(RADII[level])
    steepness = np.diff(heights) / np.diff(RADII)
    most = np.fmax.accumulate(steepness)
    rounded = (most > 0) & (steepness[0] < SHOULDER * most)
    falling = np.flatnonzero(rounded & (steepness < SHOULDER * most))
    if not len(falling):
        return np.inf
    steepest = RADII[np.argmax(steepness[: falling[0]])]
    end = min(float(RADII[falling[0]]), ROUND * float(steepest))
    octaves = heights[np.minimum(int(falling[0]) + np.arange(0, 32, 8), len(RADII) - 1)]
    _, rise, next_rise = np.diff(octaves).tolist()
    if octaves[2] > HIGHER * octaves[0] or next_rise > STILL * rise > 0:
        return np.inf
    crests = RADII[:-1][rounded & (steepness <= 0) & (RADII[:-1] <= CREST * end)]
    return float(crests[0]) if len(crests) else end
