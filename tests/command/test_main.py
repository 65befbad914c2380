"""The command line as its users meet it: results on standard output, one sentence for a mistake."""

import csv
import json
import os
import re
import struct
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from command_line import mistake, output, status

import main
from sim.base.files import OutputError
from sim.command import COMMANDS, entry
from sim.command import run as run_command
from sim.command.console import terminal
from sim.command.console.selection import READING, keep_sources
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.protocol import Slope
from sim.scene import OPENING, load_scene, parse_scene, scene_files
from sim.scene.reading import LARGEST_FILE, Saved, load_saved
from sim.scene.saving import saved_text
from sim.stage.picture.races import RACES
from sim.surface.points import Array

ROOT = Path(main.__file__).parent
MAIN = str(ROOT / "main.py")

pytestmark = pytest.mark.usefixtures("_elsewhere", "_heard")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes as POSIX has them")


def start(*words: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **options
    )


def in_one_process(body: str) -> str:
    """What a script prints that has `obey` imported: several commands, for one start of the interpreter."""
    with start(
        "-c", f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom sim.command.entry import obey\n{body}"
    ) as process:
        text, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return text


# Help.


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_has_examples_and_fits_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = output(capsys, *command, "--help")
    assert text.startswith(" ".join(["usage: main.py", *command]))
    assert " ".join(["  python main.py", *command]) in text.split("examples:")[1]
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("command", ["screenshot", "record", "page"])
def test_help_says_that_a_saved_race_goes_by_its_own_clock(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    said = "(default: that of a picture, film or page, else updates)"
    assert said in " ".join(output(capsys, command, "--help").split("--clock", 2)[2].split())
    monkeypatch.chdir(tmp_path)
    made = {"screenshot": "made.png", "record": "made.gif", "page": "made.html"}[command]
    few = {"screenshot": ("--update", "4"), "record": ("--to", "4"), "page": ("--updates", "4")}[command]
    output(capsys, "screenshot", "batch-ladder", "--clock", "epochs", "--update", "3", "-o", "saved.png")
    output(capsys, command, "saved.png", *few, "-o", made)
    assert load_saved(made).clock == "epochs"


def test_the_main_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "--help")
    assert all(f"main.py {command} " in text for command in COMMANDS)


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_pages_that_people_read_tell_of_every_command(page: str, command: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    assert re.search(rf"(main\.py|three-marbles) {command}\b", text)


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert output(capsys, "--version") == "three-marbles 0.3.0\n"


def test_help_waits_for_no_library_but_that_of_basins_for_the_rules() -> None:
    helps = [[], *([command] for command in COMMANDS if command != "basins"), ["basins"]]
    output = in_one_process(f"""
for words in {helps}:
    try:
        obey([*words, "--help"])
    except SystemExit:
        print("modules:", *sys.modules)
""")
    *others, basins = (set(part.splitlines()[0].split()) for part in output.split("modules:")[1:])
    slow = {"numpy", "pydantic", "rich", "pygame", "sim.scene"}
    assert len(others) == len(COMMANDS)
    for words, modules in zip(helps, others, strict=False):
        assert "argparse" in modules
        assert not slow & modules, words
    assert slow & basins == {"numpy"}


def test_what_needs_no_picture_imports_no_pygame() -> None:
    output = in_one_process("""
for words in ["run", "--json"], ["run"], ["scenes"]:
    obey([*words, *(["--updates", "3"] if "run" in words else [])])
    print("modules:", *sys.modules)
""")
    stages = [set(part.splitlines()[0].split()) for part in output.split("modules:")[1:]]
    assert ["rich" in modules for modules in stages] == [False, True, True]
    for modules in stages:
        assert "numpy" in modules
        assert not {"pygame", "pygame_gui", "contourpy", "PIL"} & modules


# scenes.


def test_scenes_are_listed_with_key_name_title_and_look(capsys: pytest.CaptureFixture[str]) -> None:
    words = output(capsys, "scenes").split()
    for number, name in enumerate(scene_files(), 1):
        scene = load_scene(name)
        rest = iter(words)
        entry = [str(number), name, *scene.title.split(), *scene.look.split()] if number <= 9 else ["Shift", "O", name]
        assert all(word in rest for word in entry), name


# run.


def test_run_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "run")
    assert "Local minimum · seed 0 · after 400 updates" in text
    assert "stuck in a local minimum" in text
    assert "settled in the lowest known minimum" in text
    assert "escaped minimum 2 for minimum 1" in text
    assert "\x1b" not in text


