"""A sweep computes each thing once, finds what the single races say, and tells it in each form alike."""

import json
import math
import re
import socket
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from command_line import mistake, output, status, taken_up
from readers import printed, rows, through_json

from sim.command.console import ending
from sim.command.studies import results_file
from sim.command.studies import sweep as command
from sim.descent.clock import Machine
from sim.descent.verdict.kinds import VerdictKind
from sim.scene import load_scene
from sim.scene.view import LandView
from sim.study.statistics.figure import HeatMap, Line
from sim.study.statistics.intervals import Estimate, wilson
from sim.study.sweep import sweep as sweep_module
from sim.study.sweep.measures import estimates, measures, names_of
from sim.study.sweep.report import Told, page, summary, table, told, write_csv
from sim.study.sweep.settings import over
from sim.study.sweep.store import Store
from sim.study.sweep.sweep import MOST_POINTS, Minimum, Result, SeedBlock, Sweep, bare, plan
from sim.study.work.ensemble import NEVER, VERDICTS, Job, Outcomes
from sim.study.work.workers import StudyError
from sim.surface.basins import NO_BASIN


def planned(name: str, *overs: str, seeds: int = 6, updates: int | None = 60, seed: int = 0) -> Sweep:
    return plan(replace(load_scene(name), seed=seed), [over(each) for each in overs], seeds, updates)


@cache
def computed(name: str, *overs: str, seeds: int = 6, updates: int = 60) -> Told:
    sweep = planned(name, *overs, seeds=seeds, updates=updates)
    return told(sweep, {place: block.run() for place, block in enumerate(sweep.blocks)})


def batches() -> Told:
    return computed("local-minimum", "lane.minibatch.batch_size=1,5,full,2")


def outcomes(verdicts: Sequence[VerdictKind], **columns: Sequence[float]) -> Outcomes:
    """Outcomes of as many seeds as verdicts, with some of their columns."""
    count = len(verdicts)
    usual = Outcomes(
        seeds=np.arange(count),
        updates=np.full(count, 100),
        verdicts=np.array([VERDICTS.index(kind) for kind in verdicts]),
        basins=np.zeros(count, dtype=np.intp),
        escapes=np.full(count, NEVER),
        ends=np.full(count, NEVER),
        undecided=np.zeros(count, dtype=np.bool_),
        theta=np.zeros((count, 2)),
        losses=np.zeros(count),
        test_losses=np.zeros(count),
    )
    return replace(usual, **{name: np.array(column) for name, column in columns.items()})


MINIMA = (Minimum(0.0, 0.0, -1.0), Minimum(1.0, 0.0, 0.0))


# The plan.


def test_a_lane_that_no_number_touches_is_computed_once() -> None:
    sweep = planned("local-minimum", "lane.minibatch.batch_size=1,5,full")
    assert [point.cases for point in sweep.points] == [(0, 1, 2), (0, 3, 2), (0, 0, 2)]
    assert [block.case for block in sweep.blocks] == [0, 1, 2, 3]
    assert [sweep.touches(lane) for lane in sweep.lanes] == [False, True, False]


def test_full_batches_are_run_with_one_seed_and_others_with_all() -> None:
    sweep = planned("local-minimum", "lane.minibatch.batch_size=1,full", seeds=9)
    assert {block.case: block.job.count for block in sweep.blocks} == {0: 1, 1: 9, 2: 1}


def test_what_concerns_all_lanes_touches_all() -> None:
    sweep = planned("local-minimum", "examples.sigma=0.1,0.2")
    assert [point.cases for point in sweep.points] == [(0, 1, 2), (3, 4, 5)]
    assert all(map(sweep.touches, sweep.lanes))


