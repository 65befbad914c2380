"""The scene: the one value that determines a run, read from a TOML file.

A scene file is data from a stranger: it is validated, never executed, and every mistake in it is named
with its path and the reason.
"""

import difflib
import errno
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Self, TypeAlias, Union, get_type_hints

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from sim.descent.data import EXAMPLES, LARGEST, MOST_EXAMPLES, Point, Recipe, Seed
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules import RULES
from sim.descent.track import Lane
from sim.descent.verdict import EVENT_KINDS, Kind
from sim.surface import SURFACES
from sim.surface.protocol import ClosedForm, Window

NOTHING: Mapping[str, Any] = MappingProxyType({})

SCENES = Path(__file__).parent.parent / "assets" / "scenes"
OPENING = "local-minimum"

MOST_LANES = 6
MOST_UPDATES = 1_000_000
MOST_ITEMS = 64  # Of any list, such as a landscape's wells: the picture computes every one at every pixel.
MOST_MISTAKES = 8  # That one message names.
LARGEST_FILE = 1 << 16  # Bytes; the scenes that come with the program have about a thousand.
SMALLEST_WINDOW = 1e-3  # Width and height; below it, coordinates that round to the same digits would differ.
LONGEST_WINDOW = 20.0  # One side over the other; beyond it, nothing is to be seen.

# A key such as a.a.a…, so long that splitting it would take all of the memory there is.
DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32}""", re.ASCII)
BARE_KEY = re.compile(r"[\w-]+", re.ASCII)


def _line(text: str) -> str:
    """Text that can stand in one line of the window."""
    if not text.isprintable():
        raise PydanticCustomError("text", "must be one line without control characters")
    if not text.strip():
        raise PydanticCustomError("text", "must not be blank")
    return text


def _batch_size(value: object) -> object:
    """B, or "full" for all there is."""
    if value == "full" or (type(value) is int and 1 <= value <= MOST_EXAMPLES):
        return value
    raise PydanticCustomError("batch_size", f'must be a whole number from 1 to {MOST_EXAMPLES}, or "full"')


Title = Annotated[str, Field(max_length=60), AfterValidator(_line)]
Text = Annotated[str, Field(max_length=400), AfterValidator(_line)]
LaneName = Annotated[str, Field(max_length=40), AfterValidator(_line)]
BatchSize = Annotated[int | Literal["full"], PlainValidator(_batch_size)]


class SceneError(ValueError):
    """A scene that cannot be used; the message is one sentence for the user."""


class _Part(BaseModel):
    """A table of a scene file: nothing unknown, nothing converted, nothing infinite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class Claim(_Part):
    """What the scene promises of a lane after `updates`: checked for every scene by the tests."""

    verdict: Literal[*(kind.code for kind in Kind)]  # type: ignore[valid-type]
    events: tuple[Literal[*EVENT_KINDS], ...] = ()  # type: ignore[valid-type]


def _variants(registry: Mapping[str, type[Any]], key: str, extra: Mapping[str, Any] = NOTHING) -> Any:
    """The union of one table model a registered dataclass, told apart by `key`: its fields, and the extra ones."""

    def model(name: str, kind: type[Any]) -> type[BaseModel]:
        hints = get_type_hints(kind, include_extras=True)
        own = {f.name: (hints[f.name], ... if f.default is MISSING else f.default) for f in fields(kind)}
        definitions: dict[str, Any] = {key: (Literal[name], ...), **own, **extra}
        return create_model(kind.__name__, __base__=_Part, **definitions)

    models = tuple(model(name, kind) for name, kind in registry.items())
    return Annotated[Union[models], Field(discriminator=key)]  # noqa: UP007  A union of as many as there are.


def _build(registry: Mapping[str, type[Any]], key: str, part: BaseModel) -> Any:
    """The registered dataclass that a validated table stands for."""
    kind = registry[getattr(part, key)]
    return kind(**{field.name: getattr(part, field.name) for field in fields(kind)})


LANE_FIELDS: Mapping[str, Any] = {"batch_size": (BatchSize, ...), "claim": (Claim | None, None)}

