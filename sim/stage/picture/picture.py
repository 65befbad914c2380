"""A moment of a race, drawn onto a surface: the one function behind window, screenshot and test."""

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import lru_cache

from pygame import Rect

from ...descent.clock import UPDATES, Timing
from ...descent.problem import UNKNOWN
from ...descent.race import Race
from ...scene.value import unlike
from ...study.maps.swarm import Cloud, Glimpse, swarm
from ...study.odds.tally import Tally
from ...surface.points import Array
from .. import TITLE
from ..drawing.canvas import Backdrop, Canvas
from ..drawing.layout import Layout
from ..drawing.reel import draw_unless_there
from ..session.bindings import Deed, Errand, keys_of
from ..session.odds import counted_for, ends_seen
from ..session.playback import Play, Restart, Step
from ..session.session import MOVING_GROUND, SPEEDS, Session, lane_of
from ..session.setup import NewSeed
from ..session.tour import Lead
from ..session.tuning import ghost, searching
from ..session.view import ShowControls, ShowHelp
from ..sheets.scenes import draw_scenes, keys_here
from ..sheets.sheets import draw_over
from ..style import text
from ..style.color import Color
from ..style.style import hairline
from ..style.theme import Theme, load_theme
from ..style.wrapping import wrapped
from .caption import badge, draw_caption, draw_guess, draw_offered, score
from .chart import Axes, Chart, axes
from .help import draw_help
from .map.ways import way
from .panel.course import course_of, draw_together
from .panel.panel import Panel, headed, panel_of
from .panel.search import draw_search
from .panel.verdict import alike
from .profile import draw_profile
from .setting import Setting, setting
from .timeline import draw_timeline
from .tooltip import Stage, TipContext, draw_pointed, tip_at
from .tour import all_knobs, draw_strip
from .transport import draw_knobs, knobs
from .views.moving_ground import LANDED

CLOCK_NAMES = {
    UPDATES: "updates",
    "epochs": "epochs",
    "serial": "serial machine time",
    "parallel": "parallel machine time",
}
SMALLER, LEADING, TALL = 0.8, 1.25, 1.45
"""Type of a notice that one line cannot hold, in ems, how far two lines are apart if there is room, in its own height,
and how tall a line is with all that letters have above and below."""
RED = (214, 48, 49)
"""What tells, on both themes, that a film is being made."""
GLIDING = 30.0
"""Updates a second up to which one sees a marble glide from one to the next; faster ones are shown as they are."""
SHARP = 8.0
"""Updates a second up to which one looks at ground that rests between two movements."""
COARSE = 2
"""Pixels along the side of what is computed of ground that moves on at once."""
PHASES = 24
"""Places on the way from one update to the next, at most."""
HINTS: tuple[tuple[str, tuple[Deed, ...]], ...] = (
    ("play", (Play(),)),
    ("step", (Step(-1), Step(1))),
    ("restart", (Restart(),)),
    ("new seed", (NewSeed(),)),
    ("scene", (Lead(-1), Lead(1))),
    ("controls", (ShowControls(),)),
    ("help", (ShowHelp(),)),
)
"""What the line below the maps names the keys of, as far as there is room."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is to be seen: a session, at its update."""

    session: Session
    race: Race = field(compare=False)
    computed: int
    """Up to which tick the chart's axes have been fitted to the race."""
    glimpse: Glimpse | None = None
    """The swarm, if there is one, as far as it has come."""
    phase: float = 0.0
    """Which part of the way to the next tick the marbles have glided: nothing that is said depends on it."""
    tally: Tally | None = None
    """What the sheet over the maps shows, if there is one: not always the session's own, which may be newer."""
    step: int = 1
    """Of ground that moves, one of so many by so many pixels is computed: more than 1 where it will not be looked at
    for long."""

    @property
    def tick(self) -> int:
        """The time that is shown, in updates of the fastest lane: of everything the same.

        It is the time that is wanted or, where there is a swarm, the time that this has come to.
        """
        if self.glimpse is None or self.session.sheet:
            return self.wanted
        return min(self.glimpse.tick, max(self.computed, 0))

    @property
    def wanted(self) -> int:
        """The time that the session is at; no later than has been computed."""
        return min(self.session.tick, max(self.computed, 0))

    def glide(self, lane: int, timing: Timing) -> tuple[int, float]:
        """The lane's update, and which part of its next movement the marble has made."""
        update = timing.updates(lane, self.tick)
        return update, self.phase if timing.updates(lane, self.tick + 1) > update else 0.0

    def cloud(self, lane: int) -> Cloud | None:
        """The marbles of a lane's swarm, if there is one and it is at the time that is shown."""
        return self.glimpse.clouds[lane] if self.glimpse and self.glimpse.tick == self.tick else None


