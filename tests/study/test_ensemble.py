"""An ensemble's outcomes are those of races, however it is cut."""

import pickle

import numpy as np
import pytest
from bits import same_bits
from numpy.testing import assert_array_equal

from sim.descent.verdict import ESCAPES
from sim.scene import load_scene
from sim.study import ensemble as module
from sim.study.ensemble import NEVER, VERDICTS, Job, ensemble, join


@pytest.mark.parametrize("lane", range(3))
def test_outcomes_are_those_of_races(lane: int) -> None:
    scene = load_scene("local-minimum")
    outcomes = ensemble(scene.problem(), scene.lanes[lane], scene.start, np.arange(5, 9), 300)
    for place, seed in enumerate(range(5, 9)):
        race = type(scene.race())(scene.problem(), scene.lanes, scene.start, seed)
        race.extend(300)
        judge, track = race.judges[lane], race.tracks[lane]
        verdict = judge.verdict(300)
        escapes = [event.update for event in judge.events_until(300) if event.kind in ESCAPES]
        assert outcomes.seeds[place] == seed
        assert VERDICTS[outcomes.verdicts[place]] is verdict.kind
        assert outcomes.basins[place] == verdict.basin
        assert outcomes.escapes[place] == (escapes[0] if escapes else NEVER)
        assert outcomes.updates[place] == 300
        assert_array_equal(outcomes.theta[place], track.theta[-1])
        assert outcomes.losses[place] == track.loss[-1]
        assert outcomes.test_losses[place] == track.test_loss[-1]


def test_how_an_ensemble_is_cut_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = load_scene("local-minimum")
    whole = Job(scene, 1, 0, 30, 150).run()
    parts = [Job(scene, 1, first, 10, 150).run() for first in (0, 10, 20)]
    assert same_bits(join(parts), whole)
    monkeypatch.setattr(module, "MARBLES", 7)
    assert same_bits(Job(scene, 1, 0, 30, 150).run(), whole)


def test_a_job_can_be_sent() -> None:
    job = Job(load_scene("on-the-saddle"), 1, 3, 4, 60)
    sent = pickle.loads(pickle.dumps(job))
    assert sent == job
    assert same_bits(sent.run(), job.run())


def test_marbles_without_chance_are_all_alike() -> None:
    scene = load_scene("local-minimum")
    outcomes = Job(scene, 0, 11, 6, 200).run()
    assert outcomes.seeds.tolist() == [11, 12, 13, 14, 15, 16]
    assert len(np.unique(outcomes.theta, axis=0)) == 1
    assert {VERDICTS[verdict].code for verdict in outcomes.verdicts} == {"stuck"}


def test_no_updates_and_divergence() -> None:
    scene = load_scene("learning-rate-ladder")
    still = Job(scene, 0, 0, 2, 0).run()
    assert_array_equal(still.theta, np.tile(scene.start, (2, 1)))
    assert still.updates.tolist() == [0, 0]
    away = Job(scene, 3, 0, 2, 5_000).run()
    assert {VERDICTS[verdict].code for verdict in away.verdicts} == {"diverged"}
    assert (away.updates < 5_000).all()
