"""The panel of controls over the picture, while it is open."""

from typing import TYPE_CHECKING

import pygame

from ...scene import Scene
from ..input.controls import fitting
from ..picture.setting import setting
from ..picture.snapshot import Snapshot
from ..session.bindings import Deed
from ..session.session import Session
from . import display
from .background.preparation import controls_of

if TYPE_CHECKING:
    from ..input.widgets import ControlPanel

TYPING = (pygame.KEYDOWN, pygame.KEYUP, pygame.TEXTINPUT, pygame.TEXTEDITING)
"""Events that belong to a line of text while one is written into."""
LIVELY = 1.0
"""Seconds after an event for which open controls are drawn on: tooltips come late."""


class OpenControls:
    """The panel that is there, if one is, and what it was made for."""

    def __init__(self) -> None:
        self.panel: ControlPanel | None = None
        self.frame: tuple[object, ...] | None = None
        """What it was made for."""
        self._stirred = -LIVELY  # When the last event came, in seconds of SDL's clock.

    def stir(self) -> None:
        """An event has come."""
        self._stirred = display.now()

    @property
    def lively(self) -> bool:
        """Whether they may still change by themselves."""
        return self.panel is not None and display.now() - self._stirred < LIVELY

    @property
    def typing(self) -> bool:
        """Whether a line of text is written into."""
        return self.panel is not None and self.panel.typing

    def types(self, event: pygame.Event) -> bool:
        """Whether the event belongs to a line of text."""
        return self.typing and event.type in TYPING

    def answer(self, event: pygame.Event) -> Deed | None:
        """What they say an event is for."""
        return None if self.panel is None else self.panel.answer(event)

    def holds(self, event: pygame.Event) -> bool:
        """Whether an event of the mouse is on them."""
        return self.panel is not None and self.panel.holds(display.on_canvas(event.pos))

    def leave(self) -> None:
        """Leave the line of text that is written into."""
        if self.panel is not None:
            self.panel.leave()

    def fold(self) -> bool:
        """Fold what is open within them; says whether there was anything."""
        return self.panel is not None and self.panel.fold()

    def take(self, panel: "ControlPanel", frame: tuple[object, ...] | None) -> None:
        """Have the panel that has been made."""
        self.panel, self.frame = panel, frame

    def draw(self, canvas: pygame.Surface, seconds: float) -> None:
        """Draw them as they are, onto a canvas that comes onto the screen as it is, or reduced."""
        if self.panel is not None:
            self.panel.draw(canvas, seconds, display.screen().get_size())

    def keep_up(self, session: Session, shown: Scene) -> None:
        """Let what they stand at be the session's, while the picture of a scene stays: its sliders end as there."""
        here = setting(session, display.canvas_size())
        if self.panel is not None and here.controls and self.frame == here.frame:
            self.panel.show(fitting(session, here.theme, self.panel.lines, shown.problem()))

    def show(self, canvas: pygame.Surface, now: Snapshot, seconds: float) -> None:
        """Draw them, if they are open; widgets come with the picture for which they are needed."""
        here = setting(now.session, canvas.get_size())
        if not here.controls:
            self.panel = self.frame = None
            return
        if self.panel is None or self.frame != here.frame:
            self.panel, self.frame = controls_of(now.session, here), here.frame
        self.panel.show(fitting(now.session, here.theme, self.panel.lines))
        self.draw(canvas, seconds)
