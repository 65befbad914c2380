"""Messages about what a race begins with."""

from dataclasses import replace

import pytest
from messages import after

from sim.scene import load_scene, scene_files
from sim.stage.session.lanes import (
    AddLane,
    ChooseSampling,
    DuplicateLane,
    NameLane,
    RemoveLane,
    ScaleBatchSize,
    ScaleLearningRate,
    SelectLane,
    SetBatchSize,
)
from sim.stage.session.playback import Restart, Step
from sim.stage.session.problem import StepCount
from sim.stage.session.session import Message, Origin, Session, changed
from sim.stage.session.setup import (
    DraftRules,
    Drop,
    EarlierSeed,
    Guess,
    NewSeed,
    NextScene,
    NudgeStart,
    OpenScene,
    Return,
    RulesFound,
)
from sim.stage.session.view import Kept

NAMES = list(scene_files())


def test_restart_keeps_the_seed_and_new_seed_the_rest(session: Session) -> None:
    there = after(session, Step(50))
    assert after(there, Restart()).scene == session.scene
    other = after(there, NewSeed())
    assert other.scene == replace(session.scene, seed=session.scene.seed + 1)
    assert (other.tick, other.playing) == (0, True)


def test_dropping_changes_the_start_alone(session: Session) -> None:
    there = after(session, Step(50), Drop((0.5, -0.25)))
    assert there.scene == replace(session.scene, start=(0.5, -0.25))
    assert there.tick == 0


def test_scenes_are_opened_by_number_and_turned_over_like_pages(session: Session) -> None:
    assert after(session, OpenScene(2)).scene.name == NAMES[2]
    assert after(session, NextScene(1)).scene.name == NAMES[1]
    assert after(session, NextScene(-1)).scene.name == NAMES[-1]
    assert after(session, NextScene(-1), NextScene(1)).scene.name == NAMES[0]
    stranger = replace(session, scene=replace(session.scene, name="from elsewhere"))
    assert after(stranger, NextScene(1)).scene.name == NAMES[0]
    assert after(stranger, NextScene(-1)).scene.name == NAMES[-1]
    assert after(session, OpenScene(2)).horizon == load_scene(NAMES[2]).updates


def test_a_missing_scene_is_said_and_changes_nothing(session: Session) -> None:
    there = after(session, OpenScene(len(NAMES) + 4))
    assert there.scene == session.scene
    assert str(len(NAMES)) in there.notice


def test_a_scene_with_fewer_lanes_has_its_first_one_chosen(session: Session) -> None:
    there = after(replace(session, lane=2), OpenScene(8))
    assert len(there.scene.lanes) == 2
    assert there.lane == 0


def test_a_seed_is_never_below_none(session: Session) -> None:
    assert after(session, NewSeed(), NewSeed(), EarlierSeed()).scene.seed == 1
    assert after(session, EarlierSeed(), EarlierSeed()).scene.seed == 0


def test_a_refused_file_of_rules_is_forgotten_where_one_types_on_or_opens_a_scene(session: Session) -> None:
    refused = after(session, RulesFound("nowhere.py", None, refused="cannot read the rules"))
    assert refused.rules.refused
    assert (after(refused, DraftRules("now")).rules.refused, after(refused, DraftRules("now")).rules.text) == (
        "",
        "now",
    )
    assert after(refused, OpenScene(2)).rules.refused == ""


def test_what_was_changed_by_hand_can_be_come_back_to(session: Session) -> None:
    other = after(session, Step(30), Drop((0.5, -0.25)), Step(7))
    there = after(other, OpenScene(2))
    assert (there.scene.name, there.left is None) == (NAMES[2], False)
    back = after(there, OpenScene(4), Return())
    assert (back.scene, back.tick, back.playing) == (other.scene, 7, False)
    assert back.left is None  # Nothing was changed in the scene that has been left now.
    again = after(back, OpenScene(2), Drop((0.1, 0.1)), Return(), Return())
    assert (again.scene.name, again.scene.start) == (NAMES[2], (0.1, 0.1))
    assert after(session, Step(30), NewSeed(), OpenScene(2)).left is None