def test_lanes_alike_in_all_that_matters_are_computed_once_whatever_else_the_scene_says() -> None:
    scene = load_scene("local-minimum")
    lane = scene.lanes[1]
    for other in (
        replace(scene, name="x", title="x", look="x", seed=3, updates=7, captions=(), question=None, translations=()),
        replace(scene, view=LandView("relief", yaw=30.0), machine=Machine(width=8), claims=(None,) * 3),
    ):
        assert bare(other, replace(lane, name="x")) == bare(scene, lane)
    for changed in (
        replace(scene, start=(0.0, 0.0)),
        replace(scene, window=replace(scene.window, x0=-9.0)),
        replace(scene, examples=load_scene("ravine").examples),
        replace(scene, surface=None),
    ):
        assert bare(changed, lane) != bare(scene, lane)
    assert bare(scene, replace(lane, batch_size=3)) != bare(scene, lane)
    twice = replace(scene, lanes=(lane, replace(lane, name="x")), claims=(None, None), captions=(), question=None)
    assert {point.cases for point in plan(twice, [over("start[0]=-3,-2")], 6, 60).points} == {(0, 0), (1, 1)}


def test_the_last_number_changes_fastest() -> None:
    sweep = planned("local-minimum", "start[0]=-3,-2", "updates=5,7,9", updates=None)
    assert [point.values for point in sweep.points] == [(x, u) for x in (-3.0, -2.0) for u in (5, 7, 9)]
    assert [(point.scene.start[0], point.updates) for point in sweep.points] == [
        (x, u) for x in (-3.0, -2.0) for u in (5, 7, 9)
    ]


def test_blocks_cover_the_seeds_once_whoever_asks() -> None:
    sweep = planned("local-minimum", "lane.minibatch.batch_size=1", seeds=601, updates=10, seed=40)
    blocks = [block for block in sweep.blocks if block.case == 1]
    seeds = [block.job.first_seed + i for block in blocks for i in range(block.job.count)]
    assert seeds == list(range(40, 641))
    assert len(blocks) == 3
    assert max(block.job.count for block in planned("local-minimum", "start[0]=-3", updates=10**6).blocks) <= 50


@pytest.mark.parametrize(
    ("overs", "updates", "sentence"),
    [
        (["start[0]=linear:-3:-2:60", "start[1]=linear:-1:1:60"], 9, f"be 3,600 points, more than {MOST_POINTS:,}"),
        (["start[0]=-2,-3", "start[0]=-1"], 9, r"start\[0\] can be swept only once, but start\[0\] and start\[0\]"),
        (["lane.*.decay=0.5", "lane.momentum.decay=0.9"], 9, r"lane.momentum.decay can be .* only once, but lane\.\*"),
        (["updates=10,20"], 30, "updates are swept already, and cannot be given once for all as well"),
    ],
)
def test_impossible_sweeps(overs: list[str], updates: int, sentence: str) -> None:
    with pytest.raises(StudyError, match=sentence):
        planned("local-minimum", *overs, updates=updates)


def test_what_is_too_much_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_module, "MOST_RUNS", 25)
    assert planned("local-minimum", "lane.minibatch.batch_size=1,2,full", seeds=11)
    with pytest.raises(StudyError, match="would be 26 runs, more than 25: ask for fewer seeds or values"):
        planned("local-minimum", "lane.minibatch.batch_size=1,2,full", seeds=12)
    monkeypatch.setattr(sweep_module, "MOST_WORK", 24_000)
    with pytest.raises(StudyError, match=r"would be 24,002 updates of single marbles, more than 24,000: ask for fewer"):
        planned("local-minimum", "lane.minibatch.batch_size=1,2,full", seeds=10, updates=1_091)


# What is found.


def test_each_point_has_the_outcomes_of_its_own_scene() -> None:
    result = batches()
    scene = load_scene("local-minimum")
    for outcome, size in zip((lanes[1] for lanes in result.outcomes), (1, 5, 20, 2), strict=True):
        lane = replace(scene.lanes[1], batch_size=size)
        own = Job(replace(scene.experiment, lanes=(lane,)), 0, 0, 6, 60).run()
        escaped = int(np.count_nonzero(own.escapes != NEVER))
        assert outcome.estimates["escaped"].value == escaped / 6
        assert outcome.estimates["train-loss"].value == pytest.approx(float(own.losses.mean()), rel=1e-12)
        if size < 20:
            assert outcome.estimates["escaped"] == wilson(escaped, 6).estimate
    assert [lanes[1].estimates["escaped"].value for lanes in result.outcomes][1:3] == [0.0, 0.0]
    assert result.outcomes[0][1].estimates["escaped"].value > 0.5


