"""A page that leads to others: the scenes with their pictures, by their titles in every language, and the theory."""

import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from html import escape
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from ....base.files import OutputError, ordinary_file, whole_file
from ....base.languages import ENGLISH, TRANSLATIONS
from ....scene import Scene
from ..still import picture
from .file import GENERATOR, HEAD, INDEX
from .no_script import plain_page

THEORY = "theory.html"
"""What the page of theory is called, beside the index."""
DRAWN, SHOWN = (960, 600), (480, 300)
"""Pixels of a scene's picture as it is drawn and as it is shown: each of its own pixels has two of a usual screen."""
MOMENT = 0.6
"""After which part of its updates a scene is shown."""


def check_folder(folder: Path) -> None:
    """Find out whether the index can be saved there without taking the place of somebody's own.

    Raises:
        OutputError: it cannot.
    """
    path = folder / INDEX
    if os.path.lexists(path):
        with suppress(OSError), ordinary_file(path) as stream:
            if GENERATOR in stream.read(HEAD):
                return
        raise OutputError(f"{path} is there already and is no page of this program: choose another folder with -o")


def save_index(scenes: Sequence[Scene], path: Path) -> None:
    """Save a page with a link to that of each scene, which stands beside it under the scene's name, and to THEORY.

    Raises:
        OutputError: the file cannot be written.
    """
    content = index(scenes, {scene.name: _picture(scene) for scene in scenes}).encode("utf-8")
    with whole_file(path) as stream:
        stream.write(content)


def index(scenes: Sequence[Scene], pictures: Mapping[str, bytes]) -> str:
    """The whole file.

    pictures: WebP files of such scenes as have one, by their names.
    """
    entries = "\n".join(_entry(scene, pictures.get(scene.name, b"")) for scene in scenes)
    body = f"""<h1>Three Marbles</h1>
<p>See why an optimizer gets stuck, and how it gets out. <a href="{THEORY}">The theory</a>, with numbers.</p>
<ol class="scenes">
{entries}
</ol>"""
    return plain_page("Three Marbles", body)


def _picture(scene: Scene) -> bytes:
    """A small picture of its race."""
    small, stream = picture(scene, round(MOMENT * scene.updates), DRAWN, "light").resize(SHOWN), BytesIO()
    small.save(stream, "WEBP", quality=80)
    return stream.getvalue()


def _entry(scene: Scene, content: bytes) -> str:
    """A scene: its picture, a link, its title in other languages, and what to look at."""
    others = "".join(
        f'<span lang="{code}">{escape(scene.texts(code).title)}</span>'
        for code in TRANSLATIONS
        if scene.texts(code).title != scene.title
    )
    link = f'<a href="{escape(quote(scene.name))}.html">{escape(scene.texts(ENGLISH).title)}</a>'
    image = f'<img src="data:image/webp;base64,{b64encode(content).decode()}" alt="">' if content else ""
    return f"<li>{image}<div>{link} {others}<p>{escape(scene.texts(ENGLISH).look)}</p></div></li>"
