"""Where rows of sentences stand on a map, one for each captioned view; and lines on their plates."""

import pygame

from ....drawing.canvas import Canvas
from ....style import text
from ....style.color import Color
from ....views import CAPTIONED, ViewName
from ..context import ViewContext

SCALE = 5.0
"""Room that such a line leaves for the scale of the loss, in ems."""
COVERED = 0.34
"""Share of a map's height down to which they reach, at most, unless there is only one."""
ABOVE, ROW = 0.25, 1.25
"""From the map's upper edge to the first of these lines, and from one to the next, in ems."""
INDENT = 0.4  # Of what is written at a map's left edge, in ems.
PLATE = 200
"""Opacity, of 255, of what lies behind words on a map: contours shine through, and no letter is lost in them."""


def captions(views: frozenset[ViewName], before: int = len(CAPTIONED)) -> int:
    """How many of the captioned views are shown, of those before one."""
    return sum(name in views for name in CAPTIONED[:before])


def captions_height(views: frozenset[ViewName]) -> float:
    """Height of the lines of all captioned views that are shown, from the map's upper edge, in ems."""
    rows = captions(views)
    return ABOVE + ROW * rows if rows else 0.0


def line_place(context: ViewContext, wide: int, down: float, right: int | None = None) -> pygame.Rect:
    """What a line of words so wide, in pixels, takes up on its plate, so many ems below a map's upper edge: at its left
    edge, or ending there.
    """
    top, bottom = (context.area.top + round(edge * context.em) for edge in (down, down + ROW))
    width = wide + round(2 * INDENT * context.em)
    return pygame.Rect(context.area.left if right is None else right - width, top, width, bottom - top)


def draw_line(
    canvas: Canvas, context: ViewContext, words: str, down: float, size: int, color: Color, right: int | None = None
) -> None:
    """A line of a map's left edge on a plate, so many ems below the upper one: the plates of several join.

    right: where it ends, if it does not begin at the left edge.
    """
    plate = line_place(context, text.width(words, size), down, right)
    canvas.rect(plate, context.theme.panel, opacity=PLATE)
    canvas.text(words, (plate.left + round(INDENT * context.em), plate.centery), size, color)
