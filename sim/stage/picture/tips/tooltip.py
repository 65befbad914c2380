"""What there is to tell of what the pointer rests on: drawn last, never over the place itself."""

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from pygame import Rect

from ....descent.problem import Problem
from ....descent.race import Race
from ....descent.verdict.sight.tolerances import FLAT_CURVATURE
from ....study.maps.swarm import Cloud, Glimpse
from ....study.odds.ends import LaneEnds
from ....surface.critical.point import CriticalKind, CriticalPoint
from ....surface.points import eigenvalues, norm
from ...drawing.camera import Camera
from ...drawing.canvas import Canvas
from ...drawing.glyphs import POLE, from_flag
from ...style.numbers import evidence, number, percent
from ...style.theme import Theme
from ...style.wrapping import wrapped
from ..around.timeline import event_marks, event_marks_near, event_text, tick_at
from ..around.transport import Knob, knob_at
from ..chart.axes import time_at
from ..chart.chart import Chart
from ..map.cloud import parts
from ..map.site import Site, nearest, site_of
from ..panel.ends import color_of_end, ends_bar, interval_of, name_of_end
from .box import TYPE, Tip, TipContext, TipRow, draw_tip

CLOSE = 8.0  # Pixels, at the usual size, from a critical point to a pointer that means it.
SENTENCE = 17  # A line of a sentence, in ems.
MOST_LINES = 7  # The lines that a sentence may have.
SMALL_MAP = 18  # A map that is lower, in ems, has room for less.
MARBLE = 12.0  # Half the width of what a tooltip leaves free of a marble, in strokes.
DOT = 4.0  # Half the width of what a tooltip leaves free of a dot of a trail's head, in strokes.
HEAD = 6  # Dots of a trail's head.
MOST_PARTS = 12  # Places of a swarm that are told of.
CURVATURE_MEANINGS = {
    (1, 1): "convex: curved up both ways",
    (-1, 1): "saddle-like: up one way, down the other",
    (-1, -1): "concave: curved down both ways",
    (0, 1): "flat one way, convex the other",
    (-1, 0): "flat one way, concave the other",
    (0, 0): "flat both ways",
}
"""What the signs of the Hessian's eigenvalues, the smaller first, say of a place."""


COLON = re.compile("[:：]")
"""Before it stands what a place is called, after it what that means."""

POINT_MEANINGS = {
    CriticalKind.MINIMUM: "A ring: the loss rises on all sides.",
    CriticalKind.SADDLE: "A cross: the loss falls along the longer bar, and rises along the other.",
    CriticalKind.MAXIMUM: "A triangle: the loss falls on all sides.",
    CriticalKind.DEGENERATE: "No slope, and along one line no curvature either: more than second derivatives decide.",
}
"""What the marks on the maps mean."""

FLAG = "All marbles begin at the flag: drag it, or click where they are to be dropped."
UNLIKE = "Its learning rate is not that of most lanes: what differs may come from that alone."


@dataclass(frozen=True, slots=True)
class Stage:
    """What there is to point at."""

    race: Race
    camera: Camera
    """What all maps show."""
    chart: Chart
    tick: int
    """The tick up to which the race has been played."""
    seen: int
    """The tick up to which it has ever been watched."""
    names: tuple[str, ...]
    """The lanes', in the language of the screen."""
    glimpse: Glimpse | None = None
    """The swarm, if there is one."""
    unlike: tuple[bool, ...] = ()
    """Which lanes are marked for a learning rate of their own."""
    knobs: tuple[Knob, ...] = ()
    """The buttons below the maps."""
    start: tuple[float, float] | None = None
    """Where the flag stands."""
    ends: tuple[LaneEnds | None, ...] = ()
    """Where the marbles of each lane end over many seeds, as far as that is known and to be seen."""


@dataclass(frozen=True, slots=True)
class LocalValues:
    """What the problem has at one point."""

    theta: tuple[float, float]
    loss: float
    slope: float
    curvatures: tuple[float, float]
    """Eigenvalues of the Hessian, the smaller first."""


@lru_cache(maxsize=64)
def local_values(problem: Problem, x: float, y: float) -> LocalValues:
    """Training loss, slope and curvatures at (x, y)."""
    theta, train = np.array([x, y]), problem.train
    with np.errstate(all="ignore"):
        loss, slope = float(train.value(theta)), float(norm(train.gradient(theta)))
        lower, upper = eigenvalues(train.hessian(theta)).tolist()
    return LocalValues((x, y), loss, slope, (lower, upper))


