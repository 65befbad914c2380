"""Where everything stands: pure geometry, from the window's size and the number of lanes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from pygame import Rect

from ..style.style import hairline, stroke_of

SMALLEST = (960, 600)
USUAL = (1600, 900)
CONTROLS = 19  # Width of the panel of controls, in ems.
NUMBERS = 8  # Live numbers in a panel, where all of them are asked for.
LOSS = 6  # Width of the cell of the one that is always there, in ems.
CARD = (20, 0.25)
"""Width of a lane's card beside the map that all share: in ems, or as a share of the field if that is more."""
HIGHEST_CARD = 8.4
"""Height in ems of such a card with sliders."""
CARD_ROOMY, SWARM_CARD, NUMBERED_CARD, FULL_CARD = 7.0, 10.0, 10.2, 12.2
"""Height in ems of a card that has room for more than name and verdict, for a swarm's shares, some numbers, these and a
swarm's shares."""
THINNEST = 3
"""Height of a strip of examples, in pixels, of which there is none where it would be less."""
NARROW = 13.9
"""Width of a panel, in ems, below which the loss has a line of its own: beside it the verdict would have no room."""
WORDED = 17.0
"""Width of a panel, in ems, below which its name leaves no room for anything beside it: rather there are more rows."""
TALL_CARD = 16.0
"""Height in ems of a card that has room for all of it."""
ENDS, THIN_ENDS = 1.2, 0.55
"""Height in ems of the bar of ends, with words and without any."""
LOWEST = 5.0
"""Height of a map, in ems, below which the bar of ends does without words."""
ROOMY = 16  # Height of a panel that has room for more than its map, in ems.
PROFILE, PROFILED = 0.44, 0.2
"""Width of a profile, as a share of that of the chart and itself; and the height of both, as one of the window's."""
FOOTER = 1.9
"""Height of the line of buttons, in ems."""
CHART = {1: 0.15, 2: 0.13}
"""Share of the height that the chart takes, by how many rows of panels there are; of more, that of two."""
UPRIGHT = 1.15
"""Height of a map at most, in widths of it, unless it shows more than that: what would be left empty above and below
land is the chart's."""
HIGHEST_CHART = 0.3
"""Share of the height that the chart takes at most."""
LEAST_CHART, LOW_CHART = 7.0, 5.5
"""Height of the chart at least, and where it makes way, in ems."""
ONE_LINE = 96.0
"""Width in ems beyond which what is said above the maps has one line, however long it is."""
TYPE, SMALL_TYPE = 15, 12
"""Height of the type in a window of the usual size, and in one that is as small as can be, in pixels."""
PRESENTED = 1.3
"""How much larger it is for a projector."""
LESS_PRESENTED = 0.85
"""How much of that is left at least where larger maps need the rest: lanes then stand in fewer rows."""
LOW_PRESENTED = 11.5
"""Height of a map, in ems, below which they do."""
LEAST_TYPE = 8
"""Height of the type to which one may make it smaller, in pixels."""
LEAST_MAP = (9.0, 5.5)
"""Width and height of a map that enlarged type has to leave, in ems."""
LOW_MAP = 14.0
"""Height of a map, in ems, below which numbers of which nothing is told make way for it."""
SLIDERS = 1.5
"""Height of the line of a lane's sliders, in ems; it stands wherever the map keeps LOWEST."""
SLIDER = 8.0
"""Width of a slider for η with the shortest bar that one can set it on, in ems."""
LESS_FOR_SLIDERS = 0.88
"""How much of enlarged type is left at least where lanes' sliders need the rest."""
LESS_FOR_SETTINGS = 0.88
"""How much of enlarged type is left at least where all that tells lanes apart needs the rest."""
LEAST_ROW = 1.5
"""Height of the line of a lane's name, in ems: in cards beside one map it may become too low."""
LEAST_WIDTH = 40.0
"""Width that the panel of controls leaves of the window, in ems."""


