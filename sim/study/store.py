"""A sweep's results in a file: what is done stays done, however the program ends.

The file is text, one JSON value a line: first a header with all that the results follow from, then a line
for each block of seeds, written as it is completed. A line ends with a check sum and a newline; one that a kill
or a full disk has torn has none, and its block is computed again. When all are there they are put in order, so
that the file's bytes do not tell in how many goes, and by how many workers, they were found.

Lists are in the order of the seeds. `basins` are places in `minima`, counted from 0, null for none; the
first `lowest` of the minima are the global one. `escapes` are the updates of first escapes, null for
none; `ends` those at which runs diverged or left the surface. `undecided` are the runs of which it stayed open
whether they escaped. Numbers that are not finite stand as texts.
"""

import hashlib
import json
import math
import os
import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import FileIO
from itertools import starmap
from pathlib import Path
from typing import Any

import numpy as np

from ..descent.batches import Indices
from ..files import IN_USE, OutputError, check_writable, located, lock, named, whole_file, why
from ..scene.words import short
from ..surface.basins import NO_BASIN
from ..surface.points import Array
from .ensemble import NEVER, VERDICTS, Outcomes
from .program import program
from .sweep import Block, Minimum, Result, Sweep, description
from .workers import StudyError

FORMAT = "three-marbles sweep"
VERSION = 2
LONGEST_LINE = 1 << 24  # Bytes; the header of the largest sweep has some hundred thousand.
INSTEAD = "it is left as it is: name another file with --results, or remove it"

CODES = [kind.code for kind in VERDICTS]
CHECK = b', "check": "'


class Store:
    """The results of a sweep that are known, and the file to which each goes as soon as it is."""

    def __init__(self, path: Path, sweep: Sweep) -> None:
        self.path = path
        self.sweep = sweep
        self.results: dict[int, Result] = {}
        """By the place of their block, in the order in which they came."""
        self._stream: FileIO | None = None
        self._end = 0  # Where the file's last whole line ends.

    @property
    def missing(self) -> list[int]:
        """The places of the blocks that are still to be computed."""
        return [place for place in range(len(self.sweep.blocks)) if place not in self.results]

    def put(self, place: int, result: Result) -> None:
        """Write down the result of a block.

        Raises:
            OutputError: it cannot be written; what was before stays valid.
        """
        line = _line(self.sweep, place, result)
        if self._stream is None:
            self._stream = _locked(self.path, "x+b")
            self._append(_header(self.sweep))
        self._append(line)
        self.results[place] = _told(self.sweep.blocks[place], json.loads(line)).result()

    def _append(self, line: bytes) -> None:
        assert self._stream is not None
        try:
            rest = line
            while rest:
                rest = rest[self._stream.write(rest) :]
        except OSError as error:
            with suppress(OSError):
                self._stream.truncate(self._end)
            raise OutputError(
                f"cannot write {self.path}: {why(error)}; what it holds is valid, and "
                "the same command goes on from there"
            ) from None
        self._end += len(line)

    def read(self) -> None:
        """Take over what the file holds, and be ready to write behind it.

        Raises:
            StudyError: it holds something else, or is damaged or in use; it is left as it is.
        """
        self._stream = _locked(self.path, "r+b")
        header = _header(self.sweep)
        self._stream.seek(0)
        with open(self._stream.fileno(), "rb", closefd=False) as lines:
            for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE), b""), 1):
                if not line.endswith(b"\n") and (number > 1 or header.startswith(line)) and len(line) < LONGEST_LINE:
                    break
                if number == 1:
                    _check_header(self.path, line, header)
                else:
                    self._take(number, line)
                self._end += len(line)
        if self._stream.seek(0, os.SEEK_END) > self._end:
            self._stream.truncate(self._end)
        self._stream.seek(self._end)
        if not self._end:
            self._append(header)

    def _take(self, number: int, line: bytes) -> None:
        body, _, check = line.rpartition(CHECK)
        try:
            if check != _check(body):
                raise ValueError
            value = json.loads(line)
            place = value["block"]
            if type(place) is not int or place not in range(len(self.sweep.blocks)) or place in self.results:
                raise ValueError
            told = _told(self.sweep.blocks[place], value)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise StudyError(f"{self.path} is damaged in line {number:,}; {INSTEAD}") from None
        self.results[place] = told.result()  # Whatever goes wrong here is no damage.

    def close(self) -> None:
        """Leave the file, put in order if all is there and there is room for it."""
        if self._stream is None:
            return
        with suppress(OSError):
            os.fsync(self._stream.fileno())
        self._stream.close()
        places = list(self.results)
        if not self.missing and places != sorted(places):
            with suppress(OutputError), whole_file(self.path) as stream:
                stream.write(_header(self.sweep))
                for place in sorted(places):
                    stream.write(_line(self.sweep, place, self.results[place]))


def default_path(sweep: Sweep) -> Path:
    """A name made of the scene and the sweep, so that the same sweep finds its own results and no others."""
    words = "-".join([sweep.scene.name, *(each.name.split(".", 1)[-1] for each in sweep.parameters)])
    digest = hashlib.sha256(_header(sweep)).hexdigest()[:8]
    return named(re.sub(r"\W+", "-", words)[:80].strip("-"), f"-{digest}.sweep.jsonl")


@contextmanager
def opened(path: Path, sweep: Sweep) -> Iterator[Store]:
    """The results of the sweep that are in the file, which is made as soon as there are any.

    Raises:
        StudyError: the file holds something else, or is damaged or in use; it is left as it is.
        OutputError: it cannot be written.
    """
    check_writable(path)
    store = Store(path, sweep)
    try:
        if path.exists():
            store.read()
        yield store
    finally:
        store.close()


