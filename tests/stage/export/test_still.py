"""Stills: at a scale, one lane alone, without a background; and the scene that they carry."""

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from sim.base.files import OutputError
from sim.base.limits import THEMES
from sim.scene import SceneError, load_scene
from sim.scene.reading import Saved, load_saved
from sim.stage.drawing.layout import SMALLEST, USUAL, layout
from sim.stage.export.looks import Look
from sim.stage.export.png import unblend
from sim.stage.export.still import Still, enlarged, lane_index, paused, picture, screenshot
from sim.stage.picture.around.footer import status
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.style.theme import load_theme

SCENE = load_scene("local-minimum")
SIZE = (960, 600)


def still(folder: Path, size: tuple[int, int] = SIZE, theme: str = "light", **wanted: Any) -> npt.NDArray[np.float64]:
    """The pixels of a still, shape (height, width, 3 or 4)."""
    path = folder / "still.png"
    screenshot(SCENE, 70, size, theme, path, **wanted)
    assert load_saved(str(path)) == Saved(SCENE, 70, "updates")
    with Image.open(path) as image:
        return np.asarray(image, dtype=np.float64)


@pytest.mark.parametrize(("theme", "lane"), list(zip(THEMES, (None, "momentum"), strict=True)))
def test_a_transparent_picture_on_the_theme_s_background_is_the_ordinary_one(
    theme: str, lane: str | None, tmp_path: Path
) -> None:
    usual, clear = still(tmp_path, theme=theme, lane=lane), still(tmp_path, theme=theme, lane=lane, transparent=True)
    opacity = clear[..., 3:] / 255
    look = load_theme(theme)
    background = np.array(look.background if lane is None else look.panel)
    apart = np.abs(clear[..., :3] * opacity + background * (1 - opacity) - usual)
    if lane is not None:  # Where its corners are round, the panel alone shows what it lies on.
        for rows, columns in product((slice(12), slice(-12, None)), repeat=2):
            apart[rows, columns] = 0
    assert apart.max() < 2.01  # Each of two translucent layers may be rounded,
    assert np.count_nonzero(apart > 1.01) < 10  # which both of them seldom are the same way.
    assert clear[0, 0, 3] == 0
    assert clear[300, 480, 3] == 255
    assert 0.05 < (opacity == 0).mean() < 0.5
    # Smooth edges are neither lost nor hard.
    assert ((opacity > 0) & (opacity < 1)).sum() > 1000


def test_unblending_undoes_blending() -> None:
    opacity = np.arange(1.0, 256.0)[:, None]
    color = np.array([200.0, 90.0, 3.0])
    grounds = ((243, 245, 248), (0, 0, 0))

    def blended(color: Any, opacity: Any, ground: tuple[int, int, int]) -> npt.NDArray[np.uint8]:
        return np.asarray(np.round((color * opacity + np.array(ground) * (255 - opacity)) / 255), np.uint8)

    one, other = (blended(color, opacity, ground) for ground in grounds)
    found = unblend(one, other, grounds).astype(float)
    assert np.abs(found[:, 3:] - opacity).max() <= 1
    assert np.abs(found[:, :3] - color)[opacity[:, 0] > 128].max() <= 3
    for ground in (*grounds, (90, 200, 10)):
        again = blended(found[:, :3], found[:, 3:], ground).astype(float)
        assert np.abs(again - blended(color, opacity, ground)).max() <= 2
    one, other = (np.array([ground], np.uint8) for ground in grounds)
    assert not unblend(one, other, grounds).any()


def test_a_scale_keeps_the_layout_and_enlarges_type_and_strokes(tmp_path: Path) -> None:
    once, twice = still(tmp_path), still(tmp_path, scale=2)
    assert twice.shape == (1200, 1920, 3)
    assert _unlike(once, twice) < 3
    # What a window of that size shows is laid out otherwise.
    assert _unlike(once, still(tmp_path, (1920, 1200))) > 6


