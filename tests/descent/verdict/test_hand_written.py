"""Verdicts on ways that are written here by hand, so that what is to be said of them is known.

No rule made them: a judge sees nothing but where a marble was. There is one on either side of every tolerance.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim.descent.examples.chance import Indices
from sim.descent.examples.finite_sum import Tilted
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.rules.adaptive.adamw import AdamW
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.schedules import CONSTANT, Cosine, Schedule
from sim.descent.verdict import blocks
from sim.descent.verdict.events import Escape, Event
from sim.descent.verdict.judge import CROSSED, STARTED, SWINGING, Judge
from sim.descent.verdict.kinds import KINDS, LASTING, VerdictKind
from sim.descent.verdict.log import NEVER
from sim.descent.verdict.sight import plateaus, rests, saddles, sight, tolerances
from sim.descent.verdict.stays import LONGEST_LULL, LULLS
from sim.scene import load_scene, scene_files
from sim.surface.functions.formula import Formula
from sim.surface.functions.gaussian import Landscape, Well
from sim.surface.functions.polynomial import DoubleWellSaddle, Himmelblau, Quadratic
from sim.surface.points import Array, norm
from sim.surface.protocol import Window

COUNT = 20
DECAYING = Lane("", AdamW(0.1), COUNT)
FULL, SINGLE = (Lane("", GradientDescent(0.1), size) for size in (COUNT, 1))
SQUARE = Window(-3.0, 3.0, -3.0, 3.0)


class Written(NamedTuple):
    """A way, as a judge reads it: (rows, 1, …)."""

    theta: Array
    loss: Array
    full_gradient: Array
    gradient: Array
    movement: Array

    def ground(self, rows: Indices, runs: Indices | slice) -> tuple[Array, Array]:
        return self.loss[rows, runs], self.full_gradient[rows, runs]


@lru_cache
def problem_of(surface: Any, window: Window = SQUARE, margin: float = 0.0) -> Problem:
    train = Tilted(surface, np.zeros((COUNT, 2)))
    return Problem(train, train, window, margin=margin)


def judged(problem: Problem, theta: Array, lane: Lane = FULL, noise: Array | float = 0.0) -> Judge:
    """The judge of the way θ (U + 1, 2); `noise` is what the batch gradients are beside the full one, along x."""
    points = np.asarray(theta, dtype=float)[:, None]
    gradient = problem.train.gradient(points)
    batch = gradient[:-1] + np.asarray(noise).reshape(-1, 1, 1) * np.array([1.0, 0.0])
    columns = Written(points, problem.train.value(points), gradient, batch, np.diff(points, axis=0))
    judge = Judge(problem, lane, points[0])
    judge.read(columns, 0, len(points), np.array([len(points) - 1]))
    return judge


def last(judge: Judge) -> VerdictKind:
    return KINDS[int(judge.kinds[0])]


def told(judge: Judge) -> list[VerdictKind]:
    return [kind for _, kind in judge.log.changes()]


def approach(end: tuple[float, float], first: float, rate: float, updates: int) -> Array:
    """Movements along x that begin with this length and shrink by this rate, and end at a point."""
    ahead = first * rate ** np.arange(updates + 1) / (1 - rate)
    return np.asarray(np.array(end) - np.stack([ahead, np.zeros_like(ahead)], axis=1))


BOWL = problem_of(Quadratic((1.0, 4.0)))
LENGTH = BOWL.units.length


# Rest


@pytest.mark.parametrize(("distance", "kind"), [(0.9, VerdictKind.SETTLED), (1.1, VerdictKind.HELD)])
def test_who_rests_at_hand_of_a_minimum_has_settled_and_who_rests_elsewhere_on_a_slope_has_not(
    distance: float, kind: VerdictKind
) -> None:
    problem = problem_of(Quadratic((100.0, 400.0)))
    end = (distance * tolerances.AT_HAND * problem.units.length, 0.0)
    assert last(judged(problem, approach(end, 0.05, 0.8, 400), DECAYING)) is kind
    plain = judged(problem, approach(end, 0.05, 0.8, 100))
    assert last(plain) is (
        kind if kind is VerdictKind.SETTLED else VerdictKind.UNDER_WAY
    )  # What else should have stopped it there?


@pytest.mark.parametrize(("share", "rests"), [(0.9, True), (1.1, False)])
def test_who_still_has_a_way_to_go_does_not_rest(share: float, rests: bool) -> None:
    """The way of the last block is short enough, and what remains by its shrinking is a little less or more."""
    rate = 1 - 1e-3
    remaining = share * sight.REST_DISTANCE * LENGTH
    way = approach((0.0, 0.0), 1.0, rate, 100)
    way *= remaining / abs(way[-1, 0])  # What remains of a geometric series, exactly.
    assert blocks.DWELL * abs(way[-1, 0] - way[-2, 0]) < sight.REST_WAY * LENGTH
    assert (last(judged(BOWL, way)) is VerdictKind.SETTLED) == rests


@pytest.mark.parametrize(("share", "rests"), [(0.95, True), (1.05, False)])
def test_who_still_moves_does_not_rest(share: float, rests: bool) -> None:
    """However little remains: the way of a block, at two looks, is a little less or more than that of a rest."""
    rate = 0.9
    way = approach((0.0, 0.0), 1.0, rate, 70)
    lengths = norm(np.diff(way, axis=0))
    way *= share * sight.REST_WAY * LENGTH / lengths[50:60].sum()  # At the first of the two.
    assert (last(judged(BOWL, way)) is VerdictKind.SETTLED) == rests


def test_a_creep_that_does_not_shrink_is_no_rest_however_slow() -> None:
    problem = problem_of(Formula("exp(-x) + y^2"))
    time = np.arange(2001.0)
    even = np.stack([1e-9 * time, 0 * time], axis=1)
    slower = np.stack([0.05 * np.log1p(time), 0 * time], axis=1)  # Movements of 1/t sum up without bound.
    for way in (even, slower):
        assert told(judged(BOWL, way)) == [VerdictKind.UNDER_WAY]
        assert last(judged(problem, way + np.array([2.0, 0.0]))) is VerdictKind.UNDER_WAY


def test_a_rest_lasts_until_the_marble_moves_off() -> None:
    there = approach((0.0, 0.0), 0.05, 0.8, 100)
    off = np.cumsum(np.full((60, 2), 0.3 * sight.RESTLESS * sight.REST_WAY * LENGTH), axis=0)
    for share, kinds in ((0.1, 1), (1.0, 2)):
        judge = judged(BOWL, np.concatenate([there, there[-1] + share * off]))
        assert told(judge)[1] is VerdictKind.SETTLED
        assert len(told(judge)) == 1 + kinds


def test_where_it_rests_is_told_by_the_surface_there() -> None:
    saddle, hill = problem_of(DoubleWellSaddle()), problem_of(Quadratic((-1.0, -2.0)))
    flat = problem_of(Landscape(wells=(Well((0.0, 0.0), 1.0, 0.3),)))
    steep = problem_of(Himmelblau(), Window(-5.0, 5.0, -5.0, 5.0))
    for problem, end, kind in (
        (saddle, (0.0, 0.0), VerdictKind.STALLED),
        (hill, (0.0, 0.0), VerdictKind.BALANCED),
        (flat, (2.9, 2.9), VerdictKind.LEVEL),
        (steep, (1.0, 1.0), VerdictKind.HELD),
        (saddle, (0.0, 1.0), VerdictKind.SETTLED),
    ):
        assert last(judged(problem, approach(end, 0.05, 0.8, 400), DECAYING)) is kind


@pytest.mark.parametrize(
    ("tilt", "kind"), [(0.5, VerdictKind.SETTLED), (2.0, VerdictKind.STUCK), (1e6, VerdictKind.STUCK)]
)
def test_only_what_is_as_low_as_the_lowest_minimum_is_called_that(tilt: float, kind: VerdictKind) -> None:
    """Up to what rounding may come to; twice as much is no less stuck than a million times."""
    flat = problem_of(DoubleWellSaddle())
    assert flat.lowest is not None
    equal = flat.as_low - flat.lowest
    problem = problem_of(Formula(f"x^2/2 + y^4/4 - y^2/2 + {tilt * equal / 2!r}*y"))
    higher = max(problem.minima, key=lambda minimum: minimum.value)
    judge = judged(problem, approach(higher.position, 0.05, 0.8, 100))
    assert last(judge) is kind
    assert judge.log.events()[-1].target == problem.minima.index(higher)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize(
    "wall", ["(10*y)^8", "(30*y)^6", "(100*y)^4", "1000000*y^2", "1000000*(x^2 - 1)^2*y^2", "cosh(6*y)"]
)
def test_how_high_the_walls_are_makes_no_difference_to_which_minimum_is_the_lowest(wall: str, scale: float) -> None:
    """The minima near ±1 are 0.39 apart, or as low as each other."""
    for tilt, kind in ((0.1, VerdictKind.STUCK), (0.0, VerdictKind.SETTLED)):
        problem = problem_of(Formula(f"{scale}*((x^2 - 1)^2 + {tilt}*(x + 1)^2 + y^2 + {wall})"))
        higher = max(problem.minima, key=lambda minimum: minimum.position)
        assert len(problem.minima) == 2
        assert last(judged(problem, approach(higher.position, 0.02, 0.8, 100))) is kind
        assert (problem.minima.index(higher) > 0 and higher.value > problem.as_low) == (tilt > 0)


def test_four_minima_that_are_equal_but_for_rounding_are_each_the_lowest() -> None:
    for problem in (
        problem_of(Himmelblau(), Window(-6.0, 6.0, -6.0, 6.0)),
        problem_of(Formula("x^4 - 2*x^2 + y^4 - 2*y^2 + 1/3")),
        problem_of(Formula("(x^2 - 1)^4 + (y^2 - 2)^4")),
        problem_of(Formula("abs(x^2 - 1.3) + abs(y^2 - 0.7)")),
    ):
        assert len(problem.minima) == 4
        for minimum in problem.minima:
            assert minimum.value <= problem.as_low
            assert last(judged(problem, approach(minimum.position, 0.02, 0.8, 100))) is VerdictKind.SETTLED


def test_a_rest_is_named_by_its_minimum_where_that_was_not_known() -> None:
    """Outside of the window, lower and higher than the only minimum in it."""
    window = Window(-3.0, 0.2, -1.0, 1.0)
    for tilt, kind in ((-0.3, VerdictKind.SETTLED), (0.3, VerdictKind.STUCK)):
        problem = problem_of(Formula(f"(x^2 - 1)^2 + y^2 + {tilt}*x"), window)
        assert len(problem.minima) == 1
        there = problem_of(Formula(f"(x^2 - 1)^2 + y^2 + {tilt}*x"), SQUARE)
        [beyond] = [minimum.position for minimum in there.minima if minimum.position[0] > 0]
        assert last(judged(problem, approach(beyond, 0.05, 0.8, 100))) is kind


def test_a_rest_beside_a_wide_floor_is_not_in_another_minimum() -> None:
    """Newton's method would end a third of the way to the only minimum, where there is none."""
    problem = problem_of(Formula("(x^2 + y^2)^2"))
    there = approach((2.5 * tolerances.AT_HAND * problem.units.length, 0.0), 0.05, 0.8, 100)
    assert VerdictKind.STUCK not in told(judged(problem, there))


