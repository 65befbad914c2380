"""What code that is not ours says of itself, in one line: where it is, and what it raises."""

from types import TracebackType
from typing import Any

LONGEST = 160  # Characters of what an exception says.


def error_text(error: BaseException) -> str:
    """What an exception says, in one line.

    >>> error_text(ValueError("two\\nlines"))
    'ValueError: two lines'
    """
    try:
        words = str(error)
    except KeyboardInterrupt:  # The user's, or as good as that.
        raise
    except BaseException:  # Code that is not ours says it, as it raised the exception itself.
        words = ""
    said = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return f"{type(error).__name__}: {shortened(said)}" if said else type(error).__name__


def value_text(value: object) -> str:
    """A value as it is written, in one line; its kind where that cannot be said."""
    try:
        return shortened(repr(value))
    except Exception:  # Of code that is not ours, or of a number with too many digits.
        return type(value).__name__


def shortened(said: str) -> str:
    """No more of it than fits a line."""
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def place_in(kind: type[Any], method: str, trace: TracebackType | None = None) -> str:
    """File and line: the last one of the class's file that an exception came through, or where the method begins."""
    code = getattr(getattr(kind, method, None) or getattr(kind, "step", None), "__code__", None)
    name, number = ("", 0) if code is None else (code.co_filename, code.co_firstlineno)
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == name:
            number = trace.tb_lineno
        trace = trace.tb_next
    return f"{name}, line {number}" if name else kind.__name__
