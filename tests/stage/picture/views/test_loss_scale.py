"""The scale of the loss, and marks that make way for each other where they crowd."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest
from pygame import Rect
from recording_canvas import RecordingCanvas
from scenes import flat_scene

from sim.scene import Scene, load_scene, scene_files
from sim.stage.drawing.camera import FLAT, Pose
from sim.stage.drawing.layout import SMALLEST
from sim.stage.drawing.relief.heights import SPARE, Heights
from sim.stage.drawing.relief.paints import level_colors
from sim.stage.drawing.relief.view import heights_over
from sim.stage.drawing.screen import Screen
from sim.stage.picture.map.site import site_of
from sim.stage.picture.map.terrain import paled, thinned
from sim.stage.picture.panel.course import course_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.picture.views.context import ViewContext
from sim.stage.picture.views.ground.basins import tinted
from sim.stage.picture.views.ground.loss_scale import (
    LOWEST,
    SHARE,
    TALL,
    _all_clear,
    _scale,
    _share,
    draw_level,
    draw_loss_scale,
    scale_numbers,
)
from sim.stage.session.session import Session, begin
from sim.stage.style import text
from sim.stage.style.numbers import brief
from sim.stage.style.theme import load_theme
from sim.stage.style.tints import basin_color
from sim.stage.views import ViewName
from sim.surface.critical.point import CriticalKind, CriticalPoint


def bar_of(context: ViewContext) -> Rect:
    """Where the scale stands on the picture."""
    found = _scale(context)
    assert found is not None
    return found.bar.move(context.area.topleft)


def wedge(scene: Scene, lane: int, tick: int, *views: ViewName) -> float:
    """How high the wedge of a lane stands on the picture, in pixels from its top."""
    running = race(scene)
    running.extend(tick + 2)
    session = replace(begin(scene), playing=False, progress=float(tick), seen=tick, views=frozenset(views))
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(session, running))
    part = canvas.recording.split(f"lane {lane + 1}\n  map")[1].split("\nlane ")[0].split("loss scale\n")[-1]
    corners = next(line for line in part.splitlines() if "polygon" in line).split()[1:4]
    return sorted(float(corner.split(",")[1]) for corner in corners)[1]


def test_the_wedge_stands_at_the_marble_s_own_loss_and_falls_with_it() -> None:
    scene = flat_scene("local-minimum")
    heights = [wedge(scene, 2, tick, ViewName.LOSS_SCALE) for tick in (0, 4, 8, 100)]
    losses = race(scene).tracks[2].loss
    shown = heights_over(scene.problem(), setting(begin(scene), SMALLEST).camera.view).of(losses[[0, 4, 8, 100]])
    drops = np.diff(heights) / np.diff(-shown)
    assert np.allclose(drops, drops[0], rtol=0.02)
    assert drops[0] > 0


def test_on_ground_that_moves_it_stands_at_the_batch_s_own_loss() -> None:
    scene = load_scene("local-minimum")
    track = race(scene).tracks[1]
    still, moving = (wedge(scene, 1, 57, ViewName.LOSS_SCALE, *more) for more in ((), (ViewName.MOVING_GROUND,)))
    assert (moving < still) == (track.batch_loss[57] > track.loss[57])
    assert moving != still
    assert wedge(scene, 0, 57, ViewName.LOSS_SCALE) == wedge(scene, 0, 57, ViewName.LOSS_SCALE, ViewName.MOVING_GROUND)


@pytest.mark.parametrize("name", ["egg-box", "local-minimum", "himmelblau"])
def test_no_two_marks_are_nearer_than_they_may_be_and_none_makes_way_for_a_lesser_one(name: str) -> None:
    scene = load_scene(name)
    problem, apart = scene.problem(), 20.0
    site = site_of(problem, setting(begin(scene), SMALLEST).camera, load_theme("light"))
    shown = thinned(problem.critical, site, apart)
    places = site.project(np.array([point.position for point in shown]))
    gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 1e9 * np.eye(len(shown))
    assert gaps.min() >= apart
    ranks = {CriticalKind.MINIMUM: 0, CriticalKind.SADDLE: 1}

    def first(point: CriticalPoint) -> bool:
        return point == min((each for each in shown if each.kind is point.kind), key=lambda each: each.value)

    for point in problem.critical:
        if point not in shown:
            x = site.project(np.array(point.position))
            near = [other for other, place in zip(shown, places, strict=True) if np.hypot(*(place - x)) < apart]
            assert any(ranks.get(other.kind, 2) <= ranks.get(point.kind, 2) or first(other) for other in near)
            assert point.kind is not CriticalKind.MINIMUM or any(other.kind is point.kind for other in near)
    assert {point.kind for point in shown} == {point.kind for point in problem.critical} or name == "local-minimum"
    assert len(thinned(problem.critical, site, 0.0)) == len(problem.critical)


def test_where_there_is_room_every_point_is_marked() -> None:
    scene = load_scene("himmelblau")
    problem = scene.problem()
    site = site_of(problem, setting(begin(scene), (1600, 900)).camera, load_theme("light"))
    assert len(thinned(problem.critical, site, 13.0)) == len(problem.critical)


def test_a_minimum_is_marked_before_a_lower_saddle_nearby() -> None:
    scene = load_scene("egg-box")
    problem = scene.problem()
    site = site_of(problem, setting(begin(scene), SMALLEST).camera, load_theme("light"))
    shown = thinned(problem.critical, site, 1e5)  # There is room for one.
    saddle = min((point for point in problem.critical if point.kind is CriticalKind.SADDLE), key=lambda p: p.value)
    highest = max(problem.minima, key=lambda point: point.value)
    assert [point.kind for point in shown] == [CriticalKind.MINIMUM]
    assert saddle.value < highest.value
    assert thinned([saddle, highest], site, 1e5) == [highest]


def test_the_wedge_stands_beside_its_own_number() -> None:
    """At the lowest and highest loss of the scale, and in its middle, as the numbers there say."""
    scene = flat_scene("local-minimum")
    here = setting(begin(scene), SMALLEST)
    heights = heights_over(scene.problem(), here.camera.view)
    losses = heights.loss(SPARE + (1 - 2 * SPARE) * np.array([0.0, 0.5, 1.0]))
    running = race(scene)
    running.extend(20)
    context = course_of(
        running, 2, (here.places.panels[2].map, here.places.panels[2].strip), here.places.em, here.theme, here.camera
    ).context(0, frozenset({ViewName.LOSS_SCALE}))
    bar = bar_of(context)
    for share, loss in zip((0.0, 0.5, 1.0), losses.tolist(), strict=True):
        placed = bar.bottom - bar.height * float(_share(heights.of(np.array(loss))))
        assert placed == pytest.approx(bar.bottom - share * bar.height, abs=0.5)
    own = float(_share(heights.of(running.tracks[2].loss[:1]))[0])
    assert wedge(scene, 2, 0, ViewName.LOSS_SCALE) == pytest.approx(bar.bottom - own * bar.height, abs=0.2)
    straight = (float(heights.of(running.tracks[2].loss[:1])[0]) - SPARE) / (1 - 2 * SPARE)
    assert own == pytest.approx(straight)


@pytest.mark.parametrize("name", ["muller-brown", "newton", "learning-rate-ladder", "plateau", "himmelblau", "ravine"])
@pytest.mark.parametrize("aslant", [False, True])
def test_every_number_stands_where_its_own_loss_is(name: str, aslant: bool) -> None:
    session = begin(load_scene(name))
    session = replace(session, pose=Pose(20.0, 50.0) if aslant else FLAT)
    here = setting(session, (1600, 900))
    panel, camera = here.places.panels[0], here.camera
    context = course_of(race(session.scene), 0, (panel.map, panel.strip), here.places.em, here.theme, camera).context(
        0, frozenset({ViewName.LOSS_SCALE})
    )
    canvas = RecordingCanvas((1600, 900))
    draw_loss_scale(canvas, context)
    heights, bar, size = (
        heights_over(session.scene.problem(), camera.view),
        bar_of(context),
        round(0.75 * here.places.em),
    )
    rows = [line.split() for line in canvas.recording.splitlines() if "label" in line]
    assert len(rows) == 3 or (aslant and len(rows) == 2), "but one that lies over land"
    for _, quoted, corner, *_ in rows:
        words = quoted.strip('"')
        middle = float(corner.split(",")[1]) + text.label_size(words, size)[1] / 2
        loss = float(words.replace("−", "-"))
        share = float(np.clip((heights.of(np.array(loss)) - SPARE) / (1 - 2 * SPARE), 0, 1))
        assert middle == pytest.approx(bar.bottom - share * bar.height, abs=1.0), words


@pytest.mark.parametrize("lanes", [3, 6])
def test_no_number_of_the_scale_hides_a_corner_of_land(lanes: int) -> None:
    scene = load_scene("local-minimum")
    several = tuple(replace(scene.lanes[0], name=f"lane {number}") for number in range(lanes))
    scene = replace(scene, lanes=several, claims=(None,) * lanes, captions=(), question=None)
    session = replace(begin(scene), playing=False, views=frozenset({ViewName.LOSS_SCALE}), pose=Pose(-16.0, 44.0))
    here = setting(session, SMALLEST)
    panel, camera, theme = here.places.panels[0], here.camera, here.theme
    views = frozenset({ViewName.LOSS_SCALE})
    context = course_of(race(scene), 0, (panel.map, panel.strip), here.places.em, theme, camera).context(0, views)
    canvas, size = RecordingCanvas(SMALLEST), round(0.75 * here.places.em)
    draw_loss_scale(canvas, context)
    land = np.isfinite(site_of(scene.problem(), camera, theme).under(camera.screen())[..., 0])
    rows = [line.split() for line in canvas.recording.splitlines() if "label" in line]
    assert len(rows) > 1
    for _, quoted, corner, *_ in rows:
        wide, high = text.label_size(quoted.strip('"'), size)
        x, y = (round(float(place) - edge) for place, edge in zip(corner.split(","), panel.map.topleft, strict=True))
        assert land[y : y + high, x : x + wide].mean() < 0.5


@pytest.mark.parametrize("lanes", [3, 4, 5, 6])
@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), (1920, 1080)])
def test_no_two_numbers_of_the_scale_touch(lanes: int, size: tuple[int, int]) -> None:
    scene = load_scene("adaptive-rules")
    several = tuple(replace(scene.lanes[0], name=f"lane {number}") for number in range(lanes))
    scene = replace(scene, lanes=several, claims=(None,) * lanes, captions=(), question=None)
    for presenter, pose in ((False, FLAT), (True, FLAT), (True, Pose(-16.0, 44.0))):
        places = numbers_at(replace(begin(scene), presenter=presenter, pose=pose), size)
        for low, high in itertools.combinations(places, 2):
            assert not low.colliderect(high)


@pytest.mark.parametrize("size", [SMALLEST, (1366, 768)])
def test_on_a_flat_map_the_scale_s_decimal_points_are_as_dark_as_its_digits(size: tuple[int, int]) -> None:
    session = replace(begin(load_scene("local-minimum")), pose=FLAT)
    here = setting(session, size)
    panel = here.places.panels[0]
    course = course_of(race(session.scene), 0, (panel.map, panel.strip), here.places.em, here.theme, here.camera)
    canvas = RecordingCanvas(size)
    draw_loss_scale(canvas, course.context(0, frozenset({ViewName.LOSS_SCALE})))
    labels = [line.split() for line in canvas.recording.splitlines() if "label" in line]
    assert any("." in words for _, words, *_ in labels)
    for _, _, _, _, height, *_ in labels:
        digit, point = (text.rendered(sign, int(height), (0, 0, 0)) for sign in ("1", "."))
        darkest = [pygame.surfarray.array_alpha(sign).max() for sign in (digit, point)]
        assert darkest[1] >= 0.75 * darkest[0]


def numbers_at(session: Session, size: tuple[int, int]) -> list[Rect]:
    """Where the numbers of the first lane's scale stand; they lie on its map."""
    here = setting(session, size)
    panel, em = here.places.panels[0], here.places.em
    context = course_of(race(session.scene), 0, (panel.map, panel.strip), em, here.theme, here.camera).context(
        0, frozenset({ViewName.LOSS_SCALE})
    )
    canvas = RecordingCanvas(size)
    draw_loss_scale(canvas, context)
    found = []
    for _, quoted, corner, _, high, *_ in (line.split() for line in canvas.recording.splitlines() if "label" in line):
        x, y = map(float, corner.split(","))
        found.append(Rect((round(x), round(y)), text.label_size(quoted.strip('"'), int(high))).inflate(-2, -2))
    assert all(panel.map.contains(place) for place in found)
    return found


