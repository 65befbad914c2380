"""On what a marble rests is told by where it is: next to a floor, at a saddle, on the top, or on none of them.

What is claimed of a place is held against the surface there, whose floors, saddles and tops are known in closed form.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from sim.descent.examples.recipes import TiltedExamples
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.protocol import Rule
from sim.descent.schedules import CONSTANT, Exponential, Polynomial, Schedule
from sim.descent.verdict.kinds import VerdictKind
from sim.descent.verdict.track_judge import TrackJudge
from sim.surface.functions.formula import Formula
from sim.surface.protocol import Window

SHORT, FADING = Polynomial(length=20), Exponential(gamma=0.9)
STEP = GradientDescent(0.1)
HALTED = {VerdictKind.HELD, VerdictKind.LEVEL}


def square(half: float) -> Window:
    return Window(-half, half, -half, half)


def judged(
    formula: str,
    start: tuple[float, float],
    rule: Rule[Any],
    window: Window,
    schedule: Schedule = CONSTANT,
    updates: int = 400,
) -> TrackJudge:
    problem = Problem(*TiltedExamples(0.0, count=20).sums(Formula(formula)), window)
    race = Race(problem, [Lane("", rule, 20, schedule)], start, 0)
    race.extend(updates)
    return race.judges[0]


def told(judge: TrackJudge) -> Sequence[VerdictKind]:
    return [kind for _, kind in judge.changes]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize(
    ("formula", "start", "rate", "half"),
    [
        ("(x^2 + y^2 - 4)^2", (0.3, 0.1), 0.001, 3.4),
        ("1 - exp(-10*(sqrt(x^2 + y^2) - 3)^2)", (0.6, 0.2), 0.1, 5.5),
        ("(x*y - 1)^2*exp(-x*y)", (1.7, 1.8), 0.001, 2.2),
        ("sin(sqrt(x^2 + y^2))^2", (1.2, 1.1), 0.001, 2.5),
    ],
)
def test_who_stands_on_the_top_beside_a_valley_has_not_settled_in_it(
    formula: str, start: tuple[float, float], rate: float, half: float, scale: float
) -> None:
    judge = judged(f"{scale}*({formula})", start, GradientDescent(rate / scale), square(half), SHORT)
    assert judge.track.problem.basins.valleys.any()
    assert judge.verdict(400).curvatures[0] < 0
    assert told(judge)[-1] in HALTED


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("schedule", [SHORT, FADING])
@pytest.mark.parametrize("formula", ["1 - exp(-(x - y)^2)", "-1/(1 + (x - y)^2)^4", "tanh((x + y - 0.2)^4)"])
def test_who_stands_on_a_plateau_beside_a_straight_valley_has_not_settled_in_it(
    formula: str, schedule: Schedule, scale: float
) -> None:
    start = (1.9, 1.7) if "+ y" in formula else (-1.9, 1.9)
    judge = judged(f"{scale}*({formula})", start, GradientDescent(0.1 / scale), square(2.1), schedule, 200)
    assert judge.track.problem.basins.valleys.any()
    assert judge.track.loss[-1] - judge.track.problem.lowest > 0.9 * scale
    assert told(judge)[-1] is VerdictKind.LEVEL


def test_who_stands_on_the_plateau_around_a_narrow_well_has_not_settled_in_it() -> None:
    """Within so little of it that the way is none to speak of, and as high above it as all around."""
    judge = judged("1 - exp(-1000000*(x^2 + y^2))", (0.01, 0.005), STEP, square(2.0))
    assert judge.track.problem.minima
    assert told(judge) == [VerdictKind.UNDER_WAY, VerdictKind.LEVEL]


@pytest.mark.parametrize(
    ("formula", "start", "rule", "half"),
    [
        ("tanh((x*y - 3)^2)", (0.3, -0.2), Adam(0.1), 3.0),
        ("tanh((x*y - 3)^2)", (1.0, 1.0), Adam(0.1), 3.0),
        ("tanh((x*y - 3)^2)", (1.0, 1.0), Momentum(0.1), 3.0),
        ("tanh(3*(x*y - 1)^2)", (0.5, 1.0), Adam(0.1), 1.7),
        ("1 - exp(-4*(x*y - 1)^2)", (0.5, 1.0), Adam(0.1), 1.7),
    ],
)
def test_on_the_floor_of_a_valley_rounding_is_no_saddle(
    formula: str, start: tuple[float, float], rule: Rule[Any], half: float
) -> None:
    judge = judged(formula, start, rule, square(half))
    kinds = told(judge)
    assert judge.track.loss[-1] < 1e-15
    assert VerdictKind.STALLED not in kinds
    assert kinds[-1] is VerdictKind.SETTLED
    assert kinds.count(VerdictKind.SETTLED) == 1


@pytest.mark.parametrize(
    ("formula", "start", "half"),
    [("1 - exp(-3*(x*y - 1)^2)", (-1.6, 1.6), 5.0), ("-exp(-10*(x^2 + y^2 - 4)^2)", (0.5, 0.1), 3.4)],
)
def test_a_plateau_is_no_maximum_however_it_is_bent(formula: str, start: tuple[float, float], half: float) -> None:
    judge = judged(formula, start, STEP, square(half))
    assert max(judge.verdict(400).curvatures) < 0
    assert told(judge) == [VerdictKind.UNDER_WAY, VerdictKind.LEVEL]


@pytest.mark.parametrize(
    ("formula", "place", "kind"),
    [
        ("cos(x)*cos(y)", (0.5 * np.pi, 0.5 * np.pi), VerdictKind.STALLED),
        ("exp(-x^2 - 2*y^2)", (0.0, 0.0), VerdictKind.BALANCED),
        ("cos(x) + cos(y)", (0.0, 0.0), VerdictKind.BALANCED),
    ],
)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("window", [square(2.0), Window(8.0, 9.0, 8.0, 9.0)])
def test_who_stands_on_a_saddle_or_a_maximum_is_told_so_in_the_window_and_beyond(
    formula: str, place: tuple[float, float], kind: VerdictKind, scale: float, window: Window
) -> None:
    judge = judged(f"{scale}*({formula})", place, GradientDescent(1e-3 / scale), window, updates=60)
    assert told(judge) == [VerdictKind.UNDER_WAY, kind]
    verdict = judge.verdict(60)
    saddles = judge.track.problem.saddles
    if verdict.saddle is not None:
        np.testing.assert_allclose(saddles[verdict.saddle].position, place, atol=1e-6)
    assert (verdict.saddle is not None) == (kind is VerdictKind.STALLED and window.x0 < 0)
