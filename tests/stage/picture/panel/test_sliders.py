"""Sliders at the lanes: what they stand at, what dragging one does, and the way as it was beside the one to be."""

import itertools
import re
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from recording_canvas import RecordingCanvas
from scenes import flat_scene

from sim.scene import Scene, load_scene
from sim.stage.drawing.layout import SMALLEST
from sim.stage.input.mouse import Act, Hand, Mouse, Sliding, respond
from sim.stage.picture.map.ways import FARTHEST, way
from sim.stage.picture.panel.sliders import LaneSlider, sliders
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.dials import dials
from sim.stage.session.session import Message, Session, begin, update
from sim.stage.session.setup import OpenScene
from sim.stage.style.theme import load_theme
from sim.surface.functions.formula import Formula


@pytest.fixture
def scene() -> Scene:
    return flat_scene("local-minimum")


@pytest.fixture
def session(scene: Scene) -> Session:
    return replace(begin(scene), playing=False, progress=20.0, seen=20)


def found(session: Session, lane: int) -> dict[str, LaneSlider]:
    places = setting(session, SMALLEST).places
    return {each.dial.name: each for each in sliders(session.scene, lane, places.panels[lane], places.em)}


def differs(scene: Scene, name: str) -> bool:
    """Whether what a slider stands at differs from lane to lane."""
    every = [dial for lane in range(len(scene.lanes)) for dial in dials(scene, lane)]
    return len({dial.value for dial in every if dial.name == name}) > 1


def test_where_there_is_room_for_one_slider_it_is_the_batch_size_s_where_only_that_differs() -> None:
    there = replace(begin(flat_scene("batch-ladder")), larger=2.0)
    places = setting(there, (1560, 800)).places
    for lane, panel in enumerate(places.panels):
        assert [each.dial.name for each in sliders(there.scene, lane, panel, places.em)] == ["batch"]


@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), (1600, 900), (1920, 1080)])
@pytest.mark.parametrize("name", ["local-minimum", "adaptive-rules", "batch-ladder"])
@pytest.mark.parametrize("controls", [False, True])
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("larger", [1.0, 1.331, 1.4, 1.61, 2.0])
def test_a_slider_s_bar_is_long_enough_to_set_it_and_what_tells_lanes_apart_stays_to_the_last(
    size: tuple[int, int], name: str, controls: bool, together: bool, larger: float
) -> None:
    there = replace(begin(flat_scene(name)), controls=controls, together=together, larger=larger)
    places = setting(there, size).places
    for lane, panel in enumerate(places.panels):
        shown = sliders(there.scene, lane, panel, places.em)
        every = {dial.name: differs(there.scene, dial.name) for dial in dials(there.scene, lane)}
        names = [slider.dial.name for slider in shown]
        assert names == [name for name in every if name in names]
        assert sum(map(every.__getitem__, names)) == min(len(names), sum(every.values()))
        assert bool(shown) == bool(panel.sliders.height)
        assert shown or together  # Beside one map, cards may be too low.
        assert all(slider.bar.width >= 2.7 * places.em and panel.sliders.contains(slider.place) for slider in shown)
        assert all(a.place.right < b.place.left for a, b in itertools.pairwise(shown))


def dragged(session: Session, slider: LaneSlider, to: float) -> tuple[Session, Hand]:
    """The session while the knob is held at a share of its bar."""
    hand, there = Hand(), round(slider.bar.left + to * slider.bar.width)
    knob = round(slider.bar.left + slider.dial.position * slider.bar.width)
    for act, pixel in ((Act.DOWN, (knob, slider.place.centery)), (Act.MOVE, (there, slider.place.centery))):
        hand, deeds = respond(hand, Mouse(act, pixel), session, SMALLEST)
        for deed in deeds:
            session = update(session, cast(Message, deed))
    return session, hand


def test_a_lane_has_its_learning_rate_its_momentum_if_it_has_one_and_its_batch_size(session: Session) -> None:
    assert list(found(session, 0)) == ["rate", "batch"]
    assert list(found(session, 2)) == ["rate", "memory", "batch"]
    assert [each.dial.value for each in found(session, 2).values()] == ["0.15", "0.9", "20"]


def test_a_slider_sets_its_own_lane_and_no_other(session: Session) -> None:
    slower, _ = dragged(session, found(session, 1)["rate"], 0.0)
    assert slower.lane == 1
    rates = [lane.rule.learning_rate for lane in slower.scene.lanes]
    assert rates[1] < 0.001
    assert (rates[0], rates[2]) == (0.15, 0.15)
    larger, _ = dragged(session, found(session, 1)["batch"], 1.0)
    assert [lane.batch_size for lane in larger.scene.lanes] == [20, 20, 20]
    lighter, _ = dragged(session, found(session, 2)["memory"], 0.0)
    assert getattr(lighter.scene.lanes[2].rule, "decay", None) == 0.0


