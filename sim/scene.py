"""The scene: the one value that determines a run, read from a TOML file.

A scene file is data from a stranger: it is validated, never executed, and every mistake in it is named
with its path and the reason.
"""

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self, Union, get_type_hints

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from sim.descent.examples import FiniteSum, Regression, Shifted, Tilted, paired_normal
from sim.descent.models import MODELS, Model
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules import RULES
from sim.descent.track import Lane
from sim.descent.verdict import EVENT_KINDS, Kind
from sim.surface import SURFACES
from sim.surface.points import Array, pair
from sim.surface.protocol import Surface, Window

SCENES = Path(__file__).parent.parent / "assets" / "scenes"
OPENING = "local-minimum"

MOST_EXAMPLES = 1_000
MOST_LANES = 6
MOST_UPDATES = 1_000_000
LARGEST = 1e6  # Magnitude of any number in a scene: beyond it, squares of squares lose their digits.
LARGEST_FILE = 1 << 20  # Bytes.

Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Spread = Annotated[float, Field(ge=0, le=LARGEST)]
Seed = Annotated[int, Field(ge=0, lt=2**53)]
Count = Annotated[int, Field(ge=1, le=MOST_EXAMPLES)]
Point = tuple[Number, Number]
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


class ShiftedExamples(_Part):
    """Every example sees the surface from its own place: ℓ(θ; δ) = f(θ − δ), δ ~ N(0, σ² I) in ± pairs."""

    kind: Literal["shifted"] = "shifted"
    count: Count = 20
    sigma: Spread
    test_shift: Point = (0.0, 0.0)
    """Mean of the test examples' shifts; that of the training examples is 0."""
    seed: Seed = 0

    def sums(self, surface: Surface) -> tuple[FiniteSum, FiniteSum]:
        """Training and test set."""
        train, test = _draws(self.seed, self.count, self.sigma)
        return Shifted(surface, train), Shifted(surface, test + np.array(self.test_shift))


class TiltedExamples(_Part):
    """Every example tilts the surface: ℓ(θ; n) = f(θ) + n·θ, n ~ N(0, σ² I) in ± pairs."""

    kind: Literal["tilted"] = "tilted"
    count: Count = 20
    sigma: Spread
    test_tilt: Point = (0.0, 0.0)
    """Mean of the test examples' tilts; that of the training examples is 0."""
    seed: Seed = 0

    def sums(self, surface: Surface) -> tuple[FiniteSum, FiniteSum]:
        """Training and test set."""
        train, test = _draws(self.seed, self.count, self.sigma)
        return Tilted(surface, train), Tilted(surface, test + np.array(self.test_tilt))


