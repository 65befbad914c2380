"""The sheet of keys."""

import pygame

from ...languages import following, known
from ..drawing.canvas import Canvas
from ..style import text
from ..style.theme import Theme
from .views import VIEWS

SHEET = (
    ("Space", "play or pause"),
    ("← →", "one update back or forward; with Shift ten"),
    ("Home End", "to the start, to the end"),
    ("R", "restart, the same race again"),
    ("N", "new seed: other batches"),
    ("1 … 9", "scene; Page Up and Page Down go through all"),
    ("+ −", "faster, slower"),
    ("C", "clock: updates, epochs, serial or parallel machine"),
    ("Click", "drop all marbles there; before a race, guess"),
    ("Enter", "watch without a guess"),
    ("Z", "swarm: 100, 1,000 or 10,000 marbles a lane"),
    ("Shift Z", "where they start: at one point, or apart"),
    ("J", "the odds of 1,000 seeds; again: stop, put away"),
    ("Shift J", "small against large batch, in numbers"),
    ("0", "captions and questions"),
    ("Tab", "panel of controls; its tooltips name their keys"),
    ("T L", "light or dark; next language: {name}"),
    ("P", "presenter: bigger type and strokes"),
    ("S", "save a screenshot, which can be opened again"),
    ("V", "record a film, until pressed again"),
    ("Ctrl C, Ctrl V", "copy the scene as text, open one"),
    ("F", "full screen"),
    ("H ?", "this sheet"),
    ("Esc", "quit"),
)
CHANGES = (
    ("Shift 1 … 6", "choose the lane that these keys change:"),
    ("[ ]  , .  ; '", "learning rate, momentum, batch size"),
    ("Y Insert D Delete", "next rule; add, duplicate, remove a lane"),
    ("U I  Q W", "spread of the examples, number of examples"),
    ("drag, wheel", "the flag, the timeline, the map; zoom; double click: all of it"),
)
LEGEND = (
    ("coloured arrow", "last movement, up to four times as long"),
    ("plain arrow", "−η·∇L of the coming batch, on the same scale"),
    ("ring, cross, triangle", "minimum, saddle (long bar: the way down), maximum"),
    ("λmin λmax", "eigenvalues of the Hessian of the full loss"),
)
SMALLEST = 9  # Height of the type, in pixels, to which it shrinks where the columns are too wide or too long.
PITCH = 1.75  # Height of a line, in heights of the type.

Block = list[tuple[str, str]]


def draw_help(canvas: Canvas, theme: Theme, em: int) -> None:
    """Draw the sheet over the middle of the picture: the keys on the left, views and signs on the right."""
    views = tuple((view.key.title(), view.label) for view in VIEWS.values())
    columns = [[_said(SHEET, theme)], [_said(views, theme), _said(CHANGES, theme), _said(LEGEND, theme)]]
    lines = max(sum(map(len, column)) + len(column) - 1 for column in columns)
    room = canvas.size[0] - 4 * em
    size = min(em, int(canvas.size[1] / (lines + 2) / PITCH))
    while size > SMALLEST and sum(_widths(column, size)[2] for column in columns) > room:
        size -= 1
    widths = [_widths(column, size) for column in columns]
    line = round(PITCH * size)
    sheet = pygame.Rect(0, 0, sum(width for *_, width in widths), (lines + 1) * line)
    sheet.center = (canvas.size[0] // 2, canvas.size[1] // 2)
    canvas.rect(sheet, theme.panel, corner=em)
    canvas.rect(sheet, theme.faint, width=max(1, em // 12), corner=em)
    left = float(sheet.left)
    for column, (keys, _, width) in zip(columns, widths, strict=True):
        y = sheet.top + line
        for block in column:
            for key, meaning in block:
                canvas.text(key, (left + 1.5 * size + keys, y), size, theme.text, bold=True, align=1)
                canvas.text(meaning, (left + 2.5 * size + keys, y), size, theme.muted)
                y += line
            y += line
        left += width


def _said(block: tuple[tuple[str, str], ...], theme: Theme) -> Block:
    name = known(following(theme.language)).name
    return [(theme.say(key), theme.say(meaning, name=name)) for key, meaning in block]


def _widths(column: list[Block], size: int) -> tuple[int, int, int]:
    """Of the keys, of their meanings, and of the whole column with its margins."""
    rows = [row for block in column for row in block]
    keys = max(text.width(key, size, bold=True) for key, _ in rows)
    words = max(text.width(meaning, size) for _, meaning in rows)
    return keys, words, keys + words + 4 * size
