"""A picture is a save file: what it carries opens the very race again, and a stranger's file does no harm."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sim.base.files import named
from sim.base.version import VERSION
from sim.scene import SceneError, load_scene, scene_files
from sim.scene.carriers import KEYWORD, OPENING_LINE
from sim.scene.reading import LARGEST_FILE, Saved, load_saved, parse_saved
from sim.scene.saving import saved_text
from sim.stage.export.png import save_png
from sim.stage.export.still import screenshot


def png(path: Path, **texts: str) -> Path:
    carried = PngInfo()
    for keyword, text in texts.items():
        carried.add_itxt(keyword, text)
    Image.new("RGB", (8, 8)).save(path, pnginfo=carried)
    return path


def carried(path: Path) -> dict[Any, Any]:
    with Image.open(path) as image:
        return image.info


@pytest.mark.parametrize("name", [*scene_files()])
def test_a_saved_scene_is_read_as_an_equal_one(name: str) -> None:
    saved = Saved(load_scene(name), 123, "epochs")
    assert parse_saved(saved_text(saved), "another name") == saved


def test_a_table_of_translations_that_says_nothing_is_as_good_as_none() -> None:
    saved = Saved(replace(load_scene("ravine"), translations=()), 5)
    text = saved_text(saved)
    assert "[zh" not in text
    assert parse_saved(text.replace("[saved]", "[zh.lane]\n\n[saved]"), "x") == saved


def test_a_scene_changed_by_hand_is_kept_to_the_last_bit() -> None:
    scene = load_scene("local-minimum")
    lane = replace(scene.lanes[1], rule=replace(scene.lanes[1].rule, learning_rate=0.1 + 0.2))
    changed = replace(scene, start=(-100 / 3, 1e-17), seed=2**53 - 1, lanes=(lane,), claims=(None,))
    again = parse_saved(saved_text(Saved(changed, 7)), "x").scene
    assert again.lanes == changed.lanes
    assert again.start == changed.start
    one, other = changed.race(), again.race()
    one.extend(50)
    other.extend(50)
    assert_array_equal(one.tracks[0].theta, other.tracks[0].theta)


def test_a_screenshot_opens_the_race_at_its_update(tmp_path: Path) -> None:
    path = tmp_path / "any name.png"
    scene = replace(load_scene("on-the-saddle"), seed=9)
    screenshot(scene, 31, (640, 400), "dark", path)
    assert load_saved(str(path)) == Saved(scene, 31, "updates")
    assert load_scene(str(path)) == scene
    assert VERSION in carried(path)[KEYWORD]


def test_a_scene_file_says_nothing_of_a_moment() -> None:
    assert load_saved("ravine") == Saved(load_scene("ravine"))


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({}, "is a PNG picture without a scene, or a damaged one; those that this program saves carry theirs"),
        ({"Comment": "hello"}, "without a scene"),
        ({KEYWORD: "hello"}, "without a scene"),
        ({KEYWORD: f"{OPENING_LINE}\nnonsense ="}, "is not valid TOML"),
        ({KEYWORD: f"{OPENING_LINE}\ntitle = 'x'"}, "is missing"),
        ({KEYWORD: f"{OPENING_LINE}\n{'#' * LARGEST_FILE}"}, "larger than a scene can be, 256 kB"),
    ],
)
def test_a_picture_without_a_good_scene_gets_a_sentence(tmp_path: Path, texts: dict[str, str], says: str) -> None:
    path = png(tmp_path / "a.png", **texts)
    with pytest.raises(SceneError) as mistake:
        load_saved(str(path))
    assert str(mistake.value).startswith(f"{path}: ")
    assert says in str(mistake.value)


def test_a_damaged_picture_gets_a_sentence(tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    screenshot(load_scene("ravine"), 5, (640, 400), "light", whole)
    content = whole.read_bytes()
    generator = np.random.default_rng(0)
    part = tmp_path / "part.png"
    for length in [*range(12, 60), *generator.integers(60, len(content), 20).tolist()]:
        part.write_bytes(content[:length])
        try:
            assert load_saved(str(part)).tick == 5
        except SceneError as mistake:
            assert "damaged or cut off" in str(mistake) or "without a scene" in str(mistake)  # noqa: PT017
    for _ in range(200):
        broken = bytearray(content[:4000])
        for place in generator.integers(8, 4000, 3):
            broken[place] = generator.integers(256)
        part.write_bytes(broken)
        try:
            load_saved(str(part))
        except SceneError as mistake:
            assert str(mistake).startswith(str(part))  # noqa: PT017


@pytest.mark.parametrize("name", ["", " ", "x" * 256, "a\nb", "a\x1bb"])
def test_a_carried_name_can_be_shown(name: str) -> None:
    text = saved_text(Saved(replace(load_scene("ravine"), name=name), 5))
    with pytest.raises(SceneError, match=r"saved\.scene"):
        parse_saved(text, "x")


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("name", ["../../etc/x", "/tmp/x", "a/b", "a\\b", ".hidden", "c:x", "-o", "x" * 255, "♞" * 255])
def test_a_carried_name_never_leads_elsewhere(tmp_path: Path, name: str) -> None:
    """A scene's name becomes part of the names of the pictures that are saved from it."""
    scene = parse_saved(saved_text(Saved(replace(load_scene("ravine"), name=name), 5)), "x").scene
    path = named(scene.name, "-5.png")
    assert (path.parent, path.suffix) == (Path(), ".png")
    assert not path.name.startswith((".", "-"))
    path.write_bytes(b"")
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("update = -1", "saved.update"),
        ("update = 99999999999", "saved.update"),
        ('clock = "sundial"', "saved.clock"),
        ("unknown = 3", "saved.unknown"),
    ],
)
def test_a_carried_moment_is_checked(line: str, says: str) -> None:
    key = line.split(" ", maxsplit=1)[0]
    kept = [row for row in saved_text(Saved(load_scene("ravine"), 5)).splitlines() if not row.startswith(f"{key} = ")]
    with pytest.raises(SceneError, match=says):
        parse_saved("\n".join([*kept, line]), "x")


