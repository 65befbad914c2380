"""Runs and their records: the same bits by every road, closed forms, and the theory of minibatch noise."""

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from runs import alone, run_of

from sim.descent.examples.finite_sum import Tilted
from sim.descent.examples.recipes import Recipe, RegressionExamples, ShiftedExamples, TiltedExamples
from sim.descent.lane import Lane, Update, descend
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.rules import RULES
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.protocol import Rule
from sim.descent.track import Track
from sim.descent.update import ConstantGradient, one_update
from sim.scene import load_scene
from sim.surface.functions.polynomial import Himmelblau, Quadratic
from sim.surface.points import Array, eigenvalues
from sim.surface.protocol import Surface, Window

WINDOW = Window(-5.0, 5.0, -5.0, 5.0)
ROWS = ("theta", "loss", "test_loss", "full_gradient", "curvatures", "batch_loss", "gradient", "movement")


def problem(surface: Surface | None, recipe: Recipe) -> Problem:
    return Problem(*recipe.sums(surface), WINDOW)


def lane(rule: Rule[Any], batch_size: int) -> Lane:
    return Lane("a lane", rule, batch_size)


def bits(track: Track) -> tuple[bytes, ...]:
    return tuple(np.ascontiguousarray(getattr(track, name)).tobytes() for name in ROWS)


PROBLEMS = {
    "shifted": problem(Himmelblau(), ShiftedExamples(0.2, count=7, test_shift=(0.1, 0.1))),
    "tilted": problem(Himmelblau(), TiltedExamples(5.0, count=7)),
    "regression": problem(None, RegressionExamples("tanh unit", 0.3, (1.0, 1.0), count=7)),
}
LANES = {
    "full": lane(GradientDescent(0.01), 7),
    "one": lane(GradientDescent(0.01), 1),
    "three, one left over": lane(Momentum(0.002), 3),
    "adam": lane(Adam(0.05), 2),
}
every_problem = pytest.mark.parametrize("posed", PROBLEMS.values(), ids=PROBLEMS)
every_lane = pytest.mark.parametrize("way", LANES.values(), ids=LANES)


@every_problem
@every_lane
def test_a_track_has_the_same_bits_however_it_is_extended(posed: Problem, way: Lane) -> None:
    at_once = bits(alone(posed, way, (0.5, -1.0), 3, 150))
    step_by_step = bits(alone(posed, way, (0.5, -1.0), 3, *range(151)))
    unevenly = bits(alone(posed, way, (0.5, -1.0), 3, 1, 64, 3, 65, 131, 131, 150, 20))
    assert at_once == step_by_step == unevenly


@every_problem
@every_lane
def test_together_marbles_get_the_bits_that_each_gets_alone(posed: Problem, way: Lane) -> None:
    seeds = np.array([5, 4, 2**53 - 1, 5])
    starts = np.random.default_rng(1).uniform(-3, 3, (len(seeds), 2))
    together = run_of(posed, way, starts, seeds, 40, 50, 60)
    for marble, ((x, y), seed) in enumerate(zip(starts.tolist(), seeds.tolist(), strict=True)):
        one, other = alone(posed, way, (x, y), seed, 60), Track(together, marble)
        assert bits(one) == bits(other)
        assert (one.updates, one.overflow, one.seed) == (other.updates, other.overflow, other.seed)


@every_problem
@every_lane
def test_the_arrays_of_a_track_belong_together(posed: Problem, way: Lane) -> None:
    track = alone(posed, way, (0.5, -1.0), 9, 60)
    train, theta = posed.train, track.theta
    assert theta.shape == (61, 2)
    assert track.movement.shape == track.gradient.shape == (60, 2)
    assert_array_equal(theta[0], [0.5, -1.0])
    assert_array_equal(theta[1:], theta[:-1] + track.movement)
    for u in range(60):
        batch = track.batch(u)
        assert_array_equal(track.gradient[u], train.gradient(theta[u], batch))
        assert_array_equal(track.batch_loss[u], train.value(theta[u], batch))
    assert_array_equal(track.loss, train.value(theta))
    assert_array_equal(track.test_loss, posed.test.value(theta))
    assert_array_equal(track.full_gradient, train.gradient(theta))
    assert_array_equal(track.curvatures, eigenvalues(train.hessian(theta)))


