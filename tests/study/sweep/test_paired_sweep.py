"""A sweep's lanes and settings compared seed by seed: against the runs themselves, and in each form alike."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from command_line import output, status
from readers import printed, rows, through_json

from sim.descent.verdict.kinds import VerdictKind
from sim.scene import load_scene
from sim.study.statistics.intervals import Estimate
from sim.study.sweep.measures import measures
from sim.study.sweep.pairs import Compared, Difference, Sample, compared, pairs_of
from sim.study.sweep.report import Told, summary, tables, told, write_csv
from sim.study.sweep.settings import over
from sim.study.sweep.store import Store
from sim.study.sweep.sweep import Result, Sweep, plan
from sim.study.work.ensemble import NEVER, VERDICTS, Job, Outcomes
from sim.surface.points import Array

SIZES = "lane.minibatch.batch_size=1,2,5"
SEEDS = 60
ZERO = Estimate(0.0, 0.0, 0.0)


@cache
def planned(scene: str, *overs: str, seeds: int = SEEDS, updates: int = 60) -> Sweep:
    return plan(load_scene(scene), [over(each) for each in overs], seeds, updates)


@cache
def results(sweep: Sweep) -> Mapping[int, Result]:
    return {place: block.run() for place, block in enumerate(sweep.blocks)}


def found(measure: str, *overs: str, scene: str = "local-minimum", seeds: int = SEEDS) -> Told:
    sweep = planned(scene, *(overs or (SIZES,)), seeds=seeds)
    return told(sweep, results(sweep), measure)


def differences(measure: str, *overs: str, scene: str = "local-minimum") -> Compared:
    known = found(measure, *overs, scene=scene).compared
    assert known is not None
    return known


@cache
def runs(size: int, lane: int) -> Outcomes:
    """What becomes of a lane with such batches for the minibatch, on its own."""
    scene = load_scene("local-minimum")
    lanes = [replace(each, batch_size=size) if each.name == "minibatch" else each for each in scene.lanes]
    return Job(replace(scene.experiment, lanes=(lanes[lane],)), 0, 0, SEEDS, 60).run()


def newcombe(one: Array, other: Array, z: float, sure: bool) -> tuple[float, float]:
    """Method 10 of Newcombe 1998, term by term; of the first share there is nothing uncertain if it is sure."""
    n = len(one)
    e, f, g, h = (int(np.sum((one == a) & (other == b))) for a, b in ((1, 1), (1, 0), (0, 1), (0, 0)))
    ends = []
    for count, known in ((e + f, sure), (e + g, False)):
        middle, half = 2 * count + z * z, z * math.sqrt(z * z + 4 * count * (1 - count / n))
        low, high = (middle - half) / 2 / (n + z * z), (middle + half) / 2 / (n + z * z)
        ends.append((count / n, count / n) if known else (low, high))
    (low1, high1), (low2, high2) = ends
    sides = (e + f) * (g + h) * (e + g) * (f + h)
    excess = e * h - f * g
    phi = 0.0 if not sides else (max(excess - n / 2, 0) if excess > 0 else excess) / math.sqrt(sides)
    p1, p2 = (e + f) / n, (e + g) / n
    below = math.sqrt((p1 - low1) ** 2 - 2 * phi * (p1 - low1) * (high2 - p2) + (high2 - p2) ** 2)
    above = math.sqrt((high1 - p1) ** 2 - 2 * phi * (high1 - p1) * (p2 - low2) + (p2 - low2) ** 2)
    return p1 - p2 - below, p1 - p2 + above


Z_OF_7, T59_OF_7, T59_OF_3 = 2.690110, 2.787140, 2.464154
"""Of a normal number, and of Student's t with 59 degrees of freedom, what 0.05/7 or 0.05/3 lie beyond."""


def test_shares_of_lanes_differ_by_what_their_own_runs_do_and_all_hold_at_once() -> None:
    """Three settings with two pairs each that the number touches, and one pair that it does not: seven differences."""
    told = differences("escaped")
    assert told.lanes_at_once == 7
    assert pairs_of(3) == [(1, 0), (2, 0), (2, 1)]
    for place, size in enumerate((1, 2, 5)):
        full, mini, momentum = ((runs(size, lane).escapes != NEVER).astype(float) for lane in range(3))
        values = [float((one - other).mean()) for one, other in ((mini, full), (momentum, full), (momentum, mini))]
        assert [each.estimate.value for each in told.lanes[place]] == pytest.approx(values)
        last = told.lanes[place][2]
        assert (last.estimate.low, last.estimate.high) == pytest.approx(newcombe(momentum, mini, Z_OF_7, sure=True))
        assert last.seeds == SEEDS
    assert 0 < told.lanes[0][2].estimate.value < 1


