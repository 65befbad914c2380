"""The way a marble came, where land stands before a part of it, or it has left the land."""

from dataclasses import dataclass

import numpy as np
import pytest
from recording_canvas import RecordingCanvas

from sim.scene import load_scene
from sim.stage.drawing.camera import Camera
from sim.stage.picture.map.site import Map
from sim.stage.picture.map.trail import Trail, fading
from sim.surface.points import Array, Mask

SCENE = load_scene("local-minimum")
TONES = fading((0, 110, 200), (250, 250, 250))


@dataclass(frozen=True)
class Screened:
    """A map of which some of the plane is taken to be covered, or to lie beside the land."""

    plain: Map
    covered: tuple[float, float] = (0.0, 0.0)
    """Between which x,"""
    gone: tuple[float, float] = (0.0, 0.0)
    """and the same for what lies beside."""

    @property
    def camera(self) -> Camera:
        return self.plain.camera

    def project(self, points: Array) -> Array:
        return self.plain.project(points)

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        return self.plain.pixel(x, y)

    def hides(self, x: float, y: float) -> bool:
        return bool(self.hidden(np.array([x, y])))

    def vector(self, vectors: Array, at: Array) -> Array:
        return self.plain.vector(vectors, at)

    def front(self, across: Array) -> Array:
        return self.plain.front(across)

    def under(self, pixels: Array) -> Array:
        return self.plain.under(pixels)

    def hidden(self, points: Array) -> Mask:
        low, high = self.covered
        return np.asarray(((low < points[..., 0]) & (points[..., 0] < high)) | self.beside(points))

    def beside(self, points: Array) -> Mask:
        low, high = self.gone
        return np.asarray((low < points[..., 0]) & (points[..., 0] < high))


def drawn(covered: tuple[float, float] = (0.0, 0.0), gone: tuple[float, float] = (0.0, 0.0)) -> list[str]:
    """The lines and dots of momentum's way after 40 updates."""
    running = SCENE.race()
    running.extend(60)
    site = Screened(Map(Camera(SCENE.window, 900, 540)), covered, gone)
    trail, canvas = Trail(running.tracks[2], site, TONES, 1.0), RecordingCanvas((900, 540))
    trail.draw_last(canvas, (0, 0), trail.stretch(40))
    return [line.strip() for line in canvas.lines if line.strip().startswith(("line", "dots"))]


def colors(lines: list[str], verb: str) -> list[str]:
    return [next(word for word in line.split() if word.startswith("#")) for line in lines if line.startswith(verb)]


def test_what_hides_a_part_changes_no_tone_of_the_rest() -> None:
    whole, part = drawn(), drawn(covered=(0.5, 1.2))
    assert len(set(colors(whole, "line"))) > 3  # It fades like a comet's tail,
    assert set(colors(part, "line")) == set(colors(whole, "line"))
    assert colors(part, "line")[-1] == colors(whole, "line")[-1]
    assert set(colors(part, "dots")) <= set(colors(whole, "dots"))


def test_behind_land_a_way_is_thin_and_has_no_dots() -> None:
    whole, part = drawn(), drawn(covered=(-9.0, 9.0))
    assert {line.rsplit("width ", 1)[1] for line in part} == {"1"}
    assert not colors(part, "dots")
    assert colors(whole, "dots")


def test_beside_the_land_there_is_nothing() -> None:
    assert drawn(gone=(-9.0, 9.0)) == []
    assert len(drawn(gone=(0.5, 1.2))) > 0


@pytest.mark.parametrize("update", [3, 40])
def test_the_way_ends_at_the_marble(update: int) -> None:
    running = SCENE.race()
    running.extend(60)
    site = Map(Camera(SCENE.window, 900, 540))
    stretch = Trail(running.tracks[2], site, TONES, 1.0).stretch(update)
    np.testing.assert_allclose(stretch.marble, site.project(running.tracks[2].theta[update]))


def test_of_a_marble_that_is_thrown_out_the_movements_past_the_map_are_pale() -> None:
    running = load_scene("learning-rate-ladder").race()
    running.extend(40)
    track = running.tracks[3]
    camera = Camera(running.problem.window, 900, 540)
    inside = (np.abs(camera.project(track.theta[:41]) - (450, 270)) <= (450, 270)).all(axis=1)
    assert inside.tolist() == [True] * 2 + [False] * 39  # Once it is out it is never seen again.
    trail, canvas = Trail(track, Map(camera), TONES, 1.0), RecordingCanvas((900, 540))
    trail.draw_last(canvas, (0, 0), trail.stretch(40))
    passing = "#{:02x}{:02x}{:02x}".format(*TONES.passing)
    lines = [line for line in map(str.strip, canvas.lines) if line.startswith("line")]
    assert [passing in line for line in lines] == [False] + [True] * (len(lines) - 1)
    assert len(lines) > 1


def test_of_movements_past_the_map_that_lie_close_together_only_some_are_drawn() -> None:
    running = load_scene("ravine").race()
    running.extend(200)
    track, camera = running.tracks[1], Camera(running.problem.window, 900, 540)
    across = camera.project(track.theta)[:, 0]
    trail, canvas = Trail(track, Map(camera), TONES, 1.0), RecordingCanvas((900, 540))
    trail.draw_whole(canvas, (0, 0), trail.stretch(200))
    passing = "#{:02x}{:02x}{:02x}".format(*TONES.passing)
    drawn = [line for line in canvas.lines if passing in line and line.strip().startswith("line")]
    assert np.ptp(across[100:200]) < 9  # A hundred of them lie within the width of two,
    assert 10 < len(drawn) <= np.ptp(across[20:]) / 5 + 2  # and few of them are drawn.
