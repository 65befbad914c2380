"""Every scene that comes with the program keeps what it promises: in its claims, and in its words."""

from dataclasses import fields, replace
from itertools import islice
from math import isclose
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from runs import alone, played

from sim.descent.lane import descend
from sim.descent.rules import rule_name
from sim.descent.track import Track
from sim.descent.verdict.events import Event
from sim.descent.verdict.kinds import VerdictKind
from sim.descent.verdict.log import NEVER
from sim.descent.verdict.track_judge import TrackJudge
from sim.descent.verdict.verdict import Verdict
from sim.scene import OPENING, load_scene, scene_files
from sim.scene.reading import SCENES
from sim.scene.value import unlike
from sim.study.odds.claims import BORNE_OUT, checked, fresh
from sim.study.odds.counts import counted
from sim.study.odds.odds import gather, jobs
from sim.study.statistics.intervals import wilson
from sim.study.work.ensemble import ensemble
from sim.surface.points import Array, norm

NAMES = list(scene_files())
INTERESTING = 0.4  # Of the window's width or height, at least, the paths take up.


def lane(name: str, lane_name: str) -> tuple[Track, TrackJudge]:
    """One lane of a scene after all of its updates."""
    _, race = played(name)
    return next(
        (track, judge) for track, judge in zip(race.tracks, race.judges, strict=True) if track.lane.name == lane_name
    )


def verdict(name: str, lane_name: str) -> Verdict:
    return lane(name, lane_name)[1].verdict(load_scene(name).updates)


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def height(track: Track) -> Array:
    """Training loss above the lowest minimum, at every moment."""
    lowest = track.problem.lowest
    assert lowest is not None
    return track.loss - lowest


def first_below(track: Track, level: float) -> int:
    """The update from which the loss is less than that above the lowest minimum."""
    below = height(track) < level
    assert below[-1]
    return int(np.flatnonzero(~below)[-1]) + 1


def swarm(name: str, lane_name: str, seeds: int, updates: int) -> Array:
    """The positions (updates + 1, seeds, 2) of one lane's marble for seeds 0, 1, 2 …"""
    scene = load_scene(name)
    found = next(each for each in scene.lanes if each.name == lane_name)
    start = np.tile(np.array(scene.start), (seeds, 1))
    run = descend(scene.problem().train, found, start, np.arange(seeds))
    return np.stack([start, *(next(run).theta for _ in range(updates))])


# What holds for all.


def test_the_scenes_are_numbered_without_a_gap_and_the_opening_comes_first() -> None:
    files = sorted(path.name for path in SCENES.glob("*.toml"))
    assert [file[:3] for file in files] == [f"{number:02}-" for number in range(1, len(files) + 1)]
    assert len(files) == len(NAMES) >= 12
    assert NAMES[0] == OPENING


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_is_short_and_clear(name: str) -> None:
    scene = load_scene(name)
    assert scene.name == name
    assert len(scene.title) <= 24
    assert 60 <= len(scene.look) <= 170
    assert scene.look.endswith(".")
    assert 1 <= scene.updates <= 1000
    assert 2 <= len(scene.lanes) <= 5
    assert all(len(each.name) <= 22 for each in scene.lanes)
    assert any(scene.claims)
    assert any(word in f"{scene.look} {scene.title}".lower() for word in name.split("-"))


def test_titles_and_sentences_are_all_different() -> None:
    scenes = [load_scene(name) for name in NAMES]
    assert len({scene.title for scene in scenes}) == len({scene.look for scene in scenes}) == len(scenes)


@pytest.mark.parametrize("name", NAMES)
def test_the_window_shows_what_happens(name: str) -> None:
    scene, race = played(name)
    window = scene.window
    assert window.contains(np.array(scene.start))
    assert 1.2 <= window.width / window.height <= 1.7
    ends = [judge.verdict(scene.updates).kind.code for judge in race.judges]
    paths = np.concatenate([track.theta for track, end in zip(race.tracks, ends, strict=True) if end != "diverged"])
    assert np.all(window.contains(paths))
    assert max(np.ptp(paths, axis=0) / (window.width, window.height)) >= INTERESTING


