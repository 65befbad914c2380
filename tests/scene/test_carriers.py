"""What pictures and films carry is found, is whole or told to be damaged, and is looked for within bounds."""

import html
import io
import struct
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from carried import KINDS, SAVED, save
from waiting import at_once

from sim.scene import SceneError, carriers
from sim.scene.carriers import KEYWORD, LONGEST_MARK, OPENING_LINE, carried_text, carrier_of, sealed, unsealed
from sim.scene.reading import LARGEST_FILE, load_saved
from sim.scene.saving import saved_text

TEXT = saved_text(SAVED)
REFUSED = 0.5  # Seconds of computing that it may take to refuse a file.


@cache
def content(kind: str, folder: Path) -> bytes:
    """A file of that kind."""
    path = folder / f"whole{kind}"
    save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of this module are made."""
    return tmp_path_factory.mktemp("carriers")


def carried(content: bytes) -> str:
    """What a file with such bytes carries."""
    kind = carrier_of(content[:LONGEST_MARK])
    assert kind is not None
    return carried_text(kind, io.BytesIO(content), LARGEST_FILE)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_carried_is_what_was_given(kind: str, folder: Path) -> None:
    assert carried(content(kind, folder)) == TEXT


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_an_earlier_version_has_no_check_sum_and_still_opens(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"old{kind}"
    old = "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith("digest"))
    save(path, old)
    assert load_saved(str(path)) == SAVED


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_is_told_or_changes_nothing(kind: str, folder: Path) -> None:
    """Most of all where the text stands, whose letters nothing but the check sum holds together."""
    whole = content(kind, folder)
    begin = whole.index(OPENING_LINE.encode())
    generator = np.random.default_rng(1)
    places = [*generator.integers(begin, begin + len(TEXT), 250), *generator.integers(12, len(whole), 250)]
    told = 0
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(generator.integers(8))
        try:
            assert carried(bytes(flipped)) == TEXT
        except SceneError as mistake:
            assert "damaged" in str(mistake) or "larger than" in str(mistake)  # noqa: PT017
            told += 1
    assert told >= 240


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_is_told_or_whole(kind: str, folder: Path) -> None:
    whole = content(kind, folder)
    for length in np.linspace(12, len(whole) - 1, 150).astype(int):
        try:
            assert carried(whole[:length]) == TEXT
        except SceneError as mistake:
            assert "damaged" in str(mistake)  # noqa: PT017


def test_a_seal_is_broken_by_every_change() -> None:
    whole = sealed(TEXT)
    assert unsealed(whole) == TEXT
    assert unsealed(TEXT) == TEXT
    for place, letter in enumerate(whole):
        assert unsealed(f"{whole[:place]}{chr(ord(letter) ^ 1)}{whole[place + 1 :]}") is None
        assert unsealed(whole[:place] + whole[place + 1 :]) is None
    assert unsealed(f"{whole}x") is None


def test_a_keyword_that_ffmpeg_no_longer_knows_is_a_fault_and_no_damage(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = content(".webm", folder)

    def renamed(file: object, mode: str, *, container: str) -> None:
        """Takes other keywords than ours."""

    monkeypatch.setattr(av, "open", renamed)
    with pytest.raises(TypeError):
        carried(film)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


OWN = f"{OPENING_LINE}\n"
PNG = b"\x89PNG\r\n\x1a\n"
GIF = b"GIF89a" + bytes(7)


def test_other_programs_may_have_compressed_the_text_and_put_chunks_in_front_of_it() -> None:
    text = chunk(b"iTXt", f"{KEYWORD}\0".encode() + b"\1\0en\0\0" + zlib.compress(sealed(TEXT).encode()))
    assert carried(PNG + chunk(b"IHDR", bytes(13)) + chunk(b"tEXt", b"Title\0x") + text + chunk(b"IDAT", b"")) == TEXT


def bomb() -> bytes:
    return chunk(b"iTXt", f"{KEYWORD}\0".encode() + b"\1\0\0\0" + zlib.compress(bytes(1 << 26)))


def test_what_stands_in_a_page_besides_and_how_its_text_is_escaped_changes_nothing() -> None:
    text = 'name = "</script> &amp; <b>"'
    page = f'<!doctype HTML>\n<p>x</p><meta name="three-marbles-scene" content="{html.escape(sealed(OWN + text))}">…'
    assert carried(page.encode()) == OWN + text


def test_a_page_survives_what_mails_do_to_the_ends_of_its_lines() -> None:
    text = 'name = "x"\nother = "y"\n'
    page = f'<!doctype html>\n<meta name="three-marbles-scene" content="{html.escape(sealed(OWN + text))}">\n'
    crossed = page.replace("\n", "\r\n").encode()
    assert carried(crossed) == carried(page.encode()) == OWN + text
    assert carrier_of(BOM_UTF8 + crossed) is carriers.CARRIERS[".html"]


SAVED_FROM = "<!-- saved from url=(0031)file:///home/me/local-minimum.html -->"


@pytest.mark.parametrize(
    "start",
    [
        "\ufeff<!DOCTYPE html>\n",
        f"{SAVED_FROM}\r\n<!doctype html>",
        f"<!DOCTYPE html>\n{SAVED_FROM}\n<html>",
        f"\ufeff\n{SAVED_FROM}{SAVED_FROM} <HTML>",
    ],
)
@pytest.mark.parametrize("opening", ["<meta name", "<META NAME", "<Meta\nname"])
def test_a_page_that_a_browser_saved_again_opens(tmp_path: Path, start: str, opening: str) -> None:
    path = tmp_path / "page.html"
    carrying = f'{opening}="three-marbles-scene" content="{html.escape(sealed(TEXT))}">'
    path.write_bytes(f"{start}<head>{carrying}{'.' * LARGEST_FILE}".encode())
    assert load_saved(str(path)) == SAVED


@pytest.mark.parametrize("hostile", [b"<!-- -->", b"<!--", b"<!-- ", b" "])
def test_comments_without_end_are_no_page(hostile: bytes) -> None:
    at_once(lambda: carrier_of(hostile * LONGEST_MARK), REFUSED)
    assert carrier_of(hostile * LONGEST_MARK) is None


MP4 = b"\0\0\0\x18ftypisom"
META = b'<!DOCTYPE html><meta name="three-marbles-scene" content="'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a PNG of two million chunks": lambda: PNG + chunk(b"abcd", b"") * 2_000_000,
    "a PNG whose text grows to 64 MB": lambda: PNG + bomb(),
    "a PNG of a chunk that is never there": lambda: PNG + struct.pack(">I", 2**31) + b"iTXt",
    "a PNG of 60,000 pixels a side": lambda: (
        PNG + chunk(b"IHDR", struct.pack(">II", 60_000, 60_000) + b"\x08\x02\0\0\0")
    ),
    "a GIF of many comments": lambda: GIF + b"\x21\xfe" + (b"\xff" + bytes(255)) * 120_000,
    "a GIF of many extensions": lambda: GIF + b"\x21\xf9\0" * 10_000_000,
    "a GIF of zeros": lambda: GIF + bytes(30_000_000),
    "a WebP of many pages": lambda: b"RIFF\0\0\0\0WEBP" + struct.pack("<4sI", b"ANMF", 0) * 3_000_000,
    "a WebP of pages that are never there": lambda: b"RIFF\0\0\0\0WEBP" + struct.pack("<4sI", b"ANMF", 2**32 - 1) * 10,
    "an MP4 of zeros": lambda: MP4 + b"\0" * 30_000_000,
    "an MP4 of boxes with other brands": lambda: MP4 + b"\0\0\0\0isom" + struct.pack(">I4s", 8, b"free") * 3_000_000,
    "an MP4 of many boxes": lambda: MP4 + bytes(12) + struct.pack(">I4s", 8, b"free") * 3_000_000,
    "an MP4 of a box that is never there": lambda: MP4 + bytes(12) + struct.pack(">I4sQ", 1, b"free", 2**64 - 1),
    "a WebM of zeros": lambda: b"\x1aE\xdf\xa3" + bytes(30_000_000),
    "an SVG in hexadecimal": lambda: b'<?xml version="1.0" encoding="hex"?><svg/>',
    "an SVG in nonsense": lambda: b'<?xml version="1.0" encoding="nonsense"?><svg/>',
    "a WebM of nothing": lambda: b"\x1aE\xdf\xa3\x80" + b"\xec\x80" * 10_000_000,
    "an SVG of groups without an end": lambda: b"<svg>" + b"<g>" * 10_000_000,
    "an SVG with a scene without an end": lambda: b"<svg><metadata>" + b"x" * 30_000_000,
    "an SVG of a tag without an end": lambda: b"<svg " + b"a" * 30_000_000,
    "a page of paragraphs without an end": lambda: b"<!DOCTYPE html>" + b"<p>" * 10_000_000,
    "a page with a scene without an end": lambda: META + b"&amp;" * 6_000_000,
    "a page of tags without an end": lambda: b"<!DOCTYPE html>" + b"<meta " * 5_000_000,
    "a page of a tag without an end": lambda: b"<!DOCTYPE html><meta" + b" " * 30_000_000,
    "a page with a scene that is no text": lambda: META + b'\xff\xfe">',
    "a page with a scene of ampersands": lambda: META + b"&" * 1_000_000 + b'">',
}
"""Made when they are asked for: all of them have half a gigabyte."""


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused_at_once(name: str) -> None:
    hostile = HOSTILE[name]()

    def refused() -> None:
        with pytest.raises(SceneError):
            carried(hostile)

    at_once(refused, REFUSED)


def test_a_long_film_is_read_to_its_end() -> None:
    """An hour at sixty pictures a second, of which only the heads are looked at."""
    text = sealed(TEXT).encode()
    film = (
        b"RIFF\0\0\0\0WEBP" + struct.pack("<4sI", b"ANMF", 0) * 216_000 + struct.pack("<4sI", b"XMP ", len(text)) + text
    )
    assert carried(film) == TEXT
    assert carriers.MOST_CHUNKS > 216_000