if TYPE_CHECKING:  # Unions made at run time are opaque to type checkers.
    SurfaceTable: TypeAlias = Any
    ExamplesTable: TypeAlias = Any
    LaneTable: TypeAlias = Any
else:
    SurfaceTable = _variants(SURFACES, "kind")
    ExamplesTable = _variants(EXAMPLES, "kind")
    LaneTable = _variants(RULES, "rule", LANE_FIELDS)


class _File(_Part):
    """A scene file, table by table."""

    title: Title
    look: Text
    seed: Seed = 0
    updates: Annotated[int, Field(ge=1, le=MOST_UPDATES)] = 400
    start: Point
    window: tuple[Point, Point] | None = None
    surface: SurfaceTable | None = None
    examples: ExamplesTable
    lane: Annotated[dict[LaneName, LaneTable], Field(min_length=1, max_length=MOST_LANES)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        count = self.examples.count
        for name, lane in self.lane.items():
            if lane.batch_size != "full" and lane.batch_size > count:
                examples = "1 example" if count == 1 else f"{count} examples"
                _mistake(_path("lane", name, "batch_size"), f"is {lane.batch_size}, but there are only {examples}")
        needs_surface = EXAMPLES[self.examples.kind].needs_surface
        if needs_surface and self.surface is None:
            _mistake("surface", f"is needed for {self.examples.kind} examples")
        if not needs_surface and self.surface is not None:
            _mistake("surface", f"has no place beside {self.examples.kind} examples, which make their own")
        if self.window is None and self.surface is None:
            _mistake("window", "is needed where there is no [surface]: [[x0, x1], [y0, y1]]")
        window = self.view
        if not (window.width > 0 and window.height > 0):
            _mistake("window", "must be [[x0, x1], [y0, y1]] with x0 < x1 and y0 < y1")
        short, long = sorted((window.width, window.height))
        if short < SMALLEST_WINDOW:
            _mistake("window", f"is too small: each side must be at least {SMALLEST_WINDOW:g} long, not {short:.3g}")
        if long > LONGEST_WINDOW * short:
            _mistake(
                "window", f"has one side {long / short:.3g} times as long as the other, more than {LONGEST_WINDOW:g}"
            )
        if not window.contains(np.array(self.start)):
            sides = f"x {window.x0} … {window.x1}, y {window.y0} … {window.y1}"
            _mistake("start", f"{list(self.start)} lies outside the window, {sides}")
        return self

    @property
    def view(self) -> Window:
        """The window, the surface's usual one where the file names none."""
        if self.window is not None:
            return Window(*self.window[0], *self.window[1])
        assert self.surface is not None
        usual: Window = SURFACES[self.surface.kind].usual_window
        return usual


def _mistake(path: str, reason: str) -> NoReturn:
    raise PydanticCustomError("scene", "{path} {reason}", {"path": path, "reason": reason})


@dataclass(frozen=True, slots=True)
class Scene:
    """All that determines a run, and what to look at in it. Hashable, so that results can be cached by it."""

    name: str
    title: str
    look: str
    seed: int
    updates: int
    """How many updates the race is meant to be watched for."""
    start: tuple[float, float]
    window: Window
    surface: ClosedForm | None
    examples: Recipe
    lanes: tuple[Lane, ...]
    claims: tuple[Claim | None, ...]
    """What the scene promises of each lane at `updates`, with its own seed."""

    def problem(self) -> Problem:
        """What is minimised; the same object for scenes that differ in nothing that matters to it."""
        return _problem(self.surface, self.examples, self.window)

    def race(self) -> Race:
        """A race at its start."""
        return Race(self.problem(), self.lanes, self.start, self.seed)


@lru_cache(maxsize=8)
def _problem(surface: ClosedForm | None, examples: Recipe, window: Window) -> Problem:
    return Problem(*examples.sums(surface), window)


def parse_scene(text: str, name: str) -> Scene:
    """The scene that a TOML text describes.

    Raises:
        SceneError: the text is no TOML, or not a scene; the message names every mistake, or the first few.
    """
    try:
        if DEEP_KEY.search(text):
            raise RecursionError
        table = tomllib.loads(text)
        _complain([f"{_path(*path)} {problem}" for path, problem in _oddities(table)])
        file = _File.model_validate_json(json.dumps(table))
    except RecursionError:
        raise SceneError("is nested too deeply for a scene") from None
    except ValidationError as error:
        _complain([_reason(table, details) for details in error.errors()])
        raise
    except SceneError:
        raise
    except ValueError as error:  # Of tomllib, or of int for thousands of digits.
        raise SceneError(f"is not valid TOML: {_toml_reason(str(error))}") from None
    lanes = tuple(
        Lane(
            lane,
            _build(RULES, "rule", part),
            file.examples.count if part.batch_size == "full" else part.batch_size,
        )
        for lane, part in file.lane.items()
    )
    return Scene(
        name=name,
        title=file.title,
        look=file.look,
        seed=file.seed,
        updates=file.updates,
        start=file.start,
        window=file.view,
        surface=file.surface and _build(SURFACES, "kind", file.surface),
        examples=_build(EXAMPLES, "kind", file.examples),
        lanes=lanes,
        claims=tuple(part.claim for part in file.lane.values()),
    )


def _complain(mistakes: Iterable[str]) -> None:
    """Raise one error for all of the mistakes, if there are any; the same one counts once."""
    found = list(dict.fromkeys(mistakes))
    if found:
        rest = len(found) - MOST_MISTAKES
        raise SceneError("; ".join(found[:MOST_MISTAKES]) + (f"; and {rest} more" if rest > 0 else ""))


def _oddities(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What no scene holds, whatever its kind: dates, huge numbers, long lists."""
    match value:
        case dict():
            for key, item in value.items():
                yield from _oddities(item, (*path, key))
        case list():
            if len(value) > MOST_ITEMS:
                yield path, f"must have at most {MOST_ITEMS} items, not {len(value)}"
            for index, item in enumerate(value[:MOST_ITEMS]):
                yield from _oddities(item, (*path, index))
        case int() if value.bit_length() > 64:
            yield path, "is far too large a number"
        case int() | float() if path[:1] == ("surface",) and LARGEST < abs(value) < np.inf:
            yield path, f"must be from {-LARGEST:.0f} to {LARGEST:.0f}, not {value:g}"
        case str() | int() | float():
            pass
        case _:
            yield path, f"must not be a date or a time, such as {value}"


def _toml_reason(message: str) -> str:
    """The parser's message, where it can be said more plainly."""
    message = re.sub(r"^Cannot overwrite a value", "a key stands twice", message)
    message = re.sub(r"^Cannot (declare|mutate) .*?(?= \(at )", "a table stands twice", message)
    message = re.sub(r"^Exceeds the limit.*", "a number has too many digits", message)
    return f"{message[:1].lower()}{message[1:]}"


PLAINER = (
    ("Input should be", "must be"),
    ("greater than or equal to", "at least"),
    ("less than or equal to", "at most"),
    ("a valid integer", "a whole number"),
    ("a valid number", "a number"),
    ("a valid string", "a text"),
    ("a valid array", "a list"),
    ("an object", "a table"),
)


def _reason(table: Any, details: ErrorDetails) -> str:
    """One mistake in words: its path as it stands in the file, what is wrong, and what stands there."""
    path, value = _locate(table, details)
    context = details.get("ctx", {})
    unquote = str.maketrans("", "", "'")
    match details["type"]:
        case "scene":
            return details["msg"]
        case "missing" if path and isinstance(path[-1], int):
            path, problem = path[:-1], f"has too few items, {path[-1] if not isinstance(value, list) else len(value)}"
        case "missing":
            problem = "is missing"
        case "extra_forbidden" | "unexpected_keyword_argument":
            problem = f"is not known here{_hint(details['loc'])}"
        case "union_tag_not_found":
            problem = f"has no {context['discriminator'].translate(unquote)}"
        case "union_tag_invalid":
            kinds = context["expected_tags"].translate(unquote).split(", ")
            problem = f"has an unknown {context['discriminator'].translate(unquote)}: {nearest(context['tag'], kinds)}"
        case "literal_error":
            problem = f"must be {context['expected']}, not {_short(value)}"
        case "too_short" | "too_long":
            bound, unit = ("least", "min_length") if details["type"] == "too_short" else ("most", "max_length")
            items = "1 item" if context[unit] == 1 else f"{context[unit]} items"
            problem = f"must have at {bound} {items}, not {len(value)}"
        case "string_too_long":
            length = len(str(path[-1])) if details["loc"][-1] == "[key]" else len(value)
            problem = f"must have at most {context['max_length']} characters, not {length}"
        case "text":
            problem = details["msg"]
        case _:
            problem = details["msg"]
            for theirs, ours in PLAINER:
                problem = problem.replace(theirs, ours)
            problem = f"{problem[:1].lower()}{problem[1:]}, not {_short(value)}"
    return f"{_path(*path)} {problem}"


def _hint(where: Sequence[str | int]) -> str:
    """Which key was meant, perhaps, by the unknown one at the end of a validator's path."""
    known: Iterable[str]
    match where:
        case (_,):
            known = _File.model_fields
        case ("lane", _, str(rule), _) if rule in RULES:
            known = [field.name for field in fields(RULES[rule])] + [*LANE_FIELDS]
        case ("surface" | "examples" as table, str(kind), _):
            registry: Mapping[str, type[Any]] = SURFACES if table == "surface" else EXAMPLES
            known = [field.name for field in fields(registry[kind])]
        case (*_, "claim", _):
            known = Claim.model_fields
        case _:
            known = ()
    close = difflib.get_close_matches(str(where[-1]), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _locate(table: Any, details: ErrorDetails) -> tuple[tuple[str | int, ...], Any]:
    """Where in the file a mistake is, and what stands there; the validator's own steps are left out."""
    path: list[str | int] = []
    here = table
    for step in details["loc"]:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            if details["type"] != "missing" or step != details["loc"][-1]:
                continue
        path.append(step)
    return tuple(path), here


def _path(*steps: str | int) -> str:
    """A path as TOML writes it, with the places of lists in brackets, counted from 0."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step if BARE_KEY.fullmatch(step) and len(step) <= 40 else _short(step)}"
    return text.lstrip(".") or "the file"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return text if len(text) <= 40 else f"{text[:39]}…"


def nearest(wanted: str, names: Iterable[str]) -> str:
    """What to say of an unknown name: the known ones nearest to it, or all of them."""
    known = list(names)
    close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(known)}"
    return f"{_short(wanted)}; {hint}"


@lru_cache(maxsize=1)
def scene_files() -> dict[str, Path]:
    """The scenes that come with the program, by name, in the order of menus and number keys.

    The number in front of a file's name gives the order and is no part of the scene's name.
    """
    return {path.stem.split("-", 1)[1]: path for path in sorted(SCENES.glob("[0-9][0-9]-*.toml"))}


def load_scene(name_or_path: str) -> Scene:
    """The scene of that name, or in the TOML file at that path.

    Raises:
        SceneError: there is none, or it cannot be read, or something in it is wrong.
    """
    known = scene_files()
    path = known.get(name_or_path) or Path(name_or_path)
    shown = str(path) if str(path).isprintable() else _short(str(path))
    looks_like_path = path.suffix == ".toml" or len(path.parts) > 1 or os.path.exists(path)
    if not looks_like_path:
        raise SceneError(f"there is no scene {nearest(name_or_path, known)}")
    try:
        content = _content(path)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise SceneError(f"cannot read {shown}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise SceneError(f"{shown}: is not a text file in UTF-8") from None
    except ValueError as error:  # A path that no file system knows.
        raise SceneError(f"cannot read {shown}: {error}") from None
    name = name_or_path if name_or_path in known else path.stem
    try:
        return parse_scene(text, name)
    except SceneError as error:
        raise SceneError(f"{shown}: {error}") from None


def _content(path: Path) -> bytes:
    """The bytes of an ordinary file; a pipe would keep one waiting, a device might never end."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, "it is a folder")
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not an ordinary file")
    with path.open("rb") as stream:
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than a scene can be, {LARGEST_FILE >> 10} kB")
    return content