class Yields(Enum):
    """What makes way for larger maps."""

    NOTHING = "nothing"
    WORDS = "room for words beside names"
    HEIGHT = "that room, and what the chart is higher than it has to be"
    CHART_TOO = "that room, and the chart with the profile beside it"


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """What panels have room for besides their maps."""

    swarm: bool = False
    numbers: bool = False
    """All of the live numbers, not only the loss."""
    sliders: bool = False
    together: bool = False
    """One large map for all lanes, and a card for each beside it."""
    profile: bool = False
    ends: bool = False
    """A bar of where the lane's marbles end over many seeds."""
    strip: bool = False
    """The strip of examples even in a panel that is low."""
    planned: bool = False
    """Among the numbers the learning rate, which changes while the race runs."""
    told: int = 0
    """How many of the numbers one is told of besides: where maps are low, there are no more rows than hold these."""
    yields: Yields = Yields.NOTHING
    said: float = math.inf
    """Width in ems of the longest of what may be said above the maps: where usual type has room for it on one line, no
    second one is kept free."""
    heading: tuple[float, float] = (0.0, 0.0)
    """Width in ems of a panel with room for the longest name and the first thing that tells lanes apart, and of one
    that has room for all of these: larger type leaves the former, and the latter if it has to be little smaller."""


@dataclass(frozen=True, slots=True)
class PanelLayout:
    """One lane's panel."""

    frame: Rect
    name: Rect
    """The lane's name, and at its end the rule and its hyperparameters."""
    map: Rect
    strip: Rect
    """A cell for each example; empty where there is no room."""
    shares: Rect
    """Where the marbles of a swarm are; empty without one."""
    ends: Rect
    """Where the lane's marbles end over many seeds; empty unless that is wanted, and where there is no room."""
    chip: Rect
    """The verdict, and beside it what there is to say of it."""
    events: Rect
    """The last events and the verdict's evidence, on a line of their own; empty where the chip's line has to do."""
    numbers: tuple[Rect, ...]
    """Cells for the live numbers, the most telling first: beside the chip that of the loss alone."""
    sliders: Rect
    """What of the lane can be changed here; empty in a picture, and where there is no room."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole window."""

    size: tuple[int, int]
    em: int
    """Height of the type, in pixels."""
    title: Rect
    look: Rect
    look_lines: int
    panels: tuple[PanelLayout, ...]
    together: Rect
    """The frame of the one map that all panels share; empty where each has its own."""
    chart: Rect
    profile: Rect
    """The loss along a line, beside the chart; empty if that is not wanted."""
    timeline: Rect
    footer: Rect
    controls: Rect
    """The panel of controls; empty while it is folded in."""

    @property
    def stroke(self) -> float:
        """Width of thin lines, in pixels: 1 at the usual size."""
        return stroke_of(self.em)


@lru_cache(maxsize=32)
def layout(
    size: tuple[int, int],
    lanes: int,
    aspect: float,
    controls: bool = False,
    presenter: bool = False,
    more: More = More(),
    lines: int = 0,
    larger: float = 1.0,
) -> Layout:
    """The layout of a window of that size, at least SMALLEST.

    What is said over the maps has so many lines; with 0 one or two, as there is room: where type is enlarged, it may be
    as small as usual there.

    Panels stand in as many columns as give the largest maps of that aspect (width over height).

    larger: how many times as large as usual type and strokes are to be; they are less so where the maps need the room.
    """
    usual, em = usual_type(size), asked_type(size, presenter, larger)
    while em > usual and not _leaves_room(_laid_out(size, em, lanes, aspect, controls, more, lines), more.heading[0]):
        em -= 1
    places = _laid_out(size, em, lanes, aspect, controls, more, lines)

    def smaller(share: float) -> Iterator[Layout]:
        """The layouts for type that is smaller, down to that share of it."""
        less = range(em - 1, max(usual, round(share * em)) - 1, -1)
        return (_laid_out(size, other, lanes, aspect, controls, more, lines) for other in less)

    if not _heads(places, more.heading[1]):
        places = next((other for other in smaller(LESS_FOR_SETTINGS) if _heads(other, more.heading[1])), places)
    if more.sliders and not more.together and not places.panels[0].sliders.height:
        places = next((other for other in smaller(LESS_FOR_SLIDERS) if other.panels[0].sliders.height), places)
    if not presenter or more.together or places.panels[0].map.height >= LOW_PRESENTED * places.em:
        return places
    return next((other for other in smaller(LESS_PRESENTED) if _rows(other) < _rows(places)), places)


def _heads(places: Layout, heading: float) -> bool:
    """Whether panels are so wide, in ems."""
    return places.panels[0].frame.width >= heading * places.em


def _rows(places: Layout) -> int:
    """In how many rows lanes stand."""
    return len({panel.frame.top for panel in places.panels})


