"""The odds, as values and from the command line: what they say is what the outcomes are."""

import csv
import io
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from command_line import mistake, output, status
from readers import printed, rows, through_json

from sim.descent.crowd import Crowd
from sim.descent.verdict.kinds import VerdictKind
from sim.scene import OPENING, Scene, load_scene, parse_scene
from sim.study.odds.counts import counted
from sim.study.odds.odds import BLOCK, Odds, gather, growing, jobs, odds
from sim.study.odds.report import (
    BOTH,
    COLUMNS,
    ESCAPE,
    MOST_BASINS,
    MOST_LAYERS,
    PASSING,
    STAYED,
    WHISKERS,
    page,
    summary,
    table,
    write_csv,
)
from sim.study.statistics.figure import Axis, Line, Page, Stack
from sim.study.statistics.intervals import Estimate, wilson
from sim.study.statistics.wording import INTERVALS, number_texts, share_texts
from sim.study.work.ensemble import NEVER, NO_OUTCOMES, VERDICTS, Job, Outcomes, alike, last_followed

pytestmark = pytest.mark.usefixtures("_elsewhere")

LONG_NAME = "a name of forty characters, not one less"
UPDATES = 30

TWO_LANES = f"""
title = "Four minima"
look = "Nothing."
seed = 5
updates = {UPDATES}
start = [0.0, 0.0]
surface = {{ kind = "himmelblau" }}
examples = {{ kind = "tilted", sigma = 0.1, count = 7 }}
[lane."[red]single"]
rule = "gradient descent"
learning_rate = 0.005
batch_size = 1
[lane."{LONG_NAME}"]
rule = "adamw"
learning_rate = 0.01
batch_size = "full"
"""

# Eight runs: verdict, basin, escape, updates, training loss, test loss. Those that made fewer than 30 ended.
RUNS = (
    (VerdictKind.RATTLING, 0, 4, 30, 1.0, 1.5),
    (VerdictKind.RATTLING, 0, 4, 30, 2.0, 2.0),
    (VerdictKind.SETTLED, 2, 9, 30, 3.0, 4.0),
    (VerdictKind.STUCK, 2, NEVER, 30, 4.0, 4.5),
    (VerdictKind.STUCK, 2, NEVER, 30, 5.0, 5.5),
    (VerdictKind.WANDERING, -1, 20, 30, 6.0, math.inf),
    (VerdictKind.DIVERGED, -1, NEVER, 5, math.inf, math.inf),
    (VerdictKind.DIVERGED, -1, NEVER, 3, math.nan, 2.0),
)


@cache
def four_minima() -> Scene:
    return parse_scene(TWO_LANES, "four-minima")


def outcomes(runs: Sequence[tuple[VerdictKind, int, int, int, float, float]] = RUNS, first_seed: int = 5) -> Outcomes:
    kinds, basins, escapes, updates, losses, test_losses = (np.array(column) for column in zip(*runs, strict=True))
    seeds = first_seed + np.arange(len(runs))
    theta = np.stack([seeds / 3, seeds / 7], axis=-1)
    verdicts = np.array([VERDICTS.index(kind) for kind in kinds])
    ends = np.where(updates < UPDATES, updates + 1, NEVER)
    undecided = np.zeros(len(runs), dtype=np.bool_)
    return Outcomes(seeds, updates, verdicts, basins, escapes, ends, undecided, theta, losses, test_losses)


def told(*lanes: Outcomes) -> Odds:
    return odds(four_minima(), lanes or (outcomes(), NO_OUTCOMES), UPDATES)


def by_seed(scene: Scene, *lanes: Outcomes) -> tuple[Any, ...]:
    """What is told of every seed of these lanes."""
    return scene, counted(scene, lanes), enumerate(lanes)


# Values.


