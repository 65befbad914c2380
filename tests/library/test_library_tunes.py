"""A search from Python is that of the command line, with rules and surfaces of one's own besides."""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import Mock

import numpy as np
import pytest
from command_line import output
from own import Lion
from PIL import Image
from readers import through_json

import sim as tm
from sim.descent.rules import RULES
from sim.scene import load_scene
from sim.study.work import workers

BOWL = tm.Surface(lambda x, y: 2 * x**2 + 2 * y**2, window=((-2, 2), (-2, 2)))


@pytest.mark.usefixtures("_elsewhere")
def test_a_search_is_the_search_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    numbers = ("--over", "decay=0.5,0.9", "--budget", "2 epochs", "--by", "test", "--seeds", "20", "--seed", "3")
    words = ("--lane", "momentum", "--lane", "minibatch", *numbers, "--workers", "1", "--results", "kept", "--json")
    told = output(capsys, "tune", "local-minimum", *words)
    over = {"decay": [0.5, np.float64(0.9)]}
    found = tm.tune("local-minimum", "momentum", "minibatch", over=over, budget="2 epochs", by="test", seeds=20, seed=3)
    assert through_json(found.summary()) == json.loads(told)
    assert {lane.lane for lane in found} == {"momentum", "minibatch"}
    assert len(found) == 2
    assert found.told.tuning.first_seed == 3


def test_one_update_on_a_round_bowl_of_ones_own_wants_the_reciprocal_of_its_curvature() -> None:
    scene = tm.scene_on(BOWL, (1.0, 1.0), rules={"plain": tm.RULES["gradient descent"](0.04)}, sigma=0.0)
    found = tm.tune(scene, budget=1, seeds=20)
    rate: Any = found["plain"].best.values["learning_rate"]
    assert abs(np.log2(rate * 4)) < 0.13  # Half a step of the fine grid.
    assert tm.race(found.scene)["plain"].loss[-1] == found["plain"].best.estimate.value
    assert found.scene.surface == scene.surface
    assert found.scene.updates == 1


def test_a_rule_of_ones_own_is_tuned_in_its_learning_rate_and_its_batch_and_nothing_else() -> None:
    over: dict[str, Any] = {"batch_size": [20], "weight_decay": [0.5]}
    found = tm.tune(
        "local-minimum", "mine", "minibatch", rules={"mine": (Lion(), 1)}, over=over, budget=40, by="loss", seeds=20
    )
    assert [*found["mine"].best.values] == ["learning_rate", "batch_size"]
    assert [*found["minibatch"].best.values] == ["learning_rate", "batch_size", "weight_decay"]
    lane = found.scene.lanes[3]
    assert lane.rule == Lion(float(found["mine"].best.values["learning_rate"]))
    assert found["mine"].own.values == {"learning_rate": 0.02, "batch_size": 1}
    assert found["mine"].best.estimate.value < found["mine"].own.estimate.value
    assert {row["weight_decay"] for row in found.rows() if row["lane"] == "mine"} == {None}


def test_the_tuned_scene_gives_on_fresh_seeds_what_was_told_of_it() -> None:
    found = tm.tune("local-minimum", "minibatch", by="escaped", budget=40, seeds=20, over={"batch_size": [2]}, seed=5)
    again = tm.odds(found.scene, 20, seed=25)["minibatch"]
    assert 1 - again.escaped.estimate.value == pytest.approx(found["minibatch"].best.estimate.value)
    scene = load_scene("local-minimum")
    own = tm.odds(scene, 20, seed=25, updates=40)["minibatch"]
    assert 1 - own.escaped.estimate.value == pytest.approx(found["minibatch"].own.estimate.value)


def test_rows_are_the_trials_and_the_picture_and_the_table_are_there() -> None:
    found = tm.tune("local-minimum", budget=20, by="loss", seeds=20)
    rows = found.rows()
    assert sorted({row["what"] for row in rows}) == ["best", "curve", "own"]
    assert len(rows) == sum(len(lane.curve) + 2 for lane in found)
    assert all(row["mean_low"] <= row["mean"] <= row["mean_high"] for row in rows)
    assert [row["behind"] for row in rows if row["what"] == "best"] == [0.0] * 3
    assert "training loss at last, 20 updates" in repr(found)
    assert [(pair.lane, pair.than) for pair in found.pairs][:2] == [
        (lane.lane, next(iter(found)).lane) for lane in found
    ][1:]
    with Image.open(BytesIO(found._repr_png_())) as picture:
        assert picture.size == (1200, 675)


def test_the_rows_are_a_table_of_pandas() -> None:
    pytest.importorskip("pandas")
    found = tm.tune("local-minimum", "full batch", budget=5, seeds=20)
    frame = found.to_frame()
    assert frame.to_dict("records") == found.rows()


