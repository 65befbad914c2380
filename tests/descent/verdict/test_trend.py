"""A loss that goes on falling is told from one that only wanders, by ever longer spans."""

from collections.abc import Callable
from statistics import fmean, variance

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sim.descent.examples.chance import Indices
from sim.descent.verdict.trend import FALLING, STILL, Trend
from sim.surface.points import Array, Mask

SPAN, LOOKS, RUNS = 40, 1000, 200
STAY = 10 * np.arange(1, LOOKS + 1)


def of(losses: Array) -> Callable[[int, Indices], Array]:
    return lambda look, runs: losses[look, runs]


def followed(losses: Array, stay: Indices | None = None, stops: tuple[int, ...] = ()) -> Mask:
    """Who falls by losses (LOOKS, M), and how long each has been where it is; looked at up to each of the stops."""
    stays = np.broadcast_to(STAY[:, None] if stay is None else stay, losses.shape)
    trend, parts, begin = Trend(losses.shape[1], SPAN), [], 0
    for end in (*stops, LOOKS):
        parts.append(trend.follow(stays[begin:end], of(losses[begin:end])))
        begin = end
    return np.concatenate(parts)


def noise(seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=(LOOKS, RUNS))


def test_pure_noise_seldom_falls() -> None:
    """By Welch's t over four, of a normal distribution, about once in five thousand times."""
    assert followed(noise()).mean() < 0.002


@pytest.mark.parametrize("level", [0.0, -5.0, 1e6])
def test_what_falls_by_much_beside_its_noise_in_an_octave_is_falling_from_then_on(level: float) -> None:
    """By ten deviations in 10,000 updates: by four from 4,000 to 8,000 of them."""
    falling = followed(noise() - 0.001 * STAY[:, None] + level)
    assert falling[-1].mean() > 0.85
    assert not falling[STAY < 300].any()
    assert falling[STAY < 1000].mean() < 0.05  # Until then, it has fallen by no more than its deviation.
    rising = followed(noise() + 0.001 * STAY[:, None] + level)
    assert not rising[-1].any()


def test_what_has_come_to_where_noise_keeps_it_is_soon_falling_no_more() -> None:
    """It comes there by 1,500 updates, in which it falls by a factor of e four times."""
    falling = followed(noise() + 50 * np.exp(-STAY[:, None] / 375))
    assert falling[STAY == 800].all()
    assert falling[STAY == 4000].mean() < 0.05


def test_it_is_welchs_t_over_an_octave_and_from_part_to_part() -> None:
    """The looks at which 32 samples lie evenly in the logarithm of time, from 4 spans on, are counted out here."""
    losses = noise(3)[:, :1] - 0.0008 * STAY[:, None]
    falling, told = False, followed(losses)[:, 0]
    samples: dict[int, float] = {}
    changes = 0
    for look, stay in enumerate(STAY.tolist()):
        place = int(np.floor(32 * np.log2(stay / (4 * SPAN)))) if stay >= 4 * SPAN else -1
        before = max(samples, default=-1)
        if place // 8 > before // 8 and before >= 31:
            last = 8 * (place // 8)
            early, late, third, fourth = (
                [samples[one] for one in range(last - first, last - end) if one in samples]
                for first, end in ((32, 16), (16, 0), (16, 8), (8, 0))
            )
            over = t(early, late) > FALLING
            falling, was = t(third, fourth) > STILL and (falling or over), falling
            changes += falling != was
        if place > before:
            samples[place] = float(losses[look, 0])
        assert told[look] == falling
    assert changes > 0


def t(before: list[float], after: list[float]) -> float:
    error = variance(before) / len(before) + variance(after) / len(after)
    return float((fmean(before) - fmean(after)) / error**0.5)


def test_who_has_come_elsewhere_begins_anew() -> None:
    losses = noise() - 0.001 * STAY[:, None]
    moved = np.where(STAY > 9000, STAY - 9000, STAY)
    falling = followed(losses, moved[:, None])
    assert falling[STAY == 9000].mean() > 0.85
    assert not falling[(STAY > 9000) & (STAY < 9300)].any()


def test_it_is_the_same_however_many_looks_come_at_a_time_and_few_are_taken() -> None:
    losses, asked = noise() - 0.001 * STAY[:, None], [0]
    assert_array_equal(followed(losses), followed(losses, stops=(1, 2, 40, 41, 333, 800)))

    def counted(look: int, runs: Indices) -> Array:
        asked[0] += len(runs)
        return np.asarray(losses[look, runs])

    Trend(RUNS, SPAN).follow(np.broadcast_to(STAY[:, None], losses.shape), counted)
    assert asked[0] <= RUNS * 32 * np.log2(10_000 / (4 * SPAN))


def test_of_a_loss_without_a_value_nothing_is_said() -> None:
    losses = noise() - 0.001 * STAY[:, None]
    losses[500:, :50], losses[:, 50:60] = np.inf, np.nan
    assert not followed(losses)[-1, :60].any()
