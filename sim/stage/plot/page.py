"""A page of figures: where each stands, and all of it drawn."""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

from pygame import Rect

from ...base.languages import grouped
from ...study.statistics.figure import Page
from ..drawing.canvas import Canvas
from ..drawing.strokes import first_pixel
from ..drawing.ticks import minor
from ..style.style import Style
from ..style.theme import Theme
from ..style.wrapping import wrapped
from .frame import Frame, Margins, build_frame, inside, margins, plot_area
from .heat import draw_cells, draw_scale
from .legend import Legend, LegendEntry, legend, legend_entries
from .lines import draw_lines
from .plan import Plan, fitted_plan, scaled
from .stacks import draw_stacks
from .words import Label, pitch, spoken, stacked

SMALLEST_EM = 11
GAP = 0.7  # Em: between cards, and around them.
# Width over height of a plot that is good to read.
SHAPE = 1.6
# How many ems of a card, about, are not plot: across and down.
AROUND = (5, 9)
# How much smaller the type may become, until plots are LARGE; that of a page by itself no smaller than USUALLY.
SHRINKING = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
USUALLY = 0.7
# A plot is large enough if it is so many ems wide and high.
LARGE = (13.0, 7.5)
# Where plots are not even so many ems high, notes and the names of axes are left out.
LOW = 6.0
TITLE_LINES, NOTE_LINES = 2, 3


@dataclass(frozen=True, eq=False, slots=True)
class PageLayout:
    """A page with everything in its place, in pixels from its corner."""

    style: Style
    labels: tuple[Label, ...]
    """The page's own title and note."""
    legend: Legend
    """What all its figures have in common."""
    frames: tuple[Frame, ...]

    @property
    def lowest(self) -> float:
        """The least height of a plot, in ems."""
        return min((frame.plot.height / self.style.em for frame in self.frames), default=inf)


def arrange(page: Page, theme: Theme, em: int, size: tuple[int, int], smallest: float = USUALLY) -> PageLayout:
    """Where everything stands on a page of that size; what there is no room for shrinks, or is left out.

    smallest: how much smaller the type may become at most, of SHRINKING; notes are rather left out.
    """
    plans = tuple(map(scaled, page.figures))
    for factor in (each for each in SHRINKING if each >= smallest):
        draft = _draft(page, plans, Style(theme, max(min(em, SMALLEST_EM), round(factor * em))), size)
        width, height = draft.least
        if width >= LARGE[0] and height >= LARGE[1]:
            break
    for notes, names in ((False, True), (False, False)):
        if draft.least[1] < LOW:
            draft = _draft(page, plans, replace(draft.style, notes=notes, names=names), size)
    frames = tuple(build_frame(*place, draft.style) for place in draft.places)
    return PageLayout(draft.style, draft.labels, draft.legend, frames)


def draw_layout(canvas: Canvas, layout: PageLayout) -> None:
    """Draw what stands on a page, from the canvas's corner."""
    canvas.rect((0, 0, *canvas.size), layout.style.theme.background)
    for words in layout.labels:
        words.draw(canvas)
    layout.legend.draw(canvas, layout.style)
    for frame in layout.frames:
        _draw_frame(canvas, frame, layout.style)


@dataclass(frozen=True, eq=False, slots=True)
class _Draft:
    """A page whose frames are not yet built."""

    style: Style
    labels: tuple[Label, ...]
    legend: Legend
    places: tuple[tuple[Plan, Rect, Margins], ...]

    @property
    def least(self) -> tuple[float, float]:
        """The least width and the least height of a plot, in ems."""
        plots = [plot_area(card, margins, self.style) for _, card, margins in self.places]
        width, height = (min((plot.size[side] / self.style.em for plot in plots), default=inf) for side in (0, 1))
        return width, height


