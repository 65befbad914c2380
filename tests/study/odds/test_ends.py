"""Where marbles end over many seeds: parts that add up, and are what the odds say."""

from dataclasses import replace

import numpy as np
import pytest

from sim.descent.verdict.judge import STAYING
from sim.descent.verdict.kinds import VerdictKind
from sim.scene import load_scene
from sim.study.odds.ends import LaneEnds, lane_ends
from sim.study.odds.odds import gather, growing, jobs, odds
from sim.study.odds.tally import Tally, ends_of, own, work
from sim.study.statistics.end_kind import ORDER, EndKind
from sim.study.work.ensemble import VERDICTS, Outcomes
from sim.surface.basins import NO_BASIN


def counted(name: str, updates: int, seeds: int = 60) -> tuple[list[LaneEnds], list[Outcomes]]:
    scene = replace(load_scene(name), updates=updates)
    lanes = [jobs(scene, seeds, updates)[lane].run() for lane in range(len(scene.lanes))]
    minima, count = len(scene.problem().minima), scene.examples.count
    pairs = zip(scene.lanes, lanes, strict=True)
    return [lane_ends(found, minima, not lane.chance(count)) for lane, found in pairs], lanes


@pytest.mark.parametrize(
    ("name", "updates"), [("local-minimum", 80), ("on-the-saddle", 60), ("stopping-distances", 40)]
)
def test_the_parts_are_all_seeds_and_each_is_in_one(name: str, updates: int) -> None:
    for ends, outcomes in zip(*counted(name, updates), strict=True):
        assert sum(part.share.count for part in ends.parts) == ends.seeds == len(outcomes.seeds)
        assert np.array_equal(np.sort(np.concatenate([part.seeds for part in ends.parts])), outcomes.seeds)
        for part in ends.parts:
            assert len(part.seeds) == part.share.count > 0


def test_who_stays_in_a_basin_ends_there_and_who_rests_on_a_saddle_does_not() -> None:
    for ends, outcomes in zip(*counted("on-the-saddle", 120), strict=True):
        for part in ends.parts:
            here = np.isin(outcomes.seeds, part.seeds)
            kinds = {VERDICTS[kind] for kind in outcomes.verdicts[here].tolist()}
            if part.kind is EndKind.MINIMUM:
                assert STAYING[outcomes.verdicts[here]].all()
                assert (outcomes.basins[here] == part.minimum).all()
            if part.kind is EndKind.STALLED:
                assert kinds == {VerdictKind.STALLED}
    assert counted("on-the-saddle", 120)[0][0].parts[0].kind is EndKind.STALLED


def test_who_is_too_fast_ends_nowhere_and_who_is_slow_is_under_way() -> None:
    scene = load_scene("stopping-distances")
    fast = replace(scene.lanes[0], rule=replace(scene.lanes[0].rule, learning_rate=1e9))
    tally = replace_lanes(replace(scene, updates=40), fast, scene.lanes[0])
    kinds = [ends.largest.kind for ends in ends_of(tally) if ends is not None]
    assert kinds == [EndKind.DIVERGED, EndKind.UNDER_WAY]


def test_who_bounces_for_ever_has_come_to_no_minimum_as_little_as_who_creeps_there() -> None:
    lanes, _ = counted("learning-rate-ladder", 120, 20)
    assert [ends.largest.kind for ends in lanes] == [
        EndKind.UNDER_WAY,
        EndKind.MINIMUM,
        EndKind.BOUNCING,
        EndKind.DIVERGED,
    ]
    assert [len(ends.parts) for ends in lanes] == [1, 1, 1, 1]


