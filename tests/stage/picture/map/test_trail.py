"""The way a marble came, where land stands before a part of it, or it has left the land."""

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pygame
import pytest
from recording_canvas import RecordingCanvas

from sim.scene import load_scene
from sim.stage.drawing.camera import Camera, Pose
from sim.stage.drawing.canvas import Backdrop
from sim.stage.drawing.screen import Screen
from sim.stage.picture.map.site import Map, camera_on, site_of
from sim.stage.picture.map.trail import BLOCK, MOST, Trail, crossings, fading
from sim.stage.style.theme import load_theme
from sim.surface.points import Array, Mask
from sim.surface.protocol import Window

SCENE = load_scene("local-minimum")
COVERS = ((0.0, 0.0), (0.5, 1.2), (-9.0, 9.0))
TONES = fading((0, 110, 200), load_theme("light"))


@dataclass(frozen=True)
class Screened:
    """A map of which some of the plane is taken to be covered, or to lie beside the land."""

    plain: Map
    covered: tuple[float, float] = (0.0, 0.0)
    """Between which x,"""
    gone: tuple[float, float] = (0.0, 0.0)
    """and the same for what lies beside."""

    @property
    def camera(self) -> Camera:
        return self.plain.camera

    def project(self, points: Array) -> Array:
        return self.plain.project(points)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        return self.plain.pixel(x, y)

    def hides(self, x: float, y: float) -> bool:
        return bool(self.hidden(np.array([x, y])))

    def vector(self, vectors: Array, at: Array) -> Array:
        return self.plain.vector(vectors, at)

    def front(self, across: Array) -> Array:
        return self.plain.front(across)

    def back(self, across: Array) -> Array:
        return self.plain.back(across)

    def under(self, pixels: Array) -> Array:
        return self.plain.under(pixels)

    def hidden(self, points: Array) -> Mask:
        low, high = self.covered
        return np.asarray(((low < points[..., 0]) & (points[..., 0] < high)) | self.beside(points))

    def beside(self, points: Array) -> Mask:
        low, high = self.gone
        return np.asarray((low < points[..., 0]) & (points[..., 0] < high))


def drawn(covered: tuple[float, float] = (0.0, 0.0), gone: tuple[float, float] = (0.0, 0.0)) -> list[str]:
    """The lines and dots of momentum's way after 40 updates."""
    running = SCENE.race()
    running.extend(60)
    site = Screened(Map(Camera(SCENE.window, 900, 540)), covered, gone)
    trail, canvas = Trail(running.tracks[2], site, TONES, 1.0), RecordingCanvas((900, 540))
    trail.draw_last(canvas, (0, 0), trail.stretch(40))
    return [line.strip() for line in canvas.lines if line.strip().startswith(("line", "dots"))]


def colors(lines: list[str], verb: str) -> list[str]:
    return [next(word for word in line.split() if word.startswith("#")) for line in lines if line.startswith(verb)]


def test_what_hides_a_part_changes_no_tone_of_the_rest() -> None:
    whole, part = drawn(), drawn(covered=(0.5, 1.2))
    assert len(set(colors(whole, "line"))) > 3  # It fades like a comet's tail,
    assert set(colors(part, "line")) == set(colors(whole, "line"))
    assert colors(part, "line")[-1] == colors(whole, "line")[-1]
    assert set(colors(part, "dots")) <= set(colors(whole, "dots"))


def test_behind_land_a_way_is_thin_and_has_no_dots() -> None:
    whole, part = drawn(), drawn(covered=(-9.0, 9.0))
    assert {line.rsplit("width ", 1)[1] for line in part} == {"1"}
    assert not colors(part, "dots")
    assert colors(whole, "dots")


def test_beside_the_land_there_is_nothing() -> None:
    assert drawn(gone=(-9.0, 9.0)) == []
    assert len(drawn(gone=(0.5, 1.2))) > 0


@pytest.mark.parametrize("update", [3, 40])
def test_the_way_ends_at_the_marble(update: int) -> None:
    running = SCENE.race()
    running.extend(60)
    site = Map(Camera(SCENE.window, 900, 540))
    stretch = Trail(running.tracks[2], site, TONES, 1.0).stretch(update)
    np.testing.assert_allclose(stretch.marble, site.project(running.tracks[2].theta[update]))


