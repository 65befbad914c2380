"""Blocks and progress: what they say follows from their definitions, however the moments come."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sim.descent.examples.chance import Indices
from sim.descent.verdict.blocks import DWELL, Blocks, History, Progress, reach_of, span_of
from sim.descent.verdict.judge import LOOKBACK
from sim.surface.points import Array, Mask

UPDATES, MARBLES = 900, 7


@dataclass
class Runs:
    theta: Array
    loss: Array
    full_gradient: Array
    gradient: Array
    movement: Array

    def ground(self, rows: Indices, runs: Indices | slice) -> tuple[Array, Array]:
        last = len(self.full_gradient) - 1  # That of the last moment belongs to an update that is not made yet.
        return self.loss[rows, runs], self.full_gradient[np.minimum(rows, last), runs]

    def since(self, first: int) -> "Runs":
        return Runs(*(column[first:] for column in vars(self).values()))

    def of(self, marble: int) -> "Runs":
        return Runs(*(column[:, [marble]] for column in vars(self).values()))


@pytest.fixture(scope="module")
def runs() -> Runs:
    """Losses that fall for a while and then tremble; movements to and fro, damped in half of the runs."""
    generator, time = np.random.default_rng(1), np.arange(UPDATES + 1)[:, None]
    loss = np.exp(-time / generator.uniform(20, 200, MARBLES)) + 0.02 * generator.normal(size=(len(time), MARBLES))
    slopes = generator.normal(size=(UPDATES, MARBLES, 2)) * [[1.0], [1.0], [1.0], [0.1], [0.1], [6.0], [10.0]]
    noise = generator.normal(size=slopes.shape) * np.where(np.arange(MARBLES) == 3, 0.9 ** time[:-1], 1.0)[..., None]
    shrinking = np.where(np.arange(MARBLES) % 2, 1.0, 0.99 ** time[:-1])
    shrinking[:, 3] = 0.9 ** time[:-1, 0]
    shrinking[:, 6] = 1.0
    shrinking[:, 2] = 1.06 ** np.minimum(time[:-1, 0], 300)
    movement = ((-1.0) ** time[:-1] * shrinking)[..., None] * [0.6, 0.8]
    movement[:, 4] *= np.where(generator.random((UPDATES, 1)) < 0.2, -1, 1)  # Not every movement turns back.
    movement[:, 5] = generator.normal(size=(UPDATES, 2))
    theta = np.concatenate([np.zeros((1, MARBLES, 2)), np.cumsum(movement, axis=0)])
    return Runs(theta, loss, slopes, slopes + noise, movement)


SPANS = (1, 2, 4)


class Told(NamedTuple):
    """All that a history tells, progress first; each part of shape (K, M)."""

    longest: Array
    path: Array
    remaining: Array
    surely: Mask
    slowing: Mask
    growing: Array
    grown: Array
    bouncing: tuple[Mask, ...]
    turning: Mask
    calm: tuple[Mask, ...]


assert Told._fields[:-1] == Progress._fields


def read(runs: Runs, count: int, batch_size: int, stops: list[int], no_noise: float = 0.0, far: bool = False) -> Told:
    """Read up to each of the stops, with no more of the past than is promised to be needed.

    far: with so much of it that nothing is summed up before it is asked for.
    """
    epoch, chance, marbles = -(-count // batch_size), batch_size < count, runs.loss.shape[1]
    lookback, everyone = LOOKBACK + far * reach_of(epoch), np.arange(marbles)
    history, parts, begin = History(epoch, chance, marbles, no_noise, lookback=lookback), [], 0
    for end in stops:
        first = max(0, begin - lookback)
        looks = np.arange(max(1, -(-begin // DWELL)) * DWELL, end, DWELL)
        if len(looks):
            blocks = Blocks(runs.since(first), first, looks)
            progress = history.add(blocks)
            calm = [[history.calm(blocks, spans, look, everyone) for look in range(len(looks))] for spans in SPANS]
            parts.append((*progress, tuple(map(np.stack, calm))))
        begin = end
    return Told(*(join(list(part)) for part in zip(*parts, strict=True)))


def join(parts: list[Any]) -> Any:
    if isinstance(parts[0], tuple):
        return tuple(join(list(each)) for each in zip(*parts, strict=True))
    return np.concatenate(parts)


def halves(part: Array) -> Array:
    """The mean of its first half, and that of the last."""
    return np.asarray(part.reshape(2, -1, part.shape[1]).mean(axis=1))


def series(lengths: Array, patience: int) -> Array:
    """The sum of the geometric series that goes on as the longest of these movements shrink from half to half."""
    before, after = lengths[-2 * patience : -patience], lengths[-patience:]
    if not len(before):
        return np.full(lengths.shape[1], np.inf)
    with np.errstate(all="ignore"):
        rate = after.max(axis=0) / before.max(axis=0)
        return np.where(rate < 1, patience * after.max(axis=0) * rate / (1 - rate), np.inf)


def back(movement: Array, earlier: int) -> Mask:
    """Which movements go back against the one so many before."""
    moves = np.concatenate([np.zeros_like(movement[:earlier]), movement])
    return np.asarray(np.sum(moves[earlier:] * moves[:-earlier], axis=-1) < 0)


@pytest.mark.parametrize(("count", "batch_size"), [(20, 1), (20, 5), (7, 2), (20, 20), (33, 1), (80, 1)])
def test_progress_is_what_it_is_defined_to_be(runs: Runs, count: int, batch_size: int) -> None:
    progress = read(runs, count, batch_size, [UPDATES + 1])
    epoch, noisy = -(-count // batch_size), batch_size < count
    span = span_of(epoch)
    assert max(40, 2 * epoch) <= span == 40 * (span // 40)
    patience = 20 if not noisy else 10 * max(5, -(-epoch // 10))
    lengths = np.hypot(*runs.movement.transpose(2, 0, 1))
    noises = np.sum((runs.gradient - runs.full_gradient) ** 2, axis=-1)
    slopes = np.sum(runs.full_gradient**2, axis=-1)

    def noisier(end: int, size: int) -> Mask:
        noise, slope = (squares[end - size : end].mean(axis=0) for squares in (noises, slopes))
        return np.asarray(noise > 0.2**2 * slope)

    for index, moment in enumerate(range(10, UPDATES + 1, 10)):
        assert_array_equal(progress.longest[index], lengths[max(0, moment - 40) : moment].max(axis=0))
        np.testing.assert_allclose(progress.path[index], lengths[moment - 10 : moment].sum(axis=0), rtol=1e-12)
        for place, spans in enumerate(SPANS):
            size, calm = spans * span, np.zeros(MARBLES, dtype=bool)
            if noisy and moment >= size:
                past = runs.loss[moment - size + 1 : moment + 1]
                (high, low), (before, after) = halves(past), halves(noises[moment - size : moment])
                calm = (high - low <= 0.5 * past.std(axis=0)) & noisier(moment, size) & (after > 0.25 * before)
            assert_array_equal(progress.calm[place][index], calm)
        for place, (size, share) in enumerate(((40, 0.75), (400, 0.1))):
            bouncing = np.zeros(MARBLES, dtype=bool)
            if moment >= size:
                quarters = lengths[moment - size : moment].reshape(4, -1, MARBLES).max(axis=1)
                often = np.zeros(MARBLES, dtype=bool)
                for earlier in (1, 2) if size == 40 else (1,):
                    turns = back(runs.movement[:moment], earlier)[-size:]
                    often |= (turns.sum(axis=0) >= share * size) & (turns[-size // 4 :].sum(axis=0) >= share * size / 4)
                often &= ~np.bool_(noisy) | ~noisier(moment, 40)
                bouncing = (quarters[1:] >= 0.999 * quarters[:-1]).all(axis=0) & often
            assert_array_equal(progress.bouncing[place][index], bouncing)
        remaining, surely = series(lengths[:moment], patience), np.ones(MARBLES, dtype=bool)
        if noisy and moment > patience:
            noise = noises[moment - patience : moment].mean(axis=0)
            surely = noise <= 0.04 * slopes[moment - patience : moment].mean(axis=0)
            if moment >= 2 * patience:
                surely |= noise <= 0.25 * noises[moment - 2 * patience : moment - patience].mean(axis=0)
        np.testing.assert_allclose(progress.remaining[index], remaining, rtol=1e-9)
        shrinks = np.isfinite(remaining)
        assert_array_equal(progress.surely[index][shrinks], surely[shrinks])
        for factors, size in (progress.growing, 5), (progress.grown, 4):
            growing = np.zeros(MARBLES)
            if moment >= 10 * size:
                blocks = lengths[moment - 10 * size : moment].reshape(size, 10, MARBLES).max(axis=1)
                growing = (blocks[1:] / blocks[:-1]).min(axis=0)
            np.testing.assert_allclose(factors[index], growing, rtol=1e-12)
    assert np.isfinite(progress.remaining[-1, 3])
    assert np.isinf(progress.remaining[:, 1]).all()
    assert progress.growing.max() > 1.5
    assert (progress.bouncing[1][-1, 6], progress.bouncing[0][-1, 1]) == (True, not noisy)
    assert any(part.any() for part in progress.calm) == noisy


@pytest.mark.parametrize(("batch_size", "early", "late"), [(20, 10, 10), (5, 30, 20)])
def test_who_slows_does_so_among_the_last_of_the_blocks_that_are_compared(
    runs: Runs, batch_size: int, early: int, late: int
) -> None:
    slowing = read(runs, 20, batch_size, [UPDATES + 1]).slowing
    lengths = np.hypot(*runs.movement.transpose(2, 0, 1))
    for moment in range(early + late, UPDATES + 1, DWELL):
        before, after = np.split(lengths[moment - early - late : moment], [early])
        assert_array_equal(slowing[moment // DWELL - 1], after.max(axis=0) < before.max(axis=0))
    assert slowing[-1].any()
    assert not slowing[-1].all()


@pytest.mark.parametrize("batch_size", [20, 5])
def test_who_goes_to_and_fro_is_told_however_little_it_is_where_no_noise_is(runs: Runs, batch_size: int) -> None:
    turning = read(runs, 20, batch_size, [UPDATES + 1]).turning
    often = np.cumsum([back(runs.movement, earlier) for earlier in (1, 2)], axis=1)
    for moment in range(50, UPDATES + 1, DWELL):
        counts = (often[:, moment - 1] - often[:, moment - 41]).max(axis=0)
        assert_array_equal(turning[moment // DWELL - 1], (counts >= 30) & (batch_size == 20))
    assert turning.any() == (batch_size == 20)
    assert not turning.all()


@pytest.mark.parametrize("stops", [range(1, UPDATES + 2), [1, 2, 257, 500, UPDATES + 1], [37, 38, 400, UPDATES + 1]])
def test_how_the_moments_come_makes_no_difference(runs: Runs, stops: list[int]) -> None:
    at_once = read(runs, 20, 1, [UPDATES + 1])
    assert_same(read(runs, 20, 1, list(stops)), at_once)
    assert_same(read(runs, 20, 1, list(stops), far=True), at_once)
    alone = read(runs.of(3), 20, 1, list(stops))
    assert_array_equal(alone.remaining[:, 0], at_once.remaining[:, 3])
    assert_array_equal(alone.calm[2][:, 0], at_once.calm[2][:, 3])


def test_what_it_has_moved_on_is_looked_at_where_something_turns_on_it(runs: Runs) -> None:
    """If the moments are still there by then: at all updates that it is told by, and at no others."""
    rows = np.zeros(UPDATES + 1, dtype=bool)

    class Watched(Runs):
        def ground(self, rows_: Indices, runs_: Indices | slice) -> tuple[Array, Array]:
            rows[rows_] = True
            return super().ground(rows_, runs_)

    ends, reach = np.arange(DWELL, UPDATES + 1, DWELL), reach_of(20)
    History(20, True, 1, 0.0, resting=0.0, lookback=LOOKBACK + reach).add(Blocks(Watched(**vars(runs.of(3))), 0, ends))
    assert not rows.any()  # Of one that does not swing.
    blocks = Blocks(Watched(**vars(runs)), 0, ends)
    near, far = (
        History(20, True, MARBLES, 0.0, resting=0.0, lookback=lookback) for lookback in (LOOKBACK, LOOKBACK + reach)
    )
    assert far.add(blocks).bouncing[1][:, 6].any()
    assert rows.any()  # Where something swings: whether noise throws it.
    rows[:] = False
    calm = far.calm(blocks, 1, 50, np.array([5]))
    assert_array_equal(np.flatnonzero(rows), np.arange(510 - span_of(20), 511))
    near.add(blocks)
    assert rows.all()
    assert_array_equal(near.calm(blocks, 1, 50, np.array([5])), calm)


def test_who_makes_no_progress_from_the_start_on_is_calm_as_soon_as_a_span_is_over() -> None:
    theta, slopes = np.zeros((UPDATES + 1, 1, 2)), np.zeros((UPDATES, 1, 2))
    told = read(Runs(theta, np.zeros((UPDATES + 1, 1)), slopes, slopes + 1.0, slopes), 20, 1, [UPDATES + 1])
    for spans, calm in zip(SPANS, told.calm, strict=True):
        assert (np.argmax(calm[:, 0]) + 1) * DWELL == spans * span_of(20)


def assert_same(one: Told, other: Told) -> None:
    for part, expected in zip(one, other, strict=True):
        for mine, theirs in zip(
            *((each if isinstance(each, tuple) else (each,)) for each in (part, expected)), strict=True
        ):
            assert_array_equal(mine, theirs)


def test_noise_that_is_next_to_nothing_is_none(runs: Runs) -> None:
    """Between 0.2 of the slope and its own size, the size being that of rounding."""
    shrinking = Runs(*vars(runs).values())
    shrinking.movement = 0.9 ** np.arange(UPDATES)[:, None, None] * np.ones((UPDATES, MARBLES, 2))
    size = np.sqrt(np.mean(np.sum((runs.gradient - runs.full_gradient) ** 2, axis=-1)[-50:, 0]))
    slower = read(shrinking, 20, 1, [UPDATES + 1], no_noise=0.99 * size)
    quiet = read(shrinking, 20, 1, [UPDATES + 1], no_noise=1.01 * size)
    assert np.isfinite(slower.remaining[-1, 0])
    assert quiet.surely[-1, 0] > slower.surely[-1, 0]


def test_numbers_that_overflow_are_no_sign(runs: Runs) -> None:
    loss, movement = runs.loss.copy(), runs.movement.copy()
    loss[300:, 0], movement[300:, 1] = np.nan, np.inf
    progress = read(Runs(runs.theta, loss, runs.full_gradient, runs.gradient, movement), 20, 1, [UPDATES + 1])
    assert not progress.calm[0][30:, 0].any()
    assert progress.calm[0][30:, 1].any()
    assert np.isinf(progress.remaining[30:, 1]).all()
