"""Odds whose seeds are kept in a file: the same bytes in one go and in several, with any number of processes."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command_line import mistake, output, status, taken_up

from sim.command.console import ending
from sim.command.studies import duration
from sim.command.studies import odds as command
from sim.scene import load_scene
from sim.study.many.plan import Many
from sim.study.odds.contrast import with_sides
from sim.study.sweep.store import Store
from sim.study.sweep.sweep import Result, SeedBlock
from sim.study.tuning.budget import Budget
from sim.study.tuning.search import plan
from sim.study.work.ensemble import Job
from sim.study.work.trial import Cost

pytestmark = pytest.mark.usefixtures("_elsewhere")

WORDS = ("odds", "--seeds", "7", "--updates", "60", "--seed", "3", "--json")


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.odds.odds.BLOCK", 2)


@cache
def planned() -> Many:
    return Many(with_sides(load_scene("local-minimum")), 7, 60)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What is said as JSON, without what is measured anew each time."""
    return _lasting(output(capsys, *WORDS, *words))


def _lasting(said: str) -> Any:
    found = json.loads(said)
    found["contrast"]["rows"] = found["contrast"]["rows"][4:]
    return found


def test_of_a_lane_without_chance_one_seed_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(block.case, block.job.first_seed, block.job.count) for block in planned().blocks] == [
        *((lane, 0, 1) for lane in (0, 2)),
        *((1, first, count) for first, count in ((0, 2), (2, 2), (4, 2), (6, 1))),
    ]
    assert planned().runs == 9
    monkeypatch.setattr("sim.study.odds.odds.BLOCK", 2_000)
    long = Many(load_scene("local-minimum"), 10_000, 100_000)
    assert {block.job.count for block in long.blocks} == {1, 50}  # So that little is lost when it is stopped.


def test_a_file_makes_no_difference_and_is_gone_on_with(capsys: pytest.CaptureFixture[str]) -> None:
    plain = told(capsys, "--csv", "plain.csv")
    assert told(capsys, "--results", "kept", "--csv", "kept.csv") == plain
    assert Path("kept.csv").read_bytes() == Path("plain.csv").read_bytes()
    assert {path.name for path in Path().iterdir()} == {"kept", "plain.csv", "kept.csv"}


def test_what_is_there_is_not_computed_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = told(capsys, "--results", "kept")
    content = Path("kept").read_bytes()
    monkeypatch.setattr(Job, "run", lambda _: pytest.fail("computed"))
    assert told(capsys, "--results", "kept", "--csv", "late.csv") == plain
    assert Path("kept").read_bytes() == content
    assert len(Path("late.csv").read_text(encoding="utf-8").splitlines()) == 1 + 3 * 7


