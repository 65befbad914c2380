"""Pages of figures as files."""

from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING

import pygame

from ...study.statistics.figure import Page
from ..drawing.screen import Screen
from ..plot.page import SMALLEST_EM, arrange, draw_layout
from ..style.theme import load_theme
from .png import opaque_image, save_image

if TYPE_CHECKING:
    from PIL.Image import Image

# Height of the type of a saved page, for each pixel of the side of a square of its area.
USUAL_EM = 20 / sqrt(1600 * 900)
# A saved page is at least so many ems wide and high: where it is small, so is its type.
MOST_EMS = (40, 22)


def save_page(page: Page, size: tuple[int, int], theme_name: str, path: Path) -> None:
    """Save a page as a PNG of that size in pixels, in a theme of THEMES.

    Raises:
        OutputError: the file cannot be written; nothing half-written is left.
    """
    save_image(page_image(page, size, theme_name), path)


def page_image(page: Page, size: tuple[int, int], theme_name: str) -> "Image":
    """The image that `save_page` saves."""
    picture = pygame.Surface(size, depth=32)
    draw_layout(Screen(picture), arrange(page, load_theme(theme_name), saved_em(size), size))
    return opaque_image(picture)


def saved_em(size: tuple[int, int]) -> int:
    """The height of the type on a saved page of that size."""
    width, height = size
    em = min(USUAL_EM * sqrt(width * height), width / MOST_EMS[0], height / MOST_EMS[1])
    return max(SMALLEST_EM, round(em))
