"""GIF: 256 colours, chosen to suit pictures from all of the film."""

from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from typing import BinaryIO

import av
from av import VideoFormat, VideoFrame
from av.error import BlockingIOError as NotYet
from av.error import EOFError as NoMore
from av.filter import Graph

from .encoding import FramePixels, Sink, Size, frame_of, let_go

HEADER, PALETTE_FLAG = 13, 0x80  # Bytes before the palette, if the last but two of them says that there is one.
COMMENT, BLOCK, END = b"\x21\xfe", 255, b"\x00"
BGRA = VideoFormat("bgra")
COLORS = 16  # A palette is a picture of that width and height.


class Gif:
    """A film that plays, over and over, wherever pictures are shown.

    Its palette is that of a sample of the pictures, or without one of the first: so none has to be kept. Nothing is
    dithered: type stays crisp, and what rests stays the same.
    """

    def __init__(self, stream: BinaryIO, size: Size, rate: int, comment: str, sample: Iterable[FramePixels]) -> None:
        self._out, self._rate, self._size = Sink(stream), rate, size
        self._painter: _Painter | None = None
        if (colors := palette(sample, size)) is not None:
            self._painter = _Painter(colors, size, rate)
        self._container = av.open(_Commented(self._out, comment), "w", format="gif")
        self._stream = self._container.add_stream("gif", rate=rate)
        context = self._stream.codec_context
        context.width, context.height = size
        context.pix_fmt = "pal8"
        context.time_base = Fraction(1, rate)

    def add(self, pixels: FramePixels, tick: int) -> None:
        """The picture that is shown from that tick on."""
        if self._painter is None:
            colors = palette([pixels], self._size)
            assert colors is not None
            self._painter = _Painter(colors, self._size, self._rate)
        for frame in self._painter.painted(frame_of(pixels, tick, self._rate)):
            self._container.mux(self._stream.encode(frame))
        self._out.check()

    def finish(self) -> None:
        """Write what is left."""
        if self._painter is not None:
            for frame in self._painter.painted(None):
                self._container.mux(self._stream.encode(frame))
        self._container.mux(self._stream.encode())
        self._container.close()
        self._out.check()

    def abandon(self) -> None:
        """Let go of everything."""
        let_go(self._container, self._out)


def palette(sample: Iterable[FramePixels], size: Size) -> VideoFrame | None:
    """The colours that suit the pictures best; None if there are no pictures. Only one is looked at at a time."""
    graph = Graph()
    source = graph.add_buffer(width=size[0], height=size[1], format=BGRA, time_base=Fraction(1, 1))
    finder, sink = graph.add("palettegen"), graph.add("buffersink")
    source.link_to(finder)
    finder.link_to(sink)
    graph.configure()
    tick = -1
    for tick, pixels in enumerate(sample):
        source.push(frame_of(pixels, tick, 1))
        with suppress(NotYet):
            sink.pull()  # Or else it would look at nothing before the end.
    if tick < 0:
        return None
    source.push(None)
    found = sink.pull()
    assert isinstance(found, VideoFrame)
    return found


class _Painter:
    """Gives every pixel of a frame the nearest of the colours."""

    def __init__(self, colors: VideoFrame, size: Size, rate: int) -> None:
        self._graph, beat = Graph(), Fraction(1, rate)
        self._source = self._graph.add_buffer(width=size[0], height=size[1], format=BGRA, time_base=beat)
        given = self._graph.add_buffer(width=COLORS, height=COLORS, format=BGRA, time_base=beat)
        painter, self._sink = self._graph.add("paletteuse", "dither=none"), self._graph.add("buffersink")
        self._source.link_to(painter, 0, 0)
        given.link_to(painter, 0, 1)
        painter.link_to(self._sink)
        self._graph.configure()
        colors.pts = 0
        given.push(colors)
        given.push(None)

    def painted(self, frame: VideoFrame | None) -> list[VideoFrame]:
        """What has become of the frames so far, as far as it is ready; None says that none will follow."""
        self._source.push(frame)
        ready = []
        with suppress(NotYet, NoMore):
            while isinstance(found := self._sink.pull(), VideoFrame):
                ready.append(found)
        return ready


class _Commented:
    """A stream for a GIF, with a comment put in front of its first picture, where readers look for it."""

    def __init__(self, sink: Sink, comment: str) -> None:
        self._sink, self._comment = sink, comment.encode()
        self._head: bytes | None = b""

    def write(self, data: bytes) -> int:
        if self._head is None:
            return self._sink.write(data)
        self._head += bytes(data)
        end = _palette_end(self._head)
        if end is not None:
            self._sink.write(self._head[:end] + comment_extension(self._comment) + self._head[end:])
            self._head = None
        return len(data)


def _palette_end(head: bytes) -> int | None:
    """Where pictures and extensions begin, if what is known of the file reaches that far."""
    if len(head) < HEADER:
        return None
    flags = head[HEADER - 3]
    end = HEADER + (3 << (flags & 7) + 1 if flags & PALETTE_FLAG else 0)
    return end if len(head) >= end else None


def comment_extension(comment: bytes) -> bytes:
    """GIF 89a, section 24; nothing for an empty comment."""
    if not comment:
        return b""
    cut = (comment[start : start + BLOCK] for start in range(0, len(comment), BLOCK))
    return COMMENT + b"".join(bytes([len(block)]) + block for block in cut) + END
