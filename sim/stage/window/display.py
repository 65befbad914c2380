"""The display: SDL's window, its surface and its clock."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pygame

from .. import TITLE, StageError
from ..drawing.layout import SMALL_TYPE, SMALLEST, USUAL, type_of

UNSEEN = ("dummy", "offscreen")
"""SDL's drivers that show nothing; SDL falls back on them in silence."""
HAND, ARROW = map(pygame.Cursor, (pygame.SYSTEM_CURSOR_HAND, pygame.SYSTEM_CURSOR_ARROW))
DPI_AWARENESS = ("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2")
"""Asks SDL on Windows for true pixels, which the desktop does not enlarge: the mouse is told in them, too."""
ORDINARY = (1920, 1080)
"""A desktop on which the window has its usual size; on larger ones everything is larger."""
QUARTERS = 4
"""What is larger is so by whole parts of so many."""
MARGIN = (40, 100)
"""What a desktop needs beside the window, and above and below it, in pixels."""


class NoDisplay(StageError):
    """There is no display to open a window on."""


@contextmanager
def opened(scale: float | None = None) -> Iterator[float]:
    """A window that can be drawn upon, for as long as this lasts; yields how much larger type is than usual in it.

    scale: as for `first_window`.

    Raises:
        NoDisplay: there is none.
    """
    # SDL itself finds no display only after its libraries have complained on standard error.
    chosen = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    if sys.platform.startswith("linux") and not chosen:
        raise NoDisplay("there is no display to open a window on")
    name, value = DPI_AWARENESS
    os.environ.setdefault(name, value)
    try:
        pygame.display.init()
        driver = pygame.display.get_driver()
        if driver in UNSEEN and os.environ.get("SDL_VIDEODRIVER") != driver:
            raise NoDisplay("there is no display to open a window on")
        pygame.display.set_caption(TITLE)
        size, larger = first_window(pygame.display.get_desktop_sizes()[0], scale)
        pygame.display.set_mode(size, pygame.RESIZABLE)
        pygame.key.set_repeat(0)  # A key that is held acts again by our own clock.
        yield larger
    except pygame.error as error:
        raise NoDisplay(f"no window can be opened: {error}") from None
    finally:
        pygame.display.quit()


def first_window(desktop: tuple[int, int], scale: float | None = None) -> tuple[tuple[int, int], float]:
    """The size of the first window on a desktop, and how many times as large as usual in it type and strokes are.

    scale: pixels of the screen to each one of a usual window, with type and strokes in proportion; None for a guess
        from the desktop's size. Where the desktop has too little room, the window is smaller, and they are not.

    >>> first_window((3840, 2160))
    ((3200, 1800), 1.0)
    >>> first_window((1366, 768), 2.0)
    ((1326, 668), 2.0)
    """
    if scale is None:
        scale = max(1.0, int(QUARTERS * min(desktop[0] / ORDINARY[0], desktop[1] / ORDINARY[1])) / QUARTERS)
    plain, size = _room(desktop, 1.0), _room(desktop, scale)
    return size, scale * max(SMALL_TYPE, type_of(plain)) / max(SMALL_TYPE, type_of(size))


def _room(desktop: tuple[int, int], scale: float) -> tuple[int, int]:
    """So many times the usual size, as far as the desktop has room."""
    width, height = (
        min(round(scale * usual), max(least, whole - margin))
        for usual, least, whole, margin in zip(USUAL, SMALLEST, desktop, MARGIN, strict=True)
    )
    return width, height


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


def show_hand(pointing: bool) -> None:
    """Let the pointer be a hand, over what can be clicked, or an arrow."""
    if pointing != (pygame.mouse.get_cursor() == HAND):
        with suppress(pygame.error):  # Where the system has none.
            pygame.mouse.set_cursor(HAND if pointing else ARROW)


def is_full() -> bool:
    """Whether the window fills the screen."""
    return pygame.display.is_fullscreen()


def screen() -> pygame.Surface:
    """The window's surface, which SDL replaces when its size changes."""
    screen = pygame.display.get_surface()
    assert screen is not None
    return screen


def fill() -> bool:
    """Fill the screen, or no longer; says whether that can be."""
    try:
        pygame.display.toggle_fullscreen()
    except pygame.error:
        return False
    return True


def canvas_size() -> tuple[int, int]:
    """The size that is drawn: a window smaller than SMALLEST shows a reduced picture."""
    width, height = screen().get_size()
    return max(width, SMALLEST[0]), max(height, SMALLEST[1])


def on_canvas(pixel: tuple[int, int]) -> tuple[int, int]:
    """The pixel of what is drawn that is seen at a pixel of the screen."""
    seen, drawn = screen().get_size(), canvas_size()
    return pixel[0] * drawn[0] // seen[0], pixel[1] * drawn[1] // seen[1]