def _locked(path: Path, mode: str) -> FileIO:
    """The file, which no other sweep has open to write."""
    try:
        stream = FileIO(located(path), mode.replace("b", ""))
    except FileExistsError:
        raise StudyError(f"{path} is in use by another sweep, which has just begun") from None
    except OSError as error:
        raise OutputError(f"cannot write {path}: {why(error)}") from None
    try:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise StudyError(f"{path} is not an ordinary file; name another with --results")
        lock(stream)
    except OSError as error:
        stream.close()
        if error.errno in IN_USE:
            raise StudyError(f"{path} is in use by another sweep") from None
        raise OutputError(f"cannot write {path}: {why(error)}") from None
    except BaseException:
        stream.close()
        raise
    return stream


# The header.


def _header(sweep: Sweep) -> bytes:
    whole = {"format": FORMAT, "version": VERSION, "program": program(), **description(sweep)}
    return json.dumps(whole, allow_nan=False).encode() + b"\n"


def _check_header(path: Path, line: bytes, own: bytes) -> None:
    """Find out whether the results in a file with such a first line belong to this sweep."""
    if line == own:
        return
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise StudyError(f"{path} is not the results file of a sweep; {INSTEAD}")
    mine = json.loads(own)
    if found.get("version") != VERSION:
        version = short(found.get("version"))
        raise StudyError(f"{path} is a results file of version {version}, not of version {VERSION}; {INSTEAD}")
    if found.get("program") != mine["program"]:
        raise StudyError(f"{path} was computed by another version of this program, or of numpy; {INSTEAD}")
    if found.get("scene") != mine["scene"]:
        raise StudyError(f"{path} holds a sweep of the scene {short(found.get('scene'))}; {INSTEAD}")
    if found.get("numbers") != mine["numbers"]:
        raise StudyError(f"{path} holds a sweep of {short(mine['scene'])} as it was before it was changed; {INSTEAD}")
    raise StudyError(f"{path} holds another sweep of {short(mine['scene'])}; {INSTEAD}")


# A line for each block.


def _line(sweep: Sweep, place: int, result: Result) -> bytes:
    block, found = sweep.blocks[place], result.outcomes
    value = {
        "block": place,
        "case": block.case,
        "first_seed": block.job.first_seed,
        "minima": [[minimum.x, minimum.y, minimum.loss] for minimum in result.minima],
        "lowest": result.lowest,
        "updates": found.updates.tolist(),
        "verdicts": [CODES[verdict] for verdict in found.verdicts.tolist()],
        "basins": [None if basin == NO_BASIN else basin for basin in found.basins.tolist()],
        "escapes": _moments(found.escapes),
        "ends": _moments(found.ends),
        "undecided": found.undecided.tolist(),
        "x": _written(found.theta[:, 0]),
        "y": _written(found.theta[:, 1]),
        "losses": _written(found.losses),
        "test_losses": _written(found.test_losses),
    }
    body = json.dumps(value, allow_nan=False).encode()[:-1]
    return body + CHECK + _check(body)


def _check(body: bytes) -> bytes:
    return f'{zlib.crc32(body):08x}"}}\n'.encode()


def _moments(updates: Indices) -> list[int | None]:
    return [None if update == NEVER else update for update in updates.tolist()]


def _written(numbers: Array) -> list[float | str]:
    return [number if math.isfinite(number) else str(number) for number in numbers.tolist()]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a line says of a block, found to be numbers of the right kind."""

    first_seed: int
    minima: list[tuple[float, float, float]]
    lowest: int
    columns: dict[str, Any]

    def result(self) -> Result:
        """The same as the study knows it."""
        columns = dict(self.columns)
        theta = np.column_stack([columns.pop("x"), columns.pop("y")])
        seeds = np.arange(self.first_seed, self.first_seed + len(theta))
        return Result(Outcomes(seeds=seeds, theta=theta, **columns), tuple(starmap(Minimum, self.minima)), self.lowest)


def _told(block: Block, value: dict[str, Any]) -> _Told:
    """What a line says of a block.

    Raises:
        ValueError, TypeError, KeyError, OverflowError: it says nothing that could be.
    """
    count, first = block.job.count, block.job.first_seed
    if (value["case"], value["first_seed"]) != (block.case, first):
        raise ValueError

    def column(name: str, dtype: type, items: Sequence[Any] | None = None) -> Any:
        numbers: np.ndarray[Any, Any] = np.array(value[name] if items is None else items, dtype=dtype)
        if numbers.shape != (count,):
            raise ValueError
        return numbers

    minima = [(float(x), float(y), float(loss)) for x, y, loss in value["minima"]]
    basins = column("basins", np.intp, [NO_BASIN if basin is None else basin for basin in value["basins"]])
    if basins.min() < NO_BASIN or basins.max() >= len(minima):
        raise ValueError
    columns = {
        "updates": column("updates", np.intp),
        "verdicts": column("verdicts", np.intp, [CODES.index(code) for code in value["verdicts"]]),
        "basins": basins,
        "escapes": column("escapes", np.intp, [NEVER if update is None else update for update in value["escapes"]]),
        "ends": column("ends", np.intp, [NEVER if update is None else update for update in value["ends"]]),
        "undecided": column("undecided", np.bool_),
        **{name: column(name, np.float64) for name in ("x", "y", "losses", "test_losses")},
    }
    return _Told(first, minima, int(value["lowest"]), columns)
