"""A session without a window: every message makes one of another."""

from dataclasses import fields

from messages import after

from sim.scene import OPENING, load_scene
from sim.stage.session.playback import GoToStart, Restart, Step
from sim.stage.session.session import OF_THE_SCENE, OF_THE_WINDOW, Session, race
from sim.stage.session.setup import NewSeed


def test_it_begins_playing_at_the_start(session: Session) -> None:
    assert (session.tick, session.playing, session.open) == (0, True, True)
    assert session.horizon == session.scene.updates


def test_equal_scenes_share_a_race_and_others_do_not(session: Session) -> None:
    assert race(session.scene) is race(load_scene(OPENING))
    assert race(session.scene) is not race(after(session, NewSeed()).scene)


def test_what_has_been_watched_is_remembered_until_the_race_changes(session: Session) -> None:
    there = after(session, Step(50), GoToStart())
    assert (there.tick, there.seen) == (0, 50)
    assert after(there, Restart()).seen == 50
    assert after(there, NewSeed()).seen == 0


def test_of_each_field_it_is_known_what_it_belongs_to() -> None:
    pace = {"playing", "speed", "swarm", "spread", "profile", "numbers", "sheet", "tally"}  # These stay until changed.
    passing = {"riding", "goal", "pointer", "rests", "leaf", "help", "picking", "cards", "former", "tuning", "notice"}
    typed = {"draft", "refused", "rules", "rules_refused"}
    other = {"guessed", "live", "left", "opened", "tour", "toured", "open"}
    groups = [OF_THE_WINDOW, OF_THE_SCENE, pace, passing, typed, other]
    assert sorted(name for group in groups for name in group) == sorted(field.name for field in fields(Session))
