"""Ground that moves, seen from straight above: against the loss of the batch, and against maps that stand still."""

from dataclasses import replace

import numpy as np
import pygame
import pytest
from scenes import flat_scene

from sim.descent.track import Track
from sim.stage.drawing.camera import FLAT, Camera
from sim.stage.drawing.contours import FEWEST, encloses, map_levels, rings
from sim.stage.drawing.relief.paints import paints
from sim.stage.drawing.relief.plan import plan_view
from sim.stage.drawing.relief.view import heights_over
from sim.stage.drawing.screen import Screen
from sim.stage.picture.map.minima import moved_minima
from sim.stage.picture.map.moving_map import draw_moving_map, lows, moving_contours
from sim.stage.picture.map.site import Shaken, camera_on, moving_grid
from sim.stage.picture.map.terrain import draw_terrain, paled
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views.moving_ground import shaken
from sim.stage.session.session import Session
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName
from sim.surface.points import Array, norm

SCENE = flat_scene("local-minimum")
PROBLEM = SCENE.problem()
THEME = load_theme("light")
CAMERA = camera_on(PROBLEM, SCENE.window, (360, 300), FLAT)
WIDE = replace(CAMERA, width=900, height=540)
STROKE = 1.0


def minibatch() -> Track:
    running = race(SCENE)
    running.extend(70)
    return running.tracks[1]


def moved(update: int, share: float = 0.0, step: int = 1) -> Shaken:
    found = shaken(minibatch(), update, share, step)
    assert found is not None
    return found


def drawn(what: Shaken, camera: Camera = CAMERA) -> Array:
    """The pixels of the map that moves (width, height, 3)."""
    surface = pygame.Surface((camera.width, camera.height), depth=32)
    draw_moving_map(Screen(surface), PROBLEM, camera, THEME, STROKE, what)
    return pygame.surfarray.array3d(surface).astype(float)


def still() -> Array:
    surface = pygame.Surface((CAMERA.width, CAMERA.height), depth=32)
    draw_terrain(Screen(surface), PROBLEM, CAMERA, THEME, STROKE)
    return pygame.surfarray.array3d(surface).astype(float)


def test_the_map_of_a_batch_of_all_examples_is_that_of_the_training_loss() -> None:
    every = np.arange(PROBLEM.train.count).tobytes()
    np.testing.assert_allclose(drawn(Shaken(every, every, 0.0)), still(), atol=2)


@pytest.mark.parametrize("update", [7, 31, 57])
def test_its_shades_are_those_of_the_batch_s_own_loss_at_each_pixel(update: int) -> None:
    losses = PROBLEM.train.value(CAMERA.pixels(), minibatch().batch(update))
    land = plan_view(CAMERA, heights_over(PROBLEM, CAMERA.view).of(losses), paints(THEME))
    exact = paled(land[..., :3].astype(float), THEME).swapaxes(0, 1)
    here, elsewhere = (np.abs(picture - exact).max(axis=-1) for picture in (drawn(moved(update)), still()))
    assert np.quantile(here, 0.8) < 3.5  # The others are under lines and marks.
    assert np.mean(elsewhere > 8) > np.mean(here > 8) + 0.02


@pytest.mark.parametrize("update", [7, 31, 57])
def test_its_contours_are_lines_of_equal_loss_of_the_batch_where_the_map_has_contours(update: int) -> None:
    levels = map_levels(PROBLEM, CAMERA)
    known = np.concatenate([levels, *(rings(PROBLEM, CAMERA, low, FEWEST) for low in PROBLEM.minima)])
    lines = moving_contours(PROBLEM, CAMERA, moving_grid(PROBLEM, CAMERA, moved(update)))
    assert len(lines) >= 12
    apart = []
    for line in lines:
        losses = PROBLEM.train.value(line, minibatch().batch(update))
        nearest = known[np.abs(known - np.median(losses)).argmin()]
        apart.append(np.abs(losses - nearest).max())
    full = [np.ptp(PROBLEM.train.value(line)) for line in lines]
    assert max(apart) < 0.03 * np.ptp(known)
    assert max(apart) < 0.3 * max(full)


