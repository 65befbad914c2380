"""Pictures and films from Python are those that the program makes, and carry their race where a file can hold it."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from own import Lion, Signs
from PIL import Image, ImageSequence

import sim as tm
from sim.scene import load_scene
from sim.scene.reading import load_saved
from sim.stage.export.still import screenshot

SMALL, LARGE, WINDOW = (480, 300), (640, 400), (960, 600)
pytestmark = pytest.mark.usefixtures("_elsewhere")


def pixels(image: Any) -> Any:
    return np.asarray(image.convert("RGB"))


def test_a_figure_is_the_screenshot() -> None:
    screenshot(load_scene("ravine"), 30, SMALL, "dark", Path("other.png"), scale=1.5)
    image = tm.figure("ravine", update=30, size=SMALL, scale=1.5, theme="dark")
    with Image.open("other.png") as other:
        assert_array_equal(pixels(image), pixels(other))


def test_a_figure_of_a_race_is_its_last_moment() -> None:
    race = tm.race("ravine", updates=30)
    assert_array_equal(pixels(tm.figure(race, size=SMALL)), pixels(tm.figure("ravine", update=30, size=SMALL)))


def test_a_saved_figure_opens_the_very_race_again() -> None:
    path = tm.figure("ravine", "race.png", seed=5, update=30, size=SMALL, tilt=40, yaw=10, together=True)
    saved = load_saved(str(path))
    view = saved.scene.view
    assert (saved.tick, saved.scene.seed) == (30, 5)
    assert (view.kind, view.tilt, view.yaw, view.maps) == ("relief", 40.0, 10.0, "together")
    assert tm.load(path).lanes == load_scene("ravine").lanes
    assert_array_equal(pixels(Image.open(path)), pixels(tm.figure(path, update=30, size=SMALL)))


def test_a_figure_of_a_rule_of_ones_own_is_drawn_and_carries_nothing() -> None:
    race = tm.race("local-minimum", updates=30, rules={"mine": Lion()})
    for name in ("race.png", "race.svg"):
        path = tm.figure(race, name, size=SMALL)
        assert path.stat().st_size > 5000
        with pytest.raises(tm.SceneError):
            tm.load(path)
    assert b"Lion" in Path("race.svg").read_bytes()


@cache
def usual_pixels() -> Any:
    """Of the picture of somebody who has no wishes."""
    return pixels(tm.figure("local-minimum", update=30, size=LARGE))


@pytest.mark.parametrize(
    "how",
    [
        {"theme": "dark"},
        {"language": "zh"},
        {"view": "map"},
        {"tilt": 70.0},
        {"yaw": 60.0},
        {"together": True},
        {"views": ["gradients"]},
        {"views": "labels"},
        {"profile": True},
        {"numbers": True},
        {"lane": "momentum"},
        {"seed": 4},
        {"start": (-1.0, 0.2)},
        {"rules": {"mine": Lion()}},
        {"update": 12},
    ],
)
def test_each_wish_makes_another_picture(how: dict[str, Any]) -> None:
    wished: dict[str, Any] = {"update": 30, "size": LARGE, **how}
    usual, other = usual_pixels(), pixels(tm.figure("local-minimum", **wished))
    assert other.shape == usual.shape
    assert (other != usual).any()


def test_numbers_and_truths_of_numpy_are_taken() -> None:
    plain = tm.figure("ravine", update=5, size=SMALL, scale=1.5, tilt=40, yaw=10, profile=True)
    wished: Any = {"scale": np.float32(1.5), "tilt": np.int64(40), "yaw": np.float32(10), "profile": np.True_}
    size: Any = (np.int64(SMALL[0]), np.int32(SMALL[1]))
    assert_array_equal(pixels(tm.figure("ravine", update=5, size=size, **wished)), pixels(plain))
    assert tm.film("ravine", "a.gif", last=2, size=(320, 240), seconds=np.float32(0.25)).exists()  # type: ignore[arg-type]


def test_a_transparent_one_has_no_ground() -> None:
    assert tm.figure("ravine", update=5, size=SMALL, transparent=True).mode == "RGBA"


def test_a_film_has_the_races_moments_and_carries_it() -> None:
    path = tm.film(tm.race("ravine", updates=8), "race.webp", size=WINDOW, fps=10, seconds=0.9)
    with Image.open(path) as film:
        frames = [pixels(frame) for frame in ImageSequence.Iterator(film)]
    assert len(frames) == 9
    assert_array_equal(frames[-1], pixels(tm.figure("ravine", update=8, size=WINDOW)))
    assert load_saved(str(path)).tick == 8


def test_a_film_of_a_rule_of_ones_own_is_made_and_carries_nothing() -> None:
    path = tm.film("ravine", "race.gif", rules={"mine": Lion()}, last=3, size=(320, 240))
    with Image.open(path) as film:
        assert film.size == (320, 240)
    with pytest.raises(tm.SceneError):
        tm.load(path)


def test_without_a_path_a_film_has_its_scenes_name() -> None:
    assert tm.film("ravine", last=1, size=(320, 240)) == Path("ravine.mp4")


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"tilt": 80}, "tilt must be a number of degrees from 12 to 76, not 80"),
        ({"view": "flat"}, "view must be 'map' or 'relief', not 'flat'"),
        ({"theme": "blue"}, "theme must be 'light' or 'dark', not 'blue'"),
        ({"language": "xx"}, "language must be 'en', .* or 'zh', not 'xx'"),
        ({"views": ["gradient"]}, 'there is no view "gradient"; did you mean gradients'),
        ({"size": 3}, r"size must be \(width, height\) in pixels, not 3"),
        ({"size": (3, 400)}, "the width must be a whole number from 160 to 7,680, not 3"),
        ({"tilt": True}, "tilt must be a number of degrees from 12 to 76, not True"),
        ({"size": {480: 1, 300: 2}}, r"size must be \(width, height\) in pixels, not {480: 1, 300: 2}"),
        ({"theme": np.ones(2)}, "theme must be 'light' or 'dark', not array"),
        ({"lane": 5}, "lane must be the name of a lane, not 5"),
        ({"views": 5}, r'views must be a list of names, such as \["gradients", "momentum"\], not 5'),
        ({"views": [["labels"]]}, r"a view is meant by its name, not by \['labels'\]"),
        ({"together": "no"}, "together must be True or False, not 'no'"),
        ({"transparent": "no"}, "transparent must be True or False, not 'no'"),
        ({"profile": "x"}, "profile must be True or False, not 'x'"),
        ({"numbers": 1}, "numbers must be True or False, not 1"),
        ({"scale": 0}, "scale must be a number from 0.25 to 16, not 0"),
        ({"update": -1}, "update must be a whole number from 0"),
        ({"path": 3}, "path must be the path of a file, not 3"),
        ({"path": "a\0.png"}, "path must be the path of a file, not 'a.*png'"),
        ({"path": "race.jpg"}, "a picture's file ends in .png or .svg, not as race.jpg does"),
        ({"rules": {f"{n}": Lion() for n in range(4)}}, "a picture has room for 6 lanes, not 7"),
    ],
)
def test_what_cannot_be_drawn_is_told(how: dict[str, Any], sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        tm.figure("local-minimum", **how)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"path": "a\ud800.mp4"}, "path must be the path of a file, not 'a.*mp4'"),
        ({"path": "race.avi"}, "a film's file ends in .mp4, .gif, .webm or .webp, not as race.avi does"),
        ({"first": 9, "last": 8}, "first must be a whole number from 0 to 8, not 9"),
        ({"path": "race.gif", "fps": 60}, "fps must be a whole number from 1 to 50, not 60"),
        ({"seconds": 0}, "seconds must be a number from 0.1 to 3,600, not 0"),
        ({"seconds": True}, "seconds must be a number from 0.1 to 3,600, not True"),
        ({"together": "no"}, "together must be True or False, not 'no'"),
        ({"drama": "no"}, "drama must be True or False, not 'no'"),
        ({"reduced_motion": None}, "reduced_motion must be True or False, not None"),
        ({"drama": True, "reduced_motion": True}, "leave one of them out"),
    ],
)
def test_what_cannot_be_filmed_is_told(how: dict[str, Any], sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        tm.film("ravine", **how)
    assert list(Path().iterdir()) == []


def test_a_lane_that_is_not_there_is_told() -> None:
    with pytest.raises(tm.SceneError, match='has no lane "momentun"; did you mean momentum'):
        tm.figure(lane="momentun")


def test_a_race_is_computed_once_for_its_pictures() -> None:
    scene = replace(load_scene("local-minimum"), seed=77)
    race = tm.race(scene, updates=20)
    tm.figure(race, size=SMALL)
    assert race.running().updates > 20


def test_a_window_opens_on_the_race_that_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr("sim.stage.window.opening.open_window", lambda find, **more: taken.append((find(), more)))
    tm.window("ravine", seed=7, rules={"mine": Signs()}, theme="dark", language="de")
    ((saved, more),) = taken
    assert saved.scene.seed == 7
    assert saved.scene.lanes[-1].rule == Signs()
    assert (more["theme"], more["language"]) == ("dark", "de")
    with pytest.raises(tm.UseError, match="theme"):
        tm.window(theme="green")
    with pytest.raises(tm.UseError, match=r"scale must be a number from 0.25 to 16, not 'x'"):
        tm.window(scale="x")  # type: ignore[arg-type]
