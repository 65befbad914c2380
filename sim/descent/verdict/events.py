"""What happens to a marble on its way."""

from dataclasses import dataclass
from typing import TypeAlias

from .kinds import Coded, VerdictKind


class Escape(Coded):
    """The ways from one place to another: out of a basin, off a saddle."""

    BASIN = "escaped", "escaped", "minimum"
    SADDLE = "left_saddle", "left", "saddle"

    verb: str
    """What it does."""
    place: str
    """What kind of place is left."""

    def __new__(cls, code: str, verb: str, place: str) -> "Escape":
        kind = str.__new__(cls, code)
        kind._value_, kind.verb, kind.place = code, verb, place
        return kind

    @property
    def momentous(self) -> bool:
        """Whether it is worth an instant: each is."""
        return True


EventKind: TypeAlias = Escape | VerdictKind
"""An escape, or the verdict that begins."""

EVENT_KINDS: tuple[EventKind, ...] = (*Escape, *(kind for kind in VerdictKind if kind is not VerdictKind.UNDER_WAY))
"""All kinds of events: nothing happens where a verdict has come to its end and none begins."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at an update, and was certain at the update `seen`.

    An escape happens when the marble crosses the ridge for the last time, and is certain when it reaches the other
    basin's core.
    """

    update: int
    seen: int
    kind: EventKind
    source: int | None = None
    """Index of the minimum or saddle that was left."""
    target: int | None = None
    """Index of the minimum whose basin was entered."""
