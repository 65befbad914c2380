"""What lies around a window: a marble goes farther than one looks, and a picture shows more than the window."""

import numpy as np

from .basins import NO_BASIN, find_basins
from .critical.curves import rejoined
from .critical.ground import Ground
from .critical.point import CriticalKind, CriticalPoint
from .critical.search import Search, look_up, reach_of, search
from .points import Array, norm
from .protocol import Surface, Window

CROWDED = 64  # Critical points in the window: where there are more, the terrain is taken to go on like that.
AS_LOW = 1e-9  # Of the relief of the window: losses that differ by less are one but for rounding.
NEARNESS = 6  # Decimals of a distance from the window, over its diagonal: points that mirror each other are as near.
VALLEYS = 32  # Points on curves of critical points around the window that are known at most, the nearest.
HALVINGS = 2  # Of the cells around the window: it is not searched as closely as the window itself.


def with_surroundings(surface: Surface, window: Window, known: Search, margin: float) -> Search:
    """What is known of a window, and the critical points around it that a coarser search finds, the lowest first.

    margin: how far around, in widths and heights of the window.
    """
    if not margin or len(known.points) > CROWDED:
        return known
    across, up = margin * window.width, margin * window.height
    wide = Window(window.x0 - across, window.x1 + across, window.y0 - up, window.y1 + up)
    found = search(surface, wide, halvings=HALVINGS)
    seen = [
        (point, ground if ground and ground.wide else None)
        for point, ground in zip(found.points, found.grounds, strict=True)
        if (ground and ground.wide) or not window.contains(np.array(point.position))
    ]
    seen = _without_far_valleys(seen, window)
    if not seen:
        return known
    positions = np.array([point.position for point, _ in seen])
    if any(point.kind is CriticalKind.DEGENERATE for point, _ in seen):
        minima = [(point, ground) for point, ground in zip(known.points, known.grounds, strict=True) if ground]
        basins = find_basins(surface, window, [point for point, _ in minima], [ground for _, ground in minima])
        # The others lie on a valley of the window.
        seen = [seen[index] for index in np.flatnonzero(basins.at_rest(positions) == NO_BASIN).tolist()]
    there = [
        (point, ground) if ground else look_up(surface, window, known.scales, np.array(point.position))
        for point, ground in seen
    ]
    all_ = dict(zip(known.points, known.grounds, strict=True)) | dict(one for one in there if one is not None)
    all_ = rejoined(surface, window, all_, 0.5 * reach_of(window), known.scales.relief)
    points = _in_order(tuple(all_), window, AS_LOW * known.scales.relief)
    return Search(points, tuple(all_[point] for point in points), known.complete, known.scales)


def _without_far_valleys(
    seen: list[tuple[CriticalPoint, Ground | None]], window: Window
) -> list[tuple[CriticalPoint, Ground | None]]:
    """The points and what they lie on, where too many are on curves without those of them that are farthest away.

    To look up one of these its floor is followed as far as it goes.
    """
    curved = np.array([point.kind is CriticalKind.DEGENERATE and ground is None for point, ground in seen], np.bool_)
    if curved.sum() <= VALLEYS:
        return seen
    away = _away(np.array([point.position for point, _ in seen]), window)
    farthest = np.sort(away[curved])[VALLEYS - 1]
    return [one for one, far in zip(seen, (curved & (away > farthest)).tolist(), strict=True) if not far]


def _away(places: Array, window: Window) -> Array:
    """How far the places (n, 2) are from the window, in its diagonals, (n,): as far if they mirror each other."""
    nearest = np.clip(places, (window.x0, window.y0), (window.x1, window.y1))
    return np.round(norm(places - nearest) / window.diagonal, NEARNESS)


def _in_order(points: tuple[CriticalPoint, ...], window: Window, equal: float) -> tuple[CriticalPoint, ...]:
    """The lowest first; among those of one loss, which differ by no more than `equal`, those in the window, then the
    others by how far they are from it.
    """
    ordered = sorted(points, key=lambda point: (point.value, point.position))
    levels = np.cumsum(np.diff([point.value for point in ordered], prepend=ordered[0].value) > equal).tolist()
    away = _away(np.array([point.position for point in ordered]), window).tolist()
    return tuple(point for _, _, point in sorted(zip(levels, away, ordered, strict=True), key=lambda each: each[:2]))
