"""Pictures as PNG files, which can carry a text; opaque, or without their ground."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pygame

from ...base.files import whole_file
from ...scene.carriers import KEYWORD
from ..style.color import Color

if TYPE_CHECKING:
    from PIL.Image import Image

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
BAND = 256  # Rows taken together, so that large pictures need little memory beside their own.

Pixels = npt.NDArray[np.uint8]


def load_library() -> None:
    """Load what writes pictures, which takes longer than to write one."""
    from PIL import Image, PngImagePlugin  # noqa: F401, PLC0415  Not needed to show the first frame.


def save_png(picture: pygame.Surface, path: Path, text: str = "") -> None:
    """Save a picture as a PNG that carries a text, such as `carried_by` makes.

    Raises:
        OutputError: the file cannot be written; nothing half-written is left.
    """
    save_image(opaque_image(picture), path, text)


def save_image(image: "Image", path: Path, text: str = "") -> None:
    """Save an image as a PNG that carries a text.

    Raises:
        OutputError: the file cannot be written; nothing half-written is left.
    """
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415  Not needed to show the first frame.

    carried = PngInfo()
    if text:
        carried.add_itxt(KEYWORD, text)
    with whole_file(path) as stream:
        image.save(stream, "PNG", pnginfo=carried)


def opaque_image(picture: pygame.Surface) -> "Image":
    """The picture as an image without transparency."""
    from PIL import Image  # noqa: PLC0415  Nor is this.

    return Image.frombytes("RGB", picture.get_size(), pygame.image.tobytes(picture, "RGB"))


def transparent_image(painted: Callable[[Color | None], pygame.Surface], usual: Color) -> "Image":
    """The image of what is painted on a ground of the given colour, or None for the usual one, without any ground."""
    contrast = BLACK if sum(usual) > sum(WHITE) / 2 else WHITE
    return _unblended(painted(usual), painted(contrast), (usual, contrast))


def _unblended(first: pygame.Surface, second: pygame.Surface, grounds: tuple[Color, Color]) -> "Image":
    """The picture without its ground, from what it looks like on two of them."""
    from PIL import Image  # noqa: PLC0415  Nor is this.

    looks = [pygame.surfarray.pixels3d(surface) for surface in (first, second)]
    width, height = first.get_size()
    image = Image.new("RGBA", (width, height))
    for top in range(0, height, BAND):
        one, other = (look[:, top : top + BAND] for look in looks)
        image.paste(Image.fromarray(unblend(one, other, grounds).swapaxes(0, 1)), (0, top))
    return image


def unblend(first: Pixels, second: Pixels, grounds: tuple[Color, Color]) -> Pixels:
    """Colours and opacity (..., 4) of what looks like this (..., 3) on the first ground and like that on the second.

    A colour c of opacity a over a ground g looks like a·c + (1 − a)·g: so two looks differ by (1 − a) times what the
    grounds do. On the first ground, the result looks as it did, but for rounding.
    """
    one, other = (np.array(ground, dtype=np.float32) for ground in grounds)
    shares = (second - first.astype(np.float32)) / (other - one)
    opacity = np.round(255 * (1 - np.clip(np.median(shares, axis=-1, keepdims=True), 0, 1)))
    with np.errstate(invalid="ignore", divide="ignore"):
        color = one + (first - one) * (255 / opacity)
    color = np.where(opacity > 0, np.clip(np.round(color), 0, 255), 0)
    return np.concatenate([color, opacity], axis=-1).astype(np.uint8)
