"""The tables of a scene file: what may stand in them, and how they fit together.

Nothing unknown is accepted, nothing converted, nothing infinite.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, Self, TypeAlias, Union, get_type_hints

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ..descent.clock import CLOCKS, Machine
from ..descent.digest import DIGEST
from ..descent.examples.recipes import EXAMPLES, MOST_EXAMPLES, Seed
from ..descent.rules import RULES
from ..descent.verdict.kinds import EVENT_KINDS, Kind
from ..languages import CODE, TRANSLATIONS
from ..surface.functions import SURFACES, usual_window
from ..surface.functions.formula import Formula, FormulaError
from ..surface.protocol import Point, Window
from .words import nearest, path_text

NOTHING: Mapping[str, Any] = MappingProxyType({})

MOST_LANES = 6
MOST_CAPTIONS = 12
MOST_UPDATES = 1_000_000
SMALLEST_WINDOW = 1e-3  # Width and height; below it, coordinates that round to the same digits would differ.
LONGEST_WINDOW = 20.0  # One side over the other; beyond it, nothing is to be seen.


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


def _listed(value: object) -> object:
    """A single text as a list of one."""
    return [value] if isinstance(value, str) else value


def _formula(text: str) -> str:
    """A formula that can be read."""
    try:
        return Formula(text).formula
    except FormulaError as error:
        raise PydanticCustomError("text", "{problem}", {"problem": str(error)}) from None


Title = Annotated[str, Field(max_length=60), AfterValidator(_line)]
Text = Annotated[str, Field(max_length=400), AfterValidator(_line)]
Remark = Annotated[str, Field(max_length=120), AfterValidator(_line)]
LaneName = Annotated[str, Field(max_length=40), AfterValidator(_line)]
BatchSize = Annotated[int | Literal["full"], PlainValidator(_batch_size)]
CAPTION_EVENTS = ("start", "end", "update", *EVENT_KINDS)
"""What a caption may wait for: moments of the race's time, or a kind of event."""

CHECKED: Mapping[type[Any], dict[str, Any]] = {Formula: {"formula": Annotated[str, AfterValidator(_formula)]}}
"""Fields of registered dataclasses of which the type does not tell what may stand in them."""


class Part(BaseModel):
    """A table of a scene file: nothing unknown, nothing converted, nothing infinite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class Claim(Part):
    """What the scene promises of a lane after `updates`: checked for every scene by the tests."""

    verdict: Literal[*(kind.code for kind in Kind)]  # type: ignore[valid-type]
    events: tuple[Literal[*EVENT_KINDS], ...] = ()  # type: ignore[valid-type]


class Translated(Part):
    """A table with a key for each of TRANSLATIONS: what stands in English may stand there in that language."""

    @property
    def translations(self) -> tuple[tuple[str, Any], ...]:
        """What stands there, by the languages' codes."""
        found = ((code, getattr(self, code)) for code in TRANSLATIONS)
        return tuple((code, words) for code, words in found if words is not None)


def _translated(words: Any) -> Callable[[type[Translated]], Any]:
    """Give the table its keys: such words, or nothing."""
    keys: dict[str, Any] = dict.fromkeys(TRANSLATIONS, (words | None, None))
    return lambda table: create_model(table.__name__, __base__=table, __doc__=table.__doc__, **keys)


@_translated(Remark)
class CaptionTable(Translated):
    """A sentence to be said when something has happened in the race."""

    on: Literal[*CAPTION_EVENTS]  # type: ignore[valid-type]
    text: Remark
    lane: str | None = None
    update: Annotated[int, Field(ge=0, le=MOST_UPDATES)] | None = None


@_translated(Remark)
class QuestionTable(Translated):
    """What may be asked before the race, and which lanes are the answer."""

    text: Remark
    on: Literal[*EVENT_KINDS] = "escaped"  # type: ignore[valid-type]
    answer: Annotated[list[str], BeforeValidator(_listed), Field(min_length=1, max_length=MOST_LANES)]


class TranslationTable(Part):
    """The words of the scene in another language, as far as they are translated."""

    title: Title | None = None
    look: Text | None = None
    lane: dict[str, LaneName] = {}


class SavedTable(Part):
    """At which moment a race was left when the file was written, and by which version of this program."""

    scene: Annotated[str, Field(max_length=255), AfterValidator(_line)]
    update: Annotated[int, Field(ge=0, le=MOST_UPDATES)] = 0
    clock: Literal[*CLOCKS] = "updates"  # type: ignore[valid-type]
    digest: Annotated[str, Field(max_length=4_000, pattern=DIGEST)] = ""
    version: Title


