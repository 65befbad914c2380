"""How a race may begin on a surface of which nothing is known: where, and with how large learning rates."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from itertools import islice
from typing import NamedTuple

import numpy as np

from ...surface.functions import usual_window
from ...surface.points import Array, Mask, norm
from ...surface.protocol import ClosedForm, Point, Surface, Window

STEPS = 32  # After which a marble that has never been above its start is taken to be led down.
SIDE = 8  # Places along each side of the window: an even number, so that none lies in the middle,
INNER = np.array([0.8, 0.78])  # and on how much of its width and height they lie: so none lies on a diagonal.
MOST = 0.5  # From which share of them, at least, marbles are to be led down.
FACTORS = tuple(digit * 10.0**-power for power in range(1, 9) for digit in (10.0, 5.0, 2.0))
"""What learning rates are multiplied with until they are."""
LARGER = (1e3, 1e6, 1e9, 1e12, 1e15)  # With these it is seen whether ground that seems level is but gentle.
ROUNDING = 1e-12  # Of a loss: what another one is higher by no more than rounding.
HIGHEST = 1e3  # How much higher than all a window shows it is at a start that is left, over what differs there,
COARSE = (33, 25)  # as is seen at so many points along its width and its height: few of them lie on a diagonal.
LEAST = 1e-6  # Of how high half of these are: what a marble is led down by, if it is not on level ground.
DIGITS = 2  # A place is told to so many decimals, where the window's diagonal is 1 to 10.
NARROW = 16  # Of these, so many of the lowest and of the steepest are places, too: what there is may be narrow.
WIDE = 1.5  # As many times as wide and as high as the window is the land that a marble must leave to be gone.
LASTING = 24  # Updates before which half of the marbles are not to be gone.
TRIED = 128  # Updates of the race itself that are looked at.
NEAR = 3.0  # As many times as wide and as high is the land around it on which a marble may come to stay.
STILL = 8  # Over so many of them, at last,
REST = 0.02  # a marble goes no farther than this, in diagonals of the window, that has come to stay.

Roll = Callable[[Array, float], Iterator[Array]]
"""Where marbles that begin at places (n, 2) are after each update, with so many times the learning rate."""


class Trial(NamedTuple):
    """The race itself: where a lane's marble is after each of TRIED updates, (n, 2); n is less where it ends before."""

    slowed: Callable[[Point, float], Iterator[Array]]
    """Ways of lanes whose learning rates may be turned down, in turn: from a start, with so many times these."""
    others: Callable[[Point], list[Array]]
    """Ways of the other lanes, from a start."""


class Reason(Enum):
    """Why a start is left for another."""

    UPHILL = auto()
    """Steps from there lead uphill."""
    TOWERS = auto()
    """It is so high that nothing else would be seen."""
    LEVEL = auto()
    """A marble all but stays there."""
    NOWHERE = auto()
    """There is no loss."""
    GONE = auto()
    """A marble is gone after a few updates."""


