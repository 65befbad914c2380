"""How high a loss stands: a monotone compression, so that a shallow dip and a deep well both show."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ....surface.points import Array

SPARE = 0.06  # Of the whole height, at the bottom and at the top each, for losses beyond those of the map.
BOTTOMLESS = 3.0  # How far the lowest losses must lie below nearly all others, over the range of these, for a pole.
NEARLY = 0.995  # This share of the map: what is steeper yet has no place of its own.
BINS = 32  # Bands of equal height whose areas are compared.
LEAST, MOST = 0.6, 1.8  # What a band is stretched by, for its area: no well is flattened, no plain becomes a slope.
LOWEST = 0.002  # Of all losses from the lowest to the highest, the share that takes up half of the height, at least.
ROUNDING = 1e-12  # Losses that differ by a smaller part of themselves are one: the map is level.
SMALLEST = 1e-150  # Smaller differences have no squares.
# Steps in which the curve of heights is tabulated between its ends.
KNOTS = 512
# Steps in which it goes on beyond either end.
TAIL = 24


@dataclass(frozen=True)
class Heights:
    """From losses to heights between 0 and 1, and back: a rising curve through knots."""

    losses: tuple[float, ...]
    """Ascending."""
    heights: tuple[float, ...]
    """Ascending, from 0 to 1."""

    @cached_property
    def _knots(self) -> tuple[Array, Array]:
        return np.array(self.losses), np.array(self.heights)

    def of(self, losses: Array) -> Array:
        """The heights (...) of losses (...); NaN where these are."""
        return np.interp(losses, *self._knots)

    def loss(self, heights: Array) -> Array:
        """The losses (...) that stand at heights (...)."""
        losses, knots = self._knots
        return np.interp(heights, knots, losses)


def heights_of(losses: Array, passes: Sequence[float] = (), floor: float | None = None) -> Heights:
    """How high the losses of a map (rows, columns) stand, those that are not finite aside.

    floor: the loss of the lowest minimum on it that is known; where nothing is seen to be lower, it is the bottom, and
    no well is so narrow that it is taken for a pole or slips between the nodes.

    1. Logarithmic, log(1 + (L − lowest) / s), where that is needed: s is such that half of the map lies below half of
       the height; or a quarter of it and all passes, which are the losses of saddles, where these are lower. Where it
       does without, heights are as straight as losses.
    2. Of bands of equal height, those that take up much of the map are stretched and those that take up little are
       pressed together, within LEAST and MOST: so a dip in a slope gets its share.
    3. What is lower or higher than all of the map, as a single batch's loss may be, is pressed ever flatter into the
       spare height at the bottom and at the top.
    """
    known = np.sort(losses[np.isfinite(losses)], axis=None)
    if floor is not None and known.size and floor < known[0]:
        known = np.concatenate([[floor], known])
    largest = max(abs(float(known[0])), abs(float(known[-1]))) if known.size else 0.0
    if not known.size or known[-1] - known[0] <= max(ROUNDING * largest, SMALLEST):
        middle, unit = float(known[0]) if known.size else 0.0, max(largest, 1.0)
        return Heights((middle - unit, middle + unit), (0.0, 1.0))
    low, high = _ends(known, floor)
    quarter, median = np.quantile(known, [0.25, 0.5]).tolist()
    reach, middle = high - low, min(median, max(quarter, *passes)) if len(passes) else median
    half = max(middle - low, LOWEST * reach)
    shares = _logarithmic(np.clip(known, low, high) - low, reach, half)
    at = np.linspace(0.0, 1.0, KNOTS + 1)
    knots = low + _powers(at, reach, half)
    heights = SPARE + (1 - 2 * SPARE) * _equalized(shares, at)
    (below, under), (beyond, over) = (_tail(knots[:2], heights[:2], -1), _tail(knots[-2:], heights[-2:], 1))
    every = np.concatenate([below[::-1], knots, beyond])
    stands = np.concatenate([under[::-1], heights, over])
    rising = np.concatenate([[True], np.diff(every) > 0])
    return Heights(tuple(every[rising].tolist()), tuple(stands[rising].tolist()))


def _ends(known: Array, floor: float | None) -> tuple[float, float]:
    """Between which losses the map lies: all of them, unless they fall or rise without end, as at a pole."""
    low, high = np.quantile(known, [1 - NEARLY, NEARLY]).tolist()
    spread = max(high - low, np.finfo(float).tiny)
    grounded = floor is not None and floor <= known[0] + ROUNDING * abs(known[0])
    bottom = low if low - known[0] > BOTTOMLESS * spread and not grounded else float(known[0])
    top = high if known[-1] - high > BOTTOMLESS * spread else float(known[-1])
    return (bottom, top) if top > bottom else (float(known[0]), float(known[-1]))


def _foot(reach: float, half: float) -> float | None:
    """s with log(1 + half / s) = ½ log(1 + reach / s); None where half lies above the middle, so that there is none."""
    return half * (half / (reach - 2 * half)) if reach > 2 * half > 0 else None


def _logarithmic(above: Array, reach: float, half: float) -> Array:
    """Heights from 0 to 1 of losses above the lowest."""
    foot = _foot(reach, half)
    return above / reach if foot is None else np.log1p(above / foot) / np.log1p(reach / foot)


def _powers(shares: Array, reach: float, half: float) -> Array:
    """The inverse of that."""
    foot = _foot(reach, half)
    return shares * reach if foot is None else foot * np.expm1(shares * np.log1p(reach / foot))


def _equalized(shares: Array, at: Array) -> Array:
    """Where shares of the height come to lie, at the given ones, once bands have been stretched for their areas."""
    areas = np.histogram(shares, bins=BINS, range=(0.0, 1.0))[0] * (BINS / shares.size)
    padded = np.concatenate([areas[:1], areas, areas[-1:]])
    stretch = np.clip(0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:], LEAST, MOST)
    middles = (np.arange(BINS) + 0.5) / BINS
    steps = np.interp(0.5 * (at[1:] + at[:-1]), middles, stretch)
    heights = np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray(heights / heights[-1])


def _tail(losses: Array, heights: Array, side: int) -> tuple[Array, Array]:
    """Knots beyond the end of the curve: it goes on as steep as it is there, then ever flatter, up to SPARE."""
    slope = float(np.diff(heights)[0] / np.diff(losses)[0])
    shares = np.linspace(0.0, 1.0, TAIL + 1)[1:]
    beyond = SPARE * shares[:-1] / (1 - shares[:-1]) / slope
    end = 1 if side > 0 else 0
    beyond = np.concatenate([beyond, [2 * beyond[-1]]])
    return losses[end] + side * beyond, heights[end] + side * SPARE * shares