@pytest.mark.parametrize("name", NAMES)
def test_every_share_that_is_promised_is_borne_out_by_fresh_seeds(name: str) -> None:
    scene = fresh(load_scene(name))
    if any(claim is not None and (claim.escaped or claim.lowest) for claim in scene.claims):
        work = jobs(scene, 500, scene.updates)
        outcomes = gather(scene, work, {place: job.run() for place, job in enumerate(work)})
        found = checked(scene, counted(scene, outcomes), scene.updates)
        assert found
        assert {claim.standing for claim in found} == {BORNE_OUT}, found


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_stands(name: str) -> None:
    scene, race = played(name)
    for judge, claim in zip(race.judges, scene.claims, strict=True):
        if claim is not None:
            assert claim.verdict in (None, judge.verdict(scene.updates).kind.code), judge.track.lane.name
            assert set(claim.events) <= set(kinds(judge.events_until(scene.updates))), judge.track.lane.name


@pytest.mark.parametrize("name", NAMES)
def test_no_claim_hangs_on_a_lucky_seed(name: str) -> None:
    scene = load_scene(name)
    problem = scene.problem()
    for each, claim in zip(scene.lanes, scene.claims, strict=True):
        if claim is not None and each.batch_size < problem.train.count:
            judge = TrackJudge(alone(problem, each, scene.start, scene.seed + 1, scene.updates))
            judge.observe()
            assert claim.verdict in (None, judge.verdict(scene.updates).kind.code)
            assert set(claim.events) <= set(kinds(judge.events))


def test_the_nine_keys_and_the_rest_show_every_end_that_a_marble_can_come_to() -> None:
    claimed = {claim.verdict for name in NAMES for claim in load_scene(name).claims if claim is not None}
    assert claimed >= {"under_way", "settled", "stuck", "stalled", "plateau", "rattling", "bouncing", "diverged"}


# What each of them says.


def test_local_minimum_holds_the_full_batch_only() -> None:
    minibatch = swarm("local-minimum", "minibatch", 50, 250)
    assert np.all(norm(minibatch[-1] - (1.6, -0.08)) < 1.0)
    assert np.median(np.argmax(minibatch[..., 0] > 0.3, axis=0)) > 30  # It dwells first.
    stuck, _ = lane("local-minimum", "full batch")
    rolled, _ = lane("local-minimum", "momentum")
    local = np.array(stuck.problem.minima[1].position)
    assert norm(stuck.theta[-1] - local) < 1e-6
    assert norm(rolled.theta - local).min() < 0.3  # Right through it, not around.
    assert height(rolled)[-1] < 1e-6
    assert height(stuck)[-1] > 1


def test_on_the_saddle_only_the_minibatch_ever_leaves_the_axis() -> None:
    for name in ("full batch", "momentum"):
        track, _ = lane("on-the-saddle", name)
        assert not track.theta[:, 1].any()  # To the last bit.
        assert norm(track.theta[-1]) < 1e-4
    minibatch = swarm("on-the-saddle", "minibatch", 100, 100)
    assert np.all(np.abs(minibatch[-1, :, 1]) > 0.5)
    assert 0.3 < np.mean(minibatch[-1, :, 1] > 0) < 0.7  # To either side.


def test_sharp_minimum_trains_better_and_flat_one_tests_better() -> None:
    sharp, _ = lane("sharp-and-flat", "full batch")
    flat = sharp.problem.minima[1]
    train, test = sharp.problem.train, sharp.problem.test
    there = np.array(flat.position)
    assert sharp.loss[-1] < flat.value - 0.2
    assert sharp.test_loss[-1] > float(test.value(there)) + 0.1
    sharp_gap, flat_gap = sharp.test_loss[-1] - sharp.loss[-1], float(test.value(there) - train.value(there))
    assert sharp_gap > 0.4
    assert 0 < flat_gap < 0.1
    assert sharp.curvatures[-1, 0] > 5 * flat.eigenvalues[1]
    noisy, judge = lane("sharp-and-flat", "minibatch")
    assert (verdict("sharp-and-flat", "minibatch").basin, verdict("sharp-and-flat", "momentum").basin) == (1, 0)
    assert judge.events[0].kind == "escaped"
    assert noisy.test_loss[-100:].mean() < sharp.test_loss[-1]
    assert np.all(swarm("sharp-and-flat", "minibatch", 50, 400)[-1, :, 0] > -0.2)


