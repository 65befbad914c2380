"""Marbles glide between updates: what moves, and that nothing that is said does."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from recording_canvas import RecordingCanvas
from recordings import section
from scenes import flat_scene

from sim.scene import Scene, load_scene
from sim.stage.drawing.camera import FLAT, Pose
from sim.stage.drawing.screen import Screen
from sim.stage.export.film.films import course
from sim.stage.picture.map.ball import ANEW, Rolling
from sim.stage.picture.map.site import camera_on, site_of
from sim.stage.picture.map.trail import Tones, Trail
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import GLIDING, PHASES, Snapshot, snapshot_of
from sim.stage.picture.views import VIEWS
from sim.stage.session.session import SPEEDS, begin
from sim.stage.style.cache import CACHE
from sim.stage.style.theme import load_theme
from sim.surface.protocol import Window

SIZE = (960, 600)
SMALL = (720, 450)  # In one of 640 by 400 there is no strip of examples.
PARTS = ("verdict", "numbers", "strip", "caption", "chart", "timeline")


def now(scene: Scene, progress: float, speed: float = 20.0) -> Snapshot:
    running = race(scene)
    running.extend(scene.updates + 1)
    session = replace(begin(scene), playing=False, progress=progress, seen=int(progress), speed=SPEEDS.index(speed))
    return snapshot_of(session, running)


def drawn(scene: Scene, progress: float) -> str:
    canvas = RecordingCanvas(SIZE)
    draw(canvas, now(scene, progress))
    return canvas.recording


@pytest.mark.parametrize("scene", [flat_scene("local-minimum"), load_scene("local-minimum")], ids=["map", "aslant"])
def test_what_is_said_belongs_to_updates(scene: Scene) -> None:
    before, between, after = (drawn(scene, progress) for progress in (12.0, 12.5, 13.0))
    for part in PARTS:
        assert section(between, part) == section(before, part)
    assert section(before, "marble") != section(between, "marble") != section(after, "marble")
    assert section(before, "numbers") != section(after, "numbers")


def test_half_way_a_marble_is_half_way() -> None:
    scene = flat_scene("local-minimum")

    def where(progress: float) -> list[float]:
        lines = section(drawn(scene, progress), "marble").splitlines()
        disc = next(line for line in lines if "disc" in line).split()[1]
        return [float(part) for part in disc.split(",")]

    start, middle, end = (np.array(where(progress)) for progress in (3.0, 3.5, 4.0))
    np.testing.assert_allclose(middle, 0.5 * (start + end), atol=0.11)
    assert np.abs(end - start).max() > 2


def test_fast_races_are_shown_update_by_update() -> None:
    scene = load_scene("local-minimum")
    assert now(scene, 12.5).phase == round(0.5 * PHASES) / PHASES
    assert now(scene, 12.5, speed=50.0).phase == 0
    assert GLIDING < 50.0


def test_a_lane_glides_only_in_the_tick_that_ends_its_update() -> None:
    scene = load_scene("twenty-against-one")
    timing = scene.timing("epochs")
    shown = replace(now(scene, 0.0), phase=0.5)
    lane = int(np.argmin(timing.paces))
    ends = [tick for tick in range(60) if timing.updates(lane, tick + 1) > timing.updates(lane, tick)]
    assert len(ends) < 30
    for tick in range(60):
        there = replace(shown, session=replace(shown.session, progress=float(tick)), computed=100)
        assert there.glide(lane, timing) == (timing.updates(lane, tick), 0.5 if tick in ends else 0.0)


@pytest.mark.parametrize("scene", [flat_scene("on-the-saddle"), load_scene("local-minimum")], ids=["map", "aslant"])
def test_drawing_what_glides_alone_gives_the_whole_picture(scene: Scene) -> None:
    once, again = (pygame.Surface(SMALL, depth=32) for _ in range(2))
    before = None
    for progress in (20.0, 20.25, 20.75, 21.0, 21.5):
        there = now(scene, progress)
        draw(Screen(once), there, before)
        draw(Screen(again), there)
        np.testing.assert_array_equal(pygame.surfarray.array3d(once), pygame.surfarray.array3d(again))
        before = there


def test_a_slow_film_glides_and_a_fast_one_goes_by_updates() -> None:
    assert list(course(0, 4, 9, 30)) == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    fast = list(course(0, 1000, 11, 30))
    assert fast == [100.0 * step for step in range(11)]
    assert list(course(3, 8, 1, 30)) == [8.0]


def test_a_ball_is_turned_alike_however_one_came_to_the_moment() -> None:
    running = load_scene("local-minimum").race()
    running.extend(ANEW + 60)
    track = running.tracks[1]
    straight, about = Rolling(track, 8.0), Rolling(track, 8.0)
    for update in (ANEW + 40, 3, ANEW - 1, 50, ANEW + 7):
        about.turned(update, 0.4)
    for update in (7, 50, ANEW - 1, ANEW, ANEW + 30):
        np.testing.assert_array_equal(straight.turned(update, 0.25), about.turned(update, 0.25))
    turned = straight.turned(40, 0.0)
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-9)
    assert np.abs(turned - np.eye(3)).max() > 0.1


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_a_marble_glides_along_its_movement_on_land_too(share: float) -> None:
    scene = load_scene("on-the-saddle")
    running = race(scene)
    running.extend(scene.updates + 1)
    camera = camera_on(running.problem, scene.window, (400, 300), Pose(-16.0, 46.0))
    site, track = site_of(running.problem, camera, load_theme("light")), running.tracks[1]
    trail = Trail(track, site, Tones(((0, 0, 0),) * 8, (0, 0, 0), (0, 0, 0)), 1.0)
    wanted = site.project(track.theta[5] + share * track.movement[5])
    np.testing.assert_allclose(trail.stretch(5, share).marble, wanted, atol=1e-6)
    np.testing.assert_allclose(trail.stretch(5).marble, site.project(track.theta[5]), atol=1e-6)


def test_after_many_updates_a_ball_still_costs_little_and_is_turned_as_from_the_last_count_on() -> None:
    running = load_scene("local-minimum").race()
    running.extend(3 * ANEW)
    rolling = Rolling(running.tracks[1], 8.0)
    np.testing.assert_array_equal(rolling.turned(2 * ANEW, 0.0), np.eye(3))
    assert np.abs(rolling.turned(2 * ANEW - 1, 0.0) - np.eye(3)).max() > 0.01


def test_views_over_a_gliding_marble_are_those_of_its_update_and_of_nothing_before() -> None:
    views = frozenset(VIEWS) - {"basins"}  # Of the ground, and slow: twice is enough.
    scene = flat_scene("local-minimum")
    other = replace(scene, seed=scene.seed + 1)
    wanted: list[tuple[Scene, float, dict[str, Any]]] = [
        (scene, 30.0, {}),
        (scene, 30.4, {}),
        (scene, 31.0, {}),
        (other, 31.0, {}),
        (other, 31.0, {"theme": "dark"}),
        (other, 31.3, {"theme": "dark", "language": "de"}),
        (other, 31.3, {"views": views - {"hessian"}}),
        (other, 31.3, {"together": True}),
        (other, 31.3, {"together": True, "lane": 1}),
        (scene, 31.0, {"pose": Pose(-16.0, 46.0), "views": frozenset(VIEWS)}),
        (scene, 31.0, {"focus": Window(-2.0, 1.0, -1.0, 0.8)}),
    ]

    def drawn_now(which: Scene, progress: float, changes: dict[str, Any]) -> npt.NDArray[np.uint8]:
        running, surface = race(which), pygame.Surface(SMALL, depth=32)
        running.extend(60)
        session = replace(begin(which), progress=progress, horizon=50, **{"views": views, "pose": FLAT} | changes)
        draw(Screen(surface), snapshot_of(session, running))
        return pygame.surfarray.array3d(surface)

    in_turn = [drawn_now(*each) for each in wanted]
    for each, picture in zip(wanted, in_turn, strict=True):
        CACHE.clear()
        np.testing.assert_array_equal(drawn_now(*each), picture)
