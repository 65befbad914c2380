"""A virtual X display, and real keys and a real mouse on it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH, HEIGHT = 1000, 700
PATIENCE = 20.0  # Seconds until something that should happen counts as missing.


def missing(*tools: str) -> bool:
    """Whether one of the tools is not installed."""
    return any(shutil.which(tool) is None for tool in tools)


@contextmanager
def virtual(*options: str) -> Iterator[str]:
    """A display of its own; its number is free when it starts. Its keyboard outlives its windows."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    with subprocess.Popen([*command, "-noreset", *options], pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        try:
            with os.fdopen(reading) as pipe:
                number = pipe.readline().strip()
            yield f":{number}"
        finally:
            server.terminate()


def environment(display: str) -> dict[str, str]:
    """That of a program which opens its window there."""
    return {name: value for name, value in os.environ.items() if name != "SDL_VIDEODRIVER"} | {"DISPLAY": display}


def run(display: str, *command: str) -> str:
    """Let a tool do something on the display."""
    done = subprocess.run(
        command, env=environment(display), capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    return done.stdout.strip()


def tool(display: str, *arguments: str) -> str:
    """Let xdotool do something on the display."""
    return run(display, "xdotool", *arguments)
