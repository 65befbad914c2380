"""Verdicts and events: what the scenes promise, what must never be said falsely, and that nothing flickers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from runs import judges_of, run_of

from sim.descent.examples.recipes import RegressionExamples, ShiftedExamples, TiltedExamples
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.adaptive.nadam import NAdam
from sim.descent.rules.adaptive.rmsprop import RMSprop
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.nesterov import Nesterov
from sim.descent.rules.protocol import Rule
from sim.descent.rules.sign.lion import Lion
from sim.descent.schedules import (
    CONSTANT,
    Constant,
    Cosine,
    Exponential,
    OneCycle,
    Schedule,
    StepDecay,
    WarmRestarts,
)
from sim.descent.track import Track
from sim.descent.verdict.blocks import DWELL
from sim.descent.verdict.events import EVENT_KINDS
from sim.descent.verdict.judge import STARTED
from sim.descent.verdict.kinds import VerdictKind
from sim.descent.verdict.kinds.evidence import Part, Saying
from sim.descent.verdict.stays import LONGEST_LULL
from sim.descent.verdict.track_judge import TrackJudge
from sim.descent.verdict.verdict import Verdict
from sim.scene import load_scene
from sim.surface.basins import FAR
from sim.surface.functions.formula import Formula
from sim.surface.functions.polynomial import Beale, DoubleWellSaddle, Himmelblau, MonkeySaddle, Quadratic, Rosenbrock
from sim.surface.points import norm
from sim.surface.protocol import ClosedForm, Window

RESTS = (VerdictKind.SETTLED, VerdictKind.STUCK)
SEEDS = 40


def lane(rule: Rule[Any], batch_size: int) -> Lane:
    return Lane("a lane", rule, batch_size)


@lru_cache
def tilted(surface: ClosedForm, sigma: float = 0.0, count: int = 20) -> Problem:
    return Problem(*TiltedExamples(sigma, count=count).sums(surface), surface.usual_window)


def judged(
    problem: Problem, way: Lane, start: tuple[float, float], updates: int, seed: int = 0, stops: Sequence[int] = ()
) -> TrackJudge:
    race = Race(problem, [way], start, seed)
    for stop in (*stops, updates):
        race.extend(stop)
    return race.judges[0]


def swarm(problem: Problem, way: Lane, count: int, updates: int, seed: int = 0) -> list[TrackJudge]:
    """Marbles from all over the window."""
    window, generator = problem.window, np.random.default_rng(seed)
    starts = generator.uniform((window.x0, window.y0), (window.x1, window.y1), (count, 2))
    return judges_of(run_of(problem, way, starts, np.arange(count), updates))


def spells(judge: TrackJudge) -> list[tuple[VerdictKind, int, int]]:
    """Each verdict with the moment at which it began and the one at which another replaced it."""
    ends = [*(update for update, _ in judge.changes[1:]), judge.track.updates + 1]
    return [(kind, update, end) for (update, kind), end in zip(judge.changes, ends, strict=True)]


def events(judge: TrackJudge, kind: str) -> list[int]:
    return [event.update for event in judge.events if event.kind == kind]


# What the scenes promise.


def test_in_the_opening_scene_only_the_full_batch_stays_in_the_local_minimum() -> None:
    scene = load_scene("local-minimum")
    problem = scene.problem()
    full, minibatch, momentum = scene.lanes
    stuck = judged(problem, full, scene.start, 600)
    assert stuck.verdict(600).kind is VerdictKind.STUCK
    assert stuck.verdict(600).basin != 0
    assert not events(stuck, "escaped")
    settled = judged(problem, momentum, scene.start, 400)
    assert settled.verdict(400).kind is VerdictKind.SETTLED
    assert settled.verdict(400).basin == 0

    judges = judges_of(run_of(problem, minibatch, np.tile(scene.start, (SEEDS, 1)), np.arange(SEEDS), 400))
    escapes = [events(judge, "escaped") for judge in judges]
    assert sum(map(bool, escapes)) >= 39
    assert 30 < np.median([updates[0] for updates in escapes if updates]) < 90
    assert sum(judge.verdict(400).basin == 0 for judge in judges) >= 39
    assert sum(judge.verdict(400).kind is VerdictKind.RATTLING for judge in judges) >= 38


def test_on_the_saddle_only_the_minibatch_leaves() -> None:
    scene = load_scene("on-the-saddle")
    problem = scene.problem()
    full, minibatch, momentum = scene.lanes
    for way in (full, momentum):
        judge = judged(problem, way, scene.start, 600)
        assert_array_equal(judge.track.theta[:, 1], 0.0)
        assert judge.verdict(600).kind is VerdictKind.STALLED
        assert judge.verdict(600).way_down == (0.0, 1.0)
        assert [kind for kind, _, _ in spells(judge)] == [VerdictKind.UNDER_WAY, VerdictKind.STALLED]

    judges = judges_of(run_of(problem, minibatch, np.tile(scene.start, (15, 1)), np.arange(15), 300))
    assert all(events(judge, "left_saddle") for judge in judges)
    assert {judge.verdict(300).basin for judge in judges} == {0, 1}


def test_a_hair_beside_the_axis_the_full_batch_lingers_and_leaves() -> None:
    scene = load_scene("on-the-saddle")
    judge = judged(scene.problem(), scene.lanes[0], (-2.5, 1e-5), 300)
    kinds = [kind for kind, _, _ in spells(judge)]
    assert kinds[:2] == [VerdictKind.UNDER_WAY, VerdictKind.STALLED]
    assert kinds[-1] is VerdictKind.SETTLED
    assert len(events(judge, "left_saddle")) == 1
    assert events(judge, "stalled")[0] < events(judge, "left_saddle")[0] < events(judge, "settled")[0]


@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_a_fast_passage_of_a_saddle_is_no_stall(decay: float) -> None:
    """From beside the ridge, wherever along it."""
    problem = tilted(DoubleWellSaddle())
    for start in ((0.0, 0.4), (-2.5, 1.0), (1.0, -0.5)):
        judge = judged(problem, lane(Momentum(0.1, decay), 20), start, 200)
        assert VerdictKind.STALLED not in [kind for kind, _, _ in spells(judge)]
        assert not events(judge, "left_saddle")


def test_who_is_slow_on_a_slope_for_a_tiny_learning_rate_has_not_stalled_there() -> None:
    """It comes down along the ridge to the saddle, and stalls when it is there."""
    problem = tilted(DoubleWellSaddle())
    for rate in (0.03, 0.003, 0.0003):
        judge = judged(problem, lane(GradientDescent(rate), 20), (-2.5, 0.0), round(150 / rate**0.5))
        stalled = [update for update, kind in judge.changes if kind is VerdictKind.STALLED]
        for update in stalled:
            assert norm(judge.track.full_gradient[update]) < 0.1 * problem.units.gradient
        assert stalled or rate == 0.0003


# What must never be said falsely.

RUNS: dict[str, tuple[Problem, Lane]] = {
    "himmelblau, full batch": (tilted(Himmelblau(), 5.0), lane(GradientDescent(0.01), 20)),
    "himmelblau, momentum": (tilted(Himmelblau(), 5.0), lane(Momentum(0.003, 0.9), 20)),
    "himmelblau, minibatch": (tilted(Himmelblau(), 5.0), lane(GradientDescent(0.01), 1)),
    "himmelblau, calm minibatch": (tilted(Himmelblau(), 0.01), lane(GradientDescent(0.01), 1)),
    "opening, minibatch": (load_scene("local-minimum").problem(), lane(GradientDescent(0.15), 1)),
    "opening, momentum": (load_scene("local-minimum").problem(), lane(Momentum(0.15, 0.9), 20)),
    "himmelblau, half the batch": (tilted(Himmelblau(), 5.0), lane(GradientDescent(0.01), 10)),
    "himmelblau, heavy momentum": (tilted(Himmelblau(), 5.0), lane(Momentum(0.0002, 0.99), 20)),
    "himmelblau, heavy momentum, half the batch": (tilted(Himmelblau(), 5.0), lane(Momentum(0.00002, 0.99), 10)),
    "himmelblau, tiny steps": (tilted(Himmelblau(), 5.0), lane(GradientDescent(0.0002), 20)),
    "himmelblau, tiny steps in noise": (tilted(Himmelblau(), 5.0), lane(GradientDescent(0.00002), 1)),
    "himmelblau, near the edge": (tilted(Himmelblau(), 5.0), lane(GradientDescent(0.023), 20)),
    "rosenbrock": (tilted(Rosenbrock(), 1.0), lane(GradientDescent(0.0005), 20)),
    "rosenbrock, odd N": (tilted(Rosenbrock(), 1.0, 7), lane(Momentum(0.0002, 0.9), 3)),
    "monkey saddle": (tilted(MonkeySaddle()), lane(GradientDescent(0.05), 20)),
    "saddle, large noise": (tilted(DoubleWellSaddle(), 3.0), lane(GradientDescent(0.1), 1)),
}


@lru_cache
def runs(name: str) -> list[TrackJudge]:
    """40 marbles with the plain settings, and some with each of the others."""
    problem, way = RUNS[name]
    usual = name in list(RUNS)[:3]
    return swarm(problem, way, 40 if usual else 6, 250 if usual else 500)


@pytest.mark.parametrize("name", RUNS)
def test_who_is_said_to_rest_is_at_a_minimum_and_never_leaves(name: str) -> None:
    problem, way = RUNS[name]
    judges = [judge for judge in runs(name) if {"settled", "stuck"} & {event.kind for event in judge.events}]
    for judge in judges:
        kinds = spells(judge)
        assert all(kind not in RESTS for kind, _, _ in kinds[:-1])
        kind, since, _ = kinds[-1]
        track = judge.track
        assert kind in RESTS
        minimum = problem.minima[judge.verdict(since).basin or 0]
        assert norm(track.theta[since:] - minimum.position).max() <= 2e-3 * problem.units.length
    if judges:  # And long after, they are still there.
        ends = np.array([judge.track.theta[-1] for judge in judges[:3]])
        later = run_of(problem, lane(GradientDescent(way.rule.learning_rate), 20), ends, np.arange(len(ends)), 600)
        for marble, judge in enumerate(judges[:3]):
            track = Track(later, marble)
            minimum = problem.minima[judge.verdict(judge.track.updates).basin or 0]
            assert norm(track.theta - minimum.position).max() < 0.02 * problem.units.length


@pytest.mark.parametrize("name", RUNS)
def test_no_verdict_flickers(name: str) -> None:
    for judge in runs(name):
        for kind, since, end in spells(judge)[1:-1]:
            assert end - since >= DWELL, kind


def test_the_plain_settings_come_to_the_end_that_they_should() -> None:
    full, momentum, minibatch = ([judge.verdict(250).kind for judge in runs(name)] for name in list(RUNS)[:3])
    assert full.count(VerdictKind.SETTLED) >= 39
    assert momentum.count(VerdictKind.SETTLED) >= 39
    assert minibatch.count(VerdictKind.RATTLING) >= 39
    assert runs("rosenbrock")[0].verdict(800).kind is VerdictKind.UNDER_WAY


def test_of_who_climbs_nothing_says_that_it_goes_down() -> None:
    """A lane that will have diverged climbs by a factor of a million before that is sure."""
    race = load_scene("learning-rate-ladder").race()
    race.extend(20)
    losses, verdict = race.tracks[-1].loss, race.judges[-1].verdict(20)
    assert losses[20] > 1e5 * losses[0]
    assert verdict.sentence.startswith("under way: ")


@pytest.mark.parametrize("count", [2, 7])
def test_without_noise_a_minibatch_settles(count: int) -> None:
    for rule in (GradientDescent(0.01), Momentum(0.003, 0.9), Momentum(0.001, 0.97)):
        for judge in swarm(tilted(Himmelblau(), 0.0, count), lane(rule, 1), 3, 1000):
            assert judge.verdict(1000).kind is VerdictKind.SETTLED
            assert not events(judge, "rattling")


@pytest.mark.parametrize(("rate", "batch_size"), [(0.1, 19), (0.1, 5), (0.1, 1), (0.03, 1)])
def test_who_comes_to_the_minimum_of_all_examples_in_ever_less_noise_does_not_rattle(
    rate: float, batch_size: int
) -> None:
    """Two weights that fit every example: the loss falls by orders of magnitude, and the noise with it."""
    window = load_scene("two-weights").window
    problem = Problem(*RegressionExamples("product", 0.0, (1.0, 1.0)).sums(None), window)
    for seed in range(10):
        judge = judged(problem, lane(GradientDescent(rate), batch_size), (-1.5, 1.4), 300, seed)
        assert judge.track.loss[-1] < 1e-12 * judge.track.loss[0]
        assert judge.verdict(300).kind is VerdictKind.SETTLED
        assert not events(judge, "rattling")


def test_at_the_edge_of_stability_a_marble_bounces() -> None:
    problem = tilted(Quadratic((1.0, 4.0)))
    bouncing = judged(problem, lane(GradientDescent(0.5), 20), (2.0, 1.0), 400)
    assert [kind for kind, _, _ in spells(bouncing)] == [VerdictKind.UNDER_WAY, VerdictKind.BOUNCING]
    for eta, end in ((0.49, VerdictKind.SETTLED), (0.51, VerdictKind.DIVERGED)):
        assert judged(problem, lane(GradientDescent(eta), 20), (2.0, 1.0), 600).verdict(600).kind is end


@pytest.mark.parametrize("batch_size", [1, 20])
@pytest.mark.parametrize(
    ("eta", "schedule"),
    [(2.0, Exponential(gamma=0.99)), (1.6, WarmRestarts(length=100)), (2.0, OneCycle(length=150))],
)
def test_who_is_thrown_far_away_while_the_learning_rate_is_to_fall_has_not_diverged(
    eta: float, schedule: Schedule, batch_size: int
) -> None:
    problem, rule = tilted(Formula("x^2 + y^2"), 0.1), GradientDescent(eta)
    falling = judged(problem, Lane("", rule, batch_size, schedule=schedule), (1.0, 1.0), 1500)
    assert norm(falling.track.theta).max() > 2e6 * problem.units.length
    assert norm(falling.track.theta[-1]) < 1e-2 * norm(falling.track.theta).max()
    assert not events(falling, "diverged")
    (diverged,) = events(judged(problem, lane(rule, batch_size), (1.0, 1.0), 200), "diverged")
    assert diverged < 100
    warm = judged(problem, Lane("", rule, batch_size, schedule=Constant(warmup=50)), (1.0, 1.0), 200)
    assert len(events(warm, "diverged")) == 1


@pytest.mark.parametrize(
    ("formula", "eta", "schedule"),
    [
        ("x^2 - y^2", 0.1, StepDecay(every=900_000)),
        ("x^2 - y^2", 0.1, Exponential(gamma=0.9999)),
        ("x^2 - y^2", 0.1, Cosine(length=200, floor=0.5)),
        ("x^2 + y^2", 1.2, Cosine(length=400, floor=0.9)),
    ],
)
def test_whom_no_learning_rate_to_come_leads_back_has_diverged(formula: str, eta: float, schedule: Schedule) -> None:
    problem = tilted(Formula(formula), 0.1)
    planned, plain = (
        judged(problem, Lane("", GradientDescent(eta), 20, schedule=each), (1.0, 0.5), 1500)
        for each in (schedule, Constant())
    )
    (told,), (constant,) = events(planned, "diverged"), events(plain, "diverged")
    assert constant <= told < 3 * constant


def test_who_is_stretched_away_by_learning_rates_of_a_small_sum_has_not_diverged() -> None:
    """On -y² it gets farther by exp(2 η Σγᵗ) at most, which is e²⁰ here, and stops on the slope there."""
    problem = tilted(Formula("x^2 - y^2"), 0.1)
    stretched = judged(problem, Lane("", GradientDescent(0.1), 20, schedule=Exponential(gamma=0.99)), (1.0, 0.5), 6000)
    assert norm(stretched.track.theta[-1]) > 1e6 * problem.units.length
    assert not events(stretched, "diverged")
    assert stretched.verdict(6000).kind is VerdictKind.HELD


def test_what_grows_from_one_restart_to_the_next_is_under_way_until_its_loss_overflows() -> None:
    problem = tilted(Formula("x^2 + y^2"), 0.1)
    cycles = Lane("", Momentum(3.0, 0.9), 20, schedule=Cosine(length=60))
    growing = judged(problem, cycles, (1.0, 1.0), 4000)
    assert growing.track.overflow is not None
    assert [kind for kind, _, _ in spells(growing)] == [VerdictKind.UNDER_WAY, VerdictKind.DIVERGED]
    (told,) = events(growing, "diverged")
    losses = growing.track.loss[[told - 2 * DWELL, told]]
    assert np.isfinite(losses).tolist() == [True, False]


def test_who_goes_along_the_floor_of_a_valley_past_the_window_does_not_leave_it() -> None:
    """Minibatches throw it some ten windows along the floor, and never over the ridges beside it."""
    problem = tilted(Formula("sin(x)"), 0.5, 4)
    way = Lane("", Nesterov(1.0, 0.9), 1, schedule=WarmRestarts(length=200), sampling="replacement")
    race = Race(problem, [way], (2.6904, 4.6264), 748271)
    race.extend(1500)
    (judge,), (track,) = race.judges, race.tracks
    assert np.abs(track.theta[:, 1]).max() > 2.5 * problem.window.diagonal
    x = track.theta[90:, 0]
    assert (np.abs(x - 1.5 * np.pi) < np.pi).all()
    assert not events(judge, "escaped")
    near = np.flatnonzero(norm(track.theta - problem.window.center) < 0.9 * FAR * problem.window.diagonal)
    assert {judge.basin(update) for update in near.tolist() if update >= 90} == {judge.basin(90)} != {None}


def test_what_noise_throws_to_and_fro_does_not_bounce() -> None:
    """Far below the edge of stability: by single examples in their usual order, over and over, and by chance."""
    bowl = tilted(Formula("0.005*(x^2 + y^2)"), 0.5, 20)
    usual_order = judged(bowl, Lane("minibatch", GradientDescent(0.1), 1, sampling="fixed"), (2.5, 1.0), 2000)
    thousand = replace(load_scene("thousand-examples"), seed=799).race()
    thousand.extend(400)
    two_weights = load_scene("two-weights")
    slow = replace(two_weights, lanes=tuple(replace(each, rule=GradientDescent(0.009)) for each in two_weights.lanes))
    race = slow.race()
    race.extend(1000)
    for judge in (usual_order, *thousand.judges, *race.judges):
        assert VerdictKind.BOUNCING not in [kind for kind, _, _ in spells(judge)], judge.track.lane


@pytest.mark.parametrize("seed", [0, 3, 5])
def test_who_has_trembled_on_a_saddle_leaves_it_once_and_does_not_bounce(seed: int) -> None:
    """On the saddle nearly every other movement goes back, on the slope beyond none does."""
    double_well = tilted(Formula("(x^2 - 1)^2 + y^2"), 0.1, 20)
    judge = judged(double_well, lane(GradientDescent(0.003), 1), (0.0, 0.0), 900, seed)
    assert not events(judge, "bouncing")
    assert len(events(judge, "left_saddle")) == 1


@pytest.mark.parametrize(
    ("formula", "sigma", "start", "way"),
    [
        ("x^2 + y^2", 1.0, (3.0, 2.0), lane(Momentum(0.001, decay=0.99), 4)),
        ("x^4 + y^4", 0.3, (1.5, -1.2), lane(Lion(0.005), 4)),
        ("x^4/4 - x^2/2 + 0.1*x + y^2", 0.3, (-2.0, 0.3), lane(Lion(0.005), 4)),
    ],
)
def test_who_swings_down_into_a_basin_does_not_rattle_there_yet(
    formula: str, sigma: float, start: tuple[float, float], way: Lane
) -> None:
    """Its loss goes up and down as it goes through the bottom and back, and noise has little part in that."""
    for seed in range(4):
        judge = judged(tilted(Formula(formula), sigma), way, start, 400, seed)
        assert judge.track.loss[50:150].mean() > 3 * judge.track.loss[300:].mean()
        assert not events(judge, "rattling")


@pytest.mark.parametrize(
    ("rule", "spread", "last"),
    [
        (Momentum(0.001, decay=0.99), 0.1, 80),
        (Momentum(0.1, decay=0.99), 1.0, 60),
        (Momentum(0.2), 0.3, 60),
        (Lion(0.005), 0.05, 150),
    ],
)
def test_what_keeps_on_by_itself_rattles_soon_where_noise_throws_it_about(
    rule: Rule[Any], spread: float, last: int
) -> None:
    """Where noise swells to swings, too, in which the square of slopes is up to ηκ / (2 (1 − λ)) = 10 times its own."""
    for seed in range(4):
        judge = judged(tilted(Formula("x^2 + y^2"), 1.0), lane(rule, 1), (spread, spread), 1000, seed)
        assert 0 < events(judge, "rattling")[0] <= last
        assert judge.changes[-1][1] is VerdictKind.RATTLING


@pytest.mark.parametrize(
    ("formula", "start", "rate", "sigma"),
    [
        ("-0.03*x + 0.5*y^2 + 0.0005*x^4", (-2.9, 0.0), 0.05, 1.0),
        ("(1 - x)^2 + 20*(y - x^2)^2", (-1.5, 2.5), 0.001, 3.0),
    ],
)
def test_who_goes_on_down_a_valley_in_noise_rattles_no_more(
    formula: str, start: tuple[float, float], rate: float, sigma: float
) -> None:
    """In 40 updates noise hides the way down; by and by one sees it: the loss falls by five times its deviation."""
    problem = Problem(*TiltedExamples(sigma, count=20).sums(Formula(formula)), Window(-3.0, 3.0, -3.0, 3.0))
    for seed in range(3):
        judge = judged(problem, lane(GradientDescent(rate), 1), start, 2000, seed)
        before, after = judge.track.loss[400:600], judge.track.loss[1800:]
        assert before.mean() - after.mean() > 5 * after.std()
        rattling = [judge.verdict(moment).kind is VerdictKind.RATTLING for moment in range(600, 1800, 10)]
        assert np.mean(rattling) < 0.4
        assert len(events(judge, "rattling")) <= 4


def test_what_overshoots_bounces_in_noise_as_well() -> None:
    """Where η is twice as large as it may be at the bottom: from √3 to −√3 and back, for x − ηx/√(1 + x²) is −x."""
    valley = tilted(Formula("sqrt(1 + x^2) + 0.1*y^2"), 0.05, 20)
    judge = judged(valley, lane(GradientDescent(4.0), 5), (1.0, 1.0), 400)
    assert judge.verdict(400).kind is VerdictKind.BOUNCING
    assert abs(abs(judge.track.theta[400, 0]) - 3**0.5) < 0.2


@pytest.mark.parametrize(("learning_rate", "hops"), [(0.42, 1996), (0.43, 3046), (0.45, 3927)])
def test_what_overshoots_from_basin_to_basin_without_end_wanders(learning_rate: float, hops: int) -> None:
    """Without any noise: x − 4ηx(x² − 1) is chaotic there, and changes its sign so often in 20,000 updates."""
    judge = judged(tilted(Formula("(x^2 - 1)^2 + y^2")), lane(GradientDescent(learning_rate), 20), (0.5, 0.4), 20_000)
    assert (np.diff(np.sign(judge.track.theta[:, 0])) != 0).sum() == pytest.approx(hops, rel=0.1)
    last = judge.verdict(20_000)
    assert last.kind is VerdictKind.WANDERING
    assert last.since < 1000


def test_a_rule_with_steps_of_fixed_length_ends_in_bouncing() -> None:
    judge = judged(tilted(Himmelblau()), lane(RMSprop(0.2, 0.9), 20), (0.5, 0.5), 1000)
    assert judge.verdict(1000).kind is VerdictKind.BOUNCING


@pytest.mark.parametrize("start", [(1.499, 1.3), (1.999, -0.996), (-1.5, 0.7)])
@pytest.mark.parametrize("schedule", [CONSTANT, Cosine(length=1500)])
def test_who_swings_in_bursts_or_by_as_much_as_its_learning_rate_falls_to_bounces_until_it_rests(
    start: tuple[float, float], schedule: Schedule
) -> None:
    problem = tilted(Formula("(y^2 - 1)^2 + x^2 + 0.1*y"))
    judge = judged(problem, replace(lane(RMSprop(0.03), 20), schedule=schedule), start, 2500)
    kinds = [kind for _, kind in judge.changes]
    assert VerdictKind.BOUNCING in kinds
    for before, after in pairwise(kinds):
        assert before is not VerdictKind.BOUNCING or after in RESTS


@pytest.mark.parametrize("schedule", [CONSTANT, WarmRestarts(length=200), Cosine(length=300)])
@pytest.mark.parametrize("rule", [RMSprop(0.05), NAdam(0.1)], ids=lambda rule: rule.name)
@pytest.mark.parametrize("formula", ["x^2 + 100*y^2", "(x^2 - 1)^2 + 0.1*x + y^2"])
def test_who_starts_up_again_and_again_does_not_rest_while_it_moves_nor_between_its_bursts(
    formula: str, rule: Rule[Any], schedule: Schedule
) -> None:
    problem = tilted(Formula(formula))
    way = replace(lane(rule, 20), schedule=schedule)
    judge = judged(problem, way, (0.8, 0.9), 1500)
    lengths = norm(judge.track.movement) / problem.units.length
    spells_at_rest = [(since, end) for kind, since, end in spells(judge) if kind in RESTS]
    starts = np.flatnonzero(lengths > STARTED)
    long_lulls = np.diff(np.append(starts, len(lengths))) > LONGEST_LULL * DWELL
    assert len(spells_at_rest) <= 2 + long_lulls.sum()  # Before the first burst, and before it is seen how often.
    assert len(judge.changes) <= 3 * (len(spells_at_rest) + 1)
    for since, end in spells_at_rest:
        assert lengths[since : end - 1].max(initial=0.0) <= STARTED
    assert judged(problem, way, (0.8, 0.9), 1500, stops=(3, 417, 633, 636, 640, 999)).changes == judge.changes


@pytest.mark.parametrize("start", [(2.0, 1.3), (1.0, -0.37), (-0.5, 2.0)])
def test_a_rule_that_goes_round_and_round_in_four_steps_bounces(start: tuple[float, float]) -> None:
    """By signs alone, along one axis and the other in turn: no movement goes back against the one just before."""
    judge = judged(tilted(Quadratic((1.0, 1.0))), lane(Lion(0.02), 20), start, 600)
    moves = np.sign(judge.track.movement[-8:])
    assert_array_equal(moves[:4], moves[4:])
    assert judge.verdict(600).kind is VerdictKind.BOUNCING


@pytest.mark.parametrize("decay", [0.9, 0.99])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.8])
def test_a_damped_oscillation_is_no_bounce(decay: float, share: float) -> None:
    """From slow to four fifths of the edge η = 2 (1 + λ)/k, k being the largest curvature."""
    problem = tilted(Quadratic((1.0, 4.0)))
    for judge in swarm(problem, lane(Momentum(share * 2 * (1 + decay) / 4.0, decay), 20), 4, 600):
        assert not events(judge, "bouncing")
        assert not events(judge, "rattling")


def test_adaptive_rules_settle_where_they_should() -> None:
    judges = swarm(tilted(Himmelblau()), lane(Adam(0.1), 20), 15, 600)
    assert sum(judge.verdict(600).kind is VerdictKind.SETTLED for judge in judges) >= 14


def test_at_rest_on_other_than_minima() -> None:
    monkey = judged(tilted(MonkeySaddle()), lane(GradientDescent(0.1), 20), (0.0, 0.0), 50)
    assert monkey.verdict(50).kind is VerdictKind.LEVEL
    hill = tilted(Quadratic((-1.0, -2.0)))
    assert judged(hill, lane(GradientDescent(0.1), 20), (0.0, 0.0), 50).verdict(50).kind is VerdictKind.BALANCED
    assert judged(hill, lane(GradientDescent(0.1), 20), (0.0, 1.0), 150).verdict(150).kind is VerdictKind.DIVERGED


def test_on_ground_as_low_as_the_lowest_minimum_there_is_no_plateau_to_cross() -> None:
    surface = Formula("abs(x)+abs(y)")
    problem = Problem(*ShiftedExamples(0.2).sums(surface), surface.usual_window)
    judge = judged(problem, lane(Momentum(0.1), 20), (-2.0, 0.05), 400)
    assert VerdictKind.PLATEAU not in [kind for kind, _, _ in spells(judge)]


def test_a_slope_that_is_slight_beside_the_walls_around_it_is_a_plateaus() -> None:
    """In the upper left corner of Beale's function, whose walls rise by a hundred thousand."""
    problem = tilted(Beale())
    judge = judged(problem, lane(Adam(0.05), 20), (-1.0, 1.5), 300)
    assert judge.verdict(300).kind is VerdictKind.PLATEAU
    assert norm(judge.track.full_gradient[-1]) < 1e-4 * problem.units.gradient


