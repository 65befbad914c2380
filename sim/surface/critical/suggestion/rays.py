"""Rays from places in all directions, and how high the surface is along them."""

import numpy as np

from ...points import Array, Indices, Mask
from ...protocol import ClosedForm
from ..newton import CIRCLE

RADII = np.exp2(np.arange(-80.0, 73.0) / 8)
"""How far from their place rays are looked at: eight times to the octave."""

DIP = 1e-9  # A ray that has gone down has come to a bottom if it rises by this share of that again.
LEVEL = 1e-6  # Bottoms of rays are on one floor if they differ by no more than this share of their depth.
CLOSER, PARTS = 12, 9  # How many times a ray's bottom is looked at more closely, four times as closely each time.


def rises_along_rays(surface: ClosedForm, places: Array) -> Array:
    """How much higher the surface is at the RADII along each ray (rays last) than at the places (n, 2)."""
    rays = places[:, None, None] + RADII[:, None, None] * CIRCLE
    return np.asarray(surface.value(rays) - surface.value(places)[:, None, None])


def ring_around(surface: ClosedForm, tops: Array) -> Array:
    """Where the rays from those of the tops (n, 2) cross a floor that all of theirs come to first; (m, 2)."""
    rises = rises_along_rays(surface, tops)
    falls = np.minimum.accumulate(rises, axis=1)
    dips = (falls < 0) & (rises - falls > DIP * np.abs(falls))
    inside = np.asarray(dips.any(axis=1)).all(axis=1)
    tops, lowest = tops[inside], _first_lowest(rises, dips)[inside]
    low, high = RADII[np.maximum(lowest - 1, 0)], RADII[lowest + 1]
    for _ in range(CLOSER):
        radii = low + np.linspace(0.0, 1.0, PARTS)[:, None, None] * (high - low)
        heights = surface.value(tops[:, None] + radii[..., None] * CIRCLE)
        best = np.clip(heights.argmin(axis=0), 1, PARTS - 2)[None]
        low, high = (np.take_along_axis(radii, best + aside, axis=0)[0] for aside in (-1, 1))
    ends = tops[:, None] + 0.5 * (low + high)[..., None] * CIRCLE
    heights, depths = surface.value(ends), surface.value(tops)
    level = np.ptp(heights, axis=1) <= LEVEL * (depths - heights.min(axis=1))
    return np.asarray(ends[level].reshape(-1, 2))


def _first_lowest(rises: Array, dips: Mask) -> Indices:
    """At which radius each ray (radii second, rays last) is lowest before it has come out of its first dip; (n, 16)."""
    before = np.cumsum(dips, axis=1) == 0
    return np.asarray(np.where(before, rises, np.inf).argmin(axis=1))


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