def test_of_a_marble_that_is_thrown_out_the_movements_past_the_map_are_pale() -> None:
    running = load_scene("learning-rate-ladder").race()
    running.extend(40)
    track = running.tracks[3]
    camera = Camera(running.problem.window, 900, 540)
    inside = (np.abs(camera.project(track.theta[:41]) - (450, 270)) <= (450, 270)).all(axis=1)
    assert inside.tolist() == [True] * 2 + [False] * 39  # Once it is out it is never seen again.
    trail, canvas = Trail(track, Map(camera), TONES, 1.0), RecordingCanvas((900, 540))
    trail.draw_last(canvas, (0, 0), trail.stretch(40))
    passing = "#{:02x}{:02x}{:02x}".format(*TONES.passing)
    lines = [line for line in map(str.strip, canvas.lines) if line.startswith("line")]
    assert [passing in line for line in lines] == [False] * 2 + [True] * (len(lines) - 2)
    assert len(lines) > 2


def test_a_way_that_is_seen_lies_on_a_light_line_that_is_wider() -> None:
    """Below all of its tones; none where land hides it."""
    casing = "#{:02x}{:02x}{:02x}".format(*TONES.casing)
    whole, part, hidden = ([line for line in drawn(covered) if line.startswith("line")] for covered in COVERS)
    assert [casing in line for line in whole] == [True] + [False] * (len(whole) - 1)
    assert {line.rsplit("width ", 1)[-1] for line in whole[:1]} == {"4"}
    parts = [casing in line for line in part]
    assert sum(parts) >= 2  # On either side of what hides it.
    assert parts == sorted(parts, reverse=True)
    assert not any(casing in line for line in hidden)


def test_of_movements_past_the_map_that_lie_close_together_only_some_are_drawn() -> None:
    running = load_scene("ravine").race()
    running.extend(200)
    track, camera = running.tracks[1], Camera(running.problem.window, 900, 540)
    across = camera.project(track.theta)[:, 0]
    trail, canvas = Trail(track, Map(camera), TONES, 1.0), RecordingCanvas((900, 540))
    trail.draw_whole(canvas, (0, 0), trail.stretch(200))
    passing = "#{:02x}{:02x}{:02x}".format(*TONES.passing)
    drawn = [line for line in canvas.lines if passing in line and line.strip().startswith("line")]
    assert np.ptp(across[100:200]) < 9  # A hundred of them lie within the width of two,
    assert 10 < len(drawn) <= np.ptp(across[20:]) / 5 + 2  # and few of them are drawn.


def test_a_way_that_leaves_land_is_drawn_as_far_as_it_lies_there() -> None:
    scene = load_scene("learning-rate-ladder")
    running = scene.race()
    running.extend(30)
    camera = camera_on(scene.problem(), scene.window, (400, 340), Pose(-16, 44))
    site = site_of(scene.problem(), camera, load_theme("light"))
    track, window = running.tracks[3], camera.window
    left = int(np.flatnonzero(site.beside(track.theta))[0])  # The first update after which it is beside the land.
    trail, canvas = Trail(track, site, TONES, 1.0), RecordingCanvas((400, 340))
    trail.draw_last(canvas, (0, 0), trail.stretch(left))
    lines = [line for line in canvas.lines if line.strip().startswith("line")]
    (share,) = crossings(window, track.theta[left - 1].tolist(), track.theta[left].tolist())
    edge = track.theta[left - 1] + share * (track.theta[left] - track.theta[left - 1])
    x, y = site.project(edge).tolist()
    assert 0 < share < 1
    assert any(f"{x:.1f}".removesuffix(".0") in line and f"{y:.1f}".removesuffix(".0") in line for line in lines)
    dots = "".join(line for line in canvas.lines if line.strip().startswith("dots"))
    assert f"{x:.1f}".removesuffix(".0") not in dots


@dataclass
class Way:
    """Places, an update after another."""

    theta: Array
    """(n, 2)."""

    @property
    def updates(self) -> int:
        return len(self.theta) - 1


