"""Pictures, one after another, become a film: one is encoded while the next is drawn."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import pygame
from av import FFmpegError

from ....base.files import OutputError, whole_file
from .encoding import Encoder, FramePixels, Size
from .gif import Gif
from .video import H264, VP9, Video
from .webp import WebP

AHEAD = 3  # Pictures that may wait to be encoded: enough to even out hard ones, and all the memory that is needed.
OPAQUE = np.uint32(0xFF000000)
MASKS = (0xFF0000, 0xFF00, 0xFF)  # Of red, green and blue in a surface with the bytes that encoders want.

ENCODERS: dict[str, Callable[[BinaryIO, Size, int, str, Iterable[FramePixels]], Encoder]] = {
    ".mp4": lambda stream, size, rate, comment, _: Video(H264, stream, size, rate, comment),
    ".gif": Gif,
    ".webm": lambda stream, size, rate, comment, _: Video(VP9, stream, size, rate, comment),
    ".webp": lambda stream, size, rate, comment, _: WebP(stream, size, rate, comment),
}
"""The kinds of film, by the endings of their files."""


class _Discarded(Exception):
    """Ends a film without leaving a file."""


class Recorder:
    """A film in the making, at so many pictures a second. With `finish` its file is there, whole; until then what
    stood there stands.

    The ending of its path says what kind of film it is, one of ENCODERS. Its pictures all have one size, in pixels; an
    MP4 leaves out the last row or column of an odd one, which H.264 cannot have. The comment is a text that the film
    carries. A GIF takes its colours from the sample, which is gone through once, before anything else.

    As a context manager it finishes what ends well, and discards the rest.

    Raises:
        OutputError: the film cannot be written; here, or in whatever is called next. Nothing half-written is left.
    """

    def __init__(
        self, path: Path, size: Size, rate: int, comment: str = "", sample: Iterable[pygame.Surface] = ()
    ) -> None:
        self.path, self.size, self.rate = path, size, rate
        width, height = film_size(path, size)
        buffers = [np.empty((height, width), np.uint32) for _ in range(AHEAD)]
        with ExitStack() as file, _explained(path):
            stream = file.enter_context(whole_file(path))
            sampled = (_copied(picture, buffers[0]) for picture in sample)
            encoder = ENCODERS[path.suffix.lower()](stream, (width, height), rate, comment, sampled)
            self._file = file.pop_all()
        self._free: SimpleQueue[FramePixels] = SimpleQueue()
        for buffer in buffers:
            self._free.put(buffer)
        self._full: SimpleQueue[tuple[FramePixels, int] | None] = SimpleQueue()
        self._next = 0  # The first tick that has no picture yet.
        self._unwanted = False
        self._failure: Exception | None = None
        self._thread = Thread(target=self._encode, args=(encoder,), name="film", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.finish()
        else:
            self.discard()

    def add(self, picture: pygame.Surface) -> None:
        """The next picture. Waits where encoding takes longer than drawing."""
        self._put(picture, self._next, self._free.get())

    def awaits(self, seconds: float) -> bool:
        """Whether there is no picture yet of what is seen so many seconds after the start."""
        return int(seconds * self.rate) >= self._next

    def offer(self, picture: pygame.Surface, seconds: float) -> bool:
        """What is seen so many seconds after the start, for films of what happens now; says whether it was taken.

        It is not if there is one for that moment already, or if encoding lags: this never waits. A picture is shown
        until the next one that was taken.
        """
        if not self.awaits(seconds):
            return False
        try:
            buffer = self._free.get_nowait()
        except Empty:
            return False
        self._put(picture, int(seconds * self.rate), buffer)
        return True

    def finish(self) -> None:
        """Write what is left: the film is there. Without any picture there is none."""
        if self._next == 0:
            self.discard()
            return
        self._stop()
        with self._file, _explained(self.path):
            if self._failure is not None:
                raise self._failure

    def discard(self) -> None:
        """Leave everything as if there had been no film. After `finish`, this does nothing."""
        self._unwanted = True
        self._stop()
        with suppress(_Discarded), self._file:
            raise _Discarded

    def _put(self, picture: pygame.Surface, tick: int, buffer: FramePixels) -> None:
        if picture.get_size() != self.size:
            self._free.put(buffer)
            raise ValueError(f"the film's pictures have {self.size} pixels, not {picture.get_size()}")
        if self._failure is not None:
            self.finish()  # Which says why.
        self._full.put((_copied(picture, buffer), tick))
        self._next = tick + 1

    def _stop(self) -> None:
        self._full.put(None)
        self._thread.join()

    def _encode(self, encoder: Encoder) -> None:
        """Encode what comes, in a thread of its own; after a failure, only wait for the end."""
        while (work := self._full.get()) is not None:
            pixels, tick = work
            if self._failure is None and not self._unwanted:
                self._try(lambda: encoder.add(pixels, tick))  # noqa: B023  Called at once.
            self._free.put(pixels)
        if self._failure is None and not self._unwanted:
            self._try(encoder.finish)
        if self._failure is not None or self._unwanted:
            encoder.abandon()

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as failure:  # Of whatever kind: it is raised again, in the thread that asks for the film.
            self._failure = failure


def film_size(path: Path, size: Size) -> Size:
    """The size in pixels of a film there of pictures of that size."""
    if path.suffix.lower() != ".mp4":
        return size
    return size[0] - size[0] % 2, size[1] - size[1] % 2


def _copied(picture: pygame.Surface, buffer: FramePixels) -> FramePixels:
    """The picture's pixels, as many as the buffer holds."""
    if picture.get_bytesize() != 4 or picture.get_masks()[:3] != MASKS:
        usual = pygame.Surface(picture.get_size(), depth=32)
        usual.blit(picture, (0, 0))
        picture = usual
    height, width = buffer.shape
    np.bitwise_or(pygame.surfarray.pixels2d(picture).T[:height, :width], OPAQUE, out=buffer)
    return buffer


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns what FFmpeg complains of into a sentence, unless `whole_file` knows a better one."""
    try:
        yield
    except FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise OutputError(f"cannot make {path}: {(error.strerror or str(error)).lower()}") from None
