"""A moment of a race, drawn onto a surface: the one function behind window, screenshot and test."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import pygame

from sim.descent.clock import Timing
from sim.descent.race import Race
from sim.scene import Scene
from sim.stage import text
from sim.stage.camera import Camera
from sim.stage.chart import Axes, Chart, axes
from sim.stage.help import draw_help
from sim.stage.layout import Layout, layout
from sim.stage.panel import Panel, with_flag
from sim.stage.session import SPEEDS, Session
from sim.stage.terrain import draw_terrain
from sim.stage.theme import Theme, load_theme
from sim.stage.trail import Trail, fading


@dataclass(frozen=True, slots=True)
class Moment:
    """What is to be seen: a session, at its update."""

    session: Session
    race: Race = field(compare=False)
    computed: int
    """Up to which tick the chart's axes have been fitted to the race."""

    @property
    def tick(self) -> int:
        """The time that is shown, in updates of the fastest lane; no later than has been computed."""
        return min(self.session.update, max(self.computed, 0))


def moment(session: Session, race: Race) -> Moment:
    """What is to be seen of a session whose race has been computed as far as it has."""
    # The update after the one that is shown must be known, too: its gradient is drawn as an arrow.
    computed = max(0, min(race.updates - 1, session.horizon))
    return Moment(replace(session, progress=float(session.update)), race, computed)


CLOCK_NAMES = {"epochs": "epochs", "serial": "serial machine time", "parallel": "parallel machine time"}
KEYS = "Space play · ← → step · R restart · N new seed · 1–9 scene · H help"


def scene_layout(scene: Scene, size: tuple[int, int]) -> Layout:
    """Where things stand in a picture of that size."""
    return layout(size, len(scene.lanes), scene.window.width / scene.window.height)


def point_at(scene: Scene, size: tuple[int, int], pixel: tuple[int, int]) -> tuple[float, float] | None:
    """The point of the parameter plane that a picture of that size shows at the pixel; None outside the maps."""
    for place in scene_layout(scene, size).panels:
        if place.map.collidepoint(pixel):
            camera = Camera(scene.window, place.map.width, place.map.height)
            x, y = camera.unproject(np.array(pixel, dtype=np.float64) - place.map.topleft).tolist()
            return x, y
    return None


def draw(target: pygame.Surface, moment: Moment, before: Moment | None = None) -> None:
    """Draw the whole window at one moment; `before` is the moment that is on the target already, if any is.

    Then what has not changed since is left alone, and the picture is the same.
    """
    session, race = moment.session, moment.race
    scene, theme = session.scene, load_theme(session.theme)
    size = target.get_size()
    places = scene_layout(scene, size)
    if before is None or _ground(before.session) != _ground(session) or before.session.help:
        target.blit(_still(scene, race, size, session.theme), (0, 0))
    timing = scene.timing(session.clock)
    for lane, panel in enumerate(_panels(scene, race, size, session.theme)):
        panel.draw(target, timing.moment(lane, moment.tick))
    frame = _axes(race, timing, session.clock, session.horizon, moment.computed)
    chart = _chart(race, frame, places.chart.size, session.theme, places.em)
    chart.draw(target, places.chart.topleft, moment.tick)
    _draw_footer(target, places, theme, moment)
    if session.help:
        draw_help(target, theme, places.em)


def _ground(session: Session) -> tuple[object, ...]:
    """What the part of the picture depends on that stays while the race runs."""
    return session.scene, session.theme


@lru_cache(maxsize=2)
def _panels(scene: Scene, race: Race, size: tuple[int, int], theme_name: str) -> tuple[Panel, ...]:
    places, theme = scene_layout(scene, size), load_theme(theme_name)
    area = places.panels[0].map
    camera = Camera(race.problem.window, area.width, area.height)
    terrain = draw_terrain(race.problem, camera, theme, places.stroke)
    x, y = camera.project(np.array(race.start)).tolist()
    ground = with_flag(terrain, (x, y), theme, places.stroke)
    panels = []
    for index, (track, place) in enumerate(zip(race.tracks, places.panels, strict=True)):
        trail = Trail(track, camera, ground, fading(theme.lane(index), theme.high), places.stroke)
        panels.append(Panel(place, places.em, theme, race, index, camera, trail))
    return tuple(panels)


@lru_cache(maxsize=2)
def _axes(race: Race, timing: Timing, clock: str, ticks: int, computed: int) -> Axes:
    return axes(race, timing, clock, ticks, computed)


@lru_cache(maxsize=2)
def _chart(race: Race, frame: Axes, size: tuple[int, int], theme_name: str, em: int) -> Chart:
    return Chart(race, frame, size, load_theme(theme_name), em)


@lru_cache(maxsize=2)
def _still(scene: Scene, race: Race, size: tuple[int, int], theme_name: str) -> pygame.Surface:
    """Everything that stays while the race runs."""
    places, theme = scene_layout(scene, size), load_theme(theme_name)
    picture = pygame.Surface(size, depth=32)
    picture.fill(theme.background)
    height = round(1.35 * places.em)
    title = text.fitted(scene.title, height, places.title.width, bold=True)
    text.put(picture, title, places.title.midleft, height, theme.text, bold=True)
    line = places.look.height // places.look_lines
    for number, words in enumerate(text.wrapped(scene.look, places.em, places.look.width, places.look_lines)):
        y = places.look.top + (number + 0.5) * line
        text.put(picture, words, (places.look.left, y), places.em, theme.muted)
    for panel in _panels(scene, race, size, theme_name):
        panel.draw_frame(picture)
    return picture


def status(moment: Moment) -> str:
    """How the race is being played, in one line."""
    session = moment.session
    if moment.tick < session.update:
        return f"computing … update {moment.tick} of {session.horizon}"
    sign = "▶ " if session.playing else "■ "
    speed = f"{SPEEDS[session.speed]:g} a second"
    clock = "" if session.clock == "updates" else f" by {CLOCK_NAMES[session.clock]}"
    return f"{sign}update {session.update} of {session.horizon}{clock} · {speed} · seed {session.scene.seed}"


def _draw_footer(target: pygame.Surface, places: Layout, theme: Theme, moment: Moment) -> None:
    place, em = places.footer, places.em
    target.fill(theme.background, (0, place.top, target.get_width(), target.get_height() - place.top))
    end = text.put(target, status(moment), place.midleft, em, theme.text)
    room = place.right - end - 2 * em
    notice = moment.session.notice
    line = text.fitted(notice or KEYS, em, room)
    text.put(target, line, place.midright, em, theme.text if notice else theme.muted, align=1)
