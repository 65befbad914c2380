"""How large type and strokes are: at first, as the desktop or the command line wants it, and then by keys."""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pygame
import pytest
from command_line import mistake, status
from driver import click, computed, pixels, press, screen
from messages import after
from scenes import flat_scene

from sim.scene.reading import Saved
from sim.stage.drawing.layout import LEAST_TYPE, SMALLEST, USUAL
from sim.stage.input.keys import Stroke, meant
from sim.stage.picture.setting import setting
from sim.stage.session.bindings import Errand
from sim.stage.session.session import begin, update
from sim.stage.session.tour import GoToStep
from sim.stage.window import display
from sim.stage.window.display import first_window
from sim.stage.window.enlarging import LARGER, enlarged, stepped
from sim.stage.window.opening import open_window
from sim.stage.window.window import MainWindow

CTRL = pygame.KMOD_LCTRL


def em(size: tuple[int, int], larger: float) -> int:
    """Height of the type in a window of that size."""
    return setting(replace(begin(flat_scene("local-minimum")), larger=larger), size).places.em


@pytest.mark.parametrize(
    ("desktop", "size"),
    [
        ((1024, 700), SMALLEST),
        ((1366, 768), (1326, 668)),
        ((1920, 1080), USUAL),
        ((2560, 1440), (2000, 1125)),
        ((3840, 2160), (3200, 1800)),
        ((3440, 1440), (2000, 1125)),
    ],
)
def test_the_first_window_suits_the_desktop(desktop: tuple[int, int], size: tuple[int, int]) -> None:
    wanted = tuple(map(max, size, SMALLEST))
    found, larger = first_window(desktop)
    assert (abs(found[0] - wanted[0]) <= 24, found[1], larger) == (True, wanted[1], 1.0)


@pytest.mark.parametrize("desktop", [(1366, 768), (1920, 1080), (2560, 1440), (3840, 2160)])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_a_scale_enlarges_type_by_that_much_whatever_the_window_has_room_for(
    desktop: tuple[int, int], scale: float
) -> None:
    (plain, one), (size, larger) = first_window(desktop, 1.0), first_window(desktop, scale)
    assert one == 1.0
    assert all(a <= b <= max(c, a) for a, b, c in zip(plain, size, desktop, strict=True))
    assert em(size, larger) == pytest.approx(scale * em(plain, 1.0), abs=1.5)


def test_the_window_is_opened_in_true_pixels_at_the_scale_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDL_WINDOWS_DPI_AWARENESS", raising=False)
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(1366, 768)])
    with display.opened(1.5) as larger:
        assert larger == 1.5
        assert display.screen().get_size() == (1326, 668)
        assert os.environ["SDL_WINDOWS_DPI_AWARENESS"] == "permonitorv2"
    monkeypatch.setenv("SDL_WINDOWS_DPI_AWARENESS", "unaware")
    with display.opened():
        assert os.environ["SDL_WINDOWS_DPI_AWARENESS"] == "unaware"


