"""A page in a real browser: marbles where the race has them, keys, themes, languages, addresses, sizes, no request."""

import itertools
import json
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import chromium
import numpy as np
import pygame
import pytest

import sim as tm
from sim.base.languages import LANGUAGES
from sim.descent.examples.chance import Indices
from sim.descent.verdict.events import Escape, Event
from sim.scene import load_scene
from sim.scene.reading import parse_scene
from sim.stage.drawing.camera import Camera, interpolated
from sim.stage.drawing.contours import GRID
from sim.stage.drawing.glyphs import wedge_middle
from sim.stage.drawing.relief.view import block_camera, heights_over
from sim.stage.drawing.screen import Screen
from sim.stage.export.web.file import save_page, write_page
from sim.stage.export.web.race import Span, computed, ground_losses, ground_window, race_data
from sim.stage.picture.chart.axes import DECADES, HEADROOM, axes
from sim.stage.picture.map.batch import batch_heights
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views.moving_ground import LANDED
from sim.stage.session.session import begin
from sim.stage.style.numbers import number, way
from sim.stage.style.theme import Theme, load_theme
from sim.study.odds.odds import gather, jobs, odds
from sim.study.statistics.wording import share_texts
from sim.surface.points import Array

BROWSER = chromium.found()
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed"),
]
USUAL_SIZE = (1366, 768)
MOMENTS = (0, 1, 2, 7, 40, 57, 60, 120, 333, 400)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    assert BROWSER is not None
    with chromium.running(BROWSER, tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture
def browser(running: chromium.Browser) -> Iterator[chromium.Browser]:
    """One whose pages are closed with the test: they would go on being drawn."""
    yield running
    running.close_all()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Span]:
    path = tmp_path_factory.mktemp("page") / "race.html"
    return path, save_page(load_scene("local-minimum"), path)


@pytest.fixture
def address(saved: tuple[Path, Span]) -> str:
    return saved[0].as_uri()


@pytest.fixture(scope="module")
def staying(running: chromium.Browser, saved: tuple[Path, Span]) -> chromium.Tab:
    return running.open(f"{saved[0].as_uri()}#update=13&map", stays=True)


@pytest.fixture
def tab(browser: chromium.Browser, staying: chromium.Tab) -> chromium.Tab:
    """A page to be led to an address, which resets all but how far it was seen; what no address says is reset here."""
    assert browser
    staying.ask("Page.bringToFront")
    staying.ask("Emulation.setTouchEmulationEnabled", enabled=False)
    staying.look()
    staying.resize(USUAL_SIZE)
    staying.value("document.querySelectorAll('dialog').forEach((each) => each.close()), document.activeElement.blur()")
    return staying


def state(tab: chromium.Tab) -> dict[str, Any]:
    found: dict[str, Any] = tab.value("window.threeMarbles.state()")
    return found


def marbles(tab: chromium.Tab) -> list[dict[str, Any]]:
    return sorted(tab.value("window.threeMarbles.marbles()"), key=lambda marble: int(marble["lane"]))


def lead(tab: chromium.Tab, address: str) -> None:
    """The page goes to what the address says, which is quicker than a page anew."""
    tab.value(
        "new Promise((done) => { addEventListener('hashchange', () => done(0), { once: true });"
        f" if (location.hash === '#{address}') dispatchEvent(new Event('hashchange'));"
        f" else location.hash = '{address}'; }})"
    )
    tab.drawn()


@lru_cache(maxsize=1)
def page_data(span: Span) -> dict[str, Any]:
    """What the page is told of the race."""
    data: dict[str, Any] = race_data(span)
    return data


@lru_cache(maxsize=1)
def still_heights(span: Span) -> Array:
    """Land as the program has it."""
    ground, problem = ground_window(span.scene.window), span.race.problem
    return heights_over(problem, ground).of(ground_losses(problem, span.scene.window).astype(float))


def seen_by(span: Span, size: tuple[int, int], layout: str, theta: Array) -> tuple[Camera, float]:
    """The program's own camera on the page's ground, and how high a place stands there."""
    ground = ground_window(span.scene.window)
    if "map" in layout:
        return Camera(ground, *size), 0.0
    view = page_data(span)["view"]
    camera, heights = Camera(ground, *size, 35, 50, view["rise"], view["foot"]), still_heights(span)
    rows, columns = heights.shape
    across = (theta[0] - ground.x0) / ground.width * (columns - 1)
    up = (theta[1] - ground.y0) / ground.height * (rows - 1)
    return camera, float(interpolated(heights, np.array([up]), np.array([across]))[0, 0])


def test_marbles_are_where_the_race_has_them_at_ten_moments(tab: chromium.Tab, saved: tuple[Path, Span]) -> None:
    span = saved[1]
    layouts = ("together&map", "together&land&ground=still&yaw=35&tilt=50")
    seen = [("apart&map", update) for update in MOMENTS] + list(product(layouts, MOMENTS[::3]))
    for layout, update in seen:
        lead(tab, f"update={update}&{layout}")
        found = marbles(tab)
        assert {marble["update"] for marble in found} == {update}
        assert len(found) == 3
        for marble, track in zip(found, span.race.tracks, strict=True):
            theta = track.theta[update]
            assert (marble["x"], marble["y"]) == tuple(theta.tolist())  # The very bits.
            camera, tall = seen_by(span, (round(marble["width"]), round(marble["height"])), layout, theta)
            x, y = camera.project(theta, tall).tolist()
            assert marble["pixel"]["x"] - marble["left"] == pytest.approx(x, abs=1e-3)
            assert marble["pixel"]["y"] - marble["top"] == pytest.approx(y, abs=1e-3)
    assert tab.mistakes() == []


NEAR = 2e-3
"""Of the whole height: rounding, and what differs between the page's nodes and the program's."""
GROUNDS = """
title = "Ground"
look = "Ground."
updates = 12
start = [1.0, 1.0]
EXAMPLES
[lane."one"]
rule = "gradient descent"
learning_rate = 0.01
batch_size = 3
[lane."all"]
rule = "gradient descent"
learning_rate = 0.01
batch_size = "full"
"""
WINDOW = "window = [[-2.0, 3.0], [-2.0, 3.0]]"
KINDS = {
    "shifted": 'surface = { kind = "rastrigin" }\nexamples = { kind = "shifted", sigma = 0.2 }',
    "tilted": 'surface = { kind = "himmelblau" }\nexamples = { kind = "tilted", sigma = 9.0, count = 500 }',
    "many": f'{WINDOW}\n[examples]\nkind = "regression"\nmodel = "tanh unit"\nsigma = 0.5\ntruth = [1.0, 1.0]\n'
    "count = 120",
}


def program_heights(span: Span, batch: Indices) -> Array:
    """The ground of a batch as the window has it."""
    ground, problem = ground_window(span.scene.window), span.race.problem
    return heights_over(problem, ground).of(batch_heights(problem, block_camera(ground), batch, GRID))