def kind_of_place(problem: Problem, curvatures: tuple[float, float], theme: Theme) -> str:
    """What the curvatures say of a place, in words; nothing where they are not finite."""
    if not np.isfinite(curvatures).all():
        return ""
    flat = FLAT_CURVATURE * problem.units.curvature
    lower, upper = (0 if abs(value) <= flat else 1 if value > 0 else -1 for value in curvatures)
    return theme.say(CURVATURE_MEANINGS[lower, upper])


def name_of_point(problem: Problem, point: CriticalPoint, theme: Theme) -> str:
    """A critical point by its kind, and its number among those of its kind, the lowest first."""
    if point in problem.minima:
        return theme.say("minimum {number}", number=problem.minima.index(point) + 1)
    same = [other for other in problem.critical if other.kind is point.kind]
    place = same.index(point) + 1
    match point.kind:
        case CriticalKind.SADDLE:
            return theme.say("saddle {number}", number=place)
        case CriticalKind.MAXIMUM:
            return theme.say("maximum {number}", number=place)
        case _:
            return theme.say("degenerate critical point {number}", number=place)


def critical_near(problem: Problem, site: Site, pixel: tuple[float, float], reach: float) -> CriticalPoint | None:
    """The critical point that stands within so many pixels of a pixel of the map, if one does."""
    if not problem.critical:
        return None
    places = np.array([point.position for point in problem.critical])
    found, gap = nearest(site, places, np.array(pixel, dtype=np.float64))
    return problem.critical[found] if gap <= reach else None


def map_tip(
    problem: Problem,
    site: Site,
    area: Rect,
    pixel: tuple[int, int],
    context: TipContext,
    start: tuple[float, float] | None = None,
) -> Tip | None:
    """What a map has under the pointer; start: where its flag stands, if it has one."""
    theme, places = context.theme, context.places
    local = (pixel[0] - area.left, pixel[1] - area.top)
    x, y = site.under(np.array(local, dtype=np.float64)).tolist()
    if math.isnan(x):
        return None
    reach = CLOSE * max(1.0, places.stroke)
    point = critical_near(problem, site, local, reach)
    foot = site.project(np.array(start)).tolist() if start is not None and point is None else None
    if start is not None and foot is not None and from_flag(foot, local, places.stroke) <= reach:
        said = (
            [TipRow((theme.say("drag it"),))]
            if area.height < SMALL_MAP * places.em
            else _sentence(theme.say(FLAG), context)
        )
        head = theme.say("the start, ({x}, {y})", x=number(start[0]), y=number(start[1]))
        about = Rect(0, 0, places.em, round((POLE + 4) * places.stroke))
        about.midbottom = round(area.left + foot[0]), round(area.top + foot[1])
        return Tip((TipRow((head,), bold=True), *said), about.union(_around(pixel, places.em)), area)
    here = local_values(problem, *((x, y) if point is None else point.position))
    small = area.height < SMALL_MAP * places.em
    rows = _numbers(here, small)
    place = kind_of_place(problem, here.curvatures, theme)
    if place and point is None:
        rows.append(TipRow((COLON.split(place)[0] if small else place,)))
    if point is not None:
        meaning = [] if small else _sentence(theme.say(POINT_MEANINGS[point.kind]), context)
        rows = [TipRow((name_of_point(problem, point, theme),), bold=True), *meaning, *rows]
    return Tip(tuple(rows), _around(pixel, places.em), area)


def _numbers(here: LocalValues, small: bool) -> list[TipRow]:
    """What a place has in numbers; in a small map on fewer lines."""
    lower, upper = here.curvatures
    theta, curvatures = f"({number(here.theta[0])}, {number(here.theta[1])})", f"{number(lower)}, {number(upper)}"
    if small:
        losses = TipRow(("L, ‖∇L‖", f"{number(here.loss)}, {number(here.slope)}"))
        return [TipRow(("θ", theta)), losses, TipRow(("κ", curvatures))]
    loss, slope = TipRow(("L", number(here.loss))), TipRow(("‖∇L‖", number(here.slope)))
    return [TipRow(("θ", theta)), loss, slope, TipRow(("κ", curvatures))]


def _sentence(words: str, context: TipContext) -> list[TipRow]:
    """A sentence on as many lines as it takes."""
    size = round(TYPE * context.places.em)
    return [TipRow((line,)) for line in wrapped(words, size, SENTENCE * context.places.em, MOST_LINES)]


def chip_tip(stage: Stage, lane: int, pixel: tuple[int, int], context: TipContext) -> Tip:
    """What a lane's verdict means, and its evidence in full."""
    theme, place, timing = context.theme, context.places.panels[lane], stage.chart.axes.timing
    verdict = stage.race.judges[lane].verdict(timing.updates(lane, stage.tick))
    rows = [
        TipRow((theme.say(verdict.kind.words),), bold=True),
        *_sentence(theme.say(verdict.kind.traits.meaning), context),
    ]
    rows += [row for piece in verdict.parts for row in _sentence(evidence(piece, theme), context)]
    return Tip(tuple(rows), _column(place.chip, pixel, context), place.frame)


