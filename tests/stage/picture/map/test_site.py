"""Land as it is looked at: against the camera, the loss, and differences of what is seen."""

from dataclasses import replace

import numpy as np
import pytest

from sim.descent.race import Race
from sim.scene import load_scene
from sim.stage.drawing.camera import FLAT, Pose
from sim.stage.drawing.contours import GRID
from sim.stage.drawing.relief.view import block_camera, heights_over
from sim.stage.picture.map.site import LandBlock, Map, Shaken, camera_on, moving_site, site_of
from sim.stage.picture.views.moving_ground import shaken
from sim.stage.style.theme import load_theme
from sim.surface.points import Array

SCENE = load_scene("local-minimum")
PROBLEM = SCENE.problem()
SIZE = (420, 300)
ASLANT = Pose(-16.0, 46.0)
THEME = load_theme("light")


def block(pose: Pose = ASLANT) -> LandBlock:
    site = site_of(PROBLEM, camera_on(PROBLEM, SCENE.window, SIZE, pose), THEME)
    assert isinstance(site, LandBlock)
    return site


def some_points(count: int = 60) -> Array:
    window = SCENE.window
    return np.random.default_rng(0).uniform((window.x0, window.y0), (window.x1, window.y1), (count, 2))


def test_straight_from_above_land_is_a_map() -> None:
    site = site_of(PROBLEM, camera_on(PROBLEM, SCENE.window, SIZE, FLAT), THEME)
    assert isinstance(site, Map)
    points = some_points()
    assert not site.hidden(points).any()
    np.testing.assert_allclose(site.under(site.project(points)), points, atol=1e-12)


def test_a_point_lies_at_the_height_of_its_loss() -> None:
    site, points = block(), some_points()
    heights = heights_over(PROBLEM, site.camera.window).of(PROBLEM.train.value(points))
    np.testing.assert_allclose(site.project(points), site.camera.project(points, heights), atol=1.0)
    assert np.ptp(heights) > 0.5


@pytest.mark.parametrize("pose", [ASLANT, Pose(70.0, 30.0), Pose(-120.0, 60.0)])
def test_what_is_seen_at_a_point_s_pixel_is_that_point(pose: Pose) -> None:
    site, points = block(pose), some_points()
    seen = points[~site.hidden(points)]
    assert len(seen) > 0.5 * len(points)
    found = site.under(site.project(seen))
    apart = np.hypot(*(found - seen).T)
    # A pixel shows a patch of land: where that falls away from the eye, a long one.
    assert np.nanmedian(apart) < 0.02 * SCENE.window.diagonal


def test_a_vector_lies_on_the_land() -> None:
    site, step = block(), 0.02
    for point in some_points(12):
        for vector in (np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([0.6, -0.8])):
            ends = site.project(point + step * np.array([vector, -vector]))
            along = (ends[0] - ends[1]) / (2 * step)
            np.testing.assert_allclose(site.vector(vector, point), along, atol=0.08 * np.hypot(*along) + 2.0)


def test_beside_the_block_nothing_is_seen() -> None:
    site, window = block(), block().camera.window
    outside = np.array([[window.x1 + 0.1, 0.0], [0.0, window.y0 - 0.1]])
    assert site.beside(outside).all()
    assert site.hidden(outside).all()


def race() -> Race:
    race = SCENE.race()
    race.extend(40)
    return race


def test_the_ground_that_moves_is_the_loss_of_the_next_batch_on_the_same_scale() -> None:
    [_, minibatch, _] = race().tracks
    moved = shaken(minibatch, 7, 0.0)
    assert moved is not None
    camera = camera_on(PROBLEM, SCENE.window, SIZE, ASLANT)
    found = moving_site(PROBLEM, camera, THEME, moved).relief.heights
    nodes = block_camera(camera.window).grid(GRID)
    exact = heights_over(PROBLEM, camera.window).of(PROBLEM.train.value(nodes, minibatch.batch(7)))
    still = heights_over(PROBLEM, camera.window).of(PROBLEM.train.value(nodes))
    rows, columns = exact.shape
    sampled = found[:: (found.shape[0] - 1) // (rows - 1), :: (found.shape[1] - 1) // (columns - 1)]
    np.testing.assert_allclose(sampled, exact, atol=0.02)
    assert np.abs(exact - still).max() > 0.1


def test_it_goes_over_from_batch_to_batch() -> None:
    [full, minibatch, _] = race().tracks
    assert shaken(full, 7, 0.5) is None
    shares = [moved.share for share in np.linspace(0, 1, 9) if (moved := shaken(minibatch, 7, float(share)))]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    begun, landed = shaken(minibatch, 7, 1.0), shaken(minibatch, 8, 0.0)
    assert begun is not None
    assert landed is not None
    assert begun.coming == landed.batch
    camera = camera_on(PROBLEM, SCENE.window, SIZE, ASLANT)
    here, there = (moving_site(PROBLEM, camera, THEME, moved).relief.heights for moved in (begun, landed))
    np.testing.assert_array_equal(here, there)


def test_half_way_it_is_between_the_two() -> None:
    [_, minibatch, _] = race().tracks
    one = shaken(minibatch, 7, 0.0)
    assert one is not None
    camera = camera_on(PROBLEM, SCENE.window, SIZE, ASLANT)
    half = Shaken(one.batch, one.coming, 0.5)
    start, middle, end = (
        moving_site(PROBLEM, camera, THEME, moved).relief.heights
        for moved in (one, half, Shaken(one.coming, one.coming, 0.0))
    )
    assert (middle >= np.minimum(start, end) - 1e-6).all()
    assert (middle <= np.maximum(start, end) + 1e-6).all()


def test_turning_changes_nothing_of_the_land() -> None:
    one, other = block(), block(replace_yaw(ASLANT, 50.0))
    np.testing.assert_array_equal(one.relief.heights, other.relief.heights)
    assert one.camera.window == other.camera.window
    assert replace(one.camera, yaw=50.0) == other.camera


def replace_yaw(pose: Pose, yaw: float) -> Pose:
    return Pose(yaw, pose.tilt)
