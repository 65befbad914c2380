"""The tour: its steps, what they set, playing with them, and coming back."""

import re
from dataclasses import replace

import pytest
from messages import after

from sim.base.languages import LANGUAGES
from sim.scene import load_scene, scene_files
from sim.scene.tour import the_tour
from sim.stage.drawing.camera import FLAT
from sim.stage.picture.views import VIEWS
from sim.stage.session.bindings import KEYS, Deed, Errand, LoadRules
from sim.stage.session.lanes import (
    DuplicateLane,
    NameLane,
    NextRule,
    ScaleBatchSize,
    ScaleLearningRate,
    SelectLane,
)
from sim.stage.session.odds import PutAway
from sim.stage.session.playback import ChangeClock, GoToEnd, Step, ToggleMotion
from sim.stage.session.problem import ScaleSigma, StepCount
from sim.stage.session.session import SPEEDS, Message, Origin, Session, begin
from sim.stage.session.setup import Drop, NewSeed, NudgeStart, OpenScene
from sim.stage.session.tour import GoBack, GoToStep, Lead, ShowTour, is_measured, scene_at, step_of, strays
from sim.stage.session.view import Back, ChangeLanguage, ChangeTheme, Enlarged, Hover, Present, ShowControls, ToggleView
from sim.stage.views import ViewName

STEPS = the_tour().step
NAMED = re.compile(r"(?<![^\s(])((?:Shift )?(?:[A-Z0-9;'\[\],.]|Tab))(?![\w=])(?! =)")
"""A key as sentences name it; letters of quantities, such as that of "B = 20", are none."""
CLOCK_WORDS = {
    "en": {"updates": "updates", "epochs": "epochs", "serial": "serial", "parallel": "parallel"},
    "de": {"Schritte": "updates", "Epochen": "epochs", "seriell": "serial", "parallel": "parallel"},
    "zh": {"更新次数": "updates", "轮数": "epochs", "串行": "serial", "并行": "parallel"},
}


def place(session: Session) -> int | None:
    return None if session.tour is None else session.tour.step


@pytest.mark.parametrize("number", range(len(STEPS)))
def test_a_step_sets_all_that_it_names(session: Session, number: int) -> None:
    step = STEPS[number]
    there = after(session, GoToStep(number))
    assert there.scene == scene_at(step)
    assert there.origin == Origin(there.scene)
    assert there.scene.name == step.scene
    assert (there.clock, there.sheet, SPEEDS[there.speed]) == (step.clock, step.sheet, step.speed)
    assert there.views - {ViewName.MOVING_GROUND} == set(step.views) <= VIEWS.keys()
    assert there.scene.lanes[there.lane].name == (step.lane or there.scene.lanes[0].name)
    assert (there.tally is not None) == bool(step.sheet)
    assert there.playing == (step.update is None and not step.sheet)
    assert not there.asking
    assert step_of(there) == step
    assert not strays(there)


def test_the_view_of_a_step_takes_the_place_of_the_scene_s(session: Session) -> None:
    assert session.pose != FLAT
    noise, momentum = after(session, GoToStep(4)), after(session, GoToStep(9))
    assert noise.pose == momentum.pose == FLAT
    assert ViewName.MOVING_GROUND in after(session, GoToStep(5)).views
    assert after(session, Hover((400, 300)), GoToStep(5)).pointer is None, "for it is on another picture"
    assert ViewName.MOVING_GROUND not in momentum.views


def test_page_keys_lead_through_the_steps_and_through_scenes_where_there_is_no_tour(session: Session) -> None:
    names = list(scene_files())
    assert after(session, Lead(1)).scene.name == names[1]
    there = after(session, ShowTour())
    assert place(there) == 0
    assert [place(after(there, *[Lead(1)] * count)) for count in (1, 2, 12, 13)] == [1, 2, 12, 12]
    assert place(after(there, Lead(-1))) == 0
    assert after(there, Lead(-1)).notice == "This is the first step of the tour."
    assert after(there, *[Lead(1)] * 13).notice == "This is the last step of the tour."
    assert place(after(session, GoToStep(99))) == 12


