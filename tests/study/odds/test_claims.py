"""Shares that a scene promises, tested on fresh seeds."""

import json
from dataclasses import replace
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import pytest
from command_line import mistake, status

from sim.scene import Scene, SceneError, load_scene, parse_scene, scene_files
from sim.scene.writing import scene_text
from sim.study.odds.claims import BORNE_OUT, FRESH, OPEN, REFUTED, at_most, checked, fresh
from sim.study.odds.counts import counted
from sim.study.odds.odds import gather, jobs
from sim.study.work.ensemble import NEVER, Outcomes

OPENING = scene_files()["local-minimum"].read_text(encoding="utf-8")
PROMISE = "escaped = { least = 0.98 }, lowest = { least = 0.98 }"


def promising(share: str) -> Scene:
    """The opening scene, which promises that of its minibatch."""
    assert PROMISE in OPENING
    return parse_scene(OPENING.replace(PROMISE, share), "opening")


def outcomes(scene: Scene, seeds: int, updates: int) -> tuple[Outcomes, ...]:
    work = jobs(scene, seeds, updates)
    return gather(scene, work, {place: job.run() for place, job in enumerate(work)})


@pytest.mark.parametrize("trials", [1, 7, 30])
@pytest.mark.parametrize("chance", [Fraction(1, 100), Fraction(1, 2), Fraction(19, 20)])
def test_the_binomial_is_that_of_exact_fractions(trials: int, chance: Fraction) -> None:
    for count in range(trials + 1):
        exact = sum(comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(count + 1))
        assert at_most(count, trials, float(chance)) == pytest.approx(float(exact), rel=1e-10)
    assert (at_most(3, 5, 0.0), at_most(4, 5, 1.0), at_most(5, 5, 1.0)) == (1, 0, 1)


@pytest.mark.parametrize(
    ("count", "share", "standing"),
    [
        (97, "least = 0.9", BORNE_OUT),  # At most 3 of 100 with a chance of 0.1: 0.008.
        (96, "least = 0.9", OPEN),
        (82, "least = 0.9", OPEN),
        (81, "least = 0.9", REFUTED),  # At most 81 with a chance of 0.9: 0.005.
        (3, "most = 0.1", BORNE_OUT),
        (19, "most = 0.1", REFUTED),
        (10, "most = 0.1", OPEN),
        (50, "least = 0.3, most = 0.7", BORNE_OUT),
        (50, "least = 0.3, most = 0.55", OPEN),
        (45, "least = 0.6, most = 0.65", REFUTED),
        (37, "least = 0.5", REFUTED),  # At most 37 with a chance of 0.5: 0.006, which either of two bounds may be.
        (37, "least = 0.5, most = 0.5", OPEN),
        (36, "least = 0.5, most = 0.5", REFUTED),
    ],
)
def test_what_so_many_of_a_hundred_seeds_say(count: int, share: str, standing: str) -> None:
    scene = promising(f"escaped = {{ {share} }}")
    found = outcomes(scene, 100, 1)
    escapes = np.where(np.arange(100) < count, 1, NEVER)
    found = (found[0], replace(found[1], escapes=escapes), found[2])
    told = {claim.lane: claim for claim in checked(scene, counted(scene, found), scene.updates)}
    assert told["minibatch"].standing == standing
    assert told["minibatch"].share.count == count


def test_escapes_after_the_update_that_is_named_do_not_count() -> None:
    scene = promising("escaped = { least = 0.5, by = 40 }")
    found = outcomes(scene, 100, 1)
    late = replace(found[1], escapes=np.where(np.arange(100) < 20, 40, 41))
    told = {claim.lane: claim for claim in checked(scene, counted(scene, (found[0], late, found[2])), scene.updates)}
    assert (told["minibatch"].share.count, told["minibatch"].standing) == (20, REFUTED)


def test_a_lane_without_chance_is_sure_after_one_seed() -> None:
    scene = load_scene("local-minimum")
    told = {claim.lane: claim for claim in checked(scene, counted(scene, outcomes(scene, 1, 400)), 400)}
    assert told["full batch"].standing == BORNE_OUT
    assert told["minibatch"].standing == OPEN


def test_fresh_seeds_are_far_from_the_scenes_own() -> None:
    assert fresh(load_scene("local-minimum")).seed == load_scene("local-minimum").seed + FRESH


@pytest.mark.parametrize(
    ("share", "problem"),
    [
        ("escaped = { least = 0.9, most = 0.5 }", "claim.escaped has least = 0.9 above most = 0.5"),
        ("escaped = { least = 1.5 }", "claim.escaped.least must be at most 1, not 1.5"),
        ("escaped = { least = 0.5, by = 401 }", "claim.escaped.by is 401, but there are only 400 updates"),
        ("escaped = { leats = 0.5 }", "claim.escaped.leats is not known here; did you mean least?"),
        ("lowest = { by = 5 }", "claim.lowest.by is not known here"),
    ],
)
def test_what_cannot_be_promised_is_told(share: str, problem: str) -> None:
    with pytest.raises(SceneError) as told:
        promising(share)
    assert problem in str(told.value)


def test_a_share_is_written_as_it_was_read() -> None:
    scene = promising("escaped = { least = 0.25, by = 40 }")
    assert parse_scene(scene_text(scene), "opening") == scene


@pytest.mark.usefixtures("_elsewhere")
def test_the_command_says_what_is_refuted_and_ends_so(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.toml").write_text(OPENING.replace(PROMISE, "escaped = { most = 0.5, by = 150 }"), encoding="utf-8")
    words = ("odds", "a.toml", "--claim", "--seeds", "50", "--workers", "1")
    assert status(*words) == 1
    assert "refuted" in capsys.readouterr().out
    assert status(*words, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [claim["standing"] for claim in told["claims"]] == ["borne out", "refuted", "borne out"]
    assert (told["first_seed"], told["fresh"], told["error"]) == (FRESH, True, 0.01)


@pytest.mark.parametrize(("seed", "is_fresh"), [(0, False), (FRESH - 1, False), (FRESH, True)])
def test_seeds_that_may_have_had_a_part_in_the_promise_are_told(
    seed: int, is_fresh: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("odds", "local-minimum", "--claim", "--seed", str(seed), "--seeds", "2", "--workers", "1", "--json")
    assert load_scene("local-minimum").seed == 0
    assert status(*words) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["fresh"] is is_fresh
    assert ("seeds below 1,000,000 may have had a part in the claim" in told.err) is not is_fresh


@pytest.mark.usefixtures("_elsewhere")
def test_who_promises_nothing_is_told_how_one_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert 'the scene "ravine" claims no shares' in mistake(capsys, "odds", "ravine", "--claim")
    assert "not allowed with argument --csv" in mistake(capsys, "odds", "--claim", "--csv", "a.csv")
