"""The display: SDL's window, its surface and its clock."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pygame

from .. import StageError
from ..drawing.layout import SMALLEST, USUAL
from ..picture.picture import TITLE

UNSEEN = ("dummy", "offscreen")  # SDL's drivers that show nothing; SDL falls back on them in silence.


class NoDisplay(StageError):
    """There is no display to open a window on."""


@contextmanager
def opened() -> Iterator[None]:
    """A window that can be drawn upon, for as long as this lasts.

    Raises:
        NoDisplay: there is none.
    """
    # SDL itself finds no display only after its libraries have complained on standard error.
    chosen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if sys.platform.startswith("linux") and not chosen:
        raise NoDisplay("there is no display to open a window on")
    try:
        pygame.display.init()
        driver = pygame.display.get_driver()
        if driver in UNSEEN and os.environ.get("SDL_VIDEODRIVER") != driver:
            raise NoDisplay("there is no display to open a window on")
        pygame.display.set_caption(TITLE)
        pygame.display.set_mode(_first_size(), pygame.RESIZABLE)
        pygame.key.set_repeat(0)  # A key that is held acts again by our own clock.
        yield
    except pygame.error as error:
        raise NoDisplay(f"no window can be opened: {error}") from None
    finally:
        pygame.display.quit()


def _first_size() -> tuple[int, int]:
    """The usual size, or what the desktop has room for."""
    width, height = pygame.display.get_desktop_sizes()[0]
    return min(USUAL[0], max(SMALLEST[0], width - 40)), min(USUAL[1], max(SMALLEST[1], height - 100))


def now() -> float:
    """Seconds of SDL's clock."""
    return pygame.time.get_ticks() / 1000


def is_down(code: int, place: int) -> bool:
    """Whether a key is held now: by its place, or else by its code."""
    keys = pygame.key.get_pressed()
    return bool(tuple.__getitem__(keys, place) if place else keys[code])


def is_pressed() -> bool:
    """Whether the left button of the mouse is held now."""
    return bool(pygame.mouse.get_pressed()[0])


def is_full() -> bool:
    """Whether the window fills the screen."""
    return pygame.display.is_fullscreen()


def screen() -> pygame.Surface:
    """The window's surface, which SDL replaces when its size changes."""
    screen = pygame.display.get_surface()
    assert screen is not None
    return screen
