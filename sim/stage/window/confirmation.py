"""A film and the window end only when that is asked for a second time, soon after the first."""

from functools import partial

from ..session.bindings import Errand, keys_of
from ..session.session import Session, changed
from ..style.theme import say

ASKING = 2.0
"""Seconds within which Esc, pressed again, ends a film or quits."""


class Confirmation:
    """The end that has been asked for once, if one has: that of a film, or that of the window."""

    def __init__(self) -> None:
        self._film = False  # Whether it is that of a film.
        self._until: float | None = None  # When it is too late for the second time; None: no end has been asked for.

    @property
    def waits(self) -> bool:
        """Whether a second time is waited for."""
        return self._until is not None

    def is_late(self, now: float) -> bool:
        """Whether it has not come in time, at that moment in seconds."""
        return self._until is not None and now > self._until

    def ask(self, film: bool, now: float) -> bool:
        """The end of the film, or else of the window, is asked for at that moment; says whether for the second time."""
        again = self.waits and self._film == film
        self._film, self._until = film, None if again else now + ASKING
        return again

    def forget(self) -> None:
        """Wait no more."""
        self._until = None


def prompt(session: Session, film: bool) -> str:
    """What there is to say the first time."""
    key = keys_of(partial(say, session.language), Errand.BACK)
    if film:
        return say(session.language, "{key} again to end the film and keep it.", key=key)
    if changed(session) or session.left is not None:
        keep = keys_of(partial(say, session.language), Errand.PICTURE)
        return say(
            session.language,
            "{key} again to quit: what you have changed is not saved, {keep} saves it.",
            key=key,
            keep=keep,
        )
    return say(session.language, "{key} again to quit.", key=key)
