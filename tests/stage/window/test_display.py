"""The real program in a real window, driven by real keys and a real mouse on a virtual X display."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from xserver import HEIGHT, PATIENCE, WIDTH, environment, missing, tool, virtual

from sim.scene import load_scene
from sim.stage.picture.around.timeline import track
from sim.stage.picture.setting import setting
from sim.stage.session.session import begin

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(missing("Xvfb", "xdotool"), reason="needs the X server Xvfb, and xdotool")


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual display."""
    with virtual() as name:
        yield name


def within(seconds: float, wanted: Callable[[], bool]) -> bool:
    """Whether something comes true by then; it is looked for all the while."""
    end = time.monotonic() + seconds
    while not wanted() and time.monotonic() < end:
        time.sleep(0.01)
    return wanted()


def pressed_until(display: str, path: Path, *keys: str) -> Path:
    """Press the keys again and again until the file is there.

    A new window may not listen yet, and a press behind a slow frame in which the same key was pressed does not count.
    """
    end = time.monotonic() + PATIENCE
    while not path.exists() and time.monotonic() < end:
        tool(display, "key", *keys)
        within(0.2, path.exists)
    assert path.exists(), [file.name for file in path.parent.iterdir()]
    return path


def timeline_middle(name: str) -> tuple[int, int]:
    """Where on the display the middle of the timeline is: the window stands in the display's middle."""
    size = (WIDTH - 40, HEIGHT - 100)
    here = setting(begin(load_scene(name)), size)
    return 20 + track(here.places).centerx, 50 + here.places.timeline.centery


def test_keys_and_mouse_reach_the_race(display: str, tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "main.py"), "on-the-saddle"]
    program = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment(display),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        first = pressed_until(display, tmp_path / "on-the-saddle-0.png", "Home", "s")
        tool(display, "key", "shift+Right", "t")
        tenth = pressed_until(display, tmp_path / "on-the-saddle-10.png", "s")
        with Image.open(first) as light, Image.open(tenth) as dark:
            assert sum(light.getpixel((2, 2))[:3]) > 600  # type: ignore[index]
            assert sum(dark.getpixel((2, 2))[:3]) < 150  # type: ignore[index]
        x, y = timeline_middle("on-the-saddle")
        tool(display, "mousemove", f"{x - 60}", f"{y}", "mousedown", "1", "mousemove", f"{x}", f"{y}", "mouseup", "1")
        pressed_until(display, tmp_path / "on-the-saddle-125.png", "s")
        tool(display, "key", "Tab", "bracketright", "g", "l", "End", "h", "Escape")
        pressed_until(display, tmp_path / "on-the-saddle-250.png", "s")
        end = time.monotonic() + PATIENCE
        while program.poll() is None and time.monotonic() < end:  # Tooltip, panel, the question, the window.
            tool(display, "key", "Escape")
            within(0.15, lambda: program.poll() is not None)
        output, errors = program.communicate(timeout=PATIENCE)
    finally:
        program.kill()
    assert (program.returncode, output, errors) == (0, "", "")
