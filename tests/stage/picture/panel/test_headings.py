"""What stands beside the lanes' names: in one picture all tell the same, and nothing is cut."""

from dataclasses import replace

import pytest
from recording_canvas import RecordingCanvas

from sim.languages import LANGUAGES
from sim.scene import Scene, load_scene
from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.picture import draw, snapshot_of
from sim.stage.session.session import begin, race

NAMES = ("adaptive-rules", "batch-ladder", "learning-rate-ladder", "warm-restarts")


def beside_names(scene: Scene, language: str, size: tuple[int, int]) -> str:
    """What is drawn for a projector."""
    race(scene).extend(1)
    shown = replace(begin(scene), playing=False, live=False, presenter=True, language=language)
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(shown, race(scene)))
    return canvas.recording


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(1600, 900), (1366, 768)])
def test_all_lanes_tell_the_same_of_their_settings(name: str, language: str, size: tuple[int, int]) -> None:
    scene = load_scene(name)
    drawn = beside_names(scene, language, size).split("lane 1\n")[0].splitlines()
    told = [line.split('"')[1] for line in drawn if "text" in line and "align 1" in line and "bold" not in line]
    settings = [words for words in told if "η " in words]
    assert len(settings) == len(scene.lanes)
    assert len({"B " in words for words in settings}) == 1
    assert len({words.startswith("η ") for words in settings}) == 1
    assert not any(line.split('"')[1].endswith("…") for line in drawn if "text" in line and "align 1" in line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "signs"), [("local-minimum", ["η λ B", "η B"]), ("batch-ladder", ["η B"])])
def test_no_language_leaves_out_settings_that_have_room_in_small_type(
    name: str, signs: list[str], language: str
) -> None:
    drawn = beside_names(load_scene(name), language, SMALLEST).split("lane 1\n")[0].splitlines()
    told = [line.split('"')[1] for line in drawn if "text" in line and "align 1" in line and "bold" not in line]
    found = {" ".join(part.split()[0] for part in words.split(" · ")) for words in told if "η " in words}
    assert sorted(found) == sorted(signs)