def test_shares_count_verdicts_basins_and_escapes() -> None:
    lane = told().lanes[0]
    counts = dict(zip(VERDICTS, (share.count for share in lane.verdicts), strict=True))
    assert {kind: count for kind, count in counts.items() if count} == {
        **{
            VerdictKind.RATTLING: 2,
            VerdictKind.SETTLED: 1,
            VerdictKind.STUCK: 2,
            VerdictKind.WANDERING: 1,
            VerdictKind.DIVERGED: 2,
        }
    }
    assert [share.count for share in lane.basins] == [2, 0, 3, 0, 3]  # Four minima, and none.
    assert lane.seeds == 8
    assert lane.escaped == wilson(4, 8)
    assert lane.basins[2] == wilson(3, 8)


def test_three_shares_add_up_to_one_at_every_update() -> None:
    lane = told().lanes[0]
    assert (lane.escaped, lane.waiting, lane.ended) == (wilson(4, 8), wilson(2, 8), wilson(2, 8))
    fates = lane.fates
    assert fates.updates == (0, 4, 6, 9, 20)  # Two escaped at 4, where one diverged as well; another did at 6.
    assert fates.escaped.counts == (0, 2, 2, 3, 4)
    assert fates.waiting.counts == (8, 5, 4, 3, 2)
    assert fates.ended.counts == (0, 1, 2, 2, 2)
    assert fates.until == UPDATES
    assert lane.undecided == 0
    quartiles = [fates.quantile(share) for share in (0.25, 0.5, 0.75)]
    assert [quartile and quartile.update for quartile in quartiles] == [4, 20, None]


def test_an_escape_before_the_end_is_an_escape() -> None:
    runs = [(VerdictKind.DIVERGED, -1, escape, 10, math.inf, math.inf) for escape in (5, NEVER)]
    lane = told(outcomes(runs), NO_OUTCOMES).lanes[0]
    assert [lane.escaped.count, lane.waiting.count, lane.ended.count] == [1, 0, 1]


def test_means_are_of_finite_values_and_say_how_many_were_not() -> None:
    lane = told().lanes[0]
    assert (lane.train_loss.finite, lane.train_loss.not_finite) == (6, 2)
    assert lane.train_loss.estimate.value == pytest.approx(3.5)
    assert (lane.test_loss.finite, lane.test_loss.not_finite) == (5, 3)  # Of one that diverged it would be 2.
    assert lane.test_loss.estimate.value == pytest.approx(17.5 / 5)
    assert (lane.gap.finite, lane.gap.not_finite) == (5, 3)
    assert lane.gap.estimate.value == pytest.approx(0.5)
    half = 2.776 * math.sqrt(0.125 / 5)  # Gaps 0.5, 0, 1, 0.5, 0.5.
    assert lane.gap.estimate.high - 0.5 == pytest.approx(half, rel=1e-3)


def test_nothing_known_yet() -> None:
    lane = told().lanes[1]
    assert lane.seeds == 0
    assert math.isnan(lane.escaped.estimate.value)
    assert lane.fates.updates == lane.fates.escaped.shares == ()
    assert lane.fates.quantile(0.5) is None
    assert math.isnan(lane.gap.estimate.value)
    nothing = told(NO_OUTCOMES, NO_OUTCOMES)
    assert through_json(summary(nothing))["lanes"][0]["verdicts"] == []
    assert "–" in printed(table(nothing))
    assert [len(figure.marks) for figure in page(nothing).figures] == [2, 2]


# Work.


@pytest.mark.parametrize(("seeds", "block"), [(1, None), (BLOCK, None), (2 * BLOCK + 3, None), (50, 7), (50, 50)])
def test_jobs_are_each_seed_of_each_lane_once_from_the_scenes_own_on(seeds: int, block: int | None) -> None:
    work = jobs(four_minima(), seeds, 9, block)
    assert max(job.count for job in work) <= (block or BLOCK)
    for lane in range(2):
        parts = [range(job.first_seed, job.first_seed + job.count) for job in work if job.lane == lane]
        assert [seed for part in parts for seed in part] == list(range(5, 5 + seeds))
    assert {(job.experiment, job.updates) for job in work} == {(four_minima().experiment, 9)}
    assert [job.lane for job in work[:2]] == [0, 1]


