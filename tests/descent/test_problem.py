"""What a problem knows of its minima, and how it comes to know more."""

import numpy as np
import pytest

from sim.descent.examples.recipes import TiltedExamples
from sim.descent.problem import LOOKED, SEARCHED, Problem
from sim.surface.critical.point import CriticalKind
from sim.surface.critical.search import Search, search
from sim.surface.functions.formula import Formula
from sim.surface.points import Array
from sim.surface.protocol import Surface, Window

SQUARE = Window(-3.0, 3.0, -3.0, 3.0)
WAVES = "sin(x)*sin(y) + 0.01*x^2"


def problem_of(formula: str, window: Window = SQUARE) -> Problem:
    return Problem(*TiltedExamples(0.0, count=1).sums(Formula(formula)), window, margin=0.0)


def at(*points: tuple[float, float]) -> Array:
    return np.array(points)


def test_what_is_known_is_looked_up_as_it_is_known() -> None:
    problem = problem_of(WAVES)
    found = problem.lookup(at((1.54, -1.5708), (0.0, 0.0), (1.0, 0.3)))
    assert found[0] is not None
    assert found[0].point is problem.minima[0] or found[0].point is problem.minima[1]
    assert found[1] is not None
    assert found[1].point is problem.saddles[0]
    assert found[1].ground is None


def test_on_a_level_crease_every_place_is_the_minimum_that_stands_for_it() -> None:
    problem = problem_of("max(abs(x) - 0.3, 0) + abs(y)")
    (minimum,) = problem.minima
    assert [found and found.point for found in problem.lookup(at((0.2, 0.0), (-0.29, 0.0)))] == [minimum, minimum]


def test_where_who_diverges_has_come_to_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("it would take longer than all else")

    monkeypatch.setattr("sim.descent.problem.look_up", refused)
    assert np.isnan(problem_of("x^2 + y^2").beyond(at((1e300, -2e304), (1e5, 3e7)))).all()
    assert np.isnan(problem_of("-exp(-(x^2 + y^2))").beyond(at((1e9, 0.0), (1e300, 1e300)))).all()


def test_a_minimum_outside_the_window_is_found_where_a_marble_rests_in_it() -> None:
    problem = problem_of(WAVES)
    (found,) = problem.lookup(at((4.62, 1.571)))
    assert found is not None
    assert found.point.kind is CriticalKind.MINIMUM
    assert found.point not in problem.critical
    assert problem.train.gradient(np.array(found.point.position)) == pytest.approx(0.0, abs=1e-9)


def test_where_nothing_is_nothing_is_found() -> None:
    assert problem_of(WAVES).lookup(at((30.0, 30.0))) == [None]
    assert problem_of("exp(-x) + y^2").lookup(at((40.0, 0.0))) == [None]
    assert problem_of("abs(x - 5) + y^2").lookup(at((4.0, 0.0))) == [None]


@pytest.mark.parametrize(
    ("formula", "place", "rest"),
    [
        ("abs(x - 5) + y^2", (5.0, 0.0), (4.99999, 0.001)),
        ("(x - 5)^4 + y^4", (5.0, 0.0), (5.0001, 0.0001)),
        ("(x^2 - 16)^2", (4.0, 0.3), (4.0, 0.3)),
    ],
)
def test_cusps_and_what_has_no_curvature_are_found_too(
    formula: str, place: tuple[float, float], rest: tuple[float, float]
) -> None:
    (found,) = problem_of(formula).lookup(at(rest))
    assert found is not None
    assert found.ground is not None
    assert found.point.position == pytest.approx(place, abs=1e-4)


def test_what_becomes_known_comes_behind_what_is_known_even_if_it_is_lower() -> None:
    problem = problem_of("x^4/40 - x^2/2 + 0.3*x*y + y^2", Window(-0.5, 5.0, -3.0, 3.0))
    before = problem.minima
    more = problem.knowing(at((-3.5, 0.5), (-3.4, 0.5)))
    assert more.minima[: len(before)] == before
    assert len(more.minima) == len(before) + 1
    assert more.critical[: len(problem.critical)] == problem.critical
    assert problem.minima == before
    assert more.lowest == min(minimum.value for minimum in more.minima)
    assert more.units == problem.units
    left = np.array([[-3.0, 0.0], [-4.0, 1.0]])
    assert (problem.basins.labels(left) == -1).all()
    assert (more.basins.labels(left) == len(before)).all()
    inside = problem.window.grid(9, 9).reshape(-1, 2)
    known = problem.basins.labels(inside)
    assert (more.basins.labels(inside)[known >= 0] == known[known >= 0]).all()


def test_what_becomes_known_later_comes_behind_what_became_known_before() -> None:
    problem = problem_of(WAVES)
    once = problem.knowing(at((4.62, 1.571)))
    twice = once.knowing(at((-4.62, -1.571)))
    assert twice.minima[:-1] == once.minima
    assert twice.minima[-1].position == pytest.approx((-4.61986, -1.5708), abs=1e-4)
    assert problem.knowing(at((4.62, 1.571), (-4.62, -1.571))).minima == twice.minima


def test_what_does_not_change_with_what_becomes_known_is_handed_on() -> None:
    problem = problem_of(WAVES)
    problem.lowest_about(at((9.0, 9.0)))
    handed = {name: getattr(problem, name) for name in SEARCHED}
    more = problem.knowing(at((4.62, 1.571)))
    assert more is not problem
    assert {name: more.__dict__[name] for name in SEARCHED} == handed
    assert all(more.__dict__[name] is value for name, value in handed.items())


