"""A race as data, as a table, and as rows: what they say is what the race has."""

import math
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from readers import Rows, printed, rows, through_json, written

from sim.descent.race import Race
from sim.descent.rules import rule_name
from sim.descent.verdict.events import EVENT_KINDS, Escape, Event, EventKind
from sim.descent.verdict.kinds import VerdictKind
from sim.report import COLUMNS, MOST_EVENTS, summary, table, write_csv
from sim.scene import OPENING, Scene, load_scene, parse_scene
from sim.surface.points import norm

LONG_NAME = "a name of forty characters, not one less"

DIVERGING = f"""
title = "One that stays and one that flies"
look = "Nothing."
start = [1.0, 1.0]
window = [[-2.0, 2.0], [-2.0, 2.0]]
surface = {{ kind = "himmelblau" }}
examples = {{ kind = "tilted", sigma = 0.1, count = 7 }}
[lane."{LONG_NAME}"]
rule = "adamw"
learning_rate = 0.01
batch_size = 3
[lane."[red]far, \\"away\\""]
rule = "gradient descent"
learning_rate = 10.0
batch_size = "full"
"""


@cache
def opening(updates: int) -> tuple[Scene, Race]:
    scene = load_scene(OPENING)
    race = scene.race()
    race.extend(updates)
    return scene, race


def diverging(updates: int) -> tuple[Scene, Race]:
    scene = parse_scene(DIVERGING, "diverging")
    race = scene.race()
    race.extend(updates)
    assert race.tracks[1].overflow is not None
    return scene, race


# JSON.


@pytest.mark.parametrize("updates", [0, 1, 57, 400])
def test_the_summary_tells_what_the_race_has(updates: int) -> None:
    scene, race = opening(400)
    data = through_json(summary(scene, race, updates))
    assert (data["scene"], data["seed"], data["updates"]) == (OPENING, race.seed, updates)
    assert [lane["name"] for lane in data["lanes"]] == [lane.name for lane in scene.lanes]
    for found, lane, track, judge in zip(data["lanes"], scene.lanes, race.tracks, race.judges, strict=True):
        verdict = judge.verdict(updates)
        assert found["rule"] == rule_name(lane.rule)
        assert found["batch_size"] == lane.batch_size
        assert found["learning_rate"] == lane.rule.learning_rate
        assert found["verdict"] == verdict.kind.code
        assert found["sentence"] == verdict.sentence
        assert found["sentence"].startswith(verdict.kind.words)
        assert found["since"] == verdict.since
        assert found["evidence"]["gradient_norm"] == verdict.gradient_norm
        assert found["evidence"]["eigenvalues"] == list(verdict.curvatures)
        assert found["evidence"]["loss_above_lowest_minimum"] == verdict.height
        final = found["final"]
        assert final["update"] == updates
        assert [final["x"], final["y"]] == track.theta[updates].tolist()
        assert final["loss"] == track.loss[updates]
        assert final["test_loss"] == track.test_loss[updates]
        assert final["gradient_norm"] == norm(track.full_gradient[updates])
        assert [event["update"] for event in found["events"]] == [e.update for e in judge.events_until(updates)]


def test_the_summary_has_every_hyperparameter() -> None:
    scene, race = diverging(100)
    lane = through_json(summary(scene, race, 100))["lanes"][0]
    assert lane["rule"] == "adamw"
    assert {"beta1", "beta2", "epsilon", "weight_decay"} <= lane.keys()


def test_places_are_entries_of_the_list_of_critical_points() -> None:
    scene, race = opening(400)
    data = through_json(summary(scene, race, 400))
    minima = data["critical_points"]["minima"]
    assert [(point["x"], point["y"]) for point in minima] == [point.position for point in race.problem.minima]
    assert [point["name"] for point in minima] == [f"minimum {i + 1}" for i in range(len(minima))]
    places = [lane["evidence"]["basin"] for lane in data["lanes"]]
    places += [event[end] for lane in data["lanes"] for event in lane["events"] for end in ("from", "to")]
    named = [place for place in places if place is not None]
    assert named
    for place in named:
        assert place.items() <= minima[place["index"]].items()


