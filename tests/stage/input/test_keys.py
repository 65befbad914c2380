"""Keys: each says one thing, and every control has one."""

import pygame
import pytest

from sim.scene import load_scene
from sim.stage.input.controls import Buttons, controls
from sim.stage.input.keys import CHARACTERS, KEYS, SHIFTED, VIEW_KEYS, message
from sim.stage.picture.views import VIEWS
from sim.stage.session.playback import Step
from sim.stage.session.session import begin
from sim.stage.session.view import ChangeSpread, ChangeSwarm, ShowHelp, ToggleView
from sim.stage.style.theme import load_theme

WINDOW_KEYS = {"s", "v", "f"}
"""What the window answers itself: a screenshot, a film, full screen."""
OTHER_KEYS = set("rnctlph?+=-y[],.;'duiqwzj0123456789")
OTHERS_WITH_SHIFT = set("zj")
"""What is no view's: the key of one that took any of these would stand in its place, and nobody would notice."""
NAMED = {"restart": "R", "seed+": "N", "theme": "T", "language": "L", "presenter": "P", "duplicate": "D"}


def test_no_view_takes_another_key() -> None:
    keys = [view.key for view in VIEWS.values()]
    assert len(set(keys)) == len(keys)
    assert not (CHARACTERS.keys() | set(keys)) & WINDOW_KEYS
    plain, shifted = (
        {character for character, said in table.items() if not isinstance(said, ToggleView)}
        for table in (CHARACTERS, SHIFTED)
    )
    assert plain == OTHER_KEYS
    assert shifted == OTHERS_WITH_SHIFT


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_has_its_key(name: str) -> None:
    *shift, letter = VIEWS[name].key.split()
    assert message(pygame.K_UNKNOWN, letter.upper(), pygame.KMOD_SHIFT) == ToggleView(name)
    assert (message(pygame.K_UNKNOWN, letter, 0) == ToggleView(name)) == (not shift)


def test_a_tip_names_the_key_that_does_the_same() -> None:
    panel = controls(begin(load_scene("local-minimum")), load_theme("light"))
    for control in panel:
        for button in control.buttons if isinstance(control, Buttons) else ():
            if button.name in NAMED:
                assert button.tip.startswith(f"{NAMED[button.name]}:")
                assert message(pygame.K_UNKNOWN, NAMED[button.name].lower(), 0) == button.message


def test_modifiers() -> None:
    assert message(pygame.K_RIGHT, "", 0) == Step(1)
    assert message(pygame.K_LEFT, "", pygame.KMOD_LSHIFT) == Step(-10)
    assert message(pygame.K_RIGHT, "", pygame.KMOD_LCTRL) == VIEW_KEYS[pygame.K_RIGHT]
    assert message(pygame.K_z, "z", 0) == ChangeSwarm()
    assert message(pygame.K_z, "Z", pygame.KMOD_CAPS) == ChangeSwarm()
    assert message(pygame.K_z, "Z", pygame.KMOD_LSHIFT) == ChangeSpread()
    assert message(pygame.K_r, "R", pygame.KMOD_LSHIFT) == message(pygame.K_r, "r", 0)
    assert message(pygame.K_n, "n", pygame.KMOD_LCTRL) is None
    assert message(pygame.K_n, "n", pygame.KMOD_LALT) is None


def test_keyboards_with_other_letters_keep_their_keys() -> None:
    assert message(pygame.K_h, "р", 0) == ShowHelp()
    assert KEYS[pygame.K_F1] == ShowHelp()
