"""A moment of a race, drawn onto a surface: the one function behind window, screenshot and test."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from ...descent.clock import Timing
from ...descent.problem import UNKNOWN
from ...descent.race import Race
from ...scene.value import unlike
from ...surface.points import Array
from ..drawing.canvas import Backdrop, Canvas
from ..drawing.layout import Layout
from ..session.odds import ends_seen
from ..session.session import Session, lane_of
from ..session.tuning import ghost, searching
from ..sheets.scenes import draw_scenes
from ..sheets.sheets import draw_over
from ..style import text
from ..style.style import hairline
from ..style.theme import Theme
from ..views import ViewName
from .around.caption import badge, draw_caption, draw_guess, draw_offered
from .around.footer import draw_footer
from .around.timeline import draw_timeline
from .around.tour import all_knobs, draw_strip
from .chart.axes import Axes, axes
from .chart.chart import Chart
from .chart.profile import draw_profile
from .help import draw_help
from .map.ways import way
from .panel.course import course_of, draw_together
from .panel.panel import Panel, headed, panel_of
from .panel.search import draw_search
from .panel.verdict import alike
from .setting import Setting, setting
from .snapshot import Snapshot, snapshot_of
from .staying import Staying, staying
from .tips.box import TipContext
from .tips.tooltip import Stage, draw_pointed, tip_at


def draw(canvas: Canvas, snapshot: Snapshot, before: Snapshot | None = None, here: Setting | None = None) -> None:
    """Draw the whole window at one moment; `before` is the moment that is on the canvas already, if any is.

    Then what has not changed since is left alone, and the picture is the same. `here` is the setting, if it is not the
    usual one of that session and size.
    """
    session, race = snapshot.session, snapshot.race
    here = here or setting(session, canvas.size)
    stays = Staying.NOTHING if before is None else staying(before, snapshot, here)
    if stays is Staying.ALL_BUT_SCENES:
        draw_scenes(canvas, here.places, here.theme, session, snapshot.cards)
        return
    if stays is Staying.NOTHING:
        if canvas.drawn_state is not None:
            canvas.drawn_state.clear()
        canvas.backdrop(Backdrop(_draw_still, (_around(here, race),), canvas.size), (0, 0))
    places, theme, timing = here.places, here.theme, session.scene.timing(session.clock)
    marked = badge(session, race, snapshot.tick)
    if stays is Staying.ALL_BUT_MARBLES:
        _draw_maps(canvas, here, snapshot)
        if not session.sheet:
            _draw_profile(canvas, here, snapshot)
        draw_guess(canvas, places, theme, marked)
        return
    frame = _axes(race, timing, session.clock, session.horizon, snapshot.computed)
    names = session.scene.texts(session.language).lanes
    chart = _chart(race, frame, places.chart.size, theme, places.em, names)
    if session.sheet:
        draw_over(canvas, places, theme, session, snapshot.tally)
    else:
        _draw_maps(canvas, here, snapshot)
        panels = _panels(here, race)
        updates = [timing.updates(lane, snapshot.tick) for lane in range(len(panels))]
        lines = alike([panel.verdict_line(update) for panel, update in zip(panels, updates, strict=True)])
        for lane, (panel, line, ends) in enumerate(zip(panels, lines, ends_seen(session), strict=True)):
            with canvas.part(f"lane {lane + 1}"):
                panel.draw_words(canvas, updates[lane], session.views, line, snapshot.cloud(lane), ends)
        if places.chart.height:
            with canvas.part("chart"):
                chart.draw(canvas, places.chart.topleft, snapshot.tick)
        _draw_profile(canvas, here, snapshot)
    draw_guess(canvas, places, theme, marked)
    draw_offered(canvas, places, theme, session)
    with canvas.part("timeline"):
        draw_timeline(canvas, places, theme, session, race, snapshot.tick)
    with canvas.part("caption"):
        say = draw_caption if session.tour is None else draw_strip
        say(canvas, places, theme, session, race, snapshot.tick)
    with canvas.part("footer"):
        draw_footer(canvas, places, theme, snapshot)
    pixel = session.pointer
    if pixel is not None and _tells(session, places, pixel):
        draw_pointed(canvas, pixel, _stage(here, snapshot, chart), TipContext(theme, places), session.rests)
    if session.picking is not None:
        with canvas.part("scenes"):
            draw_scenes(canvas, places, theme, session, snapshot.cards)
    if session.help:
        draw_help(canvas, theme, places)


def _draw_maps(canvas: Canvas, here: Setting, snapshot: Snapshot) -> None:
    """Draw what moves between two updates: the lanes' maps, or the one that they share."""
    session = snapshot.session
    timing, courses = session.scene.timing(session.clock), [panel.course for panel in _panels(here, snapshot.race)]
    glides = [snapshot.glide(course.index, timing) for course in courses]
    clouds = [snapshot.cloud(course.index) for course in courses]
    traces = [_ways(session, timing, course.index) for course in courses]
    ends = ends_seen(session)
    if here.more.together:
        with canvas.part("map"):
            draw_together(canvas, courses, glides, session.views, session.lane, clouds, traces, ends)
        _draw_search(canvas, here, session)
        return
    for course, glide, cloud, ways, some in zip(courses, glides, clouds, traces, ends, strict=True):
        with canvas.part(f"lane {course.index + 1}"), canvas.part("map"):
            course.draw(canvas, glide, session.views, cloud, ways, snapshot.stride, some)
    _draw_search(canvas, here, session)


