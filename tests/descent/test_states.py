"""What a rule remembers at any moment: found again by doing few updates anew, to the bits of the run itself."""

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from outside import Newton, Sharpness, Sometimes
from runs import alone, run_of

from sim.descent import lane as lanes
from sim.descent import run as running
from sim.descent.examples.chance import normals
from sim.descent.lane import Lane, descend
from sim.descent.problem import Problem
from sim.descent.rules import RULES, rule_name
from sim.descent.rules.adaptive.adam import Adam
from sim.descent.rules.plain.momentum import Momentum
from sim.descent.rules.protocol import Rule
from sim.descent.track import Track
from sim.descent.update import one_update
from sim.scene import load_scene
from sim.surface.points import Array

STRETCH = 24  # Far less than usual: what is done anew, and what is not, is the same with few updates.
UPDATES = 2 * STRETCH + 10
RULES_TRIED: tuple[Rule[Any], ...] = (
    *(replace(kind(), learning_rate=0.01) for kind in RULES.values()),
    *(Sharpness(0.01, 0.05), Newton(0.1), Sometimes(0.01)),
)
every_rule = pytest.mark.parametrize("rule", RULES_TRIED, ids=rule_name)
ORDERS = {
    "forward": range(UPDATES),
    "backward": range(UPDATES - 1, -1, -1),
    "to and fro": (UPDATES - 1, 0, STRETCH, STRETCH - 1, STRETCH + 1, 2 * STRETCH, 3, UPDATES - 2, STRETCH, 1),
    "at random": np.random.default_rng(3).permutation(UPDATES).tolist(),
}


@pytest.fixture(autouse=True)
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STRETCH", STRETCH)


@pytest.fixture(scope="module")
def problem() -> Problem:
    return load_scene("local-minimum").problem()


def movement_of(track: Track, moment: int) -> Array:
    """The movement that the rule makes of the state that is found at that moment."""
    batch = track.batch(moment)
    rule, train, theta = track.lane.rule, track.problem.train, track.theta[moment]
    noise = partial(normals, np.array([track.seed]), moment)
    _, movement, _ = one_update(rule, train, theta[None], batch[:, None], tuple_of_one(track.state(moment)), noise)
    found: Array = movement[0]
    return found


def tuple_of_one(state: Any) -> Any:
    """The state of a marble as that of a run of one."""
    return type(state)(*(part[None] if isinstance(part, np.ndarray) else part for part in state))


@every_rule
@pytest.mark.parametrize("order", ORDERS)
def test_from_what_is_found_a_rule_makes_the_movement_of_the_track(
    problem: Problem, rule: Rule[Any], order: str
) -> None:
    track = alone(problem, Lane("", rule, 3), (-1.0, 0.5), 4, UPDATES)
    for moment in ORDERS[order]:
        assert_array_equal(movement_of(track, moment), track.movement[moment])


@every_rule
@pytest.mark.parametrize("size", [1, 20])
def test_what_is_found_is_what_the_run_had(problem: Problem, rule: Rule[Any], size: int) -> None:
    way, starts, seeds = Lane("", rule, size), np.array([[-1.0, 0.5], [1.0, 1.0]]), np.array([4, 9])
    run = run_of(problem, way, starts, seeds, 100, UPDATES)
    had = [rule.init(starts), *(each.state for each in islice(descend(problem.train, way, starts, seeds), UPDATES))]
    for moment in (UPDATES, 0, STRETCH, STRETCH + 1, 2 * STRETCH - 1, 2 * STRETCH, 5, 6, 7):
        for marble in range(2):
            found = Track(run, marble).state(moment)
            assert type(found) is type(had[moment])
            for part, whole in zip(found, had[moment], strict=True):
                assert_array_equal(part, whole[marble] if isinstance(whole, np.ndarray) else whole)


def test_few_updates_are_done_anew_and_going_on_does_one(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    track, done = alone(problem, Lane("", Adam(0.01), 3), (-1.0, 0.5), 4, 4 * STRETCH), []

    def counted(*args: Any) -> Any:
        done.append(args)
        return one_update(*args)

    monkeypatch.setattr(lanes, "one_update", counted)
    counts = []
    for moment in (4 * STRETCH - 1, 4 * STRETCH, 4 * STRETCH - 1, 3 * STRETCH + 2, 3 * STRETCH, 7, 8, 8):
        done.clear()
        assert track.state(moment)[2] == moment
        counts.append(len(done))
    assert counts == [STRETCH - 1, 1, 0, 0, 0, 7, 1, 0]


def test_what_is_kept_for_it_is_bounded(problem: Problem) -> None:
    run = run_of(problem, Lane("", Adam(0.01), 3), np.array([[-1.0, 0.5]]), np.array([4]), UPDATES)
    for moment in ORDERS["at random"]:
        run.state(moment)
        assert len(run._stretch[1]) <= STRETCH + 1
    assert len(run._states) == 1 + UPDATES // STRETCH
    passing = run_of(problem, Lane("", Adam(0.01), 3), np.array([[-1.0, 0.5]]), np.array([4]), UPDATES, kept=8)
    assert len(passing._states) == 1


def test_a_marble_that_overflowed_had_a_state_before(problem: Problem) -> None:
    track = alone(problem, Lane("", Momentum(1e200), 3), (-1.0, 0.5), 4, 60)
    assert track.overflow is not None
    for moment in range(track.updates):
        assert_array_equal(movement_of(track, moment), track.movement[moment])
