"""The timeline: how much of the race has been played, what happened when, and a knob to drag.

It lies under the chart's lines, tick under tick. Events are known as soon as they are computed: those that
are still to come are faint.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pygame

from ....descent.clock import Timing
from ....descent.race import Race
from ....descent.verdict.events import Escape, Event
from ....study.odds.ends import LaneEnds
from ...drawing.canvas import Backdrop, Canvas
from ...drawing.layout import Layout
from ...session.odds import ends_seen
from ...session.session import Session
from ...style.color import mix
from ...style.numbers import way
from ...style.style import hairline, stroke_of
from ...style.theme import Theme
from ..chart.frame import plot_area

CROWDED = 6  # Pixels: epochs shorter than this are not marked.
NEAR = 6  # Pixels, at the usual size, from a mark to a pointer that means it.
TO_COME = 0.62  # How far marks fade into the ground while their tick has not been played.
BEHIND = 0.5  # And the curves of those that have escaped, which stand behind all of it.


@dataclass(frozen=True, slots=True)
class EventMark:
    """An event on the timeline, at the tick at which it happened."""

    tick: int
    lane: int
    event: Event


def event_marks(race: Race, timing: Timing, ticks: int, seen: int) -> tuple[EventMark, ...]:
    """The events of all lanes up to the tick `ticks` that are certain by the tick `seen`, in the order of time.

    What nobody has watched yet is not given away, although it is computed ahead.
    """
    return _marks(race, timing, ticks, _known(race, timing, seen))


def _known(race: Race, timing: Timing, seen: int) -> tuple[int, ...]:
    """How many events of each lane are certain: as long as this stays, so do the marks."""
    return tuple(
        len(judge.events_until(min(timing.updates(lane, seen), judge.seen))) for lane, judge in enumerate(race.judges)
    )


@lru_cache(maxsize=4)
def _marks(race: Race, timing: Timing, ticks: int, known: tuple[int, ...]) -> tuple[EventMark, ...]:
    found = [
        EventMark(timing.tick(lane, event.update), lane, event)
        for lane, count in enumerate(known)
        for event in race.judges[lane].events[:count]
    ]
    return tuple(sorted((mark for mark in found if mark.tick <= ticks), key=lambda mark: (mark.tick, mark.lane)))


def track(places: Layout) -> pygame.Rect:
    """The timeline's track: as high as the timeline, as wide as the chart's lines above it."""
    plot = plot_area(places.chart.size, places.em)
    return pygame.Rect(places.chart.left + plot.left, places.timeline.top, plot.width, places.timeline.height)


def tick_at(places: Layout, x: float, ticks: int) -> int:
    """The tick at that pixel of the picture, or the nearest there is."""
    area = track(places)
    return min(max(round((x - area.left) / max(area.width, 1) * ticks), 0), ticks)


def x_of(places: Layout, tick: float, ticks: int) -> float:
    """The pixel of the picture at that tick."""
    area = track(places)
    return area.left + area.width * tick / max(ticks, 1)


def event_marks_near(places: Layout, x: float, ticks: int, marked: tuple[EventMark, ...]) -> tuple[EventMark, ...]:
    """The marks that a pointer at that pixel means: the nearest one, if it is near, and all at its tick."""
    strip, there = _strip(places, ticks), x - places.timeline.left
    gaps = [
        min(abs(strip.x(each.mark.tick) - there), abs(each.x - there)) for each in _beside_each_other(strip, marked)
    ]
    least = min(gaps, default=float("inf"))
    if least > NEAR * max(1.0, places.stroke):
        return ()
    nearest = marked[gaps.index(least)].tick
    return tuple(mark for mark in marked if mark.tick == nearest)


def event_text(event: Event, theme: Theme) -> str:
    """An event in words; minima go by their numbers on the map."""
    if event.kind is Escape.BASIN:
        return theme.say("escaped at update {update}: {way}", update=event.update, way=way(event, theme))
    if event.kind is Escape.SADDLE:
        return theme.say("left the saddle at update {update}", update=event.update)
    verdict = theme.say(event.kind.words)
    return theme.say("{verdict} from update {update}", verdict=verdict, update=event.update)


def epoch_ends(race: Race, timing: Timing, ticks: int, width: int) -> tuple[float, ...]:
    """The ticks at which epochs end in the lane whose epochs last longest; none where they would be crowded.

    That is the lane with the smallest batches: an epoch of full batches is a single update.
    """
    length = max(lane.updates_per_epoch / pace for lane, pace in zip(race.tracks, timing.paces, strict=True))
    if length * width < CROWDED * ticks:
        return ()
    return tuple((length * np.arange(1, int(ticks / length + 1e-9) + 1)).tolist())


@dataclass(frozen=True, slots=True)
class TimelineStrip:
    """The timeline as a picture of its own, and where its track is in it."""

    size: tuple[int, int]
    left: int
    width: int
    em: int
    ticks: int

    @property
    def stroke(self) -> float:
        """Width of thin lines, in pixels."""
        return stroke_of(self.em)

    @property
    def head(self) -> float:
        """Radius of a pin's head."""
        return 0.25 * self.em

    @property
    def apart(self) -> float:
        """From one head of pins that stand side by side to the next."""
        return 2 * self.head + self.stroke

    @property
    def notch(self) -> int:
        """Width of a notch, and of a pin's stem."""
        return max(2, round(2 * self.stroke))

    @property
    def axis(self) -> float:
        """Height of the track's middle: low, so that pins have room above it."""
        return 0.68 * self.size[1]

    def reach(self, lanes: int) -> float:
        """How many ticks from its own a mark of so many lanes' reaches, at most."""
        return (self.apart * (lanes + 1) + self.em) * self.ticks / max(self.width, 1)

    def x(self, tick: float) -> float:
        """The pixel at that tick."""
        return self.left + self.width * tick / max(self.ticks, 1)


