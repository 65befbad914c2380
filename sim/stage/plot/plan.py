"""What of a figure is known before its place is: its stretches of numbers, and which way its bars run."""

from dataclasses import dataclass, replace

import numpy as np
from pygame import Rect

from ...study.statistics.figure import Axis, Bars, Figure, HeatMap, Line, Stack
from ...surface.points import Array
from ..drawing.ticks import AxisScale, rounded, scale
from ..style.style import Style
from .axes import BETWEEN, NAME_LINES, names_fit
from .words import pitch, spoken

TICKS_EVERY = 4.0  # Em: about so far apart are the ticks that free ends of an axis are rounded to.
# How many ticks there are along such an axis, at least and at most.
FEWEST, MOST = 2.0, 6.0
LOWEST_BAR = 0.5  # Em: bars are not laid on their side where each would be thinner.
UPRIGHT_LINES = 2  # Bars whose names need more are laid on their side if they have room.
AROUND_WIDTH, AROUND_HEIGHT = 4, 6  # Em: about what upright bars need beside them, and all need above and below.


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """A figure and how it is shown."""

    figure: Figure
    """Its categories are all named."""
    x: AxisScale
    y: AxisScale
    turned: bool = False
    """Whether x runs down and y to the right: bars with long names lie on their side."""
    legend: bool = False
    """Whether it has one of its own."""

    @property
    def heat(self) -> HeatMap | None:
        """Its heat map; there is room for one."""
        return next((mark for mark in self.figure.marks if isinstance(mark, HeatMap)), None)

    @property
    def bars(self) -> tuple[Bars, ...]:
        """Its bars, side by side."""
        return tuple(mark for mark in self.figure.marks if isinstance(mark, Bars))

    @property
    def lines(self) -> tuple[Line, ...]:
        """Its lines."""
        return tuple(mark for mark in self.figure.marks if isinstance(mark, Line))

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """Its stacked bars, side by side."""
        return tuple(mark for mark in self.figure.marks if isinstance(mark, Stack))


def scaled(figure: Figure) -> Plan:
    """A figure and the stretches of numbers that its data need."""
    plan = Plan(_named(figure), AxisScale(0, 1), AxisScale(0, 1))
    lines, bars, axes = plan.lines, plan.bars, (plan.figure.x, plan.figure.y)
    dotted = any(line.dots and not line.steps for line in lines)
    heights = [side for line in lines for side in (line.y, line.low, line.high)]
    heights += [side for bar in bars for side in (bar.heights, bar.low, bar.high, (0.0,))]
    heights += [(0.0, 1.0)] if plan.stacks else []
    x, y = _joined([line.x for line in lines]), _joined(heights)
    return replace(plan, x=scale(axes[0], x, dotted), y=scale(axes[1], y, axes[1].log))


def fitted_plan(plan: Plan, inner: Rect, style: Style, legend: bool) -> Plan:
    """How a scaled figure is shown that has that room."""
    figure, (width, height) = plan.figure, (inner.width, inner.height - AROUND_HEIGHT * style.em)
    turned = bool(plan.bars) and not figure.y.names and _lie(plan, width - AROUND_WIDTH * style.em, height, style)
    count = (0.7 * width if turned else height) / (TICKS_EVERY * style.em)
    y = rounded(plan.y, figure.y, min(max(count, FEWEST), MOST))
    return replace(plan, y=y, turned=turned, legend=legend)


def _lie(plan: Plan, width: float, height: float, style: Style) -> bool:
    """Whether the bars had better lie: their names are too long to stand beside each other, and there is room."""
    names = [spoken(style.theme, name) for name in plan.figure.x.names]
    room, row = width / max(1, len(names)) - BETWEEN * style.small, height / max(1, len(names))
    if row < pitch(style.small) or names_fit(names, style.small, room, UPRIGHT_LINES):
        return False
    return row >= LOWEST_BAR * style.em * len(plan.bars) or not names_fit(names, style.small, room, NAME_LINES)


def _named(figure: Figure) -> Figure:
    """The figure with all its categories named, were it only by their number."""
    bars = [len(mark.heights) for mark in figure.marks if isinstance(mark, Bars)]
    maps = [mark for mark in figure.marks if isinstance(mark, HeatMap)]
    stacks = [mark.place + 1 for mark in figure.marks if isinstance(mark, Stack)]
    columns = max([*bars, *stacks, *(len(row) for heat in maps for row in heat.rows)], default=0)
    rows = max((len(heat.rows) for heat in maps), default=0)
    x, y = figure.x, figure.y
    if columns and not x.names and (bars or stacks or not _both_ends(x)):
        x = replace(x, names=tuple(str(place) for place in range(columns)))
    if rows and not y.names and not _both_ends(y):
        y = replace(y, names=tuple(str(place) for place in range(rows)))
    return replace(figure, x=x, y=y)


def _both_ends(axis: Axis) -> bool:
    return axis.low is not None and axis.high is not None


def _joined(parts: list[tuple[float, ...]]) -> Array:
    return np.concatenate([np.array(part, dtype=float) for part in parts]) if parts else np.zeros(0)