@pytest.mark.parametrize(
    ("formula", "place"),
    [
        ("max(abs(x) - 0.3, 0) + abs(y)", (0.2, 0.0)),
        ("abs(y) + max(abs(x) - 0.05, 0)", (0.04, 0.0)),
        ("abs(x^2 + y^2 - 1)", (0.6, 0.8)),
        ("max(x^2 + y^2 - 1, 0)", (0.7, -0.6)),
    ],
)
def test_who_rests_on_a_level_floor_or_at_hand_of_it_has_settled_wherever_that_is(
    formula: str, place: tuple[float, float]
) -> None:
    problem = problem_of(Formula(formula))
    assert len(problem.minima) == 1
    for share in (0.0, 0.4):
        end = (place[0], place[1] + share * tolerances.AT_HAND * problem.units.length)
        assert last(judged(problem, approach(end, 0.05, 0.8, 400), DECAYING)) is VerdictKind.SETTLED
    assert last(judged(problem, approach((place[0], 1.5), 0.05, 0.8, 400), DECAYING)) is VerdictKind.HELD


@pytest.mark.parametrize(("share", "kind"), [(0.9, VerdictKind.SETTLED), (1.5, VerdictKind.HELD)])
def test_a_parabola_is_no_crease(share: float, kind: VerdictKind) -> None:
    """Along a line that is as steep as a parabola at a point its floor would be only half as far away."""
    problem = problem_of(Quadratic((0.0, 1.0)))
    end = (1.0, share * tolerances.AT_HAND * problem.units.length)
    assert last(judged(problem, approach(end, 0.05, 0.8, 400), DECAYING)) is kind


