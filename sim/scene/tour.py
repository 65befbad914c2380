"""The tour: what a lecture claims, step by step, each with the scene that shows it and the numbers that bear it out.

A tour is a file like a scene's: data, which is validated and never executed. Its sentences hold no number of their own:
each stands in a blank, `{so}`, for a number of the step's, which says how it is measured.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self, TypeAlias

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ..base.files import bounded, ordinary_file, why
from ..base.limits import MOST_UPDATES
from ..base.resources import asset
from ..descent.clock import CLOCKS, UPDATES
from .reading import LARGEST_FILE, scene_files, validated
from .speech import StrictTable, Translated, mistake, one_line, translatable
from .view import LandView
from .words import SceneError, did_you_mean, path_text

TOUR = asset("tour.toml")

STARTS = "starts that reach the lowest basin"
"""What is measured on many starts instead of many seeds."""

SHARE, NUMBER, COUNT = "share", "number", "count"
"""How a number is told: in percent, with the digits that its interval is worth, or whole."""

MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "examples": COUNT,
        "spread of the examples": NUMBER,
        "batch size": COUNT,
        "updates an epoch": COUNT,
        "order is new": SHARE,
        "epoch is complete": SHARE,
        "serial update": COUNT,
        "parallel update": COUNT,
        "serial epoch": COUNT,
        "parallel epoch": COUNT,
        "noise at the end": SHARE,
        "slope at the end": SHARE,
        "escaped": SHARE,
        "escape update": COUNT,
        "in the lowest basin": SHARE,
        "in the flattest basin": SHARE,
        "training loss": NUMBER,
        "test loss": NUMBER,
        "gap": NUMBER,
        "curvature of the sharpest minimum": NUMBER,
        "curvature of the flattest minimum": NUMBER,
        "learning rate": NUMBER,
        "momentum": NUMBER,
        "largest stable learning rate": NUMBER,
        "movements as the rule says": SHARE,
        "movements as the sum says": SHARE,
        "weight of the last gradient but ten": SHARE,
        "share of past gradients in the movement": SHARE,
        "minima": COUNT,
        "maxima": COUNT,
        "saddles": COUNT,
        "ways down from saddles": SHARE,
        STARTS: SHARE,
    }
)
"""What may be measured, and how it is told."""

Code = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
BLANK = re.compile(r"\{([^{}]*)\}")


def _sentence(text: str) -> str:
    """One line whose braces are blanks."""
    one_line(text)
    if re.search(r"[{}]", BLANK.sub("", text)):
        raise PydanticCustomError("text", "has a brace that belongs to no blank, such as {number}")
    return text


Sentence = Annotated[str, Field(max_length=300), AfterValidator(_sentence)]


@dataclass(frozen=True, slots=True)
class Words:
    """What is said at a step, in one language."""

    title: Sentence
    """What the step is about, in a few words."""
    says: Sentence
    """The claim."""
    asks: Sentence
    """What the audience is asked."""
    look: Sentence
    """What to look at."""
    found: Sentence
    """What was measured."""
    play: Sentence
    """What to try besides."""


SPOKEN = tuple(field.name for field in fields(Words))


class Number(StrictTable):
    """A number that a step tells, and how it is measured."""

    measure: Literal[*MEASURES]  # type: ignore[valid-type]
    scene: str | None = None
    """Another scene than the step's."""
    lane: str | None = None
    seeds: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """How many seeds, from the scene's own on, or how many starts; None where no chance is in it."""
    updates: Annotated[int, Field(ge=0, le=MOST_UPDATES)] | None = None
    """After how many updates; None: the scene's own number."""
    value: float
    low: float | None = None
    high: float | None = None
    """The ends of its 95 % interval, where it is measured on some of many."""

    @property
    def unit(self) -> str:
        """How it is told: SHARE, NUMBER or COUNT."""
        return MEASURES[self.measure]


Corner: TypeAlias = tuple[float, float]


