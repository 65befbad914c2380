"""Where a loss has no value there is no surface; where it is too large for a number there is one."""

from typing import Any

import numpy as np
import pytest
from outside import Blind

from sim.descent.crowd import Crowd
from sim.descent.examples.recipes import ShiftedExamples, TiltedExamples
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.protocol import Rule
from sim.descent.verdict.kinds import VerdictKind
from sim.descent.verdict.kinds.evidence import Saying
from sim.descent.verdict.log import NEVER
from sim.descent.verdict.track_judge import TrackJudge
from sim.surface.functions.formula import Formula
from sim.surface.protocol import Window

SQUARE = Window(-2.0, 2.0, -2.0, 2.0)
HOLES = Problem(*ShiftedExamples(0.1, count=20).sums(Formula("x^2/10 + y^2 + 0*log(abs(x - 1) - 0.002)")), SQUARE)
"""A bowl without a value where any of the examples has none, which few batches show."""
EDGE = Problem(*ShiftedExamples(0.1, count=20).sums(Formula("log(x) + y^2")), Window(0.0, 4.0, -2.0, 2.0))
"""The batch has a value for longer than the mean of all examples."""


def plain(formula: str, window: Window = SQUARE) -> Problem:
    return Problem(*TiltedExamples(0.0, count=20).sums(Formula(formula)), window)


def judged(
    problem: Problem, start: tuple[float, float], rule: Rule[Any], updates: int = 100, batch: int = 20
) -> TrackJudge:
    race = Race(problem, [Lane("", rule, batch)], start, 0)
    race.extend(updates)
    return race.judges[0]


@pytest.mark.parametrize(
    ("rule", "batch"),
    [(GradientDescent(0.2), 20), (GradientDescent(0.05), 1), (Momentum(0.003), 20), (Adam(0.1), 1), (Adam(0.05), 20)],
)
def test_a_marble_is_off_the_surface_from_where_the_training_loss_has_no_value(rule: Rule[Any], batch: int) -> None:
    judge = judged(EDGE, (1.71, -0.343), rule, 200, batch)
    valueless = np.isnan(judge.track.loss)
    assert valueless.any()
    for update, off in enumerate(valueless.tolist()):
        verdict = judge.verdict(update)
        assert (verdict.kind is VerdictKind.OFF_SURFACE) == off
        assert "nan" not in verdict.sentence
        assert not off or verdict.evidence == (Saying.NOT_FINITE.value,)
    first = int(np.argmax(valueless))
    assert [(event.update, event.seen) for event in judge.events] == [(first, first)]


@pytest.mark.parametrize("rule", [GradientDescent(0.15), Momentum(0.1), Adam(0.1)])
@pytest.mark.parametrize("far", [40.0, 1e6])
def test_without_a_value_nobody_rests_however_small_the_gradient_is(rule: Rule[Any], far: float) -> None:
    problem = plain("exp(x) + exp(-30*x)*0 + y^2", Window(-42.0, 4.0, -14.0, 14.0))
    judge = judged(problem, (-far, 1.0), rule, 400)
    assert np.isnan(judge.track.loss).all()
    assert np.hypot(*judge.track.full_gradient[-1]) < 1e-8
    verdict = judge.verdict(400)
    assert verdict.kind is (VerdictKind.OFF_SURFACE if far < 1e4 else VerdictKind.UNDER_WAY)
    assert Saying.NOT_FINITE.value in verdict.evidence
    assert "nan" not in verdict.sentence
    assert not any(point.value != point.value for point in problem.critical)


def test_who_comes_back_to_the_surface_goes_on() -> None:
    judge = judged(HOLES, (1.6, 0.1), GradientDescent(0.05), 500, 1)
    assert judge.track.overflow is None
    # In holes that are narrower than a cell that is known to lie well inside of a basin nobody is seen.
    valueless = np.isnan(judge.track.loss) & np.array([judge.basin(update) is None for update in range(501)])
    assert not valueless[-1]
    offs = np.flatnonzero(valueless[1:] & ~valueless[:-1]) + 1
    assert len(offs) > 2
    assert [event.update for event in judge.events if event.kind == "off_surface"] == offs.tolist()
    for update, off in enumerate(valueless.tolist()):
        verdict = judge.verdict(update)
        assert (verdict.kind is VerdictKind.OFF_SURFACE) == off
        assert "nan" not in verdict.sentence
    assert judge.verdict(500).kind is VerdictKind.RATTLING


