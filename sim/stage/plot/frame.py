"""Where everything in one figure stands: pure geometry, without a pixel drawn.

From the top: title, legend, the name of the axis that runs up, the plot with its numbers, the name of the other axis,
the note. The legend has lines of its own, so that it never covers data.
"""

from dataclasses import dataclass, replace

from pygame import Rect

from ...study.statistics.figure import Axis, HeatMap
from ..style import text
from ..style.style import Style
from . import around, heat, stacks
from .axes import Direction, TickLabel, tick_labels_below, tick_labels_left
from .legend import Legend, LegendEntry, legend, legend_entries
from .lines import Polyline, polylines
from .plan import Plan
from .words import Label, label

LEFT_SHARE = 0.55  # Of a figure's width, what the names on its left may take.
SCALE_GAP, SCALE_WIDTH, SCALE_TEXT = 0.9, 0.9, 0.4  # Em: from a map to its scale of colours, its width, to its numbers.


@dataclass(frozen=True, slots=True)
class Margins:
    """What a figure needs around its plot, in pixels."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """One figure, in its place."""

    plan: Plan
    card: Rect
    plot: Rect
    x: Direction
    y: Direction
    tick_labels_below: tuple[TickLabel, ...]
    """The numbers along the axis that runs to the right."""
    tick_labels_left: tuple[TickLabel, ...]
    """The numbers along the axis that runs up."""
    labels: tuple[Label, ...]
    """All words around the plot but the legend's."""
    legend: Legend
    polylines: tuple[Polyline, ...]
    stacks: tuple[stacks.StackedBar, ...]
    cells: heat.HeatCells | None
    scale: Rect | None
    """Where the colours of the heat map are explained."""
    numbers: tuple[Label, ...]
    """In the cells or in stacked bars, if there is room."""


def inside(card: Rect, style: Style) -> Rect:
    """What of a card is within its margins."""
    return card.inflate(-2 * style.em, -round(1.5 * style.em))


def plot_area(card: Rect, margins: Margins, style: Style) -> Rect:
    """Where the plot is."""
    inner = inside(card, style)
    width, height = inner.width - margins.left - margins.right, inner.height - margins.top - margins.bottom
    return Rect(inner.left + margins.left, inner.top + margins.top, max(1, width), max(1, height))


def margins(plan: Plan, card: Rect, style: Style) -> Margins:
    """What the figure needs around its plot on that card."""
    inner, em = inside(card, style), style.em
    own = legend(_own_entries(plan), style, 0, 0, inner.width).height
    top = around.title_height(plan, inner, style) + own + around.names_height(plan, inner, style)
    foot = around.foot_height(plan, inner, style)
    # The numbers below depend on the width of those on the left, these on the height, and this on those below: by
    # one line if they are numbers, which is a good guess.
    bottom = foot + around.tick_labels_height((TickLabel(0.0, 0.0, ("0",)),), style)
    guess = Margins(top, bottom, 4 * em, round(0.7 * em))
    sketch = plot_area(card, guess, style)
    x, y = _directions(plan, sketch)
    left = _widest(tick_labels_left(y, style, LEFT_SHARE * inner.width), style)
    right = guess.right
    if plan.heat is not None:
        right = _widest(tick_labels_left(_shades(plan.heat, sketch), style, inner.width), style)
        right += round((SCALE_GAP + SCALE_WIDTH + SCALE_TEXT) * em)
    guess = Margins(top, bottom, left + round((around.GAP_LEFT + 0.1) * em), right)
    x, y = _directions(plan, plot_area(card, guess, style))
    below = tick_labels_below(x, style, (inner.left, inner.right))
    return replace(guess, bottom=foot + around.tick_labels_height(below, style))


def build_frame(plan: Plan, card: Rect, margins: Margins, style: Style) -> Frame:
    """Everything in its place."""
    inner, plot = inside(card, style), plot_area(card, margins, style)
    x, y = _directions(plan, plot)
    below = tick_labels_below(x, style, (inner.left, inner.right))
    beside = tick_labels_left(y, style, LEFT_SHARE * inner.width)
    labels = around.heading(plan, inner, plot, style)
    labels += around.numbers(below, beside, inner, plot, style)
    laid = stacks.stacked_bars(plan.stacks, x, y, style)
    labels += around.footing(_said(plan, laid), below, inner, plot, style)
    numbers = stacks.numbers(laid, style)
    cells, scale = None, None
    if plan.heat is not None:
        cells = heat.cells(plan.heat, x, y)
        numbers = heat.numbers(plan.heat, cells, style)
        left, width = plot.right + round(SCALE_GAP * style.em), round(SCALE_WIDTH * style.em)
        scale = Rect(left, plot.top, width, plot.height)
        labels += _beside_scale(plan.heat, scale, inner, style)
    top = inner.top + around.title_height(plan, inner, style)
    return Frame(
        plan=plan,
        card=card,
        plot=plot,
        x=x,
        y=y,
        tick_labels_below=below,
        tick_labels_left=beside,
        labels=tuple(labels),
        legend=legend(_own_entries(plan), style, inner.left, top, inner.width),
        polylines=polylines(plan.lines, x, y, style),
        stacks=laid,
        cells=cells,
        scale=scale,
        numbers=numbers,
    )


def _said(plan: Plan, laid: tuple[stacks.StackedBar, ...]) -> Plan:
    """The plan with the note that is true of what is drawn: of no whisker is spoken where there is none."""
    figure = plan.figure
    if figure.bare is None or any(bar.whiskers for bar in laid):
        return plan
    return replace(plan, figure=replace(figure, note=figure.bare))


def _directions(plan: Plan, plot: Rect) -> tuple[Direction, Direction]:
    """Both axes in a plot of that place."""
    x, y = plan.figure.x, plan.figure.y
    return Direction(x, plan.x, plot.left, plot.right), Direction(y, plan.y, plot.bottom, plot.top)


def _own_entries(plan: Plan) -> tuple[LegendEntry, ...]:
    """What is explained above the plot itself."""
    return legend_entries(plan.figure) if plan.legend else ()


def _shades(heat_map: HeatMap, place: Rect) -> Direction:
    """The axis beside a heat map's colours."""
    axis = Axis(heat_map.name, percent=heat_map.percent)
    return Direction(axis, heat.stretch(heat_map), place.bottom, place.top)


def _beside_scale(heat_map: HeatMap, scale: Rect, inner: Rect, style: Style) -> list[Label]:
    x = scale.right + SCALE_TEXT * style.em
    labels = tick_labels_left(_shades(heat_map, scale), style, inner.width)
    return [label(mark.lines[0], (x, mark.pixel), style.small, style.theme.muted) for mark in labels]


def _widest(labels: tuple[TickLabel, ...], style: Style) -> int:
    return max((text.width(line, style.small) for mark in labels for line in mark.lines), default=0)
