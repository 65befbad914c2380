"""Names of lanes: what was made for settings follows them, what a user says stays."""

from dataclasses import replace

import pytest
from messages import after

from sim.base.languages import TRANSLATIONS
from sim.scene import load_scene, scene_files
from sim.scene.reading import Saved, parse_saved
from sim.scene.saving import saved_text
from sim.scene.speech import LONGEST_NAME
from sim.stage.session.lanes import (
    AddLane,
    ChooseRule,
    DuplicateLane,
    NameLane,
    RemoveLane,
    SelectLane,
    SetBatchSize,
    SetHyperparameter,
)
from sim.stage.session.names import in_languages
from sim.stage.session.problem import SetCount
from sim.stage.session.scenes import OpenBrought
from sim.stage.session.session import Message, Session, begin, update
from sim.stage.session.setup import OpenScene, Return
from sim.stage.window.files.documents import OpenSaved


def names(session: Session) -> list[str]:
    return [lane.name for lane in session.scene.lanes]


def opened(name: str) -> Session:
    return begin(load_scene(name))


@pytest.mark.parametrize(
    ("scene", "lane", "messages", "name"),
    [
        ("local-minimum", 0, [SetBatchSize(3)], "minibatch (2)"),
        ("local-minimum", 0, [ChooseRule("adam")], "Adam"),
        ("local-minimum", 0, [ChooseRule("momentum")], "momentum (2)"),
        ("local-minimum", 0, [SetHyperparameter("learning_rate", 0.3)], "full batch"),
        ("local-minimum", 1, [SetBatchSize(4)], "minibatch"),
        ("local-minimum", 2, [SetBatchSize(4)], "momentum"),
        ("local-minimum", 2, [ChooseRule("gradient descent")], "full batch (2)"),
        ("batch-ladder", 0, [SetBatchSize(3)], "B = 3"),
        ("batch-ladder", 0, [ChooseRule("adam")], "B = 1"),
        ("learning-rate-ladder", 1, [SetHyperparameter("learning_rate", 0.3)], "η = 0.3"),
        ("ravine", 0, [SetHyperparameter("learning_rate", 0.02)], "descent, η = 0.02"),
        ("ravine", 0, [ChooseRule("rmsprop")], "RMSprop, η = 0.036"),
        ("adaptive-rules", 4, [ChooseRule("adamw")], "AdamW"),
    ],
)
def test_a_name_that_says_settings_follows_them(scene: str, lane: int, messages: list[Message], name: str) -> None:
    assert names(after(opened(scene), SelectLane(lane), *messages))[lane] == name


def test_a_number_stays_while_the_rest_is_true(session: Session) -> None:
    there = after(session, SelectLane(1), DuplicateLane(), SelectLane(1), RemoveLane(), SelectLane(2), SetBatchSize(4))
    assert names(there)[1:] == ["momentum", "minibatch (2)"]


def test_a_name_comes_back_with_its_settings_and_with_its_captions(session: Session) -> None:
    there = after(session, SetBatchSize(3), SetBatchSize(20))
    assert names(there) == names(session)
    assert there.scene.captions == session.scene.captions


def test_with_more_examples_a_full_batch_stays_one_and_with_fewer_a_batch_becomes_one(session: Session) -> None:
    assert names(after(session, SetCount(40))) == names(session)
    assert names(after(session, SelectLane(1), SetBatchSize(10), SetCount(5)))[1] == "full batch (2)"


def test_the_user_s_names_stay_whatever_the_lane_becomes(session: Session) -> None:
    there = after(session, NameLane("  my  own "), SetBatchSize(3), ChooseRule("adam"))
    assert names(there)[0] == "my own"
    assert names(after(session, NameLane("momentum 7"), ChooseRule("momentum"), ChooseRule("adam")))[0] == "momentum 7"
    author = replace(session, scene=replace(session.scene, lanes=(replace(session.scene.lanes[0], name="Anna"),)))
    assert names(after(author, SetBatchSize(3), ChooseRule("adam"))) == ["Anna"]


def test_without_a_name_a_lane_is_called_by_its_settings_again(session: Session) -> None:
    there = after(session, NameLane("Anna"), SetBatchSize(3), ChooseRule("adam"), NameLane(" "))
    assert names(there)[0] == "Adam"
    assert names(after(there, ChooseRule("nesterov")))[0] == "Nesterov"