@pytest.mark.parametrize("chunks", [(250,), (1, 2, 5, 6, 7, 8, 30, 250)])
def test_a_crowd_leaves_the_surface_and_comes_back_as_its_marbles_alone(chunks: tuple[int, ...]) -> None:
    places = [(2.0, 0.5), (0.8, 0.5), (1.0, 0.0), (1.71, -0.343), (0.6, 0.1)]
    for problem in (HOLES, EDGE):
        crowd = Crowd(problem, Lane("", GradientDescent(0.05), 1), np.array(places), np.zeros(5, dtype=np.intp))
        for updates in chunks:
            crowd.extend(updates)
        for run, place in enumerate(places):
            alone = judged(problem, place, GradientDescent(0.05), 250, 1)
            assert crowd.judge.log.changes(run) == alone.changes
            assert crowd.judge.log.events(run) == alone.events
            gone = alone.verdict(250).kind is VerdictKind.OFF_SURFACE
            assert crowd.judge.log.ends[run] == (alone.changes[-1][0] if gone else NEVER)
        assert (crowd.judge.log.ends == NEVER).any() == (problem is HOLES)


@pytest.mark.parametrize(
    ("formula", "start", "rule"),
    [
        ("cosh(x)^20 + y^2", (0.8, -0.5), GradientDescent(0.015)),
        ("cosh(x)^20 + y^2", (0.8, -0.5), Momentum(0.015)),
        ("cosh(x)^20 + y^2", (36.1, 0.0), GradientDescent(0.1)),
        ("cosh(x)^20 + y^2", (36.19, 0.0), GradientDescent(0.1)),
        ("cosh(x)^20 - cosh(x)^19 + y^2", (50.0, 0.3), GradientDescent(0.1)),
        ("exp(x^2) + y^2", (1.5, 1.0), Momentum(0.1)),
        ("exp(x^2 + y^2)", (25.0, 25.0), GradientDescent(0.1)),
        ("exp(exp(x*y))", (3.0, 3.0), GradientDescent(0.1)),
    ],
)
def test_who_comes_to_where_the_loss_is_too_large_for_a_number_has_diverged(
    formula: str, start: tuple[float, float], rule: Rule[Any]
) -> None:
    problem = plain(formula)
    judge = judged(problem, start, rule)
    assert judge.track.overflow is not None
    assert np.hypot(*judge.track.theta[-1]) < 1e3 * problem.units.length
    assert not np.isfinite(judge.track.full_gradient[-1]).all()
    assert [kind for _, kind in judge.changes] == [VerdictKind.UNDER_WAY, VerdictKind.DIVERGED]
    for update in range(judge.track.updates + 1):
        assert not {"nan", "inf"} & set(judge.verdict(update).sentence.replace(",", "").split())


@pytest.mark.parametrize(
    ("formula", "start", "saying"),
    [
        ("1/x^2 + y^2", (0.0, 0.5), Saying.NOT_FINITE),
        ("1/x^2 + 1/y^2", (0.0, 0.0), Saying.NOT_FINITE),
        ("1/(x^2 + y^2)", (0.0, 0.0), Saying.NOT_FINITE),
        ("x^2 - 1/x + y^2", (0.0, 0.3), Saying.NOT_FINITE),
        ("log(x) + y^2", (-0.5, 0.3), Saying.NOT_FINITE),
        ("log(x + 1) + y^2", (-1.5, 0.3), Saying.NOT_FINITE),
        ("1/sqrt(x + 1) + y^2", (-1.5, 0.3), Saying.NOT_FINITE),
        ("sqrt(abs(x)) + y^2", (0.0, 1.0), Saying.NO_GRADIENT),
    ],
)
def test_at_a_pole_and_beyond_an_edge_there_is_no_surface(
    formula: str, start: tuple[float, float], saying: Saying
) -> None:
    judge = judged(plain(formula), start, GradientDescent(0.1))
    verdict = judge.verdict(100)
    assert (verdict.kind, verdict.evidence) == (VerdictKind.OFF_SURFACE, (saying.value,))


def test_a_rule_that_fails_where_there_is_no_surface_has_failed() -> None:
    judge = judged(plain("log(x) + y^2"), (-1.0, 0.0), Blind())
    assert judge.verdict(0).kind is VerdictKind.OFF_SURFACE
    assert judge.verdict(1).kind is VerdictKind.FAILED
    assert [event.kind for event in judge.events] == ["off_surface", "failed"]
