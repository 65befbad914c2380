"""Contours around single minima: as many as there is room for, each a line of its loss around its minimum."""

from dataclasses import replace

import numpy as np
import pytest

from sim.scene import load_scene
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.contours import FEWEST, MOST, contour_lines, encloses, loss_grid, map_levels, rings
from sim.surface.critical.point import CriticalPoint
from sim.surface.functions.formula import Formula
from sim.surface.points import norm
from sim.surface.protocol import Window

FAR = Window(-40.0, 40.0, -40.0, 40.0)


def pass_above(scene: str, minimum: CriticalPoint) -> float:
    saddles = load_scene(scene).race().problem.saddles
    return min(saddle.value for saddle in saddles if saddle.value > minimum.value)


@pytest.mark.parametrize("scene", ["muller-brown", "local-minimum", "sharp-and-flat"])
@pytest.mark.parametrize("width", [200, 1200])
def test_rings_lie_between_a_minimum_and_its_pass_and_run_around_it(scene: str, width: int) -> None:
    problem = load_scene(scene).race().problem
    camera = Camera(problem.window, width, width)
    found = {minimum: rings(problem, camera, minimum) for minimum in problem.minima}
    assert any(found.values())
    for minimum, losses in found.items():
        assert not losses or FEWEST <= len(losses) <= MOST
        assert losses == sorted(losses)
        assert all(minimum.value < loss < pass_above(scene, minimum) for loss in losses)
        for loss in losses[1:]:
            lines = contour_lines(loss_grid(problem, camera), camera, [loss])
            assert any(encloses(line, np.array(minimum.position)) for line in lines)


def test_a_larger_map_has_more_of_them_and_one_that_moves_the_fewest() -> None:
    problem = load_scene("muller-brown").race().problem
    small, large = (Camera(problem.window, width, width) for width in (200, 1200))
    for minimum in problem.minima:
        counts = [len(rings(problem, camera, minimum)) for camera in (small, large)]
        assert counts[0] < counts[1]
        assert len(rings(problem, large, minimum, FEWEST)) == FEWEST


def test_in_a_bowl_they_are_equally_far_from_each_other() -> None:
    problem = load_scene("muller-brown").race().problem
    camera = Camera(problem.window, 1200, 1200)
    lowest = problem.minima[0]
    rises = np.sqrt(np.array(rings(problem, camera, lowest)) - lowest.value)
    np.testing.assert_allclose(np.diff(rises), rises[0], rtol=1e-9)


def test_on_a_large_map_a_line_has_no_corners_beside_its_loss() -> None:
    problem = load_scene("local-minimum").race().problem
    camera = Camera(problem.window, 1200, 1200)
    dip = problem.minima[1]
    for loss in rings(problem, camera, dip)[1:]:
        for line in contour_lines(loss_grid(problem, camera), camera, [loss]):
            if encloses(line, np.array(dip.position)):
                middles = (line[1:] + line[:-1]) / 2
                beside = np.abs(problem.train.value(middles) - loss) / norm(problem.train.gradient(middles))
                assert camera.scale * beside.max() < 1


def test_a_narrow_well_has_contours_from_its_bottom_up() -> None:
    problem = replace(load_scene("local-minimum"), surface=Formula("-exp(-x^2 - y^2)"), window=FAR).problem()
    levels = map_levels(problem, Camera(FAR, 400, 400))
    assert np.sum((levels > -0.9) & (levels < -0.1)) > 3
    assert levels.max() < -1e-6  # On level ground there is none.
