"""What stands beside the chart: numbers that differ are written differently, and none is wider than its room."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from recording_canvas import RecordingCanvas
from recordings import section

from sim.descent.clock import Timing
from sim.descent.race import Race
from sim.scene import load_scene, parse_scene
from sim.stage.picture.chart.axes import SIGNS, Axes, axes, loss_marks
from sim.stage.picture.chart.chart import Chart
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.style import text
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
        assert tip[1] == chart.plot.top  # It points up, and stays below the legend,
        assert all(chart.plot.top < y < chart.plot.bottom for _, y in others)
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


def chart_of(surface: str, lanes: str, updates: int) -> tuple[Race, Axes]:
    """The race of such lanes on a surface, and the axes of its chart once it has made those updates."""
    scene = parse_scene(
        f'title = "A fall"\nlook = "A fall."\nupdates = {updates}\nstart = [0.6, 0.1]\nwindow = [[-1, 1], [-1, 1]]\n'
        f'[surface]\nkind = "formula"\nformula = "{surface}"\n[examples]\nkind = "shifted"\nsigma = 0.0\n{lanes}',
        "falling",
    )
    running = scene.race()
    running.extend(updates)
    return running, axes(running, scene.timing("updates"), "updates", updates, updates)


DESCENT = '[lane.descent]\nrule = "gradient descent"\nlearning_rate = {rate}\nbatch_size = "full"\n'


@pytest.mark.parametrize(
    ("surface", "lowest"), [("x^2 - y^2", -1.0), ("x*y", -1.0), ("x^3 - 3*x*y^2", -2.0), ("-exp(x^2)", -2.718282)]
)
def test_a_loss_that_falls_without_bound_is_followed_to_the_lowest_on_the_map(surface: str, lowest: float) -> None:
    race, frame = chart_of(surface, DESCENT.format(rate=0.1), 200)
    losses = race.tracks[0].loss
    assert losses[np.isfinite(losses)].min() < -1e6
    assert not frame.logarithmic
    assert frame.low == pytest.approx(lowest, abs=0.1 * (frame.high - frame.low))
    assert frame.high > losses[0]


def test_a_loss_that_comes_to_rest_far_below_the_map_or_falls_steadily_is_followed_to_its_end() -> None:
    for surface, rate in (("-50*exp(-(x - 4)^2/8 - y^2/8)", 0.1), ("-20*x", 0.1)):
        race, frame = chart_of(surface, DESCENT.format(rate=rate), 200)
        assert race.tracks[0].loss.min() < -45
        assert frame.low < race.tracks[0].loss.min()


def test_beside_a_lane_that_falls_without_bound_others_can_be_read() -> None:
    """One lane's first step leads over the ridge, behind which there is no bottom; the other rests in the dip."""
    lanes = DESCENT.format(rate=0.01) + DESCENT.format(rate=5).replace("lane.descent", 'lane."long steps"')
    race, frame = chart_of("0.5*x^2 - x^4/4 + y^2/20", lanes, 1000)
    resting, falling = (track.loss for track in race.tracks)
    assert falling[np.isfinite(falling)].min() < -1e6
    assert resting[-1] == pytest.approx(0.0, abs=1e-4)
    assert frame.high - frame.low < 5 * (resting[0] - resting[-1] + 0.25)


@pytest.mark.parametrize(("surface", "ends"), [("x^2 - y^2", "finite"), ("x^3 - 3*x*y^2", "overflown")])
def test_a_lane_that_has_fallen_out_of_the_chart_is_pointed_at_from_its_lower_edge(surface: str, ends: str) -> None:
    race, frame = chart_of(surface, DESCENT.format(rate=0.1), 200)
    track = race.tracks[0]
    assert (track.overflow is not None) is (ends == "overflown")
    look, canvas = load_theme("light"), RecordingCanvas((900, 160))
    chart = Chart(race, frame, (900, 160), look, 12)
    chart.draw(canvas, (0, 0), 200)
    cursor = max(number for number, line in enumerate(canvas.lines) if line.startswith("rule"))
    (tip,) = [line.split() for line in canvas.lines[cursor:] if line.startswith("polygon")]
    end, *others = [tuple(map(float, word.split(","))) for word in tip[1:-1]]
    assert end[1] == chart.plot.bottom
    assert all(chart.plot.top < y < chart.plot.bottom for _, y in others)  # The axis below has numbers.
    assert end[0] == pytest.approx(chart.plot.left + chart.plot.width * track.updates / 200, abs=0.1)


@pytest.mark.parametrize("rate", [0.2, 0.001, 0.00075, 7.5e-7, 0.0123, 1234.5])
@pytest.mark.parametrize("em", [8, 12, 15, 17, 24])
def test_the_highest_learning_rate_stands_within_the_chart_s_border(rate: float, em: int) -> None:
    scene, look, size = load_scene("warm-restarts"), load_theme("light"), (60 * em, 12 * em)
    lanes = tuple(replace(lane, rule=replace(lane.rule, learning_rate=rate)) for lane in scene.lanes)
    running, timing = replace(scene, lanes=lanes).race(), scene.timing("updates")
    canvas = RecordingCanvas(size)
    Chart(running, axes(running, timing, "updates", 600, 0), size, look, em).draw(canvas, (0, 0), 0)
    (line,) = [line for line in canvas.lines if "≤" in line]
    words, right, height = (
        line.split('"')[1],
        float(line.split('"')[2].split(",")[0]),
        int(line.split(" size ")[1].split()[0]),
    )
    assert right - text.width(words, height) >= 0.3 * em
    assert height >= 0.6 * em
    assert float(words.split("≤")[1].replace("−", "-")) == pytest.approx(rate, rel=0.005)
