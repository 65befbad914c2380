"""A window under SDL's dummy driver, and hands on its keys and its mouse."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pygame
from waiting import WAIT

from sim.stage.picture.races import race
from sim.stage.window.background import preparation
from sim.stage.window.window import MainWindow


@contextmanager
def screen(size: tuple[int, int] = (960, 600), patience: float = WAIT) -> Iterator[None]:
    """A window of that size, which nobody sees.

    patience: seconds for which a frame waits for what is made ready beside the window: so long that a test need not.
    """
    pygame.display.init()
    pygame.display.set_mode(size, pygame.RESIZABLE)
    before = preparation.DIRECTLY, preparation.AT_FIRST
    preparation.DIRECTLY, preparation.AT_FIRST = patience, WAIT
    try:
        yield
    finally:
        preparation.DIRECTLY, preparation.AT_FIRST = before
        pygame.display.quit()


def pixels() -> npt.NDArray[np.uint8]:
    """What it shows, (width, height, 3)."""
    shown = pygame.display.get_surface()
    assert shown is not None
    return pygame.surfarray.array3d(shown)


def computed(window: MainWindow) -> None:
    """Let time stand still until all of the race is there, and drawn; frames need not compute it bit by bit."""
    while (running := race(window.session.scene)).updates <= window.session.horizon:
        window.advance([], 0.0)
        if not window._readiness.busy:  # Else it is at this race, perhaps.
            running.extend(window.session.horizon + 1)
    window.advance([], 0.0)


def written(window: MainWindow) -> None:
    """Let time stand still until the pictures that are being saved are in their files, and that is said."""
    while window._saving.running:
        window.advance([], 0.0)


def press(window: MainWindow, key: int, character: str = "", mod: int = 0) -> None:
    """Press a key, and let go of it in no time."""
    window.advance([pygame.Event(pygame.KEYDOWN, key=key, unicode=character, mod=mod)], 0.0)


def click(window: MainWindow, pixel: tuple[int, int]) -> None:
    """Press and release the left button there."""
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        window.advance([pygame.Event(kind, button=1, pos=pixel)], 0.0)