def _strip(places: Layout, ticks: int) -> TimelineStrip:
    """The strip of a picture's timeline with so many ticks."""
    area = track(places)
    return TimelineStrip(places.timeline.size, area.left - places.timeline.left, area.width, places.em, ticks)


class PlacedMark(NamedTuple):
    """An event mark as it stands on the timeline."""

    mark: EventMark
    x: float
    """The pixel at which a notch stands, or the head of a pin; the foot of a pin is always at its tick."""
    span: tuple[float, float] | None = None
    """From where to where the marks reach that it stands beside; None where it stands alone."""


@lru_cache(maxsize=4)
def _placed(strip: TimelineStrip, race: Race, timing: Timing, known: tuple[int, ...]) -> tuple[PlacedMark, ...]:
    """The marks of all events that are certain, in the order of time."""
    return _beside_each_other(strip, _marks(race, timing, strip.ticks, known))


def _beside_each_other(strip: TimelineStrip, marked: Sequence[EventMark]) -> tuple[PlacedMark, ...]:
    """Marks in the order of time as they stand: where those of several lanes would hide each other, side by side."""
    placed = [PlacedMark(mark, strip.x(mark.tick)) for mark in marked]
    for pins in (False, True):
        some = [turn for turn, mark in enumerate(marked) if isinstance(mark.event.kind, Escape) == pins]
        while some:
            end = placed[some[0]].x + (strip.head if pins else strip.notch)
            here = [turn for turn in some if placed[turn].x < end]
            some = some[len(here) :]
            for turn, each in zip(here, _row(strip, [placed[turn] for turn in here], pins), strict=True):
                placed[turn] = each
    return tuple(placed)


def _row(strip: TimelineStrip, marks: Sequence[PlacedMark], pins: bool) -> Sequence[PlacedMark]:
    """Marks that hide each other, side by side: each lane has one place, whichever comes first the first one."""
    lanes = list(dict.fromkeys(each.mark.lane for each in marks))
    if len(lanes) == 1:
        return marks
    step = strip.apart if pins else strip.notch + 1.0
    half = 0.5 * step * len(lanes)
    ends = [each.x for each in marks]
    middle = min(max(0.5 * (ends[0] + ends[-1]), half), strip.size[0] - half)
    span = (min(ends[0], middle - half), max(ends[-1], middle + half))
    first = middle - half + 0.5 * step
    return [PlacedMark(each.mark, first + step * lanes.index(each.mark.lane), span) for each in marks]