@pytest.mark.parametrize("name", ["local-minimum", "sharp-and-flat", "batch-ladder"])
def test_a_projector_s_scale_has_numbers_at_its_ends_where_there_is_room(name: str) -> None:
    assert len(numbers_at(replace(begin(load_scene(name)), presenter=True), SMALLEST)) > 1


@pytest.mark.parametrize("name", scene_files())
def test_the_lowest_and_the_highest_number_tell_the_range_in_few_digits(name: str) -> None:
    scene = load_scene(name)
    heights = heights_over(scene.problem(), setting(begin(scene), SMALLEST).camera.view)
    low, high = heights.loss(np.array([SPARE, 1 - SPARE])).tolist()
    first, middle, last = scale_numbers(heights, 0.01)
    assert first < middle < last
    for told, end in ((first, low), (last, high)):
        assert told == pytest.approx(end, rel=0.05) or (
            told == 0.0 and abs(np.diff(heights.of(np.array([0.0, end])))[0]) < 0.03
        )
        assert float(f"{told:.3g}") == told
        assert min(abs(told - low), abs(told - high)) <= 0.02 * abs(told) or low <= told <= high or told == 0.0


@pytest.mark.parametrize(
    ("low", "high", "tail", "numbers"),
    [
        (5.31, 10450.0, 20.0, ("5.3", "10000")),
        (-1.9756, -3.6e-6, 1.0, ("−2", "0")),
        (1000.08, 1018.0, 5.0, ("1000", "1018")),
        (8e4, 1.8158e7, 5e5, ("80000", "1.8e+07")),
        (-146.7, -18.76, 2.0, ("−147", "−19")),
        (1.827e-4, 5.0, 1.0, ("0", "5")),
    ],
)
def test_numbers_at_the_ends_are_round_and_written_as_everywhere(
    low: float, high: float, tail: float, numbers: tuple[str, str]
) -> None:
    """tail: of the losses beyond the ends, which have a place of their own on the scale's curve."""
    ends = scale_numbers(Heights((low - tail, low, high, high + tail), (0.0, SPARE, 1 - SPARE, 1.0)), 0.005)
    assert (brief(ends[0]), brief(ends[-1])) == numbers