@pytest.mark.parametrize("kind", KINDS)
def test_the_moving_ground_is_the_windows_whatever_the_examples(
    browser: chromium.Browser, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "ground.html"
    span = save_page(parse_scene(GROUNDS.replace("EXAMPLES", KINDS[kind]), kind), path)
    small, whole = span.race.tracks
    tab = browser.open(f"{path.as_uri()}#update=0&land&ground=moving&apart")
    apart = 0.0
    for update in (0, 5, 11):
        lead(tab, f"update={update}&land&ground=moving&apart")
        found = np.array(tab.value("window.threeMarbles.ground(0)"))
        expected = program_heights(span, small.batch(update))
        exact = heights_over(span.race.problem, ground_window(span.scene.window)).of(
            small.problem.train.value(block_camera(ground_window(span.scene.window)).grid(GRID), small.batch(update))
        )
        assert np.abs(found - expected.ravel()).max() < NEAR
        assert np.median(np.abs(found - exact.ravel())) < 15 * NEAR  # From a coarse grid, as in the window.
        still = np.array(tab.value("window.threeMarbles.ground(1)"))
        apart = max(apart, float(np.abs(found - still).max()))
        assert np.abs(still - program_heights(span, np.arange(whole.problem.train.count)).ravel()).max() < NEAR
    assert apart > 10 * NEAR  # So that it is no still ground.
    lead(tab, "update=12&land&ground=moving&apart")
    assert tab.value("window.threeMarbles.ground(0)") == tab.value("window.threeMarbles.ground(1)")  # No next update.
    assert tab.mistakes() == []


PAUSED = """new Promise((done) => {
  const look = () => {
    if (!(WANTED)) return requestAnimationFrame(look);
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true }));
    done(0);
  };
  look();
})"""
"""The page pauses in the very frame in which something is true, however late one would hear of it."""


def test_the_ground_goes_over_to_the_next_batch_once_the_marble_has_landed(
    tab: chromium.Tab, saved: tuple[Path, Span]
) -> None:
    span = saved[1]
    lead(tab, "update=57&land&ground=moving&apart&language=en")
    track = span.race.tracks[1]
    ground, problem = ground_window(span.scene.window), span.race.problem
    here_loss, coming_loss = (
        batch_heights(problem, block_camera(ground), track.batch(update), GRID) for update in (57, 58)
    )
    here, coming = (heights_over(problem, ground).of(losses).ravel() for losses in (here_loss, coming_loss))
    tab.press("0")  # Something is drawn anew.
    assert np.array(tab.value("window.threeMarbles.ground(1)")) == pytest.approx(here, abs=NEAR)
    lead(tab, "update=57&land&ground=moving&apart&speed=1")
    tab.press(" ")
    tab.value(PAUSED.replace("WANTED", "window.threeMarbles.marbles()[1].share > 0.6"))
    tab.drawn()
    assert not state(tab)["playing"]
    share = (marbles(tab)[1]["share"] - LANDED) / (1 - LANDED)
    between = heights_over(problem, ground).of(here_loss + share * share * (3 - 2 * share) * (coming_loss - here_loss))
    assert 0 < share < 1
    assert np.array(tab.value("window.threeMarbles.ground(1)")) == pytest.approx(between.ravel(), abs=NEAR)
    lead(tab, "update=57&land&ground=moving&apart")
    tab.press("ArrowRight")
    assert np.array(tab.value("window.threeMarbles.ground(1)")) == pytest.approx(coming, abs=NEAR)
    marble = marbles(tab)[1]
    heights = heights_over(problem, ground).of(coming_loss)
    rows, columns = heights.shape
    across = (track.theta[58, 0] - ground.x0) / ground.width * (columns - 1)
    up = (track.theta[58, 1] - ground.y0) / ground.height * (rows - 1)
    view, pose = page_data(span)["view"], state(tab)
    size = (round(marble["width"]), round(marble["height"]))
    camera = Camera(ground, *size, pose["yaw"], pose["tilt"], view["rise"], view["foot"])
    tall = float(interpolated(heights, np.array([up]), np.array([across]))[0, 0])
    x, y = camera.project(track.theta[58], tall).tolist()
    assert marble["pixel"]["x"] - marble["left"] == pytest.approx(x, abs=0.01)
    assert marble["pixel"]["y"] - marble["top"] == pytest.approx(y, abs=0.5)
    tab.press("B", "Shift")
    assert tab.value("window.threeMarbles.ground(1)") == tab.value("window.threeMarbles.ground(0)")


BLANK = GROUNDS.replace(
    "EXAMPLES",
    "window = [[-1.0, 3.0], [-1.0, 3.0]]\n"
    'surface = { kind = "formula", formula = "log(x) + 1/x + y^2" }\n'
    'examples = { kind = "shifted", sigma = 0.3, count = 8 }',
)
"""A scene without a loss in a part of its window."""


def same_drawings(tab: chromium.Tab, lane: int, theme: str, edges: float = 0.015) -> None:
    """Land is nearly the same, whether a graphics processor draws it or the page."""
    told = tab.value(f"JSON.stringify(window.threeMarbles.drawings({lane}, 360, 240))")  # A text is told sooner.
    drawn = [np.array(each).reshape(240, 360, 4) for each in json.loads(told)]
    one, other = (each[..., :3].astype(float) for each in drawn)
    panel = np.array(load_theme(theme).panel)
    on_land = [(np.abs(each - panel).max(axis=-1) > 12) for each in (one, other)]
    assert on_land[0].mean() > 0.15
    assert (on_land[0] != on_land[1]).mean() < edges  # Edges are smoother the one way.
    gaps = np.abs(one - other).max(axis=-1)[on_land[0] & on_land[1]]
    assert np.median(gaps) <= 6
    assert (gaps > 40).mean() < 0.06  # A contour is a pixel beside where it is the other way.


def test_without_a_graphics_processor_land_is_the_same_picture(tab: chromium.Tab) -> None:
    for pose, theme in (("yaw=-18&tilt=20", "light"), ("yaw=130&tilt=76", "dark")):
        lead(tab, f"update=57&land&apart&ground=moving&theme={theme}&{pose}")
        same_drawings(tab, 1, theme)
    assert tab.mistakes() == []


def test_where_there_is_no_loss_there_is_no_land(browser: chromium.Browser, tmp_path: Path) -> None:
    path = tmp_path / "blank.html"
    save_page(parse_scene(BLANK, "blank"), path)
    tab = browser.open(f"{path.as_uri()}#update=3&land&apart&theme=light")
    for pose in ("yaw=-18&tilt=44", "yaw=90&tilt=50"):
        lead(tab, pose)
        same_drawings(tab, 1, "light", 0.03)  # The one way, one sees the far side's wall through what is blank.
    assert tab.mistakes() == []


def test_the_chart_has_room_for_the_test_loss_however_short_the_race(browser: chromium.Browser, tmp_path: Path) -> None:
    path = tmp_path / "short.html"
    save_page(load_scene("local-minimum"), path, ticks=1)
    tab = browser.open(f"{path.as_uri()}#update=1&map&theme=light")
    tab.drawn()
    heights = tab.value("""(() => {
      const canvas = document.getElementById("chart");
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      const rows = [];
      for (let y = 0; y < height; y += 1) {
        for (let x = Math.round(0.06 * width); x < 0.1 * width; x += 1) {
          const at = 4 * (y * width + x);
          if (Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 40) {
            rows.push(y);
            break;
          }
        }
      }
      return rows;
    })()""")
    apart = [other - one for one, other in pairwise(heights) if other - one > 2]
    assert len(apart) == 1, "the training loss, and apart from it the test loss"


MONKEY = (
    'title = "Three ways down"\nlook = "x"\nupdates = 100\nstart = [0.9, 0.1]\nwindow = [[-2, 2], [-2, 2]]\n'
    '[surface]\nkind = "formula"\nformula = "x^3-3*x*y^2"\n[examples]\nkind = "shifted"\nsigma = 0.2\n'
    + "".join(
        f'[lane.{name}]\nrule = "gradient descent"\nlearning_rate = {rate}\nbatch_size = "full"\n'
        for name, rate in (("one", 0.01), ("two", 0.03), ("three", 0.05))
    )
)
"""A square window, in which all diverge."""


@pytest.mark.parametrize("name", ["himmelblau", "ravine", "twenty-against-one"])
def test_the_chart_has_the_windows_axis_by_every_clock(browser: chromium.Browser, tmp_path: Path, name: str) -> None:
    path = tmp_path / "axis.html"
    span = save_page(load_scene(name), path, seeds=2)
    races = [span.race, computed(replace(span.scene, seed=span.scene.seed + 1)).race]
    tab = browser.open(path.as_uri())
    clocks = tab.value("[...document.getElementById('clock').options].map((option) => option.value)")
    for (seed, race_), clock in product(enumerate(races, span.scene.seed), clocks):
        lead(tab, f"seed={seed}&clock={clock}")
        frame = axes(race_, span.scene.timing(clock), clock, begin(span.scene).horizon, span.ticks)
        shown = tab.value("window.threeMarbles.chart()")
        assert (shown["low"], shown["high"], shown["logarithmic"]) == (frame.low, frame.high, frame.logarithmic)
        if frame.logarithmic:
            assert shown["marks"] == [loss for loss, _ in frame.marks()]
        middle = "window.threeMarbles.heightInChart(window.threeMarbles.numbers(0, 'loss')[3])"
        assert tab.value(middle) == pytest.approx(frame.height(race_.tracks[0].loss[3:4])[0], abs=1e-9)
    assert tab.mistakes() == []


def test_a_loss_that_falls_without_bound_leaves_the_chart_below_the_lowest_of_the_map(
    browser: chromium.Browser, tmp_path: Path
) -> None:
    text = (
        'title = "A fall"\nlook = "x"\nupdates = 200\nstart = [0.6, 0.1]\nwindow = [[-1, 1], [-1, 1]]\n'
        '[surface]\nkind = "formula"\nformula = "FORMULA"\n[examples]\nkind = "shifted"\nsigma = 0.0\n'
        '[lane.descent]\nrule = "gradient descent"\nlearning_rate = 0.1\nbatch_size = "full"\n'
    )
    ends = []
    for formula in ("x^2 - y^2", "-50*exp(-(x - 4)^2/8 - y^2/8)"):
        path = tmp_path / "fall.html"
        save_page(parse_scene(text.replace("FORMULA", formula), "fall"), path)
        tab = browser.open(path.as_uri())
        api = "window.threeMarbles"
        low, high = (tab.value(f"{api}.chart().{edge}") for edge in ("low", "high"))
        foot = low + HEADROOM * (high - low) / (1 + 2 * HEADROOM)  # Below it, some of the axis is free.
        ends.append((foot, tab.value(f"Math.min(...{api}.numbers(0, 'loss'))")))
        assert tab.mistakes() == []
    (shown, lowest), well = ends
    assert lowest < -1e6
    assert shown == pytest.approx(-1.0, abs=1e-3)
    assert well[0] == pytest.approx(well[1], rel=1e-9)
    assert well[1] < -45


def test_a_marble_that_is_thrown_out_presses_nothing_flat_in_the_chart(
    browser: chromium.Browser, tmp_path: Path
) -> None:
    lanes = "".join(
        f'[lane.{name}]\nrule = "gradient descent"\nlearning_rate = {rate}\nbatch_size = "full"\n'
        for name, rate in (("well", 0.1), ("thrown", 1.1))
    )
    text = (
        'title = "Thrown"\nlook = "x"\nupdates = 100\nstart = [1.0, 0.5]\nwindow = [[-1, 1], [-1, 1]]\n'
        f'[surface]\nkind = "formula"\nformula = "x^2 + y^2"\n[examples]\nkind = "shifted"\nsigma = 0.0\n{lanes}'
    )
    path = tmp_path / "thrown.html"
    save_page(parse_scene(text, "thrown"), path)
    tab = browser.open(path.as_uri())
    assert tab.value("window.threeMarbles.numbers(1, 'loss').at(-1)") > 1e6
    shown = tab.value("window.threeMarbles.chart()")
    assert shown["logarithmic"]
    assert math.log10(1.25) <= shown["high"] <= math.log10(1.25 * 1.25) + HEADROOM * DECADES
    tab.press("End")
    tip = """(() => {
      const canvas = document.getElementById("chart"), box = canvas.getContext("2d");
      const scale = canvas.width / canvas.clientWidth, right = (canvas.clientWidth - 12) * scale;
      const pixels = box.getImageData(right - 2 * scale, 12 * scale, 2 * scale, 10 * scale).data;
      return Array.from(pixels).filter((_, place) => place % 4 === 0 && pixels[place] > pixels[place + 2] + 60).length;
    })()"""
    assert tab.value(tip) > 0, "a tip at the upper edge, in the second lane's orange, above which the marble is"
    assert tab.mistakes() == []


def test_the_wedge_of_a_marble_out_of_sight_is_where_the_windows_is(browser: chromium.Browser, tmp_path: Path) -> None:
    path = tmp_path / "away.html"
    span = save_page(parse_scene(MONKEY, "away"), path)
    theta = span.race.tracks[2].theta
    tab = browser.open(f"{path.as_uri()}#update=0&map&apart&theme=light")
    color = load_theme("light").lanes[2]
    away = [update for update in range(len(theta)) if 2.3 < np.abs(theta[update]).max() < 1e6]
    assert len(away) > 2
    for update in away:
        lead(tab, f"update={update}&map&apart&theme=light")
        marble = marbles(tab)[2]
        area = pygame.Rect(0, 0, round(marble["width"]), round(marble["height"]))
        beyond = marble["pixel"]["x"] - marble["left"], marble["pixel"]["y"] - marble["top"]
        across, down = wedge_middle(area, beyond, 1.0)
        pixel = tab.value(
            "Array.from(document.querySelectorAll('canvas.map')[2].getContext('2d')"
            f".getImageData({round(across)} * devicePixelRatio, {round(down)} * devicePixelRatio, 1, 1).data)"
        )
        assert pixel[:3] == pytest.approx(list(color), abs=3), update
    assert tab.mistakes() == []


@pytest.mark.parametrize(("formula", "start"), [("x^2 + y^2 + 1/3", 1.1e-8), ("1e6*1e6*1e5 + x", 0.6)])
def test_losses_that_differ_by_rounding_alone_make_a_chart(
    browser: chromium.Browser, tmp_path: Path, formula: str, start: float
) -> None:
    path = tmp_path / "level.html"
    text = (
        f'title = "Level"\nlook = "x"\nupdates = 50\nstart = [{start}, 0.0]\nwindow = [[-1, 1], [-1, 1]]\n'
        f'[surface]\nkind = "formula"\nformula = "{formula}"\n[examples]\nkind = "shifted"\nsigma = 0.0\n'
        '[lane.descent]\nrule = "gradient descent"\nlearning_rate = 0.1\nbatch_size = "full"\n'
    )
    save_page(parse_scene(text, "level"), path)
    tab = browser.open(path.as_uri())
    assert tab.value("window.threeMarbles.chart().high > window.threeMarbles.chart().low")
    assert tab.mistakes() == []


def test_a_batchs_own_loss_lies_on_the_map_in_the_lanes_colour(tab: chromium.Tab) -> None:
    count = """(() => {
      const canvas = [...document.querySelectorAll("canvas.map")][LANE];
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let sum = 0;
      for (let at = 0; at < data.length; at += 4) sum += data[at] > 180 && data[at + 2] < 120;
      return sum;
    })()"""
    lead(tab, "update=57&map&apart&theme=light&language=en")
    before = [tab.value(count.replace("LANE", str(lane))) for lane in (0, 1)]
    tab.press("b")
    after = [tab.value(count.replace("LANE", str(lane))) for lane in (0, 1)]
    assert after[0] <= before[0] + 20  # A full batch's is the map's.
    assert after[1] > before[1] + 500
    assert tab.mistakes() == []


COLOR = """(() => {
  const marble = window.threeMarbles.marbles().find((each) => each.lane === LANE);
  const canvas = [...document.querySelectorAll("canvas")].find((each) => {
    const area = each.getBoundingClientRect();
    return area.width > 0 && area.left === marble.left && area.top === marble.top;
  });
  const scale = canvas.width / marble.width;
  const { pixel, left, top } = marble;
  const at = [pixel.x - left + 2, pixel.y - top + 2].map((part) => Math.round(part * scale));
  return [...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3);
})()"""


CHART = """(() => {
  const { left, top } = document.getElementById("chart").getBoundingClientRect();
  return { x: left + 100, y: top + 40 };
})()"""


def luminance(color: tuple[float, ...]) -> float:
    """How bright a colour of a screen is, from 0 to 1 (IEC 61966-2-1)."""
    parts = np.array(color) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


TONES = """(() => {
  const canvas = [...document.querySelectorAll("canvas.map")][LANE];
  const { width, height } = canvas.getBoundingClientRect();
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return { width, height, across: canvas.width, data: JSON.stringify([...data]) };
})()"""


def test_a_map_is_dark_and_light_where_the_programs_own_picture_is(tab: chromium.Tab, saved: tuple[Path, Span]) -> None:
    """Nearly: contours stand at other losses, and marks and words are others."""
    lead(tab, "update=57&map&apart&ground=still&theme=light")
    looks_like_the_programs(tab, saved[1], "light")
    tab.press("t")
    looks_like_the_programs(tab, saved[1], "dark")
    assert tab.mistakes() == []


def looks_like_the_programs(tab: chromium.Tab, span: Span, theme: str) -> None:
    """The map of the third lane is what the program draws, in that theme."""
    flat = replace(span.scene, view=replace(span.scene.view, kind="map", ground="still"))
    found = tab.value(TONES.replace("LANE", "2"))
    theirs = np.array(json.loads(found["data"])).reshape(-1, found["across"], 4)[..., :3].astype(float)
    session = replace(begin(flat), playing=False, theme=theme, progress=57.0, seen=57, captions=False)
    surface = pygame.Surface((1366, 600), depth=32)
    race(flat).extend(58)
    draw(Screen(surface), snapshot_of(session, race(flat)))
    ours = pygame.surfarray.array3d(surface).swapaxes(0, 1).astype(float)
    here = setting(session, (1366, 600))
    area, window = here.places.panels[2].map, span.scene.window
    x, y = np.meshgrid(np.linspace(window.x0, window.x1, 42)[1:-1], np.linspace(window.y0, window.y1, 42)[1:-1])
    points = np.stack([x.ravel(), y.ravel()], axis=-1)
    there = Camera(ground_window(window), found["width"], found["height"]).project(points)
    there = np.floor(there * found["across"] / found["width"]).astype(int)
    mine = np.floor(here.camera.project(points) + area.topleft).astype(int)
    one, other = (picture[place[:, 1], place[:, 0]].mean(axis=-1) for picture, place in ((theirs, there), (ours, mine)))
    assert np.corrcoef(one, other)[0, 1] > 0.65
    assert np.median(np.abs(one - other)) < 20


def test_the_canvas_has_a_marble_of_the_lanes_colour_there(tab: chromium.Tab) -> None:
    for theme, layout in product(("light", "dark"), ("map", "land")):
        lead(tab, f"update=57&apart&ground=moving&yaw=-16&tilt=44&theme={theme}&{layout}")
        for lane in range(3):
            assert tab.value(COLOR.replace("LANE", str(lane))) == list(load_theme(theme).lanes[lane])
        tab.ask("Input.dispatchMouseEvent", type="mouseMoved", **tab.value(CHART))
        inks = tab.value("[...document.querySelectorAll('#tip b')].map((each) => getComputedStyle(each).color)")
        panel = luminance(load_theme(theme).panel)
        for ink in inks:
            dark, bright = sorted((panel, luminance(tuple(map(float, re.findall(r"[\d.]+", ink))))))
            assert (bright + 0.05) / (dark + 0.05) >= 4.5  # Web Content Accessibility Guidelines 2.2, 1.4.3.
        assert len(inks) == 3
        tab.ask("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)
        background = tab.value("getComputedStyle(document.documentElement).backgroundColor")
        assert background == f"rgb({', '.join(map(str, load_theme(theme).background))})"
    assert tab.mistakes() == []


def test_the_system_decides_between_light_and_dark_until_one_chooses(browser: chromium.Browser, address: str) -> None:
    tab = browser.open(address, dark=True)
    assert state(tab)["theme"] == "dark"
    tab.look(dark=False)
    tab.wait("window.threeMarbles.state().theme === 'light'")
    tab.press("t")
    assert state(tab)["theme"] == "dark"
    for dark in (True, False):  # The page hears of each only in the frame after it.
        tab.look(dark)
        tab.drawn()
    assert state(tab)["theme"] == "dark"


def test_keys_do_what_they_do_in_the_window(tab: chromium.Tab) -> None:
    lead(tab, "update=20&map&apart&language=en")
    for key, held, update in (
        ("ArrowRight", (), 21),
        ("ArrowLeft", (), 20),
        ("ArrowRight", ("Shift",), 30),
        ("End", (), 400),
        ("ArrowLeft", ("Shift",), 390),
        ("Home", (), 0),
        ("ArrowLeft", (), 0),
    ):
        tab.press(key, *held)
        assert state(tab)["time"] == update, key
    tab.press("+")
    assert state(tab)["speed"] == 50
    tab.press("-")
    tab.press("-")
    assert state(tab)["speed"] == 10
    tab.press("l")
    assert state(tab)["language"] != "en"
    tab.press("A", "Shift")
    assert state(tab)["together"]
    tab.press("M", "Shift")
    assert state(tab)["land"]
    tab.press("ArrowLeft", "Alt")
    assert state(tab)["yaw"] == -21
    tab.press("ArrowDown")
    assert state(tab)["lane"] == 1
    tab.press("b")
    assert state(tab)["surface"]
    moving = state(tab)["moving"]
    tab.press("B", "Shift")
    assert state(tab)["moving"] != moving
    opened = "[document.getElementById('keys').open, document.getElementById('help').ariaExpanded]"
    for away in ("Escape", "h"):
        tab.press("h")
        assert tab.value(opened) == [True, "true"]
        tab.press("r")
        assert not state(tab)["playing"]  # What lies below has no keys.
        tab.press(away)
        assert tab.value(opened) == [False, "false"]
    tab.press(" ")
    tab.wait("window.threeMarbles.state().time > 2")
    tab.press(" ")
    assert not state(tab)["playing"]
    tab.press("r")
    assert state(tab)["playing"]
    assert tab.mistakes() == []


def press(tab: chromium.Tab, wanted: str) -> None:
    """The pointer presses the middle of an element."""
    area = tab.value(f"document.querySelector('{wanted}').getBoundingClientRect().toJSON()")
    place = (area["left"] + area["width"] / 2, area["top"] + area["height"] / 2)
    tab.drag(place, place)


def test_what_a_pointer_pressed_does_not_keep_the_keys(browser: chromium.Browser, address: str) -> None:
    tab = browser.open(f"{address}#update=20&map&apart&language=en")
    for pressed in ("#faster", ".name", "#help"):
        press(tab, pressed)
        if pressed == "#help":
            tab.wait("document.getElementById('keys').open")
        tab.press("Escape")
        tab.wait("!document.getElementById('keys').open")
        tab.press(" ")
        tab.wait("window.threeMarbles.state().playing")
        tab.press(" ")
        tab.wait("!window.threeMarbles.state().playing")
    tab.value("document.getElementById('language').focus()")
    tab.value("document.getElementById('language').dispatchEvent(new Event('change', { bubbles: true }))")
    assert tab.value("document.activeElement.id") == "language"  # Who comes by keys stays there.
    tab.value("document.activeElement.blur()")
    press(tab, "#faster")
    tab.value("document.getElementById('language').matches = () => false")  # As where a pointer has chosen.
    tab.value("document.getElementById('language').focus()")
    tab.value("document.getElementById('language').dispatchEvent(new Event('change', { bubbles: true }))")
    tab.press("r")
    assert state(tab)["playing"]
    tab.press(" ")
    tab.value("document.getElementById('slower').focus()")
    speed = state(tab)["speed"]
    tab.press(" ")
    assert (state(tab)["playing"], state(tab)["speed"] < speed) == (False, True)  # A button under the keys has Space.
    assert tab.mistakes() == []


def test_a_guess_is_asked_for_before_and_judged_after(
    browser: chromium.Browser, saved: tuple[Path, Span], address: str
) -> None:
    tab = browser.open(f"{address}#language=en&map")
    caption = "document.getElementById('caption').textContent"
    assert tab.value(caption).startswith("Which marble stays in the first dip?")
    assert not state(tab)["playing"]
    tab.value("document.querySelectorAll('.name')[1].click()")
    tab.drawn()
    assert state(tab)["guess"] == 1
    assert state(tab)["playing"]
    tab.press("End")
    assert tab.value("document.querySelectorAll('.mark')[1].textContent") == "your guess: not this one"
    verdicts = tab.value("[...document.querySelectorAll('.verdict')].map(each => each.textContent)")
    assert verdicts == ["stuck in a local minimum", "rattling inside a basin", "settled in the lowest known minimum"]
    assert tab.value("document.getElementById('caption').ariaLive") == "polite"
    assert "minibatch: rattling inside a basin" in tab.value("document.getElementById('said').textContent")
    revealed = page_data(saved[1])["question"]["revealed"]
    for update, told in ((revealed - 1, False), (revealed, True)):
        lead(tab, f"update={update}")
        assert ("You guessed minibatch; it was full batch." in tab.value(caption)) == told
    tab.value("location.hash = 'clock=epochs'")  # By it, the full batch has made too few updates in the end.
    tab.wait(f"window.threeMarbles.state().clock === 'epochs' && {caption}.includes('Press')")
    tab.value("document.querySelectorAll('.name')[1].click()")
    tab.press("End")
    still_open = "You guessed minibatch; at the end of the race the question is still open."
    assert tab.value(caption).startswith(still_open)


def test_numbers_are_written_as_in_the_window(tab: chromium.Tab) -> None:
    values = (0.0, -0.0, 3.1e-7, -2.0e-12, 1.5e-123, 0.0012, 0.366, -12.3456, 99999.0, 99999.96, -1.5e6, 2.5e123)
    assert tab.value(f"{list(values)}.map(window.threeMarbles.figure)") == [number(value) for value in values]


def test_it_speaks_every_language(tab: chromium.Tab, saved: tuple[Path, Span]) -> None:
    for language, clock in (("de", "Epochen"), ("zh", "轮数"), ("en", "Epochs")):
        lead(tab, f"update=57&map&language={language}")
        texts = saved[1].scene.texts(language)
        assert tab.value("document.getElementById('title').textContent") == texts.title
        assert tab.value("[...document.querySelectorAll('.name')].map(each => each.textContent)") == list(texts.lanes)
        assert tab.value("document.documentElement.lang") == language
        assert tab.value("document.title") == f"{texts.title} – Three Marbles"
        assert clock in tab.value("[...document.getElementById('clock').options].map((each) => each.text)")
        assert tab.value("document.querySelector('.evidence').textContent").startswith("‖∇L‖ = 2.0e−06")
        assert tab.value("document.getElementById('damaged')") is None
        play = load_theme("light", language).say("play")
        assert tab.value("document.getElementById('play').textContent") == play
    assert tab.mistakes() == []


def told_of_a_move(moves: list[Event], theme: Theme) -> tuple[str, ...]:
    """What the window says of the last of them, at length and in fewer words."""
    if not moves:
        return ("",)
    update = moves[-1].update
    brief = theme.say("escaped at {update}", update=update)
    if moves[-1].kind == "left_saddle":
        return theme.say("left the saddle at {update}", update=update), brief
    return theme.say("escaped at {update}: {way}", update=update, way=way(moves[-1], theme)), brief


@pytest.mark.parametrize(("name", "kind"), [("local-minimum", "escaped"), ("on-the-saddle", "left_saddle")])
def test_a_card_tells_of_a_move_from_when_it_is_certain_in_as_many_words_as_there_is_room_for(
    browser: chromium.Browser, tmp_path: Path, name: str, kind: str
) -> None:
    span = save_page(load_scene(name), tmp_path / "race.html")
    moves = [[event for event in judge.events if isinstance(event.kind, Escape)] for judge in span.race.judges]
    first = next(lane[0] for lane in moves if lane and lane[0].kind == kind)
    assert first.update < first.seen
    tab = browser.open(f"{(tmp_path / 'race.html').as_uri()}#update=0&map")
    lines = "[...document.querySelectorAll('.move')]"
    every, brief = 0, 0
    for size, layout in ((USUAL_SIZE, "apart"), ((960, 600), "apart"), (USUAL_SIZE, "together")):
        tab.resize(size)
        for update, code in product((first.update, first.seen - 1, first.seen, span.ticks), LANGUAGES):
            theme = load_theme("light", code)
            lead(tab, f"update={update}&map&{layout}&language={code}")
            wanted = [told_of_a_move([event for event in lane if event.seen <= update], theme) for lane in moves]
            found = tab.value(f"{lines}.map((each) => each.textContent)")
            assert all(told in (*words, "") for told, words in zip(found, wanted, strict=True))
            every += sum(len(words) > 1 for words in wanted)
            brief += sum(told != words[0] for told, words in zip(found, wanted, strict=True))
            assert tab.value(f"{lines}.every((each) => each.scrollWidth <= each.clientWidth)")
    assert brief < every / 2
    assert tab.mistakes() == []


def test_the_batch_strip_lights_the_coming_batch_at_every_update(tab: chromium.Tab, saved: tuple[Path, Span]) -> None:
    span = saved[1]
    for update in (0, span.ticks - 1, span.ticks):
        lead(tab, f"update={update}&map")
        told = tab.value("[...document.querySelectorAll('.strip')].map((each) => each.hidden ? '' : each.ariaLabel)")
        for strip, track in zip(told, span.race.tracks, strict=True):
            batch = ", ".join(str(example + 1) for example in track.batch(update).tolist())
            assert strip in ("", f"batch strip: {batch}")
        assert any(told)


def test_the_address_is_the_state(browser: chromium.Browser, address: str) -> None:
    wanted = "#update=57&speed=5&language=zh&theme=dark&together&land&yaw=30&tilt=50&ground=still&surface&lane=2"
    wanted += "&captions=off&strip=off&motion=less"
    other = browser.open(address)
    usual = state(other)
    tab = browser.open(address + wanted)
    assert state(tab)["address"] == wanted
    tab.press("ArrowRight")
    tab.value("window.setTimeout = (deed) => { window.later = deed; }")
    for answer, button, shown in (("Promise.resolve()", "已复制", False), ("Promise.reject()", "复制场景", True)):
        tab.value(f"navigator.clipboard.writeText = () => {answer}")
        tab.value("document.getElementById('copy').click()")
        tab.wait(f"document.getElementById('copy').textContent === '{button}'")
        tab.wait(f"document.getElementById('address').checkVisibility() === {str(shown).lower()}")
        tab.value("window.later()")  # Two seconds later.
        tab.drawn()
        assert tab.value("document.getElementById('copy').textContent") == "复制场景"
    assert tab.value("document.getElementById('address').textContent") == address + wanted.replace("57", "58")
    tab.press("Escape")
    assert tab.value("document.getElementById('address').hidden")
    tab.wait(f"location.hash === '{wanted.replace('57', '58')}'")
    tab.value("location.hash = ''")
    tab.wait("window.threeMarbles.state().asking")
    assert state(tab) == {**usual, "seen": 58}  # What an address does not say is as usual.
    asking = usual["address"]
    tab.value(f"location.hash = '{asking}'")
    tab.wait(f"location.hash === '{asking}' && window.threeMarbles.state().chosenTheme")
    assert state(tab)["asking"]
    tab.press("Enter")
    tab.press(" ")
    tab.press("Home")
    assert "#update=0&" in state(tab)["address"]
    other.ask("Page.bringToFront")
    lead(other, "update=-1")
    assert state(other)["asking"]
    strange = ("update=-5&speed=x&map", "update=1e9", "language=__proto__&theme=%00&tilt=99999", "x" * 5000)
    for wanted in strange:
        lead(other, wanted)
        assert 0 <= state(other)["time"] <= 400
        assert state(other)["tilt"] <= 76
        assert other.mistakes() == []


SIZES = (
    ((390, 844), ""),
    ((390, 844), "&apart&land"),
    ((1920, 1080), "&map"),
    ((2560, 1440), "&land"),
    ((960, 600), "&land"),
)


def test_all_of_it_fits_across_on_a_phone_and_on_a_projector(browser: chromium.Browser, address: str) -> None:
    tab = browser.open(f"{address}#update=57&language=en", SIZES[0][0])
    for size, layout in SIZES:
        tab.resize(size)
        tab.wait(f"innerWidth === {size[0]} && innerHeight === {size[1]}")
        lead(tab, f"update=57&language=en{layout}")
        assert tab.value("document.documentElement.scrollWidth") <= size[0]
        for marble in marbles(tab):
            assert 0 <= marble["pixel"]["x"] <= size[0]
        canvases = tab.value("window.threeMarbles.marbles().map(each => each.width)")
        assert min(canvases) >= 0.25 * size[0] - 40
        if size[0] == 390:
            assert min(canvases) > 350
            footer = tab.value("document.querySelector('footer').getBoundingClientRect().bottom")
            assert footer <= size[1]  # What plays and pauses is in reach, wherever one has scrolled to.
        if size[0] >= 1920:
            assert tab.value("document.documentElement.scrollHeight") <= size[1]
            assert tab.value("parseFloat(getComputedStyle(document.documentElement).fontSize)") >= size[0] / 110
            words = "[...document.querySelectorAll('figcaption')]"
            bottom = f"Math.max(...{words}.map((each) => each.offsetTop + each.offsetHeight))"
            assert tab.value(f"document.getElementById('chart').getBoundingClientRect().top - {bottom}") < size[1] / 20


def test_what_plays_and_leads_through_time_is_in_reach_in_every_window(tab: chromium.Tab) -> None:
    lead(tab, "update=57&language=en")
    for width, height in ((1366, 657), (1024, 600), (641, 900), (844, 390), (600, 400), (200, 200)):
        tab.resize((width, height))
        tab.wait(f"innerWidth === {width} && innerHeight === {height}")
        tab.drawn()
        place = "['play', 'time'].map((id) => document.getElementById(id).getBoundingClientRect())"
        areas = tab.value(f"{place}.map((area) => [area.left, area.top, area.bottom])")
        assert all(0 <= left < width and 0 < top < bottom <= height for left, top, bottom in areas), (width, height)
        tall = tab.value("document.querySelector('footer').offsetHeight")
        assert tall <= (45 if height < 480 else 0.2 * height), (width, height)  # What it is about is seen as well,
        assert marbles(tab)[0]["width"] >= min(230, width / 3 - 20), (width, height)  # and large enough.


def test_with_reduced_motion_nothing_glides(tab: chromium.Tab) -> None:
    tab.look(still=True)
    tab.drawn()
    lead(tab, "update=3&map&speed=2")
    assert state(tab)["still"]
    tab.press(" ")
    tab.wait("window.threeMarbles.state().time % 1 > 0.2")
    assert all(marble["share"] == 0 for marble in marbles(tab))
    tab.look(still=False)
    tab.drawn()
    lead(tab, "update=3&map&speed=2")
    tab.press(" ")
    tab.wait("window.threeMarbles.marbles().every(each => each.share > 0.1)")


def test_every_pin_can_be_pressed_and_keeps_its_focus(browser: chromium.Browser, tmp_path: Path) -> None:
    path, scene = tmp_path / "pins.html", load_scene("local-minimum")
    lanes = tuple(replace(scene.lanes[2], name=f"lane {number}") for number in range(5))  # All at the same time.
    span = save_page(replace(scene, lanes=lanes, claims=(None,) * 5), path, ticks=200)
    tab = browser.open(f"{path.as_uri()}#update=100&language=en")
    pin = "[...document.querySelectorAll('.pin:not([hidden])')]"
    tab.value(f"{pin}[0].focus()")
    assert tab.value(f"{pin}.length") == 5
    tab.press("End")
    assert tab.value(f"{pin}.length") == 10
    assert tab.value(f"document.activeElement === {pin}[0]")
    found = tab.value(f"{pin}.map((each) => each.getBoundingClientRect()).map((area) => [area.left, area.top])")
    ticks = sorted(event.update for judge in span.race.judges for event in judge.events_until(200))
    assert len(found) == len(ticks) == 10
    for (left, top), (right, below) in itertools.combinations(found, 2):
        assert abs(left - right) >= 12 or abs(top - below) >= 16
    chart = tab.value("document.getElementById('chart').getBoundingClientRect().toJSON()")
    first = chart["left"] + 54 + ticks[0] / 200 * (chart["width"] - 54 - 12)
    assert min(found)[0] + 6 == pytest.approx(first, abs=0.1)  # None stands before its time where there is room behind,
    assert max(found)[0] + 12 <= chart["right"]  # and none beside the chart.
    for index, tick in enumerate(ticks):
        tab.value(f"{pin}[{index}].click()")
        assert state(tab)["time"] == tick  # They are in the order of time.
    assert tab.mistakes() == []


def test_land_is_turned_by_dragging(tab: chromium.Tab) -> None:
    lead(tab, "update=57&together&land&yaw=0&tilt=44")
    area = marbles(tab)[0]
    x, y = area["left"] + 100, area["top"] + 100
    tab.drag((x, y), (x + 50, y - 20))
    assert state(tab)["yaw"] == pytest.approx(-20)
    assert state(tab)["tilt"] == pytest.approx(50)
    touch = "getComputedStyle(document.querySelector('.whole canvas')).touchAction"
    assert tab.value(touch) == "none"  # A finger turns land, and scrolls where there is a map.
    tab.press("M", "Shift")
    assert tab.value(touch) == "pan-y"


@pytest.mark.parametrize("layout", ["map", "land&ground=still"])
def test_the_wheel_zooms_about_the_pointer_and_a_double_click_shows_all(tab: chromium.Tab, layout: str) -> None:
    lead(tab, f"update=57&together&{layout}")
    whole = [(marble["pixel"]["x"], marble["pixel"]["y"]) for marble in marbles(tab)]
    before = marbles(tab)[1]
    x, y = whole[1]
    wheel = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0}
    tab.ask("Input.dispatchMouseEvent", **wheel, deltaY=-250)
    tab.wait("window.threeMarbles.state().zoom > 1.3")
    tab.drawn()
    after = marbles(tab)
    rounding = 0.6  # A wheel's pixels are whole ones.
    assert (after[1]["pixel"]["x"], after[1]["pixel"]["y"]) == pytest.approx((x, y), abs=rounding)  # It stays,
    for lane in (0, 2):  # and the others move away from it.
        now, once = after[lane]["pixel"], whole[lane]
        grown = state(tab)["zoom"]
        assert (now["x"] - x, now["y"] - y) == pytest.approx(
            (grown * (once[0] - x), grown * (once[1] - y)), abs=rounding
        )
    assert "&zoom=1." in state(tab)["address"]
    wanted = state(tab)["address"]
    if layout == "map":
        area = after[1]
        tab.drag((area["left"] + 200, area["top"] + 200), (area["left"] + 210, area["top"] + 195))
        assert marbles(tab)[1]["pixel"]["x"] == pytest.approx(after[1]["pixel"]["x"] + 10, abs=0.01)
    tab.ask("Input.dispatchMouseEvent", **wheel, deltaY=-99999)
    tab.wait("window.threeMarbles.state().zoom <= 12")
    for count in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            tab.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)
    tab.wait("window.threeMarbles.state().zoom === 1")
    tab.drawn()
    assert marbles(tab)[1]["pixel"] == before["pixel"]
    lead(tab, wanted.removeprefix("#"))
    for one, other in zip(after, marbles(tab), strict=True):
        assert other["pixel"]["x"] == pytest.approx(one["pixel"]["x"], abs=3)
        assert other["pixel"]["y"] == pytest.approx(one["pixel"]["y"], abs=3)
    assert tab.mistakes() == []


