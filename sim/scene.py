"""The scene: the one value that determines a run, read from a TOML file.

A scene file is data from a stranger: it is validated, never executed, and every mistake in it is named
with its path and the reason.
"""

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Self, TypeAlias, Union, get_type_hints

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from sim.descent.data import EXAMPLES, Count, Point, Recipe, Seed
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
LARGEST_FILE = 1 << 20  # Bytes.

Text = Annotated[str, Field(min_length=1, max_length=400)]
LaneName = Annotated[str, Field(min_length=1, max_length=40)]


class SceneError(ValueError):
    """A scene that cannot be used; the message is one sentence for the user."""


class _Part(BaseModel):
    """A table of a scene file: nothing unknown, nothing converted, nothing infinite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


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


LANE_FIELDS = {"batch_size": (Count | Literal["full"], ...), "claim": (Claim | None, None)}

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

    title: Annotated[str, Field(min_length=1, max_length=60)]
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
                _mistake(f"lane.{name}.batch_size", f"is {lane.batch_size}, but there are only {count} examples")
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
        SceneError: the text is no TOML, or not a scene; the message names every mistake.
    """
    try:
        table = tomllib.loads(text)
        file = _File.model_validate_json(json.dumps(table, default=str))
    except tomllib.TOMLDecodeError as error:
        raise SceneError(f"is not valid TOML: {error}") from None
    except RecursionError:
        raise SceneError("is nested too deeply for a scene") from None
    except ValidationError as error:
        raise SceneError("; ".join(_reason(table, details) for details in error.errors())) from None
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


def _reason(table: Any, details: ErrorDetails) -> str:
    """One mistake in words: its path as it stands in the file, what is wrong, and what stands there."""
    where, value = _locate(table, details)
    context = details.get("ctx", {})
    unquote = str.maketrans("", "", "'")
    match details["type"]:
        case "scene":
            return details["msg"]
        case "missing":
            problem = "is missing"
        case "extra_forbidden" | "unexpected_keyword_argument":
            problem = "is not known here"
        case "union_tag_not_found":
            problem = f"has no {context['discriminator'].translate(unquote)}"
        case "union_tag_invalid":
            kinds = context["expected_tags"].translate(unquote).split(", ")
            problem = f"has an unknown {context['discriminator'].translate(unquote)}: {nearest(context['tag'], kinds)}"
        case "literal_error":
            problem = f"must be {context['expected']}, not {_short(value)}"
        case _:
            message = details["msg"].replace("Input should be", "must be").replace("should have", "must have")
            problem = f"{message[:1].lower()}{message[1:]}, not {_short(value)}"
    return f"{where} {problem}"


def _locate(table: Any, details: ErrorDetails) -> tuple[str, Any]:
    """Where in the file a mistake is, and what stands there; the validator's own steps are left out."""
    path, here = [], table
    for step in details["loc"]:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            if details["type"] != "missing" or step != details["loc"][-1]:
                continue
        path.append(str(step))
    return ".".join(path) or "the file", here


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
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
    looks_like_path = path.suffix == ".toml" or len(path.parts) > 1 or path.exists()
    if not looks_like_path:
        raise SceneError(f"there is no scene {nearest(name_or_path, known)}")
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise SceneError(f"{path}: is larger than a scene can be ({LARGEST_FILE >> 20} MiB)")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SceneError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise SceneError(f"{path}: is not a text file in UTF-8") from None
    name = name_or_path if name_or_path in known else path.stem
    try:
        return parse_scene(text, name)
    except SceneError as error:
        raise SceneError(f"{path}: {error}") from None
