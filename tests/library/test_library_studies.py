"""Odds, sweeps and basins from Python are those of the command line, with rules of one's own besides."""

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from own import Lion, Signs, eggs
from PIL import Image
from readers import through_json

import sim as tm
from sim.library.portable import portable
from sim.library.studies import odds as odds_module
from sim.scene import load_scene
from sim.study.odds.odds import gather, jobs
from sim.study.odds.report import summary
from sim.study.work import workers
from sim.study.work.ensemble import NEVER

ROOT = Path(__file__).parents[2]


def test_odds_are_the_odds() -> None:
    told, scene = tm.odds("local-minimum", 60, updates=150, seed=3), load_scene("local-minimum")
    work = jobs(told.scene, 60, 150)
    outcomes = gather(told.scene, work, {place: job.run() for place, job in enumerate(work)})
    for lane, found in zip(scene.lanes, outcomes, strict=True):
        assert_array_equal(told.outcomes[lane.name].theta, found.theta)
    assert told.outcomes["minibatch"].seeds.tolist() == list(range(3, 63))
    assert through_json(told.summary()) == through_json(summary(told.told))
    assert [lane.lane.name for lane in told] == [lane.name for lane in scene.lanes]
    assert len(told) == 3
    assert "60 seeds from 3 · after 150 updates" in repr(told)
    pair = told.pairs[2]
    escaped = [np.mean(told.outcomes[name].escapes != NEVER) for name in ("momentum", "minibatch")]
    assert (pair.one, pair.other, pair.seeds) == ("momentum", "minibatch", 60)
    assert pair.escaped.value == pytest.approx(escaped[0] - escaped[1])
    with Image.open(BytesIO(told._repr_png_())) as picture:
        assert picture.size == (1200, 675)
    with pytest.raises(tm.UseError, match='there is no lane "minibach"; did you mean minibatch'):
        told["minibach"]


def test_a_rule_of_ones_own_is_counted_as_it_races() -> None:
    rules = {"mine": (Lion(), 1)}
    told = tm.odds(seeds=20, updates=120, rules=rules)
    for seed in (0, 7, 19):
        race = tm.race(seed=seed, updates=120, rules=rules)
        assert_array_equal(told.outcomes["mine"].theta[seed], race["mine"].theta[-1])
    assert told.summary()["lanes"][3]["rule"] == "Lion"


def test_worker_processes_find_the_same_of_what_can_be_sent_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 1)
    rules = {"mine": (Lion(), 1)}
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    alone, shared = (tm.odds(seeds=600, updates=20, rules=rules, workers=count) for count in (1, 2))
    for name in alone.outcomes:
        assert_array_equal(shared.outcomes[name].theta, alone.outcomes[name].theta)


def test_what_only_this_process_has_is_computed_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    surface = tm.Surface(eggs, window=((-3, 3), (-2, 3)))
    assert portable(tm.scene_on(surface, (1, 0.3)))
    mine = tm.scene_on(tm.Surface(lambda x, y: x**2 + y**2, window=((-3, 3), (-2, 3))), (1, 0.3))
    assert not portable(mine)
    assert odds_module.workers_for(mine, 4) == odds_module.workers_for(mine, None) == 1
    assert odds_module.workers_for(load_scene("ravine"), 4) == 4
    monkeypatch.setattr(sys.modules["__main__"], "Lion", Lion, raising=False)  # Where pickle would find it.
    monkeypatch.setattr(Lion, "__module__", "__main__")
    assert not portable((Lion(),))


SCRIPT = """
import sim as tm
from sim.study.work import workers
from sim.study.work.ensemble import NEVER
workers.WORTH_PROCESSES = 1
print("once")
print(tm.odds("local-minimum", 600, updates=20, workers=2)["minibatch"].seeds)
"""


