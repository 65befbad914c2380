"""What a scene says, in every language: tables of its file that are values as they are."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NoReturn, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, GetPydanticSchema, create_model
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import no_info_after_validator_function

from ..base.languages import TRANSLATIONS
from ..base.limits import MOST_UPDATES
from ..descent.verdict.events import EVENT_KINDS, Escape

MOST_LANES = 6

EVENT_CODES = tuple(kind.code for kind in EVENT_KINDS)
"""The kinds of events, as files call them."""
CAPTION_EVENTS = ("start", "end", "update", *EVENT_CODES)
"""What a caption may wait for: moments of the race's time, or a kind of event."""

Words = TypeVar("Words")
InLanguages: TypeAlias = tuple[tuple[str, Words], ...]
"""What something is in other languages than English, by their codes, in the order of `TRANSLATIONS`."""
LONGEST_TITLE, LONGEST_TEXT, LONGEST_NAME = 60, 400, 40
"""Characters of a title, of a sentence such as what to look at, and of a lane's name, at most."""


def mistake(path: str, reason: str) -> NoReturn:
    """Say what is wrong with a table, and where."""
    raise PydanticCustomError("scene", "{path} {reason}", {"path": path, "reason": reason})


def one_line(text: str) -> str:
    """Text that can stand in one line of the window."""
    if not text.isprintable():
        raise PydanticCustomError("text", "must be one line of printable characters")
    if not text.strip():
        raise PydanticCustomError("text", "must not be blank")
    return text


def composed(name: str) -> str:
    """A name with its accents encoded in the one way by which names are compared, Unicode's NFC."""
    return unicodedata.normalize("NFC", name)


def _without_margins(name: str) -> str:
    """A name without blanks at its ends, which nobody sees."""
    if name != name.strip():
        raise PydanticCustomError("text", "must have no blanks at its ends")
    return name


def _listed(value: object) -> object:
    """A single text as a list of one; a list can no longer be changed."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Title = Annotated[str, Field(max_length=LONGEST_TITLE), AfterValidator(one_line)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(one_line)]
Remark = Annotated[str, Field(max_length=120), AfterValidator(one_line)]
LaneName = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(one_line), AfterValidator(_without_margins)]


class StrictTable(BaseModel):
    """A table of a scene file: nothing unknown, nothing converted, nothing infinite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class Translated(StrictTable):
    """A table with a key for each of TRANSLATIONS: what stands in English may stand there in that language."""

    @property
    def translations(self) -> InLanguages[Any]:
        """What stands there, by the languages' codes."""
        found = ((code, getattr(self, code)) for code in TRANSLATIONS)
        return tuple((code, words) for code, words in found if words is not None)


def translatable(words: Any) -> Callable[[type[Translated]], Any]:
    """Give the table its keys: such words, or nothing."""
    keys: dict[str, Any] = dict.fromkeys(TRANSLATIONS, (words | None, None))
    return lambda table: create_model(table.__name__, __base__=table, __doc__=table.__doc__, **keys)


@translatable(Remark)
class Caption(Translated):
    """A sentence to be said when something has happened in the race."""

    on: Literal[*CAPTION_EVENTS]  # type: ignore[valid-type]
    text: Remark
    lane: str | None = None
    """Name of the lane in which it happens; None for any."""
    update: Annotated[int, Field(ge=0, le=MOST_UPDATES)] | None = None
    """Which update it is, where `on` is "update"."""


@translatable(Remark)
class Question(Translated):
    """Something to guess before the race: in which lanes a kind of event will happen."""

    text: Remark
    answer: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1, max_length=MOST_LANES)]
    """Names of those lanes, with the scene's own settings."""
    on: Literal[*EVENT_CODES] = Escape.BASIN.code  # type: ignore[valid-type]


@dataclass(frozen=True, slots=True)
class Translation:
    """A scene's own words in another language, as far as they have been translated."""

    title: Title | None = None
    look: Text | None = None
    lane: Annotated[
        tuple[tuple[str, str], ...],
        GetPydanticSchema(
            lambda _, handler: no_info_after_validator_function(
                lambda names: tuple(names.items()), handler.generate_schema(dict[str, LaneName])
            )
        ),
    ] = ()
    """Names of lanes, and what they are called there; in a file, a table."""
