"""A crowd's runs and verdicts are those of races, and its memory does not grow."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from runs import judges_of

from sim.descent.crowd import CHUNK, Crowd, moments_kept
from sim.descent.judge import Judge
from sim.descent.race import Race
from sim.descent.rules.gradient_descent import GradientDescent
from sim.descent.run import Run
from sim.descent.sight import NO_SADDLE, Sight, Sights, Spells, _spells, _visits
from sim.descent.track import Lane
from sim.descent.verdict import DWELL
from sim.scene import load_scene, scene_files

SCENES = [*scene_files()]


def crowd_of(name: str, lane: Lane, marbles: int, *stops: int) -> Crowd:
    scene = load_scene(name)
    crowd = Crowd(scene.problem(), lane, np.tile(scene.start, (marbles, 1)), np.arange(marbles))
    for stop in stops:
        crowd.extend(stop)
    return crowd


@pytest.mark.parametrize("name", SCENES)
def test_a_crowd_is_judged_as_its_marbles_alone(name: str) -> None:
    scene = load_scene(name)
    updates, problem = min(scene.updates, 500), scene.problem()
    races = [Race(problem, scene.lanes, scene.start, seed) for seed in (0, 1, 2)]
    for race in races:
        race.extend(updates)
    for place, lane in enumerate(scene.lanes):
        crowd = crowd_of(name, lane, 3, 1, 2, min(CHUNK + 1, updates), updates)
        assert crowd.run.updates == updates or (crowd.run.ends >= 0).all()
        for race, judge, label, theta, made in zip(
            races, crowd.judges, crowd.basins, crowd.run.theta[-1], crowd.run.made, strict=True
        ):
            alone = race.judges[place]
            assert judge.events == alone.events
            assert judge.changes == alone.changes
            assert judge.kind is alone.verdict(updates).kind
            basin = alone.verdict(updates).basin
            assert label == (-1 if basin is None else basin)
            assert made == alone.track.updates
            assert_array_equal(theta, alone.track.theta[-1])


@pytest.mark.parametrize("name", ["local-minimum", "egg-box", "two-weights", "learning-rate-ladder", "plateau"])
def test_looking_only_where_something_can_change_changes_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = load_scene(name)
    updates = min(scene.updates, 400)
    starts = np.random.default_rng(0).normal(scene.start, 0.3, (8, 2))

    def judges() -> list[Judge]:
        runs = [Run(scene.problem(), lane, starts, np.arange(8)) for lane in scene.lanes]
        for run in runs:
            run.extend(updates)
        return [judge for run in runs for judge in judges_of(run)]

    leaping = judges()
    monkeypatch.setattr(Sights, "eventful", lambda seen: np.ones(seen.far.shape, dtype=np.bool_))
    looked = []
    judge_moment = Judge._judge

    def judge_and_count(judge: Judge, sight: Sight) -> None:
        looked.append(judge.seen)
        judge_moment(judge, sight)

    monkeypatch.setattr(Judge, "_judge", judge_and_count)
    everywhere = judges()
    assert len(looked) == sum(judge.seen for judge in everywhere)
    for one, other in zip(leaping, everywhere, strict=True):
        assert one.events == other.events
        assert one.changes == other.changes


def test_memory_does_not_grow_with_the_updates() -> None:
    lane = Lane("B = 5", GradientDescent(0.15), 5)
    crowd = crowd_of("local-minimum", lane, 2, 3_000)
    run, kept = crowd.run, moments_kept(crowd.run.problem, lane)
    assert kept < 1_000
    assert len(run.theta) == len(run.loss) <= kept
    assert run.first > 2_000
    far = Race(run.problem, [lane], load_scene("local-minimum").start, 1)
    far.extend(3_000)
    assert crowd.judges[1].changes == far.judges[0].changes


def test_a_crowd_that_diverges_stops_where_each_overflowed() -> None:
    scene = load_scene("learning-rate-ladder")
    lane = Lane("", GradientDescent(40.0), 1)
    crowd = Crowd(scene.problem(), lane, np.tile(scene.start, (4, 1)), np.arange(4))
    crowd.extend(2_000)
    assert (crowd.run.ends > 0).all()
    assert [judge.kind.code for judge in crowd.judges] == ["diverged"] * 4
    assert crowd.run.updates < 2_000
    assert np.isfinite(crowd.run.theta).all()


def test_spells_are_counted_as_one_would_by_hand() -> None:
    generator = np.random.default_rng(5)
    for _ in range(200):
        begins = generator.random((12, 3)) < 0.3
        ends = generator.random((12, 3)) < 0.4
        before = generator.integers(0, 3, 3)
        expected = np.zeros((12, 3), dtype=int)
        for marble in range(3):
            count = before[marble]
            for moment in range(12):
                count = 0 if ends[moment, marble] else count
                count += bool(count or begins[moment, marble])
                expected[moment, marble] = count
        assert_array_equal(_spells(begins, ends, before), expected)


def test_visits_of_saddles_are_told_as_one_would_by_hand() -> None:
    generator = np.random.default_rng(6)
    told = 0
    for _ in range(300):
        saddle = np.repeat(generator.integers(0, 2, (4, 3)), 10, axis=0)
        reaches = generator.choice([0.5, 1.5, 3.0], (40, 3), p=[0.45, 0.5, 0.05])
        gentle = generator.random((40, 3)) < 0.1
        expected = np.full((40, 3), NO_SADDLE)
        for marble in range(3):
            visited, visit, touched = NO_SADDLE, 0, False
            for moment in range(40):
                here, distance = int(saddle[moment, marble]), reaches[moment, marble]
                if here == visited and distance <= 2:
                    visit, touched = visit + 1, touched or gentle[moment, marble]
                    continue
                if visited != NO_SADDLE and visit >= DWELL and touched:
                    expected[moment, marble] = visited
                visited, visit, touched = (here, 1, gentle[moment, marble]) if distance <= 1 else (NO_SADDLE, 0, False)
        cut = int(generator.integers(1, 39))
        before, spells = _visits(saddle[:cut], reaches[:cut], gentle[:cut], Spells.none(3))
        after, _ = _visits(saddle[cut:], reaches[cut:], gentle[cut:], spells)
        assert_array_equal(np.concatenate([before, after]), expected)
        told += int(np.count_nonzero(expected != NO_SADDLE))
    assert told > 100