def test_mean_losses_of_lanes_differ_by_students_interval() -> None:
    told = differences("train-loss")
    for place, size in enumerate((1, 2, 5)):
        gaps = runs(size, 2).losses - runs(size, 1).losses
        half = T59_OF_7 * gaps.std(ddof=1) / math.sqrt(SEEDS)
        each = told.lanes[place][2].estimate
        assert (each.value, each.low, each.high) == pytest.approx(
            (gaps.mean(), gaps.mean() - half, gaps.mean() + half), rel=1e-4
        )


def test_settings_are_compared_with_the_one_that_leads_on_the_same_seeds() -> None:
    """Of the lanes only the minibatch is touched: three settings, of which any two might have been looked at."""
    told = differences("train-loss")
    means = [runs(size, 1).losses.mean() for size in (1, 2, 5)]
    leader = int(np.argmin(means))
    assert told.leaders == (None, leader, None)
    assert told.settings_at_once == 3
    for place, size in enumerate((1, 2, 5)):
        assert told.settings[place][0] is None is told.settings[place][2]
        each = told.settings[place][1]
        assert each is not None
        gaps = runs(size, 1).losses - runs((1, 2, 5)[leader], 1).losses
        half = T59_OF_3 * gaps.std(ddof=1) / math.sqrt(SEEDS)
        estimate = each.estimate
        expected = (gaps.mean(), gaps.mean() - half, gaps.mean() + half)
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(expected, rel=1e-4)
    shares = differences("escaped")
    assert shares.leaders == (None, 0, None)
    assert shares.settings[0][1] == Difference(ZERO, SEEDS)  # It is compared with itself.


def test_pairs_know_more_than_two_intervals_side_by_side() -> None:
    """Two momenta that are nearly the same: seed by seed one sees which is lower, though their means are not apart."""
    scene = load_scene("local-minimum")
    lanes = tuple(replace(each, batch_size=1) if each.name == "momentum" else each for each in scene.lanes)
    sweep = plan(replace(scene, lanes=lanes), [over("lane.momentum.decay=0.5,0.501")], 50, 12)
    outcome = told(sweep, {place: block.run() for place, block in enumerate(sweep.blocks)}, "train-loss")
    one, other = (at[2].estimates["train-loss"] for at in outcome.outcomes)
    assert max(one.low, other.low) < min(one.high, other.high)
    assert outcome.compared is not None
    (apart,) = (at[2].estimate for at in outcome.compared.settings if at[2] and at[2].estimate.value)
    assert 0 < apart.low < apart.high < (one.high - one.low) / 4


# From samples that are invented.


def invented(samples: Sequence[Sample | None], measure: str, *overs: str) -> Compared:
    """What would be told of the cases of a sweep, case by case; None: as the first."""
    sweep = planned("local-minimum", *(overs or (SIZES,)))
    first = samples[0]
    assert first is not None
    known = {case: each or first for case, each in enumerate(samples)}
    return compared(sweep, measure, measures(2)[measure], known)


def sample(each: Sequence[float] | Array, sure: bool = False) -> Sample:
    values = np.asarray(each, dtype=np.float64)
    known = values[np.isfinite(values)]
    return Sample(values, sure, float(known.mean()) if len(known) else math.nan)


def test_runs_that_were_lost_are_left_out_in_pairs() -> None:
    nan = math.nan
    one, other = sample([1, 2, nan, 4, 6]), sample([0, nan, 5, 1, 2])
    third = sample([nan] * 5)
    told = invented([one, other, third, None, None], "train-loss")
    assert told.lanes[0][0].seeds == 3
    assert told.lanes[0][0].estimate.value == pytest.approx(-(1 + 3 + 4) / 3)
    assert told.lanes[0][1].seeds == 0
    assert math.isnan(told.lanes[0][1].estimate.value)
    assert told.leaders[1] == 0  # 8/4 is less than 13/4.


