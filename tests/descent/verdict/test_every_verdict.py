"""Every verdict is reached by one race and left out by another that differs in little."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from outside import Blind

from sim.descent.examples.recipes import TiltedExamples
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.adaptive.adamw import AdamW
from sim.descent.rules.adaptive.nadam import NAdam
from sim.descent.rules.curvature.newton import Newton
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.torch_momentum import TorchMomentum
from sim.descent.rules.protocol import Rule, Slope
from sim.descent.schedules import Constant, Cosine, Exponential, Polynomial
from sim.descent.verdict.blocks import DWELL
from sim.descent.verdict.kinds import VerdictKind
from sim.descent.verdict.track_judge import TrackJudge
from sim.surface.critical.proof import Proof
from sim.surface.functions.formula import Formula
from sim.surface.points import Array, norm
from sim.surface.protocol import Window

SQUARE = Window(-2.0, 2.0, -2.0, 2.0)


class Way(NamedTuple):
    formula: str
    rule: Rule[Any]
    start: tuple[float, float]
    updates: int = 400
    batch_size: int = 20
    sigma: float = 0.0
    window: Window = SQUARE


@lru_cache
def problem_of(formula: str, sigma: float, window: Window) -> Problem:
    return Problem(*TiltedExamples(sigma, count=20).sums(Formula(formula)), window, margin=0.0)


@lru_cache
def judged(way: Way) -> TrackJudge:
    lane = Lane("", way.rule, way.batch_size)
    race = Race(problem_of(way.formula, way.sigma, way.window), [lane], way.start, 0)
    race.extend(way.updates)
    return race.judges[0]


def last(way: Way) -> VerdictKind:
    return judged(way).verdict(way.updates).kind


WELLS = "x^4/4 - x^2/2 + y^2/2 + 0.1*x"
EDGE = "x*log(x) + y^2"
DIPS = "cos(6*x) + cos(6*y) + 0.01*(x^2 + y^2)"
WALL = "x^2/2 + 2*y^2"
STEP = GradientDescent(0.1)
ENDS = Window(-8.0, 8.0, -2.0, 2.0)

AWAY, AROUND = "(x - 2)^2/2 + 2*(y - 2)^2", Window(-1.0, 3.0, -1.0, 3.0)  # Not where weights decay to.

PAIRS: dict[VerdictKind, tuple[Way, Way]] = {
    VerdictKind.UNDER_WAY: (Way(WALL, GradientDescent(0.001), (1.0, 1.0)), Way(WALL, STEP, (1.0, 1.0))),
    VerdictKind.SETTLED: (Way(WELLS, STEP, (-0.5, 0.5)), Way(WELLS, STEP, (0.5, 0.5))),
    VerdictKind.STUCK: (Way(WELLS, STEP, (0.5, 0.5)), Way(WELLS, STEP, (-0.5, 0.5))),
    VerdictKind.STALLED: (
        Way("x^4/4 - x^2/2 + y^2/2", STEP, (0.0, 1.0)),
        Way("x^4/4 - x^2/2 + y^2/2", STEP, (0.1, 1.0)),
    ),
    VerdictKind.BALANCED: (Way("-x^2 - y^2", STEP, (0.0, 0.0)), Way("-x^2 - y^2", STEP, (0.0, 1e-3), 30)),
    VerdictKind.ON_RIDGE: (Way("y^2*x^2 - x^2", STEP, (0.0, 0.5)), Way("y^2*x^2 - x^2", STEP, (1e-3, 0.5), 30)),
    VerdictKind.LEVEL: (Way("-exp(-2*(x^2 + y^2))", STEP, (6.0, 0.0)), Way("-exp(-2*(x^2 + y^2))", STEP, (1.0, 0.0))),
    VerdictKind.HELD: (
        Way(AWAY, AdamW(0.05, weight_decay=1.0), (0.5, 0.5), 4500, window=AROUND),
        Way(AWAY, AdamW(0.05, weight_decay=0.0), (0.5, 0.5), 4500, window=AROUND),
    ),
    VerdictKind.PLATEAU: (
        Way("-exp(-(x^2 + y^2)/2)", STEP, (3.6, 0.0), 60, window=ENDS),
        Way("-exp(-(x^2 + y^2)/2)", STEP, (1.5, 0.0), 60, window=ENDS),
    ),
    VerdictKind.RATTLING: (Way(WALL, STEP, (1.0, 1.0), 400, 1, 1.0), Way(WALL, STEP, (1.0, 1.0), 400, 20, 1.0)),
    VerdictKind.WANDERING: (
        Way(DIPS, GradientDescent(0.02), (0.5, 0.5), 600, 1, 14.0),
        Way(DIPS, GradientDescent(0.02), (0.5, 0.5), 600, 1, 4.0),
    ),
    VerdictKind.BOUNCING: (Way(WALL, GradientDescent(0.5), (1.0, 1.0)), Way(WALL, GradientDescent(0.45), (1.0, 1.0))),
    VerdictKind.SWINGING: (
        Way("abs(x - 0.3) + y^2", Adam(0.005), (1.0, 0.5), 1000),
        Way("sqrt((x - 0.3)^2 + 0.01) + y^2", Adam(0.005), (1.0, 0.5), 1000),
    ),
    VerdictKind.DIVERGED: (Way(WALL, GradientDescent(0.7), (1.0, 1.0)), Way(WALL, GradientDescent(0.5), (1.0, 1.0))),
    VerdictKind.OFF_SURFACE: (
        Way("x*log(x) + y^2", GradientDescent(3.0), (1.5, 0.0)),
        Way("x*log(x) + y^2", STEP, (1.5, 0.0)),
    ),
    VerdictKind.FAILED: (Way(WALL, Blind(0.1), (1.0, 1.0)), Way(WALL, Blind(0.1), (1e-9, 1e-9))),
}


@pytest.mark.parametrize("kind", VerdictKind)
def test_every_verdict_is_reached_by_one_race_and_left_out_by_another(kind: VerdictKind) -> None:
    reached, left_out = PAIRS[kind]
    assert last(reached) is kind
    assert last(left_out) is not kind
    if kind is not VerdictKind.UNDER_WAY:
        assert kind not in {told for _, told in judged(left_out).changes}
        assert kind.code in {event.kind for event in judged(reached).events}


def test_where_decay_and_gradient_balance_it_is_said() -> None:
    """At rest means at rest: it stands still, on a slope."""
    way, plain = PAIRS[VerdictKind.HELD]
    track = judged(way).track
    assert norm(track.movement[-1]) < 1e-5
    assert norm(track.full_gradient[-1]) > 1
    assert "gradient and weight decay balance" in judged(way).verdict(way.updates).evidence
    assert "gradient and weight decay balance" not in judged(plain).verdict(way.updates).evidence


def test_a_saddle_on_which_weight_decay_holds_a_marble_leads_nowhere() -> None:
    """Curved by −4 along x, of which a penalty of ½ · 10 ‖θ‖² makes 6; one of ½ · 3 ‖θ‖² leaves a way down."""
    held = Way("(x^2-1)^2 + y^2", GradientDescent(0.05, weight_decay=10.0), (0.4, 0.3))
    free = Way("(x^2-1)^2 + y^2", GradientDescent(0.05, weight_decay=3.0), (0.0, 0.3))
    for way, held_there in ((held, True), (free, False)):
        told = judged(way).verdict(way.updates)
        assert told.kind is VerdictKind.STALLED
        assert ("weight decay holds it there" in told.evidence) is held_there
        assert ("down along ±(1.00, 0.00)" in told.evidence) is not held_there


def test_who_takes_no_step_on_a_slope_has_stopped_there() -> None:
    """Newton's method finds no step along a direction without curvature; gradient descent goes on."""
    way = Way("x + y^2", Newton(0.5), (0.5, 0.5), updates=1600)
    verdict = judged(way).verdict(way.updates)
    assert norm(judged(way).track.movement[-1]) == 0.0
    assert verdict.kind is VerdictKind.HELD
    assert verdict.evidence == ("‖∇L‖ = 1",)
    assert last(way._replace(rule=STEP)) is VerdictKind.UNDER_WAY