def _unlike(small: Any, large: Any) -> float:
    """How far two pictures differ on the whole, the second of which is twice as large."""
    one, other = (
        picture.reshape(50, size, 80, size, 3).mean(axis=(1, 3)) for picture, size in [(small, 12), (large, 24)]
    )
    return float(np.abs(one - other).mean())


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7, 4.8])
def test_all_of_a_layout_grows_alike(scale: float) -> None:
    usual = layout(USUAL, 4, 1.3)
    grown = enlarged(usual, scale)
    assert grown.em == round(scale * usual.em)
    assert grown.look_lines == usual.look_lines
    for one, other in [(usual.chart, grown.chart), *((a.frame, b.frame) for a, b in _panels(usual, grown))]:
        assert np.abs(np.array(other) - scale * np.array(one)).max() <= 0.5
    assert len({panel.map.size for panel in grown.panels}) == 1
    for _, panel in _panels(usual, grown):
        assert panel.frame.contains(panel.map)
        assert len(panel.numbers) == len(usual.panels[0].numbers)


def _panels(usual: Any, grown: Any) -> list[tuple[Any, Any]]:
    return list(zip(usual.panels, grown.panels, strict=True))


def test_a_still_at_scale_one_is_drawn_as_the_window_is(tmp_path: Path) -> None:
    plain = still(tmp_path)
    assert np.array_equal(still(tmp_path, scale=1 + 1e-12), plain)
    here = setting(begin(SCENE), SIZE)
    same = Still(**{name: getattr(here, name) for name in type(here).__dataclass_fields__}, window=SIZE)
    assert same.camera == here.camera
    assert same.theme == here.theme


def test_a_lane_fills_the_picture_in_its_own_colour(tmp_path: Path) -> None:
    theme = load_theme("light")
    alone = still(tmp_path, (800, 600), lane="momentum", scale=1.5)
    assert alone.shape == (900, 1200, 3)

    def count(lane: int) -> int:
        return int((alone == theme.lane(lane)).all(axis=-1).sum())

    assert lane_index(SCENE, "momentum") == 2
    assert count(2) > 500
    assert count(0) == count(1) == 0
    ground = (alone == theme.background).all(axis=-1)
    assert ground.mean() < 0.001  # But for the round corners.


def test_a_lane_alone_has_bigger_type_for_a_projector(tmp_path: Path) -> None:
    usual, presented = (
        still(tmp_path, (800, 600), lane="momentum", look=Look(presenter=presenter)) for presenter in (False, True)
    )
    ink = [(picture[:60] == load_theme("light").text).all(axis=-1).sum() for picture in (usual, presented)]
    assert ink[1] > 1.2 * ink[0] > 0


@pytest.mark.parametrize(("size", "scale"), [((320, 240), 1.0), ((320, 240), 0.5), ((640, 200), 1.0), (SMALLEST, 0.3)])
@pytest.mark.parametrize("lane", [None, "momentum"])
def test_small_pictures_are_drawn(size: tuple[int, int], scale: float, lane: str | None, tmp_path: Path) -> None:
    drawn = still(tmp_path, size, lane=lane, scale=scale)
    assert drawn.shape[:2] == (round(scale * size[1]), round(scale * size[0]))
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) > 100


def test_mistakes_are_told_before_anything_is_computed_or_written(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    with pytest.raises(SceneError, match='local-minimum has no lane "minibach"; did you mean minibatch'):
        screenshot(SCENE, 10**6, SIZE, "light", path, lane="minibach")
    for scale, pixels in [(8.1, "7776x4860"), (0.1, "96x60")]:
        with pytest.raises(OutputError, match=f"960x600 at scale {scale} is {pixels} pixels"):
            screenshot(SCENE, 10**6, SIZE, "light", path, scale=scale)
    assert not path.exists()


def test_a_picture_in_a_file_says_nothing_of_keys_and_of_how_fast_a_window_plays() -> None:
    session, race = paused(SCENE, 70, "light")
    assert status(snapshot_of(session, race)) == "update 70 of 400 · seed 0"
    assert status(snapshot_of(replace(session, live=True), race)) == "update 70 of 400 · 20 a second · seed 0"


@pytest.mark.parametrize(("scale", "width"), [(1.0, 1), (3.0, 2)])
def test_frames_become_thicker_with_the_scale(scale: float, width: int) -> None:
    """At 960×600, where type is 12 pixels high, the first panel's frame ends on the background."""
    pixels, theme = np.asarray(picture(SCENE, 70, SIZE, "light", scale=scale)), load_theme("light")
    frame = enlarged(layout(SIZE, 3, SCENE.window.width / SCENE.window.height), scale).panels[0].frame
    row = pixels[frame.centery, frame.left - 1 : frame.left + width + 1]
    assert row[:, 0].tolist() == [theme.background[0], *[theme.border[0]] * width, row[-1, 0]]
    assert row[-1].tolist() != list(theme.border)
