"""The sheet of keys: the table of keys, by groups, and what the signs on the maps mean."""

from dataclasses import dataclass
from itertools import accumulate

import pygame

from ...base.languages import following, language_or_code
from ..drawing.canvas import Canvas
from ..drawing.layout import Layout, type_of
from ..session.bindings import GROUPS, label_of
from ..style import text
from ..style.style import hairline
from ..style.theme import Theme

TITLE = "Keys and mouse"
SIGNS = "Signs on the maps"
LEGEND = (
    ("coloured arrow", "next movement, up to four times as long"),
    ("plain arrow", "−η·∇L of the coming batch, on the same scale"),
    ("ring, cross, triangle", "minimum, saddle (long bar: the way down), maximum"),
    ("κmin κmax", "eigenvalues of the Hessian of the full loss"),
)
COLUMNS = (2, 3)  # How many there may be: those in which the type is largest.
SMALLEST = 7  # Height of the type, in pixels, to which it shrinks where there is little room.
PITCH = 1.42  # Height of a line, in heights of the type.
MARGIN = 0.8  # Around all, and between columns twice, in heights of the type.
VEIL = 170  # Opacity, of 255, of what dims the picture beneath.
GAP = 0.8  # Between the keys and what they do.


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """Lines under a title."""

    title: str
    lines: tuple[tuple[str, str], ...]

    @property
    def rows(self) -> float:
        """How many lines it takes, with some room below."""
        return len(self.lines) + 1.7


@dataclass(frozen=True, slots=True)
class HelpLayout:
    """Where everything stands."""

    place: pygame.Rect
    size: int
    """Height of the type."""
    columns: tuple[tuple[KeyGroup, ...], ...]
    widths: tuple[tuple[int, int], ...]
    """Widths of each column's keys, and of what they do."""


def key_groups(theme: Theme) -> tuple[KeyGroup, ...]:
    """All that the sheet tells, in the language of the screen."""
    name = language_or_code(following(theme.language)).name
    keys = [
        KeyGroup(
            theme.say(title),
            tuple((label_of(binding.label, theme.say), theme.say(binding.says, name=name)) for binding in bindings),
        )
        for title, bindings in GROUPS.items()
    ]
    signs = KeyGroup(theme.say(SIGNS), tuple((theme.say(sign), theme.say(meaning)) for sign, meaning in LEGEND))
    return *keys, signs


def help_layout(places: Layout, theme: Theme) -> HelpLayout:
    """The sheet, as large as it fits beside the panel of controls."""
    around = round(type_of(places.size))  # Larger type takes no room from its own sheet.
    room = _beside_controls(places).inflate(-around, -around)
    told = key_groups(theme)
    layouts = [_fitted(_columns(told, count), room, places.em) for count in COLUMNS]
    return max(layouts, key=lambda layout: layout.size)


def _beside_controls(places: Layout) -> pygame.Rect:
    """All of the picture but the panel of controls."""
    whole = pygame.Rect((0, 0), places.size)
    if places.controls.width:
        whole.width = places.controls.left
    return whole


def draw_help(canvas: Canvas, theme: Theme, places: Layout) -> None:
    """Draw the sheet over the picture, which it dims, beside the panel of controls."""
    here = help_layout(places, theme)
    canvas.rect(_beside_controls(places), theme.background, opacity=VEIL)
    size, line, margin = here.size, round(PITCH * here.size), round(MARGIN * here.size)
    for line_below in (places.title, places.look, places.timeline, places.footer):
        if any(line_below.top < edge < line_below.bottom for edge in (here.place.top, here.place.bottom)):
            canvas.rect(line_below, theme.background)  # Its words would be cut in half.
    canvas.rect(here.place, theme.panel, corner=size)
    canvas.rect(here.place, theme.faint, width=hairline(places.em), corner=size)
    top = here.place.top + margin
    middle = (here.place.centerx, top + line)
    canvas.text(theme.say(TITLE), middle, round(1.4 * size), theme.text, bold=True, align=0.5)
    left = here.place.left + 2 * margin
    for column, (keys, words) in zip(here.columns, here.widths, strict=True):
        y = top + 2.5 * line
        for group in column:
            canvas.text(group.title, (left, y), size, theme.lane(0), bold=True)
            for number, (key, meaning) in enumerate(group.lines, start=1):
                row = y + number * line
                canvas.text(key, (left + keys, row), size, theme.text, bold=True, align=1)
                canvas.text(meaning, (left + keys + round(GAP * size), row), size, theme.muted)
            y += round(group.rows * line)
        left += keys + round(GAP * size) + words + 2 * margin


def _columns(told: tuple[KeyGroup, ...], count: int) -> tuple[tuple[KeyGroup, ...], ...]:
    """The groups in so many columns, in order, and the columns as long as each other as may be."""
    ends = list(accumulate(group.rows for group in told))
    split = [
        min(int(end * count / (ends[-1] + 1)), count - 1)
        for end in (a - g.rows / 2 for a, g in zip(ends, told, strict=True))
    ]
    return tuple(tuple(g for g, place in zip(told, split, strict=True) if place == column) for column in range(count))


def _fitted(columns: tuple[tuple[KeyGroup, ...], ...], room: pygame.Rect, largest: int) -> HelpLayout:
    """The columns, in the largest type in which they fit into the room."""
    lines = max(sum(group.rows for group in column) for column in columns) + 1.3
    for size in range(largest, SMALLEST - 1, -1):
        margin, line = round(MARGIN * size), round(PITCH * size)
        if round(lines * line) + 2 * margin > room.height and size > SMALLEST:  # Then no type need be measured.
            continue
        widths = tuple(_widths(column, size) for column in columns)
        width = sum(keys + round(GAP * size) + words for keys, words in widths) + 2 * margin * (len(columns) + 1)
        place = pygame.Rect(0, 0, width, round(lines * line) + 2 * margin)
        place.center = room.center
        if place.width <= room.width and place.height <= room.height:
            break
    return HelpLayout(place, size, columns, widths)


def _widths(column: tuple[KeyGroup, ...], size: int) -> tuple[int, int]:
    """Widths of the keys, and of what they do."""
    lines = [line for group in column for line in group.lines]
    keys = max(text.width(key, size, bold=True) for key, _ in lines)
    return keys, max(text.width(meaning, size) for _, meaning in lines)