@dataclass(frozen=True)
class Gathering:
    """One step for the gradients of 500 updates."""

    learning_rate: float = 1e-3

    def init(self, theta: Array) -> tuple[int, Array]:
        return 0, np.zeros_like(theta)

    def step(self, _theta: Array, slope: Slope, state: tuple[int, Array]) -> tuple[Array, tuple[int, Array]]:
        count, gathered = state[0] + 1, state[1] + slope.here
        if count % 500:
            return np.zeros_like(gathered), (count, gathered)
        return -self.learning_rate * gathered, (count, np.zeros_like(gathered))


@pytest.mark.parametrize(
    ("lane", "updates"),
    [
        (Lane("warm", GradientDescent(0.01), 1, Constant(per="epoch", warmup=4, warmup_from=0.0)), 450),
        (Lane("gathers", Gathering(), 400), 480),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_who_takes_no_step_yet_has_not_stopped(lane: Lane, updates: int) -> None:
    problem = Problem(*TiltedExamples(0.0, count=400).sums(Formula("x^2 + y^2")), SQUARE, margin=0.0)
    race = Race(problem, [lane], (1.0, 0.5), 0)
    race.extend(updates)
    assert norm(race.tracks[0].movement[300]) == 0
    assert [kind for _, kind in race.judges[0].changes] == [VerdictKind.UNDER_WAY]


@pytest.mark.parametrize("rule", [GradientDescent(0.01), Adam(0.01), AdamW(0.001)])
@pytest.mark.parametrize("batch", [1, 10])
def test_whose_learning_rate_has_come_to_0_for_good_has_stopped(rule: Rule[Any], batch: int) -> None:
    sums = TiltedExamples(0.1, count=10).sums(Formula("x^2 + y^2"))
    lanes = [
        Lane("fallen", rule, batch, Polynomial(length=20)),
        Lane("falls on", rule, batch, Exponential(gamma=0.99)),
        Lane("returns", rule, batch, Cosine(length=20)),
    ]
    race = Race(Problem(*sums, SQUARE, margin=0.0), lanes, (1.0, 0.5), 0)
    race.extend(360)
    fallen, *others = race.judges
    assert [kind for _, kind in fallen.changes] == [VerdictKind.UNDER_WAY, VerdictKind.HELD]
    assert "balance" not in fallen.verdict(360).sentence
    assert not any(kind is VerdictKind.HELD for judge in others for _, kind in judge.changes)


@pytest.mark.parametrize(
    "rule", [GradientDescent(0.01), Adam(0.01), AdamW(0.001), TorchMomentum(0.001), Momentum(0.001)]
)
@pytest.mark.parametrize("length", [20, 75, 200])
def test_who_takes_no_step_any_more_is_told_so_at_the_next_look(rule: Rule[Any], length: int) -> None:
    """Momentum goes on without a learning rate, by less and less: it stops where its steps are rounding."""
    sums = TiltedExamples(0.1, count=10).sums(Formula("x^2 + y^2"))
    race = Race(Problem(*sums, SQUARE, margin=0.0), [Lane("falls", rule, 1, Polynomial(length=length))], (1.0, 0.5), 0)
    race.extend(length + 500)
    track = race.tracks[0]
    moves = np.flatnonzero(norm(track.movement) > 1e-15 * SQUARE.diagonal)
    stopped = max(length, int(moves[-1]) + 1)
    assert (stopped > length) == isinstance(rule, Momentum)
    told = {kind: since for since, kind in race.judges[0].changes}
    assert list(told)[-1] is VerdictKind.HELD
    assert stopped <= told[VerdictKind.HELD] <= stopped + DWELL


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ((1.0, 0.0), VerdictKind.STUCK),
        ((-1.0, 0.0), VerdictKind.SETTLED),
        ((0.0, 0.0), VerdictKind.STALLED),
        ((0.5, 0.0), VerdictKind.HELD),
    ],
)
def test_where_a_learning_rate_comes_to_0_at_once_the_first_look_tells(
    start: tuple[float, float], kind: VerdictKind
) -> None:
    """The critical points of x⁴/4 − x²/2 + c x: the roots of x³ − x + c, at c = 0.1 and, for the saddle, at 0."""
    tilt = 0.0 if kind is VerdictKind.STALLED else 0.1
    roots = np.sort(np.roots([1.0, 0.0, -1.0, tilt]).real)
    x = start[0] if kind is VerdictKind.HELD else float(roots[np.argmin(np.abs(roots - start[0]))])
    sums = TiltedExamples(0.0, count=2).sums(Formula(f"x^4/4 - x^2/2 + y^2/2 + {tilt}*x"))
    lane = Lane("falls", GradientDescent(1e-6), 2, Polynomial(length=1))
    race = Race(Problem(*sums, SQUARE, margin=0.0), [lane], (x, 0.0), 0)
    race.extend(40)
    assert race.judges[0].changes == [(0, VerdictKind.UNDER_WAY), (DWELL, kind)]


