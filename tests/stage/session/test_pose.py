"""How land is looked at: messages that turn and tilt it, what a scene wants, and what is kept of it in a file."""

from dataclasses import replace

import pytest
from messages import after

from sim.base.limits import LEAST_TILT, MOST_TILT
from sim.scene import load_scene, parse_scene
from sim.scene.reading import Saved, parse_saved
from sim.scene.saving import saved_text
from sim.scene.view import USUAL_VIEW, LandView
from sim.scene.words import SceneError
from sim.scene.writing import scene_text
from sim.stage.drawing.camera import FLAT, Pose
from sim.stage.session.playback import Elapsed
from sim.stage.session.session import Session, as_it_is_seen, begin
from sim.stage.session.setup import NextScene
from sim.stage.session.view import Flatten, ResetView, Tilt, ToggleView, Turn
from sim.stage.views import ViewName


@pytest.fixture
def flat(session: Session) -> Session:
    return replace(session, pose=FLAT, playing=False)


def settled(session: Session) -> Session:
    """Once its maps have turned to where they are to go."""
    for _ in range(200):
        if session.goal is None:
            return session
        session = after(session, Elapsed(0.02, 0))
    raise AssertionError("it turns for ever")


def test_a_map_becomes_land_in_a_short_move_and_land_a_map(flat: Session) -> None:
    wanted = flat.scene.view
    moving = after(flat, Tilt(), Elapsed(0.1, 0))
    assert 0 < moving.pose.tilt < wanted.tilt
    there = settled(moving)
    assert there.pose == Pose(wanted.yaw, wanted.tilt)
    assert settled(after(there, Tilt())).pose == FLAT
    assert after(there, ResetView()) == there
    assert settled(after(there, Flatten())).pose == FLAT


def test_land_comes_back_as_it_was_turned(flat: Session) -> None:
    turned = after(settled(after(flat, Tilt())), Turn(25.0, 9.0))
    again = settled(after(settled(after(turned, Tilt())), Tilt()))
    assert again.pose == turned.pose
    other = after(turned, NextScene(1))
    assert other.turned is None


def test_maps_may_move_as_land_does(flat: Session) -> None:
    flat = replace(flat, views=frozenset())
    there = after(flat, ToggleView(ViewName.MOVING_GROUND))
    assert ViewName.MOVING_GROUND in there.views
    assert not there.notice
    assert ViewName.MOVING_GROUND in settled(after(there, Tilt(), Elapsed(0.1, 0), Tilt())).views


def test_a_second_press_on_the_way_turns_back(flat: Session) -> None:
    assert settled(after(flat, Tilt(), Elapsed(0.05, 0), Tilt())).pose == FLAT


def test_turning_goes_all_the_way_round_and_tilting_ends(flat: Session) -> None:
    there = settled(after(flat, Tilt()))
    round_ = after(there, *[Turn(5.0, 0.0)] * 72)
    assert round_.pose.yaw == pytest.approx(there.pose.yaw)
    assert -180 <= after(there, *[Turn(5.0, 0.0)] * 40).pose.yaw < 180
    assert after(there, *[Turn(0.0, 5.0)] * 40).pose.tilt == MOST_TILT
    assert after(there, *[Turn(0.0, -5.0)] * 40).pose.tilt == LEAST_TILT


def test_a_scene_is_seen_as_it_wants_to_be() -> None:
    scene = load_scene("local-minimum")
    wanted = LandView("relief", 30.0, 55.0, "moving")
    session = begin(replace(scene, view=wanted))
    assert session.pose == Pose(30.0, 55.0)
    assert ViewName.MOVING_GROUND in session.views
    assert begin(replace(scene, view=USUAL_VIEW)).pose == FLAT
    other = after(begin(load_scene("local-minimum")), *[NextScene(1)] * 5)
    assert other.scene.view.kind == "map"
    assert other.pose == FLAT
    assert ViewName.MOVING_GROUND not in other.views


def test_a_file_keeps_how_it_was_seen() -> None:
    session = settled(after(begin(load_scene("on-the-saddle")), Turn(12.0, 7.0), ToggleView(ViewName.MOVING_GROUND)))
    told = parse_saved(saved_text(Saved(as_it_is_seen(session), 5)), "x").scene
    again = begin(told)
    assert again.pose == session.pose
    assert ViewName.MOVING_GROUND in again.views
    assert replace(told, view=session.scene.view) == session.scene


def test_a_scene_s_view_is_written_and_read() -> None:
    scene = replace(load_scene("ravine"), view=LandView("relief", -100.0, 20.0, "moving"))
    assert parse_scene(scene_text(scene), "ravine") == scene


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ('{ kind = "globe" }', "view.kind"),
        ('{ kind = "relief", tilt = 90 }', "view.tilt"),
        ('{ kind = "relief", tilt = 1.0 }', "view.tilt"),
        ('{ kind = "relief", yaw = 1e9 }', "view.yaw"),
        ("{ yaw = nan }", "view.yaw"),
        ('{ ground = "shaky" }', "view.ground"),
        ("{ pitch = 3.0 }", "view.pitch"),
        ('"relief"', "view"),
    ],
)
def test_a_wrong_view_is_named(view: str, said: str) -> None:
    text = scene_text(load_scene("ravine"))
    head, _, rest = text.partition("\n[view]")
    wrong = f"view = {view}\n" + head + "\n[" + rest.partition("\n[")[2]
    with pytest.raises(SceneError, match=rf"^{said}\b"):
        parse_scene(wrong, "ravine")
