"""WebP: every pixel as it was drawn, in a format that browsers show like a picture.

Put together here, since the encoders of animations that there are keep all of a film in memory. A file consists of
chunks (developers.google.com/speed/webp/docs/riff_container): VP8X, ANIM, an ANMF for every picture, the metadata.
"""

import errno
import os
import struct
from io import BytesIO
from typing import BinaryIO

import numpy as np
from PIL import Image

from .encoding import FramePixels, Size

XMP, ALPHA, ANIMATION = 0x04, 0x10, 0x02  # Flags: what is in the file.
RIFF = 12  # Bytes of a file's header.
LARGEST_FILE, LONGEST_DELAY = 2**32 - 2, 2**24 - 1  # Bytes and milliseconds, as far as the format can count.
QUALITY, METHOD = 20, 1  # How hard to try: twice the time would save a sixth.


class WebP:
    """A film without loss: of each picture, what differs from the one before is laid over it."""

    def __init__(self, stream: BinaryIO, size: Size, rate: int, comment: str) -> None:
        self._stream, self._rate, self._comment = stream, rate, comment.encode()
        self._shown = np.zeros(size[::-1], np.uint32)
        self._held: tuple[int, bytes, bytes] | None = None  # The last picture that differs, and since when.
        self._last = 0  # How long it has been seen to stand.
        self._size = 4
        flags = ANIMATION | ALPHA | (XMP if comment else 0)
        self._stream.write(struct.pack("<4sI4s", b"RIFF", 0, b"WEBP"))
        self._write(chunk(b"VP8X", struct.pack("<I", flags) + _int24(size[0] - 1) + _int24(size[1] - 1)))
        self._write(chunk(b"ANIM", struct.pack("<IH", 0, 0)))  # No background, and for ever.

    def add(self, pixels: FramePixels, tick: int) -> None:
        """The picture that is shown from that tick on."""
        self._last = tick
        differs = pixels != self._shown
        rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
        if rows.size == 0:
            return
        self._let_go(tick)
        left, top = int(columns[0]) & ~1, int(rows[0]) & ~1  # Places are counted in twos.
        part = np.s_[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
        image = np.where(differs[part], pixels[part], np.uint32(0))
        np.copyto(self._shown, pixels)
        height, width = image.shape
        self._held = tick, b"".join(map(_int24, (left // 2, top // 2, width - 1, height - 1))), coded(image)

    def finish(self) -> None:
        """Write what is left."""
        self._let_go(self._last + 1)
        if self._comment:
            self._write(chunk(b"XMP ", self._comment))
        self._stream.seek(4)
        self._stream.write(struct.pack("<I", self._size))

    def abandon(self) -> None:
        """Nothing is held that would need it."""

    def _let_go(self, tick: int) -> None:
        """Write the picture that has been shown up to that tick, now that it is known for how long."""
        if self._held is None:
            return
        since, place, image = self._held
        delay = min(self._milliseconds(tick) - self._milliseconds(since), LONGEST_DELAY)
        self._write(chunk(b"ANMF", place + _int24(delay) + b"\0" + image))
        self._held = None

    def _milliseconds(self, tick: int) -> int:
        return round(1000 * tick / self._rate)

    def _write(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > LARGEST_FILE:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        self._stream.write(data)


def coded(image: FramePixels) -> bytes:
    """A single picture without loss, as the chunk of its kind."""
    height, width = image.shape
    buffer = BytesIO()
    picture = Image.frombuffer("RGBA", (width, height), np.ascontiguousarray(image), "raw", "BGRA", 0, 1)
    picture.save(buffer, "WEBP", lossless=True, quality=QUALITY, method=METHOD)
    return buffer.getvalue()[RIFF:]


def chunk(name: bytes, data: bytes) -> bytes:
    """Name, length, data, and a byte more where the length is odd."""
    return struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2)


def _int24(number: int) -> bytes:
    return number.to_bytes(3, "little")
