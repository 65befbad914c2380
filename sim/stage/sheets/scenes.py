"""The sheet of all scenes: a small picture of each, its title, and a line about what one sees there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pygame

from ..drawing.canvas import Canvas
from ..drawing.layout import Layout, usual_type
from ..session.bindings import Errand, keys_of
from ..session.scenes import ShowScenes, count
from ..session.session import Session
from ..style import text
from ..style.cache import cached
from ..style.style import hairline
from ..style.theme import Theme
from ..style.wrapping import wrapped

SHAPE = 1.6  # Width of a small picture over its height.
PICTURE = (400, 250)
"""The size in pixels in which the small pictures are made; on the sheet they are made to fit."""
MOST_COLUMNS = 8
HEADING = 2.2  # Height of the sheet's title, in ems.
TITLE, LINE = 1.5, 1.15  # Heights of a card's title and of a line of what it says, in ems.
TITLE_LINES = 2  # Of a card that says nothing else, at most.
SMALLER = 0.95
"""Width of a picture, as a share of what it would be beside type of the usual size, below which cards say less."""
LINES = (3, 4)  # Lines of what a card says, at least and at most.
TOLD = 2  # Lines at the sheet's lower edge that say all of the marked card's sentences.
PITCH = 1.35  # From one of these to the next, in ems.
SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
"""What stands between two of them."""
GAP = 0.6  # Between cards, in ems.
MARKED = 2.5  # Width of the line around the marked one, in strokes.


@dataclass(frozen=True, slots=True)
class Cards:
    """Where the cards stand."""

    whole: pygame.Rect
    columns: int
    places: tuple[pygame.Rect, ...]
    em: int
    brief: bool = False
    """Whether below a picture there is only its title, since else it would be small."""

    @property
    def foot(self) -> int:
        """Height of what is written below a picture, at least."""
        return round((TITLE + (TITLE_LINES - 1 if self.brief else LINES[0]) * LINE) * self.em)

    def at(self, pixel: tuple[int, int]) -> int | None:
        """Which card is at that pixel."""
        return next((place for place, card in enumerate(self.places) if card.collidepoint(pixel)), None)

    def picture(self, place: int) -> pygame.Rect:
        """Where the small picture of a card stands."""
        card = self.places[place]
        room = pygame.Rect(card.left, card.top, card.width, card.height - self.foot)
        inside = pygame.Rect(0, 0, min(room.width, round(SHAPE * room.height)), 0)
        inside.height = round(inside.width / SHAPE)
        inside.midtop = room.midtop
        return inside


@dataclass(frozen=True, slots=True)
class Card:
    """What is told of a scene."""

    title: str
    look: str = ""
    picture: pygame.Surface | None = None
    """None until it is there: an outline stands in."""


def cards_of(places: Layout, session: Session) -> Cards:
    """Where the cards of a session's scenes stand."""
    return dealt(places, count(session))


def dealt(places: Layout, number: int) -> Cards:
    """So many cards over maps and chart, in as many columns as make the pictures largest.

    Larger type takes none of their room as long as that can be had below them.
    """
    cards = _laid(places, number, places.em)
    usual = min(places.em, usual_type(places.size))
    if cards.picture(0).width >= SMALLER * _laid(places, number, usual).picture(0).width:
        return cards
    return _laid(places, number, places.em, brief=True)


def _laid(places: Layout, number: int, em: int, brief: bool = False) -> Cards:
    whole = places.look.unionall([places.title, places.chart, *(panel.frame for panel in places.panels)])
    field = whole.inflate(-2 * em, -round(1.2 * em))
    head, foot = round(HEADING * em), round((TOLD * PITCH + GAP) * em)
    field.top, field.height = field.top + head, field.height - head - foot
    found = [_cards(whole, field, number, columns, em, brief) for columns in range(1, min(MOST_COLUMNS, number) + 1)]
    return max(found, key=lambda cards: cards.picture(0).width)


