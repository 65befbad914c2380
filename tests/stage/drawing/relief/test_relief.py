"""The picture of land, against rays that are followed one by one."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scenery import WINDOW, aslant, covered, height_at, hills, traced

from sim.base.limits import THEMES
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.relief import picture as picture_module
from sim.stage.drawing.relief.paints import level_colors, paints
from sim.stage.drawing.relief.picture import Pixels, Relief, relief
from sim.stage.style.cache import weight_of
from sim.stage.style.theme import load_theme
from sim.surface.points import Array, pair

LIGHT = load_theme("light")


def picture(camera: Camera, heights: Array, levels: tuple[float, ...] = ()) -> Relief:
    return relief(camera, heights, levels, paints(LIGHT))


def middles(camera: Camera) -> Array:
    """The middles of all pixels (height, width, 2)."""
    return pair(*np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5))


def brightness(pixels: Pixels) -> Array:
    return np.asarray(pixels[..., :3].astype(float).sum(axis=-1))


@pytest.mark.parametrize(("yaw", "tilt"), [(-20.0, 50.0), (35.0, 62.0), (0.0, 40.0), (160.0, 55.0)])
def test_each_pixel_shows_the_first_land_on_its_ray(yaw: float, tilt: float) -> None:
    camera, heights = aslant(yaw=yaw, tilt=tilt), hills()
    shown = picture(camera, heights)
    seen = shown.under(middles(camera))
    unlike = 0
    for row in range(0, camera.height, 6):
        for column in range(1, camera.width, 6):
            there = traced(camera, heights, column + 0.5, row + 0.5)
            here = seen[row, column]
            if there is None or np.isnan(here[0]):
                unlike += (there is None) != bool(np.isnan(here[0]))
            else:
                unlike += bool(np.hypot(*(here - there)) > 0.06)
    assert unlike <= 2  # Of some 80: at ridges and edges a ray may pass on either side.
    assert np.isfinite(seen[..., 0]).mean() > 0.25


def test_what_land_covers_is_hidden() -> None:
    camera, heights = aslant(120, 88, tilt=62.0, rise=1.6), hills()
    shown = picture(camera, heights)
    generator, pixel = np.random.default_rng(0), 1 / camera.scale
    points = np.stack([generator.uniform(-1, 2, 100), generator.uniform(-1, 1, 100)], axis=-1)
    above = generator.uniform(0.0, 0.3, 100)
    stands = height_at(heights, points) + above * (generator.random(100) < 0.5)
    hidden = shown.hidden(points, stands)
    surely = [covered(camera, heights, point, height, 4 * pixel) for point, height in zip(points, stands, strict=True)]
    perhaps = [covered(camera, heights, point, height, 0.0) for point, height in zip(points, stands, strict=True)]
    assert hidden[surely].all()
    assert not hidden[~np.array(perhaps)].any()
    assert 8 < hidden.sum() < 70


def test_what_stands_behind_the_block_is_hidden_and_what_stands_before_it_is_not() -> None:
    shown = picture(aslant(yaw=0.0), np.full((9, 13), 0.5))
    behind, before, beside = np.array([0.5, 1.2]), np.array([0.5, -1.3]), np.array([9.0, 0.0])
    assert shown.hidden(behind, np.array(0.0))
    assert not shown.hidden(behind, np.array(2.0))
    assert not shown.hidden(before, np.array(0.0))
    assert not shown.hidden(beside, np.array(0.0))


@pytest.mark.parametrize("rise", [0.0, 0.8])
def test_straight_down_it_is_the_map(rise: float) -> None:
    camera = Camera(WINDOW, 60, 44, rise=rise)
    heights = np.linspace(0, 1, 13)[None, :] * np.ones((9, 1))
    shown = picture(camera, heights)
    places = middles(camera)
    assert_allclose(shown.under(places), camera.unproject(places), atol=1e-5)
    assert not shown.hidden(camera.unproject(places), np.zeros(places.shape[:2])).any()
    row = brightness(shown.pixels)[20]
    assert row[-5] > row[30] > row[5]  # What is high is bright.
    assert np.ptp(brightness(shown.pixels)[2:-2], axis=0).max() <= 3


@pytest.mark.parametrize("name", THEMES)
def test_deep_land_is_dark(name: str) -> None:
    theme = load_theme(name)
    luminance = level_colors(theme, np.linspace(0, 1, 50)) @ (0.2126, 0.7152, 0.0722)
    assert np.all(np.diff(luminance) > 0)
    flat = [relief(aslant(), np.full((9, 13), height), (), paints(theme)).pixels[..., :3] for height in (0.05, 0.95)]
    assert_allclose([each[24, 30] for each in flat], level_colors(theme, np.array([0.05, 0.95])), atol=3)


def test_a_slope_to_the_upper_left_is_brighter_than_one_away_from_it() -> None:
    camera = aslant(yaw=0.0)
    x = WINDOW.grid(25, 17)[..., 0]
    roof = 0.5 - 0.25 * np.abs(x - 0.5)
    row = brightness(picture(camera, roof).pixels)[22]
    left, right = row[18], row[60 - 18]
    assert left > right + 60


def test_beside_the_block_there_is_the_panel_and_below_it_the_cut() -> None:
    shown = picture(aslant(120, 88), np.full((9, 13), 0.5))
    assert shown.pixels[0, 0, :3].tolist() == list(LIGHT.panel)
    assert shown.pixels[-1, -1, :3].tolist() == list(LIGHT.panel)
    inside = np.isnan(shown.away) & (np.abs(shown.pixels[..., :3].astype(int) - LIGHT.cut).max(axis=-1) == 0)
    assert inside.sum() > 300
    assert np.all(shown.pixels[..., 3] == 255)


def test_where_there_are_no_heights_one_looks_through() -> None:
    camera, heights = aslant(180, 132), np.full((65, 97), 0.1)
    points = WINDOW.grid(97, 65)
    distance = np.hypot(points[..., 0] - 0.5, points[..., 1])
    shown = picture(camera, np.where(distance < 0.5, np.where(distance < 0.2, np.inf, np.nan), heights))
    places = shown.under(middles(camera))
    assert not np.any(np.hypot(places[..., 0] - 0.5, places[..., 1]) < 0.45)
    column, row = camera.project(np.array([0.5, 0.0]), -camera.foot / camera.rise).astype(int)
    assert shown.pixels[row, column, :3].tolist() == list(LIGHT.panel)
    column, row = camera.project(np.array([0.5, 0.0]), 0.1).astype(int)
    assert np.isnan(shown.away[row, column])
    column, row = camera.project(np.array([0.5, 0.9]), 0.1).astype(int)
    assert np.isfinite(shown.away[row, column])
    column, row = camera.project(np.array([0.5, 0.52]), 0.05).astype(int)
    assert shown.pixels[row, column, :3].tolist() == list(LIGHT.cut)  # The hole's far wall.


def test_nothing_at_all_is_an_empty_panel() -> None:
    shown = picture(aslant(), np.full((9, 13), np.nan))
    assert np.all(shown.pixels[..., :3] == LIGHT.panel)
    assert np.isnan(shown.away).all()


def test_rims_are_as_smooth_as_if_drawn_sixteen_times_as_large() -> None:
    camera, heights = aslant(90, 66, yaw=-27.0), np.full((9, 13), 0.5)
    large = picture(replace(camera, width=16 * 90, height=16 * 66), heights).pixels[..., :3].astype(float)
    fine = large.reshape(66, 16, 90, 16, 3).mean(axis=(1, 3))
    difference = np.abs(picture(camera, heights).pixels[..., :3] - fine).max(axis=-1)
    assert np.sum(difference > 12) <= 4  # Of the 90 from the panel to the land: at the corners.
    sides = difference[:, [3, 86]]  # Of these columns, 0.86 lies within the block.
    assert np.quantile(sides[sides > 0], 0.8) < 6
    assert difference.max() < 60
    assert difference.mean() < 0.35


def test_ridges_are_smooth_too() -> None:
    camera = aslant(90, 66, yaw=0.0, tilt=65.0)
    points = WINDOW.grid(97, 65)
    cliff = np.where(points[..., 1] > 0.05 + 0.1 * points[..., 0], 0.25, 0.6)  # It falls away from the eye.
    shown = picture(camera, cliff)
    shares = []
    for line, away in zip(brightness(shown.pixels).T[20:70], shown.away.T[20:70], strict=True):
        edge = int(np.nanargmax(-np.diff(away)))
        far, near = line[edge - 2], line[edge + 3]
        shares.append(float(np.min((line[edge] - far) / (near - far) % 1.0)) if near > far + 60 else np.nan)
    assert np.isfinite(shares).all()
    assert np.mean((np.array(shares) > 0.05) & (np.array(shares) < 0.95)) > 0.4


def test_contours_are_one_pixel_wide_on_any_slope() -> None:
    camera = Camera(WINDOW, 600, 400, 0.0, 50.0, 0.5)
    y = WINDOW.grid(13, 129)[..., 1]
    for slope in (0.1, 0.2, 0.4):
        heights = 0.5 + slope * y
        levels = tuple((0.5 + slope * np.array([-0.5, 0.0, 0.5])).tolist())
        plain, drawn = (brightness(picture(camera, heights, some).pixels)[:, 300] for some in ((), levels))
        darker = (plain - drawn)[20:-60]
        marks = np.flatnonzero(darker > 0.3 * darker.max())
        lines = 1 + np.sum(np.diff(marks) > 1)
        assert lines == 3, slope
        assert 0.7 < darker.sum() / darker.max() / lines < 2.1, slope
        rows = [camera.project(np.array([0.5, at]), 0.5 + slope * at)[1] for at in (-0.5, 0.0, 0.5)]
        assert min(abs(marks + 20.5 - rows[1])) <= 1


def test_crowded_contours_fade_and_do_not_flicker() -> None:
    camera, heights = aslant(120, 88), hills()
    many = tuple(np.linspace(0.05, 0.95, 200).tolist())
    shown, plain = picture(camera, heights, many), picture(camera, heights)
    darker = np.abs(brightness(plain.pixels) - brightness(shown.pixels))
    inner = np.isfinite(shown.away)
    assert np.mean(darker[inner] > 12) < 0.2


def test_bands_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = tuple(np.linspace(0.1, 0.9, 30).tolist())
    whole = picture(aslant(120, 88), hills(), levels)
    monkeypatch.setattr(picture_module, "BAND", 300)
    parts = picture(aslant(120, 88), hills(), levels)
    assert parts.pixels.tobytes() == whole.pixels.tobytes()
    assert parts.away.tobytes() == whole.away.tobytes()


def test_level_land_at_a_contour_is_not_painted_all_over() -> None:
    level, levels = np.full((9, 13), 0.4), (0.2, 0.4, 0.6)
    assert np.array_equal(picture(aslant(), level, levels).pixels, picture(aslant(), level).pixels)


def test_a_coarse_grid_is_refined_for_a_large_picture() -> None:
    camera = Camera(WINDOW, 900, 600, -16.0, 44.0, 0.4, 0.05)
    coarse, fine = (picture(camera, hills(columns, rows), (0.4, 0.5)) for columns, rows in ((49, 33), (193, 129)))
    assert coarse.heights.shape == fine.heights.shape == (129, 193)
    assert np.abs(coarse.heights - fine.heights).max() < 2e-3
    assert np.abs(coarse.pixels[..., :3].astype(float) - fine.pixels[..., :3]).mean() < 1.0


def test_the_same_heights_give_the_same_bits_and_the_picture_tells_its_weight() -> None:
    one, other = picture(aslant(), hills(), (0.5,)), picture(aslant(), hills(), (0.5,))
    assert one.pixels.tobytes() == other.pixels.tobytes()
    assert one.away.tobytes() == other.away.tobytes()
    assert weight_of(one) > one.pixels.nbytes + one.highest.nbytes


@pytest.mark.parametrize("size", [(120, 88), (121, 89)])
def test_a_picture_of_wide_cells_shows_the_same_land_in_the_same_place(size: tuple[int, int]) -> None:
    """However many pixels there are, and whether or not they make up whole cells."""
    camera, heights = aslant(*size, tilt=62.0, rise=1.6), hills()
    fine, wide = (relief(camera, heights, (), paints(LIGHT), step) for step in (1, 2))
    width, height = size
    assert wide.pixels.shape == (-(-height // 2), -(-width // 2), 4)
    enlarged = wide.pixels.repeat(2, axis=0).repeat(2, axis=1)[-height:, :width]
    gap = np.abs(brightness(enlarged) - brightness(fine.pixels)) / 3
    assert np.quantile(gap, 0.9) < 12
    moved = np.roll(enlarged, 2, axis=1), np.roll(enlarged, 2, axis=0)
    assert all(gap.mean() < np.abs(brightness(other) - brightness(fine.pixels)).mean() / 3 for other in moved)

    pixels = middles(camera)
    one, other = fine.under(pixels), wide.under(pixels)
    seen = np.isfinite(one[..., 0]) & np.isfinite(other[..., 0])
    assert seen.sum() > 0.9 * np.isfinite(one[..., 0]).sum()
    assert np.quantile(np.hypot(*(one - other)[seen].T), 0.9) < 0.05

    points = WINDOW.grid(60, 40).reshape(-1, 2)
    stands = height_at(heights, points)
    assert (fine.hidden(points, stands) == wide.hidden(points, stands)).mean() > 0.97


def test_contours_are_as_dark_in_a_picture_of_wide_cells() -> None:
    camera, heights = aslant(120, 88), hills()
    bare, drawn = (
        [brightness(relief(camera, heights, levels, paints(LIGHT), step).pixels).mean() for step in (1, 2)]
        for levels in ((), (0.3, 0.45, 0.6))
    )
    ink = [one - other for one, other in zip(bare, drawn, strict=True)]
    assert ink[0] > 0
    assert ink[1] == pytest.approx(picture_module.BOLD * ink[0], rel=0.35)
