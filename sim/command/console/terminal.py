"""What commands say: results on standard output, progress and remarks on standard error."""
# ruff: noqa: PLC0415  Nobody waits for what this command does not show.

import errno
import io
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

from .. import PROGRAM

if TYPE_CHECKING:
    from rich.table import Table

NARROWEST, WIDEST = 40, 1_000  # Columns that are filled, whatever a terminal or COLUMNS says.
TABLES = 80  # Columns of tables at least: narrower ones would leave out numbers, so a terminal breaks their lines.

PATIENCE = 1.5  # Seconds for which nobody asks whether it goes on.
SEARCHING = "searching for the critical points of the loss takes a while here"

T = TypeVar("T")


def prepare() -> None:
    """Take this process as it was started: with closed streams, or with libraries that would print warnings.

    A stream that was closed gets its number back, or the next file would have it, and what is printed would land there.
    What is printed on it is lost on standard error, and a mistake on standard output.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # The lowest number that is free, which is this one.
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  As long as the process.
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # There are none here; to look for them takes time.


def show(text: str) -> None:
    """Print a result."""
    with _standard_output():
        print(text)


def show_bytes(content: bytes) -> None:
    """Print what could be a file's content, with the same bytes, whatever the terminal's encoding and line ends are."""
    with _standard_output():
        stream = _stream()
        stream.flush()
        if isinstance(stream, io.TextIOWrapper):
            stream.buffer.write(content)
        else:
            stream.write(content.decode())


def show_json(value: Any) -> None:
    """Print a result for programs."""
    import json

    plain = (_stream().encoding or "").lower() != "utf-8"
    show(json.dumps(value, indent=2, ensure_ascii=plain, allow_nan=False))


def show_table(*tables: "Table") -> None:
    """Print results for people."""
    from rich.console import Console

    with _standard_output():
        Console(highlight=False, width=wide_enough(Console().width, TABLES)).print(*tables)


def wide_enough(columns: int, least: int = NARROWEST) -> int:
    """So many columns, or as many as it takes to be read."""
    return min(max(columns, least), WIDEST)


def remark(sentence: str) -> None:
    """A remark about how it goes, in one line; lost if nothing can be printed there."""
    with _lossy(sys.stderr):
        print(f"{PROGRAM}: {escaped(sentence)}", file=sys.stderr, flush=True)


@contextmanager
def _lossy(stream: TextIO) -> Iterator[None]:
    """What cannot be written there is lost, and so is all that follows."""
    try:
        yield
    except OSError:
        _abandon(stream)


def escaped(text: str) -> str:
    r"""The text with escapes for what is no letter: line breaks, controls of the terminal, bytes that are no UTF-8.

    >>> escaped("no folder a\nb")
    'no folder a\\nb'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@contextmanager
def watched(steps: Sequence[T]) -> Iterator[Iterable[T]]:
    """The steps, with a progress bar while they are taken if there are many and someone is looking."""
    if len(steps) == 1 or not sys.stderr.isatty():
        yield steps
        return
    from rich.console import Console
    from rich.progress import Progress

    console = Console(file=cast(TextIO, _Lossy(sys.stderr)), width=wide_enough(Console(stderr=True).width))
    with Progress(console=console, transient=True) as progress:
        yield progress.track(steps, description="computing")


@contextmanager
def told_if_long(sentence: str) -> Iterator[None]:
    """Meanwhile nothing tells how far it is: once that has taken PATIENCE, the sentence says to who looks what goes on.

    Like a progress bar, it is for a terminal alone.
    """
    if not sys.stderr.isatty():
        yield
        return
    from threading import Timer

    timer = Timer(PATIENCE, remark, [sentence])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _Lossy:
    """A stream on which nothing needs to arrive: a terminal may go away while the computing goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write it, if that is possible."""
        with _lossy(self._stream):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Have it arrive, if that is possible."""
        with _lossy(self._stream):
            self._stream.flush()


_results: list[TextIO] = []
"""Standard output, while what others print goes elsewhere."""


@contextmanager
def results_alone() -> Iterator[None]:
    """Meanwhile only results go to standard output; what code that is not ours prints goes to standard error.

    Once for a whole command, since rules are asked so often that to do it for each call would take longer.
    """
    _results.append(_stream())
    try:
        with redirect_stdout(cast(TextIO, _Lossy(sys.stderr))):
            yield
    finally:
        _results.pop()


def _stream() -> TextIO:
    return _results[-1] if _results else sys.stdout


@contextmanager
def _standard_output() -> Iterator[None]:
    """Where results go: all of them, or the reason why not."""
    from ...base.files import OutputError, why

    stream = _stream()
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    try:
        with redirect_stdout(stream):
            yield
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon_standard_output()
        reason = "it is closed" if error.errno == errno.EBADF else why(error)
        raise OutputError(f"cannot write to standard output: {reason}") from None


def abandon_standard_output() -> None:
    """Let what is still unwritten go nowhere, or the interpreter would try again at its end."""
    _abandon(_stream())


def _abandon(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