def test_run_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(output(capsys, "run", "on-the-saddle", "--seed", "7", "--updates", "30", "--json"))
    assert (data["scene"], data["seed"], data["updates"]) == ("on-the-saddle", 7, 30)
    assert [lane["final"]["update"] for lane in data["lanes"]] == [30] * 3


def test_the_scene_decides_what_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(output(capsys, "run", "--json"))
    scene = load_scene(OPENING)
    assert (data["scene"], data["seed"], data["updates"]) == (OPENING, scene.seed, scene.updates)
    assert [lane["verdict"] for lane in data["lanes"]] == [claim.verdict for claim in scene.claims if claim]


def test_equal_seeds_give_equal_races_and_others_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [output(capsys, "run", "--updates", "20", "--json", "--seed", seed) for seed in ("1", "1", "2")]
    assert runs[0] == runs[1]
    assert [lane["final"] for lane in json.loads(runs[0])["lanes"]][1] != json.loads(runs[2])["lanes"][1]["final"]


def test_run_writes_arrays_that_numpy_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output(capsys, "run", "learning-rate-ladder", "--updates", "2150", "--npz", "race.npz", "--csv", "race.csv")
    scene = load_scene("learning-rate-ladder")
    race = scene.race()
    race.extend(2_150)
    with np.load(tmp_path / "race.npz") as arrays:
        assert arrays["lanes"].tolist() == [lane.name for lane in scene.lanes]
        assert parse_scene(str(arrays["scene"]), scene.name) == scene
        for lane, track in enumerate(race.tracks):
            made = arrays["updates"][lane]
            assert made == track.updates
            for name in ("theta", "loss", "test_loss", "full_gradient", "curvatures"):
                np.testing.assert_array_equal(arrays[name][lane, : made + 1], getattr(track, name))
                assert np.isnan(arrays[name][lane, made + 1 :]).all()
            for name in ("batch_loss", "gradient", "movement"):
                np.testing.assert_array_equal(arrays[name][lane, :made], getattr(track, name))
        assert arrays["updates"].min() < 2_150 == arrays["updates"].max()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["race.csv", "race.npz"]


