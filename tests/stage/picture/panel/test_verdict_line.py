"""The line of a verdict: the last move is told wherever there is room for it, and equal verdicts read alike."""

from dataclasses import replace

import pytest
from recording_canvas import RecordingCanvas

from sim.base.languages import LANGUAGES
from sim.descent.verdict.events import Escape
from sim.descent.verdict.kinds import VerdictKind
from sim.scene import load_scene
from sim.stage.picture.picture import draw
from sim.stage.picture.races import race
from sim.stage.picture.snapshot import snapshot_of
from sim.stage.session.session import begin
from sim.stage.style.theme import load_theme

SIZES = ((960, 600), (1366, 768), (1600, 900))


def told(name: str, language: str, size: tuple[int, int]) -> list[str]:
    """The lines of the verdicts in the scene's last picture, lane by lane."""
    scene = load_scene(name)
    race(scene).extend(scene.updates + 1)
    shown = replace(begin(scene), playing=False, live=False, progress=float(scene.updates), language=language)
    canvas = RecordingCanvas(size)
    draw(canvas, snapshot_of(shown, race(scene)))
    return [part.split("  numbers\n")[0] for part in canvas.recording.split("  verdict\n")[1:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verdict_that_makes_room_for_a_move_makes_enough(language: str) -> None:
    scene = load_scene("batch-ladder")
    judges, say = race(scene).judges, load_theme("light", language).say
    lines = told("batch-ladder", language, (1600, 900))
    moved = 0
    for judge, line in zip(judges, lines, strict=True):
        moves = [event for event in judge.events_until(scene.updates) if isinstance(event.kind, Escape)]
        if moves:
            moved += 1
            assert say("escaped at {update}", update=moves[-1].update) in line
    assert moved == 2


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["batch-ladder", "himmelblau"])
def test_equal_verdicts_of_one_picture_are_of_equal_length(name: str, size: tuple[int, int]) -> None:
    scene, lines = load_scene(name), told(name, "en", size)
    seen: dict[VerdictKind, set[bool]] = {}
    for judge, line in zip(race(scene).judges, lines, strict=True):
        kind = judge.verdict(scene.updates).kind
        if kind.traits.short:
            seen.setdefault(kind, set()).add(f'text "{kind.traits.short}"' in line)
    assert seen
    assert all(len(lengths) == 1 for lengths in seen.values())


def test_numbers_that_stand_below_are_no_evidence_beside_the_verdict() -> None:
    scene = load_scene("local-minimum")
    race(scene).extend(101)
    lines = []
    for numbers in (False, True):
        shown = replace(begin(scene), playing=False, live=False, progress=100.0, numbers=numbers)
        canvas = RecordingCanvas((1366, 768))
        draw(canvas, snapshot_of(shown, race(scene)))
        stuck = canvas.recording.split("  verdict\n")[1].split("  strip\n")[0]
        lines.append([words in stuck for words in ("‖∇L‖ = ", "κ = ", "above the lowest minimum")])
    assert lines == [[True, True, False], [False, False, True]]
