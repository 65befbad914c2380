"""Messages about time."""

from dataclasses import replace

import pytest
from messages import after

from sim.descent.clock import CLOCKS
from sim.stage.session.playback import ChangeClock, ChangeSpeed, Elapsed, GoToEnd, GoToStart, Play, Step
from sim.stage.session.session import SPEEDS, Session


def test_time_plays_at_the_chosen_speed(session: Session) -> None:
    rate = SPEEDS[session.speed]
    assert after(session, Elapsed(1.5, 10**6)).progress == pytest.approx(1.5 * rate)
    assert after(session, ChangeSpeed(1), Elapsed(1.0, 10**6)).progress == SPEEDS[session.speed + 1]
    assert after(session, Play(), Elapsed(1.0, 10**6)).progress == 0


def test_time_waits_for_what_is_computed_and_never_goes_back(session: Session) -> None:
    there = after(session, Elapsed(1.0, 7))
    assert there.tick == 7
    assert after(there, Elapsed(0.0, 3)).tick == 7


def test_playing_pauses_at_the_horizon_and_can_go_on(session: Session) -> None:
    end = after(session, Elapsed(1e6, 10**9))
    assert (end.tick, end.playing) == (session.horizon, False)
    on = after(end, Play())
    assert (on.playing, on.horizon) == (True, session.horizon + session.scene.updates)


def test_pausing_at_the_horizon_does_not_move_it(session: Session) -> None:
    end = replace(session, progress=float(session.horizon), playing=True)
    assert after(end, Play()).horizon == session.horizon


def test_play_after_pause_goes_on_from_there(session: Session) -> None:
    assert after(session, Elapsed(2.0, 10**6), Play(), Play()).progress == after(session, Elapsed(2.0, 10**6)).progress


def test_steps_pause_and_stay_between_start_and_horizon(session: Session) -> None:
    there = after(session, Step(10), Step(-3))
    assert (there.tick, there.playing) == (7, False)
    assert after(session, Step(-1)).tick == 0
    assert after(session, GoToEnd(), Step(1)).tick == session.horizon
    assert after(session, GoToEnd(), GoToStart()).tick == 0


def test_speeds_end_at_the_slowest_and_the_fastest(session: Session) -> None:
    assert SPEEDS[after(session, ChangeSpeed(-100)).speed] == min(SPEEDS)
    assert SPEEDS[after(session, ChangeSpeed(100)).speed] == max(SPEEDS)


def test_clocks_go_round_and_keep_the_tick(session: Session) -> None:
    there = after(session, Step(30), ChangeClock())
    assert (there.clock, there.tick) == ("epochs", 30)
    assert after(there, *[ChangeClock()] * (len(CLOCKS) - 1)).clock == session.clock
    assert after(there, ChangeClock(-1)) == after(session, Step(30))
    assert after(there, *[ChangeClock(-1)] * len(CLOCKS)) == there
