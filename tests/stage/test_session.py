"""Controls without a window: every message makes one session of another."""

from dataclasses import replace

import pytest

from sim.descent.clock import CLOCKS
from sim.scene import load_scene, scene_files
from sim.stage.session import (
    SPEEDS,
    Back,
    ChangeClock,
    ChangeSpeed,
    ChangeTheme,
    Close,
    Drop,
    GoToEnd,
    GoToStart,
    Message,
    NewSeed,
    NextScene,
    Notify,
    OpenScene,
    Play,
    Restart,
    Session,
    ShowHelp,
    Step,
    Tick,
    begin,
    race,
    update,
)
from sim.stage.theme import THEMES

NAMES = list(scene_files())


@pytest.fixture
def session() -> Session:
    return begin(load_scene(NAMES[0]))


def after(session: Session, *messages: Message) -> Session:
    for message in messages:
        session = update(session, message)
    return session


def test_it_begins_playing_at_the_start(session: Session) -> None:
    assert (session.update, session.playing, session.open) == (0, True, True)
    assert session.horizon == session.scene.updates


def test_time_plays_at_the_chosen_speed(session: Session) -> None:
    rate = SPEEDS[session.speed]
    assert after(session, Tick(1.5, 10**6)).progress == pytest.approx(1.5 * rate)
    assert after(session, ChangeSpeed(1), Tick(1.0, 10**6)).progress == SPEEDS[session.speed + 1]
    assert after(session, Play(), Tick(1.0, 10**6)).progress == 0


def test_time_waits_for_what_is_computed_and_never_goes_back(session: Session) -> None:
    there = after(session, Tick(1.0, 7))
    assert there.update == 7
    assert after(there, Tick(0.0, 3)).update == 7


def test_playing_pauses_at_the_horizon_and_can_go_on(session: Session) -> None:
    end = after(session, Tick(1e6, 10**9))
    assert (end.update, end.playing) == (session.horizon, False)
    on = after(end, Play())
    assert (on.playing, on.horizon) == (True, session.horizon + session.scene.updates)


def test_pausing_at_the_horizon_does_not_move_it(session: Session) -> None:
    end = replace(session, progress=float(session.horizon), playing=True)
    assert after(end, Play()).horizon == session.horizon


def test_play_after_pause_goes_on_from_there(session: Session) -> None:
    assert after(session, Tick(2.0, 10**6), Play(), Play()).progress == after(session, Tick(2.0, 10**6)).progress


def test_steps_pause_and_stay_between_start_and_horizon(session: Session) -> None:
    there = after(session, Step(10), Step(-3))
    assert (there.update, there.playing) == (7, False)
    assert after(session, Step(-1)).update == 0
    assert after(session, GoToEnd(), Step(1)).update == session.horizon
    assert after(session, GoToEnd(), GoToStart()).update == 0


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


def test_speeds_end_at_the_slowest_and_the_fastest(session: Session) -> None:
    assert SPEEDS[after(session, ChangeSpeed(-100)).speed] == min(SPEEDS)
    assert SPEEDS[after(session, ChangeSpeed(100)).speed] == max(SPEEDS)


def test_themes_go_round(session: Session) -> None:
    there = after(session, ChangeTheme())
    assert there.theme != session.theme
    assert after(there, *[ChangeTheme()] * (len(THEMES) - 1)).theme == session.theme


def test_escape_puts_the_help_away_before_it_closes(session: Session) -> None:
    there = after(session, ShowHelp(), Back())
    assert (there.help, there.open) == (False, True)
    assert not after(there, Back()).open
    assert not after(session, ShowHelp(), Close()).open


def test_a_notice_lasts_until_the_next_message_but_outlives_time(session: Session) -> None:
    there = after(session, Notify("Saved."), Tick(0.1, 10**6))
    assert there.notice == "Saved."
    assert not after(there, Step(1)).notice


def test_equal_scenes_share_a_race_and_others_do_not(session: Session) -> None:
    assert race(session.scene) is race(load_scene(NAMES[0]))
    assert race(session.scene) is not race(after(session, NewSeed()).scene)


def test_clocks_go_round_and_keep_the_tick(session: Session) -> None:
    there = after(session, Step(30), ChangeClock())
    assert (there.clock, there.update) == ("epochs", 30)
    assert after(there, *[ChangeClock()] * (len(CLOCKS) - 1)).clock == session.clock


def test_what_has_been_watched_is_remembered_until_the_race_changes(session: Session) -> None:
    there = after(session, Step(50), GoToStart())
    assert (there.update, there.seen) == (0, 50)
    assert after(there, Restart()).seen == 50
    assert after(there, NewSeed()).seen == 0


def test_a_scene_with_fewer_lanes_has_its_first_one_chosen(session: Session) -> None:
    there = after(replace(session, lane=2), OpenScene(8))
    assert len(there.scene.lanes) == 2
    assert there.lane == 0