def test_only_what_is_proved_is_called_global() -> None:
    for formula, proved in (("(x - 0.5)^2 + y^2", None), ("x^3 - 3*x + y^2", False)):
        way = Way(formula, STEP, (0.5, 0.3))
        verdict = judged(way).verdict(way.updates)
        told = judged(way).track.problem.proof is not None
        assert verdict.kind is VerdictKind.SETTLED
        assert ("global" in verdict.sentence) == told
        assert proved is None or told == proved


def test_on_a_saddle_of_a_surface_that_is_high_elsewhere_none_has_settled() -> None:
    """Beale in units of 1/64 has one at (0, 1/64); by half a window it is higher than there by many orders."""
    terms = ("(1.5 - u + u*v)^2", "(2.25 - u + u*v^2)^2", "(2.625 - u + u*v^3)^2")
    formula = " + ".join(terms).replace("u", "(64*x)").replace("v", "(64*y)")
    for half in (0.1, 2.0):
        way = Way(formula, Newton(0.3), (1 / 64, 1 / 64), updates=100, window=Window(-half, half, -half, half))
        verdict = judged(way).verdict(way.updates)
        assert verdict.curvatures[0] < 0
        assert verdict.kind is VerdictKind.STALLED


def test_what_is_lower_than_the_lowest_known_minimum_refutes_that_this_is_the_global_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    way = Way("0.25*x^4 - 0.5*x^2 + 0.1*x + y^2", STEP, (-0.5, 0.3), window=Window(0.5, 1.5, -1.0, 1.0))
    judge = judged(way)
    monkeypatch.setitem(judge.track.problem.__dict__, "proof", Proof.BOUND)
    assert judge.verdict(way.updates).kind is VerdictKind.SETTLED
    assert "global" not in judge.verdict(way.updates).sentence