def test_two_fingers_zoom_a_map_and_one_moves_it(tab: chromium.Tab) -> None:
    tab.resize((390, 844))
    tab.wait("innerWidth === 390")
    lead(tab, "update=57&together&map")
    tab.ask("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=2)
    area = marbles(tab)[0]
    x, y = area["left"] + 180, area["top"] + 120

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": left, "y": top, "id": number} for number, (left, top) in enumerate(places)]
        tab.ask("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    touch("touchStart", (x - 30, y), (x + 30, y))
    for reach in (40, 50, 60):
        touch("touchMove", (x - reach, y), (x + reach, y))
    touch("touchEnd")
    tab.drawn()
    assert state(tab)["zoom"] == pytest.approx(2, abs=0.25)
    before = marbles(tab)[0]["pixel"]["x"]
    touch("touchStart", (x, y))
    touch("touchMove", (x + 15, y))
    touch("touchMove", (x + 30, y))
    touch("touchEnd")
    tab.drawn()
    assert marbles(tab)[0]["pixel"]["x"] == pytest.approx(before + 30, abs=16)
    assert marbles(tab)[0]["pixel"]["x"] != before
    assert state(tab)["zoom"] == pytest.approx(2, abs=0.25)
    assert tab.mistakes() == []


def test_six_maps_stand_in_even_rows(browser: chromium.Browser, tmp_path: Path) -> None:
    path, scene = tmp_path / "six.html", load_scene("local-minimum")
    lanes = tuple(replace(scene.lanes[1], name=f"lane {number}") for number in range(6))
    save_page(replace(scene, lanes=lanes, claims=(None,) * 6), path, ticks=5)
    tab = browser.open(f"{path.as_uri()}#update=5&apart&map", (1280, 720))
    for size in ((1280, 720), (1920, 1080), (960, 600)):
        tab.resize(size)
        tab.drawn()
        rows: dict[float, int] = {}
        for marble in marbles(tab):
            rows[marble["top"]] = rows.get(marble["top"], 0) + 1
        assert len(set(rows.values())) == 1, size
        assert tab.value("document.documentElement.scrollWidth") <= size[0]
        assert tab.mistakes() == []


@pytest.mark.parametrize("size", [(1366, 768), (1280, 720), (1024, 768), (960, 600), (1920, 1080)])
def test_maps_of_a_square_window_leave_the_chart_in_sight(
    browser: chromium.Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    path = tmp_path / "square.html"
    save_page(parse_scene(MONKEY, "square"), path)
    tab = browser.open(f"{path.as_uri()}#update=100&map&apart&language=en", size)
    places = "['chart', 'time'].map((id) => document.getElementById(id).getBoundingClientRect())"
    chart, timeline = tab.value(f"{places}.map(({{ top, bottom }}) => [top, bottom])")
    assert chart[1] <= timeline[0]
    for marble in marbles(tab):
        assert marble["top"] + marble["height"] < chart[0]
        assert marble["width"] == marble["height"] >= 180
    assert tab.mistakes() == []


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_in_a_small_window_the_chart_is_seen_below_maps_that_are_a_little_smaller(
    tab: chromium.Tab, language: str
) -> None:
    tab.resize((960, 600))
    lead(tab, f"update=13&apart&language={language}")
    places = "['chart', 'time'].map((id) => document.getElementById(id).getBoundingClientRect())"
    chart, timeline = tab.value(f"{places}.map(({{ top, bottom }}) => [top, bottom])")
    assert chart[1] <= timeline[0]
    assert all(marble["width"] * marble["height"] >= 178**2 for marble in marbles(tab))


def test_by_another_clock_a_lane_takes_its_own_time(browser: chromium.Browser, tmp_path: Path) -> None:
    path = tmp_path / "epochs.html"
    span = save_page(load_scene("twenty-against-one"), path, "epochs", 200)
    tab = browser.open(f"{path.as_uri()}#update=100&language=en&map")
    for marble, track in zip(marbles(tab), span.race.tracks, strict=True):
        assert marble["update"] == span.timing.updates(marble["lane"], 100)
        assert (marble["x"], marble["y"]) == tuple(track.theta[marble["update"]].tolist())
    assert marbles(tab)[0]["update"] == 5
    assert tab.value("document.getElementById('place').textContent") == "fastest lane's update 100 of 200 by epochs"
    assert tab.mistakes() == []


def test_a_die_leads_to_the_races_of_other_seeds_and_back(browser: chromium.Browser, tmp_path: Path) -> None:
    path, scene = tmp_path / "seeds.html", load_scene("local-minimum")
    save_page(scene, path, ticks=60, seeds=3)
    tracks = [computed(replace(scene, seed=seed), ticks=60).race.tracks for seed in range(3)]
    tab = browser.open(f"{path.as_uri()}#language=en&map&apart")

    def seen(seed: int, update: int) -> None:
        assert state(tab)["seed"] == seed
        assert tab.value("document.getElementById('seed').textContent") == f"seed {seed}"
        for marble, track in zip(marbles(tab), tracks[seed], strict=True):
            assert (marble["x"], marble["y"]) == tuple(track.theta[update].tolist())
        assert np.array(tab.value("window.threeMarbles.numbers(1, 'loss')")).tolist() == tracks[seed][1].loss.tolist()

    tab.press("End")
    seen(0, 60)
    tab.press("n")
    assert state(tab)["playing"]
    assert state(tab)["seen"] < 60  # What is still to come is not told.
    tab.press("End")
    seen(1, 60)
    tab.value("document.getElementById('die').click()")
    tab.press("End")
    seen(2, 60)
    tab.press("N", "Shift")
    tab.press("End")
    seen(1, 60)
    assert state(tab)["address"].startswith("#seed=1&update=60&")
    lead(tab, "seed=2&update=30")
    seen(2, 30)
    lead(tab, "seed=7&update=3")
    assert state(tab)["seed"] == 0
    assert tab.mistakes() == []


def test_odds_are_a_table_in_the_pages_language(browser: chromium.Browser, tab: chromium.Tab, tmp_path: Path) -> None:
    lead(tab, "update=20")
    assert tab.value("document.getElementById('odds').hidden")
    tab.press("j")
    assert not tab.value("document.getElementById('chances').open")
    path, scene = tmp_path / "odds.html", load_scene("local-minimum")
    span = computed(scene, ticks=60)
    work = jobs(scene, 30, 60)
    told = odds(scene, gather(scene, work, {place: job.run() for place, job in enumerate(work)}), 60)
    write_page(path, span, (), told)
    with_odds = browser.open(f"{path.as_uri()}#language=de&update=20")
    with_odds.press("j")
    with_odds.press("j")
    assert not with_odds.value("document.getElementById('chances').open")
    with_odds.press("j")
    assert with_odds.value("document.getElementById('chances').open")
    name = "each.getAttribute('aria-label') ?? each.getAttribute('aria-labelledby')"
    named = f"[...document.querySelectorAll('dialog')].map((each) => {name})"
    assert with_odds.value(named) == [load_theme("light", "de").say("keys"), "sample"]
    cells = "[...document.querySelectorAll('#shares tr')].map((row) => [...row.children].map((cell) => cell.innerText))"
    head, *rows = with_odds.value(cells)
    german = load_theme("light", "de")
    assert head[1:] == list(scene.texts("de").lanes)
    assert rows[0][0] == german.say("escaped")
    assert rows[0][2].startswith(share_texts(told.lanes[1].escaped.estimate)[0])
    assert "30" in with_odds.value("document.getElementById('sample').textContent")
    with_odds.press("Escape")
    assert not with_odds.value("document.getElementById('chances').open")
    assert with_odds.value("document.getElementById('die').hidden")
    assert tab.mistakes() + with_odds.mistakes() == []


def test_the_clock_is_changed_in_the_page(browser: chromium.Browser, tmp_path: Path) -> None:
    path, scene = tmp_path / "clocks.html", load_scene("twenty-against-one")
    span = save_page(scene, path, ticks=160, seeds=2)
    tab = browser.open(f"{path.as_uri()}#update=100&language=en&map&apart")

    def seen(clock: str, tick: int, seed: int = 0) -> None:
        assert (state(tab)["clock"], state(tab)["time"]) == (clock, tick)
        race = span.race if seed == 0 else computed(replace(scene, seed=seed), ticks=160).race
        for lane, marble in enumerate(marbles(tab)):
            update = scene.timing(clock).updates(lane, tick)
            assert marble["update"] == update
            assert (marble["x"], marble["y"]) == tuple(race.tracks[lane].theta[update].tolist())

    seen("updates", 100)
    tab.press("c")
    seen("epochs", 100)
    tab.press("C", "Shift")
    seen("updates", 100)
    tab.press("C", "Shift")
    tab.press("c")
    tab.press("c")
    seen("epochs", 100)
    assert tab.value("document.getElementById('place').textContent") == "fastest lane's update 100 of 160 by epochs"
    assert tab.value("document.getElementById('clock').value") == "epochs"
    assert "clock=epochs&update=100" in state(tab)["address"]
    tab.press("n")
    tab.press("End")
    seen("epochs", 160, seed=1)
    pins = tab.value("[...document.querySelectorAll('.pin')].map((pin) => parseFloat(pin.style.left))")
    width = tab.value("document.getElementById('chart').clientWidth")
    assert all(0 <= left <= width for left in pins)
    tab.press("N", "Shift")
    lead(tab, "clock=updates&update=30")
    seen("updates", 30)
    assert tab.mistakes() == []


def test_nothing_is_requested_and_nothing_could_be(browser: chromium.Browser, address: str) -> None:
    tab = browser.open(f"{address}#update=57")
    tab.press("End")
    assert tab.requests() == [address]
    blocked = """new Promise((done) => {
      addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
      TRY;
    })"""
    for attempt, directive in (
        ("new Image().src = 'http://127.0.0.1:9/x.png'", "img-src"),
        ("fetch('http://127.0.0.1:9/').catch(() => {})", "connect-src"),
        (
            "const made = document.createElement('script'); made.textContent = 'window.bad = 1';"
            "document.body.append(made)",
            "script-src-elem",
        ),
    ):
        assert tab.value(blocked.replace("TRY", attempt)) == directive
    assert tab.value("window.bad") is None


NOTEBOOK = """<!DOCTYPE html><meta charset="utf-8"><body style="margin: 0">
<div style="width: 900px">{frame}</div><script>window.threeMarbles = {{}}; window.name = "outside";</script>"""


def test_a_race_in_a_notebook_plays_within_its_frame(browser: chromium.Browser, tmp_path: Path) -> None:
    race = tm.race("local-minimum", seed=2, updates=90)
    path = tmp_path / "notebook.html"
    path.write_text(NOTEBOOK.format(frame=race._repr_html_()), encoding="utf-8")
    tab = browser.open(path.as_uri(), (1000, 800))
    inside = tab.within()
    inside.wait("window.threeMarbles !== undefined && innerWidth === 900")
    inside.wait("window.threeMarbles.marbles().length === 3 && window.threeMarbles.marbles()[0].width > 220")
    assert not inside.value("window.threeMarbles.state().together")  # However small it was at first.
    assert inside.value("document.getElementById('title').textContent") == "Local minimum"
    assert inside.value("document.documentElement.scrollHeight") <= 740
    assert inside.value("document.documentElement.scrollWidth") <= 900
    inside.value("document.getElementById('play').click()")
    inside.wait("window.threeMarbles.state().time > 3")
    inside.value("document.getElementById('last').click()")
    inside.wait("window.threeMarbles.state().time === 90")
    inside.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = sorted(inside.value("window.threeMarbles.marbles()"), key=lambda marble: int(marble["lane"]))
    assert [(each["x"], each["y"]) for each in found] == [tuple(marble.theta[90].tolist()) for marble in race]
    assert inside.value("document.getElementById('copy').hidden")  # It has no address.
    assert "run it again where it was made" in inside.value("document.getElementById('cannot').textContent")
    reach = "(() => { try { return window.parent.name; } catch (error) { return error.name; } })()"
    assert inside.value(reach) == "SecurityError"  # It sees nothing of the notebook.
    assert tab.mistakes() == []


HOSTILE = """
title = "</script><img src=x onerror=alert(1)><!--"
look = "<b>{verdict} &amp; ]]></style>"
updates = 30
start = [-2.0, 1.0]
surface = { kind = "quadratic" }
examples = { kind = "tilted", sigma = 0.1 }
[lane."<svg onload=alert(2)>"]
rule = "momentum"
batch_size = "full"
[[caption]]
on = "start"
text = "<script>alert(3)</script>{{script}}"
"""


def test_what_a_hostile_scene_says_stays_text(browser: chromium.Browser, tmp_path: Path) -> None:
    path = tmp_path / ("\udcdc.html" if sys.platform == "linux" else "hostile.html")  # A name that is no UTF-8.
    save_page(parse_scene(HOSTILE, "hostile"), path)
    tab = browser.open(f"{path.as_uri()}#update=0")
    assert tab.value("document.getElementById('title').textContent") == "</script><img src=x onerror=alert(1)><!--"
    assert tab.value("document.querySelector('.name').textContent") == "<svg onload=alert(2)>"
    assert tab.value("document.getElementById('caption').textContent") == "<script>alert(3)</script>{{script}}"
    assert tab.value("document.querySelectorAll('img, svg, b').length") == 0
    tab.resize((1024, 700))
    edges = "document.getElementById('title').getBoundingClientRect().right,"
    edges += "document.getElementById('looks').getBoundingClientRect().left,document.documentElement.scrollWidth"
    tab.drawn()
    title, buttons, width = tab.value(f"document.getElementById('title').textContent = '{'Long' * 60}', [{edges}]")
    assert title <= buttons < width <= 1024  # However long, a title lies under no button.
    assert tab.value("document.scripts.length") == 2
    assert tab.mistakes() == []


def test_a_damaged_page_says_so(browser: chromium.Browser, saved: tuple[Path, Span], tmp_path: Path) -> None:
    whole = saved[0].read_text(encoding="utf-8")
    middle = whole.index('"theta"') + 5000
    tab = browser.open("about:blank", script=False)
    for name, damaged in (("cut", whole[:middle]), ("wrapped", f"{whole[:middle]}\n{whole[middle:]}")):
        path = tmp_path / f"{name}.html"
        path.write_text(damaged, encoding="utf-8")
        tab.ask("Page.navigate", url=path.as_uri())
        tab.wait(f"document.readyState === 'complete' && location.pathname.endsWith('/{name}.html')")
        told = "document.querySelector('#damaged').innerText"
        assert tab.value(told) == ""  # Not while a page may still be on its way.
        tab.value("document.getAnimations().forEach((each) => each.finish())")
        for words in ("was damaged on the way", "unterwegs beschädigt", "损坏", "three-marbles FILE"):
            assert words in tab.value(told)


def test_numbers_of_the_page_are_those_of_the_race(tab: chromium.Tab, saved: tuple[Path, Span]) -> None:
    for lane, track in enumerate(saved[1].race.tracks):
        for name, column in (("theta", track.theta), ("loss", track.loss), ("test", track.test_loss)):
            found = tab.value(f"window.threeMarbles.numbers({lane}, '{name}')")
            assert np.array_equal(np.array(found), column[:401].reshape(-1))


@pytest.mark.parametrize("size", [USUAL_SIZE, (390, 844)])
def test_it_prints_as_a_still_in_light_colours(tab: chromium.Tab, size: tuple[int, int]) -> None:
    tab.resize(size)
    tab.wait(f"innerWidth === {size[0]}")
    lead(tab, "update=57&theme=dark&apart&map&language=en")
    before = marbles(tab)
    tab.value("dispatchEvent(new Event('beforeprint'))")
    assert state(tab)["theme"] == "light"
    tab.ask("Emulation.setEmulatedMedia", media="print")
    tab.resize((718, 1032))  # An upright A4 between its margins.
    shown = "['play', 'time', 'place'].map((id) => document.getElementById(id).getClientRects().length > 0)"
    assert tab.value(shown) == [False, False, True]
    assert tab.value("document.getElementById('place').innerText") == "update 57 of 400"
    assert tab.value("document.documentElement.scrollHeight") <= 1032
    areas = [(each["left"], each["top"], each["width"], each["height"]) for each in marbles(tab)]
    assert all(left >= 0 and left + width <= 718 for left, _, width, _ in areas)
    for (left, top, width, _), (right, beside, *_) in itertools.pairwise(areas):
        assert (beside, right >= left + width) == (top, True)
    tab.value("dispatchEvent(new Event('afterprint'))")
    tab.ask("Emulation.setEmulatedMedia", media="screen")
    tab.resize(size)
    tab.wait("window.threeMarbles.state().theme === 'dark'")
    tab.wait(f"window.threeMarbles.marbles()[0].width === {before[0]['width']}")
