"""The command that films a race, as its users meet it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from command_line import mistake, output, status

import main
import sim.stage.export.film
from sim.scene import OPENING, load_scene
from sim.stage.export.film import ENCODERS
from sim.stage.export.limits import FILMS
from sim.stage.export.looks import Look

MAIN = str(Path(main.__file__))
SMALL = ("--size", "320x240", "--to", "30")

pytestmark = pytest.mark.usefixtures("_elsewhere", "_heard")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals as POSIX has them")


def test_a_film_is_saved_and_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("record", "ravine", *SMALL, "--seconds", "1.5", "--fps", "10", "-o", "a.MP4")
    assert output(capsys, *words) == "saved a.MP4: 15 pictures, 1.5 s\n"
    with av.open(str(tmp_path / "a.MP4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.frames, stream.average_rate) == (320, 240, 15, Fraction(10))


def test_the_size_that_an_mp4_cannot_have_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("record", "--size", "321x241", "--to", "2", "-o", "a.mp4") == 0
    assert capsys.readouterr().err == "main.py: an MP4 has even sizes only: the film has 320x240 pixels\n"
    assert status("record", "--size", "321x241", "--to", "2", "-o", "a.webm") == 0
    assert capsys.readouterr().err == ""


def test_what_was_asked_for_reaches_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def film(*words: Any, **options: Any) -> Generator[float, None, int]:
        calls.append((words, options))
        yield 1.0
        return 3

    monkeypatch.setattr(sim.stage.export.film, "film", film)
    asked = "--from 3 --to 9 --fps 50 --seconds 2.5 --size 800x600 --theme dark --seed 5 -o a.gif"
    assert status("record", "ravine", *asked.split()) == 0
    Path("local-minimum.mp4").touch()
    assert status("record") == 0
    (scene, path), options = calls[0]
    assert (scene.name, scene.seed, path) == ("ravine", 5, Path("a.gif"))
    assert options == {
        "size": (800, 600),
        "theme": "dark",
        "rate": 50,
        "first": 3,
        "last": 9,
        "seconds": 2.5,
        "drama": False,
        "steady": False,
        "clock": "updates",
        "look": Look(),
    }
    usual = load_scene(OPENING)
    assert calls[1][0] == (usual, Path("local-minimum-2.mp4"))
    assert calls[1][1] == {
        "size": (1280, 720),
        "theme": "light",
        "rate": 20,
        "first": 0,
        "last": usual.updates,
        "seconds": None,
        "drama": False,
        "steady": False,
        "clock": "updates",
        "look": Look(),
    }


def test_the_kinds_are_those_of_the_stage() -> None:
    assert tuple(ENCODERS) == FILMS


DRAMA = "--drama and --reduced-motion cannot be combined"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("-o a.avi", "argument -o/--output: must end in .mp4, .gif, .webm or .webp, not .avi"),
        ("-o film", "argument -o/--output: must end in .mp4, .gif, .webm or .webp, and 'film' has no ending"),
        ("-o none/a.mp4", "cannot write none/a.mp4: there is no folder none"),
        ("--from 5 --to 3", "--from 5 is after --to, 3"),
        ("--from 1000", "--from 1,000 is after the last update of local-minimum, 400"),
        ("--from -1", "argument --from: must be a whole number from 0 to 1,000,000, not '-1'"),
        ("--to 2000000", "argument --to: must be a whole number from 0 to 1,000,000, not '2000000'"),
        ("--fps 0", "argument --fps: must be a whole number from 1 to 60, not '0'"),
        ("--fps 60 -o a.gif", "argument --fps: a GIF shows at most 50 pictures a second, not 60"),
        ("--seconds 0", "argument --seconds: must be a number of seconds from 0.1 to 3600, not '0'"),
        ("--seconds nan", "argument --seconds: must be a number of seconds from 0.1 to 3600, not 'nan'"),
        ("--seconds 1e9", "argument --seconds: must be a number of seconds from 0.1 to 3600, not '1e9'"),
        ("--drama --reduced-motion", DRAMA),
        ("--size 10x10", "argument --size: must be from 320x240 to 7680x4320, not '10x10'"),
    ],
)
def test_what_cannot_be_done_is_named_and_leaves_nothing(
    words: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mistake(capsys, "record", *words.split()) == f"main.py: error: {sentence}\n"


def test_a_missing_library_is_a_sentence_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith(("sim.stage.export.film", "av."))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "av", None)
    sentence = mistake(capsys, "record")
    assert sentence.startswith("main.py: error: av is not installed; install what is needed with: ")


@posix
def test_a_terminal_sees_the_time_left_and_control_c_leaves_what_was_there(tmp_path: Path) -> None:
    import pty  # noqa: PLC0415  Not everywhere.

    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    reader, writer = pty.openpty()
    words = [sys.executable, MAIN, "record", "-o", str(path), "--size", "320x240", "--seconds", "600"]
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(words, stderr=writer, stdout=subprocess.PIPE, env=environment) as process:
        os.close(writer)
        seen = b""
        until = time.monotonic() + 30
        while b"0:" not in seen and time.monotonic() < until:
            seen += os.read(reader, 4096)
        process.send_signal(signal.SIGINT)
        try:
            while data := os.read(reader, 4096):
                seen += data
        except OSError:
            pass  # Nobody writes to it any more.
        assert process.wait(30) == 130
    os.close(reader)
    assert b"computing" in seen
    assert seen.rstrip().endswith(b"main.py: interrupted")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a.mp4": b"old"}
