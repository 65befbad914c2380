"""What is counted block by block, of seeds that are not kept, is what follows from all of them at once."""

import math
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from sim.descent.verdict.kinds import VerdictKind
from sim.scene import Scene, load_scene
from sim.study.odds.counts import FAILED, SceneCounts, counted
from sim.study.odds.odds import gather, jobs, odds, odds_of
from sim.study.odds.pairs import pairs, pairs_of
from sim.study.odds.report import page, summary
from sim.study.work.ensemble import NEVER, NO_OUTCOMES, VERDICTS, Outcomes, first_of
from sim.surface.basins import NO_BASIN

SEEDS, UPDATES = 70, 150


@cache
def scene() -> Scene:
    opening = load_scene("local-minimum")
    full, small, momentum = opening.lanes
    return replace(opening, lanes=(full, small, replace(momentum, batch_size=2)))


@cache
def whole() -> tuple[Outcomes, ...]:
    """Of three lanes; in the first there is no chance. Some numbers are changed, so that all there can be is there."""
    work = jobs(scene(), SEEDS, UPDATES)
    full, *rest = gather(scene(), work, {place: job.run() for place, job in enumerate(work)})
    return full, *(spoiled(found, shift) for shift, found in enumerate(rest))


def spoiled(found: Outcomes, shift: int) -> Outcomes:
    place = (np.arange(SEEDS) + shift) % 10
    gone, failed, lost = place == 3, place == 5, place == 7
    verdicts = np.select(
        [gone, failed, lost],
        [VERDICTS.index(VerdictKind.DIVERGED), FAILED, VERDICTS.index(VerdictKind.SETTLED)],
        found.verdicts,
    )
    theta = found.theta.copy()
    theta[lost] = [3e3, 4e3]
    return replace(
        found,
        verdicts=verdicts,
        basins=np.where(gone | failed | lost, NO_BASIN, found.basins),
        escapes=np.where(gone, NEVER, found.escapes),
        ends=np.where(gone, 9 + place, found.ends),
        undecided=place == 1,
        losses=np.where(gone, math.inf, found.losses),
        test_losses=np.where(place == 4, math.nan, found.test_losses),
        theta=theta,
    )


def part(found: Outcomes, first: int, count: int) -> Outcomes:
    return Outcomes(*(getattr(found, field.name)[first : first + count] for field in fields(Outcomes)))


def in_blocks(size: int) -> SceneCounts:
    """Counted in blocks of that many seeds, which come in an order that leaves lanes waiting for each other."""
    counts = SceneCounts(scene(), SEEDS, len(scene().lanes))
    blocks = [(0, first_of(whole()[0], 1))]
    blocks += [(lane, part(whole()[lane], first, size)) for lane in (1, 2) for first in range(0, SEEDS, size)]
    for place in np.random.default_rng(size).permutation(len(blocks)).tolist():
        counts.add(*blocks[place])
    return counts


@pytest.mark.parametrize("size", [1, 8, 33, 70])
def test_the_odds_are_the_same_in_every_bit_whatever_the_blocks_and_their_order(size: int) -> None:
    told, known = odds(scene(), whole(), UPDATES), in_blocks(size)
    streamed = odds_of(scene(), known.lanes, UPDATES)
    assert streamed == told
    assert page(streamed) == page(told)
    assert repr(summary(streamed)) == repr(summary(told))
    assert told.lanes[1].train_loss.not_finite == 14  # Diverged or failed.
    assert told.lanes[1].undecided == 7


@pytest.mark.parametrize("size", [1, 8, 33, 70])
def test_so_are_the_differences_seed_by_seed(size: int) -> None:
    assert pairs_of(scene(), in_blocks(size).pairs) == pairs(scene(), whole())
    assert all(known.escaped.count == SEEDS for known in in_blocks(size).pairs.values())


def test_no_outcomes_wait_when_all_are_there() -> None:
    known = in_blocks(8)
    assert not known._waiting
    fewer = SceneCounts(scene(), SEEDS, 3)
    fewer.add(1, first_of(whole()[1], 8))
    assert fewer._waiting
    assert fewer.pairs[1, 2].escaped.count == 0


def test_one_seed_stands_for_all_where_there_is_no_chance_in_any_lane() -> None:
    sure = replace(scene(), lanes=scene().lanes[:1] * 2, claims=(None,) * 2)
    counts = SceneCounts(sure, SEEDS, 2)
    for lane in (0, 1):
        counts.add(lane, first_of(whole()[0], 1))
    assert odds_of(sure, counts.lanes, UPDATES) == odds(sure, [whole()[0]] * 2, UPDATES)
    assert pairs_of(sure, counts.pairs) == pairs(sure, [whole()[0]] * 2)


def test_the_first_failure_is_that_of_the_first_seed_and_the_first_end_is_known() -> None:
    lane = in_blocks(8).lanes[1]
    assert (lane.failed, lane.first_failure) == (7, (scene().seed + 5, int(whole()[1].updates[5])))
    assert lane.first == (scene().seed, tuple(whole()[1].theta[0].tolist()))


def test_of_no_seeds_nothing_is_known() -> None:
    (lane,) = counted(scene(), [NO_OUTCOMES])
    assert (lane.seeds, lane.first[1], lane.failed, len(lane.escapes.updates)) == (0, (), 0, 0)