class Staying(Enum):
    """What of the picture before may stay on the canvas."""

    NOTHING = auto()
    AROUND = auto()
    """What lies around all that changes while a race runs, which is drawn over what was there."""
    ALL_BUT_MARBLES = auto()
    """All but the maps, on which marbles have glided, and the profile."""
    ALL_BUT_SCENES = auto()
    """All but the sheet of scenes."""


def snapshot_of(session: Session, race: Race) -> Snapshot:
    """What is to be seen of a session whose race has been computed as far as it has."""
    # The update after the one that is shown must be known, too: its gradient is drawn as an arrow.
    computed = max(0, min(race.updates - 1, session.horizon))
    glimpse, tick = seen(session), session.tick
    glides = glimpse is None and tick < computed and SPEEDS[session.speed] <= GLIDING and not session.steady
    phase = round((session.progress - tick) * PHASES) / PHASES if glides else 0.0
    return Snapshot(replace(session, progress=float(tick)), race, computed, glimpse, phase, counted_for(session))


def fleeting(now: Snapshot) -> int:
    """Of ground that moves, one of so many by so many pixels need be computed while the session plays on: the next
    picture shows it otherwise at once. Between two movements that take long enough to be looked at, it is all of them.
    """
    if not now.session.playing or MOVING_GROUND not in now.session.views:
        return 1
    return COARSE if SPEEDS[now.session.speed] > SHARP or now.phase > LANDED else 1


def seen(session: Session) -> Glimpse | None:
    """What there is to be seen of the session's swarm, if it has one."""
    if not session.swarm:
        return None
    return swarm(session.scene, session.swarm, session.spread, session.clock).glimpse


def draw(canvas: Canvas, snapshot: Snapshot, before: Snapshot | None = None, here: Setting | None = None) -> None:
    """Draw the whole window at one moment; `before` is the moment that is on the canvas already, if any is.

    Then what has not changed since is left alone, and the picture is the same. `here` is the setting, if it is not the
    usual one of that session and size.
    """
    session, race = snapshot.session, snapshot.race
    here = here or setting(session, canvas.size)
    stays = Staying.NOTHING if before is None else _staying(before, snapshot, here)
    if stays is Staying.ALL_BUT_SCENES:
        draw_scenes(canvas, here.places, here.theme, session)
        return
    if stays is Staying.NOTHING:
        if canvas.standing is not None:
            canvas.standing.clear()
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
        _draw_footer(canvas, places, theme, snapshot)
    pixel = session.pointer
    if pixel is not None and _tells(session, places, pixel):
        draw_pointed(canvas, pixel, _stage(here, snapshot, chart), TipContext(theme, places), session.rests)
    if session.picking is not None:
        with canvas.part("scenes"):
            draw_scenes(canvas, places, theme, session)
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
            course.draw(canvas, glide, session.views, cloud, ways, snapshot.step, some)
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
            draw_profile(canvas, places.profile, race, glides, here.theme, places.em, MOVING_GROUND in session.views)