def test_how_the_computing_is_cut_makes_no_difference(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = output(capsys, "run", "--updates", "100", "--json")
    monkeypatch.setattr(run_command, "CHUNK", 7)
    assert output(capsys, "run", "--updates", "100", "--json") == whole


def test_run_writes_csv_beside_what_it_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(output(capsys, "run", "--updates", "10", "--json", "--csv", "race.csv"))
    with (tmp_path / "race.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [path.name for path in tmp_path.iterdir()] == ["race.csv"]
    assert len(rows) == 3 * 11
    assert [(float(row["x"]), float(row["y"])) for row in rows[10::11]] == [
        (lane["final"]["x"], lane["final"]["y"]) for lane in data["lanes"]
    ]


def test_a_scene_may_be_a_path_even_one_named_like_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = scene_files()["ravine"].read_text(encoding="utf-8")
    for path in ("run", "mine.toml"):
        (tmp_path / path).write_text(text, encoding="utf-8")
        data = json.loads(output(capsys, "run", f"./{path}", "--updates", "2", "--json"))
        assert data["scene"] == path.removesuffix(".toml")


def test_a_path_named_like_a_command_opens_a_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run").write_text(scene_files()["ravine"].read_text(encoding="utf-8"), encoding="utf-8")
    opened: list[str] = []
    monkeypatch.setattr("sim.stage.window.opening.open_window", lambda find, **_: opened.append(find().scene.name))
    assert status("./run") == 0
    assert status("on-the-saddle") == 0
    assert status() == 0
    assert opened == ["run", "on-the-saddle", OPENING]


def test_only_the_opening_scene_as_it_comes_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    usual: list[bool] = []
    monkeypatch.setattr("sim.foreign.rules_file.load_rules", lambda _: None)
    monkeypatch.setattr("sim.stage.window.opening.open_window", lambda _, **how: usual.append(how["usual"]))
    for words in [(), ("--reduced-motion",), (OPENING,), ("--rules", "rules.py")]:
        assert status(*words) == 0
    assert usual == [True, True, False, False]


def test_output_that_has_no_letters_for_it_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for words in (), ("--json",):
        stream = BytesIO()
        monkeypatch.setattr(sys, "stdout", TextIOWrapper(stream, encoding="ascii"))
        assert status("run", "--updates", "3", *words) == 0
        sys.stdout.flush()
        told.append(stream.getvalue().decode("ascii"))
    assert "after 3 updates" in told[0]
    assert "‖∇L‖" in json.loads(told[1])["lanes"][0]["sentence"]


def test_a_terminal_sees_how_far_a_long_run_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_command, "CHUNK", 10)
    assert status("run", "--updates", "100") == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert status("run", "--updates", "100") == 0
    captured = capsys.readouterr()
    assert "computing" in captured.err
    assert "100%" in captured.err
    assert "computing" not in captured.out


SEARCHED = """
title = "Waves"
look = "Waves."
start = [1.0, 0.5]
updates = 3

[surface]
kind = "formula"
formula = "sin({waves}*x) + x^2 + y^2"

[examples]
kind = "shifted"
sigma = 0.2

[lane."full batch"]
rule = "gradient descent"
learning_rate = 0.1
batch_size = "full"
"""


def test_a_terminal_is_told_that_a_search_goes_on_if_it_takes_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(waves: int) -> str:
        path = tmp_path / "waves.toml"
        path.write_text(SEARCHED.format(waves=waves), encoding="utf-8")
        assert status("run", str(path)) == 0
        captured = capsys.readouterr()
        assert "Waves" in captured.out
        return captured.err

    monkeypatch.setattr(terminal, "PATIENCE", 0.01)
    assert told(2) == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert [line.split(": ", 1)[1] for line in told(3).splitlines()] == [READING, terminal.SEARCHING]
    monkeypatch.setattr(terminal, "PATIENCE", 60.0)
    assert told(4) == ""


# screenshot.


def size_of(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", head[16:])
    return width, height


def test_screenshot_writes_a_picture_of_that_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("screenshot", "--size", "960x600", "--update", "5", "--theme", "dark", "--seed", "3", "-o", "a.png")
    assert output(capsys, *words) == "saved a.png\n"
    assert size_of(tmp_path / "a.png") == (960, 600)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_picture_of_a_picture_is_that_picture(tmp_path: Path) -> None:
    """At the moment at which it was left, by the clock that ran."""
    left = Saved(load_scene("twenty-against-one"), 37, "epochs")
    Path("left.toml").write_text(saved_text(left), encoding="utf-8")
    assert status("screenshot", "left.toml", "--size", "640x400", "-o", "a.png") == 0
    assert load_saved("a.png") == left
    assert status("screenshot", "a.png", "--size", "640x400", "-o", "b.png") == 0
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "a.png").read_bytes()
    assert status("screenshot", "a.png", "--size", "640x400", "--update", "5", "-o", "c.png") == 0
    assert load_saved("c.png") == Saved(left.scene, 5, "epochs")


def test_what_was_asked_for_reaches_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[Any, ...]] = []
    monkeypatch.setattr("sim.stage.export.still.screenshot", lambda *arguments, **_: taken.append(arguments))
    assert status("screenshot") == 0
    assert status("screenshot", "ravine", "--update", "0", "--size", "320X240", "--theme", "dark", "--seed", "9") == 0
    (opening, *first), (ravine, *second) = taken
    assert opening == load_scene(OPENING)
    assert first == [opening.updates, (1600, 900), "light", Path("local-minimum.png")]
    assert (ravine.name, ravine.seed) == ("ravine", 9)
    assert second == [0, (320, 240), "dark", Path("ravine.png")]


def test_an_unnamed_picture_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sim.stage.export.still.screenshot", lambda *arguments, **_: arguments[-1].write_bytes(b"picture")
    )
    (tmp_path / "local-minimum.png").write_bytes(b"mine")
    assert status("screenshot") == 0
    assert (tmp_path / "local-minimum.png").read_bytes() == b"mine"
    assert (tmp_path / "local-minimum-2.png").read_bytes() == b"picture"


# No display, no pygame-ce.


