"""A page that leads to others: the scenes by their titles in every language, without a script."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from ....files import whole_file
from ....languages import ENGLISH, TRANSLATIONS
from ....resources import asset
from ....scene import Scene
from .file import filled, hashed, themes


def save_index(scenes: Sequence[Scene], path: Path) -> None:
    """Save a page with a link to that of each scene, which stands beside it under the scene's name.

    Raises:
        OutputError: the file cannot be written.
    """
    content = index(scenes).encode("utf-8")
    with whole_file(path) as stream:
        stream.write(content)


def index(scenes: Sequence[Scene]) -> str:
    """The whole file."""
    style = "\n".join([_colors(), asset("page", "index.css").read_text(encoding="utf-8")])
    policy = f"default-src 'none'; style-src '{hashed(style)}'; base-uri 'none'; form-action 'none'"
    blanks = {"policy": policy, "style": style, "scenes": "\n".join(map(_entry, scenes))}
    return filled(asset("page", "index.html").read_text(encoding="utf-8"), blanks)


def _colors() -> str:
    """Variables for the colours of both themes."""
    rules = {
        name: "; ".join(f"--{key}: {color}" for key, color in theme.items() if isinstance(color, str))
        for name, theme in themes().items()
    }
    return f":root {{ {rules['light']} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {rules['dark']} }} }}"


def _entry(scene: Scene) -> str:
    """A scene: a link, its title in other languages, and what to look at."""
    others = "".join(
        f'<span lang="{code}">{escape(scene.texts(code).title)}</span>'
        for code in TRANSLATIONS
        if scene.texts(code).title != scene.title
    )
    link = f'<a href="{escape(quote(scene.name))}.html">{escape(scene.texts(ENGLISH).title)}</a>'
    return f"<li>{link} {others}<p>{escape(scene.texts(ENGLISH).look)}</p></li>"
