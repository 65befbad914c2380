"""Figures of study results: nothing overlaps, at any size, and what is drawn is what the numbers say."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sim.base.files import OutputError
from sim.base.limits import THEMES
from sim.scene import load_scene
from sim.stage.drawing.screen import Screen
from sim.stage.drawing.ticks import AxisScale, choices, per_cent, scale
from sim.stage.export.pages import save_page, saved_em
from sim.stage.plot.frame import Frame, inside
from sim.stage.plot.page import PageLayout, arrange, draw_layout
from sim.stage.plot.ramp import STEPS, lightness, ramp
from sim.stage.plot.stacks import draw_layer
from sim.stage.plot.words import Label, spoken
from sim.stage.style import text
from sim.stage.style.cache import CACHE
from sim.stage.style.color import Color
from sim.stage.style.numbers import interval, number, short
from sim.stage.style.style import Style
from sim.stage.style.theme import load_theme
from sim.stage.style.tints import end_color
from sim.study.odds.odds import odds
from sim.study.odds.report import page as odds_page
from sim.study.statistics.end_kind import ORDER, EndKind
from sim.study.statistics.figure import Axis, Figure, HeatMap, Layer, Line, Mark, Page, Stack
from sim.study.statistics.intervals import Estimate
from sim.study.statistics.wording import number_texts
from sim.study.work.ensemble import NO_OUTCOMES

NAN, INF = math.nan, math.inf
LANES = ("full batch", "minibatch", "momentum")
SHARE = Axis("share of seeds", 0.0, 1.0, percent=True)
LONG = (
    "settled in the lowest known minimum",
    "stuck in a local minimum",
    "escaped saddle 1",
    "a basin that is not known",
)
RULES = ("gradient descent", "momentum", "Nesterov", "Adagrad", "RMSprop", "Adam", "AdamW")
SIZES = [(640, 400), (960, 600), (900, 1600), (2560, 1080), (3840, 2160)]
LIGHT = load_theme("light")


def stack(place: int, *shares: float, half: float = 0.0) -> Stack:
    """Parts in minima 1, 2 … and the last two as diverged and under way, with intervals so wide to both sides."""
    ends = [(EndKind.MINIMUM, k) for k in range(len(shares) - 2)] + [(EndKind.DIVERGED, -1), (EndKind.UNDER_WAY, -1)]
    layers = tuple(
        Layer(
            end.value if minimum < 0 else f"minimum {minimum + 1}",
            share,
            max(share - half, 0),
            min(share + half, 1),
            end,
            minimum,
        )
        for share, (end, minimum) in zip(shares, ends, strict=True)
        if share
    )
    edges = np.cumsum([layer.share for layer in layers])[:-1].tolist()
    low, high = (tuple(edge + side for edge in edges) for side in (-half, half))
    return Stack((*LANES, "B = 5", "B = 2", "Adam")[place], place, layers, low, high, place)


def stacks(lanes: int = 3) -> Figure:
    """One part, two, and many small ones."""
    shares = [(1.0, 0.0, 0.0), (0.75, 0.0, 0.25), (0.5, 0.2, 0.1, 0.05, 0.02, 0.08, 0.05)]
    marks = tuple(stack(lane, *shares[lane % 3], half=0.03) for lane in range(lanes))
    names = tuple(mark.name for mark in marks)
    return Figure("Where the seeds end", Axis("", names=names), SHARE, marks, "intervals beside the edges")


def escapes(lanes: int = 3) -> Figure:
    """Shares escaped by each update."""
    x, marks = (0.0, 10.0, 30.0, 100.0, 400.0), []
    for lane in range(lanes):
        y = tuple(share / (lane + 1) for share in (0.0, 0.2, 0.5, 0.5, 0.625))
        low, high = (tuple(min(max(share + side, 0), 1) for share in y) for side in (-0.05, 0.05))
        name = (*LANES, "B = 5", "B = 2", "Adam")[lane]
        marks.append(Line(name, x, y, low, high, lane, dots=False, steps=True, badge=True))
    return Figure("Escapes", Axis("update", 0, 400), SHARE, tuple(marks))


def lines_of(names: tuple[str, ...]) -> Figure:
    lines = tuple(Line(name, (0.0, 1.0), (0.0, hue + 1.0), hue=hue) for hue, name in enumerate(names))
    return Figure("", Axis("x"), Axis("y"), lines)


def sweep(lanes: int = 2) -> Figure:
    sizes = (1.0, 2.0, 4.0, 5.0, 10.0, 20.0)
    lines = [
        Line(f"outcome {k}", sizes, y := tuple(k + 1 / b for b in sizes), tuple(v - 0.1 for v in y), y, k)
        for k in range(lanes)
    ]
    fitted = Line("fitted", sizes, sizes, dashed=True, dots=False)
    return Figure("Cost", Axis("batch size", log=True), Axis("time of an update in seconds"), (*lines, fitted))


def curve(high: float) -> Figure:
    x = np.linspace(0.0, high, 500)
    return Figure("Loss", Axis("update"), Axis("loss", log=True), (Line("", tuple(x), tuple(np.exp(-5 * x / high))),))


def rules() -> Figure:
    x = tuple(range(len(RULES)))
    low, middle, high = (tuple(factor * k for k in x) for factor in (8.0, 10.0, 13.0))
    line = Line("half of the runs", x, middle, low, high)
    return Figure("Escape", Axis("", names=RULES), Axis("update"), (line,))


def heat(columns: int, rows: int, percent: bool = True) -> Figure:
    values = tuple(
        tuple(NAN if r == c == 0 else (r + c) / (rows + columns) for c in range(columns)) for r in range(rows)
    )
    x = Axis("learning rate", names=tuple(f"{0.01 * 1.7**c:.2g}" for c in range(columns)))
    y = Axis("momentum of the third lane", names=tuple(f"{r / rows:.2g}" for r in range(rows)))
    shares = HeatMap("share of seeds that get there before the end", values, percent=percent)
    return Figure("Reaches the global minimum", x, y, (shares,), "blank: all diverged")


PAGES = {
    "odds": Page("Local minimum, 200 seeds", (stacks(3), escapes(3)), "after 400 updates"),
    "sweep": Page("Batch size", (sweep(), curve(400_000.0), rules())),
    "maps": Page("", (heat(6, 5), heat(25, 60, percent=False))),
    "numbers": Page("Numbers as names", (heat(12, 6), heat(40, 3))),
    "six": Page("Six lanes", (stacks(6), sweep(6), escapes(6)), "a note " * 60),
    "stacks": Page("Six lanes", (stacks(6), escapes(6))),
}


def drawn(page: Page, size: tuple[int, int] = (960, 600), theme: str = "light") -> pygame.Surface:
    """The page as it is saved."""
    picture = pygame.Surface(size, depth=32)
    draw_layout(Screen(picture), arrange(page, load_theme(theme), saved_em(size), size))
    return picture


def alone(figure: Figure, size: tuple[int, int] = (800, 600)) -> tuple[Frame, pygame.Surface]:
    """One figure, where its parts stand, and how it is drawn."""
    page = Page("", (figure,))
    sheet = arrange(page, LIGHT, saved_em(size), size)
    picture = pygame.Surface(size, depth=32)
    draw_layout(Screen(picture), sheet)
    return sheet.frames[0], picture


def same(one: pygame.Surface, other: pygame.Surface) -> bool:
    return np.array_equal(pygame.surfarray.array3d(one), pygame.surfarray.array3d(other))


def at(picture: pygame.Surface, x: float, y: float) -> Color:
    red, green, blue, _ = picture.get_at((round(x), round(y)))
    return red, green, blue


def ink(label: Label) -> pygame.Rect:
    """The pixels that a label really covers."""
    picture = text.rendered(label.text, label.size, label.color, label.bold)
    return picture.get_bounding_rect().move(label.rect.topleft)


def outside_plots(sheet: PageLayout) -> Iterator[tuple[Frame | None, Label]]:
    """All words but the numbers in cells and in stacked bars."""
    yield from ((None, label) for label in (*sheet.labels, *(entry[2] for entry in sheet.legend.entries)))
    for frame in sheet.frames:
        yield from ((frame, label) for label in (*frame.labels, *(entry[2] for entry in frame.legend.entries)))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_words_are_apart_inside_their_cards_and_off_the_data(name: str, size: tuple[int, int]) -> None:
    sheet = arrange(PAGES[name], LIGHT, saved_em(size), size)
    whole = pygame.Rect((0, 0), size)
    for one, other in combinations([frame.card for frame in sheet.frames], 2):
        assert not one.colliderect(other)
    places = []
    for frame, label in outside_plots(sheet):
        assert (frame.card if frame else whole).contains(ink(label)), label.text
        assert not any(other.plot.colliderect(ink(label)) for other in sheet.frames), label.text
        if frame:
            inner = inside(frame.card, sheet.style)
            assert inner.left - 1 <= ink(label).left < ink(label).right <= inner.right + 1, label.text
        places.append(ink(label))
    for frame in sheet.frames:
        assert whole.contains(frame.card)
        signs = [entry[1] for entry in (*frame.legend.entries, *sheet.legend.entries)]
        assert not any(sign.colliderect(frame.plot) for sign in signs)
        for label in frame.numbers:
            assert frame.card.contains(ink(label))
            places.append(ink(label))
    for first, second in combinations(places, 2):
        assert not first.colliderect(second)


def test_notes_and_names_of_axes_go_where_there_is_no_room() -> None:
    styles = [arrange(PAGES["odds"], LIGHT, saved_em(size), size).style for size in [(1600, 900), (320, 240)]]
    assert [(style.notes, style.names) for style in styles] == [(True, True), (False, False)]
    assert styles[1].em == 11


def test_a_legend_of_long_names_has_few_lines() -> None:
    lines = tuple(Line(f"a name as long as the lane of a scene can have {k}", (1.0,), (1.0,), hue=k) for k in range(6))
    frame, _ = alone(Figure("", Axis("x"), Axis("y"), lines), (500, 400))
    entries = frame.legend.entries
    assert len({sign.top for _, sign, _ in entries}) <= 3
    assert [key.hue for key, _, _ in entries] == list(range(6))
    assert all(label.text.endswith("…") for _, _, label in entries)


def test_names_below_lines_make_room_for_each_other() -> None:
    frame, _ = alone(rules(), (420, 400))
    assert {len(mark.lines) for mark in frame.tick_labels_below} == {1, 2}
    assert [mark.lines[-1] for mark in frame.tick_labels_below] == list(RULES)


def test_numbers_that_an_axis_names_itself_stand_there_where_there_is_room() -> None:
    def below(told: tuple[float, ...]) -> list[str]:
        line = Line("", (1.0, 20.0), (0.0, 1.0))
        frame, _ = alone(Figure("", Axis("B", log=True, told=told), Axis("share", 0.0, 1.0), (line,)), (500, 400))
        return [mark.lines[0] for mark in frame.tick_labels_below]

    assert below((1.0, 2.0, 4.0, 5.0, 20.0)) == ["1", "2", "4", "5", "20"]
    assert below(tuple(map(float, range(1, 21)))) == below(())


@pytest.mark.parametrize("size", [(640, 400), (1600, 900)])
def test_where_it_is_tight_plots_are_still_worth_looking_at(size: tuple[int, int]) -> None:
    for page in PAGES.values():
        sheet = arrange(page, LIGHT, saved_em(size), size)
        assert sum(frame.plot.width * frame.plot.height for frame in sheet.frames) > 0.2 * size[0] * size[1]
        assert min(min(frame.plot.size) for frame in sheet.frames) > 4 * sheet.style.em


def test_plots_in_a_row_begin_and_end_at_the_same_height() -> None:
    frames = arrange(PAGES["odds"], LIGHT, 18, (1600, 700)).frames
    assert len({(frame.plot.top, frame.plot.bottom) for frame in frames}) == 1


def test_what_all_figures_have_in_common_is_explained_once() -> None:
    shared = arrange(Page("", (escapes(), escapes())), LIGHT, 18, (1600, 900))
    assert [key.name for key, _, _ in shared.legend.entries] == list(LANES)
    assert [key.shape for key, _, _ in shared.legend.entries] == ["badge"] * 3
    mixed = arrange(Page("", (lines_of(LANES), escapes())), LIGHT, 18, (1600, 900))
    assert {key.shape for key, _, _ in mixed.legend.entries} == {"point"}  # Dots here, badges there.
    assert not any(frame.legend.entries for frame in shared.frames)
    single = arrange(Page("", (escapes(), sweep())), LIGHT, 18, (1600, 900))
    assert not single.legend.entries
    assert [len(frame.legend.entries) for frame in single.frames] == [3, 3]


@pytest.mark.parametrize("theme", THEMES)
def test_the_same_page_has_the_same_bytes(theme: str, tmp_path: Path) -> None:
    paths = [tmp_path / "one.png", tmp_path / "two.png"]
    for path in paths:
        save_page(PAGES["odds"], (960, 600), theme, path)
        CACHE.clear()
    assert paths[0].read_bytes() == paths[1].read_bytes()
    saved = np.asarray(Image.open(paths[0])).swapaxes(0, 1)
    assert np.array_equal(saved, pygame.surfarray.array3d(drawn(PAGES["odds"], (960, 600), theme)))


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        save_page(PAGES["sweep"], (640, 400), "light", tmp_path / "nowhere" / "chart.png")


@pytest.mark.parametrize(
    "marks",
    [
        (),
        (Line("", (), ()),),
        (Line("a", (1.0,), (2.0,), (1.0,), (3.0,)),),
        (Line("a", (NAN, 1.0, INF, 2.0), (1.0, NAN, 3.0, -INF), (NAN,) * 4, (INF,) * 4),),
        (Line("a", (1.0, 2.0), (1e300, -1e300)), Line("b", (0.0, 1e-300), (1e-300, 0.0), hue=5, dashed=True)),
        (Line("a", (3.0, 3.0, 3.0), (1.0, 1.0, 1.0), steps=True),),
        (Stack("a", 0, ()),),
        (Stack("a", 3, (Layer("b", NAN, NAN, NAN, EndKind.MINIMUM, 0), Layer("c", INF, 0.0, INF, EndKind.DIVERGED))),),
        (
            Stack(
                "a",
                0,
                (Layer("b", 0.0, 0.0, 0.1, EndKind.MINIMUM, 0), Layer("c", 1.0, 0.9, 1.0, EndKind.DIVERGED)),
                (NAN,),
                (INF,),
            ),
        ),
        (HeatMap("a", ()),),
        (HeatMap("a", ((), ())),),
        (HeatMap("a", ((NAN, INF), (1.0,)), low=1.0, high=1.0),),
        (HeatMap("a", ((0.5,),), low=NAN, high=INF, percent=True),),
    ],
)
@pytest.mark.parametrize("log", [False, True])
def test_nothing_and_numbers_without_a_place_can_be_drawn(marks: tuple[Mark, ...], log: bool) -> None:
    plain = Figure("A title", Axis("x", log=log), Axis("y", log=log, percent=log), marks, "A note.")
    ends = Figure("", Axis("x", NAN, -3.0, log=log), Axis("y", INF, 0.0), marks)
    named = Figure("", Axis("x", names=("one name",)), Axis("y", -1.0, 1.0, log=log), marks)
    for size in ((320, 240), (640, 400)):
        drawn(Page("", (plain, ends, named)), size)


def test_a_page_may_be_empty() -> None:
    assert same(drawn(Page("", ())), drawn(Page("", ())))
    assert not same(drawn(Page("", ())), drawn(Page("A title", ())))


def test_what_is_not_finite_is_blank() -> None:
    axes = Axis("x", 0.0, 4.0), Axis("y", 0.0, 4.0)
    nothing, empty = alone(Figure("", *axes, ()))
    gone = Line("", (0.0, NAN, 2.0, 3.0), (NAN, 2.0, INF, -INF), (1.0,) * 4, (3.0,) * 4)
    assert same(alone(Figure("", *axes, (gone,)))[1], empty)
    broken = Line("", (0.0, 1.0, 2.0), (1.0, NAN, 1.0), dots=False)
    _, picture = alone(Figure("", *axes, (broken,)))
    assert not same(picture, empty)
    x = float(nothing.x.at([1.0])[0]) + 20
    column = pygame.surfarray.array3d(picture)[round(x), nothing.plot.top + 2 : nothing.plot.bottom - 2]
    assert {tuple(color) for color in column.tolist()} <= {LIGHT.panel, LIGHT.grid}


def test_a_line_goes_through_its_points_and_steps_wait_for_the_next() -> None:
    axes = Axis("x", 0.0, 10.0), Axis("y", 0.0, 10.0)
    for steps, height in ((True, 8.0), (False, 5.0)):
        frame, picture = alone(Figure("", *axes, (Line("", (0.0, 10.0), (8.0, 2.0), hue=2, dots=False, steps=steps),)))
        x, y = float(frame.x.at([5.0])[0]), float(frame.y.at([height])[0])
        assert at(picture, x, y) == LIGHT.lane(2)
        assert at(picture, x, y + 20) == at(picture, x, y - 20) == LIGHT.panel


def test_of_two_lines_at_one_place_both_are_seen() -> None:
    x, y = (0.0, 10.0), (5.5, 5.5)
    lines = Line("", x, y, hue=0, dashed=True, dots=False), Line("", x, y, hue=1, dots=False)
    frame, picture = alone(Figure("", Axis("x", *x), Axis("y", *x), lines))
    row = round(float(frame.y.at(y)[0]))
    colors = [at(picture, column, row) for column in range(frame.plot.left, frame.plot.right)]
    assert all(0.3 < colors.count(LIGHT.lane(hue)) / len(colors) < 0.7 for hue in (0, 1))


def test_intervals_are_whiskers_or_a_band_and_go_on_beyond_the_frame() -> None:
    axes, x, y = (Axis("x", 0.0, 10.0), Axis("y", 0.0, 10.0)), (3.0, 7.0), (4.0, 4.0)
    frame, picture = alone(Figure("", *axes, (Line("", x, y, (2.0, 2.0), (7.0, INF)),)))
    closed, open_ = frame.x.at(x).tolist()
    top, seven, three = frame.plot.top, float(frame.y.at([7.0])[0]), float(frame.y.at([3.0])[0])
    assert at(picture, closed, three) == at(picture, open_, three) == at(picture, open_, top + 2) == LIGHT.lane(0)
    assert at(picture, closed - 2, seven) == LIGHT.lane(0)  # Its cap.
    assert at(picture, closed, seven - 10) == LIGHT.panel
    assert at(picture, open_ - 2, top) != LIGHT.lane(0)  # None.
    _, picture = alone(Figure("", *axes, (Line("", x, y, (2.0, 2.0), (7.0, 7.0), dots=False),)))
    red, _, blue = at(picture, (closed + open_) / 2 + 9, three)
    assert LIGHT.lane(0)[0] < red < LIGHT.panel[0]
    assert blue > red


@pytest.mark.parametrize("theme", THEMES)
def test_a_stacked_bar_is_filled_by_its_parts(theme: str) -> None:
    """Half in the first minimum, an eighth diverged and hatched, the rest under way, on a foot of the lane's colour."""
    figure = Figure("", Axis("", names=("a", "b")), SHARE, (stack(1, 0.5, 0.125, 0.375),))
    picture = drawn(Page("", (figure,)), (800, 600), theme)
    looks = load_theme(theme)
    frame = arrange(Page("", (figure,)), looks, saved_em((800, 600)), (800, 600)).frames[0]
    (bar,) = frame.stacks
    assert (bar.rect.top, bar.rect.bottom) == (frame.plot.top, frame.plot.bottom)
    assert bar.rect.left > frame.plot.centerx
    colors = [at(picture, bar.rect.left + 4, row) for row in range(bar.rect.top + 2, bar.rect.bottom - 2)]
    solid, waiting = end_color(looks, EndKind.MINIMUM, 0), end_color(looks, EndKind.UNDER_WAY, -1)
    assert colors.count(solid) / len(colors) == pytest.approx(0.5, abs=0.02)
    assert colors.count(waiting) / len(colors) == pytest.approx(0.375, abs=0.02)
    hatched = colors[round(0.39 * len(colors)) : round(0.49 * len(colors))]
    assert set(hatched) == {end_color(looks, EndKind.DIVERGED, -1), looks.panel}
    assert colors[-1] == solid
    assert at(picture, bar.rect.centerx, bar.rect.bottom + 1) == looks.lane(1)


