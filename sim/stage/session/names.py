"""Names that were made for a lane's settings, and follow them; what the user calls a lane stays.

A name is made if it says nothing but settings: the rule or the kind of batch, η, B, and a number that tells two of
the same name apart. When a setting changes, what the name said of it is said anew, and the rest stays.
"""

import re
from collections.abc import Iterable, Iterator

from ...base.languages import everywhere
from ...descent.lane import Lane
from ...descent.rules import rule_name, title_of
from ...scene import Scene
from ...scene.speech import LONGEST_NAME, InLanguages
from ..style.text import missing

BOXES = "No installed font has {characters} of the name {name}."
"""What is said of a name that cannot be shown."""
MOST_TOLD = 4
"""As many characters are told of those that cannot be shown."""

WORDS = (
    *("full batch", "minibatch", "descent", "gradient descent", "momentum", "momentum (torch)"),
    *("Nesterov (ahead)", "RMSprop (momentum)", "RMSprop (centered)", "saddle-free Newton"),
)
"""What has words in every language; the rest of a made name is signs and names."""

RATE, SIZE = re.compile(r"η = \S+"), re.compile(r"B = \d+")
NUMBERED = re.compile(r"(.+) \((\d+)\)")
"""A name and its number: in brackets, for many a name ends in the value of a setting."""
MOST_NUMBER = 99


def numbered(stem: str) -> Iterator[str]:
    """The name with one number after the other, cut where it would be too long."""
    room = LONGEST_NAME - len(f" ({MOST_NUMBER})")
    return (f"{stem[:room]} ({number})" for number in range(2, MOST_NUMBER + 1))


def made(lane: Lane, count: int, taken: Iterable[str]) -> str:
    """A name for the lane's settings that none of the others has, where there are so many examples."""
    base = _kind(lane, count)
    return _free([base, f"{base}, {_rate(lane)}", f"{base}, {_size(lane)}"], base, set(taken))


def followed(name: str, before: Lane, after: Lane, counts: tuple[int, int], taken: Iterable[str]) -> str:
    """The name of a lane that has changed, where there were and are so many examples.

    It is the same if it was not made for the settings that the lane had, or is still true.
    """
    stem = _stem(name, before, counts[0])
    if stem is None or _said(stem, after, counts[1]):
        return name
    parts = [_anew(part, after, counts[1]) for part in stem.split(", ")]
    there = ", ".join(dict.fromkeys(parts))
    return _free([there], there, set(taken))


def unseen(scene: Scene, language: str) -> tuple[tuple[str, str], ...]:
    """The names in a scene of which something cannot be shown, and in words what that is."""
    texts = scene.texts(language)
    lacking = ((name, missing(name)) for name in dict.fromkeys((texts.title, *texts.lanes)))
    return tuple((name, _told(characters)) for name, characters in lacking if characters)


def _told(characters: str) -> str:
    """Characters by their numbers: a box would say nothing."""
    numbers = ", ".join(f"U+{ord(character):04X}" for character in characters[:MOST_TOLD])
    return f"{numbers}, …" if len(characters) > MOST_TOLD else numbers


def in_languages(name: str) -> InLanguages[str]:
    """A made name in the languages that have other words for it."""
    match = NUMBERED.fullmatch(name)
    stem = match[1] if match else name
    first, comma, rest = stem.partition(", ")
    if first not in WORDS:
        return ()
    end = comma + rest + name.removeprefix(stem)
    return tuple((code, words + end) for code, words in everywhere(first))


def _stem(name: str, lane: Lane, count: int) -> str | None:
    """The name without its number, if it says the lane's settings; None if it says anything else."""
    match = NUMBERED.fullmatch(name)
    stems = (name, match[1]) if match else (name,)
    return next((stem for stem in stems if _said(stem, lane, count)), None)


def _said(stem: str, lane: Lane, count: int) -> bool:
    """Whether all that it says is true of the lane."""
    return all(part in _truths(lane, count) for part in stem.split(", "))


def _truths(lane: Lane, count: int) -> set[str]:
    """All that may be said of a lane's settings."""
    rule = rule_name(lane.rule)
    plain = {"descent", "gradient descent"} if rule == "gradient descent" else {rule}
    return {_kind(lane, count), title_of(rule), _rate(lane), _size(lane)} | plain


def _anew(part: str, lane: Lane, count: int) -> str:
    """What a part of a name has to say now."""
    if RATE.fullmatch(part):
        return _rate(lane)
    if SIZE.fullmatch(part):
        return _size(lane)
    return part if part in _truths(lane, count) else _kind(lane, count)


def _kind(lane: Lane, count: int) -> str:
    """The rule; of plain descent, the kind of batch."""
    rule = rule_name(lane.rule)
    if rule != "gradient descent":
        return title_of(rule).strip()  # That of a file may have blanks at its ends.
    return "full batch" if lane.sees_all(count) else "minibatch"


def _rate(lane: Lane) -> str:
    return f"η = {lane.rule.learning_rate:g}"


def _size(lane: Lane) -> str:
    return f"B = {lane.batch_size}"


def _free(names: list[str], stem: str, taken: set[str]) -> str:
    """The first of the names that nobody has, or else the stem with a number."""
    return next(name for name in (*names, *numbered(stem)) if name not in taken and len(name) <= LONGEST_NAME)