def test_what_knows_no_chance_has_no_interval() -> None:
    result = batches()
    assert [[outcome.certain for outcome in lanes] for lanes in result.outcomes] == [
        [True, False, True],
        [True, False, True],
        [True, True, True],
        [True, False, True],
    ]
    for outcome in (outcome for lanes in result.outcomes for outcome in lanes):
        for name, each in outcome.estimates.items():
            assert not outcome.certain or math.isnan(each.value) or each.low == each.value == each.high, name
    low, high = (getattr(result.outcomes[0][1].estimates["global"], end) for end in ("low", "high"))
    assert low < high


def test_minima_are_followed_where_their_order_changes() -> None:
    result = computed("sharp-and-flat", "surface.wells[0].depth=1.194,0.7", seeds=2, updates=40)
    assert [result.minima[0].x < 0, result.minima[1].x > 0] == [True, True]
    full = [lanes[0].estimates for lanes in result.outcomes]
    assert [each["minimum-1"].value for each in full] == [1.0, 1.0]
    assert [each["minimum-2"].value for each in full] == [0.0, 0.0]
    assert [each["global"].value for each in full] == [1.0, 0.0]


def test_names_of_minima() -> None:
    here = (Minimum(1.1, 0.0, -2.0), Minimum(0.1, 0.0, -1.0))
    assert names_of(MINIMA, here) == (1, 0)
    assert names_of(MINIMA, here[:1]) == (None, 0)
    assert names_of(MINIMA, ()) == (None, None)
    assert names_of((), here) == ()


def test_equally_low_minima_are_global_alike() -> None:
    sweep = planned("on-the-saddle", "lane.minibatch.batch_size=1", seeds=8, updates=250)
    block = next(block for block in sweep.blocks if block.job.count == 8)
    result = block.run()
    assert (len(result.minima), result.lowest) == (2, 2)
    assert set(result.outcomes.basins.tolist()) == {0, 1}
    assert estimates(result, (0, 1), False)["global"].value == 1.0


def test_so_are_those_that_only_rounding_tells_apart() -> None:
    result = planned("himmelblau", "start[0]=0", seeds=1, updates=2).blocks[0].run()
    assert len({minimum.loss for minimum in result.minima}) > 1
    assert (len(result.minima), result.lowest) == (4, 4)


def test_measures() -> None:
    kinds = [VerdictKind.SETTLED, VerdictKind.STUCK, VerdictKind.RATTLING, VerdictKind.DIVERGED]
    found = estimates(
        Result(
            outcomes(
                kinds,
                basins=[0, 1, 0, NO_BASIN],
                escapes=[10, NEVER, 30, NEVER],
                ends=[NEVER, NEVER, NEVER, 20],
                losses=[1.0, 2.0, 3.0, 1e200],
                test_losses=[1.5, 2.5, 4.5, np.inf],
            ),
            MINIMA,
            1,
        ),
        (1, None),
        False,
    )
    assert found.keys() == measures(2).keys()
    assert found["global"] == wilson(2, 4).estimate
    assert found["minimum-1"] == wilson(1, 4).estimate
    assert math.isnan(found["minimum-2"].value)
    assert found["escaped"] == wilson(2, 4).estimate
    assert found["not-escaped-yet"] == found["ended-otherwise"] == wilson(1, 4).estimate
    assert found["escape"].value == 30.0
    assert found["train-loss"].value == 2.0
    assert found["gap"].value == pytest.approx(2.5 / 3)
    assert [found[kind.code].value for kind in kinds] == [0.25] * 4
    assert found[VerdictKind.PLATEAU.code].value == 0.0


def test_what_is_not_known_is_not_said() -> None:
    found = estimates(
        Result(outcomes([VerdictKind.DIVERGED] * 3, basins=[NO_BASIN] * 3, updates=[5, 6, 7]), (), 0), (), False
    )
    assert all(math.isnan(found[name].value) for name in ("global", "escape", "train-loss", "test-loss", "gap"))
    rare = estimates(
        Result(outcomes([VerdictKind.STUCK] * 40, escapes=[NEVER] * 30 + [50] * 10), MINIMA, 1), (0, 1), False
    )
    assert math.isnan(rare["escape"].value)