def test_a_minimum_that_was_not_known_is_told_by_where_it_is() -> None:
    window = Window(-0.5, 0.9, -1.0, 1.0)
    way = Way("0.25*x^4 - 0.5*x^2 + y^2", STEP, (0.5, 0.3), window=window)
    verdict = judged(way).verdict(way.updates)
    assert verdict.kind is VerdictKind.SETTLED
    assert verdict.basin is None
    assert verdict.found is not None
    np.testing.assert_allclose(verdict.found, (1.0, 0.0), atol=1e-9)
    assert "a minimum found at (1, 0)" in verdict.sentence
    assert judged(Way(WELLS, STEP, (-0.5, 0.5))).verdict(400).found is None


def test_of_minima_that_no_window_shows_only_the_lowest_is_called_so() -> None:
    """Those of (x − 1000)² + sin 5x, by a fine grid; from far away, both are as high as nothing."""
    x = np.linspace(990.0, 1010.0, 2_000_001)
    losses = (x - 1000.0) ** 2 + np.sin(5 * x)
    inner = losses[1:-1]
    lows = np.flatnonzero((inner < losses[:-2]) & (inner < losses[2:])) + 1
    assert len(lows) > 2
    problem = Problem(
        *TiltedExamples(0.0, count=2).sums(Formula("(x - 1000)^2 + (y + 3000)^2 + sin(5*x)")),
        Window(-3.0, 3.0, -3.0, 3.0),
        margin=0.0,
    )
    assert not problem.minima
    for low in lows.tolist():
        race = Race(problem, [Lane("", GradientDescent(0.02), 2)], (float(x[low]), -2990.0), 0)
        race.extend(600)
        verdict = race.judges[0].verdict(600)
        assert verdict.found == pytest.approx((x[low], -3000.0), abs=1e-4)
        assert (verdict.kind is VerdictKind.SETTLED) == (losses[low] == losses.min())
        assert (verdict.kind is VerdictKind.STUCK) == (losses[low] > losses.min())


