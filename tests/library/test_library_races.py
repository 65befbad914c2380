"""Races from Python: the same as everybody's, by their lanes' names; with lanes, rules and starts of one's own."""

import json
import re
from base64 import b64encode
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from own import Lion, eggs
from PIL import Image
from readers import rows

import sim as tm
from sim.library import tables
from sim.report import summary, write_csv
from sim.scene import load_scene
from sim.scene.carriers import CARRYING_META
from sim.scene.lesson import is_particular
from sim.stage.export.web import frame
from sim.stage.export.web.file import page
from sim.stage.export.web.race import Span


def test_a_race_is_the_one_that_the_scene_has() -> None:
    race = tm.race("local-minimum", seed=3, updates=120)
    other = replace(load_scene("local-minimum"), seed=3).race()
    other.extend(120)
    assert [marble.name for marble in race] == [*race.names] == ["full batch", "minibatch", "momentum"]
    for marble, track, judge in zip(race, other.tracks, other.judges, strict=True):
        for name in ("theta", "loss", "test_loss", "full_gradient", "curvatures", "gradient", "batch_loss", "movement"):
            assert_array_equal(getattr(marble, name), getattr(track, name), strict=True)
        assert marble.verdict == judge.verdict(120)
        assert marble.verdict_at(60) == judge.verdict(60)
        assert list(marble.events) == judge.events_until(120)
        assert_array_equal(marble.batch(7), track.batch(7))
        assert race[marble.name] is marble
    assert len(race) == 3
    assert "momentum" in race
    assert race.seed == 3


def test_without_anything_it_is_the_opening_race_as_long_as_it_is_meant_to_be_watched() -> None:
    race = tm.race()
    assert (race.scene, race.updates) == (load_scene("local-minimum"), load_scene("local-minimum").updates)


def test_arrays_end_with_the_race_even_where_its_picture_needs_more() -> None:
    race = tm.race("local-minimum", updates=40)
    race.running().extend(90)
    marble = race["momentum"]
    assert (len(marble.theta), len(marble.movement), marble.updates) == (41, 40, 40)
    assert marble.verdict == race.running().judges[2].verdict(40)
    assert all(event.seen <= 40 for event in marble.events)


def test_kinds_of_events_and_verdicts_are_told_and_compared_by_the_codes_that_json_has() -> None:
    marbles = list(tm.race("local-minimum"))
    told = summary(load_scene("local-minimum"), tm.race("local-minimum").running(), marbles[0].updates)["lanes"]
    assert "escaped" in [event.kind for marble in marbles for event in marble.events]
    for marble, lane in zip(marbles, told, strict=True):
        codes = [event["kind"] for event in lane["events"]]
        assert [event.kind for event in marble.events] == codes
        assert [f"{event.kind}" for event in marble.events] == codes
        assert json.loads(json.dumps([event.kind for event in marble.events])) == codes
        assert marble.verdict.kind == marble.verdict.kind.code == lane["verdict"]
        assert {type(code) for code in (*codes, lane["verdict"])} == {str}


def test_arrays_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        tm.race(updates=3)["momentum"].theta[0] = 0.0


def test_a_marble_that_diverges_has_fewer_rows() -> None:
    marble = tm.race("ravine", updates=900, rules={"mine": tm.RULES["gradient descent"](10.0)})["mine"]
    assert marble.updates < 900
    assert len(marble.theta) == marble.updates + 1
    assert marble.verdict.kind.code == "diverged"


def test_rules_of_ones_own_are_lanes_by_name() -> None:
    lane = tm.Lane("other", tm.RULES["adam"](0.1), 2, tm.SCHEDULES["exponential"]())
    race = tm.race(
        updates=30, rules={"mine": Lion(0.1), "small": (Lion(0.1), 1), "all": (Lion(0.1), "full"), "l": lane}
    )
    assert race.names == ("full batch", "minibatch", "momentum", "mine", "small", "all", "l")
    assert [marble.lane.batch_size for marble in race][3:] == [20, 1, 20, 2]
    assert race["l"].lane == replace(lane, name="l")
    assert race["mine"].theta.shape == (31, 2)
    assert_array_equal(race["mine"].theta, race["all"].theta)
    assert_array_equal(np.abs(race["mine"].movement[0]), [0.1, 0.1])
    assert (race["small"].theta != race["mine"].theta).any()


def test_a_rule_of_a_name_that_there_is_takes_its_place() -> None:
    race = tm.race(updates=5, rules={"minibatch": Lion()})
    assert race.names == ("full batch", "minibatch", "momentum")
    assert race["minibatch"].rule == Lion()
    assert race.scene.claims[1] is None
    assert race.scene.claims[0] is not None


def test_another_start_and_seed() -> None:
    race = tm.race(start=(1, -0.5), seed=9, updates=4)
    assert all(marble.theta[0].tolist() == [1.0, -0.5] for marble in race)
    assert (race["minibatch"].theta != tm.race(start=(1, -0.5), seed=8, updates=4)["minibatch"].theta).any()