def test_a_run_that_escaped_before_it_diverged_has_escaped() -> None:
    found = outcomes([VerdictKind.DIVERGED] * 3, escapes=[7, NEVER, NEVER], ends=[20, 9, NEVER])
    told = estimates(Result(found, MINIMA, 1), (0, 1), False)
    three = [told[name].value for name in ("escaped", "not-escaped-yet", "ended-otherwise")]
    assert three == pytest.approx([1 / 3] * 3)


def test_what_stays_undecided_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Job.run
    with monkeypatch.context() as patch:
        patch.setattr(Job, "run", lambda job: replace(found := run(job), undecided=found.seeds >= 0))
        result = computed("local-minimum", "lane.minibatch.batch_size=1,full", seeds=5, updates=3)
    assert [[lane.undecided for lane in lanes] for lanes in result.outcomes] == [[5] * 3] * 2
    data, found = through_json(summary(result)), rows(write_csv, result)
    assert [lane["undecided"] for point in data["points"] for lane in point["lanes"]] == [5] * 6
    assert [row["undecided"] for row in found] == ["5"] * 6
    assert "Of 30 runs it stayed undecided whether they escaped; they count as not." in " ".join(
        printed(table(result, "escaped"), 100).split()
    )
    assert "undecided" not in printed(table(batches(), "escaped"), 100)


# What is told.


def test_a_line_a_lane_from_left_to_right() -> None:
    figure = page(batches(), "escaped").figures[0]
    lines = [mark for mark in figure.marks if isinstance(mark, Line)]
    assert [line.name for line in lines] == ["full batch", "minibatch", "momentum"]
    assert [line.hue for line in lines] == [0, 1, 2]
    assert [line.dashed for line in lines] == [True, False, True]
    assert all(line.x == (1.0, 2.0, 5.0, 20.0) for line in lines)
    shares = [batches().outcomes[place][1].estimates["escaped"] for place in (0, 3, 1, 2)]
    assert [Estimate(*each) for each in zip(lines[1].y, lines[1].low, lines[1].high, strict=True)] == shares
    assert (figure.x.label, figure.x.log, figure.x.counts) == ("batch size B of minibatch", True, True)
    assert (figure.y.low, figure.y.high, figure.y.percent) == (0.0, 1.0, True)
    assert figure.x.told == lines[0].x
    assert page(batches(), "escaped").title.endswith(" · over batch size B of minibatch")


@pytest.mark.parametrize(
    ("over", "label"),
    [
        ('lane."full batch".learning_rate=0.1,0.2', "learning rate η of full batch"),
        ("lane.*.learning_rate=0.1,0.2", "learning rate η of 3 lanes"),
        ("lane.momentum.decay=0,0.9", "decay of momentum"),
        ("examples.sigma=0,1", "spread of the examples, σ"),
        ("start[0]=0,1", "start[0]"),
    ],
)
def test_a_number_of_a_lane_is_called_by_its_name(over: str, label: str) -> None:
    figure = page(computed("local-minimum", over, seeds=1, updates=3), "escaped").figures[0]
    assert figure.x.label == label


def test_a_logarithmic_axis_only_where_it_helps() -> None:
    near = computed("ravine", 'lane."descent, η = 0.036".learning_rate=0.01,0.03', seeds=1, updates=3)
    zero = computed("ravine", "examples.sigma=0,100", seeds=1, updates=3)
    ratio = computed("ravine", "examples.sigma=log:1:2:3", seeds=1, updates=3)
    assert [page(each, "gap").figures[0].x.log for each in (near, zero, ratio)] == [False, False, True]
    assert page(near, "gap").figures[0].y.low is None
    assert not page(near, "gap").figures[0].x.counts


