"""Tables: for people as plain text, for programs as frames of pandas, where that is installed."""

from collections.abc import Iterator
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from ..descent.race import Race
from ..descent.track import Track
from ..report import epoch_of
from .mistakes import UseError

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.console import RenderableType

WIDTH = 100
"""Characters of a line."""


def pandas() -> Any:
    """It, if it is there.

    Raises:
        UseError: it is not.
    """
    try:
        import pandas  # noqa: PLC0415  Only who wants a table waits for it.
    except ModuleNotFoundError as error:
        if error.name != "pandas":
            raise
        raise UseError("a table needs pandas, which is not installed: python -m pip install pandas") from None
    return pandas


def frame_of(rows: list[dict[str, Any]]) -> "DataFrame":
    """Rows as a frame; UseError where there is no pandas."""
    found: DataFrame = pandas().DataFrame(rows)
    return found


def race_frame(race: Race, updates: int) -> "DataFrame":
    """A race's rows, lane after lane."""
    known = pandas()
    tables = [known.DataFrame(dict(_columns(track, min(updates, track.updates)))) for track in race.tracks]
    found: DataFrame = known.concat(tables, ignore_index=True)
    return found


def _columns(track: Track, updates: int) -> Iterator[tuple[str, Any]]:
    """The columns of a track: rows of moments, and those of updates one row later, where they led to."""
    moments = updates + 1
    yield "lane", [track.lane.name] * moments
    yield "update", np.arange(moments)
    yield "epoch", [epoch_of(track, update) for update in range(moments)]
    yield from _axes("", track.theta[:moments])
    yield "batch_loss", _later(track.batch_loss[:updates])
    yield "loss", track.loss[:moments].copy()
    yield "test_loss", track.test_loss[:moments].copy()
    for name, column in (("batch_gradient_", track.gradient), ("movement_", track.movement)):
        yield from _axes(name, _later(column[:updates]))
    yield from _axes("full_gradient_", track.full_gradient[:moments])


def _axes(name: str, column: Any) -> Iterator[tuple[str, Any]]:
    yield f"{name}x", column[:, 0].copy()
    yield f"{name}y", column[:, 1].copy()


def _later(column: Any) -> Any:
    """The rows of updates, after a row of the start without numbers."""
    return np.concatenate([np.full((1, *column.shape[1:]), np.nan), column])


def plain_text(table: "RenderableType") -> str:
    """A table as it is printed without colours."""
    from rich.console import Console  # noqa: PLC0415  Only who looks at a table waits for it.

    stream = StringIO()
    Console(file=stream, width=WIDTH, highlight=False, color_system=None, force_jupyter=False).print(table)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())
