"""The simulation against known results: every number on the page assets/theory.md is computed here.

Each test runs marbles, compares them with a closed form, and then holds the page to what came out, digit by
digit. `python -m pytest tests/study/test_theory.py -n 0 -s` prints the lines as they should stand there.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import combinations, islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from critical import critical_points
from numpy.testing import assert_allclose

from sim.descent.examples.batches import Sampling
from sim.descent.examples.finite_sum import FiniteSum, Shifted, Tilted, paired_normal
from sim.descent.lane import Lane, Update, descend
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.plain.nesterov import Nesterov
from sim.descent.rules.protocol import Rule
from sim.scene import Scene, load_scene, parse_scene
from sim.study.statistics.fates import Fates, Quantile, fates
from sim.study.statistics.intervals import Estimate, mean
from sim.study.work.ensemble import NEVER, Job, Outcomes
from sim.surface.critical.point import CriticalKind, CriticalPoint
from sim.surface.functions.gaussian import Bowl, Landscape, Well
from sim.surface.functions.polynomial import DoubleWellSaddle, Himmelblau, Quadratic
from sim.surface.points import Array
from sim.surface.protocol import Surface, Window

PAGE = (Path(__file__).parents[2] / "assets" / "theory.md").read_text(encoding="utf-8").splitlines()

FIVE = 5.0
"""How many standard errors a measured number may be off. By chance alone that happens once in a million."""

Bools = npt.NDArray[np.bool_]
Lines = tuple[str, ...]
Rows = list[tuple[str, ...]]


# The page


def table(head: str, rows: Rows, setting: str = "") -> Lines:
    """A table, with all columns but the first to the right, and a line before it that says how it was measured."""
    rule = "|---|" + "--:|" * head.count("|")
    lines = (f"| {head} |", rule, *(f"| {' | '.join(row)} |" for row in rows))
    return (f"*{setting}*", "", *lines) if setting else lines


def assert_on_page(*blocks: Lines) -> None:
    """Each of these blocks of lines stands on the page exactly as it was computed."""
    for block in blocks:
        print("", *block, sep="\n")
    for block in blocks:
        assert block[0] in PAGE
        place = PAGE.index(block[0])
        assert tuple(PAGE[place : place + len(block)]) == block


def test_every_table_on_the_page_is_held_by_a_test() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    heads = [head for head, rule in pairwise(PAGE) if rule.startswith("|---|")]
    assert len(heads) == len(set(heads)) > 8
    for head in heads:
        assert f'"{head.removeprefix("| ").removesuffix(" |")}"' in source


# Marbles


def marbles(
    train: FiniteSum,
    rule: Rule[Any],
    batch_size: int,
    starts: Array,
    updates: int,
    first_seed: int = 0,
    sampling: Sampling = "reshuffled",
) -> Iterator[Update]:
    """So many updates of marbles with consecutive seeds, one from each of the starts (M, 2)."""
    seeds = np.arange(first_seed, first_seed + len(starts))
    return islice(descend(train, Lane("a lane", rule, batch_size, sampling=sampling), starts, seeds), updates)


def tilted(surface: Surface, count: int, sigma: float) -> Tilted:
    """N examples whose tilts have exactly the covariance σ²·I."""
    return Tilted(surface, paired_normal(np.random.default_rng(0), count, sigma))


def crowd(place: tuple[float, float], size: int) -> Array:
    """So many marbles at one place, shape (size, 2)."""
    return np.tile(place, (size, 1))


class Waits(NamedTuple):
    """How long marbles stayed: until they left, or for as long as they were watched."""

    updates: npt.NDArray[np.intp]
    """Shape (M,)."""
    left: Bools
    """Shape (M,)."""

    @property
    def escapes(self) -> int:
        """How many left."""
        return int(self.left.sum())

    @property
    def mean(self) -> float:
        """All waiting over all escapes: the maximum-likelihood mean of a memoryless wait (Epstein and Sobel 1953)."""
        return float(self.updates.sum() / self.escapes)

    @property
    def error(self) -> float:
        """The mean's standard error."""
        return self.mean / math.sqrt(self.escapes)


def waits(run: Iterator[Update], has_left: Callable[[Array], Bools], size: int) -> Waits:
    """For each of so many marbles the first update after which it has left."""
    left = np.zeros(size, dtype=np.bool_)
    updates = np.zeros(size, dtype=np.intp)
    for update in run:
        updates += ~left
        left |= has_left(update.theta)
        if left.all():
            break
    return Waits(updates, left)


# 1, 2. The quadratic


