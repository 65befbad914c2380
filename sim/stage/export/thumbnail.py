"""A scene in a small picture: its map, with the ways of all marbles on it."""

import pygame
from pygame import Rect

from ...descent.problem import Problem
from ...descent.race import Race
from ...scene import Scene
from ..drawing.layout import SMALL_TYPE
from ..drawing.screen import Screen
from ..picture.map.site import camera_on
from ..picture.panel.course import course_of, draw_together
from ..session.session import as_it_wants, begin
from ..style.theme import load_theme

LONGEST = 120
"""Updates of the race that are shown, at most."""
SHARE = 0.6
"""The share of the scene's updates that is shown, where that is fewer."""


def small_picture(scene: Scene, theme: str, size: tuple[int, int], asks: bool = False) -> pygame.Surface:
    """The scene's map with all marbles, that of the second lane in front, as far along as the scene's story is.

    asks: whether what comes of it is still to be guessed: then they have made but their first update.
    Problem and race are its own: nothing that a window keeps of its scene gives way to them.
    """
    race = Race(Problem(*scene.examples.sums(scene.surface), scene.window), scene.lanes, scene.start, scene.seed)
    update, lane = 1 if asks else min(LONGEST, round(SHARE * scene.updates)), min(1, len(scene.lanes) - 1)
    race.extend(update + 1)
    session, area = as_it_wants(begin(scene, theme)), Rect((0, 0), size)
    camera, look = camera_on(race.problem, scene.window, size, session.pose), load_theme(theme, session.language)
    places = area, Rect(area.bottomleft, (0, 0))
    courses = [course_of(race, each, places, SMALL_TYPE, look, camera) for each in range(len(scene.lanes))]
    picture = pygame.Surface(size, depth=32)
    picture.fill(load_theme(theme).panel)
    count = len(courses)
    glides, ways, none = [(update, 0.0)] * count, [()] * count, [None] * count
    draw_together(Screen(picture), courses, glides, frozenset(), lane, none, ways, none)
    return picture