def lay_out(snapshot: Snapshot, size: tuple[int, int], lane: int, block: int) -> None:
    """Find out what a lane's views say in a block of MOMENTS moments, and where, for pictures of that size.

    It takes longer than to draw it: done before it is to be seen, none of these pictures has to wait for it.
    """
    panel = _panels(setting(snapshot.session, size), snapshot.race)[lane]
    panel.course.lay_out(block, snapshot.session.views)


def _draw_search(canvas: Canvas, here: Setting, session: Session) -> None:
    """Show over a lane's map how far the search for its learning rate has come, if one goes on."""
    search = searching(session)
    lane = lane_of(session, search.scene) if search is not None else None
    if search is not None and lane is not None:
        with canvas.part("search"):
            draw_search(canvas, here.places.panels[lane].map, search, lane, here.theme, here.places.em)


def _draw_profile(canvas: Canvas, here: Setting, snapshot: Snapshot) -> None:
    """Draw the profile, if it is wanted."""
    session, places, race = snapshot.session, here.places, snapshot.race
    if places.profile.width:
        timing = session.scene.timing(session.clock)
        glides = [snapshot.glide(lane, timing) for lane in range(len(race.tracks))]
        with canvas.part("profile"):
            draw_profile(
                canvas, places.profile, race, glides, here.theme, places.em, ViewName.MOVING_GROUND in session.views
            )


def _ways(session: Session, timing: Timing, lane: int) -> tuple[Array, ...]:
    """While a slider of a lane is dragged, or its η was just found, its way as it was before and as it is to be."""
    former = session.former or ghost(session)
    if former is None or former[1] != lane:
        return ()
    updates = timing.updates(lane, session.horizon)
    return way(former[0], lane, updates), way(session.scene, lane, updates)


def pointed(session: Session, race: Race, size: tuple[int, int]) -> bool:
    """Whether a tooltip is to be seen in a picture of that size."""
    here, pixel, now = setting(session, size), session.pointer, snapshot_of(session, race)
    if pixel is None or not session.rests or not _tells(session, here.places, pixel):
        return False
    timing = session.scene.timing(session.clock)
    frame = _axes(race, timing, session.clock, session.horizon, now.computed)
    names = session.scene.texts(session.language).lanes
    chart = _chart(race, frame, here.places.chart.size, here.theme, here.places.em, names)
    return tip_at(pixel, _stage(here, now, chart), TipContext(here.theme, here.places)) is not None


def _tells(session: Session, places: Layout, pixel: tuple[int, int]) -> bool:
    """Whether there may be a tooltip at that pixel: nothing that lies over it hides what it would tell of."""
    below = places.timeline.collidepoint(pixel) or places.footer.collidepoint(pixel)
    return not session.help and session.picking is None and (not session.sheet or below)


def _stage(here: Setting, snapshot: Snapshot, chart: Chart) -> Stage:
    """What there is to point at."""
    session, places, race = snapshot.session, here.places, snapshot.race
    every = all_knobs(places, session, here.theme)
    names = session.scene.texts(session.language).lanes
    cloud = snapshot.glimpse if snapshot.cloud(0) is not None else None
    marked = unlike(session.scene)
    start = session.scene.start
    ends = ends_seen(session)
    return Stage(race, here.camera, chart, snapshot.tick, session.seen, names, cloud, marked, every, start, ends)


@lru_cache(maxsize=2)
def _panels(here: Setting, race: Race) -> tuple[Panel, ...]:
    places, theme, camera, lasting = here.places, here.theme, here.camera, not here.more.together
    courses = [
        course_of(race, lane, (place.map, place.strip), places.em, theme, camera, lasting, here.steady)
        for lane, place in enumerate(places.panels)
    ]
    return headed(
        [
            panel_of(here.scene, place, places.em, theme, course, here.told, chosen=course.index == here.lane)
            for place, course in zip(places.panels, courses, strict=True)
        ]
    )


@lru_cache(maxsize=2)
def _axes(race: Race, timing: Timing, clock: str, ticks: int, computed: int) -> Axes:
    return axes(race, timing, clock, ticks, computed)


@lru_cache(maxsize=2)
def _chart(race: Race, frame: Axes, size: tuple[int, int], theme: Theme, em: int, names: tuple[str, ...]) -> Chart:
    return Chart(race, frame, size, theme, em, names)


@dataclass(frozen=True, slots=True)
class _Around:
    """All around the maps: the same from wherever the marbles start, with any seed."""

    here: Setting
    complete: bool
    """Whether all critical points are known."""
    panels: tuple[Panel, ...] = field(compare=False)
    """The panels of one such race: their frames are those of any other."""


def _around(here: Setting, race: Race) -> _Around:
    scene = replace(here.scene, start=(0.0, 0.0), seed=0)
    return _Around(replace(here.around, scene=scene), race.problem.complete, _panels(here, race))


def _draw_still(canvas: Canvas, around: _Around) -> None:
    """Everything that stays while the race runs."""
    here = around.here
    scene, places, theme = here.scene, here.places, here.theme
    canvas.rect((0, 0, *canvas.size), theme.background)
    height = round(1.35 * places.em)
    title = text.fitted(scene.texts(here.language).title, height, places.title.width, bold=True)
    canvas.text(title, places.title.midleft, height, theme.text, bold=True)
    if not around.complete:
        room = places.title.width - text.width(title, height, bold=True) - 2 * places.em
        caveat = text.fitted(theme.say(UNKNOWN), places.em, room)
        canvas.text(caveat, places.title.midright, places.em, theme.muted, align=1)
    if places.together.width:
        canvas.rect(places.together, theme.panel, corner=places.em // 2)
        canvas.rect(places.together, theme.border, width=hairline(places.em), corner=places.em // 2)
    for panel in around.panels:
        panel.draw_frame(canvas)
