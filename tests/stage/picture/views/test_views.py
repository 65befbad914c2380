"""Views: each draws in its own place, the same however one came to the moment, and its numbers are right."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from pictures import unseen
from pygame import Rect
from recording_canvas import RecordingCanvas
from recordings import section
from runs import alone

from sim.base.limits import THEMES
from sim.descent.examples.batches import Draw
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.nesterov import Nesterov
from sim.descent.rules.protocol import Rule
from sim.scene import Scene, load_scene, parse_scene
from sim.stage.drawing.camera import FLAT, Camera, Pose
from sim.stage.drawing.canvas import Pixel
from sim.stage.drawing.screen import Screen
from sim.stage.picture.map.batch import batch_heights
from sim.stage.picture.map.minima import EXAMPLES, example_minima, moved_minima
from sim.stage.picture.map.site import Map
from sim.stage.picture.panel.course import course_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views import VIEWS, Layer, ViewContext, draw_views
from sim.stage.picture.views.arrows import step_and_movement
from sim.stage.picture.views.batch_strip import COMING, USED, WAITING, columns, states
from sim.stage.picture.views.gradients import CIRCLE, band, draw_band
from sim.stage.picture.views.ground.basins import basin_grid
from sim.stage.picture.views.labels.labels import draw_labels
from sim.stage.picture.views.labels.places import marked_places
from sim.stage.picture.views.momentum import next_movement, past_pushes, weights
from sim.stage.picture.views.words.stretch import marble_place
from sim.stage.session.bindings import keys
from sim.stage.session.session import Session, begin
from sim.stage.session.tour import GoToStep
from sim.stage.session.view import ToggleView
from sim.stage.style.color import Color
from sim.stage.style.theme import load_theme
from sim.stage.style.tints import basin_color
from sim.stage.views import CAPTIONED, ViewName
from sim.surface.critical.point import CriticalKind
from sim.surface.points import norm

ALL = frozenset(VIEWS)
SIZE = (800, 500)

LANES = """
title = "Lanes"
look = "x"
updates = 60
start = [1.0, 1.0]
[surface]
kind = "quadratic"
[examples]
kind = "tilted"
sigma = {sigma}
"""
LANE = '[lane."{name}"]\nrule = "{rule}"\nlearning_rate = {rate}\nbatch_size = {size}\n'
RULES = ("gradient descent", "momentum", "nesterov", "adam", "rmsprop", "adagrad")


def lanes(count: int, sigma: float, rate: float = 0.05) -> Scene:
    """A scene with so many lanes, of different rules and batch sizes."""
    text = LANES.format(sigma=sigma)
    for number in range(count):
        text += LANE.format(name=f"lane {number}", rule=RULES[number], rate=rate, size=[1, 7, '"full"'][number % 3])
    return parse_scene(text, "lanes")


def picture(
    scene: Scene, running: Race, updates: list[int], views: frozenset[ViewName], theme: str = "light"
) -> np.ndarray:
    """The picture of the last of the updates, after all of them have been drawn upon each other."""
    running.extend(max(updates) + 1)
    target, before = pygame.Surface(SIZE, depth=32), None
    for update in updates:
        session = replace(begin(scene, theme), playing=False, progress=float(update), views=views)
        now = snapshot_of(session, running)
        draw(Screen(target), now, before)
        before = now
    return pygame.surfarray.array3d(target)


def contexts(running: Race, update: int, theme: str = "light") -> list[ViewContext]:
    """The looks of all lanes, each on a map of its own."""
    area = pygame.Rect(40, 30, 400, 300)
    camera = Camera(running.problem.window, *area.size)
    ends = [min(update, track.updates) for track in running.tracks]
    strip = pygame.Rect(40, 340, 380, 9)
    return [
        ViewContext(running, i, end, Map(camera), area, strip, load_theme(theme), 15, ALL) for i, end in enumerate(ends)
    ]


@pytest.mark.parametrize("scene", ["learning-rate-ladder", "local-minimum", "adaptive-rules", "ravine"])
def test_no_arrow_of_a_movement_ends_before_the_movement_does(scene: str) -> None:
    running = load_scene(scene).race()
    running.extend(8)
    for update in range(8):
        for context in contexts(running, update):
            step, movement = step_and_movement(context)
            assert movement is not None
            whole = math.hypot(*context.vector(context.track.movement[update]))
            if not movement.goes_on:
                assert math.dist(context.center, movement.tip) >= 0.99 * whole
            if step is not None:
                longest = max(0.4 * context.area.height, math.dist(context.center, movement.tip), 28 * context.stroke)
                assert math.dist(context.center, step.tip) <= 1.01 * longest


@pytest.mark.parametrize("scene", ["local-minimum", "himmelblau"])
def test_a_view_changes_its_own_place_and_nothing_else(scene: str) -> None:
    opened = load_scene(scene)
    running = opened.race()
    plain = picture(opened, running, [25], frozenset())
    for name, view in VIEWS.items():
        changed = (plain != picture(opened, running, [25], frozenset({name}))).any(axis=-1)
        assert changed.any(), name
        for place in setting(begin(opened), SIZE).places.panels:
            area = place.strip if view.layer is Layer.STRIP else place.map
            changed[area.left : area.right, area.top : area.bottom] = False
        assert not changed.any(), name


@pytest.mark.parametrize("name", ["local-minimum", "learning-rate-ladder"])
def test_the_way_to_a_moment_leaves_no_traces(name: str) -> None:
    scene = load_scene(name)
    at_once, forward, back = (
        picture(scene, unseen(scene, 61), updates, ALL) for updates in ([40], [0, 1, 39, 40], [60, 41, 40])
    )
    assert np.array_equal(forward, at_once)
    assert np.array_equal(back, at_once)


def test_every_view_that_has_a_name_is_in_the_menu_in_the_same_order() -> None:
    assert list(VIEWS) == list(ViewName)
    assert len({view.label for view in VIEWS.values()}) == len(ViewName)


def test_no_two_views_have_their_sentences_in_one_row() -> None:
    assert [view.on_map.row for view in CAPTIONED] == [*range(1, len(CAPTIONED) + 1)]


def test_views_that_are_hidden_again_leave_no_traces() -> None:
    scene = load_scene("sharp-and-flat")
    running = scene.race()
    running.extend(101)
    target = pygame.Surface(SIZE, depth=32)
    plain = picture(scene, running, [100], frozenset())
    before = None
    for views in (frozenset[ViewName](), ALL, frozenset({ViewName.BASINS}), frozenset[ViewName]()):
        now = snapshot_of(replace(begin(scene), playing=False, progress=100.0, views=views), running)
        draw(Screen(target), now, before)
        before = now
    assert np.array_equal(pygame.surfarray.array3d(target), plain)


@pytest.mark.parametrize(
    ("name", "theme"),
    [("ravine", "light"), ("learning-rate-ladder", "dark"), ("thousand-examples", "light"), ("batch-ladder", "dark")],
)
def test_all_views_draw_a_scene_from_start_to_end(name: str, theme: str) -> None:
    """A map, a lane that diverges, many examples, and moving ground."""
    scene = load_scene(name)
    running = race(scene)
    for update in (0, scene.updates):
        views, plain = (picture(scene, running, [update], chosen, theme) for chosen in (ALL, frozenset[ViewName]()))
        assert np.mean(views != plain) > 0.01


@pytest.mark.parametrize(
    ("count", "sigma", "rate"),
    [(1, 0.4, 1e3), (4, 0.0, 0.05), (6, 0.4, 1e3), (6, 0.0, 1e200)],
)
def test_any_lanes_can_be_drawn_also_when_they_diverge_or_overflow(count: int, sigma: float, rate: float) -> None:
    scene = lanes(count, sigma, min(rate, 1e6))
    running = scene.race()
    if rate > 1e6:
        running = Race(scene.problem(), [Lane("", Momentum(rate), 1) for _ in range(count)], scene.start, 0)
    for update in (0, 60):
        assert picture(scene, running, [update], ALL).any()
    overflowed = [track for track in running.tracks if track.overflow is not None]
    assert bool(overflowed) == (rate > 1e6)


@pytest.mark.parametrize("layer", Layer)
def test_where_there_is_no_room_for_the_strip_all_but_the_strip_is_drawn(layer: Layer) -> None:
    scene = lanes(2, 0.4)
    running = scene.race()
    running.extend(10)
    target = pygame.Surface((500, 400), depth=32)
    for context in contexts(running, 5):
        draw_views(Screen(target), replace(context, strip=pygame.Rect(40, 340, 380, 0)), layer)
    assert pygame.surfarray.array3d(target).any() == (layer is not Layer.STRIP)


def test_every_view_has_a_key_a_name_and_a_sentence() -> None:
    shown = [key.does.name for key in keys() if isinstance(key.does, ToggleView)]
    assert sorted(shown) == sorted(VIEWS)
    for view in VIEWS.values():
        assert view.label
        assert view.tip.endswith(".")


@pytest.mark.parametrize(
    "rule",
    [GradientDescent(0.1), Momentum(0.1, 0.9), Momentum(0.1, 0.0), Nesterov(0.1, 0.9), Nesterov(0.1, 0.0)],
)
def test_the_sum_is_the_movement_of_the_track(rule: Rule[Any]) -> None:
    problem = load_scene("local-minimum").problem()
    track = alone(problem, Lane("", rule, 3), (-1.0, 0.5), 4, 30)
    for update in range(30):
        parts = next_movement(track, update)
        assert parts is not None
        assert np.allclose(parts.movement, track.movement[update], rtol=1e-9, atol=1e-14)
        if isinstance(rule, Momentum) and update:
            assert np.array_equal(parts.carried, rule.decay * track.movement[update - 1])


def test_other_rules_have_no_such_sum() -> None:
    track = alone(load_scene("local-minimum").problem(), Lane("", Adam(0.1), 3), (-1.0, 0.5), 4, 2)
    assert next_movement(track, 1) is None


def test_the_weights_of_past_gradients_make_the_movement() -> None:
    rate, decay = 0.1, 0.5
    track = alone(load_scene("local-minimum").problem(), Lane("", Momentum(rate, decay), 3), (-1.0, 0.5), 4, 20)
    assert weights(decay, 0) == [1.0]
    powers = np.array([decay**k for k in range(13)])
    unrolled = -rate * np.sum(powers[:, None] * track.gradient[12::-1], axis=0)
    assert np.allclose(unrolled, track.movement[12])
    assert np.allclose(weights(decay, 12), powers[: len(weights(decay, 12))])


@pytest.mark.parametrize(("count", "size"), [(20, 1), (20, 7), (20, 20), (20, 50), (1000, 10)])
def test_the_strip_shows_the_batches_of_the_track(count: int, size: int) -> None:
    scene = load_scene("thousand-examples" if count == 1000 else "local-minimum")
    track = alone(scene.problem(), Lane("", GradientDescent(0.1), size), scene.start, 3)
    rounds = Draw(size).updates_per_epoch(count)
    seen: set[int] = set()
    for update in range(2 * rounds):
        if update % rounds == 0:
            seen = set()
        found = states(count, Draw(size), 3, update)
        assert np.array_equal(np.flatnonzero(found == COMING), track.batch(update))
        assert set(np.flatnonzero(found == USED).tolist()) == seen
        seen |= set(track.batch(update).tolist())
    assert len(seen) == count
    if size < count:
        assert not np.array_equal(states(count, Draw(size), 3, 0), states(count, Draw(size), 3, rounds))
        assert (states(count, Draw(size), 3, rounds) != WAITING).sum() == min(size, count)


def test_cells_have_gaps_if_wide_and_are_averaged_if_many() -> None:
    cells = np.array([[0.0, 0, 0], [10, 10, 10]])
    assert columns(cells, 8, np.full(3, 5.0))[:, 0].tolist() == [0, 0, 0, 5, 10, 10, 10, 10]
    assert columns(np.repeat(cells, 4, axis=0), 2, np.zeros(3))[:, 0].tolist() == [0, 10]
    assert columns(np.tile(cells, (4, 1)), 2, np.zeros(3))[:, 0].tolist() == [5, 5]


@pytest.mark.parametrize("name", ["local-minimum", "himmelblau", "two-weights"])
def test_the_batch_s_surface_is_its_loss(name: str) -> None:
    problem = load_scene(name).problem()
    camera, batch = Camera(problem.window, 300, 200), np.array([2, 11])
    heights = batch_heights(problem, camera, batch, 72)
    rows, columns = heights.shape
    exact = problem.train.value(camera.view.grid(columns, rows), batch)
    assert np.mean(np.abs(heights - exact)) < 0.005 * np.mean(np.abs(exact - exact.mean()))


def test_the_batch_s_surface_has_no_creases() -> None:
    """Along straight lines between coarse nodes its slopes would jump, and show where it is lit."""
    problem = load_scene("local-minimum").problem()
    camera, batch = Camera(problem.window, 700, 420), np.array([7])
    heights = batch_heights(problem, camera, batch, 128)
    exact = problem.train.value(camera.view.grid(*heights.shape[::-1]), batch)
    for axis in (0, 1):
        bends, expected = (np.diff(grid, 2, axis=axis) for grid in (heights, exact))
        assert np.abs(bends - expected).max() < 0.35 * np.abs(expected).max()


def test_minima_of_a_moved_surface_have_moved_with_it() -> None:
    problem = load_scene("local-minimum").problem()
    for loss, batch in ((problem.test, None), (problem.train, np.arange(0, 20, 2))):
        found = moved_minima(problem, loss, batch)
        assert len(found)
        assert norm(loss.gradient(found, batch)).max() < 1e-6
    still = moved_minima(problem, problem.train)
    assert np.allclose(still, [minimum.position for minimum in problem.minima], atol=1e-9)


def test_minima_of_single_examples_are_those_of_each_one_s_own_loss() -> None:
    problem = load_scene("thousand-examples").problem()
    for block in (0, problem.train.count // EXAMPLES):
        examples = range(block * EXAMPLES, min((block + 1) * EXAMPLES, problem.train.count))
        for example, found in zip(examples, example_minima(problem, block), strict=True):
            alone = moved_minima(problem, problem.train, np.array([example]))
            assert found.shape == alone.shape
            assert np.allclose(found, alone, atol=1e-6)


@pytest.mark.parametrize("name", ["local-minimum", "himmelblau", "muller-brown", "egg-box"])
def test_tints_follow_the_basins(name: str) -> None:
    problem: Problem = load_scene(name).problem()
    camera = Camera(problem.window, 240, 180)
    labels = basin_grid(problem, camera)
    rows, columns = labels.shape
    pixels = np.stack(
        np.meshgrid((np.arange(columns) + 0.5) * 240 / columns, (rows - np.arange(rows) - 0.5) * 180 / rows), -1
    )
    exact = problem.basins.labels(camera.unproject(pixels).reshape(-1, 2)).reshape(rows, columns)
    assert np.mean(exact != labels) < 0.01
    assert set(np.unique(labels)) >= set(range(len(problem.minima)))


@pytest.mark.parametrize("theme", THEMES)
def test_neighbouring_tints_differ_and_are_no_lane_s_colour(theme: str) -> None:
    contexts = load_theme(theme)
    tints = [basin_color(contexts, index) for index in range(4)]
    assert min(np.abs(np.subtract(one, other)).sum() for one, other in combinations(tints, 2)) > 40
    assert not set(tints) & set(contexts.lanes)


@pytest.mark.parametrize("moment", [0, 1, 7, 60])
def test_the_pushes_of_all_past_gradients_add_up_to_the_next_movement(moment: int) -> None:
    running = load_scene("local-minimum").race()
    running.extend(80)
    track = running.tracks[2]
    pushes = past_pushes(track, moment, moment + 1)
    assert len(pushes) == moment + 1
    np.testing.assert_allclose(pushes.sum(axis=0), track.movement[moment], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(past_pushes(track, moment, 3), pushes[:3])
    assert not len(past_pushes(running.tracks[0], moment, 3))


def test_words_about_critical_points_keep_off_each_other_and_off_the_flag() -> None:
    running, area = race(load_scene("local-minimum")), Rect(0, 0, 290, 340)
    site, canvas = Map(Camera(running.problem.window, *area.size)), RecordingCanvas(area.size)
    draw_labels(canvas, ViewContext(running, 0, 0, site, area, Rect(0, 0, 0, 0), load_theme("light"), 12))
    found = re.findall(r"rect (-?\d+),(-?\d+) (\d+)x(\d+) ", canvas.recording)
    plates = [Rect(*map(int, numbers)) for numbers in found]
    assert len(plates) == len(running.problem.critical)
    assert all(plate.collidelist(plates[:number]) < 0 for number, plate in enumerate(plates))
    x, y = site.project(np.array(running.start)).tolist()
    assert all(not plate.collidepoint(x, y - up) for plate in plates for up in range(15))


def labels_of(
    scene: Scene, update: int, size: tuple[int, int] = (1600, 900)
) -> list[tuple[Rect, list[Rect], list[Rect]]]:
    """Of each lane the marble, the plates of words about critical points, and the places of these points."""
    session = replace(begin(scene), playing=False, progress=float(update), views=frozenset({ViewName.LABELS}))
    return shown_labels(session, size)


def shown_labels(session: Session, size: tuple[int, int]) -> list[tuple[Rect, list[Rect], list[Rect]]]:
    """The same of a session."""
    running, here, update = race(session.scene), setting(session, size), session.tick
    running.extend(update + 1)
    draw(canvas := RecordingCanvas(size), snapshot_of(session, running))
    found = []
    for index, place in enumerate(here.places.panels):
        part = section(section(canvas.recording, f"lane {index + 1}"), "labels")
        plates = [Rect(*map(int, each)) for each in re.findall(r"rect (-?\d+),(-?\d+) (\d+)x(\d+) ", part)]
        lane = course_of(running, index, (place.map, place.strip), here.places.em, here.theme, here.camera)
        context = lane.context(update, frozenset())
        found.append((marble_place(context, context.center), plates, list(marked_places(context).values())))
    return found


@pytest.mark.parametrize("update", [0, 60, 500])
@pytest.mark.parametrize("name", ["muller-brown", "on-the-saddle"])
def test_words_about_critical_points_stand_beside_them_and_off_the_marble(name: str, update: int) -> None:
    for marble, plates, marks in labels_of(load_scene(name), update, (1600, 900)):
        assert len(plates) == len(marks)
        assert marble.collidelist(plates) < 0
        assert all(one.collidelist(plates[:index]) < 0 for index, one in enumerate(plates))
        away = [not plate.colliderect(own.inflate(2, 2)) for own, plate in zip(marks, plates, strict=True)]
        assert sum(away) <= 3, "but where the marble comes to the point itself, or its arrow beside it"


@pytest.mark.parametrize("em", [13, 17, 20])
def test_words_about_critical_points_are_smaller_rather_than_left_out(em: int) -> None:
    running = race(load_scene("himmelblau"))
    area = Rect(0, 0, 434, 248)  # A third of a projector's picture, below a tour's strip.
    site, canvas = Map(Camera(running.problem.window, *area.size)), RecordingCanvas(area.size)
    draw_labels(canvas, ViewContext(running, 0, 0, site, area, Rect(0, 0, 0, 0), load_theme("light"), em))
    sizes = {int(size) for size in re.findall(r'text ".*" .* size (\d+)', canvas.recording)}
    assert canvas.recording.count("κ = ") == len(running.problem.critical) == 9
    assert len(sizes) == 1
    assert 9 <= min(sizes) <= round(0.8 * em)


@pytest.mark.parametrize(("language", "size", "all_of_them"), [("de", (1366, 768), True), ("en", (960, 600), False)])
def test_words_about_critical_points_tell_of_each_kind_first(
    language: str, size: tuple[int, int], all_of_them: bool
) -> None:
    session = replace(begin(load_scene("himmelblau")), language=language, presenter=True)
    session = replace(GoToStep(10).apply(session), playing=False)
    running, canvas = race(session.scene), RecordingCanvas(size)
    running.extend(2)
    draw(canvas, snapshot_of(session, running))
    told = section(section(canvas.recording, "lane 1"), "labels")
    for kind in CriticalKind.MINIMUM, CriticalKind.SADDLE, CriticalKind.MAXIMUM:
        assert f'"{load_theme("light", language).say(kind.value)}, L' in told
    assert told.count('"κ') == 9 or not all_of_them


def test_words_about_critical_points_do_not_seem_to_be_those_of_others() -> None:
    session = replace(begin(load_scene("muller-brown")), playing=False, progress=500.0, presenter=True, profile=True)
    session = replace(session, live=False, views=session.views | {ViewName.LABELS})
    for _, plates, marks in shown_labels(session, (1366, 768)):
        assert len(plates) == len(marks)
        for index, plate in enumerate(plates):
            touched = [each for each, other in enumerate(marks) if plate.colliderect(other.inflate(2, 2))]
            away = [math.dist(plate.center, other.center) for other in marks]
            assert all(away[index] <= away[each] for each in touched)


def test_words_that_stand_away_from_their_point_have_a_line_that_leads_there() -> None:
    scene = load_scene("local-minimum")
    running, area = race(scene), Rect(0, 0, 290, 340)
    running.extend(400)
    site, led = Map(Camera(running.problem.window, *area.size)), 0
    for moment in range(0, 400, 40):
        canvas = RecordingCanvas(area.size)
        context = ViewContext(running, 0, moment, site, area, Rect(0, 0, 0, 0), load_theme("light"), 12)
        draw_labels(canvas, context)
        plates = [Rect(*map(int, each)) for each in re.findall(r"rect (-?\d+),(-?\d+) (\d+)x(\d+) ", canvas.recording)]
        marks = [each.inflate(2, 2) for each in marked_places(context).values()]
        away = sum(not plate.colliderect(own) for own, plate in zip(marks, plates, strict=True))
        assert canvas.recording.count("segments ") == 2 * away
        led += away
    assert led


@pytest.mark.parametrize("theme", THEMES)
def test_the_ellipse_of_one_example_s_noise_is_grey_within_an_even_rim(theme: str) -> None:
    scene, colors = load_scene("local-minimum"), load_theme(theme)
    running = race(scene)
    running.extend(22)
    shown = replace(begin(scene, theme), playing=False, progress=20.0, views=frozenset({ViewName.GRADIENTS}))
    draw(canvas := RecordingCanvas((1366, 768)), snapshot_of(shown, running))
    drawn = section(section(canvas.recording, "lane 1"), "gradients")
    told = ("#{:02x}{:02x}{:02x}".format(*color) for color in (colors.halo, colors.muted))
    rim, line = (re.findall(rf"curve (.*36 points.*) {color}", drawn) for color in told)
    assert len(rim) >= 2
    assert len(line) >= 2


def test_no_nick_is_in_an_ellipse_s_rim() -> None:
    black, white, surface = (0, 0, 0), (255, 255, 255), pygame.Surface((240, 200), depth=32)
    draw_band(Screen(surface), band((120, 100) + CIRCLE * (80, 64), 1.3), 1.3, (white, black))
    ink, widths = pygame.surfarray.array3d(surface)[..., 0] / 255, list[float]()
    for way in (np.array([np.cos(angle), np.sin(angle)]) for angle in np.linspace(0, 2 * np.pi, 400)):
        across = way / (80, 64) / norm(way / (80, 64))
        ray = (120, 100) + (80, 64) * way + np.arange(0, 6, 0.1)[:, None] * across
        widths.append(0.1 * float(ink[tuple(np.round(ray).astype(int).T)].sum()))
    assert min(widths) > 0.7
    assert max(widths) < 2


def luminance(color: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The relative luminance of colours (..., 3)."""
    return np.asarray((np.asarray(color, dtype=float) / 255) ** 2.2 @ [0.2126, 0.7152, 0.0722])