@pytest.mark.parametrize("count", [4, 6, 10, 16])
def test_the_close_contours_of_a_shallow_minimum_go_with_it(count: int) -> None:
    batch, levels = np.arange(count), map_levels(PROBLEM, WIDE)
    [(shallow, close)] = [(low, found) for low in PROBLEM.minima if (found := rings(PROBLEM, WIDE, low, FEWEST))]
    what = Shaken(batch.tobytes(), batch.tobytes(), 0.0)
    lines = moving_contours(PROBLEM, WIDE, moving_grid(PROBLEM, WIDE, what))
    losses = [float(np.median(PROBLEM.train.value(line, batch))) for line in lines]
    gaps = [(np.abs(levels - loss).min(), np.abs(np.array(close) - loss).min()) for loss in losses]
    around = [line for line, (usual, own) in zip(lines, gaps, strict=True) if own < usual]
    minima = moved_minima(PROBLEM, PROBLEM.train, batch)
    own = minima[np.argmin(norm(minima - np.array(shallow.position)))]
    assert around
    assert all(encloses(line, own) for line in around)
    assert all(norm(line.mean(axis=0) - own) < 0.02 * SCENE.window.diagonal for line in around)


@pytest.mark.parametrize("update", range(0, 60, 4))
def test_no_two_contours_of_a_shallow_minimum_look_like_one(update: int) -> None:
    grid = moving_grid(PROBLEM, WIDE, moved(update))
    for low in lows(WIDE, grid):
        around = [WIDE.project(line) for line in moving_contours(PROBLEM, WIDE, grid) if encloses(line, low)]
        areas = [abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2 for x, y in (line.T for line in around)]
        own = np.sqrt(np.sort(areas) / np.pi)
        if not np.allclose(low, PROBLEM.minima[0].position, atol=0.6):
            assert np.diff(own).min(initial=9.0) > 2.9


def test_it_goes_over_to_the_next_batch_and_arrives_where_that_begins() -> None:
    here, half, there = (moving_grid(PROBLEM, CAMERA, moved(31, share)) for share in (0.0, 0.725, 1.0))
    np.testing.assert_allclose(there, moving_grid(PROBLEM, CAMERA, moved(32)), atol=1e-12)
    np.testing.assert_allclose(half, 0.5 * (here + there), atol=1e-12)
    assert np.abs(there - here).max() > 0.05


def test_a_passing_picture_of_larger_cells_shows_the_same() -> None:
    fine, coarse = drawn(moved(31)), drawn(moved(31, 0.0, 2))
    assert np.abs(fine - coarse).mean() < 1.5 < np.abs(fine - still()).mean()


@pytest.mark.parametrize("size", [(360, 300), (361, 299)])
def test_larger_cells_lie_where_their_pixels_lie_from_the_lower_left_corner(size: tuple[int, int]) -> None:
    camera = camera_on(PROBLEM, SCENE.window, size, FLAT)
    grid = moving_grid(PROBLEM, camera, moved(31))
    fine, coarse = camera.at_pixels(grid)[::-1], camera.at_pixels(grid, 2)[::-1]
    rows, columns = (side - side % 2 for side in fine.shape)
    means = fine[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(coarse[: rows // 2, : columns // 2], means, atol=0.004)
    assert coarse.shape == ((fine.shape[0] + 1) // 2, (fine.shape[1] + 1) // 2)


def test_in_the_picture_only_the_ground_of_the_small_batch_moves() -> None:
    running, size = race(SCENE), (960, 600)
    running.extend(70)
    pictures = []
    for views in (frozenset[ViewName](), frozenset({ViewName.MOVING_GROUND})):
        surface = pygame.Surface(size, depth=32)
        draw(Screen(surface), snapshot_of(Session(SCENE, 57.0, horizon=57, views=views), running))
        pictures.append(pygame.surfarray.array3d(surface).astype(int))
    differs = np.abs(pictures[0] - pictures[1]).sum(axis=-1) > 24
    shares = []
    for panel in setting(Session(SCENE), size).places.panels:
        area = panel.map.inflate(0, -100)  # Above stands the sentence that says on which loss the marble stands.
        shares.append(differs[area.left : area.right, area.top : area.bottom].mean())
    assert shares[0] == shares[2] == 0
    assert shares[1] > 0.02


def test_the_lows_of_a_grid_are_the_nodes_below_all_around_them() -> None:
    x, y = np.moveaxis(CAMERA.grid(40), -1, 0)
    view = CAMERA.view
    near, far = (view.x0 + 0.3 * view.width, view.x0 + 0.8 * view.width)
    middle = view.y0 + 0.6 * view.height
    grid = np.minimum((x - near) ** 2, (x - far) ** 2 + 0.1) + (y - middle) ** 2
    found = lows(CAMERA, grid)
    np.testing.assert_allclose(sorted(found[:, 0]), [near, far], atol=view.width / 39)
    np.testing.assert_allclose(found[:, 1], middle, atol=view.height / 30)
