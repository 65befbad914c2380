"""What studies are asked for in common: values of numbers, by their paths; and the computing, kept in a file or not."""

import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

from ...study.sweep.settings import MOST_VALUES, Over, Value, over
from ...study.sweep.sweep import Result, Study
from ...study.work.workers import completed
from ..mistakes import UseError, file_path, shown


def overs(wanted: Any, most: int, right: str) -> list[Over]:
    """The values of up to so many numbers, by their paths.

    right: what they should be given as, for who has given something else.

    Raises:
        UseError: they are given otherwise.
    """
    if not isinstance(wanted, Mapping) or not 1 <= len(wanted) <= most:
        raise UseError(f"over must be {right}, not {shown(wanted)}")
    texts = [f"{path}={_values(path, values)}" for path, values in wanted.items()]
    try:
        return [over(text) for text in texts]
    except ValueError as error:
        raise UseError(f"over {error}") from None


def _values(path: object, values: Iterable[Value] | str | Any) -> str:
    """Values as the command line has them; of an iterable no more are taken than tell that there are too many.

    Raises:
        UseError: there are none, or too many, or they are no single values, such as the rows of a matrix.
    """
    if isinstance(values, str):
        return values
    try:
        taken = islice(values, MOST_VALUES + 1)
        texts = [_text(item.item() if hasattr(item, "item") else item) for item in taken]
    except (TypeError, ValueError):
        texts = []
    if not texts:
        raise UseError(f"over must give several values of a number, such as [1, 2, 5], not {shown(values)}")
    if len(texts) > MOST_VALUES:
        raise UseError(f"over must give at most {MOST_VALUES} values of a number, and gives {shown(path)} more")
    return ",".join(texts)


def _text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)


def computed(study: Study, workers: int | None, path: str | PathLike[str] | None) -> Mapping[int, Result]:
    """The results of all blocks that a study wants, by so many processes; those that a file holds are not made anew.

    Raises:
        UseError: the path is none.
        StudyError: processes cannot be started, or the file holds something else.
        SceneError: results are to be kept, and no file can hold the scene.
        OutputError: the file cannot be written.
    """
    if path is not None:
        return _kept(study, workers, file_path("results", path))
    results: dict[int, Result] = {}
    while missing := study.missing(results):
        with closing(completed([study.blocks[place] for place in missing], workers)) as found:
            results.update((missing[index], result) for index, result in found)
    return results


def _kept(study: Study, workers: int | None, path: Path) -> Mapping[int, Result]:
    from ...study.sweep.store import Store  # noqa: PLC0415  Who keeps none needs no database.

    study.description()  # A scene that no file can hold is told before the computing.
    store = Store(path, study)
    with store:
        while missing := store.missing:
            with closing(completed([study.blocks[place] for place in missing], workers)) as found:
                for index, result in found:
                    store.put(missing[index], result)
    return store.results
