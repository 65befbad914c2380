"""What was drawn and is painted again: the same pixels, without finding out anew what to paint."""

import numpy as np
import numpy.typing as npt
import pygame
from recording_canvas import RecordingCanvas

from sim.stage.drawing.canvas import Canvas, Standing
from sim.stage.drawing.reel import draw_again, draw_unless_there
from sim.stage.drawing.screen import Screen
from sim.stage.style.kept import CACHE

SIZE = (80, 60)


class Drawing:
    """Some marks, and how often somebody found out what they are."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, canvas: Canvas) -> None:
        self.times += 1
        box = pygame.Rect(5, 5, 20, 10)
        with canvas.part("marks"):
            canvas.rect(box, (200, 10, 10))
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
    standing, drawing = Standing(), Drawing()
    canvas = Screen(pygame.Surface(SIZE, depth=32), standing)
    for place, key, times in (("a", 1, 1), ("a", 1, 1), ("b", 1, 2), ("a", 2, 3), ("b", 1, 3), ("a", 1, 4)):
        draw_unless_there(canvas, place, key, lambda: drawing(canvas))
        assert drawing.times == times, (place, key)
    standing.clear()
    draw_unless_there(canvas, "a", 1, lambda: drawing(canvas))
    assert drawing.times == 5


def test_where_nothing_is_known_to_stand_all_is_drawn_each_time() -> None:
    drawing = Drawing()
    for canvas in (Screen(pygame.Surface(SIZE, depth=32)), RecordingCanvas(SIZE)):
        for _ in range(2):
            draw_unless_there(canvas, "a", 1, lambda: drawing(canvas))  # noqa: B023
    assert drawing.times == 4
