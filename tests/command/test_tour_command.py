"""`tour`: as text, as a picture, and as a window that opens at a step."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from command_line import mistake, output, status
from PIL import Image

from sim.base.languages import LANGUAGES
from sim.scene import OPENING, load_scene
from sim.scene.reading import Saved
from sim.scene.reading import load_scene as reopened
from sim.scene.tour import the_tour
from sim.stage.drawing.layout import SMALLEST
from sim.stage.export.step import still
from sim.stage.style.theme import load_theme, say
from sim.stage.style.tints import quiet_basin_color
from sim.stage.window import opening
from sim.stage.window.display import NoDisplay
from sim.study.tour.blanks import told

pytestmark = pytest.mark.usefixtures("_elsewhere")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_tells_every_step_with_its_numbers(
    capsys: pytest.CaptureFixture[str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    shown = "".join(output(capsys, "tour", "--list", "--language", language).split())
    for step in the_tour().step:
        words = told(step, language)
        for part in (step.scene, words.title, words.says, words.found):
            assert "".join(part.split()) in shown
    seeds = say(language, "{words} ({count} seeds from {seed}, 95 %)", words="", count="1,000", seed=0)
    assert "".join(seeds.split()) in shown
    assert list(Path().iterdir()) == []


def test_a_step_becomes_a_picture_that_opens_as_its_scene(capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys, "tour", "6", "--size", "960x600", "-o", "six.png") == "saved six.png\n"
    assert output(capsys, "tour", "6", "--size", "960x600", "--theme", "dark", "-o", "dark.png") == "saved dark.png\n"
    light, dark = (np.asarray(Image.open(name).convert("RGB")) for name in ("six.png", "dark.png"))
    assert light.shape == dark.shape == (600, 960, 3)
    assert light[:30].mean() > 200
    assert dark[:30].mean() < 60
    scene = reopened("six.png")
    assert (scene.name, scene.view.ground) == ("local-minimum", "moving")


@pytest.mark.parametrize("presenter", [[], ["--presenter"]])
@pytest.mark.parametrize(("step", "width", "height"), [(1, 320, 240), (6, 500, 900), (9, 1366, 240), (13, 640, 480)])
def test_a_small_picture_is_a_reduced_one(
    capsys: pytest.CaptureFixture[str], step: int, width: int, height: int, presenter: list[str]
) -> None:
    least = max(width, SMALLEST[0]), max(height, SMALLEST[1])
    pictures = []
    for wide, high in ((width, height), least):
        output(capsys, "tour", str(step), "--size", f"{wide}x{high}", "-o", "step.png", *presenter)
        pictures.append(Image.open("step.png").convert("L"))
    small, large = pictures
    assert (small.size, large.size) == ((width, height), least)
    reduced = np.asarray(large.resize(small.size, Image.Resampling.BOX)).astype(int)
    assert np.abs(np.asarray(small).astype(int) - reduced).mean() < 8


def test_for_a_projector_a_step_has_larger_type(capsys: pytest.CaptureFixture[str]) -> None:
    bands = []
    for presenter in ([], ["--presenter"]):
        output(capsys, "tour", "6", "--size", "960x600", "-o", "six.png", *presenter)
        title = np.asarray(Image.open("six.png").convert("L"))[:36, :200]
        bands.append(int((title < 128).any(axis=1).sum()))
    assert bands[1] > 1.2 * bands[0]


def test_a_step_is_shown_at_the_moment_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = the_tour().step
    assert [still(place, "en", "light").tick for place in (0, 5, 11)] == [7, 60, 5]
    late = steps[0].model_copy(update={"picture": 10_000})
    tour = the_tour().model_copy(update={"step": (late,)})
    monkeypatch.setattr("sim.stage.session.tour.the_tour", lambda: tour)
    assert still(0, "en", "light").tick == 400


def test_a_step_s_picture_has_what_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    output(capsys, "tour", "7", "--size", "960x600", "-o", "seven.png")
    picture = np.asarray(Image.open("seven.png").convert("RGB")).astype(int)
    bars, theme = picture[280:460, 60:460], load_theme("light")
    for minimum in (0, 1):  # Two batch sizes end in either.
        assert (bars == quiet_basin_color(theme, minimum)).all(axis=-1).mean() > 0.2


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["14"], "there is no step 14; the tour has 13 steps"),
        (["99"], "there is no step 99; the tour has 13 steps"),
        (["0"], "there is no step 0; the tour has 13 steps"),
        (["six"], "argument STEP: must be the number of a step, such as 6, not 'six'"),
        (["--language", "tlh"], 'argument --language: there is no language "tlh"; there are '),
        (["-o", "six.gif"], "argument -o/--output: must end in .png"),
        (["-o", "nowhere/six.png"], "cannot write nowhere/six.png: there is no folder nowhere"),
    ],
)
def test_a_mistake_gets_a_sentence(capsys: pytest.CaptureFixture[str], words: list[str], problem: str) -> None:
    assert f"error: {problem}" in mistake(capsys, "tour", *words)


def test_a_list_saves_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "not allowed with argument --list" in mistake(capsys, "tour", "3", "--list", "-o", "x.png")
    assert not Path("x.png").exists()


def test_the_window_looks_and_reads_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(opening, "open_window", lambda *_step, **look: asked.append(look))
    assert status("tour", "--theme", "dark", "--language", "de", "--presenter") == 0
    assert asked == [{"theme": "dark", "language": "de", "presenter": True}]


def test_the_window_opens_at_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int | None]] = []

    def opened(find: Callable[[], Saved], step: int | None = None, **_look: object) -> None:
        asked.append((find().scene.name, step))

    monkeypatch.setattr(opening, "open_window", opened)
    assert status("tour", "6") == status("tour") == status() == 0
    assert asked == [(OPENING, 5), (OPENING, 0), (OPENING, None)]


def test_where_there_is_no_display_the_step_is_saved(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise NoDisplay("there is no display")

    monkeypatch.setattr(opening, "open_window", refuse)
    assert status("tour", "2", "--size", "960x600") == 0
    assert "the step is saved instead" in capsys.readouterr().err
    with Image.open("three-marbles.png") as picture:
        assert picture.size == (960, 600)
    assert reopened("three-marbles.png") == load_scene("twenty-against-one")
