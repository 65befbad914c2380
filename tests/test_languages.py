"""A language is a file in assets/locale/, and nothing else names it."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from sim.base import languages
from sim.base.languages import (
    CODE,
    ENGLISH,
    LANGUAGES,
    TRANSLATIONS,
    LanguageError,
    everywhere,
    following,
    language_or_code,
    words,
)
from sim.scene import load_scene
from sim.scene.speech import Translation
from sim.scene.tables import known_keys
from sim.scene.tour import SPOKEN, the_tour
from sim.stage.style.theme import load_theme, say
from sim.study.tour import blanks

ROOT = Path(__file__).parents[1]
OTHERS = ("de", "es", "fr", "ja", "ko", "pt", "ru", "tr", "uk", "vi", "zh")
"""Codes that may not be named either, of languages that may come; words such as "it" cannot be told."""

MADE_UP = {
    "language": {"name": "한말", "font": "NotoSansKR"},
    "words": {
        "play or pause; at the end, play on": "가다 말다",
        "seed {seed}": "{seed} 씨",
        "A surface of your own.": "제 땅.",
        "the next language": "다음 말",
    },
}
SCENE = """
title = "Mine"
look = "Look."
start = [0.5, 0.5]
surface = { kind = "himmelblau" }
examples = { kind = "tilted", sigma = 0.1 }

[lane.one]
rule = "gradient descent"
learning_rate = 0.01
batch_size = "full"

[question]
text = "Which?"
qaa-KR = "어느 것?"
answer = "one"

[[caption]]
on = "start"
text = "Go."
qaa-KR = "간다."
zh = "走。"

[qaa-KR]
title = "내 것"
look = "보라."
lane = { one = "하나" }
"""
TRIAL = """
import json, os, sys, time
os.environ["SDL_VIDEODRIVER"] = "dummy"
import pygame
from pathlib import Path
from dataclasses import replace
from sim.base.languages import LANGUAGES
from sim.scene import load_scene
from sim.scene.reading import load_saved
from sim.scene.writing import scene_text
from sim.stage.drawing.screen import Screen
from sim.stage.style import text
from sim.stage.input.control import Buttons
from sim.stage.input.controls import controls
from sim.stage.window.files.documents import open_text, resume
from sim.stage.window.files.saving import Saving
from sim.stage.session.session import update
from sim.stage.session.problem import SetFormula
from sim.stage.input.widgets import look as look_of
from sim.stage.window.window import MainWindow

def of_the_button():
    return [(button.label, button.tip) for control in controls(window.session, window.session_theme())
            if isinstance(control, Buttons) for button in control.buttons if button.name == "language"][0]

put, shown = Screen.text, []
def recording(canvas, words, *rest, **more):
    shown.append(words)
    return put(canvas, words, *rest, **more)
Screen.text = recording

def pressed(key, letter=""):
    "What a key does, and the picture that shows it: a slow machine makes it ready beside the window."
    window.advance([pygame.Event(pygame.KEYDOWN, key=key, unicode=letter, mod=0)], 0.0)
    while window.waiting:
        time.sleep(0.002)
        window.advance([], 0.0)

from sim.stage.style.theme import load_theme
MainWindow.session_theme = lambda self: load_theme(self.session.theme, self.session.language)
scene = load_scene("mine.toml")
pygame.display.init()
pygame.display.set_mode((960, 600))
window = MainWindow(resume(load_saved("mine.toml"), "light"))
told = {"languages": LANGUAGES, "button": [of_the_button()], "chosen": []}
for press in range(len(LANGUAGES)):
    shown.clear()
    pressed(pygame.K_l, "l")
    told["chosen"].append(window.session.language)
    told["button"].append(of_the_button())
    if window.session.language == "qaa-KR":
        pressed(pygame.K_TAB)  # Widgets, too.
        pressed(pygame.K_h, "h")
        told["shown"] = shown[:]
        saving = Saving()
        saving.begin(window.session, (640, 400))
        saving.close()
        told["notice"] = saving.told().sentence
        pressed(pygame.K_h, "h")
told["family"] = text.families()[text.family("\\ud55c")]
looks = {code: look_of(load_theme("light", code), 14) for code in LANGUAGES}
told["widgets"] = {code: look["defaults"]["font"]["name"] for code, look in looks.items()}
told["on the button"] = {code: look["#language"]["font"]["name"] for code, look in looks.items()}
saved = next(Path().glob("mine-*.png"))
told["again"] = load_scene(str(saved)) == scene
told["written"] = scene_text(load_scene(str(saved)))
own = update(window.session, SetFormula("x^2 + y^2")).scene
told["own"] = [own.texts(code).look for code in LANGUAGES]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with one language more, and a scene that speaks it."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("sim", "assets"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "main.py", folder)
    (folder / "assets" / "locale" / "qaa-KR.toml").write_text(tomli_w.dumps(MADE_UP), encoding="utf-8")
    (folder / "mine.toml").write_text(SCENE, encoding="utf-8")
    return folder


