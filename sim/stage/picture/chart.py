"""Loss against the clock: one line a lane, training solid, test dashed.

The history stands on a layer of which only the right end is drawn anew when time goes on, or back.
"""

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

import numpy as np
import pygame

from ...descent.clock import Timing
from ...descent.lane import Lane
from ...descent.problem import Problem
from ...descent.race import Race
from ...descent.schedules import CONSTANT
from ...surface.points import Array
from ..drawing.canvas import Backdrop, Canvas, Pixel
from ..drawing.glyphs import draw_badge
from ..drawing.relief.heights import SPARE
from ..drawing.relief.view import heights_over
from ..drawing.screen import Screen, painted
from ..drawing.strokes import dashes
from ..drawing.ticks import multiples, round_step
from ..style import text
from ..style.color import Color, mix
from ..style.numbers import brief, rounded, short
from ..style.style import hairline, stroke_of
from ..style.theme import Theme

DASH = 5
"""Length of a dash of the test line, in strokes; the gaps are as long."""
UNITS = {"updates": "update", "epochs": "epoch", "serial": "time, serial", "parallel": "time, parallel"}
BADGES, BADGE = 6, 3.0
"""How often a lane's badge stands on its line, and how large it is there, in strokes."""
HEADROOM = 0.06
"""Share of the axis that is left free above and below the lines."""
LOGARITHMIC = 30.0
"""Ratio of largest to smallest positive loss from which a logarithm helps."""
BAND, BAND_GAP = 1.1, 0.35
"""Height of the learning rates below the lines, and of what is free between them; in ems."""
MOST_RATES = 400
"""At as many times, at most, the learning rate is looked at."""
DECADES = 10
"""As far as a logarithmic axis goes down: below is rounding."""
FEWEST_DIGITS, MOST_DIGITS = 6, 9
"""Digits of a loss beside the chart: the more tell apart what differs by little."""
BORDER = 0.4
"""What is free between the chart's left border and the highest learning rate, in ems."""
SIGNS = 9
"""Signs of a loss beside the chart, at most: there is room for no more."""
LARGE = 1e100
"""A loss from which on a power of ten has three digits."""
INDENT, BEFORE, ROW = 0.8, 2.2, 1.25
"""Before the legend, before each name in it with its badge, and from one row of it to the next, in ems."""
LEAST_PLOT = 2.5
"""Height that a second row leaves for the lines, in ems."""
LEAST_NAME = 3.0
"""Width of a lane's name in the legend, in heights of its type: of a shorter piece nobody knows what it stands for."""
TIP = (0.32, 0.4)
"""Half the width and the height of a tip beyond the edge that points to a loss out of sight, in ems."""
FEW = 1
"""Decimals of a number that others beside it need not have: 0, 0.5, 1."""
TALLEST = 1.25
"""How far above the start, in heights of the start, a line is followed."""
STAY = 0.1
"""Share of the chart's time that a line spends in the lower half of its fall, unless it falls without a floor."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The learning rates of one lane at equal distances of the clock, from its begin to its end."""

    lane: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Axes:
    """What the chart's frame stands for."""

    ticks: int
    timing: Timing
    clock: str
    low: float
    high: float
    logarithmic: bool
    rates: tuple["Rates", ...] = ()
    """Those of all lanes, if any of them has a schedule."""

    def height(self, losses: Array) -> Array:
        """Losses as shares of the frame's height, from the bottom; what is beyond runs out of the frame."""
        with np.errstate(all="ignore"):
            values = np.log10(np.maximum(losses, np.finfo(float).tiny)) if self.logarithmic else losses
            shares = (values - self.low) / (self.high - self.low)
        return np.clip(shares, -0.5, 1.5)

    def marks(self) -> list[tuple[float, str]]:
        """Round losses and how they are written."""
        if self.logarithmic:
            first, last = math.ceil(self.low), math.floor(self.high)
            every = max(1, (last - first + 4) // 4)
            powers = range(first, min(last, sys.float_info.max_10_exp) + 1, every)
            return [(10.0**power, _written(10.0**power, FEWEST_DIGITS)) for power in powers]
        return loss_marks(self.low, self.high)


def axes(race: Race, timing: Timing, clock: str, ticks: int, computed: int) -> Axes:
    """Axes for so many ticks that hold the losses of the first `computed` ones, unless beyond all measure.

    A line is followed upwards as far as TALLEST tells, and downwards as far as it goes; but one that has not stayed low
    for so long as STAY tells, only to the lowest loss of the map and of the minima that are known.
    """
    columns = [
        (column[: timing.updates(lane, computed) + 1], STAY * timing.updates(lane, ticks))
        for lane, track in enumerate(race.tracks)
        for column in (track.loss, track.test_loss)
    ]
    columns = [(known, stay) for column, stay in columns if len(known := column[np.isfinite(column)])]
    scheduled = any(track.lane.schedule != CONSTANT for track in race.tracks)
    rates = tuple(
        _rates(lane, track.lane, track.problem.train.count, timing, ticks)
        for lane, track in enumerate(race.tracks)
        if scheduled
    )
    if not columns:  # There is no surface where the marbles lie.
        return Axes(ticks, timing, clock, 0.0, 1.0, False, rates)
    start = max(float(column[0]) for column, _ in columns)
    lowest = min(_lowest(column, stay, race.problem) for column, stay in columns)
    ceiling = start + (TALLEST - 1) * max(start - lowest, 1e-12)
    tallest = max(float(column[column <= ceiling].max(initial=lowest)) for column, _ in columns)
    tallest = max(tallest, start)
    logarithmic = lowest > 0 and tallest / lowest > LOGARITHMIC
    low, high = lowest, tallest
    if logarithmic:
        low, high = max(math.log10(lowest), math.log10(tallest) - DECADES), math.log10(tallest)
    margin = HEADROOM * max(high - low, 1e-9 * max(abs(high), 1.0))
    return Axes(ticks, timing, clock, low - margin, high + margin, logarithmic, rates)


def _lowest(losses: Array, stay: float, problem: Problem) -> float:
    """How far down the losses (n,) of a lane are followed, if it stays low for at least so many updates, or else."""
    start, lowest = float(losses[0]), float(losses.min())
    if np.count_nonzero(losses <= start / 2 + lowest / 2) >= stay:
        return lowest
    map_lowest = float(heights_over(problem, problem.window).loss(np.array(SPARE)))
    return max(lowest, min(start, map_lowest, *(minimum.value for minimum in problem.minima)))


@lru_cache(maxsize=64)
def _rates(place: int, lane: Lane, count: int, timing: Timing, ticks: int) -> Rates:
    """The learning rates of a lane all along the clock."""
    times = np.linspace(0, ticks, min(ticks, MOST_RATES) + 1)
    updates = [timing.updates(place, int(tick)) for tick in times.tolist()]
    return Rates(place, tuple(float(lane.rate_at(update, count)) for update in updates))


def loss_marks(low: float, high: float) -> list[tuple[float, str]]:
    """Round losses on a straight axis, and how they are written: with as many digits as tell them apart.

    Where these would be more than there is room for, the losses are all alike, and the one in the middle is written.
    """
    step = round_step(high / 4 - low / 4)  # The difference itself may be too large for a number.
    losses = [loss if abs(loss) > 1e-9 * step else 0.0 for loss in multiples(low, high, step)]
    ways = [(_written, FEWEST_DIGITS), *((_in_full, digits) for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1))]
    for written, digits in ways:
        labels = _alike([written(loss, digits) for loss in losses])
        if len(set(labels)) == len(labels) and max(map(len, labels), default=0) <= SIGNS:
            return list(zip(losses, labels, strict=True))
    middle = losses[len(losses) // 2]
    shorter = (_written(middle, digits) for digits in range(FEWEST_DIGITS, 0, -1))
    return [(middle, next(label for label in shorter if len(label) <= SIGNS))]


def _alike(labels: list[str]) -> list[str]:
    """The same with as many decimals each, if some have more than FEW of them."""
    places = [len(label.partition(".")[2]) for label in labels]
    if max(places, default=0) <= FEW or any("e" in label for label in labels):
        return labels
    return [
        f"{label if '.' in label else f'{label}.'}{(max(places) - own) * '0'}"
        for label, own in zip(labels, places, strict=True)
    ]


def _written(loss: float, digits: int) -> str:
    """A loss to so many digits; a large power of ten without its sign, for which there is no room."""
    return brief(loss, digits).replace("e+", "e") if abs(loss) >= LARGE else brief(loss, digits)


def _in_full(loss: float, digits: int) -> str:
    """The same without a power of ten where so many digits tell all of it: that tells apart what differs by little."""
    return f"{loss:z.{digits}g}".replace("-", "−") if abs(loss) < LARGE else _written(loss, digits)


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


def time_at(axes: Axes, tick: float, theme: Theme) -> str:
    """The time at a tick by the chart's clock, in words."""
    time = rounded(round(tick * axes.timing.unit, 2), theme.language)
    return theme.say("{unit} {time}", unit=theme.say(UNITS[axes.clock]), time=time)


class Chart:
    """The chart of one race in a frame of one size. Where there are pixels, its lines are kept as such."""

    def __init__(
        self, race: Race, axes: Axes, size: tuple[int, int], theme: Theme, em: int, names: tuple[str, ...] = ()
    ) -> None:
        self._race = race
        self._axes = axes
        self._theme = theme
        self._em, self._stroke, self._hairline = em, stroke_of(em), hairline(em)
        names = names or tuple(track.lane.name for track in race.tracks)
        self.plot = plot_area(size, em, bool(axes.rates), legend_rows(size, axes, theme, em, names))
        self._bottom = rates_area(size, em).bottom if axes.rates else self.plot.bottom
        self._frame = Backdrop(_draw_frame, (axes, theme, em, names), size)
        self._layer: pygame.Surface | None = None  # The frame with the lines.
        self._draft = pygame.Surface((0, 0))  # A surface upon which lines are drawn before they come onto the layer.
        self._drawn = 0  # Up to which update the lines stand on the layer.

    def draw(self, canvas: Canvas, corner: tuple[int, int], tick: int) -> None:
        """Draw the lines up to the tick, with a cursor there."""
        last = min(tick, self._axes.ticks)
        if canvas.raster:
            canvas.image(self._advanced(last), corner)
        else:
            canvas.backdrop(self._frame, corner)
            with canvas.clip(self.plot.move(corner)):
                for lane in range(len(self._race.tracks)):
                    self._draw_lane(canvas, corner, lane, 0, self._axes.timing.updates(lane, last))
        x = corner[0] + self._x(tick)
        canvas.rule((x, corner[1] + self.plot.top), (x, corner[1] + self._bottom), self._theme.faint, self._hairline)
        self._draw_ends(canvas, corner, tick)

    def _draw_ends(self, canvas: Canvas, corner: tuple[int, int], tick: int) -> None:
        """Where each lane is at the tick: its badge, or a tip beyond the edge towards a loss out of sight."""
        plot, stroke = self.plot, self._stroke
        above: list[tuple[float, Color]] = []
        below: list[tuple[float, Color]] = []
        for lane, track in enumerate(self._race.tracks):
            moment = min(self._axes.timing.updates(lane, tick), track.updates)
            x = corner[0] + self._x(moment / self._axes.timing.paces[lane])
            losses, color = track.loss[: moment + 1], self._theme.lane(lane)
            y = float(self._y(losses[-1:])[0])
            if math.isnan(y) and track.overflow == moment + 1:  # It overflowed beyond an edge, as those before it tell.
                before = self._y(losses[np.isfinite(losses)][-1:])
                y = next((each for each in before.tolist() if not plot.top <= each <= plot.bottom), y)
            if plot.top <= y <= plot.bottom:
                draw_badge(canvas, (x, corner[1] + y), 5.2 * stroke, lane, self._theme.panel)
                draw_badge(canvas, (x, corner[1] + y), 3.6 * stroke, lane, color)
            elif not math.isnan(y):
                (above if y < plot.top else below).append((x, color))
        for edge, way, tips in ((plot.top, -1, above), (plot.bottom, 1, below)):
            for place, (x, color) in enumerate(tips):  # Side by side, the middle one where they are.
                middle = x + (place - (len(tips) - 1) / 2) * 2 * TIP[0] * self._em
                _draw_tip(canvas, (middle, corner[1] + edge), way, self._em, color)

    @property
    def axes(self) -> Axes:
        """What the frame stands for."""
        return self._axes

    def tick_at(self, x: float) -> int:
        """The tick at that pixel of the chart, or the nearest there is."""
        tick = round((x - self.plot.left) / self.plot.width * self._axes.ticks)
        return min(max(tick, 0), self._axes.ticks)

    def draw_hairline(self, canvas: Canvas, position: tuple[int, int], x: int) -> None:
        """A thin line through the pointer, at that pixel of the canvas: what its tooltip tells of."""
        top, bottom = position[1] + self.plot.top, position[1] + self.plot.bottom
        canvas.rule((x, top), (x, bottom), self._theme.muted, self._hairline)

    def _x(self, tick: float) -> float:
        return _x(self.plot, self._axes, tick)

    def _y(self, losses: Array) -> Array:
        return _y(self.plot, self._axes, losses)

    def _advanced(self, tick: int) -> pygame.Surface:
        """The layer with the lines up to the tick, and no farther.

        All that touches the last strip is drawn anew on a draft, in the same order as ever, and the strip
        taken from there: so the picture of a moment does not depend on how one came to it. (A clipped
        smooth line is not the same line: the strip cannot be drawn upon directly.)
        """
        empty = painted(self._frame)
        if self._layer is None:
            self._layer, self._draft = empty.copy(), empty.copy()
            self._draft.set_clip(self.plot)
        if tick == self._drawn:
            return self._layer
        # A line may lag behind the tick by one of its own updates, and is wider than a pixel.
        lag = 1 / min(self._axes.timing.paces)
        pad = 2 + math.ceil(2 * BADGE * self._stroke)
        left = math.floor(self._x(min(tick, self._drawn) - lag)) - pad
        right = math.ceil(self._x(max(tick, self._drawn))) + pad
        strip = pygame.Rect(left, 0, right - left, self._layer.get_height())
        self._draft.blit(empty, strip.topleft, strip)
        begin = (left - pad - self.plot.left) / self.plot.width * self._axes.ticks
        for lane, pace in enumerate(self._axes.timing.paces):
            first = max(0, math.floor(begin * pace) - 1)
            self._draw_lane(Screen(self._draft), (0, 0), lane, first, self._axes.timing.updates(lane, tick))
        self._layer.blit(self._draft, strip.topleft, strip)
        self._drawn = tick
        return self._layer

    def _draw_lane(self, canvas: Canvas, corner: tuple[int, int], lane: int, first: int, last: int) -> None:
        """Both lines of one lane between two of its moments."""
        track, color = self._race.tracks[lane], self._theme.lane(lane)
        pace = self._axes.timing.paces[lane]
        last = min(last, track.updates)
        if last <= first:
            return
        x = np.linspace(self._x(first / pace), self._x(last / pace), last - first + 1) + corner[0]
        pale = mix(color, self._theme.panel, 0.35)
        draw = self._draw_columns if self._axes.ticks * pace > self.plot.width else self._draw_segments
        for column, tone, dash in ((track.test_loss, pale, DASH), (track.loss, color, 0)):
            draw(canvas, x, self._y(column[first : last + 1]) + corner[1], tone, dash)
        self._draw_badges(canvas, corner, lane, first, last)

    def _draw_badges(self, canvas: Canvas, corner: tuple[int, int], lane: int, first: int, last: int) -> None:
        """The lane's badge here and there on its line, where those of others are not."""
        track, timing, lanes = self._race.tracks[lane], self._axes.timing, len(self._race.tracks)
        for number in range(BADGES):
            tick = round(self._axes.ticks * (number + (lane + 0.5) / lanes) / BADGES)
            update = timing.updates(lane, tick)
            if first <= update <= last and (y := float(self._y(track.loss[update : update + 1])[0])) == y:
                center = (corner[0] + self._x(update / timing.paces[lane]), corner[1] + y)
                draw_badge(canvas, center, BADGE * self._stroke, lane, self._theme.lane(lane))

    def _draw_segments(self, canvas: Canvas, x: Array, y: Array, color: Color, dash: int) -> None:
        """Few updates: a line from each to the next, the dashes cut at fixed places of the frame."""
        width = max(1, round((1.2 if dash else 1.6) * self._stroke))
        for known, run in groupby(zip(x.tolist(), y.tolist(), strict=True), lambda point: not math.isnan(point[1])):
            if known and not dash:  # No line leads to where there is no loss.
                canvas.line(list(run), color, width)
            elif known:
                canvas.segments(list(_dashed(run, dash * self._stroke)), color, width)

    def _draw_columns(self, canvas: Canvas, x: Array, y: Array, color: Color, dash: int) -> None:
        """More updates than pixels: in each column of pixels a bar from the least to the greatest."""
        columns = np.floor(x).astype(np.intp)
        starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
        # A bar reaches back to the last loss of the column before, so that the line has no gaps.
        tops = np.minimum(np.minimum.reduceat(y, starts), y[np.maximum(starts - 1, 0)])
        bottoms = np.maximum(np.maximum.reduceat(y, starts), y[np.maximum(starts - 1, 0)])
        thick = max(1, round(1.3 * self._stroke))
        for column, top, bottom in zip(columns[starts].tolist(), tops.tolist(), bottoms.tolist(), strict=True):
            if math.isnan(top):
                continue
            if not dash or int(column // (dash * self._stroke)) % 2 == 0:
                canvas.rect((column, round(top), 1, max(thick, round(bottom - top))), color)


def _dashed(points: Iterable[Pixel], dash: float) -> Iterator[tuple[Pixel, Pixel]]:
    """The dashes of a line through points, cut at fixed places along x."""
    for (x0, y0), (x1, y1) in pairwise(points):
        for one, other in dashes(x0, x1, dash):
            yield (x0 + one * (x1 - x0), y0 + one * (y1 - y0)), (x0 + other * (x1 - x0), y0 + other * (y1 - y0))


def _x(plot: pygame.Rect, axes: Axes, tick: float) -> float:
    return plot.left + plot.width * tick / axes.ticks


def _y(plot: pygame.Rect, axes: Axes, losses: Array) -> Array:
    return np.asarray(plot.bottom - plot.height * axes.height(losses))


def _draw_frame(canvas: Canvas, axes: Axes, theme: Theme, em: int, names: tuple[str, ...]) -> None:
    """Frame, grid, ticks and legend."""
    rows, line, small = legend_rows(canvas.size, axes, theme, em, names), hairline(em), round(0.85 * em)
    plot = plot_area(canvas.size, em, bool(axes.rates), rows)
    low = plot.bottom
    draw_card(canvas, theme, em)
    if axes.rates:
        low = rates_area(canvas.size, em).bottom
        _draw_rates(canvas, axes.rates, theme, em)
    marks = axes.marks()
    draw_losses(canvas, plot, marks, _y(plot, axes, np.array([loss for loss, _ in marks])), theme, em)
    unit, name = axes.timing.unit, theme.say(UNITS[axes.clock])
    step = round_step(axes.ticks * unit * 5 * em / plot.width)
    if axes.clock == "updates":
        step = max(1.0, step)
    last = plot.right - text.width(name, small) - em
    for time in multiples(0, axes.ticks * unit, step):
        x = round(_x(plot, axes, time / unit))
        canvas.rule((x, plot.top), (x, plot.bottom), theme.grid, line)
        label = rounded(round(time, 10), theme.language)
        if x + text.width(label, small) / 2 < last:
            canvas.text(label, (x, low + 0.75 * em), small, theme.muted, align=0.5)
    canvas.text(name, (plot.right, low + 0.75 * em), small, theme.muted, align=1)
    _draw_legend(canvas, axes, theme, em, names, rows)


def _draw_tip(canvas: Canvas, foot: Pixel, way: int, em: int, color: Color) -> None:
    """A triangle that stands on an edge there, its tip up (way -1) or down."""
    (x, y), (half, high) = foot, TIP
    corners = [(x, y + way * high * em), (x + half * em, y), (x - half * em, y)]
    canvas.polygon(corners, color)
    canvas.curve(corners, color, closed=True)


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
    told = [text.fitted(name, size, int(share)) for name in names]
    return told if len(set(told)) == len(set(names)) else [""] * len(names)