@pytest.mark.parametrize("rate", [0.05, 0.02, 0.005])
def test_a_ridge_that_leads_to_a_saddle_is_no_plateau(rate: float) -> None:
    """Next to the deep minima the way down it is gentle, but it is a slope: at its top 0.4 of what is usual there."""
    problem = tilted(Formula("x*y + 0.02*(x^4 + y^4)"))
    judge = judged(problem, lane(GradientDescent(rate), 20), (1.0, 1.0), 400)
    assert norm(judge.track.full_gradient[0]) > 0.4 * problem.units.gradient
    for update, kind in judge.changes:
        assert kind is not VerdictKind.PLATEAU or norm(judge.track.full_gradient[update]) < 0.1 * problem.units.gradient


@pytest.mark.parametrize("seed", range(4))
def test_who_starts_on_a_ridge_and_lies_at_its_saddle_does_not_rattle_in_a_basin(seed: int) -> None:
    """Noise takes it to one side or the other, while its loss is still that of the saddle."""
    problem = tilted(Formula("0.1*(x^2 - 1)^2 + y^2"), 0.7)
    judge = judged(problem, lane(GradientDescent(0.02), 1), (0.0, 0.5), 400, seed)
    begun = events(judge, "rattling")
    assert all(update >= 160 for update in begun)
    long = Lane("", GradientDescent(0.05), 1)
    many = Problem(*TiltedExamples(1.0, count=200).sums(Formula("0.0005*x^2 + 0.3*y^2")), Window(-3.0, 3.0, -1.0, 1.0))
    assert events(judged(many, long, (2.5, 0.1), 1000, seed), "rattling")  # Of a long epoch, two spans are enough.


