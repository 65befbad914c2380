"""Moments as SVG files: what is in them, and that it is where the picture has it."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pygame
import pytest
from numpy.testing import assert_allclose
from recording_canvas import RecordingCanvas
from scenes import flat_scene

from sim.base.files import OutputError
from sim.base.limits import THEMES
from sim.descent.problem import UNKNOWN
from sim.scene import Scene, SceneError
from sim.scene.reading import Saved, parse_saved
from sim.stage.drawing.camera import Camera
from sim.stage.drawing.contours import map_levels
from sim.stage.drawing.vector import Vector
from sim.stage.export.still import paused, screenshot
from sim.stage.picture.picture import draw
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views import VIEWS
from sim.stage.style import text
from sim.stage.style.theme import load_theme
from sim.surface.functions.formula import Formula

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
SCENE = flat_scene("local-minimum")
SIZE = (960, 600)


def saved(folder: Path, scene: Scene = SCENE, update: int = 70, size: Any = SIZE, **wanted: Any) -> Any:
    """The root of the file."""
    path = folder / "figure.svg"
    screenshot(scene, update, size, wanted.pop("theme", "light"), path, **wanted)
    return ElementTree.fromstring(path.read_bytes())


def parts(root: Any, class_: str) -> list[Any]:
    """All elements of that class."""
    return [element for element in root.iter() if element.get("class") == class_]


def points(path: Any) -> np.ndarray[Any, Any]:
    """All points named in a path, shape (n, 2)."""
    return np.array([[float(x), float(y)] for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])])


def camera(scene: Scene = SCENE) -> tuple[Camera, tuple[int, ...]]:
    """What the maps show, and the upper left corners of the panels' maps."""
    session, _ = paused(scene, 0, "light")
    here = setting(session, SIZE)
    return here.camera, tuple(panel.map.topleft for panel in here.places.panels)  # type: ignore[misc]


@pytest.mark.parametrize(("name", "theme"), [("local-minimum", "light"), ("egg-box", "dark"), ("plateau", "light")])
def test_it_says_what_the_picture_says(name: str, theme: str) -> None:
    """Every line of text, in its colour and size, at the same place; the rims of labels aside."""
    scene = flat_scene(name)
    session, race = paused(scene, 40, theme)
    session = replace(session, views=frozenset(VIEWS))
    canvas, recorder = Vector(SIZE), RecordingCanvas(SIZE)
    for each in (canvas, recorder):
        draw(each, snapshot_of(session, race))
    root = ElementTree.fromstring(canvas.written())
    written = Counter(element.text for element in root.iter(f"{SVG}text") if not element.get("stroke"))
    drawn = re.findall(r'^ *(?:text|label) "(.*)" \S+,\S+ size', recorder.recording, re.MULTILINE)
    assert written == Counter(words for words in drawn if words.strip())
    assert len(written) > 40


def test_the_trail_has_a_dot_for_every_bend_of_the_way(tmp_path: Path) -> None:
    root, (seen, corners) = saved(tmp_path), camera()
    race = SCENE.race()
    race.extend(70)
    for lane, panel in enumerate(parts(root, f"lane-{lane + 1}")[0] for lane in range(3)):
        ways = seen.project(race.tracks[lane].theta[:71]) + corners[lane]
        trails = [path for trail in parts(panel, "trail") for path in trail]
        dots = np.concatenate([points(path) for path in trails if "h0" in path.get("d")])
        gaps = np.linalg.norm(dots[:, None] - ways, axis=-1)
        assert gaps.min(axis=1).max() < 0.01  # Each dot is where the marble was,
        assert gaps.min(axis=0).max() < 1.6  # and it was nowhere without one near by.
        assert {path.get("stroke-linecap") for path in trails} == {None, "round"}


