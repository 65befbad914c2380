"""Where the marbles of a lane end over many seeds: a bar under its map, and before it what is counted."""

from collections.abc import Iterator
from dataclasses import dataclass

from pygame import Rect

from ....study.odds.ends import EndPart, LaneEnds
from ....study.odds.tally import SEEDS
from ....study.statistics.end_kind import EndKind
from ....study.statistics.intervals import Estimate
from ...drawing.canvas import Backdrop, Canvas
from ...drawing.layout import THIN_ENDS, Layout
from ...session.bindings import Deed
from ...session.odds import ShowOdds, TakeSeed, ends_seen
from ...session.session import Session
from ...style import text
from ...style.color import Color
from ...style.numbers import interval, percent
from ...style.style import hairline
from ...style.theme import Theme, load_theme
from ...style.tints import end_color

TYPE = 0.82
"""Height of the words, in ems."""
NARROW = 0.5
"""Room beside the words in a part, in ems."""
MOST = 0.36
"""Share of the row that the words before the bar may take."""
APART = 0.5
"""Between these and the bar, in ems."""


@dataclass(frozen=True, slots=True)
class EndsBar:
    """The bar of one lane, laid out in its row."""

    bar: Rect
    boxes: tuple[tuple[EndPart, Rect], ...]
    words: str
    """What it counts, to its left; empty where there is no room. The bar itself goes on to the end of the row."""

    def part_at(self, pixel: tuple[int, int]) -> EndPart | None:
        """The part at that pixel."""
        return next((part for part, box in self.boxes if box.collidepoint(pixel)), None)


def ends_bar(row: Rect, ends: LaneEnds | None, theme: Theme, em: int) -> EndsBar:
    """Lay it out; without ends, nothing has been counted, and there is no bar."""
    if ends is None:
        return EndsBar(row, (), "")
    roomy = row.height > round(THIN_ENDS * em)
    size, apart = round(TYPE * em), round(APART * em)
    words, room = "", 0
    most, count = map(theme.count, (max(SEEDS, ends.seeds), ends.seeds))
    for alike, counted in _wordings(ends, theme) if roomy else ():
        # As wide in every lane, and while the seeds are counted, so that equal shares are equally long.
        wide = max(text.width(each, size) for each in (alike, counted.format(count=most)))
        if wide + apart <= MOST * row.width:
            words, room = alike if ends.alike else counted.format(count=count), wide + apart
            break
    bar = Rect(row.left + room, row.top, row.width - room, row.height)
    edges, boxes = 0, []
    for part in ends.parts:
        left, right = (bar.left + bar.width * n // ends.seeds for n in (edges, edges + part.share.count))
        edges += part.share.count
        boxes.append((part, Rect(left, bar.top, right - left, bar.height)))
    return EndsBar(bar, tuple(boxes), words)


def _wordings(ends: LaneEnds, theme: Theme) -> Iterator[tuple[str, str]]:
    """What is counted, where every seed is alike and where not, with a blank for how many; the longest first.

    Where the race ends at another moment, that comes before how many they are.
    """
    if ends.moment is not None:
        updates = theme.count(ends.moment)
        after = theme.say("after {updates} updates", updates=updates)
        yield (
            f"{theme.say('every seed alike')} · {after}",
            f"{theme.say('of {count} seeds', count='{count}')} · {after}",
        )
        yield after, after
        yield (theme.say("after {updates}", updates=updates),) * 2
        return
    yield theme.say("every seed alike"), theme.say("of {count} seeds", count="{count}")
    yield theme.say("all alike"), theme.say("{count} seeds", count="{count}")


def interval_of(estimate: Estimate, theme: Theme) -> str:
    """An interval in per cent; empty where nothing is left to chance."""
    if estimate.low != estimate.low or estimate.low == estimate.high:
        return ""
    low, high = interval(estimate.low, estimate.high)
    return theme.say("{low} to {high}", low=low, high=high)


def name_of_end(part: EndPart, theme: Theme) -> str:
    """Where it is, in words."""
    if part.kind is EndKind.MINIMUM:
        return theme.say("minimum {number}", number=part.minimum + 1)
    return theme.say(part.kind.value)


def color_of_end(part: EndPart, theme: Theme) -> Color:
    """The colour of a basin is that of the map; who ends in none is grey."""
    return end_color(theme, part.kind, part.minimum)


def draw_ends(canvas: Canvas, row: Rect, ends: LaneEnds | None, theme: Theme, em: int) -> None:
    """Draw the bar and its words, on the ground of the panel."""
    canvas.backdrop(Backdrop(_draw_ends, (ends, theme, em), row.size), row.topleft)


def _draw_ends(canvas: Canvas, ends: LaneEnds | None, theme: Theme, em: int) -> None:
    row, size = Rect((0, 0), canvas.size), round(TYPE * em)
    laid = ends_bar(row, ends, theme, em)
    canvas.rect(row, theme.panel)
    if not laid.boxes:  # Nothing is known yet, or nothing is to be told: no empty frame stands for that.
        return
    for part, box in laid.boxes:
        canvas.rect(box, color_of_end(part, theme))
        if row.height > round(THIN_ENDS * em):
            room = box.width - NARROW * em
            words = next((words for words in _labels(part, theme) if text.width(words, size) <= room), "")
            canvas.text(words, box.center, size, theme.text, align=0.5)
    for _, box in laid.boxes[1:]:
        canvas.rect((box.left, box.top, hairline(em), box.height), theme.panel)
    canvas.rect(laid.bar, theme.border, width=hairline(em))
    if laid.words:
        canvas.text(laid.words, row.midleft, size, theme.muted)


def _labels(part: EndPart, theme: Theme) -> Iterator[str]:
    """What can be said within a part, the longest first."""
    share = f"{percent(part.share.estimate.value)} %"
    yield f"{name_of_end(part, theme)}: {share}"
    if part.kind is EndKind.MINIMUM:
        yield f"{part.minimum + 1}: {share}"
        yield f"{part.minimum + 1}"


def end_deed(session: Session, places: Layout, pixel: tuple[int, int]) -> Deed | None:
    """What a click on a bar does: a part of it shows a race that ends there, all else in its row the sheet of odds."""
    theme, seen = load_theme(session.theme, session.language), ends_seen(session)
    for lane, (panel, ends) in enumerate(zip(places.panels, seen, strict=True)):
        if panel.ends.collidepoint(pixel):
            part = ends_bar(panel.ends, ends, theme, places.em).part_at(pixel)
            return ShowOdds() if part is None else TakeSeed(lane, part)
    return None
