"""What is said of a search for a lane's learning rate, and what it changes, without a process and without a window."""

from dataclasses import replace

import pytest
from messages import after

from sim.base.languages import LANGUAGES
from sim.descent.clock import Machine
from sim.scene import load_scene
from sim.scene.view import LandView
from sim.stage.drawing.layout import SMALLEST
from sim.stage.input.control import Buttons
from sim.stage.input.controls import controls
from sim.stage.picture.around.transport import knobs
from sim.stage.picture.setting import setting
from sim.stage.session.lanes import NameLane, ScaleBatchSize, ScaleLearningRate, SelectLane
from sim.stage.session.session import Message, Retuned, Search, Session, begin, lane_of
from sim.stage.session.setup import Drop, NewSeed, OpenScene
from sim.stage.session.tour import ShowTour
from sim.stage.session.tuning import NotTuned, Searched, StopTuning, Tune, Tuned, ghost, searching
from sim.stage.session.view import Back, ShowControls, ShowHelp, ToggleView
from sim.stage.style import text
from sim.stage.style.theme import load_theme
from sim.stage.views import ViewName
from sim.study.statistics.intervals import Estimate
from sim.study.tuning.tuned import LaneTuned, Trial
from sim.study.tuning.usual import Criterion

EQUAL = Estimate(0.0, 0.0, 0.0)


@pytest.fixture
def session() -> Session:
    return after(begin(load_scene("local-minimum")), SelectLane(1))


LOSS = Estimate(-1.1171, -1.1171, -1.1171)


def trial(rate: float, value: float, half: float = 0.02, above: int = 0) -> Trial:
    return Trial({"learning_rate": rate}, Estimate(value, value - half, value + half), EQUAL, LOSS, above)


def finding(best: Trial, own: Trial, *, certain: bool = False) -> LaneTuned:
    return LaneTuned("minibatch", 400, certain, best, own, (), (0.0, 0.0), False, False, 17, EQUAL, 0)


def search_of(session: Session) -> Search:
    found = searching(session)
    assert found is not None
    return found


def tuned(session: Session, found: LaneTuned, *, better: bool, by: Criterion = "escaped", seeds: int = 200) -> Tuned:
    return Tuned(search_of(session).scene, by, seeds, found, better)


BETTER = finding(trial(0.31, 0.06), trial(0.15, 0.29))
TIED = finding(trial(0.1784, 0.06), trial(0.15, 0.07))


def test_the_chosen_lane_is_looked_at_alone_from_the_seed_of_the_scene_as_it_was_opened(session: Session) -> None:
    search = search_of(after(session, NewSeed(), Tune()))
    assert [lane.name for lane in search.scene.lanes] == ["minibatch"]
    assert (search.scene.seed, search.share, search.rate) == (0, 0.0, None)


@pytest.mark.parametrize(
    ("scene", "by"), [("local-minimum", "escaped"), ("on-the-saddle", "escaped"), ("ravine", "loss")]
)
def test_what_counts_follows_from_what_the_scene_asks(scene: str, by: Criterion) -> None:
    assert search_of(after(begin(load_scene(scene)), Tune())).by == by


def test_what_is_better_is_given_to_the_lane_and_told_with_its_interval(session: Session) -> None:
    there = after(session, Tune())
    there = after(there, SelectLane(0), tuned(there, BETTER, better=True))
    assert [lane.rule.learning_rate for lane in there.scene.lanes] == [0.15, 0.31, 0.15]
    assert there.lane == 0
    assert there.notice == "η = 0.31: 94 % escape (92 to 96) on 200 fresh seeds, L −1.117; before 0.15: 71 %"
    assert ghost(there) == (session.scene, 1)
    assert ghost(after(there, ToggleView(ViewName.LABELS))) is None


def test_the_same_key_takes_it_back_in_that_lane_alone_whichever_seed_is_watched(session: Session) -> None:
    searched = after(session, Tune())
    there = after(searched, tuned(searched, BETTER, better=True), NewSeed())
    assert isinstance(there.tuning, Retuned)
    back = after(there, Tune())
    assert back.scene == replace(session.scene, seed=1, claims=(None,) * 3)
    assert (back.notice, back.tuning) == ("η is 0.15 again.", None)
    assert [lane.name for lane in search_of(after(there, SelectLane(0), Tune())).scene.lanes] == ["full batch"]
    assert after(there, ScaleLearningRate(2.0)).tuning is None


def test_a_tie_is_told_as_a_tie_and_the_lane_stays_as_it_is(session: Session) -> None:
    searched = after(session, Tune())
    there = after(searched, tuned(searched, TIED, better=False))
    assert (there.scene, there.tuning) == (session.scene, None)
    assert there.notice == (
        "η = 0.15 stays: 93 % escape (91 to 95) on 200 fresh seeds, L −1.117; tied with 0.1784: 94 %"
    )
    own = finding(TIED.own, TIED.own)
    assert after(searched, tuned(searched, own, better=False)).notice == (
        "η = 0.15 stays, the best that was tried: 93 % escape (91 to 95) on 200 fresh seeds, L −1.117"
    )


