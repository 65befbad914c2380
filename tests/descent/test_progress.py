"""Signs of progress: what they say follows from their definitions, however the moments come."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sim.descent.progress import Progress, Signs, lookback, span_of
from sim.surface.points import Array

UPDATES, MARBLES = 900, 6


@dataclass
class Runs:
    loss: Array
    full_gradient: Array
    gradient: Array
    movement: Array

    def since(self, first: int) -> "Runs":
        return Runs(self.loss[first:], self.full_gradient[first:], self.gradient[first:], self.movement[first:])

    def of(self, marble: int) -> "Runs":
        return Runs(*(column[:, [marble]] for column in vars(self).values()))


@pytest.fixture(scope="module")
def runs() -> Runs:
    """Losses that fall for a while and then tremble; movements to and fro, damped in half of the runs."""
    generator, time = np.random.default_rng(1), np.arange(UPDATES + 1)[:, None]
    loss = np.exp(-time / generator.uniform(20, 200, MARBLES)) + 0.02 * generator.normal(size=(len(time), MARBLES))
    slopes = generator.normal(size=(UPDATES, MARBLES, 2)) * [[1.0], [1.0], [1.0], [0.1], [0.1], [6.0]]
    noise = generator.normal(size=slopes.shape)
    shrinking = np.where(np.arange(MARBLES) % 2, 1.0, 0.99 ** time[:-1])
    movement = ((-1.0) ** time[:-1] * shrinking)[..., None] * [0.6, 0.8]
    movement[:, 4] *= np.where(generator.random((UPDATES, 1)) < 0.4, -1, 1)  # Not every movement turns back.
    movement[:, 5] = generator.normal(size=(UPDATES, 2))
    return Runs(loss, slopes, slopes + noise, movement)


def read(runs: Runs, count: int, batch_size: int, stops: list[int]) -> Signs:
    """Read up to each of the stops, with no more of the past than is promised to be needed."""
    progress, parts, begin = Progress(count, batch_size, runs.loss.shape[1]), [], 0
    for end in stops:
        first = max(0, begin - lookback(count, batch_size))
        parts.append(progress.read(runs.since(first), first, range(begin, end)))
        begin = end
    return Signs._make(np.concatenate(part) for part in zip(*parts, strict=True))


@pytest.mark.parametrize(("count", "batch_size"), [(20, 1), (20, 5), (7, 2), (20, 20), (33, 1)])
def test_signs_are_what_they_are_defined_to_be(runs: Runs, count: int, batch_size: int) -> None:
    signs = read(runs, count, batch_size, [UPDATES + 1])
    span = span_of(count, batch_size)
    assert span % 4 == 0
    assert span >= max(20, 2 * -(-count // batch_size))
    for moment in range(UPDATES + 1):
        calm, bouncing, longest = np.zeros(MARBLES, dtype=int), np.zeros(MARBLES, dtype=int), np.zeros(MARBLES)
        lengths = np.hypot(*runs.movement.transpose(2, 0, 1))
        for spans in (1, 2, 4):
            size = spans * span
            if batch_size < count and moment and moment % (span // 4) == 0 and moment >= size:
                past = runs.loss[moment - size + 1 : moment + 1]
                decline = past[: size // 2].mean(axis=0) - past[size // 2 :].mean(axis=0)
                slopes, batches = (part[moment - size : moment] for part in (runs.full_gradient, runs.gradient))
                noisy = np.mean((batches - slopes) ** 2, axis=(0, 2)) > 0.2**2 * np.mean(slopes**2, axis=(0, 2))
                calm += spans * ((decline <= 0.5 * past.std(axis=0)) & noisy)
        if moment and moment % 10 == 0:
            for sign, size, share in ((1, 40, 0.75), (2, 400, 0.25)):
                if moment >= size:
                    quarters = lengths[moment - size : moment].reshape(4, -1, MARBLES).max(axis=1)
                    undamped = (quarters[1:] >= 0.999 * quarters[:-1]).all(axis=0)
                    moves = runs.movement[max(0, moment - size - 1) : moment]
                    turns = (np.sum(moves[1:] * moves[:-1], axis=-1) < 0).sum(axis=0)
                    bouncing += sign * (undamped & (turns >= share * size))
            if moment >= 40:
                longest = lengths[moment - 40 : moment].max(axis=0)
        assert_array_equal(signs.calm[moment], calm)
        assert_array_equal(signs.bouncing[moment], bouncing)
        assert_array_equal(signs.longest[moment], longest)
    assert set(np.unique(signs.bouncing)) >= {0, 1, 3}
    assert (len(np.unique(signs.calm)) > 4) == (batch_size < count)


@pytest.mark.parametrize("stops", [range(1, UPDATES + 2), [1, 2, 257, 500, UPDATES + 1], [37, 38, 400, UPDATES + 1]])
def test_how_the_moments_come_makes_no_difference(runs: Runs, stops: list[int]) -> None:
    at_once = read(runs, 20, 1, [UPDATES + 1])
    for part, expected in zip(read(runs, 20, 1, list(stops)), at_once, strict=True):
        assert_array_equal(part, expected)
    alone = read(runs.of(3), 20, 1, list(stops))
    for part, expected in zip(alone, at_once, strict=True):
        assert_array_equal(part[:, 0], expected[:, 3])


def test_numbers_that_overflow_are_no_sign(runs: Runs) -> None:
    loss, movement = runs.loss.copy(), runs.movement.copy()
    loss[300:, 0], movement[300:, 1] = np.nan, np.inf
    signs = read(Runs(loss, runs.full_gradient, runs.gradient, movement), 20, 1, [UPDATES + 1])
    assert not signs.calm[300:, 0].any()
    assert signs.calm[300:, 1].any()
