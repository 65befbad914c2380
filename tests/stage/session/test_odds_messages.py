"""Messages about the odds, without a process and without a window."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from messages import after
from tallies import SPEEDS, few_seeds

from sim.scene import load_scene
from sim.stage.session.lanes import ScaleLearningRate
from sim.stage.session.odds import (
    ChooseSheet,
    Counted,
    CountEnds,
    Failed,
    PutAway,
    ShowOdds,
    Timed,
    TurnSheet,
    computing,
    ends_seen,
)
from sim.stage.session.playback import Elapsed, GoToEnd, Play, Step
from sim.stage.session.session import SHEETS, Message, Session, ask, begin
from sim.stage.session.setup import Drop, Guess, Judged, NewSeed, OpenScene, SkipQuestion, judgement
from sim.stage.session.view import Back, ShowHelp
from sim.study.odds.tally import Tally, contrast_of, odds_of, work


@pytest.fixture
def session() -> Iterator[Session]:
    with few_seeds(30):
        yield begin(replace(load_scene("local-minimum"), updates=40))


def found(session: Session) -> list[Message]:
    """Everything that processes would find."""
    jobs = enumerate(work(session.scene))
    return [Timed(session.scene, SPEEDS), *(Counted(session.scene, place, job.run()) for place, job in jobs)]


def test_a_key_lays_the_sheet_there_and_the_counting_begins(session: Session) -> None:
    assert computing(session) is None
    there = after(session, ShowOdds())
    assert there.sheet == "odds"
    tally = computing(there)
    assert tally is not None
    assert (tally.scene, tally.share, len(tally.missing)) == (session.scene, 0, 6)


def test_results_are_added_as_they_come_until_all_are_there(session: Session) -> None:
    there = after(session, ShowOdds())
    messages = found(there)
    shares = []
    for message in [messages[3], *messages]:  # What has come twice counts once.
        there = after(there, message)
        assert there.tally is not None
        shares.append(round(6 * there.tally.share))
    assert shares == [1, 1, 2, 3, 3, 4, 5, 6]
    assert computing(there) is None
    assert there.tally is not None
    assert there.tally.complete
    assert computing(after(session, ShowOdds(), *messages[1:])) is not None
    assert [lane.seeds for lane in odds_of(there.tally).lanes] == [30, 30, 30]


def test_the_order_in_which_results_come_makes_no_difference(session: Session) -> None:
    there = after(session, ShowOdds())
    messages = found(there)
    one, other = (after(there, *order).tally for order in (messages, messages[::-1]))
    assert one is not None
    assert other is not None
    assert repr(odds_of(one)) == repr(odds_of(other))  # Numbers that are not finite do not equal themselves.
    assert repr(contrast_of(one)) == repr(contrast_of(other))


def test_messages_leave_the_session_as_it_was(session: Session) -> None:
    there = after(session, ShowOdds())
    tally = there.tally
    after(there, *found(there)[:3], PutAway())
    assert there.tally is tally
    assert tally is not None
    assert tally.results == ()


@pytest.mark.parametrize("message", [ShowOdds(), Back(), PutAway()])
def test_the_same_key_and_escape_stop_the_counting(session: Session, message: Message) -> None:
    there = after(session, ShowOdds(), *found(session)[:3], message)
    assert (there.sheet, computing(there), there.open) == ("", None, True)
    assert "33" in there.notice
    again = after(there, ShowOdds())
    tally = computing(again)
    assert tally is not None
    assert tally.missing == (2, 3, 4, 5)


def test_escape_puts_away_what_lies_on_top_first(session: Session) -> None:
    there = after(session, ShowOdds(), ShowHelp(), Back())
    assert (there.help, there.sheet) == (False, "odds")
    assert (after(there, Back()).sheet, after(there, Back(), Back()).open) == ("", True)


@pytest.mark.parametrize("message", [Drop((0.0, 0.0)), OpenScene(3)])
def test_another_scene_stops_the_counting_and_forgets_it(session: Session, message: Message) -> None:
    there = after(session, ShowOdds(), *found(session)[:3], message)
    assert (there.sheet, there.tally, computing(there)) == ("", None, None)
    late = after(there, ShowOdds(), found(session)[4], Timed(session.scene, SPEEDS), Failed(session.scene))
    assert late.tally is not None
    assert (late.tally.results, late.tally.speeds, late.tally.failed) == ((), None, False)


def test_a_change_of_one_lane_keeps_what_was_counted_of_the_others(session: Session) -> None:
    counted = after(replace(session, ends=True), CountEnds(), *found(session))
    there = after(counted, ScaleLearningRate(1.25))
    assert there.tally is not None
    assert there.tally.scene == there.scene
    first, *others = ends_seen(there)
    assert first is None
    known = ends_seen(counted)[1:]
    assert [ends.seeds for ends in others if ends is not None] == [30, 30]
    assert repr(others) == repr([*known])
    jobs = work(there.scene)
    assert {jobs[place].lane for place in there.tally.own_missing} == {0}
    whole = there
    for place in there.tally.missing:
        whole = after(whole, Counted(there.scene, place, jobs[place].run()))
    anew = Tally(there.scene, tuple((place, job.run()) for place, job in enumerate(jobs)))
    assert whole.tally is not None
    assert repr(odds_of(whole.tally)) == repr(odds_of(anew))


def test_where_the_race_ends_at_another_moment_the_bars_say_after_how_many_updates_they_count(session: Session) -> None:
    counted = after(replace(session, ends=True), CountEnds(), *found(session))
    assert [ends and ends.moment for ends in ends_seen(counted)] == [None, None, None]
    assert [ends and ends.moment for ends in ends_seen(replace(counted, clock="epochs"))] == [40, 40, 40]
    assert [ends and ends.moment for ends in ends_seen(replace(counted, horizon=41))] == [40, 40, 40]
    alone = begin(replace(session.scene, lanes=session.scene.lanes[1:2]))
    alone = after(replace(alone, ends=True, clock="epochs"), CountEnds(), SkipQuestion(), *found(alone))
    assert [ends and (ends.seeds, ends.moment) for ends in ends_seen(alone)] == [(30, None)]


def test_which_seed_is_watched_makes_no_difference_to_what_is_counted(session: Session) -> None:
    there = after(session, ShowOdds(), *found(session)[:3])
    other = after(there, NewSeed(), NewSeed())
    assert other.scene.seed == session.scene.seed + 2
    assert (other.sheet, other.tally) == ("odds", there.tally)
    begun = after(session, NewSeed(), NewSeed(), ShowOdds())
    assert begun.tally is not None
    assert begun.tally.scene == session.scene


def test_finished_results_stay_while_the_scene_does(session: Session) -> None:
    there = after(session, ShowOdds(), *found(session), PutAway(), Play(), Elapsed(0.3, 99), Step(-2))
    assert not there.notice
    again = after(there, ShowOdds())
    assert again.tally is there.tally
    assert again.tally is not None
    assert computing(again) is None


def test_sheets_are_turned_and_chosen(session: Session) -> None:
    assert after(session, TurnSheet()).sheet == "contrast"
    assert after(session, ShowOdds(), TurnSheet()).sheet == "contrast"
    assert after(session, ShowOdds(), *[TurnSheet()] * len(SHEETS)).sheet == "odds"
    there = after(session, ShowOdds(), *found(session)[:2], ChooseSheet("contrast"))
    assert there.sheet == "contrast"
    assert computing(there) is there.tally


def test_after_a_failure_nothing_is_computed_until_it_is_asked_for_again(session: Session) -> None:
    there = after(session, ShowOdds(), Failed(session.scene))
    assert (there.sheet, computing(there)) == ("odds", None)
    assert computing(after(there, TurnSheet())) is None
    assert computing(after(there, ShowOdds(), ShowOdds())) is not None


def test_what_comes_when_nobody_has_asked_is_nothing(session: Session) -> None:
    for message in (*found(session)[:2], Failed(session.scene)):
        assert after(session, message) == session


def test_the_table_is_there_before_anything_is_known(session: Session) -> None:
    tally = Tally(session.scene)
    told = contrast_of(tally)
    assert told is not None
    assert (told.small.batch_size, told.large.batch_size) == (1, 20)
    recipe: Any = session.scene.examples
    assert contrast_of(Tally(replace(session.scene, examples=replace(recipe, count=1)))) is None


def test_the_bars_wait_until_the_guess_has_been_judged_or_the_question_is_left(session: Session) -> None:
    counted = after(replace(ask(session), ends=True), CountEnds(), *found(session))
    assert counted.waiting
    guessed = after(counted, Guess(1), Step(30))
    for there, seen in (
        (counted, False),
        (guessed, False),
        (after(guessed, Judged(right=False)), True),
        (after(guessed, Judged(right=False), Step(-30)), True),
        (after(counted, SkipQuestion()), True),
        (after(guessed, NewSeed(), SkipQuestion()), True),
    ):
        assert all((ends is not None) == seen for ends in ends_seen(there))
    race = session.scene.race()
    race.extend(41)
    assert judgement(after(guessed, GoToEnd()), race) is not None