def _ways(session: Session, timing: Timing, lane: int) -> tuple[Array, ...]:
    """While a slider of a lane is dragged, or its η was just found, its way as it was before and as it is to be."""
    former = session.former or ghost(session)
    if former is None or former[1] != lane:
        return ()
    updates = timing.updates(lane, session.horizon)
    return way(former[0], lane, updates), way(session.scene, lane, updates)


def _staying(before: Snapshot, now: Snapshot, here: Setting) -> Staying:
    """What may stay of the moment that is on the canvas already."""
    was, there = before.session, now.session
    if _leafed(before, now):
        return Staying.ALL_BUT_SCENES
    over = was.help or was.picking is not None or (was.sheet and not there.sheet)
    # A tooltip may have lain over anything.
    if over or was.pointer is not None or setting(was, here.size).around != here.around:
        return Staying.NOTHING
    if badge(was, before.race, before.tick) != badge(there, now.race, now.tick):
        return Staying.NOTHING
    return Staying.ALL_BUT_MARBLES if _glided(before, now) else Staying.AROUND


def _glided(before: Snapshot, now: Snapshot) -> bool:
    """Whether all that has changed is how far the marbles have glided."""
    quiet = not (now.session.help or now.session.sheet or now.session.pointer) and now.session.picking is None
    return quiet and before.phase != now.phase and replace(before, phase=now.phase, step=now.step) == now


def _leafed(before: Snapshot, now: Snapshot) -> bool:
    """Whether all that has changed is what is on the sheet of scenes, which lies over all of it."""
    was, there = before.session, now.session
    if there.help or None in (was.picking, there.picking):
        return False
    return replace(now, session=replace(there, picking=was.picking, cards=was.cards)) == before


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
            panel_of(here.scene, place, places.em, theme, course, here.told)
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


def status(snapshot: Snapshot, brief: bool = False) -> str:
    """How the race is being played, in one line; where there is little room, without the name of the clock."""
    session = snapshot.session
    theme = load_theme(session.theme, session.language)
    here = {"update": theme.count(snapshot.tick), "horizon": theme.count(session.horizon)}
    place = theme.say("update {update} of {horizon}", **here)
    if session.clock != UPDATES and brief:  # The other lanes have made fewer.
        place = theme.say("fastest lane's update {update} of {horizon}", **here)
    elif session.clock != UPDATES:
        clock = theme.say(CLOCK_NAMES[session.clock])
        place = theme.say("fastest lane's update {update} of {horizon} by {clock}", clock=clock, **here)
    if snapshot.tick != session.tick:
        return theme.say("computing … {place}", place=place)
    seed = theme.say("seed {seed}", seed=session.scene.seed)
    parts = [place, *_swarm_status(snapshot, theme), seed]
    if session.live:
        parts.insert(-1, theme.say("{speed} a second", speed=f"{SPEEDS[session.speed]:g}"))
    return " · ".join(parts)


def _swarm_status(snapshot: Snapshot, theme: Theme) -> list[str]:
    """How large the swarm is, if there is one."""
    if snapshot.glimpse is None:
        return []
    return [theme.say("{count} marbles a lane", count=f"{snapshot.glimpse.clouds[0].size:,}")]


