"""Loss against the clock: one line a lane, training solid, test dashed.

The history stands on a layer of which only the right end is drawn anew when time goes on, or back.
"""

import math
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

import numpy as np
import pygame

from ....descent.race import Race
from ....surface.points import Array
from ...drawing.canvas import Backdrop, Canvas, Pixel
from ...drawing.glyphs import draw_badge
from ...drawing.screen import Screen, painted
from ...drawing.strokes import dashes
from ...style.color import Color, mix
from ...style.style import hairline, stroke_of
from ...style.theme import Theme
from .axes import Axes
from .frame import DASH, draw_frame, legend_rows, plot_area, rates_area, x_at, y_at

BADGES, BADGE = 6, 3.0
"""How often a lane's badge stands on its line, and how large it is there, in strokes."""
TIP = (0.32, 0.4)
"""Half the width and the height of a tip at the edge that points to a loss out of sight, in ems."""


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
        self._frame = Backdrop(draw_frame, (axes, theme, em, names), size)
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
        """Where each lane is at the tick: its badge, or a tip at the edge towards a loss out of sight."""
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
        return x_at(self.plot, self._axes, tick)

    def _y(self, losses: Array) -> Array:
        return y_at(self.plot, self._axes, losses)

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


def _draw_tip(canvas: Canvas, end: Pixel, way: int, em: int, color: Color) -> None:
    """A triangle that touches an edge there from within, its tip up (way -1) or down: beyond it there are words."""
    (x, y), (half, high) = end, TIP
    foot = y - way * high * em
    corners = [(x, y), (x + half * em, foot), (x - half * em, foot)]
    canvas.polygon(corners, color)
    canvas.curve(corners, color, closed=True)
