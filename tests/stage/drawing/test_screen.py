"""The painter in pixels."""

from typing import Any

import numpy as np
import pygame
import pytest

from sim.stage.drawing.canvas import Backdrop
from sim.stage.drawing.screen import Screen, image
from sim.stage.style import text
from sim.stage.style.cache import CACHE

WHITE, RED = (255, 255, 255), (200, 0, 0)


def drawn(draw: Any, size: tuple[int, int] = (40, 30)) -> Any:
    """The pixels (width, height, 3) of what is drawn on white."""
    surface = pygame.Surface(size, depth=32)
    surface.fill(WHITE)
    draw(Screen(surface))
    return pygame.surfarray.array3d(surface).astype(int)


def box_of(pixels: Any) -> tuple[int, int, int, int]:
    """The smallest box, to its last pixels, in which there is something."""
    across, down = np.nonzero((pixels != WHITE).any(axis=-1))
    return int(across.min()), int(down.min()), int(across.max()), int(down.max())


def test_boxes_fill_their_pixels_and_no_others() -> None:
    assert box_of(drawn(lambda canvas: canvas.rect((5, 6, 10, 8), RED))) == (5, 6, 14, 13)
    outlined = drawn(lambda canvas: canvas.rect((5, 6, 10, 8), RED, width=2))
    assert box_of(outlined) == (5, 6, 14, 13)
    assert (outlined[7:13, 8:12] == WHITE).all()
    rounded = drawn(lambda canvas: canvas.rect((5, 6, 10, 8), RED, corner=(4, 0, 0, 0)))
    assert (rounded[5, 6] == WHITE).all()
    assert (rounded[14, 6] == RED).all()


def test_what_lets_its_ground_through_is_mixed_with_it() -> None:
    for draw in (
        lambda canvas: canvas.rect((0, 0, 40, 30), RED, opacity=128),
        lambda canvas: canvas.polygon([(-5, -5), (60, -5), (60, 60), (-5, 60)], RED, opacity=128),
        lambda canvas: canvas.dots([(20, 15)], 12.0, RED, opacity=0.5),
    ):
        assert drawn(draw)[20, 15] == pytest.approx([227, 127, 127], abs=2)


def test_a_clip_ends_where_it_began_and_lies_within_the_one_around_it() -> None:
    def draw(canvas: Any) -> None:
        with canvas.clip((5, 5, 20, 20)):
            with canvas.clip((10, 0, 30, 10)):
                canvas.rect((0, 0, 40, 30), RED)
            canvas.rect((5, 20, 1, 1), RED)
        canvas.rect((39, 29, 1, 1), RED)

    pixels = (drawn(draw) != WHITE).any(axis=-1)
    assert pixels[10:25, 5:10].all()
    assert pixels[5, 20]
    assert pixels[39, 29]
    assert pixels.sum() == 15 * 5 + 2


def test_lines_dashes_and_rings_are_where_they_are_said_to_be() -> None:
    assert box_of(drawn(lambda canvas: canvas.line([(5, 5), (20, 5), (20, 15)], RED))) == (5, 5, 20, 15)
    dashes = drawn(lambda canvas: canvas.segments([((5, 5), (8, 5)), ((12, 5), (15, 5))], RED))
    assert (dashes[10, 5] == WHITE).all()
    assert (dashes[13, 5] != WHITE).any()
    ring = drawn(lambda canvas: canvas.ring((20, 15), 8.0, RED, 2))
    assert (ring[20, 15] == WHITE).all()
    assert (ring[27, 15] != WHITE).any()
    assert (drawn(lambda canvas: canvas.disc((20, 15), 8.0, RED))[20, 15] == RED).all()


@pytest.mark.parametrize("align", [0.0, 0.5, 1.0])
def test_text_ends_where_it_is_said_to_end(align: float) -> None:
    ends = []
    pixels = drawn(lambda canvas: ends.append(canvas.text("word", (40, 15), 12, RED, align=align)), (100, 30))
    width = text.width("word", 12)
    assert ends == [round(40 - align * width) + width]
    left, top, right, bottom = box_of(pixels)
    assert ends[0] - width <= left < right < ends[0]
    assert top < 15 < bottom


def test_a_backdrop_is_painted_once_and_may_be_shown_in_part() -> None:
    painted = []

    def paint(canvas: Any, color: Any) -> None:
        painted.append(color)
        canvas.rect((0, 0, *canvas.size), color)

    CACHE.clear()
    backdrop = Backdrop(paint, (RED,), (10, 10))

    def draw(canvas: Any) -> None:
        canvas.backdrop(backdrop, (5, 5))
        canvas.backdrop(backdrop, (20, 5), (2, 3, 4, 5))

    pixels = (drawn(draw) != WHITE).any(axis=-1)
    assert painted == [RED]
    assert pixels[5:15, 5:15].all()
    assert pixels[22:26, 8:13].all()
    assert pixels.sum() == 100 + 20