@pytest.mark.parametrize(
    "message",
    [
        OpenScene(list(scene_files()).index("local-minimum")),
        OpenBrought(0),
        OpenSaved(Saved(load_scene("local-minimum"), None)),
    ],
)
def test_a_name_is_the_user_s_in_its_own_scene_only(message: Message) -> None:
    before = replace(opened("learning-rate-ladder"), brought=(load_scene("local-minimum"),))
    there = after(before, NameLane("full batch"), message)
    assert names(after(there, SetBatchSize(3)))[0] == "minibatch (2)"
    assert names(after(there, Return(), SetBatchSize(3)))[0] == "full batch"


def test_what_is_said_of_a_lane_is_said_of_it_under_its_new_name(session: Session) -> None:
    there = after(session, NameLane("Anna"))
    for before, caption in zip(session.scene.captions, there.scene.captions, strict=True):
        assert caption.lane == ("Anna" if before.lane == "full batch" else before.lane)
    assert there.scene.question is not None
    assert "Anna" in there.scene.question.answer


@pytest.mark.parametrize("name", ["minibatch", "x" * (LONGEST_NAME + 1), "a\0b"])
def test_a_name_that_cannot_be_is_refused_and_said(session: Session, name: str) -> None:
    there = after(session, NameLane(name))
    assert names(there) == names(session)
    assert there.notice


def test_lanes_that_are_added_have_made_names(session: Session) -> None:
    there = after(session, AddLane())
    assert names(there)[3] == "full batch, η = 0.15"
    there = after(there, SetHyperparameter("learning_rate", 0.3))
    assert names(there)[3] == "full batch, η = 0.3"
    assert names(after(there, SetBatchSize(1)))[3] == "minibatch, η = 0.3"
    assert names(after(session, SelectLane(1), DuplicateLane(), DuplicateLane()))[3:] == [
        "minibatch (2)",
        "minibatch (3)",
    ]


@pytest.mark.parametrize("rate", [0.036, 2.0])
def test_the_number_of_a_copy_is_none_of_its_settings(rate: float) -> None:
    there = after(opened("ravine"), SetHyperparameter("learning_rate", rate), DuplicateLane(), DuplicateLane())
    first = names(there)[0]
    assert names(there)[-2:] == [f"{first} (2)", f"{first} (3)"]
    assert first.endswith(f"η = {rate:g}")
    assert names(after(there, SetHyperparameter("learning_rate", 0.5)))[-1] == "descent, η = 0.5"


def test_a_copy_of_the_longest_name_is_cut(session: Session) -> None:
    there = after(session, NameLane("x" * LONGEST_NAME), DuplicateLane(), SelectLane(0), DuplicateLane())
    assert names(there)[-2:] == [f"{'x' * (LONGEST_NAME - 5)} ({number})" for number in (2, 3)]


@pytest.mark.parametrize("name", scene_files())
def test_a_lane_that_was_renamed_can_be_saved_and_read(name: str) -> None:
    there = after(opened(name), ChooseRule("adagrad"), SetBatchSize(1), AddLane(), NameLane("Anna"))
    assert len(set(names(there))) == len(names(there))
    again = parse_saved(saved_text(Saved(there.scene, 3)), "x").scene
    assert [lane.name for lane in again.lanes] == names(there)


def test_made_names_are_said_in_every_language(session: Session) -> None:
    code = TRANSLATIONS[0]
    there = after(session, SelectLane(2), ChooseRule("gradient descent"), AddLane())
    english, other = there.scene.texts("en").lanes, there.scene.texts(code).lanes
    assert english[2:] == ("full batch (2)", "full batch, η = 0.15")
    full = dict(in_languages("full batch"))[code]
    assert other[2:] == (f"{full} (2)", f"{full}, η = 0.15")
    assert in_languages("Adam, η = 0.1") == ()


def test_names_that_differ_only_in_how_accents_are_encoded_are_one() -> None:
    named = update(begin(load_scene("local-minimum")), NameLane("caf\u00e9"))
    other = update(replace(named, lane=1), NameLane("cafe\u0301"))
    assert other.scene == named.scene
    assert other.notice == "Another lane is called caf\u00e9."
