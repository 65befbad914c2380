"""Words of a picture lie upon no others, and inside of it."""

from dataclasses import replace
from itertools import combinations

import pygame
import pytest
from pygame import Rect

from sim.base.languages import LANGUAGES
from sim.scene import load_scene, scene_files
from sim.stage.drawing.canvas import Pixel
from sim.stage.drawing.screen import Screen
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views import VIEWS
from sim.stage.session.session import begin
from sim.stage.style import text
from sim.stage.style.color import Color

SIZES = ((960, 600), (1366, 768))
UPDATES = (0, 60, 400)
RIM = 2  # Of words with a halo, in pixels on each side: it may lie upon others.


class Noting(Screen):
    """A surface that notes where there is ink of words."""

    def __init__(self, surface: pygame.Surface) -> None:
        super().__init__(surface)
        self.words: list[tuple[str, Rect]] = []

    def text(
        self, words: str, position: Pixel, size: int, color: Color, *, bold: bool = False, align: float = 0.0
    ) -> int:
        end = super().text(words, position, size, color, bold=bold, align=align)
        picture = text.rendered(words, size, color, bold)
        self._note(words, picture, (end - picture.get_width(), round(position[1] - picture.get_height() / 2)))
        return end

    def label(self, words: str, corner: Pixel, size: int, color: Color, halo: Color, *, bold: bool = False) -> None:
        super().label(words, corner, size, color, halo, bold=bold)
        self._note(words, text.haloed(words, size, color, halo, bold), (round(corner[0]), round(corner[1])), RIM)

    def _note(self, words: str, picture: pygame.Surface, corner: tuple[int, int], rim: int = 0) -> None:
        ink = picture.get_bounding_rect().inflate(-2 * rim, -2 * rim).move(corner)
        if ink.width > 0 and ink.height > 0:
            self.words.append((words, ink))


NUMBERS = range(len(scene_files()))


@pytest.mark.parametrize(("index", "views"), [(i, "usual" if i % 2 else "all") for i in NUMBERS])
def test_no_words_lie_upon_others_whatever_is_shown(index: int, views: str) -> None:
    scene = load_scene(list(scene_files())[index])
    language, size, update = list(LANGUAGES)[index % len(LANGUAGES)], SIZES[index // 2 % 2], UPDATES[index // 4 % 3]
    running = race(scene)
    running.extend(update + 1)
    shown = replace(begin(scene), playing=False, progress=float(update), language=language)
    canvas = Noting(pygame.Surface(size, depth=32))
    draw(canvas, snapshot_of(replace(shown, views=frozenset(VIEWS)) if views == "all" else shown, running))
    assert len(canvas.words) > 5 * len(scene.lanes) * (views == "all")
    assert [words for words, ink in canvas.words if not canvas.surface.get_rect().contains(ink)] == []
    pairs = combinations(canvas.words, 2)
    assert [(one, other) for (one, ink), (other, second) in pairs if ink.clip(second).height > 2] == []