@pytest.mark.parametrize("seed", range(4))
def test_who_has_not_come_to_the_core_of_its_basin_must_make_no_progress_for_long(seed: int) -> None:
    """Four cars of fifty at a time: 40 updates hide that the mean height falls to a third."""
    race = replace(load_scene("stopping-distances"), seed=seed).race()
    race.extend(200)
    judge = race.judges[1]
    height = judge.track.loss - (judge.track.problem.lowest or 0.0)
    assert height[160:].mean() < height[60:100].mean() / 2
    assert all(update > 120 for update in events(judge, "rattling"))


def test_one_rattles_in_the_basin_that_one_has_come_to() -> None:
    """Who is across a ridge, but not yet in the core beyond, rattles on neither side of it."""
    seen = 0
    for name in ("egg-box", "muller-brown", "batch-ladder"):
        for seed in range(4):
            race = replace(load_scene(name), seed=seed).race()
            race.extend(300)
            for judge in race.judges:
                begun = events(judge, "rattling")
                seen += len(begun)
                crossing = [event for event in judge.events if event.kind == "escaped"]
                assert not any(event.update <= update < event.seen for event in crossing for update in begun)
    assert seen > 10


def test_two_weights_stall_at_the_origin_and_settle_in_the_valley() -> None:
    scene = load_scene("two-weights")
    problem = Problem(*RegressionExamples("product", 0.3, (1.5, 0.8)).sums(None), scene.window)
    stalled = judged(problem, lane(GradientDescent(0.05), 20), (1.0, -1.0), 300)
    assert stalled.verdict(300).kind is VerdictKind.STALLED
    settled = judged(problem, lane(GradientDescent(0.05), 20), (1.0, -0.5), 600)
    assert settled.verdict(600).kind is VerdictKind.SETTLED


