"""The tables of a scene file: what may stand in them, and how they fit together.

Nothing unknown is accepted, nothing converted, nothing infinite.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeAlias, Union, get_args, get_origin, get_type_hints

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ..base.languages import CODE
from ..base.limits import MOST_UPDATES
from ..descent.clock import CLOCKS, Machine
from ..descent.digest import DIGEST
from ..descent.examples.batches import Sampling
from ..descent.examples.recipes import EXAMPLES, MOST_EXAMPLES, Seed
from ..descent.rules import OWN, RULES
from ..descent.rules.protocol import LONGEST_SETTING, hints_of
from ..descent.rules.values import guarded
from ..descent.schedules import SCHEDULES
from ..descent.verdict.kinds import VerdictKind
from ..surface.functions import SURFACES, usual_window
from ..surface.functions.formula import Formula, FormulaError
from ..surface.protocol import Point, Window
from .speech import (
    EVENT_CODES,
    MOST_LANES,
    Caption,
    LaneName,
    Question,
    StrictTable,
    Text,
    Title,
    Translated,
    Translation,
    composed,
    mistake,
    one_line,
    translatable,
)
from .view import USUAL_VIEW, LandView
from .words import counted, did_you_mean, path_text

NOTHING: Mapping[str, Any] = MappingProxyType({})

MOST_CAPTIONS = 12
SMALLEST_WINDOW = 1e-3  # Width and height; below it, coordinates that round to the same digits would differ.
LONGEST_WINDOW = 20.0  # One side over the other; beyond it, nothing is to be seen.


def _batch_size(value: object) -> object:
    """B, or "full" for all there is."""
    if value == "full" or (type(value) is int and 1 <= value <= MOST_EXAMPLES):
        return value
    raise PydanticCustomError("batch_size", f'must be a whole number from 1 to {MOST_EXAMPLES}, or "full"')


def _formula(text: str) -> str:
    """A formula that can be read."""
    try:
        return Formula(text).formula
    except FormulaError as error:
        raise PydanticCustomError("text", "{problem}", {"problem": str(error)}) from None


BatchSize = Annotated[int | Literal["full"], PlainValidator(_batch_size)]

CHECKED: Mapping[type[Any], dict[str, Any]] = {Formula: {"formula": Annotated[str, AfterValidator(_formula)]}}
"""Fields of registered dataclasses of which the type does not tell what may stand in them."""


UnitShare = Annotated[float, Field(ge=0, le=1)]


class ShareClaim(StrictTable):
    """A share of all seeds that is promised: it lies between these."""

    least: UnitShare = 0.0
    most: UnitShare = 1.0


class EscapeClaim(ShareClaim):
    """The share that has left a basin or a saddle by an update."""

    by: Annotated[int, Field(ge=1, le=MOST_UPDATES)] | None = None
    """None: by the scene's last one."""


def _renamed(verdict: object) -> object:
    """The name that a verdict has now: in files of earlier versions, "descending" is what is under way."""
    return VerdictKind.UNDER_WAY.code if verdict == "descending" else verdict


class Claim(StrictTable):
    """What the scene promises of a lane after `updates`: checked for every scene by the tests."""

    verdict: Annotated[
        Literal[*(kind.code for kind in VerdictKind)] | None,  # type: ignore[valid-type]
        BeforeValidator(_renamed),
    ] = None
    """The verdict of the race with the scene's own seed; None only where a share is promised, and races differ."""
    events: tuple[Literal[*EVENT_CODES], ...] = ()  # type: ignore[valid-type]
    escaped: EscapeClaim | None = None
    """How often a seed escapes."""
    lowest: ShareClaim | None = None
    """How often one ends in the basin of the lowest known minimum, or of one as low."""


class SavedTable(StrictTable):
    """At which moment a race was left when the file was written, and by which version of this program."""

    scene: Annotated[str, Field(max_length=255), AfterValidator(one_line)]
    update: Annotated[int, Field(ge=0, le=MOST_UPDATES)] = 0
    clock: Literal[*CLOCKS] = "updates"  # type: ignore[valid-type]
    digest: Annotated[str, Field(max_length=4_000, pattern=DIGEST)] = ""
    version: Title


