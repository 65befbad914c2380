"""Rows of sentences at a map's upper left, one for each captioned view; and other lines at its left edge."""

from collections.abc import Sequence

import pygame

from ....drawing.canvas import Canvas
from ....style import text
from ....style.color import Color
from ....views import CAPTIONED, ViewName
from ...map.site import clear_of_land
from ..context import ViewContext

SCALE = 5.0
"""Room that such a line leaves for the scale of the loss, in ems."""
CAPTION, SMALLER = 0.9, 0.75
"""Height of their type, and where there is little room, in ems."""
COVERED = 0.34
"""Share of a map's height down to which they reach, at most, unless there is only one."""
RIM = 0.2
"""From the letters of such a line to the lower edge of its plate, which may touch land, in ems."""
ABOVE, ROW = 0.25, 1.25
"""From the map's upper edge to the first of these lines, and from one to the next, in ems."""
INDENT = 0.4  # Of what is written at a map's left edge, in ems.
PLATE = 200
"""Opacity, of 255, of what lies behind words on a map: contours shine through, and no letter is lost in them."""


def _captions(views: frozenset[ViewName], before: int = len(CAPTIONED)) -> int:
    """How many of the captioned views are shown, of those before one."""
    return sum(name in views for name in CAPTIONED[:before])


def captions_height(views: frozenset[ViewName]) -> float:
    """Height of the lines of all captioned views that are shown, from the map's upper edge, in ems."""
    rows = _captions(views)
    return ABOVE + ROW * rows if rows else 0.0


def draw_view_caption(
    canvas: Canvas,
    context: ViewContext,
    name: ViewName,
    sentence: str,
    color: Color,
    shorter: str = "",
    others: Sequence[tuple[str, str]] = (),
) -> None:
    """The line of a captioned view, below those of the views before it; a shorter one where that has no room.

    Where there is no room for either, it is written smaller; if even that is too long, it is cut on a map, and left out
    where it would hide land aslant.
    others: what other lanes say meanwhile, and shorter; all of them say it alike.
    """
    down = ABOVE + ROW * _captions(context.views, CAPTIONED.index(name))
    room = _room(context, down)
    if not room:
        return
    sizes = [round(share * context.em) for share in (CAPTION, SMALLER)]
    lines = [(sentence, shorter or sentence), *others]
    fitting = (
        (form, size) for size in sizes for form in (0, 1) if all(text.width(each[form], size) <= room for each in lines)
    )
    found = next(fitting, (1, sizes[-1]) if context.camera.flat else None)
    if found is not None:
        form, size = found
        draw_line(canvas, context, text.fitted(lines[0][form], size, room), down, size, color)


def _room(context: ViewContext, down: float) -> int:
    """How wide words may be so many ems below a map's upper edge; nothing where they would hide too much of the land.

    Maps are land from edge to edge, of whose height all lines together take a part; beside a block there is room.
    """
    em, area = context.em, context.area
    room = area.width - round((SCALE if ViewName.LOSS_SCALE in context.views else 1.0) * em)
    if context.camera.flat:
        return room if down <= ABOVE or (down + ROW) * em <= COVERED * area.height else 0
    clear = clear_of_land(context.problem, context.camera, round((down + ROW - RIM) * em))
    return min(room, clear - round(INDENT * em))


def draw_line(canvas: Canvas, context: ViewContext, words: str, down: float, size: int, color: Color) -> None:
    """A line of a map's left edge on a plate, so many ems below the upper one: the plates of several join."""
    top, bottom = (context.area.top + round(edge * context.em) for edge in (down, down + ROW))
    plate = pygame.Rect(context.area.left, top, text.width(words, size) + round(2 * INDENT * context.em), bottom - top)
    canvas.rect(plate, context.theme.panel, opacity=PLATE)
    canvas.text(words, (plate.left + round(INDENT * context.em), plate.centery), size, color)
