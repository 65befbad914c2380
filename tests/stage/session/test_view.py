"""Messages about what is shown."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from driver import computed, screen
from messages import after
from scenes import flat_scene
from waiting import until

from sim.base.languages import ENGLISH, LANGUAGES, TRANSLATIONS, Language, LanguageError
from sim.base.limits import THEMES
from sim.stage.picture.races import race
from sim.stage.session.lanes import RemoveLane, SelectLane, SetHyperparameter
from sim.stage.session.playback import Elapsed, Step
from sim.stage.session.session import Session, begin
from sim.stage.session.view import (
    NEAR,
    STRAYS,
    Back,
    ChangeLanguage,
    ChangeSpread,
    ChangeSwarm,
    ChangeTheme,
    ChooseSpread,
    ChooseSwarm,
    Close,
    Flatten,
    Follow,
    Notify,
    Pan,
    ResetView,
    RideAlong,
    ShowHelp,
    ridden,
    within_reach,
)
from sim.stage.window.window import MainWindow
from sim.study.maps.swarm import SIZES, SPREADS


def test_themes_go_round(session: Session) -> None:
    there = after(session, ChangeTheme())
    assert there.theme != session.theme
    assert after(there, *[ChangeTheme()] * (len(THEMES) - 1)).theme == session.theme


def test_languages_go_round(session: Session) -> None:
    codes = [session.language]
    for _ in LANGUAGES:
        session = after(session, ChangeLanguage())
        codes.append(session.language)
        assert not session.notice
    assert codes == [*LANGUAGES, ENGLISH]


def test_a_language_that_cannot_be_used_is_passed_over_and_said_why(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(code: str) -> Mapping[str, str]:
        if code == TRANSLATIONS[0]:
            raise LanguageError(f"{code}.toml: is not valid")
        return {}

    monkeypatch.setattr("sim.stage.session.view.words", broken)
    there = after(session, ChangeLanguage())
    assert (there.language, there.notice) == ([*LANGUAGES, ENGLISH][2], f"{TRANSLATIONS[0]}.toml: is not valid")


def test_a_font_that_there_is_not_is_said(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def language(code: str) -> Language:
        return Language(code, None if code == ENGLISH else "NoSuchType")

    monkeypatch.setattr("sim.stage.session.view.language", language)
    there = after(session, ChangeLanguage())
    says = f"{TRANSLATIONS[0]}.toml: language.font must be a family that pygame_gui has, not 'NoSuchType'"
    assert there.language == ENGLISH
    assert there.notice.endswith(says)


def test_going_back_puts_one_layer_away_after_the_other_and_never_closes(session: Session) -> None:
    there = replace(session, help=True, sheet="odds", controls=True, tally=None)
    layers = []
    for _ in range(4):
        layers.append((there.help, there.sheet, there.controls, there.open))
        there = after(there, Back())
    assert layers == [
        (True, "odds", True, True),
        (False, "odds", True, True),
        (False, "", True, True),
        (False, "", False, True),
    ]
    assert not after(replace(session, presenter=True), Back()).presenter
    assert Back().apply(there) is there
    assert not after(session, ShowHelp(), Close()).open


def test_a_notice_lasts_until_the_next_message_but_outlives_time(session: Session) -> None:
    there = after(session, Notify("Saved."), Elapsed(0.1, 10**6))
    assert there.notice == "Saved."
    assert not after(there, Step(1)).notice


def test_swarms_go_round_from_none_to_the_largest(session: Session) -> None:
    sizes = [session.swarm]
    for _ in SIZES:
        session = after(session, ChangeSwarm())
        sizes.append(session.swarm)
    assert sizes == [0, 100, 1_000, 10_000, 0]
    assert after(session, ChooseSwarm(1_000)).swarm == 1_000


def test_spreads_go_round_and_show_a_swarm_if_there_is_none(session: Session) -> None:
    there = after(session, ChangeSpread())
    assert (there.spread, there.swarm) == (list(SPREADS)[1], SIZES[1])
    assert after(there, *[ChangeSpread()] * (len(SPREADS) - 1)).spread == session.spread
    large = after(session, ChooseSwarm(10_000), ChooseSpread("all over the map"))
    assert (large.spread, large.swarm) == ("all over the map", 10_000)


def test_a_swarm_changes_nothing_of_the_race(session: Session) -> None:
    there = after(session, Step(30), ChooseSwarm(1_000), ChangeSpread())
    assert (there.scene, there.tick, there.playing) == (session.scene, 30, False)


def test_who_rides_along_stays_near_the_marble_and_comes_back(session: Session) -> None:
    whole = session.scene.window
    x, y = session.scene.start
    riding = after(session, RideAlong(), Follow((x, y)))
    seen = riding.focus
    assert seen is not None
    assert (seen.width, seen.height) == pytest.approx((whole.width / NEAR, whole.height / NEAR))
    assert seen.center.tolist() == pytest.approx([x, y])
    close = (x + 0.9 * STRAYS * seen.width, y)
    assert after(riding, Follow(close)) == riding
    far = (x + 1.1 * STRAYS * seen.width, y)
    there = after(riding, Follow(far)).focus
    assert there is not None
    assert there.center.tolist() == pytest.approx(far)
    assert replace(after(riding, RideAlong()), notice="") == session
    assert not after(riding, Pan(0.1, 0.0)).riding


def test_it_is_said_that_maps_follow_a_marble_no_longer(session: Session) -> None:
    there = after(session, SelectLane(2), RideAlong())
    for end in (RideAlong(), ResetView(), Pan(0.1, 0.0), Flatten()):
        assert after(there, end).notice == "The maps no longer follow momentum."
        assert after(there, end, Pan(0.1, 0.0)).notice == "The maps no longer follow momentum."
    assert after(session, ResetView()).notice == ""


def test_a_marble_that_has_diverged_is_followed_as_far_as_one_can_see() -> None:
    """Beyond there is a slope and nothing else; it is met again where time goes back."""
    session = begin(flat_scene("local-minimum"))
    session = after(session, SelectLane(1), SetHyperparameter("learning_rate", 20.0), RideAlong())
    running = race(session.scene)
    running.extend(200)
    theta, near = running.tracks[1].theta, within_reach(session.scene.window)
    inside = near.contains(theta)
    assert inside[0]
    assert not inside[-1]
    last = int(np.flatnonzero(inside)[-1])
    for tick in (last + 1, len(theta) - 1, 10_000):
        assert ridden(replace(session, progress=float(tick)), running) == tuple(theta[last])
    assert ridden(session, running) == tuple(theta[0])


def test_who_rides_with_a_marble_that_is_lost_sees_a_place_that_there_is(session: Session) -> None:
    there = after(session, RideAlong(), Follow((1e300, -1e300))).focus
    assert there is not None
    assert abs(there.x1) < 10 * session.scene.window.diagonal


def rests(window: MainWindow) -> bool:
    """Let a frame go by; says whether nothing more is to come."""
    window.advance((), 0.0)
    return not window._busy()


def test_maps_that_are_to_follow_a_marble_are_drawn_there_without_another_event() -> None:
    with screen():
        window = MainWindow(replace(begin(flat_scene("local-minimum")), playing=False, lane=2))
        try:
            computed(window)
            until(partial(rests, window))
            window.send(RideAlong())
            window.advance((), 0.0)
            assert window._busy()
            until(partial(rests, window))
            assert window._showing.moment is not None
            assert window._showing.moment.session.focus == window.session.focus is not None
            window.send(RemoveLane())
            told = window.session.scene.lanes[window.session.lane].name
            assert window.session.notice == f"The maps follow {told} from close by; Shift R: back"
        finally:
            window.close()


def test_a_window_rides_along_with_the_chosen_marble() -> None:
    with screen():
        window = MainWindow(replace(begin(flat_scene("local-minimum")), playing=False, lane=2))
        try:
            computed(window)
            window.send(RideAlong())
            assert window.session.notice == "The maps follow momentum from close by; Shift R: back"
            for progress in (0.0, 12.0, 60.0):
                window.session = replace(window.session, progress=progress, seen=60)
                for _ in range(3):
                    computed(window)
                    window.advance((), 0.02)
                marble = race(window.session.scene).tracks[2].theta[int(progress)]
                assert window.session.focus is not None
                assert window.session.focus.contains(marble)
        finally:
            window.close()
