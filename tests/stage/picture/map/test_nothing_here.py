"""Where the loss has no finite value anywhere on a map, the map says so."""

import pytest
from recording_canvas import RecordingCanvas

from sim.descent.examples.recipes import ShiftedExamples
from sim.descent.problem import Problem
from sim.stage.drawing.camera import FLAT, Pose
from sim.stage.picture.map.site import camera_on
from sim.stage.picture.map.terrain import draw_terrain
from sim.stage.style.theme import load_theme
from sim.surface.functions.formula import Formula
from sim.surface.protocol import Window

THEME = load_theme("light")
WORDS = "The loss has no finite value anywhere here."


@pytest.mark.parametrize("pose", [FLAT, Pose(-16, 44)])
def test_it_is_said_only_where_nothing_is_finite(pose: Pose) -> None:
    problem = Problem(*ShiftedExamples(sigma=0.1).sums(Formula("log(x) + y^2")), Window(1.0, 3.0, -1.0, 1.0))

    def drawn(window: Window) -> str:
        canvas = RecordingCanvas((400, 300))
        draw_terrain(canvas, problem, camera_on(problem, window, (400, 300), pose), THEME, 1.0)
        return canvas.recording

    assert WORDS in drawn(Window(-9.0, -7.0, -1.0, 1.0))
    assert WORDS not in drawn(Window(-1.0, 1.0, -1.0, 1.0))
