"""What is written is read as the same scene."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from sim.descent.examples.recipes import EXAMPLES, RegressionExamples, TiltedExamples
from sim.descent.lane import Lane
from sim.descent.rules import RULES
from sim.scene import Caption, Scene, SceneError, load_scene, parse_scene, scene_files
from sim.scene.speech import Translation
from sim.scene.writing import scene_tables, scene_text
from sim.surface.functions import SURFACES
from sim.surface.functions.formula import Formula

NAMES = list(scene_files())


def read_again(scene: Scene) -> Scene:
    return parse_scene(scene_text(scene), scene.name)


@pytest.mark.parametrize("name", NAMES)
def test_every_scene_is_read_as_it_was_written(name: str) -> None:
    scene = load_scene(name)
    assert read_again(scene) == scene
    assert scene_text(read_again(scene)) == scene_text(scene)


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_is_the_same_value_in_another_process(name: str) -> None:
    scene = load_scene(name)
    sent = pickle.loads(pickle.dumps(scene))
    assert (sent, hash(sent)) == (scene, hash(scene))


@pytest.mark.parametrize("kind", SURFACES)
def test_every_surface_is_written(kind: str) -> None:
    scene = load_scene("himmelblau")
    surface = Formula("x^2 + sin(x*y)") if kind == "formula" else SURFACES[kind]()
    window = surface.usual_window
    start = (window.x0, window.y1)
    changed = replace(scene, surface=surface, window=window, start=start, examples=TiltedExamples(sigma=0.1))
    assert read_again(changed) == changed


def test_every_rule_is_written() -> None:
    scene = load_scene("himmelblau")
    for first in range(0, len(RULES), 3):
        rules = list(RULES.values())[first : first + 3]
        lanes = tuple(Lane(f"lane {i}", rule(learning_rate=0.1 + i), 1 + i) for i, rule in enumerate(rules))  # type: ignore[call-arg]
        changed = replace(scene, lanes=lanes, claims=(None,) * len(lanes), captions=(), question=None, translations=())
        assert read_again(changed) == changed


def test_every_kind_of_examples_occurs_in_a_scene() -> None:
    assert {type(load_scene(name).examples) for name in NAMES} == set(EXAMPLES.values())


def test_odd_words_and_numbers_survive() -> None:
    scene = load_scene("local-minimum")
    name = 'a "quoted" = [lane].\\ ✓ 批'
    changed = replace(
        scene,
        title="'''\"\"\" # no comment",
        start=(-1 / 3, -0.0),
        seed=2**53 - 1,
        lanes=(replace(scene.lanes[0], name=name), *scene.lanes[1:]),
        captions=(
            Caption(on="update", text="Wait.", lane=name, update=3),
            Caption.model_validate({"on": "end", "text": "End.", "zh": "完"}),
        ),
        question=None,
        translations=(("zh", Translation(lane=((name, "批"),))),),
    )
    again = read_again(changed)
    assert again == changed
    assert str(again.start) == str(changed.start)


def test_a_full_batch_stays_full() -> None:
    tables = scene_tables(load_scene("local-minimum"))
    assert [lane["batch_size"] for lane in tables["lane"].values()] == ["full", 1, "full"]


def test_what_is_not_there_is_not_written() -> None:
    two = load_scene("two-weights")
    assert "surface" not in scene_tables(two)
    assert isinstance(two.examples, RegressionExamples)
    same_truth = replace(two, examples=replace(two.examples, test_truth=None))
    assert "test_truth" not in scene_tables(same_truth)["examples"]
    assert read_again(same_truth) == same_truth


def test_the_tables_are_the_callers_own() -> None:
    scene = load_scene("local-minimum")
    scene_tables(scene)["surface"]["wells"][0]["center"][0] = 9.0
    assert scene_tables(scene)["surface"]["wells"][0]["center"][0] == -1.2


def test_a_start_that_was_dropped_outside_of_the_window_is_read_again() -> None:
    scene = replace(load_scene("local-minimum"), start=(-2.9, 2.76))
    assert not scene.window.contains(np.array(scene.start))
    assert read_again(scene) == scene
    by_hand = scene_text(scene).partition("\n[saved]")[0]
    with pytest.raises(SceneError, match="lies outside the window"):
        parse_scene(by_hand, scene.name)