@pytest.mark.parametrize("theme", THEMES)
def test_who_is_out_for_good_is_hatched_for_each_reason_in_another_way(theme: str) -> None:
    style = Style(load_theme(theme), 12)
    patterns = []
    for end in ORDER:
        if end is not EndKind.MINIMUM:
            target, box = pygame.Surface((60, 60), depth=32), pygame.Rect(0, 0, 60, 60)
            draw_layer(Screen(target), box, Layer(end.value, 1.0, 1.0, 1.0, end, -1), style)
            pixels = pygame.surfarray.array3d(target)
            ground = (pixels == end_color(style.theme, end, -1)).all(axis=-1)
            line = (pixels == style.theme.panel).all(axis=-1)
            assert (ground ^ line).all()
            assert line.any() == (end in (EndKind.DIVERGED, EndKind.OFF_SURFACE, EndKind.FAILED))
            if line.any():
                patterns.append(line)
    assert len(patterns) == 3
    for one, other in combinations(patterns, 2):
        assert np.mean(one ^ other) > 0.05


def test_a_whisker_beside_a_stacked_bar_is_the_interval_at_its_edge() -> None:
    marks = (stack(0, 0.25, 0.5, 0.0, 0.25, half=0.05), stack(1, 0.5, 0.5, 0.0, 0.0, half=0.0))
    frame, picture = alone(Figure("", Axis("", names=("a", "b")), SHARE, marks))
    certain, uncertain = frame.stacks[1], frame.stacks[0]
    assert certain.whiskers == ()
    found = [[(frame.plot.bottom - pixel) / frame.plot.height for pixel in (w.low, w.high)] for w in uncertain.whiskers]
    assert found == [pytest.approx([0.2, 0.3]), pytest.approx([0.7, 0.8])]
    assert all(whisker.x > uncertain.rect.right for whisker in uncertain.whiskers)
    column = round(uncertain.whiskers[0].x)
    inked = [row for row in range(frame.plot.top, frame.plot.bottom) if at(picture, column, row) == LIGHT.muted]
    shares = [(frame.plot.bottom - row) / frame.plot.height for row in inked]
    lower, upper = [share for share in shares if share < 0.5], [share for share in shares if share > 0.5]
    assert (min(lower), max(lower)) == pytest.approx((0.2, 0.3), abs=0.01)
    assert (min(upper), max(upper)) == pytest.approx((0.7, 0.8), abs=0.01)


