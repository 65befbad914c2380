"""The frame of the chart: what it lies on, grid, ticks and legend, and learning rates below the lines."""

import numpy as np
import pygame

from ....surface.points import Array
from ...drawing.canvas import Canvas
from ...drawing.glyphs import draw_badge
from ...drawing.strokes import dashes
from ...drawing.ticks import multiples, round_step
from ...style import text
from ...style.numbers import rounded, short
from ...style.shortening import told_apart
from ...style.style import hairline, stroke_of
from ...style.theme import Theme
from .axes import Axes, Rates

DASH = 5
"""Length of a dash of the test line, in strokes; the gaps are as long."""
BAND, BAND_GAP = 1.1, 0.35
"""Height of the learning rates below the lines, and of what is free between them; in ems."""
BORDER = 0.4
"""What is free between the chart's left border and the highest learning rate, in ems."""
INDENT, BEFORE, ROW = 0.8, 2.2, 1.25
"""Before the legend, before each name in it with its badge, and from one row of it to the next, in ems."""
LEAST_PLOT = 2.5
"""Height that a second row leaves for the lines, in ems."""
LEAST_NAME = 3.0
"""Width of a lane's name in the legend, in heights of its type: of a shorter piece nobody knows what it stands for."""


def draw_card(canvas: Canvas, theme: Theme, em: int) -> None:
    """What a chart lies on, all over the canvas."""
    whole = (0, 0, *canvas.size)
    canvas.rect(whole, theme.background)
    canvas.rect(whole, theme.panel, corner=round(0.5 * em))
    canvas.rect(whole, theme.border, width=hairline(em), corner=round(0.5 * em))


