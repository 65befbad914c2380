"""A block's result as a row of a database, and back.

`runs` are so many RUNs, in the order of the seeds; `minima` are places and losses, three numbers each, and the first
`lowest` of them are the global one. The check sum is of all that, and of which seeds it is told.
"""

import hashlib
from typing import Any

import numpy as np

from ...descent.verdict.kinds import VerdictKind
from ...surface.basins import NO_BASIN
from ...surface.points import Array
from ..work.ensemble import NEVER, UNJUDGED, VERDICTS, Job, Outcomes
from .sweep import Minimum, Result, Study

TABLE = "CREATE TABLE results (block INTEGER PRIMARY KEY, lowest INTEGER, minima BLOB, runs BLOB, digest BLOB)"
INSERT = "INSERT INTO results VALUES (?, ?, ?, ?, ?)"

StoredRow = tuple[int, int, bytes, bytes, bytes]

WHOLE = ("updates", "escapes", "ends", "verdicts", "basins")
REAL = ("losses", "test_losses")
RUN = np.dtype(
    [*((name, "<i8") for name in WHOLE), ("undecided", "u1"), *((name, "<f8") for name in ("x", "y", *REAL))]
)
"""What became of one seed: as in `Outcomes`, with NEVER and NO_BASIN as they are there."""


class ImpossibleError(Exception):
    """A row that no sweep has written; the message says why, to be put behind a colon."""


def checksum(content: bytes) -> bytes:
    """A check sum."""
    return hashlib.blake2b(content, digest_size=16).digest()


def row(sweep: Study, place: int, result: Result) -> StoredRow:
    """What the table has of a block."""
    found = result.outcomes
    runs = np.empty(len(found.seeds), RUN)
    for name in (*WHOLE, "undecided", *REAL):
        runs[name] = getattr(found, name)
    runs["x"], runs["y"] = found.theta.T
    minima = np.array([(minimum.x, minimum.y, minimum.loss) for minimum in result.minima], "<f8")
    return with_checksum(sweep, place, result.lowest, minima.tobytes(), runs.tobytes())


def with_checksum(sweep: Study, place: int, lowest: int, minima: bytes, runs: bytes) -> StoredRow:
    """A row with its check sum."""
    block = sweep.blocks[place]
    which = f"{place} {block.case} {block.job.first_seed} {block.job.count} {lowest} {len(minima)} "
    return place, lowest, minima, runs, checksum(which.encode() + minima + runs)


def result(sweep: Study, row: StoredRow) -> Result:
    """What a row says.

    Raises:
        ImpossibleError: nothing that could be.
    """
    place, lowest, minima, runs, _ = row
    if place not in range(len(sweep.blocks)):
        raise ImpossibleError("the sweep has no such block")
    if (type(lowest), type(minima), type(runs)) != (int, bytes, bytes) or row != with_checksum(sweep, *row[:4]):
        raise ImpossibleError("its check sum is wrong")
    job = sweep.blocks[place].job
    if len(runs) != job.count * RUN.itemsize or len(minima) % 24:
        raise ImpossibleError("its numbers are too few or too many")
    points: Array = np.ndarray((len(minima) // 24, 3), "<f8", minima)
    found: Any = np.ndarray((job.count,), RUN, runs)
    _check(job, points, lowest, found)
    outcomes = Outcomes(
        seeds=np.arange(job.first_seed, job.first_seed + job.count),
        undecided=found["undecided"].astype(np.bool_),
        theta=np.column_stack([found["x"], found["y"]]).astype(np.float64),
        **{name: found[name].astype(np.intp) for name in WHOLE},
        **{name: found[name].astype(np.float64) for name in REAL},
    )
    return Result(outcomes, tuple(Minimum(*point) for point in points.tolist()), lowest)


def _check(job: Job, minima: Array, lowest: int, runs: Any) -> None:
    """Find out whether these are numbers that such a job can have."""
    escapes, ends = runs["escapes"], runs["ends"]

    def outside(name: str, least: int, most: int) -> Any:
        return (runs[name] < least) | (runs[name] > most)

    impossible = {
        "more minima are the lowest than there are, or fewer than none": not 0 <= lowest <= len(minima),
        "a minimum lies nowhere": ~np.isfinite(minima),
        f"a run has fewer updates than none, or more than {job.updates:,}": outside("updates", 0, job.updates),
        f"a run escapes after the last update, {job.updates:,}, or before the first": outside(
            "escapes", NEVER, job.updates
        ),
        f"a run ends after the last update, {job.updates:,}, or before the first": outside("ends", NEVER, job.updates),
        "a run escapes when it has ended": (ends != NEVER) & (escapes >= ends),
        "a run has a verdict that does not exist": outside("verdicts", 0, len(VERDICTS) - 1)
        if job.judged
        else ~np.isin(runs["verdicts"], (UNJUDGED, VERDICTS.index(VerdictKind.FAILED))),
        f"a run is in the basin of none of the {len(minima):,} minima": outside("basins", NO_BASIN, len(minima) - 1),
        "a run has escaped, and it is open whether it has": runs["undecided"] > (escapes == NEVER),
    }
    for what, where in impossible.items():
        if np.any(where):
            raise ImpossibleError(what)
