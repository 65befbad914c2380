"""A surface of one's own: where and how fast its race begins, and what is told of that."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from messages import after

from sim.descent.examples.recipes import ShiftedExamples
from sim.descent.rules.protocol import MOST_RATE, Slope
from sim.descent.update import plain_rate
from sim.descent.verdict.kinds import VerdictKind
from sim.scene import load_scene, scene_files
from sim.scene.reading import Saved, parse_saved
from sim.scene.saving import saved_text
from sim.scene.speech import LONGEST_TITLE
from sim.stage.picture.races import race
from sim.stage.session.lanes import AddLane, RemoveLane, SelectLane, SetHyperparameter
from sim.stage.session.playback import Step
from sim.stage.session.problem import Draft, SetFormula
from sim.stage.session.session import Origin, Session, Typed, begin, update
from sim.stage.session.setup import (
    Drop,
    OpenScene,
)
from sim.stage.session.tour import GoToStep
from sim.surface.functions.formula import Formula
from sim.surface.points import Array, norm

NAMES = list(scene_files())


def test_a_formula_becomes_the_surface_and_the_scene_can_be_saved(session: Session) -> None:
    typed = after(session, SetFormula("x^2 + 2*y^2 + sin(3*x)"))
    scene = typed.scene
    assert scene.surface == Formula("x^2 + 2*y^2 + sin(3*x)")
    assert scene.lanes == session.scene.lanes
    assert scene.examples == session.scene.examples
    assert scene.window.contains(np.array(scene.start))
    assert (typed.tick, typed.playing, typed.asking) == (0, True, False)
    assert parse_saved(saved_text(Saved(scene, 9)), "x") == Saved(scene, 9)
    assert after(typed, SetFormula("x^2 + 2*y^2 + sin(3*x)")) == typed
    assert after(session, SetFormula("  ")) == session


def test_a_title_that_is_cut_shows_no_other_formula(session: Session) -> None:
    whole = "x^2 + y^2 + 0.5".ljust(LONGEST_TITLE - len("f = "), "0")
    assert after(session, SetFormula(whole)).scene.title == f"f = {whole}"
    scene = after(session, SetFormula(f"{whole}*0")).scene
    assert len(scene.title) == LONGEST_TITLE
    assert scene.title == f"f = {whole}"[:-1] + "…"
    assert parse_saved(saved_text(Saved(scene, 9)), "x").scene == scene


@pytest.mark.parametrize(
    ("formula", "rate", "moved", "told"),
    [
        ("x^2 + y^2", 0.15, False, ""),
        (
            "(x^2 + y^2 - 4)^2",
            0.03,
            True,
            "η is turned down from 0.15 to 0.03: it was too large here. "
            "The start has moved: from the old one steps led uphill.",
        ),
        ("100*x^2 + y^2", 0.003, False, "η is turned down from 0.15 to 0.003: it was too large here."),
        ("x^2 + y^2 + exp(-20*(x + 2.6))", 0.15, True, "The start has moved: from the old one steps led uphill."),
        (
            "1e6*1e6*(x^2 + y^2)",
            0.15,
            False,
            "η = 0.15 is too large for half of this window: turn it down.",
        ),
        ("x^2 - y^2", 0.03, False, "η is turned down from 0.15 to 0.03: marbles were gone by update 6."),
        ("x*y", 0.15, True, "The start has moved: from the old one marbles are gone at once."),
        (
            "x^3 - 3*x*y^2",
            0.075,
            True,
            "η is turned down from 0.15 to 0.075: marbles were gone by update 1. The start has moved, too.",
        ),
        ("1e-9*(x^2 + y^2)", 0.15, False, "η = 0.15 is small here: in 400 updates no marble gets far. Turn it up."),
        ("1e-6*x^2", 0.15, False, "η = 0.15 is small here: in 400 updates no marble gets far. Turn it up."),
    ],
)
def test_on_a_steep_surface_learning_rates_are_turned_down_or_the_start_moves(
    session: Session, formula: str, rate: float, moved: bool, told: str
) -> None:
    there = after(session, SetFormula(formula))
    assert rates(there) == pytest.approx([rate] * 3)
    assert (there.scene.start != session.scene.start, there.notice) == (moved, told)
    assert there.scene.window.contains(np.array(there.scene.start))
    running = race(there.scene)
    running.extend(20)
    window = there.scene.window
    away = {bool(norm(track.theta[20] - window.center) > 2 * window.diagonal) for track in running.tracks[:2]}
    assert away == {"too large for half" in told}


@pytest.mark.parametrize(
    "formula", ["exp(x^4) + y^2", "cosh(5*x) + y^2", "(x^2 - 1)^4 + y^2", "x^12 + y^12", "cosh(x)^20", "x^6 + y^6"]
)
@pytest.mark.parametrize("name", ["local-minimum", "batch-ladder"])
def test_no_marble_of_the_race_itself_is_thrown_out_of_a_steep_well(name: str, formula: str) -> None:
    """Examples are shifted: on a steep wall some have many times the slope of the surface."""
    there = update(begin(load_scene(name)), SetFormula(formula))
    running = race(there.scene)
    running.extend(200)
    kinds = {judge.verdict(200).kind for judge in running.judges}
    assert not kinds & {VerdictKind.DIVERGED, VerdictKind.OFF_SURFACE}


@pytest.mark.parametrize("name", ["local-minimum", "sharp-and-flat", "learning-rate-ladder", "adaptive-rules"])
@pytest.mark.parametrize("formula", ["x*y", "x*y*(x^2 + y^2)", "(x^2 - y^2)*x*y"])
def test_a_start_that_is_found_lies_on_no_diagonal(name: str, formula: str) -> None:
    """Where whole lanes would come to rest at a saddle."""
    before = begin(load_scene(name))
    x, y = after(before, SetFormula(formula)).scene.start
    assert (x, y) == before.scene.start or abs(x) != abs(y)


def test_where_marbles_come_to_stay_is_in_the_window(session: Session) -> None:
    there = after(session, SetFormula("0.1*(x^2 + y^2) + sin(3*x)*sin(3*y)"))
    running = race(there.scene)
    running.extend(60)
    assert all(there.scene.window.contains(track.theta[60]) for track in running.tracks)


@pytest.mark.parametrize("formula", ["log(x)", "asin(x)^2 + y^2", "sqrt(x - 1) + y^2", "-log(1 - x^2 - y^2)"])
def test_a_race_begins_where_all_examples_have_a_loss(session: Session, formula: str) -> None:
    there = after(session, SetFormula(formula))
    running = race(there.scene)
    running.extend(5)
    assert all(np.isfinite(track.loss[:5]).all() for track in running.tracks)
    assert "start has moved" in there.notice


def test_names_that_say_a_learning_rate_follow_it_to_a_steep_surface_and_back() -> None:
    session = begin(load_scene("learning-rate-ladder"))
    steep = update(session, SetFormula("1000*x^2 + y^2"))
    assert [lane.name for lane in steep.scene.lanes] == [
        f"η = {lane.rule.learning_rate:g}" for lane in steep.scene.lanes
    ]
    gentle = update(steep, SetFormula("x^2/100 + y^2/100"))
    assert [lane.name for lane in gentle.scene.lanes] == [lane.name for lane in session.scene.lanes]


def test_a_gentler_surface_has_the_rates_and_the_start_back_that_a_steep_one_had_turned_down(session: Session) -> None:
    steep = after(session, SetFormula("(1 - x)^2 + 100*(y - x^2)^2"))
    assert steep.scene.start != session.scene.start
    gentle = after(steep, SetFormula("x^2 + y^2"))
    assert (gentle.scene.start, gentle.scene.lanes) == (session.scene.start, session.scene.lanes)
    assert gentle.notice == ""
    own = after(steep, SetHyperparameter("learning_rate", 0.002), SetFormula("x^2 + y^2"))
    assert rates(own) == [0.4, 0.15, 0.15]  # In the same ratio to the others.
    dropped = after(steep, Drop((0.5, 0.5)), SetFormula("x^2 + y^2"))
    assert dropped.scene.start == (0.5, 0.5)


@pytest.mark.parametrize("formula", ["100*x^2 + y^2", "(1 - x)^2 + 100*(y - x^2)^2"])
def test_what_was_turned_down_for_one_surface_is_not_turned_down_again_for_the_next(
    session: Session, formula: str
) -> None:
    """Whatever happens in between: the picture is saved, lanes come and go, one of them is set by hand."""
    steep = after(session, SetFormula(formula))
    saved = replace(steep, origin=Origin(steep.scene))
    gentle = after(saved, SetFormula("x^2 + y^2"))
    assert (gentle.scene.start, gentle.scene.lanes) == (session.scene.start, session.scene.lanes)
    more = after(steep, AddLane(), SetFormula("x^2 + y^2"))
    assert rates(more) == [0.15] * 4
    mine = after(steep, SetHyperparameter("learning_rate", 1.25 * steep.scene.lanes[0].rule.learning_rate))
    own = mine.scene.lanes[0].rule.learning_rate
    for other in (f"2*({formula})", formula, f"3*({formula})"):
        mine = after(mine, SetFormula(other))
    assert mine.scene.lanes[0].rule.learning_rate >= own / 5


@dataclass(frozen=True)
class Signs:
    learning_rate: float

    def init(self, theta: Array) -> tuple[()]:
        del theta
        return ()

    def step(self, theta: Array, slope: Slope, state: tuple[()]) -> tuple[Array, tuple[()]]:
        del theta
        return -self.learning_rate * np.sign(slope.here), state


def rates(session: Session) -> list[float]:
    return [lane.rule.learning_rate for lane in session.scene.lanes]


def test_a_rate_that_is_set_keeps_its_ratio_to_the_others(session: Session) -> None:
    steep = after(session, SetFormula("100*x^2 + y^2"))
    assert rates(steep) == [0.003] * 3
    mine = after(steep, SetHyperparameter("learning_rate", 0.001))
    assert rates(after(mine, SetFormula("200*x^2 + y^2"))) == [0.0005, 0.0015, 0.0015]
    assert rates(after(mine, SetFormula("x^2 + y^2"))) == [0.05, 0.15, 0.15]
    gentle = after(session, SetFormula("x^2 + y^2"), SetHyperparameter("learning_rate", 0.075))
    assert rates(after(gentle, SetFormula("100*x^2 + y^2"))) == [0.0015, 0.003, 0.003]
    large = after(steep, SetHyperparameter("learning_rate", 0.1))  # It is what one would choose on other surfaces.
    assert rates(after(large, SetFormula("x^2 + y^2"))) == [0.1, 0.15, 0.15]
    back = after(large, SetHyperparameter("learning_rate", 0.003))
    assert rates(after(back, SetFormula("x^2 + y^2"))) == [0.15] * 3


def test_a_rate_comes_back_no_larger_than_a_file_may_have_it(session: Session) -> None:
    alone = after(session, RemoveLane(), RemoveLane(), SetHyperparameter("learning_rate", MOST_RATE))
    typed = after(alone, SetFormula("x^2 + y^2"), SetHyperparameter("learning_rate", 2.4))
    assert rates(after(typed, SetFormula("1e-9*(x^2 + y^2)"))) == [MOST_RATE]


@pytest.mark.parametrize("rate", [0.0, -0.1, 0.2])
def test_a_rule_of_ones_own_has_the_rate_that_is_set(session: Session, rate: float) -> None:
    lanes = (replace(session.scene.lanes[0], rule=Signs(rate)), *session.scene.lanes[1:])
    own = replace(session, scene=replace(session.scene, lanes=lanes))
    there = after(own, SetFormula("100*x^2 + y^2"), SetHyperparameter("learning_rate", 0.004), SetFormula("x^2 + y^2"))
    assert rates(there) == [0.004, 0.15, 0.15]


def test_rungs_of_a_ladder_stay_in_their_order() -> None:
    ladder = update(begin(load_scene("learning-rate-ladder")), SetFormula("x^4 + y^4"))
    lower = update(ladder, SetHyperparameter("learning_rate", ladder.scene.lanes[0].rule.learning_rate * 0.8))
    there = update(lower, SetFormula("100*(x^2 + y^2)"))
    assert rates(there) == sorted(set(rates(there)))
    assert "the largest from 0.6 to 0.006" in there.notice


@pytest.mark.parametrize("formula", ["(1 - x)^2 + 100*(y - x^2)^2", "-20*exp(-(x - 3)^2 - (y - 2)^2)"])
def test_lanes_that_are_all_set_by_hand_begin_like_others(session: Session, formula: str) -> None:
    own = after(session, SetFormula("x^2 + y^2"))
    for lane in range(3):
        own = after(own, SelectLane(lane), SetHyperparameter("learning_rate", 0.16))
    there = after(own, SetFormula(formula)).scene
    assert there.start != session.scene.start
    assert {lane.rule.learning_rate for lane in there.lanes} < {0.0008, 0.032}


def test_a_step_of_the_tour_has_rates_of_its_own(session: Session) -> None:
    there = after(session, SetFormula("100*x^2 + y^2"), GoToStep(4), SetFormula("100*x^2 + y^2")).scene
    assert {lane.rule.learning_rate for lane in there.lanes} == {0.0075}


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("-20*exp(-(x - 3)^2 - (y - 2)^2)", "at the old one it is all but level."),
        ("-exp(-1000*((x - 1)^2 + (y - 1)^2))", "at the old one it is all but level."),
        ("tanh(20*x)", "at the old one it is all but level."),
        ("asin(x - 5)^2 + y^2", "at the old one there is no loss."),
        ("log(-1 - x^2)", "No start was found at which all examples have a loss."),
    ],
)
def test_a_start_is_found_where_slopes_or_losses_are_on_little_of_the_window(
    session: Session, formula: str, told: str
) -> None:
    assert after(session, SetFormula(formula)).notice.endswith(told)


@pytest.mark.parametrize("formula", ["log(x) + y^2", "1/x + x + y^2"])
def test_rates_are_turned_down_for_their_own_lanes_alone(formula: str) -> None:
    """Newton's steps end on the pole whatever the minibatch's are."""
    there = update(begin(load_scene("newton")), SetFormula(formula)).scene
    assert there.lanes[2].rule.learning_rate >= 0.001


def test_whose_learning_rates_are_turned_down_is_told() -> None:
    session = begin(load_scene("adaptive-rules"))
    there = update(session, SetFormula("x^2 + 10*y^2"))
    assert there.notice == "η of descent, momentum is turned down from 0.9 to 0.09: it was too large here."
    assert update(session, SetFormula("0.1*(x^2 + y^2)")).notice == ""  # 2/5 of what would be too large.


def test_decay_makes_no_start_too_steep(session: Session) -> None:
    """It leads up the loss at any learning rate, and that is what was asked for."""
    decaying = after(session, SetHyperparameter("weight_decay", 0.5), Drop((2.5, 2.5)))
    assert after(decaying, SetFormula("(x - 3)^2 + (y - 3)^2")).notice == ""


def test_of_learning_rates_without_names_none_takes_that_of_another_that_is_to_have_a_new_one() -> None:
    steep = update(begin(load_scene("learning-rate-ladder")), SetFormula("100*(x^2 + y^2)"))
    there = update(steep, SetFormula("(x^2 - 1)^2 + y^2")).scene
    assert [lane.name for lane in there.lanes] == [f"η = {lane.rule.learning_rate:g}" for lane in there.lanes]


def test_what_is_typed_while_a_formula_is_computed_stays(session: Session) -> None:
    refused = after(session, Draft("x^2"), SetFormula("x^^2"))
    assert (refused.formula.text, bool(refused.formula.refused)) == ("x^^2", True)
    assert after(refused, Draft("x^^2 + 1"), SetFormula("x^2")).formula.text == "x^^2 + 1"


def test_rules_whose_steps_do_not_grow_with_the_gradient_keep_their_rates() -> None:
    session = begin(load_scene("adaptive-rules"))
    there = update(session, SetFormula("1000*(x^2 + y^2)"))
    for before, after_ in zip(session.scene.lanes, there.scene.lanes, strict=True):
        assert (before.rule == after_.rule) == (plain_rate(before.rule) == 0.0)


def test_a_start_so_high_up_that_nothing_else_would_be_seen_is_left_for_another() -> None:
    session = begin(load_scene("local-minimum"))
    assert session.scene.start[0] < -2.0
    scene = update(session, SetFormula("cosh(10*x) + y^2")).scene
    assert np.ptp(Formula("cosh(10*x) + y^2").value(scene.window.grid(33, 33))) < 1e4
    assert scene.window.contains(np.array(scene.start))
    adaptive = replace(session, scene=replace(session.scene, lanes=load_scene("adaptive-rules").lanes[2:3]))
    there = update(adaptive, SetFormula("cosh(10*x) + y^2"))
    assert plain_rate(there.scene.lanes[0].rule) == 0.0
    assert there.scene.start != session.scene.start
    assert there.notice == "The start has moved: from the height of the old one all else looks level."
    for formula in ("cosh(2*x) + y^2", "(1 - x)^2 + 100*(y - x^2)^2"):
        scene = update(session, SetFormula(formula)).scene
        assert scene.window.contains(np.array(scene.start))


def test_a_formula_where_there_was_no_surface_gets_examples_that_vary_it() -> None:
    session = begin(load_scene("stopping-distances"))
    scene = update(session, SetFormula("x^2 + y^2")).scene
    assert isinstance(scene.examples, ShiftedExamples)
    assert [lane.batch_size for lane in scene.lanes] == [20, 4, 20]


@pytest.mark.parametrize("text", ["x +", "__import__('os')", "x.real", "(" * 300, "9**9**9**9", "x" * 5000])
def test_a_formula_that_cannot_be_read_is_kept_and_changes_nothing_else(session: Session, text: str) -> None:
    there = after(session, SetFormula(text))
    assert there.formula.refused
    assert there.formula.text == text
    assert replace(there, formula=Typed()) == session


def test_a_refused_formula_is_there_when_one_comes_back_and_goes_when_another_is_taken(session: Session) -> None:
    refused = after(session, SetFormula("x +"), OpenScene(3), OpenScene(0), Step(1))
    assert (refused.formula.text, bool(refused.formula.refused)) == ("x +", True)
    typed = after(refused, Draft("x + y^2 + x^2"))
    assert (typed.formula.text, typed.formula.refused) == ("x + y^2 + x^2", "")
    for text in ("x^2 + y^2", ""):
        taken = after(refused, Draft(text), SetFormula(text))
        assert (taken.formula.text, taken.formula.refused) == ("", "")