def test_in_which_order_results_come_makes_no_difference() -> None:
    work = jobs(four_minima(), 8, UPDATES, block=3)
    results = {
        place: outcomes(RUNS[job.first_seed - 5 :][: job.count], job.first_seed) for place, job in enumerate(work)
    }
    backwards = dict(reversed(results.items()))
    for found in gather(four_minima(), work, backwards):
        assert found.seeds.tolist() == list(range(5, 13))
        assert found.losses.tobytes() == outcomes().losses.tobytes()
    del backwards[2], backwards[1]
    first, second = gather(four_minima(), work, backwards)
    assert first.seeds.tolist() == [5, 6, 7, 11, 12]
    assert second.seeds.tolist() == [8, 9, 10, 11, 12]
    assert gather(four_minima(), work, {})[1] is NO_OUTCOMES


def test_odds_that_grow_are_those_of_fewer_seeds_and_at_last_of_all() -> None:
    """Whatever the slices: of one update each, or of all that there is to do."""
    scene = replace(load_scene("local-minimum"), seed=3)

    def whole(seeds: int) -> Odds:
        work = jobs(scene, seeds, UPDATES)
        return odds(scene, gather(scene, work, {place: job.run() for place, job in enumerate(work)}), UPDATES)

    for slice_ in (0.0, np.inf):
        told = list(growing(scene, 230, UPDATES, slice_))
        found = [each for each in told if each is not None]
        assert found == [whole(50), whole(200), whole(230)]
        steps = len(told) - len(found)
        assert steps > 4 * UPDATES if slice_ == 0 else steps < 30
    assert not whole(50).lanes[0].lane.chance(20)  # One that is computed but once is among them.


def test_odds_that_grow_can_be_given_up_between_two_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = [0]
    usual = Crowd.extend

    def extend(crowd: Crowd, updates: int) -> None:
        longest.append(updates - crowd.run.updates)
        usual(crowd, updates)

    monkeypatch.setattr(Crowd, "extend", extend)
    growing_odds = growing(load_scene("local-minimum"), 1_000, 400, 0.005)
    for _ in range(10):
        next(growing_odds)
    assert len(longest) == 11  # Nothing is done that was not waited for,
    assert max(longest) < 400  # and never all at once.
    growing_odds.close()


def test_the_first_seed_is_the_race_in_the_window() -> None:
    scene = four_minima()
    race = scene.race()
    race.extend(UPDATES)
    work = jobs(scene, 2, UPDATES)
    for found, track, judge in zip(
        gather(scene, work, {place: job.run() for place, job in enumerate(work)}),
        race.tracks,
        race.judges,
        strict=True,
    ):
        assert found.seeds.tolist() == [5, 6]
        assert found.theta[0].tolist() == track.theta[-1].tolist()
        assert VERDICTS[found.verdicts[0]] is judge.verdict(UPDATES).kind


# JSON.


def test_the_summary_tells_what_the_odds_are() -> None:
    data = through_json(summary(told()))
    assert (data["scene"], data["first_seed"], data["updates"]) == ("four-minima", 5, UPDATES)
    assert [point["name"] for point in data["minima"]] == [f"minimum {i}" for i in (1, 2, 3, 4)]
    lane = data["lanes"][0]
    assert (lane["name"], lane["rule"], lane["batch_size"], lane["seeds"]) == ("[red]single", "gradient descent", 1, 8)
    assert {entry["verdict"]: entry["count"] for entry in lane["verdicts"]} == {
        **{"rattling": 2, "settled": 1, "stuck": 2, "wandering": 1, "diverged": 2}
    }
    assert [(entry["index"], entry["name"], entry["count"]) for entry in lane["basins"]] == [
        *((0, "minimum 1", 2), (2, "minimum 3", 3), (None, "no known basin", 3))
    ]
    half = wilson(4, 8).estimate
    assert lane["escaped"] == {"count": 4, "value": 0.5, "low": half.low, "high": half.high}
    assert lane["escape_update"]["median"] == {"value": 20, "low": 4, "high": None}
    assert lane["escape_update"]["upper_quartile"] is None
    three = [lane[name] for name in ("escaped_by", "not_escaped_yet", "ended_otherwise")]
    assert [curve["update"] for curve in three] == [[0, 4, 6, 9, 20]] * 3
    assert [sum(shares) for shares in zip(*(curve["share"] for curve in three), strict=True)] == [1] * 5
    assert [curve["count"][-1] for curve in three] == [4, 2, 2]
    assert [curve["high"][-1] for curve in three] == [wilson(count, 8).estimate.high for count in (4, 2, 2)]
    assert {curve["watched_until"] for curve in three} == {UPDATES}
    assert lane["not_escaped_yet"]["value"] == [1, 0.75, 0.75, 0.625, 0.5]
    assert lane["undecided"] == {"count": 0, "followed_until": last_followed(UPDATES)}
    assert (lane["gap"]["value"], lane["gap"]["finite"], lane["gap"]["not_finite"]) == (0.5, 5, 3)


