"""Where things stand at a step of the tour: type is equally large at all of them, and at each the strip has its lines.

So large that every step has room for all that its strip says, for maps worth it, and for a table that is large enough:
the step with least room says how large type can become.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import product

from ....descent.schedules import CONSTANT
from ....scene.tour import the_tour
from ...drawing.layout import LOW_PRESENTED, Layout, More, Yields, usual_type, with_type
from ...session.tour import scene_at
from ...sheets.sheets import TABS
from ...views import ViewName
from .strip import fits, lines_about, room_in, strip_lines

LOW_MAP = LOW_PRESENTED
"""Height of a map, in ems, below which what to try stands behind another sentence, then words beside names make way for
it, and the chart where these are not enough: no step of the tour speaks of that."""
WAYS = Yields.NOTHING, Yields.WORDS, Yields.CHART_TOO
"""What makes way for maps, one after the other."""
LEAST_MAP = 12.0
"""Height that larger type leaves every map beside its step's strip, in ems of usual type."""
TABLE = 0.275, 0.5
"""Height of a table's sheet, without tabs, below which its type is smaller than elsewhere: as a share of its width, or
of the window's height, whichever is less."""
NEARLY = 0.87
"""How large type is at least where it is less large than at other steps, as a share of that: a table may need the rest,
and so may maps where a strip takes a line more than was expected."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the largest type of the tour depends on."""

    size: tuple[int, int]
    language: str
    controls: bool
    more: More


def guided(laid: Callable[..., Layout], step: int, frame: Frame, asked: int) -> Layout:
    """Where things stand at a step, by its place, for type of that height in pixels or less.

    laid: the layout for so many `lines`, type so many times as `larger` than usual, and panels with so much `more`.
    """
    usual = usual_type(frame.size)
    most = asked if asked <= usual else min(asked, largest(frame))
    least = min(most, max(usual, math.ceil(NEARLY * most)))
    ways = (Yields.NOTHING,) if frame.more.profile else WAYS
    for em, way in product(range(most, least - 1, -1), ways):
        smaller = partial(laid, larger=em / usual, more=replace(frame.more, yields=way))
        places = _with_strip(smaller, step, frame, em, em if way is Yields.CHART_TOO else math.ceil(NEARLY * most))
        suits = places.em == em and (em == least or way is not Yields.CHART_TOO or _has_room(places, step, usual))
        if suits and (way == ways[-1] or places.panels[0].map.height >= LOW_MAP * em):
            break
    return places


def _with_strip(laid: Callable[..., Layout], step: int, frame: Frame, em: int, least: int) -> Layout:
    """The layout for type of that height, or less where there is too little room for it.

    Where maps or a table are low, the strip has fewer lines if that helps, or if nothing else may make way: its type
    may then be as low as `least`.
    """
    width = laid(lines=1).look.width
    most, table = strip_lines(step, frame.language, em, width), has_table(step)
    roomy = tight = laid(lines=most)
    for lines in range(most, 0, -1):
        if not fits(step, frame.language, em if table else least, room_in(em, width), lines):
            break
        tight = laid(lines=lines)
        if high_table(tight) if table else tight.panels[0].map.height >= LOW_MAP * em:
            return tight
    return tight if table or frame.more.profile else roomy


def _has_room(places: Layout, step: int, usual: int) -> bool:
    """Whether maps and, where there is one, a table have the room that type may not take from them."""
    high = places.panels[0].map.height >= LEAST_MAP * usual
    return high and (not has_table(step) or high_table(places))


def has_table(step: int) -> bool:
    """Whether a table lies over the maps at a step, by its place."""
    return the_tour().step[step].sheet == "contrast"


def high_table(places: Layout) -> bool:
    """Whether the sheet over maps and chart leaves its table type as large as its width does."""
    whole = places.chart.unionall([panel.frame for panel in places.panels])
    return whole.height - TABS * places.em >= min(TABLE[0] * whole.width, TABLE[1] * places.size[1])


@lru_cache(maxsize=64)
def largest(frame: Frame) -> int:
    """Height of the largest type that leaves every step the room that it needs, in pixels; the usual one at least."""
    low = usual = usual_type(frame.size)
    high = 4 * usual
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _suits(frame, middle, usual) else (low, middle)
    return low


def _suits(frame: Frame, em: int, usual: int) -> bool:
    """Whether every step has the room that it needs beside type of that height."""
    for place, (lanes, aspect, more) in enumerate(_steps(frame.more)):
        own = math.ceil(NEARLY * em) if has_table(place) else em
        lines = lines_about(place, frame.language, own, round(frame.size[0] - 1.6 * own))
        places = with_type(frame.size, own, lanes, aspect, frame.controls, more, lines)
        if places is None or not _has_room(places, place, usual):
            return False
    return True


@lru_cache(maxsize=8)
def _steps(shown: More) -> tuple[tuple[int, float, More], ...]:
    """How many lanes every step has as it is at first, the aspect of its maps, and what panels have besides."""
    return tuple(_of_steps(shown))


def _of_steps(shown: More) -> Iterator[tuple[int, float, More]]:
    for step in the_tour().step:
        scene = scene_at(step)
        more = replace(
            shown,
            swarm=False,
            numbers=step.numbers,
            profile=False,
            strip=ViewName.BATCH_STRIP in step.tells,
            planned=any(lane.schedule != CONSTANT for lane in scene.lanes),
            told=len(set(step.tells) - {ViewName.BATCH_STRIP}),
            yields=Yields.CHART_TOO,
        )
        yield len(scene.lanes), scene.window.width / scene.window.height, more