def test_without_a_display_the_final_picture_is_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.stage.window.display import NoDisplay  # noqa: PLC0415  The other tests do without the stage.

    def refuse(_: object, **__: object) -> NoReturn:
        raise NoDisplay("there is no display")

    monkeypatch.setattr("sim.stage.window.opening.open_window", refuse)
    (tmp_path / "three-marbles.png").touch()
    assert status() == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("main.py: there is no display")
    assert captured.err.count("\n") == 1
    saved = tmp_path / "three-marbles-2.png"
    assert captured.out == f"saved {saved}\n"
    assert size_of(saved) == (1600, 900)
    assert (tmp_path / "three-marbles.png").read_bytes() == b""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_a_machine_without_a_display(tmp_path: Path) -> None:
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "SDL_VIDEODRIVER"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    with start(MAIN, env=environment) as process:
        try:
            text, errors = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, errors.count("\n")) == (0, 1)
    assert "no display" in errors
    assert text == f"saved {tmp_path / 'three-marbles.png'}\n"
    assert size_of(tmp_path / "three-marbles.png") == (1600, 900)


@pytest.mark.parametrize("words", [[], ["screenshot"]])
def test_the_older_pygame_is_a_sentence_with_a_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pygame", type(sys)("pygame"))
    assert "install pygame-ce" in mistake(capsys, *words)


def test_a_missing_library_is_a_sentence_with_a_remedy() -> None:
    text = in_one_process("""
sys.modules["pydantic"] = None
sys.stderr = sys.stdout
for words in [], ["run"], ["scenes"], ["screenshot"]:
    print(obey(words))
""")
    sentence = "main.py: error: pydantic is not installed; install what is needed with: python -m pip install -r "
    assert text == f"{sentence}requirements.txt\n2\n" * 4


def test_a_module_of_our_own_that_is_missing_is_a_fault_not_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sim.report", None)
    with pytest.raises(ModuleNotFoundError):
        entry.obey(["run"])


# Bad input.