def test_a_saddle_is_told_apart_from_a_minimum() -> None:
    scene = load_scene("on-the-saddle")
    race = scene.race()
    race.extend(scene.updates)
    data = through_json(summary(scene, race, scene.updates))
    saddles = data["critical_points"]["saddles"]
    left = [event for lane in data["lanes"] for event in lane["events"] if event["kind"] == "left_saddle"]
    assert left
    assert all(event["from"].items() <= saddles[event["from"]["index"]].items() for event in left)
    stalled = [lane["evidence"] for lane in data["lanes"] if lane["verdict"] == "stalled"]
    assert stalled
    assert all(evidence["saddle"]["name"] == "saddle 1" for evidence in stalled)
    assert all(math.hypot(*evidence["way_down"]) == pytest.approx(1) for evidence in stalled)


def test_only_what_was_certain_by_then_is_told() -> None:
    scene, race = opening(400)
    for updates in (0, 10, 54, 60, 123, 300):
        for lane in summary(scene, race, updates)["lanes"]:
            assert all(event["seen"] <= updates for event in lane["events"])
            assert lane["since"] <= updates


def test_a_diverged_lane_has_nulls_where_numbers_end() -> None:
    scene, race = diverging(100)
    lane = through_json(summary(scene, race, 100))["lanes"][1]
    assert lane["verdict"] == "diverged"
    assert lane["final"]["update"] == race.tracks[1].updates < 100
    assert lane["final"]["loss"] is None
    assert lane["final"]["x"] == race.tracks[1].theta[-1, 0]


# CSV.


