"""What is told of a lane's rule and settings beside its name: what all lanes share makes way before what differs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from functools import lru_cache
from itertools import chain, combinations, product
from typing import NamedTuple

from ....descent.lane import Lane
from ....descent.rules import rule_name
from ....scene.value import Scene, unlike
from ...style import text
from ...style.numbers import batch_among, named_hyperparameters, plans, rule_in_words

BESIDE, SMALL = 0.9, 0.75
"""Height of the type beside a name, in ems, and where settings would else be left out."""
LESS = (1.0, 0.9)
"""Heights of the type of names, in ems, where what tells lanes apart would else be left out."""
LEAST = (*LESS, 0.82, 0.75)
"""Heights of the type of names, in ems, where these would else be cut."""
WIDEST = 24.0
"""How wide panels are at most for the sake of names, in ems."""
BADGE, APART = 1.3, 1.0
"""What a lane's badge takes before its name, and what is free after that, in ems."""
MEASURED, SPARE, PADDING = 40, 0.6, 1.2
"""Height of the type in which names are measured, in pixels, by how much others may be wider, and what is free on both
sides of a panel's words, in ems."""

RATE, BATCH, PLANS = "learning_rate", "batch", "plans"
"""Names of settings: those of other hyperparameters are the names of their fields."""


class Detail(IntEnum):
    """How much is told of a rule and of settings."""

    RULE = auto()
    """The rule's name before them."""
    SETTINGS = auto()
    """Settings without the rule's name."""
    LETTERS = auto()
    """The batch in letters."""
    SHORT = auto()
    """The batch without the number of all examples."""


class SettingsForm(NamedTuple):
    """How settings are told beside a name."""

    detail: Detail
    type: float = BESIDE
    """Height of the type, in ems; what sliders leave to be told is not written smaller."""
    keys: frozenset[str] | None = None
    """The names of those that are told; all of them, if None."""


FULL = (
    SettingsForm(Detail.RULE),
    SettingsForm(Detail.SETTINGS),
    SettingsForm(Detail.LETTERS),
    SettingsForm(Detail.LETTERS, SMALL),
    SettingsForm(Detail.SHORT),
    SettingsForm(Detail.SHORT, SMALL),
)
"""The forms that tell all settings."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A lane's rule and settings in words."""

    name: str
    rule: str
    given: tuple[tuple[str, str], ...]
    """The names of hyperparameters and of what is unusual, with what is told of them."""
    batch: tuple[str, str, str]
    """The batch in words, in letters, and without the number of all examples."""
    unlike: bool
    """Whether its learning rate makes the comparison with the others unfair."""

    def said(self, form: SettingsForm) -> str:
        """The settings in that form: what the name says already is left out of those that do not tell all."""
        batch = self.batch[max(0, form.detail - Detail.SETTINGS)]
        parts = [*self.given, (BATCH, batch)]
        if form.keys is not None:
            parts = [(key, words) for key, words in parts if key in form.keys and not self._named(key, words)]
        words = [words for _, words in parts]
        return " · ".join([self.rule, *words] if form.detail is Detail.RULE else words)

    def _named(self, key: str, words: str) -> bool:
        """Whether the lane's name says that; a learning rate unlike the others is told in any case."""
        sign, _, value = (self.batch[-1] if key == BATCH else words).partition(" ")
        there = re.search(rf"(?<!\w){re.escape(sign)} = {re.escape(value)}(?![\w.])", self.name)
        return there is not None and not (key == RATE and self.unlike)


def settings_of(scene: Scene, lane: int, count: int, language: str) -> Settings:
    """The settings of a scene's lane in words, where there are so many examples."""
    name, meant = scene.texts(language).lanes[lane], scene.lanes[lane]
    return _settings(name, meant, count, language, unlike(scene)[lane])


def _settings(name: str, lane: Lane, count: int, language: str, other_rate: bool) -> Settings:
    planned = plans(lane, language)
    given = [*named_hyperparameters(lane.rule).items(), *([(PLANS, " · ".join(planned))] if planned else [])]
    batch = batch_among(lane, count, language), f"B {lane.batch_size}/{count}", f"B {lane.batch_size}"
    return Settings(name, rule_in_words(rule_name(lane.rule), language), tuple(given), batch, other_rate)


def differing(lanes: Sequence[Settings]) -> tuple[str, ...]:
    """The names of the settings that not all lanes share, the most telling first."""
    told = [dict([*lane.given, (BATCH, lane.batch[0])]) for lane in lanes]
    names = [RATE, BATCH, *(key for key in dict.fromkeys(chain(*told)) if key not in {RATE, BATCH, PLANS}), PLANS]
    return tuple(key for key in names if len({each.get(key) for each in told}) > 1)


def forms(lanes: Sequence[Settings]) -> Iterator[SettingsForm]:
    """The forms in which all lanes of a picture may tell their settings, the fullest first.

    What all lanes share makes way first, and of what tells them apart as little as may be: never another learning rate.
    """
    yield from FULL
    different = differing(lanes)
    if not different:
        every = frozenset(key for lane in lanes for key, _ in lane.given)
        for keys in (every, every & {RATE, PLANS}, every & {RATE}):
            yield from (SettingsForm(Detail.LETTERS, size, keys) for size in (BESIDE, SMALL))
    for count in range(len(different), 0, -1):
        for keys in map(frozenset, combinations(different, count)):
            if RATE in keys or RATE not in different:
                details = (Detail.LETTERS, Detail.SHORT) if BATCH in keys else (Detail.SHORT,)
                yield from (SettingsForm(*how, keys) for how in product(details, (BESIDE, SMALL)))


def shortest(lanes: Sequence[Settings]) -> tuple[SettingsForm, SettingsForm]:
    """The shortest forms that tell all that differs, and the first of that; learning rates where nothing does."""
    different = differing(lanes) or (RATE,)
    most, first = (SettingsForm(Detail.SHORT, SMALL, frozenset(some)) for some in (different, different[:1]))
    return most, first


@lru_cache(maxsize=16)
def heading_widths(lanes: tuple[Lane, ...], names: tuple[str, ...], count: int, language: str) -> tuple[float, float]:
    """How wide panels have to be for whole names with the first thing that tells lanes apart, and with all that does,
    in ems.

    A panel that is wide enough for most names is never too narrow: longer ones are shortened.
    """
    told = [_settings(name, lane, count, language, False) for name, lane in zip(names, lanes, strict=True)]
    every = differing(told)
    first, whole = (
        max(_wide(each, frozenset(some), size) for each in told)
        for some, size in ((every[:1], LEAST[-1]), (every, LESS[-1]))
    )
    return min(WIDEST, first), min(WIDEST, whole)


def _wide(lane: Settings, keys: frozenset[str], size: float) -> float:
    """How wide a panel is that has room for these of a lane's settings, and its name in type so high; all in ems."""
    said = lane.said(SettingsForm(Detail.SHORT, SMALL, keys - {PLANS}))
    name = text.width(lane.name, round(MEASURED * size), bold=True)
    words = name + text.width(said, round(MEASURED * SMALL))
    return BADGE + PADDING + words / MEASURED + (APART if said else 0.0) + SPARE
