"""Reduced motion: nothing glides, eases, grows or slows down by itself, in the window and in films."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from messages import after
from recording_canvas import RecordingCanvas
from recordings import section

from sim.scene import load_scene
from sim.stage.drawing.camera import FLAT, Pose
from sim.stage.export.film import films
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.playback import Elapsed, ToggleMotion, tempo
from sim.stage.session.session import Session, begin
from sim.stage.session.view import Flatten, Tilt

SIZE = (960, 600)
SCENE = load_scene("local-minimum")


@pytest.fixture
def steady() -> Session:
    race(SCENE).extend(SCENE.updates + 1)
    return after(replace(begin(SCENE), playing=False), ToggleMotion())


def drawn(session: Session, progress: float) -> str:
    canvas = RecordingCanvas(SIZE)
    draw(canvas, snapshot_of(replace(session, progress=progress, seen=int(progress)), race(SCENE)))
    return canvas.recording


def test_marbles_stay_where_they_are_until_the_next_update(steady: Session) -> None:
    assert drawn(steady, 12.0) == drawn(steady, 12.5) == drawn(steady, 12.9)
    assert drawn(steady, 12.0) != drawn(steady, 13.0)
    usual = after(steady, ToggleMotion())
    assert section(drawn(usual, 12.0), "marble") != section(drawn(usual, 12.5), "marble")


def test_time_goes_evenly(steady: Session) -> None:
    assert {tempo(replace(steady, progress=progress), race(SCENE)) for progress in range(80)} == {1.0}
    assert tempo(after(steady, ToggleMotion()), race(SCENE)) < 1


def test_maps_turn_at_once(steady: Session) -> None:
    wanted = Pose(SCENE.view.yaw, SCENE.view.tilt)
    flat = after(steady, Flatten(), Elapsed(1e-3, 0))
    assert (flat.pose, flat.goal) == (FLAT, None)
    assert after(flat, Tilt(), Elapsed(0.0, 0)).pose == wanted


def test_the_ring_around_a_marble_does_not_grow(steady: Session) -> None:
    [seen] = {event.seen for event in race(SCENE).judges[0].events if event.kind.momentous}

    def rings(session: Session, progress: int) -> set[str]:
        lane = section(drawn(session, float(progress)), "lane 1").splitlines()
        place = next(at for at, line in enumerate(lane) if line.strip() == "marble")
        return {line.split("radius")[1] for line in lane[:place] if "ring" in line and "radius" in line}

    still = rings(steady, seen) - rings(steady, seen - 1)
    assert len(still) == 1
    assert still <= rings(steady, seen + 5)
    usual = after(steady, ToggleMotion())
    assert not (rings(usual, seen) - rings(usual, seen - 1)) & rings(usual, seen + 5)


def test_a_film_with_reduced_motion_shows_each_update_until_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures: list[Any] = []

    class Kept(films.Renderer):
        def at(self, progress: float) -> Any:
            picture = super().at(progress)
            pictures.append(hash(picture.get_buffer().raw))
            return picture

    monkeypatch.setattr(films, "Renderer", Kept)
    found = []
    for steady in (True, False):
        pictures.clear()
        made = films.film(
            SCENE, tmp_path / "a.webm", size=(320, 240), theme="light", rate=8, last=4, seconds=2.0, steady=steady
        )
        list(made)
        found.append(len(set(pictures)))
    assert found == [5, 16]
