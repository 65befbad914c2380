"""Messages about what a race begins with."""

from dataclasses import replace

import pytest

from sim.scene import load_scene, scene_files
from sim.stage.playing import Restart, Step
from sim.stage.session import Message, Session, begin, update
from sim.stage.starting import Drop, NewSeed, NextScene, OpenScene, SetSeed

NAMES = list(scene_files())


@pytest.fixture
def session() -> Session:
    return begin(load_scene(NAMES[0]))


def after(session: Session, *messages: Message) -> Session:
    for message in messages:
        session = update(session, message)
    return session


def test_restart_keeps_the_seed_and_new_seed_the_rest(session: Session) -> None:
    there = after(session, Step(50))
    assert after(there, Restart()).scene == session.scene
    other = after(there, NewSeed())
    assert other.scene == replace(session.scene, seed=session.scene.seed + 1)
    assert (other.update, other.playing) == (0, True)


def test_dropping_changes_the_start_alone(session: Session) -> None:
    there = after(session, Step(50), Drop((0.5, -0.25)))
    assert there.scene == replace(session.scene, start=(0.5, -0.25))
    assert there.update == 0


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
    assert after(session, SetSeed(5)).scene.seed == 5
    assert after(session, SetSeed(-5)).scene.seed == 0