@pytest.mark.parametrize("command", [[], ["run"], ["screenshot"]])
@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ("himelblau", "did you mean himmelblau?"),
        ("nothing-like-it", "local-minimum"),
        ("", "an argument is empty"),
        (".", "cannot read"),
        ("none.toml", "cannot read none.toml"),
        ("broken.toml", "is not valid TOML"),
        ("absurd.toml", "learning_rate must be greater than 0"),
        ("binary.toml", "is not a text file"),
        ("large.toml", "is larger than a scene can be"),
        ("empty.toml", "empty.toml: is empty"),
    ],
)
def test_a_scene_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], scene: str, words: str
) -> None:
    opening = scene_files()[OPENING].read_text(encoding="utf-8")
    (tmp_path / "broken.toml").write_text("title = ", encoding="utf-8")
    (tmp_path / "absurd.toml").write_text(opening.replace("rate = 0.15", "rate = -1.0"), encoding="utf-8")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty.toml").touch()
    (tmp_path / "large.toml").write_bytes(b"#" * (LARGEST_FILE + 1))
    assert words in mistake(capsys, *command, scene)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["run", "--updates", "-1"], "a whole number from 0 to 1,000,000"),
        (["run", "--updates", "1000001"], "a whole number from 0 to 1,000,000"),
        (["run", "--updates", "1e3"], "a whole number from 0 to 1,000,000"),
        (["run", "--updates", "1.5"], "a whole number from 0 to 1,000,000"),
        (["run", "--updates", "9" * 10_000], "a whole number from 0 to 1,000,000"),
        (["run", "--updates"], "expected one argument"),
        (["run", "--seed", "-1"], "a whole number from 0 to 9,007,199,254,740,991"),
        (["run", "--seed", str(2**53)], "a whole number from 0 to 9,007,199,254,740,991"),
        (["run", "a", "b"], "there are more arguments than are expected, from 'b' on"),
        (["run", "--jsn"], "there is no option '--jsn'; did you mean --json?"),
        (["run", "--update", "5", "local-minimum"], "there is no option '--update'; did you mean --updates?"),
        (["sweep", "--ovr", "updates=1"], "there is no option '--ovr'; did you mean --over?"),
        (["odds", "--sedes=3"], "there is no option '--sedes'; did you mean --seeds?"),
        (["basins", "--rule", "adma"], 'there is no rule "adma"; did you mean adam or '),
        (["sweep", "--over", "updates=1,2", "--measure", "off_surfac"], 'no measure "off_surfac"; '),
        (["sweep", "--over", "update=1,2"], "did you mean updates? (the scene with its numbers: python main.py show"),
        (["scenes", "all"], "there are more arguments than are expected, from 'all' on"),
        (["run", "--csv", "none/race.csv"], "there is no folder none"),
        (["run", "--csv", "."], "it is a folder"),
        (["run", "--csv", "a", "--npz", "./a"], "name the same file"),
        (["screenshot", "--update", "nan"], "a whole number from 0 to 1,000,000"),
        (["screenshot", "--size", "0x0"], "from 320x240 to 7680x4320"),
        (["screenshot", "--size", "319x240"], "from 320x240 to 7680x4320"),
        (["screenshot", "--size", "1000000x1000000"], "from 320x240 to 7680x4320"),
        (["screenshot", "--size", "7680x4321"], "from 320x240 to 7680x4320"),
        (["screenshot", "--size", "abc"], "WIDTHxHEIGHT"),
        (["screenshot", "--size", "800"], "WIDTHxHEIGHT"),
        (["screenshot", "--size", "800x600x2"], "WIDTHxHEIGHT"),
        (["screenshot", "--size", "x" * 10_000], "WIDTHxHEIGHT"),
        (["screenshot", "--theme", "pink"], "invalid choice: 'pink'"),
        (["screenshot", "-o", "none/a.png"], "there is no folder none"),
        (["screenshot", "-o", "a.jpg"], "must end in .png or .svg, not .jpg"),
        (["screenshot", "-o", "a"], "must end in .png or .svg, and 'a' has no ending"),
        (["tour", "1", "-o", "a"], "must end in .png, and 'a' has no ending"),
        (["odds", "-o", "a"], "must end in .png, and 'a' has no ending"),
        (["basins", "-o", "a"], "must end in .png, and 'a' has no ending"),
        (["page", "-o", "a"], "must end in .html or .htm, and 'a' has no ending"),
        (["record", "-o", "a.txt"], "must end in .mp4, .gif, .webm or .webp, not .txt"),
        (["sweep", "--over", "foo=1"], 'argument --over: there is no number "foo"; the nearest of 52 is '),
        (["sweep", "--over", "foo=1"], "the scene with its numbers: python main.py show local-minimum"),
        (["sweep", "--over", "updates=1,2", "--tie", "a~updates"], 'argument --tie: there is no number "a"; '),
        (["sweep", "--over", "updates=1,2", "--tie", "updates~b"], 'argument --tie: there is no number "b"; '),
        (["sweep", "--over", "updates=1,2", "--measure", "under-wya"], "did you mean under-way"),
        (["sweep", "--over", "updates=1,2", "--measure", "off_surfac"], "did you mean off-surface"),
        (["--sed", "3"], "there is no option '--sed'; main.py --help tells which there are"),
        (["run", "-q"], "there is no option '-q'; main.py run --help tells which there are"),
        (["run", "--seed=--"], "argument --seed: must not be --"),
        (["run", "--csv=--"], "argument --csv: must not be --"),
        (["sweep", "--over=--"], "argument --over: must not be --"),
        (["screenshot", "--theme=--"], "argument --theme: must not be --"),
        (["screenshot", "-o--"], "argument -o/--output: must not be --"),
        (["screenshot", "-o=--"], "argument -o/--output: must not be --"),
        (["run", "--json=--"], "argument --json: ignored explicit argument '--'"),
        (["run", ""], "an argument is empty"),
        (["run", "--npz", ""], "the argument of --npz is empty"),
        (["run", "--npz="], "the argument of --npz is empty"),
        (["odd"], 'there is no command or scene "odd"; did you mean odds?'),
        (["ODDS"], "did you mean odds?"),
        (["rnu"], "did you mean run?"),
        (["sohw", "a.png"], "did you mean show?"),
        (["ravin"], "did you mean ravine?"),
        (["newtn"], "did you mean newton?"),
        (["screenshoot", "local-minimum"], "did you mean screenshot?"),
        (["cost", "stopping-distances", "--examples", "0"], "a whole number from 1 to"),
        (["show", "--"], "the following arguments are required: FILE"),
    ],
)
def test_what_cannot_be_done_is_named(capsys: pytest.CaptureFixture[str], words: list[str], reason: str) -> None:
    sentence = mistake(capsys, *words)
    assert reason in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize(
    "words",
    [
        ["run", "mine.toml", "--csv", "mine.toml"],
        ["run", "mine.toml", "--csv", "mine.csv"],
        ["run", "./mine.toml", "--npz", "mine.csv"],
        ["odds", "mine.toml", "--seeds", "2", "--csv", "mine.csv"],
        ["basins", "mine.png", "--output", "mine.png"],
    ],
)
def test_what_is_read_is_not_written_over(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    measured = scene_files()["stopping-distances"].read_text(encoding="utf-8")
    Path("mine.toml").write_text(measured.replace("data/stopping-distances.csv", "mine.csv"), encoding="utf-8")
    Path("mine.csv").write_text("".join(f"{x},{2 * x}\n" for x in range(9)), encoding="utf-8")
    assert status("screenshot", "--update", "1", "--size", "320x240", "-o", "mine.png") == 0
    capsys.readouterr()
    *_, option, name = words
    lost = "which is read here and would be overwritten; name another file"
    assert f"{option} names {name}, {lost}" in mistake(capsys, *words)


def test_a_file_of_rules_is_not_written_over() -> None:
    Path("mine.py").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="which is read here and would be overwritten"):
        keep_sources(Namespace(rules=["./mine.py"]), {"csv": Path("mine.py")})
    keep_sources(Namespace(rules=["./mine.py"]), {"csv": Path("yours.csv")})


