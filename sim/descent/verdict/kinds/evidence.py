"""What speaks for a verdict, part by part: the facts, and what is said of them."""

import math
from dataclasses import dataclass
from enum import Enum

LOWER = 1e-9  # The relative difference from which on one loss counts as lower than another: more than rounding.


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a marble at one moment, from which its evidence is told."""

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
    """Unit vector of negative curvature that still leads down from a saddle, a maximum or a ridge."""
    loss: float = 0.0
    """Training loss; not finite where there is no surface."""
    swing: float | None = None
    """The longest of its last movements, if it bounces,"""
    fades: bool = False
    """and whether that is less than before."""
    decays: bool = False
    """Whether the rule shrinks θ besides: then it rests where that and the gradient balance."""
    penalty: float = 0.0
    """How much more what the rule descends is curved than the training loss, by L2 weight decay."""
    found: tuple[float, float] | None = None
    """Where it rests, if that is a minimum of which nothing was known before: outside of the window, as a rule."""
    lower: float | None = None
    """How much lower a minimum is that a search around that one found, if it is stuck and no known one is lower."""
    proved: bool = False
    """Whether the lowest known minimum is proved to be the lowest there is."""
    failure: str = ""
    """How its rule failed, with file and line."""


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
    UPHELD = "weight decay holds it there"
    GLOBAL = "proved to be the global one"
    LOWEST = "none lower is known in or around the window"
    FOUND = "a minimum found at ({x}, {y})"
    LOWER = "one {height} lower was found nearby"
    BOUNDLESS = "it grows without bound"
    NOT_FINITE = "the loss is not finite there"
    NO_GRADIENT = "the loss has no gradient there"

    def with_blanks(self, **blanks: str) -> "Part":
        """It, its blanks filled in."""
        return Part(saying=self, blanks=tuple(blanks.items()))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a verdict's evidence: a formula, alike in every language, or a saying with what stands in its blanks.

    >>> Saying.ABOVE.with_blanks(height="0.5").english
    'loss 0.5 above the lowest minimum'
    >>> Part("κ = 1, 2").english
    'κ = 1, 2'
    """

    formula: str = ""
    saying: Saying | None = None
    blanks: tuple[tuple[str, str], ...] = ()
    """What stands in the saying's blanks, each behind its name."""

    @property
    def english(self) -> str:
        """What it says in English."""
        return self.formula if self.saying is None else self.saying.value.format(**dict(self.blanks))


NOTHING = Part()
"""Nothing to be said."""


def _figure(value: float) -> str:
    """Two digits or three, with a power of ten where there would be many more: 0.93, 118, 3.1e-16."""
    return f"{value:.3g}" if 1e-3 <= abs(value) < 1e5 else f"{value:.1e}" if value else "0"


def slope(facts: Facts) -> Part:
    """How steep the loss is there."""
    return Part(f"‖∇L‖ = {_figure(facts.gradient_norm)}") if math.isfinite(facts.gradient_norm) else NOTHING


def signs(facts: Facts) -> Part:
    """How it curves."""
    if any(map(math.isnan, facts.curvatures)):
        return NOTHING
    return Part("κ = {}, {}".format(*map(_figure, facts.curvatures)))


def height(facts: Facts) -> Part:
    """How high the loss is, over the lowest minimum that is known."""
    if not math.isfinite(facts.loss):
        return Saying.NOT_FINITE.with_blanks()
    if facts.height is None:
        return NOTHING
    if facts.height < -LOWER * abs(facts.loss):
        return Saying.BELOW.with_blanks(height=f"{-facts.height:.3g}")
    return Saying.ABOVE.with_blanks(height=f"{facts.height:.3g}")


def reason(facts: Facts) -> Part:
    """Which minimum is lower than that on which it is stuck: a known one, or else one that a search around it found."""
    if facts.lower is None:
        return height(facts)
    return Saying.LOWER.with_blanks(height=f"{facts.lower:.3g}")


def down(facts: Facts) -> Part:
    """Which way leads down; or that what the rule descends, the loss with a penalty on ‖θ‖², does not fall along it."""
    if facts.way_down is None:
        return NOTHING
    if facts.curvatures[0] + facts.penalty > 0:
        return Saying.UPHELD.with_blanks()
    x, y = (round(component, 2) + 0.0 for component in facts.way_down)  # No negative zeros.
    return Saying.DOWN.with_blanks(x=f"{x:.2f}", y=f"{y:.2f}")


def basin(facts: Facts) -> Part:
    """In which basin it is."""
    if facts.basin is None:
        return Saying.UNKNOWN_BASIN.with_blanks()
    return Saying.BASIN.with_blanks(number=f"{facts.basin + 1}")


def movements(facts: Facts) -> Part:
    """How far it moves to and fro."""
    if facts.swing is None:
        return NOTHING
    saying = Saying.LAST_MOVEMENTS if facts.fades else Saying.MOVEMENTS
    return saying.with_blanks(length=f"{facts.swing:.2g}")


def balance(facts: Facts) -> Part:
    """What holds it besides the ground."""
    return Saying.BALANCE.with_blanks() if facts.decays else NOTHING


def extent(facts: Facts) -> Part:
    """How far the minimum in which it is has been proved to be the lowest."""
    return (Saying.GLOBAL if facts.proved else Saying.LOWEST).with_blanks()


def found(facts: Facts) -> Part:
    """Where a minimum is that was not known."""
    if facts.found is None:
        return NOTHING
    x, y = (round(coordinate, 3) + 0.0 for coordinate in facts.found)
    return Saying.FOUND.with_blanks(x=f"{x:g}", y=f"{y:g}")


def boundless(_: Facts) -> Part:
    """What its steps do."""
    return Saying.BOUNDLESS.with_blanks()


def failure(facts: Facts) -> Part:
    """How its rule failed."""
    return Part(facts.failure)


def nothing(facts: Facts) -> Part:
    """What is missing where it has come to."""
    return (Saying.NO_GRADIENT if math.isfinite(facts.loss) else Saying.NOT_FINITE).with_blanks()