def test_one_may_play_with_a_step_and_come_back_to_it(session: Session) -> None:
    there = after(session, GoToStep(5))
    for played in (
        after(there, ScaleLearningRate(2.0), Drop((1.0, 1.0)), Step(5), ChangeClock(), ToggleView(ViewName.GRADIENTS)),
        after(there, OpenScene(6), NewSeed()),
    ):
        assert strays(played)
        assert place(played) == 5
        back = after(played, GoBack())
        assert not strays(back)
        assert (back.scene, back.views, back.clock, back.progress) == (there.scene, there.views, there.clock, 0.0)
    assert not strays(after(there, NewSeed(), Step(3)))
    assert place(after(there, OpenScene(6), Lead(1))) == 6


def test_a_setting_that_a_lane_has_already_leads_nowhere(session: Session) -> None:
    there = after(session, GoToStep(7), SelectLane(2))
    assert there.scene.lanes[2].batch_size == there.scene.examples.count
    assert not strays(after(there, ScaleBatchSize(2)))
    assert not strays(after(there, ScaleBatchSize(0.5), ScaleBatchSize(2)))
    assert strays(after(there, ScaleBatchSize(0.5)))


def test_what_was_measured_is_about_the_step_s_own_race_alone(session: Session) -> None:
    for number in range(len(STEPS)):
        there = after(session, GoToStep(number))
        for alike in (
            [],
            [NewSeed(), Step(3)],
            [GoToEnd()],
            [NameLane("Anna")],
            [ToggleView(ViewName.GRADIENTS), Hover((9, 9))],
        ):
            assert is_measured(after(there, *alike)), (number, alike)
        others: tuple[list[Message], ...] = (
            [ChangeClock()],
            [Drop((1.0, 0.5))],
            [NudgeStart(0.05, 0.0)],
            [ScaleSigma(1.25)],
            [StepCount(-1)],
            [ScaleLearningRate(1.25)],
            [NextRule()],
            [DuplicateLane()],
            [OpenScene(6 if STEPS[number].scene != list(scene_files())[6] else 1)],
        )
        for other in others:
            assert not is_measured(after(there, *other)), (number, other)
            assert is_measured(after(there, *other, GoBack()))
    assert not is_measured(session)


def keys_in(sentence: str) -> list[Deed]:
    """What the keys do that a sentence names."""
    signs = NAMED.findall(sentence)
    return [KEYS[sign if sign.endswith("Tab") else sign[:-1] + sign[-1].lower()].does for sign in signs]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_that_a_step_bids_one_try_does_something_there(session: Session, language: str) -> None:
    pressed = 0
    for number, step in enumerate(STEPS):
        there = after(session, GoToStep(number), GoToEnd())
        for deed in keys_in(step.words(language).play):
            assert not isinstance(deed, Errand | LoadRules)
            assert after(there, deed) != there, step.words(language).play
            pressed += 1
    assert pressed >= 15


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_key_of_clocks_leads_to_the_clock_that_a_sentence_names_last(session: Session, language: str) -> None:
    named = []
    for number, step in enumerate(STEPS):
        for sentence in (step.words(language).look, step.words(language).play):
            for deed in keys_in(sentence):
                if isinstance(deed, ChangeClock):
                    words = CLOCK_WORDS[language]
                    last = max(words, key=sentence.rfind)
                    assert after(session, GoToStep(number), deed).clock == words[last], sentence
                    named.append(number + 1)
    assert named == [2, 3, 4]