@every_lane
def test_the_movements_are_the_rules(way: Lane) -> None:
    track = alone(PROBLEMS["shifted"], way, (0.5, -1.0), 9, 60)
    state = way.rule.init(track.theta[0])
    for u in range(60):
        _, movement, state = one_update(way.rule, ConstantGradient(track.gradient[u]), track.theta[u], None, state)
        assert_array_equal(track.movement[u], movement)


def test_an_epoch_of_a_track_sees_every_example_once() -> None:
    track = alone(PROBLEMS["shifted"], LANES["three, one left over"], (0.5, -1.0), 9, 30)
    assert track.updates_per_epoch == 3
    epochs = [np.concatenate([track.batch(3 * epoch + place) for place in range(3)]) for epoch in range(10)]
    assert all(sorted(epoch.tolist()) == list(range(7)) for epoch in epochs)
    assert [len(track.batch(place)) for place in range(3)] == [3, 3, 1]


def test_lanes_with_equal_batch_size_see_the_same_batches_and_seeds_differ() -> None:
    posed = PROBLEMS["shifted"]
    first, second = (alone(posed, lane(rule, 2), (0.5, -1.0), 4) for rule in (Adam(0.1), GradientDescent(0.001)))
    other = alone(posed, lane(Adam(0.1), 2), (0.5, -1.0), 5)
    assert all(first.batch(u).tolist() == second.batch(u).tolist() for u in range(40))
    assert any(first.batch(u).tolist() != other.batch(u).tolist() for u in range(40))


@pytest.mark.parametrize("name", ["local-minimum", "on-the-saddle"])
def test_a_race_repeats_itself_bit_for_bit(name: str) -> None:
    scene = load_scene(name)
    first, second = scene.race(), scene.race()
    first.extend(100)
    for updates in (0, 1, 17, 60, 100):
        second.extend(updates)
        assert second.updates == updates
    assert [bits(track) for track in first.tracks] == [bits(track) for track in second.tracks]


# Closed forms on a quadratic with curvatures 1 and 4, through examples, batches, rule and record.

QUADRATIC = Quadratic((1.0, 4.0))
START = (2.0, -1.0)


@pytest.mark.parametrize("recipe", [ShiftedExamples(0.3), TiltedExamples(0.5)], ids=["shifted", "tilted"])
def test_gradient_descent_on_a_quadratic_is_a_geometric_sequence(recipe: Recipe) -> None:
    track = alone(problem(QUADRATIC, recipe), lane(GradientDescent(0.3), 20), START, 0, 40)
    ratios = 1 - 0.3 * np.array([1.0, 4.0])
    assert_allclose(track.theta, START * ratios ** np.arange(41)[:, None], atol=1e-14)


