"""How a race may begin on a surface of which nothing is known: where, and with how large learning rates."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

import numpy as np

from .functions import usual_window
from .points import Array, Mask, norm
from .protocol import ClosedForm, Point, Surface, Window

STEPS = 32  # After which a marble that has never been above its start is taken to be led down.
SIDE = 8  # Places along each side of the window: an even number, so that none lies on an axis of its symmetry,
INNER = 0.8  # and on how much of the window they lie.
MOST = 0.5  # From which share of them, at least, marbles are to be led down.
FACTORS = tuple(digit * 10.0**-power for power in range(1, 9) for digit in (10.0, 5.0, 2.0))
"""What learning rates are multiplied with until they are."""
ROUNDING = 1e-12  # Of a loss: what another one is higher by no more than rounding.
HIGHEST = 1e3  # How much higher than all a window shows it is at a start that is left, over what differs there,
COARSE = 33  # as is seen at so many points along each side.
LEAST = 1e-6  # Of how high half of these are: what a marble is led down by, if it is not on level ground.
WIDE = 3.0  # As many times as wide and as high as the window is the land that a marble must leave to be gone.
LASTING = 24  # Updates before which half of the marbles are not to be gone.
TRIED = 128  # Updates of the race itself that are looked at.
STILL = 8  # Over so many of them, at last,
REST = 0.02  # a marble goes no farther than this, in diagonals of the window, that has come to stay.

Roll = Callable[[Array, float], Iterator[Array]]
"""Where marbles that begin at places (n, 2) are after each update, with so many times the learning rate."""
Trial = Callable[[Point, float], Sequence[Array]]
"""Where each lane's own marble is after each of TRIED updates (n, 2), n being less where it ends before, from a start,
with so many times the learning rates."""


Reason = Literal["", "uphill", "towers", "level", "nowhere", "gone"]


class Beginning(NamedTuple):
    """How a race begins."""

    window: Window
    start: Point
    factor: float
    """What learning rates are multiplied with; 0 if too few marbles are led down with any of FACTORS."""
    moved: Reason = ""
    """Why the start is not the wanted one, if it is not: there a marble is led uphill, is so high that nothing else
    would be seen, stays where it is, has no loss, or is gone after a few updates."""
    gone: int = 0
    """After how many updates half of the marbles would have been gone with larger learning rates, if only that is why
    they are smaller."""
    reach: float = np.inf
    """How far from the start any marble gets in the updates that were tried, in diagonals of the window."""


class _Led(NamedTuple):
    """What becomes of marbles that begin at some places, (n,)."""

    down: Mask
    """Whether none is ever above its start before it is gone,"""
    falls: Mask
    """and whether one comes down by more than a little,"""
    lasts: Mask
    """and whether half of them are not gone at once."""


class _Land(NamedTuple):
    """What a race is to begin on."""

    surface: Surface
    window: Window
    least: float
    """What a marble is led down by, at least."""

    def holds(self, theta: Array) -> Mask:
        """Whether marbles at θ (..., 2) are not gone; (...)."""
        size = WIDE * np.array([self.window.width, self.window.height])
        return np.asarray((np.abs(theta - self.window.center) <= 0.5 * size).all(axis=-1))


def beginning(
    surface: ClosedForm,
    wanted: Point,
    rolls: Sequence[Roll],
    loss: Surface | None = None,
    trial: Trial | None = None,
) -> Beginning:
    """A window that shows what there is, with a start and learning rates that lead marbles down.

    These are the wanted ones if they do; else the nearest of some places, and the largest of some rates. Where no
    start and no rate can keep marbles from being gone at once, they are.

    loss: what the race descends, of which each start has a value and a gradient; the surface if it is not said.
    trial: the race itself, by which what rolls promise is tried; not tried if it is not said.
    """
    ground = surface if loss is None else loss
    promised = brief = None
    for option in _options(surface, wanted, rolls, ground):
        promised = promised or option
        ways = trial(option.start, option.factor) if trial and option.factor else []
        if not _is_led(surface, ground, option, ways):
            continue
        land = _Land(ground, option.window, 0.0)
        after = int(np.median([_stays(land, way) for way in ways] or [TRIED]))
        if after >= LASTING:
            return _seen(surface, option._replace(gone=brief.gone if brief else 0), ways)
        brief = brief or option._replace(gone=after)
    return brief._replace(gone=0) if brief else promised or Beginning(usual_window(surface, wanted), wanted, 0.0)


def _options(surface: ClosedForm, wanted: Point, rolls: Sequence[Roll], ground: Surface) -> Iterator[Beginning]:
    """How it may begin, the best first, by what rolls promise."""
    window, around, first = usual_window(surface), usual_window(surface, wanted), np.array([wanted])
    with np.errstate(all="ignore"):
        shown = surface.value(window.grid(COARSE, COARSE))
        shown = shown[np.isfinite(shown)]
        relief, half = (float(np.ptp(shown)), float(np.median(shown) - shown.min())) if shown.size else (0.0, 0.0)
        towers = bool(shown.size and surface.value(first)[0] - shown.min() > HIGHEST * relief)
    places, there = _places(window), _is_defined(ground, first)[0]
    places = places[_is_defined(ground, places)]
    if not len(places):
        yield Beginning(around, wanted, 1.0)
        return
    here, elsewhere = (_Land(surface, each, LEAST * half) for each in (around, window))
    fits = there and not towers
    for factor in FACTORS if rolls else FACTORS[:1]:
        own, led = _led(here, first, rolls, factor), _led(elsewhere, places, rolls, factor)
        own_fits = fits and (own.falls[0] or (own.down[0] and not led.falls.any()))
        if own_fits and own.lasts[0] and (factor == 1.0 or led.down.mean() >= MOST):
            yield Beginning(around, wanted, factor)
        if led.down.mean() < MOST:
            continue
        good = led.falls & led.lasts
        if good.any() and not (own_fits and own.lasts[0]):
            nearest = places[good][norm((places[good] - wanted) / (window.width, window.height)).argmin()]
            x, y = nearest.tolist()
            yield Beginning(window, (float(f"{x:.3g}"), float(f"{y:.3g}")), factor, _why(own, there, towers, own_fits))
        elif own_fits and not own.lasts[0]:
            yield Beginning(around, wanted, factor)


def _why(own: _Led, there: bool, towers: bool, fits: bool) -> Reason:
    """Why a start is left for another."""
    if not there:
        return "nowhere"
    if towers:
        return "towers"
    if fits:
        return "gone"
    return "level" if own.down[0] else "uphill"


def _is_defined(loss: Surface, places: Array) -> Mask:
    """Whether there is a loss, and a slope, at each of the places (n, 2); (n,)."""
    with np.errstate(all="ignore"):
        return np.asarray(np.isfinite(loss.value(places)) & np.isfinite(loss.gradient(places)).all(axis=-1))


def _places(window: Window) -> Array:
    """Places (n, 2) all over the window but its rim."""
    low, high = np.array([window.x0, window.y0]), np.array([window.x1, window.y1])
    middle, half = 0.5 * (low + high), 0.5 * INNER * (high - low)
    return Window(*np.stack([middle - half, middle + half], axis=-1).ravel().tolist()).grid(SIDE, SIDE).reshape(-1, 2)


def _led(land: _Land, places: Array, rolls: Sequence[Roll], factor: float) -> _Led:
    with np.errstate(all="ignore"):
        first = land.surface.value(places)
        most, lowest = first + ROUNDING * np.abs(first), first.copy()
        down, lasting = np.isfinite(first), np.zeros(len(places))
        for roll in rolls:
            there = np.ones(len(places), dtype=np.bool_)
            for number, theta in enumerate(islice(roll(places, factor), STEPS)):
                loss = land.surface.value(theta)
                down &= ~there | (loss <= most)
                lowest = np.where(there, np.fmin(lowest, loss), lowest)
                there &= land.holds(theta)
                lasting += there if number == LASTING - 1 else 0.0
    return _Led(down, down & ((first - lowest > land.least) | (not rolls)), 2 * lasting >= len(rolls))


def _stays(land: _Land, way: Array) -> int:
    """After how many updates of its way (n, 2) a marble is gone, if it is; TRIED if not."""
    gone = ~land.holds(way)
    return int(gone.argmax()) + 1 if gone.any() else TRIED


def _is_led(surface: Surface, loss: Surface, option: Beginning, ways: Sequence[Array]) -> bool:
    """Whether no marble is thrown out: none ends on the land, comes higher than all there is, or is gone uphill."""
    land = _Land(loss, option.window, 0.0)
    with np.errstate(all="ignore"):
        first = float(loss.value(np.array([option.start]))[0])
        highest = max(first, float(np.nanmax(surface.value(land.window.grid(COARSE, COARSE)), initial=-np.inf)))
        for way in ways:
            stays = _stays(land, way)
            losses = loss.value(way[:stays])
            ended = len(way) < min(stays, TRIED) or not len(way)
            if ended or not (losses <= highest).all() or (stays < TRIED and losses[-1] > first):
                return False
    return True


def _seen(surface: ClosedForm, option: Beginning, ways: Sequence[Array]) -> Beginning:
    """The beginning, with what is seen of the race: a window that holds where marbles have come to stay."""
    if not ways:
        return option
    window, start = option.window, np.array(option.start)
    reach = max(float(norm(way - start).max()) for way in ways) / window.diagonal
    land = _Land(surface, window, 0.0)
    stay = [way[-1] for way in ways if norm(way[-STILL:] - way[-1]).max() < REST * window.diagonal]
    ends = [end for end in stay if land.holds(end) and not window.contains(end)]
    if ends:
        window = usual_window(surface, option.start, *((float(x), float(y)) for x, y in ends))
    return option._replace(window=window, reach=reach)