def test_two_weights_has_valleys_of_equal_answers_and_a_saddle_that_momentum_passes() -> None:
    plain, judge = lane("two-weights", "full batch")
    rolled, other = lane("two-weights", "momentum")
    for track in (plain, rolled):
        assert track.theta[-1].prod() == pytest.approx(1, abs=1e-4)
    assert norm(plain.theta[-1] - rolled.theta[-1]) > 0.1  # Another answer, equally good.
    assert plain.loss[-1] == pytest.approx(rolled.loss[-1], abs=1e-6)
    stalled, left = (next(e.update for e in judge.events if e.kind == kind) for kind in ("stalled", "left_saddle"))
    assert left - stalled > 50
    assert "stalled" not in kinds(other.events)
    assert 3 * first_below(rolled, 0.1) < 2 * first_below(plain, 0.1)


def test_ravine_is_momentums_home() -> None:
    names = [each.name for each in load_scene("ravine").lanes]
    plain, thrown, rolled = (lane("ravine", name)[0] for name in names)
    assert plain.lane.rule.learning_rate == rolled.lane.rule.learning_rate  # A fair race.
    gentle, steep = plain.curvatures[0]
    assert (gentle, steep) == (1, 50)
    assert plain.lane.rule.learning_rate < 2 / steep < thrown.lane.rule.learning_rate
    assert 3 * first_below(rolled, 1e-3) < first_below(plain, 1e-3)
    assert norm(thrown.theta[90]) > 1000
    judges = played("ravine")[1].judges
    assert [event.kind for event in judges[1].events_until(200)] == ["diverged"]  # Nor is it said to bounce before.
    for track in (plain, thrown, rolled):
        assert f"{track.lane.rule.learning_rate}" in track.lane.name


def test_learning_rate_ladder_crawls_arrives_bounces_and_flies() -> None:
    scene, race = played("learning-rate-ladder")
    crawling, arriving, bouncing, flying = race.tracks
    assert height(crawling)[-1] > 1e-2
    assert height(arriving)[-1] < 1e-12
    assert bouncing.lane.rule.learning_rate * bouncing.curvatures[0, 1] == 2
    assert np.array_equal(bouncing.theta[1:, 1], -bouncing.theta[:-1, 1])  # For ever, to the last bit.
    assert abs(bouncing.theta[-1, 1]) == scene.start[1]
    assert np.all(np.diff(np.abs(flying.theta[:, 1])) > 0)


def test_batch_ladder_lets_the_small_go_and_holds_the_large() -> None:
    for name, gone in (("B = 1", 1), ("B = 2", 1), ("B = 5", 0)):
        assert np.mean(swarm("batch-ladder", name, 60, 400)[-1, :, 0] > 0.3) == gone
    for name in ("B = 5", "B = 20"):
        assert "escaped" not in kinds(lane("batch-ladder", name)[1].events)
    _, race = played("batch-ladder")
    assert [track.lane.batch_size for track in race.tracks] == [1, 2, 5, 20]
    quiet = [norm(track.movement[-100:]).mean() for track in race.tracks]
    assert quiet == sorted(quiet, reverse=True)


def test_batch_ladder_is_the_opening_scene_but_for_a_tenth_more_between_examples() -> None:
    """Which is what two examples a step need to get out."""
    ladder, opening = load_scene("batch-ladder"), load_scene(OPENING)
    assert (ladder.surface, ladder.start, ladder.updates) == (opening.surface, opening.start, opening.updates)
    assert ladder.lanes[0].rule == opening.lanes[0].rule
    assert replace(ladder.examples, sigma=0.2) == opening.examples  # type: ignore[type-var]
    assert isclose(ladder.examples.sigma, 1.1 * opening.examples.sigma)  # type: ignore[attr-defined]
    two = next(lane for lane in ladder.lanes if lane.batch_size == 2)
    start = np.tile(np.array(ladder.start), (200, 1))
    for scene, least, most in ((ladder, 0.95, 1.0), (opening, 0.0, 0.05)):
        run = descend(scene.problem().train, two, start, np.arange(200))
        end = next(islice(run, scene.updates - 1, None)).theta
        assert least <= np.mean(end[:, 0] > 0.3) <= most


