"""Keys: each says one thing, on every keyboard, and one table says what."""

from pathlib import Path

import pygame
import pytest

from sim.scene import load_scene
from sim.stage.input.control import Buttons, Choice, Slider, TextField
from sim.stage.input.controls import controls
from sim.stage.input.keys import NAMED, PLACES, Stroke, meant
from sim.stage.session.bindings import GROUPS, KEYS, Binding, Deed, Errand, Key, key_text, keys, sign_of
from sim.stage.session.lanes import DuplicateLane, NextLane, SelectLane
from sim.stage.session.playback import Restart, Step
from sim.stage.session.session import begin
from sim.stage.session.setup import OpenScene
from sim.stage.session.view import ChangeSpread, ChangeSwarm, ShowHelp, Zoom
from sim.stage.style.theme import load_theme

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
SHIFT, CTRL, ALT, ALTGR = pygame.KMOD_LSHIFT, pygame.KMOD_LCTRL, pygame.KMOD_LALT, pygame.KMOD_RALT
DEAD = 1 << 30
"""The code of a key that writes nothing by itself."""

ROWS = ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "\\")
SCANCODES = {sign: place for place, sign in PLACES.items()} | {"\\": pygame.KSCAN_BACKSLASH}
PLAIN = {
    "US": ("1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "\\"),
    "US international": ("1234567890-=", "qwertyuiop[]", "asdfghjkl; ", "zxcvbnm,./", "\\"),
    "German": ("1234567890ß ", "qwertzuiopü+", "asdfghjklöä", "yxcvbnm,.-", "#"),
    "French": ("&é\"'(-è_çà)=", "azertyuiop $", "qsdfghjklmù", "wxcvbn,;:!", "*"),
    "Spanish": ("1234567890'¡", "qwertyuiop +", "asdfghjklñ ", "zxcvbnm,.-", "ç"),
    "Swiss": ("1234567890' ", "qwertzuiopü ", "asdfghjklöä", "yxcvbnm,.-", "$"),
    "Swedish": ("1234567890+ ", "qwertyuiopå ", "asdfghjklöä", "zxcvbnm,.-", "'"),
    "Chinese, wide": ("１２３４５６７８９０－＝", "qwertyuiop【】", "asdfghjkl；‘", "zxcvbnm，。、", "、"),
    "Russian": ("1234567890-=", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю.", "\\"),
}
SHIFTED = {
    "US": ("!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"', "ZXCVBNM<>?", "|"),
    "US international": ("!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL: ", "ZXCVBNM<>?", "|"),
    "German": ('!"§$%&/()=? ', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ", "YXCVBNM;:_", "'"),
    "French": ("1234567890°+", "AZERTYUIOP £", "QSDFGHJKLM%", "WXCVBN?./§", "µ"),
    "Spanish": ('!"·$%&/()=?¿', "QWERTYUIOP *", "ASDFGHJKLÑ ", "ZXCVBNM;:_", "Ç"),
    "Swiss": ('+"*ç%&/()=? ', "QWERTZUIOPÈ!", "ASDFGHJKLÉÀ", "YXCVBNM;:_", "£"),
    "Swedish": ('!"#¤%&/()=? ', "QWERTYUIOPÅ ", "ASDFGHJKLÖÄ", "ZXCVBNM;:_", "*"),
    "Chinese, wide": ("！＠＃￥％……＆×（）——＋"[:12], "QWERTYUIOP｛｝", "ASDFGHJKL：“", "ZXCVBNM《》？", "｜"),
    "Russian": ('!"№;%:?*()_+', "ЙЦУКЕНГШЩЗХЪ", "ФЫВАПРОЛДЖЭ", "ЯЧСМИТЬБЮ,", "/"),
}
THIRD = {
    "German": ("¹²³¼½¬{[]}\\ ",),
    "French": (" ~#{[|`\\^@]}",),
    "Spanish": ("|@#~½¬     ~", "@ł€¶ŧ←↓→øþ[]"),
    "Swiss": ("|@#´½¬¦¢   ~", "@ł€¶ŧ←↓→øœ[]"),
    "Swedish": (" @£$€¥{[]}\\ ",),
}
"""What keyboards write at the places of ROWS: alone, with Shift, and with AltGr. A blank is a dead key."""


def strokes(layout: str) -> list[Stroke]:
    """All that can be struck on a keyboard, keys without a character left out."""
    found = []
    for mod, table in ((0, PLAIN), (SHIFT, SHIFTED), (ALTGR, THIRD)):
        for places, plain, made in zip(ROWS, PLAIN[layout], table.get(layout, ()), strict=False):
            for place, own, character in zip(places, plain, made, strict=True):
                # SDL calls a French keyboard's digits by their numbers.
                code = ord(place) if layout == "French" and place.isdigit() else DEAD if own == " " else ord(own)
                found.append(Stroke(code, character.strip(), mod, SCANCODES[place]))
    found += [Stroke(code, "", mod) for code in NAMED for mod in (0, SHIFT, CTRL, CTRL | SHIFT, ALT)]
    return found + [Stroke(each.key, "", CTRL, each.place) for each in found if not each.mod]


@pytest.mark.parametrize("layout", PLAIN)
def test_every_command_is_within_reach_on_every_keyboard(layout: str) -> None:
    reached: set[Deed] = {means.does for stroke in strokes(layout) if (means := meant(stroke)) is not None}
    # Where digits take Shift, or signs lie above them, lanes are chosen by arrows.
    assert {key.does for key in keys() if not isinstance(key.does, SelectLane)} - reached == set()


@pytest.mark.parametrize("layout", PLAIN)
def test_the_character_that_arrives_counts_whatever_made_it(layout: str) -> None:
    told = 0
    for stroke in strokes(layout):
        character = stroke.character.lower()
        if character in KEYS and not (stroke.mod == SHIFT and character.isalpha()):
            assert meant(stroke) is KEYS[character], stroke
            told += 1
    assert told > (20 if layout == "Russian" or "wide" in layout else 40) - 20 * (layout == "Russian")


@pytest.mark.parametrize(("layout", "most"), [("German", 0), ("Spanish", 0), ("Swiss", 0), ("Swedish", 0)])
def test_letters_of_a_language_s_own_do_nothing(layout: str, most: int) -> None:
    own = [stroke for stroke in strokes(layout) if stroke.character.isalpha() and not stroke.character.isascii()]
    assert own
    assert sum(meant(stroke) is not None for stroke in own if not stroke.mod) == most


def test_shift_and_a_digit_choose_a_lane_unless_they_write_something_that_is_meant() -> None:
    assert meaning(pygame.K_2, "@", SHIFT) == SelectLane(1)
    assert meaning(pygame.K_2, "2", SHIFT, pygame.KSCAN_2) == OpenScene(1)  # On a French keyboard.
    assert meaning(pygame.K_1, "+", SHIFT, pygame.KSCAN_1) == KEYS["+"].does  # On a Swiss one.
    assert meaning(pygame.K_DOWN) == NextLane(1)


def meaning(key: int, character: str = "", mod: int = 0, place: int = 0) -> Deed | None:
    found = meant(Stroke(key, character, mod, place))
    return None if found is None else found.does


def test_modifiers() -> None:
    assert meaning(pygame.K_RIGHT) == Step(1)
    assert meaning(pygame.K_LEFT, mod=SHIFT) == Step(-10)
    assert meaning(pygame.K_RIGHT, mod=CTRL) == KEYS["Ctrl Right"].does
    assert meaning(pygame.K_z, "z") == ChangeSwarm()
    assert meaning(pygame.K_z, "Z", pygame.KMOD_CAPS) == ChangeSwarm()
    assert meaning(pygame.K_z, "Z", SHIFT) == ChangeSpread()
    assert meaning(pygame.K_v, "V", SHIFT) == Errand.FILM  # Where nothing else is meant with Shift, it is left out.
    assert meaning(pygame.K_SPACE, " ", SHIFT) == KEYS["Space"].does


def test_what_is_the_desktop_s_is_left_to_it() -> None:
    for mod in (ALT, ALTGR, CTRL):
        assert meaning(pygame.K_n, "n", mod, pygame.KSCAN_N) is None
    assert meaning(pygame.K_TAB, "\t", ALT) is None
    assert meaning(pygame.K_F4, "", ALT) is None
    assert meaning(pygame.K_5, "½", ALTGR, pygame.KSCAN_5) is None  # Not the fifth scene.


def test_copying_goes_by_the_letter_and_in_other_scripts_by_the_place() -> None:
    assert meaning(pygame.K_c, "\x03", CTRL, pygame.KSCAN_C) is Errand.COPY
    assert meaning(ord("с"), "с", CTRL, pygame.KSCAN_C) is Errand.COPY  # A Russian keyboard's.
    assert meaning(pygame.K_j, "\n", CTRL, pygame.KSCAN_C) is None  # Dvorak's: copying is at C.
    assert meaning(pygame.K_KP_PLUS, "", CTRL) is Errand.LARGER
    assert meaning(pygame.K_PAGEUP, "", CTRL) == Zoom(1.25)


def test_keyboards_of_other_scripts_have_letters_by_their_places() -> None:
    assert meaning(ord("р"), "р", place=pygame.KSCAN_H) == ShowHelp()
    assert meaning(pygame.K_h, "р") == ShowHelp()
    assert meaning(pygame.K_2, "٢", place=pygame.KSCAN_2) == OpenScene(1)
    assert meaning(ord("я"), "Я", SHIFT, pygame.KSCAN_Z) == ChangeSpread()
    assert meaning(pygame.K_SLASH, "？", SHIFT, pygame.KSCAN_SLASH) == ShowHelp()
    assert meaning(pygame.K_F1) == ShowHelp()


def test_no_key_stands_twice_in_the_table() -> None:
    signs = [key.sign for key in keys()]
    assert len(set(signs)) == len(signs)
    assert set(NAMED.values()) <= {
        sign.removeprefix("Ctrl ").removeprefix("Alt ").removeprefix("Shift ") for sign in signs
    }


def test_only_steps_and_nudges_act_again_while_they_are_held() -> None:
    again = {type(key.does).__name__ for key in keys() if key.again}
    assert again == {"Step", "Zoom", "Pan", "Turn", "NudgeStart", "ScaleLearningRate", "ShiftMomentum", "ScaleSigma"}


def bindings() -> list[Binding]:
    return [binding for group in GROUPS.values() for binding in group]


@pytest.mark.parametrize("binding", bindings(), ids=lambda binding: binding.label)
def test_a_line_names_its_keys(binding: Binding) -> None:
    for key in binding.keys:
        last = key_text(key.sign).split(" ")[-1]
        named = last in binding.label.split(" ") or last in binding.says or "…" in binding.label
        assert named != key.aside or last == "?", key.sign


def test_the_readme_has_the_keys_of_the_table() -> None:
    assert "\n".join(readme_lines()) in README


def readme_lines() -> list[str]:
    """The table of keys as the README has it."""
    lines = ["| key | what it does |", "| --- | --- |"]
    for title, group in GROUPS.items():
        lines += [
            f"| **{title}** | |",
            *(f"| {_signs(binding)} | {binding.says.removesuffix(': {name}')} |" for binding in group),
        ]
    return lines


def _signs(binding: Binding) -> str:
    return binding.label if binding.keys else f"*{binding.label}*"


def test_a_control_s_tip_names_the_keys_that_do_the_same() -> None:
    session = begin(load_scene("local-minimum"))
    named = 0
    for control in controls(session, load_theme("light")):
        match control:
            case Buttons():
                for button in control.buttons:
                    assert button.tip.startswith(f"{sign_of(button.does)}: "), button.name
                    named += 1
            case TextField() | Choice(name="schedule"):
                pass
            case _:
                key, separator, _ = control.tip.partition(": ")
                assert separator
                assert key.split(" ")[-1] in {key_text(each.sign).split(" ")[-1] for each in keys()}
                named += isinstance(control, Slider)
    assert named > 25
    assert sign_of(DuplicateLane()) == "D"


def test_a_new_key_is_a_line_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KEYS, "%", Key("%", Restart()))
    assert meaning(pygame.K_5, "%", SHIFT) == Restart()
