"""The search for the best of a lane's numbers: against theory, and however it is interrupted."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from command_line import mistake, output, status

from sim.descent.clock import Machine
from sim.descent.rules import RULES
from sim.library.tables import plain_text
from sim.scene import Scene, SceneError, load_scene, parse_scene
from sim.study.statistics.intervals import Estimate
from sim.study.statistics.paired import all_pairs, mean_difference
from sim.study.sweep.settings import over
from sim.study.sweep.sweep import Result
from sim.study.sweep.sweep import plan as plan_sweep
from sim.study.tuning.budget import Budget, budget
from sim.study.tuning.candidates import FINE, candidates
from sim.study.tuning.report import summary, table
from sim.study.tuning.search import LEAST, Tuning, plan
from sim.study.tuning.tuned import LaneTuned, Pair, tuned
from sim.study.work import workers
from sim.study.work.workers import StudyError
from sim.surface.points import Array

BOWL = """
title = "Bowl"
look = "x"
updates = {updates}
start = [1.0, 1.0]
[surface]
kind = "quadratic"
curvature = [{first}, {second}]
[examples]
kind = "tilted"
count = {count}
sigma = {sigma}
{lanes}
"""
LANE = '[lane."{name}"]\nrule = "{rule}"\nlearning_rate = {rate}\nbatch_size = {size}\n'


def bowl(
    first: float, second: float, updates: int, *lanes: tuple[str, str, float, object], sigma: float = 0.0
) -> Scene:
    text = "".join(LANE.format(name=name, rule=rule, rate=rate, size=size) for name, rule, rate, size in lanes)
    count = 10 if sigma else 1
    return parse_scene(
        BOWL.format(updates=updates, first=first, second=second, count=count, sigma=sigma, lanes=text), "bowl"
    )


PLAIN = ("plain", "gradient descent", 0.05, '"full"')
NOISY = ("noisy", "gradient descent", 0.05, 1)


def tuning_of(scene: Scene, *overs: str, by: str = "loss", seeds: int = 40, time: str = "") -> Tuning:
    amount = budget(time) if time else Budget(scene.updates, "updates")
    names = [lane.name for lane in scene.lanes]
    return plan(scene, names, [over(each) for each in overs], amount, by, seeds)


def computed(tuning: Tuning, known: dict[int, Result] | None = None) -> dict[int, Result]:
    results = {} if known is None else known
    while missing := tuning.missing(results):
        results |= {place: tuning.blocks[place].run() for place in missing}
    return results


def lanes_of(tuning: Tuning) -> dict[str, LaneTuned]:
    return {lane.lane: lane for lane in tuned(tuning, computed(tuning)).lanes}


def best(tuning: Tuning) -> LaneTuned:
    return tuned(tuning, computed(tuning)).lanes[0]


def rate(lane: LaneTuned) -> float:
    return float(lane.best.values["learning_rate"])


NEIGHBOUR = 2 ** (1 / FINE)


def test_one_update_on_a_round_bowl_wants_the_reciprocal_of_its_curvature() -> None:
    found = best(tuning_of(bowl(4.0, 4.0, 1, PLAIN)))
    assert found.certain
    assert NEIGHBOUR**-0.51 < rate(found) * 4.0 < NEIGHBOUR**0.51


def test_many_updates_on_a_long_bowl_want_the_rate_between_its_curvatures() -> None:
    """η = 2/(k₁ + k₂) makes the slower direction as fast as can be (Polyak 1987, section 1.4)."""
    found = best(tuning_of(bowl(1.0, 10.0, 60, PLAIN)))
    assert NEIGHBOUR**-1.01 < rate(found) * 11 / 2 < 1.01


def test_with_noise_the_best_rate_is_smaller_the_longer_one_may_run() -> None:
    """Near the minimum the loss is that of the noise, in proportion to η; far from it a larger η gets there sooner."""
    rates = [rate(best(tuning_of(bowl(1.0, 1.0, updates, NOISY, sigma=1.0), seeds=80))) for updates in (5, 50, 500)]
    assert rates[0] > 1.5 * rates[1] > 3 * rates[2]


def test_a_budget_is_the_same_however_it_is_written() -> None:
    scene = bowl(1.0, 1.0, 400, PLAIN)
    told = {json.dumps(tuning_of(scene, time=time).description()) for time in ("", "400 updates", "400.0 updates")}
    assert len(told) == 1
    assert json.dumps(tuning_of(scene, time="401 updates").description()) not in told


def test_a_machine_makes_a_difference_where_the_budget_is_its_time() -> None:
    scene = bowl(1.0, 1.0, 400, PLAIN)
    other = replace(scene, machine=Machine(overhead=7.0))
    for time, alike in (("400 updates", True), ("9 epochs", True), ("90 serial", False), ("90 parallel", False)):
        one, two = (tuning_of(each, time=time) for each in (scene, other))
        assert (one.description() == two.description()) == alike
        jobs = [{(block.job.updates, block.job.count) for block in (each.blocks[0],)} for each in (one, two)]
        assert (jobs[0] == jobs[1]) == alike


def test_the_grid_grows_where_the_best_is_at_its_end() -> None:
    scene = bowl(1.0, 1.0, 1, ("plain", "gradient descent", 0.005, '"full"'))
    found = best(tuning_of(scene))
    assert rate(found) > 0.005 * 2**5
    assert NEIGHBOUR**-0.51 < rate(found) < NEIGHBOUR**0.51
    assert not found.at_end
    slow = bowl(1.0, 1.0, 1, ("plain", "gradient descent", 1e-6, '"full"'))
    end = best(tuning_of(slow))
    assert end.at_end
    assert rate(end) == pytest.approx(1e-6 * 2**12, rel=1e-3)


def test_where_all_rates_diverge_smaller_ones_are_looked_at() -> None:
    """On a bowl of curvature 1 all that are not below 2 diverge; the grid begins with 1000/32."""
    found = best(tuning_of(bowl(1.0, 1.0, 60, ("wild", "gradient descent", 1000.0, '"full"'))))
    assert 0 < rate(found) < 2
    assert not found.nowhere
    assert found.best.estimate.value < 1e-3


def test_where_all_rates_stand_still_larger_ones_are_looked_at() -> None:
    """With some 1e-9 of the way down no loss is told from that at the start, but with a hundred times as much."""
    found = best(tuning_of(bowl(1.0, 1.0, 1, ("slow", "gradient descent", 2e-11, '"full"'))))
    assert rate(found) > 32 * 2e-11
    assert not found.nowhere


@pytest.mark.parametrize("by", ["loss", "escaped"])
def test_it_is_said_where_no_rate_gets_anywhere(by: str) -> None:
    scene = bowl(1.0, 1.0, 60, PLAIN, ("wild", "gradient descent", 1e6, '"full"'))
    tuning = tuning_of(scene, by=by)
    found = tuned(tuning, computed(tuning))
    lanes = {lane.lane: lane for lane in found.lanes}
    assert [lanes[name].nowhere for name in ("plain", "wild")] == [False, True]
    assert rate(lanes["wild"]) == 1e6
    assert {lane["name"]: lane["gets_nowhere"] for lane in summary(found)["lanes"]} == {"plain": False, "wild": True}
    shown = plain_text(table(found))
    assert "not tuned" in shown
    assert "wild: no η that was looked at gets anywhere" in shown


def test_what_diverges_counts_as_the_start_and_no_more() -> None:
    scene = bowl(1.0, 1.0, 300, PLAIN)
    tuning = tuning_of(scene, "learning_rate=0.5,3,100")
    results = computed(tuning)
    at_first = float(scene.problem().train.value(np.array(scene.start)))
    among = tuning.lanes[0]
    for wanted in (3.0, 100.0):
        candidate = (among.axes[0].index(wanted),)
        assert tuning.values(0, candidate, results, 1).tolist() == [at_first]
    assert tuned(tuning, results).lanes[0].best.estimate.value < 1e-9 * at_first


def test_for_how_many_seeds_the_loss_at_the_start_stands_is_told_and_it_is_told_of_no_lane_that_diverged() -> None:
    scene = load_scene("learning-rate-ladder")
    tuning = plan(scene, ["η = 0.6"], [], Budget(60, "updates"), "loss", 20)
    found = tuned(tuning, computed(tuning))
    (lane,) = found.lanes
    at_first = float(scene.problem().train.value(np.array(scene.start)))
    assert (lane.best.above, lane.own.above) == (0, 20)
    assert lane.own.loss.value == pytest.approx(at_first)
    (told,) = summary(found)["lanes"]
    assert (told["best"]["above_start"], told["own"]["above_start"]) == (0, 20)
    text = plain_text(table(found))
    assert f"{at_first:.4g}" not in text
    assert "not below" in text


def test_a_mean_over_seeds_of_which_some_end_above_the_start_says_how_many() -> None:
    """With batches of one example and much noise, a large rate shakes the marble up in some runs."""
    tuning = tuning_of(bowl(1.0, 1.0, 50, NOISY, sigma=1.0), "learning_rate=0.05,1.2")
    found = tuned(tuning, results := computed(tuning))
    trials = {each.values["learning_rate"]: each for each in found.lanes[0].curve}
    places = [tuning.blocks.of(0, (tuning.lanes[0].axes[0].index(each),), fresh=True) for each in trials]
    losses = [np.concatenate([results[place].outcomes.losses for place in some]) for some in places]
    above = [int(np.count_nonzero(some > tuning.at_start)) for some in losses]
    assert [each.above for each in trials.values()] == above
    assert any(0 < count < 40 for count in above)


def test_momentum_is_chosen_with_the_rate_and_other_lanes_are_left_as_they_are() -> None:
    """On a long bowl heavy-ball momentum gets there sooner than without, at its best λ well above 0 (Polyak 1964)."""
    scene = bowl(1.0, 50.0, 60, PLAIN, ("heavy", "momentum", 0.02, '"full"'))
    found = lanes_of(tuning_of(scene, "decay=0,0.3,0.6"))
    assert found["heavy"].best.values["decay"] in (0.6, 0.9)
    assert list(found["plain"].best.values) == ["learning_rate"]
    assert found["heavy"].best.estimate.value < 0.1 * found["plain"].best.estimate.value
    assert found["plain"].behind.value > 0


def test_batches_get_more_updates_out_of_the_same_epochs() -> None:
    scene = bowl(1.0, 1.0, 10, NOISY, ("five", "gradient descent", 0.05, 5), ("all", *PLAIN[1:]), sigma=0.5)
    found = lanes_of(tuning_of(scene, time="6 epochs", seeds=20))
    assert {name: lane.updates for name, lane in found.items()} == {"noisy": 60, "five": 12, "all": 6}
    assert Budget(90, "serial").updates(scene.lanes[1], 10, scene.machine) == 15  # 1 + 1 · 5 units each.


def test_two_lanes_that_are_one_are_tied_and_a_worse_one_is_not() -> None:
    twin = ("twin", *NOISY[1:])
    scene = bowl(1.0, 9.0, 30, NOISY, twin, ("slow", "adagrad", 0.05, 1), sigma=1.0)
    found = lanes_of(tuning_of(scene, seeds=80))
    assert found["noisy"].best == found["twin"].best
    assert found["noisy"].behind == found["twin"].behind
    assert not found["noisy"].tied
    pair = lanes_of(tuning_of(bowl(1.0, 9.0, 30, NOISY, twin, sigma=1.0)))
    assert pair["noisy"].tied
    assert pair["twin"].tied
    assert (pair["twin"].behind.low, pair["twin"].behind.high) == (0, 0)


def test_what_is_told_comes_from_seeds_that_had_no_part_in_the_choice() -> None:
    tuning = tuning_of(bowl(1.0, 1.0, 5, NOISY, sigma=1.0), seeds=50)
    chosen, fresh = set[int](), set[int]()
    for seeds, places in ((chosen, tuning.blocks.of(0, (3,))), (fresh, tuning.blocks.of(0, (3,), fresh=True))):
        for place in places:
            job = tuning.blocks[place].job
            seeds |= {*range(job.first_seed, job.first_seed + job.count)}
    assert chosen == set(range(50))
    assert fresh == set(range(50, 100))


def test_the_worse_half_is_left_behind_each_time() -> None:
    tuning = tuning_of(bowl(1.0, 1.0, 5, NOISY, sigma=1.0), seeds=80)
    results: dict[int, Result] = {}
    counts = []
    while missing := tuning.missing(results):
        counts.append(sum(tuning.blocks[place].job.count for place in missing))
        results |= {place: tuning.blocks[place].run() for place in missing}
    assert counts[:4] == [11 * 10, 6 * 10, LEAST * 20, LEAST * 40]
    assert counts[4] == 6 * 80


def test_what_is_wanted_next_follows_from_what_is_there_however_it_came() -> None:
    tuning = tuning_of(bowl(1.0, 4.0, 8, NOISY, PLAIN, sigma=1.0), seeds=40)
    whole = computed(tuning)
    piecemeal: dict[int, Result] = {}
    while missing := tuning.missing(piecemeal):
        place = missing[len(missing) // 2]
        piecemeal[place] = tuning.blocks[place].run()
    assert sorted(piecemeal) == sorted(whole)
    assert tuned(tuning, piecemeal).lanes == tuned(tuning, whole).lanes


def test_learning_rates_that_no_lane_may_have_are_not_looked_at() -> None:
    scene = bowl(1.0, 1.0, 1, ("plain", "gradient descent", 3e5, '"full"'))
    among = candidates(scene, "plain", [])
    assert max(map(float, among.axes[0])) <= 1e6
    assert among.axes[0][among.own[0]] == 3e5


@pytest.mark.parametrize(
    ("text", "clock"), [("400 updates", "updates"), ("1 epoch", "epochs"), ("2.5parallel", "parallel")]
)
def test_a_budget_is_a_number_and_a_clock(text: str, clock: str) -> None:
    assert budget(text).clock == clock


@pytest.mark.parametrize("text", ["", "400", "0 updates", "-3 epochs", "2 s", "1e3 updates", "nan updates", "updates"])
def test_what_is_no_budget_is_told_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match="must be a number above 0 and a clock, such as '400 updates'"):
        budget(text)


def test_too_little_time_is_told_with_the_lane() -> None:
    scene = bowl(1.0, 1.0, 10, NOISY, PLAIN, sigma=0.5)
    with pytest.raises(StudyError, match=r"0\.5 epochs would be 0 updates of lane plain: there must be from 1 to"):
        tuning_of(scene, time="0.5 epochs")


def test_too_many_combinations_are_refused() -> None:
    with pytest.raises(StudyError, match=r"lane momentum would have .* combinations of values, more than 600"):
        tuning_of(load_scene("local-minimum"), "decay=linear:0:0.99:90")


# As users meet it.

WORDS = ("tune", "--seeds", "20", "--budget", "5 updates", "--workers", "1")


@pytest.mark.usefixtures("_elsewhere")
def test_the_table_names_each_lane_s_best_and_the_files_hold_it(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--csv", "a.csv", "--save", "a.toml", "-o", "a.png", "--size", "640x400", "--results", "kept"]
    assert status(*WORDS, *words) == 0
    captured = capsys.readouterr()
    assert captured.err == "main.py: the tuned scene is in a.toml\n"
    for word in ("full batch", "minibatch", "momentum", "told of 20 fresh ones from 20"):
        assert "".join(word.split()) in "".join(captured.out.split())
    told = json.loads(output(capsys, *WORDS, "--results", "kept", "--json"))
    scene = load_scene("a.toml")
    for lane in told["lanes"]:
        (own,) = (each for each in scene.lanes if each.name == lane["name"])
        assert own.rule.learning_rate == lane["best"]["values"]["learning_rate"]
    with Path("a.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    bests = {row["lane"]: float(row["learning_rate"]) for row in rows if row["what"] == "best"}
    assert bests == {lane["name"]: lane["best"]["values"]["learning_rate"] for lane in told["lanes"]}
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("_elsewhere")
def test_any_number_of_processes_finds_the_same_bytes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("tune", "--lane", "minibatch", "--seeds", "20", "--budget", "3 updates", "--json")
    alone = output(capsys, *words, "--workers", "1", "--results", "one")
    monkeypatch.setattr(workers, "WORTH_PROCESSES", 500)  # As much as the last round is.
    shared = Mock(wraps=workers.shared)
    monkeypatch.setattr(workers, "shared", shared)
    assert output(capsys, *words, "--workers", "2", "--results", "two") == alone
    assert shared.call_count == 1
    assert Path("one").read_bytes() == Path("two").read_bytes()


@pytest.mark.usefixtures("_elsewhere")
def test_a_search_leaves_no_file_that_was_not_named(capsys: pytest.CaptureFixture[str]) -> None:
    words = (*WORDS, "--lane", "full batch", "--json")
    one = output(capsys, *words)
    assert output(capsys, *words, "--results", "kept") == one
    assert [path.name for path in Path().iterdir()] == ["kept"]


@pytest.mark.usefixtures("_elsewhere")
def test_results_of_a_sweep_are_none_of_a_search(capsys: pytest.CaptureFixture[str]) -> None:
    sweep = ("sweep", "--over", "lane.minibatch.batch_size=1", "--seeds", "2", "--updates", "3", "--workers", "1")
    assert status(*sweep, "--results", "kept") == 0
    capsys.readouterr()
    told = mistake(capsys, *WORDS, "--results", "kept")
    assert told.startswith("main.py: error: kept holds no search, but another study; it is left as it is")


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--lane", "momentun"], 'argument --lane: there is no lane "momentun"; did you mean momentum?'),
        (["--over", "lambda=0.5"], 'argument --over: no lane has a number "lambda"; did you mean decay?'),
        (["--over", "decay=0.5", "--over", "decay=0.6"], "argument --over: decay is given twice"),
        (["--over", "decay=2"], "decay"),
        (["--seeds", "5"], "argument --seeds: must be 20 or more for a comparison, not 5"),
        (["--budget", "2 s"], "argument --budget: must be a number above 0 and a clock"),
        (["--save", "a.png"], "argument --save: must end in .toml"),
        (["--save", "a.toml", "--results", "a.toml"], "--results and --save name the same file, a.toml"),
        (["--csv", "nowhere/a.csv"], "cannot write nowhere/a.csv"),
    ],
)
def test_a_mistake_gets_a_sentence(capsys: pytest.CaptureFixture[str], words: list[str], problem: str) -> None:
    assert problem in mistake(capsys, "tune", *words)


def test_in_the_opening_scene_full_batch_leaps_over_the_dip_with_a_large_rate() -> None:
    """As README tells: at their best, full batch and momentum are tied, and minibatch descent is a little above."""
    found = lanes_of(tuning_of(load_scene("local-minimum"), seeds=100))
    assert rate(found["full batch"]) == 0.7135
    assert found["full batch"].tied
    assert found["momentum"].tied
    assert found["full batch"].own.behind.low > 1
    assert not found["minibatch"].tied
    assert 0 < found["minibatch"].behind.value < 0.01


def test_lanes_that_differ_in_nothing_but_where_they_begin_are_tied() -> None:
    """Both reach the minimum, to what rounding leaves; neither is better by that."""
    scene = bowl(1.0, 1.0, 400, ("small", *PLAIN[1:2], 0.05, '"full"'), ("large", *PLAIN[1:2], 0.4, '"full"'))
    found = lanes_of(tuning_of(scene))
    assert found["small"].tied
    assert found["large"].tied
    assert rate(found["large"]) == 0.4  # Which is as good as any.


def test_of_values_that_are_alike_the_lanes_own_stay() -> None:
    """No seed escapes with any λ, and all rest at the same loss: none is a reason to leave the scene's."""
    scene = bowl(1.0, 1.0, 400, ("momentum", "momentum", 0.3, '"full"'))
    tuning = plan(scene, ["momentum"], [over("decay=0.2")], Budget(400, "updates"), "escaped", 20)
    assert best(tuning).best.values == {"learning_rate": 0.3, "decay": 0.9}