@pytest.mark.parametrize(("half", "note"), [(0.0, "none"), (0.0005, "none"), (0.006, "some"), (0.05, "some")])
def test_of_whiskers_is_spoken_where_one_is_drawn(half: float, note: str) -> None:
    marks = (stack(0, 0.993, 0.007, 0.0, 0.0, half=half),)
    frame, _ = alone(Figure("", Axis("", names=("a",)), SHARE, marks, "some", "none"))
    assert [words.text for words in frame.labels if words.text in ("some", "none")] == [note]
    assert bool(frame.stacks[0].whiskers) == (note == "some")


def test_whiskers_of_small_parts_never_lie_on_each_other() -> None:
    frame, _ = alone(
        Figure("", Axis("", names=("a", "b")), SHARE, (stack(0, *[0.05] * 6, 0.3, 0.2, 0.2, half=0.04),)), (500, 400)
    )
    whiskers = frame.stacks[0].whiskers
    assert 4 < len(whiskers) <= 8
    assert len({whisker.x for whisker in whiskers}) == 2
    for one, other in combinations(whiskers, 2):
        assert one.x != other.x or one.high > other.low or other.high > one.low


@pytest.mark.parametrize("size", [(960, 600), (1366, 768)])
@pytest.mark.parametrize("lanes", [1, 3, 6])
def test_the_largest_part_of_every_bar_tells_its_interval(lanes: int, size: tuple[int, int]) -> None:
    frame = arrange(Page("", (stacks(lanes), escapes(lanes))), LIGHT, saved_em(size), size).frames[0]
    for bar in frame.stacks:
        layer, box = max(bar.boxes, key=lambda place: place[0].share)
        said = " ".join(words.text for words in frame.numbers if box.contains(ink(words)))
        assert "{} to {}".format(*interval(layer.low, layer.high)) in said
        assert all(bar.rect.contains(ink(words)) for words in frame.numbers if bar.rect.colliderect(ink(words)))


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.9862, 0.9969, ("98.6", "99.7")),
        (0.4522, 0.4961, ("45", "50")),
        (0.0, 0.0038, ("0", "0.4")),
        (0.9962, 1.0, ("99.6", "100")),
        (0.29, 0.57, ("29", "57")),  # Products of these by 100 are not whole.
        (0.98561, 0.99658, ("98.6", "99.7")),
    ],
)
def test_both_ends_of_an_interval_have_as_many_digits(low: float, high: float, told: tuple[str, str]) -> None:
    assert interval(low, high) == told


