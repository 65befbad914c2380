"""A film that is being made shows in the window, and not in itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pygame
import pytest
from driver import computed, pixels, press, screen
from scenes import flat_scene

from sim.stage.drawing.screen import Screen
from sim.stage.picture.around.signs import RED
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.window import display
from sim.stage.window.window import MainWindow

SIZE = (960, 600)
Pixels = npt.NDArray[np.uint8]


@dataclass
class Watched:
    """A window, and what it has brought onto the screen."""

    window: MainWindow
    clock: float = 0.0
    seen: list[Pixels] = field(default_factory=list)

    def frame(self, seconds: float = 0.0) -> None:
        """A frame, so many seconds later, in which nothing happens."""
        self.clock += seconds
        self.window.advance([], 0.0)

    @property
    def shows(self) -> bool:
        """Whether the red dot is on the screen."""
        return bool((self.seen[-1] == RED).all(axis=-1).sum() > 30)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.chdir(tmp_path)
    with screen(SIZE):
        made = Watched(MainWindow(replace(begin(flat_scene("local-minimum")), playing=False)))
        monkeypatch.setattr(display, "now", lambda: made.clock)
        monkeypatch.setattr(pygame.display, "flip", lambda: made.seen.append(pixels()))
        computed(made.window)
        yield made
        made.window.close()


def record(watched: Watched) -> None:
    press(watched.window, pygame.K_v, "v")


def test_a_dot_and_the_time_are_on_the_screen_while_a_film_is_made(watched: Watched) -> None:
    assert not watched.shows
    record(watched)
    assert watched.shows
    assert watched.window._busy()
    first = watched.seen[-1]
    count = len(watched.seen)
    watched.frame(0.4)
    assert len(watched.seen) == count  # Nothing has changed.
    watched.frame(0.7)
    assert watched.shows
    changed = (first != watched.seen[-1]).any(axis=-1)
    title = setting(watched.window.session, SIZE).places.title
    assert changed.any()
    changed[title.right - 90 : title.right, title.top - 4 : title.bottom + 4] = False
    assert not changed.any()
    record(watched)
    assert not watched.shows


def test_the_film_itself_has_neither(watched: Watched, tmp_path: Path) -> None:
    record(watched)
    for _ in range(5):
        watched.frame(0.5)
        press(watched.window, pygame.K_RIGHT)
        assert not (pixels() == RED).all(axis=-1).any()
    record(watched)
    [path] = tmp_path.glob("*.mp4")
    with av.open(path) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) > 3
    for picture in pictures:
        red = picture[:, :, 0].astype(int) - picture[:, :, 1:].max(axis=-1)
        title = setting(watched.window.session, SIZE).places.title
        assert red[title.top : title.bottom, title.right - 90 : title.right].max() < 60


def test_the_film_shows_the_race_alone(watched: Watched) -> None:
    window = watched.window
    middle = setting(window.session, SIZE).places.panels[0].map.center
    window.session = replace(window.session, notice="Saved /home/me/a.png", guess=1, pointer=middle)
    record(watched)
    computed(window)
    plain = film_picture(watched)
    asked = replace(window.session, asking=True)
    for there in (replace(window.session, controls=True), replace(window.session, help=True), asked):
        window.session = there
        computed(window)
        assert np.array_equal(plain, film_picture(watched)), there
    alone = pygame.Surface(SIZE, depth=32)
    session = begin(window.session.scene)
    draw(Screen(alone), snapshot_of(replace(session, playing=False, live=False), race(session.scene)))
    assert np.array_equal(plain, pygame.surfarray.array3d(alone))
    window.session = replace(window.session, asking=False, help=False)
    press(window, pygame.K_RIGHT)
    assert not np.array_equal(plain, film_picture(watched))


def film_picture(watched: Watched) -> Pixels:
    """What the film shows a second later."""
    watched.frame(1.0)
    return pygame.surfarray.array3d(watched.window._filming._picture)


def test_it_stands_beside_what_is_being_computed(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    record(watched)
    plain = watched.seen[-1]
    monkeypatch.setattr(MainWindow, "_prepare", lambda _: None)
    watched.window._readiness.waiting = True
    watched.window._readiness._preparing.goal = object()  # type: ignore[assignment]
    watched.frame()
    watched.window._readiness._preparing.goal = None
    assert watched.shows
    where = [int(np.nonzero((shown == RED).all(axis=-1))[0].mean()) for shown in (plain, watched.seen[-1])]
    assert where[1] < where[0] - 50


def test_a_window_that_is_smaller_than_the_picture_shows_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with screen((500, 300)):
        seen = Watched(MainWindow(replace(begin(flat_scene("local-minimum")), playing=False)))
        monkeypatch.setattr(pygame.display, "flip", lambda: seen.seen.append(pixels()))
        computed(seen.window)
        record(seen)
        assert seen.shows
        seen.window.close()