@pytest.mark.parametrize("start", [np.array([1.0, -0.5]), (np.float32(1), np.float64(-0.5)), iter([np.int64(1), -0.5])])
def test_numbers_of_numpy_are_a_start(start: Any) -> None:
    assert tm.race(start=start, updates=0).scene.start == (1.0, -0.5)


def test_a_masked_number_is_none() -> None:
    with pytest.raises(tm.UseError, match="start must be two numbers"):
        tm.race(start=np.ma.array([0.5, 0.5], mask=[False, True]), updates=0)


def test_what_a_scene_says_of_its_very_race_is_not_said_of_another() -> None:
    scene = next(each for each in map(tm.load, tm.scenes()) if any(map(is_particular, each.captions)))
    assert tm.race(scene, updates=1).scene == scene
    assert not any(map(is_particular, tm.race(scene, seed=scene.seed + 1, updates=1).scene.captions))


def test_a_race_stands_for_its_scene() -> None:
    race = tm.race(updates=4, rules={"mine": Lion()})
    assert tm.race(race, updates=6).names == race.names


def test_what_it_says_of_itself() -> None:
    told = repr(tm.race("local-minimum", updates=400))
    assert told.splitlines()[0] == "Race of local-minimum, seed 0, 400 updates"
    assert "  full batch  stuck in a local minimum: ‖∇L‖" in told
    assert re.match(r"<momentum: settled.*, after 400 updates>", repr(tm.race("local-minimum")["momentum"]))


def test_in_a_notebook_it_is_its_picture_at_the_end() -> None:
    race = tm.race("local-minimum", updates=30, rules={"mine": Lion()})
    with Image.open(BytesIO(race._repr_png_())) as picture:
        assert picture.size == (1200, 675)
        assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 50


