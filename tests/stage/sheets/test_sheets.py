"""The sheets over the maps: whole at any size, in any language, whatever is known."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from pictures import drawn_in_turn
from recording_canvas import RecordingCanvas
from recordings import check
from tallies import SPEEDS, few_seeds

from sim.languages import LANGUAGES
from sim.scene import Scene, load_scene
from sim.stage.drawing.layout import layout
from sim.stage.drawing.screen import Screen
from sim.stage.picture.picture import draw, snapshot_of
from sim.stage.session.session import SHEETS, Session, begin, race
from sim.stage.sheets.odds import odds_page
from sim.stage.sheets.sheets import draw_over, pieces, sheet_layout, tab_at
from sim.stage.style.kept import CACHE
from sim.stage.style.theme import THEMES, load_theme
from sim.study.odds.tally import Tally, work
from sim.study.statistics.figure import Bars, Page, Parts

SIZES = [(960, 600), (1600, 900), (1080, 1920), (3840, 2160)]


@pytest.fixture(scope="module")
def scene() -> Scene:
    return replace(load_scene("local-minimum"), updates=30)


@pytest.fixture(scope="module")
def tallies(scene: Scene) -> Iterator[list[Tally]]:
    """Of which nothing is known, something, everything; and one that failed."""
    with few_seeds(20):
        results = tuple((place, job.run()) for place, job in enumerate(work(scene)))
        yield [Tally(scene), Tally(scene, results[:4]), Tally(scene, results, SPEEDS), Tally(scene, failed=True)]


def asked(scene: Scene, tally: Tally, **changes: object) -> Session:
    session = replace(begin(scene), playing=False, progress=20.0, seen=20, tally=tally, sheet="odds")
    return replace(session, **changes)  # type: ignore[arg-type]


def drawn(session: Session, size: tuple[int, int] = (960, 600)) -> npt.NDArray[np.uint8]:
    running = race(session.scene)
    running.extend(session.horizon + 1)
    target = pygame.Surface(size, depth=32)
    draw(Screen(target), snapshot_of(session, running))
    return pygame.surfarray.array3d(target)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lanes", [1, 3, 6])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("controls", "presenter"), [(False, False), (True, False), (False, True)])
def test_a_sheet_lies_over_maps_and_chart_alone(
    size: tuple[int, int], lanes: int, language: str, controls: bool, presenter: bool
) -> None:
    places, theme = layout(size, lanes, 1.5, controls, presenter), load_theme("light", language)
    here = sheet_layout(places, theme)
    whole = here.whole.union(here.body)
    assert pygame.Rect((0, 0), size).contains(whole)
    for other in (places.title, places.look, places.timeline, places.footer):
        assert not whole.colliderect(other)
    assert not controls or not whole.colliderect(places.controls)
    parts = [*here.tabs.values(), here.progress, here.body]
    assert not any(one.colliderect(other) for i, one in enumerate(parts) for other in parts[:i])
    assert here.progress.width > 8 * places.em
    for name, tab in here.tabs.items():
        assert tab_at(places, theme, tab.center) == name
    assert tab_at(places, theme, here.body.center) is None


@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sheet_is_drawn_with_whatever_is_known(
    scene: Scene, tallies: list[Tally], name: str, theme: str, language: str
) -> None:
    pictures = [drawn(asked(scene, tally, sheet=name, theme=theme, language=language)) for tally in tallies]
    for i, one in enumerate(pictures):
        assert all(np.mean((one != other).any(axis=-1)) > 0.0005 for other in pictures[:i])


@pytest.mark.parametrize("size", SIZES[1:])
def test_sheets_can_be_drawn_at_any_size(scene: Scene, tallies: list[Tally], size: tuple[int, int]) -> None:
    places, theme = layout(size, 3, 1.5), load_theme("light")
    for name in SHEETS:
        target = pygame.Surface(size, depth=32)
        draw_over(Screen(target), places, theme, asked(scene, tallies[2], sheet=name), tallies[2])
        assert pygame.surfarray.array2d(target).std() > 5


def test_a_sheet_comes_and_goes_without_traces(scene: Scene, tallies: list[Tally]) -> None:
    running = race(scene)
    running.extend(scene.updates + 1)
    base = asked(scene, tallies[2], sheet="")
    sessions = [base, asked(scene, tallies[1]), asked(scene, tallies[2], sheet="contrast"), base]
    moments = [snapshot_of(session, running) for session in sessions]
    moments.insert(1, replace(moments[1], tally=None))  # Laid there, but nothing is drawn on it yet.
    pictures = drawn_in_turn(moments)
    assert np.array_equal(pictures[0], pictures[-1])
    assert all((one != other).any() for one, other in pairwise(pictures))


def test_maps_beneath_a_sheet_have_no_tooltips(scene: Scene, tallies: list[Tally]) -> None:
    session = asked(scene, tallies[2])
    assert np.array_equal(drawn(replace(session, pointer=(480, 300))), drawn(session))
    timeline = layout((960, 600), 3, scene.window.width / scene.window.height).timeline.center
    assert not np.array_equal(drawn(replace(session, pointer=timeline)), drawn(session))


def test_pieces_leave_nothing_to_be_drawn(scene: Scene, tallies: list[Tally]) -> None:
    fresh, theme = replace(tallies[2]), load_theme("light")
    places = layout((960, 600), 3, scene.window.width / scene.window.height)
    for name in SHEETS:
        for _ in pieces(name, fresh, theme, places.em, sheet_layout(places, theme).body.size):
            pass
        before = CACHE.made
        drawn(asked(scene, fresh, sheet=name))
        assert CACHE.made == before
    drawn(asked(scene, replace(fresh)))
    assert CACHE.made == before + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_speak_the_language_of_the_screen(scene: Scene, tallies: list[Tally], language: str) -> None:
    theme = load_theme("light", language)
    page = odds_page(tallies[2], theme)
    names = scene.texts(language).lanes
    marks = [mark for figure in page.figures for mark in figure.marks]
    assert all(isinstance(mark, Bars | Parts) and mark.name == names[mark.hue] for mark in marks)
    strips = [mark for mark in marks if isinstance(mark, Parts)]
    assert [page.figures[2].y.names[strip.place] for strip in strips] == list(names)
    minima = tuple(theme.say("minimum {number}", number=number) for number in (1, 2))
    assert page.figures[1].x.names == minima
    english = words_of(odds_page(tallies[2], load_theme("light")))
    assert words_of(page) == {theme.say(word) for word in english}


def words_of(page: Page) -> set[str]:
    """What its figures say, names of lanes and minima aside."""
    return {*page.figures[0].x.names, *(word for figure in page.figures for word in (figure.title, figure.y.label))}


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_is_drawn_as_it_was_found_good(
    scene: Scene, tallies: list[Tally], name: str, request: pytest.FixtureRequest
) -> None:
    canvas = RecordingCanvas((960, 600))
    places, theme = layout((960, 600), 3, 1.5), load_theme("light")
    draw_over(canvas, places, theme, asked(scene, tallies[2], sheet=name), tallies[2])
    check(canvas.recording, f"sheet {name}", request)
