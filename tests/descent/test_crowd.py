"""A crowd's runs and verdicts are those of races, and its memory does not grow."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sim.descent.crowd import CHUNK, Crowd, moments_kept
from sim.descent.examples.chance import Indices
from sim.descent.lane import Lane
from sim.descent.race import Race
from sim.descent.rules.plain.gradient_descent import GradientDescent
from sim.descent.verdict.events import Escape
from sim.descent.verdict.judge import Judge
from sim.descent.verdict.kinds import KINDS
from sim.descent.verdict.log import NEVER
from sim.scene import OPENING, load_scene

SCENES = (
    *("local-minimum", "on-the-saddle", "learning-rate-ladder", "batch-ladder", "himmelblau", "thousand-examples"),
    *("adaptive-rules", "plateau", "egg-box", "newton", "warm-restarts"),
)
"""The others have no verdict, no event and no rule that none of these has."""
LONGER = ("local-minimum", "learning-rate-ladder", "egg-box")


def crowd_of(name: str, lane: Lane, marbles: int, *stops: int) -> Crowd:
    scene = load_scene(name)
    crowd = Crowd(scene.problem(), lane, np.tile(scene.start, (marbles, 1)), np.arange(marbles))
    for stop in stops:
        crowd.extend(stop)
    return crowd


@pytest.mark.parametrize("name", SCENES)
def test_a_crowd_is_judged_as_its_marbles_alone(name: str) -> None:
    """In some scenes for longer than a chunk."""
    scene = load_scene(name)
    most = CHUNK + 44 if name in LONGER else 60
    updates, problem = min(scene.updates, most), scene.problem()
    races = [Race(problem, scene.lanes, scene.start, seed) for seed in (0, 1)]
    for race in races:
        race.extend(updates)
    for place, lane in enumerate(scene.lanes):
        crowd = crowd_of(name, lane, 2, 1, 2, min(CHUNK + 1, updates), updates)
        assert crowd.run.updates == updates or (crowd.run.ends >= 0).all()
        judge = crowd.judge
        for run, (race, label, theta, made) in enumerate(
            zip(races, judge.basins, crowd.run.theta[-1], crowd.run.made, strict=True)
        ):
            alone = race.judges[place]
            assert judge.log.events(run) == alone.events
            assert judge.log.changes(run) == alone.changes
            assert KINDS[judge.kinds[run]] is alone.verdict(updates).kind
            escapes = [event.update for event in alone.events if isinstance(event.kind, Escape)]
            assert judge.log.escapes[run] == (escapes[0] if escapes else NEVER)
            basin = alone.verdict(updates).basin
            assert label == (-1 if basin is None else basin)
            assert made == alone.track.updates
            assert_array_equal(theta, alone.track.theta[-1])


@pytest.mark.parametrize("name", [OPENING, "batch-ladder", "muller-brown", "warm-restarts"])
def test_who_is_calm_is_asked_of_few_and_told_as_if_it_were_asked_of_all(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, asked = load_scene(name), [0]
    noisy = [lane for lane in scene.lanes if lane.chance(scene.examples.count)]
    few = [crowd_of(name, lane, 12, min(scene.updates, 300)).judge for lane in noisy]
    usual = Judge._asked

    def all_asked(judge: Judge, look: Any, seen: Any, runs: Indices) -> Indices:
        everyone = np.flatnonzero(look.unsure)
        asked[0] += len(everyone) - len(runs)
        return usual(judge, look, seen, everyone)

    monkeypatch.setattr(Judge, "_asked", all_asked)
    everyone = [crowd_of(name, lane, 12, min(scene.updates, 300)).judge for lane in noisy]
    for one, other in zip(few, everyone, strict=True):
        for run in range(12):
            assert one.log.events(run) == other.log.events(run)
            assert one.log.changes(run) == other.log.changes(run)
    if name == OPENING:
        assert asked[0] > 0


def test_a_crowd_tells_whose_escapes_are_not_decided_yet() -> None:
    """Watched for long enough, they either reach the other basin's core or come back; and never does one that stays."""
    crowd = crowd_of("batch-ladder", Lane("B = 2", GradientDescent(0.2), 2), 200, 30)
    pending, escaped = crowd.judge.pending, crowd.judge.log.escapes != NEVER
    assert 5 < np.count_nonzero(pending) < 150
    crowd.extend(36)
    late = (crowd.judge.log.escapes != NEVER) & (crowd.judge.log.escapes <= 30) & ~escaped
    assert late.any()
    assert (pending[late]).all()
    assert not crowd_of("batch-ladder", Lane("full", GradientDescent(0.2), 20), 1, 30).judge.pending.any()


def test_memory_does_not_grow_with_the_updates() -> None:
    lane = Lane("B = 5", GradientDescent(0.15), 5)
    crowd = crowd_of("local-minimum", lane, 2, 3_000)
    run, most = crowd.run, moments_kept(lane, 20)
    assert most < 1_000
    assert len(run.theta) == len(run.loss) <= most
    assert run.first > 2_000
    far = Race(run.problem, [lane], load_scene("local-minimum").start, 1)
    far.extend(3_000)
    assert crowd.judge.log.changes(1) == far.judges[0].changes


def test_a_crowd_that_diverges_stops_where_each_overflowed() -> None:
    scene = load_scene("learning-rate-ladder")
    lane = Lane("", GradientDescent(40.0), 1)
    crowd = Crowd(scene.problem(), lane, np.tile(scene.start, (4, 1)), np.arange(4))
    crowd.extend(2_000)
    assert (crowd.run.ends > 0).all()
    assert [KINDS[kind].code for kind in crowd.judge.kinds] == ["diverged"] * 4
    assert crowd.run.updates < 2_000
    assert np.isfinite(crowd.run.theta).all()
