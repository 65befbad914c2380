"""Which of the table's keys a stroke means, on whatever keyboard it is made.

The character that arrives counts, whatever modifiers made it: `[` takes AltGr on many keyboards, and digits take Shift
on French ones. Where a keyboard writes another script, or nothing (a dead key), the key goes by its place: it means
what a US keyboard has there.
"""

import unicodedata
from dataclasses import dataclass

import pygame

from ..session.bindings import KEYS, Key

NAMED = {
    pygame.K_SPACE: "Space",
    pygame.K_LEFT: "Left",
    pygame.K_RIGHT: "Right",
    pygame.K_UP: "Up",
    pygame.K_DOWN: "Down",
    pygame.K_HOME: "Home",
    pygame.K_END: "End",
    pygame.K_PAGEUP: "Page Up",
    pygame.K_PAGEDOWN: "Page Down",
    pygame.K_TAB: "Tab",
    pygame.K_F1: "F1",
    pygame.K_RETURN: "Enter",
    pygame.K_KP_ENTER: "Enter",
    pygame.K_ESCAPE: "Esc",
    pygame.K_BACKSPACE: "Backspace",
    pygame.K_INSERT: "Insert",
    pygame.K_DELETE: "Delete",
}
"""Keys that go by what is printed on them."""

PAD = {pygame.K_KP_PLUS: "+", pygame.K_KP_MINUS: "-", pygame.K_KP0: "0"}
"""What a numeric pad writes without saying so while Control is held."""

PLACES = (
    dict(zip(range(pygame.KSCAN_A, pygame.KSCAN_Z + 1), "abcdefghijklmnopqrstuvwxyz", strict=True))
    | dict(zip(range(pygame.KSCAN_1, pygame.KSCAN_0 + 1), "1234567890", strict=True))
    | {
        pygame.KSCAN_MINUS: "-",
        pygame.KSCAN_EQUALS: "=",
        pygame.KSCAN_LEFTBRACKET: "[",
        pygame.KSCAN_RIGHTBRACKET: "]",
        pygame.KSCAN_SEMICOLON: ";",
        pygame.KSCAN_APOSTROPHE: "'",
        pygame.KSCAN_COMMA: ",",
        pygame.KSCAN_PERIOD: ".",
        pygame.KSCAN_SLASH: "/",
    }
)
"""What a US keyboard writes at a place, without Shift."""

COMMAND = pygame.KMOD_CTRL | pygame.KMOD_META
LEVEL = pygame.KMOD_ALT | pygame.KMOD_MODE
"""Modifiers that choose another character: AltGr comes as one of them, on Windows with Control beside it."""

WIDE = range(0xFF01, 0xFF5F)
"""Chinese and Japanese keyboards may write plain characters twice as wide, and so far from where they usually are:"""
FROM_WIDE = 0xFEE0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A key that has been pressed."""

    key: int
    """Its code, as the keyboard's layout has it."""
    character: str = ""
    """What it writes with its modifiers; empty if nothing."""
    mod: int = 0
    """The modifiers."""
    place: int = 0
    """Where it is; 0 if that is not known."""

    @classmethod
    def of(cls, event: pygame.Event) -> "Stroke":
        """What a KEYDOWN event tells."""
        return cls(event.key, event.unicode, event.mod, getattr(event, "scancode", 0))

    @property
    def own(self) -> str:
        """What its layout has on it without modifiers, if that is a plain character."""
        return PAD.get(self.key) or (chr(self.key) if 32 < self.key < 127 else "")

    @property
    def there(self) -> str:
        """What a US keyboard has at its place."""
        return PLACES.get(self.place) or self.own


def meant(stroke: Stroke) -> Key | None:
    """The key of the table that a stroke means; None if it means nothing here."""
    shift, level = bool(stroke.mod & pygame.KMOD_SHIFT), bool(stroke.mod & LEVEL)
    name = NAMED.get(stroke.key)
    if stroke.mod & COMMAND and not level:
        return _command(stroke, shift, name)
    if name is None:
        return _written(stroke, shift, level)
    if level:  # Else it is the desktop's.
        return KEYS.get(f"Alt {name}")
    return (KEYS.get(f"Shift {name}") if shift else None) or KEYS.get(name)


def _command(stroke: Stroke, shift: bool, name: str | None) -> Key | None:
    """What a stroke with Control means."""
    signs = [name] if name else [stroke.own] if _is_letter(stroke.own) else [stroke.own, stroke.there]
    kinds = ("Ctrl Shift ", "Ctrl ") if shift else ("Ctrl ",)
    return next((KEYS[kind + sign] for sign in signs for kind in kinds if kind + sign in KEYS), None)


def _written(stroke: Stroke, shift: bool, level: bool) -> Key | None:
    """What a stroke means that writes something, or would on another keyboard."""
    character = plain(stroke.character)
    if level and character in ("", stroke.own):  # Alt chose no character: it is the desktop's.
        return None
    found = (KEYS.get(f"Shift {character}") if shift and character.isalpha() else None) or KEYS.get(character)
    if found is not None or level:
        return found
    if shift and stroke.there.isdigit():
        found = KEYS.get(f"Shift {stroke.there}")
    if found is None and not _is_latin(character):
        found = (KEYS.get(f"Shift {stroke.there}") if shift else None) or KEYS.get(stroke.there)
    return found


def plain(character: str) -> str:
    """The character in its usual form: small, of usual width, and digits of any script as ours."""
    if len(character) != 1:
        return ""
    if ord(character) in WIDE:
        character = chr(ord(character) - FROM_WIDE)
    digit = unicodedata.decimal(character, None)
    return character.lower() if digit is None else f"{digit}"


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _is_latin(character: str) -> bool:
    """Whether a character is one that keyboards of Latin script have."""
    return bool(character) and (character.isascii() or unicodedata.name(character, "").startswith("LATIN"))