def ran(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-X", "utf8", *arguments]
    return subprocess.run(command, cwd=copy, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def told(copy: Path) -> dict[str, Any]:
    """What became of it in a window."""
    done = ran(copy, "-W", "error", "-c", TRIAL)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_file_is_a_language(told: dict[str, Any]) -> None:
    assert told["languages"] == [ENGLISH, *sorted([*TRANSLATIONS, "qaa-KR"])]
    assert told["chosen"] == [*told["languages"][1:], ENGLISH]


def test_the_button_names_the_next_language_as_its_file_does(told: dict[str, Any]) -> None:
    names = [
        MADE_UP["language"]["name"] if code == "qaa-KR" else language_or_code(code).name for code in told["chosen"]
    ]
    assert [label for label, _ in told["button"]] == [*names, names[0]]
    tips = dict(zip([ENGLISH, *told["chosen"]], [tip for _, tip in told["button"]], strict=True))
    assert tips["qaa-KR"] == f"L: {MADE_UP['words']['the next language']}"


def test_it_is_written_in_the_type_that_its_file_asks_for(told: dict[str, Any]) -> None:
    font = MADE_UP["language"]["font"]
    assert told["family"] == font
    assert [code for code, name in told["widgets"].items() if name == font] == ["qaa-KR"]
    before = dict(zip(told["chosen"], [ENGLISH, *told["chosen"]], strict=False))["qaa-KR"]
    assert [code for code, name in told["on the button"].items() if name == font] == [before]


def test_its_words_and_the_scenes_own_are_shown(told: dict[str, Any]) -> None:
    assert {"내 것", "하나", "가다 말다"} <= set(told["shown"])
    assert any("어느 것?" in words for words in told["shown"])
    assert "Mine" not in told["shown"]


def test_what_is_saved_is_read_again(told: dict[str, Any]) -> None:
    assert told["again"]
    given, written = tomllib.loads(SCENE), tomllib.loads(told["written"])
    assert (written["qaa-KR"], written["caption"]) == (given["qaa-KR"], given["caption"])
    assert written["question"]["qaa-KR"] == given["question"]["qaa-KR"]


def test_a_surface_of_ones_own_is_described_in_every_language(told: dict[str, Any]) -> None:
    looks = dict(everywhere("A surface of your own.")) | {"qaa-KR": "제 땅."}
    assert told["own"] == [looks.get(code, "A surface of your own.") for code in told["languages"]]
    assert dict(everywhere("A surface of your own."))["zh"] == "自己的曲面。"


COMMANDS = """
from sim.command.entry import obey

assert obey(["screenshot", "mine.toml", "--size", "640x400", "-o", "mine.svg"]) == 0
assert obey(["show", "mine.svg"]) == 0
raise SystemExit(obey(["run", "stranger.toml"]))
"""


def test_the_command_line_knows_it_too_and_without_its_file_it_is_unknown(copy: Path) -> None:
    (copy / "stranger.toml").write_text(SCENE.replace("qaa-KR", "qab"), encoding="utf-8")
    done = ran(copy, "-c", COMMANDS)
    assert "[qaa-KR.lane]" in done.stdout
    assert "간다." in done.stdout
    there = ", ".join(sorted([*TRANSLATIONS, "qaa-KR"]))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"caption[0].qab is not known here; of languages there are {there}; " in done.stderr
    assert f" qab is not known here; of languages there are {there}" in done.stderr


def named(source: str, codes: Iterable[str] = TRANSLATIONS) -> list[str]:
    """Languages that a text names, by their codes or their own names; English may be.

    Codes that are words as well, such as "is" and "xx", are told where they are quoted or name a file.
    """
    words = {*OTHERS, *(language_or_code(code).name for code in codes)}
    signs = {name: rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in words}
    signs |= {code: rf"""(["']){code}\1|(?<![\w-]){code}\.toml""" for code in codes if code not in OTHERS}
    return sorted(name for name, sign in signs.items() if re.search(sign, source))


def test_nothing_in_the_house_names_a_language_but_english() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "sim").rglob("*.py")}
    assert {path.name: found for path, source in sources.items() if (found := named(source))} == {}
    assert len(sources) > 100


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('LANGUAGES = ("en", "zh")', ["zh"]),
        ("scene.zh.title", ["zh"]),
        ("zh: Remark | None = None", ["zh"]),
        ('Button("中文")', ["中文"]),
        ('Button("Deutsch")', ["Deutsch"]),
        ("# In de.toml", ["de"]),
        ('ENGLISH = "en"  # index, mode, zhang', []),
    ],
)
def test_how_a_source_that_names_a_language_is_told(source: str, found: list[str]) -> None:
    assert named(source) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("if language == 'is':", ["is"]),
        ('LANGUAGES = ("en", "xx")', ["xx"]),
        ("# In xx.toml", ["xx"]),
        ("if xx is None:  # This is it.", []),
    ],
)
def test_codes_that_are_words_are_told_where_they_are_quoted(source: str, found: list[str]) -> None:
    assert named(source, ("is", "xx")) == found


def test_every_file_is_called_by_a_code() -> None:
    stems = {path.stem for path in (ROOT / "assets" / "locale").iterdir()}
    assert all(CODE.fullmatch(stem) for stem in stems)
    assert stems == set(TRANSLATIONS)


