"""The kinds of verdicts, each with when it begins, for how long it lasts, and what speaks for it.

Each has a harder condition to begin than to go on, which must hold for a while before it begins: it never flickers.
A judge looks every DWELL updates.
"""

from collections.abc import Callable
from enum import IntEnum, StrEnum

import numpy as np

from ....surface.points import Mask
from ..sight.rests import LEVEL, MAXIMUM, SLOPE
from .conditions import (
    CROSSES_PLATEAU,
    DIVERGES,
    LINGERS,
    NONE,
    RATTLES,
    TOLD,
    WANDERS,
    Condition,
    rests,
    rests_at,
    rests_in_minimum,
    swings,
)
from .evidence import (
    NOTHING,
    Facts,
    Part,
    balance,
    basin,
    boundless,
    down,
    extent,
    failure,
    found,
    height,
    movements,
    nothing,
    reason,
    signs,
    slope,
)
from .observation import Observation

LASTING = 30
"""Looks at which a marble must stand still on a slope to be held there.

One whose movement only passes through 0 stands still for less, even where averages reach back over 1,000 updates, as
with β₂ = 0.999.
"""


class Rank(IntEnum):
    """Which verdict gives way to which: a lasting one only to those before its own rank.

    Of none that stands still it is said that it is going on. What is for good is left by one who comes back to the
    surface alone.
    """

    FOR_GOOD = 0
    STANDING = 1
    GOING = 2


class Coded(StrEnum):
    """What has a code, by which files, JSON and pages call it, and which it is equal to."""

    @property
    def code(self) -> str:
        """The name for programs."""
        return self.value


class VerdictKind(Coded):
    """The verdicts.

    Of those that begin at the same time the first comes true; of a lower rank, if there is one. What is seen over a
    span of many updates begins at one look, what is seen at a look must be seen at two. Where nothing but
    its rule holds a marble, it must be seen at LASTING looks; at one, whatever it rests on, where the learning rate has
    come to next to nothing for good.
    """

    UNDER_WAY = ("under_way", "under way", (slope, height), Rank.GOING, NONE)
    SETTLED = (
        "settled",
        "settled in the lowest known minimum",
        (slope, signs, found, balance, extent),
        Rank.STANDING,
        rests_in_minimum(lowest=True),
    )
    STUCK = (
        "stuck",
        "stuck in a local minimum",
        (slope, signs, found, reason, balance),
        Rank.STANDING,
        rests_in_minimum(lowest=False),
    )
    STALLED = ("stalled", "stalled at a saddle", (slope, signs, down), Rank.STANDING, LINGERS)
    BALANCED = ("balanced", "balanced on a maximum", (slope, signs, down), Rank.STANDING, rests(MAXIMUM))
    LEVEL = ("level", "stopped on level ground", (slope, signs), Rank.STANDING, rests_at(LEVEL))
    HELD = ("held", "stopped on a slope", (balance, slope, height), Rank.STANDING, rests_at(SLOPE), LASTING)
    PLATEAU = (
        "plateau",
        "crossing a plateau",
        (slope, height),
        Rank.GOING,
        CROSSES_PLATEAU,
    )
    RATTLING = ("rattling", "rattling inside a basin", (basin, slope, height), Rank.GOING, RATTLES, 1)
    WANDERING = ("wandering", "wandering between basins", (slope, height), Rank.GOING, WANDERS, 1)
    BOUNCING = (
        "bouncing",
        "bouncing",
        (movements, slope, height),
        Rank.GOING,
        swings(crease=False),
        1,
    )
    SWINGING = (
        "swinging",
        "swinging about a crease",
        (movements, slope, height),
        Rank.GOING,
        swings(crease=True),
        1,
    )
    DIVERGED = ("diverged", "diverged", (boundless,), Rank.FOR_GOOD, DIVERGES, 1)
    OFF_SURFACE = ("off_surface", "left the surface", (nothing,), Rank.FOR_GOOD, TOLD, 1)
    FAILED = ("failed", "the rule failed", (failure,), Rank.FOR_GOOD, TOLD, 1)

    words: str
    """The sentence's beginning."""
    _parts: tuple[Callable[[Facts], Part], ...]
    rank: Rank
    looks: int
    begins: Callable[[Observation], Mask]
    lasts: Callable[[Observation], Mask]

    def __new__(
        cls,
        code: str,
        words: str,
        parts: tuple[Callable[[Facts], Part], ...],
        rank: Rank,
        holds: Condition,
        looks: int = 2,
    ) -> "VerdictKind":
        kind = str.__new__(cls, code)
        kind._value_, kind.words = code, words
        kind._parts, kind.rank, kind.looks, (kind.begins, kind.lasts) = parts, rank, looks, holds
        return kind

    def told(self, facts: Facts) -> tuple[Part, ...]:
        """The evidence for it, the most telling first."""
        return tuple(part for part in (tell(facts) for tell in self._parts) if part != NOTHING)


KINDS = tuple(VerdictKind)
RANKS = np.array([kind.rank for kind in KINDS])
