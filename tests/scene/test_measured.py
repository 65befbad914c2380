"""Measured examples: a scene may name a CSV file, and a strange file gets a sentence."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from carried import KINDS, save
from numpy.testing import assert_allclose

from sim.descent.examples.recipes import MeasuredExamples
from sim.scene import SceneError, load_scene
from sim.scene.carriers import OPENING_LINE, sealed
from sim.scene.measured import LARGEST_FILE, with_measured
from sim.scene.reading import Saved, parse_saved, parse_scene
from sim.scene.saving import saved_text
from sim.surface.points import Array

SCENE = """
title = "a"
look = "b"
start = [0.0, 0.0]
window = [[-1, 1], [-1, 1]]
[examples]
kind = "measured"
model = "line"
{examples}
[lane.a]
rule = "gradient descent"
batch_size = "full"
"""


def examples_of(tmp_path: Path, content: str, more: str = "") -> MeasuredExamples:
    (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    scene = parse_saved(SCENE.format(examples=f'file = "data.csv"\n{more}'), "a", tmp_path).scene
    assert isinstance(scene.examples, MeasuredExamples)
    return scene.examples


def test_rows_become_examples_and_each_fourth_a_test(tmp_path: Path) -> None:
    examples = examples_of(tmp_path, "# a remark\nx,y\n1,2\n3,4\n\n5,6\n7,8\n 9.5 , -1e1\n")
    assert examples.train == ((1, 2), (3, 4), (5, 6), (9.5, -10))
    assert examples.test == ((7, 8),)
    assert examples.count == 4


def test_a_file_without_a_header_and_another_share_of_tests(tmp_path: Path) -> None:
    examples = examples_of(tmp_path, "1,2\n3,4\n5,6\n", "test_every = 2")
    assert (examples.train, examples.test) == (((1, 2), (5, 6)), ((3, 4),))


def test_standardized_rows_have_mean_0_and_deviation_1_in_training(tmp_path: Path) -> None:
    rows = "".join(f"{x},{x * x}\n" for x in range(9))
    train = np.array(examples_of(tmp_path, rows, "standardize = true").train)
    assert_allclose(train.mean(axis=0), 0, atol=1e-15)
    assert_allclose(train.std(axis=0), 1)


@pytest.mark.parametrize("size", [1.7e308, 1e200, 1e-200, 5e-324])
def test_numbers_of_any_size_are_standardized_alike(tmp_path: Path, size: float) -> None:
    rows = "".join(
        f"{x * size!r},{y}\n" for x, y in [(1, 1), (-1, 2), (-1, 3), (1, 4), (1, 5), (0, 6), (0, 7), (-1, 8)]
    )
    examples = examples_of(tmp_path, rows, "standardize = true")
    x, _ = np.array(examples.train).T
    assert_allclose(x, np.sqrt(1.5) * np.array([1, -1, -1, 1, 0, 0]))
    assert [x for x, _ in examples.test] == [x[0], x[1]]


def test_a_test_far_from_all_training_is_a_mistake_not_an_overflow(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=r"examples\.test\[0\]\[0\] must be "):
        examples_of(tmp_path, "0,1\n1e-300,2\n0,3\n1e7,4\n", "standardize = true")


def line(x: Array, y: Array) -> Array:
    """Slope and intercept by least squares."""
    return np.asarray(np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)[0])


def test_the_scene_that_comes_with_the_program_has_the_known_line() -> None:
    """R's documentation of `cars` has the least-squares line −17.5791 + 3.9324 · speed of all fifty."""
    examples = load_scene("stopping-distances").examples
    assert isinstance(examples, MeasuredExamples)
    x, y = np.array(examples.train + examples.test).T
    assert_allclose(line(x, y), [10 * 3.932409, -17.579095], rtol=1e-6)
    (minimum,) = load_scene("stopping-distances").problem().minima
    assert_allclose(minimum.position, line(*np.array(examples.train).T), rtol=1e-6)


def test_a_saved_scene_holds_the_data_itself(tmp_path: Path) -> None:
    examples_of(tmp_path, "1,2\n3,4.1\n5,6\n7,8\n")
    scene = parse_saved(SCENE.format(examples='file = "data.csv"'), "a", tmp_path).scene
    text = saved_text(Saved(scene, 3))
    assert "data.csv" not in text
    (tmp_path / "data.csv").unlink()
    assert parse_scene(text, "a") == scene