@pytest.mark.parametrize(("controls", "numbers"), [(False, ["−1.3", "−0.7", "0"]), (True, ["−1.3", "0"])])
def test_a_scale_is_lower_where_its_lowest_number_would_hide_land(controls: bool, numbers: list[str]) -> None:
    """Or has its numbers above and below it, where it cannot be low enough."""
    scene = load_scene("sharp-and-flat")
    here = setting(replace(begin(scene), controls=controls, live=True), SMALLEST)
    panel, em = here.places.panels[0], here.places.em
    course = course_of(race(scene), 0, (panel.map, panel.strip), em, here.theme, here.camera)
    context, canvas = course.context(0, frozenset({ViewName.LOSS_SCALE})), RecordingCanvas(SMALLEST)
    draw_loss_scale(canvas, context)
    assert [line.split('"')[1] for line in canvas.recording.splitlines() if "label" in line] == numbers
    usual = round(min(TALL * em, SHARE * panel.map.height))
    assert controls or LOWEST * em <= bar_of(context).height < usual


def test_the_numbers_of_hardly_any_scale_touch_land() -> None:
    sizes = (960, 600), (1366, 768)
    looks: list[dict[str, Any]] = [{}, {"presenter": True}, {"ends": True, "live": True}]
    touched = list[tuple[str, tuple[int, int], dict[str, Any]]]()
    for name, size, look in itertools.product(scene_files(), sizes, looks):
        scene = load_scene(name)
        here = setting(replace(begin(scene), **look), size)
        panel = here.places.panels[0]
        course = course_of(race(scene), 0, (panel.map, panel.strip), here.places.em, here.theme, here.camera)
        found = _scale(course.context(0, frozenset({ViewName.LOSS_SCALE})))
        if found is not None and not _all_clear(found):
            touched.append((name, size, look))
    assert all(look == {"presenter": True} and size == (960, 600) for _, size, look in touched), touched