def test_a_script_that_counts_with_workers_is_run_once(tmp_path: Path) -> None:
    """Python's own way would be to run it anew in each of them, and so without end."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert (done.stdout, done.stderr, done.returncode) == ("once\n600\n", "", 0)


def test_a_sweep_is_the_sweep(tmp_path: Path) -> None:
    over: dict[str, Any] = {"lane.minibatch.batch_size": [1, np.int64(5)], "examples.sigma": "0.1,0.3"}
    told = tm.sweep("local-minimum", over, 12, updates=60, measure="escaped")
    kept = tm.sweep("local-minimum", over, 12, updates=60, measure="escaped", results=tmp_path / "a.sweep")
    again = tm.sweep("local-minimum", over, 12, updates=60, measure="escaped", results=tmp_path / "a.sweep")
    assert json.dumps(told.summary()) == json.dumps(kept.summary()) == json.dumps(again.summary())
    rows = told.rows()
    assert len(rows) == 4 * 3
    assert [row["examples.sigma"] for row in rows[:6]] == [0.1] * 3 + [0.3] * 3
    assert all(row["escaped_low"] <= row["escaped"] <= row["escaped_high"] for row in rows)
    assert "share of seeds that escape" in repr(told)
    with Image.open(BytesIO(told._repr_png_())) as picture:
        assert picture.size == (1200, 675)


def test_a_sweep_compares_lanes_and_settings_seed_by_seed() -> None:
    told = tm.sweep("local-minimum", {"lane.minibatch.batch_size": [5, 1]}, 40, updates=60, measure="escaped")
    compared = told.told.compared
    assert compared is not None
    assert told.leaders == {"minibatch": {"lane.minibatch.batch_size": 1}}
    pairs, rows = told.pairs(), told.rows()
    assert [(row["lane.minibatch.batch_size"], row["lane"], row["than"]) for row in pairs[2:4]] == [
        (5, "momentum", "minibatch"),
        (1, "minibatch", "full batch"),
    ]
    for row, each in zip(pairs, (each for at in compared.lanes for each in at), strict=True):
        assert (row["difference"], row["seeds"]) == (each.estimate.value, 40)
        assert row["difference_low"] <= row["difference"] <= row["difference_high"]
    few, many = (row for row in rows if row["lane"] == "minibatch")
    assert few["from_leader"] == pytest.approx(few["escaped"] - many["escaped"])
    assert few["from_leader_low"] < few["from_leader"] < few["from_leader_high"] < 0
    assert many["from_leader"] == 0
    assert math.isnan(rows[0]["from_leader"])
    assert "Seed by seed" in repr(told)
    median = tm.sweep("local-minimum", {"lane.minibatch.batch_size": [5, 1]}, 5, updates=60, measure="escape")
    assert (median.pairs(), median.leaders) == ([], {})


def test_a_sweep_of_a_rule_of_ones_own_changes_its_learning_rate_and_its_batch() -> None:
    rules = {"mine": (Lion(), 1)}
    told = tm.sweep("local-minimum", {"lane.mine.learning_rate": [0.001, 0.05]}, 10, updates=90, rules=rules)
    assert [point.scene.lanes[3].rule for point in told.told.sweep.points] == [Lion(0.001), Lion(0.05)]
    assert told.scene.lanes[3].rule == Lion()
    found = [row["train-loss"] for row in told.rows() if row["lane"] == "mine"]
    odds = tm.odds("local-minimum", 10, updates=90, rules={"mine": (Lion(0.05), 1)})
    assert found[1] == odds["mine"].train_loss.estimate.value
    assert found[0] != found[1]
    sizes = tm.sweep("local-minimum", {"lane.mine.batch_size": [1, 20]}, 5, updates=20, rules=rules)
    assert [point.scene.lanes[3].batch_size for point in sizes.told.sweep.points] == [1, 20]


def test_of_a_rule_of_ones_own_no_number_is_swept_that_its_stand_in_alone_has() -> None:
    """Each value would give the same, and look as if it made no difference."""
    rules = {"mine": (Lion(), 1)}
    with pytest.raises(tm.SceneError, match=r"there is no number \"lane\.mine\.weight_decay\""):
        tm.sweep("local-minimum", {"lane.mine.weight_decay": [0.0, 0.5]}, 5, updates=20, rules=rules)
    told = tm.sweep("local-minimum", {"lane.*.weight_decay": [0.0, 0.5]}, 5, updates=20, rules=rules)
    assert {point.scene.lanes[3].rule for point in told.told.sweep.points} == {Lion()}
    assert [point.scene.lanes[1].rule.weight_decay for point in told.told.sweep.points] == [0.0, 0.5]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Careful(Signs):
    """It takes no long steps."""

    def __post_init__(self) -> None:
        if self.learning_rate > 0.1:
            raise ValueError("that is too long a step for me")


def test_a_learning_rate_that_a_rule_of_ones_own_refuses_is_told() -> None:
    over = {"lane.mine.learning_rate": [0.05, 0.5]}
    with pytest.raises(
        tm.SceneError,
        match=r"lane\.mine\.learning_rate=0\.5: .*Careful refuses .*: that is too long a step for me",
    ):
        tm.sweep("local-minimum", over, 5, updates=20, rules={"mine": Careful()})


def test_a_sweep_on_a_surface_of_ones_own_runs_on_it() -> None:
    scene = tm.scene_on(tm.Surface(eggs, window=((-1, 2), (-1, 2))), (1, 0.3), updates=30)
    told = tm.sweep(scene, {"examples.sigma": [0.0, 1.0]}, 6)
    assert {point.scene.surface for point in told.told.sweep.points} == {scene.surface}
    assert [point.scene.examples.sigma for point in told.told.sweep.points] == [0.0, 1.0]  # type: ignore[attr-defined]


def test_basins_are_those_of_the_rule() -> None:
    flow = tm.basins("local-minimum", size=(160, 120))
    mine = tm.basins("local-minimum", rule=Lion(), size=(160, 120), updates=100)
    lane = tm.basins("local-minimum", rules={"mine": Lion()}, lane="mine", size=(160, 120), updates=100)
    assert flow.labels.shape == mine.labels.shape
    assert (flow.labels != mine.labels).any()
    assert_array_equal(lane.labels, mine.labels)
    assert "Local minimum · Lion" in repr(mine)
    assert mine.picture().size == (160, 120)
    assert tm.basins(tm.Surface(eggs, window=((-3, 3), (-2, 3))), size=(160, 120)).labels.max() > 3


def test_a_rule_that_remembers_nothing_is_one() -> None:
    race = tm.race("local-minimum", updates=9, rules={"mine": Signs()})
    assert_array_equal(np.abs(race["mine"].movement), np.full((9, 2), 0.05))
    assert race["mine"]._track.state(5) == ()
    shares = [each["share"] for each in tm.basins(rule=Signs(), size=(160, 120), updates=200).summary()["minima"]]
    assert shares[0] > 0.5


def test_a_map_is_saved(tmp_path: Path) -> None:
    path = tm.basins("local-minimum", size=(320, 240)).save(tmp_path / "map.png")
    with Image.open(path) as picture:
        assert picture.size == (320, 240)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (lambda: tm.odds(seeds=0), "seeds must be a whole number from 1 to 1,000,000, not 0"),
        (lambda: tm.odds(workers=0), "workers must be a whole number from 1 to 61, not 0"),
        (lambda: tm.sweep(over={"start[0]": [1]}, updates=-1), "updates must be a whole number from 0 to"),
        (lambda: tm.sweep(over={"start[0]": [1]}, seed=2**53 - 5), "seeds must be a whole number from 1 to"),
        (tm.sweep, "over must be a dictionary with one number or two, such as"),
        (lambda: tm.sweep(over={"start[0]": 3}), "^over must give several values of a number.* not 3$"),  # type: ignore[dict-item]
        (lambda: tm.sweep(over={"start[0]": []}), r"^over must give several values of a number.* not \[\]$"),
        (lambda: tm.sweep(over={"start[0]": np.ones((2, 2))}), r"^over must give several values .* not ndarray\(…\)$"),
        (lambda: tm.sweep(over={"start[0]": [1]}, seeds=1, results=3), "^results must be the path of a file, not 3$"),  # type: ignore[arg-type]
        (lambda: tm.odds(seeds=2, updates=3).save(None), "^path must be the path of a file, not None$"),  # type: ignore[arg-type]
        (lambda: tm.odds(seeds=2, updates=3).save("a\0.png"), r"^path must be the path of a file, not 'a\\x00.png'$"),
        (lambda: tm.basins(size=(160, 120)).save(1), "^path must be the path of a file, not 1$"),  # type: ignore[arg-type]
        (lambda: tm.sweep(over={"start[0]": ["x"]}), "over must have values that are numbers"),
        (lambda: tm.sweep(over={"start[0]": range(10**12)}), "over must give at most 200 values .* 'start.0.' more"),
        (lambda: tm.sweep(over={"start[0]": repeat(1)}), "over must give at most 200 values of a number"),
        (lambda: tm.sweep(over={"start[0]": [1]}, ties=range(10**12)), "ties must be a list of texts"),  # type: ignore[arg-type]
        (lambda: tm.sweep(over={"updates": [5]}, measure=["gap"], seeds=1), "a measure is meant by its name"),  # type: ignore[arg-type]
        (lambda: tm.basins(lane=["momentum"]), "a lane is meant by its name"),  # type: ignore[arg-type]
        (lambda: tm.basins(exact="no"), "exact must be True or False, not 'no'"),  # type: ignore[arg-type]
        (lambda: tm.odds("ravine", seeds=1, updates=1)[5], "a lane is meant by its name, not by 5"),  # type: ignore[index]
        (lambda: tm.sweep(over={"updates": [5]}, measure="escape-d", seeds=1), 'there is no measure "escape-d"'),
        (lambda: tm.basins(size=(160, 100)), "the height must be a whole number from 120 to 4,320, not 100"),
        (lambda: tm.basins(theme="grey"), "theme must be 'light' or 'dark', not 'grey'"),
        (lambda: tm.odds(seeds=2, updates=3).picture((200, 150)), "the width must be a whole number from 320 to 7,680"),
        (lambda: tm.basins(lane="x"), 'there is no lane "x"'),
        (lambda: tm.basins(lane="momentum", rule=Lion()), "give a lane or a rule, not both"),
        (lambda: tm.load(3), 'such as "local-minimum", or by a path to a file, not by 3'),  # type: ignore[arg-type]
        (lambda: tm.load(b"ravine"), "or by a path to a file, not by b'ravine'"),  # type: ignore[arg-type]
        (lambda: tm.basins(rule=3), "rule is no rule: int has no method init"),  # type: ignore[arg-type]
    ],
)
def test_what_is_asked_for_wrongly_gets_a_sentence(asked: Any, sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        asked()


def test_a_value_that_is_given_twice_counts_once() -> None:
    values: list[Any] = [2, np.int64(2), "2", 1]
    rows = tm.sweep(over={"lane.minibatch.batch_size": values}, seeds=2, updates=3).rows()
    assert [row["lane.minibatch.batch_size"] for row in rows if row["lane"] == "minibatch"] == [2, 1]


def test_updates_that_are_swept_are_not_given_too() -> None:
    with pytest.raises(tm.StudyError, match=r"^updates are swept already, and cannot be given once for all as well$"):
        tm.sweep(over={"updates": [1, 2]}, updates=3)


def test_a_number_that_there_is_not_is_told() -> None:
    with pytest.raises(tm.SceneError, match=r'there is no number "lane.minibatch.batchsize"; did you mean'):
        tm.sweep(over={"lane.minibatch.batchsize": [1, 2]})


@pytest.mark.parametrize(
    "found",
    [
        lambda: tm.odds("local-minimum", seeds=20, updates=3),
        lambda: tm.sweep("local-minimum", {"lane.minibatch.batch_size": [1, 2]}, 2, updates=3),
        lambda: tm.tune("local-minimum", "full batch", budget=1, seeds=20),
    ],
)
def test_what_a_study_found_is_saved_as_a_picture(found: Callable[[], Any], tmp_path: Path) -> None:
    path = found().save(tmp_path / "found.png", size=(640, 400), theme="dark")
    with Image.open(path) as image:
        assert image.size == (640, 400)
        assert np.asarray(image).mean() < 90
    with pytest.raises(tm.OutputError, match="there is no folder"):
        found().save(tmp_path / "nowhere" / "found.png")


@pytest.mark.parametrize(
    "found",
    [lambda: tm.odds("local-minimum", seeds=2, updates=3), lambda: tm.basins("local-minimum", size=(320, 240))],
)
@pytest.mark.parametrize("name", ["found.svg", "found.jpg"])
def test_what_is_no_png_is_not_written_under_a_name_that_promises_something_else(
    found: Callable[[], Any], name: str, tmp_path: Path
) -> None:
    with pytest.raises(tm.UseError, match=f"^what is saved is a PNG, whose file ends in .png, not as {name} does$"):
        found().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_scene_is_told_by_its_kind_where_it_would_fill_lines() -> None:
    with pytest.raises(tm.UseError, match=r"not Odds\(…\)$"):
        tm.figure(tm.odds("local-minimum", seeds=2, updates=3))  # type: ignore[call-overload]