def _column(line: Rect, pixel: tuple[int, int], context: TipContext) -> Rect:
    """The part of a line that a pointer points at."""
    return Rect(pixel[0] - context.places.em, line.top, 2 * context.places.em, line.height)


def name_tip(stage: Stage, lane: int, pixel: tuple[int, int], context: TipContext) -> Tip | None:
    """Why a lane is marked as unlike the others, if it is."""
    if stage.unlike[lane : lane + 1] != (True,):
        return None
    head = TipRow((context.theme.say("not the same η"),), bold=True)
    place = context.places.panels[lane]
    return Tip((head, *_sentence(context.theme.say(UNLIKE), context)), _column(place.name, pixel, context), place.frame)


def knob_tip(knob: Knob, context: TipContext) -> Tip:
    """What a button does, and which key does the same."""
    return Tip(tuple(_sentence(knob.says, context)), knob.place)


def chart_tip(stage: Stage, pixel: tuple[int, int], context: TipContext) -> Tip:
    """Time and losses under the pointer; of what has not been played, the time alone."""
    theme, places, chart = context.theme, context.places, stage.chart
    hovered = chart.tick_at(pixel[0] - places.chart.left)
    rows = [TipRow((time_at(chart.axes, hovered, theme),), bold=True)]
    if hovered > stage.tick:
        rows.append(TipRow((theme.say("not played yet"),)))
    else:
        rows.append(TipRow(("", theme.say("training"), theme.say("test"))))
        for lane, track in enumerate(stage.race.tracks):
            moment = min(chart.axes.timing.updates(lane, hovered), track.updates)
            losses = (number(float(track.loss[moment])), number(float(track.test_loss[moment])))
            rows.append(TipRow((stage.names[lane], *losses), theme.lane(lane)))
    hairline = Rect(0, places.chart.top, 2 * places.em, places.chart.height)
    hairline.centerx = pixel[0]
    return Tip(tuple(rows), hairline)