def _variants(registry: Mapping[str, type[Any]], key: str, extra: Mapping[str, Any] = NOTHING) -> Any:
    """The union of one table model a registered dataclass, told apart by `key`: its fields, and the extra ones."""

    def model(name: str, kind: type[Any]) -> type[BaseModel]:
        if key == "rule":
            hints = hints_of(kind)
            if kind not in OWN:
                hints = {name: guarded(_shown(hint)) for name, hint in hints.items()}
        else:
            hints = get_type_hints(kind, include_extras=True) | CHECKED.get(kind, {})
        own = {f.name: (hints[f.name], ... if f.default is MISSING else f.default) for f in fields(kind)}
        definitions: dict[str, Any] = {key: (Literal[name], ...), **own, **extra}
        return create_model(kind.__name__, __base__=StrictTable, **definitions)

    models = tuple(model(name, kind) for name, kind in registry.items())
    return Annotated[Union[models], Field(discriminator=key)]  # noqa: UP007  A union of as many as there are.


def _printable(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("text", "must be one line of printable characters")
    return text


SHOWN_TEXT = Annotated[str, Field(max_length=LONGEST_SETTING), AfterValidator(_printable)]
"""A text among the settings of a rule from outside, which is told on screen."""


def _shown(hint: Any) -> Any:
    """The type of a setting of such a rule, where texts can be shown."""
    if get_origin(hint) is tuple:
        return tuple[tuple(map(_shown, get_args(hint)))]  # type: ignore[misc]
    if get_origin(hint) is Annotated:
        return Annotated[_shown(get_args(hint)[0]), *hint.__metadata__]
    return SHOWN_TEXT if hint is str else hint


def build(registry: Mapping[str, type[Any]], key: str, part: BaseModel) -> Any:
    """The registered dataclass that a validated table stands for."""
    kind = registry[getattr(part, key)]
    return kind(**{field.name: getattr(part, field.name) for field in fields(kind)})


LANE_FIELDS: Mapping[str, Any] = {
    "schedule": (_variants(SCHEDULES, "kind") | None, None),
    "batch_size": (BatchSize, ...),
    "sampling": (Sampling, "reshuffled"),
    "drop_last": (bool, False),
    "claim": (Claim | None, None),
}

if TYPE_CHECKING:  # Unions made at run time are opaque to type checkers.
    SurfaceTable: TypeAlias = Any
    ExamplesTable: TypeAlias = Any
else:
    SurfaceTable = _variants(SURFACES, "kind")
    ExamplesTable = _variants(EXAMPLES, "kind")


def without_foreign(table: dict[str, Any]) -> None:
    """Take out of a saved scene's tables what is said in languages that are not known here: it may come from afar."""
    captions = table.get("caption")
    parts: list[tuple[list[str], Any]] = [(known_keys(SceneFile), table), (known_keys(Question), table.get("question"))]
    parts += [(known_keys(Caption), caption) for caption in (captions if isinstance(captions, list) else [])]
    for known, part in parts:
        for key in [*part] if isinstance(part, dict) else []:
            if key not in known and CODE.fullmatch(key):
                del part[key]


def known_keys(kind: type[Any]) -> list[str]:
    """What may stand in the table of a file that is read as such a model or dataclass."""
    return [*kind.model_fields] if issubclass(kind, BaseModel) else [field.name for field in fields(kind)]


@translatable(Translation)
class SceneFile(Translated):
    """A scene file, table by table; what its lanes hold, the rules of the moment say (`scene_file`)."""

    title: Title
    look: Text
    seed: Seed = 0
    updates: Annotated[int, Field(ge=1, le=MOST_UPDATES)] = 400
    start: Point
    window: tuple[Point, Point] | None = None
    surface: SurfaceTable | None = None
    examples: ExamplesTable
    machine: Machine = Machine()
    view: LandView = USUAL_VIEW
    lane: dict[str, Any]
    caption: Annotated[tuple[Caption, ...], Field(max_length=MOST_CAPTIONS)] = ()
    question: Question | None = None
    saved: SavedTable | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        count = build(EXAMPLES, "kind", self.examples).count
        for name, lane in self.lane.items():
            if lane.batch_size != "full" and lane.batch_size > count:
                there = "is" if count == 1 else "are"
                only = f"is {lane.batch_size}, but there {there} only {counted(count, 'example')}"
                mistake(path_text("lane", name, "batch_size"), only)
        self._tells_lanes_apart()
        self._promises_what_can_be()
        needs_surface = EXAMPLES[self.examples.kind].needs_surface
        if needs_surface and self.surface is None:
            mistake("surface", f"is needed for {self.examples.kind} examples")
        if not needs_surface and self.surface is not None:
            mistake("surface", f"has no place beside {self.examples.kind} examples, which make their own")
        if self.window is None and self.surface is None:
            mistake("window", "is needed where there is no [surface]: [[x0, x1], [y0, y1]]")
        window = self.shown
        if not (window.width > 0 and window.height > 0):
            mistake("window", "must be [[x0, x1], [y0, y1]] with x0 < x1 and y0 < y1")
        short, long = sorted((window.width, window.height))
        if short < SMALLEST_WINDOW:
            mistake("window", f"is too small: each side must be at least {SMALLEST_WINDOW:g} long, not {short:.3g}")
        if long > LONGEST_WINDOW * short:
            mistake(
                "window", f"has one side {long / short:.3g} times as long as the other, more than {LONGEST_WINDOW:g}"
            )
        if self.saved is None and not window.contains(np.array(self.start)):  # By hand, one may drop it anywhere.
            sides = f"x {window.x0} … {window.x1}, y {window.y0} … {window.y1}"
            mistake("start", f"{list(self.start)} lies outside the window, {sides}")
        self._speaks_of_what_there_is()
        return self

    def _tells_lanes_apart(self) -> None:
        """No two names of lanes look alike since they differ only in how accents are encoded."""
        seen: set[str] = set()
        for name in self.lane:
            if composed(name) in seen:
                mistake(path_text("lane", name), "has the name of another lane, with its accents encoded otherwise")
            seen.add(composed(name))

    def _promises_what_can_be(self) -> None:
        """Shares in claims have their bounds in order, and are told of updates that are made."""
        for name, lane in self.lane.items():
            claim: Claim | None = lane.claim
            if claim is not None and claim.verdict is None and claim.escaped is None and claim.lowest is None:
                mistake(path_text("lane", name, "claim", "verdict"), "is missing")
            for key in ("escaped", "lowest"):
                share: ShareClaim | None = None if claim is None else getattr(claim, key)
                place = path_text("lane", name, "claim", key)
                if share is not None and share.least > share.most:
                    mistake(place, f"has least = {share.least:g} above most = {share.most:g}")
                if isinstance(share, EscapeClaim) and share.by is not None and share.by > self.updates:
                    there = "is" if self.updates == 1 else "are"
                    only = f"is {share.by:,}, but there {there} only {counted(self.updates, 'update')}"
                    mistake(f"{place}.by", only)

    def _speaks_of_what_there_is(self) -> None:
        """Captions, question and translations name lanes that the scene has."""
        named: list[tuple[str, str]] = [
            (path_text(code, "lane"), name) for code, words in self.translations for name, _ in words.lane
        ]
        if self.question is not None:
            named += [("question.answer", name) for name in self.question.answer]
            if len(set(self.question.answer)) < len(self.question.answer):
                mistake("question.answer", "names a lane twice")
        for index, caption in enumerate(self.caption):
            if caption.lane is not None:
                named.append((path_text("caption", index, "lane"), caption.lane))
            if (caption.on == "update") != (caption.update is not None):
                missing = "is missing" if caption.update is None else 'has no place where on is not "update"'
                mistake(path_text("caption", index, "update"), missing)
        for path, name in named:
            if name not in self.lane:
                mistake(path, f"names an unknown lane: {did_you_mean(name, self.lane)}")

    @property
    def shown(self) -> Window:
        """The window; where the file names none, the surface's usual one, or one around what is found on a formula."""
        if self.window is not None:
            return Window(*self.window[0], *self.window[1])
        assert self.surface is not None
        return usual_window(build(SURFACES, "kind", self.surface), self.start)


def scene_file() -> type[SceneFile]:
    """What a scene file may hold with the rules that there are now: the program's, and those of files it was given."""
    return _scene_file(tuple(RULES.items()))


@lru_cache(maxsize=2)
def _scene_file(rules: tuple[tuple[str, type[Any]], ...]) -> type[SceneFile]:
    lane: Any = _variants(dict(rules), "rule", LANE_FIELDS)
    lanes: Any = Annotated[dict[LaneName, lane], Field(min_length=1, max_length=MOST_LANES)]
    return create_model(SceneFile.__name__, __base__=SceneFile, lane=(lanes, ...))