@pytest.mark.parametrize("after", [1, 4])
def test_interrupted_and_begun_again_it_ends_with_the_same_bytes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    whole, run = told(capsys, "--results", "whole", "--csv", "whole.csv"), SeedBlock.run
    done: list[SeedBlock] = []

    def interrupted(block: SeedBlock) -> Result:
        done.append(block)
        if len(done) == after + 1:
            raise KeyboardInterrupt
        return run(block)

    monkeypatch.setattr(SeedBlock, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        status(*WORDS, "--results", "parts", "--csv", "parts.csv")
    assert not Path("parts.csv").exists()
    runs, said = taken_up(capsys, "parts", *WORDS, "--results", "parts", "--csv", "parts.csv")
    assert (runs, _lasting(said)) == (sum(block.job.count for block in done[:after]), whole)
    assert Path("parts").read_bytes() == Path("whole").read_bytes()
    assert Path("parts.csv").read_bytes() == Path("whole.csv").read_bytes()
    assert len(done) == len(set(done)) + 1


def test_any_number_of_processes_finds_the_same_bytes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = told(capsys, "--workers", "1", "--results", "one", "--csv", "one.csv")
    monkeypatch.setattr("sim.study.work.workers.WORTH_PROCESSES", 0)
    assert told(capsys, "--workers", "2", "--results", "two", "--csv", "two.csv") == alone
    assert Path("one").read_bytes() == Path("two").read_bytes()
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()


def test_who_ends_it_is_told_where_its_results_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, said = list(ending._duties), []

    def interrupted(*_: object) -> None:
        said.append([duty() for duty in ending._duties if duty not in before])

    monkeypatch.setattr("sim.command.studies.results_file._complete", interrupted)
    found = Store(Path("kept"), planned())
    with found:
        found.put(0, planned().blocks[0].run())
    arguments = command.parser().parse_args(["--results", "kept"])
    with command.counted(planned(), 3, arguments) as (counts, _):
        assert counts.lanes[0].seeds == 7
    assert said == [["the results so far are kept in kept"]]
    assert ending._duties == before
    assert capsys.readouterr().err == ""


def test_the_claim_can_be_kept_too(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("odds", "--claim", "--seeds", "9", "--results", "kept", "--json")
    one = output(capsys, *words)
    assert output(capsys, *words) == one
    assert "kept holds another count of" in mistake(capsys, *WORDS, "--results", "kept")


@pytest.mark.parametrize(
    ("before", "words", "sentence"),
    [
        (("odds", "sharp-and-flat", "--seeds", "3", "--updates", "5"), WORDS, "kept holds a count of the scene"),
        (("odds", "--seeds", "8", "--updates", "60"), WORDS, 'kept holds another count of "local-minimum"'),
        (("sweep", "--over", "updates=5", "--seeds", "2"), WORDS, "kept holds no count, but another study"),
        (WORDS, ("sweep", "--over", "updates=5", "--seeds", "2"), "kept holds no sweep, but another study"),
    ],
)
def test_results_of_something_else_are_left_alone(
    capsys: pytest.CaptureFixture[str], before: tuple[str, ...], words: tuple[str, ...], sentence: str
) -> None:
    assert status(*before, "--results", "kept") == 0
    capsys.readouterr()
    assert sentence in mistake(capsys, *words, "--results", "kept")


def test_a_damaged_file_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "--results", "kept")
    content = Path("kept").read_bytes()
    Path("kept").write_bytes(content[:-2_000] + bytes(2_000))
    assert "kept is damaged" in mistake(capsys, *WORDS, "--results", "kept")


def test_only_one_writes_at_a_time(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Many(with_sides(replace(load_scene("local-minimum"), seed=3)), 7, 60)
    with Store(Path("kept"), plan) as found:
        found.put(0, plan.blocks[0].run())
        assert "kept is in use by another count" in mistake(capsys, *WORDS, "--results", "kept")
    assert taken_up(capsys, "kept", *WORDS, "--results", "kept")[0] == plan.blocks[0].job.count


def test_two_names_of_one_file_are_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--results and --csv name the same file" in mistake(capsys, *WORDS, "--results", "a", "--csv", "./a")


def test_no_room_for_rows_is_a_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    assert "cannot write rows for --csv to a temporary file: no space left" in mistake(capsys, *WORDS, "--csv", "a.csv")


# What it will cost.


def long(seconds: float) -> Callable[..., Cost]:
    return lambda *_: Cost(jobs=50, seconds=seconds, longest=0.5, trial=1.0)


def test_only_what_takes_long_is_foretold(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("odds", "--seeds", "5", "--updates", "20", "--workers", "2")
    monkeypatch.setattr(duration, "_cost", long(480.0))
    assert status(*words) == 0
    assert capsys.readouterr().err == ""  # There is too little to do for a trial.
    monkeypatch.setattr(duration, "WORTH_A_TRIAL", 0)
    assert status(*words) == 0
    assert capsys.readouterr().err == (
        "main.py: this will take about 4 min here with 2 processes, 20 s on ten such, by a trial of 1.0 s, which "
        "cannot know what else they will be doing, or how many runs diverge, or must go on to be decided\n"
    )
    monkeypatch.setattr(duration, "_cost", long(8.0))
    assert status(*words) == 0
    assert capsys.readouterr().err == ""


SWEEP = ("sweep", "--over", "lane.minibatch.batch_size=1,2", "--seeds", "3", "--updates", "20")
TUNE = ("tune", "--lane", "minibatch", "--seeds", "20", "--budget", "30 updates")


@pytest.mark.parametrize("words", [WORDS[:-1], ("odds", "--claim"), SWEEP, TUNE])
def test_a_dry_run_tells_the_cost_and_computes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(Job, "run", lambda _: pytest.fail("computed"))
    said = output(capsys, *words, "--dry-run", "--workers", "2", "--results", "kept")
    assert said.startswith("This would take about ")
    assert " here with 2 processes, " in said
    found = json.loads(output(capsys, *words, "--dry-run", "--workers", "2", "--json"))
    assert found["processes"] == 2
    assert found["blocks"] > 0
    assert 0 < found["seconds_on_ten"] <= found["seconds"]
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("words", [WORDS, (*SWEEP, "--json"), (*TUNE, "--json")])
def test_a_dry_run_knows_what_a_file_has_already(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    output(capsys, *words, "--results", "kept")
    content = Path("kept").read_bytes()
    if words[0] != "tune":  # Whose way one cannot know.
        assert json.loads(output(capsys, *words, "--results", "kept", "--dry-run"))["blocks"] == 0
        shown = output(capsys, *words[:-1], "--results", "kept", "--dry-run")
        assert shown == "Everything has been computed.\n"
    assert Path("kept").read_bytes() == content


def test_a_search_is_expected_to_go_the_whole_way() -> None:
    scene = load_scene("local-minimum")
    search = plan(scene, ["minibatch"], [], Budget(30, "updates"), "loss", 40)
    expected, at_first = search.expected({}), search.missing({})
    assert at_first == expected[: len(at_first)]
    assert len(set(expected)) == len(expected)
    results = dict[int, Result]()
    while missing := search.missing(results):
        results |= {place: search.blocks[place].run() for place in missing}
    assert len(results) / 2 < len(expected) < 2 * len(results)
    assert not set(search.expected(results)) & set(results)
