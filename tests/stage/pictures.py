"""Pictures of moments, each drawn upon the one before as in a window."""

from collections.abc import Sequence
from copy import copy

import numpy as np
import numpy.typing as npt
import pygame

from sim.descent.race import Race
from sim.descent.track import Track
from sim.scene import Scene
from sim.stage.drawing.drawn_state import DrawnState
from sim.stage.drawing.screen import Screen
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import Snapshot

Pixels = npt.NDArray[np.uint8]

UNPAINTED = (255, 0, 255)


def unseen(scene: Scene, updates: int) -> Race:
    """The scene's race with so many updates, with tracks of its own, so that nothing of it is drawn yet.

    It is computed once, however often it is asked for.
    """
    known = race(scene)
    known.extend(updates)
    again = copy(known)
    again.tracks = tuple(Track(run, 0) for run in known._runs)
    return again


def drawn_in_turn(moments: Sequence[Snapshot], size: tuple[int, int] = (960, 600)) -> list[Pixels]:
    """The pictures (width, height, 3); each is as if it were the first, and covers all that was there before it."""
    target, fresh = pygame.Surface(size, depth=32), pygame.Surface(size, depth=32)
    pictures, drawn_state = [], DrawnState()
    for before, now in zip([None, *moments], moments, strict=False):
        draw(Screen(target, drawn_state), now, before)
        fresh.fill(UNPAINTED)
        draw(Screen(fresh), now)
        pictures.append(pygame.surfarray.array3d(fresh))
        assert np.array_equal(pygame.surfarray.array3d(target), pictures[-1])
        assert not (pictures[-1] == UNPAINTED).all(axis=-1).any()
    return pictures
