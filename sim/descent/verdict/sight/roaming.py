"""Who roams from well to well, which need not be known, rather than from wall to wall of one."""

import numpy as np

from ....surface.points import Array, Mask, norm
from ...examples.chance import Indices
from ...problem import Problem
from ..blocks import BOUNCES, DWELL
from .wells import changes

LOOKS = 16
"""At how many of the last looks it is asked in which well each was."""
COMING = 3
"""How often the well must change from one of them to the next for one to roam; who does so goes on if it ever does."""
REPEATING, SAME = 4, 0.01
"""One that goes round in a cycle is found at each of so many looks where it has been, equally many looks before; and
how near to that, over how far apart the places are."""
AGAIN = max(span for span, _ in BOUNCES)
"""After how many updates it is asked again of one that roams."""


class Roaming:
    """Who of M runs roams. That costs descents, and is asked seldom."""

    def __init__(self, marbles: int) -> None:
        self.roams = np.zeros(marbles, dtype=np.bool_)
        """Who did when that was asked last; shape (M,)."""
        self._asked = np.zeros(marbles, dtype=np.intp)
        self._places = np.full((LOOKS, marbles, 2), np.nan)

    def going_on(self, update: int) -> Mask:
        """Who roams, as far as that was asked lately; (M,)."""
        return self.roams & (update - self._asked < 2 * AGAIN)

    def see(self, update: int, theta: Array) -> None:
        """Remember where all are at a look, at θ (M, 2)."""
        self._places[update // DWELL % LOOKS] = theta

    def ask(self, problem: Problem, update: int, runs: Indices) -> Mask:
        """Whether these runs (n,) roam, at the look seen last; (n,).

        Who does not is asked again after as many updates more. Who goes round and round does not, in whatever wells.
        """
        due = np.where(self.roams[runs], update - self._asked[runs] >= AGAIN, update >= 2 * self._asked[runs])
        asked = runs[due]
        if len(asked):
            places = np.roll(self._places[:, asked], -1 - update // DWELL % LOOKS, axis=0)
            roams = ~_repeats(places)
            roams[roams] = changes(problem, places[:, roams]) >= np.where(self.roams[asked[roams]], 1, COMING)
            self.roams[asked], self._asked[asked] = roams, update
        return np.asarray(self.roams[runs])


def _repeats(places: Array) -> Mask:
    """Whether the places (k, n, 2) of k looks are at last those of a cycle; (n,). Those that are NaN tell nothing."""
    apart = norm(np.fmax.reduce(places) - np.fmin.reduce(places))
    repeats = np.zeros(places.shape[1], dtype=np.bool_)
    for period in range(1, len(places) - REPEATING + 1):
        gaps = norm(places[-REPEATING:] - places[-REPEATING - period : -period])
        repeats |= (~(gaps > SAME * apart)).all(axis=0) & np.isfinite(gaps[-2])
    return repeats
