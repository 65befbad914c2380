"""Names are names: whatever a file is called, it is saved, opened again, and never looked for elsewhere."""

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from carried import KINDS, SAVED, save
from command_line import status

from sim.scene import load_scene
from sim.scene.reading import Saved, load_saved
from sim.scene.saving import saved_text
from sim.stage.export.still import screenshot

pytestmark = [
    pytest.mark.usefixtures("_elsewhere"),
    pytest.mark.skipif(sys.platform == "win32", reason="most of these names are forbidden there"),
]

NAMES = (
    *(
        "http:127.0.0.1:1?x",
        "https:x",
        "ftp:x",
        "tcp:127.0.0.1:1",
        "udp:1",
        "rtmp:x",
        "file:x",
        "pipe:1",
        "pipe:",
        "fd:",
    ),
    *("concat:inner.mp4|other", "subfile,,start,0,end,9,,:x", "data:text,x", "async:x", "crypto:x", "cache:x"),
    *(
        "12:30",
        "c:x",
        "%d",
        "a%03d",
        "100%",
        "[0-9]",
        "a*?",
        "it's",
        'say "x"',
        "a+b",
        "scene (1)",
        "a & b; c",
        "$HOME",
    ),
    *("-o", "--help", " ", "a b ", ".hidden", "..x", "a.toml", "a\nb", "a\tb", "\x7f", "a\\b", "~", "#1"),
    *("Ünïcödé", "三个弹珠", "عربي", "♞" * 83, "é", "e\u0301", "x" * 250, "\udcff\udc80"),
)


SCENE = """
title = "A"
look = "B"
updates = 3
start = [1.0, 1.0]
[surface]
kind = "quadratic"
[examples]
kind = "tilted"
count = 1
sigma = 0.0
[lane.a]
rule = "gradient descent"
learning_rate = 0.01
batch_size = "full"
"""
"""What is computed in no time, since it goes straight to the minimum; what counts here is what its file is called."""


def test_there_are_more_than_forty() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 40


@pytest.mark.parametrize("kind", KINDS)
def test_what_can_be_saved_can_be_opened_again(kind: str) -> None:
    """Each name with some kinds, by turns, and with the kind that FFmpeg reads, which might see more in it."""
    for name in NAMES[::2] if kind == ".webm" else NAMES[KINDS.index(kind) % 4 :: 4]:
        path = Path(f"{name}{kind}")
        if len(os.fsencode(path.name)) > 255:
            path = Path(f"{name[:-1]}{kind}")
        save(path)
        assert load_saved(str(path)) == SAVED, name
        assert load_saved(str(path.absolute())) == SAVED, name
        path.unlink()
    assert os.listdir() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_of_any_name_makes_a_picture_that_opens(name: str) -> None:
    """What a scene is called comes from its file, stands in the picture, and becomes part of the picture's name."""
    file = Path("scenes", f"{name}.toml")
    file.parent.mkdir()
    file.write_text(SCENE, encoding="utf-8")
    scene = load_scene(str(file))
    assert status("screenshot", str(file), "--update", "3", "--size", "320x240") == 0
    (picture,) = Path().glob("*.png")
    assert load_saved(str(picture)) == Saved(scene, 3)
    assert scene.name.isprintable()


def test_the_name_of_an_example_in_the_wild_is_kept() -> None:
    Path("scene (1).toml").write_text(saved_text(SAVED).replace('scene = "on-the-saddle"', 'scene = "it\'s 100%"'))
    saved = load_saved("scene (1).toml")
    screenshot(saved.scene, 1, (320, 240), "light", Path("a.png"))
    assert load_scene("a.png").name == "it's 100%"


class Calls(list[str]):
    """Who was asked to connect."""


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A port of this computer that nobody has a reason to call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What Python itself is asked to connect to, or to look up."""
    asked = Calls()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *where, **_: asked.append(str(where)))
    monkeypatch.setattr(socket.socket, "connect", lambda _, where: asked.append(str(where)))
    return asked


def test_no_command_connects_anywhere(listening: socket.socket, calls: Calls) -> None:
    """Every protocol with some kinds of files, by turns, and every kind with some protocols."""
    port, kinds = listening.getsockname()[1], (*KINDS, ".toml")
    protocols = ("http", "tcp", "https", "rtmp", "ftp", "gopher", "concat:http", "async:tcp", "crypto:http")
    for place, protocol in enumerate(protocols):
        for rest in (f"//127.0.0.1:{port}/x", f"127.0.0.1:{port}?x"):
            for kind in kinds[place % 3 :: 3]:
                _try(f"{protocol}:{rest}{kind}")
    assert calls == []
    with pytest.raises(BlockingIOError):
        listening.accept()


def _try(name: str) -> None:
    """Open and save files that are called like addresses, where that can be."""
    path, addressed = Path(name), "//" in name
    text = path.suffix == ".toml"  # All commands open files in the same way, and a CSV is a CSV: once will do.
    if not addressed:
        path.write_text(saved_text(SAVED)) if text else save(path)
        assert status("show", name) == 0
        assert not text or status("run", name, "--updates", "2") == 0
        path.unlink()
    for command in ("show", "run", "screenshot", "record"):
        assert status(command, name) == 2
    if text:
        assert status("run", "--updates", "2", "--csv", name) == (2 if addressed else 0)
        path.unlink(missing_ok=True)


def test_the_check_itself(listening: socket.socket) -> None:
    with socket.create_connection(listening.getsockname()):
        listening.accept()[0].close()