def _draft(page: Page, plans: tuple[Plan, ...], style: Style, size: tuple[int, int]) -> _Draft:
    em, theme = style.em, style.theme
    gap = round(GAP * em)
    whole = Rect(gap, gap, max(1, size[0] - 2 * gap), max(1, size[1] - 2 * gap))
    column = whole.inflate(-em, 0)  # Words begin a little inside the cards' edge.
    title = wrapped(grouped(theme.language, spoken(theme, page.title)), style.heading, column.width, TITLE_LINES, True)
    labels = stacked(title, column.topleft, style.heading, theme.text, bold=True)
    top = column.top + len(title) * pitch(style.heading)
    common = _common(page)
    shared = legend(common, style, column.left, top, column.width)
    top += shared.height + (gap // 2 if title or common else 0)
    note = wrapped(grouped(theme.language, spoken(theme, page.note)), style.tiny, column.width, NOTE_LINES)
    bottom = column.bottom - len(note) * pitch(style.tiny)
    labels += stacked(note, (column.left, bottom), style.tiny, theme.muted)
    bottom -= gap // 2 if note else 0
    field = Rect(whole.left, top, whole.width, max(1, bottom - top))
    return _Draft(style, tuple(labels), shared, _places(plans, field, style, not common))


def _common(page: Page) -> tuple[LegendEntry, ...]:
    """The keys of all figures' legends if they are the same, and there are several."""
    each = [found for figure in page.figures if (found := legend_entries(figure))]
    same = {tuple((key.name, key.hue, key.dashed) for key in found) for found in each}
    if len(each) < 2 or len(same) > 1:
        return ()
    shapes = [{found[k].shape for found in each} for k in range(len(each[0]))]
    return tuple(
        key if len(shape) == 1 else replace(key, shape="line" if key.dashed else "point")
        for key, shape in zip(each[0], shapes, strict=True)
    )


def _places(
    plans: tuple[Plan, ...], field: Rect, style: Style, legends: bool
) -> tuple[tuple[Plan, Rect, Margins], ...]:
    """The figures in rows that are read like a page; plots in a row begin and end at the same height."""
    places: list[tuple[Plan, Rect, Margins]] = []
    for cards in _cards(len(plans), field, style.em):
        scaled_row = plans[len(places) : len(places) + len(cards)]
        row = [
            fitted_plan(plan, inside(card, style), style, legends) for plan, card in zip(scaled_row, cards, strict=True)
        ]
        needs = [margins(plan, card, style) for plan, card in zip(row, cards, strict=True)]
        top, bottom = max(need.top for need in needs), max(need.bottom for need in needs)
        aligned = [replace(need, top=top, bottom=bottom) for need in needs]
        places += zip(row, cards, aligned, strict=True)
    return tuple(places)


def _cards(count: int, field: Rect, em: int) -> list[list[Rect]]:
    """Places for so many figures, in as many rows as make the largest plots; a short last row is stretched."""
    gap = round(GAP * em)

    def rows(columns: int) -> list[list[Rect]]:
        number = -(-count // columns)
        heights = _cut(field.top, field.height, number, gap)
        widths = [_cut(field.left, field.width, min(columns, count - k * columns), gap) for k in range(number)]
        return [
            [Rect(left, top, width, height) for left, width in widths[k]] for k, (top, height) in enumerate(heights)
        ]

    def worth(columns: int) -> float:
        smallest = rows(columns)[0][0]
        return min(smallest.width - AROUND[0] * em, SHAPE * (smallest.height - AROUND[1] * em))

    return rows(max(range(1, count + 1), key=worth)) if count else []


def _cut(start: int, length: int, count: int, gap: int) -> list[tuple[int, int]]:
    """Starts and lengths of so many equal parts with gaps between them, up to a pixel."""
    edges = [start + round(k * (length + gap) / count) for k in range(count + 1)]
    return [(one, max(1, other - gap - one)) for one, other in pairwise(edges)]


def _draw_frame(canvas: Canvas, frame: Frame, style: Style) -> None:
    theme, plan = style.theme, frame.plan
    canvas.rect(frame.card, theme.panel, corner=round(0.5 * style.em))
    canvas.rect(frame.card, theme.border, width=1, corner=round(0.5 * style.em))
    if plan.heat is None or frame.cells is None or frame.scale is None:
        _draw_grid(canvas, frame, style)
    else:
        draw_cells(canvas, plan.heat, frame.cells, style)
        draw_scale(canvas, frame.scale, style)
    draw_stacks(canvas, frame.stacks, frame.numbers, style)
    draw_lines(canvas, frame.polylines, frame.plot, style)
    for words in (*frame.labels, *frame.numbers):
        words.draw(canvas)
    frame.legend.draw(canvas, style)


def _draw_grid(canvas: Canvas, frame: Frame, style: Style) -> None:
    """A quiet line at each number, short ones between decades, and a line to stand on."""
    theme, plot, hair = style.theme, frame.plot, style.hair
    if not frame.x.axis.names:
        for mark in frame.tick_labels_below:
            canvas.rect((first_pixel(mark.pixel, hair), plot.top, hair, plot.height), theme.grid)
    if not frame.y.axis.names:
        for mark in frame.tick_labels_left:
            canvas.rect((plot.left, first_pixel(mark.pixel, hair), plot.width, hair), theme.grid)
    tick = round(0.25 * style.em)
    for x in frame.x.at(minor(frame.x.scale)).tolist():
        canvas.rect((round(x), plot.bottom - tick, 1, tick), theme.faint)
    for y in frame.y.at(minor(frame.y.scale)).tolist():
        canvas.rect((plot.left, round(y), tick, 1), theme.faint)
    canvas.rect((plot.left, plot.bottom, plot.width, hair), theme.faint)
