"""The bars that show how much past gradients weigh: they stand clear of the equation."""

import re
from dataclasses import replace

import pytest
from pygame import Rect
from recording_canvas import RecordingCanvas
from recordings import section

from sim.base.languages import LANGUAGES
from sim.descent.rules.plain.momentum import Momentum
from sim.scene import load_scene
from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.views import ViewName

RECT = re.compile(r"rect (\S+),(\S+) (\d+)x(\d+) \S+( opacity)?")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["plateau", "local-minimum", "learning-rate-ladder", "two-weights"])
def test_bars_stand_beside_the_letters_or_above_all_lines(language: str, name: str) -> None:
    scene = load_scene(name)
    running = race(scene)
    running.extend(102)
    for presenter in (False, True):
        session = replace(begin(scene), playing=False, progress=100.0, views=frozenset({ViewName.MOMENTUM}))
        session = replace(session, language=language, presenter=presenter)
        draw(canvas := RecordingCanvas(SMALLEST), snapshot_of(session, running))
        bars = 0
        for index in range(len(scene.lanes)):
            found = RECT.findall(section(section(canvas.recording, f"lane {index + 1}"), "momentum"))
            plates = [Rect(*(round(float(side)) for side in sides)) for *sides, plate in found if plate]
            shown = [Rect(*(round(float(side)) for side in sides)) for *sides, plate in found if not plate]
            assert [bar for bar in shown if bar.collidelist(plates) >= 0] == []
            bars += len(shown)
        assert bool(bars) is any(isinstance(lane.rule, Momentum) for lane in scene.lanes)


@pytest.mark.parametrize("size", [SMALLEST, (1366, 768)])
@pytest.mark.parametrize("larger", [1.0, 1.6, 4.0])
@pytest.mark.parametrize("name", ["plateau", "local-minimum", "learning-rate-ladder"])
def test_no_sum_is_cut_and_bars_have_a_caption(name: str, larger: float, size: tuple[int, int]) -> None:
    scene = load_scene(name)
    running = race(scene)
    running.extend(scene.updates + 1)
    session = replace(begin(scene), playing=False, presenter=True, larger=larger, views=frozenset({ViewName.MOMENTUM}))
    for tick in (19, 100, scene.updates):
        draw(canvas := RecordingCanvas(size), snapshot_of(replace(session, progress=float(tick), seen=tick), running))
        for index in range(len(scene.lanes)):
            drawn = section(section(canvas.recording, f"lane {index + 1}"), "momentum")
            assert "…" not in drawn
            assert ("backdrop" in drawn) is ("λᵏ" in drawn)