# Causality, and how verdicts and events are told.

ODD = (
    lane(GradientDescent(0.01), 1),
    lane(Momentum(0.01, 0.99), 3),
    lane(RMSprop(0.2, 0.9), 20),
    lane(GradientDescent(0.03), 20),
)


@pytest.mark.parametrize("way", ODD)
def test_verdicts_are_causal(way: Lane) -> None:
    """Chunk by chunk, at once, or stopped earlier: what was said of a moment stands."""
    problem = Problem(*ShiftedExamples(0.2).sums(Himmelblau()), Himmelblau.usual_window)
    at_once = judged(problem, way, (0.5, -1.0), 300, 3)
    stepwise = judged(problem, way, (0.5, -1.0), 300, 3, range(300))
    early = judged(problem, way, (0.5, -1.0), 170, 3, [33, 100])
    [together, _] = judges_of(run_of(problem, way, np.array([[0.5, -1.0], [1.0, 2.0]]), np.array([3, 4]), 300))
    for u in range(at_once.track.updates + 1):
        expected = at_once.verdict(u)
        assert stepwise.verdict(u) == together.verdict(u) == expected
        assert stepwise.events_until(u) == together.events_until(u) == at_once.events_until(u)
        if u <= early.track.updates:
            assert early.verdict(u) == expected
            assert early.events_until(u) == at_once.events_until(u)


