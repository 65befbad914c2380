"""Larger type takes its room from all else before it takes it from the maps."""

from dataclasses import replace
from itertools import product

import pytest
from scenes import flat_scene

from sim.scene import Scene
from sim.stage.drawing.enlarged import KEPT
from sim.stage.drawing.layout import Layout
from sim.stage.picture.setting import setting
from sim.stage.session.session import begin

SIZES = [(960, 600), (1366, 768), (1560, 800), (1600, 900)]


def with_lanes(count: int) -> Scene:
    """The scene about batch sizes with so many lanes."""
    scene = flat_scene("batch-ladder")
    more = [replace(scene.lanes[0], name=f"another {number}") for number in range(count)]
    return replace(scene, lanes=(*scene.lanes, *more)[:count])


def places(count: int, size: tuple[int, int], larger: float) -> Layout:
    return setting(replace(begin(with_lanes(count)), larger=larger), size).places


def land(there: Layout, scene: Scene) -> float:
    """Width of the window on a map."""
    area = there.panels[0].map
    return min(area.width, area.height * scene.window.width / scene.window.height)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 3, 4, 6])
def test_maps_keep_their_share_in_larger_type(size: tuple[int, int], count: int) -> None:
    scene, usual = with_lanes(count), places(count, size, 1.0)
    for larger in (1.1, 1.5, 2.0, 4.0):
        there = places(count, size, larger)
        assert there.em > usual.em
        assert land(there, scene) >= KEPT * land(usual, scene)


@pytest.mark.parametrize(("size", "count"), list(product(SIZES, [1, 3, 4, 6])))
def test_what_makes_way_comes_back_with_smaller_type(size: tuple[int, int], count: int) -> None:
    charts = [places(count, size, larger).chart.height for larger in (1.0, 0.8, 0.6)]
    assert all(charts)
    heights = [places(count, size, larger).em for larger in (1.0, 1.1, 1.3, 1.5, 1.8, 2.0, 3.0)]
    assert heights == sorted(heights)


def test_a_chart_is_lower_before_it_is_gone() -> None:
    usual, low, gone = (places(count, (1560, 800), larger) for count, larger in ((4, 1.5), (4, 2.0), (6, 1.5)))
    assert usual.chart.height >= 7 * usual.em > low.chart.height * usual.em / low.em > 5 * usual.em
    assert not gone.chart.height


def test_no_second_line_is_kept_free_above_the_maps_in_large_type() -> None:
    for larger in (1.0, 1.5, 2.0):
        assert places(4, (1560, 800), larger).look_lines == 1


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_a_presentation_has_no_smaller_type(size: tuple[int, int], together: bool) -> None:
    for larger in (1.0, 1.3, 1.6, 2.0, 2.3, 3.0):
        session = replace(begin(with_lanes(4)), larger=larger, together=together)
        presented = setting(replace(session, presenter=True), size).places
        assert presented.em >= setting(session, size).places.em