@pytest.mark.parametrize("name", ["local-minimum", "sharp-and-flat"])
def test_a_projector_s_scale_is_lower_where_a_number_at_its_end_would_touch_land(name: str) -> None:
    session = replace(begin(load_scene(name)), presenter=True)
    here, problem = setting(session, SMALLEST), session.scene.problem()
    land = np.isfinite(site_of(problem, here.camera, here.theme).under(here.camera.screen())[..., 0])
    for place in numbers_at(session, SMALLEST):
        x, y = place.left - here.places.panels[0].map.left, place.top - here.places.panels[0].map.top
        assert not land[y : y + place.height, x : x + place.width].any()


@pytest.mark.parametrize("aslant", [False, True])
@pytest.mark.parametrize(("name", "tints"), [("local-minimum", (0, 1)), ("egg-box", ())])
def test_the_scale_has_the_shades_of_land_that_is_tinted_by_basins(
    name: str, tints: tuple[int, ...], aslant: bool
) -> None:
    """Where there are too many tints for it, it has those of land without any, wherever it stands on the map."""
    scene = load_scene(name) if aslant else flat_scene(name)
    views = frozenset({ViewName.LOSS_SCALE, ViewName.BASINS, ViewName.TEST_SURFACE})
    session, size = replace(begin(scene), playing=False, views=views), (1600, 900)
    here, running = setting(session, size), race(scene)
    panel, target = here.places.panels[0], pygame.Surface(size, depth=32)
    course = course_of(running, 0, (panel.map, panel.strip), here.places.em, here.theme, here.camera)
    bar = bar_of(course.context(0, views))
    draw(Screen(target), snapshot_of(session, running))
    heights = SPARE + (1 - 2 * SPARE) * (1 - (np.arange(bar.height) + 0.5) / bar.height)
    plain = level_colors(here.theme, heights) if aslant else paled(level_colors(here.theme, heights), here.theme)
    shades = [tinted(plain, basin_color(here.theme, tint)) for tint in tints] or [plain]
    for number, shade in enumerate(shades):
        x = bar.left + round((number + 0.5) * bar.width / len(shades))
        seen = np.array([target.get_at((x, y))[:3] for y in range(bar.top + 2, bar.bottom - 2)])
        assert np.abs(seen - shade[2:-2]).max() <= 1