def test_a_rest_is_as_low_as_the_floor_that_it_has_not_quite_reached() -> None:
    """Of three equal minima the window shows two; the third is found from beside it."""
    problem = problem_of(Formula("x^2 * (x^2 - 4)^2 / 8 + y^2"), Window(-3.0, 1.0, -1.0, 1.0))
    beside = 2 - 0.8 * tolerances.AT_HAND * problem.units.length
    assert problem.train.value(np.array([beside, 0.0])) > tolerances.EQUAL_LOSS * problem.units.loss
    assert last(judged(problem, approach((beside, 0.0), 0.05, 0.8, 100))) is VerdictKind.SETTLED


def test_in_noise_a_lull_is_no_rest() -> None:
    """Movements and noise die away over 40 updates, and come back with every epoch of 60."""
    problem = problem_of(Quadratic((1.0, 4.0)))
    phase = np.arange(480) % 60
    lull = np.where(phase < 15, 0.02, 0.02 * 0.5 ** (phase - 14.0))
    way = np.zeros((481, 2))
    way[1:, 0] = np.cumsum(lull * (-1.0) ** (np.arange(480) // 60))
    noise = 50 * lull
    way -= way[55]  # The lulls are at the minimum.
    many = Tilted(Quadratic((1.0, 4.0)), np.zeros((60, 2)))
    problem = Problem(many, many, SQUARE)
    assert not {VerdictKind.SETTLED, VerdictKind.STUCK} & set(told(judged(problem, way, SINGLE, noise)))
    fading = way * 0.5 ** (np.arange(481) // 60)[:, None] ** 3
    assert last(judged(problem, fading, SINGLE, noise * 0.5 ** (np.arange(480) // 60) ** 1.5)) is VerdictKind.SETTLED


@pytest.mark.parametrize(("share", "held"), [(0.95, True), (1.05, False)])
def test_on_a_slope_it_must_stand_still_indeed(share: float, held: bool) -> None:
    problem = problem_of(Himmelblau(), Window(-5.0, 5.0, -5.0, 5.0))
    way = approach((0.0, 0.0), 1.0, 0.97, 60 + 10 * (LASTING - 1))
    lengths = norm(np.diff(way, axis=0))
    way *= share * sight.BALANCED_WAY * problem.units.length / lengths[50:60].sum()  # At the first look of LASTING.
    assert (last(judged(problem, way + np.array([1.0, 1.0]), DECAYING)) is VerdictKind.HELD) == held


def test_who_only_passes_through_a_standstill_is_not_held() -> None:
    """A parabola's vertex: still for 250 updates, and faster and faster afterwards."""
    problem = problem_of(Himmelblau(), Window(-5.0, 5.0, -5.0, 5.0))
    time = np.arange(-600, 601) / 125
    way = np.stack([1.0 + 0.1 * sight.BALANCED_WAY * problem.units.length * 125 / 2 * time**2, 1 + 0 * time], axis=1)
    assert VerdictKind.HELD not in told(judged(problem, way, DECAYING))


@pytest.mark.parametrize(("rate", "schedule"), [(0.99, CONSTANT), (1.01, CONSTANT), (1.01, Cosine(length=100))])
def test_who_has_stopped_on_level_ground_and_goes_on_ever_faster_has_not_stopped(
    rate: float, schedule: Schedule
) -> None:
    """It is told within as many updates as a shortest bounce has; of one whose η rises not before it has come far."""
    plain, there = problem_of(Formula("tanh(x)")), approach((9.0, 0.0), 0.05, 0.8, 100)
    movement = 1e-6 * rate ** np.arange(100.0)
    off = there[-1] + np.stack([np.cumsum(movement), 0 * movement], axis=1)
    changes = judged(plain, np.concatenate([there, off]), replace(FULL, schedule=schedule)).log.changes()
    stays, stopped = rate < 1 or schedule != CONSTANT, [VerdictKind.UNDER_WAY, VerdictKind.LEVEL]
    assert [kind for _, kind in changes] == (stopped if stays else [*stopped, VerdictKind.UNDER_WAY])
    assert stays or 100 < changes[-1][0] <= 110 + blocks.SWING


@pytest.mark.parametrize("schedule", [CONSTANT, replace(CONSTANT, warmup=1000)])
def test_who_is_thrown_beside_a_minimum_does_not_rest_there_where_a_rising_learning_rate_makes_it_ever_faster(
    schedule: Schedule,
) -> None:
    """Its movements are short beside those before them alone."""
    movement = 3e-6 * LENGTH * 1.005 ** np.arange(150.0)
    movement[[0, 15]] = 1.0
    x = np.concatenate([[-2.0], np.cumsum(movement) - 2.0])
    kinds = told(judged(BOWL, np.stack([x, 0 * x], axis=1), replace(FULL, schedule=schedule)))
    assert (VerdictKind.SETTLED in kinds) == (schedule == CONSTANT)


def test_who_starts_up_at_a_minimum_by_little_and_is_back_at_once_stays_settled() -> None:
    """A movement that is a little too long for that ends the rest at the update that it leads to."""
    there = approach((0.0, 0.0), 0.05, 0.8, 100)
    swing = STARTED * LENGTH * np.resize([[1.0, 0.0], [0.0, 0.0]], (21, 2))
    starts = np.tile(np.concatenate([np.zeros((3, 2)), swing, np.zeros((36, 2))]), (4, 1))
    for share, stays in ((0.95, True), (1.05, False)):
        changes = judged(BOWL, np.concatenate([there, share * starts])).log.changes()
        assert [kind for _, kind in changes[:2]] == [VerdictKind.UNDER_WAY, VerdictKind.SETTLED]
        assert changes[2:3] == ([] if stays else [(104, VerdictKind.UNDER_WAY)])
        assert stays == (len(changes) == 2)


def test_who_starts_up_at_a_minimum_in_small_steps_stays_settled_within_so_many_diagonals_of_it() -> None:
    there, out = approach((0.0, 0.0), 0.05, 0.8, 100), tolerances.LEAVING * tolerances.AT_HAND * LENGTH
    trip = np.repeat([0.0, out / 3, 2 * out / 3, out, 2 * out / 3, out / 3, 0.0], [1, 1, 1, 20, 1, 1, 60])
    assert out / 3 < STARTED * LENGTH
    for share, stays in ((0.95, True), (1.05, False)):
        kinds = told(judged(BOWL, np.concatenate([there, share * np.stack([trip, 0 * trip], axis=1)])))
        assert (kinds == [VerdictKind.UNDER_WAY, VerdictKind.SETTLED]) == stays


def test_who_starts_up_again_and_again_rests_no_more_until_it_lies_still_for_longer_than_ever() -> None:
    """Every hundred updates, and at last no more; for how long it lies still is known after the second time."""
    there, lull, burst = approach((0.0, 0.0), 0.05, 0.8, 100), 100, np.zeros((100, 2))
    burst[5:7, 0] = 2 * STARTED * LENGTH, 0.0
    last_ = np.zeros((LULLS * lull + 100, 2))
    way = np.concatenate([there, *[burst] * 5, last_])
    begun, first, back, over, again = judged(BOWL, way).log.changes()[1:]
    assert begun[1] is back[1] is again[1] is VerdictKind.SETTLED
    assert first == (106, VerdictKind.UNDER_WAY)
    assert over == (206, VerdictKind.UNDER_WAY)
    assert 507 + LULLS * (lull - blocks.DWELL) <= again[0] <= 507 + LULLS * lull + 2 * blocks.DWELL


@pytest.mark.parametrize("lull", [250, 450])
def test_who_has_lain_still_for_long_rests_however_long_it_lay_still_before(lull: int) -> None:
    """In a lull of 250 updates it is waited for longer, in one of 450 no longer than for the longest there are."""
    there, burst = approach((0.0, 0.0), 0.05, 0.8, 100), np.zeros((lull, 2))
    burst[5:7, 0] = 2 * STARTED * LENGTH, 0.0
    changes = judged(BOWL, np.concatenate([there, *[burst] * 4])).log.changes()
    rests = [since for since, kind in changes if kind is VerdictKind.SETTLED]
    assert len(rests) == (2 if lull < LONGEST_LULL * blocks.DWELL else 5)
    for burst_, since in enumerate(rests[2:], 1):
        assert 0 <= since - (106 + burst_ * lull + LONGEST_LULL * blocks.DWELL) <= 2 * blocks.DWELL


def test_who_swings_about_a_minimum_on_and_on_is_settled_no_more() -> None:
    """However close to it, if its way is too long for a rest for so many blocks; not for a few less."""
    there, swing = approach((0.0, 0.0), 0.05, 0.8, 100), np.resize([[1.0, 0.0], [-1.0, 0.0]], (10 * SWINGING + 20, 2))
    begun = [VerdictKind.UNDER_WAY, VerdictKind.SETTLED]
    longest = sight.RESTLESS * sight.REST_WAY * LENGTH / 20  # Of a swing whose block is as long as a rest's may be.
    for length, end in ((0.9 * longest, begun), (1.1 * longest, [*begun, VerdictKind.BOUNCING])):
        assert told(judged(BOWL, np.concatenate([there, length * swing]))) == end
    assert told(judged(BOWL, np.concatenate([there, longest * swing[: 10 * SWINGING - 20]]))) == begun


# Saddles and plateaus


def reach_of(problem: Problem) -> float:
    """Of the saddle at (0, 0)."""
    return float(1 / saddles.reaches(problem, np.array([[1.0, 0.0]]), np.array([0]))[0])


def pause(at: tuple[float, float], reach: float, blocks_: int, share: float) -> Array:
    """Fast to a place, then so many blocks whose way is this share of LINGERING reaches, and fast away along y."""
    coming = np.stack([np.linspace(-2.0, at[0], 21), np.full(21, at[1])], axis=1)
    slow = np.zeros((10 * blocks_, 2))
    slow[:, 1] = share * saddles.LINGERING * reach / 10
    leaving = np.zeros((20, 2))
    leaving[:, 1] = 0.06
    return np.concatenate([coming, coming[-1] + np.cumsum(np.concatenate([slow, leaving]), axis=0)])


def test_who_lingers_at_a_saddle_for_two_looks_has_stalled_and_leaves_it_when_it_is_out_of_its_reach() -> None:
    problem = problem_of(DoubleWellSaddle())
    reach = reach_of(problem)
    for count, share, stalls in ((3, 0.9, True), (3, 1.1, False), (1, 0.9, False)):
        way = pause((0.0, 0.0), reach, count, share)
        judge = judged(problem, way)
        assert (VerdictKind.STALLED in told(judge)) == stalls
        left = [
            event for event in judge.log.events() if event.kind == "left_saddle" and (stalls or event.target is None)
        ]
        assert len(left) == stalls
        for event in left:
            assert norm(way[event.update]) > tolerances.LEAVING * reach >= norm(way[event.update - 1])
            assert event.seen == -(-event.update // 10) * 10


@pytest.mark.parametrize(("width", "distance", "stalls"), [(20.0, 0.9, True), (20.0, 1.2, False), (0.5, 0.9, False)])
def test_beyond_a_saddles_reach_nothing_stalls_nor_on_a_slope(width: float, distance: float, stalls: bool) -> None:
    """On the ridge that leads there, so wide that its slope is slight, or not."""
    problem = problem_of(Formula(f"(x/{width})^2 + (y^2 - 1)^2"))
    reach = reach_of(problem)
    judge = judged(problem, pause((-distance * reach, 0.0), reach, 3, 0.5))
    assert (VerdictKind.STALLED in told(judge)) == stalls


def test_who_creeps_away_beyond_a_saddles_reach_is_stalled_no_more_but_who_flutters_there_is() -> None:
    problem = problem_of(DoubleWellSaddle())
    reach = reach_of(problem)
    coming, creeping = pause((0.0, 0.0), reach, 3, 0.5)[:51], np.linspace(0.0, 1.5 * reach, 401)[1:]
    for flutter, stalls in ((0.0, False), (0.005 * reach, True)):
        y = coming[-1, 1] + creeping + np.resize([0.0, flutter], 400)
        judge = judged(problem, np.concatenate([coming, np.stack([np.zeros(400), y], axis=1)]))
        assert VerdictKind.STALLED in told(judge)
        assert (last(judge) is VerdictKind.STALLED) == stalls
        assert (last(judge) is VerdictKind.UNDER_WAY) != stalls


def test_a_plateau_is_where_the_slope_says_nothing_of_the_way_down() -> None:
    """In the tail of a well, f = −exp(−r²/2): there ‖∇L‖ · d/h is r² exp(−r²/2) / (1 − exp(−r²/2))."""
    problem = problem_of(Landscape(wells=(Well((0.0, 0.0), 1.0, 1.0),)), Window(-8.0, 8.0, -8.0, 8.0))
    radii = np.linspace(1.0, 6.0, 5001)
    shares = radii**2 * np.exp(-(radii**2) / 2) / (1 - np.exp(-(radii**2) / 2))
    for share, crosses in ((0.95, True), (1.05, False)):
        radius = radii[np.argmin(np.abs(shares - share * plateaus.ASKEW))]
        way = np.stack([np.full(41, radius), np.linspace(0.0, 0.02, 41)], axis=1)
        assert (last(judged(problem, way)) is VerdictKind.PLATEAU) == crosses
    twenty = np.stack([np.full(41, 4.0), np.linspace(0.0, 0.02, 41)], axis=1)
    assert told(judged(problem, twenty[:20])) == [VerdictKind.UNDER_WAY]  # One look is not enough.
    assert told(judged(problem, twenty[:21])) == [VerdictKind.UNDER_WAY, VerdictKind.PLATEAU]


def test_a_plateau_is_crossed_when_several_looks_in_a_row_find_none() -> None:
    """Where steps are long, one look or two may fall on ground that is steeper; also at several such places."""
    problem = problem_of(Landscape(wells=(Well((0.0, 0.0), 1.0, 1.0),)), Window(-8.0, 8.0, -8.0, 8.0))
    on, off = (np.stack([np.full(10, radius), np.linspace(0.0, 0.02, 10)], axis=1) for radius in (4.0, 2.0))
    crossing = [VerdictKind.UNDER_WAY, VerdictKind.PLATEAU]
    short = [off] * (CROSSED - 1)
    way = np.concatenate([on[:1], *[on] * 4, *short, on, *short, on, on])
    assert told(judged(problem, way)) == crossing
    judge = judged(problem, np.concatenate([way, *short, off]))
    assert judge.log.changes()[-1] == (len(way) - 1 + 10 * CROSSED, VerdictKind.UNDER_WAY)
    assert told(judge) == [*crossing, VerdictKind.UNDER_WAY]


@pytest.mark.parametrize("name", [*scene_files()])
def test_where_nobody_looks_for_a_plateau_there_is_none(name: str) -> None:
    """And that is so in most of the discs in which a flow certainly ends in their minimum."""
    problem, generator = load_scene(name).problem(), np.random.default_rng(0)
    radii = plateaus._bowls(problem)
    assert (radii <= problem.basins.radii).all()
    round_ones = ~problem.basins.valleys
    assert (radii[round_ones] > 0.3 * problem.basins.radii[round_ones]).all()
    for label in range(len(radii)):
        reach, angle = np.sqrt(generator.random(2_000)) * radii[label], generator.uniform(0, 2 * np.pi, 2_000)
        offset = reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        theta = problem.basins.minima[label] + offset
        height = problem.train.value(theta) - problem.minima[label].value
        slope = np.sum(problem.train.gradient(theta) * offset, axis=1)
        assert (slope >= 1.9 * tolerances.LEAVING * plateaus.ASKEW * height)[reach > 1e-3 * radii[label]].all()


def test_outside_of_all_basins_a_plateau_is_told_by_the_nearest_lower_minimum() -> None:
    problem = problem_of(Landscape(wells=(Well((0.0, 0.0), 1.0, 1.0),)), Window(-8.0, 8.0, -8.0, 8.0))
    assert problem.basins.labels(np.array([[40.0, 0.0]])) == -1
    way = np.stack([np.full(41, 40.0), np.linspace(0.0, 0.02, 41)], axis=1)
    assert last(judged(problem, way)) is VerdictKind.PLATEAU


def test_a_canyon_is_no_plateau() -> None:
    """Rosenbrock's floor: gentle, but it leads there."""
    problem = problem_of(Formula("(1 - x)^2 + 100*(y - x^2)^2"), Window(-2.0, 2.0, -1.0, 3.0))
    x = np.linspace(-1.2, 0.9, 400)
    assert told(judged(problem, np.stack([x, x * x], axis=1))) == [VerdictKind.UNDER_WAY]


# Bounces, creases, divergence


def swing(size: float, factor: float, updates: int, period: int = 2) -> Array:
    """To and fro along x, by `size` at first, and by this factor more from update to update."""
    time = np.arange(updates + 1)
    side = np.where(time % period < period / 2, 1.0, -1.0)
    return np.stack([0.5 * size * side * factor**time, np.zeros(updates + 1)], axis=1)


def round_and_round(size: float, factor: float, updates: int, period: int) -> Array:
    """About the middle in so many updates, by this factor more from one to the next; in two that is to and fro."""
    time = np.arange(updates + 1)
    angle = 2 * np.pi * time / period
    return np.asarray((0.5 * size * factor**time * np.stack([np.cos(angle), np.sin(angle)])).T)


@pytest.mark.parametrize(("decay", "bounces"), [(0.5, True), (1.5, False)])
def test_a_bounce_is_no_less_than_before(decay: float, bounces: bool) -> None:
    """By up to a thousandth over a quarter of a span."""
    factor = 1 - decay * (1 - blocks.UNDAMPED) / 10
    assert (last(judged(BOWL, swing(1.0, factor, 120))) is VerdictKind.BOUNCING) == bounces


@pytest.mark.parametrize(("turns", "bounces"), [(31, True), (29, False)])
def test_three_movements_in_four_go_back_in_a_bounce(turns: int, bounces: bool) -> None:
    signs = np.ones(40)
    signs[:turns] = -1
    movement = np.cumprod(np.tile(signs, 3))
    x = 0.3 * np.concatenate([[0.0], np.cumsum(movement)])
    judge = judged(BOWL, np.stack([x, 0 * x], axis=1))
    assert (last(judge) is VerdictKind.BOUNCING) == bounces


def test_a_bounce_ends_when_it_is_half_as_long_and_goes_to_and_fro_no_more() -> None:
    """In noise, which may throw it to and fro, as soon as it is half as long."""
    begun, over = [VerdictKind.BOUNCING], [VerdictKind.BOUNCING, VerdictKind.UNDER_WAY]
    bounce, time = swing(1.0, 1.0, 99), np.arange(1.0, 42.0)
    for share, ends in ((0.55, begun), (0.45, over)):
        damped, onward = swing(share, 0.999, 40), bounce[-1] + share * np.stack([time, 0 * time], axis=1)
        assert told(judged(BOWL, np.concatenate([bounce, damped])))[1:] == begun
        assert told(judged(BOWL, np.concatenate([bounce, damped]), SINGLE))[1:] == ends
        assert told(judged(BOWL, np.concatenate([bounce, onward])))[1:] == ends


@pytest.mark.parametrize("period", [2, 4])
def test_a_bounce_in_bursts_is_one(period: int) -> None:
    """Between them it swings by ever less of a hundredth; round and round as well, where that takes four updates."""
    sizes = ((1.0, 1.0), (0.01, 0.99))
    burst, lull = (np.diff(round_and_round(*size, 40, period), axis=0) for size in sizes)
    way = np.cumsum(np.concatenate([burst, burst, lull, burst, lull, lull, lull, burst]), axis=0)
    assert told(judged(BOWL, way)) == [VerdictKind.UNDER_WAY, VerdictKind.BOUNCING]


@pytest.mark.parametrize(
    ("formula", "kind"), [("abs(x) + y^2", VerdictKind.SWINGING), ("x^4 + y^2", VerdictKind.BOUNCING)]
)
def test_a_swing_about_a_crease_is_told_as_one(formula: str, kind: VerdictKind) -> None:
    """A gradient that turns as sharply, but without a jump, is none."""
    assert last(judged(problem_of(Formula(formula)), swing(1.0, 1.0, 80) + np.array([0.01, 0.3]))) is kind


def test_who_may_come_back_has_not_diverged() -> None:
    """Far away, and farther by 1.1 from block to block."""
    for far, growth, diverged in ((1.2, 1.12, True), (0.2, 1.12, False), (1.2, 1.08, False)):
        factor = growth**0.1
        way = swing(1.0, factor, 100) * far * sight.FAR_AWAY * LENGTH * 2 / factor**90
        assert (last(judged(BOWL, way)) is VerdictKind.DIVERGED) == diverged
    gentler = problem_of(Formula("sqrt(1 + x^2 + y^2)"))  # Whose walls are less and less steep.
    assert last(judged(gentler, swing(1.0, 1.12**0.1, 100) * 3e6 * LENGTH)) is VerdictKind.BOUNCING


def test_who_comes_back_to_the_window_after_all_is_under_way_again() -> None:
    out = swing(1.0, 1.12**0.1, 100) * 3e6 * LENGTH
    still = np.tile([0.3, 0.2], (45, 1))
    judge = judged(BOWL, np.concatenate([out, still]))
    assert told(judge)[:3] == [VerdictKind.UNDER_WAY, VerdictKind.DIVERGED, VerdictKind.UNDER_WAY]
    assert judge.log.changes()[2][0] == 110
    assert judge.log.ends.tolist() == [NEVER]
    beyond = judged(BOWL, np.concatenate([out, still + 100 * LENGTH]))
    assert last(beyond) is VerdictKind.DIVERGED


@pytest.mark.parametrize(
    ("far", "growth", "kinds"),
    [
        (2.0, 1.12, [VerdictKind.UNDER_WAY]),  # It may have diverged, but that is not certain before it is far away.
        (2.0, 1.08, [VerdictKind.UNDER_WAY, VerdictKind.BOUNCING]),
        (0.3, 1.12, [VerdictKind.UNDER_WAY, VerdictKind.BOUNCING]),  # It is still in the window.
    ],
)
def test_who_is_thrown_out_and_ever_farther_does_not_bounce(
    far: float, growth: float, kinds: list[VerdictKind]
) -> None:
    way = swing(1.0, growth**0.1, 100) * 2 * far * LENGTH / (growth**10 if far < 1 else 1.0)
    assert told(judged(BOWL, way)) == kinds


def test_who_bounces_and_is_then_thrown_out_bounces_no_longer() -> None:
    growth = 1.5 ** (0.1 * np.maximum(np.arange(161) - 80, 0))
    way = swing(1.0, 1.0, 160) * 1.2 * LENGTH * growth[:, None]
    assert told(judged(BOWL, way)) == [VerdictKind.UNDER_WAY, VerdictKind.BOUNCING, VerdictKind.UNDER_WAY]


# Noise


def test_who_goes_astray_in_noise_does_not_rattle() -> None:
    """Up a side of the bowl and out of the window, little by little, in noise; or to and fro out there."""
    window, noise = Window(-0.2, 0.2, -0.2, 0.2), np.resize([3.0, -3.0], 600)
    many = Tilted(Quadratic((1.0, 4.0)), np.zeros((60, 2)))
    problem = Problem(many, many, window)
    shaken = 0.005 * np.random.default_rng(0).normal(size=601)
    for farther, last_kind in ((0.003, VerdictKind.UNDER_WAY), (0.0, VerdictKind.RATTLING)):
        x = 0.3 + shaken + farther * np.maximum(np.arange(601) - 200, 0)
        x[0] = 0.0  # Where the core is.
        kinds = told(judged(problem, np.stack([x, 0.0 * x], axis=1), SINGLE, noise))
        assert kinds[:2] == [VerdictKind.UNDER_WAY, VerdictKind.RATTLING]
        assert kinds[-1] is last_kind
    slow = 0.5 + shaken + 0.1 * np.sin(np.arange(601) / 64)  # One half of a swing lasts for 20 blocks.
    kinds = told(judged(problem, np.stack([slow, 0.0 * slow], axis=1), SINGLE, noise))
    assert kinds.count(VerdictKind.RATTLING) <= 2
    assert kinds[-1] is VerdictKind.RATTLING


# Passages


def test_a_passage_is_from_core_to_core_at_the_last_crossing() -> None:
    problem = problem_of(DoubleWellSaddle())
    radius = rests.CORE * problem.basins.radii
    low, high = (0, 1) if problem.minima[0].position[1] < 0 else (1, 0)
    inside, outside = (-1 + share * radius[low] for share in (0.95, 1.05))

    def escapes(*heights: float) -> list[Event]:
        y = np.array(heights)
        judge = judged(problem, np.stack([0.0 * y, y], axis=1))
        assert judge.pending[0] == (
            y[-1] != 0 and problem.basins.labels(np.array([[0.0, y[-1]]]))[0] != judge._stay.home[0]
        )
        return [event for event in judge.log.events() if event.kind == "escaped"]

    assert escapes(1.0, 0.5, -0.2, outside) == []
    assert escapes(1.0, 0.5, -0.2, outside, 0.2, 1.0) == []
    assert escapes(1.0, 0.5, -0.2, inside) == [Event(2, 3, Escape.BASIN, high, low)]
    assert escapes(1.0, -0.2, 0.1, -0.1, -0.3, inside, -1.0) == [Event(3, 5, Escape.BASIN, high, low)]
    assert escapes(0.2, -0.1, -1.0) == [Event(1, 2, Escape.BASIN, high, low)]  # The start's basin is home, core or not.
    back = escapes(1.0, -1.0, outside, 0.3, 0.4, 1.0)
    assert back == [Event(1, 1, Escape.BASIN, high, low), Event(3, 5, Escape.BASIN, low, high)]


def test_out_of_the_window_and_back_are_passages_too() -> None:
    """Minima at 0 and at ±2, of which the window shows those at -2 and 0; each stay is a hundred updates long."""
    problem = problem_of(Formula("x^2 * (x^2 - 4)^2 / 8 + y^2"), Window(-3.0, 1.0, -1.0, 1.0))
    left, middle = sorted(range(2), key=lambda index: problem.minima[index].position[0])

    def escapes(*places: float) -> list[tuple[int, int | None, int | None]]:
        x = np.repeat(places, 100)
        judge = judged(problem, np.stack([x, 0.0 * x], axis=1))
        assert not judge.pending[0]
        return [(event.update, event.source, event.target) for event in judge.log.events() if event.kind == "escaped"]

    assert escapes(0.0, 2.0) == [(100, middle, None)]
    assert escapes(0.0, 2.0, 0.0) == [(100, middle, None), (200, None, middle)]
    assert escapes(0.0, 2.0, 0.0, 2.0) == [(100, middle, None), (200, None, middle), (300, middle, None)]
    assert escapes(0.0, 2.0, -2.0) == [(100, middle, None), (200, None, left)]
    assert escapes(0.0, -2.0, 0.0, 2.0) == [(100, middle, left), (200, left, middle), (300, middle, None)]