# CSV.


def test_a_row_a_seed_and_lane_at_full_precision() -> None:
    found = rows(write_csv, *by_seed(four_minima(), outcomes(), outcomes(RUNS[:3])))
    assert list(found[0]) == list(COLUMNS)
    assert [row["lane"] for row in found] == ["[red]single"] * 8 + [LONG_NAME] * 3
    assert [int(row["seed"]) for row in found] == [*range(5, 13), *range(5, 8)]
    for row, (kind, basin, escape, updates, loss, test_loss), x, y in zip(
        found, RUNS, *outcomes().theta.T.tolist(), strict=False
    ):
        assert row["verdict"] == kind.code
        assert row["basin"] == ("no known basin" if basin == -1 else f"minimum {basin + 1}")
        assert row["escape_update"] == ("" if escape == NEVER else str(escape))
        assert row["updates"] == str(updates)
        assert row["end_update"] == ("" if updates == UPDATES else str(updates + 1))
        assert row["undecided"] == "0"
        assert (float(row["x"]), float(row["y"])) == (x, y)
        assert repr((float(row["train_loss"]), float(row["test_loss"]))) == repr((loss, test_loss))


# The table.


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_and_says_all(width: int) -> None:
    text = printed(table(told(outcomes(), outcomes(RUNS[:3]))), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…  " not in text.replace(" … ", " - ")
    words = " ".join(text.split())
    for part in (
        "Four minima · 8 seeds from 5 · after 30 updates",
        "[red]single",
        "wandering between basins 12 % 2 … 47",
        "basin of minimum 3 38 % 14 … 69",
        "no known basin 38 % 14 … 69",
        "escaped 50 % 22 … 78",
        "a quarter by update 4 0 … later",
        "half by update 20 4 … later",
        "not escaped yet 25 % 7 … 59",
        "ended otherwise 25 % 7 … 59",
        "diverged or left the surface without having escaped before.",
        "training loss 3.5 1.5 … 5.5 left out 2 test loss",
        "minimum 3: (",
    ):
        assert part in words
    assert "three quarters" not in words.split(LONG_NAME.split(maxsplit=1)[0], maxsplit=1)[0]
    assert all(word in words for word in LONG_NAME.split())


def test_a_lane_without_chance_says_so() -> None:
    alike = outcomes([RUNS[0]] * 4)
    assert "training loss 1 every seed alike" in " ".join(printed(table(told(alike, alike))).split())


@pytest.mark.parametrize(
    ("estimate", "texts"),
    [
        (Estimate(0.123456, 0.1214, 0.1255), ("0.1235", "0.1214 … 0.1255")),
        (Estimate(12.3456, 3, 21), ("12", "3 … 21")),
        (Estimate(-0.02, -1.2, 1.3), ("0.0", "-1.2 … 1.3")),
        (Estimate(12_345.678, 12_000, 13_000), ("12,346", "12,000 … 13,000")),
        (Estimate(1e30, 0.9e30, 1.1e30), ("1e+30", "9e+29 … 1.1e+30")),
        (Estimate(0.25, 0.25, 0.25), ("0.25", "")),
        (Estimate(0.25, -math.inf, math.inf), ("0.25", "")),
        (Estimate(0.25, math.nan, math.nan), ("0.25", "")),
        (Estimate(math.nan, 0, 1), ("–", "")),
    ],
)
def test_numbers_have_the_digits_that_their_interval_is_worth(estimate: Estimate, texts: tuple[str, str]) -> None:
    assert number_texts(estimate) == texts


def test_shares_are_in_percent() -> None:
    assert share_texts(wilson(2000, 2000).estimate) == ("100.00 %", "99.81 … 100.00")
    assert share_texts(wilson(1, 3).estimate) == ("33 %", "6 … 79")
    assert share_texts(wilson(0, 0).estimate) == ("–", "")


# Figures.


def stacks(of: Page) -> list[Stack]:
    return [mark for mark in of.figures[0].marks if isinstance(mark, Stack)]


def curves(of: Page) -> list[Line]:
    return [mark for mark in of.figures[1].marks if isinstance(mark, Line)]


def test_a_bar_of_all_seeds_has_the_parts_in_which_a_lane_ends() -> None:
    result = told(outcomes(), outcomes(RUNS[:4]))
    drawn = page(result)
    where = drawn.figures[0]
    assert where.x.names == ("[red]single", LONG_NAME)
    single, other = stacks(drawn)
    assert (single.name, single.place, single.hue) == ("[red]single", 0, 0)
    assert (other.name, other.place, other.hue) == (LONG_NAME, 1, 1)
    for mark, lane in zip((single, other), result.lanes, strict=True):
        assert [(layer.end, layer.minimum) for layer in mark.layers] == [
            (part.kind, part.minimum) for part in lane.ends.parts
        ]
        assert [Estimate(layer.share, layer.low, layer.high) for layer in mark.layers] == [
            part.share.estimate for part in lane.ends.parts
        ]
        assert sum(layer.share for layer in mark.layers) == pytest.approx(1)
    assert [layer.name for layer in single.layers] == ["minimum 1", "minimum 3", "diverged", "under way"]
    assert [layer.share for layer in single.layers] == [2 / 8, 3 / 8, 2 / 8, 1 / 8]


def test_a_whisker_is_the_interval_of_all_below_its_edge() -> None:
    drawn = page(told(outcomes(), outcomes(RUNS[:1])))
    single, other = stacks(drawn)
    below = [wilson(count, 8).estimate for count in (2, 5, 7)]
    assert single.low == tuple(estimate.low for estimate in below)
    assert single.high == tuple(estimate.high for estimate in below)
    assert (single.low[0], single.high[0]) == (single.layers[0].low, single.layers[0].high)
    assert (other.low, other.high) == ((), ())


def test_where_every_seed_is_alike_nothing_is_left_to_chance() -> None:
    scene = load_scene("local-minimum")
    runs = outcomes([(VerdictKind.STUCK, 1, NEVER, 30, 1.0, 1.0)] * 9)
    drawn = page(odds(scene, [runs, runs, NO_OUTCOMES], 30))
    alike, chance, unknown = stacks(drawn)
    assert [(layer.low, layer.high) for layer in alike.layers] == [(1, 1)]
    assert [(layer.low, layer.high) for layer in chance.layers] == [(wilson(9, 9).estimate.low, 1)]
    assert unknown.layers == ()


def test_the_table_says_that_who_wanders_on_is_in_a_basin_at_last() -> None:
    wandering = (VerdictKind.WANDERING, 1, 3, 30, 1.0, 1.0)
    for runs, said in (([RUNS[0]] * 4, False), ([RUNS[0], wandering], True)):
        words = " ".join(printed(table(told(outcomes(runs), outcomes(runs)))).split())
        assert (PASSING in words) == said


def test_of_whiskers_intervals_and_escapes_is_spoken_where_there_are_any() -> None:
    both = page(told(outcomes(), outcomes(RUNS[:4])))
    assert ([figure.note for figure in both.figures], both.note) == ([BOTH, ESCAPE], INTERVALS)
    still = page(told(outcomes(RUNS[:5]), outcomes(RUNS[:4])))
    assert still.figures[0].note == WHISKERS
    scene = replace(load_scene("local-minimum"), lanes=load_scene("local-minimum").lanes[:1], claims=(None,))
    alike = page(odds(scene, [outcomes([(VerdictKind.STUCK, 1, NEVER, 30, 1.0, 1.0)] * 9)], 30))
    assert ([figure.note for figure in alike.figures], alike.note) == (["", STAYED], "")
    away = page(odds(scene, [outcomes([(VerdictKind.SETTLED, 1, 20, 30, 1.0, 1.0)] * 9)], 30))
    assert ([figure.note for figure in away.figures], away.note) == (["", ESCAPE], "")


def test_an_escape_curve_a_lane_goes_on_until_the_last_update_on_the_scale_of_the_bars() -> None:
    drawn = page(told(outcomes(), outcomes(RUNS[:3])))
    one, other = curves(drawn)
    assert one.x == (0, 4, 6, 9, 20, UPDATES)
    assert one.y == (0, 2 / 8, 2 / 8, 3 / 8, 4 / 8, 4 / 8)
    assert (one.low[-1], one.high[-1]) == (wilson(4, 8).estimate.low, wilson(4, 8).estimate.high)
    assert (other.x[-2:], other.y[-2:]) == ((9, UPDATES), (1, 1))
    assert [(line.hue, line.dashed, line.badge) for line in (one, other)] == [(0, False, True), (1, True, True)]
    assert drawn.figures[0].y == drawn.figures[1].y == Axis("share of seeds", 0, 1, percent=True)


@pytest.mark.parametrize(
    ("name", "start", "title"),
    [
        ("local-minimum", None, "Escapes from minimum 2"),
        ("on-the-saddle", None, "Escapes from the saddle"),
        ("local-minimum", (1e9, 1e9), "Escapes from a basin or a saddle"),
    ],
)
def test_it_is_told_what_marbles_escape_from(name: str, start: tuple[float, float] | None, title: str) -> None:
    scene = load_scene(name)
    scene = scene if start is None else replace(scene, start=start)
    nothing = [NO_OUTCOMES] * len(scene.lanes)
    assert page(odds(scene, nothing, 30)).figures[1].title == title


def test_what_stays_undecided_is_told_and_counts_as_not_escaped() -> None:
    open_ = replace(outcomes(), undecided=np.arange(8) == 3)
    result = told(open_, NO_OUTCOMES)
    assert result.lanes[0].waiting.count == 2
    assert through_json(summary(result))["lanes"][0]["undecided"] == {"count": 1, "followed_until": 500}
    assert [row["undecided"] for row in rows(write_csv, *by_seed(four_minima(), open_, NO_OUTCOMES))] == list(
        "00010000"
    )
    words = " ".join(printed(table(result)).split())
    assert "undecided 1" in words
    assert "neither back nor elsewhere even by update 500" in words


def test_many_basins_are_summed_up() -> None:
    scene = load_scene("egg-box")
    minima = len(scene.problem().minima)
    assert minima > MOST_BASINS + 2
    runs = [
        (VerdictKind.STUCK, basin, NEVER, 30, 1.0, 1.0) for basin in range(MOST_BASINS + 2) for _ in range(20 - basin)
    ]
    result = odds(scene, [outcomes(runs), *[NO_OUTCOMES] * (len(scene.lanes) - 1)], 30)
    mark, nothing = stacks(page(result))[:2]
    assert [layer.name for layer in mark.layers] == [*(f"minimum {i + 1}" for i in range(MOST_LAYERS)), "other minima"]
    assert mark.layers[-1].share == pytest.approx(sum(20 - i for i in range(MOST_LAYERS, MOST_BASINS + 2)) / len(runs))
    assert sum(layer.share for layer in mark.layers) == pytest.approx(1)
    assert nothing.layers == ()
    assert "other basins" in printed(table(result))


def test_the_sum_of_other_basins_has_no_interval_where_every_seed_is_alike() -> None:
    scene = load_scene("egg-box")
    assert not scene.lanes[0].chance(scene.examples.count)
    others = [
        outcomes([(VerdictKind.STUCK, basin, NEVER, 30, 1.0, 1.0) for basin in range(MOST_BASINS)] * 2)
        for _ in scene.lanes[1:]
    ]
    last = outcomes([(VerdictKind.STUCK, len(scene.problem().minima) - 1, NEVER, 30, 1.0, 1.0)] * 2)
    rows = [line.split() for line in printed(table(odds(scene, [last, *others], 30))).splitlines()]
    (row,) = (row for row in rows if "other basins 100 %" in " ".join(row))
    assert " ".join(row).partition("100 %")[2].strip(" │") == ""


def test_slivers_are_one_part_with_minima_that_are_not_known_unless_there_is_but_one() -> None:
    scene = load_scene("egg-box")

    def layers(*lanes: dict[int, int]) -> list[list[tuple[str, int]]]:
        """What the bars say of so many seeds in these basins."""
        found = [
            outcomes([(VerdictKind.STUCK, basin, NEVER, 30, 1.0, 1.0) for basin, n in lane.items() for _ in range(n)])
            for lane in lanes
        ]
        result = odds(scene, [*found, *[NO_OUTCOMES] * (len(scene.lanes) - len(lanes))], 30)
        return [[(layer.name, round(200 * layer.share)) for layer in mark.layers] for mark in stacks(page(result))]

    assert layers({0: 195, 3: 2, 5: 1, -1: 2})[0] == [("minimum 1", 195), ("other minima", 5)]
    assert layers({0: 196, 3: 2, -1: 2})[0] == [("minimum 1", 196), ("minimum 4", 2), ("elsewhere", 2)]
    split, whole = layers({0: 197, 3: 2, 5: 1}, {3: 150, -1: 50})[:2]
    assert split == [("minimum 1", 197), ("minimum 4", 2), ("minimum 6", 1)]  # Of the other lane most end in 4.
    assert whole == [("minimum 4", 150), ("elsewhere", 50)]
    split, whole = layers({0: 197, 3: 2, 5: 1}, {0: 150, -1: 50})[:2]
    assert split == [("minimum 1", 197), ("other minima", 3)]
    assert whole == [("minimum 1", 150), ("other minima", 50)]  # So that one colour has one name on the page.


# The command.


@pytest.fixture
def _made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcomes that take no time."""

    def run(job: Job) -> Outcomes:
        return made_up(job.count, job.first_seed)

    monkeypatch.setattr(Job, "run", run)


def made_up(count: int, first_seed: int = 0) -> Outcomes:
    """Outcomes of these seeds, in basins that every scene has."""
    runs = [RUNS[seed % len(RUNS)] for seed in range(first_seed, first_seed + count)]
    return outcomes([(run[0], min(run[1], 0), *run[2:]) for run in runs], first_seed)


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the stage was asked to draw."""
    asked: list[tuple[Any, ...]] = []
    stage = ModuleType("sim.stage.export.pages")
    vars(stage)["save_page"] = lambda *arguments: asked.append(arguments)
    monkeypatch.setitem(sys.modules, "sim.stage.export.pages", stage)
    return asked


def test_the_command_prints_both_tables(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "odds", "--seeds", "4", "--updates", "40")
    words = " ".join(text.split())
    assert "Local minimum · 4 seeds from 0 · after 40 updates" in words
    assert "Small against large batch" in words
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text


def test_json_and_csv_say_the_same_and_nothing_depends_on_the_blocks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("odds", "--seeds", "7", "--updates", "60", "--seed", "3", "--json", "--csv", "seeds.csv")
    data = json.loads(output(capsys, *words))
    file = (tmp_path / "seeds.csv").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["seeds.csv"]
    found = list(csv.DictReader(io.StringIO(file.decode())))
    assert (data["scene"], data["first_seed"], data["updates"]) == (OPENING, 3, 60)
    assert len(found) == 3 * 7
    for lane in data["lanes"]:
        own = [row for row in found if row["lane"] == lane["name"]]
        assert [int(row["seed"]) for row in own] == list(range(3, 10))
        assert sum(row["escape_update"] != "" for row in own) == lane["escaped"]["count"]
        assert lane["train_loss"]["value"] == pytest.approx(np.mean([float(row["train_loss"]) for row in own]))
    assert {row["row"] for row in data["contrast"]["rows"]} >= {"update_serial", "noise_at_end", "gap"}
    monkeypatch.setattr("sim.study.odds.odds.BLOCK", 2)
    again = json.loads(output(capsys, *words))
    assert again["lanes"] == data["lanes"]
    assert (tmp_path / "seeds.csv").read_bytes() == file


@pytest.mark.usefixtures("_made_up")
def test_the_scene_decides_what_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    scene = load_scene("ravine")
    data = json.loads(output(capsys, "odds", "ravine", "--json"))
    assert (data["first_seed"], data["updates"]) == (scene.seed, scene.updates)
    assert [lane["name"] for lane in data["lanes"]] == [lane.name for lane in scene.lanes]  # None that was made.
    assert [lane["seeds"] for lane in data["lanes"]] == [2000] * len(scene.lanes)
    assert data["contrast"]["small"]["batch_size"] == 1


@pytest.mark.usefixtures("_made_up")
def test_a_single_example_has_no_contrast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    single = TWO_LANES.replace("count = 7", "count = 1")
    (tmp_path / "one.toml").write_text(single, encoding="utf-8")
    assert json.loads(output(capsys, "odds", "one.toml", "--seeds", "3", "--json"))["contrast"] is None
    assert "Small against" not in output(capsys, "odds", "one.toml", "--seeds", "3")


@pytest.mark.usefixtures("_made_up")
def test_the_chart_is_the_page_in_that_size_and_theme(
    capsys: pytest.CaptureFixture[str], saved: list[tuple[Any, ...]]
) -> None:
    text = output(capsys, "odds", "--seeds", "16", "-o", "odds.png", "--size", "960x600", "--theme", "dark")
    assert "Local minimum · 16 seeds" in text
    ((drawn, *rest),) = saved
    assert rest == [(960, 600), "dark", Path("odds.png")]
    scene = load_scene(OPENING)
    one = made_up(1, scene.seed)  # Which stands for all where there is no chance.
    every = [made_up(16) if lane.chance(scene.examples.count) else alike(one, np.arange(16)) for lane in scene.lanes]
    assert drawn == page(odds(scene, every, scene.updates))


@pytest.mark.usefixtures("_made_up")
def test_a_terminal_sees_how_many_jobs_are_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.study.odds.odds.BLOCK", 2)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert status("odds", "--seeds", "10") == 0
    captured = capsys.readouterr()
    assert "computing" in captured.err
    assert "100%" in captured.err
    assert "computing" not in captured.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--seeds", "0"], "a whole number from 1 to 1,000,000"),
        (["--seeds", "1000001"], "a whole number from 1 to 1,000,000"),
        (["--seeds", "1e3"], "a whole number from 1 to 1,000,000"),
        (["--updates", "-1"], "a whole number from 0 to 1,000,000"),
        (["--seed", "-1"], "a whole number from 0 to 9,007,199,254,740,991"),
        (["--seed", str(2**53 - 2), "--seeds", "3"], "the last seed would be 9,007,199,254,740,992"),
        (["--workers", "0"], "a whole number from 1 to 61"),
        (["--workers", "62"], "a whole number from 1 to 61"),
        (["--csv", "none/a.csv"], "there is no folder none"),
        (["-o", "none/a.png"], "there is no folder none"),
        (["-o", "a.svg"], "must end in .png"),
        (["-o", "a.png", "--csv", "./a.png"], "name the same file"),
        (["--size", "5x5"], "from 320x240 to 7680x4320"),
        (["nowhere"], "there is no scene"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_before_the_computing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], reason: str
) -> None:
    monkeypatch.setattr(Job, "run", lambda _: pytest.fail("computed"))
    assert reason in mistake(capsys, "odds", *words)


@pytest.mark.usefixtures("saved")
def test_control_c_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.odds.odds.BLOCK", 2)
    (tmp_path / "a.csv").write_text("old")
    calls: list[Job] = []

    def interrupted(job: Job) -> Outcomes:
        calls.append(job)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return made_up(job.count, job.first_seed)

    monkeypatch.setattr(Job, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        status("odds", "--seeds", "100", "--csv", "a.csv", "-o", "a.png")
    assert len(calls) == 4
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]