def draw_timeline(canvas: Canvas, places: Layout, theme: Theme, session: Session, race: Race, tick: int) -> None:
    """Draw the timeline with all up to the tick as played, and the knob there."""
    timing, place = session.scene.timing(session.clock), places.timeline
    strip = _strip(places, session.horizon)
    known, x, ends = _known(race, timing, session.seen), strip.x(tick), ends_seen(session)
    for played, part in ((False, None), (True, (0, 0, round(x), place.height))):
        backdrop = Backdrop(_draw_strip, (strip, theme, race, timing, known, ends, played), strip.size)
        canvas.backdrop(backdrop, place.topleft, part)
    placed, reach = _placed(strip, race, timing, known), strip.reach(len(race.tracks))
    first = bisect_left(placed, tick - reach, key=lambda each: each.mark.tick)
    last = bisect_right(placed, tick + reach, key=lambda each: each.mark.tick)
    for each in _pins_last(placed[first:last]):
        # The layers meet in the middle of what is at the tick, and of marks side by side.
        if each.mark.tick == tick or (each.span is not None and each.span[0] - 1 <= x <= each.span[1] + 1):
            _draw_mark(canvas, strip, theme, each, place.topleft, 0.0 if each.mark.tick <= tick else TO_COME)
    center, radius = (place.left + x, place.top + strip.axis), 0.36 * places.em
    canvas.disc(center, radius + 1.5 * places.stroke, theme.background)
    canvas.disc(center, radius, theme.text)


def _pins_last(placed: Sequence[PlacedMark]) -> list[PlacedMark]:
    """Marks in the order in which they are drawn: pins over the others."""
    return sorted(placed, key=lambda each: isinstance(each.mark.event.kind, Escape))


def _draw_strip(
    canvas: Canvas,
    strip: TimelineStrip,
    theme: Theme,
    race: Race,
    timing: Timing,
    known: tuple[int, ...],
    ends: tuple[LaneEnds | None, ...],
    played: bool,
) -> None:
    """The whole timeline without its knob, all of it played, or nothing."""
    canvas.rect((0, 0, *canvas.size), theme.background)
    for lane, each in enumerate(ends):
        if each is not None and each.escaped.count:
            _draw_curve(canvas, strip, theme, timing, lane, each)
    bar = pygame.Rect(strip.left, 0, strip.width, max(3, round(0.26 * strip.em)))
    bar.centery = round(strip.axis)
    canvas.rect(bar, theme.muted if played else theme.border, corner=bar.height // 2)
    for end in epoch_ends(race, timing, strip.ticks, strip.width):
        x = round(strip.x(end))
        canvas.rule((x, bar.bottom + 1), (x, bar.bottom + max(2, strip.em // 5)), theme.faint, hairline(strip.em))
    for placed in _pins_last(_placed(strip, race, timing, known)):
        _draw_mark(canvas, strip, theme, placed, (0, 0), 0.0 if played else TO_COME)


def _draw_curve(canvas: Canvas, strip: TimelineStrip, theme: Theme, timing: Timing, lane: int, ends: LaneEnds) -> None:
    """The share of a lane's seeds that have escaped by each tick: none at the bottom, all at the top."""
    low, high = canvas.size[1] - strip.stroke, strip.stroke
    heights = [low - share * (low - high) for share in ends.curve]
    points = [(float(strip.left), heights[0])]
    for update, height in zip(ends.updates, heights, strict=True):
        x = min(strip.x(timing.tick(lane, update)), strip.left + strip.width)
        points += [(x, points[-1][1]), (x, height)]
    points.append((float(strip.left + strip.width), points[-1][1]))
    canvas.line(points, mix(theme.lane(lane), theme.background, BEHIND), max(1, round(strip.stroke)))


def _draw_mark(
    canvas: Canvas, strip: TimelineStrip, theme: Theme, placed: PlacedMark, corner: tuple[int, int], fade: float
) -> None:
    """A pin for a move, a notch for a change of the verdict."""
    mark, color = placed.mark, mix(theme.lane(placed.mark.lane), theme.background, fade)
    pin, axis, em = isinstance(mark.event.kind, Escape), corner[1] + strip.axis, strip.em
    bar = pygame.Rect(0, 0, strip.notch, round(0.56 * em))
    bar.center = (round(corner[0] + (strip.x(mark.tick) if pin else placed.x)), round(axis))
    if not pin:
        canvas.rect(bar.inflate(2, 0), theme.background)
        canvas.rect(bar, color)
        return
    foot, height = bar.centerx - 0.5 + bar.width % 2 / 2, corner[1] + 0.32 * em
    head = (foot if placed.span is None else corner[0] + placed.x, height)
    canvas.disc(head, strip.head + strip.stroke, theme.background)
    if placed.span is None:
        stem = pygame.Rect(bar.left, round(height), bar.width, bar.bottom - round(height))
        canvas.rect((stem.left - 1, bar.top, stem.width + 2, bar.height), theme.background)
        canvas.rect(stem, color)
    else:
        canvas.line((head, (foot, bar.bottom - 1)), theme.background, bar.width + 2)
        canvas.line((head, (foot, bar.bottom - 1)), color, bar.width)
    canvas.disc(head, strip.head, color)