def rates(rule: Rule[Any], curvature: tuple[float, float], updates: int = 600) -> Array:
    """The factor by which the distance to the minimum changes at an update, along each axis; shape (2,).

    It is the slope of the logarithm of the distance over the second half of the run. While θ swings through 0 its
    own distance says little; so it is that of (θ, the θ before).
    """
    train = tilted(Quadratic(curvature), 20, 0.3)
    theta = np.array([update.theta[0] for update in marbles(train, rule, 20, crowd((1.0, 1.0), 1), updates)])
    distance = np.hypot(theta[1:], theta[:-1])[updates // 2 :]
    slopes, _ = np.polyfit(np.arange(len(distance)), np.log(distance), 1)
    return np.asarray(np.exp(slopes))


def radius(trace: float, determinant: float) -> float:
    """The largest |z| with z² − trace·z + determinant = 0: the spectral radius of the matrix of an update."""
    root = np.emath.sqrt(trace * trace / 4 - determinant)
    return float(max(abs(trace / 2 + root), abs(trace / 2 - root)))


def heavy_ball(product: float, decay: float) -> float:
    """Momentum's rate for ηk and λ: θ[t+1] = (1 + λ − ηk)·θ[t] − λ·θ[t−1]."""
    return radius(1 + decay - product, decay)


def accelerated(product: float, decay: float) -> float:
    """Nesterov's: θ[t+1] = (1 + λ)(1 − ηk)·θ[t] − λ(1 − ηk)·θ[t−1]."""
    return radius((1 + decay) * (1 - product), decay * (1 - product))


def test_gradient_descent_shrinks_the_distance_by_one_minus_eta_k() -> None:
    products = (0.1, 0.5, 1.5, 1.9, 2.0, 2.1)
    measured = [rates(GradientDescent(product / 4.0), (1.0, 4.0))[1] for product in products]
    assert_allclose(measured, [abs(1 - product) for product in products], rtol=1e-9)
    rows: Rows = [(f"{p:.1f}", f"{abs(1 - p):.4f}", f"{m:.4f}") for p, m in zip(products, measured, strict=True)]
    assert_on_page(table("ηk | ∣1 − ηk∣ | measured", rows))


def test_momentum_shrinks_it_by_the_root_of_lambda_from_the_best_lambda_on() -> None:
    product = 0.1
    best = (1 - math.sqrt(product)) ** 2
    rows: Rows = []
    for decay in (0.0, 0.2, 0.4, best, 0.6, 0.9):
        theory, measured = heavy_ball(product, decay), rates(Momentum(product, decay), (1.0, 1.0))[0]
        if decay >= best:
            assert theory == pytest.approx(math.sqrt(decay), rel=1e-7)
        # At the double root the distance is t·ρᵗ: its slope exceeds ln ρ by the mean of 1/t, a 450th.
        assert measured == pytest.approx(theory, rel=3e-3 if decay == best else 1e-4)
        rows.append((f"{decay:.3f}", f"{theory:.4f}", f"{measured:.4f}", f"{math.sqrt(decay):.4f}"))
    assert_on_page(table("λ | spectral radius | measured | √λ", rows))


def lowest(function: Callable[[float], float], low: float, high: float, steps: int) -> float:
    """Where a function with one dip is lowest, by golden-section search (Kiefer 1953)."""
    golden = (math.sqrt(5) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(steps):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = function(right)
    return (low + high) / 2


def best_decay(kind: type[Momentum | Nesterov], product: float) -> float:
    """The λ with which a marble comes closest, found by trying, to within 0.01."""
    return lowest(lambda decay: float(rates(kind(product, decay), (1.0, 1.0), 200)[0]), 0.1, 0.9, steps=9)


def test_the_best_momentum_is_the_critical_one() -> None:
    rows: Rows = []
    for product in (0.1, 0.25):
        root = math.sqrt(product)
        polyak, nesterov = (1 - root) ** 2, (1 - root) / (1 + root)
        found = best_decay(Momentum, product), best_decay(Nesterov, product)
        assert_allclose(found, (polyak, nesterov), atol=0.01)
        assert_allclose((heavy_ball(product, polyak), accelerated(product, nesterov)), 1 - root, rtol=1e-7)
        rows.append((f"{product}", *(f"{x:.2f}" for x in (polyak, found[0], nesterov, found[1], 1 - root))))
    assert_on_page(table("ηk | best λ, momentum | found | best λ, Nesterov | found | rate 1 − √(ηk)", rows))


def test_in_a_ravine_momentum_has_the_root_of_the_condition_number() -> None:
    rows: Rows = []
    for kappa in (50, 1000):
        root = math.sqrt(kappa)
        descent, momentum = (kappa - 1) / (kappa + 1), (root - 1) / (root + 1)
        for name, rule, theory, tolerance in (
            ("gradient descent", GradientDescent(2 / (1 + kappa)), descent, 1e-6),
            ("momentum", Momentum((2 / (1 + root)) ** 2, momentum**2), momentum, 1e-3),  # A double root again.
        ):
            measured = float(rates(rule, (1.0, float(kappa)), 2000).max())
            assert measured == pytest.approx(theory, rel=tolerance)
            rows.append((name, f"{kappa}", f"{theory:.4f}", f"{measured:.4f}", f"{-1 / math.log10(measured):.0f}"))
    assert_on_page(table("rule | κ | best rate | measured | updates a digit", rows))


def test_divergence_begins_exactly_at_the_edge_of_stability() -> None:
    curvature = 4.0
    rows: Rows = []
    for name, kind, decay, edge in (
        ("momentum", Momentum, 0.0, 2.0),
        ("momentum", Momentum, 0.5, 2 * 1.5),
        ("momentum", Momentum, 0.9, 2 * 1.9),
        ("Nesterov", Nesterov, 0.9, 2 * 1.9 / 2.8),
    ):
        shares = np.array([0.99, 1.0, 1.01])
        measured = [float(rates(kind(share * edge / curvature, decay), (1.0, curvature))[1]) for share in shares]
        theory = [(accelerated if kind is Nesterov else heavy_ball)(share * edge, decay) for share in shares]
        assert_allclose(measured, theory, rtol=2e-4)
        assert measured[0] < 0.999
        assert measured[2] > 1.001
        assert measured[1] == pytest.approx(1, abs=1e-9)
        rows.append((name, f"{decay:.1f}", f"{edge:.3f}", *(f"{rate:.4f}" for rate in measured)))
    assert_on_page(table("rule | λ | ηk at the edge | rate at 0.99 of it | at the edge | at 1.01 of it", rows))


# 3. The noise of a batch


def test_a_batch_drawn_without_replacement_has_cochrans_variance() -> None:
    """At any θ, for any loss: here for shifted examples on Himmelblau's function."""
    count, draws = 8, 20_000
    train = Shifted(Himmelblau(), paired_normal(np.random.default_rng(0), count, 0.3))
    place = np.array([1.0, -0.5])
    full = train.gradient(place)

    def spread(gradients: Array) -> Array:
        return np.asarray(((gradients - full) ** 2).sum(axis=1))

    single = spread(train.gradient(crowd((1.0, -0.5), count), np.arange(count)[None])).mean()
    rows: Rows = []
    for size in (1, 2, 3, 4, 6, 8):
        theory = (count - size) / (size * (count - 1))
        every = np.array(list(combinations(range(count), size))).T
        enumerated = spread(train.gradient(crowd((1.0, -0.5), every.shape[1]), every)).mean() / single
        assert enumerated == pytest.approx(theory, abs=1e-12)
        run = marbles(train, GradientDescent(0.01), size, crowd((1.0, -0.5), draws), 1)
        drawn = np.broadcast_to(spread(next(run).gradient), draws) / single
        error = drawn.std() / math.sqrt(draws)
        assert abs(drawn.mean() - theory) <= FIVE * error + 1e-12
        shares = (f"{1 / size:.4f}", f"{theory:.4f}", f"{enumerated:.4f}", f"{drawn.mean():.4f} ± {error:.4f}")
        rows.append((f"{size}", f"{every.shape[1]}", *shares))
    setting = f"N = {count} shifted examples on Himmelblau's function, {draws:,} draws a row."
    assert_on_page(table("B | batches there are | 1/B | (N − B)/(B (N − 1)) | all | drawn", rows, setting))


def test_two_batches_of_an_epoch_are_anticorrelated() -> None:
    """Each example's gradient noise has variance 1; what one batch has taken, the other cannot."""
    count, size, draws = 20, 2, 100_000
    flat = tilted(Quadratic((0.0, 0.0)), count, 1.0)
    epoch = marbles(flat, GradientDescent(0.01), size, crowd((0.0, 0.0), draws), count // size)
    noise = np.array([update.gradient for update in epoch])
    assert_allclose(noise.sum(axis=0), 0.0, atol=1e-12)  # Over an epoch it sums to nothing.
    products = noise[2, :, 0] * noise[7, :, 0]
    error = products.std() / math.sqrt(draws)
    assert abs(products.mean() + 1 / (count - 1)) < FIVE * error
    row = (f"{count}", f"{size}", f"−{1 / (count - 1):.4f}", f"−{-products.mean():.4f} ± {error:.4f}")
    setting = f"The third and the eighth batch of {draws:,} epochs, in units of σ²."
    assert_on_page(table("N | B | −1/(N − 1) | measured", [row], setting))


# 4. The stationary variance


def with_replacement(eta: float, curvature: float, sigma: float, batch_size: int) -> float:
    """The textbook's: every batch drawn anew from all examples."""
    return eta * sigma**2 / (batch_size * curvature * (2 - eta * curvature))


def stationary_variance(eta: float, curvature: float, sigma: float, count: int, batch_size: int) -> Array:
    """The variance of θ around the minimum after p = 0 … ⌈N/B⌉ − 1 updates of an epoch, exactly.

    After p updates θ = ρᵖ θ₀ − Σ_i w_i n_i, ρ = 1 − ηk, where an example of batch j, of size B_j, has the weight
    w = η ρ^(p−1−j)/B_j and one not yet seen has 0. Which example gets which weight is a uniform permutation;
    two different n drawn without replacement from numbers of mean 0 and mean square σ² have the covariance
    −σ²/(N − 1); so the sum has the variance σ² N/(N − 1) (Σ w² − (Σ w)²/N). Orders of different epochs are
    independent, and what an epoch gains it passes on times ρ^(2⌈N/B⌉).
    """
    rho = 1 - eta * curvature
    sizes = np.array([min(batch_size, count - first) for first in range(0, count, batch_size)])

    def gained(updates: int) -> float:
        weights = np.repeat(eta * rho ** np.arange(updates - 1.0, -1.0, -1.0) / sizes[:updates], sizes[:updates])
        return float(sigma**2 * count / (count - 1) * (np.sum(weights**2) - np.sum(weights) ** 2 / count))

    updates = len(sizes)
    first = gained(updates) / (1 - rho ** (2 * updates))
    return np.array([rho ** (2 * p) * first + gained(p) for p in range(updates)])


def variances(
    train: FiniteSum, eta: float, batch_size: int, size: int, at: list[int], sampling: Sampling = "reshuffled"
) -> tuple[Array, Array]:
    """The variances of so many marbles from 0 along both axes after so many updates, with their standard errors.

    Both of shape (len(at), 2).
    """
    run = marbles(train, GradientDescent(eta), batch_size, crowd((0.0, 0.0), size), max(at), sampling=sampling)
    squares = np.array([update.theta**2 for number, update in enumerate(run, 1) if number in at])
    return squares.mean(axis=1), squares.std(axis=1) / math.sqrt(size)


def test_minibatch_descent_has_the_stationary_variance_of_random_reshuffling() -> None:
    eta, sigma, count, curvatures, size = 0.1, 1.0, 20, (1.0, 4.0), 20_000
    train = tilted(Quadratic(curvatures), count, sigma)
    rows: Rows = []
    for batch_size, epochs in ((1, 3), (3, 6), (10, 16)):
        per_epoch = -(-count // batch_size)
        places = [0, per_epoch // 2]
        measured, errors = variances(train, eta, batch_size, size, [epochs * per_epoch + place for place in places])
        for axis, curvature in enumerate(curvatures):
            textbook = with_replacement(eta, curvature, sigma, batch_size)
            theory = stationary_variance(eta, curvature, sigma, count, batch_size)[places] / textbook
            found, error = measured[:, axis] / textbook, errors[:, axis] / textbook
            assert np.all(np.abs(found - theory) < FIVE * error)
            assert np.all(found + 2 * FIVE * error < 1)
            cells = [f"{t:.4f} | {f:.4f} ± {e:.4f}" for t, f, e in zip(theory, found, error, strict=True)]
            rows.append((f"{batch_size}", f"{curvature:.0f}", f"{textbook:.5f}", *cells))
    setting = f"N = {count} tilted examples, σ = {sigma:.0f}, η = {eta}, {size:,} marbles; in shares of the textbook's."
    assert_on_page(table("B | k | textbook | end of an epoch | measured | middle | measured", rows, setting))


def test_each_way_to_draw_has_a_variance_of_its_own() -> None:
    """One order for ever adds the same sum at each epoch: what was gained before is in step with it, times ρⁿ."""
    eta, sigma, count, curvatures, size = 0.1, 1.0, 20, (1.0, 4.0), 20_000
    train = tilted(Quadratic(curvatures), count, sigma)
    rows: Rows = []
    for batch_size in (1, 2):
        updates = count // batch_size
        theories = [stationary_variance(eta, curvature, sigma, count, batch_size)[0] for curvature in curvatures]
        memories = [(1 - eta * curvature) ** updates for curvature in curvatures]
        fixed = [theory * (1 + kept) / (1 - kept) for theory, kept in zip(theories, memories, strict=True)]
        anew = [with_replacement(eta, curvature, sigma, batch_size) for curvature in curvatures]
        cells: list[list[str]] = [[f"{batch_size}", f"{curvature:.0f}"] for curvature in curvatures]
        ways: list[tuple[Sampling, list[float]]] = [
            ("reshuffled", theories),
            ("fixed", fixed),
            ("replacement", anew),
        ]
        for sampling, expected in ways:
            (measured,), (errors,) = variances(train, eta, batch_size, size, [16 * updates], sampling)
            for axis, theory in enumerate(expected):
                assert abs(measured[axis] - theory) < FIVE * errors[axis]
                share, error = measured[axis] / anew[axis], errors[axis] / anew[axis]
                cells[axis] += [f"{theory / anew[axis]:.4f}", f"{share:.4f} ± {error:.4f}"]
        rows += [tuple(row) for row in cells]
    setting = (
        f"N = {count}, σ = {sigma:.0f}, η = {eta}, {size:,} marbles at an epoch's end; in shares of the textbook's."
    )
    head = "B | k | reshuffled | measured | one order | measured | with replacement | measured"
    assert_on_page(table(head, rows, setting))


def test_the_longer_the_epoch_the_nearer_is_the_textbook() -> None:
    eta, sigma, curvature = 0.1, 1.0, 1.0
    textbook = with_replacement(eta, curvature, sigma, 1)
    rows: Rows = []
    for count, size, epochs in ((10, 20_000, 6), (100, 5000, 1), (1000, 2000, 1)):
        theory = stationary_variance(eta, curvature, sigma, count, 1) / textbook
        train, places = tilted(Quadratic((curvature, curvature)), count, sigma), [0, count // 2]
        measured, errors = variances(train, eta, 1, size, [epochs * count + place for place in places])
        found, error = measured.mean(axis=1) / textbook, np.hypot(*errors.T) / 2 / textbook  # Of two like axes.
        assert np.all(np.abs(found - theory[places]) < FIVE * error)
        cells = [f"{t:.3f} | {f:.3f} ± {e:.3f}" for t, f, e in zip(theory[places], found, error, strict=True)]
        rows.append((f"{count}", f"{eta * curvature * count:.0f}", *cells))
    setting = f"B = 1, ηk = {eta * curvature}, in shares of the textbook's."
    assert_on_page(table("N | ηkN/B | end of an epoch | measured | middle | measured", rows, setting))


@pytest.mark.parametrize("batch_size", [1, 2, 4])
def test_in_short_epochs_the_variance_is_of_a_higher_order(batch_size: int) -> None:
    """With n = N/B and ηkn ≪ 1: (ηkn)²/12 of the textbook's at an epoch's end, ηkn/3 on average; for n ≫ 1."""
    eta, count = 1e-4, 400
    short = eta * count / batch_size
    shares = stationary_variance(eta, 1.0, 1.0, count, batch_size) / with_replacement(eta, 1.0, 1.0, batch_size)
    assert shares[0] == pytest.approx(short**2 / 12, rel=0.05)
    assert shares.mean() == pytest.approx(short / 3, rel=0.05)


# 5. Escape by noise that is the same everywhere

BARRIER = 0.25  # ΔL of f = ½x² + ¼y⁴ − ½y² between its minima (0, ±1) and its saddle (0, 0).


def kramers(temperature: float) -> float:
    """Kramers' mean time from one minimum to the other, 2π/√(k|k_s|)·e^(ΔL/T) with k = 2, k_s = −1."""
    return math.sqrt(2) * math.pi * math.exp(BARRIER / temperature)


def diffusion(temperature: float) -> float:
    """The mean time from y = −1 to y = 1 of a diffusion at this temperature: the double integral, by trapezia.

    T = (1/D) ∫ from −1 to 1 of e^(f(y)/D) ∫ from −∞ to y of e^(−f(z)/D) dz dy, with D the temperature.
    """
    y = np.linspace(-2.2, 1.0, 6401)
    height = (0.25 * y**2 - 0.5) * y**2 / temperature
    stay, step = np.exp(-height), y[1] - y[0]
    below = np.concatenate([[0.0], np.cumsum(0.5 * step * (stay[1:] + stay[:-1]))])
    return float(np.trapezoid((np.exp(height) * below)[y >= -1 - 1e-9], dx=step) / temperature)


def chain(eta: float, deviation: float) -> float:
    """The same for steps of finite length: y ← y − η f′(y) + a normal number with this standard deviation.

    Its mean first-passage times solve t(y) = η + ∫ from −∞ to 1 of p(z | y) t(z) dz, by the midpoint rule.
    """
    step = 0.008
    y = np.arange(-2.6 + step / 2, 1.0, step)
    jumps = (y - (y - eta * (y * y * y - y))[:, None]) / deviation
    kernel = np.exp(-0.5 * jumps**2) * (step / deviation / math.sqrt(2 * math.pi))
    times = np.linalg.solve(np.eye(len(y)) - kernel, np.full(len(y), eta))
    return float(np.interp(-1.0, y, times))


def crossings(train: Tilted, batch_size: int, eta: float, size: int, updates: int, first_seed: int = 0) -> Waits:
    """How long marbles in the double well's one minimum take to reach the other."""
    run = marbles(train, GradientDescent(eta), batch_size, crowd((0.0, -1.0), size), updates, first_seed)
    return waits(run, lambda theta: theta[:, 1] >= 1.0, size)


def test_the_logarithm_of_the_escape_time_grows_linearly_with_batch_size_over_learning_rate() -> None:
    """Kramers' slope is that of high barriers: at these the diffusion's is 5 % less. The finite epoch is worth some 5 %
    of a time, and chance 3 % of a time and 2 % of the slope.
    """
    sigma, count, size, tolerance = math.sqrt(2), 4096, 1000, 0.1
    train = tilted(DoubleWellSaddle(), count, sigma)
    settings = ((1, 1 / 8, 3.0), (2, 1 / 4, 3.0), (3, 1 / 4, 2.0), (4, 1 / 4, 1.25))
    found: list[tuple[float, ...]] = []
    rows: Rows = []
    for batch_size, eta, patience in settings:
        ratio = batch_size / eta
        temperature = sigma**2 / (2 * ratio)
        expected = kramers(temperature), diffusion(temperature), chain(eta, eta * sigma / math.sqrt(batch_size))
        updates, first_seed = int(patience * expected[1] / eta), len(rows) * size
        stays = crossings(train, batch_size, eta, size, updates, first_seed)
        found.append((ratio, *expected, eta * stays.mean, 1 / math.sqrt(stays.escapes)))
        cells = (f"1/{1 / eta:.0f}", f"{ratio:.0f}", f"{BARRIER / temperature:.0f}", *(f"{t:.1f}" for t in expected))
        rows.append((f"{batch_size}", *cells, f"{eta * stays.mean:.1f} ± {eta * stays.error:.1f}"))
    ratios, *times, errors = np.array(found).T
    assert_allclose(times[3], times[2], rtol=tolerance)
    slopes = [float(np.polyfit(ratios, np.log(each), 1)[0]) for each in times]
    spread = ratios - ratios.mean()
    error = float(np.linalg.norm(errors * spread) / np.sum(spread**2))
    assert slopes[0] == pytest.approx(2 * BARRIER / sigma**2)
    assert slopes[3] == pytest.approx(slopes[0], rel=tolerance)
    setting = f"N = {count} tilted examples, σ² = {sigma**2:.0f}, {size:,} marbles a row; all times in training time."
    granted = (
        f"The slope is granted {tolerance:.0%} against Kramers' law, and a time {tolerance:.0%} against finite steps."
    )
    row = ("slope of ln τ over B/η", *(f"{slope:.4f}" for slope in slopes[:3]), f"{slopes[3]:.4f} ± {error:.4f}")
    assert_on_page(
        table("B | η | B/η | ΔL/T | Kramers | diffusion | finite steps | measured", rows, setting),
        table("all four | Kramers, 2ΔL/σ² | diffusion | finite steps | measured", [row]),
        (granted,),
    )


def test_reshuffling_few_examples_freezes_the_escape() -> None:
    """It is the short epoch, not the small number of different examples: many copies of the same ones show it."""
    sigma, batch_size, eta, size, updates = math.sqrt(2), 2, 1 / 4, 1000, 1000
    fresh = chain(eta, eta * sigma / math.sqrt(batch_size))
    few = tilted(DoubleWellSaddle(), 20, sigma)
    sets = {f"{count}": tilted(DoubleWellSaddle(), count, sigma) for count in (20, 40, 80, 200, 1000)}
    sets["20, each 50 times"] = Tilted(few.surface, np.tile(few.tilts, (50, 1)))
    rows: Rows = []
    means = []
    for name, train in sets.items():
        stays = crossings(train, batch_size, eta, size, updates)
        means.append(eta * stays.mean)
        measured = f"{means[-1]:.0f} ± {eta * stays.error:.0f}", f"{means[-1] / fresh:.1f}"
        rows.append((name, f"{eta * train.count / batch_size:.1f}", f"{stays.escapes}", *measured))
    assert means[0] > 20 * fresh
    assert means[:4] == sorted(means[:4], reverse=True)
    assert_allclose(means[4:], fresh, rtol=0.1)
    setting = f"B = {batch_size}, η = 1/{1 / eta:.0f}, σ² = {sigma**2:.0f}, {size:,} marbles for {updates:,} updates."
    assert_on_page(table("N | ηN/B | escapes | mean time | over that of fresh draws", rows, setting))


# 6. Escape by noise that grows with curvature


SIGMA, TILT = 0.2, 1.3  # σ of the shifts and of the tilts.


def wells(flat_depth: float) -> Landscape:
    """A sharp well of depth 1 on the left and a flat one on the right, in a shallow bowl."""
    return Landscape(Bowl((0.6, 0.0), (0.1, 0.1)), (Well((-0.6, 0.0), 1.0, 0.35), Well((0.6, 0.0), flat_depth, 0.5)))


def sights(surface: Surface) -> tuple[CriticalPoint, CriticalPoint, CriticalPoint]:
    """The sharp minimum, the flat one and the pass between them."""
    points = sorted(critical_points(surface, Window(-2.0, 2.0, -1.5, 1.5)), key=lambda point: point.position)
    sharp, saddle, flat = points
    assert [point.kind for point in points] == [CriticalKind.MINIMUM, CriticalKind.SADDLE, CriticalKind.MINIMUM]
    return sharp, flat, saddle


class Stay(NamedTuple):
    """What is expected of a well, and what marbles did in it."""

    expected: float
    """Kramers' time in many dimensions (Eyring), √(1/det H)·e^(ΔL/T), but for a factor that both wells share."""
    waits: Waits
    cells: tuple[str, ...]
    """What the page says of it."""


def stay(train: FiniteSum, eta: float, minimum: CriticalPoint, saddle: CriticalPoint, size: int, updates: int) -> Stay:
    """How long marbles that learn from single examples stay on the minimum's side of the pass, a line along y."""
    single = train.gradient(crowd(minimum.position, train.count), np.arange(train.count)[None])
    noise = float(single[:, 0].std())
    # Near a minimum ∇f(θ − δ) = H (θ − δ); over a distance σ these wells are not quite quadratic any more.
    theory = SIGMA * minimum.eigenvalues[0] if isinstance(train, Shifted) else TILT
    assert noise == pytest.approx(theory, rel=0.2)
    barrier, temperature = saddle.value - minimum.value, eta * noise**2 / 2
    run = marbles(train, GradientDescent(eta), 1, crowd(minimum.position, size), updates)
    side = math.copysign(1.0, saddle.position[0] - minimum.position[0])
    measured = waits(run, lambda theta: side * (theta[:, 0] - saddle.position[0]) > 0, size)
    half = fates(np.where(measured.left, measured.updates, NEVER), np.full(size, NEVER), updates).quantile(0.5)
    assert half is not None
    cells = (
        f"{minimum.eigenvalues[0]:.2f}",
        *(f"{theory:.2f}", f"{noise:.2f}", f"{barrier:.3f}", f"{barrier / temperature:.1f}"),
        *(f"{measured.mean:.0f} ± {measured.error:.0f}", f"{half.update} ({half.low} to {half.high})"),
    )
    return Stay(math.exp(barrier / temperature) / math.sqrt(math.prod(minimum.eigenvalues)), measured, cells)


def test_noise_that_grows_with_curvature_drives_marbles_out_of_sharp_wells() -> None:
    """Both wells are equally deep below the same pass: only curvature tells them apart, and the noise in them.

    For shifted examples theory takes the noise at the minimum for that of the whole way: a factor of two is
    granted. For tilted ones, where only a step of finite length is new, a quarter.
    """
    size, updates = 500, 2500
    draw = paired_normal(np.random.default_rng(0), 400, 1.0)
    settings: tuple[tuple[str, FiniteSum, float, float], ...] = (
        ("shifted", Shifted(wells(0.877), SIGMA * draw), 0.25, 1.0),
        ("tilted", Tilted(wells(0.9913), TILT * draw), 0.1, 0.25),
    )
    rows: Rows = []
    ratios: Rows = []
    for name, train, eta, tolerance in settings:
        sharp, flat, saddle = sights(train)
        assert sharp.value == pytest.approx(flat.value, abs=1e-3 * (saddle.value - flat.value))
        in_sharp, in_flat = (stay(train, eta, minimum, saddle, size, updates) for minimum in (sharp, flat))
        rows += [(f"{name}, sharp", *in_sharp.cells), (f"{name}, flat", *in_flat.cells)]
        expected, ratio = in_flat.expected / in_sharp.expected, in_flat.waits.mean / in_sharp.waits.mean
        assert ratio == pytest.approx(expected, rel=tolerance)
        assert ratio > 1
        error = ratio * math.sqrt(1 / in_flat.waits.escapes + 1 / in_sharp.waits.escapes)
        ratios.append((name, f"{expected:.1f}", f"{ratio:.1f} ± {error:.1f}"))
    setting = f"N = {len(draw)}, B = 1, {size} marbles a row for up to {updates:,} updates; times in updates."
    assert_on_page(
        table("examples, well | H | σH, or σ | noise | ΔL | ΔL/T | mean | median (95 %)", rows, setting),
        table("examples | flat over sharp, Kramers | measured", ratios),
    )


# 7. Leaving a saddle


def test_leaving_a_saddle_takes_the_logarithm_of_the_offset() -> None:
    scene = load_scene("on-the-saddle")
    train = scene.problem().train
    (saddle,) = scene.problem().saddles
    full, _, momentum = scene.lanes
    assert isinstance(momentum.rule, Momentum)
    down, edge, offsets = -saddle.eigenvalues[0], 0.3, 10.0 ** -np.arange(1, 13)
    starts = np.column_stack([np.full(len(offsets), scene.start[0]), offsets])
    stays, theory, slopes = [], [], []
    for lane in (full, momentum):
        run = marbles(train, lane.rule, train.count, starts, 500)
        stays.append(waits(run, lambda theta: np.abs(theta[:, 1]) > edge, len(offsets)).updates - 1)
        growth, share = unstable(lane.rule.learning_rate * down, getattr(lane.rule, "decay", 0.0))
        theory.append(np.log(edge / share / offsets) / math.log(growth))
        slopes.append((math.log(10) / math.log(growth), -float(np.polyfit(np.log10(offsets), stays[-1], 1)[0])))
    assert_allclose(stays, theory, atol=1.0)
    assert_allclose([slope[1] for slope in slopes], [slope[0] for slope in slopes], rtol=0.005)
    assert (stays[0][2], stays[1][2]) == (68, 24)
    rows: Rows = [
        (f"10⁻{power}", *(f"{theory[i][place]:.1f} | {stays[i][place]}" for i in (0, 1)))
        for power, place in zip("¹²³⁶⁹", (0, 1, 2, 5, 8), strict=True)
    ]
    rows.append(("a tenth of it", *(f"+{slope[0]:.2f} | +{slope[1]:.2f}" for slope in slopes)))
    setting = f"The scene `on-the-saddle` from (−{-scene.start[0]}, δ); whole updates made while ∣y∣ ≤ {edge}."
    assert_on_page(table("offset δ | full batch | measured | momentum | measured", rows, setting))


def unstable(product: float, decay: float) -> tuple[float, float]:
    """The growing root z of z² − (1 + λ + η|k|) z + λ = 0, and its share of an offset that starts at rest.

    θ[t] = δ (a zᵗ + (1 − a) wᵗ) with the other root w, and θ[1] = (1 + η|k|) δ.
    """
    half = (1 + decay + product) / 2
    swing = math.sqrt(half * half - decay)
    growth, other = half + swing, half - swing
    return growth, (1 + product - other) / (growth - other)


# 8. How often the intervals hold

RANGES, EACH = 200, 100
"""So many ranges of so many consecutive seeds, none of which has a seed in common with another."""

HIMMELBLAU = """
title = "Himmelblau"
look = "Noise so strong that marbles diverge."
updates = 40
start = [3.0, 2.0]
surface = { kind = "himmelblau" }
examples = { kind = "tilted", sigma = 60.0 }
[lane.minibatch]
rule = "gradient descent"
learning_rate = 0.02
batch_size = 1
"""


@pytest.mark.skipif(
    "not config.getoption('by_hand')",
    reason="takes twenty seconds: python -m pytest tests/study/test_theory.py -n 0 -s --by-hand -k intervals",
)
def test_intervals_hold_the_share_over_all_as_often_as_they_say() -> None:
    """Two hundred times the odds of a hundred seeds, each time with other ones, against those of all."""
    settings = (
        ("batch ladder, B = 1", load_scene("batch-ladder"), 0, 40),
        ("batch ladder, B = 2", load_scene("batch-ladder"), 1, 80),
        ("Himmelblau, σ = 60", parse_scene(HIMMELBLAU, "himmelblau"), 0, 40),
    )
    rows: Rows = []
    others: Rows = []
    for name, scene, lane, updates in settings:
        shares, rest = coverage(scene, lane, updates)
        rows.append((name, str(updates), *shares))
        others.append((name, *rest))
    setting = f"{RANGES} ranges of {EACH} seeds; in how many of them the 95 % interval holds the number over all."
    assert_on_page(
        table("scene | by update | escaped | held | not escaped yet | held | ended otherwise | held", rows, setting),
        table("scene | half escaped by update | held | mean training loss | held", others),
    )


def coverage(scene: Scene, lane: int, updates: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The three shares over all seeds, each with how often its interval held it; the same of median and mean loss."""
    whole = Job(scene.experiment, lane, 0, RANGES * EACH, updates).run()
    parts = [part_of(whole, slice(EACH * place, EACH * (place + 1))) for place in range(RANGES)]
    fate, each = fates_of(whole, updates), [fates_of(part, updates) for part in parts]
    shares: list[str] = []
    for name in ("escaped", "waiting", "ended"):
        true, curves = getattr(fate, name).shares[-1], [getattr(one, name) for one in each]
        held = sum(curve.low[-1] <= true <= curve.high[-1] for curve in curves)
        assert true in (0, 1) or abs(held / RANGES - 0.95) < FIVE * math.sqrt(0.95 * 0.05 / RANGES)
        shares += [f"{100 * true:.1f} %", f"{held}"]
    half, middle = fate.quantile(0.5), mean_loss(whole)
    halves = [one.quantile(0.5) for one in each]
    held_half = sum(half is not None and holds(one, half.update) for one in halves)
    held_mean = sum(one.low <= middle.value <= one.high for one in map(mean_loss, parts))
    median = ("–", "–") if half is None else (f"{half.update}", f"{held_half}")
    return tuple(shares), (*median, f"{middle.value:.3g}", f"{held_mean}")


def part_of(outcomes: Outcomes, seeds: slice) -> Outcomes:
    return Outcomes(*(getattr(outcomes, field.name)[seeds] for field in fields(Outcomes)))


def fates_of(outcomes: Outcomes, updates: int) -> Fates:
    return fates(outcomes.escapes, outcomes.ends, updates)


def mean_loss(outcomes: Outcomes) -> Estimate:
    return mean(outcomes.losses[outcomes.ends == NEVER])


def holds(half: Quantile | None, update: int) -> bool:
    """Whether the interval of a median holds an update; where no half has escaped it begins beyond all of them."""
    return half is not None and half.low <= update and (half.high is None or update <= half.high)
