"""A moment of a race, drawn onto a surface: the one function behind window, screenshot and test."""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pygame

from sim.descent.race import Race
from sim.scene import Scene
from sim.stage import text
from sim.stage.camera import Camera
from sim.stage.chart import Axes, Chart, axes
from sim.stage.help import draw_help
from sim.stage.layout import Layout, layout
from sim.stage.panel import Panel, with_flag
from sim.stage.terrain import draw_terrain
from sim.stage.theme import Theme, load_theme
from sim.stage.trail import Trail, fading


@dataclass(frozen=True, slots=True)
class Moment:
    """What is to be seen."""

    scene: Scene
    race: Race = field(compare=False)
    update: int
    theme: str
    horizon: int
    """The last update that the chart has room for,"""
    computed: int
    """and up to which update its axes have been fitted to the race."""
    status: str = ""
    """How the race is being played, for the lower left corner."""
    notice: str = ""
    """A sentence for the lower right corner; where there is none, the keys."""
    help: bool = False


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
    scene, race = moment.scene, moment.race
    theme = load_theme(moment.theme)
    size = target.get_size()
    places = scene_layout(scene, size)
    if before is None or before.help or (before.scene, before.theme) != (scene, moment.theme):
        target.blit(_still(scene, race, size, moment.theme), (0, 0))
    for panel in _panels(scene, race, size, moment.theme):
        panel.draw(target, moment.update)
    frame = _axes(race, moment.horizon, moment.computed)
    _chart(race, frame, places.chart.size, moment.theme, places.em).draw(target, places.chart.topleft, moment.update)
    _draw_footer(target, places, theme, moment)
    if moment.help:
        draw_help(target, theme, places.em)


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
def _axes(race: Race, horizon: int, computed: int) -> Axes:
    return axes(race, horizon, computed)


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


def _draw_footer(target: pygame.Surface, places: Layout, theme: Theme, moment: Moment) -> None:
    place, em = places.footer, places.em
    target.fill(theme.background, (0, place.top, target.get_width(), target.get_height() - place.top))
    end = text.put(target, moment.status, place.midleft, em, theme.text)
    room = place.right - end - 2 * em
    words = moment.notice or KEYS
    line = text.fitted(words, em, room)
    text.put(target, line, place.midright, em, theme.text if moment.notice else theme.muted, align=1)
