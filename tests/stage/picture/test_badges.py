"""Lanes are told apart by shape as well as by colour: in the chart, in its legend, and at the lanes' names."""

from dataclasses import replace

from recording_canvas import RecordingCanvas
from scenes import flat_scene

from sim.scene import MOST_LANES
from sim.stage.drawing.glyphs import SHAPES, draw_badge
from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.chart.chart import BADGES
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.style.theme import load_theme


def shape(lane: int) -> str:
    """The verbs that draw a lane's badge, whatever its colour."""
    canvas = RecordingCanvas((40, 40))
    draw_badge(canvas, (20, 20), 10, lane, (1, 2, 3))
    return canvas.recording


def test_every_lane_has_a_shape_of_its_own() -> None:
    assert len(SHAPES) == MOST_LANES
    assert len({shape(lane) for lane in range(MOST_LANES)}) == MOST_LANES


def test_the_chart_has_every_lane_s_badge_on_its_line_and_in_the_legend() -> None:
    scene = flat_scene("batch-ladder")
    running = race(scene)
    running.extend(scene.updates + 1)
    end = scene.updates
    session = replace(begin(scene), playing=False, progress=float(end), seen=end)
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(session, running))
    chart, theme = canvas.recording.split("\nchart\n")[1].split("\ntimeline\n")[0], load_theme(session.theme)
    for lane in range(1, len(scene.lanes)):
        color = "#{:02x}{:02x}{:02x}".format(*theme.lane(lane))
        assert sum("polygon" in line and color in line for line in chart.splitlines()) == BADGES + 2
