"""How the program ends when it is told to from outside: at once, with a sentence and the status that shells expect.

A signal may come at any moment, in the midst of any library. An exception that begins there could be swallowed, or meet
code that waits for what will never come. So nothing is unwound: what half-written files there are go away, and the
process is over. Whatever else is open is made to survive that, since it has to survive a power cut, too.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from . import PROGRAM

SIGNALS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "terminated, for the terminal is gone"}
"""What tells a program to end, where the system knows it, and what is said then."""

SHOW_CURSOR = "\r\x1b[K\x1b[?25h"
"""Clears a line on which a progress bar may stand, which hides the cursor."""

_duties: list[Callable[[], None]] = []


def end_at_signals() -> None:
    """From now on, end when told to. A signal that is ignored, as by nohup, stays so."""
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def before_the_end(duty: Callable[[], None]) -> None:
    """Have something done first, which must be short and wait for nothing."""
    _duties.append(duty)


def _end(number: int, _: FrameType | None) -> None:
    for duty in _duties:
        duty()
    clear = SHOW_CURSOR if os.isatty(2) else ""
    with suppress(OSError):  # Nobody need be there to read it.
        os.write(2, f"{clear}{PROGRAM}: {SIGNALS[signal.Signals(number).name]}\n".encode())
    os._exit(128 + number)
