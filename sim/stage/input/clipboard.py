"""What is on the clipboard, or the sentence that says why it cannot be had."""

from collections.abc import Callable

import pygame

from ..session.view import Notify
from ..style.theme import say


def pasted(language: str) -> str | Notify:
    """The text on the clipboard.

    Where what should come does not, SDL gives an empty text, as if nothing were there, but says so in its last error.
    """
    pygame.set_error("")
    try:
        text = pygame.scrap.get_text()
    except pygame.error as error:
        return _unread(language, str(error))
    except UnicodeDecodeError:
        return Notify(say(language, "The text on the clipboard cannot be read: it is not in UTF-8."))
    if text.strip():
        return text
    reason = pygame.get_error()
    return _unread(language, reason) if reason else Notify(say(language, "There is no text on the clipboard."))


def _unread(language: str, reason: str) -> Notify:
    told = say(language, "The clipboard cannot be read, perhaps because it holds too much: {reason}", reason=reason)
    return Notify(told)


def copied(language: str, puts: Callable[[], None]) -> Notify | None:
    """Let something put a text on the clipboard; what to say if that fails."""
    try:
        puts()
    except pygame.error as error:
        return Notify(say(language, "Nothing can be copied: {reason}", reason=error))
    return None
