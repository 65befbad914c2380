"""What of a figure is known before its place is: its stretches of numbers."""

from dataclasses import dataclass, replace

import numpy as np
from pygame import Rect

from ...study.statistics.figure import Axis, Figure, HeatMap, Line, Stack
from ...surface.points import Array
from ..drawing.ticks import AxisScale, rounded, scale
from ..style.style import Style

TICKS_EVERY = 4.0  # Em: about so far apart are the ticks that free ends of an axis are rounded to.
# How many ticks there are along such an axis, at least and at most.
FEWEST, MOST = 2.0, 6.0
AROUND_HEIGHT = 6  # Em: about what a plot needs above and below.


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """A figure and how it is shown."""

    figure: Figure
    """Its categories are all named."""
    x: AxisScale
    y: AxisScale
    legend: bool = False
    """Whether it has one of its own."""

    @property
    def heat(self) -> HeatMap | None:
        """Its heat map; there is room for one."""
        return next((mark for mark in self.figure.marks if isinstance(mark, HeatMap)), None)

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
    lines, axes = plan.lines, (plan.figure.x, plan.figure.y)
    dotted = any(line.dots and not line.steps for line in lines)
    heights = [side for line in lines for side in (line.y, line.low, line.high)]
    heights += [(0.0, 1.0)] if plan.stacks else []
    x, y = _joined([line.x for line in lines]), _joined(heights)
    return replace(plan, x=scale(axes[0], x, dotted), y=scale(axes[1], y, axes[1].log))


def fitted_plan(plan: Plan, inner: Rect, style: Style, legend: bool) -> Plan:
    """How a scaled figure is shown that has that room."""
    count = (inner.height - AROUND_HEIGHT * style.em) / (TICKS_EVERY * style.em)
    y = rounded(plan.y, plan.figure.y, min(max(count, FEWEST), MOST))
    return replace(plan, y=y, legend=legend)


def _named(figure: Figure) -> Figure:
    """The figure with all its categories named, were it only by their number."""
    maps = [mark for mark in figure.marks if isinstance(mark, HeatMap)]
    stacks = [mark.place + 1 for mark in figure.marks if isinstance(mark, Stack)]
    columns = max([*stacks, *(len(row) for heat in maps for row in heat.rows)], default=0)
    rows = max((len(heat.rows) for heat in maps), default=0)
    x, y = figure.x, figure.y
    if columns and not x.names and (stacks or not _both_ends(x)):
        x = replace(x, names=tuple(str(place) for place in range(columns)))
    if rows and not y.names and not _both_ends(y):
        y = replace(y, names=tuple(str(place) for place in range(rows)))
    return replace(figure, x=x, y=y)


def _both_ends(axis: Axis) -> bool:
    return axis.low is not None and axis.high is not None


def _joined(parts: list[tuple[float, ...]]) -> Array:
    return np.concatenate([np.array(part, dtype=float) for part in parts]) if parts else np.zeros(0)
