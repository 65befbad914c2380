"""Pictures, films and pages that carry their scene as a text beside the rest.

They are data from strangers: only the text is looked for, within bounds, no pixel is decoded, and nothing is executed.
"""

import os
import re
import struct
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import BinaryIO
from xml.parsers import expat

from .words import SceneError

KEYWORD = "Three Marbles scene"
"""What the text chunk of a PNG is called."""

OPENING_LINE = "# Three Marbles scene"
"""How a comment begins that is a scene; other programs write comments, too."""
CHECK_SUM = ", check sum "
"""What follows in the same line: files of versions up to 0.2.0 lack it."""
MISREAD = 2  # Letters of the opening line that may be wrong in one that is told to be damaged.

LONGEST_START = 1 << 20
"""How many bytes of a PNG, SVG, GIF or HTML page are looked at: what it carries stands first."""
MOST_CHUNKS = 1 << 18
"""How many chunks of a WebP are looked at: one for each picture of an hour's film, and what it carries behind them."""
PROBED = "262144"
"""How many bytes of a WebM's pictures are looked at: FFmpeg would look at more than it takes to know the text."""

LONGEST_MARK = 1 << 12
"""How many bytes tell them apart: a page may have comments in front, as from a browser that saved it."""

CarriedText = str | bytes | None
GIF_HEADER, PALETTE, COMMENT, EXTENSION = 13, 0x80, 0xFE, 0x21
"""Bytes of a GIF's header; the bit of its flags that tells of a palette; how a comment and an extension are marked."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A kind of file that can carry a text."""

    name: str
    """What it is called, with its article."""
    begins: Callable[[bytes], bool]
    """Whether a file that begins with these bytes is one."""
    text: Callable[[BinaryIO], CarriedText]
    """What the file carries, if anything. Raises one of DAMAGES where its bytes make no sense."""


DAMAGES = (ValueError, struct.error, zlib.error, expat.ExpatError)
"""What the bytes of a damaged or hostile file lead to."""


def _png(stream: BinaryIO) -> CarriedText:
    """The chunk iTXt of our keyword, in front of the pixels (PNG, third edition, 5.3 and 11.3.3.4)."""
    content, place = stream.read(LONGEST_START), 8
    while place < len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        if kind in (b"IDAT", b"IEND") or place + 12 + length > LONGEST_START:
            return None
        body = content[place + 8 : place + 8 + length]
        (check,) = struct.unpack_from(">I", content, place + 8 + length)
        if zlib.crc32(kind + body) != check:
            raise ValueError("a wrong check sum")
        if kind == b"iTXt" and body.startswith(KEYWORD.encode() + b"\0"):
            return _international(body[len(KEYWORD) + 1 :])
        place += 12 + length
    raise ValueError("cut off")


def _international(rest: bytes) -> CarriedText:
    """The text of an iTXt chunk, from what follows the keyword: two flags, a language, the keyword in it."""
    _language, _keyword, text = rest[2:].split(b"\0", 2)
    return zlib.decompressobj().decompress(text, LONGEST_START) if rest[0] else text


def _gif(stream: BinaryIO) -> CarriedText:
    """The first comment in front of the pictures (GIF 89a, 15 to 24): blocks of up to 255 bytes, then an empty one."""
    content = stream.read(LONGEST_START)
    (flags,) = struct.unpack_from("B", content, 10)
    place = GIF_HEADER + (6 << (flags & 7) if flags & PALETTE else 0)
    while (marks := content[place : place + 2])[:1] == bytes([EXTENSION]):
        place, blocks = place + 2, []
        while size := struct.unpack_from("B", content, place)[0]:
            blocks.append(content[place + 1 : place + 1 + size])
            place += 1 + size
        if marks[1] == COMMENT:
            return b"".join(blocks)
        place += 1
    return None


def _webp(stream: BinaryIO) -> CarriedText:
    """The chunk XMP (developers.google.com/speed/webp/docs/riff_container), which stands last."""
    stream.seek(12)
    for _ in range(MOST_CHUNKS):
        if not (head := stream.read(8)):
            return None
        name, length = struct.unpack("<4sI", head)
        if name == b"XMP ":
            return stream.read(min(length, LONGEST_START))
        stream.seek(length + length % 2, os.SEEK_CUR)
    return None


MP4_PATH = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
"""The boxes in which the comment of an MP4 lies, each within the one before (ISO/IEC 14496-12, 8.10; QuickTime)."""
MP4_FLAGS = {b"meta": 4, b"data": 8}
"""Bytes in front of what is in a box, beside those of every box."""


def _mp4(stream: BinaryIO) -> CarriedText:
    """The comment. Only heads of boxes are read: FFmpeg would index all pictures that are said to be there."""
    path, end = list(MP4_PATH), stream.seek(0, os.SEEK_END)
    stream.seek(0)
    for _ in range(MOST_CHUNKS):
        place, head = stream.tell(), stream.read(8)
        if place >= end:
            return None
        size, kind = struct.unpack(">I4s", head)
        if size == 1:
            (size,) = struct.unpack(">Q", stream.read(8))
        if size < 8 or place + size > end:
            raise ValueError("cut off")
        if kind == path[0]:
            stream.seek(MP4_FLAGS.get(path.pop(0), 0), os.SEEK_CUR)
            end = place + size
            if not path:
                return stream.read(min(max(end - stream.tell(), 0), LONGEST_START))
        else:
            stream.seek(place + size)
    return None