def test_one_goes_through_all_languages_and_begins_with_english() -> None:
    assert LANGUAGES[0] == ENGLISH
    assert list(TRANSLATIONS) == sorted(TRANSLATIONS)
    assert [following(code) for code in LANGUAGES] == [*TRANSLATIONS, ENGLISH]
    assert len({language_or_code(code).name for code in LANGUAGES}) == len(LANGUAGES)


GOOD = '[language]\nname = "Own"\n\n[words]\n"seed {seed}" = "{seed}!"\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where another language's file is looked for."""
    monkeypatch.setattr(languages, "asset", tmp_path.joinpath)
    (tmp_path / "locale").mkdir()
    return tmp_path / "locale" / "qaa.toml"


def test_a_good_file_is_read(place: Path) -> None:
    place.write_text(GOOD, encoding="utf-8")
    assert languages.language.__wrapped__("qaa") == languages.Language("Own")
    assert words.__wrapped__("qaa") == {"seed {seed}": "{seed}!"}


def test_the_one_in_the_readme_is_good(place: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    file, scene = (readme[readme.index(start) :].split("```")[0] for start in ("[language]", "[xx]"))
    place.write_text(file, encoding="utf-8")
    assert languages.language.__wrapped__("qaa") == languages.Language("Own name")
    assert words.__wrapped__("qaa") == {"seed {seed}": "… {seed}"}
    assert tomllib.loads(scene)["xx"].keys() == {*known_keys(Translation)}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "Own"', "", "language.name is missing"),
        ('name = "Own"', 'name = ""', "language.name must be a text of 1 to 24 characters, not ''"),
        ('name = "Own"', "name = 3", "language.name must be a text of 1 to 24 characters, not 3"),
        ('name = "Own"', f'name = "{"o" * 25}"', "language.name must be a text of 1 to 24 characters"),
        (
            'name = "Own"',
            'name = "Own"\nfnt = "x"',
            "language.fnt is not known here; there are name, font ",
        ),
        ('name = "Own"', 'name = "Own"\nthousands = "dash"', "language.thousands must be one of comma, point, space"),
        ('name = "Own"', 'name = "Own', "is not valid TOML: "),
        ("[language]", "[lang]", "must have the tables [language] and then [words]"),
        ("[words]", "[sentences]", "must have the tables [language] and then [words]"),
        ('"{seed}!"', '"!"', 'words."seed {seed}" must have the same {blanks} as the English sentence'),
        ('"{seed}!"', '"{sed}!"', 'words."seed {seed}" must have the same {blanks}'),
        ('"{seed}!"', '"{seed:d}!"', 'words."seed {seed}" must have the same {blanks}'),
        ('"{seed}!"', '"{seed"', 'words."seed {seed}" must have the same {blanks}'),
        ('"{seed}!"', "3", 'words."seed {seed}" must be a text, not 3'),
        (GOOD, "\udcff", "is not a text file in UTF-8"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(place: Path, old: str, new: str, says: str) -> None:
    place.write_bytes(GOOD.replace(old, new).encode("utf-8", "surrogateescape"))
    with pytest.raises(LanguageError) as caught:
        languages.language.__wrapped__("qaa"), words.__wrapped__("qaa")
    assert str(caught.value).startswith(f"{place}: {says}")
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("place")
def test_a_missing_file_is_said() -> None:
    with pytest.raises(LanguageError, match="cannot be read: no such file"):
        words.__wrapped__("qaa")
    assert language_or_code("qaa") == languages.Language("qaa")


def test_numbers_are_written_as_the_language_has_them() -> None:
    assert say("en", "{count} seeds", count="12,345") == "12,345 seeds"
    assert say("de", "{count} seeds", count="12,345") == "12\u00a0345 Seeds"
    assert say("de", "{count} seeds", count="1,000") == "1000 Seeds"
    assert say("en", "{count} seeds", count="1,000") == "1000 seeds", "as it stands in names such as B = 1000"
    assert say("en", "{count} seeds", count="10,000") == "10,000 seeds"
    assert say("zh", "{count} seeds", count="12,345") == words("zh")["{count} seeds"].format(count="12,345")
    assert languages.grouped("de", "(0.4,1.25), 1,234,567.5 and 1,00") == "(0.4,1.25), 1\u00a0234\u00a0567.5 and 1,00"
    written = say("de", "With {path} as it is, {updates} updates", path="Run 1,000", updates="20,000")
    assert written == "With Run 1,000 as it is, 20\u00a0000 updates", "only numbers are written otherwise"
    assert load_theme("light", "de").count(10_000) == "10\u00a0000"


@pytest.mark.parametrize("place", range(len(the_tour().step)))
def test_no_number_of_the_german_tour_or_of_german_scenes_has_an_english_comma(place: int) -> None:
    step = the_tour().step[place]
    scene = load_scene(step.scene)
    german = [*(getattr(blanks.told(step, "de"), name) for name in SPOKEN), scene.texts("de").look]
    assert not [text for text in german if re.search(r"\d,\d{3}", text)]