def timeline_tip(stage: Stage, pixel: tuple[int, int], context: TipContext) -> Tip:
    """The events under the pointer, or the time there."""
    theme, places, race, frame = context.theme, context.places, stage.race, stage.chart.axes
    near = event_marks_near(places, pixel[0], frame.ticks, event_marks(race, frame.timing, frame.ticks, stage.seen))
    rows = [
        TipRow((time_at(frame, near[0].tick if near else tick_at(places, pixel[0], frame.ticks), theme),), bold=True)
    ]
    for mark in near:
        words = f"{stage.names[mark.lane]}: {event_text(mark.event, theme)}"
        rows.append(TipRow((words,), theme.lane(mark.lane)))
    about = places.timeline.copy()
    about.width, about.centerx = places.em, pixel[0]
    return Tip(tuple(rows), about.inflate(0, places.em // 2))


def shares_tip(cloud: Cloud, place: Rect, pixel: tuple[int, int], context: TipContext) -> Tip:
    """Where the marbles of a cloud are, in numbers; of many places only those where most are."""
    say, found = context.theme.say, list(parts(cloud, context.theme))
    least = sorted((part.count for part in found), reverse=True)[:MOST_PARTS][-1]
    head = TipRow((say("{count} marbles", count=f"{cloud.size:,}"), say("share"), say("95 % interval")))
    rows = [
        TipRow((f"{part.name}: {context.theme.count(part.count)}", part.figure, part.interval), part.color)
        for part in found
        if part.count >= least
    ]
    counted = TipRow((say("now; at a minimum: marbles that are near it, staying or not"),))
    about = Rect(pixel[0] - context.places.em, place.top, 2 * context.places.em, place.height)
    return Tip((head, *rows, counted), about)


def ends_tip(ends: LaneEnds | None, place: Rect, pixel: tuple[int, int], context: TipContext) -> Tip:
    """Where the seeds of a lane end, in numbers; of many places only those where most do."""
    theme, say = context.theme, context.theme.say
    about = Rect(pixel[0] - context.places.em, place.top, 2 * context.places.em, place.height)
    head = TipRow((say("where the marbles end over many seeds"),), bold=True)
    if ends is None:
        return Tip((head, TipRow((say("nothing to tell yet"),))), about)
    least = sorted((part.share.count for part in ends.parts), reverse=True)[:MOST_PARTS][-1]
    told = [(name_of_end(part, theme), part.share, color_of_end(part, theme)) for part in ends.parts]
    told = [row for row in told if row[1].count >= least]
    rows = [TipRow((say("{count} seeds", count=f"{ends.seeds:,}"), say("share"), say("95 % interval")))]
    for name, share, color in (*told, (say("escaped"), ends.escaped, None)):
        figure, interval = f"{percent(share.estimate.value)} %", interval_of(share.estimate, theme)
        rows.append(TipRow((f"{name}: {theme.count(share.count)}", figure, interval), color))
    part = ends_bar(place, ends, theme, context.places.em).part_at(pixel)
    click = say("Click: all the odds.") if part is None else say("Click: a race that ends there.")
    counted = say("at the end; at a minimum: marbles that stay there")
    if ends.moment is not None:
        updates = theme.count(ends.moment)
        counted = say("after {updates} updates; at a minimum: marbles that stay there", updates=updates)
    return Tip((head, *rows, TipRow((counted,)), TipRow((click,))), about)


def tip_at(pixel: tuple[int, int], stage: Stage, context: TipContext) -> Tip | None:
    """The tooltip for a pointer at that pixel of the picture, if there is something to tell."""
    places, knob, tip = context.places, knob_at(stage.knobs, pixel), None
    lane = next(
        (
            lane
            for lane, panel in enumerate(places.panels)
            if panel.frame.collidepoint(pixel) or panel.map.collidepoint(pixel)
        ),
        None,
    )
    if lane is not None:
        tip = panel_tip(stage, lane, pixel, context)
    elif knob is not None:
        tip = knob_tip(knob, context)
    elif places.timeline.collidepoint(pixel):
        tip = timeline_tip(stage, pixel, context)
    elif stage.chart.plot.move(places.chart.topleft).collidepoint(pixel):
        tip = chart_tip(stage, pixel, context)
    return tip


def panel_tip(stage: Stage, lane: int, pixel: tuple[int, int], context: TipContext) -> Tip | None:
    """What there is to tell of a place in a lane's panel, and what a tooltip there leaves free."""
    tip = _panel_tip(stage, lane, pixel, context)
    return None if tip is None else replace(tip, avoid=_moving(stage, lane, context))


def _moving(stage: Stage, lane: int, context: TipContext) -> tuple[Rect, ...]:
    """A lane's marble, the other panels, and the head of the lane's trail from the newest dot on."""
    area, stroke, track = context.places.panels[lane].map, context.places.stroke, stage.race.tracks[lane]
    others = [panel.frame for number, panel in enumerate(context.places.panels) if number != lane]
    update = min(stage.chart.axes.timing.updates(lane, stage.tick), track.updates)
    points = track.theta[max(0, update - HEAD) : update + 1][::-1]
    site = site_of(stage.race.problem, stage.camera, context.theme)
    pixels = site.project(points[np.isfinite(points).all(axis=-1)]) + area.topleft
    seen = [(x, y) for x, y in pixels.tolist() if area.collidepoint(x, y)]
    found = [_square(pixel, (MARBLE if number == 0 else DOT) * stroke) for number, pixel in enumerate(seen)]
    return (*found[:1], *others, *found[1:])


def _square(center: tuple[float, float], half: float) -> Rect:
    """The square around a place."""
    side = math.ceil(2 * half)
    return Rect(round(center[0] - half), round(center[1] - half), side, side)


def _panel_tip(stage: Stage, lane: int, pixel: tuple[int, int], context: TipContext) -> Tip | None:
    place, tip = context.places.panels[lane], None
    if place.map.collidepoint(pixel):
        site = site_of(stage.race.problem, stage.camera, context.theme)
        tip = map_tip(stage.race.problem, site, place.map, pixel, context, stage.start)
    elif stage.glimpse is not None and place.shares.collidepoint(pixel):
        tip = shares_tip(stage.glimpse.clouds[lane], place.shares, pixel, context)
    elif place.ends.collidepoint(pixel):
        tip = ends_tip(stage.ends[lane], place.ends, pixel, context)
    elif place.chip.collidepoint(pixel):
        tip = chip_tip(stage, lane, pixel, context)
    elif place.name.collidepoint(pixel):
        tip = name_tip(stage, lane, pixel, context)
    return tip


def draw_pointed(canvas: Canvas, pixel: tuple[int, int], stage: Stage, context: TipContext, rests: bool = True) -> None:
    """Draw what belongs to the pointer, over all the rest; where it has not rested yet, no tooltip."""
    tip, chart, corner = tip_at(pixel, stage, context), stage.chart, context.places.chart.topleft
    if tip is None:
        return
    if chart.plot.move(corner).collidepoint(pixel):
        chart.draw_hairline(canvas, corner, pixel[0])
    if rests:
        draw_tip(canvas, tip, context)


def _around(pixel: tuple[int, int], em: int) -> Rect:
    """The place that a pointer points at."""
    about = Rect(0, 0, 2 * em, 2 * em)
    about.center = pixel
    return about