def test_a_heat_map_for_each_lane_that_is_touched() -> None:
    result = computed(
        "local-minimum", "lane.minibatch.batch_size=1,5", "lane.momentum.decay=0,0.1,0.9", seeds=6, updates=60
    )
    drawn = page(result, "escaped")
    assert [figure.title for figure in drawn.figures] == ["minibatch", "momentum"]
    maps = [figure.marks[0] for figure in drawn.figures]
    assert all(isinstance(each, HeatMap) for each in maps)
    rows = [each.rows for each in maps if isinstance(each, HeatMap)]
    assert np.shape(rows) == (2, 3, 2)
    many, few = (result.outcomes[place][1].estimates["escaped"].value for place in (0, 3))
    assert rows[0] == ((many, few),) * 3
    assert many > few
    assert rows[1] == ((0.0, 0.0), (0.0, 0.0), (1.0, 1.0))
    never = page(result, "plateau").figures[0].marks[0]
    assert isinstance(never, HeatMap)
    assert (never.low, never.high, never.percent) == (0.0, 1.0, True)
    assert (drawn.figures[0].x.names, drawn.figures[0].y.names) == (("1", "5"), ("0", "0.1", "0.9"))


def test_losses_are_coloured_from_their_least_to_their_largest() -> None:
    result = computed(
        "local-minimum", "lane.minibatch.batch_size=1,5", "lane.momentum.decay=0,0.1,0.9", seeds=6, updates=60
    )
    marks = [figure.marks[0] for figure in page(result, "train-loss").figures]
    values = [value for mark in marks if isinstance(mark, HeatMap) for row in mark.rows for value in row]
    assert {(mark.low, mark.high) for mark in marks if isinstance(mark, HeatMap)} == {(min(values), max(values))}


def test_json_and_csv_say_the_same() -> None:
    result = batches()
    data, found = through_json(summary(result)), rows(write_csv, result)
    assert len(found) == 4 * 3
    assert [row["lane.minibatch.batch_size"] for row in found[::3]] == ["1", "5", "full", "2"]
    assert [point["values"] for point in data["points"]] == [
        {"lane.minibatch.batch_size": value} for value in (1, 5, "full", 2)
    ]
    assert not any("nan" in cell for row in found for cell in row.values())
    lanes = [lane for point in data["points"] for lane in point["lanes"]]
    for row, lane in zip(found, lanes, strict=True):
        assert (row["lane"], row["seeds"], row["undecided"]) == (lane["name"], "6", "0")
        three = [lane[name]["value"] for name in ("escaped", "not-escaped-yet", "ended-otherwise")]
        assert sum(three) == pytest.approx(1)
        for name in measures(2):
            for end, key in (("", "value"), ("_low", "low"), ("_high", "high")):
                cell = row[name + end]
                assert lane[name][key] == (float(cell) if cell and math.isfinite(float(cell)) else None)


def test_the_table_shows_the_measure_of_every_lane() -> None:
    text = printed(table(batches(), "escaped"), 100)
    assert "share of seeds that escape" in text
    assert re.search(r"full +0 % +0 % +100 %", text)
    assert "6 seeds from 0, after 60 updates." in text
    assert "minimum 2: (-0.9256, 0.004971), loss 0.366" in text


# The command.


SMALL = ("--over", "lane.minibatch.batch_size=1,full", "--seeds", "3", "--updates", "20")


