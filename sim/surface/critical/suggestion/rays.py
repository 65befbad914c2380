"""Rays from places in all directions, and how high the surface is along them."""

import numpy as np

from ...points import Array
from ...protocol import ClosedForm
from ..newton import CIRCLE

RADII = np.exp2(np.arange(-80.0, 73.0) / 8)
"""How far from their place rays are looked at: eight times to the octave."""

DIP = 1e-9  # A ray that has gone down has come to a bottom if it rises by this share of that again.


def rises_along_rays(surface: ClosedForm, places: Array) -> Array:
    """How much higher the surface is at the RADII along each ray (rays last) than at the places (n, 2)."""
    rays = places[:, None, None] + RADII[:, None, None] * CIRCLE
    return np.asarray(surface.value(rays) - surface.value(places)[:, None, None])


def first_bottom(surface: ClosedForm, places: Array) -> float | None:
    """How far away the lowest of the bottoms is to which rays from the places (n, 2) come first; None without any."""
    rises = rises_along_rays(surface, places)
    falls = np.minimum.accumulate(rises, axis=1)
    dips = (falls < 0) & (rises - falls > DIP * np.abs(falls))
    place, ray = np.nonzero(dips.any(axis=1))
    if not len(place):
        return None
    first = dips[place, :, ray].argmax(axis=1)
    return float(RADII[first[np.argmin(falls[place, first, ray])]])
