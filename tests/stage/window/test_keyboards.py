"""Real keyboards' layouts on a virtual X display: what is struck there is what is meant."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import pytest
from xserver import PATIENCE, environment, missing, run, tool, virtual

ROOT = Path(__file__).parents[3]
SHIFT, ALTGR, CONTROL = "50", "108", "37"
"""The codes that X gives to these keys."""

pytestmark = pytest.mark.skipif(
    missing("Xvfb", "xdotool", "setxkbmap"), reason="needs the X server Xvfb, xdotool and setxkbmap"
)

LISTENER = """
import pygame
from sim.stage.input.keys import Stroke, meant
from sim.stage.window import display
with display.opened():
    print("ready", flush=True)
    while True:
        for event in pygame.event.get():
            if event.type == pygame.KEYDOWN:
                means = meant(Stroke.of(event))
                print(means.sign if means else "-", flush=True)
        pygame.time.wait(5)
"""
"""Tells of every key that is pressed what it means."""

SLOW = """
import time
from dataclasses import replace
from sim.scene import load_scene
from sim.stage.input import key_repeat
from sim.stage.session.session import begin
from sim.stage.window import display, showing, window as stage
key_repeat.DELAY, stage.SLOW = 0.1, 0.07
draw = showing.draw
def slow(*arguments):
    time.sleep(0.12)
    draw(*arguments)
showing.draw = slow
with display.opened():
    window = stage.MainWindow(replace(begin(load_scene("local-minimum")), playing=False))
    print("ready", flush=True)
    end = time.monotonic() + 30
    while window.session.tick < 40 and time.monotonic() < end:
        window.frame()
        print(window.session.scene.lanes[0].rule.learning_rate, window.session.tick, flush=True)
"""
"""A window whose every picture takes so long that what is pressed meanwhile comes late, and a held key would be due.

All that a picture is compared with is as much shorter as the picture itself, so that nobody waits for long.
"""


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with virtual("-ardelay", "100", "-arinterval", "10") as name:  # What X itself repeats does not count.
        yield name


@pytest.fixture(scope="module")
def listener(display: str) -> Iterator["subprocess.Popen[str]"]:
    """One for all layouts: whoever chooses another keeps the window."""
    with program(display, LISTENER) as running:
        sleep(0.3)  # The window gets the keyboard.
        yield running


@contextmanager
def program(display: str, source: str) -> Iterator["subprocess.Popen[str]"]:
    """A program with a window on the display, which listens by now."""
    with subprocess.Popen(
        [sys.executable, "-u", "-c", source], cwd=ROOT, env=environment(display), stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        try:
            while "ready" not in running.stdout.readline():
                assert running.poll() is None
            yield running
        finally:
            running.kill()


def struck(display: str, place: str, *modifiers: str) -> None:
    """Strike the key at a place, with modifiers."""
    for modifier in modifiers:
        tool(display, "keydown", modifier)
    tool(display, "key", place)
    for modifier in reversed(modifiers):
        tool(display, "keyup", modifier)


LAYOUTS: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    # What is meant, the code of the key, and the modifiers.
    "us": [("[", "34", ()), ("]", "35", ()), (";", "47", ()), ("'", "48", ()), ("Shift 2", "11", (SHIFT,))],
    "de": [("[", "17", (ALTGR,)), ("]", "18", (ALTGR,)), (";", "59", (SHIFT,)), ("'", "51", (SHIFT,)), ("y", "52", ())],
    "fr": [("[", "14", (ALTGR,)), ("]", "20", (ALTGR,)), ("3", "12", (SHIFT,)), ("'", "13", ()), ("q", "38", ())],
    "es": [("[", "34", (ALTGR,)), ("]", "35", (ALTGR,)), (";", "59", (SHIFT,)), ("-", "61", ())],
    "ch": [("[", "34", (ALTGR,)), ("]", "35", (ALTGR,)), ("+", "10", (SHIFT,)), ("'", "20", ()), ("z", "29", ())],
    "se": [("[", "17", (ALTGR,)), ("]", "18", (ALTGR,)), ("'", "51", ()), ("+", "20", ())],
    "cn": [("[", "34", ()), ("'", "48", ()), ("Shift 2", "11", (SHIFT,)), ("Ctrl c", "54", (CONTROL,))],
    "ru": [("[", "34", ()), ("h", "43", ()), ("Shift z", "52", (SHIFT,)), ("Ctrl c", "54", (CONTROL,))],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_keys_mean_what_they_write(display: str, listener: "subprocess.Popen[str]", layout: str) -> None:
    assert listener.stdout is not None
    run(display, "setxkbmap", layout)
    for sign, place, modifiers in LAYOUTS[layout]:
        struck(display, place, *modifiers)
        told = [listener.stdout.readline().strip() for _ in (*modifiers, "the key itself")]
        assert told == ["-"] * len(modifiers) + [sign], (layout, place)


def test_a_short_press_in_slow_frames_acts_once_and_a_held_key_once_a_frame(display: str) -> None:
    run(display, "setxkbmap", "us")
    with program(display, SLOW) as running:
        stdout = running.stdout
        assert stdout is not None

        def told() -> tuple[float, int]:
            rate, update = stdout.readline().split()
            return float(rate), int(update)

        before = told()
        tool(display, "keydown", "bracketright")
        sleep(0.03)
        tool(display, "keyup", "bracketright")
        end = monotonic() + PATIENCE
        while (now := told())[0] == before[0] and monotonic() < end:
            pass
        tool(display, "mousemove", "300", "300")
        rates = {now[0]} | {told()[0] for _ in range(3)}
        assert rates == {float(f"{1.25 * before[0]:.2g}")}
        tool(display, "keydown", "Right")
        updates = [told()[1]]
        while updates[-1] < 3 and len(updates) < 20:
            updates.append(told()[1])
        tool(display, "keyup", "Right")
        steps = [later - earlier for earlier, later in pairwise(updates)]
        assert max(steps) == 1
        assert updates[-1] == 3