def type_of(size: tuple[int, int]) -> float:
    """Height of the type that suits a window of that size, in pixels."""
    return TYPE * min(size[0] / USUAL[0], size[1] / USUAL[1])


def usual_type(size: tuple[int, int]) -> int:
    """Height of the type in a window of that size, in pixels, where none is asked for."""
    return max(SMALL_TYPE, round(type_of(size)))


def asked_type(size: tuple[int, int], presenter: bool, larger: float) -> int:
    """Height of the type that is asked for in a window of that size, in pixels: it has that if there is room for it."""
    return max(LEAST_TYPE, round(larger * usual_type(size) * (PRESENTED if presenter else 1.0)))


def with_type(
    size: tuple[int, int], em: int, lanes: int, aspect: float, controls: bool, more: More, lines: int
) -> Layout | None:
    """The layout for type of that height in pixels; None where it leaves maps too little room."""
    places = _laid_out(size, em, lanes, aspect, controls, more, lines)
    return places if _leaves_room(places) else None


def _leaves_room(places: Layout, heading: float = 0.0) -> bool:
    """Whether enlarged type leaves room for maps, for panels so wide in ems, and for what is written below them."""
    panel, em = places.panels[0], places.em
    named = _heads(places, heading) and panel.name.height >= LEAST_ROW * em
    return named and _worth_it(panel, em) and places.footer.width >= LEAST_WIDTH * em


def _worth_it(panel: PanelLayout, em: int) -> bool:
    """Whether a map is as large as it has to be."""
    wide, high = LEAST_MAP
    return panel.map.width >= wide * em and _bare(panel, em) >= high * em


def _bare(panel: PanelLayout, em: int) -> int:
    """Height of a map as it would be without the sliders that a low panel has: these decide nothing but themselves."""
    return panel.map.height + (0 if panel.frame.height >= ROOMY * em else panel.sliders.height)