def test_of_all_that_escape_the_one_with_the_lowest_loss_is_best() -> None:
    """With a large learning rate full batch leaps over the dip; with the largest it then bounces for ever."""
    scene = load_scene("local-minimum")
    found = best(plan(scene, ["full batch"], [], Budget(60, "updates"), "escaped", 20))
    out = [trial for trial in found.curve if trial.estimate.value == 0]

    def by_hand(rate: object) -> float:
        theta, at_start = np.array(scene.start), loss(np.array(scene.start))
        for _ in range(60):
            theta = theta - float(str(rate)) * scene.problem().train.gradient(theta)
        return min(loss(theta), at_start)

    def loss(theta: Array) -> float:
        return float(scene.problem().train.value(theta))

    losses = [by_hand(trial.values["learning_rate"]) for trial in out]
    assert len({round(each, 3) for each in losses}) > 2
    assert [trial.loss.value for trial in out] == pytest.approx(losses, rel=1e-9)
    assert by_hand(rate(found)) == min(losses)


def test_the_tuned_scene_lasts_as_long_as_the_budget_and_promises_nothing() -> None:
    scene = load_scene("local-minimum")
    tuning = plan(scene, ["full batch", "minibatch"], [], budget("2 epochs"), "loss", 20)
    made = tuned(tuning, computed(tuning)).scene
    assert made.updates == 40
    assert set(made.claims) == {None}
    assert made.question is None
    assert made.look == "Tuned, each lane for itself: training loss at last, 2 epochs."
    assert [lane.name for lane in made.lanes] == [lane.name for lane in scene.lanes]


