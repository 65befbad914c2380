"""Golden recordings: what is drawn, written down verb by verb, so that a change of it is a line of a diff."""

from difflib import unified_diff
from pathlib import Path

import pytest

RECORDINGS = Path(__file__).parent / "recordings"


def check(recording: str, name: str, request: pytest.FixtureRequest) -> None:
    """Compare a recording with the one that was found good, or make it that one if `--update-golden` asks for it."""
    path = RECORDINGS / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(recording, encoding="utf-8")
    golden = path.read_text(encoding="utf-8")
    if recording != golden:
        lines = unified_diff(golden.splitlines(), recording.splitlines(), "found good", "drawn now", lineterm="", n=1)
        pytest.fail("\n".join([f"{name} is drawn otherwise; if that is right: pytest --update-golden", *lines]))


def section(recording: str, name: str) -> str:
    """What was drawn as the part of that name, wherever."""
    found, depth = [], None
    for line in recording.splitlines():
        indent = len(line) - len(line.lstrip())
        if depth is not None and indent <= depth:
            depth = None
        if depth is None and line.strip() == name:
            depth = indent
        if depth is not None:
            found.append(line[depth:])
    return "\n".join(found) + "\n"
