"""Kinds of controls, as values: what each stands at, and which message each move of it sends."""

from collections.abc import Callable
from dataclasses import dataclass

from ..session.bindings import Deed, keys_of
from ..session.session import Message

MISTAKE_LINES = 2  # Below a line of text in which something is wrong.


@dataclass(frozen=True)
class Slider:
    """A number between two ends; `position` and the message's argument go from 0 to 1."""

    name: str
    label: str
    value: str
    position: float
    message: Callable[[float], Message]
    tip: str


@dataclass(frozen=True)
class Choice:
    """One of several options, in a menu."""

    name: str
    label: str
    options: tuple[str, ...]
    chosen: str
    message: Callable[[int], Message]
    tip: str


@dataclass(frozen=True)
class Button:
    """Something to press; some are lit."""

    name: str
    label: str
    does: Deed
    tip: str
    lit: bool = False


@dataclass(frozen=True)
class Buttons:
    """Buttons side by side, at most so many in a row."""

    label: str
    buttons: tuple[Button, ...]
    columns: int


@dataclass(frozen=True)
class TextField:
    """A line of text to type."""

    name: str
    label: str
    text: str
    hint: str
    """What stands there while it is empty."""
    does: Callable[[str], Deed]
    tip: str
    typed: Callable[[str], Message] | None = None
    """What each change of it sends."""
    mistake: str = ""
    """What is wrong with the text; empty if nothing is."""


Control = Slider | Choice | Buttons | TextField


def tip_of(say: Callable[..., str], meaning: str, *deeds: Deed) -> str:
    """What a control is for, after the keys that do the same."""
    return say("{key}: {meaning}", key=keys_of(say, *deeds), meaning=meaning)


def rows_of(control: Control) -> int:
    """How many lines a control takes."""
    match control:
        case Slider():
            return 2
        case Choice():
            return 1
        case TextField():
            return 1 + (MISTAKE_LINES if control.mistake else 0)
        case Buttons():
            return bool(control.label) + -(-len(control.buttons) // control.columns)
