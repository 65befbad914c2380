"""A film of the race as it is played in the window, from one press of the key to the next."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pygame

from ....base.files import OutputError, free_path, located, named
from ...drawing.drawn_state import DrawnState
from ...drawing.screen import Screen
from ...export.carried import carried_by
from ...picture.picture import draw
from ...picture.snapshot import Snapshot
from ...session.bindings import Errand, keys_of
from ...session.session import Message, Session
from ...session.view import Notify
from ...style.theme import say
from .exported import as_exported

if TYPE_CHECKING:
    from ...export.film import Recorder

RATE = 30
"""Pictures a second, at most; one stays until something has changed."""


class Filming:
    """The film that is being made, if one is. Each call answers with what there is to say, if anything."""

    def __init__(self) -> None:
        self._recorder: Recorder | None = None
        self._begun = 0.0
        self._picture = pygame.Surface((0, 0))  # The last one of the film.
        self._drawn_state = DrawnState()  # What stands on it.
        self._shown: Snapshot | None = None  # What is on it.

    @property
    def running(self) -> bool:
        """Whether a film is being made."""
        return self._recorder is not None

    def lasts(self, now: float) -> int | None:
        """For how many whole seconds a film has been made at that time; None while none is."""
        return None if self._recorder is None else max(0, int(now - self._begun))

    def toggle(self, session: Session, size: tuple[int, int], now: float) -> Message | None:
        """Begin a film of pictures of that size in pixels at the time `now`, in seconds, or finish the running one."""
        if self._recorder is not None:
            return self.finish(session)
        try:
            from ...export.film import Recorder  # noqa: PLC0415  Only who makes a film waits for its library.

            path = free_path(named(session.scene.name, ".mp4"))
            self._recorder = Recorder(path, size, RATE, carried_by(session))
        except ModuleNotFoundError as error:
            return Notify(say(session.language, "No film: {name} is not installed", name=error.name))
        except OutputError as error:
            return Notify(str(error))
        self._begun, self._shown = now, None
        key = keys_of(partial(say, session.language), Errand.FILM)
        return Notify(say(session.language, "Recording {path} until {key} is pressed again", path=path.name, key=key))

    def see(self, session: Session, moment: Snapshot | None, size: tuple[int, int], now: float) -> Message | None:
        """Film the moment that the window shows at that time; None while its last picture stays.

        If the size of the pictures has changed, the film ends.
        """
        if self._recorder is None:
            return None
        if size != self._recorder.size:
            return self.finish(session)
        try:
            if self._recorder.awaits(now - self._begun) and self._drawn(moment, size):
                self._recorder.offer(self._picture, now - self._begun)
        except OutputError as error:
            self._recorder = None
            return Notify(str(error))
        return None

    def _drawn(self, moment: Snapshot | None, size: tuple[int, int]) -> bool:
        """Whether there is a picture: of the moment, or the last one."""
        if moment is None:
            return self._shown is not None
        kept = replace(moment, session=as_exported(moment.session), stride=1)
        if self._shown is None:
            self._picture = pygame.Surface(size, depth=32)
            self._drawn_state.clear()
        if kept != self._shown:
            draw(Screen(self._picture, self._drawn_state), kept, self._shown)
            self._shown = kept
        return True

    def finish(self, session: Session) -> Message | None:
        """End the film that runs, and save it."""
        if self._recorder is None:
            return None
        recorder, self._recorder = self._recorder, None
        try:
            recorder.finish()
        except OutputError as error:
            return Notify(str(error))
        return Notify(say(session.language, "Saved {path}", path=located(recorder.path)))
