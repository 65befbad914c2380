"""Results as those read them for whom they are written: programs JSON and CSV, people a table on a terminal."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from rich.console import Console, RenderableType

Rows = list[dict[str, str]]


def through_json(data: object) -> Any:
    """There and back through JSON, in which NaN and infinity do not exist."""
    return json.loads(json.dumps(data, allow_nan=False))


def written(write: Callable[..., None], *what: object) -> str:
    """What is written of it to a stream."""
    stream = io.StringIO()
    write(*what, stream)
    return stream.getvalue()


def rows(write: Callable[..., None], *what: object) -> Rows:
    """The rows of what is written as CSV, by the names of the columns."""
    return list(csv.DictReader(io.StringIO(written(write, *what), newline="")))


def printed(table: RenderableType, width: int = 80) -> str:
    """A table on a terminal of that width, without colours."""
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(table)
    return stream.getvalue()
