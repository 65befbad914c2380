"""The opening scene's first picture is kept, and seen at once at the next start: the bits of what comes after."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame
import pytest

from sim.scene import OPENING, load_scene
from sim.scene.reading import Saved
from sim.stage.drawing.layout import SMALLEST
from sim.stage.style.theme import load_theme
from sim.stage.window import poster as posters
from sim.stage.window.greeting import draw_greeting
from sim.stage.window.opening import open_window
from sim.stage.window.poster import draw_poster, keep_poster, poster

ROOT = Path(__file__).parents[3]
PICTURES = 4

Picture = npt.NDArray[np.uint8]


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, of a user with a display and no posters."""
    folder = tmp_path / "cache" / "three-marbles"
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name, **_: folder.with_name(name))
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    return folder


def opened(monkeypatch: pytest.MonkeyPatch, *, usual: bool = True, scale: float | None = None) -> list[Picture]:
    """What a window shows, picture by picture, until it is closed."""
    seen: list[Picture] = []

    def flip() -> None:
        screen = pygame.display.get_surface()
        assert screen is not None
        seen.append(pygame.surfarray.array3d(screen))
        if len(seen) in (1, PICTURES):  # A key that does nothing, so that the second picture has not to wait for one.
            pygame.event.post(pygame.Event(pygame.QUIT if len(seen) == PICTURES else pygame.USEREVENT))

    with monkeypatch.context() as patched:
        patched.setattr("pygame.display.flip", flip)
        open_window(lambda: Saved(load_scene(OPENING)), usual=usual, scale=scale)
    return seen


def greeting(size: tuple[int, int]) -> Picture:
    surface = pygame.Surface(size)
    draw_greeting(surface, load_theme("light"))
    return pygame.surfarray.array3d(surface)


def same(one: Picture, other: Picture) -> bool:
    return one.shape == other.shape and bool((one == other).all())


@pytest.mark.parametrize("scale", [None, 1.25])
def test_the_next_start_shows_at_once_what_it_will_show(
    monkeypatch: pytest.MonkeyPatch, user: Path, scale: float | None
) -> None:
    first = opened(monkeypatch, scale=scale)
    assert same(first[0], greeting(first[0].shape[:2]))
    (kept,) = user.iterdir()
    second = opened(monkeypatch, scale=scale)
    assert all(same(second[0], picture) for picture in second[1:])
    assert [kept] == list(user.iterdir())


def test_of_other_scenes_there_is_none(monkeypatch: pytest.MonkeyPatch, user: Path) -> None:
    opened(monkeypatch, usual=False)
    assert not user.exists()


def test_another_look_has_another_one_which_takes_its_place(user: Path) -> None:
    places = [poster((960, 600), theme) for theme in ("light", "dark", "light")]
    assert places[0] == places[2] != places[1]
    for place in places[:2]:
        keep_poster(pygame.Surface((960, 600)), place)
    assert list(user.iterdir()) == [places[1]]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of two files, which a test may change."""
    folder = tmp_path / "program"
    (folder / "room").mkdir(parents=True)
    for name in ("one.py", "room/two.py"):
        (folder / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(posters, "PACKAGE", folder)
    return folder


@pytest.mark.parametrize("change", ["written", "removed", "added", "older", "library", "compiled"])
def test_a_changed_program_has_none_yet(program: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    before, two = poster(), program / "room" / "two.py"
    match change:
        case "written":
            two.write_text("1", encoding="utf-8")
        case "removed":
            two.unlink()
        case "added":
            (program / "room" / "three.py").touch()
        case "older":
            os.utime(two, (0, 0))
        case "library":
            monkeypatch.setattr(pygame, "__file__", str(program / "room" / "pygame.py"))
        case "compiled":
            (program / "room" / "two.pyc").touch()
    assert (poster() == before) == (change == "compiled")


@pytest.mark.parametrize("what", ["nothing", "no picture", "half", "another size", "too large", "a folder"])
def test_what_is_no_poster_is_not_shown(user: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    path, screen = user / "opening-0.png", pygame.Surface((96, 60))
    keep_poster(pygame.Surface((96, 60) if what != "another size" else (95, 60)), path)
    match what:
        case "nothing":
            path.unlink()
        case "no picture":
            path.write_bytes(b"picture")
        case "half":
            path.write_bytes(path.read_bytes()[:40])
        case "too large":
            monkeypatch.setattr(posters, "LARGEST", 40)
        case "a folder":
            path.unlink()
            path.mkdir()
    screen.fill("red")
    assert not draw_poster(screen, path)
    assert tuple(screen.get_at((5, 5)))[:3] == (255, 0, 0)


def test_one_that_cannot_be_read_is_made_anew(monkeypatch: pytest.MonkeyPatch, user: Path) -> None:
    opened(monkeypatch)
    (kept,) = user.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(b"picture")
    opened(monkeypatch)
    assert kept.read_bytes() == whole


def test_where_nothing_can_be_written_there_is_none(user: Path) -> None:
    user.parent.mkdir()
    user.touch()
    keep_poster(pygame.Surface((960, 600)), user / "opening-0.png")
    assert not draw_poster(pygame.Surface((960, 600)), user / "opening-0.png")
    assert user.read_bytes() == b""


def test_a_reduced_window_has_none(monkeypatch: pytest.MonkeyPatch, user: Path) -> None:
    small = (SMALLEST[0] - 100, SMALLEST[1] - 100)
    monkeypatch.setattr("sim.stage.window.display.first_window", lambda *_: (small, 1.0))
    opened(monkeypatch)
    assert not user.exists()


def test_a_poster_waits_for_no_library_but_pygame(user: Path) -> None:
    script = """
import os, sys, runpy
from pathlib import Path
import platformdirs, pygame
folder = Path(sys.argv[1])
platformdirs.user_cache_path = lambda *_, **__: folder
def flip():
    screen = pygame.display.get_surface()
    colors = {tuple(screen.get_at((x, screen.get_height() // 4))) for x in range(screen.get_width())}
    print(len(colors) > 9, sorted({"numpy", "pydantic", "sim.scene"} & sys.modules.keys()), file=sys.stderr)
    pygame.event.post(pygame.Event(pygame.QUIT))
    if "numpy" not in sys.modules:
        sys.stderr.flush()
        os._exit(0)
pygame.display.flip = flip
sys.argv = ["main.py"]
runpy.run_path("main.py", run_name="__main__")
"""
    told = []
    for _ in range(2):
        command = [sys.executable, "-c", script, str(user)]
        told.append(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr)
    assert told[1] == "True []\n"
