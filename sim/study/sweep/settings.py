"""Numbers of a scene by their path, and the values that a sweep gives them.

A path is written as in messages about scene files: `lane."full batch".learning_rate`, `surface.wells[0].depth`,
`start[0]`; a star stands for every lane, or every item of a list. What is set is checked as in a file.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

import numpy as np

from ...base.languages import TRANSLATIONS
from ...descent.examples.batches import SAMPLINGS
from ...descent.schedules import Unit
from ...scene import Scene, SceneError, did_you_mean, parse_scene
from ...scene.words import path_text
from ...scene.writing import scene_tables, tables_text

FULL = "full"
WORDS: Mapping[str, tuple[str, ...]] = {
    "batch_size": (FULL,),
    "sampling": SAMPLINGS,
    "drop_last": ("false", "true"),
    "per": get_args(Unit),
}
"""What else than a number may be swept, by the last step of its path."""
NO_DIFFERENCE = ("machine", "view")
"""Tables of a scene that make no difference to its marbles, however many updates they make."""
EVERY = None
"""The step of a path that stands for every key or place."""

PathStep: TypeAlias = str | int | None
Value: TypeAlias = int | float | str
"""A number, or one of WORDS."""

MOST_VALUES = 200  # Of one number.
FARTHEST = 1e16  # The ends of a range, either way: farther apart ones might have no difference.
DIGITS = 10  # Significant ones of the values of a range: 0.3, not 0.30000000000000004.

LONG = 10**20
"""Whole numbers from which on not all digits are told."""
KEY = re.compile(
    r"""\s*(?: "(?P<basic>(?:[^"\\]|\\.)*)" | '(?P<literal>[^']*)' | (?P<every>\*)
    | (?P<bare>[^\s.\[\]="'*~∝^](?:[^.\[\]="'*~∝^]*[^\s.\[\]="'*~∝^])?) )\s*""",
    re.VERBOSE,
)
PLACE = re.compile(r"\[\s*(?:(?P<place>[0-9]{1,4})|\*)\s*\]\s*")
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,3})?")
RANGE = re.compile(r"(?P<kind>log|linear):(?P<first>[^:]+):(?P<last>[^:]+):(?P<count>[0-9]{1,20})")


@dataclass(frozen=True, slots=True)
class Range:
    """Values at equal distances, or at equal ratios."""

    log: bool
    first: float
    last: float
    count: int

    def numbers(self) -> list[float]:
        """They, both ends included."""
        space = np.geomspace if self.log else np.linspace
        return [float(f"{number:.{DIGITS}g}") for number in space(self.first, self.last, self.count).tolist()]


@dataclass(frozen=True, slots=True)
class Over:
    """What was typed: a path and its values."""

    text: str
    """The path, as messages write it."""
    steps: tuple[PathStep, ...]
    items: tuple[Value | Range, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a scene that takes several values, or several numbers that take them together."""

    name: str
    """The path as it is written."""
    paths: tuple[tuple[str | int, ...], ...]
    """Where in the tables of the scene it stands."""
    values: tuple[Value, ...]
    log: bool
    """Whether they were asked for at equal ratios."""


def over(text: str) -> Over:
    """The path and values in PATH=VALUES.

    Values stand between commas: numbers, "full" for a batch size, a word for a sampling, log:FIRST:LAST:COUNT,
    linear:FIRST:LAST:COUNT.

    Raises:
        ValueError: something is wrong with how it is written; the message says what would be right.
    """
    path, steps, mark, rest = path_at_begin(text)
    if mark != "=":
        raise ValueError(f"must be PATH=VALUES, such as lane.minibatch.batch_size=1,2,5, not {_shown(text)}")
    return Over(path, steps, tuple(_item(item.strip()) for item in rest.split(",")))


def path_at_begin(text: str) -> tuple[str, tuple[PathStep, ...], str, str]:
    """The path with which a text begins, as messages write it and step by step; the character after it, and the rest.

    Raises:
        ValueError: a key in quotes has an escape that there is not.
    """
    steps: list[PathStep] = []
    path, place, mark = "", 0, "."
    while mark == ".":
        key = KEY.match(text, place)
        if key is None:
            break
        steps.append(_key(key))
        path += ".*" if steps[-1] is EVERY else f".{path_text(steps[-1])}"
        place = key.end()
        while found := PLACE.match(text, place):
            steps.append(EVERY if found["place"] is None else int(found["place"]))
            path += f"[{found['place'] or '*'}]"
            place = found.end()
        if text[place : place + 1] == "[":
            raise ValueError(f"must have a place from 0 on in its brackets, or *, such as start[0], not {_shown(text)}")
        mark, place = text[place : place + 1], place + 1
    return path[1:], tuple(steps), mark, text[place:]


def _key(key: re.Match[str]) -> str | None:
    if key["every"]:
        return EVERY
    if key["basic"] is None:
        return key["literal"] if key["bare"] is None else key["bare"]
    try:
        return str(json.loads(f'"{key["basic"]}"'))
    except ValueError:
        raise ValueError(f"has a key with an unknown escape, {_shown(key['basic'])}") from None


