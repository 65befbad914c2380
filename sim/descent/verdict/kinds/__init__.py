"""The kinds of verdicts, each with when it begins, for how long it lasts, and what speaks for it.

Each has a harder condition to begin than to go on, which must hold for a while before it begins: it never flickers.
A judge looks every DWELL updates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum, auto

import numpy as np

from ..sight.rests import LEVEL, MAXIMUM, RIDGE, SLOPE
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

LASTING = 30
"""Looks at which a marble must stand still on a slope to be held there.

One whose movement only passes through 0 stands still for less, even where averages reach back over 1,000 updates, as
with β₂ = 0.999.
"""


class Rank(IntEnum):
    """Which verdict gives way to which: a lasting one only to those before its own rank.

    Of none that stands still it is said that it is going on, unless that is a lull between bursts. What is for good is
    left by one alone who comes back to the surface, or from far away to the window.
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


class Place(Enum):
    """Where those are of whom a verdict is told."""

    MINIMUM = auto()
    """At rest in a minimum."""
    BASIN = auto()
    """About the minimum of a basin, where they are kept moving."""
    WALLS = auto()
    """From one wall of a basin to the other."""
    SADDLE = auto()
    MAXIMUM = auto()
    RIDGE = auto()
    GROUND = auto()
    """On ground that moves them next to nowhere, though there is no such point."""
    WAY = auto()
    """On the way from one of these to another."""
    GONE = auto()
    """Nowhere any more."""

    @property
    def in_a_basin(self) -> bool:
        """Whether who is there stays in a basin, at rest or not."""
        return self in (Place.MINIMUM, Place.BASIN, Place.WALLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What one kind of verdicts has for itself."""

    words: str
    """The sentence's beginning."""
    short: str = ""
    """It in a word, where there is little room: the evidence tells in what; none where it is short as it is."""
    meaning: str
    """What it means, for those who ask."""
    evidence: tuple[Callable[[Facts], Part], ...]
    """What speaks for it, the most telling first."""
    place: Place
    rank: Rank
    condition: Condition
    looks: int = 2
    """At how many looks in a row it must be seen to begin."""
    momentous: bool = False
    """Whether its beginning is worth an instant."""


class VerdictKind(Coded):
    """The verdicts, each with its code and all that it has for itself.

    Of those that begin at the same time the first comes true; of a lower rank, if there is one. What is seen over a
    span of many updates begins at one look, what is seen at a look must be seen at two. Where nothing but
    its rule holds a marble, it must be seen at LASTING looks; at one, whatever it rests on, where the learning rate has
    come to next to nothing for good.
    """

    UNDER_WAY = (
        "under_way",
        Traits(
            words="under way",
            meaning="On its way, be it up or down: nothing else has enough evidence yet.",
            evidence=(slope, height),
            place=Place.WAY,
            rank=Rank.GOING,
            condition=NONE,
        ),
    )
    SETTLED = (
        "settled",
        Traits(
            words="settled in the lowest known minimum",
            short="settled",
            meaning="It stays in the basin of the lowest minimum that is known.",
            evidence=(slope, signs, found, balance, extent),
            place=Place.MINIMUM,
            rank=Rank.STANDING,
            condition=rests_in_minimum(lowest=True),
            momentous=True,
        ),
    )
    STUCK = (
        "stuck",
        Traits(
            words="stuck in a local minimum",
            short="stuck",
            meaning="It stays in the basin of a minimum, and a lower one is known.",
            evidence=(slope, signs, found, reason, balance),
            place=Place.MINIMUM,
            rank=Rank.STANDING,
            condition=rests_in_minimum(lowest=False),
            momentous=True,
        ),
    )
    STALLED = (
        "stalled",
        Traits(
            words="stalled at a saddle",
            short="stalled",
            meaning="Next to no slope, and a way down that nothing pushes it into.",
            evidence=(slope, signs, down),
            place=Place.SADDLE,
            rank=Rank.STANDING,
            condition=LINGERS,
            momentous=True,
        ),
    )
    BALANCED = (
        "balanced",
        Traits(
            words="balanced on a maximum",
            meaning="Next to no slope, and the loss falls on all sides.",
            evidence=(slope, signs, down),
            place=Place.MAXIMUM,
            rank=Rank.STANDING,
            condition=rests(MAXIMUM),
        ),
    )
    ON_RIDGE = (
        "on_ridge",
        Traits(
            words="balanced on a ridge",
            meaning="Next to no slope, and the loss falls to both sides.",
            evidence=(slope, signs, down),
            place=Place.RIDGE,
            rank=Rank.STANDING,
            condition=rests_at(RIDGE),
        ),
    )
    LEVEL = (
        "level",
        Traits(
            words="stopped on level ground",
            short="stopped",
            meaning="Neither slope nor curvature: nothing moves it any more.",
            evidence=(slope, signs),
            place=Place.GROUND,
            rank=Rank.STANDING,
            condition=rests_at(LEVEL),
        ),
    )
    HELD = (
        "held",
        Traits(
            words="stopped on a slope",
            short="stopped",
            meaning="It makes no step any more, though there is a slope.",
            evidence=(balance, slope, height),
            place=Place.GROUND,
            rank=Rank.STANDING,
            condition=rests_at(SLOPE),
            looks=LASTING,
        ),
    )
    PLATEAU = (
        "plateau",
        Traits(
            words="crossing a plateau",
            meaning="So little slope that it would take ages, and lower ground lies ahead.",
            evidence=(slope, height),
            place=Place.GROUND,
            rank=Rank.GOING,
            condition=CROSSES_PLATEAU,
        ),
    )
    RATTLING = (
        "rattling",
        Traits(
            words="rattling inside a basin",
            short="rattling",
            meaning="It stays in one basin, but noise or speed keeps it moving.",
            evidence=(basin, slope, height),
            place=Place.BASIN,
            rank=Rank.GOING,
            condition=RATTLES,
            looks=1,
        ),
    )
    WANDERING = (
        "wandering",
        Traits(
            words="wandering between basins",
            short="wandering",
            meaning="It comes and goes between basins, and stays in none.",
            evidence=(slope, height),
            place=Place.WAY,
            rank=Rank.GOING,
            condition=WANDERS,
            looks=1,
        ),
    )
    BOUNCING = (
        "bouncing",
        Traits(
            words="bouncing",
            meaning="It jumps from one wall to the other, again and again.",
            evidence=(movements, slope, height),
            place=Place.WALLS,
            rank=Rank.GOING,
            condition=swings(crease=False),
            looks=1,
        ),
    )
    SWINGING = (
        "swinging",
        Traits(
            words="swinging about a crease",
            short="swinging",
            meaning="It swings about a line where the slope jumps from one side to the other.",
            evidence=(movements, slope, height),
            place=Place.WALLS,
            rank=Rank.GOING,
            condition=swings(crease=True),
            looks=1,
        ),
    )
    DIVERGED = (
        "diverged",
        Traits(
            words="diverged",
            meaning="Its steps have grown without bound.",
            evidence=(boundless,),
            place=Place.GONE,
            rank=Rank.FOR_GOOD,
            condition=DIVERGES,
            looks=1,
            momentous=True,
        ),
    )
    OFF_SURFACE = (
        "off_surface",
        Traits(
            words="left the surface",
            meaning="It has come to where the loss has no value.",
            evidence=(nothing,),
            place=Place.GONE,
            rank=Rank.FOR_GOOD,
            condition=TOLD,
            looks=1,
        ),
    )
    FAILED = (
        "failed",
        Traits(
            words="the rule failed",
            meaning="Its rule, which comes from outside the program, did what no rule may: there it ended.",
            evidence=(failure,),
            place=Place.GONE,
            rank=Rank.FOR_GOOD,
            condition=TOLD,
            looks=1,
        ),
    )

    traits: Traits

    def __new__(cls, code: str, traits: Traits) -> "VerdictKind":
        kind = str.__new__(cls, code)
        kind._value_, kind.traits = code, traits
        return kind

    @property
    def words(self) -> str:
        """The sentence's beginning."""
        return self.traits.words

    @property
    def place(self) -> Place:
        """Where those are of whom it is told."""
        return self.traits.place

    @property
    def rank(self) -> Rank:
        """Which verdicts give way to it."""
        return self.traits.rank

    @property
    def momentous(self) -> bool:
        """Whether its beginning is worth an instant."""
        return self.traits.momentous

    def told(self, facts: Facts) -> tuple[Part, ...]:
        """The evidence for it, the most telling first."""
        return tuple(part for part in (tell(facts) for tell in self.traits.evidence) if part != NOTHING)


KINDS = tuple(VerdictKind)
RANKS = np.array([kind.rank for kind in KINDS])