def test_an_interval_reads_alike_on_bars_and_in_tables() -> None:
    table = number_texts(Estimate(99.3, 98.561, 99.658))[1]
    assert " … ".join(interval(0.98561, 0.99658)) == table


def test_badges_tell_lines_apart_that_lie_as_one() -> None:
    lines = tuple(
        Line(f"lane {k}", (0.0, 9.0), (1.0, 1.0), hue=k, dots=False, steps=True, badge=True) for k in range(3)
    )
    frame, picture = alone(Figure("", Axis("update", 0.0, 9.0), SHARE, lines))
    for lane in range(3):
        x = frame.plot.left + (lane + 0.5) / 3 * frame.plot.width
        assert at(picture, x, frame.plot.top) == LIGHT.lane(lane)
    bare = tuple(replace(line, badge=False) for line in lines)
    _, without = alone(Figure("", Axis("update", 0.0, 9.0), SHARE, bare))
    assert not same(picture, without)


def test_lines_with_whiskers_at_the_same_places_step_aside() -> None:
    frame, _ = alone(sweep(3))
    first, second, third, fitted = (path.x for path in frame.polylines)
    assert np.allclose(second, frame.x.at(fitted_places := [1.0, 2.0, 4.0, 5.0, 10.0, 20.0]))
    assert np.allclose(fitted, frame.x.at(fitted_places))
    assert (np.diff([first, second, third], axis=0) > 1).all()
    assert float((third - first).max()) < float(np.diff(second).min())


