"""How the program ends when it is told to from outside: at once, with a sentence and the status that shells expect.

A signal may come at any moment, in the midst of any library. An exception that begins there could be swallowed, or meet
code that waits for what will never come. So nothing is unwound: what half-written files there are go away, what is
kept is told, and the process is over. Whatever else is open is made to survive that, since it has to survive a power
cut, too.

As long as this is not loaded, signals meet Python's own way; so it loads next to nothing.
"""

import os
import select
import signal
import sys

from .. import PROGRAM

TYPE_CHECKING = False  # As in `typing`, which takes longer to load than all else here.
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

SIGNALS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "terminated, because the terminal is gone"}
"""What tells a program to end, where the system knows it, and what is said then."""

SHOW_CURSOR = "\r\x1b[K\x1b[?25h"
"""Clears a line on which a progress bar may stand, which hides the cursor."""

_duties: "list[Callable[[], str | None]]" = []
_ending = False


def end_at_signals() -> None:
    """From now on, end when told to. A signal that is ignored, as by nohup, stays so."""
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def end_as_interrupted() -> None:
    """End as at the user's Ctrl-C, where no signal has come but code that is not ours says that one has."""
    _end(signal.SIGINT, None)


def end_by_itself() -> None:
    """From now on, take no notice: all is done and said, and what Python still has to do must not be disturbed."""
    for name in SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)


def before_the_end(duty: "Callable[[], str | None]") -> None:
    """Have something done first, which must be short and wait for nothing; what it returns is said as well."""
    _duties.append(duty)


def no_longer(duty: "Callable[[], str | None]") -> None:
    """The end may come without that."""
    _duties.remove(duty)


def _end(number: int, _: "FrameType | None") -> None:
    global _ending  # noqa: PLW0603  One process ends once.
    if _ending:
        return  # The second signal of two finds the first at it.
    _ending = True
    remarks = [duty() for duty in _duties]
    _tell("; ".join([SIGNALS[signal.Signals(number).name], *filter(None, remarks)]))
    os._exit(128 + number)


def _tell(what: str) -> None:
    """Say it on standard error, if somebody is there to read it: nobody need be, and then nobody is waited for."""
    clear = SHOW_CURSOR if os.isatty(2) else ""
    try:
        if sys.platform == "win32" or select.select([], [2], [], 0)[1]:  # Windows can ask this of sockets only.
            os.write(2, f"{clear}{PROGRAM}: {what}\n".encode())
    except OSError:
        pass
