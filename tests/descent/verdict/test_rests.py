"""On what a marble rests is told by where it is: next to a floor, at a saddle, on the top, or on none of them.

What is claimed of a place is held against the surface there, whose floors, saddles and tops are known in closed form.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.descent.examples.recipes import TiltedExamples
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.adaptive.adamw import AdamW
from sim.descent.rules.adaptive.rmsprop_momentum import RMSpropMomentum
from sim.descent.rules.curvature.newton import Newton
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.langevin import Langevin
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.torch_momentum import TorchMomentum
from sim.descent.rules.protocol import Rule
from sim.descent.schedules import CONSTANT, Exponential, InverseTime, Polynomial, Schedule, StepDecay
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
    *,
    sigma: float = 0.0,
) -> TrackJudge:
    """The judge of a race in full batches, or in noise in batches of one."""
    problem = Problem(*TiltedExamples(sigma, count=20).sums(Formula(formula)), window)
    race = Race(problem, [Lane("", rule, 1 if sigma else 20, schedule)], start, 0)
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


def test_between_walls_that_are_much_higher_a_floor_that_goes_down_is_not_level() -> None:
    """Powell's badly scaled function: the median of its losses over this window is a quarter of a million."""
    formula = "(10000*x*y - 1)^2 + (exp(-x) + exp(-y) - 1.0001)^2"
    judge = judged(formula, (0.0, 1.0), Adam(0.01), Window(-0.35, 0.35, -0.2, 1.05), updates=600)
    assert judge.track.loss[-1] < judge.track.loss[170] - 1e-4
    assert told(judge) == [VerdictKind.UNDER_WAY]


def test_who_starts_up_beside_a_saddle_and_is_back_before_long_has_stalled_all_the_while() -> None:
    judge = judged("x^2 - y^2 + y^4/4", (1.5, 0.0), RMSpropMomentum(0.005), square(2.5), updates=1800)
    ways = np.hypot(*np.diff(judge.track.theta, axis=0).T)
    assert ways[1000:].max() > 1e5 * ways[400]
    assert told(judge) == [VerdictKind.UNDER_WAY, VerdictKind.STALLED]


def test_who_stands_on_the_plateau_around_a_narrow_well_has_not_settled_in_it() -> None:
    """Within so little of it that the way is none to speak of, and as high above it as all around."""
    judge = judged("1 - exp(-1000000*(x^2 + y^2))", (0.01, 0.005), STEP, square(2.0))
    assert judge.track.problem.minima
    assert told(judge) == [VerdictKind.UNDER_WAY, VerdictKind.LEVEL]


@pytest.mark.parametrize("width", [1e-2, 1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("-exp(-u^2 - v^2)", VerdictKind.STUCK),
        ("exp(-u^2 - v^2)", VerdictKind.BALANCED),
        ("(u^2 - v^2)*exp(-u^2 - v^2)", VerdictKind.STALLED),
    ],
)
def test_a_well_a_top_and_a_saddle_are_told_however_narrow_they_are(
    formula: str, kind: VerdictKind, width: float
) -> None:
    """Outside of the window and of what is searched around it."""
    for name, middle in (("u", "(x - 40)"), ("v", "(y - 30)")):
        formula = formula.replace(name, f"({middle}/{width})")
    aside = 0.1 * width if kind is VerdictKind.STUCK else 0.0
    judge = judged(
        f"{formula} + 2*tanh((x - y)^2 + (x + y)^2)", (40.0 + aside, 30.0), GradientDescent(0.2 * width**2), square(2.0)
    )
    assert told(judge) == [VerdictKind.UNDER_WAY, kind]


