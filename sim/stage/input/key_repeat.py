"""Keys over time: one that is held acts again, and what has waited behind a slow frame is answered once.

A press acts once, whatever the frame took: how often a held key acts follows from our own clock, and only while it is
held indeed. SDL would go on repeating it until its release has been read.
"""

from dataclasses import dataclass, field, replace

import pygame

from ..session.bindings import Key

DELAY = 0.35
"""Seconds after which a key that is held acts again."""
PERIOD = 0.05
"""Seconds after which a key that is held acts once more, at the earliest: never twice in a frame."""
SLOW = 0.25
"""Seconds behind which what was pressed meanwhile is answered once."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A key that acts again while it is held."""

    code: int
    """The code of the key that was pressed."""
    place: int
    """Where that key is on the keyboard, if that is known."""
    means: Key
    due: float
    """When it acts again."""

    def after(self, now: float) -> "Holding":
        """The key that is held, once it has acted: time that a frame has lost is not made up for."""
        return replace(self, due=now + PERIOD)


def held_from(code: int, place: int, means: Key, now: float) -> Holding | None:
    """What follows from a press at that time: nothing where the key acts only once."""
    return Holding(code, place, means, now + DELAY) if means.again else None


@dataclass(slots=True)
class FirstPresses:
    """Admits, of what waited behind a slow frame, each key's and button's first press, and the wheel's first turn.

    A button's release goes with its press. Keys that write into a line of text are another matter: all of them count.
    """

    _seen: set[tuple[int, int]] = field(default_factory=set)
    _passed: set[int] = field(default_factory=set)
    """Buttons whose last press was passed over."""

    def admits(self, event: pygame.Event) -> bool:
        """Whether the event is to be answered; to be asked of each in turn."""
        match event.type:
            case pygame.KEYDOWN:
                return self._first(event.type, event.key)
            case pygame.MOUSEWHEEL:
                return self._first(event.type, 0)
            case pygame.MOUSEBUTTONDOWN:
                first = self._first(event.type, event.button)
                (self._passed.discard if first else self._passed.add)(event.button)
                return first
            case pygame.MOUSEBUTTONUP:
                return event.button not in self._passed
        return True

    def _first(self, kind: int, which: int) -> bool:
        new = (kind, which) not in self._seen
        self._seen.add((kind, which))
        return new
