"""A moment of a race, drawn onto a surface: the one function behind window, screenshot and test."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from ...descent.clock import Timing
from ...descent.problem import UNKNOWN
from ...descent.race import Race
from ...scene.value import unlike
from ...study.maps.swarm import Glimpse, swarm
from ...study.odds.tally import Tally
from ..drawing.canvas import Backdrop, Canvas
from ..drawing.layout import Layout
from ..session.session import SPEEDS, Session
from ..sheets.sheets import draw_over
from ..style import text
from ..style.theme import Theme, load_theme
from .caption import draw_caption
from .chart import Axes, Chart, axes
from .help import draw_help
from .panel import Panel
from .setting import Setting, setting
from .timeline import draw_timeline
from .tooltip import Look, Stage, draw_pointed
from .trail import Trail, fading


@dataclass(frozen=True, slots=True)
class Moment:
    """What is to be seen: a session, at its update."""

    session: Session
    race: Race = field(compare=False)
    computed: int
    """Up to which tick the chart's axes have been fitted to the race."""
    glimpse: Glimpse | None = None
    """The swarm, if there is one, as far as it has come."""
    tally: Tally | None = None
    """What the sheet over the maps shows, if there is one: not always the session's own, which may be newer."""

    @property
    def tick(self) -> int:
        """The time that is shown, in updates of the fastest lane; no later than has been computed."""
        return min(self.session.update, max(self.computed, 0))


def moment(session: Session, race: Race) -> Moment:
    """What is to be seen of a session whose race has been computed as far as it has."""
    # The update after the one that is shown must be known, too: its gradient is drawn as an arrow.
    computed = max(0, min(race.updates - 1, session.horizon))
    glimpse = seen(session)
    return Moment(replace(session, progress=float(session.update)), race, computed, glimpse, session.tally)


def seen(session: Session) -> Glimpse | None:
    """What there is to be seen of the session's swarm, if it has one."""
    if not session.swarm:
        return None
    return swarm(session.scene, session.swarm, session.spread, session.clock).glimpse


CLOCK_NAMES = {
    "updates": "updates",
    "epochs": "epochs",
    "serial": "serial machine time",
    "parallel": "parallel machine time",
}
TITLE = "Three Marbles"
KEYS = "Space play · ← → step · R restart · N new seed · 1–9 scene · H help"


def draw(canvas: Canvas, moment: Moment, before: Moment | None = None, here: Setting | None = None) -> None:
    """Draw the whole window at one moment; `before` is the moment that is on the canvas already, if any is.

    Then what has not changed since is left alone, and the picture is the same. `here` is the setting, if it is not the
    usual one of that session and size.
    """
    session, race = moment.session, moment.race
    size = canvas.size
    here = here or setting(session, size)
    # A tooltip may have lain over anything.
    clean = before is not None and before.session.pointer is None
    covered = before is not None and (before.session.help or (before.session.sheet and not session.sheet))
    if before is None or not clean or covered or setting(before.session, size) != here:
        canvas.backdrop(Backdrop(_draw_still, (here, race), size), (0, 0))
    places, theme, timing = here.places, here.theme, session.scene.timing(session.clock)
    frame = _axes(race, timing, session.clock, session.horizon, moment.computed)
    names = session.scene.texts(session.language).lanes
    chart = _chart(race, frame, places.chart.size, theme, places.em, names)
    if session.sheet:
        draw_over(canvas, places, theme, session, moment.tally)
    else:
        for lane, panel in enumerate(_panels(here, race)):
            cloud = None if moment.glimpse is None else moment.glimpse.clouds[lane]
            with canvas.part(f"lane {lane + 1}"):
                panel.draw(canvas, timing.moment(lane, moment.tick), session.views, cloud)
        with canvas.part("chart"):
            chart.draw(canvas, places.chart.topleft, moment.tick)
    with canvas.part("timeline"):
        draw_timeline(canvas, places, theme, session, race, moment.tick)
    with canvas.part("caption"):
        draw_caption(canvas, places, theme, session, race, moment.tick)
    with canvas.part("footer"):
        _draw_footer(canvas, places, theme, moment)
    shown = session.pointer is not None and (not session.sheet or places.timeline.collidepoint(session.pointer))
    if session.pointer is not None and shown and not session.help:
        stage = Stage(race, here.camera, chart, moment.tick, session.seen, names, moment.glimpse)
        draw_pointed(canvas, session.pointer, stage, Look(theme, places))
    if session.help:
        draw_help(canvas, theme, places.em)


