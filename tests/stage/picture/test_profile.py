"""The profile: a line through the minima that matter, the loss on it, and each marble where its race has it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pygame
import pytest
from recording_canvas import RecordingCanvas
from recordings import section
from scenes import flat_scene

from sim.scene import load_scene, scene_files
from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.chart import profile as chart_profile
from sim.stage.picture.chart.frame import plot_area
from sim.stage.picture.chart.profile import fitted, profile_of
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin, update
from sim.stage.session.view import Toggle
from sim.stage.style.style import stroke_of
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName
from sim.surface.functions.formula import Formula


@pytest.mark.parametrize("name", scene_files())
def test_the_line_leads_from_the_start_by_the_minimum_of_its_basin_to_the_lowest(name: str) -> None:
    scene = load_scene(name)
    problem, profile = scene.problem(), profile_of(scene.problem(), scene.start)
    if profile is None:
        assert not problem.minima
        return
    assert np.array_equal(profile.corners[0], scene.start)
    assert profile.minima[-1] == 1
    for number, corner in zip(profile.minima, profile.corners[1:], strict=True):
        assert np.array_equal(corner, problem.minima[number - 1].position)
    if len(profile.minima) == 2:  # Small steps of plain descent end where the line passes.
        theta = np.array(scene.start)
        for _ in range(20_000):
            gradient = problem.train.gradient(theta)
            if np.hypot(*gradient) < 1e-6 * problem.units.gradient:
                break
            theta = theta - 0.02 / problem.units.curvature * gradient
        gaps = [np.hypot(*(np.array(minimum.position) - theta)) for minimum in problem.minima]
        assert int(np.argmin(gaps)) + 1 == profile.minima[0]
    assert np.allclose(problem.train.value(profile.points(profile.at)), profile.losses, equal_nan=True)


def test_points_on_the_line_are_nearest_to_themselves_and_others_to_their_feet() -> None:
    scene = load_scene("muller-brown")
    profile = profile_of(scene.problem(), scene.start)
    assert profile is not None
    for at in (-0.1, 0.0, 0.3, float(profile.lengths[1]), 0.9 * float(profile.lengths[-1]), 1.2):
        assert profile.nearest(profile.points(np.array(at))) == pytest.approx(at, abs=1e-9)
    (first, second), middle = profile.corners[:2], profile.corners[:2].mean(axis=0)
    across = np.array([-(second - first)[1], (second - first)[0]])
    assert profile.nearest(middle + 0.05 * across) == pytest.approx(0.5 * float(profile.lengths[1]))


def test_each_ball_is_as_high_as_its_own_loss_and_each_batch_has_its_curve() -> None:
    scene = flat_scene("local-minimum")
    running = race(scene)
    running.extend(60)
    session = replace(begin(scene), playing=False, progress=57.0, seen=57, profile=True)
    place, em = setting(session, SMALLEST).places.profile, setting(session, SMALLEST).places.em
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(session, running))
    drawn = canvas.recording[canvas.recording.index("\nprofile\n") :]
    plot = plot_area(place.size, em).move(place.topleft)
    profile = fitted(scene.problem(), scene.start, plot.height, stroke_of(em))
    assert profile is not None
    heights = []
    for lane in range(3):
        ball = drawn[drawn.index(f"ball {lane + 1}") :].split("disc ")[1].split()[0]
        heights.append(plot.bottom - float(ball.split(",")[1]))
        along = profile.nearest(running.tracks[lane].theta[57])
        share = (along - profile.at[0]) / (profile.at[-1] - profile.at[0])
        assert float(ball.split(",")[0]) == pytest.approx(plot.left + share * plot.width, abs=0.2)
    losses = [float(track.loss[57]) for track in running.tracks]
    slope = plot.height / (profile.high - profile.low)
    assert heights[0] - heights[2] == pytest.approx((losses[0] - losses[2]) * slope, abs=0.2)
    assert heights[1] - heights[2] == pytest.approx((losses[1] - losses[2]) * slope, abs=0.2)
    moving = RecordingCanvas(SMALLEST)
    draw(moving, snapshot_of(replace(session, views=frozenset({ViewName.MOVING_GROUND})), running))
    color = "#{:02x}{:02x}{:02x}".format(*load_theme(session.theme).lane(1))
    there = moving.recording[moving.recording.index("\nprofile\n") :]
    curves = [line for line in there.splitlines() if " line " in line and color in line]
    assert len(curves) == 1
    assert "(240 points" in curves[0]


def test_where_no_minimum_is_known_it_says_so() -> None:
    scene = flat_scene("local-minimum")
    sloping = replace(scene, surface=Formula("x + 2*y"), captions=(), question=None, claims=(None,) * 3)
    assert profile_of(sloping.problem(), sloping.start) is None
    session = replace(begin(sloping), playing=False, profile=True)
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(session, race(sloping)))
    assert "No lowest minimum is known" in canvas.recording


def test_a_start_at_the_lowest_minimum_is_said_to_be_there() -> None:
    scene = flat_scene("local-minimum")
    there = replace(scene, start=scene.problem().minima[0].position, captions=(), question=None, claims=(None,) * 3)
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(replace(begin(there), playing=False, profile=True), race(there)))
    assert "The start is at the lowest known minimum" in canvas.recording


def test_of_a_start_where_there_is_no_loss_it_says_so_and_draws_no_flag_there() -> None:
    scene = flat_scene("local-minimum")
    holed = replace(
        scene,
        surface=Formula("(x - 1)^2 + y^2 + 0*log(x + 1)"),
        start=(-2.5, 0.0),
        captions=(),
        question=None,
        claims=(None,) * 3,
    )
    assert profile_of(holed.problem(), holed.start) is not None
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(replace(begin(holed), playing=False, profile=True), race(holed)))
    assert "Where the race starts, the loss has no finite value." in canvas.recording
    assert "nan" not in section(canvas.recording, "profile")


@pytest.mark.parametrize("name", ["local-minimum", "on-the-saddle", "sharp-and-flat"])
@pytest.mark.parametrize(
    ("size", "changes"),
    [((1366, 768), {"presenter": True, "larger": 3.0}), ((1920, 1080), {"presenter": True}), (SMALLEST, {})],
)
def test_the_flag_is_not_cut(
    name: str, size: tuple[int, int], changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = load_scene(name)
    here = setting(replace(begin(scene), profile=True, **changes), size)
    place, em = here.places.profile, here.places.em
    plot, stroke, flags = plot_area(place.size, em), stroke_of(em), list[tuple[float, float]]()
    monkeypatch.setattr(chart_profile, "draw_flag", lambda _, foot, __, high: flags.append((foot[1], high)))
    chart_profile._draw_frame(RecordingCanvas(place.size), scene.problem(), scene.start, here.theme, em)
    assert flags
    assert all(foot - 17.0 * high >= plot.top - 1 for foot, high in flags)
    assert all(high <= stroke for _, high in flags)


def test_it_takes_room_from_the_chart_alone() -> None:
    session = begin(flat_scene("local-minimum"))
    shown = update(session, Toggle("profile"))
    assert not setting(session, SMALLEST).places.profile.width
    places = setting(shown, SMALLEST).places
    assert places.chart.right < places.profile.left
    assert pygame.Rect((0, 0), SMALLEST).contains(places.profile)
    assert update(shown, Toggle("profile")) == session


def test_the_line_in_a_plot_is_looked_at_once_and_not_in_every_picture() -> None:
    scene = load_scene("local-minimum")
    first, again = (fitted(scene.problem(), scene.start, 90, 1.0) for _ in range(2))
    assert first is again is not None


def test_balls_that_hide_each_other_show_the_badges_of_all_that_lie_there() -> None:
    scene = flat_scene("local-minimum")
    running = race(scene)
    running.extend(401)
    theme = load_theme(begin(scene).theme)
    for tick, together in ((0, (0, 1, 2)), (400, (1, 2))):
        session = replace(begin(scene), playing=False, progress=float(tick), seen=tick, profile=True)
        canvas = RecordingCanvas(SMALLEST)
        draw(canvas, snapshot_of(session, running))
        crowds = section(section(canvas.recording, "profile"), "crowd")
        plot = plot_area(setting(session, SMALLEST).places.profile.size, setting(session, SMALLEST).places.em)
        plot = plot.move(setting(session, SMALLEST).places.profile.topleft)
        for lane in range(3):
            color = "#{:02x}{:02x}{:02x}".format(*theme.lane(lane))
            badges = [line for line in crowds.splitlines() if color in line]
            assert bool(badges) == (lane in together)
            points = [point.split(",") for line in badges for point in line.split() if "," in point]
            assert all(plot.collidepoint(float(x), float(y)) for x, y in points)
