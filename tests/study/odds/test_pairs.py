"""Lanes compared seed by seed."""

import json
from dataclasses import replace

import numpy as np
import pytest
from command_line import output
from readers import printed

from sim.scene import Scene, load_scene
from sim.study.odds.odds import gather, jobs
from sim.study.odds.pairs import pairs, summary, table
from sim.study.statistics.intervals import wilson
from sim.study.statistics.wording import signed_texts
from sim.study.work.ensemble import NEVER, Outcomes


def outcomes(scene: Scene, seeds: int, updates: int = 60) -> tuple[Outcomes, ...]:
    work = jobs(scene, seeds, updates)
    return gather(scene, work, {place: job.run() for place, job in enumerate(work)})


def test_each_difference_is_that_of_the_seeds_own_outcomes() -> None:
    scene = load_scene("local-minimum")
    found = outcomes(scene, 60)
    _, minibatch, momentum = found
    told = {(pair.one, pair.other): pair for pair in pairs(scene, found)}
    assert list(told) == [("minibatch", "full batch"), ("momentum", "full batch"), ("momentum", "minibatch")]
    pair = told["momentum", "minibatch"]
    escaped = (momentum.escapes != NEVER).astype(float) - (minibatch.escapes != NEVER)
    assert pair.escaped.value == pytest.approx(escaped.mean())
    assert pair.escaped.value not in (0, 1)
    assert pair.loss.value == pytest.approx((momentum.losses - minibatch.losses).mean())
    assert pair.loss.low < pair.loss.value < pair.loss.high


def test_what_knows_no_chance_adds_none() -> None:
    scene = load_scene("local-minimum")
    found = outcomes(scene, 60)
    sure = pairs(scene, found)[1]
    assert sure.escaped.low == sure.escaped.value == sure.escaped.high == 1
    half = replace(found[1], escapes=np.where(np.arange(60) < 30, 5, NEVER))
    pair = pairs(replace(scene, lanes=scene.lanes[:2], claims=scene.claims[:2]), (found[0], half))[0]
    told = wilson(30, 60).estimate
    assert (pair.escaped.low, pair.escaped.high) == pytest.approx((told.low, told.high))


def test_losses_that_are_not_finite_are_left_out_in_pairs() -> None:
    scene = load_scene("local-minimum")
    found = [*outcomes(scene, 40)]
    losses = found[1].losses.copy()
    losses[::2] = np.inf
    found[1] = replace(found[1], losses=losses)
    pair = pairs(scene, found)[2]
    assert pair.finite == 20
    assert pair.loss.value == pytest.approx((found[2].losses - losses)[1::2].mean())


def test_of_many_pairs_the_table_has_those_with_the_first_lane() -> None:
    scene = load_scene("batch-ladder")
    found = pairs(scene, outcomes(scene, 20, 20))
    count = len(scene.lanes)
    assert len(found) == len(summary(found)) == count * (count - 1) // 2
    shown = printed(table(found))
    assert "Seed by seed" in shown
    assert ("The other pairs are in --json." in " ".join(shown.split())) == (len(found) > 6)


@pytest.mark.parametrize(
    ("text", "told"),
    [("0.31", "+0.31"), ("-0.31", "-0.31"), ("0.0 %", "0.0 %"), ("12 %", "+12 %"), ("0", "0"), ("–", "–")],
)
def test_a_difference_has_a_sign_where_it_is_not_0(text: str, told: str) -> None:
    assert signed_texts((text, "")) == (told, "")


def test_so_have_the_ends_of_its_interval() -> None:
    assert signed_texts(("7 %", "-1 … 12")) == ("+7 %", "-1 … +12")
    assert signed_texts(("0 %", "0 … 12")) == ("0 %", "0 … +12")


def test_they_stand_in_the_table_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("odds", "--seeds", "20", "--updates", "30", "--workers", "1")
    assert "Seed by seed" in output(capsys, *words)
    told = json.loads(output(capsys, *words, "--json"))["pairs"]
    assert [(pair["lane"], pair["than"]) for pair in told][-1] == ("momentum", "minibatch")
    assert set(told[0]["escaped"]) == {"value", "low", "high"}