PIXELS = Map(Camera(Window(0.0, 900.0, 0.0, 540.0), 900, 540))
"""A map of which each pixel is as wide as one of the plane."""
STRAIGHT = np.stack([np.linspace(50, 850, 300), np.full(300, 100.0)], axis=1)
RESTLESS = np.random.default_rng(0).uniform((400, 300), (500, 400), (300, 2))
OUTSIDE = np.add(RESTLESS, (0, 540))
BACKDROP = Backdrop(lambda _: None, (), (900, 540))


def widths(way: Array, since: int = 0) -> list[str]:
    """Of the lines of the older part of a way, the casing's too, how wide they are, with so many pictures before it."""
    trail, canvas = Trail(Way(way), PIXELS, TONES, 1.0), RecordingCanvas((900, 540))  # type: ignore[arg-type]
    for last in range(max(1, len(way) - since), len(way)):
        trail.draw_past(canvas, BACKDROP, (0, 0), trail.stretch(last), moves=True)
    canvas.lines.clear()
    trail.draw_past(canvas, BACKDROP, (0, 0), trail.stretch(len(way) - 1), moves=True)
    return [line.rsplit(" ", 1)[-1] for line in canvas.lines if line.strip().startswith("line")]


def test_what_is_older_is_thin_where_the_way_would_hide_the_land() -> None:
    assert widths(STRAIGHT) == ["4", "2"]  # A casing, and the line.
    assert widths(RESTLESS)[-1] == "1"
    assert "4" in widths(np.concatenate([STRAIGHT, RESTLESS]))
    assert widths(np.concatenate([RESTLESS, STRAIGHT]))[-1] == "2"
    assert "1" not in widths(np.concatenate([STRAIGHT, STRAIGHT[::-1]] * 3))  # Hides no more than once.


@pytest.mark.parametrize("updates", [1_000, 8_000])
def test_however_long_a_way_is_land_is_seen_between_its_lines(updates: int) -> None:
    way = np.random.default_rng(1).normal((450, 270), 60, (updates, 2))
    trail, screen = Trail(Way(way), PIXELS, TONES, 1.0), Screen(pygame.Surface((900, 540), depth=32))  # type: ignore[arg-type]
    trail.draw_past(screen, BACKDROP, (0, 0), trail.stretch(updates - 1))
    pixels = pygame.surfarray.array3d(screen.surface)[400:500, 220:320]
    assert 0.2 < np.mean((pixels == 0).all(axis=-1)) < 0.8


@pytest.mark.parametrize("like", [False, True], ids=["at rest", "that moves"])
@pytest.mark.parametrize("wide", [10, 40], ids=["so narrow that all lines in it are wide", "wide"])
def test_the_way_to_a_crowd_is_seen_however_long_the_crowd_lasts(wide: int, like: bool) -> None:
    """And no line is drawn across what is left out: all that are long enough for that are of the way there."""
    crowd = np.random.default_rng(0).uniform((800, 300), (800 + wide, 300 + wide), (4 * MOST, 2))
    track: Any = Way(np.concatenate([STRAIGHT, crowd]))
    rest, last, canvas = Trail(track, PIXELS, TONES, 1.0), track.updates, RecordingCanvas((900, 540))
    before = rest.stretch(last).start - BLOCK
    trail = Trail(track, PIXELS, TONES, 1.0, lasting=False, like=rest, before=before) if like else rest
    trail.draw_past(canvas, BACKDROP, (0, 0), trail.stretch(last), moves=True)
    ways = [line.split()[1:] for line in canvas.lines if line.strip().startswith("line")]
    assert [way[0] for way in ways if "width" in way].count("50,440") == 2  # A casing, and the line.
    assert len(ways) < MOST
    for way in (way for way in ways if way[0] != "50,440"):
        assert all(float(place.split(",")[0]) >= 799 for place in way if re.fullmatch(r"[\d.]+,[\d.]+", place))