def test_the_command_line_tells_the_window_its_scale_and_whether_things_move(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[Any] = []
    monkeypatch.setattr("sim.stage.window.opening.open_window", lambda _, **how: told.append(how))
    assert status() == status("ravine", "--scale", "1.5") == status("--reduced-motion") == 0
    assert [(how["scale"], how["steady"]) for how in told] == [(None, False), (1.5, False), (None, True)]
    assert "must be a number from 0.25 to 16" in mistake(capsys, "--scale", "0")


def test_steps_up_and_down_meet_and_have_ends() -> None:
    assert stepped(1.0, 1, float) == pytest.approx(1.1)
    assert stepped(stepped(1.0, 5, float), -5, float) == 1.0
    assert (stepped(1.0, -50, float), stepped(1.0, 50, float)) == LARGER
    assert stepped(1.1, 0, float) == 1.0
    session = begin(flat_scene("local-minimum"))
    assert after(session, enlarged(session, (3200, 1800), 1)).notice == "type and strokes at 110 %"


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.chdir(tmp_path)
    with screen():
        yield MainWindow(replace(begin(flat_scene("local-minimum")), playing=False))


def test_control_and_plus_enlarge_what_is_drawn_and_control_0_brings_it_back(window: MainWindow) -> None:
    computed(window)
    before = pixels()
    press(window, pygame.K_PLUS, "+", CTRL)
    press(window, pygame.K_PLUS, "+", CTRL)
    places = setting(window.session, SMALLEST).places
    assert places.em > em(SMALLEST, 1.0)
    assert not np.array_equal(pixels(), before)
    press(window, pygame.K_0, "0", CTRL)
    window.session = replace(window.session, notice="")
    window.advance([], 0.0)
    assert np.array_equal(pixels(), before)


@pytest.mark.parametrize(("presenter", "step"), [(False, None), (True, None), (False, 6), (True, 0)])
def test_every_step_is_seen_and_told_as_it_is_until_there_is_no_room_for_another(
    window: MainWindow, presenter: bool, step: int | None
) -> None:
    session = replace(window.session, presenter=presenter)
    window.session = session if step is None else update(session, GoToStep(step))

    def press_and_see(key: int, sign: str) -> int:
        """Height of the type after a key, of which a sentence tells the truth."""
        deed = meant(Stroke(key, sign, CTRL))
        assert deed is not None
        window._do(deed.does)
        now, usual = (
            setting(replace(window.session, larger=larger), SMALLEST).places.em
            for larger in (window.session.larger, 1.0)
        )
        assert f" {100 * now / usual:.0f} %" in window.session.notice
        return now

    heights = [setting(window.session, SMALLEST).places.em]
    while "no room" not in window.session.notice:
        now = press_and_see(pygame.K_PLUS, "+")
        if now != heights[-1] or "no room" not in window.session.notice:  # A step's strip may leave none at all.
            heights.append(now)
    assert len(heights) > 1 or (presenter and step is not None)
    assert press_and_see(pygame.K_PLUS, "+") == heights[-1]
    while "no smaller" not in window.session.notice:
        heights.append(press_and_see(pygame.K_MINUS, "-"))
    assert press_and_see(pygame.K_MINUS, "-") == heights[-1] == LEAST_TYPE
    assert all(one != other for one, other in pairwise(heights))


@pytest.mark.parametrize("scale", [None, 1.0, 1.5, 16.0])
def test_a_scale_for_which_the_window_has_no_room_is_told_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scale: float | None
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(pygame.display, "get_desktop_sizes", lambda: [(1366, 768)])
    seen: list[tuple[str, int, int]] = []

    def frame(window: MainWindow) -> None:
        before = window.session
        size = display.canvas_size()
        window._do(Errand.SMALLER)
        now, smaller = (setting(session, size).places.em for session in (before, window.session))
        seen.append((before.notice, now, smaller))
        raise KeyboardInterrupt

    monkeypatch.setattr(MainWindow, "frame", frame)
    with pytest.raises(KeyboardInterrupt):
        open_window(lambda: Saved(flat_scene("local-minimum")), scale=scale)
    [(notice, now, smaller)] = seen
    assert smaller < now
    assert ("no room" in notice) == (scale == 16.0)
    if notice:
        assert f" {100 * now / em((1326, 668), 1.0):.0f} %" in notice


def test_the_mouse_finds_things_where_larger_type_puts_them(window: MainWindow) -> None:
    window.session = replace(window.session, larger=1.5)
    computed(window)
    here = setting(window.session, SMALLEST)
    area = here.places.panels[2].map
    click(window, (area.left + 40, area.top + 30))
    x, y = here.camera.unproject(np.array([40.0, 30.0])).tolist()
    assert window.session.scene.start == pytest.approx((x, y))


@pytest.mark.parametrize(
    ("size", "larger"), [(SMALLEST, 0.6), (SMALLEST, 1.4), (SMALLEST, 3.0), ((1366, 768), 1.0), ((1600, 900), 3.0)]
)
def test_the_panel_of_controls_has_room_for_its_type(size: tuple[int, int], larger: float) -> None:
    with screen(size):
        window = MainWindow(replace(begin(flat_scene("local-minimum")), playing=False, controls=True, larger=larger))
        computed(window)
        panel = window._controls.panel
        assert panel is not None
        assert panel.place.right <= size[0]
        for label, value, row in panel._labels:
            assert row.height >= round(0.92 * panel._em), (label, value)
        window.close()
