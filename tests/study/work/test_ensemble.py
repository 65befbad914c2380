"""An ensemble's outcomes are those of races, however it is cut."""

import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from bits import same_bits
from numpy.testing import assert_array_equal

from sim.descent.crowd import Crowd
from sim.descent.examples.chance import Seeds
from sim.descent.lane import Lane
from sim.descent.problem import Problem
from sim.descent.race import Race
from sim.descent.verdict.events import Escape
from sim.descent.verdict.log import Log
from sim.scene import Scene, load_scene
from sim.study.work import ensemble as module
from sim.study.work.ensemble import NEVER, UNJUDGED, VERDICTS, Job, Outcomes, ends, ensemble, join, last_followed
from sim.study.work.low_priority import LowPriority
from sim.surface.basins import NO_BASIN
from sim.surface.points import Array


@pytest.mark.parametrize("lane", range(3))
def test_outcomes_are_those_of_races(lane: int) -> None:
    scene = load_scene("local-minimum")
    outcomes = ensemble(scene.problem(), scene.lanes[lane], scene.start, np.arange(5, 9), 300)
    for place, seed in enumerate(range(5, 9)):
        race = Race(scene.problem(), [scene.lanes[lane]], scene.start, seed)
        race.extend(300)
        judge, track = race.judges[0], race.tracks[0]
        verdict, theta, loss, test_loss = judge.verdict(300), track.theta[-1], track.loss[-1], track.test_loss[-1]
        race.extend(400)  # By when it is certain what happened until then.
        escapes = [
            event.update for event in judge.events_until(400) if isinstance(event.kind, Escape) and event.update <= 300
        ]
        assert outcomes.seeds[place] == seed
        assert VERDICTS[outcomes.verdicts[place]] is verdict.kind
        assert outcomes.basins[place] == verdict.basin
        assert outcomes.escapes[place] == (escapes[0] if escapes else NEVER)
        assert outcomes.updates[place] == 300
        assert (outcomes.ends[place], outcomes.undecided[place]) == (NEVER, False)
        assert_array_equal(outcomes.theta[place], theta)
        assert (outcomes.losses[place], outcomes.test_losses[place]) == (loss, test_loss)


@pytest.mark.parametrize("rate", [100.0, 1e6])
def test_who_diverges_ends_in_no_basin_whether_numbers_overflow_or_not(rate: float) -> None:
    scene = load_scene("local-minimum")
    lane = scene.lanes[1]
    outcomes = ensemble(
        scene.problem(), replace(lane, rule=replace(lane.rule, learning_rate=rate)), scene.start, np.arange(6), 60
    )
    assert outcomes.over.all()
    assert_array_equal(outcomes.basins, NO_BASIN)


def test_how_an_ensemble_is_cut_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = load_scene("local-minimum")
    whole = Job(scene.experiment, 1, 0, 30, 150).run()
    parts = [Job(scene.experiment, 1, first, 10, 150).run() for first in (0, 10, 20)]
    assert same_bits(join(parts), whole)
    monkeypatch.setattr(module, "MARBLES", 7)
    assert same_bits(Job(scene.experiment, 1, 0, 30, 150).run(), whole)


def test_a_job_can_be_sent() -> None:
    job = Job(load_scene("on-the-saddle").experiment, 1, 3, 4, 60)
    sent = pickle.loads(pickle.dumps(job))
    assert sent == job
    assert same_bits(sent.run(), job.run())


def test_who_gets_a_job_need_not_load_what_reads_and_shows_scenes() -> None:
    """That takes as long as all that computing takes."""
    sent = pickle.dumps(LowPriority(Job(load_scene("local-minimum").experiment, 1, 0, 2, 10))).hex()
    code = f"import pickle, sys; pickle.loads(bytes.fromhex({sent!r})).run(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "sim.study.work.ensemble" in loaded
    assert not loaded & {"pydantic", "pygame", "sim.scene", "sim.stage"}


def test_marbles_without_chance_are_all_alike() -> None:
    scene = load_scene("local-minimum")
    outcomes = Job(scene.experiment, 0, 11, 6, 200).run()
    assert outcomes.seeds.tolist() == [11, 12, 13, 14, 15, 16]
    assert len(np.unique(outcomes.theta, axis=0)) == 1
    assert {VERDICTS[verdict].code for verdict in outcomes.verdicts} == {"stuck"}


def test_no_updates_and_divergence() -> None:
    scene = load_scene("learning-rate-ladder")
    still = Job(scene.experiment, 0, 0, 2, 0).run()
    assert_array_equal(still.theta, np.tile(scene.start, (2, 1)))
    assert still.updates.tolist() == [0, 0]
    away = Job(scene.experiment, 3, 0, 2, 2_500).run()
    assert {VERDICTS[verdict].code for verdict in away.verdicts} == {"diverged"}
    assert (away.updates < 2_500).all()
    assert_array_equal(away.ends, still_far(scene, 3))
    assert (still.ends == NEVER).all()