def _laid_out(
    size: tuple[int, int], em: int, lanes: int, aspect: float, controls: bool, more: More, lines: int
) -> Layout:
    """The layout for type of that height."""
    width, height = size
    line, gap = round(1.45 * em), round(0.8 * em)
    whole = Rect(gap, gap, width - 2 * gap, height - 2 * gap)
    sidebar = Rect(whole.right, whole.top, 0, whole.height)
    if controls:
        sidebar = Rect(whole.right - CONTROLS * em, whole.top, CONTROLS * em, whole.height)
    inner = Rect(whole.left, whole.top, sidebar.left - whole.left - (gap if controls else 0), whole.height)
    said = min(ONE_LINE * em, more.said * min(em, usual_type(size)))
    look_lines = lines or (1 if inner.width > said else 2)
    title = Rect(inner.left, inner.top, inner.width, round(1.8 * em))
    look = Rect(inner.left, title.bottom, inner.width, look_lines * line)
    low = round(FOOTER * em)
    footer = Rect(inner.left, inner.bottom - low, inner.width, low)
    timeline = Rect(inner.left, footer.top - line, inner.width, line)
    stage = Rect(inner.left, look.bottom + gap // 2, inner.width, timeline.top - gap // 2 - look.bottom - gap // 2)
    if more.together:
        chart, field = _split(stage, 1, em, height, more)
        together, chosen = _one_map(field, lanes, em, more)
    else:
        chart, chosen = _own_maps(stage, lanes, aspect, em, height, more)
        together = Rect(stage.topleft, (0, 0))
    chart, profile = _shared(chart, em) if more.profile else (chart, Rect(chart.topright, (0, 0)))
    return Layout(size, em, title, look, look_lines, chosen, together, chart, profile, timeline, footer, sidebar)


def _shared(place: Rect, em: int) -> tuple[Rect, Rect]:
    """The place of the chart, shared with a profile to its right."""
    wide, gap = round(PROFILE * place.width), round(0.8 * em)
    return (
        Rect(place.left, place.top, place.width - wide - gap, place.height),
        Rect(place.right - wide, place.top, wide, place.height),
    )


def _split(stage: Rect, rows: int, em: int, height: int, more: More) -> tuple[Rect, Rect]:
    """The chart below, and the field above it for so many rows of panels."""
    if more.yields is Yields.CHART_TOO:
        return Rect(stage.bottomleft, (stage.width, 0)), stage.copy()
    low = more.yields is Yields.HEIGHT
    share = 0.0 if low else max(CHART.get(rows, CHART[2]), PROFILED if more.profile else 0.0)
    tall = max(round((LOW_CHART if low else LEAST_CHART) * em), round(share * height))
    chart = Rect(stage.left, stage.bottom - tall, stage.width, tall)
    return chart, Rect(stage.left, stage.top, stage.width, chart.top - round(0.8 * em) - stage.top)


def _own_maps(
    stage: Rect, lanes: int, aspect: float, em: int, height: int, more: More
) -> tuple[Rect, tuple[PanelLayout, ...]]:
    """The chart, and panels in as many columns as give the largest maps of that aspect (width over height).

    Columns in which words have no room are taken only where no others leave maps large enough, or words make way.
    """
    gap, rows_of = round(0.8 * em), {columns: -(-lanes // columns) for columns in range(1, lanes + 1)}

    def panels(columns: int, count: int) -> tuple[Rect, tuple[PanelLayout, ...]]:
        rows = rows_of[columns]
        chart, field = _split(stage, rows, em, height, more)
        area = panel_layout(_cell(field, 0, columns, rows, (gap, gap)), em, more).map
        spare = min(
            rows * (area.height - round(max(UPRIGHT, 1 / aspect) * area.width)),
            round(HIGHEST_CHART * height) - chart.height,
        )
        if area.width > 0 and spare > 0 and more.yields is not Yields.CHART_TOO:
            chart = Rect(chart.left, chart.top - spare, chart.width, chart.height + spare)
            field.height -= spare
        frames = [_cell(field, index, columns, rows, (gap, gap)) for index in range(count)]
        return chart, tuple(panel_layout(frame, em, more) for frame in frames)

    def map_size(columns: int) -> float:
        panel = panels(columns, 1)[1][0]  # The others are as large.
        wide, high = panel.map.width, _bare(panel, em)
        return min(wide, high * aspect) if wide > 0 and high > 0 else 0.0

    def worded(columns: int) -> bool:
        """Whether words have room beside names, or where they make way names alone, and maps have what they need."""
        panel = panels(columns, 1)[1][0]
        return _worth_it(panel, em) and panel.frame.width >= wide * em

    wide = WORDED if more.yields is Yields.NOTHING else more.heading[0]
    wordy = list(filter(worded, rows_of))
    return panels(max(wordy or rows_of, key=map_size), lanes)


def _one_map(field: Rect, lanes: int, em: int, more: More) -> tuple[Rect, tuple[PanelLayout, ...]]:
    """The frame of one large map, and a card for each lane to its right."""
    gap, line = round(0.8 * em), hairline(em)
    wide = max(CARD[0] * em, round(CARD[1] * field.width))
    frame = Rect(field.left, field.top, field.width - wide - gap, field.height)
    usual = HIGHEST_CARD if more.sliders else CARD_ROOMY
    tallest = round((TALL_CARD if more.numbers else SWARM_CARD if more.swarm else usual) * em)
    if more.ends:
        tallest += round((ENDS + 0.4) * em)
    column = Rect(frame.right + gap, field.top, wide, min(field.height, lanes * (tallest + gap) - gap))
    area = frame.inflate(-2 * line, -2 * line)
    frames = [_cell(column, index, 1, lanes, (0, gap)) for index in range(lanes)]
    tall = frames[0].height / em
    swarm = more.swarm and tall >= SWARM_CARD
    more = replace(more, numbers=more.numbers and tall >= _numbered(more, swarm), swarm=swarm)
    cards = [panel_layout(each, em, more, CARD_ROOMY) for each in frames]
    return frame, tuple(replace(card, map=area) for card in cards)


def _numbered(more: More, swarm: bool) -> float:
    """Height in ems of a card that has room for a row of numbers beside all else that it has."""
    spared = (0.0 if more.sliders else 1.5) + (0.0 if more.ends else 1.0)
    return (FULL_CARD if swarm else NUMBERED_CARD) - spared


def _cell(field: Rect, index: int, columns: int, rows: int, gaps: tuple[int, int]) -> Rect:
    """Cell number `index` of a field of equal ones, read like a page, with gaps between columns and rows."""
    (row, column), (across, down) = divmod(index, columns), gaps
    width = (field.width - (columns - 1) * across) // columns
    height = (field.height - (rows - 1) * down) // rows
    return Rect(field.left + column * (width + across), field.top + row * (height + down), width, height)


def panel_layout(frame: Rect, em: int, more: More, least: float = ROOMY) -> PanelLayout:
    """From the top: the name, the map, strip and shares, the verdict with the loss, all numbers, sliders.

    A panel that is lower than `least` ems leaves out what it can and is not asked for.
    """
    most = NUMBERS + 1
    laid = _panel_layout(frame, em, more, least)
    if more.told and not more.together and laid.map.height < LOW_MAP * em:
        most = more.told
        laid = _panel_layout(frame, em, more, least, most)
    wide = laid.sliders.width >= SLIDER * em + 1  # A pixel may get lost in rounding.
    roomy = more.together or frame.height >= least * em or laid.map.height >= LOWEST * em
    if laid.sliders.height and not (wide and roomy):
        return _panel_layout(frame, em, replace(more, sliders=False), least, most)
    return laid


def _panel_layout(frame: Rect, em: int, more: More, least: float, most: int = NUMBERS + 1) -> PanelLayout:
    """A panel's layout with so many rows as hold `most` of the numbers, if these are no more than there are."""
    pad, line = round(0.6 * em), round(1.45 * em)
    inner = frame.inflate(-2 * pad, -pad)
    roomy = frame.height >= least * em
    row = min(round(1.6 * em), inner.height // 2)
    name = Rect(inner.left, inner.top, inner.width, row)
    height, gap = (round(0.5 * em), pad // 2) if roomy or more.strip or more.together else (0, 0)
    spare = inner.height - 2 * row if more.together and not more.numbers else 0  # What a low card has left.
    tall = round(SLIDERS * em) if more.sliders and (not more.together or roomy or spare >= round(SLIDERS * em)) else 0
    sliders = Rect(inner.left, inner.bottom - tall, inner.width, tall)
    bottom = sliders.top
    events, cells = Rect(inner.left, bottom, inner.width, 0), tuple[Rect, ...]()
    if more.numbers:
        columns, most = max(2, min(NUMBERS // 2, inner.width // (8 * em))), min(most, NUMBERS + more.planned)
        rows = -(-most // columns) if roomy else 1
        if more.together:
            rows = min(rows, int((frame.height / em - _numbered(more, more.swarm)) / 1.45) + 1)
        numbers = Rect(inner.left, bottom - rows * line, inner.width, rows * line)
        count = min(NUMBERS + more.planned, rows * columns)
        cells = tuple(_cell(numbers, index, columns, rows, (2 * pad, 0)) for index in range(count))
        events = Rect(inner.left, numbers.top - line, inner.width, line) if roomy else events.move(0, -numbers.height)
    elif more.together and (roomy or spare - tall >= line + height + gap):
        events = Rect(inner.left, bottom - line, inner.width, line)
    chip = Rect(inner.left, events.top - row, inner.width, row)
    if not cells and inner.width < NARROW * em:
        cells = (Rect(inner.left, chip.bottom - line, inner.width, line),)
        chip.top -= line
    elif not cells:
        cells = (Rect(chip.right - LOSS * em, chip.top, LOSS * em, chip.height),)
        chip.width -= LOSS * em + pad
    tall = round(1.3 * em) if more.swarm else 0
    below, high, low = gap, 0, chip.top
    if more.ends:
        near = max(2, pad // 3)
        left = chip.top - near - name.bottom - (tall + gap if tall else 0)
        worded = roomy or (not more.together and left >= (ENDS + LOWEST) * em)
        high = round((ENDS if worded else THIN_ENDS) * em)
        if more.together and left < high:  # Nor has a card always room for that.
            high = round(THIN_ENDS * em) if left >= round(THIN_ENDS * em) else 0
        low -= high + near if high else 0
    ends = Rect(inner.left, low, inner.width, high)
    if more.together:  # What a card has left is little: the strip is as thin as that, or there is none.
        left = low - name.bottom - (tall + gap if tall else 0)
        below = max(0, min(gap, left // 3))
        height = min(height, left - below)
        height = height if height >= THINNEST else 0
    strip = Rect(inner.left, low - below - height, inner.width, height)
    shares = Rect(inner.left, strip.top - gap - tall, inner.width, tall)
    bottom = shares.top - (pad // 3 if more.swarm else 0)
    area = Rect(frame.left + hairline(em), name.bottom, frame.width - 2 * hairline(em), bottom - name.bottom)
    return PanelLayout(frame, name, area, strip, shares, ends, chip, events, cells, sliders)
