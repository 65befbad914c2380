"""How places and values of a scene file are written in messages."""

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any

BARE_KEY = re.compile(r"[\w-]+", re.ASCII)


class SceneError(ValueError):
    """A scene that cannot be used; the message is one sentence for the user."""


def path_text(*steps: str | int) -> str:
    """A path as TOML writes it, with the places of lists in brackets, counted from 0."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step if BARE_KEY.fullmatch(step) and len(step) <= 40 else excerpt(step)}"
    return text.lstrip(".") or "the file"


def excerpt(value: Any) -> str:
    """A value as it stands in a file, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return text if len(text) <= 40 else f"{text[:39]}…"


def did_you_mean(wanted: str, names: Iterable[str]) -> str:
    """What to say of an unknown name: the known ones nearest to it, or all of them."""
    known = list(names)
    close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(known)}"
    return f"{excerpt(wanted)}; {hint}"