def draw_losses(
    canvas: Canvas, plot: pygame.Rect, marks: list[tuple[float, str]], heights: Array, theme: Theme, em: int
) -> None:
    """Lines at round losses, whose heights in pixels are given, with what they are at the left."""
    for (_, label), y in zip(marks, np.rint(heights).astype(int).tolist(), strict=True):
        if plot.top <= y <= plot.bottom:
            canvas.rule((plot.left, y), (plot.right, y), theme.grid, hairline(em))
            canvas.text(label, (plot.left - em // 2, y), round(0.85 * em), theme.muted, align=1)


def plot_area(size: tuple[int, int], em: int, rates: bool = False, rows: int = 1) -> pygame.Rect:
    """Where the lines are, in a chart of that size: the rest is for labels, and below it for learning rates if any.

    rows: how many rows the legend has.
    """
    left, band, more = round(4.6 * em), round((BAND + BAND_GAP) * em) if rates else 0, round((rows - 1) * ROW * em)
    return pygame.Rect(left, round(1.7 * em) + more, size[0] - left - em, size[1] - round(3.3 * em) - band - more)


def rates_area(size: tuple[int, int], em: int) -> pygame.Rect:
    """Where the learning rates are, right below the lines."""
    plot = plot_area(size, em, rates=True)
    return pygame.Rect(plot.left, plot.bottom + round(BAND_GAP * em), plot.width, round(BAND * em))


def x_at(plot: pygame.Rect, axes: Axes, tick: float) -> float:
    return plot.left + plot.width * tick / axes.ticks


def y_at(plot: pygame.Rect, axes: Axes, losses: Array) -> Array:
    return np.asarray(plot.bottom - plot.height * axes.height(losses))


def draw_frame(canvas: Canvas, axes: Axes, theme: Theme, em: int, names: tuple[str, ...]) -> None:
    """Frame, grid, ticks and legend."""
    rows, line, small = legend_rows(canvas.size, axes, theme, em, names), hairline(em), round(0.85 * em)
    plot = plot_area(canvas.size, em, bool(axes.rates), rows)
    low = plot.bottom
    draw_card(canvas, theme, em)
    if axes.rates:
        low = rates_area(canvas.size, em).bottom
        _draw_rates(canvas, axes.rates, theme, em)
    marks = axes.marks()
    draw_losses(canvas, plot, marks, y_at(plot, axes, np.array([loss for loss, _ in marks])), theme, em)
    unit, name = axes.timing.unit, axes.clock_name(theme)
    step = round_step(axes.ticks * unit * 5 * em / plot.width)
    if axes.clock == "updates":
        step = max(1.0, step)
    last = plot.right - text.width(name, small) - em
    for time in multiples(0, axes.ticks * unit, step):
        x = round(x_at(plot, axes, time / unit))
        canvas.rule((x, plot.top), (x, plot.bottom), theme.grid, line)
        label = rounded(round(time, 10), theme.language)
        if x + text.width(label, small) / 2 < last:
            canvas.text(label, (x, low + 0.75 * em), small, theme.muted, align=0.5)
    canvas.text(name, (plot.right, low + 0.75 * em), small, theme.muted, align=1)
    _draw_legend(canvas, axes, theme, em, names, rows)


def _draw_rates(canvas: Canvas, rates: tuple[Rates, ...], theme: Theme, em: int) -> None:
    """The learning rates below the lines, from 0 up to the highest, which is said."""
    area, small = rates_area(canvas.size, em), round(0.85 * em)
    highest = max(max(each.values) for each in rates)
    canvas.rule((area.left, area.bottom), (area.right, area.bottom), theme.grid, hairline(em))
    label, size = _highest_rate(highest, small, area.left - em // 2 - round(BORDER * em))
    canvas.text(label, (area.left - em // 2, area.centery), size, theme.muted, align=1)
    for each in rates:
        x = np.linspace(area.left, area.right, len(each.values))
        shares = np.array(each.values) / highest if highest > 0 else np.zeros(len(each.values))
        points = np.stack([x, area.bottom - area.height * shares], axis=1).tolist()
        canvas.line(points, theme.lane(each.lane), max(1, round(1.4 * stroke_of(em))))


def _highest_rate(rate: float, size: int, room: int) -> tuple[str, int]:
    """How the highest learning rate is told in so much room, and in type of which height, of `size` if that fits."""
    forms = [f"η ≤ {short(rate)}", f"η≤{short(rate)}", f"η≤{_in_powers(rate)}"]
    form = next((form for form in forms if text.width(form, size) <= room), min(forms, key=len))
    while size > 1 and text.width(form, size) > room:
        size -= 1
    return form, size


def _in_powers(rate: float) -> str:
    """A learning rate to three digits with a power of ten, in as few signs as possible: 7.5e−4."""
    mantissa, power = f"{rate:.2e}".split("e")
    return f"{float(mantissa):g}e{int(power)}".replace("-", "−")


def _head(axes: Axes, theme: Theme) -> tuple[str, str, str]:
    """What the legend begins with: what is drawn, and as which two lines."""
    name = theme.say("loss, logarithmic") if axes.logarithmic else theme.say("loss")
    return name, theme.say("training"), theme.say("test")


def legend_rows(size: tuple[int, int], axes: Axes, theme: Theme, em: int, names: tuple[str, ...]) -> int:
    """How many rows the legend has: two where the first has no room for all names, and there is height for another."""
    small = round(0.85 * em)
    head = round(INDENT * em) + sum(text.width(word, small) for word in _head(axes, theme)) + 2 * round(5.1 * em)
    room, tall = size[0] - head - 2 * em, plot_area(size, em, bool(axes.rates), rows=2).height
    return 1 if legend_names(names, small, room, BEFORE * em) == list(names) or tall < LEAST_PLOT * em else 2


def _draw_legend(canvas: Canvas, axes: Axes, theme: Theme, em: int, names: tuple[str, ...], rows: int) -> None:
    size, stroke, y = round(0.85 * em), stroke_of(em), round(0.85 * em)
    name, training, test = _head(axes, theme)
    x: float = canvas.text(name, (INDENT * em, y), size, theme.muted)
    for label, dash in ((training, 0), (test, DASH)):
        x += 2 * em
        shares = dashes(0, 2.6 * em, dash * stroke)
        ends = [((x + one * 2.6 * em, y), (x + other * 2.6 * em, y)) for one, other in shares]
        canvas.segments(ends, theme.muted, max(1, round(1.6 * stroke)))
        x = canvas.text(label, (x + 3.1 * em, y), size, theme.muted)
    x, y = (x + em, y) if rows == 1 else ((INDENT - 1.3) * em, y + round(ROW * em))
    for index, name in enumerate(legend_names(names, size, canvas.size[0] - x - em, BEFORE * em)):
        draw_badge(canvas, (x + 1.6 * em, y), 0.32 * em, index, theme.lane(index))
        x = canvas.text(name, (x + BEFORE * em, y), size, theme.text)


def legend_names(names: tuple[str, ...], size: int, room: float, before: float) -> list[str]:
    """The lanes' names, the long ones shortened to one width so that all fit into the room with so much before each.

    Where little would be left of them, or the same of two, none is told: each lane has its badge.
    """
    left, share = room - before * len(names), 0.0
    for counted, wide in enumerate(sorted(text.width(name, size) for name in names)):
        share = left / (len(names) - counted)
        if wide > share:
            break
        left -= wide
    else:
        return list(names)
    if share < LEAST_NAME * size:
        return [""] * len(names)
    told = told_apart(names, size, [int(share)] * len(names))
    return told if len(set(told)) == len(set(names)) else [""] * len(names)