class Frames(HTMLParser):
    """The attributes of the frames and images in markup, and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_in_a_notebook_it_is_the_page_that_plays_it_in_a_frame() -> None:
    race = tm.race("local-minimum", seed=3, updates=30)
    ((tag, found),) = Frames(race._repr_html_()).found
    assert (tag, found["sandbox"]) == ("iframe", "allow-scripts")
    assert found["srcdoc"] == page(Span(race.scene, race.running(), "updates", 30))
    running = race.running()
    before = race._repr_html_()
    running.extend(60)  # Whoever computes more of it changes nothing.
    assert race._repr_html_() == before


def test_a_rule_and_a_surface_of_ones_own_play_in_a_page_that_carries_nothing() -> None:
    mine = tm.scene_on(tm.Surface(eggs, window=((-3, 3), (-2, 3))), (1, 0.3), updates=20)
    for race in (tm.race("ravine", updates=20, rules={"mine": Lion()}), tm.race(mine)):
        ((_, found),) = Frames(race._repr_html_()).found
        text = found["srcdoc"] or ""
        assert '"opens":false' in text
        assert "<meta name=" in text
        assert CARRYING_META not in text
    assert '"opens":true' in tm.race("ravine", updates=20)._repr_html_()


def test_a_race_too_long_for_a_notebook_is_its_picture_and_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    race = tm.race("local-minimum", updates=30)
    for largest in (100_000, 200_000):  # It is expected to be too large, or turns out to be.
        monkeypatch.setattr(frame, "LARGEST_FRAME", largest)
        told = Frames(race._repr_html_())
        assert [tag for tag, _ in told.found] == ["p", "img"]
        assert told.text.startswith("A page that plays this race would have more than")
        assert told.found[1][1]["src"] == f"data:image/png;base64,{b64encode(race._repr_png_()).decode()}"
    monkeypatch.undo()
    assert Frames(race._repr_html_()).found[0][0] == "iframe"


def test_without_pandas_a_table_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(tm.UseError, match="a table needs pandas, which is not installed: python -m pip install pandas"):
        tm.race(updates=3).to_frame()


class Frame(dict[str, Any]):
    """As much of pandas.DataFrame as is made use of."""


class Pandas:
    """As much of pandas."""

    DataFrame = Frame

    @staticmethod
    def concat(frames: list[Frame], ignore_index: bool) -> Frame:
        assert ignore_index
        return Frame({name: [*frames[0][name], *frames[1][name], *frames[2][name]] for name in frames[0]})


def test_a_table_has_the_rows_of_the_csv_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "pandas", Pandas)
    race = tm.race("local-minimum", updates=30)
    frame: Any = race.to_frame()
    wanted = rows(lambda running, stream: write_csv(running, 30, stream), race.running())
    assert [*frame] == [{"train_loss": "loss"}.get(name, name) for name in wanted[0]]
    for name in wanted[0]:
        column = frame[{"train_loss": "loss"}.get(name, name)]
        if name == "lane":
            assert column == [row[name] for row in wanted]
        else:
            assert_array_equal(np.array(column, float), [float(row[name] or "nan") for row in wanted])


def test_with_pandas_it_is_a_frame() -> None:
    pandas = pytest.importorskip("pandas")
    race = tm.race("local-minimum", updates=30)
    frame = race.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == 3 * 31
    assert_array_equal(frame[frame.lane == "momentum"][["x", "y"]], race["momentum"].theta)


@dataclass
class Soft:
    """A rule that could be changed."""

    learning_rate: float = 0.1
    init = Lion.init
    step = Lion.step


@dataclass(frozen=True)
class Rateless:
    init = Lion.init
    step = Lion.step


@dataclass(frozen=True)
class Listing:
    learning_rate: float
    weights: Any
    init = Lion.init
    step = Lion.step


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"seed": -1}, "seed must be a whole number from 0 to 9,007,199,254,740,991, not -1"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"seed": True}, "seed must be a whole number"),
        ({"updates": 2_000_000}, "updates must be a whole number from 0 to 1,000,000, not 2000000"),
        ({"start": (1, "a")}, r"start must be two numbers, .* none beyond ±1,000,000, not \(1, 'a'\)"),
        ({"start": (1, np.inf)}, "start must be two numbers"),
        ({"start": (1e7, 0)}, "start must be two numbers"),
        ({"start": (10**400, 0)}, "start must be two numbers"),
        ({"start": "12"}, "start must be two numbers, .* not '12'"),
        ({"start": b"12"}, "start must be two numbers"),
        ({"start": ("1", "2")}, "start must be two numbers"),
        ({"start": {1: 2, 3: 4}}, "start must be two numbers, .* not {1: 2, 3: 4}"),
        ({"start": {1, 2}}, "start must be two numbers"),
        ({"start": (True, False)}, r"start must be two numbers, .* not \(True, False\)"),
        ({"start": np.array([True, False])}, "start must be two numbers"),
        ({"rules": np.ones(3)}, "rules must be a dictionary"),
        ({"rules": []}, "rules must be a dictionary"),
        ({"rules": {"a\nb": Lion()}}, r"a lane's name must be one line of printable characters: 'a\\nb'"),
        ({"rules": {"x" * 41: Lion()}}, "a lane's name must have at most 40 characters, not 41"),
        ({"rules": {" mine": Lion()}}, "a lane's name must have no blanks at its ends: ' mine'"),
        ({"rules": {3: Lion()}}, "a lane's name must be a text, not 3"),
        ({"rules": {"é": Lion(), "e\u0301": Lion()}}, "is that of another lane, with its accents encoded otherwise"),
        ({"rules": [Lion()]}, "rules must be a dictionary of rules by their lanes' names"),
        ({"rules": {"mine": Lion}}, r"rules\['mine'\] is the class Lion; make a rule of it, such as Lion\(0.1\)"),
        ({"rules": {"mine": "adam"}}, r"must be a rule, such as RULES\[\"adam\"\]\(0.1\), not its name, 'adam'"),
        ({"rules": {"mine": "adm"}}, r"must be a rule, such as RULES\[\"momentum\"\]\(0.1\), not its name, 'adm'"),
        ({"rules": {"mine": 3}}, r"rules\['mine'\] is no rule: int has no method init"),
        ({"rules": {"mine": (Lion(), 21)}}, r"the batch size of rules\['mine'\] must be a whole number from 1 to 20"),
        ({"rules": {"mine": (Lion(),)}}, "must be a rule, a Lane, or a rule with a batch size"),
        ({"rules": {"": Lion()}}, "a lane's name must not be blank: ''"),
        ({"rules": {"mine": Soft()}}, "is a Soft, which must be a frozen dataclass"),
        ({"rules": {"mine": Rateless()}}, "has no learning_rate: Rateless needs a field of that name"),
        ({"rules": {"mine": Listing(0.1, [1])}}, r"cannot be hashed \(.*\): its fields must be numbers"),
        ({"scene": 3}, "a scene is meant by its name or path, as a Scene, or by a Surface, not 3"),
    ],
)
def test_what_is_asked_for_wrongly_gets_a_sentence(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(tm.UseError, match=sentence):
        tm.race(**asked)


def test_an_unknown_lane_or_scene_is_told_with_those_that_there_are() -> None:
    with pytest.raises(tm.UseError, match='there is no lane "momentun"; did you mean momentum'):
        tm.race(updates=1)["momentun"]
    with pytest.raises(tm.UseError, match="a lane is meant by its name, not by"):
        tm.race(updates=1)[["momentum"]]  # type: ignore[index]
    assert ["momentum"] not in tm.race(updates=1)
    with pytest.raises(tm.SceneError, match='there is no scene "ravin"; did you mean ravine'):
        tm.race("ravin")
