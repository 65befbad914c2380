"""What lies on land: at its height, as the camera sees it, and only where it is seen."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scenery import WINDOW, aslant, height_at, hills

from sim.stage.drawing.camera import Camera
from sim.stage.drawing.relief.draped import drape, heights_at, resting, upright
from sim.stage.drawing.relief.draped import height_at as land_at
from sim.stage.drawing.relief.paints import paints
from sim.stage.drawing.relief.picture import Relief, relief
from sim.stage.style.theme import load_theme
from sim.surface.points import Array


def land(heights: Array, camera: Camera | None = None) -> Relief:
    return relief(camera or aslant(120, 88, tilt=62.0, rise=1.6), heights, (), paints(load_theme("light")))


def test_heights_are_those_of_the_grid_and_straight_in_between() -> None:
    heights, points = hills(), np.random.default_rng(0).uniform((-1, -1), (2, 1), (50, 2))
    expected = height_at(heights, points)
    assert_allclose(heights_at(land(heights), points), expected, atol=1e-6)
    assert_allclose(heights_at(land(heights), WINDOW.grid(49, 33)), heights, atol=1e-6)
    assert_allclose(heights_at(land(heights), np.array([-9.0, -1.0])), heights[0, 0], atol=1e-6)
    assert np.isnan(heights_at(land(heights), np.array([[np.nan, 0.0], [0.0, np.nan]]))).all()


def test_one_point_lies_where_it_would_among_many() -> None:
    shown = land(hills())
    points = np.concatenate([WINDOW.grid(23, 17).reshape(-1, 2), [[-9.0, 0.4], [1e300, -1e300], [np.inf, 0.0]]])
    draped = drape(shown, points)
    for point, height, pixel, hidden in zip(points.tolist(), draped.heights, draped.pixels, draped.hidden, strict=True):
        x, y = point
        assert land_at(shown, x, y) == height
        assert_array_equal(np.array(shown.camera.pixel(x, y, height)), pixel)
        assert shown.hides(x, y, height) == hidden
    assert 0 < draped.hidden.sum() < len(points)


def test_points_are_drawn_at_the_height_of_the_land() -> None:
    shown = land(np.full((9, 13), 0.25))
    points = WINDOW.grid(5, 4)
    draped = drape(shown, points)
    assert_allclose(draped.pixels, shown.camera.project(points, 0.25))
    assert not draped.hidden.any()


def test_what_is_seen_on_land_is_seen_where_the_picture_shows_it() -> None:
    shown = land(hills())
    points = WINDOW.grid(30, 20).reshape(-1, 2)
    draped = drape(shown, points)
    there = shown.under(draped.pixels)
    seen = ~draped.hidden & np.isfinite(there[:, 0])
    near = np.hypot(*(there - points).T) < 0.2  # A row of pixels is long where one looks along the slope.
    assert near[seen].mean() > 0.9
    assert near[draped.hidden].mean() < 0.1
    assert draped.hidden.sum() > 20


def test_a_line_that_goes_behind_a_hill_is_hidden_there() -> None:
    line = np.linspace([0.0, -0.95], [0.1, 0.6], 80)
    hidden = drape(land(hills()), line).hidden
    assert [bool(hidden[first]) for first in [0, *(np.flatnonzero(np.diff(hidden)) + 1)]] == [False, True, False]


def test_upright_is_across_the_slope() -> None:
    points = WINDOW.grid(61, 41)
    shown = land(0.3 + 0.1 * points[..., 0] - 0.2 * points[..., 1])
    expected = np.array([-0.16, 0.32, 1.0])
    for point in points[5:9, 7:11].reshape(-1, 2).tolist():
        assert_allclose(upright(shown, *point), expected / np.linalg.norm(expected), atol=1e-4)


def test_a_ball_touches_land_where_it_lies() -> None:
    points = WINDOW.grid(61, 41)
    shown, point = land(0.3 + 0.1 * points[..., 0] - 0.2 * points[..., 1]), np.array([0.5, 0.1])
    camera, radius = shown.camera, 8.0
    contact = np.array([*point, camera.rise * float(heights_at(shown, point))])
    middle = contact + radius / camera.scale * np.array(upright(shown, *point))
    expected = camera.project(middle[:2], middle[2] / camera.rise)
    assert_allclose(np.array(resting(shown, 0.5, 0.1, radius)), expected, atol=1e-6)
    level = land(np.full((9, 13), 0.25))
    lift = level.camera.project(point, 0.25) - np.array(resting(level, 0.5, 0.1, radius))
    assert_allclose(lift, [0.0, radius * np.sin(np.radians(62))], atol=1e-6)


def test_on_a_map_a_ball_lies_at_its_point() -> None:
    flat = land(hills(), Camera(WINDOW, 60, 44))
    assert_allclose(np.array(resting(flat, 0.5, 0.1, 8.0)), flat.camera.project(np.array([0.5, 0.1])))
