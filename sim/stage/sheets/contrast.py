"""Small against large batch, the lecture's closing table, with what has been measured."""

import math
from dataclasses import dataclass, replace

import pygame

from ...base.languages import grouped
from ...descent.lane import Lane
from ...study.odds.contrast import ABOUT, CAPTION, LAST_OF_THEIR_KIND, ContrastRow, texts
from ...study.odds.tally import Tally, contrast_of
from ...study.statistics.intervals import UNKNOWN
from ..drawing.canvas import Canvas
from ..drawing.glyphs import draw_badge
from ..style import text
from ..style.color import mix
from ..style.numbers import signed
from ..style.style import hairline
from ..style.theme import Theme
from ..style.wrapping import wrapped

# The width of the table, in its own ems.
WIDEST = 64
# How large an em of the table may be, in ems of the picture.
LARGER = 1.3
# A line of the table, in its ems.
LINE = 1.95
# The least height of a line, in its ems: where there is less room, the type is smaller.
LEAST_LINE = 1.3
# Lines that the head takes, and where the height is what limits the type.
HEAD, LOW_HEAD = 2.5, 1.5
# Between the lines of what is said below the table, and around all of them together, in heights of its type.
PITCH, AROUND, LOW_AROUND = 1.4, 1.8, 0.8
MARGIN = 0.7  # Around it, in ems of the canvas.


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A card for the table, and how it is divided."""

    card: pygame.Rect
    em: int
    line: float
    """Height of a line."""
    small: int
    """Height of the type below it."""
    captions: tuple[str, ...]
    """What is said there, in lines."""
    low: bool
    """Whether it makes do with less height: with a head of one line, and all that is said below in one paragraph."""

    @property
    def size(self) -> int:
        """Height of the type of intervals."""
        return self.em if self.low else round(0.85 * self.em)

    @property
    def head(self) -> float:
        """How many lines the head takes."""
        return LOW_HEAD if self.low else HEAD

    @property
    def ends(self) -> tuple[float, float]:
        """Where the figures of small and of large batch end on the right; their intervals follow."""
        inner = self.card.width - 2 * self.em
        return self.card.left + self.em + 0.56 * inner, self.card.left + self.em + 0.82 * inner

    def y(self, line: float) -> float:
        """The middle of a line, counted from 0."""
        return self.card.top + (line + 0.5) * self.line


def draw_table(canvas: Canvas, tally: Tally, theme: Theme, em: int, waits: bool = False) -> None:
    """Draw the table over the whole canvas; one that waits with its answer tells none of its numbers."""
    canvas.rect((0, 0, *canvas.size), theme.background)
    told = contrast_of(tally)
    if told is None:
        middle = (canvas.size[0] // 2, canvas.size[1] // 2)
        canvas.text(theme.say("One example is the smallest batch and the full one."), middle, em, theme.muted)
        return
    layout = table_arranged(canvas.size, len(told.rows), theme, em)
    card, small = layout.card, layout.small
    canvas.rect(card, theme.panel, corner=em // 2)
    canvas.rect(card, theme.border, width=hairline(em), corner=em // 2)
    for lane, end in zip((told.small, told.large), layout.ends, strict=True):
        _draw_head(canvas, layout, end, tally, lane, theme)
    for index, row in enumerate(told.rows):
        _draw_row(canvas, layout, index, replace(row, small=UNKNOWN, large=UNKNOWN) if waits else row, theme)
    for index, words in enumerate(layout.captions):
        y = card.bottom + ((LOW_AROUND if layout.low else AROUND) / 2 + 0.5 + PITCH * index) * small
        canvas.text(words, (card.left + em, y), small, theme.muted)


def table_arranged(size: tuple[int, int], rows: int, theme: Theme, em: int) -> TableLayout:
    """The table with so many rows on a canvas of that size: low, if type is larger then."""
    usual, low = (_table_layout(size, rows, theme, em, low) for low in (False, True))
    return low if low.em > usual.em else usual


def _table_layout(size: tuple[int, int], rows: int, theme: Theme, em: int, low: bool) -> TableLayout:
    gap = round(MARGIN * em)
    width = min(size[0] - 2 * gap, round(WIDEST * LARGER * em))
    lines = rows + (LOW_HEAD if low else HEAD)
    said = [theme.say(words) for words in CAPTION]
    paragraphs = [" ".join(said).replace("。 ", "。")] if low else said  # A Chinese full stop has its own space.
    for own in range(em, 0, -1):  # What is said below the table is in no larger type than the table.
        small = round(0.95 * own)
        captions = [line for words in paragraphs for line in wrapped(words, small, width - 2 * em, 3 * len(said))]
        below = (len(captions) - 1) * PITCH + 1 + (LOW_AROUND if low else AROUND)
        rest = size[1] - gap - round(below * small)
        type_ = math.floor(min(LARGER * em, width / WIDEST, rest / lines / LEAST_LINE))
        if type_ >= own:
            break
    line = min(LINE * type_, rest / lines)
    card = pygame.Rect(0, gap, width, round(lines * line))
    card.centerx = size[0] // 2
    return TableLayout(card, type_, line, small, tuple(captions), low)


def _draw_head(canvas: Canvas, layout: TableLayout, end: float, tally: Tally, lane: Lane, theme: Theme) -> None:
    scene, em = tally.scene, layout.em
    place = scene.lanes.index(lane) if lane in scene.lanes else None
    name = lane.name if place is None else scene.texts(theme.language).lanes[place]
    room = round(0.24 * layout.card.width)
    name = text.fitted(name, em, room, bold=True)
    y = layout.y((layout.head - 1) / 2 if layout.low else 0.3)
    canvas.text(name, (end, y), em, theme.text, bold=True, align=1)
    if place is not None:
        x = end - text.width(name, em, bold=True) - 0.8 * em
        draw_badge(canvas, (x, y), 0.4 * em, place, theme.lane(place))
    batch = theme.say("B {size} of {count}", size=lane.batch_size, count=scene.examples.count)
    if layout.low:
        canvas.text(batch, (end + 0.6 * em, y), em, theme.muted)
    else:
        canvas.text(batch, (end, layout.y(1.1)), em, theme.muted, align=1)


def _draw_row(canvas: Canvas, layout: TableLayout, index: int, row: ContrastRow, theme: Theme) -> None:
    em, card, y = layout.em, layout.card, layout.y(index + layout.head - 0.3)
    first = index == 0 or ABOUT[index - 1][0] in LAST_OF_THEIR_KIND
    tone = theme.border if first else mix(theme.border, theme.panel, 0.5)
    top = round(y - layout.line / 2)
    canvas.rule((card.left + em // 2, top), (card.right - em // 2, top), tone)
    canvas.text(theme.say(row.label), (card.left + em, y), em, theme.text)
    for estimate, end in zip((row.small, row.large), layout.ends, strict=True):
        found = ("–", "") if math.isnan(estimate.value) else texts(estimate, row.unit)
        value, interval = (signed(grouped(theme.language, words)) for words in found)
        canvas.text(value, (end, y), em, theme.text, bold=True, align=1)
        canvas.text(interval, (end + 0.6 * em, y), layout.size, theme.muted)
