"""The strip that tells a step of the tour: where the scene's sentence stands otherwise, in as many lines as it takes.

Its height is that of what the step says, and stays, whatever of it is told. Nothing of it ever lies over a map. What to
try besides stands in the tip of the button that brings the step back, too.
"""

from functools import lru_cache

import pygame

from ....descent.race import Race
from ....scene.tour import the_tour
from ...drawing.canvas import Canvas
from ...drawing.layout import Layout
from ...session.bindings import Deed, Errand, keys_of
from ...session.session import Session
from ...session.tour import GoBack, Lead, ShowTour, answered, is_measured, strays
from ...style import text
from ...style.style import hairline
from ...style.theme import Theme
from .caption import said_now
from .strip import MARGIN, Line, Row, arranged, at_the_end, back_there, room_in, rows, to_try, told_at, type_of_strip
from .transport import NARROW, Knob, draw_knobs, knobs

# Between the words and the strip's upper and lower edges together, in lines.
EDGE = 0.5
# Height of the type of the keys that lead on, in ems: where they would be cut, it is smaller.
KEYS = (1.0, 0.85, 0.75)


def _pitch(height: int, lines: int) -> float:
    """From one of so many lines to the next, in pixels."""
    return height / (lines + EDGE)


def _instead(session: Session, race: Race, tick: int, theme: Theme) -> tuple[Row | None, ...]:
    """What stands in the place of what was measured: what is said of the race just now, or how to come to its end.

    The latter, too, where there is no room for the former. Over a picture that it is not about, what was measured is
    not told at all, but at the end how to come back to the one that it is about.
    """
    own, over = is_measured(session), answered(session)
    if own and over:
        return (None,)
    hint = at_the_end(theme) if own else back_there(theme, session.live)
    caption, _ = said_now(session, race, session.scene.timing(session.clock), tick, theme)
    return (Row(caption, True), hint) if caption and not over else (hint,)


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
    top = place.top + (1.5 + EDGE / 2) * line
    for each in _said(places, number, theme, _instead(session, race, tick, theme), answered(session)):
        ink = theme.text if each.strong else theme.muted
        canvas.text(each.words, (left + each.across, top + each.number * line), each.size, ink, bold=each.strong)


def _said(places: Layout, step: int, theme: Theme, instead: tuple[Row | None, ...], claimed: bool) -> tuple[Line, ...]:
    """The lines of the strip, with the first of what may stand in the place of what was measured that has room."""
    width, rest, words = places.look.width, places.look_lines - 1, to_try(step, theme)
    size, room = type_of_strip(step, theme.language, places.em, width, rest + 1), room_in(places.em, width)
    ways = (arranged(rows(step, theme, each, claimed), words, size, room, rest) for each in instead)
    return next(filter(None, ways), ())


def _draw_head(
    canvas: Canvas, place: pygame.Rect, em: int, theme: Theme, session: Session, buttons: tuple[Knob, ...]
) -> None:
    """Which step it is, and the keys that lead on, beside the buttons that do the same."""
    assert session.tour is not None
    number = session.tour.step
    words, _, _ = told_at(number, theme.language)
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
