"""Who jumps from well to well wanders, in the window or out of it; who jumps to and fro in one bounces, and drifts."""

from typing import Any

import numpy as np
import pytest

from sim.descent.examples.recipes import TiltedExamples
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.protocol import Rule
from sim.descent.verdict.kinds import VerdictKind
from sim.descent.verdict.track_judge import TrackJudge
from sim.surface.functions.formula import Formula
from sim.surface.protocol import Window

BOUNCING, SWINGING, WANDERING = VerdictKind.BOUNCING, VerdictKind.SWINGING, VerdictKind.WANDERING
LATTICE = "sin(3*u) + sin(3*v)"
HERE, FAR = (0.0, 0.0), (40.0, 30.0)


def judged(
    formula: str, offset: tuple[float, float], rule: Rule[Any], updates: int, half: float = 2.0, aside: float = 0.0
) -> TrackJudge:
    """The judge of a race with u and v from this place on, and from (u, v) = (1, 0.5), or farther aside, on."""
    for name, axis, middle in zip("uv", "xy", offset, strict=True):
        formula = formula.replace(name, f"({axis} - {middle})")
    problem = Problem(*TiltedExamples(0.0, count=4).sums(Formula(formula)), Window(-half, half, -half, half))
    race = Race(problem, [Lane("", rule, 4)], (offset[0] + 1.0, offset[1] + 0.5 + aside), 0)
    race.extend(updates)
    return race.judges[0]


@pytest.mark.parametrize("half", [2.0, 30.0])
@pytest.mark.parametrize("offset", [HERE, FAR])
@pytest.mark.parametrize(
    ("formula", "rate"), [(LATTICE, 1.0), (LATTICE, 5.0), (f"0.001*u^2 + {LATTICE}", 1.0), (LATTICE, 0.68)]
)
def test_who_jumps_from_well_to_well_wanders_wherever_the_window_is(
    formula: str, rate: float, offset: tuple[float, float], half: float
) -> None:
    judge = judged(formula, offset, GradientDescent(rate), 3000, half)
    wells = np.floor((judge.track.theta - offset) / (2 * np.pi / 3) + 0.25)
    assert len(np.unique(wells[1000:], axis=0)) > 100
    kinds = [kind for _, kind in judge.changes]
    assert kinds == [VerdictKind.UNDER_WAY, WANDERING]


def test_creases_between_wells_make_no_difference() -> None:
    judge = judged("abs(sin(3*u)) + abs(sin(3*v))", (-0.5, 0.0), GradientDescent(1.0), 3000)
    assert [kind for _, kind in judge.changes] == [VerdictKind.UNDER_WAY, WANDERING]


@pytest.mark.parametrize(
    ("formula", "rate", "aside", "kind"),
    [
        ("u^2/2 + 2*v^2", 0.5, 0.0, BOUNCING),
        ("2*u^2 + 0.01*v^2", 0.5, 100.0, BOUNCING),  # Down a valley to a minimum,
        ("2*u^2 + 0.05*v", 0.5, 0.0, BOUNCING),  # or to none.
        ("2*u^2 + 0.1*cos(v)", 0.5, 0.0, BOUNCING),
        ("abs(u) + 0.001*v", 0.2, 0.0, SWINGING),
        ("(u^2 + v^2 - 1)^2", 0.28, 0.0, BOUNCING),  # From side to side of a bent floor, in chaos.
        (LATTICE, 0.3, 0.0, BOUNCING),
        ("(u - 0.2)^4/4 - (u - 0.2)^2/2 + 0.2*v^2", 1.3, 0.0, BOUNCING),
    ],
)
def test_who_jumps_from_wall_to_wall_bounces_outside_of_the_window_however_far_it_drifts(
    formula: str, rate: float, aside: float, kind: VerdictKind
) -> None:
    judge = judged(formula, FAR, GradientDescent(rate), 3000, aside=aside)
    assert [kind for _, kind in judge.changes] == [VerdictKind.UNDER_WAY, kind]


def test_who_goes_round_in_a_cycle_bounces_in_however_many_wells() -> None:
    judge = judged(LATTICE, FAR, GradientDescent(0.6), 3000)
    theta = judge.track.theta
    np.testing.assert_allclose(theta[2000:2996], theta[2004:3000], atol=1e-6)
    assert np.ptp(theta[2000:], axis=0).max() > 2 * np.pi / 3
    assert judge.verdict(3000).kind is BOUNCING