def test_through_a_backdrop_with_holes_shows_what_it_lies_on() -> None:
    backdrop = Backdrop(lambda canvas: canvas.rect((1, 0, 1, 1), RED), (), (3, 1), holes=True)
    pixels = drawn(lambda canvas: canvas.backdrop(backdrop, (0, 0)), (4, 1))
    assert pixels[:, 0].tolist() == [list(color) for color in (WHITE, RED, WHITE, WHITE)]


def test_images_have_colours_or_colours_and_opacities() -> None:
    opaque = image(np.full((4, 3, 3), RED, dtype=np.uint8))
    assert opaque.get_size() == (4, 3)
    clear = np.zeros((4, 3, 4), dtype=np.uint8)
    clear[:2] = (*RED, 255)
    pixels = (drawn(lambda canvas: canvas.image(image(clear), (1, 1))) != WHITE).any(axis=-1)
    assert pixels.sum() == 6


@pytest.mark.parametrize("radius", [1.0, 1.5, 2.3, 3.9])
def test_small_dots_are_round(radius: float) -> None:
    """As many of their pixels are covered as of a disc, and in the corners of the square around it hardly any is."""
    surface = pygame.Surface((32, 32), depth=32)
    Screen(surface).dots([(16.0, 16.0)], radius, (255, 255, 255))
    cover = pygame.surfarray.array3d(surface)[..., 0] / 255
    distance = np.hypot(*np.meshgrid(np.arange(32) - 16, np.arange(32) - 16))
    expected = np.clip(radius - distance + 0.5, 0, 1)
    assert cover.sum() == pytest.approx(np.pi * radius**2, rel=0.12)
    assert np.abs(cover - expected).max() < 0.35


@pytest.mark.parametrize("width", range(1, 8))
@pytest.mark.parametrize(("start", "end"), [((0, 20), (79, 60)), ((0, 60.5), (79, 33)), ((20, 0), (60, 79))])
def test_the_middle_of_a_line_is_where_it_is_said_to_be(width: int, start: Any, end: Any) -> None:
    pixels = drawn(lambda canvas: canvas.line([start, end], RED, width), (80, 80))
    cover = (255 - pixels[..., 1])[20:60] if end[0] == 79 else (255 - pixels[..., 1]).T[20:60]
    (a, b), (c, d) = (start, end) if end[0] == 79 else (start[::-1], end[::-1])
    expected = b + (d - b) * (np.arange(20, 60) - a) / (c - a)
    middle = (cover * np.arange(80)).sum(axis=1) / cover.sum(axis=1)
    assert np.abs(middle - expected).mean() < 0.05
    assert abs((middle - expected).mean()) < 0.01


@pytest.mark.parametrize("draw", ["disc", "dots", "ring"])
@pytest.mark.parametrize("radius", [1.5, 2.3, 3.9, 4.6, 6.0])
def test_the_middle_of_what_is_round_is_the_pixel_nearest_to_where_it_is_said_to_be(draw: str, radius: float) -> None:
    for x, y in np.random.default_rng(0).uniform(12, 18, (40, 2)).tolist():
        where, more = ([(x, y)], ()) if draw == "dots" else ((x, y), (2,) if draw == "ring" else ())
        args = (radius, RED, *more)
        cover = 255 - drawn(lambda canvas, where=where, args=args: getattr(canvas, draw)(where, *args))[..., 1]
        middle = [(cover.sum(axis=1 - axis) * np.arange(cover.shape[axis])).sum() / cover.sum() for axis in (0, 1)]
        assert middle == pytest.approx([round(x), round(y)], abs=0.02)


def test_a_curve_through_two_points_is_the_line_between_them() -> None:
    random = np.random.default_rng(0)
    for before, start, end in random.uniform(2, 28, (200, 3, 2)).tolist():
        drawn(lambda canvas, points=(before, start, end): canvas.curve(points, RED))  # What memory holds is this.
        curve = drawn(lambda canvas, points=(start, end): canvas.curve(points, RED))
        assert (curve == drawn(lambda canvas, points=(start, end): canvas.line(points, RED))).all()


@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_a_wide_curve_of_many_pieces_has_one_width_and_no_teeth(width: int) -> None:
    places = [(20 + 0.12 * y + 3 * np.sin(y / 30), float(y)) for y in np.arange(2.0, 118.0, 3.3)]
    pixels = drawn(lambda canvas: canvas.curve(places, RED, width=width), (60, 120))
    cover = (255 - pixels[..., 1].astype(float)).T / 255
    sums = cover[10:110].sum(axis=1)
    middle = (cover * np.arange(60)).sum(axis=1)[10:110] / sums
    expected = np.interp(np.arange(10, 110), [y for _, y in places], [x for x, _ in places])
    assert np.abs(sums - width).max() < 0.5
    assert np.abs(middle - expected).max() < 0.35


def test_a_wide_curve_that_ends_where_it_began_has_no_gap_there() -> None:
    turns = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([30 + 20 * np.cos(turns), 30 + 20 * np.sin(turns)], axis=-1)
    ring[-1] = ring[0]
    pixels = drawn(lambda canvas: canvas.curve(ring.tolist(), RED, width=4), (60, 60))
    cover = (255 - pixels[..., 1].astype(float)) / 255
    assert cover[46:54, 30].sum() == pytest.approx(4, abs=0.6)