@pytest.mark.parametrize("name", ["opening, minibatch", "saddle, large noise"])
def test_events_are_in_order_and_name_what_they_lead_between(name: str) -> None:
    for judge in runs(name):
        assert [event.seen for event in judge.events] == sorted(event.seen for event in judge.events)
        for event in judge.events:
            assert event.kind in EVENT_KINDS
            assert event.update <= event.seen
            if event.kind == "escaped":
                assert event.source != event.target
                theta = judge.track.theta[event.update]
                assert judge.track.problem.basins.labels(theta[None])[0] == event.target
        escapes = [event for event in judge.events if event.kind == "escaped"]
        assert all(a.target == b.source for a, b in pairwise(escapes))
    assert any(events(judge, "escaped") for judge in runs(name))


@pytest.mark.parametrize("rate", [7.0, 10.0, 30.0, 100.0])
def test_what_grows_without_end_on_ground_that_gets_no_flatter_has_diverged_long_before_it_overflows(
    rate: float,
) -> None:
    """Far out the opening landscape is a bowl of curvatures 0.25 and 0.35: plain steps grow if η > 2 / 0.35."""
    scene = load_scene("local-minimum")
    lane = replace(scene.lanes[0], rule=GradientDescent(rate))
    judged = Race(scene.problem(), [lane], scene.start, 0)
    judged.extend(190)
    (diverged,) = events(judged.judges[0], "diverged")
    assert judged.tracks[0].overflow is None
    assert diverged <= 100


