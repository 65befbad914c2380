"""What the colours stand for."""

from dataclasses import dataclass

from pygame import Rect

from ...study.statistics.figure import Bars, Figure, Line, Parts
from ..drawing.canvas import Canvas
from ..drawing.strokes import draw_dot, draw_path
from ..style import text
from ..style.style import Style
from .strips import fills, hatch
from .words import Label, label, pitch, spoken

MOST_LINES = 3
SIGNS = {"bar": 0.85, "point": 0.72, "line": 1.6, "dots": 1.6, "lowest": 0.85, "middle": 0.85, "highest": 0.85}
"""Widths of the signs, in ems."""
GAP, BETWEEN = 0.45, 1.5  # Em: from a sign to its name, and from there to the next sign.


THREE = ("lowest", "middle", "highest")
"""The signs of the shares that strips consist of: in none of the lanes' colours."""


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One name and its sign."""

    name: str
    hue: int
    dashed: bool
    shape: str
    """What the sign looks like: "bar", "line", "dots" for a line with its points, "point", or one of THREE."""


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
                entry = LegendEntry(name, hue, dashed, "dots" if dots and not mark.steps else "line")
            case Bars(name=str(name), hue=hue) | Parts(name=str(name), hue=hue) if name:
                entry = LegendEntry(name, hue, False, "bar")
            case _:
                continue
        found.setdefault((entry.name, entry.hue, entry.dashed), entry)
    return tuple(found.values())


def legend_entries_of_parts(figure: Figure) -> tuple[LegendEntry, ...]:
    """What the parts of strips are, from the lowest to the highest; all strips of a figure have the same."""
    strips = (mark for mark in figure.marks if isinstance(mark, Parts))
    parts = next((strip.parts for strip in strips), ())
    return tuple(LegendEntry(name, 0, False, shape) for name, shape in zip(parts, THREE, strict=False))


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
    elif entry.shape in THREE:
        square = Rect(0, 0, place.width, place.width)
        square.center = (x, y)
        _draw_part(canvas, square, entry.shape, style)
    elif entry.shape == "bar":
        square = Rect(0, 0, place.width, place.width)
        square.center = (x, y)
        canvas.rect(square, color, corner=round(0.16 * style.em))
    else:
        draw_path(canvas, [(place.left, y), (place.right - 1, y)], color, style.line, entry.dashed)
        if entry.shape == "dots":
            draw_dot(canvas, (x, y), color, style.theme.panel, style)


def _draw_part(canvas: Canvas, square: Rect, shape: str, style: Style) -> None:
    theme = style.theme
    if shape == "highest":
        hatch(canvas, square, theme, style.em)
    else:
        canvas.rect(square, fills(theme, theme.muted)[THREE.index(shape)])
    canvas.rect(square, theme.faint, width=style.hair)
