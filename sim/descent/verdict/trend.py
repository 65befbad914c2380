"""Whether a loss that noise throws about goes on falling, as is seen over ever longer spans alone."""

from collections.abc import Callable

import numpy as np

from ...surface.points import Array, Mask
from ..examples.chance import Indices

FIRST = 4  # After how many spans in a basin one looks at the loss for the first time.
SAMPLES, PARTS = (
    8,
    4,
)  # So often in each part of an octave; one octave is from any update to that with twice its number.
# By how many standard errors a mean loss must be lower than that before, as by Welch's t: over an octave, at the ends of
# two parts in a row, so that it counts as falling, and from part to part lately, so that it still does.
FALLING, STILL = 4.0, 1.0


class Trend:
    """Follows the losses of M runs from look to look, and tells of each whether it has fallen over the last octave.

    What falls slowly beside what noise does to it falls by much over a long time; what only wanders does not. So the
    longer a marble has stayed in its basin, the more rarely one looks, and the longer are the times that are compared.
    """

    def __init__(self, marbles: int, span: int) -> None:
        """Nothing is known of M runs that have just begun; span: over how many updates one must make no progress."""
        self._begin = FIRST * span
        self._place = np.full(marbles, -1)  # At how many places, evenly in the logarithm of time, one has looked.
        self._losses = np.full((PARTS, SAMPLES, marbles), np.nan)  # Those of the last octave, part by part.
        self._fell, self._falling = np.zeros((2, marbles), dtype=np.bool_)  # At the last end, and for sure.

    def follow(self, stay: Indices, loss: Callable[[int, Indices], Array]) -> Mask:
        """Who is falling at each of the next looks; (K, M).

        Args:
            stay: for how many updates each has been where it is, (K, M).
            loss: that of some runs (n,) at one of these looks.
        """
        falling = np.empty(stay.shape, dtype=np.bool_)
        with np.errstate(all="ignore"):
            places = np.floor(PARTS * SAMPLES * np.log2(np.maximum(stay, 0.5) / self._begin)).astype(np.intp)
            for look, place in enumerate(np.maximum(places, -1)):
                self._turn(place)
                (runs,) = np.nonzero((place != self._place) & (place >= 0))
                if len(runs):
                    part, sample = np.divmod(place[runs], SAMPLES)
                    self._losses[part % PARTS, sample, runs] = loss(look, runs)
                self._place, falling[look] = place, self._falling
        return falling

    def _turn(self, place: Indices) -> None:
        """Judge those for whom a part of an octave has ended, and forget what was of who is somewhere else now."""
        moved = place < self._place
        if moved.any():
            self._losses[:, :, moved], self._fell[moved], self._falling[moved] = np.nan, False, False
        part = place // SAMPLES
        (runs,) = np.nonzero((part > self._place // SAMPLES) & (part >= 0))
        if len(runs):
            last = (part[runs] + np.arange(PARTS)[:, None]) % PARTS  # The earliest first.
            losses = self._losses[last, :, runs].transpose(0, 2, 1)
            early, late = losses.reshape(2, -1, len(runs))
            falls, still = _decline(early, late) > FALLING, _decline(*losses[-2:]) > STILL
            self._falling[runs] = still & (self._falling[runs] | (falls & self._fell[runs]))
            self._fell[runs] = falls
            self._losses[part[runs] % PARTS, :, runs] = np.nan


def _decline(before: Array, after: Array) -> Array:
    """By how many standard errors the mean of later losses (s, n) is lower than before; NaN are not known; (n,)."""
    (high, rough), (low, fine) = map(_mean, (before, after))
    return np.asarray((high - low) / np.sqrt(rough + fine))


def _mean(losses: Array) -> tuple[Array, Array]:
    """Their mean, and the square of its standard error; losses that are not known are NaN."""
    known = ~np.isnan(losses)
    count = known.sum(axis=0)
    mean = losses.sum(axis=0, where=known) / count
    squares = np.square(losses - mean).sum(axis=0, where=known)
    return mean, squares / (count - 1) / count