def still_far(scene: Scene, lane: int) -> list[int]:
    """The update from which on the race of each of two seeds is said to have diverged."""
    race = scene.race()
    race.extend(2_500)
    (since,) = (event.update for event in race.judges[lane].events if event.kind == "diverged")
    return [since] * 2


# Escapes that are certain only later.

SEEDS = np.arange(200)


def setting(batch_size: int) -> tuple[Problem, Lane, tuple[float, float]]:
    """With two examples at a time, about half have escaped after eighty updates; with three, after three hundred."""
    scene = load_scene("batch-ladder")
    return scene.problem(), replace(scene.lanes[1], batch_size=batch_size), scene.start


def watched(updates: int, batch_size: int = 2) -> Outcomes:
    """What becomes of the marbles."""
    return ensemble(*setting(batch_size), SEEDS, updates)


def open_at(updates: int, batch_size: int = 2) -> Crowd:
    """The crowd as it is after so many updates."""
    problem, lane, start = setting(batch_size)
    crowd = Crowd(problem, lane, np.tile(start, (len(SEEDS), 1)), SEEDS)
    crowd.extend(updates)
    return crowd


@pytest.mark.parametrize("updates", [40, 80])
def test_an_escape_counts_by_its_own_update_however_long_one_watches(updates: int) -> None:
    short, long = watched(updates), watched(300)
    assert_array_equal(short.escapes, np.where(long.escapes <= updates, long.escapes, NEVER))
    assert not short.undecided.any()
    certain = open_at(updates).judge.log.escaped(updates) != NEVER
    assert np.count_nonzero(short.escapes != NEVER) > np.count_nonzero(certain) + 5  # Or nothing has been open.


@pytest.mark.parametrize(("updates", "batch_size"), [(80, 2), (300, 3)])
def test_all_else_is_told_of_the_last_update(updates: int, batch_size: int) -> None:
    found, crowd = watched(updates, batch_size), open_at(updates, batch_size)
    certain, theta = crowd.judge.log.escaped(updates) != NEVER, crowd.run.theta[-1]
    assert np.count_nonzero(found.escapes != NEVER) > np.count_nonzero(certain)  # Or none would have gone on.
    assert found.theta.tobytes() == np.ascontiguousarray(theta).tobytes()
    assert_array_equal(found.basins, crowd.judge.basins)
    assert_array_equal(found.verdicts, crowd.judge.kinds)
    assert set(found.updates) == {updates}
    assert_array_equal(found.losses, crowd.run.problem.train.value(theta))


def test_what_follows_the_end_is_no_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = watched(80)
    monkeypatch.setattr(Log, "ends", property(lambda _: np.where(SEEDS % 2, 50, NEVER)))
    found = watched(80)
    late = (SEEDS % 2 > 0) & (usual.escapes >= 50)
    assert late.any()
    assert_array_equal(found.escapes, np.where(late, NEVER, usual.escapes))


def test_whether_runs_go_on_together_or_alone_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = watched(80)
    monkeypatch.setattr(module, "TOGETHER", (2,))
    made: list[int] = []

    def crowd(problem: Problem, lane: Lane, starts: Array, seeds: Seeds) -> Crowd:
        made.append(len(seeds))
        return Crowd(problem, lane, starts, seeds)

    monkeypatch.setattr(module, "Crowd", crowd)
    assert same_bits(watched(80), usual)
    assert len(made) == 2
    assert 0 < made[1] < len(SEEDS) // 2  # Only those that are still open run anew.


def test_what_is_undecided_at_the_limit_counts_as_not_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = watched(80)
    monkeypatch.setattr(module, "TOGETHER", (1,))
    monkeypatch.setattr(module, "FOLLOWED", 1)
    monkeypatch.setattr(module, "LEAST_FOLLOWED", 82)
    found = watched(80)
    assert found.undecided.any()
    assert (found.escapes[found.undecided] == NEVER).all()
    escaped, usually = found.escapes != NEVER, usual.escapes != NEVER
    assert_array_equal(escaped[~found.undecided], usually[~found.undecided])


def test_the_limit_is_four_times_the_updates_and_some_hundreds_at_least() -> None:
    assert [last_followed(updates) for updates in (0, 80, 400)] == [500, 500, 1_600]


@pytest.mark.parametrize("name", ["local-minimum", "ravine", "batch-ladder"])
def test_ends_without_verdicts_are_those_with_them(name: str) -> None:
    """In every bit, where a lane diverges, too; and nothing is said that nobody has looked at."""
    scene = load_scene(name)
    for lane in scene.lanes:
        seeds = np.arange(7, 12)
        judged = ensemble(scene.problem(), lane, scene.start, seeds, 150)
        bare = ends(scene.problem(), lane, scene.start, seeds, 150)
        for column in ("seeds", "updates", "theta", "losses", "test_losses"):
            assert_array_equal(getattr(bare, column), getattr(judged, column))
        assert set(bare.verdicts.tolist()) == {UNJUDGED}
        assert set(bare.escapes.tolist()) == set(bare.ends.tolist()) == {NEVER}
