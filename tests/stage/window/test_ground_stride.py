"""Ground that moves on at once is drawn in wide cells; where one looks at it, or a film does, as fine as can be."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from driver import computed, pixels, press, screen

from sim.scene import load_scene
from sim.stage.drawing.screen import Screen
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import COARSE, ground_stride, snapshot_of
from sim.stage.picture.views.moving_ground import LANDED
from sim.stage.session.session import SPEEDS, Session, begin
from sim.stage.window.window import MainWindow

SIZE = (960, 600)
SLOW, FAST = SPEEDS.index(2.0), SPEEDS.index(50.0)


@pytest.fixture
def session() -> Session:
    scene = load_scene("local-minimum")
    race(scene).extend(100)
    return replace(begin(scene), progress=20.0, playing=True, speed=FAST, steady=False)


@pytest.fixture
def window(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.chdir(tmp_path)
    with screen(SIZE):
        made = MainWindow(session)
        computed(made)
        yield made
        made.close()


def exact(window: MainWindow) -> npt.NDArray[np.uint8]:
    """The picture of the window's session, as a still has it."""
    surface = pygame.Surface(SIZE, depth=32)
    draw(Screen(surface), snapshot_of(window.session, race(window.session.scene)))
    return pygame.surfarray.array3d(surface)


def test_it_is_exact_as_soon_as_time_stands_still(window: MainWindow) -> None:
    window.advance([], 0.02)
    playing = pixels()
    assert (playing != exact(window)).any()
    press(window, pygame.K_SPACE)
    computed(window)
    assert (pixels() == exact(window)).all()


def test_a_film_of_the_window_shows_all_of_it(window: MainWindow) -> None:
    press(window, pygame.K_v, "v")
    window.advance([], 0.02)
    assert window._showing.moment is not None
    assert window._showing.moment.stride == 1


def stride(session: Session, speed: int, progress: float, **changes: object) -> int:
    moment = replace(session, speed=speed, progress=progress, **changes)  # type: ignore[arg-type]
    return ground_stride(snapshot_of(moment, race(moment.scene)))


def test_ground_is_fine_while_time_goes_slowly(session: Session) -> None:
    assert stride(session, SLOW, 20.0) == stride(session, SLOW, 20.9) == 1
    assert stride(session, FAST, 20.0) == COARSE
    assert stride(session, FAST, 20.0, playing=False) == stride(session, FAST, 20.0, views=frozenset()) == 1


def test_ground_is_fine_where_something_happens(session: Session) -> None:
    slowed = replace(session, drama=True, speed=SPEEDS.index(20.0))
    assert [stride(slowed, slowed.speed, progress) for progress in (0.5, 20.0, 53.9)] == [1, COARSE, 1]


def test_ground_of_several_lanes_is_fine_between_slow_movements(session: Session) -> None:
    minibatch = session.scene.lanes[1]
    scene = replace(session.scene, lanes=(*session.scene.lanes, replace(minibatch, name="another")))
    race(scene).extend(30)
    several = replace(session, scene=scene)
    assert [stride(several, SLOW, 20.0 + share) for share in (0.0, 0.9 * LANDED, 0.9)] == [1, 1, COARSE]
    assert stride(replace(several, drama=True), SPEEDS.index(20.0), 0.2) == COARSE  # Each would be drawn anew at once.
