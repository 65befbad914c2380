"""The camera: to the screen and back."""

from dataclasses import replace

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from sim.stage.drawing.camera import FAR, Camera, visible
from sim.surface.protocol import Window

coordinates = st.floats(-1e3, 1e3)
cameras = st.builds(
    lambda x, y, width, height, across, down: Camera(Window(x, x + width, y, y + height), across, down),
    coordinates,
    coordinates,
    st.floats(0.1, 100),
    st.floats(0.1, 100),
    st.integers(50, 4000),
    st.integers(50, 4000),
)


@given(cameras, st.tuples(coordinates, coordinates))
def test_unproject_undoes_project(camera: Camera, point: tuple[float, float]) -> None:
    there = camera.project(np.array(point))
    np.testing.assert_allclose(camera.unproject(there), point, rtol=1e-9, atol=1e-9 * (1 + camera.window.diagonal))


@given(cameras)
def test_the_whole_window_is_in_view_and_centred(camera: Camera) -> None:
    window = camera.window
    corners = camera.project(np.array([[window.x0, window.y0], [window.x1, window.y1]]))
    assert np.all(corners >= -1e-6)
    assert np.all(corners <= np.array([camera.width, camera.height]) + 1e-6)
    np.testing.assert_allclose(camera.project(window.center), [camera.width / 2, camera.height / 2], atol=1e-6)


