"""What the strip that tells a step of the tour says, and in which lines.

The question comes first. The claim, which is its answer, and what was measured come when the race has been seen.
What to try besides stands last, on lines of its own; where these would take room that maps need, it stands behind what
was measured, and type is a little smaller where that has no room for it else.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ....base.limits import THEMES
from ....scene.tour import Step, Words, the_tour
from ...session.bindings import keys_of
from ...session.playback import GoToEnd
from ...session.tour import GoBack
from ...style import text
from ...style.numbers import on_seeds, signed
from ...style.theme import Theme, load_theme
from ...style.wrapping import wrapped

MARGIN = 0.7
"""To the left and right of the words, in ems."""
MOST = 9
"""Lines of one sentence."""
BEHIND = 0.85
"""Height of the type of what to try where it stands behind another sentence, in heights of that one's, at least."""
MEASURED = 32
"""Height of the type in which it is measured how long sentences are."""
LOST = 0.5
"""What a line that is broken between words leaves empty at its end, in ems, on average."""


@dataclass(frozen=True, slots=True)
class Row:
    """One of the strip's sentences."""

    words: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the strip, or what stands at its end."""

    words: str
    strong: bool
    number: int
    """Which line it is, from the first below the title on."""
    size: int
    """Height of its type, in pixels."""
    across: int = 0
    """How far from the left it begins, in pixels."""


@lru_cache(maxsize=64)
def told_at(place: int, language: str) -> tuple[Words, Step, int]:
    """What is said at a step, by its place, the step, and the first of the seeds on which it stands."""
    from ....study.tour.blanks import first_seed, told  # noqa: PLC0415  Only the tour waits for these.

    step = the_tour().step[place]
    return told(step, language), step, first_seed(step)


def to_try(place: int, theme: Theme) -> str:
    """What to try besides at a step, by its place."""
    words, _, _ = told_at(place, theme.language)
    return theme.say("Try: {words}", words=words.play)


def rows(place: int, theme: Theme, instead: Row | None = None, claimed: bool = True) -> tuple[Row, ...]:
    """The sentences of a step but what to try; instead: what stands in the place of what was measured.

    claimed: whether the claim is among them, which the question is about.
    """
    words, step, first = told_at(place, theme.language)
    found = theme.say("Measured: {words}", words=signed(words.found))
    found = on_seeds(found, step.seeds, first, step.sampled, theme.language)
    claim = (Row(words.says, True),) if claimed else ()
    question = Row(theme.say("Question: {words}", words=words.asks), not claimed)
    return *claim, question, Row(theme.say("Look: {words}", words=words.look)), instead or Row(found)


def at_the_end(theme: Theme) -> Row:
    """Where what was measured is told."""
    return Row(theme.say("Measured: at the end of the race · {key}: go there", key=keys_of(theme.say, GoToEnd())))


def back_there(theme: Theme, live: bool) -> Row:
    """How to come back to the picture that what was measured is about; a file has no keys."""
    if not live:
        return Row(theme.say("Measured: at this step as it was"))
    back = keys_of(theme.say, GoBack())
    return Row(theme.say("Measured: at this step as it was · {key}: back there", key=back))


def _every(place: int, theme: Theme) -> Iterator[tuple[Row, ...]]:
    """The sentences of a step but what to try, in each of the ways in which they may have to be told."""
    yield rows(place, theme, at_the_end(theme), claimed=False)
    for instead in (None, back_there(theme, True)):
        yield rows(place, theme, instead)


def room_in(em: int, width: int) -> int:
    """How long lines of a strip may be that is so many pixels wide."""
    return width - 2 * round(MARGIN * em)


@lru_cache(maxsize=256)
def strip_lines(place: int, language: str, em: int, width: int) -> int:
    """How many lines the strip of a step takes, by its place, that is so many pixels wide, with its title."""
    theme, room = load_theme(THEMES[0], language), room_in(em, width)
    last = len(wrapped(to_try(place, theme), em, room, MOST))
    return 1 + last + max(len(_broken(said, em, room)) for said in _every(place, theme))


@lru_cache(maxsize=256)
def fits(place: int, language: str, size: int, room: int, lines: int) -> bool:
    """Whether all that a step's strip says has room on so many lines, with its title, in type of that height.

    Whatever of it is told, none of these lines being longer than the room.
    """
    theme = load_theme(THEMES[0], language)
    return all(arranged(way, to_try(place, theme), size, room, lines - 1) for way in _every(place, theme))


@lru_cache(maxsize=256)
def type_of_strip(place: int, language: str, em: int, width: int, lines: int) -> int:
    """Height of the type of a step's sentences on so many lines, in pixels: the same whatever of them is told."""
    room = room_in(em, width)
    return next((size for size in range(em, em // 2, -1) if fits(place, language, size, room, lines)), em // 2)


def arranged(said: Iterable[Row], last: str, size: int, room: int, most: int) -> tuple[Line, ...]:
    """Sentences on at most so many lines, and what stands last after them, all in full; nothing if that cannot be."""
    broken = _broken(said, size, room)
    lines = [Line(words, strong, number, size) for number, (words, strong) in enumerate(broken)]
    own = wrapped(last, size, room, MOST)
    if len(lines) + len(own) <= most:
        return *lines, *(Line(words, False, number, size) for number, words in enumerate(own, len(lines)))
    if not lines or len(lines) > most:
        return ()
    across = text.width(lines[-1].words, size, lines[-1].strong) + size
    sizes = range(size, math.ceil(BEHIND * size) - 1, -1)
    behind = next((height for height in sizes if text.width(last, height) <= room - across), None)
    return () if behind is None else (*lines, Line(last, False, lines[-1].number, behind, across))


def _broken(said: Iterable[Row], size: int, room: int) -> list[tuple[str, bool]]:
    """The lines of sentences, and whether each is strong."""
    return [(words, row.strong) for row in said for words in wrapped(row.words, size, room, MOST, row.strong)]


def lines_about(place: int, language: str, em: int, width: int) -> int:
    """How many lines the strip of a step takes or one less, found without breaking them, which takes long."""
    room = (room_in(em, width) - LOST * em) * MEASURED / em
    return 1 + sum(math.ceil(length / room) for length in _lengths(place, language))


@lru_cache(maxsize=64)
def _lengths(place: int, language: str) -> tuple[int, ...]:
    """How long a step's sentences are, in pixels, in type of a height of MEASURED."""
    theme = load_theme(THEMES[0], language)
    said = *rows(place, theme), Row(to_try(place, theme))
    return tuple(text.width(row.words, MEASURED, row.strong) for row in said)
