"""A race begins where marbles are led down, beside what theory says of quadratics."""

from collections.abc import Iterator

import numpy as np
import pytest

from sim.study.tuning.start import FACTORS, MOST, Beginning, Reason, Roll, beginning
from sim.surface.functions.formula import Formula
from sim.surface.points import Array
from sim.surface.protocol import Surface


def descent(surface: Surface, rate: float, decay: float = 0.0) -> Roll:
    """Gradient descent, or the heavy ball, written by hand."""

    def roll(theta: Array, factor: float) -> Iterator[Array]:
        movement = np.zeros_like(theta)
        while True:
            movement = decay * movement - factor * rate * surface.gradient(theta)
            theta = theta + movement
            yield theta

    return roll


def begun(formula: str, wanted: tuple[float, float], rate: float, decay: float = 0.0) -> Beginning:
    surface = Formula(formula)
    return beginning(surface, wanted, [descent(surface, rate, decay)])


@pytest.mark.parametrize(("rate", "factor"), [(0.99, 1.0), (1.01, 0.5), (1.99, 0.5), (2.01, 0.2), (0.6e10, 0.0)])
def test_on_a_bowl_the_learning_rate_stays_below_two_over_its_curvature(rate: float, factor: float) -> None:
    """Curvatures of 2: above η = 1 plain steps lead uphill."""
    assert begun("x^2 + y^2", (-1.5, 0.5), rate)[1:4] == ((-1.5, 0.5), factor, None)
    assert (MOST, FACTORS[:3]) == (0.5, (1.0, 0.5, 0.2))


def test_a_start_on_a_wall_moves_to_the_nearest_place_that_is_on_none() -> None:
    window, start, factor, moved, *_ = begun("x^2 + y^2 + exp(-8*(x + 1.5))", (-2.5, 0.3), 0.2)
    assert (factor, moved) == (1.0, Reason.UPHILL)
    assert window.contains(np.array(start))
    assert not window.contains(np.array([-2.5, 0.3]))
    assert abs(start[1] - 0.3) < 0.5


@pytest.mark.parametrize("formula", ["(x^2 - 1)^2 + y^2", "x^4 - 2*x^2 + y^2", "(x^2 - 1)^2 + (y^2 - 1)^2"])
def test_momentum_is_not_thrown_out_of_a_double_well(formula: str) -> None:
    surface = Formula(formula)
    window, start, factor, *_ = beginning(surface, (-2.9, -0.6), [descent(surface, 0.15), descent(surface, 0.15, 0.9)])
    roll = descent(surface, 0.15, 0.9)(np.array([start]), factor)
    assert all(np.abs(next(roll)).max() < 2 * window.diagonal for _ in range(400))


def test_a_start_on_level_ground_or_a_tower_is_left() -> None:
    assert begun("-exp(-(x - 3)^2 - (y - 2)^2)", (-2.9, -0.6), 0.15).moved is Reason.LEVEL
    assert begun("-exp(-(x - 30)^2 - (y + 20)^2)", (-2.9, -0.6), 0.15).moved is Reason.LEVEL
    surface = Formula("cosh(10*x) + y^2")
    assert beginning(surface, (-2.9, -0.6), []).moved is Reason.TOWERS
    assert begun("0*x", (-2.9, -0.6), 0.15)[1:4] == ((-2.9, -0.6), 1.0, None)  # It is level all over.


def test_a_start_in_a_small_window_far_away_is_told_closely_enough() -> None:
    window, start, _, moved, *_ = begun("1 - 1/(1 + 1e3*((x - 300.17)^2 + (y + 2)^2))", (-2.9, -0.6), 0.15)
    assert moved is Reason.LEVEL
    assert window.contains(np.array(start))