def test_many_points_a_pixel_keep_their_extremes() -> None:
    x = np.linspace(0.0, 1.0, 20_001)
    y = np.where(np.arange(20_001) == 7_777, 9.0, 1.0)
    frame, picture = alone(Figure("", Axis("x"), Axis("y", 0.0, 10.0), (Line("", tuple(x), tuple(y), dots=False),)))
    (column,), (height,) = frame.x.at([x[7_777]]).tolist(), frame.y.at([8.0]).tolist()
    assert any(at(picture, column + side, height)[0] < 200 for side in (-1, 0, 1))


def test_cells_have_the_colours_of_their_numbers_from_the_bottom_up() -> None:
    rows = ((0.0, 0.5), (NAN, 1.0))
    frame, picture = alone(Figure("", Axis("x", names=("a", "b")), Axis("y"), (HeatMap("z", rows),)))
    colors = ramp(LIGHT)
    expected = [(0, 0, colors[0]), (1, 0, colors[(STEPS - 1) // 2]), (0, 1, LIGHT.panel), (1, 1, colors[-1])]
    for column, row, color in expected:
        assert at(picture, float(frame.x.at([column - 0.3])[0]), float(frame.y.at([row + 0.3])[0])) == color
    assert [label.text for label in frame.numbers] == ["0.00", "0.50", "1.00"]
    assert frame.scale
    assert at(picture, frame.scale.centerx, frame.scale.top) == colors[-1]
    assert at(picture, frame.scale.centerx, frame.scale.bottom - 1) == colors[0]


def test_a_map_may_share_a_stretch_of_numbers() -> None:
    frame, picture = alone(Figure("", Axis("x", -2.0, 2.0), Axis("y", 0.0, 1.0), (HeatMap("z", ((0.0, 1.0),)),)))
    assert [mark.lines[0] for mark in frame.tick_labels_below] == [
        "−2.0",
        "−1.5",
        "−1.0",
        "−0.5",
        "0.0",
        "0.5",
        "1.0",
        "1.5",
        "2.0",
    ]
    left, right = frame.x.at([-0.5, 0.5]).tolist()
    assert at(picture, left, frame.plot.top + 9) == ramp(LIGHT)[0]
    assert at(picture, right, frame.plot.top + 9) == ramp(LIGHT)[-1]


@pytest.mark.parametrize("name", THEMES)
def test_the_ramp_goes_one_way_in_equal_steps_of_lightness(name: str) -> None:
    theme = load_theme(name)
    light = np.array([lightness(color) for color in ramp(theme)])
    steps = np.diff(light) * (1 if name == "dark" else -1)
    assert len(light) == STEPS
    assert (steps >= 0).all()
    assert steps.max() < 4 * steps.mean()
    assert abs(light[-1] - light[0]) > 55
    assert np.abs(np.array(ramp(theme)) - theme.lane(0)).max(axis=1).min() <= 3
    assert 4 < abs(light[0] - lightness(theme.panel)) < 12  # Seen beside a blank, but faint.


@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_ticks_are_round_distinct_and_within(low: float, length: float, log: bool, percent: bool) -> None:
    if log:
        low, length = max(abs(low), 1e-9), max(length, 2 * abs(low))
    whole = scale(Axis("", low, low + length, log=log), np.zeros(0))
    rows = choices(whole, percent)
    assert len(rows[-1]) <= 1
    assert max(map(len, rows)) == len(rows[0])
    for row in rows:
        values = [tick.value for tick in row]
        slack = 1e-6 * (whole.high - whole.low) + 1e-12 * abs(low)
        assert all(whole.low - slack <= value <= whole.high + slack for value in values)
        assert all(one < other for one, other in pairwise(values))
        if length > 1e-9 * abs(low):
            assert len({tick.label for tick in row}) == len(row)


@pytest.mark.parametrize("high", [1.0, 2.0, 7.0, 400.0])
def test_there_is_nothing_between_counts(high: float) -> None:
    rows = choices(AxisScale(0.0, high, False), counts=True)
    assert all(tick.value.is_integer() and "." not in tick.label for row in rows for tick in row)
    assert len(rows[0]) > 1


@pytest.mark.parametrize("value", [0.0, -0.0])
def test_zero_has_no_sign(value: float) -> None:
    assert (number(value), short(value)) == ("0.0000", "0")
    assert number(-1e-4) == "−1.0e−04"


def test_updates_are_counted() -> None:
    scene = load_scene("local-minimum")
    figures = odds_page(odds(scene, [NO_OUTCOMES] * len(scene.lanes), 1)).figures
    assert figures[1].x.counts


def test_numbers_are_written_as_people_write_them() -> None:
    def labels(low: float, high: float, count: int, log: bool = False, percent: bool = False) -> list[str]:
        rows = choices(AxisScale(low, high, log), percent)
        return [tick.label for tick in next(row for row in rows if len(row) <= count)]

    assert labels(0, 1, 6) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert labels(0, 1, 6, percent=True) == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
    assert labels(-3, 3, 4) == ["−2", "0", "2"]
    assert labels(0, 40_000, 5) == ["0", "10,000", "20,000", "30,000", "40,000"]
    assert labels(0, 3e6, 4) == ["0", "1·10⁶", "2·10⁶", "3·10⁶"]
    assert labels(0, 3e-6, 4) == ["0", "1·10⁻⁶", "2·10⁻⁶", "3·10⁻⁶"]
    assert labels(0.005, 2e5, 9, log=True) == ["0.01", "0.1", "1", "10", "100", "1,000", "10,000", "10⁵"]
    assert labels(1, 20, 5, log=True) == ["1", "2", "5", "10", "20"]
    assert labels(1e-6, 3e-5, 6, log=True) == ["10⁻⁶", "2·10⁻⁶", "5·10⁻⁶", "10⁻⁵", "2·10⁻⁵"]
    assert labels(0.01, 1, 3, log=True, percent=True) == ["1 %", "10 %", "100 %"]
    assert list(map(per_cent, (0, 0.001, 0.005, 0.234, 0.994, 0.997, 1))) == [
        "0 %",
        "<1 %",
        "1 %",
        "23 %",
        "99 %",
        ">99 %",
        "100 %",
    ]


def test_axes_show_what_they_say_and_else_the_data() -> None:
    data = np.array([2.0, NAN, 5.0, INF, -INF])
    assert scale(Axis("", 0.0), data, margin=False) == AxisScale(0.0, 5.0)
    assert scale(Axis("", high=9.0), data, margin=False) == AxisScale(2.0, 9.0)
    assert scale(Axis("", names=("a", "b")), data) == AxisScale(-0.5, 1.5)
    lone = scale(Axis(""), np.array([3.0]))
    assert lone.low < 3.0 < lone.high
    log = scale(Axis("", log=True), np.array([0.0, -1.0, 10.0, 1000.0]), margin=False)
    assert (log.low, log.high) == pytest.approx((10.0, 1000.0))
    assert np.isnan(log.share(np.array([0.0, -1.0, NAN]))).all()
    assert log.share([10.0, 100.0, 1000.0]) == pytest.approx([0.0, 0.5, 1.0])


def test_known_words_are_translated_and_others_are_shown_as_they_are() -> None:
    chinese = load_theme("light", "zh")
    assert spoken(chinese, "stuck in a local minimum") != "stuck in a local minimum"
    assert spoken(LIGHT, "stuck in a local minimum") == "stuck in a local minimum"
    for own in ("my {lane}", "{", "100 %"):
        assert spoken(chinese, own) == own
    frame = arrange(
        Page("", (Figure("", Axis("", names=LONG[:2]), SHARE, (stack(0, 0.5, 0.2, 0.3),)),)), chinese, 18, (800, 600)
    ).frames[0]
    assert not {"stuck", "minimum"} & {word for label in frame.labels for word in label.text.split()}