@pytest.mark.parametrize(
    ("content", "more", "says"),
    [
        ("", "", "data.csv has no rows of two numbers, x,y"),
        ("x,y\n", "", "has no rows of two numbers"),
        ("1,2\n3\n", "", 'line 2 of data.csv must be two numbers, x,y, not "3"'),
        ("x,y\n1,2\nx,y\n", "", "line 3 of data.csv must be two numbers"),
        ("1;2\n", "", "line 1 of data.csv must be two numbers"),
        ("1,2\n1,inf\n", "", "line 2 of data.csv must be two numbers"),
        ("1,2\n1,nan\n", "", "line 2 of data.csv must be two numbers"),
        ('1,2\n"1,2\n', "", "line 2 of data.csv must be two numbers"),
        ("__import__('os'),2\n1,2\n", "", "line 1 of data.csv must be two numbers"),
        ("1,2\n3,4\n5,6\n", "", "has 3 rows, too few for a test example every 4"),
        ("1,2\n" * 2001, "", "has more than 2,000 rows"),
        ("1,2\n" * 1500, "", "has 1,125 training examples, more than 1,000"),
        ("1,2\n" * 8, "test_every = 1", "examples.test_every must be a whole number from 2 to 1000, not 1"),
        ("1,2\n" * 8, "test_every = 2.0", "examples.test_every must be a whole number"),
        ("1,2\n" * 8, 'standardize = "yes"', 'examples.standardize must be true or false, not "yes"'),
        ("1,2\n" * 8, "standardize = true", "a column of data.csv is constant, which cannot be standardized"),
        ("1,2\n" * 8, "sigma = 3", "examples.sigma"),
        ("1,2\n" * (LARGEST_FILE // 4 + 1), "", "cannot read data.csv: it is larger than measured data can be, 256 kB"),
    ],
)
def test_a_strange_file_gets_a_sentence(tmp_path: Path, content: str, more: str, says: str) -> None:
    with pytest.raises(SceneError) as mistake:
        examples_of(tmp_path, content, more)
    assert says in str(mistake.value)
    assert "\n" not in str(mistake.value)


@pytest.mark.parametrize("file", ["nowhere.csv", ".", "a\0b", "\n"])
def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path: Path, file: str) -> None:
    with pytest.raises(SceneError, match=r"examples\.file"):
        with_measured({"kind": "measured", "model": "line", "file": file}, tmp_path)


def test_bytes_that_are_no_text_get_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_bytes(b"\xff\xfe1,2")
    with pytest.raises(SceneError, match="is not a text file in UTF-8"):
        with_measured({"file": "data.csv"}, tmp_path)


# Where the file may be.


def named_file(file: str, folder: Path | None) -> str:
    """What is said of a scene that names this file, which holds numbers."""
    with pytest.raises(SceneError) as mistake:
        parse_saved(SCENE.format(examples=f"file = '{file}'"), "a", folder)
    return str(mistake.value)


def test_a_file_may_lie_below_the_scene(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "data.csv").write_text("1,2\n3,4\n5,6\n7,8\n")
    text = SCENE.format(examples='file = "data/../data/data.csv"')
    (tmp_path / "scene.toml").write_text(text)
    assert load_scene(str(tmp_path / "scene.toml")).examples.count == 3


@pytest.mark.parametrize(
    "file", ["../data.csv", "data/../../data.csv", "/etc/hostname", "{absolute}", "link.csv", "up/data.csv"]
)
def test_a_file_that_lies_elsewhere_is_not_read(tmp_path: Path, file: str) -> None:
    (tmp_path / "data.csv").write_text("1,2\n3,4\n5,6\n7,8\n")
    (folder := tmp_path / "scenes").mkdir()
    (folder / "link.csv").symlink_to(tmp_path / "data.csv")
    (folder / "up").symlink_to(tmp_path)
    file = file.format(absolute=folder / "scene.csv")
    assert named_file(file, folder).startswith("examples.file must be in the scene's folder, or in one below it, not ")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_picture_or_film_carries_names_no_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / "data.csv").write_text("1,2\n3,4\n5,6\n7,8\n")
    scene = SCENE.format(examples='file = "data.csv"')
    save(tmp_path / f"a{kind}", sealed(f"{OPENING_LINE}\n{scene}"))
    with pytest.raises(SceneError, match="only a scene in a file can name another one"):
        load_scene(str(tmp_path / f"a{kind}"))


def test_a_text_that_comes_from_no_file_names_none() -> None:
    assert "only a scene in a file can name another one" in named_file("data.csv", None)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes as POSIX has them")
def test_a_pipe_or_a_device_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert named_file("pipe.csv", tmp_path).endswith("cannot read pipe.csv: it is not an ordinary file")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    assert "must be in the scene's folder" in named_file("zero.csv", tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a folder in use cannot be deleted")
def test_where_no_place_can_be_known_no_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret.csv").write_text("1,2\n3,4\n5,6\n7,8\n")
    (gone := tmp_path / "in" / "gone").mkdir(parents=True)
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "cannot read" in named_file("../secret.csv", Path(".."))
