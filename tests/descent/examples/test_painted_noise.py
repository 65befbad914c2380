"""Painted noise: standard normal numbers of each marble's own, and Langevin dynamics, which moves by them."""

import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sim.descent.examples.chance import normals
from sim.descent.examples.finite_sum import Tilted
from sim.descent.lane import Lane, descend
from sim.descent.race import Race
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.langevin import Langevin
from sim.descent.run import Run
from sim.descent.schedules import Cosine
from sim.descent.update import ConstantGradient, evaluations_of, one_update
from sim.scene import load_scene
from sim.study.odds.odds import gather, jobs, odds
from sim.surface.functions.polynomial import Quadratic

MARBLES = 200_000


def test_the_numbers_are_standard_normal_and_independent_of_each_other() -> None:
    here, later = normals(np.arange(MARBLES), 3), normals(np.arange(MARBLES), 4)
    columns = np.concatenate([here, later], axis=1)
    error = 5 / math.sqrt(MARBLES)
    assert_allclose(columns.mean(axis=0), 0, atol=error)
    assert_allclose(np.cov(columns.T), np.eye(4), atol=error * math.sqrt(2))
    assert_allclose((columns**4).mean(axis=0), 3, atol=error * math.sqrt(96))
    inside = (np.abs(columns) < 1).mean(axis=0)
    assert_allclose(inside, math.erf(1 / math.sqrt(2)), atol=error / 2)


def test_each_seed_has_its_own_alone_and_among_others() -> None:
    several = np.array([9, 3, 4, 5, 2**53 - 1, 3])
    together = normals(several, 11)
    for seed, drawn in zip(several, together, strict=True):
        assert_array_equal(normals(np.array([seed]), 11)[0], drawn)
    assert len(np.unique(normals(np.arange(1000), 11), axis=0)) == 1000


@pytest.mark.parametrize(("curvature", "eta"), [(1.0, 0.1), (4.0, 0.1), (1.0, 1.5)])
def test_it_rattles_with_the_variance_of_the_unadjusted_algorithm(curvature: float, eta: float) -> None:
    """θ[t+1] = (1 − ηk) θ[t] + √(2ηT) ξ has the stationary variance 2ηT / (1 − (1 − ηk)²) = 2T / (k (2 − ηk))."""
    temperature, size = 0.3, 20_000
    train = Tilted(Quadratic((curvature, curvature)), np.zeros((4, 2)))
    run = descend(train, Lane("", Langevin(eta, temperature), 4), np.zeros((size, 2)), np.arange(size))
    *_, last = islice(run, 80)
    variance = (last.theta**2).mean()
    expected = 2 * temperature / (curvature * (2 - eta * curvature))
    assert abs(variance / expected - 1) < 5 * math.sqrt(2 / (2 * size))


def test_without_temperature_it_is_gradient_descent() -> None:
    scene = load_scene("local-minimum")
    runs = [
        Run(scene.problem(), Lane("", rule, 5), np.array([scene.start]), np.array([3]))
        for rule in (Langevin(0.15, 0.0), GradientDescent(0.15))
    ]
    for run in runs:
        run.extend(50)
    assert_array_equal(runs[0].theta, runs[1].theta)
    assert not runs[0].lane.chance(5)


def test_a_run_is_replayed_bit_for_bit_and_each_marble_is_as_alone() -> None:
    scene = load_scene("local-minimum")
    lane = Lane("", Langevin(0.15, 0.05), scene.examples.count, Cosine(length=50))
    seeds = np.array([4, 8, 15])
    run = Run(scene.problem(), lane, np.tile(scene.start, (3, 1)), seeds)
    run.extend(60)
    for place, seed in enumerate(seeds):
        alone = Run(scene.problem(), lane, np.array([scene.start]), np.array([seed]))
        alone.extend(25)
        alone.extend(60)
        assert_array_equal(alone.theta[:, 0], run.theta[:, place])
    assert len(np.unique(run.theta[-1], axis=0)) == 3


def test_a_full_batch_of_it_knows_chance_and_its_odds_are_counted_seed_by_seed() -> None:
    scene = load_scene("local-minimum")
    lane = Lane("painted", Langevin(0.15, 0.015), scene.examples.count)
    assert lane.chance(scene.examples.count)
    assert lane.sees_all(scene.examples.count)
    changed = replace(scene, lanes=(lane,), claims=(None,))
    work = jobs(changed, seeds=100, updates=200)
    (told,) = odds(changed, gather(changed, work, {place: job.run() for place, job in enumerate(work)}), 200).lanes
    assert 5 < told.escaped.count < 95
    assert told.escaped.estimate.low < told.escaped.estimate.value < told.escaped.estimate.high


def test_a_marble_that_painted_noise_shakes_inside_a_basin_rattles() -> None:
    scene = load_scene("local-minimum")
    lane = Lane("", Langevin(0.15, 0.005), scene.examples.count)
    race = Race(scene.problem(), [lane], scene.start, 0)
    race.extend(400)
    assert race.judges[0].verdict(400).kind.code == "rattling"


def test_who_studies_the_rule_without_a_run_is_told_of_its_mean() -> None:
    rule, theta = Langevin(0.5, 1.0), np.zeros((3, 2))
    _, movement, _ = one_update(rule, ConstantGradient(np.array([2.0, 0.0])), theta, None, rule.init(theta))
    assert_array_equal(movement, np.tile([-1.0, 0.0], (3, 1)))
    assert evaluations_of(rule) == 1
