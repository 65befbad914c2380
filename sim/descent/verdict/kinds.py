"""What has become of a marble: a verdict with its evidence, and the events on the way.

Verdicts are causal. The one at moment u follows from the run up to u and from nothing later, so a
live run, a replay and a film say the same. Each has a harder condition to begin than to go on, which must
hold for a while before it begins: it never flickers. A judge looks every DWELL updates.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ...surface.points import Array, Mask
from ..examples.chance import Indices
from .blocks import BOUNCES, COMING, DWELL, UNSURE_SPANS, WANDERING_SPANS
from .sight.rests import LEVEL, MAXIMUM, MINIMUM, SADDLE, SLOPE
from .sight.saddles import NO_SADDLE
from .sight.sight import Sight

LASTING = 30
"""Looks at which a marble must stand still on a slope to be held there.

One whose movement only passes through 0 stands still for less, even where averages reach back over 1,000 updates, as
with β₂ = 0.999.
"""
LOWER = 1e-9  # The relative difference from which on one loss counts as lower than another: more than rounding.
# A bounce ends once its longest movement is below this share of the longest at its beginning; without noise, not while
# it goes to and fro: some rules swing in bursts, and others by as much as their learning rate has fallen to.
DAMPED = 0.5


class Observation(NamedTuple):
    """What verdicts on M marbles follow from, at K moments (K, M) or at one (M,): what is seen and remembered."""

    sight: Sight
    stay: Indices
    """For how many updates it has been in its basin, since it reached the core; or outside of all that are known."""
    inside: Mask
    """Whether it is in one of these."""
    reached: Mask
    """Whether it has been in the core of one."""
    dwelt: Indices
    """For how many updates it has been in the one that it is in: since it came to the core, or else over a ridge."""
    moved: Mask
    """Whether it has come to such a basin from somewhere else."""
    swing: Array
    """The longest of the movements before the present verdict began, (M,)."""
    strayed: Mask
    """Whether it is farther from where that began than one may come who rests on no minimum; (M,)."""
    span: int
    """Over how many updates a marble of this lane must make no progress to rattle."""
    calm: "Calm"
    """Who makes no progress in noise, over so many spans, of those of whom that is asked."""
    straying: Mask
    """Whether it is in noise outside of the window, and has got farther from it block by block for long."""
    falling: Mask
    """Whether its loss goes on falling in noise, as was seen over the last of ever longer spans, and η does not."""

    def at(self, index: int | tuple[int, Indices], swing: Array, strayed: Mask) -> "Observation":
        """What is seen at one of the moments, of all runs or of some, whose present verdicts have these parts."""
        parts = {
            name: getattr(self, name)[index]
            for name in ("stay", "inside", "reached", "dwelt", "moved", "straying", "falling")
        }
        return self._replace(sight=self.sight.at_look(index), swing=swing, strayed=strayed, **parts)


Calm = Callable[[int, Mask], Mask]
"""Asked of those alone of whom all else is true, since the answer costs much; all others have a no."""


def granted(_: int, asked: Mask) -> Mask:
    """A yes to all, who are not known to be calm: what is then not true does not turn on it."""
    return asked


def denied(_: int, asked: Mask) -> Mask:
    """A no to all."""
    return np.zeros_like(asked)


class Rank(IntEnum):
    """Which verdict gives way to which: a lasting one only to those before its own rank.

    Of none that stands still it is said that it is going on. What is for good is left by one who comes back to the
    surface alone.
    """

    FOR_GOOD = 0
    STANDING = 1
    GOING = 2


def _rests(place: int) -> tuple[Callable[[Observation], Mask], Callable[[Observation], Mask]]:
    return (lambda seen: seen.sight.rest == place), (lambda seen: seen.sight.stays == place)


def _rests_at(place: int) -> tuple[Callable[[Observation], Mask], Callable[[Observation], Mask]]:
    """A rest where nothing is known that one rests in: who moves on, however slowly, has not come to rest there."""
    begins, lasts = _rests(place)
    return begins, lambda seen: lasts(seen) & ~seen.strayed


def _in(lowest: bool) -> tuple[Callable[[Observation], Mask], Callable[[Observation], Mask]]:
    begins, lasts = _rests(MINIMUM)
    return (
        lambda seen: begins(seen) & (seen.sight.lowest == lowest),
        lambda seen: lasts(seen) & (seen.sight.stays_lowest == lowest),
    )


def _never(seen: Observation) -> Mask:
    return np.zeros(seen.stay.shape, dtype=np.bool_)


def _always(seen: Observation) -> Mask:
    return np.ones(seen.stay.shape, dtype=np.bool_)


def _lingers(seen: Observation) -> Mask:
    return np.asarray((seen.sight.at != NO_SADDLE) | (seen.sight.rest == SADDLE))


def _still_lingers(seen: Observation) -> Mask:
    return np.asarray((seen.sight.still_at != NO_SADDLE) | (seen.sight.stays == SADDLE))


def _rattles(seen: Observation) -> Mask:
    steady = ~(seen.straying | seen.falling)
    inside = seen.inside & seen.reached & (seen.dwelt >= seen.span) & steady
    unsure = ~seen.inside & (seen.stay >= UNSURE_SPANS * seen.span) & steady
    spans = max(UNSURE_SPANS, -(-COMING // seen.span))
    coming = seen.inside & ~seen.reached & (seen.dwelt >= spans * seen.span) & steady
    return np.asarray(seen.calm(1, inside) | seen.calm(UNSURE_SPANS, unsure) | seen.calm(spans, coming))


def _still_rattles(seen: Observation) -> Mask:
    return np.asarray((seen.stay >= DWELL) & ~seen.straying & ~seen.falling)


def _wanders(seen: Observation) -> Mask:
    return seen.calm(WANDERING_SPANS, seen.moved & (seen.stay < seen.span))


def _still_wanders(seen: Observation) -> Mask:
    return np.asarray(seen.stay < WANDERING_SPANS * seen.span)


def _swings(seen: Observation) -> Mask:
    spans = zip(seen.sight.bouncing, BOUNCES, strict=True)
    swings = np.any([swinging & (seen.stay >= span) for swinging, (span, _) in spans], axis=0)
    return np.asarray(swings & ~seen.sight.swelling & ~seen.straying)


def _still_swings(seen: Observation) -> Mask:
    swings = (seen.sight.longest >= DAMPED * seen.swing) | seen.sight.turning
    return np.asarray((seen.stay >= DWELL) & swings & ~seen.sight.swelling & ~seen.straying)


class Part(str):
    """A part of a verdict's evidence in English: a formula, alike in every language, or what Saying has.

    >>> part = Saying.ABOVE.with_blanks(height="0.5")
    >>> part, part.saying, part.blanks
    ('loss 0.5 above the lowest minimum', <Saying.ABOVE: 'loss {height} above the lowest minimum'>, {'height': '0.5'})
    """

    saying: "Saying | None" = None
    blanks: Mapping[str, str] = MappingProxyType({})


class Saying(Enum):
    """What a verdict says in words for evidence; the rest of it is formulas."""

    ABOVE = "loss {height} above the lowest minimum"
    BELOW = "loss {height} below every known minimum"
    DOWN = "down along ±({x}, {y})"
    BASIN = "the basin of minimum {number}"
    UNKNOWN_BASIN = "a basin that is not known"
    MOVEMENTS = "by up to {length}, and no less than before"
    LAST_MOVEMENTS = "by up to {length}"
    BALANCE = "gradient and weight decay balance"
    GLOBAL = "proved to be the global one"
    LOWEST = "none lower is known in or around the window"
    FOUND = "a minimum found at ({x}, {y})"
    LOWER = "one {height} lower was found nearby"
    BOUNDLESS = "it grows without bound"
    NOT_FINITE = "the loss is not finite there"
    NO_GRADIENT = "the loss has no gradient there"

    def with_blanks(self, **blanks: str) -> Part:
        """It, its blanks filled in."""
        part = Part(self.value.format(**blanks))
        part.saying, part.blanks = self, blanks
        return part


NOTHING = Part("")
"""Nothing to be said."""


def _figure(value: float) -> str:
    """Two digits or three, with a power of ten where there would be many more: 0.93, 118, 3.1e-16."""
    return f"{value:.3g}" if 1e-3 <= abs(value) < 1e5 else f"{value:.1e}" if value else "0"


def _slope(verdict: "Verdict") -> Part:
    return Part(f"‖∇L‖ = {_figure(verdict.gradient_norm)}") if math.isfinite(verdict.gradient_norm) else NOTHING


def _signs(verdict: "Verdict") -> Part:
    if any(map(math.isnan, verdict.curvatures)):
        return NOTHING
    return Part("κ = {}, {}".format(*map(_figure, verdict.curvatures)))


def _height(verdict: "Verdict") -> Part:
    if not math.isfinite(verdict.loss):
        return Saying.NOT_FINITE.with_blanks()
    if verdict.height is None:
        return NOTHING
    if verdict.height < -LOWER * abs(verdict.loss):
        return Saying.BELOW.with_blanks(height=f"{-verdict.height:.3g}")
    return Saying.ABOVE.with_blanks(height=f"{verdict.height:.3g}")


def _reason(verdict: "Verdict") -> Part:
    """Which minimum is lower than that on which it is stuck: a known one, or else one that a search around it found."""
    if verdict.lower is None:
        return _height(verdict)
    return Saying.LOWER.with_blanks(height=f"{verdict.lower:.3g}")


def _down(verdict: "Verdict") -> Part:
    if verdict.way_down is None:
        return NOTHING
    x, y = (round(component, 2) + 0.0 for component in verdict.way_down)  # No negative zeros.
    return Saying.DOWN.with_blanks(x=f"{x:.2f}", y=f"{y:.2f}")


def _place(verdict: "Verdict") -> Part:
    if verdict.basin is None:
        return Saying.UNKNOWN_BASIN.with_blanks()
    return Saying.BASIN.with_blanks(number=f"{verdict.basin + 1}")


def _movements(verdict: "Verdict") -> Part:
    if verdict.swing is None:
        return NOTHING
    saying = Saying.LAST_MOVEMENTS if verdict.fades else Saying.MOVEMENTS
    return saying.with_blanks(length=f"{verdict.swing:.2g}")


def _balance(verdict: "Verdict") -> Part:
    return Saying.BALANCE.with_blanks() if verdict.decays else NOTHING


def _extent(verdict: "Verdict") -> Part:
    return (Saying.GLOBAL if verdict.proved else Saying.LOWEST).with_blanks()


def _found(verdict: "Verdict") -> Part:
    if verdict.found is None:
        return NOTHING
    x, y = (round(coordinate, 3) + 0.0 for coordinate in verdict.found)
    return Saying.FOUND.with_blanks(x=f"{x:g}", y=f"{y:g}")


def _boundless(_: "Verdict") -> Part:
    return Saying.BOUNDLESS.with_blanks()


def _failure(verdict: "Verdict") -> Part:
    return Part(verdict.failure)


def _nothing(verdict: "Verdict") -> Part:
    return (Saying.NO_GRADIENT if math.isfinite(verdict.loss) else Saying.NOT_FINITE).with_blanks()


class VerdictKind(Enum):
    """The verdicts. The value is the sentence's beginning, the name in small letters its code.

    Of those that begin at the same time the first comes true; of a lower rank, if there is one. What is seen over a
    span of many updates begins at one look, what is seen at a look must be seen at two. Where nothing but
    its rule holds a marble, it must be seen at LASTING looks; at one, whatever it rests on, where the learning rate has
    come to next to nothing for good.
    """

    UNDER_WAY = ("under way", (_slope, _height), Rank.GOING, (_never, _never))
    SETTLED = (
        "settled in the lowest known minimum",
        (_slope, _signs, _found, _balance, _extent),
        Rank.STANDING,
        _in(lowest=True),
    )
    STUCK = ("stuck in a local minimum", (_slope, _signs, _found, _reason, _balance), Rank.STANDING, _in(lowest=False))
    STALLED = ("stalled at a saddle", (_slope, _signs, _down), Rank.STANDING, (_lingers, _still_lingers))
    BALANCED = ("balanced on a maximum", (_slope, _signs, _down), Rank.STANDING, _rests(MAXIMUM))
    LEVEL = ("stopped on level ground", (_slope, _signs), Rank.STANDING, _rests_at(LEVEL))
    HELD = ("stopped on a slope", (_balance, _slope, _height), Rank.STANDING, _rests_at(SLOPE), LASTING)
    PLATEAU = (
        "crossing a plateau",
        (_slope, _height),
        Rank.GOING,
        (lambda seen: seen.sight.plateau, lambda seen: seen.sight.still_plateau),
    )
    RATTLING = ("rattling inside a basin", (_place, _slope, _height), Rank.GOING, (_rattles, _still_rattles), 1)
    WANDERING = ("wandering between basins", (_slope, _height), Rank.GOING, (_wanders, _still_wanders), 1)
    BOUNCING = (
        "bouncing",
        (_movements, _slope, _height),
        Rank.GOING,
        (lambda seen: _swings(seen) & ~seen.sight.crease, _still_swings),
        1,
    )
    SWINGING = (
        "swinging about a crease",
        (_movements, _slope, _height),
        Rank.GOING,
        (lambda seen: _swings(seen) & seen.sight.crease, _still_swings),
        1,
    )
    DIVERGED = ("diverged", (_boundless,), Rank.FOR_GOOD, (lambda seen: seen.sight.diverging, _always), 1)
    OFF_SURFACE = ("left the surface", (_nothing,), Rank.FOR_GOOD, (_never, _always), 1)
    FAILED = ("the rule failed", (_failure,), Rank.FOR_GOOD, (_never, _always), 1)

    _parts: tuple[Callable[["Verdict"], Part], ...]
    rank: Rank
    looks: int
    begins: Callable[[Observation], Mask]
    lasts: Callable[[Observation], Mask]

    def __new__(
        cls,
        words: str,
        parts: tuple[Callable[["Verdict"], Part], ...],
        rank: Rank,
        holds: tuple[Callable[[Observation], Mask], Callable[[Observation], Mask]],
        looks: int = 2,
    ) -> "VerdictKind":
        kind = object.__new__(cls)
        kind._value_ = words
        kind._parts, kind.rank, kind.looks, (kind.begins, kind.lasts) = parts, rank, looks, holds
        return kind

    @property
    def code(self) -> str:
        """The name for programs, as in scene files and JSON."""
        return self.name.lower()

    def evidence(self, verdict: "Verdict") -> tuple[Part, ...]:
        """What speaks for it, the most telling first."""
        return tuple(filter(None, (part(verdict) for part in self._parts)))


KINDS = tuple(VerdictKind)
RANKS = np.array([kind.rank for kind in KINDS])

ESCAPES = ("escaped", "left_saddle")
"""The kinds of events that lead from one place to another: out of a basin, off a saddle."""

EVENT_KINDS = (*ESCAPES, *(kind.code for kind in VerdictKind if kind is not VerdictKind.UNDER_WAY))
"""The kinds of events: escapes, and the beginning of each verdict."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at an update, and was certain at the update `seen`.

    An escape happens when the marble crosses the ridge for the last time, and is certain when it reaches the other
    basin's core.
    """

    update: int
    seen: int
    kind: str
    """One of `EVENT_KINDS`."""
    source: int | None = None
    """Index of the minimum or saddle that was left."""
    target: int | None = None
    """Index of the minimum whose basin was entered."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict at one moment, with its evidence."""

    kind: VerdictKind
    since: int
    """The update at which it became true."""
    gradient_norm: float
    """‖∇L‖ of the training loss."""
    curvatures: tuple[float, float]
    """Both eigenvalues of ∇²L, the smaller first."""
    basin: int | None
    """Index of the minimum that full-batch descent from here ends in; None on a ridge or outside."""
    height: float | None
    """Training loss above the lowest known minimum."""
    saddle: int | None = None
    """Index of the saddle at which it stalled, if that is a known one."""
    way_down: tuple[float, float] | None = None
    """Unit vector of negative curvature that still leads down from a saddle or a maximum."""
    loss: float = 0.0
    """Training loss; not finite where there is no surface."""
    swing: float | None = None
    """The longest of its last movements, if it bounces,"""
    fades: bool = False
    """and whether that is less than before."""
    decays: bool = False
    """Whether the rule shrinks θ besides: then it rests where that and the gradient balance."""
    found: tuple[float, float] | None = None
    """Where it rests, if that is a minimum of which nothing was known before: outside of the window, as a rule."""
    lower: float | None = None
    """How much lower a minimum is that a search around that one found, if it is stuck and no known one is lower."""
    proved: bool = False
    """Whether the lowest known minimum is proved to be the lowest there is."""
    failure: str = ""
    """How its rule failed, with file and line."""

    @property
    def sentence(self) -> str:
        """The verdict and its evidence in words."""
        evidence = ", ".join(self.evidence)
        return f"{self.kind.value}: {evidence}" if evidence else self.kind.value

    @property
    def evidence(self) -> tuple[Part, ...]:
        """What speaks for it, the most telling first."""
        return self.kind.evidence(self)
