"""From the colours of a screen to those of films: BT.709, with one hue for every block of two by two pixels."""

from typing import cast

import numpy as np
import numpy.typing as npt
from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from .encoding import FramePixels, Size, frame_of

FORMAT = "yuv420p"
ROWS, COLUMNS = 16, 1024  # Of the blocks that are converted together, if no more than that have changed.

Film = npt.NDArray[np.uint8]
"""A picture in that format: a row of brightness for each of its own, and half as many for two values of hue."""

Blocks = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
"""Rows and columns of blocks."""


class Converter:
    """Converts pictures, of each only what has changed since the one before.

    That is mostly less than a hundredth of it, and saves two thirds of the time. The changed blocks are gathered in a
    small picture, which is converted, and its blocks put where they belong. No value differs by more than one step
    from that of a conversion of the whole.
    """

    def __init__(self, size: Size) -> None:
        width, height = size
        self._even = width % 2 == height % 2 == 0
        self._whole, self._part = VideoReformatter(), VideoReformatter()  # Each remembers how it is done.
        self._shown: FramePixels | None = None
        self._film = np.empty((height * 3 // 2, width), np.uint8)
        # A row of blocks to spare, since the last one of a picture is rounded otherwise.
        self._gathered = np.zeros((2 * ROWS + 2, 2 * COLUMNS), np.uint32)

    def converted(self, pixels: FramePixels) -> VideoFrame:
        """The picture as an encoder wants it, good until the next is converted."""
        if not self._even:
            return _converted(pixels, self._whole)
        changed = None if self._shown is None else changed_blocks(self._shown, pixels)
        if self._shown is None or changed is None or len(changed[0]) > ROWS * COLUMNS:
            self._shown = pixels.copy()
            self._film = _array(_converted(pixels, self._whole))
        elif len(changed[0]):
            self._change(self._shown, pixels, changed)
        return VideoFrame.from_numpy_buffer(self._film, FORMAT)

    def _change(self, shown: FramePixels, pixels: FramePixels, blocks: Blocks) -> None:
        (rows, columns), count = blocks, len(blocks[0])
        there = np.arange(count) // COLUMNS, np.arange(count) % COLUMNS
        for half in (0, 1):
            pairs = pixels.view(np.uint64)[2 * rows + half, columns]
            shown.view(np.uint64)[2 * rows + half, columns] = pairs
            self._gathered.view(np.uint64)[2 * there[0] + half, there[1]] = pairs
        part = _array(_converted(self._gathered, self._part))
        for half in (0, 1):
            bright = _brightness(part).view(np.uint16)[2 * there[0] + half, there[1]]
            _brightness(self._film).view(np.uint16)[2 * rows + half, columns] = bright
        for hue, new in zip(_hues(self._film), _hues(part), strict=True):
            hue[rows, columns] = new[there]


def changed_blocks(before: FramePixels, after: FramePixels) -> Blocks:
    """Where two pictures of even size differ."""
    pairs = before.view(np.uint64) != after.view(np.uint64)
    changed = pairs[::2] | pairs[1::2]
    rows, columns = np.divmod(np.flatnonzero(changed), changed.shape[1])
    return rows, columns


def _converted(pixels: FramePixels, reformatter: VideoReformatter) -> VideoFrame:
    return reformatter.reformat(
        frame_of(pixels),
        format=FORMAT,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        interpolation=Interpolation.AREA,  # Of a block's own pixels.
        threads=1,  # The next picture is being drawn meanwhile.
    )


def _array(frame: VideoFrame) -> Film:
    film = frame.to_ndarray()
    assert film.dtype == np.uint8
    return cast(Film, film)


def _brightness(film: Film) -> Film:
    """The part of a picture in that format that has all pixels."""
    return film[: len(film) * 2 // 3]


def _hues(film: Film) -> Film:
    """The rest: two planes with a value for every block."""
    height, width = len(film) * 2 // 3, film.shape[1]
    return film[height:].reshape(2, height // 2, width // 2)