class Beginning(NamedTuple):
    """How a race begins."""

    window: Window
    start: Point
    factor: float
    """What learning rates are multiplied with; 0 if too few marbles are led down with any of FACTORS."""
    moved: Reason | None = None
    """Why the start is not the wanted one, if it is not."""
    gone: int = 0
    """After how many updates half of the marbles would have been gone with larger learning rates, if only that is why
    they are smaller."""
    reach: float = np.inf
    """How far from the start any marble gets in the updates that were tried, in diagonals of the window; 0
    where it is level, and larger rates would not help."""
    defined: bool = True
    """Whether a start was found at which there is a loss."""


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

    def holds(self, theta: Array, wide: float = WIDE) -> Mask:
        """Whether points θ (..., 2) are on land so many times as wide and as high as the window; (...)."""
        size = wide * np.array([self.window.width, self.window.height])
        return np.asarray((np.abs(theta - self.window.center) <= 0.5 * size).all(axis=-1))

    def keeps(self, way: Array) -> bool:
        """Whether a marble comes to stay at the end of its way (n, 2), not far from the window."""
        if len(way) < TRIED or not self.holds(way[-1], NEAR):
            return False
        return bool(norm(way[-STILL:] - way[-1]).max() < REST * self.window.diagonal)


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
    trial: by which what rolls promise is tried; not tried if it is not said.
    """
    ground = surface if loss is None else loss
    promised = brief = None
    others = [] if trial is None else trial.others(wanted)
    lasting = _half_stay(_Land(ground, usual_window(surface, wanted), 0.0), others) >= LASTING
    for option in _options(surface, wanted, rolls, ground, lasting):
        promised = promised or option
        land, ways = _Land(ground, option.window, 0.0), list[Array]()
        if trial is not None:
            led, ways = _led_ways(land, option.start, _highest(surface, ground, option), trial.slowed, option.factor)
            if not led:
                continue
        after = _half_stay(land, ways)
        if after >= LASTING:
            ways += trial.others(option.start) if trial is not None and option.start != wanted else others
            return _seen(surface, option._replace(gone=brief.gone if brief else 0), ways)
        brief = brief or option._replace(gone=after)
    return brief._replace(gone=0) if brief else promised or Beginning(usual_window(surface, wanted), wanted, 0.0)


def _options(
    surface: ClosedForm, wanted: Point, rolls: Sequence[Roll], ground: Surface, lasting: bool
) -> Iterator[Beginning]:
    """How it may begin, the best first, by what rolls promise.

    lasting: whether marbles whose rates cannot be turned down are not gone at once from the wanted start.
    """
    window, around, first = usual_window(surface), usual_window(surface, wanted), np.array([wanted])
    with np.errstate(all="ignore"):
        shown = surface.value(window.grid(*COARSE))
        shown = shown[np.isfinite(shown)]
        relief, half = (float(np.ptp(shown)), float(np.median(shown) - shown.min())) if shown.size else (0.0, 0.0)
        towers = bool(shown.size and surface.value(first)[0] - shown.min() > HIGHEST * relief)
    places, narrow, there = _places(window), _narrow(surface, ground, window), _is_defined(ground, first)[0]
    places = places[_is_defined(ground, places)]
    some, places = len(places) or len(narrow), np.concatenate([places, narrow])
    if not some:
        yield Beginning(around, wanted, 1.0, defined=bool(there))
        return
    here, elsewhere = (_Land(surface, each, LEAST * half) for each in (around, window))
    fits = there and not towers
    for factor in FACTORS if rolls else FACTORS[:1]:
        own, led = _led(here, first, rolls, factor), _led(elsewhere, places, rolls, factor)
        own_fits, own_lasts = fits and bool(own.falls[0]), lasting and bool(own.lasts[0])
        most = led.down[:some].mean() >= MOST
        if own_fits and own_lasts and (factor == 1.0 or most):
            yield Beginning(around, wanted, factor)
        if not most:
            continue
        good = led.falls & led.lasts
        good[some:] &= not good[:some].any()
        if good.any() and not (own_fits and own_lasts):
            nearest = places[good][norm((places[good] - wanted) / (window.width, window.height)).argmin()]
            x, y = np.round(nearest, DIGITS - int(np.floor(np.log10(window.diagonal)))).tolist()
            yield Beginning(window, (x, y), factor, _why(own, there, towers, own_fits))
        elif own_fits and not own_lasts:
            yield Beginning(around, wanted, factor)
    if fits and _led(here, first, rolls, FACTORS[-1]).down[0]:  # It is level, and nowhere is it otherwise; or seems so.
        small = any(_led(here, first, rolls, factor).falls[0] for factor in LARGER)
        yield Beginning(around, wanted, 1.0, reach=np.inf if small else 0.0)


def _why(own: _Led, there: bool, towers: bool, fits: bool) -> Reason:
    """Why a start is left for another."""
    if not there:
        return Reason.NOWHERE
    if towers:
        return Reason.TOWERS
    if fits:
        return Reason.GONE
    return Reason.LEVEL if own.down[0] else Reason.UPHILL


def _is_defined(loss: Surface, places: Array) -> Mask:
    """Whether there is a loss, and a slope, at each of the places (n, 2); (n,)."""
    with np.errstate(all="ignore"):
        return np.asarray(np.isfinite(loss.value(places)) & np.isfinite(loss.gradient(places)).all(axis=-1))


def _places(window: Window) -> Array:
    """Places (n, 2) all over the window but its rim."""
    low, high = np.array([window.x0, window.y0]), np.array([window.x1, window.y1])
    middle, half = 0.5 * (low + high), 0.5 * INNER * (high - low)
    return Window(*np.stack([middle - half, middle + half], axis=-1).ravel().tolist()).grid(SIDE, SIDE).reshape(-1, 2)


def _narrow(surface: Surface, loss: Surface, window: Window) -> Array:
    """The lowest and the steepest of points all over the window, as far as the loss is defined there, (n, 2)."""
    points = window.grid(*COARSE)[1:-1, 1:-1].reshape(-1, 2)
    points = points[_is_defined(surface, points)]
    with np.errstate(all="ignore"):
        slopes, heights = norm(surface.gradient(points)), surface.value(points)
    chosen = np.union1d(np.argsort(heights, kind="stable")[:NARROW], np.argsort(-slopes, kind="stable")[:NARROW])
    return points[chosen][_is_defined(loss, points[chosen])]


def _led(land: _Land, places: Array, rolls: Sequence[Roll], factor: float) -> _Led:
    with np.errstate(all="ignore"):
        first = land.surface.value(places)
        most, lowest = first + ROUNDING * np.abs(first), first.copy()
        down, lasting = np.isfinite(first), np.zeros(len(places))
        for roll in rolls:
            there, since = np.ones(len(places), dtype=np.bool_), np.zeros(len(places))
            for number, theta in enumerate(islice(roll(places, factor), STEPS), 1):
                loss = land.surface.value(theta)
                down &= ~there | (loss <= most)
                lowest = np.where(there, np.fmin(lowest, loss), lowest)
                there = land.holds(theta)
                since[there] = number
            lasting += since >= LASTING
    return _Led(down, down & ((first - lowest > land.least) | (not rolls)), 2 * lasting >= len(rolls))


def _stays(land: _Land, way: Array) -> int:
    """After how many updates of its way (n, 2) a marble is gone for good, if it is; TRIED if not."""
    if land.keeps(way):
        return TRIED
    there = np.flatnonzero(land.holds(way))
    last = int(there[-1]) + 1 if len(there) else 0
    return TRIED if last == len(way) else last + 1


def _half_stay(land: _Land, ways: Sequence[Array]) -> int:
    """After how many updates half of the marbles are gone for good; TRIED if they are not, or if there are none."""
    return int(np.median([_stays(land, way) for way in ways] or [TRIED]))


def _highest(surface: Surface, loss: Surface, option: Beginning) -> float:
    """The loss at a start, or the highest that its window shows, if that is higher."""
    with np.errstate(all="ignore"):
        shown = surface.value(option.window.grid(*COARSE))
        return max(float(loss.value(np.array([option.start]))[0]), float(np.nanmax(shown, initial=-np.inf)))


def _led_ways(
    land: _Land, start: Point, highest: float, ways: Callable[[Point, float], Iterator[Array]], factor: float
) -> tuple[bool, list[Array]]:
    """Whether no marble is thrown out, and their ways, as far as they were looked at."""
    seen = list[Array]()
    for way in ways(start, factor):
        seen.append(way)
        if not _is_led(land, start, highest, way):
            return False, seen
    return True, seen


def _is_led(land: _Land, start: Point, highest: float, way: Array) -> bool:
    """Whether a marble is not thrown out: ends not on the land, comes no higher than all there is, nor goes uphill."""
    stays = _stays(land, way)
    with np.errstate(all="ignore"):
        losses, first = land.surface.value(way[:stays]), land.surface.value(np.array([start]))[0]
    if not len(way) or (stays == TRIED and len(way) < TRIED):
        return False
    return bool((losses <= highest).all() and (stays == TRIED or losses[-1] <= first))


def _seen(surface: ClosedForm, option: Beginning, ways: Sequence[Array]) -> Beginning:
    """The beginning, with what is seen of the race: a window that holds where marbles have come to stay."""
    if not ways:
        return option
    window, start = option.window, np.array(option.start)
    reach = max((float(norm(way - start).max()) for way in ways if len(way)), default=0.0) / window.diagonal
    land = _Land(surface, window, 0.0)
    ends = [way[-1] for way in ways if land.keeps(way) and not window.contains(way[-1])]
    if ends:
        window = usual_window(surface, option.start, *((float(x), float(y)) for x, y in ends))
    return option._replace(window=window, reach=min(reach, option.reach))
