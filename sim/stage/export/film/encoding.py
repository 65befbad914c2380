"""What becomes of pictures in a film's file: what all kinds of film have in common."""

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from io import BytesIO
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
from av import FFmpegError, VideoFrame
from av.container import OutputContainer

FramePixels = npt.NDArray[np.uint32]
"""Height × width, each 0xffRRGGBB: in the memory of today's machines the bytes of "bgra"."""
Size = tuple[int, int]


class Encoder(Protocol):
    """Writes pictures to a stream, one by one, as a film."""

    def add(self, pixels: FramePixels, tick: int) -> None:
        """The picture that is shown from that tick on, later than those before. The array belongs to the caller."""
        ...

    def finish(self) -> None:
        """Write what is left. The last picture stands for a tick."""
        ...

    def abandon(self) -> None:
        """Let go of everything; what the stream holds is of no use."""
        ...


def let_go(container: OutputContainer, out: "Sink") -> None:
    """Close a file in the making of which nothing is wanted any more."""
    out.forgets = True
    with suppress(FFmpegError):  # The trailer of half a film may make no sense.
        container.close()


def frame_of(pixels: FramePixels, tick: int = 0, rate: int = 1) -> VideoFrame:
    """A frame in the memory of the pixels, at that tick of so many a second."""
    height, width = pixels.shape
    frame = VideoFrame.from_numpy_buffer(pixels.view(np.uint8).reshape(height, width, 4), "bgra")
    frame.pts, frame.time_base = tick, Fraction(1, rate)
    return frame


class Sink:
    """A stream as PyAV wants it: without exceptions, of which it would print some. They are kept for `check`.

    It can be told to forget what it gets from now on.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._failure: OSError | None = None
        self.name = "film"  # Not the file's, which FFmpeg might take for an address or a pattern.
        self.forgets = False

    def write(self, data: bytes) -> int:
        """Write the data, or make believe."""
        if not self.forgets:
            try:
                return self._stream.write(data)
            except OSError as failure:
                self._fail(failure)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file."""
        if not self.forgets:
            try:
                return self._stream.seek(offset, whence)
            except OSError as failure:
                self._fail(failure)
        return offset

    def tell(self) -> int:
        """The place in the file."""
        return 0 if self.forgets else self._stream.tell()

    def again(self, _name: str, _flags: int, _options: Mapping[str, Any]) -> BinaryIO:
        """The file from its beginning, for reading: when all is known, an index is put in front."""
        if not self.forgets:
            try:
                self._stream.flush()
                return open(self._stream.name, "rb")
            except OSError as failure:
                self._fail(failure)
        return BytesIO()

    def check(self) -> None:
        """Raise what went wrong since the last time, if anything did."""
        if self._failure is not None:
            raise self._failure

    def _fail(self, failure: OSError) -> None:
        self._failure, self.forgets = failure, True
