"""The window opens at once, with a greeting; races are loaded behind it."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from driver import pixels, screen

from sim.base.limits import THEMES
from sim.scene import OPENING, load_scene
from sim.scene.reading import Saved
from sim.stage.session.session import begin
from sim.stage.style.theme import load_theme
from sim.stage.window.display import NoDisplay
from sim.stage.window.greeting import draw_greeting
from sim.stage.window.opening import open_window
from sim.stage.window.window import MainWindow

ROOT = Path(__file__).parents[3]


def greeting(size: tuple[int, int], theme: str) -> pygame.Surface:
    surface = pygame.Surface(size)
    draw_greeting(surface, load_theme(theme))
    return surface


def test_there_is_something_to_see_before_races_are_loaded(tmp_path: Path) -> None:
    script = """
import os, sys, runpy
import pygame
def flip():
    screen = pygame.display.get_surface()
    colors = {tuple(screen.get_at((x, screen.get_height() // 2))) for x in range(screen.get_width())}
    loaded = sorted(name for name in sys.modules if name.startswith(("pydantic", "contourpy", "sim.scene")))
    print(len(colors) > 1, loaded, file=sys.stderr)
    sys.stderr.flush()
    os._exit(0)
pygame.display.flip = flip
sys.argv = ["main.py"]
runpy.run_path("main.py", run_name="__main__")
"""
    settings = {**os.environ, "SDL_VIDEODRIVER": "dummy", "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    assert done.stderr == "True []\n"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(320, 240), (960, 600), (1600, 900), (3840, 2160)])
def test_the_greeting_stands_in_the_middle(size: tuple[int, int], theme: str) -> None:
    seen = pygame.surfarray.array3d(greeting(size, theme))
    inked = (seen != np.array(load_theme(theme).background)).any(axis=2)
    assert inked.any()
    columns, rows = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    for ends, length in ((columns, size[0]), (rows, size[1])):
        assert ends[0] > 0
        assert abs(ends[0] + ends[-1] + 1 - length) < 0.03 * length
    empty = np.flatnonzero(~inked[:, rows[0] : rows[-1]].any(axis=0))
    assert len(empty), "the name touches the marbles"


def test_a_picture_that_takes_long_is_waited_for_behind_the_greeting() -> None:
    with screen((960, 600)):
        window = MainWindow(begin(load_scene(OPENING)))
        window._showing.show_still(window.session, None, told=False, seconds=0.0)
        assert (pixels() == pygame.surfarray.array3d(greeting((960, 600), window.session.theme))).all()
        window.close()


def test_a_window_opens_on_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, bool]] = []

    def frame(window: MainWindow) -> None:
        seen.append((window.session.scene.name, window.session.language, window.session.presenter))
        raise KeyboardInterrupt

    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(MainWindow, "frame", frame)
    with pytest.raises(KeyboardInterrupt):
        open_window(lambda: Saved(load_scene("ravine")), language="de", presenter=True)
    assert seen == [("ravine", "de", True)]
    assert not pygame.display.get_init()


@pytest.mark.parametrize(("name", "brought"), [("mine", ["mine"]), (OPENING, [])])
def test_a_scene_of_ones_own_can_be_come_back_to(
    monkeypatch: pytest.MonkeyPatch, name: str, brought: list[str]
) -> None:
    seen: list[str] = []

    def frame(window: MainWindow) -> None:
        seen.extend(scene.name for scene in window.session.brought)
        raise KeyboardInterrupt

    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setattr(MainWindow, "frame", frame)
    with pytest.raises(KeyboardInterrupt):
        open_window(lambda: Saved(replace(load_scene(OPENING), name=name)))
    assert seen == brought


def test_without_a_display_it_says_so_and_looks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDL_VIDEODRIVER")
    if "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ:
        pytest.skip("there is a display")
    asked: list[bool] = []

    def find() -> Saved:
        asked.append(True)
        return Saved(load_scene(OPENING))

    with pytest.raises(NoDisplay, match="display"):
        open_window(find)
    assert not asked
    assert not pygame.display.get_init()
