"""The strip at the foot of a lane's map while its learning rate is looked for; the former way when it is found."""

from dataclasses import replace

import pytest
from messages import after
from recording_canvas import RecordingCanvas
from scenes import flat_scene

from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.setting import setting
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.lanes import SelectLane
from sim.stage.session.session import Session, begin
from sim.stage.session.tuning import Searched, Tune, Tuned, searching
from sim.stage.session.view import Toggle, ToggleView
from sim.stage.views import ViewName
from sim.study.statistics.intervals import Estimate
from sim.study.tuning.tuned import LaneTuned, Trial


@pytest.fixture
def session() -> Session:
    return after(replace(begin(flat_scene("local-minimum")), playing=False), SelectLane(1), Tune())


def drawn(session: Session) -> list[str]:
    """What is drawn, verb by verb."""
    running = race(session.scene)
    running.extend(session.horizon + 1)
    canvas = RecordingCanvas(SMALLEST)
    draw(canvas, snapshot_of(session, running))
    return list(canvas.lines)


def scene_of(session: Session) -> Searched:
    search = searching(session)
    assert search is not None
    return Searched(search.scene, 0.25, 0.1784)


@pytest.mark.parametrize("together", [False, True])
def test_a_bar_is_as_long_as_the_search_has_come_and_the_best_so_far_stands_above_it(
    session: Session, together: bool
) -> None:
    there = after(session, scene_of(session))
    there = after(there, Toggle("together")) if together else there
    here = setting(there, SMALLEST)
    area = here.places.panels[1].map
    lines = drawn(there)
    assert any('"finding η: 25 % · 0.1784 is ahead · Shift U stops it"' in line for line in lines)
    color = "#{:02x}{:02x}{:02x}".format(*here.theme.lane(1))
    thin = max(3, round(0.28 * here.places.em))
    bar = f"{area.left},{area.bottom - thin} {round(0.25 * area.width)}x{thin}"
    assert [line for line in lines if bar in line and color in line], [line for line in lines if color in line]


def test_only_while_it_goes_on(session: Session) -> None:
    assert any("finding η" in line for line in drawn(session))
    assert not any("finding η" in line for line in drawn(after(session, Tune())))


def test_the_former_way_is_seen_beside_the_new_one_as_long_as_it_is_told(session: Session) -> None:
    equal = Estimate(0.0, 0.0, 0.0)
    best, own = (Trial({"learning_rate": rate}, equal, equal, equal, 0) for rate in (0.2, 0.15))
    found = LaneTuned("minibatch", 400, False, best, own, (), (0.2, 0.2), False, False, 17, equal, 0)
    there = after(session, Tuned(scene_of(session).scene, "escaped", 200, found, True))
    lines = [line.strip() for line in drawn(there)]
    assert lines.count("ways") == 1
    assert lines.index("lane 2") < lines.index("ways") < lines.index("lane 3")
    assert "ways" not in [line.strip() for line in drawn(after(there, ToggleView(ViewName.LABELS)))]