@pytest.mark.parametrize("words", [["run", "a", "b" * 9_999], ["run", f"--{'x' * 9_999}"], ["run", "a", *"b" * 9_999]])
def test_a_sentence_is_not_as_long_as_what_was_typed(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    sentence = mistake(capsys, *words)
    assert "there are more arguments than are expected, from " in sentence or "there is no option " in sentence
    assert len(sentence) < 600


@pytest.mark.parametrize("words", [["run", "--csv", "none/race.csv"], ["screenshot", "-o", "none/a.png"]])
def test_an_unwritable_path_is_found_before_the_computing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setattr("sim.descent.race.Race.extend", lambda *_: pytest.fail("computed"))
    mistake(capsys, *words)


def test_a_fault_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise ValueError("a fault")

    monkeypatch.setattr("sim.descent.race.Race.extend", fail)
    with pytest.raises(ValueError, match="a fault"):
        entry.obey(["run"])


def test_a_mistake_seen_from_outside() -> None:
    with start(MAIN, "run", "himelblau") as process:
        text, errors = process.communicate(timeout=60)
    assert (process.returncode, text) == (2, "")
    assert errors == 'main.py: error: there is no scene "himelblau"; did you mean himmelblau?\n'


# Interrupted, or not listened to.


@posix
def test_a_reader_who_has_seen_enough_is_no_mistake() -> None:
    commands = ["--help"], ["run", "--updates", "3", "--json"]
    processes = [start(MAIN, *words) for words in commands]
    for process in processes:
        assert process.stdout is not None
        process.stdout.close()
    for process in processes:
        with process:
            assert process.stderr is not None
            assert process.stderr.read() == ""
        assert process.returncode == entry.UNREAD


# A race of another computer's.


@pytest.fixture
def _other_computer(_elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pictures are made on a computer whose momentum has other last bits."""
    step = Momentum.step

    def other(rule: Momentum, theta: Array, slope: Slope, state: Any) -> tuple[Array, Any]:
        movement, state = step(rule, theta, slope, state)
        return movement + 2.0**-40, state

    with monkeypatch.context() as patch:
        patch.setattr(Momentum, "step", other)
        RACES.clear()
        assert status("screenshot", "--update", "50", "--size", "320x240", "-o", "theirs.png") == 0
    RACES.clear()
    yield
    RACES.clear()


@pytest.mark.usefixtures("_other_computer")
@pytest.mark.parametrize(
    "words",
    [
        ["run", "--json"],
        ["screenshot", "--size", "320x240", "-o", "again.png"],
        ["record", "--to", "50", "--seconds", "0.1", "--size", "320x240", "-o", "again.webp"],
    ],
)
def test_a_race_that_goes_otherwise_here_is_told(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    command, *rest = words
    capsys.readouterr()
    assert status(command, "theirs.png", *rest) == 0
    told = capsys.readouterr().err
    assert told == "main.py: from update 1 on, what is computed and shown here differs from the file.\n"
    assert status(command, "theirs.png", *rest, "--seed", "5") == 0
    assert capsys.readouterr().err == ""


def test_a_race_that_goes_as_in_the_file_needs_no_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("screenshot", "--update", "50", "--size", "320x240", "-o", "ours.png") == 0
    capsys.readouterr()
    output(capsys, "run", "ours.png")
    output(capsys, "screenshot", "ours.png", "--size", "320x240", "-o", "again.png")
