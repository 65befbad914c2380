"""What commands say: results on standard output, progress and remarks on standard error."""
# ruff: noqa: PLC0415  Nobody waits for what this command does not show.

import io
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.table import Table

T = TypeVar("T")


def show(text: str) -> None:
    """Print a result."""
    with _standard_output():
        print(text)


def show_json(value: Any) -> None:
    """Print a result for programs."""
    import json

    plain = (sys.stdout.encoding or "").lower() != "utf-8"
    show(json.dumps(value, indent=2, ensure_ascii=plain, allow_nan=False))


def show_table(*tables: "Table") -> None:
    """Print results for people."""
    from rich.console import Console

    with _standard_output():
        Console(highlight=False).print(*tables)


def say(sentence: str) -> None:
    """A remark about how it goes."""
    print(f"main.py: {sentence}", file=sys.stderr)


@contextmanager
def watched(steps: Sequence[T]) -> Iterator[Iterable[T]]:
    """The steps, with a progress bar while they are taken if there are many and someone is looking."""
    if len(steps) == 1 or not sys.stderr.isatty():
        yield steps
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield progress.track(steps, description="computing")


@contextmanager
def _standard_output() -> Iterator[None]:
    """Where results go: all of them, or the reason why not."""
    from sim.files import OutputError

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon_standard_output()
        raise OutputError(f"cannot write to standard output: {(error.strerror or str(error)).lower()}") from None


def abandon_standard_output() -> None:
    """Let what is still unwritten go nowhere, or the interpreter would try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
