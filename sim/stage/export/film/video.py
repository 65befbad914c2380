"""MP4 and WebM: H.264 and VP9, as players and browsers have them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import av
from av import VideoFrame, VideoStream
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from .encoding import FramePixels, Sink, Size, frame_of, let_go

FORMAT = "yuv420p"
"""A value of brightness for each pixel, and two of hue for every block of two by two."""
BT709, LIMITED = 1, 1  # What players take for granted at this size; said all the same.


@dataclass(frozen=True, slots=True)
class Codec:
    """A container, the codec in it, and how both are told to work."""

    container: str
    name: str
    options: Mapping[str, str]
    muxing: Mapping[str, str]


H264 = Codec(
    "mp4",
    "libx264",
    # Large quiet areas with thin strokes on them: what moves jumps, so that a long search for motion gains nothing,
    # and nothing fades. Without B-frames a sixth larger, a fifth faster. At this quality small type stays crisp.
    {"preset": "veryfast", "crf": "18", "x264-params": "bframes=0:weightp=0:me=dia:subme=1"},
    {"movflags": "+faststart"},  # A browser plays it before all of it is there.
)
VP9 = Codec("webm", "libvpx-vp9", {"crf": "24", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"}, {})


class Video:
    """A film whose pictures are coded by what changes from one to the next, colours at half the resolution."""

    def __init__(self, codec: Codec, target: BinaryIO, size: Size, rate: int, comment: str) -> None:
        self._out, self._rate = Sink(target), rate
        self._container = av.open(
            self._out, "w", format=codec.container, options=dict(codec.muxing), io_open=self._out.again
        )
        self._container.metadata["comment"] = comment
        stream = self._container.add_stream(codec.name, rate=rate, options=dict(codec.options))
        assert isinstance(stream, VideoStream)
        self._stream, context = stream, stream.codec_context
        context.width, context.height = size
        context.pix_fmt = FORMAT
        context.time_base = Fraction(1, rate)
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        context.thread_type = "FRAME"
        self._reformatter = VideoReformatter()  # It remembers how it is done.

    def add(self, pixels: FramePixels, tick: int) -> None:
        """The picture that is shown from that tick on."""
        frame = self._converted(pixels)
        frame.pts, frame.time_base = tick, Fraction(1, self._rate)
        self._container.mux(self._stream.encode(frame))
        self._out.check()

    def _converted(self, pixels: FramePixels) -> VideoFrame:
        """From the colours of a screen to those of films."""
        return self._reformatter.reformat(
            frame_of(pixels),
            format=FORMAT,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.AREA,  # Of a block's own pixels.
            threads=1,  # The next picture is being drawn meanwhile.
        )

    def finish(self) -> None:
        """Write what is left."""
        self._container.mux(self._stream.encode())
        self._container.close()
        self._out.check()

    def abandon(self) -> None:
        """Let go of everything."""
        let_go(self._container, self._out)
