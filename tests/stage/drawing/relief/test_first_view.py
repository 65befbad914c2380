"""The first view: it fills the panel, and shows every minimum."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.descent.problem import Problem
from sim.scene import load_scene, parse_scene, scene_files
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.contours import GRID, losses
from sim.stage.drawing.relief.draped import drape
from sim.stage.drawing.relief.heights import SPARE
from sim.stage.drawing.relief.paints import paints
from sim.stage.drawing.relief.picture import relief
from sim.stage.drawing.relief.view import CROWDED, RISE, filling, first_camera, heights_over, levels_over
from sim.stage.style.theme import load_theme
from sim.surface.protocol import Window

SCENES = list(scene_files())


@cache
def problem(name: str) -> Problem:
    return load_scene(name).problem()


def corners(camera: Camera) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The pixels of the block's corners, at its foot and as high as it can stand."""
    window = camera.window
    plane = np.array([[x, y] for x in (window.x0, window.x1) for y in (window.y0, window.y1)])
    return np.concatenate([camera.project(plane, height) for height in (-camera.foot / camera.rise, 1.0)])


SIZES = ((515, 350), (350, 350), (800, 300))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        *((name, SIZES[number % 3]) for number, name in enumerate(SCENES)),
        *(("egg-box", size) for size in SIZES),
        ("muller-brown", (1030, 700)),
    ],
)
def test_every_minimum_is_seen_and_the_block_lies_in_the_panel(name: str, size: tuple[int, int]) -> None:
    known = problem(name)
    camera = first_camera(known, known.window, *size)
    heights = heights_over(known, camera.window).of(losses(known, camera.grid(GRID)))
    shown = relief(camera, heights, levels_over(known, camera.window), paints(load_theme("light")))
    minima = np.array([minimum.position for minimum in known.minima])
    minima = minima[known.window.contains(minima)]
    assert not drape(shown, minima).hidden.any()
    pixels = corners(camera)
    assert np.all(pixels >= 0)
    assert np.all(pixels <= size)
    used = np.ptp(pixels, axis=0) / size
    assert used.max() > 0.94
    assert used.min() > 0.5
    window = known.window
    inside = camera.window.contains(window.grid(2, 2) * 0.999999 + 0.000001 * window.center)
    assert inside.all()


def test_a_narrow_well_is_seen_into_whatever_lies_behind_it() -> None:
    bowl, well = "{ center = [0.0, 4.0], curvature = [0.02, 0.3] }", "{ center = [0.0, 0.0], depth = 1.0, width = 0.1 }"
    text = f"""
title = "A narrow well"
look = "On a slope."
updates = 10
start = [1.0, 0.0]
window = [[-3.0, 3.0], [-2.0, 2.0]]
surface = {{ kind = "landscape", bowl = {bowl}, wells = [{well}] }}
examples = {{ kind = "tilted", count = 4, sigma = 0.0 }}
[lane.one]
rule = "gradient descent"
learning_rate = 0.1
batch_size = "full"
"""
    known = parse_scene(text, "narrow").problem()
    camera = first_camera(known, known.window, 515, 350)
    stands = heights_over(known, camera.window).of(losses(known, camera.grid(400)))
    shown = relief(camera, stands, (), paints(load_theme("light")))
    assert not drape(shown, np.array(known.minima[0].position)).hidden
    assert camera.rise < 0.9 * RISE * np.sqrt(24.0)


@pytest.mark.parametrize("name", SCENES)
def test_contours_are_even_and_go_through_passes(name: str) -> None:
    known = problem(name)
    camera = first_camera(known, known.window, 515, 350)
    levels = np.array(levels_over(known, camera.window))
    assert np.all(np.diff(levels) > CROWDED)
    assert levels[0] > SPARE
    assert 10 <= len(levels) <= 40
    assert camera.rise <= RISE * np.sqrt(known.window.width * known.window.height) + 1e-9


@pytest.mark.parametrize("name", ["local-minimum", "himmelblau", "muller-brown", "sharp-and-flat"])
def test_wells_are_deep_even_where_the_corners_are_very_high(name: str) -> None:
    known = problem(name)
    heights = heights_over(known, first_camera(known, known.window, 515, 350).window)
    lowest, highest = (
        pick(point.value for point in kind) for pick, kind in ((min, known.minima), (max, known.saddles))
    )
    assert heights.of(np.array(highest)) - heights.of(np.array(lowest)) > 0.2


def test_the_pass_above_a_dip_has_a_contour() -> None:
    known = problem("local-minimum")
    window = first_camera(known, known.window, 515, 350).window
    through = heights_over(known, window).of(np.array(known.saddles[0].value))
    assert min(abs(np.array(levels_over(known, window)) - through)) < 1e-9


@pytest.mark.parametrize(("width", "height"), [(515, 350), (350, 320), (540, 330)])
def test_the_longer_side_is_just_so_long_that_the_panel_is_full(width: int, height: int) -> None:
    camera = Camera(Window(-1.0, 1.0, -0.8, 0.8), width, height, -16.0, 44.0, 0.6, 0.1)
    used = np.ptp(corners(replace(camera, window=filling(camera))), axis=0)
    margin = 0.04 * min(width, height)
    np.testing.assert_allclose(used, (width - margin, height - margin), rtol=1e-9)