@translatable(Words)
class Step(Translated):
    """A claim, the scene that shows it, how that is looked at, and what bears it out."""

    scene: str
    update: Annotated[int, Field(ge=0, le=MOST_UPDATES)] | None = None
    """The tick at which the race stands when the step begins; None: it plays from its start."""
    picture: Annotated[int, Field(ge=0, le=MOST_UPDATES)] = 60
    """The tick at which a picture shows it, if it plays from its start; if that comes later, its scene's last."""
    speed: Annotated[float, Gt(0), Le(5000)] = 20.0
    """Updates a second at which it plays, about."""
    clock: Literal[*CLOCKS] = UPDATES  # type: ignore[valid-type]
    views: tuple[str, ...] = ()
    """The views over the maps, and none besides."""
    view: LandView | None = None
    """How the land is looked at; None: as the scene wants."""
    focus: tuple[Corner, Corner] | None = None
    """The part of the plane that the maps show, [[x0, x1], [y0, y1]]; None: the scene's window."""
    lane: str | None = None
    """The lane that the controls are about; None: the first."""
    numbers: bool = False
    """Whether all live numbers of the lanes are shown."""
    tells: tuple[Literal["batch strip", "L", "test L", "update", "epoch", "batch"], ...] = ()
    """What one is told to look at in the lanes' panels besides the maps, the first thing first: it is there even where
    there is no room for all."""
    sheet: Literal["", "odds", "contrast"] = ""
    """What lies over the maps."""
    minutes: Annotated[int, Ge(1), Le(60)] = 3
    """Minutes that the step takes in the plan of a lesson."""
    repeat: tuple[Annotated[str, Field(max_length=200), AfterValidator(one_line)], ...] = ()
    """Command lines that measure it again, without the program's own name; for the plan of a lesson."""
    untold: Annotated[str, Field(max_length=300), AfterValidator(one_line)] = ""
    """What of the step's numbers these do not print as they stand, and why; for that plan, too."""
    title: Sentence
    says: Sentence
    asks: Sentence
    look: Sentence
    found: Sentence
    play: Sentence
    number: dict[Code, Number]

    def words(self, language: str) -> Words:
        """What is said, in that language; in English where it is not translatable."""
        own = Words(**{name: getattr(self, name) for name in SPOKEN})
        found: Words = dict(self.translations).get(language, own)
        return found

    @property
    def seeds(self) -> int:
        """The most seeds on which any of its numbers was measured; 0 where none was measured on any."""
        return max((number.seeds or 0 for number in self.number.values() if number.measure != STARTS), default=0)

    @property
    def sampled(self) -> bool:
        """Whether any of its numbers has an interval."""
        return any(number.seeds for number in self.number.values())


class Tour(StrictTable):
    """The steps, in their order."""

    step: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """What steps name is there; scenes themselves are read only when they are shown."""
        for place, step in enumerate(self.step):
            for path, scene in _scenes(place, step):
                if scene not in scene_files():
                    mistake(path, f"names an unknown scene: {did_you_mean(scene, scene_files())}")
            told: tuple[tuple[str | None, Words], ...] = ((None, step.words("")), *step.translations)
            for code, words in told:
                for name in SPOKEN:
                    for blank in blanks(getattr(words, name)):
                        if blank not in step.number:
                            path = path_text("step", place, *([code] if code else []), name)
                            mistake(path, f"has a blank for an unknown number: {did_you_mean(blank, step.number)}")
            for code, number in step.number.items():
                ends = number.low is not None, number.high is not None
                if ends != (number.seeds is not None,) * 2:
                    mistake(path_text("step", place, "number", code), "must have seeds, low and high, or none of them")
            if step.focus is not None and not all(low < high for low, high in step.focus):
                mistake(path_text("step", place, "focus"), "must be [[x0, x1], [y0, y1]] with x0 < x1 and y0 < y1")
        return self


def _scenes(place: int, step: Step) -> Iterator[tuple[str, str]]:
    """The scenes that a step names, and where."""
    yield path_text("step", place, "scene"), step.scene
    for code, number in step.number.items():
        if number.scene is not None:
            yield path_text("step", place, "number", code, "scene"), number.scene


def parse_tour(text: str) -> Tour:
    """The tour that a TOML text describes.

    Raises:
        SceneError: the text is no TOML, or not a tour; the message names every mistake, or the first few.
    """
    return validated(text, Tour, "a tour")


@lru_cache(maxsize=1)
def the_tour() -> Tour:
    """The tour that comes with the program.

    Raises:
        SceneError: it cannot be read, or something in it is wrong.

    >>> len(the_tour().step)
    13
    """
    return load_tour(TOUR)


def load_tour(path: Path) -> Tour:
    """The tour in a file.

    Raises:
        SceneError: it cannot be read, or something in it is wrong.
    """
    try:
        with ordinary_file(path) as stream:
            text = bounded(stream, LARGEST_FILE, "a tour").decode("utf-8-sig")
    except OSError as error:
        raise SceneError(f"cannot read {path}: {why(error)}") from None
    except UnicodeDecodeError:
        raise SceneError(f"{path}: is not a text file in UTF-8") from None
    try:
        return parse_tour(text)
    except SceneError as error:
        raise SceneError(f"{path}: {error}") from None


def filled(sentence: str, told: Mapping[str, str]) -> str:
    """A sentence with what is told in its blanks.

    >>> filled("{one} of {all}", {"one": "1", "all": "20"})
    '1 of 20'
    """
    return BLANK.sub(lambda blank: told[blank[1]], sentence)


def blanks(sentence: str) -> set[str]:
    """The names of a sentence's blanks."""
    return set(BLANK.findall(sentence))
