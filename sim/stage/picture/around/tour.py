"""The strip that tells a step of the tour: where the scene's sentence stands otherwise, in as many lines as it takes.

Its height is that of what the step says, and stays, whatever of it is told. Nothing of it ever lies over a map. What to
try besides stands last, on a line of its own where maps have room for that, else behind what was measured; the type of
all sentences is a little smaller where they leave no room for it otherwise. It stands in the tip of the button that
brings the step back, too, which is all there is to be had of it where even that does not help.
"""

from dataclasses import dataclass
from functools import lru_cache

import pygame

from ....descent.race import Race
from ....scene.tour import Step, Words, the_tour
from ...drawing.canvas import Canvas
from ...drawing.layout import Layout
from ...session.bindings import Deed, Errand, keys_of
from ...session.playback import GoToEnd
from ...session.session import Session
from ...session.tour import GoBack, Lead, ShowTour, answered, is_measured, strays
from ...style import text
from ...style.numbers import on_seeds, signed
from ...style.style import hairline
from ...style.theme import THEMES, Theme, load_theme
from ...style.wrapping import wrapped
from .caption import said_now
from .transport import NARROW, Knob, draw_knobs, knobs

# To the left and right of the words, in ems.
MARGIN = 0.7
# Between the words and the strip's upper and lower edges together, in lines.
EDGE = 0.5
# Lines of one sentence.
MOST = 9
# Height of the type of the keys that lead on, in ems: where they would be cut, it is smaller.
KEYS = (1.0, 0.85, 0.75)
# Heights of the type of what to try: the largest that leaves it on one line.
SIZES = (1.0, 0.9, 0.8, 0.7)
# Heights of the type of all sentences: the largest that leaves room for what to try.
TYPE = (1.0, 0.95, 0.9, 0.85)


def _pitch(height: int, lines: int) -> float:
    """From one of so many lines to the next, in pixels."""
    return height / (lines + EDGE)


@dataclass(frozen=True, slots=True)
class Row:
    """One of the strip's sentences."""

    words: str
    strong: bool


def strip_lines(place: int, theme: Theme, em: int, width: int) -> int:
    """How many lines the strip of a step takes, by its place, that is so many pixels wide; without what to try."""
    return _strip_lines(place, theme.language, em, width)


@lru_cache(maxsize=64)
def _strip_lines(place: int, language: str, em: int, width: int) -> int:
    room = _room(em, width)
    rows = _rows(place, load_theme(THEMES[0], language))
    return 1 + sum(len(wrapped(row.words, em, room, MOST, row.strong)) for row in rows)


def _room(em: int, width: int) -> int:
    return width - 2 * round(MARGIN * em)


@lru_cache(maxsize=64)
def _told(place: int, language: str) -> tuple[Words, Step, int]:
    """What is said at a step, the step, and the first of the seeds on which it stands."""
    from ....study.tour.blanks import first_seed, told  # noqa: PLC0415  Only the tour waits for these.

    step = the_tour().step[place]
    return told(step, language), step, first_seed(step)


def _rows(place: int, theme: Theme, instead: Row | None = None) -> tuple[Row, ...]:
    """The sentences of a step; instead: what stands in the place of what was measured."""
    words, step, first = _told(place, theme.language)
    found = theme.say("Measured: {words}", words=signed(words.found))
    found = on_seeds(found, step.seeds, first, step.sampled, theme.language)
    return (
        Row(words.says, True),
        Row(theme.say("Question: {words}", words=words.asks), False),
        Row(theme.say("Look: {words}", words=words.look), False),
        instead or Row(found, False),
    )


def _instead(session: Session, race: Race, tick: int, theme: Theme) -> Row | None:
    """What stands in the place of what was measured: what is said of the race just now, or how to come to its end.

    Over a picture that it is not about, it is not told at all, but at the end how to come back to the one that it is
    about.
    """
    own, over = is_measured(session), answered(session)
    if own and over:
        return None
    caption, _ = said_now(session, race, session.scene.timing(session.clock), tick, theme)
    if caption and not over:
        return Row(caption, True)
    end, back = keys_of(theme.say, GoToEnd()), keys_of(theme.say, GoBack())
    if own:
        hint = theme.say("Measured: at the end of the race · {key}: go there", key=end)
    elif session.live:
        hint = theme.say("Measured: at this step as it was · {key}: back there", key=back)
    else:
        hint = theme.say("Measured: at this step as it was")
    return Row(hint, False)


def guides(places: Layout, session: Session, theme: Theme) -> tuple[Knob, ...]:
    """The buttons of the strip; a picture in a file has none."""
    if session.tour is None or not session.live:
        return ()
    return _guides(tuple(places.look), places.em, places.look_lines, session.tour.step, theme)


@lru_cache(maxsize=4)
def _guides(place: tuple[int, int, int, int], em: int, lines: int, step: int, theme: Theme) -> tuple[Knob, ...]:
    say = theme.say
    every: tuple[tuple[str, Deed, str], ...] = (
        ("back", Lead(-1), say("the step before")),
        ("forward", Lead(1), say("the next step")),
        ("restart", GoBack(), f"{say('this step as it was')} · {to_try(step, theme)}"),
        ("away", ShowTour(), say("end the tour")),
    )
    left, top, width, height = place
    wide, gap, line = round(NARROW[0] * em), round(NARROW[1] * em), _pitch(height, lines)
    right = left + width - round(MARGIN * em) - len(every) * (wide + gap) + gap
    return tuple(
        Knob(
            name,
            pygame.Rect(right + index * (wide + gap), top + round(EDGE / 2 * line), wide, round(line)),
            does,
            say("{key}: {meaning}", key=keys_of(theme.say, does), meaning=meaning),
        )
        for index, (name, does, meaning) in enumerate(every)
    )