@pytest.mark.parametrize(("depth", "kind"), [(0.3, VerdictKind.STUCK), (1.0, VerdictKind.SETTLED)])
@pytest.mark.parametrize("width", [3e-3, 1e-3, 1e-4])
def test_a_well_is_told_that_was_overlooked_in_the_basin_of_another(
    width: float, depth: float, kind: VerdictKind
) -> None:
    formula = f"x^2 + y^2 - {depth}*exp(-((x - 0.713)^2 + (y - 0.331)^2)/{width}^2)"
    judge = judged(formula, (0.713 + 0.1 * width, 0.331), GradientDescent(0.2 * width**2), square(2.0))
    assert len(judge.track.problem.minima) == 1
    assert told(judge) == [VerdictKind.UNDER_WAY, kind]
    verdict = judge.verdict(400)
    assert verdict.basin is None
    assert verdict.found == pytest.approx((0.713, 0.331), abs=1e-2 * width)
    (event,) = judge.events
    assert (event.kind, event.target) == (kind.code, None)


@pytest.mark.parametrize("power", [4, 8])
def test_on_the_wide_floor_of_a_known_minimum_no_other_is_found(power: int) -> None:
    judge = judged(f"x^{power} + y^{power}", (0.05, 0.04), STEP, square(2.0), SHORT)
    assert np.hypot(*judge.track.theta[-1]) > 0.06
    verdict = judge.verdict(400)
    assert (verdict.kind, verdict.basin, verdict.found) == (VerdictKind.SETTLED, 0, None)
    assert judge.events[-1].target == 0


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


@pytest.mark.parametrize(
    ("formula", "start", "kind"),
    [
        ("u^4 + v^4 - u^2", (0.0, 0.5), VerdictKind.STALLED),
        ("v^4 - u^2", (0.0, 0.5), VerdictKind.STALLED),
        ("v^4 - u^2 - u*v^2", (0.0, 0.0), VerdictKind.STALLED),
        ("v^4 - (u - v^2)^2", (0.0, 0.0), VerdictKind.STALLED),  # Level along the axis, not along the crest.
        ("u^2*v^2 - u^2", (0.0, 0.5), VerdictKind.ON_RIDGE),
        ("-u^2", (0.0, 0.5), VerdictKind.ON_RIDGE),
        ("-u^2 + 0.000001*v", (0.0, 0.5), VerdictKind.ON_RIDGE),
        ("v^3 - u^2", (0.0, 0.0), VerdictKind.ON_RIDGE),
        ("cos(u)", (0.0, -0.5), VerdictKind.ON_RIDGE),
        ("-(u^2 + v^2 - 1)^2", (0.6, 0.8), VerdictKind.ON_RIDGE),
        ("-u^2 - v^4", (0.0, 0.0), VerdictKind.BALANCED),
    ],
)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("turned", [False, True])
def test_where_the_loss_bends_down_one_way_alone_it_is_not_level(
    formula: str, start: tuple[float, float], kind: VerdictKind, scale: float, turned: bool
) -> None:
    """Whether it rises or falls both ways along the crest, or neither, tells what that is."""
    u, v = start
    if turned:
        formula = formula.replace("u", "(0.8*x + 0.6*y)").replace("v", "(0.8*y - 0.6*x)")
        start = 0.8 * u - 0.6 * v, 0.6 * u + 0.8 * v
    else:
        formula = formula.replace("u", "x").replace("v", "y")
    judge = judged(f"{scale}*({formula})", start, Newton(1.0), square(2.0), updates=100)
    assert told(judge)[-1] is kind
    assert not {*told(judge)} - {kind, VerdictKind.UNDER_WAY, VerdictKind.PLATEAU}
    sentence = judge.verdict(100).sentence
    if "1)^2" not in formula:
        assert ("down along ±(0.80, 0.60)" if turned else "down along ±(1.00, 0.00)") in sentence


@pytest.mark.parametrize("rule", [GradientDescent(0.05), Momentum(0.05), Adam(0.05)], ids=lambda rule: rule.name)
def test_who_comes_down_the_crest_to_a_saddle_without_curvature_along_it_stalls_there(rule: Rule[Any]) -> None:
    judge = judged("x^4 + y^4 - x^2", (0.0, 0.5), rule, square(2.0), updates=3000)
    assert told(judge) == [VerdictKind.UNDER_WAY, VerdictKind.PLATEAU, VerdictKind.STALLED]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("window", [Window(-1.4, 3.4, -2.7, 2.0), Window(-1.0, 3.0, -6.0, 2.0)])
