"""What a sheet says while it hides the answer to an open question: how to come to it, and the lanes to guess."""

from dataclasses import dataclass
from functools import lru_cache

import pygame

from ..drawing.canvas import Canvas
from ..drawing.glyphs import draw_badge
from ..session.bindings import keys_of
from ..session.odds import untold
from ..session.playback import GoToEnd
from ..session.session import Session, Sheet
from ..session.setup import SkipQuestion
from ..session.tour import asked
from ..style import text
from ..style.style import hairline
from ..style.theme import Theme
from ..style.wrapping import balanced, complete

SIZES = (1.25, 1.1, 1.0, 0.9, 0.8, 0.7)
"""Height of the type in ems, the largest first: it has what there is room for."""
WIDEST = 46.0
"""Width of the box at most, in heights of its type."""
PITCH = 1.5
"""From one line to the next, in heights of the type."""
BUTTON, BADGE, AROUND, APART = 2.1, 1.9, 0.8, 0.7
"""Height of a lane's button, room for its badge, between its words and its ends, and between two of them, in heights of
the type."""
EDGE = 1.0
"""Between the box and what it holds, in heights of the type."""
BESIDE = (0.44, 0.87)
"""From where to where the box may reach over a table, in widths of the sheet: what its rows are about is not hidden."""
MOST = 6
"""Lines of the sentence at most."""


@dataclass(frozen=True, slots=True)
class Hiding:
    """The box in the middle of a sheet, and what it says."""

    box: pygame.Rect
    size: int
    """Height of the type, in pixels."""
    lines: tuple[str, ...]
    buttons: tuple[pygame.Rect, ...]
    """A button for each lane that may be guessed."""

    def lane_at(self, pixel: tuple[int, int] | None) -> int | None:
        """The lane whose button is at that pixel of the picture."""
        if pixel is None:
            return None
        return next((lane for lane, place in enumerate(self.buttons) if place.collidepoint(pixel)), None)


def takes_guesses(session: Session) -> bool:
    """Whether a lane may be guessed on the sheet: to the scene's question, or a step's about lanes' ends."""
    if session.guess is not None or session.playing or session.tick or session.help:
        return False
    of_step = asked(session) and session.sheet == "odds" and session.scene.question is not None
    return bool(session.sheet) and (session.waiting or of_step)


def hiding(body: pygame.Rect, em: int, theme: Theme, session: Session) -> Hiding | None:
    """What is said in the middle of a sheet, over that part of it; None where it hides nothing."""
    if not session.sheet or not untold(session):
        return None
    names = session.scene.texts(theme.language).lanes
    offered = names if takes_guesses(session) else ()
    return _hiding(tuple(body), em, session.sheet, _sentence(session, names, theme), offered)


def _sentence(session: Session, names: tuple[str, ...], theme: Theme) -> str:
    """What hides the answer, and what brings it."""
    if takes_guesses(session):
        key = keys_of(theme.say, SkipQuestion())
        return theme.say("The answer is hidden until you guess: click a lane here, or press {key} to see it.", key=key)
    if session.guess is not None and session.guess < len(names):
        guess, key = names[session.guess], keys_of(theme.say, GoToEnd())
        return theme.say("You guessed {guess}; the answer comes with the race. {key} goes there.", guess=guess, key=key)
    key = keys_of(theme.say, SkipQuestion())
    return theme.say("The answer is hidden while you think about the question: {key} shows it.", key=key)


@lru_cache(maxsize=8)
def _hiding(body: tuple[int, int, int, int], em: int, sheet: Sheet, sentence: str, names: tuple[str, ...]) -> Hiding:
    area = pygame.Rect(body)
    if sheet == "contrast":
        left, right = (round(share * area.width) for share in BESIDE)
        area = pygame.Rect(area.left + left, area.top, right - left, area.height)
    laid = [_laid(area, round(share * em), sentence, names) for share in SIZES]
    fitting = (each for each in laid if area.contains(each.box) and complete(each.lines, sentence))
    return next(fitting, laid[-1])


def _laid(area: pygame.Rect, size: int, sentence: str, names: tuple[str, ...]) -> Hiding:
    """The box in the middle of an area, with type of that height."""
    edge = round(EDGE * size)
    room = min(area.width - 2 * edge, round(WIDEST * size))
    lines = balanced(sentence, size, room, MOST)
    rows = _rows([_wide(name, size, room) for name in names], round(APART * size), room)
    across = [sum(row) + round(APART * size) * (len(row) - 1) for row in rows]
    high, below = round(PITCH * size), round((BUTTON + APART) * size)
    tall = len(lines) * high + len(rows) * below + 2 * edge
    wide = max([text.width(line, size, bold=True) for line in lines] + across) + 2 * edge
    box = pygame.Rect(0, 0, wide, tall)
    box.center = area.center
    buttons, top = list[pygame.Rect](), box.top + edge + len(lines) * high + round(APART * size)
    for row, width in zip(rows, across, strict=True):
        left = box.centerx - width // 2
        for each in row:
            buttons.append(pygame.Rect(left, top, each, round(BUTTON * size)))
            left += each + round(APART * size)
        top += below
    return Hiding(box, size, lines, tuple(buttons))


def _wide(name: str, size: int, room: int) -> int:
    """Width of a lane's button."""
    return min(room, round((BADGE + AROUND) * size) + text.width(name, size, bold=True))


def _rows(widths: list[int], gap: int, room: int) -> list[list[int]]:
    """The widths of buttons, row by row: in each as many as there is room for."""
    rows = list[list[int]]()
    for width in widths:
        if rows and sum(rows[-1]) + gap * len(rows[-1]) + width <= room:
            rows[-1].append(width)
        else:
            rows.append([width])
    return rows


def draw_hiding(canvas: Canvas, here: Hiding, em: int, theme: Theme, session: Session) -> None:
    """Draw the box over the sheet; the button under the pointer that waits for a click has a broader line."""
    size, pointed = here.size, here.lane_at(session.pointer)
    canvas.rect(here.box, theme.panel, corner=em // 2)
    canvas.rect(here.box, theme.muted, width=hairline(em), corner=em // 2)
    top = here.box.top + round(EDGE * size)
    for number, line in enumerate(here.lines):
        canvas.text(
            line, (here.box.centerx, top + (number + 0.5) * PITCH * size), size, theme.text, bold=True, align=0.5
        )
    names = session.scene.texts(theme.language).lanes
    for lane, place in enumerate(here.buttons):
        color, width = theme.lane(lane), (3 if lane == pointed else 1) * hairline(em)
        canvas.rect(place, theme.background, corner=em // 2)
        canvas.rect(place, color, width=width, corner=em // 2)
        draw_badge(canvas, (place.left + 1.05 * size, place.centery), 0.42 * size, lane, color)
        left = place.left + round(BADGE * size)
        name = text.fitted(names[lane], size, place.right - left - size // 4, bold=True)
        canvas.text(name, (left, place.centery), size, theme.text, bold=True)