class _Nameless:
    """A stream without its name, which FFmpeg might take for an address or a pattern."""

    def __init__(self, stream: BinaryIO) -> None:
        self.read, self.seek, self.tell = stream.read, stream.seek, stream.tell


def _webm(stream: BinaryIO) -> CarriedText:
    """The comment. FFmpeg is told which kind it is, so that it tries no others."""
    import av  # noqa: PLC0415  Only these films need it.

    try:
        with av.open(_Nameless(stream), "r", format="matroska", options={"probesize": PROBED}) as film:
            return {key.lower(): value for key, value in film.metadata.items()}.get("comment")
    except av.FFmpegError as error:
        raise ValueError(str(error)) from None


CARRYING_META = "three-marbles-scene"
"""What the element of an HTML page is called that carries the text."""
HTML_START = re.compile(rb"\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s++ht|html\b)", re.IGNORECASE | re.DOTALL)
META_START = re.compile(rf'<meta\s++name="{CARRYING_META}"\s++content="'.encode(), re.IGNORECASE)


def _is_html(head: bytes) -> bool:
    """Whether a page begins like that: behind a byte order mark and comments, if it has some."""
    return HTML_START.match(head.removeprefix(BOM_UTF8)) is not None


def _html(stream: BinaryIO) -> CarriedText:
    """The content of <meta name="three-marbles-scene">, as this program writes it: no page is parsed, let alone run.

    Its lines may have come to end otherwise, as they do in mails and on other systems, and its names be in capitals.
    """
    content = stream.read(LONGEST_START)
    opening = META_START.search(content)
    if opening is None:
        return None
    text, found, _ = content[opening.end() :].partition(b'"')
    if not found:
        raise ValueError("cut off")
    return unescape(text.decode("utf-8").replace("\r\n", "\n"))


class _Found(Exception):
    """Ends the reading of a document."""


def _svg(stream: BinaryIO) -> CarriedText:
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
    try:
        parser.Parse(stream.read(LONGEST_START), False)
    except _Found:
        return "".join(parts)
    except LookupError as error:
        raise ValueError(str(error)) from None  # No encoding of that name.
    return None


CARRIERS: dict[str, Carrier] = {
    ".png": Carrier("a PNG picture", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    ".svg": Carrier("an SVG picture", lambda head: head.startswith((b"<?xml", b"<svg")), _svg),
    ".gif": Carrier("a GIF picture", lambda head: head.startswith((b"GIF87a", b"GIF89a")), _gif),
    ".webp": Carrier("a WebP picture", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", _webp),
    ".mp4": Carrier("an MP4 film", lambda head: head[4:8] == b"ftyp", _mp4),
    ".webm": Carrier("a WebM film", lambda head: head.startswith(b"\x1aE\xdf\xa3"), _webm),
    ".html": Carrier("an HTML page", _is_html, _html),
}
"""The kinds, by the endings that their files usually have."""


def carrier_of(head: bytes) -> Carrier | None:
    """The kind of a file that begins like this; None: it carries no text but is one, or is nothing known."""
    return next((carrier for carrier in CARRIERS.values() if carrier.begins(head)), None)


def carried_text(carrier: Carrier, stream: BinaryIO, longest: int) -> str:
    """The scene's text in a file of that kind, at most `longest` bytes long, without its check sum.

    Raises:
        SceneError: it carries none, or is damaged.
    """
    try:
        text = carrier.text(stream)
        text = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    except DAMAGES:
        raise SceneError(f"is {carrier.name} that is damaged or cut off") from None
    if text is None or not _begins_like_ours(text):
        raise SceneError(
            f"is {carrier.name} without a scene, or a damaged one; those that this program saves carry theirs"
        )
    if len(text.encode("utf-8", errors="replace")) > longest:
        raise SceneError(f"carries a text larger than a scene can be, {longest >> 10} kB")
    if (scene := unsealed(text)) is None:
        raise SceneError(f"is {carrier.name} whose scene is damaged")
    return scene


def sealed(text: str) -> str:
    """The text of a scene, which begins with OPENING_LINE, as a file carries it: with a check sum of what follows."""
    first, end, rest = text.partition("\n")
    return f"{first}{CHECK_SUM}{_check_sum(rest)}{end}{rest}"


def unsealed(text: str) -> str | None:
    """What was sealed; None if a letter of it has changed since. A text without a check sum is left as it is."""
    first, end, rest = text.lstrip("\ufeff").partition("\n")
    if first in (OPENING_LINE, f"{OPENING_LINE}{CHECK_SUM}{_check_sum(rest)}"):
        return f"{OPENING_LINE}{end}{rest}"
    return None


def _check_sum(rest: str) -> str:
    return f"{zlib.crc32(rest.encode('utf-8', errors='replace')):08x}"


def _begins_like_ours(text: str) -> bool:
    """Whether a text begins with our opening line, or did so before some letter was damaged."""
    first = text.lstrip("\ufeff")[: len(OPENING_LINE)]
    return len(first) == len(OPENING_LINE) and sum(map(str.__ne__, first, OPENING_LINE)) <= MISREAD
