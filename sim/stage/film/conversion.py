"""From the colours of a screen to those of a film: BT.709, half the resolution for what is no brightness."""

import numpy as np
import numpy.typing as npt
from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from sim.stage.film.encoding import Pixels, Size, frame_of

PATCH = 1 << 14  # Blocks of two by two pixels that are converted together if no more have changed; few do.
FILM = "yuv420p"


class Converter:
    """Converts pictures, each from what has changed since the one before.

    Every block of two by two pixels is converted for itself. So those that have changed can be gathered in a patch,
    which is converted instead of the whole picture: the result is the same, bit for bit.
    """

    def __init__(self, size: Size) -> None:
        width, height = size
        self._whole, self._patch = VideoReformatter(), VideoReformatter()  # Each remembers what it has done before.
        self._shown: Pixels | None = None
        self._film = np.empty((height * 3 // 2, width), np.uint8)
        self._gathered = np.zeros((2, 2 * PATCH), np.uint32)
        self._even = width % 2 == height % 2 == 0

    def converted(self, pixels: Pixels) -> VideoFrame:
        """The picture as a frame for an encoder, valid until the next one is converted."""
        if not self._even:
            return _converted(self._whole, pixels)
        changed = None if self._shown is None else _changed(pixels, self._shown)
        if changed is None or len(changed[0]) > PATCH:
            _keep(_converted(self._whole, pixels), self._film)
            self._shown = pixels.copy()
        elif len(changed[0]):
            self._convert(pixels, changed)
        return VideoFrame.from_numpy_buffer(self._film, FILM)