@pytest.fixture
def blocks_of_16(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.report.BLOCK", 16)


def column(found: Rows, *names: str) -> list[list[float]]:
    return [[float(row[name]) for name in names] for row in found]


@pytest.mark.usefixtures("blocks_of_16")
def test_every_number_reads_back_bit_for_bit() -> None:
    updates = 400
    _, race = opening(updates)
    found = rows(write_csv, race, updates)
    for track in race.tracks:
        own = [row for row in found if row["lane"] == track.lane.name]
        assert [int(row["update"]) for row in own] == list(range(updates + 1))
        now, made = own, own[1:]
        for names, numbers in (
            (("x", "y"), track.theta),
            (("full_gradient_x", "full_gradient_y"), track.full_gradient),
            (("train_loss",), track.loss[:, None]),
            (("test_loss",), track.test_loss[:, None]),
        ):
            assert (np.array(column(now, *names)) == numbers).all(), names
        for names, numbers in (
            (("batch_gradient_x", "batch_gradient_y"), track.gradient),
            (("movement_x", "movement_y"), track.movement),
            (("batch_loss",), track.batch_loss[:, None]),
        ):
            assert (np.array(column(made, *names)) == numbers).all(), names


def test_a_row_follows_from_the_row_before() -> None:
    """Gradient descent: the batch gradient of a row made its movement, and the movement its place."""
    _, race = opening(50)
    rate = race.tracks[1].lane.rule.learning_rate
    found = [row for row in rows(write_csv, race, 50) if row["lane"] == race.tracks[1].lane.name]
    for before, after in pairwise(found):
        for axis in "xy":
            movement = float(after[f"movement_{axis}"])
            assert movement == -rate * float(after[f"batch_gradient_{axis}"])
            assert float(after[axis]) == float(before[axis]) + movement


def test_the_start_has_no_update_behind_it() -> None:
    _, race = opening(3)
    for row in rows(write_csv, race, 3)[::4]:
        assert row["update"] == row["epoch"] == "0"
        assert {key for key, cell in row.items() if cell == ""} == {
            *("batch_loss", "batch_gradient_x", "batch_gradient_y", "movement_x", "movement_y")
        }


def test_epochs_are_counted_by_batches() -> None:
    _, race = diverging(12)
    found = rows(write_csv, race, 12)
    assert [int(row["epoch"]) for row in found if row["lane"] == LONG_NAME] == [
        0,
        *[1] * 3,
        *[2] * 3,
        *[3] * 3,
        *[4] * 3,
    ]


@pytest.mark.parametrize("updates", [0, 1, 15, 16, 17, 33])
@pytest.mark.usefixtures("blocks_of_16")
def test_one_row_an_update_and_lane(updates: int) -> None:
    _, race = opening(updates)
    assert len(rows(write_csv, race, updates)) == len(race.tracks) * (updates + 1)


def test_fewer_updates_than_computed_are_the_same_rows() -> None:
    _, race = opening(20)
    long, short = rows(write_csv, race, 20), rows(write_csv, race, 5)
    assert short == [row for row in long if int(row["update"]) <= 5]


def test_a_diverged_lane_ends_with_its_last_finite_moment() -> None:
    scene, race = diverging(100)
    own = [row for row in rows(write_csv, race, 100) if row["lane"] == scene.lanes[1].name]
    assert len(own) == race.tracks[1].updates + 1 < 100
    assert all(math.isfinite(float(row["x"])) for row in own)


def test_the_header_names_the_columns() -> None:
    _, race = opening(1)
    header, *_ = written(write_csv, race, 1).splitlines()
    assert header == ",".join(COLUMNS)
    assert all(name.isidentifier() and name == name.lower() for name in COLUMNS)


# The table.


def in_order(words: list[str], text: list[str]) -> bool:
    rest = iter(text)
    return all(word in rest for word in words)


@pytest.mark.parametrize("name", [OPENING, "on-the-saddle", "diverging"])
@pytest.mark.parametrize("width", [80, 120])
def test_the_table_has_whole_sentences_and_fits(name: str, width: int) -> None:
    scene = parse_scene(DIVERGING, name) if name == "diverging" else load_scene(name)
    race = scene.race()
    race.extend(200)
    text = printed(table(scene, race, 200), width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert "\x1b" not in text
    for judge in race.judges:
        assert in_order(judge.verdict(200).sentence.split(), text.split())
        assert in_order(judge.track.lane.name.split(), text.split())


def test_the_table_says_where_there_is_no_loss() -> None:
    text = """
title = "Half a plane"
look = "Nothing."
start = [1.0, 0.3]
window = [[-2.0, 4.0], [-2.0, 2.0]]
surface = { kind = "formula", formula = "sqrt(x) + y^2" }
examples = { kind = "shifted", sigma = 0.1, count = 4 }
lane.full = { rule = "gradient descent", learning_rate = 0.5, batch_size = "full" }
"""
    scene = parse_scene(text, "half")
    race = scene.race()
    race.extend(20)
    assert math.isnan(race.tracks[0].loss[-1])
    assert "loss undefined, test loss undefined" in printed(table(scene, race, 20), 120)


def test_the_table_tells_events_and_where_its_minima_lie() -> None:
    scene, race = opening(400)
    text = printed(table(scene, race, 400), 120)
    left = next(event for event in race.judges[1].events if event.kind == "escaped")
    assert f"update {left.update}: escaped minimum 2 for minimum 1" in text
    for index, point in enumerate(race.problem.minima):
        assert "minimum {}: ({:.4g}, {:.4g})".format(index + 1, *point.position) in text


@pytest.fixture(scope="module")
def begun() -> tuple[Scene, Race]:
    """A race at its start, whose events are what a test says."""
    scene = load_scene("on-the-saddle")
    return scene, scene.race()


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_every_kind_of_event_has_words(begun: tuple[Scene, Race], kind: EventKind) -> None:
    scene, race = begun
    race.judges[0].events[:] = [Event(7, 7, kind, source=0, target=1)]
    words = {"escaped": "escaped minimum 1 for minimum 2", "left_saddle": "left saddle 1 for minimum 2"}
    where = " (minimum 2)" if kind in {"settled", "stuck", "rattling"} else ", in the basin of minimum 2"
    expected = f"{kind.words}{where}" if isinstance(kind, VerdictKind) else words[kind]
    lines = [line.rstrip() for line in printed(table(scene, race, 7), 120).splitlines()]
    assert any(line.endswith(f"update 7: {expected}") for line in lines)


def test_many_events_are_counted_not_listed() -> None:
    scene = load_scene(OPENING)
    race = scene.race()
    race.judges[0].events[:] = [Event(0, 0, Escape.BASIN, 0, 1)] * 1000
    text = printed(table(scene, race, 0))
    assert text.count("escaped") == MOST_EVENTS - 1
    assert f"and {1000 - MOST_EVENTS + 1} more events" in text
