"""Measured examples from a CSV file: pairs of numbers, of which some are kept for the test."""

import csv
import math
import os
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..base.files import FOLDER_GONE, bounded, ordinary_file, why
from ..descent.examples.recipes import MOST_EXAMPLES
from .words import SceneError, excerpt

LARGEST_FILE = 1 << 18  # Bytes.
MOST_ROWS = 2 * MOST_EXAMPLES
TEST_EVERY = 4

Pair = tuple[float, float]


def with_measured(examples: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """A table of measured examples with the pairs of its file in place of the file's name.

    file: a CSV file with a row for each (x, y), and perhaps a header; in `folder`, or below it. Without a folder,
        none may be named.
    test_every: each so many-th row is a test example, the others are for training; 4 by default.
    standardize: whether x and y are first brought to mean 0 and standard deviation 1 over the training
        rows; not by default.

    Raises:
        SceneError: one of the three is wrong, or the file.
    """
    table = dict(examples)
    file, every, standardize = table.pop("file"), table.pop("test_every", TEST_EVERY), table.pop("standardize", False)
    if not isinstance(file, str) or not file.isprintable():
        raise SceneError(f"examples.file must be the path to a CSV file, not {excerpt(file)}")
    if type(every) is not int or not 2 <= every <= MOST_EXAMPLES:
        raise SceneError(f"examples.test_every must be a whole number from 2 to {MOST_EXAMPLES}, not {excerpt(every)}")
    if type(standardize) is not bool:
        raise SceneError(f"examples.standardize must be true or false, not {excerpt(standardize)}")
    rows = _rows(_place(file, folder), file)
    test = rows[every - 1 :: every]
    train = [row for number, row in enumerate(rows, 1) if number % every]
    if not test:
        raise SceneError(f"examples.file: {file} has {len(rows)} rows, too few for a test example every {every}")
    if len(train) > MOST_EXAMPLES:
        raise SceneError(f"examples.file: {file} has {len(train):,} training examples, more than {MOST_EXAMPLES:,}")
    if standardize:
        train, test = _standardized(train, test, file)
    return {**table, "train": train, "test": test}


def _place(file: str, folder: Path | None) -> Path:
    """The path of a file that a scene names: beside or below the scene, wherever links lead."""
    if folder is None:
        raise SceneError(
            "examples.file: only a scene in a file can name another one; give the numbers, as train and test"
        )
    path = folder / file
    try:
        inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except FileNotFoundError:
        raise SceneError(f"examples.file: cannot read {excerpt(file)}: {FOLDER_GONE}") from None
    if Path(file).is_absolute() or not inside:
        raise SceneError(f"examples.file must be in the scene's folder, or in one below it, not {excerpt(file)}")
    return path


def _rows(path: Path, shown: str) -> list[Pair]:
    try:
        with ordinary_file(path) as stream:
            lines = bounded(stream, LARGEST_FILE, "measured data").decode("utf-8-sig").splitlines()
    except OSError as error:
        raise SceneError(f"examples.file: cannot read {shown}: {why(error)}") from None
    except ValueError:
        raise SceneError(f"examples.file: {shown} is not a text file in UTF-8") from None
    rows: list[Pair] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        pair = _pair(line)
        if pair is None and (rows or _is_header(line) is False):
            raise SceneError(f"examples.file: line {number} of {shown} must be two numbers, x,y, not {excerpt(line)}")
        if pair is not None:
            rows.append(pair)
        if len(rows) > MOST_ROWS:
            raise SceneError(f"examples.file: {shown} has more than {MOST_ROWS:,} rows")
    if not rows:
        raise SceneError(f"examples.file: {shown} has no rows of two numbers, x,y")
    return rows


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return []


def _pair(line: str) -> Pair | None:
    """The two finite numbers of a row, None if it is something else."""
    try:
        x, y = map(float, _cells(line))
    except ValueError:
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _is_header(line: str) -> bool:
    """Whether a row holds two names."""
    cells = _cells(line)
    return len(cells) == 2 and all(cell.strip()[:1].isalpha() for cell in cells)


def _standardized(train: Sequence[Pair], test: Sequence[Pair], shown: str) -> tuple[list[Pair], list[Pair]]:
    columns = [_scaled(column) for column in zip(*train, *test, strict=True)]
    means, deviations = (
        [function(column[: len(train)]) for column in columns] for function in (statistics.fmean, statistics.pstdev)
    )
    if not all(deviations):
        raise SceneError(f"examples.file: a column of {shown} is constant, which cannot be standardized")
    moved = [
        [(number - mean) / by for number in column] for column, mean, by in zip(columns, means, deviations, strict=True)
    ]
    rows = list(zip(*moved, strict=True))
    return rows[: len(train)], rows[len(train) :]


def _scaled(column: Sequence[float]) -> list[float]:
    """The numbers times a power of two, with which their sums and differences are finite; no digit is lost by it."""
    _, exponent = math.frexp(max(map(abs, column)))
    return [math.ldexp(number, -exponent) for number in column]
