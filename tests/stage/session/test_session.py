"""A session without a window: every message makes one of another."""

from dataclasses import fields, replace

from messages import after

from sim.scene import OPENING, load_scene
from sim.stage.picture.races import race
from sim.stage.session.lanes import SelectLane
from sim.stage.session.playback import Elapsed, GoToStart, Play, Restart, Step
from sim.stage.session.session import OF_THE_HAND, OF_THE_SCENE, OF_THE_WINDOW, Session
from sim.stage.session.setup import Guess, NewSeed
from sim.stage.session.tour import GoToStep
from sim.stage.session.view import Back, Hover, Notify, ShowControls, ShowHelp
from sim.stage.window.files.kept import as_kept


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
    typed = {"formula", "rules"}
    other = {"riding", "goal", "live", "left", "opened", "toured", "open", "picking"}
    groups = [OF_THE_WINDOW, OF_THE_SCENE, pace, OF_THE_HAND - OF_THE_WINDOW - OF_THE_SCENE, typed, other]
    assert sorted(name for group in groups for name in group) == sorted(field.name for field in fields(Session))


def test_in_a_file_nothing_tells_of_whoever_sits_at_the_window(session: Session) -> None:
    busy = replace(session, notice="Saved /home/me/a.png", asking=True, guess=1, judged=((session.scene, False),))
    busy = replace(busy, pointer=(300, 300), controls=True, help=True, toured=1)
    kept = as_kept(GoToStep(2).apply(busy))
    assert all(getattr(kept, name) == getattr(Session(session.scene), name) for name in OF_THE_HAND)
    assert as_kept(busy) == replace(session, toured=1, live=False)


def test_a_notice_stays_until_a_message_changes_what_is_to_be_seen(session: Session) -> None:
    told = after(session, Notify("It is saved."))
    assert after(told, Hover((3, 4)), Elapsed(0.1, 50), ShowHelp()).notice == "It is saved."
    assert after(told, Guess(99)) is told  # There is no such lane.
    assert after(told, Play()).notice == after(told, ShowControls(), Back()).notice == ""
    assert after(told, ShowControls(), Notify("It is copied."), Back()).notice == ""
    assert after(told, SelectLane(1)).notice == "lane: minibatch"