class RegressionExamples(_Part):
    """Data y = m(x; truth) + noise under a model m of two weights; x ~ N(0, 1), noise ~ N(0, σ²)."""

    kind: Literal["regression"] = "regression"
    model: Literal[*MODELS]  # type: ignore[valid-type]
    count: Count = 20
    sigma: Spread
    truth: Point
    test_truth: Point | None = None
    """The weights that made the test data; by default those that made the training data."""
    seed: Seed = 0

    def sums(self, surface: Surface | None) -> tuple[FiniteSum, FiniteSum]:
        """Training and test set; the model makes the surface."""
        del surface
        model = MODELS[self.model]()
        train, test = _draws(self.seed, self.count, 1.0)
        test_truth = self.truth if self.test_truth is None else self.test_truth
        return self._sum(model, train, self.truth), self._sum(model, test, test_truth)

    def _sum(self, model: Model, draw: Array, truth: Point) -> Regression:
        """Pairs share their x, and their noise is ±: so the least-squares fit to them is the truth itself."""
        x, noise = draw[:, 0].copy(), draw[:, 1]
        x[self.count - self.count // 2 :] *= -1
        return Regression(model, pair(x, model.value(x, np.array(truth)) + self.sigma * noise))


def _draws(seed: int, count: int, sigma: float) -> tuple[Array, Array]:
    train, test = (paired_normal(np.random.default_rng([seed, part]), count, sigma) for part in (0, 1))
    return train, test


def _variants(registry: Mapping[str, type[Any]], key: str, **extra: Any) -> Any:
    """The union of one table model a registered dataclass, told apart by `key`: its fields, and the extra ones."""

    def model(name: str, kind: type[Any]) -> type[BaseModel]:
        hints = get_type_hints(kind, include_extras=True)
        own = {field.name: (hints[field.name], field.default) for field in fields(kind)}
        return create_model(kind.__name__, __base__=_Part, **{key: (Literal[name], ...)}, **own, **extra)

    models = tuple(model(name, kind) for name, kind in registry.items())
    return Annotated[Union[models], Field(discriminator=key)]  # noqa: UP007


def _build(registry: Mapping[str, type[Any]], key: str, part: BaseModel) -> Any:
    """The registered dataclass that a validated table stands for."""
    kind = registry[getattr(part, key)]
    return kind(**{field.name: getattr(part, field.name) for field in fields(kind)})


SurfaceTable = _variants(SURFACES, "kind")
LaneTable = _variants(RULES, "rule", batch_size=(Count | Literal["full"], ...), claim=(Claim | None, None))
ExamplesTable = Annotated[ShiftedExamples | TiltedExamples | RegressionExamples, Field(discriminator="kind")]


class _File(_Part):
    """A scene file, table by table."""

    title: Annotated[str, Field(min_length=1, max_length=60)]
    look: Text
    seed: Seed = 0
    updates: Annotated[int, Field(ge=1, le=MOST_UPDATES)] = 400
    start: Point
    window: tuple[tuple[Number, Number], tuple[Number, Number]] | None = None
    surface: SurfaceTable | None = None
    examples: ExamplesTable
    lane: Annotated[dict[LaneName, LaneTable], Field(min_length=1, max_length=MOST_LANES)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        count = self.examples.count
        for name, lane in self.lane.items():
            if lane.batch_size != "full" and lane.batch_size > count:
                _mistake(
                    f"lane.{name}.batch_size", f"is {lane.batch_size}, but there are only {count} examples"
                )
        if (self.surface is None) != isinstance(self.examples, RegressionExamples):
            needed = "is needed, unless the examples are a regression"
            _mistake(
                "surface",
                needed if self.surface is None else "has no place beside a regression, whose data make it",
            )
        if self.window is None and self.surface is None:
            _mistake("window", "is needed for a regression: [[x0, x1], [y0, y1]]")
        window = self.view
        if not (window.width > 0 and window.height > 0):
            _mistake("window", "must be [[x0, x1], [y0, y1]] with x0 < x1 and y0 < y1")
        if not window.contains(np.array(self.start)):
            _mistake("start", f"{list(self.start)} lies outside the window {window}")
        return self

    @property
    def view(self) -> Window:
        """The window, the surface's usual one where the file names none."""
        if self.window is None:
            return SURFACES[self.surface.kind].usual_window
        return Window(*self.window[0], *self.window[1])


def _mistake(path: str, reason: str) -> NoReturn:
    raise PydanticCustomError("scene", "{path}: {reason}", {"path": path, "reason": reason})


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
    surface: Surface | None
    examples: ShiftedExamples | TiltedExamples | RegressionExamples
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
def _problem(surface: Surface, examples: ShiftedExamples, window: Window) -> Problem:
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
        examples=file.examples,
        lanes=lanes,
        claims=tuple(part.claim for part in file.lane.values()),
    )


def _reason(table: Any, details: ErrorDetails) -> str:
    """One mistake in words: its path as it stands in the file, what is wrong, and what stands there."""
    path, here = [], table
    for step in details["loc"]:
        known = (
            isinstance(here, dict)
            and step in here
            or isinstance(here, list)
            and isinstance(step, int)
            and step < len(here)
        )
        if known:
            here = here[step]
        if known or details["type"] == "missing" and step == details["loc"][-1]:
            path.append(str(step))
    where = ".".join(path)
    match details["type"], details.get("ctx", {}):
        case "scene", _:
            return details["msg"]
        case "missing", _:
            return f"{where} is missing"
        case "extra_forbidden" | "unexpected_keyword_argument", _:
            return f"{where} is not known here"
        case "union_tag_invalid", {"tag": tag, "expected_tags": tags}:
            return f"{where}: {nearest('kind', tag, [name.strip(chr(39)) for name in tags.split(', ')])}"
        case "union_tag_not_found", {"discriminator": key}:
            return f"{where}.{key.strip(chr(39))} is missing"
        case "union_tag_invalid" | "literal_error", {"expected": expected}:
            return f"{where} must be {expected}, not {_short(here)}"
    message = details["msg"].replace("Input should be", "must be").replace("Tuple should have", "must have")
    return f"{where} {message[:1].lower()}{message[1:]}, not {_short(here)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:39]}…"


def nearest(noun: str, wanted: str, names: Iterable[str]) -> str:
    """A sentence on an unknown name, with the known ones nearest to it, or all of them."""
    known = list(names)
    close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    if close:
        return f"there is no {noun} {_short(wanted)}; did you mean {' or '.join(close)}?"
    return f"there is no {noun} {_short(wanted)}; there are {', '.join(known)}"


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
        raise SceneError(nearest("scene", name_or_path, known))
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