def _variants(registry: Mapping[str, type[Any]], key: str, extra: Mapping[str, Any] = NOTHING) -> Any:
    """The union of one table model a registered dataclass, told apart by `key`: its fields, and the extra ones."""

    def model(name: str, kind: type[Any]) -> type[BaseModel]:
        hints = get_type_hints(kind, include_extras=True) | CHECKED.get(kind, {})
        own = {f.name: (hints[f.name], ... if f.default is MISSING else f.default) for f in fields(kind)}
        definitions: dict[str, Any] = {key: (Literal[name], ...), **own, **extra}
        return create_model(kind.__name__, __base__=Part, **definitions)

    models = tuple(model(name, kind) for name, kind in registry.items())
    return Annotated[Union[models], Field(discriminator=key)]  # noqa: UP007  A union of as many as there are.


def build(registry: Mapping[str, type[Any]], key: str, part: BaseModel) -> Any:
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


def without_foreign(table: dict[str, Any]) -> None:
    """Take out of a saved scene's tables what is said in languages that are not known here: it may come from afar."""
    captions = table.get("caption")
    parts: list[tuple[type[BaseModel], Any]] = [(SceneFile, table), (QuestionTable, table.get("question"))]
    parts += [(CaptionTable, caption) for caption in (captions if isinstance(captions, list) else [])]
    for model, part in parts:
        for key in [*part] if isinstance(part, dict) else []:
            if key not in model.model_fields and CODE.fullmatch(key):
                del part[key]


@_translated(TranslationTable)
class SceneFile(Translated):
    """A scene file, table by table."""

    title: Title
    look: Text
    seed: Seed = 0
    updates: Annotated[int, Field(ge=1, le=MOST_UPDATES)] = 400
    start: Point
    window: tuple[Point, Point] | None = None
    surface: SurfaceTable | None = None
    examples: ExamplesTable
    machine: Machine = Machine()
    lane: Annotated[dict[LaneName, LaneTable], Field(min_length=1, max_length=MOST_LANES)]
    caption: Annotated[tuple[CaptionTable, ...], Field(max_length=MOST_CAPTIONS)] = ()
    question: QuestionTable | None = None
    saved: SavedTable | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        count = build(EXAMPLES, "kind", self.examples).count
        for name, lane in self.lane.items():
            if lane.batch_size != "full" and lane.batch_size > count:
                examples = "1 example" if count == 1 else f"{count} examples"
                _mistake(path_text("lane", name, "batch_size"), f"is {lane.batch_size}, but there are only {examples}")
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
        if self.saved is None and not window.contains(np.array(self.start)):  # By hand, one may drop it anywhere.
            sides = f"x {window.x0} … {window.x1}, y {window.y0} … {window.y1}"
            _mistake("start", f"{list(self.start)} lies outside the window, {sides}")
        self._speaks_of_what_there_is()
        return self

    def _speaks_of_what_there_is(self) -> None:
        """Captions, question and translations name lanes that the scene has."""
        named: list[tuple[str, str]] = [
            (path_text(code, "lane"), name) for code, words in self.translations for name in words.lane
        ]
        if self.question is not None:
            named += [("question.answer", name) for name in self.question.answer]
            if len(set(self.question.answer)) < len(self.question.answer):
                _mistake("question.answer", "names a lane twice")
        for index, caption in enumerate(self.caption):
            if caption.lane is not None:
                named.append((path_text("caption", index, "lane"), caption.lane))
            if (caption.on == "update") != (caption.update is not None):
                missing = "is missing" if caption.update is None else 'has no place where on is not "update"'
                _mistake(path_text("caption", index, "update"), missing)
        for path, name in named:
            if name not in self.lane:
                _mistake(path, f"names an unknown lane: {nearest(name, self.lane)}")

    @property
    def view(self) -> Window:
        """The window; where the file names none, the surface's usual one, or one around what is found on a formula."""
        if self.window is not None:
            return Window(*self.window[0], *self.window[1])
        assert self.surface is not None
        return usual_window(build(SURFACES, "kind", self.surface), self.start)


def _mistake(path: str, reason: str) -> NoReturn:
    raise PydanticCustomError("scene", "{path} {reason}", {"path": path, "reason": reason})
