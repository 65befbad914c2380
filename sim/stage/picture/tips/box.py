"""The box of a tooltip: how it looks, and where it stands.

It stays inside the map that it is about, unless that is too small for it, and leaves free what moves there: the marble,
the head of its trail. It never lies over another panel where there is any other room.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pygame import Rect

from ...drawing.canvas import Canvas
from ...drawing.layout import Layout
from ...style import text
from ...style.color import Color
from ...style.theme import Theme

TYPE = 0.92  # Height of a tooltip's type, in ems.
WIDEST = 30  # A cell of a tooltip, in ems.


@dataclass(frozen=True, slots=True)
class TipRow:
    """A line of a tooltip: cells in columns, after the colour of a lane if it is about one."""

    cells: tuple[str, ...]
    color: Color | None = None
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Tip:
    """A tooltip and what it is about."""

    rows: tuple[TipRow, ...]
    about: Rect
    """Pixels that it must leave free."""
    inside: Rect | None = None
    """Where it has to stay, if it goes in there; the picture if that is not said."""
    avoid: tuple[Rect, ...] = ()
    """What else it is to leave free, the most important first."""


@dataclass(frozen=True, slots=True)
class TipContext:
    """How tooltips look, and where everything else stands."""

    theme: Theme
    places: Layout


def box_beside(about: Rect, size: tuple[int, int], whole: Rect, avoid: Sequence[Rect] = ()) -> Rect:
    """A rectangle of that size inside the whole and beside what it is about: to the right, if possible, and below.

    Beside something that is higher than itself it stands at the same height.

    avoid: what else it leaves free, if that can be.
    """
    width, height = size
    lefts, tops = (about.right, about.left - width), (about.bottom, about.top - height)
    corners = [Rect(left, top, width, height) for left in lefts for top in tops]
    fallbacks = [corner.clamp(whole) for corner in corners]
    sides = [Rect(left, about.top, width, height).clamp(whole) for left in lefts]
    across = [Rect(min(max(about.right, whole.left), whole.right - width), top, width, height) for top in tops]
    preferred = sides if about.height >= height else corners
    found = [box for box in (*preferred, *corners, *fallbacks, *sides, *across) if whole.contains(box)]
    taken = [about, *avoid]
    if avoid and all(box.collidelist(taken) >= 0 for box in found):
        found = _scattered(about, size, whole) + found
    return next((box for box in found if box.collidelist(taken) < 0), found[-1] if found else fallbacks[0])


def _scattered(about: Rect, size: tuple[int, int], whole: Rect) -> list[Rect]:
    """Rectangles of that size all over the whole, those that are near to what they are about first."""
    (width, height), step = size, max(4, min(about.width, about.height) // 2)
    lefts, tops = (
        range(low, high + 1, step)
        for low, high in ((whole.left, whole.right - width), (whole.top, whole.bottom - height))
    )
    boxes = [Rect(left, top, width, height) for left in lefts for top in tops]
    return sorted(boxes, key=lambda box: math.dist(box.center, about.center))


def draw_tip(canvas: Canvas, tip: Tip, context: TipContext) -> Rect:
    """Draw the tooltip: cells of one column under another, a row of a single cell across all; returns where."""
    rows, theme, em = tip.rows, context.theme, context.places.em
    size, pad, line = round(TYPE * em), round(0.6 * em), round(1.35 * em)
    gap, dot = em, round(0.9 * em) if any(row.color for row in rows) else 0
    room = min(WIDEST * em, canvas.size[0] // 2 - 2 * pad - dot)
    count = max(len(row.cells) for row in rows)
    table = [tuple(text.fitted(cell, size, room // len(row.cells), row.bold) for cell in row.cells) for row in rows]
    columns = [
        max((text.width(cells[i], size) for cells in table if len(cells) == count > 1), default=0) for i in range(count)
    ]
    alone = max((text.width(cells[0], size, True) for cells in table if len(cells) == 1), default=0)
    inner = max(sum(columns) + gap * (count - 1), alone)
    whole, needed = Rect((0, 0), canvas.size), (inner + dot + 2 * pad, len(rows) * line + pad)
    box = _placed(tip, needed, whole)
    _draw_box(canvas, box, theme, em)
    for index, (row, cells) in enumerate(zip(rows, table, strict=True)):
        left, y = box.left + pad, box.top + pad / 2 + (index + 0.5) * line
        if row.color is not None:
            canvas.disc((left + 0.3 * em, y), 0.28 * em, row.color)
        ink = theme.text if row.bold or len(cells) > 1 else theme.muted
        canvas.text(cells[0], (left + dot, y), size, theme.muted if len(cells) > 1 else ink, bold=row.bold)
        for column, cell in enumerate(cells[1:], start=2):
            right = left + dot + sum(columns[:column]) + gap * (column - 1)
            canvas.text(cell, (right, y), size, ink, align=1)
    return box


def _placed(tip: Tip, size: tuple[int, int], whole: Rect) -> Rect:
    """Where a tooltip of that size stands: inside what it is to stay in, else anywhere; what it avoids comes first."""
    boxes = []
    for count in range(len(tip.avoid), -1, -1):
        for room in filter(None, (tip.inside, whole)):
            box = box_beside(tip.about, size, room, tip.avoid[:count])
            if (
                whole.contains(box)
                and box.collidelist([tip.about, *tip.avoid[:count]]) < 0
                and (room is whole or room.contains(box))
            ):
                return box
            boxes.append(box)
    return boxes[-1]


def _draw_box(canvas: Canvas, whole: Rect, theme: Theme, em: int) -> None:
    """Ground, border, and a rim of the halo's colour around it, so that it stands out from any map."""
    corner = round(0.4 * em)
    canvas.rect(whole, theme.halo, corner=corner)
    rim = max(1, round(em / 10))
    inner = whole.inflate(-2 * rim, -2 * rim)
    canvas.rect(inner, theme.panel, corner=corner)
    canvas.rect(inner, theme.faint, width=1, corner=corner)
