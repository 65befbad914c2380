"""Where everything stands: pure geometry, from the window's size and the number of lanes."""

from dataclasses import dataclass
from functools import lru_cache

from pygame import Rect

from ..style.style import hairline, stroke_of

SMALLEST = (960, 600)
USUAL = (1600, 900)
CONTROLS = 19  # Width of the panel of controls, in ems.
NUMBERS = 8  # Live numbers in a panel.
TYPE = 15  # Height of the type in a window of the usual size, in pixels,
SMALL_TYPE = 12  # and in one that is as small as can be.
PRESENTED = 1.3  # How much larger it is for a projector.
LEAST_TYPE = 8  # Height of the type to which one may make it smaller, in pixels.
LEAST_MAP = (8.0, 5.0)  # Width and height of a map that enlarged type has to leave, in ems,
LEAST_WIDTH = 40.0  # and of what the panel of controls leaves of the window.


@dataclass(frozen=True, slots=True)
class PanelLayout:
    """One lane's panel."""

    frame: Rect
    name: Rect
    settings: Rect
    """The rule and its hyperparameters; empty where there is no room."""
    chip: Rect
    events: Rect
    """The last events; empty where there is no room."""
    map: Rect
    strip: Rect
    """A cell for each example; empty where there is no room."""
    shares: Rect
    """Where the marbles of a swarm are; empty without one."""
    numbers: tuple[Rect, ...]
    """Cells for the live numbers; as many as there is room for, the most telling first."""


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
    chart: Rect
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
    swarm: bool = False,
    larger: float = 1.0,
) -> Layout:
    """The layout of a window of that size, at least SMALLEST.

    Panels stand in as many columns as give the largest maps of that aspect (width over height).

    larger: how many times as large as usual type and strokes are to be; they are less so where the maps need the room.
    """
    usual = max(SMALL_TYPE, round(type_of(size) * (PRESENTED if presenter else 1.0)))
    em = max(LEAST_TYPE, round(larger * usual))
    while em > usual and not _leaves_room(_laid_out(size, em, lanes, aspect, controls, swarm)):
        em -= 1
    return _laid_out(size, em, lanes, aspect, controls, swarm)


def type_of(size: tuple[int, int]) -> float:
    """Height of the type that suits a window of that size, in pixels."""
    return TYPE * min(size[0] / USUAL[0], size[1] / USUAL[1])


def _leaves_room(places: Layout) -> bool:
    """Whether enlarged type leaves room for maps, and for what is written below them."""
    area, em = places.panels[0].map, places.em
    return (
        area.width >= LEAST_MAP[0] * em and area.height >= LEAST_MAP[1] * em and places.footer.width >= LEAST_WIDTH * em
    )


def _laid_out(size: tuple[int, int], em: int, lanes: int, aspect: float, controls: bool, swarm: bool) -> Layout:
    """The layout for type of that height."""
    width, height = size
    line, gap = round(1.45 * em), round(0.8 * em)
    whole = Rect(gap, gap, width - 2 * gap, height - 2 * gap)
    sidebar = Rect(whole.right, whole.top, 0, whole.height)
    if controls:
        sidebar = Rect(whole.right - CONTROLS * em, whole.top, CONTROLS * em, whole.height)
    inner = Rect(whole.left, whole.top, sidebar.left - whole.left - (gap if controls else 0), whole.height)
    look_lines = 1 if inner.width > 96 * em else 2
    title = Rect(inner.left, inner.top, inner.width, round(1.8 * em))
    look = Rect(inner.left, title.bottom, inner.width, look_lines * line)
    footer = Rect(inner.left, inner.bottom - line, inner.width, line)
    timeline = Rect(inner.left, footer.top - line, inner.width, line)
    stage = Rect(inner.left, look.bottom + gap // 2, inner.width, timeline.top - gap // 2 - look.bottom - gap // 2)
    rows_of = {columns: -(-lanes // columns) for columns in range(1, lanes + 1)}
    share = {1: 0.23, 2: 0.17}

    def panels(columns: int) -> tuple[Rect, tuple[PanelLayout, ...]]:
        rows = rows_of[columns]
        chart_height = round(share.get(rows, 0.14) * height)
        chart = Rect(stage.left, stage.bottom - chart_height, stage.width, chart_height)
        field = Rect(stage.left, stage.top, stage.width, chart.top - gap - stage.top)
        frames = [_cell(field, index, columns, rows, (gap, gap)) for index in range(lanes)]
        return chart, tuple(panel_layout(frame, em, swarm) for frame in frames)

    def map_size(columns: int) -> float:
        area = panels(columns)[1][0].map
        return min(area.width, area.height * aspect) if area.width > 0 and area.height > 0 else 0.0

    chart, chosen = panels(max(rows_of, key=map_size))
    return Layout(size, em, title, look, look_lines, chosen, chart, timeline, footer, sidebar)


def _cell(field: Rect, index: int, columns: int, rows: int, gaps: tuple[int, int]) -> Rect:
    """Cell number `index` of a field of equal ones, read like a page, with gaps between columns and rows."""
    (row, column), (across, down) = divmod(index, columns), gaps
    width = (field.width - (columns - 1) * across) // columns
    height = (field.height - (rows - 1) * down) // rows
    return Rect(field.left + column * (width + across), field.top + row * (height + down), width, height)


def panel_layout(frame: Rect, em: int, swarm: bool) -> PanelLayout:
    """From the top: name and settings, chip and events, map, shares of a swarm, strip, numbers.

    A low panel leaves out what it can.
    """
    pad, line = round(0.6 * em), round(1.45 * em)
    inner = frame.inflate(-2 * pad, -pad)
    roomy = frame.height >= 20 * em
    name = Rect(inner.left, inner.top, inner.width, round(1.6 * em))
    settings = Rect(inner.left, name.bottom, inner.width, line if roomy else 0)
    chip = Rect(inner.left, settings.bottom + pad // 4, inner.width, round(1.6 * em))
    events = Rect(inner.left, chip.bottom + pad // 4, inner.width, line if roomy else 0)
    columns = max(2, min(NUMBERS // 2, inner.width // (8 * em)))
    rows = -(-NUMBERS // columns) if roomy else 1
    numbers = Rect(inner.left, inner.bottom - rows * line, inner.width, rows * line)
    top = events.bottom + pad // 3
    height = round(0.6 * em) if roomy else 0
    strip = Rect(inner.left, numbers.top - pad // 3 - height, inner.width, height)
    gap, tall = (pad // 2 if roomy else 0), round(1.3 * em) if swarm else 0
    shares = Rect(inner.left, strip.top - gap - tall, inner.width, tall)
    bottom = shares.top - (pad // 3 if swarm else 0)
    area = Rect(frame.left + hairline(em), top, frame.width - 2 * hairline(em), bottom - top)
    cells = tuple(_cell(numbers, index, columns, rows, (2 * pad, 0)) for index in range(min(NUMBERS, rows * columns)))
    return PanelLayout(frame, name, settings, chip, events, area, strip, shares, cells)
