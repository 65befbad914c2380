"""Outcomes that are wanted once more, and would not fit into memory: a file without a name, gone with the process."""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from ...base.files import OutputError, why
from ..work.ensemble import Outcomes


class Spool:
    """Outcomes by the places of their blocks. What it holds nobody else can write, so that it may be unpickled.

    Raises:
        OutputError: there is no room for it.
    """

    def __init__(self) -> None:
        with _told():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  For as long as this is open.
        self._parts: dict[int, int] = {}

    def put(self, place: int, outcomes: Outcomes) -> None:
        """Take the outcomes of one block."""
        with _told():
            self._parts[place] = self._file.seek(0, 2)
            pickle.dump(outcomes, self._file)

    def get(self, place: int) -> Outcomes:
        """The outcomes of one block."""
        with _told():
            self._file.seek(self._parts[place])
            found: Outcomes = pickle.load(self._file)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with _told():
            self._file.close()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write rows for --csv to a temporary file: {why(error)}") from None
