"""How a race may begin on a surface of which nothing is known: where, and with how large learning rates."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

import numpy as np

from .functions import usual_window
from .points import Array, Mask, norm
from .protocol import ClosedForm, Point, Surface, Window

STEPS = 32  # After which a marble that has never been above its start is taken to be led down.
ROOM = 1.25  # What learning rates can be multiplied with so that it still is: small batches want room.
SIDE = 8  # Places along each side of the window: an even number, so that none lies on an axis of its symmetry,
INNER = 0.8  # and on how much of the window they lie.
MOST = 0.5  # From which share of them, at least, marbles are to be led down.
FACTORS = tuple(digit * 10.0**-power for power in range(1, 9) for digit in (10.0, 5.0, 2.0))
"""What learning rates are multiplied with until they are."""
ROUNDING = 1e-12  # Of a loss: what another one is higher by no more than rounding.
HIGHEST = 1e3  # How much higher than all a window shows it is at a start that is left, over what differs there,
COARSE = 33  # as is seen at so many points along each side.
LEAST = 1e-6  # Of what differs there: what a marble is led down by, at least, if it is not on level ground.

Roll = Callable[[Array, float], Iterator[Array]]
"""Where marbles that begin at places (n, 2) are after each update, with so many times the learning rate."""


Reason = Literal["", "uphill", "towers", "level", "nowhere"]


class Beginning(NamedTuple):
    """How a race begins."""

    window: Window
    start: Point
    factor: float
    """What learning rates are multiplied with; 0 if too few marbles are led down with any of FACTORS."""
    moved: Reason = ""
    """Why the start is not the wanted one, if it is not: there a marble is led uphill, is so high that nothing else
    would be seen, stays where it is, or has no loss."""


class _Led(NamedTuple):
    """What becomes of marbles that begin at some places, (n,)."""

    down: Mask
    """Whether none is ever above its start,"""
    falls: Mask
    """and whether one comes down by more than a little."""


def beginning(surface: ClosedForm, wanted: Point, rolls: Sequence[Roll], loss: Surface | None = None) -> Beginning:
    """A window that shows what there is, with a start and learning rates that lead marbles down.

    These are the wanted ones if they do; else the nearest of some places, and the largest of some rates.

    loss: what the race descends, of which each start has a value and a gradient; the surface if it is not said.
    """
    ground = surface if loss is None else loss
    window, around, first = usual_window(surface), usual_window(surface, wanted), np.array([wanted])
    with np.errstate(all="ignore"):
        shown = surface.value(window.grid(COARSE, COARSE))
        shown = shown[np.isfinite(shown)]
        relief = float(np.ptp(shown)) if shown.size else 0.0
        towers = bool(shown.size and surface.value(first)[0] - shown.min() > HIGHEST * relief)
    places, there = _places(window), _is_defined(ground, first)[0]
    places = places[_is_defined(ground, places)]
    if not len(places):
        return Beginning(around, wanted, 1.0)
    for factor in FACTORS:
        own = _led(surface, first, rolls, ROOM * factor, LEAST * relief)
        fits = there and not towers
        if factor == 1.0 and own.falls[0] and fits:
            return Beginning(around, wanted, 1.0)
        led = _led(surface, places, rolls, ROOM * factor, LEAST * relief)
        if led.down.mean() < MOST:
            continue
        if fits and (own.falls[0] or (own.down[0] and not led.falls.any())):
            return Beginning(around, wanted, factor)
        good = places[led.falls if led.falls.any() else led.down]
        x, y = good[norm((good - wanted) / (window.width, window.height)).argmin()].tolist()
        moved: Reason = "nowhere" if not there else "towers" if towers else "level" if own.down[0] else "uphill"
        return Beginning(window, (float(f"{x:.3g}"), float(f"{y:.3g}")), factor, moved)
    return Beginning(around, wanted, 0.0)


def _is_defined(loss: Surface, places: Array) -> Mask:
    """Whether there is a loss, and a slope, at each of the places (n, 2); (n,)."""
    with np.errstate(all="ignore"):
        return np.asarray(np.isfinite(loss.value(places)) & np.isfinite(loss.gradient(places)).all(axis=-1))


def _places(window: Window) -> Array:
    """Places (n, 2) all over the window but its rim."""
    low, high = np.array([window.x0, window.y0]), np.array([window.x1, window.y1])
    middle, half = 0.5 * (low + high), 0.5 * INNER * (high - low)
    return Window(*np.stack([middle - half, middle + half], axis=-1).ravel().tolist()).grid(SIDE, SIDE).reshape(-1, 2)


def _led(surface: Surface, places: Array, rolls: Sequence[Roll], factor: float, least: float) -> _Led:
    with np.errstate(all="ignore"):
        first = surface.value(places)
        most, lowest = first + ROUNDING * np.abs(first), first.copy()
        down = np.isfinite(first)
        for roll in rolls:
            for theta in islice(roll(places, factor), STEPS):
                loss = surface.value(theta)
                down &= loss <= most
                lowest = np.fmin(lowest, loss)
    return _Led(down, down & ((first - lowest > least) | (not rolls)))
