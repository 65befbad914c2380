"""What was drawn and is painted again: the same pixels, without finding out anew what to paint."""

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from recording_canvas import RecordingCanvas

from sim.stage.drawing.canvas import Backdrop, Canvas
from sim.stage.drawing.drawn_state import DrawnState
from sim.stage.drawing.replay import VERBS, draw_again, draw_ground, draw_unless_there
from sim.stage.drawing.screen import Screen
from sim.stage.style.cache import CACHE

SIZE = (80, 60)
RED = (200, 10, 10)


class Drawing:
    """Some marks, and how often somebody found out what they are."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, canvas: Canvas) -> None:
        self.times += 1
        box = pygame.Rect(5, 5, 20, 10)
        with canvas.part("marks"):
            canvas.rect(box, RED)
            box.move_ip(30, 20)
            canvas.rect(box, (10, 200, 10), opacity=100)
            end = canvas.text("words", (4.0, 50.0), 12, (255, 255, 255))
            canvas.disc((end + 5.0, 50.0), 3.0, (90, 90, 255))


def painted(place: str, key: int, drawing: Drawing) -> npt.NDArray[np.uint8]:
    surface = pygame.Surface(SIZE, depth=32)
    draw_again(Screen(surface), place, key, drawing)
    return pygame.surfarray.array3d(surface)


def test_the_same_is_painted_again_without_being_drawn_anew() -> None:
    drawing = Drawing()
    first, *others = (painted("a", 1, drawing) for _ in range(4))
    assert first.any()
    for again in others:
        np.testing.assert_array_equal(first, again)
    assert drawing.times == 2


def test_of_each_place_the_last_is_kept_and_nothing_else() -> None:
    drawing = Drawing()
    painted("b", 1, drawing)
    count, weight = len(CACHE), CACHE.weight
    for key in range(2, 40):
        painted("b", key, drawing)
    assert drawing.times == 39
    assert (len(CACHE), CACHE.weight) == (count, weight)
    painted("c", 39, drawing)
    assert drawing.times == 40


def test_what_was_drawn_before_another_is_not_remembered() -> None:
    drawing = Drawing()
    for key in (1, 1, 2, 1):
        painted("e", key, drawing)
    assert drawing.times == 4


def test_what_is_no_picture_of_pixels_is_drawn_each_time() -> None:
    drawing = Drawing()
    for _ in range(2):
        draw_again(RecordingCanvas(SIZE), "d", 1, drawing)
    assert drawing.times == 2


def test_what_stands_at_its_place_is_left_alone() -> None:
    drawn_state, drawing = DrawnState(), Drawing()
    canvas = Screen(pygame.Surface(SIZE, depth=32), drawn_state)
    for place, key, times in (("a", 1, 1), ("a", 1, 1), ("b", 1, 2), ("a", 2, 3), ("b", 1, 3), ("a", 1, 4)):
        draw_unless_there(canvas, place, key, lambda: drawing(canvas))
        assert drawing.times == times, (place, key)
    drawn_state.clear()
    draw_unless_there(canvas, "a", 1, lambda: drawing(canvas))
    assert drawing.times == 5


def test_where_nothing_is_known_to_stand_all_is_drawn_each_time() -> None:
    drawing = Drawing()
    for canvas in (Screen(pygame.Surface(SIZE, depth=32)), RecordingCanvas(SIZE)):
        for _ in range(2):
            draw_unless_there(canvas, "a", 1, lambda: drawing(canvas))  # noqa: B023
    assert drawing.times == 4


def strokes(x: float, y: float) -> dict[str, tuple[Any, ...]]:
    """Something to paint with each verb, about there."""
    way, picture = [(x + 5.2, y + 7.9), (x + 44.6, y + 31.3), (x + 70.1, y + 3.4)], pygame.Surface((9, 9), depth=32)
    return {
        "rect": ((x + 10, y + 8, 30, 20), RED),
        "line": (way, RED, 5),
        "segments": ([(way[0], way[1])], RED, 3),
        "curve": (way, RED),
        "outline": (way, RED, 4),
        "rule": (way[0], way[1], RED, 3),
        "polygon": (way, RED),
        "disc": (way[1], 9.3, RED),
        "ring": (way[1], 9.3, RED, 3),
        "dots": (way, 2.3, RED),
        "text": ("words", way[0], 12, RED),
        "label": ("words", way[0], 12, RED, (0, 0, 90)),
        "image": (picture, way[0]),
        "backdrop": (Backdrop(lambda canvas: canvas.rect((0, 0, 9, 9), RED), (), (9, 9)), way[0]),
    }


@pytest.mark.parametrize(
    ("verb", "options"),
    [*product(sorted(VERBS), [{}]), *product(["rect", "polygon", "dots"], [{"opacity": 90}])],
)
def test_ground_is_as_it_was_whatever_has_been_drawn_over_it(verb: str, options: dict[str, Any]) -> None:
    surface, drawn_state = pygame.Surface((500, 400), depth=32), DrawnState()
    ground = pygame.Surface((430, 370))
    ground.fill((90, 140, 30))
    draw_ground(Screen(surface, drawn_state), ground, (40, 5), 0)
    clean = pygame.surfarray.array3d(surface)
    for x, y in ((0, 0), (135, 142), (350, 140), (-30, 60), (430, 370), (470, 390)):
        getattr(Screen(surface, drawn_state), verb)(*strokes(x, y)[verb], **options)
    assert (pygame.surfarray.array3d(surface) != clean)[40:470, 5:375].any()
    draw_ground(Screen(surface, drawn_state), ground, (40, 5), 0)
    assert (pygame.surfarray.array3d(surface) == clean)[40:470, 5:375].all()


def test_ground_is_laid_again_only_where_something_has_been_drawn() -> None:
    surface, drawn_state, ground = pygame.Surface((500, 400), depth=32), DrawnState(), pygame.Surface((430, 370))
    pixels = [(460, 360), (60, 20)]

    def laid_again(version: int, picture: pygame.Surface = ground) -> list[bool]:
        for pixel in pixels:
            surface.set_at(pixel, RED)
        draw_ground(Screen(surface, drawn_state), picture, (40, 5), version)
        return [tuple(surface.get_at(pixel)[:3]) != RED for pixel in pixels]

    assert laid_again(0) == [True, True]
    assert laid_again(0) == [False, False]
    Screen(surface, drawn_state).disc((80, 30), 5.0, RED)
    assert laid_again(0) == [False, True]
    assert laid_again(1) == [True, True]
    assert laid_again(1) == [False, False]
    assert laid_again(1, ground.copy()) == [True, True]
    drawn_state.clear()
    assert laid_again(1) == [True, True]
