"""What views say is laid out before the marbles come to it, a lane at a time: no frame has to do it for all of them."""

from dataclasses import replace

import pygame
import pytest

from sim.descent.race import Race
from sim.scene import load_scene
from sim.stage.drawing.screen import Screen
from sim.stage.picture.picture import draw, lay_out
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import Snapshot, snapshot_of
from sim.stage.picture.views import VIEWS
from sim.stage.picture.views.context import MOMENTS
from sim.stage.picture.views.words import stretch
from sim.stage.session.session import SPEEDS, Session, begin
from sim.stage.style.cache import CACHE
from sim.stage.window.background import lookahead
from sim.stage.window.background.lookahead import WordsAhead

SIZE = (960, 600)


@pytest.fixture
def session() -> Session:
    scene = load_scene("local-minimum")
    race(scene).extend(4 * MOMENTS)
    return replace(begin(scene), playing=True, speed=SPEEDS.index(50.0), horizon=3 * MOMENTS, views=frozenset(VIEWS))


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Of which lanes and blocks words are laid out."""
    found = list[tuple[int, int]]()
    monkeypatch.setattr(lookahead, "lay_out", lambda _shown, _size, *which: found.append(which))
    return found


def at(session: Session, tick: int) -> Snapshot:
    return snapshot_of(replace(session, progress=float(tick)), race(session.scene))


def test_a_picture_finds_laid_out_what_its_views_say(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    surface, steps, made = pygame.Surface(SIZE, depth=32), stretch.steps, list[int]()

    def counted(running: Race, index: int, first: int, last: int) -> stretch.Steps:
        made.append(last)
        return steps(running, index, first, last)

    monkeypatch.setattr(stretch, "steps", counted)
    CACHE.clear()
    for lane in range(len(session.scene.lanes)):
        lay_out(at(session, MOMENTS - 1), SIZE, lane, 1)
    assert max(made) == 3 * MOMENTS, "where words may stay in the block after it"
    made.clear()
    draw(Screen(surface), at(session, MOMENTS))
    assert made == []
    CACHE.clear()
    alone = pygame.Surface(SIZE, depth=32)
    draw(Screen(alone), at(session, MOMENTS))
    assert made != []
    assert pygame.image.tobytes(surface, "RGB") == pygame.image.tobytes(alone, "RGB")


def test_each_lane_has_its_turn_once_in_a_block(session: Session, laid_out: list[tuple[int, int]]) -> None:
    words = WordsAhead()
    for tick in range(2 * MOMENTS):
        words.go_on(at(session, tick), SIZE)
    lanes = range(len(session.scene.lanes))
    assert laid_out == [(lane, block) for block in (1, 2) for lane in lanes]


@pytest.mark.parametrize(
    "change", [{"playing": False}, {"views": frozenset()}, {"speed": len(SPEEDS) - 1}, {"together": True}]
)
def test_nothing_is_laid_out_that_is_not_to_be_seen_soon(
    session: Session, laid_out: list[tuple[int, int]], change: dict[str, object]
) -> None:
    words = WordsAhead()
    for tick in range(MOMENTS):
        words.go_on(at(replace(session, **change), tick), SIZE)  # type: ignore[arg-type]
    assert laid_out == []


def test_what_is_not_computed_yet_is_not_laid_out(session: Session, laid_out: list[tuple[int, int]]) -> None:
    words = WordsAhead()
    for tick in range(3 * MOMENTS, 4 * MOMENTS):
        words.go_on(at(session, tick), SIZE)
    assert laid_out == []
