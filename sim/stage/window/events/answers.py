"""Events of keys and mouse are answered with deeds, by what lies on top first."""

from collections.abc import Callable

import pygame

from ...input.keys import Stroke, meant
from ...session.bindings import Deed, Errand
from ...session.session import Session
from ...session.view import Hover
from .. import display
from ..background.readiness import Readiness
from ..confirmation import Confirmation
from ..controls import OpenControls
from .held import HeldKeys
from .layers import among_scenes, answer_of_hidden, answer_of_scenes, answer_of_sheet, guessed, lie_alike
from .pointer import LEAVING, POINTING, Pointer


class Answers:
    """Knows what is held and where the mouse is, and has done what events ask for.

    session: the session as it is, which each deed may change.
    do: does a deed at once.
    """

    def __init__(
        self,
        session: Callable[[], Session],
        do: Callable[[Deed | None], None],
        controls: OpenControls,
        readiness: Readiness,
        asking: Confirmation,
    ) -> None:
        self._session = session
        self._do = do
        self._controls = controls
        self._readiness = readiness
        self._asking = asking
        self._held = HeldKeys()
        self.pointer = Pointer()

    @property
    def holds_key(self) -> bool:
        """Whether a key is held that acts again."""
        return self._held.any

    def answer(self, event: pygame.Event) -> None:
        """Do what an event of keys or mouse is for."""
        if self._controls.types(event):
            self._type(event)
        elif event.type == pygame.KEYDOWN:
            self._press(event)
        elif event.type == pygame.KEYUP:
            self._held.release(event)
        elif self._is_answered_above(event):
            self.pointer.cover()
            self._do(Hover(None))
        else:
            self._answer_below(event)

    # Keys.

    def _type(self, event: pygame.Event) -> None:
        """Keys write into a line of text, until Enter takes it or Esc leaves it."""
        if event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE:
            self._controls.leave()
            return
        if event.type == pygame.KEYDOWN:
            self._held.write(event)
        elif event.type == pygame.KEYUP:
            self._held.release(event)
        self._do(self._controls.answer(event))

    def _press(self, event: pygame.Event) -> None:
        """A key acts once, and one that moves something again while it is held."""
        means = meant(Stroke.of(event))
        if means is None:
            return
        if means.does is not Errand.BACK:
            self._asking.forget()
        self._do(among_scenes(means.does, self._session(), display.canvas_size()))
        self._held.press(event, means)

    def hold_on(self) -> None:
        """All events of a frame have been answered: let the keys that are held act again, if it is time."""
        self.pointer.settle()
        now = display.now()
        deed = self._held.does(now)
        if deed is not None:
            self._do(among_scenes(deed, self._session(), display.canvas_size()))
        event = self._held.writes(now, self._controls.typing)
        if event is not None:
            self._do(self._controls.answer(event))

    # The mouse: what lies below hears only of what was not meant for what lies above.

    def _is_answered_above(self, event: pygame.Event) -> bool:
        """Let what lies over the maps answer an event; says whether the maps need not."""
        self._do(self._controls.answer(event))
        if event.type not in POINTING or self.pointer.busy:
            return False
        if self._controls.holds(event):  # What has been done may have closed the panel.
            return True
        sheets = (
            (answer_of_sheet,) if self._readiness.waiting else (answer_of_scenes, answer_of_hidden, answer_of_sheet)
        )
        for answer_of in sheets:
            answer = answer_of(self._session(), event, display.canvas_size())
            for message in answer.messages:
                self._do(message)
            if answer.covers:
                return True
        return False

    def _answer_below(self, event: pygame.Event) -> None:
        """Let the lanes' panels take a guess, or else the maps answer."""
        guess = None if self._readiness.waiting else guessed(self._session(), event, display.canvas_size())
        if guess is not None:
            self._do(guess)
            self._do(Hover(None))  # What was guessed of is looked at.
            return
        mouse = self.pointer.read(event)
        if event.type in LEAVING:
            self._held.release_all()
        if mouse is not None and self._sees_what_is_meant():
            standing = self._readiness.standing
            shown = None if standing is None else standing.scene.problem()
            for deed in self.pointer.respond(mouse, self._session(), display.canvas_size(), shown):
                self._do(deed)

    def _sees_what_is_meant(self) -> bool:
        """Whether the maps that are to be seen lie where those of the session will, and show the same."""
        standing = self._readiness.standing
        if not self._readiness.waiting or standing is None:
            return not self._readiness.waiting
        return lie_alike(standing, self._session(), display.canvas_size())
