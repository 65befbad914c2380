"""What a study found, as a picture: shown by notebooks, or kept in a file."""

from abc import ABC, abstractmethod
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from ...study.statistics.figure import Page
from ..mistakes import known_theme, picture_size, png_path

if TYPE_CHECKING:
    from PIL.Image import Image

SHOWN = (1200, 675)
"""Width and height in pixels, if nobody says otherwise."""

LEAST = (320, 240)
"""At least so many."""


class Pictured(ABC):
    """A finding with a page of charts."""

    @abstractmethod
    def _page(self) -> Page:
        """What is charted."""

    def picture(self, size: tuple[int, int] = SHOWN, theme: str = "light") -> "Image":
        """Its charts as an image of that width and height in pixels; theme: "light" or "dark".

        Raises:
            UseError: there is no such theme, or it would be too small or too large.
        """
        return image_of(self._page(), size, theme)

    def save(self, path: str | PathLike[str], size: tuple[int, int] = SHOWN, theme: str = "light") -> Path:
        """Save its charts as a PNG file, and give the file's path.

        Raises:
            UseError: the path is none of a PNG file, or as for `picture`.
            OutputError: it cannot be written.
        """
        from ...stage.export.png import save_image  # noqa: PLC0415  Who asks for numbers needs no stage.

        wanted = png_path(path)
        save_image(self.picture(size, theme), wanted)
        return wanted

    def _repr_png_(self) -> bytes:
        from ..pictures import png_of  # noqa: PLC0415

        return png_of(self.picture())


def image_of(page: Page, size: tuple[int, int], theme: str) -> "Image":
    """A page of charts as an image.

    Raises:
        UseError: there is no such theme, or it would be too small or too large.
    """
    pixels, tone = picture_size(size, LEAST), known_theme(theme)
    from ...stage import require_pygame_ce  # noqa: PLC0415

    require_pygame_ce()
    from ...stage.export.pages import page_image  # noqa: PLC0415

    return page_image(page, pixels, tone)