@pytest.mark.usefixtures("_own_rules_after")
def test_all_rules_are_compared_like_one_lane() -> None:
    for name in list(tm.RULES)[7:]:
        del RULES[name]
    found = tm.tune("local-minimum", "full batch", every_rule=True, budget=1, by="loss", seeds=20)
    assert {lane.lane for lane in found} == set(tm.RULES)
    assert [lane.name for lane in found.scene.lanes] == [lane.lane for lane in found][:6]
    assert {lane.batch_size for lane in found.scene.lanes} == {20}


def test_what_is_kept_is_taken_up_and_worker_processes_find_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"budget": 1, "by": "loss", "seeds": 20}
    alone = tm.tune("local-minimum", "minibatch", **asked)
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 160)  # As much as the last round is.
    shared = Mock(wraps=workers.shared)
    monkeypatch.setattr(workers, "shared", shared)
    kept = tm.tune("local-minimum", "minibatch", **asked, workers=2, results=tmp_path / "kept")
    assert shared.call_count == 1
    before = (tmp_path / "kept").read_bytes()
    again = tm.tune("local-minimum", "minibatch", **asked, results=tmp_path / "kept")
    assert json.dumps(alone.summary()) == json.dumps(kept.summary()) == json.dumps(again.summary())
    assert (tmp_path / "kept").read_bytes() == before
    with pytest.raises(tm.StudyError, match='kept holds another search of "local-minimum"'):
        tm.tune("local-minimum", "momentum", **asked, results=tmp_path / "kept")


def test_what_no_file_can_hold_is_not_kept_and_nothing_is_computed(tmp_path: Path) -> None:
    with pytest.raises(tm.SceneError, match=r"lane\.mine\.rule cannot be written to a file"):
        tm.tune("local-minimum", "mine", rules={"mine": Lion()}, seeds=20, results=tmp_path / "kept")
    with pytest.raises(tm.SceneError, match=r"lane\.mine\.rule cannot be written to a file"):
        tm.sweep("local-minimum", {"updates": [5]}, 1, rules={"mine": Lion()}, results=tmp_path / "kept")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (lambda: tm.tune("ravine", "x"), 'there is no lane "x"'),
        (lambda: tm.tune(seeds=19), "seeds must be a whole number from 20 to 1,000,000, not 19"),
        (lambda: tm.tune(seed=2**53 - 30, seeds=40), "seeds must be a whole number from 20 to "),
        (lambda: tm.tune(by="speed"), "by must be one of loss, test, escaped, not 'speed'"),
        (lambda: tm.tune(budget=0), "budget must be a whole number from 1 to 1,000,000, not 0"),
        (lambda: tm.tune(budget="2 s"), "budget must be a number above 0 and a clock, such as '400 updates'"),
        (lambda: tm.tune(over={}), "over must be a dictionary with one to 3 numbers of lanes, such as"),
        (lambda: tm.tune(over={"lambda": [1]}), 'over: no lane has a number "lambda"; did you mean decay?'),
        (lambda: tm.tune(over={"decay": [0.1], " decay": [0.2]}), "over: decay is given twice"),
        (lambda: tm.tune(over={"decay": 0.1}), "over must give several values of a number"),  # type: ignore[dict-item]
        (
            lambda: tm.tune("local-minimum", "momentum", "minibatch", every_rule=True),
            "with every_rule one lane is what",
        ),
        (lambda: tm.tune(every_rule="no"), "every_rule must be True or False, not .no."),  # type: ignore[arg-type]
        (lambda: tm.tune("ravine", ["x"]), "a lane is meant by its name"),  # type: ignore[arg-type]
        (lambda: tm.tune(BOWL), "a surface says not where the marbles start"),
        (lambda: tm.tune("local-minimum", "full batch", budget=1, seeds=20)["full bach"], "did you mean full batch"),
    ],
)
def test_what_is_asked_for_wrongly_gets_a_sentence(asked: Any, sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        asked()


def test_a_value_that_no_lane_may_have_is_told_as_of_a_scene() -> None:
    with pytest.raises(tm.SceneError, match=r"lane\.momentum\.decay=2"):
        tm.tune(over={"decay": [2]})


def test_too_little_time_is_told_with_the_lane() -> None:
    with pytest.raises(tm.StudyError, match=r"0\.5 epochs would be 0 updates of lane full batch"):
        tm.tune(budget="0.5 epochs")


@dataclass(frozen=True)
class Careful(Lion):
    """It takes no long steps."""

    most: ClassVar[float] = 0.11

    def __post_init__(self) -> None:
        if self.learning_rate > self.most:
            raise ValueError("that is too long a step for me")


def test_of_the_learning_rates_that_a_rule_of_ones_own_refuses_none_is_looked_at() -> None:
    found = tm.tune("local-minimum", "mine", rules={"mine": Careful(0.05)}, budget=30, seeds=20)
    assert max(float(each.values["learning_rate"]) for each in found["mine"].curve) <= Careful.most
