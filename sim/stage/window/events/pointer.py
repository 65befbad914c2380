"""The mouse in the window: where it is, what it holds, and what its events mean."""

import pygame

from ....descent.problem import Problem
from ...input.mouse import Act, Hand, Mouse, respond
from ...session.bindings import Deed
from ...session.session import Session
from .. import display

BUTTONS = (pygame.BUTTON_LEFT, pygame.BUTTON_RIGHT)
"""Buttons of the mouse that do something."""
POINTING = (pygame.MOUSEMOTION, pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)
"""Events of the mouse that have a place."""
LEAVING = (pygame.WINDOWLEAVE, pygame.WINDOWFOCUSLOST)
"""Events after which the mouse, or what is pressed, is another window's."""
RESTING = 0.35
"""Seconds after which the mouse rests, and a tooltip comes."""


class Pointer:
    """The one mouse, as the maps are told of it."""

    def __init__(self) -> None:
        self._at: tuple[int, int] | None = None
        self._hand = Hand()
        self._entered = False  # Whether it is told where the mouse is because a window is there now: it need not move.
        self._moved = 0.0  # When what it points at last changed, in seconds of SDL's clock.

    @property
    def at(self) -> tuple[int, int] | None:
        """The pixel of the picture that it is at, as far as the maps know."""
        return self._at

    @property
    def busy(self) -> bool:
        """Whether it holds something."""
        return self._hand.busy

    def read(self, event: pygame.Event) -> Mouse | None:
        """What the event says of the mouse, if anything that matters to the maps."""
        now = display.now()
        if event.type == pygame.WINDOWENTER:
            self._entered = True
        if event.type == pygame.MOUSEMOTION:
            self._at = display.on_canvas(event.pos)
            if self._entered and not any(event.buttons):
                return None
            return Mouse(Act.MOVE, self._at, now, held=bool(event.buttons[0] or event.buttons[2]))
        if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP) and event.button in BUTTONS:
            act = Act.DOWN if event.type == pygame.MOUSEBUTTONDOWN else Act.UP
            return Mouse(act, display.on_canvas(event.pos), now, right=event.button == pygame.BUTTON_RIGHT)
        if event.type == pygame.MOUSEWHEEL and self._at is not None:
            return Mouse(Act.WHEEL, self._at, now, event.precise_y)
        if event.type in LEAVING:
            self._at = None
            return Mouse(Act.LEAVE, held=event.type == pygame.WINDOWLEAVE)
        return None

    def respond(
        self, mouse: Mouse, session: Session, size: tuple[int, int], shown: Problem | None = None
    ) -> tuple[Deed, ...]:
        """What the mouse says to the session by what it did, in a picture of that size.

        shown: the problem that is on the picture, if the session's may still have to be looked into.
        """
        self._hand, deeds = respond(self._hand, mouse, session, size, shown)
        return deeds

    def cover(self) -> None:
        """It is on something that lies over the maps."""
        self._at = None

    def settle(self) -> None:
        """All events of a frame have been read: what moves from now on has been moved."""
        self._entered = False

    def stir(self) -> None:
        """It points at something else now."""
        self._moved = display.now()

    def comes_to_rest(self, session: Session) -> bool:
        """Whether it has been where it is for long enough, and the session has not been told."""
        return session.pointer is not None and not session.rests and display.now() - self._moved >= RESTING