def recording_place(places: Layout, seconds: int, size: tuple[int, int], beside: Rect | None = None) -> Rect:
    """Where on a screen of that size it stands for how long a film has been made.

    beside: what stands there already, if anything does.
    """
    em = places.em
    box = Rect(0, 0, text.width(_minutes(seconds), em, bold=True) + round(2.4 * em), round(1.6 * em))
    box.midright = beside.move(-em // 2, 0).midleft if beside else places.title.midright
    return box.clamp(Rect((0, 0), size))


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def draw_recording(canvas: Canvas, box: Rect, em: int, theme: Theme, seconds: int) -> None:
    """Show a red dot, and for how long a film has been made, over the picture."""
    canvas.rect(box, theme.panel, corner=em // 2)
    canvas.rect(box, RED, width=hairline(em), corner=em // 2)
    canvas.disc((box.left + em, box.centery), 0.4 * em, RED)
    canvas.text(_minutes(seconds), (box.right - 0.7 * em, box.centery), em, theme.text, bold=True, align=1)


def draw_computing(canvas: Canvas, places: Layout, theme: Theme) -> Rect:
    """Say, over a picture that stays meanwhile, that the next one is being computed; returns where."""
    key = keys_of(theme.say, Errand.BACK)
    return _draw_sign(canvas, places, theme, theme.say("computing … · {key}: stop", key=key))


def draw_saving(canvas: Canvas, places: Layout, theme: Theme) -> Rect:
    """Say, over a picture, that it is being saved; returns where."""
    return _draw_sign(canvas, places, theme, theme.say("saving …"))


def _draw_sign(canvas: Canvas, places: Layout, theme: Theme, words: str) -> Rect:
    em = places.em
    box = Rect(0, 0, text.width(words, em) + 2 * em, round(1.6 * em))
    box.midright = places.title.midright
    canvas.rect(box, theme.panel, corner=em // 2)
    canvas.rect(box, theme.border, width=hairline(em), corner=em // 2)
    canvas.text(words, box.center, em, theme.text, align=0.5)
    return box


@lru_cache(maxsize=16)  # Asked for with every picture.
def hints(theme: Theme, em: int, room: int) -> str:
    """The keys that one needs first, as many as there is room for: that of the help stays to the last."""
    told = [f"{keys_of(theme.say, *deeds)} {theme.say(words)}" for words, deeds in HINTS]
    forms = (" · ".join([*told[:count], told[-1]]) for count in range(len(told) - 1, -1, -1))
    return text.suited(forms, [em], room)[0]


def _draw_long(canvas: Canvas, notice: str, place: Rect, room: int, size: int, color: Color) -> None:
    """A notice that one line cannot hold, in two of smaller type."""
    lines = wrapped(notice, size, room, 2)
    apart = min(LEADING * size, place.height - TALL * size)
    for number, line in enumerate(lines):
        up = (number - 0.5 * (len(lines) - 1)) * apart
        canvas.text(line, (place.right, place.centery + up), size, color, align=1)


def _draw_footer(canvas: Canvas, places: Layout, theme: Theme, snapshot: Snapshot) -> None:
    place, em = places.footer, places.em
    buttons = knobs(places, snapshot.session, theme)
    left = buttons[-1].place.right + em if buttons else place.left

    def draw_buttons() -> None:
        canvas.rect((place.left, place.top, left - place.left, place.height), theme.background)
        draw_knobs(canvas, buttons, theme, em)

    draw_unless_there(canvas, "buttons", (buttons, theme, em), draw_buttons)
    canvas.rect((left, place.top, place.right - left, place.height), theme.background)
    notice, live = snapshot.session.notice, snapshot.session.live
    picking = live and snapshot.session.picking is not None
    beside = text.width(notice, em) + 2 * em if notice else 0
    forms = ("",) if picking else (status(snapshot), status(snapshot, brief=True))
    told = next((form for form in forms if text.width(form, em) + beside <= place.right - left), forms[-1])
    counted = score(snapshot.session, theme)
    both = " · ".join(filter(None, (told, counted)))
    if text.width(both, em) + 8 * em < place.right - left:
        told = both
    if notice and text.width(told, em) + beside > place.right - left:
        told = ""  # What has just been done goes first.
    told = text.fitted(told, em, place.right - left)
    end = canvas.text(told, (left, place.centery), em, theme.text)
    room = place.right - end - 2 * em
    if notice and text.width(notice, em) > room:
        _draw_long(canvas, notice, place, room, round(SMALLER * em), theme.text)
        return
    if notice or picking:
        line = text.fitted(notice or keys_here(theme), em, room)
    else:
        line = hints(theme, em, room) if live else text.fitted(TITLE, em, room)
    canvas.text(line, place.midright, em, theme.text if notice else theme.muted, align=1)