def test_the_way_out_of_a_crowd_is_seen_from_the_next_one() -> None:
    """As that of a marble which rattles for long, escapes, and rattles on in another dip."""
    generator = np.random.default_rng(0)
    crowds = [generator.uniform((x, 300), (x + 10, 310), (2 * MOST, 2)) for x in (100, 700)]
    over = np.linspace((110.0, 305.0), (700.0, 305.0), 30)
    track: Any = Way(np.concatenate([crowds[0], over, crowds[1]]))
    trail, screen = Trail(track, PIXELS, TONES, 1.0), Screen(pygame.Surface((900, 540), depth=32))
    trail.draw_past(screen, BACKDROP, (0, 0), trail.stretch(track.updates), moves=True)
    assert pygame.surfarray.array3d(screen.surface)[110:700, 540 - 305].any(axis=-1).all()


def test_on_land_that_moves_steps_that_are_too_short_to_be_drawn_one_by_one_leave_no_gaps() -> None:
    track: Any = Way(np.stack([np.linspace(100.0, 800.0, 1400), np.full(1400, 300.0)], axis=1))
    rest = Trail(track, PIXELS, TONES, 1.0)
    stretch = rest.stretch(track.updates)
    before, screen = stretch.start - BLOCK, Screen(pygame.Surface((900, 540), depth=32))
    moving = Trail(track, PIXELS, TONES, 1.0, lasting=False, like=rest, before=before)
    moving.draw_past(screen, BACKDROP, (0, 0), moving.stretch(track.updates), moves=True)
    end = round(rest.stretch(rest.drawn_before(before)[-1]).marble[0])
    assert end > 200
    assert pygame.surfarray.array3d(screen.surface)[100:end, 540 - 300].any(axis=-1).all()


def test_one_movement_out_of_a_crowd_is_wide() -> None:
    out = np.concatenate([RESTLESS[:80], [[450.0, 50.0]], RESTLESS[80:]])
    assert [widths(way).count("2") > widths(RESTLESS).count("2") for way in (RESTLESS, out)] == [False, True]


def test_on_land_that_moves_a_way_is_thin_where_it_is_on_land_at_rest() -> None:
    """Not where that would be thin by itself: it would flicker as the land moves."""
    track: Any = Way(RESTLESS)
    rest, far = Trail(track, PIXELS, TONES, 1.0), Map(Camera(Window(0.0, 90_000.0, 0.0, 54_000.0), 900, 540))
    moving = Trail(track, PIXELS, TONES, 1.0, lasting=False, like=rest)
    spread = Trail(track, PIXELS, TONES, 1.0, lasting=False, like=Trail(track, far, TONES, 1.0))
    for trail, thin in ((rest, True), (moving, True), (spread, False)):
        canvas = RecordingCanvas((900, 540))
        trail.draw_past(canvas, BACKDROP, (0, 0), trail.stretch(299), moves=True)
        assert any(line.endswith("width 1") for line in canvas.lines) == thin


def test_what_is_not_seen_hides_nothing() -> None:
    assert set(widths(np.concatenate([STRAIGHT, OUTSIDE]))) >= {"4", "2"}
    assert widths(np.concatenate([OUTSIDE, STRAIGHT]))[-1] == "2"


@pytest.mark.parametrize("way", [STRAIGHT, RESTLESS, np.concatenate([STRAIGHT, RESTLESS])])
def test_how_wide_a_way_is_does_not_depend_on_what_was_drawn_before(way: Array) -> None:
    assert widths(way, since=200) == widths(way)


@pytest.mark.parametrize(
    ("start", "end", "shares"),
    [
        ((0.5, 0.5), (0.6, 0.7), []),
        ((0.5, 0.5), (2.5, 0.5), [0.25]),
        ((-1.0, 0.5), (3.0, 0.5), [0.25, 0.5]),
        ((-1.0, 2.0), (3.0, 2.0), []),
        ((-1.0, 0.5), (0.0, 3.0), []),
        ((0.5, 0.5), (math.inf, 0.5), []),
    ],
)
def test_where_a_movement_crosses_the_edge_of_a_window(
    start: tuple[float, float], end: tuple[float, float], shares: list[float]
) -> None:
    assert crossings(Window(0.0, 1.0, 0.0, 1.0), start, end) == pytest.approx(shares)