@pytest.mark.parametrize("larger", [1.0, 1.3, 1.6, 4.0])
@pytest.mark.parametrize("name", ["local-minimum", "batch-ladder", "newton", "ravine"])
def test_a_scale_has_numbers_and_hides_no_land_or_is_not_there(name: str, larger: float) -> None:
    scene = load_scene(name)
    for size in (SMALLEST, (1366, 768), (1560, 800), (1600, 900)):
        here = setting(replace(begin(scene), presenter=True, larger=larger), size)
        panel, em = here.places.panels[0], here.places.em
        course = course_of(race(scene), 0, (panel.map, panel.strip), em, here.theme, here.camera)
        context, canvas = course.context(0, frozenset({ViewName.LOSS_SCALE})), RecordingCanvas(size)
        draw_loss_scale(canvas, context)
        draw_level(canvas, context)
        found = _scale(context)
        if found is None:
            assert not canvas.recording.strip()
            continue
        assert canvas.recording.count("label") == len(found.numbers) >= 2
        if not here.camera.flat:
            land = np.isfinite(site_of(scene.problem(), here.camera, here.theme).under(here.camera.screen())[..., 0])
            bar = found.bar.inflate(-2, -2)
            assert not land[bar.top : bar.bottom, bar.left : bar.right].any()