def test_contours_lie_where_the_loss_is_that_of_a_level(tmp_path: Path) -> None:
    root, (seen, _) = saved(tmp_path), camera()
    levels = map_levels(SCENE.problem(), seen)
    (contours,) = parts(root, "contours")
    spread, found = np.ptp(levels), set()
    for path in contours:
        losses = SCENE.problem().train.value(seen.unproject(points(path)))
        nearest = int(np.argmin(np.abs(levels - losses.mean())))
        if np.abs(losses - levels[nearest]).max() < 0.02 * spread:
            found.add(nearest)
    assert found == set(range(len(levels)))


def test_what_stands_in_every_panel_is_in_the_file_once(tmp_path: Path) -> None:
    root = saved(tmp_path)
    names = {element.get("id") for element in root.iter() if element.get("id")}
    used = [use.get(LINK) for use in root.iter(f"{SVG}use")]
    assert len(used) == 2  # Of three maps.
    assert {name.removeprefix("#") for name in used} <= names
    clips = {element.get("clip-path") for element in root.iter() if element.get("clip-path")}
    assert {clip[5:-1] for clip in clips if clip} <= names


def test_type_is_as_wide_as_it_was_measured(tmp_path: Path) -> None:
    for element in saved(tmp_path).iter(f"{SVG}text"):
        size, bold = int(element.get("font-size")), element.get("font-weight") == "bold"
        assert int(element.get("textLength")) == text.width(element.text, size, bold)


@pytest.mark.parametrize("theme", THEMES)
def test_a_transparent_one_has_no_ground(theme: str, tmp_path: Path) -> None:
    ground = "#{:02x}{:02x}{:02x}".format(*load_theme(theme).background)
    fills = Counter(rect.get("fill") for rect in saved(tmp_path, theme=theme).iter(f"{SVG}rect"))
    assert fills[ground] > 0
    bare = Counter(rect.get("fill") for rect in saved(tmp_path, theme=theme, transparent=True).iter(f"{SVG}rect"))
    assert bare[ground] == 0
    assert bare == fills - Counter({ground: fills[ground]})


@pytest.mark.parametrize("theme", THEMES)
def test_a_transparent_lane_has_no_panel_either(theme: str, tmp_path: Path) -> None:
    look = load_theme(theme)
    grounds = {"#{:02x}{:02x}{:02x}".format(*color) for color in (look.background, look.panel)}
    usual, bare = (
        Counter(
            rect.get("fill")
            for rect in saved(tmp_path, theme=theme, lane="momentum", transparent=clear).iter(f"{SVG}rect")
        )
        for clear in (False, True)
    )
    assert grounds <= usual.keys()
    assert not grounds & bare.keys()
    assert set(bare) == set(usual) - grounds


def test_one_lane_fills_the_picture(tmp_path: Path) -> None:
    root = saved(tmp_path, lane="momentum")
    words = ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]
    assert "momentum" in words
    assert "minibatch" not in words
    assert root.get("viewBox") == "0 0 960 600"


