"""Pictures and films that carry their scene as a text beside the pixels.

They are data from strangers: only the text is looked for, no pixel is decoded, and nothing is executed.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from .words import SceneError

KEYWORD = "Three Marbles scene"
"""What the text chunk of a PNG is called."""

OPENING_LINE = "# Three Marbles scene"
"""How a comment begins that is a scene; other programs write comments, too."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A kind of file that can carry a text."""

    name: str
    """What it is called, with its article."""
    begins: Callable[[bytes], bool]
    """Whether a file that begins with these bytes is one."""
    text: Callable[[Path], object]
    """What the file carries, if anything."""


def _image(path: Path) -> Mapping[Any, Any]:
    """What stands in front of the pixels of an image."""
    from PIL import Image  # noqa: PLC0415  Only pictures need it.

    with Image.open(path, formats=("PNG", "GIF", "WEBP")) as image:
        return dict(image.info)


def _png(path: Path) -> object:
    return _image(path).get(KEYWORD)


def _gif(path: Path) -> object:
    return _image(path).get("comment")


def _webp(path: Path) -> object:
    return _image(path).get("xmp")


def _film(path: Path) -> object:
    import av  # noqa: PLC0415  Only films need it.

    with av.open(str(path), metadata_errors="replace") as film:
        return {key.lower(): value for key, value in film.metadata.items()}.get("comment")


class _Found(Exception):
    """Ends the reading of a document."""


def _svg(path: Path) -> object:
    """The text of <svg><metadata>. A document type, in which entities would be declared, is refused."""
    parser, inside, parts = expat.ParserCreate(), [""], [""]

    def begin(name: str, _: object) -> None:
        inside.append(name)

    def end(_: str) -> None:
        if inside.pop() == "metadata":
            raise _Found

    def text(part: str) -> None:
        if inside == ["", "svg", "metadata"]:
            parts.append(part)

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    with path.open("rb") as stream, suppress(_Found):
        parser.Parse(stream.read(LONGEST_START), False)
        return None
    return "".join(parts)


CARRIERS: dict[str, Carrier] = {
    ".png": Carrier("a PNG picture", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    ".svg": Carrier("an SVG picture", lambda head: head.startswith((b"<?xml", b"<svg")), _svg),
    ".gif": Carrier("a GIF picture", lambda head: head.startswith((b"GIF87a", b"GIF89a")), _gif),
    ".webp": Carrier("a WebP picture", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _webp),
    ".mp4": Carrier("an MP4 film", lambda head: head[4:8] == b"ftyp", _film),
    ".webm": Carrier("a WebM film", lambda head: head.startswith(b"\x1aE\xdf\xa3"), _film),
}
"""The kinds, by the endings that their files usually have."""

LONGEST_START = 1 << 19
"""Of an SVG, so many bytes are looked at: what it carries stands first."""

LONGEST_MARK = 12
"""How many bytes tell them apart."""


def carrier_of(head: bytes) -> Carrier | None:
    """The kind of a file that begins like this; None: it carries no text but is one, or is nothing known."""
    return next((carrier for carrier in CARRIERS.values() if carrier.begins(head)), None)


def carried_text(carrier: Carrier, path: Path, longest: int) -> str:
    """The scene's text in such a file, at most `longest` bytes long.

    Raises:
        SceneError: it carries none, or is damaged.
    """
    try:
        text = carrier.text(path)
    except ModuleNotFoundError:
        raise
    except Exception as error:  # Whatever a decoder stumbles over in a damaged or hostile file.
        if isinstance(error, OSError) and error.errno is not None and error.filename is not None:
            raise
        raise SceneError(f"is {carrier.name} that is damaged or cut off") from None
    if isinstance(text, bytes):
        text = text.decode("utf-8", errors="replace")
    if not isinstance(text, str) or not text.lstrip("\ufeff").startswith(OPENING_LINE):
        raise SceneError(f"is {carrier.name} without a scene; those that this program saves carry theirs")
    if len(text.encode("utf-8")) > longest:
        raise SceneError(f"carries a text larger than a scene can be, {longest >> 10} kB")
    return text
