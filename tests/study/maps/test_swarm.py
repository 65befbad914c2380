"""Swarms: the race's own marble among many, wherever one goes in time."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from sim.descent.clock import CLOCKS
from sim.descent.crowd import Crowd
from sim.descent.lane import Lane
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.rules.protocol import Rule, Slope
from sim.descent.verdict.kinds import KINDS, VerdictKind
from sim.scene import Scene, load_scene, parse_scene
from sim.study.maps import swarm as module
from sim.study.maps.swarm import SIZES, SPREADS, Cloud, Glimpse, Swarm, found_again, most_marbles, starts, swarm
from sim.surface.basins import NO_BASIN
from sim.surface.points import Array


def fresh(scene: Scene, size: int = 60, spread: str = "at one point", clock: str = "updates") -> Swarm:
    """A swarm that nobody else has made go on."""
    places = starts(scene.window, scene.start, scene.seed, size, spread)
    return Swarm(scene.problem(), scene.lanes, places, scene.seed, scene.timing(clock), SPREADS[spread] == 0)


def at(marbles: Swarm, tick: int) -> Glimpse:
    marbles.follow(tick, math.inf)
    return marbles.glimpse


def same(one: Glimpse, other: Glimpse) -> bool:
    pairs = zip(one.clouds, other.clouds, strict=True)
    return one.tick == other.tick and all(
        np.array_equal(a.theta, b.theta) and (a.counts, a.elsewhere, ended(a)) == (b.counts, b.elsewhere, ended(b))
        for a, b in pairs
    )


OVER = (VerdictKind.DIVERGED, VerdictKind.OFF_SURFACE, VerdictKind.FAILED)
EDGE = """
title = "Edge"
look = "Look."
start = [0.5, 0.0]
window = [[-1.0, 2.0], [-1.0, 2.0]]
surface = { kind = "formula", formula = "sqrt(x) + y^2" }
examples = { kind = "tilted", sigma = 0.05 }

