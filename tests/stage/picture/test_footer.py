"""The line below all: however large type is, no word of it is cut."""

from dataclasses import replace

import pytest
from recording_canvas import RecordingCanvas
from recordings import section

from sim.base.languages import LANGUAGES
from sim.scene import load_scene
from sim.stage.drawing.layout import SMALLEST
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.style.theme import load_theme

SCENE = load_scene("local-minimum")


def told(language: str, size: tuple[int, int], larger: float) -> list[str]:
    """What is said below the maps at the end of a race."""
    running = race(SCENE)
    running.extend(401)
    session = replace(begin(SCENE), playing=False, progress=400.0, presenter=True, larger=larger, language=language)
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(session, running))
    return [line.split('"')[1] for line in section(canvas.recording, "footer").splitlines() if 'text "' in line]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("larger", [1.0, 1.5, 2.0, 4.0])
@pytest.mark.parametrize("size", [SMALLEST, (1366, 768), (1560, 800), (1600, 900)])
def test_the_speed_makes_way_before_a_word_is_cut(size: tuple[int, int], larger: float, language: str) -> None:
    said = told(language, size, larger)
    assert not any(words.endswith("…") for words in said)
    assert sum("400" in words for words in said) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_seed_is_told_in_the_largest_type(language: str) -> None:
    seed = load_theme("light", language).say("seed {seed}", seed=SCENE.seed)
    assert any(words.endswith(f" · {seed}") for words in told(language, (1560, 800), 4.0))
