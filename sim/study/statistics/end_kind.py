"""The kinds of places where marbles end."""

from enum import Enum

from ...descent.verdict.kinds import VerdictKind


class EndKind(Enum):
    """Where a marble can end, in the order in which parts of a bar stand; the value is what it is called.

    In the basin of a known minimum, in another one, at a saddle or on a plateau; from wall to wall; nowhere, for one of
    three reasons, each of which is a verdict; and of one that is under way it is not known yet.
    """

    MINIMUM = "minimum"
    OTHERS = "other minima"
    """Several minima together, where there is no room for each."""
    ELSEWHERE = "elsewhere"
    STALLED = "saddle or stalled"
    BOUNCING = "bouncing"
    DIVERGED = VerdictKind.DIVERGED.words
    OFF_SURFACE = VerdictKind.OFF_SURFACE.words
    FAILED = VerdictKind.FAILED.words
    UNDER_WAY = "under way"


ORDER = tuple(EndKind)
