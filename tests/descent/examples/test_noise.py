"""The noise of a batch's gradient is that of all batches there are."""

from itertools import combinations

import numpy as np
import pytest

from sim.descent.examples.batches import Draw
from sim.descent.examples.finite_sum import Tilted, paired_normal
from sim.descent.examples.noise import example_gradients, noise
from sim.scene import load_scene
from sim.surface.points import norm


def test_the_gradients_of_single_examples_average_to_the_full_one() -> None:
    for name in ("local-minimum", "two-weights", "himmelblau"):
        problem = load_scene(name).problem()
        theta = np.array([0.3, -0.7])
        gradients = example_gradients(problem.train, theta)
        for example in (0, 7, 19):
            alone = problem.train.gradient(theta, np.array([example]))
            assert np.allclose(gradients[example], alone, rtol=1e-12, atol=1e-12)
        assert np.allclose(gradients.mean(axis=0), problem.train.gradient(theta), atol=1e-12)


def test_at_several_points_it_is_that_of_each() -> None:
    problem, points = load_scene("two-weights").problem(), np.random.default_rng(2).normal(size=(3, 2))
    gradients = example_gradients(problem.train, points)
    told = noise(gradients, Draw(3))
    for place, theta in enumerate(points):
        alone = example_gradients(problem.train, theta)
        assert np.array_equal(gradients[place], alone)
        for found, meant in zip(told.at(place), noise(alone, Draw(3)), strict=True):
            assert np.allclose(found, meant, rtol=1e-12, atol=1e-15)


def test_the_noise_of_a_batch_is_the_covariance_over_all_batches() -> None:
    gradients = np.random.default_rng(1).normal(size=(8, 2)) * (1.0, 3.0)
    for size in (1, 2, 3, 8):
        means = np.array([gradients[list(batch)].mean(axis=0) for batch in combinations(range(8), size)])
        deviation = means - gradients.mean(axis=0)
        told = noise(gradients, Draw(size))
        assert np.allclose(told.batch, deviation.T @ deviation / len(means), atol=1e-12)
        assert np.allclose(told.example, np.cov(gradients.T, bias=True))
        if size < 8:
            ratio = norm(gradients.mean(axis=0)) / np.sqrt(np.mean(np.sum(deviation**2, axis=-1)))
            assert told.signal_to_noise == pytest.approx(float(ratio))
    assert noise(gradients, Draw(8)).signal_to_noise == np.inf
    assert noise(gradients[:1], Draw(1)).signal_to_noise == np.inf
    assert noise(np.full((20, 2), 0.1), Draw(1)).signal_to_noise == np.inf


def test_the_noise_of_tilted_examples_is_their_sigma() -> None:
    surface = load_scene("himmelblau").surface
    assert surface is not None
    loss = Tilted(surface, paired_normal(np.random.default_rng(0), 20, 0.7))
    told = noise(example_gradients(loss, np.array([1.0, 2.0])), Draw(20))
    assert np.allclose(told.example, 0.49 * np.eye(2), atol=1e-9)


def test_with_replacement_the_noise_is_that_of_every_batch_there_is() -> None:
    """Of all N² ordered pairs that can be drawn; and a batch of all examples has none, however it is drawn."""
    gradients = np.random.default_rng(3).normal(size=(7, 2))
    pairs = (gradients[:, None] + gradients[None]).reshape(-1, 2) / 2
    told = noise(gradients, Draw(2, "replacement"))
    np.testing.assert_allclose(told.batch, np.cov(pairs.T, bias=True), atol=1e-12)
    assert noise(gradients, Draw(2)).deviation < told.deviation
    assert noise(gradients, Draw(7, "replacement")).deviation == 0