@pytest.mark.usefixtures("_own_rules_after")
def test_of_every_rule_the_best_six_make_a_scene(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in list(RULES)[7:]:
        del RULES[name]
    path = tmp_path / "six.toml"
    words = (
        "tune",
        "--every-rule",
        "--lane",
        "full batch",
        "--budget",
        "2 updates",
        "--seeds",
        "20",
        "--workers",
        "1",
    )
    told = json.loads(output_of(capsys, *words, "--results", str(tmp_path / "kept"), "--save", str(path), "--json"))
    assert len(told["lanes"]) == len(RULES)
    assert [lane.name for lane in load_scene(str(path)).lanes] == [lane["name"] for lane in told["lanes"][:6]]


def output_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert status(*words) == 0
    return capsys.readouterr().out


def test_a_batch_that_brings_chance_into_a_lane_has_seeds_of_its_own() -> None:
    """The scene's lane is of all examples, so that one seed stands for all; a smaller batch is no more so."""
    tuning = tuning_of(bowl(1.0, 4.0, 8, PLAIN, sigma=1.0), "batch_size=1", seeds=40)
    among = tuning.lanes[0]
    small = (among.own[0], among.axes[1].index(1))
    assert tuning.blocks.of(0, among.own) == tuning.blocks.of(0, among.own, fresh=True)
    fresh = [tuning.blocks[place].job for place in tuning.blocks.of(0, small, fresh=True)]
    assert sum(job.count for job in fresh) == 40
    assert fresh[0].first_seed == 40
    results = computed(tuning)
    told = tuned(tuning, results).lanes[0]
    assert told.best.values["batch_size"] in (1, "full")


def test_what_no_learning_rate_can_be_is_told_as_of_a_scene() -> None:
    for wrong in ("-1", "0", "full"):
        with pytest.raises(SceneError, match=r"lane\.noisy\.learning_rate"):
            tuning_of(bowl(1.0, 1.0, 5, NOISY, sigma=1.0), f"learning_rate={wrong}")


def test_without_a_loss_at_the_start_nothing_can_be_compared() -> None:
    text = BOWL.format(updates=5, first=1, second=1, count=1, sigma=0.0, lanes=LANE.format_map(SHAPE))
    blank = text.replace('kind = "quadratic"\ncurvature = [1, 1]', 'kind = "formula"\nformula = "log(x - 100) + y^2"')
    scene = parse_scene(blank.replace("start =", "window = [[-2, 2], [-2, 2]]\nstart ="), "blank")
    with pytest.raises(StudyError, match="the training loss at the start is not finite"):
        tuning_of(scene)


SHAPE = {"name": "plain", "rule": "gradient descent", "rate": 0.1, "size": '"full"'}


def test_equal_lanes_are_seldom_told_apart() -> None:
    """Of six that draw from one distribution, some is told to be worse in 5 of 100 comparisons at most: all hold at
    once, though which one leads is seen on the same seeds."""
    rng = np.random.default_rng(5)
    apart, tries = 0, 200
    for _ in range(tries):
        samples = rng.normal(size=(6, 100))
        leader = samples[samples.mean(axis=1).argmin()]
        apart += any(mean_difference(each, leader, all_pairs(6)).low > 0 for each in samples if each is not leader)
    assert apart / tries < 0.05 + 3 * np.sqrt(0.05 * 0.95 / tries)


def test_every_two_lanes_are_compared_on_the_same_fresh_seeds_widely_enough_for_all_and_twins_are_tied() -> None:
    tuning = tuning_of(bowl(1.0, 9.0, 30, NOISY, ("adagrad", "adagrad", 0.05, 1), ("twin", *NOISY[1:]), sigma=1.0))
    results = computed(tuning)
    told, found = tuned(tuning, results), tuning.found(results)
    samples = {each.lane: tuning.values(at, found[at].best, results) for at, each in enumerate(tuning.lanes)}
    lanes = told.lanes
    assert lanes[-1].behind == mean_difference(samples[lanes[-1].lane], samples[lanes[0].lane], 3)
    assert [(pair.lane, pair.than) for pair in told.pairs] == [
        ("noisy", "adagrad"),
        ("twin", "adagrad"),
        ("twin", "noisy"),
    ]
    assert [pair.tied for pair in told.pairs] == [False, False, True]
    for pair in told.pairs[:2]:
        gaps = samples[pair.lane] - samples[pair.than]
        half = T_OF_3_PAIRS * gaps.std(ddof=1) / np.sqrt(len(gaps))
        assert len(gaps) == 40
        assert pair.behind.value == pytest.approx(gaps.mean())
        assert (pair.behind.low, pair.behind.high) == pytest.approx((gaps.mean() - half, gaps.mean() + half), rel=1e-4)
    assert (told.pairs[2].behind.low, told.pairs[2].behind.high) == (0, 0)
    assert [each["tied"] for each in json.loads(json.dumps(summary(told)))["pairs"]] == [False, False, True]


T_OF_3_PAIRS = 2.50166
"""Student's t with 39 degrees of freedom that 0.05/3 of all numbers lie beyond, on either side."""


def test_a_pair_is_tied_where_either_may_be_ahead_and_only_there() -> None:
    for low, high, tied in ((-1.0, 1.0, True), (0.5, 1.0, False), (-1.0, -0.5, False), (0.0, 0.0, True)):
        assert Pair("a", "b", Estimate((low + high) / 2, low, high)).tied == tied


FAILS = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Fails:
    name = "fails"
    learning_rate: float = 0.1

    def init(self, theta):
        return (0,)

    def step(self, theta, slope, state):
        if state[0] > 3:
            raise ArithmeticError("no more")
        return -self.learning_rate * slope.here, (state[0] + 1,)
"""


@pytest.mark.usefixtures("_elsewhere", "_own_rules_after")
def test_a_rule_that_fails_counts_as_its_start_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("fails.py").write_text(FAILS, encoding="utf-8")
    lanes = LANE.format(name="a", rule="fails", rate=0.1, size='"full"') + LANE.format_map(SHAPE)
    text = BOWL.format(updates=8, first=1, second=2, count=1, sigma=0.0, lanes=lanes)
    Path("a.toml").write_text(text, encoding="utf-8")
    words = ("tune", "a.toml", "--rules", "fails.py", "--seeds", "20", "--workers", "1", "--results", "kept")
    assert status(*words, "--json") == 0
    captured = capsys.readouterr()
    assert 'the rule of lane "a" failed in ' in captured.err
    told = json.loads(captured.out)["lanes"]
    assert [lane["name"] for lane in told] == ["plain", "a"]
    assert told[1]["best"]["mean"]["value"] == pytest.approx(1.5)  # ½ (1 + 2), the loss at the start.
    sweep = ("sweep", "a.toml", "--rules", "fails.py", "--over", "lane.*.learning_rate=0.1,0.2", "--seeds", "3")
    assert status(*sweep, "--workers", "1", "--results", "swept") == 0
    assert 'main.py: the rule of lane "a" failed in 2 runs\n' in capsys.readouterr().err  # One stands for all seeds.


@pytest.mark.usefixtures("_elsewhere")
def test_the_scene_itself_is_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    text = BOWL.format(updates=8, first=1, second=2, count=1, sigma=0.0, lanes=LANE.format_map(SHAPE))
    Path("a.toml").write_text(text, encoding="utf-8")
    assert "argument --save: a.toml is the scene itself" in mistake(capsys, "tune", "a.toml", "--save", "./a.toml")


def test_a_scene_whose_marbles_start_outside_of_its_window_can_be_searched_and_swept() -> None:
    """As they do once the start was moved there by hand."""
    scene = replace(load_scene("local-minimum"), start=(-2.9, 2.76))
    (lane,) = lanes_of(plan(scene, ["full batch"], (), Budget(3, "updates"), "loss", 20)).values()
    assert lane.own.values["learning_rate"] == scene.lanes[0].rule.learning_rate
    assert len(lane.curve) > 10
    swept = plan_sweep(scene, [over("lane.minibatch.learning_rate=0.1,0.2")], 2, 3)
    assert {point.scene.start for point in swept.points} == {scene.start}