def test_a_picture_of_other_pixels_carries_the_text_it_is_given(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    save_png(pygame.Surface((4, 3), depth=32), path)
    assert KEYWORD not in carried(path)
    assert os.listdir(tmp_path) == ["a.png"]


def test_an_svg_carries_its_scene_too(tmp_path: Path) -> None:
    path = tmp_path / "figure.svg"
    scene = replace(load_scene("local-minimum"), seed=4)
    screenshot(scene, 25, (960, 600), "light", path)
    assert load_saved(str(path)) == Saved(scene, 25)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<svg></svg>", "without a scene"),
        ("<svg><g><metadata># Three Marbles scene</metadata></g></svg>", "without a scene"),
        ("<svg><metadata>hello</metadata></svg>", "without a scene"),
        ("<svg><metadata>", "without a scene"),
        ("<svg><<", "damaged or cut off"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><svg><metadata>&b;</metadata></svg>', "damaged"),
    ],
)
def test_a_strange_svg_gets_a_sentence(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "a.svg"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SceneError, match=says):
        load_saved(str(path))


def test_a_saved_scene_may_speak_languages_that_are_not_known_here() -> None:
    """Where it was saved they were; a scene file of one's own has made a mistake."""
    saved = Saved(load_scene("local-minimum"), 5)
    own, moment = saved_text(saved).split("[saved]")
    foreign = own.replace("[[caption]]\n", '[[caption]]\nqaa = "x"\n').replace(
        "[question]\n", '[question]\nqaa = "y"\n'
    )
    foreign += '[qaa]\ntitle = "z"\n'
    assert parse_saved(f"{foreign}[saved]{moment}", "a") == saved
    with pytest.raises(SceneError, match="qaa is not known here"):
        parse_saved(foreign, "a")
    with pytest.raises(SceneError, match="title_of_it is not known here"):
        parse_saved(f"title_of_it = 3\n{foreign}[saved]{moment}", "a")
