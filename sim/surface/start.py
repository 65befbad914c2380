"""How a race may begin on a surface of which nothing is known: where, and with how large a learning rate."""

from typing import NamedTuple

import numpy as np

from .functions import usual_window
from .points import Array, Mask, norm
from .protocol import ClosedForm, Point, Surface, Window

STEPS = 16  # After which descent that has never led above its start is taken to lead down.
ROOM = 2.0  # What a learning rate can be multiplied with so that it still leads down: batches and momentum want room.
SIDE = 8  # Places along each side of the window: an even number, so that none lies on an axis of its symmetry,
INNER = 0.9  # and on how much of the window they lie.
MOST = 0.5  # From which share of them, at least, descent is to lead down.
FACTORS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4)
"""What a learning rate is multiplied with until it does."""
ROUNDING = 1e-12  # Of a loss: what another one is higher by no more than rounding.
HIGHEST = 1e3  # How much higher than all a window shows it is at a start that is left, over what differs there,
COARSE = 33  # as is seen at so many points along each side.


class Beginning(NamedTuple):
    """How a race begins."""

    window: Window
    start: Point
    factor: float
    """What learning rates are multiplied with; 0 if descent leads uphill from too many places with all of FACTORS."""
    towers: bool = False
    """Whether the wanted start is so high that it is left for that alone."""


def leads_down(surface: Surface, places: Array, rate: float) -> Mask:
    """Whether θ ← θ − η∇L from the places (n, 2) leads to no loss above that of its start; shape (n,).

    >>> from three_marbles.surface.functions.polynomial import Quadratic
    >>> bowl = Quadratic(curvature=(1.0, 10.0))
    >>> [leads_down(bowl, np.array([[1.0, 1.0]]), rate).item() for rate in (0.19, 0.21)]
    [True, False]
    """
    theta = places.copy()
    with np.errstate(all="ignore"):
        first = surface.value(theta)
        down, most = np.isfinite(first), first + ROUNDING * np.abs(first)
        for _ in range(STEPS):
            slope = surface.gradient(theta)
            theta -= rate * np.where(np.isfinite(slope), slope, 0.0)  # On a crease there is none: there one stays.
            down &= surface.value(theta) <= most
    return np.asarray(down)


def beginning(surface: ClosedForm, wanted: Point, rate: float) -> Beginning:
    """A window that shows what there is, with a start and a learning rate from which descent leads down.

    Both are the wanted ones if these do; else the nearest of some places, and the largest rate of some. A start so high
    up that nothing else would be seen is none.
    """
    window, around, first = usual_window(surface), usual_window(surface, wanted), np.array([wanted])
    seen = not _towers(surface, window, first[0])
    if seen and leads_down(surface, first, ROOM * rate)[0]:
        return Beginning(around, wanted, 1.0)
    low, high = np.array([window.x0, window.y0]), np.array([window.x1, window.y1])
    middle, half = 0.5 * (low + high), 0.5 * INNER * (high - low)
    places = Window(*np.stack([middle - half, middle + half], axis=-1).ravel().tolist()).grid(SIDE, SIDE).reshape(-1, 2)
    for factor in FACTORS:
        down = leads_down(surface, places, ROOM * factor * rate)
        if down.mean() >= MOST:
            if seen and leads_down(surface, first, ROOM * factor * rate)[0]:
                return Beginning(around, wanted, factor)
            good = places[down]
            x, y = good[norm((good - wanted) / (high - low)).argmin()].tolist()
            return Beginning(window, (float(f"{x:.3g}"), float(f"{y:.3g}")), factor, not seen)
    return Beginning(around, wanted, 0.0)


def _towers(surface: Surface, window: Window, start: Array) -> bool:
    """Whether it is so high at the start that nothing would be seen of a window that were to show it, too."""
    with np.errstate(all="ignore"):
        losses = surface.value(window.grid(COARSE, COARSE))
        losses = losses[np.isfinite(losses)]
        return bool(losses.size and surface.value(start) - losses.min() > HIGHEST * np.ptp(losses))