def test_every_verdict_has_its_end_and_each_of_the_three_for_good_its_own() -> None:
    expected = {
        VerdictKind.UNDER_WAY: EndKind.UNDER_WAY,
        VerdictKind.SETTLED: EndKind.MINIMUM,
        VerdictKind.STUCK: EndKind.MINIMUM,
        VerdictKind.STALLED: EndKind.STALLED,
        VerdictKind.BALANCED: EndKind.STALLED,
        VerdictKind.ON_RIDGE: EndKind.STALLED,
        VerdictKind.LEVEL: EndKind.STALLED,
        VerdictKind.HELD: EndKind.STALLED,
        VerdictKind.PLATEAU: EndKind.STALLED,
        VerdictKind.RATTLING: EndKind.MINIMUM,
        VerdictKind.WANDERING: EndKind.UNDER_WAY,
        VerdictKind.BOUNCING: EndKind.BOUNCING,
        VerdictKind.SWINGING: EndKind.BOUNCING,
        VerdictKind.DIVERGED: EndKind.DIVERGED,
        VerdictKind.OFF_SURFACE: EndKind.OFF_SURFACE,
        VerdictKind.FAILED: EndKind.FAILED,
    }
    assert set(expected) == set(VERDICTS)
    some = next(iter(counted("local-minimum", 40, len(VERDICTS))[1][1:]))
    found = replace(some, verdicts=np.arange(len(VERDICTS)), basins=np.ones(len(VERDICTS), dtype=np.intp))
    for outcomes, staying in ((found, EndKind.MINIMUM), (replace(found, basins=found.basins - 2), EndKind.ELSEWHERE)):
        ends = lane_ends(outcomes, 3, False)
        where = {seed: part for part in ends.parts for seed in part.seeds.tolist()}
        told = [where[seed] for seed in outcomes.seeds.tolist()]
        kinds = [staying if end is EndKind.MINIMUM else end for end in map(expected.__getitem__, VERDICTS)]
        assert [part.kind for part in told] == kinds
        assert all(part.minimum == (1 if part.kind is EndKind.MINIMUM else NO_BASIN) for part in told)
        order = [ORDER.index(part.kind) for part in ends.parts]
        assert order == sorted(order)
    assert len(ORDER) == len({*expected.values(), EndKind.OTHERS, EndKind.ELSEWHERE})
    for kind, end in expected.items():
        assert end not in (EndKind.DIVERGED, EndKind.OFF_SURFACE, EndKind.FAILED) or end.value == kind.words


def replace_lanes(scene: object, *lanes: object) -> Tally:
    changed = replace(scene, lanes=lanes, claims=(None,) * len(lanes), question=None)  # type: ignore[type-var]
    return own(changed)  # type: ignore[arg-type]


def test_what_a_tally_has_counted_is_what_the_odds_of_as_many_seeds_say() -> None:
    scene = replace(load_scene("local-minimum"), updates=60)
    tally = Tally(scene)
    for place in tally.own_missing:
        if work(scene)[place].first_seed < scene.seed + 200:
            tally = tally.with_result(place, work(scene)[place].run())
    whole = jobs(scene, 200, 60, 200)
    told = odds(scene, gather(scene, whole, {place: job.run() for place, job in enumerate(whole)}), 60)
    grown = [each for each in growing(scene, 200, 60) if each is not None][-1]
    for ends, lane, other in zip(ends_of(tally), told.lanes, grown.lanes, strict=True):
        assert ends is not None
        assert ends.seeds == lane.seeds == other.seeds == 200
        assert ends.escaped == lane.escaped == other.escaped
        escapes = dict(zip(ends.updates, ends.curve, strict=True))
        known = dict(zip(lane.fates.updates, lane.fates.escaped.shares, strict=True))
        assert escapes == {update: share for update, share in known.items() if update in escapes}
        assert max(escapes.values(), default=0.0) == max(known.values())


def test_the_next_seed_of_a_part_goes_round() -> None:
    (_, ends, _), _ = counted("local-minimum", 40)
    part = ends.largest
    first, second, last = part.seeds[0], part.seeds[1], part.seeds[-1]
    assert part.seed_after(first) == second
    assert part.seed_after(last) == part.seed_after(-1) == first


def test_the_first_jobs_are_small_and_the_scene_s_own_lanes_come_first_in_the_bars() -> None:
    scene = load_scene("on-the-saddle")
    tally = Tally(scene)
    assert [work(scene)[place].count for place in tally.own_missing[:: len(scene.lanes)]] == [50, 150, 300, 500]
    assert all(work(scene)[place].lane < len(scene.lanes) for place in tally.own_missing)


def test_a_tally_holds_of_its_scene_with_any_seed_and_of_no_other() -> None:
    scene = load_scene("local-minimum")
    assert Tally(scene).holds_of(replace(scene, seed=77))
    assert not Tally(scene).holds_of(replace(scene, start=(0.5, 0.5)))
