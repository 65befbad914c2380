"""What happens to a marble on its way."""

from dataclasses import dataclass

from .kinds import VerdictKind

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