@lru_cache(maxsize=2)
def _panels(here: Setting, race: Race) -> tuple[Panel, ...]:
    places, theme, camera = here.places, here.theme, here.camera
    names, marked = here.scene.texts(here.language).lanes, unlike(here.scene)
    panels = []
    for index, (track, place) in enumerate(zip(race.tracks, places.panels, strict=True)):
        trail = Trail(track, camera, fading(theme.lane(index), theme.high), places.stroke)
        panels.append(Panel(place, places.em, theme, race, index, names[index], marked[index], camera, trail))
    return tuple(panels)


@lru_cache(maxsize=2)
def _axes(race: Race, timing: Timing, clock: str, ticks: int, computed: int) -> Axes:
    return axes(race, timing, clock, ticks, computed)


@lru_cache(maxsize=2)
def _chart(race: Race, frame: Axes, size: tuple[int, int], theme: Theme, em: int, names: tuple[str, ...]) -> Chart:
    return Chart(race, frame, size, theme, em, names)


def _draw_still(canvas: Canvas, here: Setting, race: Race) -> None:
    """Everything that stays while the race runs."""
    scene, places, theme = here.scene, here.places, here.theme
    canvas.rect((0, 0, *canvas.size), theme.background)
    height = round(1.35 * places.em)
    title = text.fitted(scene.texts(here.language).title, height, places.title.width, bold=True)
    canvas.text(title, places.title.midleft, height, theme.text, bold=True)
    if not race.problem.complete:
        room = places.title.width - text.width(title, height, bold=True) - 2 * places.em
        caveat = text.fitted(theme.say(UNKNOWN), places.em, room)
        canvas.text(caveat, places.title.midright, places.em, theme.muted, align=1)
    for panel in _panels(here, race):
        panel.draw_frame(canvas)


def status(moment: Moment) -> str:
    """How the race is being played, in one line."""
    session = moment.session
    theme = load_theme(session.theme, session.language)
    here = {"update": session.update, "horizon": session.horizon}
    if moment.tick < session.update:
        return theme.say("computing … update {update} of {horizon}", **here | {"update": moment.tick})
    place = theme.say("update {update} of {horizon}", **here)
    if session.clock != "updates":
        clock = theme.say(CLOCK_NAMES[session.clock])
        place = theme.say("update {update} of {horizon} by {clock}", clock=clock, **here)
    seed = theme.say("seed {seed}", seed=session.scene.seed)
    parts = [place, *_swarm_status(moment, theme), seed]
    if session.live:
        parts[0] = f"{'▶' if session.playing else '■'} {place}"
        parts.insert(-1, theme.say("{speed} a second", speed=f"{SPEEDS[session.speed]:g}"))
    return " · ".join(parts)


def _swarm_status(moment: Moment, theme: Theme) -> list[str]:
    """How large the swarm is, and where it is if it lags."""
    if moment.glimpse is None:
        return []
    size = f"{moment.glimpse.clouds[0].size:,}"
    if moment.glimpse.tick == moment.tick:
        return [theme.say("{count} marbles a lane", count=size)]
    return [theme.say("{count} marbles a lane, at update {update}", count=size, update=moment.glimpse.tick)]


def _draw_footer(canvas: Canvas, places: Layout, theme: Theme, moment: Moment) -> None:
    place, em = places.footer, places.em
    canvas.rect(place, theme.background)
    end = canvas.text(status(moment), place.midleft, em, theme.text)
    room = place.right - end - 2 * em
    notice = moment.session.notice
    line = text.fitted(notice or (theme.say(KEYS) if moment.session.live else TITLE), em, room)
    canvas.text(line, place.midright, em, theme.text if notice else theme.muted, align=1)