def _cards(whole: pygame.Rect, field: pygame.Rect, number: int, columns: int, em: int, brief: bool) -> Cards:
    rows, gap = -(-number // columns), round(GAP * em)
    width, height = (field.width - (columns - 1) * gap) // columns, (field.height - (rows - 1) * gap) // rows
    places = tuple(
        pygame.Rect(field.left + column * (width + gap), field.top + row * (height + gap), width, height)
        for row, column in (divmod(place, columns) for place in range(number))
    )
    return Cards(whole, columns, places, em, brief)


def draw_scenes(canvas: Canvas, places: Layout, theme: Theme, session: Session, cards: Sequence[Card]) -> None:
    """Draw the sheet with these cards of the session's scenes, one of them marked."""
    here, em = cards_of(places, session), places.em
    canvas.rect(here.whole, theme.background)
    canvas.rect(here.whole, theme.border, width=hairline(em), corner=em // 2)
    line = here.whole.top + round(0.6 * em) + HEADING * em / 2
    canvas.text(theme.say("Scenes"), (here.whole.left + em, line), round(1.35 * em), theme.text, bold=True)
    for place, card in enumerate(cards):
        _draw_card(canvas, here, place, card, theme)
        if place == session.picking:
            width = max(2, round(MARKED * em / 15))
            canvas.rect(here.places[place].inflate(2 * width, 2 * width), theme.lane(0), width=width, corner=em // 3)
            _draw_told(canvas, here, card, theme)


def keys_here(theme: Theme) -> str:
    """The keys that choose on the sheet."""
    keys = keys_of(theme.say, ShowScenes(), Errand.BACK)
    return theme.say("arrows and Enter, or a click, choose · {keys}: put away", keys=keys)


def _draw_told(canvas: Canvas, here: Cards, card: Card, theme: Theme) -> None:
    """All that a card's scene says, at the lower edge, for below its picture there may not be room for it."""
    em, top = here.em, here.whole.bottom - (TOLD * PITCH + GAP) * here.em
    for number, words in enumerate(wrapped(card.look, em, here.whole.width - 2 * em, TOLD)):
        canvas.text(words, (here.whole.left + em, top + (number + 0.5) * PITCH * em), em, theme.text)


def _sentences(told: str, size: int, width: int, most: int) -> Sequence[str]:
    """As many whole sentences as so many lines have room for; of the first one what they have room for."""
    ends = [*(gap.start() for gap in SENTENCES.finditer(told)), len(told)]
    lines = [wrapped(told[:end], size, width, most + 1) for end in ends]
    return next((each for each in reversed(lines) if len(each) <= most), wrapped(told[: ends[0]], size, width, most))


def _draw_card(canvas: Canvas, here: Cards, place: int, card: Card, theme: Theme) -> None:
    em, box, picture = here.em, here.places[place], here.picture(place)
    if card.picture is None:
        canvas.rect(picture, theme.panel, corner=em // 3)
        if card.look:  # Else it is a file that cannot be read.
            words = text.fitted(theme.say("being drawn …"), round(0.85 * em), picture.width)
            canvas.text(words, picture.center, round(0.85 * em), theme.faint, align=0.5)
    else:
        canvas.image(_fitted(card.picture, picture.size), picture.topleft)
    canvas.rect(picture, theme.border, width=hairline(em), corner=em // 3 if card.picture is None else 0)
    y, small = picture.bottom + TITLE * em / 2, round(0.85 * em)
    if here.brief:
        for number, words in enumerate(wrapped(card.title, em, box.width, TITLE_LINES, True)):
            canvas.text(words, (box.centerx, y + number * LINE * em), em, theme.text, bold=True, align=0.5)
        return
    room = int((box.bottom - picture.bottom - TITLE * em) / (LINE * em) + 0.05)
    canvas.text(
        text.fitted(card.title, em, box.width, bold=True), (box.centerx, y), em, theme.text, bold=True, align=0.5
    )
    for number, words in enumerate(_sentences(card.look, small, box.width, min(max(room, LINES[0]), LINES[1]))):
        row = y + (TITLE / 2 + (number + 0.5) * LINE) * em
        canvas.text(words, (box.centerx, row), small, theme.muted, align=0.5)


@cached
def _fitted(picture: pygame.Surface, size: tuple[int, int]) -> pygame.Surface:
    """A small picture in another size."""
    return pygame.transform.smoothscale(picture, size)