def test_of_what_is_not_known_no_difference_is() -> None:
    gone = Sample(None, False, math.nan)
    told = invented([sample([1, 0]), gone, sample([1, 1], sure=True), None, gone], "minimum-2")
    assert math.isnan(told.lanes[0][0].estimate.value)
    assert told.lanes[0][1].estimate.value == 0.5
    assert told.leaders == (None, 1, None)
    nowhere = invented([gone, gone, gone, gone, gone], "minimum-2")
    assert nowhere.leaders == (None, None, None)
    assert {each.seeds for at in nowhere.lanes for each in at} == {0}


def test_what_knows_no_chance_differs_for_sure_and_what_only_rounding_makes_not_at_all() -> None:
    sure = [sample([value] * 4, sure=True) for value in (1.0, 3.0, 3.0 + 1e-14, 2.0, 3.0 - 1e-14)]
    told = invented(sure, "train-loss")
    assert told.lanes[0][0] == Difference(Estimate(2.0, 2.0, 2.0), 4)
    assert told.lanes[0][2] == Difference(ZERO, 4)
    assert told.leaders == (None, 1, None)
    ladder = invented(
        [sample([0] * 4), *(sample([value] * 4, sure=True) for value in (2.0, 0.0, 1 + 1e-13, 1.0))], "gap"
    )
    assert ladder.leaders[1] == 1  # The first of two that rounding alone tells apart.
    assert ladder.settings[1][1] == ladder.settings[2][1] == Difference(ZERO, 4)


def test_lanes_that_are_one_do_not_differ_and_are_not_counted() -> None:
    """With the full batch, both lanes are the same runs."""
    told = differences("escaped", "lane.minibatch.batch_size=1,full")
    assert told.lanes[1][0] == Difference(ZERO, SEEDS)
    assert told.lanes_at_once == 3  # Both with momentum, and with each other at B = 1.


def test_a_number_that_touches_all_lanes_makes_every_difference_a_new_one() -> None:
    told = differences("escaped", "examples.sigma=0.1,0.3", "start[0]=-2.9,-2.8")
    assert told.lanes_at_once == 4 * 3
    assert told.settings_at_once == 3 * 6


def test_equal_settings_and_lanes_are_seldom_told_apart() -> None:
    """All draw from one distribution: some interval of either kind fails in 5 of 100 sweeps at most."""
    rng = np.random.default_rng(7)
    sweep = planned("local-minimum", "examples.sigma=0.1,0.2,0.3")
    cases = sorted({case for point in sweep.points for case in point.cases})
    measure, tries = measures(2)["test-loss"], 400
    apart = np.zeros(2)
    for _ in range(tries):
        told = compared(sweep, "test-loss", measure, {case: sample(rng.normal(size=40)) for case in cases})
        kinds = ([each for at in told.lanes for each in at], [each for at in told.settings for each in at if each])
        for kind, each in enumerate(kinds):
            apart[kind] += any(one.estimate.low > 0 or one.estimate.high < 0 for one in each)
    assert (apart / tries < 0.05 + 3 * math.sqrt(0.05 * 0.95 / tries)).all()
    assert apart.any()


# What is told.


def test_json_csv_and_the_differences_say_the_same() -> None:
    result = found("train-loss")
    data, lines = through_json(summary(result)), rows(write_csv, result)
    known = differences("train-loss")
    assert data["compared"] == {
        "measure": "train-loss",
        "at_once": {"between_lanes": 7, "between_settings": 3},
        "leaders": [{"lane": "minibatch", "values": {"lane.minibatch.batch_size": (1, 2, 5)[known.leaders[1] or 0]}}],
    }
    for place, point in enumerate(data["points"]):
        assert [(pair["lane"], pair["than"]) for pair in point["pairs"]] == [
            ("minibatch", "full batch"),
            ("momentum", "full batch"),
            ("momentum", "minibatch"),
        ]
        here = {line["lane"]: line for line in lines[3 * place : 3 * place + 3]}
        for pair, each in zip(point["pairs"], known.lanes[place], strict=True):
            assert (pair["value"], pair["seeds"]) == (each.estimate.value, each.seeds)
            there, back = here[pair["lane"]], here[pair["than"]]
            for end, other, key in (("", "", "value"), ("_low", "_high", "low"), ("_high", "_low", "high")):
                assert float(there[f"less{end}: {pair['than']}"]) == pair[key]
                assert float(back[f"less{other}: {pair['lane']}"]) == pytest.approx(-pair[key])
        assert all(here[lane][f"less: {lane}"] == "" for lane in here)
        for lane in point["lanes"]:
            leader = lane["from_leader"]
            assert (leader is None) == (lane["name"] != "minibatch")
            told = [here[lane["name"]][f"from_leader{end}"] for end in ("", "_low", "_high")]
            assert (
                told == ["", "", ""]
                if leader is None
                else [float(cell) for cell in told] == [leader[key] for key in ("value", "low", "high")]
            )


