"""The legend of the chart: it drops no lane, and shortens all long names alike."""

from dataclasses import replace

import pytest
from recording_canvas import RecordingCanvas
from recordings import section

from sim.scene import load_scene
from sim.stage.picture.chart.frame import legend_names
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.style import text

LONG = ("gradient descent with a very long name", "momentum", "Adam with decay, decoupled", "RMSprop that is centered")
SIZE, BEFORE = 13, 30.0


@pytest.mark.parametrize("room", [400, 500, 700, 2000])
def test_every_lane_is_in_the_legend_and_all_fit(room: int) -> None:
    told = legend_names(LONG, SIZE, room, BEFORE)
    assert len(told) == len(LONG)
    assert all(told)
    assert sum(text.width(name, SIZE) + BEFORE for name in told) <= room
    longest = max(text.width(name, SIZE) for name in told)
    shortened = [name for name, whole in zip(told, LONG, strict=True) if name != whole]
    assert bool(shortened) == (room < 2000)
    assert all(text.width(name, SIZE) > longest - 2 * SIZE for name in shortened)


def test_where_little_would_be_left_of_names_badges_stand_alone() -> None:
    assert legend_names(LONG, SIZE, 200, BEFORE) == [""] * len(LONG)


def test_names_of_which_the_same_would_be_left_are_not_told() -> None:
    ladder = tuple(f"a learning rate of {rate} in this lane" for rate in (0.02, 0.4, 0.5, 0.6))
    assert legend_names(ladder, SIZE, 330, BEFORE) == [""] * len(ladder)


def test_names_that_begin_alike_are_told_by_their_ends() -> None:
    rates = ("0.02", "0.4", "0.5", "0.6")
    told = legend_names(tuple(f"a learning rate of {rate}" for rate in rates), SIZE, 330, BEFORE)
    assert all(name.endswith(rate) and "…" in name for name, rate in zip(told, rates, strict=True))


def test_names_that_have_no_room_beside_the_lines_kinds_stand_below_them() -> None:
    scene = load_scene("learning-rate-ladder")
    session = replace(begin(scene), playing=False, progress=120.0, together=True, profile=True)
    running = race(scene)
    running.extend(121)
    for size, rows in (((960, 600), 2), ((1920, 1080), 1)):
        canvas = RecordingCanvas(size)
        draw(canvas, snapshot_of(session, running))
        chart = setting(session, size).places.chart
        told = [line for line in section(canvas.recording, "chart").splitlines() if 'text "' in line]
        lines = {line.split('"')[1]: float(line.split('"')[2].split()[0].split(",")[1]) for line in told}
        names = {lines[lane.name] for lane in scene.lanes}
        assert len(names) == 1
        assert (names == {lines["training"]}) is (rows == 1)
        assert chart.top < max(names) < chart.centery