def test_himmelblau_sends_three_rules_to_three_equal_minima() -> None:
    scene, race = played("himmelblau")
    minima = scene.problem().minima
    assert len(minima) == 4
    assert np.ptp([minimum.value for minimum in minima]) < 1e-12
    assert len({judge.verdict(scene.updates).basin for judge in race.judges}) == 3
    for angle in (0.5, 2.0, 3.5, 5.0):  # Nor does it hang on the last digit of the start.
        around = tuple(np.array(scene.start) + 0.2 * np.array([np.cos(angle), np.sin(angle)]))
        again = replace(scene, start=around).race()
        again.extend(scene.updates)
        ends = [judge.verdict(scene.updates).basin for judge in again.judges]
        assert ends == [judge.verdict(scene.updates).basin for judge in race.judges]


def test_twenty_against_one_keeps_pace_by_updates_and_not_by_epochs() -> None:
    full, _ = lane("twenty-against-one", "full batch")
    single, _ = lane("twenty-against-one", "minibatch")
    assert (full.updates_per_epoch, single.updates_per_epoch) == (1, 20)
    assert norm(full.theta - single.theta).max() < 0.4
    two_epochs = height(full)[2], height(single)[40]
    assert two_epochs[0] > 10 * two_epochs[1]


def test_thousand_examples_shake_the_less_the_more_are_read() -> None:
    _, race = played("thousand-examples")
    assert [track.lane.batch_size for track in race.tracks] == [10, 100, 1000]
    few, many, everything = (np.ptp(track.theta[-100:], axis=0).max() for track in race.tracks)
    assert few > 2 * many > 100 * everything


def test_adaptive_rules_take_each_axis_at_its_own_measure() -> None:
    _, race = played("adaptive-rules")
    assert [rule_name(track.lane.rule) for track in race.tracks] == [
        "gradient descent",
        "momentum",
        "adagrad",
        "rmsprop",
        "adam",
    ]
    plain = race.tracks[0]
    assert plain.curvatures[0, 1] == pytest.approx(100 * plain.curvatures[0, 0])
    for track in race.tracks:
        early = np.abs(track.movement[:10]).sum(axis=0)
        if track.lane.rule is not plain.lane.rule:
            assert 3 * first_below(track, 1e-3) < 2 * first_below(plain, 1e-3)
        if rule_name(track.lane.rule) in ("adagrad", "rmsprop", "adam"):
            assert 0.5 < early[0] / early[1] < 2  # Both axes alike,
        else:
            assert early[0] / early[1] < 0.2  # and not by their slopes.


def test_plateau_holds_steps_in_proportion_to_the_slope() -> None:
    plain, rolled, scaled, adam = (lane("plateau", each.name)[0] for each in load_scene("plateau").lanes)
    assert norm(plain.theta[-1] - plain.theta[0]) < 0.2
    arrivals = [first_below(track, 0.1) for track in (adam, scaled, rolled)]
    assert max(arrivals[:2]) * 2 < arrivals[2] < 200
    assert norm(adam.movement[0]) > 100 * norm(rolled.movement[0])
    assert norm(rolled.movement[50]) > 8 * norm(plain.movement[50])  # It saves up.


def test_egg_box_lets_nobody_arrive() -> None:
    stuck = {verdict("egg-box", name).basin for name in ("full batch", "momentum")}
    assert len(stuck) == 1
    _, judge = lane("egg-box", "minibatch")
    assert not {"settled", "stuck"} & set(kinds(judge.events))
    train = load_scene("egg-box").problem().train
    paths = swarm("egg-box", "minibatch", 50, 400)
    losses = train.value(paths)
    dips = np.round(paths[::10])
    assert min(len(np.unique(dips[:, marble], axis=0)) for marble in range(50)) >= 3
    assert np.mean(losses[-100:].mean(axis=0) < losses[:50].mean(axis=0)) > 0.9


