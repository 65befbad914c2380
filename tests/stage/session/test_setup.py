"""Messages about what a race begins with."""

from dataclasses import replace

import numpy as np
import pytest
from messages import after

from sim.descent.examples.recipes import ShiftedExamples
from sim.descent.update import plain_rate
from sim.descent.verdict.kinds import VerdictKind
from sim.scene import load_scene, scene_files
from sim.scene.reading import Saved, parse_saved
from sim.scene.saving import saved_text
from sim.stage.session.lanes import SetHyperparameter
from sim.stage.session.playback import Restart, Step
from sim.stage.session.session import Session, begin, race, update
from sim.stage.session.setup import (
    Draft,
    DraftRules,
    Drop,
    EarlierSeed,
    LoadRules,
    NewSeed,
    NextScene,
    NudgeStart,
    OpenScene,
    Return,
    SetFormula,
)
from sim.surface.functions.formula import Formula

NAMES = list(scene_files())


def test_restart_keeps_the_seed_and_new_seed_the_rest(session: Session) -> None:
    there = after(session, Step(50))
    assert after(there, Restart()).scene == session.scene
    other = after(there, NewSeed())
    assert other.scene == replace(session.scene, seed=session.scene.seed + 1)
    assert (other.tick, other.playing) == (0, True)


def test_dropping_changes_the_start_alone(session: Session) -> None:
    there = after(session, Step(50), Drop((0.5, -0.25)))
    assert there.scene == replace(session.scene, start=(0.5, -0.25))
    assert there.tick == 0


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


def test_a_scene_with_fewer_lanes_has_its_first_one_chosen(session: Session) -> None:
    there = after(replace(session, lane=2), OpenScene(8))
    assert len(there.scene.lanes) == 2
    assert there.lane == 0


def test_a_seed_is_never_below_none(session: Session) -> None:
    assert after(session, NewSeed(), NewSeed(), EarlierSeed()).scene.seed == 1
    assert after(session, EarlierSeed(), EarlierSeed()).scene.seed == 0


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


@pytest.mark.parametrize(
    ("formula", "rates", "moved", "told"),
    [
        ("x^2 + y^2", (0.15, 0.15, 0.15), False, ""),
        ("(x^2 + y^2 - 4)^2", (0.015, 0.015, 0.015), False, "η is 0.1 times what it was: 0.15 was too large here."),
        (
            "(1 - x)^2 + 100*(y - x^2)^2",
            (0.00075, 0.00075, 0.00075),
            True,
            "η is 0.005 times what it was, and the start has moved: 0.15 was too large.",
        ),
        (
            "x^2 + y^2 + exp(-20*(x + 2.6))",
            (0.15, 0.15, 0.15),
            True,
            "The start has moved: η = 0.15 was too large for the old one.",
        ),
        (
            "1e6*1e6*(x^2 + y^2)",
            (0.15, 0.15, 0.15),
            False,
            "η = 0.15 is too large for half of this window: turn it down.",
        ),
    ],
)
def test_on_a_steep_surface_learning_rates_are_turned_down_or_the_start_moves(
    session: Session, formula: str, rates: tuple[float, ...], moved: bool, told: str
) -> None:
    there = after(session, SetFormula(formula))
    assert [lane.rule.learning_rate for lane in there.scene.lanes] == pytest.approx(rates)
    assert (there.scene.start != session.scene.start, there.notice) == (moved, told)
    assert there.scene.window.contains(np.array(there.scene.start))
    running = race(there.scene)
    running.extend(40)
    diverged = {judge.verdict(40).kind is VerdictKind.DIVERGED for judge in running.judges}
    assert diverged == {told.startswith("η = ")}


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
    assert [lane.rule.learning_rate for lane in own.scene.lanes] == [0.002, 0.15, 0.15]  # What was set by hand stays.
    dropped = after(steep, Drop((0.5, 0.5)), SetFormula("x^2 + y^2"))
    assert dropped.scene.start == (0.5, 0.5)


def test_a_refused_file_of_rules_is_forgotten_where_one_types_on_or_opens_a_scene(session: Session) -> None:
    refused = after(session, LoadRules("nowhere.py"))
    assert refused.rules_refused
    assert (after(refused, DraftRules("now")).rules_refused, after(refused, DraftRules("now")).rules) == ("", "now")
    assert after(refused, OpenScene(2)).rules_refused == ""


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
    assert there.refused.startswith("The formula ")
    assert there.draft == text
    assert replace(there, draft="", refused="") == session


def test_a_refused_formula_is_there_when_one_comes_back_and_goes_when_another_is_taken(session: Session) -> None:
    refused = after(session, SetFormula("x +"), OpenScene(3), OpenScene(0), Step(1))
    assert (refused.draft, bool(refused.refused)) == ("x +", True)
    typed = after(refused, Draft("x + y^2 + x^2"))
    assert (typed.draft, typed.refused) == ("x + y^2 + x^2", "")
    for taken in (after(refused, SetFormula("x^2 + y^2")), after(refused, SetFormula(""))):
        assert (taken.draft, taken.refused) == ("", "")


def test_what_was_changed_by_hand_can_be_come_back_to(session: Session) -> None:
    changed = after(session, Step(30), Drop((0.5, -0.25)), Step(7))
    there = after(changed, OpenScene(2))
    assert (there.scene.name, there.left is None) == (NAMES[2], False)
    back = after(there, OpenScene(4), Return())
    assert (back.scene, back.tick, back.playing) == (changed.scene, 7, False)
    assert back.left is None  # Nothing was changed in the scene that has been left now.
    assert after(back, Return()).notice
    again = after(back, OpenScene(2), Drop((0.1, 0.1)), Return(), Return())
    assert (again.scene.name, again.scene.start) == (NAMES[2], (0.1, 0.1))
    assert after(session, Step(30), NewSeed(), OpenScene(2)).left is None


def test_the_start_can_be_nudged_by_shares_of_what_is_shown(session: Session) -> None:
    there, window = after(session, Step(9), NudgeStart(0.1, -0.2)), session.scene.window
    x, y = session.scene.start
    assert there.scene.start == pytest.approx((x + 0.1 * window.width, y - 0.2 * window.height))
    assert there.tick == 9