def draw_strip(canvas: Canvas, places: Layout, theme: Theme, session: Session, race: Race, tick: int) -> None:
    """Draw the session's step where the scene's own sentence would stand."""
    assert session.tour is not None
    place, em, number = places.look, places.em, session.tour.step
    line, left = _pitch(place.height, places.look_lines), place.left + round(MARGIN * em)
    canvas.rect(place, theme.background)
    canvas.rect(place, theme.panel, corner=em // 2)
    canvas.rect(place, theme.border, width=hairline(em), corner=em // 2)
    buttons = guides(places, session, theme)
    head = pygame.Rect(left, place.top + round(EDGE / 2 * line), place.right - left, round(line))
    _draw_head(canvas, head, em, theme, session, buttons)
    draw_knobs(canvas, buttons, theme, em)
    rows = _rows(number, theme, _instead(session, race, tick, theme))
    rest, room = places.look_lines - 1, _room(em, place.width)
    size = _type(number, theme.language, em, room, rest)
    lines = _broken(rows, size, room, rest)
    top = place.top + (1.5 + EDGE / 2) * line
    for count, (words, strong) in enumerate(lines):
        canvas.text(words, (left, top + count * line), size, theme.text if strong else theme.muted, bold=strong)
    last = _last(lines, to_try(number, theme), size, room, rest)
    if last is not None:
        canvas.text(to_try(number, theme), (left + last.across, top + last.line * line), last.size, theme.muted)


def _broken(rows: tuple[Row, ...], size: int, room: int, most: int) -> list[tuple[str, bool]]:
    """The lines of sentences, at most so many, and whether each is strong."""
    lines: list[tuple[str, bool]] = []
    for row in rows:
        broken = wrapped(row.words, size, room, min(most - len(lines), MOST), row.strong)
        lines += [(words, row.strong) for words in broken]
    return lines


@dataclass(frozen=True, slots=True)
class _Last:
    """Where what to try stands."""

    line: int
    across: int
    """How far from the left."""
    size: int


def _last(lines: list[tuple[str, bool]], words: str, size: int, room: int, most: int) -> _Last | None:
    """Where what to try is in full on one line, after the others; None where it is not."""
    line, across = len(lines), 0
    if line == most:
        line, across = line - 1, text.width(lines[-1][0], size, lines[-1][1]) + size
    sizes = (round(share * size) for share in SIZES)
    fits = next((height for height in sizes if text.width(words, height) <= room - across), None)
    return None if fits is None else _Last(line, across, fits)


@lru_cache(maxsize=64)
def _type(place: int, language: str, em: int, room: int, most: int) -> int:
    """Height of the type of a step's sentences on so many lines: the same whatever of them is told."""
    theme = load_theme(THEMES[0], language)
    rows, words = _rows(place, theme), to_try(place, theme)
    sizes = (round(share * em) for share in TYPE)
    return next((size for size in sizes if _last(_broken(rows, size, room, most), words, size, room, most)), em)


def to_try(place: int, theme: Theme) -> str:
    """What to try besides at a step, by its place."""
    words, _, _ = _told(place, theme.language)
    return theme.say("Try: {words}", words=words.play)


def _draw_head(
    canvas: Canvas, place: pygame.Rect, em: int, theme: Theme, session: Session, buttons: tuple[Knob, ...]
) -> None:
    """Which step it is, and the keys that lead on, beside the buttons that do the same."""
    assert session.tour is not None
    number = session.tour.step
    words, _, _ = _told(number, theme.language)
    head = theme.say(
        "Step {number} of {count}: {title}", number=number + 1, count=len(the_tour().step), title=words.title
    )
    right = buttons[0].place.left - em if buttons else place.right
    end = canvas.text(text.fitted(head, em, right - place.left, True), place.midleft, em, theme.lane(0), bold=True)
    if not buttons:
        return
    lost = strays(session)
    if lost:
        back = keys_of(theme.say, GoBack())
        forms = (
            theme.say("Changed by hand · {key}: this step as it was", key=back),
            theme.say("{key}: {meaning}", key=back, meaning=theme.say("this step as it was")),
            back,
        )
    else:
        ends = (ShowTour(),) if session.sheet else (ShowTour(), Errand.BACK)  # Esc closes the sheet first.
        lead, away = keys_of(theme.say, Lead(-1), Lead(1)), keys_of(theme.say, *ends)
        forms = (
            theme.say("{lead}: steps · {away}: end", lead=lead, away=away),
            theme.say("{key}: {meaning}", key=keys_of(theme.say, Lead(1)), meaning=theme.say("the next step")),
            lead,
        )
    keys, size = text.suited(forms, [round(height * em) for height in KEYS], right - end - 2 * em)
    canvas.text(keys, (right, place.centery), size, theme.text if lost else theme.muted, align=1)


def all_knobs(places: Layout, session: Session, theme: Theme) -> tuple[Knob, ...]:
    """All buttons of a picture: those below the maps, and those of the strip."""
    return (*knobs(places, session, theme), *guides(places, session, theme))
