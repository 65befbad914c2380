"""A session without a window: every message makes one of another."""

from dataclasses import fields, replace

from messages import after

from sim.scene import OPENING, load_scene
from sim.stage.picture.races import race
from sim.stage.session.lanes import SelectLane
from sim.stage.session.playback import Elapsed, GoToEnd, GoToStart, Play, Restart, Step
from sim.stage.session.session import Session
from sim.stage.session.setup import Drop, Guess, NewSeed, OpenScene, Return
from sim.stage.session.tour import GoToStep, end
from sim.stage.session.view import Back, Hover, Notify, ShowControls, ShowHelp
from sim.stage.window.files.exported import as_exported


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


def test_a_race_that_was_played_on_beyond_its_end_begins_anew_as_at_first(session: Session) -> None:
    beyond = after(session, GoToEnd(), Play(), GoToEnd())
    assert beyond.horizon == 2 * session.scene.updates
    for again in (Restart(), NewSeed()):
        assert after(beyond, again).horizon == session.scene.updates


OF_THE_WINDOW = {
    *("theme", "language", "larger", "presenter", "presented", "made_way", "controls"),
    *("captions", "ends", "drama", "steady", "judged", "brought"),
}
"""What is the window's, whatever scene is shown, and whether it is one of the tour."""
OF_THE_SCENE = {
    *("scene", "origin", "progress", "seen", "horizon", "clock", "focus", "pose", "turned", "views", "together"),
    *("lane", "chosen", "intent", "guess", "asking"),
}
"""What is the scene's that is shown, and comes back with it."""
OF_THE_HAND = {
    *("notice", "asking", "guess", "guessed", "judged", "pointer", "rests", "chosen", "former", "tuning"),
    *("controls", "leaf", "help", "tour"),
}
"""What tells of whoever sits at the window, and not of the race."""


def test_of_each_field_it_is_known_what_it_belongs_to() -> None:
    pace = {"playing", "speed", "swarm", "spread", "profile", "numbers", "sheet", "tally"}  # These stay until changed.
    typed = {"formula", "rules"}
    other = {"riding", "goal", "live", "left", "opened", "toured", "open", "picking"}
    groups = [OF_THE_WINDOW, OF_THE_SCENE, pace, OF_THE_HAND - OF_THE_WINDOW - OF_THE_SCENE, typed, other]
    assert sorted(name for group in groups for name in group) == sorted(field.name for field in fields(Session))


def marked(session: Session, *but: str) -> tuple[Session, dict[str, object]]:
    """The session with something else in each field but these, whatever it is."""
    marks = {field.name: object() for field in fields(Session) if field.name not in but}
    return replace(session, **marks), marks  # type: ignore[arg-type]


def test_after_the_tour_what_is_of_the_window_stays_and_all_else_is_as_it_was(session: Session) -> None:
    there, marks = marked(GoToStep(3).apply(session), "scene", "origin", "tour", "left")
    back = end(there)
    assert {name for name, mark in marks.items() if getattr(back, name) is mark} == OF_THE_WINDOW
    assert replace(back, **{name: getattr(session, name) for name in OF_THE_WINDOW}, toured=0) == session


def test_a_scene_that_one_comes_back_to_brings_what_is_of_it(session: Session) -> None:
    before = after(session, Drop((0.5, -0.25)))
    before, marks = marked(before, "scene", "origin", "left")
    back = Return().apply(replace(after(session, OpenScene(2)), left=before))
    assert {name for name, mark in marks.items() if getattr(back, name) is mark} == OF_THE_SCENE - {"scene", "origin"}
    assert (back.scene, back.origin, back.playing) == (before.scene, before.origin, False)


def test_in_a_file_nothing_tells_of_whoever_sits_at_the_window(session: Session) -> None:
    busy = replace(session, notice="Saved /home/me/a.png", asking=True, guess=1, judged=((session.scene, False),))
    busy = replace(busy, pointer=(300, 300), controls=True, help=True, toured=1)
    kept = as_exported(GoToStep(2).apply(busy))
    assert all(getattr(kept, name) == getattr(Session(session.scene), name) for name in OF_THE_HAND)
    assert as_exported(busy) == replace(session, toured=1, live=False)


def test_a_notice_stays_until_a_message_changes_what_is_to_be_seen(session: Session) -> None:
    told = after(session, Notify("It is saved."))
    assert after(told, Hover((3, 4)), Elapsed(0.1, 50), ShowHelp()).notice == "It is saved."
    assert after(told, Guess(99)) is told  # There is no such lane.
    assert after(told, Play()).notice == after(told, ShowControls(), Back()).notice == ""
    assert after(told, ShowControls(), Notify("It is copied."), Back()).notice == ""
    assert after(told, SelectLane(1)).notice == "lane: minibatch"