class Arrows(Screen):
    """A surface that notes what thin arrows lie on before they are drawn."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(pygame.Surface(size, depth=32))
        self.contrasts: list[float] = []

    def curve(self, points: Sequence[Pixel], color: Color, *, width: int = 1, closed: bool = False) -> None:
        (x0, y0), (x1, y1) = points[:2]
        for share in (0.5, 0.75) if math.dist(points[0], points[1]) > 20 else ():
            place = round(x0 + share * (x1 - x0)), round(y0 + share * (y1 - y0))
            low, high = sorted(luminance([color, self.surface.get_at(place)[:3]]).tolist())
            self.contrasts.append((high + 0.05) / (low + 0.05))
        super().curve(points, color, width=width, closed=closed)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("pose", [FLAT, Pose(-16.0, 44.0)])
def test_gradients_of_single_examples_are_seen_on_dark_and_light_land(theme: str, pose: Pose) -> None:
    scene, canvas = load_scene("local-minimum"), Arrows((1366, 768))
    running = race(scene)
    running.extend(62)
    for update in (5, 30, 60):
        shown = replace(begin(scene, theme), playing=False, progress=float(update), views=frozenset(), pose=pose)
        draw(canvas, snapshot_of(replace(shown, views=frozenset({ViewName.GRADIENTS})), running))
    assert len(canvas.contrasts) > 100
    assert np.median(canvas.contrasts) > 2.2