def test_of_a_median_there_are_no_differences() -> None:
    result = found("escape")
    data = through_json(summary(result))
    assert result.compared is data["compared"] is None
    assert [point["pairs"] for point in data["points"]] == [[], [], []]
    assert {line["from_leader"] + line["less: momentum"] for line in rows(write_csv, result)} == {""}
    assert len([*tables(result, "escape")]) == 1


def test_the_table_has_what_a_number_touches() -> None:
    _, second = tables(found("escaped"), "escaped")
    text = " ".join(printed(second, 100).split())
    assert "Seed by seed · share of seeds that escape" in text
    assert "minibatch minibatch momentum lane.minibatch.batch_size minus at 1 minus full batch minus minibatch" in text
    assert text.count("leads") == 1
    assert "A lane is compared with itself where it has the largest share." in text
    assert "The intervals of all 7 differences between lanes hold together with 95 % confidence." in text
    assert "The intervals of all 3 differences between settings hold together" in text


def test_of_more_differences_than_can_be_taken_in_the_table_says_where_they_are() -> None:
    wide = [*tables(found("escaped", "examples.sigma=0.1,0.3", scene="batch-ladder", seeds=2), "escaped")]
    assert "The other pairs are in --json and --csv." in " ".join(printed(wide[1], 120).split())
    sizes = f"lane.minibatch.learning_rate=linear:0.01:0.2:{41}"
    assert len([*tables(found("escaped", sizes, seeds=1), "escaped")]) == 1
    once = found("escaped", "lane.minibatch.batch_size=1", seeds=2)
    assert once.compared is not None
    assert once.compared.leaders == (None, None, None)
    assert once.compared.settings_at_once == 0


def test_one_seed_has_differences_without_an_end_but_of_lanes_that_know_no_chance() -> None:
    told = through_json(summary(found("train-loss", seeds=1)))
    pair, sure, _ = told["points"][0]["pairs"]
    assert (pair["low"], pair["high"], pair["seeds"]) == (None, None, 1)
    assert pair["value"] is not None
    assert sure["low"] == sure["value"] == sure["high"] != 0


# However it is computed.


@pytest.mark.usefixtures("_elsewhere")
def test_another_measure_is_told_of_what_is_in_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("sweep", "--over", SIZES, "--seeds", "60", "--updates", "30", "--json", "--results")
    first = output(capsys, *words, "one", "--workers", "1")
    kept = Path("one").read_bytes()
    losses = json.loads(output(capsys, *words, "one", "--measure", "train-loss"))
    assert (losses["compared"]["measure"], json.loads(first)["compared"]["measure"]) == ("train-loss", "global")
    assert Path("one").read_bytes() == kept
    assert status(*words[:-2], "--results", "one") == 0
    assert "Seed by seed" in capsys.readouterr().out


def test_a_sweep_that_is_taken_up_tells_the_same(tmp_path: Path) -> None:
    sweep = planned("local-minimum", SIZES, seeds=120)
    whole = results(sweep)
    store = Store(tmp_path / "kept", sweep)
    with store:
        for place in reversed(range(0, len(sweep.blocks), 2)):
            store.put(place, whole[place])
    again = Store(tmp_path / "kept", sweep)
    with again:
        for place in again.missing:
            again.put(place, whole[place])
    for measure in ("global", "gap"):
        assert told(sweep, again.results, measure).compared == told(sweep, whole, measure).compared


def test_a_run_whose_rule_failed_counts_in_shares_and_not_in_means() -> None:
    sweep = planned("local-minimum", SIZES)
    place, block = next((at, each) for at, each in enumerate(sweep.blocks) if each.case == 1)
    whole = dict(results(sweep))
    verdicts = whole[place].outcomes.verdicts.copy()
    verdicts[:7] = VERDICTS.index(VerdictKind.FAILED)
    whole[place] = replace(whole[place], outcomes=replace(whole[place].outcomes, verdicts=verdicts))
    means, shares = (told(sweep, whole, measure).compared for measure in ("train-loss", "escaped"))
    assert means is not None
    assert shares is not None
    assert (means.lanes[0][0].seeds, shares.lanes[0][0].seeds) == (block.job.count - 7 + SEEDS - block.job.count, SEEDS)
