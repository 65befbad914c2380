"""Figures for papers: what is in the SVG, and that it is where the map has it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.testing import assert_allclose
from pygame import Rect

from sim.descent.problem import UNKNOWN
from sim.files import OutputError
from sim.scene import Scene, SceneError, load_scene
from sim.scene.reading import Saved, parse_saved
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.contours import map_levels
from sim.stage.export.svg import EM, arranged, save_figure
from sim.stage.style.theme import THEMES, load_theme
from sim.surface.critical import Kind
from sim.surface.formula import Formula

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
SCENE = load_scene("local-minimum")
ASPECT = SCENE.window.width / SCENE.window.height


def saved(
    folder: Path, scene: Scene = SCENE, update: int = 70, size: Any = None, theme: str = "light", **wanted: Any
) -> ElementTree.Element:
    """The root of the figure."""
    path = folder / "figure.svg"
    save_figure(scene, update, size, theme, path, **wanted)
    return ElementTree.fromstring(path.read_bytes())


def parts(root: ElementTree.Element, class_: str) -> list[ElementTree.Element]:
    """All elements of that class."""
    return [element for element in root.iter() if element.get("class") == class_]


def points(path: ElementTree.Element) -> np.ndarray[Any, Any]:
    """All points named in a path, shape (n, 2)."""
    return np.array([[float(x), float(y)] for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])])


def camera(scene: Scene = SCENE, size: Any = None) -> Camera:
    """What the maps of a figure with one panel show."""
    area = arranged(1, scene.window.width / scene.window.height, size).maps[0]
    return Camera(scene.window, area.width, area.height)


@pytest.mark.parametrize("size", [None, (700, 500)])
def test_the_trail_has_a_dot_for_every_update_where_the_camera_sees_it(size: Any, tmp_path: Path) -> None:
    root = saved(tmp_path, size=size, lane="minibatch")
    race = SCENE.race()
    race.extend(70)
    expected = camera(size=size).project(race.tracks[1].theta[:71])
    dots = [points(path) for path in parts(root, "dots")]
    assert_allclose(np.concatenate(dots), expected, atol=0.00501)
    assert len(dots) > 3
    assert len({path.get("stroke") for path in parts(root, "dots")}) == len(dots)
    # The way goes from dot to dot: each stretch begins where the one before ends.
    ways = [points(path) for path in parts(root, "way")]
    assert_allclose(np.concatenate([ways[0], *(way[1:] for way in ways[1:])]), expected, atol=0.00501)
    (marble,) = parts(root, "marble")
    assert_allclose([float(marble[1].attrib["cx"]), float(marble[1].attrib["cy"])], expected[-1], atol=0.00501)


def test_there_is_one_path_for_each_contour_of_the_map_where_the_loss_is_that(tmp_path: Path) -> None:
    root, seen = saved(tmp_path, lane="momentum"), camera()
    levels = map_levels(SCENE.problem(), seen)
    contours = parts(root, "contour")
    assert len(contours) == len(levels) > 10
    assert len(parts(root, "band")) == len(levels) + 1
    for level, path in zip(levels.tolist(), contours, strict=True):
        losses = SCENE.problem().train.value(seen.unproject(points(path)))
        assert_allclose(losses, level, atol=2e-3 * np.ptp(levels))


def test_marks_stand_at_the_critical_points(tmp_path: Path) -> None:
    problem = SCENE.problem()
    (marks,) = parts(saved(tmp_path, lane="momentum"), "critical")
    rings = [(float(ring.attrib["cx"]), float(ring.attrib["cy"])) for ring in marks.iter(f"{SVG}circle")][1::2]
    assert_allclose(rings, [camera().project(np.array(point.position)) for point in problem.minima], atol=0.00501)
    crosses = [points(cross) for cross in marks.iter(f"{SVG}path")][1::2]
    saddles = [point for point in problem.critical if point.kind is Kind.SADDLE]
    for cross, saddle in zip(crosses, saddles, strict=True):
        assert_allclose(cross.mean(axis=0), camera().project(np.array(saddle.position)), atol=0.01)
        (dx, dy), (vx, vy) = cross[1] - cross[0], saddle.eigenvectors[0]
        assert abs(dx * vy + dy * vx) < 0.02 * np.hypot(dx, dy)
        assert np.hypot(dx, dy) > np.hypot(*(cross[3] - cross[2]))


@pytest.mark.parametrize("theme", THEMES)
def test_all_lanes_stand_side_by_side_with_names_and_verdicts(theme: str, tmp_path: Path) -> None:
    root, colors = saved(tmp_path, theme=theme), load_theme(theme)
    assert len(parts(root, "panel")) == 3
    assert [use.get(LINK) for use in root.iter(f"{SVG}use")] == ["#map"] * 2
    words = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert {lane.name for lane in SCENE.lanes} <= set(words)
    assert "stuck in a local minimumsince update 60" in words
    assert [circle.get("fill") for circle in parts(root, "lane")] == [
        "#{:02x}{:02x}{:02x}".format(*color) for color in colors.lanes[:3]
    ]
    assert next(root.iter(f"{SVG}rect")).get("fill") == "#{:02x}{:02x}{:02x}".format(*colors.panel)
    assert saved(tmp_path, theme=theme, transparent=True).find(f"{SVG}rect") is None


def test_ticks_stand_at_round_numbers(tmp_path: Path) -> None:
    (axes,) = parts(saved(tmp_path, lane="momentum"), "axes")
    across = [text for text in axes.iter(f"{SVG}text") if text.get("text-anchor") == "middle"]
    assert [text.text for text in across] == ["−3", "−2", "−1", "0", "1", "2", "3"]
    for text, x in zip(across, range(-3, 4), strict=True):
        assert_allclose(float(text.attrib["x"]), camera().project(np.array([x, 0.0]))[0], atol=0.00501)


def test_the_same_moment_gives_the_same_bytes_and_a_scale_only_another_size(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    contents = []
    for scale in (1.0, 1.0, 2.5):
        save_figure(SCENE, 30, None, "light", path, scale=scale)
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    one, other = (content.split(b"\n", 2) for content in contents[1:])
    assert one[2] == other[2]
    small, large = (ElementTree.fromstring(content) for content in contents[1:])
    assert float(large.attrib["width"]) == 2.5 * float(small.attrib["width"])
    assert large.attrib["viewBox"] == small.attrib["viewBox"]


def test_it_carries_the_whole_scene_whatever_it_is_called(tmp_path: Path) -> None:
    hostile = 'a]]> <b> & "c\'d" </metadata> é 中'
    lanes = (replace(SCENE.lanes[0], name=hostile), *SCENE.lanes[1:])
    scene = replace(SCENE, title=hostile, lanes=lanes, captions=(), question=None, translations=())
    root = saved(tmp_path, scene, 12, lane=hostile)
    assert root[0].tag == f"{SVG}metadata"
    carried = parse_saved(root[0].text or "", "figure.svg")
    assert carried == Saved(scene, 12, "updates")


def test_a_marble_out_of_sight_is_pointed_at(tmp_path: Path) -> None:
    scene = load_scene("learning-rate-ladder")
    root = saved(tmp_path, scene, 120, lane="η = 0.6")
    (wedge,) = parts(root, "marble beyond")
    area = arranged(1, scene.window.width / scene.window.height, None).maps[0]
    tip = points(wedge)
    assert ((tip >= 0) & (tip <= area.size)).all()
    assert np.isfinite(np.concatenate([points(path) for path in parts(root, "dots")])).all()


@pytest.mark.parametrize("count", range(1, 9))
@pytest.mark.parametrize("size", [None, (1600, 900), (700, 1800)])
def test_panels_neither_touch_nor_leave_the_sheet(count: int, size: Any) -> None:
    sheet = arranged(count, ASPECT, size)
    # Numbers on the left, four lines above, one below.
    whole = [area.move(-3 * EM, -5 * EM).union(area.move(0, 2 * EM - 5)) for area in sheet.maps]
    paper = Rect((0, 0), sheet.size)
    assert len(whole) == count
    for number, area in enumerate(whole):
        assert paper.contains(area)
        assert area.collidelist(whole[number + 1 :]) < 0


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (6, 3)])
def test_a_figure_is_as_large_as_it_takes(count: int, columns: int) -> None:
    sheet = arranged(count, ASPECT, None)
    assert len({area.left for area in sheet.maps}) == columns
    right, bottom = (max(ends) for ends in zip(*(area.bottomright for area in sheet.maps), strict=True))
    assert sheet.size[0] - right <= 2 * EM
    assert sheet.size[1] - bottom <= 3 * EM
    assert sheet.maps[0].width / sheet.maps[0].height == pytest.approx(ASPECT, rel=0.01)


def test_mistakes_get_a_sentence_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    with pytest.raises(SceneError, match='has no lane "full bath"; did you mean full batch'):
        save_figure(SCENE, 5, None, "light", path, lane="full bath")
    with pytest.raises(OutputError, match="show one up to 33,332, or save a PNG"):
        save_figure(SCENE, 33_333, None, "light", path)
    with pytest.raises(OutputError, match="320x240 is too small for 3 panels"):
        save_figure(SCENE, 5, (320, 240), "light", path)
    assert not path.exists()


def test_where_the_search_may_have_missed_some_the_figure_says_so_once(tmp_path: Path) -> None:
    creased = replace(SCENE, surface=Formula("abs(x) + y^2"), captions=(), question=None)
    assert [part.text for part in parts(saved(tmp_path, creased), "caveat")] == [UNKNOWN]
    assert parts(saved(tmp_path), "caveat") == []