@pytest.mark.usefixtures("_elsewhere")
def test_the_command_leaves_only_the_files_that_were_named(capsys: pytest.CaptureFixture[str]) -> None:
    out = output(capsys, "sweep", *SMALL, "--json")
    assert list(Path().iterdir()) == []
    assert len(json.loads(out)["points"]) == 2
    files = ("--results", "kept.sqlite", "--csv", "out.csv", "-o", "out.png")
    assert output(capsys, "sweep", *SMALL, "--json", *files) == out
    assert {path.name for path in Path().iterdir()} == {"kept.sqlite", "out.csv", "out.png"}
    content = Path("kept.sqlite").read_bytes()
    assert output(capsys, "sweep", *SMALL, "--json", *files) == out
    assert Path("kept.sqlite").read_bytes() == content
    assert len(Path("out.csv").read_text(encoding="utf-8").splitlines()) == 1 + 2 * 3
    assert Path("out.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("_elsewhere")
def test_what_an_interrupted_sweep_has_kept_is_used_by_the_next_and_then_goes_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, run = output(capsys, "sweep", *SMALL, "--json"), SeedBlock.run
    done: list[SeedBlock] = []

    def interrupted(block: SeedBlock) -> Result:
        done.append(block)
        if len(done) == 3:
            raise KeyboardInterrupt
        return run(block)

    monkeypatch.setattr(SeedBlock, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        status("sweep", *SMALL)
    (path,) = Path().iterdir()
    assert re.fullmatch(r"local-minimum-minibatch-batch_size-[0-9a-f]{8}\.sweep\.sqlite", path.name)
    runs = sum(block.job.count for block in done[:2])
    assert taken_up(capsys, path.name, "sweep", *SMALL, "--json") == (runs, whole)
    assert len(done) == len(set(done)) + 1  # None but the one that was not finished has been begun twice.
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("_elsewhere")
def test_who_ends_a_sweep_is_told_where_its_results_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, said = list(ending._duties), []

    def interrupted(*_: object) -> None:
        said.append([duty() for duty in ending._duties if duty not in before])

    monkeypatch.setattr(results_file, "_complete", interrupted)
    monkeypatch.setattr(command, "_show", interrupted)
    name = "re\nsults"
    with Store(Path(name), planned("local-minimum", SMALL[1], seeds=3, updates=20)) as found:
        assert status("sweep", *SMALL, "--results", "none") == 0
        found.put(0, found.sweep.blocks[0].run())
    assert status("sweep", *SMALL, "--results", name) == 0
    assert said == [[""], [""], *[["the results so far are kept in re\\nsults"]] * 2]
    assert ending._duties == before
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "the following arguments are required: --over"),
        (("--over", "x"), "argument --over: must be PATH=VALUES"),
        (("--over", "updates=1e300,2"), r"updates=1e\+300: updates is far too large a number"),
        (("--over", "lane.minibach.batch_size=1"), "there is no number .* did you mean lane.minibatch.batch_size"),
        (("--over", "lane.minibatch.batch_size=21"), "is 21, but there are only 20 examples"),
        (("--over", "start[0]=1", "--over", "start[1]=1", "--over", "updates=1"), "once or twice, not 3 times"),
        (("--over", "updates=5", "--updates", "5"), "updates are swept already"),
        ((*SMALL, "--seed", str(2**53 - 2)), "the last seed would be 9,007,199,254,740,992"),
        ((*SMALL, "--measure", "minimum-3"), "there is no measure .* did you mean minimum-2 or minimum-1"),
        ((*SMALL, "--workers", "2", "--cluster", "here"), "not allowed with argument"),
        ((*SMALL, "--cluster", "http://here"), "argument --cluster: must be HOST:PORT"),
        ((*SMALL, "--csv", "no/where.csv"), "there is no folder no"),
        ((*SMALL, "--csv", "same.png", "-o", "same.png"), "--csv and --output name the same file, same.png"),
        ((*SMALL, "--results", "same", "--csv", "../{}/same"), "--results and --csv name the same file"),
        ((*SMALL, "--results", "a", "--csv", "a-wal"), "--csv names a file that belongs to that of --results, a-wal"),
        (
            (*SMALL, "--results", "a", "--csv", "../{}/a-journal"),
            "--csv names a file that belongs to that of --results",
        ),
        ((*SMALL, "--results", "a.png", "--csv", "a.png-shm"), "--csv names a file that belongs to that of --results"),
        (
            (*SMALL, "--seeds", "100000", "--updates", "1000000", "--over", "start[0]=linear:-3:-2:20"),
            "more than 1,000",
        ),
    ],
)
def test_mistakes_cost_one_sentence_and_leave_nothing(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert re.search(sentence, mistake(capsys, "sweep", *(word.format(Path.cwd().name) for word in words)))


@pytest.mark.usefixtures("_elsewhere")
def test_a_sweep_without_a_cluster_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    said = mistake(capsys, "sweep", *SMALL, "--cluster", f"127.0.0.1:{free}")
    assert re.search("error: (a cluster needs|there is no scheduler at) ", said)
