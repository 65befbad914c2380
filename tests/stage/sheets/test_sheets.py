"""The sheets over the maps: whole at any size, in any language, whatever is known."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, pairwise, product

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from pictures import drawn_in_turn
from recording_canvas import RecordingCanvas
from recordings import check
from tallies import SPEEDS, few_seeds

from sim.base.languages import LANGUAGES
from sim.base.limits import THEMES
from sim.scene import Scene, load_scene
from sim.scene.tour import the_tour
from sim.stage.drawing.layout import layout
from sim.stage.drawing.screen import Screen
from sim.stage.drawing.ticks import AxisScale
from sim.stage.picture.panel.ends import color_of_end, name_of_end
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.plot.axes import Direction, tick_labels_below
from sim.stage.session.session import SHEETS, Session, begin, update
from sim.stage.session.tour import GoToStep
from sim.stage.sheets.contrast import draw_table
from sim.stage.sheets.odds import arranged, counted_in_words, odds_page
from sim.stage.sheets.sheets import draw_over, pieces, sheet_layout, tab_at
from sim.stage.style.cache import CACHE
from sim.stage.style.style import Style
from sim.stage.style.theme import Theme, load_theme
from sim.stage.style.tints import end_color
from sim.study.odds.contrast import Speed
from sim.study.odds.tally import Tally, ends_of, work
from sim.study.statistics.figure import Axis, Line, Page, Stack

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


@pytest.fixture(scope="module")
def later(scene: Scene) -> Iterator[Tally]:
    """That of a longer race, of whose minibatch lane some have come to rest in either minimum, and some not yet."""
    longer = replace(scene, updates=120)
    with few_seeds(20):
        lanes = len(scene.lanes)
        yield Tally(longer, tuple((place, job.run()) for place, job in enumerate(work(longer)) if job.lane < lanes))


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
@pytest.mark.parametrize(("language", "theme"), list(zip(LANGUAGES, cycle(THEMES), strict=False)))
def test_every_sheet_is_drawn_with_whatever_is_known(
    scene: Scene, tallies: list[Tally], name: str, theme: str, language: str
) -> None:
    pictures = [drawn(asked(scene, tally, sheet=name, theme=theme, language=language)) for tally in tallies]
    for i, one in enumerate(pictures):
        assert all(np.mean((one != other).any(axis=-1)) > 0.0005 for other in pictures[:i])


@pytest.mark.parametrize("size", SIZES[1:3])
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
    timeline = setting(session, (960, 600)).places.timeline.center
    assert not np.array_equal(drawn(replace(session, pointer=timeline)), drawn(session))


def test_pieces_leave_nothing_to_be_drawn(scene: Scene, tallies: list[Tally]) -> None:
    fresh, theme = replace(tallies[2]), load_theme("light")
    places = setting(asked(scene, fresh), (960, 600)).places
    CACHE.clear()  # What other tests have left there might be pushed out meanwhile.
    for name in SHEETS:
        drawn(asked(scene, replace(fresh), sheet=name))  # Makes what other tallies' sheets take as well.
        for _ in pieces(name, fresh, theme, places.em, sheet_layout(places, theme).body.size):
            pass
        before = CACHE.made
        drawn(asked(scene, fresh, sheet=name))
        assert CACHE.made == before
    drawn(asked(scene, replace(fresh)))
    assert CACHE.made == before + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_speak_the_language_of_the_screen(scene: Scene, later: Tally, language: str) -> None:
    theme = load_theme("light", language)
    page = odds_page(later, theme)
    names = scene.texts(language).lanes
    marks = [mark for figure in page.figures for mark in figure.marks]
    assert all(isinstance(mark, Stack | Line) and mark.name == names[mark.hue] for mark in marks)
    assert page.figures[0].x.names == names
    assert theme.say("minimum {number}", number=2) in words_of(page)
    assert theme.say("Escapes from minimum {number}", number=2) in words_of(page)
    english = words_of(odds_page(later, load_theme("light")))
    assert words_of(page) - numbered(theme) == {theme.say(word) for word in english - numbered(load_theme("light"))}


@pytest.mark.parametrize(
    ("language", "one"),
    [("en", "seed 3 · after 1 update"), ("de", "Seed 3 · nach 1 Schritt"), ("zh", "随机种子 3 · 1 次更新之后")],
)
def test_one_seed_and_one_update_are_told_in_the_singular(language: str, one: str) -> None:
    theme = load_theme("light", language)
    assert " · ".join(counted_in_words((1,), 3, 1, theme)) == one
    assert all("2" in words for words in counted_in_words((2, 2), 3, 2, theme))


@pytest.mark.parametrize("language", LANGUAGES)
def test_while_seeds_are_counted_the_heading_tells_of_the_fewest_and_the_most(language: str) -> None:
    theme = load_theme("light", language)
    seeds, _ = counted_in_words((500, 900), 0, 400, theme)
    assert "500" in seeds
    assert "900" in seeds
    assert len(counted_in_words((0, 0), 0, 400, theme)) == 1


def test_no_number_on_a_german_sheet_has_an_english_comma(tallies: list[Tally]) -> None:
    theme, slow = load_theme("light", "de"), (Speed(2e-3, 3e-3), Speed(4e-3, 5e-3))
    draw_table(canvas := RecordingCanvas((960, 400)), replace(tallies[2], speeds=slow), theme, 12)
    assert '"2000 µs"' in canvas.recording
    assert not [words for words in re.findall(r'text "(.*)" ', canvas.recording) if re.search(r"\d,\d{3}", words)]
    axis = Direction(Axis("update"), AxisScale(0, 20_000), 0, 600)
    marks = tick_labels_below(axis, Style(theme, 12), (0, 600))
    assert {"5000", "20\u00a0000"} <= {line for mark in marks for line in mark.lines}


@pytest.mark.parametrize("size", SIZES)
def test_type_on_a_sheet_is_about_as_large_as_the_picture_s_own(
    scene: Scene, tallies: list[Tally], size: tuple[int, int]
) -> None:
    for language in LANGUAGES:
        guided = update(replace(begin(scene), language=language, presenter=True), GoToStep(6))
        here = setting(guided, size)
        body = sheet_layout(here.places, here.theme).body
        assert arranged(tallies[2], here.theme, here.places.em, body.size).style.em >= 0.87 * here.places.em
        canvas = RecordingCanvas(body.size)
        draw_table(canvas, tallies[2], here.theme, here.places.em)
        *table, below = (int(size) for size in re.findall(r"text .* size (\d+)", canvas.recording))
        assert max(table) > below


@pytest.mark.parametrize("size", [(960, 600), (1280, 720), (1366, 768)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_plots_on_the_tour_s_sheet_keep_their_height_however_large_the_type_around_it(
    later: Tally, size: tuple[int, int], language: str
) -> None:
    for presenter, larger in product((False, True), (1.0, 1.5, 4.0)):
        fresh = replace(begin(later.scene), language=language, presenter=presenter, larger=larger)
        here = setting(update(fresh, GoToStep(6)), size)
        laid = arranged(later, here.theme, here.places.em, sheet_layout(here.places, here.theme).body.size)
        assert laid.lowest >= 5, (presenter, larger)
        stacked = [bar for frame in laid.frames for bar in frame.stacks]
        assert {bar.rect.collidelist([words.rect for words in laid.frames[0].numbers]) for bar in stacked}.isdisjoint(
            {-1}
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_the_tour_can_be_read_from_afar_where_its_strip_leaves_least_room(
    tallies: list[Tally], language: str
) -> None:
    """Rows, intervals, and what is said below: all of it is on the sheet, and not much smaller than the strip."""
    last = len(the_tour().step) - 1
    here = setting(
        update(replace(begin(tallies[2].scene), language=language, presenter=True), GoToStep(last)), SIZES[0]
    )
    em, body = here.places.em, sheet_layout(here.places, here.theme).body
    canvas = RecordingCanvas(body.size)
    draw_table(canvas, tallies[2], here.theme, em)
    sizes = [int(size) for size in re.findall(r"text .* size (\d+)", canvas.recording)]
    rows = [float(y) for y in re.findall(r'text "[^"]*" [\d.]+,([\d.]+) size', canvas.recording)]
    assert sizes[0] >= 0.87 * em
    assert min(sizes) >= 0.7 * em
    pitch = min(other - one for one, other in pairwise(sorted(set(rows))))
    assert pitch >= 1.25 * min(sizes)
    assert max(rows) + sizes[-1] / 2 < body.height


def words_of(page: Page) -> set[str]:
    """What its figures say, names of lanes aside."""
    stacks = [mark for figure in page.figures for mark in figure.marks if isinstance(mark, Stack)]
    said = {layer.name for stack in stacks for layer in stack.layers}
    return said.union(*((figure.title, figure.note, figure.x.label, figure.y.label) for figure in page.figures))


def numbered(theme: Theme) -> set[str]:
    """What is said of minima by their numbers."""
    sentences = ("minimum {number}", "Escapes from minimum {number}")
    return {theme.say(sentence, number=number) for sentence in sentences for number in (1, 2)}


def test_parts_and_colours_are_those_of_the_bars_under_the_maps(tallies: list[Tally], later: Tally) -> None:
    for tally in (tallies[1], later):
        stacks = [mark for mark in odds_page(tally, load_theme("light")).figures[0].marks if isinstance(mark, Stack)]
        for stack, ends in zip(stacks, ends_of(tally), strict=True):
            parts = () if ends is None else ends.parts
            assert [layer.share for layer in stack.layers] == [part.share.estimate.value for part in parts]
            for layer, part in zip(stack.layers, parts, strict=True):
                for theme in map(load_theme, THEMES):
                    assert end_color(theme, layer.end, layer.minimum) == color_of_end(part, theme)
                    assert layer.name == name_of_end(part, load_theme("light"))


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_is_drawn_as_it_was_found_good(
    scene: Scene, tallies: list[Tally], name: str, request: pytest.FixtureRequest
) -> None:
    check(recorded(scene, tallies[2], name, "light"), f"sheet {name}", request)


@pytest.mark.parametrize("theme", THEMES)
def test_bars_of_several_parts_are_drawn_as_they_were_found_good(
    later: Tally, theme: str, request: pytest.FixtureRequest
) -> None:
    check(recorded(later.scene, later, "odds", theme), f"sheet odds parts {theme}", request)


def recorded(scene: Scene, tally: Tally, name: str, theme: str) -> str:
    canvas = RecordingCanvas((960, 600))
    session = asked(scene, tally, sheet=name, theme=theme)
    draw_over(canvas, layout((960, 600), 3, 1.5), load_theme(theme), session, tally)
    return canvas.recording