def test_the_same_moment_gives_the_same_bytes_and_a_scale_only_another_size(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    contents = []
    for scale in (1.0, 1.0, 2.5):
        screenshot(SCENE, 30, SIZE, "light", path, scale=scale)
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
    assert parse_saved(root[0].text or "", "figure.svg") == Saved(scene, 12, "updates")


def test_mistakes_get_a_sentence_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    with pytest.raises(SceneError, match='has no lane "full bath"; did you mean full batch'):
        screenshot(SCENE, 5, SIZE, "light", path, lane="full bath")
    with pytest.raises(OutputError, match="show one up to 33,332, or save a PNG"):
        screenshot(SCENE, 33_333, SIZE, "light", path)
    with pytest.raises(OutputError, match="96x60 pixels; a picture can have"):
        screenshot(SCENE, 5, SIZE, "light", path, scale=0.1)
    assert not path.exists()


def test_where_the_search_may_have_missed_some_the_figure_says_so(tmp_path: Path) -> None:
    creased = replace(SCENE, surface=Formula("abs(x) + y^2"), captions=(), question=None)
    for scene, times in ((creased, 1), (SCENE, 0)):
        assert [element.text for element in saved(tmp_path, scene).iter(f"{SVG}text")].count(UNKNOWN) == times


# The painter itself: each verb beside what it does on a screen.


def element(draw_: Any) -> Any:
    """What a verb adds to an empty drawing."""
    canvas = Vector((100, 50))
    draw_(canvas)
    return list(ElementTree.fromstring(canvas.written()))[-1]


def test_outlines_lie_inside_of_their_box_as_on_a_screen() -> None:
    box = element(lambda canvas: canvas.rect((10, 20, 30, 16), (1, 2, 3), width=4, corner=6))
    assert [float(box.get(name)) for name in ("x", "y", "width", "height", "rx", "stroke-width")] == [
        12,
        22,
        26,
        12,
        4,
        4,
    ]
    assert (box.get("fill"), box.get("stroke")) == ("none", "#010203")
    ring = element(lambda canvas: canvas.ring((5.5, 6.0), 4.0, (1, 2, 3), 2))
    assert [float(ring.get(name)) for name in ("cx", "cy", "r", "stroke-width")] == [5.5, 6, 3, 2]


def test_corners_may_have_radii_of_their_own() -> None:
    box = element(lambda canvas: canvas.rect((0, 0, 10, 8), (0, 0, 0), corner=(3, 3, 0, 0)))
    assert box.get("d") == "M3 0H7A3 3 0 0 1 10 3V8A0 0 0 0 1 10 8H0A0 0 0 0 1 0 8V3A3 3 0 0 1 3 0Z"


def test_what_lets_its_ground_through_says_how_much() -> None:
    assert element(lambda canvas: canvas.rect((0, 0, 1, 1), (0, 0, 0), opacity=51)).get("fill-opacity") == "0.200"
    corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    assert element(lambda canvas: canvas.polygon(corners, (0, 0, 0), opacity=51)).get("fill-opacity") == "0.200"
    assert (
        element(lambda canvas: canvas.dots([(1.0, 1.0)], 2.0, (0, 0, 0), opacity=0.2)).get("stroke-opacity") == "0.200"
    )


def test_a_sharp_line_covers_whole_pixels() -> None:
    upright = element(lambda canvas: canvas.rule((7, 1), (7, 9), (0, 0, 0), 1))
    assert points(upright).tolist() == [[7.5, 1], [7.5, 9]]
    level = element(lambda canvas: canvas.rule((1, 7), (9, 7), (0, 0, 0), 2))
    assert points(level).tolist() == [[1, 7], [9, 7]]


@pytest.mark.parametrize("align", [0.0, 0.5, 1.0])
def test_text_ends_where_it_does_on_a_screen(align: float) -> None:
    width = text.width("word", 12)
    canvas = Vector((100, 50))
    end = canvas.text("word", (40.0, 10.0), 12, (0, 0, 0), align=align)
    assert end == round(40 - align * width) + width
    written = list(ElementTree.fromstring(canvas.written()))[-1]
    assert float(written.get("x")) == end - width  # type: ignore[arg-type]
    assert float(written.get("y")) == pytest.approx(10 + 0.355 * 12)  # type: ignore[arg-type]


def test_pictures_are_embedded() -> None:
    picture = pygame.Surface((3, 2))
    picture.fill((10, 20, 30))
    image = element(lambda canvas: canvas.image(picture, (4, 5)))
    assert [image.get(name) for name in ("x", "y", "width", "height")] == ["4", "5", "3", "2"]
    assert image.get(LINK).startswith("data:image/png;base64,iVBORw0KGgo")


def test_labels_have_their_rim_below_their_face() -> None:
    canvas = Vector((100, 50))
    canvas.label("word", (10.0, 20.0), 20, (1, 1, 1), (255, 255, 255))
    rim, face = list(ElementTree.fromstring(canvas.written()))[-2:]
    assert (rim.get("stroke"), face.get("stroke")) == ("#ffffff", None)
    assert rim.get("x") == face.get("x") == "12"
    assert_allclose(float(face.get("y") or 0), 20 + text.label_size("word", 20)[1] / 2 + 0.355 * 20, atol=0.01)
