"""Type: what is at hand for other scripts is used, and what no type has is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pygame
import pytest
from command_line import output, status
from driver import computed, screen
from scenes import flat_scene

from sim.scene import Scene
from sim.scene.writing import scene_text
from sim.stage.session.names import unseen
from sim.stage.session.session import begin
from sim.stage.session.setup import NewSeed, OpenScene
from sim.stage.session.view import Notify
from sim.stage.style import text
from sim.stage.window.window import MainWindow

THAI, EMOJI = "ลูกแก้ว", "🎲"


def named(title: str = "Local minimum", *lanes: str) -> Scene:
    """The opening scene, with a title and the first lanes called so."""
    scene = flat_scene("local-minimum")
    called = tuple(replace(lane, name=name) for lane, name in zip(scene.lanes, lanes, strict=False))
    claims = (None,) * len(scene.lanes)
    rest = scene.lanes[len(called) :]
    plain = {"captions": (), "question": None, "translations": (), "claims": claims}
    return replace(scene, title=title, lanes=(*called, *rest), **plain)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "family"),
    [
        ("marble", "NotoSans"),
        ("弹珠", "NotoSansSC"),
        ("구슬", "NotoSansKR"),
        ("كرة", "NotoSansArabic"),
        ("גולה", "NotoSansHebrew"),
        ("ბურთი", "NotoSansGeorgian"),
    ],
)
def test_other_scripts_have_their_families(words: str, family: str) -> None:
    assert text.missing(words) == ""
    assert {text.families()[text.family(character)] for character in words} == {family}


def test_what_no_family_has_is_missing_and_shown_as_a_box() -> None:
    assert text.missing(f"a {EMOJI}{EMOJI} b {THAI[0]}") == f"{EMOJI}{THAI[0]}"
    assert text.family(EMOJI) == 0


def test_words_from_right_to_left_keep_their_order() -> None:
    both = text.rendered("גולה ראשונה", 20, (0, 0, 0))
    first, second = (text.width(word, 20) for word in ("גולה", "ראשונה"))
    alone = text.rendered("גולה", 20, (0, 0, 0))
    right = both.subsurface((both.get_width() - first, 0, first, both.get_height()))
    assert second > 0
    assert pygame.image.tobytes(right, "RGBA") == pygame.image.tobytes(alone, "RGBA")


def inked(words: str, size: int) -> pygame.Rect:
    """Where there is ink in a line's picture."""
    return text.rendered(words, size, (0, 0, 0)).get_bounding_rect(min_alpha=100)


@pytest.mark.parametrize("size", [11, 14, 20, 32])
@pytest.mark.parametrize("words", ["H∇", "H弹", "H∇弹珠", "H구슬", "Hكرة"])
def test_all_families_of_a_line_have_one_baseline_which_is_that_of_the_first_alone(size: int, words: str) -> None:
    """As seen from the middle of the line, at which it is set."""
    both, alone = (text.rendered(each, size, (0, 0, 0)) for each in (words, "H"))
    letter = inked("H", size)
    beside = both.subsurface((0, 0, letter.right, both.get_height())).get_bounding_rect(min_alpha=100)
    assert beside.bottom - both.get_height() / 2 == letter.bottom - alone.get_height() / 2
    assert text.label_size(words, size)[1] == text.haloed(words, size, (0, 0, 0), (9, 9, 9)).get_height()


@pytest.mark.parametrize("size", [11, 14, 20, 32])
@pytest.mark.parametrize("words", ["∇", "弹珠", "구슬", "كرة", "ბურთი"])
def test_no_ink_is_cut_off_where_a_line_is_as_tall_as_that_of_the_first_family(size: int, words: str) -> None:
    whole = text._font(text.family(words[0]), size, False).render(words, True, (0, 0, 0)).get_bounding_rect(1)
    assert inked(words, size).height <= whole.height
    assert text.rendered(words, size, (0, 0, 0)).get_bounding_rect(1).size == whole.size


@pytest.mark.parametrize("size", [11, 14, 20, 32])
def test_a_gradient_sign_stands_close_to_its_letter(size: int) -> None:
    assert text.width("∇L", size) <= inked("∇", size).width + text.width("L", size) + 0.2 * size + 2
    assert text.width("∇L", size) == text.rendered("∇L", size, (0, 0, 0)).get_width()


@pytest.mark.parametrize("size", [12, 14, 20, 39])
@pytest.mark.parametrize("bold", [False, True])
def test_a_root_has_no_loose_line_before_what_it_is_of(size: int, bold: bool) -> None:
    assert text.width("√(", size, bold) <= text.width("(", size, bold) + 0.8 * size


def test_names_that_cannot_be_shown_are_told_by_the_numbers_of_what_is_missing() -> None:
    assert unseen(named(), "en") == ()
    assert unseen(named(f"Dice {EMOJI}", "kugel", THAI), "en") == (
        (f"Dice {EMOJI}", "U+1F3B2"),
        (THAI, "U+0E25, U+0E39, U+0E01, U+0E41, …"),
    )


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.chdir(tmp_path)
    with screen():
        made = MainWindow(replace(begin(replace(named("Dice", EMOJI), updates=30)), playing=False))
        yield made
        made.close()


def test_the_window_says_it_once(window: MainWindow) -> None:
    computed(window)
    assert window.session.notice == f"No installed font has U+1F3B2 of the name {EMOJI}."
    for message in (Notify(""), NewSeed(), OpenScene(1)):
        window.send(message)
        computed(window)
        assert "fonts" not in window.session.notice


def test_a_picture_and_a_film_say_it_on_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(scene_text(named("Dice", EMOJI)), encoding="utf-8")
    sentence = f"main.py: no installed font has U+1F3B2 of the name {EMOJI}\n"
    for words in ("screenshot mine.toml --update 2", "record mine.toml --to 2 --size 320x240 -o a.webp"):
        assert status(*words.split()) == 0
        assert capsys.readouterr().err == sentence
    assert output(capsys, "screenshot", "mine.toml", "--update", "2", "-o", "a.svg")
    assert output(capsys, "screenshot", "--update", "2")


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size", [9, 14, 17, 24, 40])
def test_numbers_are_as_wide_as_they_are_measured_whatever_their_digits(size: int, bold: bool) -> None:
    """Each digit after and before each sign and letter that numbers stand beside, and each at either end."""
    beside = "0123456789.,()−+-→·=%/:e αβηθλLTVy∇例"
    pairs = [pair for sign in beside for digit in "0123456789" for pair in (sign + digit, digit + sign)]
    for words in (*pairs, *(f"({pair})" for pair in pairs)):
        assert text.width(words, size, bold) == text.rendered(words, size, (0, 0, 0), bold).get_width()