def test_wherever_one_rests_on_a_floor_that_ends_it_is_told_alike(window: Window, scale: float) -> None:
    """The floor is y ≤ 0 at x = 1. Where a search has met its end, that is known as a minimum, else nothing is."""
    formula, starts = f"{scale}*(max(0, y)^2 + 0.1*(x - 1)^2)", ((1.6, 1.5), (1.6, -0.7), (1.6, -1.5), (1.6, -5.5))
    judges = [judged(formula, start, GradientDescent(0.1 / scale), window, updates=800) for start in starts]
    kind = VerdictKind.SETTLED if judges[0].track.problem.minima else VerdictKind.LEVEL
    for judge in judges:
        assert told(judge) == [VerdictKind.UNDER_WAY, kind]
        assert "found" not in judge.verdict(800).sentence
    if (scale, window.y0) == (1.0, -2.7):
        assert kind is VerdictKind.SETTLED


@pytest.mark.parametrize(
    ("formula", "start", "rule", "updates"),
    [
        ("(x^2 + y^2 - 1)^2 + 0.001*x", (0.9, 0.3), Momentum(0.02), 3000),
        ("(x^2 + y^2 - 1)^2 + 0.001*x", (0.9, 0.3), GradientDescent(0.02), 7000),
        ("x^2 - y^4 + 0.05*y^6", (1.0, 0.05), GradientDescent(0.05), 900),
    ],
)
def test_who_travels_on_however_slowly_has_not_stopped(
    formula: str, start: tuple[float, float], rule: Rule[Any], updates: int
) -> None:
    """Along the floor of a valley that sinks a little, or off a ridge: it is taken back where it has come too far."""
    judge = judged(formula, start, rule, square(3.0), updates=updates)
    theta, diagonal = judge.track.theta, np.hypot(6.0, 6.0)
    ends = [*(update for update, _ in judge.changes[1:]), updates + 1]
    assert VerdictKind.LEVEL in told(judge)
    assert told(judge)[-1] is not VerdictKind.LEVEL
    for (since, kind), end in zip(judge.changes, ends, strict=True):
        if kind is VerdictKind.LEVEL:
            assert np.hypot(*(theta[since:end] - theta[since]).T).max() < 0.005 * diagonal


@pytest.mark.parametrize("start", [0.68, 0.7, 0.72])
@pytest.mark.parametrize("batch", [20, 2])
def test_who_is_thrown_onto_level_ground_and_goes_on_ever_faster_has_not_stopped_there(
    start: float, batch: int
) -> None:
    """Its first movement is ten thousand times as long as the next, which are all longer than the one before."""
    problem = Problem(*TiltedExamples(0.0, count=20).sums(Formula("1 - exp(-(x^2 + y^2))")), square(6.0))
    race = Race(problem, [Lane("", GradientDescent(5.0), batch)], (start, 0.0), 0)
    race.extend(1000)
    movements = np.hypot(*race.judges[0].track.movement.T)
    assert movements[0] > 1e4 * movements[1]
    assert (np.diff(movements[1:]) > 0).all()
    assert told(race.judges[0]) == [VerdictKind.UNDER_WAY, VerdictKind.PLATEAU]


def test_who_rests_as_low_as_a_minimum_to_which_no_level_way_leads_is_in_none() -> None:
    """Between the tail and the minimum at 0, which is as low, is a hill."""
    judge = judged("x^2*exp(-x^2) + y^2", (5.5, 0.5), STEP, square(2.0))
    assert judge.track.loss[-1] < 1e-10
    assert judge.track.problem.minima
    assert told(judge)[-1] is VerdictKind.LEVEL


WAVY = "0.3*x^2 + 0.3*y^2 + sin(3*x)*cos(2*y)"
GOING = {VerdictKind.RATTLING, VerdictKind.WANDERING, VerdictKind.PLATEAU, VerdictKind.UNDER_WAY}


