"""What pictures and films show that the command line asks for."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageSequence
from tallies import few_seeds

from sim.base.limits import CLOCKS
from sim.command.entry import obey
from sim.descent import clock
from sim.scene import load_scene
from sim.stage.export.looks import Look
from sim.stage.export.still import paused
from sim.stage.picture.views import VIEWS
from sim.stage.session.odds import ends_seen
from sim.stage.session.session import begin
from sim.stage.views import ViewName

SIZE = ["--size", "640x400"]


def test_a_look_is_what_the_keys_would_bring() -> None:
    session = begin(load_scene("ravine"))
    seen = Look(
        added=frozenset({ViewName.MOMENTUM}), profile=True, numbers=True, language="de", presenter=True
    ).applied(session)
    assert seen.views == session.views | {ViewName.MOMENTUM}
    assert (seen.profile, seen.numbers, seen.language, seen.presenter) == (True, True, "de", True)
    assert Look().applied(session) == session


def test_a_picture_that_shows_the_bars_has_counted_all_seeds_of_its_lanes() -> None:
    scene = replace(load_scene("local-minimum"), updates=20)
    with few_seeds(20):
        session, _ = paused(scene, 10, "light", look=Look(ends=True))
        assert [ends.seeds for ends in ends_seen(session) if ends is not None] == [20, 20, 20]
    assert paused(scene, 10, "light")[0].tally is None


def test_a_still_is_looked_at_so() -> None:
    session, _ = paused(load_scene("ravine"), 3, "dark", "epochs", Look(frozenset({ViewName.HESSIAN}), language="zh"))
    assert session.views == {"hessian"}
    assert (session.language, session.clock, session.theme) == ("zh", "epochs", "dark")


@pytest.mark.parametrize(
    "words",
    [
        ["--show", "gradients"],
        ["--show", "profile"],
        ["--language", "de"],
        ["--presenter"],
        ["--tilt", "60"],
        ["--yaw", "40"],
        ["--clock", "epochs"],
    ],
)
def test_each_option_makes_another_picture(words: list[str], tmp_path: Path) -> None:
    usual, other = tmp_path / "usual.png", tmp_path / "other.png"
    common = ["screenshot", "twenty-against-one", "--update", "40", *SIZE, "-o"]
    assert obey([*common, str(usual)]) == 0
    assert obey([*common, str(other), *words]) == 0
    assert Image.open(usual).tobytes() != Image.open(other).tobytes()


def test_a_film_ends_with_the_picture_that_a_screenshot_with_the_same_options_is(tmp_path: Path) -> None:
    options = ["--show", "momentum", "--language", "de", "--tilt", "50", "--size", "960x600"]
    still, film = tmp_path / "still.png", tmp_path / "film.webp"
    assert obey(["screenshot", "ravine", "--update", "30", *options, "-o", str(still)]) == 0
    assert obey(["record", "ravine", "--from", "29", "--to", "30", "--seconds", "0.1", *options, "-o", str(film)]) == 0
    *_, last = (frame.convert("RGB") for frame in ImageSequence.Iterator(Image.open(film)))
    assert last.tobytes() == Image.open(still).convert("RGB").tobytes()


@pytest.mark.parametrize("command", ["screenshot", "record"])
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--tilt", "5"], "must be from 12 to 76 degrees"),
        (["--tilt", "nan"], "must be from 12 to 76 degrees"),
        (["--yaw", "181"], "must be from -180 to 180 degrees"),
        (["--view", "map", "--tilt", "40"], "a map is not turned or tilted"),
        (["--show", "gradient"], "did you mean gradients?"),
        (["--language", "fr"], "there is no language"),
        (["--clock", "sundial"], "invalid choice"),
    ],
)
def test_mistakes_are_a_sentence(
    command: str, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        obey([command, *words])
    assert caught.value.code == 2
    assert sentence in capsys.readouterr().err


def test_help_names_every_view_and_what_it_repeats_is_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        obey(["screenshot", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert all(f" {name.replace(' ', '-')}," in told for name in VIEWS)
    assert tuple(clock.CLOCKS) == CLOCKS