def test_the_moment_stays_while_a_slider_is_dragged(session: Session) -> None:
    there, hand = dragged(session, found(session, 0)["rate"], 0.4)
    assert isinstance(hand.gesture, Sliding)
    assert there.tick == session.tick
    assert there.former == (session.scene, 0)
    _, deeds = respond(hand, Mouse(Act.UP, (0, 0)), there, SMALLEST)
    for deed in deeds:
        there = update(there, cast(Message, deed))
    assert there.former is None


def test_the_way_as_it_was_and_as_it_is_to_be_is_seen_in_that_lane_alone(session: Session) -> None:
    there, _ = dragged(session, found(session, 0)["rate"], 0.4)
    running = race(there.scene)
    running.extend(21)
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(there, running))
    drawn = canvas.recording
    assert drawn.count(" ways\n") == 1
    part = [line for line in drawn[drawn.index(" ways\n") :].splitlines() if " line " in line][:4]
    theme = load_theme(there.theme)
    former, coming, halo = ("#{:02x}{:02x}{:02x}".format(*tone) for tone in (theme.mark, theme.lane(0), theme.halo))
    assert [next(tone for tone in (former, coming, halo) if tone in line) for line in part] == [
        *(halo, former),
        *(halo, coming),
    ]
    ends = [line.split("…")[1].split()[0] for line in (part[1], part[3])]
    assert ends[0] != ends[1] or part[1].split("sum")[1] != part[3].split("sum")[1]


def test_a_slider_that_was_taken_is_let_go_of_however_that_comes(session: Session) -> None:
    for act, more in (
        (Act.UP, {}),
        (Act.MOVE, {"held": False}),  # It was released outside the window.
        (Act.LEAVE, {"held": False}),
        (Act.DOWN, {"right": True}),
    ):
        there, hand = dragged(session, found(session, 0)["rate"], 0.4)
        assert there.former is not None
        _, deeds = respond(hand, Mouse(act, (5, 5), **more), there, SMALLEST)
        for deed in deeds:
            there = update(there, cast(Message, deed))
        assert there.former is None, act


def test_another_scene_has_no_former_way(session: Session) -> None:
    there, _ = dragged(session, found(session, 0)["rate"], 0.4)
    assert update(there, OpenScene(3)).former is None


def test_a_way_is_the_race_s_own_bit_for_bit(scene: Scene) -> None:
    running = scene.race()
    running.extend(100)
    for lane, track in enumerate(running.tracks):
        assert np.array_equal(way(scene, lane, 100), track.theta[:101])


def test_a_way_ends_before_it_leaves_what_can_be_seen(scene: Scene) -> None:
    wild = replace(scene.lanes[0], rule=replace(scene.lanes[0].rule, learning_rate=50.0))
    theta = way(replace(scene, lanes=(wild, *scene.lanes[1:]), claims=(None,) * 3), 0, 100)
    assert np.isfinite(theta).all()
    assert len(theta) < 20
    assert len(way(scene, 0, 10 * FARTHEST)) == FARTHEST + 1


def test_a_picture_in_a_file_has_no_sliders(session: Session) -> None:
    assert not found(replace(session, live=False), 0)
    assert not found(replace(session, presenter=True), 0)


@pytest.mark.parametrize("factor", ["1e-300", "1e6^-50", "1e6^20"])
def test_the_learning_rate_s_slider_ends_at_numbers_that_a_rule_takes(scene: Scene, factor: str) -> None:
    there = replace(scene, surface=Formula(f"{factor}*(x^2+y^2)"), captions=(), question=None, claims=(None,) * 3)
    rate = dials(there, 0)[0]
    for position in (0.0, 0.5, 1.0):
        changed = update(replace(begin(there), lane=0), rate.message(position))
        assert 0 < changed.scene.lanes[0].rule.learning_rate <= 1e6


@pytest.mark.parametrize("rate", [0.15, 0.00075, 3.75e-05, 1e-10, 123456.0])
@pytest.mark.parametrize("size", [(960, 600), (1366, 768)])
def test_no_number_beside_a_slider_is_cut(rate: float, size: tuple[int, int]) -> None:
    scene = load_scene("local-minimum")
    lanes = tuple(replace(lane, rule=replace(lane.rule, learning_rate=rate)) for lane in scene.lanes)
    session, canvas = begin(replace(scene, lanes=lanes)), RecordingCanvas(size)
    draw(canvas, snapshot_of(session, race(session.scene)))
    _, words, *_ = re.findall('text "([^"]*)"', canvas.recording.split("  sliders\n")[1])  # The first is its letter.
    assert "…" not in words
    assert float(words.replace("−", "-")) == pytest.approx(rate, rel=0.1)
