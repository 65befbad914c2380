"""Where a result goes that may be in a file: there, or to standard output, which - means."""

import argparse
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .terminal import show_bytes

TEXTS = ("csv", "save", "output")
"""The options for files some of which are text."""


class StandardOutput:
    """What - names where a file may be named; a file of that name is ./-."""

    def __str__(self) -> str:
        return "standard output"


STANDARD_OUTPUT = StandardOutput()

Place = Path | StandardOutput
"""A file, or standard output."""


def text_place(text: str) -> Place:
    """Where a text is to be written."""
    return STANDARD_OUTPUT if text == "-" else Path(text)


def file_place(text: str) -> Path:
    """The path of a file to be written that is no text.

    Raises:
        ArgumentTypeError: it is -.
    """
    if text == "-":
        raise argparse.ArgumentTypeError("must be a file, not -, which means standard output: only text goes there")
    return Path(text)


def check_distinct(parser: argparse.ArgumentParser, named: Mapping[str, Place | None]) -> None:
    """Two options that name the same file, of which one result would be lost, are a mistake."""
    from ...base.files import located  # noqa: PLC0415  Help need not wait for it.

    options: dict[Path, str] = {}
    for option, path in named.items():
        if isinstance(path, Path) and (other := options.setdefault(located(path), option)) != option:
            parser.error(f"{other} and {option} name the same file, {path}")


def check_standard_output(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Several results on standard output, of which nobody could tell where one ends, are a mistake."""
    there = [f"--{option} -" for option in TEXTS if getattr(arguments, option, None) is STANDARD_OUTPUT]
    there += ["--json"] * bool(there and getattr(arguments, "json", False))
    if len(there) > 1:
        parser.error(f"{' and '.join(there)} would both be written to standard output; name a file for one of them")


def to_standard_output(arguments: argparse.Namespace) -> bool:
    """Whether standard output is for what could be in a file, so that nothing else belongs there."""
    return any(getattr(arguments, option, None) is STANDARD_OUTPUT for option in TEXTS)


@contextmanager
def written(place: Place) -> Iterator[BinaryIO]:
    """A stream whose bytes, which are text, become the file or go to standard output when the block ends well.

    Raises:
        OutputError: they cannot be written.
    """
    if isinstance(place, Path):
        from ...base.files import whole_file  # noqa: PLC0415  Help need not wait for it.

        with whole_file(place) as stream:
            yield stream
        return
    collected = io.BytesIO()
    yield collected
    show_bytes(collected.getvalue())