[lane.one]
rule = "gradient descent"
learning_rate = 0.2
batch_size = 1
"""


def ended(cloud: Cloud) -> tuple[int, int, int]:
    return cloud.diverged, cloud.off_surface, cloud.failed


@dataclass(frozen=True)
class Breaking:
    """Plain descent that breaks in its tenth update where y is above 0."""

    learning_rate: float = 0.2

    def init(self, theta: Array) -> tuple[int]:
        del theta
        return (0,)

    def step(self, theta: Array, slope: Slope, state: tuple[int]) -> tuple[Array, tuple[int]]:
        if state[0] == 9 and (theta[:, 1] > 0).any():
            raise ValueError("broken")
        return -self.learning_rate * slope.here, (state[0] + 1,)


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize(("name", "clock"), [("local-minimum", "updates"), ("batch-ladder", "serial")])
def test_the_first_marble_is_the_race_s_own_bit_for_bit(name: str, clock: str, spread: str) -> None:
    scene = replace(load_scene(name), seed=5)
    race, timing = scene.race(), scene.timing(clock)
    race.extend(50)
    marbles = fresh(scene, spread=spread, clock=clock)
    for tick in (0, 1, 43, 49):
        for lane, cloud in enumerate(at(marbles, tick).clouds):
            assert np.array_equal(cloud.theta[0], race.tracks[lane].theta[timing.updates(lane, tick)])


def test_each_marble_has_the_next_seed() -> None:
    scene = load_scene("local-minimum")
    cloud = at(fresh(scene, 9), 50).clouds[1]
    for number in (1, 8):
        race = replace(scene, seed=scene.seed + number).race()
        race.extend(50)
        assert np.array_equal(cloud.theta[number], race.tracks[1].theta[50])


def test_marbles_are_computed_in_small_pieces_to_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = load_scene("local-minimum")
    whole = at(fresh(scene, spread="around it"), 30)
    monkeypatch.setattr(module, "PIECE", 140)
    monkeypatch.setattr(module, "ORDERS", 140)
    pieces = fresh(scene, spread="around it")
    assert all(len(flocks) > 5 for flocks in pieces._course._flocks)
    assert same(at(pieces, 30), whole)


@pytest.mark.parametrize("bytes_", [module.MOST_BYTES, 12_000])
@pytest.mark.parametrize("clock", ["updates", "epochs"])
def test_back_is_as_forward(monkeypatch: pytest.MonkeyPatch, bytes_: int, clock: str) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", bytes_)
    scene = load_scene("local-minimum")
    marbles = fresh(scene, clock=clock)
    forward = [at(marbles, tick) for tick in range(50)]
    assert (marbles._course._every > 1) == (bytes_ == 12_000)
    for tick in (49, 40, 41, 13, 7, 0, 45):
        assert same(at(marbles, tick), forward[tick])
        assert marbles._course._bytes <= bytes_


def test_what_has_been_run_again_goes_on_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = load_scene("local-minimum")
    expected = at(fresh(scene), 90)
    monkeypatch.setattr(module, "MOST_BYTES", 5_000)
    marbles = fresh(scene)
    at(marbles, 80)
    assert 33 not in marbles._course._past
    at(marbles, 33)
    assert marbles._course._tick == 33
    assert same(at(marbles, 90), expected)


def test_it_lags_where_there_is_no_time_and_says_where_it_is() -> None:
    scene = load_scene("local-minimum")
    marbles = fresh(scene)
    seen = set()
    while marbles.glimpse.tick < 50:
        marbles.follow(50, 0.0)  # One piece of work.
        seen.add(marbles.glimpse.tick)
    assert len(seen) > 2
    expected = at(fresh(scene), max(seen - {50}))
    assert expected.tick < 50
    assert same(at(marbles, expected.tick), expected)


def test_counts_are_those_of_the_certain_discs_and_add_up() -> None:
    scene = load_scene("muller-brown")
    marbles, nearest = fresh(scene, 300, "all over the map"), scene.problem().basins.nearest
    for tick in (0, 3, 40, 20):
        for cloud in at(marbles, tick).clouds:
            labels = nearest(cloud.theta)
            assert cloud.counts == tuple(int(np.sum(labels == i)) for i in range(3))
            assert cloud.elsewhere + cloud.diverged == np.sum(labels == NO_BASIN)
            assert sum(cloud.counts) + cloud.elsewhere + cloud.diverged == cloud.size == 300


def test_marbles_that_diverge_are_counted_apart() -> None:
    wild = Lane("wild", GradientDescent(1.0), 1)
    scene = replace(load_scene("himmelblau"), lanes=(wild, replace(wild, batch_size=20)), claims=(None, None))
    race = scene.race()
    race.extend(30)
    for spread in ("at one point", "around it"):
        for cloud, track in zip(at(fresh(scene, 20, spread), 30).clouds, race.tracks, strict=True):
            assert track.overflow is not None
            assert (ended(cloud), sum(cloud.counts) + cloud.elsewhere) == ((20, 0, 0), 0)
            assert np.array_equal(cloud.theta[0], track.theta[-1])


@pytest.mark.parametrize("rule", [GradientDescent(0.2), Breaking()])
def test_who_is_out_of_the_race_is_so_for_the_reason_that_the_verdict_has(rule: Rule[Any]) -> None:
    """On √x + y², which ends at x = 0, from both sides of y = 0."""
    lanes = (Lane("slow", rule, 1), Lane("fast", replace(rule, learning_rate=1e200), 1))
    scene = replace(parse_scene(EDGE, "edge"), lanes=lanes, claims=(None, None))
    places = starts(scene.window, scene.start, scene.seed, 40, "around it")
    marbles, seen = fresh(scene, 40, "around it"), set()
    for tick in (60, 5, 9, 10, 60):
        for lane, cloud in zip(lanes, at(marbles, tick).clouds, strict=True):
            crowd = Crowd(scene.problem(), lane, places, scene.seed + np.arange(40))
            crowd.extend(tick)
            over = [KINDS[kind] for kind in crowd.judge.kinds[crowd.run.ends >= 0].tolist()]
            assert ended(cloud) == tuple(over.count(kind) for kind in OVER)
            assert sum(cloud.counts) + cloud.elsewhere == 40 - len(over)
            seen |= set(over)
    assert seen == {VerdictKind.DIVERGED, VerdictKind.OFF_SURFACE} | (
        {VerdictKind.FAILED} if isinstance(rule, Breaking) else set()
    )


def test_full_batches_from_one_start_are_computed_once() -> None:
    full, mini, _ = at(fresh(load_scene("local-minimum"), 300), 60).clouds
    assert (full.theta.shape, full.each, full.size) == ((1, 2), 300, 300)
    assert (mini.theta.shape, mini.each, mini.size) == ((300, 2), 1, 300)
    assert sum(full.counts) == 300
    apart = at(fresh(load_scene("local-minimum"), 300, "close together"), 0).clouds[0]
    assert len(np.unique(apart.theta, axis=0)) == 300


@pytest.mark.parametrize("spread", SPREADS)
def test_starts_are_the_race_s_and_others_by_the_seed(spread: str) -> None:
    window = load_scene("local-minimum").window
    start = (-2.9, -0.6)
    hundred, thousand = (starts(window, start, 3, size, spread) for size in (100, 1_000))
    assert np.array_equal(hundred, thousand[:100])
    assert tuple(thousand[0]) == start
    assert np.array_equal(thousand, starts(window, start, 4, 1_000, spread)) == (SPREADS[spread] == 0)
    if math.isinf(SPREADS[spread]):
        assert window.contains(thousand).all()
        assert np.ptp(thousand, axis=0) == pytest.approx((window.width, window.height), rel=0.02)
    else:
        scatter = (thousand[1:] - start).std(axis=0)
        assert scatter == pytest.approx([SPREADS[spread] * window.diagonal] * 2, rel=0.1)


def test_equal_scenes_share_a_swarm_and_words_do_not_count() -> None:
    scene = load_scene("local-minimum")
    one = swarm(scene, 100, "at one point", "updates")
    spoken = replace(scene, title="x", look="y", captions=(), question=None)
    assert swarm(spoken, 100, "at one point", "updates") is one
    assert swarm(replace(scene, seed=9), 100, "at one point", "updates") is not one
    assert swarm(scene, 100, "around it", "updates") is not one


def test_a_swarm_is_no_larger_than_memory_allows() -> None:
    small, large = load_scene("local-minimum"), load_scene("thousand-examples")
    assert most_marbles(small) >= SIZES[-1]
    noisy = replace(large, lanes=tuple(Lane(f"{i}", large.lanes[0].rule, 1) for i in range(6)), claims=(None,) * 6)
    assert most_marbles(noisy) < SIZES[-1]
    assert swarm(noisy, SIZES[-1], "at one point", "updates").size == most_marbles(noisy)


def test_marbles_are_found_again_wherever_they_were() -> None:
    basins = load_scene("egg-box").problem().basins
    generator = np.random.default_rng(0)
    window = basins.window
    points = generator.uniform((window.x0, window.y0), (window.x1, window.y1), (500, 2))
    points[:3] = [[np.nan, 0], [np.inf, 0], [1e300, 0]]
    nearest = basins.nearest(points)
    assert 0 < np.sum(nearest == NO_BASIN) < 500
    for before in (nearest, np.full(500, NO_BASIN), generator.integers(-1, len(basins.minima), 500)):
        assert np.array_equal(found_again(basins, points, before), nearest)


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_clock_is_followed(clock: str) -> None:
    scene = load_scene("twenty-against-one")
    timing = scene.timing(clock)
    marbles = fresh(scene, 5, clock=clock)
    at(marbles, 45)
    assert [flocks[0].updates for flocks in marbles._course._flocks] == [timing.updates(lane, 45) for lane in range(2)]
