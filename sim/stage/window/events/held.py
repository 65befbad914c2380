"""Keys that act again while they are held: SDL's own repeats would go on until their release has been read."""

import pygame

from ...input.key_repeat import DELAY, PERIOD, Holding, held_from
from ...session.bindings import Deed, Key
from .. import display

MOVING = (pygame.K_LEFT, pygame.K_RIGHT, pygame.K_BACKSPACE, pygame.K_DELETE)
"""Keys that act again in a line of text; characters come again by themselves."""


class HeldKeys:
    """One key that does something, and one that writes into a line of text, as long as each is held.

    Times are in seconds of SDL's clock. Each acts again once a frame at most, and only while it is held indeed.
    """

    def __init__(self) -> None:
        self._holding: Holding | None = None
        self._typed: pygame.Event | None = None  # The press of the key that writes.
        self._due = 0.0  # When the key that writes acts again.

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self._holding is not None or self._typed is not None

    def press(self, event: pygame.Event, means: Key) -> None:
        """A key with a meaning has been pressed, and has acted."""
        self._holding = held_from(event.key, getattr(event, "scancode", 0), means, display.now())

    def write(self, event: pygame.Event) -> None:
        """A key has been pressed in a line of text."""
        self._typed, self._due = event if event.key in MOVING else None, display.now() + DELAY

    def release(self, event: pygame.Event) -> None:
        """A key has been released."""
        if self._holding is not None and event.key == self._holding.code:
            self._holding = None
        if self._typed is not None and event.key == self._typed.key:
            self._typed = None

    def release_all(self) -> None:
        """What is released from now on may be told to others."""
        self._holding = self._typed = None

    def does(self, now: float) -> Deed | None:
        """What the key that is held does again at that time."""
        held = self._holding
        if held is None:
            return None
        if not display.is_down(held.code, held.place):
            self._holding = None
        elif now >= held.due:
            self._holding = held.after(now)
            return held.means.does
        return None

    def writes(self, now: float, typing: bool) -> pygame.Event | None:
        """The press that is repeated at that time in a line of text, if there is one that is written into."""
        event = self._typed
        if event is None:
            return None
        if not typing or not display.is_down(event.key, event.scancode):
            self._typed = None
        elif now >= self._due:
            self._due = now + PERIOD
            return event
        return None