def test_what_was_changed_by_hand_can_be_taken_back_and_brought_back(session: Session) -> None:
    other = after(session, NewSeed(), SelectLane(1), Step(30), Drop((0.5, -0.25)), SetBatchSize(3))
    back = after(other, Return())
    assert back.scene == replace(session.scene, seed=other.scene.seed)
    assert (back.tick, back.playing, back.left is None) == (other.tick, other.playing, False)
    again = after(back, Return())
    assert (again.scene, again.tick, again.lane, again.notice) == (other.scene, other.tick, 1, "")
    assert after(again, Return()).scene == back.scene


def test_what_is_taken_back_is_the_last_change_of_the_scene_that_is_shown(session: Session) -> None:
    first = after(session, SelectLane(1), SetBatchSize(3), Return(), SetBatchSize(5))
    assert (first.lane, after(first, Return()).scene) == (1, session.scene)
    assert after(first, Return(), Step(1), NewSeed(), Return()).scene == replace(first.scene, seed=1)
    assert after(first, Return(), Step(40), Return()).tick == 40
    second = after(first, OpenScene(2), SetBatchSize(2))
    assert after(second, Return()).scene == after(first, OpenScene(2)).scene


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ([DuplicateLane()], [RemoveLane()]),
        ([AddLane(), NameLane("Anna")], [RemoveLane()]),
        ([NameLane("Anna")], [NameLane("full batch")]),
        ([SetBatchSize(3)], [SetBatchSize(20)]),
        ([ScaleLearningRate(2)], [ScaleLearningRate(0.5)]),
    ],
    ids=str,
)
def test_what_was_changed_back_is_not_changed(session: Session, there: list[Message], back: list[Message]) -> None:
    assert changed(after(session, *there))
    again = after(session, *there, *back)
    assert again.scene.lanes == session.scene.lanes
    assert not changed(again)
    assert after(again, OpenScene(2)).left is None


def test_a_setting_that_a_lane_has_already_changes_nothing(session: Session) -> None:
    guessed = after(session, Guess(1))
    for message in (ScaleBatchSize(2), SetBatchSize(99), ScaleLearningRate(1), ChooseSampling("reshuffled")):
        there = after(guessed, message)
        assert (there.scene, there.guess) == (guessed.scene, 1), message


def test_where_nothing_was_changed_it_is_said(session: Session) -> None:
    same = after(session, NewSeed(), Step(3), Return())
    assert (same.scene, same.tick, bool(same.notice)) == (after(session, NewSeed()).scene, 3, True)


def test_the_start_can_be_nudged_by_shares_of_what_is_shown(session: Session) -> None:
    there, window = after(session, Step(9), NudgeStart(0.1, -0.2)), session.scene.window
    x, y = session.scene.start
    assert there.scene.start == pytest.approx((x + 0.1 * window.width, y - 0.2 * window.height))
    assert there.tick == 9


@pytest.mark.parametrize("name", sorted(scene_files()))
@pytest.mark.parametrize("share", [0.01, 0.05])
def test_a_start_that_is_nudged_there_and_back_is_the_same(name: str, share: float) -> None:
    session = Session(load_scene(name))
    there = after(session, *[NudgeStart(share, -share)] * 3)
    assert there.scene.start != session.scene.start
    assert after(there, *[NudgeStart(-share, share)] * 3).scene.start == session.scene.start


def test_what_was_meant_by_a_scene_when_it_was_saved_comes_back_with_it() -> None:
    ladder = Session(load_scene("batch-ladder"), origin=Origin(load_scene("batch-ladder")))
    few = after(ladder, StepCount(-1), StepCount(-1), SelectLane(1), NameLane("mine"))
    saved = after(few, Kept("saved"))
    changed_back = after(saved, ScaleLearningRate(2), Return())
    assert not changed(changed_back)
    for there in (few, changed_back):
        again = after(there, StepCount(1), StepCount(1))
        assert [lane.batch_size for lane in again.scene.lanes] == [1, 2, 5, 20]
        assert [lane.name for lane in again.scene.lanes] == ["B = 1", "mine", "B = 5", "B = 20"]


def test_of_lanes_that_are_called_alike_the_number_stays_with_the_same_one() -> None:
    ladder = Session(load_scene("batch-ladder"), origin=Origin(load_scene("batch-ladder")))
    alike = after(ladder, SelectLane(1), SetBatchSize(20))
    names = [lane.name for lane in alike.scene.lanes]
    assert (names[1], names[3]) == ("B = 20 (2)", "B = 20")
    there = after(alike, StepCount(-1), StepCount(1))
    assert [lane.name for lane in there.scene.lanes] == names
