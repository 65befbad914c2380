"""How high losses stand: rising, between 0 and 1, and so that dips and wells both show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from sim.stage.drawing.relief.heights import LEAST, MOST, SPARE, heights_of
from sim.surface.functions import SURFACES
from sim.surface.points import Array

maps = arrays(np.float64, (5, 7), elements=st.floats(-1e6, 1e6) | st.just(np.nan) | st.just(np.inf))


def surface(name: str) -> Array:
    kind = SURFACES[name]
    return kind().value(kind.usual_window.grid(96, 96))


@given(maps, st.lists(st.floats(-1e6, 1e6), max_size=3), st.none() | st.floats(-1e6, 1e6))
def test_heights_rise_with_losses(losses: Array, passes: list[float], floor: float | None) -> None:
    heights = heights_of(losses, passes, floor)
    assert np.all(np.diff(heights.losses) > 0)
    assert np.all(np.diff(heights.heights) >= 0)
    stands = heights.of(np.sort(losses[np.isfinite(losses)]))
    assert np.all((stands >= 0) & (stands <= 1))
    assert np.all(np.diff(stands) >= 0)


@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau", "ackley", "rastrigin", "muller-brown"])
def test_the_way_back_is_the_way_there(name: str) -> None:
    losses = surface(name)
    heights = heights_of(losses)
    assert_allclose(heights.loss(heights.of(losses)), losses, rtol=1e-9, atol=1e-9 * np.ptp(losses))
    even = np.linspace(0.01, 0.99, 99)
    assert_allclose(heights.of(heights.loss(even)), even, atol=1e-9)


@pytest.mark.parametrize("name", ["rosenbrock", "beale", "himmelblau", "ackley", "rastrigin", "muller-brown"])
def test_no_map_is_all_plain_or_all_wall(name: str) -> None:
    stands = heights_of(surface(name)).of(surface(name))
    assert stands.min() == pytest.approx(SPARE)
    assert stands.max() == pytest.approx(1 - SPARE)
    assert 0.3 < np.median(stands) < 0.75
    assert np.histogram(stands, bins=8, range=(SPARE, 1 - SPARE))[0].max() < 0.5 * stands.size


def test_a_well_with_a_known_minimum_is_no_pole_however_narrow() -> None:
    x = np.linspace(-60.0, 60.0, 128)
    losses = -np.exp(-(x**2) - x[:, None] ** 2)
    grounded, bare = heights_of(losses, (), -1.0), heights_of(losses)
    assert grounded.of(np.array([-1.0, 0.0])) == pytest.approx([SPARE, 1 - SPARE])
    assert bare.of(np.array(-0.01)) < SPARE  # Without it, nearly all of the well would be the bottom.
    assert heights_of(np.zeros((4, 4)), (), -1.0).of(np.array([-1.0, 0.0])) == pytest.approx([SPARE, 1 - SPARE])
    pole = -1 / (x**2 + x[:, None] ** 2)
    assert heights_of(pole, (), 0.5) == heights_of(pole)  # What is lower than the minimum may still be a pole.


def test_straight_losses_stay_straight() -> None:
    losses = np.linspace(-3.0, 5.0, 1000)
    heights = heights_of(losses).of(losses)
    assert_allclose(np.diff(heights), (1 - 2 * SPARE) / 999, rtol=0.03)


def test_a_dip_in_a_slope_gets_more_than_its_share_but_a_plain_stays_one() -> None:
    losses = np.concatenate([np.linspace(0, 10, 400), np.full(600, 5.0) + np.linspace(0, 0.4, 600)])
    heights = heights_of(losses)
    low, high = heights.of(np.array([5.0, 5.4]))
    straight = 0.04 * (1 - 2 * SPARE)
    assert 1.2 * straight < high - low < MOST / LEAST * straight


def test_low_passes_pull_the_lower_losses_apart() -> None:
    losses = np.linspace(0, 10, 1000)
    without, low = heights_of(losses), heights_of(losses, [2.0])
    assert low.of(np.array(2.5)) > 1.15 * without.of(np.array(2.5))
    assert heights_of(losses, [0.1]) == low  # But not so far that a quarter of the map gets more than half.
    assert_allclose(heights_of(losses, [7.0]).of(losses), without.of(losses))


def test_what_lies_beyond_the_map_still_rises_into_the_spare_height() -> None:
    losses = np.linspace(-1.0, 1.0, 300)
    heights = heights_of(losses)
    beyond = heights.of(np.array([-3.0, -1.2, -1.0, 1.0, 1.2, 3.0]))
    assert np.all(np.diff(beyond) > 0)
    assert beyond[0] >= 0
    assert beyond[-1] <= 1
    inner, outer = np.diff(heights.of(np.array([0.999, 1.0, 1.001])))
    assert outer == pytest.approx(inner, rel=0.1)  # Without a bend where the map ends.


def test_what_is_not_known_has_no_height() -> None:
    heights = heights_of(np.array([[0.0, 1.0], [np.nan, np.inf]]))
    assert np.isnan(heights.of(np.array(np.nan)))
    assert heights.of(np.array(np.inf)) == 1


def test_a_pole_does_not_press_all_the_rest_together() -> None:
    x = np.linspace(-1, 1, 401)
    stands = heights_of(1 / np.where(x == 0, np.nan, x)).of(1 / np.where(x == 0, np.nan, x))
    assert np.nanquantile(stands, 0.9) - np.nanquantile(stands, 0.1) > 0.05
    assert stands[400] - stands[300] < 0 < stands[201] - stands[300]


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_loss_without_end_does_not_press_the_others_together(sign: int) -> None:
    losses = sign * np.append(np.linspace(0, 1, 1000), 1e5)
    assert np.ptp(heights_of(losses).of(losses[:-1])) > 0.8


@pytest.mark.parametrize("losses", [np.full((3, 3), 4.0), np.full((3, 3), np.nan), np.zeros((2, 2))])
def test_a_level_map_stands_in_the_middle(losses: Array) -> None:
    known = losses[np.isfinite(losses)]
    assert_allclose(heights_of(losses).of(known), 0.5)


def test_losses_near_the_largest_numbers_there_are_stand_as_smaller_ones_do() -> None:
    x = np.linspace(-1, 1, 65)
    bowl = x[:, None] ** 4 + x**4
    usual, huge = heights_of(bowl), heights_of(1e240 * bowl)
    assert len(huge.losses) > 100
    assert_allclose(huge.of(1e240 * bowl), usual.of(bowl), atol=1e-9)
