"""Arrows end on the map, whatever they show."""

from dataclasses import replace
from typing import Any

import pytest
from recording_canvas import RecordingCanvas

from sim.scene import load_scene
from sim.stage.drawing.camera import FLAT, Pose
from sim.stage.drawing.glyphs import draw_arrow
from sim.stage.picture.panel import course
from sim.stage.picture.picture import draw, snapshot_of
from sim.stage.picture.setting import setting
from sim.stage.picture.views import momentum
from sim.stage.session.session import begin, race

SIZE = (960, 600)
SCENES = ("local-minimum", "learning-rate-ladder", "himmelblau")


@pytest.mark.parametrize("views", [frozenset[str](), frozenset({"momentum"})])
@pytest.mark.parametrize("aslant", [False, True])
def test_no_arrow_leaves_the_map(aslant: bool, views: frozenset[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[tuple[tuple[float, float], bool]] = []

    def watched(canvas: Any, start: Any, tip: Any, color: Any, halo: Any, stroke: Any, goes_on: bool = False) -> None:
        ends.append((tip, goes_on))
        draw_arrow(canvas, start, tip, color, halo, stroke, goes_on=goes_on)

    monkeypatch.setattr(course, "draw_arrow", watched)
    monkeypatch.setattr(momentum, "draw_arrow", watched)
    cut = 0
    for name in SCENES:
        scene = load_scene(name)
        race(scene).extend(60)
        pose = Pose(scene.view.yaw, scene.view.tilt) if aslant else FLAT
        session = replace(begin(scene), views=views, pose=pose, playing=False)
        places = setting(session, SIZE).places
        maps = [panel.map for panel in places.panels]
        for update in (0, 7, 14):
            ends.clear()
            draw(RecordingCanvas(SIZE), snapshot_of(replace(session, progress=float(update), seen=update), race(scene)))
            assert all(any(area.collidepoint(tip) for area in maps) for tip, _ in ends), (name, update)
            cut += sum(goes_on for _, goes_on in ends)
    assert bool(cut) is not bool(views)