def test_the_end_of_the_tour_brings_back_what_was_there_before(session: Session) -> None:
    before = after(session, OpenScene(3), ScaleLearningRate(0.5), Step(7), ToggleView(ViewName.BASINS), ChangeClock())
    there = after(before, GoToStep(2), ChangeTheme(), ChangeLanguage(), Lead(1))
    for message in (ShowTour(), Back()):
        back = after(there, message)
        assert (back.tour, back.toured) == (None, 3)
        assert (back.theme, back.language) == (there.theme, there.language)
        kept = replace(back, theme=before.theme, language=before.language, toured=0, seen=before.seen)
        assert kept == before
    assert place(after(there, ShowTour(), ShowTour())) == 3


def test_what_was_changed_on_the_tour_can_be_come_back_to(session: Session) -> None:
    ended = after(session, GoToStep(8), ScaleLearningRate(2.0), ShowTour())
    assert ended.scene == session.scene
    changed = after(ended, GoBack())
    assert changed.scene.name == "learning-rate-ladder"
    assert changed.scene != load_scene("learning-rate-ladder")
    assert changed.tour is None
    assert after(session, GoToStep(8), ShowTour()).left is None


def test_escape_puts_away_sheet_and_panel_before_the_tour_and_the_tour_before_big_type(session: Session) -> None:
    there = after(session, GoToStep(6))
    assert there.sheet
    bare = after(there, Back())
    assert (bare.sheet, place(bare)) == ("", 6)
    assert after(bare, Back()).tour is None
    panel = after(bare, ShowControls(), Back())
    assert (panel.controls, place(panel)) == (False, 6)
    presented = after(bare, Present(), Back())
    assert (presented.presenter, presented.tour) == (True, None)
    assert not after(presented, Back()).presenter


def test_big_type_comes_back_when_the_panel_is_folded_in(session: Session) -> None:
    opened = after(session, Present(), ShowControls())
    assert (opened.controls, opened.presenter) == (True, False)
    for fold in (ShowControls(), Back()):
        folded = after(opened, fold)
        assert (folded.controls, folded.presenter) == (False, True)
        assert not after(folded, Present(), ShowControls(), ShowControls()).presenter
    assert after(opened, Present()).presenter
    assert not after(opened, Present(), Present(), ShowControls(), ShowControls()).presenter
    assert not after(session, ShowControls(), ShowControls()).presenter


def test_the_panel_comes_back_with_usual_type_if_it_made_way_for_big_type(session: Session) -> None:
    presented = after(session, ShowControls(), Present())
    assert (presented.controls, presented.presenter) == (False, True)
    for back in (Present(), Back()):
        usual = after(presented, back)
        assert (usual.controls, usual.presenter) == (True, False)
    assert not after(presented, ShowControls(), ShowControls(), Present()).controls  # It was folded in by hand since.
    assert not after(session, Present(), Present()).controls


def test_what_has_been_counted_for_a_step_counts_when_one_comes_back(session: Session) -> None:
    there = after(session, GoToStep(12))
    assert after(there, PutAway(), GoBack()).tally is there.tally
    assert after(there, PutAway(), NewSeed()).tally is there.tally
    assert after(there, PutAway(), ScaleLearningRate(2.0)).tally is None
    other = after(there, Lead(-1))
    assert (other.sheet, other.tally) == ("", None)


def test_a_session_begins_without_a_tour() -> None:
    fresh = begin(load_scene("ravine"))
    assert (fresh.tour, step_of(fresh), strays(fresh)) == (None, None, False)


def test_what_is_one_s_own_outlives_the_tour(session: Session) -> None:
    toured = after(session, ShowTour(), ToggleMotion(), Enlarged("larger", 1.21))
    ended = after(toured, ShowTour())
    assert (ended.steady, ended.larger) == (toured.steady, toured.larger) != (session.steady, session.larger)
    counted = replace(toured, judged=((session.scene, True),), brought=(session.scene,))
    assert (after(counted, ShowTour()).judged, after(counted, ShowTour()).brought) == (counted.judged, counted.brought)