@pytest.mark.parametrize("recipe", [ShiftedExamples(0.3), TiltedExamples(0.5)], ids=["shifted", "tilted"])
def test_momentum_on_a_quadratic_obeys_its_recurrence(recipe: Recipe) -> None:
    """x[t] = Re(c·z^t) with z the root of z² = (1 + λ − ηk)·z − λ, since m starts at 0."""
    eta, decay, curvatures = 0.1, 0.9, np.array([1.0, 4.0])
    track = alone(problem(QUADRATIC, recipe), lane(Momentum(eta, decay), 20), START, 0, 60)
    trace = 1 + decay - eta * curvatures
    z = (trace + np.sqrt(trace**2 - 4 * decay + 0j)) / 2
    first = (1 - eta * curvatures) * START
    c = np.array(START) - 1j * (first - z.real * START) / z.imag
    assert_allclose(track.theta, (c * z ** np.arange(61)[:, None]).real, atol=1e-12)


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9])
def test_divergence_begins_exactly_at_the_edge_of_stability(decay: float) -> None:
    """The edge is η = 2 (1 + λ)/k."""
    posed, edge = problem(QUADRATIC, TiltedExamples(0.0)), 2 * (1 + decay) / 4.0
    for factor, diverges in ((0.99, False), (1.01, True)):
        track = alone(posed, lane(Momentum(factor * edge, decay), 20), (0.0, 1.0), 0, 4000)
        end = abs(float(track.theta[-1, 1]))
        assert end > 1e3 if diverges else end < 1e-3
    bouncing = alone(posed, lane(GradientDescent(0.5), 20), (0.0, 1.0), 0, 4000)
    assert_array_equal(bouncing.theta[:, 1], np.where(np.arange(4001) % 2, -1.0, 1.0))


def test_overflow_ends_one_marble_and_no_other() -> None:
    posed, wild = PROBLEMS["tilted"], lane(GradientDescent(0.05), 1)
    starts = np.array([[3.0, 2.0], [400.0, -300.0], [3.1, 2.1], [-90.0, 90.0]])
    seeds = np.arange(4)
    run = run_of(posed, lane(GradientDescent(0.005), 1), starts, seeds, 50)
    tracks = [Track(run, marble) for marble in range(4)]
    assert run.made.tolist() == [track.updates for track in tracks]
    assert [track.overflow is not None for track in tracks] == [False, True, False, True]
    for track, (x, y), seed in zip(tracks, starts.tolist(), seeds.tolist(), strict=True):
        single = alone(posed, lane(GradientDescent(0.005), 1), (x, y), seed, 20, 50)
        assert bits(single) == bits(track)
        assert single.overflow == track.overflow == (None if track.updates == 50 else track.updates + 1)
        assert np.isfinite(track.theta).all()
    run.extend(80)
    for track in tracks:
        assert track.updates == (80 if track.overflow is None else track.overflow - 1)
    gone = run_of(posed, wild, starts[[1, 3]], seeds[:2], 50)
    assert (gone.ends >= 0).all()
    assert gone.updates == gone.made.max() + 1


def test_a_run_ends_when_no_marble_is_left() -> None:
    run = descend(PROBLEMS["tilted"].train, lane(GradientDescent(1.0), 7), np.array([[50.0, 50.0]]), np.array([0]))
    updates: list[Update] = list(islice(run, 1000))
    assert len(updates) < 20
    assert not updates[-1].alive.any()
    assert np.isfinite(updates[-1].theta).all()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize(("eta", "batch_size"), [(1e6, 1), (10.0, 7)])
def test_divergence_warns_of_nothing(rule: type[Rule[Any]], eta: float, batch_size: int) -> None:
    race = Race(PROBLEMS["shifted"], [lane(rule(eta), batch_size)], (0.5, -1.0), 0)  # type: ignore[call-arg]
    race.extend(60)
    assert race.judges[0].verdict(60).sentence


# Minibatch noise around a quadratic minimum.


def stationary_variance(eta: float, curvature: float, sigma: float, count: int) -> Array:
    """The variance of x for B = 1 after p = 0 … N − 1 updates of an epoch, exactly.

    After p updates x = aᵖ x₀ − η Σ_j a^{p−1−j} n_π(j) with a = 1 − ηk. Drawn without replacement from
    numbers of mean 0 and mean square σ², two noises have the covariance −σ²/(N − 1): so the sum has
    the variance σ² N/(N − 1) · (Σ c_j² − (Σ c_j)²/N). A whole epoch's is independent of x₀.
    """
    a = 1 - eta * curvature

    def gained(updates: int) -> float:
        c = a ** np.arange(updates)
        return float(eta**2 * sigma**2 * count / (count - 1) * (np.sum(c * c) - np.sum(c) ** 2 / count))

    first = gained(count) / (1 - a ** (2 * count))
    return np.array([a ** (2 * p) * first + gained(p) for p in range(count)])


