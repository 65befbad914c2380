"""What lies around a window, against where the wells were put: ±1 along x, on either side of a pass near 0."""

import numpy as np
import pytest

from sim.surface.critical.point import CriticalKind
from sim.surface.critical.search import Search, search
from sim.surface.critical.suggestion import suggest_window
from sim.surface.functions.formula import Formula
from sim.surface.points import Array
from sim.surface.protocol import Surface, Window
from sim.surface.surroundings import CROWDED, with_surroundings

WELLS = Formula("(x^2 - 1)^2 + y^2 - 0.3*x")
LOWER, PASS, HIGHER = sorted(np.roots([4.0, 0.0, -4.0, -0.3]).real.tolist(), reverse=True)
ONE_WELL = Window(-2.2, 0.3, -1.5, 1.5)  # Half its width beyond, at 1.55, the lower well is included.
MARGIN = 0.5
MOST_ASKED = 150_000_000  # Evaluations: as many take some seconds.


def around(surface: Surface, window: Window, margin: float = MARGIN) -> Search:
    return with_surroundings(surface, window, search(surface, window), margin)


def minima(found: Search) -> list[float]:
    return [point.position[0] for point in found.points if point.kind is CriticalKind.MINIMUM]


def test_a_well_beside_the_window_is_known_and_the_lowest_comes_first() -> None:
    assert minima(search(WELLS, ONE_WELL)) == pytest.approx([HIGHER])
    found = around(WELLS, ONE_WELL)
    assert minima(found) == pytest.approx([LOWER, HIGHER], abs=1e-9)
    assert [point.value for point in found.points] == sorted(point.value for point in found.points)
    assert len(found.points) == len(found.grounds)
    assert [point.kind for point in found.points].count(CriticalKind.SADDLE) == 1


def test_what_was_known_of_the_window_stays_to_the_bit() -> None:
    inside, found = search(WELLS, ONE_WELL), around(WELLS, ONE_WELL)
    assert set(inside.points) < set(found.points)
    assert (found.complete, found.scales) == (inside.complete, inside.scales)


@pytest.mark.parametrize(("margin", "known"), [(0.0, 1), (0.1, 1), (0.5, 2)])
def test_it_looks_as_far_as_it_is_told(margin: float, known: int) -> None:
    assert len(minima(around(WELLS, ONE_WELL, margin))) == known


def test_where_nothing_lies_around_nothing_changes() -> None:
    bowl, window = Formula("x^2 + 3*y^2"), Window(-1.0, 1.0, -1.0, 1.0)
    assert around(bowl, window).points == search(bowl, window).points


def test_a_valley_that_leaves_the_window_stays_one() -> None:
    valley, window = Formula("(x*y - 1)^2"), Window(0.2, 2.0, 0.2, 2.0)
    inside = search(valley, window)
    assert [point.kind for point in inside.points] == [CriticalKind.DEGENERATE]
    beside = [point for point in around(valley, window).points if point not in inside.points]
    assert [(point.kind, point.position) for point in beside] == [(CriticalKind.SADDLE, (0.0, 0.0))]


def test_crowded_terrain_is_taken_to_go_on() -> None:
    waves, window = Formula("sin(3*x) + sin(3*y)"), Window(-9.0, 9.0, -9.0, 9.0)
    inside = search(waves, window)
    assert len(inside.points) > CROWDED
    assert around(waves, window).points == inside.points


def test_a_wide_bottom_that_the_window_cuts_or_lies_in_is_known_from_around_it_wherever_its_middle_is() -> None:
    """A disc of radius 1 around the origin, which may lie in the window, beside it, or hold all of it."""
    surface = Formula("max(x^2 + y^2 - 1, 0)")
    for window in (Window(-0.2, 2.2, -1.2, 1.2), Window(0.2, 3.2, -1.5, 1.5), Window(-0.55, 0.55, -0.55, 0.55)):
        alone = search(surface, window)
        (ground,) = with_surroundings(surface, window, alone, 0.6).grounds
        assert (alone.grounds, ground is not None) == ((), True)
        assert ground is not None
        assert ground.floor.min(axis=0) == pytest.approx((-1, -1), abs=0.03)
        assert ground.floor.max(axis=0) == pytest.approx((1, 1), abs=0.03)


def test_among_minima_of_one_loss_those_in_the_window_come_first_and_then_the_nearer_ones() -> None:
    waves, window = Formula("sin(x)*cos(y)"), Window(-3.2, 2.8, -2.8, 2.8)
    found = [point for point in around(waves, window).points if point.kind is CriticalKind.MINIMUM]
    assert len(found) == 6
    assert np.ptp([point.value for point in found]) < 1e-12
    inside = [bool(window.contains(np.array(point.position))) for point in found]
    assert inside == sorted(inside, reverse=True)
    assert inside.count(True) == 1
    corners = np.array([(window.x0, window.y0), (window.x1, window.y1)])
    away = [np.hypot(*(point.position - np.clip(point.position, *corners))) for point in found]
    assert np.all(np.diff(away) >= -1e-6)
    assert away[-1] > away[1] + 1


def test_a_lower_minimum_around_a_window_comes_before_those_in_it() -> None:
    waves, window = Formula("sin(x)*cos(y) - 0.0001*x"), Window(-3.2, 2.8, -2.8, 2.8)
    found = [point for point in around(waves, window).points if point.kind is CriticalKind.MINIMUM]
    values = [point.value for point in found]
    assert values == pytest.approx(sorted(values), abs=1e-12)
    assert not window.contains(np.array(found[0].position))


@pytest.mark.parametrize(
    "formula",
    [
        "sin(x^2*y^2)",
        "sin(exp(x)*y)",
        "cos(x+y*cos(x+y*cos(x+y*x)))",
        "cos(10*(x^2 + y^2))",
    ],
)
def test_where_curves_lie_side_by_side_few_evaluations_tell_what_is_there(
    formula: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def counting(name: str) -> None:
        function = getattr(Formula, name)

        def counted(surface: Formula, points: Array) -> Array:
            nonlocal asked
            asked += points.size // 2
            assert asked <= MOST_ASKED
            return np.asarray(function(surface, points))

        monkeypatch.setattr(Formula, name, counted)

    for name in ("value", "gradient", "hessian"):
        counting(name)
    suggest_window.cache_clear()
    surface = Formula(formula)
    found = around(surface, suggest_window(surface, (0.0, 0.5)))
    assert found.points
    assert asked > 0
