"""What people see. The only room that knows pygame; importing this package alone does not load it."""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # Standard output belongs to the commands.

TITLE = "Three Marbles"
"""What windows are called."""


class StageError(RuntimeError):
    """The picture cannot be shown; the message is one sentence for the user."""


def require_pygame_ce() -> None:
    """Make sure that `pygame` is pygame-ce, which has smooth circles and thick lines.

    Raises:
        StageError: it is missing, or the older pygame took its place; the message says how to mend it.
    """
    mend = "python -m pip uninstall -y pygame pygame-ce, then python -m pip install pygame-ce"
    try:
        import pygame  # noqa: PLC0415  Only the stage loads it, and only when it is needed.
    except ImportError as error:
        raise StageError(f"pygame-ce cannot be loaded ({error}); to mend it: {mend}") from None
    if not getattr(pygame, "IS_CE", False):
        raise StageError(f"this needs pygame-ce, but the older pygame stands in its place; to mend it: {mend}")
