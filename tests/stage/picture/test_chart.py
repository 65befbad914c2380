"""What stands beside the chart: numbers that differ are written differently, and none is wider than its room."""

from dataclasses import replace
from itertools import pairwise

import pytest
from recording_canvas import RecordingCanvas
from recordings import section

from sim.descent.clock import Timing
from sim.scene import load_scene
from sim.stage.picture.chart import SIGNS, Axes, Chart, axes, loss_marks
from sim.stage.picture.picture import draw, snapshot_of
from sim.stage.session.session import begin, race
from sim.stage.style.theme import load_theme


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (-0.3, 1.2),
        (3 - 1.8e-10, 3 + 1.8e-10),
        (3 - 1.8e-7, 3 + 1.8e-7),
        (-1e-13, 1e-13),
        (-1e150, 3e150),
        (1e200, 1.0000001e200),
        (-1.7e308, 1.7e308),
        (123456.2, 123456.9),
        (-1e-320, 1e-320),
    ],
)
def test_losses_are_told_apart_in_few_signs(low: float, high: float) -> None:
    marks = loss_marks(low, high)
    labels = [label for _, label in marks]
    assert labels
    assert len(set(labels)) == len(labels)
    assert all(len(label) <= SIGNS for label in labels)
    assert not {"-0", "−0"} & set(labels)
    assert all(low <= loss <= high for loss, _ in marks)


def test_numbers_are_written_as_people_write_them() -> None:
    assert loss_marks(-0.3, 1.2) == [(0.0, "0"), (0.5, "0.5"), (1.0, "1")]
    assert loss_marks(0.98, 1.12) == [(1.0, "1.00"), (1.05, "1.05"), (1.1, "1.10")]
    assert [label for _, label in loss_marks(3 - 1e-10, 3 + 1e-10)] == ["3"]
    assert [label for _, label in loss_marks(-1.2e151, 0.4e151)] == ["−1e151", "−5e150", "0"]


def test_a_logarithmic_axis_may_end_near_the_largest_number() -> None:
    axes = Axes(10, Timing(1.0, (1.0,)), "updates", 298.0, 308.9, logarithmic=True)
    labels = [label for _, label in axes.marks()]
    assert labels[0] == "1e298"
    assert len(set(labels)) == len(labels) > 2


@pytest.mark.parametrize("lanes", [1, 2])
def test_losses_beyond_the_chart_are_pointed_at_from_its_edge_side_by_side(lanes: int) -> None:
    scene, look, size = load_scene("ravine"), load_theme("light"), (900, 160)
    thrown_out = scene.lanes[1]
    scene = replace(scene, lanes=(scene.lanes[0], *(replace(thrown_out, name=str(lane)) for lane in range(lanes))))
    running, timing = scene.race(), scene.timing("updates")
    running.extend(60)
    chart, canvas = Chart(running, axes(running, timing, "updates", 200, 60), size, look, 12), RecordingCanvas(size)
    chart.draw(canvas, (0, 0), 60)
    cursor = max(number for number, line in enumerate(canvas.lines) if line.startswith("rule"))
    polygons = [line.split() for line in canvas.lines[cursor:] if line.startswith("polygon")]
    colors = ["#{:02x}{:02x}{:02x}".format(*look.lane(lane)) for lane in range(1, 1 + lanes)]
    corners = {words[-1]: [tuple(map(float, word.split(","))) for word in words[1:-1]] for words in polygons}
    now = chart.plot.left + chart.plot.width * 60 / 200
    tips = [corners[color] for color in colors]
    for tip, *others in tips:
        assert tip[1] < chart.plot.top  # It points up, beyond the edge,
        assert {y for _, y in others} == {chart.plot.top}
    assert sum(tip[0] for tip, *_ in tips) / len(tips) == pytest.approx(now, abs=0.1)  # at the moment,
    for (_, one, _), (_, _, other) in pairwise(tips):
        assert one[0] <= other[0] + 0.1  # and none lies upon another.


def test_many_updates_are_counted_alike_below_the_maps_and_on_the_axis() -> None:
    session = replace(begin(load_scene("ravine")), playing=False, progress=20000.0, horizon=20000, numbers=True)
    running = race(session.scene)
    running.extend(20001)
    canvas = RecordingCanvas((1600, 900))
    draw(canvas, snapshot_of(session, running))
    assert "update 20,000 of 20,000" in canvas.recording
    assert 'text "10,000"' in section(canvas.recording, "chart")
    assert 'text "20,000"' in section(canvas.recording, "numbers")
    assert "20000" not in canvas.recording
