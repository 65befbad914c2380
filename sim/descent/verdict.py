"""What has become of a marble: a verdict with its evidence, and the events on the way.

Verdicts are causal. The one at moment u follows from the track up to u and from nothing later, so a
live run, a replay and a film say the same. Each has a harder condition to begin than to go on, and
must hold for a while before it begins: it never flickers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

# Tolerances, relative to the problem's own scale (`problem.Scale`).
REST_GRADIENT = 1e-4  # ‖∇L‖ at rest, over the scale of gradients.
REST_MOVEMENT = 1e-4  # Length of a movement at rest, in window diagonals.
REST_DISTANCE = 2e-3  # Distance from the critical point at which it rests: a pixel or two of a panel.
RESTLESS = 10.0  # Rest ends when one of these three exceeds its tolerance by this factor.
SLOWED = 0.5  # A movement at rest over the longest since the slope has been as gentle as at rest.
SLOW_GRADIENT = 0.05  # ‖∇L‖ on a plateau or close to a saddle, over the scale of gradients.
SLOW_LEVEL = 0.02  # Loss above the lowest minimum on a plateau, at least, over the scale of losses.
SLOW_MOVEMENT = 0.005  # Length of a movement that lingers, in window diagonals.
NEAR_SADDLE = 0.05  # How far a saddle's influence reaches, in window diagonals;
NEAR_SADDLE_SHARE = 0.25  # and at most this share of the distance to the next critical point.
FLAT_CURVATURE = 1e-4  # |eigenvalue| that counts as zero, over the scale of curvatures.
EQUAL_LOSS = 1e-6  # Difference of two losses that counts as none, over the scale of losses.
FAR_AWAY = 1e3  # Distance from the window's centre, in diagonals, from which nothing comes back.
LEAVING = 2.0  # Any other condition ends when its quantity exceeds the tolerance by this factor.

NO_PROGRESS = 0.5  # Decline of the mean loss between a span's halves, in its standard deviations.
NOISE = 0.2  # Batch gradients' deviation from the full one while rattling, over the full one: root mean squares.
UNDAMPED = 0.999  # Longest movement of a quarter of a span over that of the quarter before, in a bounce;
DAMPED = 0.5  # and over that at the bounce's beginning, below which it has ended.

# Durations, in updates.
DWELL = 10  # How long a marble must stay before it counts as being there, and a verdict before another replaces it.
DWELL_IN_NOISE = 50  # The same for rest in a lane with small batches, and at least an epoch.
DWELL_OUTSIDE = 30  # The same in another basin, but outside the disc that certainly belongs to it.
SETTLING = 20  # Over how long a marble must make no progress to rattle; at least two epochs.
UNSURE_SPANS = 2  # Over how many of these spans, if it has not been in any basin yet;
WANDERING_SPANS = 4  # and if it has changed its basin meanwhile.
DAMPING = 40  # Over how long a bounce must have become less to end.
BOUNCES = ((40, 0.75), (400, 0.25))
"""Over how long a bounce must be undamped, and the share of movements against their predecessors in it.

Gradient descent, with momentum or without, becomes unstable by a step that overshoots to the other
side, every time: so does a bounce. A chaotic one does it less often, and takes longer to tell from an
oscillation that momentum damps slowly.
"""


class Kind(Enum):
    """The verdicts. The value is the sentence's beginning, the name in small letters its code."""

    DESCENDING = "descending"
    SETTLED = "settled in the global minimum"
    STUCK = "stuck in a local minimum"
    STALLED = "stalled at a saddle"
    BALANCED = "balanced on a maximum"
    LEVEL = "stopped on level ground"
    PLATEAU = "crossing a plateau"
    RATTLING = "rattling inside a basin"
    WANDERING = "wandering between basins"
    BOUNCING = "bouncing"
    DIVERGED = "diverged"
    OFF_SURFACE = "left the surface"

    @property
    def code(self) -> str:
        """The name for programs, as in scene files and JSON."""
        return self.name.lower()


ESCAPES = ("escaped", "left_saddle")
"""The kinds of events that lead from one place to another: out of a basin, off a saddle."""

EVENT_KINDS = (*ESCAPES, *(kind.code for kind in Kind if kind is not Kind.DESCENDING))
"""The kinds of events: escapes, and the beginning of each verdict."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at an update, and was certain at the update `seen`."""

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

    kind: Kind
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
    """Index of the saddle at which it stalled."""
    way_down: tuple[float, float] | None = None
    """Unit vector of negative curvature that still leads down from a saddle or a maximum."""
    loss: float = 0.0
    """Training loss; not finite where there is no surface."""

    @property
    def sentence(self) -> str:
        """The verdict and its evidence in words."""
        return f"{self.kind.value}: {', '.join(self.evidence)}"

    @property
    def evidence(self) -> tuple[str, ...]:
        """What speaks for it, the most telling first."""
        return tuple(filter(None, (part(self) for part in _EVIDENCE[self.kind])))


def _slope(verdict: Verdict) -> str:
    return f"‖∇L‖ = {verdict.gradient_norm:.1e}"


def _signs(verdict: Verdict) -> str:
    return "λ = {:.2g}, {:.2g}".format(*verdict.curvatures)


def _height(verdict: Verdict) -> str:
    return "" if verdict.height is None else f"loss {verdict.height:.3g} above the lowest minimum"


def _down(verdict: Verdict) -> str:
    if verdict.way_down is None:
        return ""
    x, y = (round(component, 2) + 0.0 for component in verdict.way_down)  # No negative zeros.
    return f"down along ±({x:.2f}, {y:.2f})"


def _place(verdict: Verdict) -> str:
    return "outside every known basin" if verdict.basin is None else f"that of minimum {verdict.basin + 1}"


def _undamped(_: Verdict) -> str:
    return "from wall to wall, and no less than before"


def _boundless(_: Verdict) -> str:
    return "it grows without bound"


def _nothing(verdict: Verdict) -> str:
    return "the loss has no gradient there" if math.isfinite(verdict.loss) else "the loss is not finite there"


_EVIDENCE: dict[Kind, tuple[Callable[[Verdict], str], ...]] = {
    Kind.DESCENDING: (_slope, _height),
    Kind.SETTLED: (_slope, _signs),
    Kind.STUCK: (_slope, _signs, _height),
    Kind.STALLED: (_slope, _signs, _down),
    Kind.BALANCED: (_slope, _signs, _down),
    Kind.LEVEL: (_slope, _signs),
    Kind.PLATEAU: (_slope, _height),
    Kind.RATTLING: (_place, _slope, _height),
    Kind.WANDERING: (_slope, _height),
    Kind.BOUNCING: (_undamped, _slope, _height),
    Kind.DIVERGED: (_boundless,),
    Kind.OFF_SURFACE: (_nothing,),
}
