"""A double well of which the window shows the higher well alone: who leaves it has escaped, and what is there is found.

Which well a marble is in is known without the program: that of its side of the pass, near x = −0.15. It lies farther
from the window than is searched.
"""

import io
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.descent.crowd import Crowd
from sim.descent.verdict.judge import STAYING
from sim.descent.verdict.log import NEVER
from sim.report import summary, table
from sim.scene import Scene
from sim.scene.reading import parse_scene
from sim.stage.export.still import screenshot
from sim.study.odds.counts import SceneCounts, counted
from sim.study.odds.odds import named_outcomes, odds, odds_of
from sim.study.odds.report import summary as odds_summary
from sim.study.odds.report import write_csv
from sim.study.work.ensemble import Outcomes, ensemble, first_of
from sim.surface.basins import NO_BASIN

TEXT = """
title = "Out of the window"
look = "."
updates = 300
start = [-3.8, 0.0]
window = [[-3.9, -0.3], [-3.0, 3.0]]
[surface]
kind = "formula"
formula = "(x^2/4 - 1)^2 + y^2/4 - 0.15*x"
[examples]
kind = "tilted"
sigma = 0.5
[lane.momentum]
rule = "momentum"
learning_rate = 0.04
batch_size = "full"
[lane.minibatch]
rule = "gradient descent"
learning_rate = 0.4
batch_size = 1
"""
PASS, BELOW = sorted(np.roots([0.25, 0.0, -1.0, -0.15]).real.tolist())[1:]
SEEDS = 60


@cache
def scene() -> Scene:
    return parse_scene(TEXT, "beyond")


@cache
def watched(lane: int, updates: int) -> Outcomes:
    return ensemble(scene().problem(), scene().lanes[lane], scene().start, np.arange(SEEDS), updates)


def test_the_window_shows_one_minimum() -> None:
    [minimum] = scene().problem().minima
    assert minimum.position[0] < PASS
    assert scene().window.x1 < BELOW


def test_who_stays_beyond_the_pass_has_escaped_and_nobody_else() -> None:
    found = watched(1, 300)
    beyond = found.theta[:, 0] > PASS
    assert 10 < np.count_nonzero(beyond) < SEEDS
    assert STAYING[found.verdicts].all()
    assert (found.escapes != NEVER).tolist() == beyond.tolist()
    assert (found.basins[beyond] == NO_BASIN).all()


@pytest.mark.parametrize("updates", [5, 12, 40])
def test_the_share_by_an_update_does_not_depend_on_how_long_one_watches(updates: int) -> None:
    short, long = watched(1, updates).escapes, watched(1, 300).escapes
    assert (short != NEVER).any()
    assert short.tolist() == np.where(long <= updates, long, NEVER).tolist()


def test_it_is_told_once_and_at_the_last_crossing() -> None:
    crowd = Crowd(scene().problem(), scene().lanes[0], np.array([scene().start]), np.array([0]))
    crowd.extend(300)
    [escape] = [event for event in crowd.judge.log.events() if event.kind == "escaped"]
    assert (escape.source, escape.target) == (0, None)
    crowd = Crowd(scene().problem(), scene().lanes[0], np.array([scene().start]), np.array([0]))
    crowd.extend(escape.update - 1)
    assert crowd.run.theta[-1, 0, 0] < PASS
    crowd.extend(escape.update)
    assert crowd.run.theta[-1, 0, 0] > PASS


@pytest.mark.parametrize("stops", [(7, 8, 91, 300), (299, 300)])
def test_how_many_moments_come_at_a_time_makes_no_difference(stops: tuple[int, ...]) -> None:
    crowds = [
        Crowd(scene().problem(), scene().lanes[1], np.tile(scene().start, (8, 1)), np.arange(8)) for _ in range(2)
    ]
    for stop in stops:
        crowds[0].extend(stop)
    crowds[1].extend(300)
    for run in range(8):
        assert crowds[0].judge.log.events(run) == crowds[1].judge.log.events(run)


def test_the_odds_name_the_basin_that_was_found() -> None:
    outcomes = [watched(lane, 300) for lane in (0, 1)]
    told = odds(scene(), outcomes, 300)
    _, below = told.minima
    assert below.position == pytest.approx((BELOW, 0.0), abs=1e-9)
    beyond = int(np.count_nonzero(outcomes[1].theta[:, 0] > PASS))
    assert [share.count for share in told.lanes[1].basins] == [SEEDS - beyond, beyond, 0]
    assert told.lanes[1].escaped.count == beyond
    assert [minimum["x"] for minimum in odds_summary(told)["minima"]] == [one.position[0] for one in told.minima]
    rows = io.StringIO()
    write_csv(scene(), counted(scene(), outcomes), enumerate(outcomes), rows)
    assert rows.getvalue().count("minimum 2") == SEEDS + beyond


def test_what_was_found_has_the_same_number_however_seeds_are_cut_into_blocks() -> None:
    lanes = [watched(lane, 300) for lane in (0, 1)]
    counts = SceneCounts(scene(), SEEDS, 2)
    for first in reversed(range(0, SEEDS, 7)):
        counts.add(1, Outcomes(*(getattr(lanes[1], field.name)[first : first + 7] for field in fields(Outcomes))))
    counts.add(0, first_of(lanes[0], 1))
    assert odds_of(scene(), counts.lanes, 300) == odds(scene(), lanes, 300)
    assert [(first, count) for first, _, count in counts.lanes[0].beyond] == [(0, SEEDS)]
    assert counts.lanes[1].beyond == counted(scene(), lanes)[1].beyond  # Told of the first seed that is there.
    found, [named] = named_outcomes(scene().problem(), lanes[1:])
    assert len(found) == 2
    assert (named.basins == 1).tolist() == (lanes[1].theta[:, 0] > PASS).tolist()


def test_a_race_lists_what_its_marbles_found() -> None:
    race = scene().race()
    race.extend(301)
    [momentum, minibatch] = summary(scene(), race, 300)["lanes"]
    assert momentum["evidence"]["basin"] == {
        "index": 1,
        "name": "minimum 2",
        "x": pytest.approx(BELOW),
        "y": pytest.approx(0.0, abs=1e-9),
    }
    assert minibatch["verdict"] == "rattling"
    assert "a basin that is not known" in minibatch["sentence"]
    assert "below every known minimum" in minibatch["sentence"]
    assert f"minimum 2: ({BELOW:.4g}, 0)" in str(table(scene(), race, 300).caption)
    early = summary(scene(), race, 100)
    assert len(early["critical_points"]["minima"]) == 1


def test_a_picture_of_it_says_where_from(tmp_path: Path) -> None:
    screenshot(scene(), 300, (960, 600), "light", tmp_path / "beyond.png")
    assert (tmp_path / "beyond.png").stat().st_size > 0