@pytest.mark.parametrize("schedule", [FADING, Exponential(gamma=0.5), StepDecay(every=20, gamma=0.001)])
@pytest.mark.parametrize(
    "rule",
    [
        GradientDescent(0.05),
        TorchMomentum(0.05),
        Adam(0.05),
        AdamW(0.05),
        Newton(0.05),
        Langevin(0.05, temperature=0.01),
    ],
    ids=lambda rule: rule.name,
)
def test_whose_learning_rate_has_become_too_small_to_move_it_stands_still(rule: Rule[Any], schedule: Schedule) -> None:
    """Noise goes on where it stands, but moves it no more: it rattles not, and nothing balances there."""
    judge = judged(WAVY, (2.0, 1.0), rule, Window(-1.1, 2.2, -1.7, 1.7), schedule, 1000, sigma=0.3)
    theta = judge.track.theta
    still = int(np.flatnonzero((theta != theta[-1]).any(axis=1))[-1]) + 1
    assert still < 800
    assert not GOING & {kind for since, kind in judge.changes if since > still + 40}
    assert told(judge)[-1] in {VerdictKind.HELD, VerdictKind.STUCK, VerdictKind.STALLED}  # Newton's is led to a saddle.
    assert "balance" not in judge.verdict(1000).sentence


@pytest.mark.parametrize("rule", [Momentum(0.01), TorchMomentum(0.01), Adam(0.01)], ids=lambda rule: rule.name)
@pytest.mark.parametrize("warmup", [0, 200])
def test_a_rest_in_noise_that_a_learning_rate_stills_is_told_once(rule: Rule[Any], warmup: int) -> None:
    """However movements shrink and grow by chance from block to block."""
    schedule = Exponential(gamma=0.99, warmup=warmup)
    problem = Problem(*TiltedExamples(1.0, count=20).sums(Formula("0.02*x^2 + 2*y^2")), square(3.0))
    for seed in range(4):
        race = Race(problem, [Lane("", rule, 1, schedule)], (1.5, 1.5), seed)
        race.extend(2500)
        kinds = told(race.judges[0])
        assert kinds[-1] in {VerdictKind.SETTLED, VerdictKind.HELD}
        assert not {VerdictKind.SETTLED, VerdictKind.HELD} & set(kinds[:-1])


@pytest.mark.parametrize("rate", [0.003, 0.01, 0.03])
@pytest.mark.parametrize("schedule", [Exponential(gamma=0.999), Polynomial(length=1000)])
def test_who_speeds_away_from_a_maximum_while_its_learning_rate_fades_is_not_balanced_there(
    rate: float, schedule: Schedule
) -> None:
    """Its movements grow by 1 + 4η each, faster than η falls."""
    judge = judged("(x^2 - 1)^2 + (y^2 - 1)^2", (1e-3, 5e-4), GradientDescent(rate), square(3.0), schedule, 500)
    assert np.hypot(*judge.track.theta[-1]) > 5 * np.hypot(*judge.track.theta[0])
    assert VerdictKind.BALANCED not in told(judge)


@pytest.mark.parametrize(
    ("rate", "schedule"),
    [(1e-5, Polynomial(length=200)), (1e-4, Exponential(gamma=0.9)), (1e-4, Polynomial(length=50))],
)
def test_who_coasts_on_by_momentum_after_its_learning_rate_has_faded_has_not_stopped(
    rate: float, schedule: Schedule
) -> None:
    """From its velocity v it comes v λ/(1 − λ) farther, which is 1,000 v."""
    judge = judged("-0.02*x + 0.05*y^2 + 0.0005*x^4", (0.5, -0.9), Momentum(rate, 0.999), square(3.0), schedule, 6000)
    theta = judge.track.theta
    for update, kind in judge.changes:
        if kind in HALTED:
            assert np.hypot(*(theta[update:] - theta[update]).T).max() < 2e-3 * np.hypot(6.0, 6.0)
    assert np.hypot(*(theta[-1] - theta[250])) > 4e-3 * np.hypot(6.0, 6.0)