@pytest.mark.parametrize(
    ("formula", "start", "window"),
    [
        ("(x - 2)^2*(x - 4)^2*(x + 1)^2/60 - 0.3*x + y^2", (0.15, 0.1), Window(-2.0, 0.2, -1.0, 1.0)),
        ("(x - 100)^2 + sin(5*x) + y^2", (98.0, 0.3), Window(-3.0, 3.0, -3.0, 3.0)),
    ],
)
def test_who_is_stuck_below_every_known_minimum_is_told_of_one_that_is_lower(
    formula: str, start: tuple[float, float], window: Window
) -> None:
    """The lowest is known from a fine grid; of the second none is known before, and of the first a higher one."""
    x = np.linspace(start[0] - 10.0, start[0] + 10.0, 2_000_001)
    least = float(Formula(formula).value(np.stack([x, 0 * x], axis=-1)).min())
    way = Way(formula, GradientDescent(0.05), start, updates=600, window=window)
    verdict = judged(way).verdict(way.updates)
    assert verdict.kind is VerdictKind.STUCK
    assert verdict.found is not None
    assert verdict.lower == pytest.approx(verdict.loss - least, abs=1e-6)
    assert f"one {verdict.loss - least:.3g} lower was found nearby" in verdict.evidence
    assert "below" not in verdict.sentence
    assert "above" not in verdict.sentence


def test_who_is_stuck_above_a_known_minimum_is_told_of_that_one() -> None:
    """Of (x² − 1)² + x/5 the window shows the lower minimum alone."""
    way = Way("(x^2 - 1)^2 + 0.2*x + y^2", STEP, (0.5, 0.3), window=Window(-1.3, 0.6, -1.0, 1.0))
    verdict = judged(way).verdict(way.updates)
    assert verdict.kind is VerdictKind.STUCK
    assert verdict.lower is None
    assert "above the lowest minimum" in verdict.sentence


@pytest.mark.parametrize(("start", "kind"), [(-1.0, VerdictKind.SETTLED), (1.0, VerdictKind.STUCK)])
def test_minima_on_both_sides_of_the_window_and_far_from_it_are_compared(start: float, kind: VerdictKind) -> None:
    """(x² − 900)²/1000 + x/100 has one near −30, at −0.3, and one near 30, at 0.3."""
    way = Way("(x^2 - 900)^2/1000 + y^2 + 0.01*x", STEP, (start, 1.0))
    verdict = judged(way).verdict(way.updates)
    assert verdict.found == pytest.approx((30.0 * start, 0.0), abs=0.01)
    assert verdict.kind is kind


def test_two_known_minima_are_told_apart_however_high_the_walls_are() -> None:
    """The minima of 10⁶ (x² − 1)² + x/10 lie near ∓1, at losses of ∓0.1, where half the window is 700,000 higher."""
    high = Way("1000000*(x^2 - 1)^2 + 0.1*x + y^2", GradientDescent(1e-8), (1.0, 0.0), updates=200)
    low = high._replace(start=(-1.0, 0.0))
    assert (last(high), last(low)) == (VerdictKind.STUCK, VerdictKind.SETTLED)


@pytest.mark.parametrize("formula", ["x^3 + y^2", "x^3 + y^3", "x^3 + 0.0001*x + y^2"])
def test_next_to_a_point_of_inflection_there_is_no_minimum(formula: str) -> None:
    """One comes down to it ever more slowly, over ground that curves upwards; the last has no critical point at all."""
    kinds = [kind for _, kind in judged(Way(formula, STEP, (1.0, 1.0))).changes]
    assert kinds == [VerdictKind.UNDER_WAY, VerdictKind.LEVEL]


