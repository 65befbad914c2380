"""What the colours stand for."""

from dataclasses import dataclass

from pygame import Rect

from ...study.statistics.end_kind import ORDER
from ...study.statistics.figure import Figure, Layer, Line, Stack
from ..drawing.canvas import Canvas, Pixel
from ..drawing.glyphs import draw_badge
from ..drawing.strokes import draw_dot, draw_path
from ..style import text
from ..style.style import Style
from .stacks import draw_layer
from .words import Label, label, pitch, spoken

MOST_LINES = 3
SIGNS = {"point": 0.72, "line": 1.6, "dots": 1.6, "badge": 1.8, "layer": 0.85}
"""Widths of the signs, in ems."""
GAP, BETWEEN = 0.45, 1.5  # Em: from a sign to its name, and from there to the next sign.
BADGE = 0.42  # Em: the radius of a lane's badge.


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One name and its sign."""

    name: str
    hue: int
    dashed: bool
    shape: str
    """What the sign looks like: "line", "dots" for a line with its points, "badge" for one with a lane's badge,
    "point", or "layer" for a part of stacked bars."""
    layer: Layer | None = None
    """The layer of a stack for which the sign stands, if it stands for one."""


@dataclass(frozen=True, eq=False, slots=True)
class Legend:
    """Names and signs, in their places."""

    entries: tuple[tuple[LegendEntry, Rect, Label], ...]
    """Each with the place of its sign and its name."""
    height: int

    def draw(self, canvas: Canvas, style: Style) -> None:
        """Draw it."""
        for entry, place, name in self.entries:
            draw_sign(canvas, entry, place, style)
            name.draw(canvas)


def legend_entries(figure: Figure) -> tuple[LegendEntry, ...]:
    """What needs a name in a figure, each once."""
    found: dict[tuple[str, int, bool], LegendEntry] = {}
    for mark in figure.marks:
        match mark:
            case Line(name=str(name), hue=hue, dashed=dashed, dots=dots) if name:
                shape = "badge" if mark.badge else "dots" if dots and not mark.steps else "line"
                entry = LegendEntry(name, hue, dashed, shape)
            case _:
                continue
        found.setdefault((entry.name, entry.hue, entry.dashed), entry)
    return (*_layers(figure), *found.values())


def _layers(figure: Figure) -> tuple[LegendEntry, ...]:
    """What the layers of stacks are, each once: as they lie upon each other, in whichever stacks there are."""
    stacks = [mark for mark in figure.marks if isinstance(mark, Stack)]
    found = {(layer.end, layer.minimum): layer for stack in stacks for layer in stack.layers}
    order = sorted(found, key=lambda key: (ORDER.index(key[0]), key[1]))
    return tuple(LegendEntry(found[key].name, 0, False, "layer", found[key]) for key in order)


def legend(entries: tuple[LegendEntry, ...], style: Style, left: int, top: int, width: int) -> Legend:
    """The entries in lines of that width; long names are shortened where there would be too many lines."""
    size, line, em = style.small, pitch(style.small), style.em
    signs = [round((SIGNS[entry.shape] + GAP) * em) for entry in entries]
    between = round(BETWEEN * em)
    names = [spoken(style.theme, entry.name) for entry in entries]
    laid: list[tuple[LegendEntry, Rect, Label]] = []
    rows = 1
    for most in (width, *(width // columns for columns in range(1, len(entries) + 1))):
        spare = between if most < width else 0
        shown = [text.fitted(name, size, max(1, most - sign - spare)) for name, sign in zip(names, signs, strict=True)]
        laid, rows, x = [], 1, left
        for entry, sign, name in zip(entries, signs, shown, strict=True):
            if x > left and x + sign + text.width(name, size) > left + width:
                rows, x = rows + 1, left
            middle = top + (rows - 0.5) * line
            place = Rect(x, round(middle - line / 2), round(SIGNS[entry.shape] * em), line)
            words = label(name, (x + sign, middle), size, style.theme.text)
            laid.append((entry, place, words))
            x = words.rect.right + between
        if rows <= MOST_LINES:
            break
    return Legend(tuple(laid), rows * line if entries else 0)


def draw_sign(canvas: Canvas, entry: LegendEntry, place: Rect, style: Style) -> None:
    """Draw an entry's sign in the middle of its place."""
    color, (x, y) = style.theme.lane(entry.hue), place.center
    if entry.shape == "point":
        canvas.disc((x, y), 0.36 * style.em, color)
    elif entry.layer is not None:
        square = Rect(0, 0, place.width, place.width)
        square.center = (x, y)
        draw_layer(canvas, square, entry.layer, style)
        canvas.rect(square, style.theme.faint, width=style.hair)
    else:
        draw_path(canvas, [(place.left, y), (place.right - 1, y)], color, style.line, entry.dashed)
        if entry.shape == "dots":
            draw_dot(canvas, (x, y), color, style.theme.panel, style)
        elif entry.shape == "badge":
            draw_lane_badge(canvas, (x, y), entry.hue, style)


def draw_lane_badge(canvas: Canvas, center: Pixel, lane: int, style: Style) -> None:
    """A lane's badge, with a rim that sets it off from lines below it."""
    radius = BADGE * style.em
    draw_badge(canvas, center, radius + max(1.0, 0.09 * style.em), lane, style.theme.panel)
    draw_badge(canvas, center, radius, lane, style.theme.lane(lane))