def test_up_is_up_and_circles_stay_circles() -> None:
    camera = Camera(Window(-2, 2, -1, 1), 300, 300)
    origin, right, up = camera.project(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_allclose(right - origin, [75, 0])
    np.testing.assert_allclose(up - origin, [0, -75])


def test_the_view_is_what_the_corners_show() -> None:
    camera = Camera(Window(-2, 2, -1, 1), 300, 300)
    np.testing.assert_allclose(camera.unproject(np.array([0.0, 300.0])), [camera.view.x0, camera.view.y0])


def test_far_pixels_keep_their_direction_and_fit_into_integers() -> None:
    rect = pygame.Rect(0, 0, 100, 100)
    far = visible(np.array([[1e300, 2e300 * 0 + 50.0], [60.0, 70.0]]), rect)
    assert np.all(np.abs(far) < 2**31)
    assert far[0, 0] > 9_000
    np.testing.assert_allclose(far[0, 1], 50)
    np.testing.assert_allclose(far[1], [60, 70])


@pytest.mark.parametrize(("width", "height"), [(300, 200), (200, 300), (37, 41)])
def test_grids_and_pixels_lie_where_points_are_projected(width: int, height: int) -> None:
    camera = Camera(Window(-2.0, 4.0, -1.0, 1.0), width, height)
    grid = camera.grid(32)
    assert max(grid.shape[:2]) == 32
    corners = camera.project(grid[[0, 0, -1, -1], [0, -1, 0, -1]])
    assert_allclose(corners, [(0, height), (width, height), (0, 0), (width, 0)], atol=1e-9)
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    assert_allclose(camera.project(camera.pixels()), np.stack([across, down], axis=-1), atol=1e-9)
    plane = 3 * grid[..., 0] - 2 * grid[..., 1] + 1
    pixels = camera.pixels()
    assert_allclose(camera.at_pixels(plane), 3 * pixels[..., 0] - 2 * pixels[..., 1] + 1, atol=1e-9)


def test_a_large_map_s_slopes_do_not_jump_from_node_to_node() -> None:
    """Lit, that would show as blocks."""
    camera = Camera(Window(-2.0, 4.0, -1.0, 1.0), 900, 300)
    x, y = np.moveaxis(camera.pixels(), -1, 0)
    nodes = camera.grid(60)
    found = camera.at_pixels(nodes[..., 0] ** 2 - 3 * nodes[..., 1] ** 2)
    inner = np.s_[20:-20, 20:-20]
    assert_allclose(found[inner], (x**2 - 3 * y**2)[inner], atol=1e-9)
    wave = camera.at_pixels(np.sin(2 * nodes[..., 0]) * nodes[..., 1])
    for axis in (0, 1):
        true, bends = (np.abs(np.diff(each[inner], 2, axis=axis)).max() for each in (np.sin(2 * x) * y, wave))
        assert bends <= 1.3 * true + 1e-9


def test_close_to_a_node_without_a_number_a_map_goes_straight() -> None:
    camera = Camera(Window(-2.0, 4.0, -1.0, 1.0), 300, 100)
    grid = camera.grid(31)[..., 0]
    known = camera.at_pixels(grid)
    grid[4, 12] = np.nan
    holed = camera.at_pixels(grid)
    unknown = np.isnan(holed)
    assert 0 < unknown.sum() <= (2 * 100 / (len(grid) - 1)) * (2 * 300 / 30)
    assert_allclose(holed[~unknown], known[~unknown], atol=1e-9)


def test_vectors_are_differences_of_projected_points() -> None:
    camera = Camera(Window(-2.0, 4.0, -1.0, 1.0), 300, 200)
    one, other = np.array([[0.3, 0.4], [1.0, -0.5]])
    assert_allclose(camera.vector(other - one), camera.project(other) - camera.project(one), atol=1e-9)
    assert camera.vector(np.array([0.0, 2.0])).tolist() == [0.0, -2.0 * camera.scale]


slanted = st.builds(
    lambda camera, yaw, tilt, rise, foot: replace(camera, yaw=yaw, tilt=tilt, rise=rise, foot=foot),
    cameras,
    st.floats(-180, 180),
    st.floats(0, 80),
    st.floats(0, 50),
    st.floats(0, 10),
)


@given(slanted, st.tuples(coordinates, coordinates), st.floats(0, 1))
def test_aslant_unproject_undoes_project_at_any_height(
    camera: Camera, point: tuple[float, float], height: float
) -> None:
    there = camera.project(np.array(point), height)
    largest = 1e3 + camera.window.diagonal + camera.rise
    assert_allclose(camera.unproject(there, height), point, rtol=0, atol=1e-7 * largest)


@given(slanted)
def test_all_of_the_block_is_in_view(camera: Camera) -> None:
    window = camera.window
    ground = window.grid(2, 2)
    bottom = camera.project(ground) + np.array([0, camera.scale * camera.foot * np.sin(np.radians(camera.tilt))])
    pixels = np.concatenate([bottom, camera.project(ground, 1.0)]).reshape(-1, 2)
    assert np.all(pixels >= -1e-6 * max(camera.width, camera.height))
    assert np.all(pixels <= (1 + 1e-6) * np.array([camera.width, camera.height]))
    assert camera.view == (camera.window if not camera.flat else camera.view)


@given(cameras, st.floats(0, 50))
def test_straight_down_heights_do_not_show_and_it_is_the_map(camera: Camera, rise: float) -> None:
    map_, high = camera, replace(camera, rise=rise)
    points = camera.grid(9)
    assert high.project(points, 1.0).tobytes() == map_.project(points).tobytes()
    assert high.unproject(points, 1.0).tobytes() == map_.unproject(points).tobytes()
    assert high.vector(points, 1.0).tobytes() == map_.vector(points).tobytes()
    turned = replace(high, yaw=90.0)
    right, up = turned.vector(np.array([[1.0, 0.0], [0.0, 1.0]]), 1.0)
    assert_allclose(right, [0.0, turned.scale], atol=1e-9)  # What lay to the right lies in front.
    assert_allclose(up, [turned.scale, 0.0], atol=1e-9)


def test_aslant_it_is_as_one_would_draw_it() -> None:
    camera = Camera(Window(-1.0, 1.0, -1.0, 1.0), 400, 400, 0.0, 60.0, 0.5)
    low, high, away = (
        camera.project(np.array(point), height) for point, height in (((0, 0), 0), ((0, 0), 1), ((0, 1), 0))
    )
    assert_allclose(high - low, [0.0, -0.5 * camera.scale * np.sqrt(0.75)])
    assert_allclose(away - low, [0.0, -0.5 * camera.scale])
    assert_allclose(camera.away(np.array([[0.3, 1.0], [0.3, -1.0]])), [1.0, -1.0])
    left = replace(camera, yaw=-30.0)
    assert_allclose(left.away(np.array([1.0, 0.0])), 0.5)  # Turned against the clock, what is on the right goes away.


@given(slanted, st.tuples(coordinates, coordinates), st.tuples(coordinates, coordinates), st.floats(-1, 1))
def test_aslant_vectors_are_differences_of_projected_points(
    camera: Camera, start: tuple[float, float], vector: tuple[float, float], rises: float
) -> None:
    end = np.array(start) + vector
    difference = camera.project(end, 0.3 + rises) - camera.project(np.array(start), 0.3)
    drawn = camera.vector(np.array(vector), rises if not camera.flat else 0.0)
    assert_allclose(drawn, difference, atol=1e-7 * camera.scale * (1e3 + camera.window.diagonal + camera.rise))


@given(slanted, st.tuples(coordinates, coordinates))
def test_a_point_lies_across_and_away(camera: Camera, point: tuple[float, float]) -> None:
    away = camera.away(np.array(point))
    across = (camera.project(np.array(point))[0] - camera.origin[0]) / camera.scale
    assert_allclose(camera.point(np.array(across), away), point, atol=1e-7 * (1e3 + camera.window.diagonal))


def test_an_aslant_grid_lies_over_the_block() -> None:
    camera = Camera(Window(-2.0, 4.0, -1.0, 1.0), 300, 200, -20.0, 50.0, 1.0, 0.2)
    grid = camera.grid(32)
    assert grid.shape == (11, 32, 2)
    assert grid[0, 0].tolist() == [-2.0, -1.0]
    assert grid[-1, -1].tolist() == [4.0, 1.0]


@pytest.mark.parametrize("tilt", [0.0, 50.0])
def test_who_is_nearly_at_infinity_is_projected_without_a_word(tilt: float) -> None:
    camera = Camera(Window(-1.0, 1.0, -1.0, 1.0), 800, 600, tilt=tilt)
    assert np.isinf(camera.project(np.array([1.7e308, -1.7e308]))).any()


@pytest.mark.parametrize("lost", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_somewhere_far_away(lost: float) -> None:
    """SDL does not come back from cutting a line off that ends nowhere."""
    rect = pygame.Rect(0, 0, 400, 300)
    for pixel in ([lost, 50.0], [50.0, lost], [lost, lost]):
        far = visible(np.array([pixel, [60.0, 70.0]]), rect)
        assert np.isfinite(far).all()
        assert not rect.collidepoint(far[0].tolist())
        assert far[1].tolist() == [60.0, 70.0]
        assert np.abs(far - rect.center).max() <= FAR