@pytest.mark.parametrize(("eta", "epochs"), [(0.05, 20), (0.2, 6), (0.45, 4)])
def test_minibatch_descent_has_the_stationary_variance_of_sampling_without_replacement(eta: float, epochs: int) -> None:
    """10,000 marbles: the standard error of a variance is √(2/10,000) = 1.4 % at most; five of them are allowed."""
    count, sigma, marbles = 20, 0.7, 10_000
    train, _ = TiltedExamples(sigma, count=count).sums(QUADRATIC)
    assert isinstance(train, Tilted)
    run = descend(train, lane(GradientDescent(eta), 1), np.zeros((marbles, 2)), np.arange(marbles))
    thetas = np.array([update.theta for update in islice(run, (epochs - 1) * count - 1, epochs * count - 1)])
    for axis, curvature in enumerate((1.0, 4.0)):
        expected = stationary_variance(eta, curvature, sigma, count)
        assert_allclose(thetas[..., axis].var(axis=1), expected, rtol=0.07)


def test_the_noise_of_shifted_examples_grows_with_curvature() -> None:
    """∇ℓ = K (θ − δ): on the steep axis the noise of the gradient is k₂/k₁ = 4 times that on the flat one."""
    train, _ = ShiftedExamples(0.3).sums(QUADRATIC)
    noise = np.array([train.gradient(np.ones(2), np.array([i])) for i in range(20)]) - train.gradient(np.ones(2))
    assert_allclose(noise.std(axis=0), 0.3 * np.array([1.0, 4.0]), rtol=1e-9)


def test_a_run_in_progress_leaves_its_callers_floating_point_settings_alone() -> None:
    scene = load_scene("local-minimum")
    with np.errstate(divide="raise"):
        run = descend(scene.problem().train, scene.lanes[1], np.array([scene.start]), np.array([0]))
        next(run)
        assert np.geterr()["divide"] == "raise"


@pytest.mark.parametrize("name", ["local-minimum", "learning-rate-ladder"])
def test_a_race_of_lanes_that_were_taken_over_has_the_bits_of_one_made_anew(name: str) -> None:
    """Those of the last lane, which ends early in one of the scenes, are taken over, too."""
    scene = load_scene(name)
    changed = replace(scene.lanes[0], rule=replace(scene.lanes[0].rule, learning_rate=0.123))
    other = replace(scene, lanes=(changed, *scene.lanes[1:]))
    former, anew = scene.race(), other.race()
    former.extend(90)
    made = other.race(former)
    assert [new is old for new, old in zip(made.tracks, former.tracks, strict=True)] == [False, True, True, True][
        : len(scene.lanes)
    ]
    assert made.updates == 0
    for updates in (40, 90, 130):
        made.extend(updates)
        anew.extend(130)
    assert made.updates == anew.updates
    for one, two in zip(made.judges, anew.judges, strict=True):
        assert bits(one.track) == bits(two.track)
        assert (one.events, one.changes) == (two.events, two.changes)


def test_no_lane_is_taken_over_from_another_start_seed_or_surface() -> None:
    scene = load_scene("local-minimum")
    former = scene.race()
    former.extend(5)
    again = scene.race(former)
    assert (again.tracks, again.updates, again.reach) == (former.tracks, 5, 5)
    changes: tuple[dict[str, Any], ...] = (
        {"start": (0.5, 0.5)},
        {"seed": 7},
        {"examples": ShiftedExamples(0.1)},
    )
    for change in changes:
        made = replace(scene, **change).race(former)
        assert not {*map(id, made.tracks)} & {*map(id, former.tracks)}
        assert (made.updates, made.reach) == (0, 0)