@pytest.mark.parametrize("formula", ["0*x", "x + y", "tanh(3*x)", "exp(-x^2 - y^2)", "1/(1 + exp(-x)) + 0.001*y^2"])
@pytest.mark.parametrize("rule", [GradientDescent(0.1), GradientDescent(1.0), Adam(0.1)])
def test_noise_alone_is_no_basin(formula: str, rule: Rule[Any]) -> None:
    """None of these has a minimum: a plane, slopes, plateaus, the flank of a hill."""
    sums = TiltedExamples(0.3 if formula != "x + y" else 30.0, count=10).sums(Formula(formula))
    race = Race(Problem(*sums, Window(-2.0, 2.0, -2.0, 2.0)), [Lane("noisy", rule, 1)], (1.5, 0.5), 0)
    race.extend(800)
    assert [kind for _, kind in race.judges[0].changes] == [VerdictKind.UNDER_WAY]


def test_in_noise_one_stays_in_a_basin_that_was_not_known() -> None:
    sums = TiltedExamples(0.3, count=10).sums(Formula("(x - 3)^2 + y^2"))
    race = Race(Problem(*sums, Window(-0.5, 0.5, -1.0, 1.0)), [Lane("noisy", STEP, 1)], (0.0, 0.5), 0)
    race.extend(200)
    assert [kind for _, kind in race.judges[0].changes] == [VerdictKind.UNDER_WAY, VerdictKind.RATTLING]
    assert race.judges[0].verdict(200).basin is None


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("(x^2 + y^2)^0.75", VerdictKind.RATTLING),
        ("abs(x)^1.5 + y^2", VerdictKind.RATTLING),
        ("abs(x) + abs(y)", VerdictKind.SWINGING),
        ("sqrt(x^2 + y^2)", VerdictKind.SWINGING),
    ],
)
def test_in_noise_one_stays_about_a_minimum_without_curvature_that_is_not_known(
    formula: str, kind: VerdictKind
) -> None:
    """It is infinite there, or there is none; and the window does not show it. To the last two no descent leads."""
    sums = TiltedExamples(0.1, count=8).sums(Formula(formula))
    problem = Problem(*sums, Window(0.5, 2.5, -1.0, 1.0), margin=0.0)
    assert not problem.minima
    race = Race(problem, [Lane("noisy", GradientDescent(0.05), 2)], (1.0, 0.7), 0)
    race.extend(600)
    assert [kind for _, kind in race.judges[0].changes][-1] is kind


@pytest.mark.parametrize("steepness", [10, 15, 30])
def test_on_the_tail_of_a_well_nobody_stalls_at_a_saddle_where_there_is_none(steepness: int) -> None:
    problem = Problem(
        *TiltedExamples(0.0, count=8).sums(Formula(f"-exp(-{steepness}*(x^2 + y^2))")), Window(-2.0, 2.0, -2.0, 2.0)
    )
    race = Race(problem, [Lane("still", GradientDescent(0.02), 8)], (-1.4, -1.3), 0)
    race.extend(100)
    assert VerdictKind.STALLED not in [kind for _, kind in race.judges[0].changes]


def test_a_bounce_says_how_long_it_is() -> None:
    way = PAIRS[VerdictKind.BOUNCING][0]
    verdict = judged(way).verdict(way.updates)
    assert verdict.swing == norm(judged(way).track.movement[-40:]).max()
    assert "by up to 2, and no less than before" in verdict.evidence


def test_of_a_bounce_that_fades_it_is_not_said_that_it_is_no_less_than_before() -> None:
    hills, window = "0.3*x^2 + 0.3*y^2 + sin(3*x)*cos(2*y)", Window(-3.0, 3.0, -3.0, 3.0)
    judge = judged(Way(hills, NAdam(0.1), (1.5, 0.7), 1900, window=window))
    bouncing = [moment for moment in range(1500, 1900) if judge.verdict(moment).kind is VerdictKind.BOUNCING]
    lengths = norm(judge.track.movement)
    last = {moment: lengths[moment - 40 : moment].max() for moment in bouncing}
    faded = [moment for moment in bouncing if last[moment] < 0.3 * lengths[moment - 80 : moment - 40].max()]
    assert faded
    for moment in faded:
        assert judge.verdict(moment).evidence[0] == f"by up to {last[moment]:.2g}"
    assert any("and no less than before" in judge.verdict(moment).evidence[0] for moment in bouncing)