def _item(text: str) -> Value | Range:
    if any(text in words for words in WORDS.values()):
        return text
    spread = RANGE.fullmatch(text)
    if spread is None:
        return _number(text)
    first, last = _number(spread["first"]), _number(spread["last"])
    count, log = int(spread["count"]), spread["kind"] == "log"
    if not 2 <= count <= MOST_VALUES:
        raise ValueError(f"must have from 2 to {MOST_VALUES} values in a range, not {count:,}")
    if log and not (first > 0 and last > 0):
        raise ValueError(f"must have both ends of a log range above 0, not {_shown(text)}")
    if max(abs(first), abs(last)) > FARTHEST:
        raise ValueError(f"must have both ends of a range from -{FARTHEST:g} to {FARTHEST:g}, not {_shown(text)}")
    return Range(log, float(first), float(last), count)


def _number(text: str) -> int | float:
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        words = dict.fromkeys(word for words in WORDS.values() for word in words)
        right = f"numbers, log:FIRST:LAST:COUNT, linear:FIRST:LAST:COUNT, or one of {', '.join(words)}"
        raise ValueError(f"must have values that are {right}, not {_shown(text)}")
    return int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else float(text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def value_text(value: Value) -> str:
    """A value for people."""
    plain = isinstance(value, str) or (isinstance(value, int) and abs(value) < LONG)
    return str(value) if plain else f"{value:.4g}"


def tables_of(scene: Scene) -> dict[str, Any]:
    """The tables of the scene that decide what becomes of its marbles, and none of its words but the title."""
    tables = scene_tables(scene)
    for key in ("caption", "question", *TRANSLATIONS):
        tables.pop(key, None)
    for lane in tables["lane"].values():
        lane.pop("claim", None)
    return tables


def parameter(wanted: Over, tables: dict[str, Any]) -> Parameter:
    """The number with its values, as the tables of a scene have it.

    Where it is a whole number, so are the values of ranges, and those that are equal then count once.

    Raises:
        SceneError: there is no such number, or it cannot be swept, or it has too many values.
    """
    paths = paths_of(wanted.text, wanted.steps, tables)
    if ("seed",) in paths:
        raise SceneError("seed cannot be swept: every point is computed for many seeds")
    if any(path[0] in NO_DIFFERENCE for path in paths):
        raise SceneError(f"{wanted.text} cannot be swept: it makes no difference to the marbles")
    leaves = [value for path, value in _numbers(tables) if path in paths]
    whole = all(isinstance(leaf, int | str) for leaf in leaves)
    values: dict[Value, None] = {}
    for item in wanted.items:
        values.update(dict.fromkeys(_values(item, whole)))
    if len(values) > MOST_VALUES:
        raise SceneError(f"{wanted.text} has {len(values)} values, more than {MOST_VALUES}")
    log = all(isinstance(item, Range) and item.log for item in wanted.items)
    return Parameter(wanted.text, paths, tuple(values), log)


def paths_of(text: str, steps: Sequence[PathStep], tables: dict[str, Any]) -> tuple[tuple[str | int, ...], ...]:
    """Where in the tables of a scene the numbers of a path stand.

    Raises:
        SceneError: there is no such number.
    """
    paths = tuple(_found(tables, steps))
    known = [path for path, _ in _numbers(tables)]
    if not paths or not set(paths) <= set(known):
        raise SceneError(f"there is no number {did_you_mean(text, [path_text(*path) for path in known])}")
    return paths


def number_at(tables: dict[str, Any], path: Sequence[str | int]) -> Any:
    """What stands there."""
    here: Any = tables
    for step in path:
        here = here[step]
    return here


def set_at(tables: dict[str, Any], path: Sequence[str | int], value: Any) -> None:
    """Put it there."""
    number_at(tables, path[:-1])[path[-1]] = value


def _values(item: Value | Range, whole: bool) -> Iterator[Value]:
    for value in item.numbers() if isinstance(item, Range) else [item]:
        if isinstance(value, str):
            yield value
        elif not whole:
            yield float(value)
        elif isinstance(item, Range):
            yield round(value)
        else:
            yield int(value) if value == int(value) else value


def scene_with(
    tables: dict[str, Any],
    name: str,
    settings: Sequence[tuple[Parameter, Value]],
    follow: Callable[[dict[str, Any]], None] = lambda _: None,
) -> Scene:
    """The scene of these tables with these numbers changed, and what follows from them.

    Raises:
        SceneError: that is no scene; the message names the settings and what is wrong.
    """
    changed = deepcopy(tables)
    for setting, value in settings:
        for path in setting.paths:
            set_at(changed, path, value == "true" if path[-1] == "drop_last" and isinstance(value, str) else value)
    follow(changed)
    try:
        return parse_scene(tables_text(changed), name)
    except SceneError as error:
        told = ((setting.name, value_text(value) if isinstance(value, int) else value) for setting, value in settings)
        given = ", ".join(f"{name}={value}" for name, value in told)
        raise SceneError(f"{given}: {error}") from None


def _found(here: Any, steps: Sequence[PathStep], path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths that lead somewhere, of which there are several where a step stands for every one."""
    if not steps:
        yield path
        return
    first, *rest = steps
    keys = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
    for key in keys if first is EVERY else [first]:
        if key in keys:
            yield from _found(here[key], rest, (*path, key))


def _numbers(here: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Value]]:
    """Every number in the tables, with its path."""
    match here:
        case dict():
            for key, item in here.items():
                yield from _numbers(item, (*path, key))
        case list():
            for place, item in enumerate(here):
                yield from _numbers(item, (*path, place))
        case bool():
            yield path, str(here).lower()
        case int() | float():
            yield path, here
        case str() if path[-1] in WORDS:
            yield path, here