def test_what_has_been_refuted_must_be_seen_anew() -> None:
    """Down the tail of tanh, ever more slowly, by 1/80 of the logarithm of time: it stops again and again."""
    judge = judged("-tanh(40*x) + 0.1*y^2", (0.1, 0.3), GradientDescent(1.0), square(3.0), updates=6000)
    theta = judge.track.theta
    stops = [update for update, kind in judge.changes if kind is VerdictKind.LEVEL]
    assert len(stops) >= 2
    for update, end in zip(stops, [*stops[1:], 6000], strict=True):
        level = [since for since, kind in judge.changes if update <= since < end and kind is not VerdictKind.LEVEL]
        until = level[0] if level else end
        assert np.hypot(*(theta[update:until] - theta[update]).T).max() < 0.005 * np.hypot(6.0, 6.0)


@pytest.mark.parametrize(
    "schedule", [Exponential(gamma=0.99), Exponential(gamma=0.97), StepDecay(every=200, gamma=0.1)]
)
@pytest.mark.parametrize("rule", [GradientDescent(0.1), Momentum(0.05), Adam(0.05)], ids=lambda rule: rule.name)
def test_in_noise_that_a_fading_learning_rate_stills_it_comes_to_rest(rule: Rule[Any], schedule: Schedule) -> None:
    """It is told while it still moves, and from then on it comes no farther than a thousandth of the window or two."""
    judge = judged("(x^2 + 10*y^2)/2", (2.0, 1.0), rule, square(3.0), schedule, 1500, sigma=1.0)
    theta, diagonal = judge.track.theta, np.hypot(6.0, 6.0)
    rests = {VerdictKind.SETTLED, VerdictKind.HELD}
    assert told(judge)[-1] in rests
    assert not rests & set(told(judge)[:-1])
    since = judge.changes[-1][0]
    assert np.abs(judge.track.movement[since:]).max() > 0
    assert np.hypot(*(theta[since:] - theta[since]).T).max() < 2e-3 * diagonal
    near = int(np.flatnonzero(np.hypot(*(theta - theta[-1]).T) > 1e-6 * diagonal)[-1])
    assert since < near + 400


@pytest.mark.parametrize(
    ("rule", "schedule"),
    [(GradientDescent(1e-19), CONSTANT), (Adam(1e-19), CONSTANT), (Adam(1e-18), InverseTime(decay_rate=0.1))],
)
def test_whose_learning_rate_is_too_small_from_the_start_stands_still(rule: Rule[Any], schedule: Schedule) -> None:
    judge = judged(WAVY, (2.0, 1.0), rule, Window(-1.1, 2.2, -1.7, 1.7), schedule, sigma=0.3)
    assert told(judge) == [VerdictKind.UNDER_WAY, VerdictKind.HELD]
    rising = replace(schedule, warmup=1000, warmup_from=1e-18)
    later = judged(WAVY, (2.0, 1.0), replace(rule, learning_rate=0.01), square(2.0), rising, 450, sigma=0.3)
    assert VerdictKind.HELD not in told(later)


@pytest.mark.parametrize("gamma", [0.9, 0.97, 0.99])
def test_where_only_a_learning_rate_fades_decay_and_gradient_do_not_balance(gamma: float) -> None:
    """Both pull it on, and would at the next rise of η; where it does not fade they do come to balance."""
    formula, window = "(x - 2)^2/2 + 2*(y - 2)^2", Window(-1.0, 3.0, -1.0, 3.0)
    rule = AdamW(0.001, weight_decay=1.0)
    judge = judged(formula, (0.5, 0.5), rule, window, Exponential(gamma=gamma), 4500)
    for update, kind in judge.changes:
        assert kind is not VerdictKind.HELD or "balance" not in judge.verdict(update).sentence
    assert told(judge)[-1] is VerdictKind.HELD
    assert (
        "balance"
        in judged(formula, (0.5, 0.5), replace(rule, learning_rate=0.05), window, updates=4500).verdict(4500).sentence
    )
