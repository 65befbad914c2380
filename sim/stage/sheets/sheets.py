"""The sheets over the maps: their tabs, how far the counting has come, and what is on each, once it has been drawn.

What draws them is loaded when it is first needed: it takes longer than a frame may.
"""
# ruff: noqa: PLC0415

from collections.abc import Iterator
from dataclasses import dataclass

import pygame

from ...study.odds.tally import SEEDS, Tally, contrast_of, odds_of
from ..drawing.canvas import Backdrop, Canvas
from ..drawing.layout import Layout
from ..drawing.screen import painted
from ..session.bindings import Errand, keys_of
from ..session.odds import ShowOdds, computing, sentence_of_failure, untold
from ..session.playback import GoToEnd
from ..session.session import SHEETS, Session, Sheet
from ..style import text
from ..style.numbers import percent
from ..style.style import hairline
from ..style.theme import Theme
from .hidden import draw_hiding, hiding

LABELS = {"odds": "odds", "contrast": "small against large batch"}
"""What the sheets are called on their tabs."""
MARGIN = 0.7  # Of a page of figures, in ems: the figures are to stand where the maps do.


TABS = 1.9
"""Height of the tabs, in ems."""


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """Where things stand on a sheet."""

    whole: pygame.Rect
    tabs: dict[Sheet, pygame.Rect]
    progress: pygame.Rect
    body: pygame.Rect


def sheet_layout(places: Layout, theme: Theme) -> SheetLayout:
    """A sheet takes the place of maps and chart."""
    em, gap = places.em, round(0.5 * places.em)
    whole = places.chart.unionall([panel.frame for panel in places.panels])
    tall, left = round(TABS * em), whole.left
    tabs = dict[Sheet, pygame.Rect]()
    for name in SHEETS:
        width = text.width(theme.say(LABELS[name]), em, bold=True) + 2 * em
        tabs[name] = pygame.Rect(left, whole.top, width, tall)
        left += width + gap
    progress = pygame.Rect(left + gap, whole.top, whole.right - left - gap, tall)
    body = pygame.Rect(whole.left, whole.top + tall, whole.width, whole.height - tall).inflate(
        round(2 * MARGIN * em), 0
    )
    return SheetLayout(whole, tabs, progress, body)


def tab_at(places: Layout, theme: Theme, pixel: tuple[int, int]) -> Sheet | None:
    """The sheet whose tab is at that pixel of the picture."""
    tabs = sheet_layout(places, theme).tabs
    return next((name for name, tab in tabs.items() if tab.collidepoint(pixel)), None)


def draw_over(canvas: Canvas, places: Layout, theme: Theme, session: Session, tally: Tally | None) -> None:
    """Draw the session's sheet with what a tally says, which may be older than the session's own; None: nothing yet."""
    here, em = sheet_layout(places, theme), places.em
    canvas.rect(here.whole.union(here.body), theme.background)
    for name, tab in here.tabs.items():
        chosen = name == session.sheet
        canvas.rect(tab, theme.text if chosen else theme.panel, corner=em // 2)
        if not chosen:
            canvas.rect(tab, theme.border, width=hairline(em), corner=em // 2)
        ink = theme.background if chosen else theme.text
        canvas.text(theme.say(LABELS[name]), tab.center, em, ink, bold=True, align=0.5)
    _draw_progress(canvas, here.progress, theme, em, session)
    if tally is not None:
        canvas.backdrop(_body(session.sheet, tally, theme, em, here.body.size, untold(session)), here.body.topleft)
    hides = hiding(here.body, em, theme, session)
    if hides is not None:
        draw_hiding(canvas, hides, em, theme, session)


def lane_offered(places: Layout, theme: Theme, session: Session, pixel: tuple[int, int] | None) -> int | None:
    """The lane that a click at that pixel of the picture would guess on the sheet; None where there is none."""
    hides = hiding(sheet_layout(places, theme).body, places.em, theme, session)
    return None if hides is None else hides.lane_at(pixel)


def pieces(name: Sheet, tally: Tally, theme: Theme, em: int, size: tuple[int, int]) -> Iterator[None]:
    """Get ready what `draw_over` needs of a tally, in pieces that are short enough for a frame each."""
    from .odds import arranged

    if name == "odds":
        odds_of(tally)
        yield
        arranged(tally, theme, em, size)
    else:
        contrast_of(tally)
    yield
    painted(_body(name, tally, theme, em, size))


def _draw_progress(canvas: Canvas, place: pygame.Rect, theme: Theme, em: int, session: Session) -> None:
    """How far the counting has come, at the right end."""
    tally = session.tally
    assert tally is not None
    size, share = round(0.95 * em), tally.share
    keys = keys_of(theme.say, ShowOdds(), Errand.BACK)
    if untold(session):
        words = theme.say("{key}: show the answer", key=keys_of(theme.say, GoToEnd()))
        canvas.text(text.fitted(words, size, place.width), place.midright, size, theme.muted, align=1)
        return
    if tally.failed:
        words = sentence_of_failure(tally.why, theme.language)
    elif computing(session) is None:
        words = theme.say("{count} seeds a lane · {keys}: put away", count=f"{SEEDS:,}", keys=keys)
    elif not tally.results:
        words = theme.say("starting … · {keys}: stop", keys=keys)
    else:
        words = theme.say(
            "{share} % of {count} seeds a lane · {keys}: stop", share=percent(share), count=f"{SEEDS:,}", keys=keys
        )
    words = text.fitted(words, size, place.width)
    canvas.text(words, place.midright, size, theme.muted, align=1)
    bar = pygame.Rect(0, 0, min(12 * em, place.width - text.width(words, size) - 2 * em), max(4, round(0.4 * em)))
    if bar.width > 3 * em and computing(session) is not None:
        bar.midright = (place.right - text.width(words, size) - em, place.centery)
        canvas.rect(bar, theme.border, corner=bar.height // 2)
        bar.width = round(share * bar.width)
        canvas.rect(bar, theme.text, corner=bar.height // 2)


def _body(name: Sheet, tally: Tally, theme: Theme, em: int, size: tuple[int, int], waits: bool = False) -> Backdrop:
    from .contrast import draw_table
    from .odds import draw_odds

    if name == "odds":
        return Backdrop(draw_odds, (tally, theme, em), size)
    return Backdrop(draw_table, (tally, theme, em, waits), size)