def test_muller_brown_has_a_valley_for_each() -> None:
    scene, race = played("muller-brown")
    basins = [judge.verdict(scene.updates).basin for judge in race.judges]
    assert basins == [2, 1, 0]  # The deepest is number 0.
    low, high = scene.problem().saddles
    assert low.value < high.value
    noisy = swarm("muller-brown", "minibatch", 50, scene.updates)
    assert np.mean(norm(noisy[-1] - scene.problem().minima[1].position) < 0.5) >= 0.9


def test_newton_ends_at_the_saddle_and_turned_round_at_a_minimum() -> None:
    """From both sides of the line, and from where plain descent leads away from the saddle, too."""
    scene, race = played("newton")
    (saddle,), train = scene.problem().saddles, scene.problem().train
    newton, turned, _ = race.tracks
    assert {rule_name(track.lane.rule) for track in (newton, turned)} == {"newton", "saddle free newton"}
    assert vars_of(newton.lane.rule) == vars_of(turned.lane.rule)  # Nothing else differs.
    assert norm(newton.theta[-1] - saddle.position) < 1e-6
    assert np.all(np.diff(np.abs(turned.theta[:40, 1])) > 0)
    assert np.all(np.diff(np.abs(newton.theta[:40, 1])) < 0)
    assert np.abs(turned.theta[45, 1]) > 20 * np.abs(turned.theta[0, 1])
    starts = np.array([[x, y] for x in (-2.5, 1.5) for y in (-0.4, -0.1, 0.001, 0.05, 0.3)])
    for name, height in (("Newton", 0.0), ("saddle-free Newton", np.abs(scene.problem().minima[0].position[1]))):
        found = next(each for each in scene.lanes if each.name == name)
        run = descend(train, found, starts, np.zeros(len(starts), dtype=np.intp))
        *_, last = islice(run, scene.updates)
        assert_allclose(np.abs(last.theta[:, 1]), height, atol=1e-3)
    minibatch = swarm("newton", "minibatch", 100, scene.updates)
    assert np.all(np.abs(minibatch[-1, :, 1]) > 0.5)


def vars_of(rule: Any) -> dict[str, Any]:
    return {field.name: getattr(rule, field.name) for field in fields(rule)}


def test_only_unfair_comparisons_are_marked() -> None:
    opening = load_scene(OPENING)
    first, second, third = opening.lanes
    rule: Any = second.rule
    faster = replace(second, rule=replace(rule, learning_rate=0.2))
    assert unlike(opening) == (False, False, False)
    assert unlike(load_scene("learning-rate-ladder")) == (False,) * 4
    assert unlike(replace(opening, lanes=(first, faster, third))) == (False, True, False)


# Warm restarts.


TOLD = ("warm restarts", "η held")
"""Lanes whose share stands in the scene's words."""


def test_what_the_scene_says_of_warm_restarts_is_what_a_thousand_seeds_do() -> None:
    scene = load_scene("warm-restarts")
    found = {}
    for lane in scene.lanes:
        seeds = 1000 if lane.name in TOLD else 200
        escapes = ensemble(scene.problem(), lane, scene.start, np.arange(seeds), scene.updates).escapes
        found[lane.name] = wilson(int((escapes != NEVER).sum()), seeds).estimate
    for name in TOLD:
        told = found[name]
        share, low, high = (f"{100 * number:.0f}" for number in (told.value, told.low, told.high))
        assert f"{share} % " in scene.look
        assert f"({low} to {high} %)" in scene.look
    assert found["half of η, held"].value == 0
    assert found["warm restarts"].high < found["one cosine"].high < found["η held"].low


def test_what_has_cooled_down_still_rattles_by_next_to_nothing() -> None:
    scene, race = played("warm-restarts")
    (cooled,) = (lane for lane, each in enumerate(scene.lanes) if each.name == "one cosine")
    theta = race.tracks[cooled].theta
    warm, cold = (np.ptp(theta[first : first + 11], axis=0).max() for first in (100, scene.updates - 10))
    assert 0 < cold < 1e-3 * warm
    assert race.judges[cooled].verdict(scene.updates).kind is VerdictKind.RATTLING
