"""A race begins where descent leads down, beside what theory says of quadratics."""

import numpy as np
import pytest

from sim.surface.functions.formula import Formula
from sim.surface.functions.polynomial import Quadratic
from sim.surface.start import FACTORS, MOST, ROOM, beginning, leads_down


@pytest.mark.parametrize("curvature", [0.5, 3.0, 40.0])
def test_on_a_bowl_descent_leads_down_up_to_two_over_its_curvature(curvature: float) -> None:
    bowl, places = Quadratic(curvature=(curvature, curvature)), np.array([[1.0, 0.5], [-2.0, 3.0]])
    assert leads_down(bowl, places, 1.999 / curvature).all()
    assert not leads_down(bowl, places, 2.001 / curvature).any()


def test_descent_to_a_crease_stays_there_and_one_without_end_leads_down() -> None:
    assert leads_down(Formula("abs(x) + abs(y)"), np.array([[0.3, 0.7]]), 0.1).all()
    assert leads_down(Formula("x^2 - y^2"), np.array([[0.3, 0.7]]), 0.1).all()
    assert not leads_down(Formula("sqrt(x) + y^2"), np.array([[-1.0, 0.7]]), 0.1).any()


def test_a_beginning_is_the_wanted_one_where_it_can_be_and_has_room() -> None:
    bowl = Formula("x^2 + y^2")
    assert beginning(bowl, (-1.5, 0.5), 0.49)[1:3] == ((-1.5, 0.5), 1.0)
    assert beginning(bowl, (-1.5, 0.5), 0.51)[1:3] == ((-1.5, 0.5), 0.5)  # Above 1, twice that would lead uphill.
    assert beginning(bowl, (-1.5, 0.5), 0.5e6)[1:3] == ((-1.5, 0.5), 0.0)
    assert (ROOM, MOST, FACTORS[:2]) == (2.0, 0.5, (1.0, 0.5))


def test_a_start_on_a_wall_moves_to_the_nearest_place_that_is_on_none() -> None:
    walled = Formula("x^2 + y^2 + exp(-20*(x + 1.5))")
    window, start, factor, _ = beginning(walled, (-2.5, 0.3), 0.2)
    assert factor == 1.0
    assert window.contains(np.array(start))
    assert not window.contains(np.array([-2.5, 0.3]))
    assert leads_down(walled, np.array([start]), ROOM * 0.2).all()
    assert abs(start[1] - 0.3) < 0.5