def test_nothing_new_is_the_same_problem() -> None:
    problem = problem_of(WAVES)
    assert problem.knowing(at((1.54, -1.5708), (30.0, 30.0))) is problem
    more = problem.knowing(at((4.62, 1.571)))
    assert more.knowing(at((4.62, 1.571), (4.6199, 1.5709))) is more


def test_a_valley_that_goes_on_outside_the_window_is_the_valley_in_it() -> None:
    problem = problem_of("(x*y - 1)^2", Window(-2.0, 2.0, -2.0, 2.0))
    found = problem.lookup(at((3.0, 1 / 3), (-4.0, -0.25)))
    assert [problem.minima.index(one.point) for one in found if one] == [1, 0]
    assert problem.knowing(at((3.0, 1 / 3))) is problem
    apart = problem_of("(x^2 - 1)^2 + 0.3*x", Window(-2.0, 0.5, -2.0, 2.0))
    assert len(apart.minima) == 1
    assert len(apart.knowing(at((0.9601, 0.7))).minima) == 2


def test_a_descent_that_ends_on_a_saddle_or_in_a_known_minimum_leads_to_nothing_new() -> None:
    problem = problem_of("(x^2 - 1)^2 + y^2 - 0.3*x", Window(-2.5, 0.3, -1.5, 1.5))
    (saddle,) = problem.saddles
    ends = problem.beyond(at(saddle.position, (-1.5, 0.5), (0.5, 0.2)))
    assert np.isnan(ends[:2]).all()
    assert ends[2] == pytest.approx((1.03558, 0.0), abs=1e-4)


@pytest.mark.parametrize(
    ("formula", "new"),
    [
        ("tanh(x) + y^2", False),
        ("1 / (1 + exp(-3*x)) + 2*y^2", False),
        ("tanh(3*x)*(y - 1)^2 + tanh(3*x)", False),
        ("max(0, x + 4)^3 + y^2", True),
    ],
)
def test_a_tail_that_rounding_makes_level_far_out_is_no_minimum_to_be_found(formula: str, new: bool) -> None:
    assert np.isfinite(problem_of(formula).beyond(at((-5.5, 0.9), (-6.5, 1.1)))).all(axis=-1).tolist() == [new, new]


def test_the_lowest_of_none_is_none() -> None:
    problem = problem_of("x + y")
    assert problem.lowest is None
    assert problem.proof is None
    assert problem.complete


RIPPLES = "0.3*cos(12*x) + 0.3*cos(12*y) + 0.02*(x^2 + y^2)"


def noted(monkeypatch: pytest.MonkeyPatch) -> list[Window]:
    """The windows that are searched from now on."""
    searches = list[Window]()

    def noting(surface: Surface, around: Window, **settings: int) -> Search:
        searches.append(around)
        return search(surface, around, **settings)

    monkeypatch.setattr("sim.descent.problem.search", noting)
    return searches


def test_places_near_one_another_are_searched_around_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found around one does not turn on who else asks, nor on who asks first."""
    places = at(*((x, y) for x in np.linspace(-2.5, 2.5, 15) for y in np.linspace(1.2, 2.5, 5)))
    window = Window(-1.0, 1.0, -1.0, 1.0)
    alone = [float(problem_of(RIPPLES, window).lowest_about(place[None])[0]) for place in places[::7]]
    searches = noted(monkeypatch)
    problem = problem_of(RIPPLES, window)
    backwards = problem.lowest_about(places[::-1])
    assert len(searches) <= 10  # A dozen or so of places each, one for all of those as far away.
    assert problem.lowest_about(places).tolist() == backwards[::-1].tolist()
    assert problem.knowing(places[:1]).lowest_about(places[:7]).tolist() == backwards[::-1][:7].tolist()
    assert backwards[::-1][::7].tolist() == alone


def test_of_places_that_are_looked_about_few_are_remembered_and_they_weigh(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(RIPPLES, Window(-1.0, 1.0, -1.0, 1.0))
    before, places = problem.nbytes, at(*((10.0 * n, 0.0) for n in range(1, 9)))
    found = problem.lowest_about(places)
    known = len(problem._looked_about)
    assert problem.nbytes == before + LOOKED * known > before
    monkeypatch.setattr("sim.descent.problem.MOST_LOOKED", 3)
    few = problem_of(RIPPLES, problem.window)
    assert few.lowest_about(places).tolist() == found.tolist()
    assert 0 < len(few._looked_about) <= 3 < known


def test_in_a_crowd_nothing_is_searched_for_that_the_window_has_been_searched_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = problem_of("sin(20*x) + sin(20*y) + 0.1*x", Window(-2.0, 2.0, -2.0, 2.0))
    known = problem.lowest
    searches = noted(monkeypatch)
    assert problem.lowest_about(at((0.5, 0.5), (-1.9, 1.0))).tolist() == [np.inf, np.inf]
    assert not searches
    within, outside = problem.lowest_about(at((0.5, 0.5), (-6.0, 1.0))).tolist()
    assert searches
    assert within == np.inf
    assert known is not None
    assert outside < known


@pytest.mark.parametrize("place", [(2.3, 0.0), (-41.0, 17.0), (0.6, 900.0), (0.0, 0.0)])
def test_the_lowest_is_searched_for_all_around_a_place_and_in_the_window(
    place: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    searches = noted(monkeypatch)
    window = Window(-1.0, 0.5, -2.0, 2.0)
    problem_of("x^2 + y^2", window).lowest_about(at(place))
    around = np.add(place, [(-0.75, -2.0), (0.75, 2.0)])
    assert any(one.contains(around).all() for one in searches)
    assert any(one.contains(np.array([(-1.0, -2.0), (0.5, 2.0), place])).all() for one in searches)
