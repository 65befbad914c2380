"""Messages about what is shown."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from messages import after

from sim.languages import ENGLISH, LANGUAGES, TRANSLATIONS, Language, LanguageError
from sim.stage.session.playback import Elapsed, Step
from sim.stage.session.session import Session
from sim.stage.session.view import (
    Back,
    ChangeLanguage,
    ChangeSpread,
    ChangeSwarm,
    ChangeTheme,
    ChooseSpread,
    ChooseSwarm,
    Close,
    Notify,
    ShowHelp,
)
from sim.stage.style.theme import THEMES
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
    assert (there.scene, there.update, there.playing) == (session.scene, 30, False)