def test_without_chance_no_seeds_are_told(session: Session) -> None:
    searched = after(session, Tune())
    sure = finding(trial(0.71, 0.0, 0.0), trial(0.15, 1.0, 0.0), certain=True)
    assert after(searched, tuned(searched, sure, better=True)).notice == (
        "η = 0.71: it escapes, whatever the seed, L −1.117; before 0.15: it does not escape"
    )
    sunk = finding(trial(0.71, -1.13, 0.0), trial(0.15, 0.366, 0.0), certain=True)
    assert after(searched, tuned(searched, sunk, better=True, by="loss")).notice == (
        "η = 0.71: loss −1.13, whatever the seed; before 0.15: loss 0.366"
    )


def test_by_the_loss_the_loss_is_told(session: Session) -> None:
    searched = after(session, Tune())
    found = finding(trial(0.31, -1.12, 0.01), trial(0.15, 0.3, 0.01))
    assert after(searched, tuned(searched, found, better=True, by="loss")).notice == (
        "η = 0.31: loss −1.120 (−1.130 … −1.110) on 200 fresh seeds; before 0.15: 0.300"
    )


@pytest.mark.parametrize("by", ["loss", "escaped"])
def test_a_loss_at_the_start_is_never_told_as_that_at_last(session: Session, by: Criterion) -> None:
    searched = after(session, Tune())
    found = finding(trial(0.31, 0.2, 0.01, above=12), trial(0.6, 1.0, 0.0, above=200))
    told = tuned(searched, found, better=True, by=by).told("en")
    best, before = told.split("; before ")
    assert best.endswith(", 12 of 200 not below the start")
    assert "0.20" in best or by == "escaped"
    assert before == ("0.6: not below the start" if by == "loss" else "0.6: 0 %")
    stays = tuned(searched, finding(found.own, found.own), better=False, by=by).told("en")
    assert stays.endswith("not below the start")
    assert "of 200 not below" not in stays
    assert "loss" not in stays


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("by", ["escaped", "loss"])
def test_in_the_smallest_window_there_is_room_for_all_that_is_told(
    session: Session, language: str, by: Criterion
) -> None:
    there = after(replace(session, language=language), Tune())
    here = setting(there, SMALLEST)
    left = knobs(here.places, there, here.theme)[-1].place.right
    room = here.places.footer.right - left - 3 * here.places.em
    ties = finding(trial(0.1784, 0.0612, 0.0007), trial(0.1427, 0.0607, 0.0007))
    for found, better in ((ties, False), (finding(ties.own, ties.own), False), (ties, True)):
        told = tuned(there, found, better=better, by=by).told(language)
        assert text.width(told, here.places.em) <= room, told


@pytest.mark.parametrize(
    "message", [ScaleLearningRate(1.1), ScaleBatchSize(2.0), Drop((0.5, 0.5)), OpenScene(2), NameLane("x")]
)
def test_a_change_of_the_lane_or_the_scene_throws_a_search_away(session: Session, message: Message) -> None:
    searched = after(session, Tune())
    late = tuned(searched, BETTER, better=True)
    there = after(searched, message)
    assert there.tuning is None
    assert after(there, late) == there


def test_what_makes_no_difference_to_the_lane_lets_a_search_go_on(session: Session) -> None:
    searched = after(session, Tune())
    scene = replace(searched.scene, title="x", view=LandView("relief", yaw=30.0), machine=Machine(width=8), seed=5)
    assert lane_of(replace(searched, scene=scene), search_of(searched).scene) == searched.lane == 1
    assert lane_of(replace(searched, scene=replace(scene, updates=7)), search_of(searched).scene) is None


def test_what_comes_late_of_a_search_that_was_stopped_changes_nothing(session: Session) -> None:
    searched = after(session, Tune())
    scene = search_of(searched).scene
    there = after(searched, StopTuning())
    for late in (Searched(scene, 0.5, 0.1), NotTuned(scene, "why"), tuned(searched, BETTER, better=True)):
        assert after(there, late) == there
    assert after(there, StopTuning()) == there


def test_escape_puts_away_what_lies_on_top_then_stops_it_then_closes_the_panel(session: Session) -> None:
    there = after(session, ShowControls(), Tune(), ShowHelp(), Back())
    assert (there.help, searching(there) is not None) == (False, True)
    there = after(there, Back())
    assert (searching(there), there.controls) == (None, True)
    assert not after(there, Back()).controls


def test_the_tour_brings_no_search_back(session: Session) -> None:
    there = after(session, Tune(), ShowTour(), ShowTour())
    assert (there.tour, there.tuning) == (None, None)


def test_the_button_is_lit_while_it_goes_on(session: Session) -> None:
    def lit(session: Session) -> bool:
        rows = controls(session, load_theme("light"))
        return next(b.lit for row in rows if isinstance(row, Buttons) for b in row.buttons if b.name == "tune")

    assert [lit(session), lit(after(session, Tune())), lit(after(session, Tune(), Tune()))] == [False, True, False]