def test_divergence_is_for_good() -> None:
    judge = judged(tilted(Himmelblau()), lane(GradientDescent(0.5), 20), (4.0, 4.0), 100)
    assert judge.track.overflow is not None
    assert judge.verdict(100).kind is VerdictKind.DIVERGED
    (told,) = (event for event in judge.events if event.kind == "diverged")
    assert told.target is None  # Who has gone for good is in no basin.


@pytest.mark.parametrize("kind", VerdictKind)
def test_every_sentence_begins_with_its_verdict(kind: VerdictKind) -> None:
    verdict = Verdict(
        kind=kind,
        since=7,
        gradient_norm=1.5e-5,
        curvatures=(-0.5, 2.0),
        basin=None,
        height=None,
        way_down=(-0.001, 1.0),
    )
    assert verdict.sentence.startswith(kind.words)
    assert "-0.00" not in verdict.sentence
    assert "−0.00" not in verdict.sentence
    assert "None" not in verdict.sentence


def test_evidence_that_is_worded_alike_is_one_part_only_if_it_can_be_translated_alike() -> None:
    worded, written = Saying.BASIN.with_blanks(number="2"), Part("the basin of minimum 2")
    assert worded.english == written.english
    assert len({worded, written, Saying.BASIN.with_blanks(number="2")}) == 2


def test_a_verdict_carries_its_evidence() -> None:
    scene = load_scene("local-minimum")
    race = scene.race()
    race.extend(300)
    for track, judge in zip(race.tracks, race.judges, strict=True):
        verdict = judge.verdict(250)
        assert verdict.gradient_norm == norm(track.full_gradient[250])
        assert verdict.curvatures == tuple(track.curvatures[250].tolist())
        assert verdict.height == track.loss[250] - race.problem.lowest
        assert verdict.since <= 250
        assert judge.verdict(verdict.since).kind is verdict.kind
        assert not verdict.since or judge.verdict(verdict.since - 1).kind is not verdict.kind
