"""Which program computes: results of another one may differ in their last bits, and are not mixed with its own."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from ...base.version import VERSION

PACKAGE = Path(__file__).parents[2]
ROOMS = ("surface", "descent", "scene")
"""What outcomes follow from, beside `ensemble.py`."""


@cache
def program() -> dict[str, str]:
    """What two computers must have in common to find the same bits: this program's version and code, and numpy's.

    The code is told by a digest of its text, so that a changed program counts as another one even where its
    version has not changed.
    """
    return {"version": VERSION, "code": _digest(), "numpy": np.__version__}


def _digest() -> str:
    files = [path for room in ROOMS for path in (PACKAGE / room).rglob("*.py")]
    found = hashlib.sha256()
    for path in sorted([*files, Path(__file__).with_name("ensemble.py")], key=Path.as_posix):
        found.update(f"{path.relative_to(PACKAGE).as_posix()}\n{path.read_text(encoding='utf-8')}\n".encode())
    return found.hexdigest()[:12]
